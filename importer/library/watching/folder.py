"""The folder that is watched: what in it is to be imported, and whether it may be watched at all."""

import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, NamedTuple

from importer.errors import ConfigError, reason_of
from importer.files import locks, workspace
from importer.library.file_writers import is_open_for_writing
from importer.library.watching.queue import CUT_S, Seen, Verdict
from importer.loader.names import is_left_alone, is_named_as_spreadsheet
from importer.loader.wholeness import what_is_missing
from importer.message import Message
from importer.texts import printable

PARTIAL: Final = (".part", ".partial", ".crdownload", ".opdownload", ".download", ".filepart", ".tmp")
"""The endings that programs give to files that they have not fetched whole."""

OLD_S: Final = 600.0
"""So long after its last change nobody fetches the rest of a half file any more."""

_OF_A_FOLDER: Final = stat.S_IRWXU | stat.S_IRWXG | stat.S_IRWXO | stat.S_ISGID


class Unready(NamedTuple):
    """Why a file that has settled may not be whole. ``is_sure`` says that more is to come; else it only looks so."""

    why: Message
    is_sure: bool

    def told(self, name: str) -> Message:
        """The words for a file of this name."""
        if self.is_sure:
            return Message("{file} waits: {why}", file=printable(name), why=self.why)
        return Message(
            "{file} waits, for it may not be whole ({why}): it is imported as it is once it has stayed so for "
            "{seconds:,} s",
            file=printable(name),
            why=self.why,
            seconds=CUT_S,
        )


class Listing(NamedTuple):
    """The files to import, by name, and the names of those that are left out, with the words for each."""

    files: dict[str, Seen]
    others: dict[str, object]


def listing(folder: Path, is_ours: Callable[[Path], bool]) -> Listing:
    """What is in a folder now; ``is_ours`` tells of a file that an import wrote it. Raises ``OSError``.

    A link is left out: whoever may write to the folder could have a file imported that he may not read, and a link that
    moves may lead elsewhere.
    """
    files: dict[str, Seen] = {}
    others: dict[str, object] = {}
    with os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name
            if is_left_alone(name) or name.lower().endswith(PARTIAL):
                continue
            path = folder / name
            if not entry.is_file():
                if not entry.is_dir() and not entry.is_symlink():  # whose reading might never end
                    others[name] = Message("{file} (a pipe, a socket or a device)", file=printable(name))
                continue
            if entry.is_symlink():
                others[name] = Message("{file} (a link)", file=printable(name))
            elif not is_named_as_spreadsheet(name):
                others[name] = printable(name)
            elif is_ours(path):
                others[name] = Message("{file} (written by an import)", file=printable(name))
            elif (found := seen(path)) is not None:
                files[name] = found
    return Listing(files, dict(sorted(others.items())))


def waits_for(path: Path, *, looks_inside: bool) -> Unready | None:
    """Why a file that has settled may not be whole, ``None`` if nothing says so. ``looks_inside`` wants to know, too,
    what is not sure, which may take a second or two."""
    half = next((half for ending in PARTIAL if (half := path.with_name(path.name + ending)).exists()), None)
    is_half = Message("{file} beside it is not fetched whole yet", file=printable(half.name)) if half else None
    if half and is_half and _is_being_fetched(half):
        return Unready(is_half, is_sure=True)
    if is_open_for_writing(path):
        return Unready(Message("another program has it open for writing"), is_sure=True)
    missing = (is_half or _lacks(path)) if looks_inside else None
    return Unready(missing, is_sure=False) if missing else None


def _is_being_fetched(half: Path) -> bool:
    """Whether a program still writes the half file: browsers hold the name of the whole one with an empty file, sync
    clients leave the old one there. What is old was left behind by a program that has given up."""
    with suppress(OSError):  # it is gone
        return is_open_for_writing(half) or abs(time.time() - half.stat().st_mtime) < OLD_S
    return False


def _lacks(path: Path) -> Message | None:
    try:
        return what_is_missing(path)
    except OSError:  # the import tells
        return None


def seen(path: Path) -> Seen | None:
    """What a file looks like, ``None`` if it is gone."""
    try:
        found = path.stat()
    except OSError:
        return None
    return Seen(found.st_size, found.st_mtime_ns)


@contextmanager
def held(folder: Path, *, moves: bool) -> Iterator[locks.WatchLock]:
    """Watch a folder alone; with ``moves``, with the folders that files move to. Yields the lock, for a folder that is
    made anew.

    Raises ``ConfigError``, ``OutputError``, and ``LedgerBusy`` if another process watches it.
    """
    _check(folder)
    with locks.watched_alone(folder) as lock:
        if moves:
            for verdict in (Verdict.DONE, Verdict.ATTENTION):
                make_beside(folder, verdict)
        yield lock


def _check(folder: Path) -> None:
    try:
        with os.scandir(folder):
            pass
    except OSError as error:
        raise ConfigError(
            "--watch {folder}: {reason}",
            "name a folder that exists and that you may read and write",
            folder=folder,
            reason=reason_of(error),
        ) from error


def make_beside(folder: Path, verdict: Verdict) -> Path:
    """Make the folder of a verdict where it is missing, open to those to whom the watched one is. Raises
    ``OutputError``."""
    place = folder / verdict.value
    if not place.is_dir():
        workspace.make_folder(place)
        with suppress(OSError):  # some network folders know no modes
            place.chmod(folder.stat().st_mode & _OF_A_FOLDER)
    return place
