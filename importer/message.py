"""What the program tells people, as data: an English template with named places, and the values in them.

The sentence is made where somebody reads it, in that reader's language: English in the source, the others in
``locale``.

To add a message, write ``Message("{field}: … {value} …", field=…, value=…)`` where it is told, with a literal template,
which is the key of the catalogues (an error takes its own template, its hint's, and the values), and its translation
into each catalogue. ``tests/test_language.py`` names every message that a catalogue lacks and prints the entry to fill
in; it names every entry that nothing uses, and every translation with other places than its template.

To add a language, put one file there, ``locale/<language>/LC_MESSAGES/importer.po``; ``--lang`` and the locales that
begin with its name find it. ``Language`` in its header is what HTML calls it. The build compiles catalogues and leaves
out their sources (``hatch_build.py``).
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Any, Final, TypeAlias

from importer.runtime import dumps, loads
from importer.system_text import decoded, printable

ENGLISH: Final = NullTranslations()
"""The catalogue of the language that the templates are in."""

_LOCALE: Final = Path(__file__).with_name("locale")
LANGUAGES: Final = ("en", *sorted(path.name.replace("_", "-") for path in _LOCALE.iterdir() if path.is_dir()))
"""Their names, as ``--lang`` takes them (BCP 47)."""
_PLACE: Final = re.compile(r"\{(\w+)(:,|:row)?\}")


@dataclass(frozen=True, slots=True, init=False)
class Message:
    """``Message("{field}: {value} is not a number", field="age", value='"x"')``; its ``str`` is the English sentence.

    A value is a text that is shown as it is, a path, which is shown in one line whatever its name has in it, a
    ``CommandOption``, a number (in a place like ``{rows:,}`` with
    separators of thousands), another message, or a sequence of these.

    A translation may have ``{row:row}`` for a row, which is a number or, where a run has several files or sheets, a
    message that names its source too: the whole of "row 3", for which English has "row {row}". Some languages have
    words on both sides of a number, and a source does not stand between them.
    """

    text: str
    values: Mapping[str, object]

    def __init__(self, text: str, /, **values: object) -> None:
        object.__setattr__(self, "text", text)
        object.__setattr__(self, "values", values)

    def __hash__(self) -> int:
        return hash(self.text)

    def __str__(self) -> str:
        return self.told(ENGLISH)

    def told(self, catalogue: NullTranslations) -> str:
        """The sentence in the language of a catalogue."""
        template = self._template(catalogue)
        if not self.values:  # it may be a sentence of an older ledger, with braces of its own
            return template
        beginning, *places = _pieces(template)
        said, values = str(beginning), self.values
        for name, form, text in places:
            value = values.get(name, f"{{{name}}}")
            if form == ":row":
                said = _spaced(said, _row(value, catalogue)) + text
            elif isinstance(value, Message):
                said = _spaced(_spaced(said, value.told(catalogue)), text)
            else:
                said += (value if type(value) is str else _shown(value, form == ":,", catalogue)) + text
        return said

    def with_values(self, values: Mapping[str, object]) -> "Message":
        """Return this message with other values."""
        return Message(self.text, **values)

    def parts(self) -> list[object]:
        """As JSON has it."""
        return [self.text, self.values]

    def _template(self, catalogue: NullTranslations) -> str:
        return catalogue.gettext(self.text) if self.text else ""


@dataclass(frozen=True, slots=True, init=False)
class Counted(Message):
    """A message that counts something: ``Counted("{number:,} row", "{number:,} rows", 3)``.

    ``text`` is told of one, ``many`` of any other number; a language may have other forms.
    """

    many: str
    __hash__ = Message.__hash__

    def __init__(self, one: str, many: str, number: int, /, **values: object) -> None:
        Message.__init__(self, one, number=number, **values)
        object.__setattr__(self, "many", many)

    def with_values(self, values: Mapping[str, object]) -> "Message":
        others = {name: value for name, value in values.items() if name != "number"}
        return Counted(self.text, self.many, values["number"], **others)  # type: ignore[arg-type]  # as it was

    def parts(self) -> list[object]:
        return [self.text, self.many, self.values]

    def _template(self, catalogue: NullTranslations) -> str:
        number = self.values["number"]
        return catalogue.ngettext(self.text, self.many, number if isinstance(number, int) else 0)


@lru_cache(1000)
def _pieces(template: str) -> tuple[Any, ...]:
    """The text before the first place; of each place its name, its form, and the text behind it."""
    beginning, *rest = _PLACE.split(template)
    return beginning, *zip(rest[::3], rest[1::3], rest[2::3], strict=True)


Messages: TypeAlias = tuple[Message, ...]
"""What there is to say of one thing, each message a sentence."""


class CommandOption(str):
    """An option of the command line, with a value or without, as a value of a message: a catalogue for readers without
    a command line has a word of theirs in its place."""

    __slots__ = ()


def _shown(value: object, thousands: bool, catalogue: NullTranslations) -> str:
    if isinstance(value, CommandOption):
        return catalogue.gettext(value)
    if isinstance(value, str):
        return value
    if isinstance(value, Message):
        return value.told(catalogue)
    if isinstance(value, list | tuple):
        return catalogue.gettext(", ").join(_shown(member, thousands, catalogue) for member in value)
    if isinstance(value, int | float):
        return f"{value:,.0f}" if thousands else str(value)
    # A path, or what has one: anybody may have given the file its name.
    return str(value) if isinstance(value, BaseException) else printable(decoded(str(value)))


def _row(value: object, catalogue: NullTranslations) -> str:
    """A row, or several, as a language says it in whole: ``orders.csv 第 3 行``."""
    if isinstance(value, Message):
        return value.told(catalogue)
    if isinstance(value, list | tuple) and any(isinstance(one, Message) for one in value):
        return catalogue.gettext(", ").join(_row(one, catalogue) for one in value)
    return Message("row {number}", number=value).told(catalogue)


def _spaced(said: str, text: str) -> str:
    """Both, with a space between a Han character and Latin ones: 是 PDF 文档, and 是图片."""
    edges = said[-1:], text[:1]
    meet = any(map(_is_han, edges)) and any(edge.isascii() and (edge.isalnum() or edge == '"') for edge in edges)
    return f"{said} {text}" if meet else said + text


def _is_han(character: str) -> bool:
    return "\u2e80" < character < "\uff00" and character.isalpha()


def and_more(values: Sequence[object], most: int) -> object:
    """At most so many of the values for a place of a message, and how many more there are."""
    return and_others(values[:most], len(values) - most)


def and_others(values: Sequence[object], more: int) -> object:
    """The values for a place of a message, and that there are so many more, if any."""
    return Message("{values} and {number:,} more", values=[*values], number=more) if more > 0 else [*values]


def with_and(values: Sequence[object]) -> object:
    """All of the values, for a place of a message."""
    *others, last = values
    return Message("{values} and {last}", values=others, last=last) if others else last


def all_of(messages: Sequence[Message]) -> Message:
    """Messages as one."""
    first, *rest = messages
    return Message("{first}; {rest}", first=first, rest=all_of(rest)) if rest else first


def sentence(messages: Iterable[Message], catalogue: NullTranslations = ENGLISH) -> str:
    """Messages in one line."""
    return catalogue.gettext("; ").join(message.told(catalogue) for message in messages)


# As text, for the ledger: a message a line, each a line of JSON.


def stored(messages: Iterable[Message]) -> str:
    """Messages as a text that ``messages_from`` takes; two such texts are joined by a line break."""
    return decoded("\n".join(map(_line, messages)))


def _line(message: Message) -> str:
    """Most values are texts and numbers, for which ``runtime.dumps`` takes a third of the time."""
    if _PLAIN.issuperset(map(type, message.values.values())):
        with suppress(UnicodeEncodeError):  # a lone surrogate
            return dumps(message.parts()).decode()
    return _ENCODED(message)


_PLAIN: Final = frozenset({str, int})


def messages_from(text: str) -> Messages:
    """The messages of a stored text; a line that is no message is a sentence of an older ledger, told as it stands."""
    return tuple(map(_from_line, text.split("\n"))) if text else ()


@lru_cache(1000)  # what to do is the same in many rows
def _from_line(line: str) -> Message:
    try:
        return message_from(loads(line.encode())) or Message(line)
    except ValueError:
        return Message(line)


def message_from(parts: object) -> Message | None:
    """The message that ``parts`` of JSON are, if they are one.

    By hand, for a row with errors has a dozen: a ``match`` takes five times as long.
    """
    if not isinstance(parts, list) or not parts or not isinstance(parts[-1], dict):
        return None
    values = {name: value if type(value) is str else _value(value) for name, value in parts[-1].items()}
    if len(parts) == 2 and isinstance(parts[0], str):
        return Message(parts[0], **values)
    if len(parts) == 3 and isinstance(number := values.pop("number", None), int):
        return Counted(str(parts[0]), str(parts[1]), number, **values)
    return None


def _value(value: object) -> object:
    if not isinstance(value, list):
        return value
    return message_from(value) or [_value(member) for member in value]


def as_parts(value: object) -> object:
    """For ``json``: a message as its parts, anything else that JSON lacks as text."""
    return value.parts() if isinstance(value, Message) else str(value)


_ENCODED: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=as_parts).encode


@dataclass(frozen=True, slots=True)
class Language:
    """One of ``LANGUAGES``, by its name."""

    name: str = "en"

    @property
    def catalogue(self) -> NullTranslations:
        return _catalogue(self.name)

    @property
    def tag(self) -> str:
        """As HTML names it (BCP 47)."""
        return self.catalogue.info().get("language", self.name).replace("_", "-")

    @property
    def joint(self) -> str:
        """What stands between sentences in one line."""
        return self.catalogue.gettext("; ")

    def tell(self, message: Message) -> str:
        return message.told(self.catalogue)

    def gettext(self, text: str, /, **values: object) -> str:
        """What a page's template calls, with a literal, which tools find there."""
        return self.tell(Message(text, **values))

    def ngettext(self, one: str, many: str, number: int, /, **values: object) -> str:
        """What a page's template calls for a sentence that counts something, with two literals."""
        return self.tell(Counted(one, many, number, **values))

    def text(self, told: Message | str) -> str:
        """A message in this language; a text as it is."""
        return self.tell(told) if isinstance(told, Message) else told

    def sentence(self, messages: Iterable[Message]) -> str:
        """Messages in one line."""
        return sentence(messages, self.catalogue)


ENGLISH_READER: Final = Language()

_IN_ORDER: Final = ("LC_ALL", "LC_MESSAGES", "LANG")  # of POSIX (Base Definitions, 8.2): the first that is not empty
_SPELLED: Final = (
    (re.compile(r"(zh|chinese)-(tw|hk|mo|\(?traditional|taiwan|hong-kong|maca[ou])"), "zh-hant"),
    (re.compile("chinese"), "zh"),
)
"""Beginnings of locales that are not that of their language's tag: POSIX tells the script of Chinese by the region
(``zh_TW.UTF-8``), Windows by a word (``Chinese (Traditional)_Taiwan.950``)."""


def named(spelled: str) -> Language | None:
    """The language whose tag begins a locale or a tag in any spelling (``zh_CN.UTF-8``, ``zh-TW``), if there is one.

    A language without a catalogue of its own is read in that of a shorter tag: ``zh-Hant`` in ``zh``.
    """
    tag = re.split("[.@]", spelled)[0].lower().replace("_", "-").replace(" ", "-")
    tag = next((begin.sub(f"{tag_of}-", tag, count=1) for begin, tag_of in _SPELLED if begin.match(tag)), tag)
    found = [name for name in LANGUAGES if f"{tag}-".startswith(f"{name.lower()}-")]
    return Language(max(found, key=len)) if found else None


def language_of(environment: Mapping[str, str], system: Callable[[], str] = lambda: "") -> Language:
    """The language of a locale's variables, in any of its spellings; without them, of the ``system``'s locale.

    A ``LANG`` of C is none where the system has a locale: programs without a terminal's settings are given it, on macOS
    also where no locale of POSIX fits the language and region that the user chose. English where there is no other.
    """
    given = next(filter(None, map(environment.get, _IN_ORDER)), "")
    if not given or (_SAYS_NOTHING.fullmatch(given) and not any(map(environment.get, _IN_ORDER[:2]))):
        given = system() or given
    return named(given) or ENGLISH_READER


_SAYS_NOTHING: Final = re.compile(r"(C|POSIX)(\..*)?", re.IGNORECASE)


@cache
def _catalogue(name: str) -> NullTranslations:
    """As the build compiled it; in a source tree, where it may be old or missing, from its source."""
    if name == "en":
        return ENGLISH
    source = _LOCALE / name.replace("-", "_") / "LC_MESSAGES" / "importer.po"
    if not source.exists():
        return GNUTranslations(BytesIO(source.with_suffix(".mo").read_bytes()))
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = BytesIO()
    with source.open(encoding="utf-8") as file:
        write_mo(compiled, read_po(file))
    compiled.seek(0)
    return GNUTranslations(compiled)
