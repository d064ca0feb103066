"""How to strike secrets out of a text, however they are spelled there.

A server may echo a secret in a URL, in HTML, in JSON, in base64, in hexadecimal, or in another case. A list of such
spellings is never complete, since one text may mix them; so each character of the pattern matches all its own
spellings. Matching takes time in proportion to the text: every repetition in a pattern is bounded.
"""

import base64
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, cached_property
from html.entities import html5
from itertools import groupby
from typing import Final
from unicodedata import normalize

MASK: Final = "***"

SHORTEST_SECRET: Final = 8
"""A shorter secret is struck out only as a word of its own, since any longer word may contain it by chance."""

_LETTERS: Final = {"\n": "n", "\r": "r", "\t": "t", "\b": "b", "\f": "f"}
"""The control characters that have a letter behind a backslash."""

_ESCAPE: Final = r"\\{1,8}"  # JSON within JSON doubles its backslashes
_BREAK: Final = r"(?:[\s]|\\{1,8}[rn]|%(?:25){0,3}0[aAdD]){0,4}"  # base64 may be wrapped, after 60 or 76 letters
_GAP: Final = r"[^0-9A-Za-z]{0,4}(?:0?[xX])?"  # between two octets: none, "6b:39", "6b 39", r"\x6b\x39", "0x6b, 0x39"
_FULL_WIDTH: Final = 0xFEE0  # from an ASCII character to its full-width form
_NOT_WITHIN: Final = (r"(?:(?<!\w)(?<!\w['’])|(?<=%[0-9a-fA-F]{2})|(?<=\\[nrtbf]))", r"(?!\w|['’]\w)")
"""Before and behind a short secret: it is no part of a longer word."""


class Mask:
    """Owns the patterns of secrets. ``pairs`` are those of Basic authentication, struck out of base64 however short."""

    def __init__(self, secrets: Iterable[str], pairs: Iterable[str] = ()) -> None:
        self._secrets = frozenset(secrets)
        self._pairs = frozenset(pairs)

    @cached_property
    def _patterns(self) -> list[re.Pattern[str]]:
        """Made when first needed: that takes 50 ms, and most runs meet no refusal."""
        patterns = {pattern for secret in self._secrets | self._pairs if secret for pattern in _patterns(secret)}
        patterns |= {_within_base64(pair.encode(), 0) for pair in self._pairs}
        return [re.compile(pattern) for pattern in sorted(patterns)]

    def struck_out(self, text: str) -> str:
        """A text with every secret replaced by ``MASK``."""
        found = sorted(match.span() for pattern in self._patterns for match in pattern.finditer(text))
        if not found:
            return text
        parts: list[str] = []
        done = 0
        for begin, end in found:
            if begin >= done:
                parts += (text[done:begin], MASK)
            done = max(done, end)
        return "".join([*parts, text[done:]])


def _patterns(secret: str) -> Iterator[str]:
    is_long = len(secret) >= SHORTEST_SECRET
    spelled = f"(?:{re.escape(secret)}|{_spelled(secret, loosely=is_long)})"
    if is_long:
        yield spelled
        yield _GAP.join(map(_octet, secret.encode()))
        for shift in range(3):
            yield _within_base64(secret.encode(), shift)
    else:
        before, behind = _NOT_WITHIN
        is_word = [bool(re.match(r"\w", end)) for end in (secret[0], secret[-1])]
        yield (before if is_word[0] else "") + spelled + (behind if is_word[1] else "")


def _spelled(text: str, *, loosely: bool) -> str:
    """A pattern of the text in which each character may be spelled in its own way; see ``_of_char``."""
    parts, backslashes = [], ""
    for char, same in groupby(text):
        count = len([*same])
        if char == "\\":  # how many stand for one depends on who escaped them
            backslashes = f"(?:{_of_char(char, loosely=loosely)}){{{count},{8 * count}}}"
            continue
        part = f"(?:{_of_char(char, loosely=loosely)})" + (f"{{{count}}}" if count > 1 else "")
        # Backslashes and an escape behind them divide in many ways, all with one end: the first is enough.
        parts.append(f"(?>{backslashes}{part})" if backslashes and char.isalnum() else backslashes + part)
        backslashes = ""
    return "".join([*parts, backslashes])


@cache
def _of_char(char: str, *, loosely: bool = False) -> str:
    """A pattern of everything that stands for a character in URLs, HTML, JSON, and the languages that print bytes.

    ``loosely``: in either case and in full width, too.
    """
    code = ord(char)
    latin_1 = [bytes([code])] if code < 0x100 else []
    encodings = dict.fromkeys([char.encode(), *latin_1])  # the longer first: Ã in Latin-1 begins itself in UTF-8
    ways = [_each(r"%(?:25){0,3}", octets) for octets in encodings]
    ways += [_each(rf"{_ESCAPE}[xX]", octets) for octets in encodings]
    beyond = code - 0x10000
    units = [code] if beyond < 0 else [0xD800 + (beyond >> 10), 0xDC00 + (beyond & 0x3FF)]  # of UTF-16
    ways.append("".join(rf"{_ESCAPE}u(?i:{unit:04x})" for unit in units))
    ways.append(rf"{_ESCAPE}(?:u\{{0{{0,8}}(?i:{code:x})\}}|U(?i:{code:08x}))")
    ways.append(rf"&(?:amp;){{0,3}}#(?:0{{0,8}}{code}(?![0-9])|[xX]0{{0,8}}(?i:{code:x})(?![0-9a-fA-F]));?")
    if names := _entities().get(char):
        ways.append(rf"&(?:amp;){{0,3}}(?:{'|'.join(names)});?")
    if char in _LETTERS:
        ways.append(_ESCAPE + _LETTERS[char])
    if char != "\\":
        ways.append(_ESCAPE + re.escape(char))
    if char == " ":
        ways.append(_of_char("+"))
    if code >= 0x80:
        ways += sorted({re.escape(misread) for misread in _misread(char.encode())})
    written = "".join(map(re.escape, sorted(_alike(char)))) if loosely else ""
    # Last: what begins an escape is one character of it.
    return "|".join([*ways, f"[{written}]" if written else re.escape(char)])


def _alike(char: str) -> set[str]:
    """A character in either case, and each in its plain form (NFKC) and in full width."""
    alike = {char, normalize("NFKC", char)}
    alike |= {other for one in alike for other in (one.lower(), one.upper())}
    alike |= {chr(ord(one) + _FULL_WIDTH) for one in alike if len(one) == 1 and "!" <= one <= "~"}
    alike |= {"\u3000"} if char == " " else set()
    return {one for one in alike if len(one) == 1}


def _misread(octets: bytes) -> Iterator[str]:
    """UTF-8 that somebody read as Latin-1, or as its kin of Windows."""
    yield octets.decode("latin-1")
    yield "".join(bytes([octet]).decode("cp1252", "ignore") or chr(octet) for octet in octets)


def _octet(octet: int) -> str:
    """A pattern of an octet in hexadecimal, in either case."""
    return "".join(digit if digit.isdigit() else f"[{digit}{digit.upper()}]" for digit in f"{octet:02x}")


def _each(before: str, octets: bytes) -> str:
    return "".join(f"{before}(?i:{octet:02x})" for octet in octets)


@cache
def _entities() -> Mapping[str, tuple[str, ...]]:
    """The names of each character in HTML, without ``;``, the longest first."""
    names: defaultdict[str, set[str]] = defaultdict(set)
    for name, char in html5.items():
        names[char].add(name.rstrip(";"))
    return {char: tuple(sorted(of_it, key=len, reverse=True)) for char, of_it in names.items()}


def _within_base64(secret: bytes, shift: int) -> str:
    """A pattern of a secret in the base64 of a longer text, behind ``shift`` more bytes than a multiple of three.

    It leaves out what a letter of base64 shares with the byte before the secret; what it shares with the one behind is
    struck out as well.
    """
    bits = 8 * (shift + len(secret))
    letters = base64.b64encode(bytes(shift) + secret).decode()[-(-8 * shift // 6) : bits // 6]
    rest = r"(?:[A-Za-z0-9+/_-]?={0,2})" if bits % 6 else ""
    return _base64_spelled(letters) + rest


def _base64_spelled(letters: str) -> str:
    """A pattern of base64, with the letters of the URL-safe alphabet too, its padding or none, and line breaks."""
    ways = {"+": "+- ", "/": "/_"}
    letter = ("|".join(_of_char(one) for one in ways.get(letter, letter)) for letter in letters.rstrip("="))
    return _BREAK.join(f"(?:{one})" for one in letter) + f"(?:{_of_char('=')}){{0,2}}"
