"""Read the file that a DataFrame has become: its titles and its texts as they are, its rows numbered from 1.

Values with names in them are columns, as those of a record in a file are: ``address.city`` of Parquet, JSON and of a
DataFrame alike.
"""

import json
from collections.abc import Generator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from importer.loader.encoding import open_text
from importer.loader.header import NumberedRow
from importer.loader.records.json_values import distinct, flat
from importer.loader.records.record import Record, Records, columns_of, rows_of
from importer.loader.table import Table, title_of
from importer.loader.unwrap import Content
from importer.sources.frame import HEAD, NESTED_HEAD


def is_spooled(head: bytes) -> bool:
    """Whether a file begins as that of a DataFrame."""
    return head.startswith((HEAD, NESTED_HEAD))


def spooled_table(path: Path, content: Content) -> Table:
    """The table of a DataFrame, in the file at ``path``.

    Raises ``InputError``, as reading the rows does, where the file cannot be read, and for more different names of
    values than a table has columns.
    """
    with closing(_lines(content)) as lines:
        titles: list[str] = next(lines)
    if content.head(len(HEAD)) == HEAD:
        return Table(path, "csv", partial(_rows, content), (), titles=tuple(map(title_of, titles)), form="frame")
    records = Records(partial(_records, content, distinct(titles)))
    columns = columns_of(content, records)
    rows = rows_of(content, records, columns)
    return Table(path, "csv", rows, columns.notes, titles=columns.shown, form="frame")


def _lines(content: Content) -> Generator[Any, None, None]:
    with open_text(content, "latin-1") as lines:
        next(lines)
        yield from map(json.loads, lines)


def _rows(content: Content) -> Generator[NumberedRow, None, None]:
    with closing(_lines(content)) as lines:
        next(lines)
        yield from enumerate(lines, start=1)


def _records(content: Content, titles: list[str]) -> Generator[Record, None, None]:
    with closing(_lines(content)) as lines:
        next(lines)
        for number, cells in enumerate(lines, start=1):
            yield Record(number, flat(dict(zip(titles, cells, strict=True))))
