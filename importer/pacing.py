"""When a request may leave: the shared pause, the rate, the stop."""

import asyncio
import time
from collections.abc import Callable
from typing import TypeAlias

from importer.errors import RunStopped

Clock: TypeAlias = Callable[[], float]


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


class Pacer:
    """Owns the moment before which no request leaves, for all workers together.

    ``rate`` is in requests a second, ``None`` for no ceiling. ``clock`` gives seconds that never run back.
    ``announce`` is told the seconds of a pause when it begins.
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
        self._interval_s = 1 / rate if rate else 0.0
        self._clock = clock
        self._paused_until = 0.0
        self._next_slot = 0.0

    def pause(self, seconds: float) -> None:
        """Hold every request for ``seconds`` from now; a longer pause that already stands is kept."""
        now = self._clock()
        if self._paused_until <= now:
            self._announce(seconds)
        self._paused_until = max(self._paused_until, now + seconds)

    async def turn(self) -> None:
        """Wait for this request's turn, or for the stop. A pause that begins during the wait counts."""
        slot = max(self._next_slot, self._clock())
        self._next_slot = slot + self._interval_s
        while not self._stop.requested and (wait := max(slot, self._paused_until) - self._clock()) > 0:
            await self._stop.sleep(wait)
