"""Whom earlier runs know by a key: a row of an edited file is another contact by its data, and still the same person.

Each key that somebody had counts, for any of them may be emptied. Filling the table takes 2.7 s for 200,000 people with
two or three keys each, by the first of them alone 1.4 s; 22 and 9 s for a million.

The people of one server are read once, when the first row asks that no fingerprint knows, into a table that ends with
the connection. A forgotten run has no data left to know anybody by.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final, TypeAlias

from importer.ledger.file import decoded
from importer.ledger.known_contacts import OURS
from importer.ledger.records import GivenId, KnownPerson
from importer.ledger.store import Store
from importer.livedesk.contact import KEY_FIELDS, Contact, lookup
from importer.models import MatchBy
from importer.runtime import dumps_texts, loads

KnownPeople: TypeAlias = Callable[[Sequence[str]], Mapping[str, Sequence[KnownPerson]]]
"""Finds the people of these lookup keys (``contact.lookup``), at most 32,000 at a time, SQLite's limit on parameters:
of those whose first key it is one, and one of those who have a better key besides."""

_TABLE: Final = """
CREATE TEMP TABLE people (
    key TEXT NOT NULL, is_further INTEGER NOT NULL,
    run INTEGER, source INTEGER, number INTEGER, contact_id TEXT, is_ours INTEGER, PRIMARY KEY (key, is_further)
) WITHOUT ROWID
"""
_FILL: Final = (
    # The first of a key stays: whom a run wrote goes before whom it left alone, and the newest run before the others.
    # Rows are read in their order, which takes half as long; LIMIT keeps it.
    "INSERT OR IGNORE INTO temp.people "
    "SELECT one.value, one.key > 0, known.run, known.source, known.number, known.contact_id, known.is_ours "
    "FROM (SELECT run, source, number, contact_id, status IN "
    f"{OURS} AS is_ours FROM contacts WHERE server = ? AND contact_id IS NOT NULL AND status <> 'sent' "
    "ORDER BY is_ours DESC, run DESC, source, number LIMIT -1) AS known CROSS JOIN rows "
    "ON rows.run = known.run AND rows.source = known.source AND rows.number = known.number "
    "CROSS JOIN json_each(person_keys(rows.contact)) AS one"
)
_FIND: Final = (
    "SELECT people.key, people.contact_id, rows.contact, people.is_ours FROM temp.people AS people JOIN rows "
    "ON rows.run = people.run AND rows.source = people.source AND rows.number = people.number "
    "WHERE people.key IN ({}) ORDER BY is_further"
)
_HAS_ANY: Final = "SELECT EXISTS (SELECT 1 FROM contacts WHERE server = ? AND contact_id IS NOT NULL)"
_GIVEN: Final = (
    "SELECT known.contact_id, known.server, rows.contact FROM contacts AS known LEFT JOIN rows "
    "ON rows.run = known.run AND rows.source = known.source AND rows.number = known.number "
    "WHERE known.contact_id IN ({}) ORDER BY known.server = ?, known.run"
)


def known_people(store: Store, server: str, match_by: MatchBy) -> KnownPeople | None:
    """The people whom earlier runs created, updated or found on a server, each by every key that their row has; where
    the field ``match_by`` decides alone, by that, and by the others once a row without it asks. ``None`` if there are
    none."""
    with decoded(store.path):
        if not store.db.execute(_HAS_ANY, (server,)).fetchone()[0]:
            return None
    read = set[tuple[str, ...]]()
    store.db.execute("DROP TABLE IF EXISTS temp.people")
    store.db.execute(_TABLE)

    def find(keys: Sequence[str]) -> Mapping[str, Sequence[KnownPerson]]:
        if not keys:
            return {}
        query = _FIND.format(",".join("?" * len(keys)))
        with decoded(store.path):
            for fields in _needed(match_by, keys):
                if fields not in read:
                    _read(store.db, server, fields)
                    read.add(fields)
            found = defaultdict[str, list[KnownPerson]](list)
            for key, contact_id, contact, is_ours in store.db.execute(query, keys):
                found[key].append(KnownPerson(contact_id, Contact.from_json(contact), bool(is_ours)))
            return found

    return find


def _needed(match_by: MatchBy, keys: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """The fields to know people by, the best first: once for each way to ask."""
    if match_by != "auto":
        yield (match_by,)
    if match_by == "auto" or not all(key.startswith(f"{match_by}:") for key in keys):
        yield tuple(name for name in KEY_FIELDS if name != match_by)


def _read(db: sqlite3.Connection, server: str, fields: Sequence[str]) -> None:
    db.create_function("person_keys", 1, partial(_keys, fields), deterministic=True)
    db.execute(_FILL, (server,))


def _keys(fields: Sequence[str], contact: str) -> str:
    members = loads(contact.encode())
    return dumps_texts([lookup(name, value) for name in fields if (value := members.get(name))])


def given_ids(store: Store, server: str, ids: Sequence[str]) -> dict[str, GivenId]:
    """What is known on this server of the contact ids that runs gave to rows, by the id."""
    given: dict[str, GivenId] = {}
    query = _GIVEN.format(",".join("?" * len(ids)))
    with decoded(store.path):
        for contact_id, address, contact in store.db.execute(query, (*ids, server)):
            if address != server:
                given[contact_id] = GivenId(elsewhere=address)
            else:
                before = given[contact_id].contacts if contact_id in given else ()
                given[contact_id] = GivenId((*before, Contact.from_json(contact or "{}")))
    return given
