"""Find out how to read a text of records: its encoding, its delimiter and its quotation marks."""

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Final

from importer.errors import ConfigError
from importer.loader.broken_bytes import is_wide
from importer.loader.csv_dialect import DELIMITERS, Dialect, detect_dialect, splits_all, uncommon_delimiters
from importer.loader.encoding import DETECTED, GIVEN, find_encoding, open_text
from importer.loader.unwrap import Content
from importer.message import Message, Messages

# Below csv.field_size_limit(), so that a quotation mark that is never closed cannot stop the detection.
_SAMPLE_CHARS: Final = 1 << 17
_MOST_LENGTHS: Final = 1000
_DELIMITER_WORDS: Final[Mapping[str, str]] = {**DELIMITERS, "\\t": "\t", "space": " "}

_SEVERAL: Final = re.compile(r"[^\w\s\"'\0]{1,4}")
_MOST_ESCAPES: Final = 1000
# A backslash before a mark, or a mark between letters or blanks, neither opening nor closing a cell. All alternatives
# begin with one of two characters: that takes a quarter of the time.
_ODD: Final = r"""\\["']|"(?<=LETTER") *LETTER|"(?<= ")LETTER""".replace("LETTER", r"[^\x00-'*-\-/:-@\[-`{-\x7f]")
_ODD_MARK: Final = re.compile(_ODD.encode())
_ODD_MARK_OF_TEXT: Final = re.compile(_ODD)
_BLOCK_BYTES: Final = 1 << 20
_BLOCK_CHARS: Final = 1 << 18

# Excel's own line: it names the delimiter, and counts as record 1.
_SEP_LINE: Final = re.compile(r'"?sep=([^\r\n"])"?(?=[\r\n]|$)', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TextFormat:
    """How to read a text file.

    ``lengths`` has the number of cells of each record at the file's beginning, blank ones and a ``sep=`` line
    included; ``sep_line`` says that record 1 is such a line; ``notes`` are remarks to print. ``perhaps`` are signs that
    may separate the cells of records that nothing else divides. ``origin`` says how the encoding is known.
    """

    encoding: str
    dialect: Dialect
    lengths: tuple[int, ...]
    sep_line: bool
    notes: Messages
    perhaps: tuple[str, ...] = ()
    origin: Message = DETECTED


def blocks_of(file: io.TextIOWrapper) -> Iterator[str]:
    """The rest of a text, a block at a time."""
    return iter(partial(file.read, _BLOCK_CHARS), "")


def text_format(content: Content, encoding: str | None, delimiter: str | None) -> TextFormat:
    """Find out how to read ``content``, as far as the caller does not say. Reads the whole file, keeps little.

    Raises ``ConfigError`` for an unknown encoding or delimiter, ``InputError`` for bytes that are no text.
    """
    found = find_encoding(content, encoding)
    with open_text(content, found.codec) as file:
        sample = file.read(_SAMPLE_CHARS)
    sep_line = _SEP_LINE.match(sample)
    char, source = _delimiter(sep_line, delimiter)
    body = sample[sep_line.end() :] if sep_line else sample
    is_all = len(sample) < _SAMPLE_CHARS
    dialect = detect_dialect(body, char, () if is_all else _escapes(content, found.codec))
    with open_text(content, found.codec) as file:
        dialect = dialect.settled(sample, [sample] if is_all else blocks_of(file))
    told = Message(
        "encoding {encoding} ({origin}), delimiter {delimiter} ({source})",
        encoding=found.name,
        origin=found.origin,
        delimiter=_shown(dialect),
        source=source,
    )
    lengths = tuple(len(record) for record in dialect.records(sample)[:_MOST_LENGTHS])
    perhaps = _perhaps(body) if char is None and max(lengths, default=1) == 1 else ()
    notes = (told, *_spelling(dialect), *found.remarks())
    return TextFormat(found.codec, dialect, lengths, sep_line is not None, notes, tuple(perhaps), found.origin)


def _perhaps(sample: str) -> list[str]:
    """The signs that may divide records; an underscore, which words have too, from three cells on."""
    found = uncommon_delimiters(sample)
    return [*found, "_"] if sample.partition("\n")[0].count("_") > 1 and splits_all(sample, "_") else found


def _shown(dialect: Dialect) -> object:
    if dialect.layout and dialect.layout.kind != "frame":
        return _LAYOUTS[dialect.layout.kind]
    return Message("tab") if dialect.delimiter == "\t" else f"'{dialect.delimiter}'"


_LAYOUTS: Final = {"fixed": Message("columns of fixed width"), "recipients": Message("names before <addresses>")}


def _spelling(dialect: Dialect) -> Iterator[Message]:
    """What is uncommon about the quotation marks."""
    if dialect.wrapped:
        yield Message("each line is in quotation marks as a whole; the cells inside it are read")
    if dialect.others:
        yield Message("the titles are divided by other signs than the rows; both are read")
    if dialect.quote == "'":
        yield Message("the cells stand in single quotation marks")
    if dialect.stray:
        yield Message("in some lines quotation marks inside cells are not doubled; they are read as marks of the text")
    if dialect.escaped:
        yield Message('a backslash stands before quotation marks inside cells, as in \\"; it is left out')


def _escapes(content: Content, codec: str) -> list[str]:
    """The first lines of the file with a backslash before a quotation mark, or a mark that may stray."""
    if not is_wide(codec):
        with content.open() as file:
            if not any(map(_has_odd_mark, iter(partial(file.read, _BLOCK_BYTES), b""))):
                return []
    with open_text(content, codec) as text:
        lines = iter(partial(text.readline, _SAMPLE_CHARS), "")
        return [*islice((line.rstrip("\r\n") for line in lines if _ODD_MARK_OF_TEXT.search(line)), _MOST_ESCAPES)]


def _has_odd_mark(block: bytes) -> bool:
    """With a look for the signs themselves first: 10 MB take 1 ms, and the search 30."""
    return (b'"' in block or b"\\" in block) and _ODD_MARK.search(block) is not None


def _delimiter(sep_line: re.Match[str] | None, given: str | None) -> tuple[str | None, Message]:
    """The delimiter, as far as it is known, and where from."""
    if given is not None:
        return _checked(_DELIMITER_WORDS.get(given.casefold(), given)), GIVEN
    if sep_line:
        return _checked(sep_line[1]), Message("sep= line")
    return None, DETECTED


def _checked(delimiter: str) -> str:
    """The delimiter itself: one ASCII character, or signs of any script; no quotation mark or line end."""
    if len(delimiter) == 1 and delimiter.isascii() and delimiter not in '"\r\n\0':
        return delimiter
    if _SEVERAL.fullmatch(delimiter):
        return delimiter
    raise ConfigError(
        "--delimiter: {delimiter} is neither a single ASCII character nor a few signs",
        "use one character, signs such as ||, or a word: {words}",
        delimiter=repr(delimiter),
        words=[*DELIMITERS],
    )
