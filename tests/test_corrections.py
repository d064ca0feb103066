"""Rules of what calamine does not give: formats, error values, formulas without a result, hidden rows, odd archives."""

import re
from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path

import openpyxl
import pytest

from importer.errors import InputError
from importer.loader.number_formats import is_shown_form
from importer.loader.table import ReadOptions, open_table
from importer.normalizer.text import FORMULA_ERRORS, NO_RESULT, NOT_AVAILABLE, WideText
from tests.support.biff import Failed, excel, old_excel
from tests.support.service import invoke, results
from tests.support.workbooks import SHEET, edited, ods_parts, prefixed, written, xlsx_parts

TITLES = ("Name", "Email", "Id")


def rows_of(path: Path) -> dict[int, tuple[str, ...]]:
    return {row.number: row.cells for batch in open_table(path, ReadOptions()).batches() for row in batch}


def told(path: Path) -> str:
    return "\n".join(map(str, open_table(path, ReadOptions()).notes))


# --- how each kind writes a cell: a text, a number in the format 000000, an error value, a formula without a result


def xlsx_cell(value: object, place: str = "") -> str:
    said = f' r="{place}"' if place else ""
    match value:
        case Failed("", _):
            return f"<c{said}><f>VLOOKUP(A1,B:C,2)</f></c>"
        case Failed(text, formula):
            return f'<c{said} t="e">{"<f>1/0</f>" if formula else ""}<v>{text}</v></c>'
        case int():
            return f'<c{said} s="1"><v>{value}</v></c>'
        case _:
            return f'<c{said} t="inlineStr"><is><t>{value}</t></is></c>' if value else ""


def xlsx_rows(rows: Sequence[Sequence[object]], hidden: Sequence[int] = (), *, places: bool = True) -> str:
    found = ""
    for number, values in enumerate(rows, start=1):
        cells = "".join(
            xlsx_cell(value, f"{'ABCDEFG'[at]}{number}" if places else "") for at, value in enumerate(values)
        )
        said = f' r="{number}"' if places else ""
        unseen = ' hidden="1"' if number in hidden else ""
        found += f"<row{said}{unseen}>{cells}</row>"
    return found


STYLES = (
    '<styleSheet><numFmts><numFmt numFmtId="200" formatCode="000000"/></numFmts>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="200"/></cellXfs></styleSheet>'
)


def xlsx(path: Path, rows: Sequence[Sequence[object]], hidden: Sequence[int] = ()) -> Path:
    return written(path.with_suffix(".xlsx"), xlsx_parts(xlsx_rows(rows, hidden)) | {"xl/styles.xml": STYLES})


def ods(path: Path, rows: Sequence[Sequence[object]], hidden: Sequence[int] = ()) -> Path:
    found = ""
    for number, values in enumerate(rows, start=1):
        seen = ' table:visibility="filter"' if number in hidden else ""
        found += f"<table:table-row{seen}>{''.join(map(ods_cell, values))}</table:table-row>"
    return written(path.with_suffix(".ods"), ods_parts(found))


def ods_cell(value: object) -> str:
    match value:
        case Failed("", _):
            return '<table:table-cell table:formula="of:=[.A1]&gt;1"/>'
        case Failed(text, _):
            kind = 'office:value-type="string" office:string-value="" calcext:value-type="error"'
            return f'<table:table-cell table:formula="of:=1/0" {kind}><text:p>{text}</text:p></table:table-cell>'
        case int():
            kind = f'office:value-type="float" office:value="{value}"'
            return f"<table:table-cell {kind}><text:p>{value:06}</text:p></table:table-cell>"
        case _:
            return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'


def xls(path: Path, rows: Sequence[Sequence[object]], hidden: Sequence[int] = ()) -> Path:
    return excel(path.with_suffix(".xls"), rows, "000000", hidden)


def spreadsheetml(path: Path, rows: Sequence[Sequence[object]], hidden: Sequence[int] = ()) -> Path:
    found = ""
    for number, values in enumerate(rows, start=1):
        cells = "".join(map(spreadsheetml_cell, values))
        unseen = ' ss:Hidden="1"' if number in hidden else ""
        found += f"<Row{unseen}>{cells}</Row>"
    path = path.with_suffix(".xml")
    path.write_text(
        '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Styles><Style ss:ID="z">'
        f'<NumberFormat ss:Format="000000"/></Style></Styles><Worksheet ss:Name="S"><Table>{found}</Table></Worksheet>'
        "</Workbook>"
    )
    return path


def spreadsheetml_cell(value: object) -> str:
    match value:
        case Failed("", _):
            return '<Cell ss:Formula="=RC[-1]"/>'
        case Failed(text, _):
            return f'<Cell ss:Formula="=1/0"><Data ss:Type="Error">{text}</Data></Cell>'
        case int():
            return f'<Cell ss:StyleID="z"><Data ss:Type="Number">{value}</Data></Cell>'
        case _:
            return f'<Cell><Data ss:Type="String">{value}</Data></Cell>'


Writer = Callable[..., Path]
KINDS: list[Writer] = [xlsx, ods, xls, spreadsheetml]
KINDS_WITHOUT_RESULTS: list[Writer] = [xlsx, ods, spreadsheetml]


@pytest.mark.parametrize("kind", KINDS)
def test_a_number_shows_its_zeros_in_every_kind(tmp_path: Path, kind: Writer) -> None:
    """An id 000042 is a number with a format; one without zeros before it is as it was."""
    path = kind(tmp_path / "x", [TITLES, ("Ann", "a@b.co", 42), ("Bob", "b@b.co", 1234567)])
    assert [cells[2] for cells in rows_of(path).values()] == ["000042", "1234567"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", ["#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!"])
def test_an_error_value_is_read_in_every_kind(tmp_path: Path, kind: Writer, text: str) -> None:
    """It stands where a value was; an empty cell would be sent as one."""
    path = kind(tmp_path / "x", [TITLES, ("Ann", Failed(text), "1"), (Failed(text), "b@b.co", "2")])
    assert rows_of(path) == {2: ("Ann", text, "1"), 3: (text, "b@b.co", "2")}


@pytest.mark.parametrize("kind", KINDS)
def test_a_failed_lookup_is_told_from_the_text_that_people_write(tmp_path: Path, kind: Writer) -> None:
    """The text #N/A means nothing. A row of nothing but failed lookups is a formula that was filled down."""
    lost = Failed("#N/A")
    rows = [TITLES, ("Ann", lost, "1"), ("#N/A", "b@b.co", "2"), (lost, lost, lost), ("Cy", "c@b.co", "3")]
    found = rows_of(kind(tmp_path / "x", rows))
    assert (found[2], found[3], found[5]) == (
        ("Ann", NOT_AVAILABLE, "1"),
        ("#N/A", "b@b.co", "2"),
        ("Cy", "c@b.co", "3"),
    )
    assert 4 not in found


@pytest.mark.parametrize("kind", KINDS_WITHOUT_RESULTS)
def test_a_formula_without_a_result_is_no_empty_cell(tmp_path: Path, kind: Writer) -> None:
    """Also in the last row and the last column, where nothing else makes the table reach so far."""
    rows = [TITLES, ("Ann", "a@b.co", Failed("")), (Failed(""), "", "")]
    assert rows_of(kind(tmp_path / "x", rows)) == {2: ("Ann", "a@b.co", NO_RESULT), 3: (NO_RESULT, "", "")}


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        pytest.param('<c r="C2"><f>A1</f><v></v></c>', NO_RESULT, id="openpyxl"),
        pytest.param('<c r="C2"><f>A1</f><v/></c>', NO_RESULT, id="an empty value"),
        pytest.param('<c r="C2" t="str"><f>A1</f></c>', NO_RESULT, id="a text without value"),
        pytest.param("<c r='C2'><f t='shared' si='0'/></c>", NO_RESULT, id="a shared formula"),
        pytest.param("<c r='C2' t='e'><v>#REF!</v></c>", "#REF!", id="apostrophes"),
        pytest.param('<c r="C2" t="e"><f>X()</f><v>#FOO!</v></c>', "#VALUE!", id="an unknown error"),
        pytest.param(
            '<c r="C2" t="e" vm="1"><f t="array" ref="C2">S()</f><v>#SPILL!</v></c>', "#VALUE!", id="a young error"
        ),
        pytest.param('<c r="C2" t="e" cm="1"><v>#CALC!</v></c>', "#VALUE!", id="another"),
        pytest.param('<c r="C2" t="str"><f>IF(1,"","x")</f><v></v></c>', "", id="an empty text is a result"),
        pytest.param('<c r="C2"><f>1+1</f><v>2</v></c>', "2", id="a number is one"),
        pytest.param('<c r="C2" t="str"><f>"a"</f><v>a</v></c>', "a", id="a text is one"),
        pytest.param('<c r="C2" t="inlineStr"><is><t>=1+1</t></is></c>', "=1+1", id="a text like a formula"),
    ],
)
def test_a_result_is_what_excel_stored(tmp_path: Path, cell: str, text: str) -> None:
    """An empty text that a formula gave is as good as any; no value at all is none."""
    rows = (
        xlsx_rows([TITLES, ("Ann", "a@b.co")]).replace("</row>", f"{cell}</row>").replace(f"{cell}</row>", "</row>", 1)
    )
    assert rows_of(written(tmp_path / "x.xlsx", xlsx_parts(rows)))[2][2] == text


def test_a_scientific_format_hides_digits_in_an_xml_spreadsheet(tmp_path: Path) -> None:
    """Excel 2003 has a name for it; a number that kept its digits is shown with them."""
    path = spreadsheetml(tmp_path / "x", [TITLES, ("Ann", "a@b.co", 13800000000), ("Bob", "b@b.co", 13800138000)])
    path.write_text(path.read_text().replace('"000000"', '"Scientific"'))
    assert [cells[2] for cells in rows_of(path).values()] == ["1.38E+10", "13800138000"]


@pytest.mark.parametrize("kind", KINDS)
def test_hidden_rows_are_told(tmp_path: Path, kind: Writer) -> None:
    """Who filters a list means what is in sight; the rows are imported, and the note names them."""
    rows = [TITLES, ("Ann", "a@b.co", "1"), ("Bob", "b@b.co", "2"), ("Cy", "c@b.co", "3"), ("", "", "")]
    path = kind(tmp_path / "x", rows, (3, 4, 5))
    assert "2 rows are hidden in the sheet, and are imported all the same: rows 3, 4" in told(path)
    assert len(rows_of(path)) == 3
    assert "hidden" not in told(kind(tmp_path / "y", rows))


@pytest.mark.parametrize("kind", KINDS)
def test_a_row_with_an_error_value_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: Writer) -> None:
    """As in a CSV, so in each workbook."""
    monkeypatch.chdir(tmp_path)
    rows = [TITLES, ("Ann", Failed("#REF!"), "1"), (Failed("#N/A"), "b@b.example", "2"), ("Cy", "c@b.example", "3")]
    assert invoke(kind(tmp_path / "x", rows).name, "--inbox", 407, "--dry-run").exit_code == 1
    found = [(row["row"], row["status"], row["error_code"]) for row in results()]
    assert found == [("2", "invalid", "formula_error"), ("3", "invalid", "formula_error"), ("4", "valid", "")]


def test_a_repeated_cell_of_an_ods_fails_as_often(tmp_path: Path) -> None:
    """LibreOffice writes equal neighbours once, and equal rows."""
    cell = ods_cell(Failed("#REF!")).replace("<table:table-cell", '<table:table-cell table:number-columns-repeated="2"')
    row = f"{ods_cell('Ann')}{cell}"
    rows = f"<table:table-row>{''.join(map(ods_cell, TITLES))}</table:table-row>"
    rows += f'<table:table-row table:number-rows-repeated="3">{row}</table:table-row>'
    assert rows_of(written(tmp_path / "x.ods", ods_parts(rows))) == dict.fromkeys((2, 3, 4), ("Ann", "#REF!", "#REF!"))


@pytest.mark.parametrize(
    ("number", "shown", "is_form"),
    [
        ("42", "000042", True),
        ("42", "+1 42", True),
        ("13800000000", "1.38E+10", True),
        ("13800138000", "1.38E+10", False),
        ("100", "1.00E+02", False),
        ("42", "42", False),
        ("42", "€ 42", False),
        ("42", "42.00", False),
        ("1234", "1,234", False),
        ("0.5", "050%", False),
    ],
)
def test_what_a_cell_shows_is_taken_where_only_the_form_differs(number: str, shown: str, is_form: bool) -> None:
    """Zeros, a calling code and scientific notation; no currency, decimals or separators."""
    assert is_shown_form(number, shown) is is_form


# --- Excel 5.0 and 95


PAGES = [
    (936, "gb18030", "王小明", "姓名"),
    (949, "cp949", "김민수", "이름"),
    (932, "cp932", "佐藤美咲", "氏名"),
    (950, "cp950", "陳志偉", "姓名"),
    (1251, "cp1251", "Иван Петров", "Имя"),
    (1253, "cp1253", "Γιώργος", "Όνομα"),
    (1250, "cp1250", "Łukasz Żak", "Imię"),
    (874, "cp874", "สมชาย", "ชื่อ"),
    (10000, "mac-roman", "José Muñoz", "Name"),
    (1252, "cp1252", "Jürgen Groß", "Name"),
    (None, "cp1252", "François", "Nom"),
]


@pytest.mark.parametrize(("page", "codec", "name", "title"), PAGES, ids=[str(page) for page, *_ in PAGES])
def test_an_old_workbook_is_read_in_its_code_page(
    tmp_path: Path, page: int | None, codec: str, name: str, title: str
) -> None:
    """Its record CODEPAGE says which; names of sheets are in it too."""
    path = old_excel(tmp_path / "x.xls", [(title, "Email"), (name, "a@b.co")], page, codec, title)
    table = open_table(path, ReadOptions(sheets=(title,)))
    assert (table.sheet, table.titles) == (title, (title, "Email"))
    assert rows_of(path) == {2: (name, "a@b.co")}


def test_a_broken_byte_of_an_old_workbook_is_in_its_cell(tmp_path: Path) -> None:
    """Half a character, as in a text."""
    path = old_excel(tmp_path / "x.xls", [("Name", "Email"), ("Bo@", "b@b.co")], 936, "gb18030")
    path.write_bytes(path.read_bytes().replace(b"Bo@", b"Bo\xc3"))
    assert rows_of(path)[2][0] == "Bo\udcc3"


# --- archives that calamine does not read, or not to the end


DATA = [TITLES, ("Zoë", "z@b.co", "1"), (Failed("#REF!"), "b@b.co", "2")]
READ = {2: ("Zoë", "z@b.co", "1"), 3: ("#REF!", "b@b.co", "2")}
EXTENTS = ["A1", "A0:C2", "A:C", "1:3", "", "A1:", "a1:c3", "A1:A2", "A1:XFD1048576", "#REF!"]
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main", "http://purl.oclc.org/ooxml/officeDocument/relationships"


@pytest.mark.parametrize("extent", EXTENTS)
@pytest.mark.parametrize(
    "form", ['<dimension ref="{}"/>', "<dimension ref='{}' />", '<dimension ref="{}"></dimension>']
)
def test_the_extent_that_a_sheet_declares_is_but_a_hint(tmp_path: Path, extent: str, form: str) -> None:
    """Its cells count."""
    parts = xlsx_parts(xlsx_rows(DATA), before=form.format(extent))
    assert rows_of(written(tmp_path / "x.xlsx", parts)) == READ


VARIANTS = {
    "no places": xlsx_parts(xlsx_rows(DATA, places=False)),
    "strict": xlsx_parts(xlsx_rows(DATA), "", *STRICT),
    "absolute names": {
        name: text.replace('Target="worksheets/', 'Target="/xl/worksheets/').replace('Target="xl/', 'Target="/xl/')
        for name, text in xlsx_parts(xlsx_rows(DATA)).items()
    },
    "backslashes": {name.replace("/", "\\"): text for name, text in xlsx_parts(xlsx_rows(DATA)).items()},
    "capitals": {name.replace("sheet1", "Sheet1"): text for name, text in xlsx_parts(xlsx_rows(DATA)).items()},
}


@pytest.mark.parametrize(("name", "encoding"), [*product(VARIANTS, ["utf-8", "utf-16", "utf-8-sig"])])
def test_a_workbook_may_be_written_in_many_ways(tmp_path: Path, name: str, encoding: str) -> None:
    """Parts in UTF-16, cells without places, the strict namespaces, and names of parts as programs write them."""
    assert rows_of(written(tmp_path / "x.xlsx", VARIANTS[name], encoding)) == READ


def test_a_workbook_part_may_have_another_name(tmp_path: Path) -> None:
    """The package's relations name it: xl/workbook22.xml in some downloads."""
    parts = xlsx_parts(xlsx_rows(DATA))
    other = {name.replace("workbook.xml", "workbook22.xml"): text for name, text in parts.items()}
    other["_rels/.rels"] = parts["_rels/.rels"].replace("workbook.xml", "workbook22.xml")
    other["[Content_Types].xml"] = parts["[Content_Types].xml"].replace("workbook.xml", "workbook22.xml")
    assert rows_of(written(tmp_path / "x.xlsx", other)) == READ


def test_a_declaration_of_utf16_is_no_lie_after_the_mending(tmp_path: Path) -> None:
    """The part says that it is UTF-16, and as UTF-8 it says so no more."""
    parts = {
        name: text.replace('<?xml version="1.0"?>', '<?xml version="1.0" encoding="UTF-16"?>')
        for name, text in xlsx_parts(xlsx_rows(DATA)).items()
    }
    assert rows_of(written(tmp_path / "x.xlsx", parts, "utf-16")) == READ


def test_a_mended_workbook_is_still_checked(tmp_path: Path) -> None:
    """A stray cell in the last corner is seen in UTF-16 too."""
    far = xlsx_rows(DATA) + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    with pytest.raises(InputError, match="column XFD"):
        open_table(written(tmp_path / "x.xlsx", xlsx_parts(far), "utf-16"), ReadOptions())


def test_every_error_value_that_is_read_is_known_as_one() -> None:
    """The normalizer refuses what the loader gives."""
    assert {NO_RESULT, NOT_AVAILABLE, "#REF!", "Err:508"} <= FORMULA_ERRORS
    assert all(re.fullmatch(r"#[A-Z_/0]+[!?A-Z]?|Err:\d+", text) for text in FORMULA_ERRORS)


def test_a_row_that_ends_in_itself_is_counted(tmp_path: Path) -> None:
    """Programs write blank rows so; hidden ones without a cell are not worth a word."""
    rows = xlsx_rows(DATA[:2]) + '<row r="3" hidden="1"/><row/>' + '<row r="5"><c r="A5" t="e"><v>#REF!</v></c></row>'
    path = written(tmp_path / "x.xlsx", xlsx_parts(rows))
    assert (rows_of(path)[5][0], "hidden" in told(path)) == ("#REF!", False)


@pytest.mark.parametrize("places", [True, False])
def test_rows_are_counted_over_blocks_without_anything_to_say(tmp_path: Path, places: bool) -> None:
    """A megabyte of plain rows is not looked at row by row; those behind it have their numbers all the same."""
    plain = [(f"Ann row {number} ", f"a{number}@b.co", "x" * 50) for number in range(30_000)]
    rows = [TITLES, *plain, ("Bob", Failed("#REF!"), "y"), *plain, (Failed("#NUM!"), "b@b.co", "z")]
    path = written(tmp_path / "x.xlsx", xlsx_parts(xlsx_rows(rows, places=places)))
    found = rows_of(path)
    assert (found[30_002], found[60_003]) == (("Bob", "#REF!", "y"), ("#NUM!", "b@b.co", "z"))
    assert [number for number, cells in found.items() if cells[1] == "#REF!" or cells[0] == "#NUM!"] == [30_002, 60_003]


def test_edits_of_archives_are_seen(tmp_path: Path) -> None:
    """A sheet with a prefix before its names has error values as any other."""
    path = written(tmp_path / "x.xlsx", xlsx_parts(xlsx_rows(DATA)))
    assert rows_of(edited(path, SHEET, prefixed)) == READ


# --- cells that are merged across columns


def merged_xlsx(path: Path) -> Path:
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    for row in (["Name", "Email"], ["Gold circle", None], ["Ann", "a@b.co"], ["Tall", None]):
        sheet.append(row)
    sheet.merge_cells("A2:B2")
    sheet.merge_cells("A4:A6")
    workbook.save(path.with_suffix(".xlsx"))
    return path.with_suffix(".xlsx")


def merged_ods(path: Path) -> Path:
    wide = (
        '<table:table-cell table:number-columns-spanned="2" table:number-rows-spanned="1" office:value-type="string">'
    )
    tall = wide.replace('"2"', '"1"').replace('"1">', '"3">')
    rows = [
        "".join(map(ods_cell, ("Name", "Email"))),
        f"{wide}<text:p>Gold circle</text:p></table:table-cell><table:covered-table-cell/>",
        "".join(map(ods_cell, ("Ann", "a@b.co"))),
        f"{tall}<text:p>Tall</text:p></table:table-cell>",
    ]
    return written(
        path.with_suffix(".ods"), ods_parts("".join(f"<table:table-row>{row}</table:table-row>" for row in rows))
    )


def merged_page(path: Path) -> Path:
    rows = "<tr><td colspan=2>Gold circle<tr><td>Ann<td>a@b.co<tr><td rowspan=2>Tall<td>"
    path.with_suffix(".html").write_text(f"<table><tr><th>Name<th>Email{rows}</table>", encoding="utf-8")
    return path.with_suffix(".html")


def merged_xml(path: Path) -> Path:
    names = (
        'xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"'
    )
    cell = '<Cell{}><Data ss:Type="String">{}</Data></Cell>'
    rows = [
        [("", "Name"), ("", "Email")],
        [(' ss:MergeAcross="1"', "Gold circle")],
        [("", "Ann"), ("", "a@b.co")],
        [(' ss:MergeDown="2"', "Tall")],
    ]
    body = "".join(f"<Row>{''.join(cell.format(*one) for one in row)}</Row>" for row in rows)
    path.with_suffix(".xls").write_text(
        f'<?xml version="1.0"?><Workbook {names}><Worksheet ss:Name="S"><Table>{body}</Table></Worksheet></Workbook>',
        encoding="utf-8",
    )
    return path.with_suffix(".xls")


@pytest.mark.parametrize("made", [merged_xlsx, merged_ods, merged_page, merged_xml])
def test_a_text_merged_with_cells_to_its_right_is_marked(tmp_path: Path, made: Callable[[Path], Path]) -> None:
    """In every kind of workbook, and not one that is merged with those below it."""
    rows = rows_of(made(tmp_path / "x"))
    assert {row[0]: isinstance(row[0], WideText) for row in rows.values()} == {
        "Gold circle": True,
        "Ann": False,
        "Tall": False,
    }
