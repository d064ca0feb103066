"""What the rows of an errors file bring with them: where each stood first, and why it did not go through.

A check finds again what is wrong in a row itself. What LiveDesk refused, or what only a row beside it makes wrong, it
cannot find: such a row looks sound, and would fail once more.
"""

from typing import Final

from importer.corrections import Corrections
from importer.library.checking import Checked, RowView
from importer.message import Message
from importer.models import Status
from importer.reporter.errors_layout import is_errors_file
from importer.texts import ERROR_TITLE, ROW_TITLE


def before(row: RowView, *, is_wrong: bool) -> Message | None:
    """Where a row stood first, and of one that looks sound also why it did not go through; ``None`` in other files."""
    if not is_errors_file(row.titles):
        return None
    cells = dict(zip(row.titles, row.cells, strict=False))
    values = {"row": cells.get(ROW_TITLE, "").strip() or row.place.row, "error": cells[ERROR_TITLE]}
    return (_STOOD if is_wrong or not values["error"] else _FAILED).with_values(values)


_STOOD: Final = Message("row {row} of the first file")
_FAILED: Final = Message("row {row} of the first file did not go through: {error}")


def uncorrected(checked: Checked, corrected: Corrections) -> int:
    """How many rows of errors files look sound, and are as they were when they did not go through."""
    if not all(is_errors_file(part.titles) for part in checked.run.parts):
        return 0
    sound = [row for place in corrected.cells if (row := checked.row(place)) and row.status is Status.VALID]
    return max(0, checked.counts().get(Status.VALID, 0) - len(sound))
