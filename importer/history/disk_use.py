"""How much a ledger and its run folders take on disk, and what of it could be got back."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from importer.files import workspace
from importer.files.sizes import size_words
from importer.history.retention import removable
from importer.history.run_folders import folder_of, seems_ours_alone, size_of
from importer.ledger.ledger import Ledger
from importer.ledger.run import Run
from importer.ledger.sizes import Data, Sizes, data_of, measured, size_on_disk
from importer.message import ENGLISH_READER, Counted, Language, Message
from importer.models import Json
from importer.reporter.terminal import told

OLD_DAYS: Final = 90
"""What ``forget`` could erase is told of runs that began more than so many days ago."""

NEWEST: Final = 20
"""What ``--keep-runs`` could remove is told as if so many folders were kept."""

LARGE: Final = 1 << 29
"""From so many bytes of the ledger on an import says how much there is, and again at each doubling."""


class Files(NamedTuple):
    """How many folders or files, and how many bytes they take."""

    number: int = 0
    size: int = 0


class DiskUse(NamedTuple):
    """What a ledger holds, and takes with what lies beside it; ``old``, data of ``old_runs``, and ``older_folders``
    are what could be got back."""

    ledger: Path
    sizes: Sizes
    folders: Files
    uploads: int
    old_runs: int
    old: Data
    older_folders: Files

    def as_json(self) -> dict[str, Json]:
        """Return the figures as JSON; sizes are bytes."""
        found = self.sizes
        old: dict[str, Json] = {"older_than_days": OLD_DAYS, "runs": self.old_runs, **self.old._asdict()}
        return {
            "ledger": str(self.ledger),
            "version": found.version,
            "size": found.size,
            "free": found.free,
            "runs": len(found.runs),
            "rows": found.rows,
            "known_contacts": found.contacts,
            "oldest_run": found.runs[-1][1].started_at if found.runs else None,
            "run_folders": self.folders._asdict(),
            "uploads_size": self.uploads,
            "forget": old,
            "keep_runs": {"newest": NEWEST, **self.older_folders._asdict()},
        }

    def words(self, language: Language = ENGLISH_READER) -> str:
        """Return the figures as lines for the terminal."""
        return told([[*self._holds()], [*self._could_go()]], language)

    def _holds(self) -> Iterator[Message]:
        found = self.sizes
        yield Message(
            "{path}: {size}, of which {free} are free; version {version}",
            path=self.ledger,
            size=size_words(found.size),
            free=size_words(found.free),
            version=found.version,
        )
        if found.runs:
            yield Counted(
                "{number:,} run since {date}, {rows:,} rows, {contacts:,} known contacts",
                "{number:,} runs since {date}, {rows:,} rows, {contacts:,} known contacts",
                len(found.runs),
                date=found.runs[-1][1].started_at[:10],
                rows=found.rows,
                contacts=found.contacts,
            )
        number, size = self.folders
        yield Counted("{number:,} run folder: {size}", "{number:,} run folders: {size}", number, size=size_words(size))
        if self.uploads:
            yield Message("files that were uploaded on the screen: {size}", size=size_words(self.uploads))

    def _could_go(self) -> Iterator[Message]:
        if self.old.rows:
            yield Counted(
                "{command} would erase the data of {number:,} run: {rows:,} rows, {size}",
                "{command} would erase the data of {number:,} runs: {rows:,} rows, {size}",
                self.old_runs,
                command=f"import-contacts forget --older-than {OLD_DAYS}",
                rows=self.old.rows,
                size=size_words(self.old.size),
            )
        if self.older_folders.number:
            yield Counted(
                "{option} would remove {number:,} run folder after the next import: {size}",
                "{option} would remove {number:,} run folders after the next import: {size}",
                self.older_folders.number,
                option=f"--keep-runs {NEWEST}",
                size=size_words(self.older_folders.size),
            )


def disk_use(output_dir: Path) -> DiskUse:
    """Measure it, while an import may work; nothing is changed. Raises ``ConfigError``, ``LedgerError``."""
    path = workspace.existing_ledger(output_dir)
    since = datetime.now(UTC) - timedelta(days=OLD_DAYS)
    with measured(path) as (db, found):
        beyond = removable(Ledger(path, looked_at=db), output_dir, NEWEST, seems_ours_alone).runs
        old = [seq for seq, run in found.runs if _began(run) < since and run.forgotten_at is None]
        data = data_of(db, old)
    older = [size_of(output_dir / run.id) for run in beyond]
    return DiskUse(
        path,
        found,
        _folders(output_dir, [run for _, run in found.runs]),
        sum(size_of(place) for place in workspace.screens_of(output_dir)),
        len(old),
        data,
        Files(len(older), sum(older)),
    )


def _began(run: Run) -> datetime:
    return datetime.fromisoformat(run.started_at)


def _folders(output_dir: Path, runs: list[Run]) -> Files:
    found = [size_of(folder) for run in runs if (folder := folder_of(run, output_dir))]
    return Files(len(found), sum(found))


def has_grown(before: int, after: int) -> bool:
    """Whether a ledger of so many bytes has passed ``LARGE``, or has doubled since: that is not so at each run."""
    return (after // LARGE).bit_length() > (before // LARGE).bit_length()


def size_told(ledger: Ledger, output_dir: Path) -> Message:
    """What to say then; it looks at every run's folder, 0.1 ms each. Raises ``LedgerError``."""
    taken = size_on_disk(ledger.path) + _folders(output_dir, [run for _, run in ledger.runs()]).size
    return Message(
        "the ledger and its run folders take {size}: import-contacts ledger says what of it could go "
        "(forget --older-than, --keep-runs)",
        size=size_words(taken),
    )
