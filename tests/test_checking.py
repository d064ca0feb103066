"""The check of rows, here and in processes of their own: the same either way, whatever happens to them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from importer.checking import BATCHES_HERE, Checked, Criteria, checked
from importer.errors import InputError
from importer.mapping import map_columns
from importer.models import Row
from importer.rules import Rules
from importer.tally import Tally

TITLES = ["Name", "Email", "Phone", "City"]
MAPPING = map_columns(TITLES, {}, {"custom_attributes.source": "test"}, "ignore")
CRITERIA = Criteria(MAPPING, Rules("407", "DE"), "https://livedesk.example")


@pytest.fixture(autouse=True)
def every_row_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else these few would be checked before anybody could help."""
    monkeypatch.setattr("importer.checking.WORTH_HELP_S", 0.0)


def batches(count: int, size: int = 20) -> Iterator[list[Row]]:
    """Good rows, rows to repair, and in every batch a bad one and a remark."""
    for batch in range(count):
        rows = [
            Row(batch * size + place + 2, (f" Kim {batch}.{place}", f"k{batch}.{place}@x.org", "030 23125000", "Bonn"))
            for place in range(size)
        ]
        rows[3] = Row(rows[3].number, ("Bob", "bob@", "", ""))
        rows[5] = Row(rows[5].number, ("Eve", "eve@x.org", "030 23125000 ext. 5", ""))
        yield rows


def told_of(rows: Sequence[Row], found: Checked) -> object:
    """Everything that the check of a batch says but for the counts, which are told of a whole file."""
    return [row.number for row in rows], {**asdict(replace(found, tally=Tally([]))), "tally": None}


def told(processes: int, count: int) -> tuple[list[object], list[str], object]:
    """Everything that the check of so many batches says."""
    tally = Tally(MAPPING.columns)
    found: list[object] = []
    for rows, batch in checked(batches(count), CRITERIA, processes):
        tally.join(batch.tally)
        found.append(told_of(rows, batch))
    return found, tally.lines(), tally.repairs()


def test_processes_find_what_one_finds_and_in_the_same_order() -> None:
    """Contacts, errors, remarks, counts and examples; one and two helpers, more batches than are checked here."""
    alone = told(0, BATCHES_HERE + 9)
    assert len(alone[0]) == BATCHES_HERE + 9
    assert told(1, BATCHES_HERE + 9) == alone
    assert told(2, BATCHES_HERE + 9) == alone


def test_a_small_file_needs_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Starting one would take longer than the file."""
    monkeypatch.setattr("importer.checking._Helpers", None)  # whoever called it would fail
    assert len(told(2, BATCHES_HERE)[0]) == BATCHES_HERE


def test_rows_that_take_little_time_need_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """To give a row away and take it back would take as long."""
    monkeypatch.setattr("importer.checking._Helpers", None)
    monkeypatch.setattr("importer.checking.WORTH_HELP_S", 1.0)
    assert len(told(2, BATCHES_HERE + 9)[0]) == BATCHES_HERE + 9


def test_few_batches_are_under_way_at_once() -> None:
    """However long the file is, memory holds a handful of its batches."""
    given = 0

    def counted() -> Iterator[list[Row]]:
        nonlocal given
        for rows in batches(BATCHES_HERE + 30):
            given += 1
            yield rows

    for done, _ in enumerate(checked(counted(), CRITERIA, 1), start=1):
        assert given - done <= 4


def test_a_file_that_turns_out_to_be_damaged_ends_the_processes_too() -> None:
    """The error comes out unchanged; nothing stays behind."""

    def broken() -> Iterator[list[Row]]:
        yield from batches(BATCHES_HERE + 2)
        raise InputError("damaged")

    with pytest.raises(InputError, match="damaged"):
        list(checked(broken(), CRITERIA, 1))
    assert children(os.getpid()) == []


@pytest.mark.parametrize("failure", [OSError("no shared memory"), ImportError("no semaphores")])
def test_where_no_process_can_be_started_all_is_checked_here(
    monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    """Some containers have no shared memory."""

    def fail(*_: object) -> None:
        raise failure

    monkeypatch.setattr("importer.checking.ProcessPoolExecutor", fail)
    assert told(1, BATCHES_HERE + 9) == told(0, BATCHES_HERE + 9)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="looks for processes in /proc")
def test_where_a_helper_is_killed_the_rest_is_checked_here() -> None:
    """A system that is out of memory takes the largest process: no row is lost or told twice."""
    count = BATCHES_HERE + 9
    found = []
    for number, (rows, batch) in enumerate(checked(batches(count), CRITERIA, 1)):
        if number == BATCHES_HERE + 1:
            for pid in children(os.getpid()):
                os.kill(pid, signal.SIGKILL)
            while children(os.getpid()):  # until the pool has taken notice, so that giving it more fails too
                time.sleep(0.01)
        found.append(told_of(rows, batch))
    assert found == told(0, count)[0]


def children(pid: int) -> list[int]:
    """The processes that check rows for a process."""
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            lines = dict(line.split(":\t", 1) for line in status.read_text().splitlines() if ":\t" in line)
            command = (status.parent / "cmdline").read_text()
        except OSError:
            continue
        if lines["PPid"] == str(pid) and "spawn_main" in command:
            found.append(int(lines["Pid"]))
    return found


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="looks for processes in /proc")
def test_a_process_that_is_killed_leaves_none_behind(tmp_path: Path) -> None:
    """Not even kill -9: a helper ends with the one that it helps."""
    program = (
        "import sys, time\nfrom tests.test_checking import *\nfrom importer import checking\n"
        "checking.WORTH_HELP_S = 0.0\n"
        "if __name__ == '__main__':\n"
        "    for number, _ in enumerate(checked(batches(10**6), CRITERIA, 1)):\n"
        "        print(number, flush=True)\n"
    )
    script = tmp_path / "endless.py"
    script.write_text(program)
    root = str(Path(__file__).parent.parent)
    running = subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": root}
    )
    assert running.stdout is not None
    while int(running.stdout.readline()) < BATCHES_HERE + 1:
        pass
    helpers = children(running.pid)
    assert len(helpers) == 1
    running.send_signal(signal.SIGKILL)
    running.wait()
    running.stdout.close()
    until = time.monotonic() + 10
    while any(Path(f"/proc/{pid}").exists() for pid in helpers) and time.monotonic() < until:
        time.sleep(0.02)
    assert [pid for pid in helpers if Path(f"/proc/{pid}").exists()] == []
