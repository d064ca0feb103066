"""Ctrl-C, SIGTERM and SIGHUP: the first asks the run to end well, the second ends it at once."""

import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final, Self

from importer.exit_codes import ExitCode

_SIGNALS: Final = {signal.SIGINT: ExitCode.INTERRUPTED, signal.SIGTERM: ExitCode.TERMINATED}
if hasattr(signal, "SIGHUP"):  # a terminal that closes; Windows has none
    _SIGNALS[signal.SIGHUP] = ExitCode.TERMINATED


def exit_at_a_signal() -> None:
    """From now on let a signal end the process with its exit code and no traceback, outside of an ``Interrupt``."""
    for number in _heeded():
        signal.signal(number, lambda number, _frame: sys.exit(_SIGNALS[signal.Signals(number)]))


def _heeded() -> list[signal.Signals]:
    """The signals that nobody ignores on purpose, as nohup does."""
    return [number for number in _SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]


class Interrupt:
    """Owns the signal handlers while it is entered; ``exit_code`` is that of the first signal, or ``None``.

    ``announce`` is called once, at the first signal. The second raises ``KeyboardInterrupt``.
    """

    def __init__(self, announce: Callable[[], None]) -> None:
        self.exit_code: ExitCode | None = None
        self._announce = announce
        self._wake: Callable[[], object] | None = None
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        self._before = {number: signal.signal(number, self._caught) for number in _heeded()}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def wakes(self, wake: Callable[[], object]) -> None:
        """Call ``wake`` at the first signal, or now if it has come; it must be safe to call from a handler."""
        self._wake = wake
        if self.exit_code is not None:
            wake()

    def _caught(self, number: int, _frame: FrameType | None) -> None:
        if self.exit_code is not None:
            raise KeyboardInterrupt
        self.exit_code = _SIGNALS[signal.Signals(number)]
        self._announce()
        if self._wake is not None:
            self._wake()


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
