"""The ledger's file: how to open it, of whatever version, and what SQLite's errors mean for it."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from importer.error_codes import ERROR_CODES
from importer.errors import LedgerError, TooManyFiles, is_out_of_files, may_open_no_more
from importer.files.identity import identity_of
from importer.ledger.creation import create, remove_temporary
from importer.ledger.damage import damaged, damaged_since
from importer.ledger.schema import VERSION, migrate, tables
from importer.message import Message

_LASTING: Final = (
    *("journal_mode = WAL", "synchronous = FULL"),
    "fullfsync = ON",  # macOS: to the disk itself, not to its cache
    "secure_delete = ON",  # overwrite deleted data with zeros
)
_PASSING: Final = ("journal_mode = OFF", "synchronous = OFF")
_PAGE_BYTES: Final = {True: 4096, False: 16384}
_LEAST_BYTES: Final = 512
"""The smallest page of SQLite."""

_IDENTIFYING: Final = {"runs", "rows"}
"""Tables that every version of a ledger has, and hardly another database."""

_FREE_SPACE: Final = Message(
    "free space on its disk and check its permissions, then run the same command again: it continues"
)

# SQLite reports this damage as an operational error.
_DAMAGE: Final = re.compile("no such (?:table|column)|Could not decode|malformed")


def open_to_write(path: Path, *, lasting: bool = True) -> sqlite3.Connection:
    """Open or create (see ``create``) the ledger at ``path``; the caller begins and ends transactions.

    A ledger that is not ``lasting`` ends with its process, also where a transaction fails. It does without flushes and
    without a journal (2 µs a row), and has larger pages (0.4 µs); one connection cannot read it while another writes.

    Raises ``LedgerError`` if the file is damaged, none of ours or of a newer version, and never replaces it.
    """
    with translated(path):
        if not path.exists():
            create(path, _PAGE_BYTES[lasting])
        db = _connected(path, "rw", is_shared=True)
        try:
            check_version(db, path)  # what is refused keeps its settings too
            remove_temporary(path)
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
        return _connected(path, "rw")


def open_to_look(path: Path, *, is_shared: bool = False) -> sqlite3.Connection:
    """Open a connection that only reads, see ``_connected``; the caller translates errors."""
    return _connected(path, "ro", is_shared=is_shared)


def _connected(path: Path, mode: str, *, is_shared: bool = False) -> sqlite3.Connection:
    """Connect to a file that is there, for this thread unless it ``is_shared`` by several.

    Raises ``LedgerError`` if it has no page, ``OSError``, ``sqlite3.Error``.
    """
    _refuse_empty(path)
    address = f"{_address(path)}?mode={mode}"
    return sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=not is_shared)


def _refuse_empty(path: Path) -> None:
    """SQLite takes a file without one page for a new database, and removes the write-ahead log beside it."""
    size = path.stat().st_size
    if size < _LEAST_BYTES:
        raise damaged_since(path, Message("it breaks off") if size else Message("it is empty (0 bytes)"))


def _address(path: Path) -> str:
    """The URI of a file as SQLite reads it, which takes no host: of a share of Windows it is part of the path."""
    return re.sub("^file://(?=[^/])", "file:////", path.resolve().as_uri())


@contextmanager
def read_only(path: Path, *, briefly: bool = False) -> Iterator[sqlite3.Connection]:
    """Yield a connection that changes nothing of a ledger of any version, nor waits for an import that works on it.

    SQLite keeps two files beside a ledger that is read. Where the folder takes none, nobody can write to the ledger
    either, and it is read without. So it is for whoever looks ``briefly``, and had better read of yesterday than leave
    a trace. Raises ``LedgerError``.
    """
    with translated(path), closing(_opened_to_look(path, briefly=briefly)) as db:
        yield db


def _opened_to_look(path: Path, *, briefly: bool) -> sqlite3.Connection:
    is_used = path.with_name(f"{path.name}-wal").exists()
    for mode in ("ro", "ro&immutable=1")[briefly and not is_used :]:
        db = _connected(path, mode)
        try:
            db.execute("SELECT 1 FROM sqlite_master")
        except sqlite3.OperationalError:
            db.close()
            if mode != "ro" or is_used or not path.is_file():
                raise
        else:
            return db
    raise AssertionError("one of the two is tried last")


@contextmanager
def as_of_today(db: sqlite3.Connection, version: int) -> Iterator[sqlite3.Connection]:
    """Yield a connection that reads the same ledger as one of this program's version: of an older one a copy, in a
    temporary file of SQLite's, so that the ledger stays what it is."""
    if version == VERSION:
        yield db
        return
    with closing(sqlite3.connect("", isolation_level=None)) as copy:
        db.backup(copy)
        copy.execute("BEGIN")
        migrate(copy, version)
        copy.execute("COMMIT")
        yield copy


def _migrate(db: sqlite3.Connection, path: Path) -> None:
    if check_version(db, path) == VERSION:
        return
    # Two programs may open an old ledger at once; the second finds it migrated.
    db.execute("BEGIN IMMEDIATE")
    migrate(db, check_version(db, path))
    db.execute("COMMIT")


def check_version(db: sqlite3.Connection, path: Path) -> int:
    """The version of the ledger. Raises ``LedgerError`` for a newer one, and for a database that is no ledger."""
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    found = tables(db).keys()
    if not _IDENTIFYING & found and (found or version <= VERSION):
        raise LedgerError(
            "{path} is a database, and not a ledger of import-contacts",
            "move it away, or name another --output-dir",
            path=path,
        )
    if version > VERSION:
        raise LedgerError(
            "the ledger {path} is of version {version}; this program knows versions up to {newest}",
            "upgrade import-contacts, or name another --output-dir",
            path=path,
            version=version,
            newest=VERSION,
        )
    if version < 1:
        raise damaged_since(path, Message("it does not say of which version it is"))
    return version


class OpenedFiles:
    """Owns the identity of files that must stay the very ones that were opened; those not yet there count from when
    they are first seen."""

    def __init__(self, *paths: Path) -> None:
        self._opened = {path: identity_of(path) for path in paths}

    def check(self) -> None:
        """Raise ``LedgerError`` if a file was removed or replaced: another import may work on what stands there now."""
        for path, opened in self._opened.items():
            found = identity_of(path)
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
