"""Rows that were edited while they were in doubt: a search may show what their old data has become. Whether that is the
row's person the rule for known people tells (``staging/recognition.py``), as if the earlier run had learned the id."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from importer.ledger.records import Doubt, Due, InDoubt, KnownPerson
from importer.livedesk.contact import Contact, lookup
from importer.livedesk.responses import Found
from importer.message import Message, Messages
from importer.remarks import SENT_BEFORE
from importer.sender.lookup import Judge, Looked
from importer.sender.policy import Policy
from importer.sender.resolution import Held, Person, Resolved, resolve
from importer.sender.session import Session
from importer.staging.recognition import known_id


class Recognized(NamedTuple):
    """Who a row's person is (as ``resolve`` says), and the rows in doubt that this contact has come from."""

    resolved: Resolved
    was: tuple[InDoubt, ...] = ()


def recognize(row: Due, looked: Looked, session: Session, policy: Policy) -> Recognized:
    """Who the row's person is, with what it was sent as before it was edited."""
    ways = session.evidence.ways
    if not (stored := stored_before(row, looked, session)):
        return Recognized(resolve(row, looked, policy, ways))
    people = {
        lookup(*pair): (KnownPerson(found.id, before.contact, is_ours=True),)
        for before, found in stored
        for pair in before.contact.keys().items()
    }
    found_id = known_id(row.contact, people, policy.match_by)
    resolved = resolve(row._replace(known_id=found_id or row.known_id), looked, policy, ways)
    if isinstance(resolved, Person):
        return Recognized(resolved, tuple(before for before, found in stored if found.id == resolved.found.id))
    (before, first), *_ = stored
    if resolved is not None and _is_held_by(first, resolved):
        other = next((session.claims.told(row, key) for key in before.heirs if key != row.key), None)
        resolved = resolved._replace(before=first.id, heir=other)
    return Recognized(resolved)


def _is_held_by(found: Found, held: Held) -> bool:
    """Whether that contact alone stands against the row."""
    return held.code == "taken" and all(one.id == found.id for founds in held.holders.values() for one in founds)


def stored_before(row: Due, looked: Looked, session: Session) -> list[tuple[InDoubt, Found]]:
    """The rows in doubt that share a key with this one, and the contacts that they have certainly created."""
    if not session.in_doubt:
        return []
    shared = [before for pair in row.contact.keys().items() for before in session.in_doubt.get(pair, ())]
    pairs: Mapping[tuple[bytes, str], tuple[InDoubt, Found]] = {
        (before.fingerprint, found.id): (before, found)
        for before in shared
        for found in _judge(row, before, looked, session).ours()
    }
    return [*pairs.values()]


def perhaps_there(contact: Contact, session: Session) -> Messages:
    """A remark on a contact that is created although an earlier run sent one of its name without a key that a search
    could find: the run no longer has that row, and this may be what it has become."""
    before = session.without_key.get(contact.name or "")
    if before is None:
        return ()
    told = _STORED if before.contact_id else _IN_DOUBT
    return (told.with_values({"run": before.run, "name": contact.name, "id": before.contact_id, "kind": SENT_BEFORE}),)


_STORED: Final = Message(
    '{run} has "{name}" without email, phone_number and identifier as contact {id}: if it is the same person, there '
    "are two contacts now"
)
_IN_DOUBT: Final = Message(
    '{run} has "{name}" without email, phone_number and identifier, and nobody knows whether it is stored: if it '
    "is the same person, look in LiveDesk for a second contact of that name"
)


def _judge(row: Due, before: InDoubt, looked: Looked, session: Session) -> Judge:
    was = row._replace(contact=before.contact, doubt=Doubt(*before.window))
    return Judge(was, session.evidence, looked)
