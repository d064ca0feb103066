"""Which sheet of several has the contacts: by its rows, and by what its name says of it. Pure."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Final

from importer.data_table import word_table
from importer.loader.merit import Merit
from importer.mapping.title_reading import read_title, title_words

_NUMBERED: Final = re.compile(r".*\([1-9][0-9]?\)\s*")
"""As Excel calls the copy of a sheet: ``Sheet1 (2)``."""

_OUR_STAFF: Final = 0.1
_MOSTLY: Final = 0.5
_AS_MANY: Final = 0.5
"""The share of a copy's people that the list has at least: one with fewer is an excerpt."""


def best_of(names: Sequence[str], merits: Sequence[Merit]) -> int:
    """The place of the sheet with the most contacts; of equals the first that is no copy.

    A sheet whose name says that it is an older copy (Contacts old, 备份, Sheet1 (2)) stands behind one that has mostly
    the same people.
    """
    places = range(len(names))
    current = [at for at in places if not any(_copies(at, other, names, merits) for other in places)]
    return max(current or places, key=lambda at: (_worth(names[at], merits[at]), not is_copy(names[at])))


def _worth(name: str, merit: Merit) -> float:
    """What a sheet is worth: one of our own people (Staff, Agents) a tenth."""
    is_staff = _says("staff", name) and "customer" not in read_title(name).of
    return merit.worth * (_OUR_STAFF if is_staff else 1)


def _copies(at: int, other: int, names: Sequence[str], merits: Sequence[Merit]) -> bool:
    """Whether a sheet is an older copy of another one."""
    if not is_copy(names[at]) or is_copy(names[other]):
        return False
    mine, its = merits[at], merits[other]
    shared = len(mine.keys & its.keys)
    return its.people >= _AS_MANY * mine.people and shared > _MOSTLY * min(len(mine.keys), len(its.keys))


def is_copy(name: str) -> bool:
    """Whether a sheet's name says that it is a copy, or an old one."""
    return _says("copy", name) or _NUMBERED.fullmatch(name) is not None


def _says(head: str, name: str) -> bool:
    """Whether a sheet's name has one of these words, or one of those of scripts without spaces."""
    table = _words()
    return not table[head].isdisjoint(title_words(name)) or any(map(name.__contains__, table[f"{head} in one word"]))


@cache
def _words() -> dict[str, frozenset[str]]:
    return {head: frozenset(words) for head, words in word_table(__file__, "sheet_names.txt").items()}
