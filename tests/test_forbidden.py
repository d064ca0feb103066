"""403 and 402: about one row, or about all of them."""

import itertools
import json
from collections import Counter
from collections.abc import Callable, Iterable
from threading import Event

import pytest

from importer.errors import CredentialsRefused, RateLimited, RunStopped
from importer.ledger.records import Doubt, Due
from importer.livedesk.contact import Contact
from importer.message import Message
from importer.models import Outcome, Status
from importer.sender.forbidden import FORBIDDEN, ROWS_IN_A_ROW, Forbidden, Held
from tests.support.raw_answers import honest, json_answer, new_account, status
from tests.support.raw_server import Handler, Pause, RawServer, Request, Step
from tests.support.service import Service, contacts, invoke, kill, results, start, written

ONE_BY_ONE = ("--concurrency", 1)
BLOCKED = status(403, "<html><title>Request blocked</title></html>", "text/html")


def numbered(request: Request) -> int | None:
    """The number of a create's person; the first is 0."""
    return int(request.body["name"].removeprefix("Person ")) if request.method == "POST" else None


def refusing(is_refused: Callable[[Request], bool], answer: bytes = BLOCKED, ask: Handler | None = None) -> Handler:
    """An honest server, but for these requests."""
    others = ask or honest(new_account())
    return lambda request: [answer] if is_refused(request) else others(request)


def told(name: str) -> list[str]:
    return [row[name] for row in results()]


@pytest.mark.slow
def test_a_403_for_one_row_is_its_own_failure() -> None:
    """A firewall dislikes a name: the row has its code, a hint and the server's words; the others are created."""
    with RawServer(refusing(lambda request: numbered(request) == 3)) as server:
        done = invoke(contacts(8), "--inbox", 407, *ONE_BY_ONE, **server.environment)
    assert done.exit_code == 1, done.stderr
    row = results()[3]
    assert (row["status"], row["error_code"], row["http_status"]) == ("failed", "forbidden", "403")
    assert row["error"] == 'the server refused it: "Request blocked" (HTTP 403)'
    assert "import it again" in row["hint"]
    assert Counter(told("status")) == {"created": 7, "failed": 1}


@pytest.mark.slow
def test_a_403_at_the_end_is_a_failure_too() -> None:
    """Nothing is accepted after it, and it is only one."""
    with RawServer(refusing(lambda request: numbered(request) == 4)) as server:
        assert invoke(contacts(5), "--inbox", 407, *ONE_BY_ONE, **server.environment).exit_code == 1
    assert told("status") == ["created"] * 4 + ["failed"]


@pytest.mark.slow
@pytest.mark.parametrize("concurrency", [1, 10])
def test_nineteen_rows_in_a_row_are_nineteen_failures(concurrency: int) -> None:
    """A list of people whom a firewall dislikes; then others are accepted again."""
    rows = ROWS_IN_A_ROW - 1
    with RawServer(refusing(lambda request: 5 <= (numbered(request) or 0) < 5 + rows)) as server:
        done = invoke(contacts(rows + 9), "--inbox", 407, "--concurrency", concurrency, **server.environment)
    assert done.exit_code == 1, done.stderr
    assert Counter(told("status")) == {"created": 9, "failed": rows}


@pytest.mark.slow
@pytest.mark.parametrize("concurrency", [1, 10])
@pytest.mark.parametrize("searches", [True, False], ids=["searches too", "creates alone"])
def test_twenty_rows_in_a_row_stop_the_run_and_were_not_sent(concurrency: int, searches: bool) -> None:
    """The credentials lose their rights under way: not one row fails for that, and the same command sends them all."""
    account, creates = new_account(), itertools.count()
    withdrawn = True

    def is_refused(request: Request) -> bool:
        is_create = request.method == "POST"
        return withdrawn and ((is_create and next(creates) >= 5) or (searches and len(account.contacts) == 5))

    path = contacts(60)
    with RawServer(refusing(is_refused, ask=honest(account))) as server:
        done = invoke(path, "--inbox", 407, "--concurrency", concurrency, **server.environment)
        assert done.exit_code == 4, done.stderr
        assert "the server refused the credentials" in done.stderr
        assert Counter(told("status")) == {"created": 5, "not_sent": 55}
        assert {row["error_code"] for row in results() if row["status"] == "not_sent"} == {"credentials_refused"}
        tried = {request.body["name"] for request in server.of("POST")}
        # Beside the twenty are those in flight, and those that wait for a second answer.
        assert ROWS_IN_A_ROW <= len(tried) - 5 <= ROWS_IN_A_ROW + 2 * concurrency
        withdrawn = False
        done = invoke(path, "--inbox", 407, "--concurrency", concurrency, "--settle", 0.1, **server.environment)
        assert done.exit_code == 0, done.stderr
    assert Counter(told("status")) == {"unchanged": 5, "created": 55}
    assert len(account.contacts) == 60


@pytest.mark.slow
def test_a_row_that_was_decided_stays_failed_when_the_credentials_go() -> None:
    """Others were accepted after it: the twenty rows in a row are later ones."""
    account = new_account()

    def is_refused(request: Request) -> bool:
        return request.method == "POST" and (numbered(request) == 2 or len(account.contacts) >= 5)

    with RawServer(refusing(is_refused, ask=honest(account))) as server:
        done = invoke(contacts(40), "--inbox", 407, *ONE_BY_ONE, "--settle", 0, **server.environment)
    assert done.exit_code == 4, done.stderr
    assert told("status") == ["created"] * 2 + ["failed"] + ["created"] * 3 + ["not_sent"] * 34


@pytest.mark.slow
def test_what_is_accepted_after_the_stop_makes_no_row_fail() -> None:
    """A create in flight is accepted when twenty rows have stopped the run: they are not sent all the same."""
    account, refused, all_refused = new_account(), set[object](), Event()
    ask = honest(account)

    def handler(request: Request) -> Iterable[Step]:
        number = numbered(request)
        if number == 5:
            assert all_refused.wait(120)
            return [Pause(1), *ask(request)]
        if number is None or number < 5:
            return ask(request)
        refused.add(number)
        if len(refused) == ROWS_IN_A_ROW:
            all_refused.set()
        return [BLOCKED]

    with RawServer(handler, at_once=True) as server:
        done = invoke(contacts(60), "--inbox", 407, "--concurrency", 2, **server.environment)
    assert done.exit_code == 4, done.stderr
    assert Counter(told("status")) == {"created": 6, "not_sent": 54}


@pytest.mark.slow
def test_a_403_before_anything_was_accepted_is_about_the_credentials() -> None:
    """The first create: one request, and every row is not sent."""
    with RawServer(refusing(lambda request: request.method == "POST")) as server:
        done = invoke(contacts(5), "--inbox", 407, *ONE_BY_ONE, **server.environment)
        assert len(server.of("POST")) == 1
    assert done.exit_code == 4
    assert {*zip(told("status"), told("error_code"), strict=True)} == {("not_sent", "credentials_refused")}


@pytest.mark.slow
@pytest.mark.parametrize("is_all", [True, False], ids=["all", "one"])
def test_a_403_that_comes_first_waits_for_the_creates_in_flight(is_all: bool) -> None:
    """A firewall answers sooner than the service; if that takes the others, the 403 was about its row."""
    account, refused = new_account(), Event()
    ask = honest(account)

    def handler(request: Request) -> Iterable[Step]:
        if request.method == "POST" and (is_all or numbered(request) == 3):
            refused.set()
            return [BLOCKED]
        if request.method == "POST":
            assert refused.wait(120)
        return ask(request)

    with RawServer(handler, at_once=True) as server:
        done = invoke(contacts(30), "--inbox", 407, "--concurrency", 5, **server.environment)
        creates = len(server.of("POST"))
    if is_all:
        assert (done.exit_code, creates <= 5, {*told("status")}) == (4, True, {"not_sent"})
    else:
        assert done.exit_code == 1, done.stderr
        assert Counter(told("status")) == {"created": 29, "failed": 1}


@pytest.mark.slow
def test_a_contact_that_exists_shows_that_the_credentials_are_right() -> None:
    """The 422 that says so is about the contact: the 403 of the next row is about that row."""
    account = new_account()
    with RawServer(refusing(lambda request: numbered(request) == 1, ask=honest(account))) as server:
        account.fill([{"inbox_id": 407, "name": "Person 0", "email": "p0@example.com"}], 3600)
        done = invoke(contacts(3), "--inbox", 407, *ONE_BY_ONE, **server.environment)
    assert done.exit_code == 1, done.stderr
    assert told("status") == ["exists", "failed", "created"]


@pytest.mark.slow
@pytest.mark.parametrize("concurrency", [1, 10])
def test_a_403_with_a_wait_is_one_request_too_many(concurrency: int) -> None:
    """Of the very first create, and of a later one: waited out, and everybody is created once."""
    account, creates = new_account(), itertools.count()
    busy = status(403, "slow down", retry_after="0")
    handler = refusing(lambda request: request.method == "POST" and next(creates) % 4 == 0, busy, honest(account))
    with RawServer(handler) as server:
        done = invoke(contacts(12), "--inbox", 407, "--concurrency", concurrency, **server.environment)
    assert done.exit_code == 0, done.stderr
    assert {*told("status")} == {"created"}
    assert len(account.contacts) == 12


@pytest.mark.slow
def test_attributes_that_a_firewall_refuses_are_not_stored() -> None:
    """The contact is there, and the row says what is missing: each create that is accepted counts."""
    account = new_account()
    people = "".join(f"Person {n},p{n}@example.com,Bonn\n" for n in range(25))
    with RawServer(refusing(lambda request: request.method == "PATCH", ask=honest(account))) as server:
        done = invoke(written(f"Name,Email,City\n{people}"), "--inbox", 407, *ONE_BY_ONE, **server.environment)
    assert done.exit_code == 1, done.stderr
    assert {*zip(told("status"), told("error_code"), strict=True)} == {("failed", "attributes_failed")}
    assert all(told("contact_id"))


@pytest.mark.slow
def test_a_run_that_is_killed_before_it_is_known_sends_such_rows_again() -> None:
    """Their 403 is not on disk as a failure: the next run searches for them, and creates them once."""
    account, hangs = new_account(), Event()
    ask, is_blocked, path = honest(account), True, contacts(10)

    def handler(request: Request) -> Iterable[Step]:
        if not is_blocked or (numbered(request) or 0) < 5:
            return ask(request)
        if numbered(request) == 9:
            hangs.set()
            return [Pause(30)]
        return [BLOCKED]

    with RawServer(handler) as server:
        process = start(path, "--inbox", 407, *ONE_BY_ONE, **server.environment)
        assert hangs.wait(120)
        kill(process)
        is_blocked = False
        done = invoke(path, "--inbox", 407, "--settle", 0.1, **server.environment)
        assert done.exit_code == 0, done.stderr
    assert Counter(told("status")) == {"unchanged": 5, "created": 5}
    assert len(account.contacts) == 10


@pytest.mark.parametrize(
    ("refused", "about_all"),
    [
        ("x", [True]),
        ("ax", [False]),
        ("ax" + "x" * 18, [False] * 19),
        ("a" + "x" * 20, [False] * 19 + [True]),
        ("a" + "x" * 19 + "a" + "x" * 19, [False] * 38),
        ("a" + "x" * 19 + "a" + "x" * 20, [False] * 38 + [True]),
        ("a" + "x" * 21, [False] * 19 + [True, True]),
    ],
)
def test_what_a_403_is_about(refused: str, about_all: list[bool]) -> None:
    """``x`` is a row that gets one, ``a`` an accepted write."""
    forbidden, told = Forbidden(), []
    for number, answer in enumerate(refused):
        if answer == "a":
            forbidden.accepted(left_at=number - 0.5)
        else:
            told.append(forbidden.refuses_all(number, now=number))
    assert told == about_all


def test_many_requests_of_one_row_count_once() -> None:
    """Its searches are refused too."""
    forbidden = Forbidden()
    forbidden.accepted(left_at=0)
    assert not any(forbidden.refuses_all(7, now=number) for number in range(100))


def test_what_left_before_a_403_came_tells_nothing_about_it() -> None:
    """Both were under way when the credentials were withdrawn; an accepted request that leaves later does tell."""
    forbidden = Forbidden()
    forbidden.accepted(left_at=0)
    forbidden.refuses_all(7, now=3)
    forbidden.accepted(left_at=2)
    assert forbidden.rows == {7: 3}
    forbidden.accepted(left_at=4)
    assert not forbidden.rows


def test_a_row_that_is_still_open_stays_held() -> None:
    """The others are settled."""
    settled: list[int] = []
    held = Held(lambda row, _outcome: settled.append(row.number))
    for number in (2, 3, 4):
        held.take(Due(number, Contact(name="Ann")), REFUSED)
    held.release(None, {3})
    assert (settled, len(held.rows)) == ([2, 4], 1)
    held.release(None)
    assert (settled, len(held.rows)) == ([2, 4, 3], 0)


REFUSED = Outcome(Status.FAILED, None, FORBIDDEN, (Message("no"),), (), 403, 2)


@pytest.mark.parametrize(
    ("reason", "status"),
    [(None, Status.FAILED), (RateLimited("later"), Status.FAILED), (CredentialsRefused("no"), Status.NOT_SENT)],
    ids=["an accepted row, or the end", "another stop", "twenty rows"],
)
def test_a_held_row_ends_as_what_its_403_was_about(reason: RunStopped | None, status: Status) -> None:
    """Until then it has no outcome; status and attempts of its request stay."""
    settled: list[Outcome] = []
    held = Held(lambda _row, outcome: settled.append(outcome))
    assert held.take(Due(2, Contact(name="Ann")), REFUSED)
    assert (settled, len(held.rows)) == ([], 1)
    held.release(reason)
    held.release(reason)
    assert [(outcome.status, outcome.http_status, outcome.attempts) for outcome in settled] == [(status, 403, 2)]


def test_a_row_that_an_earlier_run_may_have_stored_stays_in_doubt() -> None:
    """No search was answered: as not sent it would be sent without one."""
    settled: list[Outcome] = []
    held = Held(lambda _row, outcome: settled.append(outcome))
    held.take(Due(2, Contact(name="Ann"), doubt=Doubt()), REFUSED._replace(status=Status.UNKNOWN))
    held.release(CredentialsRefused("no"))
    assert [outcome.status for outcome in settled] == [Status.UNKNOWN]


def test_rows_with_one_number_in_two_sheets_are_two_rows() -> None:
    """What is open of the one says nothing of the other."""
    rows = [Due(2, Contact(name="Ann"), source=place) for place in (0, 1)]
    settled: list[Due] = []
    held = Held(lambda row, _: settled.append(row))
    for row in rows:
        held.take(row, Outcome(Status.FAILED, error_code=FORBIDDEN))
    held.release(None, {rows[1].turn})
    assert settled == rows[:1]


def test_other_outcomes_are_not_held() -> None:
    """They are what they are."""
    assert not Held(lambda *_: None).take(Due(2, Contact(name="Ann")), REFUSED._replace(error_code="taken"))


@pytest.mark.slow
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH"])
@pytest.mark.parametrize("concurrency", [1, 10])
def test_a_plan_that_has_ended_stops_the_run(method: str, concurrency: int) -> None:
    """402: exit 4 with its own code, the rest is not sent, and the same command goes on once it is renewed."""
    account, has_ended = new_account(), True
    ended = json_answer({"error": "Please upgrade"}, 402)
    people = "".join(f"Person {n},p{n}@example.com,Bonn\n" for n in range(30))
    path = written(f"Name,Email,City\n{people}")

    def is_refused(request: Request) -> bool:
        return has_ended and request.method == method and len(account.contacts) >= (0 if method == "GET" else 5)

    with RawServer(refusing(is_refused, ended, honest(account))) as server:
        done = invoke(path, "--inbox", 407, "--concurrency", concurrency, **server.environment)
        assert done.exit_code == 4, done.stderr
        assert 'the account\'s plan has ended (HTTP 402: "Please upgrade")' in done.stderr
        assert "renew the plan" in done.stderr
        assert "plan_ended" in {row["error_code"] for row in results() if row["status"] == "not_sent"}
        assert {*told("status")} <= {"created", "failed", "not_sent"}
        has_ended = False
        again = invoke(path, "--inbox", 407, "--settle", 0.1, **server.environment)
        assert again.exit_code == 0, again.stderr
    assert len(account.contacts) == 30


@pytest.mark.slow
@pytest.mark.parametrize("concurrency", [1, 10])
def test_the_sandboxs_firewall_fails_its_row(concurrency: int) -> None:
    """As a whole, from file to results; the credentials are right, since others were accepted."""
    with Service(forbid="person 17") as service:
        done = service.invoke(contacts(30), "--inbox", 407, "--concurrency", concurrency)
    assert done.exit_code == 1, done.stderr
    assert Counter((row["status"], row["error_code"]) for row in results()) == {
        ("created", ""): 29,
        ("failed", "forbidden"): 1,
    }


@pytest.mark.slow
def test_the_sandboxs_plan_ends() -> None:
    """Ten are taken, the rest is not sent."""
    with Service(pay_after=10) as service:
        done = service.invoke(contacts(30), "--inbox", 407, *ONE_BY_ONE)
    assert done.exit_code == 4, done.stderr
    assert Counter((row["status"], row["error_code"]) for row in results()) == {
        ("created", ""): 10,
        ("not_sent", "plan_ended"): 20,
    }


@pytest.mark.slow
@pytest.mark.parametrize("ahead_s", [pytest.param(-90_000, id="a day behind"), pytest.param(90_000, id="a day ahead")])
def test_a_wait_until_a_date_of_another_clock_is_as_long_as_it_says(ahead_s: float) -> None:
    """Four in a second, and Retry-After is a date of the server's clock: its pauses are of seconds, and are kept."""
    with Service(rate_per_second=4, retry_after="date", clock_ahead_s=ahead_s, seed=1) as service:
        done = service.invoke(contacts(5), "--inbox", 407, "--json", "--max-wait", 60)
    assert done.exit_code == 0, done.stderr
    assert 0.5 <= json.loads(done.stdout)["paused_s"] <= 20


@pytest.mark.parametrize("workers", [0, pytest.param(2, marks=pytest.mark.slow)])
def test_what_an_earlier_run_was_accepted_shows_that_the_credentials_are_right(workers: int) -> None:
    """A run was cut off behind the rows that a firewall refuses: they come first now, and the command continues."""
    account = new_account()
    has_plan = False

    def handler(request: Request) -> Iterable[Step]:
        number = numbered(request)
        if number is not None and 3 <= number < 8:
            return [BLOCKED]
        return [json_answer({"error": "Please upgrade"}, 402)] if number == 8 and not has_plan else ask(request)

    ask, path = honest(account), contacts(15)
    cluster = ("--workers", workers) if workers else ()
    with RawServer(handler) as server:
        invoke(path, "--inbox", 407, *ONE_BY_ONE, **server.environment)
        assert len(account.contacts) == 3
        has_plan = True
        done = invoke(path, "--inbox", 407, "--concurrency", 2, *cluster, **server.environment)
    assert done.exit_code == 1, done.stderr
    assert Counter(told("status")) == {"unchanged": 3, "failed": 5, "created": 7}


@pytest.mark.slow
def test_what_another_server_accepted_shows_nothing() -> None:
    """The credentials are for one address."""
    path = contacts(3)
    with RawServer(honest(new_account())) as server:
        invoke(path, "--inbox", 407, **server.environment)
    with RawServer(refusing(lambda request: request.method == "POST")) as server:
        done = invoke(path, "--inbox", 407, **server.environment)
    assert done.exit_code == 4
    assert {*zip(told("status"), told("error_code"), strict=True)} == {("not_sent", "credentials_refused")}


@pytest.mark.slow
@pytest.mark.parametrize("concurrency", [1, 4])
@pytest.mark.parametrize("header", ["Name,Email", "Name"], ids=["with a key", "without"])
def test_a_row_that_is_always_refused_with_a_wait_fails_after_its_attempts(concurrency: int, header: str) -> None:
    """A firewall that gives its 403 a Retry-After holds up the others for those waits, not for --max-wait."""
    account = new_account()
    busy = status(403, "WAF", retry_after="0")
    lines = [f"Person {n},p{n}@example.com" if "Email" in header else f"Person {n}" for n in range(12)]
    path = written("\n".join([header, *lines]))
    with RawServer(refusing(lambda request: numbered(request) == 5, busy, honest(account))) as server:
        done = invoke(path, "--inbox", 407, "--concurrency", concurrency, "--max-attempts", 3, **server.environment)
        tries = [request for request in server.of("POST") if numbered(request) == 5]
    assert done.exit_code == 1, done.stderr
    assert Counter(told("status")) == {"created": 11, "failed": 1}
    row = results()[5]
    assert (row["error_code"], row["error"], row["attempts"], len(tries)) == ("forbidden", 'HTTP 403: "WAF"', "3", 3)


@pytest.mark.slow
def test_such_a_row_that_is_stored_all_the_same_is_found() -> None:
    """The last of its refusals is looked into as well."""
    account, tries = new_account(), itertools.count(1)
    ask = honest(account)

    def handler(request: Request) -> Iterable[Step]:
        if numbered(request) != 1:
            return ask(request)
        if next(tries) == 2:
            ask(request)
        return [status(403, "WAF", retry_after="0")]

    with RawServer(handler) as server:
        done = invoke(contacts(3), "--inbox", 407, *ONE_BY_ONE, "--max-attempts", 2, **server.environment)
    assert done.exit_code == 0, done.stderr
    assert told("status") == ["created"] * 3
    assert len(account.contacts) == 3


@pytest.mark.slow
def test_waits_without_end_before_anything_was_accepted_are_about_the_credentials() -> None:
    """The first row's attempts decide: every row is not sent, and the command can be repeated."""
    busy = status(403, "WAF", retry_after="0")
    with RawServer(refusing(lambda request: request.method == "POST", busy)) as server:
        done = invoke(contacts(5), "--inbox", 407, *ONE_BY_ONE, "--max-attempts", 2, **server.environment)
    assert done.exit_code == 4
    assert {*zip(told("status"), told("error_code"), strict=True)} == {("not_sent", "credentials_refused")}
