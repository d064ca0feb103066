BEGIN TRANSACTION;
CREATE TABLE capabilities (
    server TEXT NOT NULL,
    name TEXT NOT NULL,
    answer INTEGER NOT NULL,
    told_at REAL NOT NULL,
    PRIMARY KEY (server, name)
) WITHOUT ROWID
;
CREATE TABLE contacts (
    fingerprint BLOB PRIMARY KEY,
    status TEXT NOT NULL,
    contact_id TEXT,
    server TEXT NOT NULL,
    run INTEGER NOT NULL
, since REAL, until REAL) WITHOUT ROWID;
INSERT INTO "contacts" VALUES(X'30E922FD8AEFCA8870398F62F88E1B33','updated','100002','http://127.0.0.1:28407',2,NULL,NULL);
INSERT INTO "contacts" VALUES(X'39FA196C5ADC04F75DE873F4B3CB960C','created','100005','http://127.0.0.1:28407',1,NULL,NULL);
INSERT INTO "contacts" VALUES(X'4FD74C221EB49154FB9821FAE5D11091','created','100004','http://127.0.0.1:28407',1,NULL,NULL);
INSERT INTO "contacts" VALUES(X'80BE9AB33171FCE6CC248B59999DB9B0','created','100003','http://127.0.0.1:28407',1,NULL,NULL);
INSERT INTO "contacts" VALUES(X'A070C30CF20E6710111E4F752DAAA916','unchanged','100001','http://127.0.0.1:28407',1,NULL,NULL);
CREATE TABLE "rows" (
    run INTEGER NOT NULL,
    source INTEGER NOT NULL DEFAULT 0,
    number INTEGER NOT NULL,
    status TEXT NOT NULL,
    contact TEXT NOT NULL DEFAULT '{}',
    cells TEXT,
    fingerprint BLOB,
    in_doubt INTEGER NOT NULL DEFAULT 0,
    contact_id TEXT,
    error_code TEXT NOT NULL DEFAULT '',
    error TEXT NOT NULL DEFAULT '',
    hint TEXT NOT NULL DEFAULT '',
    http_status INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    flaws TEXT, since REAL, until REAL,
    PRIMARY KEY (run, source, number)
) WITHOUT ROWID;
INSERT INTO "rows" VALUES(1,0,2,'created','{"additional_attributes.city": "Berlin", "email": "ann@example.com", "identifier": "A-1", "inbox_id": "407", "name": "Ann Example", "phone_number": "+8613800138000"}',NULL,X'D2A64B43EB3060791437618177F25E12',0,'100002','','','',200,1,NULL,1.7959511763649232388e+09,NULL);
INSERT INTO "rows" VALUES(1,0,3,'created','{"inbox_id": "407", "name": "Kim"}',NULL,X'80BE9AB33171FCE6CC248B59999DB9B0',0,'100003','','','["perhaps no person: {reasons}",{"reasons":[["it has nothing else",{}]],"kind":"apart"}]',200,1,NULL,1.79595117636849617957e+09,NULL);
INSERT INTO "rows" VALUES(1,0,4,'created','{"inbox_id": "407", "name": "Kim"}',NULL,X'4FD74C221EB49154FB9821FAE5D11091',0,'100004','','','["perhaps no person: {reasons}",{"reasons":[["it has nothing else",{}]],"kind":"apart"}]',200,1,NULL,1795951176.36972,NULL);
INSERT INTO "rows" VALUES(1,0,5,'invalid','{"email": "bob@", "identifier": "B-2", "name": "Bob Example"}','["Bob Example","bob@","","B-2",""]',NULL,0,NULL,'bad_email','["email: {value} is not an email address ({reason})",{"value":"\"bob@\"","reason":["nothing after the @",{}]}]','["write it as name@example.com, or leave the cell empty",{}]',NULL,0,'[["[\"email: {value} is not an email address ({reason})\",{\"value\":\"\\\"bob@\\\"\",\"reason\":[\"nothing after the @\",{}]}]", "email", 1, "[\"write it as name@example.com, or leave the cell empty\",{}]"]]',NULL,NULL);
INSERT INTO "rows" VALUES(1,0,6,'created','{"email": "wang@example.com", "inbox_id": "407", "name": "王小明"}',NULL,X'39FA196C5ADC04F75DE873F4B3CB960C',0,'100005','','','',200,1,NULL,1.79595117636849617957e+09,NULL);
INSERT INTO "rows" VALUES(1,0,7,'duplicate','{"email": "ann@example.com", "identifier": "A-1", "inbox_id": "407", "name": "Ann Example"}',NULL,NULL,0,NULL,'duplicate','["the same person as row {row} ({field})",{"row":2,"field":"identifier"}]','',NULL,0,NULL,NULL,NULL);
INSERT INTO "rows" VALUES(1,0,8,'exists','{"email": "eve@example.com", "inbox_id": "407", "name": "Eve Example"}',NULL,X'A070C30CF20E6710111E4F752DAAA916',0,'100001','','','',422,1,NULL,1795951176.36972,NULL);
INSERT INTO "rows" VALUES(2,0,2,'updated','{"additional_attributes.city": "Hamburg", "email": "ann@example.com", "identifier": "A-1", "inbox_id": "407", "name": "Ann Example"}',NULL,X'30E922FD8AEFCA8870398F62F88E1B33',0,'100002','','','',200,1,NULL,1.79595117735445213317e+09,NULL);
INSERT INTO "rows" VALUES(3,0,2,'sent','{"inbox_id": "407", "name": "Lee"}','["Lee",""]',X'A0ED7D372FC2FDCE1B986C64AD666970',0,NULL,'','','["perhaps no person: {reasons}",{"reasons":[["it has nothing else",{}]],"kind":"apart"}]',NULL,0,NULL,1.79595117836825585362e+09,NULL);
INSERT INTO "rows" VALUES(3,0,3,'sent','{"email": "mia@example.com", "inbox_id": "407", "name": "Mia Example"}','["Mia Example","mia@example.com"]',X'735B8352BC9F8B6506C26C5E6337D12D',0,NULL,'','','',NULL,0,NULL,1.7959511783657793999e+09,NULL);
INSERT INTO "rows" VALUES(3,0,4,'sent','{"email": "noa@example.com", "inbox_id": "407", "name": "Noa Example"}','["Noa Example","noa@example.com"]',X'55EA7EC601A731EDFE15F43C0794DE45',0,NULL,'','','',NULL,0,NULL,1.7959511783657793999e+09,NULL);
CREATE TABLE runs (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    record TEXT NOT NULL
, written_at REAL);
INSERT INTO "runs" VALUES(1,'people-20261129-111936','{"id": "people-20261129-111936", "file": "people.csv", "kind": "csv", "sheet": null, "inbox_id": "407", "base_url": "http://127.0.0.1:28407", "started_at": "2026-11-29T11:19:36.319+00:00", "titles": ["Name", "Email", "Phone", "External ID", "City"], "mapping": {"Name": "name", "Email": "email", "Phone": "phone_number", "External ID": "identifier", "City": "additional_attributes.city"}, "mode": "import", "finished_at": "2026-11-29T11:19:36.433+00:00", "exit_code": 1, "stopped": null, "requests": 9, "retries": 0, "repairs": [], "forgotten_at": null, "started_by": "ann@desk", "arguments": ["people.csv", "--inbox", "407", "--concurrency", "1"], "options": {"base_url": "http://127.0.0.1:28407", "inbox_id": "407", "concurrency": 1}, "widths": [], "measures": {"lasted_s": 0.069, "span_s": 1.0, "settled": [5], "pauses": [], "latencies": [[0.3, 1], [0.35, 1], [0.39, 1], [0.59, 2], [0.65, 1], [1.0, 1], [1.3, 1]]}, "capabilities": {}, "sheets": []}',1.79595117643221783634e+09);
INSERT INTO "runs" VALUES(2,'changed-20261129-111937','{"id": "changed-20261129-111937", "file": "changed.csv", "kind": "csv", "sheet": null, "inbox_id": "407", "base_url": "http://127.0.0.1:28407", "started_at": "2026-11-29T11:19:37.181+00:00", "titles": ["Name", "Email", "External ID", "City"], "mapping": {"Name": "name", "Email": "email", "External ID": "identifier", "City": "additional_attributes.city"}, "mode": "import", "finished_at": "2026-11-29T11:19:37.422+00:00", "exit_code": 0, "stopped": null, "requests": 3, "retries": 0, "repairs": [], "forgotten_at": null, "started_by": "ann@desk", "arguments": ["changed.csv", "--inbox", "407", "--on-duplicate", "update"], "options": {"base_url": "http://127.0.0.1:28407", "inbox_id": "407", "on_duplicate": "update"}, "widths": [], "measures": {"lasted_s": 0.069, "span_s": 1.0, "settled": [1], "pauses": [], "latencies": [[0.55, 1], [1.54, 1], [2.18, 1]]}, "capabilities": {}, "sheets": []}',1.7959511774217555523e+09);
INSERT INTO "runs" VALUES(3,'late-20261129-111938','{"id": "late-20261129-111938", "file": "late.csv", "kind": "csv", "sheet": null, "inbox_id": "407", "base_url": "http://127.0.0.1:28407", "started_at": "2026-11-29T11:19:38.169+00:00", "titles": ["Name", "Email"], "mapping": {"Name": "name", "Email": "email"}, "mode": "import", "finished_at": null, "exit_code": null, "stopped": null, "requests": 0, "retries": 0, "repairs": [], "forgotten_at": null, "started_by": "ann@desk", "arguments": ["late.csv", "--inbox", "407"], "options": {"base_url": "http://127.0.0.1:28407", "inbox_id": "407"}, "widths": [], "measures": {"lasted_s": 0.0, "span_s": 1.0, "settled": [], "pauses": [], "latencies": []}, "capabilities": {}, "sheets": []}',1.79595117836829876894e+09);
CREATE INDEX contacts_by_id ON contacts (contact_id);
COMMIT;
PRAGMA user_version = 5;
