"""Lines that somebody types at the terminal: an answer, or a secret that the terminal does not show."""

import os
import select
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from importer.waiting import LOOK_UP_S


def line(question: str, err: TextIO, given_up: Callable[[], bool]) -> str | None:
    """Ask a question on a stream, and return the line that follows, without its end.

    ``None`` where the input ends, and as soon as ``given_up`` says that the answer no longer matters.
    """
    print(question, end="", file=err, flush=True)
    # A signal that comes just before a blocking read would be slept through: look up now and then (POSIX alone).
    while os.name == "posix" and not select.select([sys.stdin], [], [], LOOK_UP_S)[0]:
        if given_up():
            return None
    found = sys.stdin.readline()
    return found.removesuffix("\n") if found else None


def unseen_line(question: str, err: TextIO, given_up: Callable[[], bool]) -> str | None:
    """Ask a question, and return the line that follows, which the terminal does not show."""
    try:
        import termios  # noqa: F401 - Windows has none
    except ImportError:
        return _by_getpass(question, err)
    with _without_echo():
        found = line(question, err, given_up)
    print(file=err, flush=True)
    return found


def _by_getpass(question: str, err: TextIO) -> str | None:
    """By Windows' console, letter by letter; ``None`` also where it would show them."""
    import getpass

    with warnings.catch_warnings():
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            return getpass.getpass(question, err)
        except (EOFError, getpass.GetPassWarning):
            return None


@contextmanager
def _without_echo() -> Iterator[None]:
    """A context in which the terminal does not show what is typed; what was typed before is dropped."""
    import termios

    before = termios.tcgetattr(sys.stdin)
    modes = [*before]
    modes[3] &= ~termios.ECHO
    termios.tcsetattr(sys.stdin, termios.TCSAFLUSH, modes)
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSAFLUSH, before)
