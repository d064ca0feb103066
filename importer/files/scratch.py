"""Temporary files, in a folder for this process alone that also goes when the process was killed.

A process that makes such a folder locks a file in it, and the system takes the lock back from a process that dies. So
whoever makes the next one removes those of this account that nobody locks any more.
"""

import os
import shutil
import stat
import tempfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from filelock import BaseFileLock, FileLock, Timeout

_PREFIX: Final = "import-contacts-"
_LOCK: Final = "process.lock"
_ATTEMPTS: Final = 10


class _Locked(NamedTuple):
    """A folder, its lock, and the process that holds it."""

    path: Path
    lock: BaseFileLock
    process: int


class Scratch:
    """Owns the folder of this process while somebody has a place in it."""

    def __init__(self) -> None:
        self._guard = threading.RLock()  # a finalizer may give a place back in the midst of another call
        self._places = 0
        self._folder: _Locked | None = None

    def take(self) -> Path:
        """Make an empty folder, which ``give_back`` removes. Raises ``OSError``."""
        with self._guard:
            if self._folder and not self._is_here(self._folder):
                self._places, self._folder = 0, None
            self._places += 1
            try:
                self._folder = self._folder or _made()
                return Path(tempfile.mkdtemp(dir=self._folder.path))
            except BaseException:
                self._leave()
                raise

    def give_back(self, place: Path) -> None:
        """Remove a folder that ``take`` made; what somebody else holds open goes when the next process begins."""
        with self._guard:
            if self._folder and self._folder.process == os.getpid() and place.parent == self._folder.path:
                shutil.rmtree(place, ignore_errors=True)
                self._leave()

    @staticmethod
    def _is_here(folder: _Locked) -> bool:
        """Whether it is this process's, and not that of one that forked it, in the folder for temporary files."""
        return folder.process == os.getpid() and folder.path.parent == Path(tempfile.gettempdir())

    def _leave(self) -> None:
        self._places -= 1
        if not self._places and self._folder:
            folder, self._folder = self._folder, None
            _remove(folder.path, folder.lock)


SCRATCH: Final = Scratch()
"""The one of this process."""


def _made() -> _Locked:
    """A new folder, locked, after those of processes that have ended are gone. Raises ``OSError``."""
    _sweep()
    for _ in range(_ATTEMPTS):
        path = Path(tempfile.mkdtemp(prefix=_PREFIX))
        lock = _lock(path)
        # Another process may take it for one that is left behind, until it is locked.
        with suppress(Timeout, FileNotFoundError):
            _acquire(path, lock)
            if path.exists():
                return _Locked(path, lock, os.getpid())
            lock.release()
    raise FileNotFoundError(2, os.strerror(2), tempfile.gettempdir())


def _acquire(folder: Path, lock: BaseFileLock) -> None:
    """Lock; a folder where the system has no locks has none, and nobody takes it for one that is left behind."""
    try:
        lock.acquire()
    except NotImplementedError:
        (folder / _LOCK).unlink(missing_ok=True)


def _lock(folder: Path) -> BaseFileLock:
    return FileLock(folder / _LOCK, timeout=0, mode=0o600, thread_local=False)


def _sweep() -> None:
    """Remove the folders of this account whose process has ended."""
    for path in _folders():
        with suppress(OSError, Timeout, NotImplementedError):
            if stat.S_ISREG((path / _LOCK).lstat().st_mode):
                lock = _lock(path)
                lock.acquire()
                _remove(path, lock)


def _folders() -> Iterator[Path]:
    """The folders that this program made for this account; a link is none."""
    account = os.getuid() if hasattr(os, "getuid") else None
    with suppress(OSError), os.scandir(tempfile.gettempdir()) as found:
        for entry in found:
            is_ours = entry.name.startswith(_PREFIX) and entry.is_dir(follow_symlinks=False)
            if is_ours and account in (None, entry.stat(follow_symlinks=False).st_uid):
                yield Path(entry.path)


def _remove(path: Path, lock: BaseFileLock) -> None:
    """Remove a folder and what is in it. Windows removes no file that is locked."""
    if os.name == "nt":
        lock.release()
    shutil.rmtree(path, ignore_errors=True)
    lock.release()
