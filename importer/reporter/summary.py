"""How a run went: its counts and causes, its exit code, its verdict; the content of summary.json."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from importlib import resources
from typing import Final, NamedTuple

from importer.errors import ExitCode
from importer.ledger.run import Run
from importer.models import FINE, Json, Status

WORDS: Final = {
    Status.CREATED: "created",
    Status.UPDATED: "updated",
    Status.EXISTS: "existed and left alone",
    Status.UNCHANGED: "unchanged since an earlier run",
    Status.DUPLICATE: "duplicates of an earlier row",
    Status.VALID: "valid",
    Status.INVALID: "invalid: correct the rows",
    Status.FAILED: "failed: refused or not deliverable",
    Status.UNKNOWN: "unknown: sent, and not known whether stored",
    Status.NOT_SENT: "not sent: the run stopped first",
}
"""Every final status in words, in the order of the summary."""

LATENCY_SHARES: Final = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "max": 1.0}
"""The shares of the answers whose latency is told, by their names in summary.json."""


EXAMPLES: Final = 3
"""So many rows are shown of each cause."""


class Example(NamedTuple):
    """A row that failed: its number, and its error."""

    row: int
    error: str


@dataclass(slots=True)
class Cause:
    """Rows that failed for one reason: how many, the first of them, and its hint."""

    code: str
    hint: str
    count: int = 0
    examples: list[Example] = field(default_factory=list)

    def add(self, row: int, error: str) -> None:
        """One row more."""
        self.count += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append(Example(row, error))


@dataclass(frozen=True, slots=True)
class Summary:
    """How a run went; ``files`` maps a kind of file to its path, ``causes`` are the most frequent first."""

    run: Run
    counts: Mapping[Status, int]
    files: Mapping[str, str]
    causes: tuple[Cause, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """Every data row of the input."""
        return sum(self.counts.values())

    @property
    def wrong(self) -> int:
        """Rows that need somebody's attention."""
        return sum(count for status, count in self.counts.items() if status not in FINE)

    @property
    def withheld(self) -> bool:
        """Whether nothing was sent because some rows are invalid (``--strict``)."""
        return not self.run.stopped and Status.NOT_SENT in self.counts

    @property
    def limited(self) -> int | None:
        """The ``--limit`` that ended the reading, as far as one can tell; ``None`` if every row was read."""
        limit = self.run.options.get("limit")
        return limit if isinstance(limit, int) and self.rows >= limit else None

    @property
    def seconds(self) -> float:
        """Seconds from the start to the end; 0 if nobody knows when the run ended."""
        if self.run.finished_at is None or self.run.exit_code is None:
            return 0.0
        passed = datetime.fromisoformat(self.run.finished_at) - datetime.fromisoformat(self.run.started_at)
        return max(0.0, passed.total_seconds())  # a clock may step back during a run

    @property
    def rows_per_second(self) -> float:
        """Rows settled a second, from the start to the end; 0 if no time passed."""
        done = self.rows - self.counts.get(Status.NOT_SENT, 0)
        return round(done / self.seconds, 1) if self.seconds > 0 else 0.0

    def as_json(self) -> dict[str, Json]:
        """The content of summary.json, as summary.schema.json describes it."""
        run = self.run
        is_known = run.exit_code is not None  # of a process that was killed nobody counted
        return {
            "run": run.id,
            "mode": run.mode,
            "started_by": run.started_by,
            "file": run.file,
            "sheet": run.sheet,
            "inbox_id": run.inbox_id,
            "base_url": run.base_url,
            "options": dict(run.options),
            "started_at": run.started_at,
            "finished_at": run.finished_at,
            "exit_code": run.exit_code,
            "forgotten_at": run.forgotten_at,
            "rows": self.rows,
            "counts": {status: self.counts[status] for status in WORDS if status in self.counts},
            "causes": [{"code": cause.code, "count": cause.count} for cause in self.causes],
            "requests": run.requests if is_known else None,
            "retries": run.retries if is_known else None,
            "paused_s": round(run.measures.paused_s, 3),
            "latency_ms": {name: run.measures.latency_ms(share) for name, share in LATENCY_SHARES.items()},
            "rows_per_second": self.rows_per_second,
            "mapping": dict(run.mapping),
            "repairs": [asdict(repair) for repair in run.repairs],
            "files": dict(self.files),
        }


def schema() -> str:
    """The JSON Schema (2020-12) of summary.json, as text."""
    return resources.files("importer.reporter").joinpath("summary.schema.json").read_text(encoding="utf-8")


def exit_code(counts: Mapping[Status, int]) -> ExitCode:
    """The code of a run that came to its end: 0 if every row is fine."""
    return ExitCode.OK if counts.keys() <= FINE else ExitCode.ROWS_FAILED


def verdict(summary: Summary) -> str:
    """How the run went, in one sentence."""
    rows = f"{summary.rows:,} row{'' if summary.rows == 1 else 's'}"
    if summary.run.stopped:
        return f"Stopped: {summary.run.stopped}"
    if summary.withheld:
        invalid = f"{summary.counts[Status.INVALID]:,} of {rows} not valid"
        return f"Nothing was sent: {invalid}, and --strict sends all or none"
    if summary.wrong:
        words = f"{summary.wrong:,} of {rows} need{'s' if summary.wrong == 1 else ''} attention"
    else:
        words = f"All {rows} are fine" if summary.rows != 1 else "The one row is fine"
    return f"{words}; --limit {summary.limited} left the others out" if summary.limited else words
