"""Rows that a run sent, or knew to be sent, by their place; and those among them whose contact has no key, so that no
search finds it."""

import sqlite3
from collections.abc import Mapping, Sequence, Set
from typing import Final

from importer.ledger import rows as table
from importer.ledger.records import LedgerRow, RowKey, SentBefore
from importer.livedesk.contact import KEY_FIELDS
from importer.remarks import NOT_AGAIN

_SENT: Final = "('created', 'updated', 'unchanged', 'exists', 'unknown', 'sent')"
_AS_SENT: Final = ("cells", "contact")
_COLUMNS: Final = ", ".join(f"{'origin' if name in _AS_SENT else 'rows'}.{name}" for name in table.ROW_COLUMNS)
_SENT_ROW: Final = (
    f"SELECT {_COLUMNS} FROM rows JOIN contacts USING (fingerprint) JOIN rows AS origin ON origin.run = contacts.run "
    "AND origin.source = contacts.source AND origin.number = contacts.number "
    f"WHERE rows.run = ? AND rows.source = ? AND rows.number = ? AND rows.status IN {_SENT}"
)
_KEYS: Final = ", ".join(f"'$.{name}'" for name in KEY_FIELDS)
_WITHOUT_KEY: Final = (
    f"json_extract(rows.contact, {_KEYS}) = '[null,null,null]' AND json_extract(rows.contact, '$.name') NOT NULL"
)
_NUMBERS: Final = (
    f"SELECT number FROM rows WHERE run = ? AND source = ? AND status IN {_SENT} "
    f"AND ({_WITHOUT_KEY} OR instr(hint, '{NOT_AGAIN}') > 0)"
)
_STANDS: Final = "fingerprint IN (SELECT fingerprint FROM rows WHERE run = ?)"
_IS_KNOWN: Final = "EXISTS (SELECT 1 FROM contacts WHERE contacts.fingerprint = rows.fingerprint)"
_OF_PLACE: Final = (
    "SELECT json_extract(contact, '$.name'), runs.id, ifnull(contact_id, '') FROM rows JOIN runs ON seq = run "
    f"WHERE run = ? AND source = ? AND status IN ('created', 'unchanged', 'exists') AND {_WITHOUT_KEY} "
    f"AND {_IS_KNOWN} AND NOT {_STANDS}"
)
_IN_DOUBT: Final = (
    "SELECT json_extract(rows.contact, '$.name'), runs.id, '' FROM contacts JOIN rows ON rows.run = contacts.run "
    "AND rows.source = contacts.source AND rows.number = contacts.number JOIN runs ON seq = contacts.run "
    "WHERE contacts.status = 'sent' AND contacts.contact_id IS NULL AND contacts.server = ? AND contacts.run < ? "
    f"AND {_WITHOUT_KEY} AND NOT contacts.{_STANDS} ORDER BY contacts.run"
)


def sent_row(db: sqlite3.Connection, seq: int, key: RowKey) -> LedgerRow | None:
    """A row of a run, with the cells and the contact that it had when it was sent, by whichever run; ``None`` if the
    run neither sent it nor knew that it was sent, or the ledger no longer knows its contact, as after an undo."""
    return next(iter(table.rows_from(db.execute(_SENT_ROW, (seq, *key)).fetchall())), None)


def rows_without_key(db: sqlite3.Connection, seq: int, source: int) -> Set[int]:
    """The numbers of such rows of one source of a run."""
    return frozenset(number for (number,) in db.execute(_NUMBERS, (seq, source)))


def sent_without_key(
    db: sqlite3.Connection, seq: int, server: str, places: Sequence[tuple[int, int]]
) -> Mapping[str, SentBefore]:
    """The contacts without a key of these places (runs and sources, the newest last), and of rows in doubt of any run
    before ``seq`` on the server, by name; but for those that run ``seq`` has too."""
    found: dict[str, SentBefore] = {}
    for name, run, contact_id in db.execute(_IN_DOUBT, (server, seq, seq)):
        found[name] = SentBefore(run, contact_id)
    for place in places:
        for name, run, contact_id in db.execute(_OF_PLACE, (*place, seq)):
            found[name] = SentBefore(run, contact_id)
    return found
