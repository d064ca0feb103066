"""A web server under TLS for downloads: it answers each path as a test says, lies included."""

import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, NamedTuple, Self, TypeAlias

from tests.support.certificates import HOST, Certificate

Send: TypeAlias = Callable[[bytes], None]


class Got(NamedTuple):
    """A request: its target with the query, and its headers in lower case."""

    target: str
    headers: Mapping[str, str]

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]


Answer: TypeAlias = bytes | Callable[["DownloadServer", Send], None]


def answer(body: bytes = b"", status: str = "200 OK", length: int | None = -1, **headers: Any) -> bytes:
    """A whole answer. ``length`` is what is declared, by default the truth; header names have ``_`` for ``-``."""
    lines = [f"HTTP/1.1 {status}", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    if length is not None:
        lines.append(f"Content-Length: {len(body) if length < 0 else length}")
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode() + body


def redirect(target: str, status: str = "302 Found", **headers: Any) -> bytes:
    return answer(status=status, Location=target, **headers)


class DownloadServer:
    """Owns the server. ``answers`` are by path; of a list each request takes the next one, the last of them for ever.

    An answer may be a function that sends what it likes, behind which the connection is cut; it looks at ``ended``
    meanwhile. ``got`` are the requests.
    """

    def __init__(self, certificate: Certificate, answers: Mapping[str, Answer | list[Answer]]) -> None:
        self.answers = {path: [*given] if isinstance(given, list) else [given] for path, given in answers.items()}
        self.got: list[Got] = []
        self.ended = threading.Event()
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate.chain, certificate.key)
        self._listener = socket.create_server((HOST, 0))
        self.url = f"https://{HOST}:{self._listener.getsockname()[1]}"
        self._threads = [threading.Thread(target=self._listen)]

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        with suppress(OSError), socket.create_connection(self._listener.getsockname(), timeout=60):
            pass  # wakes the listener
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _listen(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            if self.ended.is_set():
                connection.close()
                return
            self._threads.append(threading.Thread(target=self._serve, args=(connection,)))
            self._threads[-1].start()

    def _serve(self, connection: socket.socket) -> None:
        with (
            suppress(OSError, ValueError),  # a client that goes away is no news
            connection,
            self._context.wrap_socket(connection, server_side=True) as secure,
            secure.makefile("rb") as reader,
        ):
            target = reader.readline().decode("ascii").split()[1]
            headers = {}
            while line := reader.readline().decode("latin-1").strip():
                name, _, value = line.partition(":")
                headers[name.lower()] = value.strip()
            self.got.append(Got(target, headers))
            given = self.answers[self.got[-1].path]
            one = given.pop(0) if len(given) > 1 else given[0]
            if isinstance(one, bytes):
                secure.sendall(one)
                secure.unwrap()  # says that it is the end
            else:
                one(self, secure.sendall)
