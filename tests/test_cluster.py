"""Several processes that send: the results of one, nothing lost and nothing twice whoever dies, and no secret told.

Most tests have a cluster that stands for all of them, as ``--scheduler`` finds one; those about death and signals start
processes of their own.
"""

import json
import logging
import math
import os
import pickle
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import warnings
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import psutil
import pytest
from click.testing import Result
from distributed import LocalCluster

from importer.cluster import lease, members, protocol, sessions, settings, worker
from importer.errors import RunStopped
from importer.ledger.ledger import Ledger
from importer.ledger.run import Run
from importer.message import Message
from importer.models import Json, Status
from importer.pipeline import opening
from importer.sender.metrics import Metrics
from tests.support.raw_answers import honest, new_account, status
from tests.support.raw_server import Handler, RawServer, Request, Step
from tests.support.service import KEY, SECRET, Service, contacts, folders, invoke, results, written
from tests.support.terminal import asked_at_a_terminal


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """The address of a scheduler with two workers that have the credentials in their environment."""
    credentials = {"LIVEDESK_API_KEY": KEY, "LIVEDESK_API_SECRET": SECRET}
    with warnings.catch_warnings(), standing_cluster(2, credentials) as found:
        yield found.scheduler_address


def standing_cluster(workers: int, environment: dict[str, str]) -> LocalCluster:
    return LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        dashboard_address=None,
        host="127.0.0.1",
        scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"},
        silence_logs=logging.CRITICAL,
        memory_limit=0,
        env=environment,
    )


def on(address: str, service: Service, *arguments: object) -> Result:
    """The command on an existing cluster; this process has no credentials."""
    return invoke(*arguments, "--inbox", 407, "--scheduler", address, LIVEDESK_BASE_URL=service.url)


def summary() -> dict[str, Any]:
    told: dict[str, Any] = json.loads((folders()[-1] / "summary.json").read_text(encoding="utf-8"))
    return told


# -- the same as one process -----------------------------------------------------------------------------------------

MIXED = (
    "Name,Email,Phone,Customer ID,City\n"
    + "".join(f"Person {n},p{n}@example.com,+4915112{n:06},C{n},{'Bonn' if n % 3 else ''}\n" for n in range(300))
    + "Person 7,p7@example.com,,C7,\nNobody,nobody@,,C900,\nColleague,q@example.com,+4915112000001,C901,\n"
)


def rows_by_identifier() -> dict[str, tuple[str, ...]]:
    """What became of every row, but for the id that a server chose."""
    told = ("row", "status", "error_code", "error", "hint", "http_status", "attempts")
    return {f"{row['row']} {row['identifier']}": tuple(row[name] for name in told) for row in results()}


@pytest.mark.slow
def test_the_results_are_those_of_one_process(cluster: str) -> None:
    """Row by row the same, every id the server's for that row; and every request is counted.

    Each worker asks for itself whether a create may bring attributes; here that costs the row that asks no second one.
    """
    path = written(MIXED)
    with Service(create_attributes="ignored") as service:
        service.invoke(path, "--inbox", 407)
        alone = rows_by_identifier()
    with Service(create_attributes="ignored") as service:
        done = on(cluster, service, path, "--output-dir", "elsewhere")
        assert done.exit_code == 1, done.stderr
        stored, requests = service.stored, service.sandbox.requests
    Path("elsewhere").rename("import-results-2")
    lines = results(folders("import-results-2")[-1])
    assert {row["identifier"]: row["contact_id"] for row in lines if row["status"] == "created"} == stored
    Path("import-results").rename("import-results-1")
    Path("import-results-2").rename("import-results")
    assert rows_by_identifier() == alone
    told = summary()
    assert told["requests"] == requests.total()
    assert told["latency_ms"]["p50"] > 0
    assert told["options"]["scheduler"] == cluster


@pytest.mark.slow
def test_an_id_that_an_earlier_run_gave_to_another_row_is_that_of_its_owner(cluster: str) -> None:
    """As in one process: Ann's row, which was given the id that Bob's contact gets, is put right in the same run."""
    ann, bob = "Ann,ann@example.com\n", "Bob,bob@example.com\n"
    with Service() as service:
        assert service.invoke(written(f"Name,Email\n{ann}"), "--inbox", 407).exit_code == 0
        with closing(sqlite3.connect("import-results/ledger.sqlite3")) as db, db:
            for table in ("rows", "contacts"):
                db.execute(f"UPDATE {table} SET contact_id = contact_id + 1")
        done = on(cluster, service, written(f"Name,Email\n{ann}{bob}"), "--settle", 0.2)
        assert done.exit_code == 0, done.stderr
        stored = {contact["name"]: str(contact["id"]) for contact in service.sandbox.contacts}
        assert len(stored) == service.sandbox.requests["POST"] == 2
    assert {row["name"]: row["contact_id"] for row in results()} == stored


CUSTOMERS: dict[int, tuple[str, ...]] = {
    n: (f"Person {n}", f"p{n}@example.com", f"+4915112{n:06}", f"C{n}") for n in range(120)
}
NEXT_WEEK: dict[int, tuple[str, ...]] = {
    **CUSTOMERS,
    **{n: ("Person", f"p{n + 1}@example.com", *CUSTOMERS[n][2:]) for n in range(4)},  # each has what the next one had
    4: ("Person 4", "moved@example.com", *CUSTOMERS[4][2:]),
    **{n: (*CUSTOMERS[n][:2], f"+4915113{n:06}", f"C{n}") for n in range(5, 30)},
    **{n: (f"Zoe {n}", f"z{n}@example.com", f"+4915113{n:06}", f"C{n}") for n in range(30, 35)},
    **{n: (f"Person {n}", f"p{n}@example.com", "", f"C{n}") for n in range(200, 210)},
}


def customers(people: dict[int, tuple[str, ...]]) -> Path:
    return written("Name,Email,Phone,Customer ID\n" + "".join(",".join(cells) + "\n" for cells in people.values()))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("match_by", "is_known"), [("identifier", False), ("auto", True)], ids=["--match-by", "what the ledger knows"]
)
def test_two_workers_update_whom_one_process_would(match_by: str, is_known: bool, cluster: str) -> None:
    """By the field that decides, by what the ledger knows, and in the order in which values change hands."""
    options = "--match-by", match_by, "--on-duplicate", "update"
    people, patches, told = [], [], []
    for number in range(2):
        with Service() as service:
            service.invoke(customers(CUSTOMERS), "--inbox", 407, "--settle", 0)
            if not is_known:
                Path("import-results").rename(f"first-{number}")
            before = service.sandbox.requests["PATCH"]
            if number:
                assert on(cluster, service, customers(NEXT_WEEK), *options).exit_code < 2
            else:
                service.invoke(customers(NEXT_WEEK), "--inbox", 407, *options)
            patches.append(service.sandbox.requests["PATCH"] - before)
            fields = "name", "email", "phone_number", "identifier"
            people.append(sorted(tuple(contact[name] for name in fields) for contact in service.sandbox.contacts))
            told.append({row["row"]: (row["status"], row["error_code"], row["hint"]) for row in results()})
            Path("import-results").rename(f"results-{number}")
    assert people[0] == people[1]
    assert patches[0] == patches[1]
    assert told[0] == told[1]
    counts = Counter(status for status, *_ in told[1].values())
    assert (counts["created"], counts["updated"]) == (10, 35)


@pytest.mark.slow
def test_workers_are_told_what_is_known_and_tell_what_they_find_out(cluster: str) -> None:
    """The driver keeps it; each of the next run's workers asks once whether it is still so, and then relies on it."""
    known = {"creates_with_additional_attributes": True}
    with Service(create_attributes="stored") as service:
        for number in range(2):
            lines = (f"P {n},p{number}-{n}@x.org,Bonn\n" for n in range(200))
            done = on(cluster, service, written("Name,Email,City\n" + "".join(lines)))
            assert done.exit_code == 0, done.stderr
            assert summary()["capabilities"] == known
            requests = service.sandbox.requests.copy()
            service.sandbox.requests.clear()
        assert requests["POST"] == 200
        assert requests["PATCH"] + requests["GET"] < 150
        assert all(contact["additional_attributes"] == {"city": "Bonn"} for contact in service.sandbox.contacts)


@pytest.mark.slow
def test_the_same_command_again_sends_nothing(cluster: str, service: Service) -> None:
    """As after a run of one process."""
    path = contacts(30)
    assert on(cluster, service, path).exit_code == 0
    before = service.sandbox.requests.total()
    assert on(cluster, service, path).exit_code == 0
    assert service.sandbox.requests.total() == before
    assert Counter(row["status"] for row in results()) == {"unchanged": 30}


@pytest.mark.slow
def test_processes_on_this_machine_have_the_rehearsal_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--sandbox is served by the driver, and its workers reach it; nothing of Dask stays among temporary files."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    done = invoke(contacts(50), "--inbox", 407, "--sandbox", "--workers", 2, "--json")
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["counts"] == {"created": 50}
    assert json.loads(done.stdout)["requests"] == 50
    assert [*temporary.iterdir()] == []


@pytest.mark.slow
def test_the_time_begins_when_the_workers_are_there(
    cluster: str, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their pauses are counted from then on: from the start of the processes, all would stand too early."""
    began: list[str] = []
    real = sessions.mustered

    @asynccontextmanager
    async def mustered(*arguments: Any) -> AsyncIterator[members.Members]:
        async with real(*arguments) as found:
            began.append("workers")
            yield found

    def meter() -> Metrics:
        began.append("clock")
        return Metrics()

    monkeypatch.setattr(sessions, "mustered", mustered)
    monkeypatch.setattr("importer.pipeline.send.Metrics", meter)
    assert on(cluster, service, contacts(3)).exit_code == 0
    assert began[-2:] == ["workers", "clock"]


@pytest.mark.slow
def test_a_canary_goes_first_here_too(cluster: str, service: Service) -> None:
    """Without a terminal the rest is not sent; the same command without it goes on."""
    path = contacts(60)
    done = on(cluster, service, path, "--canary", 3)
    assert done.exit_code == 4
    assert Counter(row["status"] for row in results()) == {"created": 3, "not_sent": 57}
    assert on(cluster, service, path).exit_code == 0
    assert service.sandbox.requests["POST"] == 60


@pytest.mark.parametrize(
    ("typed", "exit_code", "created"),
    [pytest.param(b"y\n", 0, 10, id="yes"), pytest.param(b"\x03", 130, 3, id="Ctrl-C")],
)
@pytest.mark.slow  # without a terminal it is quick, above
def test_at_a_terminal_a_canary_asks_here_too(
    cluster: str, service: Service, typed: bytes, exit_code: int, created: int
) -> None:
    """While somebody thinks, the workers are told that the driver is there."""
    contacts(10)
    shown, ended = asked_at_a_terminal(service, typed, "--scheduler", cluster)
    assert ended == exit_code
    assert shown.count(b"created") == 3
    assert len(service.stored) == created


@pytest.mark.slow
def test_without_the_options_nothing_of_dask_is_read() -> None:
    """An extra that most do without costs them nothing."""
    contacts(2)
    program = (
        "import sys\nfrom importer.cli.main import main\n"
        "sys.argv = ['import-contacts', 'contacts.csv', '--inbox', '407', '--sandbox']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print([name for name in ('dask', 'distributed', 'importer.cluster.driver') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.slow
def test_a_dry_run_starts_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """It sends nothing, so nobody is needed to send it."""
    monkeypatch.setattr(opening, "check_cluster", lambda _: pytest.fail("asked for"))
    done = invoke(contacts(3), "--inbox", 407, "--dry-run", "--scheduler", "tls://nowhere.example:8786")
    assert done.exit_code == 0, done.stderr


# -- what is shared out ----------------------------------------------------------------------------------------------


@pytest.fixture
def handed_out(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What the driver has workers do: the function, its arguments, and what came back."""
    calls: list[tuple[Any, ...]] = []
    call = members.Members.call

    async def noted(self: Any, member: Any, function: Any, *arguments: Any) -> Any:
        calls.append((member.address, function.__name__, arguments))
        answer = await call(self, member, function, *arguments)
        calls.append((member.address, function.__name__, answer))
        return answer

    monkeypatch.setattr(members.Members, "call", noted)
    return calls


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "shares"),
    [
        (("--rate", 50, "--concurrency", 6), [(25, 3), (25, 3)]),
        (("--concurrency", 7), [(None, 4), (None, 3)]),
        (("--rate", 40, "--concurrency", 1), [(40, 1)]),
    ],
    ids=["evenly", "one more for the first", "no more workers than requests in flight"],
)
def test_rate_and_concurrency_are_those_of_all_together(
    cluster: str,
    service: Service,
    handed_out: list[tuple[Any, ...]],
    options: tuple[object, ...],
    shares: list[tuple[float | None, int]],
) -> None:
    """Whoever sets a ceiling means the account's."""
    assert on(cluster, service, contacts(20), *options).exit_code == 0
    terms = [call[2][1] for call in handed_out if call[1] == "begin" and isinstance(call[2], tuple)]
    assert sorted(((each.rate, each.concurrency) for each in terms), reverse=True) == shares


@pytest.mark.slow
def test_a_rate_is_kept_by_all_together(cluster: str) -> None:
    """Sixty creates at 100 a second take more than half a second, though two send them."""
    moments: list[float] = []
    with Service() as service:
        authorized = service.sandbox.authorized

        def noting(header: str) -> bool:
            moments.append(time.monotonic())
            return authorized(header)

        service.sandbox.authorized = noting  # type: ignore[method-assign]
        done = on(cluster, service, contacts(60), "--rate", 100)
        assert done.exit_code == 0, done.stderr
    assert len(moments) == 61
    assert moments[-1] - moments[1] > 0.5


def test_a_long_pause_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Retry-After that one worker meets holds the others too, and is not passed back for ever."""
    session = worker.WorkerSession(terms_for("http://127.0.0.1:9"))

    class Paced:
        pauses: tuple[tuple[float, float], ...] = ()

        def pause(self, seconds: float) -> None:
            self.pauses = (*self.pauses, (0.0, time.monotonic() + seconds))

    class Opened:
        rate_limiter = Paced()

    session.session = Opened()  # type: ignore[assignment]
    assert session.word().paused_s == 0
    Opened.rate_limiter.pause(30)
    assert session.word().paused_s == pytest.approx(30, abs=1)
    other = worker.WorkerSession(terms_for("http://127.0.0.1:9"))

    class OtherOpened:
        rate_limiter = Paced()

    other.session = OtherOpened()  # type: ignore[assignment]
    assert other.renewed(0.0, 30.0).paused_s == 0
    assert OtherOpened.rate_limiter.pauses[-1][1] == pytest.approx(time.monotonic() + 30, abs=1)


def terms_for(url: str) -> Any:
    from importer.config.settings import Config

    return protocol.terms_of(Config(base_url=url), url)


# -- what is told to nobody ------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_no_secret_travels(cluster: str, service: Service, handed_out: list[tuple[Any, ...]]) -> None:
    """Neither key nor secret is in anything that goes to a worker through the scheduler, or comes back."""
    credentials = {"LIVEDESK_API_KEY": KEY, "LIVEDESK_API_SECRET": SECRET, "LIVEDESK_BASE_URL": service.url}
    assert invoke(contacts(40), "--inbox", 407, "--scheduler", cluster, **credentials).exit_code == 0
    assert {call[1] for call in handed_out} >= {"ask", "begin", "settle_batch", "end"}
    travelled = b"".join(pickle.dumps(call[2]) for call in handed_out)
    assert b"p7@example.com" in travelled
    assert KEY.encode() not in travelled
    assert SECRET.encode() not in travelled


def test_what_dask_may_log_of_a_batch_has_no_person_in_it() -> None:
    """A call that fails is logged with its arguments."""
    from importer.cluster.protocol import Batch, Returned, WorkerTotals
    from importer.ledger.records import Due
    from importer.livedesk.contact import Contact
    from importer.models import Outcome

    row = Due(2, Contact(email="kim@example.com"))
    assert "kim" not in repr(Batch((row,)))
    outcome = Outcome(Status.FAILED, error=(Message('email "kim@example.com" is held by contact 7'),))
    assert "kim" not in repr(Returned({(0, 2): outcome}, frozenset(), WorkerTotals(), None, ended=False))


@pytest.mark.parametrize("kind", sorted(RunStopped.__subclasses__(), key=str))
def test_a_reason_to_stop_survives_the_way(kind: type[RunStopped]) -> None:
    """With its words, its hint and its code."""
    reason = pickle.loads(pickle.dumps(kind(Message("why"), Message("what to do"))))
    assert (type(reason), str(reason), str(reason.hint), reason.code) == (kind, "why", "what to do", kind.code)


# -- what cannot be --------------------------------------------------------------------------------------------------


def refused(done: Result, *words: str) -> None:
    """Exit code 2, an error with these words, and nothing staged."""
    assert done.exit_code == 2, done.stderr
    for word in words:
        assert word in done.stderr
    assert "Traceback" not in done.stderr
    assert not Path("import-results").exists() or not folders()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--workers", 2, "--scheduler", "tls://host:8786"), ("--workers", "give one of the two")),
        (("--sandbox", "--scheduler", "tls://host:8786"), ("--sandbox", "rehearse with --workers")),
        (("--scheduler", "host:8786"), ("--scheduler", "tls://host:8786")),
        (("--workers", 0), ("--workers",)),
    ],
    ids=["both", "sandbox elsewhere", "no address", "nobody"],
)
def test_what_cannot_be_is_refused(service: Service, options: tuple[object, ...], words: tuple[str, ...]) -> None:
    """Before anything is read or started."""
    refused(service.invoke(contacts(1), "--inbox", 407, *options), *words)


def test_without_the_extra_it_is_said_what_to_install(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing is sent."""
    monkeypatch.setattr(settings, "find_spec", lambda _: None)
    refused(service.invoke(contacts(1), "--inbox", 407, "--workers", 2), "pip install 'import-contacts[cluster]'")
    assert service.sandbox.requests.total() == 0


@pytest.mark.slow
def test_a_scheduler_that_is_not_there(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Port 9 of this machine, where nobody listens."""
    monkeypatch.setattr(members, "CONNECT_S", 0.5)
    refused(on("tcp://127.0.0.1:9", service, contacts(1)), "--scheduler tcp://127.0.0.1:9: cannot be reached")


def test_tls_without_certificates_says_where_they_are_named(service: Service) -> None:
    """Dask's own configuration has them."""
    refused(on("tls://127.0.0.1:9", service, contacts(1)), "cannot be reached", "DASK_DISTRIBUTED__COMM__TLS__CA_FILE")


def test_a_worker_with_another_version(cluster: str, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Named, with both versions, before anything is sent."""
    monkeypatch.setattr(sessions, "__version__", "99.0")
    refused(on(cluster, service, contacts(1)), "worker tcp://127.0.0.1:", "has import-contacts 0.1.0, this is 99.0")
    assert service.sandbox.requests.total() == 0


@pytest.mark.slow
def test_a_worker_that_died_a_moment_ago_is_done_without(
    cluster: str, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The scheduler has it in its list still; where no other is left, it is as if there were none."""
    greeted, dead = members.Members.greeted, 1

    async def without_some(self: Any, greet: Any) -> Any:
        answers = await greeted(self, greet)
        return answers | dict.fromkeys([*answers][:dead], OSError("refused"))

    monkeypatch.setattr(members.Members, "greeted", without_some)
    assert on(cluster, service, contacts(20)).exit_code == 0
    dead = 2
    done = on(cluster, service, contacts(21))
    assert (done.exit_code, service.sandbox.requests["POST"]) == (2, 20)
    assert "the cluster has no workers" in done.stderr


@pytest.mark.slow
def test_workers_without_credentials_and_a_cluster_without_workers(service: Service) -> None:
    """The worker is named, and the remedy is on its side."""
    with standing_cluster(1, {}) as found:
        done = on(found.scheduler_address, service, contacts(1))
        refused(done, "worker tcp://127.0.0.1:", "LIVEDESK_API_KEY and LIVEDESK_API_SECRET not set", "every worker")
        found.scale(0)
        wait_until(lambda: not found.scheduler.workers)
        refused(on(found.scheduler_address, service, contacts(1)), "the cluster has no workers")


def wait_until(is_so: Callable[[], object], within_s: float = 120.0) -> None:
    end = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.01)


# -- stops -----------------------------------------------------------------------------------------------------------


def forbidding(is_forbidden: Callable[[Request, int], bool]) -> Handler:
    """An honest server that answers 403 to these creates, told how many it has let in."""
    lock, ask, let_in = threading.Lock(), honest(new_account()), 0

    def handler(request: Request) -> Iterable[Step]:
        nonlocal let_in
        with lock:
            refuses = request.method == "POST" and is_forbidden(request, let_in)
            let_in += request.method == "POST" and not refuses
        return [status(403, "blocked")] if refuses else ask(request)

    return handler


@pytest.mark.slow
def test_a_403_for_a_row_is_its_own_failure_whichever_worker_meets_it() -> None:
    """Every tenth person of those behind the first forty: each worker had some accepted before."""

    def is_forbidden(request: Request, let_in: int) -> bool:
        return let_in >= 40 and request.body["name"].endswith("7")

    with RawServer(forbidding(is_forbidden)) as server:
        done = invoke(contacts(300), "--inbox", 407, "--workers", 2, **server.environment)
    assert done.exit_code == 1, done.stderr
    rows = results()
    failed = [row for row in rows if row["status"] == "failed"]
    assert 20 <= len(failed) <= 30
    assert {row["error_code"] for row in failed} == {"forbidden"}
    assert Counter(row["status"] for row in rows) == {"failed": len(failed), "created": 300 - len(failed)}


@pytest.mark.slow
def test_403_for_twenty_rows_of_a_worker_stops_all_and_none_of_them_fails() -> None:
    """Rows that other workers hold were not sent either."""
    with RawServer(forbidding(lambda _, let_in: let_in >= 60)) as server:
        done = invoke(contacts(300), "--inbox", 407, "--workers", 2, **server.environment)
    assert done.exit_code == 4, done.stderr
    assert Counter((row["status"], row["error_code"]) for row in results()) == {
        ("created", ""): 60,
        ("not_sent", "credentials_refused"): 240,
    }


@pytest.mark.slow
def test_refused_credentials_stop_all(cluster: str) -> None:
    """They are good at first: the reason is one worker's, the stop is everybody's, and nothing is in doubt."""
    with Service(latency_ms=2, seed=1) as service:
        refuse_after(service, 60)
        done = on(cluster, service, contacts(600))
        assert done.exit_code == 4
        assert "the server refused the credentials" in done.stderr
        counts = Counter(row["status"] for row in results())
        assert counts == {"created": len(service.stored), "not_sent": 600 - len(service.stored)}
        assert {row["error_code"] for row in results() if row["status"] == "not_sent"} == {"credentials_refused"}
        assert service.sandbox.requests["POST"] < 200
    with Ledger(Path("import-results/ledger.sqlite3")) as ledger:
        assert not ledger.doubtful()
    with Service() as service:
        assert on(cluster, service, contacts(600), "--base-url", service.url).exit_code == 0


def refuse_after(service: Service, stored: int) -> None:
    """The service takes so many contacts, and then answers 401."""
    authorized = service.sandbox.authorized

    def for_a_while(header: str) -> bool:
        return len(service.sandbox.contacts) < stored and authorized(header)

    service.sandbox.authorized = for_a_while  # type: ignore[method-assign]


@pytest.mark.slow
def test_rows_that_never_left_are_what_they_were(cluster: str) -> None:
    """Marks of a batch are undone: what was known stays known, and is not sent again; the rest is new."""
    asked = count()
    with Service() as service:
        assert on(cluster, service, contacts(100)).exit_code == 0
        authorized = service.sandbox.authorized
        service.sandbox.authorized = lambda header: next(asked) < 30 and authorized(header)  # type: ignore[method-assign]
        done = on(cluster, service, contacts(150), "--fresh")
        assert done.exit_code == 4, done.stderr
        assert Counter(row["status"] for row in results())["not_sent"] > 50
        service.sandbox.authorized = authorized  # type: ignore[method-assign]
        before = service.sandbox.requests.copy()
        done = on(cluster, service, contacts(150))
        assert done.exit_code == 0, done.stderr
        assert service.sandbox.requests["POST"] - before["POST"] <= 50 + 10  # refused in flight: asked once more
        assert len(service.sandbox.contacts) == 150
    statuses = Counter(row["status"] for row in results())
    assert statuses["unchanged"] >= 100 - 10
    assert statuses["unchanged"] + statuses["exists"] + statuses["created"] == 150


# -- death -----------------------------------------------------------------------------------------------------------


def worker_processes() -> list[psutil.Process]:
    """The worker processes below this one."""
    found = []
    for process in psutil.Process().children(recursive=True):
        try:
            if "spawn_main" in " ".join(process.cmdline()):
                found.append(process)
        except psutil.Error:
            continue
    return found


def killing(service: Service, after: int, how_many: int, known: set[int]) -> threading.Thread:
    """Kill so many worker processes that are not ``known`` once the service has stored ``after`` contacts."""

    def kill() -> None:
        wait_until(lambda: len(service.sandbox.contacts) >= after)
        for process in [found for found in worker_processes() if found.pid not in known][:how_many]:
            os.kill(process.pid, signal.SIGKILL)

    thread = threading.Thread(target=kill)
    thread.start()
    return thread


@pytest.mark.slow
def test_a_worker_that_is_killed_loses_nothing_and_sends_nothing_twice(service: Service) -> None:
    """Its rows are in doubt, and searched for by the other one, in the same run."""
    known = {process.pid for process in worker_processes()}
    with Service(latency_ms=4, seed=1) as service:
        killer = killing(service, 150, 1, known)
        done = service.invoke(contacts(600), "--inbox", 407, "--workers", 2)
        killer.join()
        assert done.exit_code == 0, done.stderr
        assert "is lost; its rows are searched for before they are sent again" in done.stderr
        assert {row["identifier"]: row["contact_id"] for row in results()} == service.stored
        assert [int(row["row"]) for row in results()] == list(range(2, 602))
        assert Counter(row["status"] for row in results()) == {"created": 600}
        assert service.sandbox.requests["POST"] == len(service.sandbox.contacts) == 600
        assert service.sandbox.requests["GET"] > 1


@pytest.mark.slow
def test_when_all_are_killed_the_run_stops_and_the_same_command_goes_on() -> None:
    """Exit code 4 and what to do; rows in doubt are searched for by the next run, here one in this process alone."""
    known = {process.pid for process in worker_processes()}
    with Service(latency_ms=4, seed=1) as service:
        path = contacts(600)
        killer = killing(service, 150, 2, known)
        done = service.invoke(path, "--inbox", 407, "--workers", 2)
        killer.join()
        assert done.exit_code == 4, done.stderr
        assert "no worker of the cluster is left" in done.stderr
        assert "run the same command again" in done.stderr
        counts = Counter(row["status"] for row in results())
        assert counts["unknown"] > 0
        assert counts["not_sent"] > 0
        assert sum(counts.values()) == 600
        again = service.invoke(path, "--inbox", 407)
        assert again.exit_code == 0, again.stderr
        assert {row["identifier"]: row["contact_id"] for row in results()} == service.stored
        assert service.sandbox.requests["POST"] == len(service.sandbox.contacts) == 600


@pytest.fixture
def slow() -> Iterator[Service]:
    """A service that answers after a while, so that there is time for a signal."""
    with Service(latency_ms=20, seed=1) as running:
        yield running


def started(service: Service, rows: int) -> "subprocess.Popen[str]":
    """An import by two processes, in a group of processes of its own as a terminal makes one; it is sending."""
    process = subprocess.Popen(
        [sys.executable, "-m", "importer", str(contacts(rows)), "--inbox", "407", "--workers", "2"],
        env=os.environ | service.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    wait_until(lambda: len(service.sandbox.contacts) >= 40)
    return process


def below(process: "subprocess.Popen[str]") -> list[psutil.Process]:
    found: list[psutil.Process] = psutil.Process(process.pid).children(recursive=True)
    return found


def runs(process: psutil.Process) -> bool:
    """Whether it is more than an entry that nobody has collected."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["Ctrl-C", "systemd"])
def test_a_signal_to_all_of_them_ends_the_run_well(slow: Service, number: signal.Signals, code: int) -> None:
    """What is in flight is settled, for the workers leave the signal to the driver; nothing is in doubt or runs on."""
    process = started(slow, 3000)
    children = below(process)
    os.killpg(process.pid, number)
    _, said = process.communicate(timeout=120)
    assert process.returncode == code, said
    assert "Stopping: the requests in flight are settled first." in said
    assert "Traceback" not in said
    counts = Counter(row["status"] for row in results())
    assert counts == {"created": len(slow.stored), "not_sent": 3000 - len(slow.stored)}
    wait_until(lambda: not any(map(runs, children)), within_s=60)
    with Ledger(Path("import-results/ledger.sqlite3")) as ledger:
        assert not ledger.doubtful()


@pytest.mark.slow
def test_a_second_signal_ends_it_at_once(slow: Service) -> None:
    """Rows under way are in doubt; nothing is left running, and nobody sees a traceback."""
    latency_s = slow.sandbox.dice.latency_s
    asked = slow.sandbox.requests
    slow.sandbox.dice.latency_s = lambda: 60.0 if asked["POST"] > 30 else latency_s()  # type: ignore[method-assign]
    process = started(slow, 300)
    children = below(process)
    process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 130, said
    assert time.monotonic() - began < 50
    assert "Traceback" not in said, said
    assert Counter(row["status"] for row in results())["unknown"] >= 10
    assert len(results()) == 300
    wait_until(lambda: not any(map(runs, children)), within_s=60)


@pytest.mark.slow
def test_workers_end_with_a_driver_that_is_killed_and_the_same_command_goes_on(slow: Service) -> None:
    """Whoever comes next, here one process, searches for what is in doubt: nothing lost, nothing twice."""
    process = started(slow, 600)
    children = below(process)
    process.kill()
    process.communicate(timeout=120)
    wait_until(lambda: not any(map(runs, children)), within_s=60)
    time.sleep(0.1)
    slow.sandbox.dice.latency_s = lambda: 0.0  # type: ignore[method-assign]
    done = slow.invoke("contacts.csv", "--inbox", 407)
    assert done.exit_code == 0, done.stderr
    assert {row["identifier"]: row["contact_id"] for row in results()} == slow.stored
    assert slow.sandbox.requests["POST"] == len(slow.sandbox.contacts) == 600


@pytest.fixture
def short_leases(monkeypatch: pytest.MonkeyPatch) -> float:
    """Short, so that no test waits long for one; shorter ones end on a busy machine before they are renewed."""
    lease_s = 1.5
    monkeypatch.setattr(protocol, "LEASE_S", lease_s)
    monkeypatch.setattr(members, "LEASE_S", lease_s)
    monkeypatch.setattr(members, "SLACK_S", 0.1)
    monkeypatch.setattr(sessions, "RENEWED_EVERY_S", 0.1)
    return lease_s


@pytest.mark.slow
def test_a_worker_of_a_cluster_that_dies_is_outlasted(cluster: str, short_leases: float) -> None:
    """It may only be cut off: until its lease has ended, nobody touches its rows."""
    with Service(latency_ms=4, seed=1) as service:
        killer = killing(service, 150, 1, set())
        done = on(cluster, service, contacts(600))
        killer.join()
        assert done.exit_code == 0, done.stderr
        assert {row["identifier"]: row["contact_id"] for row in results()} == service.stored
        assert service.sandbox.requests["POST"] == len(service.sandbox.contacts) == 600
    wait_until(lambda: len(worker_processes()) == 2)


@pytest.mark.slow
def test_a_run_waits_for_workers_that_an_earlier_one_may_have_left_behind(
    cluster: str, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a run on a cluster that was killed; whoever comes next, and only for as long as a lease."""
    monkeypatch.setattr(lease, "LEASE_S", 0.4)
    monkeypatch.setattr(lease, "SLACK_S", 0.1)
    assert on(cluster, service, contacts(3)).exit_code == 0
    with Ledger(Path("import-results/ledger.sqlite3")) as ledger, ledger.transaction():
        (seq, run), *_ = ledger.runs()
        ledger.rewrite(seq, replace(run, finished_at=None, exit_code=None))
    done = service.invoke(contacts(4), "--inbox", 407)
    assert done.exit_code == 0
    assert "An earlier run on a cluster was cut off" in done.stderr
    assert "An earlier run" not in service.invoke(contacts(5), "--inbox", 407).stderr


@pytest.mark.parametrize(
    ("options", "exit_code", "ago_s", "left_s"),
    [
        ({"scheduler": "tls://a:1"}, None, 6.0, 10.0),
        ({"scheduler": "tls://a:1"}, 130, 6.0, 10.0),
        ({"scheduler": "tls://a:1"}, None, 60.0, 0.0),
        ({"scheduler": "tls://a:1"}, None, -3600.0, 16.0),
        ({"scheduler": "tls://a:1"}, 0, 6.0, 0.0),
        ({"workers": 2}, None, 6.0, 0.0),
    ],
    ids=["killed", "interrupted", "long ago", "the clock was set back", "it ended well", "processes of its own"],
)
def test_how_long_workers_may_have_been_left_behind(
    options: dict[str, Json], exit_code: int | None, ago_s: float, left_s: float
) -> None:
    """A lease and a second from the last that is known of the run."""
    now = datetime(2026, 11, 27, tzinfo=UTC)
    finished_at = (now - timedelta(seconds=ago_s)).isoformat()
    run = Run("a", "a.csv", "csv", None, "407", "https://x", "", (), {}, finished_at=finished_at)
    assert lease.left_behind_s([replace(run, exit_code=exit_code, options=options)], now) == left_s


@pytest.mark.slow
def test_workers_that_hear_nothing_end_by_themselves(
    cluster: str, short_leases: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A driver that is cut off: they cancel what is in flight, and the rest is not sent by anybody."""
    monkeypatch.setattr(sessions, "RENEWED_EVERY_S", 60.0)
    with Service(latency_ms=20, seed=1) as service:
        done = on(cluster, service, contacts(800), "--concurrency", 4)
        assert done.exit_code == 4, done.stderr
        counts = Counter(row["status"] for row in results())
        assert counts["created"] > 0
        assert counts["not_sent"] > 0
        assert counts["unknown"] <= 4
        monkeypatch.setattr(sessions, "RENEWED_EVERY_S", 0.1)
        again = on(cluster, service, contacts(800))
        assert again.exit_code == 0, again.stderr
        assert {row["identifier"]: row["contact_id"] for row in results()} == service.stored
        assert service.sandbox.requests["POST"] == 800


def test_a_lease_ends_when_the_driver_heard_what_it_sends_back_so_long_ago() -> None:
    """However late a renewal arrives; and one that has ended stays so."""
    moments = [100.0]
    its = lease.Lease(15.0, lambda: moments[-1])
    moments.append(114.0)
    its.renew(101.0)  # said at 101, sent back, and under way for long
    asked = {}
    for moment in (115.9, 116.0):
        moments.append(moment)
        asked[moment] = its.requested
    assert asked == {115.9: False, 116.0: True}
    its.renew(116.0)
    assert its.ended


def test_a_lease_without_end_needs_no_word() -> None:
    """Processes of ours end with the driver."""
    assert not lease.Lease(math.inf, lambda: 1e12).requested
