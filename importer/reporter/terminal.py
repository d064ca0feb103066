"""The text that ends a run: for the terminal, and as one line for logs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Final

from importer.errors import CanaryEnded, ExitCode
from importer.ledger.run import Run
from importer.message import ENGLISH_READER, Counted, Language, Message, all_of
from importer.normalizer.column_profile import repair_line
from importer.reporter.plan_file import plan_table
from importer.reporter.summary import WORDS, Summary
from importer.reporter.verdict import count_lines, files_of, notes, verdict, where
from importer.terminal.log_formats import Priority, Record, logfmt

MOST_FREQUENT: Final = 3
MOST_REPAIRS: Final = 3
_WIDTH: Final = 120
"""Columns of a plan's table, whatever the terminal: the longest values are in plan.csv."""


def closing_words(
    summary: Summary, what_next: Sequence[Message | str] = (), language: Language = ENGLISH_READER
) -> str:
    """Return the text for the terminal; ``what_next`` are the lines that say how to go on."""
    run = summary.run
    sections: tuple[Sequence[Message | str], ...] = (
        _head(summary),
        [*count_lines(summary, language), f"{summary.rows:>9,}  {language.tell(_pace(summary))}"],
        plan_table(run, summary.planned, _WIDTH, language),
        [note.message for note in notes(summary)],
        [*_errors(summary, language)],
        [*_remarks(summary, language)],
        [*_repairs(run, language)],
        [Message("Files"), *(f"  {path}" for path in summary.files.values())],
        what_next,
    )
    return told(sections, language)


def told(sections: Iterable[Sequence[Message | str]], language: Language) -> str:
    """Return sections of lines as a text, with an empty line between them; a section without a line is left out."""
    return "\n\n".join("\n".join(map(language.text, section)) for section in sections if section)


def _head(summary: Summary) -> list[Message]:
    """The verdict, and whether the run is forgotten."""
    run = summary.run
    head = [_verdict(summary)]
    if run.forgotten_at:
        date = run.forgotten_at[:10]
        head += [Message("forgotten on {date}: its personal data is erased, counts and ids are kept", date=date)]
    return head


def _verdict(summary: Summary) -> Message:
    said = all_of(verdict(summary))
    return Message("{verdict} ({file} {where})", verdict=said, file=files_of(summary.run), where=where(summary))


def _pace(summary: Summary) -> Message:
    """How long the rows took, if that is known."""
    run, rows = summary.run, Counted("row", "rows", summary.rows)
    if run.exit_code is None:
        return rows
    requests = Counted("{number:,} request", "{number:,} requests", run.requests)
    took: dict[str, object] = {"rows": rows, "seconds": f"{summary.seconds:,.1f}", "requests": requests}
    if not summary.rows_per_second:
        return Message("{rows} in {seconds} s, {requests}", **took)
    return Message("{rows} in {seconds} s, {rate:,} rows/s, {requests}", rate=summary.rows_per_second, **took)


def _errors(summary: Summary, language: Language) -> Iterator[Message | str]:
    """The most frequent errors, and where the others are; of a dry run, which is there to find them, all."""
    causes = [cause for cause in summary.causes if cause.code not in _OF_THE_RUN]
    most = len(causes) if summary.run.mode == "dry run" else MOST_FREQUENT
    if causes:
        yield Message("Most frequent errors")
    for cause in causes[:most]:
        first = cause.examples[0]
        error = Message(
            "{code}: {error} (row {row})", code=cause.code, error=language.sentence(first.error), row=first.row
        )
        yield f"{cause.count:>9,}  {language.tell(error)}"
        if cause.hint:
            yield f"{'':>9}  {language.sentence(cause.hint)}"
    if more := len(causes[most:]):
        rows = sum(cause.count for cause in causes[most:])
        others = Counted(
            "row with {kinds}: {file} shows it",
            "rows with {kinds}: {file} shows them",
            rows,
            kinds=Counted("{number:,} other kind of error", "{number:,} other kinds of errors", more),
            file=PurePath(summary.files.get("report") or summary.files.get("results") or "results.csv").name,
        )
        yield f"{rows:>9,}  {language.tell(others)}"


_OF_THE_RUN: Final = frozenset({CanaryEnded.code, "strict"})
"""The codes of rows that have no error of their own: the user asked that they are not sent."""


def _remarks(summary: Summary, language: Language) -> Iterator[Message | str]:
    if summary.remarks:
        yield Message("Remarks")
    for remark in summary.remarks:
        meaning = Message("{meaning} ({where})", meaning=remark.meaning, where=remark.where)
        yield f"{remark.count:>9,}  {language.tell(meaning)}"


def _repairs(run: Run, language: Language) -> Iterator[Message | str]:
    if run.repairs:
        yield Message("Most frequent repairs")
    for repair in sorted(run.repairs, key=lambda repair: -repair.count)[:MOST_REPAIRS]:
        yield repair_line(repair, language)


def record_of(summary: Summary) -> Record:
    """Return a run as one entry: its verdict, a line of key=value pairs for the journal and the log file, and fields
    named as in summary.json, without personal data."""
    run = summary.run
    status = "stopped" if run.stopped else "done"
    if run.exit_code in (ExitCode.INTERRUPTED, ExitCode.TERMINATED):
        status = "interrupted"
    pairs: dict[str, object] = {"run": run.id, "mode": run.mode, "status": status, "exit_code": run.exit_code}
    pairs |= {"rows": summary.rows}
    counts = {str(status): summary.counts[status] for status in WORDS if status in summary.counts}
    ended = {"seconds": round(summary.seconds, 1), "requests": run.requests, "retries": run.retries}
    of_json: dict[str, object] = {"file": run.file, "inbox_id": run.inbox_id, "counts": counts}
    of_json["report"] = summary.files.get("report")
    of_json["causes"] = [{"code": cause.code, "count": cause.count} for cause in summary.causes]
    line, fields = logfmt(pairs | counts | ended), pairs | of_json | ended
    return Record(_verdict(summary), line, fields, priority_of(run.exit_code))


def priority_of(exit_code: int | None) -> Priority:
    """How much the end of a run matters: an error where it stopped or failed, a warning where some of it is left."""
    return Priority.ERROR if exit_code is None else _PRIORITIES.get(exit_code, Priority.ERROR)


_PRIORITIES: Final[Mapping[int, Priority]] = {
    ExitCode.OK: Priority.INFO,
    ExitCode.ROWS_FAILED: Priority.WARNING,
    ExitCode.BUSY: Priority.WARNING,
    ExitCode.INTERRUPTED: Priority.WARNING,
    ExitCode.TERMINATED: Priority.WARNING,
}
