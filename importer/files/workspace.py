"""The output directory: the ledger's place and lock, and the folders of the runs."""

import math
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import chain, count
from pathlib import Path
from typing import Final

from importer.errors import ConfigError, OutputError, reason_of, unwritable
from importer.files.locks import locked
from importer.files.moves import NAME_ANOTHER, is_held, take_place
from importer.files.names import room_for_run, safe_stem
from importer.files.scratch import SCRATCH
from importer.message import CommandOption, Message

DEFAULT: Final = Path("import-results")
_LEDGER: Final = "ledger.sqlite3"

SET_TMPDIR: Final = Message("free space there, or set TMPDIR")
"""What to do about temporary files that cannot be written."""


@contextmanager
def ledger_to_import(output_dir: Path, files: object) -> Iterator[Path]:
    """Yield the path of the ledger, locked, and make its directory if it is missing.

    Raises ``OutputError``, ``LedgerBusy``.
    """
    make_folder(output_dir)
    with locked(output_dir / _LEDGER, Message("importing {file}", file=files)):
        yield output_dir / _LEDGER


@contextmanager
def ledger_to_rehearse(output_dir: Path) -> Iterator[Path]:
    """Yield the path of a temporary ledger. Raises ``OutputError``."""
    make_folder(output_dir)
    with temporary_folder() as folder:
        yield folder / _LEDGER


@contextmanager
def ledger_to_keep(folder: Path) -> Iterator[Path]:
    """Yield the path of a new ledger, which takes its place in ``folder`` when the block ends well. Raises
    ``OutputError``."""
    make_folder(folder)
    new = folder / f"new-{_LEDGER}"
    try:
        new.unlink(missing_ok=True)  # of a process that was killed
        yield new
        take_place(new, folder / _LEDGER)
    except OSError as error:
        raise unwritable(folder, error, NAME_ANOTHER) from error
    finally:
        with suppress(OSError):
            new.unlink(missing_ok=True)


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Yield a folder that is removed when the block ends, or, after a kill, by the next run. Raises ``OutputError``."""
    try:
        folder = SCRATCH.take()
    except OSError as error:
        raise unwritable(Message("the folder for temporary files"), error, SET_TMPDIR) from error
    try:
        yield folder
    finally:
        SCRATCH.give_back(folder)


def ledger_of(output_dir: Path) -> Path:
    """Return the path of the ledger, whether there is one or not."""
    return output_dir / _LEDGER


def has_ledger(output_dir: Path) -> bool:
    """Whether anything was ever imported here, as far as one may look; ``existing_ledger`` tells why not."""
    return os.path.exists(output_dir / _LEDGER)  # noqa: PTH110 - Path's may raise for a long name


def existing_ledger(output_dir: Path) -> Path:
    """Return the path of an existing ledger. Raises ``ConfigError``."""
    try:
        if (path := output_dir / _LEDGER).exists():
            return path
    except OSError as error:
        raise _unreadable(path, error) from error
    raise ConfigError("no ledger in {output_dir}", _instead(output_dir), output_dir=output_dir)


def _unreadable(path: Path, error: OSError) -> ConfigError:
    """The error of a name that is too long, or of a folder that may not be searched."""
    check = Message("check its name, permissions and encoding (UTF-8)")
    return ConfigError("{path}: cannot be read: {error}", check, path=path, error=reason_of(error))


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

    Its name, ``<file stem>-<YYYYMMDD-HHMMSS>`` in local time, is the run's, and one that every system takes;
    ``taken`` tells of those in the ledger.
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
    known = safe_stem(stem).encode(encoding, "replace").decode(encoding).replace("?", "_")
    name = f"{known[: room_for_run(output_dir)]}-{datetime.now():%Y%m%d-%H%M%S}"
    for free in chain([name], (f"{name}-{number}" for number in count(2))):
        folder = output_dir / free
        try:
            if not taken(free):
                folder.mkdir(mode=0o700)
                return folder
        except FileExistsError:
            continue
        except OSError as error:
            raise unwritable(folder, error, NAME_ANOTHER) from error
    raise AssertionError("count() has no end")


def uploads_of(output_dir: Path, run: str) -> Path:
    """Return the folder of the files that were uploaded for a run, whether there is one or not."""
    return output_dir / "uploads" / run


def draft_of(output_dir: Path, draft: str) -> Path:
    """Return the folder of a draft of the screen, whether there is one or not; its uploads go by the same name."""
    return output_dir / "ui" / "drafts" / draft


def screens_of(output_dir: Path) -> tuple[Path, Path]:
    """Return the folders of all drafts of the screen, and of all uploads."""
    return draft_of(output_dir, ""), uploads_of(output_dir, "")


def drafts(output_dir: Path, before: float = math.inf) -> list[str]:
    """Return the names of the drafts, and of uploads that no draft is left of, that nobody changed after ``before``, in
    epoch seconds. A link leads to none: somebody else may have put it there. Raises ``ConfigError``."""
    changed: dict[str, float] = {}
    places = screens_of(output_dir)
    try:
        real = [place for place in places if not place.is_symlink() and not place.parent.is_symlink()]
        folders = [*chain.from_iterable(place.glob("*") for place in real)]
    except OSError as error:
        raise _unreadable(output_dir, error) from error
    for folder in folders:
        with suppress(FileNotFoundError):  # somebody else removes it
            newest = max(path.lstat().st_mtime for path in (folder, *folder.rglob("*")))
            changed[folder.name] = max(newest, changed.get(folder.name, newest))
    return sorted(name for name, at in changed.items() if at <= before)


def upload_of(path: Path, output_dir: Path) -> str:
    """Return the name of the folder of uploads that a file lies in, ``""`` if it lies in none."""
    folder = path.resolve().parent
    return folder.name if folder.parent == uploads_of(output_dir, "").resolve() else ""


def is_run_folder(folder: Path) -> bool:
    """Whether a folder may be that of a run: a ledger lies above it, or a run's summary in it."""
    return (folder.parent / _LEDGER).exists() or (folder / "summary.json").exists()


def is_of_ledger(path: Path) -> bool:
    """Whether a file is a ledger, or one that stands beside it while it is in use."""
    return path.name.startswith(f"{_LEDGER.partition('.')[0]}.") and (path.parent / _LEDGER).exists()


def check_copy(copy: Path, source: Path, option: str = "--results") -> None:
    """Raise ``ConfigError`` before the run sends anything if it could not write this copy, which ``option`` names."""
    try:
        if copy.exists() and copy.samefile(source):
            named = CommandOption(option)
            raise ConfigError("{option} {copy} is the file to import", "name another file", option=named, copy=copy)
        writable = not copy.is_dir() and copy.parent.is_dir() and os.access(copy.parent, os.W_OK)
    except OSError:
        writable = False
    if writable and is_held(copy):
        hint = Message("close it there, or name another file")
        raise OutputError(
            "{option} {copy}: another program, such as Excel, has it open",
            hint,
            option=CommandOption(option),
            copy=copy,
        )
    if not writable:
        hint = Message("name a file in a folder that you may write to")
        raise OutputError("{option} {copy} cannot be written", hint, option=CommandOption(option), copy=copy)


def make_folder(folder: Path) -> None:
    """Make a folder for its owner alone, if it is not there. Raises ``OutputError``."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise _no_folder(folder) or unwritable(folder, error, NAME_ANOTHER) from error


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
