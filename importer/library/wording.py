"""What a run says, in the words of Python code: with keywords in the place of the options of a command line."""

import re
from dataclasses import replace
from functools import cache, lru_cache, partial
from gettext import NullTranslations
from types import NoneType
from typing import Final, Literal, TypeVar, get_args, get_origin

from importer.config.settings import Config
from importer.library.words import INSTEAD
from importer.message import Language, Message

T = TypeVar("T")

_KEYS: Final = {"inbox": "inbox_id"}


def key_of(keyword: str) -> str:
    """The setting that a keyword gives: some have another name."""
    return _KEYS.get(keyword, keyword)


def keyword_of(key: str) -> str:
    """The keyword that gives a setting."""
    return next((keyword for keyword, named in _KEYS.items() if named == key), key)


_OPTION: Final = re.compile(
    r'(?<![\w-])--([a-z][a-z-]+)(?:[ =](?:"([^"=]*)=([^"]*)"|([A-Z]+\b|"[^"]*"|\{\w+(?::,)?\}|[\w.-]+)))?'
)
"""An option in a template, with the title and the field, or the one word or place, that may be its value."""


class _Keywords(NullTranslations):
    """The catalogue of a language for whoever reads Python: options are keywords in its templates, and as values of
    the type ``CommandOption``; all other values stay as they are, whatever somebody has called a column."""

    def __init__(self, language: Language) -> None:
        super().__init__()
        self._of_language = language.catalogue

    def gettext(self, message: str) -> str:
        words = INSTEAD.get(message)
        return with_keywords(self._of_language.gettext(words.code.text if words and words.code else message))

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return with_keywords(self._of_language.ngettext(msgid1, msgid2, n))


def text_of(language: Language, told: Message | str) -> str:
    """A message of a run as Python code reads it; a text as it is."""
    return told if isinstance(told, str) else told.told(_keywords(language))


def in_language(result: T, language: Language) -> T:
    """A summary that is told as Python code reads it; any other result as it is."""
    from importer.reporter.summary import Summary  # whoever has one has loaded it

    return replace(result, tell=partial(text_of, language)) if isinstance(result, Summary) else result


@cache
def _keywords(language: Language) -> _Keywords:
    return _Keywords(language)


@lru_cache(1000)
def with_keywords(template: str) -> str:
    """A template with ``on_duplicate="update"`` where it says ``--on-duplicate update``."""
    return _OPTION.sub(_keyword, template)


def _keyword(found: re.Match[str]) -> str:
    option, title, field, word = found.groups()
    name = option.replace("-", "_")
    known = Config.model_fields.get(key_of(name))
    if known is None:
        return found[0]
    behind = found[0].removeprefix(f"--{option}")
    if known.annotation is bool:
        return f"{name}=True{behind}"
    if title is not None:
        return f'{name}={{"{title}": "{field}"}}'
    if word and (word.isupper() or word.startswith('"')):
        return f"{name}={word}"
    if word and word.startswith("{"):
        return f'{name}="{word}"' if _takes_text(known.annotation) else f"{name}={word}"
    if word in _choices(known.annotation):
        return f'{name}="{word}"'
    return f"{name}={behind}"


def _takes_text(annotation: object) -> bool:
    """Whether a value is a text, or one of several: those are in quotes."""
    is_text = str in (annotation, *get_args(annotation)) and get_origin(annotation) is not dict
    return is_text or bool(_choices(annotation))


def _choices(annotation: object) -> tuple[object, ...]:
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    return tuple(choice for part in get_args(annotation) if part is not NoneType for choice in _choices(part))
