"""When a request may leave: the stop, the shared pause, the rate, what the server's limit leaves, the breaker."""

import asyncio
import math
import time
from collections import Counter, deque
from collections.abc import Callable
from typing import Final, Literal, TypeAlias

from importer.errors import RunStopped
from importer.models import Quota

Clock: TypeAlias = Callable[[], float]

Kind: TypeAlias = Literal["write", "search"]
"""What a request is; a server may limit searches apart (upstream does: 100 a minute)."""

FIRST_PAUSE_S: Final = 0.5
"""The pause after a refusal that names none, where it is not known how many requests the server lets through."""

SLOWER_S: Final = 5.0
"""A Retry-After of so few seconds says "slower", a longer one "later"."""

FAILURES_IN_A_ROW: Final = 5
"""So many requests without an answer to anybody open the breaker."""

_ENOUGH: Final = 20  # accepted requests tell a rate; fewer do not
_A_FEW: Final = 3  # tell more than a guess
_RECENT: Final = 30
_BELOW: Final = 0.98
_NEARLY: Final = 0.95
_MILDLY: Final = 0.9
_MILD_STEPS: Final = 3
_FAR: Final = 0.75
_FIRST_GUESS: Final = 10.0  # requests a second, where the very first ones are refused
_SLOWEST: Final = 0.1
_PAUSES_KEPT: Final = 1000
# After so many accepted requests, or so many seconds, the rate is where it was refused, and begins to exceed it.
_REQUESTS_TO_RECOVER: Final = 300
_SECONDS_TO_RECOVER: Final = 30.0
_SECONDS_TO_DOUBLE: Final = 2.0

_SHORTEST_S: Final = 0.1
"""What is taken in less is a burst that a server allows, and as fast as this machine sends: no rate of the server's."""


class Stop:
    """Owns the wish to end a run early: asked for once, seen by every worker.

    ``reason`` is ``None`` where a person or the system asked (a signal).
    """

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self.reason: RunStopped | None = None

    @property
    def requested(self) -> bool:
        """Whether the run shall end."""
        return self._event.is_set()

    def request(self, reason: RunStopped | None = None) -> None:
        """Ask for the end; the first reason stands."""
        if not self.requested:
            self.reason = reason
        self._event.set()

    async def sleep(self, seconds: float) -> None:
        """Sleep, or less where the run shall end: nobody waits out a backoff then."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            return

    async def or_news(self, news: asyncio.Event) -> None:
        """Wait for news, or for the end of the run."""
        waits = [asyncio.ensure_future(event.wait()) for event in (self._event, news)]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()


class Tempo:
    """Owns the rate at which requests leave: as fast as it goes, until the server refuses one without saying more.

    A refusal sets the rate just below what the server took. Where it took too few to tell, the rate falls a little, and
    where that does not help to half and again to half. From a rate that was measured it rises by a cubic, as TCP CUBIC
    has it (RFC 9438): slow near what was refused and then ever faster, for the limit may be gone; from one that was
    guessed it doubles. ``ceiling`` is in requests a second; times are in seconds of one clock. ``next_at`` is when the
    next request may leave.
    """

    def __init__(self, ceiling: float | None = None) -> None:
        self._ceiling = ceiling or math.inf
        self._base = math.inf
        self._guessed = False
        self.next_at = -math.inf
        self._changed_at = -math.inf
        self._accepted = 0
        self._in_vain = 0
        self._recent: deque[float] = deque(maxlen=_RECENT)

    def rate(self, now: float) -> float:
        """Requests a second at this moment; infinite while nothing is known of a limit."""
        if math.isinf(self._base):
            return self._ceiling
        passed_s = now - self._changed_at
        grown = max(self._accepted / _REQUESTS_TO_RECOVER, passed_s / _SECONDS_TO_RECOVER)
        factor = 2 ** min(passed_s / _SECONDS_TO_DOUBLE, 60) if self._guessed else 1 + (1 / _BELOW - 1) * grown**3
        return min(self._ceiling, self._base * factor)

    def take(self, now: float) -> None:
        """A request leaves."""
        self.next_at = max(self.next_at, now) + 1 / self.rate(now)

    def accepted(self, now: float) -> None:
        """A request was not refused."""
        self._accepted += 1
        self._recent.append(now)

    def refused(self, now: float, left_at: float) -> float:
        """A request that left at ``left_at`` was one too many; how many seconds to pause.

        Those that left before the rate last fell say nothing new.
        """
        if left_at < self._changed_at:
            return 0.0
        tried = self.rate(now)
        enough = _A_FEW if self._guessed else _ENOUGH
        self._in_vain = 0 if self._accepted >= enough else self._in_vain + 1
        pause_s = 0.0
        if math.isinf(tried) and self._in_vain:
            self._base, self._guessed, pause_s = _FIRST_GUESS, True, FIRST_PAUSE_S
        elif self._in_vain > _MILD_STEPS:
            self._base, self._guessed, pause_s = max(tried / 2, _SLOWEST), True, FIRST_PAUSE_S
        else:
            self._base = max(_BELOW * self._taken(now, tried), _SLOWEST)
            self._guessed = False
        self._changed_at = now
        self._accepted = 0
        self._recent.clear()
        return pause_s

    def _taken(self, now: float, tried: float) -> float:
        """What the server takes, in requests a second."""
        if math.isinf(tried):
            return len(self._recent) / max(now - self._recent[0], _SHORTEST_S)
        on_average = self._accepted / (now - self._changed_at)
        if self._guessed:
            return max(on_average, tried / 2)
        if self._in_vain:
            return _MILDLY * tried
        # Far from what was tried, the average has pauses in it, and tells more; near it, it has slower times in it.
        return on_average if on_average < _FAR * tried else max(on_average, _NEARLY * tried)


class Allowance:
    """Owns what the server said is left of its limit (``Quota``), and when it begins anew."""

    def __init__(self) -> None:
        self._left = math.inf
        self._anew_at = math.inf

    def hold_s(self, now: float, in_flight: int) -> float:
        """Seconds until the next request may leave; infinite while an answer that is on its way decides."""
        if self._left > 0 or now >= self._anew_at:
            return 0.0
        return math.inf if in_flight else self._anew_at - now

    def take(self, now: float) -> None:
        """A request leaves. The first of a new window goes alone: its answer says how many may follow."""
        self._left = 0 if now >= self._anew_at else self._left - 1
        if now >= self._anew_at:
            self._anew_at = math.inf

    def told(self, quota: Quota | None, now: float, in_flight: int) -> None:
        """An answer came; ``in_flight`` others may have been counted in it or not, so they are taken off."""
        if quota is None:
            self._left, self._anew_at = math.inf, math.inf
        else:
            self._left, self._anew_at = quota.remaining - in_flight, now + quota.reset_s


class Breaker:
    """Owns the count of requests in a row that nobody answered; from a few on, one row alone goes on trying."""

    def __init__(self) -> None:
        self._failures = 0
        self._probe: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether requests go one at a time."""
        return self._failures >= FAILURES_IN_A_ROW

    def holds(self, number: int) -> bool:
        """Whether row ``number`` has to wait for what another one finds out."""
        return self.is_open and self._probe not in (None, number)

    def take(self, number: int) -> None:
        """A request of row ``number`` leaves; while the breaker is open, it is the one that finds out."""
        self._probe = number if self.is_open else None

    def answered(self) -> None:
        """Somebody got an answer: the service is there."""
        self._failures = 0

    def failed(self) -> bool:
        """A request was not answered; whether this one opened the breaker."""
        self._failures += 1
        return self._failures == FAILURES_IN_A_ROW

    def left(self, number: int) -> None:
        """Row ``number`` is done, one way or the other: another one may try."""
        if self._probe == number:
            self._probe = None


class _Limit:
    """Owns what is known of one of the server's limits."""

    def __init__(self) -> None:
        self.tempo = Tempo()
        self.allowance = Allowance()


class Pacer:
    """Owns the turn of every request, for all workers together.

    ``rate`` is in requests a second, ``None`` for no ceiling. ``clock`` gives seconds that never run back.
    ``announce`` is told the seconds of a pause when it begins.

    Until something is heard that could ever hold a request, none is asked whether it is held, which would be a third of
    what sending adds to a request.
    """

    def __init__(
        self,
        stop: Stop,
        rate: float | None = None,
        *,
        clock: Clock = time.monotonic,
        announce: Callable[[float], None] = lambda _: None,
    ) -> None:
        self._stop = stop
        self._announce = announce
        self._clock = clock
        self._paused_until = -math.inf
        self._pauses: deque[tuple[float, float]] = deque(maxlen=_PAUSES_KEPT)
        self._in_flight: Counter[Kind] = Counter()
        self._news = asyncio.Event()
        self._listeners = 0
        self._ceiling = Tempo(rate)
        self._limits: dict[Kind, _Limit] = {"write": _Limit(), "search": _Limit()}
        self.breaker = Breaker()
        self._is_free = rate is None

    def pause(self, seconds: float) -> None:
        """Hold every request for ``seconds`` from now; a longer pause that already stands is kept."""
        self._is_free = False
        now = self._clock()
        if self._paused_until <= now:
            self._announce(seconds)
        self._paused_until = max(self._paused_until, now + seconds)
        self._note_pause(now, self._paused_until)

    @property
    def pauses(self) -> tuple[tuple[float, float], ...]:
        """The last pauses, ``(from, to)`` by the clock, as they were asked for."""
        return tuple(self._pauses)

    def _note_pause(self, since: float, until: float) -> None:
        """A pause that begins within the last one is one with it."""
        if self._pauses and since <= self._pauses[-1][1]:
            since, last_until = self._pauses.pop()
            until = max(until, last_until)
        self._pauses.append((since, until))

    async def begin(self, number: int, kind: Kind = "write") -> float:
        """Wait for the turn of a request of row ``number``, or for the stop; the moment. ``end`` must follow.

        A pause that begins during the wait counts.
        """
        now = self._clock()
        if not self._is_free:
            now = await self._held(number, kind, now)
        self._in_flight[kind] += 1
        return now

    def end(self, kind: Kind = "write") -> None:
        """A request is no longer under way, whatever became of it."""
        self._in_flight[kind] -= 1
        self._wake()

    async def _held(self, number: int, kind: Kind, now: float) -> float:
        while (wait := self._hold_s(number, kind, now)) > 0 and not self._stop.requested:
            await (self._news_or_stop() if math.isinf(wait) else self._stop.sleep(wait))
            now = self._clock()
        limit = self._limits[kind]
        self._ceiling.take(now)
        limit.tempo.take(now)
        limit.allowance.take(now)
        self.breaker.take(number)
        return now

    async def _news_or_stop(self) -> None:
        self._listeners += 1
        try:
            await self._stop.or_news(self._news)
        finally:
            self._listeners -= 1

    def _hold_s(self, number: int, kind: Kind, now: float) -> float:
        """Seconds to wait, infinite where only news can tell."""
        if self.breaker.holds(number):
            return math.inf
        limit = self._limits[kind]
        held_until = max(self._paused_until, self._ceiling.next_at, limit.tempo.next_at)
        return max(held_until - now, limit.allowance.hold_s(now, self._in_flight[kind]))

    def _wake(self) -> None:
        """Let those that wait for news look again."""
        if not self._listeners:
            return
        news, self._news = self._news, asyncio.Event()
        news.set()

    def answered(self, kind: Kind, quota: Quota | None) -> None:
        """A request was not one too many; with what the answer says of the limit."""
        now, limit = self._clock(), self._limits[kind]
        limit.tempo.accepted(now)
        if self._is_free and quota is None:
            return
        self._is_free = False
        limit.allowance.told(quota, now, self._in_flight[kind])
        if quota is not None and 0 < (hold_s := limit.allowance.hold_s(now, self._in_flight[kind])) < math.inf:
            self._announce(hold_s)
            self._note_pause(now, now + hold_s)
        self.breaker.answered()
        self._wake()

    def refused(self, kind: Kind, left_at: float, quota: Quota | None, retry_after_s: float | None) -> None:
        """A request was one too many: wait as the server says, else find out how fast is not too fast."""
        self._is_free = False
        now, limit = self._clock(), self._limits[kind]
        if retry_after_s is not None:
            self.pause(max(retry_after_s, FIRST_PAUSE_S))
        if quota is not None and quota.remaining == 0:
            limit.allowance.told(quota, now, self._in_flight[kind])
        elif retry_after_s is None or retry_after_s <= SLOWER_S:
            pause_s = limit.tempo.refused(now, left_at)
            if pause_s and retry_after_s is None:
                self.pause(pause_s)
        self.breaker.answered()
        self._wake()

    def unanswered(self, kind: Kind) -> bool:
        """A request got no answer, or one that the service itself did not give; whether the breaker opened."""
        self._is_free = False
        self._limits[kind].allowance.told(None, self._clock(), self._in_flight[kind])
        opened = self.breaker.failed()
        self._wake()
        return opened

    def left(self, number: int) -> None:
        """Row ``number`` sends nothing more: where it was the one to try, another one may."""
        if self._is_free:
            return
        self.breaker.left(number)
        self._wake()
