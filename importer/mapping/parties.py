"""Several people in one row: whose a phone number or an e-mail address is. Pure.

The words of a title that name no thing say whose the thing is: ``Vet phone`` is of the ``Vet``, whose name stands in a
column of that title. The columns of one person are a *party*. One party is the person of the row, and nothing of
another is used for it, neither where its cell is empty nor as its name. ``party_titles.py`` finds the parties.
"""

from collections.abc import Sequence
from typing import Final

from importer.mapping.cell_kinds import OWN
from importer.mapping.party_titles import (
    UNTITLED,
    Party,
    Whose,
    as_one,
    behind_names,
    is_key,
    of_elements,
    owner,
    people_of,
    tell_apart,
)
from importer.mapping.people_names import LEAST
from importer.mapping.title_reading import Reading, is_generic
from importer.mapping.views import Table, View
from importer.mapping.vocabulary import ANYBODY, PARTS
from importer.mapping.word_forms import stands_for, within
from importer.message import Message, with_and
from importer.texts import column_letter, to_paste

_POINTS: Final = {"another": 0.0, "own": 6.0, "customer": 4.0, "person": 4.0, "contact": 3.0, "holder": 2.5}
"""How well a word says that somebody is the person of the row; the first line that a title has counts."""

_UNTITLED: Final = 5.0
_UNKNOWN: Final = 2.0
_A_THING: Final = 1.0  # an unknown word over cells that are no names of people
_PARTLY_UNKNOWN: Final = 0.5
_GUEST: Final = 0.5  # of a customer
_SURELY: Final = 0.5  # a customer with first and last name is no company; who signs is one
_REPEATED: Final = 3.0
_SPARSE: Final = 2.0
_FILLED: Final = 0.75
"""The share of the rows in which the person of the row stands, as compared to somebody else."""


def parties(table: Table, mapped: Sequence[tuple[Whose, Reading]]) -> list[Message]:
    """Have the titles of everybody but the person of the row name another person of it.

    ``mapped`` has whose the titles are that the user made a name: theirs is the person. Looks at titles and cells
    before they are weighed. Returns warnings: of somebody who could be the person as well, and of people of whom none
    surely is.
    """
    views, titles = table.views, table.titles
    of_elements(views)
    behind_names(views)
    mapped = tell_apart(views, mapped)
    keys = [view for view in views if is_key(view) and owner(view) != UNTITLED]
    bare = [view for view in views if is_key(view) and owner(view) == UNTITLED]
    people = people_of(views, mapped) if keys or bare else []
    people = [one for one in people if one.mapped or _filled(one)] or people
    if not keys:
        return _of_parents_and_suppliers(people, views, titles)
    if not people:
        return []
    loose = [key for key in keys if not _hand_out(key, people) and "another" not in key.reading.of]
    _hand_out_bare(people, views)
    people = as_one(table, people)
    able = [one for one in people if one.mapped] or [one for one in people if not one.is_another]
    able = able or ([] if bare else _reached(people, views))
    if loose and not able:
        return []  # numbers of a contact who is alone
    able = _customers(able, people, bare=bool(bare))
    scores = [_score(one, untitled=bool(bare), most=max(map(_filled, able))) for one in able]
    if not able or scores.count(max(scores)) > 1:
        return _undecided(able or people, people, titles)
    main = able[scores.index(max(scores))]
    others = [one for one in people if one is not main]
    for key in loose:
        if other := _by_common_words(key, main, others):
            other.keys.append(key)
    return _settle(main, others, views, titles)


def _of_parents_and_suppliers(people: Sequence[Party], views: Sequence[View], titles: Sequence[str]) -> list[Message]:
    """Whoever is reached by a number without an owner beside a parent and a child is the parent; so is a supplier, in a
    list of nobody else."""
    parents = [one for one in people if _is_parent(one)] or _suppliers(people, views)
    adults = any(view.reading.of & ANYBODY and view.shape.may_be_names for view in views)
    if adults or len(parents) != 1 or any(one.mapped or one.of & ANYBODY or not one.whose.words for one in people):
        return []
    return _settle(parents[0], [one for one in people if one is not parents[0]], views, titles)


def _suppliers(people: Sequence[Party], views: Sequence[View]) -> list[Party]:
    """The supplier of whom a list is, and of nothing that one buys."""
    listed = len(people) == 1 and any("suppliers" in view.reading.tags for view in people[0].names)
    return [*people] if listed and _nobody_else(people, views) else []


def _is_parent(party: Party) -> bool:
    return any("parent" in view.reading.tags for view in party.names)


def _reached(people: Sequence[Party], views: Sequence[View]) -> list[Party]:
    """Of people who are all somebody else's the one who can be reached at all: in a list of coaches, or of parents.

    Beside other names, or goods, that is a parent alone.
    """
    able = [one for one in people if one.keys]
    return able if len(able) == 1 and (_is_parent(able[0]) or _nobody_else(people, views)) else []


def _customers(able: list[Party], people: Sequence[Party], *, bare: bool) -> list[Party]:
    """Of the parties of a contract those that can be reached: the landlord, where the phone is the landlord's."""
    idle = [one for one in able if not one.keys]
    if bare or not idle or not all(not one.mapped and (_is_contracting(one) or "holder" in one.of) for one in idle):
        return able
    reached = [one for one in able if one.keys and _is_contracting(one)]
    return reached or [one for one in people if one.keys and _is_contracting(one) and _are_several(one)] or able


def _are_several(party: Party) -> bool:
    """Whether it is not the same person in every row, as of a house with one landlord."""
    return any(len({*view.shape.cells}) > 1 or len(view.shape.cells) == 1 for view in party.names)


def _is_contracting(party: Party) -> bool:
    return any("contract" in view.reading.tags for view in party.names)


def _hand_out_bare(people: Sequence[Party], views: Sequence[View]) -> None:
    """Give what no title says the owner of to a person whose title says nothing, if the user mapped another one who has
    numbers or addresses too: nobody is sent with somebody else's."""
    stranger = next((one for one in people if one.whose == UNTITLED and not one.mapped and _are_people(one)), None)
    mapped = next((one for one in people if one.mapped and one.keys), None)
    if stranger and mapped:
        free = [view for view in views if owner(view) == UNTITLED or not (is_key(view) or _is_of(view, mapped))]
        stranger.keys += [view for view in free if is_key(view, of_ids=True)]


def _is_of(view: View, party: Party) -> bool:
    """Whether a title says that something is a party's, or somebody's in particular (Vet ID), and not a customer's."""
    words = owner(view).words
    return _meet(words, party) or not all(map(is_generic, words))


def _are_people(party: Party) -> bool:
    """Whether cells may be names of people; a single one is believed."""
    shapes = [(view.shape, view.reading.things & PARTS) for view in party.names]
    return any(part or shape.may_be_names or (shape.wordy and len(shape.cells) < LEAST) for shape, part in shapes)


def _hand_out(key: View, people: list[Party]) -> bool:
    """Give a number or an address to its party: by all words of its title, or else by those that are nobody else's."""
    words, number = owner(key)
    if not words:
        found = [one for one in people if one.whose.number == number and _one_of_several(one, people)]
    elif alike := [one for one in people if within(words, one.whose.words) and within(one.whose.words, words)]:
        same = [one for one in alike if one.whose.number == number]
        found = same or [one for one in alike if not (one.whose.number and number)] or [_unseen(people)]
    else:
        shares = [_shared(words, one) for one in people]
        found = [one for one, share in zip(people, shares, strict=True) if share == max(shares) > 0]
    if len(found) == 1:
        found[0].keys.append(key)
    return bool(found)


def _nobody_else(people: Sequence[Party], views: Sequence[View]) -> bool:
    """Whether no other column is a name, or tells of goods: a list of coaches is one of people."""
    mine = {view.index for one in people for view in one.names}
    return not any("goods" in view.reading.tags or view.shape.may_be_names for view in views if view.index not in mine)


def _one_of_several(party: Party, people: Sequence[Party]) -> bool:
    """Whether a number is all that tells somebody from another: *Tenant 1*, *Tenant 2*."""
    return any(one is not party and one.whose.number and one.whose.words == party.whose.words for one in people)


def _unseen(people: list[Party]) -> Party:
    """Somebody whose name is in no column: the phone of *Tenant 2* beside *Tenant 1*."""
    people.append(Party(UNTITLED, frozenset({"another"})))
    return people[-1]


def _shared(words: frozenset[str], party: Party) -> int:
    """How many words say that something is this party's, without those that may be anybody's (customer, contact)."""
    spelled = [word for view in party.names for piece in view.reading.words for word in piece.split()]
    mine = [word for word in words if not is_generic(word)]
    return sum(within([word], party.whose.words) or stands_for(word, spelled) for word in mine)


def _by_common_words(key: View, main: Party, others: Sequence[Party]) -> Party | None:
    """Who else has a key whose words may be anybody's (staff); nobody if the person has such a word, or no word."""
    words = owner(key).words
    if not main.whose.words or _meet(words, main):
        return None
    return next((one for one in others if _meet(words, one)), None)


def _meet(words: frozenset[str], party: Party) -> bool:
    return any(within([word], party.whose.words) for word in words)


def _filled(party: Party) -> int:
    """In how many rows somebody stands."""
    return max((len(view.shape.cells) for view in party.names), default=0)


def _score(party: Party, *, untitled: bool, most: int) -> tuple[float, int, bool, int]:
    """How much speaks for a party's being the person of the row, in which there is ``most`` often somebody.

    Where a number says no name it is that person's, and those whose numbers say one are others.
    """
    people = any(view.shape.may_be_names for view in party.names)
    said = next((points for word, points in _POINTS.items() if word in party.of), _UNKNOWN if people else _A_THING)
    unknown = said > _UNKNOWN and any(view.reading.unknown for view in party.names)
    points = (said if party.whose.words else _UNTITLED / int(party.whose.number or 1)) - _PARTLY_UNKNOWN * unknown
    points -= _GUEST * any(view.reading.tags & {"guests", "to"} for view in party.names)
    points += _SURELY * _is_surely_the_customer(party)
    sparse = _filled(party) < _FILLED * most
    points -= _REPEATED * _repeats(party) + _SPARSE * sparse
    return points, -int(party.whose.number or 1), bool(party.keys) != untitled, _filled(party)


def _is_surely_the_customer(party: Party) -> bool:
    """Whether a party signs or pays, or is a customer with a first and a last name: the client of a vet's patient."""
    parts = "customer" in party.of and any(view.reading.things & PARTS for view in party.names)
    return parts or any("principal" in view.reading.tags for view in party.names)


def _repeats(party: Party) -> bool:
    """Whether somebody stands in many rows."""
    return any(len({*view.shape.cells}) < OWN * len(view.shape.cells) for view in party.names)


def _settle(main: Party, others: Sequence[Party], views: Sequence[View], titles: Sequence[str]) -> list[Message]:
    """Have everybody else's columns be another's, and the person's be the person's."""
    for view in (*main.names, *main.keys):
        said = view.reading
        known = tuple(word for word in said.unknown if word not in said.whose)
        of = said.of if said.of & {"customer", "contact"} else said.of - {"another", "holder"} | {"person"}
        view.reading = said._replace(of=of, unknown=known)
        view.closed = view.closed and view.known is not None
    notes = []
    theirs = {view.index for one in others for view in one.keys}
    reached = any(
        (is_key(view) and "another" not in view.reading.of) or view.shape.mostly("email") or view.shape.phones
        for view in views
        if view.index not in theirs
    )
    parent = _is_parent(main) and not main.mapped
    whole = main.mapped and bool(main.names)  # a part that the user mapped, and the other: nobody else's completes it
    for one in [*others, *(_children(main, others, views) if parent else [])]:
        if one.keys or one.whose.number or parent or whole or (_is_contracting(one) and _is_contracting(main)):
            _put_aside(one, "party", mapped=main.mapped)
            if _is_somebody(one) and not main.mapped and (parent or not (one.is_another and reached)):
                notes.append(_told(one, main, titles))
    return notes


def _is_somebody(party: Party) -> bool:
    """Whether a party with a name may be people: one whom nothing reaches may be a thing (Profil1: 5y)."""
    named = any(view.shape.common_names for view in party.names)
    return bool(party.names) and bool(party.keys or named or _are_people(party))


def _children(main: Party, others: Sequence[Party], views: Sequence[View]) -> list[Party]:
    """Whose name stands beside a parent's under a title that says something else besides: Name Kind."""
    taken = {view.index for one in (main, *others) for view in one.names}
    rest = [view for view in views if view.index not in taken and view.reading.things == {"name"}]
    return [Party(UNTITLED, frozenset({"another"}), [view]) for view in rest if view.shape.may_be_names]


def _put_aside(party: Party, why: str, *, mapped: bool = False) -> None:
    """Rule a person's columns out; a field's own name stays what it is, unless the user ``mapped`` somebody else."""
    for view in (*party.names, *party.keys):
        view.known = view.known if view.known and view.known[0] < 0 and not mapped else None
        view.reading = view.reading._replace(of=view.reading.of | {why})


def _told(other: Party, main: Party, titles: Sequence[str]) -> Message:
    first = _title(other)
    return Message(
        '"{title}" ({letter}) is another person of the row than "{main}": left out, with what belongs to it; '
        '--map "{title}={field}" takes that person instead',
        title=to_paste(titles)[first.index],
        field=other.part(first),
        letter=column_letter(first.index),
        main=to_paste(titles)[_title(main).index],
    )


def _title(party: Party) -> View:
    """The column of somebody's name, or of the first name, whose ``--map`` leaves the other parts to their titles."""
    return min(party.names, key=lambda view: (party.part(view) == "last_name", view.title))


def _undecided(able: Sequence[Party], people: Sequence[Party], titles: Sequence[str]) -> list[Message]:
    """Several people, of whom none is surely the person of the row: none is used."""
    for one in people:
        _put_aside(one, "undecided")
    names = sorted(((_title(one), one) for one in able if one.names), key=lambda one: one[0].index)
    if not names:
        return []
    spelled = to_paste(titles)
    first, party = names[0]
    return [
        Message(
            "{columns} are several people of a row, or somebody else's: none is used; "
            '--map "{title}={field}" takes "{title}", with what belongs to it',
            columns=with_and([f'"{spelled[view.index]}" ({column_letter(view.index)})' for view, _ in names]),
            title=spelled[first.index],
            field=party.part(first),
        )
    ]
