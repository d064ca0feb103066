"""Values that LiveDesk refuses or loses are told before anything is sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.errors import ConfigError
from importer.livedesk.identity import MOST_LETTERS
from importer.mapping.column_mapping import map_columns
from importer.models import Row
from importer.normalizer.batch import Normalizer
from importer.normalizer.cells import read, read_all
from importer.normalizer.columns import Rules
from tests.support.service import Service, invoke, results, written

LINK = "https://example.com/"
LONGEST = {
    "name": "n" * MOST_LETTERS,
    "a name beside ASCII": "王" * MOST_LETTERS,
    "emoji, one code point each": "😀" * MOST_LETTERS,
    "first_name": "n" * MOST_LETTERS,
    "identifier": "C-" + "1" * (MOST_LETTERS - 2),
    "digits": "1" * MOST_LETTERS,
}
FIELDS = {"a name beside ASCII": "name", "emoji, one code point each": "name", "digits": "identifier"}


@pytest.mark.parametrize("case", LONGEST)
def test_a_value_may_have_255_characters_and_no_more(case: str) -> None:
    """Kin: every string of a contact; counted in code points. The error has the field, the length and the limit."""
    field, cell = FIELDS.get(case, case), LONGEST[case]
    assert read(field, cell).value == cell
    assert read(field, f"  {cell}\t").value == cell  # what is trimmed does not count
    longer = read(field, cell + cell[-1])
    assert longer.value is None
    assert longer.error is not None
    assert (longer.error.code, longer.error.field) == ("too_long", field)
    words = str(longer.error.message)
    assert words.startswith(f'{field}: "{cell[:20]}')
    assert words.endswith("has 256 characters, and LiveDesk takes at most 255")
    assert "255" in str(longer.error.hint)


def test_a_long_link_is_sent_with_a_remark() -> None:
    """The signed links of file stores are longer than 255 characters, and no page says that LiveDesk keeps the text."""
    link = LINK + "a" * (MOST_LETTERS - len(LINK))
    assert read("avatar_url", link).warnings == ()
    longer = read("avatar_url", link + "a")
    assert longer.value == link + "a"
    assert "has 256 characters" in str(longer.warnings[0])


@pytest.mark.parametrize("field", ["additional_attributes.company_name", "custom_attributes.note"])
def test_an_attribute_has_no_known_limit(field: str) -> None:
    """What the server makes of it, its answer tells."""
    assert read(field, "x" * 5000).value == "x" * 5000


def test_a_long_address_is_none_by_its_own_rule() -> None:
    """RFC 5321 ends it at 254. Several addresses in one cell may be longer together."""
    domain = ".".join(["d" * 60] * 4)
    error = read("email", f"ann{'x' * 20}@{domain}.com").error
    assert error is not None
    assert error.code == "bad_email"
    assert read("email", ";".join(f"p{n}@example.com" for n in range(30))).value == "p0@example.com"


@pytest.mark.slow
@given(st.lists(st.integers(0, 300), min_size=1, max_size=20))
def test_a_column_tells_what_its_cells_tell(lengths: list[int]) -> None:
    """One look at the longest must not change an answer."""
    found = read_all("name", ["x" * length for length in lengths])
    assert [*found.errors] == [at for at, length in enumerate(lengths) if length > MOST_LETTERS]
    assert [at for at, value in enumerate(found.values) if value] == [
        at for at, length in enumerate(lengths) if 0 < length <= MOST_LETTERS
    ]


def test_parts_of_a_name_may_be_too_long_together() -> None:
    """Each is sound; the rest of the contact is kept beside the error, as for any other field."""
    titles = ["First name", "Last name", "Email"]
    normalizer = Normalizer(map_columns(titles, {}, {}, "ignore"), Rules("407"))
    rows = [Row(2, ("Ann", "Lee", "a@example.com")), Row(3, ("a" * 200, "b" * 100, "b@example.com"))]
    found = normalizer(rows)
    assert [*found.fields["name"]] == ["Ann Lee", None]
    assert [*found.fields["email"]] == ["a@example.com", "b@example.com"]
    assert [(place, [error.code for error in errors]) for place, errors in found.errors.items()] == [(1, ["too_long"])]
    assert "has 301 characters" in str(found.errors[1][0].message)


def test_a_constant_may_be_too_long() -> None:
    """Exit 2, as for any other that is not valid."""
    mapping = map_columns(["Email"], {}, {"name": "x" * 256}, "ignore")
    with pytest.raises(ConfigError, match="256 characters"):
        Normalizer(mapping, Rules("407"))


@pytest.mark.slow
def test_the_row_is_invalid_and_nothing_of_it_is_sent() -> None:
    """The others go; the errors file has the row, the results its code."""
    written(f"Name,Email\nAnn,ann@example.com\n{'x' * 256},bob@example.com\n")
    with Service() as service:
        assert service.invoke("contacts.csv", "--inbox", 407).exit_code == 1
        assert [contact["email"] for contact in service.sandbox.contacts] == ["ann@example.com"]
    row = results()[1]
    assert (row["status"], row["error_code"]) == ("invalid", "too_long")
    assert row["hint"] == "shorten it to 255 characters, or leave the cell empty"


@pytest.mark.parametrize(
    ("field", "cell", "is_told"),
    [
        ("identifier", r"DOM\\kim", True),
        ("identifier", r"\\1", True),
        ("identifier", "a_b%c/d", False),  # wildcards find too much, and the exact one among it
        ("name", r"DOM\\kim", False),
    ],
)
def test_an_identifier_that_no_search_finds_is_remarked_on(field: str, cell: str, is_told: bool) -> None:
    """It is sent; the remark says that a lost answer may leave the row unknown."""
    found = read(field, cell)
    assert (found.value, found.error) == (cell, None)
    assert [("backslash" in str(remark)) for remark in found.warnings] == [True] * is_told


@pytest.mark.slow
def test_the_remark_is_the_rows_hint() -> None:
    """Where whoever looks at the results finds it."""
    written("Name,Customer ID\nKim,DOM\\kim\n")
    assert invoke("contacts.csv", "--inbox", 407, "--sandbox").exit_code == 0
    (row,) = results()
    assert (row["status"], row["identifier"]) == ("created", "DOM\\kim")
    assert "has a backslash, and LiveDesk's search finds no such value" in row["hint"]


@pytest.mark.parametrize(("email", "is_told"), [("", True), ("kim@example.com", False), ("kim@", True)])
def test_the_remark_stands_where_the_row_has_no_other_key(email: str, is_told: bool) -> None:
    """By another key that is sent it can be searched for."""
    mapping = map_columns(["Name", "Email", "Customer ID"], {}, {}, "ignore")
    found = Normalizer(mapping, Rules("407"))([Row(2, ("Kim", email, "DOM\\kim"))])
    assert ["backslash" in str(remark) for remark in found.warnings.get(0, ())] == [True] * is_told
