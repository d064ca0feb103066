"""An import with a clock in it: ``python -m benchmarks.probe FILE with|without fast|plain ARGUMENTS...``.

Runs the command of these arguments as it is, and writes to FILE, as JSON, the seconds of its send stage and of the
ledger in it:

``send_s``        the whole send stage (``sending.send``): opening the session, reading rows from the ledger, pacing,
                  requests, judging the answers, and until the last outcome is on disk; and then the register of what
                  was sent (``Ledger.close_rows``). Not in it: reading and checking the file, the one question before,
                  and writing the result files.
``send_cpu_s``    the processor's time of the whole process meanwhile, in all its threads.
``settle_s``      the part of the stage from the first row on: with ``--workers`` without the start of the processes.
``record_s``      by the clock on the wall, inside ``Ledger.record`` and ``close_rows``: their statements, and the
                  commits that wait for the disk. The first runs in a thread beside the event loop, so part of it is
                  time in which requests go on, and part of it is the thread's waiting for the interpreter. It is
                  therefore more than what the ledger costs.
``record_cpu_s``  the processor's time of that thread inside them, without any waiting: less than what
                  the ledger costs.
``commits``       how often ``Ledger.record`` was called.

Not in the figures of ``record``: handing a group to the thread and back, and reading pages of rows.

``plain`` hides what the extra ``fast`` installs.

``without`` puts nothing in the place of ``Ledger.record`` and does not count ``close_rows``: what the send stage takes
without any of its writes. Such a run ends with exit code 1, for no row of it has an outcome.
"""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter, process_time, thread_time
from typing import Any
from unittest.mock import patch

from importer import runtime as fast
from importer.cli.main import cli
from importer.following import Following
from importer.ledger.ledger import Ledger
from importer.observer import Progress, Stage
from importer.pipeline import send as sending
from importer.pipeline.send import send
from importer.sender.metrics import Sent
from importer.terminal.console import Console


@dataclass(slots=True)
class Clocks:
    """Owns the seconds so far."""

    send_s: float = 0.0
    send_cpu_s: float = 0.0
    settle_s: float = 0.0
    record_s: float = 0.0
    record_cpu_s: float = 0.0
    commits: int = 0

    def send(self, *arguments: Any) -> Sent:
        """In the place of ``sending.send``."""
        began, cpu_began = perf_counter(), process_time()
        try:
            return send(*arguments)
        finally:
            self.send_s += perf_counter() - began
            self.send_cpu_s += process_time() - cpu_began

    def closing(self, close_rows: Callable[..., None], *arguments: Any) -> None:
        """Around ``Ledger.close_rows``."""
        began, cpu_began = perf_counter(), process_time()
        with self.recording():
            close_rows(*arguments)
        self.commits -= 1
        self.send_s += perf_counter() - began
        self.send_cpu_s += process_time() - cpu_began

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


class _Settling(Following):
    """Owns the moment in which the rows began."""

    def __init__(self, clocks: Clocks) -> None:
        super().__init__(lambda *_: None, float("inf"), perf_counter)
        self._clocks = clocks

    def close(self) -> None:
        self._clocks.settle_s += perf_counter() - self._began


def run(clocks: Clocks, writes: bool, arguments: Sequence[str]) -> None:
    """The command of these arguments; raises ``SystemExit`` as it does."""
    record, close_rows = Ledger.record, Ledger.close_rows

    def recorded(*arguments: Any) -> None:
        with clocks.recording():
            if writes:
                record(*arguments)

    def closed(*arguments: Any) -> None:
        if writes:
            clocks.closing(close_rows, *arguments)
        else:
            close_rows(*arguments)

    def progress(_: Console, _total: int | None, stage: Stage = "send") -> Progress:
        return _Settling(clocks) if stage == "send" else Following(lambda *_: None, float("inf"))

    with (
        patch.object(sending, "send", clocks.send),
        patch.object(Ledger, "record", recorded),
        patch.object(Ledger, "close_rows", closed),
        patch.object(Console, "progress", progress),
    ):
        cli(arguments, prog_name="import-contacts")


@contextmanager
def plain() -> Iterator[None]:
    """As if the extra ``fast`` were not installed."""
    with patch.object(fast, "orjson", None), patch.dict(sys.modules, {"uvloop": None}):
        yield


if __name__ == "__main__":
    clocks = Clocks()
    try:
        with nullcontext() if sys.argv[3] == "fast" else plain():
            run(clocks, sys.argv[2] == "with", sys.argv[4:])
    finally:
        Path(sys.argv[1]).write_text(json.dumps(asdict(clocks)), encoding="utf-8")
