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
from typing import Final, NamedTuple, TypeAlias

from importer import workspace
from importer.errors import ConfigError, OutputError
from importer.history.runs import repair
from importer.ledger.ledger import Ledger
from importer.ledger.people import Erased
from importer.ledger.run import Run, now
from importer.message import ENGLISH_READER, Counted, Language, Message, and_more
from importer.models import Json
from importer.reporter.files import FILES, write_files
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
    """A row of a run, of one of its sheets if there are several."""

    run: str
    sheet: str | None
    row: int

    @property
    def words(self) -> Message:
        """Where it is."""
        row: object = self.row
        if self.sheet is not None:
            row = Message('{row} of sheet "{sheet}"', row=row, sheet=self.sheet)
        return Message("{run} row {row}", run=printable(self.run), row=row)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """The runs, by name, of which data is erased, and how much; with ``person`` only the data of one person.

    If it is ``planned``, that is what would be erased. ``rehearsals`` are folders of runs that no ledger knows, and
    ``unsure`` the rows that may be the person's too, and stay.
    """

    runs: Mapping[str, Erased]
    person: str | None = None
    planned: bool = False
    rehearsals: tuple[str, ...] = ()
    unsure: tuple[RowOf, ...] = ()

    @property
    def erased(self) -> int:
        """Rows whose data is erased."""
        return sum(run.rows for run in self.runs.values())

    @property
    def in_doubt(self) -> int:
        """Rows in doubt, which keep their contact's unique values."""
        return sum(run.in_doubt for run in self.runs.values())

    def as_json(self) -> dict[str, Json]:
        """``{"runs": [{"run": name, "rows_erased": n, "rows_in_doubt": n}], "rows_erased": n, "rows_in_doubt": n,
        "dry_run": bool, "unsure": [{"run": name, "sheet": name, "row": n}]}``; the last is of a person,
        and ``sheet`` may be ``null``."""
        runs: list[Json] = [
            {"run": name, "rows_erased": erased.rows, "rows_in_doubt": erased.in_doubt}
            for name, erased in self.runs.items()
        ]
        told: dict[str, Json] = {"runs": runs, "rows_erased": self.erased, "rows_in_doubt": self.in_doubt}
        told["dry_run"] = self.planned
        if self.person is not None:
            told["unsure"] = [row._asdict() for row in self.unsure]
        return told

    def words(self, language: Language = ENGLISH_READER) -> str:
        """Return the text for the terminal."""
        untouched: list[Message | str] = [self._untouched()] if self.rehearsals else []
        if not self.runs:
            return told([[self._nothing(), *untouched]], language)
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
    known = {run.id for _, run in ledger.runs()}
    folders = {path.parent.name for path in output_dir.glob(f"*/{LAST_FILE}")}
    return tuple(sorted(folders - known))


Agreed: TypeAlias = Callable[[Forgotten], None]
"""Takes what would be erased before anything is; raises ``ConfigError`` if the user does not agree."""


def agreed(_: Forgotten) -> None:
    """For a caller who has decided."""


def forget(output_dir: Path, choice: Selection, ask: Agreed = agreed) -> Forgotten:
    """Erase the personal data of the chosen runs.

    Raises ``ConfigError`` for an unknown name or a question declined, before it erases anything; ``LedgerBusy``,
    ``LedgerError``, ``OutputError``. After an error, the same call finishes the work.
    """
    with to_erase_from(output_dir) as ledger:
        chosen = _chosen(ledger, choice)
        if not _planned(ledger, chosen).runs:
            forgotten: dict[str, Erased] = {}
        else:
            ask(_planned(ledger, chosen))
            forgotten = {run.id: _forget(ledger, seq, run, output_dir) for seq, run in chosen}
        untouched = rehearsals(output_dir, ledger)
    done_before = {run.id for _, run in chosen if run.forgotten_at and not any(forgotten.get(run.id, ()))}
    erased = {name: found for name, found in forgotten.items() if name not in done_before}
    return Forgotten(erased, rehearsals=untouched)


def plan_to_forget(output_dir: Path, choice: Selection) -> Forgotten:
    """What ``forget`` would erase; an import may work meanwhile. Raises ``ConfigError``, ``LedgerError``."""
    with Ledger(workspace.existing_ledger(output_dir)) as ledger:
        return replace(_planned(ledger, _chosen(ledger, choice)), rehearsals=rehearsals(output_dir, ledger))


@contextmanager
def to_erase_from(output_dir: Path) -> Iterator[Ledger]:
    """The ledger, locked, with the files of every run; it is scrubbed when the block ends.

    Even if nothing was erased: an earlier call may have been killed before.
    """
    path = workspace.existing_ledger(output_dir)
    with workspace.locked(path, Message("forgetting old runs")), Ledger(path) as ledger:
        repair(ledger, output_dir)
        yield ledger
        ledger.people.scrub()


def _chosen(ledger: Ledger, choice: Selection) -> Sequence[tuple[int, Run]]:
    runs = ledger.runs()
    if unknown := sorted({*choice.names} - {run.id for _, run in runs}):
        hint = Message("import-contacts runs shows their names")
        raise ConfigError('no run "{name}" in {ledger}', hint, name=unknown[0], ledger=ledger.path)
    return [(seq, run) for seq, run in runs if choice.has(run)]


def _planned(ledger: Ledger, chosen: Sequence[tuple[int, Run]]) -> Forgotten:
    erased = {seq: ledger.people.to_erase(seq) for seq, _ in chosen}
    return Forgotten(
        {run.id: erased[seq] for seq, run in chosen if run.forgotten_at is None or any(erased[seq])}, planned=True
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
    """Return the record without values from cells, which repairs and ``stopped`` may quote."""
    return replace(
        run, repairs=tuple(replace(repair, before="", after="") for repair in run.repairs), stopped=run.why_stopped
    )


_NAMES: Final = (LAST_FILE, *(file.name for file in FILES.values() if file.name != LAST_FILE))
"""The names of a run's files, the one that says that they are complete first."""


def remove_files(run: Run, output_dir: Path) -> None:
    """Remove a run's files, with the half-written ones of a killed process, and what was uploaded for it.

    The rest of the folder is not ours. Raises ``OutputError``.
    """
    folder = output_dir / run.id
    try:
        for name in (name.format(kind=kind) for name in _NAMES for kind in dict.fromkeys((run.kind, "csv", "xlsx"))):
            for path in (folder / name, folder / f".{name}.tmp"):
                with suppress(FileNotFoundError, NotADirectoryError):
                    path.unlink()
        with suppress(FileNotFoundError, NotADirectoryError):
            shutil.rmtree(workspace.uploads_of(output_dir, run.id))
    except OSError as error:
        raise OutputError(
            "{path} cannot be removed: {reason}",
            "close the program that has it open, and check its permissions; then run the same command again",
            path=error.filename,
            reason=error.strerror or error,
        ) from error
