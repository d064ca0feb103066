"""To whom earlier runs gave an id: an answer may have lied, and a later run finds out whose contact it is.

A contact whose id was somebody else's is in doubt from then on, as if its answer had been lost: the line of the table
``contacts`` says so, with the window of its run, and the next run that has the row searches for it. What that run said
of the row stays as it was said.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Final

from importer.ledger.file import decoded
from importer.ledger.records import EarlierId, EarlierIds, Source, Window
from importer.ledger.run import WrongIds
from importer.ledger.store import Store
from importer.livedesk.contact import Contact
from importer.message import Message
from importer.models import WrongId

EXAMPLES: Final = 3
"""So many rows are named."""

_WINDOW: Final = (
    "coalesce(known.since, rows.since, CAST(strftime('%s', json_extract(record, '$.started_at')) AS REAL), 0.0), "
    "coalesce(known.until, ifnull(written_at, CAST(strftime('%s', 'now') AS REAL)) "
    "+ coalesce(json_extract(record, '$.options.timeout'), 30.0) "
    "+ coalesce(json_extract(record, '$.options.settle'), 30.0))"
)
_OF_KNOWN: Final = (
    "FROM contacts AS known JOIN runs ON seq = known.run LEFT JOIN rows "
    "ON rows.run = known.run AND rows.source = known.source AND rows.number = known.number"
)
_GIVEN: Final = (
    f"SELECT known.fingerprint, {_WINDOW}, ifnull(rows.contact, '{{}}'), known.status IN ('created', 'pending') "
    f"{_OF_KNOWN} WHERE known.contact_id = ? AND known.server = ? AND known.run < ? AND known.fingerprint IS NOT ?"
)
_WINDOW_OF: Final = f"SELECT {_WINDOW} {_OF_KNOWN} WHERE known.fingerprint = ?"
_TAKE: Final = (
    "UPDATE contacts SET status = 'sent', contact_id = NULL, since = ?, until = ? "
    "WHERE fingerprint = ? AND contact_id = ? AND server = ? AND run < ?"
)
_TAKEN: Final = (
    f"SELECT known.run, known.source, known.number {_OF_KNOWN} WHERE known.server = ? AND known.run < ? "
    "AND known.status = 'sent' AND rows.status IN ('created', 'updated', 'exists', 'unchanged') "
    "ORDER BY known.run, known.source, known.number"
)


def earlier_ids(store: Store, server: str, seq: int) -> EarlierIds | None:
    """As in ``Ledger``, on the server of run ``seq``: one look into an index for each id."""
    find = store.reader.execute
    with decoded(store.path):
        if find("SELECT 1 FROM contacts WHERE run < ? LIMIT 1", (seq,)).fetchone() is None:
            return None

    def given(contact_id: str, fingerprint: bytes | None) -> Sequence[EarlierId]:
        found = find(_GIVEN, (contact_id, server, seq, fingerprint)).fetchall()
        return [_earlier_id(*line) for line in found] if found else ()

    return given


def _earlier_id(fingerprint: bytes, since: float, until: float, contact: str, is_created: int) -> EarlierId:
    return EarlierId(fingerprint, Window(since, until), Contact.from_json(contact), bool(is_created))


def window_of(store: Store, fingerprint: bytes | None) -> Window | None:
    """When a contact can have been stored by the newest run that has sent it."""
    with decoded(store.path):
        found = store.reader.execute(_WINDOW_OF, (fingerprint,)).fetchone()
    return Window(*found) if found else None


def take(db: sqlite3.Connection, contact_id: str | None, server: str, seq: int, wrong: Iterable[WrongId]) -> int:
    """Take an id from those to whom runs before ``seq`` gave it, within a transaction; returns how many had it."""
    lines = [(since, until, fingerprint, contact_id, server, seq) for fingerprint, since, until in wrong]
    return sum(db.execute(_TAKE, line).rowcount for line in lines)


def wrong_ids(store: Store, server: str, seq: int) -> WrongIds | None:
    """As in ``Ledger``, on the server of run ``seq``; it reads all contacts."""
    rows, named = 0, list[tuple[str, Message | int]]()
    with decoded(store.path):
        for earlier, source, number in store.reader.execute(_TAKEN, (server, seq)):
            rows += 1
            if rows <= EXAMPLES:
                run = store.run(earlier)
                named.append((run.id, Source(source, run.names).among_all(number)))
    return WrongIds(rows, tuple(named)) if rows else None
