"""How a run went: its counts and causes, and its exit code; the content of summary.json."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeAlias

from importer.errors import ExitCode, OutputError
from importer.ledger.records import Undone
from importer.ledger.run import Corrected, Run
from importer.message import Message, Messages, all_of
from importer.models import FINE, NOWHERE, Json, Status
from importer.remarks import DIFFERS, OTHER_NAME, Remark
from importer.reporter.causes import Cause, ExampleRow, Reason
from importer.reporter.results import Result, lines_frame, read_results, results_frame
from importer.shell import command_line

if TYPE_CHECKING:
    import pandas

WORDS: Final = {
    Status.CREATED: Message("created"),
    Status.UPDATED: Message("updated"),
    Status.EXISTS: Message("existed and left alone"),
    Status.UNCHANGED: Message("unchanged since an earlier run"),
    Status.DUPLICATE: Message("duplicates of an earlier row"),
    Status.LEFT_OUT: Message("left out by hand"),
    Status.VALID: Message("valid"),
    Status.INVALID: Message("invalid: correct the rows"),
    Status.FAILED: Message("failed: refused or not deliverable"),
    Status.UNKNOWN: Message("unknown: sent, and not known whether stored"),
    Status.NOT_FOUND: Message("not found: nobody on the server is that person"),
    Status.NOT_SENT: Message("not sent: the run stopped first"),
    Status.CREATE: Message("would be created"),
    Status.UPDATE: Message("would be updated"),
    Status.SAME: Message("the same"),
    Status.CONFLICT: Message("in conflict with other contacts"),
    Status.DIFFERENT: Message("different"),
    Status.MISSING: Message("missing"),
    Status.UNDONE: Message("undone"),
    Status.KEPT: Message("kept as they are (why: below)"),
}
"""Every final status in words, in the order of the summary."""

STATUS_NAMES: Final[Mapping[Status, Message]] = {
    Status.CREATED: Message("created"),
    Status.UPDATED: Message("updated"),
    Status.EXISTS: Message("exists"),
    Status.UNCHANGED: Message("unchanged"),
    Status.DUPLICATE: Message("duplicate"),
    Status.LEFT_OUT: Message("left_out"),
    Status.VALID: Message("valid"),
    Status.INVALID: Message("invalid"),
    Status.FAILED: Message("failed"),
    Status.UNKNOWN: Message("unknown"),
    Status.NOT_FOUND: Message("not_found"),
    Status.NOT_SENT: Message("not_sent"),
    Status.CREATE: Message("create"),
    Status.UPDATE: Message("update"),
    Status.SAME: Message("same"),
    Status.CONFLICT: Message("conflict"),
    Status.DIFFERENT: Message("different"),
    Status.MISSING: Message("missing"),
    Status.UNDONE: Message("undone"),
    Status.KEPT: Message("kept"),
    Status.PENDING: Message("pending"),
    Status.SENT: Message("sent"),
}
"""Every status by its name, for people; in English that is the word for programs."""

LATENCY_SHARES: Final = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "max": 1.0}
"""The percentiles of latency in summary.json, by name."""


class Excerpt(NamedTuple):
    """The first lines of a plan that are about a change or a trouble (of a verification or an undo: that are not fine),
    and how many such lines there are."""

    lines: Sequence[Sequence[str]] = ()
    total: int = 0


NOTHING_PLANNED: Final = Excerpt()


_HAVE_LINES: Final = frozenset({"plan", "verify", "undo"})
"""The modes whose runs have no results, and lines in a file that has the mode's name."""

State: TypeAlias = Literal["fine", "attention", "stopped", "crashed", "working"]
"""How a run stands, for programs; a run is ``working`` only while its ledger is locked."""


@dataclass(frozen=True, slots=True, repr=False)
class Summary:
    """How a run went; ``files`` maps a kind of file to its path, ``causes`` are the most frequent first.

    ``remarks`` count the rows that the run took with a remark, by its kind; ``differs`` those whose contact exists with
    other data, ``None`` if no row was read or the run is forgotten. ``vanished`` are names of the first people whom the
    file no longer has. ``verification`` is that of --verify. ``undone`` says which undo has undone the run. Of an undo,
    ``removed`` of the undone rows are contacts that are removed; the others are restored. ``settled_by`` has the later
    runs, by name, that settled rows of this one from its errors file. ``to_correct`` is the path of the errors file of
    a later run that has all the rows that are left; without one it is the run's own. Paths are as they were given, from
    the folder ``base``, in which the process was. ``tell`` is the language of the caller.
    """

    run: Run
    counts: Mapping[Any, int]  # of a ``Status``, which is a text: a type checker takes either
    files: Mapping[str, str]
    causes: tuple[Cause, ...] = ()
    warnings: Messages = ()
    remarks: tuple[Remark, ...] = ()
    planned: Excerpt = NOTHING_PLANNED
    verification: "Summary | None" = None
    differs: int | None = None
    vanished: tuple[str, ...] = ()
    undone: Undone | None = None
    removed: int = 0
    settled_by: Mapping[str, Corrected] = field(default_factory=dict)
    to_correct: str = ""
    base: Path = field(default_factory=Path.cwd, repr=False, compare=False)
    tell: Callable[[Message], str] = field(default=str, repr=False, compare=False)

    def __repr__(self) -> str:
        counts = {str(status): number for status, number in self.counts.items()}
        return f"<Summary of {self.run.id}: {counts}, exit code {self.exit_code}>"

    def _repr_html_(self) -> str:
        """As notebooks show it."""
        from importer.reporter.notebook import html_of

        return html_of(self)

    @property
    def rows(self) -> int:
        """Every data row of the input."""
        return sum(self.counts.values())

    @property
    def wrong(self) -> int:
        """Rows that need somebody's attention."""
        return sum(count for status, count in self.counts.items() if status not in FINE)

    @property
    def others(self) -> int:
        """Duplicates with another name, who may be other people."""
        return sum(remark.count for remark in self.remarks if remark.kind == OTHER_NAME)

    @property
    def settled(self) -> int:
        """Rows that needed attention, and that later runs have settled."""
        return len(set[int]().union(*(one.numbers for one in self.settled_by.values())))

    @property
    def left(self) -> int:
        """Rows that still need somebody's attention."""
        return self.wrong - self.settled

    @property
    def exit_code(self) -> int | None:
        """The run's exit code; 1 where all went well and the verification found something."""
        code = self.run.exit_code
        return self.verification.run.exit_code if self.verification is not None and code == ExitCode.OK else code

    @property
    def state(self) -> State:
        """How the run stands, once it has ended."""
        if self.run.finished_at is None or (self.run.stopped and self.run.exit_code is None):
            return "crashed"
        if self.run.stopped:
            return "stopped"
        return "attention" if self.left else "fine"

    @property
    def inboxes(self) -> dict[str, int]:
        """How many rows went to each inbox, or were to go there; a record of an older version has one inbox for all."""
        run = self.run
        if run.inboxes or run.inbox_id is None or "inbox_id" in {*run.mapping.values()}:
            return dict(run.inboxes)
        rows = self.rows - sum(self.counts.get(status, 0) for status in NOWHERE)
        return {run.inbox_id: rows} if rows else {}

    @property
    def withheld(self) -> bool:
        """Whether nothing was sent because some rows are invalid (``--strict``)."""
        return not self.run.stopped and Status.NOT_SENT in self.counts

    @property
    def limited(self) -> int | None:
        """The ``--limit`` that was reached; ``None`` if the file has fewer rows."""
        limit = self.run.options.get("limit")
        return limit if isinstance(limit, int) and self.rows >= limit else None

    @property
    def seconds(self) -> float:
        """Seconds from the start to the end; 0 if the end is unknown."""
        if self.run.finished_at is None or self.run.exit_code is None:
            return 0.0
        passed = datetime.fromisoformat(self.run.finished_at) - datetime.fromisoformat(self.run.started_at)
        return max(0.0, passed.total_seconds())  # a clock may step back during a run

    @property
    def rows_per_second(self) -> float:
        """Rows settled a second, from the start to the end; 0 if no time passed."""
        done = self.rows - self.counts.get(Status.NOT_SENT, 0)
        return round(done / self.seconds, 1) if self.seconds > 0 else 0.0

    @property
    def reasons(self) -> "tuple[Reason, ...]":
        """``causes`` in words, in the language of the call."""
        return tuple(self._reason(cause) for cause in self.causes)

    def _reason(self, cause: Cause) -> "Reason":
        def told(messages: Messages) -> str:
            return self.tell(all_of(messages)) if messages else ""

        meaning, hint = cause.advice
        examples = [
            ExampleRow(self.tell(row) if isinstance(row, Message) else row, told(error))
            for row, error in cause.examples
        ]
        return Reason(cause.code, told(meaning), told(cause.hint or hint), cause.count, tuple(examples))

    def results(self) -> Iterator[Result]:
        """Yield what became of each row, in the input's order: the lines of results.csv.

        Raises ``OutputError`` if the file is gone, and for a plan, a verification and an undo, which have none.
        """
        if self.run.mode in _HAVE_LINES:
            hint = Message(
                'to_dataframe() has its lines, as they are in the file that files["{kind}"] names', kind=self.run.mode
            )
            raise OutputError("a run of the kind {kind} has lines, and no results", hint, kind=self.run.mode)
        return read_results(self._file("results"))

    def to_dataframe(self) -> "pandas.DataFrame":
        """Return ``results`` as a pandas DataFrame, a column for each member of ``Result``; of a plan, a verification
        and an undo the lines of plan.csv, verify.csv or undo.csv.

        Numbers are ``Int64``, which has a value for none, and all else is ``string``. Raises ``OutputError`` if the
        file is gone.
        """
        if self.run.mode in _HAVE_LINES:
            return lines_frame(self._file(self.run.mode))
        return results_frame(self._file("results"))

    def _file(self, kind: str) -> Path:
        """The path of a file of the run. Raises ``OutputError`` if it is gone, as are those of a forgotten run."""
        path = self.base / self.files.get(kind, f"{self.run.id}/{kind}.csv")
        if kind not in self.files or not path.is_file():
            again = Message(
                "{command} writes it again", command=command_line(["import-contacts", "report", self.run.id])
            )
            raise OutputError("{path} is gone", again if self.run.mode == "import" else None, path=path)
        return path

    def as_json(self) -> dict[str, Json]:
        """The content of summary.json, as summary.schema.json describes it."""
        run = self.run
        is_known = run.exit_code is not None  # a killed process leaves no totals
        return {
            "run": run.id,
            "mode": run.mode,
            "of_run": run.of_run,
            "corrects": _corrects(run),
            "by_hand": {"cells": run.by_hand.cells, "left_out": run.by_hand.left_out},
            "settled_by": [{"run": name, "rows": len(one.numbers)} for name, one in self.settled_by.items()],
            "started_by": run.started_by,
            "file": run.file,
            "sheet": run.sheet,
            "files_read": [*run.files],
            "sheets": [
                {"file": part.file or run.file, "sheet": part.sheet or None, "mapping": dict(part.mapping)}
                for part in run.sheets
            ],
            "inbox_id": run.inbox_id,
            "inboxes": {**self.inboxes},
            "base_url": run.base_url,
            "options": dict(run.options),
            "started_at": run.started_at,
            "finished_at": run.finished_at,
            "exit_code": run.exit_code,
            "state": self.state,
            "undone": self.undone and self.undone._asdict(),
            "forgotten_at": run.forgotten_at,
            "rows": self.rows,
            "counts": {status: self.counts[status] for status in WORDS if status in self.counts},
            "causes": [{"code": cause.code, "count": cause.count} for cause in self.causes],
            "remarks": [{"kind": remark.kind, "count": remark.count} for remark in self.remarks],
            "differs": self.differs,
            "vanished": run.vanished and run.vanished.people,
            "wrong_ids": run.wrong_ids.rows if run.wrong_ids else 0,
            "requests": run.requests if is_known else None,
            "retries": run.retries if is_known else None,
            "paused_s": round(run.measures.paused_s, 3),
            "latency_ms": {name: run.measures.latency_ms(share) for name, share in LATENCY_SHARES.items()},
            "rows_per_second": self.rows_per_second,
            "capabilities": dict(run.capabilities),
            "mapping": dict(run.mapping),
            "repairs": [asdict(repair) | {"kind": str(repair.kind)} for repair in run.repairs],
            "files": dict(self.files),
            "verification": self.verification.as_json() if self.verification else None,
        }


def _corrects(run: Run) -> Json:
    return {"run": run.corrects[0].run, "rows": len(run.corrects[0].numbers)} if run.corrects else None


def schema() -> str:
    """The JSON Schema (2020-12) of summary.json, as text."""
    return resources.files("importer.reporter").joinpath("summary.schema.json").read_text(encoding="utf-8")


def differing(run: Run, remarks: Iterable[Remark]) -> int | None:
    """How many rows' contacts exist with other data; ``None`` of a forgotten run, whose remarks are erased."""
    return None if run.forgotten_at else sum(remark.count for remark in remarks if remark.kind == DIFFERS)


def exit_code(counts: Mapping[Status, int]) -> ExitCode:
    """Return the exit code of a finished run: 0 if every row is fine."""
    return ExitCode.OK if counts.keys() <= FINE else ExitCode.ROWS_FAILED
