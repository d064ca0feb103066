"""Forget old runs, or a person: erase personal data, keep counts and ids.

The order lets the next process finish what a killed one began: remove the runs' files, the summary first (``repair``
rewrites the files of a run that lacks it); erase the data in the ledger; write the files again; scrub the ledger.
"""

import shutil
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from importer.errors import ConfigError, OutputError, reason_of
from importer.files import workspace
from importer.history.run_folders import names_of, unknown_folders
from importer.history.runs import repaired_ledger
from importer.ledger.ledger import Ledger
from importer.ledger.people import Erased
from importer.ledger.records import SourceName
from importer.ledger.run import Run, now
from importer.message import ENGLISH_READER, Counted, Language, Message, and_more
from importer.models import Json
from importer.reporter.files import WITH_IDS_FOLDER, write_files
from importer.reporter.result_files import LAST_FILE
from importer.reporter.terminal import told
from importer.shell import command_line
from importer.texts import printable


class Selection(NamedTuple):
    """Which runs to forget: those named, those that began more than ``age`` ago, or all."""

    names: Collection[str] = ()
    age: timedelta | None = None
    everything: bool = False

    def has(self, run: Run) -> bool:
        """Whether to forget this run."""
        old = self.age is not None and datetime.now(UTC) - datetime.fromisoformat(run.started_at) > self.age
        return self.everything or old or run.id in self.names


class RowOf(NamedTuple):
    """A row of a run, of one of its sheets or files if there are several."""

    run: str
    sheet: str | None
    row: int
    file: str | None = None

    @property
    def words(self) -> Message:
        """Where it is."""
        row: object = self.row
        if self.sheet or self.file:
            row = SourceName(self.sheet or "", self.file or "").of(self.row)
        return Message("{run} row {row}", run=printable(self.run), row=row)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """The runs, by name, of which data is erased, and how much; with ``person`` only the data of one person.

    If it is ``planned``, that is what would be erased. ``rehearsals`` are folders of runs that no ledger knows, and
    ``unsure`` the rows that may be the person's too, and stay. ``drafts`` are those of the screen, and the files that
    were uploaded there, beside those of the runs.
    """

    runs: Mapping[str, Erased]
    person: str | None = None
    planned: bool = False
    rehearsals: tuple[str, ...] = ()
    unsure: tuple[RowOf, ...] = ()
    drafts: tuple[str, ...] = ()

    @property
    def erased(self) -> int:
        """Rows whose data is erased."""
        return sum(run.rows for run in self.runs.values())

    @property
    def question(self) -> Message:
        """What its user is asked before it is erased."""
        runs = Counted("{number:,} run", "{number:,} runs", len(self.runs))
        if not self.drafts:
            return Message(
                "Erase the personal data of {runs} ({rows:,} rows)? Nothing brings it back.",
                runs=runs,
                rows=self.erased,
            )
        return Message(
            "Erase the personal data of {runs} ({rows:,} rows), and {drafts}? Nothing brings it back.",
            runs=runs,
            rows=self.erased,
            drafts=Counted(
                "{number:,} import being prepared on the screen, with its file",
                "{number:,} imports being prepared on the screen, with their files",
                len(self.drafts),
            ),
        )

    @property
    def in_doubt(self) -> int:
        """Rows in doubt, which keep their contact's unique values."""
        return sum(run.in_doubt for run in self.runs.values())

    def as_json(self) -> dict[str, Json]:
        """``{"runs": [{"run": name, "rows_erased": n, "rows_in_doubt": n}], "rows_erased": n, "rows_in_doubt": n,
        "drafts_erased": n, "dry_run": bool, "unsure": [{"run": name, "sheet": name, "row": n, "file": name}]}``; the
        last is of a person, and ``sheet`` and ``file`` are ``null`` where there are not several."""
        runs: list[Json] = [
            {"run": name, "rows_erased": erased.rows, "rows_in_doubt": erased.in_doubt}
            for name, erased in self.runs.items()
        ]
        told: dict[str, Json] = {"runs": runs, "rows_erased": self.erased, "rows_in_doubt": self.in_doubt}
        told |= {"drafts_erased": len(self.drafts), "dry_run": self.planned}
        if self.person is not None:
            told["unsure"] = [row._asdict() for row in self.unsure]
        return told

    def words(self, language: Language = ENGLISH_READER) -> str:
        """Return the text for the terminal."""
        untouched: list[Message | str] = [self._untouched()] if self.rehearsals else []
        if self.drafts:
            untouched.insert(0, self._prepared())
        if not self.runs:
            return told([untouched if self.drafts else [self._nothing(), *untouched]], language)
        what: Message = Counted("{number:,} run", "{number:,} runs", len(self.runs))
        if self.person is not None:
            what = Message("a person in {runs}", runs=what)
        done = Message("Forgot {what}; counts and ids are kept", what=what)
        erased = Counted("row erased", "rows erased", self.erased)
        if self.planned:
            done = Message("Would forget {what}; counts and ids are kept", what=what)
            erased = Counted("row would be erased", "rows would be erased", self.erased)
        counts = [f"{self.erased:>9,}  {language.tell(erased)}", *self._doubts(language), *self._stay(language)]
        return told([[done, *(f"  {printable(name)}" for name in self.runs)], [*counts, *untouched]], language)

    def _doubts(self, language: Language) -> Iterator[str]:
        if self.in_doubt:
            rows = Counted(
                "row in doubt keeps email, phone number and identifier: a search needs them",
                "rows in doubt keep email, phone number and identifier: a search needs them",
                self.in_doubt,
            )
            yield f"{self.in_doubt:>9,}  {language.tell(rows)}"
            hint = Message("import their file again, which settles them; then forget again")
            yield f"{'':>9}  {language.tell(hint)}"

    def _stay(self, language: Language) -> Iterator[str]:
        if self.unsure:
            rows = Counted(
                "row may be this person's too, has other values, and stays: {rows}",
                "rows may be this person's too, have other values, and stay: {rows}",
                len(self.unsure),
                rows=and_more([row.words for row in self.unsure], _NAMED),
            )
            yield f"{len(self.unsure):>9,}  {language.tell(rows)}"
            hint = Message("look at them in results.csv there, and forget by a value of theirs")
            yield f"{'':>9}  {language.tell(hint)}"

    def _nothing(self) -> Message:
        if self.person is None:
            return Message("no run to forget")
        find = command_line(["import-contacts", "find", printable(self.person)])
        return Message("no row is that person as a whole: {command} also looks for a part", command=find)

    def _prepared(self) -> Message:
        number = len(self.drafts)
        if self.planned:
            return Counted(
                "{number:,} import being prepared on the screen would be erased, with its file",
                "{number:,} imports being prepared on the screen would be erased, with their files",
                number,
            )
        return Counted(
            "{number:,} import being prepared on the screen is erased, with its file",
            "{number:,} imports being prepared on the screen are erased, with their files",
            number,
        )

    def _untouched(self) -> Message:
        """That folders of rehearsals stay as they are, with the names of some."""
        return Counted(
            "{number:,} folder of rehearsals, which no ledger knows, is not touched: {names}",
            "{number:,} folders of rehearsals, which no ledger knows, are not touched: {names}",
            len(self.rehearsals),
            names=and_more([*map(printable, self.rehearsals)], _NAMED),
        )


_NAMED: Final = 3


def rehearsals(output_dir: Path, ledger: Ledger) -> tuple[str, ...]:
    """The folders of runs that the ledger does not know."""
    return tuple(unknown_folders(output_dir, {run.id for _, run in ledger.runs()}))


def check_agreed(agrees: bool) -> None:
    """Raise ``ConfigError`` unless the user agrees that something is erased."""
    if not agrees:
        raise ConfigError("nothing was erased: the answer was not yes", "answer with y, or add --yes")


def forget(output_dir: Path, choice: Selection, confirm: Callable[[Forgotten], bool] = lambda _: True) -> Forgotten:
    """Erase the personal data of the chosen runs; ``confirm`` gets what would be erased, before anything is.

    Raises ``ConfigError`` for an unknown name or a question declined, before it erases anything; ``LedgerBusy``,
    ``LedgerError``, ``OutputError``. After an error, the same call finishes the work.
    """
    if (prepared := _only_prepared(output_dir, choice)) is not None:
        check_agreed(confirm(prepared))
        _remove_drafts(prepared, output_dir)
        return replace(prepared, planned=False)
    with to_erase_from(output_dir) as ledger:
        chosen = _chosen(ledger, choice)
        planned = _planned(ledger, chosen, _drafts(output_dir, choice))
        forgotten: dict[str, Erased] = {}
        if planned.runs or planned.drafts:
            check_agreed(confirm(planned))
            forgotten = {run.id: _forget(ledger, seq, run, output_dir) for seq, run in chosen}
            _remove_drafts(planned, output_dir)
        untouched = rehearsals(output_dir, ledger)
    done_before = {run.id for _, run in chosen if run.forgotten_at and not any(forgotten.get(run.id, ()))}
    erased = {name: found for name, found in forgotten.items() if name not in done_before}
    return Forgotten(erased, rehearsals=untouched, drafts=planned.drafts)


def plan_to_forget(output_dir: Path, choice: Selection) -> Forgotten:
    """What ``forget`` would erase; an import may work meanwhile. Raises ``ConfigError``, ``LedgerError``."""
    if (prepared := _only_prepared(output_dir, choice)) is not None:
        return prepared
    with Ledger(workspace.existing_ledger(output_dir)) as ledger:
        planned = _planned(ledger, _chosen(ledger, choice), _drafts(output_dir, choice))
        return replace(planned, rehearsals=rehearsals(output_dir, ledger))


def _only_prepared(output_dir: Path, choice: Selection) -> Forgotten | None:
    """What would be erased where there are drafts and no ledger, for nothing was ever imported."""
    drafts = () if workspace.has_ledger(output_dir) else _drafts(output_dir, choice)
    return Forgotten({}, planned=True, drafts=drafts) if drafts else None


def _drafts(output_dir: Path, choice: Selection) -> tuple[str, ...]:
    """The drafts that are chosen by their age, or with all else."""
    if choice.everything:
        return tuple(workspace.drafts(output_dir))
    if choice.age is None:
        return ()
    return tuple(workspace.drafts(output_dir, (datetime.now(UTC) - choice.age).timestamp()))


def _remove_drafts(planned: Forgotten, output_dir: Path) -> None:
    for draft in planned.drafts:
        remove_draft(draft, output_dir)


@contextmanager
def to_erase_from(output_dir: Path) -> Iterator[Ledger]:
    """The ledger, locked, with the files of every run; it is scrubbed when the block ends.

    Even if nothing was erased: an earlier call may have been killed before.
    """
    with repaired_ledger(output_dir, Message("forgetting old runs")) as ledger:
        yield ledger
        ledger.people.scrub()


def _chosen(ledger: Ledger, choice: Selection) -> Sequence[tuple[int, Run]]:
    runs = ledger.runs()
    if unknown := sorted({*choice.names} - {run.id for _, run in runs}):
        hint = Message("import-contacts runs shows their names")
        raise ConfigError('no run "{name}" in {ledger}', hint, name=unknown[0], ledger=ledger.path)
    return [(seq, run) for seq, run in runs if choice.has(run)]


def _planned(ledger: Ledger, chosen: Sequence[tuple[int, Run]], drafts: tuple[str, ...]) -> Forgotten:
    erased = {seq: ledger.people.to_erase(seq) for seq, _ in chosen}
    return Forgotten(
        {run.id: erased[seq] for seq, run in chosen if run.forgotten_at is None or any(erased[seq])},
        planned=True,
        drafts=drafts,
    )


def _forget(ledger: Ledger, seq: int, run: Run, output_dir: Path) -> Erased:
    """Forget a run that has ended; if it was forgotten before, erase the doubts settled since."""
    if run.forgotten_at is not None:
        return ledger.people.erase(seq, run)
    remove_files(run, output_dir)
    erased = ledger.people.erase(seq, without_data(run))
    write_again(ledger, seq, run, output_dir)
    return erased


def write_again(ledger: Ledger, seq: int, run: Run, output_dir: Path) -> None:
    """Write the files of a run from the ledger, if its folder is still there."""
    if (folder := output_dir / run.id).is_dir():
        write_files(ledger, seq, folder)


def without_data(run: Run) -> Run:
    """Return the record without values from cells or ``--set``, which repairs, options and ``stopped`` may quote."""
    return replace(
        without_examples(run),
        forgotten_at=now(),
        arguments=(),
        options={name: value for name, value in run.options.items() if name != "set"},
    )


def without_examples(run: Run) -> Run:
    """Return the record without values from cells, which repairs and ``stopped`` may quote, and by which somebody who
    has the file could know it again."""
    return replace(
        run,
        repairs=tuple(replace(repair, before="", after="") for repair in run.repairs),
        stopped=run.why_stopped,
        digests=(),
    )


def remove_files(run: Run, output_dir: Path) -> None:
    """Remove a run's files, with the half-written ones of a killed process, what was uploaded for it, and the draft of
    the screen that it was made from.

    The rest of the folder is not ours. Raises ``OutputError``.
    """
    folder = output_dir / run.id
    with _removing():
        for name in sorted(names_of(run), key=LAST_FILE.__ne__):  # what says that they are complete goes first
            for path in (folder / name, folder / f".{name}.tmp"):
                with suppress(FileNotFoundError, NotADirectoryError):
                    path.unlink()
    for name in filter(None, (run.id, run.uploads)):
        remove_draft(name, output_dir)
    with _removing(), suppress(FileNotFoundError, NotADirectoryError):
        shutil.rmtree(output_dir / run.id / WITH_IDS_FOLDER)


def remove_draft(draft: str, output_dir: Path) -> None:
    """Remove a draft of the screen, with the check that it keeps, and its uploads, which are first: the draft names
    them. Raises ``OutputError``."""
    with _removing():
        for folder in (workspace.uploads_of(output_dir, draft), workspace.draft_of(output_dir, draft)):
            with suppress(FileNotFoundError, NotADirectoryError):
                shutil.rmtree(folder)


@contextmanager
def _removing() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(
            "{path} cannot be removed: {reason}",
            "close the program that has it open, and check its permissions; then run the same command again",
            path=error.filename,
            reason=reason_of(error),
        ) from error
