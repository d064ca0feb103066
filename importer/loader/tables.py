"""Whether two tables stand side by side. Pure."""

from collections.abc import Iterable, Sequence

from importer.loader.header import field_of
from importer.models import NAMES
from importer.normalizer.text import leftmost
from importer.texts import letters


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
            return range(leftmost([titles, *rows]), start), range(end, len(titles))
    return None


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
