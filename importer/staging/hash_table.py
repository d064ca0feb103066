"""Numbers of millions of rows by hash. A module of its own, for loading numpy takes as long as ten thousand rows."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

_FIRST_BITS: Final = 16
_FULL: Final = 0.75  # a fuller table looks at more and more places for each value
_AT_ONCE: Final = 1 << 16  # a copy of all would be as large as the table


class HashTable:
    """A hash table that only grows, open addressing with linear probing, in two arrays; many keys at once.

    Keys are integers, of which the last 32 bits count, and numbers are 1 to 2**32 - 1. A ``dict`` of the same takes
    eight times the memory and more, and an index in SQLite many times the time.
    """

    def __init__(self) -> None:
        self._used = 0
        self._make(_FIRST_BITS)

    def _make(self, bits: int) -> None:
        self._mask = (1 << bits) - 1
        self._keys = np.zeros(1 << bits, np.uint32)
        self._numbers = np.zeros(1 << bits, np.uint32)

    def find(self, keys: Sequence[int]) -> list[int]:
        """The number under each key, 0 where there is none."""
        found: list[int] = self._numbers[self._places(_array(keys))].tolist()
        return found

    def add(self, keys: Sequence[int], numbers: Sequence[int]) -> list[int]:
        """Put each number under its key; the places, from 0, of those whose key has another number already."""
        while self._used + len(keys) > _FULL * (self._mask + 1):
            self._grow()
        taken: list[int] = self._put(_array(keys), _array(numbers)).tolist()
        return taken

    def _places(self, keys: NDArray[np.uint32]) -> NDArray[np.int64]:
        """For each key the place that has it, or the first free one on the way to it."""
        places = (keys & self._mask).astype(np.int64)
        under_way = np.arange(len(keys))
        while len(under_way):
            at = places[under_way]
            under_way = under_way[(self._numbers[at] != 0) & (self._keys[at] != keys[under_way])]
            places[under_way] = (places[under_way] + 1) & self._mask
        return places

    def _put(self, keys: NDArray[np.uint32], numbers: NDArray[np.uint32]) -> NDArray[np.int64]:
        """Put all of them that have a place of their own; which of the keys have another number."""
        left = np.arange(len(keys))
        taken = left[:0]
        while len(left):
            places = self._places(keys[left])
            free = self._numbers[places] == 0
            # Several may want one free place; the last of them gets it, and the others look on from there.
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
