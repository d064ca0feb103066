"""How long a worker may send without hearing from its driver, although the two share no clock.

A worker on another machine can outlive its driver, or be cut off from it and look dead. While it may still send its
rows, no other worker must search for them. So a worker sends only while its lease runs, and the driver knows by when
the lease has ended: every message of the worker carries its own clock, the driver sends the latest time back, and the
lease runs ``LEASE_S`` from that time. However late a renewal arrives, the lease ends at most ``LEASE_S`` after the
driver heard the time that it sent back.
"""

import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from importer.ledger.run import Run
from importer.sender.shutdown import Clock, Shutdown

LEASE_S: Final = 15.0
RENEWED_EVERY_S: Final = 2.0
SLACK_S: Final = 1.0
"""A margin for the pace of the two clocks and for the time that cancelling a request takes."""


class Lease(Shutdown):
    """A stop that comes by itself when the lease ends; a worker that cannot outlive its driver has an infinite one."""

    def __init__(self, lease_s: float, clock: Clock = time.monotonic) -> None:
        super().__init__()
        self._lease_s = lease_s
        self._clock = clock
        self._until = clock() + lease_s

    def renew(self, heard_at: float) -> None:
        """Restart the lease at ``heard_at``, a time of this clock that the driver sent back, unless it has ended."""
        if not self.ended:
            self._until = max(self._until, heard_at + self._lease_s)

    @property
    def left_s(self) -> float:
        """Seconds until the lease ends."""
        return self._until - self._clock()

    @property
    def ended(self) -> bool:
        """Whether no request may leave any more, whatever the driver says."""
        return self.left_s <= 0

    @property
    def requested(self) -> bool:
        """Whether to stop; the sender asks right before each request."""
        return self._is_requested or self.ended

    @requested.setter
    def requested(self, is_requested: bool) -> None:
        self._is_requested = is_requested


def left_behind_s(runs: Iterable[Run], now: datetime | None = None) -> float:
    """Seconds in which workers of earlier runs on an existing cluster may still send."""
    now = now or datetime.now(UTC)
    # A kill, or a second signal, ended these at once.
    ends = [
        (datetime.fromisoformat(run.finished_at) - now).total_seconds() + LEASE_S + SLACK_S
        for run in runs
        if run.options.get("scheduler") and run.finished_at and run.exit_code in (None, 130, 143)
    ]
    return min(max([0.0, *ends]), LEASE_S + SLACK_S)  # a clock that was set back must not hold a run for hours
