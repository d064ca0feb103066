"""Find the word of a table that a misspelt one is meant to be: one slip of the keyboard away. Pure.

Weak evidence, so it is narrow: two letters that changed places, one that is missing or too many, or the key beside the
right one. The first letter is right. A word of four letters only has letters that changed places, or lacks one inside
(``fist``): with one at its end or beside the right key it is too often another word.
"""

from collections.abc import Iterator, Mapping
from typing import Final

_ALPHABETS: Final = ("abcdefghijklmnopqrstuvwxyz", "абвгдежзийклмнопрстуфхцчшщъыьэюя")
_KEYBOARDS: Final = ("qwertyuiop asdfghjkl zxcvbnm", "йцукенгшщзхъ фывапролджэ ячсмитьбю")
_SHORTEST: Final = 4
_SHORTEST_CHANGED: Final = 5
_LONGEST: Final = 20


def meant(word: str, known: Mapping[str, str]) -> str | None:
    """The value in ``known`` of the words that ``word`` may be meant to be; ``None`` if there is none, or several.

    ``word`` is as ``texts.letters`` spells it.
    """
    if not _SHORTEST <= len(word) <= _LONGEST:
        return None
    heads = {known[near] for near in _near(word) if near in known}
    return heads.pop() if len(heads) == 1 else None


def _near(word: str) -> Iterator[str]:
    for at in range(1, len(word) - 1):
        yield word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    alphabet, keys = next((pair for pair in zip(_ALPHABETS, _KEYBOARDS, strict=True) if word[0] in pair[0]), ("", ""))
    if len(word) < _SHORTEST_CHANGED:
        yield from (near for near in _lengthened(word, alphabet) if near[-1] == word[-1] and near[:-1] != word)
        return
    changed = (*_shortened(word), *_lengthened(word, alphabet), *_beside(word, keys))
    yield from (near for near in changed if len(near) >= _SHORTEST_CHANGED)


def _shortened(word: str) -> Iterator[str]:
    return (word[:at] + word[at + 1 :] for at in range(1, len(word)))


def _lengthened(word: str, alphabet: str) -> Iterator[str]:
    return (word[:at] + letter + word[at:] for at in range(1, len(word) + 1) for letter in alphabet)


def _beside(word: str, keys: str) -> Iterator[str]:
    """The word with another key of the same row for one letter."""
    for at in range(1, len(word)):
        place = keys.find(word[at])
        for other in (keys[max(place - 1, 0) : place] + keys[place + 1 : place + 2]).strip() if place >= 0 else "":
            yield word[:at] + other + word[at + 1 :]
