"""Write lines as systemd's journal reads them: a priority before each, one line of key=value pairs for a run.

The journal takes a priority from a line's beginning (sd-daemon(3)), and stamps the time itself.
"""

import json
import logging
import os
import re
from collections.abc import Mapping
from enum import IntEnum
from typing import Final, TextIO

JOURNAL_STREAM: Final = "JOURNAL_STREAM"
"""Set by systemd to the ``device:inode`` of the stream that goes to its journal (systemd.exec(5))."""


class Priority(IntEnum):
    ERROR = 3
    WARNING = 4
    INFO = 6
    DETAIL = 7


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
