"""Attributes in a create: tried once, believed only where they are proved, and never lost where they are not."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from importer.ledger.records import Due
from importer.livedesk.capabilities import CREATES_WITH, Capabilities, Finding
from importer.livedesk.contact import ADDITIONAL, CUSTOM, Contact
from importer.livedesk.responses import Reply
from importer.livedesk.retry import is_about_fields
from importer.models import Json, Outcome, Status
from importer.sandbox.documented import Response
from importer.sandbox.faults import Fault
from importer.sandbox.server import Faults, SandboxSettings
from importer.sender.attributes import MOST_LOST, MOST_UNDECIDED
from tests.support import desk as support
from tests.support.desk import ANN, KIM, Desk, script, to_the_end
from tests.support.service import Service, folders, results, written

CITY = replace(
    ANN,
    attributes={
        "additional_attributes.city": "Bonn",
        "additional_attributes.social_profiles.github": "ann",
        "custom_attributes.age": 42,
    },
)
STORED: tuple[Any, Any] = {"city": "Bonn", "social_profiles": {"github": "ann"}}, {"age": 42}
BOTH = (CREATES_WITH[ADDITIONAL], CREATES_WITH[CUSTOM])
PROVED = Capabilities({name: Finding(name, True, 0.0) for name in BOTH})


play = partial(support.play, accepted=True)
"""To a server that has taken a create before."""


def some(number: int, contact: Contact = CITY) -> Contact:
    """Another person with the same attributes."""
    email, phone = f"p{number}@x.org", f"+4915112{number:06}"
    return replace(contact, name=f"Person {number}", email=email, phone_number=phone, identifier=f"C{number}")


def way(create_attributes: str, **faults: Any) -> SandboxSettings:
    return SandboxSettings(faults=Faults(create_attributes=create_attributes, **faults))


def whole(desk: Desk) -> bool:
    """Whether every contact has all attributes that its row has."""
    return all((contact[ADDITIONAL], contact[CUSTOM]) == STORED for contact in desk.sandbox.contacts)


def watched(desk: Desk) -> list[Mapping[str, Json]]:
    """The bodies of the updates that come from now on."""
    bodies, update = [], desk.sandbox.account.update

    def noting(contact_id: str, body: Mapping[str, Json]) -> Response:
        bodies.append(body)
        return update(contact_id, body)

    desk.sandbox.account.update = noting  # type: ignore[method-assign]
    return bodies


def brought(desk: Desk) -> list[bool]:
    """Whether each create from now on brings attributes."""
    told, create = [], desk.sandbox.account.create

    def noting(body: Mapping[str, Json]) -> Response:
        told.append(ADDITIONAL in body or CUSTOM in body)
        return create(body)

    desk.sandbox.account.create = noting  # type: ignore[method-assign]
    return told


async def one_by_one(desk: Desk, contacts: Sequence[Contact]) -> list[Outcome]:
    """Rows of one session, each after the other."""
    session = desk.session
    rows = [Due(number, contact, b"%d" % number) for number, contact in enumerate(contacts, start=2)]
    return [await to_the_end(row, session, desk.policy) for row in rows]


# -- 1,000 contacts ----------------------------------------------------------------------------------------------------

FEW = 60
"""Requests beyond those that every contact needs: to ask, and to prove the first ids."""


@pytest.mark.parametrize(
    ("create_attributes", "each", "found"),
    [
        ("stored", 1, (True, True)),
        pytest.param("ignored", 2, (False, False), marks=pytest.mark.slow),
        pytest.param("refused", 2, (False, False), marks=pytest.mark.slow),
        pytest.param("rejected", 2, (False, False), marks=pytest.mark.slow),
        pytest.param("echoed", 2, (False, False), marks=pytest.mark.slow),
        pytest.param("silent", 2, (True, True), marks=pytest.mark.slow),
        ("custom", 2, (False, True)),
    ],
)
def test_requests_of_1000_contacts_with_attributes(create_attributes: str, each: int, found: tuple[bool, bool]) -> None:
    """One a contact where the server stores them, two elsewhere; nobody lacks any, and nobody is there twice."""
    lines = [f"Person {n},p{n}@example.com,+4915112{n:06},C{n},Bonn,gold\n" for n in range(1000)]
    path = written("Name,Email,Phone,Customer ID,City,Tier\n" + "".join(lines))
    with Service(create_attributes=create_attributes) as service:
        done = service.invoke(path, "--inbox", 407, "--map", "Tier=custom_attributes.tier", "--verbose")
        assert done.exit_code == 0, done.stderr
        assert 1000 * each <= service.sandbox.requests.total() <= 1000 * each + FEW
        assert len(service.stored) == 1000
        assert all(contact[ADDITIONAL] == {"city": "Bonn"} for contact in service.sandbox.contacts)
        assert all(contact[CUSTOM] == {"tier": "gold"} for contact in service.sandbox.contacts)
        assert {row["status"] for row in results()} == {"created"}
    told = json.loads((folders()[-1] / "summary.json").read_text(encoding="utf-8"))["capabilities"]
    assert told == dict(zip(BOTH, found, strict=True))
    assert done.stderr.count("that a create brings") == 2


@pytest.mark.slow
def test_the_next_run_asks_once_whether_it_is_still_so() -> None:
    """What was found out is in the ledger, by the server's address; the row before the one that asks has its update."""
    with Service(create_attributes="stored") as service:
        for number, preflights in enumerate((1, 0)):
            lines = (f"P{n},p{number}-{n}@x.org,Bonn\n" for n in range(3))
            done = service.invoke(written("Name,Email,City\n" + "".join(lines)), "--inbox", 407, "--concurrency", 1)
            assert done.exit_code == 0, done.stderr
            assert service.sandbox.requests == {"POST": 3, "GET": preflights + 2, "PATCH": 1}, "two proofs"
            service.sandbox.requests.clear()
        assert all(contact[ADDITIONAL] == {"city": "Bonn"} for contact in service.sandbox.contacts)


def test_nobody_asks_before_the_server_has_taken_anything() -> None:
    """A refusal of the first create may be about every row, so that is the documented one."""

    async def scene(desk: Desk) -> Outcome:
        told = brought(desk)
        outcomes = await one_by_one(desk, [some(number) for number in range(3)])
        assert told == [False, True, True]
        return outcomes[-1]

    _, opened = support.play(scene, settings=way("stored"))
    assert whole(opened)


@pytest.mark.slow
def test_a_403_for_the_attributes_of_one_row_proves_nothing() -> None:
    """A firewall dislikes a city: the contact is created without, and its update has the firewall's answer too."""

    async def scene(desk: Desk) -> Outcome:
        session = desk.session
        await to_the_end(Due(2, replace(some(2), attributes={}), b"2"), session, desk.policy)
        outcome = await to_the_end(Due(3, CITY, b"3"), session, desk.policy)
        assert session.findings.capabilities == Capabilities()
        assert not desk.stop.requested
        return outcome

    outcome, opened = support.play(scene, settings=way("stored", forbid="Bonn"))
    assert len(opened.sandbox.contacts) == 2
    assert outcome.contact_id == str(opened.sandbox.contacts[1]["id"])


# -- one row asks ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("create_attributes", "requests"),
    [
        ("stored", {"POST": 1, "GET": 1}),
        ("ignored", {"POST": 1, "GET": 1, "PATCH": 1}),
        ("echoed", {"POST": 1, "GET": 1, "PATCH": 1}),
        ("silent", {"POST": 1, "GET": 1}),
        ("custom", {"POST": 1, "GET": 1, "PATCH": 1}),
        ("refused", {"POST": 2, "GET": 1, "PATCH": 1}),
        ("rejected", {"POST": 2, "GET": 1, "PATCH": 1}),
    ],
)
def test_the_row_that_asks_has_its_attributes(create_attributes: str, requests: dict[str, int]) -> None:
    """Whatever the server does with a create that brings them."""
    outcome, opened = play(lambda desk: desk.settle(CITY), settings=way(create_attributes))
    assert (outcome.status, outcome.attempts) == (Status.CREATED, requests["POST"])
    assert whole(opened)
    assert opened.sandbox.requests == requests


@pytest.mark.parametrize("fault", [Fault.ERROR_AFTER, Fault.ERROR_BEFORE, Fault.DROP_AFTER, Fault.DROP_BEFORE])
@pytest.mark.parametrize("create_attributes", ["stored", "ignored", "refused", "echoed"])
def test_a_lost_answer_proves_nothing_and_is_settled_as_any(fault: Fault, create_attributes: str) -> None:
    """It is searched for, sent again without attributes if nobody has it, and completed."""

    async def scene(desk: Desk) -> Outcome:
        script(desk.sandbox, [fault])
        session = desk.session
        outcome = await to_the_end(Due(2, CITY, b"f"), session, desk.policy)
        assert session.findings.capabilities == Capabilities()
        return outcome

    outcome, opened = play(scene, settings=way(create_attributes))
    assert outcome.status is Status.CREATED
    assert len(opened.sandbox.contacts) == 1
    assert whole(opened)


@pytest.mark.slow
def test_after_three_undecided_tries_a_session_asks_no_more() -> None:
    """A search index that lags shows nobody: each row gets its update, the first three brought them too."""

    async def scene(desk: Desk) -> Outcome:
        told = brought(desk)
        outcomes = await one_by_one(desk, [some(number) for number in range(MOST_UNDECIDED + 3)])
        assert told == [True] * MOST_UNDECIDED + [False] * 3
        assert {outcome.status for outcome in outcomes} == {Status.CREATED}
        return outcomes[-1]

    _, opened = play(scene, settings=way("stored", search_lag_ms=3_600_000.0))
    assert whole(opened)
    assert opened.sandbox.requests["PATCH"] == MOST_UNDECIDED + 3


def test_a_refusal_that_another_contact_explains_proves_nothing() -> None:
    """Somebody has the email, as the server says: that costs no second create, and the next row asks."""

    async def scene(desk: Desk) -> Outcome:
        desk.store(replace(ANN, attributes={}))
        session = desk.session
        outcome = await to_the_end(Due(2, CITY, b"f"), session, desk.policy)
        assert session.findings.capabilities == Capabilities()
        assert desk.sandbox.requests["POST"] == 1
        assert session.attributes.begin(Due(3, some(3), b"g"), may_ask=True).is_asking
        return outcome

    outcome, _ = play(scene, settings=way("stored"))
    assert outcome.status is Status.EXISTS


def test_a_row_that_is_refused_for_its_fields_proves_nothing() -> None:
    """It fails for its own sake, at once."""

    async def scene(desk: Desk) -> Outcome:
        session = desk.session
        outcome = await to_the_end(Due(2, replace(CITY, phone_number="+0"), b"f"), session, desk.policy)
        assert session.findings.capabilities == Capabilities()
        return outcome

    outcome, opened = play(scene, settings=way("stored"))
    assert (outcome.status, outcome.error_code, outcome.attempts) == (Status.FAILED, "rejected", 1)
    assert [flaw.field for flaw in outcome.flaws] == ["phone_number"]
    assert opened.sandbox.contacts == []


REFUSED = [400, 401, 402, 403, 404, 413, 422]


def refusing(desk: Desk, status: int, told: Json, only_with: bool = True) -> None:
    """A server that answers creates (``only_with`` attributes) like this."""
    create = desk.sandbox.account.create

    def answering(body: Mapping[str, Json]) -> Response:
        brings = ADDITIONAL in body or CUSTOM in body
        return Response(status, told) if brings or not only_with else create(body)

    desk.sandbox.account.create = answering  # type: ignore[method-assign]


@pytest.mark.slow
@pytest.mark.parametrize("known", [Capabilities(), PROVED], ids=["unknown", "known"])
@pytest.mark.parametrize("status", REFUSED)
def test_no_refusal_of_a_create_with_attributes_stops_anything(status: int, known: Capabilities) -> None:
    """Not one about credentials, a plan or an inbox: the documented creates are taken. A 403 alone proves nothing."""

    async def scene(desk: Desk) -> Outcome:
        told = brought(desk)
        refusing(desk, status, {"error": "no"})
        outcomes = await one_by_one(desk, [some(number) for number in range(30)])
        assert {outcome.status for outcome in outcomes} == {Status.CREATED}
        assert not desk.stop.requested
        assert desk.sandbox.requests["POST"] - len(told) <= 6
        return outcomes[0]

    _, opened = play(scene, settings=way("stored"), known=known)
    assert whole(opened)


@pytest.mark.parametrize("status", [401, 402, 404])
def test_what_the_documented_create_is_told_too_stops_the_run(status: int) -> None:
    """The second create, without attributes, decides."""

    async def scene(desk: Desk) -> Outcome:
        refusing(desk, status, {"error": "no"}, only_with=False)
        return await desk.settle(CITY)

    outcome, opened = play(scene, settings=way("stored"), proved=PROVED)
    assert outcome.status is Status.NOT_SENT
    assert opened.stop.requested


@pytest.mark.parametrize("proved", [Capabilities(), PROVED], ids=["unknown", "proved"])
def test_a_row_whose_values_are_taken_costs_the_same_with_attributes(proved: Capabilities) -> None:
    """The server names what is taken: one create and one search a row, as without attributes."""

    async def scene(desk: Desk) -> Outcome:
        people = [some(number) for number in range(8)]
        for one in people:
            desk.store(replace(one, attributes={}))
        outcomes = await one_by_one(desk, people)
        assert {outcome.status for outcome in outcomes} == {Status.EXISTS}
        return outcomes[0]

    _, opened = play(scene, settings=way("stored"), proved=proved)
    assert (opened.sandbox.requests["POST"], opened.sandbox.requests["GET"]) == (8, 8)


@pytest.mark.parametrize(
    ("body", "is_about"),
    [
        ({"message": "Email has already been taken", "attributes": ["email"]}, True),
        ({"message": "Email is invalid"}, True),
        ({"error": "+4915112345678 is no phone number"}, True),
        ({"error": "no"}, False),
        ({"error": "found unpermitted parameter: name"}, False),
        ({"error": "Attribute name is not allowed"}, False),
        ({"error": "age is no field of a contact with this email"}, False),
        ({"errors": [{"additional_attributes.city": "unknown", "email": "fine"}]}, False),
    ],
)
def test_what_a_refusal_names(body: dict[str, Json], is_about: bool) -> None:
    """Only one that names what the API documents, and none of the attributes, is not about them."""
    assert is_about_fields(Reply(422, body, json.dumps(body)), CITY) is is_about


@pytest.mark.slow
def test_creates_with_attributes_that_get_lost_three_times_are_sent_no_more() -> None:
    """In this session, since those without are taken; the ledger keeps what it knows."""

    async def scene(desk: Desk) -> Outcome:
        session = desk.session
        told = brought(desk)
        refusing(desk, 500, {"error": "no"})
        rows = [Due(number, some(number), b"%d" % number) for number in range(2, 20)]
        outcomes = [await to_the_end(row, session, desk.policy) for row in rows]
        assert {outcome.status for outcome in outcomes} == {Status.CREATED}
        assert desk.sandbox.requests["POST"] - len(told) == MOST_LOST
        assert [session.findings.has(name) for name in BOTH] == [True, True]
        return outcomes[0]

    _, opened = play(scene, settings=way("stored"), proved=PROVED)
    assert whole(opened)


def test_an_outage_says_nothing_about_attributes() -> None:
    """Everything gets lost for a while: then they are brought again."""

    async def scene(desk: Desk) -> Outcome:
        attributes = desk.session.attributes
        for _ in range(MOST_LOST + 1):
            attributes.lost()
        assert attributes.begin(Due(2, CITY, b"f"), may_ask=True).groups == ()
        attributes.taken(with_attributes=False)
        for _ in range(9):
            assert attributes.begin(Due(2, CITY, b"f"), may_ask=True).groups == (ADDITIONAL, CUSTOM)
            attributes.taken(with_attributes=True)
            attributes.lost()
            attributes.taken(with_attributes=False)
        return Outcome(Status.CREATED)

    play(scene, proved=PROVED)


def test_one_row_asks_at_a_time() -> None:
    """The others go as they always did, until it is decided."""

    async def scene(desk: Desk) -> Outcome:
        attributes = desk.session.attributes
        first, second = (attributes.begin(Due(number, some(number), b"f"), may_ask=True) for number in (2, 3))
        assert [carried.groups for carried in (first, second)] == [(ADDITIONAL, CUSTOM), ()]
        first.end()
        assert attributes.begin(Due(4, some(4), b"f"), may_ask=True).is_asking
        return Outcome(Status.CREATED)

    play(scene)


@pytest.mark.parametrize(
    ("proved", "requests"),
    [(Capabilities(), {"POST": 1, "PATCH": 1}), (PROVED, {"POST": 1})],
    ids=["unknown", "proved"],
)
def test_a_row_without_a_key_never_asks_and_uses_what_is_proved(proved: Capabilities, requests: dict[str, int]) -> None:
    """No search could read it back; where the answer shows everything, one request is enough."""

    async def scene(desk: Desk) -> Outcome:
        told = brought(desk)
        outcome = await desk.settle(replace(KIM, attributes=CITY.attributes))
        assert told == [proved == PROVED]
        return outcome

    outcome, opened = play(scene, settings=way("stored"), proved=proved)
    assert outcome.status is Status.CREATED
    assert whole(opened)
    assert opened.sandbox.requests == requests


# -- where they are proved ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("create_attributes", ["ignored", "silent", "custom"])
def test_what_an_answer_does_not_show_an_update_sends(create_attributes: str) -> None:
    """The server stores them no longer, or no longer says so: that costs an update, and no data.

    While ids are unproved a search comes before an update, and may show that nothing is missing.
    """
    outcome, opened = play(lambda desk: desk.settle(CITY), settings=way(create_attributes), proved=PROVED)
    assert outcome.status is Status.CREATED
    assert whole(opened)
    assert (opened.sandbox.requests["POST"], opened.sandbox.requests["GET"]) == (1, 1)
    assert opened.sandbox.requests["PATCH"] == (create_attributes != "silent")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("create_attributes", "has"), [("stored", True), ("echoed", False), ("ignored", False), ("refused", False)]
)
def test_what_an_earlier_run_proved_is_read_back_once(create_attributes: str, has: bool) -> None:
    """The answers of a server that has changed may show what it does not store; other rows wait for the one that asks.

    With the answer no, in the session and the ledger, each row goes as it always did."""

    async def scene(desk: Desk) -> Outcome:
        session, told = desk.session, brought(desk)
        asks, waits = (session.attributes.begin(Due(n, some(n), b"f"), may_ask=True) for n in (8, 9))
        assert [asks.is_asking, waits.groups] == [True, ()]
        asks.end()
        for number in (2, 3):
            outcome = await to_the_end(Due(number, some(number), b"%d" % number), session, desk.policy)
        assert [session.findings.has(name) for name in BOTH] == [has, has]
        assert told[-1] == has
        return outcome

    _, opened = play(scene, settings=way(create_attributes), known=PROVED)
    assert whole(opened)


@pytest.mark.parametrize("create_attributes", ["refused", "rejected"])
def test_a_refusal_of_what_was_proved_is_believed_once_the_same_is_taken_without_them(create_attributes: str) -> None:
    """The answer becomes no, for this session and the ledger; the next rows go as they always did."""

    async def scene(desk: Desk) -> Outcome:
        session = desk.session
        first, second = [
            await to_the_end(Due(number, some(number), b"%d" % number), session, desk.policy) for number in (2, 3)
        ]
        assert [session.findings.has(name) for name in BOTH] == [False, False]
        assert (first.attempts, second.attempts) == (2, 1)
        return first

    outcome, opened = play(scene, settings=way(create_attributes), proved=PROVED)
    assert outcome.status is Status.CREATED
    assert whole(opened)
    assert len(opened.sandbox.contacts) == 2


@pytest.mark.parametrize(("status", "again"), [(503, False), (425, False), (429, True)])
def test_what_may_be_stored_all_the_same_is_sent_again_as_documented(status: int, again: bool) -> None:
    """A limit before the service, which never saw the create, changes nothing."""

    async def scene(desk: Desk) -> Outcome:
        script(desk.sandbox, [Fault.REFUSE_BEFORE])
        told = brought(desk)
        outcome = await desk.settle(CITY)
        assert told == [again]
        return outcome

    settings = way("stored", refuse_status=status, refuse_wait_s=1)
    outcome, opened = play(scene, settings=settings, proved=PROVED)
    assert outcome.status is Status.CREATED
    assert whole(opened)


@pytest.mark.parametrize("group", [ADDITIONAL, CUSTOM])
def test_a_group_that_is_not_proved_is_sent_by_an_update(group: str) -> None:
    """Only what is missing."""
    name = CREATES_WITH[group]
    other = next(each for each in BOTH if each != name)
    known = Capabilities({name: Finding(name, True, 0.0), other: Finding(other, False, 0.0)})

    async def scene(desk: Desk) -> Outcome:
        bodies = watched(desk)
        outcome = await desk.settle(CITY)
        assert [[*body] for body in bodies] == [[each for each in (ADDITIONAL, CUSTOM) if each != group]]
        return outcome

    outcome, opened = play(scene, settings=way("stored"), proved=known)
    assert outcome.status is Status.CREATED
    assert whole(opened)


@pytest.mark.parametrize("create_attributes", ["stored", "ignored", "silent", "custom"])
def test_a_row_in_doubt_is_completed_as_far_as_a_search_shows_that_it_lacks(create_attributes: str) -> None:
    """A crash came between the create and its answer."""

    async def scene(desk: Desk) -> Outcome:
        desk.sandbox.account.create(json.loads(CITY.create_json((ADDITIONAL, CUSTOM))))
        return await desk.settle(CITY, doubt=Due(2, CITY).in_doubt_again().doubt)

    outcome, opened = play(scene, settings=way(create_attributes), proved=PROVED)
    assert outcome.status is Status.CREATED
    assert whole(opened)
    assert len(opened.sandbox.contacts) == 1
    assert opened.sandbox.requests["PATCH"] == (create_attributes in ("ignored", "custom"))


FAULTS = ["error_before", "error_after", "drop_before", "drop_after", "html_after", "late_store", "answer_other"]


@pytest.mark.slow
@pytest.mark.parametrize("create_attributes", ["stored", "ignored", "refused", "echoed", "silent", "custom"])
@pytest.mark.parametrize("fault", [*FAULTS, "repeat_id", "stale_answer", "refuse_after", "refuse_before"])
def test_no_fault_loses_attributes_or_doubles_a_contact(create_attributes: str, fault: str) -> None:
    """A fifth of the creates meets it, from the first on."""
    lines = [f"Person {n},p{n}@example.com,C{n},Bonn,gold\n" for n in range(40)]
    path = written("Name,Email,Customer ID,City,Tier\n" + "".join(lines))
    options = ("--inbox", 407, "--map", "Tier=custom_attributes.tier", "--settle", 0.3)
    faults: dict[str, Any] = {fault: 0.2, "late_ms": 100.0, "seed": 7, "refuse_status": 429}
    with Service(create_attributes=create_attributes, **faults) as service:
        for _ in range(4):
            if service.invoke(path, *options).exit_code == 0:
                break
        assert len(service.stored) == 40
        assert all(contact[ADDITIONAL] == {"city": "Bonn"} for contact in service.sandbox.contacts)
        assert all(contact[CUSTOM] == {"tier": "gold"} for contact in service.sandbox.contacts)
        assert {row["contact_id"] for row in results()} == {*service.stored.values()}
