"""changes.csv: every change of a contact that was there before, field by field."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from importer.ledger.records import Change, Changed, LedgerRow
from importer.ledger.run import Run, SheetPart
from importer.livedesk.contact import Contact
from importer.message import Message
from importer.models import Outcome, Status
from importer.reporter.summary import Summary
from importer.reporter.terminal import closing_words
from tests.support.runs import RUN, filed, read_csv

CITY = "additional_attributes.city"


def row(number: int, status: Status = Status.UPDATED, source: int = 0) -> LedgerRow:
    return LedgerRow(number, ("Ann",), Contact(name="Ann"), Outcome(status, str(number)), source=source)


def changed(number: int, *fields: tuple[str, Any, Any], source: int = 0) -> Changed:
    return (source, number), tuple(Change(str(number), *field) for field in fields)


@pytest.mark.slow
def test_each_field_that_was_changed_has_its_line(tmp_path: Path) -> None:
    """In the order of the rows; no value is an empty cell, numbers stand as in JSON, formulas are guarded."""
    changes = [
        changed(3, ("email", "a@x.org", None), ("custom_attributes.age", None, 42), (CITY, "=1", "Bonn, Süd")),
        changed(2, ("name", "Anne", "Ann")),
    ]
    summary = filed(tmp_path, [row(2), row(3), row(4, Status.EXISTS)], RUN, changes=changes)
    assert read_csv(tmp_path / "changes.csv") == [
        ["row", "contact_id", "field", "before", "after"],
        ["2", "2", "name", "Anne", "Ann"],
        ["3", "3", CITY, "'=1", "Bonn, Süd"],
        ["3", "3", "custom_attributes.age", "", "42"],
        ["3", "3", "email", "a@x.org", ""],
    ]
    assert (tmp_path / "changes.csv").read_bytes().startswith(b"\xef\xbb\xbfrow,")
    assert summary.files["changes"] == str(tmp_path / "changes.csv")
    assert "changes.csv has what was changed, before and after" in closing_words(summary)
    assert f"import-contacts undo {RUN.id} takes it back" in closing_words(summary)


def test_what_may_have_happened_is_there_and_what_never_left_is_not(tmp_path: Path) -> None:
    """``unknown`` in results.csv says that the answer was lost; a row that was not sent has changed nothing."""
    rows = [row(2, Status.UNKNOWN), row(3, Status.NOT_SENT)]
    changes = [changed(2, ("name", "a", "b")), changed(3, ("name", "a", "b"))]
    filed(tmp_path, rows, replace(RUN, stopped=Message("interrupted")), changes=changes)
    assert [line[0] for line in read_csv(tmp_path / "changes.csv")] == ["row", "2"]


@pytest.mark.parametrize(
    ("changes", "run"),
    [
        ([], RUN),
        ([changed(2, ("name", "a", "b"))], replace(RUN, forgotten_at=RUN.finished_at)),
        ([changed(2, ("name", "a", "b"))], replace(RUN, mode="plan")),
    ],
    ids=["nothing changed", "forgotten", "a plan"],
)
def test_there_is_no_file_where_there_is_nothing_to_tell(tmp_path: Path, changes: list[Changed], run: Run) -> None:
    """A plan has its own, and of a forgotten run no value is left, in no file."""
    summary = filed(tmp_path, [row(2)], run, changes=changes)
    assert not (tmp_path / "changes.csv").exists()
    assert "changes" not in summary.files
    assert not run.forgotten_at or shown(summary) == []


def test_of_several_sheets_the_name_stands_last(tmp_path: Path) -> None:
    """As in results.csv."""
    run = replace(RUN, sheets=(SheetPart("Nord", ("Name",), {}), SheetPart("Süd", ("Name",), {})))
    rows = [row(2), row(2, source=1)]
    filed(tmp_path, rows, run, changes=[changed(2, ("name", "a", "b"), source=1)])
    assert read_csv(tmp_path / "changes.csv") == [
        ["row", "contact_id", "field", "before", "after", "sheet"],
        ["2", "2", "name", "a", "b", "Süd"],
    ]


_CHANGES = 14
"""The place of a row's changes in what ``page.js`` gets of it."""


def shown(summary: Summary) -> list[Any]:
    """The changes that the page has, row by row."""
    page = Path(summary.files["report"]).read_text(encoding="utf-8")
    data = re.search(r'id="data">(.*?)</script>', page, re.DOTALL)
    assert data is not None
    return [values[_CHANGES] for values in json.loads(data[1]) if values[_CHANGES]]


@pytest.mark.slow
@pytest.mark.parametrize("whole", [5000, 1], ids=["every row", "some rows"])
def test_the_page_has_the_changes_of_its_rows_and_a_link(
    tmp_path: Path, whole: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each with its own row, also where the page leaves rows out."""
    monkeypatch.setattr("importer.reporter.page.rows.ALL_ROWS", whole)
    rows = [row(2), row(3, Status.UNKNOWN), row(4), row(5, Status.UNKNOWN)]
    changes = [changed(number, ("name", f"was {number}", None)) for number in (2, 3, 5)]
    summary = filed(tmp_path, rows, RUN, changes=changes)
    expected = [[["Name", f"was {number}", ""]] for number in (2, 3, 5)]
    assert shown(summary) == (expected if whole > 1 else expected[1:])
    assert '<a href="changes.csv">' in Path(summary.files["report"]).read_text(encoding="utf-8")
