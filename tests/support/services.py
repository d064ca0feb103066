"""Stand-ins for chat services and for a mail server, on this machine: what is sent to them, whatever their hosts."""

import json
import socketserver
import ssl
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, NamedTuple

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from tests.support.certificates import HOST
from tests.support.loop_thread import LoopThread


class Sent(NamedTuple):
    """One message: the host and the path that it was for, and its body of JSON."""

    host: str
    path: str
    body: Any

    @property
    def text(self) -> str:
        return json.dumps(self.body, ensure_ascii=False)


class Services:
    """Owns a proxy that answers in the place of every host, with a certificate of an authority of its own.

    ``environment`` sends a program there. It answers each request with ``status`` and what Slack, DingTalk, WeCom and
    Feishu call a success; with a status of -1 not at all.
    """

    def __init__(self, folder: Path, status: int = 200) -> None:
        self.asked: list[str] = []
        """The host of each connection, whatever came by it."""
        self.sent: list[Sent] = []
        self.status = status
        self.ended = threading.Event()
        self.authority = trustme.CA()
        bundle = folder / "services.pem"
        self.authority.cert_pem.write_to_path(str(bundle))
        services = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                services.tunnel(self)

        self._server = socketserver.ThreadingTCPServer((HOST, 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self.environment = {
            "HTTPS_PROXY": f"http://{HOST}:{self._server.server_address[1]}",
            "REQUESTS_CA_BUNDLE": str(bundle),
        }

    def tunnel(self, handler: socketserver.StreamRequestHandler) -> None:
        """What a client asks for by CONNECT, it gets from here."""
        host = handler.rfile.readline().split()[1].decode().rpartition(":")[0]
        self.asked.append(host)
        _headers(handler.rfile)
        handler.wfile.write(b"HTTP/1.1 200 Connected\r\n\r\n")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.authority.issue_cert(host).configure_cert(context)
        with context.wrap_socket(handler.connection, server_side=True) as inside, inside.makefile("rb") as read:
            path = read.readline().split()[1].decode()
            body = read.read(int(_headers(read)["content-length"]))
            self.sent.append(Sent(host, path, json.loads(body)))
            if self.status == -1:
                self.ended.wait()
                return
            answer = b"ok" if host == "hooks.slack.com" else b'{"errcode": 0, "code": 0, "StatusCode": 0}'
            head = [f"HTTP/1.1 {self.status} words of {path}", f"Content-Length: {len(answer)}", "Connection: close"]
            head += ["Location: https://elsewhere.example/"] if 300 <= self.status < 400 else []
            inside.sendall("\r\n".join([*head, "", ""]).encode() + answer)

    def __enter__(self) -> "Services":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _headers(read: Any) -> dict[str, str]:
    lines = iter(lambda: read.readline().decode().strip(), "")
    return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}


class Mailbox(LoopThread):
    """Owns a mail server that takes every letter; ``port`` is where."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.port = 0
        super().__init__()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        letter = message_from_bytes(envelope.original_content or b"", policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        return "250 taken"

    async def _serve(self) -> None:
        def session() -> SMTP:
            return SMTP(
                self, auth_require_tls=False, authenticator=lambda *_: AuthResult(success=True), loop=self._loop
            )

        server = await self._loop.create_server(session, HOST, 0)
        self.port = server.sockets[0].getsockname()[1]
        async with server:
            await self._wait()
