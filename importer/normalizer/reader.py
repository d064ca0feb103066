"""A batch of rows, column by column: which cells count for which field, and what each says. Pure."""

from collections.abc import Iterator, Mapping, Sequence

from importer.models import NAMES
from importer.normalizer.attributes import read_all_as
from importer.normalizer.cells import Readings, read_all
from importer.normalizer.columns import ColumnMapping, ReadColumn
from importer.normalizer.own_country import OwnCountry
from importer.normalizer.rules import COUNTRY_FIELDS, Rules


class Reader:
    """Reads every cell that counts: of a field's columns, those up to the first that says something in a row.

    ``constants`` are the values of the mapping's own. A field's further columns are read in the rows alone in which
    those before them say nothing.
    """

    def __init__(self, mapping: ColumnMapping, rules: Rules, constants: Mapping[str, str]) -> None:
        self._mapping = mapping
        self._rules = rules
        sources = {field: indexes for field, indexes in mapping.sources().items() if field not in mapping.constants}
        self._second_names = mapping.second_names()
        self._sources = sorted(sources.items(), key=lambda source: source[0] in self._second_names)
        self._spares = [(column.spare, column.index) for column in mapping.columns if column.spare]
        own = any(field in sources or field in mapping.constants for field in COUNTRY_FIELDS)
        self._own_country = OwnCountry(sources, constants, rules.country) if own else None

    def read(self, columns: Sequence[Sequence[str]], count: int) -> list[ReadColumn]:
        """What the cells of a batch of ``count`` rows say, in the order in which a row's are told."""
        found: list[ReadColumn] = []
        unnamed: Sequence[int] = range(count)
        for field, indexes in self._sources:
            second = field in self._second_names
            silent: list[int] = []
            for order, places in self._orders(indexes, columns, unnamed if second else range(count)):
                for index in order:
                    if not places:
                        break
                    found.append(self._column(field, index, columns, places))
                    places = found[-1].silent()
                silent += places
            if field in NAMES and not second:
                unnamed = sorted({*unnamed}.intersection(silent))
        found += [
            self._column(field, index, columns, self._unused(found, index, count)) for field, index in self._spares
        ]
        return found

    def _orders(
        self, indexes: tuple[int, ...], columns: Sequence[Sequence[str]], places: Sequence[int]
    ) -> Iterator[tuple[Sequence[int], Sequence[int]]]:
        """The orders of a field's columns, each with the places of the rows in which the labels beside them ask for it.

        A mobile number comes first, a fax counts not at all.
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
            ranks = {
                index: found for index, label in zip(indexes, said, strict=True) if (found := rank(label)) is not None
            }
            yield sorted(ranks, key=lambda index: ranks[index]), some

    def _unused(self, read: Sequence[ReadColumn], index: int, count: int) -> list[int]:
        """The places of rows in which a column says nothing for its field."""
        used = {
            place for column in read if column.column == index for place in {*column.places}.difference(column.silent())
        }
        return [place for place in range(count) if place not in used]

    def _column(self, field: str, index: int, columns: Sequence[Sequence[str]], places: Sequence[int]) -> ReadColumn:
        whole = columns[index]
        cells = [*whole] if len(places) == len(whole) else [whole[place] for place in places]
        return ReadColumn(
            field, index, self._rules.kind(field), places, cells, self._readings(field, cells, places, columns)
        )

    def _readings(
        self, field: str, cells: Sequence[str], places: Sequence[int], columns: Sequence[Sequence[str]]
    ) -> Readings:
        if field == "phone_number":
            if self._own_country:
                return self._own_country.read_all(cells, places, columns)
            return read_all(field, cells, self._rules.country)
        return read_all_as(self._rules.kind(field), field, cells)
