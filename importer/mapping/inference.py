"""Infer a column's field from its cells if its title says nothing and no other column looks like the field.

Of several columns that look alike the program takes none, and tells the user. Values that repeat are nobody's own (a
sales manager's address, a switchboard, a city). Under a made-up title, as in the errors file of a file without titles,
cells that merely try to be addresses or numbers count too.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from functools import partial
from typing import Final, NamedTuple

from importer.countries import calling_country
from importer.mapping.assignment import INFERRED, Candidate
from importer.mapping.people_names import LEAST, are_names, may_be_names, nearly_all
from importer.message import Message, with_and
from importer.models import NAME_PARTS, Row
from importer.texts import column_letter, letters, told_apart

OWN: Final = 0.8
"""The share of different values that a column needs, unless it has only a few."""

_DIALLED: Final = re.compile(r"\(?(?:\+|00)? ?[0-9]{1,4}(?:\.0|[ -]?\(?[0-9]{3,4})?\)?")
_DIALLED_ABROAD: Final = re.compile(r"\(?(?:\+|00) ?[0-9]{1,4}(?:[ -]?\(?[0-9]{3,4})?\)?|86")
_COUNTED: Final = re.compile(r"0|[1-9][0-9]{0,6}")
_FEW: Final = 5

_EMAIL: Final = re.compile(
    r"(?:mailto:)?[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;.]{2,}|[^@]{1,80}<[^\s@<>]+@[^\s@<>]+>", re.I
)
_INTERNATIONAL: Final = re.compile(r"(?:tel:)?(?:\+|00)[1-9][0-9]{6,14}", re.I)
_PICTURE: Final = re.compile(
    r"https?://(?:[^\s?#]+\.(?:png|jpe?g|gif|webp|svg|bmp|avif|heic)(?:[?#]\S*)?"
    r"|(?:[a-z0-9-]+\.)*(?:gravatar\.com|googleusercontent\.com|qlogo\.cn|licdn\.com)/\S+)",
    re.I,
)
_ATTEMPTED_EMAIL: Final = re.compile(r"(?:\S{1,60} )?\S{1,60}@ ?\S{0,80}")
_NEARLY_EMAIL: Final = re.compile(r"(?:[^\s@]{2,60}(?:#|\(at\)|\[at\]| at |\.)|@)[^\s@]{1,60}\.[a-z]{2,10}", re.I)
_ATTEMPTED_PHONE: Final = re.compile(r"(?:tel:)?\+?[0-9OolI]{4,20}[A-Za-z]{0,3}|[0-9]{2,16}E\+(?:0?9|1[0-4])", re.I)
_PLUS_NUMBER: Final = re.compile(r"(?:tel:)?(?:\+|00)[1-9][0-9]{3,18}")
_PUNCTUATION: Final = re.compile(r"[\s().\-/\u2010-\u2015\u00a0]")

# Digits without a country code, with the length and the beginning of a phone number.
_NATIONAL: Final = re.compile(
    r"1[3-9][0-9]{9}"  # a mobile number of China
    r"|1?[2-9][0-9]{2}[2-9][0-9]{6}"  # North America
    r"|0[1-9][0-9]{7,11}"  # a trunk prefix: most of Europe and Asia
)

_SAYS_NOTHING: Final = re.compile(
    r"(?:column|col|field|unnamed|spalte|colonne|columna|coluna|kolom|столбец|列|字段|栏)?[0-9]{0,4}|column[a-z]{1,3}"
)
"""Titles, as ``texts.letters`` spells them, that are empty or made up by a program (``Unnamed: 3``, ``列1``)."""


def merely_counts(sample: Sequence[Row], index: int) -> bool:
    """Whether a column's cells are 1, 2, 3, … (or from 0): a list's running number, which identifies nobody."""
    cells = [row.cells[index].strip().lstrip("0") or "0" for row in sample if index < len(row.cells)]
    return len(cells) > 1 and any(cells == [str(number + start) for number in range(len(cells))] for start in (0, 1))


def rises(sample: Sequence[Row], index: int) -> bool:
    """Whether a column may be part of one that counts: rising whole numbers without leading zeros."""
    cells = _filled(sample, index)
    numbers = [int(cell) for cell in cells if _COUNTED.fullmatch(cell)]
    return bool(cells) and len(numbers) == len(cells) and all(map(int.__lt__, numbers, numbers[1:]))


def calling_codes(sample: Sequence[Row], index: int, *, bare: bool) -> bool:
    """Whether a column holds calling codes, most of them known: ``+49``, ``0049``, and if ``bare`` also ``49``.

    86 counts however it is written: it is China's, and no area has that code.
    """
    cells = _filled(sample, index)
    shape = _DIALLED if bare else _DIALLED_ABROAD
    known = sum(calling_country(cell) is not None for cell in cells if shape.fullmatch(cell))
    return known * 2 > len(cells) and all(map(shape.fullmatch, cells))


class _Kind(NamedTuple):
    """A field, and whether cells look like it: under ``any_title``, or only under one that says nothing.

    A column that only ``may`` be the field is reported, not used.
    """

    field: str
    looks: Callable[[Sequence[str]], bool]
    any_title: bool = True
    may: Callable[[Sequence[str]], bool] | None = None


def infer(
    sample: Sequence[Row], titles: Sequence[str], free: Sequence[int], served: AbstractSet[str]
) -> tuple[list[Candidate], list[Message]]:
    """Candidates among the ``free`` columns for fields that are not ``served``, and warnings about doubts.

    ``sample`` is the first rows; nearly all of a column's filled cells must look like the field.
    """
    cells = {index: found for index in free if (found := _filled(sample, index)) and _own(found)}
    candidates: list[Candidate] = []
    notes: list[Message] = []
    settled = {*served, "name"} if served & {*NAME_PARTS} else {*served}
    for kind in _KINDS:
        left = [index for index in cells if kind.any_title or _SAYS_NOTHING.fullmatch(letters(titles[index]))]
        left = [index for index in left if index not in {candidate.column for candidate in candidates}]
        alike = [index for index in left if kind.field not in settled and kind.looks(cells[index])]
        if len(alike) == 1:
            candidates.append(Candidate(INFERRED, alike[0], kind.field))
        elif alike:
            notes.append(_doubt(kind.field, alike, titles))
        elif kind.may and kind.field not in settled:
            notes.extend(_perhaps(kind.field, index, titles) for index in left if kind.may(cells[index]))
        settled |= {kind.field} if alike else set()
    return candidates, notes


def _filled(sample: Sequence[Row], index: int) -> list[str]:
    texts = (unicodedata.normalize("NFKC", row.cells[index]).strip() for row in sample if index < len(row.cells))
    return [text for text in texts if text]


def _own(cells: Sequence[str]) -> bool:
    return len(cells) < _FEW or len(set(cells)) >= OWN * len(cells)


def _attempted_emails(cells: Sequence[str]) -> bool:
    """At least half have an ``@``, the others are nearly addresses; handles such as ``@somebody`` are not."""
    tried = sum(_ATTEMPTED_EMAIL.fullmatch(cell) is not None for cell in cells)
    return tried * 2 >= len(cells) and nearly_all(
        cells, lambda cell: _ATTEMPTED_EMAIL.fullmatch(cell) or _NEARLY_EMAIL.fullmatch(cell)
    )


def _phones(cells: Sequence[str]) -> bool:
    """Numbers with a country code, or digits in the form of phone numbers that are neither counted nor dates."""
    numbers = _unpunctuated(cells)
    if nearly_all(numbers, _INTERNATIONAL.fullmatch):
        return True
    bare = [number for number in numbers if not _INTERNATIONAL.fullmatch(number)]
    return (
        len(bare) >= LEAST
        and nearly_all(numbers, lambda text: _INTERNATIONAL.fullmatch(text) or _NATIONAL.fullmatch(text))
        and not _counts([int(number) for number in bare if number.isdecimal()])
        and not nearly_all(bare, _dated)
    )


def _attempted_phones(cells: Sequence[str]) -> bool:
    """Digits throughout, at least half in the form of phone numbers or after a ``+``; neither counted nor dates."""
    numbers = _unpunctuated(cells)
    sure = [number for number in numbers if _PLUS_NUMBER.fullmatch(number) or _NATIONAL.fullmatch(number)]
    abroad = any(map(_PLUS_NUMBER.fullmatch, sure))
    return (
        len(sure) * 2 >= len(numbers)
        and (abroad or len(sure) >= LEAST)
        and nearly_all(numbers, _ATTEMPTED_PHONE.fullmatch)
        and not _counts([int(number) for number in numbers if number.isdecimal()])
        and not any(map(_dated, numbers))
    )


def _may_be_phones(cells: Sequence[str]) -> bool:
    """Digits in the form of phone numbers, which may also be counted ids or dates."""
    numbers = _unpunctuated(cells)
    return len(numbers) >= LEAST and nearly_all(numbers, _NATIONAL.fullmatch)


def _unpunctuated(cells: Sequence[str]) -> list[str]:
    return [_PUNCTUATION.sub("", cell.strip("'")) for cell in cells]


def _counts(numbers: Sequence[int]) -> bool:
    """Whether numbers come from one counter: their range is below ten times their count."""
    return bool(numbers) and max(numbers) - min(numbers) < 10 * len(numbers)


def _dated(number: str) -> bool:
    """Whether digits begin as a date does: ``20240131``, ``202401311200``, ``31012024``."""
    year_first, day_first = (number[:4], number[4:6], number[6:8]), (number[4:8], number[2:4], number[:2])
    return _is_date(*year_first) or _is_date(*day_first)


def _is_date(year: str, month: str, day: str) -> bool:
    try:
        return 1900 <= date(int(year), int(month), int(day)).year <= 2100
    except ValueError:
        return False


_KINDS: Final = (
    _Kind("email", partial(nearly_all, like=_EMAIL.fullmatch)),
    _Kind("phone_number", _phones),
    _Kind("avatar_url", partial(nearly_all, like=_PICTURE.fullmatch)),
    _Kind("email", _attempted_emails, any_title=False),
    _Kind("phone_number", _attempted_phones, any_title=False, may=_may_be_phones),
    _Kind("name", are_names, any_title=False, may=may_be_names),
)
"""From the surest to the least sure; a column serves one field."""


def _doubt(field: str, columns: Sequence[int], titles: Sequence[str]) -> Message:
    names = told_apart(titles)
    return Message(
        '{columns} all look like {field}: none is used; --map "{title}={field}" takes the first',
        columns=with_and([f'"{names[index]}" ({column_letter(index)})' for index in columns]),
        field=field,
        title=names[columns[0]],
    )


def _perhaps(field: str, column: int, titles: Sequence[str]) -> Message:
    values = {"title": told_apart(titles)[column], "letter": column_letter(column), "field": field}
    return Message(
        '"{title}" ({letter}) may be {field}, or something else: not used; --map "{title}={field}" takes it', **values
    )
