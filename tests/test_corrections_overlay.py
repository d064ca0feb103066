"""A user's corrections, row by row: laid over the file in a check, a plan and an import; the file stays as it is."""

import csv
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer import ConfigError, Notice, import_contacts, plan
from importer.corrections import NO_CORRECTIONS, Corrections, RowPlace
from importer.ledger.ledger import Ledger
from importer.library.checking import check
from importer.models import Status
from tests.support.service import Service, folders, results, written

ROWS = "Name,Email,Phone,Customer ID\nAnn,ann@,,C1\nBob,bob@x.example,,C2\nCy,cy@x.example,,C3\n"


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def place(row: int, sheet: str = "", file: str = "contacts.csv") -> RowPlace:
    return RowPlace(file, sheet, row)


ANN = NO_CORRECTIONS.with_cell(place(2), 1, "ann@x.example")
WITHOUT_CY = ANN.leaving_out(place(4))


def test_an_import_sends_the_corrected_cells_and_leaves_rows_out(account: dict[str, Any], service: Service) -> None:
    """Every row has its line in the results; the file has the bytes that it had."""
    path = written(ROWS)
    summary = import_contacts(path, corrections=WITHOUT_CY, **account)
    assert summary.counts == {Status.CREATED: 2, Status.LEFT_OUT: 1}
    assert summary.exit_code == 0
    assert [(row.row, row.status, row.email) for row in summary.results()] == [
        (2, "created", "ann@x.example"),
        (3, "created", "bob@x.example"),
        (4, "left_out", "cy@x.example"),
    ]
    assert {contact["email"] for contact in service.sandbox.contacts} == {"ann@x.example", "bob@x.example"}
    assert path.read_text(encoding="utf-8") == ROWS


@pytest.mark.slow
def test_the_record_and_the_results_tell_of_corrections(account: dict[str, Any]) -> None:
    """How many cells and rows; which cells of a row."""
    summary = import_contacts(written(ROWS), corrections=WITHOUT_CY, **account)
    told = json.loads((folders()[-1] / "summary.json").read_text(encoding="utf-8"))
    assert told["by_hand"] == {"cells": 1, "left_out": 1}
    assert told["remarks"] == [{"kind": "corrected", "count": 1}]
    assert next(iter(summary.results())).hint == "corrected by hand: Email"
    again = import_contacts(written(ROWS, "other.csv"), **account)
    assert again.as_json()["by_hand"] == {"cells": 0, "left_out": 0}


@pytest.mark.slow
def test_the_same_call_again_sends_nothing(account: dict[str, Any], service: Service) -> None:
    """With the same corrections; without them the rows are judged as they stand."""
    path = written(ROWS)
    import_contacts(path, corrections=WITHOUT_CY, **account)
    again = import_contacts(path, corrections=WITHOUT_CY, **account)
    assert again.counts == {Status.UNCHANGED: 2, Status.LEFT_OUT: 1}
    bare = import_contacts(path, **account)
    assert bare.counts == {Status.INVALID: 1, Status.UNCHANGED: 1, Status.CREATED: 1}
    assert len(service.sandbox.contacts) == 3


@pytest.mark.slow
def test_errors_files_and_files_with_ids_have_the_corrected_cells(account: dict[str, Any]) -> None:
    """What is still wrong is wrong as the user last saw it."""
    wrong = WITHOUT_CY.with_cell(place(3), 1, "bob at x")
    import_contacts(written(ROWS), corrections=wrong, **account)
    (errors,) = results(name="errors.csv")
    assert (errors["Name"], errors["Email"], errors["import_row"]) == ("Bob", "bob at x", "3")
    told = [(row["Email"], row["import_status"]) for row in results(name="with-ids.csv")]
    assert told == [("ann@x.example", "created"), ("bob at x", "invalid"), ("cy@x.example", "left_out")]


@pytest.mark.slow
def test_a_left_out_row_is_nobody_to_the_others(account: dict[str, Any]) -> None:
    """A duplicate of it is new, and nobody shares its values."""
    rows = "Name,Email,Customer ID\nAnn,ann@x.example,C1\nAnn,ann@x.example,\nEve,ann@x.example,C9\n"
    kept = NO_CORRECTIONS.leaving_out(place(2))
    assert import_contacts(written(rows), corrections=kept, **account).counts == {
        Status.LEFT_OUT: 1,
        Status.CREATED: 1,
        Status.DUPLICATE: 1,
    }


@pytest.mark.slow
def test_a_row_that_is_emptied_still_has_its_line(account: dict[str, Any]) -> None:
    """Nothing is lost: the row is invalid, and not gone."""
    emptied = NO_CORRECTIONS
    for column in range(4):
        emptied = emptied.with_cell(place(3), column, "")
    summary = import_contacts(written(ROWS), corrections=emptied, **account)
    assert [(row.row, row.status, row.error_code) for row in summary.results()][1] == (3, "invalid", "empty_row")


@pytest.mark.slow
def test_cells_beyond_the_row_can_be_filled(account: dict[str, Any]) -> None:
    """A record of CSV may be shorter than its titles."""
    path = written("Name,Email,Phone,Customer ID\nAnn,ann@x.example\n")
    summary = import_contacts(path, corrections=NO_CORRECTIONS.with_cell(place(2), 3, "C7"), **account)
    assert [row.identifier for row in summary.results()] == ["C7"]


@pytest.mark.slow
def test_corrections_do_not_change_what_the_columns_are(account: dict[str, Any]) -> None:
    """The columns are read from the file itself, as the user saw them: a few typed cells make no other field."""
    path = written("Name,Note,Email\nAnn,x,ann@x.example\n")
    typed = NO_CORRECTIONS.with_cell(place(2), 1, "+49301234567").with_cell(place(2), 2, "")
    summary = import_contacts(path, corrections=typed, **account)
    assert summary.run.mapping == {"Name": "name", "Email": "email"}
    assert [row.phone_number for row in summary.results()] == [""]


@pytest.mark.slow
def test_corrections_are_of_one_file_and_sheet(account: dict[str, Any]) -> None:
    """A row of the same number elsewhere is another."""
    book = openpyxl.Workbook()
    for sheet, domain in ((book.active, "a"), (book.create_sheet("Two"), "b")):
        assert sheet is not None
        sheet.append(["Name", "Email"])
        sheet.append([f"Ann{domain}", f"ann@{domain}.example"])
    book.save("book.xlsx")
    wanted = NO_CORRECTIONS.with_cell(place(2, "Two", "book.xlsx"), 1, "new@b.example")
    summary = import_contacts("book.xlsx", sheet="all", corrections=wanted, **account)
    assert [row.email for row in summary.results()] == ["ann@a.example", "new@b.example"]


@pytest.mark.slow
@pytest.mark.parametrize("lost", [place(3, file="other.csv"), place(3, "Two"), place(99), place(1)])
def test_an_import_with_a_correction_of_no_row_sends_nothing(
    lost: RowPlace, account: dict[str, Any], service: Service, tmp_path: Path
) -> None:
    """Whoever leaves a row out does not want it sent, and the place may be misspelt; the row is named. A plan refuses
    it too; a check, which shows the rows, warns."""
    path, wanted = written(ROWS), ANN.leaving_out(lost)
    for run in (import_contacts, plan):
        with pytest.raises(ConfigError, match=f"corrections: no such row: .*row {lost.row}$"):
            run(path, corrections=wanted, **account)
    assert service.sandbox.contacts == []
    heard: list[Notice] = []
    with check(path, folder=tmp_path / "check", corrections=wanted, inbox=407, notice=heard.append):
        assert "1 correction is of a row that is not imported" in [told.text for told in heard]


@pytest.mark.slow
def test_a_limit_reaches_no_further_corrections(account: dict[str, Any]) -> None:
    """Those of rows behind it wait for the import of all; one before it that no row has is refused."""
    path = written(ROWS)
    assert import_contacts(path, corrections=WITHOUT_CY, limit=1, **account).counts == {Status.CREATED: 1}
    with pytest.raises(ConfigError, match="row 1"):
        import_contacts(path, corrections=WITHOUT_CY.leaving_out(place(1)), limit=1, **account)


@pytest.mark.slow
def test_a_file_that_joins_changes_no_place(account: dict[str, Any]) -> None:
    """Files of one name are told apart by their folders; a correction made before means the one file that it can
    mean, and is refused where it may be either."""
    for folder in ("nord", "sued"):
        Path(folder).mkdir()
        written(ROWS.replace("x.example", f"{folder}.example").replace(",C", f",{folder}"), f"{folder}/list.csv")
    both = NO_CORRECTIONS.leaving_out(place(4, file="nord/list.csv"))
    together = import_contacts("nord/list.csv", "sued/list.csv", corrections=both, dry_run=True, inbox=407)
    assert together.run.by_hand.left_out == 1
    alone = import_contacts("nord/list.csv", corrections=both, dry_run=True, inbox=407)
    assert alone.run.by_hand.left_out == 1
    before = NO_CORRECTIONS.leaving_out(place(4, file="list.csv"))
    with pytest.raises(ConfigError, match=r"no such row: list\.csv, row 4"):
        import_contacts("nord/list.csv", "sued/list.csv", corrections=before, dry_run=True, inbox=407)


@pytest.mark.slow
@pytest.mark.parametrize("cells", [{-1: "x"}, {1: 5}, {1: None}, {"x": "y"}, {4: "x"}])
def test_a_correction_of_no_cell_is_refused(cells: dict[Any, Any], account: dict[str, Any]) -> None:
    """A column before the first or behind the row's last, and what is no text."""
    with pytest.raises(ConfigError, match="corrections: "):
        import_contacts(written(ROWS), corrections=Corrections({place(2): cells}), **account)


@pytest.mark.slow
def test_a_plan_is_of_the_corrected_rows(account: dict[str, Any], service: Service) -> None:
    """An import by it needs the same corrections."""
    path = written(ROWS)
    planned = plan(path, corrections=WITHOUT_CY, **account)
    assert planned.counts == {Status.CREATE: 2, Status.LEFT_OUT: 1}
    for others in (NO_CORRECTIONS, ANN):
        with pytest.raises(ConfigError, match="other corrections"):
            import_contacts(path, plan=planned.run.id, corrections=others, **account)
    done = import_contacts(path, plan=planned.run.id, corrections=WITHOUT_CY, **account)
    assert done.counts == {Status.CREATED: 2, Status.LEFT_OUT: 1}
    assert len(service.sandbox.contacts) == 2


@pytest.mark.slow
def test_a_check_sees_what_an_import_sees(tmp_path: Path) -> None:
    """One mechanism: the statuses of the two are the same."""
    path = written(ROWS)
    with check(path, folder=tmp_path / "check", corrections=WITHOUT_CY, inbox=407) as checked:
        assert checked.counts() == {Status.VALID: 2, Status.LEFT_OUT: 1}
        assert [row.cells[1] for row in checked.page().rows] == ["ann@x.example", "bob@x.example", "cy@x.example"]
    rehearsed = import_contacts(path, inbox=407, dry_run=True, corrections=WITHOUT_CY)
    assert rehearsed.counts == {Status.VALID: 2, Status.LEFT_OUT: 1}


@pytest.mark.slow
def test_a_correction_that_the_errors_file_of_a_run_gets_counts(account: dict[str, Any]) -> None:
    """Correct the rest and import it from there: the run before knows that its rows are settled."""
    import_contacts(written(ROWS), **account)
    errors = folders()[-1] / "errors.csv"
    with errors.open(encoding="utf-8-sig", newline="") as file:
        assert [row[0] for row in csv.reader(file)] == ["Name", "Ann"]
    fixed = NO_CORRECTIONS.with_cell(RowPlace("errors.csv", "", 2), 1, "ann@x.example")
    summary = import_contacts(errors, corrections=fixed, **account)
    assert summary.counts == {Status.CREATED: 1}
    assert summary.run.corrects[0].numbers == {2}
    with Ledger(Path("import-results/ledger.sqlite3")) as ledger:
        assert ledger.runs()[0][1].by_hand == (1, 0)


PLACES = st.builds(RowPlace, st.sampled_from(["a.csv", "b.xlsx"]), st.sampled_from(["", "S"]), st.integers(1, 9))
ANY = st.builds(
    Corrections,
    st.dictionaries(PLACES, st.dictionaries(st.integers(0, 5), st.text(max_size=5), min_size=1)),
    st.frozensets(PLACES),
)


@pytest.mark.slow
@given(ANY)
def test_corrections_survive_json(corrections: Corrections) -> None:
    """A draft keeps them as text; the same make the same key."""
    again = Corrections.from_json(json.loads(json.dumps(corrections.as_json())))
    assert again == corrections
    assert again.key == corrections.key
    assert bool(corrections) == bool(corrections.key)


@pytest.mark.slow
@given(ANY, PLACES, st.integers(0, 5), st.text(max_size=5))
def test_a_correction_can_be_taken_back(corrections: Corrections, where: RowPlace, column: int, text: str) -> None:
    """A cell and a row; the others stay."""
    typed = corrections.with_cell(where, column, text)
    assert typed.cells[where][column] == text
    back = typed.with_cell(where, column, None)
    assert column not in back.cells.get(where, {})
    assert corrections.leaving_out(where).leaving_out(where, out=False).left_out == corrections.left_out - {where}


@pytest.mark.parametrize(
    "given_list",
    [
        [{"row": 2}],
        [{"file": "a.csv", "row": "2"}],
        [{"file": "a.csv", "row": 0}],
        [{"file": "a.csv", "row": 2, "cells": {"x": "a"}}],
        [{"file": "a.csv", "row": 2, "cells": {"1": 5}}],
        ["a"],
    ],
)
def test_what_is_no_list_of_corrections_is_refused(given_list: list[Any]) -> None:
    """Before anything is read."""
    with pytest.raises(ValueError, match="corrections"):
        Corrections.from_json(given_list)
    with pytest.raises(ConfigError, match="corrections"):
        import_contacts("none.csv", corrections=given_list, inbox=407, dry_run=True)


@pytest.mark.slow
def test_a_list_of_json_stands_for_corrections(account: dict[str, Any]) -> None:
    """As a draft gives it."""
    summary = import_contacts(written(ROWS), corrections=WITHOUT_CY.as_json(), **account)
    assert summary.counts == {Status.CREATED: 2, Status.LEFT_OUT: 1}
