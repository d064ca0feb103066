"""Measurements with a server that answers at once: the whole import, the send stage, the ledger's share of it."""

from functools import partial
from importlib.util import find_spec
from typing import Any, Final

from benchmarks.bench import Bench, Line, in_turn, middle
from benchmarks.people import CREATE_COLUMNS
from benchmarks.servers import nginx

CONCURRENCIES: Final = (10, 50)
MOST_MB: Final = 250
_FAST: Final = find_spec("uvloop") is not None and find_spec("orjson") is not None


def many_csv(bench: Bench) -> list[Line]:
    """A whole import of many rows: its peak memory, and its time for a row against that of a tenth of the rows.

    Every row has a company and a city, so it is a POST and a PATCH. The tenth goes before and after, and its median
    counts.
    """
    rows, tenth = bench.sizes.many_rows, bench.sizes.many_rows // 10
    many, few = bench.file("csv", rows), bench.file("csv", tenth)
    with nginx() as url:
        runs = in_turn(
            bench.sizes.many_runs,
            before=lambda: bench.whole_import(few, url),
            many=lambda: bench.whole_import(many, url),
            after=lambda: bench.whole_import(few, url),
        )
    peak_mb = middle(runs["many"], lambda run: run.peak_mib) * 1.048576
    each_ms = middle(runs["many"], lambda run: run.seconds) / rows * 1000
    tenth_ms = middle(runs["before"] + runs["after"], lambda run: run.seconds) / tenth * 1000
    what, ratio = f"{rows:,}-row CSV, whole import", each_ms / tenth_ms
    target = f"within 10 % of that at {tenth:,} rows"
    return [
        Line(f"{what}: peak memory", f"at most {MOST_MB} MB", f"{peak_mb:,.0f} MB", met=peak_mb <= MOST_MB),
        Line(f"{what}: time of a row", target, f"{each_ms:.3f} ms", f"{tenth_ms:.3f} ms", f"{ratio:.2f}", ratio <= 1.1),
    ]


def send(bench: Bench) -> list[Line]:
    """The send stage against a bare aiohttp loop: creates a second, of the same people, at the same server.

    A row is one request here, which is the harder case: what the ledger does for it falls on one request and not two.
    With the extra ``fast``, where it is installed, the bare loop stays as it is, in asyncio's event loop.
    """
    rows = bench.sizes.sent_rows
    path = bench.file("csv", rows, CREATE_COLUMNS)
    lines = []
    with nginx() as url:
        for concurrency in CONCURRENCIES:
            importer = partial(bench.probe, path, url, concurrency)
            sides = {"plain": importer} | ({"fast": partial(importer, fast=True)} if _FAST else {})
            bare = partial(bench.other, "bare_loop", url, rows, concurrency)
            runs = in_turn(bench.sizes.runs, bare=bare, **sides)
            what = f"send stage, {rows:,} creates, concurrency {concurrency}, against a bare aiohttp loop"
            lines += _against(runs["bare"], runs["plain"], what, rows, 0.9)
            if _FAST:
                lines += _against(runs["bare"], runs["fast"], f"{what}; with the extra `fast`", rows, 1.0)
    return lines


def _against(bare: list[dict[str, Any]], own: list[dict[str, Any]], what: str, rows: int, least: float) -> list[Line]:
    """The rates of both sides, and the processor's time that a row takes of each."""
    own_rate = rows / middle(own, lambda run: run["send_s"])
    bare_rate = rows / middle(bare, lambda run: run["seconds"])
    own_us = middle(own, lambda run: run["send_cpu_s"]) / rows * 1e6
    bare_us = middle(bare, lambda run: run["cpu_s"]) / rows * 1e6
    ratio = own_rate / bare_rate
    met = ratio > least if least == 1.0 else ratio >= least
    target = "more than its rate" if least == 1.0 else f"at least {least} of its rate"
    rates = f"{own_rate:,.0f}/s", f"{bare_rate:,.0f}/s", f"{ratio:.2f}"
    times = f"{own_us:.0f} µs a row", f"{bare_us:.0f} µs", f"{own_us / bare_us:.2f}"
    return [Line(what, target, *rates, met), Line(f"{what}: processor time", "–", *times)]


def cluster(bench: Bench) -> list[Line]:
    """Two worker processes against one, and against none: the rate once they run, and that of the whole stage.

    The driver, nginx and what they need of the system are on the same machine; two cores are too few for all of them.
    """
    rows, concurrency = bench.sizes.sent_rows, CONCURRENCIES[-1]
    path = bench.file("csv", rows, CREATE_COLUMNS)
    with nginx() as url:
        runs = in_turn(
            bench.sizes.runs,
            two=partial(bench.probe, path, url, concurrency, workers=2),
            one=partial(bench.probe, path, url, concurrency, workers=1),
            none=partial(bench.probe, path, url, concurrency),
        )

    def line(what: str, figure: str, other: str, target: float | None = None) -> Line:
        two, against = (rows / middle(runs[side], lambda run: run[figure]) for side in ("two", other))
        each = f"{two:,.0f}/s", f"{against:,.0f}/s", f"{two / against:.2f}"
        wanted = "–" if target is None else f"at least {target} times its rate"
        return Line(what, wanted, *each, None if target is None else two / against >= target)

    what = f"{rows:,} creates, concurrency {concurrency}, two worker processes"
    return [
        line(f"{what} against one, once they run", "settle_s", "one", 1.5),
        line(f"{what} against none, once they run", "settle_s", "none"),
        line(f"{what} against none, with their start", "send_s", "none"),
    ]


def ledger(bench: Bench) -> list[Line]:
    """The ledger's share of the send stage, in three ways (``benchmarks.probe`` says what each has in it)."""
    rows = bench.sizes.sent_rows
    path = bench.file("csv", rows, CREATE_COLUMNS)
    lines = []
    with nginx() as url:
        for concurrency in CONCURRENCIES:
            runs = in_turn(
                bench.sizes.runs,
                recorded=partial(bench.probe, path, url, concurrency),
                unrecorded=partial(bench.probe, path, url, concurrency, writes=False),
            )
            recorded = runs["recorded"]
            inside = middle(recorded, lambda run: run["record_s"] / run["send_s"])
            processor = middle(recorded, lambda run: run["record_cpu_s"] / run["send_s"])
            rows_each = rows / middle(recorded, lambda run: run["commits"])
            with_s, without_s = (middle(runs[side], lambda run: run["send_s"]) for side in ("recorded", "unrecorded"))
            what = f"the ledger's share of the send stage, concurrency {concurrency}"
            share = 1 - without_s / with_s
            seconds = f"{with_s:.2f} s", f"{without_s:.2f} s", f"{share:.1%}"
            lines += [
                Line(f"{what}: with its writes, and without", "at most 8 %", *seconds, met=share <= 0.08),
                Line(f"{what}: its thread's processor time", "–", f"{processor:.1%} ({rows_each:.1f} rows a commit)"),
                Line(f"{what}: inside its writes, waiting included", "–", f"{inside:.1%}"),
            ]
    return lines
