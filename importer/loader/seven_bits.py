"""Tell encodings in which every byte is ASCII, and other letters are behind marks: HZ, ISO 2022, UTF-7. Pure."""

import re
import unicodedata
from typing import Final

_HZ: Final = re.compile(rb"~\{(?:[!-w][!-~])+~\}")  # RFC 1843
_ISO_2022: Final = (
    (b"\x1b$B", "iso2022_jp"),  # RFC 1468
    (b"\x1b$)C", "iso2022_kr"),  # RFC 1557
)
"""Escape sequences that stand in no other text."""

_UTF7: Final = re.compile(rb"\+([A-Za-z0-9+/]*)(-?)")  # RFC 2152
_LEAST_RUNS: Final = 2
_TEXT: Final = ("L", "M", "P", "S", "Z")


def seven_bit_encoding(head: bytes) -> str | None:
    """The encoding of this kind that a text's first bytes show; ``None`` for any other."""
    if found := next((codec for mark, codec in _ISO_2022 if mark in head), None):
        return found
    if not head.isascii():
        return None
    return "hz" if _HZ.search(head) else "utf-7" if b"+" in head and _is_utf7(head) else None


def _is_utf7(head: bytes) -> bool:
    """Whether every plus sign begins letters beyond ASCII in UTF-7, or stands for itself (``+-``).

    A file of phone numbers or of addresses with a plus sign has one that does neither.
    """
    runs = [found[1] for found in _UTF7.finditer(head[: head.rfind(b"\n") + 1]) if found[1] or not found[2]]
    return len(runs) >= _LEAST_RUNS and all(map(_are_letters, runs))


def _are_letters(run: bytes) -> bool:
    """Whether a run of base64 is text beyond ASCII, and has a letter of base64, as a phone number has not."""
    try:
        text = (b"+%b-" % run).decode("utf-7")
    except UnicodeDecodeError:
        return False
    beyond = all(char > "\x7f" and (char == "\ufeff" or unicodedata.category(char)[0] in _TEXT) for char in text)
    return bool(text) and beyond and not run.isdigit()
