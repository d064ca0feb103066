"""The contacts of an account as its list showed them: who holds which value."""

import json
from collections.abc import Iterable
from dataclasses import fields
from typing import Any, Final, Self

from importer.ledger.file import open_private
from importer.livedesk.contact import KEY_FIELDS, Contact
from importer.livedesk.identity import form_of
from importer.livedesk.responses import Found

_SCHEMA: Final = """
CREATE TABLE contacts (id TEXT PRIMARY KEY, contact TEXT, members TEXT) WITHOUT ROWID;
CREATE TABLE held (name TEXT, value TEXT, id TEXT, PRIMARY KEY (name, value, id)) WITHOUT ROWID;
"""


class AccountIndex:
    """Owns a private database, which SQLite keeps in memory or in a temporary file; what is read twice counts once.
    ``ahead_s`` is as in ``Reply``, of the last answer that told it."""

    def __init__(self) -> None:
        self._db = open_private(_SCHEMA)
        self.ahead_s: float | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def __len__(self) -> int:
        """How many different contacts there are."""
        return int(self._db.execute("SELECT COUNT(*) FROM contacts").fetchone()[0])

    def add(self, contacts: Iterable[Found], ahead_s: float | None = None) -> None:
        """Enter contacts; of one that was there the later state counts. Who has no usable id is left out."""
        self.ahead_s = self.ahead_s if ahead_s is None else ahead_s
        for found in contacts:
            if not found.id:
                continue
            if (before := self.get(found.id)) is not None:
                self._db.executemany("DELETE FROM held WHERE name = ? AND value = ? AND id = ?", _keys(before))
            members = json.dumps({name: getattr(found, name) for name in _MEMBERS}, default=sorted)
            values = found.id, found.contact.json, members
            self._db.execute("INSERT OR REPLACE INTO contacts VALUES (?, ?, ?)", values)
            self._db.executemany("INSERT INTO held VALUES (?, ?, ?)", _keys(found))

    def get(self, contact_id: str) -> Found | None:
        """The contact with this id."""
        row = self._db.execute("SELECT * FROM contacts WHERE id = ?", (contact_id,)).fetchone()
        return _found(*row) if row else None

    def holders(self, name: str, value: str) -> tuple[Found, ...]:
        """The contacts whose ``name``, one of ``KEY_FIELDS``, is ``value``, in the order of their ids."""
        query = "SELECT contacts.* FROM held JOIN contacts USING (id) WHERE name = ? AND value = ? ORDER BY id"
        return tuple(_found(*row) for row in self._db.execute(query, (name, form_of(name, value))))


def _keys(found: Found) -> list[tuple[str, str, str]]:
    """The values that a contact holds, as lines of ``held``."""
    held = {name: value for name in KEY_FIELDS if (value := getattr(found.contact, name))}
    return [(name, form_of(name, value), found.id) for name, value in held.items()]


def _found(contact_id: str, contact: str, members: str) -> Found:
    held: dict[str, Any] = json.loads(members)
    sets = {name: frozenset(value) for name, value in held.items() if isinstance(value, list)}
    return Found(contact_id, Contact.from_json(contact), **{**held, **sets})


_MEMBERS: Final = tuple(member.name for member in fields(Found) if member.name not in ("id", "contact"))
"""Texts, numbers, objects, and sets, which JSON has as lists."""
