"""Time in which requests may leave, and what is counted in it."""

import math
from dataclasses import dataclass
from typing import Final

_A_FEW: Final = 3
SHORTEST_S: Final = 0.1
"""What the server takes in less is a burst as fast as this machine sends, and no rate."""


class ActiveTime:
    """Owns a clock that stands still in pauses; ``at`` and ``pause`` take seconds of the clock that does not."""

    def __init__(self) -> None:
        self._paused_until = -math.inf
        self._paused_s = 0.0

    def pause(self, now: float, until: float) -> None:
        """Stand still from ``now`` until then; pauses may overlap."""
        if until > self._paused_until:
            self._paused_s += until - max(now, self._paused_until)
            self._paused_until = until

    def at(self, now: float) -> float:
        """Seconds by this clock."""
        return now - self._paused_s + max(0.0, self._paused_until - now)


@dataclass(slots=True)
class Count:
    """Requests accepted and refused since a moment, in active seconds.

    The time begins with the first answer: until then nothing could be counted.
    """

    since: float
    accepted: int = 0
    refused: int = 0

    def answered(self, active: float, accepted: bool) -> None:
        """The server answered a request at ``active``."""
        if not self.accepted + self.refused:
            self.since = active
        if accepted:
            self.accepted += 1
        else:
            self.refused += 1

    @property
    def share(self) -> float:
        """What part was refused, from 0 to 1."""
        return self.refused / max(1, self.accepted + self.refused)

    @property
    def is_rate(self) -> bool:
        """Whether so many were accepted that they show a rate."""
        return self.accepted >= _A_FEW

    def rate(self, active: float) -> float:
        """How many a second were accepted until ``active``; never 0."""
        return max(self.accepted, 1) / max(active - self.since, SHORTEST_S)
