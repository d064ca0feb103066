"""Tell a value that an export has masked: ``138****1234``, ``j***@example.com``, ``+49 151 XXXXX12``. Pure.

Nobody is reached by such a value, and several people have it. What the signs hide is never guessed.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

from importer.data_table import word_table
from importer.models import NAMES
from importer.texts import letters

_STARS: Final = "*＊∗•●○▪■█"
_APART: Final = r"[\s.-]?"
_RUN: Final = rf"(?:(?:[{_STARS}]{_APART}){{3,}}|(?:x{_APART}){{3,}}|(?:#{_APART}){{3,}})"
_AROUND: Final = rf"[\s{_STARS}x#.()/-]*"
_HIDING: Final = re.compile(rf"[^\W\d_]|[{_STARS}#…]|\.{{3}}")  # what every mask has one of, and most numbers have not
_LONGEST: Final = 100
_WIDE: Final = "\u3400-\u9fff"
_MASKS: Final[Mapping[str, str]] = {
    # Between digits; at an end only where so few digits are left that they are no number.
    "phone_number": (
        rf".*[0-9][\s.()/-]*(?:[{_STARS}]{{2,}}|{_RUN}|…|\.{{3,}}){_AROUND}[0-9].*"
        r"|.*[0-9]x{2,}"
        rf"|(?:[^0-9]*[0-9]){{1,6}}[\s()/-]*{_RUN}{_AROUND}"
        rf"|[+\s()]*{_RUN}{_AROUND}(?:[0-9][^0-9]*){{1,6}}"
    ),
    "email": rf".*[{_STARS}].*@.*|.*@.*[{_STARS}].*|[^@]*(?:…|\.{{3,}})[^@]*@.*",
    "identifier": rf".*\w[\s-]*[{_STARS}]{{2,}}.*|[{_STARS}]{{2,}}[\s-]*\w.*",
    **dict.fromkeys(
        NAMES,
        rf"[{_WIDE}]{{1,2}}[{_STARS}]+[{_WIDE}]?|[{_STARS}]+[{_WIDE}]{{1,2}}"
        rf"|.*[^\W\d_](?:[{_STARS}]{{2,}}|\s[●○■█]{{2,}}).*",
    ),
}


@cache
def _mask(field: str) -> re.Pattern[str] | None:
    """The form of a field's masked values; made when a cell of it first needs care, in 3 ms for all."""
    form = _MASKS.get(field)
    return None if form is None else re.compile(form, re.DOTALL | (re.IGNORECASE if field == "phone_number" else 0))


def is_masked(field: str, text: str) -> bool:
    """Whether the value of a name or a key hides a part of itself, or says that it is hidden."""
    mask = _mask(field)
    if mask is None or len(text) > _LONGEST or not _HIDING.search(text):
        return False
    return mask.fullmatch(text) is not None or (field not in NAMES and letters(text) in _words())


@cache
def _words() -> frozenset[str]:
    """What a cell says that hides all of it; a person may be called Gizli, and no number or address is."""
    return frozenset(map(letters, word_table(__file__, "masked.txt")["hidden"]))
