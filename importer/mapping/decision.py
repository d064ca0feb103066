"""Decide over the whole table: weigh every column, let neighbours speak, and choose what is sure or the best guess.

Of two guesses that are equally good none is used, and the user hears of both; the same of cells that may be a field
and may be something else.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace
from types import MappingProxyType
from typing import Final, NamedTuple

from importer.livedesk.contact import COMPANY
from importer.mapping import doubts
from importer.mapping.evidence import weigh
from importer.mapping.neighbours import RULES
from importer.mapping.number_pieces import pieces_of_numbers
from importer.mapping.number_rules import sides
from importer.mapping.number_shapes import Validity
from importer.mapping.parties import parties
from importer.mapping.party_titles import Whose, whose
from importer.mapping.second_people import may_be_strangers, second_people
from importer.mapping.second_values import left_out
from importer.mapping.shapes import Shape, filled
from importer.mapping.title_fields import (
    AROUND,
    NO_FIELD,
    alias,
    doubtful,
    is_never,
    own_columns,
    product_aliases,
    recognized,
)
from importer.mapping.title_reading import MISSPELT, SILENT, Reading, read_title, read_titles
from importer.mapping.views import Evidence, Table, View
from importer.mapping.vocabulary import PEOPLE
from importer.message import Message
from importer.models import NAMES, MatchBy, Row
from importer.normalizer.columns import is_field
from importer.texts import ERROR_TITLE, letters, to_paste

_OWNER_AND_THING: Final = re.compile(r"[^/|()]+\s[-–—]\s[^/|()]+")  # Record ID - Contact
_DASH: Final = re.compile(r"\s[-–—]\s")
_SAYS_NOTHING: Final = re.compile(
    r"(?:column|col|field|unnamed|spalte|colonne|columna|coluna|kolom|столбец|列|字段|栏|[a-z])?[0-9]{0,4}|column[a-z]{1,3}"
)
"""Titles, as ``texts.letters`` spells them, that are empty or made up (``Unnamed: 3``, ``列1``, ``c2``)."""


_ASIDE: Final = Message("of a list beside the people")
_OTHER: Final = {"first_name": "last_name", "last_name": "first_name"}


class Choices(NamedTuple):
    """Options beside those about columns: whether digits are a phone number of the country that the user named, or of
    any with its country code (``abroad``), and the field that tells who somebody is, so that rows with one value of it
    are one person. ``is_keyed`` says that titles are the names of the values in each record, and stand in no row.
    ``behind`` are columns whose field an earlier run of the same rows has told, and other columns with it. ``aside``
    are columns of a list that is not about the people."""

    valid: Validity | None = None
    abroad: Validity | None = None
    match_by: MatchBy = "auto"
    is_keyed: bool = False
    behind: Mapping[int, str] = MappingProxyType({})
    aside: range = range(0)


NO_CHOICES: Final = Choices()


class Given(NamedTuple):
    """The titles, the first rows, ``--map`` as ``{column: field}``, and the fields that ``--set`` gives."""

    titles: Sequence[str]
    sample: Sequence[Row]
    fixed: Mapping[int, str]
    constants: frozenset[str] = frozenset()
    choices: Choices = NO_CHOICES


class Decision(NamedTuple):
    """The columns that are used by their evidence, why others are not, warnings, and every column's view.

    ``perhaps`` are fields that columns may have, and do not.
    """

    chosen: list[Evidence]
    passed: dict[int, Message]
    notes: list[Message]
    views: list[View]
    perhaps: Mapping[int, str]


def decide(given: Given) -> Decision:
    """The columns beyond the user's options, by evidence. Pure; the order of rows and columns does not matter."""
    given = given._replace(sample=_different(given.sample))
    views = [*_views(given)]
    sides(views)
    served = frozenset(filter(None, given.fixed.values())) | given.constants
    dropped = frozenset(at for at, field in given.fixed.items() if not field)
    table = Table(given.titles, given.sample, views, served, dropped, given.choices.match_by, given.choices.valid)
    people = parties(table, [*_mapped_names(given)])
    for view in views:
        weigh(view)
    for rule in RULES:
        rule(table)
    pieces, strangers = pieces_of_numbers(table), left_out(table)
    names = to_paste(given.titles)
    others = second_people(table)
    chosen, told = _chosen(views, served, names)
    persons = {view.index: person for person, theirs in enumerate(others, 1) for view in theirs}
    filled_in = {view.index: len(view.shape.cells) for view in views}
    chosen = [replace(one, person=persons.get(one.column, one.person), filled=filled_in[one.column]) for one in chosen]
    told += [doubts.second_person(theirs, names) for theirs in others if may_be_strangers(theirs)]
    used = {one.column for one in chosen}
    idle = [view for view in views if view.index not in used]
    passed = {view.index: next(iter(view.against.values())) for view in idle if view.against}
    passed |= dict.fromkeys(given.choices.aside, _ASIDE)
    told += [doubts.unclear(view, names) for view in idle if view.unclear]
    told += [doubts.numbers(view, names) for view in idle if COMPANY in view.against and view.shape.mostly("number")]
    told += [doubts.stranger(one, names) for one in strangers]
    told += [doubts.pieces(pieces, names)] if pieces else []
    companies = [doubts.company(view, names) for view in views if view.was == "name" and view.means(COMPANY)]
    perhaps = {column: doubt.field for doubt in reversed([*told, *companies]) for column in doubt.columns}
    return Decision(chosen, passed, [*people, *(doubt.told for doubt in (*told, *companies))], views, perhaps)


def _different(sample: Sequence[Row]) -> Sequence[Row]:
    """The rows; of a list that stands in a file twice only its first copy, since its values are somebody's own."""
    copies = {row.cells: row for row in reversed(sample)}
    times = Counter(row.cells for row in sample)
    is_copied = len(copies) > 1 and min(times.values()) > 1
    return [*copies.values()][::-1] if is_copied else sample


def _views(given: Given) -> Iterator[View]:
    """The columns that no option and no file of our own settles."""
    titles = given.titles
    special = product_aliases(recognized(titles))
    own, readings = own_columns(titles), read_titles(titles)
    believed = any(title.strip(AROUND) == ERROR_TITLE for title in titles)
    owners = Counter(title.partition("/")[0] for title in titles if "/" in title)
    for index, title in enumerate(titles):
        if index in given.fixed or index in own or index in given.choices.behind or index in given.choices.aside:
            continue
        known, nothing = _known(title, special), bool(_SAYS_NOTHING.fullmatch(letters(title)))
        closed = is_never(title) or (known is not None and known[1] == NO_FIELD)
        yield View(
            index,
            title,
            SILENT if nothing else _of_what(title, readings[index]),
            Shape(filled(given.sample, index), given.choices.valid, given.choices.abroad),
            None if closed else known,
            nothing=nothing,
            closed=closed,
            believed=believed,
            unclear=() if known else _several(title, owners),
        )


def _mapped_names(given: Given) -> Iterator[tuple[Whose, Reading]]:
    """Whose the columns are that options make a name."""
    readings = read_titles(given.titles) if not {*NAMES}.isdisjoint(given.fixed.values()) else []
    for index, field in given.fixed.items():
        if field in NAMES:
            yield whose(readings[index], known=alias(given.titles[index]) is not None), readings[index]


def _several(title: str, owners: Mapping[str, int]) -> tuple[str, ...]:
    """The fields of a title that names several; a name and its part are one, and so is a thing behind its owner.

    An owner before a slash begins several titles: Client/Phone beside Client/Email. ``owners`` are how often each does.
    """
    fields = tuple(doubtful(title))
    if {*fields} <= {*NAMES} or _OWNER_AND_THING.fullmatch(title):
        return ()
    owner, slash, _ = title.partition("/")
    return () if slash and owners[owner] > 1 and _is_owner(owner) else fields


def _is_owner(words: str) -> bool:
    """Whether words say no more than whose a thing is: Client, Kunde."""
    said = read_title(words)
    return bool(said.of) and said.of <= PEOPLE and not (said.things or said.unknown)


def _of_what(title: str, reading: Reading) -> Reading:
    """The reading of a title whose first half names a thing of which the second half is the contact or the company."""
    if "something" not in reading.of or not _OWNER_AND_THING.fullmatch(title):
        return reading
    said = read_title(_DASH.split(title)[-1])
    return said if said.of == {"contact"} or said.things == {"company"} else reading


def _known(title: str, special: Mapping[str, tuple[int, str]]) -> tuple[int, str] | None:
    """The rank and field of a known title: a field's own name first, then the product's ``special`` aliases."""
    spelled = title.strip(AROUND)
    return (-1, spelled) if is_field(spelled) else special.get(letters(title)) or alias(title)


def _chosen(
    views: Sequence[View], served: frozenset[str], names: Sequence[str]
) -> tuple[list[Evidence], list[doubts.Doubt]]:
    """What is sure, and for each field without it the best guess; doubts where several guesses are as good. ``names``
    are the titles as ``--map`` takes them."""
    best = [one for view in views if (one := view.best())]
    sure = [one for one in best if one.sure]
    settled = {one.field for one in sure} | served
    halves = settled.intersection(NAMES) - {"middle_name"}
    settled |= {*NAMES} - {_OTHER[half] for half in halves if len(halves) == 1 and half in _OTHER} if halves else set()
    guesses: dict[str, list[Evidence]] = {}
    for one in best:
        if not one.sure and one.field not in settled:
            guesses.setdefault(one.field, []).append(one)
    told: list[doubts.Doubt] = []
    for field, ones in guesses.items():
        most = [one for one in ones if one.points == max(other.points for other in ones)]
        if len(most) == 1:
            sure += most
        else:
            told.append(doubts.undecided(field, sorted(one.column for one in most), names))
    told += [doubts.perhaps(one.field, one.column, names) for one in _idle_guesses(views, settled)]
    settled |= {*guesses}
    told += [
        doubts.perhaps(field, view.index, names)
        for view in views
        for field, may in (("phone_number", "may_be_phones"), ("name", "may_be_names"))
        if view.nothing and not view.closed and not view.best() and field not in settled and getattr(view.shape, may)
    ]
    told += [doubts.perhaps(part, view.index, names) for view, part in _other_halves(views, sure, served)]
    if "identifier" not in {one.field for one in sure} | served:
        told += [doubts.perhaps("identifier", view.index, names) for view in views if _is_owners_id(view)]
    if "phone_number" not in {one.field for one in sure} | served:
        told += [doubts.perhaps("phone_number", view.index, names) for view in views if _asks_for_a_phone(view)]
        told += [_number(view, names) for view in views if _is_a_number(view)]
    heard = {column for doubt in told for column in doubt.columns}
    told += [
        doubts.perhaps(field, view.index, names)
        for view in views
        for field, thing, half in (("phone_number", "phone", "half_phones"), ("email", "email", "half_emails"))
        if view.index not in heard and _may_be(field, thing, view) and getattr(view.shape, half)
    ]
    return sure, told


def _number(view: View, names: Sequence[str]) -> doubts.Doubt:
    return (
        doubts.without_plus(view, names) if view.shape.lack_plus else doubts.perhaps("phone_number", view.index, names)
    )


def _is_a_number(view: View) -> bool:
    """Whether a title says a number and nothing else, over what may be numbers to call, whatever they count."""
    said, shape = view.reading, view.shape
    alone = said.things == {"number"} and not (said.of or said.unknown or view.known)
    free = not (view.closed or view.best() or view.against)
    return alone and free and (shape.perhaps_phones or shape.lack_plus)


def _idle_guesses(views: Sequence[View], settled: Set[str]) -> Iterator[Evidence]:
    """Numbers that stand in for nothing, since a title says phone beside an unknown word, or a contact: a number may be
    anybody's."""
    for view in views:
        one, strange = view.best(), view.reading.unknown or view.is_contact
        if one and one.field == "phone_number" and not one.sure and one.field in settled and strange:
            yield one


def _may_be(field: str, thing: str, view: View) -> bool:
    """Whether a column that is not used may be of a field, by its title, which says nothing else; a contact's numbers
    may be, though people share them."""
    silent = not (view.reading.of - PEOPLE or view.reading.things - {thing})
    return silent and not (view.closed or view.best() or (field in view.against and not view.is_contact))


def _asks_for_a_phone(view: View) -> bool:
    """Whether a title says phone among other words, over what may be phone numbers: a sentence asks for the person's
    ("Phone number we can call for your order"), or it is the number of a thing; or a contact's column has numbers."""
    said, shape = view.reading, view.shape
    if view.is_contact and said.of <= PEOPLE:
        return view.has_numbers and not (view.closed or view.best())
    asks = "phone" in said.things and said.of <= {*PEOPLE, "something"}
    free = not (view.closed or view.known or view.unclear or view.best())
    digits = shape.digits_of_phones and MISSPELT not in said.tags  # a sentence has many words to mistake for phone
    return asks and free and (shape.phones or shape.half_phones or shape.as_long_as_phones or digits)


def _other_halves(
    views: Sequence[View], chosen: Sequence[Evidence], served: frozenset[str]
) -> Iterator[tuple[View, str]]:
    """Columns that are not used and may be the other part of a name of which only one part is."""
    used = {one.column: one.field for one in chosen if one.field in NAMES}
    names = [view for view in views if view.index in used]
    fields = ({*used.values()} | served.intersection(NAMES)) - {"middle_name"}
    if len(fields) != 1 or not all(view.shape.single_words for view in names) or not (names or fields & _OTHER.keys()):
        return
    half = fields.pop()
    idle = [view for view in views if view.index not in used and not view.closed and view.shape.single_words]
    said = [view for view in idle if view.means(*NAMES)]
    silent = [view for view in idle if view.nothing and not view.best() and view.shape.common_names]
    silent = silent or [view for view in views if view.index not in used and _is_next_to(view, names)]
    for view in said or silent[:1]:
        behind = bool(names) and view.index > names[0].index
        part = _OTHER.get(half, "last_name" if behind else "first_name")
        if not view.means(half) or half == "name":
            yield view, part


def _is_next_to(view: View, names: Sequence[View]) -> bool:
    """Whether a column without a title has a text of each row's own, right beside a name without one."""
    beside = any(name.nothing and abs(view.index - name.index) == 1 for name in names)
    return beside and view.nothing and not (view.closed or view.best()) and view.shape.wordy and view.shape.own


def _is_owners_id(view: View) -> bool:
    """Whether a column has the id of an owner or agent, of whom no two rows have the same: it may be the person's."""
    cells = view.shape.cells
    said = "id" in view.reading.things and "holder" in view.reading.of and not view.reading.unknown
    return said and not (view.closed or view.best() or view.known) and len({*cells}) == len(cells) > 1
