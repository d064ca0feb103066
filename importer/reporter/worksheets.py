"""Write sheets in one pass, row by row and in constant memory, with XlsxWriter.

Text stays text: no number loses digits, and nothing runs as a formula.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from importer.errors import OutputError
from importer.texts import shown_width

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format

    from importer.reporter.xlsx import Paper

MAX_SHEET_ROWS: Final = 1_048_576
MAX_SHEET_COLUMNS: Final = 16_384
MAX_REMARKS: Final = 10_000
"""Remarks of a sheet at most: XlsxWriter keeps them in memory until the end."""

_MAX_CELL_UNITS: Final = 32_767
# XML 1.0 cannot express these characters; a workbook with one would not open.
_NOT_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

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
    indent: int = 0


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

    def __init__(self, book: "Book", sheet: "Paper", columns: Sequence[SheetColumn], frozen: int | None) -> None:
        self._book = book
        self._sheet = sheet
        self._columns = columns
        self._titled = frozen is not None
        self._frozen = frozen or 0
        self._rows = 0
        self._written = 0
        self._remarks = 0
        self._waiting: list[Row] | None = []
        self._formats: dict[Look, Format] = {}

    @property
    def is_full(self) -> bool:
        """Whether the sheet can hold no further row."""
        return self._rows >= MAX_SHEET_ROWS

    def append(self, row: Row) -> None:
        """Write the next row. Raises ``OutputError``."""
        self._rows += 1
        if self._rows > MAX_SHEET_ROWS:
            raise OutputError(
                "{path}: a sheet holds {rows:,} rows and no more",
                "name a .csv file",
                path=self._book.path,
                rows=MAX_SHEET_ROWS,
            )
        if len(row) > MAX_SHEET_COLUMNS:
            raise OutputError(
                "{path}: a sheet holds {columns:,} columns and no more",
                "name a .csv file",
                path=self._book.path,
                columns=MAX_SHEET_COLUMNS,
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
            self._sheet.autofilter(0, 0, self._rows - 1, len(self._columns) - 1)

    def _begin(self) -> None:
        """Set the widths that the waiting rows decide, then write these rows."""
        rows, self._waiting = self._waiting or [], None
        if not rows:
            return
        for place, (width, form) in enumerate(self._columns):
            fitting = width or _fitting([row[place] for row in rows if place < len(row)], self._titled)
            self._sheet.put_column(place, fitting, form)  # so that text typed into an empty cell stays text
        if self._titled:
            self._sheet.freeze_panes(1, self._frozen)
            self._sheet.repeat_rows(0)
        for row in rows:
            self._write(row)

    def _write(self, row: Row) -> None:
        if not self._titled or any(cell is not None and cell.look.wrap for cell in row):
            self._make_room(row)
        for place, cell in enumerate(row):
            if cell is not None:
                self._write_cell(place, cell)
        self._written += 1

    def _make_room(self, row: Row) -> None:
        """Set the next row's height to fit its texts: LibreOffice does not when it opens a workbook."""
        heights = [_ROW_PT]
        for cell, column in zip(row, self._columns, strict=False):
            if cell is not None:
                lines = _lines(str(cell.value), column.width) if cell.look.wrap and column.width else 1
                heights.append(lines * cell.look.size * _LINE_SPACING)
        self._sheet.set_row(self._written, max(heights))

    def _write_cell(self, place: int, cell: Cell) -> None:
        look = self._formats.get(cell.look)
        if look is None:
            look = self._formats[cell.look] = self._book.made.add_format(_properties(cell.look))
        if isinstance(cell.value, str):
            self._sheet.put_text(self._written, place, clean(cell.value), look)
        else:
            self._sheet.write_number(self._written, place, cell.value, look)
        if cell.remark:
            self._remark(place, cell.remark)

    def _remark(self, place: int, remark: str) -> None:
        self._remarks += 1
        if self._remarks > MAX_REMARKS:
            return
        text = clean(remark[:_LONGEST_REMARK])
        lines = sum(1 + shown_width(line) // _REMARK_LINE for line in text.split("\n"))
        self._sheet.put_remark(self._written, place, text, (_REMARK_WIDTH_PX, (lines + 1) * _LINE_PX))


class Book(NamedTuple):
    """A workbook while it is written to ``path``."""

    path: Path
    made: "Workbook"

    def sheet(self, name: str, columns: Sequence[SheetColumn], *, frozen: int | None = 0, tab: str = "") -> Sheet:
        """Add a sheet, see ``Sheet``; with ``frozen=None`` it has no titles. ``tab`` is its tab's colour, RRGGBB."""
        from importer.reporter.xlsx import add_sheet

        made = add_sheet(self.made, name)
        made.set_landscape()
        made.fit_to_pages(1, 0)
        if tab:
            made.set_tab_color(f"#{tab}")
        if frozen is None:
            made.hide_gridlines(2)
        return Sheet(self, made, columns, frozen)


@contextmanager
def workbook(path: Path) -> Iterator[Book]:
    """Write a workbook to ``path``, whole, when the block ends, and nothing if it fails. Raises ``OutputError``."""
    from importer.reporter.xlsx import xlsx

    with xlsx(path) as made:
        yield Book(path, made)


def clean(text: str) -> str:
    """Return text that a workbook can hold: without what XML cannot express, cut to a cell's length."""
    kept = _NOT_XML.sub("", text)
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


def _properties(look: Look) -> dict[str, object]:
    """The look in XlsxWriter's words."""
    # At the top: a cell of two lines shows its first one. A number keeps away from the text beside it.
    made: dict[str, object] = {"font_size": look.size, "font_color": f"#{look.color}", "num_format": look.form}
    made |= {
        "bold": look.bold,
        "text_wrap": look.wrap,
        "valign": "top",
        "indent": look.indent or int(look.align == "right"),
    }
    if look.align:
        made["align"] = look.align
    if look.fill:
        made |= {"pattern": 1, "fg_color": f"#{look.fill}"}
    if look.line:
        made |= {"bottom": 1, "bottom_color": f"#{look.line}"}
    return made
