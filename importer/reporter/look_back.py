"""The files and the closing words of a run that looks back at another: a verification, or an undo."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, TypeAlias

from importer.error_codes import ERROR_CODES
from importer.ledger.ledger import Ledger
from importer.ledger.records import Change, LedgerRow, RowKey
from importer.livedesk.contact import value_text
from importer.message import Counted, Language, Message, Messages, all_of
from importer.models import FINE, Outcome, Status
from importer.reporter.causes import Cause, Causes
from importer.reporter.plan_file import with_heads
from importer.reporter.result_files import LAST_FILE, csv_file, places_of, with_source, write_text
from importer.reporter.summary import WORDS, Excerpt, Summary
from importer.reporter.terminal import told
from importer.reporter.verdict import is_undo_to_come, verdict, where
from importer.reporter.written import remember
from importer.system_text import decoded
from importer.texts import aligned, printable

COLUMNS: Final = {
    "verify": ("row", "contact_id", "status", "field", "sent", "found"),
    "undo": ("row", "contact_id", "status", "reason", "link"),
}
FIRST_LINES: Final = 10
"""Lines that the terminal shows of what is not fine."""

Changes: TypeAlias = Callable[[RowKey], Sequence[Change]]
"""The changes of a row."""


def write_look_back(ledger: Ledger, seq: int, folder: Path, changes: Changes | None, language: Language) -> Summary:
    """Write the files of a run that looks back into ``folder``; ``LAST_FILE`` comes last.

    ``changes`` are those of the run that an undo is about, which its own ledger mostly has. Reasons are told in
    ``language``. Raises ``OutputError``.
    """
    run, causes = ledger.run(seq), Causes()
    path, titles = folder / f"{run.mode}.csv", with_source(COLUMNS[run.mode], run)
    lines_of, place_of, origins = _lines_of(ledger, seq, changes, language), places_of(run), run.source_cells
    shown = list[Sequence[str]]()
    more = removed = 0
    with csv_file(path, titles) as write:
        for row in ledger.results(seq):
            removed += is_removed(row)
            if row.outcome.status not in FINE:
                causes.add(place_of(row), row.outcome)
            for cells in lines_of(row):
                line = (str(row.number), row.outcome.contact_id or "", *cells, *origins[row.source])
                write(line)
                if cells[0] not in FINE:
                    more += 1
                    if more <= FIRST_LINES:
                        shown.append(_brief(line, row.outcome, language))
    files = {run.mode: decoded(str(path)), "summary": decoded(str(folder / LAST_FILE))}
    excerpt = Excerpt(shown, more)
    summary = Summary(run, ledger.counts(seq), files, causes.found(), planned=excerpt, removed=removed)
    write_summary(summary, folder / LAST_FILE)
    remember(ledger, seq, folder, (path, folder / LAST_FILE))
    return summary


def _brief(line: tuple[str, ...], outcome: Outcome, language: Language) -> tuple[str, ...]:
    """The line of an undo without what stands above the table: the advice, and the meaning of its code."""
    number, contact_id, status, reason, *more = line
    if not outcome.error_code or reason != language.sentence((*outcome.error, *outcome.hint)):
        return line
    is_general = outcome.error_code in ERROR_CODES and outcome.error == (ERROR_CODES[outcome.error_code].meaning,)
    brief = outcome.error_code if is_general else language.sentence(outcome.error)
    return number, contact_id, status, brief, *more


def write_summary(summary: Summary, path: Path) -> None:
    """Write summary.json. Raises ``OutputError``."""
    write_text(path, [json.dumps(summary.as_json(), ensure_ascii=False, indent=2), "\n"])


def _lines_of(
    ledger: Ledger, seq: int, changes: Changes | None, language: Language
) -> Callable[[LedgerRow], Iterator[tuple[str, ...]]]:
    run = ledger.run(seq)

    def own(key: RowKey) -> Sequence[Change]:
        return ledger.changes_of(seq, key)

    if run.mode == "verify":
        return lambda row: verify_lines(row.outcome, own(row.key))
    undone = changes or _changes_of(ledger, run.of_run)
    return lambda row: undo_lines(row, undone(row.key), own(row.key), language)


def _changes_of(ledger: Ledger, run_id: str | None) -> Changes:
    seq = ledger.seq_of(run_id)
    return lambda key: () if seq is None else ledger.changes_of(seq, key)


def verify_lines(outcome: Outcome, differences: Sequence[Change]) -> Iterator[tuple[str, ...]]:
    """Status, field, sent and found: a line for each field that differs, or one for the row."""
    for change in differences if outcome.status is Status.DIFFERENT else ():
        yield outcome.status, change.field, value_text(change.after), value_text(change.before)
    if outcome.status is not Status.DIFFERENT or not differences:
        yield outcome.status, "", "", ""


def undo_lines(
    row: LedgerRow, changes: Sequence[Change], restored: Sequence[Change], language: Language
) -> Iterator[tuple[str, ...]]:
    """Status, reason and link: a line for each change, or one for the contact as a whole: it was created, or is kept
    or failed whatever the field.

    ``changes`` are those of the run that is undone, ``restored`` those of the undo.
    """
    outcome, done = row.outcome, {change.field: change for change in restored}
    said = {message.values["field"]: message for message in outcome.error if "field" in message.values}
    if row.known_id is None or not changes or not (said or outcome.status is Status.UNDONE):
        why = (_REMOVED,) if is_removed(row) else (*outcome.error, *outcome.hint)
        yield outcome.status, language.sentence(why), ""
        return
    for change in changes:
        if (kept := said.get(change.field)) is not None:
            code = str(kept.values.get("code", outcome.error_code))
            status = Status.KEPT if code == "changed_since" else outcome.status
            yield status, language.sentence((kept, *_hint(code, outcome))), ""
            continue
        was = done.get(change.field, Change(change.contact_id, change.field, change.after, change.before))
        what: object = f'"{value_text(was.before)}" -> "{value_text(was.after)}"'
        if was.before == was.after:
            what = Message("as it was before")
        yield Status.UNDONE, language.tell(Message("{field}: {what}", field=change.field, what=what)), ""


_REMOVED: Final = Message("removed")
_RESTORED: Final = Message("restored")
_WOULD_BE: Final = (Message("would be restored"), Message("would be removed"), Message("would be kept (why: below)"))


def is_removed(row: LedgerRow) -> bool:
    """Whether an undo removed the contact of a row, and did not restore it."""
    return row.outcome.status is Status.UNDONE and row.known_id is None


def _hint(code: str, outcome: Outcome) -> Messages:
    return (ERROR_CODES[code].hint,) if code in ERROR_CODES else outcome.hint


_AS_DONE: Final = (_RESTORED, _REMOVED, WORDS[Status.KEPT])
_UNREAD: Final = Message("not read back (why: below)")


def _counts(summary: Summary) -> Iterator[tuple[int, Message]]:
    """The counts by status, in words; of a verification a row is unknown that could not be read back, and of an undo
    it is told apart what was restored and removed."""
    words = {**WORDS, Status.UNKNOWN: _UNREAD} if summary.run.mode == "verify" else {**WORDS}
    restored, removed, words[Status.KEPT] = _WOULD_BE if is_undo_to_come(summary.run) else _AS_DONE
    for status in words:
        count = summary.counts.get(status, 0)
        parts = [(count, words[status])]
        if status is Status.UNDONE:
            parts = [(count - summary.removed, restored), (summary.removed, removed)]
        yield from ((number, told) for number, told in parts if number)


def look_back_words(summary: Summary, language: Language) -> str:
    """The text for the terminal: the verdict, the counts, the first lines that are not fine, the files."""
    counts = [f"{count:>9,}  {language.tell(words)}" for count, words in _counts(summary)]
    rows = Message(
        "{rows}, {requests}",
        rows=Counted("row", "rows", summary.rows),
        requests=Counted("{number:,} request", "{number:,} requests", summary.run.requests),
    )
    return told(
        (
            [_head(summary)],
            [*counts, f"{summary.rows:>9,}  {language.tell(rows)}"],
            *([*_advice(cause, language)] for cause in summary.causes),
            [*_first_lines(summary, language)],
            [Message("Files"), *(f"  {path}" for path in summary.files.values())],
        ),
        language,
    )


def _head(summary: Summary) -> Message:
    said = all_of(verdict(summary))
    if summary.run.options.get("dry_run"):
        said = Message("dry run, nothing was changed: {verdict}", verdict=said)
    run = printable(summary.run.of_run or "")
    return Message("{run}: {verdict} ({where})", run=run, verdict=said, where=where(summary))


def _advice(cause: Cause, language: Language) -> Iterator[str]:
    """A cause in general, and what to do."""
    meaning, hint = cause.advice
    told_cause = Message("{code}: {error}", code=cause.code, error=language.sentence(meaning))
    yield f"{cause.count:>9,}  {language.tell(told_cause)}"
    yield f"{'':>9}  {language.sentence(hint)}"


def _first_lines(summary: Summary, language: Language) -> Iterator[Message | str]:
    """The first lines that are not fine, as a table."""
    run, (lines, total) = summary.run, summary.planned
    if summary.wrong:
        yield from aligned(with_heads(with_source(COLUMNS[run.mode], run), lines, language))
        if (more := total - FIRST_LINES) > 0:
            yield Message("and {number:,} more in {file}", number=more, file=f"{run.mode}.csv")
