"""Updates of earlier runs whose answers were never learned: they may be stored over what this run writes."""

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from importer.cluster.protocol import terms_of
from importer.config.settings import Config
from importer.ledger.group_commit import RunLedger
from importer.ledger.known_contacts import fingerprint
from importer.ledger.ledger import Ledger
from importer.ledger.records import Change, InDoubt, LedgerRow, Window
from importer.ledger.run import Run
from importer.livedesk.contact import Contact
from importer.livedesk.responses import Found
from importer.message import Message
from importer.models import DUE, Outcome, Status
from importer.sandbox.account import Account
from importer.sender.claims import Claims, claims_of
from importer.sender.earlier_requests import EarlierRequests, Unsure, Unsures, unsure_of
from importer.sender.lost_updates import done
from importer.sender.session import Known
from tests.support.ledgers import RUN
from tests.support.raw_answers import honest, new_account
from tests.support.raw_server import Handler, Pause, RawServer, Request, Step
from tests.support.sending import due
from tests.support.service import invoke, kill, results, start, written

CHANGE = Change("7", "name", "Anna", "Mid")
OTHER = Change("8", "email", None, "bob@x.org")
ANN = Contact(name="Mid", email="ann@x.org")
T0 = datetime.fromisoformat("2026-01-17T08:00:00+00:00").timestamp()
UPDATE = ("--inbox", 407, "--quiet", "--on-duplicate", "update")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with closing(Ledger(tmp_path / "ledger.sqlite3")) as ledger:
        yield ledger


def begun(
    ledger: Ledger, after_s: float, contact: Contact = ANN, base_url: str = RUN.base_url
) -> tuple[int, LedgerRow]:
    """A run with one row, which began so many seconds after the first."""
    row = LedgerRow(2, (), contact, DUE, fingerprint(base_url, contact.known_by))
    run: Run = replace(
        RUN,
        id=f"run-{len(ledger.runs())}",
        base_url=base_url,
        started_at=datetime.fromtimestamp(T0 + after_s, tz=datetime.fromisoformat(RUN.started_at).tzinfo).isoformat(),
    )
    with ledger.transaction():
        seq = ledger.begin(run)
        ledger.add(seq, [row])
    return seq, row


def killed(ledger: Ledger, after_s: float, changes: tuple[Change, ...] = (CHANGE,), **options: Any) -> int:
    """A run that noted these changes, and never learned the answer to its update."""
    seq, row = begun(ledger, after_s, **options)
    ledger.record(seq, [due(row)], [])
    ledger.note(seq, [((0, 2), changes)])
    ledger.close_rows(seq, Outcome(Status.NOT_SENT))
    return seq


def unsure(ledger: Ledger, seq: int, after_s: float) -> Unsures:
    """What earlier runs may still change, so many seconds after the first began; ``--settle`` is 30."""
    return unsure_of(ledger, seq, 30.0, T0 + after_s)


def test_a_killed_runs_update_may_be_stored_until_settle_after_the_next_start(ledger: Ledger) -> None:
    """Nobody knows when it was killed, but by then it was."""
    killed(ledger, 0.0)
    seq, _ = begun(ledger, 500.0)
    assert unsure(ledger, seq, 500.0) == {"7": (Unsure((CHANGE,), 30.0),)}
    assert unsure(ledger, seq, 512.0) == {"7": (Unsure((CHANGE,), 18.0),)}
    assert unsure(ledger, seq, 530.0) == {}


def test_it_counts_from_the_first_run_behind_it(ledger: Ledger) -> None:
    """A run in between saw it ended: what is left of the time is waited for."""
    killed(ledger, 0.0)
    begun(ledger, 100.0, Contact(name="Cy", email="cy@x.org"))
    seq, _ = begun(ledger, 120.0, Contact(name="Di", email="di@x.org"))
    assert unsure(ledger, seq, 120.0) == {"7": (Unsure((CHANGE,), 10.0),)}


@pytest.mark.parametrize(
    "outcome", [Outcome(Status.UPDATED, "7", in_sync=True), Outcome(Status.FAILED, error_code="rejected")]
)
def test_a_row_that_a_later_run_has_settled_is_in_no_doubt(ledger: Ledger, outcome: Outcome) -> None:
    """Its contact has been read since."""
    killed(ledger, 0.0)
    seq, row = begun(ledger, 10.0)
    ledger.record(seq, [due(row)], [(due(row), outcome)])
    ledger.close_rows(seq, DUE)
    seq, _ = begun(ledger, 20.0)
    assert unsure(ledger, seq, 20.0) == {}


def test_an_unknown_row_is_in_doubt_as_a_killed_one_is(ledger: Ledger) -> None:
    """The run ended in order, and its update may be stored later all the same; another server's is none of ours."""
    seq, row = begun(ledger, 0.0)
    ledger.record(seq, [due(row)], [])
    ledger.note(seq, [((0, 2), (CHANGE,))])
    unknown = Outcome(Status.UNKNOWN, "7", "timeout", (Message("no answer"),))
    ledger.record(seq, [], [(due(row), unknown)])
    ledger.close_rows(seq, DUE)
    killed(ledger, 1.0, (OTHER,), contact=Contact(name="Bob", email="bob@x.org"), base_url="https://other.example")
    seq, _ = begun(ledger, 5.0)
    assert unsure(ledger, seq, 5.0) == {"7": (Unsure((CHANGE,), 26.0),)}, "the run at second 1 began after its end"


RICH = replace(ANN, attributes={"additional_attributes.city": "Bonn"})
CITY = "additional_attributes.city"


def creating(ledger: Ledger, contact: Contact, outcome: Outcome | None = None) -> LedgerRow:
    """A run that was killed while it created a contact, or that has learned this outcome of the row."""
    seq, row = begun(ledger, 0.0, contact)
    ledger.record(seq, [due(row)], [(due(row), outcome)] if outcome else [])
    ledger.close_rows(seq, Outcome(Status.NOT_SENT))
    return row


@pytest.mark.parametrize(
    ("outcome", "told_by"),
    [
        (None, "email:ann@x.org"),
        (Outcome(Status.UNKNOWN, None, "timeout"), "email:ann@x.org"),
        (Outcome(Status.FAILED, "7", "attributes_failed"), "7"),
    ],
    ids=["killed", "interrupted twice", "known by its id"],
)
def test_the_attributes_of_a_contact_that_was_being_created_are_waited_for(
    ledger: Ledger, outcome: Outcome | None, told_by: str
) -> None:
    """They go in a second request, which may be stored later; where no answer told the id, the keys tell whose."""
    row = creating(ledger, RICH, outcome)
    seq, _ = begun(ledger, 10.0, replace(ANN, name="New"))
    found = unsure(ledger, seq, 12.0)
    ((change,), wait_s, of), *_ = found[told_by]
    assert ({*found}, change[1:], wait_s, of) == ({told_by}, (CITY, None, "Bonn"), 28.0, row.fingerprint)
    assert unsure(ledger, seq, 40.0) == {}


def test_whoever_is_created_without_attributes_is_waited_for_only_if_they_may_be_forgotten(ledger: Ledger) -> None:
    """Of a row in doubt that was forgotten only the keys and the inbox are left."""
    creating(ledger, ANN)
    seq, _ = begun(ledger, 10.0, replace(ANN, name="New"))
    assert unsure(ledger, seq, 12.0) == {}
    ledger.people.erase(1, ledger.run(1))
    assert [*unsure(ledger, seq, 12.0)] == ["email:ann@x.org"]


def test_a_run_that_has_told_its_end_is_waited_for_from_then(ledger: Ledger) -> None:
    """And not from the start of the next one, which may be a day later."""
    row = creating(ledger, RICH, Outcome(Status.UNKNOWN, None, "timeout"))
    ledger.rewrite(1, replace(ledger.run(1), finished_at=datetime.fromtimestamp(T0 + 5.0, tz=UTC).isoformat()))
    seq, _ = begun(ledger, 10.0, replace(ANN, name="New"))
    assert unsure(ledger, seq, 12.0)["email:ann@x.org"][0].wait_s == 23.0
    assert row.fingerprint is not None
    seq, _ = begun(ledger, 86_400.0, replace(ANN, name="Newer"))
    assert unsure(ledger, seq, 86_400.0) == {}


def test_an_undo_and_the_same_row_wait_for_no_create(ledger: Ledger) -> None:
    """An undo finds out what it may take back; the same row brings the same attributes."""
    row = creating(ledger, RICH)
    seq, again = begun(ledger, 10.0, RICH)
    found = Found("7", Contact(name="Mid", email="Ann@x.org"))
    earlier = EarlierRequests(unsure(ledger, seq, 12.0), lambda: 0.0)
    assert again.fingerprint == row.fingerprint
    assert earlier.wait_s([found], due(again)) == 0.0
    assert earlier.wait_s([found], due(replace(again, fingerprint=b"edited"))) == 28.0
    assert earlier.wait_s([replace(found, additional={"city": "Bonn"})], due(replace(again, fingerprint=b"e"))) == 0.0
    other_form = Found("7", Contact(email="<ann@x.org>"))
    assert earlier.wait_s([other_form], due(replace(again, fingerprint=b"edited"))) == 28.0, "the row's own key tells"
    with ledger.transaction():
        undo = ledger.begin(replace(ledger.run(seq), id="undo", mode="undo", of_run="run-0"))
    assert unsure(ledger, undo, 12.0) == {}


def claims(ledger: Ledger, seq: int) -> Claims:
    run = ledger.run(seq)
    return claims_of(cast(RunLedger, SimpleNamespace(ledger=ledger, seq=seq, run=run)))


def test_a_row_in_doubt_keeps_the_contact_that_it_was_to_change(ledger: Ledger) -> None:
    """Its update may be stored: another row of the file that finds the contact first must not overwrite it."""
    killed(ledger, 0.0)
    seq, _ = begun(ledger, 10.0)
    assert [*ledger.claimed_in_doubt(seq)] == [((0, 2), "7")]
    assert claims(ledger, seq).take("7", (0, 3)) == (0, 2)
    assert claims(ledger, seq).take("7", (0, 2)) is None


@pytest.mark.parametrize("options", [{"contact": replace(ANN, name="Edited")}, {"base_url": "https://other.example"}])
def test_a_row_that_is_not_the_one_in_doubt_keeps_nothing(ledger: Ledger, options: dict[str, Any]) -> None:
    """An edited row is another one, and another server's contact is another contact."""
    killed(ledger, 0.0)
    seq, _ = begun(ledger, 10.0, **options)
    assert claims(ledger, seq).take("7", (0, 3)) is None


def test_a_row_that_a_later_run_has_settled_keeps_nothing_for_its_doubt(ledger: Ledger) -> None:
    """What was in doubt is known."""
    killed(ledger, 0.0)
    seq, row = begun(ledger, 10.0)
    ledger.record(seq, [due(row)], [(due(row), Outcome(Status.FAILED, error_code="rejected"))])
    ledger.close_rows(seq, DUE)
    seq, _ = begun(ledger, 20.0)
    assert claims(ledger, seq).take("7", (0, 3)) is None


def test_a_contact_that_shows_what_was_written_is_not_waited_for() -> None:
    """The update is stored; of one that is not, the time runs by the session's own clock."""
    now = 100.0
    earlier = EarlierRequests({"7": (Unsure((CHANGE,), 20.0),)}, lambda: now)
    assert earlier.wait_s([Found("7", Contact(name="Mid"))]) == 0.0
    assert earlier.wait_s([Found("8", Contact(name="Anna"))]) == 0.0
    assert earlier.wait_s([Found("7", Contact(name="Anna"))]) == 20.0
    now = 115.0
    assert earlier.wait_s([Found("7", Contact(name="Anna"))]) == 5.0
    now = 130.0
    assert earlier.wait_s([Found("7", Contact(name="Anna"))]) == 0.0


def test_done_is_what_the_contact_shows_however_the_server_writes_it() -> None:
    """Email without case, an empty text for none."""
    changes = Change("7", "email", None, "ann@x.org"), Change("7", "name", "Anna", None), CHANGE
    assert done(changes, Found("7", Contact(email="Ann@X.org"))) == changes[:2]


def test_the_workers_of_a_cluster_are_told() -> None:
    """They know no ledger; whoever logs the terms logs nobody's data."""
    told = {"7": (Unsure((CHANGE,), 20.0),)}
    in_doubt = {("email", "ann@x.org"): (InDoubt(b"f", ANN, Window(1.0, 2.0)),)}
    terms = terms_of(Config(), RUN.base_url, Known(unsure=told, in_doubt=in_doubt))
    assert (terms.unsure, terms.in_doubt) == (told, in_doubt)
    assert "Anna" not in repr(terms)
    assert "ann@" not in repr(terms)


def first_update_late(account: Account) -> tuple[Handler, threading.Event]:
    """A server that answers honestly, but for the first update: that is stored a second after the first search which
    follows once the event is cleared; the event is set when the update has come."""
    ask, sent, held = honest(account), threading.Event(), list[Request]()

    def handler(request: Request) -> Iterator[Step]:
        if request.method == "PATCH" and not held:
            held.append(request)
            sent.set()
            yield Pause(60.0)
            return
        if request.method == "GET" and request.query.get("q") and held and not sent.is_set():
            sent.set()
            threading.Timer(1.0, ask, (held[0],)).start()
        yield from ask(request)

    return handler, sent


@pytest.mark.slow
@pytest.mark.parametrize(
    ("workers", "settle_s"),
    [((), 4), (("--workers", 2), 15)],
    ids=["one process", "workers that take a while to start"],
)
def test_a_killed_runs_update_is_not_stored_over_that_of_the_next_run(
    workers: tuple[object, ...], settle_s: int
) -> None:
    """It lands seconds later, behind a proxy; the file was edited meanwhile. The new value is there in the end."""
    account = new_account()
    account.fill([{"name": "Old", "email": "ann@x.org", "inbox_id": 407}], 86_400.0)
    handler, sent = first_update_late(account)
    with RawServer(handler) as server:
        process = start(written("Name,Email\nMid,ann@x.org\n"), *UPDATE, *workers, **server.environment)
        assert sent.wait(60)
        kill(process)
        sent.clear()
        done_now = invoke(
            written("Name,Email\nNew,ann@x.org\n"), *UPDATE, "--settle", settle_s, *workers, **server.environment
        )
        assert done_now.exit_code == 0, done_now.stderr
        assert [request.body for request in server.of("PATCH")] == [{"name": "Mid"}, {"name": "New"}]
    assert [row["status"] for row in results()] == ["updated"]
    assert account.contacts[0]["name"] == "New"
    assert 'name "Mid" -> "New"' in results()[0]["hint"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("forgets", "repeats"), [(False, False), (True, False), (False, True)], ids=["known", "forgotten", "settled since"]
)
def test_the_late_attributes_of_a_created_contact_are_not_stored_over_newer_ones(forgets: bool, repeats: bool) -> None:
    """The run was killed in the second request of a create; a second file brings another city at once, be it after the
    same command again, which need not wait."""
    account = new_account()
    handler, sent = first_update_late(account)
    with RawServer(handler) as server:
        process = start(written("Name,Email,City\nAnn,ann@x.org,Bonn\n"), *UPDATE, **server.environment)
        assert sent.wait(60)
        kill(process)
        if forgets:
            assert invoke("forget", "--all", "--yes").exit_code == 0
        sent.clear()
        second = written("Name,Email,City\nAnn,ann@x.org,Paris\n", "second.csv")
        if repeats:
            assert invoke("contacts.csv", *UPDATE, "--settle", 4, **server.environment).exit_code == 0
        done_now = invoke(second, *UPDATE, "--settle", 4, **server.environment)
        assert done_now.exit_code == 0, done_now.stderr
    assert [contact["additional_attributes"]["city"] for contact in account.contacts] == ["Paris"]
