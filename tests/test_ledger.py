"""The state machine on disk."""

import json
import sqlite3
import stat
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from importer.errors import LedgerError
from importer.ledger.known_contacts import ATTRIBUTES_DUE, fingerprint
from importer.ledger.ledger import Ledger
from importer.ledger.records import Earlier, LedgerRow, Window
from importer.ledger.run import Measures, Run, run_record
from importer.livedesk.contact import Contact
from importer.message import Message, sentence
from importer.models import CellError, Outcome, Status
from importer.normalizer.column_profile import Repairs
from tests.support.ledgers import RUN, connections, texts, told
from tests.support.sending import due, record

FIRST_VERSION = """
CREATE TABLE runs (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, record TEXT NOT NULL);
CREATE TABLE rows (
    run INTEGER NOT NULL, number INTEGER NOT NULL, status TEXT NOT NULL, contact TEXT NOT NULL, cells TEXT,
    fingerprint BLOB, in_doubt INTEGER NOT NULL, contact_id TEXT, error_code TEXT NOT NULL, error TEXT NOT NULL,
    hint TEXT NOT NULL, http_status INTEGER, attempts INTEGER NOT NULL, PRIMARY KEY (run, number)
) WITHOUT ROWID;
CREATE TABLE contacts (
    fingerprint BLOB PRIMARY KEY, status TEXT NOT NULL, contact_id TEXT, server TEXT NOT NULL, run INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX contacts_by_id ON contacts (contact_id);
PRAGMA user_version = 1;
"""
"""What a ledger of version 1 was made with; never edited."""
LATER = {"forgotten_at", "started_by", "arguments", "options", "widths", "measures"}
"""The members of a run's record that came after that."""


REST = Outcome(Status.NOT_SENT, error_code="interrupted", error=(Message("stopped"),), hint=(Message("again"),))


def pending(number: int, contact: Contact | None = None) -> LedgerRow:
    contact = contact or Contact(email=f"p{number}@x.org")
    return LedgerRow(number, ("a", "b"), contact, Outcome(Status.PENDING), fingerprint(RUN.base_url, contact.known_by))


@pytest.fixture
def opened() -> Iterator[list[sqlite3.Connection]]:
    """The connections of the test's ledgers."""
    with connections() as found:
        yield found


@pytest.fixture
def ledger(tmp_path: Path, opened: list[sqlite3.Connection]) -> Iterator[Ledger]:
    with Ledger(tmp_path / "ledger.sqlite3") as ledger:
        yield ledger


def staged(ledger: Ledger, *rows: LedgerRow, run: Run = RUN) -> int:
    with ledger.transaction():
        seq = ledger.begin(run)
        ledger.add(seq, rows)
    return seq


def test_rows_come_back_as_they_went_in_and_in_order(ledger: Ledger) -> None:
    """Every column survives, numbers with gaps stay in the input's order."""
    row = LedgerRow(
        9,
        ("王", 'x"y', ""),
        Contact(name="王小明", email="A@x.org", inbox_id="407", attributes={"custom_attributes.a": "1"}),
        Outcome(
            Status.INVALID,
            None,
            "bad_phone",
            (Message("phone"),),
            (Message("fix it"),),
            422,
            3,
            flaws=(CellError((Message("phone"),), "phone_number", 1),),
        ),
        b"0123456789abcdef",
        window=Window(5.0, 9.0),
    )
    seq = staged(ledger, row, pending(2), pending(1_048_576))
    assert list(ledger.results(seq)) == [pending(2), row, pending(1_048_576)]


def test_a_runs_record_comes_back_as_it_went_in(ledger: Ledger) -> None:
    """With what was measured and how it was started: a report is made from the ledger alone."""
    run = replace(
        RUN,
        repairs=(Repairs("Name", Message("spaces trimmed"), 2, " Ann", "Ann"),),
        started_by="ann@desk",
        arguments=("contacts.csv", "--inbox", "407"),
        options={"country": "CN", "set": {"custom_attributes.a": "1"}},
        widths=(12.5, 0.0),
        measures=Measures(5.5, 2.0, (1, 0, 3), ((0.5, 1.5),), ((12.0, 4),)),
    )
    staged(ledger, run=run)
    assert ledger.runs() == [(1, run)]


@pytest.mark.slow
def test_results_are_read_over_several_pages(ledger: Ledger) -> None:
    """More rows than a page holds come out once each, as they are and as the texts of the files."""
    seq = staged(ledger, *map(pending, range(2, 1302)))
    assert [row.number for row in ledger.results(seq)] == list(range(2, 1302))
    assert texts(ledger.result_pages(seq)) == [told(pending(number)) for number in range(2, 1302)]


@pytest.mark.slow
@pytest.mark.parametrize("lasting", [True, False])
def test_a_ledger_of_a_dry_run_has_no_log_and_is_undone_all_the_same(tmp_path: Path, lasting: bool) -> None:
    """It is not written twice, and not waited for; what fails leaves nothing behind, and pages are read in between."""
    with Ledger(tmp_path / "ledger.sqlite3", lasting=lasting) as ledger:
        seq = staged(ledger, *map(pending, range(2, 1302)))
        pages = ledger.pending(seq)
        next(pages)
        with pytest.raises(KeyError):
            undone(ledger)
        ledger.close_rows(seq, Outcome(Status.VALID))
        assert ledger.counts(seq) == {Status.VALID: 1300}
        assert (tmp_path / "ledger.sqlite3-wal").exists() == lasting


def undone(ledger: Ledger) -> None:
    with ledger.transaction():
        ledger.begin(replace(RUN, id="another"))
        raise KeyError


def test_a_run_that_knows_of_no_row_what_became_of_it_leaves_them_all_in_doubt(ledger: Ledger) -> None:
    """None is created, and the register has them all the same."""
    row = pending(2)
    seq = staged(ledger, row)
    ledger.record(seq, [due(row)], [])
    ledger.close_rows(seq, REST)
    assert ledger.doubtful().keys() == {("email", "p2@x.org")}


def test_rows_are_read_apart_that_need_attention_or_have_a_remark(ledger: Ledger) -> None:
    """In the input's order; a duplicate is fine, and there is something to say of it."""
    outcomes = [Outcome(Status.CREATED, "71", http_status=200, attempts=1), Outcome(Status.VALID), REST]
    outcomes += [
        Outcome(Status.EXISTS, hint=(Message("as row 2"),)),
        Outcome(Status.DUPLICATE, error=(Message("as row 2"),)),
    ]
    rows = [replace(pending(number), outcome=outcome) for number, outcome in enumerate(outcomes * 100, start=2)]
    seq = staged(ledger, *rows)
    wrong = [row for row in rows if row.outcome == REST]
    assert list(ledger.results(seq, remarkable=True)) == [row for row in rows if row.outcome not in outcomes[:2]]
    assert texts(ledger.result_pages(seq, fine=False)) == [told(row) for row in wrong]
    assert texts(ledger.result_pages(seq, fine=True)) == [told(row) for row in rows if row.outcome != REST]


@pytest.mark.parametrize("contact", ['{"name": "Ann"}, {}', "[]", '{"name": ', ""])
def test_a_contact_that_is_none_is_damage_and_moves_no_other_row(ledger: Ledger, contact: str) -> None:
    """The contacts of a page are read as one text: none of them may be taken for another row's."""
    seq = staged(ledger, *map(pending, range(2, 6)))
    with sqlite3.connect(ledger.path) as db:
        db.execute("UPDATE rows SET contact = ? WHERE number = 3", (contact,))
    with pytest.raises(LedgerError, match="damaged"):
        list(ledger.result_pages(seq))


def test_a_row_goes_from_pending_to_sent_to_its_outcome(ledger: Ledger) -> None:
    """The mark is on disk by itself, and so is the outcome; the cells stay, for the file with ids is made of them.

    Later runs know of it once the rows are closed.
    """
    row = pending(2)
    seq = staged(ledger, row)
    record(ledger, seq, [row], [])
    assert ledger.counts(seq) == {Status.SENT: 1}
    created = Outcome(Status.CREATED, "71", attempts=1, http_status=200)
    record(ledger, seq, [], [(row, created)])
    ledger.close_rows(seq, REST)
    assert list(ledger.results(seq)) == [replace(row, outcome=created)]
    assert ledger.earlier([row.fingerprint or b""]) == {row.fingerprint: Earlier(Status.CREATED, "71")}


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Outcome(Status.CREATED, "5"), Earlier(Status.CREATED, "5")),
        (Outcome(Status.UPDATED, "5", in_sync=True), Earlier(Status.UPDATED, "5")),
        (Outcome(Status.UPDATED, "5"), Earlier(Status.DIFFERENT, "5")),
        (Outcome(Status.EXISTS, "5"), Earlier(Status.EXISTS, "5")),
        (Outcome(Status.UNKNOWN), Earlier(Status.SENT)),
        (Outcome(Status.FAILED, error_code="rejected"), None),
        (Outcome(Status.NOT_SENT), None),
        (Outcome(Status.FAILED, "5", error_code=ATTRIBUTES_DUE), Earlier(Status.PENDING, "5")),
    ],
    ids=["created", "updated", "updated in part", "exists", "unknown", "failed", "not_sent", "attributes due"],
)
def test_what_a_later_run_is_told_of_a_contact(ledger: Ledger, outcome: Outcome, expected: Earlier | None) -> None:
    """Settled contacts keep their id, doubts stay doubts, and what the server refused is as if never sent."""
    row = pending(2)
    seq = staged(ledger, row)
    record(ledger, seq, [row], [])
    record(ledger, seq, [], [(row, outcome)])
    ledger.close_rows(seq, REST)
    found = ledger.earlier([row.fingerprint or b""]).get(row.fingerprint or b"")
    assert (found and replace(found, window=None)) == expected


def test_a_contact_in_doubt_can_be_stored_from_its_first_mark_to_some_time_after_the_last_write(ledger: Ledger) -> None:
    """--timeout and --settle after it; a second run that leaves it in doubt moves the end alone."""
    row, before = pending(2), time.time()
    for _ in range(2):
        seq = staged(
            ledger, row, run=replace(RUN, id=f"run-{before}-{row.window}", options={"timeout": 7, "settle": 5})
        )
        record(ledger, seq, [row], [])
        ledger.close_rows(seq, REST)
        window = ledger.earlier([row.fingerprint or b""])[row.fingerprint or b""].window
        assert window is not None
        assert before <= window.since <= time.time()
        assert before + 12 <= window.until <= time.time() + 12
        assert row.window is None or (row.window.since == window.since and row.window.until < window.until)
        row = replace(row, window=window)


def test_a_contact_in_doubt_is_known_by_its_values(ledger: Ledger) -> None:
    """Whatever else of it is edited before the next run."""
    seq = staged(ledger, pending(2, Contact(name="Ann", email="A@x.org", identifier="7")), pending(3))
    record(ledger, seq, [pending(2, Contact(name="Ann", email="A@x.org", identifier="7")), pending(3)], [])
    record(ledger, seq, [], [(pending(3), Outcome(Status.CREATED, "5"))])
    ledger.close_rows(seq, REST)
    assert ledger.doubtful().keys() == {("email", "a@x.org"), ("identifier", "7")}


@pytest.mark.parametrize("status", [Status.UPDATED, Status.CREATED])
def test_a_write_supersedes_what_earlier_runs_wrote_into_the_contact_on_that_server(
    ledger: Ledger, status: Status
) -> None:
    """Another server's contact of the same id, and this run's own rows, are somebody else."""
    rows = [pending(number) for number in (2, 3, 4, 5)]
    elsewhere = staged(ledger, rows[0], run=replace(RUN, id="elsewhere", base_url="https://other.example"))
    before = staged(ledger, rows[1], run=replace(RUN, id="before"))
    now = staged(ledger, *rows[2:], run=replace(RUN, id="now"))
    for seq, row in ((elsewhere, rows[0]), (before, rows[1]), (now, rows[2]), (now, rows[3])):
        record(ledger, seq, [row], [(row, Outcome(status, "5"))])
        ledger.close_rows(seq, REST)
    kept = ledger.earlier([row.fingerprint or b"" for row in rows])
    assert set(kept) == {rows[0].fingerprint, rows[2].fingerprint, rows[3].fingerprint}


def test_a_mark_that_is_taken_back_leaves_no_trace(ledger: Ledger) -> None:
    """The row never left: it is due as it was, and what an earlier run knows of the contact stands."""
    row = replace(pending(2), outcome=Outcome(Status.PENDING, hint=(Message("improbable"),)))
    before = staged(ledger, row, run=replace(RUN, id="before"))
    record(ledger, before, [row], [(row, Outcome(Status.EXISTS, "5"))])
    seq = staged(ledger, row)
    record(ledger, seq, [row], [])
    ledger.record(seq, [], [], [due(row)])
    assert list(ledger.pending(seq)) == [due(row)]
    ledger.close_rows(seq, REST)
    assert ledger.counts(seq) == {Status.NOT_SENT: 1}
    assert ledger.earlier([row.fingerprint or b""]) == {row.fingerprint: Earlier(Status.EXISTS, "5")}


@pytest.mark.parametrize(("status", "cells"), [(Status.PENDING, ("a", "b")), (Status.VALID, ())])
def test_plain_rows_are_entered_with_the_status_that_they_have(
    ledger: Ledger, status: Status, cells: tuple[str, ...]
) -> None:
    """Many at once, and an odd number of them; in a rehearsal there is nothing left to do for them."""
    keys = {number: bytes([number]) * 16 for number in range(2, 125)}
    stored = json.dumps(cells) if cells else None
    with ledger.transaction():
        seq = ledger.begin(RUN)
        plain = [(number, stored, '{"name": "Ann"}', key, "") for number, key in keys.items()]
        ledger.add(seq, [], plain, Outcome(status))
    ledger.close_rows(seq, REST if status is Status.PENDING else Outcome(Status.VALID))
    outcome = REST if status is Status.PENDING else Outcome(Status.VALID)
    expected = [LedgerRow(number, cells, Contact(name="Ann"), outcome, key) for number, key in keys.items()]
    assert list(ledger.results(seq)) == expected


def test_rows_are_counted_once_for_every_change(ledger: Ledger, opened: list[sqlite3.Connection]) -> None:
    """A count reads the whole file, and several ask for it in a row."""
    asked: list[str] = []
    opened[1].set_trace_callback(asked.append)
    row = pending(2)
    seq = staged(ledger, row, pending(3))
    ledger.counts(seq)[Status.PENDING] += 5  # whoever asks may do with it what they like
    assert ledger.counts(seq) == {Status.PENDING: 2}
    assert len(asked) == 1
    record(ledger, seq, [row], [])
    assert ledger.counts(seq) == {Status.PENDING: 1, Status.SENT: 1}
    assert len(asked) == 2


def test_a_count_inside_a_transaction_is_its_own_and_is_not_kept(ledger: Ledger) -> None:
    """What it has entered counts; when it is undone, nothing of that count is left."""
    seq = staged(ledger, pending(2))
    with suppress(ZeroDivisionError), ledger.transaction():
        ledger.add(seq, [pending(3)])
        assert ledger.counts(seq) == {Status.PENDING: 2}
        raise ZeroDivisionError
    assert ledger.counts(seq) == {Status.PENDING: 1}
    with ledger.transaction():
        ledger.add(seq, [pending(3)])
        assert ledger.counts(seq) == {Status.PENDING: 2}
    assert ledger.counts(seq) == {Status.PENDING: 2}


@pytest.mark.flushes
def test_every_commit_is_flushed_to_the_disk(ledger: Ledger, opened: list[sqlite3.Connection]) -> None:
    """A mark that is only in the system's memory is lost with the power."""
    assert opened[0].execute("PRAGMA synchronous").fetchone() == (2,)


def test_every_outcome_of_a_group_is_its_rows(ledger: Ledger) -> None:
    """Most are an id and nothing else, and are written in another way than those that say more; ids are any text."""
    rows = [
        replace(pending(number), outcome=Outcome(Status.PENDING, hint=(Message("improbable"),)))
        for number in range(2, 12)
    ]
    seq = staged(ledger, *rows)
    outcomes = [
        Outcome(Status.CREATED, "71", hint=(Message("improbable"),), http_status=200, attempts=1),
        Outcome(Status.CREATED, "007", hint=(Message("improbable"),), http_status=200, attempts=1),
        Outcome(Status.CREATED, "72", hint=(Message("improbable"),), http_status=201, attempts=3),
        Outcome(Status.CREATED, 'a"\\ü😀', hint=(Message("improbable"),), http_status=None, attempts=1),
        Outcome(Status.CREATED, "a\x00b", hint=(Message("improbable"),), http_status=200, attempts=1),
        Outcome(Status.CREATED, "73", hint=(Message("improbable"), Message("late")), http_status=200, attempts=1),
        Outcome(Status.CREATED, "74", hint=(), http_status=200, attempts=1),
        Outcome(Status.EXISTS, "75", hint=(Message("improbable"),), http_status=422, attempts=1),
        Outcome(
            Status.FAILED,
            None,
            "taken",
            (Message("another contact has it"),),
            (Message("improbable"),),
            422,
            1,
            flaws=(CellError((Message("no"),), "email"),),
        ),
        Outcome(Status.NOT_SENT, hint=(Message("improbable"), Message("again"))),
    ]
    record(ledger, seq, rows, list(zip(rows, outcomes, strict=True)))
    assert [row.outcome for row in ledger.results(seq)] == outcomes
    assert {row.cells for row in ledger.results(seq)} == {("a", "b")}


def test_the_cells_of_every_row_are_kept(ledger: Ledger) -> None:
    """The errors file and the file with ids are made of them, also of a row that a run leaves unsettled."""
    rows = [pending(2), pending(3), pending(4)]
    seq = staged(ledger, *rows)
    record(ledger, seq, rows[:2], [(rows[0], Outcome(Status.FAILED, error_code="rejected"))])
    ledger.close_rows(seq, Outcome(Status.VALID))
    assert [kept.cells for kept in ledger.results(seq)] == [("a", "b")] * 3


def test_rows_in_doubt_are_taken_up_first(ledger: Ledger) -> None:
    """Then the others, in the input's order; rows with an outcome are not due."""
    done = replace(pending(3), outcome=Outcome(Status.UNCHANGED, "1"))
    seq = staged(ledger, pending(2), done, pending(4), replace(pending(5), window=Window(5.0, 9.0)))
    assert [row.number for row in ledger.pending(seq)] == [5, 2, 4]


def test_closing_a_run_gives_every_row_an_outcome(ledger: Ledger) -> None:
    """What never left gets the given outcome, what was on its way is unknown; hints are joined."""
    warned = replace(pending(3), outcome=Outcome(Status.PENDING, hint=(Message("improbable"),)))
    seq = staged(ledger, pending(2), warned, pending(4))
    record(ledger, seq, [pending(4)], [])
    ledger.close_rows(seq, REST)
    first, second, third = ledger.results(seq)
    assert (first.outcome.status, first.outcome.hint) == (Status.NOT_SENT, (Message("again"),))
    assert sentence(second.outcome.hint) == "improbable; again"
    assert (third.outcome.status, third.outcome.error_code) == (Status.UNKNOWN, "interrupted")


def test_amending_a_row_keeps_its_cells_and_joins_hints(ledger: Ledger) -> None:
    """A merged row has another contact and fingerprint, and says where they come from."""
    seq = staged(ledger, replace(pending(2), outcome=Outcome(Status.PENDING, hint=(Message("one"),))))
    merged = pending(2, Contact(email="p2@x.org", name="Ann"))
    with ledger.transaction():
        ledger.amend(seq, replace(merged, cells=(), outcome=Outcome(Status.PENDING, hint=(Message("two"),))))
    (row,) = ledger.results(seq)
    assert row == replace(merged, outcome=Outcome(Status.PENDING, hint=(Message("one"), Message("two"))))


def test_a_transaction_that_fails_leaves_nothing(ledger: Ledger) -> None:
    """Staging is all or nothing: a file that turns out to be damaged leaves no run behind."""
    with pytest.raises(KeyError), ledger.transaction():  # noqa: PT012 - both statements make one transaction
        ledger.add(ledger.begin(RUN), [pending(2)])
        raise KeyError
    assert ledger.runs() == []


def test_runs_are_listed_newest_first_and_end_once(ledger: Ledger) -> None:
    """The record is replaced by the one with the end."""
    first = staged(ledger)
    second = staged(ledger, run=replace(RUN, id="later"))
    ended = replace(
        RUN,
        repairs=(Repairs("Name", Message("spaces trimmed"), 2, " a", "a"),),
        finished_at="2026-01-17T08:16:00.000+00:00",
        exit_code=0,
    )
    with ledger.transaction():
        ledger.rewrite(first, ended)
    assert ledger.runs() == [(second, replace(RUN, id="later")), (first, ended)]


def test_only_the_owner_may_read_a_ledger(tmp_path: Path) -> None:
    """It holds personal data: mode 0600, and so has its write-ahead log."""
    with Ledger(tmp_path / "ledger.sqlite3") as ledger:
        staged(ledger, pending(2))
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes
    assert set(modes.values()) == {0o600}


def test_a_mark_survives_the_process(tmp_path: Path) -> None:
    """Another connection, as after a kill, sees what was recorded while the first is still open."""
    path = tmp_path / "ledger.sqlite3"
    with Ledger(path) as ledger:
        row = pending(2)
        seq = staged(ledger, row)
        record(ledger, seq, [row], [])
        with sqlite3.connect(path) as other:
            assert other.execute("SELECT status FROM rows").fetchall() == [("sent",)]
        other.close()


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"this is no database" * 100, "damaged"), (b"SQLite format 3\x00" + b"\xff" * 5000, "damaged")],
    ids=["other file", "broken header"],
)
def test_a_damaged_ledger_is_refused_and_not_made_anew(tmp_path: Path, content: bytes, words: str) -> None:
    """The one record of what was imported is never overwritten."""
    path = tmp_path / "ledger.sqlite3"
    path.write_bytes(content)
    with pytest.raises(LedgerError, match=words):
        Ledger(path)
    assert path.read_bytes() == content


def test_a_ledger_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    """An older program must not write into what it does not understand."""
    path = tmp_path / "ledger.sqlite3"
    Ledger(path).close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(LedgerError, match="version 99"):
        Ledger(path)


@pytest.mark.slow
def test_a_ledger_of_the_first_version_is_understood(tmp_path: Path) -> None:
    """Its tables as they were made then, and the record of a run before runs could be forgotten."""
    path = tmp_path / "ledger.sqlite3"
    known = {name: value for name, value in asdict(RUN).items() if name not in LATER}
    row = pending(2)
    with sqlite3.connect(path) as db:
        db.executescript(FIRST_VERSION)
        db.execute("INSERT INTO runs VALUES (1, ?, ?)", (RUN.id, json.dumps(known)))
        db.execute(
            "INSERT INTO rows VALUES (1, 2, 'pending', ?, '[\"a\", \"b\"]', ?, 0, NULL, '', '', '', NULL, 0)",
            (row.contact.json, row.fingerprint),
        )
    db.close()
    with Ledger(path) as ledger:
        assert ledger.runs() == [(1, RUN)]
        assert list(ledger.results(1)) == [row]
        record(ledger, 1, [row], [(row, Outcome(Status.CREATED, "71"))])
        assert ledger.counts(1) == {Status.CREATED: 1}


@pytest.mark.slow
def test_the_sentences_of_an_older_ledger_stay_as_they_are(tmp_path: Path) -> None:
    """Rows, flaws and records had texts where they have messages now; a hint that is added stands beside them."""
    old = 'email: "a; b" is not an email address (no @)'
    path = tmp_path / "ledger.sqlite3"
    with Ledger(path) as ledger:
        seq = staged(ledger, pending(2), replace(pending(3), outcome=Outcome(Status.INVALID)))
    record = json.dumps(
        json.loads(run_record(RUN))
        | {"stopped": "the server refused the credentials (HTTP 401: no)"}
        | {"repairs": [{"column": "Name", "kind": "spaces trimmed", "count": 2, "before": " Ann", "after": "Ann"}]}
    )
    with sqlite3.connect(path) as db:
        db.execute("UPDATE runs SET record = ?", (record,))
        db.execute("UPDATE rows SET hint = 'improbable' WHERE number = 2")
        flaws = json.dumps([[old, "email", 1, "mend"], [old, "", 2, ""]])
        db.execute("UPDATE rows SET error = ?, hint = 'mend', flaws = ? WHERE number = 3", (old, flaws))
    db.close()
    with Ledger(path) as ledger:
        ledger.close_rows(seq, REST)
        due, invalid = ledger.results(seq)
        run = ledger.run(seq)
        (columns,) = ledger.result_pages(seq)
    said, mend = (Message(old),), (Message("mend"),)
    assert due.outcome.hint == (Message("improbable"), Message("again"))
    assert (invalid.outcome.error, invalid.outcome.hint) == (said, mend)
    assert invalid.outcome.flaws == (CellError(said, "email", 1, mend), CellError(said, "", 2))
    assert [*columns[4:6]] == [["stopped", old], ["improbable; again", "mend"]]
    assert str(run.stopped) == "the server refused the credentials (HTTP 401: no)"
    assert run.repairs == (Repairs("Name", Message("spaces trimmed"), 2, " Ann", "Ann"),)


@pytest.mark.slow
def test_two_programs_may_open_an_old_ledger_at_once(tmp_path: Path) -> None:
    """A look at the list of runs while the nightly import begins: whoever comes second finds the work done."""
    for number in range(20):
        path = tmp_path / f"{number}.sqlite3"
        with sqlite3.connect(path) as db:
            db.execute("PRAGMA journal_mode = WAL")  # as every ledger is; nobody waits for the change to it
            db.executescript(FIRST_VERSION)
        db.close()
        together = threading.Barrier(2)

        def opened(path: Path = path, together: threading.Barrier = together) -> None:
            together.wait()
            Ledger(path).close()

        with ThreadPoolExecutor(2) as pool:
            for done in [pool.submit(opened) for _ in range(2)]:
                done.result()


def test_a_full_disk_is_one_clear_error_and_undoes_the_group(ledger: Ledger, opened: list[sqlite3.Connection]) -> None:
    """SQLite's own bound on pages stands in for the disk: the error is the same."""
    seq = staged(ledger, pending(2))
    (pages,) = opened[0].execute("PRAGMA page_count").fetchone()
    opened[0].execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(LedgerError, match="full") as caught, ledger.transaction():
        ledger.add(seq, [pending(number) for number in range(3, 2000)])
    assert "free space" in str(caught.value.hint)
    assert ledger.counts(seq) == {Status.PENDING: 1}


def test_fingerprints_tell_contacts_inboxes_servers_and_likes_apart() -> None:
    """The same data is the same contact, whatever the order of its attributes."""
    ann = Contact(email="a@x.org", inbox_id="1", attributes={"custom_attributes.a": "1", "custom_attributes.b": "2"})
    same = replace(ann, attributes={"custom_attributes.b": "2", "custom_attributes.a": "1"})
    assert fingerprint("https://a", ann.known_by) == fingerprint("https://a", same.known_by)
    others = {
        fingerprint("https://b", ann.known_by),
        fingerprint("https://a", replace(ann, inbox_id="2").known_by),
        fingerprint("https://a", replace(ann, name="Ann").known_by),
        fingerprint("https://a", ann.known_by, 1),
    }
    assert len(others | {fingerprint("https://a", ann.known_by)}) == 5


def test_rows_of_two_sources_may_have_one_number(ledger: Ledger) -> None:
    """A key is a source and a number: each row has its own mark, outcome and place, and is due on its own."""
    rows = [
        replace(pending(number, Contact(email=f"p{number}-{at}@x.org")), source=at)
        for at in (0, 1)
        for number in (2, 3)
    ]
    seq = staged(ledger, *reversed(rows))
    assert list(ledger.pending(seq)) == [*map(due, rows)]
    first, other = rows[0], rows[2]
    record(ledger, seq, [first, other, rows[3]], [(other, Outcome(Status.CREATED, "71", http_status=200, attempts=1))])
    assert [row.outcome.status for row in ledger.results(seq)] == ["sent", "pending", "created", "sent"]
    ledger.record(seq, [], [], [due(rows[3])])
    assert list(ledger.pending(seq)) == [due(rows[1]), due(rows[3])]
    with ledger.transaction():
        ledger.amend(seq, replace(rows[3], contact=Contact(email="else@x.org")))
    assert ledger.contact(seq, 3) == rows[1].contact
    assert ledger.contact(seq, 3, source=1) == Contact(email="else@x.org")
    assert [page[0] for page in ledger.result_pages(seq)] == [("2", "3", "2", "3")]
