"""Look at the rows of a plan: by searches, or by the account's list where that is fewer requests."""

import math
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from importer.cancellation import Cancellation
from importer.history.plans import GOES_ON_S, READ_ONLY, unfinished
from importer.ledger.group_commit import RunLedger, group_commit_of
from importer.ledger.ledger import Ledger
from importer.ledger.records import Due
from importer.livedesk.capabilities import FILTERS_BY
from importer.livedesk.exact import MOST_VALUES
from importer.message import Counted, Message
from importer.models import Status
from importer.observer import Observer
from importer.pipeline.session import known_of, run_loop, session_of, stopping
from importer.pipeline.stage import Work
from importer.sender.account_list import Length, length_of, read_all
from importer.sender.claims import claims_of
from importer.sender.handovers import Handovers, hands_of
from importer.sender.metrics import Sent, followed
from importer.sender.planning import Account, plan_of
from importer.sender.policy import policy_of
from importer.sender.session import Session, say_doubts
from importer.sender.shutdown import Clock, Shutdown
from importer.sender.worker_pool import given, run_pool
from importer.staging.account_index import AccountIndex

MEASURED: Final = 20
"""After so many requests the pace of a server is known."""

FEW: Final = 2
"""For so few searches nobody asks how long the account's list is."""

_AT_ONCE: Final = 200
_WRITES_EVERY_S: Final = 1.0


def look(work: Work, observer: Observer, cancellation: Cancellation) -> Sent:
    """Find out what an import would do with each row that is due, and write that to the ledger.

    What a plan of the same bytes and options found counts, if it was cut off a short while ago. A signal stops a plan
    like an import; after a second one, what the ledger has by then stays.
    """
    ledger, seq, sent = work.ledger, work.seq, Sent()
    _take_over(ledger, seq, observer)
    due = ledger.counts(seq).get(Status.PENDING, 0)
    group_commit = group_commit_of(ledger, seq)
    run_ledger = RunLedger(ledger, seq, ledger.pending(seq), due, group_commit)

    async def look_all() -> None:
        stop = Shutdown()
        cancellation.wakes(stopping(stop))
        async with session_of(work.config, observer, stop, sent, known_of(work.config, run_ledger)) as session:
            await _Looking(work, run_ledger, session, observer).all()

    if due and not run_loop(look_all(), cancellation):
        group_commit.rest()
    return sent


def _take_over(ledger: Ledger, seq: int, observer: Observer) -> None:
    """Go on where earlier plans were cut off."""
    for earlier, run in unfinished(ledger, seq):
        if taken := ledger.plans.take_over(seq, earlier, time.time() - GOES_ON_S):
            observer.say(
                Counted(
                    "{number:,} row is as {run} found it, which was cut off",
                    "{number:,} rows are as {run} found them, which was cut off",
                    taken,
                    run=run.id,
                )
            )


def searches_for(rows: int, session: Session) -> int:
    """How many requests it takes at least to look so many rows up."""
    has_exact = any(session.findings.has(name) for name in FILTERS_BY.values())
    return math.ceil(rows / (MOST_VALUES if has_exact else 1))


def say_list(observer: Observer, length: Length, searches: int) -> None:
    """Tell the user that the account's list is read, and why."""
    observer.say(
        Counted(
            "The account's list has {number:,} page, fewer than {searches:,} searches: it is read instead.",
            "The account's list has {number:,} pages, fewer than {searches:,} searches: it is read instead.",
            length.pages,
            searches=searches,
        )
    )


class _Looking:
    """Owns the looking at one plan's rows: the account's list, if it is read, and what is not written yet."""

    def __init__(
        self, work: Work, run_ledger: RunLedger, session: Session, observer: Observer, clock: Clock = time.monotonic
    ) -> None:
        self._work = work
        self._run_ledger = run_ledger
        self._session = replace(session, claims=claims_of(run_ledger))
        self._observer = observer
        self._clock = clock
        self._policy = policy_of(work.config)
        self._handovers = Handovers(hands_of(run_ledger), updates=self._policy.updates)
        self._account: Account | None = None
        self._rate = known_rate(work)
        self._began_at = self._written_at = clock()
        self._unwritten = 0
        self._unseen = 0

    async def all(self) -> None:
        """Look at every row, or at as many as there are before the run stops; all that was found is on disk then.

        What cannot be told yet, since a run wrote a moment ago, is looked for once more when it can.
        """
        searches = self._searches
        length = await length_of(self._session) if searches > FEW else None
        group_commit = self._run_ledger.group_commit
        with AccountIndex() as contacts:
            if length is not None and length.pages < searches:
                await self._read(length, contacts, searches)
            elif self._rate is not None:
                self._say_time(searches)
            progress = self._observer.progress(self._run_ledger.due, "plan")
            with followed(group_commit, self._session.metrics, progress, kept=False):
                await self._each(self._run_ledger.rows)
                if self._unseen and not self._session.stop.requested:
                    wait_s = max(self._session.late_s(), self._session.earlier.left_s)
                    say_doubts(self._observer, 0, self._unseen, wait_s)
                    await self._session.stop.sleep(wait_s)
                    self._account = None  # that is from before
                    await self._each(self._run_ledger.ledger.pending(self._run_ledger.seq))
                self._handovers.foresee()
                await group_commit.flush()

    async def _each(self, rows: Iterator[Due]) -> None:
        await run_pool(given(rows), self._one, self._work.config.concurrency, self._session.stop)
        await self._run_ledger.group_commit.flush()

    @property
    def _searches(self) -> int:
        return searches_for(self._run_ledger.due, self._session)

    async def _read(self, length: Length, contacts: AccountIndex, searches: int) -> None:
        """Read the account's list, since it is shorter."""
        if length.pages:
            say_list(self._observer, length, searches)
            if self._rate is not None:
                self._say_time(length.pages)
        is_whole = await read_all(self._session, length, contacts, self._work.config.concurrency)
        self._account = Account(contacts, is_whole)
        if not is_whole and not self._session.stop.requested:
            self._observer.say(
                Message("The list did not show everybody: rows that it does not settle are searched for.")
            )

    def _say_time(self, requests: int) -> None:
        """Tell how long it takes at the server's pace."""
        rate = self._rate or 1.0
        self._observer.say(
            Counted(
                "{number:,} request, about {time} at {rate} a second",
                "{number:,} requests, about {time} at {rate} a second",
                requests,
                time=duration(requests / rate),
                rate=f"{rate:.1f}",
            )
        )

    async def _one(self, row: Due) -> None:
        plan = await plan_of(row, self._session, self._policy, self._account)
        self._session.rate_limiter.left(row.turn)
        if plan is None:
            self._unseen += 1
            return
        if self._handovers.take(row, plan.outcome):
            return
        group_commit = self._run_ledger.group_commit
        group_commit.planned(row, plan.outcome, plan.changes)
        self._unwritten += 1
        self._measure()
        if self._unwritten >= _AT_ONCE or self._clock() - self._written_at >= _WRITES_EVERY_S:
            self._unwritten, self._written_at = 0, self._clock()
            await group_commit.flush()

    def _measure(self) -> None:
        """Once the first requests have been answered at a pace that nobody knew, tell how long the others take."""
        requests = self._session.client.requests.total()
        if self._rate is None and requests >= MEASURED:
            self._rate = requests / max(self._clock() - self._began_at, 0.001)
            if (left := self._searches - requests) > 0 and self._account is None:
                self._say_time(left)


def known_rate(work: Work) -> float | None:
    """Requests a second that the server lets through, by --rate and by the newest run that only read there."""
    given_rate = work.config.rate
    for _, run in work.ledger.runs():
        lasted_s = run.measures.lasted_s
        reads = run.mode in READ_ONLY and run.base_url == work.run.base_url
        if reads and run.requests >= MEASURED and lasted_s > 0:
            known = run.requests / lasted_s
            return known if given_rate is None else min(known, given_rate)
    return given_rate


def duration(seconds: float) -> Message:
    """A length of time, roughly: ``45 s``, ``12 min``, ``3 h``."""
    if seconds < 90:
        return Message("{n} s", n=math.ceil(seconds))
    return Message("{n} min", n=round(seconds / 60)) if seconds < 5400 else Message("{n} h", n=round(seconds / 3600))
