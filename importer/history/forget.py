"""Forget old runs: erase their personal data, keep their counts and ids.

The order lets the next process finish what a killed one began: remove the run's files, the summary first (``repair``
rewrites the files of a run that lacks it); erase the data in the ledger; write the files again; scrub the ledger.
"""

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from importer import workspace
from importer.errors import ConfigError, OutputError
from importer.history.runs import repair
from importer.ledger.ledger import Erased, Ledger
from importer.ledger.run import Run, now
from importer.message import Message
from importer.models import Json
from importer.reporter.files import names_of, write_files
from importer.reporter.result_files import LAST_FILE


class Selection(NamedTuple):
    """Which runs to forget: those named, those that began more than ``age`` ago, or all."""

    names: Collection[str] = ()
    age: timedelta | None = None
    everything: bool = False

    def has(self, run: Run) -> bool:
        """Whether to forget this run."""
        old = self.age is not None and datetime.now(UTC) - datetime.fromisoformat(run.started_at) > self.age
        return self.everything or old or run.id in self.names


@dataclass(frozen=True, slots=True)
class Forgotten:
    """The forgotten runs by name, with what this call erased."""

    runs: Mapping[str, Erased]

    @property
    def erased(self) -> int:
        """Rows whose data this call erased."""
        return sum(run.rows for run in self.runs.values())

    @property
    def in_doubt(self) -> int:
        """Rows in doubt, which keep their contact's unique values."""
        return sum(run.in_doubt for run in self.runs.values())

    def as_json(self) -> dict[str, Json]:
        """``{"runs": [{"run": name, "rows_erased": n, "rows_in_doubt": n}], "rows_erased": n, "rows_in_doubt": n}``."""
        runs: list[Json] = [
            {"run": name, "rows_erased": erased.rows, "rows_in_doubt": erased.in_doubt}
            for name, erased in self.runs.items()
        ]
        return {"runs": runs, "rows_erased": self.erased, "rows_in_doubt": self.in_doubt}

    def words(self) -> str:
        """Return the text for the terminal."""
        if not self.runs:
            return "no run to forget"
        lines = [f"Forgot {len(self.runs):,} run{'' if len(self.runs) == 1 else 's'}; counts and ids are kept"]
        lines += [*(f"  {name}" for name in self.runs), "", f"{self.erased:>9,}  rows erased"]
        if self.in_doubt:
            lines += [
                f"{self.in_doubt:>9,}  rows in doubt keep email, phone number and identifier: a search needs them",
                f"{'':>9}  import their file again, which settles them; then forget the runs again",
            ]
        return "\n".join(lines)


def forget(output_dir: Path, choice: Selection) -> Forgotten:
    """Erase the personal data of the chosen runs.

    Raises ``ConfigError`` for an unknown name, before it erases anything; ``LedgerBusy``, ``LedgerError``,
    ``OutputError``. After an error, the same call finishes the work.
    """
    path = workspace.existing_ledger(output_dir)
    with workspace.locked(path, Message("forgetting old runs")), Ledger(path) as ledger:
        repair(ledger, output_dir)
        runs = ledger.runs()
        if unknown := sorted({*choice.names} - {run.id for _, run in runs}):
            hint = Message("import-contacts runs shows their names")
            raise ConfigError('no run "{name}" in {ledger}', hint, name=unknown[0], ledger=path)
        chosen = [(seq, run) for seq, run in runs if choice.has(run)]
        forgotten = {run.id: _forget(ledger, seq, run, output_dir / run.id) for seq, run in chosen}
        ledger.scrub()  # even if nothing was erased: an earlier call may have been killed before it
    done_before = {run.id for _, run in chosen if run.forgotten_at and not any(forgotten[run.id])}
    return Forgotten({name: erased for name, erased in forgotten.items() if name not in done_before})


def _forget(ledger: Ledger, seq: int, run: Run, folder: Path) -> Erased:
    """Forget a run that has ended; if it was forgotten before, erase the doubts settled since."""
    if run.forgotten_at is not None:
        return ledger.erase(seq, run)
    _remove_files(run, folder)
    run = without_data(run)
    erased = ledger.erase(seq, run)
    if folder.is_dir():
        write_files(ledger, seq, folder)
    return erased


def without_data(run: Run) -> Run:
    """Return the record without values from cells or ``--set``, which repairs, options and ``stopped`` may quote."""
    return replace(
        run,
        forgotten_at=now(),
        repairs=tuple(replace(repair, before="", after="") for repair in run.repairs),
        stopped=_without_cause(run.stopped),
        arguments=(),
        options={name: value for name, value in run.options.items() if name != "set"},
    )


def _without_cause(stopped: Message | None) -> Message | None:
    """Why a run stopped, without the server's own words; an older ledger has both in one text."""
    if stopped is None or not stopped.values:
        return stopped and Message(stopped.text.partition(" (")[0])
    what = stopped.values.get("what")
    return what if isinstance(what, Message) else stopped


def _remove_files(run: Run, folder: Path) -> None:
    """Remove a run's files, with the half-written ones of a killed process; the rest of the folder is not ours."""
    try:
        for name in (LAST_FILE, *names_of(run).values()):
            for path in (folder / name, folder / f".{name}.tmp"):
                with suppress(FileNotFoundError):
                    path.unlink()
    except OSError as error:
        raise OutputError(
            "{path} cannot be removed: {reason}",
            "close the program that has it open, and check its permissions; then run the same command again",
            path=error.filename,
            reason=error.strerror or error,
        ) from error
