"""Texts of the system, such as names of files: bytes that may be of another encoding than the system's."""

import re
from contextlib import suppress
from typing import Final

# Python escapes a byte that does not decode as a lone surrogate (PEP 383).
_ESCAPED: Final = re.compile("[^\x00-\x7f\ud800-\udfff]*[\udc80-\udcff][^\x00-\x7f]*")
_COMMAND: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_NO_TEXT: Final = re.compile("[\ud800-\udfff]")


def decoded(text: str) -> str:
    """The text without escapes of bytes that are not UTF-8, so that every file, database and terminal takes it.

    Older Chinese systems name files in GB 2312: a stretch that is one in it is read so. Its characters have no byte of
    ASCII, so a Latin-1 accent within a word is not taken for one. Any other such byte becomes U+FFFD.
    """
    return text if text.isascii() or is_text(text) else _ESCAPED.sub(_stretch, text)


def printable(text: str) -> str:
    """Return the text in one line, ``decoded``, with an escape for what cannot be seen: breaks, commands, marks of
    direction."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in decoded(text))


def without_commands(text: str) -> str:
    """The text with an escape for each character that a terminal obeys; lines and tabs stay."""
    return text if text.isprintable() else _COMMAND.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def is_text(text: str) -> bool:
    """Whether every byte of a text was decoded."""
    return _NO_TEXT.search(text) is None


def _stretch(escaped: re.Match[str]) -> str:
    raw = escaped[0].encode("utf-8", "surrogateescape")
    with suppress(UnicodeDecodeError):
        return raw.decode("gb2312")
    return raw.decode("utf-8", "replace")
