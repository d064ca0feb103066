"""Limits of every kind in virtual time, and the model of a window of which the server says nothing."""

import math
from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import pytest

from importer.sender.adaptive_rate import AdaptiveRate
from importer.sender.silent_window import Refusal, SilentWindow
from tests.support.limits import (
    Changing,
    FixedWindow,
    Random,
    Server,
    SlidingWindow,
    TokenBucket,
    Unlimited,
    WindowOnDemand,
    Workers,
    possible,
    simulated,
)

TEN = Workers(10, 0.03, searches=True)
FIFTY = Workers(50, 0.03, searches=True)
FAR = Workers(10, 0.3)
UNEVEN = Workers(10, 0.03, searches=True, jitter=1.0)


def slower_from(moment: float) -> Workers:
    """Ten whose requests take three times as long from then on."""
    return Workers(10, 0.03, searches=True, slower_at=moment)


def window(most: int, window_s: float, offset_s: float = 0.0) -> Callable[[], Server]:
    """Without a word."""
    return lambda: FixedWindow(most, window_s, says_when=False, offset_s=offset_s)


def telling(most: int, window_s: float) -> Callable[[], Server]:
    """With Retry-After."""
    return lambda: FixedWindow(most, window_s, offset_s=0.373 * window_s)


def on_demand(most: int, window_s: float) -> Callable[[], Server]:
    """Begun by a request."""
    return lambda: WindowOnDemand(most, window_s)


def sliding(most: int, window_s: float, *, silent: bool = True) -> Callable[[], Server]:
    """Of any so many seconds."""
    return lambda: SlidingWindow(most, window_s, silent=silent)


def bucket(rate: float, burst: float) -> Callable[[], Server]:
    """Full at first."""
    return lambda: TokenBucket(rate, burst, burst)


def chance(
    share: float, inner: Callable[[], Server] = Unlimited, retry_after_s: float | None = None
) -> Callable[[], Server]:
    """Some refused at random."""
    return lambda: Random(share, 1, retry_after_s, inner())


def changing(moment: float, before: Callable[[], Server], after: Callable[[], Server]) -> Callable[[], Server]:
    """One until then, and the other."""
    return lambda: Changing((moment, before()), (math.inf, after()))


class Case(NamedTuple):
    """A server, and what is to be reached: the least share used of what it lets through, over the whole run and in its
    second half, and the largest share refused of all requests in the two."""

    server: Callable[[], Server]
    seconds: float
    used: float
    used_late: float
    refused: float
    refused_late: float
    workers: Workers = TEN


CASES = {
    # as many as ten workers send in a moment, and so more are refused at first than of larger windows
    "window 10 in 1 s": Case(window(10, 1), 60, 0.97, 0.97, 0.08, 0.07),
    "window 10 in 1 s, begun before": Case(window(10, 1, 0.37), 60, 0.97, 0.96, 0.07, 0.05),
    "window 10 in 1 s, on demand": Case(on_demand(10, 1), 60, 0.97, 0.97, 0.05, 0.01),
    "window 50 in 1 s": Case(window(50, 1), 60, 0.97, 0.97, 0.02, 0.01),
    "window 50 in 1 s, begun before": Case(window(50, 1, 0.37), 60, 0.97, 0.97, 0.02, 0.01),
    "window 50 in 1 s, on demand": Case(on_demand(50, 1), 60, 0.97, 0.97, 0.02, 0.01),
    "window 50 in 1 s, on demand, uneven": Case(on_demand(50, 1), 60, 0.96, 0.97, 0.02, 0.01, UNEVEN),
    "window 50 in 1 s, fifty workers": Case(window(50, 1, 0.3), 30, 0.96, 0.97, 0.06, 0.015, FIFTY),
    "window 50 in 1 s, slower": Case(window(50, 1, 0.37), 60, 0.97, 0.97, 0.02, 0.015, slower_from(30)),
    "window 50 in 1 s, out of reach": Case(window(50, 1), 60, 0.98, 0.98, 0.0, 0.0, FAR),
    "window 50 in 1 s, Retry-After": Case(telling(50, 1), 60, 0.88, 0.88, 0.04, 0.04),
    "window 300 in 1 s": Case(window(300, 1), 30, 0.97, 0.97, 0.01, 0.01),
    "window 300 in 1 s, begun before": Case(window(300, 1, 0.37), 30, 0.97, 0.97, 0.015, 0.015),
    "window 100 in 10 s": Case(window(100, 10), 200, 0.97, 0.97, 0.02, 0.01),
    "window 100 in 10 s, Retry-After": Case(telling(100, 10), 200, 0.97, 0.97, 0.02, 0.01),
    "window 500 in 10 s": Case(window(500, 10), 150, 0.97, 0.97, 0.01, 0.01),
    "window 500 in 10 s, begun before": Case(window(500, 10, 3.7), 150, 0.97, 0.97, 0.01, 0.01),
    "window 500 in 10 s, on demand": Case(on_demand(500, 10), 150, 0.97, 0.97, 0.01, 0.01),
    "window 500 in 10 s, Retry-After": Case(telling(500, 10), 150, 0.97, 0.97, 0.01, 0.01),
    "window 3,000 in 10 s, on demand": Case(on_demand(3000, 10), 60, 0.97, 0.97, 0.01, 0.01),
    "window 100 in 7 s": Case(window(100, 7, 2), 300, 0.97, 0.97, 0.02, 0.01),
    "window 1,000 in 40 s": Case(window(1000, 40, 2), 600, 0.97, 0.96, 0.01, 0.01),
    "window 10 in 60 s": Case(window(10, 60, 20), 1200, 0.97, 0.97, 0.2, 0.01),
    "window 300 in 60 s": Case(window(300, 60, 20), 600, 0.97, 0.97, 0.015, 0.01),
    "window 300 in 60 s, Retry-After": Case(telling(300, 60), 600, 0.97, 0.97, 0.01, 0.01),
    "window 3,000 in 60 s": Case(window(3000, 60), 300, 0.98, 0.98, 0.005, 0.002),
    "window 3,000 in 60 s, begun before": Case(window(3000, 60, 22), 300, 0.98, 0.98, 0.005, 0.002),
    "window 3,000 in 60 s, Retry-After": Case(telling(3000, 60), 300, 0.98, 0.98, 0.005, 0.002),
    "window 3,000 in 60 s, fifty workers": Case(window(3000, 60, 22), 240, 0.98, 0.98, 0.01, 0.005, FIFTY),
    "sliding 50 in 1 s": Case(sliding(50, 1), 60, 0.97, 0.97, 0.02, 0.01),
    "sliding 50 in 1 s, headers": Case(sliding(50, 1, silent=False), 60, 0.96, 0.96, 0.01, 0.01),
    "sliding 100 in 10 s": Case(sliding(100, 10), 200, 0.97, 0.97, 0.02, 0.01),
    "sliding 3,000 in 60 s, uneven": Case(sliding(3000, 60), 300, 0.97, 0.97, 0.005, 0.005, UNEVEN),
    "bucket 50 a second, 50": Case(bucket(50, 50), 120, 0.99, 0.99, 0.01, 0.005),
    "bucket 50 a second, 5": Case(bucket(50, 5), 120, 0.95, 0.98, 0.01, 0.005),
    "bucket 50 a second, none": Case(bucket(50, 0), 120, 0.8, 0.85, 0.01, 0.005),
    "bucket 50 a second, 500": Case(bucket(50, 500), 120, 0.98, 0.99, 0.01, 0.005),
    "bucket 1 a second, 5": Case(bucket(1, 5), 900, 0.97, 0.97, 0.1, 0.08),
    "random 0.5 %": Case(chance(0.005), 20, 0.9, 0.9, 0.01, 0.01),
    "random 2 %": Case(chance(0.02), 20, 0.8, 0.8, 0.03, 0.03),
    "random 5 %": Case(chance(0.05), 20, 0.75, 0.75, 0.07, 0.07),
    "random 10 %": Case(chance(0.1), 20, 0.7, 0.75, 0.12, 0.12),
    "bucket and random 1 %": Case(chance(0.01, bucket(50, 50)), 150, 0.97, 0.97, 0.03, 0.03),
    "window 50 in 1 s and random 1 %": Case(chance(0.01, window(50, 1, 0.3)), 120, 0.96, 0.96, 0.035, 0.03),
    "window 500 in 10 s and random 1 %": Case(chance(0.01, window(500, 10, 3)), 200, 0.97, 0.97, 0.025, 0.02),
    "window 3,000 in 60 s and random 1 %": Case(chance(0.01, window(3000, 60)), 300, 0.97, 0.97, 0.02, 0.02),
    "bucket 50, then 100": Case(changing(100, bucket(50, 50), bucket(100, 50)), 200, 0.95, 0.93, 0.01, 0.01),
    "bucket 50, then 20": Case(changing(100, bucket(50, 50), bucket(20, 20)), 200, 0.97, 0.95, 0.02, 0.03),
    "window 500, then 1,000": Case(changing(100, window(500, 10), window(1000, 10)), 200, 0.97, 0.95, 0.01, 0.01),
    "window 500, then 200": Case(changing(100, window(500, 10), window(200, 10)), 200, 0.97, 0.97, 0.02, 0.02),
    "window of 10 s, then of 20": Case(changing(150, window(500, 10), window(500, 20)), 400, 0.97, 0.97, 0.01, 0.01),
    "window of 20 s, then of 10": Case(changing(160, window(500, 20), window(500, 10)), 400, 0.92, 0.97, 0.015, 0.015),
    "window, then none": Case(changing(120, window(3000, 60), Unlimited), 140, 0.95, 0.9, 0.01, 0.01),
    "window, then bucket": Case(changing(60, window(3000, 60), bucket(50, 50)), 240, 0.97, 0.97, 0.01, 0.01),
    "bucket, then window": Case(changing(60, bucket(50, 50), window(3000, 60)), 240, 0.97, 0.97, 0.01, 0.01),
}


OF_A_KIND = {"window 50 in 1 s", "sliding 50 in 1 s", "bucket 1 a second, 5"}
"""The others send thousands of requests each."""


@pytest.mark.parametrize(
    "case",
    [pytest.param(case, id=name, marks=[pytest.mark.slow] * (name not in OF_A_KIND)) for name, case in CASES.items()],
)
def test_a_limit_is_used_and_hardly_overstepped(case: Case) -> None:
    """Whatever its kind, whatever it says, and whether it stays."""
    tally = simulated(case.server(), case.seconds, workers=case.workers)
    could = possible(case.server(), case.seconds, case.workers)
    for since, used, refused in ((0.0, case.used, case.refused), (case.seconds / 2, case.used_late, case.refused_late)):
        accepted = sum(moment >= since for moment in tally.accepted_at)
        too_many = sum(moment >= since for moment in tally.refused_at)
        assert accepted >= used * sum(moment >= since for moment in could)
        assert too_many <= refused * (accepted + too_many)


def learned(limit: int = 100, period_s: float = 10.0) -> SilentWindow:
    """A window that is known, and whose next has just begun: at 10.0 s with its first request."""
    model = SilentWindow()
    for number in range(limit):
        model.accepted(number / 1000)
    model.full(1.0)
    model.still_full(0.9 * period_s)
    model.opened(period_s, is_window=True)
    return model


def used_up(model: SilentWindow) -> SilentWindow:
    """The rest of its limit is accepted within a second."""
    while (left := model.quota(10.0)) and left.remaining:
        model.accepted(11.0)
    return model


def test_what_a_window_took_is_what_it_takes_and_its_period_is_round() -> None:
    """Everything was refused until 9 s and accepted at 10 s: ten seconds, and 99 more."""
    left = learned().quota(10.0)
    assert left is not None
    assert left.remaining == 99


def test_nothing_is_known_of_what_takes_requests_again_at_once() -> None:
    """That may be a bucket which filled a little."""
    model = SilentWindow()
    for number in range(10):
        model.accepted(number / 1000)
    model.full(0.1)
    model.opened(0.3, is_window=True)
    assert model.quota(0.3) is None


def test_a_window_that_is_used_up_ends_a_period_after_it_began() -> None:
    """Whether the server counts from its own minute on or from the first request."""
    model = used_up(learned())
    model.refused(11.1)  # the check of a limit that was measured once
    model.refused(16.0)
    left = model.quota(16.0)
    assert left is not None
    assert left.remaining == 0
    assert left.reset_s == pytest.approx(4.0, abs=0.1)
    assert model.accepted(20.05)
    anew = model.quota(20.05)
    assert anew is not None
    assert anew.remaining == 99


def test_one_more_than_the_limit_shows_whether_it_has_risen() -> None:
    """Refused: it is what it was. Accepted: it is to be found anew."""
    same, risen = used_up(learned()), used_up(learned())
    assert same.refused(11.1) is Refusal.CHECK
    assert same.is_known
    risen.accepted(11.1)
    assert not risen.is_known


def test_one_more_before_the_end_shows_whether_the_period_is_shorter() -> None:
    """Accepted at 6 s of ten: the next window ends after six."""
    model = used_up(learned())
    model.refused(11.1)
    model.accepted(16.0)
    while (left := model.quota(16.0)) and left.remaining:
        model.accepted(16.5)
    model.refused(16.6)
    assert model.accepted(22.1)


def test_the_first_of_a_window_that_is_refused_twice_on_end_leaves_later() -> None:
    """Once may be chance. The second time, the next one is taken to be a hundredth longer."""
    model = learned()
    for began_at in (10.0, 20.3):
        assert model.refused(began_at + 10.05) is Refusal.EARLY
        model.opened(began_at + 10.3, is_window=True)
    assert model.refused(30.6 + 10.05) is Refusal.OTHER
    assert model.refused(30.6 + 10.2) is Refusal.EARLY


def test_a_window_is_used_no_faster_than_the_one_before() -> None:
    """One that slides lets through at the pace at which it was used: ninety-nine a second, here."""
    model = used_up(learned())
    model.accepted(20.1)
    assert model.pace == pytest.approx(100, rel=0.02)


@pytest.mark.slow
def test_a_limit_that_a_test_has_shown_is_not_tested_again() -> None:
    """Three quarters of a limit for seconds, again and again, would be lost at a bucket."""
    adaptive, server, now = AdaptiveRate(), TokenBucket(50, 50, 50), 0.0
    tested = []
    while now < 300:
        said = server.ask(now)
        if said.refused:
            adaptive.refused(now, now - 1e-6)
        else:
            adaptive.accepted(now, now - 1e-6)
        tested.append(adaptive.rate(now) < 0.8 * 50)
        adaptive.take(now)
        now = max(now + 0.003, adaptive.next_at)
    begun = sum(later and not earlier for earlier, later in pairwise(tested))
    assert begun <= 1
