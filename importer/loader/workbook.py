"""Read a workbook (xlsx, xlsm, xls, xlsb, ods) as rows of text: choose a sheet, show cells as the user sees them."""

import datetime as dt
import io
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Final, TypeAlias

from importer.errors import InputError
from importer.loader.archive import SAVE_AGAIN, checked_workbook, encrypted
from importer.loader.header import NumberedRow
from importer.loader.number_formats import FormedCells, formed_cells, formed_text
from importer.loader.sheet_xml import column_widths
from importer.loader.sheets import Book, Judge, RowSource, Sheet, SheetInfo, choose_sheets
from importer.loader.unwrap import Content

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

# Excel keeps 15 significant digits: it makes up the last digits of a longer number.
_EXACT_BELOW: Final = 1e15


def _float_text(value: float) -> str:
    """A number without ``.0``; one that has lost digits in scientific notation, ``1.38E+16``, with none made up."""
    if not value.is_integer():
        return repr(value)
    if abs(value) < _EXACT_BELOW:
        return str(int(value))
    return f"{Decimal(repr(value)).normalize():E}"


def _datetime_text(value: dt.datetime) -> str:
    """To the nearest second, for a fraction of a day in binary is hardly ever exact; a midnight is a date."""
    half = dt.timedelta(milliseconds=500)
    second = (value + half if value < dt.datetime.max - half else value).replace(microsecond=0)
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
    """Return a cell as the user sees it; text stays as it is."""
    return _AS_TEXT[type(value)](value)


def open_sheets(content: Content, wanted: Sequence[str], judge: Judge) -> list[Sheet]:
    """Open the worksheets that ``choose_sheets`` takes.

    Raises ``InputError`` for a file that is damaged, encrypted or would fill the memory, for an unknown sheet,
    and where there is nothing in it.
    """
    slim = checked_workbook(content)
    with _translated(content):
        workbook = _open(content, slim)
        known = _known(workbook)
        sheets = choose_sheets(Book(content, known, partial(_sheet_rows, content, workbook)), wanted, judge)
    return [replace(sheet, widths=column_widths(content, sheet.place)) for sheet in sheets]


def _known(workbook: "CalamineWorkbook") -> list[SheetInfo]:
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    return [
        SheetInfo(sheet.name, sheet.visible == SheetVisibleEnum.Visible, sheet.typ == SheetTypeEnum.WorkSheet)
        for sheet in workbook.sheets_metadata
    ]


def _sheet_rows(content: Content, workbook: "CalamineWorkbook", place: int) -> RowSource:
    return partial(_rows, content, workbook.get_sheet_by_index(place), formed_cells(content, place))


def _rows(content: Content, sheet: "CalamineSheet", formed: FormedCells) -> Generator[NumberedRow, None, None]:
    """The rows that are not blank, with the numbers of ``formed`` cells as their formats show them.

    Raises ``InputError`` for a value that calamine cannot give, such as a duration of a million years.
    """
    if sheet.start is None:  # no cell at all; older versions of calamine panic over such a sheet
        return
    with _translated(content), closing(formed()) as found:
        cell = next(found, None)
        # Row 1 is the sheet's first one: calamine gives the blank rows above the first cell too.
        for number, values in enumerate(sheet.iter_rows(), start=1):
            if values.count("") == len(values):
                continue
            # Most cells are text: six take 0.19 µs, with a call for each 0.33.
            cells = [value if type(value) is str else cell_text(value) for value in values]
            while cell is not None and cell.row <= number:
                column = cell.column
                if cell.row == number and column < len(cells) and isinstance(values[column], int | float):
                    cells[column] = formed_text(cells[column], cell.form)
                cell = next(found, None)
            yield number, cells


def _open(content: Content, slim: bytes | None) -> "CalamineWorkbook":
    """Open by the extension, else by the content, for names may be wrong. Raises ``CalamineError``, ``OSError``."""
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


@contextmanager
def _translated(content: Content) -> Iterator[None]:
    """A context in which everything that calamine raises becomes an ``InputError``.

    A panic of its Rust code arrives as ``pyo3_runtime.PanicException``, which is no ``Exception`` and cannot be
    imported: only its name tells it from an interruption.
    """
    from python_calamine import CalamineError, PasswordError

    try:
        yield
    except PasswordError as error:
        raise encrypted(content) from error
    except BaseException as error:
        if not isinstance(error, CalamineError | OSError | OverflowError) and type(error).__name__ != "PanicException":
            raise
        reason = " ".join(str(error).split())  # a panic may speak in several lines
        raise InputError(
            "{content} cannot be read as a workbook: {reason}", SAVE_AGAIN, content=content, reason=reason
        ) from error
