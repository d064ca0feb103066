"""The program as a user meets it: in this process, or as a process of its own where signals and crashes matter."""

import base64
import json
import os
import resource
import shlex
import shutil
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from importer.files.workspace import ledger_to_import
from importer.ledger.ledger import Ledger
from importer.message import Message
from importer.models import Row
from importer.reporter.files import write_files
from importer.signals import Interrupt
from importer.staging.checking import Checked, Checker
from tests.support.service import (
    HEADER,
    KEY,
    SECRET,
    Service,
    contacts,
    folders,
    invoke,
    killed_at,
    results,
    wait_until_stored,
    written,
)

# -- an import, from the file to the ids -----------------------------------------------------------------------------


@pytest.mark.slow
def test_every_id_in_the_results_is_the_servers_id_for_that_row(service: Service) -> None:
    """Matched by the row's own identifier, not by position."""
    done = service.invoke(contacts(60), "--inbox", 407)
    assert done.exit_code == 0, done.stderr
    assert {row["identifier"]: row["contact_id"] for row in results()} == service.stored
    assert [int(row["row"]) for row in results()] == list(range(2, 62))
    assert {row["status"] for row in results()} == {"created"}


@pytest.mark.slow
def test_the_same_command_again_sends_nothing(service: Service) -> None:
    """Every row is unchanged, with the id of the first time."""
    path = contacts(20)
    service.invoke(path, "--inbox", 407)
    first, sent = results(), service.sandbox.requests.total()
    done = service.invoke(path, "--inbox", 407)
    assert (done.exit_code, service.sandbox.requests.total()) == (0, sent)
    assert {row["status"] for row in results()} == {"unchanged"}
    assert [row["contact_id"] for row in results()] == [row["contact_id"] for row in first]


@pytest.mark.slow
def test_an_edited_file_sends_only_what_is_new(service: Service) -> None:
    """Rows are known by what they say: a sorted, shortened and extended file is no new import."""
    service.invoke(contacts(20), "--inbox", 407)
    lines = contacts(25).read_text().splitlines(keepends=True)
    service.invoke(written(lines[0] + "".join(reversed(lines[11:])), "edited.csv"), "--inbox", 407)
    assert Counter(row["status"] for row in results()) == {"created": 5, "unchanged": 10}
    assert service.sandbox.requests["POST"] == 25


@pytest.mark.slow
def test_fresh_asks_the_server_again_and_creates_nobody_twice(service: Service) -> None:
    """Without the ledger's memory the server's own uniqueness decides."""
    path = contacts(5)
    service.invoke(path, "--inbox", 407)
    done = service.invoke(path, "--inbox", 407, "--fresh")
    assert done.exit_code == 0
    assert {row["status"] for row in results()} == {"exists"}
    assert {row["identifier"]: row["contact_id"] for row in results()} == service.stored


@pytest.mark.slow
def test_rows_with_nothing_but_a_name_are_as_many_contacts_as_rows(service: Service) -> None:
    """Two Kims are two people, now and the next time; a third one is new."""
    service.invoke(written("Name\nKim\nKim\n"), "--inbox", 407)
    service.invoke(written("Name\nKim\nKim\nKim\n"), "--inbox", 407)
    assert [row["status"] for row in results()] == ["unchanged", "unchanged", "created"]
    assert len(service.sandbox.contacts) == 3


@pytest.mark.slow
def test_the_errors_file_imports_as_it_is_and_once_corrected(service: Service) -> None:
    """As it is: the same errors, its own column skipped. Corrected: only the corrected rows are created."""
    path = written(HEADER + '=1+x,a@x,,C1\n"Ann, Dr.",ann@example.com,,C2\nBob,bob@,+86,C3\n')
    service.invoke(path, "--inbox", 407)
    errors = folders()[-1] / "errors.csv"
    again = service.invoke(errors, "--inbox", 407)
    assert again.exit_code == 1
    assert [row["status"] for row in results()] == ["invalid", "invalid"]
    assert results()[0]["name"] == "'=1+x"
    text = (
        errors.read_text(encoding="utf-8-sig").replace("a@x,", "a@x.example,").replace("bob@,+86", "bob@example.com,")
    )
    done = service.invoke(written(text, "corrected.csv"), "--inbox", 407)
    assert done.exit_code == 0, done.output
    first, *corrected = [contact["name"] for contact in service.sandbox.contacts]
    assert (first, sorted(corrected)) == ("Ann, Dr.", ["=1+x", "Bob"])  # two requests in flight, in any order


@pytest.mark.slow
def test_a_broken_byte_costs_its_own_row_alone(service: Service) -> None:
    """UTF-8 with one bad byte: that row is invalid, also when its errors file comes back unedited."""
    good = "".join(f"Jürgen {n},j{n}@example.com\n" for n in range(20))
    Path("contacts.csv").write_bytes(f"Name,Email\n{good}".encode() + b"Jos\xe9,jose@example.com\n")
    done = service.invoke("contacts.csv", "--inbox", 407)
    assert done.exit_code == 1, done.output
    assert Counter(row["status"] for row in results()) == {"created": 20, "invalid": 1}
    assert (results()[-1]["error_code"], results()[-1]["name"]) == ("broken_text", "Jos\ufffd")
    service.invoke(folders()[-1] / "errors.csv", "--inbox", 407)
    assert [row["error_code"] for row in results()] == ["broken_text"]


@pytest.mark.slow
def test_standard_input_is_read_as_csv(service: Service) -> None:
    """``-`` stands for it; the run is named for it."""
    environment = os.environ | service.environment
    done = subprocess.run(
        [sys.executable, "-m", "importer", "-", "--inbox", "407", "--quiet", "--json"],
        input=contacts(3).read_bytes(),
        capture_output=True,
        env=environment,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["counts"] == {"created": 3}
    assert folders()[-1].name.startswith("stdin-")


@pytest.mark.slow
def test_more_than_six_fields_reach_the_contact(service: Service) -> None:
    """--map, --set and --extra-columns: attributes follow in a PATCH; a constant is in every row."""
    path = written("Who,Town,Shoe size\nAnn,Bonn,38\n")
    arguments = ["--map", "Who=name", "--map", "Town=additional_attributes.city", "--extra-columns", "custom"]
    done = service.invoke(path, "--inbox", 407, *arguments, "--set", "custom_attributes.source=fair")
    assert done.exit_code == 0, done.output
    (contact,) = service.sandbox.contacts
    assert contact["additional_attributes"] == {"city": "Bonn"}
    assert contact["custom_attributes"] == {"shoe_size": "38", "source": "fair"}


@pytest.mark.slow
def test_a_name_alone_is_not_sent_again_because_an_option_adds_to_it(service: Service) -> None:
    """Kim, then Kim with an attribute: one contact, and the row says why the attribute was not sent."""
    path = written("Name,Size\nKim,38\n")
    service.invoke(path, "--inbox", "0407")
    service.invoke(path, "--inbox", 407, "--extra-columns", "custom")
    assert (len(service.sandbox.contacts), results()[0]["status"]) == (1, "exists")
    assert 'enter in LiveDesk what the contact lacks, custom_attributes.size "38"' in results()[0]["hint"]


@pytest.mark.slow
def test_an_older_version_of_a_contact_is_brought_back(service: Service) -> None:
    """A, B, A with --on-duplicate update: the last run knows that the server holds B."""
    for name in ("Aaa", "Bbb", "Aaa"):
        service.invoke(written(f"Name,Email\n{name},a@x.example\n"), "--inbox", 407, "--on-duplicate", "update")
    assert (results()[0]["status"], service.sandbox.contacts[0]["name"]) == ("updated", "Aaa")


@pytest.mark.slow
def test_an_update_that_changes_nothing_is_not_asked_for_again(service: Service) -> None:
    """The contact exists with the same data: the next run sends nothing."""
    path = written("Name,Email\nAnn,a@x.example\n")
    service.invoke(path, "--inbox", 407)
    arguments = (path, "--inbox", 407, "--on-duplicate", "update")
    service.invoke(*arguments, "--fresh")
    assert results()[0]["status"] == "exists"
    sent = service.sandbox.requests.total()
    service.invoke(*arguments)
    assert (results()[0]["status"], service.sandbox.requests.total()) == ("unchanged", sent)


@pytest.mark.slow
def test_merges_and_dropped_values_are_among_the_repairs(service: Service) -> None:
    """What the options change is named in the row's hint and counted in the summary."""
    path = written("Name,Email,Phone\n,a@x.example,\nAnn,a@x.example,+493023125001\nBob,b@x.example,+493023125001\n")
    done = service.invoke(path, "--inbox", 407, "--duplicates", "merge", "--shared-values", "drop", "--json")
    repairs = {(repair["column"], repair["kind"]): repair["count"] for repair in json.loads(done.stdout)["repairs"]}
    assert repairs[("name", "filled from a duplicate")] == 1
    assert repairs[("phone_number", "shared with another person and left out")] == 1
    assert "came from row 3" in results()[0]["hint"]
    assert "sent without it" in results()[2]["hint"]


@pytest.mark.slow
def test_a_dry_run_shows_the_first_error_of_every_kind() -> None:
    """It is made to be read; an import names the three most frequent."""
    path = written("Name,Email,Phone,Avatar\nA,a@,,\nB,,12 34,\nC,,,x\nD,,1.38E+10,\nE,,,http://x.org/e.png\n")
    words = invoke(path, "--inbox", 407, "--dry-run").stdout
    assert all(f"1  {code}: " in words for code in ("bad_email", "no_country", "bad_url", "precision_lost"))


@pytest.mark.slow
def test_rows_behind_the_sample_that_contradict_the_mapping_are_a_warning() -> None:
    """Before anything is sent: numbers that become rooms, ids that people share, each with the --map."""
    rows = [f"P{n},{n + 4930000000},K{n}\n" for n in range(2000)]
    rows += [f"Q{n},room q{n},K9999\n" for n in range(20)]
    shared = [f"R{n},{n + 4940000000},K7777\n" for n in range(40)]
    said = invoke(written("Name,Phone,ID\n" + "".join(rows)), "--inbox", 407, "--dry-run", "--country", "DE").stderr
    assert '"Phone" (B): behind the first 2,000 rows 20 of 20 cells are no phone_number' in said
    path = written("Name,Phone,ID\n" + "".join(rows[:2000] + shared))
    said = invoke(path, "--inbox", 407, "--dry-run", "--country", "DE").stderr
    assert '"ID" (C): behind the first 2,000 rows 39 of 40 cells are no identifier, or shared by people' in said


@pytest.mark.slow
def test_on_duplicate_update_brings_the_contact_up_to_date(service: Service) -> None:
    """An edited name: left alone by default, changed on request."""
    service.invoke(written(HEADER + "Ann,ann@example.com,,C1\n"), "--inbox", 407)
    path = written(HEADER + "Anna,ann@example.com,,C1\n")
    service.invoke(path, "--inbox", 407)
    assert (results()[0]["status"], service.sandbox.contacts[0]["name"]) == ("exists", "Ann")
    service.invoke(path, "--inbox", 407, "--on-duplicate", "update")
    assert (results()[0]["status"], service.sandbox.contacts[0]["name"]) == ("updated", "Anna")


@pytest.mark.slow
def test_a_column_may_name_the_inbox(service: Service) -> None:
    """Then no --inbox is needed, and a row without one is invalid."""
    path = written("Channel ID,Name\n407,Ann\n,Bob\n")
    assert service.invoke(path).exit_code == 1
    assert [(row["status"], row["error_code"]) for row in results()] == [("created", ""), ("invalid", "no_inbox")]


@pytest.mark.slow
def test_limit_takes_the_first_rows(service: Service) -> None:
    """The rest is no part of the run, and is sent by the next."""
    path = contacts(30)
    service.invoke(path, "--inbox", 407, "--limit", 10)
    assert len(results()) == 10
    service.invoke(path, "--inbox", 407)
    assert Counter(row["status"] for row in results()) == {"unchanged": 10, "created": 20}


@pytest.mark.slow
def test_strict_sends_nothing_unless_every_row_is_valid(service: Service) -> None:
    """One bad row holds back all, and is the only one called invalid."""
    path = written(HEADER + "Ann,ann@example.com,,C1\nBob,bob@,,C2\n")
    done = service.invoke(path, "--inbox", 407, "--strict")
    assert done.exit_code == 1
    assert [(row["status"], row["error_code"]) for row in results()] == [
        ("not_sent", "strict"),
        ("invalid", "bad_email"),
    ]
    assert service.sandbox.requests.total() == 0


@pytest.mark.slow
def test_a_dry_run_asks_nothing_and_remembers_nothing(service: Service) -> None:
    """The files are there, the ledger is not, and the same file is imported afterwards."""
    path = contacts(3)
    done = service.invoke(path, "--inbox", 407, "--dry-run")
    assert done.exit_code == 0
    assert {row["status"] for row in results()} == {"valid"}
    assert not Path("import-results/ledger.sqlite3").exists()
    assert service.sandbox.requests.total() == 0


@pytest.mark.slow
def test_the_sandbox_needs_no_credentials_and_leaves_no_ledger() -> None:
    """A rehearsal costs nothing and changes nothing."""
    done = invoke(contacts(3), "--inbox", 407, "--sandbox")
    assert done.exit_code == 0, done.output
    assert {row["status"] for row in results()} == {"created"}
    assert not Path("import-results/ledger.sqlite3").exists()


@pytest.mark.slow
def test_a_rate_limit_is_obeyed_without_losing_a_row() -> None:
    """Thirty requests a second: forty-five rows arrive all the same, and no row fails for it."""
    with Service(rate_per_second=30) as limited:
        done = limited.invoke(contacts(45), "--inbox", 407)
        assert done.exit_code == 0, done.output
        assert len(limited.stored) == 45


# -- streams, summary, further commands ------------------------------------------------------------------------------


@pytest.mark.slow
def test_standard_output_has_the_summary_alone() -> None:
    """The mapping, progress and warnings go to standard error."""
    done = invoke(contacts(2), "--inbox", 407, "--sandbox")
    assert done.stdout.startswith("All 2 rows are fine")
    assert "Email" not in done.stdout
    assert "B  Email" in done.stderr


@pytest.mark.slow
def test_json_prints_the_summary_file(service: Service) -> None:
    """The same bytes as summary.json, and nothing else."""
    done = service.invoke(contacts(2), "--inbox", 407, "--json")
    assert json.loads(done.stdout) == json.loads((folders()[-1] / "summary.json").read_text(encoding="utf-8"))


@pytest.mark.slow
def test_quiet_leaves_only_warnings_and_errors() -> None:
    """Nothing on standard error where nothing is wrong."""
    done = invoke(contacts(2), "--inbox", 407, "--sandbox", "--quiet")
    assert done.stderr == ""


@pytest.mark.slow
def test_verbose_and_the_log_tell_of_retries(tmp_path: Path) -> None:
    """With the row and the cause; the log file is its owner's alone."""
    log = tmp_path / "import.log"
    with Service(error_after=0.5, seed=3) as flaky:
        done = flaky.invoke(contacts(10), "--inbox", 407, "--verbose", "--log-file", log)
    assert done.exit_code == 0, done.output
    assert "HTTP 50" in log.read_text(encoding="utf-8")
    assert "HTTP 50" in done.stderr
    assert log.stat().st_mode & 0o777 == 0o600


@pytest.mark.slow
def test_the_next_command_is_printed(service: Service) -> None:
    """With the errors file in the place of the file, and without what chose a part of it."""
    path = written(HEADER + "Bob,bob@,,C2\n", "my contacts.csv")
    done = service.invoke(path, "--inbox", 407, "--limit", 5, "--country", "DE")
    assert done.stdout.rstrip().endswith(f"import-contacts '{folders()[-1]}/errors.csv' --inbox 407 --country DE")


@pytest.mark.slow
def test_after_a_rehearsal_the_import_is_the_next_command() -> None:
    """The same command without the rehearsal."""
    done = invoke(contacts(1), "--sandbox", "--inbox", 407)
    assert done.stdout.rstrip().endswith("To import it:\n  import-contacts contacts.csv --inbox 407")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["./a.csv", "407", "my list.csv"])
def test_the_next_command_has_the_errors_file_in_the_place_of_the_file(service: Service, name: str) -> None:
    """However the file is written, and not where an option has the same value."""
    written(HEADER + "Bob,bob@,,C2\n", name)
    done = service.invoke("run", name, "--inbox", 407, "--limit=5", "--country", "DE")
    command = shlex.split(done.stdout.rstrip().splitlines()[-1])
    assert command == ["import-contacts", "run", f"{folders()[-1]}/errors.csv", "--inbox", "407", "--country", "DE"]


@pytest.mark.slow
def test_every_run_has_a_name_of_its_own_even_if_folders_go(service: Service) -> None:
    """Three imports in one second whose folders are removed: three runs in the ledger."""
    path = contacts(1)
    for _ in range(3):
        assert service.invoke(path, "--inbox", 407).exit_code == 0
        shutil.rmtree(folders()[-1])
    assert len({record["run"] for record in json.loads(invoke("runs", "--json").stdout)}) == 3


def test_report_of_a_ledger_without_runs_is_a_clear_error(service: Service) -> None:
    """The ledger is there, and nothing in it."""
    Path("import-results").mkdir()
    Ledger(Path("import-results/ledger.sqlite3")).close()
    done = invoke("report")
    assert (done.exit_code, "no runs" in done.stderr) == (2, True)


@pytest.mark.slow
def test_a_long_name_is_shortened_for_the_folder() -> None:
    """File systems allow 255 bytes, and the date needs some of them."""
    assert invoke(contacts(1, "客" * 80 + ".csv"), "--inbox", 407, "--sandbox").exit_code == 0
    assert folders()[-1].name.startswith("客" * 50 + "-2")


@pytest.mark.slow
def test_a_name_that_is_not_utf8_is_imported() -> None:
    """Linux allows any bytes; the results show what can be shown."""
    path = os.fsdecode(b"b\xff.csv")
    written(GOOD_FILE, path)
    done = invoke(path, "--inbox", 407, "--sandbox", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["file"] == "b\ufffd.csv"


@pytest.mark.parametrize(
    "redirect",
    ["2>&-", *(pytest.param(way, marks=pytest.mark.slow) for way in ("> /dev/full", ">&-", "2> /dev/full", "| true"))],
)
def test_a_broken_stream_does_not_change_how_a_run_ends(redirect: str) -> None:
    """A full, closed or unread stream: the files have it all, and the exit code is the run's."""
    contacts(3)
    command = f"set -o pipefail; {sys.executable} -m importer contacts.csv --inbox 407 --sandbox {redirect}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
    assert len(results()) == 3


@pytest.mark.slow
def test_a_terminal_without_the_characters_gets_their_escapes() -> None:
    """A Windows code page lacks Chinese: no traceback after everything was sent."""
    written(GOOD_FILE, "客户.csv")
    done = subprocess.run(
        [sys.executable, "-m", "importer", "客户.csv", "--inbox", "407", "--sandbox"],
        env=os.environ | {"PYTHONIOENCODING": "cp1252"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert r"\u5ba2\u6237.csv" in done.stdout


@pytest.mark.slow
def test_closed_standard_input_is_one_clear_line() -> None:
    """``-`` with nothing to read from."""
    command = f"{sys.executable} -m importer - --inbox 407 --sandbox <&-"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (3, "")
    assert "standard input is closed" in done.stderr


@pytest.mark.slow
def test_a_copy_that_fails_costs_the_run_nothing(service: Service) -> None:
    """The folder of the copy goes while the run works: a warning, and the run's own files are there."""
    Path("gone").mkdir()
    with Service(latency_ms=50) as slow:
        process = slow.start(contacts(30), "--inbox", 407, "--quiet", "--json", "--results", "gone/r.csv")
        wait_until_stored(slow, 1, process)
        Path("gone").rmdir()
        out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert "--results: gone/r.csv cannot be written" in err
    assert "results_copy" not in json.loads(out)["files"]
    assert len(results()) == 30


@pytest.mark.slow
def test_a_template_has_titles_that_are_understood() -> None:
    """Filled in below the example, which is left in and passed over, it imports."""
    assert invoke("template", "new.xlsx").exit_code == 0
    book = openpyxl.load_workbook("new.xlsx")
    book.worksheets[0].append(["Ann", "ann@example.com"])
    book.save("new.xlsx")
    done = invoke("new.xlsx", "--inbox", 407, "--sandbox")
    assert done.exit_code == 0, done.output
    assert [(row["row"], row["name"], row["status"]) for row in results()] == [("3", "Ann", "created")]


@pytest.mark.slow
def test_a_file_may_be_called_like_a_command(service: Service) -> None:
    """With its path, or after ``run``."""
    contacts(1, "runs")
    assert service.invoke("./runs", "--inbox", 407).exit_code == 0
    assert service.invoke("run", "runs", "--inbox", 407).exit_code == 0
    assert service.invoke("--inbox", 407, "./runs").exit_code == 0


# -- wrong usage and hostile surroundings ----------------------------------------------------------------------------

GOOD_FILE = HEADER + "Ann,ann@example.com,,C1\n"
BAD_INPUT: dict[str, tuple[list[object], int, str]] = {
    "no file": (["absent.csv", "--inbox", 407], 3, "absent.csv does not exist"),
    "directory": (["f.csv", "--inbox", 407], 3, "no spreadsheet is in this folder"),
    "empty file": (["empty.csv", "--inbox", 407], 3, "empty"),
    "header only": (["header.csv", "--inbox", 407], 3, "no row with text follows"),
    "no known column": (["strange.csv", "--inbox", 407], 3, '"Foo", "Bar"'),
    "no inbox": (["good.csv"], 2, "no inbox"),
    "inbox no number": (["good.csv", "--inbox", "support"], 2, '--inbox "support": expected digits'),
    "no credentials": (["good.csv", "--inbox", 407], 2, "LIVEDESK_API_KEY and LIVEDESK_API_SECRET not set"),
    "unknown key": (["good.csv", "--inbox", 407, "--config", "bad.yaml"], 2, 'unknown key "inbx_id"'),
    "no config": (["good.csv", "--inbox", 407, "--config", "absent.yaml"], 2, "no such configuration file"),
    "plain http": (["good.csv", "--inbox", 407, "--base-url", "http://example.com"], 2, "expected https"),
    "unknown option": (["good.csv", "--inbox", 407, "--frsh"], 2, "No such option"),
    "map without =": (["good.csv", "--inbox", 407, "--map", "Name"], 2, 'no "="'),
    "map to nothing known": (["good.csv", "--inbox", 407, "--dry-run", "--map", "Name=nmae"], 2, 'no field "nmae"'),
    "map of no column": (["good.csv", "--inbox", 407, "--dry-run", "--map", "X=name"], 2, 'no column "X"'),
    "unknown sheet": (["good.xlsx", "--inbox", 407, "--dry-run", "--sheet", "X"], 3, 'no sheet "X"'),
    "unknown encoding": (["good.csv", "--inbox", 407, "--dry-run", "--encoding", "latin9000"], 2, "latin9000"),
    "wrong delimiter": (["good.csv", "--inbox", 407, "--dry-run", "--delimiter", "ab"], 2, "single ASCII character"),
    "endless timeout": (["good.csv", "--inbox", 407, "--timeout", "inf"], 2, "--timeout"),
    "endless inbox": (["good.csv", "--inbox", "4" * 5000], 2, "--inbox"),
    "results over the file": (["good.csv", "--inbox", 407, "--sandbox", "--results", "good.csv"], 2, "file to import"),
    "results in no folder": (
        ["good.csv", "--inbox", 407, "--sandbox", "--results", "no/r.csv"],
        2,
        "cannot be written",
    ),
    "results in a file": (["good.csv", "--inbox", 407, "--sandbox", "--results", "good.csv/r.xlsx"], 2, "cannot be"),
    "results over a folder": (["good.csv", "--inbox", 407, "--sandbox", "--results", "f.csv"], 2, "cannot be written"),
    "results of a long name": (
        ["good.csv", "--inbox", 407, "--sandbox", "--results", "r" * 300 + ".csv"],
        2,
        "cannot be",
    ),
    "output is a file": (["good.csv", "--inbox", 407, "--dry-run", "--output-dir", "good.csv"], 2, "good.csv"),
    "output below a file": (["good.csv", "--inbox", 407, "--dry-run", "--output-dir", "good.csv/x"], 2, "good.csv/x"),
    "log below a file": (["good.csv", "--inbox", 407, "--dry-run", "--log-file", "good.csv/x"], 2, "--log-file"),
    "results of no kind": (["good.csv", "--inbox", 407, "--dry-run", "--results", "x.pdf"], 2, "ends in .csv or .xlsx"),
    "no ledger to list": (["runs"], 2, "no ledger"),
    "no ledger to report": (["report"], 2, "no ledger"),
}


@pytest.fixture
def rubbish() -> None:
    written(GOOD_FILE, "good.csv")
    written("", "empty.csv")
    written(HEADER, "header.csv")
    written("Foo,Bar\n1,2\n", "strange.csv")
    written("inbx_id: 4\n", "bad.yaml")
    Path("f.csv").mkdir()
    invoke("template", "good.xlsx")
    book = openpyxl.load_workbook("good.xlsx")
    book.worksheets[0].append(["Ann"])
    book.save("good.xlsx")


@pytest.mark.usefixtures("rubbish")
@pytest.mark.parametrize(("arguments", "code", "words"), BAD_INPUT.values(), ids=BAD_INPUT.keys())
def test_wrong_usage_is_one_clear_line_and_leaves_nothing_behind(
    arguments: list[object], code: int, words: str
) -> None:
    """What was found and what to do, on standard error; the contract's exit code; no traceback; no files."""
    before = sorted(Path().rglob("*"))
    done = invoke(*arguments)
    assert done.exit_code == code, done.output
    assert done.stdout == ""
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if not line.startswith(("Usage:", "Try ", "       ")) and line]
    assert len(lines) == 1 or lines[0].startswith(("encoding", "sheet", "A  "))
    assert sorted(Path().rglob("*")) == before or {path.name for path in Path().rglob("*")} - {
        path.name for path in before
    } <= {"import-results"}


def test_a_port_in_use_is_one_clear_line(service: Service) -> None:
    """The sandbox says which port, and to choose another."""
    port = service.url.rpartition(":")[2]
    done = invoke("sandbox", "--port", port)
    assert (done.exit_code, done.stdout) == (2, "")
    assert f"port {port} of 127.0.0.1 is in use" in done.stderr
    assert "--port" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("environment", "arguments", "code"),
    [
        ({"LIVEDESK_API_SECRET": "wrong"}, ["--inbox", "407"], "credentials_refused"),
        ({}, ["--inbox", "9"], "inbox_unknown"),
    ],
    ids=["credentials", "inbox"],
)
def test_what_every_row_would_meet_stops_the_run(
    service: Service, environment: dict[str, str], arguments: list[str], code: str
) -> None:
    """Exit 4, the files are there, every row is not_sent, and the next run sends them."""
    path = contacts(30)
    done = invoke(path, *arguments, **(service.environment | environment))
    assert done.exit_code == 4
    assert {(row["status"], row["error_code"]) for row in results()} == {("not_sent", code)}
    assert len(results()) == 30
    assert service.sandbox.requests["POST"] <= 10
    assert json.loads((folders()[-1] / "summary.json").read_text(encoding="utf-8"))["exit_code"] == 4
    assert service.invoke(path, "--inbox", 407).exit_code == 0
    assert len(service.stored) == 30


@pytest.mark.slow
def test_an_unreachable_service_stops_the_run() -> None:
    """Nobody listens: exit 4 after the attempts, nothing is lost."""
    with Service() as gone:
        environment = gone.environment
    done = invoke(contacts(5), "--inbox", 407, "--max-attempts", 1, **environment)
    assert done.exit_code == 4
    assert {(row["status"], row["error_code"]) for row in results()} == {("not_sent", "unreachable")}


@pytest.mark.slow
def test_two_imports_at_once_are_one_too_many(service: Service) -> None:
    """The second exits 5 at once and says who is at work; a rehearsal may go on beside it."""
    from importer.files.locks import locked

    path = contacts(2)
    service.invoke(path, "--inbox", 407)
    with locked(Path("import-results/ledger.sqlite3"), Message("importing other.csv")):
        done = service.invoke(path, "--inbox", 407)
        assert (done.exit_code, done.stdout) == (5, "")
        assert "importing other.csv" in done.stderr
        assert f"process {os.getpid()}" in done.stderr
        assert service.invoke(path, "--inbox", 407, "--dry-run").exit_code == 0
    assert service.invoke(path, "--inbox", 407).exit_code == 0


@pytest.mark.slow
def test_a_full_disk_is_one_clear_error_and_nothing_is_half_written(service: Service) -> None:
    """The kernel refuses to let any file grow beyond 40 KiB: no run folder and no temporary file stay behind."""
    path = contacts(3000)

    def small_disk() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (40_960, 40_960))

    done = subprocess.run(
        [sys.executable, "-m", "importer", str(path), "--inbox", "407", "--quiet"],
        env=os.environ | service.environment,
        capture_output=True,
        text=True,
        preexec_fn=small_disk,  # the limit must hold for the child alone
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert "free space" in done.stderr
    assert "Traceback" not in done.stderr
    assert folders() == []


@pytest.mark.slow
def test_a_damaged_ledger_is_never_made_anew(service: Service) -> None:
    """Exit 2 with the remedy; the file stays for whoever can mend it."""
    path = contacts(2)
    service.invoke(path, "--inbox", 407)
    ledger = Path("import-results/ledger.sqlite3")
    ledger.write_bytes(b"rubbish" * 1000)
    done = service.invoke(path, "--inbox", 407)
    assert done.exit_code == 2
    assert "damaged" in done.stderr
    assert ledger.read_bytes() == b"rubbish" * 1000


# -- interruptions ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "code"),
    [
        pytest.param(signal.SIGINT, 130, id="Ctrl-C", marks=pytest.mark.slow),
        pytest.param(signal.SIGTERM, 143, id="SIGTERM"),
    ],
)
def test_a_signal_settles_what_is_in_flight_and_the_next_run_continues(number: signal.Signals, code: int) -> None:
    """Created rows have their ids, the rest is not_sent; then the same command sends exactly the rest."""
    with Service(latency_ms=20) as slow:
        path = contacts(200)
        process = slow.start(path, "--inbox", 407)
        wait_until_stored(slow, 30, process)
        process.send_signal(number)
        _, err = process.communicate(timeout=120)
        assert process.returncode == code, err
        assert "Stopping" in err
        first = Counter(row["status"] for row in results())
        assert set(first) == {"created", "not_sent"}
        assert first["created"] == len(slow.stored)
        done = slow.invoke(path, "--inbox", 407)
        assert done.exit_code == 0
        assert Counter(row["status"] for row in results()) == {
            "unchanged": first["created"],
            "created": first["not_sent"],
        }
        assert {row["identifier"]: row["contact_id"] for row in results()} == slow.stored


@pytest.mark.slow
def test_a_second_signal_stops_at_once_and_loses_nothing() -> None:
    """Every answer hangs: the rows in flight are unknown, and the next run finds them by search."""
    with Service(hang_after=1.0) as hanging:
        path = contacts(20)
        process = hanging.start(path, "--inbox", 407)
        wait_until_stored(hanging, 10, process)
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        before = [*takewhile(lambda line: "Stopping" not in line, process.stderr)]
        assert process.poll() is None, before
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=120)
        assert process.returncode == 130
        assert Counter(row["status"] for row in results()) == {"unknown": 10, "not_sent": 10}
        script_no_more_faults(hanging)
        assert hanging.invoke(path, "--inbox", 407).exit_code == 0
        assert {row["identifier"]: row["contact_id"] for row in results()} == hanging.stored


def test_a_second_signal_while_the_first_is_told_stops_at_once() -> None:
    """Whoever reads that it stops may send the second before the first is dealt with."""
    with pytest.raises(KeyboardInterrupt), Interrupt(lambda: signal.raise_signal(signal.SIGINT)) as interrupt:
        signal.raise_signal(signal.SIGINT)
    assert interrupt.exit_code == 130


def script_no_more_faults(service: Service) -> None:
    service.sandbox.dice.fault = lambda method: None  # type: ignore[method-assign]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "rest"), [(["--sandbox"], "not_sent"), (["--dry-run"], "valid")], ids=["import", "dry run"]
)
def test_a_signal_while_rows_are_checked_is_heard_at_once(
    monkeypatch: pytest.MonkeyPatch, options: list[str], rest: str
) -> None:
    """No batch after it is checked, and yet every row has its line and can be imported from the errors file."""
    checked = []
    check = Checker.check

    def interrupted(checker: Checker, batch: Sequence[Row]) -> Checked:
        checked.append(len(batch))
        os.kill(os.getpid(), signal.SIGTERM)
        return check(checker, batch)

    monkeypatch.setattr(Checker, "check", interrupted)
    path = contacts(2500)
    done = invoke(path, "--inbox", 407, *options)
    assert (done.exit_code, checked) == (143, [1000]), done.stderr
    first, unchecked = results()[:1000], results()[1000:]
    assert {row["status"] for row in first} == {rest}
    assert {(row["status"], row["error_code"]) for row in unchecked} == {("not_sent", "interrupted")}
    assert [row["email"] for row in unchecked] == [f"p{n}@example.com" for n in range(1000, 2500)]
    again = (folders()[-1] / "errors.csv").read_text(encoding="utf-8-sig").splitlines()
    assert again[-1].startswith("Person 2499,p2499@example.com,+4915112002499,C2499,")
    assert len(again) == 1 + len(unchecked) + (1000 if rest == "not_sent" else 0)


@pytest.mark.slow
def test_a_signal_while_the_files_are_written_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is sent: the files are finished, and the run ends as it would have."""

    def interrupted(*arguments: Any) -> Any:
        os.kill(os.getpid(), signal.SIGINT)
        return write_files(*arguments)

    monkeypatch.setattr("importer.pipeline.run.write_files", interrupted)
    done = invoke(contacts(3), "--inbox", 407, "--sandbox")
    assert done.exit_code == 0, done.output
    assert len(results()) == 3


@pytest.mark.slow
def test_a_closed_terminal_ends_a_run_well_and_nohup_keeps_it(service: Service) -> None:
    """SIGHUP is a termination, unless it is ignored."""
    with Service(latency_ms=20) as slow:
        path = contacts(200)
        process = slow.start(path, "--inbox", 407)
        wait_until_stored(slow, 10, process)
        process.send_signal(signal.SIGHUP)
        process.communicate(timeout=120)
        assert process.returncode == 143
        assert set(Counter(row["status"] for row in results())) == {"created", "not_sent"}
        kept = subprocess.Popen(
            ["nohup", sys.executable, "-m", "importer", str(path), "--inbox", "407"],
            env=os.environ | slow.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        stored = len(slow.sandbox.contacts)
        while len(slow.sandbox.contacts) < stored + 10:
            assert kept.poll() is None
            threading.Event().wait(0.005)
        kept.send_signal(signal.SIGHUP)
        assert kept.wait(120) == 0


NOTHING_BEGAN = "Stopped before a run began: nothing was sent, and there are no results.\n"


def with_modules(modules: Path, *arguments: object, **environment: str) -> "subprocess.CompletedProcess[str]":
    """The program as a process of its own that finds modules in this folder first."""
    path = os.pathsep.join([str(modules), *filter(None, [os.environ.get("PYTHONPATH")])])
    command = [sys.executable, "-m", "importer", *map(str, arguments)]
    variables = os.environ | environment | {"PYTHONPATH": path}
    return subprocess.run(command, env=variables, capture_output=True, text=True, check=False)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 143)])
def test_a_signal_while_the_program_still_loads_ends_it_with_a_line(tmp_path: Path, name: str, code: int) -> None:
    """That nothing was sent; no traceback, and the exit code that the same signal has later in a run."""
    (tmp_path / "click.py").write_text(
        f"import os, signal, time\nos.kill(os.getpid(), signal.{name})\ntime.sleep(10)\n"
    )
    done = with_modules(tmp_path, "--version", LC_ALL="C")
    assert (done.returncode, done.stdout, done.stderr) == (code, "", NOTHING_BEGAN)


@pytest.mark.slow
def test_a_signal_while_orjson_loads_waits_until_it_has(tmp_path: Path) -> None:
    """The module looks up the exceptions of Python as it loads, and crashes the process if one is raised in between."""
    loaded = tmp_path / "loaded"
    (tmp_path / "orjson.py").write_text(
        f"import os, pathlib, signal\nos.kill(os.getpid(), signal.SIGINT)\npathlib.Path({str(loaded)!r}).touch()\n"
    )
    done = with_modules(tmp_path, "--version", LC_ALL="C")
    assert (done.returncode, done.stdout, done.stderr) == (130, "", NOTHING_BEGAN)
    assert loaded.exists()


@pytest.mark.slow
def test_a_second_signal_while_the_first_is_told_changes_nothing(tmp_path: Path) -> None:
    """Whoever passes a Ctrl-C on to a process that got it already leaves it its words and its exit code."""
    (tmp_path / "click.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n")
    (tmp_path / "sitecustomize.py").write_text(
        "import os, signal, sys\n"
        "class Finder:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'importer.terminal.system_locale':\n"
        "            os.kill(os.getpid(), signal.SIGTERM)\n"
        "sys.meta_path.insert(0, Finder())\n"
    )
    done = with_modules(tmp_path, "--version", LC_ALL="C")
    assert (done.returncode, done.stdout, done.stderr) == (130, "", NOTHING_BEGAN)


@pytest.mark.slow
def test_a_signal_in_a_command_that_imports_nothing_says_nothing_of_an_import(tmp_path: Path) -> None:
    """``runs`` ends with the exit code alone, also while it loads what it needs."""
    done = with_modules(ended_by(tmp_path, "importer.history.runs"), "runs", LC_ALL="C")
    assert (done.returncode, done.stdout, done.stderr) == (143, "", "")


def ended_by(tmp_path: Path, module: str) -> Path:
    """A folder whose ``sitecustomize`` sends its process SIGTERM as that loads a module of the program."""
    (tmp_path / "hooks").mkdir()
    (tmp_path / "hooks" / "sitecustomize.py").write_text(
        "import os, signal, sys\n"
        "class Finder:\n"
        "    def find_spec(self, name, *_):\n"
        f"        if name == {module!r}:\n"
        "            os.kill(os.getpid(), signal.SIGTERM)\n"
        "sys.meta_path.insert(0, Finder())\n"
    )
    return tmp_path / "hooks"


@pytest.mark.slow
@pytest.mark.parametrize("module", ["importer.library.verbs", "importer.pipeline.stage"])
def test_a_signal_once_the_command_line_is_read_leaves_the_results_of_a_run(
    service: Service, tmp_path: Path, module: str
) -> None:
    """While settings or the file are read: nothing is sent, every row says so, and the same command sends them."""
    path = contacts(3)
    done = with_modules(ended_by(tmp_path, module), path, "--inbox", 407, **service.environment)
    assert done.returncode == 143, done.stderr
    assert "Stopping" in done.stderr
    assert NOTHING_BEGAN not in done.stderr
    assert [(row["name"], row["status"]) for row in results()] == [(f"Person {n}", "not_sent") for n in range(3)]
    assert service.sandbox.requests.total() == 0
    assert service.invoke(path, "--inbox", 407).exit_code == 0
    assert {row["status"] for row in results()} == {"created"}


@pytest.mark.slow
@pytest.mark.parametrize("module", ["importer.cli.run", "importer.config.settings"])
def test_a_signal_before_the_command_line_is_read_says_that_nothing_was_sent(
    service: Service, tmp_path: Path, module: str
) -> None:
    """And leaves no folder, since nobody knows yet where."""
    hooks = ended_by(tmp_path, module)
    done = with_modules(hooks, contacts(3), "--inbox", 407, LC_ALL="zh_CN.UTF-8", **service.environment)
    assert (done.returncode, done.stdout, done.stderr) == (
        143,
        "",
        "导入开始之前已停止：没有发送任何内容，也没有结果文件。\n",
    )
    assert not Path("import-results").exists()
    assert service.sandbox.requests.total() == 0


@pytest.mark.slow
def test_killed_again_and_again_nothing_is_lost_and_nothing_twice() -> None:
    """kill -9 with answers lost on the way, five times; then the same command to its end."""
    with Service(latency_ms=5, drop_after=0.1, error_after=0.1, drop_before=0.01, seed=11) as flaky:
        path = contacts(250)
        for count in (20, 60, 100, 140, 180):
            killed_at(flaky, count, path, "--inbox", 407, "--quiet")
        done = flaky.invoke(path, "--inbox", 407)
        assert done.exit_code == 0, done.output
        assert {row["identifier"]: row["contact_id"] for row in results()} == flaky.stored
        assert len(results()) == 250
        crashed = [record for record in json.loads(invoke("runs", "--json").stdout) if record["exit_code"] is None]
        assert len(crashed) == 5


def assert_killed_with_ten_in_flight(statuses: "Counter[str]") -> None:
    """Of fifty rows: what was sent is unknown, and at most ten more, marked ahead if the kill left the time for it."""
    assert set(statuses) == {"unknown", "not_sent"}
    assert statuses.total() == 50
    assert 10 <= statuses["unknown"] <= 20


@pytest.mark.slow
def test_what_a_killed_process_left_undone_is_done_by_the_next(service: Service) -> None:
    """Its files are written from the ledger, half-written ones are gone; the marks ahead are few."""
    path = contacts(50)
    with Service(hang_after=1.0) as hanging:
        killed_at(hanging, 10, path, "--inbox", 407, "--quiet")
    (folder,) = folders()
    (folder / ".results.csv.tmp").write_text("half")
    assert service.invoke(contacts(1, "other.csv"), "--inbox", 407).exit_code == 0
    assert {file.name for file in folder.iterdir()} == {"results.csv", "errors.csv", "report.html", "summary.json"}
    assert_killed_with_ten_in_flight(Counter(row["status"] for row in results(folder)))


# -- secrets ---------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_no_artefact_of_a_run_holds_a_secret(service: Service) -> None:
    """Files, ledger, log, output and a traceback: neither key nor secret nor their base64."""
    encoded = base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()
    path = written(HEADER + "Ann,ann@example.com,,C1\nBob,bob@,,C2\n")
    outputs = [
        service.invoke(path, "--inbox", 407, "--verbose", "--log-file", "import.log").output,
        service.invoke(path, "--inbox", 407, "--json", "--fresh").output,
        invoke(path, "--inbox", 407, **(service.environment | {"LIVEDESK_API_KEY": f"wrong-{KEY}"})).output,
        invoke("runs", **service.environment).output,
    ]
    artefacts = [file.read_bytes() for file in Path().rglob("*") if file.is_file()]
    assert len(artefacts) > 8
    haystack = b"\n".join([*artefacts, *(output.encode() for output in outputs)])
    for secret in (KEY, SECRET, encoded):
        assert secret.encode() not in haystack


def test_an_address_with_credentials_is_not_repeated() -> None:
    """Somebody puts key and secret into the base URL: refused, and not printed."""
    environment = {"LIVEDESK_BASE_URL": f"https://{KEY}:{SECRET}@desk.example"}
    done = invoke(written(GOOD_FILE), "--inbox", 407, **environment)
    assert done.exit_code == 2
    assert KEY not in done.output
    assert SECRET not in done.output


@pytest.mark.slow
def test_the_ledger_is_readable_after_a_crash(service: Service) -> None:
    """``report`` of a run that was killed: what was sent or marked ahead is unknown, the rest not_sent."""
    path = contacts(50)
    with Service(hang_after=1.0) as hanging:
        killed_at(hanging, 10, path, "--inbox", 407, "--quiet")
    done = invoke("report")
    assert done.exit_code == 0
    assert_killed_with_ten_in_flight(Counter(row["status"] for row in results()))
    with Ledger(Path("import-results/ledger.sqlite3")) as ledger:
        assert len(ledger.runs()) == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "corrected"),
    [
        ("Ann Lee,a@example.com\nBob Ray,bad@\nCy Fox,c@example.com\n", ("bad@", "b@example.com")),
        ("id,Name,Email\n1,Ann,a@example.com\n2,Bob,bad@\n3,Cy,c@example.com\n", ("bad@", "b@example.com")),
        (
            "Name,Adr\n" + "".join(f"N{n},n{n}@example.com\n" for n in range(20)) + "Bob,bad@\n",
            ("bad@", "b@example.com"),
        ),
    ],
    ids=["no titles", "a running number", "an inferred column"],
)
def test_an_errors_file_is_read_as_the_file_that_it_comes_from(
    service: Service, text: str, corrected: tuple[str, str]
) -> None:
    """As it is the same row is invalid again; corrected it is created with its name, and without a made-up id."""
    service.invoke(written(text), "--inbox", 407)
    errors = Path(json.loads((folders()[-1] / "summary.json").read_text(encoding="utf-8"))["files"]["errors"])
    again = service.invoke(errors, "--inbox", 407)
    assert "columns as in contacts-" in again.stderr
    assert [(row["status"], row["error_code"]) for row in results()] == [("invalid", "bad_email")]
    errors.write_text(errors.read_text(encoding="utf-8-sig").replace(*corrected), encoding="utf-8")
    assert service.invoke(errors, "--inbox", 407).exit_code == 0
    bob = next(contact for contact in service.sandbox.contacts if contact["email"] == "b@example.com")
    assert (str(bob["name"])[:3], bob["identifier"]) == ("Bob", None)


TWO_PHONES = """\
Name,{},{},E-Mail
Ann Berg,030 1234567,0171 1234567,ann@x.org
Ben Tal,030 1234568,0171 1234568,ben@x.org
Cora Hut,,0171 1234569,cora@@
Dora Eck,030 1234570,,dora@@
"""


@pytest.mark.slow
@pytest.mark.parametrize("titles", [("Tel. privat", "Mobil"), ("Tel. gesch.", "Mobil"), ("Work", "Cell")])
def test_an_errors_file_has_every_column_of_a_field(service: Service, titles: tuple[str, str]) -> None:
    """The run before used two columns for phone numbers: the one whose title says little shuts out no other."""
    service.invoke(written(TWO_PHONES.format(*titles)), "--inbox", 407, "--country", "DE")
    errors = folders()[-1] / "errors.csv"
    errors.write_text(errors.read_text(encoding="utf-8-sig").replace("@@", "@x.org"), encoding="utf-8")
    assert service.invoke(errors, "--inbox", 407, "--country", "DE").exit_code == 0
    phones = {contact["name"]: contact["phone_number"] for contact in service.sandbox.contacts}
    assert (phones["Cora Hut"], phones["Dora Eck"]) == ("+491711234569", "+49301234570")


@pytest.mark.slow
def test_an_errors_file_with_a_title_twice_imports_as_it_is(service: Service) -> None:
    """Columns that were not used stay so, whichever of them is meant."""
    service.invoke(written("Name,Email,Notes,Notes\nAnn,a@x.org,1,2\nBob,b@,3,4\n"), "--inbox", 407)
    again = service.invoke(folders()[-1] / "errors.csv", "--inbox", 407)
    assert (again.exit_code, [row["error_code"] for row in results()]) == (1, ["bad_email"]), again.stderr


COUNTED = "Name,Email,ID\n" + "".join(f"P{n},p{n}@{'x.org' if n != 5 else ''},{n}\n" for n in range(1, 30))


@pytest.mark.slow
@pytest.mark.parametrize("rehearsal", [[], ["--sandbox"], ["--dry-run"]], ids=["import", "sandbox", "dry run"])
def test_an_errors_file_in_its_folder_has_the_columns_of_its_own_run(service: Service, rehearsal: list[str]) -> None:
    """Not those of a later file with the same titles, whose ids are ids; a rehearsal has no ledger, but a folder."""
    service.invoke(written(COUNTED, "counted.csv"), "--inbox", 407, *rehearsal)
    (folder,) = folders()
    service.invoke(written("Name,Email,ID\nZoe,zoe@x.org,K-9\nBob,b@,K-7\n", "ids.csv"), "--inbox", 407)
    errors = folder / "errors.csv"
    errors.write_text(errors.read_text(encoding="utf-8").replace("p5@,", "p5@x.org,"), encoding="utf-8")
    again = service.invoke(errors, "--inbox", 407, "--json")
    assert "in whose folder this file lies" in again.stderr
    summary = json.loads(again.stdout)
    assert (summary["counts"], summary["mapping"]) == ({"created": 1}, {"Name": "name", "Email": "email"})


@pytest.mark.slow
def test_a_corrected_file_of_a_page_has_the_columns_of_the_run_that_it_is_called_after(service: Service) -> None:
    """Downloaded somewhere else, it has its name left."""
    service.invoke(written(COUNTED, "counted.csv"), "--inbox", 407)
    service.invoke(written("Name,Email,ID\nBob,b@,K-7\n", "ids.csv"), "--inbox", 407)
    header = "Name,Email,ID,import_error\n"
    again = service.invoke(written(f"{header}P5,p5@x.org,5,\n", "counted-corrected.csv"), "--inbox", 407, "--json")
    assert "whose errors file has the same titles" in again.stderr
    assert json.loads(again.stdout)["mapping"] == {"Name": "name", "Email": "email"}


@pytest.mark.slow
def test_an_errors_file_is_divided_as_it_was_written(service: Service) -> None:
    """Its last column is full of semicolons."""
    service.invoke(written("Name,Email,Phone\nAnn,bad@,1.2E+10,x\nBob,bad@,12,y\n"), "--inbox", 407)
    again = service.invoke(folders()[-1] / "errors.csv", "--inbox", 407)
    assert again.exit_code == 1
    assert len(results()) == 2


def test_an_input_that_cannot_be_read_is_told_in_one_line() -> None:
    """What it is, and what to do."""
    written("%PDF-1.7", "x.csv")
    done = invoke("x.csv", "--inbox", 407, "--sandbox")
    assert (done.exit_code, done.stderr.count("\n")) == (3, 1)
    assert "a PDF document" in done.stderr
    assert "export the table itself" in done.stderr


@pytest.mark.slow
def test_a_type_for_nothing_is_warned_about(service: Service) -> None:
    """A slip in an attribute's name would send text in silence."""
    done = service.invoke(contacts(1), "--inbox", 407, "--type", "custom_attributes.nosuch=number")
    assert "--type custom_attributes.nosuch: no column and no --set has this attribute" in done.stderr


# -- what fails, as JSON ---------------------------------------------------------------------------------------------


def failed(*arguments: object) -> tuple[int, str, dict[str, Any]]:
    """Exit code, standard error, and the JSON of a command that fails."""
    done = invoke(*arguments, "--json")
    return done.exit_code, done.stderr, json.loads(done.stdout)


@pytest.mark.parametrize(
    ("arguments", "exit_code", "code"),
    [
        (["absent.csv", "--inbox", "407", "--dry-run"], 3, "input"),
        (["contacts.csv", "--dry-run"], 2, "config"),
        (["contacts.csv", "--inbox", "407", "--dry-run", "--output-dir", "contacts.csv/x"], 2, "output"),
        (["contacts.csv", "--inboxes", "407"], 2, "usage"),
        (["contacts.csv", "--on-duplicate", "perhaps"], 2, "usage"),
        ([], 2, "usage"),
        (["runs", "--limit", "0"], 2, "usage"),
        (["report"], 2, "config"),
        (["report", "latest", "--diff", "a", "b"], 2, "usage"),
        (["forget"], 2, "usage"),
        (["forget", "nobody", "--yes"], 2, "config"),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, list) else "",
)
def test_json_says_why_a_command_failed(arguments: list[str], exit_code: int, code: str) -> None:
    """Standard error says the same to people."""
    contacts(1)
    ended, err, told = failed(*arguments)
    assert (ended, told["exit_code"], told["error"]["code"]) == (exit_code, exit_code, code)
    assert told["error"].keys() == {"code", "message", "hint"}
    assert told["error"]["message"]
    assert told["error"]["message"] in err


@pytest.mark.slow
def test_json_says_that_a_ledger_is_busy_or_damaged() -> None:
    """Exit codes 5 and 2."""
    with ledger_to_import(Path("import-results"), "other.csv"):
        Path("import-results/ledger.sqlite3").write_bytes(b"rubbish" * 1000)
        ended, _, told = failed("forget", "--yes", "--all")
    assert (ended, told["exit_code"], told["error"]["code"]) == (5, 5, "busy")
    ended, _, told = failed("runs")
    assert (ended, told["exit_code"], told["error"]["code"]) == (2, 2, "ledger")


# -- help and completion ---------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_help_is_a_command_too() -> None:
    """As ``--help``, of the program or of a command."""
    assert invoke("help").stdout == invoke("--help").stdout
    assert invoke("help", "runs").stdout == invoke("runs", "--help").stdout
    assert invoke("help", "nonsense").exit_code == 2


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        (["con"], ["file,con", "plain,config"]),
        (["rep"], ["file,rep", "plain,report"]),
        (["--inb"], ["plain,--inbox"]),
        (["--ver"], ["plain,--verify", "plain,--verbose", "plain,--version"]),
        (["--hel"], ["plain,--help"]),
        (["contacts.csv", "--inb"], ["plain,--inbox"]),
        (["--inbox", "407", "con"], ["file,con"]),
        (["runs", "--li"], ["plain,--limit"]),
        (["help", "rep"], ["plain,report"]),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, list) else "",
)
def test_the_shell_completes_an_import_without_its_verb(typed: list[str], completed: list[str]) -> None:
    """Its files and its options, as well as the verbs."""
    environment = {
        "_IMPORT_CONTACTS_COMPLETE": "bash_complete",
        "COMP_WORDS": " ".join(["import-contacts", *typed]),
        "COMP_CWORD": str(len(typed)),
    }
    assert invoke(**environment).stdout.splitlines() == completed


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "near"), [(("unod", "latest"), "undo"), (("plna", "kehu.xlsx"), "plan"), (("report1",), "report")]
)
def test_a_mistyped_command_is_not_taken_for_a_file(words: tuple[str, ...], near: str) -> None:
    """It was "unexpected extra argument (latest)"; a file of that name is imported all the same."""
    done = invoke(*words)
    assert done.exit_code == 2
    assert f'no command "{words[0]}"; did you mean {near}?' in done.stderr
    written("name,email\nAnn,ann@x.example\n", words[0])
    assert "no command" not in invoke(words[0], "--inbox", 407, "--dry-run").output


@pytest.mark.slow
def test_a_rehearsal_that_finds_errors_says_to_correct_them_first() -> None:
    """Where most lack a country, the command has the option to fill in."""
    wrong = written("name,email\nAnn,ann@\n")
    done = invoke(wrong, "--inbox", 407, "--dry-run")
    assert done.stdout.rstrip().endswith(f"Correct the file, then import it:\n  import-contacts {wrong} --inbox 407")
    bare = written("name,phone\nAnn,030 23125000\nBob,030 23125001\n")
    done = invoke(bare, "--inbox", 407, "--dry-run")
    assert done.stdout.rstrip().endswith(f"then import it:\n  import-contacts {bare} --inbox 407 --country CC")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("people.json", "Import the file as it is, then correct the errors file of that import:"),
        ("-", "pipe them in again, or import them as they are and correct the errors file of that import:"),
    ],
)
def test_what_nobody_opens_to_correct_is_corrected_elsewhere(name: str, advice: str) -> None:
    """Standard input is no file, and a file of records is corrected in the errors file of its import."""
    rows = '[{"name": "Ann", "email": "ann@"}]'
    if name != "-":
        written(rows, name)
    command = [sys.executable, "-m", "importer", name, "--inbox", "407", "--dry-run"]
    done = subprocess.run(command, input=rows, capture_output=True, text=True, check=False)
    assert done.stdout.rstrip().endswith(f"{advice}\n  import-contacts {name} --inbox 407")


@pytest.mark.slow
def test_what_stops_a_run_is_to_be_mended_before_it_goes_on() -> None:
    """The same command would stop again."""
    with Service() as gone:
        environment = gone.environment
    done = invoke(contacts(2), "--inbox", 407, "--max-attempts", 1, **environment)
    assert "Once that is mended:\n  import-contacts" in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("command", [("verify", "latest"), ("undo", "latest")])
def test_who_cannot_rehearse_is_not_told_to(service: Service, command: tuple[str, ...]) -> None:
    """verify and undo have no --sandbox, and an undo's --dry-run needs credentials too."""
    assert service.invoke(contacts(1), "--inbox", 407).exit_code == 0
    done = invoke(*command, LIVEDESK_BASE_URL=service.url)
    assert "not set" in done.stderr
    assert "--sandbox" not in done.stderr
    assert "Project settings" in done.stderr


@pytest.mark.slow
def test_a_column_that_was_left_out_before_is_not_called_that_of_an_option(service: Service) -> None:
    """The errors file is imported as its file was: nobody typed --map there."""
    path = written("Name,Email,Colour\nAnn,ann@,red\n")
    assert service.invoke(path, "--inbox", 407, "--map", "Colour=").exit_code == 1
    done = service.invoke(folders()[-1] / "errors.csv", "--inbox", 407)
    (line,) = [line for line in done.output.splitlines() if " Colour " in line]
    assert line.split(maxsplit=2)[2] == "not used  as before"
