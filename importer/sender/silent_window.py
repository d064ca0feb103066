"""A limit of so many requests in a window of time of which the server says nothing."""

import math
from enum import Enum, auto
from typing import Final

from importer.livedesk.responses import Quota

_ROUND_S: Final = (1.0, 2.0, 3.0, 5.0, 10.0, 15.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0)
_SHORTEST_S: Final = 0.5  # what takes requests again sooner may be a bucket
_SILENCE_S: Final = 1.0  # no bucket takes so long to fill a little
_CHECK_EVERY: Final = 400  # accepted requests: two checks refused are one in two hundred
_MARGIN: Final = 1 / 300  # of the period, for what travels faster than the first request of the window before
_LONGEST_MARGIN_S: Final = 0.2
_LATER: Final = 1.01
_MUCH_LATER: Final = 1.5
_NEARLY: Final = 0.95
_STEP: Final = 0.02
_LONGEST_STEP_S: Final = 0.1


class Refusal(Enum):
    """What a refusal says about the window."""

    OTHER = auto()
    CHECK = auto()
    """Its limit and its period are what they were."""
    EARLY = auto()
    """It is not over yet."""


class SilentWindow:
    """Owns what is known of a window: how many requests it takes, how long it is, and when it began.

    Once it is known, ``quota`` says what the server does not. Whether windows begin by the server's clock or with a
    request makes no difference: the first request of one leaves a period after that of the one before.

    ================================================  ================================================================
    seen                                              so
    ================================================  ================================================================
    everything is refused, until a probe is accepted  it takes what it took until then, and lasts for the round time
                                                      between the last probe refused and the one accepted
    one more than its limit, right after it: refused  the limit is right
    the same: accepted                                the limit is higher: unknown until everything is refused again
    one more, halfway from where its period is known  the period is longer than that: next time later
    to last to its end: refused
    the same: accepted                                a new window has begun: the period is as long as that
    the first of a new window: refused                the last one is not over: the first of the next leaves later if
                                                      that happens twice on end
    everything is refused, but only for a moment      the window slides, and its requests left too fast: once in a
                                                      while that says nothing
    ================================================  ================================================================

    Times are those at which requests left, in seconds of one clock.
    """

    def __init__(self) -> None:
        self.began_at = -math.inf
        """When the first request of this window left; minus infinity before the first."""
        self.count = 0
        """How many it has accepted."""
        self.full_at = math.inf
        """Since when it refuses everything, or infinity."""
        self.pace = math.inf
        """Requests a second: those of the window before, or a window that slides would refuse some."""
        self._limit = self._period_s = math.inf
        self._used_up_at = math.inf
        self._lasts_until = self._earlier_until = -math.inf  # at the least: this one, and the one before
        self._least_s = 0.0  # the period is longer
        self._unchecked = 0
        self._limit_is_checked = False
        self._was_odd = False

    @property
    def is_known(self) -> bool:
        """Whether its limit is."""
        return not math.isinf(self._limit)

    @property
    def step_s(self) -> float:
        """How long to wait before the first probe."""
        return min(_STEP * self._period_s, _LONGEST_STEP_S)

    @property
    def was_silent(self) -> bool:
        """Whether it has refused everything for longer than a bucket takes to fill a little."""
        return self._lasts_until - self.full_at >= _SILENCE_S

    def quota(self, now: float) -> Quota | None:
        """What is left of it, as if the server had said so; ``None`` if it is not known."""
        if not self.is_known or not math.isinf(self.full_at):
            return None
        if self.count < self._limit:  # its end needs no wait: whichever request is the first of the next one will show
            return Quota(int(self._limit) - self.count, max(0.0, self._ends_at + self._period_s - now))
        next_at = self._ends_at if self._unchecked < _CHECK_EVERY else self._check_at
        return Quota(0, max(0.0, next_at - now))

    @property
    def _ends_at(self) -> float:
        return self.began_at + self._period_s + min(_MARGIN * self._period_s, _LONGEST_MARGIN_S)

    @property
    def _check_at(self) -> float:
        if not self._limit_is_checked:
            return self._used_up_at
        return (max(self.began_at + self._least_s, self._used_up_at) + self._ends_at) / 2

    def accepted(self, left_at: float) -> bool:
        """A request was accepted; returns whether it began a window that was known before."""
        begins = math.isinf(self.began_at) or self._is_over(left_at)
        if begins:
            self._begin(left_at)
            self._was_odd = False
        elif self._is_extra(left_at):
            self._check_accepted(left_at)
        self._take(left_at)
        return begins and self.is_known

    def accepted_more(self, requests: int, left_at: float) -> None:
        """So many more were accepted while nothing is known of the window; the last left at ``left_at``."""
        self.count += requests
        self._unchecked += requests
        self._lasts_until = max(self._lasts_until, left_at)

    def refused(self, left_at: float) -> Refusal:
        """A request was refused."""
        if self.is_known and self._is_over(left_at):
            self._still_lasts(left_at)
            return Refusal.EARLY
        if not self._is_extra(left_at):
            return Refusal.OTHER
        self._still_lasts(left_at)
        if self._limit_is_checked:
            self._unchecked = 0
            self._forget_least()
        self._limit_is_checked = not self._limit_is_checked
        return Refusal.CHECK

    def full(self, now: float) -> None:
        """It refuses everything."""
        self.full_at = now
        self._least_s = 0.0
        self._still_lasts(now)

    def still_full(self, left_at: float) -> None:
        """A probe was refused."""
        self._still_lasts(left_at)

    def opened(self, left_at: float, *, is_window: bool) -> None:
        """A probe was accepted; ``is_window`` says whether what refused was a window if it lasted long enough."""
        age_s = left_at - self.began_at
        if math.isinf(self.full_at):
            self._begin_late(age_s)
        elif self.is_known and not self._was_odd and age_s < self._period_s / 2:
            self.full_at, self._was_odd = math.inf, True
            self._take(left_at)
            return
        else:
            self._learn(left_at, age_s, is_window)
        self._begin(left_at)
        self._take(left_at)

    def forget(self) -> None:
        """It is no window."""
        self._limit = self._period_s = self.pace = math.inf

    def _is_over(self, left_at: float) -> bool:
        return left_at - self.began_at >= self._period_s

    def _is_extra(self, left_at: float) -> bool:
        return self.count >= self._limit and left_at > self._used_up_at

    def _still_lasts(self, moment: float) -> None:
        self._lasts_until = max(self._lasts_until, moment)
        if not math.isinf(self.began_at):
            self._least_s = max(self._least_s, moment - self.began_at)

    def _check_accepted(self, left_at: float) -> None:
        if not self._limit_is_checked:
            self._limit = self.pace = math.inf
            return
        self._limit_is_checked = False
        age_s = left_at - self.began_at
        if age_s < _NEARLY * self._period_s:
            self._period_s = age_s
        self._forget_least()
        self._begin(left_at)

    def _forget_least(self) -> None:
        """Search anew if there is next to nothing left to search: the period may have become shorter."""
        if self._least_s > _NEARLY * self._period_s:
            self._least_s = 0.0

    def _begin_late(self, age_s: float) -> None:
        """The first request had been refused, and this one begins the window."""
        if age_s > _MUCH_LATER * self._period_s:
            self._period_s = self._length_s(age_s, age_s)
        elif self._was_odd:
            self._period_s = self._length_s(age_s, min(age_s, _LATER * max(self._period_s, self._least_s)))
        self._was_odd = not self._was_odd

    def _learn(self, left_at: float, age_s: float, is_window: bool) -> None:
        lasted = age_s >= _SHORTEST_S
        most_s = left_at - self._earlier_until
        self._limit = self.count if lasted and is_window and self.count else math.inf
        self._period_s = self._length_s(most_s, age_s) if lasted else math.inf
        self._unchecked = _CHECK_EVERY if most_s > _MUCH_LATER * self._period_s else 0

    def _length_s(self, most_s: float, otherwise_s: float) -> float:
        return next((length for length in _ROUND_S if self._least_s < length <= most_s), otherwise_s)

    def _begin(self, left_at: float) -> None:
        took_s = min(self._used_up_at, self.full_at) - self.began_at
        if self.is_known and not math.isinf(took_s):
            self.pace = self._limit / max(min(took_s, self._period_s / 2), 0.001)
        self._earlier_until, self._lasts_until = self._lasts_until, left_at
        self.began_at, self.count = left_at, 0
        self.full_at = self._used_up_at = math.inf

    def _take(self, left_at: float) -> None:
        self.count += 1
        self._unchecked += 1
        self._lasts_until = max(self._lasts_until, left_at)
        if self.count == self._limit:
            self._used_up_at = self._lasts_until
