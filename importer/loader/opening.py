"""Open a file as tables with their titles, whatever it is."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Final

from importer.errors import InputError, hinting
from importer.loader.contents import tables_in
from importer.loader.header import (
    SAMPLE_ROWS,
    Header,
    NumberedRow,
    are_a_person,
    find_header,
    headless,
    made_up,
    with_row_names,
)
from importer.loader.names import WORKBOOKS
from importer.loader.sheets import RowSource
from importer.loader.signatures import SAVE_AS
from importer.loader.table import ReadOptions, Table, title_of
from importer.loader.tables import list_beside, side_by_side
from importer.loader.title_rows import field_of, is_data
from importer.loader.unwrap import Content
from importer.message import Message, and_more
from importer.normalizer.text import has_text, leftmost, used
from importer.texts import column_letter, in_line

_MOST_TOLD: Final = 3
_MOST_SHOWN: Final = 60


def open_table(path: Path, options: ReadOptions) -> Table:
    """The first of ``open_tables``."""
    return open_tables(path, options)[0]


def open_tables(path: Path, options: ReadOptions) -> list[Table]:
    """Find out what the file is, how to read it, and where its header stands; a workbook may have several tables.

    Raises ``InputError`` for a file that is missing, unreadable, empty, damaged, encrypted or no table.
    """
    content = Content(path, dict(options.known_as).get(path))
    found = (replace(one, shown=content) for one in tables_in(content, options))
    tables: list[Table] = []
    for one in found:
        with hinting(one.warnings):  # of another sheet, which may be the one that is meant
            tables.append(one if one.titles else _headed(one, no_header=options.no_header))
    return tables


def _headed(opened: Table, *, no_header: bool) -> Table:
    """The table with its titles, made up with ``no_header``. Raises ``InputError`` if it has no row, or is two."""
    path = opened.shown
    with closing(opened.rows()) as rows:
        sample = _sample(rows)
    header = headless(sample) if no_header else find_header(sample)
    if header is None:
        raise InputError("{path} has no text in it", "give a file with a header and a row for every contact", path=path)
    _refuse_undivided(opened, header)
    header = with_row_names(header, sample)
    titles = _titles(header, opened)
    table = replace(
        opened,
        titles=titles,
        header_row=header.row,
        notes=(*opened.notes, *_told(header, sample)),
        warnings=(*opened.warnings, *_left_out(header), *_perhaps_somebody(header, sample)),
        data_after=header.above,
        widths=(*opened.widths, *[0.0] * len(titles))[: len(titles)] if opened.widths else (),
    )
    _refuse_empty(table)
    below = [cells for number, cells in sample if number > header.above]
    if header.row and (halves := side_by_side(titles, below)):
        raise _two_tables(path, *halves)
    aside = list_beside(titles, below) if header.row else None
    return replace(table, aside=aside, warnings=(*table.warnings, _beside(aside))) if aside else table


def _refuse_undivided(opened: Table, header: Header) -> None:
    if opened.perhaps and header.row and not any(map(field_of, header.cells)):
        raise InputError(
            "{path}: every row is a single cell, with {sign} in it",
            'if that separates the cells, add --delimiter "{sign}"',
            path=opened.shown,
            sign=opened.perhaps[0],
        )


def _refuse_empty(table: Table) -> None:
    if next(table.batches(1), None) is None:
        _refuse_no_workbook(table)
        raise InputError(
            "{path}: row {row} has the titles, and no row with text follows it",
            "add a row for every contact below the titles",
            path=table.shown,
            row=table.header_row,
        )


def _refuse_no_workbook(opened: Table) -> None:
    """Raise ``InputError`` for what is named as a workbook and was read as a text of one line, with no title in it."""
    if opened.kind == "csv" and opened.path.suffix.lower() in WORKBOOKS and not any(map(field_of, opened.titles)):
        raise InputError(
            "{path} is no workbook, although its name says so, and no text with a row of a contact either",
            SAVE_AS,
            path=opened.shown,
        )


_APART: Final = Message("put one below the other, or on a sheet of its own")
_DIVIDED: Final = Message(
    "put one below the other, or on a sheet of its own; if they are one, delete the empty column between them"
)


def _letters(columns: range) -> str:
    """``A-C``, or the letter of a column that is alone."""
    first, last = column_letter(columns.start), column_letter(columns.stop - 1)
    return first if first == last else f"{first}-{last}"


def _two_tables(path: object, left: range, right: range) -> InputError:
    columns = [*map(_letters, (left, right))]
    return InputError(
        "{path}: two tables stand side by side, in columns {left} and {right}, and a row is one person",
        _APART if left.stop == right.start else _DIVIDED,
        path=path,
        left=columns[0],
        right=columns[1],
    )


def _beside(columns: range) -> Message:
    """A warning of a list beside the people."""
    return Message(
        "columns {columns} are a list beside the people, and are not used; if they are about the people, "
        "delete the empty column before them",
        columns=_letters(columns),
    )


def _sample(rows: Iterable[NumberedRow]) -> list[NumberedRow]:
    """The first rows with text."""
    return list(islice((row for row in rows if has_text(row[1])), SAMPLE_ROWS))


def _titles(header: Header, opened: Table) -> tuple[str, ...]:
    """The header's titles, or made-up ones: as many as a text's first rows have cells, or a sheet has columns."""
    if header.row:
        return tuple(title_of(cell) for cell in header.cells[: _count_columns(header.cells, opened.rows)])
    if opened.kind == "csv":
        return header.cells
    with closing(opened.rows()) as rows:
        return made_up(max(used(cells) for _, cells in rows))


def _left_out(header: Header) -> Iterator[Message]:
    """A warning of rows above the table that may be somebody."""
    if doubtful := [row for row in header.remarks if _may_be_somebody(row)]:
        yield Message("above the table, and not imported: {rows}", rows=_shown(doubtful))


def _perhaps_somebody(header: Header, sample: Sequence[NumberedRow]) -> Iterator[Message]:
    """A warning of titles that say nothing and may be the first person of a list of names."""
    if header.row and are_a_person(header.cells, [cells for number, cells in sample if number > header.above]):
        text = in_line(" ".join(header.cells), _MOST_SHOWN)
        yield Message(
            'row {row} "{text}" is taken for the titles; if it is somebody: --no-header', row=header.row, text=text
        )


def _may_be_somebody(row: NumberedRow) -> bool:
    """Whether a row has an address or a number beside another text."""
    return any(map(is_data, row[1])) and sum(map(bool, row[1])) > 1


def _shown(rows: Sequence[NumberedRow]) -> object:
    texts = ((number, in_line(" ".join(cells), _MOST_SHOWN)) for number, cells in rows)
    return and_more([Message('row {row} "{text}"', row=number, text=text) for number, text in texts], _MOST_TOLD)


def _told(header: Header, sample: Sequence[NumberedRow]) -> Iterator[Message]:
    """What a user should know about where the table stands, of which ``sample`` has the first rows with text."""
    if remarks := [row for row in header.remarks if not _may_be_somebody(row)]:
        yield Message("above the table, and not imported: {rows}", rows=_shown(remarks))
    if not header.row:
        below = [row for row in sample if row[0] > header.above]
        yield Message(
            'no header: the data begin in row {row}, and the columns are called "{title}" and so on; '
            'say what one is with --map "{title}=name"',
            row=below[0][0],
            title=header.cells[leftmost(cells for _, cells in below)],
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
