"""What a run changed in contacts that were there before: its file, and each row's changes for the page."""

from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import Final

from importer.ledger.ledger import Ledger
from importer.ledger.records import Change, Changed, RowKey
from importer.livedesk.contact import value_text
from importer.reporter.result_files import csv_file, with_source

CHANGE_COLUMNS: Final = ("row", "contact_id", "field", "before", "after")


def write_changes(ledger: Ledger, seq: int, path: Path) -> bool:
    """Write a line for each field that was changed, and return whether there is any. Raises ``OutputError``.

    A row that is ``unknown`` in results.csv was perhaps not changed: its answer was lost.
    """
    changes = ledger.changes(seq)
    first = next(changes, None)
    if first is None:
        return False
    run = ledger.run(seq)
    origins = run.source_cells
    with csv_file(path, with_source(CHANGE_COLUMNS, run)) as write:
        for (source, number), changed in chain([first], changes):
            for contact_id, field, before, after in changed:
                cells = str(number), contact_id, field, value_text(before), value_text(after)
                write((*cells, *origins[source]))
    return True


def change_cells(changes: Sequence[Change]) -> list[tuple[str, str, str]]:
    """``(field, before, after)`` of each change, as text."""
    return [(change.field, value_text(change.before), value_text(change.after)) for change in changes]


class ChangesByRow:
    """Gives each row its changes; rows are asked for in the ledger's order, of which some may be left out.

    ``has_any`` tells whether there were some at the beginning.
    """

    def __init__(self, changes: Iterable[Changed]) -> None:
        self._left = iter(changes)
        self._next = next(self._left, None)
        self.has_any = self._next is not None

    def of(self, row: RowKey) -> tuple[Change, ...]:
        """The changes of this row."""
        while self._next is not None and self._next[0] < row:
            self._next = next(self._left, None)
        if self._next is None or self._next[0] != row:
            return ()
        return self._next[1]


NO_CHANGES: Final = ChangesByRow(())
