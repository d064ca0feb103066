"""What happens around the sending: the question before it, the canary, identifiers for rows that have none."""

import csv
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from importer.ledger.ledger import Ledger
from importer.ledger.records import Due, Settled
from importer.sandbox.faults import Fault
from tests.support.service import Service, contacts, folders, invoke, results, written
from tests.support.terminal import asked_at_a_terminal


def requests(service: Service) -> dict[str, int]:
    """What the service was asked, and forget it."""
    counted = dict(service.sandbox.requests)
    service.sandbox.requests.clear()
    return counted


@pytest.mark.slow
def test_a_pause_that_the_server_asks_for_is_in_the_record_of_the_run() -> None:
    """A reviewer sees why it took so long, and how long the server took to answer."""
    with Service(rate_per_second=4, seed=1) as service:
        done = service.invoke(contacts(5), "--inbox", 407, "--json")
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["paused_s"] > 0.2
    assert told["latency_ms"]["p50"] is not None


@pytest.mark.slow
def test_credentials_are_checked_by_one_list_request_before_anything_is_staged(service: Service) -> None:
    """Nothing is created; the rows are written down all the same, and the first error is the reason."""
    done = invoke(contacts(500), "--inbox", 407, **(service.environment | {"LIVEDESK_API_SECRET": "wrong"}))
    assert done.exit_code == 4
    assert requests(service) == {"GET": 1}
    assert {(row["status"], row["error_code"]) for row in results()} == {("not_sent", "credentials_refused")}
    assert len(results()) == 500
    assert done.stderr.index("credentials") < done.stderr.index("500 rows")
    assert done.stderr.count("Error: ") == 1


@pytest.mark.slow
def test_a_service_that_is_known_is_not_asked_again(service: Service) -> None:
    """The same command again sends nothing at all."""
    path = contacts(5)
    service.invoke(path, "--inbox", 407)
    assert requests(service) == {"GET": 1, "POST": 5}
    service.invoke(path, "--inbox", 407)
    assert requests(service) == {}


@pytest.fixture
def commits(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many marks and outcomes each commit of the ledger carries, in their order."""
    sizes: list[int] = []
    record = Ledger.record

    def counted(
        ledger: Ledger, seq: int, sent: Sequence[Due], settled: Sequence[Settled], *back: Sequence[Due]
    ) -> None:
        sizes.append(len(sent) + len(settled))
        record(ledger, seq, sent, settled, *back)

    monkeypatch.setattr(Ledger, "record", counted)
    return sizes


@pytest.mark.slow
def test_no_row_costs_more_than_its_request(service: Service) -> None:
    """As many creates as rows, and the one question before them."""
    assert service.invoke(contacts(300), "--inbox", 407).exit_code == 0
    assert requests(service) == {"GET": 1, "POST": 300}


@pytest.mark.slow
@pytest.mark.parametrize("concurrency", [1, 10])
def test_rows_share_the_ledgers_commits(service: Service, commits: list[int], concurrency: int) -> None:
    """Rows are marked ahead, for a tenth of a second or one for each worker; the others' outcomes go along.

    How many that are hangs on the pace: at the worst a worker alone needs a commit for each row and two more.
    """
    assert service.invoke(contacts(300), "--inbox", 407, "--concurrency", concurrency).exit_code == 0
    assert sum(commits) == 2 * 300
    assert len(commits) <= (302 if concurrency == 1 else 150)


@pytest.mark.slow
def test_an_address_that_is_not_livedesks_stops_before_a_row_is_in_doubt() -> None:
    """A web site answers everything with 200 and a page: no row is sent into it."""
    with Service(html_after=1.0, faults_on="all", seed=1) as service:
        done = service.invoke(written(KIM), "--inbox", 407, "--max-attempts", 1)
        assert done.exit_code == 4
        assert requests(service) == {"GET": 1}
    assert {(row["status"], row["error_code"]) for row in results()} == {("not_sent", "not_livedesk")}
    assert "check --base-url" in done.stderr


@pytest.mark.slow
def test_without_a_terminal_a_canary_stops_after_its_rows(service: Service) -> None:
    """Three of ten rows go; the rest waits for the same command without --canary."""
    path = contacts(10)
    done = service.invoke(path, "--inbox", 407, "--canary", 3)
    assert done.exit_code == 4
    assert Counter(row["status"] for row in results()) == {"created": 3, "not_sent": 7}
    assert {row["error_code"] for row in results() if row["status"] == "not_sent"} == {"canary"}
    assert len(re.findall(r"row \d+: created \d+", done.stderr)) == 3
    assert f"import-contacts {path} --inbox 407\n" in done.stdout
    again = service.invoke(path, "--inbox", 407)
    assert again.exit_code == 0
    assert len(service.stored) == 10


@pytest.mark.slow
@pytest.mark.parametrize("canary", [3, 10])
def test_a_canary_as_large_as_the_file_asks_nothing(service: Service, canary: int) -> None:
    """There is no rest to ask about."""
    assert service.invoke(contacts(3), "--inbox", 407, "--canary", canary).exit_code == 0


@pytest.mark.slow  # one in Chinese, below, is not
@pytest.mark.parametrize(
    ("typed", "exit_code", "created"),
    [
        pytest.param(b"y\n", 0, 10, id="yes"),
        pytest.param(b"\n", 4, 3, id="nothing"),
        pytest.param(b"\x04", 4, 3, id="Ctrl-D"),
        pytest.param(b"\x03", 130, 3, id="Ctrl-C"),
    ],
)
def test_at_a_terminal_a_canary_asks(service: Service, typed: bytes, exit_code: int, created: int) -> None:
    """Yes sends the rest; everything else leaves it."""
    contacts(10)
    shown, ended = asked_at_a_terminal(service, typed)
    assert ended == exit_code
    assert b"Error" not in shown
    stopped = b"Stopped after 3 rows, as you answered; the same command without --canary goes on"
    assert (stopped in shown) == (exit_code == 4)
    assert shown.count(b"created") == 3
    assert len(service.stored) == created


@pytest.mark.parametrize(
    ("typed", "created"),
    [
        pytest.param("是\n", 10, id="是"),
        pytest.param("ｙ\n", 10, id="wide y", marks=pytest.mark.slow),
        pytest.param("y\n", 10, id="y", marks=pytest.mark.slow),
        pytest.param("否\n", 3, id="否", marks=pytest.mark.slow),
    ],
)
def test_in_chinese_a_canary_takes_chinese_answers(service: Service, typed: str, created: int) -> None:
    """As well as the letters, which an input method may make wide."""
    contacts(10)
    asked_at_a_terminal(service, typed.encode(), "--lang", "zh", choices="否]".encode())
    assert len(service.stored) == created


KIM = "Name,Avatar\nKim,\nKim,\nLee,https://x.org/lee.png\n"


@pytest.mark.slow
def test_rows_without_a_key_get_an_identifier_that_is_the_same_in_every_run(service: Service) -> None:
    """Two Kims are two people, and stay two: with --make-identifier a search can find each of them."""
    path = written(KIM)
    first = service.invoke(path, "--inbox", 407, "--make-identifier")
    assert first.exit_code == 0
    identifiers = [row["identifier"] for row in results()]
    assert len(set(identifiers)) == 3
    assert all(re.fullmatch("import-[0-9a-f]{32}", identifier) for identifier in identifiers)
    assert sorted(str(contact["identifier"]) for contact in service.sandbox.contacts) == sorted(identifiers)
    assert "made from the row's data" in first.stdout
    service.invoke(path, "--inbox", 407, "--make-identifier", "--fresh", "--output-dir", "elsewhere")
    elsewhere = max(Path("elsewhere").glob("*/summary.json"))
    assert json.loads(elsewhere.read_text(encoding="utf-8"))["counts"] == {"exists": 3}
    assert len(service.stored) == 3


@pytest.mark.slow
def test_a_lost_answer_is_settled_by_the_identifier_that_was_made() -> None:
    """Without a key it would be unknown for ever."""
    with Service(drop_after=1.0, seed=1) as service:
        assert service.invoke(written(KIM), "--inbox", 407, "--make-identifier").exit_code == 0
        assert len(service.stored) == 3
        assert Counter(row["status"] for row in results()) == {"created": 3}


@pytest.mark.slow
def test_a_row_that_is_known_without_a_key_gets_none_later(service: Service) -> None:
    """It was imported as it is: an identifier now would make it a second contact."""
    path = written(KIM)
    service.invoke(path, "--inbox", 407)
    service.invoke(path, "--inbox", 407, "--make-identifier")
    assert Counter(row["status"] for row in results()) == {"unchanged": 3}
    assert len(service.sandbox.contacts) == 3


@pytest.mark.slow
def test_the_preflight_counts_in_the_summary(service: Service) -> None:
    """Every request is told."""
    service.invoke(contacts(2), "--inbox", 407)
    assert json.loads((folders()[-1] / "summary.json").read_text(encoding="utf-8"))["requests"] == 3


@pytest.mark.slow
def test_a_run_that_stopped_says_how_to_go_on(service: Service) -> None:
    """One row is refused, the service goes away: the same command again, and not the errors file, is what is next."""
    path = contacts(30)
    service.sandbox.dice.fault = gone_after(12)  # type: ignore[method-assign, assignment]
    done = service.invoke(path, "--inbox", 407, "--max-attempts", 1, "--concurrency", 1)
    assert done.exit_code == 4
    assert f"Once that is mended:\n  import-contacts {path} --inbox 407" in done.stdout


def gone_after(requests: int) -> Callable[[str], Fault | None]:
    """A service that is cut off for good after so many requests."""
    left = iter(range(requests))
    return lambda _method: None if next(left, None) is not None else Fault.DROP_BEFORE


@pytest.mark.slow
@pytest.mark.parametrize("option", [[], ["--make-identifier"]], ids=["as they are", "with identifiers"])
def test_namesakes_of_two_companies_are_two_people(service: Service, option: list[str]) -> None:
    """In one run and over two: nobody is taken for the other."""
    path = written("Name,Company\nKim,Bonn Ltd\nKim,Berlin Ltd\n")
    service.invoke(path, "--inbox", 407, "--limit", 1, *option)
    service.invoke(path, "--inbox", 407, *option)
    first, second = results()
    assert (first["status"], second["status"]) == ("unchanged", "created")
    assert first["contact_id"] != second["contact_id"]
    assert len(service.sandbox.contacts) == 2


@pytest.mark.slow
@pytest.mark.parametrize(
    "hidden", [pytest.param([], id="uvloop, where it is installed"), pytest.param(["uvloop"], id="asyncio")]
)
def test_a_second_signal_leaves_no_traceback(hidden: list[str]) -> None:
    """It is raised in a worker, which nobody awaits any more; a row that no worker took is not in doubt."""
    contacts(40)
    program = (
        "import os, signal, sys\n"
        f"sys.modules |= dict.fromkeys({hidden})\n"
        "import importer.pipeline.send\n"
        "async def settle(*_):\n    os.kill(os.getpid(), signal.SIGINT)\n    os.kill(os.getpid(), signal.SIGINT)\n"
        "importer.pipeline.send.settle = settle\nfrom importer.cli.main import cli\ncli()"
    )
    arguments = ["contacts.csv", "--inbox", "407", "--sandbox", "--concurrency", "8", "--results", "copy.csv"]
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 130
    assert "Traceback" not in done.stderr
    with Path("copy.csv").open(encoding="utf-8-sig", newline="") as file:
        counts = Counter(row["status"] for row in csv.DictReader(file))
    assert counts.total() == counts["unknown"] + counts["not_sent"] == 40
    assert 1 <= counts["unknown"] <= 8
