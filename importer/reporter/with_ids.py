"""Write the user's own file once more, with LiveDesk's ids and what became of each row behind its columns.

Importing it again finds everybody by the id. Cells are as they were read, without columns that an earlier import added.

A workbook takes 6 µs of CPU a cell, 7.5 s for 100,000 rows of 12 columns, where openpyxl takes 15 s.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, count, groupby
from pathlib import Path, PurePath
from typing import Final, TypeAlias

from importer.files.names import safe_stem
from importer.files.workspace import make_folder
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
    """Write the file, a workbook if the path is one's, and return whether there are ids to write. For a run of several
    files the path is a folder, which gets one for each.

    Raises ``OutputError``.
    """
    if not ledger.reports.has_ids(seq):
        return False
    run = ledger.run(seq)
    parts, paths = run.parts, [path] * len(run.parts)
    if len(run.files) > 1:
        make_folder(path)
        paths = [path / name for name in file_names(parts)]
    pieces = (
        (source, [*rows])
        for page in ledger.reports.given(seq)
        for source, rows in groupby(page, lambda row: row.source)
    )
    for place, found in groupby(pieces, lambda piece: paths[piece[0]]):  # the rows of a file come together
        (_write_workbook if place.suffix == ".xlsx" else _write_csv)(parts, found, place)
    return True


_Pieces: TypeAlias = Iterator[tuple[int, Sequence[GivenRow]]]
"""The rows of a file in order, piece by piece, each with its source."""


def file_names(parts: Sequence[Run]) -> Iterator[str]:
    """The name that the file of each source gets: its own, with the ending of its kind, and unlike the others."""
    given: dict[str, str] = {}
    for part in parts:
        if part.file not in given:
            stem = safe_stem(PurePath(part.file).stem) or "contacts"
            taken = {name.casefold() for name in given.values()}
            names = chain([f"{stem}.{part.kind}"], (f"{stem}-{number}.{part.kind}" for number in count(2)))
            given[part.file] = next(name for name in names if name.casefold() not in taken)
        yield given[part.file]


def _write_csv(parts: Sequence[Run], pieces: _Pieces, path: Path) -> None:
    (source, first), rest = next(pieces), pieces
    part = parts[source]
    filled = _filler(part)
    with lines_file(path, titles_with_ids(part.titles), part.delimiter) as write:
        for _, page in chain([(source, first)], rest):
            for _, rows in groupby(map(filled, page), len):  # those of one length go column by column
                write(lines_of([*zip(*rows, strict=True)], part.delimiter))


def _write_workbook(parts: Sequence[Run], pieces: _Pieces, path: Path) -> None:
    with workbook(path) as book:
        for source, found in groupby(pieces, lambda piece: piece[0]):  # the rows of a sheet come together
            part = parts[source]
            filled, titles = _filler(part), titles_with_ids(part.titles)
            widths = [*part.widths, *[0.0] * len(part.titles)]
            columns = [SheetColumn(widths[place]) for place in _own(part.titles)]
            sheet = book.sheet(sheet_name(part.sheet, "contacts"), [*columns, *map(SheetColumn, _WIDTHS)])
            sheet.append([Cell(title, HEADER) for title in titles])
            for row in chain.from_iterable(rows for _, rows in found):
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
