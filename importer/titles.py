"""The titles of columns: what makes two the same, the parts of one, and the letters of spreadsheets."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import reduce
from typing import Final

from importer.message import Message, and_more
from importer.text_table import in_line

ERROR_TITLE: Final = "import_error"
"""The last column of an errors file; it is skipped when the file is imported again."""

# The number that a list or a form puts before a title.
_NUMBER: Final = re.compile(
    r"^(?:\W*(?:q(?:uestion)?\s*)?\d{1,3}(?:\.\d{1,3})*[\W_]*(?=[^\W\d])"  # 1. Name, (1) Name, Q1: Name, 2.1 Name
    r"|\W*[a-z]\)\W*(?=\w)"  # A) Name
    r"|[一二三四五六七八九十]{1,3}[、.])",
    re.IGNORECASE,
)
# Accents of Latin, Greek, Cyrillic, and the vowel signs and hamzas of Arabic; not kana, Thai or Hangul.
_COMBINING: Final = re.compile("[\u0300-\u036f\u064b-\u0655]")
_UNDECOMPOSED: Final = str.maketrans("đøłıیکىة", "doliيكيه")
_BETWEEN: Final = re.compile(r"[/|;\n\r、／｜]|\s[-–—]\s")
_EAST: Final = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff"
_SCRIPTS: Final = re.compile(f"[{_EAST}]+|[^{_EAST}]+")
BRACKETED: Final = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】|〔[^〔〕]*〕|<[^<>]*>")


def title_key(title: str) -> str:
    """Reduce a title to what makes two the same: letters and digits, no case, accents, numbering or brackets."""
    text = unnumbered(title)
    return letters(BRACKETED.sub("", text)) or letters(text)


def unnumbered(title: str) -> str:
    """Return a title without its number in a list: ``1. Name``, ``A) Email``, ``①姓名``."""
    return _NUMBER.sub("", unicodedata.normalize("NFKC", title))


def wordings(text: str) -> list[str]:
    """Split a text that says one thing twice: ``姓名 Name``, ``Email / 邮箱``; empty if it has one part."""
    parts = [part.strip() for piece in _BETWEEN.split(text) for part in _SCRIPTS.findall(piece) if letters(part)]
    return parts if len(parts) > 1 else []


def column_letter(index: int) -> str:
    """Return the letters by which spreadsheet programs name the column ``index`` (from 0): A, B, … Z, AA."""
    front, letter = divmod(index, 26)
    return (column_letter(front - 1) if front else "") + chr(ord("A") + letter)


def column_index(letters: bytes) -> int:
    """Return the column, from 0, that such letters (in ASCII) name; -1 for none."""
    return reduce(lambda number, letter: number * 26 + letter - ord("A") + 1, letters, 0) - 1


def told_apart(titles: Sequence[str]) -> list[str]:
    """Return the titles as ``--map`` spells them, repeated ones with ``#2`` and on."""
    seen: Counter[str] = Counter()
    names = []
    for title in map(str.strip, titles):
        seen[title] += 1
        names.append(title if seen[title] == 1 else f"{title}#{seen[title]}")
    return names


def listed(titles: Sequence[str], most: int = 30) -> object:
    """Return the titles in quotes, for a message."""
    quoted = [f'"{in_line(title)}"' for title in titles if title.strip()]
    return and_more(quoted, most) if quoted else Message("none")


def shown(text: str) -> str:
    """A title or a value for a line of the terminal."""
    return in_line(text)


def letters(title: str) -> str:
    """Keep letters, digits and marks that change a letter (dakuten, Thai vowels), without case and accents."""
    folded = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", title).casefold().translate(_UNDECOMPOSED))
    kept = "".join(character for character in folded if unicodedata.category(character)[0] in "LNM")
    return unicodedata.normalize("NFC", _COMBINING.sub("", kept))
