"""A server that takes notifications, in a thread of its own, on a port of this machine."""

import ssl
import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from tests.support.certificates import HOST, Certificate


class Posted(NamedTuple):
    """One request: its method, its path with the query, its headers in lower case, and its body."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Hook:
    """Owns the server. It answers each request with the next of ``statuses``, the last of them for ever.

    A status of 0 is a connection that is closed without an answer, and -1 one that stays open without one.
    """

    def __init__(self, statuses: Sequence[int] = (204,), certificate: Certificate | None = None) -> None:
        self.posted: list[Posted] = []
        self._statuses = [*statuses]
        self._ended = threading.Event()
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                hook.answer(self)

            do_GET = do_CONNECT = do_POST  # noqa: N815 - the names of the library

            def log_message(self, *_: Any) -> None:
                """Nothing."""

        self._server = ThreadingHTTPServer((HOST, 0), Handler)
        self._server.daemon_threads = False
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate.chain, certificate.key)
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
            # A handshake that the client breaks off is no news.
            self._server.handle_error = lambda *_: None  # type: ignore[method-assign]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self.port: int = self._server.server_address[1]
        self.url = f"{'https' if certificate else 'http'}://{HOST}:{self.port}"

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.posted.append(Posted(request.command, request.path, headers, body))
        status = self._statuses.pop(0) if len(self._statuses) > 1 else self._statuses[0]
        if status == -1:
            self._ended.wait()
        request.close_connection = True
        if status > 0:
            request.send_response(status, f"words of the server that repeat {request.path}")
            if 300 <= status < 400:
                request.send_header("Location", f"{self.url}/elsewhere")
            request.end_headers()

    def __enter__(self) -> "Hook":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
