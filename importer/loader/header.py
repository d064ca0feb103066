"""Decide where a table begins, from the first rows of a sheet or a text. Pure.

The rule. A cell is *known* if ``title_fields.alias`` knows it as a title (or it is one of the importer's own), and
*data* if it is an e-mail address, a web address, or a number of seven digits and more. A row with data is no header.

1. The row with the most known titles has the titles, the first of those that are equal, unless a row above it is
   as wide: what stands above a header is narrower (a title line, a remark, a merged cell). A row of nothing but
   known titles needs only that no known title is above it. A single cell above a header or a blank row is a remark.
   A row with a name or a figure like those below it, under known titles, is one of them, whatever stands beside.
   No row below people has the titles, be they under titles of their own or two rows with an address in one column:
   there a second table begins.
2. Titles in several lines go together as ``grouped_titles.py`` says.
3. Without a known title the shape decides: rows less than half as wide as those below them are remarks, and so is
   a single cell above a blank row or a row without data; the next one has the titles, unless it has data, has no
   letter in it, is blank wherever the columns below have data, or is like the rows below: a common name over names,
   a number or date over such, a text that its column has twice more. Then there is no header: every row from there
   on is data.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median_low
from typing import Final, TypeAlias

from importer.loader.grouped_titles import complete, in_two_lines
from importer.loader.marks import without_marks
from importer.loader.title_rows import DATE, TitleRow, count_filled, field_of, is_known, once, row_of
from importer.mapping.people_names import are_names, have_common_names, is_like_a_name
from importer.mapping.title_fields import own_columns
from importer.mapping.title_reading import read_title
from importer.models import NAMES, REACH
from importer.normalizer.text import has_text, used
from importer.texts import column_letter

NumberedRow: TypeAlias = tuple[int, Sequence[str]]
"""A row number, the first being 1, and the row's cells as text."""

SAMPLE_ROWS: Final = 50
"""The first rows with text that decide: nobody writes a remark of fifty lines."""

_LIKE_ROWS: Final = 20
_FIGURE: Final = re.compile(r"\d+(?:[.,]\d+)?")
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_MOSTLY: Final = 0.8


@dataclass(frozen=True, slots=True)
class Header:
    """What the first rows show. ``row`` is the number of the row with the titles, 0 if there is none.

    ``cells`` are the titles as they are written, or made up ("Column A"). Rows up to ``above`` are not data.
    ``remarks`` are the rows above with text.
    """

    row: int
    above: int
    cells: tuple[str, ...]
    remarks: tuple[NumberedRow, ...]


def find_header(rows: Sequence[NumberedRow]) -> Header | None:
    """Decide where the titles are, by the module's rule; ``None`` where no row has text.

    ``rows`` are the first ones with text, ``SAMPLE_ROWS`` or fewer.
    """
    shapes = [row_of(number, cells) for number, cells in rows if has_text(cells)]
    if not shapes:
        return None
    place, header = _titled(shapes) or _shaped(shapes)
    remarks = tuple((shape.number, shape.cells) for shape in shapes[:place])
    if header is None:
        body = _untitled(rows[-len(shapes[place:]) :])
        return body and replace(body, above=remarks[-1][0] if remarks else 0, remarks=remarks)
    return Header(header.number, header.number, header.cells, remarks)


def headless(rows: Sequence[NumberedRow]) -> Header | None:
    """The header of a table whose first row is a person, as the user says of the file that was imported: what the
    program has written of it since has its own titles in that row. ``None`` where no row has text."""
    for number, cells in rows[:1]:
        texts = tuple(map(without_marks, cells))
        if own_columns(texts) or texts == made_up(len(texts)):
            return Header(number, number, tuple(cells), ())
    return _untitled(rows)


def _untitled(rows: Sequence[NumberedRow]) -> Header | None:
    """Made-up titles for a table of which these are the first rows with text; ``None`` where there is none."""
    return Header(0, 0, made_up(max(used(cells) for _, cells in rows)), ()) if rows else None


def with_row_names(header: Header, rows: Sequence[NumberedRow]) -> Header:
    """The header, with a blank title before the others where R wrote the rows: each begins with its number, without a
    title, and so has one cell more."""
    cells = header.cells[: used(header.cells)]
    below = [row for number, row in rows if number > header.above]
    numbered = all(used(row) == len(row) == len(cells) + 1 and row[0].strip().isdecimal() for row in below)
    if not (header.row and below and numbered):
        return header
    counted = [int(row[0]) for row in below]
    return replace(header, cells=("", *cells)) if all(a < b for a, b in pairwise([0, *counted])) else header


def made_up(width: int) -> tuple[str, ...]:
    """Make titles for columns without: "Column A", "Column B", … which an import of the errors file recognizes."""
    return tuple(f"Column {column_letter(index)}" for index in range(width))


def _titled(shapes: Sequence[TitleRow]) -> tuple[int, TitleRow | None] | None:
    """The place and the row that rule 1 finds, with its cells completed by rule 2."""
    completed: list[TitleRow] = []
    for place in range(len(shapes)):
        completed.append(complete([*completed, *shapes[place:]], place))
    places = [place for place, shape in enumerate(completed) if shape.known and not _is_remark(completed, place)]
    places = [place for place in places if not _is_a_row_below_titles(shapes, place)]
    people = _first_people(shapes)
    for place in sorted(places, key=lambda place: (-len(completed[place].known), not in_two_lines(shapes, place))):
        if place < people and all(_above(shapes, other, place, completed[place]) for other in range(place)):
            return place, completed[place]
    return None


def _is_a_row_below_titles(shapes: Sequence[TitleRow], place: int) -> bool:
    """Whether a cell that stands under one of several known titles, and is none, is like those below it: a common name
    over names, a figure over figures. The titles that it has beside that are of something else, or from above."""
    titles = next((row for row in reversed(shapes[:place]) if len(row.known) > 1), None)
    if titles is None:
        return False
    own = zip(shapes[place].cells, titles.cells, strict=False)
    under = tuple("" if is_known(cell) or not above.strip() else cell for cell, above in own)
    return _is_like(replace(shapes[place], cells=under, filled=1), shapes[place + 1 :])  # a repeated text says little


def _first_people(shapes: Sequence[TitleRow]) -> int:
    """The place of the first row that looks like a person, as many as there are rows if none does: below titles, or
    one of two and more rows of several cells with an address or number in one column, and no title or label beside."""
    titled: list[TitleRow] = []
    reached: Counter[int] = Counter()
    for place, shape in enumerate(shapes):
        if any(_is_under(shape, row, shapes[place - 1]) for row in titled):
            return place
        if len(shape.known) > 1:
            titled.append(shape)
        elif shape.filled > 1 and shape.data and not any(map(_is_label, shape.cells)):
            reached.update(shape.data)
            if max(reached.values()) > 1:
                return place
    return len(shapes)


def _is_under(shape: TitleRow, titles: TitleRow, above: TitleRow) -> bool:
    """Whether a row has an address or a number where ``titles`` say so; or, right below nothing but known titles, a
    name and more."""
    fields = [field_of(cell) for cell in titles.cells]
    if any(field in REACH for at, field in enumerate(fields) if at in shape.data):
        return True
    named = [at for at, field in enumerate(fields) if field in NAMES and shape.cells[at : at + 1] not in ((), ("",))]
    is_next = titles is above and shape.number == titles.number + 1
    return bool(named) and is_next and len(titles.known) == titles.filled and shape.filled > 1 and not shape.known


def _is_label(cell: str) -> bool:
    """Whether a cell names what stands beside it: a known title, or words with a colon."""
    return cell.rstrip().endswith((":", "：")) or is_known(cell)


def _above(shapes: Sequence[TitleRow], other: int, place: int, header: TitleRow) -> bool:
    """Whether the row at ``other`` may stand above this header at ``place``."""
    row = shapes[other]
    if other == place - 1 and in_two_lines(shapes, place):
        return True
    if len(header.known) > 1 or not row.data:
        if count_filled(row.cells if row.data else once(row.cells)) < header.filled:
            return True
        below = place + 1 < len(shapes) and bool(shapes[place + 1].data)
        return len(header.known) == header.filled and not row.known and not row.data and (header.filled > 1 or below)
    return False


def _shaped(shapes: Sequence[TitleRow]) -> tuple[int, TitleRow | None]:
    """The place where the table begins and its header, if it has one, by rule 3."""
    place = next(place for place in range(len(shapes)) if not _is_remark(shapes, place))
    shape, below = shapes[place], shapes[place + 1 :]
    counts = [sum(column in row.data for row in below) for column in range(max(len(row.cells) for row in shapes))]
    columns = [column for column, count in enumerate(counts) if count * 2 > len(below)]
    untitled = bool(columns) and not any(shape.cells[column : column + 1] not in ((), ("",)) for column in columns)
    if shape.data or untitled or not any(map(str.isalpha, "".join(shape.cells))):
        return place, None
    return place, None if not shape.known and _is_like(shape, below) else shape


def _is_like(shape: TitleRow, below: Sequence[TitleRow]) -> bool:
    """Whether a row without a known title is one of those ``below`` it, by the cells of one of its columns."""
    if any(row.cells == shape.cells for row in below):  # titles that are repeated
        return False
    for at, cell in enumerate(map(str.strip, shape.cells)):
        others = [text for row in below[:_LIKE_ROWS] if at < len(row.cells) and (text := row.cells[at].strip())]
        if cell and len(others) > 1 and _is_one_of(cell, others, alone=shape.filled == 1):
            return True
    return False


def _is_one_of(cell: str, others: Sequence[str], *, alone: bool) -> bool:
    """Whether a cell is like the others of its column. A year over amounts may be a title; so may a text that one of
    them repeats, as a later row of titles does, and any that stands ``alone``."""
    if have_common_names([cell]):
        return have_common_names(others)
    if _FIGURE.fullmatch(cell) or DATE.fullmatch(cell):
        like = _FIGURE if _FIGURE.fullmatch(cell) else DATE
        alike = sum(bool(like.fullmatch(other)) for other in others)
        return alike >= _MOSTLY * len(others) and (cell in others or not _YEAR.fullmatch(cell))
    return not alone and others.count(cell) > 1


def are_a_person(titles: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether titles say nothing, and one has the form of a name and stands over names of people."""
    if any(is_known(title) or says_something(title) for title in titles):
        return False
    columns = ([row[at].strip() for row in below if at < len(row) and row[at].strip()] for at in range(len(titles)))
    return any(is_like_a_name(title.strip()) and are_names(cells) for title, cells in zip(titles, columns, strict=True))


def says_something(title: str) -> bool:
    said = read_title(title)
    return bool(said.things or said.of or said.tags)


def _is_remark(shapes: Sequence[TitleRow], place: int) -> bool:
    """Whether a row without data is too narrow for a header.

    A single cell is where a blank row follows it, or a header: known titles, or a row without data if it is unknown.
    """
    shape, below = shapes[place], shapes[place + 1 : place + 1 + _LIKE_ROWS]
    if shape.data or not below:
        return False
    follower, usual = below[0], median_low([row.filled for row in below])
    gap = follower.number > shape.number + 1
    if shape.known:
        return shape.filled == 1 and (gap or bool(follower.known)) and (usual > 1 or bool(follower.known))
    return shape.filled * 2 < usual or (shape.filled == 1 < usual and (gap or not follower.data))
