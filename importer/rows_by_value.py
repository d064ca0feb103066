"""Which row holds a value: the numbers of millions of rows by hash, in eight bytes a place."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FEW: Final = 1 << 14
_FIRST_BITS: Final = 16
_FULL: Final = 0.75  # a fuller table looks at more and more places for each value
_KEY: Final = 0xFFFF_FFFF
_AT_ONCE: Final = 1 << 16  # a copy of all would be as large as the table


class RowsByValue:
    """Row numbers by key, of which none is ever taken out.

    A key is any integer, of which the last 32 bits count: of a million values a hundred have another's, so whoever
    finds a number must look whether it is the right one. A number is a row's, 1 to 2**32 - 1.

    Few are in a ``dict``, which needs no numpy: loading it takes as long as ten thousand rows.
    """

    def __init__(self) -> None:
        self._few: dict[int, int] = {}
        self._many: _Table | None = None

    def find(self, keys: Sequence[int]) -> list[int]:
        """The number under each key, 0 where there is none."""
        if self._many is None:
            return [self._few.get(key & _KEY, 0) for key in keys]
        return self._many.find(keys)

    def add(self, keys: Sequence[int], numbers: Sequence[int]) -> list[int]:
        """Put each number under its key; the places, from 0, of those whose key has another number already."""
        if self._many is not None:
            return self._many.add(keys, numbers)
        pairs = zip(keys, numbers, strict=True)
        taken = [at for at, (key, number) in enumerate(pairs) if self._few.setdefault(key & _KEY, number) != number]
        if len(self._few) > _FEW:
            self._many = _Table()
            self._many.add([*self._few], [*self._few.values()])
            self._few = {}
        return taken


class _Table:
    """A hash table that only grows, open addressing with linear probing, in two arrays; many keys are treated at once.

    A ``dict`` of the same takes eight times the memory and more, and an index in SQLite many times the time.
    """

    def __init__(self) -> None:
        self._used = 0
        self._make(_FIRST_BITS)

    def _make(self, bits: int) -> None:
        import numpy as np

        self._mask = (1 << bits) - 1
        self._keys = np.zeros(1 << bits, np.uint32)
        self._numbers = np.zeros(1 << bits, np.uint32)

    def find(self, keys: Sequence[int]) -> list[int]:
        found: list[int] = self._numbers[self._places(_array(keys))].tolist()
        return found

    def add(self, keys: Sequence[int], numbers: Sequence[int]) -> list[int]:
        while self._used + len(keys) > _FULL * (self._mask + 1):
            self._grow()
        taken: list[int] = self._put(_array(keys), _array(numbers)).tolist()
        return taken

    def _places(self, keys: "NDArray[np.uint32]") -> "NDArray[np.int64]":
        """For each key the place that has it, or the first free one on the way to it."""
        import numpy as np

        places = (keys & self._mask).astype(np.int64)
        under_way = np.arange(len(keys))
        while len(under_way):
            at = places[under_way]
            under_way = under_way[(self._numbers[at] != 0) & (self._keys[at] != keys[under_way])]
            places[under_way] = (places[under_way] + 1) & self._mask
        return places

    def _put(self, keys: "NDArray[np.uint32]", numbers: "NDArray[np.uint32]") -> "NDArray[np.int64]":
        """Put all of them that have a place of their own; which of the keys have another number."""
        import numpy as np

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


def _array(values: Sequence[int]) -> "NDArray[np.uint32]":
    import numpy as np

    return np.array(values, np.int64).astype(np.uint32)
