"""Divide a vCard file into cards, and a card into properties: RFC 6350 (4.0), RFC 2426 (3.0), versit's 2.1.

Lines are bytes, for a fold may cut a character in two, and each property of 2.1 may have a charset of its own.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

BEGIN: Final = re.compile(rb"\s*BEGIN\s*:\s*VCARD\s*", re.IGNORECASE)
_END: Final = re.compile(rb"\s*END\s*:\s*VCARD\s*", re.IGNORECASE)
_OF_OLD_MAC: Final = re.compile(rb"(?:^|\r)\s*(?:BEGIN|END)\s*:\s*VCARD\s*(?:\r|$)", re.IGNORECASE)
_AGENT: Final = re.compile(rb"(?:[\w-]+\.)?AGENT(?:;[^:]*)?:\s*", re.IGNORECASE)
_VERSION: Final = re.compile(rb"VERSION[^:]*:\s*([\d.]+)", re.IGNORECASE)
_QUOTED: Final = re.compile(rb"[^:]*;\s*(?:ENCODING\s*=\s*)?\"?QUOTED-PRINTABLE\"?[^:]*:", re.IGNORECASE)
_BASE64: Final = re.compile(rb"[^:]*;\s*(?:ENCODING\s*=\s*)?\"?(?:BASE64|B)\"?\s*(?:[;:]|\Z)", re.IGNORECASE)
_ENCODED: Final = re.compile(rb"[A-Za-z0-9+/]{2,}={0,2}\s*")
_HEAD: Final = re.compile(
    r"\s*(?:(?P<group>[\w-]+(?:\.[\w-]+)*?)\.)?(?P<name>[\w-]+)\s*(?P<params>(?:;(?:\"[^\"]*\"|[^\":])*)?)", re.ASCII
)
_PARAMETER: Final = re.compile(r";((?:\"[^\"]*\"|[^\";])*)")
_VALUE: Final = re.compile(r"(?:\"[^\"]*\"|[^\",])+")
_CARET: Final = re.compile(r"\^([n'^])")  # RFC 6868
_BARE_ENCODINGS: Final = frozenset({"quoted-printable", "base64", "8bit", "7bit"})


@dataclass(slots=True)
class Card:
    """The lines of a card, unfolded; ``line`` is that of its beginning, from 1. ``agents`` counts the cards within it;
    ``is_whole`` says that it has its end."""

    line: int
    lines: list[bytes] = field(default_factory=list)
    agents: int = 0
    is_whole: bool = False
    is_card: bool = True


class Property(NamedTuple):
    """A property: its name in upper case, its group, its parameters by name in lower case, and its value as it stands.

    A parameter without a name, as in 2.1, is a ``type``, or the ``encoding``.
    """

    name: str
    group: str
    parameters: dict[str, list[str]]
    value: bytes


def cards(lines: Iterable[bytes]) -> Iterator[Card]:
    """The cards of a file, and what stands between them, as a card that ``is_card`` not."""
    card: Card | None = None
    depth = 0
    for number, line in unfolded(lines):
        if BEGIN.fullmatch(line):
            if card and card.is_card and card.lines and (depth or _AGENT.fullmatch(card.lines[-1])):
                depth += 1
                continue
            if card:
                yield card
            card, depth = Card(number), 0
        elif _END.fullmatch(line):
            if depth and card:
                depth -= 1
                card.agents += not depth
            elif card:
                card.is_whole = True
                yield card
                card = None
        elif not depth and line.strip():
            card = card or Card(number, is_card=False)
            card.lines.append(line)
    if card:
        yield card


def unfolded(lines: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Each line of content with its number: those that continue it, as each version has them, joined to it."""
    held: list[bytes] = []
    begun = 0
    is_soft = is_base64 = is_old = False
    is_quoted: bool | None = None  # until the colon has come, perhaps behind a fold
    for number, line in enumerate(_by_any_end(lines), start=1):
        if held and (is_soft or line[:1] in (b" ", b"\t") or (is_base64 and _ENCODED.fullmatch(line))):
            # 2.1 folds at a blank, which stays; the others put one there.
            is_fold = line[:1] in (b" ", b"\t") and not (is_soft or (is_old and not is_base64))
            held.append(line[1:] if is_fold else line)
        else:
            if held:
                yield begun, b"".join(held)
            held, begun, is_quoted = [line], number, None
            if found := _VERSION.match(line):
                is_old = found[1].startswith(b"2")
            is_base64 = b":" in line and _BASE64.match(line) is not None
        if is_quoted is None and b":" in line:
            is_quoted = not is_base64 and _QUOTED.match(b"".join(held)) is not None
        is_soft = bool(is_quoted) and line.rstrip().endswith(b"=")
        if is_soft:
            held[-1] = held[-1].rstrip()[:-1]
    if held:
        yield begun, b"".join(held)


def _by_any_end(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The lines without their ends. Those of a file of an old Mac, which end in carriage returns alone, come as one."""
    for raw in lines:
        line = raw.rstrip(b"\r\n")
        if b"\r" in line and _OF_OLD_MAC.search(line):
            yield from line.split(b"\r")
        else:
            yield line


def parsed(line: bytes) -> Property | None:
    """A line of content as a property, ``None`` if it is none."""
    text = line.decode("latin-1")
    head = _HEAD.match(text)
    if head is None or text[head.end() : head.end() + 1] != ":":
        return None
    parameters: dict[str, list[str]] = {}
    for found in _PARAMETER.finditer(head["params"]):
        name, sign, value = found[1].partition("=")
        key = name.strip().lower() if sign else "encoding" if name.strip().lower() in _BARE_ENCODINGS else "type"
        parameters.setdefault(key, []).extend(_values(value if sign else name))
    return Property(head["name"].upper(), head["group"] or "", parameters, line[head.end() + 1 :])


def _values(text: str) -> Iterator[str]:
    for found in _VALUE.finditer(text):
        value = found[0].replace('"', "").strip().encode("latin-1").decode("utf-8", "replace")
        yield _CARET.sub(lambda sign: {"n": "\n", "'": '"', "^": "^"}[sign[1]], value)


def divided(text: str, sign: str) -> list[str]:
    """The parts of a value between signs that no backslash escapes, still escaped."""
    if "\\" not in text:
        return text.split(sign)
    parts, begin, place = [], 0, 0
    while place < len(text):
        if text[place] == "\\":
            place += 2
            continue
        if text[place] == sign:
            parts.append(text[begin:place])
            begin = place + 1
        place += 1
    return [*parts, text[begin:]]


_ESCAPE: Final = re.compile(r"\\([nN,;:\\])")


def unescaped(text: str) -> str:
    """A text without the backslashes that escape its signs; ``\\n`` is a line break."""
    if "\\" not in text:
        return text
    return _ESCAPE.sub(lambda found: "\n" if found[1] in "nN" else found[1], text)
