"""Who is the same person: the contract's rule, and the people of one file as they are met."""

import json
import sqlite3
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import TracebackType
from typing import Any, Final, Self

from importer.models import Contact, as_text

_SCHEMA: Final = """
CREATE TABLE held (value TEXT PRIMARY KEY, kept INTEGER, number INTEGER) WITHOUT ROWID;
CREATE TABLE people (kept INTEGER PRIMARY KEY, contact TEXT, dropped TEXT);
CREATE TABLE keyless (contact TEXT PRIMARY KEY, times INTEGER) WITHOUT ROWID;
"""


class Relation(StrEnum):
    """How two records stand to each other."""

    SAME = "same"
    SHARED = "shared"
    STRANGERS = "strangers"


def relation(one: Contact, other: Contact) -> Relation:
    """The contract's rule of the same person, on normalized contacts.

    The same: at least one of email (without case), phone number and identifier is equal, and none of the three
    is present in both and different. One equal and another different: two people who share a value.
    """
    return _related(one.keys(), other.keys())


def _related(mine: Mapping[str, str], theirs: Mapping[str, str]) -> Relation:
    common = mine.keys() & theirs.keys()
    if not any(mine[name] == theirs[name] for name in common):
        return Relation.STRANGERS
    return Relation.SAME if all(mine[name] == theirs[name] for name in common) else Relation.SHARED


def merge(kept: Contact, other: Contact) -> tuple[Contact, dict[str, str]]:
    """``kept`` with its empty fields filled from ``other``, and the fields that were filled."""
    mine = kept.create_fields()
    added = {name: value for name, value in other.create_fields().items() if name not in mine}
    more = {name: value for name, value in other.attributes.items() if name not in kept.attributes}
    told = added | {name: as_text(value) for name, value in more.items()}
    return replace(kept, **added, attributes={**kept.attributes, **more}), told


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an earlier row of the file says about a contact.

    ``number`` is the row that holds the value ``field`` in common and ``kept`` the first row of that person.
    For the same person, ``added`` are the fields that the person did not have yet, and ``whole`` the person with
    them.
    """

    relation: Relation
    number: int
    kept: int
    field: str
    added: Mapping[str, str]
    whole: Contact


@dataclass(frozen=True, slots=True)
class _Holder:
    kept: int
    number: int


@dataclass(frozen=True, slots=True)
class _Person:
    """A person so far: as they are sent, and the unique values that were dropped, for they belong to another."""

    contact: Contact
    dropped: Mapping[str, str]

    def keys(self) -> dict[str, str]:
        """All unique values that the file gives this person."""
        return {**self.contact.keys(), **self.dropped}


class People:
    """The people of one file, in a private database that SQLite keeps in memory or in a file of its own.

    A person is a kept row and the duplicates of it, with all that they know together: so a third row is held
    against the person and not against the one row that happened to come first.
    """

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.executescript(_SCHEMA)
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute("BEGIN")
        self._held: dict[str, _Holder] = {}
        self._people: dict[int, _Person] = {}
        self._new: list[tuple[str, int, int]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()

    def expect(self, contacts: Iterable[Contact]) -> None:
        """Look up at once who holds the values of contacts to be met next, and put away who was met so far.

        A look at the database for each contact would take longer than all else about it.
        """
        self._db.executemany("INSERT INTO held VALUES (?, ?, ?)", self._new)
        self._db.executemany(
            "INSERT OR REPLACE INTO people VALUES (?, ?, ?)",
            [(kept, person.contact.json, json.dumps(person.dropped)) for kept, person in self._people.items()],
        )
        self._new, self._people = [], {}
        values = json.dumps([value for contact in contacts for value in _values(contact)])
        rows = self._db.execute(
            "SELECT value, kept, number FROM held WHERE value IN (SELECT value FROM json_each(?))", (values,)
        )
        self._held = {value: _Holder(kept, number) for value, kept, number in rows}

    def meet(self, number: int, contact: Contact, dropped: Mapping[str, str] | None = None) -> Verdict | None:
        """Enter row ``number``; ``None`` if it is somebody new, else what an earlier row says about it.

        The contact was among those expected. ``dropped`` are unique values that it goes without because another
        person has them: they still tell it from others.

        A row that shares a value with another person is not entered: it is not sent, so it holds nothing.
        """
        holders = self._holders(contact)
        if not holders:
            self._enter(number, number, _Person(contact, dropped or {}), contact.keys())
            return None
        mine = _Person(contact, dropped or {})
        people = {holder.kept: self._person(holder.kept) for holder in holders.values()}
        for name, holder in holders.items():
            if _related(people[holder.kept].keys(), mine.keys()) is Relation.SHARED:
                return Verdict(Relation.SHARED, holder.number, holder.kept, name, {}, contact)
        name, first = min(holders.items(), key=lambda item: item[1].kept)
        # A value that a second person holds stays theirs: the desk allows each value once.
        theirs: dict[str, Any] = {field: None for field, holder in holders.items() if holder.kept != first.kept}
        whole, added = merge(people[first.kept].contact, replace(contact, **theirs))
        self._enter(number, first.kept, _Person(whole, people[first.kept].dropped), added)
        return Verdict(Relation.SAME, first.number, first.kept, name, added, whole)

    def occurrence(self, contact: Contact) -> int:
        """The ordinal, from 0, of a contact without a unique field among its exact likes; 0 with such a field."""
        if contact.keys():
            return 0
        (times,) = self._db.execute(
            "INSERT INTO keyless VALUES (?, 0) ON CONFLICT DO UPDATE SET times = times + 1 RETURNING times",
            (replace(contact, attributes={}).json,),  # as the fingerprint knows it
        ).fetchone()
        return int(times)

    def _holders(self, contact: Contact) -> dict[str, _Holder]:
        """Who holds which of the contact's unique values: ``{field: holder}``."""
        held = self._held
        return {field: held[value] for value, field in _values(contact).items() if value in held}

    def _person(self, kept: int) -> _Person:
        if kept not in self._people:
            row = self._db.execute("SELECT contact, dropped FROM people WHERE kept = ?", (kept,)).fetchone()
            self._people[kept] = _Person(Contact.from_json(row[0]), json.loads(row[1]))
        return self._people[kept]

    def _enter(self, number: int, kept: int, whole: _Person, new: Container[str]) -> None:
        """``whole`` is the person from now on, of whom row ``number`` brought the fields ``new``."""
        self._people[kept] = whole
        for value, field in _values(whole.contact).items():
            if field in new:
                self._held[value] = _Holder(kept, number)
                self._new.append((value, kept, number))


def _values(contact: Contact) -> dict[str, str]:
    """The unique values of a contact as they are looked up: ``{"email:a@b.c": "email"}``."""
    return {f"{field}:{value}": field for field, value in contact.keys().items()}
