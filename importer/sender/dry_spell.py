"""When to try again while a server refuses everything without saying until when."""

import math
from typing import Final

FIRST_PAUSE_S: Final = 0.5
"""The pause after refusals that name none."""

_STEPS_S: Final = (0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_PART: Final = 1 / 3
_LATE_S: Final = 0.1  # a window that the server began with a request ends for the next one as late as that one arrived


class DrySpell:
    """Owns the schedule of single requests (probes) until one of them is accepted.

    ``window_at`` is when the server's window began, as far as is known. The first probe leaves ``first_s`` later, the
    next ones after twice as long each. Windows are mostly of round lengths: so once that is a third of its age, they
    leave at round times after the window began. ``after_trial`` is whether a trial ended with it.
    """

    def __init__(self, began_at: float, window_at: float, first_s: float, *, after_trial: bool = False) -> None:
        self.began_at = began_at
        self.after_trial = after_trial
        self._window_at = window_at
        self._step_s = first_s

    def next_at(self, now: float) -> float:
        """When the next probe may leave, if the one before has left just now."""
        age_s = now - self._window_at
        round_s = max((step for step in _STEPS_S if step <= _PART * age_s), default=_STEPS_S[0])
        step_s, self._step_s = self._step_s, 2 * self._step_s
        if step_s < round_s:
            return now + step_s
        return self._window_at + (math.floor(age_s / round_s + 0.1) + 1) * round_s + _LATE_S
