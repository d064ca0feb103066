"""What the server says is left of one of its limits."""

import math

from importer.livedesk.responses import Quota


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
