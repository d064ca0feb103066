"""The straight way through a batch, column by column: most cells say by themselves what they are.

What it tells of a row is what the way with care tells (a property test holds them together), in a fraction of the time.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from importer.livedesk.contact import CREATE_FIELDS
from importer.models import ATTRIBUTE_PREFIXES, NAME_PARTS, NAMES, Pair, ValueType
from importer.normalizer.attributes import read_as, value_of
from importer.normalizer.cells import Glance, glance, never, read
from importer.normalizer.columns import PERSON_FIELDS, ColumnMapping
from importer.normalizer.contact_columns import Values
from importer.normalizer.rows import join_name
from importer.normalizer.rules import COUNTRY_FIELDS, Rules
from importer.normalizer.text import Reading


class _Source(NamedTuple):
    """A field and its first column: how a cell is read at a glance, and how with care, where it can be by itself.

    ``alone`` is a field without other columns: an empty cell ends the matter.
    """

    field: str
    column: int
    kind: ValueType
    glance: Glance
    read: Callable[[str], Reading] | None
    alone: bool


class ReadColumn(NamedTuple):
    """The cells of one column and what each says for ``field``, read as ``kind``; ``None`` where nothing."""

    field: str
    column: int
    kind: ValueType
    cells: Sequence[str]
    values: Sequence[str | None]


@dataclass(frozen=True, slots=True)
class Plain:
    """The rows of a batch of which nothing is in question: their places in it, and what their columns say.

    ``fields`` are those of their contacts.
    """

    places: Sequence[int]
    columns: Sequence[ReadColumn]
    fields: Mapping[str, Values]


class Straight:
    """Takes a batch to the rows about which there is no error, no remark and no choice.

    ``constants`` are the readings of the mapping's constants.
    """

    def __init__(self, mapping: ColumnMapping, rules: Rules, constants: Mapping[str, Reading]) -> None:
        titles = tuple(column.title for column in mapping.columns)
        self._titles = titles
        self._width = len(titles)
        self._rules = rules
        self._constants = {field: reading.value for field, reading in constants.items() if reading.value}
        remarks = any(reading.warnings for reading in constants.values())
        # With labels beside values, and values that have a second place to go to, no cell stands for itself.
        self._closed = remarks or bool(mapping.labels) or any(column.spare for column in mapping.columns)
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

    def __call__(self, batch: Sequence[Pair]) -> Plain:
        """The plain rows of the batch."""
        places = [] if self._closed else [at for at, (_, cells) in enumerate(batch) if self._is_whole(cells)]
        rows = [batch[at][1] for at in places]
        doubts: set[int] = set()
        columns = [_column(source, [cells[source.column] for cells in rows], doubts) for source in self._sources]
        for fields in self._someone_says:
            doubts.update(_silent([column.values for column in columns if column.field in fields], len(rows)))
        if doubts:
            sure = [at for at in range(len(rows)) if at not in doubts]
            places = [places[at] for at in sure]
            columns = [_only(column, sure) for column in columns]
        return Plain(places, columns, self._fields(columns, len(places)))

    def _is_whole(self, cells: tuple[str, ...]) -> bool:
        return len(cells) == self._width and cells != self._titles

    def _fields(self, columns: Sequence[ReadColumn], rows: int) -> dict[str, Values]:
        """What the contacts have of each field, the constants and ``--inbox`` included."""
        nothing = [None] * rows
        told: dict[str, Sequence[str | None]] = {field: [value] * rows for field, value in self._constants.items()}
        told |= {column.field: column.values for column in columns}
        if not told.keys().isdisjoint(NAME_PARTS):
            parts = map(join_name, *(told.get(part, nothing) for part in NAME_PARTS))
            told["name"] = _first(parts, told.get("name", nothing))
        if self._rules.inbox_id is not None:
            told["inbox_id"] = _first(told.get("inbox_id", nothing), [self._rules.inbox_id] * rows)
        return {
            field: self._typed(field, values)
            for field, values in told.items()
            if field in CREATE_FIELDS or field.startswith(ATTRIBUTE_PREFIXES)
        }

    def _typed(self, field: str, values: Sequence[str | None]) -> Values:
        """An attribute's texts as what ``--type`` says they are."""
        kind = self._rules.kind(field)
        return values if kind == "text" else [None if value is None else value_of(kind, value) for value in values]


def _sources(served: dict[str, tuple[int, ...]], mapping: ColumnMapping, rules: Rules) -> Iterator[_Source]:
    elsewhere = not {*COUNTRY_FIELDS}.isdisjoint({*mapping.sources(), *mapping.constants})
    for field, (column, *others) in served.items():
        kind, alone = rules.kind(field), not others
        if field == "phone_number" and elsewhere:
            # The row's own country decides, but for numbers with a country code, which are plain without it.
            yield _Source(field, column, kind, glance(field), None, alone)
        elif field in rules.types:
            yield _Source(field, column, kind, never, partial(read_as, kind, field), alone)
        else:
            country = rules.country if field == "phone_number" else None
            reader = partial(read, field, country=country)
            yield _Source(field, column, kind, glance(field, country), reader, alone)


def _column(source: _Source, cells: Sequence[str], doubts: set[int]) -> ReadColumn:
    """A column read; the places of cells that are in question go into ``doubts``."""
    values = source.glance(cells)
    if None in values:
        for at, value in enumerate(values):
            if value is None:
                reading = _by_itself(source, cells[at])
                if reading is None:
                    doubts.add(at)
                else:
                    values[at] = reading.value
    return ReadColumn(source.field, source.column, source.kind, cells, values)


def _by_itself(source: _Source, cell: str) -> Reading | None:
    """What a cell says that is no plain one, unless that is in question."""
    reading = (source.read(cell) if source.read else None) if cell else Reading()
    if reading is None or reading.error or reading.warnings:
        return None
    return reading if reading.value is not None or source.alone else None


def _silent(columns: Sequence[Sequence[str | None]], rows: int) -> Iterator[int]:
    """The rows in which none of these columns says anything."""
    if not columns:
        yield from range(rows)
    elif all(None in values for values in columns):
        yield from (at for at, values in enumerate(zip(*columns, strict=True)) if not any(values))


def _only(column: ReadColumn, places: Sequence[int]) -> ReadColumn:
    cells, values = column.cells, column.values
    return column._replace(cells=[cells[at] for at in places], values=[values[at] for at in places])


def _first(values: Iterable[str | None], others: Iterable[str | None]) -> list[str | None]:
    return [value or other for value, other in zip(values, others, strict=True)]
