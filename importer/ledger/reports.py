"""What reports, and comparisons with another run, read of a run beside its results."""

import json
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from importer.ledger import rows as table
from importer.ledger.file import decoded
from importer.ledger.records import GivenRow, LedgerRow
from importer.ledger.store import PAGE_ROWS, Store
from importer.models import Status

_HAS_IDS: Final = (
    "SELECT EXISTS (SELECT 1 FROM rows WHERE run = :run AND contact_id IS NOT NULL) "
    "AND NOT EXISTS (SELECT 1 FROM rows WHERE run = :run AND cells IS NULL)"
)
_INBOXES: Final = (
    "SELECT json_extract(contact, '$.inbox_id') AS inbox, COUNT(*) FROM rows WHERE run = ? AND inbox IS NOT NULL "
    "AND status NOT IN ({left_out}) GROUP BY inbox ORDER BY COUNT(*) DESC, inbox"
)
_CLEARS: Final = (
    "SELECT value, COUNT(*) FROM rows, json_each(rows.contact, '$.clears') "
    f"WHERE run = ? AND status = '{Status.PENDING}' GROUP BY value ORDER BY value"
)
_UNMATCHED: Final = (
    f"SELECT {', '.join(table.ROW_COLUMNS)} FROM rows WHERE run = ? AND (fingerprint IS NULL OR fingerprint NOT IN "
    "(SELECT fingerprint FROM rows WHERE run = ? AND fingerprint IS NOT NULL)) {wanted} "
    f"ORDER BY {', '.join(table.KEY)}"
)


_TO_CORRECT: Final = f"FROM rows WHERE run = ? AND NOT {table.IS_FINE}"


class Reports:
    """Tells of a run what its reports say."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def clears(self, seq: int) -> dict[str, int]:
        """How many due rows of a run are to empty each field, within the ``transaction`` that stages it."""
        return dict(self._store.db.execute(_CLEARS, (seq,)).fetchall())

    def has_ids(self, seq: int) -> bool:
        """Whether a run has a contact's id for some row, and the cells of every row; older versions kept few cells."""
        with decoded(self._store.path):
            (found,) = self._store.reader.execute(_HAS_IDS, {"run": seq}).fetchone()
        return bool(found)

    def given(self, seq: int) -> Iterator[list[GivenRow]]:
        """The rows as they were given, a page at a time, of a run that ``has_ids``."""
        return self._store.pages(seq, "TRUE", table.GIVEN_COLUMNS, table.given_from)

    def inboxes(self, seq: int, nowhere: Collection[Status]) -> dict[str, int]:
        """How many rows of a run each inbox has, of those that are not in ``nowhere``; the largest number first."""
        query = _INBOXES.format(left_out=", ".join("?" * len(nowhere)))
        with decoded(self._store.path):
            return dict(self._store.reader.execute(query, (seq, *nowhere)).fetchall())

    def to_correct(self, seq: int, number: int) -> LedgerRow | None:
        """A row that needs attention, of a run with one source; ``None`` if there is no such row."""
        with decoded(self._store.path):
            query = f"SELECT {', '.join(table.ROW_COLUMNS)} {_TO_CORRECT} AND source = 0 AND number = ?"
            found = table.rows_from(self._store.reader.execute(query, (seq, number)).fetchall())
            return found[0] if found else None

    def all_to_correct(self, seq: int) -> Iterator[tuple[int, Sequence[str]]]:
        """The number and the cells of each such row."""
        with decoded(self._store.path):
            for number, cells in self._store.reader.execute(f"SELECT number, cells {_TO_CORRECT}", (seq,)):
                yield number, json.loads(cells or "[]")

    def unmatched(self, seq: int, other: int, statuses: Collection[Status] = ()) -> Iterator[LedgerRow]:
        """The rows of a run whose data no row of run ``other`` has to the letter, in the input's order.

        ``statuses`` selects some of them. Nothing may write meanwhile: it is one query, 1 µs for a row with a match.
        """
        wanted = f"AND status IN ({', '.join('?' * len(statuses))})" if statuses else ""
        with decoded(self._store.path):
            found = self._store.reader.execute(_UNMATCHED.format(wanted=wanted), (seq, other, *statuses))
            while page := found.fetchmany(PAGE_ROWS):
                yield from table.rows_from(page)
