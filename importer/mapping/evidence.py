"""Weigh what speaks for a column and a field: the words of its title, and what its cells look like. Pure.

Each piece of evidence has points and a reason, and stands in a table: ``_SAYS`` (things that a title names),
``_LOOKS`` (cells that speak for a field), ``_RULED_OUT`` and ``_CONTRADICTS`` (titles and cells that speak against
one). A column below ``USED`` points is not used. What neighbours say is in ``neighbours.py``.
"""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from importer.livedesk.contact import CITY, COMPANY, COUNTRY, COUNTRY_CODE
from importer.mapping.shapes import Shape
from importer.mapping.title_fields import COMPANY_RANK, WEAK_NAME
from importer.mapping.title_reading import MISSPELT, Reading, beyond, is_only, read_title
from importer.mapping.views import LAST_RESORT, STANDS_BEHIND, USED, Evidence, View
from importer.mapping.vocabulary import SAME_PERSON, WHERE, WITH_HOLDERS
from importer.message import Message
from importer.models import NAMES, REACH
from importer.normalizer.columns import AREA_CODE, PHONE_COUNTRY

_SPELLED: Final = 120  # a field's own name
_KNOWN: Final = 100  # a title of titles.txt, of rank 0
_A_RANK: Final = 4
_BY_WORDS: Final = 60  # every word of the title is known
_BY_SOME_WORDS: Final = 20
_SECOND: Final = -5
_MOBILE: Final = 3
_AT_WORK: Final = -1
_KNOWN_AT_WORK: Final = _KNOWN - 3 * _A_RANK  # in brackets too: E-Mail (Arbeit)
_PHONETIC: Final = 55  # 姓（カナ） stands behind 姓（漢字） and 会員姓
_EXTERNAL: Final = 26  # the id by which others know the person goes before a record's
_TEXT: Final = 15
_AT_A_PLACE: Final = 45
_OF_A_CONTACT: Final = 35
_COUNTED: Final = USED - 1  # numbers of which the user hears

_SAYS: Final[Mapping[frozenset[str], str]] = {
    frozenset(things.split(", ")): name
    for name, combinations in {
        "name": "name; first name, last name; first name, last name, name; first name, last name, middle name",
        "first_name": "first name; first name, name; first name, middle name; first name, middle name, name;"
        " initials; initials, name; initials, first name; address, first name",
        "nickname": "nickname; nickname, name",
        "middle_name": "middle name; middle name, name; middle name, initials",
        "last_name": "last name; last name, name; birth name; birth name, last name; address, last name",
        "second_last_name": "second last name; second last name, last name",
        "email": "email; email, address; email, id",
        "phone_number": "phone; phone, number; number; address, phone; address, phone, number",
        "identifier": "id; id, number",
        COMPANY: "company; company, name; address, company",
        CITY: "city; city, name; city, address",
        COUNTRY: "country, name; country, address",
        COUNTRY_CODE: "country, address, id",
        "avatar_url": "photo",
        AREA_CODE: "area code; area code, phone; area code, phone, number; area code, number",
        PHONE_COUNTRY: "calling code; calling code, phone; calling code, phone, number; calling code, country;"
        " dialling prefix; dialling prefix, phone; dialling prefix, phone, number; dialling prefix, number",
    }.items()
    for things in combinations.split("; ")
}
"""Things that a title names, together, and the field that they mean."""

_NUMBERS: Final = ("phone_number", "identifier")
_RULED_OUT: Final[Mapping[str, tuple[str, ...]]] = {
    "another": (*NAMES, "email", *_NUMBERS, "avatar_url", COMPANY, CITY, PHONE_COUNTRY, AREA_CODE),
    "party": (*NAMES, "email", *_NUMBERS, PHONE_COUNTRY),
    "undecided": (*NAMES, "email", *_NUMBERS, PHONE_COUNTRY),
    "something": (*NAMES, *_NUMBERS, COMPANY),
    "about": (*NAMES, *_NUMBERS, COMPANY, CITY),
    "other number": (*NAMES, *_NUMBERS, COMPANY, CITY),
    "former": NAMES,
}
"""Words of a title that rule fields out, whatever the cells hold; an address is an address, unless it is another's."""

_WHY_NOT: Final = {
    "another": Message("the title names somebody else"),
    "party": Message("of another person in the row"),
    "undecided": Message("of one of several people in the row"),
    "something": Message("the title names a thing"),
    "about": Message("the title names a remark"),
    "other number": Message("the title names another kind of number"),
    "former": Message("the title names a former name"),
}


class _Look(NamedTuple):
    """Cells that speak for a field, with what points; ``any_title``, or only under one that says nothing else."""

    field: str
    points: int
    looks: Callable[[Shape], bool]
    reason: Message
    any_title: bool = True


_HALF: Final = 0.5
_MIXED: Final = Message("its cells are e-mail addresses and phone numbers")
_LOOKS: Final = (
    _Look("email", 45, lambda shape: shape.mostly("email"), Message("its cells are e-mail addresses")),
    _Look("phone_number", 45, lambda shape: shape.phones, Message("its cells are phone numbers")),
    _Look("phone_number", 45, lambda shape: shape.labelled_phones, Message("its cells are phone numbers"), False),
    _Look("avatar_url", 40, lambda shape: shape.pictures, Message("its cells are links to pictures")),
    _Look("email", 40, lambda shape: shape.emails_and_handles, Message("its cells are e-mail addresses")),
    _Look("email", 40, lambda shape: shape.emails_in_lines, Message("its cells are e-mail addresses")),
    _Look("email", 40, lambda shape: shape.mixed and shape.share("email") >= _HALF, _MIXED),
    _Look("phone_number", 40, lambda shape: shape.mixed and shape.share("email") < _HALF, _MIXED),
    _Look("email", 35, lambda shape: shape.attempted_emails, Message("its cells are nearly addresses"), False),
    _Look("phone_number", 35, lambda shape: shape.attempted_phones, Message("its cells are nearly numbers"), False),
    _Look("phone_number", 45, lambda shape: shape.mobiles, Message("its cells are phone numbers"), False),
    _Look(PHONE_COUNTRY, 45, lambda shape: shape.plus_codes, Message("its cells are calling codes")),
    _Look("name", 40, lambda shape: shape.names, Message("its cells are names of people"), False),
)
"""From the surest to the least sure; of the lines for one field the first that fits counts."""

_NO_NAMES: Final = ("handle", "number", "date", "time", "json", "link", "file", "tax", "guid", "boolean", "hash")
_CONTRADICTS: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(NAMES, _NO_NAMES),
    COMPANY: ("number", "date", "time", "json", "email", "boolean", "hash"),
    CITY: ("date", "time", "json", "email"),
    COUNTRY: ("date", "time", "json", "email"),
    COUNTRY_CODE: ("date", "time", "json", "email"),
    **dict.fromkeys(("identifier", "avatar_url"), ("json",)),
    **dict.fromkeys(REACH, ("json", "boolean", "hash")),
}
"""Kinds of cells that speak against a field if nearly all of a column are of them."""

_KINDS: Final = {
    "number": Message("its cells are numbers"),
    "date": Message("its cells are dates"),
    "time": Message("its cells are times of day"),
    "json": Message("its cells are JSON"),
    "link": Message("its cells are links"),
    "file": Message("its cells are names of files"),
    "tax": Message("its cells are tax or bank numbers"),
    "email": Message("its cells are e-mail addresses"),
    "handle": Message("its cells are names of accounts"),
    "guid": Message("its cells are GUIDs"),
    "boolean": Message("its cells say yes and no"),
    "hash": Message("its cells are hashes"),
}
_AS_LONG: Final = Message("its cells are as long as phone numbers")
_PHONES_AT_A_PLACE: Final = Message("its title says where, and its cells are phone numbers")
_ADJECTIVES: Final = ("first", "last", "given", "family", "middle", "paterno", "materno", "姓", "성")
"""Words that alone are a part of a name only beside one another, or over names."""


def weigh(view: View) -> None:
    """Collect what the title and the cells of a column say of its fields."""
    _by_title(view)
    if not view.believed:
        _contradict(view)
    if not view.closed and (view.known is None or view.against):
        _by_cells(view)
    for word in sorted(_says_not(view.reading)):
        if view.known is None or (word == "former" and view.known[0] >= 0):
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
        if name in REACH and "at work" in view.reading.tags and rank >= 0:
            points = min(points, _KNOWN_AT_WORK)
        if "phonetic" in view.reading.tags:
            points = min(points, _PHONETIC)
        view.found[name] = Evidence(view.index, name, STANDS_BEHIND if weak else points)
    elif not view.closed and not view.unclear and (said := _said(view.reading)):
        name, points = said
        reason = Message("its words say so") if points >= USED else Message("one of its words says so")
        view.found[name] = Evidence(view.index, name, points, (reason,), inferred=points < USED)


def _said(reading: Reading) -> tuple[str, int] | None:
    """The field that the words of a title mean, with its points."""
    things, of = reading.things, reading.of
    owned = not of.isdisjoint(("customer", "person"))
    if of & _RULED_OUT.keys() - {"former"}:
        return None
    if not things:
        return ("name", _BY_SOME_WORDS) if not of.isdisjoint(WITH_HOLDERS) and not reading.unknown else None
    if things > {"company"} and (name := _SAYS.get(things - {"company", "number"})) in REACH:
        return str(name), LAST_RESORT
    name = "identifier" if things == {"number"} and owned else _SAYS.get(things)
    bare = not {*_ADJECTIVES}.isdisjoint(reading.words)
    alien = reading.unknown and (bare or name == "identifier" or things == {"number"})
    if name is None or alien or (name == "identifier" and "holder" in of):
        return None  # First visit; the id of something else
    if name == COMPANY and ("holder" in of or read_title(reading.words[-1]).things == {"address"}):
        return None  # Company owner; Business address, unlike Billing address company
    if name == "nickname":
        return "name", _BY_SOME_WORDS if reading.unknown else STANDS_BEHIND
    counts = things == {"number"} and not of and reading.tags <= {"record"}  # No., 编号 No, Row num
    weak = reading.unknown or MISSPELT in reading.tags or counts or (bare and len(reading.words) == 1)
    points = _BY_SOME_WORDS if weak else _BY_WORDS
    points += _SECOND * ("second" in reading.tags) + _MOBILE * (name == "phone_number" and "mobile" in reading.tags)
    points += _AT_WORK * (not reading.tags.isdisjoint(("at work", "workplace")))
    points += _EXTERNAL * (name == "identifier" and "external" in reading.tags)
    return name, min(points, _PHONETIC) if "phonetic" in reading.tags else points


def _says_where(view: View) -> bool:
    """Whether a title says no more than where somebody is reached: Home, Office, 单位."""
    said = view.reading
    where = is_only(said, *WHERE)
    return where and said.things <= {"company"} and not said.of


def _is_company(view: View) -> bool:
    """Whether a title says no more than the company: 公司, Firma."""
    said = view.reading
    return said.things == {"company"} and not (said.of or said.unknown)


def _by_cells(view: View) -> None:
    shape, silent, seen = view.shape, view.nothing, set[str]()
    if (_says_where(view) and shape.perhaps_phones) or (_is_company(view) and shape.surely_phones):
        view.add("phone_number", _AT_A_PLACE + _AT_WORK * ("at work" in view.reading.tags), _PHONES_AT_A_PLACE)
        return
    if COMPANY in view.against:  # the numbers of firms look like phones too
        return
    for look in _LOOKS:
        if (name := look.field) == "phone_number" and view.is_contact:
            silent = True
        fits = look.any_title or silent or (name in view.found and name != "name")
        fits = fits or (name == "name" and not view.reading.things and not WITH_HOLDERS.isdisjoint(view.reading.of))
        if name not in seen and fits and shape.cells and shape.own and look.looks(shape):
            view.add(name, _COUNTED if name == "phone_number" and _may_count(view) else look.points, look.reason)
            seen.add(name)
    for name in NAMES:
        if shape.wordy and shape.own and name in view.found and view.found[name].points < USED:
            view.add(name, _TEXT, Message("its cells are text"))
    if "phone_number" in view.found and _is_one_of_several_words(view) and shape.digits_of_phones:
        view.add("phone_number", _TEXT, _AS_LONG)
    if view.is_contact and "phone_number" not in view.found and shape.numbers_to_dial:
        view.add("phone_number", _OF_A_CONTACT, _AS_LONG)


def _may_count(view: View) -> bool:
    """Whether cells are digits alone, under a title of which nothing is known but that it says no phone: the number of
    a student, a taxpayer or an order can be as long, and valid (NIDN, PRN, Inscrição)."""
    said = view.reading
    unknown = view.known is None and not (said.things or view.is_contact) and beyond(said, *SAME_PERSON)
    return bool(unknown) and view.shape.digits


def _is_one_of_several_words(view: View) -> bool:
    """Whether a title says phone, to the letter, beside an unknown word: a number for want of a better one."""
    said = view.reading
    spelled = "phone" in said.things and MISSPELT not in said.tags
    return spelled and bool(said.unknown) and view.found["phone_number"].points < USED


def _of_addresses(shape: Shape) -> bool:
    """Whether cells are addresses with others things: handles, numbers, further lines."""
    return shape.emails_and_handles or shape.mixed or shape.emails_in_lines


def _contradict(view: View) -> None:
    for fields, speaks_against, reason in _AGAINST:
        if not view.found.keys().isdisjoint(fields) and speaks_against(view):
            view.rule_out(fields, reason)
    for name, kinds in _CONTRADICTS.items():
        if name in NAMES and (view.known is None or "contact" in view.reading.of):
            kinds = (*kinds, "email")
        if name in view.found and (kind := next(filter(view.shape.mostly, kinds), None)):
            view.rule_out([name], _KINDS[kind])
        elif name in NAMES and "email" in kinds and _of_addresses(view.shape):
            view.rule_out([name], _KINDS["email"])


_AGAINST: Final[tuple[tuple[tuple[str, ...], Callable[[View], bool], Message], ...]] = (
    (NAMES, lambda view: view.has_numbers, _KINDS["number"]),
    ((*NAMES, COMPANY), lambda view: view.shape.addresses, Message("its cells are addresses of streets")),
    ((COMPANY,), lambda view: view.shape.yes_and_no, _KINDS["boolean"]),
    (
        (COMPANY,),
        lambda view: view.shape.surely_phones or (_says_where(view) and view.shape.perhaps_phones),
        Message("its cells are phone numbers"),
    ),
    (("phone_number",), lambda view: view.shape.phone_labels, Message("its cells are kinds of numbers")),
    (
        ("phone_number",),
        lambda view: "perhaps a postal code" in view.reading.tags and view.shape.postal_codes,
        Message("its cells are postal codes"),
    ),
    (NAMES, lambda view: view.shape.labelled_numbers, Message("its cells are phone numbers with labels")),
    (("avatar_url",), lambda view: bool(view.shape.cells) and not view.shape.some_link, Message("no cell is a link")),
)
"""What the title and the cells of a column together say against fields."""
