"""The variables that the program reads: those of the process, and behind them those of the file of --env-file.

The file's variables stay in this process: no program that it starts inherits a secret from there.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Final, NamedTuple

from importer.config.variables import plain_name
from importer.errors import ConfigError
from importer.files import small_files
from importer.message import Message

FILE_VARIABLE: Final = plain_name("--env-file")


class EnvFile(NamedTuple):
    """A file of variables, as it was read."""

    path: Path
    values: Mapping[str, str]


class Found(NamedTuple):
    """The value of a variable, and where it stands, as errors name it."""

    value: str
    place: str


_in_use: list[EnvFile] = []
"""A list of none or one: the file belongs to the process, as its variables do, and to all its threads."""


def read(path: Path) -> EnvFile:
    """Read ``KEY=VALUE`` lines: ``export``, quotes and comments may be there, and nothing is expanded or run.

    Raises ``ConfigError`` with the line that is none.
    """
    from dotenv.parser import parse_stream  # most runs have no such file

    hint = Message("write a line such as {example} for each variable", example="LIVEDESK_API_KEY=…")
    values = {}
    for found in parse_stream(StringIO(small_files.read(path, str(path), hint))):
        if found.error:
            text = found.original.string
            line = found.original.line + text[: len(text) - len(text.lstrip())].count("\n")
            raise ConfigError(Message("{path}, line {line}: no variable", path=path, line=line), hint)
        if found.key is not None and found.value is not None:
            values[found.key] = found.value
    return EnvFile(path, values)


@contextmanager
def using(file: EnvFile) -> Iterator[None]:
    """Let the program read the variables of a file, behind those of the process, for a while."""
    before = [*_in_use]
    _in_use[:] = [file]
    try:
        yield
    finally:
        _in_use[:] = before


def layers() -> list[tuple[Mapping[str, str], str]]:
    """Return the variables of the file, if there is one, and those of the process, which go before them.

    Each with what stands before a name in errors.
    """
    return [*((file.values, f"{file.path}: ") for file in _in_use), (os.environ, "")]


def find(*names: str) -> Found | None:
    """Return the first of these variables that is not empty."""
    for variables, before in reversed(layers()):
        for name in names:
            if value := variables.get(name):
                return Found(value, before + name)
    return None


def get(*names: str) -> str:
    """Return the value that ``find`` finds, ``""`` if there is none."""
    found = find(*names)
    return found.value if found else ""


def in_use() -> EnvFile | None:
    """Return the file whose variables count."""
    return _in_use[0] if _in_use else None


def names() -> list[str]:
    """Return the names of all variables, sorted: those of the process, and of the file."""
    return sorted({name for variables, _ in layers() for name in variables})
