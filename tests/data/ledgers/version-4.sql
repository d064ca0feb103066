BEGIN TRANSACTION;
CREATE TABLE contacts (
    fingerprint BLOB PRIMARY KEY,
    status TEXT NOT NULL,
    contact_id TEXT,
    server TEXT NOT NULL,
    run INTEGER NOT NULL
, since REAL, until REAL) WITHOUT ROWID;
INSERT INTO "contacts" VALUES(X'20C135C5465D5A9A05BB883CC044AC48','unchanged','100001','http://127.0.0.1:28406',1,NULL,NULL);
INSERT INTO "contacts" VALUES(X'659BC84D39A387452A931D5BC3B67919','updated','100002','http://127.0.0.1:28406',2,NULL,NULL);
INSERT INTO "contacts" VALUES(X'AE0C8B82E4FDF820773B292E2CF1D95C','created','100003','http://127.0.0.1:28406',1,NULL,NULL);
INSERT INTO "contacts" VALUES(X'B296700DCD927FD9D1A61F0D6D3396E4','created','100004','http://127.0.0.1:28406',1,NULL,NULL);
INSERT INTO "contacts" VALUES(X'B5D33994B66A3AE22D13C178D51A2D84','created','100005','http://127.0.0.1:28406',1,NULL,NULL);
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
INSERT INTO "rows" VALUES(1,0,2,'created','{"additional_attributes.city": "Berlin", "email": "ann@example.com", "identifier": "A-1", "inbox_id": "407", "name": "Ann Example", "phone_number": "+8613800138000"}',NULL,X'984B7C5C11D161A8F226066A7B751F44',0,'100002','','','',200,1,NULL,1.79595117391847252851e+09,NULL);
INSERT INTO "rows" VALUES(1,0,3,'created','{"inbox_id": "407", "name": "Kim"}',NULL,X'AE0C8B82E4FDF820773B292E2CF1D95C',0,'100003','','','',200,1,NULL,1.79595117392201089863e+09,NULL);
INSERT INTO "rows" VALUES(1,0,4,'created','{"inbox_id": "407", "name": "Kim"}',NULL,X'B296700DCD927FD9D1A61F0D6D3396E4',0,'100004','','','',200,1,NULL,1.79595117392449736591e+09,NULL);
INSERT INTO "rows" VALUES(1,0,5,'invalid','{"email": "bob@", "identifier": "B-2", "name": "Bob Example"}','["Bob Example","bob@","","B-2",""]',NULL,0,NULL,'bad_email','["email: {value} is not an email address ({reason})",{"value":"\"bob@\"","reason":["nothing after the @",{}]}]','["write it as name@example.com, or leave the cell empty",{}]',NULL,0,'[["[\"email: {value} is not an email address ({reason})\",{\"value\":\"\\\"bob@\\\"\",\"reason\":[\"nothing after the @\",{}]}]", "email", 1, "[\"write it as name@example.com, or leave the cell empty\",{}]"]]',NULL,NULL);
INSERT INTO "rows" VALUES(1,0,6,'created','{"email": "wang@example.com", "inbox_id": "407", "name": "王小明"}',NULL,X'B5D33994B66A3AE22D13C178D51A2D84',0,'100005','','','',200,1,NULL,1.79595117392201089863e+09,NULL);
INSERT INTO "rows" VALUES(1,0,7,'duplicate','{"email": "ann@example.com", "identifier": "A-1", "inbox_id": "407", "name": "Ann Example"}',NULL,NULL,0,NULL,'duplicate','["the same person as row {row} ({field})",{"row":2,"field":"identifier"}]','',NULL,0,NULL,NULL,NULL);
INSERT INTO "rows" VALUES(1,0,8,'exists','{"email": "eve@example.com", "inbox_id": "407", "name": "Eve Example"}',NULL,X'20C135C5465D5A9A05BB883CC044AC48',0,'100001','','','',422,1,NULL,1.79595117392449736591e+09,NULL);
INSERT INTO "rows" VALUES(2,0,2,'updated','{"additional_attributes.city": "Hamburg", "email": "ann@example.com", "identifier": "A-1", "inbox_id": "407", "name": "Ann Example"}',NULL,X'659BC84D39A387452A931D5BC3B67919',0,'100002','','','',200,1,NULL,1.79595117475809788699e+09,NULL);
INSERT INTO "rows" VALUES(3,0,2,'sent','{"inbox_id": "407", "name": "Lee"}','["Lee",""]',X'275211301E93BA17499BB67BD1EA3C43',0,NULL,'','','',NULL,0,NULL,1795951175.58778,NULL);
INSERT INTO "rows" VALUES(3,0,3,'sent','{"email": "mia@example.com", "inbox_id": "407", "name": "Mia Example"}','["Mia Example","mia@example.com"]',X'C21CB3890C92B0ACB1DFA07DCA0F9E19',0,NULL,'','','',NULL,0,NULL,1.79595117558568263056e+09,NULL);
INSERT INTO "rows" VALUES(3,0,4,'sent','{"email": "noa@example.com", "inbox_id": "407", "name": "Noa Example"}','["Noa Example","noa@example.com"]',X'5FC4D5633391F300314F2B58EE0F2A1B',0,NULL,'','','',NULL,0,NULL,1.79595117558568263056e+09,NULL);
CREATE TABLE runs (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    record TEXT NOT NULL
, written_at REAL);
INSERT INTO "runs" VALUES(1,'people-20261129-111933','{"id": "people-20261129-111933", "file": "people.csv", "kind": "csv", "sheet": null, "inbox_id": "407", "base_url": "http://127.0.0.1:28406", "started_at": "2026-11-29T11:19:33.896+00:00", "titles": ["Name", "Email", "Phone", "External ID", "City"], "mapping": {"Name": "name", "Email": "email", "Phone": "phone_number", "External ID": "identifier", "City": "additional_attributes.city"}, "mode": "import", "finished_at": "2026-11-29T11:19:33.929+00:00", "exit_code": 1, "stopped": null, "requests": 9, "retries": 0, "repairs": [], "forgotten_at": null, "started_by": "ann@desk", "arguments": ["people.csv", "--inbox", "407", "--concurrency", "1"], "options": {"base_url": "http://127.0.0.1:28406", "inbox_id": "407", "concurrency": 1}, "widths": [], "measures": {"lasted_s": 0.011, "span_s": 1.0, "settled": [5], "pauses": [], "latencies": [[0.3, 1], [0.39, 1], [0.42, 1], [0.5, 1], [0.65, 1], [0.77, 1], [1.41, 1], [1.68, 1]]}}',1.79595117392805171015e+09);
INSERT INTO "runs" VALUES(2,'changed-20261129-111934','{"id": "changed-20261129-111934", "file": "changed.csv", "kind": "csv", "sheet": null, "inbox_id": "407", "base_url": "http://127.0.0.1:28406", "started_at": "2026-11-29T11:19:34.588+00:00", "titles": ["Name", "Email", "External ID", "City"], "mapping": {"Name": "name", "Email": "email", "External ID": "identifier", "City": "additional_attributes.city"}, "mode": "import", "finished_at": "2026-11-29T11:19:34.765+00:00", "exit_code": 0, "stopped": null, "requests": 3, "retries": 0, "repairs": [], "forgotten_at": null, "started_by": "ann@desk", "arguments": ["changed.csv", "--inbox", "407", "--on-duplicate", "update"], "options": {"base_url": "http://127.0.0.1:28406", "inbox_id": "407", "on_duplicate": "update"}, "widths": [], "measures": {"lasted_s": 0.007, "span_s": 1.0, "settled": [1], "pauses": [], "latencies": [[0.5, 1], [1.09, 1], [2.38, 1]]}}',1.79595117476399230953e+09);
INSERT INTO "runs" VALUES(3,'late-20261129-111935','{"id": "late-20261129-111935", "file": "late.csv", "kind": "csv", "sheet": null, "inbox_id": "407", "base_url": "http://127.0.0.1:28406", "started_at": "2026-11-29T11:19:35.423+00:00", "titles": ["Name", "Email"], "mapping": {"Name": "name", "Email": "email"}, "mode": "import", "finished_at": null, "exit_code": null, "stopped": null, "requests": 0, "retries": 0, "repairs": [], "forgotten_at": null, "started_by": "ann@desk", "arguments": ["late.csv", "--inbox", "407"], "options": {"base_url": "http://127.0.0.1:28406", "inbox_id": "407"}, "widths": [], "measures": {"lasted_s": 0.0, "span_s": 1.0, "settled": [], "pauses": [], "latencies": []}}',1.79595117558785748483e+09);
CREATE INDEX contacts_by_id ON contacts (contact_id);
COMMIT;
PRAGMA user_version = 4;
