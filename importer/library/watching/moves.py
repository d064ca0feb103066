"""Put files into a folder without ever taking the place of another: the name is reserved first."""

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Final

from importer.files import moves
from importer.files.moves import reserve
from importer.files.names import fitted, temporary_beside
from importer.library.watching.folder import seen
from importer.library.watching.queue import Seen
from importer.loader.names import PACKED

_READ_AND_WRITE: Final = 0o666


def moved(path: Path, folder: Path, imported: Seen, stamp: str) -> Path | None:
    """Move a file into ``folder`` and return its new path; ``stamp`` goes into the name if the file's own is taken.

    A file that no longer is what was ``imported`` stays, or comes back: then it returns ``None``. Raises ``OSError``.
    """
    with _free(reserved(folder, path.name, stamp)) as place:
        try:
            path.replace(place)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            return _carried(path, place, imported)
    if seen(place) == imported:
        return place
    with _free(reserved(path.parent, path.name, stamp)) as back:
        place.replace(back)  # somebody replaced it in the last moment
    return None


def _carried(path: Path, place: Path, imported: Seen) -> Path | None:
    """Move a file to another file system: it is there whole, and on disk, before it is gone here."""
    half = temporary_beside(place)
    try:
        half.unlink(missing_ok=True)
        with path.open("rb") as source, half.open("xb") as copy:
            shutil.copyfileobj(source, copy)
            copy.flush()
            os.fsync(copy.fileno())
        shutil.copystat(path, half)
        if seen(path) == imported:
            half.replace(place)
            path.unlink()
            return place
    except OSError:
        _removed(half)
        raise
    _removed(half, place)
    return None


def _removed(*paths: Path) -> None:
    for path in paths:
        with suppress(OSError):
            path.unlink()


def left_beside(place: Path, errors: Path | None, words: Callable[[Path | None], str], stamp: str) -> list[Path]:
    """Put a file's errors file beside it, and ``words`` about both, a function of where that is now.

    Whoever may read the file may read these. Returns their paths. Raises ``OutputError``, ``OSError``.
    """
    mode = place.stat().st_mode & _READ_AND_WRITE | moves.OWNERS_ALONE
    made = []
    if errors is not None:
        name = fitted(_parts(place.name)[0], f"-errors{errors.suffix}")
        with errors.open("rb") as source, _free(reserved(place.parent, name, stamp)) as path:
            with moves.whole_file(path, mode) as file:
                shutil.copyfileobj(source, file)
            made.append(path)
    text = words(made[0] if made else None).encode("utf-8", "backslashreplace")
    with _free(reserved(place.parent, f"{place.name}.txt", stamp)) as path:
        with moves.whole_file(path, mode) as file:
            file.write(text)
        made.append(path)
    return made


@contextmanager
def _free(place: Path) -> Iterator[Path]:
    """A reserved name for a file to come, which nobody has again if the block fails."""
    try:
        yield place
    except BaseException:
        _removed(place)
        raise


def reserved(folder: Path, name: str, stamp: str) -> Path:
    """Make an empty file under a name that nobody has, which may be replaced then, and return its path."""
    for free in _names(name, stamp):
        path = folder / free
        with suppress(FileExistsError):
            reserve(path)
            return path
    raise AssertionError("count() has no end")


def _names(name: str, stamp: str) -> Iterator[str]:
    """``a.csv``, ``a-20260117-081530.csv``, ``a-20260117-081530-2.csv`` and so on."""
    stem, ending = _parts(name)
    yield fitted(stem, ending)
    yield fitted(stem, f"-{stamp}{ending}")
    for number in count(2):
        yield fitted(stem, f"-{stamp}-{number}{ending}")


def _parts(name: str) -> tuple[str, str]:
    """``a`` and ``.csv.gz``."""
    stem, ending = os.path.splitext(name)  # noqa: PTH122 - of a name
    if ending.lower() in PACKED:
        stem, inner = os.path.splitext(stem)  # noqa: PTH122 - of a name
        return stem, inner + ending
    return stem, ending
