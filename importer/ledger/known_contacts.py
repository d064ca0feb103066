"""The table ``contacts``: one line for each contact that a run has sent.

A contact's fingerprint finds its line, so a later run knows what an earlier one did, whichever file the contact comes
from. While a run works, only its rows say which contacts it has marked as sent or created; closing its rows writes
their lines. The status of a line says what is left to do:

    ``sent``                            in doubt: it was sent, and its outcome is not known, or it failed although an
                                        answer was lost before; search first. It can only
                                        have been stored from ``since`` (its first mark) to ``until``
    ``failed``                          it was sent, and the server refused it: search first, for it may be stored all
                                        the same, from ``since`` to ``until``
    ``pending`` with a contact id       the contact exists, and its attributes are due
    ``exists``                          an import left the contact alone; it holds other data
    ``different``                       the same of a contact that an import has created, or updated as far as it was to
    ``duplicate``                       another row of the file keeps the contact; search first
    ``kept``                            an undo was to take it back, and did not for certain: search first, and who is
                                        found under this id is the person whom the import wrote
    ``created``, ``updated``, ``unchanged``  nothing: the server holds this data
"""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from hashlib import sha256
from itertools import chain
from json.encoder import encode_basestring
from typing import Final, NamedTuple

from importer.ledger.earlier_ids import take
from importer.ledger.records import Due, Earlier, InDoubt, RowKey, Settled, Window
from importer.livedesk.contact import Contact
from importer.message import messages_from
from importer.models import Outcome, Status
from importer.remarks import OTHER_INBOX, of_kind

ATTRIBUTES_DUE: Final = "attributes_failed"
"""The error_code of a row whose contact was created, but whose attributes did not reach the server."""

UNCONFIRMED: Final = "unconfirmed"
"""The error_code of a row that was sent again after a doubt, and has an id, until the last look for a second one."""

GONE: Final = "gone"
"""The error_code of a row whose contact an undo did not find any more."""

OURS: Final = "('created', 'updated', 'pending', 'different', 'kept')"
"""The statuses, in SQL, of a line whose contact an import has written, and not only found."""

_ENTERED: Final = (Status.CREATED, Status.PENDING, Status.SENT)
"""The statuses that ``settle`` leaves to ``enter``, which writes them all at once at the end."""

_WITH_WINDOW: Final = (Status.SENT, Status.FAILED)
"""The statuses of a line that says when the contact can have been stored."""

_NOT_OF_AN_IMPORT: Final = (Status.SAME, Status.DIFFERENT, Status.MISSING, Status.UNDONE, Status.KEPT)
"""The statuses that say nothing of what the ledger has sent: those of a verification and an undo."""

_WRITE: Final = (
    "INSERT INTO contacts (fingerprint, status, contact_id, server, run, source, number) VALUES (?, ?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (fingerprint) DO UPDATE SET contact_id = excluded.contact_id, server = excluded.server, "
    "run = excluded.run, source = excluded.source, number = excluded.number, since = NULL, until = NULL, "
    f"status = CASE WHEN contact_id IS NOT excluded.contact_id OR status NOT IN {OURS} THEN excluded.status "
    "WHEN excluded.status IN ('exists', 'duplicate') THEN 'different' "
    "WHEN excluded.status = 'unchanged' THEN 'updated' ELSE excluded.status END"
)
"""Of a contact that a run only finds: that an import has written it before is not forgotten."""

_WRITE_WINDOW: Final = (
    "INSERT OR REPLACE INTO contacts (fingerprint, status, server, run, source, number, since, until) "
    "SELECT fingerprint, ?, ?, run, source, number, since, ? FROM rows WHERE run = ? AND source = ? AND number = ?"
)
_SUPERSEDE: Final = (
    "DELETE FROM contacts WHERE contact_id = ?1 AND server = ?2 AND (run < ?3 OR fingerprint <> ?4 AND EXISTS ("
    "SELECT 1 FROM rows WHERE rows.run = contacts.run AND rows.source = contacts.source "
    f"AND rows.number = contacts.number AND rows.status = '{Status.EXISTS}'))"
)
"""What earlier runs know of a contact, and what other rows of the same run have only found."""

_DROP: Final = "DELETE FROM contacts WHERE contact_id = ? AND server = ?"
_KEEP: Final = f"UPDATE contacts SET status = '{Status.KEPT}' WHERE contact_id = ? AND server = ? AND status IN {OURS}"
_KNOW_AGAIN: Final = (
    "INSERT OR IGNORE INTO contacts (fingerprint, status, contact_id, server, run, source, number) "
    f"SELECT fingerprint, '{Status.KEPT}', contact_id, ?1, run, source, number FROM rows JOIN runs ON seq = run "
    "WHERE run < (SELECT seq FROM runs WHERE id = ?3) AND fingerprint IS NOT NULL AND status IN ('created', 'updated') "
    f"AND contact_id IN (SELECT contact_id FROM rows WHERE run = ?2 AND status = '{Status.UNDONE}' "
    "AND known_id IS NOT NULL) AND json_extract(record, '$.base_url') = ?1 "
    "AND (runs.id, source, number) NOT IN (SELECT json_extract(undos.record, '$.of_run'), undone.source, undone.number "
    "FROM runs AS undos JOIN rows AS undone ON undone.run = undos.seq "
    f"WHERE json_extract(undos.record, '$.mode') = 'undo' AND undone.status = '{Status.UNDONE}') ORDER BY run DESC"
)
_ENTER: Final = (
    # In the order of the key, so that SQLite writes each page of the table once and not once a row.
    "INSERT OR REPLACE INTO contacts (fingerprint, status, contact_id, server, run, source, number, since, until) "
    f"SELECT fingerprint, status, iif(error_code = '{UNCONFIRMED}', NULL, contact_id), ?1, run, source, number, "
    "iif(status = 'sent', since, NULL), iif(status = 'sent', ?3, NULL) "
    "FROM rows WHERE run = ?2 AND status IN ('created', 'sent') AND fingerprint IS NOT NULL ORDER BY fingerprint"
)
_SUPERSEDE_ALL: Final = (
    "DELETE FROM contacts WHERE server = ?1 AND run < ?2 "
    "AND contact_id IN (SELECT contact_id FROM rows WHERE run = ?2 AND status = 'created')"
)
_SUPERSEDE_IN_DOUBT: Final = (
    "DELETE FROM contacts WHERE server = ?1 AND contact_id IN (SELECT changes.contact_id FROM changes JOIN rows "
    "ON rows.run = changes.run AND rows.source = changes.source AND rows.number = changes.number "
    "WHERE changes.run = ?2 AND rows.status IN ('sent', 'unknown') AND rows.fingerprint <> contacts.fingerprint)"
)
_IN_DOUBT: Final = (
    "SELECT rows.source, rows.number, rows.contact, contacts.since, contacts.until "
    "FROM contacts JOIN rows ON rows.run = contacts.run "
    "AND rows.fingerprint = contacts.fingerprint WHERE contacts.status = 'sent' AND (contacts.run = ?1 OR ?1 IS NULL)"
)

_IN_DOUBT_BEFORE: Final = (
    "SELECT contacts.fingerprint, rows.contact, contacts.since, contacts.until, "
    "contacts.fingerprint IN (SELECT fingerprint FROM rows WHERE run = ?2) FROM contacts JOIN rows "
    "ON rows.run = contacts.run AND rows.source = contacts.source AND rows.number = contacts.number "
    "WHERE contacts.status = 'sent' AND contacts.contact_id IS NULL AND contacts.server = ?1 AND contacts.run < ?2 "
    "ORDER BY contacts.run"
)
_CREATES_IN_DOUBT: Final = (
    f"SELECT run, iif(error_code = '{ATTRIBUTES_DUE}', contact_id, NULL), contact, fingerprint FROM rows "
    "WHERE run IN (SELECT value FROM json_each(?)) AND fingerprint IS NOT NULL "
    f"AND (status IN ('unknown', 'sent') OR error_code = '{ATTRIBUTES_DUE}') AND NOT EXISTS (SELECT 1 FROM changes "
    "WHERE changes.run = rows.run AND changes.source = rows.source AND changes.number = rows.number)"
)
"""Whatever a later run has found out of these rows since: the request may be stored all the same."""

_OF_RUN: Final = "SELECT source, number, contact FROM rows WHERE run = ? AND fingerprint IS NOT NULL"
_EARLIER: Final = (
    # Few contacts were there before: nobody looks for the remarks on the others.
    "SELECT fingerprint, status, contact_id, since, until, "
    "CASE WHEN status IN ('exists', 'different', 'updated', 'unchanged') THEN (SELECT hint FROM rows "
    "WHERE rows.run = contacts.run AND rows.source = contacts.source AND rows.number = contacts.number "
    f"AND instr(hint, '{OTHER_INBOX}')) END FROM contacts WHERE fingerprint IN ({{}})"
)
_SETTLE_DOUBT: Final = "DELETE FROM contacts WHERE fingerprint = ? AND status = 'sent' AND run < ?"


def fingerprint(base_url: str, known_by: str, occurrence: int = 0) -> bytes:
    """Sixteen bytes that recognize a contact of one account by its data, its inbox and the server.

    ``known_by`` is ``Contact.known_by``. ``occurrence`` numbers equal contacts without a unique field within a file:
    two rows that say only ``Kim`` are two people, and stay two in the next run.

    A known limit: the hash has no secret key, so whoever has the ledger can test guesses at a contact's whole data.
    That is feasible if the data is little, such as a phone number alone. A key would have to lie beside the ledger, and
    whoever has one would have the other.
    """
    text = f"[{encode_basestring(base_url)}, {encode_basestring(known_by)}, {occurrence}]"
    return sha256(text.encode("utf-8", "surrogatepass")).digest()[:16]


class Place(NamedTuple):
    """Where a line comes from: the run's server, to which contact ids belong, its sequence number, and until when, in
    epoch seconds, the server can store what the run has sent by now."""

    server: str
    seq: int
    until: float


class CreateInDoubt(NamedTuple):
    """A contact that a run was creating: ``contact_id`` is that of one whose attributes were due, or ``None``."""

    run: int
    contact_id: str | None
    contact: Contact
    fingerprint: bytes


class KnownContacts:
    """Owns the table ``contacts``. It writes within the caller's transaction."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def enter(self, place: Place) -> None:
        """Enter the contacts that a run created, and as in doubt those that it marked and did not settle."""
        (again,) = self._db.execute("SELECT EXISTS (SELECT 1 FROM contacts WHERE run < ?)", (place.seq,)).fetchone()
        self._db.execute(_ENTER, place)
        if again:  # these contacts no longer hold what earlier runs wrote
            self._db.execute(_SUPERSEDE_ALL, place[:2])

    def supersede_doubted(self, place: Place) -> None:
        """Drop what is known of contacts that rows in doubt may have changed, but for these rows."""
        self._db.execute(_SUPERSEDE_IN_DOUBT, place[:2])

    def settle(self, place: Place, settled: Iterable[Settled]) -> None:
        """Write the outcomes of contacts, except those that ``enter`` will write."""
        for row, outcome in settled:
            for wrong in outcome.wrong_ids:
                take(self._db, place.server, place.seq, wrong)
            if outcome.status in _ENTERED or outcome.status in _NOT_OF_AN_IMPORT or row.fingerprint is None:
                continue
            if (after := _after(row, outcome)) is None:
                self._db.execute("DELETE FROM contacts WHERE fingerprint = ?", (row.fingerprint,))
            elif after in _WITH_WINDOW:
                self._db.execute(_WRITE_WINDOW, (after, place.server, place.until, place.seq, *row.key))
            else:
                line = (row.fingerprint, after, outcome.contact_id, place.server, place.seq, *row.key)
                self._db.execute(_WRITE, line)
            if outcome.status is Status.UPDATED:
                self._db.execute(_SUPERSEDE, (outcome.contact_id, *place[:2], row.fingerprint))
                self._db.executemany(_SETTLE_DOUBT, [(was, place.seq) for was in outcome.was])

    def taking_back(self, server: str, contact_ids: Iterable[str | None]) -> None:
        """An undo is about to change or remove these contacts of a server: the next import looks for them. Of those
        that imports wrote it stays known who they are, for an undo may fail."""
        ids = [(contact_id, server) for contact_id in contact_ids]
        self._db.executemany(_KEEP, ids)
        self._db.executemany(f"{_DROP} AND status <> '{Status.KEPT}'", ids)

    def drop(self, server: str, contact_ids: Iterable[str | None]) -> None:
        """Drop what is known of these contacts of a server, for they are taken back, or gone."""
        self._db.executemany(_DROP, [(contact_id, server) for contact_id in contact_ids])

    def know_again(self, place: Place, of_run: str) -> None:
        """An undo has given contacts back what they were before a run: those that imports before it had written, and
        that are not undone themselves, are known as theirs again, as one whom an undo has kept."""
        self._db.execute(_KNOW_AGAIN, (*place[:2], of_run))

    def earlier(self, keys: Sequence[bytes]) -> dict[bytes, Earlier]:
        """What earlier runs know of these contacts (at most 32,000 at a time, SQLite's limit on parameters)."""
        if not self._db.execute("SELECT EXISTS (SELECT 1 FROM contacts)").fetchone()[0]:
            return {}  # most first runs; binding all these keys takes longer than checking their rows
        found = self._db.execute(_EARLIER.format(",".join("?" * len(keys))), keys)
        return {
            key: Earlier(
                Status(status),
                contact_id,
                Window(since, until) if status in _WITH_WINDOW else None,
                of_kind(OTHER_INBOX, messages_from(hint)) if hint else (),
            )
            for key, status, contact_id, since, until, hint in found
        }

    def in_doubt(self, seq: int | None = None) -> list[tuple[RowKey, Contact, Window]]:
        """The row key, the contact and the window of every line in doubt, of one run or of all."""
        lines = self._db.execute(_IN_DOUBT, (seq,))
        return [
            ((source, number), Contact.from_json(contact), Window(*window))
            for source, number, contact, *window in lines
        ]

    def before(self, place: Place) -> Mapping[tuple[str, str], tuple[InDoubt, ...]]:
        """The contacts that earlier runs on a server have left in doubt, the oldest first, by their unique values
        ``(field, value)``."""
        standing, edited = list[InDoubt](), list[InDoubt]()
        for key, contact, *window, stands in self._db.execute(_IN_DOUBT_BEFORE, (place.server, place.seq)):
            one = InDoubt(key, Contact.from_json(contact), Window(*window))
            (standing if stands else edited).append(one)
        heirs = self._heirs(place.seq, {pair for one in edited for pair in one.contact.keys().items()})
        found = defaultdict[tuple[str, str], list[InDoubt]](list)
        for one in (*standing, *edited):
            of_each = (heirs.get(pair, ()) for pair in one.contact.keys().items())
            one = one._replace(heirs=tuple(sorted({*chain.from_iterable(of_each)})))
            for pair in one.contact.keys().items():
                found[pair].append(one)
        return {pair: tuple(ones) for pair, ones in found.items()}

    def creates_in_doubt(self, runs: Sequence[int]) -> Iterator[CreateInDoubt]:
        """What these runs were creating, and have not learned, or not finished."""
        for run, contact_id, contact, key in self._db.execute(_CREATES_IN_DOUBT, (json.dumps(runs),)):
            yield CreateInDoubt(run, contact_id, Contact.from_json(contact), key)

    def _heirs(self, seq: int, wanted: Set[tuple[str, str]]) -> Mapping[tuple[str, str], list[RowKey]]:
        """The rows of a run that have these unique values; it is read as a whole, if there are any."""
        found = defaultdict[tuple[str, str], list[RowKey]](list)
        for source, number, contact in self._db.execute(_OF_RUN, (seq,)) if wanted else ():
            for pair in wanted & Contact.from_json(contact).keys().items():
                found[pair].append((source, number))
        return found


def _after(row: Due, outcome: Outcome) -> Status | None:
    """The status of a contact's line after this outcome; ``None`` if the server holds nothing and the line goes."""
    if outcome.error_code == ATTRIBUTES_DUE:
        return Status.PENDING
    if outcome.status is Status.UNKNOWN or outcome.is_doubted:
        return Status.SENT
    if outcome.status is Status.EXISTS and outcome.in_sync:
        return Status.UNCHANGED
    if outcome.status is Status.UPDATED and not outcome.in_sync:
        return Status.DIFFERENT
    if outcome.status in (Status.UPDATED, Status.EXISTS, Status.DUPLICATE):
        return outcome.status
    was_sent = outcome.attempts > 0 and outcome.http_status is not None and row.contact.has_key
    is_refused = was_sent and outcome.status in (Status.FAILED, Status.NOT_SENT)
    return Status.FAILED if is_refused or row.refused is not None else None
