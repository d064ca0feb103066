"""The language of whoever reads and the format of standard error: chosen before the arguments are parsed, so that
usage errors and help are in them."""

import io
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import pairwise, takewhile
from pathlib import Path
from typing import Final, TextIO

from importer.cli.click_words import click_speaks
from importer.config import yaml_file
from importer.config.environment import FILE_VARIABLE, read
from importer.config.variables import plain_name
from importer.errors import ConfigError
from importer.message import ENGLISH_READER, Language, Message, language_of, named
from importer.terminal.log_formats import LOG_FORMATS, LogFormat
from importer.terminal.system_locale import system_locale

_READER: Final = ContextVar("reader", default=ENGLISH_READER)
_FORMAT: Final[ContextVar[LogFormat | None]] = ContextVar("format", default=None)
_FORMAT_VARIABLE: Final = plain_name("--log-format")


def reader() -> Language:
    """Return the language of this command."""
    return _READER.get()


def chosen_format() -> LogFormat | None:
    """Return the format that the user chose for standard error, if any."""
    return _FORMAT.get()


@contextmanager
def reading(language: Language, log_format: LogFormat | None = None) -> Iterator[None]:
    """Let ``reader`` return this language for a while, and click speak it too; ``chosen_format`` this format."""
    before, format_before = _READER.set(language), _FORMAT.set(log_format)
    try:
        with click_speaks(language):
            yield
    finally:
        _READER.reset(before)
        _FORMAT.reset(format_before)


def format_for(arguments: Sequence[str], environment: Mapping[str, str] = os.environ) -> LogFormat | None:
    """Return the format of ``--log-format`` or its variable; what is none of them click tells later."""
    named_by = _given("--log-format", arguments) or _variables(arguments, environment).get(_FORMAT_VARIABLE, "")
    return LOG_FORMATS.get(named_by)


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
    found = language_of(environment, system_locale)
    return found if all(_can_show(stream, found) for stream in streams) else ENGLISH_READER


def _wanted(arguments: Sequence[str], environment: Mapping[str, str]) -> Language | None:
    """What the user asked for. What is no language is told later, by whoever reads all arguments or settings."""
    variables = _variables(arguments, environment)
    if language := named(_given("--lang", arguments) or variables.get(yaml_file.LANG_VARIABLE, "")):
        return language
    path = _given("--config", arguments) or variables.get(yaml_file.PATH_VARIABLE) or yaml_file.DEFAULT
    return named(yaml_file.language(Path(path)))


def _variables(arguments: Sequence[str], environment: Mapping[str, str]) -> Mapping[str, str]:
    return {**_of_env_file(arguments, environment), **environment}


def _of_env_file(arguments: Sequence[str], environment: Mapping[str, str]) -> Mapping[str, str]:
    """The variables of the file of --env-file; what is wrong with it is told later."""
    path = _given("--env-file", arguments) or environment.get(FILE_VARIABLE)
    try:
        return read(Path(path)).values if path else {}
    except ConfigError:
        return {}


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
