"""What a run changed in contacts that were there before: its file, and each row's changes for the page."""

import json
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import Final

from importer.ledger.ledger import Ledger
from importer.ledger.records import Changed, RowKey
from importer.models import Json
from importer.reporter.result_files import csv_file

CHANGE_COLUMNS: Final = ("row", "contact_id", "field", "before", "after")


def write_changes(ledger: Ledger, seq: int, path: Path) -> bool:
    """Write a line for each field that was changed, and return whether there is any. Raises ``OutputError``.

    A row that is ``unknown`` in results.csv was perhaps not changed: its answer was lost.
    """
    changes = ledger.changes(seq)
    first = next(changes, None)
    if first is None:
        return False
    sheets = [part.sheet for part in ledger.run(seq).sheets]
    with csv_file(path, (*CHANGE_COLUMNS, "sheet") if sheets else CHANGE_COLUMNS) as write:
        for (source, number), changed in chain([first], changes):
            for contact_id, field, before, after in changed:
                cells = [str(number), contact_id, field, told(before), told(after)]
                write([*cells, sheets[source]] if sheets else cells)
    return True


def told(value: Json) -> str:
    """A value as text, numbers and objects as in JSON; empty if there is none."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


class ChangesByRow:
    """Gives each row its changes; rows are asked for in the ledger's order, of which some may be left out."""

    def __init__(self, changes: Iterable[Changed]) -> None:
        self._left = iter(changes)
        self._next = next(self._left, None)

    def of(self, row: RowKey) -> list[tuple[str, str, str]]:
        """``(field, before, after)`` of each change of this row."""
        while self._next is not None and self._next[0] < row:
            self._next = next(self._left, None)
        if self._next is None or self._next[0] != row:
            return []
        return [(change.field, told(change.before), told(change.after)) for change in self._next[1]]


NO_CHANGES: Final = ChangesByRow(())
