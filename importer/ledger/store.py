"""The ledger's two connections, and what all subjects of the ledger read and write by: transactions, runs, pages."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeVar

from importer.ledger import rows as table
from importer.ledger.file import decoded, open_to_read, open_to_write, translated
from importer.ledger.run import Run, run_from, run_record

T = TypeVar("T")

PAGE_ROWS: Final = 200  # with 500, a row of results takes a tenth longer: the page no longer fits the CPU cache


class Store:
    """Owns ``db``, which writes, and ``reader``: group commit writes in a thread of its own while pages are read."""

    def __init__(self, path: Path, *, lasting: bool = True, looked_at: sqlite3.Connection | None = None) -> None:
        """Open or create the ledger at ``path``, see ``open_to_write``, or read ``looked_at`` alone. Raises
        ``LedgerError``."""
        self.path = path
        self.db = looked_at or open_to_write(path, lasting=lasting)
        self.reader = looked_at or open_to_read(path)

    def close(self) -> None:
        """Close the connections."""
        self.reader.close()
        self.db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit to disk when the block ends; roll back if it raises."""
        with translated(self.path):
            self.db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                # On a full disk SQLite rolls back by itself; a second ROLLBACK would hide the cause.
                if self.db.in_transaction:
                    self.db.execute("ROLLBACK")
                raise
            self.db.execute("COMMIT")

    def execute(self, statements: Iterable[table.Statement]) -> None:
        """Execute statements within a ``transaction``."""
        for statement, values in statements:
            self.db.execute(statement, values)

    def runs(self) -> list[tuple[int, Run]]:
        """Every run with its sequence number, the newest first."""
        with decoded(self.path):
            rows = self.db.execute("SELECT seq, record FROM runs ORDER BY seq DESC").fetchall()
            return [(seq, run_from(record)) for seq, record in rows]

    def run(self, seq: int) -> Run:
        """The record of a run."""
        with decoded(self.path):
            (record,) = self.db.execute("SELECT record FROM runs WHERE seq = ?", (seq,)).fetchone()
            return run_from(record)

    def rewrite(self, seq: int, run: Run) -> None:
        """Replace the record of a run, within a ``transaction``."""
        self.db.execute("UPDATE runs SET id = ?, record = ? WHERE seq = ?", (run.id, run_record(run), seq))

    def pages(self, seq: int, condition: str, columns: Sequence[str], made: Callable[[table.Page], T]) -> Iterator[T]:
        """A run's rows in the input's order, page by page: one long cursor would keep SQLite from folding in the
        write-ahead log. The ``columns`` include those of the key."""
        last: tuple[object, ...] = (-1, -1)
        places = [columns.index(name) for name in table.KEY]
        while True:
            with decoded(self.path):
                page = self.reader.execute(
                    f"SELECT {', '.join(columns)} FROM rows WHERE run = ? AND (source, number) > (?, ?) "
                    f"AND {condition} ORDER BY source, number LIMIT ?",
                    (seq, *last, PAGE_ROWS),
                ).fetchall()
                if not page:
                    return
                found = made(page)
            yield found
            last = tuple(page[-1][place] for place in places)
