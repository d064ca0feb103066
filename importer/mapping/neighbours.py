"""What columns say of one another: the rules that take more than one column, in the order of ``RULES``. Pure.

Each rule looks at the evidence so far and adds to it, takes from it, or moves it to another field, with a reason. None
depends on the order of the columns or rows.
"""

import re
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from importer.livedesk.contact import COMPANY, COUNTRY, COUNTRY_CODE
from importer.mapping.evidence import CLEAR, View
from importer.mapping.people_names import LEAST, of_companies
from importer.mapping.shapes import normal
from importer.mapping.title_fields import AREA_RANK, WEAK_NAME, name_in_context, spellings
from importer.message import Message
from importer.models import NAMES, Row
from importer.normalizer.columns import AREA_CODE, PHONE_COUNTRY
from importer.texts import letters

_HALF: Final = 0.5
_AGREES: Final = 45
_LEAST_LETTERS: Final = 3
_EXPLICIT: Final = 1
"""Up to this rank a title says whose number it is, and one that counts 1, 2, 3 is one all the same."""

_KEYS: Final = (("email",), ("phone_number",), NAMES)
_PERSON: Final = ("email", "phone_number", *NAMES)
_BUT_NAMES: Final = ("email", "phone_number", "identifier", "avatar_url")
_ALL: Final = (*NAMES, *_BUT_NAMES)
_SOMEBODY_ELSE: Final = Message("the title names somebody else")


@dataclass(frozen=True)
class Table:
    """The columns under discussion, and the first rows. ``fixed`` are the fields that options give."""

    titles: Sequence[str]
    sample: Sequence[Row]
    views: Sequence[View]
    fixed: frozenset[str] = frozenset()
    dropped: frozenset[int] = frozenset()
    _cells: dict[int, list[str]] = field(default_factory=dict)

    def cells(self, index: int) -> list[str]:
        """A column's cells, one for each row."""
        if index not in self._cells:
            self._cells[index] = normal(self.sample, index)
        return self._cells[index]

    def meaning(self, *fields: str) -> list[View]:
        return [view for view in self.views if view.means(*fields)]

    @cached_property
    def beside(self) -> set[str]:
        return {
            spelled for at, title in enumerate(self.titles) if at not in self.dropped for spelled in spellings(title)
        }


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
    """Beside a column of the person's *own* (本人电话), a contact's columns are somebody else's."""
    if any("own" in view.reading.of for view in table.views):
        for view in table.views:
            if "contact" in view.reading.of and "own" not in view.reading.of:
                view.rule_out(_ALL, _SOMEBODY_ELSE)


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
    pairs = [pair for pair in zip(names, emails, strict=True) if all(pair)]
    return len(pairs) >= LEAST and sum(_in_address(*pair) for pair in pairs) > _HALF * len(pairs)


def _in_address(name: str, email: str) -> bool:
    """Whether a word of the name, or all of it, stands before the ``@``."""
    local = email.rpartition("<")[2].partition("@")[0]
    words, parts = _words(name), {*_words(local), letters(local)}
    return bool(parts.intersection((*words, "".join(words)))) or any(
        len(word) >= _LEAST_LETTERS and word in letters(local) for word in words
    )


def _words(text: str) -> list[str]:
    return [letters(word) for word in re.split(r"[\W_\d]+", text) if word]


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
        said = name_in_context(view.title, table.beside) if view.known else None
        part = said or (_other_part(table, taken) if _bare_name(view) else "")
        if part and part not in taken and not _holds(table, view, table.meaning("last_name", "first_name")):
            view.become(part, Message("beside another part of the name"))


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
        pairs = [pair for pair in zip(mine, table.cells(other.index), strict=True) if all(pair)]
        more = sum({*_words(whole)} > {*_words(piece)} for whole, piece in pairs)
        if more > _HALF * len(pairs):
            return True
    return False


def company_and_person(table: Table) -> None:
    """Customer or 名称 beside the contact person is the company; so is a Name that holds no people."""
    contacts = [view for view in table.meaning(*NAMES) if "contact" in view.reading.of]
    if table.meaning(COMPANY) or not contacts or COMPANY in table.fixed:
        return
    for view in table.meaning("name"):
        said = view.reading
        if "contact" in said.of or said.of & {"person", "own"} or _holds(table, view, contacts):
            continue
        sold_to = "customer" in said.of and "full" not in said.tags
        named = "named things" in said.tags and "full" not in said.tags
        if sold_to or named or (said.things == {"name"} and of_companies(view.shape.cells)):
            view.become(COMPANY, Message("the person stands beside it"))


def customer_and_parts(table: Table) -> None:
    """A customer beside first and last name is the company, unless the cells hold that name."""
    parts = table.meaning("first_name", "last_name")
    if len(parts) < len(("first", "last")) or table.meaning(COMPANY):
        return
    for view in table.meaning("name"):
        of_contacts = any("contact" in part.reading.of for part in parts)
        known = view.shape.cells and not _holds(table, view, parts)
        if "customer" in view.reading.of and "full" not in view.reading.tags and (known or of_contacts):
            view.become(COMPANY, Message("the person stands beside it"))


def fuller_names(table: Table) -> None:
    """Of two full names the one that holds what the other holds, and more, goes first."""
    names = table.meaning("name")
    most = max((view.found["name"].points for view in names), default=0)
    fuller = [view for view in names if _holds(table, view, [other for other in names if other is not view])]
    for view in fuller:
        view.lift("name", most + 1, Message("it holds the other name and more"))


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


RULES: Final[tuple[Callable[[Table], None], ...]] = (
    contacts_beside_own,
    holders,
    names_in_e_mails,
    parts_of_a_name,
    company_and_person,
    customer_and_parts,
    fuller_names,
    ids_of_the_row,
    shared_values,
    calling_codes,
)
