"""What columns say of one another about numbers: whose an id is, and what phone numbers lack. Pure.

Rules as in ``neighbours.py``, which runs them.
"""

from typing import Final

from importer.livedesk.contact import COUNTRY, COUNTRY_CODE
from importer.mapping.title_fields import AREA_RANK
from importer.mapping.views import Table, View
from importer.message import Message
from importer.models import NAMES
from importer.normalizer.columns import AREA_CODE, PHONE_COUNTRY

_HALF: Final = 0.5
_EXPLICIT: Final = 1
"""Up to this rank a title says whose number it is, and one that counts 1, 2, 3 is one all the same."""

_KEYS: Final = (("email",), ("phone_number",), NAMES)
"""What tells people apart, the best first."""


def ids_of_the_row(table: Table) -> None:
    """No identifier merely counts the rows, unless its title says whose number it is, or is shared by people."""
    for view in table.meaning("identifier"):
        if view.believed or (view.known and view.known[0] < 0):
            continue
        explicit = view.known[0] <= _EXPLICIT if view.known else bool(view.reading.of)
        if view.shape.counting and not explicit:
            view.rule_out(["identifier"], Message("merely counts the rows"))
        elif _shared(table, view):
            view.rule_out(["identifier"], Message("different people share its values"))


def shared_values(table: Table) -> None:
    """Addresses and numbers under a title that does not name them are nobody's own if different people share them."""
    for view in table.meaning("email", "phone_number"):
        best = view.best()
        if view.known is None and best and best.inferred and not view.reading.things and _shared(table, view):
            view.rule_out([best.field], Message("different people share its values"))


def _shared(table: Table, view: View) -> bool:
    """Whether at least half of the filled rows share their value with another person: other e-mail, phone or name."""
    others = [[one for one in table.meaning(*fields) if one is not view] for fields in _KEYS]
    known = next(filter(None, others), [])
    keys = [table.cells(one.index) for one in sorted(known, key=lambda one: one.title)]
    people: dict[str, set[str]] = {}
    rows: dict[str, int] = {}
    for value, *cells in zip(table.cells(view.index), *keys, strict=True):
        if value and (key := next(filter(None, cells), "")):
            people.setdefault(value, set()).add(key.casefold())
            rows[value] = rows.get(value, 0) + 1
    shared = sum(rows[value] for value, keys_of in people.items() if len(keys_of) > 1)
    return shared > 0 and shared >= _HALF * sum(rows.values())


def calling_codes(table: Table) -> None:
    """A country column of calling codes says how numbers are read; one of area codes, what numbers lack."""
    for view in table.meaning(COUNTRY, COUNTRY_CODE):
        spelled = view.known is not None and view.known[0] < 0
        if not spelled and view.shape.calling_codes(bare=view.means(COUNTRY_CODE)):
            view.become(PHONE_COUNTRY, Message("its cells are calling codes"))
    for view in table.meaning(PHONE_COUNTRY):
        doubtful = view.known is not None and view.known[0] >= AREA_RANK
        if doubtful and not view.shape.calling_codes(bare=False):
            if _lack_areas(table) and view.shape.area_codes:
                view.become(AREA_CODE, Message("its cells are area codes"))
            else:
                view.rule_out([PHONE_COUNTRY], Message("no calling codes of countries, such as +49"))
        elif view.known is None and not view.shape.calling_codes(bare=True):
            view.rule_out([PHONE_COUNTRY], Message("no calling codes of countries, such as +49"))
    for view in table.meaning(AREA_CODE):
        if not view.shape.area_codes or not _lack_areas(table):
            view.rule_out([AREA_CODE], Message("no area codes that phone numbers lack"))


def _lack_areas(table: Table) -> bool:
    """Whether the phone numbers are as short as those within an area."""
    numbers = [view.shape for view in table.meaning("phone_number")]
    return any(shape.short_numbers for shape in numbers)
