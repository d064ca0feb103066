"""Whether two tables stand side by side, or a list of something else beside the people. Pure."""

from collections.abc import Iterable, Sequence
from typing import Final

from importer.loader.title_rows import field_of
from importer.mapping.name_cells import cell_words
from importer.mapping.people_names import EVIDENCE, have_common_names, is_like_a_name, share_of_companies
from importer.mapping.title_fields import alias
from importer.mapping.title_reading import read_title
from importer.models import NAMES, REACH
from importer.normalizer.text import leftmost
from importer.texts import letters

_HALF: Final = 0.5
_KEYS: Final = (*REACH, "identifier")
_LEAST_ENTRIES: Final = 2
_LEAST_BELOW: Final = 3
"""People below the last entry of a list beside them: of fewer the last ones may lack a value by chance."""

_PLAIN: Final = 2
"""The rank up to which a title of a name is of whoever a table lists (Name, Contact), and no second name of theirs."""


def side_by_side(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[range, range] | None:
    """The columns of two tables that stand beside each other, ``None`` where there is one.

    They are two if the titles come twice, or if an empty column without a title divides titles that name the same
    fields, a name and another one, or lists people from others who are reached. ``rows`` are the first ones below the
    titles.
    """
    for start, end in _halves(titles, rows):
        left, right = titles[:start], titles[end:]
        fields = {field_of(title) for title in left} & {field_of(title) for title in right}
        people = fields & {*NAMES, *_KEYS}
        same = [*filter(None, map(letters, left))] == [*filter(None, map(letters, right))]
        twice = not people.isdisjoint(NAMES) and (len(people) > 1 or (same and start != end))
        if twice or (start != end and _lists_others(titles, rows, start, end)):
            return range(leftmost([titles, *rows]), start), range(end, len(titles))
    return None


def list_beside(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> range | None:
    """The columns of a legend or a list to choose from, which stands behind an empty column beside people and is not
    about them; ``None`` where there is none.

    It has an entry in each of the first rows and ends before the people do, or goes on below the last of them.
    """
    for start, end in _halves(titles, rows):
        fields = {*map(field_of, titles[:start])}
        if start == end or fields.isdisjoint(NAMES) or fields.isdisjoint(_KEYS):
            continue
        people = [at for at, row in enumerate(rows) if any(map(str.strip, row[:start]))]
        entries = [at for at, row in enumerate(rows) if any(map(str.strip, row[end:]))]
        first = [_cell(rows[at], end) for at in entries]
        listed = entries == [*range(len(entries))] and all(first) and len({*first}) == len(first) >= _LEAST_ENTRIES
        goes_on = people == [*range(len(people))] and len(entries) > len(people) > 0
        if listed and (goes_on or len(people) - len(entries) >= _LEAST_BELOW):
            return range(end, len(titles))
    return None


def _lists_others(titles: Sequence[str], rows: Sequence[Sequence[str]], start: int, end: int) -> bool:
    """Whether names of people stand before column ``start``, and from column ``end`` on others, with what reaches them:
    people of other names under a plain title, or firms under one of somebody else (Supplier)."""
    names = [at for at in range(start) if field_of(titles[at]) in NAMES]
    if not any(_are_people(_cells(rows, at)) and have_common_names(_cells(rows, at)) for at in names):
        return False
    right = range(end, len(titles))
    reached = any(field_of(titles[at]) in REACH for at in right)
    return reached and any(
        _are_firms(titles[at], rows, at) or _are_strangers(titles[at], rows, at, names) for at in right
    )


def _are_firms(title: str, rows: Sequence[Sequence[str]], at: int) -> bool:
    said = read_title(title)
    return "another" in said.of and not said.things and share_of_companies(_cells(rows, at)) > _HALF


def _are_strangers(title: str, rows: Sequence[Sequence[str]], at: int, names: Sequence[int]) -> bool:
    """Whether a column has people, most of whom share no word with the names in their rows."""
    rank, field = alias(title) or (0, "")
    if field != "name" or rank > _PLAIN or not _are_people(_cells(rows, at)):
        return False
    pairs = [
        ({*cell_words(_cell(row, at))}, {*cell_words(" ".join(_cell(row, name) for name in names))}) for row in rows
    ]
    both = [theirs.isdisjoint(own) for theirs, own in pairs if theirs and own]
    return sum(both) > _HALF * len(both)


def _are_people(cells: Sequence[str]) -> bool:
    """Whether most cells have the form of a full name, and hardly any is a firm's."""
    return sum(map(is_like_a_name, cells)) > _HALF * len(cells) and share_of_companies(cells) < EVIDENCE


def _cells(rows: Sequence[Sequence[str]], at: int) -> list[str]:
    return list(filter(None, (_cell(row, at) for row in rows)))


def _cell(row: Sequence[str], at: int) -> str:
    return row[at].strip() if at < len(row) else ""


def _halves(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterable[tuple[int, int]]:
    """Where a table may end and another begin: around empty columns, and in the middle of titles that come twice."""
    filled = {at for cells in rows for at, cell in enumerate(cells) if cell.strip()}
    empty = [not title.strip() and at not in filled for at, title in enumerate(titles)]
    for at in range(1, len(titles) - 1):
        if empty[at] and not empty[at - 1]:
            end = next((place for place in range(at, len(titles)) if not empty[place]), len(titles))
            yield at, end
    left = leftmost([titles])
    spelled = [letters(title) for title in titles[left:]]
    half, odd = divmod(len(spelled), 2)
    if not odd and half > 1 and all(spelled) and spelled[:half] == spelled[half:]:
        yield left + half, left + half
