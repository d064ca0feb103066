"""The register: a line in the ledger for each contact that a run has sent.

A line is found by the contact's fingerprint, so that a later run finds what an earlier one did, whatever file the
contact comes from. While a run works, its rows alone say which contacts it has marked as sent and which it has created;
their lines are written when its rows are closed. Its status says what is left to do:

    ``sent``                            in doubt: it left, and what became of it is not known; search first
    ``pending`` with a contact id       the contact exists, its attributes are due
    ``exists``                          it was left alone, and holds other data
    ``created``, ``updated``, ``unchanged``  nothing: the server holds this data
"""

import sqlite3
from collections.abc import Iterable, Sequence
from hashlib import sha256
from json.encoder import encode_basestring
from typing import Final, NamedTuple

from importer.ledger.records import Earlier, RowKey, Settled
from importer.livedesk.contact import Contact
from importer.models import Outcome, Status

ATTRIBUTES_DUE: Final = "attributes_failed"
"""The error_code of a row that was created and whose attributes did not reach the server."""

_ENTERED: Final = (Status.CREATED, Status.PENDING)
"""What ``settle`` leaves to ``enter``, which writes what was created all at once, in the end."""

_WRITE: Final = "INSERT OR REPLACE INTO contacts (fingerprint, status, contact_id, server, run) VALUES (?, ?, ?, ?, ?)"
_SUPERSEDE: Final = "DELETE FROM contacts WHERE contact_id = ? AND server = ? AND run < ?"
_ENTER: Final = (
    # In the order of the key: a page of the table is written once, where a write per row would be a page per row.
    "INSERT OR REPLACE INTO contacts (fingerprint, status, contact_id, server, run) SELECT fingerprint, status, "
    "contact_id, ?1, run FROM rows WHERE run = ?2 AND status IN ('created', 'sent') ORDER BY fingerprint"
)
_SUPERSEDE_ALL: Final = (
    "DELETE FROM contacts WHERE server = ?1 AND run < ?2 "
    "AND contact_id IN (SELECT contact_id FROM rows WHERE run = ?2 AND status = 'created')"
)
_IN_DOUBT: Final = (
    "SELECT rows.source, rows.number, rows.contact FROM contacts JOIN rows ON rows.run = contacts.run "
    "AND rows.fingerprint = contacts.fingerprint WHERE contacts.status = 'sent' AND (contacts.run = ?1 OR ?1 IS NULL)"
)


def fingerprint(base_url: str, known_by: str, occurrence: int = 0) -> bytes:
    """Sixteen bytes that recognize a contact of one account: its data, its inbox and the server.

    ``known_by`` is ``Contact.known_by``, which is ``Contact.json`` of one with a unique field. One without is told from
    its likes by ``occurrence``, its ordinal among them in the file: two rows that say only ``Kim`` are two people, and
    stay two in the next run.

    A known limit: the hash has no key, so whoever has the ledger can test a guess at all of a contact's data at
    once. That is within reach where the data is little, such as a phone number and nothing else; a key would have
    to lie beside the ledger, where whoever has the one has the other.
    """
    text = f"[{encode_basestring(base_url)}, {encode_basestring(known_by)}, {occurrence}]"
    return sha256(text.encode("utf-8", "surrogatepass")).digest()[:16]


class Place(NamedTuple):
    """Where a line comes from: the run's sequence number, and its server, on which alone a contact's id counts."""

    server: str
    seq: int


class KnownContacts:
    """Owns the table ``contacts``. What it writes belongs to the caller's transaction."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def enter(self, place: Place) -> None:
        """Enter the contacts of a run's rows that are created, and those that are marked and not settled: in doubt."""
        (again,) = self._db.execute("SELECT EXISTS (SELECT 1 FROM contacts WHERE run < ?)", (place.seq,)).fetchone()
        self._db.execute(_ENTER, place)
        if again:  # what earlier runs wrote into these contacts is no longer what they hold
            self._db.execute(_SUPERSEDE_ALL, place)

    def settle(self, place: Place, settled: Iterable[Settled]) -> None:
        """Write down what became of contacts, but for those that ``enter`` will write."""
        for row, outcome in settled:
            if outcome.status not in _ENTERED:
                self._settle(place, row.fingerprint, outcome)

    def _settle(self, place: Place, key: bytes | None, outcome: Outcome) -> None:
        after = _after(outcome)
        if after is None:
            self._db.execute("DELETE FROM contacts WHERE fingerprint = ?", (key,))
        else:
            self._db.execute(_WRITE, (key, after, outcome.contact_id, *place))
        if outcome.status is Status.UPDATED:
            self._db.execute(_SUPERSEDE, (outcome.contact_id, *place))

    def earlier(self, keys: Sequence[bytes]) -> dict[bytes, Earlier]:
        """What is known of these contacts (at most 32,000 at a time, SQLite's bound on parameters)."""
        if not self._db.execute("SELECT EXISTS (SELECT 1 FROM contacts)").fetchone()[0]:
            return {}  # most first runs; to bind all these takes longer than a check of their rows' columns
        marks = ",".join("?" * len(keys))
        lines = self._db.execute(
            f"SELECT fingerprint, status, contact_id FROM contacts WHERE fingerprint IN ({marks})",
            keys,
        )
        return {key: Earlier(Status(status), contact_id) for key, status, contact_id in lines}

    def in_doubt(self, seq: int | None = None) -> list[tuple[RowKey, Contact]]:
        """The row's key and contact of every line in doubt, of one run or of all."""
        lines = self._db.execute(_IN_DOUBT, (seq,))
        return [((source, number), Contact.from_json(contact)) for source, number, contact in lines]


def _after(outcome: Outcome) -> Status | None:
    """What the line of a contact says after this outcome; ``None``: the line goes, the server has nothing."""
    if outcome.error_code == ATTRIBUTES_DUE:
        return Status.PENDING
    if outcome.status is Status.UNKNOWN:
        return Status.SENT
    if outcome.status is Status.EXISTS and outcome.in_sync:
        return Status.UNCHANGED
    return outcome.status if outcome.status in (Status.UPDATED, Status.EXISTS) else None
