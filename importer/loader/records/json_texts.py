"""Divide a text into its JSON values without reading them, so that one that is broken costs itself alone. Pure.

No string of JSON has a line break in it, and an object stands only behind ``:``, ``[`` or ``,``. Where one begins
elsewhere, the value before it is broken, and ends there.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

_TOKEN: Final = re.compile(r'"[^"\\\n\r]*(?:\\[^\n\r][^"\\\n\r]*)*("?)|[{}\[\]]')
_SCALAR: Final = re.compile(r'"[^"\\\n\r]*(?:\\[^\n\r][^"\\\n\r]*)*"?|[^\s,{}\[\]"]+|[}\]]')
_BETWEEN: Final = re.compile(r"[\s,\x1e]*")
"""What may stand between two values; U+001E begins one in a JSON text sequence (RFC 7464)."""

_MOST_BLANKS: Final = 1000
_BLANKS: Final = " \t\r\n\f\v\x1e"
_PASSED_OVER: Final = re.compile(f"[{_BLANKS},]*")


class Piece(NamedTuple):
    """The text of one value, which may be broken, and the line that it begins in, from 1."""

    text: str
    line: int


class _Nesting:
    """The containers that are open at a place of a text, which may come in several parts.

    A text of several lines, with a list of objects in it, ``is_document``: a broken object does not end it.
    """

    def __init__(self) -> None:
        self._open: list[str] = []
        self._last = ""
        self.is_document = False

    @property
    def is_open(self) -> bool:
        """Whether a container is open: of a value that has ended, that it is broken."""
        return bool(self._open)

    def end_of(self, text: str, start: int = 0) -> int | None:
        """Where the value ends that is open, or begins at ``start``; ``None`` where this part does not tell."""
        for found in _TOKEN.finditer(text, start):
            sign = found[0][0]
            if sign in "{[":
                if self._open and self._breaks(self._before(text, start, found.start())):
                    return found.start()
                self._open.append(sign)
            elif sign != '"':
                self._open.pop()
                if not self._open:
                    return found.end()
        self._last = self._before(text, start, len(text))
        return None

    def _before(self, text: str, start: int, end: int) -> str:
        """The sign before a place, blanks apart."""
        return text[max(start, end - _MOST_BLANKS) : end].rstrip()[-1:] or self._last

    def _breaks(self, last: str) -> bool:
        """Whether a value cannot begin here, behind this sign, so that the one before it is broken."""
        if self.is_document and ("[", "{") in pairwise(self._open):
            return False  # the break is in one of its records, which ``elements`` finds
        return last != ":" if self._open[-1] == "{" else last not in ("[", ",")


def pieces(lines: Iterable[str], most: int) -> Iterator[Piece]:
    """The values of a text that has one behind the other, in lines of their own or not.

    Raises ``OverflowError`` for one of more than ``most`` characters.
    """
    held: list[str] = []
    nesting, begun, size, has_ended = _Nesting(), 0, 0, False
    for number, line in enumerate(lines, start=1):
        text = line.strip(_BLANKS)
        if held and not text:
            held.append("")  # for the numbers of the lines below
        place = 0
        while (place := place if held else _behind(text, place)) < len(text):
            begun = begun if held else number
            value, further = _divided(text, place, None if not held and text[place] not in "{[" else nesting)
            held.append(value)
            size += len(value)
            if size > most:
                raise OverflowError
            if further is None:
                nesting.is_document = len(held) > 1
                break
            yield from _lines_or_one(held, begun) if nesting.is_open else [Piece("\n".join(held), begun)]
            has_ended = True
            place, held, nesting, size = further, [], _Nesting(), 0
    if held:
        # Of a single value that breaks off, nothing tells that its lines are values.
        yield from _lines_or_one(held, begun) if has_ended else [Piece("\n".join(held), begun)]


def _lines_or_one(held: Sequence[str], begun: int) -> Iterator[Piece]:
    """The lines of a broken value as values of their own where an object begins in each: one that ends behind ``:`` or
    in a list has taken the good ones below it for its own."""
    if all(line.startswith("{") for line in held if line):
        yield from (Piece(line, number) for number, line in enumerate(held, start=begun) if line)
    else:
        yield Piece("\n".join(held), begun)


def is_closed(lines: Iterable[str]) -> bool:
    """Whether the last value of a text is closed that is an object or an array."""
    last = ""
    for piece in pieces(lines, sys.maxsize):
        last = piece.text
    return last[:1] not in ("{", "[") or _Nesting().end_of(last) is not None


def _divided(text: str, start: int, nesting: _Nesting | None) -> tuple[str, int | None]:
    """The value at this place of a line, and where the next may begin, ``None`` where it goes on in the next line.

    What follows a value, and is none, belongs to it. Without ``nesting`` there is none.
    """
    if nesting is None:
        return text[start:], len(text)
    end = nesting.end_of(text, start)
    if end is None:
        return text[start:], None
    place = _behind(text, end)
    if text[place : place + 1] in ("", "{", "["):
        return text[start:end], place
    return f"{text[start:end]} {text[place:]}", len(text)


def _behind(text: str, place: int) -> int:
    """Where something stands at this place of a line, or behind it."""
    return _PASSED_OVER.match(text, place).end()  # type: ignore[union-attr]  # it also matches the empty text


def elements(text: str, start: int) -> Iterator[tuple[int, int]]:
    """Where the values of the array begin and end whose bracket stands at ``start``; the last may break off.

    Raises ``EOFError`` behind the last one where the array is not closed.
    """
    place = start + 1
    while True:
        place = _BETWEEN.match(text, place).end()  # type: ignore[union-attr]  # it also matches the empty text
        if place == len(text):
            raise EOFError
        if text[place] == "]":
            return
        end = value_end(text, place)
        yield place, end
        place = end


def members(text: str, start: int) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Where the keys and the values of the object stand whose brace is at ``start``. Raises ``ValueError`` where it is
    broken."""
    place = start + 1
    while (place := _BETWEEN.match(text, place).end()) < len(text) and text[place] == '"':  # type: ignore[union-attr]
        key = place, value_end(text, place)
        colon = _BETWEEN.match(text, key[1]).end()  # type: ignore[union-attr]
        if text[colon : colon + 1] != ":":
            raise ValueError("no colon behind a key")
        begin = _BETWEEN.match(text, colon + 1).end()  # type: ignore[union-attr]
        if begin == len(text):
            break
        place = value_end(text, begin)
        yield key, (begin, place)
    if text[place : place + 1] != "}":
        raise ValueError("an object that is not closed")


def value_end(text: str, start: int) -> int:
    """Where the value at ``start`` ends, or what stands there instead of one."""
    if text[start] in "{[":
        end = _Nesting().end_of(text, start)
        return len(text) if end is None else end
    found = _SCALAR.match(text, start)
    return found.end() if found else start + 1
