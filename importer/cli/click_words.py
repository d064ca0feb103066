"""click's own words in the reader's language.

click asks gettext of the standard library for them, at the moment when it says them. That looks for files in the
languages of the environment. Here the words are in the program's catalogue already, and the language may be an option:
for as long as a command runs, gettext answers from there.
"""

import gettext
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

from importer.message import ENGLISH_READER, Counted, Language, Message

CLICK_WORDS: Final = (
    Message("Usage:"),
    Message("Try '{command} {option}' for help."),
    Message("Invalid value: {message}"),
    Message("Invalid value for {param_hint}: {message}"),
    Message("Missing argument"),
    Message("Missing command."),
    Message("No such option {name!r}."),
    Counted("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)", 1),
    Counted("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})", 1),
    Counted("Option {name!r} requires an argument.", "Option {name!r} requires {nargs} arguments.", 1),
    Message("Option {name!r} does not take a value."),
    Counted("{value!r} is not {choice}.", "{value!r} is not one of {choices}.", 1),
    Message("{value!r} is not a valid {number_type}."),
    Message("{value} is not in the range {range}."),
    Message("{name} {filename!r} is a directory."),
    Message("{name} {filename!r} is a file."),
    Message("{name} {filename!r} is not readable."),
)
"""What click can say of these commands: its own templates, the keys of the catalogues.

A translation may leave out a place: the kinds of types ("integer", "directory") are English whatever gettext says.
"""


_QUOTED: Final = re.compile("'([^']*)'")


def punctuated(message: str, language: Language) -> str:
    """click's message with the punctuation of a language other than English: click puts in its own whatever gettext
    says, around names, between choices and at the end."""
    if language.name == ENGLISH_READER.name:
        return message
    joined = message.replace("', '", f"'{language.catalogue.gettext(', ')}'")
    quoted = _QUOTED.sub(lambda name: language.tell(Message('"{words}"', words=name[1])), joined)
    return re.sub(r" ?(“[^”]*”|「[^」]*」) ?\.$", r"\1。", quoted)


_SPOKEN: Final = ContextVar("spoken", default=ENGLISH_READER)


def spoken(message: Message) -> str:
    """Return a message about wrong arguments in the language that click's own are in."""
    return _SPOKEN.get().tell(message)


@contextmanager
def click_speaks(language: Language) -> Iterator[None]:
    """Let gettext, and so click, answer from the language's catalogue for a while."""
    before: dict[str, Callable[..., Any]] = {name: getattr(gettext, name) for name in ("dgettext", "dngettext")}
    words = language.catalogue

    def dgettext(_domain: str, text: str) -> str:
        return words.gettext(text)

    def dngettext(_domain: str, one: str, many: str, number: int) -> str:
        return words.ngettext(one, many, number)

    language_before = _SPOKEN.set(language)
    vars(gettext).update(dgettext=dgettext, dngettext=dngettext)
    try:
        yield
    finally:
        vars(gettext).update(before)
        _SPOKEN.reset(language_before)
