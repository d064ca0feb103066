"""A row as it is due: the contact that was stored, its body, and what the ledger says of it unread."""

import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from importer.ledger.ledger import Ledger
from importer.ledger.records import Due, LedgerRow
from importer.ledger.run import Run, now
from importer.livedesk.contact import CREATE_FIELDS, Contact
from importer.models import DUE

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
        st.sampled_from(["custom_attributes.a", "additional_attributes.city", 'custom_attributes.x"email']),
        texts,
        max_size=2,
    ),
)


@pytest.fixture(scope="module")
def ledger() -> Iterator[Ledger]:
    """One for all examples, each of which is a run of its own."""
    with TemporaryDirectory() as folder, Ledger(Path(folder) / "ledger.sqlite3", lasting=False) as opened:
        yield opened


def due(ledger: Ledger, contact: Contact) -> Due:
    """The row of a contact, staged and read again."""
    with ledger.transaction():
        run = Run(f"run {len(ledger.runs())}", "a.csv", "csv", None, None, "https://desk.example", now(), (), {})
        seq = ledger.begin(run)
        ledger.add(seq, [LedgerRow(2, (), contact, DUE)])
    (row,) = ledger.pending(seq)
    return row


@pytest.mark.slow
@given(contact=contacts)
@example(contact=Contact(name='"inbox_id": "7"', inbox_id="407"))
@example(contact=Contact(name="Kim", inbox_id='"407"'))
@example(contact=Contact(name="email", email=""))
@example(contact=Contact(identifier="0"))
@example(contact=Contact(identifier="DOM\\kim"))
@example(contact=Contact(identifier="DOM\\kim", email="kim@x.org"))
@example(contact=Contact(name="Kim", attributes={'custom_attributes.x"email': "7"}))
def test_a_row_gives_its_contact_and_knows_whether_it_can_be_searched_for(ledger: Ledger, contact: Contact) -> None:
    """By a unique field with a value, and not by a text or an attribute's name that looks like one; a search finds no
    value with a backslash."""
    row = due(ledger, contact)
    assert row.contact == contact
    assert row.contact.has_key == any("\\" not in value for value in contact.keys().values())
    assert row.contact.has_key == bool(row.contact.searchable())


@pytest.mark.slow
@given(contact=contacts)
def test_the_body_of_a_create_is_the_contacts_fields(contact: Contact) -> None:
    """Without its attributes, without what has no value, and with an inbox of digits as a number."""
    body = json.loads(json.dumps(contact.create_body()))
    inbox_id = contact.inbox_id
    as_number = inbox_id is not None and inbox_id.isdecimal()
    assert body == contact.create_fields() | ({"inbox_id": int(inbox_id or "0")} if as_number else {})
