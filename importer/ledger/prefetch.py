"""Rows that are due, marked ahead of the workers, so that hardly a request waits for the disk."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, Self

from importer.ledger.group_commit import GroupCommit, looked_at
from importer.ledger.ledger import Ledger
from importer.ledger.records import Due, RowKey

AHEAD_S: Final = 0.1
"""Rows are marked ahead for so many seconds of work. If the process is killed, they are in doubt: a search for each."""


MOST_AHEAD: Final = 500


class Prefetcher:
    """Owns the rows that are no worker's yet, most of them marked; when its block ends, marks that are left go back.

    There are as many as the workers take in ``AHEAD_S``, and at least one for each of them. ``clock`` gives seconds
    that never run back.
    """

    def __init__(
        self, rows: Iterator[Due], group_commit: GroupCommit, workers: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rows = rows
        self._group_commit = group_commit
        self._clock = clock
        self._marked: deque[Due] = deque()
        self._coming: Sequence[Due] = ()
        self._unmarked: set[RowKey] = set()
        self._fetching: asyncio.Task[None] | None = None
        self._workers = workers
        self._enough = workers
        self._taken = 0
        self._since = clock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for row in (*self._marked, *self._coming):
            if row.key not in self._unmarked:
                self._group_commit.take_back(row)

    async def take(self) -> Due | None:
        """The next row, marked as sent; ``None`` if there are no more.

        Raises ``LedgerError`` if its mark cannot be written.
        """
        while not self._marked:
            fetching = self._fetching or self._fetch()
            if fetching is None:
                return None
            await asyncio.shield(fetching)
        row = self._marked.popleft()
        self._taken += 1
        if self._fetching is None and 2 * len(self._marked) <= self._enough:
            self._measure()
            self._fetch()
        if self._unmarked and row.key in self._unmarked:
            self._unmarked.remove(row.key)
            await self._group_commit.sent(row)
        return row

    def _measure(self) -> None:
        """How many rows are enough: what was taken in the last ``AHEAD_S``, or twice as many that took less."""
        passed_s = self._clock() - self._since
        if passed_s >= AHEAD_S or self._taken >= 2 * self._enough:
            lately = round(self._taken * AHEAD_S / max(passed_s, AHEAD_S))
            self._enough = max(self._workers, min(lately, MOST_AHEAD))
            self._since, self._taken = self._clock(), 0

    def _fetch(self) -> asyncio.Task[None] | None:
        """Begin to mark the next rows; ``None`` if there are none."""
        self._coming = list(islice(self._rows, self._enough))
        if not self._coming:
            return None
        self._unmarked.update(row.key for row in self._coming if not _may_be_ahead(row))
        self._fetching = asyncio.create_task(self._mark(self._coming))
        self._fetching.add_done_callback(looked_at)
        return self._fetching

    async def _mark(self, rows: Sequence[Due]) -> None:
        ahead = [row for row in rows if row.key not in self._unmarked]
        if ahead:
            await self._group_commit.sent(*ahead)
        self._marked += rows
        self._coming, self._fetching = (), None


def _may_be_ahead(row: Due) -> bool:
    """Whether a doubt would cost a search and nothing else.

    A contact that no search can find would stay in doubt for ever; one that was in doubt before has been sent.
    """
    return row.has_key and not row.in_doubt and row.contact_id is None


@dataclass(frozen=True, slots=True)
class RunLedger:
    """The ledger as one run sees it: its number, the rows that are due and how many, and the journal of its writes."""

    ledger: Ledger
    seq: int
    rows: Iterator[Due]
    due: int
    group_commit: GroupCommit
