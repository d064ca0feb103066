"""Read the records of a text with pandas, under their true numbers."""

import csv
import io
import re
from collections.abc import Generator, Iterator, Sequence
from typing import Final

from importer.errors import InputError
from importer.loader.csv_dialect import Dialect
from importer.loader.csv_text import TextFormat, blocks_of
from importer.loader.encoding import open_text
from importer.loader.header import NumberedRow
from importer.loader.open_quotes import OPENED
from importer.loader.signatures import SAVE_AS
from importer.loader.unwrap import Content
from importer.normalizer.text import OPEN_QUOTE, used

# Cells that a CSV record may have beyond the longest one at the file's beginning.
_SPARE_CELLS: Final = 64
_CHUNK_CELLS: Final = 200_000
_CHUNK_ROWS: Final = 2000

_TOO_WIDE: Final = re.compile(r"Expected \d+ fields in line (\d+), saw (\d+)")
_UNCLOSED: Final = re.compile(r"EOF inside string starting at row (\d+)")


def csv_rows(content: Content, form: TextFormat) -> Generator[NumberedRow, None, None]:
    """Yield the records of a text file from the first on, padded with "" to one width.

    A cell begins with ``OPEN_QUOTE`` where its quotation mark is never closed. Raises ``InputError`` for a record that
    is far too long, for such a mark behind which too much stands, and for a read error.
    """
    import pandas as pd

    # Spare cells cost as much time as filled ones, and most files need none.
    usual = max(form.lengths, default=1)
    done, width = 0, usual + 1
    while True:
        try:
            for rows in _chunks(content, form, width, done):
                done = rows[-1][0]
                yield from rows
            return
        except (pd.errors.ParserError, csv.Error) as error:
            if width > usual + 1 or not _TOO_WIDE.search(str(error)):
                raise _malformed(content, str(error)) from error
            width = usual + _SPARE_CELLS


class _Plain(io.TextIOBase):
    """A text as its dialect makes it plain."""

    def __init__(self, file: io.TextIOWrapper, dialect: Dialect) -> None:
        self._blocks = filter(None, dialect.plain(blocks_of(file)))

    def read(self, _size: int | None = -1, /) -> str:
        """A block of any length, ``""`` at the end."""
        return next(self._blocks, "")


def _chunks(content: Content, form: TextFormat, width: int, done: int) -> Iterator[list[NumberedRow]]:
    """The records behind number ``done``, of at most so many cells, a chunk of pandas at a time."""
    import pandas as pd

    dialect, stood_in = form.dialect, form.dialect.separator
    with (
        open_text(content, form.encoding) as file,
        pd.read_csv(
            file if dialect.is_plain else _Plain(file, dialect),
            sep=stood_in,
            quotechar=dialect.quote,
            skipinitialspace=dialect.blanks,
            engine="c",
            header=None,
            names=range(width),
            index_col=False,
            dtype=object,  # like str nothing is taken for a number, and in half the time
            keep_default_na=False,
            na_filter=False,
            skip_blank_lines=False,
            encoding_errors="surrogateescape",
            chunksize=max(1, min(_CHUNK_ROWS, _CHUNK_CELLS // width)),
        ) as chunks,
    ):
        for chunk in chunks:
            records = chunk.to_numpy().tolist()
            if stood_in != dialect.delimiter:
                records = [[cell.replace(stood_in, dialect.delimiter) for cell in cells] for cells in records]
            if dialect.settler:
                records = [[cell.replace(OPENED, OPEN_QUOTE) for cell in cells] for cells in records]
            if records and (rows := _numbered(int(chunk.index[0]) + 1, records, form, done)):
                yield rows


def _numbered(first: int, records: Sequence[Sequence[str]], form: TextFormat, done: int) -> list[NumberedRow]:
    """Records from number ``first`` on as rows, those of the sample cut to their true length."""
    rows = list(enumerate(records, start=first))
    if first > max(done, len(form.lengths)):
        return rows
    return [
        (number, cells[: max(form.lengths[number - 1], used(cells))] if number <= len(form.lengths) else cells)
        for number, cells in rows
        if number > done and (number > 1 or not form.sep_line)
    ]


def _malformed(content: Content, reason: str) -> InputError:
    """The error of pandas' tokenizer in the user's words. One pattern counts records from 1, the other from 0."""
    if found := _TOO_WIDE.search(reason):
        return InputError(
            "{content}: record {number} has {cells} cells, far more than the records before it",
            "put quotation marks around cells that contain the delimiter, or name the right one with --delimiter",
            content=content,
            number=found[1],
            cells=found[2],
        )
    if found := _UNCLOSED.search(reason):
        return InputError(
            "{content}: in record {number} a quotation mark opens a cell and is never closed",
            'close it, or write "" for a quotation mark inside a quoted cell',
            content=content,
            number=int(found[1]) + 1,
        )
    return InputError("{content} cannot be split into records: {reason}", SAVE_AS, content=content, reason=reason)
