"""The early end of a run: requested once, seen by every worker, and it cuts every sleep short."""

import asyncio
import math
from collections.abc import Callable
from typing import TypeAlias

from importer.errors import RunStopped

Clock: TypeAlias = Callable[[], float]
"""Gives seconds, and never runs backwards."""


class Shutdown:
    """Owns the request to end a run early; ``reason`` is ``None`` if a person or the system asked (a signal)."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self.reason: RunStopped | None = None

    @property
    def requested(self) -> bool:
        """Whether the run is to end."""
        return self._event.is_set()

    def request(self, reason: RunStopped | None = None) -> None:
        """Request the end; the first reason stands."""
        if not self.requested:
            self.reason = reason
        self._event.set()

    async def sleep(self, seconds: float) -> None:
        """Sleep, but wake up at once if the run is to end."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            return

    async def or_news(self, news: asyncio.Event, seconds: float) -> None:
        """Wait for news, or for the end of the run, ``seconds`` at most (they may be infinite)."""
        waits = [asyncio.ensure_future(event.wait()) for event in (self._event, news)]
        try:
            limit_s = None if math.isinf(seconds) else seconds
            await asyncio.wait(waits, timeout=limit_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
