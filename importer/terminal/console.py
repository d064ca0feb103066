"""The streams: results on standard output, everything else on standard error, progress as the stream allows."""

import os
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import KW_ONLY, dataclass
from typing import Final, TextIO
from unicodedata import normalize

from importer.following import Following
from importer.message import ENGLISH_READER, Counted, Language, Message
from importer.observer import Progress, Stage
from importer.system_text import decoded, without_commands
from importer.terminal import typed
from importer.terminal.log_formats import NO_FIELDS, TEXT, Entry, LogFormat, Priority, Record
from importer.terminal.style import UNSTYLED, Style, styled_lines, wants_colours

_YES: Final = frozenset(
    ["y", "yes", "j", "ja", "s", "si", "sí", "o", "oui", "是", "是的", "好", "好的", "对", "對", "确定", "確定"]
)
LINE_EVERY_S: Final = 10.0
"""Where standard error is no terminal, a line of progress every so many seconds."""

JOURNAL_STREAM: Final = "JOURNAL_STREAM"
"""Set by systemd to the ``device:inode`` of the stream that goes to its journal (systemd.exec(5))."""


@dataclass
class Console:
    """Owns the two streams. ``quiet`` silences remarks and progress; warnings and errors are always shown.

    ``yes`` answers what ``confirm`` asks. Messages are told in ``language``; a text is printed as it is. Standard error
    has ``log_format``; where that is not for people, there is no bar, no colour and no question. This is the one place
    that decides about colours; others say what a text is (``Style``). ``now`` is the time in seconds since 1970.
    """

    out: TextIO | None
    err: TextIO | None
    _: KW_ONLY
    quiet: bool = False
    verbose: bool = False
    log_format: LogFormat = TEXT
    yes: bool = False
    language: Language = ENGLISH_READER
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], float] = time.time

    def result(self, told: Message | str, styles: Mapping[int, Style] = UNSTYLED) -> None:
        """Print what the command is for: the summary, or the JSON; ``styles`` are those of its lines, from 0."""
        text = self._words(told)
        if not _write(styled_lines(text, styles) if styles and self._colours(self.out) else text, self.out):
            self.warn(Message("standard output cannot be written; the files have everything"))

    def say(self, told: Message | str) -> None:
        """Print a remark on the way."""
        if not self.quiet:
            self._tell(Entry(Priority.INFO, told, at=self.now()))

    def detail(self, told: Message | str) -> None:
        """Print a remark for those who asked for more."""
        if self.verbose:
            self._tell(Entry(Priority.DETAIL, told, at=self.now()))

    def warn(self, told: Message | str, hint: Message | None = None) -> None:
        """Print something that the user should know; ``hint`` says what to do."""
        self._tell(Entry(Priority.WARNING, told, hint, at=self.now()))

    def fail(
        self,
        told: Message | str,
        hint: Message | None = None,
        fields: Mapping[str, object] = NO_FIELDS,
        *,
        in_line: bool = False,
    ) -> None:
        """Print why the command ends; ``hint`` says what to do, with ``in_line`` in the same line of a text."""
        self._tell(Entry(Priority.ERROR, told, hint, at=self.now(), fields=fields, in_line=in_line))

    def record(self, record: Record) -> None:
        """Print a run in one entry, for programs, also if ``quiet``: people have its summary."""
        if not self.log_format.for_people:
            self._tell(Entry(record.priority, record, at=self.now()))

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
        streams = sys.stdin, self.err
        return self.log_format.for_people and all(stream is not None and stream.isatty() for stream in streams)

    def ask(self, question: str, given_up: Callable[[], bool]) -> bool:
        """Ask a question and return whether somebody at a terminal says yes; ``False`` without a terminal.

        ``given_up`` says now and then whether the answer no longer matters.
        """
        if not self.has_somebody or self.err is None:
            return False
        answers = self._words(Message("[y/N]"))
        answer = typed.line(f"{question} {answers} ", self.err, given_up) or ""
        return normalize("NFKC", answer).strip().lower() in _YES  # an input method may type ｙ

    def confirm(self, question: Message | str, given_up: Callable[[], bool] = lambda: False) -> bool:
        """Whether the user agrees, by ``yes`` or at a terminal; ``given_up`` as in ``ask``."""
        return self.yes or self.ask(self._words(question), given_up)

    def enter(self, question: Message | str, given_up: Callable[[], bool] = lambda: False) -> str | None:
        """What somebody types at a terminal, which does not show it; ``None`` as for ``typed.line``, or without one."""
        if not self.has_somebody or self.err is None:
            return None
        return typed.unseen_line(self._words(question), self.err, given_up)

    def progress(self, total: int | None, stage: Stage = "send") -> Progress:
        """Show progress over ``total`` rows: a bar on a terminal, a line now and then elsewhere, nothing if quiet.

        The check of a file, whose rows nobody has counted, has lines alone.
        """
        if self.quiet:
            return _Lines(lambda *_: None, LINE_EVERY_S, self.clock)
        if stage != "check" and self.err is not None and self.err.isatty() and self.log_format.for_people:
            unit = self._words(Message("rows"))
            return _Bar(total, self.err, f" {unit}")

        def tell(done: int, seconds: float) -> None:
            fields = {"stage": stage, "done": done, "total": total, "rate": round(done / seconds, 1)}
            self._tell(Entry(Priority.INFO, progress_line(done, total, seconds), at=self.now(), fields=fields))

        return _Lines(tell, LINE_EVERY_S, self.clock)

    def _tell(self, entry: Entry) -> None:
        _write(self.log_format.line(entry, self.language, self._colours(self.err)), self.err)

    def _colours(self, stream: TextIO | None) -> bool:
        return self.log_format.for_people and wants_colours(stream)

    def _words(self, told: Message | str) -> str:
        return without_commands(told if isinstance(told, str) else self.language.tell(told))


def _write(text: str, stream: TextIO | None) -> bool:
    """Whether it was written: a stream that is closed, full or read by nobody must not end an import."""
    if stream is None:
        return False
    try:
        # In one write: a signal's handler, or another thread, may write a line of its own before the next one.
        stream.write(f"{decoded(text)}\n")
        stream.flush()
    except OSError:
        _silence(stream)
        return False
    return True


def _silence(stream: TextIO) -> None:
    """What is left in its buffer would fail once more when the interpreter ends."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


class _Lines(Following):
    """A line now and then; none at the end, where a summary follows."""

    def close(self) -> None:
        """End: no more rows come."""


class _Bar:
    def __init__(self, total: int | None, err: TextIO, unit: str) -> None:
        from tqdm import tqdm  # not at the top: it takes 20 ms, and without a terminal nobody needs it

        self._bar = tqdm(total=total, file=err, unit=unit, dynamic_ncols=True)

    def advance(self, rows: int) -> None:
        self._bar.update(rows)

    def close(self) -> None:
        self._bar.close()


def progress_line(done: int, total: int | None, seconds: float) -> Message:
    """``1,200 of 40,000 rows (3%), 120 rows/s, about 5 min left``; below a minute ``about 5 s left``.

    Without a total ``1,200 rows checked``.
    """
    if total is None:
        return Counted("{number:,} row checked", "{number:,} rows checked", done)
    rate = done / seconds if seconds > 0 else 0.0
    so_far = Message(
        "{done:,} of {total:,} rows ({percent}%), {rate:,} rows/s",
        done=done,
        total=total,
        percent=done * 100 // max(total, 1),
        rate=rate,
    )
    if not rate or done >= total:
        return so_far
    left_s = (total - done) / rate
    if left_s < 60:
        return Message("{progress}, about {seconds:,} s left", progress=so_far, seconds=max(1, left_s))
    return Message("{progress}, about {minutes:,} min left", progress=so_far, minutes=left_s / 60)


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
