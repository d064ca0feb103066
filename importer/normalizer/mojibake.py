"""Repair text that some program decoded in the wrong encoding: ``JosÃ©`` for José, ``ÍõÐ¡Ã÷`` for 王小明. Pure.

The repair is certain if the characters, as bytes, are text in the right encoding, and that has only letters and plain
signs. UTF-8 has a structure that no words have by chance. GBK has hardly any, so it counts for common Chinese
characters alone, in a text that no Western word looks like. Anything else that looks wrong is remarked on.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

# The characters of Windows-1252 for the bytes that Latin-1 leaves to control characters.
_AS_BYTES: Final[Mapping[int, int]] = {
    ord(character): byte for byte in range(0x80, 0xA0) for character in bytes([byte]).decode("cp1252", "ignore")
}
_WINDOWS: Final = "".join(map(chr, _AS_BYTES))
_CONTINUED: Final = rf"[\x80-\xbf{_WINDOWS}]"
# A character of two to four bytes in UTF-8, each byte read as a character of its own.
_UTF_8: Final = re.compile(rf"[\xc2-\xdf]{_CONTINUED}|[\xe0-\xef]{_CONTINUED}{{2}}|[\xf0-\xf4]{_CONTINUED}{{3}}")
_PLAIN_SIGNS: Final = frozenset("’‘“”„‚–—…€£¥«»·•°ºª¿¡´`™®©№　、。，：；！？（）《》【】")
_HIGH: Final = re.compile(r"[\xa1-\xfe]+")
_COMMON_HANZI: Final = re.compile(r"(?:[\xb0-\xd7][\xa1-\xfe])+")
_MIXED: Final = re.compile(r"[ß-öø-ÿ][À-ÖØ-Þ]|[\xa1-\xbf×÷]")
_FOREIGN: Final = re.compile(r"(?<![A-Za-z])[\xc0-\xff]{4,}(?![A-Za-z])")
_MOST_TIMES: Final = 3

SUSPECT: Final = re.compile("[à-ô][šœžÿ]|[ß-öø-ÿ]{4}")
"""In lower case, what may be such a text though it is all letters: ``ÃŸ`` for ß, ``ÀîÀö`` for 李丽."""


def mended(text: str) -> str | None:
    """The text in its right encoding; ``None`` if it is none of such texts, or if the repair is not certain."""
    if text.isascii() or not _HIGH.search(text):
        return None
    if (hanzi := _hanzi(text.translate(_AS_BYTES))) is not None:
        return hanzi if _MIXED.search(text) else None
    found = None
    for _ in range(_MOST_TIMES):  # a file may be decoded wrongly again and again
        again = _once(text)
        if again is None:
            break
        text = again
        if all(map(_is_plain, text)):
            found = text
    return found


def looks_wrong(text: str) -> bool:
    """Whether a text looks as if it were decoded in the wrong encoding, to whoever reads it."""
    if text.isascii():
        return False
    shown = [piece for piece in _UTF_8.finditer(text) if not _is_word(piece[0])]
    return bool(shown) or any(len(set(run[0])) > 1 for run in _FOREIGN.finditer(text)) or _hanzi(text) is not None


def _is_word(piece: str) -> bool:
    """Whether these characters may stand side by side in a word: all are letters, the first one small."""
    return piece[0].islower() and piece.isalpha()


def _once(text: str) -> str | None:
    data = text.translate(_AS_BYTES)
    if text.isascii() or max(data) > "\xff" or not looks_wrong(text):
        return None
    try:
        return data.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return None


def _hanzi(data: str) -> str | None:
    """Common Chinese characters (the first level of GB 2312), two or more of them together, and no Latin letter."""
    runs = _HIGH.findall(data)
    if not runs or max(data) > "\xff" or re.search("[A-Za-z]", data) or not all(map(_COMMON_HANZI.fullmatch, runs)):
        return None
    if max(map(len, runs)) < 4:
        return None
    try:
        return data.encode("latin-1").decode("gb2312")
    except UnicodeDecodeError:
        return None


def _is_plain(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] in "LMN" or character.isspace() or character in _PLAIN_SIGNS or " " <= character <= "~"
