"""A file is written whole, and takes its place: that of another, which on Windows nobody may have open, or a free one.

Excel holds a file for as long as it shows it, a virus scanner or a synchronizer for a moment.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from importer.errors import OpenElsewhere, unwritable
from importer.files.names import temporary_beside
from importer.message import Message

NAME_ANOTHER: Final = Message("free space, or name a place that you may write to with --output-dir")
NAME_BACKUP: Final = Message("free space, or name a file in a folder that you may write to")
OWNERS_ALONE: Final = 0o600
"""The mode of files with personal data."""

_WAITS_S: Final = (0.05, 0.1, 0.2, 0.4, 0.8)
"""How long to wait for whoever holds a file for a moment, before each further attempt."""


def take_place(
    new: Path,
    path: Path,
    system: str = os.name,
    sleep: Callable[[float], None] = time.sleep,
    rename: Callable[[Path, Path], object] = Path.replace,
) -> None:
    """Rename ``new`` to ``path``. Raises ``OpenElsewhere`` where a program keeps that open, ``OSError``."""
    for wait_s in _WAITS_S if system == "nt" else ():
        try:
            rename(new, path)
        except PermissionError:
            sleep(wait_s)
        else:
            return
    try:
        rename(new, path)
    except PermissionError as error:
        if system == "nt" and path.exists():
            raise OpenElsewhere(*error.args) from error
        raise


def reserve(path: Path) -> None:
    """Make an empty file of the owner's, which may be replaced then. Raises ``FileExistsError``, ``OSError``."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNERS_ALONE))


def take_free_place(
    new: Path, path: Path, link: Callable[[Path, Path], object] = os.link, system: str = os.name
) -> None:
    """Rename ``new`` to ``path``, and never over another. Raises ``FileExistsError``, ``OSError``."""
    try:
        link(new, path)  # in one step: nobody sees an empty file
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if system == "nt":  # whose renaming never replaces
            take_place(new, path, system, rename=Path.rename)
            return
        reserve(path)
        try:
            take_place(new, path)
        except OSError:
            path.unlink(missing_ok=True)
            raise
    else:
        new.unlink()


def is_held(
    path: Path, system: str = os.name, opener: Callable[[Path], object] = lambda path: path.open("r+b").close()
) -> bool:
    """Whether ``take_place`` would find an existing file held: told by opening it to write, on Windows alone."""
    if system != "nt" or not path.exists():
        return False
    try:
        opener(path)
    except PermissionError:
        return True
    return False


@contextmanager
def whole_file(path: Path, mode: int = OWNERS_ALONE, hint: Message = NAME_ANOTHER) -> Iterator[IO[bytes]]:
    """Write ``path`` whole or not at all: under a temporary name, synced to disk, then renamed.

    The file gets ``mode`` whatever the umask: only its owner reads personal data. Raises ``OutputError`` with ``hint``.
    """
    temporary = temporary_beside(path)
    try:
        # Remove what a killed process left; O_EXCL never writes into a file that somebody else puts there.
        temporary.unlink(missing_ok=True)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNERS_ALONE)
        try:
            with os.fdopen(descriptor, "wb") as file:
                if mode != OWNERS_ALONE:
                    temporary.chmod(mode)
                yield file
                file.flush()
                os.fsync(file.fileno())
            take_place(temporary, path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise unwritable(path, error, hint) from error
