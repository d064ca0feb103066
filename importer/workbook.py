"""A workbook (xlsx, xlsm, xls, xlsb, ods) to rows of text: which sheet, and its cells as the user sees them."""

import datetime as dt
import mmap
import re
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial, reduce
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Final, TypeAlias

from importer.errors import InputError

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook, SheetMetadata

NumberedRow: TypeAlias = tuple[int, Sequence[str]]
"""A row number, the first being 1, and the row's cells as text."""

ZIP_MAGIC: Final = b"PK\x03\x04"
OLE2_MAGIC: Final = bytes.fromhex("D0CF11E0A1B11AE1")
# The stream in which Office keeps an encrypted workbook ([MS-OFFCRYPTO] 2.3.4.4); OLE2 names are UTF-16.
_ENCRYPTED_STREAM: Final = "EncryptedPackage".encode("utf-16-le")

# Rows of nothing but formatting shrink to a 50th at best; DEFLATE allows 1,032.
_BOMB_RATIO: Final = 200
_BOMB_BYTES: Final = 1 << 28
# What zipfile raises for damage: RuntimeError for a member with a password or packed in an unknown way, OSError
# for an offset outside the file, UnicodeDecodeError for a member's name.
_ZIP_ERRORS: Final = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError, UnicodeDecodeError)
# calamine keeps 32 bytes for every cell of the rectangle around the filled ones, and where it gets no memory
# the whole process dies.
_MOST_CELLS: Final = 50_000_000
_SHEET_PART: Final = re.compile(r"xl/worksheets/[^/]+\.xml")
_DIMENSION: Final = re.compile(rb'<dimension ref="[A-Z]+\d+:([A-Z]+)(\d+)"')
# A cell that ends in "/>" has only a format.
_FILLED_CELL: Final = re.compile(rb'<c r="([A-Z]+)(\d+)"(?:[^>/]|/(?!>))*>')
_SAVE_AGAIN: Final = "open it in a spreadsheet program and save it as .xlsx, without a password"

# Excel keeps 15 significant digits: of a longer number the last ones are invented.
_EXACT_BELOW: Final = 1e15


def _float_text(value: float) -> str:
    """A number without ``.0``; one that has lost digits in scientific notation, ``1.38E+16``, never made up."""
    if not value.is_integer():
        return repr(value)
    if abs(value) < _EXACT_BELOW:
        return str(int(value))
    return f"{Decimal(repr(value)).normalize():E}"


def _datetime_text(value: dt.datetime) -> str:
    """To the nearest second, for a fraction of a day in binary is hardly ever exact; a midnight is a date."""
    second = (value + dt.timedelta(milliseconds=500)).replace(microsecond=0)
    return second.date().isoformat() if second.time() == dt.time.min else second.isoformat(" ")


def _time_text(value: dt.time) -> str:
    """To the nearest second, as a clock shows it."""
    moment = dt.datetime.combine(dt.date.min, value) + dt.timedelta(milliseconds=500)
    return moment.time().isoformat("seconds")


def _timedelta_text(value: dt.timedelta) -> str:
    """A duration in hours, ``30:05:00``, as ``[h]:mm:ss`` shows it."""
    seconds = round(value.total_seconds())
    hours, rest = divmod(abs(seconds), 3600)
    return f"{'-' if seconds < 0 else ''}{hours}:{rest // 60:02}:{rest % 60:02}"


_Value: TypeAlias = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta

# By the exact type: a bool is an int, and a datetime is a date. An error value (#N/A) arrives as "".
_AS_TEXT: Final[Mapping[type, Callable[..., str]]] = {
    str: str,
    bool: lambda value: "TRUE" if value else "FALSE",
    int: lambda value: _float_text(float(value)),
    float: _float_text,
    dt.datetime: _datetime_text,
    dt.date: dt.date.isoformat,
    dt.time: _time_text,
    dt.timedelta: _timedelta_text,
}


def cell_text(value: _Value) -> str:
    """A cell as the user sees it; text stays as it is."""
    return _AS_TEXT[type(value)](value)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A worksheet with something in it. ``rows`` starts from row 1 at each call; ``notes`` are remarks to print."""

    name: str
    rows: Callable[[], Generator[NumberedRow, None, None]]
    notes: tuple[str, ...]


def open_sheet(path: Path, wanted: str | None) -> Sheet:
    """Open the worksheet named or numbered ``wanted``, else the first visible one that has text.

    Raises ``InputError`` for a file that is damaged, encrypted or would fill the memory, for an unknown sheet,
    and where there is nothing in it.
    """
    with path.open("rb") as file:
        refuse = _refuse_encrypted if file.read(len(OLE2_MAGIC)) == OLE2_MAGIC else _refuse_archive
    refuse(path)
    with _Translated(path):
        workbook = _open(path)
        known = workbook.sheets_metadata
        candidates = _visible(known) if wanted is None else [_named(path, known, wanted)]
        for name in candidates:
            sheet = workbook.get_sheet_by_name(name)
            if any(any(map(str.strip, cells)) for _, cells in _rows(sheet)):
                return Sheet(name, partial(_rows, sheet), _notes(name, known))
    where = "no visible sheet" if wanted is None else f'sheet "{candidates[0]}"'
    verb = "has" if wanted is None else "does not have"
    raise InputError(f"{path}: {where} {verb} any data", f"the sheets are {_listed(known)}; name one with --sheet")


def _rows(sheet: "CalamineSheet") -> Generator[NumberedRow, None, None]:
    """The rows from row 1 on, for calamine gives the blank ones above the first cell too."""
    if sheet.start is None:  # no cell at all; older versions of calamine panic over such a sheet
        return
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        yield number, [cell_text(value) for value in cells]


def _visible(known: Iterable["SheetMetadata"]) -> list[str]:
    """The worksheets that a user sees: no charts, no macro sheets, nothing hidden."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    return [
        sheet.name
        for sheet in known
        if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
    ]


def _named(path: Path, known: Sequence["SheetMetadata"], wanted: str) -> str:
    """The name that ``wanted`` means: as it is, else without case, else as a number that counts from 1."""
    names = [sheet.name for sheet in known]
    alike = [name for name in names if name.casefold() == wanted.strip().casefold()]
    if alike:
        return wanted if wanted in alike else alike[0]
    if wanted.strip().isdecimal() and 1 <= int(wanted) <= len(names):
        return names[int(wanted) - 1]
    raise InputError(f'{path} has no sheet "{wanted}"', f"the sheets are {_listed(known)}")


def _listed(known: Iterable["SheetMetadata"]) -> str:
    """The sheets with their numbers, for a message."""
    from python_calamine import SheetVisibleEnum

    return ", ".join(
        f'{number} "{sheet.name}"{"" if sheet.visible == SheetVisibleEnum.Visible else " (hidden)"}'
        for number, sheet in enumerate(known, start=1)
    )


def _notes(name: str, known: Sequence["SheetMetadata"]) -> tuple[str, ...]:
    return (f'sheet "{name}" taken; the workbook has {_listed(known)}',) if len(known) > 1 else ()


def _open(path: Path) -> "CalamineWorkbook":
    """Open by the name's extension, else by the content, for names lie. Raises ``CalamineError``, ``OSError``."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        return CalamineWorkbook.from_path(path)
    except PasswordError:
        raise
    except CalamineError as reason:
        with path.open("rb") as file:
            try:
                return CalamineWorkbook.from_filelike(file)
            except CalamineError:
                # The first reason says more than "Cannot detect file format".
                raise reason from None


class _Translated:
    """A context in which everything that calamine raises becomes an ``InputError``.

    A class and no ``except``: a panic of its Rust code arrives as ``pyo3_runtime.PanicException``, which is no
    ``Exception`` and cannot be imported, so only its name tells it from an interruption.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        from python_calamine import CalamineError, PasswordError

        if isinstance(error, PasswordError):
            raise _encrypted(self._path) from error
        if isinstance(error, CalamineError | OSError) or (kind and kind.__name__ == "PanicException"):
            reason = " ".join(str(error).split())  # a panic may speak in several lines
            raise InputError(f"{self._path} cannot be read as a workbook: {reason}", _SAVE_AGAIN) from error


def _encrypted(path: Path) -> InputError:
    return InputError(f"{path} is protected by a password", _SAVE_AGAIN)


def _refuse_encrypted(path: Path) -> None:
    """An encrypted xlsx is an OLE2 file; under another name than .xlsx calamine does not know what it is."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if content.find(_ENCRYPTED_STREAM) >= 0:
            raise _encrypted(path)


def _refuse_archive(path: Path) -> None:
    """Refuse a ZIP that is damaged or would fill the memory: calamine does not survive all of these."""
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
            if unpacked > max(_BOMB_BYTES, _BOMB_RATIO * path.stat().st_size):
                raise InputError(f"{path} unpacks to {unpacked >> 20} MiB: this is no table", _SAVE_AGAIN)
            if damaged := archive.testzip():
                raise _incomplete(path, f"{damaged} fails its checksum")
            for member in filter(_SHEET_PART.fullmatch, archive.namelist()):
                _refuse_sparse(path, archive, member)
    except _ZIP_ERRORS as error:
        raise _incomplete(path, str(error)) from error


def _incomplete(path: Path, reason: str) -> InputError:
    return InputError(f"{path} is damaged or incomplete: {reason}", "save or download it again")


def _refuse_sparse(path: Path, archive: zipfile.ZipFile, member: str) -> None:
    """Refuse a sheet with a filled cell so far out that the rectangle up to it cannot be kept in memory.

    The sheet's own ``dimension`` counts cells with a mere format; only when it is too large are cells read.
    """
    with archive.open(member) as part:
        dimension = _DIMENSION.search(part.read(1 << 12))
    if dimension is None or _area(*dimension.groups()) <= _MOST_CELLS:
        return
    with archive.open(member) as part:
        column, row = _farthest(part)
    if _area(column, row) > _MOST_CELLS:
        raise InputError(
            f"{path}: the filled cells reach to column {column.decode()} and row {row.decode()}, too far to read",
            "delete the stray cells below or beside the table",
        )


def _farthest(part: IO[bytes]) -> tuple[bytes, bytes]:
    """The last column (letters) and the last row (digits) in which a cell of this XML is filled."""
    column, row, rest = b"", b"", b""
    for block in iter(partial(part.read, 1 << 20), b""):
        found = _FILLED_CELL.findall(rest + block)
        column = max((column, *(letters for letters, _ in found)), key=_by_size)
        row = max((row, *(digits for _, digits in found)), key=_by_size)
        rest = block[-256:]
    return column, row


def _by_size(digits: bytes) -> tuple[int, bytes]:
    return len(digits), digits


def _area(column: bytes, row: bytes) -> int:
    """The cells of the rectangle from A1 to this column and row."""
    width = reduce(lambda number, letter: number * 26 + letter - ord("A") + 1, column, 0)
    return width * int(row or b"0")
