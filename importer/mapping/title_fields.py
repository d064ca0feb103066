"""A title to its field: what makes two titles the same, and what a title is beside others."""

import re
import unicodedata
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from functools import cache
from typing import Final

from importer.mapping.aliases import (
    ALIASES,
    IDLE_FIRST,
    IDLE_LAST,
    NAMES_IN_CONTEXT,
    NEVER,
    NUMBER_FIRST,
    NUMBER_WORDS,
    OWN_COLUMNS,
    OWNER_RANK,
    SINGULARS,
    SOMEBODY_ELSE,
)
from importer.message import Message
from importer.titles import BRACKETED, letters, unnumbered, wordings

_WORDS: Final = re.compile(r"[^\W_]+")
_NUMBER: Final = "№"
_MOST_IDLE: Final = 3
_SHORTEST: Final = 2  # letters that are left without idle words before them: 用户名 is no 名
_NUMBER_SIGN: Final = re.compile(r"\s*#\s*$")
_NUMBER_WORDS: Final = re.compile(f"(?<=.)(?:{'|'.join(NUMBER_WORDS)})$")
_NUMBER_FIRST: Final = re.compile(rf"^\W*{NUMBER_FIRST}(?=\w)", re.IGNORECASE)
_SNAKE_OR_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])|[_.]+")
_IDLE_FIRST: Final = re.compile(f"^\\s*(?:{'|'.join(IDLE_FIRST)})[\\s.:>-]*", re.IGNORECASE)
_IDLE_LAST: Final = re.compile(f"(?:{'|'.join(IDLE_LAST)})\\W*$", re.IGNORECASE)
_ONE_OF_SEVERAL: Final = re.compile(r"(.*[^\W\d])\W*([1-4])\W*")


def alias(title: str) -> tuple[int, str] | None:
    """The rank and the field of a title, or ``None``.

    The first that the table has: the whole title, the title without its brackets or a list's number (``1. Name``),
    either in the singular, then without words that change nothing (``Your``, ``required``; a rank lower), then a
    title that says one field twice (``姓名 Name``). A title that says two fields is none (``doubtful``).
    """
    if is_never(title):
        return None
    for whole in (_NUMBER_SIGN.sub(" no", title), title, unnumbered(title)):
        if found := _aliases().get(letters(whole)):
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
    text = unnumbered(title)
    bare = BRACKETED.sub(" ", text)
    whole = _one(bare if letters(bare) else text)
    parts = [whole] if whole else [_one(part) for part in wordings(bare)]
    said = [part for part in parts if part]
    if not said or len(said) < len(parts):
        return []
    inside = [found for words in BRACKETED.findall(text) if (found := _one(words)) and found[0] < OWNER_RANK]
    return sorted(said, reverse=True) + inside


def _one(text: str) -> tuple[int, str] | None:
    """The rank and the field of a title of one wording, its words apart or in snake_case or camelCase."""
    plain = unicodedata.normalize("NFKC", text)
    split = _SNAKE_OR_CAMEL.sub(" ", plain)
    return _worded(plain) or (_worded(split) if split != plain else None) or _counted(plain)


def _counted(text: str) -> tuple[int, str] | None:
    """The rank and the field of one of several numbers or addresses: ``Mobile 2`` stands behind ``Mobile 1``."""
    counted = _ONE_OF_SEVERAL.fullmatch(text)
    found = _worded(counted[1]) if counted else None
    if counted is None or found is None or found[1] not in ("phone_number", "email"):
        return None
    return found[0] + int(counted[2]) - 1, found[1]


def _worded(text: str) -> tuple[int, str] | None:
    """The rank and the field of a title, a rank lower for every idle word that was in the way."""
    for lower, rest in enumerate(_without_idle(text)):
        loose = _loose(rest)
        if found := _aliases().get(letters(rest)) or _alike().get(loose):
            return found[0] + lower, found[1]
        others = [loose.removesuffix(_NUMBER), loose + _NUMBER]
        if number := _NUMBER_FIRST.match(rest):
            bare = _loose(rest[number.end() :])
            others += [bare, bare.removesuffix(_NUMBER)]
        for other in others:
            if (found := _alike().get(other)) and found[1] == "phone_number":
                return found[0] + lower, found[1]
    return None


def _without_idle(text: str) -> Iterator[str]:
    """A text, then with one idle word less each time: those behind it, then those before it."""
    yield text
    for _ in range(_MOST_IDLE):
        rest = _IDLE_LAST.sub("", text)
        if rest == text:
            rest = _IDLE_FIRST.sub("", text)
            if len(letters(rest)) < _SHORTEST:
                return
        if rest == text or not letters(rest):
            return
        yield (text := rest)


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
    """Whether a title says that its column is no field, whatever stands in it: a fax, somebody else's address."""
    whole = letters(title)
    return any(word in whole for word in _never())


def spellings(title: str) -> set[str]:
    """What a title may be called in ``NAMES_IN_CONTEXT``: in the singular, with its idle words and without."""
    text = unnumbered(title)
    bare = BRACKETED.sub("", text)
    return {_loose(rest) for rest in _without_idle(_SNAKE_OR_CAMEL.sub(" ", bare if letters(bare) else text))}


def name_in_context(title: str, beside: AbstractSet[str]) -> str | None:
    """The part of a name that a title of ``name`` is beside the others of its file, given by their ``spellings``."""
    own = spellings(title)
    for name, others, part in NAMES_IN_CONTEXT:
        if _loose(name) in own and any(_loose(other) in beside for other in others):
            return part
    return None


def own_column(title: str) -> Message | None:
    """Why a column of the importer's own files is skipped; ``None`` for every other column."""
    return OWN_COLUMNS.get(title.strip("\ufeff \t\r\n"))


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
    return (*map(letters, NEVER), *SOMEBODY_ELSE)
