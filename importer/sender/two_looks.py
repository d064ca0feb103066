"""Settles the rows of a run that looks back; whom the first look does not find gets a second one, when a search must
show who is there."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple, TypeAlias

from importer.ledger.group_commit import RunLedger
from importer.ledger.ledger import Ledger
from importer.ledger.records import Due
from importer.models import Outcome, Status
from importer.sender.handovers import Handovers, Hands
from importer.sender.session import Session
from importer.sender.worker_pool import given, run_pool

Look: TypeAlias = Callable[[Due, bool], Awaitable[Outcome | None]]
"""The outcome of a row; ``None`` if its contact is not found. The second argument says that this is the last look."""

Unit: TypeAlias = tuple[Due, ...]
"""The rows of one contact, the last first: what was done last is undone first."""


class Looks(NamedTuple):
    """How to look: at how many contacts at a time, and how many seconds there are from now to the second look."""

    look: Look
    concurrency: int
    wait_s: Callable[[], float]
    announce: Callable[[int, float], None]


async def look_twice(run_ledger: RunLedger, session: Session, looks: Looks) -> None:
    """Settle every row that is pending, until the run is to stop. Each outcome is on disk when its row is done.

    A value that another contact still has, which is undone too, waits for that.
    """
    ledger, seq, group_commit = run_ledger.ledger, run_ledger.seq, run_ledger.group_commit

    hands = Hands(partial(ledger.looking_back.given_up, seq), group_commit.settled, run_ledger.run.names)
    handovers = Handovers(hands, updates=True)

    async def settle_all(rows: Iterator[Unit], again: bool) -> None:
        async def one(unit: Unit) -> None:
            for row in unit:
                try:
                    outcome = await looks.look(row, again)
                finally:
                    session.rate_limiter.left(row.turn)
                if outcome is None:
                    break  # the rows below it wait for it
                if len(unit) > 1 or not handovers.take(row, outcome):
                    group_commit.settled(row, outcome)
            await group_commit.flush()

        await run_pool(given(rows), one, looks.concurrency, session.stop)

    async def once_more(rows: Sequence[Due]) -> None:
        left = iter([(row,) for row in rows])
        await settle_all(left, True)
        for (row,) in left:  # the run stops
            group_commit.settled(row, session.request_policy.not_sent())
        await group_commit.flush()

    await settle_all(units(ledger, seq), False)
    left = ledger.counts(seq).get(Status.PENDING, 0)
    if left and not session.stop.requested:
        if (wait_s := looks.wait_s()) > 0:
            looks.announce(left, wait_s)
            await session.stop.sleep(wait_s)
        await settle_all(units(ledger, seq), True)
    await handovers.settle(session.stop, once_more)


def units(ledger: Ledger, seq: int) -> Iterator[Unit]:
    """The pending rows of a run, those of one contact together. Few contacts have several, and those stay in memory."""
    several: dict[str | None, list[Due]] = {contact_id: [] for contact_id in ledger.looking_back.repeated(seq)}
    if several:
        for row in ledger.pending(seq):
            if row.contact_id in several:
                several[row.contact_id].append(row)
    for row in ledger.pending(seq):
        if row.contact_id not in several:
            yield (row,)
        elif together := several[row.contact_id]:
            yield tuple(sorted(together, key=lambda one: one.key, reverse=True))
            several[row.contact_id] = []
