"""Strangers that hold connections of the screen: they neither shut anybody out, nor stay, nor fill the terminal."""

import asyncio
import errno
import http.client
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from importer.web.access import HEADERS
from importer.web.connections import Strangers, sparing
from tests.support.screens import Served, raw, request, served

COOKIES_OF_OTHER_PORTS = "; ".join(f"c{number}={'y' * 4000}" for number in range(180))


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path) as found:
        yield found


@contextmanager
def guarded(folder: Path, most: int = 100, held_s: float = 20.0) -> Iterator[Served]:
    with served(folder, strangers=Strangers(most, held_s)) as found:
        yield found


def ends(line: socket.socket) -> bool:
    """Whether the server ends a connection; it waits for that."""
    with suppress(ConnectionError):
        while line.recv(65536):
            pass
    return True


@pytest.mark.slow
@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ",
        b"POST /open HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Length: 50\r\n\r\nab",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n",
    ],
    ids=["nothing", "half a head", "half a body", "kept open"],
)
def test_a_stranger_does_not_stay_and_a_session_does(tmp_path: Path, sent: bytes) -> None:
    """Whatever it waits for; a connection of the browser that is in goes on."""
    with guarded(tmp_path, held_s=0.3) as screen:
        own = http.client.HTTPConnection("127.0.0.1", screen.port, timeout=60)
        headers = {"Host": screen.host, "Cookie": screen.cookie}
        own.request("GET", f"{screen.root}/alive", headers=headers)
        assert own.getresponse().read()
        line = own.sock
        with socket.create_connection(("127.0.0.1", screen.port), timeout=60) as held:
            held.sendall(sent.replace(b"%d", str(screen.port).encode()))
            assert ends(held)
        own.request("GET", f"{screen.root}/alive", headers=headers)
        assert own.getresponse().status == 200
        assert own.sock is line
        own.close()


def test_of_too_many_strangers_the_oldest_go(tmp_path: Path) -> None:
    """And whoever has a session is served all the time."""
    with guarded(tmp_path, most=4) as screen, ExitStack() as stack:
        lines = [
            stack.enter_context(socket.create_connection(("127.0.0.1", screen.port), timeout=60)) for _ in range(10)
        ]
        assert all(ends(line) for line in lines[:6])
        for _ in range(6):
            assert screen.get("/alive").status == 200


@pytest.mark.slow
def test_a_stranger_may_not_send_without_end(screen: Served) -> None:
    """Neither heads nor bodies; whoever has a session uploads as much as the screen takes."""
    head = f"PUT / HTTP/1.1\r\nHost: {screen.host}\r\nContent-Length: 100000000\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", screen.port), timeout=60) as line, pytest.raises(ConnectionError):
        line.sendall(head + b"x" * 100_000_000)
    draft = screen.change("POST", "/drafts").json["id"]
    name = {"X-File-Name": "a.csv"}
    assert screen.change("POST", f"/drafts/{draft}/files", b"x" * 20_000_000, **name).status == 201


def test_cookies_of_other_ports_shut_nobody_out(screen: Served) -> None:
    """A browser sends them all: as many as it keeps of one host, and of the usual size."""
    assert screen.get("/alive", Cookie=f"{COOKIES_OF_OTHER_PORTS}; {screen.cookie}").status == 200


@pytest.mark.slow
@pytest.mark.parametrize(
    "sent",
    [b"GET / HTTP/1.1\r\nCookie: secret=%s\r\n\r\n" % (b"y" * 2_000_000), b"GET / HTTP/1.1\r\n: secret\r\n\r\n"],
    ids=["too large", "no header"],
)
def test_what_cannot_be_read_is_refused_in_our_words(screen: Served, sent: bytes) -> None:
    """Nothing that came is in the answer, nor what serves; the headers are those of every answer."""
    answered = raw(screen.port, sent, breaks_off=False)
    head, _, body = answered.decode().partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 400 ")
    assert "start the program again" in body
    assert "secret" not in answered.decode()
    named = dict(line.split(": ", 1) for line in head.splitlines()[1:])
    assert named.items() >= HEADERS.items()
    assert "Server" not in named
    assert screen.get("/alive").status == 200


@pytest.mark.slow
@pytest.mark.parametrize("target", ["http://attacker.example{root}/alive", "//attacker.example{root}/alive"])
def test_a_target_with_an_authority_is_refused(screen: Served, target: str) -> None:
    """As a proxy is asked; whatever else the request shows."""
    headers = {"Host": screen.host, "Cookie": screen.cookie}
    assert request(screen.port, "GET", target.format(root=screen.root), headers).status == 404


def test_a_lack_of_descriptors_is_told_once_and_makes_room(caplog: pytest.LogCaptureFixture) -> None:
    """asyncio tells of each connection that it cannot take; of other mistakes it goes on to tell."""
    handle = sparing(Strangers(1))
    loop = asyncio.new_event_loop()
    for _ in range(100):
        handle(loop, {"message": "socket.accept() out of system resource", "exception": OSError(errno.EMFILE, "full")})
    assert [record.getMessage() for record in caplog.records] == ["connections are refused for a moment: full"]
    handle(loop, {"message": "another mistake", "exception": ValueError()})
    assert "another mistake" in caplog.text
    loop.close()


@pytest.mark.slow
def test_strangers_leave_descriptors_to_spare() -> None:
    """As many as the system allows are asked for, and half of what is not needed is theirs."""
    program = (
        "import resource\nfrom importer.web.connections import Strangers\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (100, 200))\n"
        "print(Strangers().most, resource.getrlimit(resource.RLIMIT_NOFILE)[0])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["68", "200"]
