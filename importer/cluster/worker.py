"""What runs on a worker: the same pool over the rows of a batch as in one process.

The driver calls these functions; they run on the worker's own event loop, outside Dask's scheduling (see ``members``).
A worker takes its credentials from its own environment.
"""

import asyncio
import math
import signal
import threading
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Final

from importer import __version__
from importer.cluster.lease import Lease
from importer.cluster.protocol import Batch, Greeting, Returned, Terms, Word, WorkerTotals
from importer.config.loading import from_environment
from importer.config.settings import Config
from importer.errors import ConfigError, RunStopped
from importer.ledger.records import Change, Due, RowKey
from importer.message import Message
from importer.models import Outcome
from importer.sender.claims import NoClaims
from importer.sender.delivery import settle
from importer.sender.doubts import Aside
from importer.sender.findings import Findings
from importer.sender.session import Known, Limits, Notices, Session, open_session, way_to
from importer.sender.worker_pool import given, run_pool

_TOLD_AGAIN_S: Final = 0.05
"""A pause that ends this close to one that the driver passed on is the same pause."""

FOR_THE_DRIVER: Final = {
    signal.Signals[name] for name in ("SIGINT", "SIGTERM", "SIGHUP") if name in signal.Signals.__members__
}
"""Signals that reach a whole group of processes: from Ctrl-C, from systemd, from a terminal that closes."""


async def greet() -> Greeting:
    """Who this worker is, and what it lacks."""
    try:
        _credentials()
    except ConfigError as error:
        return Greeting(__version__, error.message)
    return Greeting(__version__, None)


async def ask(terms: Terms) -> tuple[WorkerTotals, RunStopped | None]:
    """Make the request that every run makes first; with the reason to stop, if the answer gives one."""
    session = WorkerSession(terms)
    try:
        opened = await session.open()
        await opened.ask()
        return session.account(), opened.stop.reason
    finally:
        await session.close()


async def begin(name: str, terms: Terms) -> Word:
    """Open a session of this name; its driver keeps it open with ``renew``."""
    session = WorkerSession(terms)
    await session.open()
    _sessions[name] = session
    if not math.isinf(terms.lease_s):
        session.watch = asyncio.create_task(_end_with_lease(name, session))
    elif threading.current_thread() is threading.main_thread():  # in a process that the driver started
        for number in FOR_THE_DRIVER:
            signal.signal(number, signal.SIG_IGN)
    return session.word()


async def settle_batch(name: str, batch: Batch) -> Returned:
    """Settle the rows of a batch; if the session is over, no row leaves."""
    if session := _sessions.get(name):
        return await session.settle(batch.rows)
    return Returned({}, frozenset(), WorkerTotals(), None, ended=True)


async def renew(name: str, heard_at: float, pause_s: float) -> Word | None:
    """Keep a session open, and hold its requests for ``pause_s``; ``None`` if the session is over."""
    session = _sessions.get(name)
    return session.renewed(heard_at, pause_s) if session else None


async def halt(name: str, reason: RunStopped | None) -> None:
    """Start no new requests; those in flight finish."""
    if session := _sessions.get(name):
        session.lease.request(reason)


async def end(name: str) -> WorkerTotals:
    """End a session at once, and cancel its requests in flight."""
    if not (session := _sessions.pop(name, None)):
        return WorkerTotals()
    await session.close()
    return session.account()


class WorkerSession:
    """Owns a session with the service, its lease, and the rows under way."""

    def __init__(self, terms: Terms) -> None:
        self.lease = Lease(terms.lease_s)
        self._terms = terms
        self._turns = asyncio.Semaphore(terms.concurrency)
        self._stack = AsyncExitStack()
        self.session: Session  # from ``open`` on
        self.watch: asyncio.Task[None] | None = None
        self._batches: set[asyncio.Task[None]] = set()
        self._warnings: dict[Message, None] = {}
        self._told_until = 0.0

    async def open(self) -> Session:
        """Open the session. Raises ``ConfigError`` without credentials."""
        terms = self._terms
        access = way_to(terms.base_url, _credentials(), terms.timeout_s, terms.concurrency)
        findings = Findings(terms.capabilities)
        known = Known(findings=findings, has_accepted=terms.has_accepted, late_s=terms.late_s)
        known = replace(known, unsure=terms.unsure, in_doubt=terms.in_doubt, without_key=terms.without_key)
        voice = Notices(lambda _: None, lambda told: self._warnings.update({told: None}))
        opened = open_session(access, self.lease, Limits(terms.rate, terms.patience), voice, known)
        session = await self._stack.enter_async_context(opened)
        self.session = replace(session, journal=_is_noted, claims=NoClaims())
        return self.session

    async def close(self) -> None:
        """Cancel the rows under way, and close the session."""
        self.lease.request()
        for batch in self._batches:
            batch.cancel()
        await asyncio.gather(*self._batches, return_exceptions=True)
        await self._stack.aclose()
        if self.watch is not None and self.watch is not asyncio.current_task():
            self.watch.cancel()

    async def settle(self, rows: tuple[Due, ...]) -> Returned:
        """Settle rows beside those of other batches, with no more requests in flight than the terms allow."""
        begun: set[RowKey] = set()
        outcomes: dict[RowKey, Outcome] = {}
        aside: list[Aside] = []

        async def one(row: Due) -> None:
            async with self._turns:
                if self.lease.requested:
                    return
                begun.add(row.key)
                result = await settle(row, session, self._terms.policy)
                if isinstance(result, Aside):
                    aside.append(result)
                else:
                    outcomes[row.key] = result

        session = self.session
        batch = asyncio.create_task(run_pool(given(iter(rows)), one, self._terms.concurrency, self.lease))
        self._batches.add(batch)
        try:
            await asyncio.wait([batch])
        finally:
            self._batches.discard(batch)
        if not batch.cancelled():
            batch.result()
        return Returned(
            settled=outcomes,
            in_doubt=frozenset(begun - outcomes.keys() - {one.row.key for one in aside}),
            account=self.account(),
            reason=self.lease.reason,
            ended=batch.cancelled() or self.lease.ended,
            aside=tuple(aside),
            disputed=frozenset(session.evidence.take_disputed()),
            still_open=frozenset(session.request_policy.forbidden.rows),
        )

    def renewed(self, heard_at: float, pause_s: float) -> Word:
        """Take the driver's renewal, and answer with a sign of life."""
        self.lease.renew(heard_at)
        if pause_s > 0:
            self.session.rate_limiter.pause(pause_s)
            self._told_until = max(self._told_until, time.monotonic() + pause_s)
        return self.word()

    def word(self) -> Word:
        """A sign of life, with the pause that the server asked this worker for."""
        warnings = tuple(self._warnings)
        self._warnings.clear()
        now = time.monotonic()
        until = max((until for _, until in self.session.rate_limiter.pauses[-1:]), default=now)
        own = until > self._told_until + _TOLD_AGAIN_S
        return Word(now, max(0.0, until - now) if own else 0.0, warnings)

    def account(self) -> WorkerTotals:
        """What this session has done so far."""
        session = self.session
        counts = session.client.requests.total(), session.request_policy.retries
        return WorkerTotals(*counts, session.measures(), session.findings.capabilities)


async def _is_noted(row: Due, changes: Sequence[Change]) -> bool:
    """Whether the driver has noted what an update is about to change; else the row goes back to it."""
    return row.intent == tuple(changes)


_sessions: Final[dict[str, WorkerSession]] = {}
"""The sessions of this process by name; no two runs share a name."""


async def _end_with_lease(name: str, session: WorkerSession) -> None:
    """End the session with its lease, in case the driver is gone or cut off and cannot end it."""
    while not session.lease.ended:  # noqa: ASYNC110 - it is renewed meanwhile, or not
        await asyncio.sleep(max(session.lease.left_s, 0.01))
    _sessions.pop(name, None)
    await session.close()


def _credentials() -> tuple[str, str]:
    """Key and secret from this process's environment. Raises ``ConfigError`` that names what is missing."""
    own = from_environment()
    return Config(api_key=own.get("api_key"), api_secret=own.get("api_secret")).credentials()
