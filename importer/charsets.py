"""Guess a text's encoding from what its characters look like when they are read in it; pure."""

import codecs
import re
from dataclasses import dataclass
from typing import Final

# A guess of an encoding with a smaller share of plausible characters is not made: nobody checks 5,000 names.
_LEAST_PLAUSIBLE: Final = 0.6

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
