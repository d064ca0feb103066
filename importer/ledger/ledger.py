"""The ledger: every run and its rows, and once a run's rows are closed, the contacts that it sent."""

import sqlite3
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import chain, groupby
from operator import itemgetter
from pathlib import Path
from typing import Final, Self, TypeVar

from importer.error_codes import CONTINUE
from importer.ledger import plans
from importer.ledger import rows as table
from importer.ledger.file import OpenedFiles, decoded, open_to_read, open_to_write, scrub, translated
from importer.ledger.known_contacts import UNCONFIRMED, KnownContacts, Place
from importer.ledger.known_people import KnownPeople, given_ids, known_people
from importer.ledger.people import (
    FILLED,
    REMARK_COLUMNS,
    Erased,
    Told,
    Traces,
    erase_rows,
    erase_run,
    people_columns,
    row_at,
    searched_by,
)
from importer.ledger.plans import Planned
from importer.ledger.records import (
    Change,
    Changed,
    Due,
    Earlier,
    GivenRow,
    Keyless,
    KnownPerson,
    LedgerRow,
    RowKey,
    Settled,
    StagedRow,
    Window,
)
from importer.ledger.run import Run, run_from, run_record
from importer.livedesk.capabilities import Capabilities, Finding, known
from importer.livedesk.contact import Contact
from importer.message import Message, stored
from importer.models import DUE, FINE, Columns, MatchBy, Outcome, Status

T = TypeVar("T")

_THE_ROW: Final = "WHERE run = ? AND source = ? AND number = ?"
_KEYLESS: Final = (
    f"SELECT contact, status, contact_id FROM rows {_THE_ROW} AND status IN ('created', 'unchanged', 'unknown', 'sent')"
)
PAGE_ROWS: Final = 200  # with 500, a row of results takes a tenth longer: the page no longer fits the CPU cache
_JOINED_HINT: Final = "iif(? = '', hint, hint || iif(hint = '', '', char(10)) || ?)"
_IS_FINE: Final = "status IN ({})".format(", ".join(f"'{status}'" for status in sorted(FINE)))
_REMARKABLE: Final = f"(error <> '' OR hint <> '' OR NOT {_IS_FINE})"
_HAS_CONTACT: Final = "contact_id IS NOT NULL AND status NOT IN ('sent', 'pending')"
_HAS_OTHER: Final = "SELECT 1 FROM contacts WHERE contact_id = ? AND server = ? AND run < ? AND fingerprint IS NOT ?"
_HAS_ACCEPTED: Final = (
    "SELECT 1 FROM contacts WHERE server = ? AND status IN ('created', 'updated', 'pending', 'different') LIMIT 1"
)
_LATE_UNTIL: Final = (
    "SELECT max(min(written_at, ?) + CAST(coalesce(json_extract(record, '$.options.settle'), 30.0) AS REAL)) FROM runs "
    "WHERE seq < ? AND json_extract(record, '$.base_url') = ? "
    "AND coalesce(json_extract(record, '$.mode'), 'import') IN ('import', 'undo')"
)
_IN_INBOX: Final = (
    # An update of a contact that says nothing of its inbox has followed one that knew, or a server that showed it.
    "SELECT 1 FROM contacts JOIN rows ON rows.run = contacts.run AND rows.source = contacts.source "
    "AND rows.number = contacts.number JOIN runs ON runs.seq = contacts.run "
    "WHERE contacts.contact_id = ? AND contacts.server = ? AND contacts.run < ? "
    "AND json_extract(rows.contact, '$.inbox_id') = ? AND (rows.status = 'created' OR rows.status IN "
    "('exists', 'updated') AND rows.in_doubt = 0 AND rows.attempts = 0 AND instr(rows.hint, 'not added to inbox') = 0 "
    "AND json_extract(record, '$.ledger_version') >= 6 AND json_extract(record, '$.options.plan') IS NULL) LIMIT 1"
)
_REPEATED: Final = (
    f"SELECT contact_id FROM rows WHERE run = ? AND status = '{Status.PENDING}' AND contact_id IS NOT NULL "
    "GROUP BY contact_id HAVING COUNT(*) > 1"
)
_UNDONE: Final = "SELECT source, number, status FROM rows WHERE run = ? AND status IN ('undone', 'unknown')"
_CHANGED: Final = (
    "SELECT source, number, contact_id FROM rows WHERE run = ?1 AND status = 'updated' AND contact_id IS NOT NULL "
    "UNION SELECT source, number, contact_id FROM changes WHERE run = ?1"
)
_HAS_IDS: Final = (
    "SELECT EXISTS (SELECT 1 FROM rows WHERE run = :run AND contact_id IS NOT NULL) "
    "AND NOT EXISTS (SELECT 1 FROM rows WHERE run = :run AND cells IS NULL)"
)
_INBOXES: Final = (
    "SELECT json_extract(contact, '$.inbox_id') AS inbox, COUNT(*) FROM rows WHERE run = ? AND inbox IS NOT NULL "
    "AND status NOT IN ({left_out}) GROUP BY inbox ORDER BY COUNT(*) DESC, inbox"
)
_UNMATCHED: Final = (
    "(fingerprint IS NULL OR fingerprint NOT IN "
    "(SELECT fingerprint FROM rows WHERE run = ? AND fingerprint IS NOT NULL))"
)
_LEFT: Final = (
    # What is noted of a row that was not sent after all never left this process.
    "NOT EXISTS (SELECT 1 FROM rows WHERE rows.run = changes.run AND rows.source = changes.source "
    "AND rows.number = changes.number AND rows.status = 'not_sent')"
)
_ORDER: Final = ", ".join(table.KEY)
_IN_DOUBT: Final = Outcome(
    Status.UNKNOWN, error_code="interrupted", error=(Message("it was being sent when the run ended"),), hint=(CONTINUE,)
)


class Ledger:
    """Owns the SQLite connection. One import at a time writes; the caller holds the lock."""

    def __init__(self, path: Path, *, lasting: bool = True) -> None:
        """Open or create the ledger at ``path``; see ``open_to_write``. Raises ``LedgerError``."""
        self.path = path
        self._runs: dict[int, tuple[str, float]] = {}
        self._counted: tuple[tuple[int, int], dict[Status, int]] | None = None
        self._db = open_to_write(path, lasting=lasting)
        # Group commit writes in a thread of its own while pages are read, so each has its own connection.
        self._reader = open_to_read(path)
        self._contacts = KnownContacts(self._db)
        self._files = OpenedFiles(path, path.with_name(f"{path.name}-wal"), path.with_suffix(".lock"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._reader.close()
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit to disk when the block ends; roll back if it raises."""
        with translated(self.path):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                # On a full disk SQLite rolls back by itself; a second ROLLBACK would hide the cause.
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    # Runs

    def begin(self, run: Run) -> int:
        """Enter a run and return its sequence number."""
        self._db.execute("SELECT EXISTS (SELECT 1 FROM changes)")  # if it is damaged, nothing is sent first
        cursor = self._db.execute("INSERT INTO runs (id, record) VALUES (?, ?)", (run.id, run_record(run)))
        return int(cursor.lastrowid or 0)

    def has_run(self, run_id: str) -> bool:
        """Whether the ledger has a run of this name."""
        return self._db.execute("SELECT 1 FROM runs WHERE id = ?", (run_id,)).fetchone() is not None

    def rewrite(self, seq: int, run: Run) -> None:
        """Replace the record of a run, within a ``transaction``."""
        self._db.execute("UPDATE runs SET id = ?, record = ? WHERE seq = ?", (run.id, run_record(run), seq))

    def runs(self) -> list[tuple[int, Run]]:
        """Every run with its sequence number, the newest first."""
        with decoded(self.path):
            rows = self._db.execute("SELECT seq, record FROM runs ORDER BY seq DESC").fetchall()
            return [(seq, run_from(record)) for seq, record in rows]

    def run(self, seq: int) -> Run:
        """The record of a run."""
        with decoded(self.path):
            (record,) = self._db.execute("SELECT record FROM runs WHERE seq = ?", (seq,)).fetchone()
            return run_from(record)

    # Rows

    def add(
        self,
        seq: int,
        rows: Iterable[LedgerRow],
        plain: Iterable[StagedRow] = (),
        outcome: Outcome = DUE,
        source: int = 0,
    ) -> None:
        """Enter staged rows, within a ``transaction``. The ``plain`` ones share an ``outcome`` and a ``source``."""
        self._execute(table.entering(seq, rows))
        self._execute(table.entering_plain(seq, source, outcome, plain))

    def _execute(self, statements: Iterable[table.Statement]) -> None:
        for statement, values in statements:
            self._db.execute(statement, values)

    def contact(self, seq: int, number: int, source: int = 0) -> Contact:
        """The contact of a staged row, within the ``transaction`` that stages it."""
        found = self._db.execute(f"SELECT contact FROM rows {_THE_ROW}", (seq, source, number))
        return Contact.from_json(found.fetchone()[0])

    def keyless(self, seq: int, number: int, source: int) -> Keyless | None:
        """What run ``seq`` sent for a row without a key, within the ``transaction`` that stages another run."""
        found = self._db.execute(_KEYLESS, (seq, source, number)).fetchone()
        if found is None or (contact := Contact.from_json(found[0])).keys():
            return None
        return Keyless(contact, Status(found[1]), found[2])

    def amend(self, seq: int, row: LedgerRow) -> None:
        """Give a staged row another contact (a merged one), and append its hint."""
        outcome, hint = row.outcome, stored(row.outcome.hint)
        self._db.execute(
            "UPDATE rows SET contact = ?, fingerprint = ?, in_doubt = ?, since = ?, until = ?, "
            "known_id = ifnull(?, known_id), "
            f"status = ?, contact_id = ?, hint = {_JOINED_HINT} {_THE_ROW}",
            (
                *(row.contact.json, row.fingerprint, row.window is not None, *(row.window or (None, None))),
                *(row.known_id, outcome.status, outcome.contact_id, hint, hint, seq, row.source, row.number),
            ),
        )

    def pending(self, seq: int) -> Iterator[Due]:
        """The due rows, those in doubt first, else in the input's order; read a page at a time."""
        for in_doubt in (1, 0):
            condition = f"status = '{Status.PENDING}' AND in_doubt = {in_doubt}"
            yield from chain.from_iterable(self._read(seq, condition, table.DUE_COLUMNS, table.due_from))

    def record(self, seq: int, sent: Sequence[Due], settled: Sequence[Settled], taken_back: Sequence[Due] = ()) -> None:
        """Write marks, outcomes and withdrawn marks in one transaction; they are on disk when this returns.

        Raises ``LedgerError``, also if there are marks and the ledger or its lock is not the file that was opened.
        """
        if sent:
            self._files.check()
        with self.transaction():
            self._record(seq, sent, settled, taken_back)

    def record_undo(
        self, seq: int, sent: Sequence[Due], settled: Sequence[Settled], taken_back: Sequence[Due] = ()
    ) -> None:
        """The same in an undo. What the ledger knows of a contact goes with the mark, before it is changed or removed:
        the next import must look for it, however the undo ends."""
        if sent:
            self._files.check()
        with self.transaction():
            self._contacts.drop(self._place(seq).server, (row.contact_id for row in sent))
            self._record(seq, sent, settled, taken_back)

    def _record(self, seq: int, sent: Sequence[Due], settled: Sequence[Settled], taken_back: Sequence[Due]) -> None:
        self._execute(table.marking(seq, Status.SENT, sent))
        self._execute(table.marking(seq, Status.PENDING, taken_back))
        self._execute(table.settling(seq, settled))
        self._db.execute("UPDATE runs SET written_at = ? WHERE seq = ?", (time.time(), seq))
        self._contacts.settle(self._place(seq), settled)

    def _place(self, seq: int) -> Place:
        if seq not in self._runs:
            run = self.run(seq)
            self._runs[seq] = run.base_url, run.late_s
        server, late_s = self._runs[seq]
        (written_at,) = self._db.execute("SELECT written_at FROM runs WHERE seq = ?", (seq,)).fetchone()
        return Place(server, seq, (written_at or time.time()) + late_s)

    def unconfirmed(self, seq: int) -> Iterator[Due]:
        """The rows that were sent again after a doubt, for a last look; read a page at a time."""
        condition = f"status = '{Status.SENT}' AND error_code = '{UNCONFIRMED}'"
        for row in chain.from_iterable(self._read(seq, condition, table.SENT_COLUMNS, table.sent_from)):
            yield row.in_doubt_again(was_resent=True, is_last_look=True)

    def disputed(self, seq: int, key: RowKey, cause: Message) -> Due | None:
        """A row whose id was given to another row too, in doubt again; ``None`` if it has no outcome yet."""
        query = f"SELECT {', '.join(table.SENT_COLUMNS)} FROM rows {_THE_ROW} AND {_HAS_CONTACT}"
        with decoded(self.path):
            page = self._reader.execute(query, (seq, *key)).fetchall()
            rows = table.sent_from(page) if page else []
        return rows[0].in_doubt_again(code="bad_answer", cause=cause, claimed=None) if rows else None

    def known_ids(self, seq: int) -> Callable[[str, bytes | None], bool]:
        """A function that tells whether an earlier run, on the server of run ``seq``, gave an id to another contact
        than that of a fingerprint. Where no earlier run gave any, it asks no database."""
        server, find = self._place(seq).server, self._reader.execute
        with decoded(self.path):
            if find("SELECT 1 FROM contacts WHERE run < ? LIMIT 1", (seq,)).fetchone() is None:
                return lambda _contact_id, _fingerprint: False
        return lambda contact_id, fingerprint: (
            find(_HAS_OTHER, (contact_id, server, seq, fingerprint)).fetchone() is not None
        )

    def created_in(self, seq: int) -> Callable[[str, str], bool]:
        """A function that tells whether an earlier run, on the server of run ``seq``, created the contact of an id in
        an inbox, as far as its row is still known."""
        server, find = self._place(seq).server, self._reader.execute
        return lambda contact_id, inbox: find(_IN_INBOX, (contact_id, server, seq, inbox)).fetchone() is not None

    def close_rows(self, seq: int, rest: Outcome) -> None:
        """Give every unsettled row an outcome: ``rest``, or in doubt if it was sent. Enter the contacts of the run."""
        found = self.counts(seq).keys()
        with self.transaction():
            if not found.isdisjoint((Status.CREATED, Status.SENT)):
                self._contacts.enter(self._place(seq))
            for status, outcome in ((Status.PENDING, rest), (Status.SENT, _IN_DOUBT)):
                if status not in found:
                    continue
                hint = stored(outcome.hint)
                self._db.execute(
                    f"UPDATE rows SET status = ?, error_code = ?, error = ?, hint = {_JOINED_HINT} "
                    "WHERE run = ? AND status = ?",
                    (outcome.status, outcome.error_code, stored(outcome.error), hint, hint, seq, status),
                )

    def counts(self, seq: int) -> dict[Status, int]:
        """How many rows of a run have each status, including uncommitted changes of a ``transaction``.

        Counting 100,000 rows takes 20 ms, so it caches the counts until the next change; but never within a
        transaction, which may be rolled back.
        """
        if self._db.in_transaction:
            return self._count(self._db, seq)
        asked = seq, self._db.total_changes
        if self._counted is None or self._counted[0] != asked:
            self._counted = asked, self._count(self._reader, seq)
        return {**self._counted[1]}

    def _count(self, db: sqlite3.Connection, seq: int) -> dict[Status, int]:
        with decoded(self.path):
            rows = db.execute("SELECT status, COUNT(*) FROM rows WHERE run = ? GROUP BY status", (seq,)).fetchall()
            return {Status(status): count for status, count in rows}

    def results(self, seq: int, *, remarkable: bool = False) -> Iterator[LedgerRow]:
        """Every row of a run in the input's order, read a page at a time; those of a forgotten run have no data.

        ``remarkable`` selects the rows that need attention or have an error or a hint.
        """
        condition = _REMARKABLE if remarkable else "TRUE"
        return chain.from_iterable(self._read(seq, condition, self._selected(seq, table.ROW_COLUMNS), table.rows_from))

    def result_pages(self, seq: int, *, fine: bool | None = None) -> Iterator[Columns]:
        """The same rows a page at a time, as the columns of results.csv; the last is the sheet where there are several.

        ``fine`` selects the rows that are fine (``True``) or the others (``False``).
        """
        condition = {None: "TRUE", True: _IS_FINE, False: f"NOT {_IS_FINE}"}[fine]
        sheets = [part.sheet for part in self.run(seq).sheets]
        return self._read(
            seq, condition, self._selected(seq, table.TOLD_COLUMNS), partial(table.results_from, sheets=sheets)
        )

    def _selected(self, seq: int, columns: Sequence[str]) -> Sequence[str]:
        """The columns, with an empty contact if the run is forgotten: rows in doubt still hold their keys."""
        forgotten = self.run(seq).forgotten_at is not None
        return ["'{}'" if forgotten and name == "contact" else name for name in columns]

    def _read(self, seq: int, condition: str, columns: Sequence[str], made: Callable[[table.Page], T]) -> Iterator[T]:
        """Read page by page: one long cursor would keep SQLite from folding in the write-ahead log."""
        last: tuple[object, ...] = (-1, -1)
        places = [columns.index(name) for name in table.KEY]
        while True:
            with decoded(self.path):
                page = self._reader.execute(
                    f"SELECT {', '.join(columns)} FROM rows WHERE run = ? AND (source, number) > (?, ?) "
                    f"AND {condition} ORDER BY source, number LIMIT ?",
                    (seq, *last, PAGE_ROWS),
                ).fetchall()
                if not page:
                    return
                found = made(page)
            yield found
            last = tuple(page[-1][place] for place in places)

    def clears(self, seq: int) -> dict[str, int]:
        """How many due rows of a run are to empty each field, within the ``transaction`` that stages it."""
        query = (
            "SELECT value, COUNT(*) FROM rows, json_each(rows.contact, '$.clears') "
            f"WHERE run = ? AND status = '{Status.PENDING}' GROUP BY value ORDER BY value"
        )
        return dict(self._db.execute(query, (seq,)).fetchall())

    def has_ids(self, seq: int) -> bool:
        """Whether a run has a contact's id for some row, and the cells of every row; older versions kept few cells."""
        with decoded(self.path):
            (found,) = self._reader.execute(_HAS_IDS, {"run": seq}).fetchone()
        return bool(found)

    def given(self, seq: int) -> Iterator[list[GivenRow]]:
        """The rows as they were given, a page at a time, of a run that ``has_ids``."""
        return self._read(seq, "TRUE", table.GIVEN_COLUMNS, table.given_from)

    def inboxes(self, seq: int, nowhere: Collection[Status]) -> dict[str, int]:
        """How many rows of a run each inbox has, of those that are not in ``nowhere``; the largest number first."""
        left_out = ", ".join("?" * len(nowhere))
        with decoded(self.path):
            return dict(self._reader.execute(_INBOXES.format(left_out=left_out), (seq, *nowhere)).fetchall())

    def unmatched(self, seq: int, other: int, statuses: Collection[Status] = ()) -> Iterator[LedgerRow]:
        """The rows of a run whose data no row of run ``other`` has to the letter, in the input's order.

        ``statuses`` selects some of them. Nothing may write meanwhile: it is one query, 1 µs for a row with a match.
        """
        wanted = f"AND status IN ({', '.join('?' * len(statuses))})" if statuses else ""
        query = (
            f"SELECT {', '.join(table.ROW_COLUMNS)} FROM rows WHERE run = ? AND {_UNMATCHED} {wanted} ORDER BY {_ORDER}"
        )
        with decoded(self.path):
            found = self._reader.execute(query, (seq, other, *statuses))
            while page := found.fetchmany(PAGE_ROWS):
                yield from table.rows_from(page)

    def note(self, seq: int, changed: Sequence[Changed]) -> None:
        """Write what updates are about to change; it is on disk when this returns. Raises ``LedgerError``."""
        with self.transaction():
            self._execute(table.noting(seq, changed))

    def changes(self, seq: int) -> Iterator[Changed]:
        """What the updates of a run changed, or may have changed, row by row in the input's order."""
        for key, changes in groupby(self._changes(seq), itemgetter(0)):
            yield key, tuple(change for _, change in changes)

    def _changes(self, seq: int) -> Iterator[tuple[RowKey, Change]]:
        query = (
            f"SELECT {', '.join(table.CHANGE_COLUMNS)} FROM changes "
            f"WHERE run = ? AND (source, number, field) > (?, ?, ?) AND {_LEFT} ORDER BY source, number, field LIMIT ?"
        )
        last: tuple[int, int, str] = (-1, -1, "")
        while True:
            with decoded(self.path):
                page = table.changes_from(self._reader.execute(query, (seq, *last, PAGE_ROWS)).fetchall())
            if not page:
                return
            yield from page
            last = (*page[-1][0], page[-1][1].field)

    def changes_of(self, seq: int, key: RowKey) -> tuple[Change, ...]:
        """What the update of one row changed, or was about to change."""
        query = f"SELECT {', '.join(table.CHANGE_COLUMNS)} FROM changes {_THE_ROW} ORDER BY field"
        with decoded(self.path):
            return tuple(
                change for _, change in table.changes_from(self._reader.execute(query, (seq, *key)).fetchall())
            )

    # Looking back

    def repeated(self, seq: int) -> set[str]:
        """The contacts that several pending rows of a run are about."""
        with decoded(self.path):
            return {contact_id for (contact_id,) in self._reader.execute(_REPEATED, (seq,))}

    def undone(self, run_id: str) -> dict[RowKey, Status]:
        """The rows of a run that undos have undone, or that were on their way when one ended (``UNKNOWN``)."""
        return self._undone([seq for seq, run in self.runs() if run.mode == "undo" and run.of_run == run_id])

    def _undone(self, undos: Iterable[int]) -> dict[RowKey, Status]:
        found: dict[RowKey, Status] = {}
        for seq in undos:
            with decoded(self.path):
                for source, number, status in self._reader.execute(_UNDONE, (seq,)):
                    if status == Status.UNDONE or (source, number) not in found:
                        found[source, number] = Status(status)
        return found

    def changed_later(self, seq: int) -> dict[str, str]:
        """The contacts that later imports to the same server changed, each with the newest of these runs; but not what
        an undo has undone."""
        server, found = self.run(seq).base_url, dict[str, str]()
        later = [(one, run) for one, run in reversed(self.runs()) if one > seq and run.base_url == server]
        for one, run in (pair for pair in later if pair[1].mode == "import"):
            undos = [undo for undo, about in later if about.mode == "undo" and about.of_run == run.id]
            undone = {key for key, status in self._undone(undos).items() if status is Status.UNDONE}
            with decoded(self.path):
                changed = self._reader.execute(_CHANGED, (one,)).fetchall()
            found |= {contact_id: run.id for *key, contact_id in changed if tuple(key) not in undone}
        return found

    # Plans

    def planned(self, seq: int, key: RowKey) -> Planned | None:
        """What plan ``seq`` says of a row."""
        with decoded(self.path):
            return plans.planned(self._reader, seq, key)

    def take_over(self, seq: int, earlier: int, oldest: float) -> int:
        """Let the due rows of plan ``seq`` end as an unfinished ``earlier`` plan found them; how many they are.

        A row that is another by now, or was looked at before ``oldest`` (epoch seconds), is looked at anew.
        """
        with self.transaction():
            return plans.take_over(self._db, seq, earlier, oldest)

    def close_plan(self, seq: int) -> None:
        """Say in a plan's words what became of rows that need no look."""
        with self.transaction():
            plans.close(self._db, seq)

    # Contacts

    def earlier(self, fingerprints: Sequence[bytes]) -> dict[bytes, Earlier]:
        """What earlier runs know of these contacts (at most 32,000 at a time, SQLite's limit on parameters)."""
        with decoded(self.path):
            return self._contacts.earlier(fingerprints)

    def known_people(self, server: str, match_by: MatchBy) -> KnownPeople | None:
        """Finds the people whom earlier runs know on a server by a key, within the ``transaction`` that stages;
        ``None`` if they know nobody there."""
        with decoded(self.path):
            find = known_people(self._db, server, match_by)
        if find is None:
            return None

        def found(keys: Sequence[str]) -> Mapping[str, KnownPerson]:
            with decoded(self.path):
                return find(keys)

        return found

    def given_ids(self, server: str, ids: Sequence[str]) -> set[str]:
        """Those of the contact ids that a run gave to a row, on this server (at most 32,000 at a time)."""
        with decoded(self.path):
            return given_ids(self._db, server, ids)

    def doubtful(self) -> dict[tuple[str, str], Window]:
        """The unique values, ``(field, value)``, of contacts in doubt, each with when it can have been stored."""
        with decoded(self.path):
            contacts = self._contacts.in_doubt()
        return {pair: window for _, contact, window in contacts for pair in contact.keys().items()}

    # Servers

    def capabilities(self, server: str) -> Capabilities:
        """What the server at this address has proved lately."""
        query = "SELECT name, answer, told_at FROM capabilities WHERE server = ?"
        with decoded(self.path):
            found = self._reader.execute(query, (server,)).fetchall()
            return known((Finding(name, bool(answer), told_at) for name, answer, told_at in found), time.time())

    def has_accepted(self, server: str) -> bool:
        """Whether an earlier run created or updated a contact on the server at this address."""
        with decoded(self.path):
            return self._reader.execute(_HAS_ACCEPTED, (server,)).fetchone() is not None

    def late_until(self, seq: int, now: float) -> float:
        """Until when (epoch seconds) a search may not show yet what runs before ``seq`` wrote to its server: their
        --settle after their last write; 0 if none wrote there. A write after ``now`` is by a clock that was wrong."""
        with decoded(self.path):
            found = self._reader.execute(_LATE_UNTIL, (now, seq, self._place(seq).server)).fetchone()
        return float(found[0] or 0.0)

    def learn(self, seq: int, findings: Sequence[Finding]) -> None:
        """Write what was found out about the server of run ``seq``. Raises ``LedgerError``."""
        server = self._place(seq).server
        with self.transaction():
            self._db.executemany(
                "INSERT OR REPLACE INTO capabilities (server, name, answer, told_at) VALUES (?, ?, ?, ?)",
                [(server, finding.name, finding.has, finding.found_at) for finding in findings],
            )

    # Personal data

    def people(self, seq: int, *, remarks: bool = False) -> Iterator[list[Told]]:
        """What each row of a run tells of its person, in the input's order, a page at a time; with ``remarks`` what
        the errors and hints of rows say instead, of those that have any."""
        with decoded(self.path):
            columns = people_columns(self._reader, seq)
        condition, columns = (_REMARKABLE, REMARK_COLUMNS) if remarks else (FILLED, columns)
        return self._read(seq, condition, columns, lambda page: list(map(Told._make, page)))

    def row(self, seq: int, key: RowKey) -> tuple[LedgerRow, tuple[Change, ...]]:
        """A row of a run, and what its update changed."""
        with decoded(self.path):
            return row_at(self._reader, seq, key)

    def to_erase(self, seq: int, rows: Collection[RowKey] | None = None) -> Erased:
        """What ``erase`` would erase of a run; of these rows alone, which have data, what ``erase_person`` would."""
        with decoded(self.path):
            kept = [key for key in self._in_doubt(seq) if rows is None or key in rows]
            count = f"SELECT COUNT(*) FROM rows WHERE run = ? AND {FILLED}"
            filled = self._db.execute(count, (seq,)).fetchone()[0] if rows is None else len(rows)
        return Erased(filled - len(kept), len(kept))

    def erase(self, seq: int, run: Run) -> Erased:
        """Erase personal data from the rows of a finished run, and replace its record with ``run``.

        Row numbers, statuses, contact ids, error codes and fingerprints stay. Errors and hints, which quote cells,
        become the generic text of their code; what updates changed is gone. A row in doubt keeps its unique values: a
        later run searches for them, and could create the contact twice without. ``scrub`` then removes the values from
        the disk.
        """
        with self.transaction():
            kept = self._in_doubt(seq)
            erased = erase_run(self._db, seq, kept)
            self.rewrite(seq, run)
        return Erased(erased - len(kept), len(kept))

    def erase_person(self, traces: Mapping[int, Traces]) -> dict[int, Erased]:
        """Erase what finished runs tell of a person, as ``erase`` does for a run: all of it or nothing."""
        erased = {}
        with self.transaction():
            for seq, found in traces.items():
                kept = {key: contact for key, contact in self._in_doubt(seq).items() if key in {*found.rows}}
                erased[seq] = Erased(erase_rows(self._db, seq, found, kept) - len(kept), len(kept))
                self.rewrite(seq, found.run)
        return erased

    def _in_doubt(self, seq: int) -> dict[RowKey, Contact]:
        return searched_by((key, contact) for key, contact, _ in self._contacts.in_doubt(seq))

    def scrub(self) -> None:
        """Remove what was erased from the disk. If it raises ``LedgerError``, call it again."""
        scrub(self._db, self.path)
