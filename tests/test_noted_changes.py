"""What the ledger keeps of changes: noted before they leave, dropped where they certainly did not happen."""

import asyncio
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from importer.cluster.driver import Driver
from importer.cluster.members import Member
from importer.cluster.protocol import Returned, WorkerTotals, terms_of
from importer.cluster.sessions import Share
from importer.config.settings import Config
from importer.errors import CredentialsRefused
from importer.ledger.group_commit import GroupCommit, RunLedger
from importer.ledger.known_contacts import UNCONFIRMED, fingerprint
from importer.ledger.ledger import Ledger
from importer.ledger.records import Change, Doubt, Due, LedgerRow, LostUpdate, RowKey, Window
from importer.livedesk.contact import Contact
from importer.message import Message
from importer.models import DUE, Outcome, Status
from importer.pipeline.updating import agree_to_clears
from importer.remarks import OTHER_INBOX
from importer.sender.doubts import Aside
from importer.sender.metrics import Metrics
from importer.sender.shutdown import Shutdown
from importer.signals import Interrupt
from importer.terminal.console import Console
from tests.support.ledgers import RUN
from tests.support.sending import due

CHANGES = Change("7", "name", "Anna", "Ann"), Change("7", "email", None, "ann@x.org")


def row(number: int, contact: Contact | None = None) -> LedgerRow:
    contact = contact or Contact(email=f"p{number}@x.org")
    return LedgerRow(number, (), contact, DUE, fingerprint(RUN.base_url, contact.known_by))


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path / "ledger.sqlite3") as ledger:
        yield ledger


def staged(ledger: Ledger, *rows: LedgerRow, **settings: Any) -> int:
    run = replace(RUN, id=f"run-{len(ledger.runs())}", **settings)
    with ledger.transaction():
        seq = ledger.begin(run)
        ledger.add(seq, rows)
    return seq


def noted(ledger: Ledger, seq: int) -> dict[RowKey, list[str]]:
    """The fields that a row is noted to change."""
    return {key: [change.field for change in changes] for key, changes in ledger.changes(seq)}


@pytest.mark.parametrize(
    ("outcome", "left"),
    [
        (Outcome(Status.UPDATED, "7"), ["email", "name"]),
        (Outcome(Status.UNKNOWN, "7", "timeout"), ["email", "name"]),
        (Outcome(Status.FAILED, error_code="rejected", unwritten=("name", "email")), None),
        (Outcome(Status.FAILED, error_code="not_cleared", unwritten=("email",)), ["name"]),
    ],
)
def test_what_certainly_did_not_happen_is_not_kept(ledger: Ledger, outcome: Outcome, left: list[str] | None) -> None:
    """It goes with the outcome, field by field, and another row's changes stay."""
    rows = row(2), row(3)
    seq = staged(ledger, *rows)
    ledger.note(seq, [((0, 2), CHANGES), ((0, 3), CHANGES)])
    ledger.record(seq, [*map(due, rows)], [(due(rows[0]), outcome)])
    assert noted(ledger, seq) == ({(0, 2): left} if left else {}) | {(0, 3): ["email", "name"]}


def test_a_row_that_a_search_named_stays_so_after_its_last_look(ledger: Ledger) -> None:
    """Found by a search, sent again before that: the last look says nothing of how it was found."""
    one = row(2)
    seq = staged(ledger, one)
    ledger.record(seq, [due(one)], [(due(one), Outcome(Status.SENT, "7", UNCONFIRMED, by_search=True))])
    (again,) = ledger.unconfirmed(seq)
    ledger.record(seq, [], [(again, Outcome(Status.CREATED, "7"))])
    (result,) = ledger.results(seq)
    assert (result.outcome.status, result.outcome.by_search) == (Status.CREATED, True)


def test_a_contact_that_was_updated_in_part_is_known_as_such(ledger: Ledger) -> None:
    """Left alone afterwards it is still the one that an import updated, in part or as a whole; once the server has
    all, it is updated."""
    one = row(2)
    known = []
    for outcome in (
        Outcome(Status.UPDATED, "7"),
        Outcome(Status.EXISTS, "7"),
        Outcome(Status.EXISTS, "8"),
        Outcome(Status.UPDATED, "8", in_sync=True),
        Outcome(Status.EXISTS, "8"),
    ):
        seq = staged(ledger, one)
        ledger.record(seq, [due(one)], [(due(one), outcome)])
        known.append(ledger.earlier([one.fingerprint or b""])[one.fingerprint or b""].status)
    assert known == [Status.DIFFERENT, Status.DIFFERENT, Status.EXISTS, Status.UPDATED, Status.DIFFERENT]


@pytest.mark.parametrize("is_killed", [True, False], ids=["killed", "unknown"])
def test_what_a_row_in_doubt_may_have_changed_is_not_known_by_another(ledger: Ledger, is_killed: bool) -> None:
    """Whose contact it was to change was there with that row's data, and may be so no more."""
    changing, other = row(2), row(3)
    seq = staged(ledger, changing, other)
    ledger.record(seq, [due(changing), due(other)], [(due(other), Outcome(Status.EXISTS, "7", in_sync=True))])
    assert ledger.earlier([other.fingerprint or b""])
    ledger.note(seq, [((0, 2), CHANGES)])
    if not is_killed:
        ledger.record(seq, [], [(due(changing), Outcome(Status.UNKNOWN, "7", "timeout"))])
    ledger.close_rows(seq, DUE)
    assert ledger.earlier([other.fingerprint or b""]) == {}
    assert ledger.earlier([changing.fingerprint or b""])[changing.fingerprint or b""].status is Status.SENT


def test_what_a_row_has_found_is_not_known_once_another_of_the_run_has_changed_it(ledger: Ledger) -> None:
    """The contact had that row's data until then."""
    changing, other = row(2), row(3)
    seq = staged(ledger, changing, other)
    ledger.record(seq, [due(changing), due(other)], [(due(other), Outcome(Status.EXISTS, "7", in_sync=True))])
    ledger.record(seq, [], [(due(changing), Outcome(Status.UPDATED, "7", in_sync=True))])
    assert ledger.earlier([each.fingerprint or b"" for each in (changing, other)]).keys() == {changing.fingerprint}


def test_a_row_that_is_sent_again_names_no_contact(ledger: Ledger) -> None:
    """If the run is killed then, the next one searches, and takes no contact of an older outcome for granted."""
    one = row(2)
    seq = staged(ledger, one)
    ledger.record(seq, [due(one)], [(due(one), Outcome(Status.EXISTS, "7"))])
    ledger.record(seq, [due(one)], [])
    ledger.close_rows(seq, DUE)
    known = ledger.earlier([one.fingerprint or b""])[one.fingerprint or b""]
    assert (known.status, known.contact_id) == (Status.SENT, None)


# -- the driver of a cluster -------------------------------------------------------------------------------------------


class Workers:
    """One worker, which gives back what ``answer`` says of each batch."""

    def __init__(self, answer: Callable[[Sequence[Due]], Returned]) -> None:
        terms = terms_of(Config(settle=0.0), RUN.base_url)
        self.at_work = [Share(Member("tcp://w"), terms)]
        self.settle_s, self.updates = 0.0, True
        self._answer = answer

    async def settle(self, _share: Share, rows: tuple[Due, ...]) -> Returned:
        await asyncio.sleep(0)
        return self._answer(rows)


def returned(settled: dict[RowKey, Outcome], *aside: Aside) -> Returned:
    return Returned(settled, frozenset(), WorkerTotals(), None, ended=False, aside=aside)


def driven(
    ledger: Ledger, seq: int, stop: Shutdown, answer: Callable[[Sequence[Due]], Returned], due_rows: int = 1
) -> None:
    """A run of the driver over the due rows."""

    async def run() -> None:
        group_commit = GroupCommit(partial(ledger.record, seq), note=partial(ledger.note, seq))
        run_ledger = RunLedger(ledger, seq, ledger.pending(seq), due_rows, group_commit)
        console = Console(io.StringIO(), io.StringIO())
        driver = Driver(run_ledger, cast(Any, Workers(answer)), stop, Metrics(), console)
        await driver.settle(None, console.progress(1))

    asyncio.run(run())


def test_a_worker_gets_a_row_again_once_its_changes_are_on_disk(ledger: Ledger) -> None:
    """At first the row comes back with them; when it goes out again the ledger has them."""
    seq = staged(ledger, row(2))
    given: list[tuple[tuple[Change, ...], dict[RowKey, list[str]]]] = []

    def answer(rows: Sequence[Due]) -> Returned:
        given.append((rows[0].intent, noted(ledger, seq)))
        if rows[0].intent:
            return returned({(0, 2): Outcome(Status.UPDATED, "7", in_sync=True)})
        return returned({}, Aside(rows[0]._replace(intent=CHANGES, known_id="7"), 0.0))

    driven(ledger, seq, Shutdown(), answer)
    assert given == [((), {}), (CHANGES, {(0, 2): ["email", "name"]})]
    (result,) = ledger.results(seq)
    assert (result.outcome.status, result.outcome.contact_id) == (Status.UPDATED, "7")
    assert noted(ledger, seq) == {(0, 2): ["email", "name"]}


def test_an_id_in_an_answer_to_a_row_that_was_in_doubt_takes_it_from_nobody(ledger: Ledger) -> None:
    """Bob is sent again after a search for him, and the answer names Ann's contact, hers since an earlier run: that is
    no proof, and he is searched for once more. Only what a search shows speaks against an earlier answer."""
    ann, bob = row(2, Contact(email="ann@x.org")), row(2, Contact(email="bob@x.org"))
    first = staged(ledger, ann)
    ledger.record(first, [due(ann)], [(due(ann), Outcome(Status.CREATED, "8"))])
    ledger.close_rows(first, Outcome(Status.NOT_SENT))
    seq = staged(ledger, replace(bob, window=Window(0.0, 1.0)))
    given: list[bool] = []

    def answer(rows: Sequence[Due]) -> Returned:
        given.append(rows[0].doubt is not None)
        by_search = len(given) > 1
        return returned({(0, 2): Outcome(Status.CREATED, "9" if by_search else "8", by_search=by_search)})

    driven(ledger, seq, Shutdown(), answer)
    assert given == [True, True]
    (result,) = ledger.results(seq)
    assert (result.outcome.status, result.outcome.contact_id) == (Status.CREATED, "9")
    known = ledger.earlier([ann.fingerprint or b""])[ann.fingerprint or b""]
    assert (known.status, known.contact_id) == (Status.CREATED, "8")


def test_a_row_whose_batch_never_left_again_changed_nothing(ledger: Ledger) -> None:
    """It was to go out once more, with its changes on disk, when the run stopped: it is not due again, but told."""
    seq, stop, given = staged(ledger, row(2)), Shutdown(), []

    def answer(rows: Sequence[Due]) -> Returned:
        given.append(rows[0].intent)
        if rows[0].intent:
            stop.request(CredentialsRefused(Message("401")))
            return returned({})
        return returned({}, Aside(rows[0]._replace(intent=CHANGES), 0.0))

    driven(ledger, seq, stop, answer)
    (result,) = ledger.results(seq)
    assert given == [(), CHANGES]
    assert (result.outcome.status, noted(ledger, seq)) == (Status.NOT_SENT, {})


@pytest.mark.parametrize(("inbox", "is_told"), [("407", False), ("408", True)])
def test_the_driver_knows_whom_an_earlier_run_created_in_the_inbox(ledger: Ledger, inbox: str, is_told: bool) -> None:
    """A worker knows no ledger: what it says of the inbox goes where the ledger knows better."""
    before = row(2, Contact(name="Ann", email="ann@x.org", inbox_id=inbox))
    seq = staged(ledger, before)
    ledger.record(seq, [due(before)], [(due(before), Outcome(Status.CREATED, "7"))])
    ledger.close_rows(seq, DUE)
    seq = staged(ledger, row(2, Contact(name="Anna", email="ann@x.org", inbox_id="407")))
    hint = Message("changed"), Message("not added to inbox {inbox}: only a create", inbox="407", kind=OTHER_INBOX)
    driven(ledger, seq, Shutdown(), lambda _rows: returned({(0, 2): Outcome(Status.UPDATED, "7", hint=hint)}))
    (result,) = ledger.results(seq)
    assert result.outcome.hint == hint[: 1 + is_told]


def test_a_row_that_waits_for_a_search_when_the_run_stops_is_not_sent(ledger: Ledger) -> None:
    """It never left, and nothing of it is in doubt."""
    seq, stop = staged(ledger, row(2)), Shutdown()

    def answer(rows: Sequence[Due]) -> Returned:
        stop.request(CredentialsRefused(Message("401")))
        return returned({}, Aside(rows[0]._replace(known_id=""), 30.0))

    driven(ledger, seq, stop, answer)
    (result,) = ledger.results(seq)
    assert (result.outcome.status, result.outcome.error_code) == (Status.NOT_SENT, CredentialsRefused.code)


@pytest.mark.parametrize("doubt", [None, Doubt(1.0)], ids=["in no doubt", "in doubt"])
def test_a_row_whose_update_never_left_when_the_run_stops(ledger: Ledger, doubt: Doubt | None) -> None:
    """Nothing was changed, and nothing says so; where the row itself is in doubt, what was noted stays."""
    seq, stop = staged(ledger, row(2)), Shutdown()

    def answer(rows: Sequence[Due]) -> Returned:
        stop.request(CredentialsRefused(Message("401")))
        return returned({}, Aside(rows[0]._replace(intent=CHANGES, doubt=doubt), 0.0))

    driven(ledger, seq, stop, answer)
    (result,) = ledger.results(seq)
    assert result.outcome.status is (Status.UNKNOWN if doubt else Status.NOT_SENT)
    assert noted(ledger, seq) == ({(0, 2): ["email", "name"]} if doubt else {})


# -- the question before values are erased -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("clears", "asked"),
    [
        ([("name",), ("name", "email")], "at most 3 values of contacts that exist (email: 1, name: 2)"),
        ([("name",), ()], "at most 1 value of contacts that exist (name: 1)"),
        ([(), ()], ""),
    ],
)
def test_the_question_says_how_many_values_at_most(ledger: Ledger, clears: list[tuple[str, ...]], asked: str) -> None:
    """Of the rows that are due, by field; where there are none nobody is asked."""
    questions: list[str] = []

    def confirm(question: Message, _given_up: Callable[[], bool]) -> bool:
        questions.append(str(question))
        return True

    console = cast(Console, SimpleNamespace(confirm=confirm))
    rows = [row(n, Contact(email=f"p{n}@x.org", clears=clear)) for n, clear in enumerate(clears, start=2)]
    done = LedgerRow(9, (), Contact(email="z@x.org", clears=("name",)), Outcome(Status.UNCHANGED), b"z")
    seq = staged(ledger, *rows, done)
    agree_to_clears(ledger, seq, console, Interrupt(lambda: None))
    assert [asked in question for question in questions] == ([True] if asked else [])


def test_a_signal_at_the_question_is_no_wrong_usage(ledger: Ledger) -> None:
    """Nothing is sent, and the run ends as one that was interrupted."""
    interrupt = Interrupt(lambda: None)
    interrupt.exit_code = cast(Any, 130)

    def confirm(_question: Message, given_up: Callable[[], bool]) -> bool:
        assert given_up()
        return False

    seq = staged(ledger, row(2, Contact(email="a@x.org", clears=("name",))))
    agree_to_clears(ledger, seq, cast(Console, SimpleNamespace(confirm=confirm)), interrupt)


# -- contacts of several rows, and lost workers ------------------------------------------------------------------------


def aside(row: Due) -> Aside:
    """A row that is to change contact 7."""
    return Aside(row._replace(intent=CHANGES, known_id="7"), 0.0)


def test_the_driver_lets_one_row_change_a_contact(ledger: Ledger) -> None:
    """Two workers found the same contact for two rows: the second is a duplicate, and nothing of it is noted."""
    seq = staged(ledger, row(2), row(3))

    def answer(rows: Sequence[Due]) -> Returned:
        settled = {one.key: Outcome(Status.UPDATED, "7", in_sync=True) for one in rows if one.intent}
        return returned(settled, *(aside(one) for one in rows if not one.intent))

    driven(ledger, seq, Shutdown(), answer, due_rows=2)
    first, second = (result.outcome for result in ledger.results(seq))
    assert (first.status, second.status, second.contact_id) == (Status.UPDATED, Status.DUPLICATE, "7")
    assert "row 2" in str(second.error[0])
    assert noted(ledger, seq) == {(0, 2): ["email", "name"]}


def test_a_row_that_agrees_with_a_contact_of_another_is_its_duplicate(ledger: Ledger) -> None:
    """A worker found nothing to change, before another one changed it."""
    seq = staged(ledger, row(2), row(3), options={"on_duplicate": "update"})

    def answer(rows: Sequence[Due]) -> Returned:
        is_first = any(one.number == 2 for one in rows)
        settled = {(0, 3): Outcome(Status.EXISTS, "7", in_sync=True)} if not is_first else {}
        first = [one for one in rows if one.number == 2]
        settled |= {one.key: Outcome(Status.UPDATED, "7", in_sync=True) for one in first if one.intent}
        rest = [Aside(one, 0.0) for one in rows if one.number == 3 and is_first]
        return returned(settled, *(aside(one) for one in first if not one.intent), *rest)

    driven(ledger, seq, Shutdown(), answer, due_rows=2)
    assert [result.outcome.status for result in ledger.results(seq)] == [Status.UPDATED, Status.DUPLICATE]


def test_what_a_lost_worker_was_to_change_is_a_doubt(ledger: Ledger) -> None:
    """The update may have left: another worker gets the row with it, and has to wait."""
    seq, given = staged(ledger, row(2)), list[Due]()

    def answer(rows: Sequence[Due]) -> Returned:
        given.extend(rows)
        if rows[0].lost is not None:
            return returned({(0, 2): Outcome(Status.UPDATED, "7", in_sync=True)})
        if rows[0].intent:
            return Returned({}, frozenset({(0, 2)}), WorkerTotals(), None, ended=False)
        return returned({}, aside(rows[0]))

    driven(ledger, seq, Shutdown(), answer)
    assert [one.lost for one in given] == [None, None, LostUpdate("7", CHANGES)]
    assert given[-1].doubt is not None


def test_a_lost_update_is_unknown_when_the_run_stops(ledger: Ledger) -> None:
    """The same command looks for it; what was noted stays, and the contact is told."""
    seq, stop = staged(ledger, row(2)), Shutdown()
    lost = LostUpdate("7", CHANGES, "timeout", Message("no answer"), 504, 1, has_waited=True)

    def answer(rows: Sequence[Due]) -> Returned:
        stop.request(CredentialsRefused(Message("401")))
        return returned({}, Aside(rows[0]._replace(intent=CHANGES, known_id="7", lost=lost), 30.0))

    driven(ledger, seq, stop, answer)
    (result,) = ledger.results(seq)
    told = result.outcome
    assert (told.status, told.contact_id, told.error_code, told.http_status) == (Status.UNKNOWN, "7", "timeout", 504)
    assert noted(ledger, seq) == {(0, 2): ["email", "name"]}
