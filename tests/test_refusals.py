"""Refusals by a limit, by chance, and by both, in virtual time: the pace follows the one and ignores the other."""

import math
from collections.abc import Callable

import pytest

from importer.sender.active_time import ActiveTime, Count
from importer.sender.adaptive_rate import AdaptiveRate
from importer.sender.dry_spell import DrySpell
from importer.sender.rate_limiter import RateLimiter
from importer.sender.refusal_share import RefusalShare
from importer.sender.shutdown import Shutdown
from tests.support.limits import (
    Changing,
    FixedWindow,
    Random,
    Server,
    SlidingWindow,
    Tally,
    TokenBucket,
    Workers,
    simulated,
)

TEN = Workers(10, 0.03, searches=True)
FIFTY = Workers(50, 0.03, searches=True)
SEEDS = range(5)
BY_SEED = [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in SEEDS[1:])]


def full(rate: float, burst: float) -> TokenBucket:
    """A bucket that nobody has used yet."""
    return TokenBucket(rate, burst, burst)


def paused_s(tally: Tally, pause_s: float, until: float) -> float:
    """Seconds within ``pause_s`` of a refusal."""
    total, ended = 0.0, 0.0
    for moment in tally.refused_at:
        end = min(max(ended, moment + pause_s), until)
        total += max(0.0, end - max(ended, moment))
        ended = max(ended, end)
    return total


def part(share: float, seed: int, retry_after_s: float | None, workers: Workers, rows: int) -> float:
    """The rate under refusals at random, outside the pauses that they asked for; 1 is that of a server without any."""
    tally = simulated(Random(share, seed, retry_after_s), 3600, workers=workers, rows=rows)
    assert tally.accepted >= rows
    until = max(tally.accepted_at)
    active_s = until - paused_s(tally, retry_after_s or 0.0, until)
    return tally.accepted / active_s / (workers.number / workers.latency_s)


@pytest.mark.slow
@pytest.mark.parametrize("retry_after_s", [None, 1.0])
@pytest.mark.parametrize(("share", "least"), [(0.005, 0.8), (0.02, 0.8), (0.05, 0.6)])
@pytest.mark.parametrize(("workers", "rows"), [(TEN, 3_000), (FIFTY, 15_000)], ids=["10", "50"])
def test_refusals_by_chance_leave_the_pace(
    share: float, least: float, retry_after_s: float | None, workers: Workers, rows: int
) -> None:
    """Three thousand rows in nine seconds undisturbed; where every refusal asks for a second, outside of those."""
    parts = [part(share, seed, retry_after_s, workers, rows) for seed in (SEEDS if workers is TEN else SEEDS[:2])]
    assert min(parts) >= least, parts


LIMITS: dict[str, tuple[Callable[[], Server], float, int]] = {
    # server, seconds, requests that it would let through; windows without a word are in test_silent_windows.py
    "token bucket": (lambda: full(50, 50), 300, 15_000),
    "small token bucket": (lambda: full(50, 20), 300, 15_000),
    "fast token bucket": (lambda: full(200, 20), 120, 24_000),
    "slow token bucket": (lambda: full(5, 5), 1200, 6_000),
    "sliding window, headers": (lambda: SlidingWindow(3000, 60), 300, 15_000),
}

LONG = ("token bucket", "small token bucket", "fast token bucket")


@pytest.mark.parametrize(
    ("server", "seconds", "possible"),
    [pytest.param(*case, id=name, marks=[pytest.mark.slow] * (name in LONG)) for name, case in LIMITS.items()],
)
def test_a_limit_is_used_up_whatever_it_says(server: Callable[[], Server], seconds: float, possible: int) -> None:
    """Without a flag: 97 % of what the server lets through, and at most 1 % refused."""
    tally = simulated(server(), seconds, workers=TEN)
    assert tally.accepted >= 0.97 * possible
    assert tally.refused <= 0.01 * (tally.accepted + tally.refused)


@pytest.mark.slow
def test_a_silent_window_is_met_again_when_it_begins() -> None:
    """Three hundred rows more than a window's take hardly more than a minute: as if the end were known."""
    tally = simulated(FixedWindow(3000, 60, says_when=False), 600, workers=TEN, rows=3_300)
    assert max(tally.accepted_at) <= 60 / 0.97
    assert tally.refused <= 0.01 * tally.accepted


@pytest.mark.slow
@pytest.mark.parametrize("seed", BY_SEED)
@pytest.mark.parametrize(("rate", "seconds"), [(50, 300), (200, 120)])
def test_a_limit_is_found_among_refusals_by_chance(rate: int, seconds: int, seed: int) -> None:
    """Two in a hundred, whatever the pace: the limit is used up, and hardly more is refused than those two."""
    tally = simulated(Random(0.02, seed, None, full(rate, 50)), seconds, workers=TEN)
    assert tally.accepted >= 0.95 * rate * seconds
    assert tally.refused <= 0.05 * (tally.accepted + tally.refused)


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.0, 0.02])
@pytest.mark.parametrize("seed", BY_SEED[:3])
def test_a_limit_that_changes_is_followed_within_half_a_minute(share: float, seed: int) -> None:
    """From 50 a second to 20 and to 100."""
    server = Changing((100, full(50, 50)), (200, full(20, 20)), (math.inf, full(100, 50)))
    tally = simulated(Random(share, seed, None, server), 300, workers=TEN)
    assert tally.between(30, 100) >= 0.95 * 50
    assert tally.between(130, 200) >= 0.88 * 20
    assert tally.between(235, 300) >= 0.9 * 100
    assert tally.refused <= (share + 0.05) * (tally.accepted + tally.refused)


@pytest.mark.slow
def test_chance_that_ends_is_forgotten() -> None:
    """After a minute of two in a hundred there is only a limit: one refusal counts again, and few are met."""
    server = Changing((60, Random(0.02, 1)), (math.inf, full(50, 50)))
    tally = simulated(server, 360, workers=TEN)
    assert tally.between(90, 360) >= 0.97 * 50
    late = [moment for moment in tally.refused_at if moment > 120]
    assert len(late) <= 0.015 * 240 * 50


@pytest.mark.slow
def test_nobody_sleeps_on_when_a_dry_spell_has_ended() -> None:
    """Nine workers wait for the tenth's probe; the next would leave seconds later, and all go on with its answer."""
    tally = simulated(FixedWindow(3000, 60, says_when=False), 70, workers=TEN)
    assert tally.between(60.2, 61.2) > 0.8 * 300


def test_time_stands_still_in_pauses() -> None:
    """Pauses that overlap count once; one that is still to come does not count yet."""
    time = ActiveTime()
    assert time.at(10.0) == 10.0
    time.pause(10.0, 12.0)
    time.pause(11.0, 13.0)
    assert [time.at(moment) for moment in (10.0, 11.5, 13.0, 14.0)] == [10.0, 10.0, 10.0, 11.0]
    time.pause(20.0, 21.0)
    assert time.at(22.0) == 18.0


def test_a_refusal_in_a_hundred_is_let_be_until_a_limit_is_known() -> None:
    """So few cost less than to find out why: hundreds of requests at a slower pace. A limit far below refuses more."""
    adaptive = AdaptiveRate()
    for number in range(1, 3000):
        moment = number / 250
        if number % 100:
            adaptive.accepted(moment)
        else:
            adaptive.refused(moment, moment)
        assert math.isinf(adaptive.rate(moment)), number
    for number in range(3000, 3030):
        adaptive.accepted(number / 250)
        adaptive.refused(number / 250, number / 250)
    assert adaptive.rate(3030 / 250) < 250


def test_a_pause_is_not_measured() -> None:
    """A hundred a second, with a second's pause in the middle, are a hundred a second."""
    adaptive = AdaptiveRate()
    for number in range(50):
        adaptive.accepted(number / 100)
    adaptive.paused(0.5, 1.5)
    for number in range(50):
        adaptive.accepted(1.5 + number / 100)
    for _ in range(3):
        adaptive.refused(2.0, 1.99)
    assert adaptive.rate(2.0) == pytest.approx(98, rel=0.03)


def test_what_proves_to_be_chance_gives_the_rate_back() -> None:
    """One in twenty, whatever the pace: slower at first, and after some hundreds of requests at once, as before."""
    adaptive = AdaptiveRate()
    rates = []
    for number in range(1, 1001):
        now = number / 100
        if number % 20:
            adaptive.accepted(now, now - 0.005)
        else:
            adaptive.refused(now, now - 0.005)
        rates.append(adaptive.rate(now))
    assert min(rates) < 100
    assert set(rates[500:]) == {math.inf}


def test_the_pauses_of_the_limiter_reach_what_it_measures() -> None:
    """The pause that a Retry-After asks for, of one kind of requests, is one for all."""
    now = [0.0]
    limiter = RateLimiter(Shutdown(), clock=lambda: now[0])
    for number in range(50):
        now[0] = number / 100
        limiter.answered("write", None, now[0])
    limiter.refused("search", now[0], None, 10.0)
    for number in range(50):
        now[0] = 10.5 + number / 100
        limiter.answered("write", None, now[0])
    for _ in range(3):
        limiter.refused("write", 10.99, None, None)
    assert limiter.rate("write") == pytest.approx(98, rel=0.03)


def test_a_share_that_is_usual_is_no_alarm_and_a_run_is_one() -> None:
    """Two in a hundred for ever, one after the other, say nothing; six in a row do."""
    share = RefusalShare()
    assert share.answered(True, True)
    share.learn(0.02)
    assert not any(share.answered(number % 50 == 0, True) for number in range(5_000))
    assert [share.answered(True, False) for _ in range(6)][-1]


def test_a_share_that_is_no_longer_usual_is_forgotten() -> None:
    """After some hundreds of requests without one, a single refusal counts again."""
    share = RefusalShare()
    share.learn(0.05)
    for _ in range(400):
        share.answered(False, True)
    assert share.usual == 0.0
    assert share.answered(True, True)


def test_what_may_be_above_a_limit_shows_nothing_about_what_is_usual() -> None:
    """Else a limit that is a little exceeded, again and again, would become usual."""
    share = RefusalShare()
    share.learn(0.05)
    for _ in range(400):
        share.answered(False, False)
    assert share.usual == 0.05


def test_a_probe_leaves_soon_and_then_at_round_times_after_the_window_began() -> None:
    """Ten seconds were enough to use up the window; a minute of them costs a dozen more probes."""
    spell = DrySpell(10.0, 0.0, 0.1)
    left = [10.0]
    while left[-1] < 61:
        left.append(spell.next_at(left[-1]))
    assert left[1] == pytest.approx(10.1)
    assert left[2] == pytest.approx(10.3)
    assert any(60.0 < moment < 60.5 for moment in left)
    assert len(left) < 20


def test_a_count_begins_with_its_first_answer() -> None:
    """Until then nothing could be counted: what had just left is still under way."""
    count = Count(0.0)
    for number in range(11):
        count.answered(5.0 + number / 10, True)
    assert count.rate(6.0) == pytest.approx(11.0)
