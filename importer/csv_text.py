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

from importer.errors import InputError

_BLOCK_BYTES: Final = 1 << 20
_EVIDENCE_BYTES: Final = 1 << 16
# Below csv.field_size_limit(), so that a quotation mark that is never closed cannot stop the detection.
_SAMPLE_CHARS: Final = 1 << 17
_MOST_LENGTHS: Final = 1000
# More NULs than this among the characters, and the file is no text with a few accidents in it.
MOST_NULS: Final = 0.05
# A guess of an encoding with a smaller share of plausible characters is not made: nobody checks 5,000 names.
_LEAST_PLAUSIBLE: Final = 0.6

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

_LATIN: Final = "À-ÖØ-öø-ÿŠšŽžŒœŸ"
_IN_A_WORD: Final = re.compile(rf"(?<=[A-Za-z])[{_LATIN}]+|[{_LATIN}]+(?=[A-Za-z])|[‘’“”–…€°«»¡¿ºª§®©™\xa0]")
_BETWEEN_LETTERS: Final = re.compile(r"(?<=[A-Za-z])[^\x00-\x7f]+(?=[A-Za-z])")
_NOT_ASCII: Final = re.compile(r"[^\x00-\x7f]")


@dataclass(frozen=True, slots=True)
class _EastAsian:
    """A two-byte encoding: where its everyday characters lie, so that a wrong guess is seen by its odd ones.

    ``usual`` has (first lead byte, last lead byte, weight); ``trail`` is the least second byte of these;
    with fewer than ``enough`` characters nothing is concluded.
    """

    codec: str
    usual: tuple[tuple[int, int, float], ...]
    trail: int
    enough: int = 1

    def weight(self, char: str) -> float:
        """How usual a character is: 1 in everyday use, 0 outside the ranges."""
        code = char.encode(self.codec)
        if len(code) != 2 or code[1] < self.trail:
            return 0.0
        return next((weight for first, last, weight in self.usual if first <= code[0] <= last), 0.0)

    def plausibility(self, text: str) -> float:
        """The weighted share of everyday characters; one between Latin letters is a misread ``ü``."""
        chars = _NOT_ASCII.findall(text)
        counted = _NOT_ASCII.findall(_BETWEEN_LETTERS.sub("", text))
        return sum(map(self.weight, counted)) / len(chars) if len(chars) >= self.enough else 0.0


# Level 1 of each national standard is in everyday use, level 2 is not. Every Korean text is plausible as
# Chinese, and only a very short Chinese one as Korean, hence the order and the least number.
_EAST_ASIAN: Final = (
    _EastAsian("cp949", ((0xA1, 0xA3, 1), (0xB0, 0xC8, 1)), 0xA1, enough=8),
    _EastAsian("gb18030", ((0xA1, 0xA3, 1), (0xB0, 0xD7, 1), (0xD8, 0xF7, 0.5)), 0xA1),
    _EastAsian("cp950", ((0xA1, 0xA3, 1), (0xA4, 0xC6, 1), (0xC9, 0xF9, 0.3)), 0x40),
    _EastAsian("cp932", ((0x81, 0x83, 1), (0x88, 0x97, 1), (0x98, 0x9F, 0.5)), 0x40),
)


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

    Raises ``InputError`` for an unknown encoding or delimiter, and for bytes that are no text.
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
    """A text stream that leaves out NULs: pandas' tokenizer ends a cell at one, and the rest would be lost."""

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
        raise InputError(
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


def plausible_encodings(evidence: bytes) -> list[str]:
    """The legacy encodings in which these bytes look like what people write, the likeliest first."""
    found: list[tuple[float, str]] = []
    for codec, plausibility in (
        ("cp1252", _western),
        *((family.codec, family.plausibility) for family in _EAST_ASIAN),
    ):
        try:
            # Not final: the evidence may end in the middle of a character.
            text = codecs.getincrementaldecoder(codec)().decode(evidence)
        except UnicodeDecodeError:
            continue
        found.append((plausibility(text), codec))
    likely = sorted(found, key=lambda pair: -pair[0])
    return [codec for score, codec in likely if score >= _LEAST_PLAUSIBLE]


def mostly_utf8(evidence: bytes) -> bool:
    """Whether this is UTF-8 with a few bad bytes, which no other encoding should be guessed for."""
    chars = _NOT_ASCII.findall(evidence.decode("utf-8", "replace"))
    return chars.count("\ufffd") * 4 < len(chars)


def _western(text: str) -> float:
    """The share of accented letters that touch a plain letter, and of typographer's signs."""
    chars = len(_NOT_ASCII.findall(text))
    return sum(map(len, _IN_A_WORD.findall(text))) / chars if chars else 0.0


def _scan(path: Path, codec: str) -> tuple[int, str]:
    """Decode the whole file, a block at a time: its number of NULs, and what does not decode ("" if all does).

    Raises ``InputError`` if the NULs are too many for a text.
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
    if nuls > chars * MOST_NULS:
        raise not_text(path, nuls, chars)
    return nuls, ""


def not_text(path: Path, nuls: int, chars: int) -> InputError:
    """The error for a file with this many NULs among its characters or bytes."""
    return InputError(
        f"{path} is not a text file: {nuls} of {chars} characters are NUL",
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
    raise InputError(
        f"delimiter {delimiter!r} is not a single ASCII character",
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
