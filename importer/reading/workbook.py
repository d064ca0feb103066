"""A workbook (xlsx, xlsm, xls, xlsb, ods) to rows of text: which sheet, and its cells as the user sees them."""

import datetime as dt
import io
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Final, TypeAlias

from importer.errors import InputError
from importer.reading.archive import SAVE_AGAIN, checked_workbook, encrypted
from importer.reading.header import NumberedRow
from importer.reading.unwrap import Content

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook, SheetMetadata

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


def open_sheet(content: Content, wanted: str | None, has_people: Callable[[Iterable[NumberedRow]], bool]) -> Sheet:
    """Open the worksheet named or numbered ``wanted``, else the first visible one that has text.

    Where ``has_people`` finds no contacts in that one, the first visible one in which it does goes before it.
    Raises ``InputError`` for a file that is damaged, encrypted or would fill the memory, for an unknown sheet,
    and where there is nothing in it.
    """
    slim = checked_workbook(content)
    with _Translated(content):
        workbook = _open(content, slim)
        known = workbook.sheets_metadata
        names = _visible(known) if wanted is None else [_named(content, known, wanted)]
        sheets = ((name, workbook.get_sheet_by_name(name)) for name in names)
        filled = ((name, sheet) for name, sheet in sheets if _has_text(sheet))
        first = next(filled, None)
        if first is None:
            raise _no_data(content, wanted and names[0], known)
        if wanted is not None or has_people(_rows(first[1])):
            return _chosen(first, None, known)
        better = next((pair for pair in filled if has_people(_rows(pair[1]))), None)
        return _chosen(better or first, first[0] if better else None, known)


def _chosen(pair: tuple[str, "CalamineSheet"], passed: str | None, known: Sequence["SheetMetadata"]) -> Sheet:
    name, sheet = pair
    why = f' because "{passed}" has no contacts' if passed is not None else ""
    notes = (f'sheet "{name}" taken{why}; the workbook has {_listed(known)}',) if len(known) > 1 else ()
    return Sheet(name, partial(_rows, sheet), notes)


def _no_data(content: Content, named: str | None, known: Sequence["SheetMetadata"]) -> InputError:
    what = "no visible sheet has" if named is None else f'sheet "{named}" does not have'
    return InputError(f"{content}: {what} any data", f"the sheets are {_listed(known)}; name one with --sheet")


def _has_text(sheet: "CalamineSheet") -> bool:
    return any(any(map(str.strip, cells)) for _, cells in _rows(sheet))


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


def _named(content: Content, known: Sequence["SheetMetadata"], wanted: str) -> str:
    """The name that ``wanted`` means: as it is, else without case, else as a number that counts from 1."""
    names = [sheet.name for sheet in known]
    alike = [name for name in names if name.casefold() == wanted.strip().casefold()]
    if alike:
        return wanted if wanted in alike else alike[0]
    if wanted.strip().isdecimal() and 1 <= int(wanted) <= len(names):
        return names[int(wanted) - 1]
    raise InputError(f'{content} has no sheet "{wanted}"', f"the sheets are {_listed(known)}")


def _listed(known: Iterable["SheetMetadata"]) -> str:
    """The sheets with their numbers, for a message."""
    from python_calamine import SheetVisibleEnum

    return ", ".join(
        f'{number} "{sheet.name}"{"" if sheet.visible == SheetVisibleEnum.Visible else " (hidden)"}'
        for number, sheet in enumerate(known, start=1)
    )


def _open(content: Content, slim: bytes | None) -> "CalamineWorkbook":
    """Open by the name's extension, else by the content, for names lie. Raises ``CalamineError``, ``OSError``."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    if slim is not None:
        return CalamineWorkbook.from_filelike(io.BytesIO(slim))
    try:
        return CalamineWorkbook.from_path(content.path)
    except PasswordError:
        raise
    except CalamineError as reason:
        with content.open() as file:
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

    def __init__(self, content: Content) -> None:
        self._content = content

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        from python_calamine import CalamineError, PasswordError

        if isinstance(error, PasswordError):
            raise encrypted(self._content) from error
        if isinstance(error, CalamineError | OSError) or (kind and kind.__name__ == "PanicException"):
            reason = " ".join(str(error).split())  # a panic may speak in several lines
            raise InputError(f"{self._content} cannot be read as a workbook: {reason}", SAVE_AGAIN) from error
