"""--log-format json: every line of standard error is an object, whatever happens, and none has a secret."""

import contextvars
import io
import json
import logging
import re
import shutil
import signal
import subprocess
import sys
import threading
import warnings
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from importer.cli.main import cli
from importer.cli.run import INTERRUPTED
from importer.cli.streams import all_in_format
from importer.cli.watch import failed_record
from importer.errors import InputError
from importer.library.verbs import do_import
from importer.library.watching.loop import WatchedFile
from importer.message import Language, Message
from importer.reporter.summary import Summary
from importer.system_text import without_commands
from importer.terminal.console import Console
from importer.terminal.log_formats import JSON, TEXT, JsonFormatter
from tests.support.service import HEADER, KEY, SECRET, Service, contacts, folders, invoke, wait_until_stored, written
from tests.support.terminal import Clock, Terminal

JSON_LOG = ("--log-format", "json")
TOKEN = "t0ken-of-the-hook"
AT = 1_800_000_000.25


def lines_of(text: str) -> list[dict[str, Any]]:
    """Every line as an object with what all have; an error of the test where one is none."""
    lines: list[dict[str, Any]] = [json.loads(line) for line in text.splitlines()]
    for line in lines:
        assert {"time", "level", "message"} <= line.keys(), line
        assert line["level"] in ("error", "warning", "info", "debug")
        assert line["time"].endswith("Z")
        assert datetime.fromisoformat(line["time"]).utcoffset() is not None
    for secret in (KEY, SECRET, TOKEN):
        assert secret not in text
    return lines


def console(err: io.StringIO, **more: Any) -> Console:
    return Console(io.StringIO(), err, log_format=JSON, now=lambda: AT, **more)


def test_an_entry_is_an_object_with_its_hint_beside_the_message() -> None:
    """In the reader's language; the time has milliseconds, and there is no label and no colour."""
    err = Terminal()
    speaker = console(err, verbose=True, language=Language("zh"))
    speaker.say("a remark\nin lines")
    speaker.detail("a detail")
    speaker.warn(Message("Error"), Message("interrupted"))
    speaker.fail("bad", None, {"code": "input", "exit_code": 3})
    time = {"time": "2027-01-15T08:00:00.250Z"}
    assert [json.loads(line) for line in err.getvalue().splitlines()] == [
        time | {"level": "info", "message": "a remark\nin lines"},
        time | {"level": "debug", "message": "a detail"},
        time | {"level": "warning", "message": "错误", "hint": "被中断"},
        time | {"level": "error", "message": "bad", "code": "input", "exit_code": 3},
    ]


def test_progress_is_an_object_with_its_numbers_and_no_bar() -> None:
    """Not even on a terminal: rows done, of how many, how many a second, and in which stage."""
    err, clock = Terminal(), Clock()
    progress = console(err, clock=clock).progress(100)
    clock.now = 10.0
    progress.advance(50)
    progress.close()
    (line,) = lines_of(err.getvalue())
    assert (line["done"], line["total"], line["rate"], line["stage"]) == (50, 100, 5.0, "send")
    assert line["message"].startswith("50 of 100 rows")


def test_nobody_is_asked() -> None:
    """A question would be a line that is none; whoever wants yes says --yes."""
    err = Terminal()
    assert not console(err).has_somebody
    assert not console(err).confirm("sure?")
    assert err.getvalue() == ""


@pytest.mark.slow
@given(st.text() | st.text(st.characters(codec="utf-8", categories=["C", "Z"])), st.dictionaries(st.text(), st.text()))
def test_any_text_is_one_line(text: str, fields: dict[str, str]) -> None:
    """In ASCII, so that every stream carries it, and read as it was; but for what would command a terminal that shows
    the sentence."""
    err = io.StringIO()
    console(err).fail(text, None, {"fields": fields})
    assert err.getvalue().isascii()
    assert err.getvalue().count("\n") == 1
    line = json.loads(err.getvalue())
    assert (line["message"], line["fields"]) == (without_commands(text), fields)


def test_a_byte_that_is_no_text_is_told_as_elsewhere() -> None:
    """A lone surrogate, of a file's name, is no JSON that every reader takes."""
    err = io.StringIO()
    console(err).say(Message("{path}", path=b"M\xfcller\xff.csv".decode("utf-8", "surrogateescape")))
    json.loads(err.getvalue())["message"].encode()


def test_a_record_of_the_log_has_its_logger_and_the_traceback_as_a_field() -> None:
    """A traceback is many lines, and still one object."""
    try:
        raise RuntimeError("odd")
    except RuntimeError:
        record = logging.LogRecord("importer.x", logging.ERROR, "", 0, "row %d", (3,), sys.exc_info())
    (line,) = lines_of(JsonFormatter().format(record))
    assert (line["level"], line["message"], line["logger"]) == ("error", "row 3", "importer.x")
    assert line["traceback"].startswith("Traceback ")
    assert line["traceback"].endswith("RuntimeError: odd")


# -- whole runs ------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_runs_record_has_fields_and_is_the_last_line() -> None:
    """On standard error and in the log file; the fields are named as in summary.json."""
    path = written(HEADER + "Ann,a@x.example,,C1\nBob,bob@,,C2\n")
    done = invoke(path, "--inbox", 407, "--sandbox", *JSON_LOG, "--log-file", "import.log", "--lang", "zh")
    summary = json.loads((folders()[-1] / "summary.json").read_text(encoding="utf-8"))
    for text, told in (
        (done.stderr, "2 行中有 1 行需要处理"),
        (Path("import.log").read_text("utf-8"), "1 of 2 rows needs"),
    ):
        last = lines_of(text)[-1]
        names = ("run", "mode", "file", "inbox_id", "rows", "counts", "causes", "exit_code", "requests", "retries")
        assert {name: last[name] for name in names} == {name: summary[name] for name in names}
        assert (last["level"], last["status"]) == ("warning", "done")
        assert last["report"] == summary["files"]["report"]
        assert told in last["message"]
        assert "a@x.example" not in json.dumps(last)
    assert done.stdout.strip()


@pytest.mark.slow
def test_a_plan_a_verification_and_an_undo_end_with_their_records(service: Service) -> None:
    """Each of its own mode."""
    common = (*JSON_LOG, "--verbose")
    done = [
        service.invoke("plan", contacts(2), "--inbox", 407, *common),
        service.invoke(contacts(2), "--inbox", 407, *common, "--verify"),
        service.invoke("verify", *common, "--json"),
        service.invoke("undo", "latest", "--yes", *common),
    ]
    assert [one.exit_code for one in done[:3]] == [0, 0, 0]
    assert [lines_of(one.stderr)[-1]["mode"] for one in done] == ["plan", "import", "verify", "undo"]
    assert json.loads(done[2].stdout)["mode"] == "verify"


WRONG: dict[str, tuple[list[str], int, str]] = {
    "no such option": (["contacts.csv", "--frsh"], 2, "usage"),
    "no such value": (["contacts.csv", "--inbox", "407", "--on-duplicate", "x"], 2, "usage"),
    "no file is named": (["run"], 2, "usage"),
    "no input": (["absent.csv", "--inbox", "407", "--sandbox"], 3, "input"),
    "no contacts": (["empty.csv", "--inbox", "407", "--sandbox"], 3, "input"),
    "no credentials": (["contacts.csv", "--inbox", "407"], 2, "config"),
    "a wrong setting": (["contacts.csv", "--inbox", "x", "--sandbox"], 2, "config"),
    "no ledger": (["runs"], 2, "config"),
    "no run": (["verify"], 2, "config"),
    "nothing to undo": (["undo", "latest"], 2, "config"),
    "no ledger to forget": (["forget", "--all"], 2, "config"),
    "nobody to ask": (["login"], 2, "config"),
}


@pytest.mark.parametrize(("arguments", "code", "kind"), WRONG.values(), ids=WRONG.keys())
@pytest.mark.parametrize("source", ["option", "variable"])
def test_an_error_is_an_object_with_its_code(arguments: list[str], code: int, kind: str, source: str) -> None:
    """Wrong usage too, before any option is read; without the usage that people see above it."""
    contacts(1)
    written("", "empty.csv")
    options, variables = (JSON_LOG, {}) if source == "option" else ((), {"IMPORT_CONTACTS_LOG_FORMAT": "json"})
    done = invoke(*arguments, *options, **variables)
    assert done.exit_code == code, done.output
    last = lines_of(done.stderr)[-1]
    assert (last["level"], last["code"], last["exit_code"]) == ("error", kind, code)


def test_a_format_that_is_none_is_told_in_text() -> None:
    """By option and by variable."""
    for options, variables in ((["--log-format", "xml"], {}), ([], {"IMPORT_CONTACTS_LOG_FORMAT": "xml"})):
        done = invoke(contacts(1), "--inbox", 407, "--sandbox", *options, **variables)
        assert done.exit_code == 2
        assert "'xml' is not one of 'text', 'journald', 'json'" in done.stderr


@pytest.mark.slow
def test_an_interrupted_run_ends_with_its_record() -> None:
    """The remark about the signal is an object too."""
    with Service(latency_ms=20) as slow:
        process = slow.start(contacts(200), "--inbox", 407, *JSON_LOG)
        wait_until_stored(slow, 10, process)
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=120)
    last = lines_of(err)[-1]
    assert (process.returncode, last["exit_code"], last["status"]) == (143, 143, "interrupted")
    assert last["counts"]["not_sent"] > 0


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_signal_may_come_in_any_context(service: Service, monkeypatch: pytest.MonkeyPatch, lang: str) -> None:
    """Its handler runs in that of whatever the event loop calls, and what a thread hands to the loop brings its own,
    in which nobody has chosen a format or a language."""

    def interrupted(*arguments: Any) -> Summary:
        contextvars.Context().run(signal.raise_signal, signal.SIGTERM)
        return do_import(*arguments)

    monkeypatch.setattr("importer.library.verbs.do_import", interrupted)
    done = service.invoke(contacts(1), "--inbox", 407, "--lang", lang, *JSON_LOG)
    assert done.exit_code == 143
    assert Language(lang).tell(INTERRUPTED) in [line["message"] for line in lines_of(done.stderr)]


@pytest.mark.slow
def test_the_screen_speaks_it_too() -> None:
    """From its start until it ends; the name of the file to open is on standard output."""
    command = [sys.executable, "-m", "importer", "ui", "--no-open", *JSON_LOG]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=120)
    assert lines_of(err)


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("jq"), reason="jq is not installed")
def test_jq_reads_it() -> None:
    """As log collectors do, line by line."""
    done = invoke(contacts(1), "--inbox", 407, "--sandbox", *JSON_LOG)
    read = subprocess.run(
        ["jq", "-r", ".level"], input=done.stderr, capture_output=True, text=True, check=True
    ).stdout.split()
    assert read[-1] == "info"
    assert len(read) == len(done.stderr.splitlines())


# -- what others write -----------------------------------------------------------------------------------------------


def test_what_libraries_warn_and_threads_crash_with_is_in_the_format() -> None:
    """Also warnings of Python; and afterwards all is as before."""
    err = io.StringIO()
    before = [*logging.getLogger().handlers], threading.excepthook, warnings.showwarning
    with all_in_format(console(err)):
        logging.getLogger("some.library").warning("odd %s", "thing")
        logging.getLogger("some.library").info("not this")
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.warn("old", DeprecationWarning, stacklevel=1)
        thread = threading.Thread(target=lambda: 1 // 0)
        thread.start()
        thread.join()
    odd, old, crash = map(json.loads, err.getvalue().splitlines())
    assert (odd["level"], odd["message"], odd["logger"]) == ("warning", "odd thing", "some.library")
    assert "DeprecationWarning: old" in old["message"]
    assert crash["message"].startswith("ZeroDivisionError")
    assert crash["traceback"].startswith("Traceback ")
    assert ([*logging.getLogger().handlers], threading.excepthook, warnings.showwarning) == before


def test_a_fault_of_the_program_is_an_object_and_exit_code_1(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the traceback as a field; in text the exception is Python's own, as before."""

    def crash(*_: object, **__: object) -> None:
        raise RuntimeError("a fault of the program")

    monkeypatch.setattr("importer.library.verbs.do_import", crash)
    arguments = [str(contacts(1)), "--inbox", "407", "--sandbox"]
    done = CliRunner().invoke(cli, [*arguments, *JSON_LOG])
    assert done.exit_code == 1
    last = lines_of(done.stderr)[-1]
    assert (last["level"], last["message"]) == ("error", "RuntimeError: a fault of the program")
    assert "do_import" in last["traceback"]
    assert isinstance(CliRunner().invoke(cli, arguments).exception, RuntimeError)


def test_text_leaves_the_process_alone() -> None:
    """Whoever reads sees what libraries print."""
    root = logging.getLogger()
    before = [*root.handlers]
    with all_in_format(Console(None, None, log_format=TEXT)):
        assert root.handlers == before


@pytest.mark.slow
def test_a_file_with_secrets_is_in_no_line(service: Service) -> None:
    """Nor an address to notify: typed, refused, and named by the file that everybody may read."""
    keys = written(f"api_key: {KEY}\napi_secret: {SECRET}\nnotify: https://hooks.invalid/{TOKEN}\n", "keys.yaml")
    keys.chmod(0o644)
    done = invoke(
        *(contacts(1), "--inbox", 407, "--config", keys, *JSON_LOG, "--verbose", "--base-url", service.url),
        *("--notify", f"http://127.0.0.1:1/{TOKEN}", "--log-file", "import.log"),
    )
    lines_of(Path("import.log").read_text("utf-8"))
    assert {line["level"] for line in lines_of(done.stderr)} == {"warning", "info"}


@pytest.mark.slow
def test_the_page_lists_every_field_of_every_line() -> None:
    """What a collector is set up by: the first column of the table under "Log collectors"."""
    page = (Path(__file__).parent.parent / "docs" / "automation.md").read_text(encoding="utf-8")
    table = page.partition("## Log collectors")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    listed = {name for cell in rows for name in re.findall("`([^`]+)`", cell)}
    clock, err = Clock(), io.StringIO()
    following = console(err, clock=clock).progress(None, "check")
    clock.now = 10.0
    following.advance(50)
    err.write(invoke(written(HEADER + "Bob,bob@,,C2\n"), "--inbox", 407, "--sandbox", "--verbose", *JSON_LOG).stderr)
    err.write(invoke("absent.csv", "--inbox", 407, "--sandbox", *JSON_LOG).stderr)
    path = Path("in/absent.csv")
    console(err).record(failed_record(WatchedFile(path, path, 3, error=InputError(Message("gone")))))
    told = {name for line in lines_of(err.getvalue()) for name in line}
    assert told | {"logger", "traceback"} == listed
