BEGIN TRANSACTION;
CREATE TABLE contacts (
    fingerprint BLOB PRIMARY KEY,
    status TEXT NOT NULL,
    contact_id TEXT
) WITHOUT ROWID;
INSERT INTO "contacts" VALUES(X'01F1234F131DE3E93D51B0368E5FCB78','created','100004');
INSERT INTO "contacts" VALUES(X'4751329DCB826029E4A7FFC323AFF71D','created','100005');
INSERT INTO "contacts" VALUES(X'4FF3AB9B4C27936DED78B8C0B7D81F21','sent',NULL);
INSERT INTO "contacts" VALUES(X'8EA17AFE5053CD53F1A6DC6E2A81B4FE','exists','100001');
INSERT INTO "contacts" VALUES(X'90FBC3EFA6FFF0527943C2E60AB05C9B','sent',NULL);
INSERT INTO "contacts" VALUES(X'B88B4E79A0735072ED6C3DF4EAD2CEBF','updated','100002');
INSERT INTO "contacts" VALUES(X'C2C13FAEA9D0B0DED5D304384477418D','created','100002');
INSERT INTO "contacts" VALUES(X'CADDA5A782B9F8286384102496C92379','created','100003');
INSERT INTO "contacts" VALUES(X'D5A1E1F1C7DB5245340FD29DA68D6AB0','sent',NULL);
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
    attempts INTEGER NOT NULL,
    PRIMARY KEY (run, number)
) WITHOUT ROWID;
INSERT INTO "rows" VALUES(1,2,'created','{"additional_attributes.city": "Berlin", "email": "ann@example.com", "identifier": "A-1", "inbox_id": "407", "name": "Ann Example", "phone_number": "+8613800138000"}',NULL,X'C2C13FAEA9D0B0DED5D304384477418D',0,'100002','','','',200,1);
INSERT INTO "rows" VALUES(1,3,'created','{"inbox_id": "407", "name": "Kim"}',NULL,X'CADDA5A782B9F8286384102496C92379',0,'100003','','','',200,1);
INSERT INTO "rows" VALUES(1,4,'created','{"inbox_id": "407", "name": "Kim"}',NULL,X'01F1234F131DE3E93D51B0368E5FCB78',0,'100004','','','',200,1);
INSERT INTO "rows" VALUES(1,5,'invalid','{"email": "bob@", "identifier": "B-2", "name": "Bob Example"}','["Bob Example", "bob@", "", "B-2", ""]',NULL,0,NULL,'bad_email','email: "bob@" is not an email address (nothing after the @)','write it as name@example.com, or leave the cell empty',NULL,0);
INSERT INTO "rows" VALUES(1,6,'created','{"email": "wang@example.com", "inbox_id": "407", "name": "王小明"}',NULL,X'4751329DCB826029E4A7FFC323AFF71D',0,'100005','','','',200,1);
INSERT INTO "rows" VALUES(1,7,'duplicate','{"email": "ann@example.com", "identifier": "A-1", "inbox_id": "407", "name": "Ann Example"}','[]',NULL,0,NULL,'duplicate','the same person as row 2 (email)','',NULL,0);
INSERT INTO "rows" VALUES(1,8,'exists','{"email": "eve@example.com", "inbox_id": "407", "name": "Eve Example"}',NULL,X'8EA17AFE5053CD53F1A6DC6E2A81B4FE',0,'100001','','','',422,1);
INSERT INTO "rows" VALUES(2,2,'updated','{"additional_attributes.city": "Hamburg", "email": "ann@example.com", "identifier": "A-1", "inbox_id": "407", "name": "Ann Example"}',NULL,X'B88B4E79A0735072ED6C3DF4EAD2CEBF',0,'100002','','','',200,1);
INSERT INTO "rows" VALUES(3,2,'sent','{"inbox_id": "407", "name": "Lee"}','["Lee", ""]',X'90FBC3EFA6FFF0527943C2E60AB05C9B',0,NULL,'','','',NULL,0);
INSERT INTO "rows" VALUES(3,3,'sent','{"email": "mia@example.com", "inbox_id": "407", "name": "Mia Example"}','["Mia Example", "mia@example.com"]',X'4FF3AB9B4C27936DED78B8C0B7D81F21',0,NULL,'','','',NULL,0);
INSERT INTO "rows" VALUES(3,4,'sent','{"email": "noa@example.com", "inbox_id": "407", "name": "Noa Example"}','["Noa Example", "noa@example.com"]',X'D5A1E1F1C7DB5245340FD29DA68D6AB0',0,NULL,'','','',NULL,0);
CREATE TABLE runs (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    record TEXT NOT NULL
);
INSERT INTO "runs" VALUES(1,'people-20261129-111921','{"id": "people-20261129-111921", "file": "people.csv", "kind": "csv", "sheet": null, "inbox_id": "407", "base_url": "http://127.0.0.1:28401", "started_at": "2026-11-29T11:19:21.342+00:00", "titles": ["Name", "Email", "Phone", "External ID", "City"], "mapping": {"Name": "name", "Email": "email", "Phone": "phone_number", "External ID": "identifier", "City": "additional_attributes.city"}, "mode": "import", "finished_at": "2026-11-29T11:19:21.379+00:00", "exit_code": 1, "stopped": "", "requests": 7, "retries": 0, "send_seconds": 0.0}');
INSERT INTO "runs" VALUES(2,'changed-20261129-111922','{"id": "changed-20261129-111922", "file": "changed.csv", "kind": "csv", "sheet": null, "inbox_id": "407", "base_url": "http://127.0.0.1:28401", "started_at": "2026-11-29T11:19:22.185+00:00", "titles": ["Name", "Email", "External ID", "City"], "mapping": {"Name": "name", "Email": "email", "External ID": "identifier", "City": "additional_attributes.city"}, "mode": "import", "finished_at": "2026-11-29T11:19:22.214+00:00", "exit_code": 0, "stopped": "", "requests": 4, "retries": 0, "send_seconds": 0.0}');
INSERT INTO "runs" VALUES(3,'late-20261129-111923','{"id": "late-20261129-111923", "file": "late.csv", "kind": "csv", "sheet": null, "inbox_id": "407", "base_url": "http://127.0.0.1:28401", "started_at": "2026-11-29T11:19:23.028+00:00", "titles": ["Name", "Email"], "mapping": {"Name": "name", "Email": "email"}, "mode": "import", "finished_at": null, "exit_code": null, "stopped": "", "requests": 0, "retries": 0, "send_seconds": 0.0}');
COMMIT;
PRAGMA user_version = 1;
