"""Phone numbers that go over several columns: country, area and number, in any order. Rules of ``neighbours``. Pure.

Titles say which is which (ISD, 市外局番); where a word may mean either code (Vorwahl), or something else (Area),
cells decide: what both make together.
"""

import re
from collections import Counter
from typing import Final

from importer.countries import calling_country
from importer.livedesk.contact import COUNTRY, COUNTRY_CODE
from importer.mapping.name_cells import TRIED
from importer.mapping.title_fields import AREA_RANK
from importer.mapping.views import CLEAR, Table, View
from importer.message import Message
from importer.normalizer.columns import AREA_CODE, PHONE_COUNTRY

_HALF: Final = 0.5
_CODES: Final = (PHONE_COUNTRY, AREA_CODE)
_CALLING: Final = Message("its cells are calling codes")
_AREA: Final = Message("its cells are area codes")
_NO_CALLING: Final = Message("no calling codes of countries, such as +49")


def pieces_of_numbers(table: Table) -> list[View]:
    """Rule out numbers that go over several columns (電話番号1, 電話番号2: 03, 5550), and tell which."""
    short = [view for view in table.meaning("phone_number") if view.shape.pieces]
    alike = Counter(map(_but_its_number, short))
    found = [view for view in short if alike[_but_its_number(view)] > 1]
    for view in found:
        view.rule_out(["phone_number"], Message("a piece of a phone number"))
    return found


def _but_its_number(view: View) -> tuple[str, ...]:
    return tuple(word for word in view.reading.words if not word.isdecimal())


def calling_codes(table: Table) -> None:
    """A column of calling codes says how numbers are read; one of area codes, what numbers lack."""
    _numbers_beside_codes(table)
    for view in table.meaning(COUNTRY, COUNTRY_CODE):
        spelled = view.known is not None and view.known[0] < 0
        if not spelled and view.shape.calling_codes(bare=view.means(COUNTRY_CODE)):
            view.become(PHONE_COUNTRY, _CALLING)
    for view in table.meaning(PHONE_COUNTRY):
        _settle_code(table, view)
    for view in table.meaning(AREA_CODE):
        if not view.shape.area_codes or not _lack_areas(table):
            view.rule_out([AREA_CODE], Message("no area codes that phone numbers lack"))
    for view in table.views if not table.meaning(AREA_CODE) else ():
        if "code" in view.reading.tags and not (view.best() or view.closed) and _completes(table, view):
            view.add(AREA_CODE, CLEAR, _AREA)


def _settle_code(table: Table, view: View) -> None:
    """Whether a column has calling codes, as its title says, or as one of the two things that its title may say."""
    doubtful = "dialling prefix" in view.reading.things or (view.known is not None and view.known[0] >= AREA_RANK)
    if view.shape.calling_codes(bare=not doubtful) or (doubtful and _precedes_whole_numbers(table, view)):
        return
    if doubtful and _lack_areas(table) and view.shape.area_codes:
        view.become(AREA_CODE, _AREA)
    elif doubtful or view.known is None:
        view.rule_out([PHONE_COUNTRY], _NO_CALLING)


def _numbers_beside_codes(table: Table) -> None:
    """A Number is the phone number if a code for one stands beside it and no other column is."""
    if table.meaning("phone_number") or "phone_number" in table.fixed:
        return
    numbers = [view for view in table.views if view.reading.things == {"number"} and not (view.closed or view.known)]
    numbers = [view for view in numbers if view.shape.subscribers and not view.reading.of - {"person", "customer"}]
    codes = [view for view in table.views if view.means(*_CODES) or "code" in view.reading.tags]
    if len(numbers) == 1 and any(view.shape.area_codes or view.shape.calling_codes(bare=True) for view in codes):
        numbers[0].found.pop("identifier", None)
        numbers[0].add("phone_number", CLEAR, Message("the code for it stands beside it"))


def _pairs(table: Table, view: View) -> list[tuple[str, str]]:
    """The codes of a column, each with the digits of the number in its row."""
    numbers = table.meaning("phone_number")[:1]
    rows = zip(table.cells(view.index), table.cells(numbers[0].index), strict=True) if numbers else ()
    pairs = {(code.removesuffix(".0"), re.sub(r"\D", "", number)) for code, number in rows if code and number}
    return sorted(pairs)[:TRIED]


def _precedes_whole_numbers(table: Table, view: View) -> bool:
    """Whether all cells are calling codes, of numbers too long to lack an area, which do not begin with them."""
    pairs = _pairs(table, view)
    return bool(pairs) and all(
        calling_country(code) and code[:1] != "0" and len(number) >= _WHOLE and not number.startswith(code)
        for code, number in pairs
    )


_WHOLE: Final = 9  # digits: within an area numbers have fewer


def _completes(table: Table, view: View) -> bool:
    """Whether short numbers are valid ones of the user's country with what stands in this column, and not alone."""
    valid, pairs = table.valid, _pairs(table, view) if view.shape.area_codes and _lack_areas(table) else []
    made = sum(valid(code + number) and not valid(number) for code, number in pairs) if valid else 0
    return made > _HALF * len(pairs)


def _lack_areas(table: Table) -> bool:
    """Whether the phone numbers are as short as those within an area."""
    numbers = [view.shape for view in table.meaning("phone_number")]
    return any(shape.short_numbers for shape in numbers)
