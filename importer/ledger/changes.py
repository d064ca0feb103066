"""The table ``changes``: what updates change in contacts that were there before, field by field."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Final

from importer.ledger.file import decoded
from importer.ledger.records import Change, Changed, RowKey
from importer.ledger.rows import KEY, THE_ROW, Page, Statement
from importer.ledger.store import PAGE_ROWS, Store
from importer.models import Holding

_COLUMNS: Final = ", ".join((*KEY, "contact_id", "field", "before", "after"))
_NOTE: Final = (
    "INSERT INTO changes (run, source, number, field, contact_id, before, after) VALUES (?, ?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (run, source, number, field) DO UPDATE SET contact_id = excluded.contact_id, after = excluded.after, "
    "before = iif(contact_id = excluded.contact_id AND after = excluded.before, before, excluded.before)"
)
_LEFT: Final = (
    # What is noted of a row that was not sent after all never left this process.
    "NOT EXISTS (SELECT 1 FROM rows WHERE rows.run = changes.run AND rows.source = changes.source "
    "AND rows.number = changes.number AND rows.status = 'not_sent')"
)
_OF_RUN: Final = (
    f"SELECT {_COLUMNS} FROM changes "
    f"WHERE run = ? AND (source, number, field) > (?, ?, ?) AND {_LEFT} ORDER BY source, number, field LIMIT ?"
)
_TO: Final = (
    "SELECT source, number, contact_id, field FROM changes "
    f"WHERE run = ? AND contact_id IN (SELECT value FROM json_each(?)) AND {_LEFT}"
)
_OF_ROW: Final = f"SELECT {_COLUMNS} FROM changes {THE_ROW} ORDER BY field"

_IN_DOUBT: Final = (
    "SELECT DISTINCT contacts.run, contacts.source, contacts.number FROM contacts JOIN changes "
    "ON changes.run = contacts.run AND changes.source = contacts.source AND changes.number = contacts.number "
    "WHERE contacts.status = 'sent' AND contacts.server = ? AND contacts.run < ?"
)
_CLAIMED: Final = (
    "SELECT DISTINCT rows.source, rows.number, changes.contact_id FROM contacts JOIN changes "
    "ON changes.run = contacts.run AND changes.source = contacts.source AND changes.number = contacts.number "
    "JOIN rows ON rows.run = ?2 AND rows.fingerprint = contacts.fingerprint "
    "WHERE contacts.status = 'sent' AND contacts.server = ?1 AND contacts.run < ?2"
)


def noting(seq: int, changed: Iterable[Changed]) -> Iterator[Statement]:
    """The statements that note what updates are about to change.

    A contact that holds what an earlier try wrote had another value before that.
    """
    for (source, number), changes in changed:
        for contact_id, field, *values in changes:
            before, after = (json.dumps(value, ensure_ascii=False) for value in values)
            yield _NOTE, (seq, source, number, field, contact_id, before, after)


def of_run(store: Store, seq: int) -> Iterator[Changed]:
    """The changes of a run, row by row in the input's order, read a page at a time."""
    for key, changes in groupby(_of_run(store, seq), itemgetter(0)):
        yield key, tuple(change for _, change in changes)


def _of_run(store: Store, seq: int) -> Iterator[tuple[RowKey, Change]]:
    last: tuple[int, int, str] = (-1, -1, "")
    while True:
        with decoded(store.path):
            page = _from(store.reader.execute(_OF_RUN, (seq, *last, PAGE_ROWS)).fetchall())
        if not page:
            return
        yield from page
        last = (*page[-1][0], page[-1][1].field)


def of_row(db: sqlite3.Connection, seq: int, key: RowKey) -> tuple[Change, ...]:
    """The changes of one row."""
    return tuple(change for _, change in _from(db.execute(_OF_ROW, (seq, *key)).fetchall()))


def in_doubt(db: sqlite3.Connection, server: str, seq: int) -> Iterator[tuple[int, tuple[Change, ...]]]:
    """The changes of each row in doubt of the runs before ``seq`` on a server, with its run."""
    for run, *key in db.execute(_IN_DOUBT, (server, seq)).fetchall():
        yield run, of_row(db, run, (key[0], key[1]))


def claimed(db: sqlite3.Connection, server: str, seq: int) -> Iterator[tuple[RowKey, str]]:
    """The rows of run ``seq`` that earlier runs have left in doubt, each with the contact that it was to change."""
    for source, number, contact_id in db.execute(_CLAIMED, (server, seq)).fetchall():
        yield (source, number), contact_id


def made_to(store: Store, seq: int, holdings: Iterable[Holding]) -> dict[Holding, RowKey]:
    """Which of these fields of contacts rows of a run have changed, or are about to; and the row."""
    wanted = set(holdings)
    ids = json.dumps([contact_id for contact_id, _ in wanted])
    with decoded(store.path):
        found = store.reader.execute(_TO, (seq, ids)).fetchall()
    return {
        Holding(contact_id, field): (source, number)
        for source, number, contact_id, field in found
        if (contact_id, field) in wanted
    }


def _from(page: Page) -> list[tuple[RowKey, Change]]:
    return [
        ((source, number), Change(contact_id, field, json.loads(before), json.loads(after)))
        for source, number, contact_id, field, before, after in page
    ]
