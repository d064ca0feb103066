"""What columns say of one another: the rules that take more than one column, in the order of ``RULES``. Pure.

Each rule looks at the evidence so far and adds to it, takes from it, or moves it to another field, with a reason. None
depends on the order of the columns or rows.
"""

import re
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import Final

from importer.livedesk.contact import CITY, COMPANY, COUNTRY
from importer.mapping.number_rules import calling_codes, ids_of_the_row, shared_values
from importer.mapping.people_names import LEAST, of_companies
from importer.mapping.title_fields import WEAK_NAME, in_context
from importer.mapping.views import CLEAR, STANDS_BEHIND, Table, View
from importer.message import Message
from importer.models import NAMES
from importer.texts import letters

_HALF: Final = 0.5
_AGREES: Final = 45
_LEAST_LETTERS: Final = 3
_MOST_NAMES: Final = 10  # each is compared with each
_TRIED: Final = 200  # different pairs of cells, which tell as much as thousands
_PERSON: Final = ("email", "phone_number", *NAMES)
_BUT_NAMES: Final = ("email", "phone_number", "identifier", "avatar_url")
_SOMEBODY_ELSE: Final = Message("the title names somebody else")


def holders(table: Table) -> None:
    """An owner or agent is the person of the row, unless other columns tell of a person: then it is somebody else.

    A name of an owner needs another name for that: Owner beside Phone is whose phone it is.
    """
    others = {best.field for view in table.views if "holder" not in view.reading.of and (best := view.best())}
    others |= table.fixed
    for view in table.views:
        if "holder" in view.reading.of and view.known is None:
            if not others.isdisjoint(NAMES):
                view.rule_out(NAMES, _SOMEBODY_ELSE)
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


def names_in_e_mails(table: Table) -> None:
    """Text that the addresses beside it contain (``Bo Ek``, ``bo@…``) is the name."""
    addresses = [table.cells(view.index) for view in table.meaning("email")]
    for view in table.views:
        settled = view.known or view.closed or (view.best() and not view.means("name"))
        if settled or view.reading.of - {"person", "own", "contact"} or not view.shape.wordy:
            continue
        if view.shape.own and any(_agree(table.cells(view.index), emails) for emails in addresses):
            view.add("name", _AGREES, Message("the e-mail addresses beside it contain its words"))


def _agree(names: Sequence[str], emails: Sequence[str]) -> bool:
    pairs = sorted({pair for pair in zip(names, emails, strict=True) if all(pair)})[:_TRIED]
    return len(pairs) >= LEAST and sum(_in_address(*pair) for pair in pairs) > _HALF * len(pairs)


def _in_address(name: str, email: str) -> bool:
    """Whether a word of the name, or all of it, stands before the ``@``."""
    local = email.rpartition("<")[2].partition("@")[0]
    words, parts = _words(name), {*_words(local), letters(local)}
    return bool(parts.intersection((*words, "".join(words)))) or any(
        len(word) >= _LEAST_LETTERS and word in letters(local) for word in words
    )


@lru_cache(10_000)
def _words(text: str) -> tuple[str, ...]:
    return tuple(letters(word) for word in re.split(r"[\W_\d]+", text) if word)


def parts_of_a_name(table: Table) -> None:
    """First beside Last is as clear as First Name; a name beside a last name is the first name, unless it has both."""
    for part, partner in (("first_name", "last_name"), ("last_name", "first_name")):
        bare = [view for view in table.views if part in view.found and view.known is None]
        clear = [view for view in table.meaning(part) if view.found[part].points >= CLEAR]
        if not clear and any(partner in view.found for view in table.views):
            for view in bare:
                view.add(part, CLEAR, Message("first and last name stand beside each other"))
    taken = {best.field for view in table.views if (best := view.best())} | table.fixed
    for view in table.meaning("name"):
        said = in_context(view.title, table.beside) if view.known else None
        part = said or (_other_part(table, taken) if _bare_name(view) else "")
        if part and part not in taken and not _holds(table, view, table.meaning("last_name", "first_name")):
            view.become(part, Message("beside another part of the name"))


def towns(table: Table) -> None:
    """A word for a country that is one for a town in the language of the other titles (Kraj)."""
    if table.meaning(CITY) or CITY in table.fixed:
        return
    for view in table.meaning(COUNTRY):
        if view.known and in_context(view.title, table.beside) == CITY:
            view.become(CITY, Message("in the language of the other titles it is a town"))


def _other_part(table: Table, taken: AbstractSet[str]) -> str:
    """The part that a file with one part lacks: beside a last name the first; beside a first name the last, where cells
    can tell that it is no full name."""
    if "last_name" in taken:
        return "first_name"
    return "last_name" if "first_name" in taken and table.sample else ""


def _bare_name(view: View) -> bool:
    said = view.reading
    weak = view.known is not None and view.known[0] >= WEAK_NAME
    others = said.of - {"person", "customer", "contact"}
    firms = of_companies(view.shape.cells)
    return said.things == {"name"} and not (others or said.unknown or weak or firms) and "full" not in said.tags


def _holds(table: Table, view: View, others: Sequence[View]) -> bool:
    """Whether the cells of a column hold what one of the others holds, and more."""
    mine = table.cells(view.index)
    for other in others:
        pairs = sorted({pair for pair in zip(mine, table.cells(other.index), strict=True) if all(pair)})[:_TRIED]
        more = sum({*_words(whole)} > {*_words(piece)} for whole, piece in pairs)
        if more > _HALF * len(pairs):
            return True
    return False


def company_and_person(table: Table) -> None:
    """Customer or 名称 beside the contact person is the company; so is a Name that holds no people."""
    contacts = [view for view in table.meaning(*NAMES) if "contact" in view.reading.of]
    if not contacts or COMPANY in table.fixed:
        return
    if companies := table.meaning(COMPANY):
        for view in table.meaning("name"):
            if "customer" in view.reading.of and any(_same(table, view, company) for company in companies):
                view.rule_out(["name"], Message("its cells are the company's name"))
        return
    for view in table.meaning("name"):
        said = view.reading
        if "contact" in said.of or said.of & {"person", "own"} or _holds(table, view, contacts):
            continue
        sold_to = "customer" in said.of and "full" not in said.tags
        named = "named things" in said.tags and "full" not in said.tags
        if sold_to or named or (said.things == {"name"} and of_companies(view.shape.cells)):
            view.become(COMPANY, Message("the person stands beside it"))


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
        known = view.shape.cells and not _holds(table, view, parts)
        sold_to = "customer" in view.reading.of and "full" not in view.reading.tags
        if (sold_to and (known or of_contacts)) or (known and of_companies(view.shape.cells)):
            view.become(COMPANY, Message("the person stands beside it"))


def displayed_names(table: Table) -> None:
    """A login, or a name with the company in it, stands behind what other columns say of the name."""
    names, companies = table.meaning("name"), table.meaning(COMPANY)
    for view in names:
        others = len(names) > 1 or table.meaning("first_name", "last_name")
        if others and view.shape.logins:
            view.lower("name", STANDS_BEHIND, Message("its cells are logins"))
        elif others and "full" in view.reading.tags and _holds(table, view, companies):
            view.lower("name", STANDS_BEHIND, Message("it holds the company too"))


def names_of_things(table: Table) -> None:
    """A name of something unknown (``Asset name``) whose cells are no people's is none beside a column of people."""
    doubtful = [
        view
        for view in table.meaning("name")
        if (view.reading.unknown or "named things" in view.reading.tags) and not view.shape.may_be_names
    ]
    if doubtful and any(view.shape.names for view in table.views if view not in doubtful and not view.means(COMPANY)):
        for view in doubtful:
            view.rule_out(["name"], Message("its cells are no names of people, as another column's are"))


def fuller_names(table: Table) -> None:
    """Of two full names the one that holds what the other holds, and more, goes first."""
    names = [view for view in table.meaning("name") if view.found["name"].points > STANDS_BEHIND]
    most = max((view.found["name"].points for view in names), default=0)
    if len(names) > _MOST_NAMES:
        return
    fuller = [view for view in names if _holds(table, view, [other for other in names if other is not view])]
    for view in fuller:
        view.lift("name", most + 1, Message("it holds the other name and more"))


RULES: Final[tuple[Callable[[Table], None], ...]] = (
    contacts_beside_own,
    holders,
    names_in_e_mails,
    parts_of_a_name,
    towns,
    company_and_person,
    customer_and_parts,
    displayed_names,
    names_of_things,
    fuller_names,
    ids_of_the_row,
    shared_values,
    calling_codes,
)
