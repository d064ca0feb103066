"""Of what kind a cell is by its form (an address, a date, a number, JSON, words), and a column by its cells. Pure."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date
from functools import cached_property
from typing import Final

from importer.mapping.people_names import NEARLY_ALL
from importer.normalizer.masked import is_masked
from importer.normalizer.row_words import FILE
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
OWN: Final = 0.8
"""The share of different values that a column needs, unless it has only a few."""

_FEW: Final = 5


class Cells:
    """The filled ``cells`` of one column, each as often as it occurs, by their kinds."""

    def __init__(self, cells: Sequence[str]) -> None:
        self.cells = cells
        self.times = Counter(cells)

    @cached_property
    def kinds(self) -> Counter[str]:
        """``{kind of cell: how many}``."""
        kinds: Counter[str] = Counter()
        for cell, times in self.times.items():
            kinds[kind_of(cell)] += times
        return kinds

    @property
    def labels(self) -> list[str]:
        """The cells that are a label: a colon ends them, and has none before it."""
        return [cell for cell in self.cells if cell.endswith((":", "：")) and kind_of(cell) == "label"]

    def share(self, *kinds: str) -> float:
        """The share of the filled cells that are of these kinds; 0 of a column without any."""
        return sum(self.kinds[kind] for kind in kinds) / len(self.cells) if self.cells else 0.0

    def mostly(self, *kinds: str) -> bool:
        return self.share(*kinds) >= NEARLY_ALL

    @cached_property
    def own(self) -> bool:
        """Whether most values are different: those that repeat are nobody's own."""
        return len(self.cells) < _FEW or len(self.times) >= OWN * len(self.cells)


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
