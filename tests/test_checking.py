"""The check of a batch: what is made of its rows that needs no other row."""

import json

from importer.ledger.known_contacts import fingerprint
from importer.livedesk.contact import Contact
from importer.mapping.column_mapping import map_columns
from importer.models import Row
from importer.normalizer.batch import Normalizer
from importer.normalizer.columns import Rules
from importer.staging.checking import Checked, Checker

URL = "https://livedesk.example"
ROWS = [
    Row(2, (" Kim", "Kim@x.org", "030 23125000", "Bonn")),
    Row(3, ("Bob", "bob@", "030 23125001", "")),
    Row(4, ("Eve", "eve@x.org", "030 23125000 ext. 5", "")),
    Row(5, ("Lee", "", "", "")),
]


def checked(*, keep_cells: bool = True) -> Checked:
    """A good row to repair, a bad one, one with a remark, and one without a unique value."""
    mapping = map_columns(["Name", "Email", "Phone", "City"], {}, {"custom_attributes.source": "test"}, "ignore")
    return Checker(Normalizer(mapping, Rules("407", "DE")), URL, keep_cells=keep_cells).check(ROWS)


def test_rows_become_texts() -> None:
    """The contact as the ledger has it, and what its unique values are looked up by."""
    found = checked()
    kim = Contact(
        *("Kim", "Kim@x.org", "+493023125000"),
        inbox_id="407",
        attributes={"additional_attributes.city": "Bonn", "custom_attributes.source": "test"},
    )
    assert found.contacts[0] == kim.json
    assert [column[0] for column in found.lookups] == [None, "email:kim@x.org", "phone_number:+493023125000"]
    assert found.fingerprints[0] == fingerprint(URL, kim.known_by)


def test_a_row_with_an_error_holds_no_value() -> None:
    """It is not sent: its sound phone number is nobody's, and nothing recognizes it."""
    found = checked()
    assert [error.code for error in found.errors[1]] == ["bad_email"]
    assert {*found.errors} == {1}
    assert [column[1] for column in found.lookups] == [None, None, None]
    assert found.fingerprints[1] is None


def test_a_remark_forbids_nothing() -> None:
    """The row is sent, without the extension."""
    found = checked()
    assert {*found.warnings} == {2}
    assert found.fingerprints[2] is not None


def test_a_row_without_a_unique_value_is_for_the_rest_of_the_file_to_recognize() -> None:
    """It counts among its likes."""
    assert checked().fingerprints[3] is None


def test_the_cells_of_rows_that_nobody_is_given_back_are_not_kept() -> None:
    """The rows of a dry run; for all else of them it makes no difference."""
    kept, found = checked(), checked(keep_cells=False)
    assert [json.loads(cells or "") for cells in kept.cells] == [[*row.cells] for row in ROWS]
    assert found.cells == [None] * len(ROWS)
    assert found._replace(cells=kept.cells) == kept
