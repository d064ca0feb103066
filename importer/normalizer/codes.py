"""Tell codes of a few capitals (``CBL``, ``MIN``, ``NAN``) from words that say nothing, or head a list, by the other
cells of their column. Pure."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from importer.normalizer.placeholders import is_nothing

_CODE: Final = re.compile("[A-Z]{2,4}")
_MOSTLY: Final = 0.9


def is_code(cell: str) -> bool:
    """Whether a cell has the form of a code."""
    return _CODE.fullmatch(cell.strip()) is not None


def are_codes(cells: Sequence[str]) -> bool:
    """Whether the filled cells of a column of ids are codes: nearly all that are no words for nothing. Such a word is
    one too, unless it comes again and again, as no id does."""
    words = Counter(cell for cell in cells if is_nothing("identifier", cell))
    others = Counter(cell for cell in cells if cell not in words)
    codes = sum(times for cell, times in others.items() if is_code(cell))
    often = max(others.values(), default=0)
    return bool(codes) and codes >= _MOSTLY * others.total() and all(times <= often for times in words.values())
