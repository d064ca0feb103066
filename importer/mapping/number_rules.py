"""What columns say of one another about numbers: whose an id is, and what phone numbers lack. Pure.

Rules as in ``neighbours.py``, which runs them.
"""

from collections.abc import Sequence
from typing import Final

from importer.livedesk.contact import COUNTRY, COUNTRY_CODE
from importer.mapping.people_names import NEARLY_ALL
from importer.mapping.title_fields import AREA_RANK
from importer.mapping.views import LAST_RESORT, USED, Table, View
from importer.message import Message
from importer.models import NAMES
from importer.normalizer.columns import AREA_CODE, PHONE_COUNTRY
from importer.texts import in_line

_HALF: Final = 0.5
_EXPLICIT: Final = 1
_OF_A_PERSON: Final = frozenset({"person", "customer", "contact"})
"""Up to this rank, or with these, a title says whose number it is: one that counts 1, 2, 3 is one all the same."""

_KEYS: Final = (("email",), ("phone_number",), NAMES)
"""What tells people apart, the best first."""


def ids_of_the_row(table: Table) -> None:
    """No identifier is empty beside another, is shared by people, or merely counts the rows, unless its title says
    whose number it is. Where it tells who somebody is (``--match-by identifier``), nobody shares it."""
    _of_documents(table)
    _of_another_system(table)
    views = table.meaning("identifier")
    some = any(view.shape.cells for view in views)
    for view in views:
        if view.believed or (view.known and view.known[0] < 0):
            continue
        explicit = view.known is not None and view.known[0] <= _EXPLICIT
        explicit |= bool(view.reading.of & _OF_A_PERSON if view.known else view.reading.of)
        if some and not view.shape.cells:
            view.rule_out(["identifier"], Message("its cells are empty"))
        elif view.shape.counting and not explicit:
            view.rule_out(["identifier"], Message("merely counts the rows"))
        elif table.match_by != "identifier" and _shared(table, view):
            view.rule_out(["identifier"], Message("different people share its values"))


def _of_another_system(table: Table) -> None:
    """A customer's id in a system that we do not know (``Square Customer ID``) is one, if it is the only one."""
    if "identifier" in table.fixed or any(view.shape.cells for view in table.meaning("identifier")):
        return
    found = [view for view in table.views if _has_own_ids(view, len(table.sample))]
    if len(found) == 1:
        found[0].add("identifier", USED, Message("every row has a customer's id of its own"))


def _has_own_ids(view: View, rows: int) -> bool:
    said, cells = view.reading, view.shape.cells
    of_a_customer = "id" in said.things and said.things <= {"id", "number"} and said.of == {"customer"}
    free = not (view.closed or view.known or view.best() or view.against or view.shape.counting)
    return of_a_customer and free and len({*cells}) == len(cells) >= NEARLY_ALL * rows > 0


def _of_documents(table: Table) -> None:
    """A number beside a column that says of what kind it is (passport, identity card) is a document's, not ours."""
    kinds = [view for view in table.views if "label" in view.reading.tags and "id" in view.reading.things]
    for view in table.meaning("identifier") if kinds else ():
        if {"id", "number"} <= view.reading.things and not view.reading.of & _OF_A_PERSON:
            title = in_line(kinds[0].title)
            view.rule_out(["identifier"], Message('a document\'s number, whose kind "{title}" tells', title=title))


def mobiles_first(table: Table) -> None:
    """A mobile number goes before any other, however its title says it: ``cel`` beside ``tel``."""
    phones = [view for view in table.meaning("phone_number") if view.found["phone_number"].sure]
    most = max((view.found["phone_number"].points for view in phones if not _is_mobile(view)), default=0)
    for view in filter(_is_mobile, phones):
        if view.known is None:
            view.lift("phone_number", most + 1, Message("a mobile number goes first"))


def _is_mobile(view: View) -> bool:
    return "mobile" in view.reading.tags and view.reading.tags.isdisjoint(("second", "at work"))


def sides(views: Sequence[View]) -> None:
    """Of two sides of a message or a payment the one that is the same in every row is ours, and the other the person.

    Looks at titles and cells before they are weighed: the title of our side names somebody else.
    """
    senders, recipients = ([view for view in views if view.reading.tags & {tag}] for tag in ("from", "to"))
    for sender in senders:
        for recipient in recipients:
            if sender.reading.things == recipient.reading.things and sender is not recipient:
                _ours(sender, recipient)


def _ours(sender: View, recipient: View) -> None:
    alike, other = (len({*view.shape.cells}) == 1 < len(view.shape.cells) for view in (sender, recipient))
    if alike == other:
        return
    ours, theirs = (sender, recipient) if alike else (recipient, sender)
    ours.known = None
    ours.reading = ours.reading._replace(of=ours.reading.of | {"another"})
    theirs.reading = theirs.reading._replace(of=theirs.reading.of - {"another"} | {"person"})


def shared_values(table: Table) -> None:
    """Addresses and numbers under a title that does not name them are nobody's own if different people share them."""
    _party_of_many(table)
    for view in table.meaning("email", "phone_number"):
        best = view.best()
        if view.known is None and view.means("email") and "company" in view.reading.things:
            _of_the_company(view, table.meaning("email"))
        is_unclear = view.known is None and best and best.inferred and not view.reading.things
        if best and is_unclear and best.field != table.match_by and _shared(table, view):
            view.rule_out([best.field], Message("different people share its values"))


def _party_of_many(table: Table) -> None:
    """Of two people in a row, each with an address (who is invited, and who invites), the one of many rows is ours; so
    it is of two with numbers, where a word of the title is unknown."""
    for field in ("email", "phone_number"):
        columns = table.meaning(field)
        shared = [view for view in columns if len(columns) > 1 and view.reading.whose and _shared(table, view)]
        for view in shared if len(shared) < len(columns) else ():
            if view.reading.unknown or (field == "email" and view.reading.of & _OF_A_PERSON):
                view.rule_out([field], Message("different people share its values"))


def _of_the_company(view: View, addresses: Sequence[View]) -> None:
    """A company's address is the person's where no other column has one and its values do not repeat."""
    if len({*view.shape.cells}) < len(view.shape.cells):
        view.rule_out(["email"], Message("different people share its values"))
    elif len(addresses) > 1:
        view.lower("email", LAST_RESORT, Message("the company's"))


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
