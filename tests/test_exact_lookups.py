"""The exact look-up of many: bundled where it is proved, and never the one that says that nobody is there."""

import asyncio
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.ledger.records import Doubt, Due
from importer.livedesk.capabilities import FILTERS_BY, Capabilities, Finding
from importer.livedesk.contact import KEY_FIELDS, Contact
from importer.livedesk.exact import MOST_VALUES, PAGE_SIZE, Sought, filter_body, only_holder, those_sought
from importer.livedesk.responses import Found, Reply
from importer.models import Json, Outcome, Status, UpdateRule
from importer.sandbox.documented import Response
from importer.sandbox.server import Faults, SandboxSettings
from importer.sender.exact import WORTHWHILE
from importer.sender.policy import Policy, Stamp
from importer.sender.session import Session
from tests.support.desk import ANN, Desk, play, to_the_end
from tests.support.service import Service, contacts, folders, results

PROVED = Capabilities({name: Finding(name, True, 0.0) for name in FILTERS_BY.values()})


def person(number: int) -> Contact:
    email, phone = f"p{number}@x.org", f"+4915112{number:06}"
    return Contact(f"Person {number}", email, phone, f"C{number}", inbox_id="407")


def filtering(way: str, **faults: Any) -> SandboxSettings:
    return SandboxSettings(faults=Faults(filter=way, **faults))


async def settle_all(desk: Desk, session: Session, contacts: Sequence[Contact], **doubt: Any) -> list[Outcome]:
    """Rows of an earlier run that are in doubt, ten at a time."""
    turns = asyncio.Semaphore(10)

    async def one(number: int, contact: Contact) -> Outcome:
        async with turns:
            row = Due(number, contact, b"%d" % number, Doubt(**doubt))
            return await to_the_end(row, session, desk.policy)

    return await asyncio.gather(*(one(number, contact) for number, contact in enumerate(contacts, start=2)))


# -- what is asked and what counts -------------------------------------------------------------------------------------


def test_the_conditions_are_joined_by_or() -> None:
    """In kin's form; the last one joins nothing."""
    sought = [Sought("email", "a@x.org"), Sought("identifier", "A-7")]
    assert filter_body(sought) == {
        "payload": [
            {"attribute_key": "email", "filter_operator": "equal_to", "values": ["a@x.org"], "query_operator": "OR"},
            {"attribute_key": "identifier", "filter_operator": "equal_to", "values": ["A-7"], "query_operator": None},
        ]
    }


def page(*contacts: Contact) -> Reply:
    payload: list[Json] = [{"id": number, **one.create_fields()} for number, one in enumerate(contacts, start=1)]
    return Reply(200, {"payload": payload})


def test_an_answer_with_somebody_whom_nobody_asked_for_is_unusable() -> None:
    """It may be anybody's, or everybody's."""
    sought = [Sought("email", "P1@x.org"), Sought("phone_number", "+4915112000002")]
    found = those_sought(page(person(1), person(2)), sought)
    assert found is not None
    assert [one.contact.identifier for one in found] == ["C1", "C2"]
    assert those_sought(page(), sought) == []
    assert those_sought(page(person(1), person(3)), sought) is None
    assert those_sought(Reply(200, {"payload": {}}), sought) is None


ANOTHER = replace(person(1), email="other@x.org")
WHOLE = Found("1", person(1))


@pytest.mark.parametrize(
    ("contacts", "is_shown"),
    [
        ([WHOLE, Found("2", person(2))], True),
        ([], False),
        ([Found("1", ANOTHER)], False),
        ([Found("1", replace(person(1), phone_number=None))], False),
        ([WHOLE, Found("2", ANOTHER)], False),
        ([Found("", person(1))], False),
        ([WHOLE, *(Found(str(number), person(number)) for number in range(2, PAGE_SIZE))], True),
        ([WHOLE, *(Found(str(number), person(number)) for number in range(2, PAGE_SIZE + 1))], False),
    ],
    ids=["whole", "nobody", "another email", "no phone", "two holders", "no id", "14 contacts", "a full page"],
)
def test_only_a_single_holder_of_all_keys_counts(contacts: list[Found], is_shown: bool) -> None:
    """Anything else is decided by searches."""
    assert (only_holder(contacts, person(1)) is not None) is is_shown


@pytest.mark.slow
@given(st.lists(st.integers(1, 40), max_size=20), st.integers(1, 40))
def test_whoever_is_shown_holds_every_key(numbers: list[int], wanted: int) -> None:
    """Over any answer."""
    found = only_holder([Found(str(number), person(number)) for number in numbers], person(wanted))
    assert found is None or found.contact == person(wanted)


# -- rows in doubt -----------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_30_rows_in_doubt_that_are_all_stored_take_a_few_requests() -> None:
    """Where it is proved: not one search, and every row has its own contact."""

    async def scene(desk: Desk) -> Outcome:
        people = [person(number) for number in range(30)]
        stored = [(Status.CREATED, desk.store(one)) for one in people]
        outcomes = await settle_all(desk, desk.session, people)
        assert [(outcome.status, outcome.contact_id) for outcome in outcomes] == stored
        return outcomes[0]

    _, opened = play(scene, settings=filtering("on"), known=PROVED)
    assert 30 / MOST_VALUES <= opened.sandbox.requests["FILTER"] <= 6
    assert opened.sandbox.requests.total() == opened.sandbox.requests["FILTER"]


ALL, NONE = dict.fromkeys(KEY_FIELDS, True), dict.fromkeys(KEY_FIELDS, False)
FOUND = {
    "on": ALL,
    "prefixed": {**ALL, "phone_number": False},
    **dict.fromkeys(("absent", "everybody", "nobody"), NONE),
}


@pytest.mark.slow
@pytest.mark.parametrize(("way", "expected"), FOUND.items())
def test_what_a_session_finds_out(way: str, expected: dict[str, bool]) -> None:
    """After a few searches it asks for one who is there and for one who is not, field by field; the rows are right."""

    async def scene(desk: Desk) -> Outcome:
        session, people = desk.session, [person(number) for number in range(200)]
        stored = [(Status.CREATED, desk.store(one)) for one in people]
        outcomes = await settle_all(desk, session, people)
        assert [(outcome.status, outcome.contact_id) for outcome in outcomes] == stored
        assert {name: session.findings.has(FILTERS_BY[name]) for name in KEY_FIELDS} == expected
        return outcomes[0]

    _, opened = play(scene, settings=filtering(way))
    searches = opened.sandbox.requests["GET"]
    assert WORTHWHILE <= searches < 100 if any(expected.values()) else searches == 200


@pytest.mark.slow
@pytest.mark.parametrize("way", ["on", "everybody", "nobody", "lagging", "absent", "prefixed"])
def test_nobody_is_sent_again_on_the_word_of_a_filter(way: str) -> None:
    """Half of them are stored, whatever it shows: each is there once in the end, and searches said who was not."""

    async def scene(desk: Desk) -> Outcome:
        for number in range(0, 30, 2):
            desk.store(person(number))
        outcomes = await settle_all(desk, desk.session, [person(number) for number in range(30)])
        assert {outcome.status for outcome in outcomes} == {Status.CREATED}
        return outcomes[0]

    _, opened = play(scene, settings=filtering(way, search_lag_ms=0.0), known=PROVED)
    assert sorted(opened.emails) == sorted(f"p{number}@x.org" for number in range(30))
    assert opened.sandbox.requests["POST"] == 15


def test_an_unusable_answer_refutes_what_was_proved() -> None:
    """The session and the ledger know it from then on, and the rows are searched for."""

    async def scene(desk: Desk) -> Outcome:
        session = desk.session
        for number in range(3):
            desk.store(person(number))
        outcomes = await settle_all(desk, session, [person(0)])
        assert session.findings.has(FILTERS_BY["identifier"]) is False
        return outcomes[0]

    outcome, opened = play(scene, settings=filtering("everybody"), known=PROVED)
    assert outcome.status is Status.CREATED
    assert opened.sandbox.requests["GET"] == 1


def test_two_holders_of_a_phone_number_are_searched_for() -> None:
    """Another contact has it too: only searches tell whose row this is, and they go on until they have found all."""
    mine = Contact(phone_number=ANN.phone_number, inbox_id="407")

    async def scene(desk: Desk) -> Outcome:
        desk.store(replace(ANN, email="other@x.org", identifier="B-1"))
        desk.store(mine)
        return (await settle_all(desk, desk.session, [mine]))[0]

    _, opened = play(scene, settings=filtering("on", phones="shared"), known=PROVED)
    assert (opened.sandbox.requests["FILTER"], opened.sandbox.requests["GET"]) == (1, 2)
    assert opened.sandbox.requests["POST"] == 0


# -- answers that refuse -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 422, 307])
def test_a_refused_question_stops_nothing(status: int) -> None:
    """Not even one that is about credentials: the documented calls are allowed, this one is not."""

    async def scene(desk: Desk) -> Outcome:
        desk.sandbox.account.filter = lambda body, page: Response(status, {"error": "no"})  # type: ignore[method-assign]
        session = desk.session
        for number in range(6):
            desk.store(person(number))
        outcomes = await settle_all(desk, session, [person(number) for number in range(6)])
        assert {outcome.status for outcome in outcomes} == {Status.CREATED}
        assert not desk.stop.requested
        assert [session.findings.has(name) for name in FILTERS_BY.values()] == [False] * 3
        return outcomes[0]

    play(scene, settings=filtering("on"))


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_question_without_an_answer_decides_nothing(status: int) -> None:
    """It is asked a few times more, and the rows are searched for."""

    async def scene(desk: Desk) -> Outcome:
        asked = []

        def refusing(body: Any, page: Any) -> Response:
            asked.append(body)
            return Response(status, {"error": "later"})

        desk.sandbox.account.filter = refusing  # type: ignore[method-assign]
        session = desk.session
        for number in range(20):
            desk.store(person(number))
        outcomes = await settle_all(desk, session, [person(number) for number in range(20)])
        assert {outcome.status for outcome in outcomes} == {Status.CREATED}
        assert session.findings.capabilities == Capabilities()
        assert 1 <= len(asked) <= 3
        return outcomes[0]

    play(scene, settings=filtering("on"))


# -- a whole run -------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(("way", "most"), [("on", 60), ("absent", 105)])
def test_who_exists_already_is_found_in_bundles(way: str, most: int) -> None:
    """A second import of the same people from another ledger: refused one by one, and looked up together."""
    path = contacts(100)
    with Service(filter=way) as service:
        for number in range(2):
            done = service.invoke(path, "--inbox", 407, "--output-dir", f"results-{number}")
            assert done.exit_code == 0, done.stderr
        statuses = {(row["status"], row["contact_id"]) for row in results(folders("results-1")[-1])}
        assert statuses == {("exists", contact_id) for contact_id in service.stored.values()}
        assert service.sandbox.requests["POST"] == 200
        assert service.sandbox.requests["GET"] + service.sandbox.requests["FILTER"] <= most


# -- what a filter shows is never the state to change ------------------------------------------------------------------

CITY, GITHUB = "additional_attributes.city", "additional_attributes.social_profiles.github"
THEIRS: dict[str, Json] = {"note": "vip", "social_profiles": {"twitter": "@a"}}


def stale(desk: Desk) -> None:
    """The filter's index has nobody's attributes yet."""
    fresh = desk.sandbox.account.filter

    def hiding(body: Any, page: Any) -> Response:
        shown: Any = deepcopy(fresh(body, page).body)
        for contact in shown["payload"]:
            contact["additional_attributes"] = {}
        return Response(200, shown)

    desk.sandbox.account.filter = hiding  # type: ignore[method-assign]


@pytest.mark.parametrize("is_ours", [True, False], ids=["a row in doubt", "an older contact"])
def test_what_goes_along_with_an_update_is_read_by_a_search(is_ours: bool) -> None:
    """On a server that replaces attributes, what a stale index does not show would be lost."""

    async def scene(desk: Desk) -> Outcome:
        stale(desk)
        contact_id = desk.store(person(1))
        desk.sandbox.account.update(contact_id, {"additional_attributes": THEIRS})
        contact = replace(person(1), attributes={CITY: "Bonn", GITHUB: "a"})
        doubt = {"doubt": Due(2, contact).in_doubt_again().doubt} if is_ours else {}
        outcome = await desk.settle(contact, **doubt)
        both = {"twitter": "@a", "github": "a"}
        assert desk.sandbox.contacts[0]["additional_attributes"] == {**THEIRS, "city": "Bonn", "social_profiles": both}
        return outcome

    policy = Policy("skip" if is_ours else "update", inbox_id="407")
    outcome, _ = play(scene, policy, settings=filtering("on", additional="replaced"), known=PROVED)
    assert outcome.status is (Status.CREATED if is_ours else Status.UPDATED)


@pytest.mark.parametrize(
    ("policy", "since"),
    [(Policy("update", inbox_id="407"), "Changed"), (Policy("fill", inbox_id="407", rule=UpdateRule("keep")), None)],
    ids=["update", "fill"],
)
def test_an_update_changes_what_a_search_shows(policy: Policy, since: str | None) -> None:
    """A stale index shows the name as the row has it, and somebody has changed it, or taken it away, since."""

    async def scene(desk: Desk) -> Outcome:
        contact_id = desk.store(person(1))
        before: Any = deepcopy(desk.sandbox.account.search("p1@x.org", None).body)
        desk.sandbox.account.update(contact_id, {"name": since})
        desk.sandbox.account.filter = lambda body, page: Response(200, before)  # type: ignore[method-assign]
        outcome = await desk.settle(person(1))
        assert desk.sandbox.contacts[0]["name"] == "Person 1"
        return outcome

    outcome, _ = play(scene, policy, settings=filtering("on"), known=PROVED)
    assert outcome.status is Status.UPDATED


def test_a_stamp_is_no_difference_that_needs_a_search() -> None:
    """An older contact without one has all of the row's data: the look-up suffices."""

    async def scene(desk: Desk) -> Outcome:
        desk.sandbox.account.fill([person(1).create_body()], 86_400.0)
        return await desk.settle(person(1))

    policy = Policy(inbox_id="407", stamp=Stamp("run", "file.csv", "2026-01-17T08:15:30Z"))
    outcome, opened = play(scene, policy, settings=filtering("on"), known=PROVED)
    assert (outcome.status, outcome.in_sync) == (Status.EXISTS, True)
    assert opened.sandbox.requests["GET"] == 0
