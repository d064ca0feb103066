"""Check a file as a dry run does, and keep the rows for whoever looks through them, corrects some, and checks again."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from importer.files import workspace
from importer.ledger.ledger import Ledger
from importer.ledger.run import Run
from importer.loader.names import named_files
from importer.models import Outcome, Status
from importer.pipeline.closing import close
from importer.pipeline.correcting import corrected, warn_of_others
from importer.pipeline.opening import opened
from importer.pipeline.run import begun
from importer.pipeline.stage import Input, stage
from importer.pipeline.terms import Terms
from importer.reporter.files import outputs_of
from importer.runtime import little_garbage
from importer.sender.metrics import Sent
from importer.sources.source import LocalCopy
from importer.system_text import decoded


@little_garbage()
def check(terms: Terms, paths: Sequence[Path | LocalCopy], folder: Path) -> Run:
    """Check every row of files, make no request, and keep the ledger of it in ``folder``, for its owner alone.

    The ledger takes the place of an earlier one there when the check is whole; a cancelled one is, too, and its rows
    are ``not_sent``. No run folder is written. Raises ``InputError``, ``ConfigError``, ``OutputError``.
    """
    terms = terms._replace(config=terms.config.model_copy(update={"dry_run": True, "plan": None, "verify": False}))
    files = named_files(paths, outputs_of(terms.config))
    sheets = corrected(opened(terms, files), files.names, terms.corrections)
    with workspace.ledger_to_keep(folder) as place, Ledger(place, lasting=False) as ledger:
        run = replace(begun(terms.config, sheets, files, terms.arguments), mode="dry run")
        inside = terms._replace(config=terms.config.model_copy(update={"output_dir": folder}))
        work = stage(inside, Input(sheets, run, decoded(files.stem)), ledger, keep_cells=True)
        with suppress(OSError):
            work.folder.rmdir()  # a run's folder, which would have its files
        warn_of_others(terms.observer, terms.corrections, work.run.by_hand)
        work = close(work, Sent(), Outcome(Status.VALID), terms.cancellation)
        ledger.index_rows()
    return work.run
