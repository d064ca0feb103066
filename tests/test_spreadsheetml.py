"""Rules of XML spreadsheets (Excel 2003): cells where the file puts them, sheets chosen as in any workbook, bounds."""

import subprocess
import sys
from pathlib import Path

import pytest

from importer.errors import InputError
from importer.loader.opening import open_table
from importer.loader.table import ReadOptions, Table
from importer.models import Row
from importer.normalizer.text import RoundNumber
from tests.support.rows import rows_of

HEAD = (
    '<?xml version="1.0" encoding="{0}"?>\n<?mso-application progid="Excel.Sheet"?>\n'
    '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:x="urn:schemas-microsoft-com:office:excel" '
    'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet" xmlns:html="http://www.w3.org/TR/REC-html40">'
    '<Styles><Style ss:ID="zeros"><NumberFormat ss:Format="00000"/></Style></Styles>'
)
HIDDEN = "<x:WorksheetOptions><x:Visible>SheetHidden</x:Visible></x:WorksheetOptions>"
TITLES = ["Name", "Email"]


def cell(value: str, kind: str = "String", attributes: str = "") -> str:
    return f'<Cell {attributes}><Data ss:Type="{kind}">{value}</Data></Cell>'


def row(cells: list[str], attributes: str = "") -> str:
    return f"<Row {attributes}>{''.join(part if '<' in part else cell(part) for part in cells)}</Row>"


def sheet(name: str, rows: list[str], options: str = "") -> str:
    return f'<Worksheet ss:Name="{name}"><Table>{"".join(rows)}</Table>{options}</Worksheet>'


def opened(path: Path, sheets: list[str], wanted: str | None = None, encoding: str = "utf-8") -> Table:
    path.write_bytes((HEAD.format(encoding) + "".join(sheets) + "</Workbook>").encode(encoding))
    return open_table(path, ReadOptions(sheets=() if wanted is None else (wanted,)))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "contacts.xls"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([row(["Ann", "a@b.co"])], [Row(2, ("Ann", "a@b.co"))], id="one after the other"),
        pytest.param(
            [row(["Ann"], 'ss:Index="9"'), row(["Bo"])], [Row(9, ("Ann", "")), Row(10, ("Bo", ""))], id="rows left out"
        ),
        pytest.param(
            [row([cell("a@b.co", "String", 'ss:Index="2"')])], [Row(2, ("", "a@b.co"))], id="columns left out"
        ),
        pytest.param(['<Row ss:Span="3"/>', row(["Ann"])], [Row(6, ("Ann", ""))], id="a row that stands for four"),
        pytest.param(
            [row([cell("Ann", "String", 'ss:MergeAcross="1"'), "x"])], [Row(2, ("Ann", "", "x"))], id="merged cells"
        ),
        pytest.param([row(["<Cell/>", "a@b.co"])], [Row(2, ("", "a@b.co"))], id="a cell without data"),
        pytest.param(
            ['<Row><Cell><Data Type="Number">00123</Data></Cell></Row>'], [Row(2, ("00123", ""))], id="no prefixes"
        ),
    ],
)
def test_a_cell_stands_where_the_file_puts_it(file: Path, rows: list[str], expected: list[Row]) -> None:
    """``ss:Index`` leaves a gap, and what is merged or spanned counts."""
    assert rows_of(opened(file, [sheet("A", [row(TITLES), *rows])])) == expected


@pytest.mark.parametrize(
    ("written", "text"),
    [
        pytest.param(cell(" a&#10;b "), " a\nb ", id="text as it is"),
        pytest.param(cell("13800138000", "Number"), "13800138000", id="number"),
        pytest.param(cell("13800138000.0", "Number"), "13800138000", id="number with .0"),
        pytest.param(cell("123456789012345678", "Number"), "123456789012345678", id="digits that no one rounded"),
        pytest.param(cell("1.38E+16", "Number"), "1.38E+16", id="digits that were"),
        pytest.param(cell("42", "Number", 'ss:StyleID="zeros"'), "00042", id="zeros by the format"),
        pytest.param(cell("1.5", "Number", 'ss:StyleID="zeros"'), "1.5", id="a fraction in such a format"),
        pytest.param(cell("?", "Number"), "?", id="no number"),
        pytest.param(cell("1", "Boolean"), "TRUE", id="true"),
        pytest.param(cell("0", "Boolean"), "FALSE", id="false"),
        pytest.param(cell("2024-01-02T00:00:00.000", "DateTime"), "2024-01-02", id="date"),
        pytest.param(cell("2024-01-02T03:04:05.000", "DateTime"), "2024-01-02 03:04:05", id="date and time"),
        pytest.param(cell("1899-12-31T03:04:05.000", "DateTime"), "03:04:05", id="time"),
        pytest.param(cell("soon", "DateTime"), "soon", id="no date"),
        pytest.param(cell("#N/A", "Error"), "#N/A!", id="error"),
        pytest.param(
            '<Cell><ss:Data ss:Type="String" xmlns="http://www.w3.org/TR/REC-html40"><B>An</B><Font>n</Font> L'
            "</ss:Data><Comment><ss:Data><B>Bo:</B>call</ss:Data></Comment></Cell>",
            "Ann L",
            id="rich text with a comment",
        ),
    ],
)
def test_a_cell_is_the_text_that_the_user_sees(file: Path, written: str, text: str) -> None:
    """By the type of its data, as in any workbook."""
    assert rows_of(opened(file, [sheet("A", [row(TITLES), row(["x", written])])])) == [Row(2, ("x", text))]


@pytest.mark.parametrize(("wanted", "taken"), [(None, "People"), ("cover", "Cover"), ("1", "Old"), ("Old", "Old")])
def test_the_sheet_is_chosen_as_in_any_workbook(file: Path, wanted: str | None, taken: str) -> None:
    """The first visible one with contacts, or the one that is named; what is hidden is said behind the cells."""
    people = [row(TITLES), row(["Ann", "a@b.co"])]
    sheets = [sheet("Old", people, HIDDEN), sheet("Cover", [row(["Report"]), row(["2024"])]), sheet("People", people)]
    table = opened(file, sheets, wanted)
    assert (table.kind, table.sheet) == ("xlsx", taken)
    assert '1 "Old" (hidden), 2 "Cover", 3 "People"' in str(table.notes[-1])


def test_an_unknown_sheet_is_refused_with_the_names(file: Path) -> None:
    """The hint is a list to choose from."""
    with pytest.raises(InputError, match='no sheet "B"') as caught:
        opened(file, [sheet("A", [row(TITLES)])], "B")
    assert '1 "A"' in str(caught.value.hint)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb2312", "windows-1252", "big5"])
def test_the_declared_encoding_is_obeyed(file: Path, encoding: str) -> None:
    """Also one that the XML parser does not know."""
    name = "Zoë" if encoding == "windows-1252" else "王小明"
    table = opened(file, [sheet("A", [row(TITLES), row([name, "a@b.co"])])], encoding=encoding)
    assert rows_of(table) == [Row(2, (name, "a@b.co"))]


def test_a_broken_byte_is_in_its_row(file: Path) -> None:
    """One row is not right, and the others are."""
    opened(file, [sheet("A", [row(TITLES), row(["No@l", "n@b.co"]), *[row(["Zoë", "z@b.co"])] * 9])])
    file.write_bytes(file.read_bytes().replace(b"No@l", b"No\xebl"))
    assert [found.cells[0] for found in rows_of(open_table(file, ReadOptions()))] == ["No\ufffdl", *["Zoë"] * 9]


def test_blank_lines_above_the_declaration_are_passed_over(file: Path) -> None:
    """Web applications print them."""
    opened(file, [sheet("A", [row(TITLES), row(["Ann"])])])
    file.write_bytes(b"\n \n" + file.read_bytes())
    assert rows_of(open_table(file, ReadOptions())) == [Row(2, ("Ann", ""))]


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>'


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        pytest.param("<Workbook", BOMB + "<Workbook", "document type", id="entities that grow"),
        pytest.param("<Workbook", '<!DOCTYPE x SYSTEM "file:///etc/passwd"><Workbook', "document type", id="a file"),
        pytest.param("</Workbook>", "", "no element found", id="it breaks off"),
        pytest.param("Ann", "Ann & Bo", "line", id="no XML"),
        pytest.param("<Row >", '<Row ss:Index="1048577">', "Index", id="a row beyond the last"),
        pytest.param("<Cell >", '<Cell ss:Index="99999999999">', "Index", id="a column beyond the last"),
        pytest.param("<Cell >", '<Cell ss:MergeAcross="-1">', "MergeAcross", id="less than nothing"),
        pytest.param("Ann", "x" * (1 << 20 | 1), "characters", id="a cell without end"),
        pytest.param("Ann", "<!--" + "x" * (1 << 25) + "-->", "without end", id="a comment without end"),
    ],
)
def test_what_is_no_spreadsheet_is_refused_in_one_line(file: Path, old: str, new: str, reason: str) -> None:
    """Damage, and what would fill the memory."""
    opened(file, [sheet("A", [row(TITLES), row(["Ann", "a@b.co"])])])
    file.write_text(file.read_text().replace(old, new, 1) if old != "<Row >" else file.read_text().replace(old, new))
    with pytest.raises(InputError, match=reason) as caught:
        rows_of(open_table(file, ReadOptions()))
    assert "\n" not in f"{caught.value}{caught.value.hint}"


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads the peak of memory from Linux")
def test_memory_does_not_grow_with_the_file(file: Path) -> None:
    """20,000 rows of 2 KB, in a process of its own: far less memory than the file has bytes."""
    opened(file, [sheet("A", [row(TITLES), *[row(["Ann " * 500, "a@b.co"])] * 20_000])])
    code = (
        "import sys\nfrom pathlib import Path\nfrom importer.loader.opening import open_table\n"
        "from importer.loader.table import ReadOptions\n"
        "rows = sum(map(len, open_table(Path(sys.argv[1]), ReadOptions()).batches(100)))\n"
        "peak = Path('/proc/self/status').read_text().partition('VmHWM:')[2].split()[0]\n"
        "print(rows, int(peak) >> 10)"
    )
    done = subprocess.run([sys.executable, "-c", code, file], capture_output=True, text=True, check=True)
    rows, mib = map(int, done.stdout.split())
    assert rows == 20_000
    assert file.stat().st_size > 40 << 20
    assert mib < 35


def test_a_number_cell_that_ends_in_zeros_is_marked_and_a_text_is_not(file: Path) -> None:
    """A spreadsheet program made the first of 1.39E+10, as in any other workbook."""
    table = opened(
        file,
        [sheet("S", [row([cell("Name"), cell("Phone")]), row([cell("13900000000", "Number"), cell("13900000000")])])],
    )
    number, text = rows_of(table)[0].cells
    assert (isinstance(number, RoundNumber), isinstance(text, RoundNumber)) == (True, False)
