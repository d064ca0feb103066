"""The early end of a run: requested once, seen by every worker, and it cuts every sleep short."""

import asyncio
import math
from collections.abc import Callable, Coroutine
from typing import TypeAlias, TypeVar

from importer.errors import RunStopped

T = TypeVar("T")

Clock: TypeAlias = Callable[[], float]
"""Gives seconds, and never runs backwards."""


class Shutdown:
    """Owns the request to end a run early: ``requested`` says that there is one, ``reason`` is ``None`` if a person or
    the system asked (a signal)."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self.requested = False
        self.reason: RunStopped | None = None

    def request(self, reason: RunStopped | None = None) -> None:
        """Request the end; the first reason stands."""
        if not self.requested:
            self.reason = reason
        self.requested = True
        self._event.set()

    async def sleep(self, seconds: float) -> None:
        """Sleep, but wake up at once if the run is to end."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            return

    async def or_ended(self, work: Coroutine[None, None, T]) -> T | None:
        """Do work that changes nothing on the server, and return its result; give it up at once, for ``None``, if the
        run is to end."""
        doing, end = asyncio.ensure_future(work), asyncio.ensure_future(self._event.wait())
        try:
            await asyncio.wait((doing, end), return_when=asyncio.FIRST_COMPLETED)
            return await doing if doing.done() else None
        finally:
            for wait in (doing, end):
                wait.cancel()
            await asyncio.wait((doing, end))

    async def or_news(self, news: asyncio.Event, seconds: float) -> None:
        """Wait for news, or for the end of the run, ``seconds`` at most (they may be infinite)."""
        waits = [asyncio.ensure_future(event.wait()) for event in (self._event, news)]
        try:
            limit_s = None if math.isinf(seconds) else seconds
            await asyncio.wait(waits, timeout=limit_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
