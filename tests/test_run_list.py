"""The list of runs, and what a run may be called."""

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from importer.errors import ConfigError
from importer.files import locks
from importer.history.runs import CRASHED, Listed, ago, find, list_runs, run_lines, runs_json
from importer.ledger.ledger import Ledger
from importer.ledger.records import Undone
from importer.ledger.run import Run
from importer.message import Message
from importer.models import Status
from importer.texts import shown_width
from tests.support.runs import RUN

NOW = datetime(2026, 1, 17, 12, 0, tzinfo=UTC)
TOKYO, NEW_YORK = timezone(timedelta(hours=9)), timezone(timedelta(hours=-5))
COUNTS = {Status.CREATED: 1200, Status.INVALID: 1}


@pytest.mark.parametrize(
    ("then", "now", "words"),
    [
        ("2026-01-17T12:00:00+00:00", NOW, "just now"),
        ("2026-01-17T11:59:01+00:00", NOW, "just now"),
        ("2026-01-17T11:59:00+00:00", NOW, "1 minute ago"),
        ("2026-01-17T11:57:00+00:00", NOW, "3 minutes ago"),
        ("2026-01-17T11:00:01+00:00", NOW, "59 minutes ago"),
        ("2026-01-17T11:00:00+00:00", NOW, "1 hour ago"),
        ("2026-01-17T00:00:00+00:00", NOW, "12 hours ago"),
        ("2026-01-16T23:59:59+00:00", NOW, "yesterday 23:59"),
        ("2026-01-16T00:00:00+00:00", NOW, "yesterday 00:00"),
        ("2026-01-16T23:50:00+00:00", datetime(2026, 1, 17, 0, 10, tzinfo=UTC), "20 minutes ago"),
        ("2026-01-15T23:59:00+00:00", NOW, "2 days ago"),
        ("2026-01-11T00:00:00+00:00", NOW, "6 days ago"),
        ("2026-01-10T23:59:00+00:00", NOW, "2026-01-10"),
        ("2025-12-31T23:59:00+00:00", NOW, "2025-12-31"),
        ("2026-01-17T20:30:00+09:00", NOW, "30 minutes ago"),
        ("2026-01-16T20:00:00-05:00", NOW, "11 hours ago"),
        ("2026-01-17T11:55:00+00:00", NOW.astimezone(TOKYO), "5 minutes ago"),
        ("2026-01-17T12:00:30+00:00", NOW, "just now"),
        ("2026-01-17T12:01:00+00:00", NOW, "2026-01-17 12:01"),
        ("2027-03-01T00:00:00+00:00", NOW, "2027-03-01 00:00"),
    ],
)
def test_a_time_is_told_by_how_long_ago_it_was(then: str, now: datetime, words: str) -> None:
    """Whatever offsets the two times have; a time still to come, after a clock went back, is told as it is."""
    assert str(ago(datetime.fromisoformat(then), now, UTC)) == words


@pytest.mark.parametrize(
    ("zone", "words"),
    [(UTC, "yesterday 23:30"), (TOKYO, "12 hours ago"), (NEW_YORK, "yesterday 18:30")],
    ids=["UTC", "Tokyo", "New York"],
)
def test_yesterday_is_that_of_the_reader(zone: timezone, words: str) -> None:
    """The day begins at their midnight, and the clock is theirs."""
    assert str(ago(datetime(2026, 1, 16, 23, 30, tzinfo=UTC), NOW, zone)) == words


@pytest.fixture
def _berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This machine stands where the clock changes."""
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.skipif(os.name != "posix", reason="the system has no tzset")
@pytest.mark.usefixtures("_berlin")
def test_a_time_before_the_clocks_changed_is_told_as_the_clock_showed_it() -> None:
    """14:05 on the Saturday before summer time stays 14:05 on the Sunday."""
    then = datetime(2026, 3, 28, 13, 5, tzinfo=UTC)
    assert str(ago(then, datetime(2026, 3, 29, 12, 0, tzinfo=UTC))) == "yesterday 14:05"


STATES = [
    (RUN, {Status.CREATED: 3, Status.DUPLICATE: 1}, False, "fine"),
    (RUN, {}, False, "fine"),
    (RUN, {Status.CREATED: 3, Status.INVALID: 1}, False, "1 needs attention"),
    (RUN, {Status.FAILED: 1000, Status.UNKNOWN: 1}, False, "1,001 need attention"),
    (replace(RUN, stopped=Message("interrupted")), {Status.NOT_SENT: 9}, False, "stopped: interrupted"),
    (replace(RUN, stopped=Message("no\x1b[2J")), {Status.NOT_SENT: 9}, False, "stopped: no\\u001b[2J"),
    (replace(RUN, stopped=CRASHED, exit_code=None), {Status.NOT_SENT: 9}, False, "crashed"),
    (replace(RUN, finished_at=None, exit_code=None), {Status.PENDING: 9}, False, "crashed"),
    (replace(RUN, finished_at=None, exit_code=None), {Status.PENDING: 9}, True, "working"),
    (replace(RUN, forgotten_at=RUN.finished_at), {Status.INVALID: 1}, False, "1 needs attention, forgotten"),
]


@pytest.mark.parametrize(("run", "counts", "working", "words"), STATES, ids=[words for *_, words in STATES])
def test_a_state_says_whether_somebody_must_do_something(
    run: Run, counts: dict[Status, int], working: bool, words: str
) -> None:
    """Fine, or how many rows need attention, or why the run ended before its end."""
    _, line, *_ = run_lines([Listed(run, counts, working)], NOW).splitlines()
    assert line.rpartition("  ")[2] == words


LISTED = [
    Listed(replace(RUN, id="客户-1", file="客户名单.csv", inbox_id=None, started_at="2026-01-17T11:57:00+00:00"), {}),
    Listed(replace(RUN, started_at="2026-01-09T08:00:00+00:00"), COUNTS),
]


def test_runs_are_a_table_with_the_next_commands() -> None:
    """When, file, inbox, rows, what became of them, state; column below column, beside wide characters too."""
    assert run_lines(LISTED, NOW, zone=UTC).splitlines() == [
        "RUN                       WHEN           FILE          INBOX         ROWS  RESULT                    STATE",
        "客户-1                    3 minutes ago  客户名单.csv  of its rows      0  nothing                   fine",
        "contacts-20260117-081530  2026-01-09     contacts.csv  407          1,201  1,200 created, 1 invalid  "
        "1 needs attention",
        "",
        "To look at the newest in a browser:",
        "  import-contacts report '客户-1' --open",
        "What changed since the one before:",
        "  import-contacts report --diff previous latest",
    ]


def test_one_run_has_none_before_it() -> None:
    """Nothing is proposed that would fail."""
    assert run_lines(LISTED[1:], NOW).splitlines()[-1] == "  import-contacts report contacts-20260117-081530 --open"


def test_while_the_newest_works_no_report_is_proposed() -> None:
    """It would be refused: the import holds the lock."""
    working = Listed(replace(RUN, finished_at=None), {Status.PENDING: 3}, working=True)
    assert run_lines([working, *LISTED], NOW).splitlines()[-2:] == ["To look again:", "  import-contacts runs"]


def test_a_name_like_an_option_is_not_proposed() -> None:
    """The newest run needs no name."""
    assert (
        run_lines([Listed(replace(RUN, id="-x-1"), COUNTS)], NOW).splitlines()[-1] == "  import-contacts report --open"
    )


def test_a_ledger_without_runs_says_so() -> None:
    """No table of titles alone."""
    assert run_lines([], NOW) == "no runs yet"


def test_a_file_with_a_hostile_name_breaks_neither_table_nor_terminal() -> None:
    """Line breaks, escapes and marks of direction are shown; its run is proposed without its name."""
    name = "a\nb\x1b]0;x\x07\u202ecod.csv"
    lines = run_lines([Listed(replace(RUN, id=name, file=name), COUNTS)], NOW).splitlines()
    assert len(lines) == 5
    assert all(line.isprintable() for line in lines)
    assert lines[1].count("a\\u000ab\\u001b]0;x\\u0007\\u202ecod.csv") == 2
    assert lines[-1] == "  import-contacts report --open"


def test_a_terminal_gets_lines_that_fit_and_a_pipe_whole_names() -> None:
    """Only the file's name is shortened, in its middle: the run's name is for pasting."""
    listed = [Listed(replace(RUN, file="customers of the whole year in one file.xlsx"), COUNTS)]
    _, line, *_ = run_lines(listed, NOW, 120, UTC).splitlines()
    assert shown_width(line) == 120
    assert "  customers o… file.xlsx  " in line
    assert line.startswith(f"{RUN.id}  3 hours ago")
    assert "customers of the whole year in one file.xlsx" in run_lines(listed, NOW)


def test_for_programs_runs_are_summaries() -> None:
    """Machine times, every status by its name."""
    first, second = runs_json(LISTED)
    assert isinstance(first, dict)
    assert isinstance(second, dict)
    assert first["started_at"] == "2026-01-17T11:57:00+00:00"
    assert second["counts"] == {"created": 1200, "invalid": 1}
    assert [(entry["state"], entry["undone"]) for entry in (first, second)] == [("fine", None), ("attention", None)]


def test_for_programs_a_run_has_its_state_and_its_undo() -> None:
    """In words that never change, whatever the table says."""
    ended, killed = replace(RUN, stopped=Message("interrupted")), replace(RUN, finished_at=None, exit_code=None)
    listed = [
        Listed(RUN, {}, undone=Undone("undo-1", is_whole=False)),
        Listed(ended, {Status.NOT_SENT: 9}),
        Listed(killed, {Status.PENDING: 9}),
        Listed(killed, {Status.PENDING: 9}, working=True),
    ]
    entries: list[Any] = runs_json(listed)
    assert [entry["state"] for entry in entries] == ["fine", "stopped", "crashed", "working"]
    assert entries[0]["undone"] == {"run": "undo-1", "is_whole": False}


def entered(folder: Path, *runs: Run) -> Path:
    """A ledger with these runs, the oldest first."""
    path = folder / "ledger.sqlite3"
    with Ledger(path) as ledger, ledger.transaction():
        for run in runs:
            ledger.begin(run)
    return path


def test_a_run_works_while_its_lock_is_held(tmp_path: Path) -> None:
    """The newest alone: others were given up before it began. Looking leaves the lock free."""
    unfinished = replace(RUN, finished_at=None, exit_code=None)
    path = entered(tmp_path, replace(unfinished, id="older"), replace(unfinished, id="newer"))
    with locks.locked(path, Message("importing")):
        assert [(one.run.id, one.working) for one in list_runs(tmp_path)] == [("newer", True), ("older", False)]
    assert [one.working for one in list_runs(tmp_path)] == [False, False]
    with locks.locked(path, Message("importing")):
        pass


def test_nobody_asks_for_the_lock_when_every_run_has_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else looking at the list could turn away the import that begins at that moment."""
    entered(tmp_path, RUN)
    monkeypatch.setattr(FileLock, "acquire", lambda *_, **__: pytest.fail("the lock was asked for"))
    assert [one.run.id for one in list_runs(tmp_path)] == [RUN.id]


ENTERED = [
    (place, replace(RUN, id=name))
    for place, name in enumerate(("errors-20260118-081530", "contacts-20260117-093000", "contacts-20260117-081530"))
]
LEDGER = Path("ledger.sqlite3")


@pytest.mark.parametrize(
    ("name", "found"),
    [
        (None, "errors-20260118-081530"),
        ("latest", "errors-20260118-081530"),
        ("previous", "contacts-20260117-093000"),
        ("contacts-20260117-081530", "contacts-20260117-081530"),
        ("contacts-20260117-09", "contacts-20260117-093000"),
        ("e", "errors-20260118-081530"),
    ],
)
def test_a_run_is_found_by_name_beginning_or_word(name: str | None, found: str) -> None:
    """A beginning counts if no other run has it."""
    seq, run = find(name, ENTERED, LEDGER)
    assert (run.id, dict(ENTERED)[seq]) == (found, run)


def test_a_whole_name_goes_before_a_word_and_a_beginning() -> None:
    """A file may be called latest, and a run's name may begin another's."""
    named = [(0, replace(RUN, id="x-2")), (1, replace(RUN, id="latest")), (2, replace(RUN, id="x"))]
    assert [find(name, named, LEDGER)[0] for name in ("latest", "x", "x-", "lat")] == [1, 2, 0, 1]


@pytest.mark.parametrize(
    ("name", "message", "advice"),
    [
        ("contakts-20260117-081530", "no run", 'did you mean "contacts-20260117-081530" or'),
        ("contakts", "no run", 'did you mean "contacts-20260117-093000"?'),
        ("zzz", "no run", "import-contacts runs shows their names"),
        ("", "no run", "import-contacts runs shows their names"),
        ("\x1b[2J", 'no run "\\u001b[2J"', "import-contacts runs shows their names"),
        ("contacts", "the beginning of 2 runs", '"contacts-20260117-093000" or "contacts-20260117-081530"'),
    ],
    ids=["a slip", "a slip in a beginning", "nothing like it", "empty", "hostile", "two runs"],
)
def test_a_wrong_name_gets_the_nearest_as_advice(name: str, message: str, advice: str) -> None:
    """What was meant is mostly close to what was typed."""
    with pytest.raises(ConfigError) as caught:
        find(name, ENTERED, LEDGER)
    assert message in str(caught.value)
    assert advice in str(caught.value.hint)


def test_the_one_before_is_not_there_while_there_is_one_run() -> None:
    """Then the word is a name like others, and an unknown one."""
    with pytest.raises(ConfigError, match='no run "previous"'):
        find("previous", ENTERED[:1], LEDGER)


def test_a_run_without_a_page_is_not_proposed() -> None:
    """Nothing is proposed that would fail: the newest alone may be an undo (``--limit 1``)."""
    undo = Listed(replace(RUN, id="undo-contacts-1", mode="undo"), {Status.UNDONE: 1})
    assert len(run_lines([undo], NOW).splitlines()) == 2
    assert run_lines([undo, LISTED[1]], NOW).splitlines()[-1].endswith(f"{LISTED[1].run.id} --open")
