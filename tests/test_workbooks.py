"""The workbooks of a run, as people open them: what they see, and that the files come back as they were."""

import csv
import gc
import posixpath
import re
import stat
import subprocess
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape
from python_calamine import CalamineWorkbook

from importer.error_codes import ERROR_CODES
from importer.errors import OutputError
from importer.ledger.records import LedgerRow
from importer.ledger.run import Run
from importer.livedesk.contact import Contact
from importer.loader.opening import open_table
from importer.loader.sheet_xml import column_widths
from importer.loader.table import ReadOptions
from importer.loader.unwrap import Content
from importer.message import ENGLISH_READER, Language, Message
from importer.models import CellError, Mode, Status
from importer.reporter import worksheets
from importer.reporter.files import Copy
from importer.reporter.result_files import RESULT_COLUMNS
from importer.reporter.summary import WORDS, Summary
from importer.reporter.template import write_template
from importer.reporter.verdict import BANNERS
from importer.reporter.workbooks import FLAWED, STATUS_LOOKS, errors_workbook, sheet_name
from importer.reporter.worksheets import Cell, SheetColumn, workbook
from importer.texts import column_letter
from tests.support.runs import BAD, GOOD, RUN, UNSURE, filed, read_csv
from tests.support.service import folders, invoke, results
from tests.support.tools import tool
from tests.support.workbooks import SHEET, edited, prefixed

XLSX = replace(RUN, kind="xlsx", sheet="Customers", started_by="kim@desk", widths=(22.5, 0.0, 9.0))
FLAWS = (CellError((Message('email: "bob@" is not one'),), "email", 1),)
WRONG = replace(BAD, outcome=BAD.outcome._replace(flaws=FLAWS))
NUMBERS = ("row", "http_status", "attempts")


def written(folder: Path, *rows: LedgerRow, run: Run = XLSX, copy: Copy | None = None) -> Summary:
    return filed(folder, rows, run, copy)


def results_book(folder: Path, *rows: LedgerRow, run: Run = XLSX) -> Any:
    """The workbook of ``--results``, read by openpyxl."""
    written(folder, *rows, run=run, copy=Copy(folder / "results.xlsx"))
    return openpyxl.load_workbook(folder / "results.xlsx")


def errors_sheet(folder: Path, *rows: LedgerRow, run: Run = XLSX) -> Any:
    """The sheet of errors.xlsx, read by openpyxl."""
    written(folder, *rows, run=run)
    return openpyxl.load_workbook(folder / "errors.xlsx").worksheets[0]


def filled(sheet: Any) -> dict[str, str]:
    """``{coordinate: colour}`` of the cells below the titles that have a fill."""
    cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row]
    return {cell.coordinate: cell.fill.fgColor.rgb[-6:] for cell in cells if cell.fill.fill_type}


def comments(sheet: Any) -> dict[str, str]:
    return {cell.coordinate: cell.comment.text for row in sheet.iter_rows() for cell in row if cell.comment}


# -- results.xlsx ----------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("title", RESULT_COLUMNS)
def test_results_are_text_but_for_what_is_counted(tmp_path: Path, title: str) -> None:
    """A phone number keeps its +, an id its zeros; empty cells too are formatted so, by their column."""
    sheet = results_book(tmp_path, replace(GOOD, contact=replace(GOOD.contact, identifier="0007")), BAD).worksheets[0]
    column = sheet[column_letter(RESULT_COLUMNS.index(title))]
    kind, form = ("n", "0") if title in NUMBERS else ("s", "@")
    assert {(cell.data_type, cell.number_format) for cell in column[1:] if cell.value is not None} <= {(kind, form)}
    assert sheet.column_dimensions[column[0].column_letter].number_format == form


def test_results_hold_what_the_csv_holds(tmp_path: Path) -> None:
    """Cell by cell, and without the guards that only CSV needs."""
    sheet = results_book(tmp_path, GOOD, BAD, UNSURE).worksheets[0]
    shown = [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    assert shown == [[cell.removeprefix("'") for cell in row] for row in read_csv(tmp_path / "results.csv")]


@pytest.mark.parametrize("rows", [(GOOD, BAD), ()], ids=["rows", "an empty table"])
def test_the_titles_stay_in_sight_and_filter_the_rows(tmp_path: Path, rows: tuple[LedgerRow, ...]) -> None:
    """The filter spans the table and nothing else, also where there is no row."""
    sheet = results_book(tmp_path, *rows).worksheets[0]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == f"A1:N{len(rows) + 1}" == sheet.dimensions
    assert all(cell.font.bold for cell in sheet[1])


@pytest.mark.parametrize("status", WORDS)
def test_every_status_can_be_read_on_its_colour(status: Status) -> None:
    """Contrast of at least 4.5 (WCAG 2.1, 1.4.3, level AA), and no other status looks the same."""
    look = STATUS_LOOKS[status]
    lighter, darker = sorted((luminance(look.color), luminance(look.fill)), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5
    assert [other for other in WORDS if STATUS_LOOKS[other] == look] == [status]


def luminance(color: str) -> float:
    """Relative luminance, WCAG 2.1."""
    shares = [int(color[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.slow
def test_a_rows_status_has_its_colour_and_no_other_cell(tmp_path: Path) -> None:
    """Colour is beside the word, never instead of it."""
    sheet = results_book(tmp_path, GOOD, BAD, UNSURE).worksheets[0]
    fills = [STATUS_LOOKS[status].fill for status in (Status.CREATED, Status.INVALID, Status.UNKNOWN)]
    assert filled(sheet) == dict(zip(("B2", "B3", "B4"), fills, strict=True))


@pytest.mark.slow
def test_columns_are_as_wide_as_their_first_rows_within_bounds(tmp_path: Path) -> None:
    """Chinese characters take two digits each; a title has room for its button; a novel does not fill the screen."""
    long = replace(
        BAD, contact=Contact(name="高" * 12), outcome=BAD.outcome._replace(error=(Message("x" * 500),), hint=())
    )
    sheet = results_book(tmp_path, long).worksheets[0]
    width = {cell.value: sheet.column_dimensions[cell.column_letter].width for cell in sheet[1]}
    assert width["name"] == 26
    assert width["error"] == 60
    assert width["http_status"] >= len("http_status") + 3
    assert width["row"] == 8


@pytest.mark.slow
def test_the_second_sheet_says_how_the_run_went(tmp_path: Path) -> None:
    """What, who, when, how fast; counts by status; every error with its meaning and what to do."""
    names, rows = summary_of(results_book(tmp_path, GOOD, WRONG, replace(WRONG, number=9), UNSURE))
    assert names == ["results", "summary"]
    assert rows[0] == ["3 of 4 rows need attention"]
    facts = dict(row for row in rows if len(row) == 2)
    assert facts == {
        "File": "contacts.csv",
        "Sheet": "Customers",
        "Inbox": "407",
        "Address": "https://livedesk.example",
        "Who": "kim@desk",
        "Run": "contacts-20260117-081530",
        "Started": "2026-01-17 08:15:30 UTC",
        "Finished": "2026-01-17 08:15:34 UTC",
        "Duration": "4.0 s",
        "Rows": 4,
        "Rows a second": 1,
        "Requests": 5,
    }
    assert ["created", 1, str(WORDS[Status.CREATED])] in rows
    assert ["invalid", 2, str(WORDS[Status.INVALID])] in rows
    assert rows[-2:] == [
        ["bad_email", 2, *map(str, ERROR_CODES["bad_email"])],
        ["timeout", 1, *map(str, ERROR_CODES["timeout"])],
    ]


def summary_of(book: Any) -> tuple[list[str], list[list[Any]]]:
    """The names of the sheets, and the cells of the second, without empty ones."""
    rows = ([cell for cell in row if cell is not None] for row in book.worksheets[1].iter_rows(values_only=True))
    return book.sheetnames, [row for row in rows if row]


@pytest.mark.slow
def test_a_text_that_is_wrapped_has_room_and_a_headline_too(tmp_path: Path) -> None:
    """LibreOffice gives a row no more height than the file says."""
    long = replace(BAD, outcome=BAD.outcome._replace(error_code="shared_value"))
    sheet = results_book(tmp_path, long).worksheets[1]
    code = next(cell for cell in sheet["A"] if cell.value == "shared_value")
    plain = next(cell for cell in sheet["A"] if cell.value == "File")
    heights = [sheet.row_dimensions[row].height for row in (plain.row, 1, code.row)]
    assert heights == sorted(heights)
    assert heights[0] < heights[1] < heights[2]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("seconds", "words"), [(4, "4.0 s"), (75, "1 min 15 s"), (3725, "1 h 02 min 05 s")], ids=lambda value: str(value)
)
def test_a_duration_is_in_words(tmp_path: Path, seconds: int, words: str) -> None:
    """Nobody divides 3725 by 60."""
    finished = datetime.fromisoformat(XLSX.started_at) + timedelta(seconds=seconds)
    _, rows = summary_of(results_book(tmp_path, GOOD, run=replace(XLSX, finished_at=finished.isoformat())))
    assert ["Duration", words] in rows


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["dry run", "sandbox", "plan"])
def test_what_is_no_import_says_so_on_both_tabs_and_in_words(tmp_path: Path, mode: Mode) -> None:
    """A sandbox's rows are "created", too: nobody takes them for contacts. A plan has sent nothing either."""
    book = results_book(tmp_path, GOOD, run=replace(XLSX, mode=mode))
    names, rows = summary_of(book)
    assert names[0] == f"results ({mode})"
    assert [str(BANNERS[mode])] in rows
    assert all(sheet.sheet_properties.tabColor for sheet in book.worksheets)


@pytest.mark.slow
def test_an_import_is_not_called_a_rehearsal(tmp_path: Path) -> None:
    """The counterpart of the rule above."""
    book = results_book(tmp_path, GOOD)
    assert not any([str(words)] in summary_of(book)[1] for words in BANNERS.values())
    assert not any(sheet.sheet_properties.tabColor for sheet in book.worksheets)


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_errors_first_puts_them_on_top_of_the_copy_alone(tmp_path: Path, suffix: str) -> None:
    """Each group in the input's order; results.csv keeps the input's order, which programs rely on."""
    rows = [replace(row, number=number) for number, row in enumerate((GOOD, BAD, GOOD, UNSURE), start=2)]
    for errors_first, order in ((True, ["3", "5", "2", "4"]), (False, ["2", "3", "4", "5"])):
        copy = tmp_path / f"copy{suffix}"
        written(tmp_path, *rows, copy=Copy(copy, errors_first))
        table = open_table(copy, ReadOptions())
        assert [row.cells[0] for batch in table.batches() for row in batch] == order
        assert [row[0] for row in read_csv(tmp_path / "results.csv")[1:]] == ["2", "3", "4", "5"]


@pytest.mark.slow
def test_errors_first_without_a_copy_is_remarked() -> None:
    """An option that does nothing is most likely a mistake."""
    Path("contacts.csv").write_text("Name,Email\nAnn,a@example.com\n", encoding="utf-8")
    assert "--errors-first" in invoke("contacts.csv", "--inbox", 407, "--dry-run", "--errors-first").stderr
    done = invoke("contacts.csv", "--inbox", 407, "--dry-run", "--errors-first", "--results", "copy.csv")
    assert "--errors-first is" not in done.stderr


# -- errors.xlsx -----------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_errors_have_the_inputs_columns_as_wide_as_they_were(tmp_path: Path) -> None:
    """A column of which nothing is known is as wide as its content; titles stay in sight and filter."""
    sheet = errors_sheet(tmp_path, GOOD, replace(WRONG, cells=("Ann", "bob.builder@example", "")))
    assert [cell.value for cell in sheet[1]] == ["import_row", "import_error", "Name", "Email", "Note"]
    widths = [sheet.column_dimensions[letter].width for letter in "CDE"]
    assert widths == [22.5, len("bob.builder@example") + 2, 9.0]
    assert (sheet.title, sheet.freeze_panes, sheet.auto_filter.ref) == ("Customers", "C2", "A1:E2")
    assert all(cell.font.bold for cell in sheet[1])
    assert not any(dimension.hidden for dimension in sheet.column_dimensions.values())


@pytest.mark.slow
def test_a_cell_to_correct_is_marked_and_says_why(tmp_path: Path) -> None:
    """The message and what to do, on the cell that is meant and on no other; rows without a place have no mark."""
    sheet = errors_sheet(tmp_path, WRONG, UNSURE)
    assert filled(sheet) == {"D2": FLAWED.fill}
    assert comments(sheet) == {"D2": 'email: "bob@" is not one\n\nWhat to do: write it whole'}


@pytest.mark.slow
def test_a_comment_is_in_the_readers_language(tmp_path: Path) -> None:
    """Of the words before the advice too."""
    path = tmp_path / "errors.xlsx"
    with errors_workbook(path, XLSX, Language("zh")) as write:
        write(WRONG)
    (told,) = comments(openpyxl.load_workbook(path).worksheets[0]).values()
    assert "\n\n处理办法：" in told
    assert "What to do" not in told


@pytest.mark.slow
def test_a_reason_keeps_away_from_the_next_column_and_a_template_prints_on_one_page(tmp_path: Path) -> None:
    """The one ran up to its neighbour, the other was two pages wide."""
    assert errors_sheet(tmp_path, WRONG)["B2"].alignment.indent == 1
    write_template(tmp_path / "new.xlsx", Language("zh"))
    page = openpyxl.load_workbook(tmp_path / "new.xlsx").worksheets[0]
    assert (page.page_setup.orientation, page.page_setup.fitToHeight) == ("landscape", 0)
    assert page.sheet_properties.pageSetUpPr is not None
    assert page.sheet_properties.pageSetUpPr.fitToPage


@pytest.mark.slow
def test_an_empty_cell_to_fill_in_is_marked(tmp_path: Path) -> None:
    """As an inbox that is missing; the row is shorter than the titles."""
    row = replace(UNSURE, outcome=UNSURE.outcome._replace(flaws=(CellError((Message("no inbox"),), "", 2),)))
    sheet = errors_sheet(tmp_path, row)
    assert (list(filled(sheet)), list(comments(sheet))) == (["E2"], ["E2"])
    assert sheet["E2"].value is None


@pytest.mark.slow
def test_marks_and_widths_move_with_the_columns_of_an_errors_file(tmp_path: Path) -> None:
    """Its own reason is dropped from the middle; cells beyond the titles stand behind the new one."""
    titles = ("Name", "import_error", "Email")
    flaws = (CellError((Message("bad"),), "email", 2), CellError((Message("extra"),), "", 3))
    row = replace(WRONG, cells=("Ann", "old", "bob@", "Inc."), outcome=WRONG.outcome._replace(flaws=flaws))
    sheet = errors_sheet(tmp_path, row, run=replace(XLSX, titles=titles, widths=(11.0, 50.0, 33.0)))
    assert [cell.value for cell in sheet[2]] == [
        "4",
        'bad\nextra\nemail: "bob@" is not one → write it whole',
        "Ann",
        "bob@",
        "Inc.",
    ]
    assert [sheet.column_dimensions[letter].width for letter in "CD"] == [11.0, 33.0]
    assert list(filled(sheet)) == ["D2", "E2"]


@pytest.mark.slow
def test_errors_are_text_and_stay_so_when_they_are_corrected(tmp_path: Path) -> None:
    """A number that somebody enters into an empty cell of the column keeps its zeros and its plus."""
    sheet = errors_sheet(tmp_path, replace(WRONG, cells=("=1+1", "+8613800138000", "007")))
    assert [(cell.value, cell.data_type, cell.number_format) for cell in sheet[2][2:]] == [
        ("=1+1", "s", "@"),
        ("+8613800138000", "s", "@"),
        ("007", "s", "@"),
    ]
    assert {sheet.column_dimensions[letter].number_format for letter in "ABCDE"} == {"@"}


@pytest.mark.slow
def test_only_so_many_cells_have_a_comment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Comments are held in memory; the marks go on."""
    monkeypatch.setattr(worksheets, "MAX_REMARKS", 2)
    sheet = errors_sheet(tmp_path, *(replace(WRONG, number=number) for number in range(2, 6)))
    assert list(comments(sheet)) == ["D2", "D3"]
    assert list(filled(sheet)) == ["D2", "D3", "D4", "D5"]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Customers", True),
        ("客户 2026", True),
        ("x" * 31, True),
        ("x" * 32, False),
        ("a/b", False),
        ("'quoted'", False),
        ("History", False),
        ("", False),
        (None, False),
        ("\ud83d" * 3, False),
    ],
    ids=repr,
)
def test_the_sheet_keeps_its_name_where_a_workbook_can_have_it(name: str | None, kept: bool) -> None:
    """--sheet of a configuration file names it again; Excel repairs a workbook with a name that it does not allow."""
    assert sheet_name(name, "contacts") == (name if kept else "contacts")


# -- any workbook ----------------------------------------------------------------------------------------------------


def test_a_workbook_of_too_many_rows_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would not open; the copy of the results is a warning, and costs the run none of its files."""
    monkeypatch.setattr(worksheets, "MAX_SHEET_ROWS", 2)
    refused, book = pytest.raises(OutputError, match="a sheet holds 2 rows"), tmp_path / "e.xlsx"
    with refused, errors_workbook(book, XLSX, ENGLISH_READER) as write:
        write(WRONG)
        write(WRONG)
    assert list(tmp_path.iterdir()) == []
    summary = written(tmp_path, GOOD, BAD, run=RUN, copy=Copy(tmp_path / "copy.xlsx"))
    assert "a sheet holds 2 rows" in str(summary.warnings[0])
    assert not (tmp_path / "copy.xlsx").exists()
    assert (tmp_path / "results.csv").exists()


def test_rows_that_end_in_a_failure_leave_no_workbook(tmp_path: Path) -> None:
    """As when the ledger cannot be read to its end."""
    with pytest.raises(KeyError), errors_workbook(tmp_path / "e.xlsx", XLSX, ENGLISH_READER) as write:  # noqa: PT012 - see above
        write(WRONG)
        raise KeyError
    assert list(tmp_path.iterdir()) == []


def full(*_: object) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.slow
@pytest.mark.parametrize(
    "step",
    [
        "xlsxwriter.worksheet.Worksheet._write_row",
        "xlsxwriter.worksheet.Worksheet._write_cols",
        "zipfile.ZipFile.write",
    ],
    ids=["a row", "the sheet", "the archive"],
)
def test_a_full_disk_is_said_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """XlsxWriter collects rows in one temporary file and the sheet in another: neither stays, no more than the file.

    Nor does the archive complain when Python frees it, which would be a warning.
    """
    out, temporary = tmp_path / "out", tmp_path / "temporary"
    out.mkdir()
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    monkeypatch.setattr(step, full)
    with pytest.raises(OutputError, match=r"e\.xlsx cannot be written: No space"):  # noqa: SIM117 - the inner one raises
        with errors_workbook(out / "e.xlsx", XLSX, ENGLISH_READER) as write:
            write(WRONG)
    gc.collect()
    assert [*out.iterdir(), *temporary.iterdir()] == []


def test_rows_wait_where_nobody_else_reads_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are personal data, in a folder that everybody may write to."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with errors_workbook(tmp_path / "e.xlsx", XLSX, ENGLISH_READER) as write:
        write(WRONG)
        (folder,) = tmp_path.glob("import-contacts-*")
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert {stat.S_IMODE(file.stat().st_mode) for file in folder.glob("*/*")} == {0o600}
    assert [file.name for file in tmp_path.iterdir()] == ["e.xlsx"]


def test_a_sheet_of_too_many_columns_is_refused(tmp_path: Path) -> None:
    """XlsxWriter would drop the cells beyond without a word."""
    with pytest.raises(OutputError, match="16,384 columns"), workbook(tmp_path / "wide.xlsx") as book:
        book.sheet("wide", [SheetColumn()]).append([None] * 16_385)


def test_no_two_sheets_have_one_name(tmp_path: Path) -> None:
    """Excel tells no names apart that differ in case alone, and repairs a workbook with two."""
    with workbook(tmp_path / "two.xlsx") as book:
        for name in ("contacts", "Contacts", "contacts", "😀" * 15, "😀" * 15):
            sheet = book.sheet(name, [SheetColumn()])
            sheet.append([Cell("x")])
            sheet.end()
    names = ["contacts", "Contacts1", "contacts2", "😀" * 15, "😀" * 14 + "1"]
    assert openpyxl.load_workbook(tmp_path / "two.xlsx").sheetnames == names


def test_a_comment_stands_in_whole_pixels(tmp_path: Path) -> None:
    """Beside columns of broken widths, as other programs write them."""
    errors_sheet(tmp_path, WRONG, run=replace(XLSX, widths=(22.53, 11.53515625, 9.1)))
    with zipfile.ZipFile(tmp_path / "errors.xlsx") as archive:
        (anchor,) = re.findall("<x:Anchor>(.*)</x:Anchor>", archive.read("xl/drawings/vmlDrawing1.vml").decode())
    assert all(place.strip().isdigit() for place in anchor.split(","))


@pytest.mark.slow
@given(rows=st.lists(st.lists(st.text(max_size=20), min_size=2, max_size=2), min_size=1, max_size=5))
def test_any_text_is_read_back_but_for_what_xml_cannot_hold(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    """Nothing raises and nothing becomes a formula; what only looks like the number of a character stays as it is."""
    path = tmp_path_factory.mktemp("xlsx") / "any.xlsx"
    with workbook(path) as book:
        sheet = book.sheet("any", [SheetColumn(), SheetColumn()])
        for row in [["first", "second"], ["_x0041_", "_x005F_"], *rows]:
            sheet.append([Cell(text, remark=text) for text in row])
        sheet.end()
    kept = [[re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "", text) for text in row] for row in rows]
    read = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()[2:]
    assert [[str(cell).strip() for cell in row] for row in read] == [
        [text.strip() for text in row] for row in kept[: len(read)]
    ]
    assert not any(text.strip() for row in kept[len(read) :] for text in row)
    cells = [cell for row in openpyxl.load_workbook(path).worksheets[0].iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr", "n"}


@pytest.mark.parametrize(
    "text", ["<r></r>", "<r><t>a</t></r>", "<r></worksheet></r>", "<r>_x0041_ & __</r>", "<r> \n </r>", '<r>"é😀"</r>']
)
def test_text_that_xlsxwriter_would_take_for_markup_stays_text(tmp_path: Path, text: str) -> None:
    """Whoever fills a cell writes no XML of ours."""
    with workbook(tmp_path / "r.xlsx") as book:
        sheet = book.sheet("r", [SheetColumn()])
        sheet.append([Cell(text, FLAWED, text)])
        sheet.end()
    cell = openpyxl.load_workbook(tmp_path / "r.xlsx").worksheets[0]["A1"]
    remark = unescape(cell.comment.text)  # openpyxl leaves that to others
    assert (cell.value, cell.data_type, remark, cell.number_format) == (text, "s", text, "@")
    assert cell.fill.fgColor.rgb[-6:] == FLAWED.fill
    assert CalamineWorkbook.from_path(tmp_path / "r.xlsx").get_sheet_by_index(0).to_python() == [[text]]


@pytest.mark.parametrize("text", ["x" * 40_000, "😀" * 20_000], ids=["letters", "characters of two units"])
def test_a_cell_is_no_longer_than_a_cell_can_be(tmp_path: Path, text: str) -> None:
    """Excel counts units of UTF-16, and repairs a workbook with a longer cell."""
    with workbook(tmp_path / "long.xlsx") as book:
        sheet = book.sheet("long", [SheetColumn()])
        sheet.append([Cell(text)])
        sheet.end()
    value = openpyxl.load_workbook(tmp_path / "long.xlsx").worksheets[0]["A1"].value
    assert isinstance(value, str)
    assert 32_765 < len(value.encode("utf-16-le")) // 2 <= 32_767
    assert text.startswith(value)


@pytest.mark.parametrize("name", ["results.xlsx", "errors.xlsx"])
def test_every_reference_in_the_archive_leads_somewhere(tmp_path: Path, name: str) -> None:
    """Excel asks to repair a workbook with a part that is missing, or a comment or a filter outside of the cells."""
    results_book(tmp_path, GOOD, WRONG)
    with zipfile.ZipFile(tmp_path / name) as archive:
        targets = {
            posixpath.normpath(posixpath.join("/", posixpath.dirname(part).removesuffix("_rels"), target))
            for part in archive.namelist()
            for target in re.findall(r'Target="([^"]+)"', archive.read(part).decode() if part.endswith(".rels") else "")
        }
        assert "/xl/workbook.xml" in targets
        assert targets <= {f"/{part}" for part in archive.namelist()}
        sheet = archive.read(SHEET).decode()
        cells = set(re.findall(r'<c r="([A-Z]+\d+)"', sheet))
        assert set(re.findall(r'<autoFilter ref="([A-Z]+\d+):', sheet)) <= cells
        noted = [part for part in archive.namelist() if "comments" in part and part.endswith(".xml")]
        assert len(noted) == (1 if name == "errors.xlsx" else 0)
        for part in noted:
            assert set(re.findall(r'ref="([A-Z]+\d+)"', archive.read(part).decode())) <= cells


# -- widths of the input ---------------------------------------------------------------------------------------------


def people(path: Path) -> Path:
    """A workbook whose columns A, B and D have widths, of which B is hidden."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Customers"
    for row in (["Name", "Email", "Phone", "ID"], ["Ann", "bob@@", "+8613800138000", "007"], ["", "", "", ""]):
        sheet.append(row)
    for letter, width in (("A", 31.5), ("B", 20), ("D", 9)):
        sheet.column_dimensions[letter].width = width
    sheet.column_dimensions["B"].hidden = True
    book.save(path)
    return path


def test_widths_are_read_from_a_workbook(tmp_path: Path) -> None:
    """0 for a column of which it says nothing; a hidden one has the width that it had."""
    assert open_table(people(tmp_path / "p.xlsx"), ReadOptions()).widths == (31.5, 20.0, 0.0, 9.0)


def test_a_file_without_widths_has_none(tmp_path: Path) -> None:
    """A CSV knows no columns on a screen."""
    path = tmp_path / "p.csv"
    path.write_text("Name,Email\nAnn,a@example.com\n", encoding="utf-8")
    assert open_table(path, ReadOptions()).widths == ()


@pytest.mark.parametrize(
    ("edit", "widths"),
    [
        pytest.param(prefixed, (31.5, 20.0, 0.0, 9.0), id="another prefix"),
        pytest.param(lambda xml: re.sub(b"<cols>.*</cols>", b"", xml), (), id="no columns at all"),
        pytest.param(
            lambda xml: re.sub(b"<cols>.*</cols>", b"<cols><col min='1' max='16384' width='12'/></cols>", xml),
            (12.0,) * 4,
            id="one width for the whole sheet",
        ),
        pytest.param(
            lambda xml: re.sub(
                b"<cols>.*</cols>",
                b'<cols><col min="1" max="1" width="nan"/><col min="2" max="1" width="9"/><col min="x" max="3"/>'
                b'<col min="0" max="2" width="9"/><col min="3" max="99999999999" width="7"/></cols>',
                xml,
            ),
            (0.0, 0.0, 7.0, 7.0),
            id="nonsense",
        ),
    ],
)
def test_widths_are_read_however_they_are_written(
    tmp_path: Path, edit: Callable[[bytes], bytes], widths: tuple[float, ...]
) -> None:
    """What makes no sense is passed over: it is no reason to refuse a file."""
    path = edited(people(tmp_path / "p.xlsx"), SHEET, edit)
    assert open_table(path, ReadOptions()).widths == widths


def test_widths_are_those_of_the_sheet_that_is_read(tmp_path: Path) -> None:
    """And not of the first one; a place that does not exist has none."""
    path = people(tmp_path / "p.xlsx")
    book = openpyxl.load_workbook(path)
    book.create_sheet("notes", 0).column_dimensions["A"].width = 77
    book.save(path)
    assert open_table(path, ReadOptions(sheets=("Customers",))).widths[0] == 31.5
    assert column_widths(Content(path), 0) == (77.0,)
    assert column_widths(Content(path), 9) == ()


# -- there and back --------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_errors_import_again_as_they_are() -> None:
    """The marks, comments and widths do no harm: the same rows, with the same errors and columns."""
    people(Path("people.xlsx"))
    assert invoke("people.xlsx", "--inbox", 407, "--sandbox").exit_code == 1
    errors = folders()[-1] / "errors.xlsx"
    assert [openpyxl.load_workbook(errors).worksheets[0].column_dimensions[name].width for name in "CD"] == [31.5, 20]
    first = results()
    done = invoke(errors, "--inbox", 407, "--sandbox", "--output-dir", "again")
    assert done.exit_code == 1, done.output
    second = results(folders("again")[-1])
    assert [{**row, "row": ""} for row in second] == [{**row, "row": ""} for row in first]
    again = open_table(folders("again")[-1] / "errors.xlsx", ReadOptions())
    assert (again.titles, again.sheet) == (("import_row", "import_error", "Name", "Email", "Phone", "ID"), "Customers")


@pytest.mark.slow
def test_results_import_again() -> None:
    """The table stands before the summary, and is taken for what it is: numbers and ids are as they were."""
    people(Path("people.xlsx"))
    invoke("people.xlsx", "--inbox", 407, "--sandbox", "--map", "Email=", "--results", "results.xlsx")
    invoke("results.xlsx", "--sandbox", "--output-dir", "again")
    (row,) = results(folders("again")[-1])
    assert (row["status"], row["phone_number"], row["identifier"]) == ("created", "+8613800138000", "007")


@pytest.fixture(scope="module")
def libreoffice(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path, str], Path]:
    """Opens a file and saves it in another format, as the program itself does."""
    program, folder = tool("soffice"), tmp_path_factory.mktemp("libreoffice")

    def convert(path: Path, form: str) -> Path:
        options = [f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to", form]
        subprocess.run(
            [program, *options, "--outdir", str(folder), str(path)], check=True, capture_output=True, timeout=180
        )
        return folder / f"{path.stem}.{form.partition(':')[0]}"

    return convert


# Comma, quotes, UTF-8 (Apache OpenOffice wiki, "Filter options for the CSV filter").
CSV = "csv:Text - txt - csv (StarCalc):44,34,76"


@pytest.mark.parametrize(
    ("required", "outcome"), [("1", "Failed"), ("", "Skipped")], ids=["required", "at hand or not"]
)
def test_a_tool_that_is_missing_is_a_failure_where_it_is_required(
    monkeypatch: pytest.MonkeyPatch, required: str, outcome: str
) -> None:
    """In .ci/run no test passes for want of LibreOffice."""
    monkeypatch.setenv("REQUIRE_TOOLS", required)
    with pytest.raises(BaseException, match="no-such-tool is not installed") as caught:
        tool("no-such-tool")
    assert type(caught.value).__name__ == outcome


@pytest.mark.slow
@pytest.mark.parametrize("name", ["results.xlsx", "errors.xlsx"])
def test_libreoffice_shows_what_was_written(
    tmp_path: Path, libreoffice: Callable[[Path, str], Path], name: str
) -> None:
    """Cell by cell: no number is rounded, no plus is lost, and nothing is counted out."""
    row = replace(GOOD, contact=Contact(name="=1+1", phone_number="+8613800138000", identifier="000123456789012345678"))
    hostile = replace(WRONG, cells=("=1+1", "+8613800138000", "000123456789012345678"))
    results_book(tmp_path, row, hostile)
    written_cells = [
        ["" if cell is None else str(cell) for cell in row]
        for row in openpyxl.load_workbook(tmp_path / name).worksheets[0].iter_rows(values_only=True)
    ]
    with libreoffice(tmp_path / name, CSV).open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == written_cells
    assert any("000123456789012345678" in row for row in written_cells)


@pytest.mark.slow
def test_errors_that_are_corrected_in_libreoffice_are_imported(libreoffice: Callable[[Path, str], Path]) -> None:
    """Opened, corrected, saved, imported as it is; marks and comments are still there, widths too."""
    people(Path("people.xlsx"))
    invoke("people.xlsx", "--inbox", 407, "--sandbox")
    errors = folders()[-1] / "errors.xlsx"
    book = openpyxl.load_workbook(errors)
    book.worksheets[0]["D2"].value = "bob@example.com"
    book.save("corrected.xlsx")
    saved = libreoffice(Path("corrected.xlsx"), "xlsx")
    sheet = openpyxl.load_workbook(saved).worksheets[0]
    assert (list(filled(sheet)), list(comments(sheet))) == (["D2"], ["D2"])
    table = open_table(saved, ReadOptions())
    assert table.widths[2:4] == pytest.approx((31.5, 20), abs=0.1)
    done = invoke(saved, "--inbox", 407, "--sandbox", "--output-dir", "again")
    assert done.exit_code == 0, done.output
    (row,) = results(folders("again")[-1])
    assert (row["email"], row["phone_number"], row["identifier"]) == ("bob@example.com", "+8613800138000", "007")
