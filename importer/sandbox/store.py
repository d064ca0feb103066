"""What the account has stored: the contacts, who holds which value, and what searches look through."""

import re
from bisect import bisect_left
from collections.abc import Mapping
from operator import itemgetter
from typing import Any, Final, NamedTuple

from importer.livedesk.contact import ATTRIBUTE_GROUPS
from importer.models import UPDATABLE, Json
from importer.sandbox import attributes
from importer.sandbox.faults import Faults
from importer.sandbox.holders import Holders
from importer.sandbox.index import Index
from importer.sandbox.validity import UNIQUE, stored_form

FIRST_ID: Final = 100_001
"""Far from row numbers, so that a mix-up of the two is seen."""

SANDBOX_ONLY: Final = ("inbox_id", "avatar_url")
"""What a stored contact remembers of its create beyond what the API's answers show."""

STORED: Final = (
    *UPDATABLE,
    "blocked",
    "availability_status",
    *ATTRIBUTE_GROUPS,
    "thumbnail",
    "created_at",
    "last_activity_at",
    *SANDBOX_ONLY,
)
"""The fields of a stored contact whose values somebody can change; its id stays."""

Contact = dict[str, Any]


class Moment(NamedTuple):
    """When a contact is stored: seconds of the clock, and of the epoch."""

    clock_s: float
    epoch_s: float


class Store:
    """Owns the contacts, ``contacts`` in order of arrival; asks for no rule. Ids rise, and none is given twice."""

    def __init__(self, faults: Faults, index: Index) -> None:
        self.contacts: list[Contact] = []
        self.holders: Final = Holders(UNIQUE)
        self._by_id: dict[int, Contact] = {}
        self._next_id = FIRST_ID
        self._additional = faults.additional
        self._index = index

    def __getitem__(self, contact_id: int) -> Contact:
        return self._by_id[contact_id]

    def find(self, contact_id: object) -> Contact | None:
        """The contact with this id, a number or its text, if it is there."""
        return self._by_id.get(number(str(contact_id)) or 0)

    def add(self, moment: Moment, values: Mapping[str, Json]) -> None:
        """Stores a contact with these values."""
        contact: Contact = {
            "id": self._next_id,
            "name": "",
            **dict.fromkeys(("email", "phone_number", "identifier")),
            "blocked": False,
            "availability_status": "offline",
            **{group: {} for group in ATTRIBUTE_GROUPS},
            "thumbnail": "",
            "created_at": int(moment.epoch_s),
            "contact_inboxes": [],
            **dict.fromkeys(SANDBOX_ONLY),
        }
        self._next_id += 1
        self.contacts.append(contact)
        self._by_id[contact["id"]] = contact
        self._index.add(contact["id"], moment.clock_s)
        self.write(contact, values)

    def write(self, contact: Contact, values: Mapping[str, Json]) -> None:
        """Changes a contact; ``None`` clears a field, and a value that was one contact's alone is free again."""
        for name, value in values.items():
            if name in UNIQUE:
                value = None if value is None else stored_form(name, str(value))
                self.holders.move(name, contact["id"], contact[name], value)
            elif value is None:
                value = {} if name in ATTRIBUTE_GROUPS else "" if name == "name" else None
            elif isinstance(value, dict):
                value = attributes.written(name, contact[name], value, self._additional)
            contact[name] = value
        is_listed = any(contact[name] for name in UNIQUE)
        searched = (contact["name"], *(contact[name] or "" for name in UNIQUE)) if is_listed else ()
        self._index.put(contact["id"], searched)

    def remove(self, contact: Contact) -> None:
        """The contact is in no list any more, and its values are free."""
        contact_id = contact["id"]
        for name in UNIQUE:
            self.holders.move(name, contact_id, contact[name], None)
        self._index.remove(contact_id)
        del self._by_id[contact_id]
        del self.contacts[bisect_left(self.contacts, contact_id, key=itemgetter("id"))]


def number(text: str) -> int | None:
    """The whole number that a text is, if it is one that a database holds."""
    return int(text) if re.fullmatch("[0-9]{1,18}", text) else None
