"""Rows that a user has corrected, or leaves out, one by one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from importer.corrections import SheetCorrections
from importer.message import Message
from importer.models import Row, RowError
from importer.normalizer.columns import NormalizedBatch
from importer.remarks import CORRECTED
from importer.texts import column_letter

LEFT_OUT: Final = (RowError("", Message("left out by hand")),)
"""What stands in the place of the errors of a row that the user leaves out: it is nobody, to no other row either."""


@dataclass(slots=True)
class Corrector:
    """Normalizes batches whose cells are corrected already: a row that is left out has ``LEFT_OUT`` alone, and a
    corrected one that is sound a remark that names its cells. Owns the counts of both: ``cells`` and ``left_out``, and
    the ``last`` row that came by."""

    normalize: Callable[[Sequence[Row]], NormalizedBatch]
    corrections: SheetCorrections
    titles: Sequence[str]
    cells: int = field(default=0, init=False)
    left_out: int = field(default=0, init=False)
    last: int = field(default=0, init=False)
    _waiting: set[int] = field(init=False)

    def __post_init__(self) -> None:
        self._waiting = {*self.corrections.cells, *self.corrections.left_out}

    def __call__(self, batch: Sequence[Row]) -> NormalizedBatch:
        found = self.normalize(batch)
        errors, warnings = dict(found.errors), dict(found.warnings)
        for place, row in enumerate(batch):
            self._waiting.discard(row.number)
            if texts := self.corrections.cells.get(row.number):
                self.cells += len(texts)
                warnings[place] = (*warnings.get(place, ()), self._remark(sorted(texts)))
            if row.number in self.corrections.left_out:
                self.left_out += 1
                errors[place] = LEFT_OUT
        self.last = batch[-1].number if batch else self.last
        return found._replace(errors=errors, warnings=warnings)

    def lost(self, *, whole: bool) -> list[int]:
        """The numbers of rows that have corrections and did not come by; unless the ``whole`` table was read, of those
        before the last."""
        return sorted(row for row in self._waiting if whole or row < self.last)

    def _remark(self, columns: Sequence[int]) -> Message:
        names = [*self.titles[: max(columns) + 1], *[""] * (max(columns) + 1 - len(self.titles))]
        shown = [names[column].strip() or column_letter(column) for column in columns]
        return Message("corrected by hand: {columns}", columns=shown, kind=CORRECTED)
