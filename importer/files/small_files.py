"""Small files that people or shells write: their text, in bounds, and what is wrong with one, with the place of it."""

import os
import stat
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from pathlib import Path
from typing import Final

from importer.errors import ConfigError, reason_of
from importer.message import Message

MOST_BYTES: Final = 1 << 16
"""A file of variables or with a secret has a hundred bytes; another one was meant, or it has no end."""


def decode(raw: bytes) -> str:
    """Return UTF-8 as text, or UTF-16 where its mark says so: what ``>`` of Windows PowerShell writes.

    Raises ``UnicodeDecodeError``.
    """
    return raw.decode("utf-16" if raw.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8-sig")


def is_open(path: Path) -> bool:
    """Whether every user of this machine may read a file, as far as POSIX tells; a group may be meant to."""
    return os.name == "posix" and bool(path.stat().st_mode & stat.S_IROTH)


def read(path: Path, place: str, hint: Message) -> str:
    """Return the text of a file, which may be a pipe. Raises ``ConfigError`` that names ``place``, with ``hint``."""
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
        if len(raw) <= MOST_BYTES:
            return decode(raw)
        why = Message("{place}: it has more than {limit:,} bytes", place=place, limit=MOST_BYTES)
    except FileNotFoundError:
        why = Message("{place}: no such file", place=place)
    except UnicodeDecodeError:  # its words would quote the file
        why = Message("{place}: it holds bytes that are no text; give it in UTF-8", place=place)
    except (OSError, ValueError) as error:
        reason = reason_of(error)
        why = Message("{place}: cannot be read: {reason}", place=place, reason=reason)
    raise ConfigError(why, hint) from None
