"""Rules of the sample files, checked through the whole program: what the docs show of them is what happens.

``sample_data/contacts.xlsx`` and ``.csv`` were saved by LibreOffice 7.4; ``messy.csv`` is GB18030. In
``data/mistakes.csv`` every row says what becomes of it, and what corrects it: the importer ignores these columns.
"""

import asyncio
import csv
import json
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner

from importer.cli.main import cli
from importer.error_codes import ERROR_CODES
from importer.livedesk.contact import CREATE_FIELDS
from importer.loader.opening import open_table
from importer.loader.table import ReadOptions
from importer.models import Row
from importer.normalizer.text import unguard
from importer.sandbox.server import Sandbox, SandboxSettings, serve
from importer.texts import ERROR_TITLE, ERROR_TITLES

SAMPLES = Path(__file__).parents[1] / "sample_data"
MISTAKES = Path(__file__).parent / "data" / "mistakes.csv"
PEOPLE = 42
CODES_OF_A_FILE = {
    *("bad_email", "bad_phone", "no_country", "precision_lost", "bad_url", "bad_inbox", "formula_error"),
    *("empty_row", "extra_cells", "shared_value", "duplicate"),
}
"""What the cells of a file can raise by themselves; ``no_inbox`` takes an import without --inbox."""


@dataclass(frozen=True, slots=True)
class Ran:
    """One import: its exit code, its remarks, summary.json, and results.csv a dictionary for each line."""

    exit_code: int
    remarks: str
    summary: Mapping[str, Any]
    results: list[dict[str, str]]

    @property
    def errors(self) -> Path:
        return Path(self.summary["files"]["errors"])

    def outcomes(self) -> list[tuple[str, str]]:
        return [(line["status"], line["error_code"]) for line in self.results]


def imported(path: Path, output_dir: Path, *options: str, env: Mapping[str, str] | None = None) -> Ran:
    """Run the program on ``path`` as a user would, in this process."""
    arguments = [str(path), "--inbox", "407", "--output-dir", str(output_dir), "--json", *options]
    result = CliRunner().invoke(cli, arguments, env=env)
    assert isinstance(result.exception, SystemExit | None), result.exception
    summary = json.loads(result.stdout)
    with Path(summary["files"]["results"]).open(encoding="utf-8-sig", newline="") as file:
        return Ran(result.exit_code, result.stderr, summary, list(csv.DictReader(file)))


def records(path: Path) -> list[list[str]]:
    """The records of a CSV file as they stand, titles first, without blank ones; guards against formulas taken off."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [[unguard(cell) for cell in record] for record in csv.reader(file) if any(record)]


@dataclass(frozen=True, slots=True)
class Desk:
    """A sandbox that outlives its imports, so that a second one meets what the first one left."""

    sandbox: Sandbox
    base_url: str

    def imported(self, path: Path, output_dir: Path, *options: str) -> Ran:
        credentials = {"LIVEDESK_API_KEY": "sandbox", "LIVEDESK_API_SECRET": "sandbox"}
        return imported(path, output_dir, "--base-url", self.base_url, *options, env=credentials)


@pytest.fixture
def desk() -> Iterator[Desk]:
    """An empty account, served by a thread with an event loop of its own."""
    sandbox = Sandbox(SandboxSettings())
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever)
    thread.start()
    served = serve(sandbox)
    try:
        yield Desk(sandbox, asyncio.run_coroutine_threadsafe(served.__aenter__(), loop).result())
        asyncio.run_coroutine_threadsafe(served.__aexit__(None, None, None), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


# --- contacts.xlsx and contacts.csv


def rows_of(path: Path) -> tuple[tuple[str, ...], list[Row]]:
    table = open_table(path, ReadOptions())
    return table.titles, [row for batch in table.batches() for row in batch]


def test_the_workbook_was_saved_by_a_spreadsheet_program() -> None:
    """A sample that a library wrote would prove little: this one has a real program's styles, links and numbers."""
    with zipfile.ZipFile(SAMPLES / "contacts.xlsx") as archive:
        assert b"<Application>LibreOffice/" in archive.read("docProps/app.xml")
    sheet = openpyxl.load_workbook(SAMPLES / "contacts.xlsx").worksheets[0]
    assert (sheet["D2"].data_type, sheet["D22"].data_type) == ("n", "s"), "ids are numbers, but for the one with zeros"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["contacts.xlsx", "contacts.csv"])
def test_every_person_of_the_sample_is_created(name: str, tmp_path: Path) -> None:
    """The sample of the README has nothing to correct: every row is created, and no errors file is made."""
    ran = imported(SAMPLES / name, tmp_path, "--sandbox")
    assert (ran.exit_code, ran.outcomes()) == (0, [("created", "")] * PEOPLE)
    assert len({line["contact_id"] for line in ran.results}) == PEOPLE
    assert "errors" not in ran.summary["files"]


@pytest.mark.slow
def test_the_workbook_and_the_csv_file_are_the_same_import(tmp_path: Path) -> None:
    """The same cells have the same row numbers, texts and payloads, whichever format they are kept in."""
    assert rows_of(SAMPLES / "contacts.xlsx") == rows_of(SAMPLES / "contacts.csv")
    columns = ("row", *CREATE_FIELDS)
    xlsx, text = (
        [[line[column] for column in columns] for line in imported(SAMPLES / name, tmp_path, "--sandbox").results]
        for name in ("contacts.xlsx", "contacts.csv")
    )
    assert xlsx == text


@pytest.mark.slow
def test_the_same_command_again_sends_nothing(desk: Desk, tmp_path: Path) -> None:
    """The second import of the same file finds every row unchanged, from either of the two files."""
    first = desk.imported(SAMPLES / "contacts.xlsx", tmp_path)
    requests = desk.sandbox.requests.total()
    for name in ("contacts.xlsx", "contacts.csv"):
        again = desk.imported(SAMPLES / name, tmp_path)
        assert (again.exit_code, again.outcomes()) == (0, [("unchanged", "")] * PEOPLE)
        assert [line["contact_id"] for line in again.results] == [line["contact_id"] for line in first.results]
    assert (len(desk.sandbox.contacts), desk.sandbox.requests.total()) == (PEOPLE, requests)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("row", "field", "sent"),
    [
        pytest.param(3, "phone_number", "+8613900001002", id="00 for +"),
        pytest.param(4, "phone_number", "+8613700001003", id="full-width digits"),
        pytest.param(5, "email", "yijun.lin@example.net", id="full-width @"),
        pytest.param(8, "name", "高橋 健太", id="ideographic space"),
        pytest.param(12, "phone_number", "+201001234024", id="Arabic-Indic digits"),
        pytest.param(16, "phone_number", "+84900001008", id="tel:"),
        pytest.param(18, "email", "budi@example.net", id="mailto:"),
        pytest.param(21, "email", "j.weissmueller@firma.example.com", id="domain in capitals"),
        pytest.param(22, "identifier", "000713", id="leading zeros"),
        pytest.param(23, "name", "Lukas Hofer", id="stray spaces"),
        pytest.param(26, "phone_number", "+34600001005", id="two numbers"),
        pytest.param(28, "email", "valentina@example.com", id="two addresses"),
        pytest.param(33, "phone_number", "+905301234012", id="invisible characters"),
        pytest.param(37, "email", "emily.carter@example.com", id="name beside the address"),
        pytest.param(38, "phone_number", "+442079460018", id="extension"),
        pytest.param(39, "phone_number", "+61491570156", id="apostrophe in front"),
        pytest.param(40, "phone_number", "+123456789", id="improbable number"),
    ],
)
def test_the_mistakes_in_the_sample_are_repaired(row: int, field: str, sent: str, tmp_path: Path) -> None:
    """A cell that can be read in one way alone is repaired, and what is left out or looks odd is remarked upon."""
    ran = imported(SAMPLES / "contacts.xlsx", tmp_path, "--dry-run")
    lines = {int(line["row"]): line for line in ran.results}
    assert lines[row][field] == sent
    assert {number for number, line in lines.items() if line["hint"]} == {26, 28, 38, 40}


# --- messy.csv


@pytest.mark.slow
def test_the_messy_sample_as_readme_imports_it(tmp_path: Path) -> None:
    """A Chinese export with every kind of damage: what can be told is created, and the rest says why not."""
    ran = imported(SAMPLES / "messy.csv", tmp_path, "--sandbox", "--country", "CN")
    assert "encoding gb18030 (detected)" in ran.remarks
    assert ran.exit_code == 1
    assert ran.summary["counts"] == {"created": 18, "duplicate": 1, "invalid": 11}
    assert {int(line["row"]): line["error_code"] for line in ran.results if line["error_code"]} == {
        6: "precision_lost",
        9: "bad_email",
        13: "shared_value",
        14: "duplicate",
        15: "bad_phone",
        16: "extra_cells",
        18: "formula_error",
        19: "bad_url",
        20: "bad_inbox",
        21: "empty_row",
        24: "precision_lost",
        30: "empty_row",
    }


@pytest.mark.slow
def test_row_numbers_of_the_messy_sample_count_its_blank_line(tmp_path: Path) -> None:
    """A blank line is no row, and the rows below it keep the numbers that a spreadsheet program shows."""
    ran = imported(SAMPLES / "messy.csv", tmp_path, "--dry-run")
    assert [int(line["row"]) for line in ran.results] == [*range(2, 10), *range(11, 33)]


@pytest.mark.slow
def test_the_messy_sample_needs_a_country(tmp_path: Path) -> None:
    """Without --country a number without a country code is nobody's guess; the two runs show every error together."""
    alone = imported(SAMPLES / "messy.csv", tmp_path, "--dry-run")
    helped = imported(SAMPLES / "messy.csv", tmp_path, "--dry-run", "--country", "CN")
    assert Counter(line["error_code"] for line in alone.results)["no_country"] == 22
    assert {line["error_code"] for line in (*alone.results, *helped.results)} == {"", *CODES_OF_A_FILE}


@pytest.mark.slow
def test_a_formula_in_the_messy_sample_is_a_text(desk: Desk, tmp_path: Path) -> None:
    """A name that a spreadsheet would run as a formula reaches LiveDesk as it is, and the result file disarmed."""
    messy = tmp_path / "messy.csv"
    titles, *lines = (SAMPLES / "messy.csv").read_bytes().splitlines(keepends=True)
    messy.write_bytes(titles + b"".join(line for line in lines if b"=HYPERLINK" in line))
    ran = desk.imported(messy, tmp_path, "--country", "CN")
    name = '=HYPERLINK("http://example.com/","点我")'
    assert [contact["name"] for contact in desk.sandbox.contacts] == [name]
    assert [line["name"] for line in ran.results] == [f"'{name}"]


# --- messy-en.csv


@pytest.mark.slow
def test_the_sample_of_the_english_demo(tmp_path: Path) -> None:
    """A small twin of the messy sample, with the mistakes that British readers make."""
    ran = imported(SAMPLES / "messy-en.csv", tmp_path, "--sandbox", "--country", "GB")
    assert ran.exit_code == 1
    assert ran.summary["counts"] == {"created": 8, "duplicate": 1, "invalid": 9}
    assert {int(line["row"]): line["error_code"] for line in ran.results if line["error_code"]} == {
        3: "bad_email",
        5: "precision_lost",
        7: "bad_phone",
        10: "shared_value",
        11: "duplicate",
        12: "formula_error",
        13: "bad_url",
        15: "bad_inbox",
        18: "extra_cells",
        20: "not_a_person",
    }
    assert [remark["kind"] for remark in ran.summary["remarks"]] == ["second_email", "second_phone_number", "extension"]


# --- mistakes.csv


def test_mistakes_holds_every_kind_of_mistake() -> None:
    """50 rows, and at least one for each code that a file's cells can raise."""
    titles, *rows = records(MISTAKES)
    assert len(rows) == 50
    assert {row[titles.index("expected_code")] for row in rows} == {"", *CODES_OF_A_FILE}
    assert ERROR_CODES.keys() > CODES_OF_A_FILE


@pytest.mark.slow
def test_every_mistake_has_the_status_and_the_code_that_its_row_says(tmp_path: Path) -> None:
    """A line for every row in its order, rows without text passed over, and the run exits with 1."""
    _, *rows = records(MISTAKES)
    ran = imported(MISTAKES, tmp_path, "--sandbox")
    assert ran.exit_code == 1
    assert ran.outcomes() == [(status, code) for status, code, *_ in rows]
    assert [int(line["row"]) for line in ran.results] == [*range(2, 15), *range(16, 28), *range(29, 54)]
    assert all(line["error"] and line["hint"] for line in ran.results if line["status"] == "invalid")


@pytest.mark.slow
def test_the_errors_file_has_the_rows_that_need_attention(tmp_path: Path) -> None:
    """The input's own titles and cells, then the reason, then what the input has beyond its titles."""
    titles, *rows = records(MISTAKES)
    ran = imported(MISTAKES, tmp_path, "--sandbox")
    reasons = [line["error"] for line in ran.results if line["status"] == "invalid"]
    invalid = [row for row in rows if row[0] == "invalid"]
    shown, *errors = records(ran.errors)
    numbers = [line["row"] for line in ran.results if line["status"] == "invalid"]
    assert shown == [*titles, *ERROR_TITLES]
    place = len(titles)
    assert [row[:place] + row[place + 2 :] for row in errors] == invalid
    assert [row[place] for row in errors] == numbers
    told = [[line.partition(" → ")[0] for line in row[place + 1].split("\n")] for row in errors]
    assert told == [reason.split("; ") for reason in reasons]


@pytest.mark.slow
def test_the_errors_file_imports_again_unedited(desk: Desk, tmp_path: Path) -> None:
    """What nobody corrected is refused as before, also where only the whole file could tell: a shared value."""
    first = desk.imported(MISTAKES, tmp_path)
    again = desk.imported(first.errors, tmp_path)
    before = [line["error_code"] for line in first.results if line["status"] == "invalid"]
    after = [line["error_code"] for line in again.results]
    assert after == before
    assert again.exit_code == 1


@pytest.mark.slow
def test_the_corrected_errors_file_imports_its_rows_alone(desk: Desk, tmp_path: Path) -> None:
    """What is corrected in the errors file and imported is created; what was created before stays as it is."""
    first = desk.imported(MISTAKES, tmp_path / "results")
    before = [dict(contact) for contact in desk.sandbox.contacts]
    corrected = tmp_path / "corrected.csv"
    rows = correct(first.errors, corrected)
    second = desk.imported(corrected, tmp_path / "results")
    assert (second.exit_code, second.outcomes()) == (0, [("created", "")] * rows)
    assert first.summary["counts"] == {"created": len(before), "duplicate": 5, "invalid": rows}
    assert desk.sandbox.contacts[: len(before)] == before
    assert len(desk.sandbox.contacts) == len(before) + rows == 45
    assert ERROR_TITLE not in second.summary["mapping"]


def correct(errors: Path, corrected: Path) -> int:
    """Write ``errors`` with each row's ``correction`` (``Title=cell; Title=cell``) carried out; the number of rows."""
    titles, *rows = records(errors)
    with corrected.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, titles)
        writer.writeheader()
        for cells in rows:
            row = dict(zip(titles, cells, strict=False))  # without the cells beyond the titles
            fixes = dict(fix.split("=", 1) for fix in row["correction"].split("; "))
            assert fixes.keys() <= row.keys()
            writer.writerow(row | fixes)
    return len(rows)
