"""Write a run's files from the ledger, then publish it: as metrics and as a notification."""

import json
import os
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from importer import workspace
from importer.config import Config
from importer.console import Console
from importer.errors import OutputError
from importer.ledger.ledger import Ledger
from importer.ledger.records import LedgerRow
from importer.ledger.run import Run
from importer.message import Language, Message, language_of
from importer.models import FINE
from importer.remarks import Remark, RemarkCount
from importer.reporter.look_back import LOOK_BACKS, write_look_back, write_summary
from importer.reporter.page.page import page
from importer.reporter.page.rows import PageRows
from importer.reporter.plan_file import write_plan
from importer.reporter.prometheus import write_metrics
from importer.reporter.result_files import (
    LAST_FILE,
    WriteRow,
    errors_csv,
    place_of,
    result_columns,
    results_csv,
    write_text,
)
from importer.reporter.summary import NOTHING_PLANNED, Cause, Causes, Summary
from importer.reporter.workbooks import errors_workbook, results_workbook
from importer.signals import Interrupt
from importer.system_text import decoded


@dataclass(frozen=True, slots=True)
class Copy:
    """A further copy of the results, a workbook if its name ends in .xlsx, else CSV."""

    path: Path
    errors_first: bool = False


def write_files(ledger: Ledger, seq: int, folder: Path, copy: Copy | None = None, lang: str | None = None) -> Summary:
    """Write the files of the ledger's run ``seq`` into ``folder``, and ``copy``; ``LAST_FILE`` comes last.

    ``lang`` is the report's language (``None``: that of the run's options, else of the locale). A copy that fails is
    a warning, so that the run keeps its own files. Raises ``OutputError``; files written before it stay. A run that
    looks back at another has files of its own.
    """
    run, counts = ledger.run(seq), ledger.counts(seq)
    if run.mode in LOOK_BACKS:
        return write_look_back(ledger, seq, folder)
    shown = PageRows(run, counts, _language(lang, run))
    kind = "plan" if run.mode == "plan" else "results"
    tables, planned = {kind: folder / f"{kind}.csv"}, NOTHING_PLANNED
    if run.forgotten_at is None and any(status not in FINE for status in counts):
        tables["errors"] = folder / f"errors.{run.kind}"
    if run.mode == "plan":
        changes = ledger.changes(seq) if run.forgotten_at is None else ()
        planned = write_plan(tables[kind], run, ledger.results(seq), changes)
    else:
        with results_csv(tables[kind], result_columns(run)) as write:
            for columns in ledger.result_pages(seq):
                write(columns)
    # Most rows of a large run have no errors or remarks: the ledger skips them, so that they never become objects.
    told = ledger.results(seq, remarkable=not shown.whole)
    causes, remarks = _write_errors(run, told, tables.get("errors"), shown)
    warning = _write_copy(Summary(run, counts, {}, causes), ledger, seq, copy) if copy else None
    files = tables | {"report": folder / "report.html", "summary": folder / LAST_FILE}
    if copy and not warning:
        files["results_copy"] = copy.path
    named = {kind: decoded(str(path)) for kind, path in files.items()}
    summary = Summary(run, counts, named, causes, (warning,) if warning else (), remarks, planned)
    write_text(files["report"], page(summary, shown))
    write_summary(summary, files["summary"])
    return summary


def _language(lang: str | None, run: Run) -> Language:
    wanted = lang or run.options.get("lang")
    return Language(wanted) if isinstance(wanted, str) else language_of(os.environ)


def _write_errors(
    run: Run, rows: Iterable[LedgerRow], path: Path | None, shown: PageRows
) -> tuple[tuple[Cause, ...], tuple[Remark, ...]]:
    """Give rows to the errors file, if there is one, and to the page.

    Return the causes, the most frequent first, and the kinds of remarks.
    """
    causes = Causes()
    remarks = RemarkCount()
    with _errors_file(path, run) if path else nullcontext() as write:
        for row in rows:
            shown.add(row)
            outcome = row.outcome
            where = place_of(run, row)
            remarks.add(where, outcome.hint)
            if outcome.status not in FINE:
                if write is not None:
                    write(row)
                causes.add(where, outcome)
    return causes.found(), remarks.found()


def _errors_file(path: Path, run: Run) -> AbstractContextManager[WriteRow]:
    return errors_workbook(path, run) if path.suffix == ".xlsx" else errors_csv(path, run.titles)


def _write_copy(summary: Summary, ledger: Ledger, seq: int, copy: Copy) -> Message | None:
    """Write the results once more; return what went wrong, or ``None``."""
    parts = (False, True) if copy.errors_first else (None,)  # each in the input's order
    is_workbook = copy.path.suffix.lower() == ".xlsx"
    try:
        with (
            results_workbook(copy.path, summary)
            if is_workbook
            else results_csv(copy.path, result_columns(summary.run)) as write
        ):
            for columns in chain.from_iterable(ledger.result_pages(seq, fine=fine) for fine in parts):
                write(columns)
    except OutputError as error:
        return Message("--results: {error}", error=error.message)
    return None


def check_places(config: Config, source: Path) -> None:
    """Raise ``ConfigError``, before the run sends anything, if --results or --metrics-file cannot be written."""
    if config.results:
        workspace.check_copy(config.results, source)
    if config.metrics_file:
        workspace.check_copy(config.metrics_file, source, "--metrics-file")


def publish(config: Config, summary: Summary, console: Console, interrupt: Interrupt) -> None:
    """Write and post what the user asked for, after rehearsals too. A failure is only a warning."""
    if config.metrics_file:
        try:
            write_metrics(summary, config.metrics_file)
        except OutputError as error:
            console.warn(Message("--metrics-file: {error}", error=error.message))
    if config.notify:
        from importer.reporter.webhook import Address, notify  # here: few runs need its HTTP and TLS

        address = Address(config.notify.get_secret_value())
        if cause := notify(address, json.dumps(summary.as_json()).encode(), interrupt):
            words = Message("the notification to {host} failed: {cause}", host=address.host, cause=cause)
            console.warn(words, Message("the run is done, and its files are there"))
