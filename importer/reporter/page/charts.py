"""Turn a run's figures into shapes that the template draws as SVG: bars, steps and marks. Pure."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from importer.ledger.run import Measures
from importer.models import Status
from importer.reporter.causes import Cause
from importer.reporter.summary import WORDS

SEEN: Final = 0.8
"""The least width of a status in the bar, in percent: readers look for the one bad row in 200,000."""

PERCENTILES: Final = (0.5, 0.9, 0.95, 0.99, 1.0)

PLOT_WIDTH: Final = 276.0
PLOT_HEIGHT: Final = 112.0
BAR_WIDTH: Final = 128.0
"""Sizes in units of the drawings' view box, about a pixel on a phone."""

_ROUND: Final = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
_MOST_MARKS: Final = 4
_SHORTEST_S: Final = 0.01
_TIMES_S: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400)


@dataclass(frozen=True, slots=True)
class Segment:
    """A status in the bar; ``x`` and ``width`` are in percent."""

    status: Status
    count: int
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Bar:
    """A named bar; ``width`` is at most ``BAR_WIDTH``."""

    name: str
    value: float
    width: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A line of the grid: its place, and the value there."""

    at: float
    value: float


@dataclass(frozen=True, slots=True)
class Throughput:
    """Rows a second over time. ``path`` is the area's outline, ``pauses`` are ``(x, width)``.

    ``seconds`` is the length; ``peak`` and the marks of ``rates`` are in rows a second, those of ``times`` in seconds.
    """

    path: str
    pauses: tuple[tuple[float, float], ...]
    rates: tuple[Mark, ...]
    times: tuple[Mark, ...]
    peak: float
    seconds: float


class _Span(NamedTuple):
    """A rate in rows a second, up to a time in seconds from the start."""

    until: float
    rate: float


def segments(counts: Mapping[Status, int]) -> list[Segment]:
    """Place the statuses side by side, in the summary's order, each wide enough to see."""
    present = [status for status in WORDS if counts.get(status)]
    total = sum(counts[status] for status in present)
    raw = [max(SEEN, 100 * counts[status] / total) for status in present]
    scale = 100 / sum(raw) if raw else 1
    found, x = [], 0.0
    for status, width in zip(present, raw, strict=True):
        found.append(Segment(status, counts[status], round(x, 3), round(width * scale, 3)))
        x += width * scale
    return found


def throughput(measures: Measures) -> Throughput | None:
    """Return rows a second as steps; ``None`` if the run was too short."""
    spans = _spans(measures) if any(measures.settled) else []
    if len(spans) < 2:
        return None
    seconds = max(measures.lasted_s, spans[-1].until)
    top = _top(max(span.rate for span in spans))

    def x(second: float) -> float:
        return round(PLOT_WIDTH * second / seconds, 2)

    def y(rate: float) -> float:
        return round(PLOT_HEIGHT * (1 - rate / top), 2)

    steps = [f"V{y(span.rate)}H{x(span.until)}" for span in spans]
    return Throughput(
        path=f"M0 {PLOT_HEIGHT:g}{''.join(steps)}V{PLOT_HEIGHT:g}Z",
        pauses=tuple((x(since), max(x(until) - x(since), 1.0)) for since, until in measures.pauses if since < seconds),
        rates=tuple(Mark(y(top * part / 2), top * part / 2) for part in range(3)),
        times=tuple(Mark(x(second), second) for second in _times(seconds)),
        peak=max(span.rate for span in spans),
        seconds=seconds,
    )


def _spans(measures: Measures) -> list[_Span]:
    """The spans in order. The last ends with the run; if it is too short for a rate, it joins the one before."""
    rows, ends = [*measures.settled], [measures.span_s * place for place in range(1, len(measures.settled) + 1)]
    ends[-1] = max(min(ends[-1], measures.lasted_s), ends[-1] - measures.span_s + _SHORTEST_S)
    if len(rows) > 1 and ends[-1] - ends[-2] < measures.span_s / 2:
        rows[-2:], ends[-2:] = [sum(rows[-2:])], ends[-1:]
    starts = [0.0, *ends[:-1]]
    return [_Span(until, count / (until - since)) for count, since, until in zip(rows, starts, ends, strict=True)]


def bars_of_latencies(measures: Measures) -> list[Bar]:
    """Return the percentiles of the answers' milliseconds, named by ``PERCENTILES``; empty without requests."""
    found = [(f"{share:g}", measures.latency_ms(share)) for share in PERCENTILES]
    return _bars([(name, value) for name, value in found if value is not None])


def bars_of_causes(found: Sequence[Cause]) -> list[Bar]:
    """Return a bar for each cause, in their order, named by its code."""
    return _bars([(cause.code, float(cause.count)) for cause in found])


def _bars(values: Sequence[tuple[str, float]]) -> list[Bar]:
    most = max((value for _, value in values), default=0.0)
    return [Bar(name, value, round(max(2.0, BAR_WIDTH * value / most), 2)) for name, value in values if most]


def _top(most: float) -> float:
    """The top of an axis: the least round number that is not below ``most``."""
    power = 10.0 ** math.floor(math.log10(most))
    return next(power * step for step in _ROUND if power * step >= most)


def _times(seconds: float) -> Iterator[float]:
    """A few round times from 0 to the end."""
    days = _TIMES_S[-1] * math.ceil(seconds / (_TIMES_S[-1] * _MOST_MARKS))
    step = next((step for step in _TIMES_S if seconds / step <= _MOST_MARKS), days)
    yield from map(float, range(0, math.floor(seconds) + 1, step))


def short_number(value: float) -> str:
    """Return a number without needless digits: ``0.4``, ``12``, ``1,200``, ``12k``."""
    if value >= 10_000:
        return f"{value / 1000:,.0f}k"
    return f"{value:,.0f}" if value >= 10 or float(value).is_integer() else f"{value:.1f}"
