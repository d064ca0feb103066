"""What columns say of one another about numbers: whose an id is, and what phone numbers lack. Pure.

Rules as in ``neighbours.py``, which runs them.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from importer.mapping.people_names import NEARLY_ALL
from importer.mapping.title_reading import read_title
from importer.mapping.views import LAST_RESORT, SURE, THE_COMPANY, USED, Table, View
from importer.mapping.vocabulary import PEOPLE
from importer.message import Message
from importer.models import NAMES, REACH
from importer.texts import in_line

_HALF: Final = 0.5
_EXPLICIT: Final = 1
"""Up to this rank, or with a word for people, a title says whose number it is, and one that counts 1, 2, 3 is one."""

_MOST_DOCUMENTS: Final = 10
_LAST_DIGITS: Final = 8
_NO_NAMESAKES: Final = 3  # rows
_FEW: Final = 5  # rows, of which several may share an address by chance
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
        explicit |= bool(view.reading.of & PEOPLE if view.known else view.reading.of)
        if some and not view.shape.cells:
            view.rule_out(["identifier"], Message("its cells are empty"))
        elif _is_patchy(view, views):
            view.rule_out(["identifier"], Message("another column has an id in every row"))
        elif view.shape.counting and not explicit:
            view.rule_out(["identifier"], Message("merely counts the rows"))
        elif table.match_by != "identifier" and _shared(table, view):
            view.rule_out(["identifier"], Message("different people share its values"))
        elif not explicit and table.match_by == "auto" and _renewed(table, view):
            view.rule_out(["identifier"], Message("its people stand in several rows, each with another value"))


def _is_patchy(view: View, others: Sequence[View]) -> bool:
    """Whether fewer than half of the rows have an id, and each has another one: ``user_id`` is who sells (Odoo).

    A customer's number, or one of another system, is what the rest of the customers lack.
    """
    surely = view.known is not None and view.known[0] == 0
    if surely or "external" in view.reading.tags or "customer" in view.reading.of:
        return False
    fuller = [other.shape.cells for other in others if other is not view and not other.shape.counting]
    return any(len({*cells}) == len(cells) > 2 * len(view.shape.cells) for cells in fuller)


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
    kinds += [view for view in table.views if "id" in view.reading.things and _names_documents(view)]
    for view in table.meaning("identifier") if kinds else ():
        begins_alike = any(view.reading.words[:1] == kind.reading.words[:1] for kind in kinds)
        if ({"id", "number"} <= view.reading.things or begins_alike) and not view.reading.of & PEOPLE:
            title = in_line(kinds[0].title)
            view.rule_out(["identifier"], Message('a document\'s number, whose kind "{title}" tells', title=title))


def _names_documents(view: View) -> bool:
    """Whether the cells are names of numbers that are no id of ours: SSN, passport."""
    said = {*view.shape.cells}
    return 0 < len(said) <= _MOST_DOCUMENTS and all("other number" in read_title(cell).of for cell in said)


def with_country_codes(table: Table) -> None:
    """Of two columns of the same numbers the one with their country codes goes first: Formatted Phone."""
    phones = [view for view in table.meaning("phone_number") if view.found["phone_number"].sure]
    most = max((view.found["phone_number"].points for view in phones), default=0)
    for view in phones:
        others = [other for other in phones if other is not view and not other.shape.abroad]
        if view.known is None and view.shape.abroad and any(_same_numbers(table, view, other) for other in others):
            view.lift("phone_number", most + 1, Message("the same numbers with their country codes"))


def _same_numbers(table: Table, view: View, other: View) -> bool:
    """Whether the numbers of one column end as those of the other do."""
    cells = zip(table.cells(view.index), table.cells(other.index), strict=True)
    pairs = [tuple(re.sub(r"\D", "", cell)[-_LAST_DIGITS:] for cell in pair) for pair in cells if all(pair)]
    return sum(mine == its for mine, its in pairs) > _HALF * len(pairs)


def bare_numbers(table: Table) -> None:
    """A Number beside a column of phone numbers counts something else, unless its cells have country codes."""
    phones = table.meaning("phone_number")
    if any(view.known or "phone" in view.reading.things for view in phones):
        for view in phones:
            if view.known is None and view.reading.things == {"number"} and not view.shape.abroad:
                view.rule_out(["phone_number"], Message("another column has the phone numbers"))


def of_the_named(table: Table) -> None:
    """A number goes first whose title says the person whose name is used: 收货人手机号 beside 收货人 and 买家手机号."""
    names = sorted(table.meaning("name"), key=lambda view: (-view.found["name"].points, view.title))
    phones = [view for view in table.meaning("phone_number") if view.found["phone_number"].sure]
    theirs = [view for view in phones if names and view.reading.whose & names[0].reading.whose]
    others = [view for view in phones if view not in theirs and view.reading.whose]
    most = max((view.found["phone_number"].points for view in others), default=0)
    for view in theirs if others else ():
        if _is_mobile(view) or not any(map(_is_mobile, others)):
            view.lift("phone_number", most + 1, Message("of the person whose name is used"))


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
    for view in table.meaning(*REACH):
        best = view.best()
        if view.known is None and view.means("email") and "company" in view.reading.things:
            _of_the_company(view, table.meaning("email"))
        is_unclear = view.known is None and best and best.inferred and not view.reading.things
        few = view.nothing and len(view.shape.cells) < _FEW
        if best and is_unclear and best.field != table.match_by and not few and _shared(table, view):
            view.rule_out([best.field], Message("different people share its values"))


def _party_of_many(table: Table) -> None:
    """Of two people in a row, each with an address (who is invited, and who invites), the one of many rows is ours; so
    it is of two with numbers, where a word of the title is unknown."""
    for field in REACH:
        columns = [view for view in table.meaning(field) if "company" not in view.reading.things]
        shared = [view for view in columns if len(columns) > 1 and view.reading.whose and _shared(table, view)]
        for view in shared if len(shared) < len(columns) else ():
            if view.reading.unknown or (field == "email" and view.reading.of & PEOPLE):
                view.rule_out([field], Message("different people share its values"))


def _of_the_company(view: View, addresses: Sequence[View]) -> None:
    """A company's address is the person's where no other column has one and its values do not repeat; if they do, it
    is the company's alone, where it stands in a row that names nobody."""
    if len({*view.shape.cells}) < len(view.shape.cells):
        view.found["email"] = replace(view.found["email"], points=SURE["email"], person=THE_COMPANY)
    elif len(addresses) > 1:
        view.lower("email", LAST_RESORT, Message("the company's"))


def _shared(table: Table, view: View) -> bool:
    """Whether at least half of the filled rows share their value with another person: other e-mail, phone or name."""
    return _mostly_several(_values_of_people(table, view))


def _renewed(table: Table, view: View) -> bool:
    """Whether at least half of the filled rows are of people who have other values of the column in other rows. They
    have the same name there: different people behind one address have ids of their own."""
    people = _values_of_people(table, view, [*_likely_names(table, view)])
    return _mostly_several(((person, value) for value, person in people), _NO_NAMESAKES)


def _likely_names(table: Table, view: View) -> Iterator[View]:
    """The likeliest column of each part of a name."""
    for field in NAMES:
        likely = [one for one in table.meaning(field) if one is not view]
        yield from sorted(likely, key=lambda one: (-one.found[field].points, one.title))[:1]


def _values_of_people(table: Table, view: View, names: Sequence[View] = ()) -> Iterator[tuple[str, str]]:
    """A column's values, each with who stands in the row: the e-mail address, else the phone number, or the name; and
    what stands in ``names``."""
    others = [[one for one in table.meaning(*fields) if one is not view] for fields in _KEYS]
    known = next(filter(None, others), [])
    keys = [table.cells(one.index) for one in sorted(known, key=lambda one: one.title)]
    named = [table.cells(one.index) for one in names]
    for row, value in enumerate(table.cells(view.index)):
        if value and (key := next(filter(None, (cells[row] for cells in keys)), "")):
            yield value, "\n".join((key, *(cells[row] for cells in named))).casefold()


def _mostly_several(pairs: Iterable[tuple[str, str]], least: int = 1) -> bool:
    """Whether at least half of the pairs, and ``least``, begin with something that stands before different ends."""
    ends: dict[str, set[str]] = {}
    times: Counter[str] = Counter()
    for begin, end in pairs:
        ends.setdefault(begin, set()).add(end)
        times[begin] += 1
    several = sum(times[begin] for begin, found in ends.items() if len(found) > 1)
    return several >= max(least, _HALF * times.total())
