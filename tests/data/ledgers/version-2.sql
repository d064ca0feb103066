BEGIN TRANSACTION;
CREATE TABLE contacts (
    fingerprint BLOB PRIMARY KEY,
    status TEXT NOT NULL,
    contact_id TEXT,
    server TEXT NOT NULL,
    run INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO "contacts" VALUES(X'4A83A7D666EC761F84DE17459B464EF9','created','100005','http://127.0.0.1:28404',1);
INSERT INTO "contacts" VALUES(X'5AF5A6A86560D79F79F85AB99CB5317A','created','100003','http://127.0.0.1:28404',1);
INSERT INTO "contacts" VALUES(X'8F2EF2CA85F834D341ABB7ACE92A7757','created','100004','http://127.0.0.1:28404',1);
INSERT INTO "contacts" VALUES(X'C96131ABA52602FAF10E00B4FA29555C','updated','100002','http://127.0.0.1:28404',2);
INSERT INTO "contacts" VALUES(X'D2E32A30EF93CD1ABD8FB26BE0677DCB','unchanged','100001','http://127.0.0.1:28404',1);
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
INSERT INTO "rows" VALUES(1,2,'created','{"additional_attributes.city": "Berlin", "email": "ann@example.com", "identifier": "A-1", "inbox_id": "407", "name": "Ann Example", "phone_number": "+8613800138000"}',NULL,X'0EA1979BB26EF492A444E20B530A7896',0,'100002','','','',200,1,NULL);
INSERT INTO "rows" VALUES(1,3,'created','{"inbox_id": "407", "name": "Kim"}',NULL,X'5AF5A6A86560D79F79F85AB99CB5317A',0,'100003','','','',200,1,NULL);
INSERT INTO "rows" VALUES(1,4,'created','{"inbox_id": "407", "name": "Kim"}',NULL,X'8F2EF2CA85F834D341ABB7ACE92A7757',0,'100004','','','',200,1,NULL);
INSERT INTO "rows" VALUES(1,5,'invalid','{"email": "bob@", "identifier": "B-2", "name": "Bob Example"}','["Bob Example","bob@","","B-2",""]',NULL,0,NULL,'bad_email','email: "bob@" is not an email address (nothing after the @)','write it as name@example.com, or leave the cell empty',NULL,0,'[["email: \"bob@\" is not an email address (nothing after the @)", "email", 1, "write it as name@example.com, or leave the cell empty"]]');
INSERT INTO "rows" VALUES(1,6,'created','{"email": "wang@example.com", "inbox_id": "407", "name": "王小明"}',NULL,X'4A83A7D666EC761F84DE17459B464EF9',0,'100005','','','',200,1,NULL);
INSERT INTO "rows" VALUES(1,7,'duplicate','{"email": "ann@example.com", "identifier": "A-1", "inbox_id": "407", "name": "Ann Example"}',NULL,NULL,0,NULL,'duplicate','the same person as row 2 (identifier)','',NULL,0,NULL);
INSERT INTO "rows" VALUES(1,8,'exists','{"email": "eve@example.com", "inbox_id": "407", "name": "Eve Example"}',NULL,X'D2E32A30EF93CD1ABD8FB26BE0677DCB',0,'100001','','','',422,1,NULL);
INSERT INTO "rows" VALUES(2,2,'updated','{"additional_attributes.city": "Hamburg", "email": "ann@example.com", "identifier": "A-1", "inbox_id": "407", "name": "Ann Example"}',NULL,X'C96131ABA52602FAF10E00B4FA29555C',0,'100002','','','',200,1,NULL);
INSERT INTO "rows" VALUES(3,2,'sent','{"inbox_id": "407", "name": "Lee"}','["Lee",""]',X'DDD56D9A174C514C49FD8AD5922491F4',0,NULL,'','','',NULL,0,NULL);
INSERT INTO "rows" VALUES(3,3,'sent','{"email": "mia@example.com", "inbox_id": "407", "name": "Mia Example"}','["Mia Example","mia@example.com"]',X'B1AB2387994A101A9AAC4F41B9EEE6ED',0,NULL,'','','',NULL,0,NULL);
INSERT INTO "rows" VALUES(3,4,'sent','{"email": "noa@example.com", "inbox_id": "407", "name": "Noa Example"}','["Noa Example","noa@example.com"]',X'691A7D1FFDF45F047CA3ECED3A057EAC',0,NULL,'','','',NULL,0,NULL);
CREATE TABLE runs (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    record TEXT NOT NULL
);
INSERT INTO "runs" VALUES(1,'people-20261129-111928','{"id": "people-20261129-111928", "file": "people.csv", "kind": "csv", "sheet": null, "inbox_id": "407", "base_url": "http://127.0.0.1:28404", "started_at": "2026-11-29T11:19:28.512+00:00", "titles": ["Name", "Email", "Phone", "External ID", "City"], "mapping": {"Name": "name", "Email": "email", "Phone": "phone_number", "External ID": "identifier", "City": "additional_attributes.city"}, "mode": "import", "finished_at": "2026-11-29T11:19:28.544+00:00", "exit_code": 1, "stopped": "", "requests": 8, "retries": 0, "repairs": [], "forgotten_at": null, "started_by": "ann@desk", "arguments": ["people.csv", "--inbox", "407", "--concurrency", "1"], "options": {"base_url": "http://127.0.0.1:28404", "inbox_id": "407", "concurrency": 1}, "widths": [], "measures": {"lasted_s": 0.008, "span_s": 1.0, "settled": [5], "pauses": [], "latencies": [[0.35, 1], [0.39, 2], [0.5, 1], [0.55, 1], [0.59, 1], [1.83, 1]]}}');
INSERT INTO "runs" VALUES(2,'changed-20261129-111929','{"id": "changed-20261129-111929", "file": "changed.csv", "kind": "csv", "sheet": null, "inbox_id": "407", "base_url": "http://127.0.0.1:28404", "started_at": "2026-11-29T11:19:29.207+00:00", "titles": ["Name", "Email", "External ID", "City"], "mapping": {"Name": "name", "Email": "email", "External ID": "identifier", "City": "additional_attributes.city"}, "mode": "import", "finished_at": "2026-11-29T11:19:29.471+00:00", "exit_code": 0, "stopped": "", "requests": 3, "retries": 0, "repairs": [], "forgotten_at": null, "started_by": "ann@desk", "arguments": ["changed.csv", "--inbox", "407", "--on-duplicate", "update"], "options": {"base_url": "http://127.0.0.1:28404", "inbox_id": "407", "on_duplicate": "update"}, "widths": [], "measures": {"lasted_s": 0.01, "span_s": 1.0, "settled": [1], "pauses": [], "latencies": [[0.59, 1], [1.68, 1], [2.38, 1]]}}');
INSERT INTO "runs" VALUES(3,'late-20261129-111930','{"id": "late-20261129-111930", "file": "late.csv", "kind": "csv", "sheet": null, "inbox_id": "407", "base_url": "http://127.0.0.1:28404", "started_at": "2026-11-29T11:19:30.811+00:00", "titles": ["Name", "Email"], "mapping": {"Name": "name", "Email": "email"}, "mode": "import", "finished_at": null, "exit_code": null, "stopped": "", "requests": 0, "retries": 0, "repairs": [], "forgotten_at": null, "started_by": "ann@desk", "arguments": ["late.csv", "--inbox", "407"], "options": {"base_url": "http://127.0.0.1:28404", "inbox_id": "407"}, "widths": [], "measures": {"lasted_s": 0.0, "span_s": 1.0, "settled": [], "pauses": [], "latencies": []}}');
CREATE INDEX contacts_by_id ON contacts (contact_id);
COMMIT;
PRAGMA user_version = 2;
