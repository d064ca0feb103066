"""The fields of contacts in the words of people: what the page says where results.csv says ``phone_number``."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from importer.livedesk.contact import ATTRIBUTE_GROUPS, CITY, COMPANY, COUNTRY, COUNTRY_CODE, SOCIAL_PROFILES
from importer.message import Language, Message
from importer.normalizer.columns import AREA_CODE, PHONE_COUNTRY

FIELD_WORDS: Final[Mapping[str, Message]] = {
    "name": Message("Name"),
    "first_name": Message("First name"),
    "middle_name": Message("Middle name"),
    "last_name": Message("Last name"),
    "second_last_name": Message("Second last name"),
    "email": Message("Email"),
    "phone_number": Message("Phone number"),
    "identifier": Message("Identifier"),
    "avatar_url": Message("Picture"),
    "inbox_id": Message("Inbox"),
    PHONE_COUNTRY: Message("Country of the phone number"),
    AREA_CODE: Message("Area code"),
    COMPANY: Message("Company"),
    CITY: Message("City"),
    COUNTRY: Message("Country"),
    COUNTRY_CODE: Message("Country code"),
}
"""Every field that LiveDesk itself shows; any other attribute is called by its key."""

_FIELD: Final = re.compile(
    rf"(?:{'|'.join(map(re.escape, FIELD_WORDS))}|(?:{'|'.join(ATTRIBUTE_GROUPS)})\.[^\s:：\"]+)(?=$|[:：]| [\"(])"
)
_NAMING: Final = frozenset({"field", "fields"})
"""The places of messages that hold names of fields, alone or before a value: ``email "a@b.co"``."""


class Plain:
    """Tells messages in one language, with the fields in words."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._joint = language.joint

    def sentence(self, messages: Iterable[Message]) -> str:
        """Return messages in one line."""
        return self._joint.join([self.tell(message) for message in messages])

    def tell(self, message: Message) -> str:
        """Return a message as a sentence."""
        return self._begun(self._language.tell(self._named(message)))

    def field(self, name: str) -> str:
        """Return what people call a field: a word, or the key of an attribute."""
        if (known := FIELD_WORDS.get(name)) is not None:
            return self._language.tell(known)
        return name.removeprefix(SOCIAL_PROFILES).split(".", 1)[-1]

    def _named(self, message: Message) -> Message:
        """The message with the fields among its values in words, also of messages within it."""
        texts = {
            name: value if type(value) is str and name not in _NAMING else self._value(name, value)
            for name, value in message.values.items()
        }
        return message.with_values(texts)

    def _value(self, name: str, value: object) -> object:
        if isinstance(value, Message):
            return Message("{told}", told=self.tell(value))  # a message still: a row with its sheet is no number
        if name in _NAMING and isinstance(value, str):
            return self._begun(value)
        if isinstance(value, Sequence) and not isinstance(value, str):
            return [self._value(name, member) for member in value]
        return value

    def _begun(self, text: str) -> str:
        """The text with the field that it begins with in words: ``phone_number: "12" is …``."""
        return _FIELD.sub(lambda found: self.field(found[0]), text, count=1) if _FIELD.match(text) else text
