r"""Decode what a program wrote for another one into a text: ``&#39;``, ``=?UTF-8?Q?Jos=C3=A9?=``, ``\u00fc``. Pure.

Each has a form that no name has by chance; what the form does not explain stays as it is.
"""

import html
import re
import unicodedata
from typing import Final

_ENTITY: Final = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_MIME_WORD: Final = re.compile(r"=\?[\w-]{2,40}(?:\*[\w-]+)?\?[QqBb]\?[^?\s]*\?=")  # RFC 2047
_UNICODE: Final = re.compile(r"(?:\\u[0-9a-fA-F]{4})+")  # as JSON and many languages write it
_MOST_TIMES: Final = 3


def decoded(text: str) -> str | None:
    """The text without such forms; ``None`` if it has none that can be decoded."""
    found = text
    for _ in range(_MOST_TIMES):  # ``&amp;eacute;`` was escaped twice
        again = _ENTITY.sub(lambda match: _sound(html.unescape(match[0]), match[0]), found)
        again = _UNICODE.sub(lambda match: _sound(_from_unicode(match[0]), match[0]), again)
        if _MIME_WORD.search(again):
            again = _from_mime(again)
        if again == found:
            break
        found = again
    return None if found == text else found


def _sound(text: str, escaped: str) -> str:
    """What an escape stands for, or itself where that is no character of a text."""
    return escaped if any(unicodedata.category(char) in ("Cc", "Cn", "Co", "Cs") for char in text) else text


def _from_unicode(escapes: str) -> str:
    units = bytes.fromhex(escapes.replace("\\u", ""))
    return units.decode("utf-16-be", "replace").replace("\ufffd", "\0")


def _from_mime(text: str) -> str:
    from email.header import decode_header, make_header

    try:
        return str(make_header(decode_header(text)))
    except (LookupError, ValueError):  # an unknown encoding, or bytes that it does not have
        return text
