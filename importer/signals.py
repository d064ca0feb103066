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
    a command is known (``command_is_known``) it raises ``Unbegun``, once."""
    _answer_with(_end_unbegun)


def command_is_known() -> None:
    """From now on a signal says no longer that nothing began: a command may have nothing to do with a run."""
    for number in _heeded():
        if signal.getsignal(number) is _end_unbegun:
            signal.signal(number, _end)


def _end_unbegun(number: int, _frame: FrameType | None) -> None:
    _answer_with(_pass_over)  # a second one must not end the words about the first
    raise Unbegun(_SIGNALS[signal.Signals(number)])


def _pass_over(_number: int, _frame: FrameType | None) -> None:
    """Nothing to do: the process ends already."""


def _end(number: int, _frame: FrameType | None) -> None:
    sys.exit(_SIGNALS[signal.Signals(number)])


def leave_to_the_system() -> None:
    """From now on a signal ends the process as the system does it: Python, which ends, would show a traceback."""
    _answer_with(signal.SIG_DFL)


def pass_over_signals() -> None:
    """From now on signals do nothing, for the process ends in a moment."""
    _answer_with(signal.SIG_IGN)


def _answer_with(handler: Any) -> None:
    for number in _heeded():
        signal.signal(number, handler)


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
        self._before = {number: signal.signal(number, self._caught) for number in _heeded()}
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
def withheld(signals: Iterable[signal.Signals] = tuple(_SIGNALS)) -> Iterator[None]:
    """Keep these signals from the block, and from processes that start in it, from their first moment on."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
