"""Whom a text names: which values of a row it matches, and a glance that passes over pages without any. Pure."""

import json
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from json.encoder import encode_basestring
from typing import Final, TypeAlias

from importer.ledger.people import Told
from importer.livedesk.contact import KEY_FIELDS
from importer.message import Message
from importer.models import UPDATABLE, Outcome
from importer.texts import has_words, plain, words_of

CONTACT_ID: Final = "contact_id"

Values: TypeAlias = Mapping[str, Sequence[str]]
"""What a row tells of its person, by field: what it sends, what its contact had before, and the contact's ids."""

_AS_PHONE: Final = re.compile(r"(?:tel:)?[\d\s+()\[\]./\-\u00a0\u2010-\u2015]+", re.IGNORECASE)
_NO_DIGIT: Final = bytes(set(range(256)) - {*b"0123456789\n"})
_NATIONAL_DIGITS: Final = 7
"""Fewer digits say too little of a number without its country code, which has up to three."""

_COUNTRY_DIGITS: Final = 3
_CUT_AT: Final = 40
"""Messages show so many characters of a value at least."""


def values_of(told: Told) -> Values:
    """The values of a row and of what its update changed."""
    contact, changes = map(json.loads, told.text.split("\n"))
    found = {name: [contact[name]] for name in UPDATABLE if contact.get(name)}
    ids = [told.contact_id] if told.contact_id else []
    for contact_id, field, *values in changes:
        ids.append(contact_id)
        if field in UPDATABLE:
            found.setdefault(field, []).extend(value for value in values if isinstance(value, str))
    return {name: [*dict.fromkeys(values)] for name, values in {**found, CONTACT_ID: ids}.items()}


@dataclass(frozen=True)
class Glance:
    """What a text of JSON values must have somewhere to be worth a closer look: one of these.

    ``texts`` are ``plain``, ``digits`` are the ends of phone numbers, ``ids`` are of contacts.
    """

    texts: frozenset[str] = frozenset()
    digits: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()

    def rows(self, page: Sequence[Told]) -> list[Told]:
        """The rows of a page that are worth a closer look; mostly none, which takes one look at all of them."""
        together = Told(0, 0, "", "\n".join(row.text for row in page))
        if self.ids.isdisjoint(row.contact_id for row in page) and not self._is_in(together):
            return []
        return [row for row in page if self._is_in(row)]

    def _is_in(self, row: Told) -> bool:
        if row.contact_id in self.ids:
            return True
        text = plain(row.text)
        if any(one in text for one in self.texts) or any(f'"{plain(one)}"' in text for one in self.ids):
            return True
        digits = text.encode("ascii", "ignore").translate(None, _NO_DIGIT).decode() if self.digits else ""
        return any(one in digits for one in self.digits)


def escaped(text: str) -> str:
    """A text as it stands in JSON, ``plain``."""
    return plain(encode_basestring(text)[1:-1])


def digits_of(number: str) -> str:
    """The digits of a phone number in any spelling, without what stands for the way out of a country or a town."""
    text = unicodedata.normalize("NFKC", number).replace("(0)", "")
    return re.sub(r"\D", "", text).lstrip("0")


def same_phone(one: str, other: str) -> bool:
    """Whether two spellings are of one number: all digits agree, or the national form of one ends the other.

    Two numbers with their country codes are one only if all digits agree.
    """
    mine, theirs = digits_of(one), digits_of(other)
    if mine == theirs or (_is_international(one) and _is_international(other)):
        return mine == theirs != ""
    short, long = sorted((mine, theirs), key=len)
    return len(short) >= _NATIONAL_DIGITS and len(long) - len(short) <= _COUNTRY_DIGITS and long.endswith(short)


def _is_international(number: str) -> bool:
    return unicodedata.normalize("NFKC", number).lstrip(" (").startswith(("+", "00"))


class Sought:
    """Whom somebody looks for by a name, e-mail address, phone number, identifier or contact id."""

    def __init__(self, text: str) -> None:
        self.text = " ".join(text.split())
        is_phone = _AS_PHONE.fullmatch(self.text) and len(digits_of(self.text)) >= _NATIONAL_DIGITS
        self._phone = self.text if is_phone else ""
        self._words = [] if is_phone else words_of(self.text)  # groups of digits stand in every other number

    @property
    def glance(self) -> Glance:
        """What the rows of this person have in common."""
        words = [unicodedata.normalize("NFD", word) for word in self._words]
        words = words or [*map(escaped, self.text.split())]  # a name may have other spaces
        digits = digits_of(self._phone)[-_NATIONAL_DIGITS:]  # with its country code or without
        return Glance(frozenset({max(words, key=len, default="")}), frozenset({digits} - {""}), frozenset({self.text}))

    def fields(self, values: Values) -> tuple[str, ...]:
        """The fields that match: a name with all of the words, or their beginnings; a part of an e-mail address that
        has its @; a whole phone number, identifier or contact id. No case counts, nor do a name's accents."""
        return self._fitting(
            values,
            name=lambda name: has_words(name, self._words) or self._is_phone(name),
            email=lambda email: "@" in self.text and self.text.lower() in email.lower(),
            identifier=lambda identifier: self.text.casefold() == identifier.strip().casefold(),
        )

    def whole(self, values: Values) -> tuple[str, ...]:
        """The fields whose whole value this is: name and e-mail address without case, phone number by its digits."""
        return self._fitting(
            values,
            name=lambda name: _name(name) == _name(self.text),
            email=lambda email: email.strip().lower() == self.text.lower(),
            identifier=lambda identifier: identifier.strip() == self.text,
        )

    def _fitting(self, values: Values, **of_field: Callable[[str], bool]) -> tuple[str, ...]:
        fits = {**of_field, "phone_number": self._is_phone, CONTACT_ID: self.text.__eq__}
        return tuple(name for name in fits if any(map(fits[name], values.get(name, ()))))

    def _is_phone(self, number: str) -> bool:
        return number == self.text or (self._phone != "" and same_phone(number, self._phone))


def _name(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).split()).casefold()


def glance_for(values: Iterable[Values], fields: Collection[str] = KEY_FIELDS) -> Glance:
    """What rows have that share a value of one of these fields, or a contact's id, with these."""
    texts: set[str] = set()
    digits: set[str] = set()
    ids: set[str] = set()
    for one in values:
        texts |= {escaped(value) for name in fields if name != "phone_number" for value in one.get(name, ())}
        digits |= {end for value in one.get("phone_number", ()) if (end := digits_of(value)[-_NATIONAL_DIGITS:])}
        ids |= {*one.get(CONTACT_ID, ())}
    return Glance(frozenset(texts), frozenset(digits), frozenset(ids))


class Quotes:
    """Finds in messages the names and unique values of people."""

    def __init__(self, values: Sequence[Values]) -> None:
        self.glance = glance_for(values, UPDATABLE)
        found = {plain(value) for one in values for name in UPDATABLE for value in one.get(name, ()) if value.strip()}
        ways = "|".join(map(_whole_or_cut, sorted(found, key=len, reverse=True)))
        self._pattern = re.compile(rf"(?<!\w)(?:{ways})") if ways else None

    def are_in(self, outcome: Outcome) -> bool:
        """Whether an error or a hint of the outcome says one of them."""
        of_cells = (message for flaw in outcome.flaws for message in (*flaw.messages, *flaw.hint))
        return any(map(self._is_in, (*outcome.error, *outcome.hint, *of_cells)))

    def _is_in(self, told: object) -> bool:
        if isinstance(told, Message):  # without values it may be a sentence of an older ledger
            return any(map(self._is_in, told.values.values() if told.values else [told.text]))
        if isinstance(told, list | tuple):
            return any(map(self._is_in, told))
        return isinstance(told, str) and self._pattern is not None and self._pattern.search(plain(told)) is not None


def _whole_or_cut(value: str) -> str:
    """The pattern of a value as messages quote it; they cut a long one."""
    return rf"{re.escape(value)}(?!\w)" if len(value) < _CUT_AT else re.escape(value[: _CUT_AT - 1])
