"""What one of the server's limits lets through, learned from its refusals or from the quota in its answers."""

import math
from collections import deque
from typing import Final

from importer.livedesk.responses import Quota

FIRST_PAUSE_S: Final = 0.5
"""The pause after a refusal that names none, if the server's rate is not known."""

_ENOUGH: Final = 20  # so many accepted requests show a rate
_A_FEW: Final = 3  # so many show more than a guess
_RECENT: Final = 30
_BELOW: Final = 0.98
_NEARLY: Final = 0.95
_MILDLY: Final = 0.9
_MILD_STEPS: Final = 3
_FAR: Final = 0.75
_FIRST_GUESS: Final = 10.0  # requests a second, if the server refuses the very first ones
_SLOWEST: Final = 0.1
# After so many accepted requests or seconds, the rate is back where it was refused, and begins to exceed it.
_REQUESTS_TO_RECOVER: Final = 300
_SECONDS_TO_RECOVER: Final = 30.0
_SECONDS_TO_DOUBLE: Final = 2.0
_SHORTEST_S: Final = 0.1  # what the server takes in less is a burst as fast as this machine sends, and no rate


class AdaptiveRate:
    """Owns the rate at which requests leave: unlimited, until the server refuses one without naming a limit.

    A refusal sets the rate just below what the server took. If it took too few requests to tell, the rate falls a
    little; if that does not help, it halves again and again. A measured rate then rises by a cubic, as in TCP CUBIC
    (RFC 9438): slowly near the refused rate, then ever faster, since the limit may be gone. A guessed rate doubles.
    ``ceiling`` is in requests a second; times are in seconds of one clock. ``next_at`` is when the next request may
    leave.
    """

    def __init__(self, ceiling: float | None = None) -> None:
        self._ceiling = ceiling or math.inf
        self._base = math.inf
        self._guessed = False
        self.next_at = -math.inf
        self._changed_at = -math.inf
        self._accepted = 0
        self._in_vain = 0
        self._recent: deque[float] = deque(maxlen=_RECENT)

    def rate(self, now: float) -> float:
        """Requests a second at this moment; infinite while no limit is known."""
        if math.isinf(self._base):
            return self._ceiling
        passed_s = now - self._changed_at
        grown = max(self._accepted / _REQUESTS_TO_RECOVER, passed_s / _SECONDS_TO_RECOVER)
        factor = 2 ** min(passed_s / _SECONDS_TO_DOUBLE, 60) if self._guessed else 1 + (1 / _BELOW - 1) * grown**3
        return min(self._ceiling, self._base * factor)

    def take(self, now: float) -> None:
        """A request leaves."""
        self.next_at = max(self.next_at, now) + 1 / self.rate(now)

    def accepted(self, now: float) -> None:
        """The server let a request through."""
        self._accepted += 1
        self._recent.append(now)

    def refused(self, now: float, left_at: float) -> float:
        """The server refused a request that left at ``left_at``; returns how many seconds to pause.

        A request that left before the rate last fell, or in the same tick of the clock, says nothing new.
        """
        if left_at <= self._changed_at:
            return 0.0
        tried = self.rate(now)
        enough = _A_FEW if self._guessed else _ENOUGH
        self._in_vain = 0 if self._accepted >= enough else self._in_vain + 1
        pause_s = 0.0
        if math.isinf(tried) and self._in_vain:
            self._base, self._guessed, pause_s = _FIRST_GUESS, True, FIRST_PAUSE_S
        elif self._in_vain > _MILD_STEPS:
            self._base, self._guessed, pause_s = max(tried / 2, _SLOWEST), True, FIRST_PAUSE_S
        else:
            self._base, self._guessed = max(_BELOW * self._taken(now, tried), _SLOWEST), False
        self._changed_at, self._accepted = now, 0
        self._recent.clear()
        return pause_s

    def _taken(self, now: float, tried: float) -> float:
        if math.isinf(tried):
            return len(self._recent) / max(now - self._recent[0], _SHORTEST_S)
        on_average = self._accepted / (now - self._changed_at)
        if self._guessed:
            return max(on_average, tried / 2)
        if self._in_vain:
            return _MILDLY * tried
        # Far below the tried rate the average includes pauses, and tells more; near it, only slower moments.
        return on_average if on_average < _FAR * tried else max(on_average, _NEARLY * tried)


class QuotaWindow:
    """Owns what the server says is left of its limit (``Quota``), and when the window restarts."""

    def __init__(self) -> None:
        self._left = math.inf
        self._anew_at = math.inf

    def hold_s(self, now: float, in_flight: int) -> float:
        """Seconds until the next request may leave; infinite while that depends on an answer still to come."""
        if self._left > 0 or now >= self._anew_at:
            return 0.0
        return math.inf if in_flight else self._anew_at - now

    def take(self, now: float) -> None:
        """A request leaves. The first of a new window goes alone; its answer says how many may follow."""
        self._left = 0 if now >= self._anew_at else self._left - 1
        if now >= self._anew_at:
            self._anew_at = math.inf

    def told(self, quota: Quota | None, now: float, in_flight: int) -> None:
        """An answer came. Subtract the ``in_flight`` others, which the server may not have counted yet."""
        if quota is None:
            self._left, self._anew_at = math.inf, math.inf
        else:
            self._left, self._anew_at = quota.remaining - in_flight, now + quota.reset_s
