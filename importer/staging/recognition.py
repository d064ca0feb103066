"""Whom of a file earlier runs know: the contact that a key of a row names, or the number beside it. Pure."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from importer.ledger.records import GivenId, KnownPerson
from importer.livedesk.contact import Contact, lookup
from importer.message import Message
from importer.models import REACH, MatchBy
from importer.remarks import ELSEWHERE_ID, FOREIGN_ID, OTHER_ID
from importer.texts import share_a_word


def deciding_keys(contact: Contact, match_by: MatchBy) -> Mapping[str, str]:
    """The keys that tell who a row's person is, the identifier first: that of the field which decides alone, or all of
    them where the row has no value in it, as with ``auto``."""
    keys = contact.keys()
    return {match_by: keys[match_by]} if match_by in keys else keys


def known_id(contact: Contact, people: Mapping[str, Sequence[KnownPerson]], match_by: MatchBy) -> str | None:
    """The id of the contact that is this person by what the ledger knows: ``people`` by the lookup keys of the row.

    It is empty if the person may be there, so that a search comes before the create, and the server tells who it is;
    ``None`` if nobody is known. Where all keys decide, an equal identifier makes the contact that an earlier run wrote
    the person, unless nothing else agrees: then it is a number of another list. Several people may have one phone
    number: nobody with another email or identifier is looked for by it.
    """
    found = None
    for name, value in deciding_keys(contact, match_by).items():
        for person in people.get(lookup(name, value), ()):
            decides = name == match_by
            if person.is_ours and (decides or (name == "identifier" and _agrees(contact, person.contact))):
                return person.contact_id
            if decides or name != "phone_number" or not _differs(contact, person.contact):
                found = ""
    return found


class Named(NamedTuple):
    """What the ``contact_id`` beside a row tells: the id, where the ledger gave it on this server, and a remark."""

    known_id: str | None
    remark: Message | None


def named(contact_id: str, given: GivenId | None, contact: Contact) -> Named:
    """Whom the number beside a row names, by what the ledger knows of it (``given``).

    A contact that had none of the row's keys in any run of the ledger may have one on the server all the same: a search
    tells.
    """
    if given is None:
        return Named(
            None,
            Message("contact_id {id} is not used: no import of this ledger gave it", id=contact_id, kind=FOREIGN_ID),
        )
    if given.elsewhere:
        told = Message(
            "contact_id {id} is not used: it is of another address, {address}",
            id=contact_id,
            address=given.elsewhere,
            kind=ELSEWHERE_ID,
        )
        return Named(None, told)
    keys = contact.keys().items()
    # Of a person who is forgotten nothing is known.
    if any(earlier == Contact() or keys & earlier.keys().items() for earlier in given.contacts):
        return Named(contact_id, None)
    told = Message(
        "contact_id {id} is of a contact that had none of this row's email, phone_number and identifier: "
        "these decide who it is",
        id=contact_id,
        kind=OTHER_ID,
    )
    return Named(contact_id, told)


def _agrees(contact: Contact, earlier: Contact) -> bool:
    """Whether the name shares a word with the earlier row's, or the email or the phone number is the same."""
    mine, theirs = contact.keys(), earlier.keys()
    is_named = bool(contact.name and earlier.name and share_a_word(contact.name, earlier.name))
    return is_named or any(mine.get(name) == theirs.get(name, "") for name in REACH)


def _differs(contact: Contact, earlier: Contact) -> bool:
    """Whether both have a key, and not the same."""
    mine, theirs = contact.keys(), earlier.keys()
    return any(mine[name] != theirs[name] for name in mine.keys() & theirs.keys())
