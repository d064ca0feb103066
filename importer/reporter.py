"""A run's files and its closing words, made from the ledger alone."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from jinja2 import Environment, PackageLoader

from importer.errors import ExitCode, OutputError
from importer.models import FINE, Json, LedgerRow, Run, Status
from importer.result_files import RESULT_COLUMNS, error_cells, error_titles, result_cells, table_file, whole_file
from importer.tally import repair_line

LAST_FILE: Final = "summary.json"
"""The file whose presence says that a run's files are all there."""

MOST_FREQUENT: Final = 3
MOST_REPAIRS: Final = 3
ROWS_ON_PAGE: Final = 5000
"""The report page lists at most so many rows that need attention; results.csv has them all."""

WORDS: Final = {
    Status.CREATED: "created",
    Status.UPDATED: "updated",
    Status.EXISTS: "existed and left alone",
    Status.UNCHANGED: "unchanged since an earlier run",
    Status.DUPLICATE: "duplicates of an earlier row",
    Status.VALID: "valid",
    Status.INVALID: "invalid: correct the rows",
    Status.FAILED: "failed: refused or not deliverable",
    Status.UNKNOWN: "unknown: sent, and not known whether stored",
    Status.NOT_SENT: "not sent: the run stopped first",
}
"""Every final status in words, in the order of the summary."""


@dataclass(slots=True)
class Cause:
    """Rows that failed for one reason: how many, and the first of them."""

    code: str
    count: int
    row: int
    error: str
    hint: str


@dataclass(frozen=True, slots=True)
class Summary:
    """How a run went; ``files`` maps a kind of file to its path, ``causes`` are the most frequent first."""

    run: Run
    counts: Mapping[Status, int]
    files: Mapping[str, str]
    causes: tuple[Cause, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """Every data row of the input."""
        return sum(self.counts.values())

    @property
    def wrong(self) -> int:
        """Rows that need somebody's attention."""
        return sum(count for status, count in self.counts.items() if status not in FINE)

    @property
    def seconds(self) -> float:
        """From the start to the end, in seconds."""
        if self.run.finished_at is None:
            return 0.0
        passed = datetime.fromisoformat(self.run.finished_at) - datetime.fromisoformat(self.run.started_at)
        return max(0.0, passed.total_seconds())  # a clock may step back during a run

    def as_json(self) -> dict[str, Json]:
        """The content of summary.json."""
        run = self.run
        return {
            "run": run.id,
            "mode": run.mode,
            "file": run.file,
            "sheet": run.sheet,
            "inbox_id": run.inbox_id,
            "base_url": run.base_url,
            "started_at": run.started_at,
            "finished_at": run.finished_at,
            "exit_code": run.exit_code,
            "forgotten_at": run.forgotten_at,
            "rows": self.rows,
            "counts": {status: self.counts[status] for status in WORDS if status in self.counts},
            "requests": run.requests,
            "retries": run.retries,
            "rows_per_second": round(self.rows / self.seconds, 1) if self.seconds > 0 else 0.0,
            "mapping": dict(run.mapping),
            "repairs": [asdict(repair) for repair in run.repairs],
            "files": dict(self.files),
        }


def exit_code(counts: Mapping[Status, int]) -> ExitCode:
    """The code of a run that came to its end: 0 if every row is fine."""
    return ExitCode.OK if counts.keys() <= FINE else ExitCode.ROWS_FAILED


def write_files(
    run: Run,
    rows: Callable[[], Iterable[LedgerRow]],
    counts: Mapping[Status, int],
    folder: Path,
    copy: Path | None = None,
) -> Summary:
    """Write a run's files into ``folder``, ``LAST_FILE`` last, and the results to ``copy`` as well.

    ``rows`` gives the rows from the first on at each call. Raises ``OutputError``; the files that were whole by then
    are there. A copy that fails is a warning: it must not cost the run its own files.
    """
    tables = {"results": folder / "results.csv"}
    if run.forgotten_at is None and any(status not in FINE for status in counts):
        tables["errors"] = folder / f"errors.{run.kind}"
    causes, shown = _write_tables(run, rows(), tables)
    warning = _write_copy(rows(), copy) if copy else ""
    files = tables | {"report": folder / "report.html", "summary": folder / LAST_FILE}
    if copy and not warning:
        files["results_copy"] = copy
    named = {kind: str(path) for kind, path in files.items()}
    summary = Summary(run, counts, named, causes, (warning,) if warning else ())
    _write_text(files["report"], _page(summary, shown))
    _write_text(files["summary"], json.dumps(summary.as_json(), ensure_ascii=False, indent=2) + "\n")
    return summary


def _write_tables(
    run: Run, rows: Iterable[LedgerRow], tables: Mapping[str, Path]
) -> tuple[tuple[Cause, ...], list[LedgerRow]]:
    """Every row to its files; the causes of failure, the most frequent first, and the rows for the page."""
    causes: dict[str, Cause] = {}
    shown: list[LedgerRow] = []
    with ExitStack() as stack:
        results = stack.enter_context(table_file(tables["results"], RESULT_COLUMNS))
        errors = (
            stack.enter_context(table_file(tables["errors"], error_titles(run.titles))) if "errors" in tables else None
        )
        for row in rows:
            results(result_cells(row))
            if row.outcome.status not in FINE:
                if errors is not None:
                    errors(error_cells(row, run.titles))
                _count(causes, row)
                if len(shown) < ROWS_ON_PAGE:
                    shown.append(row)
    return tuple(sorted(causes.values(), key=lambda cause: -cause.count)), shown


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
    if outcome.error_code in causes:
        causes[outcome.error_code].count += 1
    else:
        causes[outcome.error_code] = Cause(outcome.error_code, 1, row.number, outcome.error, outcome.hint)


def _write_text(path: Path, text: str) -> None:
    with whole_file(path) as file:
        file.write(text.encode("utf-8", "replace"))


def _page(summary: Summary, rows: list[LedgerRow]) -> str:
    environment = Environment(loader=PackageLoader("importer", ""), autoescape=True)
    template = environment.get_template("report.html.jinja")
    return template.render(summary=summary, run=summary.run, rows=rows, words=WORDS, verdict=verdict(summary))


def verdict(summary: Summary) -> str:
    """How the run went, in one sentence."""
    rows = f"{summary.rows:,} row{'' if summary.rows == 1 else 's'}"
    if summary.run.stopped:
        return f"Stopped: {summary.run.stopped}"
    if summary.wrong:
        return f"{summary.wrong:,} of {rows} need{'s' if summary.wrong == 1 else ''} attention"
    return f"All {rows} are fine" if summary.rows != 1 else "The one row is fine"


def _forgotten(run: Run) -> list[str]:
    """A sentence for a run that was forgotten; else none."""
    if run.forgotten_at is None:
        return []
    return [f"forgotten on {run.forgotten_at[:10]}: its personal data is erased, counts and ids are kept"]


def closing_words(summary: Summary, what_next: Sequence[str] = ()) -> str:
    """What the terminal shows at the end; ``what_next`` are lines that say how to go on."""
    run = summary.run
    where = _MODES.get(run.mode, f"to {_inbox(run)} at {run.base_url}")
    lines = [f"{verdict(summary)} ({run.file} {where})", *_forgotten(run), ""]
    lines += [f"{summary.counts[status]:>9,}  {words}" for status, words in WORDS.items() if status in summary.counts]
    pace = f", {summary.rows / summary.seconds:,.0f} rows/s" if summary.seconds > 0 else ""
    lines += [f"{summary.rows:>9,}  rows in {summary.seconds:,.1f} s{pace}, {run.requests:,} requests"]
    if summary.causes:
        lines += ["", "Most frequent errors"]
    for cause in summary.causes[: None if run.mode == "dry run" else MOST_FREQUENT]:
        lines += [f"{cause.count:>9,}  {cause.code}: {cause.error} (row {cause.row})"]
        lines += [f"{'':>9}  {cause.hint}"] if cause.hint else []
    if run.repairs:
        frequent = sorted(run.repairs, key=lambda repair: -repair.count)[:MOST_REPAIRS]
        lines += ["", "Most frequent repairs", *map(repair_line, frequent)]
    lines += ["", "Files", *(f"  {path}" for path in summary.files.values())]
    lines += ["", *what_next] if what_next else []
    return "\n".join(lines)


_MODES: Final = {"dry run": "checked only, nothing was sent", "sandbox": "to the sandbox, not to LiveDesk"}


def runs_json(listed: Sequence[tuple[Run, Mapping[Status, int]]]) -> list[Json]:
    """The runs of a ledger as summaries without files."""
    return [Summary(run, counts, {}).as_json() for run, counts in listed]


def run_lines(listed: Sequence[tuple[Run, Mapping[Status, int]]]) -> str:
    """The runs of a ledger, a line each: run, file, inbox, counts, state."""
    if not listed:
        return "no runs yet"
    return "\n".join(
        f"{run.id}  {run.file} to {_inbox(run)}: "
        f"{', '.join(f'{counts[status]:,} {status}' for status in WORDS if status in counts)}; {_state(run)}"
        for run, counts in listed
    )


def _inbox(run: Run) -> str:
    return f"inbox {run.inbox_id}" if run.inbox_id else "the inboxes of its rows"


def _state(run: Run) -> str:
    if run.finished_at is None:
        return "working, or ended without a word"
    state = f"exit {run.exit_code}" if run.exit_code is not None else run.stopped
    return state if run.forgotten_at is None else f"{state}, forgotten"
