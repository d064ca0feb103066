"""Read the records of a text with pandas, under their true numbers."""

import csv
import io
import re
from collections.abc import Generator, Iterator, Sequence
from functools import partial
from itertools import chain
from typing import Final, NamedTuple

from importer.errors import InputError
from importer.loader.csv_dialect import Dialect
from importer.loader.csv_text import TextFormat
from importer.loader.encoding import open_text
from importer.loader.header import NumberedRow
from importer.loader.signatures import SAVE_AS
from importer.loader.unwrap import Content
from importer.normalizer.text import OPEN_QUOTE, used

# Cells that a CSV record may have beyond the longest one at the file's beginning.
_SPARE_CELLS: Final = 64
_CHUNK_CELLS: Final = 200_000
_CHUNK_ROWS: Final = 2000
_BLOCK_CHARS: Final = 1 << 18

_TOO_WIDE: Final = re.compile(r"Expected \d+ fields in line (\d+), saw (\d+)")
_UNCLOSED: Final = re.compile(r"EOF inside string starting at row (\d+)")


def csv_rows(content: Content, form: TextFormat) -> Generator[NumberedRow, None, None]:
    """Yield the records of a text file from the first on, padded with "" to one width.

    Where a quotation mark opens a cell of the last line and is never closed, the cell begins with ``OPEN_QUOTE``.
    Raises ``InputError`` for a record that is far too long, for such a mark further up, and for a read error.
    """
    import pandas as pd

    # Spare cells cost as much time as filled ones, and most files need none.
    done, attempt = 0, _Attempt(max(form.lengths, default=1) + 1)
    while True:
        try:
            for rows in _chunks(content, form, attempt, done):
                done = rows[-1][0]
                yield from rows
            return
        except (pd.errors.ParserError, csv.Error) as error:
            attempt = _next_attempt(content, form, attempt, str(error))


class _Attempt(NamedTuple):
    """How many cells a record may have, and the number of the last one where its quotation mark is to be closed."""

    width: int
    unclosed: int = 0
    reason: str = ""


def _next_attempt(content: Content, form: TextFormat, last: _Attempt, reason: str) -> _Attempt:
    """What to try after a complaint of the tokenizer. Raises ``InputError`` where nothing is left to try."""
    usual = max(form.lengths, default=1)
    if last.width == usual + 1 and _TOO_WIDE.search(reason):
        return last._replace(width=usual + _SPARE_CELLS)
    if not last.unclosed and (found := _UNCLOSED.search(reason)):
        return last._replace(unclosed=int(found[1]) + 1, reason=reason)
    raise _malformed(content, reason)


class _Plain(io.TextIOBase):
    """A text as its dialect makes it plain, with ``closing`` behind its end."""

    def __init__(self, file: io.TextIOWrapper, dialect: Dialect, closing: str) -> None:
        blocks = iter(partial(file.read, _BLOCK_CHARS), "")
        self._blocks = filter(None, chain(dialect.plain(blocks), [closing]))

    def read(self, _size: int | None = -1, /) -> str:
        """A block of any length, ``""`` at the end."""
        return next(self._blocks, "")


def _chunks(content: Content, form: TextFormat, attempt: _Attempt, done: int) -> Iterator[list[NumberedRow]]:
    """The records behind number ``done``, of at most so many cells, a chunk of pandas at a time."""
    import pandas as pd

    dialect, stood_in = form.dialect, form.dialect.separator
    closing = f"\n{dialect.quote}" if attempt.unclosed else ""
    with (
        open_text(content, form.encoding) as file,
        pd.read_csv(
            file if dialect.is_plain and not closing else _Plain(file, dialect, closing),
            sep=stood_in,
            quotechar=dialect.quote,
            skipinitialspace=dialect.blanks,
            engine="c",
            header=None,
            names=range(attempt.width),
            index_col=False,
            dtype=object,  # like str nothing is taken for a number, and in half the time
            keep_default_na=False,
            na_filter=False,
            skip_blank_lines=False,
            encoding_errors="surrogateescape",
            chunksize=max(1, min(_CHUNK_ROWS, _CHUNK_CELLS // attempt.width)),
        ) as chunks,
    ):
        for chunk in chunks:
            records = chunk.to_numpy().tolist()
            if stood_in != dialect.delimiter:
                records = [[cell.replace(stood_in, dialect.delimiter) for cell in cells] for cells in records]
            if records and (rows := _numbered(int(chunk.index[0]) + 1, records, form, done)):
                if rows[-1][0] == attempt.unclosed:
                    rows[-1] = _unclosed(content, rows[-1], attempt.reason)
                yield rows


def _unclosed(content: Content, row: NumberedRow, reason: str) -> NumberedRow:
    """The last record with its open quotation mark. Raises ``InputError`` if the mark swallowed other lines."""
    number, cells = row
    *before, last = cells[: max(place for place, cell in enumerate(cells, start=1) if cell)]
    text = last.rstrip()
    if "\n" in text or "\r" in text:
        raise _malformed(content, reason)
    return number, [*before, OPEN_QUOTE + text, *[""] * (len(cells) - len(before) - 1)]


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
