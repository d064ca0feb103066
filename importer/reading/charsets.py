"""Guess a text's encoding from what its characters look like when they are read in it; pure."""

import codecs
import re
from dataclasses import dataclass
from typing import Final

from importer.reading.alphabets import TOLD, Reading, readings, told

# A guess of an encoding with a smaller share of plausible characters is not made: nobody checks 5,000 names.
_LEAST_PLAUSIBLE: Final = 0.6

_EVERYDAY: Final = -7.8  # ln 1/2500
_RARE: Final = -4.0
_WORD: Final = re.compile(r"\w+")
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

    def likelihood(self, text: str) -> float:
        """Its logarithm: there are some 2,500 everyday characters, and others are rare."""
        return sum(_EVERYDAY + (1 - self.weight(char)) * _RARE for char in _NOT_ASCII.findall(text))


# Level 1 of each national standard is in everyday use, level 2 is not. Every Korean text is plausible as
# Chinese, and only a very short Chinese one as Korean, hence the order and the least number.
_EAST_ASIAN: Final = (
    _EastAsian("cp949", ((0xA1, 0xA3, 1), (0xB0, 0xC8, 1)), 0xA1, enough=8),
    _EastAsian("gb18030", ((0xA1, 0xA3, 1), (0xB0, 0xD7, 1), (0xD8, 0xF7, 0.5)), 0xA1),
    _EastAsian("cp950", ((0xA1, 0xA3, 1), (0xA4, 0xC6, 1), (0xC9, 0xF9, 0.3)), 0x40),
    _EastAsian("cp932", ((0x81, 0x83, 1), (0x88, 0x97, 1), (0x98, 0x9F, 0.5)), 0x40),
)


def plausible_encodings(evidence: bytes) -> list[str]:
    """The legacy encodings in which these bytes look like what people write, the likeliest first.

    None where two that give different texts are about as likely: nobody checks 5,000 names.
    """
    alphabetic, asian = readings(evidence), _east_asian(evidence)
    if not asian:
        return [reading.codec for reading in told(alphabetic)]
    margin = asian[0].likelihood - alphabetic[0].likelihood if alphabetic else TOLD
    if margin >= TOLD:
        return [reading.codec for reading in asian]
    return [reading.codec for reading in told(alphabetic)] if margin <= -TOLD else []


def doubtful_readings(evidence: bytes) -> list[tuple[str, str]]:
    """Encodings between which nothing decides, each with a word that shows it; none where there are not several."""
    found = sorted([*readings(evidence), *_east_asian(evidence)], key=lambda reading: -reading.likelihood)
    first = {reading.text: reading for reading in reversed(found)}  # of the same text the likeliest
    likely = [reading for reading in found if reading is first[reading.text]]
    likely = [reading for reading in likely if reading.likelihood > found[0].likelihood - TOLD]
    words = list(zip(*(_WORD.findall(reading.text) for reading in likely), strict=False))
    differing = next((row for row in words if len({*row}) > 1), ())
    return [(reading.codec, word) for reading, word in zip(likely, differing, strict=False)] if len(likely) > 1 else []


def _east_asian(evidence: bytes) -> list[Reading]:
    """The two-byte encodings in which the text is plausible, the most plausible first."""
    found = []
    for family in _EAST_ASIAN:
        try:
            # Not final: the evidence may end in the middle of a character.
            text = codecs.getincrementaldecoder(family.codec)().decode(evidence)
        except UnicodeDecodeError:
            continue
        if (plausible := family.plausibility(text)) >= _LEAST_PLAUSIBLE:
            found.append(Reading(family.codec, text, family.likelihood(text), plausible))
    return sorted(found, key=lambda reading: -reading.explained)


def mostly_utf8(evidence: bytes) -> bool:
    """Whether this is UTF-8 with a few bad bytes, which no other encoding should be guessed for."""
    chars = _NOT_ASCII.findall(evidence.decode("utf-8", "replace"))
    return chars.count("\ufffd") * 4 < len(chars)
