BEGIN TRANSACTION;
CREATE TABLE contacts (
    fingerprint BLOB PRIMARY KEY,
    status TEXT NOT NULL,
    contact_id TEXT,
    server TEXT NOT NULL,
    run INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO "contacts" VALUES(X'39FA196C5ADC04F75DE873F4B3CB960C','created','100002','http://127.0.0.1:28407',1);
INSERT INTO "contacts" VALUES(X'4FD74C221EB49154FB9821FAE5D11091','created','100004','http://127.0.0.1:28407',1);
INSERT INTO "contacts" VALUES(X'80BE9AB33171FCE6CC248B59999DB9B0','created','100003','http://127.0.0.1:28407',1);
INSERT INTO "contacts" VALUES(X'D2A64B43EB3060791437618177F25E12','created','100001','http://127.0.0.1:28407',1);
CREATE TABLE rows (
    run INTEGER NOT NULL,
    number INTEGER NOT NULL,
    status TEXT NOT NULL,
    contact TEXT NOT NULL,
    cells TEXT,
    fingerprint BLOB,
    in_doubt INTEGER NOT NULL,
    contact_id TEXT,
    error_code TEXT NOT NULL,
    error TEXT NOT NULL,
    hint TEXT NOT NULL,
    http_status INTEGER,
    attempts INTEGER NOT NULL, flaws TEXT,
    PRIMARY KEY (run, number)
) WITHOUT ROWID;
INSERT INTO "rows" VALUES(1,2,'created','{"additional_attributes.city": "Berlin", "email": "ann@example.com", "identifier": "A-1", "inbox_id": "407", "name": "Ann Example", "phone_number": "+8613800138000"}',NULL,X'D2A64B43EB3060791437618177F25E12',0,'100001','','','',200,1,NULL);
INSERT INTO "rows" VALUES(1,3,'created','{"inbox_id": "407", "name": "Kim"}',NULL,X'80BE9AB33171FCE6CC248B59999DB9B0',0,'100003','','','',200,1,NULL);
INSERT INTO "rows" VALUES(1,4,'created','{"inbox_id": "407", "name": "Kim"}',NULL,X'4FD74C221EB49154FB9821FAE5D11091',0,'100004','','','',200,1,NULL);
INSERT INTO "rows" VALUES(1,5,'invalid','{"email": "bob@", "identifier": "B-2", "name": "Bob Example"}','["Bob Example","bob@","","B-2",""]',NULL,0,NULL,'bad_email','email: "bob@" is not an email address (nothing after the @)','write it as name@example.com, or leave the cell empty',NULL,0,'[["email: \"bob@\" is not an email address (nothing after the @)", "email", 1, "write it as name@example.com, or leave the cell empty"]]');
INSERT INTO "rows" VALUES(1,6,'created','{"email": "wang@example.com", "inbox_id": "407", "name": "王小明"}',NULL,X'39FA196C5ADC04F75DE873F4B3CB960C',0,'100002','','','',200,1,NULL);
INSERT INTO "rows" VALUES(2,2,'sent','{"inbox_id": "407", "name": "Lee"}','["Lee",""]',X'A0ED7D372FC2FDCE1B986C64AD666970',0,NULL,'','','',NULL,0,NULL);
INSERT INTO "rows" VALUES(2,3,'sent','{"email": "mia@example.com", "inbox_id": "407", "name": "Mia Example"}','["Mia Example","mia@example.com"]',X'735B8352BC9F8B6506C26C5E6337D12D',0,NULL,'','','',NULL,0,NULL);
INSERT INTO "rows" VALUES(2,4,'sent','{"email": "noa@example.com", "inbox_id": "407", "name": "Noa Example"}','["Noa Example","noa@example.com"]',X'55EA7EC601A731EDFE15F43C0794DE45',0,NULL,'','','',NULL,0,NULL);
CREATE TABLE runs (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    record TEXT NOT NULL
);
INSERT INTO "runs" VALUES(1,'people-20261128-171544','{"id": "people-20261128-171544", "file": "people.csv", "kind": "csv", "sheet": null, "inbox_id": "407", "base_url": "http://127.0.0.1:28407", "started_at": "2026-11-28T17:15:44.054+00:00", "titles": ["Name", "Email", "Phone", "External ID", "City"], "mapping": {"Name": "name", "Email": "email", "Phone": "phone_number", "External ID": "identifier", "City": "additional_attributes.city"}, "mode": "import", "finished_at": "2026-11-28T17:15:44.095+00:00", "exit_code": 1, "stopped": "", "requests": 6, "retries": 0, "repairs": [], "forgotten_at": null, "started_by": "ada@desk", "arguments": ["people.csv", "--inbox", "407", "--base-url", "http://127.0.0.1:28407"], "options": {"base_url": "http://127.0.0.1:28407", "inbox_id": "407"}, "widths": [], "measures": {"lasted_s": 0.009, "span_s": 1.0, "settled": [4], "pauses": [], "latencies": [[1.41, 1], [2.59, 2], [4.76, 1], [5.19, 1]]}}');
INSERT INTO "runs" VALUES(2,'late-20261128-171546','{"id": "late-20261128-171546", "file": "late.csv", "kind": "csv", "sheet": null, "inbox_id": "407", "base_url": "http://127.0.0.1:28407", "started_at": "2026-11-28T17:15:46.620+00:00", "titles": ["Name", "Email"], "mapping": {"Name": "name", "Email": "email"}, "mode": "import", "finished_at": null, "exit_code": null, "stopped": "", "requests": 0, "retries": 0, "repairs": [], "forgotten_at": null, "started_by": "ada@desk", "arguments": ["late.csv", "--inbox", "407", "--base-url", "http://127.0.0.1:28407", "--concurrency", "2"], "options": {"base_url": "http://127.0.0.1:28407", "inbox_id": "407", "concurrency": 2}, "widths": [], "measures": {"lasted_s": 0.0, "span_s": 1.0, "settled": [], "pauses": [], "latencies": []}}');
CREATE INDEX contacts_by_id ON contacts (contact_id);
COMMIT;
PRAGMA user_version = 2;
