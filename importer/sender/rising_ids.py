"""Whether ids rise, as those of a database do: then one below all of a session's is that of a contact from before."""

from collections.abc import Callable
from itertools import accumulate
from typing import Final

from importer.ledger.records import RowKey

MOST_LOW: Final = 1 / 8
"""So many of the first ids may be low where ids rise: an answer that names an old contact is an exception."""

_FEWEST_FIRST: Final = 30
_UNKNOWN: Final = 1 << 63


class RisingIds:
    """Owns the lowest id that a session has reason to believe, and the question whether ids rise.

    Nearly every id costs one comparison, with ``lowest``: all are below it until it is known, none where ids do not
    rise. ``in_flight`` is how many requests may be; with 0 ids tell nothing. ``dispute`` gets rows of the first ids
    whose id proves to be low.
    """

    def __init__(self, in_flight: int, dispute: Callable[[RowKey], None]) -> None:
        self._in_flight = in_flight
        self._dispute = dispute
        self._first: list[tuple[int, RowKey, int]] = []
        self.known = 0
        """How many of the first ids are known by now."""
        self.lowest = _UNKNOWN if in_flight else 0

    def give_up(self) -> None:
        """Ids do not rise here, or are no numbers."""
        self.lowest = 0
        self._forget()

    def proved(self, number: int) -> None:
        """A search proved an id below ``lowest``."""
        if self.lowest != _UNKNOWN and self.lowest - number > self._in_flight:
            self.give_up()
        elif self.lowest:
            self.lowest = number
            self._forget()

    def is_too_low(self, number: int, row: RowKey, given: int, after: int | None = None) -> bool:
        """Whether an id below ``lowest``, after so many ``given``, is one from before.

        Of the first requests, which are in flight together, a later one may have had its answer first: ``after`` is how
        many ids were ``known`` when this one's request left.
        """
        if self.lowest == _UNKNOWN:
            self._note(number, row, max(0, self.known + 1 - self._in_flight) if after is None else after)
            return False
        if given <= 2 * self._in_flight and self.lowest - number <= self._in_flight:
            self.lowest = number
            return False
        return True

    def _note(self, number: int, row: RowKey, after: int) -> None:
        """Where no search proves any id, the first ones tell whether they rise.

        An id is low if it is below one that was known before its request left. An answer may be far behind those of
        later requests, so that the order of answers alone does not tell.
        """
        first = self._first
        first.append((number, row, after))
        self.known = len(first)
        if self.known < max(_FEWEST_FIRST, 3 * self._in_flight):
            return
        highest = [0, *accumulate((each for each, _, _ in first), max)]
        low = {its_row for each, its_row, known in first if each < highest[known]}
        if len(low) > MOST_LOW * len(first):
            self.give_up()
            return
        self.lowest = min(each for each, its_row, _ in first if its_row not in low)
        self._forget()
        for its_row in low:
            self._dispute(its_row)

    def _forget(self) -> None:
        self._first.clear()
        self.known = 0
