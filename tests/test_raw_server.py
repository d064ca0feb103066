"""The raw server writes what it is told, when it is told, and knows what arrived on which connection."""

import contextlib
import http.client
import json
import socket
import time
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

import pytest

from importer.models import Status
from tests.support.raw_answers import (
    chunked,
    created,
    found,
    honest,
    in_pieces,
    new_account,
    scripted,
    status,
    taken,
    updated,
    with_extra,
)
from tests.support.raw_server import End, Later, Pause, RawServer, Request, Step
from tests.support.service import contacts, invoke

PATH = "/api/v2/accounts/contacts"


class Wire:
    """A client that sends requests on one connection and reads bytes, whoever's they are."""

    def __init__(self, url: str) -> None:
        self._socket = socket.create_connection((urlsplit(url).hostname, urlsplit(url).port), timeout=60)

    def send(self, method: str, target: str = PATH, body: Any = None) -> None:
        data = b"" if body is None else json.dumps(body).encode()
        head = f"{method} {target} HTTP/1.1\r\nHost: x\r\nX-Count: 1\r\nContent-Length: {len(data)}\r\n\r\n"
        self._socket.sendall(head.encode() + data)

    def answer(self) -> tuple[int, Any]:
        """The next answer: its status and its body, parsed where it is JSON."""
        response = http.client.HTTPResponse(self._socket)
        response.begin()
        text = response.read().decode()
        return response.status, json.loads(text) if response.getheader("Content-Type") == "application/json" else text

    def read(self) -> bytes:
        """What has arrived by now, or the next to arrive; nothing at the end of the connection."""
        return self._socket.recv(1 << 16)

    def close(self) -> None:
        self._socket.close()

    def ask(self, method: str, target: str = PATH, body: Any = None) -> tuple[int, Any]:
        self.send(method, target, body)
        return self.answer()


def test_it_records_what_arrives_and_keeps_connections_alive() -> None:
    """Method, path, query, headers, JSON, and which connection it was."""
    with RawServer(lambda request: [status(404, "no")]) as server:
        first, second = Wire(server.url), Wire(server.url)
        assert first.ask("POST", body={"name": "Zoë"}) == (404, "no")
        assert second.ask("GET", f"{PATH}?q=%2B49&page=1") == (404, "no")
        assert first.ask("PATCH", f"{PATH}/7", {}) == (404, "no")
        assert [(each.number, each.method, each.path, each.body) for each in server.requests] == [
            (1, "POST", PATH, {"name": "Zoë"}),
            (2, "GET", PATH, None),
            (3, "PATCH", f"{PATH}/7", {}),
        ]
        assert server.requests[1].query == {"q": "+49", "page": "1"}
        assert server.requests[0].headers["x-count"] == "1"
        one, other, again = (request.connection for request in server.requests)
        assert one == again != other
        assert server.connections == 2
        assert [request.number for request in server.of("GET")] == [2]
        first.close()
        second.close()


@pytest.mark.parametrize(
    ("answer", "code", "members"),
    [
        pytest.param(created(7, name="Ann"), 200, {"id": 7, "name": "Ann", "email": None}, id="created"),
        pytest.param(created("x-7"), 200, {"id": "x-7", "name": None}, id="created, tersely"),
        pytest.param(chunked(created(8, email="a@x.org"), 7), 200, {"id": 8, "email": "a@x.org"}, id="chunked"),
        pytest.param(updated(9, name="Bo"), 200, {"id": 9, "name": "Bo"}, id="updated"),
    ],
)
def test_answers_about_a_contact(answer: bytes, code: int, members: dict[str, Any]) -> None:
    """As the API has them."""
    with RawServer(lambda request: [answer]) as server:
        wire = Wire(server.url)
        got, body = wire.ask("POST", body={})
        shown = body["payload"].get("contact", body["payload"])
        assert (got, {name: shown[name] for name in members}) == (code, members)
        wire.close()


def test_answers_about_others() -> None:
    """A page of a search, a taken value, and any status with its headers."""
    page = found({"id": 1}, {"id": 2}, page=2, count=32)
    answers = iter((page, taken("email", "phone_number"), status(503, retry_after="1")))
    with RawServer(lambda request: [next(answers)]) as server:
        wire = Wire(server.url)
        assert wire.ask("GET") == (200, {"meta": {"count": 32, "current_page": 2}, "payload": [{"id": 1}, {"id": 2}]})
        words = "Email has already been taken, Phone number has already been taken"
        assert wire.ask("POST", body={}) == (422, {"message": words, "attributes": ["email", "phone_number"]})
        wire.send("GET")
        assert b"\r\nRetry-After: 1\r\n" in wire.read()
        wire.close()


def test_extra_bytes_stand_behind_an_answer_at_once() -> None:
    """A copy in the same write, which the next request takes for its own."""
    with RawServer(lambda request: with_extra(status(200, str(request.number)))) as server:
        wire = Wire(server.url)
        wire.send("GET")
        assert wire.read().count(b"HTTP/1.1 200 OK") == 2
        wire.close()


@pytest.mark.slow
def test_extra_bytes_come_later_whatever_the_connection_does_by_then() -> None:
    """On an idle connection, or while the next request is being answered."""

    def handler(request: Request) -> Iterable[Step]:
        if request.number == 1:
            return with_extra(status(200, "first"), status(401, "stale"), after_s=0.1)
        return [Pause(0.3), status(200, "second")]

    with RawServer(handler) as server:
        wire = Wire(server.url)
        assert wire.ask("GET") == (200, "first")
        assert wire.ask("GET") == (401, "stale")
        assert wire.answer() == (200, "second")
        wire.close()


@pytest.mark.slow
def test_an_answer_comes_in_pieces() -> None:
    """Each in a write of its own, with a pause between them."""
    answer = status(200, "x" * 100)
    with RawServer(lambda request: in_pieces(answer, 4, pause_s=0.05)) as server:
        wire = Wire(server.url)
        wire.send("GET")
        began = time.monotonic()
        received = [wire.read() for _ in range(4)]
        assert b"".join(received) == answer
        assert time.monotonic() - began >= 0.14
        wire.close()


def test_a_connection_ends_in_order_or_is_cut() -> None:
    """Closed after an answer, or reset in the middle of one."""
    with RawServer(
        lambda request: [status(200), End.CLOSE] if request.number == 1 else [b"HTTP/1.1 20", End.CUT]
    ) as server:
        wire = Wire(server.url)
        assert wire.ask("GET") == (200, "")
        assert wire.read() == b""
        wire.close()
        wire = Wire(server.url)
        wire.send("GET")
        with pytest.raises(ConnectionResetError):
            wire.answer()
        wire.close()


def test_a_script_goes_before_the_honest_answers() -> None:
    """The n-th create has the n-th answer; what comes after it, and every search, an account's."""
    account = new_account(phones="shared")
    with RawServer(scripted([[status(504)], [created(1)]], honest(account))) as server:
        wire = Wire(server.url)
        body = {"inbox_id": 407, "identifier": "A"}
        assert wire.ask("POST", body=body)[0] == 504
        assert wire.ask("GET", f"{PATH}?q=A")[1]["payload"] == []
        assert wire.ask("POST", body=body)[1]["payload"]["contact"]["id"] == 1
        contact = wire.ask("POST", body=body)[1]["payload"]["contact"]
        assert wire.ask("GET", f"{PATH}?q=A")[1]["payload"] == [contact]
        assert wire.ask("PATCH", f"{PATH}/{contact['id']}", {"name": "Ann"})[1]["payload"]["name"] == "Ann"
        assert wire.ask("POST", body=body)[0] == 422
        wire.close()


def test_a_handler_that_fails_fails_its_test() -> None:
    """At the end of the block, and the client sees its connection closed."""

    def handler(request: Request) -> Iterable[Step]:
        raise LookupError(request.path)

    server = RawServer(handler)
    with contextlib.ExitStack() as stack:
        stack.enter_context(server)
        wire = Wire(server.url)
        wire.send("GET")
        assert wire.read() == b""
        wire.close()
        ending = stack.pop_all()
    with pytest.raises(LookupError, match=PATH):
        ending.close()


def test_it_stops_at_once() -> None:
    """With idle connections, long pauses and late bytes to come."""
    began = time.monotonic()
    with RawServer(lambda request: [Later(60, b"late"), status(200), Pause(60)]) as server:
        idle, waiting = Wire(server.url), Wire(server.url)
        assert waiting.ask("GET")[0] == 200
    assert time.monotonic() - began < 2
    idle.close()
    waiting.close()


@pytest.mark.slow
def test_an_import_runs_against_it() -> None:
    """The importer takes it for LiveDesk."""
    account = new_account()
    with RawServer(honest(account)) as server:
        done = invoke(contacts(20), "--inbox", 407, "--json", **server.environment)
    assert done.exit_code == 0
    assert json.loads(done.stdout)["counts"] == {Status.CREATED: 20}
    assert len(account.contacts) == len(server.of("POST")) == 20
