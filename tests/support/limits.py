"""Servers that refuse requests, by a limit or at random, and what becomes of requests at them in virtual time."""

import asyncio
import random
import selectors
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from importer.livedesk.responses import Quota
from importer.sender.rate_limiter import RateLimiter
from importer.sender.shutdown import Shutdown
from tests.support.sending import turn


class _Ahead(selectors.DefaultSelector):
    """A selector that waits for nothing and asks for nothing: the time it would have waited has passed."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        """No socket is ever read in virtual time, and what is ready at once needs no selector."""
        assert timeout is not None, "everybody waits for somebody else"
        self.now += timeout
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock jumps to whatever is due next."""

    def __init__(self) -> None:
        self._ahead = _Ahead()
        super().__init__(self._ahead)

    def time(self) -> float:
        """Asking takes time, as everywhere: else a wait that rounds to nothing has no end."""
        self._ahead.now += 1e-9
        return self._ahead.now


def in_virtual_time(scene: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a scene to its end without waiting."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(scene())


class _UntilItsEnd(Shutdown):
    """Lets a sleeper sleep on, at a third of the cost: nothing that happens after the end counts."""

    async def sleep(self, seconds: float) -> None:
        """Without an ear for the stop."""
        await asyncio.sleep(seconds)


@dataclass(frozen=True)
class Said:
    """What a server says to a request: whether it is one too many, and its headers."""

    refused: bool
    retry_after_s: float | None = None
    quota: Quota | None = None


class Server(Protocol):
    """A limit."""

    def ask(self, now: float) -> Said:
        """A request at ``now``, in seconds."""


@dataclass
class FixedWindow:
    """So many a window, counted from the minute on; upstream's is of this kind."""

    most: int
    window_s: float
    says_when: bool = True
    offset_s: float = 0.0
    counts: dict[int, int] = field(default_factory=dict)

    def ask(self, now: float) -> Said:
        """A request at ``now``."""
        window = int((now + self.offset_s) // self.window_s)
        self.counts[window] = self.counts.get(window, 0) + 1
        if self.counts[window] <= self.most:
            return Said(False)
        return Said(True, (window + 1) * self.window_s - now - self.offset_s if self.says_when else None)


@dataclass
class WindowOnDemand:
    """So many in a window that begins with the first request after the last one: a counter that expires."""

    most: int
    window_s: float
    ends_at: float = 0.0
    count: int = 0

    def ask(self, now: float) -> Said:
        """A request at ``now``."""
        if now >= self.ends_at:
            self.ends_at, self.count = now + self.window_s, 0
        self.count += 1
        return Said(self.count > self.most)


@dataclass
class TokenBucket:
    """So many a second with a burst, and no word on when to come back: nginx's limit_req, nodelay."""

    rate: float
    burst: float
    tokens: float = 0.0
    at: float = 0.0

    def ask(self, now: float) -> Said:
        """A request at ``now``."""
        self.tokens = min(self.burst + 1, self.tokens + (now - self.at) * self.rate)
        self.at = now
        if self.tokens < 1:
            return Said(True)
        self.tokens -= 1
        return Said(False)


@dataclass
class SlidingWindow:
    """So many in any window; unless it is silent, headers say how many are left and when the oldest leaves it."""

    most: int
    window_s: float
    silent: bool = False
    times: deque[float] = field(default_factory=deque)

    def ask(self, now: float) -> Said:
        """A request at ``now``."""
        while self.times and self.times[0] <= now - self.window_s:
            self.times.popleft()
        refused = len(self.times) >= self.most
        if not refused:
            self.times.append(now)
        reset_s = self.times[0] + self.window_s - now
        return Said(refused, quota=None if self.silent else Quota(self.most - len(self.times), reset_s))


class Unlimited:
    """Takes everything."""

    def ask(self, now: float) -> Said:
        """A request at ``now``."""
        return Said(False)


class Random:
    """Refuses a share of all requests at random, whatever their pace; ``inner`` decides on the others."""

    def __init__(
        self, share: float, seed: int, retry_after_s: float | None = None, inner: Server | None = None
    ) -> None:
        self._share = share
        self._random = random.Random(seed)
        self._retry_after_s = retry_after_s
        self._inner = inner or Unlimited()

    def ask(self, now: float) -> Said:
        """A request at ``now``."""
        if self._random.random() < self._share:
            return Said(True, self._retry_after_s)
        return self._inner.ask(now)


class Changing:
    """One server after the other: ``steps`` are the seconds until which each counts, and the server."""

    def __init__(self, *steps: tuple[float, Server]) -> None:
        self._steps = steps

    def ask(self, now: float) -> Said:
        """A request at ``now``."""
        return next(server for until, server in self._steps if now < until).ask(now)


@dataclass
class Tally:
    """What became of requests: when each was accepted or refused, and the pauses that the server asked for."""

    accepted_at: list[float] = field(default_factory=list)
    refused_at: list[float] = field(default_factory=list)
    pauses: Sequence[tuple[float, float]] = ()

    @property
    def accepted(self) -> int:
        """How many."""
        return len(self.accepted_at)

    @property
    def refused(self) -> int:
        """How many."""
        return len(self.refused_at)

    def between(self, since: float, until: float) -> float:
        """How many a second were accepted from ``since`` to ``until``."""
        return sum(since <= moment < until for moment in self.accepted_at) / (until - since)


@dataclass(frozen=True)
class Workers:
    """So many at a time, ``latency_s`` a request; a refused row is searched for before it is sent again."""

    number: int = 10
    latency_s: float = 0.02
    searches: bool = False
    jitter: float = 0.0
    slower_at: float = float("inf")

    def latency(self, now: float, chance: random.Random) -> float:
        """Seconds: some more or less, by chance, and three times as many from ``slower_at`` on."""
        return self.latency_s * (1 + self.jitter * (chance.random() - 0.5)) * (3 if now >= self.slower_at else 1)


def possible(server: Server, seconds: float, workers: Workers) -> list[float]:
    """When a server accepts the requests of workers who ask all the time and mind no refusal."""
    step_s = workers.latency_s / workers.number
    return [moment for number in range(int(seconds / step_s)) if not server.ask(moment := number * step_s).refused]


def simulated(
    server: Server, seconds: float, rate: float | None = None, workers: Workers = Workers(), rows: float = float("inf")
) -> Tally:
    """What becomes of the requests of some workers in so many seconds, or until so many rows are accepted."""
    tally, chance = Tally(), random.Random(1)

    async def scene() -> None:
        clock = asyncio.get_running_loop().time
        stop = _UntilItsEnd()
        limiter = RateLimiter(stop, rate, clock=clock)

        async def work(number: int) -> None:
            while clock() < seconds and tally.accepted < rows:
                async with turn(limiter, number) as left_at:
                    await asyncio.sleep(workers.latency(clock(), chance) / 2)
                    said = server.ask(clock())
                    await asyncio.sleep(workers.latency(clock(), chance) / 2)
                if clock() >= seconds:
                    return
                if not said.refused:
                    tally.accepted_at.append(clock())
                    limiter.answered("write", said.quota, left_at)
                    continue
                tally.refused_at.append(clock())
                limiter.refused("write", left_at, said.quota, said.retry_after_s)
                if workers.searches:
                    async with turn(limiter, number, "search") as left_at:
                        await asyncio.sleep(workers.latency_s)
                    limiter.answered("search", None, left_at)

        async def end() -> None:
            await stop.sleep(seconds)
            stop.request()

        ending = asyncio.create_task(end())
        await asyncio.gather(*(work(number) for number in range(workers.number)))
        stop.request()
        await ending
        tally.pauses = limiter.pauses

    in_virtual_time(scene)
    return tally
