BEGIN TRANSACTION;
CREATE TABLE contacts (
    fingerprint BLOB PRIMARY KEY,
    status TEXT NOT NULL,
    contact_id TEXT,
    server TEXT NOT NULL,
    run INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO "contacts" VALUES(X'06C5ADA3A9C103E4B5F02DFEE01C72D9','unchanged','100001','http://127.0.0.1:28403',1);
INSERT INTO "contacts" VALUES(X'4609A2777D13A62BBBD6DCE8D0CEE31F','sent',NULL,'http://127.0.0.1:28403',3);
INSERT INTO "contacts" VALUES(X'6FD18591F89F0A02C9D3618BD54B8462','created','100005','http://127.0.0.1:28403',1);
INSERT INTO "contacts" VALUES(X'7D5CB4603FDB1D62699CA894C9474369','sent',NULL,'http://127.0.0.1:28403',3);
INSERT INTO "contacts" VALUES(X'8D4B64FFAF23C6297133B2F868DF5D39','created','100004','http://127.0.0.1:28403',1);
INSERT INTO "contacts" VALUES(X'AA58CFBBC679A79ABA8AB4D98C531BB6','sent',NULL,'http://127.0.0.1:28403',3);
INSERT INTO "contacts" VALUES(X'E805E19B18E5F8EC3B80BB5D1D18DD7F','created','100003','http://127.0.0.1:28403',1);
INSERT INTO "contacts" VALUES(X'F69752CF6E5C06934C0EE8115D612373','updated','100002','http://127.0.0.1:28403',2);
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
INSERT INTO "rows" VALUES(1,2,'created','{"additional_attributes.city": "Berlin", "email": "ann@example.com", "identifier": "A-1", "inbox_id": "407", "name": "Ann Example", "phone_number": "+8613800138000"}',NULL,X'031A26CA67120AE049A4C4EC0064E291',0,'100002','','','',200,1);
INSERT INTO "rows" VALUES(1,3,'created','{"inbox_id": "407", "name": "Kim"}',NULL,X'E805E19B18E5F8EC3B80BB5D1D18DD7F',0,'100003','','','',200,1);
INSERT INTO "rows" VALUES(1,4,'created','{"inbox_id": "407", "name": "Kim"}',NULL,X'8D4B64FFAF23C6297133B2F868DF5D39',0,'100004','','','',200,1);
INSERT INTO "rows" VALUES(1,5,'invalid','{"email": "bob@", "identifier": "B-2", "name": "Bob Example"}','["Bob Example", "bob@", "", "B-2", ""]',NULL,0,NULL,'bad_email','email: "bob@" is not an email address (nothing after the @)','write it as name@example.com, or leave the cell empty',NULL,0);
INSERT INTO "rows" VALUES(1,6,'created','{"email": "wang@example.com", "inbox_id": "407", "name": "王小明"}',NULL,X'6FD18591F89F0A02C9D3618BD54B8462',0,'100005','','','',200,1);
INSERT INTO "rows" VALUES(1,7,'duplicate','{"email": "ann@example.com", "identifier": "A-1", "inbox_id": "407", "name": "Ann Example"}',NULL,NULL,0,NULL,'duplicate','the same person as row 2 (identifier)','',NULL,0);
INSERT INTO "rows" VALUES(1,8,'exists','{"email": "eve@example.com", "inbox_id": "407", "name": "Eve Example"}',NULL,X'06C5ADA3A9C103E4B5F02DFEE01C72D9',0,'100001','','','',422,1);
INSERT INTO "rows" VALUES(2,2,'updated','{"additional_attributes.city": "Hamburg", "email": "ann@example.com", "identifier": "A-1", "inbox_id": "407", "name": "Ann Example"}',NULL,X'F69752CF6E5C06934C0EE8115D612373',0,'100002','','','',200,1);
INSERT INTO "rows" VALUES(3,2,'sent','{"inbox_id": "407", "name": "Lee"}','["Lee", ""]',X'7D5CB4603FDB1D62699CA894C9474369',0,NULL,'','','',NULL,0);
INSERT INTO "rows" VALUES(3,3,'sent','{"email": "mia@example.com", "inbox_id": "407", "name": "Mia Example"}','["Mia Example", "mia@example.com"]',X'AA58CFBBC679A79ABA8AB4D98C531BB6',0,NULL,'','','',NULL,0);
INSERT INTO "rows" VALUES(3,4,'sent','{"email": "noa@example.com", "inbox_id": "407", "name": "Noa Example"}','["Noa Example", "noa@example.com"]',X'4609A2777D13A62BBBD6DCE8D0CEE31F',0,NULL,'','','',NULL,0);
CREATE TABLE runs (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    record TEXT NOT NULL
);
INSERT INTO "runs" VALUES(1,'people-20261129-111926','{"id": "people-20261129-111926", "file": "people.csv", "kind": "csv", "sheet": null, "inbox_id": "407", "base_url": "http://127.0.0.1:28403", "started_at": "2026-11-29T11:19:26.106+00:00", "titles": ["Name", "Email", "Phone", "External ID", "City"], "mapping": {"Name": "name", "Email": "email", "Phone": "phone_number", "External ID": "identifier", "City": "additional_attributes.city"}, "mode": "import", "finished_at": "2026-11-29T11:19:26.143+00:00", "exit_code": 1, "stopped": "", "requests": 8, "retries": 0, "repairs": [], "forgotten_at": null}');
INSERT INTO "runs" VALUES(2,'changed-20261129-111926','{"id": "changed-20261129-111926", "file": "changed.csv", "kind": "csv", "sheet": null, "inbox_id": "407", "base_url": "http://127.0.0.1:28403", "started_at": "2026-11-29T11:19:26.840+00:00", "titles": ["Name", "Email", "External ID", "City"], "mapping": {"Name": "name", "Email": "email", "External ID": "identifier", "City": "additional_attributes.city"}, "mode": "import", "finished_at": "2026-11-29T11:19:26.868+00:00", "exit_code": 0, "stopped": "", "requests": 3, "retries": 0, "repairs": [], "forgotten_at": null}');
INSERT INTO "runs" VALUES(3,'late-20261129-111927','{"id": "late-20261129-111927", "file": "late.csv", "kind": "csv", "sheet": null, "inbox_id": "407", "base_url": "http://127.0.0.1:28403", "started_at": "2026-11-29T11:19:27.715+00:00", "titles": ["Name", "Email"], "mapping": {"Name": "name", "Email": "email"}, "mode": "import", "finished_at": null, "exit_code": null, "stopped": "", "requests": 0, "retries": 0, "repairs": [], "forgotten_at": null}');
CREATE INDEX contacts_by_id ON contacts (contact_id);
COMMIT;
PRAGMA user_version = 1;
