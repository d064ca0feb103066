"""Cells that hold what another field wants: an e-mail address among phone numbers, a number among addresses; the name
of a person beside an address, or a company for want of one. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

from importer.livedesk.contact import COMPANY, KEY_FIELDS, Values
from importer.normalizer.cells import Readings, read, read_all
from importer.normalizer.columns import ReadColumn
from importer.normalizer.emails import may_name, names_of_addresses
from importer.normalizer.text import Reading

_OTHER: Final = {"phone_number": "email", "email": "phone_number"}


def handed_over(
    found: Sequence[ReadColumn], is_mixed: Callable[[int, int], bool], country: str | None
) -> list[ReadColumn]:
    """The readings of a batch, in which such a cell counts for the field that can read it.

    ``is_mixed`` takes a column and a row's place in the batch, and says whether the cell may be of either field. One
    that both refuse stays an error of its own.
    """
    kept: list[ReadColumn] = []
    moved: list[ReadColumn] = []
    for column in found:
        cells = {at: reading for at, reading in _strange(column, country) if is_mixed(column.column, column.places[at])}
        kept.append(_without(column, cells) if cells else column)
        if cells:
            moved.append(_of_the_other(column, cells))
    return kept + moved


def _strange(column: ReadColumn, country: str | None) -> Iterator[tuple[int, Reading]]:
    """The places of refused cells that the other field reads, with what it reads."""
    if other := _OTHER.get(column.field):
        for at in column.readings.errors:
            cell = column.cells[at]
            if ("@" in cell) == (other == "email") and (reading := read(other, cell, country)).value:
                yield at, reading


def _without(column: ReadColumn, cells: Mapping[int, Reading]) -> ReadColumn:
    """The column as if these cells were empty."""
    values, errors, warnings = column.readings
    return column._replace(
        cells=["" if at in cells else cell for at, cell in enumerate(column.cells)],
        readings=Readings(values, {at: error for at, error in errors.items() if at not in cells}, warnings),
    )


def _of_the_other(column: ReadColumn, cells: Mapping[int, Reading]) -> ReadColumn:
    """These cells of the column alone, as what they are."""
    readings = Readings([None] * len(cells), {}, {})
    for place, reading in enumerate(cells.values()):
        readings.put(place, reading)
    places = [column.places[at] for at in cells]
    return ReadColumn(_OTHER[column.field], column.column, "text", places, [column.cells[at] for at in cells], readings)


def names_beside(found: Iterable[ReadColumn]) -> dict[int, str]:
    """``{place of a row: the name}`` of those that stand beside e-mail addresses that are used."""
    names: dict[int, str] = {}
    for column in found:
        if column.field == "email" and may_name(column.cells):
            rows = zip(column.places, column.cells, column.readings.values, strict=True)
            beside = {place: _name_of(address, cell) for place, cell, address in rows if address}
            texts = {place: name for place, name in beside.items() if name}
            values = read_all("name", [*texts.values()]).values if texts else []
            names |= {place: str(name) for place, name in zip(texts, values, strict=True) if name}
    return names


def _name_of(address: str, cell: str) -> str:
    """The name that stands beside this very address: of several people only one is used."""
    return next((name for name, own in names_of_addresses(cell) if own == address), "")


def companies_for_names(told: Mapping[str, Values]) -> dict[int, str]:
    """``{place of a row: the company}`` of those that can be reached, or have an id, and name nobody: an office, a
    shop."""
    if not {"name", COMPANY} <= told.keys() or None not in told["name"]:
        return {}
    keys = [told[field] for field in KEY_FIELDS if field in told]
    rows = enumerate(zip(told["name"], told[COMPANY], strict=True))
    texts = {place: str(firm) for place, (name, firm) in rows if firm and not name and any(key[place] for key in keys)}
    values = read_all("name", [*texts.values()]).values if texts else []
    return {place: name for place, name in zip(texts, values, strict=True) if name}


def emails_beside(found: Iterable[ReadColumn]) -> dict[int, str]:
    """``{place of a row: the address}`` of those in the cell of a phone number: ``Tel: …`` above ``Email: …``."""
    addresses: dict[int, str] = {}
    for column in found:
        if column.field == "phone_number" and "@" in "".join(column.cells):
            rows = zip(column.places, column.cells, column.readings.values, strict=True)
            beside = {place: read("email", cell).value for place, cell, number in rows if number and "@" in cell}
            addresses |= {place: address for place, address in beside.items() if address}
    return addresses
