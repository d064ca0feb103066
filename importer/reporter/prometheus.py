"""Write a run's metrics for the node exporter's textfile collector: counts, times, names, no personal data.

The format is Prometheus' text exposition, version 0.0.4; base units (seconds), as its naming rules ask for.
"""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Final, TypeAlias

from importer.reporter.result_files import whole_file
from importer.reporter.summary import LATENCY_SHARES, WORDS, Summary
from importer.system_text import decoded

MODE: Final = 0o644
"""The exporter runs as another user."""

_Sample: TypeAlias = tuple[dict[str, str], float | None]
"""Labels and a value; ``None`` writes no sample."""


def write_metrics(summary: Summary, path: Path) -> None:
    """Write a run's metrics whole, since the collector may read at any moment. Raises ``OutputError``."""
    with whole_file(path, MODE) as file:
        file.write(metrics_text(summary, decoded(path.stem)).encode("utf-8", "replace"))


def metrics_text(summary: Summary, schedule: str) -> str:
    """Return a run's metrics. The label ``schedule`` distinguishes the imports of one machine.

    Every status has a sample, zero if no row has it, so that an alert finds its series.
    """
    own = {"schedule": schedule}
    return "".join(
        line
        for name, words, samples in _gauges(summary)
        for line in _family(f"import_contacts_{name}", words, [(own | labels, value) for labels, value in samples])
    )


def _gauges(summary: Summary) -> Iterable[tuple[str, str, list[_Sample]]]:
    """Name, help and samples of each metric."""
    run = summary.run
    inboxes = [*summary.inboxes] or [run.inbox_id or ""]
    names = {"file": run.file, "inbox": ",".join(inboxes), "mode": run.mode}
    gone = run.vanished.people if run.vanished else None
    ended = datetime.fromisoformat(run.finished_at).timestamp() if run.finished_at else None
    latencies: list[_Sample] = [
        ({"quantile": f"{share:g}"}, None if (most_ms := run.measures.latency_ms(share)) is None else most_ms / 1000)
        for share in LATENCY_SHARES.values()
    ]
    rows: list[_Sample] = [({"status": status}, summary.counts.get(status, 0)) for status in WORDS]
    return (
        ("last_run_info", "What the last run imported.", [(names, 1)]),
        ("last_run_timestamp_seconds", "When the last run ended, in seconds of the epoch.", [({}, ended)]),
        ("exit_code", "Exit code of the last run; 0 if every row is fine.", [({}, run.exit_code)]),
        ("duration_seconds", "Duration of the last run.", [({}, summary.seconds)]),
        ("rows", "Rows of the last run by what became of them.", rows),
        ("differing_rows", "Rows of the last run whose contact exists with other data.", [({}, summary.differs)]),
        ("vanished_people", "People of the run before who are not in the file any more.", [({}, gone)]),
        ("requests", "Requests that the last run sent.", [({}, run.requests)]),
        ("retries", "Requests that the last run sent once more.", [({}, run.retries)]),
        ("paused_seconds", "Seconds in which a limit of the server held the last run.", [({}, run.measures.paused_s)]),
        ("latency_seconds", "Time in which this share of the server's answers came.", latencies),
    )


def _family(name: str, words: str, samples: Iterable[_Sample]) -> Iterable[str]:
    yield f"# HELP {name} {words}\n# TYPE {name} gauge\n"
    for labels, value in samples:
        if value is not None:
            shown = ",".join(f'{label}="{text.translate(_ESCAPES)}"' for label, text in labels.items())
            yield f"{name}{{{shown}}} {value!r}\n"


_ESCAPES: Final = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})
"""The escapes in a label's value; the format has no others."""
