"""An errors file that is imported belongs to a run, and settles its rows; only what is proved is claimed."""

import csv
import io
import json
import shutil
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.ledger.run import Corrected, ranges_of
from tests.support.service import Service, folders, invoke, written

BAD = "Name,Email\nAnn,ann@x.org\nBob,bob@\nCy,cy@\nDan,dan@\n"
FIXED = {"bob@": "bob@x.org", "cy@": "cy@x.org", "dan@": "dan@x.org"}


@pytest.fixture
def first(service: Service) -> tuple[Service, Path]:
    """A run with three rows to correct."""
    service.invoke(written(BAD), "--inbox", 407)
    return service, folders()[-1]


def corrected(errors: Path, *cells: str) -> Path:
    """Correct some cells of an errors file."""
    text = errors.read_text(encoding="utf-8-sig")
    for cell in cells:
        text = text.replace(f",{cell},", f",{FIXED[cell]},")
    errors.write_text(text, encoding="utf-8-sig")
    return errors


def listed() -> dict[str, Any]:
    """The runs by name."""
    return {run["run"]: run for run in json.loads(invoke("runs", "--json").stdout)}


def states() -> list[str]:
    """The last column of ``runs``, the newest first."""
    lines = invoke("runs").stdout.split("\n\n")[0].splitlines()
    return [line.rpartition("  ")[2] for line in lines[1:]]


@pytest.mark.slow
def test_an_errors_run_says_which_run_it_belongs_to_and_settles_it(first: tuple[Service, Path]) -> None:
    """What still needs attention there is what neither run has settled."""
    service, folder = first
    done = service.invoke(corrected(folder / "errors.csv", "bob@", "cy@"), "--inbox", 407)
    later = folders()[-1].name
    assert f"errors of {folder.name}, where 3 rows need attention" in done.stderr
    assert f"2 rows that needed attention in {folder.name} are settled" in done.stdout
    assert states() == ["1 needs attention", f"1 needs attention, 2 of 3 settled by {later}"]
    runs = listed()
    assert runs[later]["corrects"] == {"run": folder.name, "rows": 2}
    assert runs[folder.name]["settled_by"] == [{"run": later, "rows": 2}]
    again = service.invoke("report", folder.name)
    assert f"2 of 3 settled by {later}" in again.stdout
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert summary["settled_by"] == [{"run": later, "rows": 2}]


@pytest.mark.slow
def test_what_is_all_settled_needs_no_attention(first: tuple[Service, Path]) -> None:
    """The run is not called fine: it was not."""
    service, folder = first
    service.invoke(corrected(folder / "errors.csv", *FIXED), "--inbox", 407)
    assert states() == ["fine", f"3 of 3 settled by {folders()[-1].name}"]


@pytest.mark.slow
def test_the_errors_of_an_errors_run_settle_both(first: tuple[Service, Path]) -> None:
    """The second file hands the rows of the first on."""
    service, folder = first
    service.invoke(corrected(folder / "errors.csv", "cy@"), "--inbox", 407)
    second = folders()[-1]
    service.invoke(corrected(second / "errors.csv", "dan@", "bob@"), "--inbox", 407)
    third = folders()[-1].name
    assert states() == ["fine", f"2 of 2 settled by {third}", f"3 of 3 settled by {third}, {second.name}"]


MOVED: dict[str, tuple[Callable[[str], str], int]] = {
    "as it is": (lambda text: text, 1),
    "in another order": (lambda text: "".join(sorted(text.splitlines(keepends=True), reverse=True)), 1),
    "another person in each row": (
        lambda text: text.replace("Bob", "Eve").replace("Cy", "Fay").replace("Dan", "Gus").replace("@,", "@y.org,"),
        0,
    ),
    "a row that was fine": (lambda text: text.replace(",2,", ",1,").replace(",3,", ",1,").replace(",4,", ",1,"), 0),
    "no numbers": (lambda text: text.replace(",2,", ",,").replace(",3,", ",x,").replace(",4,", ",²,"), 0),
}


@pytest.mark.slow
@pytest.mark.parametrize(("change", "runs"), MOVED.values(), ids=MOVED)
def test_a_file_that_was_moved_and_renamed_proves_it_by_its_rows(
    first: tuple[Service, Path], change: Callable[[str], str], runs: int
) -> None:
    """By their numbers, and by a cell that tells who the person is."""
    service, folder = first
    moved = shutil.move(corrected(folder / "errors.csv", "bob@"), "mine.csv")
    header, _, rows = Path(moved).read_text(encoding="utf-8-sig").partition("\n")
    Path(moved).write_text(f"{header}\n{change(rows)}", encoding="utf-8")
    service.invoke(moved, "--inbox", 407)
    assert [one["rows"] for one in listed()[folder.name]["settled_by"]] == [1] * runs


@pytest.mark.slow
@pytest.mark.parametrize("moved", [True, False], ids=["moved", "in the folder"])
def test_of_two_runs_that_fit_the_newest_is_meant_or_that_of_the_folder(
    first: tuple[Service, Path], moved: bool
) -> None:
    """Every week the same file, with the same mistakes."""
    service, folder = first
    service.invoke(written(BAD), "--inbox", 407)
    second = folders()[-1]
    errors = corrected(folder / "errors.csv", "bob@")
    service.invoke(shutil.move(errors, "mine.csv") if moved else errors, "--inbox", 407)
    assert folder.name != second.name
    assert [len(listed()[one.name]["settled_by"]) for one in (folder, second)] == [1 - moved, moved]


@pytest.mark.slow
def test_in_the_runs_folder_a_row_may_have_changed_altogether(first: tuple[Service, Path]) -> None:
    """The place proves whose errors they are."""
    service, folder = first
    errors = folder / "errors.csv"
    rows = [*csv.reader(io.StringIO(errors.read_text(encoding="utf-8-sig")))]
    rows[1][:2] = ["Robert", "robert@x.org"]
    with errors.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    service.invoke(errors, "--inbox", 407)
    assert states()[1].startswith("2 need attention, 1 of 3 settled by")


@pytest.mark.slow
def test_what_an_undo_took_back_is_not_settled() -> None:
    """The rows need attention as before."""
    with Service(delete="on", usage="on") as service:
        service.invoke(written(BAD), "--inbox", 407)
        service.invoke(corrected(folders()[-1] / "errors.csv", *FIXED), "--inbox", 407)
        assert "3  removed" in service.invoke("undo", "latest", "--yes").stdout
    assert states()[-1] == "3 need attention"


@pytest.mark.slow
def test_a_rehearsal_settles_nothing(first: tuple[Service, Path]) -> None:
    """Its ledger is thrown away."""
    service, folder = first
    done = service.invoke(corrected(folder / "errors.csv", *FIXED), "--inbox", 407, "--sandbox")
    assert "errors of" not in done.stderr
    assert states() == ["3 need attention"]


@pytest.mark.slow
@given(st.sets(st.integers(1, 60)))
def test_numbers_survive_as_ranges(numbers: set[int]) -> None:
    """As few ranges as there are gaps."""
    ranges = ranges_of(numbers)
    assert Corrected("r", ranges).numbers == numbers
    assert all(last + 1 < first for (_, last), (first, _) in pairwise(ranges))


@pytest.mark.slow
def test_an_undo_of_an_errors_run_can_be_rehearsed() -> None:
    """Its ledger is thrown away, and knows nothing of the run that was corrected."""
    with Service(delete="on", usage="on") as service:
        service.invoke(written(BAD), "--inbox", 407)
        service.invoke(corrected(folders()[-1] / "errors.csv", *FIXED), "--inbox", 407)
        done = service.invoke("undo", "latest", "--dry-run")
        assert done.exit_code == 0, done.exception
        assert "All 3 rows would be undone" in done.stdout
        service.invoke("undo", "latest", "--yes")
        undo = next(run for run in listed().values() if run["mode"] == "undo")
    assert undo["corrects"] is None


@pytest.mark.slow
def test_an_undo_of_corrections_names_the_run_of_the_others() -> None:
    """The newest import has only what was corrected; the same command again made one that sent nothing."""
    with Service(delete="on", usage="on") as service:
        service.invoke(written(BAD), "--inbox", 407)
        first = folders()[-1]
        errors = corrected(first / "errors.csv", *FIXED)
        service.invoke(errors, "--inbox", 407)
        second = folders()[-1]
        told = f"{second.name} sent only rows that were corrected; {first.name} sent others"
        assert f"{told}\n         import-contacts undo {first.name} takes them back" in (
            service.invoke("undo", "latest").stderr
        )
        assert "sent others" not in service.invoke("undo", first.name).stderr
        service.invoke(errors, "--inbox", 407)
        nothing = service.invoke("undo", "latest", "--yes")
        assert "nothing is left to undo" in nothing.stdout
        assert f"This run sent nothing itself; {second.name} sent these rows" in nothing.stderr
        assert f"import-contacts undo {second.name} takes them back" in nothing.stderr
        service.invoke("undo", first.name, "--yes")
        assert "sent others" not in service.invoke("undo", second.name).stderr


@pytest.mark.slow
def test_a_report_names_the_newest_errors_file_that_is_open(first: tuple[Service, Path]) -> None:
    """None once all is settled; and the run's own if a later one has only a part of what is left."""
    service, folder = first
    shutil.copy(folder / "errors.csv", "whole.csv")
    service.invoke(corrected(folder / "errors.csv", "bob@", "cy@"), "--inbox", 407)
    second = folders()[-1]
    told = service.invoke("report", folder.name).stdout
    assert (
        f"Correct the errors file, then import it:\n  import-contacts import-results/{second.name}/errors.csv" in told
    )
    service.invoke(corrected(second / "errors.csv", "dan@"), "--inbox", 407)
    assert "Correct the errors file" not in service.invoke("report", folder.name).stdout
    assert "Correct the errors file" not in service.invoke("report", second.name).stdout


@pytest.mark.slow
def test_a_part_of_the_errors_leaves_the_whole_file_open(first: tuple[Service, Path]) -> None:
    """Who corrects a part of the rows in a file of their own still has the others in the first."""
    service, folder = first
    head, bob, cy, _ = (folder / "errors.csv").read_text(encoding="utf-8-sig").splitlines(keepends=True)
    part = written(head + bob.replace(",bob@,", ",bob@x.org,") + cy, "part.csv")
    service.invoke(part, "--inbox", 407)
    assert states()[-1].startswith("2 need attention, 1 of 3 settled")
    assert f"import-contacts import-results/{folder.name}/errors.csv" in service.invoke("report", folder.name).stdout
