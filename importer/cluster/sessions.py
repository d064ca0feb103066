"""The workers of one run: it keeps a session open on each, passes pauses and the stop on, and adds up their work."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Final

from importer import __version__
from importer.cluster.lease import RENEWED_EVERY_S
from importer.cluster.members import Member, Members, WorkerLost, existing_members, local_members
from importer.cluster.protocol import Batch, Greeting, Returned, Terms, Word, WorkerTotals
from importer.cluster.worker import ask, begin, end, greet, halt, renew, settle_batch
from importer.config.settings import Config
from importer.errors import ConfigError, RunStopped
from importer.ledger.records import Due
from importer.ledger.run import Measures
from importer.message import Message
from importer.observer import Observer
from importer.sender.findings import Findings
from importer.sender.session import say_pause
from importer.sender.shutdown import Shutdown

FIRST_ROWS: Final = 20
MOST_ROWS: Final = 200
BATCH_S: Final = 0.5
"""A worker settles a batch in about this time: progress moves, and little is in doubt if the worker dies."""

_GOODBYE_S: Final = 2.0
_TOLD_PAUSE_S: Final = 2.0
"""A shorter pause is over before another worker would hear of it."""


@dataclass(eq=False, slots=True)
class Share:
    """One worker's part in a run.

    ``rows`` is the most that its next batch holds; ``clock_s`` is the latest time of its own clock, ``paused_until``
    the time of this process's clock until which the server makes it wait.
    """

    member: Member
    terms: Terms
    rows: int = FIRST_ROWS
    account: WorkerTotals = field(default_factory=WorkerTotals)
    began_s: float = 0.0
    clock_s: float = 0.0
    paused_until: float = 0.0
    is_lost: bool = False


@asynccontextmanager
async def mustered(config: Config, environment: Mapping[str, str]) -> AsyncIterator[Members]:
    """The workers that the settings name, each of which can send; ``environment`` is for processes started here.

    Raises ``ConfigError`` that names a worker that cannot send, and says what to do.
    """
    most = min(config.workers or 1, config.concurrency)
    places = existing_members(config.scheduler) if config.scheduler else local_members(most, environment)
    async with places as members:
        greeted = await members.greeted(greet)
        # One that died a moment ago is still in the scheduler's list: the others can do without it.
        alive = {member: answer for member, answer in greeted.items() if not isinstance(answer, OSError)}
        for member, answer in alive.items():
            _check(member.address, answer)
        if not alive:
            raise ConfigError("the cluster has no workers", "start some (dask worker ADDRESS), and try again")
        members.members = tuple(alive)
        yield members


async def asked(members: Members, terms: Terms) -> tuple[WorkerTotals, RunStopped | None]:
    """Let one worker make the request that every run makes first. Raises ``ConfigError`` if that worker is lost."""
    first = members.members[0]
    try:
        return await members.call(first, ask, terms)
    except WorkerLost:
        raise ConfigError("worker {address} was lost", "look into why, and try again", address=first.address) from None


def _check(address: str, answer: Greeting | Exception) -> None:
    """Raise ``ConfigError`` if a worker's greeting says that it cannot send."""
    own = __version__
    hint = Message(
        "install version {version} of this program with the extra cluster in the environment of every worker",
        version=own,
    )
    if isinstance(answer, Exception):
        error = {"name": type(answer).__name__, "answer": answer}
        raise ConfigError(
            "worker {address} cannot run import-contacts ({name}: {answer})", hint, address=address, **error
        )
    if answer.version != own:
        versions = {"version": answer.version, "own": own}
        raise ConfigError(
            "worker {address} has import-contacts {version}, this is {own}", hint, address=address, **versions
        )
    if answer.lacks:
        hint = Message("set them in the environment of every worker: they never travel through the scheduler")
        raise ConfigError("worker {address}: {lacks}", hint, address=address, lacks=answer.lacks)


class WorkerSessions:
    """Owns the sessions of one run on its workers."""

    def __init__(self, members: Members, terms: Terms, stop: Shutdown, observer: Observer, findings: Findings) -> None:
        """``terms`` are those of the whole run; each worker gets its share."""
        self._members = members
        self.settle_s, self.updates = terms.policy.settle_s, terms.policy.updates
        self._stop = stop
        self._observer = observer
        self._findings = findings
        self._name = uuid.uuid4().hex
        self._began = time.monotonic()
        self._warned: set[Message] = set()
        self.shares = _shared_out(members.members, terms)

    @property
    def at_work(self) -> list[Share]:
        """The workers that are not lost."""
        return [share for share in self.shares if not share.is_lost]

    @asynccontextmanager
    async def sessions(self) -> AsyncIterator[None]:
        """Sessions on all workers, kept open until the block ends."""
        keepers = [asyncio.create_task(self._members.watch())]
        try:
            await asyncio.gather(*map(self._begin, self.shares))
            keepers += [asyncio.create_task(self._keep(share)) for share in self.shares]
            yield
        except asyncio.CancelledError:  # a second signal
            self._members.kill()
            raise
        finally:
            await asyncio.gather(*map(self._end, self.at_work))
            for keeper in keepers:
                keeper.cancel()
            await asyncio.gather(*keepers, return_exceptions=True)

    async def settle(self, share: Share, rows: tuple[Due, ...]) -> Returned:
        """Let a worker settle a batch. Raises ``WorkerLost``: then nobody knows which of its rows left."""
        began = time.monotonic()
        returned = await self._members.call(share.member, settle_batch, self._name, Batch(rows))
        share.account = returned.account
        self._findings.take(returned.account.capabilities.findings.values())
        took_s = max(time.monotonic() - began, 1e-3)
        share.rows = max(share.terms.concurrency, min(MOST_ROWS, round(len(rows) / took_s * BATCH_S)))
        return returned

    @property
    def requests(self) -> int:
        """The requests of all workers, as far as they have reported."""
        return sum(share.account.requests for share in self.shares)

    @property
    def retries(self) -> int:
        """The requests that were repeats."""
        return sum(share.account.retries for share in self.shares)

    def measured(self) -> list[tuple[float, Measures]]:
        """What each worker measured, and how many seconds after the run its session began."""
        return [(share.began_s, share.account.measures) for share in self.shares]

    async def _begin(self, share: Share) -> None:
        try:
            word = await self._members.call(share.member, begin, self._name, share.terms)
        except WorkerLost:
            self.lost(share)
        else:
            share.began_s = time.monotonic() - self._began
            self._heard(share, word)

    async def _end(self, share: Share) -> None:
        """End a session; if that fails, it ends with its lease or its process."""
        with suppress(WorkerLost, TimeoutError):
            async with asyncio.timeout(_GOODBYE_S):
                account = await self._members.call(share.member, end, self._name)
                share.account = account if account.requests else share.account

    def lost(self, share: Share) -> None:
        """Warn once that a worker is lost, and give it nothing more."""
        if not share.is_lost:
            share.is_lost = True
            who = share.member.address
            self._warn(
                Message("worker {worker} is lost; its rows are searched for before they are sent again", worker=who)
            )

    async def _keep(self, share: Share) -> None:
        """Keep a session open, and pass on the stop and the pauses that the server asked other workers for."""
        told = False
        while not share.is_lost:
            await (asyncio.sleep(RENEWED_EVERY_S) if told else self._stop.sleep(RENEWED_EVERY_S))
            with suppress(WorkerLost):  # whoever waits for its batch finds out as well
                if self._stop.requested and not told:
                    told = True
                    await self._members.call(share.member, halt, self._name, self._stop.reason)
                pause_s = self._pause_of_others_s(share)
                word = await self._members.call(share.member, renew, self._name, share.clock_s, pause_s)
                if word is not None:
                    self._heard(share, word)

    def _heard(self, share: Share, word: Word) -> None:
        share.clock_s = word.now_s
        share.member.heard_at = time.monotonic()
        if word.paused_s >= _TOLD_PAUSE_S:
            if share.paused_until < time.monotonic() and not self._pause_of_others_s(share):
                say_pause(self._observer, word.paused_s)
            share.paused_until = time.monotonic() + word.paused_s
        for warning in word.warnings:
            self._warn(warning)

    def _pause_of_others_s(self, share: Share) -> float:
        """Seconds for which the server makes another worker wait: this one should wait too."""
        until = max((other.paused_until for other in self.at_work if other is not share), default=0.0)
        left_s = until - time.monotonic()
        return left_s if left_s >= _TOLD_PAUSE_S else 0.0

    def _warn(self, told: Message) -> None:
        """Print a warning, though several workers give it, only once."""
        if told not in self._warned:
            self._warned.add(told)
            self._observer.warn(told)


def _shared_out(members: tuple[Member, ...], terms: Terms) -> tuple[Share, ...]:
    """Give each worker an equal share of rate and concurrency; use no more workers than requests may be in flight."""
    used = members[: terms.concurrency]
    rate = None if terms.rate is None else terms.rate / len(used)
    each, more = divmod(terms.concurrency, len(used))
    return tuple(
        Share(member, replace(terms, rate=rate, concurrency=each + (place < more))) for place, member in enumerate(used)
    )
