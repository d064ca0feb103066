"""Tell a domain that looks like a slip in a well-known one: gmial.com, hotmail.con. Pure.

A remark, and never a change: somebody may own such a domain, and nobody else can tell.
"""

from functools import lru_cache
from typing import Final

from importer.data_table import word_table

_TABLE: Final = word_table(__file__, "mail_domains.txt")
_KNOWN: Final = tuple((name, ending) for name, _, ending in (entry.partition(" ") for entry in _TABLE["known"]))
_SOUND: Final = frozenset((*_TABLE["real"], *(f"{name}.{ending}" for name, ending in _KNOWN)))
_SLIPS: Final = frozenset(_TABLE["slips"])
_NEVER: Final = frozenset(_TABLE["never"])
_MEANT_OF_NEVER: Final = "com"

_LEAST_LETTERS: Final = 5
"""A slip in a shorter name is another name: web, wep, wp."""


def is_everybodys(domain: str) -> bool:
    """Whether people of many companies have addresses of a domain, in lower case: gmail.com."""
    return domain in _SOUND


@lru_cache(maxsize=10_000)
def meant_domain(domain: str) -> str | None:
    """The well-known domain that this one, in lower case, is spelled nearly like; ``None`` if it is none or sound."""
    if domain in _SOUND:
        return None
    name, _, ending = domain.partition(".")
    for known, end in _KNOWN:
        same = name == known
        if (same and ending in _SLIPS and end in ("com", "net", "ru", "de", "fr")) and _near(ending, end):
            return f"{known}.{end}"
        if not same and len(known) >= _LEAST_LETTERS and ending in (end, *_NEVER) and _one_slip(name, known):
            return f"{known}.{end}"
    front, _, last = domain.rpartition(".")
    return f"{front}.{_MEANT_OF_NEVER}" if last in _NEVER else None


def _near(ending: str, meant: str) -> bool:
    """Whether an ending that is a slip is one in this ending: both have letters in common, in any order."""
    return len({*ending} & {*meant}) * 2 >= len({*meant})


def _one_slip(name: str, known: str) -> bool:
    """Whether one letter too many, too few or wrong, or two that changed places, tell the names apart."""
    if abs(len(name) - len(known)) > 1:
        return False
    start = next((at for at, pair in enumerate(zip(name, known, strict=False)) if pair[0] != pair[1]), None)
    if start is None:
        return name != known
    mine, theirs = name[start:], known[start:]
    swapped = mine[:2] == theirs[:2][::-1] and mine[2:] == theirs[2:]
    return swapped or mine[1:] == theirs[1:] or mine[1:] == theirs or mine == theirs[1:]
