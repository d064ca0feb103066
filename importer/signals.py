"""Ctrl-C, SIGTERM and SIGHUP, on Windows Ctrl-Break: the first asks the run to end well, the second ends it at once.

Where Windows closes the console's window or logs the user off, it ends the process with the signal, as ``kill -9``
does: the next run goes on.
"""

import signal
import sys
from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final, Self

from importer.cancellation import Cancellation
from importer.exit_codes import ExitCode

_MEANINGS: Final = {
    "SIGINT": ExitCode.INTERRUPTED,
    "SIGTERM": ExitCode.TERMINATED,
    "SIGHUP": ExitCode.TERMINATED,  # a terminal that closes
    "SIGBREAK": ExitCode.TERMINATED,  # Windows: Ctrl-Break, which a program may send where it cannot send Ctrl-C
}


def known_to(names: Container[str]) -> dict[str, ExitCode]:
    """The signals that a system has, of those that end a run, and what each means."""
    return {name: code for name, code in _MEANINGS.items() if name in names}


_SIGNALS: Final = {signal.Signals[name]: code for name, code in known_to(signal.Signals.__members__).items()}


class Unbegun(SystemExit):
    """Ends the process with the exit code of a signal that came before a run began."""


def exit_at_a_signal() -> None:
    """From now on let a signal end the process with its exit code and no traceback, outside of an ``Interrupt``; until
    the first of these it raises ``Unbegun``."""
    for number in _heeded():
        signal.signal(number, _end_unbegun)


def _end_unbegun(number: int, _frame: FrameType | None) -> None:
    raise Unbegun(_SIGNALS[signal.Signals(number)])


def _end(number: int, _frame: FrameType | None) -> None:
    sys.exit(_SIGNALS[signal.Signals(number)])


def leave_to_the_system() -> None:
    """From now on a signal ends the process as the system does it: Python, which ends, would show a traceback."""
    for number in _heeded():
        signal.signal(number, signal.SIG_DFL)


def _heeded() -> list[signal.Signals]:
    """The signals that nobody ignores on purpose, as nohup does."""
    return [number for number in _SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]


class Interrupt(Cancellation):
    """Owns the signal handlers while it is entered; ``exit_code`` is that of the first signal, or ``None``.

    ``announce`` is called once, at the first signal. The second raises ``KeyboardInterrupt``.
    """

    def __init__(self, announce: Callable[[], None]) -> None:
        super().__init__()
        self._announce = announce
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        before = {number: signal.signal(number, self._caught) for number in _heeded()}
        self._before = {number: _end if was is _end_unbegun else was for number, was in before.items()}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _caught(self, number: int, _frame: FrameType | None) -> None:
        if self.exit_code is not None:
            raise KeyboardInterrupt
        self.cancel(_SIGNALS[signal.Signals(number)])

    def _requested(self) -> None:
        self._announce()  # who reads it may send the second signal at once


@contextmanager
def withheld(signals: Iterable[signal.Signals]) -> Iterator[None]:
    """Keep these signals from processes that start in the block, from their first moment on."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
