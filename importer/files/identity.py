"""Which file a path leads to, whatever it is called."""

from collections.abc import Callable, Hashable
from os import stat_result
from pathlib import Path


def identity_of(path: Path, stat: Callable[[Path], stat_result] = Path.stat) -> Hashable:
    """Return what all names of one file have in common, and no other file has meanwhile; ``None`` if there is none.

    That is device and inode; a file system without inodes (some of networks, on Windows) has the path alone.
    """
    try:
        found = stat(path)
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if found.st_ino else path.resolve()
