"""Measure what the cells of a column look like: shares of addresses, numbers, dates, names and text. Pure.

A column's shape is counted over its different cells, in no order. What only some columns are asked is worked out
when it is asked for.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import cached_property
from typing import Final

from importer.mapping.cell_kinds import OWN, kind_of
from importer.mapping.number_shapes import NumberShape
from importer.mapping.people_names import (
    EVIDENCE,
    are_names,
    are_patronymics,
    first_and_last,
    have_common_names,
    may_be_names,
    nearly_all,
    share_of_companies,
)
from importer.mapping.streets import is_street_address
from importer.models import Row
from importer.normalizer.emails import may_name, names_of_addresses
from importer.normalizer.text import is_filler
from importer.normalizer.yes_no import YES_OR_NO

_HALF: Final = 0.5
_PICTURE: Final = re.compile(
    r"https?://(?:[^\s?#]+\.(?:png|jpe?g|gif|webp|svg|bmp|avif|heic)(?:[?#]\S*)?"
    r"|(?:[a-z0-9-]+\.)*(?:gravatar\.com|googleusercontent\.com|qlogo\.cn|licdn\.com)/\S+)",
    re.IGNORECASE,
)
_LINK: Final = re.compile(r"\s*(?:https?:)?//\S+|\s*www\.\S+", re.IGNORECASE)
_ATTEMPTED_EMAIL: Final = re.compile(r"(?:\S{1,60} )?\S{1,60}@ ?\S{0,80}")
_NEARLY_EMAIL: Final = re.compile(
    r"(?:[^\s@]{2,60}(?:#|\(at\)|\[at\]| at |\.)|@)[^\s@]{1,60}\.[a-z]{2,10}", re.IGNORECASE
)
_LINE_OF_EMAIL: Final = re.compile(
    r"\n(?:[^\n@:]{1,20}:)?[^\S\n]*[^\s@:]+@[^\s@]+\.\w+|^(?:[^\n@:]{1,20}:)?[^\S\n]*[^\s@:]+@[^\s@]+\.\w+\s*\n"
)
_BURIED: Final = re.compile(r"[^\s@]@[^\s@]+\.\w\w|[0-9](?:[\s().\-]{0,2}[0-9]){6,}")
_DIGIT: Final = re.compile("[^\\D0-9]")  # ۰۹۱۲
_LOGIN: Final = re.compile(r"[a-z0-9._-]+|[A-Za-z._-]+[0-9]+")


class Shape(NumberShape):
    """What the cells of one column look like."""

    @cached_property
    def named_emails(self) -> bool:
        """Whether at least half of the cells are addresses with a name: ``Ann Lee <ann@…>``."""
        return may_name(self.cells) and sum(any(names_of_addresses(cell)) for cell in self.cells) * 2 >= len(self.cells)

    @cached_property
    def emails_and_handles(self) -> bool:
        """Whether the cells are addresses and names of accounts (``@ann``), at least half of them addresses."""
        return self.share("email") >= _HALF and self.mostly("email", "handle")

    @cached_property
    def emails_in_lines(self) -> bool:
        """Whether nearly all cells have several lines, one of them an address: ``Tel: +49…``, ``Email: ann@…``."""
        return bool(self.cells) and nearly_all(self.cells, _LINE_OF_EMAIL.search)

    @cached_property
    def buried(self) -> bool:
        """Whether nearly all cells have an address or a phone number among other words."""
        if self.mostly("email", "link", "json", "date", "time", "guid", "hash"):
            return False
        return bool(self.cells) and nearly_all(
            self.cells, lambda cell: _BURIED.search(cell) and re.search(r"[^\W\d_]", cell)
        )

    @cached_property
    def attempted_emails(self) -> bool:
        """At least half have an ``@``, the others are nearly addresses; handles such as ``@somebody`` are not."""
        tried = sum(_ATTEMPTED_EMAIL.fullmatch(cell) is not None for cell in self.cells)
        return tried * 2 >= len(self.cells) and nearly_all(
            self.cells, lambda cell: _ATTEMPTED_EMAIL.fullmatch(cell) or _NEARLY_EMAIL.fullmatch(cell)
        )

    @cached_property
    def half_emails(self) -> bool:
        """Whether half of the cells are addresses, most of them different, and the others something else."""
        emails = [cell for cell in self.cells if kind_of(cell) == "email"] if self.share("email") >= _HALF else []
        return len({*emails}) >= OWN * len(emails) > 0

    @cached_property
    def pictures(self) -> bool:
        return bool(self.cells) and nearly_all(self.cells, _PICTURE.fullmatch)

    @cached_property
    def logins(self) -> bool:
        """Whether nearly all cells are single words without capitals, as people choose for themselves."""
        return bool(self.cells) and nearly_all(self.cells, _LOGIN.fullmatch)

    @cached_property
    def some_link(self) -> bool:
        return any(map(_LINK.match, self.cells))

    @cached_property
    def wordy(self) -> bool:
        """Whether nearly all cells are short texts with letters: names, cities, goods."""
        return self.mostly("words")

    @cached_property
    def names(self) -> bool:
        return bool(self.cells) and are_names(self.cells)

    @cached_property
    def may_be_names(self) -> bool:
        return bool(self.cells) and may_be_names(self.cells)

    @cached_property
    def yes_and_no(self) -> bool:
        """Whether every cell says yes or no, also as 1 and 0."""
        return bool(self.cells) and all(cell.lower() in YES_OR_NO for cell in self.times)

    @cached_property
    def addresses(self) -> bool:
        """Whether nearly all cells are addresses of streets, with their numbers."""
        return bool(self.cells) and nearly_all(self.cells, is_street_address)

    @cached_property
    def single_words(self) -> bool:
        """Whether most cells are a single word of letters, with a capital or of a script without: a part of a name."""
        single = sum(
            cell.isalpha() and (len(cell) > 1 or cell > "\u2e80") and not cell.islower() for cell in self.cells
        )
        return self.wordy and single > _HALF * len(self.cells)

    @cached_property
    def firms(self) -> float:
        """The share of cells that are the names of companies."""
        return share_of_companies(self.cells)

    @property
    def of_companies(self) -> bool:
        """Whether a good part of the cells are no people: among hundreds of firms some have a person's name."""
        return self.firms >= EVIDENCE

    @cached_property
    def first_and_last(self) -> tuple[float, float]:
        """The shares of cells that are a common first name, and a common last name."""
        return first_and_last(self.cells)

    @cached_property
    def patronymics(self) -> bool:
        return are_patronymics(self.cells)

    @cached_property
    def common_names(self) -> bool:
        return bool(self.cells) and have_common_names(self.cells)


def filled(sample: Sequence[Row], index: int) -> list[str]:
    """The filled cells of a column, NFKC and stripped, without those that say that there is nothing (null)."""
    return [text for text in normal(sample, index) if text and not is_filler(text)]


def normal(sample: Sequence[Row], index: int) -> list[str]:
    """A column's cells, one for each row, NFKC, stripped and with Latin digits."""
    cells = (row.cells[index] if index < len(row.cells) else "" for row in sample)
    return [(cell if cell.isascii() else _plain(cell)).strip() for cell in cells]


def _plain(cell: str) -> str:
    return _DIGIT.sub(lambda digit: str(int(digit[0])), unicodedata.normalize("NFKC", cell))
