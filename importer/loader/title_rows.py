"""The first rows of a table as the rule about its header sees them: which cells are titles, and which data. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from importer.loader.marks import without_marks
from importer.mapping.title_fields import alias, own_column
from importer.texts import title_key

_LONGEST_TITLE: Final = 100
_MADE_UP: Final = re.compile(r"Column [A-Z]{1,3}")
_EMAIL_OR_URL: Final = re.compile(r"(mailto:)?[^\s@＠:]+[@＠][^\s@＠]+\.\w+\W*|https?://\S+", re.IGNORECASE)
_NUMBER: Final = re.compile(r"(?:tel:)?[+＋'(\s]*\d(?:[\s().\-/\u2010-\u2015]*\d){6,19}(?:\.0)?|\d\.\d+E\+\d+")
DATE: Final = re.compile(r"\d{1,4}([-/.])\d{1,2}\1\d{1,4}(?:\D.*)?")
_INVISIBLE: Final = "\ufeff\u200b\u202a\u202c\u200e"


@dataclass(frozen=True, slots=True)
class TitleRow:
    """A row with text as the rule sees it. ``known`` holds the keys of known titles, none in a row with data."""

    number: int
    cells: tuple[str, ...]
    filled: int
    data: frozenset[int]
    known: frozenset[str]


def is_data(cell: str) -> bool:
    """Whether this is a value of a contact and never a title: an address, a long number; a date may be a title."""
    text = cell.strip().strip(_INVISIBLE)
    return bool(_EMAIL_OR_URL.fullmatch(text) or (_NUMBER.fullmatch(text) and not DATE.fullmatch(text)))


def row_of(number: int, cells: Sequence[str]) -> TitleRow:
    data = frozenset(index for index, cell in enumerate(cells) if cell and is_data(cell))
    known = frozenset() if data else frozenset(title_key(cell) for cell in cells if is_known(cell))
    return TitleRow(number, tuple(cells), count_filled(cells), data, known)


def once(cells: Sequence[str]) -> list[str]:
    """The cells, blank where they repeat the one to their left, as a merged cell does once it is divided."""
    return [cell if cell != before else "" for before, cell in pairwise(["", *cells])]


def count_filled(cells: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in cells)


def is_known(cell: str) -> bool:
    text = without_marks(cell.strip()).strip(_INVISIBLE)
    if not text or len(text) > _LONGEST_TITLE:
        return False
    return bool(alias(text) or own_column(text) or _MADE_UP.fullmatch(text))


def field_of(title: str) -> str:
    """The field that a title means, "" if it is not known."""
    found = alias(title) if title.strip() and len(title) <= _LONGEST_TITLE else None
    return found[1] if found else ""
