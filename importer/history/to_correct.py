"""The rows of a run that somebody has to correct, as an errors file, without those that an import once more settles."""

from pathlib import Path

from importer.error_codes import SETTLED_ONCE_MORE
from importer.files import workspace
from importer.history.runs import find
from importer.ledger.ledger import Ledger
from importer.message import Language
from importer.models import FINE, Status
from importer.reporter.files import errors_file


def write_rows_to_correct(output_dir: Path, name: str, path: Path, language: Language) -> None:
    """Write the errors file of the run of this name to ``path``, with what is wrong in ``language``; without the rows
    that a stopped run left unsent, and those that are sound: an import that goes on, or is begun once more, settles
    these. Raises ``ConfigError``, ``LedgerError``, ``OutputError``.
    """
    with Ledger(workspace.existing_ledger(output_dir)) as ledger:
        seq, run = find(name, ledger.runs(), ledger.path)
        others = {*FINE, *((Status.NOT_SENT,) if run.stopped else ())}
        with errors_file(path, run, language) as write:
            for row in ledger.results(seq, remarkable=True):
                outcome = row.outcome
                if outcome.status not in others and outcome.error_code not in SETTLED_ONCE_MORE and row.cells:
                    write(row)
