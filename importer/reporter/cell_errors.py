"""Find the cells that a row's errors are about; the errors workbook and the report mark them."""

from importer.ledger.records import LedgerRow
from importer.ledger.run import Run
from importer.models import NAMES, CellError
from importer.titles import told_apart


def flawed_cells(run: Run, row: LedgerRow) -> dict[int, CellError]:
    """Return ``{column: flaw}`` for the cells that the row's errors are about, in the order of the columns.

    ``column`` is an index into the row's cells and, as far as they go, ``run.titles``. Several errors of a cell become
    one flaw. A flaw without a column belongs to its field's: for a name all columns that it is joined from, else those
    that this row fills, else the first. Errors of the whole row, or of a value from an option, mark no cell.
    """
    found: dict[int, list[CellError]] = {}
    for flaw in row.outcome.flaws:
        for column in _columns(run, row, flaw):
            found.setdefault(column, []).append(flaw)
    return {column: _one(found[column], column) for column in sorted(found)}


def _one(flaws: list[CellError], column: int) -> CellError:
    """Merge the errors of one cell, without repeated messages."""
    messages = dict.fromkeys(message for flaw in flaws for message in flaw.messages)
    hints = dict.fromkeys(hint for flaw in flaws for hint in flaw.hint)
    return CellError(tuple(messages), flaws[0].field, column, tuple(hints))


def _columns(run: Run, row: LedgerRow, flaw: CellError) -> list[int]:
    if flaw.column is not None:
        return [flaw.column]
    fields = {*NAMES} if flaw.field == "name" else {flaw.field}
    columns = [column for column, title in enumerate(told_apart(run.titles)) if run.mapping.get(title) in fields]
    if flaw.field == "name":
        return columns
    filled = [column for column in columns if column < len(row.cells) and row.cells[column].strip()]
    return filled or columns[:1]
