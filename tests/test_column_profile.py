"""What was changed in which column, and how a dry run shows it."""

from collections.abc import Mapping

import pytest

from importer.message import Message
from importer.models import RowError
from importer.normalizer.cells import Readings
from importer.normalizer.column_profile import ColumnProfile, Repairs, repair_kind, repair_line
from importer.normalizer.columns import Column, ReadColumn


@pytest.mark.parametrize(
    ("cell", "value", "kind"),
    [
        ("Ann", "Ann", ""),
        (" Ann  Lee ", "Ann Lee", "spaces trimmed"),
        ("N/A", None, "read as empty"),
        ("\u202a+861\u202c", "+861", "invisible characters removed"),
        ("＋８６１", "+861", "full-width or other signs"),
        ("tel:+861", "+861", "mailto: or tel: removed"),
        ("mailto:a@x.org", "a@x.org", "mailto: or tel: removed"),
        ("Ann <a@x.org>", "a@x.org", "address taken out of Name <address>"),
        ("'+861", "+861", "apostrophe removed"),
        (" 'Ann", "'Ann", "spaces trimmed"),
        (" 'Zoë", "'Zoë", "spaces trimmed"),
        (" tel:Zoë", "tel:Zoë", "spaces trimmed"),
        ("100201.0", "100201", ".0 removed"),
        ("+86 138 0013 8000", "+8613800138000", "written as +country and number"),
        ("a@X.ORG", "a@x.org", "domain in lower case"),
        ("a@x.org; b@x.org", "a@x.org", "the first of several taken"),
    ],
)
def test_a_repair_has_a_name(cell: str, value: str | None, kind: str) -> None:
    """Nothing changed, no name; the first kind that fits otherwise."""
    assert str(repair_kind(cell, value) or "") == kind


PHONE = Column(1, "Phone", "phone_number", "title")
UNTITLED = Column(2, " ", "name", "option")
NOTES = Column(3, "Notes", None, "not used")


BAD = RowError("bad_phone", Message("no +"), Message("fix it"))


def counted(
    phones: Mapping[str, str | RowError], names: Mapping[str, str] | None = None, invalid: bool = False
) -> ColumnProfile:
    """After a batch with these cells and what each says, in the columns from the first row on."""
    columns = []
    for column, cells in ((PHONE, phones), (UNTITLED, names or {})):
        values = [None if isinstance(value, RowError) else value for value in cells.values()]
        errors = {at: value for at, value in enumerate(cells.values()) if isinstance(value, RowError)}
        readings = Readings(values, errors, {})
        places = range(len(cells))
        columns.append(ReadColumn(str(column.field), column.index, "text", places, [*cells], readings))
    profile = ColumnProfile([PHONE, UNTITLED, NOTES])
    count = max(len(phones), len(names or {}))
    profile.add(range(2, count + 2), columns, range(count) if invalid else ())
    return profile


def test_repairs_are_counted_by_column_and_kind_with_the_first_example() -> None:
    """A hundred cells are one line; an untitled column has its letter."""
    found = counted({"'+861": "+861", "(86) 2": "+862", "86-3": "+863"}, {" Ann": "Ann", "Bob": "Bob"})
    assert found.repairs() == (
        Repairs("Phone", Message("written as +country and number"), 2, "(86) 2", "+862"),
        Repairs("Phone", Message("apostrophe removed"), 1, "'+861", "+861"),
        Repairs("C", Message("spaces trimmed"), 1, " Ann", "Ann"),
    )


def test_what_batches_have_in_common_is_counted_together() -> None:
    """The example is the first row's, whatever the order of the batches; so are the examples of a column."""
    profile = ColumnProfile([PHONE])
    for numbers, cells in (([4, 5], ["(86) 3", "(86) 4"]), ([2, 3], ["(86) 1", "(86) 2"])):
        values: list[str | None] = [f"+86{cell[-1]}" for cell in cells]
        profile.add(numbers, [ReadColumn("phone_number", 1, "text", (0, 1), cells, Readings(values, {}, {}))])
    assert profile.repairs() == (Repairs("Phone", Message("written as +country and number"), 4, "(86) 1", "+861"),)
    assert profile.lines()[0].endswith('"(86) 1" -> "+861"; "(86) 2" -> "+862"')


def test_what_the_rest_of_the_file_changes_is_counted_by_field() -> None:
    """A merge and a dropped value are changes on the user's behalf like any repair."""
    found = counted({" +861": "+861"})
    found.changed("name", Message("filled from a duplicate"), "", "Ann")
    found.changed("name", Message("filled from a duplicate"), "", "Bob")
    assert found.repairs() == (
        Repairs("Phone", Message("spaces trimmed"), 1, " +861", "+861"),
        Repairs("name", Message("filled from a duplicate"), 2, "", "Ann"),
    )


def test_what_is_not_sent_is_not_repaired() -> None:
    """A row with an error elsewhere is the user's to correct."""
    assert counted({"0086 1": "+861"}, invalid=True).repairs() == ()


def test_a_dry_run_shows_shares_and_two_examples_of_each_column() -> None:
    """How many cells are filled, how many of them valid, and what they become."""
    assert counted({"0086 1": "+861", "x": BAD, "+862": "+862", "+863": "+863"}, {"Ann": "Ann"}).lines() == [
        'Phone (phone_number, by its title): 100% filled, 75% of them valid; "0086 1" -> "+861"; "+862"',
        'C (name, by --map): 25% filled, 100% of them valid; "Ann"',
    ]


def test_shares_never_round_to_all_or_nothing() -> None:
    """One bad cell in a thousand is 99 %, not 100."""
    found = counted({**{f"+86{number}": f"+86{number}" for number in range(999)}, "x": BAD})
    assert "99% of them valid" in found.lines()[0]
    assert counted({}).lines()[0] == "Phone (phone_number, by its title): 0% filled, 0% of them valid"


def test_invisible_characters_are_seen_in_examples() -> None:
    """Else before and after would look the same."""
    line = repair_line(Repairs("Phone", Message("invisible characters removed"), 1200, "\u202a+861", "+861"))
    assert line == '    1,200  Phone: invisible characters removed, such as "\\u202a+861" -> "+861"'


def read(field: str, column: int, cells: list[str], errors: dict[int, RowError]) -> ReadColumn:
    values = [None if at in errors else cell for at, cell in enumerate(cells)]
    return ReadColumn(field, column, "text", [*range(len(cells))], cells, Readings(values, errors, {}))


def profiled(first: int, later_bad: int, later: int) -> list[str]:
    """The contradictions after so many first rows of the sample, and later rows of which some are refused."""
    profile = ColumnProfile([PHONE])
    error = RowError("bad_phone", Message("bad"))
    for start in range(0, first, 1000):
        numbers = [*range(start, min(start + 1000, first))]
        profile.add(numbers, [read("phone_number", 1, ["+49"] * len(numbers), {})])
    if later:
        errors = dict.fromkeys(range(later_bad), error)
        profile.add([*range(first, first + later)], [read("phone_number", 1, ["+49"] * later, errors)])
    return [*map(str, profile.contradictions())]


def test_later_rows_that_contradict_the_mapping_are_a_warning() -> None:
    """The sample showed phone numbers, and most cells behind it are none."""
    warning = '"Phone" (B): behind the first 2,000 rows 60 of 100 cells are no phone_number, or shared by people; '
    assert profiled(2000, 60, 100) == [f'{warning}--map "Phone=" leaves the column out']
    assert profiled(2000, 40, 100) == []
    assert profiled(2000, 5, 6) == []
    assert profiled(1000, 60, 100) == []
    assert profiled(2000, 0, 0) == []


def test_ids_that_people_share_later_are_a_warning() -> None:
    """The sample's were each person's own."""
    profile = ColumnProfile([Column(0, "ID", "identifier", "title")])
    for start in (0, 1000, 2000):
        profile.add([*range(start, start + 1000)], [read("identifier", 0, ["x"] * 1000, {})])
    assert [*profile.contradictions()] == []
    for _ in range(501):
        profile.clashed("identifier")
    assert len([*profile.contradictions()]) == 1
