"""Measurements with a server that refuses: how near the importer comes to what it lets through, without a flag.

The share is the rate that was reached of the rate that the limit allows: the least time in which so many creates
can pass, over the time that they took from the first to the last, both as the server saw it. The rows are a few more
than a window's, so that the wait for the next window is most of that time, and the speed of the wire hardly any.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, NamedTuple

from benchmarks.bench import Bench, Line, in_turn, middle
from benchmarks.people import CREATE_COLUMNS
from benchmarks.servers import Book, FixedWindow, Limit, Random, Served, SlidingWindow, limited, logged, token_bucket

RATE_PER_S: Final = 50
BURST: Final = 50
TARGET: Final = "at least 97 % of what it allows, at most 1 % refused"


def fixed_window(bench: Bench) -> list[Line]:
    """So many in a window that begins with the first; then 429 with Retry-After in whole seconds, rounded up."""
    return [_of_windows(bench, "fixed window, Retry-After", FixedWindow)]


def silent_window(bench: Bench) -> list[Line]:
    """The same, and a 429 says nothing."""
    return [_of_windows(bench, "fixed window, 429 without Retry-After", partial(FixedWindow, silent=True))]


def sliding_window(bench: Bench) -> list[Line]:
    """So many in any window; every answer says by X-RateLimit headers what is left, a 429 says nothing else."""
    return [_of_windows(bench, "sliding window, X-RateLimit headers", SlidingWindow)]


def token_bucket_line(bench: Bench) -> list[Line]:
    """nginx's ``limit_req``: a token every fiftieth of a second, a burst, and 429 without Retry-After."""
    rows = RATE_PER_S * bench.sizes.window_s

    def side() -> Served:
        log = bench.folder / "moments.log"
        log.unlink(missing_ok=True)
        with token_bucket(RATE_PER_S, BURST, log) as url:
            _import(bench, rows, url)
        return logged(log)

    what = f"a limit of {RATE_PER_S} a second and a burst of {BURST}, token bucket (nginx), 429 without Retry-After"
    least_s = least_of_bucket_s(rows, RATE_PER_S, BURST)
    return [_line(what, least_s, in_turn(bench.sizes.runs, bucket=side)["bucket"])]


class Refusal(NamedTuple):
    """What a server refuses with, and how long it asks all requests to wait, in seconds."""

    name: str
    status: int
    headers: Mapping[str, str]
    pause_s: float


REFUSALS: Final = (
    Refusal("429", 429, {}, 0.0),
    Refusal("429, Retry-After: 1", 429, {"Retry-After": "1"}, 1.0),
    Refusal("503, Retry-After: 1", 503, {"Retry-After": "1"}, 1.0),
)
SHARES: Final = {0.005: 0.8, 0.02: 0.8, 0.05: 0.6}
"""The shares that are refused, and what part of the undisturbed rate is to be left."""
LATENCY_S: Final = 0.03  # so that the pace decides, and not the processor


def refusals(bench: Bench) -> list[Line]:
    """A share of the creates is refused at random, whatever their pace: the rate, against that of none refused."""
    rows = RATE_PER_S * bench.sizes.window_s

    def side(share: float, refusal: Refusal) -> Served:
        book = Book()
        with limited(Random(share, refusal.headers), book, refusal.status, LATENCY_S) as url:
            _import(bench, rows, url)
        return book.served(refusal.pause_s)

    cases = {f"{share:.1%} {refusal.name}": (share, refusal) for refusal in REFUSALS for share in SHARES}
    sides = {name: partial(side, *case) for name, case in cases.items()}
    runs = in_turn(bench.sizes.many_runs, none=partial(side, 0.0, REFUSALS[0]), **sides)
    undisturbed = middle(runs.pop("none"), rate_outside_pauses)
    return [_of_refusals(name, runs[name], SHARES[share], undisturbed) for name, (share, _) in cases.items()]


def rate_outside_pauses(served: Served) -> float:
    """Creates a second outside the pauses that the server asked for."""
    return served.accepted / (served.seconds - served.paused_s)


def _of_refusals(name: str, runs: list[Served], least: float, undisturbed: float) -> Line:
    seconds, paused_s = middle(runs, lambda run: run.seconds), middle(runs, lambda run: run.paused_s)
    share = middle(runs, rate_outside_pauses) / undisturbed
    measured = (
        f"{runs[0].accepted:,} in {seconds:.1f} s, of which {paused_s:.1f} s are pauses that the server asked for"
    )
    what, target = f"refused at random: {name}", f"at least {least:.0%} of the rate, outside such pauses"
    return Line(what, target, measured, f"{undisturbed:.0f}/s", f"{share:.2f}", share >= least)


def least_of_windows_s(creates: int, limit: int, window_s: float) -> float:
    """Seconds from the first to the last of so many creates, ``limit`` in a window at most."""
    return (creates - 1) // limit * window_s


def least_of_bucket_s(creates: int, rate_per_s: float, burst: int) -> float:
    """Seconds from the first to the last of so many creates; nginx lets the first and ``burst`` others pass at once."""
    return max(0.0, (creates - 1 - burst) / rate_per_s)


def _of_windows(bench: Bench, name: str, kind: Callable[[int, float], Limit]) -> Line:
    window_s = bench.sizes.window_s
    limit = RATE_PER_S * window_s
    rows = limit + limit // 10

    def side() -> Served:
        book = Book()
        with limited(kind(limit, window_s), book) as url:
            _import(bench, rows, url)
        return book.served()

    what = f"a limit of {limit:,} in {window_s} s, {name}"
    least_s = least_of_windows_s(rows, limit, window_s)
    return _line(what, least_s, in_turn(bench.sizes.runs, windows=side)["windows"])


def _import(bench: Bench, rows: int, url: str) -> None:
    """Every row must be created: what is refused is sent again."""
    bench.whole_import(bench.file("csv", rows, CREATE_COLUMNS), url)


def _line(what: str, least_s: float, runs: list[Served]) -> Line:
    seconds = middle(runs, lambda run: run.seconds)
    refused = middle(runs, lambda run: run.refused / (run.accepted + run.refused))
    share = least_s / seconds
    measured = f"{runs[0].accepted:,} in {seconds:.1f} s, {refused:.2%} refused"
    return Line(what, TARGET, measured, f"{least_s:.1f} s", f"{share:.3f}", share >= 0.97 and refused <= 0.01)
