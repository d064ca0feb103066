"""Show the rows of a person: as a table for the terminal, as JSON for programs."""

from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo
from typing import Final

from importer.history.people import Entry, Found
from importer.history.runs import ago
from importer.livedesk.contact import UPDATABLE
from importer.message import Message, sentence
from importer.models import Json
from importer.texts import aligned, cited, fitted, in_line, printable

_TITLES: Final = ("WHEN", "RUN", "ROW", "STATUS", "CONTACT", "WHO", "ERROR")
_WHO: Final = 5
_LONGEST: Final = 20_000
"""Characters that a value has at most."""

_SHORTENED: Final = (6, 5, 1)
"""The columns that give way on a narrow terminal: the error, who it is, the run."""


def found_lines(found: Found, now: datetime, width: int | None = None, zone: tzinfo | None = None) -> str:
    """Return the rows as a table, the newest run's first, and what was not shown or searched.

    ``width`` in columns is the terminal's (``None``: nothing is shortened), ``zone`` as in ``ago``.
    """
    runs = f"{found.searched:,} run{'' if found.searched == 1 else 's'}"
    lines = [
        entry_lines(found.entries, now, width, zone)
        if found.entries
        else f"nobody found for {cited(found.text)} in {runs}"
    ]
    if found.more:
        lines.append(f"These are the first {len(found.entries):,} rows: give more of the person, or --limit N")
    if found.forgotten:
        are = "run is" if found.forgotten == 1 else "runs are"
        lines.append(f"{found.forgotten:,} forgotten {are} not searched: their data is erased")
    return "\n\n".join(lines)


def entry_lines(
    entries: Iterable[Entry],
    now: datetime,
    width: int | None = None,
    zone: tzinfo | None = None,
    *,
    whole: bool = False,
) -> str:
    """Return rows as a table; rows of a plan, a verification or an undo say so before their status. With ``whole``
    nobody's name or values are cut: somebody is about to decide about them."""
    most = _LONGEST if whole else 60
    rows: list[Sequence[str]] = [_TITLES, *(_cells(entry, now, zone, most=most) for entry in entries)]
    flexible = [column for column in _SHORTENED if not (whole and column == _WHO)]
    return "\n".join(aligned(rows if width is None else fitted(rows, width, flexible), right=frozenset({2})))


def _cells(entry: Entry, now: datetime, zone: tzinfo | None, *, most: int) -> tuple[str, ...]:
    run, outcome = entry.run, entry.row.outcome
    row = str(entry.row.number)
    if run.sheets:
        row = str(Message('{row} of sheet "{sheet}"', row=row, sheet=printable(entry.sheet or "")))
    status = str(outcome.status) if run.mode == "import" else f"{run.mode}: {outcome.status}"
    return (
        *(ago(datetime.fromisoformat(run.started_at), now, zone), printable(run.id), row, status),
        *(printable(outcome.contact_id or ""), _who(entry, most), in_line(sentence(outcome.error), 60)),
    )


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
        "file": run.file,
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
