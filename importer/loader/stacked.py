"""Tell where another table begins below the first one: at a row of titles whose fields are others, or that names things
below a blank row. Pure.

One with the same titles in another order is read on, by its own titles.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Self

from importer.loader.title_rows import field_of, is_data
from importer.mapping.people_names import have_common_names
from importer.mapping.title_fields import ALIASES, WEAK_NAME
from importer.mapping.title_reading import read_title
from importer.models import Row
from importer.normalizer.columns import PERSON_FIELDS
from importer.texts import letters

_PERSON: Final = frozenset(PERSON_FIELDS)
_TWO: Final = 2


@cache
def spelled_titles() -> frozenset[str]:
    """The titles of people's fields as they are spelled mostly, without case; made when first needed."""
    return frozenset(title.casefold() for known in ALIASES if known.field in _PERSON for title in known.titles)


@cache
def _names() -> frozenset[str]:
    """Those of the name, but for words that a person may be called by."""
    return frozenset(
        title.casefold()
        for known in ALIASES
        if known.field == "name" and known.rank < WEAK_NAME and not known.product
        for title in known.titles
        if not have_common_names([title])
    )


@dataclass(frozen=True, slots=True)
class Columns:
    """The titles of a table, and the fields, by column, of those of its columns that tell of a person."""

    titles: Sequence[str]
    fields: Mapping[int, str]

    @classmethod
    def of(cls, titles: Sequence[str]) -> Self:
        """What the titles say."""
        return cls(titles, {at: field for at, title in enumerate(titles) if (field := field_of(title)) in _PERSON})

    def begins_another(self, cells: Sequence[str]) -> bool | None:
        """Whether a row is the titles of another table, or this one's again (``False``); ``None`` for any other row.

        Titles have known ones in each column that tells of a person, as far as it is filled, and in half of the row;
        two of them name a person's fields. They are of this table where each says what its column has.
        """
        if not self._may_be_titles(cells):
            return None
        said = {at: self._field(at, cell) for at, cell in enumerate(cells) if cell.strip()}
        known = [field for field in said.values() if field]
        if len(_PERSON.intersection(known)) < _TWO or len(known) * _TWO < len(said) or any(map(is_data, cells)):
            return None
        if not all(said.get(at, "-") for at in self.fields):
            return None
        mostly_own = sum(self._is_own(at, cells[at]) for at in said) * _TWO > len(said)
        return not mostly_own and any(self._is_other(at, field, cells[at]) for at, field in said.items())

    def order_of(self, cells: Sequence[str]) -> tuple[int, ...] | None:
        """Where the cells of each column stand below a row of the same titles in another order, -1 where none does.

        ``None`` for any other row: each of its titles is one of the table's, in its words or of its field alone.
        """
        said = {at: cell for at, cell in enumerate(cells) if cell.strip()}
        if len(said) < _TWO or any(map(is_data, said.values())):
            return None
        order = [-1] * len(self.titles)
        for at, cell in said.items():
            own = (column for column in self._named(cell) if order[column] < 0)
            if (column := next(own, None)) is None:
                return None
            order[column] = at
        told = {self.fields[column] for column in self.fields if order[column] >= 0}
        moved = any(at not in (-1, column) for column, at in enumerate(order))
        return tuple(order) if moved and len(told) >= _TWO else None

    def _named(self, cell: str) -> list[int]:
        """The columns that a title may mean: those of its words, else those of its field if that tells of a person."""
        spelled, field = letters(cell), field_of(cell)
        same = [column for column, title in enumerate(self.titles) if letters(title) == spelled]
        return same or [column for column, known in self.fields.items() if known == field]

    def _may_be_titles(self, cells: Sequence[str]) -> bool:
        """A glance of 0.3 µs at what stands in the columns that tell of a person; titles hardly ever fail it."""
        spelled = spelled_titles()
        told = ((at, cells[at]) for at in self.fields)
        return any(cell and (cell.casefold() in spelled or self._is_own(at, cell)) for at, cell in told)

    def _is_own(self, at: int, cell: str) -> bool:
        title = self.titles[at] if at < len(self.titles) else ""
        return cell[:1].casefold() == title[:1].casefold() and letters(cell) == letters(title)

    def _field(self, at: int, cell: str) -> str:
        """The field of a title that stands in this column."""
        return self.fields.get(at, "no field") if self._is_own(at, cell) else field_of(cell)

    def stands_for_name(self, cells: Sequence[str]) -> str | None:
        """The title that a row has in the place of the name: 姓名 below ``Name``, where a row shows how to fill it."""
        names = _names()
        for at, field in self.fields.items():
            if field == "name" and cells[at].casefold() in names:
                return cells[at]
        return None

    def _is_other(self, at: int, field: str, cell: str) -> bool:
        if self._is_own(at, cell):
            return False
        return field != self.fields.get(at, field) or (field in _PERSON and field not in self.fields.values())


def _around(rows: Sequence[Row], place: int) -> Sequence[Row]:
    """A row between its neighbours; the last is its own."""
    return rows[place - 1], rows[place], rows[min(place + 1, len(rows) - 1)]


_OF_THINGS: Final = frozenset({"something", "about", "other number"})


def begins_details(before: Row, row: Row, below: Row) -> bool:
    """Whether a row below a blank one has the titles of what somebody above bought or owes (``PEDIDO``, ``FECHA``,
    ``TOTAL``): two or more words for things, most of what it has, and dates, amounts or numbers under most of it."""
    if row.number <= before.number + 1:
        return False
    filled = [at for at, cell in enumerate(row.cells) if cell.strip()]
    if len(filled) < _TWO or any(map(_has_digit, row.cells)):
        return False
    things = sum(map(_names_a_thing, (row.cells[at] for at in filled)))
    figures = sum(_has_digit(below.cells[at]) for at in filled if at < len(below.cells))
    return things >= _TWO and things * _TWO > len(filled) and figures >= _TWO and figures * _TWO > len(filled)


def _has_digit(cell: str) -> bool:
    return any(map(str.isdigit, cell))


def _names_a_thing(cell: str) -> bool:
    said = read_title(cell)
    return bool(said.of & _OF_THINGS or said.tags & {"goods", "money"}) and not said.unknown


def first_table(rows: Sequence[Row], titles: Sequence[str]) -> Sequence[Row]:
    """The rows down to those of another table, whose titles are not right below the first."""
    columns = Columns.of(titles)
    other = (
        place
        for place, row in enumerate(rows)
        if place and (columns.begins_another(row.cells) or begins_details(*_around(rows, place)))
    )
    return rows[: next(other, len(rows))]
