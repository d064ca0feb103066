"""A server for tests in which the bytes matter: what is written, when, in how many pieces, and how a connection ends.

A *handler* is given every request, and returns the *steps* of its answer::

    with RawServer(lambda request: [created(7, name="Ann"), Later(0.05, created(7, name="Ann"))]) as server:
        ...  # a client of server.url

An ``Event`` among them is set once what stands before it is written (the handler has ended before the first step).

It runs in threads of its own, so that a test may block or have an event loop; it knows nothing of aiohttp. One request
at a time is in the handler, which may therefore keep what it likes without a lock, and waits by a ``Pause``. With
``at_once`` all are let in, for a handler in which one request waits for another.

``raw_answers.py`` has answers and handlers ready.
"""

import json
import socket
import socketserver
import struct
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext, suppress
from enum import Enum
from http.client import parse_headers
from threading import Event, Lock, Thread, Timer
from types import TracebackType
from typing import Any, BinaryIO, NamedTuple, TypeAlias, cast
from urllib.parse import parse_qsl, urlsplit

from importer.livedesk.api import FILTER_PATH
from importer.sandbox.gates import FILTER


class Request(NamedTuple):
    """What a client sent: ``number`` counts the requests and ``connection`` the connections of the server, from 1.

    The method of one that filters is ``FILTER``, as in the sandbox. The path has no query; header names are in lower
    case, and the body is parsed JSON, ``None`` without one.
    """

    number: int
    connection: int
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any


class Pause(NamedTuple):
    """The connection is left alone for a while: its next request waits too."""

    seconds: float


class Later(NamedTuple):
    """Bytes that are written after a while, whatever the connection is doing then."""

    seconds: float
    data: bytes


class End(Enum):
    """How the server gives a connection up."""

    CLOSE = "in order, after what was written"
    CUT = "with a reset"


Step: TypeAlias = bytes | Pause | Later | Event | End
Handler: TypeAlias = Callable[[Request], Iterable[Step]]


class RawServer:
    """Serves on a free port of 127.0.0.1 while its block lasts. What a handler raises is raised at the end.

    ``requests`` are those that arrived, in order; ``connections`` is how many were opened.
    """

    def __init__(self, handler: Handler, at_once: bool = False) -> None:
        self.handler = handler
        self.requests: list[Request] = []
        self.connections = 0
        self.ended = Event()
        self.errors: list[Exception] = []
        self._lock, self._handling = Lock(), nullcontext() if at_once else Lock()
        self._open: set[socket.socket] = set()
        self._timers: list[Timer] = []
        self._server = _Listener(("127.0.0.1", 0), _Connection)
        self._server.raw = self
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def environment(self) -> dict[str, str]:
        """For a program that is to take this server for LiveDesk; it takes any credentials."""
        return {"LIVEDESK_BASE_URL": self.url, "LIVEDESK_API_KEY": "key", "LIVEDESK_API_SECRET": "secret"}

    def of(self, method: str) -> list[Request]:
        """The requests with this method."""
        return [request for request in self.requests if request.method == method]

    def opened(self, connection: socket.socket) -> int:
        """Remember a connection; its number."""
        with self._lock:
            self._open.add(connection)
            self.connections += 1
            if self.ended.is_set():
                connection.shutdown(socket.SHUT_RDWR)
            return self.connections

    def closed(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.discard(connection)

    def arrived(self, connection: int, read: tuple[str, str, Mapping[str, str], Any]) -> Request:
        """Remember a request."""
        method, target, headers, body = read
        url = urlsplit(target)
        method = FILTER if (method, url.path) == ("POST", FILTER_PATH) else method
        with self._lock:
            number = len(self.requests) + 1
            request = Request(number, connection, method, url.path, dict(parse_qsl(url.query)), headers, body)
            self.requests.append(request)
        return request

    def steps(self, request: Request) -> Iterable[Step]:
        """The handler's answer to a request."""
        with self._handling:
            return list(self.handler(request))

    def later(self, seconds: float, write: Callable[[bytes], None], data: bytes) -> None:
        timer = Timer(seconds, write, (data,))
        timer.daemon = True
        self._timers.append(timer)
        timer.start()

    def __enter__(self) -> "RawServer":
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.ended.set()
        for timer in self._timers:
            timer.cancel()
        self._server.shutdown()
        with self._lock:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        self._server.server_close()
        self._thread.join()
        if self.errors and error is None:
            raise self.errors[0]


class _Listener(socketserver.ThreadingTCPServer):
    """Waits for its connections' threads when it is closed."""

    allow_reuse_address = True
    raw: RawServer


class _Connection(socketserver.StreamRequestHandler):
    """Reads requests and writes the handler's steps, until one side gives up."""

    disable_nagle_algorithm = True
    server: _Listener

    def handle(self) -> None:
        raw, self._writing = self.server.raw, Lock()
        number = raw.opened(self.connection)
        try:
            with suppress(OSError):  # the client went away, or the server is being stopped
                while (read := _read(cast(BinaryIO, self.rfile))) is not None:
                    if not self._answer(raw.steps(raw.arrived(number, read))):
                        break
        except Exception as error:  # noqa: BLE001 - the test is to know, whatever it is
            raw.errors.append(error)
        finally:
            raw.closed(self.connection)

    def _answer(self, steps: Iterable[Step]) -> bool:
        """Take the steps; ``False`` if there is no connection any more."""
        raw = self.server.raw
        for step in steps:
            match step:
                case bytes():
                    self._write(step)
                case Later(seconds, data):
                    raw.later(seconds, self._write_if_open, data)
                case Pause(seconds):
                    raw.ended.wait(seconds)
                case Event():
                    step.set()
                case End.CUT:
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    self.rfile.close()
                    self.connection.close()
                    return False
                case End.CLOSE:
                    return False
        return not raw.ended.is_set()

    def _write(self, data: bytes) -> None:
        with self._writing:
            self.connection.sendall(data)

    def _write_if_open(self, data: bytes) -> None:
        with suppress(OSError):
            self._write(data)


def _read(stream: BinaryIO) -> tuple[str, str, Mapping[str, str], Any] | None:
    """Method, target, headers and body of the next request; ``None`` at the end of the connection."""
    line = stream.readline()
    if not line.endswith(b"\n"):
        return None
    method, target, _ = line.decode("ascii").split()
    headers = {name.lower(): value for name, value in parse_headers(stream).items()}
    data = stream.read(int(headers.get("content-length", "0")))
    return method, target, headers, json.loads(data) if data else None
