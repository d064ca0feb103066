"""Stage the rows of an input: check every one, hold it against the others, and enter it into the ledger."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from itertools import chain, filterfalse, islice
from pathlib import Path
from typing import Final, NamedTuple

from importer import workspace
from importer.config import Config
from importer.console import Console
from importer.error_codes import not_sent
from importer.history.corrections import Origin, folder_of_run, origin_of
from importer.ledger.ledger import Ledger
from importer.ledger.records import Keyless, Source, StagedRow
from importer.ledger.run import Corrected, Run
from importer.livedesk.contact import Contact, json_lines
from importer.loader.table import Table
from importer.message import Message
from importer.models import DUE, Outcome, Row, Status
from importer.normalizer.batch import Normalizer, as_it_was, as_they_were
from importer.normalizer.clears import clearable
from importer.normalizer.column_profile import ColumnProfile
from importer.normalizer.columns import ColumnMapping, Rules
from importer.normalizer.text import showing_loss
from importer.pipeline.updating import agree_to_clears
from importer.remarks import APART, ELSEWHERE_ID, FOREIGN_ID, OTHER_ID, RemarkCount
from importer.reporter.errors_layout import is_errors_file
from importer.reporter.template import is_example
from importer.runtime import dumps_texts
from importer.signals import Interrupt
from importer.staging.checking import Checker
from importer.staging.choices import Choices
from importer.staging.memory import Memory
from importer.staging.person_index import PersonIndex
from importer.staging.stager import Given, Stager
from importer.staging.standing import Standing
from importer.system_text import decoded

_BATCH_ROWS: Final = 1000
_SHOWN_BODIES: Final = 5
DUE_STATUS: Final = (Status.PENDING, Status.VALID)
"""The status of a staged row that is new and sound: to send, or valid in a dry run."""


@dataclass(frozen=True, slots=True)
class Work:
    """A run under way: its settings, its number ``seq`` in the ledger, the folder of its files, and the folder that its
    input lies in."""

    config: Config
    ledger: Ledger
    seq: int
    run: Run
    folder: Path
    source: Path = Path()


class Sheet(NamedTuple):
    """One source of rows: a table, and the fields of its columns."""

    table: Table
    mapping: ColumnMapping


class Input(NamedTuple):
    """What a run imports: one table, or the sheets of a workbook, and the run's record as it begins."""

    sheets: Sequence[Sheet]
    run: Run


def stage(config: Config, source: Input, ledger: Ledger, console: Console, interrupt: Interrupt) -> Work:
    """Check every row of the file and write it to the ledger, all rows in one transaction.

    After a signal the remaining rows are not checked; they become ``not_sent``, since each needs a line in the results.
    Raises ``InputError`` if the file turns out to be damaged, ``LedgerError``, and ``ConfigError`` if nobody agrees to
    what ``--clear`` may erase: then the ledger knows nothing of the run.
    """
    sheets, run = source
    names = tuple(part.sheet for part in run.sheets)
    profiles = [ColumnProfile(sheet.mapping.columns) for sheet in sheets]
    remarks = RemarkCount()
    with workspace.run_folder(config.output_dir, _stem(sheets), ledger.has_run) as make_folder, ledger.transaction():
        seq = ledger.begin(run)
        stage_sheet = _Staging(config, ledger, seq, interrupt, remarks)
        with PersonIndex(partial(_contact_of, ledger, seq, Source(0, names)), config.match_by) as people:
            for place, (sheet, profile) in enumerate(zip(sheets, profiles, strict=True)):
                stage_sheet(sheet, Source(place, names), profile, people)
        if config.clear and not config.rehearsal and run.mode != "plan":
            agree_to_clears(ledger, seq, console, interrupt)
        folder = make_folder()
        repairs = tuple(repair for profile in profiles for repair in profile.repairs())
        run = replace(run, id=folder.name, repairs=repairs, corrects=stage_sheet.corrects(run))
        ledger.rewrite(seq, run)
    for warning in chain.from_iterable(profile.contradictions() for profile in profiles):
        console.warn(warning)
    if config.dry_run:
        _preview(console, profiles, ledger, seq)
    _warn_of_rows(console, remarks)
    return Work(config, ledger, seq, run, folder, sheets[0].table.path.parent)


def _stem(sheets: Sequence[Sheet]) -> str:
    return decoded(sheets[0].table.path.stem)


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
        self._origin: Origin | None = None
        self._memory = Memory(
            ledger.earlier,
            ledger.doubtful(),
            _keyless(ledger, seq),
            ledger.known_people(config.base_url, config.match_by),
            partial(ledger.given_ids, config.base_url),
        )
        self._choices = Choices(**{choice.name: getattr(config, choice.name) for choice in fields(Choices)})

    def __call__(self, sheet: Sheet, source: Source, profile: ColumnProfile, people: PersonIndex) -> None:
        """Check every row of a sheet, and enter it."""
        config, ledger, mapping = self._config, self._ledger, sheet.mapping
        clears = clearable(config.clear, mapping.columns)
        rules = Rules(config.inbox_id, config.country, config.type, config.invalid_values, clears)
        normalizer = self._standing(Normalizer(mapping, rules, in_order=True), sheet.table, profile)
        checker = Checker(normalizer, None if config.dry_run else config.base_url, keep_cells=not config.dry_run)
        given = Given(source, partial(as_it_was, mapping=mapping), profile, mapping.id_column(), mapping.never_round())
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

    def _standing(self, normalizer: Normalizer, table: Table, profile: ColumnProfile) -> Normalizer | Standing:
        """The normalizer; for an errors file of a run in the ledger, with the verdicts of that run that stand."""
        if not is_errors_file(table.titles):
            return normalizer
        beside = folder_of_run(table.path.parent, self._config.output_dir)
        self._origin = origin_of(self._ledger, self._seq, beside, next(_batches(table, _BATCH_ROWS), []))
        if self._origin is None:
            return normalizer
        return Standing(normalizer, self._origin.standing, profile, drops=self._config.shared_values == "drop")

    def corrects(self, run: Run) -> tuple[Corrected, ...]:
        """Which run's errors file an import has staged, for its record; a plan corrects nothing."""
        return (Corrected(self._origin.run),) if self._origin and run.mode == "import" else ()


def _keyless(ledger: Ledger, seq: int) -> Callable[[int, int], Keyless | None]:
    """What the newest earlier run of the same file sent for a row without a key."""
    run = ledger.run(seq)
    imports = ((number, one) for number, one in ledger.runs() if number < seq and one.mode == "import")
    before = next((number for number, one in imports if _place(one) == _place(run)), None)
    return lambda source, number: None if before is None else ledger.keyless(before, number, source)


def _place(run: Run) -> tuple[object, ...]:
    """Where a run's rows come from, and where they go."""
    return run.file, run.sheet, tuple(part.sheet for part in run.sheets), run.base_url, run.inbox_id


def _warn_of_rows(console: Console, remarks: RemarkCount) -> None:
    for remark in remarks.found():
        if remark.kind == APART:
            told = Message("{where}: {meaning}; sent as people", where=remark.where, meaning=remark.meaning)
            console.warn(told, Message("delete rows that are nobody, and import again"))
        elif remark.kind in _OF_IDS:
            console.warn(Message("{where}: {what}", where=remark.where, what=_OF_IDS[remark.kind]), _BY_KEYS)


_OF_IDS: Final = {
    OTHER_ID: Message("contact_id is of a contact that had none of the row's email, phone_number and identifier"),
    ELSEWHERE_ID: Message("contact_id is ignored, for it is of another address"),
    FOREIGN_ID: Message("contact_id is ignored, for no import of this ledger to this address gave it"),
}
_BY_KEYS: Final = Message("email, phone_number and identifier decide who it is; whom nobody has by these is new")


def _unchecked(batch: Sequence[Row], mapping: ColumnMapping) -> Iterator[StagedRow]:
    """Rows for the ledger as they were read."""
    contacts, never_round = json_lines(as_they_were(batch, mapping), len(batch)), mapping.never_round()
    cells = (dumps_texts(showing_loss(row.cells, never_round)) for row in batch)
    return ((row.number, text, contact, None) for row, text, contact in zip(batch, cells, contacts, strict=True))


def _batches(table: Table, limit: int | None) -> Iterator[list[Row]]:
    """At most ``limit`` rows of the table, in batches, without the template's example."""
    rows = islice(filterfalse(is_example, chain.from_iterable(table.batches(_BATCH_ROWS))), limit)
    while batch := list(islice(rows, _BATCH_ROWS)):
        yield batch


def _preview(console: Console, profiles: Iterable[ColumnProfile], ledger: Ledger, seq: int) -> None:
    """Show the columns with examples, and with ``--verbose`` the first requests that an import would send."""
    for line in chain.from_iterable(profile.lines(console.language) for profile in profiles):
        console.say(line)
    due = (row for row in ledger.results(seq) if row.outcome.status in DUE_STATUS)
    for row in islice(due, _SHOWN_BODIES):
        console.detail(json.dumps(row.contact.create_body(), ensure_ascii=False))
        if row.contact.attributes:
            attributes = json.dumps(row.contact.attributes_body(), ensure_ascii=False)
            console.detail(Message("  then {body}", body=attributes))
