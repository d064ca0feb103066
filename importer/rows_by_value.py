"""Which row holds a value: the numbers of millions of rows by hash, in eight bytes a place."""

from array import array
from typing import Final

_FEW_BITS: Final = 12
_FULL: Final = 0.75  # a fuller table looks at more and more places for each value
_KEY: Final = 0xFFFF_FFFF


class RowsByValue:
    """A hash table that only grows, open addressing with linear probing, in two plain arrays.

    A ``dict`` of the same takes eight times the memory and more, and an index in SQLite four times the time (3.6 and
    1.1 us for one of 300,000 values). ``key`` is any integer, of which the last 32 bits count: of a million values a
    hundred have another's, so whoever finds a number must look whether it is the right one. ``number`` is a row's, 1 to
    2**32 - 1.
    """

    def __init__(self) -> None:
        self._used = 0
        self._make(_FEW_BITS)

    def _make(self, bits: int) -> None:
        self._mask = (1 << bits) - 1
        self._most = int(_FULL * (1 << bits))
        self._keys = array("I", bytes(4 << bits))
        self._numbers = array("I", bytes(4 << bits))

    def find(self, key: int) -> int:
        """The number under ``key``, 0 where there is none."""
        keys, numbers, mask = self._keys, self._numbers, self._mask
        key &= _KEY
        place = key & mask
        while number := numbers[place]:
            if keys[place] == key:
                return number
            place = (place + 1) & mask
        return 0

    def add(self, key: int, number: int) -> bool:
        """Put ``number`` under ``key``; ``False``, and nothing is changed, where there is one already."""
        if self._used == self._most:
            self._grow()
        keys, numbers, mask = self._keys, self._numbers, self._mask
        key &= _KEY
        place = key & mask
        while numbers[place]:
            if keys[place] == key:
                return False
            place = (place + 1) & mask
        keys[place] = key
        numbers[place] = number
        self._used += 1
        return True

    def _grow(self) -> None:
        old = self._keys, self._numbers
        self._used = 0
        self._make((self._mask + 1).bit_length())
        for key, number in zip(*old, strict=True):
            if number:
                self.add(key, number)
