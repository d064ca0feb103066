"""The ledger: the one place where the state of a row lives, a SQLite file.

A row goes ``pending`` -> ``sent`` -> its outcome, each on disk before the next begins. Beside the rows of every
run stands one line for each contact that was ever sent, known by its fingerprint, so that a later run finds what
an earlier one did, whatever file the contact comes from. Its status says what is left to do:

    ``sent``                            in doubt: it left, and what became of it is not known; search first
    ``pending`` with a contact id       the contact exists, its attributes are due
    ``exists``                          it was left alone, and holds other data
    ``created``, ``updated``, ``unchanged``  nothing: the server holds this data
"""

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Self

from importer.error_codes import CONTINUE
from importer.errors import LedgerError
from importer.models import FINE, Contact, Earlier, LedgerRow, Outcome, Repairs, Run, Status

VERSION: Final = 1
ATTRIBUTES_DUE: Final = "attributes_failed"
"""The error_code of a row that was created and whose attributes did not reach the server."""

_JSON: Final = json.JSONEncoder(ensure_ascii=False)
_PAGE: Final = 500
_SCHEMA: Final = """
CREATE TABLE runs (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    record TEXT NOT NULL
);
CREATE TABLE rows (
    run INTEGER NOT NULL,
    number INTEGER NOT NULL,
    status TEXT NOT NULL,
    contact TEXT NOT NULL,
    cells TEXT,
    fingerprint BLOB,
    in_doubt INTEGER NOT NULL,
    contact_id TEXT,
    error_code TEXT NOT NULL,
    error TEXT NOT NULL,
    hint TEXT NOT NULL,
    http_status INTEGER,
    attempts INTEGER NOT NULL,
    PRIMARY KEY (run, number)
) WITHOUT ROWID;
CREATE TABLE contacts (
    fingerprint BLOB PRIMARY KEY,
    status TEXT NOT NULL,
    contact_id TEXT,
    server TEXT NOT NULL,
    run INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX contacts_by_id ON contacts (contact_id);
"""
_COLUMNS: Final = (
    "number",
    "cells",
    "contact",
    "fingerprint",
    "in_doubt",
    "status",
    "contact_id",
    "error_code",
    "error",
    "hint",
    "http_status",
    "attempts",
)
_ROW: Final = ", ".join(_COLUMNS)
_REGISTER: Final = (
    "INSERT OR REPLACE INTO contacts (fingerprint, status, contact_id, server, run) VALUES (?, ?, ?, ?, ?)"
)
_SUPERSEDE: Final = "DELETE FROM contacts WHERE contact_id = ? AND server = ? AND run < ?"
_JOINED_HINT: Final = "hint || CASE WHEN hint = '' OR ? = '' THEN '' ELSE '; ' END || ?"
_IN_DOUBT: Final = Outcome(
    Status.UNKNOWN,
    error_code="interrupted",
    error="it was being sent when the run ended",
    hint=CONTINUE,
)


def fingerprint(base_url: str, contact: Contact, occurrence: int = 0) -> bytes:
    """Sixteen bytes that recognize a contact of one account: its data, its inbox and the server.

    A contact without a unique field is known by what its create carries, without the attributes: it must not be
    sent a second time because an option adds one. It is told from its likes by ``occurrence``, its ordinal among
    them in the file: two rows that say only ``Kim`` are two people, and stay two in the next run.
    """
    known_by = contact if contact.keys() else replace(contact, attributes={})
    text = _JSON.encode([base_url, known_by.json, occurrence])
    return sha256(text.encode("utf-8", "surrogatepass")).digest()[:16]


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """SQLite's errors as ``LedgerError``, with the remedy."""
    try:
        yield
    except (sqlite3.OperationalError, OSError) as error:
        raise LedgerError(
            f"the ledger {path} cannot be read or written: {error}",
            "free space on its disk and check its permissions, then run the same command again: it continues",
        ) from error
    except sqlite3.DatabaseError as error:
        raise LedgerError(
            f"the ledger {path} is damaged: {error}",
            "restore it from a backup; without one, move it away: contacts imported before are then found by search",
        ) from error


class Ledger:
    """Owns the SQLite connection. One import at a time writes; the caller holds the lock."""

    def __init__(self, path: Path) -> None:
        """Open or create the ledger at ``path``, mode 0600.

        Raises ``LedgerError`` for a file that is damaged or of a newer version: it is never made anew.
        """
        self.path = path
        self._servers: dict[int, str] = {}
        with _translated(path):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.execute("PRAGMA fullfsync = ON")  # macOS: to the disk itself and not to its cache
            self._migrate()
            # Pages are read while the journal writes from a thread of its own: each has its connection.
            self._reader = sqlite3.connect(path, isolation_level=None)

    def _migrate(self) -> None:
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            raise LedgerError(
                f"the ledger {self.path} is of version {version}; this program knows versions up to {VERSION}",
                "upgrade import-contacts, or name another --output-dir",
            )
        if version == 0:
            self._db.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version = {VERSION}; COMMIT;")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; what was committed is on disk."""
        self._reader.close()
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing: on disk when the block ends, undone when it raises."""
        with _translated(self.path):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                # A full disk makes SQLite roll back by itself; a second ROLLBACK would hide the cause.
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    # Runs

    def begin(self, run: Run) -> int:
        """Enter a run; its sequence number in this ledger."""
        cursor = self._db.execute("INSERT INTO runs (id, record) VALUES (?, ?)", (run.id, _run_json(run)))
        return int(cursor.lastrowid or 0)

    def has_run(self, run_id: str) -> bool:
        """Whether a run of this name is entered."""
        return self._db.execute("SELECT 1 FROM runs WHERE id = ?", (run_id,)).fetchone() is not None

    def rewrite(self, seq: int, run: Run) -> None:
        """Write down what became known of a run; within a ``transaction``."""
        self._db.execute("UPDATE runs SET id = ?, record = ? WHERE seq = ?", (run.id, _run_json(run), seq))

    def runs(self) -> list[tuple[int, Run]]:
        """Every run with its sequence number, the newest first."""
        with _translated(self.path):
            rows = self._db.execute("SELECT seq, record FROM runs ORDER BY seq DESC").fetchall()
        return [(seq, _run(record)) for seq, record in rows]

    # Rows

    def add(self, seq: int, rows: Iterable[LedgerRow]) -> None:
        """Enter staged rows; within a ``transaction``."""
        marks = ",".join("?" * 13)
        self._db.executemany(
            f"INSERT INTO rows (run, {_ROW}) VALUES ({marks})",
            [(seq, *_columns(row)) for row in rows],
        )

    def amend(self, seq: int, row: LedgerRow) -> None:
        """Give a staged row another contact (a merged one); its hint is added to the one that stands."""
        outcome = row.outcome
        self._db.execute(
            "UPDATE rows SET contact = ?, fingerprint = ?, in_doubt = ?, status = ?, contact_id = ?, "
            f"hint = {_JOINED_HINT} WHERE run = ? AND number = ?",
            (
                *(row.contact.json, row.fingerprint, row.in_doubt, outcome.status, outcome.contact_id),
                *(outcome.hint, outcome.hint, seq, row.number),
            ),
        )

    def forget_cells(self, seq: int) -> None:
        """Let go of the cells of staged rows that are fine, when no merge can change them any more."""
        fine = ", ".join(f"'{status}'" for status in sorted(FINE))
        self._db.execute(f"UPDATE rows SET cells = NULL WHERE run = ? AND status IN ({fine})", (seq,))

    def earlier(self, fingerprints: Sequence[bytes]) -> dict[bytes, Earlier]:
        """What earlier runs know of these contacts (at most 32,000 at a time, SQLite's bound on parameters)."""
        marks = ",".join("?" * len(fingerprints))
        rows = self._db.execute(
            f"SELECT fingerprint, status, contact_id FROM contacts WHERE fingerprint IN ({marks})",
            fingerprints,
        )
        return {key: Earlier(Status(status), contact_id) for key, status, contact_id in rows}

    def doubtful(self) -> frozenset[tuple[str, str]]:
        """The unique values, ``(field, value)``, of contacts that were sent and of which nobody knows the outcome."""
        rows = self._db.execute(
            "SELECT rows.contact FROM contacts JOIN rows ON rows.run = contacts.run "
            "AND rows.fingerprint = contacts.fingerprint WHERE contacts.status = ?",
            (Status.SENT,),
        )
        return frozenset(pair for (contact,) in rows for pair in Contact.from_json(contact).keys().items())

    def pending(self, seq: int) -> Iterator[LedgerRow]:
        """The rows that are due, in the input's order, read a page at a time; those in doubt come first."""
        for in_doubt in (1, 0):
            yield from self._pages(seq, f"status = '{Status.PENDING}' AND in_doubt = {in_doubt}")

    def record(self, seq: int, sent: Sequence[LedgerRow], settled: Sequence[tuple[LedgerRow, Outcome]]) -> None:
        """Write marks and outcomes in one transaction; on disk when this returns."""
        with self.transaction():
            self._db.executemany(
                _REGISTER,
                [(row.fingerprint, Status.SENT, row.outcome.contact_id, self._server(seq), seq) for row in sent],
            )
            self._db.executemany(
                "UPDATE rows SET status = ? WHERE run = ? AND number = ?",
                [(Status.SENT, seq, row.number) for row in sent],
            )
            for row, outcome in settled:
                self._settle(seq, row, outcome)

    def _settle(self, seq: int, row: LedgerRow, outcome: Outcome) -> None:
        number, cells, *columns = _columns(replace(row, outcome=outcome))
        names = ", ".join(f"{name} = ?" for name in _COLUMNS[1:])
        kept = None if outcome.status in FINE else cells
        self._db.execute(
            f"UPDATE rows SET {names} WHERE run = ? AND number = ?",
            (kept, *columns, seq, number),
        )
        after = _register(outcome)
        if after is None:
            self._db.execute("DELETE FROM contacts WHERE fingerprint = ?", (row.fingerprint,))
        else:
            self._db.execute(_REGISTER, (row.fingerprint, after, outcome.contact_id, self._server(seq), seq))
        if outcome.status in (Status.CREATED, Status.UPDATED):
            # What earlier runs wrote into this contact is no longer what it holds.
            self._db.execute(_SUPERSEDE, (outcome.contact_id, self._server(seq), seq))

    def _server(self, seq: int) -> str:
        """The base URL of a run; ids of contacts mean something on one server alone."""
        if seq not in self._servers:
            (record,) = self._db.execute("SELECT record FROM runs WHERE seq = ?", (seq,)).fetchone()
            self._servers[seq] = _run(record).base_url
        return self._servers[seq]

    def close_rows(self, seq: int, rest: Outcome) -> None:
        """End every row that has no outcome: what was not sent gets ``rest``, what was sent is in doubt."""
        with self.transaction():
            for status, outcome in ((Status.PENDING, rest), (Status.SENT, _IN_DOUBT)):
                self._db.execute(
                    "UPDATE rows SET status = ?, error_code = ?, error = ?, "
                    f"hint = {_JOINED_HINT} WHERE run = ? AND status = ?",
                    (outcome.status, outcome.error_code, outcome.error, outcome.hint, outcome.hint, seq, status),
                )

    def counts(self, seq: int) -> dict[Status, int]:
        """How many rows of a run have each status."""
        with _translated(self.path):
            rows = self._reader.execute(
                "SELECT status, COUNT(*) FROM rows WHERE run = ? GROUP BY status", (seq,)
            ).fetchall()
        return {Status(status): count for status, count in rows}

    def results(self, seq: int) -> Iterator[LedgerRow]:
        """Every row of a run in the input's order, read a page at a time."""
        return self._pages(seq, "TRUE")

    def _pages(self, seq: int, condition: str) -> Iterator[LedgerRow]:
        """Pages and not one long cursor: an open cursor would keep the write-ahead log from being folded in."""
        last = -1
        while True:
            with _translated(self.path):
                page = self._reader.execute(
                    f"SELECT {_ROW} FROM rows WHERE run = ? AND number > ? AND {condition} ORDER BY number LIMIT ?",
                    (seq, last, _PAGE),
                ).fetchall()
            if not page:
                return
            yield from map(_ledger_row, page)
            last = page[-1][0]


def _register(outcome: Outcome) -> Status | None:
    """What the line of a contact says after this outcome; ``None``: the line goes, the server has nothing."""
    if outcome.error_code == ATTRIBUTES_DUE:
        return Status.PENDING
    if outcome.status is Status.UNKNOWN:
        return Status.SENT
    if outcome.status is Status.EXISTS and outcome.in_sync:
        return Status.UNCHANGED
    return outcome.status if outcome.status in (Status.CREATED, Status.UPDATED, Status.EXISTS) else None


def _columns(row: LedgerRow) -> tuple[object, ...]:
    """A row as the values of ``_COLUMNS``."""
    outcome = row.outcome
    return (
        row.number,
        json.dumps(row.cells),  # in ASCII: a cell may hold a byte that did not decode
        row.contact.json,
        row.fingerprint,
        int(row.in_doubt),
        outcome.status,
        outcome.contact_id,
        outcome.error_code,
        outcome.error,
        outcome.hint,
        outcome.http_status,
        outcome.attempts,
    )


def _ledger_row(columns: tuple[Any, ...]) -> LedgerRow:
    number, cells, contact, key, in_doubt, status, *rest = columns
    return LedgerRow(
        number,
        tuple(json.loads(cells or "[]")),
        Contact.from_json(contact),
        Outcome(Status(status), *rest),
        key,
        bool(in_doubt),
    )


def _run_json(run: Run) -> str:
    return json.dumps(asdict(run), ensure_ascii=False)


def _run(record: str) -> Run:
    members = json.loads(record)
    repairs = tuple(Repairs(**repair) for repair in members["repairs"])
    return Run(**{**members, "titles": tuple(members["titles"]), "repairs": repairs})
