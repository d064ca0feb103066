"""A run's files, made from the ledger alone."""

import json
import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from importer.errors import OutputError
from importer.models import FINE, Lang, LedgerRow, Run, Status
from importer.page.languages import Language, language_of
from importer.page.page import page
from importer.page.rows import PageRows
from importer.result_files import RESULT_COLUMNS, error_cells, error_titles, result_cells, table_file, whole_file
from importer.summary import Cause, Summary

LAST_FILE: Final = "summary.json"
"""The file whose presence says that a run's files are all there."""


def write_files(
    run: Run,
    rows: Callable[[], Iterable[LedgerRow]],
    counts: Mapping[Status, int],
    folder: Path,
    copy: Path | None = None,
    lang: Lang | None = None,
) -> Summary:
    """Write a run's files into ``folder``, ``LAST_FILE`` last, and the results to ``copy`` as well.

    ``rows`` gives the rows from the first on at each call. Raises ``OutputError``; the files that were whole by then
    are there. A copy that fails is a warning: it must not cost the run its own files. ``lang`` is the report's
    language, ``None`` that of the locale.
    """
    shown = PageRows(run, counts, Language(lang) if lang else language_of(os.environ))
    tables = {"results": folder / "results.csv"}
    if run.forgotten_at is None and any(status not in FINE for status in counts):
        tables["errors"] = folder / f"errors.{run.kind}"
    causes = _write_tables(run, rows(), tables, shown)
    warning = _write_copy(rows(), copy) if copy else ""
    files = tables | {"report": folder / "report.html", "summary": folder / LAST_FILE}
    if copy and not warning:
        files["results_copy"] = copy
    named = {kind: str(path) for kind, path in files.items()}
    summary = Summary(run, counts, named, causes, (warning,) if warning else ())
    _write_text(files["report"], page(summary, shown))
    _write_text(files["summary"], [json.dumps(summary.as_json(), ensure_ascii=False, indent=2), "\n"])
    return summary


def _write_tables(
    run: Run, rows: Iterable[LedgerRow], tables: Mapping[str, Path], shown: PageRows
) -> tuple[Cause, ...]:
    """Every row to its files and to the page; the causes of failure, the most frequent first."""
    causes: dict[str, Cause] = {}
    with ExitStack() as stack:
        results = stack.enter_context(table_file(tables["results"], RESULT_COLUMNS))
        errors = (
            stack.enter_context(table_file(tables["errors"], error_titles(run.titles))) if "errors" in tables else None
        )
        for row in rows:
            results(result_cells(row))
            shown.add(row)
            if row.outcome.status not in FINE:
                if errors is not None:
                    errors(error_cells(row, run.titles))
                _count(causes, row)
    return tuple(sorted(causes.values(), key=lambda cause: -cause.count))


def _write_copy(rows: Iterable[LedgerRow], copy: Path) -> str:
    """Write the results once more; what went wrong, if anything did."""
    try:
        with table_file(copy, RESULT_COLUMNS) as write:
            for row in rows:
                write(result_cells(row))
    except OutputError as error:
        return f"--results: {error}"
    return ""


def _count(causes: dict[str, Cause], row: LedgerRow) -> None:
    outcome = row.outcome
    causes.setdefault(outcome.error_code, Cause(outcome.error_code, outcome.hint)).add(row.number, outcome.error)


def _write_text(path: Path, pieces: Iterable[str]) -> None:
    with whole_file(path) as file:
        for piece in pieces:
            file.write(piece.encode("utf-8", "replace"))
