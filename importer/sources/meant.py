"""What each name is that stands on a command line, or in a call: a path, or a source."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from importer.errors import ConfigError
from importer.message import Message
from importer.network.addresses import public, scheme_of
from importer.sources.frame import frame_of
from importer.sources.source import Input, Source
from importer.sources.stream import Stream
from importer.texts import printable


def inputs_of(names: Iterable[object]) -> tuple[Input, ...]:
    """What a caller names. Raises ``ConfigError`` for none, and for what is neither a source nor a path."""
    inputs = tuple(map(_input, names))
    _refuse_none(inputs)
    return inputs


def as_paths(names: Iterable[object]) -> tuple[Path, ...]:
    """The paths that a caller names, where nothing else will do. Raises ``ConfigError`` as ``inputs_of``."""
    paths = tuple(map(_as_path, names))
    _refuse_none(paths)
    return paths


def _refuse_none(inputs: Sequence[object]) -> None:
    if not inputs:
        raise ConfigError("no file to import", "give the path of at least one")


def _input(name: object) -> Input:
    if isinstance(name, Source):
        return name
    return next(filter(None, (kind(name) for kind in _KINDS)), None) or _as_path(name)


def _as_path(name: object) -> Path:
    """An empty text comes from a variable that is not set; as a path it would be the current folder."""
    text = os.fspath(name) if isinstance(name, os.PathLike) else name
    if not isinstance(text, str):
        hint = next(hint for is_such, hint in _INSTEAD if is_such(name))
        raise ConfigError("no file to import: {value} is no path", hint, value=type(name).__name__)
    if name == "-":
        raise ConfigError(
            'no file to import: "-" is standard input on the command line alone', "give sys.stdin.buffer itself"
        )
    if not text.strip():
        raise ConfigError("no file to import: a path is empty", "check the variable that it comes from")
    if scheme_of(text):
        raise ConfigError(
            "{source} cannot be read: an address is fetched by an import, a check and a plan alone",
            "download the file, and give its path",
            source=public(text),
        )
    if "\0" in text:
        raise ConfigError("no file to import: {path} is no path", "leave out the zero byte", path=printable(text))
    return Path(text)


_INSTEAD: Final[tuple[tuple[Callable[[object], bool], Message], ...]] = (
    # By the first that fits.
    (lambda name: callable(getattr(name, "to_frame", None)), Message("give a DataFrame, such as data.to_frame()")),
    (lambda name: isinstance(name, Mapping), Message("give a DataFrame, such as pandas.DataFrame(data)")),
    (
        lambda name: isinstance(name, Iterable) and not isinstance(name, bytes | bytearray),
        Message("give each as an argument of its own: import_contacts(*files)"),
    ),
    (lambda _name: True, Message("give each path as a text or a Path")),
)
"""What to give in the place of what is no path."""


def _stream(name: object) -> Source | None:
    """An open file of Python, or what reads like one."""
    if not callable(getattr(name, "read", None)):
        return None
    known = getattr(name, "name", "")
    called = Path(known).name if isinstance(known, str) else ""
    if len(called) > 2 and called[0] + called[-1] == "<>":  # no file: <stdin>
        called = called[1:-1]
    return Stream(name, called or type(name).__name__, called or "stream")  # type: ignore[arg-type]  # by its method


def _address(name: object) -> Source | None:
    """A text that begins as an address does."""
    scheme = scheme_of(name) if isinstance(name, str) else ""
    if not isinstance(name, str) or not scheme:
        return None
    if scheme in ("https", "http"):
        from importer.sources.web_file import web_file  # few runs need HTTP and TLS here

        return web_file(name)
    from importer.sources.remote import SCHEMES, remote_file

    if scheme in SCHEMES:
        return remote_file(name)
    raise ConfigError(
        "{source} cannot be read: {scheme}:// is not supported",
        "give the path of a file, or an address with one of {schemes}",
        source=public(name),
        scheme=scheme,
        schemes=", ".join(f"{one}://" for one in ("https", *SCHEMES)),
    )


_KINDS: Final[tuple[Callable[[object], Source | None], ...]] = (frame_of, _stream, _address)
"""Each tells what it takes for a source of its kind."""
