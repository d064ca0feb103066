"""The one command: everything that is measured, or one line of it, as a Markdown table."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import click

from benchmarks import limiting, reading, sending
from benchmarks.bench import FULL, QUICK, Bench, Line, Sizes, say
from benchmarks.children import ChildFailed, until_stopped
from benchmarks.table import surroundings, table
from tests.support.nginx import NGINX

MEASUREMENTS: Final[dict[str, Callable[[Bench], list[Line]]]] = {
    "startup": reading.startup,
    "xlsx": reading.xlsx,
    "csv": reading.csv,
    "messy": reading.messy,
    "preview": reading.preview,
    "pages": reading.pages,
    "many-csv": sending.many_csv,
    "many-xlsx": reading.many_xlsx,
    "send": sending.send,
    "ledger": sending.ledger,
    "cluster": sending.cluster,
    "fixed-window": limiting.fixed_window,
    "fixed-window-silent": limiting.silent_window,
    "token-bucket": limiting.token_bucket_line,
    "sliding-window": limiting.sliding_window,
    "refusals": limiting.refusals,
    "libraries": reading.libraries,
}
NEED_NGINX: Final = {"many-csv", "send", "ledger", "cluster", "token-bucket"}


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--quick", is_flag=True, help="Small sizes, one run of each: whether it works, not how fast it is.")
@click.option("--only", multiple=True, type=click.Choice([*MEASUREMENTS]), help="Only this measurement. Repeatable.")
@click.option("--runs", type=click.IntRange(1), help="So many runs of each side instead of five; the median counts.")
def main(quick: bool, only: tuple[str, ...], runs: int | None) -> None:
    """Measure the importer, and print a Markdown table: targets, figures, ratios, and whether each target is met.

    Data and outputs go to a temporary folder (TMPDIR names its place), which is removed.
    """
    sizes = (QUICK if quick else FULL).with_runs(runs)
    names = only or tuple(MEASUREMENTS)
    if NGINX is None and NEED_NGINX.intersection(names):
        raise click.UsageError("nginx is not installed (Debian: apt-get install nginx)")
    load = os.getloadavg()
    lines = _measured(names, sizes)
    click.echo(table(lines, judged=not quick))
    click.echo(f"\n{_remarks(quick, sizes)}\n")
    for line in surroundings(load):
        click.echo(f"- {line}")


def _measured(names: tuple[str, ...], sizes: Sizes) -> list[Line]:
    lines: list[Line] = []
    with until_stopped(), TemporaryDirectory(prefix="benchmarks-") as folder:
        bench = Bench(Path(folder), sizes)
        for name in names:
            say(name)
            try:
                lines += MEASUREMENTS[name](bench)
            except ChildFailed as error:
                say(str(error))
                sys.exit(1)
    return lines


def _remarks(quick: bool, sizes: Sizes) -> str:
    """What a reader of the table has to know."""
    size = "Small sizes for a quick run: nothing here is to be held against a target. " if quick else ""
    runs = f"Medians of {sizes.runs} runs, of {sizes.many_runs} for the largest files; the sides of a ratio in turn. "
    return size + runs.rstrip()


if __name__ == "__main__":
    main(prog_name="python -m benchmarks")
