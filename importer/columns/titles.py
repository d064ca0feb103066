"""A title to its field: what makes two titles the same, and what a title is beside others."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from typing import Final

from importer.columns.aliases import (
    ALIASES,
    IDLE_FIRST,
    IDLE_LAST,
    NAMES_IN_CONTEXT,
    NEVER,
    NUMBER_WORDS,
    OWN_COLUMNS,
    OWNER_RANK,
    SINGULARS,
)

_COMBINING: Final = re.compile("[\u0300-\u036f]")  # accents of Latin, Greek, Cyrillic; not kana, Thai or Hangul
_UNDECOMPOSED: Final = str.maketrans("đøłı", "doli")
_WORDS: Final = re.compile(r"[^\W_]+")
_NUMBER: Final = "№"
_MOST_IDLE: Final = 3
_SHORTEST: Final = 2  # letters that are left without idle words: 用户名 is no 名
_NUMBER_SIGN: Final = re.compile(r"\s*#\s*$")
_NUMBER_WORDS: Final = re.compile(f"(?<=.)(?:{'|'.join(NUMBER_WORDS)})$")
_IDLE: Final = re.compile(f"^\\s*(?:{'|'.join(IDLE_FIRST)})|(?:{'|'.join(IDLE_LAST)})\\W*$", re.IGNORECASE)
_BETWEEN: Final = re.compile(r"[/|;\n\r、／｜]|\s[-–—]\s")
_EAST: Final = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff"
_SCRIPTS: Final = re.compile(f"[{_EAST}]+|[^{_EAST}]+")
_BRACKETED: Final = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】|〔[^〔〕]*〕|<[^<>]*>")


def title_key(title: str) -> str:
    """What makes two titles the same: their letters and digits, without case, accents and words in brackets."""
    return letters(_BRACKETED.sub("", unicodedata.normalize("NFKC", title))) or letters(title)


def alias(title: str) -> tuple[int, str] | None:
    """The rank and the field of a title, or ``None``.

    The first that the table has: the whole title, the title without its brackets, either in the singular, then
    without words that change nothing (``Your``, ``required``; a rank lower), then a title that says one field twice
    (``姓名 Name``). A title that says two fields is none (``doubtful``).
    """
    if is_never(title):
        return None
    found = _aliases().get(letters(_NUMBER_SIGN.sub(" no", title))) or _aliases().get(letters(title))
    if found:
        return found
    fields = {field: rank for rank, field in _said(title)}
    return next(((rank, field) for field, rank in fields.items()), None) if len(fields) == 1 else None


def doubtful(title: str) -> list[str]:
    """The fields of a title that says several at once: ``Phone / Email``, ``Name (Company)``; else empty."""
    if is_never(title) or _aliases().get(letters(title)):
        return []
    fields = sorted({field for _, field in _said(title)})
    return fields if len(fields) > 1 else []


def _said(title: str) -> list[tuple[int, str]]:
    """Every field that a title, its wordings and its brackets say; a word for a person in brackets says nothing."""
    text = unicodedata.normalize("NFKC", title)
    bare = _BRACKETED.sub(" ", text)
    whole = _one(bare if letters(bare) else text)
    parts = [whole] if whole else [_one(part) for part in wordings(bare)]
    said = [part for part in parts if part]
    if not said or len(said) < len(parts):
        return []
    inside = [found for words in _BRACKETED.findall(text) if (found := _one(words)) and found[0] < OWNER_RANK]
    return sorted(said, reverse=True) + inside


def _one(text: str) -> tuple[int, str] | None:
    """The rank and the field of a title of one wording, a rank lower for every idle word that was in the way."""
    text = unicodedata.normalize("NFKC", text)
    for lower in range(_MOST_IDLE + 1):
        loose = _loose(text)
        if found := _aliases().get(letters(text)) or _alike().get(loose):
            return found[0] + lower, found[1]
        for other in (loose.removesuffix(_NUMBER), loose + _NUMBER):
            if (found := _alike().get(other)) and found[1] == "phone_number":
                return found[0] + lower, found[1]
        rest = _IDLE.sub("", text)
        if rest == text or len(letters(rest)) < _SHORTEST:
            break
        text = rest
    return None


def _loose(text: str) -> str:
    """``letters`` with every word in the singular, and one sign for all words for a number at the end."""
    words = (letters(word) for word in _WORDS.findall(unicodedata.normalize("NFKC", text)))
    joined = "".join(_singular(word) for word in words)
    return _NUMBER_WORDS.sub(_NUMBER, joined)


def _singular(word: str) -> str:
    for ending, instead in SINGULARS:
        if word.endswith(ending) and len(word) > max(2, len(ending) - 1):
            return word.removesuffix(ending) + instead
    return word


def is_never(title: str) -> bool:
    """Whether a title says that its column is no field, whatever stands in it: a fax."""
    whole = letters(title)
    return any(word in whole for word in _never())


def wordings(text: str) -> list[str]:
    """The parts of a text that says one thing twice: ``姓名 Name``, ``Email / 邮箱``; empty where it is one part."""
    parts = [part.strip() for piece in _BETWEEN.split(text) for part in _SCRIPTS.findall(piece) if letters(part)]
    return parts if len(parts) > 1 else []


def name_in_context(key: str, keys: AbstractSet[str]) -> str | None:
    """The part of a name that the title with this key is beside the others of its file; keys as by ``title_key``."""
    for title, beside, part in NAMES_IN_CONTEXT:
        if key == letters(title) and any(letters(other) in keys for other in beside):
            return part
    return None


def own_column(title: str) -> str | None:
    """Why a column of the importer's own files is skipped; ``None`` for every other column."""
    return OWN_COLUMNS.get(title.strip("\ufeff \t\r\n"))


def column_letter(index: int) -> str:
    """The name that spreadsheet programs give to the column ``index`` (from 0): A, B, … Z, AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def told_apart(titles: Sequence[str]) -> list[str]:
    """The titles, a repeated one with ``#2`` and on, as ``--map`` spells them."""
    seen: Counter[str] = Counter()
    names = []
    for title in titles:
        spelled = title.strip()
        seen[spelled] += 1
        names.append(spelled if seen[spelled] == 1 else f"{spelled}#{seen[spelled]}")
    return names


def listed(titles: Sequence[str], most: int = 30) -> str:
    """The titles in quotes, for a message."""
    quoted = [f'"{shown(title)}"' for title in titles if title.strip()]
    more = f" and {len(quoted) - most} more" if len(quoted) > most else ""
    return (", ".join(quoted[:most]) + more) or "none"


def shown(text: str, most: int = 40) -> str:
    """A text for one line of a terminal: without control characters, and not long."""
    line = "".join(character if character.isprintable() else " " for character in text).strip()
    return line if len(line) <= most else f"{line[: most - 1]}…"


def letters(title: str) -> str:
    """Letters, digits and the marks that change a letter (dakuten, Thai vowels), without case and accents."""
    folded = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", title).casefold().translate(_UNDECOMPOSED))
    kept = "".join(character for character in folded if unicodedata.category(character)[0] in "LNM")
    return unicodedata.normalize("NFC", _COMBINING.sub("", kept))


@cache
def _aliases() -> dict[str, tuple[int, str]]:
    return {letters(title): (rank, field) for field, rank, titles in ALIASES for title in titles}


@cache
def _alike() -> dict[str, tuple[int, str]]:
    """The table as ``_loose`` spells it; of two titles that become one, the better."""
    lines = sorted((rank, field, title) for field, rank, titles in ALIASES for title in titles)
    return {_loose(title): (rank, field) for rank, field, title in reversed(lines)}


@cache
def _never() -> tuple[str, ...]:
    return tuple(map(letters, NEVER))
