"""An import, a plan or an undo right after an undo that was cut off, or lost answers: its requests may come late."""

import math
import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from importer.ledger.group_commit import GroupCommit
from importer.ledger.ledger import Ledger
from importer.ledger.plans import Planned
from importer.ledger.records import Change, Due, LedgerRow, Window
from importer.ledger.run import Run
from importer.livedesk.contact import Contact, lookup
from importer.message import Message
from importer.models import DUE, Outcome, Status
from importer.sandbox.account import Account
from importer.sandbox.faults import Fault
from importer.sender.by_plan import ByPlan
from importer.sender.doubts import Aside
from importer.sender.earlier_requests import EarlierRequests, Unsure, unsure_of
from importer.sender.planning import plan_of
from importer.sender.policy import Policy
from importer.sender.removal import RemovalTerms, Remover
from importer.sender.restoring import Restorer
from tests.support.desk import ANN, Desk, play, script, to_the_end
from tests.support.ledgers import RUN
from tests.support.raw_answers import honest, new_account, status
from tests.support.raw_server import Handler, Pause, RawServer, Request, Step
from tests.support.sending import due
from tests.support.service import Service, contacts, folders, invoke, kill, results, start, written

T0 = datetime.fromisoformat("2026-01-17T08:00:00+00:00").timestamp()
SETTLE = ("--inbox", 407, "--settle", 8, "--concurrency", 1, "--quiet")
UPDATE = ("--on-duplicate", "update")
AGAIN = ("--results", "again.csv")


# -- what the ledger knows


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with closing(Ledger(tmp_path / "ledger.sqlite3")) as ledger:
        yield ledger


def moment(after_s: float) -> str:
    return datetime.fromtimestamp(T0 + after_s, tz=datetime.fromisoformat(RUN.started_at).tzinfo).isoformat()


def begun(ledger: Ledger, *rows: LedgerRow, **run: Any) -> int:
    record: Run = replace(RUN, id=f"run-{len(ledger.runs())}", **run)
    with ledger.transaction():
        seq = ledger.begin(record)
        ledger.add(seq, rows)
    return seq


def removed(contact_id: str, number: int = 2) -> LedgerRow:
    return LedgerRow(number, (), Contact(name="Ann", email=f"a{number}@x.org"), DUE._replace(contact_id=contact_id))


def undone(ledger: Ledger, outcome: Outcome | None, of_run: str = "contacts", **run: Any) -> int:
    """An undo that ended 100 s after T0 with one row, whose request had left; it was killed if there is no outcome."""
    row = removed("7")
    told = {"started_at": moment(90), "finished_at": moment(100), **run}
    seq = begun(ledger, row, mode="undo", of_run=of_run, **told)
    ledger.record_undo(seq, [due(row)], [])
    if outcome is not None:
        ledger.record_undo(seq, [], [(due(row), outcome)])
    ledger.close_rows(seq, Outcome(Status.NOT_SENT))
    return seq


FAILED = Outcome(Status.FAILED, "7", "timeout", (Message("no answer"),))


@pytest.mark.parametrize(
    ("outcome", "is_unsure"),
    [
        (None, True),
        (FAILED, True),
        (Outcome(Status.NOT_SENT, "7"), True),
        (Outcome(Status.UNDONE, "7", is_doubted=True), True),
        (Outcome(Status.KEPT, "7", "changed_since", is_doubted=True), True),
        (Outcome(Status.UNDONE, "7"), False),
        (Outcome(Status.KEPT, "7", "not_removable"), False),
    ],
    ids=["killed", "lost", "stopped", "lost, then undone", "lost, then kept", "undone", "kept"],
)
def test_the_ledger_knows_which_requests_of_an_undo_may_come_late(
    ledger: Ledger, outcome: Outcome | None, is_unsure: bool
) -> None:
    """Those without an answer that is certain, until --settle has passed since the undo ended."""
    undone(ledger, outcome)
    seq = begun(ledger, started_at=moment(110))
    assert unsure_of(ledger, seq, 30.0, T0 + 110) == ({"7": (Unsure((), 20.0),)} if is_unsure else {})
    assert unsure_of(ledger, seq, 30.0, T0 + 130) == {}


def test_a_row_that_an_undo_never_sent_is_not_waited_for(ledger: Ledger) -> None:
    """It was kept, or not reached."""
    row = removed("8", 3)
    seq = begun(ledger, row, mode="undo", of_run="contacts", started_at=moment(90), finished_at=moment(100))
    ledger.close_rows(seq, Outcome(Status.NOT_SENT))
    seq = begun(ledger, started_at=moment(110))
    assert unsure_of(ledger, seq, 30.0, T0 + 110) == {}


@pytest.mark.parametrize(
    ("run", "is_unsure"),
    [
        ({"mode": "undo", "of_run": "contacts"}, False),
        ({"mode": "undo", "of_run": "another"}, True),
        ({"mode": "plan"}, True),
        ({"base_url": "https://other.example"}, False),
    ],
    ids=["the same undo again", "the undo of another run", "a plan", "another server"],
)
def test_an_undo_waits_for_that_of_another_run(ledger: Ledger, run: dict[str, Any], is_unsure: bool) -> None:
    """The same one sends the same values, and removes the same contacts."""
    undone(ledger, None)
    seq = begun(ledger, started_at=moment(110), **run)
    assert bool(unsure_of(ledger, seq, 30.0, T0 + 110)) is is_unsure


def test_of_several_undos_the_latest_counts(ledger: Ledger) -> None:
    """Each by its own end."""
    undone(ledger, FAILED)
    undone(ledger, FAILED, of_run="another", finished_at=moment(105))
    seq = begun(ledger, started_at=moment(110))
    unsure = unsure_of(ledger, seq, 30.0, T0 + 110)
    assert sorted(unsure["7"]) == [Unsure((), 20.0), Unsure((), 25.0)]
    earlier = EarlierRequests(unsure, lambda: 0.0)
    assert earlier.left_s == 25.0


KEPT = Outcome(Status.KEPT, "7", "not_removable")


@pytest.mark.parametrize(
    ("outcome", "is_known"),
    [
        (None, True),
        (FAILED, True),
        (Outcome(Status.NOT_SENT, "7"), True),
        (KEPT, True),
        (Outcome(Status.UNDONE, "7"), False),
        (Outcome(Status.KEPT, "7", "gone"), False),
    ],
    ids=["killed", "lost", "stopped", "kept", "undone", "gone"],
)
def test_whom_an_undo_has_not_taken_back_for_certain_stays_known(
    ledger: Ledger, outcome: Outcome | None, is_known: bool
) -> None:
    """The import wrote them; but it is not taken for granted that they are there."""
    created = replace(removed("7"), fingerprint=b"f")
    seq = begun(ledger, created)
    ledger.record(seq, [due(created)], [(due(created), Outcome(Status.CREATED, "7"))])
    ledger.close_rows(seq, DUE)
    undone(ledger, outcome)
    assert {key: told.status for key, told in ledger.earlier([b"f"]).items()} == ({b"f": "kept"} if is_known else {})
    people = ledger.known_people(RUN.base_url, "auto")
    known = people([lookup("email", "a2@x.org")]) if people else {}
    assert [(one.contact_id, one.is_ours) for (one,) in known.values()] == ([("7", True)] if is_known else [])


@pytest.mark.parametrize(
    ("steps", "is_known"),
    [("first second undo", True), ("first second undo undo", False), ("first undo second undo", False)],
    ids=["the second import", "both", "each at once"],
)
def test_whom_an_undo_gives_back_is_known_as_an_earlier_import_wrote_it(
    ledger: Ledger, steps: str, is_known: bool
) -> None:
    """Its row is looked for, as that of anybody whom an undo has kept, and an edited one finds its person. Who was
    there before the undone import is nobody's, and so is whom the import before it no longer has."""
    ann, other = replace(removed("7"), fingerprint=b"7"), replace(removed("9", 3), fingerprint=b"9")
    edited = replace(ann, fingerprint=b"edited", contact=Contact(name="Ann", email="edited@x.org"))
    rows, imports = {"first": [ann], "second": [edited, other]}, list[tuple[str, list[LedgerRow]]]()
    for step in steps.split():
        if step == "undo":
            of_run, imported = imports.pop()
            back = [replace(row, known_id=row.outcome.contact_id, fingerprint=None) for row in imported]
            seq = begun(ledger, *back, mode="undo", of_run=of_run)
            settled = [(due(row), Outcome(Status.UNDONE, row.outcome.contact_id)) for row in back]
            ledger.record_undo(seq, [due(row) for row in back], settled)
        else:
            seq = begun(ledger, *rows[step])
            imports.append((ledger.run(seq).id, rows[step]))
            ledger.record(seq, [], [(due(row), Outcome(Status.UPDATED, row.outcome.contact_id)) for row in rows[step]])
        ledger.close_rows(seq, Outcome(Status.NOT_SENT))
    known = ledger.earlier([b"7", b"9", b"edited"])
    assert {key: told.status for key, told in known.items()} == ({b"7": "kept"} if is_known else {})
    people = ledger.known_people(RUN.base_url, "auto")
    found = people([lookup("email", "a2@x.org")]) if people else {}
    assert [(one.contact_id, one.is_ours) for (one,) in found.values()] == ([("7", True)] if is_known else [])


@pytest.mark.parametrize(
    ("in_sync", "status"), [(True, Status.UPDATED), (False, Status.DIFFERENT)], ids=["the same", "with other data"]
)
def test_who_is_found_after_an_undo_is_still_one_whom_an_import_wrote(
    ledger: Ledger, in_sync: bool, status: Status
) -> None:
    """And no longer searched for."""
    row = replace(removed("7"), fingerprint=b"f")
    for outcome in (Outcome(Status.CREATED, "7"), Outcome(Status.EXISTS, "7", in_sync=in_sync)):
        seq = begun(ledger, row)
        ledger.record(seq, [due(row)], [(due(row), outcome)])
        ledger.close_rows(seq, DUE)
        undone(ledger, KEPT) if outcome.status is Status.CREATED else None
    assert ledger.earlier([b"f"])[b"f"].status is status


# -- what becomes of a row


@pytest.mark.parametrize("policy", [Policy(how, inbox_id="407") for how in ("skip", "fail", "update", "fill")])
@pytest.mark.parametrize("sent", [ANN, replace(ANN, name="Another", identifier="B-1")], ids=["the same", "another"])
def test_whom_an_undo_removes_late_is_created_anew(policy: Policy, sent: Contact) -> None:
    """What a search shows before decides nothing: neither who the person is, nor that a value is taken."""

    async def scene(desk: Desk) -> Outcome:
        contact_id = desk.store(ANN)
        sleep = desk.stop.sleep

        async def removed_meanwhile(seconds: float) -> None:
            if desk.sandbox.account.stored(contact_id):
                desk.sandbox.account.remove(contact_id)
            await sleep(seconds)

        desk.stop.sleep = removed_meanwhile  # type: ignore[method-assign]
        earlier = EarlierRequests({contact_id: (Unsure((), 20.0),)}, desk.stop.clock)
        return await to_the_end(Due(2, sent, b"f"), replace(desk.session, earlier=earlier), desk.policy)

    outcome, desk = play(scene, policy)
    assert (outcome.status, outcome.error) == (Status.CREATED, ())
    assert desk.stop.slept == [20.0]
    assert [contact["name"] for contact in desk.sandbox.contacts] == [sent.name]


def test_a_plan_waits_too() -> None:
    """It would say that nothing is to be done."""

    async def scene(desk: Desk) -> Outcome:
        contact_id = desk.store(ANN)
        earlier = EarlierRequests({contact_id: (Unsure((), 20.0),)}, desk.stop.clock)
        session = replace(desk.session, earlier=earlier)
        assert await plan_of(Due(2, ANN, b"f"), session, desk.policy) is None
        await desk.stop.sleep(earlier.left_s)
        plan = await plan_of(Due(2, ANN, b"f"), session, desk.policy)
        assert plan is not None
        return plan.outcome

    outcome, _ = play(scene)
    assert outcome.status is Status.SAME


def test_an_import_by_a_plan_waits_too() -> None:
    """A plan from before says that the contact has all of it already."""

    async def scene(desk: Desk) -> Outcome:
        contact_id = desk.store(ANN)
        plan = Planned(Outcome(Status.UPDATE, contact_id), ANN.json, (Change(contact_id, "name", "Old", "Ann"),))
        earlier = EarlierRequests({contact_id: (Unsure((), 20.0),)}, desk.stop.clock)
        by_plan = ByPlan(lambda _key: plan, replace(desk.session, earlier=earlier), desk.policy)
        result = await by_plan.settle(Due(2, ANN, b"f"))
        assert isinstance(result, Aside)
        desk.sandbox.account.update(contact_id, {"name": "Old"})
        await desk.stop.sleep(result.wait_s)
        result = await by_plan.settle(result.row)
        assert isinstance(result, Outcome)
        return result

    outcome, desk = play(scene, Policy("update", inbox_id="407"))
    assert (outcome.status, desk.sandbox.contacts[0]["name"]) == (Status.UPDATED, "Ann")


@pytest.mark.slow
def test_an_undo_waits_too() -> None:
    """The late request of another undo would be stored over what this one restores."""

    async def scene(desk: Desk) -> Outcome:
        contact_id = desk.store(ANN)
        earlier = EarlierRequests({contact_id: (Unsure((), 20.0),)}, desk.stop.clock)
        session, commit = replace(desk.session, earlier=earlier), GroupCommit(lambda *_: None)
        remover = Remover(session, commit, RemovalTerms(Window(0.0, math.inf), True, 0.2, False))
        restorer = Restorer(session, commit, 0.2, lambda: 0.0, only_looks=False)
        row, changes = Due(2, ANN, contact_id=contact_id), [Change(contact_id, "name", "Old", "Ann")]
        assert await remover.settle(row, again=False) is None
        assert await restorer.settle(row, changes, again=False) is None
        outcome = await restorer.settle(row, changes, again=True)
        assert outcome is not None
        return outcome

    outcome, desk = play(scene)
    assert outcome.status is Status.UNDONE
    assert (desk.sandbox.contacts[0]["name"], desk.sandbox.requests["DELETE"]) == ("Old", 0)


# -- a whole run


def ledger_here() -> Ledger:
    return Ledger(Path("import-results/ledger.sqlite3"))


@pytest.mark.slow
@pytest.mark.parametrize(("method", "fault"), [("DELETE", Fault.DROP_BEFORE), ("PATCH", Fault.ERROR_BEFORE)])
def test_an_answer_that_an_undo_lost_is_in_the_ledger(
    method: str, fault: Fault, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Though the row is undone in the end: the first request may still be carried out."""
    monkeypatch.chdir(tmp_path)
    with Service(delete="on", usage="on") as service:
        ids = service.sandbox.account.fill([{"name": "Old", "email": "p0@example.com", "inbox_id": 407}], 9_000.0)
        service.invoke(contacts(2), "--inbox", 407, "--settle", 0.2, *UPDATE)
        script(service.sandbox, [fault], (method,))
        done = service.invoke("undo", "latest", "--yes", "--concurrency", 1)
        assert done.exit_code == 0, done.output
    with closing(ledger_here()) as ledger:
        (seq, _), *_ = ledger.runs()
        concerned = ledger.looking_back.unanswered(seq)
    assert len(concerned) == 1
    assert (concerned == [str(ids[0])]) is (method == "PATCH")


@pytest.mark.slow
def test_whom_an_undo_could_not_remove_is_still_in_the_inbox(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The import created it there."""
    monkeypatch.chdir(tmp_path)
    with Service(delete="forbidden", usage="on") as service:
        service.invoke(contacts(1), "--inbox", 407)
        assert service.invoke("undo", "latest", "--yes").exit_code == 1
        service.invoke(contacts(1, "again.csv"), "--inbox", 407, *UPDATE, "--settle", 0.2, "--results", "again2.csv")
    (row,) = results(Path(), "again2.csv")
    assert (row["status"], row["hint"]) == ("exists", "")


class Late:
    """A server that holds one request back, and carries it out right after a search has shown its contact."""

    def __init__(self, ask: Handler, is_it: Callable[[Request], bool]) -> None:
        self._ask = ask
        self._is_it = is_it
        self.held: Request | None = None
        self.came = threading.Event()
        self.is_late = False
        self.done_at = 0

    def __call__(self, request: Request) -> Iterable[Step]:
        if self.held is None and self._is_it(request):
            self.held = request
            return [self.came, Pause(60.0)]
        answer = [*self._ask(request)]
        if self.is_late and not self.done_at and request.method == "GET" and self._shows(answer):
            assert self.held is not None
            self._ask(self.held)
            self.done_at = request.number
        return answer

    def _shows(self, answer: list[Step]) -> bool:
        assert self.held is not None
        contact_id = self.held.path.rpartition("/")[2]
        return f'"id": {contact_id},'.encode() in b"".join(step for step in answer if isinstance(step, bytes))


def killed(process: "subprocess.Popen[str]", late: Late) -> None:
    assert late.came.wait(60), process.communicate()
    kill(process)
    late.is_late = True


PEOPLE = "Name,Email\nAnn,ann@x.org\nBob,bob@x.org\n"


@pytest.mark.slow
@pytest.mark.parametrize("more", ["", "Cem,cem@x.org\nDi,di@x.org\n"], ids=["the same file", "another file"])
def test_an_import_right_after_an_undo_that_was_killed_waits_for_its_removal(
    more: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Only the row of that contact stands aside; the others go on."""
    monkeypatch.chdir(tmp_path)
    account, removals = new_account(delete="on"), list[Request]()

    def is_second_removal(request: Request) -> bool:
        removals.extend([request] if request.method == "DELETE" else [])
        return len(removals) == 2

    late = Late(honest(account), is_second_removal)
    with RawServer(late) as server:
        assert invoke(written(PEOPLE), *SETTLE, **server.environment).exit_code == 0
        undo = ("undo", folders()[0].name, "--yes", "--remove-untold", "--concurrency", 1)
        killed(start(*undo, **server.environment), late)
        done = invoke(written(PEOPLE + more, "b.csv"), *SETTLE, *AGAIN, **server.environment)
        assert done.exit_code == 0, done.output
        creates = [request for request in server.of("POST") if request.number > late.done_at]
    assert late.done_at, "it came while the row stood aside"
    rows = results(Path(), "again.csv")
    assert {row["status"] for row in rows} == {"created"}
    assert {row["contact_id"] for row in rows} == {str(contact["id"]) for contact in account.contacts}
    assert len(account.contacts) == len(rows)
    assert "removed" not in "".join(row["error"] for row in rows)
    gone = account.contacts[-1]
    assert creates[-1].body["email"] == gone["email"], "the others went on"


OF_ANN = "Name,Email\nAnn,ann@x.org\n"


@contextmanager
def killed_while_it_restores() -> Iterator[tuple[RawServer, Account, Late]]:
    """Ann's contact was updated, and the undo of that is killed while its request is on the way."""
    account = new_account()
    account.fill([{"name": "Old", "email": "ann@x.org", "inbox_id": 407}], 86_400.0)
    late = Late(honest(account), lambda request: request.method == "PATCH" and request.body == {"name": "Old"})
    with RawServer(late) as server:
        assert invoke(written(OF_ANN), *SETTLE, *UPDATE, **server.environment).exit_code == 0
        killed(start("undo", folders()[0].name, "--yes", **server.environment), late)
        yield server, account, late


@pytest.mark.slow
def test_an_import_right_after_an_undo_that_was_killed_waits_for_what_it_restores(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Or the contact would be called up to date, and be as it was before a second later, for ever."""
    monkeypatch.chdir(tmp_path)
    with killed_while_it_restores() as (server, account, late):
        done = invoke(written(OF_ANN), *SETTLE, *UPDATE, *AGAIN, **server.environment)
        assert done.exit_code == 0, done.output
    assert late.done_at
    rows = results(Path(), "again.csv")
    assert [row["status"] for row in rows] == ["updated"]
    assert account.contacts[0]["name"] == "Ann"


@pytest.mark.slow
@pytest.mark.parametrize("rows", [1, 30], ids=["by searches", "by the account's list"])
def test_a_plan_right_after_an_undo_that_was_killed_waits_too(
    rows: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What the list of the account showed before is searched for anew."""
    monkeypatch.chdir(tmp_path)
    with killed_while_it_restores() as (server, _, late):
        others = "".join(f"Person {n},p{n}@x.org\n" for n in range(1, rows))
        file = written(OF_ANN + others, "b.csv")
        done = invoke("plan", file, *SETTLE, *UPDATE, **server.environment)
        assert done.exit_code == 0, done.output
    assert late.done_at
    (first, *_) = results(next(one for one in folders() if (one / "plan.csv").exists()), "plan.csv")
    assert (first["row"], first["action"], first["before"], first["after"]) == ("2", "update", "Old", "Ann")


CUSTOMER = "Name,Email,Phone,Customer ID\nAnn,ann@x.org,{},C-1\n"
SOON = ("--inbox", 407, "--settle", 0.5, "--quiet")
REFUSED = {"never": 404, "refused": 422}


@contextmanager
def not_taken_back(how: str) -> Iterator[RawServer]:
    """Ann was created, and the undo of that does not remove her: the server never does, or refuses it, or the undo is
    killed, and its request is lost."""
    account, came = new_account(delete="on"), threading.Event()

    def handle(request: Request) -> Iterable[Step]:
        if request.method != "DELETE":
            return honest(account)(request)
        return [status(REFUSED[how])] if how in REFUSED else [came, Pause(60.0)]

    with RawServer(handle) as server:
        assert invoke(written(CUSTOMER.format("+4915112345678")), *SOON, **server.environment).exit_code == 0
        process = start("undo", folders()[0].name, "--yes", "--remove-untold", **server.environment)
        if how == "killed":
            assert came.wait(60), process.communicate()
            process.kill()
        process.communicate()
        yield server


@pytest.mark.slow
@pytest.mark.parametrize("how", [*REFUSED, "killed"])
def test_whom_an_undo_did_not_take_back_is_known_when_the_row_is_edited(
    how: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Ann has another number: the contact that an earlier run created from a row with her identifier is hers, also
    where the same file was imported in between."""
    monkeypatch.chdir(tmp_path)
    with not_taken_back(how) as server:
        told = []
        for phone, more in [("+4915112345678", ()), ("+4915112345679", ()), ("+4915112345679", UPDATE)]:
            done = invoke(written(CUSTOMER.format(phone)), *SOON, *more, *AGAIN, **server.environment)
            assert done.exit_code == 0, done.output
            told += [(row["status"], row["contact_id"]) for row in results(Path(), "again.csv")]
    (contact_id,) = {contact_id for _, contact_id in told}
    assert contact_id
    assert [status for status, _ in told] == ["exists", "exists", "updated"]
