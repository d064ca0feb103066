"""Read the records of a text file in chunks, with pandas, and number them truly."""

import re
from collections.abc import Generator, Iterable, Iterator, Sequence
from typing import Final

from importer.errors import InputError
from importer.loader.csv_text import TextFormat
from importer.loader.encoding import open_text
from importer.loader.header import NumberedRow, used
from importer.loader.unwrap import Content, unreadable

# Cells that a CSV record may have beyond the longest one at the file's beginning.
_SPARE_CELLS: Final = 64
_CHUNK_CELLS: Final = 200_000
_CHUNK_ROWS: Final = 2000

_TOO_WIDE: Final = re.compile(r"Expected \d+ fields in line (\d+), saw (\d+)")
_UNCLOSED: Final = re.compile(r"EOF inside string starting at row (\d+)")


def csv_rows(content: Content, form: TextFormat) -> Generator[NumberedRow, None, None]:
    """Yield the records of a text file from the first on, padded with "" to one width.

    Raises ``InputError`` for a record that is far too long, a quotation mark that is never closed, a read error.
    """
    import pandas as pd

    usual = max(form.lengths, default=1)
    done = 0
    for width in (
        usual + 1,
        usual + _SPARE_CELLS,
    ):  # spare cells cost as much time as filled ones, and most files need none
        try:
            for rows in _chunks(content, form, width, done):
                done = rows[-1][0]
                yield from rows
            return
        except pd.errors.ParserError as error:
            if width > usual + 1 or not _TOO_WIDE.search(str(error)):
                raise _malformed(content, str(error)) from error
        except (UnicodeError, OSError) as error:
            raise unreadable(content, error) from error


def _chunks(content: Content, form: TextFormat, width: int, done: int) -> Iterator[list[NumberedRow]]:
    """The records behind number ``done``, of at most ``width`` cells, as many at once as pandas reads."""
    import pandas as pd

    with (
        open_text(content, form.encoding) as file,
        pd.read_csv(
            file,
            sep=form.delimiter,
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
            if len(chunk) and (rows := _numbered(int(chunk.index[0]) + 1, chunk.to_numpy().tolist(), form, done)):
                yield rows


def _numbered(first: int, records: Iterable[Sequence[str]], form: TextFormat, done: int) -> list[NumberedRow]:
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
    """What pandas' tokenizer says, in the user's words; it counts records from 1 here and from 0 there."""
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
    return InputError(
        "{content} cannot be split into records: {reason}",
        "open it in a spreadsheet program and save it as .xlsx or CSV UTF-8",
        content=content,
        reason=reason,
    )
