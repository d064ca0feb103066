"""Values of properties as bytes and texts: quoted-printable, base64, and the charset that each may name. Pure."""

import base64
import codecs
import quopri
import re
from functools import cache
from typing import Final

from importer.loader.broken_bytes import KEEP_BROKEN
from importer.loader.records.vcard_text import Property

_CONTROL: Final = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]")
_NO_BYTE: Final = re.compile(rb"=(?![0-9A-Fa-f]{2})")


def is_garbled(one: Property, codec: str) -> bool:
    """Whether a value is not in the encoding that it names."""
    if is_base64(one):
        return not is_text(one, codec)
    return _is_quoted(one) and _NO_BYTE.search(one.value) is not None


def decoded(one: Property, codec: str) -> str:
    """The value as text: out of quoted-printable or base64, in its own charset if it names one."""
    data = one.value
    if _is_quoted(one):
        data = quopri.decodestring(data)
    elif is_base64(one) and is_text(one, codec):
        data = _unpacked(one)
    return text_of(data, _charset(one) or codec)


def is_text(one: Property, codec: str) -> bool:
    """Whether a value in base64 is one, and a text in its charset without control characters."""
    try:
        text = _unpacked(one).decode(_charset(one) or codec)
    except ValueError:
        return False
    return _CONTROL.search(text) is None


def is_base64(one: Property) -> bool:
    return not _encodings(one).isdisjoint({"b", "base64"})


def _is_quoted(one: Property) -> bool:
    return not _encodings(one).isdisjoint({"quoted-printable", "q"})


def _encodings(one: Property) -> set[str]:
    return {value.lower() for value in one.parameters.get("encoding", ())}


def _unpacked(one: Property) -> bytes:
    """The bytes of a value in base64, whose padding may be missing. Raises ``ValueError``."""
    packed = b"".join(one.value.split()).rstrip(b"=")
    return base64.b64decode(packed + b"=" * (-len(packed) % 4), validate=True)


def _charset(one: Property) -> str:
    """The codec that a value names, "" if it names none that is known."""
    return _known(next(iter(one.parameters.get("charset", ())), ""))


@cache
def _known(charset: str) -> str:
    """The codec of a charset, "" for none that reads any bytes; the Chinese ones with all that their successor has."""
    try:
        name = codecs.lookup(charset).name if charset else ""
        b"\xff".decode(name or "utf-8", KEEP_BROKEN)
    except (LookupError, ValueError):  # none of texts, or one that takes no handler of errors, such as idna
        return ""
    return "gb18030" if name in ("gb2312", "gbk") else name


def text_of(data: bytes, codec: str) -> str:
    return data.decode(codec, KEEP_BROKEN).replace("\0", "").replace("\r\n", "\n")
