"""Rows of a run right after another one: a search may not show yet whom that created."""

import asyncio
import io
import json
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from importer.cluster import protocol
from importer.cluster.worker import WorkerSession
from importer.config.settings import Config
from importer.ledger.ledger import Ledger
from importer.ledger.plans import Planned
from importer.ledger.records import Due, InDoubt, Window
from importer.livedesk.contact import Contact
from importer.message import sentence
from importer.models import Json, Mode, Outcome, Status
from importer.sandbox.server import Faults, SandboxSettings
from importer.sender.by_plan import ByPlan
from importer.sender.doubts import Aside, unsettled
from importer.sender.earlier_requests import Unsure
from importer.sender.planning import plan_of
from importer.sender.policy import Policy
from importer.sender.session import Known, late_for, say_doubts
from importer.terminal.console import Console
from tests.support.desk import ANN, Desk, play
from tests.support.runs import RUN
from tests.support.service import Service, folders, results, written

LAG_S, SETTLE_S = 2.0, 30.0
LAGGING = SandboxSettings(faults=Faults(search_lag_ms=1000 * LAG_S, phones="shared"))
UPDATE = Policy("update", inbox_id="407")
ONLY = replace(UPDATE, only_existing=True)
PHONE = replace(ANN, email=None, identifier=None)
RENAMED = replace(PHONE, name="Ann Lee")


def after(desk: Desk, known_id: str | None = "hers") -> str | None:
    """Ann is there since a moment ago."""
    there = desk.store(PHONE)
    return there if known_id == "hers" else known_id


@pytest.mark.parametrize("known_id", ["hers", ""])
@pytest.mark.parametrize("policy", [UPDATE, ONLY])
def test_who_is_not_found_right_after_a_run_is_searched_for_once_more(policy: Policy, known_id: str) -> None:
    """Phones may be shared: a create would store her twice."""
    outcome, opened = play(
        lambda desk: desk.settle(RENAMED, known_id=after(desk, known_id)), policy, settings=LAGGING, late_s=SETTLE_S
    )
    assert outcome.status is Status.UPDATED
    assert [one["name"] for one in opened.sandbox.contacts] == ["Ann Lee"]
    assert opened.stop.slept == [SETTLE_S]


@pytest.mark.parametrize(("policy", "status"), [(UPDATE, Status.CREATED), (ONLY, Status.NOT_FOUND)])
def test_who_is_gone_is_known_only_after_that_look(policy: Policy, status: Status) -> None:
    """Nobody waits where the last write was long ago, and a row that is not searched for first never does."""
    scenes: tuple[tuple[float, str | None, Contact, list[float]], ...] = (
        (SETTLE_S, "7", PHONE, [SETTLE_S]),
        (0.0, "7", PHONE, []),
        (SETTLE_S, None, PHONE, [SETTLE_S]),
        (SETTLE_S, None, ANN, []),
    )
    for late_s, known_id, row, slept in scenes:
        if row is PHONE or policy is UPDATE:
            outcome, opened = play(
                lambda desk, row=row, known=known_id: desk.settle(row, known_id=known),  # type: ignore[misc]
                policy,
                settings=LAGGING,
                late_s=late_s,
            )
            assert (outcome.status, opened.stop.slept) == (status, slept)


def test_another_holder_is_not_taken_for_the_person_whom_a_search_does_not_show_yet() -> None:
    """An older contact has the same phone number: only the ledger's own is changed."""

    async def scene(desk: Desk) -> Outcome:
        desk.store(PHONE)
        desk.stop.slept.append(LAG_S)
        return await desk.settle(RENAMED, known_id=after(desk))

    outcome, opened = play(scene, UPDATE, settings=LAGGING, late_s=SETTLE_S)
    assert outcome.status is Status.UPDATED
    assert [one["name"] for one in opened.sandbox.contacts] == ["Ann", "Ann Lee"]


def test_a_row_that_stands_aside_unsent_is_not_sent_when_the_run_stops() -> None:
    """It is in no doubt; nor does a row without a key wait for a search that nobody can make."""
    outcome = unsettled(Due(2, ANN, known_id="7"))
    assert (outcome.status, outcome.error_code) == (Status.NOT_SENT, "interrupted")
    outcome, opened = play(lambda desk: desk.settle(replace(PHONE, phone_number=None)), ONLY, late_s=SETTLE_S)
    assert (outcome.status, opened.stop.slept) == (Status.NOT_FOUND, [])


# -- a refusal that no search explains ---------------------------------------------------------------------------------

REFUSED = replace(ANN, email="ann@")  # which the server does not like
UNKNOWN, FAILED = (Status.UNKNOWN, "rejected"), (Status.FAILED, "rejected")
UNIQUE = SandboxSettings(faults=Faults(search_lag_ms=1000 * LAG_S))


def test_a_refusal_right_after_a_run_is_judged_once_searches_show_who_is_there() -> None:
    """The ledger need not know the person: an earlier row may have had another key."""
    outcome, opened = play(
        lambda desk: desk.settle(RENAMED, known_id=after(desk, None)), UPDATE, settings=UNIQUE, late_s=SETTLE_S
    )
    assert (outcome.status, len(opened.sandbox.contacts)) == (Status.UPDATED, 1)
    assert opened.stop.slept == [SETTLE_S]


@pytest.mark.parametrize(("known_id", "told"), [("7", UNKNOWN), (None, FAILED)])
@pytest.mark.parametrize("late_s", [0.0, SETTLE_S])
def test_what_no_search_explains_is_unknown_where_the_ledger_knows_the_person(
    known_id: str | None, told: tuple[Status, str], late_s: float
) -> None:
    """The next run looks again; nothing says that the row is wrong. Whom nobody knows has a wrong row."""
    outcome, opened = play(lambda desk: desk.settle(REFUSED, known_id=known_id), UPDATE, late_s=late_s)
    assert (outcome.status, outcome.error_code) == told
    assert ("correct the row" in sentence(outcome.hint)) is (known_id is None)
    assert opened.stop.slept == [SETTLE_S] * (late_s > 0)


# -- plans -------------------------------------------------------------------------------------------------------------


def test_a_plan_says_nothing_of_whom_a_search_may_not_show_yet() -> None:
    """Unless it would not search first."""

    async def scene(desk: Desk) -> Outcome:
        there, session = after(desk), desk.session
        new = await plan_of(Due(3, RENAMED), session, UPDATE)
        assert new is not None
        assert new.outcome.status is Status.CREATE
        for known_id in (there, ""):
            assert await plan_of(Due(2, RENAMED, known_id=known_id), session, UPDATE) is None
        await desk.stop.sleep(SETTLE_S)
        plan = await plan_of(Due(2, RENAMED, known_id=there), session, UPDATE)
        assert plan is not None
        return plan.outcome

    outcome, _ = play(scene, UPDATE, settings=LAGGING, late_s=SETTLE_S)
    assert outcome.status is Status.UPDATE


@pytest.mark.parametrize("planned", [Status.UPDATE, Status.CREATE])
def test_a_planned_row_waits_until_a_search_shows_who_is_there(planned: Status) -> None:
    """A conflict is told only after that look, and nobody is created before it."""

    async def scene(desk: Desk) -> Outcome:
        there, session = after(desk), desk.session
        plan = Planned(Outcome(planned, there if planned is Status.UPDATE else None), RENAMED.json, ())
        by_plan = ByPlan(lambda _key: plan, session, UPDATE)
        result = await by_plan.settle(Due(2, RENAMED, b"f", known_id=there))
        assert isinstance(result, Aside)
        await desk.stop.sleep(result.wait_s)
        result = await by_plan.settle(result.row)
        assert isinstance(result, Outcome)
        return result

    outcome, opened = play(scene, UPDATE, settings=LAGGING, late_s=SETTLE_S)
    assert len(opened.sandbox.contacts) == 1
    expected = (Status.EXISTS, "") if planned is Status.UPDATE else (Status.FAILED, "conflict")
    assert (outcome.status, outcome.error_code) == expected


# -- the ledger --------------------------------------------------------------------------------------------------------

HERE, ELSEWHERE = "https://one.example", "https://two.example"


def finished(ledger: Ledger, written_at: float, server: str = HERE, mode: Mode = "import", **options: Json) -> None:
    """A run that wrote at that time for the last time."""
    with ledger.transaction():
        seq = ledger.begin(replace(RUN, id=f"run {written_at} {server}", base_url=server, mode=mode, options=options))
    ledger.record(seq, [Due(2, ANN)], [], [])
    with sqlite3.connect(ledger.path) as db:
        db.execute("UPDATE runs SET written_at = ? WHERE seq = ?", (written_at, seq))
    db.close()


def test_the_ledger_knows_until_when_searches_may_be_late(tmp_path: Path) -> None:
    """``--settle`` of each run that wrote there, from its last write on; a clock that was ahead makes nobody wait for
    longer, and what only reads writes nothing."""
    with Ledger(tmp_path / "ledger.sqlite3") as ledger:
        finished(ledger, 900.0, settle=200.0)
        assert ledger.servers.late_until(1, 1000.0) == 0.0
        finished(ledger, 990.0)
        finished(ledger, 995.0, ELSEWHERE, settle=900.0)
        finished(ledger, 996.0, mode="plan")
        finished(ledger, 5000.0)
        finished(ledger, 6000.0, mode="undo", settle=300.0)
        finished(ledger, 7000.0)
        assert ledger.servers.late_until(5, 1000.0) == 1100.0  # the others came later
        assert ledger.servers.late_until(7, 1000.0) == 1300.0


@pytest.mark.slow
def test_a_worker_waits_as_long_as_this_process_would(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted from its own start, for its clock is another one; and then no more."""
    monkeypatch.setenv("LIVEDESK_API_KEY", "key")
    monkeypatch.setenv("LIVEDESK_API_SECRET", "secret")
    in_doubt = {("email", "ann@x.org"): (InDoubt(b"f", Contact(email="ann@x.org"), Window(1.0, 2.0)),)}
    unsure = {"7": (Unsure((), 10.0),)}
    terms = protocol.terms_of(Config(), HERE, Known(late_s=12.5, unsure=unsure, in_doubt=in_doubt))

    async def begun() -> float:
        worker = WorkerSession(terms)
        session = await worker.open()
        late_s = session.late_s()
        assert 0.0 < session.earlier.left_s <= 10.0
        assert session.in_doubt == in_doubt
        await worker.close()
        return late_s

    assert 0.0 < asyncio.run(begun()) <= 12.5
    now = [100.0]
    late_s = late_for(terms.late_s, lambda: now[0])
    now[0] += 10
    assert late_s() == 2.5
    now[0] += 10
    assert late_s() == 0.0


FILE = "Name,Phone,Company\nAnn,+4915112345671,{}\n"


@pytest.mark.slow
@pytest.mark.parametrize("phones", ["shared", "unique"])
def test_the_same_file_a_moment_later_stores_nobody_twice(phones: str) -> None:
    """The row was edited, and the index lags."""
    with Service(search_lag_ms=400, phones=phones) as service:
        for company, status in (("Old", "created"), ("New", "updated")):
            written(FILE.format(company))
            service.invoke("contacts.csv", "--inbox", 407, "--on-duplicate", "update", "--settle", 1)
            assert [row["status"] for row in results()] == [status]
        assert [one["additional_attributes"] for one in service.sandbox.contacts] == [{"company_name": "New"}]


@pytest.mark.slow
def test_a_plan_a_moment_later_finds_whom_the_import_created() -> None:
    """It looks once more, and then tells what would change."""
    with Service(search_lag_ms=400, phones="shared") as service:
        for company, command in (("Old", ()), ("New", ("plan",))):
            written(FILE.format(company))
            service.invoke(*command, "contacts.csv", "--inbox", 407, "--on-duplicate", "update", "--settle", 1)
        assert json.loads((folders()[-1] / "summary.json").read_text())["counts"] == {"update": 1}


def test_the_user_hears_why_the_run_waits() -> None:
    """Rows that wait for what an earlier run did are in no doubt."""
    for rows, unseen, told in ((0, 2, "2 rows cannot be told yet"), (1, 0, "1 row is in doubt")):
        err = io.StringIO()
        say_doubts(Console(io.StringIO(), err), rows, unseen, 29.6)
        assert err.getvalue().startswith(told)
