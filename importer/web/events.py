"""What a job said, kept for pages that come later or again: events, numbered from 1."""

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from enum import StrEnum
from itertools import takewhile
from types import MappingProxyType
from typing import Final, NamedTuple

from importer.message import Message
from importer.models import Json

MOST_EVENTS: Final = 2000
"""How many are kept of a job; of more, the oldest are forgotten."""


class Kind(StrEnum):
    """What an event tells, as the scripts of pages know it."""

    SAY = "say"
    DETAIL = "detail"
    WARN = "warn"
    FAIL = "fail"
    PROGRESS = "progress"  # stage, done, total (null: nobody knows), seconds
    QUESTION = "question"  # id
    ANSWERED = "answered"  # id, agreed
    ROW = "row"  # whatever a step says of a row
    STATE = "state"  # state


class Event(NamedTuple):
    """One thing that was said: ``told`` and ``hint`` for people, ``values`` for the script of a page."""

    number: int
    kind: Kind
    told: Message | str | None = None
    hint: Message | None = None
    values: Mapping[str, Json] = MappingProxyType({})


class Events:
    """Owns what a job said; any thread adds, readers follow in the event loop. Keeps the newest ``most``."""

    def __init__(self, loop: asyncio.AbstractEventLoop, most: int = MOST_EVENTS) -> None:
        self._loop = loop
        self._lock = threading.Lock()
        self._kept: deque[Event] = deque(maxlen=most)
        self._last = 0
        self._readers: set[asyncio.Event] = set()
        self._is_over = False

    def add(
        self,
        kind: Kind,
        told: Message | str | None = None,
        hint: Message | None = None,
        values: Mapping[str, Json] = MappingProxyType({}),
    ) -> None:
        """Keep an event. Of progress that nothing interrupted, the latest alone counts."""
        with self._lock:
            self._last += 1
            if kind is Kind.PROGRESS and self._kept and self._kept[-1].kind is kind:
                self._kept.pop()
            self._kept.append(Event(self._last, kind, told, hint, values))
        self._tell_readers()

    def close(self) -> None:
        """Nothing more is said: whoever follows ends after what there is."""
        self._is_over = True
        self._tell_readers()

    def after(self, number: int) -> list[Event]:
        """Those behind a number, in their order."""
        with self._lock:
            return [*takewhile(lambda event: event.number > number, reversed(self._kept))][::-1]

    async def follow(self, number: int = 0) -> AsyncIterator[Event]:
        """Yield those behind a number, then each as it comes, to the end."""
        signal = asyncio.Event()
        self._readers.add(signal)
        try:
            is_over = False
            while not is_over:
                signal.clear()
                is_over = self._is_over  # before the events are read, or the last of them could be missed
                for event in self.after(number):
                    number = event.number
                    yield event
                if not is_over:
                    await signal.wait()
        finally:
            self._readers.discard(signal)

    def _tell_readers(self) -> None:
        with suppress(RuntimeError):  # the loop has ended, and nobody reads any more
            self._loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        for signal in self._readers:
            signal.set()


Clock = Callable[[], float]
"""Counts seconds."""
