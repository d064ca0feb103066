"""Issue 14, kind 3: bytes that nobody asked for on a connection that is used again, by a server of raw sockets."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from threading import Event
from typing import Any

import pytest

from importer.livedesk.access import Access
from importer.livedesk.client import connect
from importer.livedesk.contact import Contact
from importer.livedesk.responses import Failure, Reply
from tests.support.raw_answers import created, found, honest, json_answer, new_account, status, updated, with_extra
from tests.support.raw_server import End, Handler, Later, Pause, RawServer, Request, Step
from tests.support.service import HEADER, Service, by_name, by_phone, contacts, invoke, results, written

NEVER = ("--settle", "20")
SHORT = ("--settle", "0.2")
ONE_BY_ONE = ("--concurrency", 1)

ANN = Contact(name="Ann", email="ann@x.org", inbox_id="407")
BOB = Contact(name="Bob", email="bob@x.org", inbox_id="407")

STALE_ANSWERS = [
    pytest.param(None, id="a copy"),
    *(pytest.param(status(code, "stale"), id=str(code)) for code in (400, 401, 404, 408, 422)),
]


def told(name: str) -> list[str]:
    """A column of the newest results."""
    return [row[name] for row in results()]


def ids_are_right(account: Any) -> bool:
    """Whether every row's id is that of the contact with its name, and each is there once."""
    stored = [(contact["name"], str(contact["id"])) for contact in account.contacts]
    return sorted(stored) == sorted((row["name"], row["contact_id"]) for row in results())


def answers(server: RawServer, *sent: Contact, written: Event | None = None) -> list[Reply]:
    """The client's replies to these creates; between two of them, bytes are ``written`` and read."""

    async def scene() -> list[Reply]:
        replies = []
        async with connect(Access(server.url, "k", "s", 60.0)) as client:
            for contact in sent:
                replies.append(await client.create(contact))
                if written is not None:
                    assert await asyncio.to_thread(written.wait, 60)
                    await asyncio.sleep(0.01)
        return replies

    return asyncio.run(scene())


# -- bytes on an idle connection ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("extra", STALE_ANSWERS)
@pytest.mark.parametrize("after_s", [0.0, 0.01], ids=["in the same write", "a moment later"])
def test_a_connection_with_bytes_that_nobody_asked_for_is_not_used_again(extra: bytes | None, after_s: float) -> None:
    """The second request leaves on a new one, the server sees it, and its answer is its own."""
    people = iter([(7, ANN), (8, BOB)])
    written = Event()

    def handler(_: Request) -> Iterable[Step]:
        number, contact = next(people)
        answer = created(number, name=contact.name, email=contact.email)
        steps: list[Step] = [answer, Pause(after_s), extra or answer] if after_s else with_extra(answer, extra)
        return [*steps, written]

    with RawServer(handler) as server:
        replies = answers(server, ANN, BOB, written=written)
        assert [request.connection for request in server.requests] == [1, 2]
        assert [request.body["name"] for request in server.requests] == ["Ann", "Bob"]
    assert [reply.contact_id for reply in replies] == ["7", "8"]


def test_an_idle_connection_without_such_bytes_is_used_again() -> None:
    """Nothing is given up for nothing."""
    with RawServer(lambda request: [created(request.number, name="Ann", email="ann@x.org")]) as server:
        replies = answers(server, ANN, ANN, ANN)
        assert server.connections == 1
    assert all(reply.shows_all for reply in replies)


@pytest.mark.slow
@pytest.mark.parametrize("extra", STALE_ANSWERS)
def test_an_import_behind_a_proxy_that_answers_twice(extra: bytes | None) -> None:
    """Every row reaches the server and has its own id; no stale 401 or 404 stops the run."""
    account = new_account()
    ask = honest(account)

    def handler(request: Request) -> Iterable[Step]:
        (answer,) = ask(request)
        assert isinstance(answer, bytes)
        return with_extra(answer, extra, after_s=0.003) if request.method == "POST" else [answer]

    with RawServer(handler) as server:
        done = invoke(contacts(20), "--inbox", 407, *SHORT, "--concurrency", 2, "--rate", 60, **server.environment)
        assert done.exit_code == 0, done.stderr
    assert len(account.contacts) == 20
    assert ids_are_right(account)


# -- a late answer that meets the next request -------------------------------------------------------------------------


def overtaken(handler: Handler, stale: bytes, nth: int = 3, *, carries_out: bool = True) -> Handler:
    """The n-th create finds a stale answer before its own; or the stale one alone, and nothing is carried out.

    The third is the first on a used connection: the first create has one of its own, and the second begins another.
    """
    creates = iter(range(1, 1000))

    def handle(request: Request) -> Iterable[Step]:
        is_hit = request.method == "POST" and next(creates) == nth
        if is_hit and not carries_out:
            return [stale, End.CLOSE]
        if not is_hit:
            return handler(request)
        (own,) = handler(request)
        assert isinstance(own, bytes)
        return [stale + own]

    return handle


@pytest.mark.slow
@pytest.mark.parametrize("carries_out", [True, False], ids=["carried out", "not carried out"])
def test_a_late_copy_that_meets_the_next_request_is_no_answer_to_it(carries_out: bool) -> None:
    """It shows another's keys: a doubt, and the search tells what became of the row."""
    account = new_account()
    first = created(100_001, name="Person 0", email="p0@example.com", phone_number="+4915112000000", identifier="C0")
    with RawServer(overtaken(honest(account), first, carries_out=carries_out)) as server:
        done = invoke(contacts(6), "--inbox", 407, *ONE_BY_ONE, *SHORT, **server.environment)
        assert done.exit_code == 0, done.stderr
        assert len(server.of("POST")) == (6 if carries_out else 7)
    assert ids_are_right(account)


@pytest.mark.slow
@pytest.mark.parametrize("code", [400, 401, 403, 404, 409, 422])
@pytest.mark.parametrize("carries_out", [True, False], ids=["carried out", "not carried out"])
def test_a_refusal_on_a_used_connection_is_a_doubt(code: int, carries_out: bool) -> None:
    """It neither stops the run nor fails its row: a search, then once more on a fresh connection."""
    account = new_account()
    stale = status(code, '{"error": "no"}', "application/json")
    with RawServer(overtaken(honest(account), stale, carries_out=carries_out)) as server:
        done = invoke(contacts(6), "--inbox", 407, *ONE_BY_ONE, *SHORT, **server.environment)
        assert done.exit_code == 0, done.stderr
        creates = server.of("POST")
        assert len(creates) == (6 if carries_out else 7)
        if not carries_out:
            _, again = [request.connection for request in creates if request.body["name"] == "Person 2"]
            assert [request.connection for request in server.requests].count(again) == 1
    assert ids_are_right(account)


@pytest.mark.slow
@pytest.mark.parametrize(("code", "exit_code", "name"), [(401, 4, "credentials_refused"), (404, 4, "inbox_unknown")])
def test_what_a_fresh_connection_repeats_counts(code: int, exit_code: int, name: str) -> None:
    """From the third create on everything is refused: the run stops, and nobody is created twice."""
    account = new_account()
    ask = honest(account)
    creates = iter(range(1000))

    def handler(request: Request) -> Iterable[Step]:
        is_refused = request.method == "POST" and next(creates) >= 2
        return [json_answer({"error": "no"}, code)] if is_refused else ask(request)

    with RawServer(handler) as server:
        done = invoke(contacts(6), "--inbox", 407, *ONE_BY_ONE, *SHORT, **server.environment)
        assert done.exit_code == exit_code, done.stderr
    assert told("status")[:2] == ["created", "created"]
    assert {*told("status")[2:]} <= {"not_sent", "unknown"}
    assert name in told("error_code")
    assert len(account.contacts) == 2


def refusing_person_3(code: int) -> Handler:
    """Refuse one person for good, in words that name nothing."""
    ask = honest(new_account())

    def handler(request: Request) -> Iterable[Step]:
        is_refused = request.method == "POST" and request.body["name"] == "Person 3"
        return [json_answer({"error": "no"}, code)] if is_refused else ask(request)

    return handler


@pytest.mark.slow
@pytest.mark.parametrize("code", [400, 422])
def test_a_row_that_a_fresh_connection_refuses_fails(code: int) -> None:
    """A refusal that names nothing is not believed at the first word; the fresh connection's counts, and the others are
    created."""
    with RawServer(refusing_person_3(code)) as server:
        done = invoke(contacts(6), "--inbox", 407, *ONE_BY_ONE, *SHORT, **server.environment)
        assert done.exit_code == 1, done.stderr
        first, again = [request for request in server.of("POST") if request.body["name"] == "Person 3"]
        assert first.connection != again.connection
    assert told("status")[3] == "failed"
    assert (told("error_code")[3], told("status").count("created")) == ("rejected", 5)


@pytest.mark.slow
@pytest.mark.parametrize(
    "refusal",
    [
        pytest.param(json_answer({"message": "no", "attributes": ["email"]}, 422), id="a field in attributes"),
        pytest.param(json_answer({"message": "phone number is bad"}, 422), id="a field in words"),
        pytest.param(json_answer({"error": "we do not like P3@example.com here"}, 400), id="a value"),
    ],
)
def test_a_refusal_that_names_a_field_or_value_of_the_row_counts_at_once(refusal: bytes) -> None:
    """It is about this row: failed, and neither a wait nor a second create."""
    account = new_account()
    ask = honest(account)

    def handler(request: Request) -> Iterable[Step]:
        is_refused = request.method == "POST" and request.body["name"] == "Person 3"
        return [refusal] if is_refused else ask(request)

    with RawServer(handler) as server:
        done = invoke(contacts(6), "--inbox", 407, *ONE_BY_ONE, *NEVER, **server.environment)
        assert done.exit_code == 1, done.stderr
        assert len(server.of("POST")) == 6
    assert told("status") == ["created"] * 3 + ["failed"] + ["created"] * 2


class Behind:
    """Has a copy of its first search's empty page wait on that connection, for whichever request comes next."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._searches = self._connection = 0

    def __call__(self, request: Request) -> Iterable[Step]:
        (own,) = self._handler(request)
        assert isinstance(own, bytes)
        if request.method == "POST":
            return [own] if self._searches else [status(504)]
        if "q" not in request.query:
            return [own]
        self._searches += 1
        if self._searches == 1:
            self._connection = request.connection
            return [found()]  # the index lags
        return [found() + own] if request.connection == self._connection else [own]


@pytest.mark.slow
def test_a_stale_empty_page_is_no_proof_that_nobody_is_there() -> None:
    """The search after ``--settle`` meets the copy of the page before it: the contact must not be created again."""
    account = new_account(phones="shared")
    with RawServer(Behind(honest(account))) as server:
        done = invoke(by_phone(1), "--inbox", 407, *ONE_BY_ONE, *SHORT, **server.environment)
        assert len(server.of("POST")) == len(account.contacts) == 1, done.stderr
    assert told("status") == ["created"]


@pytest.mark.slow
def test_a_late_answer_to_a_create_that_meets_its_search_doubles_and_loses_nobody() -> None:
    """The page is none: unknown or created, and the same command settles it."""
    account = new_account(phones="shared")
    ask, creates, kept = honest(account), iter(range(1, 1000)), []

    def handler(request: Request) -> Iterable[Step]:
        (own,) = ask(request)
        assert isinstance(own, bytes)
        if request.method == "POST" and next(creates) == 3:
            kept.append(own)
            return [created(100_001, name="Person 0", phone_number="+4915112000000")]
        return [kept.pop() + own] if kept else [own]

    with RawServer(handler) as server:
        for _ in range(2):
            done = invoke(by_phone(6), "--inbox", 407, *ONE_BY_ONE, *SHORT, **server.environment)
        assert done.exit_code == 0, done.stderr
        assert len(server.of("POST")) == len(account.contacts) == 6
    assert ids_are_right(account)


# -- the client alone --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [400, 401, 403, 404, 409, 422])
def test_the_client_tells_a_refusal_on_a_used_connection_from_one_on_a_fresh_one(code: int) -> None:
    """The first request of a connection is answered by nobody else."""
    with RawServer(lambda request: [json_answer({"error": "no"}, code)]) as server:
        first, second = answers(server, ANN, BOB)
        assert server.connections == 1
    assert (first.failure, first.status) == (None, code)
    assert (second.failure, second.status) == (Failure.STALE, code)


def test_a_search_and_an_update_are_asked_again_on_a_fresh_connection() -> None:
    """Both may be repeated: the refusal counts if a connection of its own repeats it, else it was another's."""
    taken_for_ours = iter([[updated(7)], [status(404)], [updated(7)], [updated(7)], [status(401)], [status(401)]])

    async def scene(url: str) -> list[Reply]:
        async with connect(Access(url, "k", "s", 5.0)) as client:
            updates = [await client.update("7", ANN, None) for _ in range(3)]
            return [*updates, await client.search("x")]

    with RawServer(lambda request: next(taken_for_ours)) as server:
        replies = asyncio.run(scene(server.url))
        connections = [request.connection for request in server.requests]
    assert [reply.status for reply in replies] == [200, 200, 200, 401]
    # The one on which the refusal came is closed: its own answer may still come.
    assert connections == [1, 1, 2, 3, 3, 4]


# -- rows without a key ------------------------------------------------------------------------------------------------


def test_rows_without_a_key_use_a_connection_that_was_silent_until_then() -> None:
    """No search could settle a doubt about them: each create has a connection of its own."""
    account = new_account()
    with RawServer(honest(account)) as server:
        done = invoke(by_name(6), "--inbox", 407, *ONE_BY_ONE, *NEVER, **server.environment)
        assert done.exit_code == 0, done.stderr
        used = [request.connection for request in server.requests]
        assert all(used.count(request.connection) == 1 for request in server.of("POST"))
    assert ids_are_right(account)


@pytest.mark.slow
def test_a_late_answer_meets_no_row_without_a_key() -> None:
    """A copy of each answer, a moment later, on a connection that nobody uses any more."""
    account = new_account()
    ask = honest(account)

    def handler(request: Request) -> Iterable[Step]:
        (answer,) = ask(request)
        assert isinstance(answer, bytes)
        return [answer, Later(0.002, answer)]

    with RawServer(handler) as server:
        done = invoke(by_name(10), "--inbox", 407, *ONE_BY_ONE, *NEVER, **server.environment)
        assert done.exit_code == 0, done.stderr
    assert ids_are_right(account)


@pytest.mark.parametrize("code", [400, 422])
def test_the_refusal_of_a_row_without_a_key_counts(code: int) -> None:
    """It cannot be anybody else's: failed, not ``unknown``, and one create."""
    with RawServer(refusing_person_3(code)) as server:
        done = invoke(by_name(6), "--inbox", 407, *ONE_BY_ONE, *NEVER, **server.environment)
        assert done.exit_code == 1, done.stderr
        assert len(server.of("POST")) == 6
    assert told("status") == ["created"] * 3 + ["failed"] + ["created"] * 2


@pytest.mark.slow
def test_an_ordinary_refusal_counts_once_a_fresh_connection_repeats_it() -> None:
    """Nothing in it says whose it is, and nobody waits for --settle: the rows have failed, in this run and the next."""
    lines = [f"Person {n},{'' if n % 4 == 0 else f'p{n}@example.com'},+4915112{n:06},C{n}\n" for n in range(20)]
    with Service({"407": "email"}) as desk:
        for created in ("created", "unchanged"):
            done = desk.invoke(written(HEADER + "".join(lines)), "--inbox", 407, "--settle", "2")
            assert done.exit_code == 1, done.output
            assert Counter(row["status"] for row in results()) == {created: 15, "failed": 5}
        assert len(desk.sandbox.contacts) == 15


@pytest.mark.slow
def test_a_wrong_inbox_in_the_middle_fails_its_rows_at_once() -> None:
    """The 404 to a row's own inbox comes on a used connection, and a fresh one repeats it."""
    lines = [f"Person {n},p{n}@example.com,{999 if n == 15 else 407}\n" for n in range(20)]
    with Service() as desk:
        done = desk.invoke(written("Name,Email,Inbox ID\n" + "".join(lines)), "--settle", "20")
        assert done.exit_code == 1, done.output
        assert Counter((row["status"], row["error_code"]) for row in results()) == {
            ("created", ""): 19,
            ("failed", "inbox_unknown"): 1,
        }
