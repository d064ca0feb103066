"""Rules of finding the table: which row has the titles, what stands above it, and when there is no header."""

from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.errors import InputError
from importer.library.preview import preview
from importer.loader.header import SAMPLE_ROWS, find_header, headless, made_up
from importer.loader.merit import merit
from importer.loader.opening import open_table
from importer.loader.table import ReadOptions, Table
from importer.loader.tables import list_beside, side_by_side
from importer.loader.title_rows import field_of, is_data
from importer.models import Row


def rows(text: str) -> list[tuple[int, Sequence[str]]]:
    """A table as it is drawn: a line a row, cells between bars; blank lines count and are no rows."""
    lines = [[cell.strip() for cell in line.split("|")] for line in text.strip("\n").splitlines()]
    return [(number, cells) for number, cells in enumerate(lines, start=1) if any(cells)]


def opened(path: Path, text: str) -> Table:
    path.write_text(text, encoding="utf-8")
    return open_table(path, ReadOptions())


@pytest.mark.parametrize(
    ("text", "row", "titles"),
    [
        pytest.param("Name|Email\nAnn|a@b.co", 1, ["Name", "Email"], id="the first row"),
        pytest.param("Customers 2026|\n\nName|Email\nAnn|a@b.co", 3, ["Name", "Email"], id="a title line"),
        pytest.param(
            "ACME Ltd|\nsales@acme.example|\nTel.|+49 30 1234567\n\n|Name|Email|City\n|Ann|a@b.co|Bonn",
            5,
            ["", "Name", "Email", "City"],
            id="a letterhead with an address and a number, and a blank column at the left",
        ),
        pytest.param("Customers\nEmail\na@b.co\nc@d.co", 2, ["Email"], id="a title line above a single column"),
        pytest.param("Export|Bob\nName|Email\nAnn|a@b.co", 2, ["Name", "Email"], id="a remark as wide as the table"),
        pytest.param("Liste|\nNimi|Puh\nAnn|+358 40 1234567", 2, ["Nimi", "Puh"], id="titles that are not known"),
        pytest.param("Nimi|Puh|Maa\nAnn||\nHandy||x\nBo|+358401234567|y", 1, ["Nimi", "Puh", "Maa"], id="Mr Handy"),
        pytest.param("Name|Type\nAnn|Customer\nPhone|Mobile", 1, ["Name", "Type"], id="cells that look like titles"),
        pytest.param("Name|Email\nAnn|a@b.co\nName|Email\nBo|b@b.co", 1, ["Name", "Email"], id="a repeated header"),
        pytest.param("Name|2026-01-01\nAnn|a@b.co", 1, ["Name", "2026-01-01"], id="a date for a title"),
        pytest.param("Name|Name|Email\nA|B|a@b.co", 1, ["Name", "Name", "Email"], id="the same title twice"),
        pytest.param(
            "Person|Contact||\n|Email|Phone|\nAnn|a@b.co|+4930123456|", 2, ["Person", "Email", "Phone", ""], id="groups"
        ),
        pytest.param(
            "Pupil||Parent|\nFirst|Last|Name|Phone\nTim|Fox|Mia Fox|+14155550101",
            2,
            ["First", "Last", "Parent Name", "Parent Phone"],
            id="columns of somebody else",
        ),
        pytest.param(
            "|Parents|\n|Name|Phone\n|Mia Fox|+14155550101", 2, ["", "Name", "Phone"], id="a title line beside a margin"
        ),
        pytest.param(
            "||Notfallkontakt|\nName|E-Mail|Name|Telefon\nIna|a@b.co|Uwe|+4930123456",
            2,
            ["Name", "E-Mail", "Notfallkontakt Name", "Notfallkontakt Telefon"],
            id="columns of somebody else, in German",
        ),
        pytest.param(
            "Client||Client's wife|\nName|Email|Name|Phone\nAnn|a@b.co|Eva|+4930123456",
            2,
            ["Name", "Email", "Client's wife Name", "Client's wife Phone"],
            id="columns of a customer's relative",
        ),
        pytest.param(
            "Name||Contact|\nFirst|Last|Email|Phone\nAnn|Lee|a@b.co|+4930123456",
            2,
            ["Name First", "Name Last", "Email", "Phone"],
            id="parts of a name",
        ),
        pytest.param(
            "Customer|||Account manager|\nName|Email|Phone|Name|Email\nAnn|a@b.co|+4930123456|Ida|i@b.co",
            2,
            ["Name", "Email", "Phone", "Account manager Name", "Account manager Email"],
            id="columns of a title that is never used",
        ),
        pytest.param(
            "Naam|||Contact|\nVoor|Tussen|Achter|Tel|Mail\nJan|de|Vos|+31612345678|a@b.co",
            2,
            ["Voornaam", "Tussennaam", "Achternaam", "Tel", "Mail"],
            id="parts of a name that are one word with it",
        ),
        pytest.param("Name||City\nAnn|Lee|Bonn\nBob|Ray|Kiel", 1, ["Name", "", "City"], id="a name over data"),
        pytest.param(
            "Name|Contact|\n|Email|Phone\nAnn|a@b.co|+4930123456", 2, ["Name", "Email", "Phone"], id="merged downward"
        ),
        pytest.param(
            "Name|Phone||City\n|Mobile|Work|\nAnn|+49171123456|+4930123456|Bonn",
            2,
            ["Name", "Phone Mobile", "Phone Work", "City"],
            id="a known title over several columns",
        ),
        pytest.param(
            "姓名|电话||备注\n|办公|住宅|\n王芳|010-62751234|010-62751235|x",
            2,
            ["姓名", "办公 电话", "住宅 电话", "备注"],
            id="a known title over others that are not",
        ),
        pytest.param(
            "Contact||Telefon|\nName|Email|privat|Büro\nAnn|a@b.co|+4930123456|+4930123457",
            2,
            ["Name", "Email", "Telefon privat", "Telefon Büro"],
            id="two groups, of which one is known",
        ),
        pytest.param("Name|Phone||\nAnn|+4930123456|+4930123457|", 1, ["Name", "Phone", "", ""], id="merged sideways"),
        pytest.param("Column A|Column B|import_error\nAnn|b@|no", 1, None, id="the importer's own made-up titles"),
        pytest.param("Name|\nAnn|a@b.co\nBo|b@b.co", 1, ["Name", ""], id="a single title beside an untitled column"),
        pytest.param("Jahr|2024|2025\nx|3|4\nz|5|6", 1, ["Jahr", "2024", "2025"], id="years over figures"),
        pytest.param("foo|bar\nx|y\nz|w", 1, ["foo", "bar"], id="nothing known and no data"),
        pytest.param("a|b|c\n1|2|3\n|0|A\n|.|Phone", 1, ["a", "b", "c"], id="a known word in the last row"),
        pytest.param(
            "Colleague|Email|Phone||Lists|\nJulia King|||Ward|Mail\nMark Malein||+12127365000|||\nSara Young||||11|12",
            1,
            ["Colleague", "Email", "Phone", "", "Lists", ""],
            id="a person beside the titles of a side table",
        ),
        pytest.param(
            "Room|Email|Phone||Lists|\n114|||Ward|Mail\n115||+12127365000|||\n116||||11|12",
            1,
            ["Room", "Email", "Phone", "", "Lists", ""],
            id="a figure like those below, beside the titles of a side table",
        ),
        pytest.param(
            "Name|Email|Phone|Extra|\n|||Grace Note|Mail\nAnn|a@b.co|+12127365000|Due|x\nBo|c@d.co|+12127365001|Due|y",
            2,
            ["Name", "Email", "Phone", "Grace Note", "Mail"],
            id="the lower row of the titles",
        ),
    ],
)
def test_the_header_is_found(text: str, row: int, titles: list[str] | None) -> None:
    """The row with the most known titles, where everything above is narrower; else the first full row without data."""
    header = find_header(rows(text))
    assert header is not None
    assert (header.row, header.above) == (row, row)
    if titles is not None:
        assert list(header.cells) == titles


IN_TWO_LINES = {
    # N is the title of the name, G that of a group, P of a phone, E of an email, C of a company, I of a table.
    "merged above": "N|G|\n|P|E\nAnn|+4930123456|a@b.co",
    "merged above, others downwards": "N|C|G|\nN|C|P|E\nAnn|Acme|+4930123456|a@b.co",
    "others written above alone": "N|C|G|\n||P|E\nAnn|Acme|+4930123456|a@b.co",
    "the group in each column": "N|G|G\n|P|E\nAnn|+4930123456|a@b.co",
    "the group in each column, others in both rows": "N|C|G|G\nN|C|P|E\nAnn|Acme|+4930123456|a@b.co",
    "the group first": "G||N\nP|E|\n+4930123456|a@b.co|Ann",
    "over one column": "N|G|C\n|P|\nAnn|+4930123456|Acme",
    "over one column, others in both rows": "N|G|C\nN|P|C\nAnn|+4930123456|Acme",
    "over three columns, of which one is an address": "N|G||\n|P|A|E\nAnn|+4930123456|Main St 5|a@b.co",
    "below a title line": "I|||\nN|C|G|\n||P|E\nAnn|Acme|+4930123456|a@b.co",
    "below a title line in each column": "I|I|I|I\nN|C|G|G\nN|C|P|E\nAnn|Acme|+4930123456|a@b.co",
}
WORDS = {
    "zh": ["姓名", "联系方式", "手机", "邮箱", "公司", "客户信息", "地址"],
    "en": ["Name", "Contact details", "Mobile", "Email", "Company", "Customer information", "Address"],
    "es": ["Nombre", "Datos de contacto", "Móvil", "Correo", "Empresa", "Información del cliente", "Dirección"],
    "ar": ["الاسم", "معلومات الاتصال", "الجوال", "البريد الإلكتروني", "الشركة", "معلومات العميل", "العنوان"],
}


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("layout", IN_TWO_LINES.values(), ids=IN_TWO_LINES)
def test_titles_in_two_lines_are_found(layout: str, language: str) -> None:
    """A group over titles of its own, in whatever way its cells and those beside it were merged, or came apart."""
    words = dict(zip("NGPECIA", WORDS[language], strict=True))
    drawn = "\n".join("|".join(words.get(cell, cell) for cell in line.split("|")) for line in layout.split("\n"))
    header = find_header(rows(drawn))
    assert header is not None
    assert header.row == drawn.count("\n")
    meant = {"Ann": "name", "Acme": field_of(words["C"]), "+4930123456": "phone_number", "a@b.co": "email"}
    assert [field_of(title) for title in header.cells] == [
        meant.get(cell, "") for cell in layout.split("\n")[-1].split("|")
    ]


def test_titles_in_three_lines_are_found() -> None:
    """A group within a group: what stands above counts for what a row below it leaves blank."""
    header = find_header(
        rows("Name|Contact|||City\n|Phone||Email|\n|Mobile|Home||\nAnn|+49171123456|+4930123456|a@b.co|Bonn")
    )
    assert header is not None
    assert (header.row, header.cells) == (3, ("Name", "Phone Mobile", "Phone Home", "Email", "City"))


@pytest.mark.parametrize(
    ("text", "row"),
    [
        pytest.param("姓名|手机|备注\nName|Mobile|Notes\n王芳|13800138000|x", 1, id="the same in another language"),
        pytest.param("Nimi|Puh|Maa\nHandy||\nBo|+358401234567|y", 1, id="somebody of a name that is a title"),
        pytest.param("Name|Phone|City\nHandy||\nBo|+358401234567|Kiel", 1, id="so below known titles"),
    ],
)
def test_other_rows_below_titles_are_no_second_line(text: str, row: int) -> None:
    """A second line says what is below it, where the first leaves that open."""
    header = find_header(rows(text))
    assert header is not None
    assert header.row == row


@pytest.mark.parametrize(
    ("text", "above", "width"),
    [
        pytest.param("Ann|a@b.co|+49 30 1234567\nBo|b@b.co|+49 30 1234568", 0, 3, id="an address in the first row"),
        pytest.param("Handy|a@b.co\nBo|b@b.co", 0, 2, id="a name that is a title"),
        pytest.param("Customers|\n\nAnn|a@b.co\nBo|b@b.co", 1, 2, id="below a title line"),
        pytest.param("Ann||\nBo|b@b.co|\nCy|c@b.co|+4930123456", 0, 3, id="the first person has no address"),
        pytest.param("13800138000\n13800138001", 0, 1, id="a column of numbers"),
        pytest.param("Charles\nKarel\nMohammed\nMaria", 0, 1, id="names alone"),
        pytest.param("453176|梁锐昌|x1\n007587|杨芳欣|\n000274|马见丹|x2", 0, 3, id="names beside numbers"),
        pytest.param("1|NULL|Qwe|5\n2|NULL|Rty|1\n3|NULL|Uio|1", 0, 4, id="a text that its column repeats"),
        pytest.param("1|Ann|1.38E+10\n2|Bo|1.39E+10", 0, 3, id="numbers that Excel has rounded"),
        pytest.param("Ann|https://x.example/a.png\nBo|https://x.example/b.png", 0, 2, id="links"),
    ],
)
def test_there_may_be_no_header(text: str, above: int, width: int) -> None:
    """A row that holds an address or a long number is data, and nothing of it is lost to titles."""
    header = find_header(rows(text))
    assert header is not None
    assert (header.row, header.above, header.cells) == (0, above, made_up(width))


@pytest.mark.parametrize(
    ("text", "people"),
    [
        pytest.param("Name|Email\nAnn|a@b.co", True, id="titles"),
        pytest.param("Nimi|Posti\nAnn|a@b.co\nBo|b@b.co", True, id="content"),
        pytest.param("Read me|\nAsk|help@b.co\nDate|today\nVersion|2\nBy|Bob", False, id="a cover sheet"),
        pytest.param("City|Country\nBonn|DE", False, id="titles of no person"),
    ],
)
def test_a_sheet_with_contacts_is_told_from_others(text: str, people: bool) -> None:
    """A title of a person's field, or addresses and numbers in most rows below the header."""
    assert bool(merit(rows(text)).people) is people


@pytest.mark.parametrize(
    ("cell", "data"),
    [
        *[(cell, True) for cell in ("a@b.co", " A.B@c.example ", "a＠b.co", "mailto:a@b.co", "https://a.b/c")],
        *[
            (cell, True)
            for cell in ("+49 (0)30 123-45", "13800138000.0", "'0049301234567", "1.38E+10", "\u202a+49301234")
        ],
        *[(cell, False) for cell in ("", "Ann", "2026-01-02", "31.12.2026 10:00", "2026", "12345", "Email (a@b.co)")],
    ],
)
def test_data_is_what_no_title_is(cell: str, data: bool) -> None:
    """Addresses and numbers of seven digits and more; a date or a year may be a title."""
    assert is_data(cell) is data


def test_no_text_is_no_table() -> None:
    """Nothing is made up for an empty sheet."""
    assert find_header([]) is None
    assert find_header([(1, ["", " "])]) is None


@pytest.mark.slow
@given(st.lists(st.lists(st.text(max_size=12), max_size=5), max_size=SAMPLE_ROWS))
def test_any_rows_can_be_decided_on(cells: list[list[str]]) -> None:
    """No text in any cell raises, and every row with text is a remark, the header, or data."""
    numbered = list(enumerate(cells, start=1))
    header = find_header(numbered)
    filled = [number for number, row in numbered if any(map(str.strip, row))]
    assert (header is None) == (not filled)
    if header is not None:
        assert [number for number, _ in header.remarks] == [
            number for number in filled if number < (header.row or header.above + 1)
        ]


# --- through the file


def test_rows_above_the_header_are_told_and_not_imported(tmp_path: Path) -> None:
    """Row numbers stay true, and what is passed over is shown."""
    table = opened(tmp_path / "x.csv", "Customers 2026,\nas of today,\n\nName,Email\nAnn,a@b.co\n")
    assert (table.titles, table.header_row) == (("Name", "Email"), 4)
    assert [row for batch in table.batches() for row in batch] == [Row(5, ("Ann", "a@b.co"))]
    assert [*map(str, table.notes[1:])] == [
        'above the table, and not imported: row 1 "Customers 2026", row 2 "as of today"',
        "the titles stand in row 4",
    ]


def test_a_table_without_header_has_made_up_titles_that_import_again(tmp_path: Path) -> None:
    """Every row is data; an errors file with these titles is recognized by them, even if no address is left in it."""
    table = opened(tmp_path / "x.csv", "Ann,a@b.co\nBo,b@b.co,\n")
    assert (table.titles, table.header_row) == (("Column A", "Column B"), 0)
    assert [row.number for batch in table.batches() for row in batch] == [1, 2]
    assert any(str(note).startswith("no header: the data begin in row 1,") for note in table.notes)
    again = opened(tmp_path / "errors.csv", "Column A,Column B,import_error\nAnn,a@b.co,x\n")
    assert (again.titles, again.header_row) == (("Column A", "Column B", "import_error"), 1)


def test_a_sheet_without_header_has_a_title_for_every_column(tmp_path: Path) -> None:
    """A cell far to the right in a later row is a column of its own, not one cell too many."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for number in range(1, 70):
        sheet.append([f"P{number}", f"p{number}@b.co"])
    sheet["D69"] = "call him"
    book.save(tmp_path / "x.xlsx")
    table = open_table(tmp_path / "x.xlsx", ReadOptions())
    assert table.titles == ("Column A", "Column B", "Column C", "Column D")


@pytest.mark.parametrize(
    ("first", "taken"),
    [
        pytest.param([["Read me"], ["Sheet 2 has the people"]], "People", id="the first has no contacts"),
        pytest.param([["Name", "Email"], ["Cy", "c@b.co"]], "First", id="the first has contacts"),
        pytest.param([[]], "People", id="the first is empty"),
    ],
)
def test_the_first_sheet_with_contacts_is_taken(tmp_path: Path, first: list[list[str]], taken: str) -> None:
    """The first visible one with data, unless only a later one has contacts; a note says which and why."""
    book = openpyxl.Workbook()
    book.worksheets[0].title = "First"
    for row in first:
        book.worksheets[0].append(row)
    for title in ("People", "More"):
        for row in (["Name", "Email"], ["Ann", "a@b.co"]):
            book[title].append(row) if title in book.sheetnames else book.create_sheet(title).append(row)
    book.save(tmp_path / "x.xlsx")
    table = open_table(tmp_path / "x.xlsx", ReadOptions())
    assert table.sheet == taken
    assert ('because "First" has no contacts' in str(table.notes[0])) == (first[0] == ["Read me"])
    assert open_table(tmp_path / "x.xlsx", ReadOptions(sheets=("First" if first[0] else "More",))).notes


def test_merged_cells_above_and_in_the_header(tmp_path: Path) -> None:
    """A merged cell has its text at its top left; the titles are completed from the row above."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (["Customers"], ["Name", "Contact"], [None, "Email", "Phone"], ["Ann", "a@b.co", "+4930123456"]):
        sheet.append(row)
    for cells in ("A1:C1", "A2:A3", "B2:C2"):
        sheet.merge_cells(cells)
    book.save(tmp_path / "x.xlsx")
    table = open_table(tmp_path / "x.xlsx", ReadOptions())
    assert (table.titles, table.header_row) == (("Name", "Email", "Phone"), 3)


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        pytest.param("Name|Email||Name|Email\nAnn|a@b.co||Bo|b@b.co", "AB DE", id="an empty column between"),
        pytest.param("姓名|手机|姓名|手机\n王芳|13800138000|李丽|13800138001", "AB CD", id="the titles twice"),
        pytest.param("||Name|Email|Name|Email\n||Ann|a@b.co|Bo|b@b.co", "CD EF", id="beside an empty margin"),
        pytest.param(
            "Nom|E-mail|||Contact|Courriel|Ville\nAnn|a@b.co|||Bo|b@b.co|Lyon", "AB EG", id="other words for the same"
        ),
        pytest.param(
            "Name|Phone||Company|Contact|E-mail\nAnn Lee|1||Acme AG|Gus Moor|g@b.co\nBob Ray|2||Bolt AG|Jo Moor|h@b.co",
            "AB DF",
            id="other people with another field",
        ),
        pytest.param(
            "Name|Phone||Supplier|Phone|Email\nAnn Lee|1||Acme Inc|3|a@b.co\nBob Ray|2||Bolt Ltd|4|b@b.co",
            "AB DF",
            id="firms that are somebody else",
        ),
    ],
)
def test_two_tables_side_by_side_are_refused(tmp_path: Path, text: str, columns: str) -> None:
    """A row is one person: half of the people would be lost; the message says where the tables stand."""
    (left, right) = (f"{half[0]}-{half[1]}" for half in columns.split())
    with pytest.raises(InputError) as caught:
        opened(tmp_path / "x.csv", text.replace("|", ","))
    assert f"columns {left} and {right}" in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "Name|Email||Company|City\nAnn|a@b.co||Acme|Bonn",
        "Name|Phone|Email|Phone|Email\nAnn|+4930123456|a@b.co|+4930123457|c@b.co",
        "Phone|Email|Phone|Email\n+4930123456|a@b.co|+4930123457|c@b.co",
        "Name|Email|||\nAnn|a@b.co|||x",
        "Name|Name\nAnn|Lee",
        "Name|Phone||Company|Email\nAnn Lee|1||Acme GmbH|a@b.co\nBob Ray|2||Bolt AG|b@b.co",
        "Name|Phone||Parent|Email\nTim Fox|1||Mia Fox|a@b.co\nBob Ray|2||Eva Ray|b@b.co",
        "Name|Phone||Emergency contact|Emergency phone\nTim Fox|1||Mia Fox|3\nBob Ray|2||Eva Lis|4",
        "Name|Phone||Contact|Email\nAnn Lee|1||Lee, Ann|a@b.co\nBob Ray|2||Ray, Bob|b@b.co",
        "Company|Phone||Contact|Email\nAcme GmbH|1||Ann Lee|a@b.co\nBolt AG|2||Bob Ray|b@b.co",
        "Customer|Phone||Contact|Email\nAcme GmbH|1||Ann Lee|a@b.co\nBolt AG|2||Bob Ray|b@b.co",
        "Name|Phone||Nickname|Email\nAnn Lee|1||Sunny|a@b.co\nBob Ray|2||Rocky|b@b.co",
        "Billing Name|Phone||Shipping Name|Email\nAnn Lee|1||Mia Fox|a@b.co\nBob Ray|2||Eva Lis|b@b.co",
        "Name|Phone||Contact|City\nAnn Lee|1||Mia Fox|Bonn\nBob Ray|2||Eva Lis|Kiel",
    ],
)
def test_other_columns_of_one_table_are_none(text: str) -> None:
    """Second values, a blank column before other facts, a title twice."""
    (_, titles), *below = rows(text)
    assert side_by_side(titles, [cells for _, cells in below]) is None


BESIDE = {
    "a legend": "Legend|\nA|Active\nB|Blocked",
    "a lookup of countries": "Country|Code\nGermany|DE\nFrance|FR",
    "ids of departments": "Name|ID\nSales|S1\nSupport|S2",
    "branches with phones": "Branch|Phone\nBerlin|+4930123456\nBonn|+4922812345",
    "one that goes on below the people": "Code\n" + "\n".join("ABCDEFG"),
    "in Chinese": "代码|名称\nA|有效\nB|停用",
}


def with_people(beside: str) -> list[tuple[int, Sequence[str]]]:
    """Five people, an empty column, and a list that stands beside them."""
    people = ["Name|Phone|Email", *(f"Ann {letter}|+4930123450{at}|{letter}@b.co" for at, letter in enumerate("vwxyz"))]
    listed = beside.split("\n")
    return rows(
        "\n".join(
            f"{people[at] if at < len(people) else '||'}||{listed[at] if at < len(listed) else ''}"
            for at in range(max(len(people), len(listed)))
        )
    )


@pytest.mark.parametrize("beside", BESIDE.values(), ids=BESIDE)
def test_a_list_beside_the_people_is_not_about_them(tmp_path: Path, beside: str) -> None:
    """It is neither refused nor used, a warning names its columns, and its rows below the people are none."""
    file = tmp_path / "x.csv"
    file.write_text("\n".join(",".join(cells) for _, cells in with_people(beside)), encoding="utf-8")
    (table,) = preview(file, extra_columns="custom")
    last = "E" if "|" not in beside else "E-F"
    assert [str(warning) for warning in table.warnings] == [
        f"columns {last} are a list beside the people, and are not used; if they are about the people, "
        "delete the empty column before them"
    ]
    assert [column.field for column in table.columns[3:]] == [None] * (len(table.columns) - 3)
    assert table.total == 5


@pytest.mark.parametrize(
    "beside",
    [
        pytest.param("City|ZIP\n" + "\n".join(f"Bonn {at}|5311{at}" for at in range(5)), id="in every row"),
        pytest.param("City|ZIP\nBonn|53111\nKiel|24103\nUlm|89073", id="but in the last two"),
        pytest.param("City|ZIP\nBonn|53111\n|\nKiel|24103", id="with a gap"),
        pytest.param("City|ZIP\nBonn|53111\nBonn|53112", id="with a value twice"),
        pytest.param("Note\ncall back", id="in one row"),
    ],
)
def test_other_columns_behind_an_empty_one_are_of_the_people(beside: str) -> None:
    """As they may be: nothing about somebody is left out by chance."""
    (_, titles), *below = with_people(beside)
    assert list_beside(titles, [cells for _, cells in below]) is None


def test_a_first_row_with_an_address_or_a_number_is_a_contact() -> None:
    """A sheet without titles has contacts too."""
    assert merit(rows("Ann|a@b.co|+49 30 1234567\nBo|b@b.co|+49 30 1234568")).people
    assert merit(rows("13800138000\n13800138001")).people


def test_the_user_may_say_that_there_is_no_header(tmp_path: Path) -> None:
    """Then the first row is data, whatever it looks like."""
    (tmp_path / "a.csv").write_text("靓 仔,x\n美 丽,y\n", encoding="utf-8")
    table = open_table(tmp_path / "a.csv", ReadOptions(no_header=True))
    assert table.titles == made_up(2)
    assert [row.number for batch in table.batches() for row in batch] == [1, 2]


@pytest.mark.parametrize(
    "titles",
    [
        pytest.param("Column A|Column B|import_row|import_error", id="errors.csv"),
        pytest.param("import_row|import_error|Column A|Column B", id="errors.xlsx"),
        pytest.param("Column A|Column B|contact_id|import_status", id="with-ids"),
        pytest.param("Column A|Column B", id="one whose last columns somebody has removed"),
    ],
)
def test_what_the_program_wrote_has_its_titles_whatever_the_user_says(titles: str) -> None:
    """So the options of a file without titles import its errors file, and its rows with ids."""
    header = headless(rows(f"{titles}\nAnn|a@b.co|2|x"))
    assert header is not None
    assert (header.row, header.above, header.cells) == (1, 1, tuple(titles.split("|")))


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("name,email\n1,Ann Lee,a@b.co\n2,Bob Ray,b@b.co\n", ("", "name", "email")),
        ("name,email\nLee, Ann,a@b.co\nRay, Bob,b@b.co\n", ("name", "email")),
        ("name,email\n1,Ann Lee,a@b.co\n2,Bob Ray\n", ("name", "email")),
    ],
    ids=["counted", "names with a comma", "not every row"],
)
def test_rows_that_r_has_numbered_have_one_title_less(tmp_path: Path, text: str, titles: tuple[str, ...]) -> None:
    """``write.csv`` and ``write.table`` put no title over the names of rows."""
    assert opened(tmp_path / "a.csv", text).titles == titles


@pytest.mark.parametrize(
    ("titles", "told"),
    [
        ("Monse Viurquez", ['row 1 "Monse Viurquez" is taken for the titles; if it is somebody: --no-header']),
        ("Classmates", []),
        ("Guest List", []),
        ("Name", []),
    ],
)
def test_titles_that_may_be_the_first_person_of_a_list_are_told(tmp_path: Path, titles: str, told: list[str]) -> None:
    """A rare name over names, where no word says that it is a title."""
    table = opened(tmp_path / "x.csv", f"{titles}\nMaria Perez\nHugo Sanchez\nOmar Nava\n")
    assert [*map(str, table.warnings)] == told
