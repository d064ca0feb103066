"""Group commit: one transaction writes the marks and outcomes of many rows, and few requests wait for it.

A commit flushes the disk; one commit a row would cost more than the row's request. So the prefetcher marks rows ahead
of the workers, and the commit that marks them also writes the outcomes that have come in.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Final, Self, TypeAlias

from importer.ledger.ledger import Ledger
from importer.ledger.records import Change, Changed, Due, RowKey, Settled
from importer.ledger.run import Run
from importer.livedesk.capabilities import Finding
from importer.models import Outcome

AHEAD_S: Final = 0.1
"""How many seconds of work to mark ahead. If the process is killed, each of these rows costs a search."""

MOST_AHEAD: Final = 500

Record: TypeAlias = Callable[[Sequence[Due], Sequence[Settled], Sequence[Due]], None]
"""Writes marks, outcomes and withdrawn marks in one transaction, on disk when it returns. Called in a thread."""

Note: TypeAlias = Callable[[Sequence[Changed]], None]
"""Writes what updates are about to change. Called in the same thread."""

Learn: TypeAlias = Callable[[Sequence[Finding]], None]
"""Writes what was found out about the server. Called in the same thread."""


_Group: TypeAlias = tuple[Sequence[Due], Sequence[Settled], Sequence[Due]]


class GroupCommit:
    """Owns the marks, outcomes and findings that are not on disk yet; calls ``on_disk`` with outcomes once they are."""

    def __init__(
        self,
        record: Record,
        on_disk: Callable[[Sequence[Settled]], None] = lambda _: None,
        learn: Learn = lambda _: None,
        note: Note = lambda _: None,
    ) -> None:
        self._record = record
        self._note = note
        self._learn = learn
        self.on_disk = on_disk
        self._sent: list[Due] = []
        self._settled: list[Settled] = []
        self._taken_back: list[Due] = []
        self._changed: list[Changed] = []
        self._found: list[Finding] = []
        self._writing = asyncio.Lock()
        self._group: asyncio.Task[None] | None = None

    async def sent(self, *rows: Due) -> None:
        """Mark rows as sent; their requests may leave only after this returns. Raises ``LedgerError``."""
        self._sent += rows
        await self.flush()

    async def changing(self, row: Due, changes: Sequence[Change]) -> bool:
        """Note what an update is about to change; it may leave once this returns, always true. Raises
        ``LedgerError``."""
        self._changed.append((row.key, tuple(changes)))
        await self.flush()
        return True

    def planned(self, row: Due, outcome: Outcome, changes: Sequence[Change]) -> None:
        """Note what a plan says of a row, and which changes it would make, to be written with the next group."""
        if changes:
            self._changed.append((row.key, tuple(changes)))
        self._settled.append((row, outcome))

    def settled(self, row: Due, outcome: Outcome) -> None:
        """Note an outcome, to be written with the next group. If that write fails, the row stays in doubt."""
        self._settled.append((row, outcome))

    def take_back(self, row: Due) -> None:
        """Note that a marked row never left; the next group makes it due again."""
        self._taken_back.append(row)

    def found_out(self, finding: Finding) -> None:
        """Note what was found out about the server, to be written with the next group."""
        self._found.append(finding)

    async def flush(self) -> None:
        """Wait until everything noted so far is on disk. Raises ``LedgerError``."""
        if self._group is None:
            self._group = asyncio.create_task(self._write_group())
            self._group.add_done_callback(looked_at)
        # A waiter that is cancelled must not cancel the commit of the others.
        await asyncio.shield(self._group)

    async def _write_group(self) -> None:
        async with self._writing:
            self._group = None
            sent, self._sent = self._sent, []
            settled, self._settled = self._settled, []
            back, self._taken_back = self._taken_back, []
            changed, self._changed = self._changed, []
            found, self._found = self._found, []
            try:
                await asyncio.to_thread(self._write, (sent, settled, back), changed, found)
            except BaseException:
                # The last flush tries once more; if that fails too, it ends the run.
                self._settled, self._taken_back = settled + self._settled, back + self._taken_back
                raise
            self.on_disk(settled)

    def _write(self, group: _Group, changed: Sequence[Changed], found: Sequence[Finding]) -> None:
        if changed:
            self._note(changed)
        self._record(*group)
        if found:
            self._learn(found)

    def rest(self) -> None:
        """Write what still waits for a commit, after the event loop was cut short. Raises ``LedgerError``."""
        settled, self._settled = self._settled, []
        back, self._taken_back = self._taken_back, []
        found, self._found = self._found, []
        self._write(([], settled, back), [], found)


def group_commit_of(ledger: Ledger, seq: int, record: Record | None = None) -> GroupCommit:
    """The group commit of a run; an undo has a ``record`` of its own."""
    learn, note = partial(ledger.servers.learn, seq), partial(ledger.note, seq)
    return GroupCommit(record or partial(ledger.record, seq), learn=learn, note=note)


def looked_at(done: asyncio.Task[None]) -> None:
    """Retrieve a task's exception; if every waiter was cancelled, nobody else does and asyncio complains."""
    if not done.cancelled():
        done.exception()


class Prefetcher:
    """Owns the rows that no worker has taken yet, most of them marked; the end of its block withdraws their marks.

    It holds as many as the workers take in ``AHEAD_S``, and at least one a worker. ``clock`` gives seconds and never
    runs backwards.
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
        """The next row, marked as sent; ``None`` if there are no more. Raises ``LedgerError``."""
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
        """Adapt how many rows to hold: as many as the workers take in ``AHEAD_S``."""
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
        ahead = [row for row in rows if row.key not in self._unmarked] if self._unmarked else rows
        if ahead:
            await self._group_commit.sent(*ahead)
        self._marked += rows
        self._coming, self._fetching = (), None


def _may_be_ahead(row: Due) -> bool:
    """Whether a doubt about this row would cost no more than a search.

    A contact without a key cannot be searched for and would stay in doubt; one in doubt already has been sent.
    """
    return row.contact.has_key and row.doubt is None and row.contact_id is None


@dataclass(frozen=True, slots=True)
class RunLedger:
    """The ledger as one run sees it: its sequence number, its due rows, how many they are, and its group commit."""

    ledger: Ledger
    seq: int
    rows: Iterator[Due]
    due: int
    group_commit: GroupCommit

    @property
    def run(self) -> Run:
        """The record of the run."""
        return self.ledger.run(self.seq)
