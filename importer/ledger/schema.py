"""The ledger's tables, and the way to them from every version that ever was.

Each migration raises the version by one, the first creates the ledger; so a new ledger and an old one that was
migrated have the same tables, to the letter. ``tests/data/ledgers`` has a ledger of each version.
"""

import sqlite3
from collections.abc import Iterator
from typing import Final

_SCHEMA: Final = """
CREATE TABLE runs (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    record TEXT NOT NULL
);
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
CREATE TABLE contacts (
    fingerprint BLOB PRIMARY KEY,
    status TEXT NOT NULL,
    contact_id TEXT,
    server TEXT NOT NULL,
    run INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX contacts_by_id ON contacts (contact_id);
"""
_ROWS_BY_SOURCE: Final = """
CREATE TABLE rows_by_source (
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
INSERT INTO rows_by_source SELECT run, 0, number, status, contact, cells, fingerprint, in_doubt, contact_id,
    error_code, error, hint, http_status, attempts, flaws FROM rows;
DROP TABLE rows;
ALTER TABLE rows_by_source RENAME TO rows;
"""
_WINDOWS: Final = """
ALTER TABLE runs ADD COLUMN written_at REAL;
ALTER TABLE rows ADD COLUMN since REAL;
ALTER TABLE rows ADD COLUMN until REAL;
ALTER TABLE contacts ADD COLUMN since REAL;
ALTER TABLE contacts ADD COLUMN until REAL;
UPDATE contacts SET
    since = (SELECT CAST(strftime('%s', json_extract(record, '$.started_at')) AS REAL) FROM runs WHERE seq = run),
    until = strftime('%s', 'now') + 60.0
WHERE status = 'sent';
UPDATE rows SET
    since = (SELECT CAST(strftime('%s', json_extract(record, '$.started_at')) AS REAL) FROM runs WHERE seq = run)
WHERE status = 'sent'
"""
"""When a row in doubt can have been stored: in an older ledger from its run's start on, and until a minute from now."""

_CAPABILITIES: Final = """
CREATE TABLE capabilities (
    server TEXT NOT NULL,
    name TEXT NOT NULL,
    answer INTEGER NOT NULL,
    told_at REAL NOT NULL,
    PRIMARY KEY (server, name)
) WITHOUT ROWID
"""

_CHANGES: Final = """
ALTER TABLE rows ADD COLUMN known_id TEXT;
ALTER TABLE rows ADD COLUMN by_search INTEGER NOT NULL DEFAULT 0;
ALTER TABLE contacts ADD COLUMN source INTEGER;
ALTER TABLE contacts ADD COLUMN number INTEGER;
CREATE INDEX rows_by_fingerprint ON rows (run, fingerprint);
UPDATE contacts SET (source, number) = (
    SELECT source, number FROM rows WHERE rows.run = contacts.run AND rows.fingerprint = contacts.fingerprint LIMIT 1
);
DROP INDEX rows_by_fingerprint;
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
"""
"""What updates change; and of a known contact the row that wrote it."""

_KNOWN_CONTACTS: Final = _SCHEMA[_SCHEMA.index("CREATE TABLE contacts") :]
_FIRST_LAYOUTS: Final = f"""
DROP INDEX IF EXISTS contacts_by_id;
ALTER TABLE contacts RENAME TO contacts_of_old;
{_KNOWN_CONTACTS}
INSERT INTO contacts SELECT fingerprint, status, contact_id, sent_by.server, sent_by.run
FROM contacts_of_old JOIN (
    SELECT fingerprint AS sent, json_extract(record, '$.base_url') AS server, max(run) AS run
    FROM rows JOIN runs ON seq = run WHERE json_extract(record, '$.mode') = 'import' GROUP BY fingerprint
) AS sent_by ON sent = fingerprint
WHERE status <> 'exists';
DELETE FROM contacts WHERE EXISTS (
    SELECT 1 FROM contacts AS newer
    WHERE newer.contact_id = contacts.contact_id AND newer.server = contacts.server AND newer.run > contacts.run
);
DROP TABLE contacts_of_old
"""
"""Ledgers of the first day call themselves version 1, and their contacts name no server, or no run either. They hold
what an update has replaced since, and contacts that were left alone with other data: neither may pass for unchanged."""

_MIGRATIONS: Final = (
    _SCHEMA,
    "ALTER TABLE rows ADD COLUMN flaws TEXT;",
    _ROWS_BY_SOURCE,
    _WINDOWS,
    _CAPABILITIES,
    _CHANGES,
)
VERSION: Final = len(_MIGRATIONS)


def migrate(db: sqlite3.Connection, version: int) -> None:
    """Make tables of this ``version`` those of ``VERSION``, within the caller's transaction; 0 is an empty file."""
    for statement in _statements(db, version):
        db.execute(statement)
    db.execute(f"PRAGMA user_version = {VERSION}")


def tables(db: sqlite3.Connection) -> dict[str, str]:
    """What the tables and indexes of a ledger were made with, by their names."""
    return dict(db.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name"))


def _statements(db: sqlite3.Connection, version: int) -> Iterator[str]:
    if version == 1 and "server" not in {name for _, name, *_ in db.execute("PRAGMA table_info(contacts)")}:
        yield from _FIRST_LAYOUTS.split(";")
    for migration in _MIGRATIONS[version:]:
        yield from migration.split(";")
