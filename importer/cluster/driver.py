"""The driver: it hands batches of rows to workers, writes outcomes to the ledger, and passes on lost workers' rows."""

import asyncio
from collections import deque
from collections.abc import Iterator, Sequence, Set
from itertools import islice
from typing import Final

from importer.cluster.members import WorkerLost
from importer.cluster.protocol import Returned
from importer.cluster.sessions import Share, WorkerSessions
from importer.console import Progress
from importer.error_codes import ERROR_CODES
from importer.errors import WorkersLost
from importer.ledger.group_commit import RunLedger
from importer.ledger.records import Due, RowKey, Settled
from importer.models import Status
from importer.sender.metrics import Metrics, followed
from importer.sender.shutdown import Shutdown
from importer.sender.worker_pool import first_of

BATCHES_EACH: Final = 2
"""Batches out for each worker: it works on one while the other travels and the driver writes it down."""


class Driver:
    """Owns the rows of one run on their way to workers and back.

    The driver marks a row as sent before it hands out the batch. A row ends in one of three ways: with an outcome; in
    doubt, if its worker died, and then another worker searches for it; or due again, if it never left.
    """

    def __init__(self, run_ledger: RunLedger, sessions: WorkerSessions, stop: Shutdown, metrics: Metrics) -> None:
        self._all_rows = run_ledger.rows
        self._group_commit = run_ledger.group_commit
        self._sessions = sessions
        self._stop = stop
        self._metrics = metrics
        self._left = 0
        self._due = run_ledger.due
        self._rows: Iterator[Due] = iter(())
        self._again: deque[Due] = deque()
        self._in_doubt: set[RowKey] = set()

    async def settle(self, most: int | None, progress: Progress) -> list[Settled]:
        """Settle the next ``most`` rows and return them; or settle all that are left, and return none.

        Their outcomes are on disk when this returns.
        """
        self._rows, self._left = islice(self._all_rows, most), self._due if most is None else most
        self._due -= self._left
        with followed(self._group_commit, self._metrics, progress, kept=most is not None) as settled:
            await self._give_out()
            self._give_back()
            await self._group_commit.flush()
        return settled

    def rest(self) -> None:
        """Write down what is known after the event loop had to end at once. Raises ``LedgerError``."""
        self._give_back()
        self._group_commit.rest()

    def _give_back(self) -> None:
        """Make rows due again that never left; rows in doubt stay in doubt."""
        for row in self._again:
            if row.key not in self._in_doubt:
                self._group_commit.take_back(row)
        self._again.clear()

    async def _give_out(self) -> None:
        """Hand batches to all workers until no row is left or the run stops."""
        while (self._left or self._again) and not self._stop.requested:
            lanes = self._sessions.at_work * BATCHES_EACH
            if not lanes:
                advice = ERROR_CODES[WorkersLost.code]
                self._stop.request(WorkersLost(advice.meaning, advice.hint))
                break
            try:
                async with asyncio.TaskGroup() as group:
                    for share in lanes:
                        group.create_task(self._lane(share))
            except BaseExceptionGroup as failures:
                raise first_of(failures) from failures

    async def _lane(self, share: Share) -> None:
        """Hand one batch after the other to a worker."""
        while not self._is_over(share) and (rows := self._next(share)):
            await self._group_commit.sent(*rows)
            if self._is_over(share):
                self._again.extend(rows)
                return
            try:
                returned = await self._sessions.settle(share, rows)
            except WorkerLost:
                await self._lost(share, rows)
            else:
                await self._received(share, rows, returned)

    def _is_over(self, share: Share) -> bool:
        """Whether a worker gets no more batches."""
        return share.is_lost or self._stop.requested

    def _next(self, share: Share) -> tuple[Due, ...]:
        """The next rows for a worker: first those that another one left behind. Batches shrink towards the end."""
        fair = -(-self._left // (len(self._sessions.at_work) * BATCHES_EACH))
        most = min(share.rows, max(fair, share.terms.concurrency))
        if self._again:
            return tuple(self._again.popleft() for _ in range(min(most, len(self._again))))
        rows = tuple(islice(self._rows, most))
        self._left = self._left - len(rows) if rows else 0
        return rows

    async def _received(self, share: Share, rows: Sequence[Due], returned: Returned) -> None:
        if returned.reason is not None:
            self._stop.request(returned.reason)
        found = returned.settled
        # What is not sent only because the worker's session ended is another worker's.
        settled = {key for key, outcome in found.items() if not returned.ended or outcome.status is not Status.NOT_SENT}
        for row in rows:
            if row.key in settled:
                self._group_commit.settled(row, found[row.key])
        rest = [row for row in rows if row.key not in settled]
        self._again.extend(self._doubted(rest, returned.in_doubt - settled))
        if returned.ended and not self._stop.requested:
            await self._gone(share)

    async def _lost(self, share: Share, rows: Sequence[Due]) -> None:
        """Nobody knows what became of these rows: once this worker has stopped, another one searches for them."""
        lost = {row.key for row in rows}
        self._in_doubt |= lost
        await self._gone(share)
        self._again.extend(self._doubted(rows, lost))

    async def _gone(self, share: Share) -> None:
        self._sessions.lost(share)
        await share.member.surely_gone()

    def _doubted(self, rows: Sequence[Due], in_doubt: Set[RowKey]) -> list[Due]:
        self._in_doubt |= in_doubt
        return [row._replace(in_doubt=True) if row.key in in_doubt else row for row in rows]
