"""Several files are one run: one set of people, one folder, and each row tells its file."""

import csv
import gc
import json
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jsonschema
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer import import_contacts
from importer.errors import InputError
from importer.files.workspace import existing_ledger
from importer.ledger.records import LedgerRow, Source, SourceName
from importer.ledger.run import Run
from importer.livedesk.contact import Contact
from importer.loader import shelf
from importer.loader.opening import open_tables
from importer.loader.table import ReadOptions, Table
from importer.message import ENGLISH_READER
from importer.models import Outcome, Status
from importer.reporter import worksheets
from importer.reporter.summary import schema
from importer.reporter.workbooks import errors_workbook
from tests.support.runs import RUN
from tests.support.service import KEY, SECRET, Service, folders, invoke, killed_at, results, written

BERLIN = "Name,Email\nAda,ada@example.org\nBo,bo@\n"
PARIS = "E-mail,Nom complet,Ville\nADA@example.org,Ada B,Paris\ncy@example.org,Cy Dahl,Lyon\ndi@,Di Fox,Nice\n"
FILES = ("berlin.csv", "paris.csv")
TO = ("--inbox", "407")


@pytest.fixture
def two() -> tuple[str, str]:
    written(BERLIN, FILES[0])
    written(PARIS, FILES[1])
    return FILES


def workbook(name: str, sheets: Mapping[str, Sequence[Sequence[str]]]) -> str:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append([*row])
    book.save(name)
    return name


def imported(service: Service, *arguments: object) -> dict[str, Any]:
    done = service.invoke(*arguments, *TO, "--json")
    assert done.exit_code in (0, 1), done.output
    found: dict[str, Any] = json.loads(done.stdout)
    jsonschema.validate(found, json.loads(schema()))
    return found


def places(summary: Mapping[str, Any], *more: str) -> list[tuple[str, ...]]:
    rows = results(Path(summary["files"]["results"]).parent)
    return [tuple(row[name] for name in ("file", *more, "row", "status")) for row in rows]


def posted(service: Service) -> int:
    return service.sandbox.requests["POST"]


# -- one run -----------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_files_are_one_run_and_one_set_of_people(service: Service, two: tuple[str, str]) -> None:
    """Each with its own columns and row numbers; the file stands last, and a duplicate names the other row's."""
    summary = imported(service, *two)
    assert places(summary) == [
        *(("berlin.csv", "2", "created"), ("berlin.csv", "3", "invalid")),
        *(("paris.csv", "2", "duplicate"), ("paris.csv", "3", "created"), ("paris.csv", "4", "invalid")),
    ]
    rows = results()
    assert [*rows[0]][-2:] == ["avatar_url", "file"]
    assert rows[2]["error"] == "the same person as row 2 of berlin.csv (email)"
    assert len(service.sandbox.contacts) == 2
    assert [folder.name.rpartition("-")[0].rpartition("-")[0] for folder in folders()] == ["berlin"]
    assert (summary["file"], summary["files_read"], summary["sheet"]) == ("berlin.csv", [*FILES], None)
    assert [(one["file"], one["sheet"]) for one in summary["sheets"]] == [(name, None) for name in FILES]
    assert summary["sheets"][1]["mapping"] == {
        "E-mail": "email",
        "Nom complet": "name",
        "Ville": "additional_attributes.city",
    }


@pytest.mark.slow
def test_one_file_has_no_column_for_it(service: Service, two: tuple[str, str]) -> None:
    """Even by a pattern or a folder; nor has a file of several sheets."""
    written(BERLIN, "only.csv")
    imported(service, "on*.csv")
    assert "file" not in results()[0]
    workbook("x.xlsx", {"A": [["Name", "Email"], ["Xi", "xi@x.org"]], "B": [["Name", "Email"], ["Yo", "yo@x.org"]]})
    imported(service, "x.xlsx", "--sheet", "all")
    assert [*results()[0]][-1] == "sheet"


@pytest.mark.slow
def test_sheets_of_several_files_tell_both(service: Service) -> None:
    """The sheet, then the file; a file of one sheet among them too, and one without."""
    people = [["Name", "Email"], ["Xi", "xi@x.org"]]
    book = workbook("a.xlsx", {"Nord": people, "Süd": [["Name", "Email"], ["Yo", "yo@x.org"]]})
    other = workbook("b.xlsx", {"Blatt": [["Name", "Email"], ["Xi", "xi@x.org"]]})
    written("Name,Email\nZoe,zoe@x.org\nYo,yo@x.org\n", "c.csv")
    summary = imported(service, book, other, "c.csv", "--sheet", "all")
    assert places(summary, "sheet") == [
        *(("a.xlsx", "Nord", "2", "created"), ("a.xlsx", "Süd", "2", "created"), ("b.xlsx", "Blatt", "2", "duplicate")),
        *(("c.csv", "", "2", "created"), ("c.csv", "", "3", "duplicate")),
    ]
    assert [*results()[0]][-2:] == ["sheet", "file"]
    assert results()[2]["error"] == 'the same person as row 2 of sheet "Nord" of a.xlsx (email)'
    assert results()[4]["error"] == 'the same person as row 2 of sheet "Süd" of a.xlsx (email)'


@pytest.mark.slow
def test_a_folder_is_one_run_named_after_it(service: Service, two: tuple[str, str]) -> None:
    """Its spreadsheets in the order of their names; what else is there is said."""
    Path("exports").mkdir()
    for name in two:
        Path(name).rename(f"exports/{name}")
    written("%PDF", "exports/notes.pdf")
    done = service.invoke("exports", *TO)
    assert done.exit_code == 1, done.output
    assert "left out of exports: notes.pdf" in done.stderr
    assert [row["file"] for row in results()] == ["berlin.csv"] * 2 + ["paris.csv"] * 3
    assert folders()[-1].name.startswith("exports-")
    assert "(berlin.csv, paris.csv to inbox 407" in done.stdout


@pytest.mark.slow
def test_standard_input_stands_among_files_once(service: Service, two: tuple[str, str]) -> None:
    """Twice is wrong usage: it cannot be read again."""
    from click.testing import CliRunner

    from importer.cli.main import cli

    def piped(*arguments: str) -> Any:
        words = [*arguments, *TO]
        return CliRunner(env=service.environment).invoke(cli, words, input="Name,Email\nEve,eve@x.org\n")

    assert piped("-", two[0]).exit_code == 1
    assert [(row["file"], row["name"]) for row in results()][:1] == [("stdin.csv", "Eve")]
    twice = piped("-", "-", two[0])
    assert (twice.exit_code, len(folders())) == (2, 1)
    assert "standard input (-) can be read only once" in twice.stderr


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("gone.csv", None, "gone.csv does not exist"),
        ("empty.csv", b"", "empty.csv is empty"),
        ("image.csv", b"\x89PNG\r\n\x1a\n0000", "image.csv is an image"),
        ("goods.csv", b"SKU,Weight\nA1,3\nA2,4\n", "goods.csv: "),
        ("none*.csv", None, "none*.csv: no file has this name"),
    ],
)
def test_a_file_that_cannot_be_read_stops_all_before_anything_is_sent(
    service: Service, two: tuple[str, str], name: str, content: bytes | None, words: str
) -> None:
    """Exit code 3, and it is named; so it is where its columns tell of nobody."""
    if content is not None:
        Path(name).write_bytes(content)
    done = service.invoke(*two, name, *TO)
    assert done.exit_code == 3, done.output
    assert words in done.stderr
    assert (service.sandbox.requests.total(), Path("import-results").exists()) == (0, False)


@pytest.mark.slow
def test_a_limit_counts_over_all_files(service: Service, two: tuple[str, str]) -> None:
    """The first rows of the first file, then those of the next."""
    assert places(imported(service, *two, "--limit", "3"))[2:] == [("paris.csv", "2", "duplicate")]


@pytest.mark.slow
def test_a_library_call_takes_several(service: Service, two: tuple[str, str]) -> None:
    """Paths, folders and patterns alike; each result tells its file."""
    Path("more").mkdir()
    written("Name,Email\nEve,eve@x.org\n", "more/eve.csv")
    account: dict[str, Any] = {"base_url": service.url, "api_key": KEY, "api_secret": SECRET}
    summary = import_contacts(two[0], Path("par*.csv"), "more", inbox=407, **account)
    assert [one.file for one in summary.results()] == ["berlin.csv"] * 2 + ["paris.csv"] * 3 + ["eve.csv"]
    assert summary.counts == {Status.CREATED: 3, Status.DUPLICATE: 1, Status.INVALID: 2}


@pytest.mark.slow
def test_files_of_one_name_are_told_apart_by_their_folders(service: Service) -> None:
    """As far as that takes."""
    for place in ("nord", "sued"):
        Path(place).mkdir()
        written(f"Name,Email\n{place},{place}@x.org\n", f"{place}/list.csv")
    assert imported(service, "nord/list.csv", "sued/list.csv")["files_read"] == ["nord/list.csv", "sued/list.csv"]
    assert {path.name for path in (folders()[-1] / "with-ids").iterdir()} == {"list.csv", "list-2.csv"}


@pytest.mark.slow
def test_a_stamp_names_the_rows_own_file(service: Service, two: tuple[str, str]) -> None:
    """``import_file`` and ``import_row`` together say where a contact came from."""
    imported(service, *two, "--stamp")
    stamps = [contact["custom_attributes"] for contact in service.sandbox.contacts]
    assert {(one["import_file"], one["import_row"]) for one in stamps} == {("berlin.csv", 2), ("paris.csv", 3)}


# -- columns and sheets ------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_map_applies_to_the_files_that_have_the_title(service: Service) -> None:
    """One that no file has is an error."""
    written("Who,Email\nAda,ada@x.org\n", "a.csv")
    written("Wer,Email\nBo,bo@x.org\n", "b.csv")
    assert imported(service, "a.csv", "b.csv", "--map", "Who=name", "--map", "Wer=name")["counts"] == {"created": 2}
    assert [row["name"] for row in results()] == ["Ada", "Bo"]
    wrong = service.invoke("a.csv", "b.csv", *TO, "--map", "Qui=name", "--map", "Who=name")
    assert wrong.exit_code == 2
    assert '--map "Qui=name": the file has no column "Qui"' in wrong.stderr


@pytest.mark.slow
def test_a_sheet_is_taken_from_the_files_that_have_it(service: Service) -> None:
    """The others give their own choice, with a warning; one that no workbook has is an error."""
    people = [["Name", "Email"], ["Ada", "ada@x.org"], ["Al", "al@x.org"]]
    a = workbook("a.xlsx", {"Alle": people, "Neu": [["Name", "Email"], ["Bo", "bo@x.org"]]})
    b = workbook("b.xlsx", {"Liste": [["Name", "Email"], ["Cy", "cy@x.org"]]})
    written("Name,Email\nDi,di@x.org\n", "c.csv")
    done = service.invoke(a, b, "c.csv", *TO, "--sheet", "Neu")
    assert done.exit_code == 0, done.output
    assert [row["name"] for row in results()] == ["Bo", "Cy", "Di"]
    assert 'b.xlsx: it has no sheet "Neu": "Liste" is taken' in done.stderr
    wrong = service.invoke(a, b, *TO, "--sheet", "Neu", "--sheet", "Alt")
    assert wrong.exit_code == 3
    assert 'a.xlsx has no sheet "Alt"' in wrong.stderr


@pytest.mark.slow
def test_columns_that_files_share_are_told_once(service: Service) -> None:
    """Each file is named; its columns are those of the first that has the same."""
    for number in range(3):
        written(f"Name,Email\nP{number},p{number}@x.org\n", f"{number}.csv")
    done = service.invoke("0.csv", "1.csv", "2.csv", *TO)
    assert [line for line in done.stderr.splitlines() if line.startswith(("file ", "columns as", "A  "))] == [
        *("file 0.csv", "A  Name   name", "file 1.csv", "columns as in 0.csv", "file 2.csv", "columns as in 0.csv")
    ]


# -- the same command again --------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    "names",
    [FILES, FILES[::-1], FILES[:1], FILES[1:], (*FILES, "eve.csv")],
    ids=["same", "order", "one", "two", "more"],
)
def test_after_a_finished_run_only_what_is_new_is_sent(
    service: Service, two: tuple[str, str], names: tuple[str, ...]
) -> None:
    """Whatever their order and number; rows without a key too."""
    for name in two:
        with Path(name).open("a", encoding="utf-8") as file:
            town = name.partition(".")[0].title()
            file.write(f",Only {town}\n" if name == "paris.csv" else f"Only {town},\n")
    written("Name,Email\nEve,eve@x.org\n", "eve.csv")
    imported(service, *two)
    sent = posted(service)
    imported(service, *names)
    assert posted(service) - sent == (1 if "eve.csv" in names else 0)
    assert len(service.sandbox.contacts) == 4 + ("eve.csv" in names)


@pytest.mark.slow
def test_a_row_without_a_key_is_known_by_its_file_and_row(service: Service) -> None:
    """Read otherwise by now, and the files in another order: it is not sent again, and nobody else is taken for it."""
    written("First,Last\nKim,Lee\n", "a.csv")
    written("First,Last\nLee,Park\n", "b.csv")
    imported(service, "a.csv", "b.csv", "--map", "Last=")
    assert sorted(contact["name"] for contact in service.sandbox.contacts) == ["Kim", "Lee"]
    imported(service, "b.csv", "a.csv")
    assert [(row["file"], row["status"]) for row in results()] == [("b.csv", "unchanged"), ("a.csv", "unchanged")]
    assert 'an earlier run sent this row as "Lee"' in results()[0]["hint"]
    assert posted(service) == 2


@pytest.mark.slow
def test_killed_in_the_second_file_the_same_command_goes_on() -> None:
    """Nothing is lost, nothing twice; in the other order too."""
    for name in "ab":
        people = "".join(f"Person {n},{name}{n}@example.com,{name}{n}\n" for n in range(20))
        written(f"Name,Email,Customer ID\n{people}", f"{name}.csv")
    with Service(latency_ms=20) as slow:
        killed_at(slow, 25, "a.csv", "b.csv", *TO, "--quiet", "--concurrency", "2")
        done = slow.invoke("b.csv", "a.csv", *TO)
        assert done.exit_code == 0, done.output
        assert {row["identifier"]: row["contact_id"] for row in results()} == slow.stored
        assert [row["file"] for row in results()] == ["b.csv"] * 20 + ["a.csv"] * 20


# -- the files of a run ------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_errors_file_has_a_sheet_for_each_file_and_imports_as_it_is(service: Service, two: tuple[str, str]) -> None:
    """With the titles of each; unedited the same rows are invalid, corrected they are created."""
    done = service.invoke(*two, *TO)
    (errors,) = folders()[-1].glob("errors.xlsx")
    assert done.stdout.rstrip().endswith(f"import-contacts {errors} --inbox 407"), "one file in the place of two"
    book = openpyxl.load_workbook(errors)
    titles = {sheet.title: [cell.value for cell in sheet[1]] for sheet in book.worksheets}
    assert titles == {
        "berlin": ["import_row", "import_error", "Name", "Email"],
        "paris": ["import_row", "import_error", "E-mail", "Nom complet", "Ville"],
    }
    assert imported(service, errors)["counts"] == {"invalid": 2}
    book["berlin"]["D2"], book["paris"]["C2"] = "bo@x.org", "di@x.org"
    book.save("corrected.xlsx")
    assert imported(service, "corrected.xlsx")["counts"] == {"created": 2}
    assert {contact["name"] for contact in service.sandbox.contacts} == {"Ada", "Bo", "Cy Dahl", "Di Fox"}


def test_the_rows_of_a_long_text_take_as_many_sheets_as_they_need(monkeypatch: pytest.MonkeyPatch) -> None:
    """A text may have more rows than a sheet holds."""
    monkeypatch.setattr(worksheets, "MAX_SHEET_ROWS", 3)
    run, outcome = of_two_files(), Outcome(Status.INVALID, error_code="empty_row")
    with errors_workbook(Path("errors.xlsx"), run, ENGLISH_READER) as write:
        for source, number in ((0, 2), (0, 3), (0, 4), (1, 2)):
            write(LedgerRow(number, ("x",), Contact(), outcome, source=source))
    book = openpyxl.load_workbook("errors.xlsx")
    assert [(sheet.title, sheet.max_row) for sheet in book.worksheets] == [("a", 3), ("a1", 2), ("b", 2)]


def of_two_files() -> Run:
    from dataclasses import replace

    from importer.ledger.run import SheetPart

    parts = tuple(SheetPart("", ("Name",), {"Name": "name"}, (), f"{name}.csv", "csv") for name in "ab")
    return replace(RUN, file="a.csv", kind="csv", titles=("Name",), sheets=parts)


@pytest.mark.slow
def test_each_file_comes_back_with_ids(service: Service) -> None:
    """A text as a text and a workbook as a workbook, under its name, in one folder; each imports again."""
    written("Name,Email\nAda,ada@x.org\n", "a.csv")
    workbook("b.xlsx", {"Nord": [["Mail", "Name"], ["bo@x.org", "Bo"]], "Süd": [["Name", "Email"], ["Cy", "cy@x.org"]]})
    summary = imported(service, "a.csv", "b.xlsx", "--sheet", "all", "--concurrency", "1")
    folder = Path(summary["files"]["with_ids"])
    assert {path.name for path in folder.iterdir()} == {"a.csv", "b.xlsx"}
    with (folder / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [*csv.reader(file)] == [
            ["Name", "Email", "contact_id", "import_status"],
            ["Ada", "ada@x.org", "100001", "created"],
        ]
    book = openpyxl.load_workbook(folder / "b.xlsx")
    assert [(sheet.title, sheet["C2"].value) for sheet in book.worksheets] == [("Nord", "100002"), ("Süd", "100003")]
    assert imported(service, folder, "--sheet", "all")["counts"] == {"unchanged": 3}


@pytest.mark.slow
def test_the_page_tells_and_filters_the_file(service: Service, two: tuple[str, str]) -> None:
    """Of rows, of columns, in the head; a page of one file has no such filter."""
    page = Path(imported(service, *two)["files"]["report"]).read_text(encoding="utf-8")
    assert '<select id="file">' in page
    assert "berlin.csv, paris.csv" in page
    assert "paris.csv!B" in page
    assert "row 3 of berlin.csv" in page
    alone = Path(imported(service, two[0])["files"]["report"]).read_text(encoding="utf-8")
    assert '<select id="file">' not in alone


@pytest.mark.slow
def test_a_copy_of_the_results_tells_the_file(service: Service, two: tuple[str, str]) -> None:
    """CSV and workbook; a place of one of the files is refused, whichever it is."""
    imported(service, *two, "--results", "copy.xlsx")
    sheet = openpyxl.load_workbook("copy.xlsx").worksheets[0]
    assert [sheet.cell(row, sheet.max_column).value for row in (1, 2, 4)] == ["file", "berlin.csv", "paris.csv"]
    done = service.invoke(*two, *TO, "--results", two[1])
    assert done.exit_code == 2
    assert "is the file to import" in done.stderr


# -- the other verbs ---------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_plan_of_several_files_is_done(service: Service, two: tuple[str, str]) -> None:
    """It tells the file of each line; the import must be of the same files."""
    planned = imported(service, "plan", *two)
    with Path(planned["files"]["plan"]).open(encoding="utf-8-sig", newline="") as file:
        lines = [*csv.DictReader(file)]
    assert {(line["file"], line["row"], line["action"]) for line in lines} >= {
        *(("berlin.csv", "2", "create"), ("paris.csv", "3", "create"), ("paris.csv", "4", "invalid"))
    }
    for others in (two[:1], two[::-1]):
        refused = service.invoke(*others, *TO, "--plan", planned["run"])
        assert refused.exit_code == 2
        assert "the files are others than berlin.csv, paris.csv, or have other bytes" in refused.stderr
    assert imported(service, *two, "--plan", planned["run"])["counts"] == {"created": 2, "duplicate": 1, "invalid": 2}


@pytest.mark.slow
def test_runs_find_verify_undo_and_forget_name_the_files(service: Service, two: tuple[str, str]) -> None:
    """Wherever a row is named."""
    run = imported(service, *two)["run"]
    assert "berlin.csv, paris.csv" in invoke("runs").stdout
    assert "3 of paris.csv" in invoke("find", "Cy Dahl").stdout
    (found,) = json.loads(invoke("find", "Cy Dahl", "--json").stdout)["rows"]
    assert (found["file"], found["sheet"], found["row"]) == ("paris.csv", None, 3)
    for verb in ("verify", "undo"):
        done = service.invoke(verb, run, *(["--yes"] if verb == "undo" else []))
        assert done.exit_code in (0, 1), done.output
        (looked,) = Path("import-results").glob(f"{verb}-*/{verb}.csv")
        assert {row["file"] for row in results(looked.parent, looked.name)} == {*FILES}
    again = invoke("report", run)
    assert again.exit_code == 0
    following = again.stdout.splitlines()[-1]
    assert following.startswith("  import-contacts import-results/"), "the errors file to import"
    assert not any(name in following for name in two), "in the place of both"
    (folder,) = (folder for folder in folders() if folder.name == run)
    assert (folder / "with-ids" / "berlin.csv").exists()
    assert invoke("forget", "--all", "--yes").exit_code == 0
    left = existing_ledger(Path("import-results")).read_bytes() + b"".join(
        path.read_bytes() for path in folder.rglob("*") if path.is_file()
    )
    assert b"ada@example.org" not in left.lower()
    assert not (folder / "with-ids").exists()


@pytest.mark.slow
def test_a_person_who_left_one_of_the_files_is_told(service: Service, two: tuple[str, str]) -> None:
    """The same files in any order are compared; another set is not."""
    imported(service, *two)
    written(PARIS.replace("cy@example.org,Cy Dahl,Lyon\n", ""), "paris.csv")
    assert imported(service, *two[::-1])["vanished"] == 1
    assert imported(service, two[0])["vanished"] is None


# -- memory, and files that change -------------------------------------------------------------------------------------


@pytest.mark.slow
def test_one_workbook_at_a_time_is_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """While they are opened, and while their rows are read; the last that was opened is not opened again."""
    names = [workbook(f"{n}.xlsx", {"A": [["Name", "Email"], [f"P{n}", f"p{n}@x.org"]]}) for n in range(3)]
    alive: list[weakref.ref[object]] = []

    def counted(path: Path, options: ReadOptions) -> list[Table]:
        tables = open_tables(path, options)
        alive.extend(weakref.ref(table.rows) for table in tables)
        return tables

    monkeypatch.setattr(shelf, "open_tables", counted)
    tables = []
    for found in shelf.open_files([*map(Path, names)], ReadOptions()):
        tables += found
        gc.collect()
        assert sum(one() is not None for one in alive) == 1
    for table in tables[::-1]:
        assert len([*table.batches()]) == 1
        gc.collect()
        assert sum(one() is not None for one in alive) == 1
    assert len(alive) == 5


def test_a_workbook_that_changes_while_it_is_read_ends_the_run() -> None:
    """Its columns may be others than those that were mapped."""
    names = [workbook(f"{n}.xlsx", {"A": [["Name", "Email"], ["P", "p@x.org"]]}) for n in range(2)]
    first, _ = (tables[0] for tables in shelf.open_files([*map(Path, names)], ReadOptions()))
    workbook("0.xlsx", {"A": [["Email", "Name"], ["p@x.org", "P"]]})
    with pytest.raises(InputError, match=r"0\.xlsx has changed while it was read"):
        [*first.batches()]


@pytest.mark.slow
@given(st.lists(st.integers(1, 1 << 33), min_size=1, max_size=5), st.data())
def test_keys_that_run_on_name_each_row(lengths: list[int], data: st.DataObject) -> None:
    """Whatever the lengths of the files: a text may have more rows than a worksheet can."""
    begins = tuple(sum(lengths[:place]) for place in range(len(lengths)))
    names = tuple(SourceName(file=f"{n}.csv") for n in range(len(lengths)))
    place = data.draw(st.integers(0, len(lengths) - 1))
    number = data.draw(st.integers(1, lengths[place]))
    key = Source(place, names, begins[: place + 1]).key(number)
    assert key <= sum(lengths)
    assert Source(len(lengths) - 1, names, begins).row(key) == (place, number)


@pytest.mark.slow
def test_a_repair_of_several_files_is_told_once() -> None:
    """The line names the column and no file: what is the same in all is counted together."""
    for name in FILES:
        written("Name,Phone\nAda,0049 30 23125000\n", name)
    told = invoke(*FILES, *TO, "--dry-run").stdout
    assert told.count('such as "0049 30 23125000" -> "+493023125000"') == 1
    assert "2  Phone: " in told
