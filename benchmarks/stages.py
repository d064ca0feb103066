"""Where the processor's time of a dry run goes, stage by stage: ``python -m benchmarks.stages FILE``.

Prints a Markdown table of microseconds a row; figures of different machines, or of a busy one, cannot be compared.
"""

import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from time import process_time
from typing import Any, Final
from unittest.mock import patch

import click

from importer.cli.main import cli
from importer.ledger.ledger import Ledger
from importer.loader.opening import open_table
from importer.loader.table import ReadOptions
from importer.pipeline import opening
from importer.pipeline import run as pipeline
from importer.pipeline import stage as staging
from importer.staging.checking import Checker
from importer.staging.stager import Stager

STAGES: Final[tuple[tuple[Any, str, str], ...]] = (
    (opening, "open_files", "find the tables"),
    (staging, "_batches", "read rows"),
    (Checker, "check", "check rows"),
    (Stager, "stage", "find duplicates, and what earlier runs know"),
    (Ledger, "add", "write rows into the ledger"),
    (Ledger, "close_rows", "close rows"),
    (pipeline, "report", "write the result files"),
)


class Stopwatch:
    """Owns the processor's seconds of each stage so far."""

    def __init__(self) -> None:
        self.spent: defaultdict[str, float] = defaultdict(float)

    def of_call(self, function: Callable[..., Any], stage: str) -> Callable[..., Any]:
        """The function, with its time counted."""

        def call(*arguments: Any, **named: Any) -> Any:
            began = process_time()
            try:
                return function(*arguments, **named)
            finally:
                self.spent[stage] += process_time() - began

        return call

    def of_items(self, function: Callable[..., Iterator[Any]], stage: str) -> Callable[..., Iterator[Any]]:
        """The generator, with the time counted that it takes to make each of its items."""

        def call(*arguments: Any) -> Iterator[Any]:
            yield from iter(self.of_call(partial(next, function(*arguments), None), stage), None)

        return call


def main(path: str) -> None:
    """A dry run with a clock in every stage."""
    rows = sum(map(len, open_table(Path(path), ReadOptions()).batches()))
    watch = Stopwatch()
    with ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
        for owner, name, stage in STAGES:
            timed = watch.of_items if name == "_batches" else watch.of_call
            stack.enter_context(patch.object(owner, name, timed(getattr(owner, name), stage)))
        began = process_time()
        with suppress(SystemExit):
            cli([path, "--inbox", "407", "--dry-run", "--quiet", "--output-dir", folder], prog_name="import-contacts")
        watch.spent["the rest"] = process_time() - began - sum(watch.spent.values())
    click.echo("| stage | µs a row |\n|---|---|")
    for stage, seconds in watch.spent.items():
        click.echo(f"| {stage} | {seconds / rows * 1e6:.1f} |")


if __name__ == "__main__":
    main(sys.argv[1])
