"""The output directory: the ledger's place and lock, and the folders of the runs."""

import os
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import chain, count
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from importer.errors import ConfigError, LedgerBusy, OutputError, unwritable
from importer.message import Message, messages_from, stored

DEFAULT: Final = Path("import-results")
_LEDGER: Final = "ledger.sqlite3"
_NAME_ANOTHER: Final = Message("free space, or name a place that you may write to with --output-dir")
SET_TMPDIR: Final = Message("free space there, or set TMPDIR")
"""What to do about temporary files that cannot be written."""


@contextmanager
def ledger_to_import(output_dir: Path, file: str) -> Iterator[Path]:
    """Yield the path of the ledger, locked, and make its directory if it is missing.

    Raises ``OutputError``, ``LedgerBusy``.
    """
    make_folder(output_dir)
    with locked(output_dir / _LEDGER, Message("importing {file}", file=file)):
        yield output_dir / _LEDGER


@contextmanager
def ledger_to_rehearse(output_dir: Path) -> Iterator[Path]:
    """Yield the path of a temporary ledger. Raises ``OutputError``."""
    make_folder(output_dir)
    with temporary_folder() as folder:
        yield folder / _LEDGER


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Yield a folder that is removed when the block ends. Raises ``OutputError``."""
    try:
        folder = tempfile.TemporaryDirectory(prefix="import-contacts-")
    except OSError as error:
        raise unwritable(Message("the folder for temporary files"), error, SET_TMPDIR) from error
    with folder as name:
        yield Path(name)


def existing_ledger(output_dir: Path) -> Path:
    """Return the path of an existing ledger. Raises ``ConfigError``."""
    try:
        if (path := output_dir / _LEDGER).exists():
            return path
    except OSError as error:  # a name that is too long, or a folder that may not be searched
        check = Message("check its name, permissions and encoding (UTF-8)")
        raise ConfigError("{path}: cannot be read: {error}", check, path=path, error=error.strerror) from error
    raise ConfigError("no ledger in {output_dir}", _instead(output_dir), output_dir=output_dir)


def _instead(output_dir: Path) -> Message:
    """What to do without a ledger: the newest rehearsal has a page to open."""
    pages = [*output_dir.glob("*/report.html")]
    if not pages:
        return Message("name the --output-dir of your imports; --dry-run and --sandbox keep no ledger")
    newest = max(pages, key=lambda page: page.stat().st_mtime)
    return Message("a rehearsal (demo, --sandbox, --dry-run) keeps none; its page is {page}, open it", page=newest)


@contextmanager
def run_folder(output_dir: Path, stem: str, taken: Callable[[str], bool]) -> Iterator[Callable[[], Path]]:
    """Yield a function that makes a run's folder, which is removed if the block fails.

    Its name, ``<file stem>-<YYYYMMDD-HHMMSS>`` in local time, is the run's; ``taken`` tells of those in the ledger.
    """
    made: list[Path] = []

    def make() -> Path:
        made.append(_new_folder(output_dir, stem, taken))
        return made[0]

    try:
        yield make
    except BaseException:
        for folder in made:
            with suppress(OSError):
                folder.rmdir()
        raise


def _new_folder(output_dir: Path, stem: str, taken: Callable[[str], bool]) -> Path:
    encoding = sys.getfilesystemencoding()  # of a locale such as C, it may lack letters of the name
    known = stem.encode(encoding, "replace").decode(encoding).replace("?", "_")
    short = known.encode()[:150].decode(errors="ignore")  # file systems allow 255 bytes for the whole name
    name = f"{short}-{datetime.now():%Y%m%d-%H%M%S}"
    for free in chain([name], (f"{name}-{number}" for number in count(2))):
        folder = output_dir / free
        try:
            if not taken(free):
                folder.mkdir(mode=0o700)
                return folder
        except FileExistsError:
            continue
        except OSError as error:
            raise unwritable(folder, error, _NAME_ANOTHER) from error
    raise AssertionError("count() has no end")


def uploads_of(output_dir: Path, run: str) -> Path:
    """Return the folder of the files that were uploaded for a run, whether there is one or not."""
    return output_dir / "uploads" / run


def check_copy(copy: Path, source: Path, option: str = "--results") -> None:
    """Raise ``ConfigError`` before the run sends anything if it could not write this copy, which ``option`` names."""
    try:
        if copy.exists() and copy.samefile(source):
            raise ConfigError("{option} {copy} is the file to import", "name another file", option=option, copy=copy)
        writable = not copy.is_dir() and copy.parent.is_dir() and os.access(copy.parent, os.W_OK)
    except OSError:
        writable = False
    if not writable:
        hint = Message("name a file in a folder that you may write to")
        raise OutputError("{option} {copy} cannot be written", hint, option=option, copy=copy)


def make_folder(folder: Path) -> None:
    """Make a folder for its owner alone, if it is not there. Raises ``OutputError``."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise _no_folder(folder) or unwritable(folder, error, _NAME_ANOTHER) from error


def _no_folder(folder: Path) -> OutputError | None:
    """Return the error of what stands in the place of a folder, or of one above it, if it is no folder."""
    for place in (folder, *folder.parents):
        if os.path.lexists(place) and not os.path.isdir(place):  # noqa: PTH112 - Path's may raise for a long name
            if place.is_symlink():
                hint = Message("correct or remove the link, or name another --output-dir")
                return OutputError("{path} is a link that leads to no folder", hint, path=place)
            hint = Message("move it away, or name another --output-dir")
            return OutputError("{folder} cannot be made: {path} is no folder", hint, folder=folder, path=place)
    return None


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
        raise unwritable(place, error, _NAME_ANOTHER) from error
    try:
        _say(holder, purpose)
        yield
    finally:
        with suppress(OSError):
            holder.unlink()
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
        raise unwritable(holder, error, _NAME_ANOTHER) from error


def _said(holder: Path) -> Message:
    try:
        if not stat.S_ISREG(holder.lstat().st_mode):  # a link may lead to what is nobody's business here
            raise ValueError
        who, *_ = messages_from(holder.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # it is about to write it
        return Message("it did not say which")
    return who
