"""Who a row's person is: by the field that decides, by all keys, and by what the ledger knows."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.ledger.records import Doubt, Due
from importer.livedesk.contact import KEY_FIELDS, Contact
from importer.livedesk.identity import differs_by, holds
from importer.livedesk.responses import Found
from importer.message import sentence
from importer.models import MatchBy, Status
from importer.sender.lookup import Looked
from importer.sender.policy import Policy
from importer.sender.resolution import Held, Person, Resolved, refusal, resolve

ANN = Contact(name="Ann", email="ann@x.org", phone_number="+4915112345678", identifier="A-7")


def looked(contact: Contact, *founds: Found) -> Looked:
    """What a search for a contact's keys finds on a server with these contacts."""
    searchable = contact.searchable()
    holders = {
        name: tuple(found for found in founds if holds(found.contact, name, value))
        for name, value in searchable.items()
    }
    return Looked({name: found for name, found in holders.items() if found}, (), None, 0.0)


def resolved(contact: Contact, *founds: Found, match_by: MatchBy = "auto", **row: Any) -> Resolved:
    return resolve(Due(2, contact, **row), looked(contact, *founds), Policy(match_by=match_by))


def ids(holders: Mapping[str, tuple[Found, ...]]) -> dict[str, list[str]]:
    return {name: [found.id for found in founds] for name, founds in holders.items()}


SAME = Found("5", ANN)
MOVED = Found("5", replace(ANN, email="old@x.org", phone_number="+491"))
RENUMBERED = Found("5", replace(ANN, identifier="B-1"))
MAIL_ONLY = Found("5", Contact(email="Ann@x.org"))
OFFICE = Found("9", Contact(name="Bob", phone_number="+4915112345678", identifier="B-7"))
NAMESAKE = Found("9", Contact(name="Ann", phone_number="+49 1511 2345678"))


@pytest.mark.parametrize("match_by", ["auto", *KEY_FIELDS])
def test_nobody_holds_a_value(match_by: MatchBy) -> None:
    """The row may be created."""
    assert resolved(ANN, Found("9", Contact(email="b@x.org")), match_by=match_by) is None


@pytest.mark.parametrize("match_by", ["auto", *KEY_FIELDS])
def test_whoever_holds_all_values_is_the_person(match_by: MatchBy) -> None:
    """By any rule."""
    assert resolved(ANN, SAME, match_by=match_by) == Person(SAME)


@pytest.mark.parametrize(
    ("found", "match_by", "is_person"),
    [
        (MOVED, "auto", False),
        (MOVED, "identifier", True),
        (RENUMBERED, "auto", False),
        (RENUMBERED, "identifier", False),
        (RENUMBERED, "email", True),
        (RENUMBERED, "phone_number", True),
        (MAIL_ONLY, "auto", True),
        (MAIL_ONLY, "identifier", False),
        (MAIL_ONLY, "phone_number", False),
    ],
)
def test_the_field_that_decides_does_so_alone(found: Found, match_by: MatchBy, is_person: bool) -> None:
    """Equal is the same person, whatever else differs; another value, or none, is another person."""
    outcome = resolved(ANN, found, match_by=match_by)
    if is_person:
        assert outcome == Person(found)
    else:
        assert isinstance(outcome, Held)
        assert outcome.code == "taken"
        assert {*outcome.holders} == {*looked(ANN, found).holders}


@pytest.mark.parametrize("match_by", ["identifier", "email"])
def test_another_holder_of_a_further_value_stands_against_it(match_by: MatchBy) -> None:
    """Two contacts match one row: nobody is chosen, and both ids are named."""
    outcome = resolved(ANN, replace(SAME, contact=replace(ANN, phone_number=None)), OFFICE, match_by=match_by)
    assert isinstance(outcome, Held)
    assert (outcome.code, ids(outcome.holders)) == (
        "taken",
        {"identifier": ["5"], "email": ["5"], "phone_number": ["9"]},
    )


def test_a_value_that_the_person_holds_too_is_its_own() -> None:
    """Phone numbers are not unique: a colleague with the same one stands against nobody."""
    assert resolved(ANN, SAME, OFFICE) == Person(SAME)
    assert resolved(ANN, OFFICE, SAME, match_by="identifier") == Person(SAME)


def test_several_holders_of_the_value_that_decides_are_ambiguous() -> None:
    """All of them are named, and nobody is chosen, not even whoever has the other values."""
    outcome = resolved(ANN, SAME, NAMESAKE, OFFICE, match_by="phone_number")
    assert isinstance(outcome, Held)
    assert (outcome.code, ids(outcome.holders)) == ("ambiguous", {"phone_number": ["5", "9"]})


def test_several_holders_of_the_only_value_are_ambiguous_with_auto() -> None:
    """Each of them could be the person."""
    row = Contact(name="Ann", phone_number="+4915112345678")
    outcome = resolved(row, SAME, NAMESAKE)
    assert isinstance(outcome, Held)
    assert (outcome.code, ids(outcome.holders)) == ("ambiguous", {"phone_number": ["5", "9"]})


@pytest.mark.parametrize("found", [SAME, MAIL_ONLY])
def test_a_row_without_the_value_that_decides_changes_nobody(found: Found) -> None:
    """It follows the rule of all keys."""
    row = replace(ANN, identifier=None)
    assert resolved(row, found, match_by="identifier") == Person(found, may_change=False)


def test_a_row_without_the_value_that_decides_is_held_as_with_auto() -> None:
    """Another phone number: other people."""
    outcome = resolved(replace(ANN, identifier=None), MOVED, replace(RENUMBERED, id="6"), match_by="identifier")
    assert outcome == Person(replace(RENUMBERED, id="6"), may_change=False)
    row = replace(ANN, identifier=None, phone_number="+4969")
    assert isinstance(resolved(row, RENUMBERED, match_by="identifier"), Held)


def test_the_contact_that_the_ledger_knows_is_the_person() -> None:
    """With ``auto``, whatever else differs; others are still others."""
    assert resolved(ANN, MOVED, known_id="5") == Person(MOVED)
    assert isinstance(resolved(ANN, MOVED, known_id="6"), Held)
    assert isinstance(resolved(ANN, MOVED, known_id=""), Held)


def test_another_holder_stands_against_the_contact_that_the_ledger_knows() -> None:
    """The new phone number is a colleague's: both ids are named."""
    outcome = resolved(ANN, MOVED, OFFICE, known_id="5")
    assert isinstance(outcome, Held)
    assert (outcome.code, ids(outcome.holders)) == ("taken", {"identifier": ["5"], "phone_number": ["9"]})


def test_the_field_that_decides_goes_before_the_contact_that_the_ledger_knows() -> None:
    """``different is another`` holds for every contact."""
    assert isinstance(resolved(ANN, RENUMBERED, match_by="identifier", known_id="5"), Held)


def test_a_value_that_no_search_finds_decides_too() -> None:
    """An identifier with a backslash shows itself in a contact that another key found."""
    row = replace(ANN, identifier="A\\7", phone_number=None)
    found = Found("5", replace(row, email="ann@x.org", name="Old"))
    assert resolved(row, found, match_by="identifier") == Person(found)
    assert isinstance(resolved(row, RENUMBERED, match_by="identifier"), Held)


def test_the_servers_way_of_writing_is_no_difference() -> None:
    """Once it has proved to be one, or where the row's own answer named the contact."""
    found = Found("5", replace(ANN, phone_number="015112345678"))
    way = differs_by("phone_number", str(ANN.phone_number), "015112345678")
    assert way is not None
    row, seen = Due(2, ANN), looked(ANN, found)
    assert isinstance(resolve(row, seen, Policy()), Held)
    assert resolve(row, seen, Policy(), {way}) == Person(found)
    assert resolve(row._replace(doubt=Doubt(claimed="5")), seen, Policy()) == Person(found)


# -- what is told ------------------------------------------------------------------------------------------------------


def test_a_refusal_names_each_field_value_and_contact() -> None:
    """And stands at the cells of both."""
    held = resolved(ANN, replace(MOVED, contact=replace(MOVED.contact, phone_number=None)), OFFICE, known_id="5")
    assert isinstance(held, Held)
    outcome = refusal(ANN, held)
    assert (outcome.status, outcome.error_code) == (Status.FAILED, "taken")
    assert sentence(outcome.error) == (
        'another contact has this value: identifier "A-7" is held by contact 5; '
        'phone_number "+4915112345678" is held by contact 9'
    )
    assert [flaw.field for flaw in outcome.flaws] == ["identifier", "phone_number"]


def test_an_ambiguous_row_names_all_ids() -> None:
    """In its error, and at its cell."""
    held = resolved(ANN, SAME, NAMESAKE, match_by="phone_number")
    assert isinstance(held, Held)
    outcome = refusal(ANN, held)
    told = (
        'several contacts have this value: phone_number "+4915112345678" is held by contact 5; '
        'phone_number "+4915112345678" is held by contact 9'
    )
    assert outcome.error_code == "ambiguous"
    assert (sentence(outcome.error), sentence(outcome.flaws[0].messages)) == (told, told)
    assert "--match-by" in sentence(outcome.hint)


def test_the_only_holder_that_lacks_the_field_can_be_matched_once_by_another() -> None:
    """The hint names the way; not where the contact has another value there, or where there are two."""
    held = resolved(ANN, MAIL_ONLY, match_by="identifier")
    assert isinstance(held, Held)
    assert "import the row once with --match-by email --on-duplicate update: it gets the identifier" in sentence(
        refusal(ANN, held, "identifier").hint
    )
    for founds in ([RENUMBERED], [MAIL_ONLY, NAMESAKE]):
        other = resolved(ANN, *founds, match_by="identifier")
        assert isinstance(other, Held)
        assert "once" not in sentence(refusal(ANN, other, "identifier").hint)


# -- any server --------------------------------------------------------------------------------------------------------

VALUES: dict[str, st.SearchStrategy[str | None]] = {
    "identifier": st.sampled_from([None, "A", "B"]),
    "email": st.sampled_from([None, "a@x.org", "b@x.org"]),
    "phone_number": st.sampled_from([None, "+491", "+492"]),
}
SOME = st.builds(Contact, **VALUES)


@pytest.mark.slow
@given(SOME, st.lists(SOME, max_size=4), st.sampled_from(["auto", *KEY_FIELDS]))
def test_no_contact_of_another_value_is_the_person(row: Contact, others: list[Contact], match_by: MatchBy) -> None:
    """Whoever is chosen has the field that decides, or else no other key; and holds all values that anybody holds."""
    founds = [Found(str(number), contact) for number, contact in enumerate(others, start=1)]
    seen = looked(row, *founds)
    outcome = resolve(Due(2, row), seen, Policy(match_by=match_by))
    assert (outcome is None) is (not seen.holders)
    if not isinstance(outcome, Person):
        return
    mine, theirs = row.keys(), outcome.found.contact.keys()
    if match_by in mine:
        assert theirs.get(match_by) == mine[match_by]
        assert len(seen.holders[match_by]) == 1
    else:
        assert outcome.may_change is (match_by == "auto")
        assert all(theirs.get(name, value) == value for name, value in row.keys().items())
    assert all(outcome.found in founds for founds in seen.holders.values())
