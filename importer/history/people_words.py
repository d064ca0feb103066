"""Show the rows of a person: as a table for the terminal, as JSON for programs."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from importer.error_codes import ERROR_CODES
from importer.history.people import Entry, Found
from importer.history.runs import ago
from importer.livedesk.retry import quotes
from importer.message import ENGLISH_READER, Counted, Language, Message, Messages, sentence
from importer.models import UPDATABLE, Json, Outcome
from importer.reporter.summary import STATUS_NAMES
from importer.reporter.terminal import told
from importer.reporter.verdict import MODES
from importer.texts import aligned, cited, fitted, in_line, printable

_TITLES: Final[Sequence[Message | str]] = (
    *(Message("WHEN"), Message("RUN"), Message("ROW"), Message("STATUS")),
    *(Message("CONTACT"), Message("WHO"), Message("ERROR")),
)
_WHO: Final = 5
_LONGEST: Final = 20_000
"""Characters that a value has at most."""

_SHORTENED: Final = (6, 5, 1)
"""The columns that give way on a narrow terminal: the error, who it is, the run."""


def found_lines(found: Found, now: datetime, width: int | None, language: Language) -> str:
    """Return the rows as a table, the newest run's first, and what was not shown or searched.

    ``width`` in columns is the terminal's (``None``: nothing is shortened).
    """
    runs = Counted("{number:,} run", "{number:,} runs", found.searched)
    lines: list[Message | str] = [Message("nobody found for {text} in {runs}", text=cited(found.text), runs=runs)]
    if found.entries:
        lines = [entry_lines(found.entries, now, width, language)]
    if found.more:
        lines.append(
            Counted(
                "This is the first row: give more of the person, or --limit N",
                "These are the first {number:,} rows: give more of the person, or --limit N",
                len(found.entries),
            )
        )
    if found.forgotten:
        lines.append(
            Counted(
                "{number:,} forgotten run is not searched: its data is erased",
                "{number:,} forgotten runs are not searched: their data is erased",
                found.forgotten,
            )
        )
    return told(([line] for line in lines), language)


def entry_lines(
    entries: Iterable[Entry],
    now: datetime,
    width: int | None = None,
    language: Language = ENGLISH_READER,
    *,
    whole: bool = False,
) -> str:
    """Return rows as a table; rows of a plan, a verification or an undo say so before their status. With ``whole``
    nobody's name or values are cut: somebody is about to decide about them."""
    most = _LONGEST if whole else 60
    rows = [
        [printable(language.text(cell)) for cell in line]
        for line in (_TITLES, *(_cells(entry, now, language, most=most) for entry in entries))
    ]
    flexible = [column for column in _SHORTENED if not (whole and column == _WHO)]
    return "\n".join(aligned(rows if width is None else fitted(rows, width, flexible), right=frozenset({2})))


def _cells(entry: Entry, now: datetime, language: Language, *, most: int) -> tuple[Message | str, ...]:
    run, outcome = entry.run, entry.row.outcome
    status = STATUS_NAMES[outcome.status]
    if run.mode != "import":
        status = Message("{mode}: {state}", mode=MODES[run.mode], state=status)
    return (
        *(ago(datetime.fromisoformat(run.started_at), now), run.id, entry.at, status),
        *(outcome.contact_id or "", _who(entry, most), in_line(language.sentence(error_of(outcome)), 60)),
    )


def error_of(outcome: Outcome) -> Messages:
    """What was wrong; for the server's words, which fill a line, what its error code means."""
    if outcome.error_code in ERROR_CODES and any(map(quotes, outcome.error)):
        return (ERROR_CODES[outcome.error_code].meaning,)
    return outcome.error


def _who(entry: Entry, most: int) -> str:
    values = (getattr(entry.row.contact, name) for name in UPDATABLE)
    return ", ".join(in_line(value, most) for value in values if value)


def found_json(found: Found) -> dict[str, Json]:
    """Return the rows as JSON.

    ``{"text", "rows", "more", "runs_searched", "runs_forgotten"}``; each of ``rows`` has ``run, mode, started_at, file,
    sheet, row, status, contact_id, name, email, phone_number, identifier, error_code, error, hint, changes``, the last
    a list of ``{contact_id, field, before, after}``. What a row lacks is ``null``.
    """
    return {
        "text": found.text,
        "rows": entries_json(found.entries),
        "more": found.more,
        "runs_searched": found.searched,
        "runs_forgotten": found.forgotten,
    }


def entries_json(entries: Iterable[Entry]) -> list[Json]:
    """Return rows as in ``found_json``."""
    return [_entry_json(entry) for entry in entries]


def _entry_json(entry: Entry) -> dict[str, Json]:
    run, row, outcome = entry.run, entry.row, entry.row.outcome
    changes: list[Json] = [change._asdict() for change in entry.changes]
    return {
        "run": run.id,
        "mode": run.mode,
        "started_at": run.started_at,
        "file": entry.file,
        "sheet": entry.sheet,
        "row": row.number,
        "status": str(outcome.status),
        "contact_id": outcome.contact_id,
        **{name: getattr(row.contact, name) for name in UPDATABLE},
        "error_code": outcome.error_code or None,
        "error": sentence(outcome.error) or None,
        "hint": sentence(outcome.hint) or None,
        "changes": changes,
    }
