"""Keep bytes that an encoding does not have as lone surrogates, so that they cost their cell and not the file. Pure."""

import codecs
import re
from typing import Final

KEEP_BROKEN: Final = "importer.keep_broken"
"""The name of the error handler for ``bytes.decode`` and ``open``."""

BROKEN: Final = re.compile("[\udc80-\udcff\ufffd]")
"""A character that stands for broken bytes."""

# In these an ASCII byte is a part of every character.
_WIDE: Final = ("utf-16", "utf-32", "utf16", "utf32")
_BLANK: Final = b"\0\t\n\r "


def is_wide(codec: str) -> bool:
    """Whether a character takes two or four bytes in this encoding, whatever it is."""
    return codec.lower().replace("_", "-").startswith(_WIDE)


def _keep(error: UnicodeError) -> tuple[str, int]:
    """PEP 383 for any encoding: a byte of 0x80 and on becomes U+DC80 and on.

    ASCII bytes behind the first half of a character are no part of it: a delimiter stays one. Of UTF-16 and UTF-32 only
    the whole character can be told to be broken, and a blank byte too many at the end is nothing.
    """
    if not isinstance(error, UnicodeDecodeError):
        raise error
    data = error.object[error.start : error.end]
    if is_wide(error.encoding) or data[0] < 0x80:
        return "" if not data.strip(_BLANK) else "\ufffd", error.end
    bad = re.match(rb"[\x80-\xff]+", data)
    kept = bad[0] if bad else data
    return "".join(chr(0xDC00 + byte) for byte in kept), error.start + len(kept)


codecs.register_error(KEEP_BROKEN, _keep)
