"""The words of titles by what they mean, and which meanings belong together. Pure.

``title_meanings.txt`` has the words of all languages below *heads*: things, whom they are of, and tags. The sets of
heads that rules ask about stand here, each once; where one leaves out what another has, its name says so.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final

from importer.data_table import word_table
from importer.mapping.title_fields import ALIASES
from importer.models import NAME_PARTS
from importer.texts import letters

PEOPLE: Final = frozenset({"person", "customer", "contact"})
"""Who may be the person of the row."""

WITH_OWN: Final = PEOPLE | {"own"}
"""Those and a word by which a thing is the person's: 本人电话. Alone it names nobody."""

WITH_HOLDERS: Final = PEOPLE | {"holder"}
"""Those and whoever owns or represents something, who is the person unless other columns tell of one."""

ANYBODY: Final = WITH_OWN | WITH_HOLDERS
BUT_CUSTOMERS: Final = WITH_OWN - {"customer"}

THINGS: Final = frozenset({"something", "other number"})
NO_PERSON: Final = THINGS | {"about", "former"}
"""Of what a name, an address or a number is that is nobody's."""

PARTS: Final = frozenset({"first name", "last name"})
NAME: Final = PARTS | {"name", "middle name"}
"""What tells somebody's name; a second last name alone tells nobody's."""

WITH_SECOND_LAST: Final = NAME | {"second last name"}

REACHED_BY: Final = frozenset({"phone", "email"})
PERSONAL: Final = NAME | REACHED_BY
"""What a title may say of a person."""

PLACES: Final = ("at home", "workplace", "landline")
"""Tags that are known words beside what somebody is reached by: ``Tel. dom.``."""

WHERE: Final = (*PLACES, "at work", "mobile")
SAME_PERSON: Final = (*WHERE, "second", "phonetic", "kind of value")
"""Tags by which second values are told apart, and not people."""

BY_WORD: Final = ("at work", "at home", "mobile")
"""Of these a word within a phrase counts: ``mobilni telefon``."""

_TABLE: Final = word_table(__file__, "title_meanings.txt")
_ONLY_TAGS: Final = _TABLE.pop("tags alone")
_TAGS: Final = _TABLE.pop("tags") + _ONLY_TAGS
ENDINGS: Final = tuple(_TABLE.pop("endings"))
"""Of a compound, whose beginning may be unknown."""

SHORT_ENDINGS: Final = tuple(_TABLE.pop("short endings"))
"""Behind a known word (``Telefonart``) alone."""

_SHORTEST_PART: Final = 5  # letters of a title that counts within others too: no Ad, no Họ


@cache
def heads() -> dict[str, str]:
    """``{word or phrase: the first head of the table that has it}``; titles.txt has more words for parts of a name."""
    known: dict[str, str] = {}
    for head in _TABLE:
        for word in _spelled(_TABLE[head]) if head not in _ONLY_TAGS else ():
            known.setdefault(word, "quiet" if head in _TAGS else head)
    for line in ALIASES:
        if line.field in NAME_PARTS:
            for word in _spelled(line.titles):
                if len(word) >= _SHORTEST_PART:
                    known.setdefault(word, line.field.replace("_", " "))
    return known


@cache
def tagged() -> dict[str, frozenset[str]]:
    """``{tag: its words}``."""
    return {tag: frozenset(_spelled(_TABLE[tag])) for tag in _TAGS}


def _spelled(words: Iterable[str]) -> Iterator[str]:
    for phrase in words:
        parts = [letters(part) for part in phrase.split()]
        yield parts[0] if len(parts) == 1 else " ".join(filter(None, parts))
