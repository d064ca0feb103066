"""The benchmarks work; how fast anything is, no test says."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.bench import QUICK, Bench, Line
from benchmarks.limiting import least_of_bucket_s, least_of_windows_s, rate_outside_pauses
from benchmarks.people import people, write_csv, write_xlsx
from benchmarks.sending import ledger
from benchmarks.servers import Book, FixedWindow, Limit, Random, SlidingWindow, logged, token_bucket
from benchmarks.stages import STAGES
from benchmarks.table import table
from importer.loader.opening import open_table
from importer.loader.table import ReadOptions
from tests.support.service import folders, invoke, results
from tests.support.tools import tool

ROOT = Path(__file__).parent.parent


@pytest.mark.slow
def test_the_command_prints_a_table_and_what_it_was_measured_on() -> None:
    """The cheapest line of it, as a user runs it."""
    command = [sys.executable, "-m", "benchmarks", "--quick", "--only", "startup"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert lines[0] == "| what | target | measured | against | ratio | met |"
    assert [line.split(" | ")[0] for line in lines[2:4]] == ["| `--help`", "| `--version`"]
    assert all("neither imported" in line for line in lines[2:4])
    assert {line.partition(" ")[2].partition(" ")[0].rstrip(":") for line in lines if line.startswith("- ")} >= {
        "Date",
        "Machine",
        "Python",
    }


@pytest.mark.slow
def test_every_stage_of_a_dry_run_has_its_time(tmp_path: Path) -> None:
    """The stages in their order, as a user runs it, and what is left; none of them took no time at all."""
    path = tmp_path / "people.csv"
    write_csv(path, 2_000)
    command = [sys.executable, "-m", "benchmarks.stages", str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    rows = dict(line.strip("| ").split(" | ") for line in lines[lines.index("| stage | µs a row |") + 2 :])
    assert {*rows} == {stage for *_, stage in STAGES} | {"the rest"}
    assert all(float(rows[stage]) > 0 for stage in ("read rows", "check rows", "write the result files"))


@pytest.mark.slow
def test_the_plain_program_is_without_the_extra_fast() -> None:
    """orjson and uvloop cannot be imported, though they may be installed."""
    program = "import benchmarks.plain, importer.runtime as fast; print(fast.orjson, fast._loop_factory())"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["None", "None"]


@pytest.mark.slow
def test_the_send_stage_is_measured_with_and_without_what_it_writes(tmp_path: Path) -> None:
    """Both sides run to their end, and every line has a figure."""
    tool("nginx")
    lines = ledger(Bench(tmp_path, QUICK))
    assert len(lines) == 6
    assert all(any(digit in line.measured for digit in "123456789") for line in lines)


def test_a_target_is_judged_and_a_figure_without_one_is_not() -> None:
    """Yes and no are said only where the sizes are those of the target."""
    lines = [Line("a", "b", "c", met=True), Line("a", "b", "c", met=False), Line("a", "–", "c")]
    assert [row.split(" | ")[-1] for row in table(lines, judged=True).splitlines()[2:]] == ["yes |", "no |", "– |"]
    met = [row.split(" | ")[-1] for row in table(lines, judged=False).splitlines()[2:]]
    assert met == ["not judged |", "not judged |", "– |"]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_all_people_are_valid_and_none_is_another(tmp_path: Path, kind: str) -> None:
    """What is measured is the way of rows that are fine."""
    path = tmp_path / f"people.{kind}"
    (write_csv if kind == "csv" else write_xlsx)(path, 400)
    done = invoke(path, "--inbox", 407, "--dry-run")
    assert done.exit_code == 0, done.output
    assert {row["status"] for row in results(folders()[-1])} == {"valid"}
    assert len(results(folders()[-1])) == 400


def test_both_kinds_of_file_have_the_same_people(tmp_path: Path) -> None:
    """And the same ones whenever they are made."""
    write_csv(tmp_path / "people.csv", 50)
    write_xlsx(tmp_path / "people.xlsx", 50)
    for path in tmp_path.iterdir():
        table = open_table(path, ReadOptions())
        assert [row.cells for batch in table.batches() for row in batch] == list(people(50)), path.suffix


def taken(limit: Limit, *moments: float) -> list[bool]:
    return [limit.take(moment)[0] for moment in moments]


def test_a_fixed_window_begins_with_the_first_request_and_says_when_the_next_one_does() -> None:
    """Two in ten seconds, from the first request on; a refusal has Retry-After in whole seconds."""
    limit = FixedWindow(2, 10.0)
    assert taken(limit, 100.0, 109.0, 109.1, 110.0, 119.9) == [True, True, False, True, True]
    assert limit.take(119.95) == (False, {"Retry-After": "1"})


def test_a_sliding_window_holds_wherever_it_begins() -> None:
    """Two in any ten seconds; every answer says what is left, and when there is more."""
    limit = SlidingWindow(2, 10.0)
    assert taken(limit, 100.0, 109.0, 109.5, 110.0, 118.9, 119.0) == [True, True, False, True, False, True]
    left = {"X-RateLimit-Limit": "2", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1"}
    assert limit.take(119.5) == (False, left)


def test_a_silent_window_says_nothing_when_it_refuses() -> None:
    """The importer has to find out when the next one begins."""
    limit = FixedWindow(1, 10.0, silent=True)
    assert [limit.take(moment) for moment in (100.0, 101.0, 110.0)] == [(True, {}), (False, {}), (True, {})]


def test_refusals_at_random_depend_on_no_pace() -> None:
    """The same share of a thousand requests in no time and in a thousand seconds."""
    refused = [taken(Random(0.05, {}), *moments).count(False) for moments in ([0.0] * 1000, range(1000))]
    assert refused[0] == refused[1]
    assert 30 <= refused[0] <= 70
    assert Random(1.0, {"Retry-After": "1"}).take(0.0) == (False, {"Retry-After": "1"})


def test_the_pauses_that_a_server_asked_for_are_left_out() -> None:
    """Four creates in ten seconds, of which two refusals asked for two that overlap, and one for one that was cut."""
    book = Book([0.0, 1.0, 9.0, 10.0], [2.0, 2.5, 9.5])
    served = book.served(1.0)
    assert (served.seconds, served.paused_s) == (10.0, 2.0)
    assert rate_outside_pauses(served) == 0.5
    assert book.served().paused_s == 0.0


@pytest.mark.parametrize("kind", [FixedWindow, SlidingWindow])
def test_the_least_time_of_a_window_is_what_its_server_needs(kind: Callable[[int, float], Limit]) -> None:
    """A client that knows the limit gets seven creates through in three windows of three, and not sooner."""
    limit = kind(3, 10.0)
    assert taken(limit, *[0.0] * 3, *[10.0] * 3, 20.0) == [True] * 7
    assert least_of_windows_s(7, 3, 10.0) == 20.0
    assert least_of_windows_s(6, 3, 10.0) == 10.0


@pytest.mark.slow
def test_the_bucket_is_one_that_lets_a_burst_through_and_refuses_the_next(tmp_path: Path) -> None:
    """nginx with a rate so small that hardly a token comes: the first, a burst of four, and then 429, however many."""
    tool("nginx")
    log = tmp_path / "moments.log"
    with token_bucket(1, 4, log) as url:
        bench = Bench(tmp_path, QUICK)
        bench.other("bare_loop", url, 600, 1)
    served = logged(log)
    assert served.accepted + served.refused == 600
    assert served.accepted >= 5
    assert served.refused > 300
    assert least_of_bucket_s(5, 1, 4) == 0.0
    assert least_of_bucket_s(7, 1, 4) == 2.0
