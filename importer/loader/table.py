"""A table: where it stands in its file, its titles, and its rows, a batch at a time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Literal

from importer.corrections import NONE_HERE, SheetCorrections
from importer.errors import ConfigError
from importer.loader.header import NumberedRow
from importer.loader.marks import without_marks
from importer.loader.passwords import NO_PASSWORDS, Passwords
from importer.loader.sheets import ListedSheet, RowSource
from importer.loader.stacked import Columns, spelled_titles
from importer.message import Message, Messages
from importer.models import Row
from importer.normalizer.text import has_text, unbroken, unguard, used
from importer.texts import printable


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the user says about the file; ``None`` means: find out.

    ``sheets`` are names, or numbers from 1 on, or ``all``; ``delimiter`` is a character or a word such as ``tab``;
    ``no_header`` says that the first row with text is data.
    ``known_as`` has the words for files that are temporary ones: ``(path, words)``; ``passwords`` are those that a file
    may need.
    """

    sheets: tuple[str, ...] = ()
    encoding: str | None = None
    delimiter: str | None = None
    no_header: bool = False
    known_as: tuple[tuple[Path, str], ...] = ()
    passwords: Passwords = NO_PASSWORDS


@dataclass(frozen=True, slots=True)
class Table:
    """An opened file and its header. Let go of it after reading: a workbook's cells are in its memory.

    ``kind`` is the shape that an errors file should take, "csv" or "xlsx", and ``csv_delimiter`` what divides its cells
    if it is CSV: that of the input, a comma where none does. ``sheet`` is a workbook's alone,
    ``encoding`` and ``delimiter`` are a text's. ``titles`` are stripped, "" where a column has none; ``header_row`` is
    the row number they stand in, 0 where there is no header: the titles are made up ("Column A"), or the rows bring
    them. Rows up to ``data_after`` are not data. ``notes`` are remarks to print, ``warnings`` what the user must know.
    ``widths`` are the columns' in characters, 0 where the file says nothing of one, and none at all where it has no
    widths. ``rows`` starts from row 1 at each call. ``perhaps`` are signs that may separate the cells of a text that
    has one column otherwise. ``origin`` says how the encoding is known, ``listed`` are all sheets of its workbook.
    ``corrections`` are the user's: the rows have their texts. ``shown`` are the words for the file in messages.
    ``aside`` are the columns of a list beside the people, which is not about them: a row of it alone is none.
    ``form`` says where a cell is corrected: in the file, where its records come from, or where a DataFrame is made.
    """

    path: Path
    kind: str
    rows: RowSource = field(repr=False, compare=False)
    notes: Messages
    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    widths: tuple[float, ...] = ()
    titles: tuple[str, ...] = ()
    header_row: int = 0
    data_after: int = 0
    perhaps: tuple[str, ...] = ()
    warnings: Messages = ()
    origin: Message | None = None
    listed: tuple[ListedSheet, ...] = ()
    corrections: SheetCorrections = NONE_HERE
    shown: object = ""
    form: Literal["file", "records", "frame"] = "file"
    csv_delimiter: str = ","
    aside: range = range(0)

    @property
    def is_keyed(self) -> bool:
        """Whether the titles are the names of the values in each record, and stand in no row."""
        return self.form != "file"

    def batches(self, size: int = 1000) -> Iterator[list[Row]]:
        """Yield the data rows in the file's order, ``size`` at a time, from the top at each call.

        Rows without text are passed over, unless the user has emptied them. A byte that is not UTF-8 is a lone
        surrogate in its cell. A row's cells are at least as many as the titles, and more only where the last one is not
        empty. Raises ``InputError`` where the file turns out to be damaged.
        """
        with closing(self.rows()) as rows:
            data = _data(rows, self.data_after, len(self.titles))
            data = _in_order(data, self.titles) if self.header_row else data
            if aside := self.aside:
                data = (row for row in data if has_text(row.cells[: aside.start] + row.cells[aside.stop :]))
            if cells := self.corrections.cells:
                data = (self._corrected(row, cells.get(row.number)) for row in data)
            while batch := list(islice(data, size)):
                yield batch

    def _corrected(self, row: Row, texts: Mapping[int, str] | None) -> Row:
        """The row with the user's texts in place of its own. Raises ``ConfigError`` for one beyond its cells."""
        if not texts:
            return row
        if max(texts) >= len(row.cells):
            raise ConfigError(
                "corrections: row {row} of {file} has no column {column}",
                "columns count from 0",
                row=row.number,
                file=printable(self.path.name),
                column=max(texts),
            )
        return Row(row.number, tuple(texts.get(column, cell) for column, cell in enumerate(row.cells)))


def title_of(cell: str) -> str:
    """Return a cell as a title."""
    # A workbook may have been made of a text whose byte order mark was read as text.
    return unbroken(without_marks(unguard(cell).strip()).strip())


def _data(rows: Iterable[NumberedRow], above: int, width: int) -> Iterator[Row]:
    """The rows below number ``above`` that have text, of at least ``width`` cells, without the empty ones beyond."""
    for number, cells in rows:
        text = "".join(cells)  # one look at the whole row: most need no more
        if number <= above or not text or text.isspace():
            continue
        if len(cells) > width:
            cells = cells[: max(width, used(cells)) if any(cells[width:]) else width]
        elif len(cells) < width:
            cells = [*cells, *[""] * (width - len(cells))]
        yield Row(number, tuple(map(unguard, cells) if "'" in text else cells))


def _in_order(rows: Iterable[Row], titles: Sequence[str]) -> Iterator[Row]:
    """The rows, with the cells below a row of the same titles in another order moved to the first table's columns.

    What stands in a column without a title comes last, beyond the titles. A glance of 0.2 µs passes over most rows.
    """
    columns = Columns.of(titles)
    looked_at, spelled = [*columns.fields][:2], spelled_titles()
    order: tuple[int, ...] | None = None
    for row in rows if len(looked_at) == 2 else ():
        if any(row.cells[at].casefold() in spelled for at in looked_at):
            found = columns.order_of(row.cells)
            order = found or (order if columns.begins_another(row.cells) is None else None)
        yield _moved(row, order) if order else row
    if len(looked_at) < 2:
        yield from rows


def _moved(row: Row, order: Sequence[int]) -> Row:
    cells = row.cells
    rest = [cell for at, cell in enumerate(cells) if at not in order and cell.strip()]
    return Row(row.number, (*(cells[at] if 0 <= at < len(cells) else "" for at in order), *rest))
