"""Whether a file looks as if more of it were to come: by its end, and of some formats by all of it. Reads only.

A file that is cut may look whole, and one that looks cut may be all there is: most formats have an end that shows, a
text has a last line break or it has not. What would take long to know is not asked.
"""

import gzip
import re
import zlib
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from importer.loader.archive import OLE2_MAGIC
from importer.loader.records.formats import record_format
from importer.loader.records.json_texts import is_closed
from importer.loader.unwrap import GZIP_MAGIC, ZIP_MAGIC, Content, most_bytes
from importer.message import Message

_ENDS_BYTES: Final = (1 << 16) + 22
"""So far before the end the directory of a ZIP may stand, behind which a comment may come."""

_COMMENT: Final = slice(20, 22)
"""Where the last record of a ZIP, which ends here, has the length of the comment behind it."""

_BLOCK_BYTES: Final = 1 << 20
_MOST_JSON_BYTES: Final = 1 << 22
"""Read in 0.6 s (58 MB took 9 s); of larger ones the last sign alone is looked at."""


class _Ends(NamedTuple):
    """The first bytes of a file, without blanks and the NULs that UTF-16 has between letters, and its last ones."""

    path: Path
    head: bytes
    tail: bytes


def what_is_missing(path: Path) -> Message | None:
    """Return what a file lacks that it has when it is whole, ``None`` if nothing shows. Raises ``OSError``."""
    with path.open("rb") as file:
        head = file.read(_ENDS_BYTES)
        size = file.seek(0, 2)
        file.seek(max(size - _ENDS_BYTES, 0))
        tail = file.read()
    if not size:
        return Message("it is empty")
    text = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe\x1e \t\r\n")
    return _missing_by(head, text, path.name)(_Ends(path, text, tail))


def _missing_by(head: bytes, text: bytes, name: str) -> "Callable[[_Ends], Message | None]":
    """What tells of a file that begins so what it lacks."""
    found = record_format(head, name)
    if found is not None:
        return _OF_RECORDS[found.module]
    return next((missing for begins, missing in _FORMS if begins.match(head) or begins.match(text)), _text)


def _zip(ends: _Ends) -> Message | None:
    """By the last record, which says how long the comment is that the file ends with; its sign may be in a comment."""
    signs = (sign.start() for sign in re.finditer(re.escape(b"PK\5\6"), ends.tail))
    records = (ends.tail[sign:] for sign in signs)
    is_whole = any(
        len(one) == _COMMENT.stop + int.from_bytes(one[_COMMENT], "little")
        for one in records
        if len(one) >= _COMMENT.stop
    )
    return None if is_whole else Message("its directory is missing")


def _gzip(ends: _Ends) -> Message | None:
    """By all of it, but no more than an import unpacks."""
    left = most_bytes(Content(ends.path))
    try:
        with gzip.open(ends.path) as file:
            while left >= 0 and (block := file.read(_BLOCK_BYTES)):
                left -= len(block)
    except EOFError:
        return Message("it breaks off")
    except (OSError, zlib.error):  # damaged: its import tells
        return None
    return None


def _nothing(_: _Ends) -> Message | None:
    return None


def _magic(ends: _Ends) -> Message | None:
    return None if ends.tail.endswith((b"PAR1", b"PARE", b"ARROW1")) else Message("its directory is missing")


def _json(ends: _Ends) -> Message | None:
    sign = b"]" if ends.head.startswith(b"[") else b"}"
    if not _text_of(ends).endswith(sign):
        return Message("its last bracket is not closed")
    if ends.path.stat().st_size > _MOST_JSON_BYTES:
        return None
    with ends.path.open(encoding="utf-8", errors="replace") as lines:
        return None if is_closed(lines) else Message("its last bracket is not closed")


def _card(ends: _Ends) -> Message | None:
    return None if re.search(rb"END\s*:\s*VCARD$", _text_of(ends), re.IGNORECASE) else Message("END:VCARD is missing")


def _xml(ends: _Ends) -> Message | None:
    """By the end of its first element; of one that has none, a line of HTML, by any end."""
    first, last = _FIRST.search(ends.head), _LAST.search(_text_of(ends))
    is_whole = first and last and (last[1].lower() in (first[1].lower(), b"html") or first[1].lower() in _WITHOUT_END)
    return None if is_whole else Message("its last tag is missing")


_FIRST: Final = re.compile(rb"<([A-Za-z][\w:.-]*)")
_LAST: Final = re.compile(rb"</([\w:.-]+)\s*>(?:\s*<!--[^>]*-->)*$")
_WITHOUT_END: Final = (b"meta", b"link", b"style")


def _text(ends: _Ends) -> Message | None:
    if not ends.tail.rstrip(b"\0 \t\x1a").endswith((b"\n", b"\r")):
        return Message("its last line has no end")
    with ends.path.open("rb") as file:
        marks = sum(block.count(b'"') for block in iter(partial(file.read, _BLOCK_BYTES), b""))
    return Message("its last quotation mark is not closed") if marks % 2 else None


def _text_of(ends: _Ends) -> bytes:
    return ends.tail.replace(b"\0", b"").rstrip()


_FORMS: Final[tuple[tuple[re.Pattern[bytes], Callable[[_Ends], Message | None]], ...]] = (
    # By the first that fits.
    (re.compile(re.escape(ZIP_MAGIC)), _zip),
    (re.compile(re.escape(GZIP_MAGIC)), _gzip),
    (re.compile(re.escape(OLE2_MAGIC)), _nothing),
    (re.compile(rb"<[!?\w]"), _xml),
)
"""How files begin that are no records, and what shows that one goes on; any other one is a text."""

_OF_RECORDS: Final[Mapping[str, Callable[[_Ends], Message | None]]] = {
    # By the module that reads them.
    "arrow_file": _magic,
    "json_file": _json,
    "vcard_file": _card,
}
