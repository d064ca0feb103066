"""Read phone numbers in rows that name their own country. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from importer.countries import calling_country, country_code, cut_off_country
from importer.message import Message
from importer.normalizer.cells import Readings, read, read_all, with_care
from importer.normalizer.columns import COUNTRY_FIELDS, PHONE_COUNTRY
from importer.normalizer.phones import read_beside_code
from importer.normalizer.placeholders import says_nothing
from importer.normalizer.text import Reading, first_of_several, quoted, tidy


class _Home(NamedTuple):
    """The country that a row names (ISO 3166 alpha-2), or the ``unknown`` words that name none.

    ``dialled`` says that it names it by a calling code of its own column.
    """

    code: str | None = None
    unknown: str = ""
    dialled: bool = False


class OwnCountry:
    """Reads numbers for the country that their row names, in a constant or in the first filled column of a field.

    ``sources`` and ``constants`` are by field; ``instead`` is the country of a row that names none.
    """

    def __init__(self, sources: Mapping[str, Sequence[int]], constants: Mapping[str, str], instead: str | None) -> None:
        self._sources = [(field, sources.get(field, ())) for field in COUNTRY_FIELDS]
        self._constants = constants
        self._instead = instead

    def read_all(self, cells: Sequence[str], places: Sequence[int], columns: Sequence[Sequence[str]]) -> Readings:
        """Read cells of one column, which stand at ``places`` in the batch's ``columns``."""
        found = read_all("phone_number", [cell if cell.lstrip().startswith("+") else "" for cell in cells])
        groups: dict[_Home, list[int]] = {}
        for at, (value, cell) in enumerate(zip(found.values, cells, strict=True)):
            if value is None and cell:
                groups.setdefault(self._home(places[at], columns), []).append(at)
        for home, some in groups.items():
            readings = _read([cells[at] for at in some], home, self._instead)
            for at, reading in zip(some, map(readings.at, range(len(some))), strict=True):
                found.errors.pop(at, None)
                found.put(at, _of_nowhere(reading, cells[at], home.unknown, self._instead) if home.unknown else reading)
        return found

    def _home(self, place: int, columns: Sequence[Sequence[str]]) -> _Home:
        texts = (
            self._constants.get(field) or _first(columns[index][place] for index in indexes)
            for field, indexes in self._sources
        )
        return _home(*texts)


def _read(cells: Sequence[str], home: _Home, instead: str | None) -> Readings:
    if home.code and home.dialled:
        return with_care(cells, [None] * len(cells), lambda cell: read_beside_code(cell, str(home.code)))
    return read_all("phone_number", cells, home.code or instead)


def _first(cells: Iterable[str]) -> str:
    texts = (first_of_several(tidy(cell))[0] for cell in cells)
    return next((text for text in texts if not says_nothing(text)), "")


@lru_cache(1000)
def _home(*texts: str) -> _Home:
    """The first country that these texts, one for each of ``COUNTRY_FIELDS``, name."""
    named = [(field, text) for field, text in zip(COUNTRY_FIELDS, texts, strict=True) if text]
    found = ((field, code) for field, text in named if (code := _country(field, text)))
    field, code = next(found, ("", None))
    return _Home(code, dialled=field == PHONE_COUNTRY) if code or not named else _Home(unknown=named[0][1])


def _country(field: str, text: str) -> str | None:
    """The country that a cell names; bare digits name one only in a column of calling codes."""
    return (calling_country(text) if field == PHONE_COUNTRY else None) or country_code(text) or cut_off_country(text)


def _of_nowhere(reading: Reading, cell: str, country: str, instead: str | None) -> Reading:
    """The reading of a number in a row with an unknown country; it says so if the number needed one."""
    remark = Message("the country {country} is not understood", country=quoted(country))
    bare = read("phone_number", cell)
    if reading.error and bare.error and bare.error.code == "no_country":
        message = Message("{what} ({cause})", what=reading.error.message, cause=remark)
        return reading._replace(error=replace(reading.error, message=message))
    if reading.value and bare.value != reading.value:
        warning = Message("phone_number: {remark}; read for {country}", remark=remark, country=instead)
        return reading._replace(warnings=(*reading.warnings, warning))
    return reading
