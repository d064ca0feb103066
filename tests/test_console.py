"""What goes to which stream, and how progress is told."""

import io
import json
from pathlib import Path

import pytest

from importer.message import Language, Message
from importer.terminal.console import Console, progress_line
from importer.terminal.log_formats import JSON, LOG_FORMATS, LogFormat
from tests.support.terminal import Clock, Terminal


def test_results_and_remarks_have_a_stream_each() -> None:
    """Results alone on standard output; hints stand below what they belong to."""
    out, err = io.StringIO(), io.StringIO()
    console = Console(out, err)
    console.result("the summary")
    console.say("a remark")
    console.warn("odd", Message("look"))
    console.fail("bad", Message("mend"))
    assert out.getvalue() == "the summary\n"
    assert err.getvalue() == "a remark\nWarning: odd\n         look\nError: bad\n       mend\n"


@pytest.mark.parametrize("log_format", LOG_FORMATS.values(), ids=LOG_FORMATS.keys())
def test_the_name_of_a_file_forges_no_message_and_commands_no_terminal(log_format: LogFormat) -> None:
    """Whoever names a file may put breaks and commands of a terminal into it; each message is one line all the same."""
    out, err = io.StringIO(), io.StringIO()
    console = Console(out, err, log_format=log_format)
    name = "ev\x1b]0;p\x07\nError: x\u202e.csv"
    for told in (Message("{file} is done", file=Path(name)), Message("{file} is done", file=name.replace("\n", ""))):
        console.result(told)
        console.say(told)
        console.warn(told, told)
        console.fail(told, told)
    said = out.getvalue() + err.getvalue()
    assert {*said} & {"\x1b", "\x07", "\u202e"} == set()
    assert "\\\\u001b" in said if log_format is JSON else "\\u001b" in said
    assert [line for line in said.splitlines() if line.startswith("Error: x")] == []
    if log_format is JSON:
        values = " ".join(str(value) for line in err.getvalue().splitlines() for value in json.loads(line).values())
        assert {*values} & {"\x1b", "\x07", "\u202e"} == set()


def test_labels_and_progress_are_in_the_readers_language() -> None:
    """A hint stands below its message, by width on screen; a text is printed as it is."""
    err, clock = io.StringIO(), Clock()
    console = Console(io.StringIO(), err, language=Language("zh"), clock=clock)
    console.fail("bad", Message("write key: value lines"))
    progress = console.progress(1000)
    clock.now = 10.0
    progress.advance(100)
    clock.now = 91.0
    progress.advance(890)
    assert err.getvalue().splitlines() == [
        "错误：bad",
        "      请按“设置: 值”逐行书写",
        "100 / 1,000 行（10%），10 行/秒，约剩 2 分钟",
        "990 / 1,000 行（99%），11 行/秒，约剩 1 秒",
    ]


def test_the_bar_counts_in_the_readers_language() -> None:
    """tqdm writes the unit behind its numbers."""
    err = Terminal()
    progress = Console(io.StringIO(), err, language=Language("zh")).progress(3)
    progress.advance(3)
    progress.close()
    assert "行/s" in err.getvalue()


def test_quiet_keeps_warnings_and_errors() -> None:
    """Remarks and progress go, what the user should know stays."""
    err = io.StringIO()
    console = Console(io.StringIO(), err, quiet=True)
    console.say("a remark")
    progress = console.progress(10)
    progress.advance(10)
    progress.close()
    console.warn("odd")
    assert err.getvalue() == "Warning: odd\n"


def test_progress_is_a_line_every_ten_seconds_where_there_is_no_terminal() -> None:
    """A log has no use for a bar; lines that come too soon are not written."""
    err, clock = io.StringIO(), Clock()
    progress = Console(io.StringIO(), err, clock=clock).progress(1000)
    for second in range(1, 26):
        clock.now = float(second)
        progress.advance(10)
    progress.close()
    assert err.getvalue() == (
        "100 of 1,000 rows (10%), 10 rows/s, about 2 min left\n200 of 1,000 rows (20%), 10 rows/s, about 1 min left\n"
    )


def test_progress_is_a_bar_on_a_terminal() -> None:
    """The bar ends at the total."""
    err = Terminal()
    progress = Console(io.StringIO(), err).progress(3)
    progress.advance(1)
    progress.advance(2)
    progress.close()
    assert "3/3" in err.getvalue()


@pytest.mark.parametrize(
    ("done", "total", "seconds", "line"),
    [
        (1200, 40_000, 10.0, "1,200 of 40,000 rows (3%), 120 rows/s, about 5 min left"),
        (50, 100, 5.0, "50 of 100 rows (50%), 10 rows/s, about 5 s left"),
        (9999, 10_000, 1.0, "9,999 of 10,000 rows (99%), 9,999 rows/s, about 1 s left"),
        (40_000, 40_000, 100.0, "40,000 of 40,000 rows (100%), 400 rows/s"),
        (0, 0, 0.0, "0 of 0 rows (0%), 0 rows/s"),
        (0, 10, 20.0, "0 of 10 rows (0%), 0 rows/s"),
    ],
)
def test_a_line_of_progress_says_how_far_how_fast_how_long(done: int, total: int, seconds: float, line: str) -> None:
    """No estimate where there is nothing to estimate from."""
    assert str(progress_line(done, total, seconds)) == line
