"""Content to fields where titles say nothing: what is recognized, and what is left for the user to say."""

from collections.abc import Mapping, Sequence
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.errors import InputError
from importer.mapping.column_mapping import map_columns, render
from importer.mapping.decision import Choices
from importer.mapping.shapes import Shape
from importer.models import Row
from importer.normalizer.columns import ColumnMapping


def mapped(columns: Mapping[str, Sequence[str]]) -> ColumnMapping:
    """The mapping of a table that is given by its columns."""
    sample = [Row(number, cells) for number, cells in enumerate(zip(*columns.values(), strict=True), 2)]
    return map_columns(list(columns), {}, {}, "ignore", sample)


PEOPLE = {
    "emails": (["ann@acme.com", "bob@acme.com", "", "Cy Fox <cy@acme.com>"], "email"),
    "nearly all": ([f"u{number}@acme.com" for number in range(9)] + ["none"], "email"),
    "a single address": (["ann@acme.com", ""], "email"),
    "country codes": (["+86 138-0013-8000", "0044 20 7946 0958", "tel:+12025550123"], "phone_number"),
    "mobile numbers of China": (["13800138000", "13900139000", "15012345678"], "phone_number"),
    "numbers of North America": (["(202) 555-0123", "415.555.0188", "1-212-555-0101"], "phone_number"),
    "trunk prefixes": (["0711/123456", "030 1234567", "0151-23456789"], "phone_number"),
    "pictures": (["https://a.example/1.png", "http://a.example/x/2.JPG?s=9"], "avatar_url"),
    "pictures of a known host": (
        ["https://gravatar.com/avatar/0a", "https://lh3.googleusercontent.com/a"],
        "avatar_url",
    ),
    "names": (["Ann Lee", "Jean-Luc Fox", "Mary Ann O'Neil"], "name"),
    "Chinese names": (["王小明", "李娜", "欧阳明哲"], "name"),
    "names as people are addressed": (["王总", "李经理", "张先生"], "name"),
    "Japanese names": (["田中 太郎", "高橋 健太"], "name"),
    "Japanese names without a space": (["佐藤花子", "鈴木一郎"], "name"),
    "Korean names": (["김철수", "이영희", "박민수"], "name"),
    "Russian names": (["Иван Петров", "Анна Сидорова"], "name"),
    "Vietnamese names": (["Nguyễn Văn An", "Trần Thị Bích"], "name"),
    "long names": (["María José García López", "Juan Carlos de la Cruz"], "name"),
}


@pytest.mark.parametrize(("cells", "field"), PEOPLE.values(), ids=PEOPLE)
@pytest.mark.parametrize("title", ["Column A", "", "Unnamed: 0", "列1", "3"])
def test_content_decides_where_titles_say_nothing(cells: list[str], field: str, title: str) -> None:
    """Nearly all filled cells look like the field; it is marked as inferred."""
    other = "Email" if field != "email" else "identifier"
    mapping = mapped({title: cells, other: [""] * len(cells)})
    assert (mapping.columns[0].field, mapping.columns[0].how, mapping.notes) == (field, "inferred", ())
    assert render(mapping)[0].split()[-2:] == [field, "inferred"]


ATTEMPTS = {
    "addresses, most of them bad": (["bob@", "ann.example.com", "cy@@x.com"], "email"),
    "one bad address": (["bob@"], "email"),
    "an address without its sign": (["yang#example.com", "a@"], "email"),
    "a space in an address": (["a b@c.com", "x@y"], "email"),
    "numbers, most of them bad": (["12345", "+86 1380", "13800138000"], "phone_number"),
    "one bad number": (["+86 1380"], "phone_number"),
    "a rounded number": (["1.38E+10", "+8613900139000", "+86 138"], "phone_number"),
}


@pytest.mark.parametrize(("cells", "field"), ATTEMPTS.values(), ids=ATTEMPTS)
def test_a_column_is_what_its_cells_try_to_be(cells: list[str], field: str) -> None:
    """The errors file of a file without titles has little that is sound; a title that says something is heeded."""
    other = "identifier"
    mapping = mapped({"Column A": cells, other: ["x"] * len(cells), "import_error": ["bad"] * len(cells)})
    assert (mapping.columns[0].field, mapping.columns[0].how, mapping.notes) == (field, "inferred", ())
    assert mapped({"Remark": cells, other: ["x"] * len(cells)}).columns[0].field is None


def test_a_sound_column_goes_before_one_that_tries() -> None:
    """Of two columns with an ``@`` the one with addresses serves."""
    mapping = mapped({"Column A": ["ann@", "bob@x"], "Column B": ["ann@acme.com", "bob@acme.com"]})
    assert (mapping.fields(), mapping.notes) == ({"email": 1}, ())


DOUBTFUL = {
    "cities": ["Palo Alto", "Hong Kong", "Kuala Lumpur"],
    "subjects": ["Machine Learning", "Data Science"],
    "banks": ["Morgan Stanley", "Goldman Sachs", "Credit Suisse"],
    "names that few have": ["Xolani Dlamini", "Thandiwe Nkosi"],
    "wards": ["東京都 港区", "大阪府 北区"],
}


@pytest.mark.parametrize("cells", DOUBTFUL.values(), ids=DOUBTFUL)
def test_what_has_the_shape_of_names_alone_is_reported(cells: list[str]) -> None:
    """Two words with capitals are cities and goods too: without a common name among them it is the user's to say."""
    mapping = mapped({"Column A": cells, "identifier": ["x"] * len(cells)})
    note = '"Column A" (A) may be name, or something else: not used; --map "Column A=name" takes it'
    assert (mapping.columns[0].field, [*map(str, mapping.notes)]) == (None, [note])


OTHERS = {
    "too few of them": ["ann@acme.com", "x", "y"],
    "one manager of many": ["boss@acme.com", "boss@acme.com", "boss@acme.com", "boss@acme.com", "lee@acme.com", ""],
    "a switchboard": ["+492115550"] * 6,
    "a counter": ["13800138001", "13800138002", "13800138003"],
    "orders": [f"02024{number:06}" for number in range(1, 9)],
    "dates": ["20240131", "20231224", "19991231"],
    "dates with a time": ["202401311200", "202312240905"],
    "dates of days first": ["31012024", "24122023"],
    "short numbers": ["100201", "100988", "100345"],
    "long numbers": ["110101199003070134", "310101198801014321"],
    "money": ["1,200.50", "88.00"],
    "pages": ["https://a.example/", "https://b.example/ann"],
    "sentences": ["Called on Monday, wants a quote", "Likes tea", "Prefers WeChat"],
    "cities": ["Berlin", "Paris", "Rome"],
    "Chinese cities": ["上海", "北京", "广州"],
    "Chinese cities with a surname": ["郑州", "徐州", "苏州"],
    "Chinese tags": ["高级客户", "金牌客户", "万元户"],
    "Chinese companies": ["金山软件", "万科地产", "华为技术"],
    "Korean cities": ["서울시", "고양시", "안산시"],
    "cities of two words": ["New York", "Los Angeles", "San Diego"],
    "saints": ["San Antonio", "San Francisco", "Santa Maria", "Austin"],
    "jobs": ["Sales Manager", "Chief Officer"],
    "companies": ["Acme Ltd", "Smith GmbH"],
    "goods": ["Blue Shirt", "Red Shirt", "Green Tea"],
    "tags": ["VIP Customer", "Gold Customer"],
    "handles": ["@ann", "@bob"],
    "handles with a dot": ["@ann.b", "@bob.c"],
    "sites": ["example.com", "acme.org"],
    "prices": ["2 @ 50 EUR", "3 @ 40 EUR"],
    "remarks with an address": ["ask ann@acme.com when she is back please", "see @bob tomorrow about it"],
    "a rounded number alone": ["1.38E+10", "2.05E+10"],
    "postcodes": ["10115", "80331", "20095"],
    "signed numbers": ["+5", "-3"],
    "one name only": ["Ann Lee", "", ""],
    "nothing": ["", "", ""],
}


@pytest.mark.parametrize("cells", OTHERS.values(), ids=OTHERS)
def test_what_could_be_something_else_is_not_taken(cells: list[str]) -> None:
    """Digits alone are ids, dates and counters too; values that repeat are nobody's own. At most it is reported."""
    mapping = mapped({"Column A": cells, "identifier": ["x"] * len(cells)})
    assert mapping.columns[0].field is None
    assert all("may be phone_number, or something else: not used" in str(note) for note in mapping.notes)


@pytest.mark.parametrize(
    ("title", "cells", "field"),
    [
        ("Login", ["ann@acme.com", "bob@acme.com"], "email"),
        ("Reachable at", ["+8613800138000", "+8613900139000"], "phone_number"),
        ("Job Title", ["Sales Lead", "Chief Officer"], None),
        ("Business Fax", ["+8613800138000", "+8613900139000"], None),
        ("import_error", ["ann@acme.com", "bob@acme.com"], None),
    ],
)
def test_a_title_that_says_something_gives_way_to_plain_content_alone(
    title: str, cells: list[str], field: str | None
) -> None:
    """An address is an address; but two words are a name only where the title is none, and a fax is never a phone."""
    assert mapped({title: cells, "identifier": ["a", "b"]}).columns[0].field == field


def test_what_looks_like_an_address_or_a_number_stands_in_whatever_it_is_called() -> None:
    """Where the column of the title is empty; a guess, and a full name beside its parts, do not."""
    mapping = mapped({"Email": ["", ""], "Login": ["ann@acme.com", "bob@acme.com"]})
    assert [(column.field, column.place) for column in mapping.columns] == [("email", 0), ("email", 1)]
    mapping = mapped({"First Name": ["A", "B"], "Column B": ["Ann Lee", "Bob Fox"]})
    assert [column.field for column in mapping.columns] == ["first_name", None]


ORDERS = ["500898848", "500898820", "500898817"]
MOBILES = ["(21) 98808-2865", "", "(21) 98209-8009"]


def of_brazil(title: str, cells: list[str]) -> ColumnMapping:
    """The mapping of a table of people of Brazil, who have mobile numbers and this column."""
    titles = ["Nome", "Celular", title]
    rows = zip(["Ana Lima", "Rui Melo", "Eva Reis"], MOBILES, cells, strict=True)
    sample = [Row(number, cells) for number, cells in enumerate(rows, 2)]
    return map_columns(titles, {}, {}, "ignore", sample, Choices(lambda digits: digits in {*ORDERS, "2133445566"}))


def test_digits_under_a_title_of_anything_do_not_stand_in_for_phone_numbers() -> None:
    """As long as a number of the country, they may be orders; the user hears of them, and the --map takes them."""
    mapping = of_brazil("Inscrição", ORDERS)
    assert mapping.sources()["phone_number"] == (1,)
    told = '"Inscrição" (C) may be phone_number, or something else: not used; --map "Inscrição=phone_number" takes it'
    assert [*map(str, mapping.notes)] == [told]


@pytest.mark.parametrize("title", ["Protocolo", "DUI"])
def test_numbers_of_papers_are_no_phone_numbers(title: str) -> None:
    """Nobody needs to hear of them."""
    mapping = of_brazil(title, ORDERS)
    assert (mapping.sources()["phone_number"], [*mapping.notes]) == ((1,), [])


@pytest.mark.parametrize(
    ("title", "cells"),
    [("Inscrição", [f"+55{digits}" for digits in ORDERS]), ("Telefone 2", ORDERS), ("Column C", ORDERS)],
    ids=["with the country code", "a title of phones", "a title of nothing"],
)
def test_what_looks_like_phone_numbers_stands_in_for_them(title: str, cells: list[str]) -> None:
    """By its title, or by the form of its cells."""
    assert of_brazil(title, cells).sources()["phone_number"] == (1, 2)


def test_what_an_option_drops_is_not_inferred() -> None:
    """``--map "Login="`` is the user's word."""
    sample = [Row(2, ("Ann", "ann@acme.com"))]
    assert map_columns(["Name", "Login"], {"Login": ""}, {}, "ignore", sample).fields() == {"name": 0}


def test_a_tie_is_reported() -> None:
    """Of two columns of addresses one stands in for the other, of two guesses none is used; the note has the --map."""
    emails = {"Column A": ["a@x.com", "b@x.com"], "Column B": ["c@x.com", "d@x.com"]}
    mapping = mapped({**emails, "Column C": ["Ann Lee", "Bob Fox"]})
    assert [(column.field, column.place) for column in mapping.columns] == [("email", 0), ("email", 1), ("name", 0)]
    note = '"Column A" (A) and "Column B" (B) can both be email: the first is used, the other where it is empty; '
    assert [*map(str, mapping.notes)] == [f'{note}--map "Column B=email" takes the other']
    names = {"Column A": ["Ann Lee", "Bob Fox"], "Column B": ["Amy Lewis", "Paul King"]}
    with pytest.raises(InputError, match='none is used; --map "Column A=name" takes the first'):
        mapped(names)


def test_a_file_without_titles_is_read_by_its_content() -> None:
    """Every column with a look of its own finds its field."""
    mapping = mapped(
        {
            "Column A": ["1", "2", "3"],
            "Column B": ["张伟", "王小明", "李娜"],
            "Column C": ["13800138000", "13900139000", "15012345678"],
            "Column D": ["zw@acme.com", "", "ln@acme.com"],
            "Column E": ["上海", "北京", "上海"],
        }
    )
    assert mapping.fields() == {"name": 1, "phone_number": 2, "email": 3}


def test_patronymics_beside_first_and_last_names_are_the_middle_name() -> None:
    """A town that ends as surnames do is none, for it does not stand beside them; without a last name they stand in."""
    towns = {"Column D": ["", "", ""], "Column E": ["Киев", "Киев", "Киев"]}
    parts = {
        "Column A": ["Остапец", "Ефимова", "Сидоров"],
        "Column B": ["Татьяна", "Юлия", "Виктор"],
        "Column C": ["Ивановна", "Александровна", "Сергеевич"],
    }
    assert mapped({**parts, **towns}).fields() == {"last_name": 0, "first_name": 1, "middle_name": 2}
    without = {title: cells for title, cells in parts.items() if title != "Column A"}
    assert mapped(without).fields() == {"first_name": 0, "last_name": 1}


@pytest.mark.parametrize("last", [["Fourny", "Hallot", "Duvet"], ["De Santis", "Locatelli", "Della Valle"]])
def test_a_text_beside_first_names_that_may_be_the_last_name_is_reported(last: list[str]) -> None:
    """Half a name is never sent in silence; what rows share is a town."""
    mapping = mapped({"Column A": ["Nathan", "Hugo", "Luigi"], "Column B": last})
    assert mapping.fields() == {"name": 0}
    told = '"Column B" (B) may be last_name, or something else: not used; --map "Column B=last_name" takes it'
    assert told in [*map(str, mapping.notes)]
    names = ["Nathan", "Hugo", "Luigi", "Mauro", "Ann"]
    assert mapped({"Column A": names, "Column B": ["Roma", "Roma", "Roma", "Roma", "Roma"]}).notes == ()


@pytest.mark.parametrize("turned", [False, True])
def test_first_names_beside_a_word_of_the_addresses_make_both_parts_of_the_name(turned: bool) -> None:
    """Whatever the last names are, and whichever column stands first."""
    names = [["Max", "Fritz", "John", "Christian"], ["Mair", "Kopf", "Classic", "Kirchschlag"]]
    emails = ["max.mair@web.de", "f.kopf@web.de", "classic@web.de", "ck@web.de"]
    one, other = reversed(names) if turned else names
    dates = ["01.01.1990", "02.02.1991", "03.03.1992", "04.04.1993"]
    mapping = mapped({"Column A": one, "Column B": other, "Column C": dates, "Column D": emails})
    assert mapping.fields() == {"first_name": int(turned), "last_name": int(not turned), "email": 3}
    towns = mapped({"Column A": ["Bonn", "Kiel", "Bonn", "Ulm"], "Column B": names[1], "Column C": emails})
    assert towns.fields() == {"name": 1, "email": 2}


CELL = st.text() | st.sampled_from(
    ["a@b.co", "+8613800138000", "13800138000", "20240131", "Ann Lee", "王小明", "http://"]
)


@pytest.mark.slow
@given(st.lists(st.tuples(CELL, CELL, CELL), max_size=8), st.tuples(st.text(), st.text()))
def test_any_content_is_mapped(rows: list[tuple[str, str, str]], titles: tuple[str, str]) -> None:
    """No text raises, and a field is served by one column."""
    sample = [Row(number, cells) for number, cells in enumerate(rows)]
    with suppress(InputError):  # as of a table of which no cell is a value
        mapping = map_columns(["identifier", *titles], {}, {}, "ignore", sample)
        _is_served_once(mapping)


def _is_served_once(mapping: ColumnMapping) -> None:
    served = [column.field for column in mapping.columns if column.field and not column.place]
    assert len(served) == len(set(served))
    render(mapping)


def test_numbers_that_count_are_reported_where_they_may_be_phone_numbers() -> None:
    """A list without titles whose phone numbers follow one another, or whose ids have eleven digits: the user says."""
    mapping = mapped({"Column A": [f"a{n}@x.org" for n in range(4)], "Column B": [f"1380013800{n}" for n in range(4)]})
    assert mapping.titles_to_fields() == {"Column A": "email"}
    assert str(mapping.notes[-1]).startswith('"Column B" (B) may be phone_number, or something else: not used; --map ')


@pytest.mark.slow
@pytest.mark.parametrize(
    "cell",
    [
        pytest.param("; ".join([*["Ann Lee (ann@x.org)"] * 200, "and 3 more"]), id="people with a tail"),
        pytest.param("\n" * 1_000_000, id="empty lines"),
    ],
)
def test_a_long_cell_is_read_to_its_end(cell: str) -> None:
    """No pattern has two ways to take one sign: with each more of them the time would double, or grow by its square."""
    shape = Shape([cell])
    assert (shape.share("email"), shape.emails_in_lines) == (0, False)
