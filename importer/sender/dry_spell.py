"""When to try again while a server refuses everything without saying until when."""

import math
from typing import Final

FIRST_PAUSE_S: Final = 0.5
"""The pause after refusals that name none."""

_EARLY: Final = 3
_STEPS_S: Final = (0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_PART: Final = 1 / 5
_LATE_S: Final = 0.1  # a window that the server began with a request ends for the next one as late as that one arrived
_FROM: Final = 0.95
_TO: Final = 1.05
_STEP: Final = 0.01


class DrySpell:
    """Owns the schedule of single requests (probes) until one of them is accepted.

    ``window_at`` is when the server's window began, as far as is known, ``period_s`` how long the last one took.
    Windows are mostly of round lengths: so after a few early probes the others leave at round times after the window
    began, up to a fifth of its age apart. If a period is known, they are close together only where it ends again.
    """

    def __init__(self, began_at: float, window_at: float, period_s: float | None) -> None:
        self.began_at = began_at
        self.refused = 0
        self._window_at = window_at
        self._period_s = period_s
        self._left = 0

    @property
    def was_refused(self) -> bool:
        """Whether it lasted longer than a bucket takes to fill a little: that of a window does."""
        return self.refused > 1

    def next_at(self, now: float) -> float:
        """When the next probe may leave, if the one before has left just now."""
        self._left += 1
        if self._left <= _EARLY:
            return now + FIRST_PAUSE_S * math.exp2(self._left - 1)
        age_s = now - self._window_at
        if self._period_s is not None and age_s < _TO * self._period_s:
            step_s = _STEP * self._period_s
            return max(now + step_s, self._window_at + _FROM * self._period_s)
        step_s = max((step for step in _STEPS_S if step <= _PART * age_s), default=_STEPS_S[0])
        return self._window_at + (math.floor(age_s / step_s + 0.1) + 1) * step_s + _LATE_S
