"""The text that ends a run: for the terminal, and as one line for logs."""

from collections.abc import Sequence
from typing import Final

from importer.errors import ExitCode
from importer.journald import logfmt
from importer.message import sentence
from importer.normalizer.column_profile import repair_line
from importer.reporter.summary import WORDS, Summary, verdict
from importer.text_table import printable

MOST_FREQUENT: Final = 3
MOST_REPAIRS: Final = 3
_MODES: Final = {"dry run": "checked only, nothing was sent", "sandbox": "to the sandbox, not to LiveDesk"}


def closing_words(summary: Summary, what_next: Sequence[str] = ()) -> str:
    """Return the text for the terminal; ``what_next`` are the lines that say how to go on."""
    run = summary.run
    inbox = f"inbox {run.inbox_id}" if run.inbox_id else "the inboxes of its rows"
    where = _MODES.get(run.mode, f"to {inbox} at {run.base_url}")
    lines = [f"{sentence(verdict(summary))} ({printable(run.file)} {where})"]
    if run.forgotten_at:
        lines += [f"forgotten on {run.forgotten_at[:10]}: its personal data is erased, counts and ids are kept"]
    lines += [""]
    lines += [f"{summary.counts[status]:>9,}  {words}" for status, words in WORDS.items() if status in summary.counts]
    lines += [f"{summary.rows:>9,}  row{'' if summary.rows == 1 else 's'}{_pace(summary)}"]
    if summary.causes:
        lines += ["", "Most frequent errors"]
    for cause in summary.causes[: None if run.mode == "dry run" else MOST_FREQUENT]:
        first = cause.examples[0]
        lines += [f"{cause.count:>9,}  {cause.code}: {sentence(first.error)} (row {first.row})"]
        lines += [f"{'':>9}  {sentence(cause.hint)}"] if cause.hint else []
    if run.repairs:
        frequent = sorted(run.repairs, key=lambda repair: -repair.count)[:MOST_REPAIRS]
        lines += ["", "Most frequent repairs", *map(repair_line, frequent)]
    lines += ["", "Files", *(f"  {path}" for path in summary.files.values())]
    lines += ["", *what_next] if what_next else []
    return "\n".join(lines)


def _pace(summary: Summary) -> str:
    """How long it took, if that is known."""
    run = summary.run
    if run.exit_code is None:
        return ""
    pace = f", {summary.rows_per_second:,.0f} rows/s" if summary.rows_per_second else ""
    return f" in {summary.seconds:,.1f} s{pace}, {run.requests:,} request{'' if run.requests == 1 else 's'}"


def record_line(summary: Summary) -> str:
    """Return a run as one line of key=value pairs, for the journal and the log file."""
    run = summary.run
    status = "stopped" if run.stopped else "done"
    if run.exit_code in (ExitCode.INTERRUPTED, ExitCode.TERMINATED):
        status = "interrupted"
    pairs: dict[str, object] = {"run": run.id, "mode": run.mode, "status": status, "exit_code": run.exit_code}
    pairs |= {"rows": summary.rows}
    pairs |= {status: summary.counts[status] for status in WORDS if status in summary.counts}
    return logfmt(pairs | {"seconds": round(summary.seconds, 1), "requests": run.requests, "retries": run.retries})
