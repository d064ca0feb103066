"""with-ids.csv and with-ids.xlsx: the user's own file, with LiveDesk's ids and what became of each row behind it."""

import sqlite3
import stat
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.ledger.records import LedgerRow
from importer.ledger.run import Run, SheetPart
from importer.livedesk.contact import Contact
from importer.loader.opening import open_table
from importer.loader.table import ReadOptions
from importer.message import Message
from importer.models import Outcome, Status
from importer.reporter.with_ids import titles_with_ids
from tests.support.runs import BAD, RUN, filed, read_csv
from tests.support.service import Service, folders, invoke, results, written

CREATED = Outcome(Status.CREATED, "71", http_status=200, attempts=1)


def made(number: int, *cells: str, outcome: Outcome = CREATED, source: int = 0) -> LedgerRow:
    return LedgerRow(number, cells, Contact(name="Ann"), outcome, source=source)


@pytest.mark.slow
def test_every_row_has_its_cells_the_id_and_the_status(tmp_path: Path) -> None:
    """In the input's order and as they were read, what failed among them; short rows are filled up."""
    duplicate = Outcome(Status.DUPLICATE, error_code="duplicate", error=(Message("as row 2"),))
    filed(tmp_path, [made(2, " Ann ", "A@x.org"), made(3, "Ann", "a@x.org", "", outcome=duplicate), BAD], RUN)
    assert read_csv(tmp_path / "with-ids.csv") == [
        ["Name", "Email", "Note", "contact_id", "import_status"],
        [" Ann ", "A@x.org", "", "71", "created"],
        ["Ann", "a@x.org", "", "", "duplicate"],
        ["'=1+1", "bob@", "x", "", "invalid"],
    ]
    assert (tmp_path / "with-ids.csv").read_bytes().startswith(b"\xef\xbb\xbfName,")
    assert stat.S_IMODE((tmp_path / "with-ids.csv").stat().st_mode) == 0o600


def test_cells_beyond_the_titles_stay_behind_the_status(tmp_path: Path) -> None:
    """So that the import refuses the row again until somebody deals with them."""
    filed(tmp_path, [made(2, "Ann", "a@x.org", "x"), made(3, "Bo", "b@x.org", "x", "Inc.", "GmbH")], RUN)
    assert read_csv(tmp_path / "with-ids.csv")[1:] == [
        ["Ann", "a@x.org", "x", "71", "created"],
        ["Bo", "b@x.org", "x", "71", "created", "Inc.", "GmbH"],
    ]


@pytest.mark.parametrize(
    ("titles", "expected"),
    [
        (["Name"], ["Name"]),
        (["Name", "contact_id", "import_status"], ["Name"]),
        (["Name", "contact_id", "import_status", "Team"], ["Name", "Team"]),
        (["contact_id", "Name"], ["contact_id", "Name"]),
        (["contact_id", "Name", "contact_id", "import_status"], ["contact_id", "Name"]),
        (["Name", "import_error"], ["Name"]),
        ([], []),
    ],
    ids=["own", "ours at the end", "ours before another", "an export's id", "both", "an errors file", "none"],
)
def test_columns_of_an_earlier_import_give_way_and_an_exports_own_id_stays(
    titles: list[str], expected: list[str]
) -> None:
    """contact_id is ours where import_status stands behind it."""
    assert titles_with_ids(titles) == [*expected, "contact_id", "import_status"]


@pytest.mark.slow
def test_the_cells_go_with_their_columns(tmp_path: Path) -> None:
    """What stood in a column that gives way goes, and nothing moves."""
    run = replace(RUN, titles=("Name", "contact_id", "import_status", "Email"))
    filed(tmp_path, [made(2, "Ann", "9", "exists", "a@x.org", "more")], run)
    assert read_csv(tmp_path / "with-ids.csv")[1:] == [["Ann", "a@x.org", "71", "created", "more"]]


SHEETS = (SheetPart("Nord", ("Name", "Email"), {"Name": "name"}, (30.0, 0.0)), SheetPart("Süd", ("Tel",), {}))


@pytest.mark.slow
def test_a_workbook_becomes_a_workbook_with_its_sheets_and_widths(tmp_path: Path) -> None:
    """All cells are text: a number keeps its zeros, nothing runs as a formula."""
    rows = [made(2, "=1+1", "007"), made(3, "Bo"), made(2, "+4930", source=1, outcome=BAD.outcome)]
    filed(tmp_path, rows, replace(RUN, kind="xlsx", sheet="Nord, Süd", sheets=SHEETS))
    book = openpyxl.load_workbook(tmp_path / "with-ids.xlsx")
    assert {sheet.title: [*sheet.iter_rows(values_only=True)] for sheet in book.worksheets} == {
        "Nord": [
            ("Name", "Email", "contact_id", "import_status"),
            ("=1+1", "007", "71", "created"),
            ("Bo", None, "71", "created"),
        ],
        "Süd": [("Tel", "contact_id", "import_status"), ("+4930", None, "invalid")],
    }
    assert book.worksheets[0]["A2"].data_type == "s"
    assert book.worksheets[0].column_dimensions["A"].width == 30.0


@pytest.mark.parametrize(
    ("rows", "run"),
    [
        ([BAD], RUN),
        ([made(2, "Ann")], replace(RUN, mode="dry run")),
        ([made(2, "Ann")], replace(RUN, mode="undo")),
        ([made(2, "Ann")], replace(RUN, forgotten_at=RUN.finished_at)),
    ],
    ids=["no id", "a dry run", "an undo", "forgotten"],
)
def test_without_ids_or_cells_there_is_no_such_file(tmp_path: Path, rows: list[LedgerRow], run: Run) -> None:
    """Nor in the summary."""
    summary = filed(tmp_path, rows, run)
    assert not [*tmp_path.glob("with-ids*")]
    assert "with_ids" not in summary.files


@pytest.mark.slow
def test_a_run_of_an_older_version_has_no_cells_to_write(service: Service) -> None:
    """It kept those of rows that need attention; a file with holes would be worse than none."""
    service.invoke(written("Name,Email\nAnn,a@x.org\n"), "--inbox", 407)
    before = (folders()[-1] / "with-ids.csv").read_bytes()
    assert invoke("report").exit_code == 0
    assert (folders()[-1] / "with-ids.csv").read_bytes() == before
    (folders()[-1] / "with-ids.csv").unlink()
    with sqlite3.connect("import-results/ledger.sqlite3") as db:
        db.execute("UPDATE rows SET cells = NULL")
    db.close()
    again = invoke("report")
    assert again.exit_code == 0
    assert "with-ids" not in again.stdout
    assert not (folders()[-1] / "with-ids.csv").exists()


@pytest.mark.slow
def test_an_import_has_it_with_the_servers_ids(service: Service) -> None:
    """Duplicates and rows that the ledger knows keep their cells too; forgetting removes the file."""
    text = "Name,E-Mail,Team\nAnn,a@x.org,=1\nAnn,a@x.org,\nBo,bo@,x\n"
    for status in ("created", "unchanged"):
        assert service.invoke(written(text), "--inbox", 407).exit_code == 1
        (id_,) = (str(contact["id"]) for contact in service.sandbox.contacts)
        assert read_csv(folders()[-1] / "with-ids.csv") == [
            ["Name", "E-Mail", "Team", "contact_id", "import_status"],
            ["Ann", "a@x.org", "'=1", id_, status],
            ["Ann", "a@x.org", "", "", "duplicate"],
            ["Bo", "bo@", "x", "", "invalid"],
        ]
        assert results()[0]["contact_id"] == id_
    assert invoke("forget", "--all", "--yes").exit_code == 0
    assert not [*Path("import-results").glob("*/with-ids*")]


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=12)


@pytest.mark.slow
@given(rows=st.lists(st.tuples(TEXT, TEXT.filter(str.strip), TEXT), min_size=1, max_size=6))
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str]]
) -> None:
    """Guards come off again, and every cell stands where it stood."""
    folder = tmp_path_factory.mktemp("ids")
    filed(folder, [made(number, *cells) for number, cells in enumerate(rows, start=2)], RUN)
    table = open_table(folder / "with-ids.csv", ReadOptions())
    assert table.titles == ("Name", "Email", "Note", "contact_id", "import_status")
    assert [row.cells for batch in table.batches() for row in batch] == [(*row, "71", "created") for row in rows]
