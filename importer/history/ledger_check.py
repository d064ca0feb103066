"""Check a ledger with what lies beside it: its own findings, file modes, and the folders of its runs."""

import os
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from importer.exit_codes import ExitCode
from importer.files import workspace
from importer.history.run_folders import folder_of, unknown_folders
from importer.ledger.checking import DAMAGED, SCHEMA, Checked, check
from importer.ledger.contradictions import Finding
from importer.ledger.run import Run
from importer.message import ENGLISH_READER, Counted, Language, Message, and_more
from importer.models import Json
from importer.reporter.terminal import told
from importer.shell import command_line
from importer.texts import printable

_NAMED: Final = 3
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_IS_POSIX: Final = os.name == "posix"
"""Elsewhere a file has no mode that would tell anything."""


class CheckedLedger(NamedTuple):
    """What was checked, in how many seconds, what is wrong, and what is only worth knowing."""

    ledger: Path
    checked: Checked
    findings: tuple[Finding, ...]
    remarks: tuple[Message, ...] = ()
    seconds: float = 0.0

    @property
    def exit_code(self) -> int:
        """2 where the ledger is damaged, as for every command that reads it, 1 where anything else is wrong, else 0."""
        if self.is_damaged:
            return ExitCode.USAGE
        return ExitCode.ROWS_FAILED if self.findings else ExitCode.OK

    @property
    def is_damaged(self) -> bool:
        """Whether SQLite cannot read the file."""
        return any(one.code == DAMAGED for one in self.findings)

    @property
    def is_read(self) -> bool:
        """Whether it is known what the ledger holds."""
        return not any(one.code in (DAMAGED, SCHEMA) for one in self.findings)

    def as_json(self) -> dict[str, Json]:
        """Return what was found as JSON: a finding has ``code``, ``what`` and ``hint``, in English."""
        return {
            "ledger": str(self.ledger),
            "version": self.checked.version,
            "runs": len(self.checked.runs),
            "rows": self.checked.rows,
            "seconds": round(self.seconds, 3),
            "findings": [{name: str(said) for name, said in one._asdict().items()} for one in self.findings],
            "remarks": [str(remark) for remark in self.remarks],
            "exit_code": int(self.exit_code),
        }

    def words(self, language: Language = ENGLISH_READER) -> str:
        """Return what was found as lines for the terminal."""
        number = len(self.findings)
        wrong = (
            Counted("{number:,} finding:", "{number:,} findings:", number) if number else Message("Nothing is wrong.")
        )
        head: Message = Counted(
            "{path}: {number:,} run, {rows:,} rows, checked in {seconds} s",
            "{path}: {number:,} runs, {rows:,} rows, checked in {seconds} s",
            len(self.checked.runs),
            path=self.ledger,
            rows=self.checked.rows,
            seconds=f"{self.seconds:.1f}",
        )
        if not self.is_read:
            head = Message("{path}: damaged or incomplete; what it holds is not known", path=self.ledger)
        found = (
            f"{indent}{language.tell(line)}"
            for one in self.findings
            for indent, line in (("  ", one.what), ("    ", one.hint))
        )
        return told([[head, wrong, *found], self.remarks], language)


def check_ledger(output_dir: Path, clock: Callable[[], float] = time.monotonic) -> CheckedLedger:
    """Check the ledger of an output directory, while an import may work; nothing is changed.

    Raises ``ConfigError`` if there is none, ``LedgerError`` for one that cannot be opened, or is of a newer version.
    """
    path = workspace.existing_ledger(output_dir)
    began = clock()
    checked = check(path)
    findings = (*checked.findings, *_modes(path, checked.runs, output_dir))
    found = CheckedLedger(path, checked, findings)
    if found.is_read:  # else nobody knows which folders are of its runs
        found = found._replace(remarks=tuple(_folders(checked.runs, output_dir)))
    return found._replace(seconds=clock() - began)


def _modes(path: Path, runs: Sequence[Run], output_dir: Path) -> Iterator[Finding]:
    """Files and folders that other users may read, as far as the program makes them for their owner alone."""
    if not _IS_POSIX:
        return
    own = (path.with_name(f"{path.name}{end}") for end in ("", "-wal", "-shm"))
    for place in filter(_is_open, own):
        command = command_line(["chmod", "600", str(place)])
        yield _open_to_others(Message("other users may read or write {path}", path=place), command)
    folders = [folder for run in runs if (folder := folder_of(run, output_dir)) and _is_open(folder)]
    if folders:
        told = Counted(
            "other users may read or write {number:,} run folder: {names}",
            "other users may read or write {number:,} run folders: {names}",
            len(folders),
            names=and_more([printable(folder.name) for folder in folders], _NAMED),
        )
        yield _open_to_others(told, command_line(["chmod", "700", *map(str, folders[:_NAMED])]))


def _is_open(place: Path) -> bool:
    with suppress(OSError):
        return bool(place.lstat().st_mode & _OTHERS) and not place.is_symlink()
    return False


def _open_to_others(told: Message, command: str) -> Finding:
    return Finding("mode", told, Message("if that is not meant: {command}", command=command))


def _folders(runs: Sequence[Run], output_dir: Path) -> Iterator[Message]:
    """Runs without a folder, which may well have been removed, and folders of runs that no ledger knows."""
    missing = [run.id for run in runs if run.finished_at and folder_of(run, output_dir) is None]
    if missing:
        yield Counted(
            "{number:,} run has no folder: import-contacts report RUN writes it again ({names})",
            "{number:,} runs have no folder: import-contacts report RUN writes it again ({names})",
            len(missing),
            names=and_more([*map(printable, missing)], _NAMED),
        )
    known = {run.id for run in runs}
    strange = unknown_folders(output_dir, known)
    if strange:
        yield Counted(
            "{number:,} folder is of a run that the ledger does not know, such as a rehearsal: {names}",
            "{number:,} folders are of runs that the ledger does not know, such as rehearsals: {names}",
            len(strange),
            names=and_more([*map(printable, strange)], _NAMED),
        )
