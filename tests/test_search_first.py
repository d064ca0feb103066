"""Rows whose person may be there from before: the search comes first, and decides; and rows that may create nobody."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from importer.ledger.records import Doubt, Due
from importer.livedesk.capabilities import FILTERS_BY, Capabilities, Finding
from importer.livedesk.contact import Contact
from importer.message import sentence
from importer.models import Outcome, Status
from importer.sandbox.documented import Response
from importer.sandbox.server import Faults, SandboxSettings
from importer.sender.policy import Policy
from tests.support.desk import ANN, KIM, Desk, play, to_the_end

MOVED = replace(ANN, phone_number="+4915187654321")
PROVED = Capabilities({name: Finding(name, True, 0.0) for name in FILTERS_BY.values()})
SKIP, UPDATE = Policy(inbox_id="407"), Policy("update", inbox_id="407")
ONLY = Policy("update", inbox_id="407", only_existing=True)


def searched(policy: Policy, contact: Contact = MOVED, **row: Any) -> tuple[Outcome, Desk]:
    """The outcome of a row of Ann's, who is there with another phone number."""

    async def scene(desk: Desk) -> Outcome:
        there = desk.store(ANN)
        if row.get("known_id") == "hers":
            row["known_id"] = there
        return await desk.settle(contact, **row)

    return play(scene, policy)


def test_the_contact_that_the_ledger_knows_is_updated_without_a_create() -> None:
    """A read for the person, one for the new number, and the update."""
    outcome, opened = searched(UPDATE, known_id="hers")
    assert (outcome.status, outcome.attempts) == (Status.UPDATED, 0)
    assert opened.sandbox.requests == {"GET": 2, "PATCH": 1}
    assert opened.sandbox.contacts[0]["phone_number"] == MOVED.phone_number


@pytest.mark.parametrize(("known_id", "reads"), [("", 2), ("123", 4)])
def test_whom_the_ledger_does_not_know_by_id_the_keys_decide(known_id: str, reads: int) -> None:
    """One that differs makes another person; the search alone tells, and nothing is refused first.

    That a contact which the ledger knows is not there is asked again on a fresh connection.
    """
    outcome, opened = searched(UPDATE, known_id=known_id)
    assert (outcome.status, outcome.error_code) == (Status.FAILED, "taken")
    assert opened.sandbox.requests == {"GET": reads}


@pytest.mark.parametrize("policy", [SKIP, UPDATE])
def test_a_search_that_is_not_answered_creates_nobody(policy: Policy) -> None:
    """The row fails, and the next run tries again."""

    async def scene(desk: Desk) -> Outcome:
        desk.sandbox.account.search = lambda *_: Response(200, {"payload": {}})  # type: ignore[method-assign]
        return await desk.settle(ANN, known_id="7")

    outcome, opened = play(scene, policy)
    assert (outcome.status, outcome.error_code) == (Status.FAILED, "server_error")
    assert opened.sandbox.requests["POST"] == 0


def test_a_search_that_ends_the_run_fails_no_row() -> None:
    """The credentials are refused, which is no fault of the row."""
    outcome, opened = play(lambda desk: desk.settle(ANN, known_id="7"), UPDATE, secret="wrong")
    assert outcome.status is Status.NOT_SENT
    assert opened.sandbox.requests["POST"] == 0


@pytest.mark.parametrize("policy", [SKIP, UPDATE])
def test_a_known_contact_that_is_gone_is_created_with_its_attributes(policy: Policy) -> None:
    """The hint says that it is new; one whose id nobody knew needs no word."""
    city = replace(ANN, attributes={"additional_attributes.city": "Bonn"})
    for known_id, told in (("7", True), ("", False)):
        outcome, opened = play(lambda desk, known=known_id: desk.settle(city, known_id=known), policy)  # type: ignore[misc]
        assert outcome.status is Status.CREATED
        assert ("no longer there" in sentence(outcome.hint)) is told
        assert opened.sandbox.contacts[0]["additional_attributes"] == {"city": "Bonn"}


def test_a_known_row_whose_create_is_refused_after_all_says_nothing_of_a_new_contact() -> None:
    """The search did not show it yet: the refusal leads to another one."""

    async def scene(desk: Desk) -> Outcome:
        there = desk.store(ANN)
        search, asked = desk.sandbox.account.search, []

        def late(query: str, page: str | None) -> Any:
            asked.append(query)
            return search("nobody at all" if len(asked) <= 3 else query, page)

        desk.sandbox.account.search = late  # type: ignore[method-assign]
        return await desk.settle(ANN, known_id=there)

    outcome, opened = play(scene, SKIP)
    assert (outcome.status, len(opened.sandbox.contacts)) == (Status.EXISTS, 1)
    assert "no longer there" not in sentence(outcome.hint)


@pytest.mark.parametrize("policy", [SKIP, UPDATE])
def test_a_row_in_doubt_keeps_its_rules_and_knows_its_person(policy: Policy) -> None:
    """The contact was there before the row's first mark: changed by an update alone."""
    outcome, opened = searched(policy, known_id="hers", doubt=Doubt(since=4e9, until=4e9))
    assert outcome.status is (Status.UPDATED if policy is UPDATE else Status.EXISTS)
    assert opened.sandbox.requests["PATCH"] == (policy is UPDATE)
    assert opened.sandbox.requests["POST"] == 0


# -- nobody is created -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("contact", [ANN, KIM, replace(KIM, identifier="A\\7")], ids=["nobody", "no key", "no search"])
@pytest.mark.parametrize("known_id", [None, "", "7"])
def test_without_a_contact_a_row_is_not_found(contact: Contact, known_id: str | None) -> None:
    """Also where nothing could be searched for."""
    outcome, opened = play(lambda desk: desk.settle(contact, known_id=known_id), ONLY)
    assert (outcome.status, outcome.error_code) == (Status.NOT_FOUND, "not_found")
    assert opened.sandbox.requests["POST"] == 0


def test_a_row_in_doubt_is_not_found_once_its_request_can_no_longer_be_stored() -> None:
    """It is searched for, waits, and is searched for again; then it is not sent again."""
    outcome, opened = play(lambda desk: desk.settle(ANN, doubt=Doubt(since=1.0)), ONLY)
    assert (outcome.status, outcome.error_code) == (Status.NOT_FOUND, "not_found")
    assert opened.sandbox.requests["POST"] == 0
    assert sum(opened.stop.slept) >= ONLY.settle_s


def test_a_row_in_doubt_that_was_stored_is_created() -> None:
    """The earlier run created it, and this one only finds that out."""

    async def scene(desk: Desk) -> Outcome:
        desk.store(ANN)
        return await desk.settle(ANN, doubt=Doubt(since=1.0))

    outcome, opened = play(scene, ONLY)
    assert outcome.status is Status.CREATED
    assert opened.sandbox.requests["POST"] == 0


def test_nobody_is_searched_for_one_by_one_where_the_server_can_look_many_up() -> None:
    """An exact look-up shows that they are there with the same data: one request for all."""
    people = [Contact(f"P {n}", f"p{n}@x.org", f"+4915112{n:06}", f"C{n}", inbox_id="407") for n in range(10)]

    async def scene(desk: Desk) -> Outcome:
        for person in people:
            desk.store(person)
        rows = [Due(number, person, b"%d" % number) for number, person in enumerate(people, start=2)]
        session = desk.session
        outcomes = await asyncio.gather(*(to_the_end(row, session, desk.policy) for row in rows))
        assert {outcome.status for outcome in outcomes} == {Status.EXISTS}
        return outcomes[0]

    policy = Policy(inbox_id="407", only_existing=True)
    _, opened = play(scene, policy, settings=SandboxSettings(faults=Faults(filter="on")), known=PROVED)
    assert opened.sandbox.requests == {"FILTER": 1}
