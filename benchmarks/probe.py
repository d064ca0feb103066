"""An import with a clock in it: ``python -m benchmarks.probe FILE with|without ARGUMENTS...``.

Runs the command of these arguments as it is, and writes to FILE, as JSON, the seconds of its send stage and of the
ledger in it:

``send_s``        the whole send stage (``pipeline.send``): opening the session, reading rows from the ledger, pacing,
                  requests, judging the answers, and until the last outcome is on disk. Not in it: reading and checking
                  the file, the one question before, and writing the result files.
``settle_s``      the part of it from the first row on: with ``--workers`` without the start
                  of the processes.
``record_s``      by the clock on the wall, inside ``Ledger.record``: its statements, and the commit that waits for the
                  disk. It runs in a thread beside the event loop, so part of it is time in which requests go on, and
                  part of it is the thread's waiting for the interpreter. It is therefore more than what the ledger
                  costs.
``record_cpu_s``  the processor's time of that thread inside ``Ledger.record``, without any waiting: less than what
                  the ledger costs.
``commits``       how often ``Ledger.record`` was called.

Not in any of the three: handing a group to the thread and back, and reading pages of rows.

``without`` puts nothing in the place of ``Ledger.record``: what the send stage takes without its writes. Such a run
ends with exit code 1, for no row of it has an outcome.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter, thread_time
from typing import Any
from unittest.mock import patch

from importer import pipeline
from importer.cli import cli
from importer.console import Console, Progress
from importer.journal import Settled
from importer.ledger import Ledger
from importer.models import LedgerRow
from importer.sending import Sent, send


@dataclass(slots=True)
class Clocks:
    """Owns the seconds so far."""

    send_s: float = 0.0
    settle_s: float = 0.0
    record_s: float = 0.0
    record_cpu_s: float = 0.0
    commits: int = 0

    def send(self, *arguments: Any) -> Sent:
        """In the place of ``pipeline.send``."""
        began = perf_counter()
        try:
            return send(*arguments)
        finally:
            self.send_s += perf_counter() - began

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Around one group of the ledger's writes."""
        began, cpu_began = perf_counter(), thread_time()
        try:
            yield
        finally:
            self.record_s += perf_counter() - began
            self.record_cpu_s += thread_time() - cpu_began
            self.commits += 1


class _Settling(Progress):
    """Owns the moment in which the rows began."""

    def __init__(self, clocks: Clocks, total: int) -> None:
        super().__init__(total, lambda _: None, perf_counter)
        self._clocks = clocks

    def close(self) -> None:
        self._clocks.settle_s += perf_counter() - self._began


def run(clocks: Clocks, writes: bool, arguments: Sequence[str]) -> None:
    """The command of these arguments; raises ``SystemExit`` as it does."""
    record = Ledger.record

    def recorded(ledger: Ledger, seq: int, sent: Sequence[LedgerRow], settled: Sequence[Settled]) -> None:
        with clocks.recording():
            if writes:
                record(ledger, seq, sent, settled)

    def progress(_: Console, total: int) -> Progress:
        return _Settling(clocks, total)

    with (
        patch.object(pipeline, "send", clocks.send),
        patch.object(Ledger, "record", recorded),
        patch.object(Console, "progress", progress),
    ):
        cli(arguments, prog_name="import-contacts")


if __name__ == "__main__":
    clocks = Clocks()
    try:
        run(clocks, sys.argv[2] == "with", sys.argv[3:])
    finally:
        Path(sys.argv[1]).write_text(json.dumps(asdict(clocks)), encoding="utf-8")
