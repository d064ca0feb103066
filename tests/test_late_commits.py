"""Issue 14, kinds 1 and 5: what is stored although no answer said so, seconds after a proxy gave up or refused."""

import asyncio
import json
import signal
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

import pytest

from importer.cluster import worker
from importer.cluster.protocol import Batch, Returned, Terms
from importer.ledger.records import Doubt, Due
from importer.livedesk.contact import Contact
from importer.livedesk.retry import Patience
from importer.models import Outcome, Status
from importer.sandbox.account import Account
from importer.sandbox.faults import Fault
from importer.sandbox.server import Faults, SandboxSettings
from importer.sender.doubts import MOST_ASIDE, Aside, Doubts
from importer.sender.policy import Policy
from tests.support.desk import ANN, Desk, Sleeper, play, script
from tests.support.raw_answers import found, honest, json_answer, new_account, scripted, status
from tests.support.raw_server import End, Handler, Pause, RawServer, Request, Step
from tests.support.service import Service, by_name, by_phone, invoke, kill, results, start, written

SHORT = ("--settle", "0.4")
"""Long enough for what the servers here store late."""

NEVER = ("--settle", "20")
"""Whoever waits for this fails by its time."""


def at_once(seconds: float = 10.0) -> Callable[[], bool]:
    """Whether less time has passed."""
    until = time.monotonic() + seconds
    return lambda: time.monotonic() < until


def ids(account: Account) -> list[str]:
    return [str(contact["id"]) for contact in account.contacts]


def told(name: str) -> list[str]:
    """A column of the newest results."""
    return [row[name] for row in results()]


def after_storing(account: Account, answers: Iterable[Step]) -> Handler:
    """Carries out every create, and gives the first ones these answers."""
    left, ask = iter(answers), honest(account)

    def handle(request: Request) -> Iterable[Step]:
        proper = ask(request)
        spoilt = next(left, None) if request.method == "POST" else None
        return proper if spoilt is None else [spoilt]

    return handle


# -- 1: stored after the answer ----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_what_a_proxy_gave_up_on_and_the_application_stores_later_is_created_once() -> None:
    """504 or a cut connection, and stored after the search: a row in doubt is sent again only after ``--settle``."""
    with Service(late_store=1.0, late_ms=150, phones="shared", seed=3) as service:
        done = service.invoke(by_phone(12), "--inbox", 407, *SHORT)
        assert done.exit_code == 0, done.stderr
        assert service.sandbox.requests["POST"] == 12
        assert sorted(told("contact_id")) == sorted(ids(service.sandbox.account))


@pytest.mark.slow
def test_a_search_that_lags_behind_finds_the_contact_after_settle() -> None:
    """Stored at once and answered with an error, and searches find it only later: not created a second time."""
    with Service(error_after=1.0, search_lag_ms=150, phones="shared", seed=3) as service:
        done = service.invoke(by_phone(12), "--inbox", 407, *SHORT)
        assert done.exit_code == 0, done.stderr
        assert service.sandbox.requests["POST"] == 12
        assert sorted(told("contact_id")) == sorted(ids(service.sandbox.account))


@pytest.mark.slow
def test_a_refusal_after_a_doubt_that_no_search_explains_is_unknown_and_looked_at_again() -> None:
    """422 for a value that the row itself stored, and the search lags for long: never ``failed``; the next run sees."""
    path, account = written("Name,Email\nAnn,ann@x.org\n"), new_account()
    ask = after_storing(account, [status(500)])
    lags = True

    def handler(request: Request) -> Iterable[Step]:
        return [found()] if lags and "q" in request.query else ask(request)

    with RawServer(handler) as server:
        assert invoke(path, "--inbox", 407, "--settle", "0.1", **server.environment).exit_code == 1
        (row,) = results()
        assert (row["status"], row["error_code"], row["http_status"]) == ("unknown", "rejected", "422")
        lags = False
        done = invoke(path, "--inbox", 407, "--settle", "0.1", **server.environment)
        assert done.exit_code == 0, done.stderr
    assert (told("status"), told("contact_id")) == (["created"], ids(account))


@pytest.mark.slow
def test_a_row_in_doubt_steps_aside_and_the_others_go_on() -> None:
    """One request at a time, and the first is lost: all others are sent before the first is looked for again."""
    account = new_account(phones="shared")
    with RawServer(scripted([[status(504)]], honest(account))) as server:
        done = invoke(by_phone(4), "--inbox", 407, *SHORT, "--concurrency", 1, **server.environment)
        assert done.exit_code == 0, done.stderr
        phones = [request.body["phone_number"][-1] for request in server.of("POST")]
        searched = [request.query["q"][-1] for request in server.of("GET") if "q" in request.query]
        assert phones == ["0", "1", "2", "3", "0"]
        assert {*searched} == {"0"}
        assert sorted(told("contact_id")) == sorted(ids(account))


class Times:
    """Wraps a handler; owns the moment of each request."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self.at: list[tuple[str, float]] = []

    def __call__(self, request: Request) -> Iterable[Step]:
        if request.method == "POST" or "q" in request.query:
            self.at.append((request.method, time.monotonic()))
        return self._handler(request)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("steps", "ends_after_s"),
    [
        pytest.param([status(504)], 0.0, id="an answer"),
        pytest.param([End.CUT], 0.0, id="a cut"),
        pytest.param([Pause(0.3), status(502)], 0.3, id="a late answer"),
        pytest.param([Pause(9)], 0.5, id="our timeout"),
    ],
)
def test_the_time_counts_from_the_end_of_the_request(steps: list[Step], ends_after_s: float) -> None:
    """The answer, the cut, or our timeout: then a search, after ``--settle`` another, and then the create."""
    times = Times(scripted([steps], honest(new_account())))
    with RawServer(times) as server:
        options = ("--settle", "0.5", "--timeout", "0.5")
        done = invoke(by_phone(1), "--inbox", 407, *options, **server.environment)
        assert done.exit_code == 0, done.stderr
    methods = [method for method, _ in times.at]
    # The search that decides asks for the number in its other spelling too.
    assert (methods[:5], {*methods[5:]}) == (["POST", "GET", "GET", "GET", "POST"], {"GET"})
    (_, first), _, (_, again), *_ = times.at
    assert again - first >= ends_after_s + 0.5 - 0.02


def test_a_doubt_of_an_earlier_run_waits_from_the_start_of_this_one() -> None:
    """A row marked long ago may have left a second before the kill: searched for at once, and sent after a wait."""
    outcome, opened = play(lambda desk: desk.settle(ANN, doubt=Doubt(0.0, 1.0)), Policy(inbox_id="407", settle_s=30))
    assert (outcome.status, opened.sandbox.requests["POST"]) == (Status.CREATED, 1)
    assert opened.stop.slept[0] == 30


@pytest.mark.slow
def test_a_killed_run_is_no_wait_and_its_late_commit_is_found() -> None:
    """kill -9 while the request is under way, which is stored after the next run has begun: created once."""
    account, stores = new_account(phones="shared"), threading.Event()
    ask = honest(account)

    def handler(request: Request) -> Iterable[Step]:
        if request.method == "POST" and not stores.is_set():
            stores.set()
            return [Pause(30)]
        return ask(request)

    path = by_phone(1)
    with RawServer(handler) as server:
        process = start(path, "--inbox", 407, **server.environment)
        assert stores.wait(120)
        kill(process)
        body = server.of("POST")[0].body
        late = threading.Timer(0.0, account.create, (body,))
        searched = threading.Event()

        def then(request: Request) -> Iterable[Step]:
            answer = ask(request)
            if "q" in request.query and not searched.is_set():
                searched.set()
                late.start()  # right after the search that found nothing
            return answer

        server.handler = then
        done = invoke(path, "--inbox", 407, *SHORT, **server.environment)
        late.join()
        assert done.exit_code == 0, done.stderr
        assert len(server.of("POST")) == 1
    assert told("contact_id") == ids(account)


# -- 1: a stop does not wait -------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGINT"), reason="signals of POSIX")
def test_a_signal_does_not_wait_for_doubts() -> None:
    """The rows that stand aside end as ``unknown`` at once, and the same command settles them."""
    path = by_phone(3)
    with Service(drop_before=1.0, phones="shared") as service:
        process = service.start(path, "--inbox", 407, *NEVER)
        while service.sandbox.requests["GET"] < 4:  # the preflight, and a search for each
            assert process.poll() is None, process.communicate()
            threading.Event().wait(0.005)
        in_time = at_once()
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=120)
        assert in_time()
        assert process.returncode == 130, said
        assert told("status") == ["unknown"] * 3
        script(service.sandbox, [])
        done = service.invoke(path, "--inbox", 407, *SHORT)
        assert done.exit_code == 0, done.stderr
        assert sorted(told("contact_id")) == sorted(ids(service.sandbox.account))


@pytest.mark.slow
def test_an_end_with_exit_4_does_not_wait_for_doubts() -> None:
    """One row in doubt, and then the credentials are refused: unknown, not sent; the same command settles both."""
    path = by_phone(3)
    account = new_account(phones="shared")
    with RawServer(scripted([[status(504)], *[[status(401)]] * 9], honest(account))) as server:
        in_time = at_once()
        done = invoke(path, "--inbox", 407, *NEVER, "--concurrency", 1, **server.environment)
        assert in_time()
        assert done.exit_code == 4, done.stderr
        assert set(told("status")) <= {"unknown", "not_sent"}
        assert told("status")[0] == "unknown"
        assert told("status")[2] == "not_sent"
        server.handler = honest(account)
        assert invoke(path, "--inbox", 407, *SHORT, **server.environment).exit_code == 0
    assert sorted(told("contact_id")) == sorted(ids(account))


def test_a_row_whose_answer_is_lost_while_the_run_stops_is_unknown_at_once() -> None:
    """It does not stand aside: one search, and no second create that could not leave."""

    async def scene(desk: Desk) -> Outcome:
        def fault(method: str) -> Fault | None:
            desk.stop.request()
            return Fault.DROP_BEFORE if method == "POST" else None

        desk.sandbox.dice.fault = fault  # type: ignore[method-assign]
        return await desk.settle(ANN)

    outcome, opened = play(scene)
    assert (outcome.status, outcome.error_code, outcome.attempts) == (Status.UNKNOWN, "connection_lost", 1)
    assert opened.stop.slept == []


# -- 1: how many stand aside -------------------------------------------------------------------------------------------


class Rows:
    """New rows for ``Doubts``; ``taken`` counts them."""

    def __init__(self, count: int) -> None:
        self._count = count
        self.taken = 0

    async def take(self) -> Due | None:
        if self.taken == self._count:
            return None
        self.taken += 1
        return Due(self.taken, Contact(identifier=f"N{self.taken}"))


def aside(number: int, wait_s: float) -> Aside:
    return Aside(Due(number, Contact(identifier=f"A{number}")), wait_s)


def test_at_most_a_thousand_rows_stand_aside() -> None:
    """Those in flight may all end in doubt, and count with them; beyond that no new row leaves before one is due."""

    async def scene() -> None:
        stop, rows = Sleeper(), Rows(5000)
        doubts = Doubts(stop, 10, clock=stop.clock)
        take = doubts.source(rows.take)
        while not doubts.is_full:
            row = await take()
            assert row is not None
            doubts.add(Aside(row, 30.0))
        assert rows.taken == MOST_ASIDE - 10 == 990
        assert stop.slept == []
        row = await take()
        assert row is not None
        assert (row.number, rows.taken) == (1, 990)
        assert sum(stop.slept) == 30.0
        doubts.add(Aside(row, 30.0))

    asyncio.run(scene())


@pytest.mark.slow
def test_a_run_in_which_everything_is_lost_stops_sending_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a limit of 20 and 5 at a time, 15 and those in flight have left when the first comes up again."""
    monkeypatch.setattr("importer.sender.doubts.MOST_ASIDE", 20)
    account = new_account(phones="shared")
    ask = honest(account)
    seen: dict[str, int] = {}
    most: list[int] = []

    def handler(request: Request) -> Iterable[Step]:
        if request.method == "POST":
            phone = request.body["phone_number"]
            seen[phone] = seen.get(phone, 0) + 1
            if seen[phone] == 1:
                return [status(504)]
            most.append(len(seen))
        return ask(request)

    with RawServer(handler) as server:
        options = ("--concurrency", 5, "--settle", "0.5", "--max-attempts", 3)
        done = invoke(by_phone(40), "--inbox", 407, *options, **server.environment)
    assert done.exit_code == 0, done.stderr
    assert 15 <= most[0] <= 20
    assert len(account.contacts) == 40


def test_what_is_due_goes_before_new_rows_and_what_is_not_waits() -> None:
    """In the order of their times; at the end only the doubtful wait."""

    async def scene() -> list[str | None]:
        stop, rows = Sleeper(), Rows(2)
        doubts = Doubts(stop, 10, clock=stop.clock)
        take = doubts.source(rows.take)
        doubts.add(aside(1, 30.0))
        doubts.add(aside(2, 0.0))
        doubts.add(aside(3, 20.0))
        return [row.contact.identifier if (row := await take()) else None for _ in range(6)] + [str(sum(stop.slept))]

    assert asyncio.run(scene()) == ["A2", "N1", "N2", "A3", "A1", None, "30.0"]


def test_the_user_hears_once_why_the_run_waits() -> None:
    """When no new row is left: how many rows in doubt and how many in none, and for how long."""

    async def scene() -> list[tuple[int, int, float]]:
        said: list[tuple[int, int, float]] = []
        stop, rows = Sleeper(), Rows(1)
        doubts = Doubts(stop, 10, lambda *told: said.append(told), stop.clock)
        take = doubts.source(rows.take)
        doubts.add(aside(1, 10.0))
        doubts.add(Aside(aside(2, 30.0).row.in_doubt_again(), 30.0))
        while await take() is not None:
            pass
        return said

    assert asyncio.run(scene()) == [(1, 1, 30.0)]


def test_a_stop_takes_no_row_out_of_the_wait() -> None:
    """Those that stand aside are left for their outcome ``unknown``, each once."""

    async def scene() -> None:
        stop, rows = Sleeper(), Rows(3)
        doubts = Doubts(stop, 10, clock=stop.clock)
        doubts.add(aside(1, 10.0))
        stop.request()
        assert await asyncio.wait_for(doubts.source(rows.take)(), 2) is None
        assert [row.number for row in doubts.rest()] == [1]
        assert not doubts.any
        assert rows.taken == 0

    asyncio.run(scene())


# -- 1: workers --------------------------------------------------------------------------------------------------------


def test_a_worker_gives_its_doubts_back_to_the_driver() -> None:
    """It neither waits for them nor calls them in doubt without a cause: the row comes back with its doubt."""

    async def scene(url: str) -> Returned:
        terms = Terms(url, 5.0, 2, None, Patience(), Policy(inbox_id="407", settle_s=600), 60.0)
        await worker.begin("late", terms)
        try:
            rows = Due(2, ANN, b"f"), Due(3, Contact(email="b@x.org", inbox_id="407"), b"g")
            return await worker.settle_batch("late", Batch(rows))
        finally:
            await worker.end("late")

    with Service(phones="shared") as service, pytest.MonkeyPatch.context() as patch:
        for name, value in service.environment.items():
            patch.setenv(name, value)
        script(service.sandbox, [Fault.DROP_BEFORE])
        in_time = at_once()
        returned = asyncio.run(scene(service.url))
        assert in_time()
    (row, wait_s), *more = returned.aside
    assert (wait_s, more, len(returned.settled)) == (600, [], 1)
    assert row.doubt is not None
    assert (row.doubt.code, row.doubt.has_waited, row.doubt.attempts) == ("connection_lost", True, 1)
    assert row.key not in returned.in_doubt | returned.settled.keys()


@pytest.mark.slow
def test_what_workers_doubt_waits_at_the_driver_and_is_settled() -> None:
    """Late stores, and ids that another row has, some of it at another worker: each person once, each id right."""
    with Service(late_store=0.4, late_ms=150, repeat_id=0.3, phones="shared", seed=3) as service:
        done = service.invoke(by_phone(40), "--inbox", 407, *SHORT, "--workers", 2)
        assert done.exit_code == 0, done.stderr
        assert service.sandbox.requests["POST"] == 40
        stored = {contact["name"]: str(contact["id"]) for contact in service.sandbox.contacts}
    assert {row["name"]: row["contact_id"] for row in results()} == stored


# -- 1: sent twice after all -------------------------------------------------------------------------------------------


class Twice:
    """Stores the first create too, but only once the second has been answered: later than anybody waits."""

    def __init__(self) -> None:
        self.account = new_account(phones="shared")
        self._ask = honest(self.account)
        self._late: list[Request] = []

    def __call__(self, request: Request) -> Iterable[Step]:
        if request.method != "POST":
            return self._ask(request)
        if not self._late:
            self._late.append(request)
            return [status(504)]
        answer = self._ask(request)
        self._ask(self._late[0])
        return answer


@pytest.mark.slow
def test_a_row_that_is_there_twice_after_all_tells_both_ids_and_never_hides_them() -> None:
    """The last look at the end of the run, and each later run, say ``doubled``; once one is left it is ``created``."""
    path, desk = by_phone(1), Twice()
    with RawServer(desk) as server:
        for _ in range(2):
            assert invoke(path, "--inbox", 407, "--settle", "0.1", **server.environment).exit_code == 1
            (row,) = results()
            assert (row["status"], row["error_code"], row["contact_id"]) == ("unknown", "doubled", "")
            assert all(each in row["error"] for each in ids(desk.account))
            assert len(ids(desk.account)) == 2
        del desk.account.contacts[1]  # merged by somebody
        ask = honest(desk.account)
        left = {key: value for key, value in desk.account.contacts[0].items() if key not in ("inbox_id", "avatar_url")}

        def merged(request: Request) -> Iterable[Step]:
            if request.method == "GET" and "q" in request.query:
                payload = [left] if request.query.get("page") == "1" else []
                return [status(200, json.dumps({"meta": {}, "payload": payload}), "application/json")]
            return ask(request)

        server.handler = merged
        done = invoke(path, "--inbox", 407, "--settle", "0.1", **server.environment)
        assert done.exit_code == 0, done.stderr
        assert len(server.of("POST")) == 2
    assert (told("status"), told("contact_id")) == (["created"], ids(desk.account))


@pytest.mark.slow
def test_a_kill_before_the_last_look_hides_no_second_contact() -> None:
    """Sent twice, stored twice, answered, and killed while it is looked for once more: the next run tells both ids."""
    path, desk, looks = by_phone(1), Twice(), threading.Event()

    def handler(request: Request) -> Iterable[Step]:
        if "q" in request.query and len(ids(desk.account)) == 2 and not looks.is_set():
            looks.set()
            return [Pause(30)]
        return desk(request)

    with RawServer(handler) as server:
        process = start(path, "--inbox", 407, "--settle", "0.1", **server.environment)
        assert looks.wait(120)
        kill(process)
        assert invoke(path, "--inbox", 407, "--settle", "0.1", **server.environment).exit_code == 1
        assert len(server.of("POST")) == 2
    (row,) = results()
    assert (row["status"], row["error_code"]) == ("unknown", "doubled")
    assert all(each in row["error"] for each in ids(desk.account))


@pytest.mark.slow
def test_a_row_sent_again_and_there_once_is_created() -> None:
    """The last look costs one search and changes nothing."""
    account = new_account(phones="shared")
    with RawServer(scripted([[status(504)]], honest(account))) as server:
        assert invoke(by_phone(1), "--inbox", 407, "--settle", "0.1", **server.environment).exit_code == 0
    assert (told("status"), told("contact_id"), told("attempts")) == (["created"], ids(account), ["2"])


# -- 5: refusals that were none ----------------------------------------------------------------------------------------

REFUSALS = [
    pytest.param(status(429, "Retry later", retry_after="0"), id="429"),
    pytest.param(status(425, "Too Early"), id="425"),
    pytest.param(status(503, "busy", retry_after="0"), id="503"),
]


@pytest.mark.slow
@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_refusal_waits_its_pause_and_not_settle(refusal: bytes) -> None:
    """Nothing was stored: a search, then the create again, and no wait of ``--settle`` before it."""
    account = new_account(phones="shared")
    times = Times(scripted([[refusal]], honest(account)))
    with RawServer(times) as server:
        done = invoke(by_phone(1), "--inbox", 407, "--settle", "1.5", **server.environment)
        assert done.exit_code == 0, done.stderr
    assert [method for method, _ in times.at[:4]] == ["POST", "GET", "GET", "POST"]
    assert times.at[3][1] - times.at[0][1] < 1.5
    assert (told("status"), told("contact_id")) == (["created"], ids(account))


@pytest.mark.slow
@pytest.mark.parametrize(
    "refusal",
    [
        pytest.param(status(429, "Retry later", retry_after="0"), id="429"),
        pytest.param(status(425, "Too Early"), id="425"),
        pytest.param(status(503, "busy", retry_after="0"), id="503"),
    ],
)
def test_a_row_found_after_a_refusal_holds_up_no_run(refusal: bytes) -> None:
    """It was sent once and is there: nothing is left to wait for."""
    with RawServer(after_storing(new_account(phones="shared"), [refusal])) as server:
        in_time = at_once(1.9)
        assert invoke(by_phone(1), "--inbox", 407, "--settle", "2", **server.environment).exit_code == 0
        assert len(server.of("POST")) == 1
    assert in_time()


@pytest.mark.slow
@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_refusal_after_storing_is_found_by_its_key(refusal: bytes) -> None:
    """The phone number is several contacts' here, so a second create would have been taken."""
    account = new_account(phones="shared")
    with RawServer(after_storing(account, [refusal] * 3)) as server:
        done = invoke(by_phone(3), "--inbox", 407, *SHORT, **server.environment)
        assert done.exit_code == 0, done.stderr
        assert len(server.of("POST")) == 3
    assert sorted(told("contact_id")) == sorted(ids(account))


@pytest.mark.slow
@pytest.mark.parametrize("refusal", REFUSALS[1:])
def test_without_a_key_a_refusal_that_may_have_stored_is_unknown(refusal: bytes) -> None:
    """425 and 503: nobody can find the person, so nobody is sent twice, and the row says so, in later runs too."""
    path, account = by_name(2), new_account()
    with RawServer(after_storing(account, [refusal])) as server:
        for _ in range(2):
            options = ("--settle", "0.1", "--concurrency", 1)
            assert invoke(path, "--inbox", 407, *options, **server.environment).exit_code == 1
            assert told("status")[0] == "unknown"
        assert len(server.of("POST")) == len(account.contacts) == 2
    assert "look for it in LiveDesk" in results()[0]["hint"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("answer", "code"),
    [
        pytest.param(REFUSALS[1].values[0], "rate_limited", id="425"),
        pytest.param(json_answer({"payload": {}}), "bad_answer", id="no id"),
        pytest.param(End.CLOSE, "connection_lost", id="cut"),
    ],
)
def test_without_a_key_a_doubt_keeps_its_cause_over_runs(answer: Any, code: str) -> None:
    """No search settles it, so what happened to the row is all that anybody can look for; a plan says the same."""
    path, account = by_name(2), new_account()
    options = ("--inbox", 407, "--settle", "0.1", "--concurrency", 1)
    with RawServer(after_storing(account, [answer])) as server:
        assert invoke(path, *options, **server.environment).exit_code == 1
        first = results()[0]
        assert (first["status"], first["error_code"]) == ("unknown", code)
        for _ in range(2):
            plan = invoke("plan", path, *options, **server.environment)
            assert plan.exit_code == 1
            assert f"{code}: {first['error']}" in " ".join(plan.stdout.split())
            assert invoke(path, *options, **server.environment).exit_code == 1
            again = results()[0]
            assert [again[name] for name in _CAUSE] == [first[name] for name in _CAUSE]
        assert len(server.of("POST")) == 2


_CAUSE: Final = ("status", "error_code", "error", "hint", "http_status")


@pytest.mark.slow
def test_without_a_key_429_stored_nothing_and_the_row_is_sent_again() -> None:
    """The limit is counted before the application, so this one refusal is believed."""
    account = new_account()
    with RawServer(scripted([[status(429, retry_after="0")]], honest(account))) as server:
        done = invoke(by_name(1), "--inbox", 407, *NEVER, **server.environment)
        assert done.exit_code == 0, done.stderr
        assert len(server.of("POST")) == 2
    assert (told("status"), told("contact_id")) == (["created"], ids(account))


@pytest.mark.slow
@pytest.mark.parametrize("people", [by_phone, by_name])
def test_a_row_that_met_a_redirect_is_unknown_and_the_run_stops(people: Callable[[int], Path]) -> None:
    """3xx, stored or not: never ``not_sent``, which a later run would send; the rest is ``not_sent``, exit 4."""
    path, account = people(3), new_account(phones="shared")
    with RawServer(after_storing(account, [status(307, location="/elsewhere")])) as server:
        options = ("--concurrency", 1, *NEVER)
        done = invoke(path, "--inbox", 407, *options, **server.environment)
        assert done.exit_code == 4, done.stderr
        assert told("status") == ["unknown", "not_sent", "not_sent"]
        assert told("error_code")[0] == "redirected"
        invoke(path, "--inbox", 407, *SHORT, **server.environment)
        expected = "created" if people is by_phone else "unknown"
        assert told("status") == [expected, "created", "created"]
        assert len(server.of("POST")) == len(account.contacts) == 3


@pytest.mark.parametrize("refuse_status", [425, 429, 503])
def test_the_sandboxs_refusals_after_storing_double_nobody(refuse_status: int) -> None:
    """Stored and refused, with a phone number as the only key: one create, one contact, the right id."""
    faults = Faults(refuse_after=1.0, refuse_status=refuse_status, phones="shared", seed=1)

    async def scene(desk: Desk) -> Outcome:
        return await desk.settle(Contact(name="Ann", phone_number="+4915112345678", inbox_id="407"))

    outcome, opened = play(scene, settings=SandboxSettings(faults=faults))
    assert (outcome.status, outcome.contact_id) == (Status.CREATED, *ids(opened.sandbox.account))
    assert opened.sandbox.requests["POST"] == 1
