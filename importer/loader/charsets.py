"""Guess the encoding of a text from the characters that it would have in each. Pure."""

import codecs
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import starmap
from typing import Final

from importer.data_table import data_table
from importer.loader.alphabets import Decoding, decodings
from importer.loader.broken_bytes import BROKEN, KEEP_BROKEN

TOLD: Final = 3.5
"""A difference of likelihoods (natural logarithms) that decides: 33 to 1."""
# An encoding needs this share of plausible characters: a wrong guess passes, for nobody checks 5,000 names.
_LEAST_PLAUSIBLE: Final = 0.6
# Natural logarithms: the likelihood of a character of level 1, what a higher level adds, the likelihood of a misread.
_EVERYDAY: Final = -9.5
_RARE: Final = -4.0
_MISREAD: Final = -12.0

# Fewer bytes are too few to tell UTF-16 by its NULs; the least share of them on one side of the pairs.
_LEAST_WIDE: Final = 16
_SHARE_OF_NULS: Final = 0.15

_LEAST_LINES: Final = 2

_WORD: Final = re.compile(r"\w+")
# Half-width kana are never a part of a Latin word: what looks so is one half of another character.
_BETWEEN_LETTERS: Final = re.compile(
    r"(?<=[A-Za-z])[^\x00-\x7f]+(?=[A-Za-z])|(?<=[A-Za-z])[\uff61-\uff9f]+|[\uff61-\uff9f]+(?=[A-Za-z])"
)
_NOT_ASCII: Final = re.compile(r"[^\x00-\x7f]")

_CHARACTERS: Final = {
    **{name: "".join(characters.split()) for name, characters in data_table(__file__, "east_asian.txt")},
    "kana": "".join(map(chr, (*range(0x3041, 0x3094), *range(0x30A1, 0x30F7), 0x30FC, 0x30FB))),
    "half kana": "".join(map(chr, range(0xFF66, 0xFFA0))),
}


@dataclass(frozen=True)
class _EastAsian:
    """A two-byte encoding: the characters that are usual in names, and where its everyday characters lie.

    ``prior`` is how frequent its files are, as a natural logarithm. ``common`` holds characters and their share of a
    text; ``usual`` holds ranges (first lead byte, last lead byte, weight), and ``trail`` is their least second byte.
    """

    codec: str
    prior: float
    common: Sequence[tuple[str, float]]
    usual: Sequence[tuple[int, int, float]]
    trail: int

    @cached_property
    def _known(self) -> dict[str, float]:
        """The logarithm of the likelihood of each common character; the first list that has it counts."""
        return {char: math.log(share / len(chars)) for chars, share in reversed(self.common) for char in chars}

    def weight(self, char: str) -> float:
        """How usual a character is: 1 in everyday use, 0 outside the ranges."""
        if char in self._known:
            return 1.0
        code = char.encode(self.codec)
        if len(code) != 2 or code[1] < self.trail:
            return 0.0
        return next((weight for first, last, weight in self.usual if first <= code[0] <= last), 0.0)

    def decoding(self, text: str) -> Decoding | None:
        """The text with its likelihood; ``None`` where too few characters are in everyday use.

        A character between Latin letters is a misread ``ü``, and so is a broken byte.
        """
        apart = Counter(_NOT_ASCII.findall(BROKEN.sub("", _BETWEEN_LETTERS.sub("", text))))
        chars = len(_NOT_ASCII.findall(text))
        weights = {char: self.weight(char) for char in apart}
        if not chars or sum(weights[char] * times for char, times in apart.items()) < chars * _LEAST_PLAUSIBLE:
            return None
        likelihood = sum(
            times * self._known.get(char, _EVERYDAY + (1 - weights[char]) * _RARE) for char, times in apart.items()
        )
        return Decoding(self.codec, text, likelihood + (chars - apart.total()) * _MISREAD + self.prior)


def _encoding(codec: str, told: str) -> _EastAsian:
    prior, common, usual, trail = told.split(" | ")
    lists = [
        (_CHARACTERS[name], float(share)) for name, _, share in (one.rpartition(" ") for one in common.split(", "))
    ]
    ranges = [(int(one[:2], 16), int(one[3:5], 16), float(one[6:])) for one in usual.split(", ")]
    return _EastAsian(codec, float(prior), lists, ranges, int(trail, 16))


_EAST_ASIAN: Final = tuple(starmap(_encoding, data_table(__file__, "east_asian_encodings.txt")))


def encoding_but_for_lines(lines: Sequence[bytes]) -> str | None:
    """The two-byte encoding that explains a few lines but for one in three at most, which it cannot decode.

    In so short a text a broken line weighs as much as the others that tell the encoding.
    """
    found = []
    for codec in (encoding.codec for encoding in _EAST_ASIAN):
        sound = [line for line in lines if _decodes(line, codec)]
        if _LEAST_LINES <= len(sound) < len(lines) <= len(sound) * 3 / 2 and codec in plausible_encodings(
            b"".join(sound)
        ):
            found.append(codec)
    return found[0] if len(found) == 1 else None


def _decodes(line: bytes, codec: str) -> bool:
    try:
        line.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


def is_likelier_utf8(codec: str, line: bytes) -> bool | None:
    """Whether a line that is UTF-8 is likelier that than an East Asian encoding; ``None`` for any other encoding."""
    encoding = next((encoding for encoding in _EAST_ASIAN if encoding.codec == codec), None)
    if encoding is None:
        return None
    plain = encoding.decoding(line.decode(codec, KEEP_BROKEN))
    try:
        other = encoding.decoding(line.decode())
    except UnicodeEncodeError:  # it has a character that the encoding lacks
        return plain is None
    return plain is None or (other is not None and other.likelihood > plain.likelihood)


def plausible_encodings(evidence: bytes) -> list[str]:
    """Return the legacy encodings in which these bytes look like what people write, the likeliest first.

    All of them give the same text. Where two different texts are about as likely, the list is empty.
    """
    found = _found(evidence)
    same = [decoding for decoding in found if decoding.text == found[0].text]
    others = [decoding for decoding in found if decoding.text != found[0].text]
    if others and same[0].likelihood - others[0].likelihood < TOLD:
        return []
    return [decoding.codec for decoding in same]


def doubtful_decodings(evidence: bytes) -> list[tuple[str, str]]:
    """Return the encodings between which nothing decides, each with a word that differs; none unless several."""
    found = _found(evidence)
    first = {decoding.text: decoding for decoding in reversed(found)}  # of the same text the likeliest
    likely = [decoding for decoding in found if decoding is first[decoding.text]]
    likely = [decoding for decoding in likely if decoding.likelihood > found[0].likelihood - TOLD]
    words = list(zip(*(_WORD.findall(decoding.text) for decoding in likely), strict=False))
    differing = next((row for row in words if len({*row}) > 1), ())
    return [(decoding.codec, word) for decoding, word in zip(likely, differing, strict=False)]


def _found(evidence: bytes) -> list[Decoding]:
    """All plausible decodings, the likeliest first."""
    return sorted([*decodings(evidence), *_east_asian(evidence)], key=lambda decoding: -decoding.likelihood)


def _east_asian(evidence: bytes) -> Iterator[Decoding]:
    """The plausible decodings in two-byte encodings."""
    for encoding in _EAST_ASIAN:
        # Not final: the evidence may end in the middle of a character.
        text = codecs.getincrementaldecoder(encoding.codec)(KEEP_BROKEN).decode(evidence)
        if decoding := encoding.decoding(text):
            yield decoding


def utf16_without_mark(head: bytes) -> str | None:
    """Tell UTF-16 by its NULs: those of digits, delimiters and line ends stand on one side of each pair."""
    if len(head) < _LEAST_WIDE:
        return None
    pairs = len(head) // 2
    first, second = head[0 : pairs * 2 : 2].count(0), head[1 : pairs * 2 : 2].count(0)
    codec = "utf-16-le" if second > first else "utf-16-be"
    if max(first, second) < pairs * _SHARE_OF_NULS or min(first, second) * 8 > max(first, second):
        return None
    text = head[: pairs * 2].decode(codec, "replace")
    # A pair may be cut in two at the end.
    strange = sum(char == "\ufffd" or (char < " " and char not in "\t\r\n") for char in text[:-1])
    return codec if strange * 20 <= len(text) and ("\n" in text or "\r" in text) else None
