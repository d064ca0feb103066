"""Tell whether words of titles are forms of one word (``lékař``, ``lékaře``), or one is short for others. Pure."""

from collections.abc import Collection, Sequence
from typing import Final

_SHORTEST: Final = 3
_STEM: Final = 0.6
"""The share of the longer word that two forms have in common."""

_ROLES: Final = ("ee", "er", "or")
"""English endings that tell two people apart: a trainee is no trainer."""


def same_word(one: str, other: str) -> bool:
    """Whether two words, as ``texts.letters`` spells them, differ at most in their endings."""
    short, long = sorted((one, other), key=len)
    if one == other:
        return True
    common = next((at for at, char in enumerate(short) if char != long[at]), len(short))
    apart = {word[common - 1 :][-2:] for word in (one, other)}
    roles = len(apart) > 1 and apart <= {*_ROLES} and "ee" in apart
    return common >= max(_SHORTEST, _STEM * len(long)) and not roles


def within(words: Collection[str], others: Collection[str]) -> bool:
    """Whether each of ``words`` is a form of one of the others."""
    return all(any(same_word(word, other) for other in others) for word in words)


def stands_for(short: str, words: Sequence[str]) -> bool:
    """Whether letters are the initials of words, one of which may be left out: NOK of *next of kin*."""
    initials = "".join(word[0] for word in words)
    left_out = [initials[:at] + initials[at + 1 :] for at in range(1, len(initials))]
    return len(short) > 1 and len(words) > 1 and short in (initials, *left_out)
