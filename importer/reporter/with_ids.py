"""Write the user's own file once more, with LiveDesk's ids and what became of each row behind its columns.

Importing it again finds everybody by the id. Cells are as they were read, without columns that an earlier import added.

A workbook takes 6 µs of CPU a cell, 7.5 s for 100,000 rows of 12 columns, where openpyxl takes 15 s.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final

from importer.ledger.ledger import Ledger
from importer.ledger.records import GivenRow
from importer.ledger.run import Run
from importer.normalizer.text import unbroken
from importer.reporter.errors_layout import own_places
from importer.reporter.result_files import lines_file, lines_of
from importer.reporter.workbooks import sheet_name
from importer.reporter.worksheets import HEADER, Cell, SheetColumn, workbook
from importer.texts import ID_TITLE, STATUS_TITLE

_WIDTHS: Final = (12.0, 14.0)


def write_with_ids(ledger: Ledger, seq: int, path: Path) -> bool:
    """Write the file, a workbook if the path is one's, and return whether there are ids to write.

    Raises ``OutputError``.
    """
    if not ledger.reports.has_ids(seq):
        return False
    (_write_workbook if path.suffix == ".xlsx" else _write_csv)(ledger, seq, path)
    return True


def _write_csv(ledger: Ledger, seq: int, path: Path) -> None:
    run = ledger.run(seq)
    filled = _filler(run)
    with lines_file(path, titles_with_ids(run.titles)) as write:
        for page in ledger.reports.given(seq):
            for _, rows in groupby(map(filled, page), len):  # those of one length go column by column
                write(lines_of([*zip(*rows, strict=True)]))


def _write_workbook(ledger: Ledger, seq: int, path: Path) -> None:
    run = ledger.run(seq)
    rows = (row for page in ledger.reports.given(seq) for row in page)
    with workbook(path) as book:
        for source, found in groupby(rows, lambda row: row.source):  # the rows of a sheet come together
            part = run.parts[source]
            filled, titles = _filler(part), titles_with_ids(part.titles)
            widths = [*part.widths, *[0.0] * len(part.titles)]
            columns = [SheetColumn(widths[place]) for place in _own(part.titles)]
            sheet = book.sheet(sheet_name(part.sheet, "contacts"), [*columns, *map(SheetColumn, _WIDTHS)])
            sheet.append([Cell(title, HEADER) for title in titles])
            for row in found:
                sheet.append([Cell(text) if text else None for text in filled(row)])
            sheet.end()


def titles_with_ids(titles: Sequence[str]) -> list[str]:
    """The titles of the file with ids: the user's own, then the two of ours."""
    return [*(titles[place] for place in _own(titles)), ID_TITLE, STATUS_TITLE]


def _own(titles: Sequence[str]) -> list[int]:
    """The places of the user's own columns: an id is an earlier import's where the status stands behind it."""
    pairs = [*zip(titles, [*titles[1:], ""], strict=False)]
    return [
        place
        for place in own_places(titles)
        if titles[place] != STATUS_TITLE and pairs[place] != (ID_TITLE, STATUS_TITLE)
    ]


def _filler(run: Run) -> Callable[[GivenRow], list[str]]:
    """A function that makes a row's cells: the user's own, the id and the status, then those beyond the titles."""
    width, own = len(run.titles), _own(run.titles)
    is_all = len(own) == width

    def filled(row: GivenRow) -> list[str]:
        cells = [*row.cells, *[""] * (width - len(row.cells))]
        mine: Iterable[str] = cells[:width] if is_all else (cells[place] for place in own)
        return [*map(unbroken, mine), row.contact_id, row.status, *map(unbroken, cells[width:])]

    return filled
