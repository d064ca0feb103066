"""A row as it is due: what its stored text says without being read, held against the contact that was stored."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from importer.ledger.records import Due
from importer.livedesk.contact import CREATE_FIELDS, Contact

NASTY = [
    '"',
    "\\",
    '"inbox_id": "407"',
    'x", "inbox_id": "7',
    '"email": "a',
    "_attributes.",
    "email",
    "\u2028",
    "王",
    "{}",
]
texts = st.lists(st.sampled_from(NASTY) | st.text(st.characters(codec="utf-8"), max_size=3), max_size=4).map("".join)
inboxes = st.none() | st.sampled_from(["0", "407", "007", "٤٠٧", "4 07", "-1", ""]) | texts
contacts = st.builds(
    Contact,
    **{name: st.none() | texts for name in CREATE_FIELDS if name != "inbox_id"},
    inbox_id=inboxes,
    attributes=st.dictionaries(
        st.sampled_from(["custom_attributes.a", "additional_attributes.city"]), texts, max_size=2
    ),
)


@given(contacts)
@example(Contact(name='"inbox_id": "7"', inbox_id="407"))
@example(Contact(name="Kim", inbox_id='"407"'))
def test_the_body_of_a_create_is_the_contacts(contact: Contact) -> None:
    """Whether it is made of the stored text, or of the contact that is read from there."""
    assert json.loads(Due(2, contact.json).create_body()) == contact.create_body()


@given(contacts)
@example(Contact(name="email", email=""))
@example(Contact(identifier="0"))
def test_a_row_knows_whether_it_can_be_searched_for(contact: Contact) -> None:
    """By a unique field with a value, and not by a text that looks like one."""
    assert Due(2, contact.json).has_key == bool(contact.keys())


@given(contacts)
def test_a_row_with_attributes_says_so(contact: Contact) -> None:
    """One that has none may be looked at for nothing, and never the other way around."""
    due = Due(2, contact.json)
    assert due.contact == contact
    assert due.has_attributes or not contact.attributes


@pytest.mark.parametrize("inbox_id", ["407", None])
def test_most_bodies_are_made_without_reading_the_contact(
    monkeypatch: pytest.MonkeyPatch, inbox_id: str | None
) -> None:
    """That is what a row without attributes saves."""
    row = Due(2, Contact(name="Ann", email="ann@x.org", inbox_id=inbox_id).json)
    monkeypatch.setattr(Contact, "from_json", None)
    assert b"ann@x.org" in row.create_body()
