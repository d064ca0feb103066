"""Hostile surroundings: servers that lie, proxies, certificates, disks and clocks; and the promises afterwards.

After each of them: one line for every row, nobody twice, the exit code, one clear message with the remedy, and the
same command, once the fault is gone, goes on and ends well.
"""

import asyncio
import base64
import contextlib
import json
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import traceback
import zlib
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, ClassVar, Final, NoReturn

import pytest
from click.testing import Result

from importer.config.loading import load
from importer.livedesk.access import Access
from importer.livedesk.client import connect
from importer.reporter.files import write_files
from tests.support.certificates import Authority
from tests.support.loop_thread import LoopThread
from tests.support.nginx import NGINX, Gate
from tests.support.service import KEY, SECRET, Service, contacts, invoke, results, wait_until_stored, written

LOOPBACK: Final = "127.0.0.1"
QUICK: Final = ("--timeout", 0.6, "--max-attempts", 1)
ENCODED: Final = base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()


def need(tool: str | None, name: str) -> str:
    """A program of the system: without it a test is skipped, and fails where everything has to be checked."""
    return tool or lacking(f"{name} is not installed")


def lacking(reason: str) -> NoReturn:
    """End a test that cannot be done here."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


# -- the promises ----------------------------------------------------------------------------------------------------


def lines(folder: Path) -> list[dict[str, str]]:
    """A run's results; every row of the file stands there once."""
    found = results(folder)
    assert [int(row["row"]) for row in found] == list(range(2, len(found) + 2))
    return found


def newest(output_dir: str = "import-results") -> Path:
    """The folder of the newest run, by the ledger and not by any clock."""
    listed = json.loads(invoke("runs", "--output-dir", output_dir, "--json").stdout)
    return Path(output_dir, str(listed[0]["run"]))


def ended(done: Result, code: int, *words: str) -> None:
    """A run of this process ended with this code, these words on standard error, and no traceback."""
    assert done.exception is None or isinstance(done.exception, SystemExit), "".join(
        traceback.format_exception(done.exception)
    )
    told(done.exit_code, done.stderr, code, *words)


def told(found: int, stderr: str, code: int, *words: str) -> None:
    """The same of any process; what went wrong is said once, with what to do in the line below."""
    assert found == code, stderr
    assert "Traceback" not in stderr
    assert [word for word in words if word not in stderr] == [], stderr
    if words:
        assert len(re.findall(r"^Error: .*\n {5}  \S", stderr, re.MULTILINE)) == 1, stderr


def goes_on(desk: Service, url: str, path: Path, rows: int, *options: object) -> Counter[str]:
    """The same command with the fault gone: exit 0, a line for every row, with the server's id for that very row."""
    environment = desk.environment | {"LIVEDESK_BASE_URL": url}
    done = invoke(path, "--inbox", 407, "--json", *options, **environment)
    ended(done, 0)
    found = lines(Path(json.loads(done.stdout)["files"]["results"]).parent)
    assert len(found) == rows
    assert {row["identifier"]: row["contact_id"] for row in found} == desk.stored
    return Counter(row["status"] for row in found)


# -- servers that lie ------------------------------------------------------------------------------------------------

Lie = Callable[[asyncio.StreamWriter], Awaitable[None]]


class Front(LoopThread):
    """Stands before a service, passes on what it is asked, and may lie about the answer.

    It lies about creates alone, or about ``everything``; always, or when ``honest`` creates were answered truly.
    ``stores`` says whether the service gets the request all the same. Requests are counted by method.
    """

    def __init__(
        self, desk: Service | None, lie: Lie | None, *, everything: bool = False, stores: bool = True, honest: int = -1
    ) -> None:
        self.lie = lie
        self.requests: Counter[str] = Counter()
        self.connections = 0
        self.broken_off = 0
        self._desk = desk
        self._everything = everything
        self._stores = stores
        self._honest_creates = honest
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0
        super().__init__()

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def invoke(self, *arguments: object) -> Result:
        credentials = {"LIVEDESK_API_KEY": KEY, "LIVEDESK_API_SECRET": SECRET}
        return invoke(*arguments, **credentials, LIVEDESK_BASE_URL=self.url)

    async def _serve(self) -> None:
        async with await asyncio.start_server(self._accept, LOOPBACK, 0) as server:
            self.port = server.sockets[0].getsockname()[1]
            await self._wait()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = self._loop.create_task(self._meet(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request, one answer, and the end of the connection."""
        try:
            await self._answer(await _request(reader), writer)
        except asyncio.IncompleteReadError:
            pass
        except ConnectionError:
            self.broken_off += 1
        finally:
            writer.close()

    async def _answer(self, request: bytes, writer: asyncio.StreamWriter) -> None:
        method = request.partition(b" ")[0].decode()
        self.requests[method] += 1
        concerned = self._everything or method == "POST"
        lie = self.lie if concerned and self.requests["POST"] > self._honest_creates else None
        answer = await self._passed_on(request) if lie is None or self._stores else b""
        if lie is None:
            writer.write(answer)
            await writer.drain()
        else:
            await lie(writer)

    async def _passed_on(self, request: bytes) -> bytes:
        """The service's own answer."""
        if self._desk is None:
            return b""
        reader, writer = await asyncio.open_connection(LOOPBACK, int(self._desk.url.rpartition(":")[2]))
        try:
            writer.write(request.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
            return await reader.read()
        finally:
            writer.close()
            await writer.wait_closed()


async def _request(reader: asyncio.StreamReader) -> bytes:
    """A whole request, head and body."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: *(\d+)", head)
    return head + (await reader.readexactly(int(length[1])) if length else b"")


def says(raw: bytes) -> Lie:
    """An answer of these bytes."""

    async def lie(writer: asyncio.StreamWriter) -> None:
        writer.write(raw)
        await writer.drain()

    return lie


def http(body: bytes = b"", *headers: str, status: str = "200 OK") -> bytes:
    """An answer in due form."""
    head = "".join(f"{line}\r\n" for line in (f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers))
    return head.encode() + b"Connection: close\r\n\r\n" + body


async def byte_by_byte(writer: asyncio.StreamWriter) -> None:
    """A body that comes, and comes, and never ends."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while True:
        writer.write(b"[")
        await writer.drain()
        await asyncio.sleep(0.02)


async def head_byte_by_byte(writer: asyncio.StreamWriter) -> None:
    """A head that never ends."""
    writer.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(100_000):
        writer.write(b"X-%d: y\r\n" % number)
        await writer.drain()
        await asyncio.sleep(0.02)


async def silence(_writer: asyncio.StreamWriter) -> None:
    """No answer at all."""
    await asyncio.sleep(60)


def without_end(head: bytes, more: bytes) -> Lie:
    """``more`` again and again, 50 MB of it, as fast as it goes."""

    async def lie(writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        block = more * (65_536 // len(more))
        for _ in range(50_000_000 // len(block)):
            writer.write(block)
            await writer.drain()

    return lie


async def resets(writer: asyncio.StreamWriter) -> None:
    """The connection is cut without an answer."""
    writer.transport.abort()


def gzip_bomb() -> bytes:
    """400 MB of brackets in 400 kB: blocks that know nothing of each other, so that one can be repeated."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    first, block = (packer.compress(b"[" * (1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    return first + 399 * block


async def bombs(writer: asyncio.StreamWriter) -> None:
    """A body that is small on its way."""
    writer.write(http(gzip_bomb(), "Content-Encoding: gzip"))
    await writer.drain()


BIG_BODY: Final = without_end(b"HTTP/1.1 200 OK\r\nContent-Length: 50000000\r\n\r\n", b"[")
BIG_HEAD: Final = without_end(b"HTTP/1.1 200 OK\r\n", b"X-More: yes\r\n")

LIES: Final[dict[str, Lie]] = {
    "a page": says(http(b"<html><body>Please sign in.</body></html>", "Content-Type: text/html")),
    "a list": says(http(b"[]")),
    "a text": says(http(b'"created"')),
    "null": says(http(b"null")),
    "no body": says(http(status="204 No Content")),
    "a payload of another shape": says(http(b'{"payload": {"contact": [7]}}')),
    "an id that is null": says(http(b'{"payload": {"contact": {"id": null}}}', status="201 Created")),
    "an id that is true": says(http(b'{"payload": {"contact": {"id": true}}}')),
    "an id that is an object": says(http(b'{"payload": {"contact": {"id": {"id": 7}}}}')),
    "an id of five thousand digits": says(http(b'{"payload": {"contact": {"id": %s}}}' % (b"7" * 5000))),
    "brackets without end": says(http(b"[" * 200_000)),
    "bytes that are no text": says(http(b'{"payload": \xff\xfe\x80')),
    "no gzip": says(http(b"hello", "Content-Encoding: gzip")),
    "a gzip bomb": bombs,
    "a body of 50 MB": BIG_BODY,
    "a body byte by byte": byte_by_byte,
    "a head byte by byte": head_byte_by_byte,
    "a head of 50 MB": BIG_HEAD,
    "a line of 50 MB": without_end(b"HTTP/1.1 200 OK\r\nX-More: ", b"y"),
    "less than its Content-Length": says(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{"),
    "a Content-Length below zero": says(b"HTTP/1.1 200 OK\r\nContent-Length: -9\r\n\r\n{}"),
    "a chunk without end": says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n{}"),
    "102 and nothing more": says(b"HTTP/1.1 102 Processing\r\n\r\n"),
    "101": says(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"),
    "no such status": says(http(status="999 Enough")),
    "another protocol": says(b"SSH-2.0-OpenSSH_9.2\r\n"),
    "a reset": resets,
}
"""What a create is answered although the contact was stored."""


@pytest.mark.slow
@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
def test_a_lie_about_a_contact_that_was_stored_is_seen_through_by_search(lie: Lie) -> None:
    """One create for each row, and its outcome is the server's truth; no lie takes longer than the timeout."""
    with Service() as desk, Front(desk, lie) as front:
        began = time.monotonic()
        done = front.invoke(contacts(4), "--inbox", 407, *QUICK)
        ended(done, 0)
        assert time.monotonic() - began < 5
        assert {row["identifier"]: row["contact_id"] for row in lines(newest())} == desk.stored
        assert (len(desk.stored), front.requests["POST"]) == (4, 4)


EVERYWHERE: Final = ("a page", "a list", "no body", "no gzip", "a gzip bomb", "a body byte by byte", "a head of 50 MB")


@pytest.mark.slow
@pytest.mark.parametrize("name", EVERYWHERE)
@pytest.mark.parametrize("stores", [True, False], ids=["stored", "not stored"])
def test_where_every_answer_is_a_lie_nothing_is_claimed(name: str, stores: bool) -> None:
    """From the first create on: none is called created; told the truth, the next run sends what is missing, once."""
    path = contacts(4)
    with Service() as desk, Front(desk, LIES[name], everything=True, stores=stores, honest=0) as front:
        done = front.invoke(path, "--inbox", 407, *QUICK)
        assert done.exit_code in (1, 4)
        ended(done, done.exit_code)
        assert {row["status"] for row in lines(newest())} <= {"unknown", "not_sent"}
        assert [row["hint"] for row in lines(newest()) if "run the same command again" not in row["hint"]] == []
        front.lie = None
        goes_on(desk, front.url, path, 4)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["a page", "a list", "a gzip bomb", "a head of 50 MB", "another protocol"])
def test_a_server_that_never_tells_the_truth_gets_no_contact_called_created(name: str) -> None:
    """Already its first answer is a lie: the run does not end well, and with the truth the same command does."""
    path = contacts(4)
    with Service() as desk, Front(desk, LIES[name], everything=True, stores=False) as front:
        done = front.invoke(path, "--inbox", 407, *QUICK)
        assert done.exit_code in (1, 4)
        ended(done, done.exit_code)
        assert {row["status"] for row in lines(newest())} <= {"unknown", "not_sent"}
        front.lie = None
        assert goes_on(desk, front.url, path, 4) == {"created": 4}


PEAK: Final = """
import sys
from importer.cli.main import cli
try:
    cli(sys.argv[1:])
except SystemExit as ended:
    print(ended.code, file=sys.stderr)
with open("/proc/self/status") as status:
    print(*(line.split()[1] for line in status if line.startswith("VmHWM")))
"""
"""The program, and the most memory that it had, in KiB. (getrusage(2) would tell of the parent's.)"""


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the system does not tell")
def test_no_answer_fills_the_memory() -> None:
    """A gzip bomb and a body of 50 MB to each of ten requests at once cost a few megabytes, and no connection stays."""
    path = contacts(10)
    peaks = {}
    for name, lie in {"honest": None, "bombs": bombs, "body": BIG_BODY, "head": BIG_HEAD}.items():
        with Service() as desk, Front(desk, lie) as front:
            environment = os.environ | desk.environment | {"LIVEDESK_BASE_URL": front.url}
            command = [sys.executable, "-c", PEAK, str(path), "--inbox", "407", "--quiet", "--output-dir", name]
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
            assert done.stderr.endswith("0\n"), done.stderr
            peaks[name] = int(done.stdout.split()[-1]) / 1024
            assert front.broken_off >= 10 * (name in ("body", "head"))
    assert max(peaks.values()) - peaks["honest"] < 48, peaks


@pytest.mark.slow
@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
@pytest.mark.parametrize(
    ("host", "honest", "fate"),
    [("localhost", -1, "not_sent"), (LOOPBACK, 0, "unknown")],
    ids=["at once, to another host", "a create, to another port"],
)
def test_no_redirect_is_followed_anywhere(status: str, host: str, honest: int, fate: str) -> None:
    """Nobody connects there, so no credentials go there; the run stops, and says what to check.

    A row whose create was redirected may be stored: it is unknown, and searched for in the next run.
    """
    path = contacts(3)
    with Service() as desk, Front(None, says(http())) as trap:
        target = f"Location: http://{host}:{trap.port}/api/v2/accounts/contacts"
        redirect = says(http(b"", target, status=status))
        with Front(desk, redirect, everything=True, stores=False, honest=honest) as front:
            ended(front.invoke(path, "--inbox", 407), 4, "redirects are not followed", "check --base-url")
            assert {(row["status"], row["error_code"]) for row in lines(newest())} == {(fate, "redirected")}
            assert trap.connections == 0
            front.lie = None
            assert goes_on(desk, front.url, path, 3) == {"created": 3}


@pytest.mark.slow
def test_credentials_that_are_refused_in_the_middle_stop_the_run() -> None:
    """401 from the sixth create on (a key that was revoked): five are created, the rest is not sent, and goes on."""
    path = contacts(20)
    refused = says(http(b'{"error": "revoked"}', status="401 Unauthorized"))
    with Service() as desk, Front(desk, refused, everything=True, stores=False, honest=5) as front:
        done = front.invoke(path, "--inbox", 407, "--concurrency", 2)
        ended(done, 4, "refused the credentials", "LIVEDESK_API_KEY")
        assert Counter(row["status"] for row in lines(newest())) == {"created": 5, "not_sent": 15}
        front.lie = None
        assert goes_on(desk, front.url, path, 20) == {"unchanged": 5, "created": 15}


@pytest.mark.slow
@pytest.mark.parametrize("status", ["407 Proxy Authentication Required", "413 Too Large", "418 Teapot", "451 Censored"])
def test_any_other_refusal_is_the_rows_and_is_not_for_ever(status: str) -> None:
    """Nothing was stored: the rows failed with the server's words, and are sent by the next run."""
    path = contacts(3)
    with Service() as desk, Front(desk, says(http(b"not here", status=status)), stores=False) as front:
        ended(front.invoke(path, "--inbox", 407, *QUICK), 1)
        rows = lines(newest())
        assert {(row["status"], row["error_code"]) for row in rows} == {("failed", "rejected")}
        assert all(f'"not here" (HTTP {status[:3]})' in row["error"] for row in rows)
        front.lie = None
        assert goes_on(desk, front.url, path, 3) == {"created": 3}


@pytest.mark.slow
def test_connections_that_close_between_two_requests_cost_nothing() -> None:
    """A server closes each connection without a word; the next request may be on its way there already."""
    path = contacts(12)
    with Service() as desk, Hasty(desk, None) as front:
        ended(front.invoke(path, "--inbox", 407, "--concurrency", 3, "--timeout", 2), 0)
        assert {row["identifier"]: row["contact_id"] for row in lines(newest())} == desk.stored
        assert len(desk.stored) == 12


class Hasty(Front):
    """Says that connections stay, and closes each after its answer."""

    async def _answer(self, request: bytes, writer: asyncio.StreamWriter) -> None:
        answer = await self._passed_on(request)
        writer.write(re.sub(rb"(?i)connection: close\r\n", b"", answer))
        await writer.drain()


@pytest.mark.slow
@pytest.mark.parametrize(
    "header",
    [
        pytest.param("Retry-After: 0", id="no wait"),
        pytest.param(f"Retry-After: {'9' * 400}", id="a wait for ever"),
        pytest.param("X-RateLimit-Remaining: -1\r\nX-RateLimit-Reset: never", id="a quota that is none"),
        pytest.param(f"X-RateLimit-Remaining: {'9' * 5000}\r\nX-RateLimit-Reset: 1", id="a quota of 5000 digits"),
        pytest.param(f"Retry-After: Mon, 01 Jan 2024 00:00:00 +{'9' * 18}", id="a date beyond all time"),
    ],
)
def test_headers_that_nobody_would_send_end_no_run(header: str) -> None:
    """An answer that is right is right, whatever stands above it."""

    class Decorated(Front):
        async def _passed_on(self, request: bytes) -> bytes:
            return (await super()._passed_on(request)).replace(b"\r\n", f"\r\n{header}\r\n".encode(), 1)

    path = contacts(3)
    with Service() as desk, Decorated(desk, None) as front:
        ended(front.invoke(path, "--inbox", 407, *QUICK), 0)
        assert len(desk.stored) == 3


# -- no way to the server --------------------------------------------------------------------------------------------

CREDENTIALS: Final = {"LIVEDESK_API_KEY": KEY, "LIVEDESK_API_SECRET": SECRET}


def not_reached(done: Result, rows: int) -> None:
    """Nothing left this machine: exit 4, every row not_sent, and the remedy."""
    ended(done, 4, "nobody got an answer from the service", "check the network and --base-url")
    assert {(row["status"], row["error_code"]) for row in lines(newest())} == {("not_sent", "unreachable")}
    assert len(lines(newest())) == rows


@pytest.mark.slow
def test_a_name_that_nobody_knows_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    """The resolver says no."""

    def unknown(*_: object, **__: object) -> NoReturn:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    not_reached(invoke(contacts(3), "--inbox", 407, *QUICK, "--base-url", "https://desk.invalid", **CREDENTIALS), 3)


@pytest.mark.slow
def test_a_machine_that_does_not_answer_is_unreachable() -> None:
    """A queue of connections that is full: nobody says no, and nobody says yes."""
    with socket.create_server((LOOPBACK, 0), backlog=0) as full, contextlib.ExitStack() as stack:
        address = full.getsockname()
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(address)
        url = f"http://{LOOPBACK}:{address[1]}"
        not_reached(invoke(contacts(3), "--inbox", 407, *QUICK, "--base-url", url, **CREDENTIALS), 3)


@pytest.mark.slow
def test_a_resolver_that_does_not_answer_leaves_no_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    """No request has left: the rows are not_sent, also those that could not be searched for."""

    def slow(*_: object, **__: object) -> NoReturn:
        time.sleep(0.8)
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    path = written("Name\nKim\n")
    not_reached(invoke(path, "--inbox", 407, *QUICK, "--base-url", "https://desk.invalid", **CREDENTIALS), 1)


@pytest.mark.slow
@pytest.mark.parametrize(
    "lie",
    [
        pytest.param(says(http(status="407 Proxy Authentication Required")), id="it wants a password"),
        pytest.param(says(http(status="502 Bad Gateway")), id="it cannot get there"),
        pytest.param(resets, id="it hangs up"),
        pytest.param(silence, id="it says nothing"),
    ],
)
def test_a_proxy_that_lets_nobody_through_leaves_no_doubt(lie: Lie) -> None:
    """No request has left: the rows are not_sent, also those that could not be searched for."""
    with Front(None, lie, everything=True) as proxy:
        environment = CREDENTIALS | {"HTTPS_PROXY": f"http://user:{SECRET}@{LOOPBACK}:{proxy.port}"}
        done = invoke(
            written("Name\nKim\n"), "--inbox", 407, *QUICK, "--base-url", "https://desk.invalid", **environment
        )
        not_reached(done, 1)
        assert SECRET not in done.output
        assert proxy.requests.keys() == {"CONNECT"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "proxy", ["socks5://127.0.0.1:1", "proxy.invalid:3128", "http://[::1", "http://127.0.0.1:99999"]
)
def test_a_proxy_that_is_none_is_one_clear_error(proxy: str) -> None:
    """Another protocol, no scheme, no address: exit 4 and no traceback."""
    environment = CREDENTIALS | {"HTTPS_PROXY": proxy}
    not_reached(invoke(contacts(2), "--inbox", 407, *QUICK, "--base-url", "https://desk.invalid", **environment), 2)


# -- TLS and a real proxy --------------------------------------------------------------------------------------------


@pytest.fixture
def gate() -> Iterator[Gate]:
    need(NGINX, "nginx")
    with Gate() as made:
        yield made


@pytest.mark.slow
def test_a_private_authority_is_trusted_only_where_it_is_named(gate: Gate, tmp_path: Path) -> None:
    """SSL_CERT_FILE names it: imported. Without it, or with a file that is none: exit 4, and no request arrives."""
    authority, path = Authority(tmp_path), contacts(3)
    rubbish = tmp_path / "rubbish.pem"
    rubbish.write_text("nothing")
    with Service() as desk, gate.opened(desk.url, certificate=authority.good()) as url:
        for untrusting in ({}, {"SSL_CERT_FILE": str(rubbish)}, {"SSL_CERT_FILE": str(tmp_path / "absent.pem")}):
            done = invoke(path, "--inbox", 407, **CREDENTIALS, LIVEDESK_BASE_URL=url, **untrusting)
            ended(done, 4, "certificate cannot be trusted", "SSL_CERT_FILE")
            assert {(row["status"], row["error_code"]) for row in lines(newest())} == {("not_sent", "untrusted")}
        assert desk.sandbox.requests.total() == 0
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("SSL_CERT_FILE", str(authority.file))
            assert goes_on(desk, url, path, 3) == {"created": 3}


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["expired", "of_another_host"])
def test_a_bad_certificate_of_a_good_authority_is_refused(gate: Gate, tmp_path: Path, kind: str) -> None:
    """Nothing is sent to it, not even without TLS; with a good one the same command goes on."""
    authority, path = Authority(tmp_path), contacts(2)
    with Service() as desk, pytest.MonkeyPatch.context() as environment:
        environment.setenv("SSL_CERT_FILE", str(authority.file))
        with gate.opened(desk.url, certificate=getattr(authority, kind)()) as url:
            done = invoke(path, "--inbox", 407, **CREDENTIALS, LIVEDESK_BASE_URL=url)
            ended(done, 4, "certificate cannot be trusted", "certificate has expired" if kind == "expired" else "match")
            assert desk.sandbox.requests.total() == 0
        with gate.opened(desk.url, certificate=authority.good()) as url:
            assert goes_on(desk, url, path, 2) == {"created": 2}


@pytest.mark.slow
def test_a_server_without_tls_at_an_address_with_tls_gets_nothing() -> None:
    """https to a plain server: exit 4, and it has seen no request."""
    with Service() as desk:
        url = desk.url.replace("http:", "https:")
        ended(
            invoke(contacts(2), "--inbox", 407, *QUICK, **(desk.environment | {"LIVEDESK_BASE_URL": url})),
            4,
            "cannot be trusted",
            "check --base-url",
        )
        assert desk.sandbox.requests.total() == 0


def behind(
    gate: Gate, desk: Service, path: Path, *options: object, http: str = "", server: str = "", location: str = ""
) -> Result:
    """An import through nginx with these directives."""
    with gate.opened(desk.url, http=http, server=server, location=location) as url:
        return invoke(path, "--inbox", 407, *options, **(desk.environment | {"LIVEDESK_BASE_URL": url}))


@pytest.mark.slow
def test_nginx_limits_the_rate_without_a_word_on_the_wait(gate: Gate) -> None:
    """Its 429 is a page without Retry-After: slower, and every row arrives in one run."""
    limit = "limit_req_zone $server_name zone=all:1m rate=40r/s; limit_req_status 429;"
    with Service() as desk:
        ended(behind(gate, desk, contacts(60), http=limit, location="limit_req zone=all burst=3 nodelay;"), 0)
        assert {row["identifier"]: row["contact_id"] for row in lines(newest())} == desk.stored
        assert (len(desk.stored), desk.sandbox.requests["POST"]) == (60, 60)


@pytest.mark.slow
def test_nginx_loses_answers_of_what_was_stored(gate: Gate) -> None:
    """502 where the service hangs up, 504 where it is slow: searched for, and nobody twice."""
    path = contacts(30)
    with Service(drop_after=0.2, hang_after=0.1, drop_before=0.1, seed=5) as desk:
        done = behind(gate, desk, path, "--timeout", 5, location="proxy_read_timeout 200ms;")
        ended(done, 0)
        assert {row["identifier"]: row["contact_id"] for row in lines(newest())} == desk.stored
        assert len(desk.stored) == 30


@pytest.mark.slow
def test_nginx_without_a_service_behind_it_stops_the_run(gate: Gate) -> None:
    """502 to everybody: exit 4; nobody was reached behind it, and the next run sends all."""
    path = contacts(8)
    with Service() as desk:
        with Service() as gone:
            pass
        with gate.opened(gone.url) as url:
            done = invoke(path, "--inbox", 407, *QUICK, **(desk.environment | {"LIVEDESK_BASE_URL": url}))
        ended(done, 4, "502 Bad Gateway", "run the same command again")
        assert {row["status"] for row in lines(newest())} <= {"not_sent", "unknown"}
        with gate.opened(desk.url) as url:
            assert goes_on(desk, url, path, 8) == {"created": 8}


@pytest.mark.slow
def test_nginx_refuses_a_row_that_is_too_long(gate: Gate) -> None:
    """413 is that row's failure with nginx's words; the others arrive, and it follows when it may."""
    path = contacts(3)
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{'王' * 255},long@example.com,,C{'3' * 254}\n")  # as long as LiveDesk takes, in bytes over 1k
    with Service() as desk:
        ended(behind(gate, desk, path, server="client_max_body_size 1k;"), 1)
        assert [row["status"] for row in lines(newest())] == [*["created"] * 3, "failed"]
        assert "Request Entity Too Large" in lines(newest())[-1]["error"]
        with gate.opened(desk.url) as url:
            assert goes_on(desk, url, path, 4) == {"unchanged": 3, "created": 1}


# -- disks -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small file system of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16m,mode=0700", "tmpfs", place],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        lacking(f"a file system cannot be mounted here: {mounted.stderr.partition(chr(10))[0]}")
    try:
        yield place
    finally:
        subprocess.run(["umount", place], check=True)


def fill(disk: Path, leave: int = 0) -> Path:
    """Use up the space but for so many bytes; the file whose removal gives it back."""
    filler = disk / "filler"
    with filler.open("ab", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(bytes(65_536)) == 65_536:
            pass
    os.truncate(filler, max(0, filler.stat().st_size - leave))
    return filler


@pytest.mark.slow
def test_a_disk_that_is_full_before_the_first_request(disk: Path) -> None:
    """While the rows are staged: nothing was sent, no folder is left, and with space the same command works."""
    path, out = contacts(900), disk / "out"
    with Service() as desk:
        filler = fill(disk, leave=120_000)
        done = desk.invoke(path, "--inbox", 407, "--output-dir", out)
        ended(done, 2, "the ledger", "free space")
        assert desk.sandbox.requests["POST"] == 0
        assert [found.name for found in out.iterdir() if found.is_dir()] == []
        filler.unlink()
        assert goes_on(desk, desk.url, path, 900, "--output-dir", out) == {"created": 900}


@pytest.mark.slow
def test_a_disk_that_is_full_while_contacts_are_sent(disk: Path) -> None:
    """The marks cannot be written any more: the run ends, and what was sent without a note is searched for."""
    path, out = contacts(300), disk / "out"
    with Service(latency_ms=20) as desk:
        process = desk.start(path, "--inbox", 407, "--output-dir", out)
        wait_until_stored(desk, 30, process)
        filler = fill(disk)
        _, stderr = process.communicate(timeout=120)
        told(process.returncode, stderr, 2, "the ledger", "free space", "run the same command again: it continues")
        assert 30 <= len(desk.stored) < 300
        filler.unlink()
        again = goes_on(desk, desk.url, path, 300, "--output-dir", out)
        assert again["unchanged"] > 0
        assert set(again) == {"created", "unchanged"}


@pytest.mark.slow
def test_a_disk_that_is_full_when_the_files_are_written(disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is sent and in the ledger: exit 2 says so, and ``report`` writes the files when there is space."""
    path, out = contacts(300), disk / "out"

    def full(*arguments: Any) -> Any:
        fill(disk, leave=8192)
        return write_files(*arguments)

    with Service() as desk:
        with monkeypatch.context() as patched:
            patched.setattr("importer.pipeline.run.write_files", full)
            done = desk.invoke(path, "--inbox", 407, "--output-dir", out)
        ended(done, 2, "results.csv cannot be written: No space left on device", "import-contacts report")
        assert list(newest(str(out)).iterdir()) == []
        (disk / "filler").unlink()
        ended(invoke("report", "--output-dir", out), 0)
        assert {row["identifier"]: row["contact_id"] for row in lines(newest(str(out)))} == desk.stored
        assert goes_on(desk, desk.url, path, 300, "--output-dir", out) == {"unchanged": 300}


@pytest.mark.slow
def test_a_disk_that_may_only_be_read(disk: Path) -> None:
    """Remounted read-only, as Linux does after an error: one clear line, no byte changes, and back it goes on."""
    path, out = contacts(5), disk / "out"
    with Service() as desk:
        desk.invoke(path, "--inbox", 407, "--limit", 3, "--output-dir", out)
        ledger = out / "ledger.sqlite3"
        before = ledger.read_bytes()
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        for command in ((path, "--inbox", 407), ("report",), ("runs",)):
            ended(desk.invoke(*command, "--output-dir", out), 2, str(out))
        assert (ledger.read_bytes(), len(desk.stored)) == (before, 3)
        subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
        assert goes_on(desk, desk.url, path, 5, "--output-dir", out) == {"unchanged": 3, "created": 2}


def injected(desk: Service, path: Path, calls: str, fault: str, *options: str) -> tuple[int, str, bool]:
    """The program with failing system calls: its exit code, its standard error, and whether one did fail.

    The contacts go one by one: at first each has a commit of its own then, and later a tenth of a second of them.
    """
    log = Path("strace.log")
    tracing = ["-f", "--seccomp-bpf", "-qq", "-o", str(log), "-e", f"trace={calls}", "-e", f"inject={calls}:{fault}"]
    command = [need(shutil.which("strace"), "strace"), *tracing, *options, sys.executable, "-m", "importer"]
    done = subprocess.run(
        [*command, path, "--inbox", "407", "--concurrency", "1"],
        env=os.environ | desk.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if "ptrace" in done.stderr and not log.read_text():
        lacking(f"strace is not permitted: {done.stderr.strip()}")
    return done.returncode, done.stderr, "INJECTED" in log.read_text()


@pytest.mark.parametrize(
    ("calls", "fault"),
    [
        pytest.param("fsync,fdatasync", "error=EIO:when=1", marks=pytest.mark.slow),
        ("fsync,fdatasync", "error=EIO:when=4"),
        pytest.param("fsync,fdatasync", "error=EIO:when=6+", marks=pytest.mark.slow),
        pytest.param("pwrite64", "error=ENOSPC:when=3", marks=pytest.mark.slow),
        # of one thread: the staging takes 65, the sending 100 and more
        pytest.param("pwrite64", "error=ENOSPC:when=80", marks=pytest.mark.slow),
        pytest.param("pwrite64", "error=EIO:when=80+", marks=pytest.mark.slow),
        pytest.param("ftruncate", "error=EIO:when=1+", marks=pytest.mark.slow),
    ],
    ids=lambda value: value.replace("error=", "").replace("when=", ""),
)
def test_a_disk_that_fails_at_the_nth_call_loses_nothing(calls: str, fault: str) -> None:
    """Exit 2 and one clear line, or none if the system got over it; the ledger is whole, or not made and nothing was
    sent, and the same command goes on."""
    path = contacts(200)
    with Service() as desk:
        code, stderr, failed = injected(desk, path, calls, fault)
        assert failed, "no such call was made"
        if code:
            told(code, stderr, 2, "cannot be ", "run the same command again" if "ledger" in stderr else "report")
        ledger = Path("import-results/ledger.sqlite3")
        if ledger.exists():
            with contextlib.closing(sqlite3.connect(ledger)) as database:
                assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        else:
            assert desk.sandbox.requests["POST"] == 0
        assert not [*ledger.parent.glob(".*.tmp")]
        goes_on(desk, desk.url, path, 200)


@pytest.mark.slow
def test_a_ledger_that_may_not_be_opened_is_one_clear_error() -> None:
    """Somebody else's, or read-only: exit 2 that says to look at its permissions, and no other ledger beside it."""
    path = contacts(2)
    with Service() as desk:
        desk.invoke(path, "--inbox", 407)
        ledger = Path("import-results/ledger.sqlite3")
        before = ledger.read_bytes()
        code, stderr, failed = injected(desk, path, "openat", "error=EACCES", "-P", str(ledger))
        assert failed
        told(code, stderr, 2, "ledger.sqlite3 cannot be read or written: ", "check its permissions")
        assert (ledger.read_bytes(), desk.sandbox.requests["POST"]) == (before, 2)


NONSENSE: Final = {
    "of a newer version": "PRAGMA user_version = 99",
    "without a table": "DROP TABLE contacts",
    "a run that is no JSON": "UPDATE runs SET record = '{'",
    "a run without members": "UPDATE runs SET record = '{}'",
    "a run that is no text": "UPDATE runs SET record = CAST(x'ff' AS TEXT)",
    "a status that is none": "UPDATE rows SET status = 'creat\x01d'",
    "a contact that is no JSON": "UPDATE rows SET contact = '['",
    "a contact's status that is none": "UPDATE contacts SET status = 'x'",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", [*NONSENSE])
def test_a_ledger_that_does_not_make_sense_is_kept_and_said_to_be_damaged(name: str) -> None:
    """Whoever reads it ends with exit 2 in one line, or has no need of that part; nothing is changed, nothing sent."""
    path = contacts(2)
    with Service() as desk:
        desk.invoke(path, "--inbox", 407)
        ledger = Path("import-results/ledger.sqlite3")
        with contextlib.closing(sqlite3.connect(ledger)) as database:
            database.execute(NONSENSE[name])
            database.commit()
        before = ledger.read_bytes()
        codes = set()
        for command in (["report"], ["runs"], [path, "--inbox", 407]):
            done = desk.invoke(*command)
            codes.add(done.exit_code)
            if done.exit_code:
                ended(done, 2, str(ledger), "version" if name == "of a newer version" else "is damaged: ")
                assert ledger.read_bytes() == before
        assert 2 in codes
        assert desk.sandbox.requests["POST"] == 2


@pytest.mark.slow
def test_bytes_that_were_overwritten_are_never_answered_with_a_second_contact() -> None:
    """Any block of 4 KiB is lost: an error that says so and leaves the file as it is, or an import as it should be."""
    path = contacts(60)
    ledger = Path("import-results/ledger.sqlite3")
    with Service() as desk:
        desk.invoke(path, "--inbox", 407)
        content = ledger.read_bytes()
        for place in range(0, len(content), 4096):
            damaged = content[:place] + b"\xa5" * 4096 + content[place + 4096 :]
            ledger.unlink()
            ledger.write_bytes(damaged)
            done = desk.invoke(path, "--inbox", 407, "--quiet")
            if done.exit_code:
                ended(done, 2, "damaged", "restore it from a backup")
                assert ledger.read_bytes() == damaged
            assert len(desk.stored) == 60


@pytest.mark.slow
def test_an_output_directory_that_goes_in_the_middle() -> None:
    """Somebody removes it while contacts are sent: exit 2 in clear words, and the next run finds everybody."""
    path = contacts(120)
    with Service(latency_ms=20) as desk:
        process = desk.start(path, "--inbox", 407)
        wait_until_stored(desk, 20, process)
        shutil.rmtree("import-results")
        _, stderr = process.communicate(timeout=120)
        told(process.returncode, stderr, 2, "was removed or replaced while the import worked")
        assert set(goes_on(desk, desk.url, path, 120)) <= {"created", "exists"}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["results.csv", "report.html", "summary.json"])
def test_a_file_that_cannot_be_written_costs_no_row(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder stands in its place: exit 2, every outcome is in the ledger, and ``report`` writes the files again."""

    def obstructed(ledger: Any, seq: int, folder: Path, *rest: Any) -> Any:
        (folder / name).mkdir()
        return write_files(ledger, seq, folder, *rest)

    path = contacts(5)
    with Service() as desk:
        with monkeypatch.context() as patched:
            patched.setattr("importer.pipeline.run.write_files", obstructed)
            done = desk.invoke(path, "--inbox", 407)
        ended(done, 2, f"{name} cannot be written", "the ledger has every row")
        (newest() / name).rmdir()
        ended(invoke("report"), 0)
        assert {row["identifier"]: row["contact_id"] for row in lines(newest())} == desk.stored
        assert {path.name for path in newest().iterdir()} == {
            "results.csv",
            "with-ids.csv",
            "report.html",
            "summary.json",
        }
        assert goes_on(desk, desk.url, path, 5) == {"unchanged": 5}


@pytest.mark.parametrize("arguments", [("--dry-run",), ("--sandbox",)])
def test_a_rehearsal_without_a_temporary_folder_is_one_clear_error(
    arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container whose own file system is read-only: exit 2, and TMPDIR is the remedy."""
    monkeypatch.setattr("tempfile.tempdir", "/nowhere")
    ended(invoke(contacts(1), "--inbox", 407, *arguments), 2, "cannot be written", "TMPDIR")


# -- clocks ----------------------------------------------------------------------------------------------------------


def clock(step: timedelta) -> type[datetime]:
    """A clock that is a step further at every look."""

    class Stepping(datetime):
        looks: ClassVar[int] = 0

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "Stepping":
            cls.looks += 1
            moment = datetime(2026, 3, 29, 2, 30, tzinfo=tz) + step * cls.looks
            return cls.fromisoformat(moment.isoformat())

    return Stepping


@pytest.mark.slow
@pytest.mark.parametrize(
    "step", [timedelta(), timedelta(hours=-1), timedelta(days=400)], ids=["stands", "back", "leaps"]
)
def test_a_clock_that_does_not_run_forward_costs_nothing(step: timedelta, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between and within runs: every run has a folder of its own, the newest is the last, and no time is negative."""
    for module in ("ledger.run", "files.workspace"):
        monkeypatch.setattr(f"importer.{module}.datetime", clock(step))
    path = contacts(4)
    with Service(error_after=0.5, seed=2) as desk:
        for count in (1, 2, 3, 4, 4):
            done = desk.invoke(path, "--inbox", 407, "--limit", count, "--json")
            ended(done, 0)
            summary = json.loads(done.stdout)
            assert (newest().name, len(lines(newest()))) == (summary["run"], count)
            assert summary["rows_per_second"] >= 0
        assert len(json.loads(invoke("runs", "--json").stdout)) == len(
            {path.name for path in newest().parent.glob("*-*")}
        )
        ended(invoke("report"), 0)
        goes_on(desk, desk.url, path, 4)


@pytest.mark.slow
def test_no_run_took_less_than_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The closing words of a run during which the clock stepped back."""
    monkeypatch.setattr("importer.ledger.run.datetime", clock(timedelta(hours=-1)))
    done = invoke(contacts(1), "--inbox", 407, "--sandbox")
    ended(done, 0)
    assert "rows in -" not in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("ahead_s", [-3600, pytest.param(3600)])
def test_a_clock_that_is_wrong_costs_no_attributes(ahead_s: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """An hour ahead of the server's or behind it: a contact whose answer was lost is still ours, with its city."""
    now = time.time
    path = written("Name,Email,City,Customer ID\nAnn,ann@example.com,Bonn,C1\n")
    with Service(error_after=1.0) as desk:
        monkeypatch.setattr(time, "time", lambda: now() + ahead_s)
        ended(desk.invoke(path, "--inbox", 407), 0)
        assert [row["status"] for row in lines(newest())] == ["created"]
        assert desk.sandbox.contacts[0]["additional_attributes"] == {"city": "Bonn"}


# -- privacy ---------------------------------------------------------------------------------------------------------

PROXY_PASSWORD: Final = "pr0xy-password-of-the-test"


def forbidden(secret: str = SECRET) -> list[bytes]:
    """Key, secret, password, and the forms in which they travel."""
    words = [KEY, secret, PROXY_PASSWORD, f"{KEY}:{secret}"]
    spelled = [spelling[4:-4] for word in (KEY, secret) for spelling in in_other_spellings(word)]
    plain = [word.encode() for word in words]
    return [*plain, *(base64.b64encode(word).rstrip(b"=") for word in plain), *map(str.encode, spelled)]


def in_other_spellings(word: str) -> list[str]:
    """A word as URLs, HTML, JSON and base64 may spell it."""
    each = ("%{:02x}", "%{:02X}", "&#{};", "&#x{:x};", "\\u{:04x}")
    whole = ["".join(form.format(ord(char)) for char in word) for form in each]
    return [*whole, word.replace("-", "%2D"), base64.urlsafe_b64encode(f"x{word}".encode()).decode()]


@pytest.mark.slow
def test_no_artefact_of_any_run_holds_a_secret(gate: Gate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries, refusals that repeat the credentials, TLS errors, a proxy with a password, a crash: nothing anywhere."""
    told: list[str] = []
    options = ("--inbox", 407, "--verbose", "--log-file", "import.log", "--results", "copy.csv", *QUICK)
    echo = f"Basic {ENCODED} {KEY} {SECRET}".encode()
    spelled = " ".join(spelling for word in (KEY, SECRET, ENCODED) for spelling in in_other_spellings(word)).encode()
    answers = {
        "refusal": http(b'{"message": "%s"}' % echo, status="422 No"),
        "refusal in words": http(echo, status="400 No"),
        "refusal in other spellings": http(spelled, status="422 No"),
        "refusal in JSON of other spellings": http(b'{"message": "%s"}' % spelled, status="422 No"),
        "failure": http(echo, status="500 No"),
        "no HTTP": b"Basic " + echo,
        "a page": http(echo),
        "a redirect": http(b"", f"Location: https://{KEY}:{SECRET}@desk.invalid/", status="302 Found"),
    }
    with Service() as desk:
        for name, raw in answers.items():
            with Front(desk, says(raw), everything=True, stores=False) as front:
                told.append(front.invoke(contacts(2), *options, "--output-dir", name).output)
                told.append(front.invoke(contacts(2), *options, "--json").output)
        with gate.opened(desk.url, certificate=Authority(tmp_path).expired()) as url:
            told.append(invoke(contacts(2), *options, **CREDENTIALS, LIVEDESK_BASE_URL=url).output)
        told += [_through_a_proxy(options), _crashed(desk, options, monkeypatch), asyncio.run(_shown())]
        told += [invoke("runs").output, invoke("report").output]
        told.append(desk.invoke(contacts(2), *options).output)
    _clean(told, forbidden())


def _through_a_proxy(options: tuple[object, ...]) -> str:
    """What is said of a proxy that refuses our password and repeats it."""
    words = f"http://user:{PROXY_PASSWORD}@proxy.invalid"
    with Front(None, says(http(words.encode(), status=f"407 {words}")), everything=True) as proxy:
        environment = {"HTTPS_PROXY": f"http://user:{PROXY_PASSWORD}@{LOOPBACK}:{proxy.port}"}
        done = invoke(contacts(2), *options, "--base-url", "https://desk.invalid", **CREDENTIALS, **environment)
    ended(done, 4, "nobody got an answer")
    return done.output


def _crashed(desk: Service, options: tuple[object, ...], monkeypatch: pytest.MonkeyPatch) -> str:
    """A fault of the program's own: the traceback, with every variable that it could show."""

    async def crash(*_: object, **__: object) -> NoReturn:
        raise RuntimeError("a fault of the program")

    with monkeypatch.context() as patched:
        patched.setattr("importer.livedesk.client.Client.create", crash)
        done = desk.invoke(contacts(1, "crash.csv"), *options)
    assert isinstance(done.exception, RuntimeError)
    shown = traceback.TracebackException.from_exception(done.exception, capture_locals=True)
    return done.output + "".join(line for line in shown.format() if "invoke(" not in line and "environment" not in line)


async def _shown() -> str:
    """What a debugger shows of the objects that hold the credentials."""
    config = load({"api_key": KEY, "api_secret": SECRET})
    access = Access("https://desk.invalid", KEY, SECRET)
    async with connect(access) as client:
        return repr((config, config.model_dump(), str(config), access, str(access), client))


def _clean(told: list[str], words: list[bytes]) -> None:
    """No word in anything that was said or written, and everything written is its owner's alone."""
    artefacts = {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()}
    assert {".html", ".csv", ".json", ".sqlite3", ".log"} <= {path.suffix for path in artefacts}
    artefacts |= {Path(f"output {number}"): text.encode() for number, text in enumerate(told)}
    assert [(path, word) for path, content in artefacts.items() for word in words if word in content] == []


@pytest.mark.slow
@pytest.mark.parametrize("form", ["{password}", "{encoded}"])
def test_what_a_proxy_says_of_its_password_is_struck_out(form: str) -> None:
    """It repeats it alone, or as it came in Proxy-Authorization."""
    encoded = base64.b64encode(f"user:{PROXY_PASSWORD}".encode()).decode()
    words = form.format(password=PROXY_PASSWORD, encoded=encoded)
    with Front(None, says(http(status=f"407 {words} is wrong")), everything=True) as proxy:
        environment = {"HTTPS_PROXY": f"http://user:{PROXY_PASSWORD}@{LOOPBACK}:{proxy.port}"}
        done = invoke(
            contacts(1), "--inbox", 407, *QUICK, "--base-url", "https://desk.invalid", **CREDENTIALS, **environment
        )
    ended(done, 4, "is wrong")
    assert not [word for word in (PROXY_PASSWORD, encoded) if word in done.stderr]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("secret", "body"),
    [
        pytest.param("ab/cdefghij", '{"detail": "ab\\/cdefghij"}', id="escaped, in no message"),
        pytest.param('ab"cdefghij', '{"message": "ab\\"cdefghij"}', id="with a quotation mark"),
        pytest.param("ab\\cdefghij", '{"message": "ab\\\\cdefghij"}', id="with a backslash"),
        pytest.param("sécret-of-x", '{"detail": "s\\u00e9cret-of-x"}', id="with an accent"),
    ],
)
def test_a_secret_is_struck_out_however_json_spells_it(secret: str, body: str) -> None:
    """A refusal that repeats it, escaped as JSON may or must."""
    lie = says(http(body.encode(), status="422 No"))
    with Front(None, lie, everything=True) as front:
        environment = {"LIVEDESK_API_KEY": KEY, "LIVEDESK_API_SECRET": secret, "LIVEDESK_BASE_URL": front.url}
        ended(invoke(contacts(1), "--inbox", 407, *QUICK, **environment), 1)
    spelled = {secret, json.dumps(secret)[1:-1], secret.replace("/", "\\/")}
    assert not [word for word in spelled if word in lines(newest())[0]["error"]]


@pytest.mark.slow
def test_everything_that_is_written_is_its_owners_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the most generous umask, in the middle of a run and after it: files 0600, folders 0700."""
    modes: dict[str, int] = {}
    before = set(Path().rglob("*"))

    def look(*arguments: Any) -> Any:
        modes.update(_modes(before))
        return write_files(*arguments)

    monkeypatch.setattr("importer.pipeline.run.write_files", look)
    mask = os.umask(0)
    try:
        with Service() as desk:
            path = written("Name,Email,Customer ID\nAnn,ann@example.com,C1\nBob,bob@,C2\n")
            before.add(path)
            desk.invoke(path, "--inbox", 407, "--log-file", "import.log", "--results", "copy.xlsx", "--verbose")
    finally:
        os.umask(mask)
    modes.update(_modes(before))
    assert {".sqlite3-wal", ".sqlite3-shm", ".lock", ".xlsx", ".log", ".csv"} <= {Path(name).suffix for name in modes}
    assert {name: oct(mode) for name, mode in modes.items() if mode != (0o700 if Path(name).is_dir() else 0o600)} == {}


def _modes(known: set[Path]) -> dict[str, int]:
    return {str(path): path.stat().st_mode & 0o777 for path in Path().rglob("*") if path not in known}
