"""When a request may leave: after the shared pause, within the rate and the quota, past the circuit breaker."""

import asyncio
import math
import time
from collections import Counter, deque
from collections.abc import Callable
from typing import Final, Literal, TypeAlias

from importer.livedesk.responses import Quota
from importer.sender.adaptive_rate import AdaptiveRate
from importer.sender.circuit_breaker import CircuitBreaker
from importer.sender.dry_spell import FIRST_PAUSE_S
from importer.sender.quota_window import QuotaWindow
from importer.sender.shutdown import Clock, Shutdown

RequestKind: TypeAlias = Literal["write", "search"]
"""Kinds of requests that a server may limit separately (LiveDesk's upstream allows 100 searches a minute)."""

SLOWER_S: Final = 5.0
"""A Retry-After of at most so many seconds means "slower", a longer one "later"."""

_PAUSES_KEPT: Final = 1000


class _Limit:
    """Owns the knowledge of one of the server's limits, and the ``unjudged`` answers from before there was a reason to
    hold requests."""

    def __init__(self) -> None:
        self.adaptive_rate = AdaptiveRate()
        self.quota_window = QuotaWindow()
        self.unjudged = 0
        self.first = 0.0, 0.0
        """When the first of them came, and when its request had left."""
        self.last_left_at = -math.inf

    def judge(self, clock: Clock) -> None:
        """From now on the rate depends on what the server took."""
        if self.unjudged:
            self.adaptive_rate.accepted_before(*self.first, self.unjudged, min(self.last_left_at, clock()))


class RateLimiter:
    """Owns the turn of every request, for all workers together.

    ``rate`` is in requests a second, ``None`` for no ceiling. ``clock`` is in seconds and never runs backwards.
    ``announce`` gets the seconds of each pause when it begins. Until there is a reason to hold requests, the limiter
    only counts them: its checks would be a third of what sending adds to a request.
    """

    def __init__(
        self,
        stop: Shutdown,
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
        self._in_flight: Counter[RequestKind] = Counter()
        self._news = asyncio.Event()
        self._listeners = 0
        self._ceiling = AdaptiveRate(rate)
        self._limits: dict[RequestKind, _Limit] = {"write": _Limit(), "search": _Limit()}
        self.breaker = CircuitBreaker()
        self._is_free = rate is None

    def pause(self, seconds: float) -> None:
        """Hold every request for ``seconds`` from now, or until the end of a longer pause."""
        self._begin_to_hold()
        now = self._clock()
        if self._paused_until <= now:
            self._announce(seconds)
        self._paused_until = max(self._paused_until, now + seconds)
        self._note_pause(now, self._paused_until)
        for limit in self._limits.values():
            limit.adaptive_rate.paused(now, self._paused_until)

    @property
    def pauses(self) -> tuple[tuple[float, float], ...]:
        """The last pauses, ``(from, to)`` by the clock, as requested."""
        return tuple(self._pauses)

    def _begin_to_hold(self) -> None:
        """There is a reason to hold requests: their checks begin."""
        if self._is_free:
            self._is_free = False
            for limit in self._limits.values():
                limit.judge(self._clock)

    def _note_pause(self, since: float, until: float) -> None:
        """Note a pause, or extend the last one if they overlap."""
        if self._pauses and since <= self._pauses[-1][1]:
            since, last_until = self._pauses.pop()
            until = max(until, last_until)
        self._pauses.append((since, until))

    async def begin(self, number: int, kind: RequestKind = "write") -> float:
        """Wait for the turn of a request of row ``number``, or for the stop; returns the time. ``end`` must follow.

        A pause that begins during the wait counts.
        """
        now = self.begin_at_once(kind)
        if now is None:
            now = await self._held(number, kind, self._clock())
            self._in_flight[kind] += 1
        return now

    def begin_at_once(self, kind: RequestKind = "write") -> float | None:
        """As ``begin`` while there is no reason to hold requests; ``None`` once there is."""
        if not self._is_free:
            return None
        self._in_flight[kind] += 1
        return self._clock()

    def end(self, kind: RequestKind = "write") -> None:
        """A request has ended, whatever its result."""
        self._in_flight[kind] -= 1
        if self._listeners:
            self._wake()

    async def others_answered(self, is_known: Callable[[], bool]) -> None:
        """Wait until no write is in flight, what their answers would tell is known, or the run stops."""
        while self._in_flight["write"] and not is_known() and not self._stop.requested:
            await self._news_or_stop(math.inf)

    async def _held(self, number: int, kind: RequestKind, now: float) -> float:
        limit = self._limits[kind]
        while (wait := self._hold_s(number, kind, now)) > 0 and not self._stop.requested:
            is_cut_short = limit.adaptive_rate.is_dry or math.isinf(wait)
            await (self._news_or_stop(wait) if is_cut_short else self._stop.sleep(wait))
            now = self._clock()
        self._ceiling.take(now)
        limit.adaptive_rate.take(now)
        limit.quota_window.take(now)
        self.breaker.take(number)
        return now

    def rate(self, kind: RequestKind) -> float:
        """Requests a second that may leave at this moment, as far as the server's own limit is known."""
        return self._limits[kind].adaptive_rate.rate(self._clock())

    async def _news_or_stop(self, seconds: float) -> None:
        self._listeners += 1
        try:
            await self._stop.or_news(self._news, seconds)
        finally:
            self._listeners -= 1

    def _hold_s(self, number: int, kind: RequestKind, now: float) -> float:
        """Seconds to wait; infinite if only news can end the wait."""
        if self.breaker.holds(number):
            return math.inf
        limit = self._limits[kind]
        held_until = max(self._paused_until, self._ceiling.next_at, limit.adaptive_rate.next_at)
        return max(held_until - now, limit.quota_window.hold_s(now, self._in_flight[kind]))

    def _wake(self) -> None:
        """Let the requests that wait for news check again."""
        news, self._news = self._news, asyncio.Event()
        news.set()

    def answered(self, kind: RequestKind, quota: Quota | None, left_at: float = math.inf) -> None:
        """The server answered, and not with "too many requests"; ``quota`` is from its answer."""
        limit = self._limits[kind]
        if self._is_free and quota is None:
            if not limit.unjudged:
                limit.first = self._clock(), left_at
            limit.unjudged += 1
            if left_at > limit.last_left_at:
                limit.last_left_at = left_at
            return
        self._begin_to_hold()
        now = self._clock()
        limit.adaptive_rate.accepted(now, left_at)
        quota = quota or limit.adaptive_rate.quota(now)
        limit.quota_window.told(quota, now, self._in_flight[kind])
        if quota is not None and 0 < (hold_s := limit.quota_window.hold_s(now, self._in_flight[kind])) < math.inf:
            self._announce(hold_s)
            self._note_pause(now, now + hold_s)
            limit.adaptive_rate.paused(now, now + hold_s)
        self.breaker.answered()
        self._wake()

    def refused(self, kind: RequestKind, left_at: float, quota: Quota | None, retry_after_s: float | None) -> None:
        """The server refused a request as one too many: wait as it asks, else look for a rate that it takes."""
        self._begin_to_hold()
        now, limit = self._clock(), self._limits[kind]
        if retry_after_s is not None:
            self.pause(max(retry_after_s, FIRST_PAUSE_S))
        if quota is not None and quota.remaining == 0:
            limit.quota_window.told(quota, now, self._in_flight[kind])
        else:
            is_later = retry_after_s is not None and retry_after_s > SLOWER_S
            hold_s = limit.adaptive_rate.refused(now, left_at, is_later=is_later)
            if hold_s > 0 and self._paused_until <= now:
                self._announce(hold_s)
                self._note_pause(now, now + hold_s)
            limit.quota_window.told(limit.adaptive_rate.quota(now), now, self._in_flight[kind])
        self.breaker.answered()
        self._wake()

    def unanswered(self, kind: RequestKind) -> bool:
        """The service itself did not answer a request; returns whether the breaker opened."""
        self._begin_to_hold()
        self._limits[kind].quota_window.told(None, self._clock(), self._in_flight[kind])
        opened = self.breaker.failed()
        self._wake()
        return opened

    def left(self, number: int) -> None:
        """Row ``number`` sends nothing more; if it was the breaker's probe, another row may be."""
        if not self._is_free:
            self.breaker.left(number)
            self._wake()
