"""The end of a run before its time: asked for once, seen by everybody, and waited for instead of a time."""

import asyncio
from collections.abc import Callable
from typing import TypeAlias

from importer.errors import RunStopped

Clock: TypeAlias = Callable[[], float]
"""Seconds that never run back."""


class Shutdown:
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
