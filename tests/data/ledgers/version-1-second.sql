BEGIN TRANSACTION;
CREATE TABLE contacts (
    fingerprint BLOB PRIMARY KEY,
    status TEXT NOT NULL,
    contact_id TEXT,
    run INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO "contacts" VALUES(X'257431B00F116393801EBC4B2832A16C','sent',NULL,3);
INSERT INTO "contacts" VALUES(X'3B2E7017C8A70D38BC7E55A40F3516ED','sent',NULL,3);
INSERT INTO "contacts" VALUES(X'3ED2621E32A44DE39499FE725FCE8069','created','100004',1);
INSERT INTO "contacts" VALUES(X'45C7528579BB52D26477F58D240B8BA8','unchanged','100001',1);
INSERT INTO "contacts" VALUES(X'47438E3F141EAAB7A99AC83FDED8557A','updated','100002',2);
INSERT INTO "contacts" VALUES(X'56F7FF0F98F3C09E42D05B84C49EFA9A','created','100003',1);
INSERT INTO "contacts" VALUES(X'5C35A177A47B4822A4A9BAB0CAFE45F4','sent',NULL,3);
INSERT INTO "contacts" VALUES(X'DBD714AF03C3E7621B592DABA815F2B9','created','100005',1);
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
INSERT INTO "rows" VALUES(1,2,'created','{"additional_attributes.city": "Berlin", "email": "ann@example.com", "identifier": "A-1", "inbox_id": "407", "name": "Ann Example", "phone_number": "+8613800138000"}',NULL,X'0F21D052F8D51097C3B1FBC80DDA840F',0,'100002','','','',200,1);
INSERT INTO "rows" VALUES(1,3,'created','{"inbox_id": "407", "name": "Kim"}',NULL,X'56F7FF0F98F3C09E42D05B84C49EFA9A',0,'100003','','','',200,1);
INSERT INTO "rows" VALUES(1,4,'created','{"inbox_id": "407", "name": "Kim"}',NULL,X'3ED2621E32A44DE39499FE725FCE8069',0,'100004','','','',200,1);
INSERT INTO "rows" VALUES(1,5,'invalid','{"email": "bob@", "identifier": "B-2", "name": "Bob Example"}','["Bob Example", "bob@", "", "B-2", ""]',NULL,0,NULL,'bad_email','email: "bob@" is not an email address (nothing after the @)','write it as name@example.com, or leave the cell empty',NULL,0);
INSERT INTO "rows" VALUES(1,6,'created','{"email": "wang@example.com", "inbox_id": "407", "name": "王小明"}',NULL,X'DBD714AF03C3E7621B592DABA815F2B9',0,'100005','','','',200,1);
INSERT INTO "rows" VALUES(1,7,'duplicate','{"email": "ann@example.com", "identifier": "A-1", "inbox_id": "407", "name": "Ann Example"}','[]',NULL,0,NULL,'duplicate','the same person as row 2 (email)','',NULL,0);
INSERT INTO "rows" VALUES(1,8,'exists','{"email": "eve@example.com", "inbox_id": "407", "name": "Eve Example"}',NULL,X'45C7528579BB52D26477F58D240B8BA8',0,'100001','','','',422,1);
INSERT INTO "rows" VALUES(2,2,'updated','{"additional_attributes.city": "Hamburg", "email": "ann@example.com", "identifier": "A-1", "inbox_id": "407", "name": "Ann Example"}',NULL,X'47438E3F141EAAB7A99AC83FDED8557A',0,'100002','','','',200,1);
INSERT INTO "rows" VALUES(3,2,'sent','{"inbox_id": "407", "name": "Lee"}','["Lee", ""]',X'3B2E7017C8A70D38BC7E55A40F3516ED',0,NULL,'','','',NULL,0);
INSERT INTO "rows" VALUES(3,3,'sent','{"email": "mia@example.com", "inbox_id": "407", "name": "Mia Example"}','["Mia Example", "mia@example.com"]',X'257431B00F116393801EBC4B2832A16C',0,NULL,'','','',NULL,0);
INSERT INTO "rows" VALUES(3,4,'sent','{"email": "noa@example.com", "inbox_id": "407", "name": "Noa Example"}','["Noa Example", "noa@example.com"]',X'5C35A177A47B4822A4A9BAB0CAFE45F4',0,NULL,'','','',NULL,0);
CREATE TABLE runs (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    record TEXT NOT NULL
);
INSERT INTO "runs" VALUES(1,'people-20261129-111923','{"id": "people-20261129-111923", "file": "people.csv", "kind": "csv", "sheet": null, "inbox_id": "407", "base_url": "http://127.0.0.1:28402", "started_at": "2026-11-29T11:19:23.706+00:00", "titles": ["Name", "Email", "Phone", "External ID", "City"], "mapping": {"Name": "name", "Email": "email", "Phone": "phone_number", "External ID": "identifier", "City": "additional_attributes.city"}, "mode": "import", "finished_at": "2026-11-29T11:19:23.742+00:00", "exit_code": 1, "stopped": "", "requests": 7, "retries": 0, "send_seconds": 0.0}');
INSERT INTO "runs" VALUES(2,'changed-20261129-111924','{"id": "changed-20261129-111924", "file": "changed.csv", "kind": "csv", "sheet": null, "inbox_id": "407", "base_url": "http://127.0.0.1:28402", "started_at": "2026-11-29T11:19:24.526+00:00", "titles": ["Name", "Email", "External ID", "City"], "mapping": {"Name": "name", "Email": "email", "External ID": "identifier", "City": "additional_attributes.city"}, "mode": "import", "finished_at": "2026-11-29T11:19:24.556+00:00", "exit_code": 0, "stopped": "", "requests": 4, "retries": 0, "send_seconds": 0.0}');
INSERT INTO "runs" VALUES(3,'late-20261129-111925','{"id": "late-20261129-111925", "file": "late.csv", "kind": "csv", "sheet": null, "inbox_id": "407", "base_url": "http://127.0.0.1:28402", "started_at": "2026-11-29T11:19:25.364+00:00", "titles": ["Name", "Email"], "mapping": {"Name": "name", "Email": "email"}, "mode": "import", "finished_at": null, "exit_code": null, "stopped": "", "requests": 0, "retries": 0, "send_seconds": 0.0}');
CREATE INDEX contacts_by_id ON contacts (contact_id);
COMMIT;
PRAGMA user_version = 1;
