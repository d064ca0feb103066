"""Which sheet is imported: the one with the most contacts, those that the user names, or all of them together."""

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from importer.errors import InputError
from importer.ledger.records import Source, SourceName
from importer.loader.opening import open_table, open_tables
from importer.loader.table import ReadOptions, Table
from tests.support.service import Service, invoke

PEOPLE = [["Name", "Email"], ["Ada Byron", "ada@example.org"], ["Bo Ek", "bo@example.org"]]
LEADS = [["Email", "Nom complet", "Tel"], ["cy@example.org", "Cy Dahl", None], ["di@example.org", "Di Fox", None]]
LEADS_NAMED = [["Cy Dahl", "cy@example.org"], ["Di Fox", "di@example.org"]]
ORDERS = [
    ["Order", "Customer email"],
    *([f"O{number}", ("ada", "bo")[number % 2] + "@example.org"] for number in range(9)),
]
MAILS = [["Email", "Date"], *([f"u{number}@example.org", "2024-01-01"] for number in range(12))]
STAFF = [["Agent", "Agent email"], *([name, f"{name[:2]}@us.example"] for name in ("Ed Gray", "Flo Hart", "Gus Ivy"))]
COLUMNS = [["Column", "Meaning", "Example"], ["Name", "Full name", "Ann Lee"], ["Email", "Address", "ann@example.com"]]
LIST = [["Code", "Name"], *([f"C{number}", f"Country{number}"] for number in range(40))]

PATIENTS = [["Name", "ID"], *([f"Xq{letter}", f"{at * 7919:08}"] for at, letter in enumerate("bcdfghjkl"))]
CANCELLED = [["Name", "ID", "Name"], *([name, f"9{at * 677:06}", "Rama"] for at, name in enumerate(("Ali", "Omar")))]


def workbook(path: Path, sheets: Mapping[str, Any], hidden: str = "") -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        sheet.sheet_state = "hidden" if name == hidden else "visible"
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path


def opened(path: Path, *wanted: str) -> list[Table]:
    return open_tables(path, ReadOptions(sheets=wanted))


def many(people: int) -> list[list[object]]:
    """So many people: of two such sheets the shorter is an excerpt of the longer."""
    names: list[object] = [
        f"{first} {last}" for first in ("Ann", "John", "Mary") for last in ("Lee", "Smith", "Brown", "Hart")
    ]
    rows: list[list[object]] = [[name, f"p{at}@example.org"] for at, name in enumerate(names[:people])]
    return [["Name", "Email"], *rows]


@pytest.mark.parametrize(
    ("sheets", "taken", "others"),
    [
        pytest.param({"Codes": LIST, "People": PEOPLE}, "People", [], id="a long list of things first"),
        pytest.param({"Empty": [["Name", "Email"]], "People": PEOPLE}, "People", [], id="titles alone first"),
        pytest.param(
            {"Cover": [["Write to"], ["help@example.org"]], "People": PEOPLE}, "People", ["Cover"], id="a cover"
        ),
        pytest.param({"Few": LEADS[:2], "Many": PEOPLE}, "Many", ["Few"], id="the most contacts"),
        pytest.param({"A": PEOPLE, "B": PEOPLE}, "A", ["B"], id="of equals the first"),
        pytest.param(
            {"Contacts": PEOPLE, "Contacts old": [*PEOPLE, *LEADS_NAMED]},
            "Contacts",
            ["Contacts old"],
            id="an older copy",
        ),
        pytest.param({"备份": PEOPLE, "客户": PEOPLE}, "客户", ["备份"], id="a copy first, in Chinese"),
        pytest.param({"List (2)": PEOPLE, "List": PEOPLE}, "List", ["List (2)"], id="a copy by Excel"),
        pytest.param({"Old Town": PEOPLE, "New": LEADS[:2]}, "Old Town", ["New"], id="old, with other people"),
        pytest.param({"Orders": ORDERS, "People": PEOPLE}, "People", ["Orders"], id="orders of the same people"),
        pytest.param(
            {"Unsubscribed": MAILS, "People": PEOPLE}, "People", ["Unsubscribed"], id="addresses without names"
        ),
        pytest.param({"Staff": STAFF, "People": PEOPLE}, "People", ["Staff"], id="our own staff"),
        pytest.param({"Parents": many(10), "People": PEOPLE}, "Parents", ["People"], id="parents are no staff"),
        pytest.param({"Suppliers": many(10), "People": PEOPLE}, "Suppliers", ["People"], id="suppliers are no staff"),
        pytest.param({"客服": many(10), "客户": many(3)}, "客户", ["客服"], id="our own staff, in Chinese"),
        pytest.param({"Notas": many(3), "Archivo": many(10)}, "Archivo", ["Notas"], id="archivo, a file"),
        pytest.param({"Notes": many(3), "Archive": many(10)}, "Archive", ["Notes"], id="an excerpt of a copy"),
        pytest.param({"How to": COLUMNS, "People": PEOPLE[:2]}, "People", [], id="what the columns are"),
        pytest.param({"Active": PATIENTS, "Cancelled": CANCELLED}, "Active", [], id="a second name in every row"),
        pytest.param({"Names": [["Name"], ["Ann Smith"], ["John Brown"]], "Codes": LIST}, "Names", [], id="names"),
    ],
)
def test_the_sheet_with_the_most_contacts_is_taken(
    tmp_path: Path, sheets: dict[str, list[list[object]]], taken: str, others: list[str]
) -> None:
    """Whatever their order; each of the others that has contacts is named in a warning with the option to paste."""
    (table,) = opened(workbook(tmp_path / "x.xlsx", sheets))
    assert table.sheet == taken
    told = [str(warning) for warning in table.warnings]
    assert [name for name in sheets if any(f'--sheet "{name}"' in warning for warning in told)] == others


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sheets", "told"),
    [
        pytest.param({"People": PEOPLE, "Few": LEADS[:2]}, 'sheet "People" taken; ', id="the first"),
        pytest.param({"Codes": LIST, "People": PEOPLE}, 'taken because "Codes" has no contacts; ', id="no contacts"),
        pytest.param({"Few": LEADS[:2], "Many": PEOPLE}, "taken, which has the most contacts; ", id="the most"),
        pytest.param(
            {"Unsubscribed": MAILS, "People": PEOPLE},
            "taken, which has the most contacts with a name and an address or a number; ",
            id="fewer, but complete",
        ),
        pytest.param(
            {"Few": LEADS[:2], "People": PEOPLE, "Unsubscribed": MAILS},
            "taken, which has the most contacts with a name and an address or a number; ",
            id="a sheet behind it has more",
        ),
        pytest.param({"Staff": STAFF, "People": PEOPLE}, 'sheet "People" taken; ', id="by its name"),
    ],
)
def test_the_terminal_tells_why_a_sheet_is_taken(
    tmp_path: Path, sheets: dict[str, list[list[object]]], told: str
) -> None:
    """What decided, and nothing that is not so; of what names decided only which it is."""
    (table,) = opened(workbook(tmp_path / "x.xlsx", sheets))
    assert any(told in str(note) for note in table.notes)


@pytest.mark.slow
def test_several_sheets_are_taken_by_name_and_all_by_the_word(tmp_path: Path) -> None:
    """Each once, in the order in which they are named; ``all`` passes over sheets without contacts."""
    file = workbook(tmp_path / "x.xlsx", {"Codes": [["Code"], ["DE"]], "A": PEOPLE, "all": LEADS})
    assert [table.sheet for table in opened(file, "all")] == ["A", "all"]
    assert [table.sheet for table in opened(file, "3", "a", "A")] == ["all", "A"]
    assert [table.sheet for table in opened(file, "3")] == ["all"]
    with pytest.raises(InputError):
        opened(file, "A", "B")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rows", "is_told"),
    [
        pytest.param(LEADS, True, id="other people"),
        pytest.param(PEOPLE, False, id="a copy"),
        pytest.param([["Owner"], ["Ann Lee"], ["Bob Smith"]], False, id="names to choose from in a cell"),
        pytest.param([["Code", "Country"], ["DE", "Germany"]], False, id="no people"),
    ],
)
@pytest.mark.parametrize("wanted", [(), ("all",)])
def test_a_hidden_sheet_with_other_contacts_is_warned_of(
    tmp_path: Path, rows: list[list[str]], is_told: bool, wanted: tuple[str, ...]
) -> None:
    """It stays out, as long as nobody names it; beside one visible sheet, and beside several."""
    for visible in ({"People": PEOPLE}, {"People": PEOPLE, "Codes": LIST}):
        file = workbook(tmp_path / "x.xlsx", {"Data": rows, **visible}, hidden="Data")
        (table,) = opened(file, *wanted)
        assert table.sheet == "People"
        told = 'sheet "Data" is hidden and has contacts, which are not imported: --sheet "Data" takes it'
        assert [said for said in map(str, table.warnings) if "Data" in said] == [told] * is_told
        assert [sheet.has_contacts for sheet in table.listed][:1] == [rows in (LEADS, PEOPLE)]
    (table,) = opened(file, "Data")
    assert not table.warnings


@pytest.mark.parametrize(
    "cover",
    [
        pytest.param([], id="empty"),
        pytest.param([["Customers 2026"]], id="a title"),
        pytest.param([["Customer list"], ["Version 3"], ["Ask Bob"]], id="remarks"),
        pytest.param([["Contact", "sales@acme.example"], ["Phone", "+14155550100"], ["Date", "today"]], id="labels"),
    ],
)
def test_a_refusal_of_a_cover_sheet_names_the_hidden_one_with_the_contacts(
    tmp_path: Path, cover: list[list[str]]
) -> None:
    """And the option that reads it, whatever is wrong with the sheet in sight."""
    file = workbook(tmp_path / "x.xlsx", {"Cover": cover, "Data": PEOPLE}, hidden="Data")
    done = invoke(file, "--inbox", 407, "--dry-run")
    assert done.exit_code == 3
    assert 'sheet "Data" is hidden and has contacts, which are not imported: --sheet "Data" takes it' in done.stderr
    assert invoke(file, "--inbox", 407, "--dry-run", "--sheet", "Data").exit_code == 0


def test_who_asks_for_all_sheets_is_not_told_to_ask_for_all(tmp_path: Path) -> None:
    """A sheet of which it is not sure that it has contacts stays out, and the warning says how to have it."""
    file = workbook(tmp_path / "x.xlsx", {"People": PEOPLE, "Patients": PATIENTS})
    (table,) = opened(file, "all")
    assert [str(warning) for warning in table.warnings] == [
        'sheet "Patients" may have contacts too, and is not imported: '
        "--sheet takes it, if each sheet that you want is named so"
    ]
    assert [table.sheet for table in opened(file, "People", "Patients")] == ["People", "Patients"]


def test_a_damaged_sheet_behind_the_contacts_stops_nothing(tmp_path: Path) -> None:
    """Only the sheet that is imported must be sound."""
    assert open_table(workbook(tmp_path / "x.xlsx", {"A": PEOPLE, "B": [["x"]]}), ReadOptions()).sheet == "A"


@pytest.mark.parametrize(("place", "number"), [(0, 1), (0, 1 << 20), (1, 1), (3, 1 << 20)])
def test_a_key_is_a_row_of_a_sheet(place: int, number: int) -> None:
    """The last row that a sheet can have, too; and the row of a file without sheets may be any."""
    names = tuple(map(SourceName, "ABCD"))
    assert Source(0, names).row(Source(place, names).key(number)) == (place, number)
    assert Source().row(Source().key(5_000_000)) == (0, 5_000_000)


def results(summary: Mapping[str, Any]) -> list[dict[str, str]]:
    with Path(summary["files"]["results"]).open(encoding="utf-8-sig", newline="") as file:
        return [*csv.DictReader(file)]


BOTH: dict[str, list[list[object]]] = {
    "Nord": [["Name", "Email", "Phone"], ["Ada", "ada@example.org", "+4930123456"], ["Bo", "bo@", None]],
    "Süd": [["E-Mail", "Kunde"], ["cy@example.org", "Cy"], ["ADA@example.org", "Ada B"], ["di@", "Di"], [None, "Oma"]],
}


def imported(service: Service, tmp_path: Path, file: Path, *options: str) -> dict[str, Any]:
    done = service.invoke(file, "--inbox", "407", "--json", "--output-dir", tmp_path / "out", *options)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.slow
def test_sheets_are_imported_together_as_one_set_of_people(tmp_path: Path) -> None:
    """One run: a person in two sheets is one, each row has its sheet's number, and the sheet stands last."""
    file = workbook(tmp_path / "x.xlsx", BOTH)
    with Service() as service:
        summary = imported(service, tmp_path, file, "--sheet", "all")
        assert len(service.sandbox.contacts) == 3
    rows = results(summary)
    assert [*rows[0]][-1] == "sheet"
    assert [(row["sheet"], row["row"], row["status"]) for row in rows] == [
        *(("Nord", "2", "created"), ("Nord", "3", "invalid")),
        *(("Süd", "2", "created"), ("Süd", "3", "duplicate"), ("Süd", "4", "invalid"), ("Süd", "5", "created")),
    ]
    assert rows[3]["error"] == 'the same person as row 2 of sheet "Nord" (email)'
    assert summary["sheet"] == "Nord, Süd"
    assert [sheet["sheet"] for sheet in summary["sheets"]] == ["Nord", "Süd"]
    assert summary["sheets"][1]["mapping"] == {"E-Mail": "email", "Kunde": "name"}


@pytest.mark.slow
def test_the_errors_file_keeps_the_sheets_apart_and_imports_as_it_is(tmp_path: Path) -> None:
    """Corrected or not, without an option; the same command again sends nothing."""
    file = workbook(tmp_path / "x.xlsx", BOTH)
    with Service() as service:
        summary = imported(service, tmp_path, file, "--sheet", "all")
        errors = openpyxl.load_workbook(summary["files"]["errors"])
        assert {sheet.title: sheet.max_row for sheet in errors.worksheets} == {"Nord": 2, "Süd": 2}
        again = results(imported(service, tmp_path, Path(summary["files"]["errors"])))
        assert [(row["sheet"], row["row"], row["status"]) for row in again] == [
            ("Nord", "2", "invalid"),
            ("Süd", "2", "invalid"),
        ]
        errors["Nord"]["D2"] = "bo@example.org"
        errors["Süd"]["C2"] = "di@example.org"
        errors.save(tmp_path / "corrected.xlsx")
        corrected = imported(service, tmp_path, tmp_path / "corrected.xlsx")
        assert corrected["counts"] == {"created": 2}
        assert imported(service, tmp_path, file, "--sheet", "all")["counts"] == {
            "unchanged": 3,
            "duplicate": 1,
            "invalid": 2,
        }


@pytest.mark.slow
def test_a_merged_row_of_another_sheet_is_named_with_it(tmp_path: Path) -> None:
    """The kept row says where its new value came from."""
    sheets: dict[str, list[list[object]]] = {
        "A": [["Name", "Email"], ["Ada", "ada@example.org"]],
        "B": [["Email", "Phone"], ["ada@example.org", "+493023125000"]],
    }
    with Service() as service:
        file = workbook(tmp_path / "x.xlsx", sheets)
        rows = results(imported(service, tmp_path, file, "--sheet", "all", "--duplicates", "merge"))
        (contact,) = service.sandbox.contacts
    assert contact["phone_number"] == "+493023125000"
    assert rows[0]["hint"].endswith('came from row 2 of sheet "B"')


@pytest.mark.slow
def test_a_limit_counts_over_all_sheets_and_one_sheet_has_no_column(tmp_path: Path) -> None:
    """``sheet`` stands in the results only where there are several."""
    file = workbook(tmp_path / "x.xlsx", {"A": PEOPLE, "B": LEADS})
    with Service() as service:
        assert len(results(imported(service, tmp_path, file, "--sheet", "all", "--limit", "3"))) == 3
        assert "sheet" not in results(imported(service, tmp_path, file))[0]


@pytest.mark.slow
def test_the_report_tells_the_sheet_of_every_row(tmp_path: Path) -> None:
    """And the columns of each sheet."""
    file = workbook(tmp_path / "x.xlsx", BOTH)
    with Service() as service:
        summary = imported(service, tmp_path, file, "--sheet", "all", "--results", str(tmp_path / "copy.xlsx"))
    page = Path(summary["files"]["report"]).read_text(encoding="utf-8")
    assert "Nord, Süd" in page
    assert "Süd!A" in page
    assert 'row 4 of sheet "Süd"' in page.replace("&#34;", '"')
    copy = openpyxl.load_workbook(tmp_path / "copy.xlsx").worksheets[0]
    assert [copy.cell(row, copy.max_column).value for row in (1, 2, 4)] == ["sheet", "Nord", "Süd"]


@pytest.mark.slow
def test_runs_of_several_sheets_are_compared(tmp_path: Path) -> None:
    """Rows of two sheets may have one number; each is somebody of their own."""
    with Service() as service:
        imported(service, tmp_path, workbook(tmp_path / "x.xlsx", BOTH), "--sheet", "all")
        imported(service, tmp_path, workbook(tmp_path / "x.xlsx", {**BOTH, "Süd": LEADS}), "--sheet", "all")
        done = service.invoke("report", "--diff", "previous", "latest", "--json", "--output-dir", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert '"row_before": 2' in done.stdout
