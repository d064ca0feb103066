"""To whom earlier runs gave an id: an answer may have lied, and a later run finds out whose contact it is.

A contact whose id was somebody else's is in doubt from then on, as if its answer had been lost: the line of the table
``contacts`` says so, with the window of its run, and the next run that has the row searches for it. What that run said
of the row stays as it was said.
"""

import sqlite3
from collections.abc import Sequence
from typing import Final

from importer.ledger.file import decoded
from importer.ledger.records import EarlierId, EarlierIds, Source, Window
from importer.ledger.run import WrongIds
from importer.ledger.store import Store
from importer.livedesk.contact import Contact
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
_NOTE: Final = "UPDATE runs SET record = json_insert(record, '$.taken[#]', ?) WHERE seq = ?"
_TAKEN: Final = (
    f"SELECT known.run, known.source, known.number {_OF_KNOWN} "
    "WHERE known.fingerprint = ? AND known.run < ? AND known.status = 'sent'"
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


def take(db: sqlite3.Connection, server: str, seq: int, wrong: WrongId) -> None:
    """Take an id from whom a run before ``seq`` gave it to, if they have it, within a transaction; the run's record
    says so, for the run may be killed before it tells."""
    line = (wrong.since, wrong.until, wrong.fingerprint, wrong.contact_id, server, seq)
    if db.execute(_TAKE, line).rowcount > 0:
        db.execute(_NOTE, (wrong.fingerprint.hex(), seq))


def wrong_ids(store: Store, seqs: Sequence[int]) -> WrongIds | None:
    """As in ``Ledger``. Those whose rows these runs have set right themselves are left out."""
    taken = ((each, seq) for seq in seqs for each in store.run(seq).taken)
    found = sorted({line for each, seq in taken for line in store.reader.execute(_TAKEN, (bytes.fromhex(each), seq))})
    if not found:
        return None
    runs = {earlier: store.run(earlier) for earlier, *_ in found[:EXAMPLES]}
    named = [
        (runs[earlier].id, Source(source, runs[earlier].names).among_all(number))
        for earlier, source, number in found[:EXAMPLES]
    ]
    return WrongIds(len(found), tuple(named))
