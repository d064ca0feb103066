"""Read a file as batches of rows of text, with the row numbers that a spreadsheet program shows."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final

from importer.errors import InputError
from importer.loader.archive import OLE2_MAGIC
from importer.loader.csv_rows import csv_rows
from importer.loader.csv_text import text_format
from importer.loader.encoding import refuse_controls
from importer.loader.header import SAMPLE_ROWS, Header, NumberedRow, field_of, find_header, has_text, made_up, used
from importer.loader.html_table import CHARSET, declared_encoding, html_rows
from importer.loader.marks import without_marks
from importer.loader.sheets import RowSource
from importer.loader.signatures import SAVE_AS, foreign, is_page, is_spreadsheetml
from importer.loader.spreadsheetml import open_spreadsheetml
from importer.loader.tables import merit, side_by_side
from importer.loader.unwrap import ZIP_MAGIC, Content, refuse_foreign, refuse_unreadable, unwrapped
from importer.loader.workbook import open_sheets
from importer.message import Message, Messages, and_more
from importer.models import Row
from importer.normalizer.text import unbroken, unguard
from importer.texts import column_letter, in_line

_HEAD_BYTES: Final = 1 << 12
_MOST_TOLD: Final = 3
_MOST_SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the user says about the file; ``None`` means: find out.

    ``sheets`` are names, or numbers from 1 on, or ``all``; ``delimiter`` is a character or a word such as ``tab``.
    """

    sheets: tuple[str, ...] = ()
    encoding: str | None = None
    delimiter: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """An opened file and its header. Let go of it after reading: a workbook's cells are in its memory.

    ``kind`` is the shape that an errors file should take, "csv" or "xlsx"; ``sheet`` is a workbook's alone,
    ``encoding`` and ``delimiter`` are a text's. ``titles`` are stripped, "" where a column has none;
    ``header_row`` is the row number they stand in, 0 where there is no header and the titles are made up
    ("Column A"). Rows up to ``data_after`` are not data. ``notes`` are remarks to print, ``warnings`` what the user
    must know. ``widths`` are the columns' in characters, 0 where the file says nothing of one, and none at all where it
    has no widths. ``rows`` starts from row 1 at each call. ``perhaps`` are signs that may separate the cells of a text
    that has one column otherwise.
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

    def batches(self, size: int = 1000) -> Iterator[list[Row]]:
        """Yield the data rows in the file's order, ``size`` at a time, from the top at each call.

        Rows without text are passed over. A byte that is not UTF-8 is a lone surrogate in its cell. A row's cells
        are at least as many as the titles, and more only where the last one is not empty. Raises ``InputError``
        where the file turns out to be damaged.
        """
        with closing(self.rows()) as rows:
            below = (pair for pair in rows if pair[0] > self.data_after and has_text(pair[1]))
            data = (_row(number, cells, len(self.titles)) for number, cells in below)
            while batch := list(islice(data, size)):
                yield batch


def open_table(path: Path, options: ReadOptions) -> Table:
    """The first of ``open_tables``."""
    return open_tables(path, options)[0]


def open_tables(path: Path, options: ReadOptions) -> list[Table]:
    """Find out what the file is, how to read it, and where its header stands; a workbook may have several tables.

    Raises ``InputError`` for a file that is missing, unreadable, empty, damaged, encrypted or no table.
    """
    return [_headed(opened) for opened in _opened(path, options)]


def _headed(opened: Table) -> Table:
    """The table with its titles. Raises ``InputError`` where it has no row, or is two."""
    path = opened.path
    with closing(opened.rows()) as rows:
        sample = _sample(rows)
    header = find_header(sample)
    if header is None:
        raise InputError("{path} has no text in it", "give a file with a header and a row for every contact", path=path)
    if opened.perhaps and header.row and not any(map(field_of, header.cells)):
        raise InputError(
            "{path}: every row is a single cell, with {sign} in it",
            'if that separates the cells, add --delimiter "{sign}"',
            path=path,
            sign=opened.perhaps[0],
        )
    titles = _titles(header, opened)
    table = replace(
        opened,
        titles=titles,
        header_row=header.row,
        notes=(*opened.notes, *_told(header)),
        data_after=header.above,
        widths=(*opened.widths, *[0.0] * len(titles))[: len(titles)] if opened.widths else (),
    )
    if next(table.batches(1), None) is None:
        raise InputError(
            "{path}: row {row} has the titles, and no row with text follows it",
            "add a row for every contact below the titles",
            path=path,
            row=header.row,
        )
    below = [cells for number, cells in sample if number > header.above]
    if header.row and (halves := side_by_side(titles, below)):
        raise _two_tables(path, *halves)
    return table


def _two_tables(path: Path, left: range, right: range) -> InputError:
    columns = [f"{column_letter(half.start)}-{column_letter(half.stop - 1)}" for half in (left, right)]
    return InputError(
        "{path}: two tables stand side by side, in columns {left} and {right}, and a row is one person",
        "put one below the other, or on a sheet of its own",
        path=path,
        left=columns[0],
        right=columns[1],
    )


def _sample(rows: Iterable[NumberedRow]) -> list[NumberedRow]:
    """The first rows with text."""
    return list(islice((row for row in rows if has_text(row[1])), SAMPLE_ROWS))


def _titles(header: Header, opened: Table) -> tuple[str, ...]:
    """The header's titles, or made-up ones: as many as a text's first rows have cells, or a sheet has columns."""
    if header.row:
        return tuple(_title(cell) for cell in header.cells[: _count_columns(header.cells, opened.rows)])
    if opened.kind == "csv":
        return header.cells
    with closing(opened.rows()) as rows:
        return made_up(max(used(cells) for _, cells in rows))


def _told(header: Header) -> Iterator[Message]:
    """What a user should know about where the table stands."""
    if header.remarks:
        rows = [
            Message('row {row} "{text}"', row=number, text=in_line(" ".join(cells), _MOST_SHOWN))
            for number, cells in header.remarks
        ]
        yield Message("above the table, and not imported: {rows}", rows=and_more(rows, _MOST_TOLD))
    if not header.row:
        yield Message(
            'no header: the data begin in row {row}, and the columns are called "{title}" and so on; '
            'say what one is with --map "{title}=name"',
            row=header.above + 1,
            title=header.cells[0],
        )
    elif header.remarks:
        yield Message("the titles stand in row {row}", row=header.row)


def _count_columns(header: Sequence[str], rows: RowSource) -> int:
    """The number of columns: untitled ones at the end count as far as there is anything in them.

    A CSV record longer than the header does not make a column: there a delimiter stands where it should not.
    """
    titled = used(header)
    if titled == len(header):
        return titled
    with closing(rows()) as all_rows:
        return max(used(cells[: len(header)]) for _, cells in all_rows)


def _title(cell: str) -> str:
    # A workbook may have been made of a text whose byte order mark was read as text.
    return unbroken(without_marks(unguard(cell).strip()).strip())


def _row(number: int, cells: Sequence[str], width: int) -> Row:
    """A row of at least ``width`` cells, without the empty ones beyond."""
    if len(cells) != width:
        kept = max(width, used(cells)) if any(cells[width:]) else width
        cells = (*cells[:kept], *[""] * (width - len(cells)))
    return Row(number, tuple(map(unguard, cells)) if "'" in "".join(cells) else tuple(cells))


def _opened(path: Path, options: ReadOptions) -> list[Table]:
    """Open the file by its content, whatever its name says; the headers are still to be found."""
    refuse_unreadable(path)
    content, wrapping = unwrapped(Content(path))
    head = content.head(_HEAD_BYTES)
    if not head:
        raise InputError("{path} has an empty file in it (0 bytes)", "export it again", path=path)
    if head.startswith((ZIP_MAGIC, OLE2_MAGIC)):
        sheets = open_sheets(content, options.sheets, merit)
    elif is_spreadsheetml(head):
        sheets = open_spreadsheetml(content, options.sheets, options.encoding, merit)
    else:
        table = (_page if is_page(head) else _text)(path, content, options)
        no_sheet = (Message("--sheet is not used: this file has no sheets"),) if options.sheets else ()
        return [replace(table, notes=(*wrapping, *table.notes, *no_sheet))]
    first, *others = [
        Table(path, "xlsx", sheet.rows, sheet.notes, sheet.name, widths=sheet.widths, warnings=sheet.warnings)
        for sheet in sheets
    ]
    return [replace(first, notes=(*wrapping, *first.notes)), *others]


def _page(path: Path, content: Content, options: ReadOptions) -> Table:
    """An HTML page with a table. Raises ``InputError`` for one without."""
    encoding, notes = declared_encoding(content, CHARSET.search(content.head(_HEAD_BYTES)), options.encoding)
    rows = partial(html_rows, content, encoding)
    with closing(rows()) as found:
        if not any(has_text(cells) for _, cells in found):
            raise InputError("{content} is a web page (HTML) without a table", SAVE_AS, content=content)
    return Table(path, "xlsx", rows, (Message("an HTML table"), *notes), encoding=encoding)


def _text(path: Path, content: Content, options: ReadOptions) -> Table:
    """A text of records. Raises ``InputError`` for what is neither that nor a workbook, and says what it is."""
    head = content.head(_HEAD_BYTES)
    refuse_foreign(content, foreign(head))
    if options.encoding is None:
        refuse_controls(content, head)
    form = text_format(content, options.encoding, options.delimiter)
    rows = partial(csv_rows, content, form)
    delimiter = form.dialect.delimiter
    return Table(path, "csv", rows, form.notes, encoding=form.encoding, delimiter=delimiter, perhaps=form.perhaps)
