"""What every measurement needs: how large it is, a folder, files of people, runs of the importer, sides in turn."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any, Final, Literal, TypeVar

import click

from benchmarks.account import CREDENTIALS, INBOX_ID
from benchmarks.children import Finished, run_importer, run_program, run_python
from benchmarks.people import TITLES, Condition, write_csv, write_repairable, write_xlsx

T = TypeVar("T")
Kind = Literal["csv", "xlsx"]


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured: rows of the sizes of file, seconds of a limit's window, and how often."""

    rows: int
    many_rows: int
    sent_rows: int
    looked_at_rows: int
    window_s: int
    runs: int
    many_runs: int

    def with_runs(self, runs: int | None) -> "Sizes":
        """The same with so many runs; ``None`` changes nothing, and the largest files are told from the others."""
        return self if runs is None else replace(self, runs=runs)


FULL: Final = Sizes(
    rows=100_000, many_rows=1_000_000, sent_rows=20_000, looked_at_rows=200_000, window_s=60, runs=5, many_runs=1
)
QUICK: Final = Sizes(rows=1_000, many_rows=3_000, sent_rows=300, looked_at_rows=2_000, window_s=3, runs=1, many_runs=1)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table; ``met`` is ``None`` where there is no target, or it was not measured."""

    what: str
    target: str
    measured: str
    against: str = "–"
    ratio: str = "–"
    met: bool | None = None


class Bench:
    """Owns the folder of data and outputs, and whatever lies in it."""

    def __init__(self, folder: Path, sizes: Sizes) -> None:
        self.folder = folder
        self.sizes = sizes
        self._numbers = count(1)

    def file(self, kind: Kind, rows: int, columns: int = len(TITLES)) -> Path:
        """A file of so many people, made when it is first asked for."""
        path = self.folder / f"people-{rows}x{columns}.{kind}"
        if not path.exists():
            say(f"making {path.name}")
            if kind == "csv":
                write_csv(path, rows, columns)
            else:
                write_xlsx(path, rows)
        return path

    def repairable(self, condition: Condition) -> Path:
        """A file of people whose cells are in this condition, made when it is first asked for."""
        path = self.folder / f"{condition}.csv"
        if not path.exists():
            say(f"making {path.name}")
            write_repairable(path, self.sizes.rows, condition)
        return path

    def dry_run(self, path: Path, *options: object, fast: bool = False) -> Finished:
        """The whole command ``--dry-run`` over a file; with ``fast`` it uses what the extra of that name installs."""
        return self._with_output(
            lambda output: run_importer(_arguments(path, output, "--dry-run", *options), self.folder, fast=fast)
        )

    def whole_import(self, path: Path, base_url: str) -> Finished:
        """The whole command over a file, with no flag but what names the account; a ledger that is new."""

        def run(output: Path) -> Finished:
            return run_importer(_arguments(path, output, "--base-url", base_url), self.folder, CREDENTIALS)

        return self._with_output(run)

    def probe(
        self, path: Path, base_url: str, concurrency: int, *, writes: bool = True, fast: bool = False, workers: int = 0
    ) -> dict[str, Any]:
        """An import with a clock in it (``benchmarks.probe``); without ``writes`` its ledger learns nothing.

        With ``fast`` it uses what the extra of that name installs; ``workers`` is how many processes send for it.
        """

        def run(output: Path) -> dict[str, Any]:
            figures = output.with_suffix(".json")
            arguments = _arguments(path, output, "--base-url", base_url, "--concurrency", concurrency)
            arguments += ["--workers", workers] if workers else []
            kind = "with" if writes else "without", "fast" if fast else "plain"
            probe = ["-m", "benchmarks.probe", figures, *kind, *arguments]
            run_python(probe, self.folder, CREDENTIALS, code=0 if writes else 1)
            measured: dict[str, Any] = json.loads(figures.read_text(encoding="utf-8"))
            return measured

        return self._with_output(run)

    def other(self, name: str, *arguments: object) -> dict[str, Any]:
        """One of ``benchmarks.others``: its figures."""
        return run_program("others", [name, *arguments], self.folder)

    def _with_output(self, run: Callable[[Path], T]) -> T:
        """A run with an output folder of its own, which goes away: a ledger grows, and what it knows is not sent."""
        output = self.folder / f"out-{next(self._numbers)}"
        try:
            return run(output)
        finally:
            shutil.rmtree(output, ignore_errors=True)


def _arguments(path: Path, output: Path, *more: object) -> list[object]:
    return [path, "--inbox", INBOX_ID, "--quiet", "--output-dir", output, *more]


def in_turn(runs: int, **sides: Callable[[], T]) -> dict[str, list[T]]:
    """Run every side so often, one after the other and again: what slows the machine for a while slows them all."""
    results: dict[str, list[T]] = {name: [] for name in sides}
    for number in range(1, runs + 1):
        for name, side in sides.items():
            say(f"  {name}, {number} of {runs}")
            results[name].append(side())
    return results


def middle(runs: list[T], figure: Callable[[T], float]) -> float:
    """The median of a figure."""
    return median(map(figure, runs))


def say(text: str) -> None:
    """Tell whoever waits what is under way."""
    click.echo(text, err=True)
