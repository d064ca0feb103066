"""Measure what the cells of a column look like as numbers: to call, or codes, or ids that are counted. Pure."""

import re
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Final, TypeAlias

from importer.countries import calling_country
from importer.mapping.cell_kinds import OWN, Cells, is_date_number, kind_of
from importer.mapping.people_names import LEAST, NEARLY_ALL, nearly_all
from importer.normalizer.masked import is_masked
from importer.normalizer.phone_labels import is_label, says_numbers, unlabelled
from importer.normalizer.phone_texts import AROUND

Validity: TypeAlias = Callable[[str], bool]
"""Whether digits are a phone number, of the country that the user named or with the code of any."""

_TRIED: Final = 50  # cells that the phone library, at 50 µs each, is asked about
_INTERNATIONAL: Final = re.compile(r"(?:tel:)?(?:\+|00)[1-9][0-9]{6,14}", re.IGNORECASE)
_ATTEMPTED_PHONE: Final = re.compile(
    r"(?:tel:)?\+?[0-9OolI]{4,20}[A-Za-z]{0,3}|[0-9]{2,16}E\+(?:0?9|1[0-4])", re.IGNORECASE
)
_DIGITS_OF_PHONES: Final = range(8, 16)
_LONG_NUMBER: Final = re.compile(r"[0-9](?:[\s().\-/]{0,3}[0-9]){6,}")
_NO_NUMBERS: Final = frozenset({"date", "time", "json", "tax", "email", "link", "file", "guid", "hash"})
_AS_LONG: Final = re.compile(r"[0-9]{8,13}")
_PLUS_NUMBER: Final = re.compile(r"(?:tel:)?(?:\+|00)[1-9][0-9]{3,18}")
_PUNCTUATION: Final = re.compile(r"[\s().\-/\u2010-\u2015\u00a0]")
_SEVERAL: Final = re.compile(r"[,;|、]| ?/ | /|(?<=[0-9]{7})/(?=[0+]?[0-9]{7})| - |:::|\n")
# Digits without a country code, with the length and the beginning of a phone number.
_NATIONAL: Final = re.compile(
    r"1[3-9][0-9]{9}"  # a mobile number of China
    r"|1?[2-9][0-9]{2}[2-9][0-9]{6}"  # North America
    r"|0[1-9][0-9]{7,11}"  # a trunk prefix: most of Europe and Asia
)
_MOBILE: Final = re.compile(r"1[3-9][0-9]{9}|0[1-9][0-9]{8,10}")
_DIALLED: Final = re.compile(r"\(?(?:\+|00)? ?[0-9]{1,4}(?:\.0|[ -]?\(?[0-9]{3,4})?\)?")
_DIALLED_ABROAD: Final = re.compile(r"\(?(?:\+|00) ?[0-9]{1,4}(?:[ -]?\(?[0-9]{3,4})?\)?|86")
_COUNTED: Final = re.compile(r"0|[1-9][0-9]{0,6}")
_SUBSCRIBER: Final = re.compile(r"[0-9]{5,9}")
_WITHOUT_CODE: Final = re.compile(r"[0-9]{5,12}")
_WITH_CODE: Final = re.compile(r"[1-9][0-9]{9,14}")
_PLUS_CODE: Final = re.compile(r"\+[0-9]{1,4}")
_POSTAL_CODE: Final = re.compile(r"[0-9]{1,2}\.?[0-9]{3}[ -]?[0-9]{3}")  # of Brazil
_PIECE: Final = re.compile(r"\(?[0-9]{1,5}\)?")
_AREA: Final = re.compile(r"\(?0?[0-9]{1,4}\)?")
_HALF: Final = 0.5


class NumberShape(Cells):
    """What the cells of one column look like as numbers; of a named country are those that are ``valid``, and with the
    code of any those that are so ``abroad``."""

    def __init__(self, cells: Sequence[str], valid: Validity | None = None, abroad: Validity | None = None) -> None:
        super().__init__(cells)
        self._valid = valid
        self._abroad = abroad

    @cached_property
    def _numbers(self) -> list[str]:
        """The first number of each cell, without punctuation; none in a column of other things."""
        if (
            self.mostly("email", "link", "json", "date", "time", "label")
            or self.share("words", "boolean") == 1
            or self.share("tax")
        ):
            return []
        firsts = (next(filter(str.strip, _SEVERAL.split(cell)), "") for cell in self.cells)
        return [_PUNCTUATION.sub("", first.strip(AROUND)) for first in firsts]

    @cached_property
    def abroad(self) -> bool:
        """Whether nearly all cells are numbers with their country code."""
        return bool(self._numbers) and nearly_all(self._numbers, _INTERNATIONAL.fullmatch)

    @cached_property
    def digits(self) -> bool:
        """Whether nearly all cells are digits without a sign among them."""
        return bool(self.cells) and nearly_all(self.cells, str.isdecimal)

    @cached_property
    def phones(self) -> bool:
        """Numbers with a country code, or of the named country, or in the form of phone numbers; no ids, no dates."""
        if self.abroad or self._of_the_country:
            return self.abroad or self._unlike_ids(LEAST)
        return self.like_phones and self._right >= _HALF

    @cached_property
    def like_phones(self) -> bool:
        """Whether nearly all are in the form of phone numbers, be they numbers of the named country or not."""
        return self._unlike_ids(LEAST) and nearly_all(
            self._numbers, lambda text: _INTERNATIONAL.fullmatch(text) or _NATIONAL.fullmatch(text)
        )

    @cached_property
    def as_long_as_phones(self) -> bool:
        """Digits, with a country code or not, that nobody counts: for a title that says phone among other words."""
        long = nearly_all(self._numbers, lambda text: _INTERNATIONAL.fullmatch(text) or _AS_LONG.fullmatch(text))
        return self.own and long and self._unlike_ids(LEAST)

    @cached_property
    def digits_of_phones(self) -> bool:
        """Whether half of the cells have as many digits as phone numbers, with signs but no letters among them, and
        are no dates, and no digits alone that are counted."""
        if self.share("date", "time", "json", "tax"):
            return False
        digits = ["".join(filter(str.isdecimal, cell)) for cell in self.cells if not any(map(str.isalpha, cell))]
        long = [number for number in digits if len(number) in _DIGITS_OF_PHONES]
        bare = [int(cell) for cell in self.cells if cell.isdecimal()]
        return len(long) > _HALF * len(self.cells) and not _counts(bare)

    @cached_property
    def long_numbers(self) -> bool:
        """Whether nearly all cells have a number as long as a phone's, be it valid, masked or behind a name, and half
        of them nothing else; no dates."""
        return self._long_numbers >= NEARLY_ALL

    @cached_property
    def mostly_long_numbers(self) -> bool:
        """The same of more than half of the cells: for a title that says a contact, where a word among numbers makes
        no names of them."""
        return self._long_numbers > _HALF

    @cached_property
    def _long_numbers(self) -> float:
        if self.share("number") < _HALF or nearly_all(self.cells, is_date_number):
            return 0.0
        return sum(map(_has_long_number, self.cells)) / len(self.cells)

    @cached_property
    def numbers_to_dial(self) -> bool:
        """The same of numbers that nobody counts, unless they are of the named country: for a title that says a
        contact, whose numbers repeat in orders."""
        counted = _counts([int(cell) for cell in self.cells if cell.isdecimal()])
        of_the_country = self._valid is not None and self._right >= _HALF
        return self.mostly_long_numbers and (of_the_country or not counted)

    @cached_property
    def perhaps_phones(self) -> bool:
        """Digits in the form of phone numbers, however few and whatever they count: for a title that allows for it."""
        numbers = self._numbers
        shaped = bool(numbers) and nearly_all(numbers, lambda text: _INTERNATIONAL.match(text) or _NATIONAL.match(text))
        return shaped or self._of_the_country or self.surely_phones

    @property
    def surely_phones(self) -> bool:
        """Whether nearly all cells are phone numbers, and no rows of digits as ids are."""
        return 0 < len(self._sure) >= OWN * len(self.cells)

    @cached_property
    def phone_labels(self) -> bool:
        """Whether the cells are kinds of numbers (Mobile, Work), and no number."""
        return bool(self.cells) and all(map(is_label, self.times))

    @cached_property
    def labelled_numbers(self) -> bool:
        """Whether nearly all cells say numbers with labels, and nothing else: no names."""
        return bool(self.cells) and nearly_all(self.cells, says_numbers)

    @cached_property
    def labelled_phones(self) -> bool:
        """The same where the labels say nothing but that it is a number to call, so that it can be read."""
        return self.labelled_numbers and nearly_all(
            self.cells, lambda cell: not any(map(str.isalpha, "".join(one.text for one in unlabelled(cell))))
        )

    @cached_property
    def postal_codes(self) -> bool:
        """Whether the cells may be postal codes, for a title that allows for it."""
        return bool(self.cells) and nearly_all(self.cells, _POSTAL_CODE.fullmatch)

    @cached_property
    def mobiles(self) -> bool:
        """Numbers that are valid in the named country and as long as no counter's; two people may have neighbours."""
        return self._of_the_country and nearly_all(self._numbers, _MOBILE.fullmatch)

    @cached_property
    def _of_the_country(self) -> bool:
        """Whether nearly all are numbers of the named country, as one writes them there; others have their code."""
        if self._valid is None or not any(map(str.isdecimal, self._numbers)):
            return False
        dialled = nearly_all(self._numbers, lambda text: text.isdecimal() or _INTERNATIONAL.fullmatch(text))
        return dialled and self._right >= NEARLY_ALL

    @cached_property
    def _right(self) -> float:
        """The share of numbers without a country code that are numbers of the named country; 1 where none is named."""
        if self._valid is None or not self._tried:
            return 1.0
        return sum(map(self._valid, self._tried)) / len(self._tried)

    @cached_property
    def _tried(self) -> list[str]:
        """Some of the numbers without a sign, of all beginnings, for they are in order."""
        bare = sorted({number for number in self._numbers if number.isdecimal()})
        return bare[:: len(bare) // _TRIED + 1]

    @cached_property
    def lack_plus(self) -> bool:
        """Whether nearly all numbers begin with their country code, and only the ``+`` is missing; of the named country
        they are none."""
        valid = self._abroad
        if valid is None or not self._tried or self.surely_phones:
            return False
        return nearly_all(self._tried, lambda digits: _WITH_CODE.fullmatch(digits) and valid(digits))

    @cached_property
    def _sure(self) -> list[str]:
        """The numbers that surely are phone numbers."""
        return [number for cell, number in zip(self.cells, self._numbers, strict=False) if self._is_sure(cell, number)]

    def _is_sure(self, cell: str, number: str) -> bool:
        """Whether a number has its country code, or is one of the named country; where none is named, whether it is
        in the form of one, and more than a row of ten digits, as ids are."""
        if _INTERNATIONAL.fullmatch(number):
            return True
        if self._valid:
            return number.isdecimal() and self._valid(number)
        return bool(_MOBILE.fullmatch(number) or (cell != number and _NATIONAL.fullmatch(number)))

    def _unlike_ids(self, least: int) -> bool:
        """Whether enough bare numbers are there, neither from one counter nor dates; nobody counts with area codes in
        brackets."""
        bare = [number for number in self._numbers if not _INTERNATIONAL.fullmatch(number)]
        pairs = zip(self.cells, self._numbers, strict=False)
        return (
            len(bare) >= least
            and not _counts([int(number) for cell, number in pairs if number.isdecimal() and cell[:1] not in "(["])
            and not nearly_all(bare, is_date_number)
        )

    @cached_property
    def attempted_phones(self) -> bool:
        """Digits throughout, at least half in the form of phone numbers or after a ``+``; neither counted nor dates."""
        numbers = self._numbers
        sure = [number for number in numbers if _PLUS_NUMBER.fullmatch(number) or _NATIONAL.fullmatch(number)]
        abroad = any(map(_PLUS_NUMBER.fullmatch, sure))
        return (
            bool(sure)
            and len(sure) * 2 >= len(numbers)
            and (abroad or len(sure) >= LEAST)
            and nearly_all(numbers, _ATTEMPTED_PHONE.fullmatch)
            and not _counts([int(number) for number in numbers if number.isdecimal()])
            and not any(map(is_date_number, numbers))
            and self._right >= _HALF
        )

    @cached_property
    def mixed(self) -> bool:
        """Whether the cells are e-mail addresses and phone numbers with their country codes, and some of each."""
        numbers = [_PUNCTUATION.sub("", cell) for cell in self.cells if cell.strip() and kind_of(cell) != "email"]
        some = bool(numbers) and self.kinds["email"] > 0
        return some and nearly_all(numbers, _INTERNATIONAL.fullmatch)

    @cached_property
    def half_phones(self) -> bool:
        """Whether half of the cells are surely phone numbers, and the others something else; or nearly all, and people
        share them, or have numbers that are none of the named country."""
        sure = self._sure
        least = _HALF if len({*sure}) >= OWN * len(sure) else NEARLY_ALL
        counted = _counts([int(number) for number in sure if number.isdecimal()])
        return (0 < len(sure) >= least * len(self.cells) and not counted) or (self.own and self.like_phones)

    @cached_property
    def may_be_phones(self) -> bool:
        """Digits in the form of phone numbers, which may also be counted ids or dates."""
        return len(self._numbers) >= LEAST and nearly_all(self._numbers, _NATIONAL.fullmatch)

    @cached_property
    def counting(self) -> bool:
        """Whether the cells are 1, 2, 3, … (or from 0) in some order: a list's running number."""
        texts = {cell.lstrip("0") or "0" for cell in self.cells}
        return len(self.cells) > 1 and any(
            texts == {str(number) for number in range(start, start + len(self.cells))} for start in (0, 1)
        )

    def calling_codes(self, *, bare: bool) -> bool:
        """Whether the cells are calling codes, most of them known: ``+49``, ``0049``, and if ``bare`` also ``49``.

        86 counts however it is written: it is China's, and no area has that code.
        """
        dialled = _DIALLED if bare else _DIALLED_ABROAD
        known = sum(calling_country(cell) is not None for cell in self.cells if dialled.fullmatch(cell))
        return known * 2 > len(self.cells) and all(map(dialled.fullmatch, self.cells))

    @cached_property
    def short_numbers(self) -> bool:
        """Whether the cells are numbers as short as those within an area."""
        return bool(self._numbers) and nearly_all(self._numbers, _SUBSCRIBER.fullmatch)

    @cached_property
    def subscribers(self) -> bool:
        """Whether the cells may be phone numbers without a code: as long as such, and no list's running number."""
        return bool(self._numbers) and nearly_all(self._numbers, _WITHOUT_CODE.fullmatch) and not self.counting

    @property
    def plus_codes(self) -> bool:
        """Whether every cell is a country's calling code with its ``+``."""
        return bool(self.cells) and all(_PLUS_CODE.fullmatch(cell) and calling_country(cell) for cell in self.times)

    @cached_property
    def pieces(self) -> bool:
        """Whether the cells are no more than a few digits, as of a number that goes over several columns."""
        return bool(self.cells) and nearly_all(self.cells, _PIECE.fullmatch)

    @cached_property
    def area_codes(self) -> bool:
        return bool(self.cells) and nearly_all(self.cells, _AREA.fullmatch)


def _has_long_number(cell: str) -> bool:
    if kind_of(cell) in _NO_NUMBERS:
        return False
    return _LONG_NUMBER.search(cell) is not None or is_masked("phone_number", cell)


def rises(cells: Sequence[str]) -> bool:
    """Whether filled cells may be part of a list's running number: rising whole numbers without leading zeros."""
    numbers = [int(cell) for cell in cells if _COUNTED.fullmatch(cell)]
    return bool(cells) and len(numbers) == len(cells) and all(map(int.__lt__, numbers, numbers[1:]))


def _counts(numbers: Sequence[int]) -> bool:
    """Whether numbers come from one counter: their range is below ten times their count."""
    return len(numbers) > 1 and max(numbers) - min(numbers) < 10 * len(numbers)
