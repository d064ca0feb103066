"""The columns of an errors file: the input's own, and two of ours that a further import skips.

A workbook has ours first, where people see them; CSV has them last, so that a file without a title for some cells still
reads as it did. ``import_row`` is the row in the first file of all: an errors file that is imported hands it on.
"""

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Final, NamedTuple

from importer.ledger.records import LedgerRow
from importer.message import ENGLISH_READER, Language
from importer.models import Outcome
from importer.normalizer.text import unbroken
from importer.texts import ERROR_TITLE, ERROR_TITLES, ROW_TITLE

_OURS: Final = len(ERROR_TITLES)


class ErrorsLayout(NamedTuple):
    """Where the columns of an input with these ``titles`` stand in its errors file."""

    titles: Sequence[str]
    ours_first: bool

    @property
    def all_titles(self) -> list[str]:
        """The titles of the errors file."""
        own = own_titles(self.titles)
        return [*ERROR_TITLES, *own] if self.ours_first else [*own, *ERROR_TITLES]

    @property
    def own(self) -> list[int]:
        """The places of the user's own columns in the input, which may be an errors file itself."""
        return own_places(self.titles)

    def cells(self, row: LedgerRow, language: Language = ENGLISH_READER) -> list[str]:
        """A row of the errors file, with what is wrong in ``language``.

        Cells beyond the titles come last, so that the import refuses the row again until somebody deals with them.
        """
        given = self._given(row)
        own, ours = [given[place] for place in self.own], self.added(row, language)
        told = [*ours, *own] if self.ours_first else [*own, *ours]
        return [unbroken(cell) for cell in (*told, *row.cells[len(self.titles) :])]

    def added(self, row: LedgerRow, language: Language) -> tuple[str, str]:
        """What the import adds to a row, in the order of ``ERROR_TITLES``."""
        known = (cell.strip() for title, cell in zip(self.titles, self._given(row), strict=True) if title == ROW_TITLE)
        first_row = next(known, "") if is_errors_file(self.titles) else ""
        return first_row or str(row.number), "\n".join(reasons(row.outcome, language))

    def place(self, column: int) -> int | None:
        """An input column's place in ``cells``, both from 0; ``None`` for one of ours of an earlier import."""
        own = self.own
        if column >= len(self.titles):
            return column - len(self.titles) + len(own) + _OURS
        return own.index(column) + _OURS * self.ours_first if column in own else None

    def _given(self, row: LedgerRow) -> list[str]:
        """The cells below the titles, an empty one where the row is too short."""
        return [cell for _, cell in zip_longest(self.titles, row.cells[: len(self.titles)], fillvalue="")]


def reasons(outcome: Outcome, language: Language) -> Iterator[str]:
    """A line for each error of a row, with what to do about it."""
    flaws = dict.fromkeys((flaw.messages, flaw.hint) for flaw in outcome.flaws)
    told = {message for messages, _ in flaws for message in messages}
    advised = {message for _, hint in flaws for message in hint}
    rest = [one for one in outcome.error if one not in told], [one for one in outcome.hint if one not in advised]
    for error, hint in (*flaws, rest):
        if line := " → ".join(filter(None, map(language.sentence, (error, hint)))):
            yield line


def own_places(titles: Sequence[str]) -> list[int]:
    """The places of the columns that no errors file adds; ``import_row`` alone is the user's own."""
    ours = ERROR_TITLES if is_errors_file(titles) else ()
    return [place for place, title in enumerate(titles) if title not in ours]


def own_titles(titles: Sequence[str]) -> list[str]:
    """The titles that no errors file adds."""
    return [titles[place] for place in own_places(titles)]


def is_errors_file(titles: Sequence[str]) -> bool:
    """Whether these are the titles of an errors file."""
    return ERROR_TITLE in titles
