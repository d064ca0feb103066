"""What standard error and the log file are written in: text for people, systemd's journal, JSON for log collectors.

The journal takes a priority from a line's beginning (sd-daemon(3)) and stamps the time itself. JSON is one object a
line, in ASCII, which every stream carries: ``time`` (ISO 8601, UTC, milliseconds), ``level``, ``message``, ``hint``
where there is one, and the entry's own fields.
"""

import json
import logging
import re
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import KW_ONLY, dataclass, field
from datetime import UTC, datetime
from enum import IntEnum
from types import MappingProxyType
from typing import Any, Final

from importer.message import ENGLISH_READER, Language, Message, all_of
from importer.system_text import decoded, without_commands
from importer.terminal.style import Style, painted
from importer.texts import shown_width


class Priority(IntEnum):
    """How much an entry matters, by the numbers of syslog(3)."""

    ERROR = 3
    WARNING = 4
    INFO = 6
    DETAIL = 7


NO_FIELDS: Final[Mapping[str, object]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Record:
    """A run in one entry: a sentence for people, a line of key=value pairs, its fields, and how much it matters."""

    told: Message
    line: str
    fields: Mapping[str, object]
    priority: Priority = Priority.INFO

    def __str__(self) -> str:
        return self.line


@dataclass(frozen=True, slots=True)
class Entry:
    """Something to write: ``told`` in the reader's language, a ``hint`` that says what to do, and ``fields``, which
    JSON alone has. ``at`` is its time, in seconds since 1970. With ``in_line`` the hint stands in the same line.
    """

    priority: Priority
    told: Message | Record | str
    hint: Message | None = None
    _: KW_ONLY
    at: float
    fields: Mapping[str, object] = field(default_factory=lambda: NO_FIELDS)
    in_line: bool = False


_LABELS: Final[Mapping[Priority, tuple[Message, Style]]] = {
    Priority.WARNING: (Message("Warning"), Style.ODD),
    Priority.ERROR: (Message("Error"), Style.BAD),
}


def _text(entry: Entry, language: Language, coloured: bool) -> str:
    told, hint = entry.told, entry.hint
    if entry.in_line and hint and isinstance(told, Message):
        told, hint = all_of([told, hint]), None
    if isinstance(told, Record):
        return without_commands(language.text(told.line))
    label = _LABELS.get(entry.priority)
    words = without_commands(language.text(told))
    if label is None:
        return words
    head = language.tell(Message("{label}: ", label=label[0]))
    advice = f"\n{' ' * shown_width(head)}{without_commands(language.tell(hint))}" if hint else ""
    return f"{painted(head, label[1]) if coloured else head}{words}{advice}"


def prefixed(text: str, priority: Priority) -> str:
    """Put the priority before each line of ``text``: the journal makes an entry of every line."""
    return "\n".join(f"<{priority:d}>{line}" for line in text.splitlines() or [""])


def _of_journal(entry: Entry, language: Language, _coloured: bool) -> str:
    return prefixed(_text(entry, language, coloured=False), entry.priority)


_LEVELS: Final[Mapping[Priority, str]] = {
    Priority.ERROR: "error",
    Priority.WARNING: "warning",
    Priority.INFO: "info",
    Priority.DETAIL: "debug",
}


def _json(entry: Entry, language: Language, _coloured: bool) -> str:
    time = datetime.fromtimestamp(entry.at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    told, more = (entry.told.told, entry.told.fields) if isinstance(entry.told, Record) else (entry.told, entry.fields)
    line: dict[str, object] = {"time": time, "level": _LEVELS[entry.priority], "message": language.text(told)}
    if entry.hint:
        line["hint"] = language.tell(entry.hint)
    line = {name: without_commands(str(value)) for name, value in line.items()}
    return json.dumps(_as_text(line | {**more}), default=str)


def _as_text(value: Any) -> Any:
    """A value without escapes of bytes that are no text, which JSON cannot say."""
    if isinstance(value, str):
        return decoded(value)
    if isinstance(value, Mapping):
        return {decoded(str(key)): _as_text(member) for key, member in value.items()}
    return [*map(_as_text, value)] if isinstance(value, list | tuple) else value


class _Told(logging.Formatter):
    """A record of the log, with its message told in a language; a log file has it in English."""

    def __init__(self, language: Language = ENGLISH_READER, layout: str | None = None) -> None:
        super().__init__(layout)
        self._language = language

    def format(self, record: logging.LogRecord) -> str:
        said: object = record.msg
        if isinstance(said, Message):
            record = copy(record)  # the other handlers have it, too
            record.msg = without_commands(self._language.tell(said))
        return super().format(record)


class JournalFormatter(_Told):
    """A log record as lines for the journal: no time of its own, and what --verbose adds is detail."""

    def format(self, record: logging.LogRecord) -> str:
        return prefixed(super().format(record), _priority(record))


class JsonFormatter(_Told):
    """A log record as an object: its logger is a field, and so is the traceback of an exception."""

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, object] = {"logger": record.name}
        if record.exc_info:
            fields["traceback"] = self.formatException(record.exc_info)
        said: object = record.msg
        told = said if isinstance(said, Message | Record) else record.getMessage()
        priority = said.priority if isinstance(said, Record) else _priority(record)
        return _json(Entry(priority, told, at=record.created, fields=fields), self._language, False)


def _priority(record: logging.LogRecord) -> Priority:
    if record.levelno >= logging.ERROR:
        return Priority.ERROR
    return Priority.WARNING if record.levelno >= logging.WARNING else Priority.DETAIL


def _stamped(language: Language = ENGLISH_READER) -> logging.Formatter:
    return _Told(language, "%(asctime)s %(levelname)s %(message)s")


@dataclass(frozen=True, slots=True)
class LogFormat:
    """How entries become lines, and records of the log on standard error and in a file.

    What is ``for_people`` has colours, a bar and questions. Any other is for programs: everything on standard error has
    the format, also what libraries say, and the run ends with its record there.
    """

    line: Callable[[Entry, Language, bool], str]
    of_log: Callable[[Language], logging.Formatter]
    of_file: Callable[[], logging.Formatter] = _stamped
    for_people: bool = False


TEXT: Final = LogFormat(_text, _stamped, for_people=True)
JOURNALD: Final = LogFormat(_of_journal, JournalFormatter)
JSON: Final = LogFormat(_json, JsonFormatter, JsonFormatter)
LOG_FORMATS: Final[Mapping[str, LogFormat]] = {"text": TEXT, "journald": JOURNALD, "json": JSON}
"""By the names that --log-format takes."""


def logfmt(pairs: Mapping[str, object]) -> str:
    """``run=contacts-1 mode="dry run" rows=42``: one line, values in JSON's quotes where they are more than a word."""
    return " ".join(f"{key}={_value(str(value))}" for key, value in pairs.items())


def _value(text: str) -> str:
    bare = re.fullmatch(r'[^\s="\\]+', text) and text.isprintable()
    return text if bare else json.dumps(text, ensure_ascii=False)
