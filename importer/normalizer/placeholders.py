"""Tell a cell that says "nothing" in words from one that says something. Pure.

What stands for nothing in every field (``n/a``, ``keine Angabe``) is told from what does so for an address or a number
alone (a person may be called No, Nil or K. A.), and from what does so in every text but a name (``keine``, ``нет``).
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final

from importer.data_table import data_table
from importer.models import NAMES
from importer.normalizer.text import FAILED_LOOKUPS, FILLERS, is_filler
from importer.texts import letters

SURNAMES: Final = frozenset({"Null", "Nan", "Nan Nan"})
"""Fillers that are a name if a column of names spells them like this."""

REACHED: Final = frozenset({"email", "phone_number", "avatar_url"})
"""Fields whose values have a form of their own, so that no word is one."""

_PLACES: Final = frozenset(
    f"additional_attributes.{name}" for name in ("city", "country", "country_code", "company_name")
)
"""Fields in which a zero is what a database gave for nothing; so it is in a phone number, however many there are."""

_OWN: Final = "custom_attributes."
_ACCENTS: Final = re.compile("[\u0300-\u036f]")
_AROUND: Final = '()[]{}<>"* '


def plain_words(text: str) -> str:
    """A text without case and the accents of Latin, Greek and Cyrillic, in Unicode NFC."""
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    return unicodedata.normalize("NFC", _ACCENTS.sub("", folded))


def _spelled(text: str) -> str:
    """A text as the table has it: without brackets around it and the full stop behind it."""
    bare = unicodedata.normalize("NFKC", text).strip(_AROUND)
    return bare.lower().removesuffix(".").strip(_AROUND)


*_TABLE, (_, _THINGS) = [(head, words.split("; ")) for head, words in data_table(__file__, "placeholders.txt")]


def _words(*kinds: str) -> Iterator[str]:
    """The words of these kinds of heads in every language; ``""`` is a language alone."""
    return (word for head, words in _TABLE if head.partition(" ")[2] in kinds for word in words)


def _is_phrase(word: str, least: int = 0) -> bool:
    """Whether a word of ``reached`` says nothing anywhere: it is several words, or has a sign; initials are neither."""
    long = len(letters(word)) >= least
    return "." not in word and ("/" in word or (" " in word and long) or (word > "\u2e80" and len(word) > _TWO))


def _forms(words: Iterable[str]) -> frozenset[str]:
    return frozenset(form for word in words for form in (word.lower(), _spelled(word), plain_words(word)))


_TWO: Final = 2
_NO_NAME: Final = 7  # letters of a phrase that nobody is called: Nie Ma is a name
_ONCE: Final = FILLERS | _forms(
    [*_words("", "unknown"), *(word for word in _words("reached") if _is_phrase(word, _NO_NAME))]
)
_EVERYWHERE: Final = _ONCE | {word + between + word for word in _ONCE for between in (",", ", ", " ")}
"""A word twice is what programs make of a last and a first name that both say nothing."""

_SAID: Final = _forms([*_words("none"), *filter(_is_phrase, _words("reached"))]) | _ONCE
_TEXTS: Final = _SAID | _EVERYWHERE
_LONGEST: Final = max(len(word) for _, words in _TABLE for word in words) + 10
_SIGNS: Final = re.compile(r"[^\w@]{1,3}|\\N|[(\[{<]+\s*(?i:none|null|nil|n/?a|empty|blank)\s*[)\]}>]+")
_NO_NUMBER: Final = re.compile(r"[\W0]+")
_ZERO: Final = re.compile(r"0+(?:[.,]0+)?")

LOWER: Final = frozenset(FILLERS | _TEXTS | {f"{word}." for word in _TEXTS})
"""What a plain text, in lower case, is if it says that there is no value, at least outside a name."""


@cache
def _not_reached() -> frozenset[str]:
    """The letters of the whole table, made when an address or a number first looks odd."""
    return frozenset(letters(word) for _, words in _TABLE for word in words)


@cache
def _thing() -> re.Pattern[str]:
    """What an address or a number is called, at either end of letters."""
    things = "|".join(sorted(map(letters, _THINGS), key=len, reverse=True))
    return re.compile(f"^(?:{things})|(?:{things})$")


def _says_nothing_of_it(text: str) -> bool:
    """Whether a text says that there is no address or number, whether or not it names what there is none of."""
    said = letters(text)
    return said in _not_reached() or _thing().sub("", said, count=1) in _not_reached()


def spellings() -> frozenset[str]:
    """What people write for no e-mail address and no phone number, in lower case."""
    written = (word.lower() for _, words in _TABLE for word in words)
    return _SAID.union((f"{word}." for word in _SAID), written)


def is_nothing(field: str, text: str) -> bool:
    """Whether a tidy text is empty, or says that there is no value.

    A custom attribute is the user's own: what stands there is sent as it stands, all but a lookup that failed.
    """
    if not text or len(text) > _LONGEST:
        return not text
    if field.startswith(_OWN):
        return text.lower() in FAILED_LOOKUPS
    if _SIGNS.fullmatch(text) and (field not in NAMES or any(map(str.isalpha, text))):
        return True  # a name of signs alone is remarked upon
    if field == "phone_number" and _NO_NUMBER.fullmatch(text):
        return True
    if field in REACHED:
        return is_filler(text) or ("@" not in text and _says_nothing_of_it(text))
    if field in NAMES:
        return says_nothing(text) and text not in SURNAMES
    return is_filler(text) or _spelled(text) in _TEXTS or (field in _PLACES and bool(_ZERO.fullmatch(text)))


def says_nothing(text: str) -> bool:
    """Whether a tidy text is empty or stands for nothing in whatever field."""
    return is_filler(text) or (len(text) <= _LONGEST and _spelled(text) in _EVERYWHERE)
