"""Terminals: one that is only said to be one, and a pseudo terminal with somebody who types."""

import io
import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from tests.support.service import Service


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def asked_at_a_terminal(service: Service, typed: bytes, *options: str, choices: bytes = b"[y/N]") -> tuple[bytes, int]:
    """A canary of three of contacts.csv at a terminal, with ``typed`` for an answer: what it showed, its exit code.

    ``choices`` end the question.
    """
    command = [sys.executable, "-m", "importer", "contacts.csv", "--inbox", "407", "--canary", "3", *options]
    with at_a_terminal(command, os.environ | service.environment) as (terminal, process):
        return talked(terminal, [(choices, typed)]), process.wait(120)


@contextmanager
def at_a_terminal(
    command: Sequence[str], environment: Mapping[str, str] | None = None, *, shows_results: bool = False
) -> Iterator[tuple[int, "subprocess.Popen[bytes]"]]:
    """The process of a command, and the other end of the terminal that it reads and writes errors to; with
    ``shows_results`` its output too."""
    outer, inner = pty.openpty()
    process = subprocess.Popen(
        command,
        env=environment,
        stdin=inner,
        stdout=inner if shows_results else subprocess.DEVNULL,
        stderr=inner,
        start_new_session=True,
        preexec_fn=take_terminal,
    )
    os.close(inner)
    try:
        yield outer, process
    finally:
        process.kill()
        process.wait()
        os.close(outer)


def talked(terminal: int, answers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """What a terminal shows where somebody types each answer once its question is there."""
    shown = b""
    for question, answer in answers:
        shown += read_until(terminal, question)
        os.write(terminal, answer)
    return shown + drain(terminal)


def take_terminal() -> None:
    """Make the pseudo terminal the process's own, so that Ctrl-C in it is a signal."""
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def read_until(terminal: int, words: bytes) -> bytes:
    """What the terminal shows up to these words."""
    shown, end = b"", time.monotonic() + 20
    while words not in shown:
        assert time.monotonic() < end, shown
        shown += os.read(terminal, 4096)
    return shown


def drain(terminal: int) -> bytes:
    """Read what comes until the other end is closed, so that nobody waits for a full terminal; not for ever."""
    shown = b""
    try:
        while select.select([terminal], [], [], 20)[0] and (more := os.read(terminal, 4096)):
            shown += more
    except OSError:  # Linux says so at the end
        pass
    return shown
