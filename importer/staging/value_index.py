"""Which row holds a value: row numbers by hash, in a ``dict`` for few values, in eight bytes a place for millions."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from importer.staging.hash_table import HashTable

FEW: Final = 1 << 16
_KEY: Final = 0xFFFF_FFFF


class ValueIndex:
    """Row numbers, 1 to 2**32 - 1, by key; nothing is ever removed.

    A key is an integer of which the last 32 bits count. Of a million values about a hundred share another's key, so
    the caller must check that the row it finds is the right one. Up to ``few`` numbers stay in a ``dict``: loading
    numpy takes as long as staging ten thousand rows.
    """

    def __init__(self, few: int = FEW) -> None:
        self._most = few
        self._few: dict[int, int] = {}
        self._many: HashTable | None = None

    def find(self, keys: Sequence[int]) -> list[int]:
        """The number under each key, or 0."""
        if self._many is None:
            return [self._few.get(key & _KEY, 0) for key in keys]
        return self._many.find(keys)

    def add(self, keys: Sequence[int], numbers: Sequence[int]) -> list[int]:
        """Store each number under its key; return the indexes of the keys that had another number already."""
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
