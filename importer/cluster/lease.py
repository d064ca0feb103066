"""How long a worker may send without a word from its driver; without a clock that both could read.

A worker on another machine can outlive its driver, or be cut off from it and look dead. Its rows must not be searched
for by anybody else while it may still send them. So it sends only as long as its lease runs, and the driver knows a
moment by which that has ended: every word of the worker carries the worker's own clock, the driver sends the latest
back, and the lease runs ``LEASE_S`` from there. However late a renewal arrives, the lease ends ``LEASE_S`` after the
driver heard what it sent back.
"""

import math
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from importer.ledger.run import Run
from importer.sender.shutdown import Clock, Shutdown

LEASE_S: Final = 15.0
RENEWED_EVERY_S: Final = 2.0
SLACK_S: Final = 1.0
"""What the two clocks may differ in their pace, and a request takes to be cancelled."""

_WITHOUT_A_WORD: Final = (None, 130, 143)
"""The exit codes of runs that may have left workers behind: killed, or ended at once by a second signal."""


class Lease(Shutdown):
    """A stop that comes by itself when the lease ends; an infinite one is for a worker that cannot be left behind."""

    def __init__(self, lease_s: float, clock: Clock = time.monotonic) -> None:
        super().__init__()
        self._lease_s = lease_s
        self._clock = clock
        self._until = clock() + lease_s

    def renew(self, heard_at: float) -> None:
        """Run on from ``heard_at``, a moment of this clock that the driver sent back; one that has ended stays so."""
        if not self.ended:
            self._until = max(self._until, heard_at + self._lease_s)

    @property
    def left_s(self) -> float:
        """Seconds until it ends."""
        return self._until - self._clock()

    @property
    def ended(self) -> bool:
        """Whether nothing may leave any more, whatever the driver wants."""
        return self.left_s <= 0

    @property
    def requested(self) -> bool:
        """Asked at the very moment when a request is about to leave."""
        return super().requested or self.ended


def left_behind_s(runs: Iterable[Run], now: datetime | None = None) -> float:
    """Seconds in which workers of earlier runs on an existing cluster may still send."""
    now = now or datetime.now(UTC)
    ends = [
        (datetime.fromisoformat(run.finished_at) - now).total_seconds() + LEASE_S + SLACK_S
        for run in runs
        if run.options.get("scheduler") and run.finished_at and run.exit_code in _WITHOUT_A_WORD
    ]
    return min(max([0.0, *ends]), LEASE_S + SLACK_S)  # a clock that was set back must not hold a run for hours


def is_endless(lease_s: float) -> bool:
    """Whether a lease needs no renewal."""
    return math.isinf(lease_s)
