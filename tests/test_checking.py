"""The check of rows, here and in processes of their own: the same either way, whatever happens to them."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from importer.cli.main import cli
from importer.errors import InputError
from importer.mapping.column_mapping import map_columns
from importer.message import Message
from importer.models import Row
from importer.normalizer.column_profile import ColumnProfile
from importer.normalizer.rules import Rules
from importer.staging.checking import LARGE_BYTES, Checked, Criteria, Helpers, checked, processes_to_help

TITLES = ["Name", "Email", "Phone", "City"]
MAPPING = map_columns(TITLES, {}, {"custom_attributes.source": "test"}, "ignore")
CRITERIA = Criteria(MAPPING, Rules("407", "DE"), "https://livedesk.example")


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
    return [row.number for row in rows], {**asdict(replace(found, profile=ColumnProfile([]))), "profile": None}


def told(processes: int, count: int = 19) -> tuple[list[object], list[str], object]:
    """Everything that the check of so many batches says."""
    profile = ColumnProfile(MAPPING.columns)
    found: list[object] = []
    with started(processes) as helpers:
        for rows, batch in checked(batches(count), CRITERIA, helpers):
            profile.join(batch.profile)
            found.append(told_of(rows, batch))
    return found, profile.lines(), profile.repairs()


@contextmanager
def started(processes: int) -> Iterator[Helpers]:
    """Helpers that are there from the first batch on."""
    with Helpers(processes) as helpers:
        while processes and not helpers.ready:
            time.sleep(0.01)
        yield helpers


def test_processes_find_what_one_finds_and_in_the_same_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Contacts, errors, remarks, counts and examples; one and two helpers."""
    alone = told(0)
    assert len(alone[0]) == 19
    submitted = []
    submit = Helpers.submit

    def counted(helpers: Helpers, criteria: bytes, batch: Sequence[Row]) -> object:
        submitted.append(given := submit(helpers, criteria, batch))
        return given

    monkeypatch.setattr(Helpers, "submit", counted)
    assert told(1) == alone
    assert told(2) == alone
    assert any(given is not None for given in submitted)


def test_nobody_waits_for_a_process_that_starts() -> None:
    """All is checked here until one is there."""
    with Helpers(1) as helpers:
        assert not helpers.ready
        assert helpers.submit(b"", []) is None
        assert len(list(checked(batches(2), CRITERIA, helpers))) == 2


def test_an_import_is_helped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The run starts the processes, gives them batches, and ends with what it says without them."""
    given = []

    class Awaited(Helpers):
        def submit(self, criteria: bytes, batch: Sequence[Row]) -> Any:
            while not self.ready:
                time.sleep(0.01)
            given.append(len(batch))
            return super().submit(criteria, batch)

    sample = Path(__file__).parent.parent / "sample_data" / "contacts.xlsx"
    arguments = [str(sample), "--inbox", "407", "--dry-run", "--quiet", "--output-dir", str(tmp_path)]
    alone = CliRunner().invoke(cli, arguments)
    monkeypatch.setattr("importer.pipeline.run.processes_to_help", lambda _: 1)
    monkeypatch.setattr("importer.pipeline.run.Helpers", Awaited)
    assert CliRunner().invoke(cli, arguments).exit_code == alone.exit_code == 0
    assert sum(given) > 0
    first, second = (path.read_bytes() for path in tmp_path.glob("*/results.csv"))
    assert first == second


def test_a_small_file_has_no_help(tmp_path: Path) -> None:
    """Starting a process would take longer than the file; one that is not there is for others to say."""
    small, large = tmp_path / "small.csv", tmp_path / "large.csv"
    small.write_bytes(b"x" * (LARGE_BYTES - 1))
    large.write_bytes(b"x" * LARGE_BYTES)
    assert (processes_to_help(small), processes_to_help(tmp_path / "none.csv")) == (0, 0)
    assert processes_to_help(large) == min(2, (os.cpu_count() or 1) - 1)


def test_the_cells_of_rows_that_nobody_is_given_back_are_not_kept() -> None:
    """The rows of a dry run; for all else of them it makes no difference."""
    (rows,) = batches(1)
    ((_, kept),) = checked([rows], CRITERIA, Helpers(0))
    ((_, found),) = checked([rows], replace(CRITERIA, keep_cells=False), Helpers(0))
    assert [json.loads(cells or "") for cells in kept.cells] == [[*row.cells] for row in rows]
    assert found.cells == [None] * len(rows)
    assert told_of(rows, replace(found, cells=kept.cells)) == told_of(rows, kept)


def test_few_batches_are_under_way_at_once() -> None:
    """However long the file is, memory holds a handful of its batches."""
    given = 0

    def counted() -> Iterator[list[Row]]:
        nonlocal given
        for rows in batches(30):
            given += 1
            yield rows

    with started(1) as helpers:
        for done, _ in enumerate(checked(counted(), CRITERIA, helpers), start=1):
            assert given - done <= 4


def test_a_file_that_turns_out_to_be_damaged_ends_the_processes_too() -> None:
    """The error comes out unchanged; nothing stays behind."""

    def broken() -> Iterator[list[Row]]:
        yield from batches(2)
        raise InputError(Message("damaged"))

    with pytest.raises(InputError, match="damaged"), started(1) as helpers:
        list(checked(broken(), CRITERIA, helpers))
    assert children(os.getpid()) == []


@pytest.mark.parametrize("failure", [OSError("no shared memory"), ImportError("no semaphores")])
def test_where_no_process_can_be_started_all_is_checked_here(
    monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    """Some containers have no shared memory."""

    def fail(*_: object) -> None:
        raise failure

    monkeypatch.setattr("importer.staging.checking.ProcessPoolExecutor", fail)
    with Helpers(1) as helpers:
        found = [told_of(rows, batch) for rows, batch in checked(batches(9), CRITERIA, helpers)]
    assert found == told(0, 9)[0]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="looks for processes in /proc")
def test_where_a_helper_is_killed_the_rest_is_checked_here() -> None:
    """A system that is out of memory takes the largest process: no row is lost or told twice."""
    found = []
    with started(1) as helpers:
        for number, (rows, batch) in enumerate(checked(batches(19), CRITERIA, helpers)):
            if number == 1:
                for pid in children(os.getpid()):
                    os.kill(pid, signal.SIGKILL)
                while children(os.getpid()):  # until the pool has taken notice, so that giving it more fails too
                    time.sleep(0.01)
            found.append(told_of(rows, batch))
    assert found == told(0)[0]


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
        "import sys, time\nfrom tests.test_checking import *\n"
        "if __name__ == '__main__':\n"
        "    with started(1) as helpers:\n"
        "        for number, _ in enumerate(checked(batches(10**6), CRITERIA, helpers)):\n"
        "            print(number, flush=True)\n"
    )
    script = tmp_path / "endless.py"
    script.write_text(program)
    root = str(Path(__file__).parent.parent)
    running = subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": root}
    )
    assert running.stdout is not None
    while int(running.stdout.readline()) < 2:
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
