"""Run one import: stage its rows, send those that are due, report."""

import getpass
import json
import os
import socket
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from functools import partial
from itertools import chain, filterfalse, islice
from pathlib import Path
from typing import Final, NamedTuple

from importer import workspace
from importer.cluster.settings import OPEN_SCHEDULER, check_cluster, is_open
from importer.config import Config
from importer.console import Console
from importer.error_codes import ERROR_CODES, not_sent
from importer.errors import ConfigError, ExitCode
from importer.history.runs import mapping_beside, mapping_by_titles, repair
from importer.ledger.ledger import Ledger
from importer.ledger.records import Source, StagedRow
from importer.ledger.run import Run, SheetPart, now
from importer.livedesk.contact import Contact, json_lines
from importer.loader.table import ReadOptions, Table, open_tables
from importer.mapping.assignment import as_before
from importer.mapping.column_mapping import map_columns, render
from importer.message import Counted, Message
from importer.models import DUE, Outcome, Row, Status
from importer.normalizer.batch import Normalizer, as_it_was, as_they_were
from importer.normalizer.column_profile import ColumnProfile
from importer.normalizer.columns import ColumnMapping, Rules
from importer.remarks import APART, RemarkCount
from importer.reporter.files import Copy, check_places, publish, write_files
from importer.reporter.summary import Summary, exit_code
from importer.reporter.workbooks import is_example
from importer.runtime import dumps_texts, little_garbage
from importer.sender.metrics import Sent
from importer.signals import Interrupt
from importer.staging.checking import Checker
from importer.staging.person_index import PersonIndex
from importer.staging.stager import Choices, Given, Memory, Stager
from importer.texts import ERROR_TITLE

_SAMPLE_ROWS: Final = 100
_BATCH_ROWS: Final = 1000
_SHOWN_BODIES: Final = 5
_DUE: Final = (Status.PENDING, Status.VALID)
"""The status of a staged row that is new and sound: to send, or valid in a dry run."""


@dataclass(frozen=True, slots=True)
class Work:
    """A run under way: its settings, its number ``seq`` in the ledger, and the folder of its files."""

    config: Config
    ledger: Ledger
    seq: int
    run: Run
    folder: Path


class Sheet(NamedTuple):
    """One source of rows: a table, and the fields of its columns."""

    table: Table
    mapping: ColumnMapping


class Input(NamedTuple):
    """What a run imports: one table, or the sheets of a workbook, and the run's record as it begins."""

    sheets: Sequence[Sheet]
    run: Run


@little_garbage()
def run_import(
    config: Config, path: Path, console: Console, interrupt: Interrupt, arguments: Sequence[str] = ()
) -> Summary:
    """Import one file and write its run's folder; the summary's run has the exit code.

    ``arguments`` is the command line as typed, for the run's record. Raises ``ImporterError`` if the run cannot begin
    (exit codes 2, 3 and 5) or cannot be recorded.
    """
    sheets = _opened(config, path, console)
    with _ledger(config, path) as ledger:
        ready = _preflight(config, ledger, console, interrupt)
        source = Input(sheets, _begun(config, sheets, arguments))
        work = stage(config, source, ledger, console, interrupt)
        del sheets, source  # a workbook keeps its cells in memory, and sending takes long
        _say_staged(console, work)
        summary = report(deliver(work, ready, console, interrupt))
    for warning in summary.warnings:
        console.warn(warning)
    publish(config, summary, console, interrupt)
    return summary


def _opened(config: Config, path: Path, console: Console) -> list[Sheet]:
    """Open the tables, map their columns, and introduce both. Raises ``InputError``, ``ConfigError``."""
    tables = open_tables(path, ReadOptions(config.sheet, config.encoding, config.delimiter))
    sheets = [_mapped(config, table, console) for table in tables]
    check_places(config, path)
    for sheet in sheets:
        _introduce(console, sheet, config, named=len(sheets) > 1)
    return sheets


def _mapped(config: Config, table: Table, console: Console) -> Sheet:
    """The table with the fields of its columns."""
    sample = next(table.batches(_SAMPLE_ROWS))
    overrides = _as_before(config, table, console)
    mapping = map_columns(table.titles, overrides, config.set, config.extra_columns, sample)
    check(config, mapping)
    return Sheet(table, mapping)


def _as_before(config: Config, table: Table, console: Console) -> dict[str, str]:
    """The column options; for an errors file also the fields that its columns had in the run that wrote it."""
    if table.titles[-1:] != (ERROR_TITLE,):
        return config.map
    found = mapping_beside(table.path, table.titles) or mapping_by_titles(config.output_dir, table.path, table.titles)
    if found is None:
        return config.map
    console.say(Message("columns as in {run}, {why}", run=found.run, why=found.why))
    return as_before(table.titles, found.mapping, config.map)


def check(config: Config, mapping: ColumnMapping) -> None:
    """Raise ``ConfigError`` if the run could not send what it reads."""
    if config.inbox_id is None and "inbox_id" not in {*mapping.fields(), *mapping.constants}:
        raise ConfigError(
            "no inbox: the contacts need an inbox to go to",
            "add --inbox ID (console: channel settings, Channel ID) or set LIVEDESK_INBOX_ID",
        )
    if not config.rehearsal and config.scheduler is None:  # the workers of a cluster have credentials of their own
        config.credentials()
    if config.on_cluster and not config.dry_run:
        check_cluster(config)


def _preflight(config: Config, ledger: Ledger, console: Console, interrupt: Interrupt) -> Sent:
    """Ask a service that no run of this ledger has reached yet whether it takes contacts, before a long staging.

    If it does not, the user hears so at once, and the rows become ``not_sent``. With ``--strict`` the run does not ask:
    the rows decide first whether anything is sent.
    """
    known = {run.base_url for _, run in ledger.runs() if run.exit_code in (ExitCode.OK, ExitCode.ROWS_FAILED)}
    ask = not (config.strict or config.base_url in known)
    if config.rehearsal or not (ask or config.scheduler):
        return Sent()
    from importer.pipeline import send as sending  # without aiohttp a dry run starts a quarter of a second sooner

    if config.scheduler:
        if is_open(config):
            remark = Message("--scheduler {scheduler}: {remark}", scheduler=config.scheduler, remark=OPEN_SCHEDULER)
            console.warn(remark)
        ready = sending.preflight_elsewhere(config, interrupt, ask=ask)
    else:
        ready = sending.preflight(config, console, interrupt)
    if ready.reason is not None:
        console.fail(ready.reason.message, ready.reason.hint)
    return ready


def _begun(config: Config, sheets: Sequence[Sheet], arguments: Sequence[str]) -> Run:
    """The record of a run as it begins; it gets its name when all rows are staged."""
    table = sheets[0].table
    parts = tuple(
        SheetPart(one.table.sheet or "", one.table.titles, one.mapping.titles_to_fields(), one.table.widths)
        for one in sheets
    )
    mappings = [part.mapping for part in reversed(parts)]
    return Run(
        id=f"{_decoded(table.path.stem)}, being staged",
        file=_decoded(table.path.name),
        kind=table.kind,
        sheet=", ".join(part.sheet for part in parts) or None,
        inbox_id=config.inbox_id,
        base_url="sandbox" if config.sandbox else config.base_url,
        started_at=now(),
        titles=tuple(dict.fromkeys(chain.from_iterable(part.titles for part in parts))) if parts[1:] else table.titles,
        mapping={title: field for mapping in mappings for title, field in mapping.items()},
        mode=config.mode,
        started_by=_user(),
        arguments=tuple(map(_decoded, arguments)),
        options=config.told(),
        widths=() if parts[1:] else table.widths,
        sheets=parts if parts[1:] else (),
    )


def _user() -> str:
    """``user@host``."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError, ImportError):  # a user without a name, as in a container; Windows without one
        user = "unknown"
    return f"{user}@{socket.gethostname()}"


def stage(config: Config, source: Input, ledger: Ledger, console: Console, interrupt: Interrupt) -> Work:
    """Check every row of the file and write it to the ledger, all rows in one transaction.

    After a signal the remaining rows are not checked; they become ``not_sent``, since each needs a line in the results.
    Raises ``InputError`` if the file turns out to be damaged, ``LedgerError``.
    """
    sheets, run = source
    names = tuple(part.sheet for part in run.sheets)
    profiles = [ColumnProfile(sheet.mapping.columns) for sheet in sheets]
    remarks = RemarkCount()
    with workspace.run_folder(config.output_dir, _stem(sheets), ledger.has_run) as make_folder, ledger.transaction():
        seq = ledger.begin(run)
        stage_sheet = _Staging(config, ledger, seq, interrupt, remarks)
        with PersonIndex(partial(_contact_of, ledger, seq, Source(0, names))) as people:
            for place, (sheet, profile) in enumerate(zip(sheets, profiles, strict=True)):
                stage_sheet(sheet, Source(place, names), profile, people)
        ledger.forget_cells(seq)
        folder = make_folder()
        repairs = tuple(repair for profile in profiles for repair in profile.repairs())
        run = replace(run, id=folder.name, repairs=repairs)
        ledger.rewrite(seq, run)
    if config.dry_run:
        _preview(console, profiles, ledger, seq)
    _warn_of_rows_apart(console, remarks)
    return Work(config, ledger, seq, run, folder)


def _stem(sheets: Sequence[Sheet]) -> str:
    return _decoded(sheets[0].table.path.stem)


def _contact_of(ledger: Ledger, seq: int, source: Source, key: int) -> Contact:
    """The contact of a staged row by its key among all sheets."""
    place, number = source.row(key)
    return ledger.contact(seq, number, place)


class _Staging:
    """Stages the sheets of one run, one after the other; ``--limit`` counts over all."""

    def __init__(self, config: Config, ledger: Ledger, seq: int, interrupt: Interrupt, remarks: RemarkCount) -> None:
        self._config = config
        self._ledger = ledger
        self._seq = seq
        self._interrupt = interrupt
        self._remarks = remarks
        self._left = config.limit
        self._memory = Memory(ledger.earlier, ledger.doubtful())
        self._choices = Choices(**{choice.name: getattr(config, choice.name) for choice in fields(Choices)})

    def __call__(self, sheet: Sheet, source: Source, profile: ColumnProfile, people: PersonIndex) -> None:
        """Check every row of a sheet, and enter it."""
        config, ledger, mapping = self._config, self._ledger, sheet.mapping
        rules = Rules(config.inbox_id, config.country, config.type, config.invalid_values)
        normalizer = Normalizer(mapping, rules, in_order=True)
        checker = Checker(normalizer, None if config.dry_run else config.base_url, keep_cells=not config.dry_run)
        given = Given(source, partial(as_it_was, mapping=mapping), profile)
        stager = Stager(given, self._memory, people, self._choices)
        due = Outcome(Status.VALID) if config.dry_run else DUE  # final from the start, which saves 1.5 µs a row
        for batch in _batches(sheet.table, self._left):
            self._left = None if self._left is None else self._left - len(batch)
            if self._interrupt.exit_code is not None:
                ledger.add(self._seq, (), _unchecked(batch, mapping), not_sent(None), source.place)
                continue
            staged = stager.stage(batch, checker.check(batch))
            for row in staged.apart:
                self._remarks.add(source.among_all(row.number), row.outcome.hint)
            ledger.add(self._seq, staged.apart, staged.plain, due, source.place)
            for row in stager.merged():
                ledger.amend(self._seq, row)


def _warn_of_rows_apart(console: Console, remarks: RemarkCount) -> None:
    for remark in remarks.found():
        if remark.kind == APART:
            told = Message("{where}: {meaning}; sent as people", where=remark.where, meaning=remark.meaning)
            console.warn(told, Message("delete rows that are nobody, and import again"))


def _unchecked(batch: Sequence[Row], mapping: ColumnMapping) -> Iterator[StagedRow]:
    """Rows for the ledger as they were read."""
    contacts = json_lines(as_they_were(batch, mapping), len(batch))
    return ((row.number, dumps_texts(row.cells), text, None) for row, text in zip(batch, contacts, strict=True))


def deliver(work: Work, ready: Sent, console: Console, interrupt: Interrupt) -> Work:
    """Send the rows that are due, give every other row its outcome, and record how the run ended.

    ``ready`` is what ``_preflight`` found: if it has a reason to stop, nothing is sent.
    """
    config, ledger, seq = work.config, work.ledger, work.seq
    sent = ready
    if config.dry_run:
        rest = Outcome(Status.VALID)
    elif config.strict and Status.INVALID in ledger.counts(seq):
        rest = _STRICT
    else:
        if ready.reason is None and interrupt.exit_code is None:
            from importer.pipeline import send as sending

            sent = ready.then(sending.send(config, ledger, seq, console, interrupt))
        rest = not_sent(sent.reason)
    ledger.close_rows(seq, rest)
    code = sent.reason.exit_code if sent.reason else interrupt.exit_code or exit_code(ledger.counts(seq))
    stopped = sent.reason.message if sent.reason else Message("interrupted") if interrupt.exit_code else None
    run = replace(work.run, finished_at=now(), exit_code=int(code), stopped=stopped)
    run = replace(run, requests=sent.requests, retries=sent.retries, measures=sent.measures)
    with ledger.transaction():
        ledger.rewrite(seq, run)
    if sent.reason is not None and ready.reason is None:
        console.fail(sent.reason.message, sent.reason.hint)
    return replace(work, run=run)


_STRICT: Final = Outcome(
    Status.NOT_SENT, error_code="strict", error=(ERROR_CODES["strict"].meaning,), hint=(ERROR_CODES["strict"].hint,)
)


def report(work: Work) -> Summary:
    """Write the run's files from the ledger. Raises ``OutputError``."""
    config, ledger, seq = work.config, work.ledger, work.seq
    if work.folder.parent.is_dir():
        workspace.make_folder(work.folder)  # somebody may have removed it meanwhile
    copy = Copy(config.results, config.errors_first) if config.results else None
    return write_files(ledger, seq, work.folder, copy, config.lang)


@contextmanager
def _ledger(config: Config, path: Path) -> Iterator[Ledger]:
    """The ledger of this output directory, locked; a rehearsal gets a temporary one."""
    place = (
        workspace.ledger_to_rehearse(config.output_dir)
        if config.rehearsal
        else workspace.ledger_to_import(config.output_dir, path.name)
    )
    with place as found, Ledger(found, lasting=not config.dry_run) as ledger:
        repair(ledger, config.output_dir)
        yield ledger


def _batches(table: Table, limit: int | None) -> Iterator[list[Row]]:
    """At most ``limit`` rows of the table, in batches, without the template's example."""
    rows = islice(filterfalse(is_example, chain.from_iterable(table.batches(_BATCH_ROWS))), limit)
    while batch := list(islice(rows, _BATCH_ROWS)):
        yield batch


def _introduce(console: Console, sheet: Sheet, config: Config, *, named: bool) -> None:
    """Tell the user how a table was read, before anything is sent; ``named`` where there are several."""
    table, mapping = sheet
    title = [Message('sheet "{name}"', name=table.sheet)] if named else []
    said: list[Message | str] = [*table.notes, *title, *render(mapping)]
    for line in said:
        console.say(line)
    for note in (*table.warnings, *mapping.notes):
        console.warn(note)
    known = {*mapping.sources(), *mapping.constants}
    for name in (field for field in config.type if field not in known):
        console.warn(Message("--type {name}: no column and no --set has this attribute", name=name))
    if config.errors_first and not config.results:
        console.warn(Message("--errors-first sorts the copy that --results names, and there is none"))


def _say_staged(console: Console, work: Work) -> None:
    counts = work.ledger.counts(work.seq)
    due = sum(counts.get(status, 0) for status in _DUE)
    valid = Message("{number:,} valid", number=due)
    first = valid if work.config.dry_run else Message("{number:,} to send", number=due)
    others = [f"{number:,} {status}" for status, number in counts.items() if status not in _DUE]
    rows = sum(counts.values())
    console.say(Counted("{number:,} row: {counts}", "{number:,} rows: {counts}", rows, counts=[first, *others]))


def _preview(console: Console, profiles: Iterable[ColumnProfile], ledger: Ledger, seq: int) -> None:
    """Show the columns with examples, and with ``--verbose`` the first requests that an import would send."""
    for line in chain.from_iterable(profile.lines() for profile in profiles):
        console.say(line)
    due = (row for row in ledger.results(seq) if row.outcome.status in _DUE)
    for row in islice(due, _SHOWN_BODIES):
        console.detail(json.dumps(row.contact.create_body(), ensure_ascii=False))
        if row.contact.attributes:
            console.detail(f"  then {json.dumps(row.contact.attributes_body(), ensure_ascii=False)}")


def _decoded(name: str) -> str:
    """A file's name as text; bytes that are not UTF-8 become U+FFFD."""
    return os.fsencode(name).decode("utf-8", "replace")
