"""The send stage: the rows that are due to their outcomes; and before it the question whether anything can be sent."""

import asyncio
import random
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any, Final
from urllib.parse import urlsplit

from importer import fast
from importer.client import Access, Client, connect, found_contacts
from importer.config import Config, is_loopback
from importer.console import Console, Progress
from importer.delivery import Policy, settle
from importer.dispatch import Dispatch, stopped
from importer.error_codes import ERROR_CODES
from importer.errors import CanaryEnded, NotLiveDesk, RunStopped
from importer.interrupt import Interrupt
from importer.journal import Ahead, Journal, Settled
from importer.ledger import Ledger
from importer.meter import Meter
from importer.models import NOT_MEASURED, LedgerRow, Measures, Status, joined
from importer.pacing import Pacer, Stop
from importer.retry import Patience
from importer.sandbox import EVERY_INBOX, Sandbox, SandboxSettings, serve
from importer.workers import run_pool

_TOLD_PAUSE_S: Final = 5.0
_NO_ROW: Final = 0
_SWITCH_S: Final = 1e-4
"""The ledger's thread has microseconds of work between two waits for the disk: with Python's 5 ms it would wait so long
for the interpreter each time, and be two thirds of the time of a fast sending in its commits."""


@dataclass(slots=True)
class Sent:
    """How far the send stage came, readable however it ends; ``reason`` is what stopped it."""

    requests: int = 0
    retries: int = 0
    reason: RunStopped | None = None
    measures: Measures = NOT_MEASURED

    def then(self, later: "Sent") -> "Sent":
        """Both together."""
        counts = self.requests + later.requests, self.retries + later.retries
        return Sent(*counts, later.reason, later.measures)


@dataclass(frozen=True, slots=True)
class _Line:
    """An open line to the service, with what its requests share."""

    client: Client
    dispatch: Dispatch
    stop: Stop
    meter: Meter


def preflight(config: Config, console: Console, interrupt: Interrupt) -> Sent:
    """One list request: whether the address is LiveDesk's, and takes the credentials.

    What is no answer to that (a 404, an overload) decides nothing: the first create will.
    """
    sent = Sent()

    async def ask() -> None:
        async with _line(config, console, interrupt, sent) as line:
            answer = await line.dispatch.repeat(_NO_ROW, line.client.first_page, "search")
            if 200 <= answer.reply.status < 300 and found_contacts(answer.reply) is None:
                line.stop.request(stopped(NotLiveDesk, answer.decision))

    _run(ask(), interrupt)
    return sent


def send(config: Config, ledger: Ledger, seq: int, console: Console, interrupt: Interrupt) -> Sent:
    """Settle the rows of a run that are due; a second signal ends it at once and leaves its rows in doubt.

    With a canary so many go first, and the rest where somebody at a terminal agrees.
    """
    sent = Sent()
    journal = Journal(partial(ledger.record, seq))
    due = ledger.counts(seq).get(Status.PENDING, 0)
    canary = config.canary if config.canary and config.canary < due else 0

    async def settle_all() -> None:
        async with _line(config, console, interrupt, sent) as line:
            rows = _Rows(ledger.pending(seq), journal, line, config)
            if canary:
                first = await rows.settle(canary, console.progress(canary))
                if not line.stop.requested and not _may_go_on(first, due - canary, console, interrupt):
                    line.stop.request(None if interrupt.exit_code else _canary_ended(canary))
                interrupt.wakes(_stopping(line.stop))
            await rows.settle(None, console.progress(due - canary))

    if not _run(settle_all(), interrupt):
        journal.rest()
    return sent


class _Rows:
    """Owns the rows of one run on their way to outcomes."""

    def __init__(self, rows: Iterator[LedgerRow], journal: Journal, line: _Line, config: Config) -> None:
        self._rows = rows
        self._journal = journal
        self._line = line
        self._concurrency = config.concurrency
        self._policy = Policy(config.on_duplicate, config.inbox_id)

    async def settle(self, most: int | None, progress: Progress) -> list[Settled]:
        """Settle so many rows more, on disk when this returns, and give them; or all that are left, and give none."""
        settled: list[Settled] = []

        def on_disk(group: Sequence[Settled]) -> None:
            progress.advance(len(group))
            self._line.meter.settled(len(group))
            if most is not None:
                settled.extend(group)

        self._journal.on_disk = on_disk
        try:
            with Ahead(islice(self._rows, most), self._journal, self._concurrency) as ahead:
                await run_pool(ahead.take, self._one, self._concurrency, self._line.stop)
            await self._journal.flush()
        finally:
            progress.close()
        return settled

    async def _one(self, row: LedgerRow) -> None:
        outcome = await settle(row, self._line.client, self._line.dispatch, self._policy)
        self._journal.settled(row, outcome)


def _may_go_on(first: Sequence[Settled], left: int, console: Console, interrupt: Interrupt) -> bool:
    """Show what became of the first rows, and ask; without a terminal, and after a signal, the answer is no."""
    for row, outcome in sorted(first, key=lambda settled: settled[0].number):
        result = outcome.contact_id or outcome.error
        console.say(f"row {row.number}: {joined(f'{outcome.status} {result}', outcome.hint)}")

    def decline() -> None:
        raise EOFError

    try:
        interrupt.wakes(decline)
        return console.ask(f"Send the other {left:,} rows?")
    except EOFError:
        return False


def _canary_ended(rows: int) -> CanaryEnded:
    advice = ERROR_CODES[CanaryEnded.code]
    return CanaryEnded(f"{advice.meaning}: {rows:,} sent", advice.hint)


def _run(work: Awaitable[None], interrupt: Interrupt) -> bool:
    """Run to the end; ``False`` where a second signal ended it before."""

    async def main() -> None:
        asyncio.get_running_loop().set_exception_handler(_quiet_about_signals)
        await work

    interval_s = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH_S)
    try:
        fast.run(main())
    except KeyboardInterrupt:
        if interrupt.exit_code is None:
            raise
        return False
    finally:
        sys.setswitchinterval(interval_s)
    return True


def _quiet_about_signals(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """A second signal is raised in whatever runs, and nobody awaits that any more: no news to the user."""
    if not isinstance(context.get("exception"), KeyboardInterrupt):
        loop.default_exception_handler(context)


@asynccontextmanager
async def _line(config: Config, console: Console, interrupt: Interrupt, sent: Sent) -> AsyncIterator[_Line]:
    """A line to the service until the block ends, with its counts and the reason to stop in ``sent``."""
    stop = Stop()
    interrupt.wakes(_stopping(stop))
    meter = Meter()
    async with _service(config) as access, connect(access, meter.answered) as client:
        pacer = Pacer(stop, config.rate, announce=partial(_say_pause, console))
        dispatch = Dispatch(pacer, stop, Patience(config.max_attempts, config.max_wait), random.random, console.warn)
        try:
            yield _Line(client, dispatch, stop, meter)
        finally:
            interrupt.wakes(lambda: None)  # this loop is about to close
            sent.requests, sent.retries, sent.reason = client.requests.total(), dispatch.retries, stop.reason
            sent.measures = meter.measures(pacer.pauses)


def _stopping(stop: Stop) -> Callable[[], object]:
    """What a signal does while this loop runs."""
    return partial(asyncio.get_running_loop().call_soon_threadsafe, stop.request)


@asynccontextmanager
async def _service(config: Config) -> AsyncIterator[Access]:
    """The way to LiveDesk, or to a look-alike inside this process that no proxy stands before."""
    if not config.sandbox:
        proxies = not is_loopback(urlsplit(config.base_url).hostname or "")
        yield Access(config.base_url, *config.credentials(), config.timeout, config.concurrency, proxies)
        return
    settings = SandboxSettings(inboxes=EVERY_INBOX)
    async with serve(Sandbox(settings)) as base_url:
        yield Access(base_url, settings.api_key, settings.api_secret, config.timeout, config.concurrency, proxies=False)


def _say_pause(console: Console, seconds: float) -> None:
    if seconds >= _TOLD_PAUSE_S:
        console.say(f"The server asks for a pause of {seconds:,.0f} s.")
