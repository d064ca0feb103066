"""What is measured while a run sends."""

import pytest

from importer.ledger.run import NOT_MEASURED, Measures
from importer.sender.metrics import MOST_SPANS, Metrics, together


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_rows_are_counted_by_the_second_in_which_they_were_settled() -> None:
    """A second in which nothing was settled is a zero, and not left out."""
    clock = Clock()
    meter = Metrics(clock)
    for seconds, rows in ((0.2, 3), (0.9, 1), (3.5, 2)):
        clock.now = 100.0 + seconds
        meter.settled(rows)
    assert meter.measures() == Measures(3.5, 1.0, (4, 0, 0, 2))


def test_a_long_run_has_no_more_spans_than_a_short_one_and_loses_no_row() -> None:
    """Where there would be more, each becomes twice as long."""
    clock = Clock()
    meter = Metrics(clock)
    for _ in range(10_000):
        clock.now += 1
        meter.settled(1)
    measures = meter.measures()
    assert len(measures.settled) <= MOST_SPANS
    assert (measures.span_s, sum(measures.settled)) == (128.0, 10_000)
    assert set(measures.settled[1:-1]) == {128}


def test_latencies_are_known_to_nine_percent() -> None:
    """Half of the answers took at most what the 0.5 says; the 1.0 is the slowest."""
    meter = Metrics(Clock())
    for milliseconds in range(1, 101):
        meter.answered(milliseconds / 1000)
    measures = meter.measures()
    for share, milliseconds in ((0.5, 50), (0.9, 90), (0.99, 99), (1.0, 100)):
        assert measures.latency_ms(share) == pytest.approx(milliseconds, rel=0.1)
    assert sum(count for _, count in measures.latencies) == 100


def test_a_run_that_sent_nothing_has_no_latency() -> None:
    """No figure rather than a zero."""
    assert NOT_MEASURED.latency_ms(0.5) is None
    assert Metrics(Clock()).measures() == NOT_MEASURED


def test_pauses_count_from_the_beginning_and_end_with_the_run() -> None:
    """A pause that a stop cut short lasted until then."""
    clock = Clock()
    meter = Metrics(clock)
    clock.now = 130.0
    measures = meter.measures([(101.0, 103.5), (120.0, 180.0)])
    assert measures.pauses == ((1.0, 3.5), (20.0, 30.0))
    assert measures.paused_s == 12.5


def test_what_several_processes_measured_is_put_together() -> None:
    """Latencies add up, pauses that touch are one, and each process's clock begins where its session did."""
    own = Measures(10.0, 1.0, (5, 5), ((8.0, 9.0),), ((2.0, 1),))
    first = Measures(9.0, 1.0, (), ((1.0, 3.0),), ((2.0, 4), (3.0, 1)))
    second = Measures(8.0, 1.0, (), ((1.5, 4.0),), ((1.0, 2),))
    found = together(own, [(0.5, first), (1.0, second)])
    assert found == Measures(10.0, 1.0, (5, 5), ((1.5, 5.0), (8.0, 9.0)), ((1.0, 2), (2.0, 5), (3.0, 1)))
