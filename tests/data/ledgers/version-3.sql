BEGIN TRANSACTION;
CREATE TABLE contacts (
    fingerprint BLOB PRIMARY KEY,
    status TEXT NOT NULL,
    contact_id TEXT,
    server TEXT NOT NULL,
    run INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO "contacts" VALUES(X'50C617BDE63804D0BCBE9794588AD38E','created','100005','http://127.0.0.1:28405',1);
INSERT INTO "contacts" VALUES(X'908A34B82A892F1941E74A2C3BA3A3E0','created','100004','http://127.0.0.1:28405',1);
INSERT INTO "contacts" VALUES(X'A482355C6033B358CD1D6C8C2089CB89','unchanged','100001','http://127.0.0.1:28405',1);
INSERT INTO "contacts" VALUES(X'E59154B7FF589653189754DC673D2640','created','100003','http://127.0.0.1:28405',1);
INSERT INTO "contacts" VALUES(X'FE21C38C0FEEF62ABE6FD4A0939A619D','updated','100002','http://127.0.0.1:28405',2);
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
    flaws TEXT,
    PRIMARY KEY (run, source, number)
) WITHOUT ROWID;
INSERT INTO "rows" VALUES(1,0,2,'created','{"additional_attributes.city": "Berlin", "email": "ann@example.com", "identifier": "A-1", "inbox_id": "407", "name": "Ann Example", "phone_number": "+8613800138000"}',NULL,X'70B2A50DFA2DA20D542C8ADDC0336FC8',0,'100002','','','',200,1,NULL);
INSERT INTO "rows" VALUES(1,0,3,'created','{"inbox_id": "407", "name": "Kim"}',NULL,X'E59154B7FF589653189754DC673D2640',0,'100003','','','',200,1,NULL);
INSERT INTO "rows" VALUES(1,0,4,'created','{"inbox_id": "407", "name": "Kim"}',NULL,X'908A34B82A892F1941E74A2C3BA3A3E0',0,'100004','','','',200,1,NULL);
INSERT INTO "rows" VALUES(1,0,5,'invalid','{"email": "bob@", "identifier": "B-2", "name": "Bob Example"}','["Bob Example","bob@","","B-2",""]',NULL,0,NULL,'bad_email','["email: {value} is not an email address ({reason})",{"value":"\"bob@\"","reason":["nothing after the @",{}]}]','["write it as name@example.com, or leave the cell empty",{}]',NULL,0,'[["[\"email: {value} is not an email address ({reason})\",{\"value\":\"\\\"bob@\\\"\",\"reason\":[\"nothing after the @\",{}]}]", "email", 1, "[\"write it as name@example.com, or leave the cell empty\",{}]"]]');
INSERT INTO "rows" VALUES(1,0,6,'created','{"email": "wang@example.com", "inbox_id": "407", "name": "王小明"}',NULL,X'50C617BDE63804D0BCBE9794588AD38E',0,'100005','','','',200,1,NULL);
INSERT INTO "rows" VALUES(1,0,7,'duplicate','{"email": "ann@example.com", "identifier": "A-1", "inbox_id": "407", "name": "Ann Example"}',NULL,NULL,0,NULL,'duplicate','["the same person as row {row} ({field})",{"row":2,"field":"identifier"}]','',NULL,0,NULL);
INSERT INTO "rows" VALUES(1,0,8,'exists','{"email": "eve@example.com", "inbox_id": "407", "name": "Eve Example"}',NULL,X'A482355C6033B358CD1D6C8C2089CB89',0,'100001','','','',422,1,NULL);
INSERT INTO "rows" VALUES(2,0,2,'updated','{"additional_attributes.city": "Hamburg", "email": "ann@example.com", "identifier": "A-1", "inbox_id": "407", "name": "Ann Example"}',NULL,X'FE21C38C0FEEF62ABE6FD4A0939A619D',0,'100002','','','',200,1,NULL);
INSERT INTO "rows" VALUES(3,0,2,'sent','{"inbox_id": "407", "name": "Lee"}','["Lee",""]',X'8B5C3A750344E3C2AB030F28388C1705',0,NULL,'','','',NULL,0,NULL);
INSERT INTO "rows" VALUES(3,0,3,'sent','{"email": "mia@example.com", "inbox_id": "407", "name": "Mia Example"}','["Mia Example","mia@example.com"]',X'9C868C3B041D884281E52015DC70E863',0,NULL,'','','',NULL,0,NULL);
INSERT INTO "rows" VALUES(3,0,4,'sent','{"email": "noa@example.com", "inbox_id": "407", "name": "Noa Example"}','["Noa Example","noa@example.com"]',X'407586C06A3C534F967B9B97AEB6CDCF',0,NULL,'','','',NULL,0,NULL);
CREATE TABLE runs (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    record TEXT NOT NULL
);
INSERT INTO "runs" VALUES(1,'people-20261129-111931','{"id": "people-20261129-111931", "file": "people.csv", "kind": "csv", "sheet": null, "inbox_id": "407", "base_url": "http://127.0.0.1:28405", "started_at": "2026-11-29T11:19:31.580+00:00", "titles": ["Name", "Email", "Phone", "External ID", "City"], "mapping": {"Name": "name", "Email": "email", "Phone": "phone_number", "External ID": "identifier", "City": "additional_attributes.city"}, "mode": "import", "finished_at": "2026-11-29T11:19:31.609+00:00", "exit_code": 1, "stopped": null, "requests": 8, "retries": 0, "repairs": [], "forgotten_at": null, "started_by": "ann@desk", "arguments": ["people.csv", "--inbox", "407", "--concurrency", "1"], "options": {"base_url": "http://127.0.0.1:28405", "inbox_id": "407", "concurrency": 1}, "widths": [], "measures": {"lasted_s": 0.006, "span_s": 1.0, "settled": [5], "pauses": [], "latencies": [[0.25, 1], [0.27, 1], [0.3, 1], [0.32, 1], [0.35, 1], [0.46, 1], [1.3, 1]]}}');
INSERT INTO "runs" VALUES(2,'changed-20261129-111932','{"id": "changed-20261129-111932", "file": "changed.csv", "kind": "csv", "sheet": null, "inbox_id": "407", "base_url": "http://127.0.0.1:28405", "started_at": "2026-11-29T11:19:32.252+00:00", "titles": ["Name", "Email", "External ID", "City"], "mapping": {"Name": "name", "Email": "email", "External ID": "identifier", "City": "additional_attributes.city"}, "mode": "import", "finished_at": "2026-11-29T11:19:32.413+00:00", "exit_code": 0, "stopped": null, "requests": 3, "retries": 0, "repairs": [], "forgotten_at": null, "started_by": "ann@desk", "arguments": ["changed.csv", "--inbox", "407", "--on-duplicate", "update"], "options": {"base_url": "http://127.0.0.1:28405", "inbox_id": "407", "on_duplicate": "update"}, "widths": [], "measures": {"lasted_s": 0.006, "span_s": 1.0, "settled": [1], "pauses": [], "latencies": [[0.35, 2], [2.18, 1]]}}');
INSERT INTO "runs" VALUES(3,'late-20261129-111933','{"id": "late-20261129-111933", "file": "late.csv", "kind": "csv", "sheet": null, "inbox_id": "407", "base_url": "http://127.0.0.1:28405", "started_at": "2026-11-29T11:19:33.075+00:00", "titles": ["Name", "Email"], "mapping": {"Name": "name", "Email": "email"}, "mode": "import", "finished_at": null, "exit_code": null, "stopped": null, "requests": 0, "retries": 0, "repairs": [], "forgotten_at": null, "started_by": "ann@desk", "arguments": ["late.csv", "--inbox", "407"], "options": {"base_url": "http://127.0.0.1:28405", "inbox_id": "407"}, "widths": [], "measures": {"lasted_s": 0.0, "span_s": 1.0, "settled": [], "pauses": [], "latencies": []}}');
CREATE INDEX contacts_by_id ON contacts (contact_id);
COMMIT;
PRAGMA user_version = 3;
