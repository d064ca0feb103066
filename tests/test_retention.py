"""``--keep-runs``: older run folders go after an import, those alone that nobody misses; the ledger keeps every run."""

import io
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from importer.history.retention import keep_newest
from importer.history.run_folders import is_ours_alone, remove
from importer.ledger.ledger import Ledger
from importer.ledger.run import Run
from importer.terminal.console import Console
from tests.support.service import HEADER, Service, contacts, folders, invoke, results, written

OUTPUT: Final = Path("import-results")
LEDGER: Final = OUTPUT / "ledger.sqlite3"


def _imported(service: Service, name: str, *options: str, text: str = "", code: int = 0) -> Path:
    """The folder of an import; the names of files are in the order of the runs."""
    file = written(text) if text else contacts(2)
    file = file.rename(f"{name}.csv")
    done = service.invoke(file, "--inbox", "407", *options)
    assert done.exit_code == code, done.output
    return max(OUTPUT.glob(f"{name}-*"))


def _names() -> list[str]:
    return [folder.name.partition("-")[0] for folder in folders()]


@pytest.mark.slow
def test_the_newest_folders_stay_and_the_others_go(service: Service) -> None:
    """It says which; the ledger has the runs, and ``report`` writes a folder again."""
    first = _imported(service, "a")
    _imported(service, "b")
    _imported(service, "c")
    before = {path.name: path.read_bytes() for path in first.iterdir() if path.name != "report.html"}
    done = service.invoke(contacts(2, "d.csv"), "--inbox", "407", "--keep-runs", "2")
    assert done.exit_code == 0, done.output
    assert _names() == ["c", "d"]
    assert "--keep-runs 2: 2 older run folders removed (" in done.stderr
    assert first.name in done.stderr
    assert "import-contacts report RUN writes one again" in done.stderr
    assert len(invoke("runs").stdout.split("csv")) > 4
    assert invoke("report", first.name).exit_code == 0
    assert {path.name: path.read_bytes() for path in first.iterdir() if path.name != "report.html"} == before


@pytest.mark.slow
def test_without_it_every_folder_stays(service: Service) -> None:
    """It is off by default."""
    for name in "abc":
        _imported(service, name)
    assert _names() == ["a", "b", "c"]


@pytest.mark.slow
@pytest.mark.parametrize("way", ["config", "variable"])
def test_it_can_be_set_once_for_all(service: Service, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the configuration file, and in the environment."""
    _imported(service, "a")
    if way == "config":
        Path("config.yaml").write_text("keep_runs: 1\n")
    else:
        monkeypatch.setenv("IMPORT_CONTACTS_KEEP_RUNS", "1")
    _imported(service, "b")
    assert _names() == ["b"]


@pytest.mark.parametrize("value", ["0", "-1", "x"])
def test_it_must_be_a_positive_number(service: Service, value: str) -> None:
    """The folder of the run itself always stays."""
    done = service.invoke(contacts(1), "--inbox", "407", "--keep-runs", value)
    assert done.exit_code == 2
    assert "keep-runs" in done.stderr


@pytest.mark.slow
def test_what_needs_attention_stays_until_it_is_settled(service: Service) -> None:
    """By the errors file that somebody corrected and imported."""
    broken = _imported(service, "a", text=HEADER + "Ann,ann@example.com,,X1\nBob,bob@,,X2\n", code=1)
    _imported(service, "b", "--keep-runs", "1")
    assert broken.is_dir()
    fixed = (broken / "errors.csv").read_text(encoding="utf-8-sig").replace("bob@,", "bob@example.com,")
    Path("fixed.csv").write_text(fixed, encoding="utf-8")
    done = service.invoke("fixed.csv", "--inbox", "407", "--keep-runs", "1")
    assert done.exit_code == 0, done.output
    assert _names() == ["fixed"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "change",
    [
        lambda run: replace(run, stopped=run.why_stopped, finished_at=None, exit_code=None),
        lambda run: replace(run, finished_at=None),
    ],
    ids=["crashed", "open"],
)
def test_a_run_that_did_not_end_keeps_its_folder(service: Service, change: Callable[[Run], Run]) -> None:
    """Its rows may be in doubt."""
    first = _imported(service, "a")
    with Ledger(LEDGER) as ledger, ledger.transaction():
        for seq, run in ledger.runs():
            ledger.rewrite(seq, change(run))
    _imported(service, "b", "--keep-runs", "1")
    assert first.is_dir()


def _added(folder: Path) -> None:
    (folder / "notes.txt").write_text("mine")


def _corrected(folder: Path) -> None:
    path = folder / "results.csv"
    path.write_text(path.read_text() + "mine")
    later = (folder / "summary.json").stat().st_mtime_ns + 1
    os.utime(path, ns=(later, later))


def _linked(folder: Path) -> None:
    (folder / "results.csv").unlink()
    (folder / "results.csv").symlink_to(Path("contacts.csv").absolute())


def _with_folder(folder: Path) -> None:
    (folder / "plan.csv").mkdir()


def _restored(folder: Path) -> None:
    """Other content of the same size, with the time of before."""
    path = folder / "results.csv"
    found, content = path.stat(), path.read_bytes()
    path.write_bytes(content[:-6] + b"mine\r\n")
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))


def _put_over(folder: Path) -> None:
    """A file of somebody's, as ``cp -p`` and drag and drop put it there: older than the run."""
    Path("mine.csv").write_text("my own file\n")
    os.utime("mine.csv", (1.6e9, 1.6e9))
    shutil.copy2("mine.csv", folder / "results.csv")


def _page_put_over(folder: Path) -> None:
    (folder / "report.html").write_text("mine")
    os.utime(folder / "report.html", (1.6e9, 1.6e9))


def _without_summary(folder: Path) -> None:
    (folder / "summary.json").unlink()


@pytest.mark.slow
@pytest.mark.parametrize("done_to", [_added, _corrected, _linked, _with_folder, _restored, _put_over, _page_put_over])
def test_a_folder_with_something_of_somebodys_stays_whole(service: Service, done_to: Callable[[Path], None]) -> None:
    """A file that is not ours, one of ours that was changed, a link or a folder in the place of one."""
    first = _imported(service, "a")
    done_to(first)
    before = sorted(path.name for path in first.iterdir())
    _imported(service, "b", "--keep-runs", "1")
    assert sorted(path.name for path in first.iterdir()) == before


@pytest.mark.slow
def test_what_report_wrote_again_goes_too(service: Service) -> None:
    """In whatever language, and by whatever version the folder was first written."""
    first = _imported(service, "a")
    with Ledger(LEDGER) as ledger, ledger.transaction():
        for seq, run in ledger.runs():
            ledger.rewrite(seq, replace(run, written={}))
    _imported(service, "b", "--keep-runs", "1")
    assert first.is_dir(), "nobody knows what is in it"
    assert invoke("report", first.name, "--lang", "zh").exit_code == 0
    _imported(service, "c", "--keep-runs", "1")
    assert not first.exists()


@pytest.mark.slow
def test_the_files_of_a_verification_are_known(service: Service) -> None:
    """It has a folder, too."""
    _imported(service, "a")
    assert service.invoke("verify", "latest").exit_code == 0
    _imported(service, "b", "--keep-runs", "1")
    assert _names() == ["b"]


@pytest.mark.slow
def test_no_link_is_followed(service: Service) -> None:
    """Neither one in the place of a run's folder, nor one to which a folder is exchanged at the last moment."""
    first = _imported(service, "a")
    elsewhere = Path("elsewhere")
    first.rename(elsewhere)
    first.symlink_to(elsewhere.absolute(), target_is_directory=True)
    with Ledger(LEDGER) as ledger:
        ((_, run),) = ledger.runs()
    assert not is_ours_alone(run, first)
    with pytest.raises(OSError, match=r".+"):
        remove(run, first)
    _imported(service, "b", "--keep-runs", "1")
    assert (elsewhere / "results.csv").is_file()
    assert first.is_symlink()


@pytest.mark.slow
def test_folders_that_this_ledger_did_not_make_stay(service: Service) -> None:
    """Those of rehearsals, of another ledger, and of the user."""
    first = _imported(service, "a")
    shutil.copytree(first, OUTPUT / "rehearsed-20260101-000000")
    (OUTPUT / "mine").mkdir()
    _imported(service, "b", "--keep-runs", "1")
    assert not first.exists()
    assert (OUTPUT / "rehearsed-20260101-000000" / "results.csv").is_file()
    assert (OUTPUT / "mine").is_dir()


@pytest.mark.slow
def test_files_with_ids_of_several_files_go_too(service: Service) -> None:
    """They lie in a folder of their own; with a file of somebody's in there, all stays."""
    for name in ("x.csv", "y.csv"):
        contacts(1, name)
    for name in "ab":
        done = service.invoke("x.csv", "y.csv", "--inbox", "407", "--fresh")
        assert done.exit_code == 0, name + done.output
    older, newer = folders()
    assert (older / "with-ids" / "x.csv").is_file()
    (newer / "with-ids" / "mine.csv").write_text("mine")
    _imported(service, "c", "--keep-runs", "1")
    assert not older.exists()
    assert (newer / "with-ids" / "x.csv").is_file()


@pytest.mark.slow
def test_a_removal_that_is_killed_is_made_good_by_the_next_command(service: Service) -> None:
    """The summary goes first: a folder without one is written again."""
    first = _imported(service, "a")
    _without_summary(first)
    (first / "report.html").unlink()
    assert not _removable(first)
    _imported(service, "b", "--keep-runs", "1")
    assert not first.exists()


def _removable(folder: Path) -> bool:
    with Ledger(LEDGER) as ledger:
        return is_ours_alone(next(run for _, run in ledger.runs() if run.id == folder.name), folder)


@pytest.mark.slow
def test_rehearsals_and_plans_remove_nothing(service: Service) -> None:
    """Only an import does."""
    _imported(service, "a")
    contacts(2, "b.csv")
    for command in (["b.csv", "--dry-run"], ["b.csv", "--sandbox"], ["plan", "b.csv"]):
        assert service.invoke(*command, "--inbox", "407", "--keep-runs", "1").exit_code == 0
    assert _names()[0] == "a"


@pytest.mark.slow
def test_a_plan_is_done_though_it_was_made_without_keep_runs(service: Service) -> None:
    """It decides nothing about a row."""
    contacts(2, "p.csv")
    assert service.invoke("plan", "p.csv", "--inbox", "407").exit_code == 0
    plan = folders()[0].name
    done = service.invoke("p.csv", "--inbox", "407", "--plan", plan, "--keep-runs", "5")
    assert done.exit_code == 0, done.output
    assert {row["status"] for row in results()} == {"created"}


@pytest.mark.slow
def test_a_folder_that_cannot_be_removed_is_a_warning(service: Service) -> None:
    """The import is done."""
    first = _imported(service, "a")
    _imported(service, "b")

    def refuse(_run: Run, folder: Path) -> int:
        raise PermissionError(13, "Permission denied", folder)

    said = io.StringIO()
    with Ledger(LEDGER) as ledger:
        keep_newest(ledger, OUTPUT, 1, Console(io.StringIO(), said), refuse)
    assert f"{first} cannot be removed: Permission denied" in said.getvalue()
    assert "removed (" not in said.getvalue()
