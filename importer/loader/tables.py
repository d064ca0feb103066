"""What the rows of a sheet are worth as contacts, and whether two tables stand side by side. Pure."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final

from importer.loader.header import SAMPLE_ROWS, NumberedRow, field_of, find_header, is_data
from importer.loader.sheets import Merit
from importer.mapping.people_names import are_names
from importer.models import NAMES
from importer.normalizer.text import has_text
from importer.texts import ERROR_TITLE, letters

MOST_ROWS: Final = 2000
"""Rows that are looked at: more say little more about which sheet has the contacts."""

_REACHED: Final = frozenset({"email", "phone_number"})
_NAMED: Final = 0.5
_PERHAPS: Final = 0.001
_UNTITLED_NUMBER: Final = 0.05


def merit(rows: Iterable[NumberedRow]) -> Merit:
    """Judge a sheet by its first rows: how many are people, and what says so.

    A row with an email or a phone number counts 1, one with a name alone half as much if the column has names of
    people (a list of countries has names too), and next to nothing if it has not.
    """
    first = list(islice((row for row in rows if has_text(row[1])), MOST_ROWS))
    header = find_header(first[:SAMPLE_ROWS])
    if header is None:
        return Merit()
    body = [cells for number, cells in first if number > header.above]
    fields = [field_of(title) if header.row else "" for title in header.cells]
    reached = [index for index, field in enumerate(fields) if field in _REACHED]
    named = [index for index, field in enumerate(fields) if field in NAMES]
    weights = [_weight(cells, reached) for cells in body]
    if not reached and sum(map(bool, weights)) * 2 <= len(body):
        weights = [0.0] * len(body)  # an address on a cover sheet is no list
    rest = [cells for cells, weight in zip(body, weights, strict=True) if not weight]
    names = [" ".join(filter(None, (_cell(cells, index).strip() for index in named))) for cells in rest]
    names = [name for name in names if name]
    by_name = len(names) * (_NAMED if are_names(names) else _PERHAPS)
    by_id = _PERHAPS * bool("identifier" in fields and body)
    return Merit(sum(weights) + by_name + by_id, ERROR_TITLE in header.cells)


def _weight(cells: Sequence[str], reached: Sequence[int]) -> float:
    """How surely a row reaches somebody."""
    if any("@" in cell or any(map(str.isdigit, cell)) for cell in (_cell(cells, index) for index in reached)):
        return 1.0
    data = [cell for cell in cells if is_data(cell)]
    return max((1.0 if "@" in cell else _UNTITLED_NUMBER for cell in data), default=0.0)


def _cell(cells: Sequence[str], index: int) -> str:
    return cells[index] if index < len(cells) else ""


def side_by_side(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[range, range] | None:
    """The columns of two tables that stand beside each other, ``None`` where there is one.

    They are two if the titles come twice, or if an empty column without a title divides titles that name the same
    fields, a name and another one. ``rows`` are the first ones below the titles.
    """
    for start, end in _halves(titles, rows):
        left, right = titles[:start], titles[end:]
        fields = {field_of(title) for title in left} & {field_of(title) for title in right}
        people = fields & {*NAMES, "email", "phone_number", "identifier"}
        same = [*filter(None, map(letters, left))] == [*filter(None, map(letters, right))]
        if not people.isdisjoint(NAMES) and (len(people) > 1 or (same and start != end)):
            return range(start), range(end, len(titles))
    return None


def _halves(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterable[tuple[int, int]]:
    """Where a table may end and another begin: around empty columns, and in the middle of titles that come twice."""
    filled = {at for cells in rows for at, cell in enumerate(cells) if cell.strip()}
    empty = [not title.strip() and at not in filled for at, title in enumerate(titles)]
    for at in range(1, len(titles) - 1):
        if empty[at] and not empty[at - 1]:
            end = next((place for place in range(at, len(titles)) if not empty[place]), len(titles))
            yield at, end
    half, odd = divmod(len(titles), 2)
    spelled = [letters(title) for title in titles]
    if not odd and half > 1 and all(spelled) and spelled[:half] == spelled[half:]:
        yield half, half
