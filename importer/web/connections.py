"""Connections of whoever reaches the port: every user of this machine does, and may hold as many as he can open.

A *stranger* is a connection on which no request has shown a session yet. It has a few seconds for all that it does,
may send so much, and goes first where there are too many. What it sends that is no HTTP is told nothing of.
"""

import asyncio
import errno
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from aiohttp import web

from importer.web.access import HEADERS

_LOG: Final = logging.getLogger(__name__)
_MOST: Final = 256
"""Strangers at once: more than ``BACKLOG``, so that whoever comes with many others is heard before he goes."""

BACKLOG: Final = 64
"""Connections that are taken at once."""

_WANTED_FILES: Final = 4096
_SPARE_FILES: Final = 64
"""Descriptors that the program needs for itself: the ledger, files that are read, connections with LiveDesk."""

_HELD_S: Final = 20.0
"""How long a stranger may take; a browser opens connections before it has something to ask."""

_MOST_BYTES: Final = 2 << 20
"""What a stranger may send. An upload begins as one, until its session was looked at."""

OPTIONS: Final[dict[str, Any]] = {
    "access_log": None,
    "keepalive_timeout": 75.0,
    "lingering_time": 5.0,
    "max_line_size": 64 << 10,
    "max_field_size": 1 << 20,
}
"""What aiohttp is told of each connection. A browser sends the cookies of every port of this machine (RFC 6265, 8.5):
180 of 4 KiB are usual bounds."""

_LINGER_S: Final = 0.3
"""What whoever sent something that cannot be read is given to send the rest and to read the answer."""

_OUT_OF_FILES: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
_UNREADABLE: Final = (
    "This request cannot be read. If a browser sent it: remove its cookies of 127.0.0.1, and start the program again, "
    "which opens its page."
)


class Strangers:
    """Owns the connections that have shown no session: ``most`` at once, each for ``held_s``."""

    def __init__(self, most: int | None = None, held_s: float = _HELD_S) -> None:
        self.most = most or room_for_connections()
        self.held_s = held_s
        self._connections: dict[Connection, None] = {}

    def __contains__(self, connection: object) -> bool:
        return connection in self._connections

    def enter(self, connection: "Connection") -> None:
        """One more; if that is too many, the one that is here longest goes."""
        self._connections[connection] = None
        if len(self._connections) > self.most:
            self.remove(next(iter(self._connections)))

    def leave(self, connection: object) -> None:
        """It has shown a session, or is gone."""
        if isinstance(connection, Connection):
            self._connections.pop(connection, None)

    def remove(self, connection: "Connection") -> None:
        """Break a connection off, unless it has shown a session."""
        if connection in self._connections:
            del self._connections[connection]
            connection.break_off()

    def remove_all(self) -> None:
        """Break all off."""
        for connection in [*self._connections]:
            self.remove(connection)


class Connection(web.RequestHandler):
    """A connection, a stranger at first."""

    __slots__ = ("_deadline", "_received", "_strangers")

    def __init__(self, manager: web.Server, strangers: Strangers, logger: logging.Logger) -> None:
        super().__init__(manager, loop=asyncio.get_running_loop(), logger=logger, **OPTIONS)
        self._strangers = strangers
        self._received = 0
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._deadline = asyncio.get_running_loop().call_later(self._strangers.held_s, self._strangers.remove, self)
        self._strangers.enter(self)

    def connection_lost(self, exc: BaseException | None) -> None:
        self._strangers.leave(self)
        if self._deadline is not None:
            self._deadline.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._received += len(data)
        if self._received > _MOST_BYTES and self in self._strangers:
            self._strangers.remove(self)
        else:
            super().data_received(data)

    def break_off(self) -> None:
        """End at once, whatever is under way."""
        if isinstance(self.transport, asyncio.Transport):
            self.transport.abort()

    def handle_error(
        self, request: web.BaseRequest, status: int = 500, exc: BaseException | None = None, message: str | None = None
    ) -> web.StreamResponse:
        """Nothing of what came is in the answer."""
        super().handle_error(request, status, exc, message)
        return _Refusal(status=status, text=_UNREADABLE)

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """An answer to what could not be read goes out as it is, and ends the connection."""
        if not isinstance(resp, _Refusal) or self.transport is None:
            return await super().finish_response(request, resp, start_time)
        self.transport.write(resp.whole())
        self.close()  # what else comes is not read
        with suppress(OSError, RuntimeError):
            self.transport.write_eof()
        await asyncio.sleep(_LINGER_S)  # a connection that ends before its request has come loses the answer
        return resp, True


class _Refusal(web.Response):
    """The answer to what could not be read."""

    def whole(self) -> bytes:
        """As it goes out: aiohttp would add its name and its version."""
        body = self.body if isinstance(self.body, bytes) else b""
        named = {"Content-Type": "text/plain; charset=utf-8", "Content-Length": str(len(body)), "Connection": "close"}
        head = "".join(f"{name}: {value}\r\n" for name, value in {**named, **HEADERS}.items())
        return f"HTTP/1.1 {self.status} {self.reason}\r\n{head}\r\n".encode() + body


def room_for_connections() -> int:
    """How many strangers there may be at once; as many files may be open as the system lets this process have."""
    try:
        import resource
    except ImportError:  # not on Windows, where other bounds hold
        return _MOST
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < _WANTED_FILES:
        wanted = _WANTED_FILES if hard == resource.RLIM_INFINITY else min(_WANTED_FILES, hard)
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _MOST if soft == resource.RLIM_INFINITY else max(4, min(_MOST, (soft - _SPARE_FILES) // 2))


def sparing(strangers: Strangers) -> Callable[[asyncio.AbstractEventLoop, dict[str, Any]], None]:
    """A loop's exception handler that makes room when there are no descriptors left, and says so once: strangers could
    fill the terminal with it."""
    told: list[OSError] = []

    def handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if not (isinstance(error, OSError) and error.errno in _OUT_OF_FILES):
            loop.default_exception_handler(context)
            return
        strangers.remove_all()
        if not told:
            told.append(error)
            _LOG.warning("connections are refused for a moment: %s", error.strerror)

    return handle
