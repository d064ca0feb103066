"""Of what kind a cell is by its form: an address, a date, a number, JSON, words. Pure."""

import re
from datetime import date
from typing import Final

from importer.normalizer.masked import is_masked
from importer.normalizer.not_people import FILE
from importer.normalizer.yes_no import YES_OR_NO

_ADDRESS: Final = r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;.]{2,}"
_KINDS: Final = re.compile(
    r"(?P<guid>\{?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?)"
    r"|(?P<hash>(?:[0-9a-f]{32}){1,4}|[0-9a-f]{40})"
    r"|(?P<json>\[.*\]|\{.*\}|<\?xml.*)"
    rf"|(?P<email>(?:mailto:)?{_ADDRESS}(?:[\s,;]+(?:[/|]\s+)?{_ADDRESS})*"
    r"|[^@]{0,80}[<(][^\s@<>()]+@[^\s@<>()]+[>)]"
    r"(?:[;,][^@]{0,80}[<(][^\s@<>()]+@[^\s@<>()]+[>)])*)"
    r"|(?P<handle>@[\w.\-]{2,40})"
    r"|(?P<link>(?:https?://|www\.)\S+)"
    rf"|(?P<file>{FILE.pattern})"
    r"|(?P<time>[0-2]?[0-9][:.h][0-5][0-9](?::[0-5][0-9](?:\.[0-9]+)?)?(?: ?[ap]\.?m\.?)?)"
    r"|(?P<date>(?:[0-9]{4}([-/.年])[0-9]{1,2}[-/.月][0-9]{1,2}日?|[0-9]{1,2}([-/.])[0-9]{1,2}[-/.](?:[0-9]{4}|[0-9]{2}))"
    r"(?:[ T,].*)?)"
    r"|(?P<tax>[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}|[0-9]{2}\.[0-9]{3}\.[0-9]{3}/[0-9]{4}-[0-9]{2}"
    r"|[0-9]{1,2}\.[0-9]{3}\.[0-9]{3}-[0-9kKxX]|[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,4})?"
    r"|[1-9][0-9]{5}(?:19|20)[0-9]{2}[01][0-9][0-3][0-9]{4}[0-9X]"
    r"|[0-9]{8}[A-Z]|[XYZ][0-9]{7}[A-Z]|[A-Z]{6}[0-9]{2}[A-Z][0-9]{2}[A-Z][0-9]{3}[A-Z])"
    r"|(?P<number>[-+(]*[$€£¥₹]? ?[0-9][0-9.,' ()/+\-\u2010-\u2015]*(?: ?[€%$£¥₽])?)"
    r"|(?P<label>[^:：]{1,40}[:：])",
    re.IGNORECASE | re.DOTALL,
)
_LETTER: Final = re.compile(r"[^\W\d_xX]")  # which no mask has
_LONGEST_WORDS: Final = 60
_LONGEST_YES: Final = max(map(len, YES_OR_NO))


def kind_of(cell: str) -> str:
    """The kind of a filled cell: the first line of ``_KINDS`` that fits; else ``number`` of a masked one, ``boolean``,
    ``words`` or ``other``."""
    if found := _KINDS.fullmatch(cell):
        return str(found.lastgroup)
    if not _LETTER.search(cell) and is_masked("phone_number", cell):
        return "number"
    if len(cell) <= _LONGEST_YES and cell.lower() in YES_OR_NO:
        return "boolean"
    lettered = any(map(str.isalpha, cell))
    return "words" if lettered and len(cell) <= _LONGEST_WORDS and "@" not in cell else "other"


def is_date_number(number: str) -> bool:
    """Whether digits begin as a date does: ``20240131``, ``202401311200``, ``31012024``."""
    year_first, day_first = (number[:4], number[4:6], number[6:8]), (number[4:8], number[2:4], number[:2])
    return _is_date(*year_first) or _is_date(*day_first)


def _is_date(year: str, month: str, day: str) -> bool:
    try:
        return 1900 <= date(int(year), int(month), int(day)).year <= 2100
    except ValueError:
        return False
