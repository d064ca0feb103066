"""Whether the server empties a field that an update brings as ``null``, which the API documents nowhere.

Each session proves it anew, field by field: the first row that empties one is read back. Where the value stays, no
later row tries, and none says that it was erased.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager


class Clearing:
    """Owns what a session knows of each field, and the turn of the one row that finds out more."""

    def __init__(self) -> None:
        self._known: dict[str, bool] = {}
        self._asking = asyncio.Lock()

    @asynccontextmanager
    async def turn(self, fields: Iterable[str]) -> AsyncIterator[bool]:
        """Wait while another row finds out about a field, if one of these is unknown; gives whether it waited."""
        if not self.unproved(fields):
            yield False
            return
        has_waited = self._asking.locked()
        async with self._asking:
            yield has_waited

    def unproved(self, fields: Iterable[str]) -> tuple[str, ...]:
        """The fields of which nobody knows yet whether the server empties them."""
        return tuple(name for name in fields if name not in self._known)

    def refused(self, fields: Iterable[str]) -> tuple[str, ...]:
        """The fields that the server does not empty."""
        return tuple(name for name in fields if self._known.get(name) is False)

    def learn(self, fields: Iterable[str], *, is_empty: bool) -> None:
        """A search has shown whether the fields are empty after an update that was to empty them."""
        self._known.update(dict.fromkeys(fields, is_empty))
