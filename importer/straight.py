"""The straight way through a row, which most rows of most files take: each cell by itself, and nothing in question.

It comes to the same as the way with care (a property test holds them together) in two thirds of the time: 22 us and not
31 for a row of six cells.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple, TypeAlias

from importer.attributes import read_as
from importer.cells import glance, never, read
from importer.columns.products import label_columns
from importer.mapping import PERSON_FIELDS, ColumnMapping
from importer.models import NAMES
from importer.rules import COUNTRY_FIELDS, Rules
from importer.text import Reading

Value: TypeAlias = tuple[str, int, str | None]
"""Field, column, and what the cell says, ``None`` if nothing: a plain tuple, for there are millions."""


class _Source(NamedTuple):
    """A field and its first column: how a cell is read at a glance, and how with care, where it can be by itself.

    ``alone`` is a field without other columns: an empty cell ends the matter.
    """

    field: str
    column: int
    glance: Callable[[str], str | None]
    read: Callable[[str], Reading] | None
    alone: bool


class Straight:
    """Takes a row's cells to its values, in the order of ``fields``, or to ``None`` where anything is in question."""

    def __init__(self, mapping: ColumnMapping, rules: Rules) -> None:
        titles = tuple(column.title for column in mapping.columns)
        self._titles = titles
        self._width = len(titles)
        # With labels beside values, and values that have a second place to go to, no cell stands for itself.
        self._closed = bool(label_columns(titles)) or any(column.spare for column in mapping.columns)
        served = {field: columns for field, columns in mapping.sources().items() if field not in mapping.constants}
        seconds = [field for field in served if field in mapping.second_names()]
        firsts = [field for field in served if field in NAMES and field not in seconds]
        self._someone_says: list[tuple[str, ...]] = [PERSON_FIELDS]
        if firsts and seconds:  # where the first say nothing, the second count
            self._someone_says.append(tuple(firsts))
        if "inbox_id" in served and rules.inbox_id is None:
            self._someone_says.append(("inbox_id",))
        order = [field for field in served if field not in seconds] + ([] if firsts else seconds)
        self._sources = [*_sources({field: served[field] for field in order}, mapping, rules)]

    def __call__(self, cells: tuple[str, ...]) -> list[Value] | None:
        """The values of a row about which there is no error, no remark and no choice."""
        if self._closed or len(cells) != self._width or cells == self._titles:
            return None
        found: list[Value] = []
        said = set()
        for field, column, at_a_glance, with_care, alone in self._sources:
            cell = cells[column]
            value = at_a_glance(cell) if cell else None
            if value is None and cell:
                reading = with_care(cell) if with_care else None
                if reading is None or reading.error or reading.warning:
                    return None
                value = reading.value
            if value is not None:
                said.add(field)
            elif not alone:
                return None
            found.append((field, column, value))
        return None if any(map(said.isdisjoint, self._someone_says)) else found


def _sources(served: dict[str, tuple[int, ...]], mapping: ColumnMapping, rules: Rules) -> Iterator[_Source]:
    elsewhere = not {*COUNTRY_FIELDS}.isdisjoint({*mapping.sources(), *mapping.constants})
    for field, (column, *others) in served.items():
        if field == "phone_number" and elsewhere:
            # The row's own country decides, but for numbers with a country code, which are plain without it.
            yield _Source(field, column, glance(field), None, not others)
        elif field in rules.types:
            yield _Source(field, column, never, partial(read_as, rules.types[field], field), not others)
        else:
            country = rules.country if field == "phone_number" else None
            yield _Source(field, column, glance(field, country), partial(read, field, country=country), not others)
