"""Which files the names on a command line stand for: files, folders, and patterns, on every system alike.

A name that exists is what it names, whatever signs are in it. A folder stands for its spreadsheets in the order of
their names, without the folders in it; a pattern (``exports/*.csv``, ``**`` for folders too) for the files that match.
"""

import glob
import os
import re
import stat
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from importer.errors import InputError, reason_of
from importer.files.identity import identity_of
from importer.files.names import spellings
from importer.message import Message, Messages, and_more
from importer.sources.source import LocalCopy
from importer.texts import printable

WORKBOOKS: Final = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")

RECORDS: Final = (".vcf", ".vcard", ".json", ".jsonl", ".ndjson", ".parquet", ".feather")
"""The endings of the formats of records, which no spreadsheet program opens to correct a cell."""

SPREADSHEETS: Final = (".csv", ".tsv", *WORKBOOKS, *RECORDS)
"""The endings of what a folder stands for, also before one of ``PACKED``; a file may be named whatever its ending."""

PACKED: Final = (".gz", ".zip")

BY_SYSTEMS: Final = r"\.DS_Store|\._[^/]*|\.localized|Icon\r|Thumbs\.db|desktop\.ini"
"""Files that macOS and Windows put into a folder or an archive on their own; nobody needs to hear of them."""

_LOCKS: Final = ("~$", ".")
"""How the names of files begin that programs put beside those that people open, and of hidden ones."""

_MOST_TOLD: Final = 5


class Named(NamedTuple):
    """The files that are meant, each once; ``stem`` names all together, and ``remarks`` are what to tell. ``shown`` has
    the words for those that are temporary."""

    paths: tuple[Path, ...]
    stem: str
    remarks: Messages = ()
    shown: Mapping[Path, str] = {}

    @property
    def told(self) -> object:
        """The names of the files, for a place of a message."""
        return and_more([printable(name) for name in self.names.values()], _MOST_TOLD)

    @property
    def names(self) -> dict[Path, str]:
        """A name for each file that no other has: its own, with as many folders before it as that takes."""
        return _told_apart(self.paths)


def named_files(given: Sequence[Path | LocalCopy], is_ours: Callable[[Path], bool] = lambda _path: False) -> Named:
    """The files that these names stand for, each once, in their order.

    ``is_ours`` tells of a file in a folder, or one that matches a pattern, that it is an output of an import: only by
    its own name it is meant. Raises ``InputError`` for a pattern that matches no file and a folder without a
    spreadsheet. A name that is nothing of the kind stays: opening it tells.
    """
    remarks = [remark for one in given if isinstance(one, LocalCopy) for remark in one.remarks]
    found = [path for name in given for path in _meant(name, is_ours, remarks)]
    paths = tuple(_once(found, remarks))
    shown = {one.path: one.shown for one in given if isinstance(one, LocalCopy)}
    return Named(paths, _stem(given[0], paths), tuple(remarks), shown)


def _stem(first: Path | LocalCopy, paths: Sequence[Path]) -> str:
    if isinstance(first, Path) and _is_folder(first):
        return first.resolve().name or first.anchor.strip("/\\:")
    return paths[0].stem


def _meant(name: Path | LocalCopy, is_ours: Callable[[Path], bool], remarks: list[Message]) -> Sequence[Path]:
    if isinstance(name, LocalCopy):
        return [name.path]
    if _is_folder(name):
        return _spreadsheets(name, is_ours, remarks)
    for spelled in map(Path, spellings(str(name))):
        if os.path.lexists(spelled):
            return [spelled]
        if os.path.lexists(placeholder := spelled.with_name(f".{spelled.name}{_ICLOUD}")):
            raise _elsewhere(placeholder)
    return _matching(name, is_ours, remarks) if glob.has_magic(str(name)) else [name]


_ICLOUD: Final = ".icloud"


def _elsewhere(placeholder: Path) -> InputError:
    """The error of a file of which this Mac has only a placeholder, ``.NAME.icloud``."""
    path = placeholder.with_name(placeholder.name[1:].removesuffix(_ICLOUD))
    return InputError(
        "{path}: it is in iCloud, and not on this machine", 'choose "Download Now" for it in Finder', path=path
    )


def _is_folder(name: Path) -> bool:
    return os.path.isdir(name)  # noqa: PTH112 - Path's may raise for a long name


def _spreadsheets(folder: Path, is_ours: Callable[[Path], bool], remarks: list[Message]) -> list[Path]:
    """The spreadsheets in a folder; a remark tells what else is there."""
    try:
        inside = sorted(folder.iterdir())
    except OSError as error:
        raise InputError(
            "{path}: the folder cannot be read: {reason}", "check its permissions", path=folder, reason=reason_of(error)
        ) from error
    for path in inside:
        if path.name.endswith(_ICLOUD) and path.name.removesuffix(_ICLOUD).lower().endswith(SPREADSHEETS):
            raise _elsewhere(path)
    is_meant = is_ours(folder)  # such as that of the files with ids, to import them again
    taken = [path for path in inside if _is_spreadsheet(path) and (is_meant or not is_ours(path))]
    known = {*taken}
    others = [path for path in inside if path not in known and not re.fullmatch(BY_SYSTEMS, path.name)]
    left = [f"{printable(path.name)}{os.sep if path.is_dir() else ''}" for path in others]
    if not taken:
        found = Message("{path}: no spreadsheet is in this folder", path=folder)
        if left:
            files = and_more(left, _MOST_TOLD)
            found = Message("{path}: no spreadsheet is in this folder, only {files}", path=folder, files=files)
        raise InputError(found, Message("name the files themselves, or the folder that has them"))
    if left:
        remarks.append(Message("left out of {path}: {files}", path=folder, files=and_more(left, _MOST_TOLD)))
    return taken


def _is_spreadsheet(path: Path) -> bool:
    return is_named_as_spreadsheet(path.name) and not is_left_alone(path.name) and _may_be_read(path)


def is_named_as_spreadsheet(name: str) -> bool:
    """Whether a file has an ending of those that a folder stands for."""
    lower = name.lower()
    inner = lower.rpartition(".")[0] if lower.endswith(PACKED) else lower
    return inner.endswith(SPREADSHEETS)


def is_left_alone(name: str) -> bool:
    """Whether a file is hidden, or one that a program puts beside those that people open."""
    return name.startswith(_LOCKS)


def _may_be_read(path: Path) -> bool:
    """Whether it is a file; a pipe, whose reading may never end, is meant by its name alone."""
    try:
        kind = path.stat().st_mode
    except OSError:  # opening it tells
        return True
    return stat.S_ISREG(kind)


def _matching(pattern: Path, is_ours: Callable[[Path], bool], remarks: list[Message]) -> list[Path]:
    """The files that match a pattern, in the order of their names."""
    # Names that a Mac wrote have accents as letters of their own, which no pattern with others matches.
    matches = (glob.glob(spelled, recursive=True) for spelled in spellings(str(pattern)))  # noqa: PTH207 - Path's takes no whole path
    found = sorted(map(Path, next(filter(None, matches), [])))
    taken = [path for path in found if not is_left_alone(path.name) and _may_be_read(path) and not is_ours(path)]
    known = {*taken}
    left = [printable(str(path)) for path in found if path not in known]
    if not taken and any(map(is_ours, found)):
        raise InputError(
            "{path}: what matches was written by an import: {files}",
            "name the file itself",
            path=pattern,
            files=and_more(left, _MOST_TOLD),
        )
    if not taken:
        raise InputError(
            "{path}: no file has this name, and none matches it as a pattern",
            "check the folder and the spelling, or name the files",
            path=pattern,
        )
    if left:
        remarks.append(Message("left out of {path}: {files}", path=pattern, files=and_more(left, _MOST_TOLD)))
    return taken


def _once(paths: Iterable[Path], remarks: list[Message]) -> Iterator[Path]:
    """Each file once, also where links lead to it; a remark tells of the other names."""
    known: dict[object, Path] = {}
    again: dict[str, object] = {}
    for path in paths:
        first = known.setdefault(identity_of(path) or path, path)  # opening one that is none tells
        if first is path:
            yield path
        else:
            name = printable(str(path))
            again[name] = name if first == path else Message("{path} (which is {first})", path=name, first=first)
    if again:
        remarks.append(
            Message("named more than once, and read once: {files}", files=and_more([*again.values()], _MOST_TOLD))
        )


def _told_apart(paths: Sequence[Path]) -> dict[Path, str]:
    names = {path: path.name for path in paths}
    for depth in range(2, max(len(path.parts) for path in paths) + 1):
        times = Counter(names.values())
        names = {path: "/".join(path.parts[-depth:]) if times[name] > 1 else name for path, name in names.items()}
    return names
