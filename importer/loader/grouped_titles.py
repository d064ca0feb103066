"""Titles in several lines: cells that are merged with those above, and rows that name groups of columns. Pure.

Where a title is merged with the row above, or that row names groups of columns, the cells that a header leaves blank
are those above them, over three rows too. A group's title may stand over each of its columns, or over one. An email or
a phone above several columns goes with theirs: "Phone" over "Work" and "Mobile" makes "Phone Work" and "Phone Mobile".
So does a name above its parts ("Name" over "First" and "Last"), and somebody else ("Parent" over "Name" and "Phone"),
whose columns are not the person's.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final

from importer.loader.title_rows import TitleRow, count_filled, field_of, is_known, once, row_of
from importer.mapping.title_fields import is_never
from importer.mapping.title_reading import MISSPELT, read_title
from importer.mapping.vocabulary import PEOPLE, THINGS, WITH_SECOND_LAST
from importer.models import NAME_PARTS, REACH
from importer.normalizer.text import leftmost, used
from importer.texts import title_key

_PARTS: Final = WITH_SECOND_LAST - {"name"} | {"initials"}


def complete(shapes: Sequence[TitleRow], place: int) -> TitleRow:
    """The row with its blank cells filled from the row right above, if that may be the upper row of a header."""
    shape, upper = shapes[place], shapes[place - 1] if place else None
    if upper is None or upper.number != shape.number - 1 or upper.data or shape.data:
        return shape
    if _is_title_line(upper, leftmost(row.cells for row in shapes)):
        return shape
    if place + 1 == len(shapes):  # no titles stand in the last row, unless they are the only ones
        return shape
    width = max(len(shape.cells), used(upper.cells))
    lower, higher = ((*row.cells, *[""] * width)[:width] for row in (shape, upper))
    over = _spread(once(higher), lower)
    if not shape.known and not (shape.filled > 1 and all(group for low, group in zip(lower, over, strict=True) if low)):
        return shape
    under = [_under(low, group) for low, group in zip(lower, over, strict=True)]
    grouped = frozenset(title_key(both) for both, low in zip(under, lower, strict=True) if both != low)
    made = row_of(shape.number, tuple(low or high for low, high in zip(under, higher, strict=True)))
    return replace(made, known=made.known | grouped)


def in_two_lines(shapes: Sequence[TitleRow], place: int) -> bool:
    """Whether a row and the one right above it are the titles together: some stand above alone, or in both; each
    other one below is known, and an email or a phone stands in the column of one that says so."""
    if not 0 < place < len(shapes) - 1 or shapes[place - 1].number != shapes[place].number - 1:
        return False
    upper, lower = ([*map(str.strip, row.cells)] for row in shapes[place - 1 : place + 1])
    own = {at for at, cell in enumerate(lower) if cell and [cell] != upper[at : at + 1]}
    stays = {at for at, cell in enumerate(upper) if cell} - own
    reached = {at for row in shapes[place + 1 :] for at in row.data}
    return (
        bool(stays)
        and not shapes[place - 1].data
        and all(is_known(lower[at]) for at in own)
        and any(field_of(lower[at]) in REACH for at in own & reached)
    )


def _is_title_line(upper: TitleRow, left: int) -> bool:
    """Whether a row of one cell stands over the whole table, which begins in column ``left``, and over no group of its
    columns."""
    at = leftmost([upper.cells])
    return count_filled(once(upper.cells)) < 2 and (at == left or not _is_another(upper.cells[at]))


@lru_cache(1000)
def _is_another(title: str) -> bool:
    """Whether a title names nothing but somebody else than the person of the row, who has what stands below it."""
    said = read_title(title)
    return is_never(title) or ("another" in said.of <= PEOPLE | {"another"} and not (said.unknown or said.things))


@lru_cache(1000)
def _is_name_part(title: str) -> bool:
    """Whether a title names a part of a name, and nothing else."""
    said = read_title(title)
    return bool(said.things) and said.things <= _PARTS and not (said.of or said.unknown or MISSPELT in said.tags)


def _spread(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """The title over each cell of the lower row: over two cells or more, which are several of a field, or its parts."""
    over: list[str] = []
    group = ""
    for title, below in zip(upper, lower, strict=True):
        group = title if title.strip() else group
        over.append(group if below.strip() and _may_group(group, below) else "")
    alone = Counter(over)
    return [group if alone[group] > 1 else "" for group in over]


def _may_group(group: str, title: str) -> bool:
    """Whether the column of a title may belong to a group: several of its field, parts of a name, what another has."""
    field = field_of(group)
    part = field == "name" and (_is_name_part(title) or field_of(_joined(title, group)) in NAME_PARTS)
    return part or field in REACH or _is_another(group)


def _is_of_the_field(title: str, field: str) -> bool:
    """Whether a title may stand for a value of the field of its group: its own, or nothing that has a name itself."""
    if own := field_of(title):
        return own == field
    said = read_title(title)
    return said.things <= _PARTS and said.of.isdisjoint(THINGS)


def _joined(title: str, group: str) -> str:
    """Both titles as one word: Voor under Naam is Voornaam."""
    return f"{title.strip()}{group.strip().casefold()}"


def _under(title: str, group: str) -> str:
    """The title of a column with that of its group, in the order that is known; of another field, as it is."""
    if not group or not (_is_another(group) or _is_of_the_field(title, field_of(group))):
        return title.strip()
    if not _is_name_part(title) and field_of(joined := _joined(title, group)) in NAME_PARTS:
        return joined
    both, turned = f"{group.strip()} {title.strip()}", f"{title.strip()} {group.strip()}"
    return turned if not field_of(both) and field_of(turned) else both
