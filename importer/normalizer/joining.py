"""Words between two values of one cell, in many languages: ``a@b.co or c@d.co``, ``138…又139…``. Pure."""

import re
from functools import cache
from typing import Final

from importer.data_table import word_table

_DOT: Final = "・"  # between two values in Japanese
_LEAST_DIGITS: Final = 5
"""Digits that each side of a word needs to be a number of its own: ``24 to 7`` is one text."""


@cache
def joining_words() -> re.Pattern[str]:
    """A word between two values, with its spaces; made when a cell first may hold several."""
    spaced, unspaced = (
        "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
        for words in word_table(__file__, "joining_words.txt").values()
    )
    one = rf"(?:{unspaced}|{_DOT})\s*"
    # Only at the beginning of a run of blanks, taken whole: else a long run costs its square.
    return re.compile(rf"(?<!\s)\s++(?:{spaced})\.?\s+|(?<!\s)\s*+{one}|(?<=\s){one}", re.IGNORECASE)


def joined_numbers(text: str) -> list[str]:
    """The numbers of a text that such words divide; the text as it is if a piece is too short for a number."""
    if text.isascii() and not any(map(str.isalpha, text)):
        return [text]
    pieces = joining_words().split(text)
    return pieces if all(sum(map(str.isdecimal, piece)) >= _LEAST_DIGITS for piece in pieces) else [text]
