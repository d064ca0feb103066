"""Row numbers by hash, for millions of rows. ``person_index`` loads this module, and with it numpy, when it must."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

_FIRST_BITS: Final = 19  # 4 MB: whoever needs this table has 65,000 values already, and mostly many more
_FULL: Final = 0.75  # a fuller table probes more and more places for each key
_AT_ONCE: Final = 1 << 16  # keys that a growing table moves at a time, to copy little


class HashTable:
    """A hash table that only grows: open addressing with linear probing, in two arrays, for many keys at once.

    A key is an integer of which the last 32 bits count; a number is 1 to 2**32 - 1. A ``dict`` needs at least eight
    times the memory, an index in SQLite many times the time.
    """

    def __init__(self) -> None:
        self._used = 0
        self._make(_FIRST_BITS)

    def _make(self, bits: int) -> None:
        self._mask = (1 << bits) - 1
        self._keys = np.zeros(1 << bits, np.uint32)
        self._numbers = np.zeros(1 << bits, np.uint32)

    def find(self, keys: Sequence[int]) -> list[int]:
        """The number under each key, or 0."""
        found: list[int] = self._numbers[self._places(_array(keys))].tolist()
        return found

    def add(self, keys: Sequence[int], numbers: Sequence[int]) -> list[int]:
        """Store each number under its key; return the indexes of the keys that had another number already."""
        while self._used + len(keys) > _FULL * (self._mask + 1):
            self._grow()
        taken: list[int] = self._put(_array(keys), _array(numbers)).tolist()
        return taken

    def _places(self, keys: NDArray[np.uint32]) -> NDArray[np.int64]:
        """The place of each key, or the first free one where the search for it ends."""
        places = (keys & self._mask).astype(np.int64)
        under_way = np.arange(len(keys))
        while len(under_way):
            at = places[under_way]
            under_way = under_way[(self._numbers[at] != 0) & (self._keys[at] != keys[under_way])]
            places[under_way] = (places[under_way] + 1) & self._mask
        return places

    def _put(self, keys: NDArray[np.uint32], numbers: NDArray[np.uint32]) -> NDArray[np.int64]:
        """Store numbers in a table with room for all; return the indexes of keys that had another number already."""
        left = np.arange(len(keys))
        taken = left[:0]
        while len(left):
            places = self._places(keys[left])
            free = self._numbers[places] == 0
            # Several keys may want one free place: the last one gets it, and the others go on searching from there.
            self._keys[places[free]], self._numbers[places[free]] = keys[left[free]], numbers[left[free]]
            same = self._keys[places] == keys[left]
            taken = np.append(taken, left[same & (self._numbers[places] != numbers[left])])
            left = left[~same]
        self._used += len(keys) - len(taken)
        return taken

    def _grow(self) -> None:
        keys, numbers = self._keys, self._numbers
        self._used = 0
        self._make((self._mask + 1).bit_length())
        for begin in range(0, len(keys), _AT_ONCE):
            held = slice(begin, begin + _AT_ONCE)
            filled = numbers[held] != 0
            self._put(keys[held][filled], numbers[held][filled])


def _array(values: Sequence[int]) -> NDArray[np.uint32]:
    return np.array(values, np.int64).astype(np.uint32)
