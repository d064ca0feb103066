"""Read the cells of a batch that count: in each row, a field's columns up to the first that says something. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Final

from importer.livedesk.contact import Values
from importer.message import Message
from importer.models import NAMES, REACH
from importer.normalizer.area_codes import with_areas
from importer.normalizer.cells import read_all, read_codes, with_care
from importer.normalizer.columns import AREA_CODE, COUNTRY_FIELDS, ColumnMapping, ReadColumn, Rules
from importer.normalizer.other_kinds import handed_over
from importer.normalizer.own_country import OwnCountry
from importer.normalizer.text import quoted
from importer.normalizer.typed_values import read_as
from importer.texts import column_letter


class ColumnReader:
    """Reads every cell that counts: in a row, a field's columns up to the first that says something.

    ``constants`` are the mapping's, after normalization.
    """

    def __init__(self, mapping: ColumnMapping, rules: Rules, constants: Mapping[str, str]) -> None:
        self._mapping = mapping
        self._rules = rules
        sources = {field: indexes for field, indexes in mapping.sources().items() if field not in mapping.constants}
        self._tiers = sorted((one for one in mapping.tiers() if one[1] in sources), key=itemgetter(0))
        self._stand_ins = [
            (field, index)
            for tier, field, indexes in self._tiers
            if tier or len(sources[field]) > 1
            for index in indexes
        ]
        self._of_companies = {column.index for column in mapping.columns if column.person and column.field in REACH}
        self._spares = [(column.spare, column.index) for column in mapping.columns if column.spare]
        self._kinds = {field: rules.kind(field) for field in (*sources, *(field for field, _ in self._spares))}
        own = any(field in sources or field in mapping.constants for field in COUNTRY_FIELDS)
        self._own_country = OwnCountry(sources, constants, rules.country) if own else None
        self._areas = sources.get(AREA_CODE, ())
        reached = sources.keys() & {*REACH}
        alone = len(reached) == 1 and constants.keys().isdisjoint(REACH)
        # Beside a column of its own an address among phone numbers is a slip, such as a row that is shifted.
        self._mixed = next((sources[field] for field in reached if alone), ())

    def __call__(self, columns: Sequence[Sequence[str]], count: int) -> list[ReadColumn]:
        """The readings of ``count`` rows, in the order in which a row's errors appear."""
        found: list[ReadColumn] = []
        unnamed: Sequence[int] = range(count)
        open_rows: dict[str, Sequence[int]] = {}
        for _, sources in groupby(self._tiers, itemgetter(0)):
            silent = {*unnamed}
            for _, field, indexes in sources:
                rows = sorted({*unnamed}.intersection(open_rows[field])) if field in open_rows else unnamed
                open_rows[field] = rest = self._read(found, field, indexes, columns, rows)
                if field in NAMES:
                    silent.intersection_update(rest)
            unnamed = sorted(silent)
        if self._mixed:
            found = handed_over(found, partial(self._is_mixed, columns), self._rules.country)
        return found + [
            self._column(field, index, columns, silent_rows((one for one in found if one.column == index), count))
            for field, index in self._spares
        ]

    def _read(
        self,
        found: list[ReadColumn],
        field: str,
        indexes: tuple[int, ...],
        columns: Sequence[Sequence[str]],
        rows: Sequence[int],
    ) -> list[int]:
        """Add the readings of a field's columns in some rows; returns those rows in which all of them are silent."""
        silent: list[int] = []
        for order, places in self._orders(indexes, columns, rows):
            for index in order:
                if not places:
                    break
                found.append(self._column(field, index, columns, places))
                places = _silent(found[-1])
            silent += places
        return silent

    def _is_mixed(self, columns: Sequence[Sequence[str]], index: int, place: int) -> bool:
        """Whether a cell may be an address or a number, and no other cell of its row is."""
        return index in self._mixed and not any(columns[at][place].strip() for at in self._mixed if at != index)

    def further(self, columns: Sequence[Sequence[str]], read: Iterable[ReadColumn]) -> list[ReadColumn]:
        """The readings of filled cells that their rows do not need: another column of the field has spoken."""
        found = []
        for field, index in self._stand_ins:
            taken = [one.places for one in read if one.column == index]
            rest = {place for place, cell in enumerate(columns[index]) if cell and not cell.isspace()}.difference(
                *taken
            )
            if rest:
                found.append(self._column(field, index, columns, sorted(rest)))
        return found

    def left_out(
        self, columns: Sequence[Sequence[str]], further: Iterable[ReadColumn], fields: Mapping[str, Values]
    ) -> Iterator[tuple[int, Message]]:
        """A row's place and a remark for each address and number that is not sent, another of the row being so; a fax
        is none."""
        labels, rank = self._mapping.labels, self._mapping.label_rank
        for column in further:
            if column.field not in REACH:
                continue
            label, sent = labels.get(column.column), fields[column.field]
            for place, cell, value in zip(column.places, column.cells, column.readings.values, strict=True):
                other = value is not None and value.casefold() != str(sent[place] or "").casefold()
                if other and (label is None or rank(columns[label][place]) is not None):
                    of_others = _OF_THE_COMPANY if column.column in self._of_companies else _OF_A_BAD_ONE
                    yield place, _further(column, cell, _OF_TWO if sent[place] else of_others)

    def _orders(
        self, indexes: tuple[int, ...], columns: Sequence[Sequence[str]], places: Sequence[int]
    ) -> Iterator[tuple[Sequence[int], Sequence[int]]]:
        """Each order of a field's columns that labels ask for, with the places of its rows.

        A mobile number comes first; a fax does not count.
        """
        labels, rank = self._mapping.labels, self._mapping.label_rank
        if not labels:
            yield indexes, places
            return
        groups: dict[tuple[str, ...], list[int]] = {}
        for place in places:
            said = tuple(columns[labels[index]][place] if index in labels else "" for index in indexes)
            groups.setdefault(said, []).append(place)
        for said, some in groups.items():
            ranked = [
                (at, index) for index, label in zip(indexes, said, strict=True) if (at := rank(label)) is not None
            ]
            yield [index for _, index in sorted(ranked, key=itemgetter(0))], some

    def _column(self, field: str, index: int, columns: Sequence[Sequence[str]], places: Sequence[int]) -> ReadColumn:
        whole = columns[index]
        cells = [*whole] if len(places) == len(whole) else [whole[place] for place in places]
        kind = self._kinds[field]
        if field == "phone_number" and self._areas:
            cells = with_areas(cells, [columns[self._areas[0]][place] for place in places])
        if kind != "text":
            readings = with_care(cells, [None] * len(cells), partial(read_as, kind, field))
        elif field == "phone_number" and self._own_country:
            readings = self._own_country.read_all(cells, places, columns)
        elif index in self._mapping.codes:
            readings = read_codes(cells)
        else:
            readings = read_all(field, cells, self._rules.country)
        return ReadColumn(field, index, kind, places, cells, readings)


_OF_TWO: Final = Message("{field}: {value} in column {letter} is left out, for the row has another")
_OF_THE_COMPANY: Final = Message(
    "{field}: {value} in column {letter} is the company's, and left out, for the row names somebody"
)
_OF_A_BAD_ONE: Final = Message("{field}: {value} in column {letter} stands in once the bad one before it is empty")


def _further(column: ReadColumn, cell: str, why: Message) -> Message:
    said = {"field": column.field, "value": quoted(cell), "letter": column_letter(column.column)}
    return why.with_values({**said, "kind": f"second_{column.field}"})


def _silent(column: ReadColumn) -> list[int]:
    """The places of cells with neither a value nor an error."""
    values, errors = column.readings.values, column.readings.errors
    if None not in values:
        return []
    cells = zip(column.places, values, strict=True)
    return [place for at, (place, value) in enumerate(cells) if value is None and at not in errors]


def silent_rows(columns: Iterable[ReadColumn], count: int) -> list[int]:
    """The places of rows in which all of these columns are silent."""
    silent = {*range(count)}
    for column in columns:
        silent.difference_update({*column.places}.difference(_silent(column)))
    return sorted(silent)
