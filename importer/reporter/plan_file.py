"""Write plan.csv: a line for each row and field, and the first of them for the terminal."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, TypeAlias

from importer.ledger.records import Change, Changed, LedgerRow
from importer.ledger.run import Run
from importer.livedesk.contact import value_text
from importer.message import Language, Message
from importer.models import Json, Status
from importer.reporter.changes import ChangesByRow, change_cells
from importer.reporter.result_files import csv_file, with_source
from importer.reporter.summary import STATUS_NAMES, Excerpt
from importer.texts import aligned, fitted, printable

PLAN_COLUMNS: Final = ("row", "action", "contact_id", "field", "before", "after")

HEADS: Final[Mapping[str, Message]] = {
    "row": Message("ROW"),
    "sheet": Message("SHEET"),
    "file": Message("FILE"),
    "action": Message("ACTION"),
    "contact_id": Message("CONTACT_ID"),
    "field": Message("FIELD"),
    "before": Message("BEFORE"),
    "after": Message("AFTER"),
    "status": Message("STATUS"),
    "sent": Message("SENT"),
    "found": Message("FOUND"),
    "reason": Message("REASON"),
    "link": Message("LINK"),
}
"""The columns of the files of plans, verifications and undos, as heads of a table for people."""

MOST_SHOWN: Final = 20
"""Lines of a plan in the terminal; plan.csv has all."""

_UNREMARKABLE: Final = (Status.SAME, Status.DUPLICATE)
"""What no line in the terminal is spent on."""

Line: TypeAlias = Sequence[str]
"""The cells of ``PLAN_COLUMNS``, and those of the row's source where there are several."""


def write_plan(path: Path, run: Run, rows: Iterable[LedgerRow], changed: Iterable[Changed]) -> Excerpt:
    """Write a plan; return what the terminal shows of it.

    ``rows`` and ``changed`` are in the input's order. Raises ``OutputError``.
    """
    first: list[Line] = []
    total = 0
    with csv_file(path, with_source(PLAN_COLUMNS, run)) as write:
        for status, lines in _rows(run, rows, changed):
            for line in lines:
                write(line)
            told = lines if status is Status.UPDATE else () if status in _UNREMARKABLE else lines[:1]
            total += len(told)
            first += told[: MOST_SHOWN - len(first)]
    return Excerpt(first, total)


def _rows(run: Run, rows: Iterable[LedgerRow], changed: Iterable[Changed]) -> Iterator[tuple[Status, Sequence[Line]]]:
    """Each row's action and lines."""
    changes, origins = ChangesByRow(changed), run.source_cells
    for row in rows:
        outcome, own = row.outcome, changes.of(row.key)
        begins = str(row.number), outcome.status, outcome.contact_id or ""
        yield outcome.status, [(*begins, *field, *origins[row.source]) for field in _fields(row, own)]


def _fields(row: LedgerRow, changes: Sequence[Change]) -> Sequence[tuple[str, str, str]]:
    """Field, before and after of each line of a row; a row without fields has one line."""
    if row.outcome.status is Status.CREATE:
        values: dict[str, Json] = {**row.contact.create_fields(), **row.contact.attributes}
        inbox_id = values.pop("inbox_id", None)
        values |= {} if inbox_id is None else {"inbox_id": inbox_id}  # the person comes first
        return [(name, "", value_text(value)) for name, value in values.items()] or [("", "", "")]
    if row.outcome.status is Status.UPDATE:
        return change_cells(changes) or [("", "", "")]
    return [("", "", "")]


def plan_table(run: Run, planned: Excerpt, width: int | None, language: Language) -> list[str]:
    """Return the first lines of a plan as a table.

    Long values are shortened to the terminal's ``width`` in columns; ``None`` leaves them whole.
    """
    lines, total = planned
    if not lines:
        return []
    rows = with_heads(with_source(PLAN_COLUMNS, run), lines, language)
    table = aligned(rows if width is None else fitted(rows, width, flexible=(5, 4)), right=frozenset({0}))
    return [*table, *([language.tell(Message("plan.csv has every line"))] if total > len(lines) else [])]


def with_heads(columns: Sequence[str], lines: Sequence[Line], language: Language) -> list[list[str]]:
    """Return the heads of a table, and its lines as a terminal can show them, with statuses in words."""
    heads = [language.tell(HEADS[name]) for name in columns]
    place = next(place for place, name in enumerate(columns) if name in ("action", "status"))
    shown = [[printable(cell) for cell in line] for line in lines]
    for line in shown:
        line[place] = language.tell(STATUS_NAMES[Status(line[place])])
    return [heads, *shown]
