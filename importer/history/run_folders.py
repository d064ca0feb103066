"""The folders of a ledger's runs on disk: how much they take, and how to remove one whose files are ours alone.

Whoever may write to the output directory can put links there. No link is followed: a folder is looked at, and files in
it are removed, through a descriptor.
"""

import os
import stat
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, NamedTuple

from importer.ledger.run import Run
from importer.reporter.files import FILES, WITH_IDS_FOLDER
from importer.reporter.result_files import LAST_FILE
from importer.reporter.with_ids import file_names
from importer.reporter.written import digest

_BY_DESCRIPTOR: Final = os.unlink in os.supports_dir_fd and os.rmdir in os.supports_dir_fd
"""Elsewhere, as on Windows, a file is named by its whole path."""

_NO_LINK: Final = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_Files = Mapping[str, os.stat_result]


class _Open(NamedTuple):
    """A folder that is looked at; ``descriptor`` is ``None`` where there are none."""

    path: Path
    descriptor: int | None

    def files(self) -> _Files:
        with os.scandir(self.path if self.descriptor is None else self.descriptor) as found:
            return {entry.name: entry.stat(follow_symlinks=False) for entry in found}

    def digest(self, name: str) -> str:
        """Of a file that is none of a link. Raises ``OSError``."""
        place = self.path / name if self.descriptor is None else name
        with os.fdopen(os.open(place, os.O_RDONLY | _NO_LINK, dir_fd=self.descriptor), "rb") as file:
            return digest(file)

    def remove(self, name: str) -> None:
        if self.descriptor is None:
            (self.path / name).unlink()
        else:
            os.unlink(name, dir_fd=self.descriptor)

    def remove_folder(self, name: str) -> None:
        if self.descriptor is None:
            (self.path / name).rmdir()
        else:
            os.rmdir(name, dir_fd=self.descriptor)


@contextmanager
def _opened(path: Path, within: _Open | None = None) -> Iterator[_Open]:
    """Hold a folder that is none of a link. Raises ``OSError``."""
    if not _BY_DESCRIPTOR:
        if path.is_symlink():
            raise NotADirectoryError(path)
        yield _Open(path, None)
        return
    name, above = (path, None) if within is None else (path.name, within.descriptor)
    descriptor = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=above)
    try:
        yield _Open(path, descriptor)
    finally:
        os.close(descriptor)


def size_of(folder: Path) -> int:
    """The bytes of the files in a folder and in folders of it; 0 if there is none, or a link in its place."""
    total = 0
    if folder.is_symlink():
        return 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                found = os.stat(os.path.join(place, name), follow_symlinks=False)  # noqa: PTH116, PTH118 - three times as quick
                total += found.st_size if stat.S_ISREG(found.st_mode) else 0
    return total


def folder_of(run: Run, output_dir: Path) -> Path | None:
    """The folder of a run, ``None`` if there is none, or a link in its place."""
    folder = output_dir / run.id
    with suppress(OSError):
        if folder.parent == output_dir and stat.S_ISDIR(folder.lstat().st_mode):
            return folder
    return None


def unknown_folders(output_dir: Path, known: Collection[str]) -> list[str]:
    """The names of the folders of runs that are none of those ``known`` to the ledger, such as rehearsals."""
    return sorted({path.parent.name for path in output_dir.glob(f"*/{LAST_FILE}")}.difference(known))


def is_ours_alone(run: Run, folder: Path) -> bool:
    """Whether all in a run's folder is what was written there, byte for byte.

    It reads the files: a size and a time tell nothing of one that was put in the place of ours, or restored.
    """
    if not seems_ours_alone(run, folder):
        return False
    try:
        with _opened(folder) as held:
            found = {name: held.digest(name) for name in held.files() if name != WITH_IDS_FOLDER}
            if WITH_IDS_FOLDER in held.files():
                with _opened(folder / WITH_IDS_FOLDER, held) as with_ids:
                    found |= {f"{WITH_IDS_FOLDER}/{name}": with_ids.digest(name) for name in with_ids.files()}
    except OSError:
        return False
    return found.items() <= run.written.items()


def seems_ours_alone(run: Run, folder: Path) -> bool:
    """Whether a run's folder holds only what was written there, by names and times alone, for a first look: the summary
    is written last."""
    try:
        with _opened(folder) as held:
            files = dict(held.files())
            if LAST_FILE not in files:
                return False
            last = files[LAST_FILE].st_mtime_ns
            inner = files.pop(WITH_IDS_FOLDER, None)
            if inner is not None:
                with _opened(folder / WITH_IDS_FOLDER, held) as with_ids:
                    if not _are(with_ids.files(), _with_ids_names(run), last):
                        return False
            return _are(files, names_of(run), last)
    except OSError:
        return False


def _are(files: _Files, names: Collection[str], last: int) -> bool:
    return all(
        name in names and stat.S_ISREG(found.st_mode) and found.st_mtime_ns <= last for name, found in files.items()
    )


def remove(run: Run, folder: Path) -> int:
    """Remove the files of a run's folder, the summary first, and the folder unless something else is in it by now;
    return how many bytes that is. Raises ``OSError``.

    A folder without its summary is written again by the next command, so that a process that is killed here leaves
    nothing half there.
    """
    size = size_of(folder)
    with _opened(folder.parent) as above, _opened(folder, above) as held:
        found = held.files()
        for name in (LAST_FILE, *(name for name in found if name != LAST_FILE)):
            if name in names_of(run):
                held.remove(name)
        if WITH_IDS_FOLDER in found:
            with _opened(folder / WITH_IDS_FOLDER, held) as with_ids:
                for name in with_ids.files().keys() & _with_ids_names(run):
                    with_ids.remove(name)
            held.remove_folder(WITH_IDS_FOLDER)
        above.remove_folder(folder.name)
    return size


def names_of(run: Run) -> set[str]:
    """The names that files of a run may have, those of older versions too."""
    kinds = dict.fromkeys((run.kind, "csv", "xlsx"))
    return {name.format(kind=kind) for name, *_ in FILES.values() for kind in kinds}


def _with_ids_names(run: Run) -> set[str]:
    return {*file_names(run.parts)}
