"""Contacts field by field are what each of them is alone."""

import json

from hypothesis import given
from hypothesis import strategies as st

from importer.livedesk.contact import KEY_FIELDS, Contact, json_lines, lookups

TEXTS = st.none() | st.text(min_size=1, max_size=8)
NAMES = ("custom_attributes.100%", "custom_attributes.%s", 'additional_attributes.a "b"', "custom_attributes.ü")
VALUES = st.none() | st.text(min_size=1, max_size=8) | st.integers() | st.booleans() | st.floats(allow_nan=False)
CONTACTS = st.builds(
    Contact,
    name=TEXTS,
    email=TEXTS,
    identifier=TEXTS,
    inbox_id=st.sampled_from([None, "407"]),
    attributes=st.dictionaries(st.sampled_from(NAMES), VALUES.filter(lambda value: value is not None)),
)


@given(st.lists(CONTACTS, min_size=1, max_size=5))
def test_a_batch_is_written_as_each_contact_is(contacts: list[Contact]) -> None:
    """Fields that all, some or none of them have; names and values with anything in them."""
    names = ("name", "email", "identifier", "inbox_id")
    fields = {name: [getattr(contact, name) for contact in contacts] for name in names}
    fields |= {name: [contact.attributes.get(name) for contact in contacts] for name in NAMES}
    assert json_lines(fields, len(contacts)) == [contact.json for contact in contacts]


@given(CONTACTS)
def test_a_contact_is_written_as_any_program_writes_it(contact: Contact) -> None:
    """Ledgers know contacts by these very bytes: sorted members, no escapes but JSON's own, nothing for no value."""
    members = {**contact.create_fields(), **contact.attributes}
    assert contact.json == json.dumps(members, ensure_ascii=False, sort_keys=True)


@given(st.lists(CONTACTS, max_size=5))
def test_values_are_looked_up_as_those_of_each_contact(contacts: list[Contact]) -> None:
    """Column by column; a field that no row has is a column of nothing."""
    found = lookups({name: [getattr(one, name) for one in contacts] for name in ("email", "identifier")}, len(contacts))
    for name, column in zip(KEY_FIELDS, found, strict=True):
        keys = [contact.keys().get(name) for contact in contacts]
        assert column == [None if key is None else f"{name}:{key}" for key in keys]
