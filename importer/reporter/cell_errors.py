"""Find the cells that a row's errors are about, for the errors workbook and the report, which mark them."""

from collections.abc import Iterator

from importer.ledger.records import LedgerRow
from importer.ledger.run import Run
from importer.models import NAMES, CellError
from importer.titles import told_apart


def flawed_cells(run: Run, row: LedgerRow) -> dict[int, CellError]:
    """Return ``{column: flaw}`` of the cells that the row's errors are about, in the columns' order.

    ``column`` is an index into the row's cells and, as far as they go, into ``run.titles``; several errors of one cell
    are one flaw. A flaw that names no column is one of its field's: of a name all columns that it is joined from,
    else those of the field that are filled in this row, and the first of them where none is. Empty where an error is
    of the whole row, or of a value that no column gave (``--set``, ``--inbox``).
    """
    found: dict[int, list[CellError]] = {}
    for flaw in row.outcome.flaws:
        for column in _columns(run, row, flaw):
            found.setdefault(column, []).append(flaw)
    return {column: _one(found[column], column) for column in sorted(found)}


def _one(flaws: list[CellError], column: int) -> CellError:
    """What several errors say of one cell, each thing once."""
    messages = dict.fromkeys(message for flaw in flaws for message in flaw.messages)
    hints = dict.fromkeys(hint for flaw in flaws for hint in flaw.hint)
    return CellError(tuple(messages), flaws[0].field, column, tuple(hints))


def _columns(run: Run, row: LedgerRow, flaw: CellError) -> list[int]:
    """The columns, from 0, that a flaw is about."""
    if flaw.column is not None:
        return [flaw.column]
    columns = list(_columns_of(run, flaw.field))
    if flaw.field == "name":
        return columns
    filled = [column for column in columns if column < len(row.cells) and row.cells[column].strip()]
    return filled or columns[:1]


def _columns_of(run: Run, field: str) -> Iterator[int]:
    """The columns that serve a field; those of a name's parts serve ``name``."""
    wanted = {*NAMES} if field == "name" else {field}
    for column, title in enumerate(told_apart(run.titles)):
        if run.mapping.get(title) in wanted:
            yield column
