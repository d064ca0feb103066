"""A row is checked as it is typed, by the importer itself, and held against the rest of the file."""

import time
from pathlib import Path
from typing import Any

import pytest

from importer import import_contacts
from importer.corrections import NO_CORRECTIONS, RowPlace
from importer.library.checking import check
from importer.library.preview import preview
from importer.library.rows import Rechecker
from importer.models import Status
from tests.support.service import written

TITLES = "Name,Email,Phone,Customer ID,Note\n"
ROWS = TITLES + "Ann,ann@x.example,+493012345678,C1,x\nBob,bob@,,C2,\nCy,cy@x.example,,C3,\n"


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def rechecker(text: str = ROWS, **options: Any) -> Rechecker:
    (found,) = preview(written(text), **options)
    return Rechecker(found, inbox=407, **options)


@pytest.mark.slow
def test_a_sound_row_says_what_would_be_sent() -> None:
    """After normalization, under the names of the fields."""
    found = rechecker().check_row(["  Bob  Ek", "BOB＠x.example", "0049 30 1234", "C2", ""])
    assert found.values["name"] == "Bob Ek"
    assert found.values["email"] == "BOB@x.example"
    assert found.values["inbox_id"] == "407"
    good = rechecker().check_row(["Bob", "bob@x.example", "+4930123456", "C2", "note"])
    assert (good.errors, good.flawed, good.sharing) == ((), {}, ())


@pytest.mark.parametrize(
    ("cells", "codes", "columns"),
    [
        (["Bob", "bob@", "", "C2", ""], ["bad_email"], [1]),
        (["Bob", "bob@", "12", "C2", ""], ["bad_email", "no_country"], [1, 2]),
        (["", "", "", "", "x"], ["empty_row"], [0, 1, 2, 3]),
        (["Bob"], [], []),
        (["Bob", "", "", "", "", "more"], ["extra_cells"], [5]),
    ],
    ids=["an email", "two cells", "nobody", "a short row", "too many cells"],
)
def test_mistakes_are_told_where_they_are(cells: list[str], codes: list[str], columns: list[int]) -> None:
    """By the columns to mark."""
    found = rechecker().check_row(cells)
    assert [error.code for error in found.errors] == codes
    assert [*found.flawed] == columns


@pytest.mark.slow
def test_the_options_of_the_import_count() -> None:
    """The country, the columns, and what becomes of bad values."""
    numbers = ["Bob", "bob@x.example", "030 123456", "C2", ""]
    assert rechecker().check_row(numbers).errors
    assert rechecker(country="DE").check_row(numbers).values["phone_number"] == "+4930123456"
    dropped = rechecker(invalid_values="drop").check_row(["Bob", "bob@", "", "C2", ""])
    assert dropped.errors == ()
    assert "left out" in str(dropped.warnings[0])
    mapped = rechecker(map={"Note": "custom_attributes.note"}).check_row(["Bob", "", "", "C2", "hello"])
    assert mapped.values["custom_attributes.note"] == "hello"


@pytest.mark.slow
@pytest.mark.parametrize(
    "cells",
    [
        ["Ann", "ann@x.example", "+493012345678", "C9", ""],
        ["", "x@gmial.com", "", "", ""],
        ["Ann", "ann@@x.example", "1.38E+10", "C9", ""],
        ["=1+1", "mailto:ann@x.example", "tel:+493012345678", "00042", ""],
        ["NULL", "n/a", "-", "C9", ""],
    ],
)
def test_it_says_what_an_import_says(cells: list[str]) -> None:
    """The same errors, remarks and values as a dry run of a file with this row."""
    text = TITLES + ",".join(cells) + "\n"
    found = rechecker(text).check_row(cells, 2)
    with check("contacts.csv", folder="check", inbox=407) as checked:
        (row,) = checked.page().rows
    assert tuple(error.message for error in found.errors) == row.errors
    if not found.errors:
        assert found.warnings == row.hints
        assert dict(found.values) == dict(row.values)
    assert {column: flaw.messages for column, flaw in found.flawed.items()} == {
        column: flaw.messages for column, flaw in row.flawed.items()
    }


@pytest.mark.slow
def test_other_rows_of_the_file_are_told() -> None:
    """The same person, or a value that is another's; not the row itself, and not rows that are not sent."""
    with check(written(ROWS), folder="check", inbox=407) as checked:
        rows = rechecker()
        (same,) = rows.check_row(["Bob", "CY@x.example", "", "", ""], 3, checked).sharing
        assert (same.place, same.field, same.same, same.is_later) == (
            RowPlace("contacts.csv", "", 4),
            "email",
            True,
            True,
        )
        assert str(same.told) == "the same person as row 4 (email)"
        (other,) = rows.check_row(["Bob", "ann@x.example", "", "C2", ""], 3, checked).sharing
        assert (other.place.row, other.field, other.same, other.is_later) == (2, "email", False, False)
        assert "belongs to another person, in row 2" in str(other.told)
        (later,) = rows.check_row(["Bob", "cy@x.example", "", "C2", ""], 3, checked).sharing
        assert (later.place.row, later.same, later.is_later) == (4, False, True)
        assert "that row, the later one, then needs attention" in str(later.told)
        (later,) = rechecker(shared_values="drop").check_row(["Bob", "cy@x.example", "", "C2", ""], 3, checked).sharing
        assert "that row, the later one, is sent without it" in str(later.told)
        assert rows.check_row(["Ann", "ann@x.example", "+493012345678", "C1", ""], 2, checked).sharing == ()
        assert rows.check_row(["Bob", "bob@y.example", "", "C2", ""], 9, checked).sharing == ()


def test_what_tells_who_somebody_is_decides_here_too() -> None:
    """``match_by`` is that of the import."""
    options: dict[str, Any] = {"match_by": "email"}
    with check(written(ROWS), folder="check", inbox=407, **options) as checked:
        (other,) = rechecker(**options).check_row(["Bob", "ann@x.example", "", "C2", ""], 3, checked).sharing
        assert other.same


@pytest.mark.slow
def test_a_row_of_a_large_file_takes_milliseconds(tmp_path: Path) -> None:
    """Whatever the file's size: by the indexes of a check."""
    lines = (f"Ann{n},a{n}@x.example,+4930{1000000 + n},C{n},x\n" for n in range(20_000))
    text = TITLES + "".join(lines)
    with check(written(text), folder=tmp_path / "check", inbox=407) as checked:
        rows = rechecker(text)
        cells = ["Bob", "a17@x.example", "+49301000018", "C19", ""]
        assert {one.place.row for one in rows.check_row(cells, 3, checked).sharing} == {19, 20, 21}
        began = time.perf_counter()
        for _ in range(20):
            rows.check_row(cells, 3, checked)
        assert (time.perf_counter() - began) / 20 < 0.05


@pytest.mark.slow
def test_what_is_typed_here_is_what_an_import_sends() -> None:
    """From the check's row to a correction, and on."""
    path = written(ROWS)
    typed = ["Bob", "bob@x.example", "", "C2", ""]
    assert not rechecker().check_row(typed, 3).errors
    wanted = NO_CORRECTIONS.with_cell(RowPlace("contacts.csv", "", 3), 1, typed[1])
    assert import_contacts(path, inbox=407, dry_run=True, corrections=wanted).counts == {Status.VALID: 3}
