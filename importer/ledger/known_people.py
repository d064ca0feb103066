"""Whom earlier runs know by a key: a row of an edited file is another contact by its data, and still the same person.

The people of one server are read once, when the first row asks that no fingerprint knows, into a table that ends with
the connection. A forgotten run has no data left to know anybody by.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final, TypeAlias

from importer.ledger.file import decoded
from importer.ledger.known_contacts import OURS
from importer.ledger.records import GivenId, KnownPerson
from importer.ledger.store import Store
from importer.livedesk.contact import KEY_FIELDS, Contact, lookup
from importer.models import MatchBy
from importer.runtime import loads

KnownPeople: TypeAlias = Callable[[Sequence[str]], Mapping[str, KnownPerson]]
"""Finds the people of these lookup keys (``contact.lookup``), at most 32,000 at a time, SQLite's limit on
parameters."""

_TABLE: Final = """
CREATE TEMP TABLE people (
    key TEXT NOT NULL PRIMARY KEY, run INTEGER, source INTEGER, number INTEGER, contact_id TEXT, is_ours INTEGER
) WITHOUT ROWID
"""
_FILL: Final = (
    # The first of a key stays, and one without a key is ignored: whom a run wrote goes before whom it left alone, and
    # the newest run before the others. Rows are read in their order, which takes half as long; LIMIT keeps it.
    "INSERT OR IGNORE INTO temp.people "
    "SELECT person_key(rows.contact), known.run, known.source, known.number, known.contact_id, known.is_ours "
    "FROM (SELECT run, source, number, contact_id, status IN "
    f"{OURS} AS is_ours FROM contacts WHERE server = ? AND contact_id IS NOT NULL AND status <> 'sent' "
    "ORDER BY is_ours DESC, run DESC, source, number LIMIT -1) AS known CROSS JOIN rows "
    "ON rows.run = known.run AND rows.source = known.source AND rows.number = known.number"
)
_FIND: Final = (
    "SELECT people.key, people.contact_id, rows.contact, people.is_ours FROM temp.people AS people JOIN rows "
    "ON rows.run = people.run AND rows.source = people.source AND rows.number = people.number WHERE people.key IN ({})"
)
_HAS_ANY: Final = "SELECT EXISTS (SELECT 1 FROM contacts WHERE server = ? AND contact_id IS NOT NULL)"
_GIVEN: Final = (
    "SELECT known.contact_id, known.server, rows.contact FROM contacts AS known LEFT JOIN rows "
    "ON rows.run = known.run AND rows.source = known.source AND rows.number = known.number "
    "WHERE known.contact_id IN ({}) ORDER BY known.server = ?, known.run"
)


def known_people(store: Store, server: str, match_by: MatchBy) -> KnownPeople | None:
    """The people whom earlier runs created, updated or found on a server; each by the field ``match_by``, and, once a
    key of another field is asked for, by the first of ``KEY_FIELDS`` that their row has, as with ``auto``. ``None`` if
    there are none."""
    with decoded(store.path):
        if not store.db.execute(_HAS_ANY, (server,)).fetchone()[0]:
            return None
    read = set[tuple[str, ...]]()
    store.db.execute("DROP TABLE IF EXISTS temp.people")
    store.db.execute(_TABLE)

    def find(keys: Sequence[str]) -> Mapping[str, KnownPerson]:
        if not keys:
            return {}
        query = _FIND.format(",".join("?" * len(keys)))
        with decoded(store.path):
            for fields in _needed(match_by, keys):
                if fields not in read:
                    _read(store.db, server, fields)
                    read.add(fields)
            return {
                key: KnownPerson(contact_id, Contact.from_json(contact), bool(is_ours))
                for key, contact_id, contact, is_ours in store.db.execute(query, keys)
            }

    return find


def _needed(match_by: MatchBy, keys: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """The fields, the first of which that a row has is the key of its person: once for each way to ask."""
    if match_by != "auto":
        yield (match_by,)
    if match_by == "auto" or not all(key.startswith(f"{match_by}:") for key in keys):
        yield KEY_FIELDS


def _read(db: sqlite3.Connection, server: str, fields: Sequence[str]) -> None:
    db.create_function("person_key", 1, partial(_key, fields), deterministic=True)
    db.execute(_FILL, (server,))


def _key(fields: Sequence[str], contact: str) -> str | None:
    members = loads(contact.encode())
    return next((lookup(name, value) for name in fields if (value := members.get(name))), None)


def given_ids(store: Store, server: str, ids: Sequence[str]) -> dict[str, GivenId]:
    """Those of the contact ids that runs gave to rows, and what is known of each on this server."""
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
