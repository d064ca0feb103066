"""The straight way through a batch comes to what the way with care does, for every file and every row."""

from collections.abc import Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from importer.errors import InputError
from importer.mapping.column_mapping import map_columns
from importer.models import Row, ValueType
from importer.normalizer.rows import Normalizer
from importer.normalizer.rules import Rules
from importer.normalizer.straight import Plain, Straight
from importer.staging.checking import Checked, Checker, Criteria

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


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.sampled_from(TITLES), min_size=1, max_size=7, unique=True).filter(
        lambda found: {*TITLES[:9]} & {*found}
    ),
    st.data(),
)
def test_both_ways_come_to_the_same(titles: list[str], data: st.DataObject) -> None:
    """Whatever the columns, constants, types and country are, and however many cells the row has."""
    constants = data.draw(st.sampled_from(CONSTANTS))
    rules = Rules(data.draw(st.sampled_from((None, "407"))), data.draw(st.sampled_from((None, "DE", "CN"))))
    rules = Rules(rules.inbox_id, rules.country, data.draw(st.sampled_from(TYPES)))
    try:
        mapping = map_columns(titles, {}, constants, "custom" if data.draw(st.booleans()) else "ignore")
    except InputError:  # the columns tell of no person
        return
    normalize = Normalizer(mapping, rules)
    rows = st.lists(CELLS, min_size=len(titles), max_size=len(titles) + 1).map(tuple)
    batch = [Row(number, data.draw(rows)) for number in range(2, 7)]
    straight, criteria = Straight(mapping, rules, normalize.constants), Criteria(mapping, rules, "https://x.org")
    quick = Checker(straight, normalize, criteria).check(batch)
    careful = Checker(_no_way, normalize, criteria).check(batch)
    assert told(quick) == told(careful)


def _no_way(_: object) -> Plain:
    return Plain([], [], {})


def told(found: Checked) -> tuple[object, ...]:
    """All that a check found; what is told of rows with errors is nobody's."""
    contacts = {place: text for place, text in enumerate(found.contacts) if place not in found.errors}
    profile = found.profile.lines(), found.profile.repairs()
    return contacts, found.cells, found.lookups, found.fingerprints, found.errors, found.warnings, profile


def test_most_rows_go_straight() -> None:
    """Repaired cells too; what is in question, and nothing else, goes with care."""
    mapping = map_columns(["Name", "Email", "Phone"], {}, {"custom_attributes.source": "test"}, "ignore")
    straight = Straight(mapping, Rules("407", "DE"), Normalizer(mapping, Rules()).constants)
    cells = [
        ("Ann", "ann@x.org", "030 23125000"),
        ("Bob", "bob@", ""),
        (" Eve ", "", ""),
        ("", "", ""),
        ("Kim", "kim@x.org", "030 23125000 ext. 5"),
        ("Lee", "lee@x.org", "", "beyond"),
    ]
    plain = straight([Row(number, row) for number, row in enumerate(cells, start=2)])
    assert plain.places == [0, 2]
    assert plain.fields == {
        "name": ["Ann", "Eve"],
        "email": ["ann@x.org", None],
        "phone_number": ["+493023125000", None],
        "inbox_id": ["407", "407"],
        "custom_attributes.source": ["test", "test"],
    }
