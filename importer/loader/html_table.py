"""Read the rows of an HTML page: many programs export a page with one table and call it .xls."""

import codecs
import re
from collections.abc import Generator
from functools import partial
from html.parser import HTMLParser
from typing import Final

from importer.data_table import data_table
from importer.loader.encoding import find_encoding, open_text
from importer.loader.header import NumberedRow
from importer.loader.unwrap import Content
from importer.message import Message, Messages
from importer.normalizer.text import WideText

_BLOCK_CHARS: Final = 1 << 16
CHARSET: Final = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w-]{2,40})", re.IGNORECASE)
_SUPERSETS: Final = dict(data_table(__file__, "page_encodings.txt"))
# The limits of the HTML standard, 4.9.11: attributes common to td and th elements.
_WIDEST_SPAN: Final = 1000
_LONGEST_SPAN: Final = 65534
_BREAKS: Final = frozenset({"br", "p", "div", "li"})
_SPACES: Final = re.compile(r"[ \t\r\n\f]+")


def html_rows(content: Content, encoding: str) -> Generator[NumberedRow, None, None]:
    """Yield the rows of all tables of the page; the n-th ``<tr>`` is row n.

    Raises ``InputError`` for a read error.
    """
    parser = _Rows()
    with open_text(content, encoding) as file:
        for block in iter(partial(file.read, _BLOCK_CHARS), ""):
            parser.feed(block)
            yield from parser.taken()
    parser.close()
    parser.end_row()
    yield from parser.taken()


def declared_encoding(content: Content, found: re.Match[bytes] | None, given: str | None) -> tuple[str, Messages]:
    """Return the encoding and notes: the user says it, a byte order mark, the document, or its bytes show it.

    The document names it in the first group of ``found``. Raises ``ConfigError`` for an unknown ``given`` one,
    ``InputError`` where none can be told.
    """
    try:
        name = codecs.lookup(found[1].decode("ascii")).name if found else None
    except LookupError:
        name = None
    # A document that calls itself UTF-16 in ASCII is not in UTF-16.
    usable = None if name is None or name.startswith(("utf-16", "utf-32")) else _SUPERSETS.get(name, name)
    encoding = find_encoding(content, given, usable)
    told = Message("encoding {encoding} ({origin})", encoding=encoding.name, origin=encoding.origin)
    return encoding.codec, (told, *encoding.remarks())


class _Rows(HTMLParser):
    """Collects the rows that end in what it is fed; one that is left open is ended by the next."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._done: list[NumberedRow] = []
        self._number = 0
        self._row: list[str] | None = None
        self._cell: list[str] | None = None
        self._span = 1, 1
        self._below: dict[int, int] = {}  # column: rows further down that a cell above reaches into
        self._silent = 0

    def taken(self) -> list[NumberedRow]:
        """Return the rows that have ended since the last call."""
        done, self._done = self._done, []
        return done

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self._begin_row()
        elif tag in ("td", "th"):
            self._begin_cell(dict(attrs))
        elif tag == "table":
            self._below.clear()
        elif tag in ("script", "style"):
            self._silent += 1
        elif tag in _BREAKS and self._cell:
            self._cell.append("\0")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("tr", "table"):
            self.end_row()
        elif tag in ("td", "th"):
            self._end_cell()
        elif tag in ("script", "style"):
            self._silent = max(0, self._silent - 1)

    def handle_data(self, data: str) -> None:
        if self._cell is not None and not self._silent:
            self._cell.append(data)

    def end_row(self) -> None:
        """End the open row."""
        self._end_cell()
        if self._row is not None:
            self._pass_occupied()
            width = len(self._row)
            self._below = {column: left - (column >= width) for column, left in self._below.items() if left}
            self._done.append((self._number, tuple(self._row)))
            self._row = None

    def _begin_row(self) -> None:
        self.end_row()
        self._number += 1
        self._row = []

    def _begin_cell(self, attrs: dict[str, str | None]) -> None:
        self._end_cell()
        if self._row is None:
            self._begin_row()
        self._pass_occupied()
        self._span = _number(attrs.get("colspan"), _WIDEST_SPAN), _number(attrs.get("rowspan"), _LONGEST_SPAN)
        self._cell = []

    def _end_cell(self) -> None:
        if self._cell is None or self._row is None:
            return
        wide, high = self._span
        first = len(self._row)
        lines = _SPACES.sub(" ", "".join(self._cell)).split("\0")
        text = "\n".join(filter(None, (line.strip(" ") for line in lines)))
        self._row += [WideText(text) if text and wide > 1 else text, *[""] * (wide - 1)]
        if high > 1:
            self._below |= dict.fromkeys(range(first, first + wide), high - 1)
        self._cell = None

    def _pass_occupied(self) -> None:
        """Leave the places blank that a cell above reaches into."""
        if self._row is None:
            return
        while left := self._below.get(len(self._row)):
            self._below[len(self._row)] = left - 1
            self._row.append("")


def _number(text: str | None, most: int) -> int:
    digits = (text or "").strip()
    return max(1, min(int(digits), most)) if digits.isascii() and digits.isdigit() and len(digits) < 9 else 1
