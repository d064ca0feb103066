"""Read a workbook (xlsx, xlsm, xls, xlsb, ods) as rows of text: choose a sheet, show cells as the user sees them."""

import datetime as dt
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Final, TypeAlias

from importer.errors import InputError
from importer.loader.archive import OLE2_MAGIC, checked_workbook
from importer.loader.corrections import (
    Correction,
    Corrections,
    Survey,
    has_more,
    hidden_rows,
    survey,
    with_high_cells,
    with_wide_cells,
)
from importer.loader.damage import damage_words
from importer.loader.header import NumberedRow
from importer.loader.number_formats import formed_text
from importer.loader.ods_cells import scan_ods
from importer.loader.passwords import unsupported_password
from importer.loader.sheet_xml import column_widths
from importer.loader.sheets import Book, Judge, RowSource, Sheet, SheetInfo, choose_sheets
from importer.loader.signatures import SAVE_AGAIN
from importer.loader.unwrap import Content
from importer.loader.xls_cells import old_sheet_names, scan_xls
from importer.loader.xlsb_cells import scan_xlsb
from importer.loader.xlsx_cells import scan_xlsx
from importer.normalizer.text import number_text
from importer.sources.cell_values import bool_text, duration_text, scientific

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

# Excel keeps 15 significant digits: it makes up the last digits of a longer number.
_EXACT_BELOW: Final = 1e15


def _float_text(value: float) -> str:
    """A number without ``.0``; one that has lost digits in scientific notation, ``1.38E+16``, with none made up."""
    if not value.is_integer():
        return repr(value)
    if abs(value) < _EXACT_BELOW:
        return number_text(str(int(value)))
    return scientific(value)


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
    """To the nearest second."""
    return duration_text(dt.timedelta(seconds=round(value.total_seconds())))


_Value: TypeAlias = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta

# By the exact type: a bool is an int, and a datetime is a date. An error value arrives as "", and is corrected.
_AS_TEXT: Final[Mapping[type, Callable[..., str]]] = {
    str: str,
    bool: bool_text,
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

    Raises ``InputError`` for a file that is damaged or would fill the memory, for an unknown sheet,
    and where there is nothing in it.
    """
    safe = checked_workbook(content)
    surveys: dict[int, Survey] = {}

    def rows(place: int) -> RowSource:
        # calamine lets go of the interpreter while it reads: a survey beside it costs next to nothing on a second core,
        # where it takes half as long as the reading.
        with ThreadPoolExecutor(1) as beside:
            reading = beside.submit(workbook.get_sheet_by_index, place)
            if place not in surveys:
                surveys[place] = _survey(safe, place)
        return partial(_marked_rows, content, reading.result(), surveys[place])

    with _translated(content):
        workbook = _open(safe)
        sheets = choose_sheets(Book(content, _known(safe, workbook), rows), wanted, judge)
    return [
        replace(
            sheet,
            widths=column_widths(safe, sheet.place),
            notes=(*sheet.notes, *hidden_rows(surveys[sheet.place].hidden)),
        )
        for sheet in sheets
    ]


def _survey(content: Content, place: int) -> Survey:
    scans = (scan_xls,) if content.head(len(OLE2_MAGIC)) == OLE2_MAGIC else (scan_xlsx, scan_ods, scan_xlsb)
    return survey(lambda: chain.from_iterable(scan(content, place) for scan in scans))


def _known(content: Content, workbook: "CalamineWorkbook") -> list[SheetInfo]:
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    known = [
        SheetInfo(sheet.name, sheet.visible == SheetVisibleEnum.Visible, sheet.typ == SheetTypeEnum.WorkSheet)
        for sheet in workbook.sheets_metadata
    ]
    names = old_sheet_names(content) if content.head(len(OLE2_MAGIC)) == OLE2_MAGIC else []
    if len(names) != len(known):
        return known
    return [replace(info, name=name) for info, name in zip(known, names, strict=True)]


def _marked_rows(content: Content, sheet: "CalamineSheet", found: Survey) -> Generator[NumberedRow, None, None]:
    """The rows that are not blank, with the texts of wide cells marked where there are such cells."""
    wide, high = {**found.wide}, {**found.high}
    for (row, column), (bottom, last) in sheet.merged_cell_ranges or ():
        if last > column:
            wide[row + 1] = (*wide.get(row + 1, ()), column)
        elif bottom > row:
            high[row + 1] = (*high.get(row + 1, ()), (column, bottom + 1))
    rows = _rows(content, sheet, found.corrections)
    rows = with_high_cells(rows, high) if high else rows
    return with_wide_cells(rows, wide) if wide else rows


def _rows(content: Content, sheet: "CalamineSheet", corrections: Corrections) -> Generator[NumberedRow, None, None]:
    """The rows that are not blank, with what calamine does not give.

    Raises ``InputError`` for a value that calamine cannot give, such as a duration of a million years.
    """
    with _translated(content), closing(corrections()) as found:
        rest = next(found, None)
        for number, values in _values(sheet):
            while rest is not None and rest.row < number:
                rest = yield from _extra(rest, found)
            if rest is None or rest.row != number:
                if values.count("") == len(values):
                    continue
                # Most cells are text: six take 0.19 µs, with a call for each 0.33.
                yield number, [value if type(value) is str else cell_text(value) for value in values]
                continue
            cells = [*map(cell_text, values)]
            while rest is not None and rest.row == number:
                _correct(cells, rest, values)
                rest = next(found, None)
            if has_more(cells):
                yield number, cells
        while rest is not None:
            rest = yield from _extra(rest, found)


def _values(sheet: "CalamineSheet") -> Iterator[tuple[int, Sequence[_Value]]]:
    """The rows from the sheet's first row and column on; none of an empty sheet."""
    if sheet.start is None:  # older versions of calamine panic over a sheet without a cell
        return iter(())
    rows = enumerate(sheet.iter_rows(), start=1)
    # calamine gives the blank rows above the first cell, and not the blank columns before it.
    left = [""] * sheet.start[1]
    return ((number, [*left, *values]) for number, values in rows) if left else rows


def _extra(correction: Correction, found: Iterator[Correction]) -> Generator[NumberedRow, None, Correction | None]:
    """Yield a row that calamine does not have, for it is blank but for corrections; return the next row's first one."""
    cells: list[str] = []
    row = correction.row
    rest: Correction | None = correction
    while rest is not None and rest.row == row:
        _correct(cells, rest, ())
        rest = next(found, None)
    if has_more(cells):
        yield row, cells
    return rest


def _correct(cells: list[str], correction: Correction, values: Sequence[_Value]) -> None:
    """Set a cell to what it shows; a form needs the cell's number."""
    column, shown = correction.column, correction.shown
    if isinstance(shown, str):
        cells += [""] * (column + 1 - len(cells))
        cells[column] = shown
    elif column < len(values) and type(values[column]) in (int, float):
        cells[column] = formed_text(cells[column], shown)


def _open(content: Content) -> "CalamineWorkbook":
    """Open by the extension, else by the content, for names may be wrong. Raises ``CalamineError``, ``OSError``."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

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
        raise unsupported_password(content) from error
    except BaseException as error:
        if not isinstance(error, CalamineError | OSError | OverflowError) and type(error).__name__ != "PanicException":
            raise
        reason = damage_words(error)
        raise InputError(
            "{content} cannot be read as a workbook: {reason}", SAVE_AGAIN, content=content, reason=reason
        ) from error
