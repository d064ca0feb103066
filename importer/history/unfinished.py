"""Finish what a killed run left undone, and rewrite an earlier run's files."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from importer import workspace
from importer.error_codes import not_sent
from importer.errors import OutputError
from importer.history.runs import CRASHED, find
from importer.ledger.ledger import Ledger
from importer.ledger.run import now
from importer.message import Message
from importer.reporter.files import LAST_FILE, write_files
from importer.reporter.summary import Summary


def repair(ledger: Ledger, output_dir: Path) -> None:
    """Settle the last rows of killed runs, and write their files."""
    for seq, run in ledger.runs():
        if run.finished_at is None:
            ledger.close_rows(seq, not_sent(None))
            run = replace(run, finished_at=now(), stopped=CRASHED)
            with ledger.transaction():
                ledger.rewrite(seq, run)
        folder = output_dir / run.id
        if folder.is_dir() and not (folder / LAST_FILE).exists():
            with suppress(OutputError):
                write_files(ledger, seq, folder)


def report_again(output_dir: Path, name: str | None, lang: str | None = None) -> Summary:
    """Rewrite the files of the run that ``find`` returns for ``name``; ``lang`` is that of ``write_files``.

    Raises ``ConfigError`` if there is no such run, ``LedgerBusy``, ``LedgerError``, ``OutputError``.
    """
    path = workspace.existing_ledger(output_dir)
    with workspace.locked(path, Message("writing a report")), Ledger(path) as ledger:
        repair(ledger, output_dir)
        seq, run = find(name, ledger.runs(), path)
        folder = output_dir / run.id
        workspace.make_folder(folder)
        return write_files(ledger, seq, folder, lang=lang)
