"""Group commit: what several workers write at one time goes to disk in one transaction.

A commit costs a flush of the disk. One for each row would cost more than the row's request; here a commit carries
all that was asked for while the one before it was under way.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from importer.ledger import Ledger
from importer.models import LedgerRow, Outcome

Settled: TypeAlias = tuple[LedgerRow, Outcome]
Record: TypeAlias = Callable[[Sequence[LedgerRow], Sequence[Settled]], None]
"""Writes marks and outcomes in one transaction, and returns when they are on disk; called in a thread."""


class Journal:
    """Owns the marks and outcomes that are not on disk yet. ``on_disk`` is told of outcomes once they are."""

    def __init__(self, record: Record, on_disk: Callable[[Sequence[Settled]], None] = lambda _: None) -> None:
        self._record = record
        self.on_disk = on_disk
        self._sent: list[LedgerRow] = []
        self._settled: list[Settled] = []
        self._writing = asyncio.Lock()
        self._group: asyncio.Task[None] | None = None

    async def sent(self, *rows: LedgerRow) -> None:
        """Mark rows as sent. Their requests may leave when this returns, and not before.

        Raises ``LedgerError`` if the marks cannot be written.
        """
        self._sent.extend(rows)
        await self.flush()

    def settled(self, row: LedgerRow, outcome: Outcome) -> None:
        """Note an outcome; it goes to disk with the next group. If it never does, the row stays in doubt."""
        self._settled.append((row, outcome))

    async def flush(self) -> None:
        """Wait until all that was noted so far is on disk. Raises ``LedgerError``."""
        if self._group is None:
            self._group = asyncio.create_task(self._write_group())
            # Where every waiter was cancelled, nobody else would look at a failure.
            self._group.add_done_callback(lambda done: done.cancelled() or done.exception())
        # One waiter that is cancelled must not take the commit of the others with it.
        await asyncio.shield(self._group)

    async def _write_group(self) -> None:
        async with self._writing:
            self._group = None
            sent, self._sent = self._sent, []
            settled, self._settled = self._settled, []
            await asyncio.to_thread(self._record, sent, settled)
            self.on_disk(settled)

    def rest(self) -> None:
        """Write the outcomes that wait for a commit, after the event loop was ended at once. Raises ``LedgerError``."""
        settled, self._settled = self._settled, []
        self._record([], settled)


@dataclass(frozen=True, slots=True)
class Books:
    """The ledger as one run sees it: its number, the rows that are due and how many, and the journal of its writes."""

    ledger: Ledger
    seq: int
    rows: Iterator[LedgerRow]
    due: int
    journal: Journal
