"""What a verification and an undo share: the import that they are about, and a run of their own in the ledger."""

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from functools import partial
from pathlib import PurePath
from typing import Final, NamedTuple, TypeAlias

from importer.config.settings import Config
from importer.error_codes import not_sent
from importer.errors import ConfigError
from importer.files import workspace
from importer.history.runs import find
from importer.ledger.group_commit import GroupCommit, Record, RunLedger, group_commit_of
from importer.ledger.ledger import Ledger
from importer.ledger.records import LedgerRow, Window
from importer.ledger.run import Run, epoch_s, now, user
from importer.ledger.schema import VERSION
from importer.livedesk.contact import Contact
from importer.message import Counted, Message, and_more
from importer.models import Mode, Outcome, Status
from importer.network.addresses import same_address
from importer.observer import Observer
from importer.pipeline.closing import close
from importer.pipeline.session import run_loop, session_of, stopping
from importer.pipeline.stage import Work
from importer.pipeline.terms import Terms
from importer.reporter.verdict import MODES
from importer.sender.earlier_requests import unsure_of
from importer.sender.findings import Findings
from importer.sender.metrics import Sent, followed
from importer.sender.session import SAID_PAUSE_S, Known, Session
from importer.sender.shutdown import Shutdown
from importer.sender.two_looks import Look, Looks, look_twice
from importer.shell import command_line

MakeLook: TypeAlias = Callable[[Session, GroupCommit], AbstractAsyncContextManager[Look]]
"""How to settle a row, in a session, and what that needs meanwhile."""


class Subject(NamedTuple):
    """The import that a run looks back at, in its ledger."""

    ledger: Ledger
    seq: int
    run: Run

    @property
    def settle_s(self) -> float:
        """Its --settle, in seconds."""
        return float(str(self.run.options.get("settle", 30.0)))

    @property
    def window(self) -> Window:
        """When its creates can have been stored."""
        until = epoch_s(self.run.finished_at) if self.run.finished_at else time.time()
        return Window(epoch_s(self.run.started_at), until + self.run.late_s)

    def wait_s(self) -> float:
        """Seconds until a search must show all that it sent."""
        return epoch_s(self.run.finished_at or self.run.started_at) + self.settle_s - time.time()


def subject(ledger: Ledger, name: str | None, config: Config) -> Subject:
    """The import of this name, ``None`` for the newest. Raises ``ConfigError`` if it cannot be looked back at."""
    seq, run = find(name, ledger.runs(), ledger.path)
    if run.mode != "import":
        told = Message("{run} is no import, it is of mode {mode}", run=run.id, mode=MODES[run.mode])
        raise ConfigError(told, Message("name an import: import-contacts runs shows them"))
    if run.forgotten_at is not None:
        raise ConfigError("{run} is forgotten: its data is erased", "name a run that is not forgotten", run=run.id)
    if not same_address(run.base_url, config.base_url):
        there, here = run.base_url, config.base_url
        told = Message("{run} went to {there}, and the settings name {here}", run=run.id, there=there, here=here)
        raise ConfigError(told, Message("add {option}", option=f"--base-url {run.base_url}"))
    return Subject(ledger, seq, run)


_PROPOSED: Final[Mapping[Mode, Message]] = {
    "verify": Message("{command} reads them back"),
    "undo": Message("{command} takes them back"),
}
"""What looking back at another run does, by the verb of the command."""

MOST_SENDERS: Final = 3


def say_senders(terms: Terms, source: Subject, mode: Mode) -> None:
    """Of a run that sent nothing, say which runs did send its rows, and the command for the newest of them."""
    if not (senders := source.ledger.looking_back.senders(source.seq)):
        return
    runs = and_more(senders, MOST_SENDERS)
    told = Message("This run sent nothing itself; {runs} sent these rows", runs=runs)
    terms.observer.warn(told, proposed(mode, senders[0]))


def say_unknown(terms: Terms, source: Subject) -> None:
    """Say how many rows of the run may be stored although nothing has proved it, unless a later run has settled some:
    a look back leaves them alone."""
    rows = source.ledger.counts(source.seq).get(Status.UNKNOWN, 0)
    if rows and not source.ledger.looking_back.settled().get(source.run.id):
        told = Counted(
            "{number:,} row of {run} is unknown: it may be stored, and is not looked at here",
            "{number:,} rows of {run} are unknown: they may be stored, and are not looked at here",
            rows,
            run=source.run.id,
        )
        terms.observer.warn(told, Message("import the file again first: that finds out what is stored"))


def proposed(mode: Mode, name: str) -> Message:
    """The command that looks back at the run of this name instead, and what it does."""
    return _PROPOSED[mode].with_values({"command": command_line(["import-contacts", mode, name])})


def begin(terms: Terms, source: Subject, ledger: Ledger, mode: Mode, rows: Iterable[LedgerRow]) -> Work:
    """Enter a run about another with its rows, all in one transaction, and make its folder."""
    config = _settings(terms.config, source.run)
    stem = f"{mode}-{PurePath(source.run.file).stem}"
    run = _about(source.run, f"{stem}, being staged", mode)
    run = replace(run, arguments=tuple(terms.arguments), options=config.told())
    with workspace.run_folder(config.output_dir, stem, ledger.has_run) as make_folder, ledger.transaction():
        seq = ledger.begin(run)
        ledger.add(seq, rows)
        folder = make_folder()
        run = replace(run, id=folder.name)
        ledger.rewrite(seq, run)
    return Work(config, ledger, seq, run, folder)


def _about(run: Run, name: str, mode: Mode) -> Run:
    """The record of a run about another as it begins: of the other it has what says which rows those are."""
    return Run(
        id=name,
        file=run.file,
        kind=run.kind,
        sheet=run.sheet,
        inbox_id=run.inbox_id,
        base_url=run.base_url,
        started_at=now(),
        titles=run.titles,
        mapping=run.mapping,
        mode=mode,
        started_by=user(),
        widths=run.widths,
        sheets=run.sheets,
        of_run=run.id,
        ledger_version=VERSION,
        uploads=run.uploads,
        delimiter=run.delimiter,
    )


def _settings(config: Config, run: Run) -> Config:
    """The settings for this process alone, with the server spelled as in the ledger: its contacts are known by that."""
    alone = {"workers": None, "scheduler": None, "sandbox": False, "base_url": run.base_url}
    return config.model_copy(update=alone)


def row_of(row: LedgerRow, outcome: Outcome, *, was_there: bool, window: Window | None = None) -> LedgerRow:
    """A row of a run that looks back. It has no fingerprint, for it says nothing of what was sent; its ``known_id`` is
    set if the contact was there before."""
    known_id = outcome.contact_id if was_there else None
    return LedgerRow(row.number, (), row.contact, outcome, None, window, row.source, known_id)


def is_erased(row: LedgerRow) -> bool:
    """Whether ``forget`` has erased what the run sent for this row: every other row has something."""
    return row.contact == _NOBODY


_NOBODY: Final = Contact()


def look_back(work: Work, source: Subject, terms: Terms, record: Record, make_look: MakeLook) -> Work:
    """Settle the rows that are pending, and close the run; a second signal ends it at once."""
    ledger, seq, sent = work.ledger, work.seq, Sent()
    due = ledger.counts(seq).get(Status.PENDING, 0)
    started: list[GroupCommit] = []

    async def settle_all() -> None:
        stop = Shutdown()
        terms.cancellation.wakes(stopping(stop))
        group_commit = group_commit_of(ledger, seq, record)
        started.append(group_commit)
        run_ledger = RunLedger(ledger, seq, ledger.pending(seq), due, group_commit)
        findings = Findings(ledger.servers.capabilities(work.run.base_url), group_commit.found_out)
        unsure = unsure_of(ledger, seq, source.settle_s, time.time()) if work.run.mode == "undo" else {}
        known = Known(findings=findings, unsure=unsure)
        opened = session_of(work.config, terms.observer, stop, sent, known)
        async with opened as session, make_look(session, group_commit) as look:
            wait_s = partial(_wait_s, source, session)
            looks = Looks(look, work.config.concurrency, wait_s, partial(_say_left, terms.observer))
            with followed(group_commit, session.metrics, terms.observer.progress(due, "look back"), kept=False):
                await look_twice(run_ledger, session, looks)
                await group_commit.flush()

    if due and not run_loop(settle_all(), terms.cancellation):
        for group_commit in started:
            group_commit.rest()
    work = close(work, sent, not_sent(sent.reason), terms.cancellation)
    if sent.reason is not None:
        terms.observer.fail(sent.reason.message, sent.reason.hint)
    return work


def _wait_s(source: Subject, session: Session) -> float:
    return max(source.wait_s(), session.earlier.left_s)


def _say_left(observer: Observer, rows: int, seconds: float) -> None:
    if seconds >= SAID_PAUSE_S:
        observer.say(
            Counted(
                "{number:,} contact cannot be told yet: a search may be late, or a request still be carried out. "
                "Looking again within {seconds:,} s.",
                "{number:,} contacts cannot be told yet: a search may be late, or a request still be carried out. "
                "Looking again within {seconds:,} s.",
                rows,
                seconds=round(seconds),
            )
        )
