"""Columns by evidence: invented files of many languages and products, and what each of their columns is.

``data/evidence.txt`` has the files. Behind ``#2`` a column stands in; behind ``?`` it may be used or not.
"""

import csv
import io
import random
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.countries import INTERNATIONAL
from importer.errors import InputError
from importer.mapping.column_mapping import map_columns, render
from importer.mapping.decision import Choices, Given, decide
from importer.mapping.labels import label_columns
from importer.mapping.title_reading import read_title
from importer.models import Row
from importer.normalizer.columns import ColumnMapping
from importer.normalizer.phones import valid_numbers
from tests.support.examples import examples

FILES = (Path(__file__).parent / "data" / "evidence.txt").read_text(encoding="utf-8")


class File(NamedTuple):
    titles: list[str]
    rows: list[list[str]]
    country: str | None
    expected: dict[str, str]


def files() -> dict[str, File]:
    """The invented files by name."""
    found = {}
    for block in FILES.split("\n== ")[1:]:
        head, _, rest = block.partition("\n")
        name, _, country = head.partition(" | ")
        text, _, said = rest.strip().partition("\n-> ")
        delimiter = ";" if text.splitlines()[0].count(";") else ","
        titles, *rows = csv.reader(io.StringIO(text), delimiter=delimiter)
        pairs = (pair.rpartition("=") for pair in said.split(", ") if pair)
        expected = {title: field for title, _, field in pairs}
        found[name] = File(titles, rows, None if country == "-" else country, expected)
    return found


CORPUS = files()


def mapped(titles: Sequence[str], rows: Sequence[Sequence[str]], country: str | None = None) -> ColumnMapping:
    sample = [Row(number, tuple(cells)) for number, cells in enumerate(rows, 2)]
    return map_columns(titles, {}, {}, "ignore", sample, Choices(valid_numbers(country), valid_numbers(INTERNATIONAL)))


def told(mapping: ColumnMapping) -> dict[str, str]:
    """``{title: field}`` of the used columns, ``#2`` for those that stand in."""
    short = "additional_attributes."
    return {
        column.title: column.field.removeprefix(short) + ("#2" if column.place else "")
        for column in mapping.columns
        if column.field
    }


@pytest.mark.parametrize("name", CORPUS)
def test_a_column_is_what_its_title_its_cells_and_its_neighbours_say(name: str) -> None:
    """One decision for the whole table, in every language that the tables of words know."""
    file = CORPUS[name]
    found = told(mapped(file.titles, file.rows, file.country))
    perhaps = {title for title, field in file.expected.items() if field.endswith("?") and title not in found}
    wanted = {title: field.rstrip("?") for title, field in file.expected.items() if title not in perhaps}
    assert found == wanted


@pytest.mark.slow
@settings(max_examples=examples(150), deadline=None)
@given(st.sampled_from(sorted(CORPUS)), st.randoms(use_true_random=False))
def test_the_order_of_rows_and_columns_does_not_matter(name: str, order: random.Random) -> None:
    """The same titles have the same fields, and the same ones stand in."""
    file = CORPUS[name]
    places = [*range(len(file.titles))]
    order.shuffle(places)
    rows = order.sample(file.rows, len(file.rows))
    shuffled = mapped([file.titles[at] for at in places], [[row[at] for at in places] for row in rows], file.country)
    assert told(shuffled) == told(mapped(file.titles, file.rows, file.country))


OVER_TWO = {
    "in English": (["Name", "", "Email"], [["Ann", "Lee", "a@b.co"], ["Bob", "Ray", "c@b.co"]], "first_name last_name"),
    "the same title": (["Nom", "Nom", "Tél"], [["Zoé", "Petit", ""], ["Ida", "Roux", ""]], "first_name last_name"),
    "the other order": (["Nom et prénom", ""], [["Petit", "Zoé"], ["Roux", "Ida"]], "last_name first_name"),
    "in Chinese": (["姓名", "", "电话"], [["王", "小明", "1"], ["李", "丽", "2"]], "last_name first_name"),
    "a full name": (["Name", "", "Email"], [["Ann Lee", "Bonn", "a@b.co"], ["Bob Ray", "Kiel", "c@b.co"]], "name "),
    "not beside it": (["Name", "Email", ""], [["Ann", "a@b.co", "Lee"], ["Bob", "c@b.co", "Ray"]], "name "),
    "mostly empty": (["Name", ""], [["Ann", ""], ["Bob", "new"], ["Cyd", ""]], "name "),
}


@pytest.mark.parametrize(("titles", "rows", "fields"), OVER_TWO.values(), ids=OVER_TWO)
def test_a_title_over_two_columns_of_single_words_is_a_name_in_two_parts(
    titles: list[str], rows: list[list[str]], fields: str
) -> None:
    """It stands over the left one, as spreadsheets merge cells; there alone the place of a column counts."""
    columns = mapped(titles, rows).columns
    assert [column.field or "" for column in columns if column.field not in ("email", "phone_number")][:2] == (
        fields.split(" ")
    )


REFUSED = {
    "a form in German": (
        ["Anmeldung", "", ""],
        [["Name:", "Uwe Kranz", ""], ["Straße:", "Am See 1", ""], ["Telefon:", "030 5550101", "Fax:"]],
        "this is a form",
    ),
    "a form in Chinese": (
        ["编号：", "7", "日期：", "2020-01-02"],
        [["姓名：", "周舟", "性别：", "女"], ["电话：", "13800138031", "邮编：", "100086"]],
        "this is a form",
    ),
    "a form of two columns": (
        ["Name:", "Ann Lee"],
        [["Address:", "12 Elm St"], ["Comments", "none"]],
        "this is a form",
    ),
    "a form in Spanish": (
        ["Nombre: ", "Club del Sol", ""],
        [["Dirección:", "Lugo", "Galicia"], ["Comentario", "hola", ""], ["Comentario", "gracias", ""]],
        "this is a form",
    ),
    "contracts and their owners": (
        ["Società", "Cod. Contratto", "Stato", "owner"],
        [["Rossi Srl", "14", "attivo", "khbc"], ["Neri Spa", "15", "attivo", "vmrt"]],
        "no column is a name",
    ),
    "titles in a column, in Spanish": (
        ["Nombre", "Luis Paz", "Eva Gil"],
        [["Correo", "luis@example.es", "eva@example.es"], ["Teléfono", "652 333 333", "658 111 111"]],
        "the titles stand in the first column",
    ),
    "titles in a column beside an empty one": (
        ["", "Nombre", "Luis Paz", "Eva Gil"],
        [["", "Correo", "luis@example.es", "eva@example.es"], ["", "Teléfono", "652 333 333", "658 111 111"]],
        "the titles stand in the first column",
    ),
    "titles in a column, in French": (
        ["Nom", "Luc Petit", "Eva Roux"],
        [["Courriel", "luc@example.fr", "eva@example.fr"], ["Téléphone", "01 42", "01 43"]],
        "the titles stand in the first column",
    ),
    "goods in English": (["Name", "SKU", "Unit Price", "Stock"], [["Teapot", "T-1", "9.90", "4"]], "list of goods"),
    "goods in German": (["Bezeichnung", "Artikelnummer", "Preis"], [["Kanne", "T-1", "9,90"]], "list of goods"),
    "goods in Russian": (["Название", "Артикул", "Цена", "Name"], [["Чай", "T-1", "9", "Tea"]], "list of goods"),
    "figures of libraries": (
        ["Library name", "Visits", "Loans"],
        [["Bonn Library", "100", "7"], ["Rome Library", "200", "14"]],
        "names things",
    ),
    "figures of places, in German": (
        ["Gebietsname", "Besucher 2020", "Besucher 2021"],
        [["Ahrtal", "100", "7"], ["Eifel", "200", "14"]],
        "names things",
    ),
    "devices in Chinese": (["仪器名称", "序列号"], [["笔记本电脑", "SN1"], ["显示器", "SN2"]], "no column is a name"),
    "coaches and managers": (
        ["Team", "Coach", "Coach email", "Manager", "Manager email"],
        [["U10", "Ann Lee", "ann@x.org", "Max Boss", "max@x.org"], ["U12", "Bob Ray", "b@x.org", "Mia Fox", "m@x.org"]],
        "several people of a row",
    ),
    "branches": (
        ["Branch Name", "Address", "Phone"],
        [["Riverside Branch", "12 Main St", "(303) 555-0123"], ["Harbor Branch", "9 Dock Rd", "(617) 555-0188"]],
        '"Branch Name" names branches, shops or offices, and no column tells of a person',
    ),
    "shops in Chinese": (
        ["门店名称", "地址", "电话"],
        [["春天超市", "南京路1号", "021-55550101"], ["好运药店", "人民路2号", "021-55550102"]],
        "names branches, shops or offices",
    ),
    "branches in Spanish": (
        ["Sucursal", "Dirección", "Teléfono"],
        [["Centro", "Calle Mayor 1", "912345678"], ["Norte", "Av. 2", "913456789"]],
        "names branches, shops or offices",
    ),
    "offices of a bank, in Chinese": (
        ["网点名称", "联系电话", "营业时间"],
        [["南京路支行", "021-55550101", "9:00-17:00"], ["人民路支行", "021-55550102", "9:00-17:00"]],
        "names branches, shops or offices",
    ),
    "branches in Polish": (
        ["Oddział", "Telefon"],
        [["Śródmieście", "+48 22 555 01 01"], ["Wola", "+48 22 555 01 02"]],
        "names branches, shops or offices",
    ),
    "branches in Russian": (
        ["Филиал", "Телефон"],
        [["Центральный", "+7 495 111-11-22"], ["Северный", "+7 495 111-11-33"]],
        "names branches, shops or offices",
    ),
    "names of files": (
        ["Nome", "Link"],
        [["CITO1_455608_1.PDF", "https://drive.example/uc?id=1"], ["Laudo Ana.docx", "https://drive.example/uc?id=2"]],
        "is none, for its cells are names of files",
    ),
    "events": (
        ["name", "id", "start_date", "end_date", "city"],
        [
            ["Hillside Fest 2022", "650", "2022-07-22", "2022-07-24", "Guelph"],
            ["an open house", "1023", "x", "y", "Bern"],
        ],
        "list of events or places",
    ),
    "places in French": (
        ["NOM", "LATITUDE", "LONGITUDE", "TEL"],
        [["Garage de la gare", "44.08", "6.21", "null"], ["Pneus 2000", "44.66", "4.32", "null"]],
        "list of events or places",
    ),
    "goods in Chinese": (["名称", "条码", "单价"], [["混合糖", "690000000001", "3.5"]], "list of goods"),
}


@pytest.mark.parametrize(("titles", "rows", "reason"), REFUSED.values(), ids=REFUSED)
def test_a_table_without_people_is_refused(titles: list[str], rows: list[list[str]], reason: str) -> None:
    """The message says what the table is; the user's --map says otherwise."""
    with pytest.raises(InputError, match=reason):
        mapped(titles, rows)
    sample = [Row(2, tuple(rows[0]))]
    assert map_columns(titles, {titles[0]: "name"}, {}, "ignore", sample).fields()["name"] == 0


@pytest.mark.parametrize(
    ("titles", "rows"),
    [
        (["name", "id", "start date", "end date"], [["Ann Lee", "650", "x", "y"], ["Bob Ray", "1023", "x", "y"]]),
        (["name", "lat", "lon", "email"], [["open house", "4.1", "6.2", "a@x.org"], ["Pneus 2000", "4.6", "4.3", ""]]),
        (["Customer name", "lat", "lon"], [["open house", "4.1", "6.2"], ["Pneus 2000", "4.6", "4.3"]]),
    ],
    ids=["people", "somebody is reached", "a title of people"],
)
def test_people_with_places_and_times_are_people(titles: list[str], rows: list[list[str]]) -> None:
    """Employees have a start date, and customers coordinates."""
    assert mapped(titles, rows).fields()["name"] == 0


def test_names_alone_beside_empty_columns_are_a_warning() -> None:
    """Placeholders are no address; one value is enough for silence."""
    titles, rows = ["NOM", "TEL", "EMAIL"], [["Giraud Pneus", "null", "null"], ["Moreau Auto", "null", "n/a"]]
    told = 'nobody has an email, a phone number or an id, for "TEL" (B) and "EMAIL" (C) say nothing'
    assert [str(note) for note in mapped(titles, rows).notes] == [f"{told}: names alone would be sent"]
    assert told not in " ".join(map(str, mapped(titles, [*rows, ["Ann Lee", "", "ann@x.org"]]).notes))


def test_people_beside_goods_are_people() -> None:
    """Whoever buys the goods has a name or an address."""
    mapping = mapped(["Customer Name", "Article", "Price"], [["Ann Lee", "Teapot", "9.90"], ["Bob Ray", "Cup", "2"]])
    assert told(mapping) == {"Customer Name": "name"}
    assert told(mapped(["Email", "SKU", "Price"], [["ann@x.org", "T-1", "9.90"]])) == {"Email": "email"}


UNNAMED = {
    "texts are left": (
        ["E-Mail", "Rufzeichen"],
        [["a1@x.org", "Adler"], ["b2@x.org", "Falke"]],
        'no column is the name, and people would be sent without one; --map "Rufzeichen=name" takes "Rufzeichen" (B)',
    ),
    "parts of a name, perhaps": (
        ["Column A", "Column B", "Column C"],
        [["Tadzio", "Zbrzesz", "a1@x.org"], ["Wojka", "Krzemyk", "b7@x.org"]],
        "no column is the name, and people would be sent without one; if two columns are its parts: "
        '--map "Column A=first_name" --map "Column B=last_name", or the other way round',
    ),
    "parts of a name, by what stands below titles that share a word": (
        ["Cntct_Lst", "Cntct_Fst", "Email"],
        [["Holden", "Virginia", "a1@x.org"], ["Smith", "J", "b7@x.org"], ["Marriott", "Jonathan", "c9@x.org"]],
        "no column is the name, and people would be sent without one; if two columns are its parts: "
        '--map "Cntct_Fst=first_name" --map "Cntct_Lst=last_name", or the other way round',
    ),
    "branches with addresses": (
        ["Filiale", "Telefon", "E-Mail"],
        [["Filiale Nord", "+49 40 5550101", "nord@bank.org"], ["Filiale West", "+49 221 5550103", "west@bank.org"]],
        '"Filiale" (A) names organizations, and no column a person: they would be sent without a name; '
        '--map "Filiale=name" takes "Filiale" as the name',
    ),
    "a company alone": (
        ["Company", "Phone"],
        [["Riverside Bakery", "+1 303 555 0123"], ["Harbor Clinic", "+1 617 555 0188"]],
        '"Company" (A) names organizations, and no column a person: they would be sent without a name; '
        '--map "Company=name" takes "Company" as the name',
    ),
    "firms under the name": (
        ["Name", "Phone"],
        [["Riverside Bank", "+1 303 555 0123"], ["Harbor Clinic Ltd", "+1 617 555 0188"]],
        '"Name" (A) holds organizations, and no column people: each is sent as a contact of that name; '
        '--map "Name=additional_attributes.company_name" makes it the company',
    ),
    "a few firms under the name, and nobody": (
        ["Nom", "Téléphone"],
        [
            ["Thermo Sàrl", "+41 27 558 81 01"],
            ["Menuiserie du pont", "+41 27 558 81 02"],
            ["Le coin des fleurs", "+41 27 558 81 03"],
        ],
        '"Nom" (A) holds organizations, and no column people: each is sent as a contact of that name; '
        '--map "Nom=additional_attributes.company_name" makes it the company',
    ),
    "firms under the name, in Chinese": (
        ["客户名称", "电话"],
        [["远山贸易有限公司", "+86 138 0013 8001"], ["长河科技有限公司", "+86 138 0013 8002"]],
        '"客户名称" (A) holds organizations, and no column people: each is sent as a contact of that name; '
        '--map "客户名称=additional_attributes.company_name" makes it the company',
    ),
    "logins are left": (
        ["username", "email"],
        [["ann1", "ann@x.org"], ["bobby", "bob@x.org"]],
        "no column is the name, and people would be sent without one",
    ),
    "nothing but ids": (
        ["KundenNr", "Umsatz"],
        [["K-7", "10"], ["K-9", "12"]],
        "nobody has a name, an email or a phone number: identifiers alone would be sent",
    ),
    "ids and a text": (
        ["Customer ID", "Nick"],
        [["K-7", "Eagle"], ["K-9", "Hawk"]],
        "nobody has a name, an email or a phone number: identifiers alone would be sent; "
        '--map "Nick=name" takes "Nick" (B) as the name',
    ),
    "ids beside empty names": (
        ["Nom", "Prenom", "code"],
        [["", "", "A-1"], ["", "", "A-2"]],
        "nobody has a name, an email or a phone number: identifiers alone would be sent",
    ),
}


@pytest.mark.parametrize(("titles", "rows", "warning"), UNNAMED.values(), ids=UNNAMED)
def test_people_without_a_name_are_a_warning(titles: list[str], rows: list[list[str]], warning: str) -> None:
    """With the --map to paste, where a column of text is left."""
    assert [*map(str, mapped(titles, rows).notes)] == [warning]


@pytest.mark.parametrize(
    "titles", [["name", "identifier"], ["Name", "Email", "Customer ID"]], ids=["template", "email"]
)
def test_an_id_beside_somebody_is_no_warning(titles: list[str]) -> None:
    """Whoever titles a column as the field meant it; and one address is enough."""
    assert mapped(titles, [["", *["a@x.org"] * (len(titles) - 2), "K-7"]]).notes in ((), [])


NO_CONTACTS = {
    "goods": (
        ["Name", "Category", "Price"],
        [["Teapot", "Kitchen", "9.90"], ["Cup", "Kitchen", "2"]],
        "tells of goods",
    ),
    "goods in German": (["Name", "Menge"], [["Kanne", "3"], ["Tasse", "7"]], '"Menge" tells of goods'),
    "hours": (
        ["Mitarbeiter", "Datum", "Stunden"],
        [
            ["Ina Lohse", "2.1.", "8"],
            ["Uwe Kranz", "2.1.", "7"],
            ["Ina Lohse", "3.1.", "8"],
            ["Uwe Kranz", "3.1.", "8"],
        ],
        '"Uwe Kranz" stands there several times',
    ),
    "hours, the name in two parts": (
        ["姓", "名", "工时"],
        [["周", "舟", "8"], ["周", "舟", "7"], ["吴", "双", "8"]],
        '"周 舟" stands there several times',
    ),
    "suppliers again and again": (
        ["nome"],
        [["Farmacia Sol"], ["Luna Med"], ["Farmacia Sol"], ["Farmacia Sol"], ["Luna Med"]],
        '"Farmacia Sol" stands there several times',
    ),
    "firms, by their titles": (
        ["Index", "Organization Id", "Name", "Industry", "Number of employees"],
        [
            ["1", "FAB0d41d5b5d22c", "Mckinney, Riley and Day", "Plastics", "3498"],
            ["2", "6A7EdDEA9FaDC52", "Holder-Sellers", "Glass", "4952"],
            ["3", "0bFED1ADAE4bcC1", "Mendez Inc", "Plastics", "12"],
        ],
        '"Name" holds organizations',
    ),
    "firms, by their cells": (
        ["Name", "Ort"],
        [["Kranz GmbH", "Kiel"], ["Lohse AG", "Bonn"], ["Behn KG", "Trier"]],
        '"Name" holds organizations',
    ),
    "tasks": (
        ["Name", "Due Date", "Status"],
        [["Fix the login page", "2025-08-19", "Done"], ["Write release notes", "2025-08-20", "Open"]],
        '"Due Date" tells of tasks',
    ),
    "tasks in Spanish": (
        ["nombre", "fecha_inicio", "plazo"],
        [["OneDrive", "2025-02-15", "2025-02-17"], ["Resolución Teletrabajo", "2025-02-10", "2025-02-11"]],
        '"fecha_inicio" tells of tasks',
    ),
    "tasks in Japanese": (
        ["名前", "優先度", "期限"],
        [["ログイン画面の修正", "高", "2025-02-17"], ["リリースノートを書く", "低", "2025-02-18"]],
        '"優先度" tells of tasks',
    ),
}


@pytest.mark.parametrize(("titles", "rows", "reason"), NO_CONTACTS.values(), ids=NO_CONTACTS)
def test_names_without_a_key_beside_goods_or_again_and_again_are_a_warning(
    titles: list[str], rows: list[list[str]], reason: str
) -> None:
    """Every row would be a contact that nobody can reach; the user's --map ends it."""
    (note,) = map(str, mapped(titles, rows).notes)
    assert note.startswith("this does not look like contacts: nobody has an email, a phone number or an id, and ")
    assert reason in note
    sample = [Row(number, tuple(cells)) for number, cells in enumerate(rows, 2)]
    assert map_columns(titles, {titles[0]: "name"}, {}, "ignore", sample).notes == ()


@pytest.mark.parametrize(
    ("titles", "rows"),
    [
        (["Name", "Due Date", "Status"], [["Ann Lee", "2025-08-19", "paid"], ["Bob Ray", "2025-08-20", "open"]]),
        (["Name", "Menu"], [["Ann Lee", "Fish"], ["Bob Ray", "Meat"], ["Cy Fox", "Fish"]]),
        (["First name", "Last name", "Table"], [["Ann", "Lee", "1"], ["Ann", "Ray", "1"], ["Bob", "Lee", "2"]]),
        (["Name", "Hours", "Email"], [["Ann Lee", "8", "ann@x.org"], ["Ann Lee", "7", "ann@x.org"]]),
        (["Name", "Price", "Phone"], [["Ann Lee", "8", "+4930123456"], ["Bob Ray", "7", "+4930123457"]]),
    ],
)
def test_a_list_of_guests_and_whoever_can_be_reached_are_contacts(titles: list[str], rows: list[list[str]]) -> None:
    """A grandmother has no phone, and a first name is many people's."""
    assert mapped(titles, rows).notes == ()


def test_a_list_of_addresses_alone_is_fine() -> None:
    """There is nothing that could be the name."""
    assert mapped(["Email", "Since"], [["a@x.org", "2024-01-02"], ["b@x.org", "2024-01-03"]]).notes == ()


def test_a_company_that_could_be_the_name_is_said() -> None:
    """With the --map for the other reading."""
    (note,) = mapped(["Klant", "Contactpersoon"], [["Molen BV", "Jan Smit"]]).notes
    assert str(note).startswith('"Klant" (A) is the company, for the person stands beside it; --map "Klant=name"')


SOMEBODY_ELSE = {
    "an address": (
        ["Contact name", "Contact email", "Handler email"],
        [["Ann Lee", "ann@one.org", "joe@us.org"], ["Bob Ray", "", "kim@us.org"]],
        '"Handler email" (C) may be somebody else\'s: not used where "Contact email" is empty; '
        '--map "Handler email=email" takes it instead',
    ),
    "a name": (
        ["Contact", "Billing contact", "Email"],
        [["Ann Lee", "Joe Moss", "ann@one.org"], ["Bob Ray", "Kim Wood", "bob@two.org"]],
        '"Billing contact" (B) may be somebody else\'s: not used where "Contact" is empty; '
        '--map "Billing contact=name" takes it instead',
    ),
    "a name that is not used anyway": (
        ["Contacto", "Contacto de facturación", "Correo"],
        [["Ana Gil", "José Paz", "ana@one.org"], ["Luis Roca", "Eva Mora", "luis@two.org"]],
        '"Contacto de facturación" (B) may be somebody else\'s: not used where "Contacto" is empty; '
        '--map "Contacto de facturación=name" takes it instead',
    ),
    "a name that shares no word with first and last name": (
        ["Lead Name", "First Name", "Last Name", "Email"],
        [["Site request", "Ann", "Lee", "ann@one.org"], ["Call back", "Bob", "Ray", "bob@two.org"]],
        '"Lead Name" (A) may be somebody else\'s: not used where "First Name" is empty; '
        '--map "Lead Name=name" takes it instead',
    ),
    "pieces of a number": (
        ["氏名", "メールアドレス", "電話番号1", "電話番号2", "電話番号3"],
        [["山田太郎", "taro@one.org", "03", "5550", "0101"], ["鈴木花子", "hana@two.org", "06", "5550", "0102"]],
        '"電話番号1" (C), "電話番号2" (D) and "電話番号3" (E) hold pieces of phone numbers: none is used; '
        "join them in one column",
    ),
    "a number, of people whom nothing else reaches": (
        ["Name", "Klasse", "Telefon Eltern"],
        [["Lea Kranz", "4a", "030 5550101"], ["Tim Lohse", "4b", "030 5551202"]],
        'nobody has an email, a phone number or an id but somebody else\'s: "Telefon Eltern" (C); '
        '--map "Telefon Eltern=phone_number" takes "Telefon Eltern" all the same',
    ),
    "a parent, whose Name beside Vorname is the last name": (
        ["Name", "Vorname", "Erz1Name", "Erz1Vorname", "Erz1Email"],
        [["Kranz", "Tim", "Kranz", "Ina", "ina@example.de"], ["Lohse", "Pia", "Lohse", "Eva", "eva@example.de"]],
        '"Erz1Vorname" (D) is another person of the row than "Vorname": left out, with what belongs to it; '
        '--map "Erz1Vorname=first_name" takes that person instead',
    ),
    "an element of a list, with a name and a number of its own": (
        ["name", "email", "phone", "rows.1.name", "rows.1.phone"],
        [["Ann Lee", "ann@one.org", "", "Bob Ray", "+12127365001"], ["Cid Moe", "", "+12127365002", "", ""]],
        '"rows.1.name" (D) is another person of the row than "name": left out, with what belongs to it; '
        '--map "rows.1.name=name" takes that person instead',
    ),
    "a later element of a list": (
        ["rows.1.name", "rows.1.phone", "rows.2.name", "rows.2.phone"],
        [["Ann Lee", "", "Bob Ray", "+12127365001"]],
        '"rows.2.name" (C) is another person of the row than "rows.1.name": left out, with what belongs to it; '
        '--map "rows.2.name=name" takes that person instead',
    ),
}


@pytest.mark.parametrize(("titles", "rows", "warning"), SOMEBODY_ELSE.values(), ids=SOMEBODY_ELSE)
def test_what_may_be_another_persons_is_left_out_with_a_warning(
    titles: list[str], rows: list[list[str]], warning: str
) -> None:
    """A row that lacks its own value goes without; the --map to paste takes the other one."""
    assert [*map(str, mapped(titles, rows).notes)] == [warning]


@pytest.mark.parametrize(
    "title",
    [
        *("Erz1Email", "E-Mail Erz.-Ber. 1", "E-Mail EB2", "Sorgeb1Mail", "Vormund E-Mail", "Par1 Email", "PG2 Email"),
        *("Grdn 1 Email", "Moms email", "Emerg. Contact Email", "Resp. légal 1 mail", "RL2 Mail", "Tuteur Email"),
        *("Erz. Email", "ErzMail", "Représentant légal email", "Email représentante légale", "Correo repr. legal"),
        *("E-mail rappresentante legale", "E-mail wettelijk vertegenwoordiger"),
        *("Correo acudiente", "E-mail encarregado de educação", "Email Resp. 1", "Mail gen1", "VH1 E-post"),
        *("E-mail forælder 1", "Huoltajan sähköposti", "ZZ1 e-mail", "Почта законного представителя"),
        *("Guardian Email", "Emergency Contact Email", "Notfallkontakt E-Mail", "家长邮箱"),
    ],
)
def test_an_address_of_a_parent_or_for_emergencies_is_never_the_persons(title: str) -> None:
    """Its words may be short ones with a number; nobody is left without an address in silence."""
    rows = [["Tim", "Kranz", "ina@example.de"], ["Pia", "Lohse", "eva@example.de"]]
    mapping = mapped(["First Name", "Last Name", title], rows)
    assert told(mapping) == {"First Name": "first_name", "Last Name": "last_name"}
    assert [str(note).partition(":")[0] for note in mapping.notes] == [
        "nobody has an email, a phone number or an id but somebody else's"
    ]


LEGAL = ["Représentant légal", "Représentant légal email", "Représentant légal téléphone"]


def test_a_legal_representative_is_a_childs_parent_and_a_companys_contact() -> None:
    """By who stands beside: the same words begin the titles of the whole party."""
    beside = ["Luc Petit", "luc@x.fr", "+33612345678"], ["Eve Blanc", "eve@x.fr", "+33612345679"]
    children = mapped(["Nom", "Prénom", *LEGAL], [["Petit", "Léa", *beside[0]], ["Blanc", "Tom", *beside[1]]])
    assert told(children) == {"Nom": "last_name", "Prénom": "first_name"}
    companies = mapped(["Société", *LEGAL], [["Acme SARL", *beside[0]], ["Bolt SAS", *beside[1]]])
    assert told(companies) == {
        "Société": "company_name",
        **dict(zip(LEGAL, ["name", "email", "phone_number"], strict=True)),
    }


@pytest.mark.parametrize("number", ["1", "2"])
def test_the_map_that_takes_a_parent_takes_what_is_theirs_alone(number: str) -> None:
    """Erz1Telefon2 is the first parent's second number, and the child's last name completes nobody else's."""
    theirs = ["Name", "Vorname", "Telefon1", "Telefon2"]
    titles = ["Name", "Vorname", *(f"Erz{which}{title}" for which in "12" for title in theirs)]
    rows = [
        ["Kranz", "Tim", "Holm", "Ina", "030 5550101", "0151 23456701", "Kranz", "Jan", "030 5550102", "0151 23456702"],
        ["Lohse", "Pia", "Frey", "Eva", "030 5550103", "0151 23456703", "Lohse", "Max", "030 5550104", "0151 23456704"],
    ]
    sample = [Row(at, tuple(row)) for at, row in enumerate(rows, 2)]
    mapping = map_columns(titles, {f"Erz{number}Vorname": "first_name"}, {}, "ignore", sample)
    assert {*told(mapping)} == {f"Erz{number}{title}" for title in theirs}


@pytest.mark.parametrize("title", ["inscrito a instituto?", "Profil1", "Etiqueta 1"])
def test_what_is_nobody_is_never_called_another_person(title: str) -> None:
    """A word for people, or a number, in its title makes nobody of answers and classes."""
    cells = ["Estoy inscrito", "No estoy inscrito", "Estoy graduado de instituto"]
    if title != "inscrito a instituto?":
        cells = ["CORTESIA SAC", "5x", "5y"]
    rows = [
        [f"Ana{at}", "Gil", f"+503 7011 22{at}7", cell, f"+503 7611 22{at}7"] for at, cell in enumerate(cells + cells)
    ]
    mapping = mapped(["nombres", "apellidos", "telefono", title, "telefono contacto emergencia"], rows, "SV")
    assert not mapping.notes


def test_half_a_column_of_numbers_or_addresses_is_a_warning() -> None:
    """It is not used, and not passed over in silence."""
    mapping = mapped(["Name", "Email", "Info"], [["A B", "a@x.org", "+4930123456"], ["C D", "c@x.org", "closed"]])
    assert str(mapping.notes[-1]).startswith('"Info" (C) may be phone_number, or something else: not used; --map')
    mapping = mapped(["Name", "Phone", "Info"], [["A B", "+4930123456", "a@x.org"], ["C D", "+4930123457", "closed"]])
    assert str(mapping.notes[-1]).startswith('"Info" (C) may be email, or something else: not used; --map "Info=email"')


def numbered(title: str, cells: Sequence[str], country: str | None = None) -> ColumnMapping:
    """People with a phone, in every second row, and another column."""
    rows = [(f"Ann{at} Lee", "" if at % 2 else f"+6581230{at:03}", cell) for at, cell in enumerate(cells)]
    return mapped(["Name", "Mobile", title], rows, country)


CALLED = [f"0161 4960{at * 37:03}" for at in range(20)]


@pytest.mark.parametrize(
    ("title", "cells", "country"),
    [
        pytest.param("Home", [*CALLED, "911", "112", "call first"], "GB", id="odd cells"),
        pytest.param("Home", [*CALLED, "911", "112", "call first"], None, id="odd cells, no country"),
        pytest.param("Main", [*CALLED, "+441614960999", "+44 161 496 0998"], "GB", id="some with their code"),
        pytest.param(
            "Hjemme", [f"9{at * 37:07}" for at in range(1, 12)] + ["+4791234567"] * 2, "NO", id="eight digits"
        ),
    ],
)
def test_a_column_of_phone_numbers_is_read_though_some_cells_are_odd(
    title: str, cells: Sequence[str], country: str | None
) -> None:
    """A row whose only number stands there is not lost; an odd cell is an error that the user sees."""
    assert told(numbered(title, cells, country))[title] == "phone_number#2"


@pytest.mark.parametrize(
    ("title", "cells", "country"),
    [
        pytest.param("Main", [*CALLED, "911", "112", "call first"], None, id="odd cells"),
        pytest.param("Main", [*CALLED, *["call first"] * 8], "GB", id="a remark many times"),
        pytest.param("Familie", [*CALLED[:10], *CALLED[:10]], None, id="shared numbers"),
        pytest.param("Contact", [*CALLED[:10], *CALLED[:10]], "GB", id="shared numbers of a contact"),
    ],
)
def test_no_column_of_phone_numbers_is_left_out_in_silence(
    title: str, cells: Sequence[str], country: str | None
) -> None:
    """Where neither the title nor the cells are sure, the user hears of it; of ids from a counter nobody does."""
    note = f'"{title}" (C) may be phone_number, or something else: not used'
    assert any(str(one).startswith(note) for one in numbered(title, cells, country).notes)
    counted = numbered(title, [f"0161496{at:04}" for at in range(20)] + ["none"] * 5, country)
    assert not any(str(one).startswith(note) for one in counted.notes)


def test_numbers_of_a_contact_that_may_be_ids_are_told_of() -> None:
    """They come from one counter, and the user named no country in which they could be called."""
    rows = [[f"Ann{at} Lee", str(10020030 + at)] for at in range(9)]
    counted = mapped(["Customer", "Contact"], rows)
    assert told(counted) == {"Customer": "name"}
    assert '--map "Contact=phone_number" takes it' in str(counted.notes[0])


@pytest.mark.parametrize("title", ["Registered Phone No.", "Phone"])
def test_marks_before_numbers_hide_no_column_of_phones(title: str) -> None:
    """A sign by which a spreadsheet has a cell be centred is no part of it; of any other mark the user hears, or each
    cell is refused."""
    numbers = ["^+639122075405", "639225849629", "^+639128148039", "=+639487659213", "639498305787"]
    assert told(mapped(["Name", title], [[f"Ann{at} Lee", cell] for at, cell in enumerate(numbers)], "PH")) == {
        "Name": "name",
        title: "phone_number",
    }
    strange = mapped(["Name", title], [[f"Ann{at} Lee", f"!{cell}"] for at, cell in enumerate(numbers)], "PH")
    assert told(strange).get(title) or f'"{title}" (B) may be phone_number' in str(strange.notes[0])


@pytest.mark.parametrize("title", ["Phone model", "Phone bill", "¿Obra social? | Si no tenés, poné no"])
def test_nobody_is_asked_about_what_is_no_number_to_call(title: str) -> None:
    """Its title names a phone, and its cells have too few digits; or a word of a sentence is near to phone."""
    cells = {"Phone model": "iPhone 12", "Phone bill": "19.90"}
    rows = [[f"Ann{at} Lee", f"a{at}@b.co", cells.get(title) or f"#{at * 7919:08}#"] for at in range(5)]
    mapping = mapped(["Name", "Email", title], rows)
    assert told(mapping) == {"Name": "name", "Email": "email"}
    assert not mapping.notes


@pytest.mark.parametrize("title", ["公司", "单位", "Company", "Empresa", "Firma"])
@pytest.mark.parametrize("cells", [["62770001", "6277 0002"], ["555-0100", "555-0101"], ["10023", "10024"]])
def test_numbers_are_no_names_of_companies(title: str, cells: list[str]) -> None:
    """They may be phones within an area, or ids: not sent as a company, and the user hears of them."""
    mapping = mapped(["Name", title, "Email"], [["Ann Lee", cells[0], "a@x.org"], ["Bob Ray", cells[1], "b@x.org"]])
    assert mapping.columns[1].field is None
    assert [str(note) for note in mapping.notes] == [
        f'"{title}" (B) has numbers, and no names of companies: not used; '
        f'--map "{title}=phone_number" takes them as phone numbers, which need their area codes'
    ]


def test_a_company_may_be_called_by_a_number() -> None:
    """One of several, or with letters."""
    mapping = mapped(["Name", "公司", "Email"], [["Ann Lee", "360", "a@x.org"], ["Bob Ray", "58同城", "b@x.org"]])
    assert mapping.columns[1].field == "additional_attributes.company_name"
    assert not mapping.notes


@pytest.mark.parametrize("titles", ["Name,Industry,Employees,Email", "Name,Company,Industry,Employees"])
def test_people_beside_what_firms_have_are_people(titles: str) -> None:
    """Leads have an industry: their names, or the company beside them, say that they are people."""
    values = {"Industry": "Plastics", "Employees": "120", "Company": "Holder-Sellers"}
    people = ["Ann Lee", "Maria Gomez", "Bob Smith"]
    rows = [
        [{"Name": name, "Email": f"a{at}@b.co", **values}[title] for title in titles.split(",")]
        for at, name in enumerate(people)
    ]
    assert not mapped(titles.split(","), rows).notes


@pytest.mark.parametrize(
    "title",
    [
        "Phone number we can call for your order",
        "Phone number of the person who will join the event",
        "WhatsApp number so that we can add you to the group",
        "Mobile number to receive the link",
        "Teléfono de contacto para el curso",
        "Celular/WhatsApp | Por favor, incluir el Código de país y de Área, como figura en tu WhatsApp",
    ],
)
@pytest.mark.parametrize("country", [None, "AR"])
def test_a_phone_number_that_a_sentence_asks_for_is_used_or_told_of(title: str, country: str | None) -> None:
    """Whatever else the sentence of a form names, and however people write their numbers."""
    note = f'"{title}" (B) may be phone_number, or something else: not used'

    def read(titles: Sequence[str], *columns: Sequence[str]) -> tuple[bool, bool]:
        people = [f"Ann{at} Lee" for at in range(len(columns[0]))]
        mapping = mapped(["Name", *titles], [*zip(people, *columns, strict=True)], country)
        return any(str(one).startswith(note) for one in mapping.notes), title in told(mapping)

    bare = ["1150012345", "1151234567", "1160012346", "1171234568", "1140012347"]
    assert any(read([title], bare))
    assert any(read([title], [f"11 {cell[2:6]}-{cell[6:]}" for cell in bare]))
    assert not any(read([title], [f"{20240100 + at}" for at in range(5)])), "a counter"
    assert not read([title, "Mobile"], bare, [f"+54 9 11 5{cell[2:5]}-{cell[5:9]}" for cell in bare])[0], "there is one"


@pytest.mark.parametrize("title", ["Mother's phone number for the course", "Fax number for your order"])
def test_nobody_is_asked_about_the_number_of_somebody_else_or_a_fax(title: str) -> None:
    """The sentence says whose the number is, or that nobody can be called there."""
    mapping = mapped(["Name", title], [["Ann Lee", "1150012345"], ["Bo Ray", "1151234567"], ["Cy Poe", "1160012346"]])
    assert not any("may be phone_number" in str(note) for note in mapping.notes)


PATIENTS = [f"{410 + at * 23}{230 + at * 41}{1000 + at * 577}" for at in range(15)]
"""Ten digits each, a third of them numbers of Great Britain by chance."""


@pytest.mark.parametrize("title", ["CHI", ""])
def test_numbers_that_are_mostly_none_of_the_named_country_are_no_phone_numbers(title: str) -> None:
    """Patients' numbers are as long as phone numbers: few of them are valid. The user hears of the column."""
    mapping = numbered(title, PATIENTS, "GB")
    assert "phone_number" not in {column.field for column in mapping.columns if column.index == 2}
    assert any("(C) may be phone_number, or something else: not used" in str(note) for note in mapping.notes)
    assert told(numbered("Phone", PATIENTS, "GB"))["Phone"] == "phone_number#2"


MOBILES_OF_INDIA = ["9876501210", "9845312480", "7012345698", "8123456701"]


@pytest.mark.parametrize("title", ["Enrollment", "Student Grelth"])
def test_digits_alone_are_no_phone_numbers_under_a_title_that_says_nothing_of_them(title: str) -> None:
    """However valid: they may be students' numbers. The user hears of them; numbers as one dials them are used."""
    people = ["Ann Lee", "Bob Ray", "Eva Lund", "Mia Fox"]
    digits = mapped(["Name", title], [*zip(people, MOBILES_OF_INDIA, strict=True)], "IN")
    assert told(digits) == {"Name": "name"}
    assert f'"{title}" (B) may be phone_number, or something else: not used' in str(digits.notes[0])
    dialled = [f"{digits[:5]} {digits[5:]}" for digits in MOBILES_OF_INDIA]
    assert told(mapped(["Name", title], [*zip(people, dialled, strict=True)], "IN")) == {
        "Name": "name",
        title: "phone_number",
    }


@pytest.mark.parametrize("title", ["BVN", "USN", "CLI_RUTCLI", "CUITCLI"])
def test_nobody_is_offered_the_number_of_a_taxpayer_or_student_as_a_phone(title: str) -> None:
    """Its title says what it is, also in short and behind a customer."""
    rows = [*zip(["Ann Lee", "Bob Ray", "Eva Lund", "Mia Fox"], MOBILES_OF_INDIA, strict=True)]
    mapping = mapped(["Name", title], rows, "IN")
    assert told(mapping) == {"Name": "name"}
    assert not any(title in str(note) for note in mapping.notes)


_MAP_NUMBER = '--map "Number=phone_number"'


@pytest.mark.parametrize(
    ("cells", "country", "says"),
    [
        (["233593886554", "22382731808", "919876501210"], None, f"{_MAP_NUMBER} --country international"),
        (["233593886554", "233593886555", "233593886556"], "IN", f"{_MAP_NUMBER} --country international"),
        (["2025551000", "2025551001", "2025551002"], None, f"{_MAP_NUMBER} takes it"),
        (["9876501210", "9876501211", "9876501212"], "IN", f"{_MAP_NUMBER} takes it"),
        (["20240100", "20240101", "20240102"], None, ""),
        (["1", "2", "3"], "US", ""),
    ],
    ids=["of several countries", "of another", "counted", "counted, of the country", "of orders", "of rows"],
)
def test_numbers_that_may_be_called_are_told_of_under_a_title_of_a_number(
    cells: list[str], country: str | None, says: str
) -> None:
    """Not used, for they may count something; the user hears how they are read."""
    mapping = mapped(["Name", "Number"], [*zip(["Ann Lee", "Bob Ray", "Eva Lund"], cells, strict=True)], country)
    assert told(mapping) == {"Name": "name"}
    assert [says in str(note) for note in mapping.notes] == [True] * bool(says)
    beside = [*zip(["Ann Lee", "Bob Ray", "Eva Lund"], cells, [f"+441614960{at}00" for at in range(1, 4)], strict=True)]
    assert not mapped(["Name", "Number", "Phone"], beside, country).notes


def test_nobody_counts_with_area_codes_in_brackets() -> None:
    """The numbers of an office follow each other."""
    rows = [[f"Ann{at} Lee", f"(212) 837-500{at}"] for at in range(4)]
    assert told(mapped(["Name", "Number"], rows, "US")) == {"Name": "name", "Number": "phone_number"}


def test_the_evidence_is_shown_on_demand() -> None:
    """A column whose title is plain says nothing more; another says what its field rests on."""
    mapping = mapped(
        ["Email", "Attendee", "Desk"], [["a@x.org", "Ann", "+4930123456"], ["b@x.org", "Bob", "+4930123457"]]
    )
    assert render(mapping, evidence=True) == [
        "A  Email     email",
        "B  Attendee  name          inferred; one of its words says so; its cells are text",
        "C  Desk      phone_number  inferred; its cells are phone numbers",
    ]
    assert render(mapping)[1] == "B  Attendee  name          inferred"


LABELS = {
    "English": ("Phone,Phone Type", {0: 1}),
    "French": ("Type de téléphone,Téléphone", {1: 0}),
    "Russian": ("Телефон,Тип телефона", {0: 1}),
    "Chinese": ("电话类型,电话", {1: 0}),
    "Google": ("Phone 1 - Type,Phone 1 - Value,Phone 2 - Type,Phone 2 - Value", {1: 0, 3: 2}),
    "two that it could be of": ("Phone,Telephone,Phone Type", {0: 2}),
    "German": ("Telefonart,Telefon", {1: 0}),
    "Polish": ("Typ telefonu,Telefon", {1: 0}),
    "another thing": ("Email,Phone Type", {}),
    "equal titles, each before its value": ("Name,Phone Type,Phone,Phone Type,Phone", {2: 1, 4: 3}),
    "equal titles, each behind its value": ("Phone,Phone Type,Phone,Phone Type", {0: 1, 2: 3}),
    "equal titles that do not alternate": ("Phone,Phone,Phone Type,Phone Type", {}),
    "more values than labels": ("Phone,Phone Type,Phone", {}),
}


@pytest.mark.parametrize(("titles", "pairs"), LABELS.values(), ids=LABELS)
def test_a_label_belongs_to_the_value_of_the_same_words(titles: str, pairs: dict[int, int]) -> None:
    """In any language; where the words are not the same, a label belongs to nothing."""
    assert label_columns(titles.split(",")) == pairs


@pytest.mark.parametrize("title", ["Type", "Art"])
def test_a_label_that_names_nothing_is_of_the_phone_beside_it_if_its_cells_are_kinds_of_numbers(title: str) -> None:
    """Of two pairs with equal titles too; cells that are no kinds of numbers say nothing of a phone."""
    titles = ["Name", title, "Phone", title, "Phone"]
    kinds = mapped(titles, [["Ann Lee", "Fax", "1", "Home", "2"], ["Bob Ray", "Mobile", "3", "Fax", "4"]])
    assert kinds.labels == {2: 1, 4: 3}
    assert mapped(["Name", title, "Phone"], [["Ann Lee", "new", "1"], ["Bob Ray", "Fax", "3"]]).labels == {}


def calls_of(given: Given) -> int:
    """How many calls a decision takes, once whatever it remembers of titles and cells is known."""
    decide(given)
    calls = 0

    def count(*_: object) -> None:
        nonlocal calls
        calls += 1

    sys.setprofile(count)
    try:
        decide(given)
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.slow
@pytest.mark.parametrize(
    ("title", "cell"),
    [("Phone {}", "5550"), ("Client/Field {}", "x"), ("Phone / Email {}", "x")],
    ids=["pieces of a number", "an owner before a slash", "several fields in one title"],
)
def test_a_table_of_four_times_the_columns_takes_four_times_as_long(title: str, cell: str) -> None:
    """No column is compared with every other one: thousands are known within seconds."""
    few, many = (Given([title.format(at) for at in range(n)], [Row(2, (cell,) * n)] * 4, {}) for n in (100, 400))
    assert calls_of(many) < 4.2 * calls_of(few)


@pytest.mark.slow
@given(st.text())
def test_any_title_is_read_word_by_word(title: str) -> None:
    """No text raises, and a title of nothing but signs says nothing."""
    reading = read_title(title)
    assert reading.words or not (reading.things or reading.of)


def test_numbers_and_addresses_among_other_words_are_told_of() -> None:
    """A column of ``Ann Lee +1212…`` alone reaches nobody: the user hears that it is to be divided."""
    one = mapped(["Contact"], [["Ann Lee +12125550123"], ["Bob Ray +12125550124"]])
    assert any("among other words" in str(note) for note in one.notes)
    titles = ["Name", "Due Date", "Status", "Entry", "Branch No."]
    tasks = mapped(titles, [["Fix it", "2025-08-19", "Open", "Ann +12125550123", "SH 12125550"]])
    assert [str(note).partition(" (")[0] for note in tasks.notes][1:] == ['"Entry"']
    reached = mapped(["Contact", "Email"], [["Ann Lee +12125550123", "ann@x.org"], ["Bob Ray", "bob@x.org"]])
    dated = mapped(["Name", "Joined"], [["Ann Lee", "on 2024-01-02"], ["Bob Ray", "in May"]])
    assert not any("among other words" in str(note) for note in (*reached.notes, *dated.notes))


def test_a_contact_of_several_lines_is_no_name() -> None:
    """``Tel: …`` and ``Email: …`` below each other are numbers and addresses, whatever the title says."""
    cells = [["Ann Lee", "Tel: +12125550123\nEmail: ann@x.org"], ["Bob Ray", "Tel: +12125550124\nEmail: bob@x.org"]]
    assert told(mapped(["Name", "Contact"], cells)) == {"Name": "name", "Contact": "phone_number"}


def test_the_parts_of_a_second_person_never_complete_the_first_ones_name() -> None:
    """All of the second name or nothing of it, and the user hears of the second person; who pays and who receives an
    order are told apart in silence."""
    titles = ["First Name", "Middle Name", "Last Name", "First Name 2", "Middle Name 2", "Last Name 2", "Email"]
    rows = [["Ann", "", "Lee", "Tom", "James", "Ray", "a@x.org"], ["", "", "", "Mia", "Eve", "Fox", "b@x.org"]]
    mapping = mapped(titles, rows)
    assert [column.person for column in mapping.columns] == [0, 0, 0, 1, 1, 1, 0]
    assert any("a second person of the row" in str(note) for note in mapping.notes)
    order = ["billing_first_name", "billing_last_name", "shipping_first_name", "shipping_last_name", "billing_email"]
    ordered = mapped(order, [["Ann", "Lee", "Bo", "Ek", "a@x.org"], ["Cy", "Orr", "", "", "c@x.org"]])
    assert [column.person for column in ordered.columns] == [0, 0, 1, 1, 0]
    assert not any("a second person" in str(note) for note in ordered.notes)


BEHIND = {
    "in Chinese": (
        ["姓名", "联系电话", "家属姓名", "联系电话"],
        ["王伟", "13800138000", "李丽", "13900139000"],
        [0, 1],
    ),
    "in English": (
        ["Name", "Phone", "Spouse name", "Phone"],
        ["Ann Lee", "+12125550123", "Bo", "+12125550124"],
        [0, 1],
    ),
    "in German": (
        ["Name", "Telefon", "Ehepartner", "Telefon"],
        ["Ina Au", "+49301234567", "Uwe Au", "+49301234568"],
        [0, 1],
    ),
    "of the person": (["Name", "Phone", "Note", "Phone"], ["Ann Lee", "", "calls late", "+12125550124"], [0, 1, 3]),
}


@pytest.mark.parametrize(("titles", "row", "used"), BEHIND.values(), ids=BEHIND)
def test_what_stands_behind_a_relatives_name_is_the_relatives(
    titles: list[str], row: list[str], used: list[int]
) -> None:
    """Of two numbers under one title the second is not the person's where a relative's name stands before it."""
    mapping = mapped(titles, [row, [cell and f"{cell}9" for cell in row]])
    assert [column.index for column in mapping.columns if column.field] == used


@pytest.mark.slow
def test_no_column_is_decided_by_three_rows_more() -> None:
    """A contact who is the person in every row is so however many of the names look like none."""
    titles = ["Person - Name", "Person - Telefon", "Lead - Kontaktperson"]
    good = [[f"Ann Lee{'abcdefghij'[at % 10]}", f"+4179123{at:04}", ""] for at in range(60)]
    bad = [[f"praxis{at}", f"+4179124{at:04}", ""] for at in range(40)]
    rows = [[name, phone, name] for name, phone, _ in [*good, *bad]]
    assert {str(told(mapped(titles, rows[:count]))) for count in range(3, 101, 7)} == {
        "{'Person - Name': 'name', 'Person - Telefon': 'phone_number', 'Lead - Kontaktperson': 'name#2'}"
    }


def test_people_who_mostly_have_no_name_are_told_of() -> None:
    """Agencies of which few have a contact: the user hears how many have no name, and what to paste."""
    rows = [["Blue Travel", "", "a@x.org"], ["Red Tours", "", "b@x.org"], ["Green Trips", "Zoe Mac", "c@x.org"]]
    told_of = [str(note) for note in mapped(["Agency", "Name", "Email"], rows).notes]
    assert any(note.startswith("of the first 3 rows 2 have no name") and "Agency=name" in note for note in told_of)
    named = [[firm, "Ann Lee", mail] for firm, _, mail in rows]
    assert not mapped(["Agency", "Name", "Email"], named).notes


@pytest.mark.parametrize(
    ("titles", "row"),
    [
        pytest.param(["Name", "Email"], ["", "user{at}@x.org"], id="nothing else"),
        pytest.param(["Name", "Email", "Status"], ["", "user{at}@x.org", "New"], id="nothing of one's own"),
        pytest.param(["Name", "Email"], ["null", "user{at}@x.org"], id="words for nothing"),
        pytest.param(["Name", "Email", "Rue"], ["", "user{at}@x.org", "{at}, rue du Parc"], id="a street"),
    ],
)
def test_people_who_mostly_have_no_name_are_told_of_without_another_column(titles: list[str], row: list[str]) -> None:
    """How many they are decides, and not whether something else says who they are."""
    rows = [[cell.format(at=at) for cell in row] for at in range(9)]
    rows[0][0] = "Zoe Mac"
    told_of = "of the first 9 rows 8 have no name, and would be sent without one"
    assert [*map(str, mapped(titles, rows).notes)] == [told_of]


def test_a_company_that_stands_there_twice_is_offered_as_the_name() -> None:
    """An agency with several addresses."""
    rows = [[f"{'ABCDEFGH'[at * 2 // 3]} Travel", "", f"office{at}@x.org"] for at in range(12)]
    (note,) = mapped(["Agency", "Name", "Email"], rows).notes
    assert '12 have no name, and would be sent without one; --map "Agency=name"' in str(note)


def test_of_names_under_one_title_the_one_that_is_filled_in_most_rows_goes_first() -> None:
    """Wherever it stands: several lists were put beside each other, and the user hears of the others."""
    rows = [
        ["", "13800138000", "王小明", ""],
        ["", "13900139000", "李雷", "赵四"],
        ["张三", "13700137000", "韩梅梅", ""],
    ]
    mapping = mapped(["姓名", "电话", "姓名", "姓名"], rows, "CN")
    names = [column.place for column in mapping.columns if column.field == "name"]
    assert names[1] == 0
    assert sorted(names) == [0, 1, 2]
    assert [str(note)[:17] for note in mapping.notes] == ['"姓名#2" (C) and "姓', '"姓名#2" (C) and "姓']


@pytest.mark.parametrize(("title", "street"), [("Straße", "Im Winkel"), ("Ubicación", "Calle Quito 3")])
def test_a_street_is_never_offered_as_the_name(title: str, street: str) -> None:
    """By its title, or by its cells; few have a contact."""
    rows = [["" if at else "Zoe Mac", f"{street}{at}", f"a{at}@x.org"] for at in range(4)]
    assert not any("=name" in str(note) for note in mapped(["Name", title, "Email"], rows).notes)


@pytest.mark.parametrize(
    ("title", "cells"),
    [
        pytest.param("Provincia", ["Buenos Aires", "La Rioja", "Santa Cruz", "San Juan"], id="a province"),
        pytest.param("Comprador", ["Ana Lima", "Rui Dias"] * 30, id="who buys for us"),
        pytest.param("Detail", ["Blue Harbor", *[""] * 30], id="what stands in a single row"),
    ],
)
def test_what_says_nothing_of_the_person_is_never_offered_as_the_name(title: str, cells: list[str]) -> None:
    """No place, nobody who stands in many rows, and nothing that hardly any row has."""
    rows = [[cell, f"u{at}@x.org"] for at, cell in enumerate(cells)]
    assert not any("=name" in str(note) for note in mapped([title, "Email"], rows).notes)


@pytest.mark.parametrize(
    ("titles", "row", "offered"),
    [
        pytest.param(["Заказ", "Сгенерированный отклик"], ["Стол на кухню", "начну завтра"], False, id="free text"),
        pytest.param(["Datum", "Bahnhof"], ["2024-01-02", "am Meer"], True, id="the only text"),
        pytest.param(["Vermerk", "Wer"], ["2024-01-02", "Ina Lohse"], True, id="a name"),
    ],
)
def test_a_table_without_people_offers_as_the_name_what_may_be_one(
    titles: list[str], row: list[str], offered: bool
) -> None:
    """A text that is no name by its title or its cells is no example of a --map."""
    with pytest.raises(InputError) as refused:
        mapped(titles, [row, [row[0], f"{row[1]}"]])
    assert (f'--map "{titles[1]}=name"' in str(refused.value.hint)) is offered


def test_a_contact_without_a_name_takes_the_company_and_no_warning() -> None:
    """Most rows name nobody, and their company stands in: no ``--map`` would say it better."""
    rows = [["Acme", "Ann Lee", "a@x.org"], *[[f"Firm {at}", "", f"f{at}@x.org"] for at in range(4)]]
    assert mapped(["Company", "Contact Name", "Email"], rows).notes == ()
    unreached = [[*row[:2], "" if at else row[2]] for at, row in enumerate(rows)]
    (note,) = mapped(["Company", "Contact Name", "Email"], unreached).notes
    assert '4 have no name, and would be sent without one; --map "Company=name"' in str(note)


def test_a_company_is_offered_as_the_name_before_anything_unknown() -> None:
    """What a warning says to paste rests on the same evidence: no industry, and no number of a tax file."""
    rows = [["Nube Andina SRL", "Insumos", "a@x.org"], ["Sur Bytes SA", "Consultoria", "b@x.org"]]
    (note,) = mapped(["razon_social", "rubro", "email"], rows).notes
    assert '--map "razon_social=name"' in str(note)
    titles = ["שם ספק", "טלפון", 'מספר תיק במע"מ']
    suppliers = [["דלת פתוחה", "0523737443", "515437762"], ["מיתאם", "0546521931", "580297075"]]
    assert not any("phone_number" in str(note) for note in mapped(titles, suppliers, "IL").notes)


def test_a_list_that_stands_in_a_file_twice_has_values_of_ones_own() -> None:
    """Rows that repeat each other, and cells that say null, say nothing of a column without a title."""
    people = [
        ["Luc Petit", "01 42 68 53 00", "luc@x.org"],
        ["Eva Roux", "null", "eva@x.org"],
        ["Guy Noir", "null", "null"],
    ]
    people += [["Anne Petit", "01 42 68 53 22", "anne@x.org"], ["Marie Roux", "01 42 68 53 33", "marie@x.org"]]
    titles = ["Column A", "Column B", "Column C"]
    assert told(mapped(titles, people * 2, "FR")) == {
        "Column A": "name",
        "Column B": "phone_number",
        "Column C": "email",
    }


def test_a_few_people_who_share_an_address_have_one() -> None:
    """Four rows without titles are too few to say that an address is nobody's own."""
    rows = [
        ["Joe", "Smith", "a@x.org"],
        ["Jo", "Brown", "b@x.org"],
        ["Max", "Hay", "b@x.org"],
        ["Eve", "Orr", "b@x.org"],
    ]
    assert "email" in told(mapped(["Column A", "Column B", "Column C"], rows)).values()


FILMS = [["Alien", "Ridley Scott", "1979"], ["Heat", "Michael Mann", "1995"]]


def test_names_beside_other_texts_make_no_list_of_people() -> None:
    """Directors of films, and children beside guardians, are not who the list is of."""
    for titles, rows in (
        (["titre", "realisateur", "année"], FILMS),
        (["child", "guardian", "nature"], [["Ann Lee", "Bob Lee", "step"], ["Mia Fox", "Eve Fox", "own"]]),
    ):
        with pytest.raises(InputError):
            mapped(titles, rows)


IDLE_PHONES = {
    "an unknown word": ("Qux phone", "somebody else's"),
    "a word that tells two numbers apart": ("Extra phone", "may be phone_number"),
}


@pytest.mark.parametrize(("title", "said"), IDLE_PHONES.values(), ids=IDLE_PHONES)
def test_a_title_that_says_phone_over_numbers_is_never_dropped_in_silence(title: str, said: str) -> None:
    """Beside a sure column a number that may be another's is told of; alone, it is used."""
    rows = [["Ann Lee", "22 12 34 56", "406 12 345"], ["Bob Ray", "22 98 76 54", ""], ["Cy Dee", "22 98 76 33", ""]]
    beside = mapped(["Name", title, "Mobile"], rows)
    assert told(beside) == {"Name": "name", "Mobile": "phone_number"}
    assert any(f'--map "{title}=phone_number"' in str(note) and said in str(note) for note in beside.notes)
    alone = mapped(["Name", title, "Colour"], [[*row[:2], "red"] for row in rows])
    assert told(alone) == {"Name": "name", title: "phone_number"}


@pytest.mark.parametrize("title", ["Vet phone", "Emergency phone", "Phone order id", "Phone IMEI", "Phone model"])
def test_what_a_title_says_is_anothers_or_a_thing_is_no_phone_number(title: str) -> None:
    """However long its numbers are."""
    rows = [["Ann Lee", "22 12 34 56", "a@b.co"], ["Bob Ray", "22 98 76 54", "b@b.co"], ["Cy Dee", "22 98 76 33", ""]]
    assert told(mapped(["Name", title, "Email"], rows)) == {"Name": "name", "Email": "email"}
