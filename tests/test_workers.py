"""The pool, the pacing and the group commit, without HTTP and without real time."""

import asyncio
import gc
from collections.abc import Awaitable, Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from importer.errors import CredentialsRefused, LedgerError
from importer.ledger.group_commit import MOST_AHEAD, GroupCommit, Prefetcher
from importer.ledger.records import Doubt, Due, Settled
from importer.livedesk.contact import Contact
from importer.message import Message
from importer.models import Outcome, Status
from importer.sender.rate_limiter import RateLimiter
from importer.sender.shutdown import Shutdown
from importer.sender.worker_pool import run_pool
from tests.support.sending import turn


def rows(count: int) -> list[Due]:
    return [Due(number, Contact(email=f"p{number}@x.org")) for number in range(1, count + 1)]


def taking(left: Iterator[Due]) -> Callable[[], Awaitable[Due | None]]:
    """Rows for the pool, without a ledger."""

    async def take() -> Due | None:
        return next(left, None)

    return take


class Clock(Shutdown):
    """A stop whose sleep moves a clock on instead of waiting."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 100.0

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)


def test_the_pool_settles_every_row_once_under_the_cap() -> None:
    """As many at a time as allowed, never more, and each row once."""
    settled: list[int] = []
    working = most = 0

    async def settle(row: Due) -> None:
        nonlocal working, most
        working += 1
        most = max(most, working)
        await asyncio.sleep(0)
        working -= 1
        settled.append(row.number)

    asyncio.run(run_pool(taking(iter(rows(50))), settle, 7, Shutdown()))
    assert sorted(settled) == list(range(1, 51))
    assert most == 7


def test_a_stop_settles_what_is_in_flight_and_feeds_nothing_more() -> None:
    """Three workers are at work when the stop comes: three rows are settled, the rest is untouched."""
    stop, settled = Shutdown(), []

    async def settle(row: Due) -> None:
        await asyncio.sleep(0)
        stop.request(CredentialsRefused(Message("401")))
        await asyncio.sleep(0)
        settled.append(row.number)

    left = iter(rows(50))
    asyncio.run(run_pool(taking(left), settle, 3, stop))
    assert settled == [1, 2, 3]
    assert next(left).number == 4


def test_a_ledger_that_fails_ends_the_pool_with_its_own_error() -> None:
    """One clear error comes out, not a group of them."""

    async def settle(_row: Due) -> None:
        raise LedgerError(Message("full"))

    with pytest.raises(LedgerError, match="full"):
        asyncio.run(run_pool(taking(iter(rows(5))), settle, 3, Shutdown()))


def test_the_first_reason_to_stop_stands() -> None:
    """What every later worker meets is the consequence, not the cause."""
    stop, reason = Shutdown(), CredentialsRefused(Message("401"))
    stop.request(reason)
    stop.request(CredentialsRefused(Message("later")))
    stop.request()
    assert stop.reason is reason


def test_nobody_sleeps_through_a_stop() -> None:
    """A backoff of an hour ends at once."""

    async def scene() -> None:
        stop = Shutdown()
        sleeper = asyncio.create_task(stop.sleep(3600))
        await asyncio.sleep(0)
        stop.request()
        await asyncio.wait_for(sleeper, 5)

    asyncio.run(scene())


def test_a_stop_sleeps_its_time_out_when_nothing_happens() -> None:
    """A sleep of no length returns, and asks for nothing."""
    stop = Shutdown()
    asyncio.run(stop.sleep(0))
    assert not stop.requested


async def one(limiter: RateLimiter, number: int = 1) -> None:
    """A request that takes no time."""
    async with turn(limiter, number):
        pass


def test_a_pause_holds_every_worker_and_the_longest_counts() -> None:
    """A Retry-After of 30 s is shared; a shorter one that comes later does not cut it."""

    async def scene() -> tuple[float, float]:
        clock = Clock()
        limiter = RateLimiter(clock, clock=lambda: clock.now)
        await one(limiter)
        before = clock.now
        limiter.pause(30)
        limiter.pause(5)
        await asyncio.gather(one(limiter, 1), one(limiter, 2))
        return before, clock.now

    before, after = asyncio.run(scene())
    assert before == 100.0
    assert after >= 130.0


def test_the_rate_is_a_ceiling_over_all_workers() -> None:
    """Ten requests at four a second take nine quarters of a second, however many ask at once."""

    async def scene() -> float:
        clock = Clock()
        limiter = RateLimiter(clock, 4.0, clock=lambda: clock.now)
        for _ in range(10):
            await one(limiter)
        return clock.now - 100.0

    assert asyncio.run(scene()) == pytest.approx(9 / 4)


def test_a_stop_ends_the_wait_for_a_turn() -> None:
    """The wait returns though the pause stands: the caller looks at the stop."""
    clock = Clock()
    limiter = RateLimiter(clock, clock=lambda: clock.now)
    limiter.pause(1e9)
    clock.request()
    asyncio.run(one(limiter))
    assert clock.now == 100.0


class Disk:
    """Records groups; ``entered`` lets a test hold a commit under way."""

    def __init__(self) -> None:
        self.groups: list[tuple[list[int], list[int]]] = []
        self.told: list[int] = []
        self.failure: LedgerError | None = None

    def record(self, sent: Sequence[Due], settled: Sequence[Settled], taken_back: Sequence[Due]) -> None:
        if self.failure:
            raise self.failure
        ended = [*(row for row, _ in settled), *taken_back]
        self.groups.append(([row.number for row in sent], [row.number for row in ended]))

    def on_disk(self, settled: Sequence[Settled]) -> None:
        self.told += [row.number for row, _ in settled]


def test_marks_of_many_workers_share_a_commit() -> None:
    """Twenty workers that ask together cost a few commits, and each waits until its mark is on disk."""
    disk = Disk()

    async def scene() -> None:
        journal = GroupCommit(disk.record, disk.on_disk)

        async def mark(row: Due) -> None:
            await journal.sent(row)
            assert any(row.number in sent for sent, _ in disk.groups)

        await asyncio.gather(*map(mark, rows(20)))

    asyncio.run(scene())
    assert sorted(number for sent, _ in disk.groups for number in sent) == list(range(1, 21))
    assert len(disk.groups) <= 3


class Pool:
    """A pool over rows that are marked ahead; each takes ``row_s`` by a clock of its own, and commits take none."""

    def __init__(self, count: int, workers: int, row_s: float) -> None:
        self.disk = Disk()
        self.journal = GroupCommit(self.disk.record, self.disk.on_disk)
        self.left = iter(rows(count))
        self.stop = Shutdown()
        self.now = 0.0
        self._workers = workers
        self._row_s = row_s

    async def run(self) -> None:
        with Prefetcher(self.left, self.journal, self._workers, lambda: self.now) as ahead:
            await run_pool(ahead.take, self._one, self._workers, self.stop)
        await self.journal.flush()

    async def told(self, rows: int) -> None:
        """Wait until so many rows have their outcome."""
        while len(self.disk.told) < rows:  # noqa: ASYNC110 - each turn of the loop moves the work on
            await asyncio.sleep(0)

    async def _one(self, row: Due) -> None:
        assert any(row.number in sent for sent, _ in self.disk.groups)
        self.now += self._row_s / self._workers
        await asyncio.sleep(0)
        self.journal.settled(row, Outcome(Status.CREATED, str(row.number)))


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 7, 50])
def test_rows_are_marked_for_a_tenth_of_a_second(workers: int) -> None:
    """A thousand rows a second are marked a hundred at a time, and half of them are left when the next are."""
    pool = Pool(2000, workers, workers / 1000)
    asyncio.run(pool.run())
    assert sorted(pool.disk.told) == list(range(1, 2001))
    assert len(pool.disk.groups) <= 100 / workers + 60
    assert max(len(sent) for sent, _ in pool.disk.groups) <= 110


def test_a_fast_beginning_does_not_cost_a_commit_for_each_round_of_the_workers() -> None:
    """Before a tenth of a second has passed, what was taken tells how many rows there may be; and a bound stays."""
    pool = Pool(2000, 5, 0.0)
    asyncio.run(pool.run())
    sizes = [len(sent) for sent, _ in pool.disk.groups if sent]
    assert sum(sizes) == 2000
    assert len(sizes) <= 20
    assert all(later <= 4 * size for size, later in pairwise(sizes))
    assert max(sizes) <= MOST_AHEAD


def test_a_slow_server_has_few_rows_marked_ahead() -> None:
    """One row for each worker: a process that is killed leaves few rows in doubt that were never sent."""
    pool = Pool(100, 3, 1.0)
    asyncio.run(pool.run())
    assert max(len(sent) for sent, _ in pool.disk.groups) == 3


def test_a_stop_takes_back_the_marks_of_rows_that_never_left() -> None:
    """They are as they were staged, nobody is told of them, and they are not in doubt."""
    pool = Pool(2000, 5, 0.005)

    async def scene() -> None:
        running = asyncio.create_task(pool.run())
        await pool.told(100)
        pool.stop.request()
        await running

    asyncio.run(scene())
    marked = {number for sent, _ in pool.disk.groups for number in sent}
    back = marked - {*pool.disk.told}
    assert back
    assert sorted(number for _, settled in pool.disk.groups for number in settled) == sorted(back | {*pool.disk.told})
    assert sorted(pool.disk.told + list(back)) == sorted(marked)


def test_an_end_at_once_takes_back_the_marks_too() -> None:
    """A second signal: what no worker took is no doubt, whether its mark is on disk or on its way there."""
    pool = Pool(2000, 5, 0.005)

    async def scene() -> None:
        running = asyncio.create_task(pool.run())
        await pool.told(100)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(scene())
    pool.journal.rest()
    marked = {number for sent, _ in pool.disk.groups for number in sent}
    written = {number for _, settled in pool.disk.groups for number in settled}
    assert len(marked - written) <= 5


@pytest.mark.parametrize(
    "row",
    [
        Due(1, Contact(name="Kim")),
        Due(1, Contact(email="k@x.org"), doubt=Doubt(5.0)),
        Due(1, Contact(email="k@x.org"), contact_id="7"),
    ],
    ids=["cannot be searched for", "in doubt", "its attributes are due"],
)
def test_a_row_whose_doubt_would_cost_more_than_a_search_is_marked_when_it_is_taken(row: Due) -> None:
    """Killed before that, it is as it was."""
    disk = Disk()

    async def scene() -> None:
        others = iter([*rows(3)[1:], row])
        with Prefetcher(others, GroupCommit(disk.record, disk.on_disk), 3) as ahead:
            assert [taken.number for taken in [await ahead.take(), await ahead.take()] if taken] == [2, 3]
            assert disk.groups == [([2, 3], [])]
            assert await ahead.take() is row
            assert disk.groups == [([2, 3], []), ([1], [])]
            assert await ahead.take() is None

    asyncio.run(scene())


def test_a_disk_that_fails_reaches_every_worker_and_what_was_settled_is_kept() -> None:
    """The marks are not made, so nothing leaves; the outcomes go to disk once it takes them."""
    disk = Disk()

    async def scene() -> None:
        journal = GroupCommit(disk.record, disk.on_disk)
        disk.failure = LedgerError(Message("full"))
        journal.settled(rows(1)[0], Outcome(Status.CREATED, "1"))
        with Prefetcher(iter(rows(9)), journal, 3) as ahead:
            for _ in range(2):
                with pytest.raises(LedgerError, match="full"):
                    await ahead.take()
        disk.failure = None
        await journal.flush()

    asyncio.run(scene())
    assert disk.told == [1]


def test_outcomes_ride_along_and_are_told_once_on_disk() -> None:
    """An outcome waits for the next commit; nobody hears of it before."""
    disk = Disk()
    first, second = rows(2)

    async def scene() -> list[int]:
        journal = GroupCommit(disk.record, disk.on_disk)
        await journal.sent(first)
        journal.settled(first, Outcome(Status.CREATED, "1"))
        before = list(disk.told)
        await journal.sent(second)
        return before

    assert asyncio.run(scene()) == []
    assert disk.told == [1]
    assert disk.groups == [([1], []), ([2], [1])]


def test_a_worker_that_is_cancelled_does_not_take_the_others_mark_with_it() -> None:
    """Two share a commit; one of them goes, and the commit is made all the same."""
    disk = Disk()
    first, second = rows(2)

    async def scene() -> None:
        journal = GroupCommit(disk.record, disk.on_disk)
        waiting = [asyncio.create_task(journal.sent(row)) for row in (first, second)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        await waiting[1]

    asyncio.run(scene())
    assert disk.groups == [([1, 2], [])]


@pytest.mark.slow
@pytest.mark.filterwarnings("error")
def test_a_failure_that_nobody_waits_for_any_more_is_silent() -> None:
    """Every waiter was cancelled: no "exception was never retrieved" on the user's terminal."""
    disk = Disk()
    disk.failure = LedgerError(Message("full"))
    complaints: list[object] = []

    async def scene() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _loop, context: complaints.append(context))
        waiting = asyncio.create_task(GroupCommit(disk.record, disk.on_disk).sent(rows(1)[0]))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        await asyncio.sleep(0.05)
        gc.collect()

    asyncio.run(scene())
    gc.collect()
    assert complaints == []


def test_outcomes_that_wait_when_the_loop_ends_are_written(tmp_path: Path) -> None:
    """A second signal: the ids that the server gave are not lost."""
    disk = Disk()
    journal = GroupCommit(disk.record, disk.on_disk)
    journal.settled(rows(1)[0], Outcome(Status.CREATED, "1"))
    journal.rest()
    journal.rest()
    assert disk.groups == [([], [1]), ([], [])]


def test_a_mark_that_cannot_be_written_reaches_its_worker() -> None:
    """The request must not leave, so the error comes out of the wait."""
    disk = Disk()
    disk.failure = LedgerError(Message("full"))

    async def scene() -> None:
        await GroupCommit(disk.record, disk.on_disk).sent(rows(1)[0])

    with pytest.raises(LedgerError, match="full"):
        asyncio.run(scene())
