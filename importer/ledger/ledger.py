"""The ledger: the one place where the state of a row lives, a SQLite file.

A row goes ``pending`` -> ``sent`` -> its outcome, each on disk before the next begins. Beside the rows of every
run stands the register, which knows each contact that a run has sent, once the run's rows are closed.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Final, NamedTuple, Self, TypeVar

from importer.error_codes import CONTINUE, ERROR_CODES
from importer.ledger.file import decoded, open_to_read, open_to_write, scrub, translated
from importer.ledger.known_contacts import KnownContacts, Place
from importer.ledger.records import Due, Earlier, LedgerRow, Settled, StagedRow
from importer.ledger.rows import (
    DUE_COLUMNS,
    KEY,
    ROW_COLUMNS,
    TOLD_COLUMNS,
    Page,
    Statement,
    due_from,
    entering,
    entering_plain,
    marking,
    results_from,
    rows_from,
    settling,
)
from importer.ledger.run import Run, run_from, run_record
from importer.livedesk.contact import Contact
from importer.message import Message, stored
from importer.models import DUE, FINE, Columns, Outcome, Status

T = TypeVar("T")

_THE_ROW: Final = "WHERE run = ? AND source = ? AND number = ?"
PAGE_ROWS: Final = 200  # with 500 a row of results takes a tenth longer: what is made of it leaves the cache
_JOINED_HINT: Final = "iif(? = '', hint, hint || iif(hint = '', '', char(10)) || ?)"
_IS_FINE: Final = "status IN ({})".format(", ".join(f"'{status}'" for status in sorted(FINE)))
_REMARKABLE: Final = f"(error <> '' OR hint <> '' OR NOT {_IS_FINE})"
_FILLED: Final = "(contact <> '{}' OR cells IS NOT NULL)"
_ERASED: Final = "contact = '{}', cells = NULL, flaws = NULL, error = '', hint = ''"
_IN_DOUBT: Final = Outcome(
    Status.UNKNOWN,
    error_code="interrupted",
    error=(Message("it was being sent when the run ended"),),
    hint=(CONTINUE,),
)


class Erased(NamedTuple):
    """Rows of a run whose data was erased, and rows in doubt that keep the values that they are searched for by."""

    rows: int
    in_doubt: int


class Ledger:
    """Owns the SQLite connection. One import at a time writes; the caller holds the lock."""

    def __init__(self, path: Path, *, lasting: bool = True) -> None:
        """Open or create the ledger at ``path``; see ``open_to_write``. Raises ``LedgerError``."""
        self.path = path
        self._servers: dict[int, str] = {}
        self._counted: tuple[tuple[int, int], dict[Status, int]] | None = None
        self._db = open_to_write(path, lasting=lasting)
        # Pages are read while the journal writes from a thread of its own: each has its connection.
        self._reader = open_to_read(path)
        self._register = KnownContacts(self._db)

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
        with translated(self.path):
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
        cursor = self._db.execute("INSERT INTO runs (id, record) VALUES (?, ?)", (run.id, run_record(run)))
        return int(cursor.lastrowid or 0)

    def has_run(self, run_id: str) -> bool:
        """Whether a run of this name is entered."""
        return self._db.execute("SELECT 1 FROM runs WHERE id = ?", (run_id,)).fetchone() is not None

    def rewrite(self, seq: int, run: Run) -> None:
        """Write down what became known of a run; within a ``transaction``."""
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
    ) -> None:
        """Enter staged rows; within a ``transaction``. All of the ``plain`` ones have this ``outcome``."""
        self._execute(entering(seq, rows))
        self._execute(entering_plain(seq, outcome, plain))

    def _execute(self, statements: Iterable[Statement]) -> None:
        for statement, values in statements:
            self._db.execute(statement, values)

    def contact(self, seq: int, number: int, source: int = 0) -> Contact:
        """The contact of a staged row; within the ``transaction`` that stages it."""
        found = self._db.execute(f"SELECT contact FROM rows {_THE_ROW}", (seq, source, number))
        return Contact.from_json(found.fetchone()[0])

    def amend(self, seq: int, row: LedgerRow) -> None:
        """Give a staged row another contact (a merged one); its hint is added to the one that stands."""
        outcome, hint = row.outcome, stored(row.outcome.hint)
        self._db.execute(
            "UPDATE rows SET contact = ?, fingerprint = ?, in_doubt = ?, status = ?, contact_id = ?, "
            f"hint = {_JOINED_HINT} {_THE_ROW}",
            (
                *(row.contact.json, row.fingerprint, row.in_doubt, outcome.status, outcome.contact_id),
                *(hint, hint, seq, row.source, row.number),
            ),
        )

    def forget_cells(self, seq: int) -> None:
        """Let go of the cells of staged rows that are fine, when no merge can change them any more."""
        self._db.execute(f"UPDATE rows SET cells = NULL WHERE run = ? AND {_IS_FINE} AND cells IS NOT NULL", (seq,))

    def pending(self, seq: int) -> Iterator[Due]:
        """The rows that are due, in the input's order, read a page at a time; those in doubt come first."""
        for in_doubt in (1, 0):
            condition = f"status = '{Status.PENDING}' AND in_doubt = {in_doubt}"
            yield from chain.from_iterable(self._read(seq, condition, DUE_COLUMNS, due_from))

    def record(
        self,
        seq: int,
        sent: Sequence[Due],
        settled: Sequence[Settled],
        taken_back: Sequence[Due] = (),
    ) -> None:
        """Write marks and outcomes in one transaction, and take marks back of rows that never left; then on disk."""
        with self.transaction():
            self._execute(marking(seq, Status.SENT, sent))
            self._execute(marking(seq, Status.PENDING, taken_back))
            self._execute(settling(seq, settled))
            self._register.settle(self._place(seq), settled)

    def _place(self, seq: int) -> Place:
        if seq not in self._servers:
            self._servers[seq] = self.run(seq).base_url
        return Place(self._servers[seq], seq)

    def close_rows(self, seq: int, rest: Outcome) -> None:
        """End every row that has no outcome: what was not sent gets ``rest``, what was sent is in doubt.

        From here on the register knows what the run sent.
        """
        found = self.counts(seq).keys()
        with self.transaction():
            if not found.isdisjoint((Status.CREATED, Status.SENT)):
                self._register.enter(self._place(seq))
            for status, outcome in ((Status.PENDING, rest), (Status.SENT, _IN_DOUBT)):
                if status not in found:
                    continue
                hint = stored(outcome.hint)
                self._db.execute(
                    "UPDATE rows SET status = ?, error_code = ?, error = ?, cells = iif(?, NULL, cells), "
                    f"hint = {_JOINED_HINT} WHERE run = ? AND status = ?",
                    (
                        *(outcome.status, outcome.error_code, stored(outcome.error), outcome.status in FINE),
                        *(hint, hint, seq, status),
                    ),
                )

    def counts(self, seq: int) -> dict[Status, int]:
        """How many rows of a run have each status, a ``transaction``'s own included.

        Of 100,000 it takes 20 ms: it is done after a change alone, and in a transaction, which may be undone.
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
        """Every row of a run in the input's order, read a page at a time; of a forgotten run without any data.

        If only those that are ``remarkable``: they need attention, or have an error or a hint.
        """
        condition = _REMARKABLE if remarkable else "TRUE"
        return chain.from_iterable(self._read(seq, condition, self._selected(seq, ROW_COLUMNS), rows_from))

    def result_pages(self, seq: int, *, fine: bool | None = None) -> Iterator[Columns]:
        """What there is to say of the same rows, a page at a time and as columns, which are those of results.csv.

        If only of those that are ``fine``, or only of the others.
        """
        condition = {None: "TRUE", True: _IS_FINE, False: f"NOT {_IS_FINE}"}[fine]
        return self._read(seq, condition, self._selected(seq, TOLD_COLUMNS), results_from)

    def _selected(self, seq: int, columns: Sequence[str]) -> Sequence[str]:
        """Without the contact where the run is forgotten: one that is in doubt keeps what it is searched for by."""
        forgotten = self.run(seq).forgotten_at is not None
        return ["'{}'" if forgotten and name == "contact" else name for name in columns]

    def _read(self, seq: int, condition: str, columns: Sequence[str], made: Callable[[Page], T]) -> Iterator[T]:
        """Pages and not one long cursor: an open cursor would keep the write-ahead log from being folded in."""
        last: tuple[object, ...] = (-1, -1)
        places = [columns.index(name) for name in KEY]
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

    # Contacts

    def earlier(self, fingerprints: Sequence[bytes]) -> dict[bytes, Earlier]:
        """What earlier runs know of these contacts (at most 32,000 at a time, SQLite's bound on parameters)."""
        with decoded(self.path):
            return self._register.earlier(fingerprints)

    def doubtful(self) -> frozenset[tuple[str, str]]:
        """The unique values, ``(field, value)``, of contacts that were sent and of which nobody knows the outcome."""
        with decoded(self.path):
            contacts = self._register.in_doubt()
        return frozenset(pair for _, contact in contacts for pair in contact.keys().items())

    # Personal data

    def erase(self, seq: int, run: Run) -> Erased:
        """Erase what the rows of a run that has ended say of people, and put ``run`` in the place of its record.

        Numbers, statuses, contact ids, error codes and fingerprints stay; error and hint quote cells, and become their
        code's own words. A row whose contact is in doubt keeps the unique values that a later run searches for: without
        them the contact could be made twice. The values leave the disk with ``scrub``.
        """
        with self.transaction():
            kept = [(key, contact.keys()) for key, contact in self._register.in_doubt(seq) if contact.keys()]
            erased = self._db.execute(f"UPDATE rows SET {_ERASED} WHERE run = ? AND {_FILLED}", (seq,)).rowcount
            self._db.executemany(
                f"UPDATE rows SET contact = ? {_THE_ROW}",
                [(Contact(**keys, attributes={}).json, seq, *key) for key, keys in kept],
            )
            codes = self._db.execute("SELECT DISTINCT error_code FROM rows WHERE run = ?", (seq,)).fetchall()
            self._db.executemany(
                "UPDATE rows SET error = ?, hint = ? WHERE run = ? AND error_code = ?",
                [(*_own_words(code), seq, code) for (code,) in codes if code in ERROR_CODES],
            )
            self.rewrite(seq, run)
        return Erased(erased - len(kept), len(kept))

    def scrub(self) -> None:
        """Leave nothing on the disk of what was erased. Raises ``LedgerError``; then it is to be called again."""
        scrub(self._db, self.path)


def _own_words(code: str) -> tuple[str, str]:
    """What a code says by itself, as stored: its meaning and its hint."""
    meaning, hint = ERROR_CODES[code]
    return stored([meaning]), stored([hint])
