"""How fast requests leave: against simulated limits, in virtual time, so that a minute takes no time at all."""

import asyncio
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.livedesk.rate_headers import quota
from importer.livedesk.responses import Quota
from importer.sender.adaptive_rate import AdaptiveRate
from importer.sender.circuit_breaker import FAILURES_IN_A_ROW
from importer.sender.rate_limiter import RateLimiter
from importer.sender.shutdown import Shutdown
from tests.support.limits import (
    FixedWindow,
    Said,
    Server,
    SlidingWindow,
    TokenBucket,
    Workers,
    in_virtual_time,
    simulated,
)
from tests.support.sending import turn

LIMITS = {
    # server, seconds, requests that it would let through
    "fixed window with Retry-After": (FixedWindow(3000, 60), 300, 15_000),
    "token bucket, no Retry-After": (TokenBucket(50, 20), 300, 15_000),
    "slow token bucket": (TokenBucket(5, 5), 1200, 6_000),
    "sliding window with headers": (SlidingWindow(600, 60), 600, 6_000),
    "small sliding window with headers": (SlidingWindow(20, 10), 600, 1_200),
}
LONG = ("fixed window with Retry-After", "token bucket, no Retry-After")


@pytest.mark.parametrize(
    ("server", "seconds", "possible"),
    [pytest.param(*case, id=name, marks=[pytest.mark.slow] * (name in LONG)) for name, case in LIMITS.items()],
)
def test_a_limit_is_used_up_and_hardly_overstepped(server: Server, seconds: float, possible: int) -> None:
    """Without a flag: 97 % of what the server lets through, and at most 1 % refused."""
    tally = simulated(server, seconds)
    assert tally.accepted >= 0.97 * possible
    assert tally.refused <= 0.01 * (tally.accepted + tally.refused)


@pytest.mark.slow
def test_without_a_limit_nothing_waits() -> None:
    """Ten workers at 20 ms each: 500 requests a second, all the time."""
    assert simulated(TokenBucket(1e9, 1e9, 1e9), 10).accepted == pytest.approx(5000, rel=0.01)


@pytest.mark.slow
def test_a_limit_that_goes_is_forgotten() -> None:
    """The others that shared the limit are done: within five minutes the requests flow as before."""
    server = TokenBucket(20, 20)

    class Lifted(TokenBucket):
        def ask(self, now: float) -> Said:
            return server.ask(now) if now < 100 else Said(False)

    assert simulated(Lifted(0, 0), 500).accepted > 100 * 20 + 100 * 500


@pytest.mark.slow
def test_a_limit_that_falls_is_found() -> None:
    """From 200 a second to 10: few requests are refused on the way."""
    fast, slow = TokenBucket(200, 20), TokenBucket(10, 5)

    class Falling(TokenBucket):
        def ask(self, now: float) -> Said:
            return (fast if now < 100 else slow).ask(now)

    tally = simulated(Falling(0, 0), 400)
    assert tally.accepted >= 0.9 * (100 * 200 + 300 * 10)
    assert tally.refused <= 0.02 * tally.accepted


@pytest.mark.slow
def test_the_rate_is_a_ceiling_whatever_the_server_lets_through() -> None:
    """--rate 40: forty a second and not one more."""
    assert simulated(TokenBucket(1e9, 1e9, 1e9), 30, rate=40).accepted == pytest.approx(1200, abs=Workers().number + 1)


def test_a_server_that_refuses_everything_is_hardly_asked() -> None:
    """A minute of refusals without a word: a few dozen requests, and no hot loop."""
    tally = simulated(TokenBucket(0, -1), 60)
    assert tally.accepted == 0
    assert tally.refused < 60


def test_searches_that_are_limited_do_not_hold_creates() -> None:
    """Upstream lets a hundred searches through a minute, and three thousand other requests."""
    left = {"write": 0, "search": 0}

    async def scene() -> None:
        clock = asyncio.get_running_loop().time
        limiter = RateLimiter(Shutdown(), clock=clock)
        async with turn(limiter, 1, "search") as left_at:
            pass
        limiter.refused("search", left_at, Quota(0, 50.0), None)
        for number in range(20):
            async with turn(limiter, number):
                left["write"] += 1
        assert clock() < 1
        async with turn(limiter, 1, "search"):
            assert clock() >= 50

    in_virtual_time(scene)
    assert left["write"] == 20


def test_the_first_request_of_a_new_window_goes_alone() -> None:
    """Its answer says how many may follow; nine others at once could be nine too many."""
    left: list[float] = []

    async def scene() -> None:
        clock = asyncio.get_running_loop().time
        limiter = RateLimiter(Shutdown(), clock=clock)
        limiter.answered("write", Quota(0, 10.0))

        async def one(number: int) -> None:
            async with turn(limiter, number):
                left.append(clock())
                await asyncio.sleep(1)
            limiter.answered("write", Quota(100, 10.0))

        await asyncio.gather(*map(one, range(10)))

    in_virtual_time(scene)
    assert left[0] == pytest.approx(10, abs=0.01)
    assert left[1:] == pytest.approx([11] * 9, abs=0.01)


def test_after_failures_in_a_row_one_row_alone_goes_on_trying() -> None:
    """The service is away: requests go one at a time until somebody is answered, then all go again."""
    log: list[tuple[str, int]] = []

    async def scene() -> None:
        limiter = RateLimiter(Shutdown(), clock=asyncio.get_running_loop().time)
        opened = [limiter.unanswered("write") for _ in range(FAILURES_IN_A_ROW)]
        assert opened == [False] * (FAILURES_IN_A_ROW - 1) + [True]

        async def row(number: int) -> None:
            for attempt in range(3):
                async with turn(limiter, number):
                    log.append(("began", number))
                    await asyncio.sleep(1)
                    log.append(("ended", number))
                if number == 2 and attempt == 1:
                    limiter.answered("write", None)
                    return
                limiter.unanswered("write")
                await asyncio.sleep(1)
            limiter.left(number)

        await asyncio.gather(*map(row, range(1, 5)))

    in_virtual_time(scene)
    first_five = log[:10]
    assert first_five == [(word, number) for number in (1, 1, 1, 2, 2) for word in ("began", "ended")]
    assert [word for word, _ in log[10:12]] == ["began", "began"]


def test_a_probe_without_a_word_on_the_limit_does_not_hold_the_others_for_ever() -> None:
    """The first request of a new window gets no answer: the next may leave."""

    async def scene() -> None:
        clock = asyncio.get_running_loop().time
        limiter = RateLimiter(Shutdown(), clock=clock)
        limiter.answered("write", Quota(0, 10.0))
        async with turn(limiter, 1):
            pass
        limiter.unanswered("write")
        async with asyncio.timeout(5), turn(limiter, 2):
            pass

    in_virtual_time(scene)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"x-ratelimit-remaining": "7", "x-ratelimit-reset": "30"}, Quota(7, 30.0)),
        ({"ratelimit-remaining": "0", "ratelimit-reset": "1.5"}, Quota(0, 1.5)),
        ({"x-rate-limit-remaining": "2", "x-rate-limit-reset": "9"}, Quota(2, 9.0)),
        ({"ratelimit": "limit=100, remaining=50, reset=5"}, Quota(50, 5.0)),
        ({"ratelimit": '"default";r=50;t=30'}, Quota(50, 30.0)),
        ({"x-ratelimit-remaining": "1", "x-ratelimit-reset": "1767225660"}, Quota(1, 60.0)),
        ({"x-ratelimit-remaining": "1", "x-ratelimit-reset": "1767225660000"}, Quota(1, 60.0)),
        (
            {"x-ratelimit-remaining": "1", "x-ratelimit-reset": "1767225660", "date": "Thu, 01 Jan 2026 00:00:30 GMT"},
            Quota(1, 30.0),
        ),
        ({"x-ratelimit-remaining": "1", "x-ratelimit-reset": "1000000001"}, Quota(1, 0.0)),
        ({"x-ratelimit-remaining": "1", "x-ratelimit-reset": "60000"}, None),
        ({"x-ratelimit-remaining": "7"}, None),
        ({"x-ratelimit-remaining": "-1", "x-ratelimit-reset": "30"}, None),
        ({"x-ratelimit-remaining": "seven", "x-ratelimit-reset": "30"}, None),
        ({"x-ratelimit-remaining": "7", "x-ratelimit-reset": "2026-01-01T00:01:00Z"}, None),
        ({}, None),
    ],
)
def test_what_is_left_is_read_from_the_headers_in_use(headers: dict[str, str], expected: Quota | None) -> None:
    """Seconds, or a moment of the server's own clock; what cannot be read says nothing."""
    assert quota(headers, datetime(2026, 1, 1, tzinfo=UTC)) == expected


def test_a_rate_rises_slowly_near_the_limit_and_then_fast() -> None:
    """A cubic: two seconds after a refusal hardly more, after a minute a multiple."""
    adaptive = AdaptiveRate()
    for number in range(100):
        adaptive.take(number / 100)
        adaptive.accepted(number / 100)
    for _ in range(3):
        assert adaptive.refused(1.0, 1.0) == 0.0
    assert adaptive.rate(1.0) == pytest.approx(98, rel=0.05)
    assert adaptive.rate(3.0) < 1.001 * adaptive.rate(1.0)
    assert adaptive.rate(300.0) > 10 * adaptive.rate(1.0)


def test_a_wait_for_a_new_window_is_announced_once() -> None:
    """Ten answers say that nothing is left; the user hears of it with the last."""
    told: list[float] = []

    async def scene() -> None:
        limiter = RateLimiter(Shutdown(), clock=asyncio.get_running_loop().time, announce=told.append)

        async def one(number: int) -> None:
            async with turn(limiter, number):
                await asyncio.sleep(1)
            limiter.answered("write", Quota(0, 10.0))

        await asyncio.gather(*map(one, range(10)))
        seen.extend(limiter.pauses)

    seen: list[tuple[float, float]] = []
    in_virtual_time(scene)
    assert told == pytest.approx([10.0], abs=0.01)
    assert [until - since for since, until in seen] == pytest.approx([10.0], abs=0.01)


def test_pauses_that_overlap_are_one() -> None:
    """Ten answers to ten requests ask for one pause; a later one is another."""
    times = iter((1.0, 1.5, 3.0, 20.0))
    limiter = RateLimiter(Shutdown(), clock=lambda: next(times))
    for seconds in (5.0, 5.0, 1.0, 2.0):
        limiter.pause(seconds)
    assert limiter.pauses == ((1.0, 6.5), (20.0, 22.0))


def test_a_burst_that_is_over_in_no_time_is_no_rate() -> None:
    """Fifty accepted in ten milliseconds are not five thousand a second: from there it would be a long way down."""
    adaptive = AdaptiveRate()
    for number in range(50):
        adaptive.accepted(number * 0.0002)
    for _ in range(3):
        adaptive.refused(0.01, left_at=0.01)
    assert 50 <= adaptive.rate(0.01) <= 500


def test_two_refusals_in_one_tick_of_the_clock_are_one() -> None:
    """Whether a request left after the rate fell cannot be told then, and nothing was taken meanwhile."""
    adaptive = AdaptiveRate(100.0)
    for moment in range(30):
        adaptive.accepted(moment / 100)
    adaptive.refused(0.3, left_at=0.3)
    rate = adaptive.rate(0.3)
    assert adaptive.refused(0.3, left_at=0.3) == 0.0
    assert adaptive.rate(0.3) == rate


@pytest.mark.slow
@given(
    accepted=st.lists(st.tuples(st.floats(0, 5), st.floats(0, 2)), min_size=1, max_size=60),
    later=st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=40),
)
def test_answers_that_were_only_counted_tell_the_rate_all_that_they_would_one_by_one(
    accepted: list[tuple[float, float]], later: list[tuple[float, bool]]
) -> None:
    """Until there is a reason to hold requests the limiter counts them; from the first refusal on the pace is the same
    as if it had looked at each."""
    answers = [(at, at - took) for at, took in sorted(accepted)]
    one_by_one, at_once = AdaptiveRate(), AdaptiveRate()
    for at, left_at in answers:
        one_by_one.accepted(at, left_at)
    at_once.accepted_before(*answers[0], len(answers), max(left_at for _, left_at in answers))
    now = answers[-1][0]
    for passed, refused in [(0.0, True), *later]:
        now += passed
        for rate in (one_by_one, at_once):
            rate.take(now)
            if refused:
                rate.refused(now, now)
            else:
                rate.accepted(now, now)
        assert (at_once.rate(now), at_once.next_at, at_once.is_dry) == (
            *(one_by_one.rate(now), one_by_one.next_at, one_by_one.is_dry),
        )
        assert at_once.quota(now) == one_by_one.quota(now)


def test_the_limiter_hands_over_what_it_counted() -> None:
    """With the first refusal: what the server took until then is what the pace goes by."""
    now = 0.0
    limiter, judged = (RateLimiter(Shutdown(), rate, clock=lambda: now) for rate in (None, 1e9))
    for _ in range(200):
        now += 0.01
        for each in (limiter, judged):
            each.answered("write", None, now - 0.005)
    for _ in range(4):
        now += 0.1
        for each in (limiter, judged):
            each.refused("write", now - 0.001, None, None)
    assert limiter.rate("write") == judged.rate("write") < 1e6
