"""The ledger's file: its tables and their version, how to open it, and what SQLite's errors mean for it."""

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from importer.error_codes import ERROR_CODES
from importer.errors import LedgerError, TooManyFiles, is_out_of_files, may_open_no_more
from importer.message import Message

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

_MIGRATIONS: Final = (
    # Each raises the version by one; the first creates the ledger.
    _SCHEMA,
    "ALTER TABLE rows ADD COLUMN flaws TEXT;",
    _ROWS_BY_SOURCE,
    _WINDOWS,
    _CAPABILITIES,
    _CHANGES,
)
VERSION: Final = len(_MIGRATIONS)

_LASTING: Final = (
    *("journal_mode = WAL", "synchronous = FULL"),
    "fullfsync = ON",  # macOS: to the disk itself, not to its cache
    "secure_delete = ON",  # overwrite deleted data with zeros
)
_PASSING: Final = ("page_size = 16384", "journal_mode = OFF", "synchronous = OFF")

_FREE_SPACE: Final = Message(
    "free space on its disk and check its permissions, then run the same command again: it continues"
)

# SQLite reports this damage as an operational error.
_DAMAGE: Final = re.compile("no such (?:table|column)|Could not decode|malformed")


def open_to_write(path: Path, *, lasting: bool = True) -> sqlite3.Connection:
    """Open or create the ledger at ``path``, mode 0600; the caller begins and ends transactions.

    A ledger that is not ``lasting`` ends with its process, also where a transaction fails. It does without flushes and
    without a journal (2 µs a row), and has larger pages (0.4 µs); one connection cannot read it while another writes.

    Raises ``LedgerError`` if the file is damaged or of a newer version, and never replaces it.
    """
    with translated(path):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            for setting in _LASTING if lasting else _PASSING:
                db.execute(f"PRAGMA {setting}")
            _migrate(db, path)
        except BaseException:
            db.close()
            raise
    return db


def open_private(schema: str) -> sqlite3.Connection:
    """A database of this process alone, which SQLite keeps in memory or in a temporary file: within one transaction,
    and without a journal."""
    db = sqlite3.connect("", isolation_level=None)
    db.executescript(schema)
    db.execute("PRAGMA journal_mode = OFF")
    db.execute("BEGIN")
    return db


def open_to_read(path: Path) -> sqlite3.Connection:
    """Open a second connection, to read while another thread writes. Raises ``LedgerError``."""
    with translated(path):
        return sqlite3.connect(path, isolation_level=None)


def _migrate(db: sqlite3.Connection, path: Path) -> None:
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise LedgerError(
            "the ledger {path} is of version {version}; this program knows versions up to {newest}",
            "upgrade import-contacts, or name another --output-dir",
            path=path,
            version=version,
            newest=VERSION,
        )
    if version == VERSION:
        return
    # Two programs may open an old ledger at once; the second finds it migrated.
    db.execute("BEGIN IMMEDIATE")
    (version,) = db.execute("PRAGMA user_version").fetchone()
    for statement in ";".join(_MIGRATIONS[version:]).split(";"):
        db.execute(statement)
    db.execute(f"PRAGMA user_version = {VERSION}")
    db.execute("COMMIT")


class OpenedFiles:
    """Owns the identity of files that must stay the very ones that were opened; those not yet there count from when
    they are first seen."""

    def __init__(self, *paths: Path) -> None:
        self._opened = {path: _identity(path) for path in paths}

    def check(self) -> None:
        """Raise ``LedgerError`` if a file was removed or replaced: another import may work on what stands there now."""
        for path, opened in self._opened.items():
            found = _identity(path)
            if opened is None:
                self._opened[path] = found
            elif found != opened:
                raise LedgerError(
                    "{path} was removed or replaced while the import worked",
                    "put it back from a backup if you can, keep it from whatever removes old files, "
                    "and run the same command again: contacts that were sent are found by search, "
                    "but those without email, phone_number and identifier may be sent twice",
                    path=path,
                )


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Raise the errors of SQLite and of the disk as ``LedgerError``, with the remedy."""
    try:
        yield
    except (sqlite3.OperationalError, OSError) as error:
        if _DAMAGE.match(str(error)):
            raise damaged(path, error) from error
        remedy = ERROR_CODES[TooManyFiles.code].hint if is_out_of_files(error) or may_open_no_more() else _FREE_SPACE
        told = Message("the ledger {path} cannot be read or written: {error}", path=path, error=error)
        raise LedgerError(told, remedy) from error
    except sqlite3.DatabaseError as error:
        raise damaged(path, error) from error


@contextmanager
def decoded(path: Path) -> Iterator[None]:
    """Like ``translated``, for a block that only decodes rows and runs: a value that it cannot decode is damage."""
    with translated(path):
        try:
            yield
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise damaged(path, error) from error


def damaged(path: Path, error: Exception) -> LedgerError:
    """The error for a ledger with content that we did not write; it quotes none, since that may be personal data."""
    is_quotable = isinstance(error, sqlite3.Error) and "decode" not in str(error)
    unread = Message("it holds what cannot be read ({error})", error=type(error).__name__)
    reason = str(error) if is_quotable else unread
    return LedgerError(
        "the ledger {path} is damaged: {reason}",
        "restore it from a backup; without one, move it away: contacts imported before are then found by search",
        path=path,
        reason=reason,
    )


def scrub(db: sqlite3.Connection, path: Path) -> None:
    """Remove from the file all that its rows no longer hold; call it outside a transaction. Raises ``LedgerError``.

    ``secure_delete`` overwrites only the newest version of a page (https://sqlite.org/pragma.html#pragma_secure_delete).
    The write-ahead log holds older versions, and older ledgers hold values in the gaps of their pages.
    Needs free space of up to twice the ledger's size.
    """
    with translated(path):
        _fold_in(db, path)  # else VACUUM cuts off pages before their erased content is overwritten in the file
        db.execute("VACUUM")
        _fold_in(db, path)


def _fold_in(db: sqlite3.Connection, path: Path) -> None:
    """Fold the write-ahead log, which holds earlier versions of pages, into the file and empty it."""
    busy, *_ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise LedgerError(
            "another program reads the ledger {path}, so erased data stays in its write-ahead log",
            "end that program, then run the same command again: it finishes",
            path=path,
        )
