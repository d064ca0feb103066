"""Group commit: marks and outcomes go to disk in one transaction for many rows, and hardly a request waits for it.

A commit costs a flush of the disk. One for each row would cost more than the row's request. So rows are marked ahead of
the workers, and the commit that marks them carries the outcomes that there are by then.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Final, Self, TypeAlias

from importer.console import Progress
from importer.ledger import Ledger
from importer.meter import Meter
from importer.models import Due, Outcome, Settled

Record: TypeAlias = Callable[[Sequence[Due], Sequence[Settled], Sequence[Due]], None]
"""Writes marks, outcomes and marks taken back in one transaction; on disk when it returns. Called in a thread."""

AHEAD_S: Final = 0.1
"""Rows are marked ahead for so many seconds of work. If the process is killed, they are in doubt: a search for each."""
MOST_AHEAD: Final = 500


class Journal:
    """Owns the marks and outcomes that are not on disk yet. ``on_disk`` is told of outcomes once they are."""

    def __init__(self, record: Record, on_disk: Callable[[Sequence[Settled]], None] = lambda _: None) -> None:
        self._record = record
        self.on_disk = on_disk
        self._sent: list[Due] = []
        self._settled: list[Settled] = []
        self._taken_back: list[Due] = []
        self._writing = asyncio.Lock()
        self._group: asyncio.Task[None] | None = None

    async def sent(self, *rows: Due) -> None:
        """Mark rows as sent. Their requests may leave when this returns, and not before.

        Raises ``LedgerError`` if the marks cannot be written.
        """
        self._sent += rows
        await self.flush()

    def settled(self, row: Due, outcome: Outcome) -> None:
        """Note an outcome; it goes to disk with the next group. If it never does, the row stays in doubt."""
        self._settled.append((row, outcome))

    def take_back(self, row: Due) -> None:
        """Note that a marked row never left: with the next group it is due on disk, as it was."""
        self._taken_back.append(row)

    async def flush(self) -> None:
        """Wait until all that was noted so far is on disk. Raises ``LedgerError``."""
        if self._group is None:
            self._group = asyncio.create_task(self._write_group())
            self._group.add_done_callback(_looked_at)
        # One waiter that is cancelled must not take the commit of the others with it.
        await asyncio.shield(self._group)

    async def _write_group(self) -> None:
        async with self._writing:
            self._group = None
            sent, self._sent = self._sent, []
            settled, self._settled = self._settled, []
            back, self._taken_back = self._taken_back, []
            try:
                await asyncio.to_thread(self._record, sent, settled, back)
            except BaseException:
                # The last flush tries once more, and it is that one's failure which ends the run.
                self._settled, self._taken_back = settled + self._settled, back + self._taken_back
                raise
            self.on_disk(settled)

    def rest(self) -> None:
        """Write what waits for a commit, after the event loop was ended at once. Raises ``LedgerError``."""
        settled, self._settled = self._settled, []
        back, self._taken_back = self._taken_back, []
        self._record([], settled, back)


@contextmanager
def followed(journal: Journal, meter: Meter, progress: Progress, *, kept: bool) -> Iterator[list[Settled]]:
    """Tell meter and progress of what reaches the disk in the block; the list has it too, where it is ``kept``."""
    settled: list[Settled] = []

    def on_disk(group: Sequence[Settled]) -> None:
        progress.advance(len(group))
        meter.settled(len(group))
        if kept:
            settled.extend(group)

    journal.on_disk = on_disk
    try:
        yield settled
    finally:
        progress.close()


class Ahead:
    """Owns the rows that are no worker's yet, most of them marked; when its block ends, marks that are left go back.

    There are as many as the workers take in ``AHEAD_S``, and at least one for each of them. ``clock`` gives seconds
    that never run back.
    """

    def __init__(
        self, rows: Iterator[Due], journal: Journal, workers: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rows = rows
        self._journal = journal
        self._clock = clock
        self._marked: deque[Due] = deque()
        self._coming: Sequence[Due] = ()
        self._unmarked: set[int] = set()
        self._fetching: asyncio.Task[None] | None = None
        self._workers = workers
        self._enough = workers
        self._taken = 0
        self._since = clock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for row in (*self._marked, *self._coming):
            if row.number not in self._unmarked:
                self._journal.take_back(row)

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
        if row.number in self._unmarked:
            self._unmarked.remove(row.number)
            await self._journal.sent(row)
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
        self._unmarked.update(row.number for row in self._coming if not _may_be_ahead(row))
        self._fetching = asyncio.create_task(self._mark(self._coming))
        self._fetching.add_done_callback(_looked_at)
        return self._fetching

    async def _mark(self, rows: Sequence[Due]) -> None:
        ahead = [row for row in rows if row.number not in self._unmarked]
        if ahead:
            await self._journal.sent(*ahead)
        self._marked += rows
        self._coming, self._fetching = (), None


def _may_be_ahead(row: Due) -> bool:
    """Whether a doubt would cost a search and nothing else.

    A contact that no search can find would stay in doubt for ever; one that was in doubt before has been sent.
    """
    return row.has_key and not row.in_doubt and row.contact_id is None


def _looked_at(done: asyncio.Task[None]) -> None:
    """Where every waiter was cancelled, nobody else would look at a failure."""
    if not done.cancelled():
        done.exception()


@dataclass(frozen=True, slots=True)
class Books:
    """The ledger as one run sees it: its number, the rows that are due and how many, and the journal of its writes."""

    ledger: Ledger
    seq: int
    rows: Iterator[Due]
    due: int
    journal: Journal
