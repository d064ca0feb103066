"""What was measured as a Markdown table, and on what it was measured."""

import os
import platform
import re
import sqlite3
import subprocess
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

from benchmarks.bench import Line
from tests.support.nginx import NGINX

TITLES: Final = ("what", "target", "measured", "against", "ratio", "met")
_LIBRARIES: Final = (
    *("aiohttp", "pandas", "numpy", "openpyxl", "python-calamine", "phonenumbers", "email-validator", "pydantic"),
)
_MET: Final = {True: "yes", False: "no", None: "–"}


def table(lines: Sequence[Line], *, judged: bool) -> str:
    """The lines, each with whether its target is met, if they are to be judged."""
    rows = [TITLES, ("---",) * len(TITLES), *(_cells(line, judged) for line in lines)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _cells(line: Line, judged: bool) -> tuple[str, ...]:
    met = _MET[line.met] if judged or line.met is None else "not judged"
    return line.what, line.target, line.measured, line.against, line.ratio, met


def surroundings(load: tuple[float, float, float]) -> Iterator[str]:
    """The date, the machine and the versions, a line each; ``load`` is its load average before the first run."""
    yield f"Date: {datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    yield f"Machine: {_cores()} cores, {_cpu()}, {_memory_gib():.1f} GiB of memory, {_system()}"
    yield f"Load average before the first run: {', '.join(f'{average:.2f}' for average in load)}"
    yield f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {_nginx()}"
    yield ", ".join(f"{library} {version(library)}" for library in _LIBRARIES)


def _cores() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _system() -> str:
    """The distribution, where it has a name."""
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return platform.system()


def _cpu() -> str:
    try:
        listed = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        listed = ""
    found = re.search(r"^model name\s*:\s*(.+)$", listed, re.MULTILINE)
    return found[1] if found else platform.processor() or platform.machine()


def _memory_gib() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def _nginx() -> str:
    if NGINX is None:
        return "no nginx"
    said = subprocess.run([NGINX, "-v"], capture_output=True, text=True, check=True).stderr
    return said.strip().rpartition(": ")[2]
