"""Folders for their owner alone, also where others may write beside them: real ones, ours, and closed to all others.

Whoever may write to a folder can put a link or a folder of his own where one of ours is to stand, and can put ours away
meanwhile. So a folder is looked at through a descriptor, which no later link changes, before anything in it is.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import accumulate, islice
from pathlib import Path
from typing import Final, NamedTuple

from importer.errors import ConfigError, unwritable
from importer.files import workspace
from importer.message import Message

OWNERS_FOLDER: Final = 0o700
_OTHERS_MAY_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH
_IS_POSIX: Final = os.name == "posix"
"""Elsewhere a folder has no owner and no mode that would tell anything."""

_NAME_ANOTHER: Final = Message("name a place that you may write to with --output-dir")


class Held(NamedTuple):
    """A folder that was found to be ours; names in it are those of this folder, whatever takes its place meanwhile."""

    folder: Path
    descriptor: int | None

    def place(self, name: str) -> str | Path:
        """What to call a file of this folder together with ``dir_fd=descriptor``."""
        return self.folder / name if self.descriptor is None else name


def make(folder: Path, root: Path | None = None) -> None:
    """Make a folder of mode 0700 whatever the umask; narrow one of ours that is wider. With ``root``, so are those
    between; ``root`` itself may be as its owner wants it.

    Raises ``ConfigError`` for one that is a link or another user's, ``OutputError``.
    """
    root = root or folder.parent
    workspace.make_folder(root)
    names = folder.relative_to(root).parts
    for place in islice(accumulate(names, Path.joinpath, initial=root), 1, None):
        try:
            _make(place)
        except OSError as error:
            workspace.make_folder(place)  # which says what stands there instead
            raise unwritable(place, error, _NAME_ANOTHER) from error


def _make(folder: Path) -> None:
    with suppress(FileExistsError):
        folder.mkdir(mode=OWNERS_FOLDER)
    with _opened(folder, None) as descriptor:
        if descriptor is not None and stat.S_IMODE(os.fstat(descriptor).st_mode) != OWNERS_FOLDER:
            os.fchmod(descriptor, OWNERS_FOLDER)


@contextmanager
def held(folder: Path) -> Iterator[Held]:
    """Hold a folder and the one above it, both ours and closed to what others write.

    Raises ``ConfigError`` if one is not, ``OSError`` if one cannot be opened.
    """
    with _opened(folder.parent, None) as above, _opened(folder, above) as descriptor:
        for place, each in ((folder.parent, above), (folder, descriptor)):
            if each is not None and os.fstat(each).st_mode & _OTHERS_MAY_WRITE:
                hint = Message("end the program and start it again, which closes it")
                raise ConfigError("other users may write to {path}", hint, path=place)
        yield Held(folder, descriptor)


@contextmanager
def _opened(folder: Path, above: int | None) -> Iterator[int | None]:
    """A descriptor of a folder that is real and ours; ``above`` is one of the folder above it. Raises ``OSError``."""
    name = folder if above is None else folder.name
    _check(folder, os.stat(name, dir_fd=above, follow_symlinks=False))
    descriptor = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=above) if _IS_POSIX else None
    try:
        if descriptor is not None:
            _check(folder, os.fstat(descriptor))
        yield descriptor
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _check(folder: Path, found: os.stat_result) -> None:
    if stat.S_ISLNK(found.st_mode):
        hint = Message("remove the link, or name another --output-dir, in a folder that is yours alone")
        raise ConfigError("{path} is a link, which may lead to anybody's files", hint, path=folder)
    if _IS_POSIX and found.st_uid != os.geteuid():
        hint = Message("move it away, or name another --output-dir, in a folder that is yours alone")
        raise ConfigError("{path} belongs to another user", hint, path=folder)
