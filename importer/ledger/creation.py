"""A new ledger: made whole under a temporary name, then put in its place in one step and never over another file.

So a ledger that is empty, or lacks its tables, is never one that is about to be made: it is damaged, or none of ours.
"""

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from importer.errors import LedgerError
from importer.files.moves import reserve, take_free_place
from importer.files.names import temporary_beside
from importer.ledger.schema import migrate
from importer.message import Message

_LEFT_BEHIND: Final = ("-wal", "-journal")
"""What SQLite keeps beside a database; it would take one that is left of another as part of the new one."""


def create(path: Path, page_size: int) -> None:
    """Make a ledger at ``path``, mode 0600, with pages of ``page_size`` bytes, and never over another file.

    The caller holds its lock: two makers share the temporary name. A process that is killed leaves a whole ledger, or
    none and a temporary file, which the next to open it removes; on a file system without hard links it may leave an
    empty one, which is refused as damaged.

    Raises ``LedgerError`` where a log of a ledger that is gone lies there, ``OSError``.
    """
    place = path.resolve()  # of a link to another disk what it leads to
    _refuse_remains(place)
    temporary = temporary_beside(place)
    remove_temporary(path)
    reserve(temporary)
    try:
        with temporary.open("r+b") as file:
            file.write(_content(page_size))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            take_free_place(temporary, place)
    finally:
        remove_temporary(path)


def remove_temporary(path: Path) -> None:
    """Remove what a process left that was killed while it made the ledger."""
    with suppress(OSError):
        temporary_beside(path.resolve()).unlink(missing_ok=True)


def _content(page_size: int) -> bytes:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        db.execute(f"PRAGMA page_size = {page_size}")
        db.execute("BEGIN")
        migrate(db, 0)
        db.execute("COMMIT")
        return db.serialize()


def _refuse_remains(path: Path) -> None:
    """A log that is left tells of a ledger that was there, and was not closed."""
    for ending in _LEFT_BEHIND:
        if os.path.lexists(left := path.with_name(f"{path.name}{ending}")):
            hint = Message(
                "restore the ledger from a backup; without one, move {left} away: contacts imported before are then "
                "found by search, and those without email, phone_number and identifier may be created twice",
                left=left,
            )
            raise LedgerError(
                "the ledger {path} is gone, and {left}, a part of it, is still there", hint, path=path, left=left
            )
