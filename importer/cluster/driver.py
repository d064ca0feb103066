"""The driver: it hands batches of rows to workers, writes outcomes to the ledger, and passes on lost workers' rows."""

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence, Set
from functools import partial
from itertools import islice
from typing import Final

from importer.cluster.members import WorkerLost
from importer.cluster.protocol import Returned
from importer.cluster.sessions import Share, WorkerSessions
from importer.error_codes import ERROR_CODES
from importer.errors import WorkersLost
from importer.ledger.group_commit import RunLedger
from importer.ledger.records import Doubt, Due, LostUpdate, RowKey
from importer.livedesk.responses import Found
from importer.models import Outcome, Status
from importer.observer import Observer
from importer.sender.claims import same_contact
from importer.sender.doubts import Doubts, unsettled
from importer.sender.evidence import Evidence
from importer.sender.forbidden import Held
from importer.sender.metrics import Metrics
from importer.sender.session import say_doubts, without_inbox
from importer.sender.settling import Settling
from importer.sender.shutdown import Shutdown
from importer.sender.worker_pool import first_of
from importer.sender.wrong_ids import strangers, taken_over

BATCHES_EACH: Final = 2
"""Batches out for each worker: it works on one while the other travels and the driver writes it down."""


class Driver(Settling):
    """Owns the rows of one run on their way to workers and back.

    The driver marks a row as sent before it hands out the batch. A row ends in one of four ways: with an outcome;
    aside, until its request can no longer be stored; in doubt, if its worker died, and then another worker searches
    for it; or due again, if it never left.
    """

    def __init__(
        self, run_ledger: RunLedger, sessions: WorkerSessions, stop: Shutdown, metrics: Metrics, observer: Observer
    ) -> None:
        doubts = Doubts(stop, 0, partial(say_doubts, observer))
        super().__init__(run_ledger, stop, metrics, doubts, updates=sessions.updates)
        self._all_rows = run_ledger.rows
        self._sessions = sessions
        self._left = 0
        self._due = run_ledger.due
        self._rows: Iterator[Due] = iter(())
        self._again: deque[Due] = deque()
        self._in_doubt: set[RowKey] = set()
        self._evidence = Evidence(earlier=run_ledger.ledger.earlier_ids(run_ledger.seq))
        self._is_in_inbox = run_ledger.ledger.servers.created_in(run_ledger.seq)
        self._held = defaultdict[Share, Held](lambda: Held(self._group_commit.settled))  # workers have own credentials

    async def _send(self, most: int | None) -> None:
        self._rows, self._left = islice(self._all_rows, most), self._due if most is None else most
        self._due -= self._left
        await self._give_out()

    async def _send_again(self, rows: Sequence[Due]) -> None:
        self._again.extend(rows)
        await self._give_out()

    async def _look_again(self) -> None:
        ledger, seq = self._run_ledger.ledger, self._run_ledger.seq
        self._rows, self._left = ledger.unconfirmed(seq), sum(1 for _ in ledger.unconfirmed(seq))
        if self._left:  # workers do not tell when the service refused a request that it may store all the same
            await self._stop.sleep(self._sessions.settle_s)
            await self._give_out()

    def _release(self) -> None:
        """Give back what never left, and settle the rows that got a 403, if no later answer told what it was about."""
        self._give_back()
        for held in self._held.values():
            held.release(self._stop.reason)

    def _give_back(self) -> None:
        """Make rows due again that never left; rows in doubt stay in doubt."""
        for row in self._again:
            if row.intent and not row.doubt:
                self._group_commit.settled(row, unsettled(row, self._stop.reason))
            elif row.key not in self._in_doubt:
                self._group_commit.take_back(row)
        self._again.clear()

    async def _give_out(self) -> None:
        """Hand batches to all workers until no row is left or the run stops."""
        while (self._left or self._again or self._doubts.any) and not self._stop.requested:
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
        while not self._is_over(share) and (rows := await self._next(share)):
            since = time.time()
            await self._group_commit.sent(*rows)
            if self._is_over(share):
                self._again.extend(rows)
                return
            try:
                returned = await self._sessions.settle(share, rows)
            except WorkerLost:
                await self._lost(share, rows, since)
            else:
                await self._received(share, rows, returned, since)

    def _is_over(self, share: Share) -> bool:
        """Whether a worker gets no more batches."""
        return share.is_lost or self._stop.requested

    async def _next(self, share: Share) -> tuple[Due, ...]:
        """The next rows for a worker, none at the end; at first it may have to wait for rows that stand aside."""
        while not self._is_over(share):
            if (rows := self._at_hand(share)) or not await self._doubts.wait():
                return rows
        return ()

    def _at_hand(self, share: Share) -> tuple[Due, ...]:
        """Rows that have stood aside, else those that another worker left behind, else new ones.

        Batches shrink towards the end.
        """
        fair = -(-self._left // (len(self._sessions.at_work) * BATCHES_EACH))
        most = min(share.rows, max(fair, share.terms.concurrency))
        waited = tuple(row for _ in range(most) if (row := self._doubts.due()) is not None)
        if waited:
            return waited
        if self._again:
            return tuple(self._again.popleft() for _ in range(min(most, len(self._again))))
        if self._doubts.is_full:
            return ()
        rows = tuple(islice(self._rows, most))
        self._left = self._left - len(rows) if rows else 0
        return rows

    async def _received(self, share: Share, rows: Sequence[Due], returned: Returned, since: float) -> None:
        if returned.reason is not None:
            self._stop.request(returned.reason)
        to_settle = [aside for aside in returned.aside if not self._is_anothers(aside.row)]
        await self._note(aside.row for aside in to_settle)
        for aside in to_settle:
            self._doubts.add(aside)
        done = {aside.row.key for aside in returned.aside}
        for row in rows:
            outcome = returned.settled.get(row.key)
            # What is not sent only because the worker's session ended is another worker's.
            if outcome is not None and not (returned.ended and _never_left(outcome)):
                if not self._held[share].take(row, outcome):
                    self._settled(row, outcome, since)
                done.add(row.key)
        self._held[share].release(returned.reason, returned.still_open)
        rest = [row for row in rows if row.key not in done]
        self._again.extend(self._doubted(rest, returned.in_doubt - done, since))
        if disputed := returned.disputed | self._evidence.take_disputed():
            await self._disputes.begin(disputed)
        if returned.ended and not self._stop.requested:
            await self._gone(share)

    def _is_anothers(self, row: Due) -> bool:
        """Whether another row of the run keeps the contact that this one was to change; then it is a duplicate."""
        contact_id = row.intent[0].contact_id if row.intent else None
        if contact_id is None or (other := self._claims.take(contact_id, row.key)) is None:
            return False
        outcome = same_contact(contact_id, self._claims.told(row, other), row.intent)
        self._group_commit.settled(row, outcome._replace(hint=(*row.remarks, *outcome.hint)))
        return True

    def _kept_by_another(self, row: Due, outcome: Outcome) -> Outcome:
        """The outcome of a row whose contact a search found, and that needs no change, unless another row keeps it."""
        is_found = outcome.status is Status.EXISTS or (outcome.status is Status.CREATED and outcome.by_search)
        if not self._sessions.updates or not is_found or outcome.contact_id is None:
            return outcome
        other = self._claims.take(outcome.contact_id, row.key)
        return outcome if other is None else same_contact(outcome.contact_id, self._claims.told(row, other), ())

    async def _note(self, rows: Iterable[Due]) -> None:
        """Write down what the updates of these rows are to change, before one of them may leave."""
        async with asyncio.TaskGroup() as group:
            for row in rows:
                if row.intent:
                    group.create_task(self._group_commit.changing(row, row.intent))

    def _settled(self, row: Due, outcome: Outcome, since: float) -> None:
        """Write an outcome, unless another row has its id; what an earlier run said of that is wrong."""
        contact_id, is_given = outcome.contact_id, outcome.status in (Status.CREATED, Status.SENT)
        found = outcome.by_search or (row.doubt is not None and row.doubt.claimed == contact_id)
        is_own = (
            not is_given or not contact_id or self._evidence.claim(contact_id, row.key, row.fingerprint, found=found)
        )
        if not is_own:
            self._disputes.put_aside(row, since)
        elif not self._disputes.take(row, since):
            told = without_inbox(outcome, row.contact.inbox_id, self._is_in_inbox)
            if contact_id and outcome.status in (Status.EXISTS, Status.UPDATED):
                self._evidence.met(contact_id, row.key)
            is_found = contact_id and is_given and found  # else no earlier run gave it to anybody
            wrong = strangers(row, Found(contact_id or "", row.contact), self._evidence) if is_found else ()
            if wrong:
                told = told._replace(wrong_ids=taken_over(row, wrong, self._claims, self._evidence))
            else:
                told = self._kept_by_another(row, told)
            if not self._handovers.take(row, told):
                self._group_commit.settled(row, told)

    async def _lost(self, share: Share, rows: Sequence[Due], since: float) -> None:
        """Nobody knows what became of these rows: once this worker has stopped, another one searches for them."""
        lost = {row.key for row in rows}
        self._in_doubt |= lost
        await self._gone(share)
        self._again.extend(self._doubted(rows, lost, since))

    async def _gone(self, share: Share) -> None:
        self._sessions.lost(share)
        await share.member.surely_gone()

    def _doubted(self, rows: Sequence[Due], in_doubt: Set[RowKey], since: float) -> list[Due]:
        self._in_doubt |= in_doubt
        return [_doubted(row, since) if row.key in in_doubt else row for row in rows]


def _never_left(outcome: Outcome) -> bool:
    return outcome.status is Status.NOT_SENT and not outcome.is_doubted


def _doubted(row: Due, since: float) -> Due:
    """A row that its worker may have sent, and an update whose changes were noted may have left."""
    lost = row.lost or (LostUpdate(row.intent[0].contact_id, row.intent) if row.intent else None)
    return row._replace(doubt=row.doubt or Doubt(since), lost=lost and lost._replace(has_waited=False))
