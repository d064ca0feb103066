"""What one of the server's limits lets through, learned from its refusals."""

import math
from enum import Enum, auto
from typing import Final

from importer.livedesk.responses import Quota
from importer.sender.active_time import SHORTEST_S, ActiveTime, Count
from importer.sender.dry_spell import DrySpell
from importer.sender.refusal_share import RefusalShare
from importer.sender.silent_window import Refusal, SilentWindow

_BELOW: Final = 0.98  # of what the server took: paced
_FAR_BELOW: Final = 0.75  # of what the server took: tested
_TEST_REQUESTS: Final = 150
_TEST_S: Final = 10.0
_ENOUGH_ACCEPTED: Final = 20  # so many show what the server takes
_ENOUGH_REFUSED: Final = 5  # so many show what it refuses
_BURST: Final = 50  # so many at once are a burst, the rest of which may be refused
_IN_VAIN: Final = 2
_NEAR: Final = 0.9
_RARE: Final = 0.01
_MOST_USUAL: Final = 0.3  # a larger share of refusals is a limit far below
_FAR: Final = 2.0
_TRIAL: Final = 2.0  # what the server took: a bucket refuses every other request then, a window none
_IN_A_ROW: Final = 3
_LONG_PAUSE_S: Final = 1.5  # a bucket asks for a second
_FIRST_GUESS: Final = 10.0  # requests a second, if the server refuses the very first ones
_SLOWEST: Final = 0.1
# After so many accepted requests or seconds, the rate is back where it was refused, and begins to exceed it.
_REQUESTS_TO_RECOVER: Final = 300
_SECONDS_TO_RECOVER: Final = 30.0
_SECONDS_TO_DOUBLE: Final = 2.0


class _State(Enum):
    OPEN = auto()
    PACED = auto()
    TESTED = auto()
    DRY = auto()


class AdaptiveRate:
    """Owns the rate at which requests leave: unlimited, until the server refuses one without naming a limit.

    A limit refuses what exceeds it and nothing below; between two refusals it takes exactly what it lets through.
    A fault refuses its share at any rate. A lower rate tells which of them it is:

    ======  ===============================  =====================================================================
    state   requests leave                   what ends it
    ======  ===============================  =====================================================================
    open    at once                          more refusals than usual, or than one in a hundred: paced just below what
                                             the server took
    paced   at a rate that rises, slowly     more than usual, faster than at the last refusal: paced anew.
            to where it was refused, then    More than usual though slower: paced anew the first time, for what
            fast                             was taken may have been a burst; tested the second time
    tested  at three quarters of what the    none, or as many as usual, are refused: a limit, paced just below it, and
            server took                      not tested again. Refused as before: that share is usual, and on at the
                                             rate from before the first refusal. Very many: tested below what it
                                             takes now
    dry     singly (``DrySpell``)            one is accepted. After a second of silence, or a trial: it was a window
                                             (``SilentWindow``), and on as before. Where a pause was asked for, or
                                             it had been paced: paced just below what the server took. Else: open, on
                                             trial
    trial   open, at twice what the server   everything refused again: a window. Now and then one refused: a bucket,
            took, then faster                paced just below what it took since it was empty
    ======  ===============================  =====================================================================

    So many refusals in a row that they cannot be chance make it dry. What is usual, and how much is more, knows
    ``RefusalShare``. ``ceiling`` is in requests a second; times are in seconds of one clock, and pauses are not
    measured. ``next_at`` is when the next request may leave.
    """

    def __init__(self, ceiling: float | None = None) -> None:
        self._ceiling = ceiling or math.inf
        self.next_at = -math.inf
        self._time = ActiveTime()
        self._share = RefusalShare(_RARE)
        self._state = _State.OPEN
        self._base = math.inf
        self._guessed = False
        self._limit = math.inf  # what the server took when it refused last; refused below that is refused in vain
        self._before = math.inf  # the rate to go back to if the refusals prove to be usual
        self._proved = math.inf  # the limit that a test has shown
        self._in_vain = self._run = 0
        self._changed_at = -math.inf
        self._epoch = Count(0.0)  # since the rate last changed
        self._window = SilentWindow()
        self._opened_at = 0.0  # when the first request of the window was accepted, in active seconds
        self._dry: DrySpell | None = None
        self._is_trial = False

    @property
    def is_dry(self) -> bool:
        """Whether requests leave singly, until one of them is accepted."""
        return self._dry is not None

    def rate(self, now: float) -> float:
        """Requests a second at this moment; infinite while no limit is known."""
        return min(self._ceiling, self._window.pace, self._own_rate(now))

    def _own_rate(self, now: float) -> float:
        passed_s = self._time.at(now) - self._epoch.since
        if self._guessed:
            return self._base * math.exp2(min(passed_s / _SECONDS_TO_DOUBLE, 60))
        if self._state is not _State.PACED:
            return self._base
        grown = max(self._epoch.accepted / _REQUESTS_TO_RECOVER, passed_s / _SECONDS_TO_RECOVER)
        factor = 1 + (1 / _BELOW - 1) * grown**3 if grown < 1 else math.exp2(min(grown - 1, 60)) / _BELOW
        return self._base * factor

    def take(self, now: float) -> None:
        """A request leaves."""
        if self._dry is None:
            self.next_at = max(self.next_at, now) + 1 / self.rate(now)
        else:
            self.next_at = self._dry.next_at(now)

    def paused(self, now: float, until: float) -> None:
        """Requests are held for another reason than the rate, from ``now`` until then."""
        self._time.pause(now, until)

    def accepted(self, now: float, left_at: float = math.inf) -> None:
        """The server let a request through that left at ``left_at``."""
        active = self._time.at(now)
        self._run = 0
        if self._dry is not None and left_at > self._changed_at:
            self._end_dry(self._dry, min(left_at, now), now)
            return
        if math.isinf(self._window.began_at):
            self._opened_at = active
        if left_at > self._window.full_at:
            self._window.opened(min(left_at, now), is_window=True)
        elif self._window.accepted(min(left_at, now)) and self._is_trial:
            self._resume(now)
        if left_at <= self._changed_at:
            return
        self._epoch.answered(active, True)
        self._share.answered(False, self._is_below())
        if self._state is _State.TESTED and self._has_lasted(active):
            self._judge(now)

    def accepted_before(self, now: float, left_at: float, requests: int, last_left_at: float) -> None:
        """Before the first refusal or pause the server let so many ``requests`` through: the first answer came at
        ``now`` to one that left at ``left_at``, and the last left at ``last_left_at``."""
        self.accepted(now, left_at)
        self._epoch.accepted += requests - 1
        self._window.accepted_more(requests - 1, last_left_at)

    def quota(self, now: float) -> Quota | None:
        """What is left of a window of which the server says nothing, if its limit has shown."""
        return self._window.quota(now) if self._dry is None else None

    def refused(self, now: float, left_at: float, *, is_later: bool = False) -> float:
        """The server refused a request that left at ``left_at``; returns for how many seconds all others are held.

        A request that left before the rate last changed, or in the same tick of the clock, says only that it is one
        more in a row; and so does one that asks for a pause that is no matter of a rate (``is_later``).
        """
        is_new = left_at > self._changed_at
        if self._dry is not None:
            if is_new:
                self._window.still_full(left_at)
            return self.next_at - now if is_new else 0.0
        told = self._window.refused(left_at)
        self._run += told is Refusal.OTHER
        if self._run >= self._share.run:
            self._window.full(now)
        if is_later or told is Refusal.CHECK:
            return 0.0
        if told is Refusal.EARLY or self._run >= self._share.run:
            return self._begin_dry(now)
        if is_new:
            self._epoch.answered(self._time.at(now), False)
            self._react(now, self._share.answered(True, self._is_below()))
        return 0.0

    def _is_below(self) -> bool:
        """Whether the rate is one at which a limit would refuse nothing."""
        return self._state is _State.OPEN or self._epoch.accepted < _REQUESTS_TO_RECOVER

    def _react(self, now: float, is_more: bool) -> None:
        lasted_s = self._time.at(now) - self._epoch.since
        shows_rate = self._epoch.accepted >= (_ENOUGH_ACCEPTED if lasted_s >= SHORTEST_S else _BURST)
        if self._state is _State.TESTED:
            if self._epoch.refused >= _ENOUGH_REFUSED:
                self._judge(now)
        elif self._is_trial and self._run >= _IN_A_ROW:
            return
        elif is_more and (shows_rate or self._epoch.refused >= _ENOUGH_REFUSED):
            tried = self.rate(now)
            if self._state is _State.OPEN or tried >= self._limit:
                self._exceeded(now, tried)
            else:
                self._refused_in_vain(now, tried)

    def _exceeded(self, now: float, tried: float) -> None:
        """Refused at a rate that was not refused before."""
        took = self._took(now, tried)
        if self._is_trial:
            self._window.forget()
            tried = self._before
        if self._state is _State.PACED and not self._share.usual:
            took = max(
                took, (took + self._limit) / 2
            )  # else refusals too rare to tell their cause would slow it down for good
        self._in_vain, self._before = 0, tried
        self._pace_below(min(tried, took), now)

    def _refused_in_vain(self, now: float, tried: float) -> None:
        """Refused though slower than before: that was partly a burst, or the limit has fallen, or it is chance."""
        if self._epoch.share <= _RARE:
            if self._epoch.refused > 1:
                self._is_usual(now)
            return
        self._in_vain += 1
        if self._in_vain < _IN_VAIN or tried >= _NEAR * self._proved:  # a limit that is known needs no other test
            self._pace_below(min(tried, self._took(now, tried)), now)
        else:
            self._test(now)

    def _took(self, now: float, tried: float) -> float:
        """What the server took a second since the rate last changed."""
        took = self._epoch.rate(self._time.at(now))
        has_risen = self._state is _State.PACED and (self._guessed or tried > _FAR * took)
        return math.sqrt(took * tried) if has_risen else took  # from far below the limit: that is between the two

    def _pace_below(self, limit: float, now: float) -> None:
        self._limit = limit
        self._change(_State.PACED, _BELOW * limit, now)

    def _test(self, now: float) -> None:
        tried = self.rate(now)
        took = self._epoch.rate(self._time.at(now)) if self._epoch.is_rate else tried / 2
        self._limit = min(tried, took)
        self._change(_State.TESTED, _FAR_BELOW * self._limit, now)

    def _has_lasted(self, active: float) -> bool:
        return self._epoch.accepted >= _TEST_REQUESTS or active - self._epoch.since >= _TEST_S

    def _judge(self, now: float) -> None:
        """The end of a test."""
        if self._epoch.share <= _FAR * self._share.usual:  # what was refused besides is the limit's
            self._before = self._proved = self._limit
            self._pace_below(self._limit, now)
        elif self._epoch.share > _MOST_USUAL:
            self._before = self.rate(now)
            self._test(now)
        else:
            self._is_usual(now)

    def _is_usual(self, now: float) -> None:
        """The share of the refusals is usual; a limit besides will soon show by more of them."""
        self._share.learn(self._epoch.share)
        self._resume(now)

    def _resume(self, now: float) -> None:
        self._limit = self._before
        self._change(_State.OPEN if math.isinf(self._before) else _State.PACED, self._before, now)

    def _change(self, state: _State, base: float, now: float, *, guessed: bool = False) -> None:
        self._state, self._base, self._guessed, self._is_trial = state, max(base, _SLOWEST), guessed, False
        self._changed_at, self._epoch = now, Count(self._time.at(now))
        self._share.forget(_RARE if state is _State.OPEN else 0.0)
        self.next_at = now + (1 / self.rate(now) if self._run else 0.0)

    def _begin_dry(self, now: float) -> float:
        if not self._is_trial and (self._state is not _State.PACED or self._epoch.accepted):
            self._before = self._own_rate(now)  # else it was the first refusal that changed it
        window_at = now if math.isinf(self._window.began_at) else self._window.began_at
        self._dry = DrySpell(now, window_at, self._window.step_s, after_trial=self._is_trial)
        self._change(_State.DRY, math.inf, now)
        self.next_at = self._dry.next_at(now)
        return self.next_at - now

    def _end_dry(self, dry: DrySpell, left_at: float, now: float) -> None:
        """A new window of the server has begun, or a bucket has filled a little meanwhile."""
        self._dry = None
        window, count = self._window, self._window.count
        active, dry_s = self._time.at(now), now - dry.began_at
        dry_at = self._time.at(dry.began_at)
        took = count / max(dry_at - self._opened_at + dry_s, SHORTEST_S)
        paused_s = dry_s - (active - dry_at)
        has_shown = dry.after_trial or window.was_silent or window.is_known or paused_s > _LONG_PAUSE_S
        window.opened(left_at, is_window=has_shown)
        self._opened_at = active
        if window.is_known:
            self._resume(now)
        elif not count:
            self._before, self._limit = math.inf, 0.0
            self._change(_State.PACED, _FIRST_GUESS, now, guessed=True)
        elif paused_s > 0 or not math.isinf(self._before):
            window.forget()
            self._limit = self._before = took
            self._change(_State.PACED, _BELOW * took, now)
        else:
            self._change(_State.OPEN, _TRIAL * took, now, guessed=True)
            self._is_trial, self._epoch = True, Count(dry_at, accepted=1)
