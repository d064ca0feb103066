"""Group commit: marks and outcomes go to disk in one transaction for many rows, and hardly a request waits for it.

A commit costs a flush of the disk. One for each row would cost more than the row's request. So rows are marked ahead of
the workers, and the commit that marks them carries the outcomes that there are by then.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeAlias

from importer.ledger.records import Due, Settled
from importer.models import Outcome

Record: TypeAlias = Callable[[Sequence[Due], Sequence[Settled], Sequence[Due]], None]
"""Writes marks, outcomes and marks taken back in one transaction; on disk when it returns. Called in a thread."""


class GroupCommit:
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
            self._group.add_done_callback(looked_at)
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


def looked_at(done: asyncio.Task[None]) -> None:
    """Where every waiter was cancelled, nobody else would look at a failure."""
    if not done.cancelled():
        done.exception()
