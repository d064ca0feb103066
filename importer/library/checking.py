"""Check files as a dry run does, and look through the rows: of a check, and of a run while it works and after it.

A check keeps its rows in a folder, so that they can be looked at again after a restart. Rows are read a page at a time,
filtered and sorted by the ledger; 200,000 of them are never in memory.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self, Unpack

from importer.config.settings import Config
from importer.corrections import RowPlace
from importer.errors import ConfigError
from importer.files import workspace
from importer.ledger.browsing import ALL_ROWS, Browser, Sort, Wanted
from importer.ledger.records import Change, LedgerRow, RowKey
from importer.ledger.run import Run
from importer.library.calls import job_of, terms_of
from importer.library.job import Job
from importer.library.options import Data, FileOptions, Place
from importer.livedesk.contact import Contact, as_text
from importer.message import Message, Messages
from importer.models import CellError, Status
from importer.normalizer.column_profile import Repairs
from importer.normalizer.text import unbroken
from importer.remarks import REMARKS, Remark
from importer.reporter.causes import EXAMPLES, Cause, Example
from importer.reporter.result_files import flawed_cells, places_of
from importer.reporter.summary import Summary, differing
from importer.sources.meant import inputs_of
from importer.sources.source import fetched

__all__ = ["Checked", "RowView", "RunRows", "Sort", "Wanted", "check", "open_check", "start_check"]


@dataclass(frozen=True, slots=True)
class RowView:
    """A row as a table shows it.

    ``place`` is where it stands in the input. ``cells`` are its own, corrected ones included, below ``titles``; they
    may be more, or fewer. ``flawed`` are the columns, from 0, that its errors are about, each with what is wrong there
    and what to do. ``values`` is ``{field: text}`` of what was or would be sent; of an invalid row, its cells as they
    were. ``errors`` and ``hints`` are of the row as a whole. ``contact_id`` is empty where there is none. ``source``
    tells its table from others of the run: by the sheet, the file, or both; empty where there is one.
    """

    place: RowPlace
    status: Status
    code: str
    errors: Messages
    hints: Messages
    titles: tuple[str, ...]
    cells: tuple[str, ...]
    flawed: Mapping[int, CellError]
    values: Mapping[str, str]
    contact_id: str
    http_status: int | None
    attempts: int
    source: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page of rows: those from ``offset`` on, of ``total`` that are wanted."""

    rows: tuple[RowView, ...]
    offset: int
    total: int


class RunRows:
    """Owns a connection that reads the rows of one run of a ledger, while it works and after it; close it.

    It disturbs no run that works: each question is a short read of what is on disk. Use it from one thread at a time.
    """

    def __init__(self, ledger: Path, run: str | None = None) -> None:
        """Open the rows of the run of this name, the newest if none is named. Raises ``ConfigError`` if there is none,
        ``LedgerError``."""
        if not ledger.is_file():
            raise ConfigError("no ledger in {output_dir}", Message("import a file first"), output_dir=ledger.parent)
        try:
            self._browser = Browser(ledger, run)
        except LookupError:
            hint = Message("import-contacts runs shows their names")
            raise ConfigError('no run "{name}" in {ledger}', hint, name=str(run), ledger=ledger) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._browser.close()

    @property
    def run(self) -> Run:
        """The record of the run, as it is now."""
        return self._browser.run()

    @property
    def repairs(self) -> tuple[Repairs, ...]:
        """What was repaired, by column and kind, with an example of each."""
        return self.run.repairs

    def counts(self) -> dict[Status, int]:
        """How many rows have each status now."""
        return self._browser.counts()

    def causes(self) -> tuple[Cause, ...]:
        """Why rows need attention, the most frequent cause first, with the first rows of each."""
        place_of = places_of(self.run)
        return tuple(
            Cause(code, rows[0].outcome.hint, count, [Example(place_of(row), row.outcome.error) for row in rows])
            for code, count, rows in self._browser.causes(EXAMPLES)
        )

    def remarks(self) -> tuple[Remark, ...]:
        """The kinds of remarks on rows that are taken all the same, the most important first, with the first rows."""
        return tuple(self.remark_on(kind, Wanted(remark=kind)) for kind in self._browser.remarks([*REMARKS]))

    def remark_on(self, kind: str, wanted: Wanted) -> Remark:
        """A remark of this kind on all rows that are wanted, with the first of them."""
        place_of = places_of(self.run)
        rows = self._browser.page(0, EXAMPLES, wanted)
        return Remark(kind, self.total(wanted), [place_of(row) for row in rows])

    def summary(self) -> Summary:
        """How the run went so far, without its files."""
        remarks = self.remarks()
        found = Summary(self.run, self.counts(), {}, self.causes(), remarks=remarks)
        return replace(found, differs=differing(self.run, remarks))

    def total(self, wanted: Wanted = ALL_ROWS) -> int:
        """How many rows are wanted."""
        return self._browser.total(wanted)

    def left(self, wanted: Wanted, settled: Set[int]) -> int:
        """How many rows are wanted, without those that later runs have ``settled``, by number."""
        return len(self._browser.numbers(wanted) - settled) if settled else self._browser.total(wanted)

    def page(
        self, offset: int = 0, limit: int = 100, wanted: Wanted = ALL_ROWS, sort: Sort = "row", *, down: bool = False
    ) -> Page:
        """The wanted rows from ``offset`` on, ``limit`` at most; ``down`` turns the order round."""
        found = self._browser.page(offset, limit, wanted, sort, down=down)
        run = self.run
        return Page(tuple(_view(run, row) for row in found), offset, self._browser.total(wanted))

    def row(self, place: RowPlace) -> RowView | None:
        """One row; ``None`` if the run has none there."""
        key = self._key(place)
        found = None if key is None else self._browser.row(key)
        return None if found is None else _view(self.run, found)

    def changes(self, place: RowPlace) -> Sequence[Change]:
        """What the update of a row changed in its contact, or would change, field by field."""
        key = self._key(place)
        return () if key is None else self._browser.changes(key)

    def _key(self, place: RowPlace) -> RowKey | None:
        parts = [(part.file, part.sheet or "") for part in self.run.parts]
        return (parts.index(place[:2]), place.row) if place[:2] in parts else None

    def sharing(self, contact: Contact, most: int) -> Sequence[LedgerRow]:
        """The first sound rows, ``most`` of them, with the contact's email, phone number or identifier; in a check they
        are found at once, in another ledger among all rows."""
        return self._browser.holders(contact, most)


class Checked(RunRows):
    """The rows of a check. Its ``options`` are those that it was made with, as far as they are not the defaults."""

    @property
    def options(self) -> Mapping[str, object]:
        """The settings of the check, as JSON."""
        return self.run.options

    @property
    def is_whole(self) -> bool:
        """Whether every row is checked: a cancelled check has rows that are ``not_sent``."""
        return self.run.stopped is None


def check(*paths: Data, folder: Place, settings: Config | None = None, **options: Unpack[FileOptions]) -> Checked:
    """Check every row of files as a dry run does, with the options of an import, and open what was found.

    It makes no request and needs no credentials. The rows are kept in ``folder``, mode 0700, in the place of an earlier
    check's, one check at a time; nothing is written elsewhere, and whoever removes the folder removes all of it. Raises
    as ``import_contacts``.
    """
    return start_check(*paths, folder=folder, settings=settings, **options).result()


def start_check(
    *paths: Data, folder: Place, settings: Config | None = None, **options: Unpack[FileOptions]
) -> Job[Checked]:
    """Begin a check in a thread of its own; the job can be waited for, and cancelled."""
    terms, inputs = terms_of(options, settings), inputs_of(paths)

    def work() -> Checked:
        from importer.pipeline.check import check as checked

        with fetched(inputs, terms.config.timeout, terms.cancellation) as files:
            checked(terms, files, Path(folder))
        return Checked(workspace.ledger_of(Path(folder)))

    return job_of(terms, work)


def open_check(folder: Place) -> Checked | None:
    """Open what an earlier check left in a folder; ``None`` if nothing is there. Raises ``LedgerError``."""
    path = workspace.ledger_of(Path(folder))
    return Checked(path) if path.is_file() else None


def open_run(output_dir: Place, run: str | None = None) -> RunRows:
    """Open the rows of a run, the newest if none is named. Raises ``ConfigError``, ``LedgerError``."""
    return RunRows(workspace.existing_ledger(Path(output_dir)), run)


def values_of(contact: Contact) -> dict[str, str]:
    """What is sent of a contact: ``{field: text}``, dotted fields of attributes behind the others."""
    values = {**contact.create_fields(), **{name: as_text(value) for name, value in contact.attributes.items()}}
    return {name: unbroken(value) for name, value in values.items()}


def _view(run: Run, row: LedgerRow) -> RowView:
    part, outcome, contact = run.parts[row.source], row.outcome, row.contact
    return RowView(
        place=RowPlace(part.file, part.sheet or "", row.number),
        status=outcome.status,
        code=outcome.error_code,
        errors=outcome.error,
        hints=outcome.hint,
        titles=part.titles,
        cells=tuple(map(unbroken, row.cells)),
        flawed=flawed_cells(part, row) if outcome.flaws else {},
        values=values_of(contact),
        contact_id=outcome.contact_id or "",
        http_status=outcome.http_status,
        attempts=outcome.attempts,
        source=run.names[row.source].label if run.names else "",
    )
