"""Open the files of a run, one after the other: of several workbooks, one at a time has its cells in memory."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from importer.errors import InputError
from importer.loader.header import NumberedRow
from importer.loader.opening import open_tables
from importer.loader.sheets import UnknownSheet
from importer.loader.table import ReadOptions, Table
from importer.message import Message


def open_files(paths: Sequence[Path], options: ReadOptions) -> Iterator[list[Table]]:
    """Yield the tables of each file. Their rows may be read at any time: a workbook is opened again for it, unless it
    is the one that was read last.

    Of several files, the sheets that the user names are taken from those that have them. Raises ``InputError`` as
    ``open_tables`` does; for a sheet that no workbook has, once all are open; and while rows are read, for a file that
    is another by then.
    """
    shelf = _Shelf()
    if len(paths) == 1:
        yield shelf.tables(paths[0], options)
        return
    found, missing = set[str](), dict[str, UnknownSheet]()
    for path in paths:
        tables, lacking = _as_far(shelf, path, options)
        if any(table.sheet is not None for table in tables):
            found |= {*options.sheets} - lacking.keys()
            missing = lacking | missing
        yield tables
    for name, error in missing.items():
        if name not in found:
            raise error


def _as_far(shelf: "_Shelf", path: Path, options: ReadOptions) -> tuple[list[Table], dict[str, UnknownSheet]]:
    """The tables of a file with those of the wanted sheets that it has, and the errors of the others, by their
    names; where it has none of them, its own choice, with a warning."""
    lacking: dict[str, UnknownSheet] = {}
    while True:
        wanted = tuple(name for name in options.sheets if name not in lacking)
        try:
            tables = shelf.tables(path, replace(options, sheets=wanted))
        except UnknownSheet as error:
            lacking[error.wanted] = error
            continue
        if lacking and not wanted:
            names = [f'"{name}"' for name in lacking]
            told = Message('it has no sheet {names}: "{sheet}" is taken', names=names, sheet=tables[0].sheet)
            tables[0] = replace(tables[0], warnings=(told, *tables[0].warnings))
        return tables, lacking


class _Shelf:
    """Owns the tables of the file that was read last."""

    def __init__(self) -> None:
        self._last: Path | None = None
        self._tables: list[Table] = []

    def tables(self, path: Path, options: ReadOptions) -> list[Table]:
        """Open a file. A text is read from the disk at each time; the rows of other tables come from here."""
        tables = self._open(path, options)
        names = [(table.sheet, table.titles) for table in tables]
        return [
            table if table.kind == "csv" else replace(table, rows=partial(self._rows, path, options, names, place))
            for place, table in enumerate(tables)
        ]

    def _open(self, path: Path, options: ReadOptions) -> list[Table]:
        self._last, self._tables = None, []  # let go of the last before there is another
        self._last, self._tables = path, open_tables(path, options)
        return self._tables

    def _rows(
        self, path: Path, options: ReadOptions, known: Sequence[object], place: int
    ) -> Generator[NumberedRow, None, None]:
        tables = self._tables if path == self._last else self._open(path, options)
        if [(table.sheet, table.titles) for table in tables] != known:
            hint = Message("close the program that writes it, then run the same command again")
            raise InputError("{path} has changed while it was read", hint, path=tables[0].shown)
        yield from tables[place].rows()
