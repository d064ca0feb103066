"""Group commit: one transaction writes the marks and outcomes of many rows, and few requests wait for it.

A commit flushes the disk; one commit a row would cost more than the row's request. So the prefetcher marks rows ahead
of the workers, and the commit that marks them also writes the outcomes that have come in.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeAlias

from importer.ledger.records import Due, Settled
from importer.models import Outcome

Record: TypeAlias = Callable[[Sequence[Due], Sequence[Settled], Sequence[Due]], None]
"""Writes marks, outcomes and withdrawn marks in one transaction, on disk when it returns. Called in a thread."""


class GroupCommit:
    """Owns the marks and outcomes that are not on disk yet; calls ``on_disk`` with outcomes once they are."""

    def __init__(self, record: Record, on_disk: Callable[[Sequence[Settled]], None] = lambda _: None) -> None:
        self._record = record
        self.on_disk = on_disk
        self._sent: list[Due] = []
        self._settled: list[Settled] = []
        self._taken_back: list[Due] = []
        self._writing = asyncio.Lock()
        self._group: asyncio.Task[None] | None = None

    async def sent(self, *rows: Due) -> None:
        """Mark rows as sent; their requests may leave only after this returns. Raises ``LedgerError``."""
        self._sent += rows
        await self.flush()

    def settled(self, row: Due, outcome: Outcome) -> None:
        """Note an outcome, to be written with the next group. If that write fails, the row stays in doubt."""
        self._settled.append((row, outcome))

    def take_back(self, row: Due) -> None:
        """Note that a marked row never left; the next group makes it due again."""
        self._taken_back.append(row)

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
            try:
                await asyncio.to_thread(self._record, sent, settled, back)
            except BaseException:
                # The last flush tries once more; if that fails too, it ends the run.
                self._settled, self._taken_back = settled + self._settled, back + self._taken_back
                raise
            self.on_disk(settled)

    def rest(self) -> None:
        """Write what still waits for a commit, after the event loop was cut short. Raises ``LedgerError``."""
        settled, self._settled = self._settled, []
        back, self._taken_back = self._taken_back, []
        self._record([], settled, back)


def looked_at(done: asyncio.Task[None]) -> None:
    """Retrieve a task's exception; if every waiter was cancelled, nobody else does and asyncio complains."""
    if not done.cancelled():
        done.exception()
