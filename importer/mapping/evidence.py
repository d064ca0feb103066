"""Weigh what speaks for a column and a field: the words of its title, and what its cells look like. Pure.

Each piece of evidence has points and a reason, and stands in a table: ``_SAYS`` (things that a title names),
``_LOOKS`` (cells that speak for a field), ``_RULED_OUT`` and ``_CONTRADICTS`` (titles and cells that speak against
one). A column below ``USED`` points is not used. What neighbours say is in ``neighbours.py``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from importer.livedesk.contact import CITY, COMPANY, COUNTRY, COUNTRY_CODE
from importer.mapping.shapes import Shape
from importer.mapping.title_fields import COMPANY_RANK, WEAK_NAME
from importer.mapping.title_reading import Reading
from importer.message import Message
from importer.models import NAMES
from importer.normalizer.columns import AREA_CODE, PHONE_COUNTRY

USED: Final = 30
"""The points that a column needs to be used at all."""

CLEAR: Final = 50
SURE: Final = {"email": 40, "phone_number": 40}
"""The points of a field (else ``CLEAR``) from which on a column is sure: it may stand in for another. Below, it is a
guess, and counts where no column is sure and no other a guess as good."""

_SPELLED: Final = 120  # a field's own name
_KNOWN: Final = 100  # a title of titles.txt, of rank 0
_A_RANK: Final = 4
_WEAK_NAME: Final = 55
LAST_RESORT: Final = 31
"""Points of a company's number or address, which stands in for nobody's own."""

_BY_WORDS: Final = 60  # every word of the title is known
_BY_SOME_WORDS: Final = 20
_MOST_BY_WORDS: Final = 66  # so that no cells lift a title above those of titles.txt
_SECOND: Final = -5
_MOBILE: Final = 3
_EXTERNAL: Final = 26  # the id by which others know the person goes before a record's
_TEXT: Final = 15
STANDS_BEHIND: Final = _WEAK_NAME
"""A full name of so few points (a nickname) stands behind first and last name."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """How much speaks for a column's being a field, and what; ``inferred`` if its title alone would not do."""

    column: int
    field: str
    points: int
    reasons: tuple[Message, ...] = ()
    inferred: bool = False

    @property
    def sure(self) -> bool:
        return self.points >= SURE.get(self.field, CLEAR)


@dataclass(slots=True)
class View:
    """One column and the evidence so far: ``found`` by field, and why some fields are ``against``.

    ``known`` is the rank and the field of a known title; ``nothing`` says that a title is empty or made up; of a
    ``closed`` column the cells do not count. Where a file's titles are ``believed``, no cell contradicts them.
    ``unclear`` are several fields that a title names; ``was`` is the field before neighbours made it another.
    """

    index: int
    title: str
    reading: Reading
    shape: Shape
    known: tuple[int, str] | None = None
    nothing: bool = False
    closed: bool = False
    believed: bool = False
    unclear: tuple[str, ...] = ()
    found: dict[str, Evidence] = field(default_factory=dict)
    against: dict[str, Message] = field(default_factory=dict)
    was: str = ""

    def best(self) -> Evidence | None:
        """The field with the most points, if it has enough of them."""
        best = max(self.found.values(), key=lambda one: (one.points, one.field), default=None)
        return best if best and best.points >= USED else None

    def means(self, *fields: str) -> bool:
        best = self.best()
        return best is not None and best.field in fields

    def add(self, name: str, points: int, *reasons: Message) -> None:
        """Add points of cells or neighbours; a known title keeps its own."""
        before = self.found.get(name) or Evidence(self.index, name, 0, inferred=True)
        most = max(before.points, min(_MOST_BY_WORDS, before.points + points))
        self.found[name] = replace(before, points=most, reasons=(*before.reasons, *reasons))

    def lift(self, name: str, points: int, reason: Message) -> None:
        """Have at least these points."""
        if (before := self.found[name]).points < points:
            self.found[name] = replace(before, points=points, reasons=(*before.reasons, reason))

    def become(self, name: str, reason: Message) -> None:
        """Be another field, with the points of the best one."""
        if best := self.best():
            self.was = best.field
            self.found = {name: replace(best, field=name, reasons=(*best.reasons, reason))}

    def rule_out(self, fields: Sequence[str], reason: Message) -> None:
        """Take the evidence for some fields away, and remember why."""
        for name in fields:
            if self.found.pop(name, None):
                self.against[name] = reason


_SAYS: Final[Mapping[frozenset[str], str]] = {
    frozenset(things.split(", ")): name
    for name, combinations in {
        "name": "name; first name, last name; first name, last name, name",
        "first_name": "first name; first name, name",
        "middle_name": "middle name; middle name, name",
        "last_name": "last name; last name, name",
        "email": "email; email, address; email, id",
        "phone_number": "phone; phone, number; number",
        "identifier": "id; id, number",
        COMPANY: "company; company, name",
        CITY: "city; city, name",
        "avatar_url": "photo",
        AREA_CODE: "area code; area code, phone; area code, phone, number; area code, number",
        PHONE_COUNTRY: "calling code; calling code, phone; calling code, phone, number; calling code, country",
    }.items()
    for things in combinations.split("; ")
}
"""Things that a title names, together, and the field that they mean."""

_NUMBERS: Final = ("phone_number", "identifier")
_RULED_OUT: Final[Mapping[str, tuple[str, ...]]] = {
    "another": (*NAMES, "email", *_NUMBERS, "avatar_url", COMPANY, CITY),
    "something": (*NAMES, *_NUMBERS, COMPANY),
    "about": (*NAMES, *_NUMBERS, COMPANY, CITY),
    "other number": (*NAMES, *_NUMBERS, COMPANY, CITY),
}
"""Words of a title that rule fields out, whatever the cells hold; an address is an address, unless it is another's."""

_WHY_NOT: Final = {
    "another": Message("the title names somebody else"),
    "something": Message("the title names a thing"),
    "about": Message("the title names a remark"),
    "other number": Message("the title names another kind of number"),
}


class _Look(NamedTuple):
    """Cells that speak for a field, with what points; ``any_title``, or only under one that says nothing else."""

    field: str
    points: int
    looks: Callable[[Shape], bool]
    reason: Message
    any_title: bool = True


_LOOKS: Final = (
    _Look("email", 45, lambda shape: shape.mostly("email"), Message("its cells are e-mail addresses")),
    _Look("phone_number", 45, lambda shape: shape.phones, Message("its cells are phone numbers")),
    _Look("avatar_url", 40, lambda shape: shape.pictures, Message("its cells are links to pictures")),
    _Look("email", 35, lambda shape: shape.attempted_emails, Message("its cells are nearly addresses"), False),
    _Look("phone_number", 35, lambda shape: shape.attempted_phones, Message("its cells are nearly numbers"), False),
    _Look("name", 40, lambda shape: shape.names, Message("its cells are names of people"), False),
)
"""From the surest to the least sure; of the lines for one field the first that fits counts."""

_NO_NAMES: Final = ("number", "date", "time", "json", "link", "tax")
_CONTRADICTS: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(NAMES, _NO_NAMES),
    COMPANY: ("date", "time", "json", "email"),
    CITY: ("date", "time", "json", "email"),
    COUNTRY: ("date", "time", "json", "email"),
    COUNTRY_CODE: ("date", "time", "json", "email"),
    **dict.fromkeys(("identifier", "email", "phone_number", "avatar_url"), ("json",)),
}
"""Kinds of cells that speak against a field if nearly all of a column are of them."""

_KINDS: Final = {
    "number": Message("its cells are numbers"),
    "date": Message("its cells are dates"),
    "time": Message("its cells are times of day"),
    "json": Message("its cells are JSON"),
    "link": Message("its cells are links"),
    "tax": Message("its cells are tax or bank numbers"),
    "email": Message("its cells are e-mail addresses"),
}
_PERSONS: Final = frozenset({"person", "customer", "contact", "holder"})
_ADJECTIVES: Final = ("first", "last", "given", "family", "middle")
"""Words that alone are a part of a name only beside one another, or over names."""


def weigh(view: View) -> None:
    """Collect what the title and the cells of a column say of its fields."""
    _by_title(view)
    if not view.believed:
        _contradict(view)
    if not view.closed and (view.known is None or view.against):
        _by_cells(view)
    if view.known is None:
        for word in sorted(_says_not(view.reading)):
            view.rule_out(_RULED_OUT[word], _WHY_NOT[word])


def _says_not(reading: Reading) -> set[str]:
    """The lines of ``_RULED_OUT`` that a title calls for: also where it says *number* or *id* of something unknown."""
    alien = reading.things & {"number", "id"} and "phone" not in reading.things and reading.unknown
    return {*(reading.of & _RULED_OUT.keys()), *(["other number"] if alien else [])}


def _by_title(view: View) -> None:
    if view.known:
        rank, name = view.known
        points = _SPELLED if rank < 0 else LAST_RESORT if rank >= COMPANY_RANK else _KNOWN - _A_RANK * rank
        weak = name == "name" and rank >= WEAK_NAME
        view.found[name] = Evidence(view.index, name, _WEAK_NAME if weak else points)
    elif not view.closed and not view.unclear and (said := _said(view.reading)):
        name, points = said
        reason = Message("its words say so") if points >= USED else Message("one of its words says so")
        view.found[name] = Evidence(view.index, name, points, (reason,), inferred=points < USED)


def _said(reading: Reading) -> tuple[str, int] | None:
    """The field that the words of a title mean, with its points."""
    things, of = reading.things, reading.of
    owned = not of.isdisjoint(("customer", "person"))
    if of & _RULED_OUT.keys():
        return None
    if not things:
        return ("name", _BY_SOME_WORDS) if not of.isdisjoint(_PERSONS) and not reading.unknown else None
    if things > {"company"} and (name := _SAYS.get(things - {"company", "number"})) in ("email", "phone_number"):
        return str(name), LAST_RESORT
    name = "identifier" if things == {"number"} and owned else _SAYS.get(things)
    bare = not {*_ADJECTIVES}.isdisjoint(reading.words)
    alien = reading.unknown and (bare or name == "identifier" or things == {"number"})
    if name is None or alien or (name == "identifier" and "holder" in of):
        return None  # First visit; the id of something else
    alone = bare or (things == {"number"} and not owned)
    points = _BY_SOME_WORDS if reading.unknown or (alone and len(reading.words) == 1) else _BY_WORDS
    points += _SECOND * ("second" in reading.tags) + _MOBILE * (name == "phone_number" and "mobile" in reading.tags)
    points += _EXTERNAL * (name == "identifier" and "external" in reading.tags)
    return name, points


def _by_cells(view: View) -> None:
    shape, silent, seen = view.shape, view.nothing, set[str]()
    for look in _LOOKS:
        if (name := look.field) == "phone_number" and not view.reading.things and "contact" in view.reading.of:
            silent = True  # Contact: the name, or the number
        fits = look.any_title or silent or (name in view.found and name != "name")
        fits = fits or (name == "name" and not view.reading.things and not _PERSONS.isdisjoint(view.reading.of))
        if name not in seen and fits and shape.cells and shape.own and look.looks(shape):
            view.add(name, look.points, look.reason)
            seen.add(name)
    for name in ("name", "first_name", "last_name"):
        if shape.wordy and shape.own and name in view.found and view.found[name].points < USED:
            view.add(name, _TEXT, Message("its cells are text"))


def _contradict(view: View) -> None:
    for name, kinds in _CONTRADICTS.items():
        if name == "name" and "contact" in view.reading.of:
            kinds = (*kinds, "email")
        if name in view.found and (kind := next(filter(view.shape.mostly, kinds), None)):
            view.rule_out([name], _KINDS[kind])
    if view.shape.cells and "avatar_url" in view.found and not view.shape.some_link:
        view.rule_out(["avatar_url"], Message("no cell is a link"))
