"""Whom of a file earlier runs know: the contact that a key of a row names. Pure."""

from collections.abc import Mapping

from importer.ledger.records import KnownPerson
from importer.livedesk.contact import Contact, lookup
from importer.models import MatchBy
from importer.texts import share_a_word


def known_id(contact: Contact, people: Mapping[str, KnownPerson], match_by: MatchBy) -> str | None:
    """The id of the contact that is this person by what the ledger knows: ``people`` by the lookup keys of the row.

    It is empty if the person may be there, so that a search comes before the create, and the server tells who it is;
    ``None`` if nobody is known. With ``auto`` an equal identifier makes the contact that an earlier run wrote the
    person, unless nothing else agrees: then it is a number of another list.
    """
    found = None
    for name, value in contact.keys().items():  # the identifier first
        person = people.get(lookup(name, value))
        if person is None:
            continue
        if person.is_ours and (name == match_by or (name == "identifier" and _agrees(contact, person.contact))):
            return person.contact_id
        found = ""
    return found


def _agrees(contact: Contact, earlier: Contact) -> bool:
    """Whether the name shares a word with the earlier row's, or the email or the phone number is the same."""
    mine, theirs = contact.keys(), earlier.keys()
    is_named = bool(contact.name and earlier.name and share_a_word(contact.name, earlier.name))
    return is_named or any(mine.get(name) == theirs.get(name, "") for name in ("email", "phone_number"))
