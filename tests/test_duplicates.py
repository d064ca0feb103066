"""The same person, and the people of one file."""

import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.livedesk.contact import KEY_FIELDS, Contact, lookup
from importer.models import MatchBy
from importer.staging.person_index import Match, PersonIndex, Relation, merge, relation

ANN = Contact(name="Ann", email="ann@x.org", phone_number="+4915112345678", identifier="7")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (Contact(email="a@x.org"), Contact(email="A@X.org"), Relation.SAME),
        (Contact(phone_number="+861"), Contact(phone_number="+861", email="a@x.org"), Relation.SAME),
        (Contact(identifier="7", email="a@x.org"), Contact(identifier="7"), Relation.SAME),
        (Contact(identifier="a"), Contact(identifier="A"), Relation.STRANGERS),
        (Contact(phone_number="+861", email="a@x.org"), Contact(phone_number="+861", email="b@x.org"), Relation.SHARED),
        (Contact(email="a@x.org", identifier="1"), Contact(email="a@x.org", identifier="2"), Relation.SHARED),
        (Contact(name="Kim"), Contact(name="Kim"), Relation.STRANGERS),
        (Contact(email="a@x.org"), Contact(phone_number="+861"), Relation.STRANGERS),
    ],
    ids=[
        "email without case",
        "phone, email in one only",
        "identifier, email in one only",
        "identifier with case",
        "office phone, two emails",
        "couple's address, two identifiers",
        "a name is no key",
        "nothing in common",
    ],
)
def test_relation_is_the_contracts_rule_both_ways(one: Contact, other: Contact, expected: Relation) -> None:
    """Same: one key equal and none present in both and different. Shared: one equal, another different."""
    assert relation(one, other) is expected
    assert relation(other, one) is expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (Contact(identifier="1", email="a@x.org"), Contact(identifier="1", email="b@x.org"), Relation.SAME),
        (Contact(identifier="1", email="a@x.org"), Contact(identifier="2", email="a@x.org"), Relation.SHARED),
        (Contact(identifier="1", email="a@x.org"), Contact(email="a@x.org"), Relation.SAME),
        (Contact(email="a@x.org", phone_number="+861"), Contact(email="a@x.org"), Relation.SAME),
        (Contact(email="a@x.org", phone_number="+861"), Contact(identifier="1", email="b@x.org"), Relation.STRANGERS),
        (
            Contact(identifier="1", email="a@x.org", phone_number="+861"),
            Contact(email="a@x.org", phone_number="+862"),
            Relation.SHARED,
        ),
    ],
    ids=["equal", "different", "in one only", "in none", "nothing in common", "in one only, and two phones"],
)
def test_the_field_that_decides_does_so_where_both_have_it(one: Contact, other: Contact, expected: Relation) -> None:
    """Equal is one person, whatever else differs; different is another, who may share a value; else all keys decide."""
    assert relation(one, other, "identifier") is expected
    assert relation(other, one, "identifier") is expected


def test_merge_fills_empty_fields_and_changes_none() -> None:
    """The kept record wins; what it lacks comes from the other, attributes included."""
    kept = Contact(name="Ann", email="ann@x.org", attributes={"custom_attributes.a": "1"})
    other = Contact(
        name="Anna", phone_number="+861", attributes={"custom_attributes.a": "2", "custom_attributes.b": "3"}
    )
    whole, added = merge(kept, other)
    assert whole == Contact(
        name="Ann",
        email="ann@x.org",
        phone_number="+861",
        attributes={"custom_attributes.a": "1", "custom_attributes.b": "3"},
    )
    assert added == {"phone_number": "+861", "custom_attributes.b": "3"}


def unknown(number: int) -> Contact:
    """No earlier row is looked up where all are met in one batch."""
    raise AssertionError(number)


def meetings(
    *contacts: Contact, batch: int = 1, match_by: MatchBy = "auto"
) -> list[tuple[Relation, int, int, str] | None]:
    """What each contact meets, the rows counted from 2, so many between two looks at the ledger."""
    verdicts: list[Match | None] = []
    with PersonIndex(lambda number: contacts[number - 2], match_by) as people:
        for start in range(0, len(contacts), batch):
            some = contacts[start : start + batch]
            met = entered(people, start + 2, some)
            for place, contact in enumerate(some):
                verdicts.append(people.meet(start + place + 2, contact) if place in met else None)
    return [None if met is None else (met.relation, met.number, met.kept, met.field) for met in verdicts]


def entered(people: PersonIndex, first: int, contacts: Sequence[Contact]) -> set[int]:
    """The places of those that may have met somebody."""
    numbers = [*range(first, first + len(contacts))]
    columns = [
        [lookup(name, value) if (value := contact.keys().get(name)) else None for contact in contacts]
        for name in KEY_FIELDS
    ]
    return people.enter(numbers, [contact.json for contact in contacts], columns)


def test_a_duplicate_cites_the_earlier_row() -> None:
    """The second row for one email is the same person as the first."""
    assert meetings(Contact(email="a@x.org"), Contact(email="A@x.org")) == [None, (Relation.SAME, 2, 2, "email")]


def test_an_office_phone_does_not_drop_a_colleague() -> None:
    """One value equal and another different: two people, and the later row cites the holder."""
    met = meetings(Contact(email="a@x.org", phone_number="+861"), Contact(email="b@x.org", phone_number="+861"))
    assert met == [None, (Relation.SHARED, 2, 2, "phone_number")]


def test_a_third_row_is_held_against_what_the_duplicates_know_together() -> None:
    """Row 3 brings the phone of row 2's person; row 4 with that phone alone is the same person still."""
    met = meetings(
        Contact(email="a@x.org"), Contact(email="a@x.org", phone_number="+861"), Contact(phone_number="+861")
    )
    assert met[2] == (Relation.SAME, 3, 2, "phone_number")


def test_a_duplicate_of_a_duplicate_with_another_email_is_somebody_else() -> None:
    """Row 4 shares the phone that row 3 told of row 2's person, and has another email: dropping it would lose it."""
    met = meetings(
        Contact(email="a@x.org", identifier="1"),
        Contact(email="a@x.org", phone_number="+861"),
        Contact(phone_number="+861", identifier="2"),
    )
    assert met[2] == (Relation.SHARED, 3, 2, "phone_number")


@pytest.mark.parametrize("batch", [1, 3], ids=["rows of earlier batches", "one batch"])
def test_of_a_person_of_several_rows_the_one_that_differs_is_named(batch: int) -> None:
    """Row 2 has no number: it is row 3, with the same email, from which row 4 differs."""
    met = meetings(
        Contact(email="a@x.org"),
        Contact(email="a@x.org", identifier="A1"),
        Contact(email="a@x.org", identifier="9002"),
        batch=batch,
    )
    assert met == [None, (Relation.SAME, 2, 2, "email"), (Relation.SHARED, 3, 2, "email")]


def test_a_row_that_shares_a_value_holds_nothing() -> None:
    """It is not sent, so its own email is free for a later row."""
    met = meetings(
        Contact(email="a@x.org", phone_number="+861"),
        Contact(email="b@x.org", phone_number="+861"),
        Contact(email="b@x.org", phone_number="+862"),
    )
    assert met[2] is None


def test_a_value_of_a_second_person_is_not_added_to_the_first() -> None:
    """Row 4 fits rows 2 and 3: it is a duplicate of row 2, and row 3 keeps its phone number."""
    with PersonIndex(unknown) as people:
        people.meet(2, Contact(email="a@x.org"))
        people.meet(3, Contact(phone_number="+861"))
        verdict = people.meet(4, Contact(email="a@x.org", phone_number="+861", name="Ann"))
    assert verdict is not None
    assert (verdict.relation, verdict.kept, verdict.added) == (Relation.SAME, 2, {"name": "Ann"})


def test_the_field_that_decides_goes_before_a_value_of_somebody_else() -> None:
    """Row 4 has row 2's number and row 3's email: it is row 2's duplicate, which is not given that email."""
    with PersonIndex(unknown, "identifier") as people:
        people.meet(2, Contact(identifier="1"))
        people.meet(3, Contact(identifier="2", email="b@x.org"))
        verdict = people.meet(4, Contact(identifier="1", email="b@x.org", name="Ann"))
    assert verdict is not None
    assert (verdict.relation, verdict.kept, verdict.field, verdict.added) == (
        Relation.SAME,
        2,
        "identifier",
        {"name": "Ann"},
    )


def test_contacts_without_a_key_are_numbered_among_their_likes() -> None:
    """Two rows that say only ``Kim`` are two people; a row with a key is never numbered."""
    with PersonIndex(unknown) as people:
        kim, lee = Contact(name="Kim"), Contact(name="Lee")
        assert [people.occurrence(contact) for contact in (kim, kim, lee, kim, ANN, ANN)] == [0, 1, 0, 2, 0, 0]


PERSONS = st.builds(
    Contact,
    name=st.sampled_from([None, "Ann"]),
    email=st.sampled_from([None, "a@x.org", "A@x.org", "b@x.org"]),
    phone_number=st.sampled_from([None, "+861", "+862"]),
    identifier=st.sampled_from([None, "1", "2"]),
)


MATCH_BY = st.sampled_from(["auto", *KEY_FIELDS])


@pytest.mark.slow
@given(st.lists(PERSONS, max_size=12), st.integers(2, 5), MATCH_BY)
def test_who_is_met_does_not_depend_on_the_batches(contacts: list[Contact], batch: int, match_by: MatchBy) -> None:
    """Whether the ledger has the earlier rows already, or they are of this batch."""
    assert meetings(*contacts, batch=batch, match_by=match_by) == meetings(*contacts, match_by=match_by)


@pytest.mark.slow
@given(st.lists(PERSONS, max_size=12), MATCH_BY)
def test_people_who_are_sent_share_no_value_whoever_fills_them(contacts: list[Contact], match_by: MatchBy) -> None:
    """Duplicates bring a person what it lacks, and never a value of somebody else; a row with the value that decides is
    the duplicate of whoever has it, and of nobody else."""
    sent: dict[int, Contact] = {}
    with PersonIndex(unknown, match_by) as people:
        for number, contact in enumerate(contacts, start=2):
            met = people.meet(number, contact)
            if met is None:
                sent[number] = contact
                continue
            holder = next((one for one, who in sent.items() if _share(who, contact, match_by)), None)
            assert holder is None or (met.relation, met.kept) == (Relation.SAME, holder)
            if met.relation is Relation.SAME:
                sent[met.kept] = met.whole
    values = [pair for contact in sent.values() for pair in contact.keys().items()]
    assert len({*values}) == len(values)


def _share(one: Contact, other: Contact, name: str) -> bool:
    mine, theirs = one.keys(), other.keys()
    return name in mine and mine[name] == theirs.get(name)


@pytest.mark.slow
@given(st.lists(PERSONS, max_size=12))
def test_values_of_one_hash_are_told_apart(contacts: list[Contact]) -> None:
    """Two people are not one because of a number of 64 bits."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("importer.staging.person_index.hash", lambda value: len(value) % 2, raising=False)
        found = meetings(*contacts)
    assert found == meetings(*contacts)


def test_namesakes_are_counted_as_their_fingerprints_know_them() -> None:
    """Two Kims of two companies are two: attributes are in no fingerprint of a contact without a key."""
    kims = [Contact(name="Kim", attributes={"additional_attributes.city": city}) for city in ("Bonn", "Berlin")]
    with PersonIndex(unknown) as people:
        assert [people.occurrence(kim) for kim in kims] == [0, 1]


TEXTS = st.text(st.characters(codec="utf-8"))


@pytest.mark.slow
@given(TEXTS, st.dictionaries(TEXTS.map("custom_attributes.{}".format), TEXTS | st.integers() | st.booleans()))
def test_a_contact_s_json_is_what_the_library_writes(name: str, attributes: dict[str, str | int | bool]) -> None:
    """Ledgers of before know contacts by it: sorted, with the library's own spaces and escapes."""
    contact = Contact(name=name, attributes=attributes)
    expected = json.dumps({"name": name, **attributes}, ensure_ascii=False, sort_keys=True)
    assert contact.json == expected
    assert Contact.from_json(contact.json) == contact
