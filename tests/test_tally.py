"""What was changed in which column, and how a dry run shows it."""

import pytest

from importer.livedesk.contact import Contact
from importer.message import Message
from importer.models import RowError
from importer.normalizer.column_profile import ColumnProfile, repair_line
from importer.normalizer.columns import CellRead, Column, Normalized
from importer.normalizer.repairs import Repairs, repair_kind


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
        ("100201.0", "100201", ".0 removed"),
        ("+86 138 0013 8000", "+8613800138000", "written as +country and number"),
        ("a@X.ORG", "a@x.org", "domain in lower case"),
        ("a@x.org; b@x.org", "a@x.org", "read otherwise"),
    ],
)
def test_a_repair_has_a_name(cell: str, value: str | None, kind: str) -> None:
    """Nothing changed, no name; the first kind that fits otherwise."""
    assert str(repair_kind(cell, value) or "") == kind


PHONE = Column(1, "Phone", "phone_number", "title")
UNTITLED = Column(2, " ", "name", "option")
NOTES = Column(3, "Notes", None, "not used")


def counted(*rows: tuple[CellRead, ...], sent: bool = True) -> ColumnProfile:
    """After so many rows; a cell that is the same before and after is sent as it is."""
    tally = ColumnProfile([PHONE, UNTITLED, NOTES])
    errors = () if sent else (RowError("bad_email", Message("no @"), Message("fix it")),)
    for number, row in enumerate(rows, start=2):
        tally.add(number, Normalized(Contact(), errors, (), row))
    return tally


def test_repairs_are_counted_by_column_and_kind_with_the_first_example() -> None:
    """A hundred cells are one line; an untitled column has its letter."""
    tally = counted(
        (
            CellRead(1, "0086 1", "+861", Message("apostrophe removed")),
            CellRead(2, " Ann", "Ann", Message("spaces trimmed")),
        ),
        (CellRead(1, "(86) 2", "+862", Message("written")),),
        (CellRead(1, "86-3", "+863", Message("written")), CellRead(2, "Bob", "Bob")),
    )
    assert tally.repairs() == (
        Repairs("Phone", Message("written"), 2, "(86) 2", "+862"),
        Repairs("Phone", Message("apostrophe removed"), 1, "0086 1", "+861"),
        Repairs("C", Message("spaces trimmed"), 1, " Ann", "Ann"),
    )


def test_what_the_rest_of_the_file_changes_is_counted_by_field() -> None:
    """A merge and a dropped value are changes on the user's behalf like any repair."""
    tally = counted((CellRead(1, " +861", "+861", Message("spaces trimmed")),))
    tally.changed("name", Message("filled from a duplicate"), "", "Ann")
    tally.changed("name", Message("filled from a duplicate"), "", "Bob")
    assert tally.repairs() == (
        Repairs("Phone", Message("spaces trimmed"), 1, " +861", "+861"),
        Repairs("name", Message("filled from a duplicate"), 2, "", "Ann"),
    )


def test_what_is_not_sent_is_not_repaired() -> None:
    """A row with an error elsewhere is the user's to correct."""
    assert counted((CellRead(1, "0086 1", "+861", Message("written")),), sent=False).repairs() == ()


def test_a_dry_run_shows_shares_and_two_examples_of_each_column() -> None:
    """How many cells are filled, how many of them valid, and what they become."""
    tally = counted(
        (CellRead(1, "0086 1", "+861", Message("written")),),
        (CellRead(1, "x", None, sound=False), CellRead(2, "Ann", "Ann")),
        (CellRead(1, "+862", "+862"),),
        (CellRead(1, "+863", "+863"),),
    )
    assert tally.lines() == [
        'Phone (phone_number, by its title): 100% filled, 75% of them valid; "0086 1" -> "+861"; "+862"',
        'C (name, by --map): 25% filled, 100% of them valid; "Ann"',
    ]


def test_shares_never_round_to_all_or_nothing() -> None:
    """One bad cell in a thousand is 99 %, not 100."""
    rows = [(CellRead(1, "a", "a"),)] * 999 + [(CellRead(1, "x", None, sound=False),)]
    assert "99% of them valid" in counted(*rows).lines()[0]
    assert counted().lines()[0] == "Phone (phone_number, by its title): 0% filled, 0% of them valid"


def test_invisible_characters_are_seen_in_examples() -> None:
    """Else before and after would look the same."""
    line = repair_line(Repairs("Phone", Message("invisible characters removed"), 1200, "\u202a+861", "+861"))
    assert line == '    1,200  Phone: invisible characters removed, such as "\\u202a+861" -> "+861"'
