"""The language of whoever reads: chosen before the arguments are parsed, so that usage errors and help are in it."""

import io
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import pairwise, takewhile
from pathlib import Path
from typing import Final, TextIO

from importer import config_file
from importer.cli.click_words import click_speaks
from importer.message import ENGLISH_READER, Language, Message, language_of, named, system_locale

_READER: Final = ContextVar("reader", default=ENGLISH_READER)


def reader() -> Language:
    """Return the language of this command."""
    return _READER.get()


@contextmanager
def reading(language: Language) -> Iterator[None]:
    """Let ``reader`` return this language for a while, and click speak it too."""
    before = _READER.set(language)
    try:
        with click_speaks(language):
            yield
    finally:
        _READER.reset(before)


def language_for(
    arguments: Sequence[str], streams: Sequence[TextIO | None], environment: Mapping[str, str] = os.environ
) -> Language:
    """Return the language: of ``--lang``, ``IMPORT_CONTACTS_LANG``, the configuration file, or the locale.

    A stream whose encoding lacks the language's letters becomes UTF-8 if the user asked for the language. The locale's
    gives way to English there: help in escapes such as ``\\u7528`` helps nobody.
    """
    if wanted := _wanted(arguments, environment):
        for stream in streams:
            if isinstance(stream, io.TextIOWrapper) and not _can_show(stream, wanted):
                stream.reconfigure(encoding="utf-8")
        return wanted
    found = language_of(environment, system_locale())
    return found if all(_can_show(stream, found) for stream in streams) else ENGLISH_READER


def _wanted(arguments: Sequence[str], environment: Mapping[str, str]) -> Language | None:
    """What the user asked for. What is no language is told later, by whoever reads all arguments or settings."""
    if language := named(_given("--lang", arguments) or environment.get(config_file.LANG_VARIABLE, "")):
        return language
    return named(config_file.language(Path(_given("--config", arguments) or config_file.DEFAULT)))


def _given(option: str, arguments: Sequence[str]) -> str:
    """The last value of an option, ``""`` without one; after ``--`` come no options."""
    options = [*takewhile("--".__ne__, arguments)]
    values = [after for before, after in pairwise(options) if before == option]
    values += [argument.partition("=")[2] for argument in options if argument.startswith(f"{option}=")]
    return values[-1] if values else ""


def _can_show(stream: TextIO | None, language: Language) -> bool:
    encoding = getattr(stream, "encoding", None)
    try:
        language.tell(Message("Error")).encode(encoding or "utf-8")
    except UnicodeEncodeError:
        return False
    return True
