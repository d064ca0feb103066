"""Tell a cell that says "nothing" in words from one that says something. Pure.

What stands for nothing in every field (``n/a``, ``keine Angabe``) is told from what does so for an address or a number
alone: a person may be called No, Nil or K. A.
"""

import re
import unicodedata
from functools import cache
from typing import Final

from importer.data_table import data_table
from importer.models import NAMES
from importer.normalizer.text import FILLERS, is_filler
from importer.texts import letters

SURNAMES: Final = frozenset({"Null", "Nan"})
"""Fillers that are a name if a column of names spells them like this."""

REACHED: Final = frozenset({"email", "phone_number", "avatar_url"})
"""Fields whose values have a form of their own, so that no word is one."""

_OWN: Final = "custom_attributes."
_FAILED_LOOKUP: Final = "#n/a"
_REACHED_HEAD: Final = " reached"
_ACCENTS: Final = re.compile("[\u0300-\u036f]")
_AROUND: Final = '()[]{}<>"* '


def plain_words(text: str) -> str:
    """A text without case and the accents of Latin, Greek and Cyrillic, in Unicode NFC."""
    folded = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    return unicodedata.normalize("NFC", _ACCENTS.sub("", folded))


_TABLE: Final = [(head, words.split("; ")) for head, words in data_table(__file__, "placeholders.txt")]
_EVERYWHERE: Final = frozenset(
    spelling
    for head, words in _TABLE
    if not head.endswith(_REACHED_HEAD)
    for word in words
    for spelling in (word.lower(), plain_words(word))
)
_LONGEST: Final = max(len(word) for _, words in _TABLE for word in words) + 10

LOWER: Final = frozenset(FILLERS | _EVERYWHERE | {f"{word}." for word in _EVERYWHERE})
"""What a plain text, in lower case, is if it says that there is no value."""


@cache
def _not_reached() -> frozenset[str]:
    """The letters of the whole table, made when an address or a number first looks odd."""
    return frozenset(letters(word) for _, words in _TABLE for word in words)


def spellings() -> frozenset[str]:
    """What people write for no e-mail address and no phone number, in lower case."""
    return LOWER.union(word.lower() for _, words in _TABLE for word in words)


def _spelled(text: str) -> str:
    """A text as the table has it: without brackets around it and the full stop behind it."""
    bare = unicodedata.normalize("NFKC", text).strip(_AROUND)
    return bare.lower().removesuffix(".").strip(_AROUND)


def is_nothing(field: str, text: str) -> bool:
    """Whether a tidy text is empty, or says that there is no value.

    A custom attribute is the user's own: what stands there is sent as it stands, all but a lookup that failed.
    """
    if not text or len(text) > _LONGEST:
        return not text
    if field.startswith(_OWN):
        return text.lower() == _FAILED_LOOKUP
    if field in REACHED:
        return is_filler(text) or ("@" not in text and letters(text) in _not_reached())
    return says_nothing(text) and not (field in NAMES and text in SURNAMES)


def says_nothing(text: str) -> bool:
    """Whether a tidy text is empty or stands for nothing in whatever field."""
    return is_filler(text) or (len(text) <= _LONGEST and _spelled(text) in _EVERYWHERE)
