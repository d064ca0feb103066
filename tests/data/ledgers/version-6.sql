BEGIN TRANSACTION;
CREATE TABLE capabilities (
    server TEXT NOT NULL,
    name TEXT NOT NULL,
    answer INTEGER NOT NULL,
    told_at REAL NOT NULL,
    PRIMARY KEY (server, name)
) WITHOUT ROWID
;
CREATE TABLE changes (
    run INTEGER NOT NULL,
    source INTEGER NOT NULL,
    number INTEGER NOT NULL,
    field TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    PRIMARY KEY (run, source, number, field)
) WITHOUT ROWID
;
INSERT INTO "changes" VALUES(2,0,2,'additional_attributes.city','100002','"Berlin"','"Hamburg"');
CREATE TABLE contacts (
    fingerprint BLOB PRIMARY KEY,
    status TEXT NOT NULL,
    contact_id TEXT,
    server TEXT NOT NULL,
    run INTEGER NOT NULL
, since REAL, until REAL, source INTEGER, number INTEGER) WITHOUT ROWID;
INSERT INTO "contacts" VALUES(X'020EB2471FF2CF24E6EFC95D6C21B978','created','100003','http://127.0.0.1:28408',1,NULL,NULL,0,3);
INSERT INTO "contacts" VALUES(X'8CA51C24B42F2029AE74AF208360CD45','updated','100002','http://127.0.0.1:28408',2,NULL,NULL,0,2);
INSERT INTO "contacts" VALUES(X'C61B6362A46D6304AA6FCE000A809505','created','100004','http://127.0.0.1:28408',1,NULL,NULL,0,4);
INSERT INTO "contacts" VALUES(X'D1755D1CBB4F54ED5C3C3F8C9A3CE694','created','100005','http://127.0.0.1:28408',1,NULL,NULL,0,6);
INSERT INTO "contacts" VALUES(X'D51F6BC8A54569B670C890A91F38C715','unchanged','100001','http://127.0.0.1:28408',1,NULL,NULL,0,8);
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
    flaws TEXT, since REAL, until REAL, known_id TEXT, by_search INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (run, source, number)
) WITHOUT ROWID;
INSERT INTO "rows" VALUES(1,0,2,'created','{"additional_attributes.city": "Berlin", "email": "ann@example.com", "identifier": "A-1", "inbox_id": "407", "name": "Ann Example", "phone_number": "+8613800138000"}','["Ann Example","ann@example.com","+8613800138000","A-1","Berlin"]',X'248E3610A2882C9555FC982698C48D36',0,'100002','','','',200,1,NULL,1.79595117932996511458e+09,NULL,NULL,0);
INSERT INTO "rows" VALUES(1,0,3,'created','{"inbox_id": "407", "name": "Kim"}','["Kim","","","",""]',X'020EB2471FF2CF24E6EFC95D6C21B978',0,'100003','','','["perhaps no person: {reasons}",{"reasons":[["it has nothing else",{}]],"kind":"apart"}]',200,1,NULL,1.79595117933438491817e+09,NULL,NULL,0);
INSERT INTO "rows" VALUES(1,0,4,'created','{"inbox_id": "407", "name": "Kim"}','["Kim","","","",""]',X'C61B6362A46D6304AA6FCE000A809505',0,'100004','','','["perhaps no person: {reasons}",{"reasons":[["it has nothing else",{}]],"kind":"apart"}]',200,1,NULL,1.79595117933606529233e+09,NULL,NULL,0);
INSERT INTO "rows" VALUES(1,0,5,'invalid','{"email": "bob@", "identifier": "B-2", "name": "Bob Example"}','["Bob Example","bob@","","B-2",""]',NULL,0,NULL,'bad_email','["email: {value} is not an email address ({reason})",{"value":"\"bob@\"","reason":["nothing after the @",{}]}]','["write it as name@example.com, or leave the cell empty",{}]',NULL,0,'[["[\"email: {value} is not an email address ({reason})\",{\"value\":\"\\\"bob@\\\"\",\"reason\":[\"nothing after the @\",{}]}]", "email", 1, "[\"write it as name@example.com, or leave the cell empty\",{}]"]]',NULL,NULL,NULL,0);
INSERT INTO "rows" VALUES(1,0,6,'created','{"email": "wang@example.com", "inbox_id": "407", "name": "王小明"}','["王小明","wang@example.com","","",""]',X'D1755D1CBB4F54ED5C3C3F8C9A3CE694',0,'100005','','','',200,1,NULL,1.79595117933438491817e+09,NULL,NULL,0);
INSERT INTO "rows" VALUES(1,0,7,'duplicate','{"email": "ann@example.com", "identifier": "A-1", "inbox_id": "407", "name": "Ann Example"}','["Ann Example","ann@example.com","","A-1",""]',NULL,0,NULL,'duplicate','["the same person as row {row} ({field})",{"row":2,"field":"identifier"}]','',NULL,0,NULL,NULL,NULL,NULL,0);
INSERT INTO "rows" VALUES(1,0,8,'exists','{"email": "eve@example.com", "inbox_id": "407", "name": "Eve Example"}','["Eve Example","eve@example.com","","",""]',X'D51F6BC8A54569B670C890A91F38C715',0,'100001','','','["not added to inbox {inbox}: only a create can do that",{"inbox":"407","kind":"other_inbox"}]',422,1,NULL,1.79595117933606529233e+09,NULL,NULL,0);
INSERT INTO "rows" VALUES(2,0,2,'updated','{"additional_attributes.city": "Hamburg", "email": "ann@example.com", "identifier": "A-1", "inbox_id": "407", "name": "Ann Example"}','["Ann Example","ann@example.com","A-1","Hamburg"]',X'8CA51C24B42F2029AE74AF208360CD45',0,'100002','','','["changed: {fields}",{"fields":["additional_attributes.city \"Berlin\" -> \"Hamburg\""]}]',200,0,NULL,1.79595118053887057305e+09,NULL,'100002',0);
INSERT INTO "rows" VALUES(3,0,2,'sent','{"inbox_id": "407", "name": "Lee"}','["Lee",""]',X'10B0453514151B99BE1A04D0855A299E',0,NULL,'','','["perhaps no person: {reasons}",{"reasons":[["it has nothing else",{}]],"kind":"apart"}]',NULL,0,NULL,1.79595118175339198106e+09,NULL,NULL,0);
INSERT INTO "rows" VALUES(3,0,3,'sent','{"email": "mia@example.com", "inbox_id": "407", "name": "Mia Example"}','["Mia Example","mia@example.com"]',X'76CBB05F8F3F873DA2AFA294E435F218',0,NULL,'','','',NULL,0,NULL,1.79595118175107359885e+09,NULL,NULL,0);
INSERT INTO "rows" VALUES(3,0,4,'sent','{"email": "noa@example.com", "inbox_id": "407", "name": "Noa Example"}','["Noa Example","noa@example.com"]',X'CE24BAFDFA1130FBDD6EA4A8F2FD1031',0,NULL,'','','',NULL,0,NULL,1.79595118175107359885e+09,NULL,NULL,0);
CREATE TABLE runs (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    record TEXT NOT NULL
, written_at REAL);
INSERT INTO "runs" VALUES(1,'people-20261129-111939','{"id": "people-20261129-111939", "file": "people.csv", "kind": "csv", "sheet": null, "inbox_id": "407", "base_url": "http://127.0.0.1:28408", "started_at": "2026-11-29T11:19:39.108+00:00", "titles": ["Name", "Email", "Phone", "External ID", "City"], "mapping": {"Name": "name", "Email": "email", "Phone": "phone_number", "External ID": "identifier", "City": "additional_attributes.city"}, "mode": "import", "finished_at": "2026-11-29T11:19:39.452+00:00", "exit_code": 1, "stopped": null, "requests": 9, "retries": 0, "repairs": [], "forgotten_at": null, "started_by": "ann@desk", "arguments": ["people.csv", "--inbox", "407", "--concurrency", "1"], "options": {"base_url": "http://127.0.0.1:28408", "inbox_id": "407", "concurrency": 1}, "widths": [], "measures": {"lasted_s": 0.123, "span_s": 1.0, "settled": [5], "pauses": [], "latencies": [[0.35, 1], [0.46, 1], [0.5, 1], [0.71, 1], [0.92, 2], [1.09, 1], [1.68, 1]]}, "capabilities": {}, "sheets": [], "sha256": "", "of_run": null, "ledger_version": 6, "inboxes": {"407": 5}, "vanished": null, "corrects": [], "by_hand": [0, 0], "uploads": ""}',1.79595117945090222361e+09);
INSERT INTO "runs" VALUES(2,'changed-20261129-111940','{"id": "changed-20261129-111940", "file": "changed.csv", "kind": "csv", "sheet": null, "inbox_id": "407", "base_url": "http://127.0.0.1:28408", "started_at": "2026-11-29T11:19:40.321+00:00", "titles": ["Name", "Email", "External ID", "City"], "mapping": {"Name": "name", "Email": "email", "External ID": "identifier", "City": "additional_attributes.city"}, "mode": "import", "finished_at": "2026-11-29T11:19:40.545+00:00", "exit_code": 0, "stopped": null, "requests": 2, "retries": 0, "repairs": [], "forgotten_at": null, "started_by": "ann@desk", "arguments": ["changed.csv", "--inbox", "407", "--on-duplicate", "update"], "options": {"base_url": "http://127.0.0.1:28408", "inbox_id": "407", "on_duplicate": "update"}, "widths": [], "measures": {"lasted_s": 0.009, "span_s": 1.0, "settled": [1], "pauses": [], "latencies": [[0.5, 1], [2.0, 1]]}, "capabilities": {}, "sheets": [], "sha256": "", "of_run": null, "ledger_version": 6, "inboxes": {"407": 1}, "vanished": null, "corrects": [], "by_hand": [0, 0], "uploads": ""}',1.79595118054439187044e+09);
INSERT INTO "runs" VALUES(3,'late-20261129-111941','{"id": "late-20261129-111941", "file": "late.csv", "kind": "csv", "sheet": null, "inbox_id": "407", "base_url": "http://127.0.0.1:28408", "started_at": "2026-11-29T11:19:41.526+00:00", "titles": ["Name", "Email"], "mapping": {"Name": "name", "Email": "email"}, "mode": "import", "finished_at": null, "exit_code": null, "stopped": null, "requests": 0, "retries": 0, "repairs": [], "forgotten_at": null, "started_by": "ann@desk", "arguments": ["late.csv", "--inbox", "407"], "options": {"base_url": "http://127.0.0.1:28408", "inbox_id": "407"}, "widths": [], "measures": {"lasted_s": 0.0, "span_s": 1.0, "settled": [], "pauses": [], "latencies": []}, "capabilities": {}, "sheets": [], "sha256": "", "of_run": null, "ledger_version": 6, "inboxes": {}, "vanished": null, "corrects": [], "by_hand": [0, 0], "uploads": ""}',1.79595118175386428828e+09);
CREATE INDEX contacts_by_id ON contacts (contact_id);
COMMIT;
PRAGMA user_version = 6;
