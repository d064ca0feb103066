"""What the bytes of a text file say about it: its encoding, its delimiter, how wide its records are."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from importer.charsets import mostly_utf8, plausible_encodings
from importer.errors import ConfigError, InputError

_BLOCK_BYTES: Final = 1 << 20
_EVIDENCE_BYTES: Final = 1 << 16
# Below csv.field_size_limit(), so that a quotation mark that is never closed cannot stop the detection.
_SAMPLE_CHARS: Final = 1 << 17
_MOST_LENGTHS: Final = 1000
# More control characters than these, and the file is no text with a few accidents in it.
_FEW_CONTROLS: Final = 10
_SHARE_OF_CONTROLS: Final = 0.05
# UTF-32 before UTF-16: its little-endian mark begins with that of UTF-16.
_BYTE_ORDER_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

# In the order in which they win when all else is equal: a comma stands in prose, a tab hardly ever.
DELIMITERS: Final[Mapping[str, str]] = {"tab": "\t", "semicolon": ";", "pipe": "|", "comma": ","}
_DELIMITER_WORDS: Final[Mapping[str, str]] = {**DELIMITERS, "\\t": "\t", "space": " "}

_UNSPLIT: Final = (False, 0.0, 1)

# Excel's own line: it names the delimiter, and counts as record 1.
_SEP_LINE: Final = re.compile(r'"?sep=([^\r\n"])"?(?=[\r\n]|$)', re.IGNORECASE)


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
    notes: tuple[str, ...]


def text_format(path: Path, encoding: str | None, delimiter: str | None) -> TextFormat:
    """Find out how to read ``path``; what the caller names is obeyed. Reads the whole file, keeps little.

    Raises ``ConfigError`` for an unknown encoding or delimiter, ``InputError`` for bytes that are no text.
    """
    codec, origin, nuls = _encoding(path, encoding)
    with open_text(path, codec) as file:
        sample = file.read(_SAMPLE_CHARS).removeprefix("\ufeff")
    sep_line = _SEP_LINE.match(sample)
    char, source = _delimiter(sample, sep_line, delimiter)
    notes = [f"encoding {codec} ({origin}), delimiter {_shown(char)} ({source})"]
    if origin == "detected" and codec != "utf-8":
        notes.append("if names look wrong, name the file's encoding with --encoding")
    if nuls:
        notes.append(f"{nuls} NUL characters left out")
    lengths = tuple(record_lengths(sample, char)[:_MOST_LENGTHS])
    return TextFormat(codec, char, lengths, sep_line is not None, tuple(notes))


class _WithoutNuls(io.TextIOWrapper):
    """A text stream that leaves out NULs: pandas 2 ends a cell at one, and the rest of it would be lost."""

    def read(self, size: int | None = -1, /) -> str:
        """Up to ``size`` characters; an empty text means the end of the file."""
        while (text := super().read(size)) and not text.strip("\0"):
            pass
        return text.replace("\0", "")


def open_text(path: Path, encoding: str) -> io.TextIOWrapper:
    """The file as text with its own line ends and without NULs; the caller closes it."""
    return _WithoutNuls(path.open("rb"), encoding=encoding, newline="")


def _encoding(path: Path, given: str | None) -> tuple[str, str, int]:
    """The encoding, where it is known from, and how many NULs the text has."""
    codec, origin = _declared(path, given)
    nuls, fault = _scan(path, codec)
    if not fault:
        return codec, origin, nuls
    evidence = _evidence(path)
    if origin != "detected" or mostly_utf8(evidence):
        raise InputError(
            f"{path} is not {codec} throughout: {fault}",
            "name another encoding with --encoding, or save the file as CSV UTF-8",
        )
    for likely in plausible_encodings(evidence):
        nuls, fault = _scan(path, likely)
        if not fault:
            return likely, origin, nuls
    raise InputError(
        f"{path}: the encoding cannot be told: this is not UTF-8 and not plainly another one",
        "name it with --encoding (gb18030, big5, shift_jis, cp1251, ...), or save the file as CSV UTF-8",
    )


def _declared(path: Path, given: str | None) -> tuple[str, str]:
    """The encoding that the caller or a byte order mark names, else UTF-8; and where it is known from."""
    if given is not None:
        return _known(given), "given"
    with path.open("rb") as file:
        head = file.read(4)
    marked = (codec for mark, codec in _BYTE_ORDER_MARKS if head.startswith(mark))
    return next(((codec, "byte order mark") for codec in marked), ("utf-8", "detected"))


def _known(codec: str) -> str:
    """The name itself, where Python has an encoding of text under it."""
    try:
        with io.TextIOWrapper(io.BytesIO(), encoding=codec):
            return codec
    except (LookupError, ValueError) as error:
        raise ConfigError(
            f'--encoding: "{codec}" is not an encoding',
            "use one such as utf-8, utf-16, gb18030, big5, shift_jis, cp1252",
        ) from error


def _evidence(path: Path) -> bytes:
    """The first lines that have more than ASCII, 64 KiB or a little more."""
    lines: list[bytes] = []
    missing = _EVIDENCE_BYTES
    with path.open("rb") as file:
        # A limit, because a file with other line ends is a single line.
        while missing > 0 and (line := file.readline(_EVIDENCE_BYTES)):
            if not line.isascii():
                lines.append(line)
                missing -= len(line)
    return b"".join(lines)


def _scan(path: Path, codec: str) -> tuple[int, str]:
    """Decode the whole file, a block at a time: its number of NULs, and what does not decode ("" if all does).

    Raises ``InputError`` if they are too many for a text.
    """
    decoder = codecs.getincrementaldecoder(codec)()
    nuls = chars = lines = 0
    with path.open("rb") as file:
        try:
            for block in iter(partial(file.read, _BLOCK_BYTES), b""):
                text = decoder.decode(block)
                nuls, chars, lines = nuls + text.count("\0"), chars + len(text), lines + text.count("\n")
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            line = lines + error.object.count(b"\n", 0, error.start) + 1
            return 0, f"line {line} does not decode ({error.reason})"
        except UnicodeError as error:
            return 0, str(error)
    refuse_binary(path, nuls, chars)
    return nuls, ""


def refuse_binary(path: Path, controls: int, chars: int) -> None:
    """Raise ``InputError`` if this many of a file's characters or bytes are control characters."""
    if controls > _FEW_CONTROLS + chars * _SHARE_OF_CONTROLS:
        raise InputError(
            f"{path} is not a text file: {controls} of {chars} characters are control characters",
            "give a .csv or .xlsx file; for UTF-16 without a byte order mark add --encoding utf-16-le",
        )


def _delimiter(sample: str, sep_line: re.Match[str] | None, given: str | None) -> tuple[str, str]:
    """The delimiter and where it is known from."""
    if given is not None:
        return _checked(_DELIMITER_WORDS.get(given.casefold(), given)), "given"
    if sep_line:
        return _checked(sep_line[1]), "sep= line"
    return detect_delimiter(sample), "detected"


def _checked(delimiter: str) -> str:
    """The delimiter itself, where pandas' C engine can split at it: one ASCII character, no quote or line end."""
    if len(delimiter) == 1 and delimiter.isascii() and delimiter not in '"\r\n\0':
        return delimiter
    raise ConfigError(
        f"--delimiter: {delimiter!r} is not a single ASCII character",
        f"use one character, or a word: {', '.join(DELIMITERS)}",
    )


def _shown(delimiter: str) -> str:
    return "tab" if delimiter == "\t" else f"'{delimiter}'"


def detect_delimiter(sample: str) -> str:
    """The delimiter that splits the sample's records most evenly; a comma where none splits them."""
    scores = {char: _evenness(record_lengths(sample, char)) for char in DELIMITERS.values()}
    best = max(scores, key=scores.__getitem__)
    return best if scores[best] > _UNSPLIT else ","


def _evenness(lengths: list[int]) -> tuple[bool, float, int]:
    """Whether the first record has the usual number of cells, the share of records that have, the number."""
    filled = [length for length in lengths if length]
    if not filled:
        return _UNSPLIT
    usual, times = Counter(filled).most_common(1)[0]
    return (filled[0] == usual, times / len(filled), usual) if usual > 1 else _UNSPLIT


def record_lengths(sample: str, delimiter: str) -> list[int]:
    """The number of cells of each record, quotes respected; 0 for a blank line."""
    return [len(record) for record in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)]
