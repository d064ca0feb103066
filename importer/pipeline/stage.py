"""Stage the rows of an input: check every one, hold it against the others, and enter it into the ledger."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, fields, replace
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

from importer.config.settings import Config
from importer.corrections import RowPlace
from importer.error_codes import HINTS_OF_INPUTS, not_sent
from importer.files import workspace
from importer.history.corrections import Origin, folder_of_run, origin_of
from importer.ledger.ledger import Ledger
from importer.ledger.records import Source, StagedRow
from importer.ledger.run import NOTHING_BY_HAND, ByHand, Corrected, Run
from importer.livedesk.contact import Contact, json_lines
from importer.loader.stacked import Columns
from importer.loader.table import Table
from importer.message import Message
from importer.models import DUE, Outcome, Row, Status
from importer.normalizer.as_it_was import as_it_was, as_they_were
from importer.normalizer.batch import Normalizer
from importer.normalizer.clears import clearable
from importer.normalizer.column_profile import ColumnProfile, joined
from importer.normalizer.columns import ColumnMapping, NormalizedBatch, Rules
from importer.normalizer.text import showing_loss
from importer.observer import Observer, Progress
from importer.pipeline.sent_rows import SentRows
from importer.pipeline.terms import Terms
from importer.pipeline.updating import agree_to_clears
from importer.remarks import APART, ELSEWHERE_ID, FOREIGN_ID, OTHER_ID, RemarkCount
from importer.reporter.errors_layout import is_errors_file
from importer.reporter.template import EXAMPLE_EMAIL, is_example
from importer.runtime import dumps_texts
from importer.staging.checking import Checker
from importer.staging.choices import Choices
from importer.staging.correcting import Corrector
from importer.staging.memory import Memory
from importer.staging.person_index import PersonIndex
from importer.staging.stacked import Stacked
from importer.staging.stager import Given, Stager
from importer.staging.standing import Standing

_BATCH_ROWS: Final = 1000
_SHOWN_BODIES: Final = 5
Normalize: TypeAlias = Callable[[Sequence[Row]], NormalizedBatch]

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
    """What a run imports: one table, or those of several sheets and files; the run's record as it begins; and the name
    that its folder begins with."""

    sheets: Sequence[Sheet]
    run: Run
    stem: str


def stage(
    terms: Terms,
    source: Input,
    ledger: Ledger,
    *,
    keep_cells: bool = False,
    lost: Callable[[Sequence[RowPlace]], None] = lambda _: None,
) -> Work:
    """Check every row of the file and write it to the ledger, all rows in one transaction.

    A dry run keeps the cells of sound rows only if somebody is to look through them (``keep_cells``). ``lost`` gets the
    places of corrections that no row has, when all is checked, and may refuse them. After a signal the remaining rows
    are not checked; they become ``not_sent``, since each needs a line in the results.
    Raises ``InputError`` if the file turns out to be damaged, ``LedgerError``, and ``ConfigError`` if nobody agrees to
    what ``--clear`` may erase: then the ledger knows nothing of the run.
    """
    (config, observer, cancellation, *_), (sheets, run, stem) = terms, source
    profiles = [ColumnProfile(sheet.mapping.columns) for sheet in sheets]
    remarks = RemarkCount()
    with workspace.run_folder(config.output_dir, stem, ledger.has_run) as make_folder, ledger.transaction():
        seq = ledger.begin(run)
        kept = keep_cells or not config.dry_run
        with closing(observer.progress(None, "check")) as progress:
            stage_sheet = _Staging(terms, ledger, seq, _Told(remarks, progress), keep_cells=kept)
            with PersonIndex(stage_sheet.contact, config.match_by) as people:
                for sheet, profile in zip(sheets, profiles, strict=True):
                    stage_sheet(sheet, profile, people)
        lost(stage_sheet.lost)
        if config.clear and not config.rehearsal and run.mode != "plan":
            agree_to_clears(ledger, seq, observer, cancellation)
        folder = make_folder()
        repairs = joined(repair for profile in profiles for repair in profile.repairs())
        run = replace(run, id=folder.name, repairs=repairs, corrects=stage_sheet.corrects(run))
        run = replace(run, by_hand=stage_sheet.by_hand)
        ledger.rewrite(seq, run)
    _tell(observer, run, profiles)
    if config.dry_run:
        _preview(observer, _labelled(run, profiles), ledger, seq)
    _warn_of_rows(observer, remarks)
    return Work(config, ledger, seq, run, folder, sheets[0].table.path.parent)


def _labelled(run: Run, profiles: Iterable[ColumnProfile]) -> Iterator[tuple[str, ColumnProfile]]:
    """The profiles of a run's sources, each with the name of its source, empty where there is one."""
    return zip([name.label for name in run.names] or [""], profiles, strict=True)


def _tell(observer: Observer, run: Run, profiles: Iterable[ColumnProfile]) -> None:
    """Warn of what the cells of columns say against their fields."""
    for label, profile in _labelled(run, profiles):
        for warning in profile.contradictions():
            observer.warn(Message("{what}: {cause}", what=label, cause=warning) if label else warning)


class _Told(NamedTuple):
    """What is told of the rows while they are staged."""

    remarks: RemarkCount
    progress: Progress


class _Staging:
    """Stages the sheets of one run, of all its files, one after the other; ``--limit`` counts over all."""

    def __init__(self, terms: Terms, ledger: Ledger, seq: int, told: _Told, *, keep_cells: bool) -> None:
        self._config = config = terms.config
        self._ledger = ledger
        self._seq = seq
        self._cancellation = terms.cancellation
        self._told = told
        self._keep_cells = keep_cells
        self._left = config.limit
        self._source = Source(-1, ledger.run(seq).names)
        self._last = 0
        self._origin: Origin | None = None
        self.by_hand = NOTHING_BY_HAND
        self.lost: list[RowPlace] = []
        sent = SentRows(ledger, seq)
        self._memory = Memory(
            ledger.earlier,
            ledger.doubtful(),
            sent.row,
            sent.without_key,
            ledger.known_people(config.base_url, config.match_by),
            partial(ledger.given_ids, config.base_url),
        )
        self._choices = Choices(**{choice.name: getattr(config, choice.name) for choice in fields(Choices)})

    def contact(self, key: int) -> Contact:
        """The contact of a staged row by its key among all sheets."""
        place, number = self._source.row(key)
        return self._ledger.contact(self._seq, number, place)

    def __call__(self, sheet: Sheet, profile: ColumnProfile, people: PersonIndex) -> None:
        """Check every row of the next sheet, and enter it."""
        place, names, begins = self._source
        self._source = source = Source(place + 1, names, (*begins, self._last))
        config, ledger, mapping = self._config, self._ledger, sheet.mapping
        corrector = self._corrector(sheet, profile)
        normalizer = corrector if sheet.table.corrections else corrector.normalize
        checker = Checker(normalizer, None if config.dry_run else config.base_url, keep_cells=self._keep_cells)
        stager = Stager(_given(source, sheet, profile), self._memory, people, self._choices)
        due = Outcome(Status.VALID) if config.dry_run else DUE  # final from the start, which saves 1.5 µs a row
        for batch in _batches(sheet.table, self._left):
            self._left = None if self._left is None else self._left - len(batch)
            self._last = source.key(batch[-1].number)
            if self._cancellation.exit_code is not None:
                ledger.add(self._seq, (), _unchecked(batch, mapping), not_sent(None), source.place)
                continue
            staged = stager.stage(batch, checker.check(batch))
            for number, remarks in staged.remarks():
                self._told.remarks.add(source.among_all(number), remarks)
            ledger.add(self._seq, staged.apart, staged.plain, due, source.place)
            for row in stager.merged():
                ledger.amend(self._seq, row)
            self._told.progress.advance(len(batch))
        if self._cancellation.exit_code is None:
            lost = corrector.lost(whole=self._left != 0)
            self.lost += (RowPlace(sheet.table.path.name, sheet.table.sheet or "", row) for row in lost)
        cells, left_out = self.by_hand
        self.by_hand = ByHand(cells + corrector.cells, left_out + corrector.left_out)

    def _corrector(self, sheet: Sheet, profile: ColumnProfile) -> Corrector:
        """What reads the rows of a sheet, around it what corrects them."""
        table, mapping = sheet
        normalizer: Normalize = Normalizer(mapping, rules_of(self._config, mapping), in_order=True)
        if not table.is_keyed:
            normalizer = Stacked(normalizer, Columns(table.titles, mapping.telling()))
        return Corrector(self._standing(normalizer, table, profile), table.corrections, table.titles)

    def _standing(self, normalizer: Normalize, table: Table, profile: ColumnProfile) -> Normalize:
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


def _given(source: Source, sheet: Sheet, profile: ColumnProfile) -> Given:
    mapping, hints = sheet.mapping, HINTS_OF_INPUTS.get(sheet.table.form, {})
    as_was = partial(as_it_was, mapping=mapping)
    return Given(source, as_was, profile, mapping.id_column(), mapping.never_round(), hints)


def rules_of(config: Config, mapping: ColumnMapping) -> Rules:
    """How the cells of a table are read."""
    clears = clearable(config.clear, mapping.columns)
    replaces_names = config.on_duplicate in ("update", "fill") and not config.update_rule.keeps("name")
    return Rules(config.inbox_id, config.country, config.type, config.invalid_values, clears, replaces_names)


def _warn_of_rows(observer: Observer, remarks: RemarkCount) -> None:
    for remark in remarks.found():
        if remark.kind == APART:
            told = Message("{where}: {meaning}; sent as people", where=remark.where, meaning=remark.meaning)
            observer.warn(told, Message("delete rows that are nobody, and import again"))
        elif remark.kind in _OF_IDS:
            observer.warn(Message("{where}: {what}", where=remark.where, what=_OF_IDS[remark.kind]), _BY_KEYS)


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
    return ((row.number, text, contact, None, "") for row, text, contact in zip(batch, cells, contacts, strict=True))


def _batches(table: Table, limit: int | None) -> Iterator[list[Row]]:
    """At most ``limit`` rows of the table, in batches, without the template's example."""
    read = chain.from_iterable(table.batches(_BATCH_ROWS))
    rows = islice((row for row in read if EXAMPLE_EMAIL not in row.cells or not is_example(row)), limit)
    while batch := list(islice(rows, _BATCH_ROWS)):
        yield batch


def _preview(observer: Observer, profiles: Iterable[tuple[str, ColumnProfile]], ledger: Ledger, seq: int) -> None:
    """Show the columns of each source with examples, and with ``--verbose`` the first requests that an import would
    send."""
    for label, profile in profiles:
        for line in ([label] if label else []) + profile.lines(observer.language):
            observer.say(line)
    due = (row for row in ledger.results(seq) if row.outcome.status in DUE_STATUS)
    for row in islice(due, _SHOWN_BODIES):
        observer.detail(json.dumps(row.contact.create_body(), ensure_ascii=False))
        if row.contact.attributes:
            attributes = json.dumps(row.contact.attributes_body(), ensure_ascii=False)
            observer.detail(Message("  then {body}", body=attributes))
