"""Who works here alone: the lock of a ledger, and that of a folder which is watched."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from importer.errors import LedgerBusy, OutputError, unwritable
from importer.files.identity import identity_of
from importer.files.moves import NAME_ANOTHER, OWNERS_ALONE
from importer.message import Message, messages_from, stored


@contextmanager
def locked(ledger: Path, purpose: Message) -> Iterator[None]:
    """Hold the ledger's lock, which the system takes back from a process that dies.

    Raises ``LedgerBusy`` at once if another process holds it, with what that process said of itself.
    """
    holder = ledger.with_suffix(".holder")
    lock = FileLock(ledger.with_suffix(".lock"), mode=0o600)
    try:
        lock.acquire(timeout=0.2)  # whoever merely asks who works holds it for a moment
    except Timeout:
        hint = Message("wait for it to end, or name another --output-dir")
        raise LedgerBusy(
            "another import works on {ledger}: {holder}", hint, ledger=ledger, holder=_said(holder)
        ) from None
    except OSError as error:
        place = Path(lock.lock_file) if os.path.lexists(lock.lock_file) else ledger.parent
        raise unlockable(place, error) from error
    try:
        _say(holder, purpose)
        yield
    finally:
        with suppress(OSError):
            holder.unlink()
        lock.release()


class WatchLock:
    """Owns the lock of a folder that this process watches: a file in it, so that all agree, wherever their ledgers."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = FileLock(folder / ".import-contacts.lock", mode=OWNERS_ALONE)
        self._held: object = None

    def renew(self) -> None:
        """Hold the folder that is there now: one that was removed and made anew has no lock, or another's.

        Raises ``LedgerBusy`` if another process watches that, ``OSError`` if there is none.
        """
        self._folder.stat()  # whose error is clearer, and acquiring would make the folder
        if self._held is not None and self._held == self._identity():
            return
        self.release()
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            hint = Message("one is enough; end the other, or watch another folder")
            raise LedgerBusy("another process watches {folder}", hint, folder=self._folder) from None
        self._held = self._identity()

    def release(self) -> None:
        """Let go of it."""
        self._held = None
        self._lock.release(force=True)

    def _identity(self) -> object:
        """Of the lock, which no other file has while this one is open."""
        return identity_of(Path(self._lock.lock_file))


def unlockable(place: Path, error: OSError) -> OutputError:
    """Return the error of a lock that cannot be had; of one that this user may not open, it says whose it is."""
    owner = owner_of(place) if isinstance(error, PermissionError) else ""
    if not owner:
        return unwritable(place, error, NAME_ANOTHER)
    hint = Message("it belongs to {owner}: import as this user, or name another place with --output-dir", owner=owner)
    return unwritable(place, error, hint)


def owner_of(place: Path) -> str:
    """Return the name of whom a file or a folder belongs to, or the number; empty where nobody can tell."""
    try:
        return place.owner()
    except KeyError:
        return str(place.stat().st_uid)
    except (OSError, NotImplementedError):
        return ""


@contextmanager
def watched_alone(folder: Path) -> Iterator[WatchLock]:
    """Hold the lock of a folder that this process watches. Raises ``LedgerBusy``, ``OutputError``."""
    lock = WatchLock(folder)
    try:
        lock.renew()
    except OSError as error:
        raise unwritable(folder, error, Message("name a folder that exists and that you may read and write")) from error
    try:
        yield lock
    finally:
        lock.release()


def is_locked(ledger: Path) -> bool:
    """Whether some process holds the ledger's lock; this one does for a moment if none does."""
    try:
        with FileLock(ledger.with_suffix(".lock"), timeout=0, mode=0o600):
            return False
    except Timeout:
        return True
    except OSError:  # a folder that nobody may write to has no import at work
        return False


def _say(holder: Path, purpose: Message) -> None:
    """Write who holds the lock; a link that stands there is replaced, and what it leads to stays as it is."""
    since = f"{datetime.now():%Y-%m-%d %H:%M:%S}"
    who = Message("process {process}, {purpose}, since {since}", process=os.getpid(), purpose=purpose, since=since)
    try:
        holder.unlink(missing_ok=True)
        descriptor = os.open(holder, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)  # O_EXCL follows no link
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(stored([who]))
    except OSError as error:
        raise unwritable(holder, error, NAME_ANOTHER) from error


def _said(holder: Path) -> Message:
    try:
        if not stat.S_ISREG(holder.lstat().st_mode):  # a link may lead to what is nobody's business here
            raise ValueError
        who, *_ = messages_from(holder.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # it is about to write it
        return Message("it did not say which")
    return who
