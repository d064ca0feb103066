"""Divide a text into records: find its delimiter, and read it with pandas under the records' true numbers."""

import csv
import io
import re
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from importer.errors import ConfigError, InputError
from importer.loader.encoding import DETECTED, GIVEN, find_encoding, open_text
from importer.loader.header import NumberedRow, used
from importer.loader.signatures import SAVE_AS
from importer.loader.unwrap import Content
from importer.message import Message, Messages
from importer.texts import ERROR_TITLE

# Below csv.field_size_limit(), so that a quotation mark that is never closed cannot stop the detection.
_SAMPLE_CHARS: Final = 1 << 17
_MOST_LENGTHS: Final = 1000
# In the order in which they win when all else is equal: a comma stands in prose, a tab hardly ever.
DELIMITERS: Final[Mapping[str, str]] = {"tab": "\t", "semicolon": ";", "pipe": "|", "comma": ","}
_DELIMITER_WORDS: Final[Mapping[str, str]] = {**DELIMITERS, "\\t": "\t", "space": " "}

_UNSPLIT: Final = (False, 0.0, 1)

# Excel's own line: it names the delimiter, and counts as record 1.
_SEP_LINE: Final = re.compile(r'"?sep=([^\r\n"])"?(?=[\r\n]|$)', re.IGNORECASE)

# Cells that a CSV record may have beyond the longest one at the file's beginning.
_SPARE_CELLS: Final = 64
_CHUNK_CELLS: Final = 200_000
_CHUNK_ROWS: Final = 2000

_TOO_WIDE: Final = re.compile(r"Expected \d+ fields in line (\d+), saw (\d+)")
_UNCLOSED: Final = re.compile(r"EOF inside string starting at row (\d+)")


@dataclass(frozen=True, slots=True)
class TextFormat:
    """How to read a text file.

    ``lengths`` has the number of cells of each record at the file's beginning, blank ones and a ``sep=`` line
    included; ``sep_line`` says that record 1 is such a line; ``notes`` are remarks to print.
    """

    encoding: str
    delimiter: str
    lengths: tuple[int, ...]
    sep_line: bool
    notes: Messages


def text_format(content: Content, encoding: str | None, delimiter: str | None) -> TextFormat:
    """Find out how to read ``content``, as far as the caller does not say. Reads the whole file, keeps little.

    Raises ``ConfigError`` for an unknown encoding or delimiter, ``InputError`` for bytes that are no text.
    """
    found = find_encoding(content, encoding)
    with open_text(content, found.codec) as file:
        sample = file.read(_SAMPLE_CHARS)
    sep_line = _SEP_LINE.match(sample)
    char, source = _delimiter(sample, sep_line, delimiter)
    told = Message(
        "encoding {encoding} ({origin}), delimiter {delimiter} ({source})",
        encoding=found.codec,
        origin=found.origin,
        delimiter=Message("tab") if char == "\t" else f"'{char}'",
        source=source,
    )
    notes = (told, *found.remarks())
    lengths = tuple(record_lengths(sample, char)[:_MOST_LENGTHS])
    return TextFormat(found.codec, char, lengths, sep_line is not None, notes)


def _delimiter(sample: str, sep_line: re.Match[str] | None, given: str | None) -> tuple[str, Message]:
    """The delimiter and where it is known from."""
    if given is not None:
        return _checked(_DELIMITER_WORDS.get(given.casefold(), given)), GIVEN
    if sep_line:
        return _checked(sep_line[1]), Message("sep= line")
    return detect_delimiter(sample), DETECTED


def _checked(delimiter: str) -> str:
    """The delimiter itself, where pandas' C engine can split at it: one ASCII character, no quote or line end."""
    if len(delimiter) == 1 and delimiter.isascii() and delimiter not in '"\r\n\0':
        return delimiter
    raise ConfigError(
        "--delimiter: {delimiter} is not a single ASCII character",
        "use one character, or a word: {words}",
        delimiter=repr(delimiter),
        words=[*DELIMITERS],
    )


def detect_delimiter(sample: str) -> str:
    """Return the delimiter that splits the sample's records most evenly; a comma if none splits them."""
    for char in DELIMITERS.values():
        # The importer's own errors files: where their last title stands alone, the delimiter is right.
        if next(csv.reader(io.StringIO(sample, newline=""), delimiter=char), [""])[-1:] == [ERROR_TITLE]:
            return char
    scores = {char: _evenness(record_lengths(sample, char)) for char in DELIMITERS.values()}
    best = max(scores, key=scores.__getitem__)
    return best if scores[best] > _UNSPLIT else ","


def _evenness(lengths: list[int]) -> tuple[bool, float, int]:
    """Whether the first record has the usual number of cells, the share of records with it, and the number."""
    filled = [length for length in lengths if length]
    if not filled:
        return _UNSPLIT
    usual, times = Counter(filled).most_common(1)[0]
    return (filled[0] == usual, times / len(filled), usual) if usual > 1 else _UNSPLIT


def record_lengths(sample: str, delimiter: str) -> list[int]:
    """Count the cells of each record, with quotes respected; 0 for a blank line."""
    return [len(record) for record in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)]


def csv_rows(content: Content, form: TextFormat) -> Generator[NumberedRow, None, None]:
    """Yield the records of a text file from the first on, padded with "" to one width.

    Raises ``InputError`` for a record that is far too long, a quotation mark that is never closed, a read error.
    """
    import pandas as pd

    usual = max(form.lengths, default=1)
    done = 0
    # Spare cells cost as much time as filled ones, and most files need none.
    for width in (usual + 1, usual + _SPARE_CELLS):
        try:
            for rows in _chunks(content, form, width, done):
                done = rows[-1][0]
                yield from rows
            return
        except pd.errors.ParserError as error:
            if width > usual + 1 or not _TOO_WIDE.search(str(error)):
                raise _malformed(content, str(error)) from error


def _chunks(content: Content, form: TextFormat, width: int, done: int) -> Iterator[list[NumberedRow]]:
    """The records behind number ``done``, of at most ``width`` cells, a chunk of pandas at a time."""
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
