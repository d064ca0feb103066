"""Copy a ledger to one file while an import may work on it, by SQLite's online backup."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from importer.errors import ConfigError, LedgerError, OutputError, unwritable
from importer.files.moves import NAME_BACKUP, reserve, take_free_place
from importer.files.names import temporary_beside
from importer.ledger.checking import quick_check
from importer.ledger.damage import RESTORE
from importer.ledger.file import check_version, read_only
from importer.message import Message


def back_up(ledger: Path, target: Path, checked: Callable[[sqlite3.Connection], bool] = quick_check) -> int:
    """Copy the ledger to ``target``, whole or not at all, mode 0600; return the size in bytes.

    What stands there is never overwritten. The copy is one file of one moment, and ``checked`` before it gets its name.
    Raises ``ConfigError``, ``OutputError``, ``LedgerError``.
    """
    if os.path.lexists(target):
        raise _exists(target)
    temporary = temporary_beside(target)
    try:
        temporary.unlink(missing_ok=True)  # of a process that was killed
        reserve(temporary)
        try:
            _copy(ledger, temporary, target, checked)
            _sync(temporary)
            take_free_place(temporary, target)
            return target.stat().st_size
        finally:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
    except FileExistsError:  # somebody took the name meanwhile
        raise _exists(target) from None
    except OSError as error:
        raise unwritable(target, error, NAME_BACKUP) from error


def _exists(target: Path) -> ConfigError:
    return ConfigError("{path} exists, and a backup overwrites nothing", "name another file", path=target)


def _copy(ledger: Path, temporary: Path, target: Path, checked: Callable[[sqlite3.Connection], bool]) -> None:
    with read_only(ledger) as db, closing(sqlite3.connect(temporary, isolation_level=None)) as copy:
        check_version(db, ledger)
        try:
            db.backup(copy)  # in one step: page by page, it would begin anew whenever an import writes
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, and none beside it
        except sqlite3.OperationalError as error:
            told = Message("{path} cannot be written: {reason}", path=target, reason=error)
            raise OutputError(told, NAME_BACKUP) from error
        if not checked(copy):
            raise LedgerError("the ledger {path} is damaged, and no backup of it was kept", RESTORE, path=ledger)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
