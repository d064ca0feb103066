"""What an update brings besides its changes: nothing where the server is known to merge, else what stands there."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from importer.ledger.records import Due
from importer.livedesk.capabilities import DOCUMENTED_MERGES, MERGES, Capabilities, Finding
from importer.livedesk.contact import ADDITIONAL, CUSTOM, Contact
from importer.livedesk.payload import goes_along, update_body, wiped
from importer.livedesk.responses import Found
from importer.models import Json, Outcome, Status
from importer.sandbox.documented import Response
from importer.sandbox.faults import Fault
from importer.sandbox.server import Faults, SandboxSettings
from importer.sender.policy import Policy
from tests.support.desk import ANN, DOCUMENTED, Desk, play, script, to_the_end
from tests.support.raw_answers import honest, new_account, status
from tests.support.raw_server import End, RawServer, Request, Step
from tests.support.service import invoke, results, written

UPDATE = Policy("update", inbox_id="407")
CITY, COUNTRY, GITHUB = f"{ADDITIONAL}.city", f"{ADDITIONAL}.country", f"{ADDITIONAL}.social_profiles.github"
MERGING = DOCUMENTED.having(Finding(MERGES, True, 0.0))
BOB = Contact(name="Bob", email="bob@x.org", identifier="B-7", inbox_id="407")
BOTH = replace(ANN, attributes={CITY: "Bonn", COUNTRY: "DE"})


def behaving(additional: str, **faults: Any) -> SandboxSettings:
    return SandboxSettings(faults=Faults(additional=additional, **faults))


def holding(desk: Desk, additional: Mapping[str, Json]) -> dict[str, Any]:
    """The contact of Ann, who is there with these attributes."""
    contact_id = desk.store(replace(ANN, attributes={}))
    desk.sandbox.account.update(contact_id, {ADDITIONAL: {**additional}})
    return desk.sandbox.contacts[-1]


def watched(desk: Desk, before: Callable[[int], None] = lambda _: None) -> list[Mapping[str, Json]]:
    """The bodies of the updates; ``before`` is called with the number of each as it arrives."""
    bodies: list[Mapping[str, Json]] = []
    update = desk.sandbox.account.update

    def noting(contact_id: str, body: Mapping[str, Json]) -> Response:
        bodies.append(body)
        before(len(bodies))
        return update(contact_id, body)

    desk.sandbox.account.update = noting  # type: ignore[method-assign]
    return bodies


THEIRS: dict[str, Json] = {"city": "Köln", "note": "vip", "social_profiles": {"twitter": "@a"}}


@pytest.mark.parametrize(
    ("attributes", "merges", "sent"),
    [
        ({CITY: "Bonn"}, False, {"city": "Bonn", "note": "vip", "social_profiles": {"twitter": "@a"}}),
        ({CITY: "Bonn"}, True, {"city": "Bonn"}),
        ({GITHUB: "a"}, False, {"city": "Köln", "note": "vip", "social_profiles": {"twitter": "@a", "github": "a"}}),
        ({GITHUB: "a"}, True, {"social_profiles": {"twitter": "@a", "github": "a"}}),
    ],
)
def test_what_goes_along_with_a_change(attributes: Mapping[str, str], merges: bool, sent: Mapping[str, Json]) -> None:
    """Social profiles always go whole: they are replaced as a whole wherever attributes are merged."""
    found = Found("7", Contact(), additional=THEIRS)
    groups = {ADDITIONAL} if merges else frozenset[str]()
    assert update_body(Contact(attributes=attributes), found, merges=groups) == {ADDITIONAL: sent}
    assert goes_along(Contact(attributes=attributes), merges=groups) is (sent.keys() != {"city"})


def test_custom_attributes_go_alone() -> None:
    """The API documents that they are merged key by key; that counts until an answer shows otherwise."""
    changes = Contact(attributes={f"{CUSTOM}.tier": "gold"})
    found = Found("7", Contact(attributes={f"{CUSTOM}.age": 42}), additional=THEIRS, custom={"age": 42})
    assert update_body(changes, found) == {CUSTOM: {"tier": "gold"}}
    assert not goes_along(changes, merges=DOCUMENTED_MERGES)
    assert update_body(changes, found, merges={ADDITIONAL}) == {CUSTOM: {"age": 42, "tier": "gold"}}
    assert goes_along(changes, merges={ADDITIONAL})


@pytest.mark.parametrize("group", [ADDITIONAL, CUSTOM])
def test_what_an_update_took_away_is_what_its_answer_lacks(group: str) -> None:
    """Of the group that it sent a part of; what shows nothing of that part, and what had no value, proves nothing."""

    def holding_these(members: dict[str, Json]) -> Found:
        return (
            Found("7", Contact(), additional=members) if group == ADDITIONAL else Found("7", Contact(), custom=members)
        )

    changes, before = Contact(attributes={f"{group}.tier": "gold"}), holding_these({"age": 42, "tier": "", "x": None})
    assert wiped(changes, before, holding_these({"tier": "gold"})) == (f"{group}.age",)
    assert wiped(changes, before, holding_these({"tier": "gold", "age": 42})) == ()
    assert wiped(changes, before, holding_these({})) == ()


@pytest.mark.slow
@pytest.mark.parametrize("answer", [None, End.CUT, status(504)], ids=["answered", "cut", "504"])
@pytest.mark.parametrize("group", [ADDITIONAL, CUSTOM])
def test_no_attribute_is_lost_where_the_server_replaces_a_group(group: str, answer: Step | None) -> None:
    """An update of one attribute takes the others away: they are sent at once, and go along from then on."""
    account = new_account()
    account.fill([{"inbox_id": 407, "name": f"Old {n}", "email": f"p{n}@x.org"} for n in "12"], 1e6)
    for each in account.contacts:
        each[group] = {"x": "1"}
    ask, left, bodies = honest(account), [answer] if answer else [], list[Any]()

    def handler(request: Request) -> Iterable[Step]:
        if request.method != "PATCH":
            return ask(request)
        bodies.append(request.body[group])
        (one,) = (each for each in account.contacts if request.path.endswith(f"/{each['id']}"))
        one[group] = {}
        proper = ask(request)
        return [left.pop()] if left else proper

    path = written("Name,Email,Tier\nOld 1,p1@x.org,gold\nOld 2,p2@x.org,gold\n")
    with RawServer(handler) as server:
        options = ("--on-duplicate", "update", "--map", f"Tier={group}.tier", "--settle", "0.2", "--concurrency", 1)
        done = invoke(path, "--inbox", 407, *options, **server.environment)
        assert done.exit_code == 0, done.stderr
    assert [each[group] for each in account.contacts] == [{"x": "1", "tier": "gold"}] * 2
    assert bodies[-1] == {"x": "1", "tier": "gold"}
    assert [row["status"] for row in results()] == ["updated", "updated"]


def test_an_agents_change_in_between_survives_where_the_server_merges() -> None:
    """She changes another attribute after the search and before the update."""

    async def scene(desk: Desk) -> Outcome:
        ann = holding(desk, {"city": "Köln", "note": "old"})
        bodies = watched(desk, lambda _: ann[ADDITIONAL].update(note="new"))
        outcome = await desk.settle(replace(ANN, attributes={CITY: "Bonn"}))
        assert bodies == [{ADDITIONAL: {"city": "Bonn"}}]
        assert ann[ADDITIONAL] == {"city": "Bonn", "note": "new"}
        return outcome

    outcome, _ = play(scene, UPDATE, settings=behaving("merged"), proved=MERGING)
    assert outcome.status is Status.UPDATED


@pytest.mark.parametrize(
    "known", [Capabilities(), DOCUMENTED.having(Finding(MERGES, False, 0.0))], ids=["unknown", "no"]
)
def test_a_server_that_replaces_loses_nothing(known: Capabilities) -> None:
    """What stands there goes along, as the search just before the update showed it."""

    async def scene(desk: Desk) -> Outcome:
        ann = holding(desk, THEIRS)
        outcome = await desk.settle(replace(ANN, attributes={CITY: "Bonn", GITHUB: "a"}))
        assert ann[ADDITIONAL] == {**THEIRS, "city": "Bonn", "social_profiles": {"twitter": "@a", "github": "a"}}
        return outcome

    outcome, _ = play(scene, UPDATE, settings=behaving("replaced"), known=known)
    assert outcome.status is Status.UPDATED


def test_a_second_try_reads_anew_what_goes_along() -> None:
    """The first update gets lost; while the importer waits, an agent changes another attribute."""

    async def scene(desk: Desk) -> Outcome:
        ann = holding(desk, {"city": "Köln", "note": "old"})
        script(desk.sandbox, [Fault.ERROR_BEFORE], methods=("PATCH",))
        sleep = desk.stop.sleep

        async def sleeping(seconds: float) -> None:
            ann[ADDITIONAL]["note"] = "new"
            await sleep(seconds)

        desk.stop.sleep = sleeping  # type: ignore[method-assign]
        outcome = await desk.settle(replace(ANN, attributes={CITY: "Bonn"}))
        assert ann[ADDITIONAL] == {"city": "Bonn", "note": "new"}
        return outcome

    outcome, _ = play(scene, UPDATE, settings=behaving("replaced"), known=DOCUMENTED)
    assert outcome.status is Status.UPDATED


def test_what_an_earlier_run_left_to_do_reads_what_stands_there() -> None:
    """Its contact is there without its attributes, and has got others since."""

    async def scene(desk: Desk) -> Outcome:
        ann = holding(desk, {"note": "vip"})
        outcome = await desk.settle(BOTH, contact_id=str(ann["id"]))
        assert ann[ADDITIONAL] == {"note": "vip", "city": "Bonn", "country": "DE"}
        return outcome

    outcome, _ = play(scene, settings=behaving("replaced"))
    assert outcome.status is Status.CREATED


# -- the proof ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("create_attributes", ["stored", "ignored", "refused"])
@pytest.mark.parametrize(("additional", "merges"), [("merged", True), ("replaced", False)])
def test_a_contact_of_this_run_proves_it(additional: str, merges: bool, create_attributes: str) -> None:
    """One update that changes nothing, read back; where it took the other attributes away they are sent once more."""

    async def scene(desk: Desk) -> Outcome:
        session = desk.session
        for number, contact in enumerate((BOTH, replace(BOB, attributes=BOTH.attributes)), start=2):
            bodies = watched(desk)
            outcome = await to_the_end(Due(number, contact, b"%d" % number), session, desk.policy)
            asked = bodies.count({ADDITIONAL: {"city": "Bonn"}})
            assert asked == (number == 2), "only once"
            assert desk.sandbox.contacts[-1][ADDITIONAL] == {"city": "Bonn", "country": "DE"}
        assert session.findings.has(MERGES) is merges
        return outcome

    policy = UPDATE if create_attributes == "stored" else Policy("fill", inbox_id="407")
    outcome, _ = play(scene, policy, settings=behaving(additional, create_attributes=create_attributes))
    assert outcome.status is Status.CREATED


@pytest.mark.parametrize("policy", ["skip", "fail"])
def test_only_a_run_that_updates_asks(policy: Any) -> None:
    """The others change nobody, and need not know."""
    _, opened = play(lambda desk: desk.settle(BOTH), Policy(policy, inbox_id="407"), settings=behaving("merged"))
    assert opened.sandbox.requests["PATCH"] == 1


@pytest.mark.parametrize("attributes", [{CITY: "Bonn"}, {GITHUB: "a", f"{ADDITIONAL}.social_profiles.twitter": "b"}])
def test_a_contact_that_can_prove_nothing_is_not_asked(attributes: Mapping[str, str]) -> None:
    """It takes one attribute to send, and another that may go or stay."""

    async def scene(desk: Desk) -> Outcome:
        session = desk.session
        outcome = await to_the_end(Due(2, replace(ANN, attributes=attributes), b"f"), session, desk.policy)
        assert session.findings.has(MERGES) is None
        assert session.merging.probe(BOTH) is not None, "another contact may"
        return outcome

    _, opened = play(scene, UPDATE, settings=behaving("replaced"))
    assert opened.sandbox.requests["PATCH"] == 1


@pytest.mark.parametrize("additional", ["merged", "replaced"])
@pytest.mark.parametrize("fault", [Fault.DROP_AFTER, Fault.ERROR_AFTER, Fault.ERROR_BEFORE, Fault.HTML_AFTER])
def test_a_proof_that_is_disturbed_takes_nothing_away(additional: str, fault: Fault) -> None:
    """The update that asks, and what follows it, may get lost: the attributes are there in the end."""

    async def scene(desk: Desk) -> Outcome:
        script(desk.sandbox, [None, *[fault] * 6], methods=("PATCH",))
        return await desk.settle(BOTH)

    outcome, opened = play(scene, UPDATE, settings=behaving(additional), known=DOCUMENTED)
    assert outcome.status is Status.CREATED
    assert opened.sandbox.contacts[0][ADDITIONAL] == {"city": "Bonn", "country": "DE"}


@pytest.mark.slow
def test_attributes_that_could_not_be_restored_are_due() -> None:
    """The next run sends them; until then the row says that they are not stored."""

    async def scene(desk: Desk) -> Outcome:
        script(desk.sandbox, [None, None, *[Fault.ERROR_BEFORE] * 6], methods=("PATCH",))
        return await desk.settle(BOTH)

    outcome, opened = play(scene, UPDATE, settings=behaving("replaced"), known=DOCUMENTED)
    assert (outcome.status, outcome.error_code) == (Status.FAILED, "attributes_failed")
    assert outcome.contact_id == str(opened.sandbox.contacts[0]["id"])


# -- a server that has changed -----------------------------------------------------------------------------------------


def test_a_proof_of_an_earlier_run_is_not_relied_on() -> None:
    """The server replaces now: what stands there goes along, until this session has proved otherwise."""

    async def scene(desk: Desk) -> Outcome:
        ann = holding(desk, THEIRS)
        outcome = await desk.settle(replace(ANN, attributes={CITY: "Bonn"}))
        assert ann[ADDITIONAL] == {**THEIRS, "city": "Bonn"}
        return outcome

    outcome, _ = play(scene, UPDATE, settings=behaving("replaced"), known=MERGING)
    assert outcome.status is Status.UPDATED


def test_a_proof_of_an_earlier_run_is_asked_again() -> None:
    """With the first contact that this session creates."""

    async def scene(desk: Desk) -> Outcome:
        session = desk.session
        outcome = await to_the_end(Due(2, BOTH, b"f"), session, desk.policy)
        assert session.findings.has(MERGES) is False
        return outcome

    play(scene, UPDATE, settings=behaving("replaced"), known=MERGING)


@pytest.mark.parametrize("lost", [0, 2], ids=["", "and its update gets lost twice"])
def test_a_server_that_replaces_from_now_on_loses_nothing(lost: int) -> None:
    """The answer to a part shows that the rest is gone: it is sent with the rest at once, and so are all later ones."""

    async def scene(desk: Desk) -> Outcome:
        ann = holding(desk, THEIRS)
        script(desk.sandbox, [None, *[Fault.ERROR_BEFORE] * lost], methods=("PATCH",))
        bodies, session = watched(desk), desk.session
        outcome = await to_the_end(Due(2, replace(ANN, attributes={CITY: "Bonn"}), b"f"), session, desk.policy)
        assert bodies == [{ADDITIONAL: {"city": "Bonn"}}, {ADDITIONAL: {**THEIRS, "city": "Bonn"}}]
        assert ann[ADDITIONAL] == {**THEIRS, "city": "Bonn"}
        assert session.findings.has(MERGES) is False
        return outcome

    outcome, _ = play(scene, UPDATE, settings=behaving("replaced"), proved=MERGING)
    assert outcome.status is Status.UPDATED


def test_what_could_not_be_restored_is_named() -> None:
    """Nobody may think that the contact is as it was."""

    async def scene(desk: Desk) -> Outcome:
        holding(desk, THEIRS)
        script(desk.sandbox, [None, *[Fault.ERROR_BEFORE] * 9], methods=("PATCH",))
        return await desk.settle(replace(ANN, attributes={CITY: "Bonn"}))

    outcome, _ = play(scene, UPDATE, settings=behaving("replaced"), proved=MERGING)
    assert outcome.status is Status.FAILED
    assert f"has lost {ADDITIONAL}.note, {ADDITIONAL}.social_profiles" in str(outcome.hint[0])
