"""What became of the cells of each column: how many were filled, sound and repaired, with examples."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from importer.mapping import Column, column_letter
from importer.models import Normalized, Repairs
from importer.table import cited
from importer.text import quoted

EXAMPLES: Final = 2


@dataclass(slots=True)
class _Repair:
    """One kind of repair in one column so far; ``before`` and ``after`` are the first cell's."""

    before: str
    after: str
    count: int = 0


_HOW: Final = {
    "title": "by its title",
    "option": "by --map",
    "inferred": "inferred from its cells",
    "extra": "by --extra-columns",
}
"""How a column came by its field, in words."""

_Repairs: TypeAlias = dict[tuple[str, str], _Repair]
"""By column and kind."""


@dataclass(slots=True)
class _Count:
    """One column so far, but for the cells that are sent as they are. ``examples`` are cells before and after."""

    filled: int = 0
    sound: int = 0
    examples: list[tuple[str, str]] = field(default_factory=list)
    repairs: _Repairs = field(default_factory=dict)


class Tally:
    """Owns the counts of the columns that are used."""

    def __init__(self, columns: Iterable[Column]) -> None:
        self._columns = [column for column in columns if column.field is not None]
        self._counts = {column.index: _Count() for column in self._columns}
        self._names = {column.index: column.title.strip() or column_letter(column.index) for column in self._columns}
        self._bare = {*self._counts}  # columns that lack an example
        self._unchanged: Counter[tuple[int, ...]] = Counter()  # most rows fill the same columns: one count for them all
        self._fields: _Repairs = {}
        self._rows = 0

    def add(self, cells: Sequence[str], normalized: Normalized) -> None:
        """Count a row's filled cells; repairs count where the row is sent."""
        self._rows += 1
        self._unchanged[normalized.unchanged] += 1
        for column in self._bare.intersection(normalized.unchanged) if self._bare else ():
            self._example(column, cells[column], cells[column])
        for cell in normalized.cells:
            count = self._counts[cell.column]
            count.filled += 1
            count.sound += cell.sound
            if cell.sound and cell.column in self._bare:
                self._example(cell.column, cell.before, cell.after or "")
            if cell.repair and not normalized.errors:
                _once_more(count.repairs, (self._names[cell.column], cell.repair), cell.before, cell.after or "")

    def _example(self, column: int, before: str, after: str) -> None:
        examples = self._counts[column].examples
        examples.append((before, after))
        if len(examples) == EXAMPLES:
            self._bare.remove(column)

    def join(self, later: "Tally") -> None:
        """Take in what was counted of later rows of the same file."""
        self._rows += later._rows
        self._unchanged += later._unchanged
        for column, count in later._counts.items():
            mine = self._counts[column]
            mine.filled += count.filled
            mine.sound += count.sound
            for example in count.examples:
                if column in self._bare:
                    self._example(column, *example)
            _joined(mine.repairs, count.repairs)
        _joined(self._fields, later._fields)

    def changed(self, field_name: str, kind: str, before: str, after: str) -> None:
        """Count a field that the rest of the file changed: filled from a duplicate, or dropped for being shared."""
        _once_more(self._fields, (field_name, kind), before, after)

    def repairs(self) -> tuple[Repairs, ...]:
        """What was repaired, column by column, the most frequent first; then what the rest of the file changed."""
        columns = (self._counts[column.index].repairs.items() for column in self._columns)
        return tuple(
            Repairs(*place, repair.count, repair.before, repair.after)
            for repairs in (*columns, self._fields.items())
            for place, repair in sorted(repairs, key=lambda item: -item[1].count)
        )

    def lines(self) -> list[str]:
        """A line for every used column: field, how it was found, shares of filled and of valid cells, examples."""
        return [self._line(column) for column in self._columns]

    def _line(self, column: Column) -> str:
        count = self._counts[column.index]
        unchanged = sum(rows for columns, rows in self._unchanged.items() if column.index in columns)
        filled, sound = count.filled + unchanged, count.sound + unchanged
        shares = f"{_share(filled, self._rows)} filled, {_share(sound, filled)} of them valid"
        examples = "; ".join(_change(before, after) for before, after in count.examples)
        name = f"{self._names[column.index]} ({column.field}, {_HOW[column.how]})"
        return "; ".join(filter(None, (f"{name}: {shares}", examples)))


def _once_more(repairs: _Repairs, place: tuple[str, str], before: str, after: str) -> None:
    """Count one more repair; the first of its kind stays the example."""
    if place not in repairs:
        repairs[place] = _Repair(before, after)
    repairs[place].count += 1


def _joined(repairs: _Repairs, later: _Repairs) -> None:
    """Add counts of later rows; of a kind that was there before, the example stays."""
    for place, repair in later.items():
        if place in repairs:
            repairs[place].count += repair.count
        else:
            repairs[place] = repair


def repair_line(repair: Repairs) -> str:
    """``12  Phone: written as +country and number, such as "0086 138" -> "+86138"``."""
    line = f"{repair.count:>9,}  {repair.column}: {repair.kind}"
    if not repair.before and not repair.after:
        return line  # the run was forgotten
    return f"{line}, such as {_change(repair.before, repair.after)}"


def _change(before: str, after: str) -> str:
    if before == after:
        return quoted(before, 40)
    return f"{cited(before)} -> {cited(after)}"


def _share(part: int, whole: int) -> str:
    """A percentage that says 100 % of all, and 0 % of none, alone."""
    if part in (0, whole):
        return "100%" if part and part == whole else "0%"
    return f"{min(max(round(100 * part / whole), 1), 99)}%"
