"""A batch of rows: what it says of a row is what the row says alone, whatever rows stand beside it."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.errors import InputError
from importer.mapping.column_mapping import map_columns
from importer.models import Row, ValueType
from importer.normalizer.as_it_was import as_they_were
from importer.normalizer.batch import Normalizer
from importer.normalizer.column_profile import ColumnProfile
from importer.normalizer.columns import ColumnMapping, Rules
from importer.normalizer.text import join_name
from importer.remarks import kinds_of
from importer.staging.checking import Checked, Checker
from tests.support.examples import examples

TITLES = (
    *(
        "Name",
        "First name",
        "Last name",
        "Email",
        "Email 2",
        "Phone",
        "Mobile",
        "Customer ID",
        "Inbox ID",
        "Avatar URL",
    ),
    *("Country", "City", "Zip", "Notes", "Phone 1 - Type", "Phone 1 - Value"),
)
CELLS = st.sampled_from(
    (
        *("", "", " ", "-", "n/a", "Ann", "Ann Lee", " Ann", "O'Brien", "李", "Null", "true", "2024-05-01", "#REF!"),
        *("ann@x.org", "Ann@X.org", "ann@x", "a@x.org; b@x.org", "Ann <ann@x.org>", "a" * 65 + "@x.org"),
        *("+86 138 0000 0000", "0711 12345", "+4971112345", "13800000000", "123", "1.5E+10", "+49711/12345 ext 5"),
        *("407", "0407", "abc", "https://x.org/a.png", "Germany", "DE", "CN", "10115", "42", "yes", "Work", "Fax"),
        *('="00123"', "C-0001", "'0049711", "a\ufffdb", "two\nlines", *TITLES),
    )
)
TYPES: tuple[Mapping[str, ValueType], ...] = (
    {},
    {"additional_attributes.city": "text"},
    {"custom_attributes.notes": "number", "custom_attributes.zip": "boolean"},
)
CONSTANTS: tuple[Mapping[str, str], ...] = (
    {},
    {"name": "true"},
    {"additional_attributes.country": "DE", "custom_attributes.source": "x"},
)


@pytest.mark.slow
@settings(max_examples=examples(400))
@given(
    st.lists(st.sampled_from(TITLES), min_size=1, max_size=7, unique=True).filter(
        lambda found: {*TITLES[:9]} & {*found}
    ),
    st.data(),
)
def test_a_row_is_the_same_alone_and_among_others(titles: list[str], data: st.DataObject) -> None:
    """Whatever the columns, constants, types and country are, however many cells the row has, and in any order."""
    constants = data.draw(st.sampled_from(CONSTANTS))
    rules = Rules(data.draw(st.sampled_from((None, "407"))), data.draw(st.sampled_from((None, "DE", "CN"))))
    rules = Rules(rules.inbox_id, rules.country, data.draw(st.sampled_from(TYPES)))
    try:
        mapping = map_columns(titles, {}, constants, "custom" if data.draw(st.booleans()) else "ignore")
    except InputError:  # the columns tell of no person
        return
    check = Checker(Normalizer(mapping, rules), "https://x.org").check
    cells = st.lists(CELLS, min_size=len(titles), max_size=len(titles) + 1).map(tuple)
    rows = [Row(number, data.draw(cells)) for number in range(2, 7)]
    batch = data.draw(st.permutations(rows))
    together, alone = check(batch), [check([row]) for row in batch]
    assert [told(together, place) for place in range(len(batch))] == [told(found, 0) for found in alone]
    ones = [[row] for row in rows]
    assert profile(mapping, [rows], [check(rows)]) == profile(mapping, ones, [*map(check, ones)])


def told(found: Checked, place: int) -> tuple[object, ...]:
    """All that a check found of one row."""
    values = [column[place] for column in found.lookups]
    keys = found.contacts[place], found.cells[place], found.fingerprints[place]
    return (*keys, values, found.errors.get(place), found.warnings.get(place))


def profile(mapping: ColumnMapping, batches: list[list[Row]], found: list[Checked]) -> tuple[object, ...]:
    """What is told of the columns after these batches."""
    counted = ColumnProfile(mapping.columns)
    for batch, checked in zip(batches, found, strict=True):
        counted.add([row.number for row in batch], checked.columns, checked.errors, checked.further)
    return counted.lines(), counted.repairs()


def test_a_value_behind_another_column_counts_for_its_column_and_is_remarked_upon() -> None:
    """It is not sent: a second number is told by its row, but not where both are the same, where it is a fax, or where
    the row is invalid; a column that is filled is not shown as empty."""
    titles = ["Name", "Mobile", "Work phone", "Work phone - Type", "Company"]
    columns = map_columns(titles, {}, {}, "ignore")
    mapping = replace(columns, labels={2: 3}, label_rank=lambda label: None if label == "Fax" else 1)
    cells = [
        ("Ann", "+493023125000", "+493023125001", "", ""),
        ("Bob", "+493023125002", "030 23125002", "", ""),
        ("Eve", "", "+493023125003", "", ""),
        ("Kim", "+493023125004", "+493023125005", "Fax", ""),
        ("Lee", "123", "+493023125006", "", ""),
        ("Max", "+493023125007", "12", "", ""),
    ]
    rows = [Row(number, row) for number, row in enumerate(cells, start=2)]
    found = Checker(Normalizer(mapping, Rules("407", "DE")), None).check(rows)
    assert {place: [str(remark) for remark in remarks] for place, remarks in found.warnings.items()} == {
        0: ['phone_number: "+493023125001" in column C is left out, for the row has another']
    }
    assert [*kinds_of(found.warnings[0])] == ["second_phone_number"]
    assert [*found.errors] == [4]
    lines, repairs = profile(mapping, [rows], [found])
    assert 'Work phone (phone_number, by its title): 100% filled, 83% of them valid; "+493023125001"' in str(lines)
    assert repairs == (), "of what is not sent, nothing is repaired"


def test_a_bad_value_that_is_dropped_does_not_hide_the_next_one() -> None:
    """The row goes without an address, and says which one it could have had."""
    mapping = map_columns(["Name", "Email", "Email 2", "Phone"], {}, {}, "ignore")
    rules = Rules("407", "DE", invalid_values="drop")
    found = Normalizer(mapping, rules)([Row(2, ("Bob", "bob@", "bob@x.org", "030 23125000"))])
    assert [*kinds_of(found.warnings[0])] == ["bad_value", "second_email"]
    assert "stands in once the bad one before it is empty" in str(found.warnings[0][1])


def test_a_cell_in_question_leaves_its_row_with_the_others() -> None:
    """Repaired, wrong, empty and remarkable cells: their columns are read at once, the second ones where they count."""
    mapping = map_columns(["Name", "Email", "Email 2", "Phone"], {}, {"custom_attributes.source": "test"}, "ignore")
    cells = [
        ("Ann", "ann@x.org", "", "030 23125000"),
        ("Bob", "bob@", "bob@x.org", ""),
        (" Eve ", "", "eve@x.org", ""),
        ("Kim", "kim@x.org", "", "030 23125000 ext. 5"),
    ]
    found = Normalizer(mapping, Rules("407", "DE"))([Row(number, row) for number, row in enumerate(cells, start=2)])
    assert found.fields == {
        "name": ["Ann", "Bob", "Eve", "Kim"],
        "email": ["ann@x.org", None, "eve@x.org", "kim@x.org"],
        "phone_number": ["+493023125000", None, None, "+493023125000"],
        "inbox_id": ["407"] * 4,
        "custom_attributes.source": ["test"] * 4,
    }
    assert {place: [error.column for error in errors] for place, errors in found.errors.items()} == {1: [1]}
    assert {*found.warnings} == {3}
    read = {column.column: [*column.places] for column in found.columns}
    assert read == {0: [0, 1, 2, 3], 1: [0, 1, 2, 3], 2: [2], 3: [0, 1, 2, 3]}


def test_a_name_beside_an_address_is_the_name_where_no_column_has_one() -> None:
    """``Name <address>`` and HubSpot's ``Name (address)``: the first of several, and none but a name with letters."""
    cells = [
        ("", "Ann Lee <ann@x.org>"),
        ("", "Bob Ray (bob@y.org);Cay Dow (cay@y.org)"),
        ("Dee Fox", "D. F. <dee@x.org>"),
        ("", "<eve@x.org>"),
        ("", "fay@x.org (work)"),
        ("", "12 (gil@x.org)"),
    ]
    mapping = map_columns(("Name", "Email"), {}, {}, "ignore", [])
    found = Normalizer(mapping, Rules("407"))([Row(number, row) for number, row in enumerate(cells, start=2)])
    assert [*found.fields["name"]] == ["Ann Lee", "Bob Ray", "Dee Fox", None, None, None]
    assert [*found.fields["email"]] == ["ann@x.org", "bob@y.org", "dee@x.org", "eve@x.org", None, "gil@x.org"]
    fixed = map_columns(("Email",), {}, {"name": "Guest"}, "ignore", [])
    assert [*Normalizer(fixed, Rules("407"))([Row(2, cells[0][1:])]).fields["name"]] == ["Guest"]


NO_NAMES = ("Work", "privat", "E-Mail", "Mobile", "old", "No-Reply", "Work e-mail", "Email (privat)", "公司邮箱")


@pytest.mark.parametrize(
    ("cell", "email", "name"),
    [
        pytest.param("Ann <ann@x>; Bob Ray <bob@y.org>", "bob@y.org", "Bob Ray", id="the first is no address"),
        pytest.param("ann@x.org; Bob Ray <bob@y.org>", "ann@x.org", None, id="the used one has none"),
        pytest.param("Ann Lee <ann@x.org>\nBob Ray <bob@y.org>", "ann@x.org", "Ann Lee", id="lines"),
        pytest.param("Lee, Ann (Annie) <Ann@X.org>", "Ann@x.org", "Lee, Ann (Annie)", id="brackets in the name"),
        pytest.param("Ann Lee <mailto:ann@x.org>", "ann@x.org", "Ann Lee", id="mailto"),
        *(pytest.param(f"{word} <ann@x.org>", "ann@x.org", None, id=word) for word in NO_NAMES),
        pytest.param("Work (ann@x.org)", "ann@x.org", None, id="round brackets"),
    ],
)
def test_a_name_is_of_the_address_that_is_used_and_no_label(cell: str, email: str, name: str | None) -> None:
    """Of several people only one is used; what says of what kind an address is, or who answers it, is no name."""
    mapping = map_columns(("Name", "Email"), {}, {}, "ignore", [])
    found = Normalizer(mapping, Rules("407"))([Row(2, ("", cell))])
    assert [found.fields["email"][0], found.fields["name"][0]] == [email, name]


@pytest.mark.slow
def test_names_beside_long_cells_are_read_to_the_end() -> None:
    """Blanks and letters as long as a cell may be, beside one with a name: their time is in proportion to them."""
    padded = f"{' ' * 480}ann@x.org{' ' * 480}"
    gap = f"a b{' ' * 990}c"
    cells = ["Ann Lee <ann@x.org>", *[padded, gap, f"{' ' * 500}{'a' * 499}"] * 1000]
    mapping = map_columns(("Name", "Email"), {}, {}, "ignore", [])
    found = Normalizer(mapping, Rules("407"))([Row(number, ("", cell)) for number, cell in enumerate(cells, start=2)])
    assert [*found.fields["name"]][:2] == ["Ann Lee", None]


def test_an_address_in_the_next_line_of_a_phone_number_is_used_where_no_column_has_one() -> None:
    """``Tel: …`` and ``Email: …`` in one cell of several lines are both of the person."""
    rows = [Row(2, ("Ann", "Tel: +12125550123\nEmail: ann@x.org")), Row(3, ("Bob", "+12125550124"))]
    found = Normalizer(map_columns(("Name", "Phone"), {}, {}, "ignore", []), Rules("407"))(rows)
    assert [*found.fields["phone_number"]] == ["+12125550123", "+12125550124"]
    assert [*found.fields["email"]] == ["ann@x.org", None]
    other = map_columns(("Name", "Phone", "Email"), {}, {}, "ignore", [])
    beside = Normalizer(other, Rules("407"))([Row(2, (*rows[0].cells, "")), Row(3, (*rows[1].cells, "bob@x.org"))])
    assert [*beside.fields["email"]] == [None, "bob@x.org"]


def test_a_row_that_names_nobody_takes_its_company_for_a_name() -> None:
    """Where it can be found by a key, and says so in a remark; a company for everybody (--set) is nobody's name."""
    rows = [
        Row(2, ("Acme", "Ann Lee", "ann@x.org")),
        Row(3, ("Byte", "", "info@x.org")),
        Row(4, ("Cord", "", "")),
        Row(5, ("n/a", "-", "d@x.org")),
    ]
    mapping = map_columns(("Company", "Contact Name", "Email"), {}, {}, "ignore", [])
    found = Normalizer(mapping, Rules("407"))(rows)
    assert [*found.fields["name"]] == ["Ann Lee", "Byte", None, None]
    assert [*found.fields["additional_attributes.company_name"]][:3] == ["Acme", "Byte", "Cord"]
    assert [place for place, told in found.warnings.items() if kinds_of(told)] == [1]
    assert 2 in found.errors
    assert [*Normalizer(mapping, Rules("407", replaces_names=True))(rows[:2]).fields["name"]] == ["Ann Lee", None]
    erasing = Normalizer(mapping, Rules("407", clears=("name",)))(rows[:2])
    assert ([*erasing.fields["name"]], erasing.clears[1]) == (["Ann Lee", None], ("name",))
    constant = {"additional_attributes.company_name": "Acme"}
    given = Normalizer(map_columns(("Name", "Email"), {}, constant, "ignore", []), Rules("407"))
    assert [*given([Row(2, ("", "d@x.org"))]).fields["name"]] == [None]


def test_an_address_that_a_company_shares_is_of_rows_that_name_nobody() -> None:
    """Nobody's colleague gets it, and nothing that the row has is written over; who goes without it hears of it."""
    titles = ("Company", "Company_Email", "Contact_Name", "Contact_Email")
    rows = [
        Row(2, ("Acme", "info@acme.example", "Ann Lee", "ann@acme.example")),
        Row(3, ("Acme", "info@acme.example", "Bob Ray", "")),
        Row(4, ("Acme", "info@acme.example", "", "")),
        Row(5, ("Byte", "info@byte.example", "", "desk@byte.example")),
    ]
    found = Normalizer(map_columns(titles, {}, {}, "ignore", rows), Rules("407"))(rows)
    assert [*found.fields["email"]] == ["ann@acme.example", None, "info@acme.example", "desk@byte.example"]
    assert [*found.fields["name"]] == ["Ann Lee", "Bob Ray", "Acme", "Byte"]
    assert "the row names somebody" in str(found.warnings[1][0])


def test_a_name_has_parts_of_one_person() -> None:
    """A second person's name counts in rows that name nobody before, all of it; of invalid rows too."""
    titles = ["First Name", "Middle Name", "Last Name", "First Name 2", "Middle Name 2", "Last Name 2", "Email"]
    rows = [
        Row(2, ("Ann", "", "Lee", "Tom", "James", "Ray", "ann@x.org")),
        Row(3, ("", "", "", "Mia", "", "Fox", "mia@x.org")),
        Row(4, ("Bob", "", "", "Eve", "", "Orr", "bob@x.org")),
        Row(5, ("", "", "Hay", "Ida", "May", "Poe", "no address")),
    ]
    mapping = map_columns(titles, {}, {}, "ignore", rows)
    batch = Normalizer(mapping, Rules())(rows)
    assert batch.fields["name"] == ["Ann Lee", "Mia Fox", "Bob", "Hay"]
    assert as_they_were(rows, mapping)["name"] == ["Ann Lee", "Mia Fox", "Bob", "Hay"]


def test_particles_go_before_a_family_name() -> None:
    """Dutch lists have them behind it, in the order of the alphabet; other names stay as they are."""
    names = {"Brink, ten": "ten Brink", "Heijden van der": "van der Heijden", "Laat, de": "de Laat"}
    names |= {
        "van Gogh": "van Gogh",
        "Meijer Ten": "Meijer Ten",
        "De La Cruz": "De La Cruz",
        "zur Mühlen": "zur Mühlen",
    }
    assert {name: join_name("Bo", None, name, None) for name in names} == {
        name: f"Bo {told}" for name, told in names.items()
    }
