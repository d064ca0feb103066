"""Read a batch column by column: decide which cells count for which field, and read those. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter

from importer.models import NAMES
from importer.normalizer.attributes import read_all_as
from importer.normalizer.cells import read_all
from importer.normalizer.columns import ColumnMapping, ReadColumn
from importer.normalizer.own_country import OwnCountry
from importer.normalizer.rules import COUNTRY_FIELDS, Rules


class Reader:
    """Reads every cell that counts: in a row, a field's columns up to the first that says something.

    ``constants`` are the mapping's, after normalization.
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
        """The readings of ``count`` rows, in the order in which a row's errors appear."""
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
        spares = [(field, index, _unused(found, index, count)) for field, index in self._spares]
        return found + [self._column(field, index, columns, places) for field, index, places in spares]

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
        kind = self._rules.kind(field)
        if field != "phone_number":
            readings = read_all_as(kind, field, cells)
        elif self._own_country:
            readings = self._own_country.read_all(cells, places, columns)
        else:
            readings = read_all(field, cells, self._rules.country)
        return ReadColumn(field, index, kind, places, cells, readings)


def _unused(read: Sequence[ReadColumn], index: int, count: int) -> list[int]:
    """The places of rows in which a column says nothing for its field."""
    used: set[int] = set()
    for column in read:
        if column.column == index:
            used |= {*column.places}.difference(column.silent())
    return [place for place in range(count) if place not in used]
