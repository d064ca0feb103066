"""A second table below the first: every row has its line, and none of either is left out in silence."""

from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.loader.header import find_header
from importer.loader.opening import open_table
from importer.loader.stacked import Columns, first_table
from importer.loader.table import ReadOptions
from importer.models import Row
from tests.support.service import Service, folders, results, written

PEOPLE = "Name,Email,Phone\nAnn Lee,ann@example.com,+4915112345678\nBob Ray,bob@example.org,+4915112345679\n"
SUPPLIERS = "Company,Phone,Contact,Email\nAcme,+4930123456,Cleo Diaz,cleo@acme.example\n"
SENT, NOT_SENT = ("valid", ""), ("invalid", "another_table")


def outcomes(service: Service, text: str, *options: object) -> list[tuple[str, str]]:
    """The status and the error code of each row, in a dry run."""
    service.invoke(written(text), "--inbox", 407, "--dry-run", *options)
    (folder,) = folders("import-results")
    return [(row["status"], row["error_code"]) for row in results(folder)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(PEOPLE + "\n" + SUPPLIERS, [SENT] * 2 + [NOT_SENT] * 2, id="below a blank row"),
        pytest.param(PEOPLE + "\nSuppliers\n" + SUPPLIERS, [SENT] * 2 + [NOT_SENT] * 3, id="with a heading"),
        pytest.param(PEOPLE + SUPPLIERS * 3, [SENT] * 2 + [NOT_SENT] * 6, id="three of them"),
        pytest.param(
            PEOPLE + SUPPLIERS + PEOPLE.replace("@", "2@").replace("678\n", "778\n").replace("679\n", "779\n"),
            [SENT] * 2 + [NOT_SENT] * 2 + [("invalid", "repeated_titles")] + [SENT] * 2,
            id="the first table again",
        ),
        pytest.param(
            PEOPLE + "Nombre,Correo,Teléfono\nCarla Paz,carla@example.es,+34600123456\n",
            [SENT] * 2 + [("invalid", "repeated_titles"), SENT],
            id="the same columns in other words",
        ),
        pytest.param(
            PEOPLE + "Phone,Email,Name\n+34600123456,carla@example.es,Carla Paz\n",
            [SENT] * 2 + [("invalid", "repeated_titles"), SENT],
            id="the same columns in another order",
        ),
        pytest.param(
            PEOPLE + "Correo,Nombre,Teléfono\ncarla@example.es,Carla Paz,+34600123456\n" + SUPPLIERS,
            [SENT] * 2 + [("invalid", "repeated_titles"), SENT] + [NOT_SENT] * 2,
            id="in another order and other words, and one with other columns behind it",
        ),
        pytest.param(
            PEOPLE + "Phone,Name\n+34600123456,Carla Paz,left over\n" + PEOPLE.replace("@", "2@").replace("67", "77"),
            [SENT] * 2
            + [("invalid", "repeated_titles"), ("invalid", "extra_cells"), ("invalid", "repeated_titles")]
            + [SENT] * 2,
            id="fewer columns in another order, a cell without a title, and the first order again",
        ),
        pytest.param(
            "姓名,邮箱\n王芳,wang@example.cn\n李娜,li@example.cn\n\n供应商\n公司,电话,联系人\n示例,+8613800138000,张伟\n",
            [SENT] * 2 + [NOT_SENT] * 3,
            id="in Chinese",
        ),
        pytest.param(
            "Name,Plan,Via\nAnn Lee,x,Email\nBob Ray,y,Phone\nCarl Fox,Company,Email\n", [SENT] * 3, id="cells"
        ),
    ],
)
def test_each_row_of_both_tables_has_its_line(service: Service, text: str, expected: list[tuple[str, str]]) -> None:
    """The first table is read with its titles; rows below others are read on where each says what its column has."""
    assert outcomes(service, text) == expected


@pytest.mark.slow
def test_the_user_is_warned_before_anything_is_sent(service: Service) -> None:
    """Also with --quiet: the row, the titles, and what to do."""
    said = service.invoke(written(PEOPLE + "\n" + SUPPLIERS), "--inbox", 407, "--dry-run", "--quiet")
    assert "another table begins in row 5 (Company, Phone, Contact, Email), and is not imported" in said.stderr


@pytest.mark.slow
def test_a_table_whose_titles_repeat_other_words_of_it_is_read(service: Service) -> None:
    """Qualtrics writes three rows of titles: names, questions, and what only programs read."""
    titles = (
        "StartDate,RecipientLastName,RecipientEmail,Q1\nStart Date,Recipient Last Name,Recipient Email,How was it?\n"
    )
    ids = '"{""ImportId"":""startDate""}","{""ImportId"":""x""}","{""ImportId"":""y""}","{""ImportId"":""z""}"\n'
    row = "2026-01-02,Lee,ann.lee@example.com,5\n"
    assert outcomes(service, titles + ids + row) == [("invalid", "repeated_titles"), ("invalid", "not_a_person"), SENT]


DETAILS = 'PEDIDO,FECHA,TOTAL\nP/10-1,26/07/2010,"6.711,20"\nP/10-2,22/09/2010,"1.195,20"\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(",,\n" + DETAILS, [SENT] + [NOT_SENT] * 3, id="orders below a blank row"),
        pytest.param(",,\nOrder,Fest,Data\nBo Ek,Ulm,Bar\n", [SENT] * 3, id="words, and no figures below them"),
        pytest.param(",,\nIda Poe,Rome,Sur\nBo 2,Ulm 3,B 4\n", [SENT] * 3, id="no words for things"),
    ],
)
def test_orders_below_a_customer_are_no_people(service: Service, text: str, expected: list[tuple[str, str]]) -> None:
    """Below a blank row, titles of things over dates and amounts begin another table."""
    assert outcomes(service, "NOMBRE,LOCALIDAD,CALLE\nSuministros Sol,Lugo,Mayor\n" + text) == expected


@pytest.mark.slow
def test_somebody_with_an_id_may_be_called_as_a_title_is(service: Service) -> None:
    """Naam is a name; a row that shows how to fill the table has no number for an id."""
    text = "Customer ID,Name,Email\nC1,Ann Lee,ann@example.com\nC2,Naam,\noptional,Naam,\n"
    assert outcomes(service, text) == [SENT, SENT, ("invalid", "not_a_person")]


@pytest.mark.slow
def test_a_row_that_shows_how_to_fill_the_table_is_nobody(service: Service) -> None:
    """A title of the name, in whatever language, stands in its place; who is called so has an address."""
    text = "Name,Email,City\n姓名,,上海\nfull name,,Bonn\nAnn Lee,ann@example.com,Rome\nNombre,n@example.com,Lugo\n"
    nobody = ("invalid", "not_a_person")
    assert outcomes(service, text) == [nobody, nobody, SENT, SENT]


@pytest.mark.slow
@given(st.lists(st.lists(st.sampled_from(["Ann Lee", "a@b.co", "Name", "Email", "Phone", ""]), min_size=3, max_size=3)))
def test_the_first_table_begins_at_the_first_row_and_ends_at_titles(cells: list[list[str]]) -> None:
    """What is cut off begins with titles that are others; the first row is never cut off."""
    rows = [Row(number, tuple(row)) for number, row in enumerate(cells, start=2)]
    first = first_table(rows, ("Name", "Email", "Phone"))
    assert list(first) == rows[: len(first)]
    assert bool(first) == bool(rows)
    if len(first) < len(rows):
        assert Columns.of(("Name", "Email", "Phone")).begins_another(rows[len(first)].cells)


@pytest.mark.parametrize("letterhead", [2, 3])
def test_titles_below_people_are_no_header(letterhead: int) -> None:
    """Two rows with addresses in one column are people, though titles stand below them; a letterhead is none."""
    people = [(1, ["Ann", "a@b.co", ""]), (2, ["Bob", "b@b.co", ""])]
    labels = [(1, ["Email", "a@b.co", ""]), (2, ["Tel.", "+49 30 1234567", ""])]
    titles = [(3, ["Name", "Email", "City"]), (4, ["Cleo", "c@b.co", "Bonn"])]
    for above, row in ((people, 0), (labels, 3)):
        header = find_header([*above, *titles][: letterhead + 2])
        assert header is not None
        assert header.row == row


def test_a_merged_cell_is_of_all_its_rows(tmp_path: Path) -> None:
    """A company merged down over its people is the company of each; a row that is blank otherwise stays blank."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (
        ["Company", "Contact person", "Email"],
        ["Acme", "Ann Lee", "ann@acme.example"],
        [None, "Bob Ray", "bob@acme.example"],
        [None, None, None],
        ["Widget", "Carla Diaz", "carla@widget.example"],
    ):
        sheet.append(row)
    sheet.merge_cells("A2:A4")
    book.save(tmp_path / "merged.xlsx")
    (rows,) = open_table(tmp_path / "merged.xlsx", ReadOptions()).batches()
    companies = [(row.number, row.cells[0]) for row in rows]
    assert companies == [(2, "Acme"), (3, "Acme"), (5, "Widget")]


def test_rows_of_another_order_are_read_by_their_own_titles(service: Service) -> None:
    """The cells go to the first table's columns, so that results and errors files have them there."""
    text = PEOPLE + "Teléfono,Name,Correo\n+34600123456,Carla Paz,carla@example.es\n+34600123457,Dora,bad@\n"
    service.invoke(written(text), "--inbox", 407, "--dry-run")
    (folder,) = folders("import-results")
    found = [[row[name] for name in ("row", "name", "email", "phone_number")] for row in results(folder)]
    assert found[3:] == [["5", "Carla Paz", "carla@example.es", "+34600123456"], ["6", "Dora", "bad@", "+34600123457"]]
