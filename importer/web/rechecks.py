"""Checkers of single rows, kept while a page is open: to make one, the files must be opened."""

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:  # what reads files is loaded by the first row that is corrected
    from importer.library.rows import Rechecker

_MOST: Final = 4

BySource: TypeAlias = "Mapping[tuple[str, str], Rechecker]"
"""By the name of the file, and of the sheet."""


class Rechecks:
    """Owns the checkers of the drafts that were corrected last; ``lock`` is to be held while one works."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self._kept: OrderedDict[str, asyncio.Task[BySource]] = OrderedDict()

    async def of(self, key: str, make: Callable[[], BySource]) -> BySource:
        """The checkers of what ``key`` stands for, made in a thread by the first who asks."""
        if key not in self._kept:
            self._kept[key] = asyncio.create_task(asyncio.to_thread(make))
        self._kept.move_to_end(key)
        while len(self._kept) > _MOST:
            self._kept.popitem(last=False)
        try:
            return await asyncio.shield(self._kept[key])
        except Exception:
            self._kept.pop(key, None)  # the next one tries anew
            raise
