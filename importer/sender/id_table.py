"""Which row of a run has which contact id, in little memory."""

from array import array
from hashlib import blake2b
from typing import Final

from importer.ledger.records import RowKey

_FIRST_PLACES: Final = 1 << 16  # 1 MB: a table that grows costs each row as much again as its entry
_NUMBERS: Final = (1 << 39) - 1
_SCATTERED: Final = 0x9E3779B97F4A7C15  # 2**64 over the golden ratio (Knuth, volume 3, section 6.4)


class IdTable:
    """Owns the ids of a run and the rows that have them: 16 bytes each and room to grow, where a ``dict`` needs 100."""

    def __init__(self, places: int = _FIRST_PLACES) -> None:
        """``places`` for a start, a power of two; half of them are filled before the table grows."""
        self.used = 0
        self._make(places)

    def _make(self, places: int) -> None:
        self._mask = places - 1
        self._keys = array("q", bytes(8 * places))
        self._rows = array("q", bytes(8 * places))

    def put(self, key: int, row: RowKey, *, proved: bool) -> tuple[RowKey, bool] | None:
        """Enter the ``key_of`` of an id; returns the other row that has it already, and whether that is proved."""
        source, number = row
        entry = source << 40 | number << 1 | proved
        place, rows = self._place(key), self._rows
        if not (held := rows[place]):
            self._keys[place], rows[place] = key, entry
            self.used += 1
            if 2 * self.used > self._mask:
                self._grow()
        elif held >> 1 == entry >> 1:
            rows[place] = entry
        else:
            if proved:
                rows[place] = entry
            return (held >> 40, held >> 1 & _NUMBERS), bool(held & 1)
        return None

    def holder(self, contact_id: str) -> RowKey | None:
        """The row that has an id."""
        held = self._rows[self._place(key_of(contact_id))]
        return (held >> 40, held >> 1 & _NUMBERS) if held else None

    def _place(self, key: int) -> int:
        """The place of a key, or the free one where the search for it ends."""
        keys, rows, mask = self._keys, self._rows, self._mask
        place = key * _SCATTERED >> 40 & mask  # a server's ids come in runs, which would crowd together
        while rows[place] and keys[place] != key:
            place = place + 1 & mask
        return place

    def _grow(self) -> None:
        keys, rows = self._keys, self._rows
        self._make(2 * len(keys))
        for key, row in zip(keys, rows, strict=True):
            if row:
                place = self._place(key)
                self._keys[place], self._rows[place] = key, row


def key_of(contact_id: str) -> int:
    """A number for an id: its own, or 63 bits of a hash."""
    if len(contact_id) < 19 and contact_id.isdecimal():
        return int(contact_id)
    return int.from_bytes(blake2b(contact_id.encode(), digest_size=8).digest()) >> 1
