"""Write sheets in one pass, row by row and in constant memory, with openpyxl.

Text stays text: no number loses digits, and nothing runs as a formula.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from importer.errors import OutputError, unwritable
from importer.reporter.result_files import REPORT_AGAIN, whole_file
from importer.texts import column_letter, shown_width

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell import Cell as Made
    from openpyxl.comments import Comment
    from openpyxl.worksheet.worksheet import Worksheet

MAX_SHEET_ROWS: Final = 1_048_576
MAX_REMARKS: Final = 10_000
"""Remarks of a sheet at most: openpyxl keeps them in memory until the end, and twice as XML."""

_MAX_CELL_UNITS: Final = 32_767
# XML 1.0 cannot express these characters; a workbook with one would not open.
_NOT_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# Readers take ``_x000D_`` for the character of that number (ISO/IEC 29500-1, 22.9.2.19, ST_Xstring).
_READ_AS_NUMBER: Final = re.compile("_(?=x[0-9A-Fa-f]{4}_)")

_AUTHOR: Final = "import-contacts"
# Rows that decide the width of a column without one.
_SAMPLE_ROWS: Final = 100
_NARROWEST: Final = 8.0
_WIDEST: Final = 60.0
# In characters: the space beside a text, and the button of a filter.
_PADDING: Final = 2
_BUTTON: Final = 3
_LONGEST_REMARK: Final = 1000
_REMARK_WIDTH_PX: Final = 320
_REMARK_LINE: Final = 46
_LINE_PX: Final = 18
_ROW_PT: Final = 16.0
_LINE_SPACING: Final = 1.4


@dataclass(frozen=True, slots=True)
class Look:
    """How a cell looks; colours are RRGGBB, sizes in points, ``form`` is a number format and ``@`` text."""

    color: str = "1F2933"
    fill: str = ""
    bold: bool = False
    size: int = 11
    form: str = "@"
    line: str = ""
    align: Literal["left", "right"] | None = None
    wrap: bool = False


PLAIN: Final = Look()
HEADER: Final = Look(fill="E9EDF2", bold=True, line="8A97A6")
NUMBER: Final = Look(form="0", align="right")


class Cell(NamedTuple):
    """A cell to write; ``remark`` becomes a comment on it. A cell with ``""`` has only its look."""

    value: str | float
    look: Look = PLAIN
    remark: str = ""


class SheetColumn(NamedTuple):
    """A column to write: its ``width`` in characters (0: the first rows decide) and its number format ``form``."""

    width: float = 0
    form: str = PLAIN.form


Row: TypeAlias = Sequence[Cell | None]


class Sheet:
    """Owns a sheet while it is written. The first row of a ``titled`` sheet stays in sight and filters the others.

    The first ``frozen`` columns of a titled sheet stay in sight too.
    """

    def __init__(self, sheet: "Worksheet", path: Path, columns: Sequence[SheetColumn], frozen: int | None) -> None:
        self._sheet = sheet
        self._path = path
        self._columns = columns
        self._titled = frozen is not None
        self._frozen = frozen or 0
        self._rows = 0
        self._written = 0
        self._remarks = 0
        self._waiting: list[Row] | None = []
        self._cells: dict[Look, Made] = {}

    def append(self, row: Row) -> None:
        """Write the next row. Raises ``OutputError``."""
        self._rows += 1
        if self._rows > MAX_SHEET_ROWS:
            raise OutputError(
                "{path}: a sheet holds {rows:,} rows and no more",
                "name a .csv file",
                path=self._path,
                rows=MAX_SHEET_ROWS,
            )
        if self._waiting is None:
            self._write(row)
            return
        self._waiting.append(row)
        if len(self._waiting) > _SAMPLE_ROWS:
            self._begin()

    def end(self) -> None:
        """Write the waiting rows, and the filter over all rows. Raises ``OutputError``."""
        self._begin()
        if self._titled:
            self._sheet.auto_filter.ref = f"A1:{column_letter(len(self._columns) - 1)}{self._rows}"

    def _begin(self) -> None:
        """Set what precedes the rows in the file, then write the rows that waited for it."""
        rows, self._waiting = self._waiting or [], None
        if not rows:
            return
        for place, (width, form) in enumerate(self._columns):
            dimension = self._sheet.column_dimensions[column_letter(place)]
            dimension.width = width or _fitting([row[place] for row in rows if place < len(row)], self._titled)
            dimension.number_format = form  # so that text typed into an empty cell stays text
        if self._titled:
            self._sheet.freeze_panes = f"{column_letter(self._frozen)}2"
            self._sheet.print_title_rows = "1:1"
        for row in rows:
            self._write(row)

    def _write(self, row: Row) -> None:
        if not self._titled or any(cell is not None and cell.look.wrap for cell in row):
            self._make_room(row)
        self._written += 1
        try:
            cells = (self._made(cell) if cell else None for cell in row)
            self._sheet.append(cells)  # type: ignore[arg-type]  # the stubs lack generators
        except OSError as error:
            raise unwritable(self._path, error, REPORT_AGAIN) from error

    def _make_room(self, row: Row) -> None:
        """Set the next row's height to fit its texts: LibreOffice does not when it opens a workbook."""
        heights = [_ROW_PT]
        for cell, column in zip(row, self._columns, strict=False):
            if cell is not None:
                lines = _lines(str(cell.value), column.width) if cell.look.wrap and column.width else 1
                heights.append(lines * cell.look.size * _LINE_SPACING)
        self._sheet.row_dimensions[self._written + 1].height = max(heights)

    def _made(self, cell: Cell) -> "Made":
        """Return an openpyxl cell. Each is written before the next is made, so one for each look will do."""
        made = self._cells.get(cell.look)
        if made is None:
            made = self._cells[cell.look] = _styled(self._sheet, cell.look)
        if isinstance(cell.value, str):
            made.value = clean(cell.value) or None
            made.data_type = "s" if cell.value else "n"
        else:
            made.value = cell.value
        made.comment = self._comment(cell.remark) if cell.remark else None
        return made

    def _comment(self, remark: str) -> "Comment | None":
        from openpyxl.comments import Comment

        self._remarks += 1
        if self._remarks > MAX_REMARKS:
            return None
        text = clean(remark[:_LONGEST_REMARK])
        lines = sum(1 + shown_width(line) // _REMARK_LINE for line in text.split("\n"))
        return Comment(text, _AUTHOR, height=(lines + 1) * _LINE_PX, width=_REMARK_WIDTH_PX)


class Book(NamedTuple):
    """A workbook while it is written to ``path``."""

    path: Path
    made: "Workbook"

    def sheet(self, name: str, columns: Sequence[SheetColumn], *, frozen: int | None = 0, tab: str = "") -> Sheet:
        """Add a sheet, see ``Sheet``; with ``frozen=None`` it has no titles. ``tab`` is its tab's colour, RRGGBB."""
        from openpyxl.worksheet.properties import PageSetupProperties

        made: Worksheet = self.made.create_sheet(name)
        made.page_setup.orientation = "landscape"
        made.page_setup.fitToHeight = 0
        made.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        if tab:
            made.sheet_properties.tabColor = tab
        made.sheet_view.showGridLines = frozen is not None
        return Sheet(made, self.path, columns, frozen)


@contextmanager
def workbook(path: Path) -> Iterator[Book]:
    """Write a workbook to ``path``, whole, when the block ends, and nothing if it fails. Raises ``OutputError``."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    try:
        yield Book(path, book)
    except BaseException:
        for sheet in book.worksheets:
            with suppress(OSError):  # the disk may be full
                sheet.close()  # otherwise openpyxl complains when Python frees the memory
        raise
    with whole_file(path) as raw:
        book.save(raw)


def clean(text: str) -> str:
    """Return text that a workbook can hold: without what XML cannot express, cut to a cell's length."""
    kept = _NOT_XML.sub("", text)
    if "_x" in kept:
        kept = _READ_AS_NUMBER.sub("_x005F_", kept)
    kept = kept.replace("\r", "_x000D_")
    if len(kept) <= _MAX_CELL_UNITS // 2:
        return kept
    return kept.encode("utf-16-le")[: 2 * _MAX_CELL_UNITS].decode("utf-16-le", "ignore")


def _fitting(cells: Sequence[Cell | None], titled: bool) -> float:
    """A width in characters, within bounds, that fits the cells of a column; the first is its title."""
    widths = [max(map(shown_width, str(cell.value).splitlines()), default=0) if cell else 0 for cell in cells]
    if titled:
        widths[0] += _BUTTON
    return min(max(*widths, 0, _NARROWEST - _PADDING) + _PADDING, _WIDEST)


def _lines(text: str, width: float) -> int:
    """How many lines a text takes in a cell of this width."""
    return sum(1 + int(shown_width(line) / width) for line in text.split("\n"))


def _styled(sheet: "Worksheet", look: Look) -> "Made":
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

    made: Made = WriteOnlyCell(sheet)
    made.font = Font(name="Calibri", size=look.size, bold=look.bold, color=look.color)
    made.number_format = look.form
    if look.fill:
        made.fill = PatternFill("solid", fgColor=look.fill)
    if look.line:
        made.border = Border(bottom=Side("thin", color=look.line))
    # At the top: a cell of two lines shows its first one. A number keeps away from the text beside it.
    indent = int(look.align == "right")
    made.alignment = Alignment(horizontal=look.align, vertical="top", indent=indent, wrap_text=look.wrap)
    return made
