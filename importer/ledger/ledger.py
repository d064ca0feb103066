"""The ledger: every run and its rows, and once a run's rows are closed, the contacts that it sent."""

import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import AbstractContextManager
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Final, Self

from importer.error_codes import ended
from importer.ledger import changes
from importer.ledger import rows as table
from importer.ledger.browsing import add_indexes
from importer.ledger.earlier_ids import earlier_ids, window_of, wrong_ids
from importer.ledger.file import OpenedFiles, decoded
from importer.ledger.known_contacts import GONE, UNCONFIRMED, CreateInDoubt, KnownContacts, Place
from importer.ledger.known_people import KnownPeople, given_ids, known_people
from importer.ledger.looking_back import LookingBack
from importer.ledger.people import People
from importer.ledger.plans import Plans
from importer.ledger.records import (
    Change,
    Changed,
    Due,
    Earlier,
    EarlierIds,
    GivenId,
    InDoubt,
    LedgerRow,
    RowKey,
    SentBefore,
    Settled,
    StagedRow,
    Window,
)
from importer.ledger.reports import Reports
from importer.ledger.run import Run, WrongIds, run_record
from importer.ledger.sent_rows import rows_without_key, sent_row, sent_without_key
from importer.ledger.servers import Servers
from importer.ledger.store import Store
from importer.livedesk.contact import Contact
from importer.message import ENGLISH_READER, Language, Message, stored
from importer.models import DUE, Columns, Holding, MatchBy, Outcome, Status

_JOINED_HINT: Final = "iif(? = '', hint, hint || iif(hint = '', '', char(10)) || ?)"
_CONTACT_IDS: Final = (
    "SELECT source, number, contact_id FROM rows WHERE run = ? AND status IN ({}) AND contact_id IS NOT NULL"
)
_HAS_CONTACT: Final = "contact_id IS NOT NULL AND status NOT IN ('sent', 'pending')"
_IN_DOUBT: Final = ended(Status.UNKNOWN, "interrupted", Message("it was being sent when the run ended"))


class Ledger:
    """Owns the ledger's file. One import at a time writes; the caller holds the lock.

    ``plans``, ``people`` (to find and to erase them), ``servers``, ``reports`` and ``looking_back`` have what is asked
    of the ledger beside a run's rows.
    """

    def __init__(self, path: Path, *, lasting: bool = True, looked_at: sqlite3.Connection | None = None) -> None:
        """Open or create the ledger at ``path``; see ``open_to_write``. With ``looked_at``, a connection that reads it
        (see ``as_of_today``), nothing is opened, and nothing may be changed. Raises ``LedgerError``."""
        self.path = path
        self._runs: dict[int, Run] = {}
        self._counted: tuple[tuple[int, int], dict[Status, int]] | None = None
        self._store = store = Store(path, lasting=lasting, looked_at=looked_at)
        self._db, self._reader = store.db, store.reader
        self._contacts = KnownContacts(store.db)
        self._files = OpenedFiles(path, path.with_name(f"{path.name}-wal"), path.with_suffix(".lock"))
        self.plans = Plans(store)
        self.people = People(store, self._contacts)
        self.servers = Servers(store)
        self.reports = Reports(store)
        self.looking_back = LookingBack(store)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._store.close()

    def transaction(self) -> AbstractContextManager[None]:
        """Commit to disk when the block ends; roll back if it raises."""
        return self._store.transaction()

    # Runs

    def begin(self, run: Run) -> int:
        """Enter a run and return its sequence number."""
        self._db.execute("SELECT EXISTS (SELECT 1 FROM changes)")  # if it is damaged, nothing is sent first
        cursor = self._db.execute("INSERT INTO runs (id, record) VALUES (?, ?)", (run.id, run_record(run)))
        return int(cursor.lastrowid or 0)

    def has_run(self, run_id: str) -> bool:
        """Whether the ledger has a run of this name."""
        return self.seq_of(run_id) is not None

    def seq_of(self, run_id: str | None) -> int | None:
        """The sequence number of the run of this name, if there is one."""
        found = self._db.execute("SELECT seq FROM runs WHERE id = ?", (run_id,)).fetchone()
        return found and int(found[0])

    def rewrite(self, seq: int, run: Run) -> None:
        """Replace the record of a run, within a ``transaction``."""
        self._store.rewrite(seq, run)

    def runs(self) -> list[tuple[int, Run]]:
        """Every run with its sequence number, the newest first."""
        return self._store.runs()

    def run(self, seq: int) -> Run:
        """The record of a run."""
        return self._store.run(seq)

    # Rows

    def add(
        self,
        seq: int,
        rows: Iterable[LedgerRow],
        plain: Iterable[StagedRow] = (),
        outcome: Outcome = DUE,
        source: int = 0,
    ) -> None:
        """Enter staged rows, within a ``transaction``. The ``plain`` ones share an ``outcome``, but for
        their remarks, and a ``source``."""
        self._store.execute(table.entering(seq, rows))
        self._store.execute(table.entering_plain(seq, source, outcome, plain))

    def contact(self, seq: int, number: int, source: int = 0) -> Contact:
        """The contact of a staged row, within the ``transaction`` that stages it."""
        found = self._db.execute(f"SELECT contact FROM rows {table.THE_ROW}", (seq, source, number))
        return Contact.from_json(found.fetchone()[0])

    def sent_row(self, seq: int, number: int, source: int) -> LedgerRow | None:
        """A row of run ``seq`` that it sent, or knew to be sent, within the ``transaction`` that stages another run."""
        return sent_row(self._db, seq, (source, number))

    def amend(self, seq: int, row: LedgerRow) -> None:
        """Give a staged row another contact (a merged one), and append its hint."""
        outcome, hint = row.outcome, stored(row.outcome.hint)
        self._db.execute(
            "UPDATE rows SET contact = ?, fingerprint = ?, in_doubt = ?, since = ?, until = ?, "
            "known_id = ifnull(?, known_id), "
            f"status = ?, contact_id = ?, hint = {_JOINED_HINT} {table.THE_ROW}",
            (
                *(row.contact.json, row.fingerprint, *table.window_values(row)),
                *(row.known_id, outcome.status, outcome.contact_id, hint, hint, seq, row.source, row.number),
            ),
        )

    def pending(self, seq: int) -> Iterator[Due]:
        """The due rows, those in doubt first, else in the input's order; read a page at a time."""
        kinds = ("=", table.IN_DOUBT_COLUMNS, table.in_doubt_from), ("<>", table.DUE_COLUMNS, table.due_from)
        for compared, columns, made in kinds:
            condition = f"status = '{Status.PENDING}' AND in_doubt {compared} 1"
            yield from chain.from_iterable(self._store.pages(seq, condition, columns, made))

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
        """Write marks, outcomes and withdrawn marks of an undo. With the mark, before a contact is changed or removed,
        the ledger notes that the next import must look for it, however the undo ends; once it is taken back, or found
        gone, nothing is known of it. The import must also know of each request whose answer was lost: it may still be
        carried out."""
        if sent:
            self._files.check()
        with self.transaction():
            server = self._place(seq).server
            self._contacts.taking_back(server, (row.contact_id for row in sent))
            self._contacts.drop(server, (row.contact_id for row, outcome in settled if _is_taken_back(outcome)))
            self._record(seq, sent, settled, taken_back)
            self._store.execute(table.doubting(seq, (row for row, outcome in settled if outcome.is_doubted)))

    def _record(self, seq: int, sent: Sequence[Due], settled: Sequence[Settled], taken_back: Sequence[Due]) -> None:
        self._store.execute(table.marking(seq, Status.SENT, sent))
        self._store.execute(table.marking(seq, Status.PENDING, taken_back))
        self._store.execute(table.settling(seq, settled))
        self._db.execute("UPDATE runs SET written_at = ? WHERE seq = ?", (time.time(), seq))
        if self._writes_in(seq).mode != "plan":  # which sends nothing, and so says nothing of what is known
            self._contacts.settle(self._place(seq), settled)

    def _writes_in(self, seq: int) -> Run:
        """The record that a run which writes began with."""
        if seq not in self._runs:
            self._runs[seq] = self.run(seq)
        return self._runs[seq]

    def _place(self, seq: int) -> Place:
        run = self._writes_in(seq)
        (written_at,) = self._db.execute("SELECT written_at FROM runs WHERE seq = ?", (seq,)).fetchone()
        return Place(run.base_url, seq, (written_at or time.time()) + run.late_s)

    def unconfirmed(self, seq: int) -> Iterator[Due]:
        """The rows that were sent again after a doubt, for a last look; read a page at a time."""
        condition = f"status = '{Status.SENT}' AND error_code = '{UNCONFIRMED}'"
        for row in chain.from_iterable(self._store.pages(seq, condition, table.SENT_COLUMNS, table.sent_from)):
            yield row.in_doubt_again(was_resent=True, is_last_look=True)

    def disputed(self, seq: int, key: RowKey, cause: Message) -> Due | None:
        """A row whose id was given to another row too, in doubt again; ``None`` if it has no outcome yet."""
        query = f"SELECT {', '.join(table.SENT_COLUMNS)} FROM rows {table.THE_ROW} AND {_HAS_CONTACT}"
        with decoded(self.path):
            page = self._reader.execute(query, (seq, *key)).fetchall()
            rows = table.sent_from(page) if page else []
        if not rows:
            return None
        row = rows[0].in_doubt_again(code="bad_answer", cause=cause, claimed=None)
        is_sent = page[0][table.SENT_COLUMNS.index("since")] is not None
        window = None if is_sent else window_of(self._store, row.fingerprint)  # it is unchanged since an earlier run
        return row.in_doubt_again(**window._asdict()) if window else row

    def contact_ids(self, seq: int, statuses: Sequence[Status]) -> Iterator[tuple[RowKey, str]]:
        """The keys of a run's rows with one of these statuses, and the ids of their contacts."""
        marks = ", ".join("?" * len(statuses))
        with decoded(self.path):
            for source, number, contact_id in self._reader.execute(_CONTACT_IDS.format(marks), (seq, *statuses)):
                yield (source, number), contact_id

    def earlier_ids(self, seq: int) -> EarlierIds | None:
        """To whom earlier runs, on the server of run ``seq``, gave an id; ``None`` where no earlier run gave any."""
        return earlier_ids(self._store, self._place(seq).server, seq)

    def wrong_ids(self, seqs: Sequence[int]) -> WrongIds | None:
        """The rows of earlier runs that are in doubt since one of these runs, whose records are not rewritten yet, or
        that were killed, found their id to be somebody else's; ``None`` if there are none."""
        with decoded(self.path):
            return wrong_ids(self._store, seqs)

    def close_rows(self, seq: int, rest: Outcome) -> None:
        """Give every unsettled row an outcome: ``rest``, or in doubt if it was sent, or is so since an earlier run that
        this one would have looked for. Enter the contacts of the run."""
        found = self.counts(seq).keys()
        with self.transaction():
            if not found.isdisjoint((Status.CREATED, Status.SENT)):
                self._contacts.enter(self._place(seq))
            if not found.isdisjoint((Status.SENT, Status.UNKNOWN)):
                self._contacts.supersede_doubted(self._place(seq))
            if Status.UNDONE in found:
                self._contacts.know_again(self._place(seq), self._writes_in(seq).of_run or "")
            if rest.status is Status.NOT_SENT and Status.PENDING in found:
                self._db.execute(table.STILL_UNKNOWN, (seq,))
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
        condition = table.REMARKABLE if remarkable else "TRUE"
        return chain.from_iterable(
            self._store.pages(seq, condition, self._selected(seq, table.ROW_COLUMNS), table.rows_from)
        )

    def result_pages(
        self, seq: int, language: Language = ENGLISH_READER, *, fine: bool | None = None
    ) -> Iterator[Columns]:
        """Every row of a run, a page at a time, as the columns of results.csv; the last tell a row's source where there
        are several.

        ``fine`` selects the rows that are fine (``True``) or the others (``False``).
        """
        condition = {None: "TRUE", True: table.IS_FINE, False: f"NOT {table.IS_FINE}"}[fine]
        read = partial(table.results_from, origins=self.run(seq).source_cells, language=language)
        return self._store.pages(seq, condition, self._selected(seq, table.TOLD_COLUMNS), read)

    def _selected(self, seq: int, columns: Sequence[str]) -> Sequence[str]:
        """The columns, with an empty contact if the run is forgotten: rows in doubt still hold their keys."""
        forgotten = self.run(seq).forgotten_at is not None
        return ["'{}'" if forgotten and name == "contact" else name for name in columns]

    def index_rows(self) -> None:
        """Give the ledger what makes pages of its rows quick, once no more rows come; see ``browsing``."""
        with self.transaction():
            add_indexes(self._db)

    # Changes

    def note(self, seq: int, changed: Sequence[Changed]) -> None:
        """Write what updates are about to change; it is on disk when this returns. Raises ``LedgerError``."""
        with self.transaction():
            self._store.execute(changes.noting(seq, changed))

    def changes(self, seq: int) -> Iterator[Changed]:
        """What the updates of a run changed, or may have changed, row by row in the input's order."""
        return changes.of_run(self._store, seq)

    def changes_of(self, seq: int, key: RowKey) -> tuple[Change, ...]:
        """What the update of one row changed, or was about to change."""
        with decoded(self.path):
            return changes.of_row(self._reader, seq, key)

    def changes_in_doubt(self, seq: int) -> Iterator[tuple[int, tuple[Change, ...]]]:
        """What runs before ``seq`` were to change on its server in contacts whose rows are in doubt: the run, and the
        changes of a row."""
        server = self.run(seq).base_url
        with decoded(self.path):
            yield from changes.in_doubt(self._reader, server, seq)

    def creates_in_doubt(self, runs: Sequence[int]) -> Iterator[CreateInDoubt]:
        """What these ``runs`` were creating, and have not learned, or not finished."""
        with decoded(self.path):
            yield from self._contacts.creates_in_doubt(runs)

    def claimed_in_doubt(self, seq: int) -> Iterator[tuple[RowKey, str]]:
        """The rows of a run that earlier runs have left in doubt, each with the contact that it was to change."""
        server = self.run(seq).base_url
        with decoded(self.path):
            yield from changes.claimed(self._reader, server, seq)

    def changes_to(self, seq: int, holdings: Sequence[Holding]) -> dict[Holding, RowKey]:
        """Which of these fields of contacts rows of a run have changed, or are about to; and the row."""
        return changes.made_to(self._store, seq, holdings)

    # Contacts

    def earlier(self, fingerprints: Sequence[bytes]) -> dict[bytes, Earlier]:
        """What earlier runs know of these contacts (at most 32,000 at a time, SQLite's limit on parameters)."""
        with decoded(self.path):
            return self._contacts.earlier(fingerprints)

    def known_people(self, server: str, match_by: MatchBy) -> KnownPeople | None:
        """Finds the people whom earlier runs know on a server by a key, within the ``transaction`` that stages;
        ``None`` if they know nobody there."""
        return known_people(self._store, server, match_by)

    def given_ids(self, server: str, ids: Sequence[str]) -> dict[str, GivenId]:
        """What is known on this server of the contact ids that runs gave to rows (at most 32,000 at a time), by the
        id."""
        return given_ids(self._store, server, ids)

    def in_doubt(self, seq: int) -> Mapping[tuple[str, str], tuple[InDoubt, ...]]:
        """The contacts that runs before ``seq`` have left in doubt on its server, the oldest first, by their unique
        values ``(field, value)``."""
        with decoded(self.path):
            return self._contacts.before(self._place(seq))

    def sent_without_key(self, seq: int, places: Sequence[tuple[int, int]]) -> Mapping[str, SentBefore]:
        """The contacts without a key that these ``places`` (runs and sources, the newest last) have, or that any run
        before ``seq`` has left in doubt on its server, by name; but for those that run ``seq`` has too."""
        with decoded(self.path):
            return sent_without_key(self._reader, seq, self.run(seq).base_url, places)

    def rows_without_key(self, seq: int, source: int) -> Set[int]:
        """The numbers of the rows without a key that run ``seq`` sent, or knew to be sent, within the ``transaction``
        that stages another run."""
        return rows_without_key(self._db, seq, source)

    def doubtful(self) -> dict[tuple[str, str], Window]:
        """The unique values, ``(field, value)``, of contacts in doubt, each with when it can have been stored."""
        with decoded(self.path):
            contacts = self._contacts.in_doubt()
        return {pair: window for _, contact, window in contacts for pair in contact.keys().items()}


def _is_taken_back(outcome: Outcome) -> bool:
    """Whether an undo leaves nothing of what an import wrote, or has found nothing of it."""
    return outcome.status is Status.UNDONE or outcome.error_code == GONE
