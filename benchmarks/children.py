"""Programs as children of this one, with the time that they take from start to end and their memory at its peak."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from time import perf_counter
from types import MappingProxyType
from typing import IO, Any, Final

ROOT: Final = Path(__file__).parent.parent
_KIB_PER_UNIT: Final = 1024 if sys.platform == "darwin" else 1  # getrusage(2): bytes there, KiB elsewhere
NO_MORE: Final[Mapping[str, str]] = MappingProxyType({})
_SHOWN: Final = 2000
_OWN_SURROUNDINGS: Final = ("LIVEDESK_", "JOURNAL_STREAM", "PYTHON")


class ChildFailed(Exception):
    """A program that was to be measured ended as it should not."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A child that has ended: seconds from its start, its peak memory in MiB, and what it wrote.

    The peak is the largest resident set (``ru_maxrss``). Linux counts in it what the child was before it became another
    program, which is this one; so this program stays small, and whatever needs memory is done in children.
    """

    seconds: float
    peak_mib: float
    output: str
    errors: str


def run_python(
    arguments: Sequence[object], folder: Path, environment: Mapping[str, str] = NO_MORE, *, code: int = 0
) -> Finished:
    """Run this Python with these arguments in ``folder``, on the modules of this checkout, with more environment.

    Raises ``ChildFailed`` unless it ends with the exit code ``code``.
    """
    words = [sys.executable, *map(str, arguments)]
    with TemporaryFile() as output, TemporaryFile() as errors:
        began = perf_counter()
        child = subprocess.Popen(
            words,
            cwd=folder,
            env=_surroundings() | {**environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
        )
        peak_mib = _ended(child)
        seconds = perf_counter() - began
        finished = Finished(seconds, peak_mib, _written(output), _written(errors))
    if child.returncode != code:
        said = f"{finished.errors}{finished.output}"[-_SHOWN:]
        raise ChildFailed(f"exit code {child.returncode} instead of {code}: {' '.join(words)}\n{said}")
    return finished


def run_importer(
    arguments: Sequence[object], folder: Path, environment: Mapping[str, str] = NO_MORE, *, fast: bool = False
) -> Finished:
    """The program itself, whole, with what the extra ``fast`` installs or as if it were not there.

    A run that does not end with every row fine raises ``ChildFailed``.
    """
    return run_python(["-m", "importer" if fast else "benchmarks.plain", *arguments], folder, environment)


def run_program(name: str, arguments: Sequence[object], folder: Path) -> dict[str, Any]:
    """A program of this package, and the object that it prints."""
    measured: dict[str, Any] = json.loads(run_python(["-m", f"benchmarks.{name}", *arguments], folder).output)
    return measured


@contextmanager
def until_stopped() -> Iterator[None]:
    """End the block at Ctrl-C and SIGTERM, with all that it has begun, and this program with 130."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        sys.exit(130)


def _ended(child: "subprocess.Popen[bytes]") -> float:
    """Wait for the end of a child; its peak memory in MiB."""
    try:
        _, status, usage = os.wait4(child.pid, 0)
    except BaseException:
        child.kill()
        child.wait()
        raise
    child.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_maxrss * _KIB_PER_UNIT / 1024


def _surroundings() -> dict[str, str]:
    """The environment without what would change a run, and with this checkout before whatever is installed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OWN_SURROUNDINGS)}
    return kept | {"PYTHONPATH": str(ROOT)}


def _written(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8", "replace")
