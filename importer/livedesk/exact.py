"""The exact look-up of many, ``POST /contacts/filter`` (kin): what it asks, what of its answer counts. Pure."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from importer.livedesk.contact import Contact
from importer.livedesk.identity import echo_of, holds
from importer.livedesk.responses import Found, Reply, found_contacts
from importer.models import Json

PAGE_SIZE: Final = 15
"""The contacts on a page: on one that is full somebody may be left out."""

MOST_VALUES: Final = PAGE_SIZE - 1
"""The values of one request. If each has its one holder, the page is not full."""


class Sought(NamedTuple):
    """Whom one condition is about: the contact whose ``name``, one of ``KEY_FIELDS``, is ``value``."""

    name: str
    value: str


def filter_body(sought: Sequence[Sought]) -> dict[str, Json]:
    """The body that asks for everybody who is sought. Of ``values`` the first alone counts (kin)."""
    conditions: list[Json] = [
        {
            "attribute_key": name,
            "filter_operator": "equal_to",
            "values": [value],
            "query_operator": "OR" if left else None,
        }
        for left, (name, value) in zip(range(len(sought) - 1, -1, -1), sought, strict=True)
    ]
    return {"payload": conditions}


def those_sought(reply: Reply, sought: Sequence[Sought]) -> list[Found] | None:
    """The contacts of a 200; ``None`` if it has another content, or a contact whom nobody asked for."""
    contacts = found_contacts(reply)
    if contacts is None or not all(any(holds(one.contact, *each) for each in sought) for one in contacts):
        return None
    return contacts


def only_holder(contacts: Sequence[Found], contact: Contact) -> Found | None:
    """The contact that holds all keys of ``contact``; ``None`` if nobody does, or another holds one of them too.

    Whom a full page leaves out, nobody knows.
    """
    keys = contact.keys().items()
    holders = [one for one in contacts if any(holds(one.contact, name, value) for name, value in keys)]
    if len(contacts) >= PAGE_SIZE or len(holders) != 1:
        return None
    holder = holders[0]
    return holder if holder.id and echo_of(contact, holder.contact).is_whole else None
