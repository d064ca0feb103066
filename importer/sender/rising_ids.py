"""Whether ids rise, as those of a database do: then one below all of a session's is that of a contact from before."""

from collections.abc import Callable
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
        self._first: list[tuple[int, RowKey]] = []
        self.lowest = _UNKNOWN if in_flight else 0

    def give_up(self) -> None:
        """Ids do not rise here, or are no numbers."""
        self.lowest = 0
        self._first.clear()

    def proved(self, number: int) -> None:
        """A search proved an id below ``lowest``."""
        if self.lowest != _UNKNOWN and self.lowest - number > self._in_flight:
            self.give_up()
        elif self.lowest:
            self.lowest = number
            self._first.clear()

    def is_too_low(self, number: int, row: RowKey, given: int) -> bool:
        """Whether an id below ``lowest``, after so many ``given``, is one from before.

        Of the first requests, which are in flight together, a later one may have had its answer first.
        """
        if self.lowest == _UNKNOWN:
            self._note(number, row)
            return False
        if given <= 2 * self._in_flight and self.lowest - number <= self._in_flight:
            self.lowest = number
            return False
        return True

    def _note(self, number: int, row: RowKey) -> None:
        """Where no search proves any id, the first ones tell whether they rise.

        An id is low if it is below one that was known before its request left.
        """
        first, count = self._first, self._in_flight
        first.append((number, row))
        if len(first) < max(_FEWEST_FIRST, 3 * count):
            return
        low, known = set(), 0
        for place, (each, its_row) in enumerate(first):
            known = max(known, first[place - count][0]) if place >= count else known
            if each < known:
                low.add(its_row)
        if len(low) > MOST_LOW * len(first):
            self.give_up()
            return
        self.lowest = min(each for each, its_row in first if its_row not in low)
        first.clear()
        for its_row in low:
            self._dispute(its_row)
