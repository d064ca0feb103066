"""Who a row's person is among the contacts that a search found. Pure."""

from collections.abc import Iterable, Mapping, Sequence, Set
from itertools import chain
from typing import Final, Literal, NamedTuple, TypeAlias

from importer.error_codes import ERROR_CODES
from importer.ledger.records import Due
from importer.livedesk.contact import Contact
from importer.livedesk.identity import Difference, holds
from importer.livedesk.responses import Found
from importer.message import CommandOption, Message
from importer.models import CellError, Conflict, Holding, Outcome, Status
from importer.sender.lookup import Holders, Looked, is_same
from importer.sender.policy import Policy


class Person(NamedTuple):
    """The contact that is the row's person. It ``may_change`` unless the row lacks the field that decides who it is:
    such a row creates somebody new, or leaves the contact as it is."""

    found: Found
    may_change: bool = True


class Held(NamedTuple):
    """A row that cannot be sent, for contacts hold its values: ``holders`` as in ``Looked``.

    ``taken``: they are other people, or several people in one row. ``ambiguous``: each of them could be the person.
    ``exists``: it is the person, and that is an error (``--on-duplicate fail``). ``person`` is the only contact that
    could be the person if the others did not stand against it; else it is empty. ``once_by`` is a field by which the
    only holder could be matched once, since it has no value in the field that decides; else it is empty. ``before`` is
    the contact that an earlier run has created from a row with one of the values, if nothing tells that it is the same
    person, and ``heir`` another row with a value of that row, as people find it.
    """

    code: Literal["taken", "ambiguous", "exists"]
    holders: Holders
    once_by: str = ""
    person: str = ""
    before: str = ""
    heir: Message | int | None = None


Resolved: TypeAlias = Person | Held | None
"""``None``: nobody on the server is the row's person, and nobody holds a value of it."""


def resolve(row: Due, looked: Looked, policy: Policy, ways: Set[Difference] = frozenset()) -> Resolved:
    """Who the row's person is by ``policy.match_by``; ``ways`` are the server's ways of writing.

    A field that decides does so alone: whoever holds the row's value is the person, whatever else differs, and nobody
    else is. Where the row has no value in it, ``auto`` decides, and the contact is left as it is. With ``auto`` the
    contact of ``row.known_id`` is the person, else whoever has a key in common with the row and none that differs.

    No contact becomes the person while another one holds a further value of the row: the desk allows each value once.
    """
    if not looked.holders:
        return None
    decides = policy.match_by
    if decides == "auto":
        return _one_of(_by_all_keys(row, looked, ways), looked)
    value = row.contact.keys().get(decides)
    if value is None:
        resolved = _one_of(_by_all_keys(row, looked, ways), looked)
        return resolved._replace(may_change=False) if isinstance(resolved, Person) else resolved
    return _by_field(decides, value, looked)


def _by_field(name: str, value: str, looked: Looked) -> Person | Held:
    holding = looked.holders.get(name, ())
    by_others = (found for found in looked.everybody if holds(found.contact, name, value))
    candidates = [*_each_once([holding, by_others]).values()]
    if candidates:
        return _one_of(candidates, looked, name)
    everybody = looked.everybody
    lacks = len(everybody) == 1 and not getattr(everybody[0].contact, name)
    return Held("taken", looked.holders, next(iter(looked.holders)) if lacks else "")


def _by_all_keys(row: Due, looked: Looked, ways: Set[Difference]) -> list[Found]:
    """Whoever may be the person with ``auto``: the contact that the ledger knows alone, where a search found it."""
    everybody = looked.everybody
    known = [found for found in everybody if found.id == row.known_id]
    return known or [found for found in everybody if is_same(row, found, ways)]


def _one_of(candidates: Sequence[Found], looked: Looked, decides: str = "") -> Person | Held:
    """The one candidate that nobody stands against. One value may have several holders: phone numbers can be."""
    if len(candidates) > 1 and decides:
        return Held("ambiguous", {decides: tuple(candidates)})
    whole = [one for one in candidates if all(one.id in _each_once([held]) for held in looked.holders.values())]
    if len(whole) > 1:
        return Held("ambiguous", looked.holders)
    person = candidates[0].id if len(candidates) == 1 else ""
    return Person(whole[0]) if whole else Held("taken", looked.holders, person=person)


def _each_once(founds: Iterable[Iterable[Found]]) -> Mapping[str, Found]:
    return {found.id: found for found in chain.from_iterable(founds)}


_WHAT: Final[Mapping[str, Message]] = {
    "taken": Message("another contact has this value"),
    "ambiguous": Message("several contacts have this value"),
    "exists": Message("the contact exists"),
}


def refusal(contact: Contact, held: Held, decides: str = "") -> Outcome:
    """The failure of a row with these values: it names every field, its value and who holds it, also at its cell.

    ``decides`` is the field that the contact which could be matched ``once_by`` another one lacks.
    """
    places, flaws, values = [], [], contact.create_fields()
    for name, founds in held.holders.items():
        mine = [
            Message('{field} "{value}" is held by contact {id}', field=name, value=values[name], id=found.id)
            for found in founds
        ]
        places += mine
        what = Message("{what}: {held}", what=_WHAT[held.code], held=mine[0])
        flaws.append(CellError((what, *mine[1:]), name))
    hint = ERROR_CODES[held.code].hint
    if held.once_by:
        options = CommandOption(f"--match-by {held.once_by} --on-duplicate update")
        hint = Message(
            "{advice}; if that is the same person, import the row once with {options}: it gets the {field}",
            advice=hint,
            options=options,
            field=decides,
        )
    if held.before:
        hint = _of_before(held)
    error = *flaws[0].messages[:1], *places[1:]
    conflict = _conflict(held) if held.code == "taken" else None
    return Outcome(Status.FAILED, None, held.code, error, (hint,), flaws=tuple(flaws), conflict=conflict)


def _of_before(held: Held) -> Message:
    """What to do about a contact that may be the row's own, from before somebody edited the row."""
    name = next(name for name, founds in held.holders.items() if any(found.id == held.before for found in founds))
    values = {"id": held.before, "field": name, "options": CommandOption(f"--match-by {name} --on-duplicate update")}
    return _EDITED.with_values(values) if held.heir is None else _SPLIT.with_values({**values, "row": held.heir})


_EDITED: Final = Message(
    "an earlier run created contact {id} from a row with the same {field}: if that was this row before it was edited, "
    "import it once with {options}; else correct the row"
)
_SPLIT: Final = Message(
    "an earlier run created contact {id} from a row with the same {field}, and row {row} has another value of that "
    "row: if contact {id} is this person and not that of row {row}, import this row once with {options}; else correct "
    "the row"
)


def _conflict(held: Held) -> Conflict:
    """Who stands against the row, and what they hold."""
    others = [Holding(found.id, name) for name, founds in held.holders.items() for found in founds]
    return Conflict(held.person, tuple(one for one in others if one.contact_id != held.person))
