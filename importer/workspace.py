"""The output directory: the ledger's place and lock, and the folders of the runs."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from importer.errors import ConfigError, LedgerBusy, OutputError

DEFAULT: Final = Path("import-results")
_LEDGER: Final = "ledger.sqlite3"


@contextmanager
def ledger_to_import(output_dir: Path, file: str) -> Iterator[Path]:
    """The place of the locked ledger, in a directory that is made where it is missing.

    Raises ``OutputError``, ``LedgerBusy``.
    """
    make_folder(output_dir)
    with locked(output_dir / _LEDGER, f"importing {file}"):
        yield output_dir / _LEDGER


@contextmanager
def ledger_to_rehearse(output_dir: Path) -> Iterator[Path]:
    """The place of a ledger that is thrown away afterwards. Raises ``OutputError``."""
    make_folder(output_dir)
    with tempfile.TemporaryDirectory(prefix="import-contacts-") as folder:
        yield Path(folder) / _LEDGER


def existing_ledger(output_dir: Path) -> Path:
    """The place of a ledger that is there. Raises ``ConfigError``."""
    path = output_dir / _LEDGER
    if not path.exists():
        raise ConfigError(
            f"no ledger in {output_dir}",
            "name the --output-dir of your imports; --dry-run and --sandbox keep no ledger",
        )
    return path


@contextmanager
def run_folder(output_dir: Path, stem: str) -> Iterator[Path]:
    """A new folder for a run's files, which goes again if the run leaves nothing in it. Raises ``OutputError``."""
    folder = _new_folder(output_dir, stem)
    try:
        yield folder
    finally:
        with suppress(OSError):
            folder.rmdir()


def _new_folder(output_dir: Path, stem: str) -> Path:
    """``<file stem>-<YYYYMMDD-HHMMSS>``, local time; with a number behind it if two runs begin in one second."""
    name = f"{stem}-{datetime.now():%Y%m%d-%H%M%S}"
    for attempt in count(1):
        folder = output_dir / (name if attempt == 1 else f"{name}-{attempt}")
        try:
            make_folder(folder, exist_ok=False)
        except FileExistsError:
            continue
        return folder
    raise AssertionError("count() has no end")


def make_folder(folder: Path, *, exist_ok: bool = True) -> None:
    """Make a folder for its owner alone. Raises ``OutputError``, and ``FileExistsError`` unless ``exist_ok``."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=exist_ok)
    except OSError as error:
        if not exist_ok and isinstance(error, FileExistsError):
            raise
        raise OutputError(
            f"{folder} cannot be made: {error.strerror}", "name a place that you may write to with --output-dir"
        ) from error


@contextmanager
def locked(ledger: Path, purpose: str) -> Iterator[None]:
    """Hold the ledger's lock, which the system takes back from a process that dies.

    Raises ``LedgerBusy`` at once if another process holds it, with what that process said of itself.
    """
    holder = ledger.with_suffix(".holder")
    lock = FileLock(ledger.with_suffix(".lock"), mode=0o600)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise LedgerBusy(
            f"another import works on {ledger}: {_said(holder)}",
            "wait for it to end, or name another --output-dir",
        ) from None
    try:
        _say(holder, f"process {os.getpid()}, {purpose}, since {datetime.now():%Y-%m-%d %H:%M:%S}")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _say(holder: Path, text: str) -> None:
    with os.fdopen(os.open(holder, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)


def _said(holder: Path) -> str:
    try:
        return holder.read_text(encoding="utf-8")
    except OSError:
        return "it did not say which"
