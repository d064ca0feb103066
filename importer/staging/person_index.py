"""Who is the same person: the rule, and an index of the people in one file by their values."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

from importer.ledger.file import open_private
from importer.livedesk.contact import Contact, as_text, lookup
from importer.models import MatchBy
from importer.staging.names import can_be_one, fuller

if TYPE_CHECKING:
    from importer.staging.hash_table import HashTable

_SCHEMA: Final = """
CREATE TABLE duplicates (number INTEGER PRIMARY KEY, kept INTEGER);
CREATE TABLE people (kept INTEGER PRIMARY KEY, contact TEXT, dropped TEXT, known_as TEXT);
CREATE TABLE keyless (contact TEXT PRIMARY KEY, times INTEGER) WITHOUT ROWID;
"""

FEW: Final = 1 << 16
_KEY: Final = 0xFFFF_FFFF


class Relation(StrEnum):
    """How two records stand to each other."""

    SAME = "same"
    SHARED = "shared"
    STRANGERS = "strangers"


def relation(one: Contact, other: Contact, match_by: MatchBy = "auto") -> Relation:
    """Whether two normalized contacts are one person.

    They are if at least one of email (without case), phone number and identifier is equal, and none of the three is
    present in both and different. One equal and another different makes two people who share a value.

    Where both have the field ``match_by``, it alone decides: equal is one person, whatever else differs.
    """
    return _related(one.keys(), other.keys(), match_by)


def _related(mine: Mapping[str, str], theirs: Mapping[str, str], match_by: MatchBy) -> Relation:
    common = mine.keys() & theirs.keys()
    if not any(mine[name] == theirs[name] for name in common):
        return Relation.STRANGERS
    if match_by in common and mine[match_by] == theirs[match_by]:
        return Relation.SAME
    return Relation.SAME if all(mine[name] == theirs[name] for name in common) else Relation.SHARED


def merge(kept: Contact, other: Contact) -> tuple[Contact, dict[str, str]]:
    """``kept`` with its empty fields filled from ``other``, and what was filled: ``{field: text}``."""
    mine = kept.create_fields()
    added = {name: value for name, value in other.create_fields().items() if name not in mine}
    more = {name: value for name, value in other.attributes.items() if name not in kept.attributes}
    told = added | {name: as_text(value) for name, value in more.items()}
    clears = tuple(name for name in kept.clears if name not in told)
    return replace(kept, **added, attributes={**kept.attributes, **more}, clears=clears), told


@dataclass(frozen=True, slots=True)
class Match:
    """An earlier row of the file with a value in common.

    Row ``number`` holds the same value of ``field``; ``kept`` is the first row of its person. If both are the same
    person, ``added`` has the fields that are new of that person, and ``whole`` is the person with them; ``known_as`` is
    the fullest of the names that the person had before, empty if no row had one. If another
    person shares the value, ``number`` is the row of theirs with the value and with what differs, if there is one.
    """

    relation: Relation
    number: int
    kept: int
    field: str
    added: Mapping[str, str]
    whole: Contact
    known_as: str = ""


class _Holder(NamedTuple):
    kept: int
    number: int


@dataclass(frozen=True, slots=True)
class _Person:
    """A person so far: as they will be sent, the unique values that were dropped because they are another's, and the
    fullest of their names."""

    contact: Contact
    dropped: Mapping[str, str]
    known_as: str

    def keys(self) -> dict[str, str]:
        """Every unique value that the file gives this person, dropped or not."""
        return {**self.contact.keys(), **self.dropped}


class PersonIndex:
    """The people of one file: who holds which value.

    A person is a kept row and its duplicates, with all their values together: a third row is compared with the person,
    not just with the row that came first.

    For most people the index keeps only hashes of their values; ``contact_of`` returns the contact of an earlier row.
    People with several rows go into a private database, which SQLite keeps in memory or in a temporary file.
    """

    def __init__(self, contact_of: Callable[[int], Contact], match_by: MatchBy = "auto") -> None:
        self._contact_of = contact_of
        self._match_by = match_by
        self._db = open_private(_SCHEMA)
        self._rows = ValueIndex()
        self._alike: dict[str, int] = {}
        self._recent: dict[int, str] = {}
        self.left: set[int] = set()
        """The rows of whom an earlier run has sent what no search would find: nothing is added to them."""
        self.left_as: set[bytes] = set()
        """The fingerprints of what it sent for them."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def enter(
        self, numbers: Sequence[int], contacts: Sequence[str], lookups: Sequence[Sequence[str | None]]
    ) -> set[int]:
        """Enter the rows of a batch that share no value with each other or with an earlier row.

        ``contacts`` are JSON; ``lookups`` has a list for each unique field. Returns the places of rows that may
        share one: the caller must ``meet`` each of them, in order. ``contact_of`` must know rows of earlier batches.
        """
        self._recent = dict(zip(numbers, contacts, strict=True))
        places = [at for column in lookups for at, value in enumerate(column) if value is not None]
        values = [value for column in lookups for value in column if value is not None]
        common = {at for at, number in zip(places, self._rows.find([*map(hash, values)]), strict=True) if number}
        if len({*values}) < len(values):
            times = Counter(values)
            common |= {at for at, value in zip(places, values, strict=True) if times[value] > 1}
        if common:
            values = [value for at, value in zip(places, values, strict=True) if at not in common]
            places = [at for at in places if at not in common]
        self._hold(values, [numbers[at] for at in places])
        return common

    def meet(self, number: int, contact: Contact, dropped: Mapping[str, str] | None = None) -> Match | None:
        """Enter row ``number`` and return ``None`` if it is somebody new, else the earlier row that it matches.

        ``dropped`` are unique values that the row goes without because another person has them; they still tell it
        from others. A row that shares a value with another person is not entered: it is not sent, so it holds nothing.
        """
        values = _values(contact)
        holders = self._holders(values)
        if not holders:
            self._recent[number] = contact.json
            self._hold([*values], [number] * len(values))
            if dropped:
                self._keep(number, _Person(contact, dropped, contact.name or ""))
            return None
        if number not in self._recent:
            self._recent[number] = contact.json
        mine = _Person(contact, dropped or {}, contact.name or "")
        people = {holder.kept: self._person(holder.kept) for holder in holders.values()}
        decides = holders.get(self._match_by)  # whoever holds the value that decides is the person, and no other
        for name, holder in holders.items() if decides is None else ():
            if _related(people[holder.kept].keys(), mine.keys(), self._match_by) is Relation.SHARED:
                number = self._against(mine.keys(), name, holder)
                return Match(Relation.SHARED, number, holder.kept, name, {}, contact)
        name, first = min(holders.items(), key=lambda item: item[1].kept)
        if decides is not None:
            name, first = self._match_by, decides
        # A value that another person holds stays theirs: the desk allows each value once.
        theirs: dict[str, Any] = {field: None for field, holder in holders.items() if holder.kept != first.kept}
        person = people[first.kept]
        whole, added = merge(person.contact, replace(contact, **theirs))
        self._keep(first.kept, _Person(whole, person.dropped, _fullest(person.known_as, mine.known_as)))
        if new := [value for value, field in _values(whole).items() if field in added]:
            self._hold(new, [number] * len(new))
            self._db.execute("INSERT OR REPLACE INTO duplicates VALUES (?, ?)", (number, first.kept))
        return Match(Relation.SAME, first.number, first.kept, name, added, whole, person.known_as)

    def occurrence(self, contact: Contact) -> int:
        """How many equal contacts came before this one; 0 for a contact with a unique value."""
        if contact.keys():
            return 0
        (times,) = self._db.execute(
            "INSERT INTO keyless VALUES (?, 0) ON CONFLICT DO UPDATE SET times = times + 1 RETURNING times",
            (contact.known_by,),
        ).fetchone()
        return int(times)

    def _holders(self, values: Mapping[str, str]) -> dict[str, _Holder]:
        """Who holds which of a contact's unique values: ``{field: holder}``."""
        numbers = zip(values, self._rows.find([*map(hash, values)]), strict=True)
        return {
            values[value]: holder for value, number in numbers if number and (holder := self._holder(value, number))
        }

    def _holder(self, value: str, number: int) -> _Holder | None:
        """The holder of ``value``, if it is row ``number``, which has a value of the same hash."""
        number = self._alike.get(value, number)
        row = self._db.execute("SELECT kept FROM duplicates WHERE number = ?", (number,)).fetchone()
        kept = row[0] if row else number
        return _Holder(kept, number) if value in _values(self._person(kept).contact) else None

    def _against(self, mine: Mapping[str, str], field: str, holder: _Holder) -> int:
        """The row of a person that somebody with the same value of ``field`` differs from: a person's values may come
        from several rows. Where none has both, the first row with the value."""
        theirs = self._person(holder.kept).keys()
        differing = [lookup(name, value) for name, value in theirs.items() if mine.get(name, value) != value]
        found = zip(differing, self._rows.find([*map(hash, differing)]), strict=True)
        givers = (self._holder(value, number) for value, number in found if number)
        rows = sorted(giver.number for giver in givers if giver is not None and giver.kept == holder.kept)
        rows = [holder.number, *(row for row in rows if row != holder.number)]
        return next((row for row in rows if self._differs(row, mine, field)), holder.number)

    def _differs(self, number: int, mine: Mapping[str, str], field: str) -> bool:
        """Whether a row has the same value of ``field``, and another of a further one."""
        recent = self._recent.get(number)
        own = (self._contact_of(number) if recent is None else Contact.from_json(recent)).keys()
        return own.get(field) == mine[field] and _related(own, mine, self._match_by) is Relation.SHARED

    def _hold(self, values: Sequence[str], numbers: Sequence[int]) -> None:
        """Record the first row of each value."""
        for at in self._rows.add([*map(hash, values)], numbers):  # whose hash another value has
            self._alike[values[at]] = numbers[at]

    def _person(self, kept: int) -> _Person:
        row = self._db.execute("SELECT contact, dropped, known_as FROM people WHERE kept = ?", (kept,)).fetchone()
        if row:
            return _Person(Contact.from_json(row[0]), json.loads(row[1]), row[2])
        recent = self._recent.get(kept)
        contact = self._contact_of(kept) if recent is None else Contact.from_json(recent)
        return _Person(contact, {}, contact.name or "")

    def _keep(self, kept: int, person: _Person) -> None:
        values = (kept, person.contact.json, json.dumps(person.dropped), person.known_as)
        self._db.execute("INSERT OR REPLACE INTO people VALUES (?, ?, ?, ?)", values)


def _fullest(known: str, name: str) -> str:
    """The fuller of two names, if they can be one person's; else the one that was there before."""
    return fuller(known, name) if not known or can_be_one(known, name) else known


def _values(contact: Contact) -> dict[str, str]:
    """The unique values of a contact as they are looked up: ``{"email:a@b.c": "email"}``."""
    return {lookup(field, value): field for field, value in contact.keys().items()}


class ValueIndex:
    """Row numbers, 1 to 2**32 - 1, by key; nothing is ever removed.

    A key is an integer of which the last 32 bits count. Of a million values about a hundred share another's key, so
    the caller must check that the row it finds is the right one. Up to ``few`` numbers stay in a ``dict``: loading
    numpy takes as long as staging ten thousand rows.
    """

    def __init__(self, few: int = FEW) -> None:
        self._most = few
        self._few: dict[int, int] = {}
        self._many: HashTable | None = None

    def find(self, keys: Sequence[int]) -> list[int]:
        """The number under each key, or 0."""
        if self._many is None:
            return [self._few.get(key & _KEY, 0) for key in keys]
        return self._many.find(keys)

    def add(self, keys: Sequence[int], numbers: Sequence[int]) -> list[int]:
        """Store each number under its key; return the indexes of the keys that had another number already."""
        if self._many is not None:
            return self._many.add(keys, numbers)
        pairs = zip(keys, numbers, strict=True)
        taken = [at for at, (key, number) in enumerate(pairs) if self._few.setdefault(key & _KEY, number) != number]
        if len(self._few) > self._most:
            from importer.staging.hash_table import HashTable

            self._many = HashTable()
            self._many.add([*self._few], [*self._few.values()])
            self._few = {}
        return taken
