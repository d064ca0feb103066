"""The register: a line in the ledger for each contact that was ever sent.

A line is found by the contact's fingerprint, so that a later run finds what an earlier one did, whatever file the
contact comes from. Its status says what is left to do:

    ``sent``                            in doubt: it left, and what became of it is not known; search first
    ``pending`` with a contact id       the contact exists, its attributes are due
    ``exists``                          it was left alone, and holds other data
    ``created``, ``updated``, ``unchanged``  nothing: the server holds this data
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Final, NamedTuple

from importer.models import Contact, Earlier, LedgerRow, Outcome, Status

ATTRIBUTES_DUE: Final = "attributes_failed"
"""The error_code of a row that was created and whose attributes did not reach the server."""

_JSON: Final = json.JSONEncoder(ensure_ascii=False)
_WRITE: Final = "INSERT OR REPLACE INTO contacts (fingerprint, status, contact_id, server, run) VALUES (?, ?, ?, ?, ?)"
_SUPERSEDE: Final = "DELETE FROM contacts WHERE contact_id = ? AND server = ? AND run < ?"
_IN_DOUBT: Final = (
    "SELECT rows.number, rows.contact FROM contacts JOIN rows ON rows.run = contacts.run "
    "AND rows.fingerprint = contacts.fingerprint WHERE contacts.status = 'sent' AND (contacts.run = ?1 OR ?1 IS NULL)"
)


def fingerprint(base_url: str, contact: Contact, occurrence: int = 0) -> bytes:
    """Sixteen bytes that recognize a contact of one account: its data, its inbox and the server.

    A contact without a unique field is known by what its create carries, without the attributes: it must not be
    sent a second time because an option adds one. It is told from its likes by ``occurrence``, its ordinal among
    them in the file: two rows that say only ``Kim`` are two people, and stay two in the next run.

    A known limit: the hash has no key, so whoever has the ledger can test a guess at all of a contact's data at
    once. That is within reach where the data is little, such as a phone number and nothing else; a key would have
    to lie beside the ledger, where whoever has the one has the other.
    """
    known_by = contact if contact.keys() else replace(contact, attributes={})
    text = f"[{_JSON.encode(base_url)}, {_JSON.encode(known_by.json)}, {occurrence}]"
    return sha256(text.encode("utf-8", "surrogatepass")).digest()[:16]


class Place(NamedTuple):
    """Where a line comes from: the run's sequence number, and its server, on which alone a contact's id counts."""

    server: str
    seq: int


class Register:
    """Owns the table ``contacts``. What it writes belongs to the caller's transaction."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def mark(self, place: Place, rows: Iterable[LedgerRow]) -> None:
        """Enter contacts that are about to be sent: in doubt until they are settled."""
        self._db.executemany(_WRITE, [(row.fingerprint, Status.SENT, row.outcome.contact_id, *place) for row in rows])

    def settle(self, place: Place, key: bytes | None, outcome: Outcome) -> None:
        """Write down what became of the contact with the fingerprint ``key``."""
        after = _after(outcome)
        if after is None:
            self._db.execute("DELETE FROM contacts WHERE fingerprint = ?", (key,))
        else:
            self._db.execute(_WRITE, (key, after, outcome.contact_id, *place))
        if outcome.status in (Status.CREATED, Status.UPDATED):
            # What earlier runs wrote into this contact is no longer what it holds.
            self._db.execute(_SUPERSEDE, (outcome.contact_id, *place))

    def restore(self, place: Place, rows: Iterable[LedgerRow], before: Mapping[bytes, Earlier]) -> None:
        """Undo ``mark`` for contacts that never left: their lines are what they were ``before``, or go."""
        for row in rows:
            line = before.get(row.fingerprint or b"")
            if line is None:
                self._db.execute("DELETE FROM contacts WHERE fingerprint = ?", (row.fingerprint,))
            else:
                self._db.execute(_WRITE, (row.fingerprint, line.status, line.contact_id, *place))

    def earlier(self, fingerprints: Sequence[bytes]) -> dict[bytes, Earlier]:
        """What is known of these contacts (at most 32,000 at a time, SQLite's bound on parameters)."""
        marks = ",".join("?" * len(fingerprints))
        lines = self._db.execute(
            f"SELECT fingerprint, status, contact_id FROM contacts WHERE fingerprint IN ({marks})",
            fingerprints,
        )
        return {key: Earlier(Status(status), contact_id) for key, status, contact_id in lines}

    def in_doubt(self, seq: int | None = None) -> list[tuple[int, Contact]]:
        """Row number and contact of every line in doubt, of one run or of all."""
        lines = self._db.execute(_IN_DOUBT, (seq,))
        return [(number, Contact.from_json(contact)) for number, contact in lines]


def _after(outcome: Outcome) -> Status | None:
    """What the line of a contact says after this outcome; ``None``: the line goes, the server has nothing."""
    if outcome.error_code == ATTRIBUTES_DUE:
        return Status.PENDING
    if outcome.status is Status.UNKNOWN:
        return Status.SENT
    if outcome.status is Status.EXISTS and outcome.in_sync:
        return Status.UNCHANGED
    return outcome.status if outcome.status in (Status.CREATED, Status.UPDATED, Status.EXISTS) else None
