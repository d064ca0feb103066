"""Find the people of a row by titles and cells: whose name stands in which column. Pure. ``parties.py`` decides."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, NamedTuple

from importer.mapping.title_reading import Reading, is_generic, read_title
from importer.mapping.views import Table, View
from importer.mapping.vocabulary import NAME, NO_PERSON, PARTS, REACHED_BY
from importer.mapping.word_forms import within
from importer.models import NAMES
from importer.texts import letters

_NUMBERS: Final = {**{digit: digit for digit in "123456789"}, **dict(zip("abcd", "1234", strict=True))}
_ELEMENT: Final = re.compile(r"(.+?)(?:\.(\d+)\.|\[(\d+)\]\.?).+")
_CONTACT: Final = "contact"
_ANOTHER: Final = "another"
_YES_AND_NO: Final = 2


class Whose(NamedTuple):
    """Who somebody is, by a title: words, and a number (``Tenant 2``, ``Tenant B``, ``Second applicant``)."""

    words: frozenset[str] = frozenset()
    number: str = ""


UNTITLED: Final = Whose()


@dataclass(slots=True)
class Party:
    """The columns of one person: the name's, and the ``keys``: numbers and addresses. ``of`` is as in ``Reading``."""

    whose: Whose
    of: frozenset[str]
    names: list[View] = field(default_factory=list)
    keys: list[View] = field(default_factory=list)
    mapped: bool = False

    @property
    def is_another(self) -> bool:
        return _ANOTHER in self.of and not self.mapped

    def part(self, view: View) -> str:
        """The field of a name that a column is: beside a first name a plain Name is the last name, as in German."""
        parts = [part for part in ("first_name", "last_name") if part.replace("_", " ") in view.reading.things]
        if not parts and any("first name" in other.reading.things for other in self.names):
            return "last_name"
        return parts[0] if len(parts) == 1 else "name"


def whose(reading: Reading, *, known: bool = False) -> Whose:
    """Who the thing of a title is of; in a known title no unknown word says so."""
    words = reading.whose.difference(reading.unknown) if known else reading.whose
    number = _number_of(reading, words)
    is_second = "second" in reading.tags and bool(words or reading.things & (PARTS | {"name"}))
    return Whose(words, number or ("2" if is_second else ""))


def _number_of(reading: Reading, words: frozenset[str]) -> str:
    """The number right behind the words for somebody, of Erz1Telefon2 the 1; else the last one."""
    behind = [after for word, after in pairwise(reading.words) if not words.isdisjoint(word.split())]
    return next((_NUMBERS[word] for word in (*behind, *reversed(reading.words)) if word in _NUMBERS), "")


def owner(view: View) -> Whose:
    """Who the thing of a column is of, by its title."""
    return whose(view.reading, known=view.known is not None)


def is_key(view: View, *, of_ids: bool = False) -> bool:
    """Whether a title is of a number or an address by which somebody is reached, or of an id, if they count too."""
    said = view.reading
    fields = ("phone_number", "email", "identifier") if of_ids else ("phone_number", "email")
    reaches = not said.things.isdisjoint(REACHED_BY) or bool(view.known and view.known[1] in fields)
    return reaches and "company" not in said.things and "label" not in said.tags and said.of.isdisjoint(NO_PERSON)


def tell_apart(views: Sequence[View], mapped: Sequence[tuple[Whose, Reading]]) -> Sequence[tuple[Whose, Reading]]:
    """``mapped``, with people whom only a word about something else tells from another: ``Billing First Name`` beside
    ``First Name``. Those words say whose a column is where a number or an address has them too."""
    return [(_by_other_words(views, reading) if said == UNTITLED else said, reading) for said, reading in mapped]


def _by_other_words(views: Sequence[View], reading: Reading) -> Whose:
    words = _words(reading)
    plain = [view for view in views if view.reading.things == reading.things and words > _words(view.reading)]
    more = words - _words(plain[0].reading) if plain and owner(plain[0]) == UNTITLED else frozenset()
    theirs = [view for view in views if more and more <= _words(view.reading)]
    if not any(map(is_key, theirs)):
        return UNTITLED
    for view in theirs:
        view.reading = view.reading._replace(whose=view.reading.whose | more)
    return Whose(more)


def _words(reading: Reading) -> frozenset[str]:
    return frozenset(word for phrase in reading.words for word in phrase.split())


def of_elements(views: Sequence[View]) -> None:
    """Have the columns of one element of a list (``rows.2.name``, ``rows[1].phone``) be of that element, where it has
    a name and is reached: those of another are another person's. An element of ``phones`` is a number."""
    elements: dict[tuple[str, str], list[View]] = {}
    for view in views:
        if found := _ELEMENT.match(view.title):
            elements.setdefault((found[1], found[2] or found[3]), []).append(view)
    for (stem, _), mine in elements.items():
        of_values = not read_title(stem).things.isdisjoint(REACHED_BY)
        if not of_values and any(map(_is_name, mine)) and any(map(is_key, mine)):
            for view in mine:
                view.reading = view.reading._replace(whose=view.reading.whose | {letters(stem)})


def behind_names(views: Sequence[View]) -> None:
    """Of numbers or addresses under one title, have the later ones be of the people behind whose names they stand.

    The second 联系电话 behind 家属姓名 is a relative's; 联系人 says no more than the title of a number itself.
    """
    names = [view for view in views if _is_name(view)]
    bare = [view for view in views if is_key(view) and owner(view) == UNTITLED]
    firsts: dict[str, View] = {}
    for view in bare:
        first = firsts.setdefault(letters(view.title), view)
        theirs = _before(view, names) if first is not view else None
        if theirs is None or theirs is _before(first, names):
            continue
        words = owner(theirs).words
        if words and not all(map(is_generic, words)):
            view.known = None
            view.reading = view.reading._replace(whose=words, of=view.reading.of | theirs.reading.of)


def _before(view: View, names: Sequence[View]) -> View | None:
    """The name that stands before a column, and none between them."""
    return max((one for one in names if one.index < view.index), key=lambda one: one.index, default=None)


def people_of(views: Sequence[View], mapped: Sequence[tuple[Whose, Reading]]) -> list[Party]:
    """The people whose names have columns of their own; ``mapped`` are titles that the user made a name."""
    people: list[Party] = []
    for said, reading in mapped:
        _party(people, said, reading).mapped = True
    for view in filter(_is_name, views):
        _party(people, owner(view), view.reading).names.append(view)
    found = _told_apart(people)
    _relatives(views, found)
    return [one for one in found if one.mapped or _CONTACT not in one.of or one.is_another or _is_somebody(one, found)]


def as_one(table: Table, people: Sequence[Party]) -> list[Party]:
    """The people, of whom two with the same name in nearly every row are one, whatever their titles say."""
    found: list[Party] = []
    for one in people:
        if same := next((other for other in found if _are_one(table, one, other)), None):
            same.names += one.names
            same.keys += one.keys
            same.of |= one.of - {_ANOTHER}
            same.mapped |= one.mapped
        else:
            found.append(one)
    return found


def _are_one(table: Table, one: Party, other: Party) -> bool:
    """Whether two parties have the same name; a family has the same last name."""
    return any(table.equal(mine.index, its.index) for mine in _own_names(one) for its in _own_names(other))


def _own_names(party: Party) -> list[View]:
    return [view for view in party.names if party.part(view) != "last_name"]


def _party(people: list[Party], said: Whose, reading: Reading) -> Party:
    """Whose a title says, in whatever form of the word (контакт, контакта); a new party if it is none of ``people``."""
    for one in people:
        alike = within(said.words, one.whose.words) and within(one.whose.words, said.words)
        if one.whose.number == said.number and alike:
            return one
    people.append(Party(said, reading.of))
    return people[-1]


def _is_name(view: View) -> bool:
    """Whether a column may be the name of somebody, by its title and by its cells."""
    said, shape = view.reading, view.shape
    if (view.known and view.known[1] not in NAMES) or shape.addresses:
        return False
    if not said.things <= NAME or said.tags & {"label", "kinship"} or not said.of.isdisjoint(NO_PERSON):
        return False
    if not owner(view).words:
        return bool(said.things)
    several = len({*shape.cells}) > _YES_AND_NO or any(len(cell.split()) > 1 for cell in shape.cells)
    told = said.things or said.of or (several and shape.common_names) or shape.may_be_names
    return shape.wordy and bool(told)


def _told_apart(people: list[Party]) -> list[Party]:
    """Without those that a number alone tells apart, unless they are people: a firm's name may go over two columns."""
    numbered = [one for one in people if one.whose.number and not one.whose.words and not one.mapped]
    if all(view.shape.names or view.reading.things & PARTS for one in numbered for view in one.names):
        return people
    return [one for one in people if one not in numbered]


def _relatives(views: Sequence[View], people: Sequence[Party]) -> None:
    """A contact with a column that says how close they are (mother, husband) is a relative of the person."""
    if any("kinship" in view.reading.tags for view in views):
        for one in people:
            if _CONTACT in one.of and len(people) > 1:
                one.of |= {_ANOTHER}


def _is_somebody(contact: Party, people: Sequence[Party]) -> bool:
    """Whether a contact is somebody else than the person beside it, who may also be the contact's company."""
    empty = not any(view.shape.cells for view in contact.names)
    return any(
        view.shape.may_be_names or (view.reading.things & PARTS and (empty or view.shape.cells))
        for one in people
        if one is not contact and "customer" not in one.of and not one.is_another
        for view in one.names
        if not view.shape.of_companies
    )
