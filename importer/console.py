"""The streams: results on standard output, everything else on standard error, progress as the stream allows.

systemd's journal takes a priority from a line's beginning (sd-daemon(3)), stamps the time itself, and gets one line of
key=value pairs for a run.
"""

import json
import logging
import os
import re
import select
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import KW_ONLY, dataclass
from enum import IntEnum
from typing import Final, TextIO

from importer.message import ENGLISH_READER, Language, Message
from importer.system_text import decoded
from importer.texts import shown_width

_YES: Final = frozenset({"y", "yes", "j", "ja", "s", "si", "sí", "o", "oui", "是", "好"})
LINE_EVERY_S: Final = 10.0
"""Where standard error is no terminal, a line of progress every so many seconds."""

JOURNAL_STREAM: Final = "JOURNAL_STREAM"
"""Set by systemd to the ``device:inode`` of the stream that goes to its journal (systemd.exec(5))."""


class Priority(IntEnum):
    ERROR = 3
    WARNING = 4
    INFO = 6
    DETAIL = 7


@dataclass
class Console:
    """Owns the two streams. ``quiet`` silences remarks and progress; warnings and errors are always shown.

    ``yes`` answers what ``confirm`` asks. Messages are told in ``language``; a text is printed as it is. With
    ``journald`` every line on standard error begins with its priority, and there is no bar.
    """

    out: TextIO | None
    err: TextIO | None
    _: KW_ONLY
    quiet: bool = False
    verbose: bool = False
    journald: bool = False
    yes: bool = False
    language: Language = ENGLISH_READER
    clock: Callable[[], float] = time.monotonic

    def result(self, told: Message | str) -> None:
        """Print what the command is for: the summary, or the JSON."""
        if not _write(self._words(told), self.out):
            self.warn(Message("standard output cannot be written; the files have everything"))

    def say(self, told: Message | str) -> None:
        """Print a remark on the way."""
        if not self.quiet:
            self._tell(told, Priority.INFO)

    def detail(self, told: Message | str) -> None:
        """Print a remark for those who asked for more."""
        if self.verbose:
            self._tell(told, Priority.DETAIL)

    def warn(self, told: Message | str, hint: Message | None = None) -> None:
        """Print something that the user should know; ``hint`` says what to do."""
        self._labelled(Message("Warning"), told, hint, Priority.WARNING)

    def fail(self, told: Message | str, hint: Message | None = None) -> None:
        """Print why the command ends; ``hint`` says what to do."""
        self._labelled(Message("Error"), told, hint, Priority.ERROR)

    def log(self, line: str) -> None:
        """Print a line of the log, formatted already."""
        _write(line, self.err)

    def let_go(self) -> None:
        """Write out what the streams hold; a stream that cannot be written fails no more when the interpreter ends."""
        for stream in (self.out, self.err):
            if stream is not None:
                try:
                    stream.flush()
                except OSError:
                    _silence(stream)

    @property
    def has_somebody(self) -> bool:
        """Whether somebody at a terminal can be asked."""
        return bool(sys.stdin and sys.stdin.isatty() and self.err and self.err.isatty())

    def ask(self, question: str, given_up: Callable[[], bool]) -> bool:
        """Ask a question and return whether somebody at a terminal says yes; ``False`` without a terminal.

        ``given_up`` says now and then whether the answer no longer matters.
        """
        if not self.has_somebody:
            return False
        print(f"{question} [y/N] ", end="", file=self.err, flush=True)
        # A signal that comes just before a blocking read would be slept through: look up now and then (POSIX alone).
        while os.name == "posix" and not select.select([sys.stdin], [], [], 0.2)[0]:
            if given_up():
                return False
        return sys.stdin.readline().strip().lower() in _YES

    def confirm(self, question: Message | str, given_up: Callable[[], bool] = lambda: False) -> bool:
        """Whether the user agrees, by ``yes`` or at a terminal; ``given_up`` as in ``ask``."""
        return self.yes or self.ask(self._words(question), given_up)

    def progress(self, total: int) -> "Progress":
        """Show progress over ``total`` rows: a bar on a terminal, a line now and then elsewhere, nothing if quiet."""
        if self.quiet:
            return Progress(total, lambda _: None, self.clock)
        if self.err is not None and self.err.isatty() and not self.journald:
            return _Bar(total, self.err)
        return Progress(total, self.say, self.clock)

    def _labelled(self, label: Message, told: Message | str, hint: Message | None, priority: Priority) -> None:
        head = self._words(Message("{label}: ", label=label))
        advice = f"\n{' ' * shown_width(head)}{self._words(hint)}" if hint else ""
        self._tell(f"{head}{self._words(told)}{advice}", priority)

    def _tell(self, told: Message | str, priority: Priority) -> None:
        text = self._words(told)
        _write(prefixed(text, priority) if self.journald else text, self.err)

    def _words(self, told: Message | str) -> str:
        return told if isinstance(told, str) else self.language.tell(told)


def _write(text: str, stream: TextIO | None) -> bool:
    """Whether it was written: a stream that is closed, full or read by nobody must not end an import."""
    if stream is None:
        return False
    try:
        print(decoded(text), file=stream, flush=True)
    except OSError:
        _silence(stream)
        return False
    return True


def _silence(stream: TextIO) -> None:
    """What is left in its buffer would fail once more when the interpreter ends."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


class Progress:
    """Owns the count of settled rows, and prints a line about it every ``LINE_EVERY_S`` seconds."""

    def __init__(self, total: int, say: Callable[[str], None], clock: Callable[[], float]) -> None:
        self._total = total
        self._say = say
        self._clock = clock
        self._done = 0
        self._began = self._said = clock()

    def advance(self, rows: int) -> None:
        """Count ``rows`` more that are settled, on disk."""
        self._done += rows
        now = self._clock()
        if now - self._said >= LINE_EVERY_S:
            self._said = now
            self._say(progress_line(self._done, self._total, now - self._began))

    def close(self) -> None:
        """End: no more rows come."""


class _Bar(Progress):
    def __init__(self, total: int, err: TextIO) -> None:
        from tqdm import tqdm  # not at the top: it takes 20 ms, and without a terminal nobody needs it

        self._bar = tqdm(total=total, file=err, unit="row", dynamic_ncols=True)

    def advance(self, rows: int) -> None:
        self._bar.update(rows)

    def close(self) -> None:
        self._bar.close()


def progress_line(done: int, total: int, seconds: float) -> str:
    """``1,200 of 40,000 rows (3%), 120 rows/s, about 5 min left``; below a minute ``about 5 s left``."""
    rate = done / seconds if seconds > 0 else 0.0
    line = f"{done:,} of {total:,} rows ({done * 100 // max(total, 1)}%), {rate:,.0f} rows/s"
    if rate > 0 and done < total:
        left_s = (total - done) / rate
        line += f", about {f'{left_s / 60:.0f} min' if left_s >= 60 else f'{max(1, left_s):.0f} s'} left"
    return line


def prefixed(text: str, priority: Priority) -> str:
    """Put the priority before each line of ``text``: the journal makes an entry of every line."""
    return "\n".join(f"<{priority:d}>{line}" for line in text.splitlines() or [""])


def goes_to_journal(stream: TextIO | None, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether systemd connected this stream to its journal, and nobody has redirected it since."""
    named = environment.get(JOURNAL_STREAM)
    if not named or stream is None:
        return False
    try:
        found = os.fstat(stream.fileno())
    except (OSError, ValueError):  # no file behind it, or a closed one
        return False
    return named == f"{found.st_dev}:{found.st_ino}"


class JournalFormatter(logging.Formatter):
    """A log record as lines for the journal: no time of its own, and what --verbose adds is detail."""

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        if record.levelno >= logging.ERROR:
            return prefixed(text, Priority.ERROR)
        return prefixed(text, Priority.WARNING if record.levelno >= logging.WARNING else Priority.DETAIL)


def logfmt(pairs: Mapping[str, object]) -> str:
    """``run=contacts-1 mode="dry run" rows=42``: one line, values in JSON's quotes where they are more than a word."""
    return " ".join(f"{key}={_value(str(value))}" for key, value in pairs.items())


def _value(text: str) -> str:
    bare = re.fullmatch(r'[^\s="\\]+', text) and text.isprintable()
    return text if bare else json.dumps(text, ensure_ascii=False)
