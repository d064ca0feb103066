"""Measurements while a run sends: rows over time, and the server's latency. Memory does not grow with the run."""

import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from importer.errors import RunStopped
from importer.ledger.records import Settled
from importer.ledger.run import NOT_MEASURED, Measures
from importer.livedesk.capabilities import NOTHING_KNOWN, Capabilities
from importer.models import Status
from importer.observer import Progress

if TYPE_CHECKING:  # a dry run has no event loop, and starts sooner without asyncio
    from importer.ledger.group_commit import GroupCommit

MOST_SPANS: Final = 120
"""The most spans of a run; when it would have more, each becomes twice as long."""

_STEPS: Final = 8  # for a doubling: a latency is known to 9 %
_BOUNDS_MS: Final = [2 ** (step / _STEPS) for step in range(-26, 32 * _STEPS)]  # up to seven weeks


class Metrics:
    """Owns the counts of one sending, from now on; ``clock`` is in seconds and never runs backwards."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began = clock()
        self._span_s = 1.0
        self._settled: list[int] = []
        self._latencies: Counter[int] = Counter()

    def settled(self, rows: int) -> None:
        """Count rows that have their outcome."""
        while (place := int((self._clock() - self._began) / self._span_s)) >= MOST_SPANS:
            self._settled = [sum(pair) for pair in zip_longest(self._settled[::2], self._settled[1::2], fillvalue=0)]
            self._span_s *= 2
        self._settled += [0] * (place + 1 - len(self._settled))
        self._settled[place] += rows

    def answered(self, latency_s: float) -> None:
        """Count an answer and its latency."""
        self._latencies[bisect_left(_BOUNDS_MS, latency_s * 1000)] += 1

    def measures(self, pauses: Sequence[tuple[float, float]] = ()) -> Measures:
        """Everything measured until now; ``pauses`` are ``(from, to)`` by the same clock."""
        now = self._clock()
        return Measures(
            self._offset_s(now),
            self._span_s,
            tuple(self._settled),
            tuple((self._offset_s(since), self._offset_s(min(until, now))) for since, until in pauses),
            tuple((round(_BOUNDS_MS[place], 2), self._latencies[place]) for place in sorted(self._latencies)),
        )

    def _offset_s(self, moment: float) -> float:
        return round(moment - self._began, 3)


def together(own: Measures, others: Sequence[tuple[float, Measures]]) -> Measures:
    """The measures of several processes of one run; ``others`` are ``(seconds by which it began later, measures)``.

    Latencies add up; a pause is any time in which a limit of the server held one of them.
    """
    latencies = Counter(dict(own.latencies))
    pauses = [*own.pauses]
    for later_s, measures in others:
        latencies.update(dict(measures.latencies))
        pauses += [(since + later_s, until + later_s) for since, until in measures.pauses]
    return replace(own, latencies=tuple(sorted(latencies.items())), pauses=_merged(pauses))


def _merged(pauses: Sequence[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    merged: list[tuple[float, float]] = []
    for since, until in sorted(pauses):
        if merged and since <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(until, merged[-1][1])
        else:
            merged.append((since, until))
    return tuple((round(since, 3), round(until, 3)) for since, until in merged)


@contextmanager
def followed(
    group_commit: "GroupCommit", metrics: Metrics, progress: Progress, *, kept: bool
) -> Iterator[list[Settled]]:
    """Report rows that reach the disk in the block to metrics and progress; ``kept`` collects them in the list."""
    settled: list[Settled] = []

    def on_disk(written: Sequence[Settled]) -> None:
        group = [one for one in written if one[1].status is not Status.SENT]  # these wait for a last look
        progress.advance(len(group))
        metrics.settled(len(group))
        if kept:
            settled.extend(group)

    group_commit.on_disk = on_disk
    try:
        yield settled
    finally:
        progress.close()


@dataclass(slots=True)
class Sent:
    """How far the send stage came, however it ended; ``reason`` is what stopped it, ``capabilities`` what is known of
    the server."""

    requests: int = 0
    retries: int = 0
    reason: RunStopped | None = None
    measures: Measures = NOT_MEASURED
    capabilities: Capabilities = NOTHING_KNOWN

    def then(self, later: "Sent") -> "Sent":
        """The sum of both, with the end and the measures of ``later``."""
        return replace(later, requests=self.requests + later.requests, retries=self.retries + later.retries)
