"""A session with the service for one stage of a run, and the event loop in which it works."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from itertools import chain
from typing import Any

from importer import runtime
from importer.cancellation import Cancellation
from importer.config.settings import Config
from importer.ledger.group_commit import RunLedger
from importer.ledger.ledger import Ledger
from importer.livedesk.access import Access
from importer.livedesk.retry import Patience
from importer.observer import Observer
from importer.pipeline.sent_rows import places_before
from importer.sandbox.server import EVERY_INBOX, Sandbox, SandboxSettings, serve
from importer.sender.earlier_requests import unsure_of
from importer.sender.findings import Findings
from importer.sender.metrics import Sent
from importer.sender.session import Known, Limits, Notices, Session, WithoutKey, open_session, say_pause, way_to
from importer.sender.shutdown import Shutdown


def run_loop(work: Awaitable[None], cancellation: Cancellation) -> bool:
    """Run to the end; ``False`` if a second signal cut it off."""

    async def main() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(_quiet_about_signals)
        try:
            await work
        finally:
            cancellation.wakes(lambda: None)  # the loop closes now

    try:
        with runtime.quick_turns():
            runtime.run(main())
    except KeyboardInterrupt:
        if cancellation.exit_code is None:
            raise
        return False
    return True


def _quiet_about_signals(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Drop the ``KeyboardInterrupt`` of a second signal from tasks that nobody awaits any more; report all else."""
    if not isinstance(context.get("exception"), KeyboardInterrupt):
        loop.default_exception_handler(context)


def stopping(stop: Shutdown) -> Callable[[], object]:
    """What a signal calls while this loop runs."""
    return partial(asyncio.get_running_loop().call_soon_threadsafe, stop.request)


@asynccontextmanager
async def session_of(
    config: Config, observer: Observer, stop: Shutdown, sent: Sent, known: Known | None = None
) -> AsyncIterator[Session]:
    """A session with the service; at its end ``sent`` gets its counts and the reason to stop."""
    limits = Limits(config.rate, Patience(config.max_attempts, config.max_wait))
    notices = Notices(partial(say_pause, observer), observer.warn)
    async with service(config) as access, open_session(access, stop, limits, notices, known) as session:
        try:
            yield session
        finally:
            sent.requests, sent.retries = session.client.requests.total(), session.request_policy.retries
            sent.reason, sent.measures = stop.reason, session.measures()
            sent.capabilities = session.findings.capabilities


def known_of(config: Config, run_ledger: RunLedger) -> Known:
    """What the ledger knows of the server; what is found out goes back to it."""
    ledger = run_ledger.ledger
    findings = Findings(ledger.servers.capabilities(config.base_url), run_ledger.group_commit.found_out)
    servers, seq = ledger.servers, run_ledger.seq
    late_s = max(servers.late_until(seq, time.time()) - time.time(), 0.0)
    has_accepted = servers.has_accepted(config.base_url)
    unsure = unsure_of(ledger, seq, config.settle, time.time())
    before = unsure, ledger.in_doubt(seq), _without_key(ledger, seq) if run_ledger.due else {}
    return Known(ledger.earlier_ids(seq), findings, has_accepted, late_s, servers.created_in(seq), *before)


def _without_key(ledger: Ledger, seq: int) -> WithoutKey:
    """The contacts without a key that earlier runs of the same files have sent, or left in doubt."""
    places = (reversed(source) for source in places_before(ledger, seq))
    return ledger.sent_without_key(seq, [*chain.from_iterable(places)])


@asynccontextmanager
async def service(config: Config) -> AsyncIterator[Access]:
    """Access to LiveDesk, or to a sandbox inside this process."""
    if not config.sandbox:
        yield way_to(config.base_url, config.credentials(), config.timeout, config.concurrency)
        return
    settings = SandboxSettings(inboxes=EVERY_INBOX)
    async with serve(Sandbox(settings)) as base_url:
        yield way_to(base_url, (settings.api_key, settings.api_secret), config.timeout, config.concurrency)
