"""The servers that answer: nginx, as fast as a server can be, and one with a limit of requests."""

import asyncio
import math
import random
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from time import monotonic, time
from typing import Final, Protocol

from aiohttp import web

from benchmarks.account import CONTACTS_PATH
from tests.support.nginx import HOST, Gate

_EMPTY: Final = '{"meta":{"count":0,"current_page":1},"payload":[]}'
_BEFORE, _AFTER = (
    '{"payload":{"contact":{"id":%s,',
    ',"blocked":false,"availability_status":"offline","additional_attributes":{},"custom_attributes":{},"thumbnail":"",'
    f'"created_at":{int(time()) + 86400},'
    '"contact_inboxes":[]},"contact_inbox":{"inbox":null,"source_id":null}}}',
)
"""A created contact: between these stand the members of the request's body. Its time is a day ahead, since no server
answers a create with an old one, and a benchmark may take hours."""

# An id of its own for every contact: with one for all, each row would be looked for among all that have it. It is the
# connection's number and, in seven digits, the request's number on it.
_IDS: Final = "map $connection_requests $ordinal {{ default $connection_requests; {padded} }}".format(
    padded=" ".join(f'"~^{"." * digits}$" "{"0" * (7 - digits)}$connection_requests";' for digits in range(1, 7))
)
_HTTP: Final = f"""
    {_IDS}
    map $uri $number {{ "~/(?<given>[0-9]+)$" $given; default "$connection$ordinal"; }}
    map $request_method $begins {{ GET '{_EMPTY}'; default '{_BEFORE % "$number"}'; }}
    map $request_body $members {{ "~^[{{](?<inner>.*)[}}]$" $inner; default ''; }}
    map $request_method $ends {{ GET ''; PATCH '}}}}}}'; default '{_AFTER}'; }}
    keepalive_requests 1000000000;
    keepalive_timeout 3600s;
    default_type application/json;
"""
_ANSWER: Final = "echo_read_request_body; echo -n $begins $members $ends;"
_ECHO: Final = ("http_echo",)
_NOBODY: Final = "http://127.0.0.1:9"  # nothing is passed on


@contextmanager
def nginx() -> Iterator[str]:
    """nginx, one process, which answers every list with nobody, all else with a contact of the request's members."""
    with (
        Gate() as gate,
        gate.opened(_NOBODY, http=_HTTP, server=f"location /api/ {{ {_ANSWER} }}", modules=_ECHO) as url,
    ):
        yield url


@dataclass(frozen=True, slots=True)
class Served:
    """What a server let through and refused, the seconds from the first to the last let through, and of these
    those within ``pause_s`` of a refusal."""

    accepted: int
    refused: int
    seconds: float
    paused_s: float = 0.0


@dataclass(slots=True)
class Book:
    """Owns the moments in which a server let a request through or refused it."""

    accepted: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)

    def note(self, moment: float, accepted: bool) -> None:
        """One request, in seconds of one clock."""
        (self.accepted if accepted else self.refused).append(moment)

    def served(self, pause_s: float = 0.0) -> Served:
        """What there was until now; each refusal asked for a pause of ``pause_s``."""
        if not self.accepted:
            return Served(0, len(self.refused), 0.0)
        began, ended = min(self.accepted), max(self.accepted)
        paused_s, until = 0.0, began
        for moment in sorted(self.refused):
            end = min(max(until, moment + pause_s), ended)
            paused_s += max(0.0, end - max(until, moment))
            until = max(until, end)
        return Served(len(self.accepted), len(self.refused), ended - began, paused_s)


@contextmanager
def token_bucket(rate_per_s: int, burst: int, log: Path) -> Iterator[str]:
    """nginx with ``limit_req``: so many creates a second and so many at once, and 429 without a word for the others.

    ``log`` gets a line for each create, for ``logged``.
    """
    http = f"""
        {_HTTP}
        map $request_method $limited {{ POST 1; default ''; }}
        limit_req_zone $limited zone=creates:1m rate={rate_per_s}r/s;
        limit_req_status 429;
        limit_req_log_level info;
        log_format moments '$msec $status';
    """
    server = f"""
        location /api/ {{ limit_req zone=creates burst={burst} nodelay; {_ANSWER} }}
        access_log {log} moments if=$limited;
    """
    with Gate() as gate, gate.opened(_NOBODY, http=http, server=server, modules=_ECHO) as url:
        yield url


def logged(log: Path) -> Served:
    """What an nginx with a limit wrote down; it must have ended."""
    book = Book()
    for line in log.read_text(encoding="ascii").splitlines():
        moment, status = line.split()
        book.note(float(moment), status == "200")
    return book.served()


class Limit(Protocol):
    """Decides on each request; ``take`` gives whether it may pass and what headers say of the limit."""

    def take(self, now: float) -> tuple[bool, Mapping[str, str]]:
        """A request at ``now``, in seconds of one clock."""


class FixedWindow:
    """Owns the count of a window that begins with the first request.

    A refusal has Retry-After, as Rack::Attack's examples have it, or, if the window is ``silent``, as its default,
    nothing.
    """

    def __init__(self, limit: int, window_s: float, *, silent: bool = False) -> None:
        self._silent = silent
        self._limit = limit
        self._window_s = window_s
        self._began: float | None = None
        self._window = 0
        self._count = 0

    def take(self, now: float) -> tuple[bool, Mapping[str, str]]:
        """A request at ``now``."""
        began = self._began = now if self._began is None else self._began
        window = int((now - began) // self._window_s)
        if window != self._window:
            self._window, self._count = window, 0
        if self._count < self._limit:
            self._count += 1
            return True, {}
        ends = began + (window + 1) * self._window_s
        return False, {} if self._silent else {"Retry-After": str(math.ceil(ends - now))}


class SlidingWindow:
    """Owns the moments of the last requests; every answer says what is left, and when the oldest of them is past."""

    def __init__(self, limit: int, window_s: float) -> None:
        self._limit = limit
        self._window_s = window_s
        self._moments: deque[float] = deque()

    def take(self, now: float) -> tuple[bool, Mapping[str, str]]:
        """A request at ``now``."""
        while self._moments and self._moments[0] <= now - self._window_s:
            self._moments.popleft()
        accepted = len(self._moments) < self._limit
        if accepted:
            self._moments.append(now)
        return accepted, {
            "X-RateLimit-Limit": str(self._limit),
            "X-RateLimit-Remaining": str(self._limit - len(self._moments)),
            "X-RateLimit-Reset": str(math.ceil(self._moments[0] + self._window_s - now)),
        }


class Random:
    """Refuses a share of all requests at random, whatever their pace; a refusal has these headers."""

    def __init__(self, share: float, headers: Mapping[str, str]) -> None:
        self._share = share
        self._headers = headers
        self._random = random.Random(1)

    def take(self, now: float) -> tuple[bool, Mapping[str, str]]:  # noqa: ARG002 - chance knows no time
        """A request at ``now``."""
        return (False, self._headers) if self._random.random() < self._share else (True, {})


@contextmanager
def limited(limit: Limit, book: Book, refusal: int = 429, latency_s: float = 0.0) -> Iterator[str]:
    """A server that lets creates through as ``limit`` says, in a thread of its own; what it does stands in ``book``.

    ``refusal`` is the status of those that it refuses; every answer takes ``latency_s``.
    """
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    runner = web.AppRunner(_application(limit, book, refusal, latency_s), access_log=None)

    async def begin() -> str:
        await runner.setup()
        await web.TCPSite(runner, HOST, 0).start()
        return f"http://{HOST}:{runner.addresses[0][1]}"

    try:
        yield asyncio.run_coroutine_threadsafe(begin(), loop).result()
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def _application(limit: Limit, book: Book, refusal: int, latency_s: float) -> web.Application:
    ids = count(1)

    async def create(request: web.Request) -> web.Response:
        body = await request.text()
        now = monotonic()
        accepted, headers = limit.take(now)
        book.note(now, accepted)
        await asyncio.sleep(latency_s)
        if not accepted:
            return web.Response(status=refusal, text="Retry later\n", headers=headers)
        text = f"{_BEFORE % next(ids)}{body[1:-1]}{_AFTER}"
        return web.Response(text=text, content_type="application/json", headers=headers)

    async def listed(_: web.Request) -> web.Response:
        await asyncio.sleep(latency_s)
        return web.Response(text=_EMPTY, content_type="application/json")

    application = web.Application()
    application.router.add_post(CONTACTS_PATH, create)
    application.router.add_get(CONTACTS_PATH, listed)
    return application
