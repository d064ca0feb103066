"""``import-contacts runs`` and ``report``: what the ledger alone tells of the runs before."""

import json
import os
import pty
import re
import shlex
import shutil
import stat
import subprocess
import sys
import webbrowser
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import openpyxl
import pytest

from importer.cli.runs import open_page
from importer.ledger.ledger import Ledger
from importer.ledger.run import Run
from importer.reporter.next_command import file_argument
from tests.support.runs import RUN
from tests.support.service import HEADER, Service, contacts, folders, invoke, kill, results, wait_until_stored, written

BOB = HEADER + "Ann,ann@example.com,,C1\nBob,bob@,,C2\n"
LEDGER = Path("import-results/ledger.sqlite3")


def rewritten(change: Callable[[Run], Run]) -> None:
    """Change the record of every run in the ledger."""
    with Ledger(LEDGER) as ledger, ledger.transaction():
        for seq, run in ledger.runs():
            ledger.rewrite(seq, change(run))


def content(path: Path) -> object:
    """A file byte for byte, a workbook cell for cell: it is a .zip with the time in it."""
    if path.suffix != ".xlsx":
        return path.read_bytes()
    return [sheet_content(sheet) for sheet in openpyxl.load_workbook(path).worksheets]


def sheet_content(sheet: Any) -> object:
    rows = [[(cell.value, cell.data_type, cell.number_format) for cell in row] for row in sheet.iter_rows()]
    return sheet.title, sheet.freeze_panes, [sheet.column_dimensions[name].width for name in "ABCDE"], rows


def workbook(name: str = "contacts.xlsx") -> Path:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("people")
    for line in BOB.splitlines():
        sheet.append(line.split(","))
    book.save(name)
    return Path(name)


# -- runs ------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_runs_lists_the_newest_first_and_proposes_what_to_do(service: Service) -> None:
    """A table with its titles; piped, so that nothing is cut."""
    name = "a file with quite a long name, as those have that somebody else exported.csv"
    service.invoke(contacts(3, name), "--inbox", 407)
    service.invoke(written(HEADER + "Bob,bob@,,C9\nAnn,ann@example.com,,C8\n"), "--inbox", 407)
    titles, newest, oldest, *rest = invoke("runs").stdout.splitlines()
    assert titles.split() == ["RUN", "WHEN", "FILE", "INBOX", "ROWS", "RESULT", "STATE"]
    assert re.split("  +", newest)[1:] == [
        "just now",
        "contacts.csv",
        "407",
        "2",
        "1 created, 1 invalid",
        "1 needs attention",
    ]
    assert re.split("  +", oldest)[1:] == ["just now", name, "407", "3", "3 created", "fine"]
    assert f"  import-contacts report {newest.split()[0]} --open" in rest


@pytest.mark.slow
def test_runs_of_a_terminal_fit_it(service: Service) -> None:
    """The width is the terminal's own; the file's name gives way."""
    service.invoke(contacts(3, "customers of the whole year in one file.csv"), "--inbox", 407)
    master, slave = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "importer", "runs"], stdout=slave, env=os.environ | {"COLUMNS": "140"}, check=True
    )
    os.close(slave)
    line = os.read(master, 10_000).decode().splitlines()[1]
    os.close(master)
    assert done.returncode == 0
    assert len(line) <= 140
    assert "…" in line
    assert folders()[-1].name in line


@pytest.mark.slow
def test_limit_shows_the_newest_alone(service: Service) -> None:
    """Of a ledger that a schedule fills every night."""
    for name in ("a.csv", "b.csv", "c.csv"):
        service.invoke(contacts(1, name), "--inbox", 407)
    assert [record["file"] for record in json.loads(invoke("runs", "--json", "--limit", 2).stdout)] == [
        "c.csv",
        "b.csv",
    ]
    assert len([line for line in invoke("runs", "--limit", 1).stdout.splitlines() if ".csv" in line]) == 1


@pytest.mark.slow
def test_runs_as_json_are_a_list_of_summaries(service: Service) -> None:
    """Times for machines: ISO 8601 with the offset of UTC."""
    service.invoke(contacts(3), "--inbox", 407)
    (record,) = json.loads(invoke("runs", "--json").stdout)
    assert record["counts"] == {"created": 3}
    assert abs(datetime.now(UTC) - datetime.fromisoformat(record["started_at"])) < timedelta(minutes=5)


@pytest.mark.slow
def test_a_run_that_was_killed_is_told_from_one_at_work(service: Service) -> None:
    """While the process lives the run works; when it was killed the run crashed."""
    with Service(hang_after=1.0) as hanging:
        process = hanging.start(contacts(50), "--inbox", 407, "--quiet")
        wait_until_stored(hanging, 1, process)
        working = invoke("runs").stdout
        kill(process)
    assert working.splitlines()[1].endswith("  working")
    assert invoke("runs").stdout.splitlines()[1].endswith("  crashed")
    invoke("report")
    assert invoke("runs").stdout.splitlines()[1].endswith("  crashed")


# -- report ----------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    "source", [workbook, lambda: written(BOB), lambda: contacts(3)], ids=["xlsx", "csv", "all fine"]
)
def test_every_file_of_any_run_comes_back_from_the_ledger(service: Service, source: Callable[[], Path]) -> None:
    """The folder is deleted, other runs came after: its files are again what they were."""
    service.invoke(source(), "--inbox", 407)
    folder = folders()[-1]
    before = {path.name: content(path) for path in folder.iterdir()}
    shutil.rmtree(folder)
    service.invoke(contacts(2, "later.csv"), "--inbox", 407)
    done = invoke("report", folder.name)
    assert done.exit_code == 0, done.stderr
    assert {path.name: content(path) for path in folder.iterdir()} == before
    assert {"results.csv", "report.html", "summary.json"} <= set(before)
    assert [path.name for path in folder.iterdir() if stat.S_IMODE(path.stat().st_mode) != 0o600] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", [None, "latest", "b", "b-20"], ids=str)
def test_report_takes_the_newest_run_a_word_or_a_beginning(service: Service, name: str | None) -> None:
    """All of them the same run here."""
    for file in ("a.csv", "b.csv"):
        service.invoke(contacts(1, file), "--inbox", 407)
    done = invoke("report", *([name] if name else []), "--json")
    assert json.loads(done.stdout)["file"] == "b.csv"
    assert json.loads(invoke("report", "previous", "--json").stdout)["file"] == "a.csv"


@pytest.mark.slow
def test_an_unknown_run_is_wrong_usage_with_the_nearest_name(service: Service) -> None:
    """Nothing is written, and what was meant is proposed."""
    service.invoke(contacts(1), "--inbox", 407)
    unknown = invoke("report", "kontacts")
    assert (unknown.exit_code, unknown.stdout) == (2, "")
    assert f'did you mean "{folders()[-1].name}"? import-contacts runs shows their names' in unknown.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "options"),
    [("contacts.csv", []), ("./my contacts.csv", ["--country", "DE"]), ("407", ["--limit", "5"])],
    ids=["plain", "a path", "like an option's value"],
)
def test_report_proposes_the_command_that_the_run_proposed(service: Service, file: str, options: list[str]) -> None:
    """The run's arguments are in the ledger, and its errors file is where it was."""
    written(BOB, file)
    first = service.invoke("run", file, "--inbox", 407, *options)
    again = invoke("report")
    assert again.stdout == first.stdout
    assert "Correct the errors file, then import it:\n  import-contacts run " in again.stdout


@pytest.mark.slow
def test_report_of_standard_input_proposes_its_errors_file(service: Service) -> None:
    """``-`` has no name; the errors file stands in its place."""
    command = [sys.executable, "-m", "importer", "-", "--inbox", "407"]
    subprocess.run(
        command, input=BOB, text=True, env=os.environ | service.environment, capture_output=True, check=False
    )
    line = invoke("report").stdout.rstrip().splitlines()[-1]
    assert shlex.split(line) == ["import-contacts", f"{folders()[-1]}/errors.csv", "--inbox", "407"]


@pytest.mark.slow
@pytest.mark.parametrize("case", ["of an older ledger", "forgotten"])
def test_a_run_without_arguments_has_no_next_command(service: Service, case: str) -> None:
    """Nothing is made up."""
    service.invoke(written(BOB), "--inbox", 407)
    if case == "forgotten":
        invoke("forget", "--yes", "--all")
    else:
        rewritten(lambda run: replace(run, arguments=()))
    done = invoke("report")
    assert done.exit_code == 0
    assert done.stdout.rstrip().endswith("summary.json")


FLAGS = {"--quiet", "--strict"}


@pytest.mark.parametrize(
    ("arguments", "file", "found"),
    [
        (["a.csv", "--inbox", "407"], "a.csv", "a.csv"),
        (["run", "--quiet", "lists/a.csv"], "a.csv", "lists/a.csv"),
        (["--quiet", "a.csv", "--results", "a.csv"], "a.csv", "a.csv"),
        (["--results", "a.csv", "b/a.csv", "--strict"], "a.csv", "b/a.csv"),
        (["--results=a.csv", "a.csv"], "a.csv", "a.csv"),
        (["run", "run"], "run", "run"),
        (["run", "x/run"], "run", "x/run"),
        (["-", "--inbox", "407"], "stdin.csv", "-"),
        (["other.csv"], "a.csv", None),
        ([], "a.csv", None),
    ],
)
def test_the_file_is_the_argument_with_the_runs_name(arguments: list[str], file: str, found: str | None) -> None:
    """Not an option's value that reads the same; the last, for the verb comes before it."""
    assert file_argument(replace(RUN, file=file, arguments=tuple(arguments)), FLAGS) == found


# -- report --open ---------------------------------------------------------------------------------------------------


def fake_browser() -> tuple[Path, Path]:
    """A script that takes down what it is asked to show, and where it does so."""
    script, shown = Path("my-browser").resolve(), Path("shown").resolve()
    script.write_text(f'#!/bin/sh\nprintf %s "$1" > {shlex.quote(str(shown))}\n', encoding="utf-8")
    script.chmod(0o700)
    return script, shown


@pytest.mark.slow
def test_open_shows_the_page_in_the_browser_of_the_environment(service: Service) -> None:
    """As a file's address, with a space and characters of all kinds in its path; the summary is printed as ever."""
    service.invoke(written(BOB), "--inbox", 407, "--output-dir", "meine Läufe/客户 #1%")
    script, shown = fake_browser()
    done = subprocess.run(
        [sys.executable, "-m", "importer", "report", "--open", "--json", "--output-dir", "meine Läufe/客户 #1%"],
        env=os.environ | {"BROWSER": str(script)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    address = urlsplit(shown.read_text(encoding="utf-8"))
    assert (address.scheme, address.netloc, address.query, address.fragment) == ("file", "", "", "")
    assert Path(unquote(address.path)) == Path(json.loads(done.stdout)["files"]["report"]).resolve()
    assert address.path.isascii()


@pytest.mark.slow
@pytest.mark.parametrize("browser", ["/nowhere/browser", "false"], ids=["not there", "fails"])
def test_without_a_browser_the_page_is_named(service: Service, browser: str) -> None:
    """A warning with the path to open; the exit code is as without the option."""
    service.invoke(written(BOB), "--inbox", 407)
    environment = {
        name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY", "TERM")
    }
    done = subprocess.run(
        [sys.executable, "-m", "importer", "report", "--open"],
        env=environment | {"BROWSER": browser, "PATH": "/nowhere:/bin" if browser == "false" else "/nowhere"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0
    assert f"Warning: no browser could be opened for {folders()[-1]}/report.html" in done.stderr
    assert "Files\n" in done.stdout


def failing(error: Exception) -> Callable[[str], bool]:
    def opener(_address: str) -> bool:
        raise error

    return opener


@pytest.mark.parametrize(
    ("opener", "opened"),
    [
        (lambda _: True, True),
        (lambda _: False, False),
        (failing(webbrowser.Error("no")), False),
        (failing(OSError("no")), False),
    ],
    ids=["opened", "refused", "no browser known", "not started"],
)
def test_whether_a_browser_took_the_page_is_known(tmp_path: Path, opener: Any, opened: bool) -> None:
    """However the system says that it did not."""
    assert open_page(tmp_path / "report.html", opener) is opened


def test_a_page_is_opened_by_its_whole_address() -> None:
    """Also where it was named from the current folder."""
    asked: list[str] = []

    def opener(address: str) -> bool:
        asked.append(address)
        return True

    assert open_page(Path("a b/报告.html"), opener)
    assert asked == [(Path.cwd() / "a b/报告.html").as_uri()]


# -- report --diff ---------------------------------------------------------------------------------------------------


def corrected(service: Service) -> tuple[str, str]:
    """An import and that of its corrected errors file; their names."""
    service.invoke(written(BOB), "--inbox", 407)
    first = folders()[-1]
    errors = first / "errors.csv"
    errors.write_text(errors.read_text(encoding="utf-8-sig").replace("bob@", "bob@example.com"), encoding="utf-8")
    service.invoke(errors, "--inbox", 407, "--country", "DE")
    (second,) = {*folders()} - {first}
    return first.name, second.name


@pytest.mark.slow
def test_diff_tells_what_a_corrected_file_solved(service: Service) -> None:
    """Bob is found again though his row stands elsewhere; the settings that differ are named."""
    names = corrected(service)
    done = invoke("report", "--diff", *names)
    assert (done.exit_code, done.stderr) == (0, "")
    assert '        1  invalid -> created\n           row 3 -> 2 "Bob"\n' in done.stdout
    assert "bad_email       1            0    0           0" in done.stdout
    assert '"Bob": "bob@" -> "bob@example.com"' in done.stdout
    assert "--country: none -> DE" in done.stdout
    assert "1 row in both runs, 1 with another outcome; 1 only in the first run, 0 only in the second" in done.stdout


@pytest.mark.slow
def test_diff_takes_the_runs_in_the_order_given(service: Service) -> None:
    """The first is before, whichever is older; words and beginnings name runs here too."""
    corrected(service)
    there = json.loads(invoke("report", "--diff", "previous", "latest", "--json").stdout)
    back = json.loads(invoke("report", "--diff", "errors", "contacts", "--json").stdout)
    assert (there["before"]["run"], there["after"]["run"]) == (back["after"]["run"], back["before"]["run"])
    assert there["people"] == {"in_both": 1, "only_before": 1, "only_after": 0}
    assert back["people"] == {"in_both": 1, "only_before": 0, "only_after": 1}


@pytest.mark.slow
def test_diff_of_a_run_with_itself_finds_nothing(service: Service) -> None:
    """And that is no failure."""
    service.invoke(written(BOB), "--inbox", 407)
    done = invoke("report", "--diff", "latest", "latest")
    assert done.exit_code == 0
    assert "Nothing changed: 2 rows in both runs" in done.stdout


@pytest.mark.slow
def test_diff_of_a_forgotten_run_says_that_it_has_no_data(service: Service) -> None:
    """What was sent is still known by its fingerprint: the same file again is the same people."""
    service.invoke(written(BOB), "--inbox", 407)
    invoke("forget", "--yes", "--all")
    service.invoke(written(BOB, "again.csv"), "--inbox", 407)
    done = invoke("report", "--diff", "previous", "latest")
    assert "personal data of a run is erased" in done.stdout
    assert '        1  created -> unchanged\n           row 2 "Ann"' in done.stdout
    assert "1 row in both runs, 1 with another outcome; 1 only in the first run, 1 only in the second" in done.stdout


@pytest.mark.slow
def test_diff_writes_nothing_and_needs_no_lock(service: Service) -> None:
    """Two runs can be compared while a third one works."""
    names = corrected(service)
    for folder in folders():
        shutil.rmtree(folder)
    with Service(hang_after=1.0) as hanging:
        process = hanging.start(contacts(20), "--inbox", 407, "--quiet")
        wait_until_stored(hanging, 1, process)
        done = invoke("report", "--diff", *names)
        kill(process)
    assert done.exit_code == 0, done.stderr
    assert {folder.name for folder in folders()}.isdisjoint(names)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--diff", "kontacts", "latest"], 'did you mean "contacts-'),
        (["--diff", "latest", "previous"], 'no run "previous"'),
        (["--diff", "latest"], "requires 2 arguments"),
        (["latest", "--diff", "latest", "latest"], "leave out RUN and --open"),
        (["--open", "--diff", "latest", "latest"], "leave out RUN and --open"),
    ],
    ids=["unknown", "no second run", "one run", "a third run", "a page"],
)
def test_wrong_usage_of_diff_is_explained(service: Service, arguments: list[str], message: str) -> None:
    """Exit code 2, and nothing on standard output."""
    service.invoke(contacts(1), "--inbox", 407)
    done = invoke("report", *arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert message in done.stderr


@pytest.mark.slow
def test_results_of_a_run_are_still_there_after_it_was_compared(service: Service) -> None:
    """Reading changes nothing in the ledger."""
    service.invoke(written(BOB), "--inbox", 407)
    before = results()
    invoke("report", "--diff", "latest", "latest")
    invoke("report")
    assert results() == before
