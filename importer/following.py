"""How far a stage of a run is, told now and then."""

import time
from collections.abc import Callable


class Following:
    """Owns the count of a stage's rows, and tells of it every ``every_s`` seconds at most, and at the end.

    ``tell`` gets how many rows are done, and the seconds since the beginning. Of rows that are sent, those are done
    whose outcome is on disk.
    """

    def __init__(
        self, tell: Callable[[int, float], object], every_s: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._call = tell
        self._every_s = every_s
        self._clock = clock
        self._done = 0
        self._began = self._told = clock()

    def advance(self, rows: int) -> None:
        """Count ``rows`` more that are done."""
        self._done += rows
        if self._clock() - self._told >= self._every_s:
            self.tell()

    def close(self) -> None:
        """End: no more rows come."""
        self.tell()

    def tell(self) -> None:
        """Tell now."""
        self._told = self._clock()
        self._call(self._done, self._told - self._began)
