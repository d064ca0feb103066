"""What columns say of one another: the rules that take more than one column, in the order of ``RULES``. Pure.

Each rule looks at the evidence so far and adds to it, takes from it, or moves it to another field, with a reason. None
depends on the order of the columns or rows.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from importer.livedesk.contact import CITY, COMPANY, COUNTRY
from importer.mapping.name_cells import (
    MOST_NAMES,
    cell_words,
    first_names,
    first_names_beside,
    names_in_e_mails,
    parts_by_cells,
    parts_in_e_mails,
)
from importer.mapping.name_parts import (
    holds,
    names_over_two_columns,
    own_script,
    parts_of_a_name,
    shorter_names,
    stopgaps,
)
from importer.mapping.number_pieces import calling_codes
from importer.mapping.number_rules import (
    bare_numbers,
    ids_of_the_row,
    mobiles_first,
    of_the_named,
    shared_values,
    with_country_codes,
)
from importer.mapping.people_names import NEARLY_ALL, is_like_a_name, nearly_all
from importer.mapping.title_fields import NO_FIELD, in_context
from importer.mapping.views import CLEAR, STANDS_BEHIND, Evidence, Table, View
from importer.mapping.vocabulary import PEOPLE, THINGS, WITH_HOLDERS
from importer.message import Message
from importer.models import NAMES, REACH

_HALF: Final = 0.5
_NO_CHANCE: Final = 3  # rows
_FIRMS: Final = 2 / 3
_PERSON: Final = (*REACH, *NAMES)
_BUT_NAMES: Final = (*REACH, "identifier", "avatar_url")
_BESIDE_IT: Final = Message("the person stands beside it")
_ONLY_PEOPLE: Final = Message("its cells are names of people, and no other column tells of any")
_NO_OTHER_NAME: Final = Message("no other column is the name")
_GOES_FIRST: Final = Message("the person's name goes first")
_SOMEBODY_ELSE: Final = Message("the title names somebody else")


def holders(table: Table) -> None:
    """An owner or agent is the person of the row, unless other columns tell of a person: then it is somebody else.

    A name of an owner needs another name for that: Owner beside Phone is whose phone it is. Where nothing reaches
    anybody, an owner beside a company is the person if the cells look like names: a contract's is somebody's initials.
    """
    others = {best.field for view in table.views if "holder" not in view.reading.of and (best := view.best())}
    others |= table.fixed
    for view in table.views:
        if "holder" in view.reading.of and view.known is None:
            if not others.isdisjoint(NAMES):
                view.rule_out(NAMES, _SOMEBODY_ELSE)
            named = view.shape.common_names or nearly_all(view.shape.cells, is_like_a_name)
            if COMPANY in others and others.isdisjoint(REACH) and not named:
                view.rule_out(NAMES, Message("its cells are no names of people"))
            if not others.isdisjoint(_PERSON):
                view.rule_out(_BUT_NAMES, _SOMEBODY_ELSE)


def contacts_beside_own(table: Table) -> None:
    """Beside a column of the person's *own* (本人电话), or of a contact in emergencies beside a name, a contact's
    columns are somebody else's."""
    own = any("own" in view.reading.of for view in table.views)
    emergency = any({"another", "contact"} <= view.reading.of for view in table.views)
    named = any("contact" not in view.reading.of for view in table.meaning(*NAMES))
    if own or (emergency and named):
        for view in table.views:
            if "contact" in view.reading.of and "own" not in view.reading.of:
                view.rule_out((*NAMES, *_BUT_NAMES), _SOMEBODY_ELSE)


def guests(table: Table) -> None:
    """Beside the name of whoever is invited, or books, the numbers and addresses of guests are somebody else's.

    Where a guest has a name, or nobody else has, a guest is the person.
    """
    names = [view for view in table.meaning(*NAMES) if view.reading.of & PEOPLE]
    if not names or any("guests" in view.reading.tags for view in names):
        return
    for view in table.meaning(*REACH):
        if "guests" in view.reading.tags:
            view.rule_out(_BUT_NAMES, _SOMEBODY_ELSE)


def towns(table: Table) -> None:
    """A word for a country that is one for a town in the language of the other titles (Kraj)."""
    if table.meaning(CITY) or CITY in table.fixed:
        return
    for view in table.meaning(COUNTRY):
        if view.known and in_context(view.title, table.beside) == CITY:
            view.become(CITY, Message("in the language of the other titles it is a town"))


def signatures(table: Table) -> None:
    """A word for a company that is one for a signature in the language of the other titles (Firma), unless its cells
    are companies."""
    for view in table.meaning(COMPANY):
        if view.known and in_context(view.title, table.beside) == NO_FIELD and not view.shape.of_companies:
            view.rule_out([COMPANY], Message("in the language of the other titles it is a signature"))


def company_and_person(table: Table) -> None:
    """Customer or 名称 beside the contact person is the company; so is a Name that holds no people."""
    contacts = [view for view in table.meaning(*NAMES) if "contact" in view.reading.of]
    if not contacts or COMPANY in table.fixed:
        return
    if companies := table.meaning(COMPANY):
        for view in table.meaning("name"):
            bare = view.reading.things == {"name"} and not view.reading.of - {"person"}
            of_a_company = bare and any(holds(table, company, [view], more=False) for company in companies)
            sold_to = "customer" in view.reading.of and any(_same(table, view, company) for company in companies)
            if of_a_company and _is_alone(table, view, [*companies, *contacts]):
                _stand_behind(view, contacts)
            elif sold_to or of_a_company:
                view.rule_out(["name"], Message("its cells are the company's name"))
        return
    for view in table.meaning("name"):
        said = view.reading
        if "contact" in said.of or said.of & {"person", "own"} or holds(table, view, contacts, more=False):
            continue
        sold_to = "customer" in said.of and "full" not in said.tags
        named = "named things" in said.tags and "full" not in said.tags
        if sold_to or named or (said.things == {"name"} and view.shape.of_companies):
            view.become(COMPANY, _BESIDE_IT)


def _is_alone(table: Table, view: View, others: Sequence[View]) -> bool:
    """Whether a column stands in rows in which all the others are empty: people in a list of firms."""
    rows = zip(*(table.cells(one.index) for one in (view, *others)), strict=True)
    return any(cell and not any(rest) for cell, *rest in rows)


def _stand_behind(view: View, contacts: Sequence[View]) -> None:
    """Have a name stand in where there is no contact."""
    view.lower("name", STANDS_BEHIND, Message("it holds the company where other columns have the person"))
    for contact in contacts:
        if contact is not view and contact.means("name"):
            contact.lift("name", STANDS_BEHIND + 1, _GOES_FIRST)


def _same(table: Table, view: View, other: View) -> bool:
    """Whether the cells of two columns are mostly the same."""
    pairs = [pair for pair in zip(table.cells(view.index), table.cells(other.index), strict=True) if any(pair)]
    return sum(mine == its for mine, its in pairs) > _HALF * len(pairs)


def customer_and_parts(table: Table) -> None:
    """A customer, or firms, beside first and last name are the company, unless the cells hold that name."""
    parts = table.meaning("first_name", "last_name")
    if len(parts) < len(("first", "last")) or table.meaning(COMPANY):
        return
    for view in table.meaning("name"):
        of_contacts = any("contact" in part.reading.of for part in parts)
        known = view.shape.cells and not holds(table, view, parts)
        sold_to = "customer" in view.reading.of and "full" not in view.reading.tags
        if (sold_to and (known or of_contacts)) or (known and view.shape.of_companies):
            view.become(COMPANY, _BESIDE_IT)


def companies_instead(table: Table) -> None:
    """A company that stands only in rows without a person is the name there: companies and people in one list.

    Two rows may be so by chance.
    """
    names = table.meaning(*NAMES)
    if not names or COMPANY in table.fixed or not table.fixed.isdisjoint(NAMES):
        return
    people = [any(cells) for cells in zip(*(table.cells(view.index) for view in names), strict=True)]
    for view in table.meaning(COMPANY):
        found = Counter(zip(map(bool, table.cells(view.index)), people, strict=True))
        firms, persons, both = found[True, False], found[False, True], found[True, True]
        if min(firms, persons) > both == 0 and firms + persons >= _NO_CHANCE:
            view.become("name", Message("it stands only in rows without a person"))
            view.lower("name", STANDS_BEHIND, _GOES_FIRST)


def firms_beside_people(table: Table) -> None:
    """The one column of firms beside people is their company, though its title says a name (Account) or somebody else
    (Supplier)."""
    people = [view for view in table.meaning(*NAMES) if not view.shape.of_companies]
    if not people or table.meaning(COMPANY) or COMPANY in table.fixed:
        return
    perhaps = [view for view in table.views if view not in people and view.shape.firms >= _FIRMS and view.known is None]
    firms = [view for view in perhaps if view.means("name") or _names_another(view)]
    if len(firms) == 1:
        firms[0].found = {COMPANY: Evidence(firms[0].index, COMPANY, CLEAR, (_BESIDE_IT,), inferred=True)}


def _names_another(view: View) -> bool:
    said = view.reading
    free = not (view.closed or view.best() or said.unknown or said.tags & {"from", "to", "outlets"})
    return free and view.shape.own and "another" in said.of and said.things <= {"name", "company"}


def names_or_companies(table: Table) -> None:
    """A title that says a name or a company (Nome / Razão Social) is the name where no other column is one."""
    perhaps = [view for view in table.views if {*view.unclear} == {"name", COMPANY} and not view.best()]
    if len(perhaps) == 1 and perhaps[0].shape.wordy and table.fixed.isdisjoint(NAMES) and not table.meaning(*NAMES):
        view = perhaps[0]
        view.found = {"name": Evidence(view.index, "name", CLEAR, (_NO_OTHER_NAME,), inferred=True)}
        view.unclear = ()


def displayed_names(table: Table) -> None:
    """A login, or a name with the company in it, stands behind what other columns say of the name; so does a name that
    is the company's where first and last name say who the person is."""
    names, companies = table.meaning("name"), table.meaning(COMPANY)
    parts = table.meaning("first_name", "last_name")
    for view in names:
        others = len(names) > 1 or parts
        if others and view.shape.logins:
            view.lower("name", STANDS_BEHIND, Message("its cells are logins"))
        elif others and "full" in view.reading.tags and holds(table, view, companies):
            view.lower("name", STANDS_BEHIND, Message("it holds the company too"))
        elif len(parts) > 1 and any(_company_for_person(table, view, company, parts) for company in companies):
            view.lower("name", STANDS_BEHIND, Message("it holds the company where other columns have the person"))


def _company_for_person(table: Table, view: View, company: View, parts: Sequence[View]) -> bool:
    """Whether a column that says the company has other words than the parts of the name beside it, in some row."""
    rows = zip(*(table.cells(each.index) for each in (view, company, *parts)), strict=True)
    spelled = ([{*cell_words(cell)} for cell in row] for row in rows)
    return any(
        firm and firm <= shown and all(people) and shown.isdisjoint(set().union(*people))
        for shown, firm, *people in spelled
    )


def names_of_things(table: Table) -> None:
    """A name of something unknown (``Asset name``) whose cells are no people's is none beside a column of people."""
    doubtful = [
        view
        for view in table.meaning("name")
        if (view.reading.unknown or "named things" in view.reading.tags) and not view.shape.may_be_names
    ]
    others = [view for view in table.views if view not in doubtful and "another" not in view.reading.of]
    if doubtful and any(view.shape.names for view in others if not view.means(COMPANY)):
        for view in doubtful:
            view.rule_out(["name"], Message("its cells are no names of people, as another column's are"))


def _may_be_whole(view: View) -> bool:
    """Whether a column may be the full name, by a word of its title (``Invitation name``) or by more."""
    points = view.found["name"].points if view.means("name") else 0
    return points > STANDS_BEHIND or 0 < points < CLEAR


def fuller_names(table: Table) -> None:
    """Of two full names the one that holds what the other holds, and more, goes first."""
    names = [view for view in table.views if _may_be_whole(view)]
    most = max((view.found["name"].points for view in names), default=0)
    if len(names) > MOST_NAMES:
        return
    fuller = [view for view in names if holds(table, view, [other for other in names if other is not view])]
    for view in fuller:
        view.lift("name", most + 1, Message("it holds the other name and more"))


def named_by_the_first(table: Table) -> None:
    """Of several full names the one that has the first name beside it in nearly all rows goes first: whoever takes
    part, not whoever paid."""
    names, firsts = [view for view in table.views if _may_be_whole(view)], table.meaning("first_name")
    if len(names) < len(("this", "another")) or len(firsts) != 1 or len(names) > MOST_NAMES:
        return
    agreeing = [view for view in names if _has_words_of(table, view, firsts[0])]
    if len(agreeing) == 1:
        most = max(view.found["name"].points for view in names)
        agreeing[0].lift("name", most + 1, Message("it holds the first name"))


def _has_words_of(table: Table, view: View, first: View) -> bool:
    """Whether nearly all cells of a full name have a word of the first name in their row."""
    pairs = {pair for pair in zip(table.cells(view.index), table.cells(first.index), strict=True) if all(pair)}
    held = sum(not {*cell_words(whole)}.isdisjoint(cell_words(part)) for whole, part in pairs)
    return bool(pairs) and held >= NEARLY_ALL * len(pairs)


def only_people(table: Table) -> None:
    """The one column of people's names is the name where nothing else is of a person, whoever its title says they are:
    Classmates, Issuer."""
    if table.meaning(*_PERSON, "identifier") or not table.fixed.isdisjoint((*_PERSON, "identifier")):
        return
    texts = [view for view in table.views if view.shape.wordy and len({*view.shape.cells}) > 1]
    people = [view for view in texts if view.shape.common_names]
    whole = [view for view in people if holds(table, view, [other for other in people if other is not view])] or people
    if len(whole) == 1 and _may_be_a_list(whole[0], alone=len(texts) == len(people)):
        whole[0].found = {"name": Evidence(whole[0].index, "name", CLEAR, (_ONLY_PEOPLE,), inferred=True)}


def _may_be_a_list(view: View, *, alone: bool) -> bool:
    """Whether a title names people, or nothing, or stands over the only text."""
    said = view.reading
    free = not view.closed and view.shape.own and said.things <= {"name"} and not said.of & THINGS
    return free and bool(view.nothing or alone or said.of & (WITH_HOLDERS | {"another"}))


RULES: Final[tuple[Callable[[Table], None], ...]] = (
    contacts_beside_own,
    holders,
    guests,
    names_in_e_mails,
    parts_in_e_mails,
    names_over_two_columns,
    parts_by_cells,
    first_names_beside,
    first_names,
    parts_of_a_name,
    stopgaps,
    towns,
    signatures,
    company_and_person,
    customer_and_parts,
    companies_instead,
    firms_beside_people,
    displayed_names,
    shorter_names,
    names_of_things,
    names_or_companies,
    fuller_names,
    own_script,
    named_by_the_first,
    ids_of_the_row,
    shared_values,
    bare_numbers,
    calling_codes,
    mobiles_first,
    of_the_named,
    with_country_codes,
    only_people,
)
