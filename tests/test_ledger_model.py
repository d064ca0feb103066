"""The ledger against a model of dictionaries, over any order of work, crashes, reopenings and forgetting."""

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Final, NamedTuple, NoReturn

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from importer.error_codes import CONTINUE, ERROR_CODES
from importer.ledger.known_contacts import ATTRIBUTES_DUE, fingerprint
from importer.ledger.ledger import Ledger
from importer.ledger.records import Due, LedgerRow, Settled, Window
from importer.ledger.run import Run
from importer.livedesk.contact import Contact
from importer.message import Message
from importer.models import Outcome, Status
from tests.support.examples import examples
from tests.support.ledgers import connections, texts, told
from tests.support.sending import due

SERVERS: Final = ("https://one.example", "https://two.example")
IDS: Final = ("71", "72", "73")
PEOPLE: Final = (
    *(Contact(name=f"P{n}", email=f"P{n}@x.example", attributes={"custom_attributes.n": n}) for n in range(3)),
    Contact(name="P0, edited", email="p0@x.example"),
    Contact(identifier="C-1", phone_number="+8613800138000"),
    Contact(name="Kim"),
)
WINDOW: Final = Window(5.0, 9.0)
MERGED: Final = {"custom_attributes.merged": "1"}
UNSENT: Final = frozenset({Status.PENDING, Status.SENT})


REMEMBERED: Final[dict[Outcome, Status | None]] = {
    Outcome(Status.CREATED, "?", hint=(Message("made"),), http_status=200, attempts=1): Status.CREATED,
    Outcome(Status.UPDATED, "?"): Status.DIFFERENT,
    Outcome(Status.UPDATED, "?", in_sync=True): Status.UPDATED,
    Outcome(Status.EXISTS, "?"): Status.EXISTS,
    Outcome(Status.EXISTS, "?", in_sync=True): Status.UNCHANGED,
    Outcome(Status.UNKNOWN, None, "timeout", (Message("P0 got no answer"),), (Message("again"),), 504, 5): Status.SENT,
    Outcome(
        Status.FAILED, None, "rejected", (Message("P1 was refused"),), (Message("correct it"),), 422, 1
    ): Status.FAILED,
    Outcome(
        Status.FAILED, "?", ATTRIBUTES_DUE, (Message("n of P2 is missing"),), (Message("again"),), 500, 1
    ): Status.PENDING,
    Outcome(Status.NOT_SENT, None, "interrupted", (Message("stopped"),), (Message("again"),)): None,
}
"""Every kind of outcome, ``?`` for a contact's id, and what the register says of the contact afterwards."""

WRONG: Final = Outcome(Status.INVALID, None, "bad_email", (Message("P0 is wrong"),), (Message("mend"),))
REST: Final = {
    # What the end of a run makes of rows without an outcome.
    Status.PENDING: Outcome(
        Status.NOT_SENT, None, "interrupted", (Message("the run was interrupted"),), (Message("again"),)
    ),
    Status.SENT: Outcome(
        Status.UNKNOWN, None, "interrupted", (Message("it was being sent when the run ended"),), (CONTINUE,)
    ),
}


OURS: Final = (Status.CREATED, Status.UPDATED, Status.PENDING, Status.DIFFERENT)
"""The statuses of a line whose contact an import has written."""
OURS_AFTER: Final = {Status.EXISTS: Status.DIFFERENT, Status.UNCHANGED: Status.UPDATED}
"""What it is when a run has only found the contact."""


class Crash(BaseException):
    """The process is gone."""


class Line(NamedTuple):
    """What the register has on a contact."""

    status: Status
    contact_id: str | None
    server: str
    seq: int


@dataclass
class ModelRun:
    """A run in the model: its record, its rows by number, and whether it is forgotten."""

    run: Run
    rows: dict[int, LedgerRow]
    forgotten: bool = False


@dataclass
class Model:
    """What must be on disk."""

    runs: dict[int, ModelRun] = field(default_factory=dict)
    register: dict[bytes, Line] = field(default_factory=dict)

    def mark(self, seq: int, rows: list[Due], status: Status) -> None:
        for row in rows:
            known = self.runs[seq].rows[row.number]
            is_anew = known.outcome.status not in (Status.PENDING, Status.SENT)
            contact_id = None if is_anew else known.outcome.contact_id
            outcome = known.outcome._replace(status=status, contact_id=contact_id)
            self.runs[seq].rows[row.number] = replace(known, outcome=outcome)

    def settle(self, seq: int, settled: list[tuple[LedgerRow, Outcome]]) -> None:
        for row, outcome in settled:
            cells = self.runs[seq].rows[row.number].cells
            self.runs[seq].rows[row.number] = replace(row, cells=cells, outcome=outcome)
        for row, outcome in settled:
            if outcome.status is not Status.CREATED:
                self.remember(seq, row, remembered(row, outcome), outcome)

    def close(self, seq: int) -> None:
        """The register learns of contacts that were created, and of those in doubt, in the end."""
        for row in self.runs[seq].rows.values():
            if row.outcome.status in (Status.CREATED, Status.SENT):
                self.remember(seq, row, row.outcome.status, row.outcome)

    def remember(self, seq: int, row: LedgerRow, after: Status | None, outcome: Outcome) -> None:
        server = self.runs[seq].run.base_url
        before = self.register.pop(key_of(row), None)
        if before and before.status in OURS and before.contact_id == outcome.contact_id:
            after = OURS_AFTER.get(after, after) if after else None
        if after is not None:
            self.register[key_of(row)] = Line(after, outcome.contact_id, server, seq)
        if outcome.status in (Status.CREATED, Status.UPDATED):
            for key, line in [*self.register.items()]:
                is_his = (line.contact_id, line.server) == (outcome.contact_id, server) and key != row.fingerprint
                if is_his and (line.seq < seq or (outcome.status is Status.UPDATED and self.has_only_found(line, key))):
                    del self.register[key]

    def has_only_found(self, line: Line, key: bytes) -> bool:
        """Whether the row of a line has left its contact alone."""
        rows = self.runs[line.seq].rows.values()
        return any(row.fingerprint == key and row.outcome.status is Status.EXISTS for row in rows)

    def left_unknown(self, seq: int, row: LedgerRow) -> Outcome | None:
        """What the earlier run that left a due row in doubt said of it."""
        line = self.register.get(key_of(row))
        if row.window is None or row.outcome.status is not Status.PENDING or line is None or line.seq >= seq:
            return None
        (there,) = (one for one in self.runs[line.seq].rows.values() if one.fingerprint == row.fingerprint)
        return there.outcome if there.outcome.status is Status.UNKNOWN else None

    def due(self, seq: int, row: LedgerRow) -> Due:
        """The row as it is due; the doubt of one that no search finds has the cause that the earlier run told."""
        as_staged, before = due(row), self.left_unknown(seq, row)
        if before is None or row.contact.has_key or before.error_code == "interrupted":
            return as_staged
        return as_staged.in_doubt_again(code=before.error_code, cause=before.error[0], http_status=before.http_status)

    def in_doubt(self, seq: int) -> set[int]:
        keys = {key for key, line in self.register.items() if line.status is Status.SENT and line.seq == seq}
        return {number for number, row in self.runs[seq].rows.items() if row.fingerprint in keys}

    def doubtful(self) -> frozenset[tuple[str, str]]:
        contacts = [run.rows[number].contact for seq, run in self.runs.items() for number in self.in_doubt(seq)]
        return frozenset(pair for contact in contacts for pair in contact.keys().items())


def remembered(row: LedgerRow, outcome: Outcome) -> Status | None:
    """The status of a contact's line: of one that was refused, and that a search can find, as that of no other row."""
    after = REMEMBERED[outcome._replace(contact_id=outcome.contact_id and "?")]
    if after not in (None, Status.FAILED):
        return after
    return Status.FAILED if row.refused is not None or (after is not None and row.contact.has_key) else None


def _is_sure(row: LedgerRow) -> bool:
    return row.window is None


def key_of(row: LedgerRow) -> bytes:
    assert row.fingerprint is not None
    return row.fingerprint


def stored(row: LedgerRow) -> LedgerRow:
    """A row as the ledger gives it back: whether it was in sync is in the register alone."""
    return replace(row, outcome=row.outcome._replace(in_sync=False))


class Breaking(list[Settled]):
    """Outcomes that are gone through twice, and then the process is killed, in the middle of their transaction."""

    def __init__(self, members: list[Settled], kill: Callable[[], NoReturn]) -> None:
        super().__init__(members)
        self._times = 0
        self.kill = kill

    def __iter__(self) -> Iterator[Settled]:
        yield from super().__iter__()
        self._times += 1
        if self._times == 2:
            self.kill()


outcomes = st.builds(
    lambda kind, contact_id: kind._replace(contact_id=kind.contact_id and contact_id),
    st.sampled_from([*REMEMBERED]),
    st.sampled_from(IDS),
)
choices = st.sets(st.sampled_from(range(6)), min_size=2)
"""Which of six rows, by number; often most of them."""
sometimes = st.integers(0, 4).map(lambda number: number == 0)


class LedgerMachine(RuleBasedStateMachine):
    """Owns a ledger on disk and the model of it."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="ledger-model-"))
        self.files = (self.folder / str(number) / "ledger.sqlite3" for number in count())
        self.model = Model()
        self.names = count()
        self.seen: dict[tuple[int, int], Status] = {}

    @initialize()
    def a_new_ledger(self) -> None:
        self.open(next(self.files))

    def open(self, path: Path) -> None:
        path.parent.mkdir(exist_ok=True)
        with connections() as opened:
            self.ledger = Ledger(path)
        opened[0].execute("PRAGMA synchronous = OFF")  # the disk is not what is tested

    def teardown(self) -> None:
        self.ledger.close()
        shutil.rmtree(self.folder)

    # What a run does

    @rule(people=st.permutations(PEOPLE), due=choices, merged=choices, server=st.sampled_from(SERVERS), crash=sometimes)
    def stage(self, people: list[Contact], due: set[int], merged: set[int], server: str, *, crash: bool) -> None:
        """A file into the ledger, with merges; or the process dies before the commit."""
        run = self.run(server)
        rows = [self.staged(number, person, server, due=number in due) for number, person in enumerate(people)]
        amended = [self.merged(row, server) for row in rows if row.number in merged and row.outcome.status == "pending"]
        with suppress(Crash), self.ledger.transaction():
            seq = self.ledger.begin(run)
            self.ledger.add(seq, rows)
            for row in amended:
                self.ledger.amend(seq, replace(row, cells=(), outcome=row.outcome._replace(hint=(Message("filled"),))))
            if crash:
                self.kill()
        if crash:
            self.come_back()
        else:
            kept = {row.number: row for row in rows} | {row.number: row for row in amended}
            self.model.runs[seq] = ModelRun(run, kept)

    def run(self, server: str) -> Run:
        name = f"run {next(self.names)}"
        return Run(name, "people.csv", "csv", None, "407", server, "2026-01-17T08:15:30+00:00", ("Name",), {})

    def staged(self, number: int, contact: Contact, server: str, *, due: bool) -> LedgerRow:
        """A row as staging makes it of what the register knows: due, unchanged, in doubt, or invalid."""
        cells = (contact.name or "", contact.email or "")
        if not due:
            return LedgerRow(number, cells, contact, WRONG)
        key = fingerprint(server, contact.known_by)
        line = self.model.register.get(key)
        outcome = Outcome(Status.PENDING, hint=(Message("remark"),))
        if line is not None and line.contact_id is not None:
            status = Status.PENDING if line.status in UNSENT else Status.UNCHANGED
            outcome = outcome._replace(status=status, contact_id=line.contact_id)
        in_doubt = line is not None and line.status is Status.SENT and line.contact_id is None
        refused = WINDOW if line is not None and line.status is Status.FAILED else None
        return LedgerRow(number, cells, contact, outcome, key, WINDOW if in_doubt else None, refused=refused)

    def merged(self, row: LedgerRow, server: str) -> LedgerRow:
        contact = replace(row.contact, attributes={**row.contact.attributes, **MERGED}, name="Merged")
        hint = (*row.outcome.hint, Message("filled"))
        return replace(
            row,
            contact=contact,
            fingerprint=fingerprint(server, contact.known_by),
            outcome=row.outcome._replace(hint=hint),
        )

    @precondition(lambda self: self.open_runs())
    @rule(data=st.data(), marked=choices, settled=choices, taken_back=choices, crash=sometimes)
    def record(
        self, data: st.DataObject, marked: set[int], settled: set[int], taken_back: set[int], *, crash: bool
    ) -> None:
        """A group of marks and outcomes in one commit; or the process dies in the middle of it."""
        seq = data.draw(st.sampled_from(self.open_runs()))
        known = self.model.runs[seq].rows
        pending = [row for row in self.ledger.pending(seq) if row.number in marked]
        sent = [due(row) for row in known.values() if row.outcome.status is Status.SENT]
        done = [(row, data.draw(outcomes)) for row in [*sent, *pending] if row.number in settled]
        back = [row for row in sent if row.number in taken_back - settled]
        if crash:
            with suppress(Crash):
                self.ledger.record(seq, pending, Breaking(done, self.kill), back)
            self.come_back()
            return
        self.ledger.record(seq, pending, done, back)
        self.model.mark(seq, pending, Status.SENT)
        self.model.mark(seq, back, Status.PENDING)
        self.seen.update({(seq, row.number): Status.PENDING for row in back})
        self.model.settle(seq, [(known[row.number], outcome) for row, outcome in done])

    @precondition(lambda self: self.open_runs())
    @rule(data=st.data())
    def end(self, data: st.DataObject) -> None:
        """Every row gets an outcome: not sent, or in doubt."""
        seq = data.draw(st.sampled_from(self.open_runs()))
        self.ledger.close_rows(seq, REST[Status.PENDING])
        self.model.close(seq)
        known = self.model.runs[seq]
        known.run = replace(known.run, finished_at="2026-01-17T08:16:00+00:00", exit_code=1)
        with self.ledger.transaction():
            self.ledger.rewrite(seq, known.run)
        for number, row in known.rows.items():
            if row.fingerprint and (left := self.model.left_unknown(seq, row)) is not None:
                same = left._replace(contact_id=row.outcome.contact_id, attempts=0, by_search=False)
                known.rows[number] = replace(row, outcome=same)
            elif (rest := REST.get(row.outcome.status)) is not None:
                rest = rest._replace(contact_id=row.outcome.contact_id, hint=row.outcome.hint + rest.hint)
                known.rows[number] = replace(row, outcome=rest)

    @precondition(lambda self: self.ended_runs())
    @rule(data=st.data(), scrub=st.booleans())
    def forget(self, data: st.DataObject, *, scrub: bool) -> None:
        """Nothing of a person is left but the unique values of contacts in doubt."""
        seq = data.draw(st.sampled_from(self.ended_runs()))
        known = self.model.runs[seq]
        known.run, known.forgotten = replace(known.run, forgotten_at="2026-02-01T00:00:00+00:00"), True
        doubts = {number for number in self.model.in_doubt(seq) if known.rows[number].contact.keys()}
        filled = sum(row.contact != Contact() for row in known.rows.values())
        assert self.ledger.people.erase(seq, known.run) == (filled - len(doubts), len(doubts))
        if scrub:
            self.ledger.people.scrub()
        for number, row in known.rows.items():
            keys = row.contact.keys() if number in doubts else {}
            error, hint = (
                ((words,) for words in ERROR_CODES[row.outcome.error_code]) if row.outcome.error_code else ((), ())
            )
            outcome = row.outcome._replace(error=error, hint=hint)
            known.rows[number] = replace(
                row, cells=(), contact=Contact(**keys, attributes={}, clears=()), outcome=outcome
            )

    # What may happen at any time

    @rule()
    def reopen(self) -> None:
        path = self.ledger.path
        self.ledger.close()
        self.open(path)

    @rule()
    def die(self) -> None:
        """Between two commits."""
        with suppress(Crash):
            self.kill()
        self.come_back()

    def kill(self) -> NoReturn:
        """Keep what a killed process leaves: the file and its log as they are now, and no shared memory."""
        self.left = next(self.files)
        self.left.parent.mkdir()
        for path in self.ledger.path.parent.glob("*.sqlite3*"):
            if not path.name.endswith("-shm"):
                shutil.copy(path, self.left.parent)
        raise Crash

    def come_back(self) -> None:
        self.ledger.close()
        self.open(self.left)

    def open_runs(self) -> list[int]:
        return [seq for seq, known in self.model.runs.items() if known.run.finished_at is None]

    def ended_runs(self) -> list[int]:
        return [seq for seq, known in self.model.runs.items() if known.run.finished_at is not None]

    # What must hold

    @invariant()
    def runs_are_all_there_the_newest_first(self) -> None:
        assert self.ledger.runs() == [(seq, known.run) for seq, known in sorted(self.model.runs.items(), reverse=True)]
        assert all(self.ledger.has_run(known.run.id) for known in self.model.runs.values())

    @invariant()
    def rows_are_what_was_committed_in_the_order_of_the_input(self) -> None:
        for seq, known in self.model.runs.items():
            rows = [stored(row) for row in known.rows.values()]
            shown = [replace(row, contact=Contact()) if known.forgotten else row for row in rows]
            assert list(self.ledger.results(seq)) == shown
            assert texts(self.ledger.result_pages(seq)) == [told(row) for row in shown]
            assert self.ledger.counts(seq) == Counter(row.outcome.status for row in rows)
            pending = sorted((row for row in rows if row.outcome.status is Status.PENDING), key=_is_sure)
            assert list(self.ledger.pending(seq)) == [self.model.due(seq, row) for row in pending]

    @invariant()
    def contacts_are_known_to_later_runs(self) -> None:
        lines = self.model.register
        earlier = self.ledger.earlier([*lines])
        assert {key: (found.status, found.contact_id) for key, found in earlier.items()} == {
            key: (line.status, line.contact_id) for key, line in lines.items()
        }
        windows = [found.window for found in earlier.values()]
        assert [window is not None for window in windows] == [
            found.status in (Status.SENT, Status.FAILED) for found in earlier.values()
        ]
        assert all(window.since <= window.until for window in windows if window)
        unknown = {key_of(row) for run in self.model.runs.values() for row in run.rows.values() if row.fingerprint}
        assert self.ledger.earlier([*(unknown - lines.keys())]) == {}
        assert self.ledger.doubtful().keys() == self.model.doubtful()

    @invariant()
    def a_row_only_goes_on(self) -> None:
        """Pending, sent, outcome: never back but where a mark is taken back, and an outcome is never changed."""
        for seq, _ in self.ledger.runs():
            for row in self.ledger.results(seq):
                before = self.seen.get((seq, row.number), Status.PENDING)
                assert before in (Status.PENDING, row.outcome.status) or (
                    before is Status.SENT and row.outcome.status is not Status.PENDING
                )
                self.seen[seq, row.number] = row.outcome.status


TestLedger = pytest.mark.slow(LedgerMachine.TestCase)
TestLedger.settings = settings(max_examples=examples(60), stateful_step_count=30, print_blob=True)
