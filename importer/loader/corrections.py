"""What cells of a workbook show where calamine gives something else, and which of its rows are hidden.

calamine gives no formats (``000042`` is 42), nothing for an error value (``#REF!``), nothing for a formula whose result
the file lacks, and garbled text for an Excel 5.0 workbook in Chinese. Each kind of workbook has its own ``scan``.
"""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import chain
from typing import Final, NamedTuple, TypeAlias

from importer.loader.header import NumberedRow
from importer.loader.number_formats import Form
from importer.message import Counted, Messages, and_more
from importer.normalizer.text import FORMULA_ERRORS, NO_RESULT, NOT_AVAILABLE, WideText

_MOST_TOLD: Final = 5


def error_text(shown: str) -> str:
    """What stands for an error value; ``#N/A`` is told from the text, which people and programs write for nothing."""
    if shown == "#N/A":
        return NOT_AVAILABLE
    return shown if shown in FORMULA_ERRORS else NO_RESULT


def has_more(cells: Sequence[str]) -> bool:
    """Whether a row has more than lookups that found nothing: people fill them down far below the table."""
    return any(cell not in ("", NOT_AVAILABLE) for cell in cells)


class Correction(NamedTuple):
    """What a cell shows: a text, or its number in a form. ``row`` counts from 1, ``column`` from 0."""

    row: int
    column: int
    shown: Form | str


class ScannedRow(NamedTuple):
    """A row with something to say of it: whether it is hidden with content, and which columns have a wide cell, or a
    high one, with its last row."""

    number: int
    hidden: bool
    corrections: list[Correction]
    wide: tuple[int, ...] = ()
    high: tuple[tuple[int, int], ...] = ()


Scan: TypeAlias = Callable[[], Iterator[ScannedRow]]
"""Gives the rows of a sheet that are worth a word, from the top at each call."""

Corrections: TypeAlias = Callable[[], Generator[Correction, None, None]]
"""Gives the corrections of a sheet in the order of its rows; each call starts from the top."""


class Survey(NamedTuple):
    """What one scan of a sheet found: its hidden rows with content, its corrections, and its wide and high cells.

    ``wide`` has the columns, by row, of the cells that are merged with others to their right; ``high`` of those merged
    with others below them alone, each with its last row.
    """

    hidden: tuple[int, ...]
    corrections: Corrections
    wide: Mapping[int, tuple[int, ...]]
    high: Mapping[int, tuple[tuple[int, int], ...]]


def survey(scan: Scan) -> Survey:
    """Scan a sheet once; where it has no corrections, it is not scanned again."""
    hidden: list[int] = []
    wide: dict[int, tuple[int, ...]] = {}
    high: dict[int, tuple[tuple[int, int], ...]] = {}
    corrected = False
    for row in scan():
        if row.hidden:
            hidden.append(row.number)
        if row.wide:
            wide[row.number] = row.wide
        if row.high:
            high[row.number] = row.high
        corrected = corrected or bool(row.corrections)
    return Survey(tuple(hidden), lambda: _corrections(scan) if corrected else _none(), wide, high)


def with_wide_cells(
    rows: Generator[NumberedRow, None, None], wide: Mapping[int, Sequence[int]]
) -> Generator[NumberedRow, None, None]:
    """The rows with the texts of their wide cells marked."""
    with closing(rows):
        for number, cells in rows:
            if number in wide:
                places = {*wide[number]}
                cells = [
                    WideText(cell) if at in places and type(cell) is str else cell for at, cell in enumerate(cells)
                ]
            yield number, cells


def with_high_cells(
    rows: Generator[NumberedRow, None, None], high: Mapping[int, Sequence[tuple[int, int]]]
) -> Generator[NumberedRow, None, None]:
    """The rows with what a cell says that is merged with others below it: it is of each of its rows that has a text.

    ``high`` has, by the first row of such cells, the column (from 0) and the last row of each.
    """
    standing: dict[int, tuple[str, int]] = {}
    with closing(rows):
        for number, cells in rows:
            standing = {column: (text, last) for column, (text, last) in standing.items() if last >= number}
            if standing:
                filled = [*cells, *[""] * (max(standing) + 1 - len(cells))]
                for column, (text, _) in standing.items():
                    filled[column] = filled[column] or text
                cells = filled
            for column, last in high.get(number, ()):
                if column < len(cells) and cells[column]:
                    standing[column] = cells[column], last
            yield number, cells


def hidden_rows(numbers: Sequence[int]) -> Messages:
    """The remark that rows are hidden, if any are."""
    if not numbers:
        return ()
    return (
        Counted(
            "{number} row is hidden in the sheet, and is imported all the same: row {rows}",
            "{number} rows are hidden in the sheet, and are imported all the same: rows {rows}",
            len(numbers),
            rows=and_more(numbers, _MOST_TOLD),
        ),
    )


def _corrections(scan: Scan) -> Generator[Correction, None, None]:
    yield from chain.from_iterable(row.corrections for row in scan())


def _none() -> Generator[Correction, None, None]:
    yield from ()
