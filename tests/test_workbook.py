"""Rules of workbooks that would harm: cells far out, formatting without end, damage; and of leading zeros by format.

calamine ends the whole process where it gets no memory, so every refusal here is a crash without it.
"""

import datetime as dt
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from importer.errors import InputError
from importer.loader.archive import checked_workbook
from importer.loader.number_formats import form_of, formed_text
from importer.loader.opening import open_table
from importer.loader.table import ReadOptions
from importer.loader.unwrap import Content
from importer.loader.workbook import cell_text
from importer.models import Row
from importer.normalizer.cells import read_all
from importer.normalizer.text import RoundNumber
from tests.support.rows import rows_in
from tests.support.workbooks import SHEET, edited, prefixed

DATA = Path(__file__).parent / "data"


def people(path: Path) -> Path:
    workbook = openpyxl.Workbook()
    for row in (["Name", "Email"], ["Ann", "a@b.co"]):
        workbook.worksheets[0].append(row)
    workbook.save(path)
    return path


def appended(rows: bytes) -> Callable[[bytes], bytes]:
    return lambda xml: xml.replace(b"</sheetData>", rows + b"</sheetData>")


def refused(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        open_table(path, ReadOptions())
    assert "\n" not in f"{caught.value}{caught.value.hint}"
    return str(caught.value)


# --- cells far out


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(appended(b'<row r="1048576"><c t="n" r="XFD1048576"><v>5</v></c></row>'), id="type before place"),
        pytest.param(appended(b"<row r='1048576'><c r='XFD1048576'><v>5</v></c></row>"), id="single quotes"),
        pytest.param(
            lambda xml: prefixed(appended(b'<row r="1048576"><c r="XFD1048576"><v>5</v></c></row>')(xml)), id="prefixes"
        ),
    ],
)
def test_a_far_cell_is_seen_however_it_is_written(tmp_path: Path, edit: Callable[[bytes], bytes]) -> None:
    """XML can say the same thing in many ways."""
    file = edited(people(tmp_path / "x.xlsx"), SHEET, lambda xml: edit(xml.replace(b"<dimension", b"<dim")))
    assert "column XFD and row 1048576" in refused(file)


def binary_row(row: int, cells: bytes) -> bytes:
    """The records BrtRowHdr and those of its cells ([MS-XLSB] 2.4.741)."""
    return b"\0\x19" + struct.pack("<I", row) + bytes(21) + cells


def binary_cells(rows: bytes) -> Callable[[bytes], bytes]:
    """More rows before BrtEndSheetData."""
    return lambda sheet: sheet.replace(b"\x92\x01\0", rows + b"\x92\x01\0")


def test_a_far_cell_of_an_xlsb_is_seen(tmp_path: Path) -> None:
    """An .xlsb has the same 16,384 columns, in records of its own."""
    file = tmp_path / "x.xlsb"
    file.write_bytes((DATA / "contacts.xlsb").read_bytes())
    with zipfile.ZipFile(file) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
    stray = binary_row(1_048_575, b"\x07\x0c" + struct.pack("<3I", 16_383, 0, 0))
    edited(file, max(name for name in sheets if name.endswith(".bin")), binary_cells(stray))
    assert "column XFD and row 1048576" in refused(file)


@pytest.mark.slow
def test_error_values_and_hidden_rows_of_an_xlsb_are_seen(tmp_path: Path) -> None:
    """The records BrtCellError, BrtFmlaError and BrtRowHdr with fDyZero."""
    file = tmp_path / "x.xlsb"
    file.write_bytes((DATA / "contacts.xlsb").read_bytes())
    before = rows_in(file)
    last = max(row.number for row in before)
    failed = b"\x03\x09" + struct.pack("<IIB", 0, 0, 0x17) + b"\x0b\x0f" + struct.pack("<IIB", 1, 0, 0x2A) + bytes(6)
    hidden = b"\0\x19" + struct.pack("<IIHBB", last, 0, 300, 0, 0x10) + bytes(13)
    edited(file, "xl/worksheets/sheet3.bin", binary_cells(hidden + failed))
    added = [row for row in rows_in(file) if row not in before]
    assert [(row.number, row.cells[:2]) for row in added] == [(last + 1, ("#REF!", "#N/A!"))]
    assert f"hidden in the sheet, and is imported all the same: row {last + 1}" in "".join(
        map(str, open_table(file, ReadOptions()).notes)
    )


def test_the_records_of_an_xlsb_may_break_off(tmp_path: Path) -> None:
    """One line, and no error of Python's."""
    file = tmp_path / "x.xlsb"
    file.write_bytes((DATA / "contacts.xlsb").read_bytes())
    with zipfile.ZipFile(file) as archive:
        sheets = [name for name in archive.namelist() if name.endswith(".bin") and "sheet" in name]
    for name in sheets:
        edited(file, name, lambda sheet: sheet[: len(sheet) // 2] + b"\x80")
    refused(file)


@pytest.mark.slow
def test_a_blank_row_is_passed_over(tmp_path: Path) -> None:
    """A single cell in the last row gives two rows of data, with their own numbers."""
    file = edited(people(tmp_path / "x.xlsx"), SHEET, appended(b'<row r="1048576"><c r="B1048576"><v>5</v></c></row>'))
    assert rows_in(file) == [Row(2, ("Ann", "a@b.co")), Row(1_048_576, ("", "5"))]


# --- formatting without end


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ghost", "edit"),
    [
        pytest.param('<c r="A{0}" s="0"/>', bytes, id="Excel"),
        pytest.param('<c r="A{0}" s="0" />', bytes, id="openpyxl"),
        pytest.param('<c r="A{0}" s="0"></c>', bytes, id="no self-closing tags"),
        pytest.param('<c r="A{0}" s="0"><v></v></c>', bytes, id="empty values"),
        pytest.param('<c r="A{0}" t="str"><f>IF(B{0}="","",1)</f><v></v></c>', bytes, id="formulas filled down"),
        pytest.param('<c r="A{0}" t="inlineStr"><is><t></t></is></c>', bytes, id="empty texts"),
        pytest.param('<c r="A{0}" s="0"/>', prefixed, id="prefixes"),
    ],
)
def test_ghost_rows_are_cut_off_whoever_wrote_them(tmp_path: Path, ghost: str, edit: Callable[[bytes], bytes]) -> None:
    """What calamine gets is the size of the data."""
    rows = "".join(f'<row r="{number}">{ghost.format(number) * 9}</row>' for number in range(3, 80_000)).encode()
    file = edited(people(tmp_path / "x.xlsx"), SHEET, lambda xml: edit(appended(rows)(xml)))
    slim = checked_workbook(Content(file))
    assert slim.path != file
    assert slim.path.stat().st_size < 20_000
    assert rows_in(file) == [Row(2, ("Ann", "a@b.co"))]


# --- leading zeros by format


def numbers(path: Path, form: str) -> Path:
    """A column of values with this format, below titles and a sheet that is not chosen."""
    workbook = openpyxl.Workbook()
    workbook.worksheets[0].append(["Report"])
    sheet = workbook.create_sheet("People")
    sheet.append(["Name", "Customer ID"])
    for number, value in enumerate((42, "42", 1.5, -5, 123456, True, None, 7.0), start=2):
        sheet.append([f"P{number}", value])
        sheet.cell(number, 2).number_format = form
    workbook.save(path)
    return path


@pytest.mark.parametrize(
    ("form", "texts"),
    [
        pytest.param("00000", ["00042", "42", "1.5", "-5", "123456", "TRUE", "", "00007"], id="five zeros"),
        pytest.param("00", ["42", "42", "1.5", "-5", "123456", "TRUE", "", "07"], id="two"),
        pytest.param("0", ["42", "42", "1.5", "-5", "123456", "TRUE", "", "7"], id="one"),
        pytest.param("000-00", ["42", "42", "1.5", "-5", "123456", "TRUE", "", "7"], id="with something between"),
        pytest.param("0.00", ["42", "42", "1.5", "-5", "123456", "TRUE", "", "7"], id="with decimals"),
    ],
)
def test_a_number_shows_the_zeros_of_its_format(tmp_path: Path, form: str, texts: list[str]) -> None:
    """A postal code 01067 is the number 1067 with the format 00000; text, fractions and the rest stay."""
    assert [row.cells[1] for row in rows_in(numbers(tmp_path / "x.xlsx", form))] == texts


@pytest.mark.slow
def test_zeros_are_found_in_other_spellings_of_xml(tmp_path: Path) -> None:
    """The attributes of a cell and of a relation stand in any order, and a target may be absolute."""
    file = numbers(tmp_path / "x.xlsx", "00000")
    edited(file, "xl/worksheets/sheet2.xml", lambda xml: xml.replace(b'<c r="B2" s="1"', b'<c s="1" r="B2"'))
    edited(file, "xl/_rels/workbook.xml.rels", lambda xml: xml.replace(b'"/xl/worksheets', b'"worksheets'))
    assert rows_in(file)[0] == Row(2, ("P2", "00042"))


@pytest.mark.slow
def test_zeros_are_found_far_into_a_sheet(tmp_path: Path) -> None:
    """A sheet is read in blocks, and a cell may stand in two of them."""
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    sheet.append(["Name", "Customer ID"])
    for number in range(2, 30_000):
        sheet.append([f"P{number}", number])
        sheet.cell(number, 2).number_format = "000000"
    workbook.save(tmp_path / "x.xlsx")
    assert [row.cells[1] for row in rows_in(tmp_path / "x.xlsx")] == [f"{number:06}" for number in range(2, 30_000)]


# --- damaged .xls


def damaged(path: Path, offset: int, form: str, *values: int) -> Path:
    """contacts.xls with other numbers at an offset."""
    content = bytearray((DATA / "contacts.xls").read_bytes())
    struct.pack_into(form, content, offset, *values)
    path.write_bytes(content)
    return path


def record(kind: int, least: int = 0) -> int:
    """Where the first record of a kind is in the contacts' sheet, which stands in small sectors in one piece."""
    content = (DATA / "contacts.xls").read_bytes()
    at = content.index(b"\x09\x08\x10\0")
    while True:
        found, size = struct.unpack_from("<2H", content, at)
        if found == kind and size >= least:
            return at
        at += 4 + size


def next_sector(sector: int) -> int:
    """Where the table of sectors, which is sector 0, says what follows this one; the directory begins in 11."""
    return 512 + 4 * sector


LABEL = 0xFD
NUMBER = 0x203
DIMENSIONS = 0x200
STRINGS = 0xFC


@pytest.mark.parametrize(
    ("offset", "form", "values", "reason"),
    [
        pytest.param(lambda: next_sector(11), "<I", (11,), "circle", id="sectors in a circle"),
        pytest.param(lambda: record(LABEL) + 6, "<H", (65_535,), "column 65536", id="a text beyond the last column"),
        pytest.param(lambda: record(DIMENSIONS) + 8, "<I", (0xFFFFFFF0,), "dimensions", id="very many rows"),
        pytest.param(lambda: record(DIMENSIONS) + 4, "<2I", (9, 3), "dimensions", id="dimensions upside down"),
        pytest.param(lambda: record(STRINGS) + 8, "<I", (0x7FFFFFFF,), "texts", id="two thousand million texts"),
    ],
)
def test_an_xls_that_would_end_the_process_is_refused(
    tmp_path: Path, offset: Callable[[], int], form: str, values: tuple[int, ...], reason: str
) -> None:
    """Before calamine sees it, in one line."""
    message = refused(damaged(tmp_path / "x.xls", offset(), form, *values))
    assert "is damaged" in message
    assert reason in message


@pytest.mark.slow
@pytest.mark.parametrize("value", [1e300, 1e12, -1e12], ids=str)
def test_a_date_that_there_is_not_is_an_input_error(tmp_path: Path, value: float) -> None:
    """Whatever calamine makes of it; the row is read only after the file is opened."""
    file = tmp_path / "x.xlsx"
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    sheet.append(["Name", "Since"])
    for number in range(60):
        sheet.append([f"P{number}", number])
    sheet.append(["Bo", value])
    sheet["B62"].number_format = "[h]:mm:ss"
    workbook.save(file)
    table = open_table(file, ReadOptions(sheets=("1",)))
    with pytest.raises(InputError, match="cannot be read as a workbook"):
        list(table.batches())


def test_the_end_of_time_is_not_rounded_beyond_it() -> None:
    """Programs write it for "never"."""
    assert cell_text(dt.datetime(9999, 12, 31, 23, 59, 59, 999_000)) == "9999-12-31 23:59:59"


@pytest.mark.parametrize(
    ("code", "number", "shown"),
    [
        ("00000", "7", "00007"),
        ('"+1 "0', "2125551234", "+1 2125551234"),
        ('"C-"0000', "7", "C-0007"),
        (r"\+0", "8613800138000", "+8613800138000"),
        ("0.00E+00", "13800000000", "1.38E+10"),
        ("0.00E+00", "13800138000", "13800138000"),
        ("0.00E+00", "1200", "1200"),
        ("##0.0E+0", "7", "7"),
        ("0", "7", "7"),
        ("General", "7", "7"),
        ("#,##0", "7000", "7000"),
        ("0.00", "7", "7"),
        ("00000", "7.5", "7.5"),
    ],
)
def test_a_number_is_read_as_its_format_shows_it(code: str, number: str, shown: str) -> None:
    """Zeros and a text before it; scientific notation where the digits behind it are gone."""
    form = form_of(code)
    assert (formed_text(number, form) if form else number) == shown


def test_a_number_that_a_spreadsheet_program_rounded_is_no_phone_number(tmp_path: Path) -> None:
    """1.38E+10 from a CSV, saved as .xlsx by a program: a number cell in scientific notation."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Name", "Phone", "US"])
    sheet.append(["Ann", 1.38e10, 2125551234])
    sheet["B2"].number_format = "0.00E+00"
    sheet["C2"].number_format = '"+1 "0'
    book.save(tmp_path / "x.xlsx")
    table = open_table(tmp_path / "x.xlsx", ReadOptions())
    assert [row.cells for row in next(table.batches())] == [("Ann", "1.38E+10", "+1 2125551234")]


# --- numbers that lost digits


@pytest.mark.parametrize("kind", ["General", "0", "0.00E+00", "@"])
def test_a_number_that_may_have_lost_digits_is_marked_whatever_its_format(tmp_path: Path, kind: str) -> None:
    """A text of the same digits is what its user typed."""
    path = tmp_path / "numbers.xlsx"
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    for row in (["Name", "Email", "Phone"], ["Ann", "a@b.co", 8613900000000], ["Bob", "b@b.co", "8613900000000"]):
        sheet.append(row)
    sheet["C2"].number_format = kind
    workbook.save(path)
    number, text = (row.cells[2] for row in rows_in(path))
    assert read_all("phone_number", [number]).errors[0].code == "precision_lost"
    assert read_all("phone_number", [text], "CN").values == ["+8613900000000"]


@pytest.mark.parametrize(
    ("value", "marked"),
    [
        (13900000000, True),
        (13900000000.0, True),
        (4008000000, False),
        (1001, False),
        (13912345678.0, False),
        (1e14, True),
    ],
)
def test_a_number_cell_of_any_kind_of_workbook_is_marked(value: float, marked: bool) -> None:
    """.xls, .xlsb and .ods give floats, .xlsx integers too."""
    assert isinstance(cell_text(value), RoundNumber) is marked
