"""Whether what the server shows is the contact that was sent: its keys, compared as the server may write them. Pure."""

import html
import re
import unicodedata
from collections.abc import Callable, Mapping, Set
from typing import Final, NamedTuple

from importer.livedesk.contact import KEY_FIELDS, STAMPS, Contact, as_text
from importer.message import Message

MOST_LETTERS: Final = 255
"""The most characters that the server keeps of a text (kin)."""

_FORMS: Final[Mapping[str, Callable[[str], str]]] = {
    "email": str.lower,
    "phone_number": lambda value: re.sub(r"\D", "", value),
    "identifier": str,
}
"""The form in which two values of a key are one."""


def form_of(name: str, value: str) -> str:
    """A value of one of ``KEY_FIELDS`` in the form in which two are one: email without case, phone number's digits."""
    return _FORMS[name](value)


def same_key(name: str, one: str, other: str) -> bool:
    """Whether two values of one of ``KEY_FIELDS`` are the same: email without case, phone number by its digits."""
    return one == other or form_of(name, one) == form_of(name, other)


def holds(contact: Contact, name: str, value: str) -> bool:
    """Whether a contact has this value of one of ``KEY_FIELDS``."""
    theirs = getattr(contact, name)
    return bool(theirs) and same_key(name, theirs, value)


def same_name(one: str, other: str) -> bool:
    """Whether two names are the same, however the server trims, escapes, composes, cases or cuts them."""
    return _plain_name(one).casefold() == _plain_name(other).casefold()


def same_spelling(one: str, other: str) -> bool:
    """Whether two names are the same, and the case of their letters too."""
    return _plain_name(one) == _plain_name(other)


def _plain_name(name: str) -> str:
    text = unicodedata.normalize("NFC", html.unescape(name)[:MOST_LETTERS])
    return " ".join(text.split())


_NATIONAL_DIGITS: Final = 8  # the end of a number that its forms with and without a country code have in common

_WAYS: Final[tuple[tuple[Message, Callable[[str], str]], ...]] = (
    (Message("another case"), str.casefold),
    (Message("another Unicode form"), lambda value: unicodedata.normalize("NFKC", value)),
    (Message("other spaces"), lambda value: "".join(value.split())),
    (Message("HTML escapes"), html.unescape),
    (Message("without leading zeros"), lambda value: value.lstrip("0")),
    (
        Message("in national form"),
        lambda value: re.sub(r"\D", "", value)[-_NATIONAL_DIGITS:] if value[:1] in "+0" else value,
    ),
    (Message("without punctuation"), lambda value: "".join(filter(str.isalnum, value)).casefold()),
    (Message("cut off"), lambda value: value[:MOST_LETTERS]),
)
"""Ways in which a server may write a key otherwise than it was sent."""


class Difference(NamedTuple):
    """A field that is shown with another value; ``way`` is the way of writing that explains it, if one does."""

    field: str
    way: Message | None


class Echo(NamedTuple):
    """What the server shows of a contact that was sent: which keys agree, are left out, and differ.

    Where no key comes back, the name stands among ``differs`` if it is another one.
    """

    agrees: tuple[str, ...]
    missing: tuple[str, ...]
    differs: tuple[Difference, ...]

    @property
    def is_whole(self) -> bool:
        """Whether every key that was sent is shown as it was sent."""
        return not self.missing and not self.differs

    def is_same(self, known: Set[Difference] = frozenset()) -> bool:
        """Whether this is the contact that was sent: a key agrees, and none is another; ``known`` differences are the
        server's way of writing."""
        return bool(self.agrees) and known >= {*self.differs}


def echo_of(sent: Contact, shown: Contact) -> Echo:
    """Compare what was sent with what the server shows."""
    theirs = {name: value for name in KEY_FIELDS if (value := getattr(shown, name))}
    agrees, missing, differs = [], [], []
    for name, value in sent.keys().items():
        if name not in theirs:
            missing.append(name)
        elif same_key(name, value, theirs[name]):
            agrees.append(name)
        else:
            differs.append(Difference(name, _way(value, theirs[name])))
    if not (agrees or differs) and sent.name and shown.name and not same_name(sent.name, shown.name):
        differs.append(Difference("name", None))
    return Echo(tuple(agrees), tuple(missing), tuple(differs))


def edited_attributes(sent: Contact, shown: Contact) -> tuple[str, ...]:
    """The attributes that the server shows with another value than was sent, where no way of writing explains it."""
    return tuple(
        name
        for name, value in sent.attributes.items()
        if name not in STAMPS
        and (theirs := shown.attributes.get(name)) not in (None, "")
        and _way(as_text(value), as_text(theirs)) is None
    )


def differs_by(name: str, sent: str, shown: str) -> Difference | None:
    """How the server shows a key otherwise than it was sent; ``None`` if no way of writing explains that."""
    way = _way(sent, shown)
    return Difference(name, way) if way is not None else None


def _way(sent: str, shown: str) -> Message | None:
    return next((way for way, form in _WAYS if form(sent) == form(shown)), None)


def lacking(sent: Contact, shown: Contact) -> tuple[str, ...]:
    """The name and the keys that were sent and that the server does not show."""
    return tuple(name for name in ("name", *KEY_FIELDS) if getattr(sent, name) and not getattr(shown, name))
