"""What the program says, as the screen says it: with buttons for options, and fields by their names."""

import re
from collections.abc import Iterable
from pathlib import PurePath
from typing import Final

from importer.error_codes import ERROR_CODES
from importer.library.words import INSTEAD
from importer.message import Language, Message
from importer.reporter.page.field_words import Plain


def plain(message: Message) -> Message | None:
    """The message as the screen says it, also those within it; ``None`` if the page shows it in a place of its own."""
    words = INSTEAD.get(message.text)
    instead = message if words is None else words.page
    return instead and instead.with_values({name: _value(value) for name, value in message.values.items()})


def told(message: Message) -> Message:
    """The message as the screen says it, where the page has no other place for it."""
    return plain(message) or message


def _value(value: object) -> object:
    if isinstance(value, Message):
        return told(value)
    if isinstance(value, list | tuple):
        return [_value(each) for each in value]
    # A path, or what is read from one: people know their file by its name.
    return value if isinstance(value, str | int | float | None) else PurePath(str(value)).name


class Words:
    """Tells messages in one language, with fields in words."""

    def __init__(self, language: Language) -> None:
        self._plain = Plain(language)
        self.language = language

    def sentence(self, messages: Iterable[Message]) -> str:
        """Messages in one line."""
        shown = [*map(told, messages)]
        said = self._plain.sentence(shown)
        return said if shown and _begins_with_a_name(shown[0]) else sentence(said)

    def sentences(self, messages: Iterable[Message]) -> list[str]:
        """Messages as sentences, each once, without those that the page shows otherwise."""
        return [*dict.fromkeys(self.sentence([message]) for message in messages if plain(message))]

    def field(self, name: str) -> str:
        """What people call a field."""
        return sentence(self._plain.field(name))

    def meaning(self, code: str) -> str:
        """What an error code means; the code itself if another version wrote it."""
        known = ERROR_CODES.get(code)
        return self.sentence([known.meaning]) if known else code

    def advice(self, code: str) -> str:
        """What to do about an error code."""
        known = ERROR_CODES.get(code)
        return self.sentence([known.hint]) if known else ""


class OfTheScreen(Language):
    """A language in which what a run says of rows is in the words of the screen, also in a file."""

    def sentence(self, messages: Iterable[Message]) -> str:
        return Words(self).sentence(messages)


def _begins_with_a_name(message: Message) -> bool:
    """A name keeps its letters, at the beginning of a sentence too."""
    first = re.match(r"\{(\w+)", message.text)
    value = message.values.get(first[1]) if first else ""
    return _begins_with_a_name(value) if isinstance(value, Message) else first is not None


def sentence(text: str) -> str:
    """The text with a capital at its beginning, which an address does not get."""
    return text if _ADDRESS.match(text) else text[:1].upper() + text[1:]


_ADDRESS: Final = re.compile("[a-z][a-z0-9+.-]*://")
