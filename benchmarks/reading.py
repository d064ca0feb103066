"""Measurements without a server: how fast the program answers, reads and checks."""

from functools import partial
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks.bench import Bench, Line, in_turn, middle, say
from benchmarks.children import Finished, run_importer, run_python
from benchmarks.people import Condition

HEAVY: Final = ("pandas", "aiohttp")


def startup(bench: Bench) -> list[Line]:
    """``--help`` and ``--version``: the whole command, and whether it loads what it does not need."""
    lines = []
    for option in ("--help", "--version"):
        runs = in_turn(bench.sizes.runs, **{option: partial(run_importer, [option], bench.folder)})
        seconds = middle(runs[option], lambda run: run.seconds)
        loaded = _heavy_modules(option, bench.folder)
        measured = f"{seconds:.2f} s; {' and '.join(loaded) or 'neither'} imported"
        target = "under 0.3 s; pandas and aiohttp not imported"
        lines.append(Line(f"`{option}`", target, measured, met=seconds < 0.3 and not loaded))
    return lines


def _heavy_modules(option: str, folder: Path) -> list[str]:
    """Those of ``HEAVY`` that the command imports, by Python's own list (``-X importtime``)."""
    listed = run_python(["-X", "importtime", "-m", "importer", option], folder).errors
    imported = {line.rpartition("|")[2].strip() for line in listed.splitlines() if line.startswith("import time:")}
    return [name for name in HEAVY if name in imported]


def xlsx(bench: Bench) -> list[Line]:
    """``--dry-run`` of a workbook against pandas merely reading it with openpyxl, and with calamine for comparison.

    The importer's time is of the whole command, from the start of Python to its end; that of pandas is of the one
    call, without Python's start and without importing pandas.
    """
    rows = bench.sizes.rows
    path = bench.file("xlsx", rows)
    runs = in_turn(
        bench.sizes.runs,
        importer=lambda: bench.dry_run(path).seconds,
        openpyxl=lambda: float(bench.other("read_excel", "openpyxl", path)["seconds"]),
        calamine=lambda: float(bench.other("read_excel", "calamine", path)["seconds"]),
    )
    own, openpyxl, calamine = (middle(runs[side], float) for side in ("importer", "openpyxl", "calamine"))
    what = f"`--dry-run` of {rows:,} rows x 6 as XLSX, whole command"
    ratio, by_calamine = own / openpyxl, own / calamine
    target = 'at most 0.4 of `pandas.read_excel(engine="openpyxl")` merely reading it'
    return [
        Line(what, target, f"{own:.2f} s", f"{openpyxl:.2f} s", f"{ratio:.2f}", ratio <= 0.4),
        Line(
            f'{what}, and `read_excel(engine="calamine")`',
            "–",
            f"{own:.2f} s",
            f"{calamine:.2f} s",
            f"{by_calamine:.2f}",
        ),
    ]


def csv(bench: Bench) -> list[Line]:
    """``--dry-run`` of CSV, whole command."""
    rows = bench.sizes.rows
    path = bench.file("csv", rows)
    runs = in_turn(bench.sizes.runs, plain=lambda: bench.dry_run(path), fast=lambda: bench.dry_run(path, fast=True))
    what = f"`--dry-run` of {rows:,} rows x 6 as CSV, whole command"

    def line(what: str, side: str, least: int) -> Line:
        rate = rows / middle(runs[side], lambda run: run.seconds)
        return Line(what, f"at least {least:,} rows/s", f"{rate:,.0f} rows/s", met=rate >= least)

    return [line(what, "plain", 12_000), line(f"{what}, with the extra `fast`", "fast", 30_000)]


def messy(bench: Bench) -> list[Line]:
    """``--dry-run`` of files with a remark on each row, and with three cells to repair, against one with neither."""
    conditions: tuple[Condition, ...] = "clean", "second", "messy", "library"
    files = {condition: bench.repairable(condition) for condition in conditions}
    sides = {name: partial(bench.dry_run, path, "--country", "CN") for name, path in files.items()}
    runs = in_turn(bench.sizes.runs, **sides)
    seconds = {name: middle(runs[name], lambda run: run.seconds) for name in sides}

    def line(name: Condition, what: str, most: float) -> Line:
        ratio = seconds[name] / seconds["clean"]
        against = f"{seconds['clean']:.2f} s"
        target = f"at most {most:g} of the clean file"
        return Line(what, target, f"{seconds[name]:.2f} s", against, f"{ratio:.2f}", ratio <= most)

    what = f"`--dry-run` of {bench.sizes.rows:,} rows x 6 as CSV"
    repaired = f"{what}, three cells of each to repair"
    return [
        line("second", f"{what}, with a second number in each that is not sent", 1.5),
        line("messy", repaired, 2),
        line("library", f"{repaired}, numbers that need the phone library", 3.5),
    ]


def preview(bench: Bench) -> list[Line]:
    """The first look that the screen takes at a file, within a process that has everything loaded."""
    rows = bench.sizes.looked_at_rows
    files = {kind: bench.file(kind, rows) for kind in ("csv", "xlsx")}
    runs = in_turn(
        bench.sizes.runs,
        csv=partial(bench.other, "preview", files["csv"]),
        xlsx=partial(bench.other, "preview", files["xlsx"]),
        calamine=partial(bench.other, "calamine", files["xlsx"]),
    )
    of_csv, of_xlsx, calamine = (middle(side, lambda run: float(run["seconds"])) for side in runs.values())
    what, ratio = f"first look at {rows:,} rows x 6", of_xlsx / calamine
    opening = "at most 1.5 of calamine merely opening it"
    return [
        Line(f"{what} as CSV", "under 2 s", f"{of_csv:.2f} s", met=of_csv < 2),
        Line(f"{what} as XLSX", opening, f"{of_xlsx:.2f} s", f"{calamine:.2f} s", f"{ratio:.2f}", ratio <= 1.5),
    ]


def pages(bench: Bench) -> list[Line]:
    """A check that is kept, and the questions that a page asks of it."""
    rows = bench.sizes.looked_at_rows
    path = bench.file("csv", rows)
    runs = in_turn(bench.sizes.runs, pages=partial(bench.other, "pages", path, bench.folder / "check"))["pages"]
    found = {name: median(float(run[name]) for run in runs) for name in runs[0] if name != "rows"}
    check_s = found.pop("check")
    asked = ", ".join(f"{name} {seconds * 1000:.0f} ms" for name, seconds in found.items())
    return [
        Line(f"a kept check of {rows:,} rows x 6 as CSV", "–", f"{check_s:.2f} s"),
        Line("a page of 100 rows of it, and a row as it is typed", "under 1 s", asked, met=max(found.values()) < 1),
    ]


def many_xlsx(bench: Bench) -> list[Line]:
    """Peak memory of ``--dry-run`` over a large workbook, against that of pandas reading it with calamine."""
    rows = bench.sizes.many_rows
    path = bench.file("xlsx", rows)

    def pandas() -> Finished:
        return run_python(["-m", "benchmarks.others", "read_excel", "calamine", path], bench.folder)

    runs = in_turn(bench.sizes.many_runs, importer=lambda: bench.dry_run(path), calamine=pandas)
    own, other = (middle(runs[side], lambda run: run.peak_mib) for side in ("importer", "calamine"))
    own_s, other_s = (middle(runs[side], lambda run: run.seconds) for side in ("importer", "calamine"))
    measured, against = f"{own:,.0f} MiB ({own_s:,.0f} s)", f"{other:,.0f} MiB ({other_s:,.0f} s)"
    target = 'peak memory at most that of `pandas.read_excel(engine="calamine")`'
    what = f"`--dry-run` of {rows:,} rows x 6 as XLSX"
    return [Line(what, target, measured, against, f"{own / other:.2f}", own <= other)]


def libraries(bench: Bench) -> list[Line]:
    """For comparison: what the libraries that check numbers and addresses do alone, in one process."""
    rows = bench.sizes.sent_rows
    lines = []
    for name, what in (("phone_numbers", "phonenumbers: parse and validate"), ("emails", "email-validator, offline")):
        runs = in_turn(bench.sizes.runs, **{name: partial(bench.other, name, rows)})
        if any(run["rows"] != rows for run in runs[name]):
            say(f"  {name}: not all are valid")
        rate = rows / middle(runs[name], lambda run: float(run["seconds"]))
        lines.append(Line(f"{what}, {rows:,} of them", "–", f"{rate:,.0f}/s"))
    return lines
