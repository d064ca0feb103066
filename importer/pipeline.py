"""The import: stage, send, report, each from one durable state to the next; the only wiring there is.

file --loader--> rows --normalizer--> contacts --> LEDGER --> workers --client--> LiveDesk
                                                    |  ^                   |
                                     reporter <-----+  +---- outcomes <----+
"""

import asyncio
import gc
import json
import os
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from importer import workspace
from importer.client import Access, connect
from importer.config import Config, is_loopback
from importer.console import Console
from importer.delivery import Policy, settle
from importer.dispatch import Dispatch, not_sent
from importer.duplicates import People
from importer.error_codes import ERROR_CODES
from importer.errors import ConfigError, OutputError
from importer.interrupt import Interrupt
from importer.journal import Journal
from importer.ledger import Ledger
from importer.loader import ReadOptions, Table, open_table
from importer.mapping import ColumnMapping, map_columns, render
from importer.models import LedgerRow, Outcome, Row, Run, Status
from importer.normalizer import Normalizer, Rules, as_it_was
from importer.pacing import Pacer, Stop
from importer.reporter import LAST_FILE, Summary, exit_code, write_files
from importer.retry import Patience
from importer.sandbox import EVERY_INBOX, Sandbox, SandboxSettings, serve
from importer.staging import Choices, Memory, Stager
from importer.tally import Tally
from importer.template import is_example
from importer.workers import run_pool

_SAMPLE_ROWS: Final = 100
_BATCH_ROWS: Final = 1000
_TOLD_PAUSE_S: Final = 5.0
_SHOWN_BODIES: Final = 5


@dataclass(frozen=True, slots=True)
class Work:
    """One run at work: its settings, its place in the ledger, and the folder of its files."""

    config: Config
    ledger: Ledger
    seq: int
    run: Run
    folder: Path


def run_import(config: Config, path: Path, console: Console, interrupt: Interrupt) -> Summary:
    """Import one file and write its run's folder; the summary's run holds the exit code.

    Raises ``ImporterError`` where the run cannot begin (exit codes 2, 3 and 5) or cannot be written down.
    """
    table = open_table(path, ReadOptions(config.sheet, config.encoding, config.delimiter))
    sample = next(table.batches(_SAMPLE_ROWS))
    mapping = map_columns(table.titles, config.map, config.set, config.extra_columns, sample)
    check(config, mapping)
    if config.results:
        workspace.check_copy(config.results, path)
    _introduce(console, table, mapping)
    with _ledger(config, path) as ledger:
        work = stage(config, table, mapping, ledger, console)
        del table  # a workbook's cells are in its memory, and sending takes long
        _say_staged(console, work)
        summary = report(deliver(work, console, interrupt), config.results)
    for warning in summary.warnings:
        console.warn(warning)
    return summary


def check(config: Config, mapping: ColumnMapping) -> None:
    """Refuse a run that could not send what it reads. Raises ``ConfigError``."""
    if config.inbox_id is None and "inbox_id" not in {*mapping.fields(), *mapping.constants}:
        raise ConfigError(
            "no inbox: the contacts need an inbox to go to",
            "add --inbox ID (console: channel settings, Channel ID) or set LIVEDESK_INBOX_ID",
        )
    if not config.rehearsal:
        config.credentials()


def stage(config: Config, table: Table, mapping: ColumnMapping, ledger: Ledger, console: Console) -> Work:
    """Every row of the file into the ledger, checked, in one transaction: all of them or none.

    Raises ``InputError`` for a file that turns out to be damaged on the way, ``LedgerError``.
    """
    stem = _decoded(table.path.stem)
    run = Run(
        id=f"{stem}, being staged",
        file=_decoded(table.path.name),
        kind=table.kind,
        sheet=table.sheet,
        inbox_id=config.inbox_id,
        base_url="sandbox" if config.sandbox else config.base_url,
        started_at=_now(),
        titles=table.titles,
        mapping=mapping.titles_to_fields(),
        mode=config.mode,
    )
    gc.freeze()  # the libraries' own objects stay; looking through them again and again cost a tenth of the staging
    normalizer = Normalizer(mapping, Rules(config.inbox_id, config.country, config.type))
    choices = Choices(config.base_url, config.on_duplicate, config.duplicates, config.shared_values, config.fresh)
    memory = Memory(ledger.earlier, ledger.doubtful())
    tally = Tally(mapping.columns)
    with (
        workspace.run_folder(config.output_dir, stem, ledger.has_run) as make_folder,
        People() as people,
        ledger.transaction(),
    ):
        seq = ledger.begin(run)
        stager = Stager(normalizer, partial(as_it_was, mapping=mapping), memory, people, tally, choices)
        for batch in _batches(table, config.limit):
            ledger.add(seq, stager.stage(batch))
            for row in stager.merged():
                ledger.amend(seq, row)
        ledger.forget_cells(seq)
        folder = make_folder()
        run = replace(run, id=folder.name, repairs=tally.repairs())
        ledger.rewrite(seq, run)
    if config.dry_run:
        _preview(console, tally, ledger, seq)
    return Work(config, ledger, seq, run, folder)


def deliver(work: Work, console: Console, interrupt: Interrupt) -> Work:
    """Settle the rows that are due, and write down how the run ended; every row has an outcome then."""
    config, ledger = work.config, work.ledger
    run, stop = work.run, Stop()
    if config.dry_run:
        rest = Outcome(Status.VALID)
    elif config.strict and Status.INVALID in ledger.counts(work.seq):
        rest = _STRICT
    else:
        run = _send(work, stop, console, interrupt)
        rest = not_sent(stop.reason)
    ledger.close_rows(work.seq, rest)
    code = stop.reason.exit_code if stop.reason else interrupt.exit_code or exit_code(ledger.counts(work.seq))
    stopped = str(stop.reason or "") or ("interrupted" if interrupt.exit_code else "")
    run = replace(run, finished_at=_now(), exit_code=int(code), stopped=stopped)
    with ledger.transaction():
        ledger.rewrite(work.seq, run)
    if stop.reason is not None:
        console.fail(str(stop.reason), stop.reason.hint)
    return replace(work, run=run)


_STRICT: Final = Outcome(Status.NOT_SENT, None, "strict", *ERROR_CODES["strict"])


def _send(work: Work, stop: Stop, console: Console, interrupt: Interrupt) -> Run:
    """Run the send stage to its end; a second signal ends it at once and leaves its rows in doubt."""
    counted = _Counted()
    journal = Journal(partial(work.ledger.record, work.seq))
    try:
        asyncio.run(_settle_all(work, journal, stop, counted, console, interrupt))
    except KeyboardInterrupt:
        if interrupt.exit_code is None:
            raise
        journal.rest()
    return replace(work.run, requests=counted.requests, retries=counted.retries)


@dataclass(slots=True)
class _Counted:
    """What the send stage counts, readable however it ends."""

    requests: int = 0
    retries: int = 0


async def _settle_all(
    work: Work, journal: Journal, stop: Stop, counted: _Counted, console: Console, interrupt: Interrupt
) -> None:
    config, ledger = work.config, work.ledger
    loop = asyncio.get_running_loop()
    interrupt.wakes(partial(loop.call_soon_threadsafe, stop.request))
    progress = console.progress(ledger.counts(work.seq).get(Status.PENDING, 0))
    journal.on_disk = lambda settled: progress.advance(len(settled))
    policy = Policy(config.on_duplicate, config.inbox_id)
    async with _service(config) as access, connect(access) as client:
        pacer = Pacer(stop, config.rate, announce=partial(_say_pause, console))
        patience = Patience(config.max_attempts, config.max_wait)
        dispatch = Dispatch(pacer, stop, patience, random.random, console.warn)

        async def work_on(row: LedgerRow) -> None:
            await journal.sent(row)
            journal.settled(row, await settle(row, client, dispatch, policy))

        try:
            await run_pool(ledger.pending(work.seq), work_on, config.concurrency, stop)
            await journal.flush()
        finally:
            interrupt.wakes(lambda: None)  # this loop is about to close
            progress.close()
            counted.requests, counted.retries = client.requests.total(), dispatch.retries


def report(work: Work, copy: Path | None = None) -> Summary:
    """Write a run's files from the ledger. Raises ``OutputError``."""
    ledger, seq = work.ledger, work.seq
    return write_files(work.run, partial(ledger.results, seq), ledger.counts(seq), work.folder, copy)


def report_again(output_dir: Path, name: str | None) -> Summary:
    """Write the files of an earlier run again; ``name`` is the run's, or ``None`` for the newest.

    Raises ``ConfigError`` if there is no such run, ``LedgerBusy``, ``LedgerError``, ``OutputError``.
    """
    path = workspace.existing_ledger(output_dir)
    with workspace.locked(path, "writing a report"), Ledger(path) as ledger:
        _repair(ledger, output_dir)
        runs = {run.id: (seq, run) for seq, run in ledger.runs()}
        if name is not None and name not in runs:
            raise ConfigError(f'no run "{name}" in {path}', "import-contacts runs shows their names")
        if not runs:
            raise ConfigError(f"no runs in {path}", "import a file first")
        seq, run = next(iter(runs.values())) if name is None else runs[name]
        folder = output_dir / run.id
        workspace.make_folder(folder)
        return write_files(run, partial(ledger.results, seq), ledger.counts(seq), folder)


def list_runs(output_dir: Path) -> list[tuple[Run, dict[Status, int]]]:
    """Every run of the ledger with its counts, the newest first. Raises ``ConfigError``, ``LedgerError``."""
    with Ledger(workspace.existing_ledger(output_dir)) as ledger:
        return [(run, ledger.counts(seq)) for seq, run in ledger.runs()]


@asynccontextmanager
async def _service(config: Config) -> AsyncIterator[Access]:
    """The way to LiveDesk, or to a look-alike inside this process that no proxy stands before."""
    if not config.sandbox:
        proxies = not is_loopback(urlsplit(config.base_url).hostname or "")
        yield Access(config.base_url, *config.credentials(), config.timeout, config.concurrency, proxies)
        return
    settings = SandboxSettings(inboxes=EVERY_INBOX)
    async with serve(Sandbox(settings)) as base_url:
        yield Access(base_url, settings.api_key, settings.api_secret, config.timeout, config.concurrency, proxies=False)


@contextmanager
def _ledger(config: Config, path: Path) -> Iterator[Ledger]:
    """The ledger of this output directory, locked; for a rehearsal one of its own, that is thrown away."""
    place = (
        workspace.ledger_to_rehearse(config.output_dir)
        if config.rehearsal
        else workspace.ledger_to_import(config.output_dir, path.name)
    )
    with place as found, Ledger(found) as ledger:
        _repair(ledger, config.output_dir)
        yield ledger


def _repair(ledger: Ledger, output_dir: Path) -> None:
    """Do what a process that was killed left undone: the last outcomes of its rows, and its files."""
    for seq, run in ledger.runs():
        if run.finished_at is None:
            ledger.close_rows(seq, not_sent(None))
            run = replace(run, finished_at=_now(), stopped="the process ended without a word")
            with ledger.transaction():
                ledger.rewrite(seq, run)
        folder = output_dir / run.id
        if folder.is_dir() and not (folder / LAST_FILE).exists():
            with suppress(OutputError):
                write_files(run, partial(ledger.results, seq), ledger.counts(seq), folder)


def _batches(table: Table, limit: int | None) -> Iterator[list[Row]]:
    """The table's rows, at most ``limit`` of them, a batch at a time; the template's example is passed over."""
    rows = (row for row in chain.from_iterable(table.batches()) if not is_example(row))
    limited = islice(rows, limit)
    while batch := list(islice(limited, _BATCH_ROWS)):
        yield batch


def _introduce(console: Console, table: Table, mapping: ColumnMapping) -> None:
    """Say what was found, before anything is sent."""
    for line in (*table.notes, *render(mapping)):
        console.say(line)
    for note in mapping.notes:
        console.warn(note)


def _say_staged(console: Console, work: Work) -> None:
    counts = work.ledger.counts(work.seq)
    due = f"{counts.get(Status.PENDING, 0):,} {'valid' if work.config.dry_run else 'to send'}"
    others = [f"{number:,} {status}" for status, number in counts.items() if status is not Status.PENDING]
    console.say(f"{sum(counts.values()):,} rows: {', '.join([due, *others])}")


def _preview(console: Console, tally: Tally, ledger: Ledger, seq: int) -> None:
    """A look before the leap: the columns with examples, and with ``--verbose`` the first bodies as they would go."""
    for line in tally.lines():
        console.say(line)
    for row in islice(ledger.pending(seq), _SHOWN_BODIES):
        console.detail(json.dumps(row.contact.create_body(), ensure_ascii=False))
        if row.contact.attributes:
            console.detail(f"  then {json.dumps(row.contact.attributes_body(), ensure_ascii=False)}")


def _say_pause(console: Console, seconds: float) -> None:
    if seconds >= _TOLD_PAUSE_S:
        console.say(f"The server asks for a pause of {seconds:,.0f} s.")


def _decoded(name: str) -> str:
    """A file's name as text; a name that is not UTF-8 has question marks in it."""
    return os.fsencode(name).decode("utf-8", "replace")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
