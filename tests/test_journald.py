"""Lines for systemd's journal: priorities, when they are chosen, and the run in one line."""

import io
import logging
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from importer.message import Message
from importer.models import Status
from importer.reporter.summary import Summary
from importer.reporter.terminal import record_of
from importer.terminal.console import JOURNAL_STREAM, Console, goes_to_journal
from importer.terminal.log_formats import JOURNALD, JournalFormatter, Priority, logfmt, prefixed
from tests.support.runs import RUN
from tests.support.service import HEADER, Service, contacts, folders, invoke, written
from tests.support.terminal import Clock, Terminal


def test_every_line_of_a_remark_has_its_priority() -> None:
    """The journal makes an entry of every line; an empty one keeps its place."""
    err = io.StringIO()
    console = Console(io.StringIO(), err, verbose=True, log_format=JOURNALD)
    console.say("a remark\n\nin lines")
    console.detail("a detail")
    console.warn("odd", Message("look"))
    console.fail("bad", Message("mend"))
    assert err.getvalue() == (
        "<6>a remark\n<6>\n<6>in lines\n<7>a detail\n<4>Warning: odd\n<4>         look\n<3>Error: bad\n<3>       mend\n"
    )


def test_there_is_no_bar_in_the_journal() -> None:
    """Not even on a terminal: lines, as elsewhere."""
    err, clock = Terminal(), Clock()
    progress = Console(io.StringIO(), err, log_format=JOURNALD, clock=clock).progress(100)
    clock.now = 10.0
    progress.advance(50)
    progress.close()
    assert err.getvalue() == "<6>50 of 100 rows (50%), 5 rows/s, about 10 s left\n"


@pytest.mark.parametrize(
    ("level", "beginning"),
    [(logging.INFO, "<7>"), (logging.WARNING, "<4>"), (logging.ERROR, "<3>"), (logging.CRITICAL, "<3>")],
    ids=["info", "warning", "error", "critical"],
)
def test_a_log_record_has_the_priority_of_its_level_and_no_time(level: int, beginning: str) -> None:
    """What --verbose says is detail; a traceback is many lines."""
    try:
        raise RuntimeError("odd")
    except RuntimeError:
        record = logging.LogRecord("importer", level, "", 0, "row %d", (3,), sys.exc_info())
    lines = JournalFormatter().format(record).splitlines()
    assert lines[0] == f"{beginning}row 3"
    assert lines[-1] == f"{beginning}RuntimeError: odd"
    assert all(line.startswith(beginning) for line in lines)


@pytest.mark.parametrize(
    ("named", "expected"),
    [("{device}:{inode}", True), ("{inode}:{device}", False), ("1:2", False), ("", False), ("rubbish", False)],
)
def test_the_journal_is_known_by_device_and_inode(tmp_path: Path, named: str, expected: bool) -> None:
    """A stream that was redirected since is not the journal (systemd.exec(5))."""
    with (tmp_path / "stream").open("w") as stream:
        found = os.fstat(stream.fileno())
        environment = {JOURNAL_STREAM: named.format(device=found.st_dev, inode=found.st_ino)}
        assert goes_to_journal(stream, environment) is expected
    assert not goes_to_journal(stream, environment)  # closed
    assert not goes_to_journal(None, environment)
    assert not goes_to_journal(io.StringIO(), environment)
    assert prefixed("", Priority.INFO) == "<6>"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("contacts-20260117-081530", "contacts-20260117-081530"),
        (42, "42"),
        ("dry run", '"dry run"'),
        ("客户", "客户"),
        ("", '""'),
        ('a"b', r'"a\"b"'),
        ("a=b", '"a=b"'),
        ("a\nb", r'"a\nb"'),
        ("a\\b", r'"a\\b"'),
        ("a\x1bb", r'"a\u001bb"'),
    ],
)
def test_a_value_is_quoted_where_it_is_more_than_a_word(value: object, shown: str) -> None:
    """So that the line divides at its spaces and equals signs alone, and stays one line."""
    assert logfmt({"run": value, "rows": 1}) == f"run={shown} rows=1"


@pytest.mark.parametrize(
    ("code", "stopped", "status"),
    [(0, "", "done"), (1, "", "done"), (4, "unreachable", "stopped"), (130, "interrupted", "interrupted")],
)
def test_a_run_is_one_line(code: int, stopped: str, status: str) -> None:
    """Name, how it ended, its rows by status, seconds and requests."""
    run = replace(RUN, exit_code=code, stopped=Message(stopped) if stopped else None)
    record = record_of(Summary(run, {Status.CREATED: 41, Status.INVALID: 1}, {}))
    assert record.priority == {0: Priority.INFO, 4: Priority.ERROR}.get(code, Priority.WARNING)
    assert record.line == (
        f"run=contacts-20260117-081530 mode=import status={status} exit_code={code} rows=42 created=41 invalid=1 "
        "seconds=4.0 requests=5 retries=1"
    )


@pytest.mark.slow
def test_the_line_is_the_last_of_the_journal_and_of_the_log_file() -> None:
    """The log file keeps its times; a terminal has the closing words instead."""
    path = written(HEADER + "Ann,a@x.example,,C1\nBob,bob@,,C2\n")
    log = Path("import.log")
    done = invoke(path, "--inbox", 407, "--sandbox", "--log-format", "journald", "--verbose", "--log-file", log)
    lines = done.stderr.splitlines()
    assert [line for line in lines if line[:3] not in ("<3>", "<4>", "<6>", "<7>")] == []
    assert lines[-1].startswith(f"<4>run={folders()[-1].name} mode=sandbox status=done exit_code=1 rows=2 created=1")
    assert sum("run=contacts" in line for line in lines) == 1
    (told,) = [line for line in log.read_text(encoding="utf-8").splitlines() if "run=" in line]
    assert told.endswith(lines[-1].removeprefix("<4>"))
    assert told[:4].isdecimal()
    assert "run=" not in invoke(path, "--inbox", 407, "--sandbox", "--verbose").stderr


@pytest.mark.slow
def test_quiet_leaves_warnings_with_their_priority() -> None:
    """Nothing else but the run itself, which a collector counts."""
    arguments = (
        "--inbox",
        407,
        "--sandbox",
        "--quiet",
        "--log-format",
        "journald",
        "--type",
        "custom_attributes.a=text",
    )
    *lines, last = invoke(contacts(1), *arguments).stderr.splitlines()
    assert last.startswith("<6>run=")
    assert lines == ["<4>Warning: --type custom_attributes.a: no column and no --set has this attribute"]


@pytest.mark.slow
def test_retries_are_details() -> None:
    """What --verbose adds is below what everybody sees."""
    with Service(error_after=0.5, seed=3) as flaky:
        done = flaky.invoke(contacts(10), "--inbox", 407, "--verbose", "--log-format", "journald")
    retries = [line for line in done.stderr.splitlines() if "HTTP 50" in line]
    assert retries
    assert all(line.startswith("<7>row ") for line in retries)


@pytest.mark.parametrize(
    ("arguments", "code", "beginning"),
    [
        (["contacts.csv", "--inbox", "407", "--sandbox"], 0, "<6>"),
        pytest.param(
            ["contacts.csv", "--inbox", "407", "--sandbox", "--log-format", "text"],
            0,
            "encoding ",
            marks=pytest.mark.slow,
        ),
        (["absent.csv", "--inbox", "407", "--sandbox"], 3, "<3>Error: "),
        (["contacts.csv", "--frsh"], 2, "<3>Error: No such option"),
        (["runs"], 2, "<3>Error: no ledger"),
    ],
    ids=["an import", "text is asked for", "no input", "wrong usage", "another command"],
)
def test_the_format_is_chosen_by_the_stream(arguments: list[str], code: int, beginning: str) -> None:
    """Standard error is what JOURNAL_STREAM names, and every line of it has a priority."""
    contacts(1)
    reading, writing = os.pipe()
    found = os.fstat(writing)
    environment = os.environ | {JOURNAL_STREAM: f"{found.st_dev}:{found.st_ino}"}
    process = subprocess.Popen(
        [sys.executable, "-m", "importer", *arguments], env=environment, stderr=writing, stdout=subprocess.DEVNULL
    )
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as stream:
        lines = stream.read().splitlines()
    assert process.wait(120) == code
    assert lines[0].startswith(beginning)
    assert beginning == "encoding " or [line for line in lines if line[:1] != "<" or line[2:3] != ">"] == []
