"""Open a vCard file: a record for each card."""

import codecs
import re
from collections.abc import Generator, Iterator
from functools import partial
from typing import Final

from importer.error_codes import row_error
from importer.loader.broken_bytes import is_wide
from importer.loader.encoding import DETECTED, Encoding, find_encoding, open_text
from importer.loader.records.record import Fault, Record, Records
from importer.loader.records.vcard_text import BEGIN, Card, cards, unfolded
from importer.loader.records.vcard_values import COMPANY, GROUP, Reading, reading, title_order
from importer.loader.unwrap import Content
from importer.message import Counted, Message, and_more
from importer.normalizer.text import quoted

_HAS_CHARSET: Final = re.compile(rb"[^:]*;\s*CHARSET\s*=", re.IGNORECASE)
_MOST_BYTES: Final = 1 << 26
_MOST_TOLD: Final = 5


def open_records(content: Content, given: str | None) -> Records:
    """Find out how to read the cards. ``given`` is the encoding that the user names. Raises ``InputError``."""
    encoding = _encoding(content, given)
    told = Message("encoding {encoding} ({origin})", encoding=encoding.name, origin=encoding.origin)
    count = _Count()

    def read() -> Generator[Record, None, None]:
        count.begin()
        for number, card in enumerate(cards(_lines(content, encoding.codec)), start=1):
            yield count.noted(number, card, _decoding(encoding.codec))

    return Records(
        read,
        notes=(Message("vCard"), told, *encoding.remarks()),
        order=title_order,
        remarks=count.remarks,
        encoding=encoding.codec,
        origin=encoding.origin,
    )


def _encoding(content: Content, given: str | None) -> Encoding:
    """The encoding of the values that have none of their own, by the unfolded lines: a fold may cut a character."""
    if given is None:
        with content.open() as file:
            if all(_is_utf8(line) or _HAS_CHARSET.match(line) for _, line in unfolded(file)):
                return Encoding("utf-8", DETECTED, 0)
    return find_encoding(content, given)


def _is_utf8(line: bytes) -> bool:
    """Whether it is text in UTF-8, and has no sign of an encoding that spells all in ASCII or in two bytes."""
    if line.isascii():
        return b"\0" not in line and b"\x1b" not in line
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _decoding(codec: str) -> str:
    """The codec of the lines as they are handed on."""
    return "utf-8" if is_wide(codec) else codec


def _lines(content: Content, codec: str) -> Iterator[bytes]:
    """The lines as bytes of a superset of ASCII."""
    if is_wide(codec):
        with open_text(content, codec) as text:
            yield from (line.encode("utf-8", "replace") for line in iter(partial(text.readline, _MOST_BYTES), ""))
        return
    with content.open() as file:
        for line in iter(partial(file.readline, _MOST_BYTES), b""):
            yield line.replace(codecs.BOM_UTF8, b"") if BEGIN.search(line) else line


class _Count:
    """Makes records of cards, and counts what is to be told of them."""

    def begin(self) -> None:
        self._companies: list[int] = []
        self._pictures = self._agents = 0

    def noted(self, number: int, card: Card, codec: str) -> Record:
        """The record of a card."""
        found = reading(card, codec)
        if not card.is_card:
            text = b"\n".join(card.lines).decode(codec, "replace")
            told = Message("line {line}: {found} stands outside of a card", line=card.line, found=quoted(text))
            return Record(number, {}, Fault(row_error("broken_record", told), text))
        if found.kind == COMPANY:
            self._companies.append(number)
        self._pictures += found.pictures
        self._agents += card.agents
        return Record(number, found.values, _fault(card, found))

    def remarks(self) -> Iterator[Message]:
        """What to tell once all cards have been read."""
        if self._companies:
            yield Counted(
                "{number} card is a company's: record {records}",
                "{number} cards are companies': records {records}",
                len(self._companies),
                records=and_more(self._companies, _MOST_TOLD),
            )
        if self._pictures:
            yield Counted(
                "{number} picture or key within the cards is left out: LiveDesk takes links to pictures",
                "{number} pictures or keys within the cards are left out: LiveDesk takes links to pictures",
                self._pictures,
            )
        if self._agents:
            yield Counted(
                "{number} card within another (AGENT) is left out",
                "{number} cards within others (AGENT) are left out",
                self._agents,
            )


def _fault(card: Card, found: Reading) -> Fault | None:
    """Why a card's row is invalid, if it is."""
    if found.unread:
        told = Message(
            "line {line}: the card has {found}, which is no property", line=card.line, found=quoted(found.unread[0])
        )
        return Fault(row_error("broken_record", told), "\n".join(found.unread))
    if not card.is_whole:
        told = Message("line {line}: the END:VCARD of the card is missing", line=card.line)
        return Fault(row_error("broken_record", told), "END:VCARD")
    if found.kind == GROUP:
        told = Message("the card is a group, and no person")
        return Fault(row_error("not_a_person", told), "KIND:group")
    return None
