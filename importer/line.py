"""An open line to the service, and what all requests over it share: pace, stop, counts."""

import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from importer.answers import found_contacts
from importer.client import Access, Client, connect
from importer.config import is_loopback
from importer.dispatch import Dispatch, stopped
from importer.errors import NotLiveDesk
from importer.meter import Meter
from importer.pacing import Pacer
from importer.record import Measures
from importer.retry import Patience
from importer.stop import Stop

_NO_ROW: Final = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """What bounds the requests: ``rate`` in requests a second, ``None`` for no ceiling; and how long to try."""

    rate: float | None
    patience: Patience


@dataclass(frozen=True, slots=True)
class Voice:
    """Who is told what a user should know: seconds of a pause, and a warning."""

    pause: Callable[[float], None]
    warn: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Line:
    """An open line to the service, with what its requests share."""

    client: Client
    dispatch: Dispatch
    pacer: Pacer
    stop: Stop
    meter: Meter

    async def ask(self) -> None:
        """One list request: whether the address is LiveDesk's, and takes the credentials; else the line is stopped.

        What is no answer to that (a 404, an overload) decides nothing: the first create will.
        """
        answer = await self.dispatch.repeat(_NO_ROW, self.client.first_page, "search")
        if 200 <= answer.reply.status < 300 and found_contacts(answer.reply) is None:
            self.stop.request(stopped(NotLiveDesk, answer.decision))

    def measures(self) -> Measures:
        """What was measured until now."""
        return self.meter.measures(self.pacer.pauses)


def way_to(base_url: str, credentials: tuple[str, str], timeout_s: float, connections: int) -> Access:
    """The way to the service, through the environment's proxy but where it is on this machine."""
    proxies = not is_loopback(urlsplit(base_url).hostname or "")
    return Access(base_url, *credentials, timeout_s, connections, proxies)


@asynccontextmanager
async def open_line(access: Access, stop: Stop, limits: Limits, voice: Voice) -> AsyncIterator[Line]:
    """A line until the block ends."""
    meter = Meter()
    async with connect(access, meter.answered) as client:
        pacer = Pacer(stop, limits.rate, announce=voice.pause)
        dispatch = Dispatch(pacer, stop, limits.patience, random.random, voice.warn)
        yield Line(client, dispatch, pacer, stop, meter)
