"""Find the field that a title means, alone or beside the other titles of its file."""

import re
import unicodedata
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from functools import cache
from typing import Final

from importer.mapping import aliases
from importer.message import Message
from importer.texts import BRACKETED, letters, unnumbered, wordings

AROUND: Final = "\ufeff \t\r\n"
"""Characters to strip from a title before comparing it with the fields."""

_WORDS: Final = re.compile(r"[^\W_]+")
_NUMBER: Final = "№"
_MOST_IDLE: Final = 3
_SHORTEST: Final = 2  # letters that must remain without idle words before them: 用户名 is no 名
_NUMBER_SIGN: Final = re.compile(r"\s*#\s*$")
_NUMBER_WORDS: Final = re.compile(f"(?<=.)(?:{'|'.join(aliases.NUMBER_WORDS)})$")
_NUMBER_FIRST: Final = re.compile(rf"^\W*{aliases.NUMBER_FIRST}(?=\w)", re.IGNORECASE)
_SNAKE_OR_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])|[_.]+")
_IDLE_FIRST: Final = re.compile(f"^\\s*(?:{'|'.join(aliases.IDLE_FIRST)})[\\s.:>-]*", re.IGNORECASE)
_IDLE_LAST: Final = re.compile(f"(?:{'|'.join(aliases.IDLE_LAST)})\\W*$", re.IGNORECASE)
_RULED_OUT: Final = (*map(letters, aliases.NEVER), *aliases.SOMEBODY_ELSE)
_ONE_OF_SEVERAL: Final = re.compile(r"(.*[^\W\d])\W*([1-4])\W*")


def alias(title: str) -> tuple[int, str] | None:
    """The rank and the field of a title, or ``None``.

    The table may have the whole title; else the title without brackets or a list's number (``1. Name``), also in the
    singular; else without words that change nothing (``Your``, ``required``; each costs a rank); else its parts, if
    all name one field (``姓名 Name``). A title that names two fields has none (``doubtful``).
    """
    if is_never(title):
        return None
    for whole in (_NUMBER_SIGN.sub(" no", title), title, unnumbered(title)):
        if found := _aliases().get(letters(whole)):
            return found
    fields = {field: rank for rank, field in _said(title)}
    return next(((rank, field) for field, rank in fields.items()), None) if len(fields) == 1 else None


def doubtful(title: str) -> list[str]:
    """The fields of a title that names several (``Phone / Email``, ``Name (Company)``); else empty."""
    if is_never(title) or _aliases().get(letters(title)):
        return []
    fields = sorted({field for _, field in _said(title)})
    return fields if len(fields) > 1 else []


def _said(title: str) -> list[tuple[int, str]]:
    """Every field that a title, its wordings and its brackets name; an owner in brackets names none."""
    text = unnumbered(title)
    bare = BRACKETED.sub(" ", text)
    whole = _one(bare if letters(bare) else text)
    parts = [whole] if whole else [_one(part) for part in wordings(bare)]
    said = [part for part in parts if part]
    if not said or len(said) < len(parts):
        return []
    inside = [found for words in BRACKETED.findall(text) if (found := _one(words)) and found[0] < aliases.OWNER_RANK]
    return sorted(said, reverse=True) + inside


def _one(text: str) -> tuple[int, str] | None:
    """The rank and the field of one wording: separate words, snake_case or camelCase."""
    plain = unicodedata.normalize("NFKC", text)
    split = _SNAKE_OR_CAMEL.sub(" ", plain)
    return _worded(plain) or (_worded(split) if split != plain else None) or _counted(plain)


def _counted(text: str) -> tuple[int, str] | None:
    """The rank and the field of a numbered title: ``Mobile 2`` ranks after ``Mobile 1``."""
    counted = _ONE_OF_SEVERAL.fullmatch(text)
    found = _worded(counted[1]) if counted else None
    if counted is None or found is None or found[1] not in ("phone_number", "email"):
        return None
    return found[0] + int(counted[2]) - 1, found[1]


def _worded(text: str) -> tuple[int, str] | None:
    """The rank and the field of a title; each idle word that must go costs a rank."""
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
    """A text, then with one idle word fewer each time: first those at its end, then those at its beginning."""
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
    """``letters`` with every word in the singular, and ``_NUMBER`` for a final word that means "number"."""
    words = (letters(word) for word in _WORDS.findall(unicodedata.normalize("NFKC", text)))
    joined = "".join(_singular(word) for word in words)
    return _NUMBER_WORDS.sub(_NUMBER, joined)


def _singular(word: str) -> str:
    for ending, instead in aliases.SINGULARS:
        if word.endswith(ending) and len(word) > max(2, len(ending) - 1):
            return word.removesuffix(ending) + instead
    return word


def is_never(title: str) -> bool:
    """Whether a title rules out its column, whatever the cells hold: a fax, somebody else's address."""
    whole = letters(title)
    return any(word in whole for word in _RULED_OUT)


def spellings(title: str) -> set[str]:
    """How ``NAMES_IN_CONTEXT`` may spell a title: in the singular, with and without its idle words."""
    text = unnumbered(title)
    bare = BRACKETED.sub("", text)
    return {_loose(rest) for rest in _without_idle(_SNAKE_OR_CAMEL.sub(" ", bare if letters(bare) else text))}


def name_in_context(title: str, beside: AbstractSet[str]) -> str | None:
    """The part of a name that a title means beside other titles; ``beside`` has their ``spellings``."""
    own = spellings(title)
    for name, others, part in aliases.NAMES_IN_CONTEXT:
        if _loose(name) in own and any(_loose(other) in beside for other in others):
            return part
    return None


def own_column(title: str) -> Message | None:
    """Why the program skips a column of its own files; ``None`` for any other column."""
    return aliases.OWN_COLUMNS.get(title.strip(AROUND))


@cache
def _aliases() -> dict[str, tuple[int, str]]:
    return {letters(title): (rank, field) for field, rank, titles in aliases.ALIASES for title in titles}


@cache
def _alike() -> dict[str, tuple[int, str]]:
    """``_aliases`` by ``_loose`` spelling; of titles that become equal, the lowest rank counts."""
    lines = sorted((rank, field, title) for field, rank, titles in aliases.ALIASES for title in titles)
    return {_loose(title): (rank, field) for rank, field, title in reversed(lines)}
