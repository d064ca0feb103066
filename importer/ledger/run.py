"""The record of a run: its input and settings, what it did, and how it ended."""

import getpass
import json
import socket
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from importer.error_codes import ERROR_CODES
from importer.ledger.records import SourceName
from importer.message import Message, message_from
from importer.models import Json, Mode
from importer.normalizer.column_profile import Repairs
from importer.system_text import decoded


@dataclass(frozen=True, slots=True)
class Measures:
    """Measurements of a run's sending, which took ``lasted_s`` seconds.

    ``settled`` counts the rows of consecutive spans of ``span_s`` seconds from the start of sending. ``pauses`` are
    ``(from, to)`` in seconds from that start: a limit of the server held all requests. ``latencies`` is a histogram of
    ``(milliseconds, answers)``, where ``milliseconds`` is the upper bound of its bin.
    """

    lasted_s: float = 0.0
    span_s: float = 1.0
    settled: tuple[int, ...] = ()
    pauses: tuple[tuple[float, float], ...] = ()
    latencies: tuple[tuple[float, int], ...] = ()

    def latency_ms(self, share: float) -> float | None:
        """The milliseconds within which a share (0 to 1) of the answers came; ``None`` if there were none."""
        left = share * sum(count for _, count in self.latencies)
        for most_ms, count in self.latencies:
            left -= count
            if left <= 0:
                return most_ms
        return None

    @property
    def paused_s(self) -> float:
        """The seconds of all pauses."""
        return sum(until - since for since, until in self.pauses)


NOT_MEASURED: Final = Measures()
"""The measures of a run that sent nothing, or that crashed."""


class SheetPart(NamedTuple):
    """One of several sources of a run: a sheet, or a file without sheets; the members are those of ``Run``.

    ``file`` and ``kind`` are empty where they are the run's own.
    """

    sheet: str
    titles: tuple[str, ...]
    mapping: Mapping[str, str]
    widths: tuple[float, ...] = ()
    file: str = ""
    kind: str = ""
    delimiter: str = ","


class Vanished(NamedTuple):
    """People of run ``run`` whom this run's file no longer has: how many, and the rows there of the first few.

    It names nobody: forgetting that run forgets its people.
    """

    run: str
    people: int
    rows: tuple[tuple[int, int], ...] = ()


class WrongIds(NamedTuple):
    """Rows of earlier runs that are in doubt, since the id of each proved to be that of somebody else's contact: how
    many, and of the first few the run and how people find the row there."""

    rows: int
    first: tuple[tuple[str, Message | int], ...] = ()


class Corrected(NamedTuple):
    """Rows of run ``run`` that needed attention and that a run of its errors file has settled: their numbers there, as
    ``(first, last)``."""

    run: str
    rows: tuple[tuple[int, int], ...] = ()

    @property
    def numbers(self) -> set[int]:
        """Every one of them."""
        return {number for first, last in self.rows for number in range(first, last + 1)}


class ByHand(NamedTuple):
    """What the user has corrected before the run, row by row: how many cells, and how many rows are left out."""

    cells: int = 0
    left_out: int = 0


NOTHING_BY_HAND: Final = ByHand()


def ranges_of(numbers: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """The numbers in order as ``(first, last)``."""
    found: list[tuple[int, int]] = []
    for number in sorted(set(numbers)):
        begins = found.pop()[0] if found and found[-1][1] == number - 1 else number
        found.append((begins, number))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Run:
    """One import. ``id`` is the name of its folder; times are ISO 8601 with the offset of UTC.

    ``mapping`` is ``{title: field}``; ``titles`` are the input's own columns, in order, and ``widths`` their widths in
    characters, 0 if the input gives none. ``started_by`` is ``user@host``; ``arguments`` are the command's as typed,
    ``options`` the settings that differ from the defaults, whatever their source. ``forgotten_at`` is when the personal
    data of its rows was erased. ``of_run`` is the run that a verification or an undo is about, ``ledger_version`` that
    of the ledger as it began, 0 in records of before version 6. ``capabilities`` are what the server was known to do,
    or not, at the end. A run of several sheets or files has them in ``sheets``, each the source of its rows by its
    place; ``file`` is the first of them, ``sheet``, ``titles``, ``mapping`` and ``widths`` are those of all together,
    and ``kind`` is "xlsx" if that of any is. ``sha256`` is that of the bytes of all files, in hexadecimal, for a plan
    and an import by one. ``inboxes`` is ``{inbox: rows}``, empty while the run works. ``uploads`` names the folder of
    uploads that the files lie in, if they lie in one, and so the draft of the screen. ``vanished`` is ``None`` if there
    is no run to compare it with. ``corrects`` has, for a run of an errors file, first the run that the file belongs to,
    then those that this one corrected in its turn. ``written`` is the SHA-256 of each file that was written into its
    folder, by its name there, ``digests`` are those of its input's files: none in older records, nor where data is
    erased. ``wrong_ids`` is ``None`` if it found none in an earlier run. ``delimiter`` is that of CSV files like the
    input; older records have none.
    """

    id: str
    file: str
    kind: str
    sheet: str | None
    inbox_id: str | None
    base_url: str
    started_at: str
    titles: tuple[str, ...]
    mapping: Mapping[str, str]
    mode: Mode = "import"
    finished_at: str | None = None
    exit_code: int | None = None
    stopped: Message | None = None
    requests: int = 0
    retries: int = 0
    repairs: tuple[Repairs, ...] = ()
    forgotten_at: str | None = None
    started_by: str = ""
    arguments: tuple[str, ...] = ()
    options: Mapping[str, Json] = field(default_factory=dict)
    widths: tuple[float, ...] = ()
    measures: Measures = NOT_MEASURED
    capabilities: Mapping[str, Json] = field(default_factory=dict)
    sheets: tuple[SheetPart, ...] = ()
    sha256: str = ""
    of_run: str | None = None
    ledger_version: int = 0
    inboxes: Mapping[str, int] = field(default_factory=dict)
    vanished: Vanished | None = None
    corrects: tuple[Corrected, ...] = ()
    by_hand: ByHand = NOTHING_BY_HAND
    uploads: str = ""
    written: Mapping[str, str] = field(default_factory=dict)
    digests: tuple[str, ...] = ()
    wrong_ids: WrongIds | None = None
    taken: tuple[str, ...] = ()
    delimiter: str = ","

    @property
    def parts(self) -> tuple["Run", ...]:
        """The run as that of each source of its rows: with the sheet's own name, titles, fields and widths."""
        whole = (part._replace(file=part.file or self.file, kind=part.kind or self.kind) for part in self.sheets)
        return tuple(replace(self, sheets=(), **part._asdict()) for part in whole) or (self,)

    @property
    def files(self) -> tuple[str, ...]:
        """The names of its files, each once, in their order."""
        return tuple(dict.fromkeys(part.file or self.file for part in self.sheets)) or (self.file,)

    @property
    def names(self) -> tuple[SourceName, ...]:
        """What tells each source of its rows from the others; none where there is one source."""
        has_files, has_sheets = len(self.files) > 1, len(self.sheets) > len(self.files)
        return tuple(
            SourceName(part.sheet if has_sheets else "", part.file or self.file if has_files else "")
            for part in self.sheets
        )

    @property
    def source_columns(self) -> tuple[str, ...]:
        """The last columns of its files of rows: ``sheet`` and ``file``, each where there are several."""
        return tuple(column for column, *cells in zip(SourceName._fields, *self.names, strict=True) if any(cells))

    @property
    def source_cells(self) -> tuple[tuple[str, ...], ...]:
        """The cells of these columns, for each source."""
        columns = self.source_columns
        return tuple(tuple(getattr(name, column) for column in columns) for name in self.names) or ((),)

    @property
    def why_stopped(self) -> Message | None:
        """Why it stopped, without the server's own words; an older ledger has both in one text."""
        if self.stopped is None or not self.stopped.values:
            return self.stopped and Message(self.stopped.text.partition(" (")[0])
        what = self.stopped.values.get("what")
        return what if isinstance(what, Message) else self.stopped

    def was_stopped_by(self, code: str) -> bool:
        """Whether what stopped it is what this error code means. Its rows may have failed with other codes of the kind:
        an inbox of their own that the server does not know stops no run."""
        return self.why_stopped is not None and self.why_stopped.text == ERROR_CODES[code].meaning.text

    @property
    def late_s(self) -> float:
        """How many seconds after this run's last write the server may still store one of its requests."""
        timeout, settle = (float(str(self.options.get(name, 30.0))) for name in ("timeout", "settle"))
        return timeout + settle


def now() -> str:
    """The current time in the format of a run's record."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def epoch_s(moment: str) -> float:
    """A time of a run's record in seconds since 1970."""
    return datetime.fromisoformat(moment).timestamp()


def user() -> str:
    """``user@host``: who starts a run now."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError, ImportError):  # a user without a name, as in a container; Windows without one
        name = "unknown"
    return f"{name}@{socket.gethostname()}"


def run_record(run: Run) -> str:
    """A run as one line of JSON."""
    return decoded(json.dumps(run, ensure_ascii=False, default=_members))


def _members(part: Any) -> object:
    if isinstance(part, Message):
        return part.parts()
    return {member.name: getattr(part, member.name) for member in fields(part)}


def run_from(record: str) -> Run:
    """The run of a record; missing members get their defaults, and unknown ones (of later versions) are dropped."""
    known = {member.name for member in fields(Run)}
    members = {name: value for name, value in json.loads(record).items() if name in known}
    made = {name: make(members[name]) for name, make in _MEMBERS.items() if name in members}
    return Run(**{**members, **made})


def _measures(members: dict[str, Any]) -> Measures:
    pairs = {name: tuple(map(tuple, members[name])) for name in ("pauses", "latencies")}
    return Measures(members["lasted_s"], members["span_s"], tuple(members["settled"]), **pairs)


def _part(
    sheet: str, titles: Sequence[str], mapping: Mapping[str, str], widths: Sequence[float], *of_file: str
) -> SheetPart:
    return SheetPart(sheet, tuple(titles), mapping, tuple(widths), *of_file)


def _message(parts: Any) -> Message | None:
    """A message of a record; older records have a text, possibly empty. Raises ``ValueError``."""
    if not parts:
        return None
    found = Message(parts) if isinstance(parts, str) else message_from(parts)
    if found is None:
        raise ValueError("neither a message nor a text")
    return found


def _row(told: Any) -> Message | int:
    """How people find a row: its number, or a message."""
    return told if isinstance(told, int) else message_from(told) or Message("")


_MEMBERS: Final[dict[str, Callable[[Any], object]]] = {
    # Members that JSON stores as lists and objects.
    "titles": tuple,
    "digests": tuple,
    "taken": tuple,
    "arguments": tuple,
    "widths": tuple,
    "repairs": lambda repairs: tuple(Repairs(**{**repair, "kind": _message(repair["kind"])}) for repair in repairs),
    "stopped": _message,
    "measures": _measures,
    "sheets": lambda sheets: tuple(_part(*part) for part in sheets),
    "corrects": lambda found: tuple(Corrected(run, tuple(map(tuple, rows))) for run, rows in found),
    "by_hand": ByHand._make,
    "wrong_ids": lambda found: found and WrongIds(found[0], tuple((run, _row(row)) for run, row in found[1])),
    "vanished": lambda found: found and Vanished(found[0], found[1], tuple((source, row) for source, row in found[2])),
}
