"""Forget old runs, or a person: erase personal data, keep counts and ids.

The order lets the next process finish what a killed one began: remove the runs' files, the summary first (``repair``
rewrites the files of a run that lacks it); erase the data in the ledger; write the files again; scrub the ledger.
"""

import shutil
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from importer.errors import ConfigError, OutputError, reason_of
from importer.files import workspace
from importer.history.forgotten import Forgotten
from importer.history.run_folders import names_of, unknown_folders
from importer.history.runs import repaired_ledger
from importer.ledger.ledger import Ledger
from importer.ledger.people import Erased
from importer.ledger.run import Run, now
from importer.message import Message
from importer.reporter.files import WITH_IDS_FOLDER, write_files
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
