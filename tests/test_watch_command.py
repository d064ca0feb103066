"""import-contacts --watch: whole runs, by real processes and a real folder."""

import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from importer import Cancellation, ConfigError, WatchedFile, watch
from importer.cli.main import cli
from importer.library.verbs import do_import
from importer.library.watching.runs import Runs
from tests.support.service import HEADER, KEY, SECRET, Service, invoke, kill, start, wait_until, written

WATCH = ("--watch", "in", "--inbox", 407)


def row(number: int) -> str:
    return f"Person {number},p{number}@example.com,,C{number}\n"


def dropped(name: str, *numbers: int, tail: str = "") -> Path:
    """A file that appears whole: written elsewhere, then renamed in."""
    Path("in").mkdir(exist_ok=True)
    return written(HEADER + "".join(map(row, numbers)) + tail, f".{name}.part").rename(Path("in", name))


def in_folder(name: str) -> list[str]:
    folder = Path("in", name)
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def is_explained(*names: str) -> bool:
    """Whether the reasons of these files stand in attention/, which is the last thing that happens to them."""
    reasons = [Path("in/attention", f"{name}.txt") for name in names]
    return all(path.exists() and path.stat().st_size for path in reasons)


def ended(process: "subprocess.Popen[str]", number: int = signal.SIGTERM) -> tuple[int, list[str], str]:
    """The exit code, the lines on standard output, and standard error, after a signal."""
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    return process.returncode, out.splitlines(), err


@pytest.fixture
def watched() -> Path:
    folder = Path("in")
    folder.mkdir()
    return folder


Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def begin() -> Iterator[Start]:
    """Start a watch against a server, or none; no test leaves one behind."""
    begun: list[subprocess.Popen[str]] = []

    def start_one(service: Service | None, *options: object) -> "subprocess.Popen[str]":
        begun.append(start(*WATCH, *options, **(service.environment if service else {})))
        return begun[-1]

    yield start_one
    for process in begun:
        if process.poll() is None:
            kill(process)


@pytest.mark.slow
def test_what_appears_is_imported_and_put_away(watched: Path, begin: Start, service: Service) -> None:
    """What was there, what is renamed in, and what grows; fine or wrong, each by its own line."""
    dropped("there.csv", 1)
    process = begin(service)
    wait_until(lambda: in_folder("done") == ["there.csv"], process)
    dropped("renamed.csv", 2)
    growing = watched / "growing.csv"
    growing.write_text(HEADER + "Person 3,p3@exa")
    with growing.open("a") as file:
        for part in ("mple.com,,C3\n", row(4), "Bob,bob@,,C5\n"):
            file.write(part)
            file.flush()
    (watched / "no.csv").write_bytes(b"%PDF-1.7\n")
    (watched / "note.docx").touch()
    wait_until(lambda: is_explained("growing.csv", "no.csv") and len(in_folder("done")) == 2, process)
    code, lines, errors = ended(process)
    assert code == 143
    assert in_folder("done") == ["renamed.csv", "there.csv"]
    assert in_folder("attention") == ["growing-errors.csv", "growing.csv", "growing.csv.txt", "no.csv", "no.csv.txt"]
    assert [path.name for path in watched.iterdir() if path.is_file() and path.suffix != ".lock"] == ["note.docx"]
    assert sorted(lines) == [
        "growing.csv: 1 of 3 rows needs attention; moved to in/attention/growing.csv",
        "no.csv: not imported; moved to in/attention/no.csv",
        "renamed.csv: The one row is fine; moved to in/done/renamed.csv",
        "there.csv: The one row is fine; moved to in/done/there.csv",
    ]
    assert "left out of in: note.docx" in errors
    assert "Error: in/no.csv is a PDF document" in errors
    assert sorted(service.stored) == ["C1", "C2", "C3", "C4"]
    reason = (watched / "attention" / "growing.csv.txt").read_text()
    assert "Correct growing-errors.csv, which has the rows that need attention" in reason
    assert 'email: "bob@" is not an email address' in reason


@pytest.mark.slow
def test_the_errors_file_is_imported_once_it_is_corrected(watched: Path, begin: Start, service: Service) -> None:
    """Somebody who has only this folder can bring every row in."""
    dropped("a.csv", 1, tail="Bob,bob@,,C2\n")
    process = begin(service)
    wait_until(lambda: is_explained("a.csv"), process)
    errors = watched / "attention" / "a-errors.csv"
    errors.write_text(errors.read_text("utf-8-sig").replace("bob@,", "bob@example.com,"), "utf-8")
    errors.rename(watched / "a-errors.csv")
    wait_until(lambda: in_folder("done") == ["a-errors.csv"], process)
    assert ended(process)[0] == 143
    assert sorted(service.stored) == ["C1", "C2"]


@pytest.mark.slow
def test_a_killed_watch_goes_on_and_nobody_comes_twice(watched: Path, begin: Start) -> None:
    """kill -9 in mid-import: the file is still there, and the next watch takes it up."""
    with Service(latency_ms=20) as service:
        dropped("a.csv", *range(200))
        process = begin(service, "--concurrency", 4)
        wait_until(lambda: len(service.sandbox.contacts) > 20, process)
        process.kill()
        process.communicate(timeout=60)
        assert (watched / "a.csv").exists()
        again = begin(service)
        wait_until(lambda: in_folder("done") == ["a.csv"], again)
        assert ended(again, signal.SIGINT)[0] == 130
        assert sorted(service.stored) == sorted(f"C{number}" for number in range(200))


@pytest.mark.slow
def test_a_signal_in_mid_import_settles_what_is_in_flight(watched: Path, begin: Start) -> None:
    """The run has its files, the rest is not_sent, and the file stays."""
    with Service(latency_ms=50) as service:
        dropped("a.csv", *range(400))
        process = begin(service, "--json", "--concurrency", 2)
        wait_until(lambda: len(service.sandbox.contacts) > 5, process)
        code, lines, _ = ended(process)
        assert code == 143
        (summary,) = map(json.loads, lines)
        assert summary["exit_code"] == 143
        assert summary["counts"]["created"] == len(service.sandbox.contacts)
        assert summary["counts"]["not_sent"] + summary["counts"]["created"] == 400
        assert (watched / "a.csv").exists()
        page = Path(summary["files"]["report"]).read_text("utf-8")
        assert "import-contacts --inbox 407 --concurrency 2 in/a.csv" in page


@pytest.mark.slow
def test_json_lines_and_the_command_of_each_run(watched: Path, begin: Start, service: Service) -> None:
    """A summary in each line; what could not begin has its error, and the file's name."""
    for number in range(20):
        dropped(f"f{number:02}.csv", number)
    (watched / "no.csv").write_bytes(b"%PDF-1.7\n")
    process = begin(service, "--json", "--quiet")
    wait_until(lambda: len(in_folder("done")) == 20 and is_explained("no.csv"), process)
    code, lines, _ = ended(process)
    assert code == 143
    told = [json.loads(line) for line in lines]
    assert len(told) == 21
    assert sorted(one["file"] for one in told) == [*(f"f{number:02}.csv" for number in range(20)), "no.csv"]
    (wrong,) = [one for one in told if "error" in one]
    assert (wrong["file"], wrong["exit_code"], wrong["error"]["code"]) == ("no.csv", 3, "input")
    assert len({one.get("run") for one in told}) == 21
    assert len(service.stored) == 20


@pytest.mark.slow
def test_a_rehearsal_moves_nothing(watched: Path, begin: Start) -> None:
    """Each file is rehearsed once, without credentials."""
    dropped("a.csv", 1)
    process = begin(None, "--dry-run")
    wait_until(lambda: [*Path().glob("import-results/*/summary.json")] != [], process)
    code, lines, _ = ended(process)
    assert (code, lines) == (143, ["a.csv: The one row is fine; it stays"])
    assert [path.name for path in watched.iterdir() if not path.name.startswith(".")] == ["a.csv"]


@pytest.mark.slow
def test_a_second_watch_of_a_folder_ends_with_exit_5(watched: Path, begin: Start, service: Service) -> None:
    """And the first goes on."""
    process = begin(service)
    wait_until((watched / "done").is_dir, process)
    second = service.invoke(*WATCH)
    assert second.exit_code == 5
    assert "another process watches in" in second.stderr
    assert ended(process)[0] == 143


# -- what is wrong at the start --------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--plan", "x"], "--watch: --plan: a plan is of one file"),
        (["--results", "r.csv"], "--watch: --results: every file would write it anew"),
        (["--save-mapping", "crm"], "--watch: --save-mapping: every file would write it anew"),
        (["--fresh"], "--watch: --fresh: a file that is tried again would be sent again"),
        (["--canary", 3], "--watch: --canary: nobody is there to say whether the rest is sent"),
        (["--on-duplicate", "update", "--clear", "name"], "--watch: --clear: nobody is there to agree to it"),
        (["--mapping", "crm"], '--mapping "crm": there is no'),
        (["--keep", "name"], "--keep is about updates"),
        (["a.csv"], "--watch and a FILE contradict each other"),
        (["--workers", 2, "--scheduler", "tls://host:1"], "give one of the two"),
        (["--metrics-file", "nowhere/a.prom"], "--metrics-file nowhere/a.prom cannot be written"),
    ],
)
def test_what_makes_no_sense_for_many_files_is_refused(
    watched: Path, service: Service, options: list[Any], told: str
) -> None:
    """With exit 2 before anything is imported, and the reason."""
    dropped("a.csv", 1)
    done = service.invoke(*WATCH, *options)
    assert (done.exit_code, done.stdout) == (2, "")
    assert told in done.stderr
    assert not service.sandbox.contacts


def test_without_credentials_it_does_not_begin(watched: Path, begin: Start) -> None:
    """No file could be imported."""
    done = invoke(*WATCH)
    assert done.exit_code == 2
    assert "no credentials" in done.stderr


def test_a_folder_that_is_not_there_is_an_error(service: Service) -> None:
    """As JSON, too."""
    done = service.invoke("--watch", "nowhere", "--inbox", 407, "--json")
    assert done.exit_code == 2
    assert json.loads(done.stdout)["error"]["message"] == "--watch nowhere: No such file or directory"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_an_error(watched: Path, service: Service) -> None:
    """Files could not be put away."""
    watched.chmod(0o500)
    assert service.invoke(*WATCH).exit_code == 2


def test_a_file_is_needed_without_a_folder() -> None:
    """As before."""
    done = invoke("run", "--inbox", 407)
    assert done.exit_code == 2
    assert "FILE" in done.stderr


def test_a_file_that_is_typed_goes_before_the_variable(watched: Path, service: Service) -> None:
    """A variable says where to look; an import by hand is one of its own."""
    done = invoke(written(HEADER + row(1), "b.csv"), "--inbox", 407, **service.environment, IMPORT_CONTACTS_WATCH="in")
    assert done.exit_code == 0, done.stderr
    wrong = invoke("run", "--inbox", 407, **service.environment, IMPORT_CONTACTS_WATCH="nowhere")
    assert "--watch nowhere: " in wrong.stderr
    assert "--watch" not in [name for option in cli.commands["plan"].params for name in option.opts]


# -- from Python -----------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_library_watches_until_it_is_cancelled(watched: Path, service: Service) -> None:
    """Each file with its summary, or the error; the files are put away."""
    dropped("a.csv", 1)
    (watched / "b.csv").write_bytes(b"%PDF-1.7\n")
    cancel, files = Cancellation(), []

    def ended(file: WatchedFile) -> None:
        files.append(file)
        if len(files) == 2:
            cancel.cancel()

    watch(watched, ended, inbox=407, base_url=service.url, api_key=KEY, api_secret=SECRET, cancel=cancel)
    assert {file.path.name: (file.exit_code, str(file.place)) for file in files} == {
        "a.csv": (0, "in/done/a.csv"),
        "b.csv": (3, "in/attention/b.csv"),
    }
    found = {file.path.name: file for file in files}
    assert found["a.csv"].summary is not None
    assert found["a.csv"].summary.counts == {"created": 1}
    assert "PDF" in str(found["b.csv"].error)


@pytest.mark.slow
def test_what_a_callback_raises_ends_the_watch(watched: Path) -> None:
    """A fault of the caller is his."""
    dropped("a.csv", 1)

    def ended(file: WatchedFile) -> None:
        raise KeyError(file.path.name)

    with pytest.raises(KeyError, match=r"a\.csv"):
        watch(watched, ended, inbox=407, dry_run=True)


@pytest.mark.slow
def test_a_file_that_brings_the_program_down_does_not_stop_the_others(
    watched: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stays, and is tried again later."""
    dropped("a.csv", 1)
    dropped("b.csv", 2)
    cancel, files = Cancellation(), []

    def fails_once(terms: Any, inputs: Sequence[Path]) -> Any:
        if inputs[0].name == "a.csv":
            raise ZeroDivisionError("a fault")
        return do_import(terms, inputs)

    def ended(file: WatchedFile) -> None:
        files.append(file)
        if file.exit_code == 0:
            cancel.cancel()

    monkeypatch.setattr("importer.library.watching.call.Runs", partial(Runs, carry_out=fails_once))
    watch(watched, ended, inbox=407, dry_run=True, cancel=cancel)
    assert [(file.path.name, file.exit_code, file.again_s) for file in files] == [("a.csv", 2, 30), ("b.csv", 0, None)]
    assert "the program failed: ZeroDivisionError('a fault')" in str(files[0].error)


@pytest.mark.parametrize("folder", ["", None, 7], ids=repr)
def test_a_folder_must_be_named(folder: Any) -> None:
    """An empty text is a variable that is not set, and not the current folder."""
    with pytest.raises(ConfigError):
        watch(folder, inbox=407, dry_run=True)
