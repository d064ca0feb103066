"""``FILE --plan RUN``: exactly what the plan says, and nothing where the account is no longer as it says."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from importer.history.forget import Selection, forget
from importer.history.plans import UNDECIDING
from importer.ledger.ledger import Ledger
from importer.ledger.plans import Planned as PlannedRow
from importer.ledger.records import Change, Doubt, Due
from importer.models import Json, Outcome, Status
from importer.sandbox.documented import Response
from importer.sandbox.faults import Fault
from importer.sender.by_plan import ByPlan
from importer.sender.policy import Stamp
from tests.support.desk import ANN as PERSON
from tests.support.desk import Desk, play, script
from tests.support.service import Service, folders, results, written

DAY_S = 86_400.0
UPDATE = ("--inbox", 407, "--quiet", "--on-duplicate", "update")

FILE = (
    "Name,Email,Phone,Customer ID,Company,Tier,Town\n"
    "Ann,ann@x.org,+4915112345671,C1,New Ltd,gold,Ulm\n"  # has another name and company, no phone number, no tier
    "Bob,bob@x.org,+4915112345672,C2,,,\n"  # is there as he is
    "New,new@x.org,+4915112345673,C3,,gold,\n"
    "Eve,eve@x.org,,C4,,,\n"  # her email is another's
    "Tim,tim@,,,,,\n"
)
MAP = (
    *("--map", "Tier=custom_attributes.tier"),
    *("--map", "Company=additional_attributes.company_name", "--map", "Town=additional_attributes.city"),
)
THERE: list[dict[str, Json]] = [
    {"name": "Anne", "email": "ann@x.org", "identifier": "C1", "inbox_id": 407},
    {"name": "Bob", "email": "bob@x.org", "phone_number": "+4915112345672", "identifier": "C2", "inbox_id": 407},
    {"name": "Somebody", "email": "eve@x.org", "identifier": "S", "inbox_id": 407},
]
ANN, BOB, OTHER = 100_001, 100_002, 100_003
ADDITIONAL: dict[str, Json] = {"company_name": "Old Ltd", "city": "Ulm"}


class Planned:
    """An account with a plan for it, made a moment ago."""

    def __init__(self, service: Service, *options: object) -> None:
        written(FILE)
        self.service = service
        self.account = service.sandbox.account
        self.account.fill(THERE, DAY_S)
        self.account.change(ANN, {"additional_attributes": ADDITIONAL})
        self.options = (*UPDATE, *MAP, *options)
        done = service.invoke("plan", "contacts.csv", *self.options)
        assert done.exit_code == 1, done.output
        self.name = folders()[-1].name
        service.sandbox.requests.clear()

    def done(self, *options: object) -> dict[str, tuple[str, str]]:
        """The import by the plan: status and error code of each row."""
        result = self.service.invoke("contacts.csv", *self.options, "--plan", self.name, *options)
        assert result.exit_code == 1, result.output
        return {row["name"] or row["row"]: (row["status"], row["error_code"]) for row in results()}

    def stored(self, contact_id: int) -> dict[str, Any]:
        found = self.account.stored(contact_id)
        assert found is not None
        return found

    @property
    def writes(self) -> dict[str, int]:
        requests = self.service.sandbox.requests
        return {method: count for method, count in requests.items() if method != "GET"}


AS_PLANNED = {
    "Ann": ("updated", ""),
    "Bob": ("exists", ""),
    "New": ("created", ""),
    "Eve": ("failed", "taken"),
    "Tim": ("invalid", "bad_email"),
}


@pytest.mark.slow
def test_an_import_does_exactly_what_the_plan_says() -> None:
    """One update of the planned fields, one create; the rest ends as planned, and nothing is sent for it."""
    with Service() as service:
        planned = Planned(service)
        assert planned.done() == AS_PLANNED
        assert planned.writes["PATCH"] == 2  # the second: what the create may not bring
        assert planned.writes["POST"] in (1, 2)  # the first may ask whether it brings attributes
        ann = planned.stored(ANN)
        assert (ann["name"], ann["phone_number"]) == ("Ann", "+4915112345671")
        assert ann["custom_attributes"] == {"tier": "gold"}
        assert ann["additional_attributes"] == {"company_name": "New Ltd", "city": "Ulm"}
        with Ledger(Path("import-results/ledger.sqlite3")) as ledger:
            ((key, changes),) = ledger.changes(ledger.runs()[0][0])
        assert key == (0, 2)
        assert {*changes} == {
            Change(str(ANN), "name", "Anne", "Ann"),
            Change(str(ANN), "phone_number", None, "+4915112345671"),
            Change(str(ANN), "additional_attributes.company_name", "Old Ltd", "New Ltd"),
            Change(str(ANN), "custom_attributes.tier", None, "gold"),
        }


@pytest.mark.slow
def test_the_same_command_again_sends_nothing() -> None:
    """What was created and updated is unchanged, what was held stays held."""
    with Service() as service:
        planned = Planned(service)
        planned.done()
        service.sandbox.requests.clear()
        again = planned.done()
        assert (again["Ann"], again["New"]) == (("unchanged", ""), ("unchanged", ""))
        assert planned.writes == {}


Meanwhile = Callable[[Planned], object]

MEANWHILE: dict[str, tuple[Meanwhile, dict[str, tuple[str, str]]]] = {
    # What somebody else does between the plan and the import, and the rows that end otherwise than planned.
    "a planned field": (lambda it: it.account.change(ANN, {"name": "Anna"}), {"Ann": ("failed", "conflict")}),
    "a field that was empty": (
        lambda it: it.account.change(ANN, {"phone_number": "+4915199999999"}),
        {"Ann": ("failed", "conflict")},
    ),
    "a planned attribute": (
        lambda it: it.account.change(ANN, {"additional_attributes": {**ADDITIONAL, "company_name": "Third"}}),
        {"Ann": ("failed", "conflict")},
    ),
    "a field that is not planned": (
        lambda it: it.account.change(ANN, {"additional_attributes": {**ADDITIONAL, "city": "Bonn"}}),
        {},
    ),
    "removed": (lambda it: it.account.remove(ANN), {"Ann": ("failed", "conflict")}),
    "merged away": (lambda it: it.account.merge(ANN, OTHER), {"Ann": ("failed", "conflict")}),
    "known by another email": (
        lambda it: it.account.change(ANN, {"email": "else@x.org"}),
        {"Ann": ("failed", "conflict")},
    ),
    "somebody new": (
        lambda it: it.account.fill([{"name": "N", "email": "new@x.org", "inbox_id": 407}]),
        {"New": ("failed", "conflict")},
    ),
    "somebody with the phone number": (
        lambda it: it.account.fill([{"name": "N", "phone_number": "+4915112345673", "inbox_id": 407}]),
        {"New": ("failed", "conflict")},
    ),
    "whoever stays the same": (lambda it: it.account.change(BOB, {"name": "Robert"}), {}),
    "whoever was in the way": (lambda it: it.account.remove(OTHER), {}),
}


@pytest.mark.slow
@pytest.mark.parametrize("what", MEANWHILE)
def test_what_has_changed_since_the_plan_is_left_alone(what: str) -> None:
    """The row fails and says why; nobody is created beside somebody, and nothing that others wrote is overwritten."""
    act, otherwise = MEANWHILE[what]
    with Service() as service:
        planned = Planned(service)
        act(planned)
        before = {contact["id"]: dict(contact) for contact in service.sandbox.contacts}
        found = planned.done()
        assert found == AS_PLANNED | otherwise
        ann = planned.account.stored(ANN)
        if found["Ann"][0] == "failed":
            assert ann == before.get(ANN)
        elif what == "a field that is not planned":
            assert ann is not None
            assert ann["additional_attributes"] == {"company_name": "New Ltd", "city": "Bonn"}
        assert planned.account.stored(BOB) == before[BOB]
        if found["New"][0] == "failed":
            assert "POST" not in planned.writes
            assert len(service.sandbox.contacts) == len(before)
        for row in results():
            if row["error_code"] == "conflict":
                assert row["hint"].endswith("make a new plan, and import with it")


@pytest.mark.slow
def test_a_conflict_names_what_has_changed() -> None:
    """The field, what it held, and what it holds."""
    with Service() as service:
        planned = Planned(service)
        planned.account.change(ANN, {"name": "Anna"})
        planned.done()
    (row,) = [row for row in results() if row["name"] == "Ann"]
    assert row["error"] == f'contact {ANN} has changed since the plan: name "Anne" -> "Anna"'


@pytest.mark.slow
def test_what_somebody_did_already_is_done() -> None:
    """Whoever holds all that the plan would write exists, and needs no update."""
    with Service() as service:
        planned = Planned(service)
        planned.account.change(
            ANN,
            {
                "name": "Ann",
                "phone_number": "+4915112345671",
                "additional_attributes": {**ADDITIONAL, "company_name": "New Ltd"},
                "custom_attributes": {"tier": "gold"},
            },
        )
        assert planned.done()["Ann"] == ("exists", "")
        assert planned.writes == {"POST": 1, "PATCH": 1}
        service.sandbox.requests.clear()
        assert planned.done()["Ann"] == ("unchanged", "")


@pytest.mark.slow
def test_who_comes_between_the_look_and_the_create_is_a_conflict() -> None:
    """The server refuses the value, and a search finds who holds it."""
    with Service() as service:
        planned = Planned(service)
        create = service.sandbox.account.create
        rival: dict[str, Json] = {"name": "R", "email": "new@x.org", "inbox_id": 407}

        def sooner(body: Any) -> Any:
            service.sandbox.account.fill([rival])
            return create(body)

        service.sandbox.account.create = sooner  # type: ignore[method-assign]
        assert planned.done()["New"] == ("failed", "conflict")


@pytest.mark.slow
@pytest.mark.parametrize("fault", [Fault.DROP_AFTER, Fault.ERROR_AFTER])
def test_a_lost_answer_of_a_planned_row_is_searched_for(fault: Fault) -> None:
    """What the row itself has stored is no conflict."""
    with Service() as service:
        planned = Planned(service)
        faults: dict[str, list[Fault | None]] = {"POST": [fault], "PATCH": [fault]}
        service.sandbox.dice.fault = (  # type: ignore[method-assign]
            lambda method: faults[method].pop() if faults.get(method) else None
        )
        found = planned.done("--settle", 0)
        assert (found["New"], found["Ann"]) == (("created", ""), ("updated", ""))
        assert len(service.sandbox.contacts) == 4


@pytest.mark.slow
@pytest.mark.parametrize("is_stored", [True, False], ids=["stored", "not stored"])
def test_a_lost_update_of_a_planned_row_is_read_back(*, is_stored: bool) -> None:
    """What it has changed is no conflict with the plan; what it has not is sent once more."""
    with Service() as service:
        planned, sent = Planned(service), list[Any]()
        update = service.sandbox.account.update

        def losing(contact_id: str, body: Any) -> Response:
            if contact_id != str(ANN):
                return update(contact_id, body)
            sent.append(body)
            answer = update(contact_id, body) if is_stored or len(sent) > 1 else None
            return answer if answer and len(sent) > 1 else Response(502, None)

        service.sandbox.account.update = losing  # type: ignore[method-assign]
        assert planned.done("--settle", 0)["Ann"] == ("updated", "")
        assert (len(sent), planned.stored(ANN)["name"]) == (1 if is_stored else 2, "Ann")


@pytest.mark.slow
def test_what_somebody_writes_while_a_planned_update_is_in_doubt_is_a_conflict() -> None:
    """The plan says what the contact held, and it does not any more."""
    with Service() as service:
        planned = Planned(service)
        update, lost = service.sandbox.account.update, iter([True])

        def overtaken(contact_id: str, body: Any) -> Response:
            if contact_id == str(ANN) and next(lost, False):
                service.sandbox.account.change(ANN, {"name": "Agent"})
                return Response(502, None)
            return update(contact_id, body)

        service.sandbox.account.update = overtaken  # type: ignore[method-assign]
        assert planned.done("--settle", 0)["Ann"] == ("failed", "conflict")
        assert planned.stored(ANN)["name"] == "Agent"


# -- which plan, of what ----------------------------------------------------------------------------------------------


def refused(service: Service, *arguments: object) -> str:
    """The words of a command that is refused before it sends anything."""
    service.sandbox.requests.clear()
    done = service.invoke(*arguments)
    assert done.exit_code == 2, done.output
    assert service.sandbox.requests == {}
    return " ".join(done.stderr.split())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "told"),
    [
        ((*UPDATE[:3], "--on-duplicate", "fill", *MAP), "--on-duplicate is fill here and update in the plan"),
        ((*UPDATE, *MAP, "--match-by", "email"), "--match-by is email here and not given in the plan"),
        ((*UPDATE, *MAP, "--keep", "name"), "--keep is name here and not given in the plan"),
        ((*UPDATE, *MAP, "--limit", 2), "--limit is 2 here and not given in the plan"),
        (("--inbox", 408, *UPDATE[2:], *MAP), "--inbox is 408 here and 407 in the plan"),
        ((*UPDATE, *MAP[:2]), "--map is Tier=custom_attributes.tier here"),
    ],
    ids=["policy", "match-by", "keep", "limit", "inbox", "columns"],
)
def test_another_import_than_the_planned_one_is_refused(options: tuple[object, ...], told: str) -> None:
    """It names what differs."""
    with Service() as service:
        planned = Planned(service)
        assert told in refused(service, "contacts.csv", *options, "--plan", planned.name)


@pytest.mark.slow
def test_another_file_is_refused() -> None:
    """One byte is enough; its name does not matter."""
    with Service() as service:
        planned = Planned(service)
        written(FILE, "copy.csv")
        assert service.invoke("copy.csv", *planned.options, "--plan", planned.name).exit_code == 1
        written(f"{FILE} ")
        told = refused(service, "contacts.csv", *planned.options, "--plan", planned.name)
        assert "the file has other bytes, or other corrections, than contacts.csv had" in told


@pytest.mark.slow
def test_pace_and_output_decide_nothing() -> None:
    """The plan is the same plan, however fast it is done and whatever is written about it."""
    more = ("--rate", 500, "--concurrency", 2, "--timeout", 9, "--results", "copy.csv", "--lang", "zh", "--verbose")
    with Service() as service:
        assert Planned(service).done(*more) == AS_PLANNED
    assert {"rate", "concurrency", "timeout", "results", "lang"} <= UNDECIDING


@pytest.mark.slow
def test_the_newest_import_is_no_plan() -> None:
    """``latest`` is an import; a name that nobody knows is told."""
    with Service() as service:
        planned = Planned(service)
        service.invoke("contacts.csv", *planned.options)
        latest = folders()[-1].name
        assert f"--plan {latest}: that is no plan" in refused(
            service, "contacts.csv", *planned.options, "--plan", "latest"
        )
        assert 'no run "nothing"' in refused(service, "contacts.csv", *planned.options, "--plan", "nothing")


@pytest.mark.slow
def test_a_plan_that_was_cut_off_is_refused() -> None:
    """It has not looked at every row."""
    with Service() as service:
        planned = Planned(service)
        service.sandbox.dice.fault = lambda _method: Fault.ERROR_BEFORE  # type: ignore[assignment, method-assign]
        written(FILE.replace("Ann,", "Annie,"))
        assert service.invoke("plan", "contacts.csv", *planned.options, "--max-attempts", 1).exit_code == 4
        told = refused(service, "contacts.csv", *planned.options, "--plan", folders()[-1].name)
        assert "the plan was cut off before its end" in told


@pytest.mark.slow
def test_a_forgotten_plan_is_refused() -> None:
    """Its people are erased, and so is its file."""
    with Service() as service:
        planned = Planned(service)
        forget(Path("import-results"), Selection((planned.name,)))
        assert "the plan is forgotten" in refused(service, "contacts.csv", *planned.options, "--plan", planned.name)
        assert not (folders()[-1] / "plan.csv").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--dry-run",), "--plan: a rehearsal has a ledger of its own, without plans"),
        (("--sandbox",), "--plan: a rehearsal has a ledger of its own, without plans"),
        (("--workers", 2), "--plan: a plan is done by this process alone"),
    ],
    ids=["dry run", "sandbox", "workers"],
)
def test_a_plan_is_done_by_an_import_of_this_process(options: tuple[object, ...], told: str) -> None:
    """Not by a rehearsal, nor by a cluster."""
    with Service() as service:
        planned = Planned(service)
        assert told in refused(service, "contacts.csv", *planned.options, "--plan", planned.name, *options)


# -- one row -----------------------------------------------------------------------------------------------------------


def test_a_row_that_is_another_than_the_planned_one_is_left_alone() -> None:
    """Whatever made it another: the plan says nothing of it, nor of a row that it does not have."""

    async def scene(desk: Desk) -> Outcome:
        says = [PlannedRow(Outcome(Status.CREATE), "{}", ()), None]
        for planned in says:
            by_plan = ByPlan(lambda _key, planned=planned: planned, desk.session, desk.policy)  # type: ignore[misc]
            result = await by_plan.settle(Due(2, PERSON))
            assert isinstance(result, Outcome)
            assert (result.status, result.error_code) == (Status.FAILED, "conflict")
        return Outcome(Status.FAILED)

    _, desk = play(scene)
    assert desk.sandbox.requests == {}


def test_a_planned_row_that_comes_back_from_aside_is_stamped_and_still_the_planned_one() -> None:
    """Its create is in doubt, so it stands aside once; then it is taken up by the same plan."""
    create = PlannedRow(Outcome(Status.CREATE), PERSON.json, ())
    stamp = Stamp("run", "people.csv", "2026-11-29T00:00:00Z", ())

    async def scene(desk: Desk) -> Outcome:
        by_plan = ByPlan(lambda _key: create, desk.session, replace(desk.policy, stamp=stamp))
        result = await by_plan.settle(Due(2, stamp.on(Due(2, PERSON)).contact))
        assert isinstance(result, Outcome)
        return result

    outcome, _ = play(scene)
    assert (outcome.status, outcome.error) == (Status.CREATED, ())


@pytest.mark.parametrize("is_doubted", [True, False])
def test_a_row_that_an_earlier_run_left_in_doubt_stays_so_where_the_plan_cannot_send_it(*, is_doubted: bool) -> None:
    """Its contact may be stored: without a key the next import must not send it again."""
    held = PlannedRow(Outcome(Status.CONFLICT, None, "interrupted"), PERSON.json, ())

    async def scene(desk: Desk) -> Outcome:
        row = Due(2, PERSON, doubt=Doubt(1.0) if is_doubted else None)
        result = await ByPlan(lambda _key: held, desk.session, desk.policy).settle(row)
        assert isinstance(result, Outcome)
        return result

    outcome, desk = play(scene)
    assert (outcome.status, outcome.is_doubted) == (Status.FAILED, is_doubted)
    assert desk.sandbox.requests == {}


def test_a_row_whose_look_is_not_answered_fails() -> None:
    """Nothing is sent on a guess; where the run stops, the row is not sent."""
    change = Change("7", "name", "Old", "Ann")
    update = PlannedRow(Outcome(Status.UPDATE, "7"), PERSON.json, (change,))
    create = PlannedRow(Outcome(Status.CREATE), PERSON.json, ())

    async def scene(desk: Desk, planned: PlannedRow) -> Outcome:
        script(desk.sandbox, [Fault.ERROR_BEFORE] * 5, ["GET"])
        result = await ByPlan(lambda _key: planned, desk.session, desk.policy).settle(Due(2, PERSON))
        assert isinstance(result, Outcome)
        return result

    for planned in (update, create):
        outcome, desk = play(partial(scene, planned=planned))
        assert (outcome.status, outcome.error_code) == (Status.FAILED, "server_error")
        assert set(desk.sandbox.requests) == {"GET"}
