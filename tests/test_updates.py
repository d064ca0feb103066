"""What becomes of a contact that was there before: what is changed, what stays, and what is noted before it is."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from importer.ledger.records import Change, Doubt, Due, LostUpdate
from importer.livedesk.capabilities import MERGES
from importer.livedesk.contact import ADDITIONAL, CUSTOM, Contact
from importer.livedesk.responses import Reply, found_contacts
from importer.models import Json, Outcome, Status, UpdateRule
from importer.remarks import DIFFERS, OTHER_INBOX, kinds_of
from importer.sandbox.documented import Response
from importer.sandbox.faults import Fault
from importer.sandbox.server import Faults, SandboxSettings
from importer.sender.delivery import settle
from importer.sender.doubts import Aside
from importer.sender.earlier_requests import EarlierRequests, Unsure
from importer.sender.older import OlderContact
from importer.sender.policy import Policy, Stamp
from importer.sender.updates import Updates
from tests.support.desk import ANN, Desk, play, script, to_the_end

CITY, TIER = f"{ADDITIONAL}.city", f"{CUSTOM}.tier"
UPDATE = Policy("update", inbox_id="407")
FILL = Policy("fill", inbox_id="407", rule=UpdateRule("keep"))
KEEP_NAME = Policy("update", inbox_id="407", rule=UpdateRule("overwrite", {"name": "keep"}))
STAMP = Stamp("contacts-20260117-081530", "contacts.csv", "2026-01-17T08:15:30.000+00:00")


class Journal:
    """Notes what is to change; with each note how many updates the server has seen by then."""

    def __init__(self, desk: Desk, *, answer: bool = True) -> None:
        self._desk = desk
        self._answer = answer
        self.changes: list[tuple[str, Json, Json]] = []
        self.before_update: list[int] = []

    async def __call__(self, _row: Due, changes: Sequence[Change]) -> bool:
        self.changes += [change[1:] for change in changes]
        self.before_update.append(self._desk.sandbox.requests["PATCH"])
        return self._answer


def noted(desk: Desk, journal: Journal) -> Any:
    return replace(desk.session, journal=journal)


async def settled(desk: Desk, contact: Contact, journal: Journal | None = None, **row: Any) -> Outcome:
    journal = journal or Journal(desk)
    return await to_the_end(Due(2, contact, b"f", **row), noted(desk, journal), desk.policy)


def older(desk: Desk, contact: Contact, attributes: Mapping[str, Json] | None = None) -> dict[str, Any]:
    """Somebody who was there before, with these members of the attribute objects."""
    contact_id = desk.store(contact)
    if attributes:
        desk.sandbox.account.update(contact_id, attributes)
    desk.sandbox.requests.clear()
    return desk.sandbox.contacts[-1]


def hints(outcome: Outcome) -> list[str]:
    """What is said of the row's data."""
    return [text for text in map(str, outcome.hint) if "inbox" not in text]


def bodies_of(desk: Desk) -> list[Mapping[str, Json]]:
    """The bodies of the updates from now on."""
    bodies: list[Mapping[str, Json]] = []
    update = desk.sandbox.account.update

    def noting(contact_id: str, body: Mapping[str, Json]) -> Response:
        bodies.append(body)
        return update(contact_id, body)

    desk.sandbox.account.update = noting  # type: ignore[method-assign]
    return bodies


# -- what is changed, and told -----------------------------------------------------------------------------------------


def test_an_update_has_only_what_differs_and_the_hint_says_what_that_was() -> None:
    """Old and new, field by field; what is the same is not sent."""

    async def scene(desk: Desk) -> Outcome:
        older(desk, replace(ANN, name="Anna"), {CUSTOM: {"tier": "gold"}})
        bodies = bodies_of(desk)
        outcome = await settled(desk, replace(ANN, attributes={CITY: "Bonn", TIER: "gold"}))
        assert bodies == [{"name": "Ann", ADDITIONAL: {"city": "Bonn"}}]
        return outcome

    outcome, _ = play(scene, UPDATE)
    assert (outcome.status, outcome.in_sync) == (Status.UPDATED, True)
    assert hints(outcome) == [f'changed: name "Anna" -> "Ann", {CITY} "" -> "Bonn"']


@pytest.mark.parametrize(
    ("policy", "sent", "kept"),
    [
        (FILL, {ADDITIONAL: {"city": "Bonn"}}, "--on-duplicate fill"),
        (KEEP_NAME, {ADDITIONAL: {"city": "Bonn"}}, "--keep"),
        (UPDATE, {"name": "Ann", ADDITIONAL: {"city": "Bonn"}}, ""),
    ],
    ids=["fill", "keep", "update"],
)
def test_what_is_kept_is_told(policy: Policy, sent: Mapping[str, Json], kept: str) -> None:
    """The row is updated, and not all of it is there: the hint says what stayed, and why."""

    async def scene(desk: Desk) -> Outcome:
        older(desk, replace(ANN, name="Anna"))
        bodies = bodies_of(desk)
        outcome = await settled(desk, replace(ANN, attributes={CITY: "Bonn"}))
        assert bodies == [sent]
        return outcome

    outcome, _ = play(scene, policy)
    assert (outcome.status, outcome.in_sync) == (Status.UPDATED, not kept)
    told = " ".join(hints(outcome)[1:])
    assert (kept in told and 'name "Anna" -> "Ann"' in told) if kept else told == ""


@pytest.mark.parametrize("policy", [FILL, KEEP_NAME], ids=["fill", "keep"])
def test_where_all_that_differs_is_kept_nothing_is_sent(policy: Policy) -> None:
    """It exists with other data, and is not in sync: no later run may call it unchanged."""

    async def scene(desk: Desk) -> Outcome:
        older(desk, replace(ANN, name="Anna"))
        return await settled(desk, ANN)

    outcome, opened = play(scene, policy)
    assert (outcome.status, outcome.in_sync) == (Status.EXISTS, False)
    assert opened.sandbox.requests["PATCH"] == 0
    assert [*kinds_of(outcome.hint)] == [DIFFERS, OTHER_INBOX]


@pytest.mark.parametrize("policy", [UPDATE, FILL, KEEP_NAME])
def test_nothing_to_change_is_no_request(policy: Policy) -> None:
    """The contact holds all of it: in sync, and nothing noted."""

    async def scene(desk: Desk) -> Outcome:
        older(desk, ANN)
        journal = Journal(desk)
        outcome = await settled(desk, replace(ANN, phone_number=None), journal)
        assert journal.changes == []
        return outcome

    outcome, opened = play(scene, policy)
    assert (outcome.status, outcome.in_sync, hints(outcome)) == (Status.EXISTS, True, [])
    assert opened.sandbox.requests["PATCH"] == 0


def test_a_key_that_is_kept_is_no_other_person() -> None:
    """The answer shows the phone number that the update was to leave."""

    async def scene(desk: Desk) -> Outcome:
        older(desk, replace(ANN, name="Anna", phone_number=None))
        return await settled(desk, ANN)

    outcome, opened = play(scene, replace(UPDATE, rule=UpdateRule("overwrite", {"phone_number": "keep"})))
    assert outcome.status is Status.UPDATED
    assert opened.sandbox.contacts[-1]["phone_number"] == ANN.phone_number


@pytest.mark.parametrize(("shown", "reads"), [("A-7", 0), ("B-7", 1)])
def test_the_answer_is_held_against_the_contact_as_it_should_be(shown: str, reads: int) -> None:
    """With the phone number that it keeps, another than the row's, and the id that it has and the row has not. One that
    shows another person is a doubt, which a read settles."""

    async def scene(desk: Desk) -> Outcome:
        ann = older(desk, ANN)
        row = Due(2, replace(ANN, name="Anna", identifier=None, phone_number="+491"), b"f")
        found = (found_contacts(Reply(200, desk.sandbox.account.search("ann@x.org", None).body)) or [])[0]
        update = desk.sandbox.account.update

        def showing(contact_id: str, body: Mapping[str, Json]) -> Response:
            update(contact_id, body)
            return Response(200, {"payload": {**ann, "identifier": shown}})

        desk.sandbox.account.update = showing  # type: ignore[method-assign]
        session = desk.session
        outcome = await OlderContact(row, session, desk.policy, Updates(row, session, lambda _: None)).update(
            found, maybe_ours=False
        )
        assert isinstance(outcome, Outcome)
        return outcome

    policy = replace(UPDATE, rule=UpdateRule("overwrite", {"phone_number": "keep"}))
    outcome, opened = play(scene, policy)
    assert (outcome.status, outcome.contact_id) == (Status.UPDATED, "100001")
    assert bool(opened.sandbox.requests["GET"]) is bool(reads)


# -- noted before it leaves --------------------------------------------------------------------------------------------


def test_what_an_update_changes_is_noted_before_it_leaves() -> None:
    """Before and after, and no update has reached the server by then."""

    async def scene(desk: Desk) -> Outcome:
        older(desk, replace(ANN, name="Anna"), {ADDITIONAL: {"note": "vip"}, CUSTOM: {"tier": ["a"]}})
        journal = Journal(desk)
        outcome = await settled(desk, replace(ANN, attributes={CITY: "Bonn", TIER: "gold"}), journal)
        assert journal.changes == [("name", "Anna", "Ann"), (CITY, None, "Bonn"), (TIER, ["a"], "gold")]
        assert journal.before_update == [0]
        return outcome

    outcome, opened = play(scene, UPDATE)
    assert outcome.status is Status.UPDATED
    assert opened.sandbox.contacts[-1][ADDITIONAL] == {"note": "vip", "city": "Bonn"}


@pytest.mark.parametrize("lost", [[], [Fault.DROP_AFTER]], ids=["answered", "lost"])
def test_the_rows_own_new_contact_is_not_noted(lost: list[Fault]) -> None:
    """Its attributes come after its create: nobody had anything there before."""

    async def scene(desk: Desk) -> Outcome:
        script(desk.sandbox, lost)
        journal = Journal(desk)
        outcome = await settled(desk, replace(ANN, attributes={CITY: "Bonn"}), journal)
        assert journal.changes == []
        return outcome

    outcome, _ = play(scene, UPDATE)
    assert outcome.status is Status.CREATED
    assert outcome.by_search is bool(lost), "a search named it, and no answer"


@pytest.mark.slow
def test_an_update_that_is_refused_says_that_nothing_was_written() -> None:
    """Somebody else has the phone number: a definite no."""

    async def scene(desk: Desk) -> Outcome:
        desk.store(Contact(email="bob@x.org", inbox_id="407"))
        older(desk, replace(ANN, name="Anna", phone_number=None))
        refuse: dict[str, Json] = {"message": "Phone number has already been taken", "attributes": ["phone_number"]}
        desk.sandbox.account.update = lambda contact_id, body: Response(422, refuse)  # type: ignore[method-assign]
        return await settled(desk, ANN)

    outcome, _ = play(scene, UPDATE)
    assert (outcome.status, outcome.error_code) == (Status.FAILED, "rejected")
    assert outcome.unwritten == ("name", "phone_number")
    assert "is as it was" in str(outcome.hint[0])


def test_an_update_that_may_still_be_stored_when_the_run_stops_is_unknown() -> None:
    """What was noted stays noted, and nobody says that nothing changed."""

    async def scene(desk: Desk) -> Outcome:
        older(desk, replace(ANN, name="Anna"))
        script(desk.sandbox, [Fault.REDIRECT_AFTER] * 20, methods=("PATCH",))
        return await settled(desk, ANN)

    outcome, _ = play(scene, UPDATE)
    assert (outcome.status, outcome.unwritten) == (Status.UNKNOWN, ())
    assert "may be changed or not: name" in str(outcome.error[1])


@pytest.mark.parametrize("fault", [Fault.ERROR_AFTER, Fault.DROP_AFTER])
def test_an_update_that_is_stored_and_never_answered_is_sent_once(fault: Fault) -> None:
    """One read proves it: no second update, and no wait."""

    async def scene(desk: Desk) -> Outcome:
        older(desk, replace(ANN, name="Anna"))
        script(desk.sandbox, [fault] * 20, methods=("PATCH",))
        return await settled(desk, ANN)

    outcome, opened = play(scene, UPDATE)
    assert (outcome.status, outcome.contact_id, outcome.unwritten) == (Status.UPDATED, "100001", ())
    assert hints(outcome) == ['changed: name "Anna" -> "Ann"']
    assert opened.sandbox.requests["PATCH"] == 1
    assert opened.stop.slept == []


@pytest.mark.slow
@pytest.mark.parametrize("fault", [Fault.ERROR_BEFORE, Fault.DROP_BEFORE])
def test_an_update_that_is_never_stored_fails_after_as_many_tries_as_a_row_has(fault: Fault) -> None:
    """Each is read back once ``--settle`` has passed, so that no doubt is left."""

    async def scene(desk: Desk) -> Outcome:
        older(desk, replace(ANN, name="Anna"))
        script(desk.sandbox, [fault] * 20, methods=("PATCH",))
        return await settled(desk, ANN)

    outcome, opened = play(scene, UPDATE)
    assert (outcome.status, outcome.unwritten) == (Status.FAILED, ("name",))
    assert outcome.error_code in ("server_error", "connection_lost")
    assert "is as it was" in str(outcome.hint[0])
    assert opened.sandbox.requests["PATCH"] == 5
    assert opened.stop.slept.count(UPDATE.settle_s) == 5


def test_a_lost_update_is_not_sent_again_before_an_older_one_can_have_landed() -> None:
    """A proxy gave up, and the server stores it later: the row waits, and finds it done."""

    async def scene(desk: Desk) -> Outcome:
        contact = older(desk, replace(ANN, name="Anna"))
        script(desk.sandbox, [Fault.DROP_BEFORE], methods=("PATCH",))
        sleep = desk.stop.sleep

        async def lands_meanwhile(seconds: float) -> None:
            await sleep(seconds)
            if seconds == UPDATE.settle_s:
                desk.sandbox.account.update(str(contact["id"]), {"name": "Ann"})

        desk.stop.sleep = lands_meanwhile  # type: ignore[method-assign]
        return await settled(desk, ANN)

    outcome, opened = play(scene, UPDATE)
    assert (outcome.status, hints(outcome)) == (Status.UPDATED, ['changed: name "Anna" -> "Ann"'])
    assert opened.sandbox.requests["PATCH"] == 1


def test_what_a_lost_update_has_done_is_told_with_what_is_sent_after_it() -> None:
    """Somebody has taken one of its values away again: that alone is sent once more, and both are told."""

    async def scene(desk: Desk) -> Outcome:
        contact = older(desk, replace(ANN, name="Anna"), {CUSTOM: {"tier": "silver"}})
        script(desk.sandbox, [Fault.DROP_AFTER], methods=("PATCH",))
        send = desk.session.client.update

        async def meanwhile(*arguments: Any, **options: Any) -> Reply:
            reply = await send(*arguments, **options)
            if reply.failure is not None:
                desk.sandbox.account.update(str(contact["id"]), {CUSTOM: {"tier": "silver"}})
            return reply

        desk.session.client.update = meanwhile  # type: ignore[method-assign]
        bodies = bodies_of(desk)
        outcome = await settled(desk, replace(ANN, attributes={TIER: "gold"}))
        assert bodies[-1] == {CUSTOM: {"tier": "gold"}}
        return outcome

    outcome, _ = play(scene, UPDATE)
    assert outcome.status is Status.UPDATED
    assert hints(outcome) == [f'changed: name "Anna" -> "Ann", {TIER} "silver" -> "gold"']


def test_a_row_whose_lost_update_cannot_be_read_any_more_is_unknown() -> None:
    """The search for it is not answered: it names the contact, and what may have changed."""

    async def scene(desk: Desk) -> Outcome:
        contact = older(desk, replace(ANN, name="Anna"))
        lost = LostUpdate(str(contact["id"]), (Change(str(contact["id"]), "name", "Anna", "Ann"),), has_waited=True)
        script(desk.sandbox, [Fault.ERROR_BEFORE] * 50, methods=("GET",))
        return await settled(desk, ANN, known_id=str(contact["id"]), lost=lost)

    outcome, _ = play(scene, UPDATE)
    assert (outcome.status, outcome.contact_id) == (Status.UNKNOWN, "100001")
    assert "may be changed or not: name" in str(outcome.error[1])


def test_an_earlier_runs_lost_update_is_waited_for() -> None:
    """Or it would be stored over what this run writes; one that is stored already is not waited for."""

    async def scene(desk: Desk) -> Outcome:
        contact = older(desk, replace(ANN, name="Anna"))
        contact_id = str(contact["id"])
        sleep = desk.stop.sleep

        async def lands_meanwhile(seconds: float) -> None:
            desk.sandbox.account.update(contact_id, {"name": "Mid"})
            await sleep(seconds)

        desk.stop.sleep = lands_meanwhile  # type: ignore[method-assign]
        unsure = {contact_id: (Unsure((Change(contact_id, "name", "Anna", "Mid"),), 20.0),)}
        session = replace(noted(desk, journal := Journal(desk)), earlier=EarlierRequests(unsure, desk.stop.clock))
        outcome = await to_the_end(Due(2, ANN, b"f"), session, desk.policy)
        assert (contact["name"], journal.changes) == ("Ann", [("name", "Mid", "Ann")])
        return outcome

    outcome, opened = play(scene, UPDATE)
    assert (outcome.status, opened.stop.slept) == (Status.UPDATED, [20.0])


@pytest.mark.parametrize(
    ("policy", "status", "name", "names"),
    [
        (UPDATE, Status.UPDATED, "Ann", [("Anna", "Ann"), ("Agent", "Ann")]),
        (FILL, Status.EXISTS, "Agent", [(None, "Ann")]),
        (replace(UPDATE, rule=UpdateRule(only=frozenset({"name"}))), Status.FAILED, "Agent", [("Anna", "Ann")]),
    ],
    ids=["update", "fill", "plan"],
)
def test_what_somebody_writes_between_two_tries_is_read_before_the_second(
    policy: Policy, status: Status, name: str, names: list[tuple[Json, Json]]
) -> None:
    """An update may replace it, and notes it first; what is to be kept, and what is planned otherwise, stays."""

    async def scene(desk: Desk) -> Outcome:
        contact = older(desk, replace(ANN, name=None if policy is FILL else "Anna"))
        script(desk.sandbox, [Fault.DROP_BEFORE], methods=("PATCH",))
        send, journal = desk.session.client.update, Journal(desk)

        async def meanwhile(*arguments: Any, **options: Any) -> Reply:
            reply = await send(*arguments, **options)
            if len(journal.changes) == 1 and contact["name"] != "Agent":
                desk.sandbox.account.update(str(contact["id"]), {"name": "Agent"})
            return reply

        desk.session.client.update = meanwhile  # type: ignore[method-assign]
        outcome = await settled(desk, ANN, journal)
        assert contact["name"] == name
        assert [change[1:] for change in journal.changes] == names
        return outcome

    outcome, _ = play(scene, policy)
    assert outcome.status is status
    assert outcome.error_code == ("conflict" if status is Status.FAILED else "")


def overtaking(desk: Desk, contact: Mapping[str, Any], most: int) -> None:
    """Somebody renames the contact after each of so many updates."""
    send, names = desk.session.client.update, iter([f"Agent {number}" for number in range(most)])

    async def meanwhile(*arguments: Any, **options: Any) -> Reply:
        reply = await send(*arguments, **options)
        if name := next(names, None):
            desk.sandbox.account.update(str(contact["id"]), {"name": name})
        return reply

    desk.session.client.update = meanwhile  # type: ignore[method-assign]


def test_the_row_that_finds_out_about_a_clear_may_be_overtaken_too() -> None:
    """It does not wait for itself."""

    async def scene(desk: Desk) -> Outcome:
        contact = older(desk, replace(ANN, name="Anna"), {CUSTOM: {"tier": "gold"}})
        script(desk.sandbox, [Fault.DROP_BEFORE], methods=("PATCH",))
        overtaking(desk, contact, 1)
        outcome = await asyncio.wait_for(settled(desk, replace(ANN, clears=(TIER,))), 20)
        assert (contact["name"], contact["custom_attributes"]["tier"]) == ("Ann", None)
        return outcome

    outcome, _ = play(scene, UPDATE)
    assert outcome.status is Status.UPDATED


def test_an_update_that_is_overtaken_again_and_again_ends() -> None:
    """After as many tries as a row has: whether it was stored is not known."""

    async def scene(desk: Desk) -> Outcome:
        contact = older(desk, replace(ANN, name="Anna"))
        script(desk.sandbox, [Fault.DROP_BEFORE] * 50, methods=("PATCH",))
        overtaking(desk, contact, 50)
        return await settled(desk, ANN)

    outcome, opened = play(scene, UPDATE)
    assert outcome.status is Status.UNKNOWN
    assert opened.sandbox.requests["PATCH"] <= 10


@pytest.mark.parametrize("late", [0, 1, 9], ids=["an answer of before", "a search that is late", "ignored"])
def test_an_update_whose_answer_shows_what_was_before_is_read_back(late: int) -> None:
    """If that is there still, the row has failed, and a later run tries again."""

    async def scene(desk: Desk) -> Outcome:
        contact = older(desk, replace(ANN, name="Anna"))
        looks: list[None] = []

        def ignoring(contact_id: str, body: Mapping[str, Json]) -> Response:
            answer = Response(200, {"payload": {**contact}})
            if not late:
                update(contact_id, body)
            return answer

        async def looking(*arguments: Any, **options: Any) -> Reply:
            if desk.sandbox.requests["PATCH"]:
                looks.append(None)
                if len(looks) == late + 1:
                    update(str(contact["id"]), {"name": "Ann"})
            return await search(*arguments, **options)

        update, search = desk.sandbox.account.update, desk.session.client.search
        desk.sandbox.account.update = ignoring  # type: ignore[method-assign]
        desk.session.client.search = looking  # type: ignore[method-assign]
        return await settled(desk, ANN)

    outcome, _ = play(scene, UPDATE)
    if late == 9:
        assert (outcome.status, outcome.error_code, outcome.unwritten) == (Status.FAILED, "not_stored", ("name",))
    else:
        assert outcome.status is Status.UPDATED


def test_what_a_search_named_after_an_answer_named_it_too_is_the_answers() -> None:
    """The answer gave the id, though it showed nothing of the contact: the search only proves it."""
    outcome, _ = play(lambda desk: settled(desk, ANN), UPDATE, settings=SandboxSettings(faults=Faults(answers="terse")))
    assert (outcome.status, outcome.by_search) == (Status.CREATED, False)


# -- on a worker of a cluster ------------------------------------------------------------------------------------------


def test_a_row_whose_changes_are_not_noted_steps_aside_with_them() -> None:
    """The driver notes them and gives the row out again; nothing leaves before."""

    async def scene(desk: Desk) -> Outcome:
        ann = older(desk, replace(ANN, name="Anna"))
        journal = Journal(desk, answer=False)
        session = noted(desk, journal)
        aside = await settle(Due(2, ANN, b"f"), session, desk.policy)
        assert isinstance(aside, Aside)
        assert aside.row.intent == (Change(str(ann["id"]), "name", "Anna", "Ann"),)
        assert (aside.row.doubt, aside.row.known_id, aside.wait_s) == (None, str(ann["id"]), 0.0)
        assert desk.sandbox.requests["PATCH"] == 0
        return await settled(desk, ANN, intent=aside.row.intent, known_id=aside.row.known_id)

    outcome, opened = play(scene, UPDATE)
    assert outcome.status is Status.UPDATED
    assert opened.sandbox.requests["PATCH"] == 1


@pytest.mark.parametrize("is_lost", [True, False], ids=["the worker was lost", "somebody else did it"])
def test_a_change_that_is_there_already_when_the_row_comes_back(is_lost: bool) -> None:
    """After a worker was lost it is the row's own; else somebody else's, and what was noted did not happen."""

    async def scene(desk: Desk) -> Outcome:
        ann = older(desk, ANN)
        intent = (Change(str(ann["id"]), "name", "Anna", "Ann"),)
        doubt = Doubt(ann["created_at"] + 9.0) if is_lost else None
        return await settled(desk, ANN, intent=intent, doubt=doubt)

    outcome, opened = play(scene, UPDATE)
    assert opened.sandbox.requests["PATCH"] == 0
    if is_lost:
        assert (outcome.status, outcome.unwritten) == (Status.UPDATED, ())
        assert str(outcome.hint[0]) == 'changed: name "Anna" -> "Ann"'
    else:
        assert (outcome.status, outcome.in_sync, outcome.unwritten) == (Status.EXISTS, True, ("name",))


# -- stamps ------------------------------------------------------------------------------------------------------------

STAMPED: dict[str, Json] = {
    "import_run": STAMP.run,
    "import_file": STAMP.file,
    "import_row": 2,
    "imported_at": STAMP.at,
}


@pytest.mark.parametrize("create_attributes", ["stored", "refused", "ignored"])
@pytest.mark.parametrize("attributes", [{}, {CITY: "Bonn"}], ids=["no attributes", "attributes"])
def test_a_created_contact_gets_its_stamp(create_attributes: str, attributes: Mapping[str, str]) -> None:
    """With the create where the server takes attributes there, else in the update that completes it."""
    settings = SandboxSettings(faults=Faults(create_attributes=create_attributes))
    policy = replace(UPDATE, stamp=STAMP)
    outcome, opened = play(
        lambda desk: settled(desk, replace(ANN, attributes=attributes)), policy, settings=settings, accepted=True
    )
    assert outcome.status is Status.CREATED
    assert opened.sandbox.contacts[-1][CUSTOM] == STAMPED
    assert opened.sandbox.contacts[-1][ADDITIONAL] == ({"city": "Bonn"} if attributes else {})


@pytest.mark.parametrize("policy", [UPDATE, FILL, Policy(inbox_id="407")], ids=["update", "fill", "skip"])
def test_a_stamp_alone_changes_nobody(policy: Policy) -> None:
    """It is no data: the contact has all of the row's, whatever stamp it has."""

    async def scene(desk: Desk) -> Outcome:
        older(desk, ANN, {CUSTOM: {"import_run": "another", "import_row": 7}})
        return await settled(desk, ANN)

    outcome, opened = play(scene, replace(policy, stamp=STAMP))
    assert (outcome.status, outcome.in_sync, hints(outcome)) == (Status.EXISTS, True, [])
    assert opened.sandbox.requests["PATCH"] == 0


def test_a_stamp_goes_along_with_an_update_and_is_noted() -> None:
    """Undo restores it too; the hint is about the row's own data."""

    async def scene(desk: Desk) -> Outcome:
        ann = older(desk, replace(ANN, name="Anna"), {CUSTOM: {"import_run": "another", "mine": 1}})
        journal = Journal(desk)
        outcome = await settled(desk, ANN, journal)
        assert ann[CUSTOM] == {"mine": 1, **STAMPED}
        assert journal.changes[:2] == [("name", "Anna", "Ann"), (f"{CUSTOM}.import_run", "another", STAMP.run)]
        assert len(journal.changes) == 5
        return outcome

    outcome, _ = play(scene, replace(FILL, rule=UpdateRule(), on_duplicate="update", stamp=STAMP))
    assert hints(outcome) == ['changed: name "Anna" -> "Ann"']


def test_a_stamp_of_the_run_that_created_the_contact_stays() -> None:
    """Killed after the create: the next run finds it complete, and writes nothing."""

    async def scene(desk: Desk) -> Outcome:
        ann = older(desk, ANN, {CUSTOM: {**STAMPED, "import_run": "the run before"}})
        return await settled(desk, ANN, doubt=Doubt(ann["created_at"]))

    outcome, opened = play(scene, replace(UPDATE, stamp=STAMP))
    assert outcome.status is Status.CREATED
    assert opened.sandbox.requests["PATCH"] == 0


# -- fields that are emptied -------------------------------------------------------------------------------------------

BOB = Contact(name="Bob", email="bob@x.org", identifier="B-7", inbox_id="407", clears=(TIER,))
CLEARING = replace(ANN, clears=(TIER,))


def two_to_clear(desk: Desk) -> list[dict[str, Any]]:
    found = [older(desk, replace(each, clears=()), {CUSTOM: {"tier": "gold"}}) for each in (ANN, BOB)]
    desk.sandbox.requests.clear()
    return found


@pytest.mark.parametrize("clears", ["on", "ignored", "refused"])
def test_a_field_is_emptied_only_where_the_server_shows_it(clears: str) -> None:
    """The first is read back; where the value stays, the second is not even sent, and neither says that it is gone."""
    found: list[Outcome] = []

    async def scene(desk: Desk) -> Outcome:
        ann, bob = two_to_clear(desk)
        journal = Journal(desk)
        session = noted(desk, journal)
        for number, row in enumerate((CLEARING, BOB), start=2):
            found.append(await to_the_end(Due(number, row, b"f"), session, desk.policy))
        held = [contact[CUSTOM].get("tier") for contact in (ann, bob)]
        assert held == ([None, None] if clears == "on" else ["gold", "gold"])
        return found[0]

    _, opened = play(scene, UPDATE, settings=SandboxSettings(faults=Faults(clears=clears)))
    if clears == "on":
        assert [outcome.status for outcome in found] == [Status.UPDATED] * 2
        assert str(found[0].hint[0]) == f'changed: {TIER} "gold" -> ""'
        assert opened.sandbox.requests["PATCH"] == 2
        return
    assert [outcome.status for outcome in found] == [Status.FAILED] * 2
    assert [outcome.unwritten for outcome in found] == [(TIER,)] * 2
    assert [outcome.error_code for outcome in found] == [{"ignored": "not_cleared", "refused": "rejected"}[clears]] * 2
    assert clears == "refused" or opened.sandbox.requests["PATCH"] == 1
    assert all("is as it was" in str(outcome.hint[0]) for outcome in found)


def test_what_else_the_first_update_changed_is_told_where_a_value_stays() -> None:
    """Its name is another now, and only the tier is as it was."""

    async def scene(desk: Desk) -> Outcome:
        older(desk, replace(ANN, name="Anna"), {CUSTOM: {"tier": "gold"}})
        return await settled(desk, CLEARING)

    outcome, _ = play(scene, UPDATE, settings=SandboxSettings(faults=Faults(clears="ignored")))
    assert (outcome.status, outcome.unwritten) == (Status.FAILED, (TIER,))
    assert str(outcome.hint[0]) == 'changed: name "Anna" -> "Ann"'


def test_a_search_that_is_late_is_asked_twice() -> None:
    """It still shows the value once: two seconds later it does not."""

    async def scene(desk: Desk) -> Outcome:
        older(desk, ANN, {CUSTOM: {"tier": "gold"}})
        search, shown = desk.sandbox.account.search, [None, "gold", None, None]

        def late(query: str, page: str | None) -> Any:
            answer = search(query, page)
            if desk.sandbox.requests["PATCH"] and shown:
                late_value = shown.pop(1) if len(shown) > 1 else None
                for contact in answer.body["payload"]:  # type: ignore[index, call-overload, union-attr]
                    contact[CUSTOM] = {"tier": late_value} if late_value else {}  # type: ignore[index, call-overload]
            return answer

        desk.sandbox.account.search = late  # type: ignore[method-assign]
        return await settled(desk, CLEARING)

    outcome, opened = play(scene, UPDATE)
    assert outcome.status is Status.UPDATED
    assert opened.stop.slept == [2.0]


def test_what_cannot_be_read_back_is_unknown() -> None:
    """The server said yes, and nobody could look."""

    async def scene(desk: Desk) -> Outcome:
        older(desk, ANN, {CUSTOM: {"tier": "gold"}})
        search = desk.sandbox.account.search

        def silent(query: str, page: str | None) -> Any:
            done = desk.sandbox.requests["PATCH"]
            return Response(200, {"meta": {}, "payload": []}) if done else search(query, page)

        desk.sandbox.account.search = silent  # type: ignore[method-assign]
        return await settled(desk, CLEARING)

    outcome, _ = play(scene, UPDATE)
    assert (outcome.status, outcome.error_code, outcome.unwritten) == (Status.UNKNOWN, "not_cleared", ())


def test_one_row_at_a_time_finds_out_and_the_others_read_again() -> None:
    """They wait, and what they read before is old by then."""
    found: list[Outcome] = []

    async def scene(desk: Desk) -> Outcome:
        _, bob = two_to_clear(desk)
        session = noted(desk, Journal(desk))
        update = desk.sandbox.account.update

        def meanwhile(contact_id: str, body: Mapping[str, Json]) -> Response:
            if desk.sandbox.requests["PATCH"] == 1:
                update(str(bob["id"]), {"name": "Robert"})
            return update(contact_id, body)

        desk.sandbox.account.update = meanwhile  # type: ignore[method-assign]
        rows = [Due(2, CLEARING, b"a"), Due(3, BOB, b"b")]
        found.extend(await asyncio.gather(*(to_the_end(row, session, desk.policy) for row in rows)))
        return found[0]

    _, opened = play(scene, UPDATE)
    assert [outcome.status for outcome in found] == [Status.UPDATED] * 2
    assert opened.sandbox.contacts[1]["name"] == "Bob"
    assert 'name "Robert" -> "Bob"' in str(found[1].hint[0])


def test_a_contact_without_a_value_needs_no_proof() -> None:
    """There is nothing to empty: in sync, and nothing is sent."""

    async def scene(desk: Desk) -> Outcome:
        older(desk, ANN)
        return await settled(desk, CLEARING)

    outcome, opened = play(scene, UPDATE)
    assert (outcome.status, outcome.in_sync) == (Status.EXISTS, True)
    assert opened.sandbox.requests["PATCH"] == 0


def test_a_new_contact_has_nothing_to_empty() -> None:
    """A create brings no nulls."""
    outcome, opened = play(lambda desk: settled(desk, CLEARING), UPDATE)
    assert outcome.status is Status.CREATED
    assert opened.sandbox.requests == {"POST": 1}


def test_what_others_wrote_stays_where_a_member_is_emptied() -> None:
    """On a server that replaces the whole object: what stands there goes along."""

    async def scene(desk: Desk) -> Outcome:
        ann = older(desk, ANN, {ADDITIONAL: {"city": "Bonn", "note": "vip"}})
        session = noted(desk, Journal(desk))
        outcome = await to_the_end(Due(2, replace(ANN, clears=(CITY,)), b"f"), session, desk.policy)
        assert {name: value for name, value in ann[ADDITIONAL].items() if value} == {"note": "vip"}
        assert session.findings.has(MERGES) is None
        return outcome

    outcome, _ = play(scene, UPDATE, settings=SandboxSettings(faults=Faults(additional="replaced")))
    assert outcome.status is Status.UPDATED
