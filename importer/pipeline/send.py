"""The send stage: send the rows that are due; and its preflight: ask whether anything can be sent."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from importer.cancellation import Cancellation
from importer.cluster.lease import left_behind_s
from importer.cluster.protocol import terms_of
from importer.cluster.settings import environment_of
from importer.config.settings import Config
from importer.error_codes import ERROR_CODES
from importer.errors import CanaryEnded
from importer.history.plans import plan_to_do
from importer.ledger.group_commit import Prefetcher, RunLedger, group_commit_of
from importer.ledger.ledger import Ledger
from importer.ledger.records import Due, Settled
from importer.message import Counted, Message, all_of
from importer.models import Outcome, Status
from importer.observer import Observer
from importer.pipeline.session import known_of, run_loop, service, session_of, stopping
from importer.reporter.summary import STATUS_NAMES
from importer.sender.by_plan import ByPlan
from importer.sender.delivery import settle
from importer.sender.doubts import Aside, Doubts, Take
from importer.sender.forbidden import Held
from importer.sender.handovers import LOOK_AGAIN_S
from importer.sender.metrics import Metrics, Sent, together
from importer.sender.policy import policy_of, stamp_of
from importer.sender.session import Session, say_doubts
from importer.sender.settling import Settling
from importer.sender.shutdown import Shutdown
from importer.sender.worker_pool import given, run_pool

if TYPE_CHECKING:  # it needs an extra
    from importer.cluster.driver import Driver


def preflight(config: Config, observer: Observer, cancellation: Cancellation) -> Sent:
    """Ask the service whether it is LiveDesk and takes the credentials; if not, the result has the reason.

    Of an answer that settles neither it has nothing: the first row will tell. It only reads: a run that is to end does
    not wait for the answer.
    """
    return asked(config, observer, cancellation)[0]


def asked(config: Config, observer: Observer, cancellation: Cancellation) -> tuple[Sent, Message | None]:
    """What ``preflight`` asks, and the cause where no answer settles it."""
    sent = Sent()
    unsettled: list[Message] = []

    async def ask() -> None:
        stop = Shutdown()
        cancellation.wakes(stopping(stop))
        async with session_of(config, observer, stop, sent) as session:
            if decision := await stop.or_ended(session.ask()):
                unsettled.append(decision.cause)

    run_loop(ask(), cancellation)
    return sent, unsettled[0] if unsettled else None


def preflight_elsewhere(config: Config, cancellation: Cancellation, *, ask: bool) -> Sent:
    """Whether the workers of an existing cluster can send; with ``ask``, one of them runs the preflight.

    Raises ``ConfigError``, which names the worker that cannot send, and why.
    """
    from importer.cluster.sessions import asked, mustered

    sent = Sent()

    async def muster() -> None:
        async with mustered(config, {}) as members:
            if ask:
                account, sent.reason = await asked(members, terms_of(config, config.base_url))
                sent.requests, sent.retries = account.requests, account.retries

    run_loop(muster(), cancellation)
    return sent


def send(config: Config, ledger: Ledger, seq: int, observer: Observer, cancellation: Cancellation) -> Sent:
    """Send the rows of a run that are due; a second signal ends it at once and leaves rows in doubt.

    With ``--canary N`` the first N go alone, and the rest only if somebody at the terminal agrees; with ``--plan`` each
    goes as that says.
    """
    sent = Sent()
    due = ledger.counts(seq).get(Status.PENDING, 0)
    canary = config.canary if config.canary and config.canary < due else 0
    senders: list[RowSender | Driver] = []

    async def settle_all() -> None:
        stop = Shutdown()
        cancellation.wakes(stopping(stop))
        await _outlast(ledger, observer, stop)
        group_commit = group_commit_of(ledger, seq)
        run_ledger = RunLedger(ledger, seq, ledger.pending(seq), due, group_commit)
        async with _sender(config, run_ledger, observer, stop, sent) as sender:
            senders.append(sender)
            if canary:
                first = await sender.settle(canary, observer.progress(canary))
                _show(first, observer)
                if not stop.requested and not await _agreed(observer, cancellation, due - canary):
                    stop.request(None if cancellation.exit_code else _canary_ended(canary, observer))
            await sender.settle(None, observer.progress(due - canary))

    if not run_loop(settle_all(), cancellation):
        for sender in senders:
            sender.rest()
    return sent


async def _outlast(ledger: Ledger, observer: Observer, stop: Shutdown) -> None:
    """Wait until every worker that an earlier run may have left on a cluster has certainly ended."""
    if wait_s := left_behind_s(run for _, run in ledger.runs()):
        observer.say(
            Message("An earlier run on a cluster was cut off: its workers end within {seconds:,} s.", seconds=wait_s)
        )
        await stop.sleep(wait_s)


class RowSender(Settling):
    """Sends the rows of one run from this process."""

    def __init__(self, run_ledger: RunLedger, session: Session, config: Config, observer: Observer) -> None:
        self._policy = policy_of(config, stamp_of(config, run_ledger.run))
        doubts = Doubts(session.stop, config.concurrency, partial(say_doubts, observer))
        super().__init__(run_ledger, session.stop, session.metrics, doubts, updates=self._policy.updates)
        self._session = replace(session, journal=self._group_commit.changing, claims=self._claims)
        self._concurrency = config.concurrency
        self._held = Held(self._group_commit.settled)
        self._by_plan: ByPlan | None = None
        if config.plan is not None:
            plan, _ = plan_to_do(config.plan, run_ledger.ledger)
            self._by_plan = ByPlan(partial(run_ledger.ledger.plans.planned, plan), self._session, self._policy)

    async def _send(self, most: int | None) -> None:
        with Prefetcher(islice(self._run_ledger.rows, most), self._group_commit, self._concurrency) as ahead:
            await self._settle_all(ahead.take)

    async def _send_again(self, rows: Sequence[Due]) -> None:
        left = iter(rows)
        await self._settle_all(given(left))
        self._end(left)  # the run stops

    async def _look_again(self) -> None:
        """Settle anew the rows of whose contact another row may have changed what they say; then look for two of what
        was sent twice."""
        while (rows := self._claims.take_overtaken()) and not self._stop.requested:
            await self._stop.sleep(LOOK_AGAIN_S)
            await self._group_commit.sent(*rows)
            await self._once_more([row._replace(doubt=None, known_id=row.known_id or "") for row in rows])
            await self._hand_over()
        ledger, seq = self._run_ledger.ledger, self._run_ledger.seq
        if next(ledger.unconfirmed(seq), None) is not None:
            await self._session.request_policy.outwait(self._policy.settle_s)
            await self._settle_all(given(ledger.unconfirmed(seq)))

    def _release(self) -> None:
        self._held.release(self._stop.reason)

    async def _settle_all(self, take: Take) -> None:
        await run_pool(self._doubts.source(take), self._one, self._concurrency, self._stop)

    async def _one(self, row: Due) -> None:
        began_at = time.time()
        if self._by_plan is None:
            result = await settle(row, self._session, self._policy)
        else:
            result = await self._by_plan.settle(row)
        if isinstance(result, Aside):
            self._doubts.add(result)
        elif not (
            (self._disputes.keys and self._disputes.take(row, began_at))
            or (result.error_code and self._waits(row, result))
        ):
            self._group_commit.settled(row, result)
        if self._held.rows:
            self._held.release(self._stop.reason, self._session.request_policy.forbidden.rows)
        if self._session.evidence.disputed:
            await self._disputes.begin(self._session.evidence.take_disputed())

    def _waits(self, row: Due, outcome: Outcome) -> bool:
        """Whether the outcome of a row that did not go through is held until others are known."""
        return self._held.take(row, outcome) or self._handovers.take(row, outcome)


def _show(first: Sequence[Settled], observer: Observer) -> None:
    """Tell the user what became of the first rows."""
    for row, outcome in sorted(first, key=lambda settled: settled[0].number):
        said = outcome.contact_id or observer.language.sentence(outcome.error)
        result = Message("{status} {said}", status=STATUS_NAMES[outcome.status], said=said)
        observer.say(Message("row {row}: {result}", row=row.number, result=all_of((result, *outcome.hint))))


async def _agreed(observer: Observer, cancellation: Cancellation, rest: int) -> bool:
    """Whether the user says yes; no without a terminal or after a signal.

    The event loop goes on meanwhile: the workers of a cluster that hear nothing for long end.
    """
    question = observer.language.tell(Counted("Send the other row?", "Send the other {number:,} rows?", rest))
    return await asyncio.to_thread(observer.ask, question, lambda: cancellation.exit_code is not None)


def _canary_ended(rows: int, observer: Observer) -> CanaryEnded:
    """Why the run ends, once that is said: it is no error if somebody answered so."""
    advice = ERROR_CODES[CanaryEnded.code]
    ended = CanaryEnded("{what}: {rows:,} sent", advice.hint, what=advice.meaning, rows=rows)
    if observer.has_somebody:
        observer.say(
            Counted(
                "Stopped after {number:,} row, as you answered; the same command without --canary goes on",
                "Stopped after {number:,} rows, as you answered; the same command without --canary goes on",
                rows,
            )
        )
    else:
        observer.fail(ended.message, ended.hint)
    return ended


@asynccontextmanager
async def _sender(
    config: Config, run_ledger: RunLedger, observer: Observer, stop: Shutdown, sent: Sent
) -> AsyncIterator["RowSender | Driver"]:
    """What sends the rows: this process, or a cluster."""
    if config.on_cluster:
        async with _driver(config, run_ledger, observer, stop, sent) as driver:
            yield driver
    else:
        async with session_of(config, observer, stop, sent, known_of(config, run_ledger)) as session:
            yield RowSender(run_ledger, session, config, observer)


@asynccontextmanager
async def _driver(
    config: Config, run_ledger: RunLedger, observer: Observer, stop: Shutdown, sent: Sent
) -> AsyncIterator["Driver"]:
    """The driver of a cluster; at its end ``sent`` gets the workers' counts and the reason to stop."""
    from importer.cluster.driver import Driver
    from importer.cluster.sessions import WorkerSessions, mustered

    async with _reachable(config) as (base_url, environment), mustered(config, environment) as members:
        metrics = Metrics()  # the workers' pauses count from here
        known = known_of(config, run_ledger)
        findings = known.findings
        terms = terms_of(config, base_url, known, stamp_of(config, run_ledger.run))
        sessions = WorkerSessions(members, terms, stop, observer, findings)
        try:
            async with sessions.sessions():
                yield Driver(run_ledger, sessions, stop, metrics, observer)
        finally:
            sent.requests, sent.retries = sessions.requests, sessions.retries
            sent.reason, sent.measures = stop.reason, together(metrics.measures(), sessions.measured())
            sent.capabilities = findings.capabilities


@asynccontextmanager
async def _reachable(config: Config) -> AsyncIterator[tuple[str, dict[str, str]]]:
    """The service's address and the environment with which our own worker processes reach it.

    The workers of an existing cluster have their own credentials.
    """
    if config.scheduler is not None:
        yield config.base_url, {}
        return
    async with service(config) as access:
        yield access.base_url, environment_of(access.api_key, access.api_secret)
