"""Whether two names can be one person's, as somebody would say who reads them. Pure.

Names of one person differ in the order of their words, in accents and spelling, in titles, initials and short forms,
and one may lack what the other has. A word that each has alone makes two people of them: the first names of a family.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from typing import Final

from importer.data_table import data_table
from importer.texts import BRACKETED, letters

_TELLS_NOBODY: Final = frozenset(" ".join(words for _, words in data_table(__file__, "name_words.txt")).split())
_WORD: Final = re.compile(r"[^\W_]+")
_EAST: Final = "\u2e80"
"""From here on are the scripts that write a name without a space."""

_NICKNAME: Final = 3
_STEM: Final = 4
_FEMALE: Final = ("a", "e", "а")  # Latin, and Cyrillic

# Two spellings of one sound, and Cyrillic as it is most often written in Latin letters.
_LATIN: Final = str.maketrans(
    dict(zip("абвгдезийклмнопрстуфхыэіґ", "abvgdeziiklmnoprstufhieig", strict=True))
    | dict(zip("жцчшщюяєъь", ("zh", "ts", "ch", "sh", "sh", "iu", "ia", "ie", "", ""), strict=True))
    | {"y": "i", "j": "i", "w": "v", "x": "ks"}
)
_SPELLINGS: Final = (("shch", "sh"), ("kh", "h"), ("ph", "f"), ("ck", "k"), ("ae", "a"), ("oe", "o"), ("ue", "u"))
_DOUBLED: Final = re.compile(r"(\D)\1+")


def can_be_one(one: str, other: str) -> bool:
    """Whether every word of one name is in the other, in some spelling or as an initial; at least one of them in full,
    and not more of them in short."""
    few, many = sorted((_words(one), _words(other)), key=len)
    if sorted(few) == sorted(many):
        return True
    found = Counter[Callable[[str, str], bool]]()
    for way in (_equal, _begins, _initial):
        for word in [*few]:
            if (match := next((another for another in many if way(word, another)), None)) is not None:
                few.remove(word)
                many.remove(match)
                found[way] += 1
    return not few and bool(found[_equal] or found[_begins]) and found[_begins] <= max(1, found[_equal])


def fuller(one: str, other: str) -> str:
    """Of two names of one person the one with more words."""
    return max(one, other, key=lambda name: len(_words(name)))


def _words(name: str) -> list[str]:
    """The words of a name that tell who it is; where there are none, all."""
    text = unicodedata.normalize("NFKC", name)
    for said in (BRACKETED.sub(" ", text), text):
        words = [*filter(None, map(letters, _WORD.findall(said)))]
        if telling := [word for word in words if word not in _TELLS_NOBODY]:
            return telling
    return words


def _equal(one: str, other: str) -> bool:
    return len(one) > 1 and len(other) > 1 and (one == other or _sound(one) == _sound(other))


def _begins(one: str, other: str) -> bool:
    """Whether one word is a short form of the other (Alex, Alexander), and not its male form (Paul, Paula)."""
    short, long = sorted((one, other), key=len)
    if long > _EAST:
        return len(short) > 1 and short in long
    is_male = len(short) >= _STEM and long[len(short) :] in _FEMALE
    return len(short) >= _NICKNAME and short.isalpha() and long.startswith(short) and not is_male


def _initial(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return len(short) == 1 and short.isalpha() and long.startswith(short)


def _sound(word: str) -> str:
    if not word.isalpha():
        return word
    spelled = word.translate(_LATIN)
    for spelling, sound in _SPELLINGS:
        spelled = spelled.replace(spelling, sound)
    return _DOUBLED.sub(r"\1", spelled)
