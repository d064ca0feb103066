"""Which row holds a value: row numbers by hash, of few values in a ``dict`` and of millions in eight bytes a place."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from importer.staging.hash_table import HashTable

FEW: Final = 1 << 16
_KEY: Final = 0xFFFF_FFFF


class ValueIndex:
    """Row numbers by key, of which none is ever taken out.

    A key is any integer, of which the last 32 bits count: of a million values a hundred have another's, so whoever
    finds a number must look whether it is the right one. A number is a row's, 1 to 2**32 - 1.

    Up to ``few`` are in a ``dict``, which needs no numpy: loading it takes as long as ten thousand rows.
    """

    def __init__(self, few: int = FEW) -> None:
        self._most = few
        self._few: dict[int, int] = {}
        self._many: HashTable | None = None

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
        if len(self._few) > self._most:
            from importer.staging.hash_table import HashTable

            self._many = HashTable()
            self._many.add([*self._few], [*self._few.values()])
            self._few = {}
        return taken
