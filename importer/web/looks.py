"""First looks at files: each is opened once, and its first rows are kept as long as it stays the same.

A *look* has a file's tables with their first rows, then how many rows they have; a workbook's other cells are let go
of. What the columns are is decided anew whenever somebody asks, from these rows, which takes no time.
"""

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count
from pathlib import Path
from queue import PriorityQueue
from typing import TYPE_CHECKING, Final, TypeAlias

from importer.errors import ImporterError, InputError
from importer.message import Message

if TYPE_CHECKING:  # what reads files is loaded by the first file
    from importer.loader.header import NumberedRow
    from importer.loader.table import ReadOptions, Table

MOST_LOOKS: Final = 100
_PAUSE_S: Final = 0.5
_SOON, _LATER = 0, 1
_Task: TypeAlias = tuple[int, int, Callable[[], None]]


@dataclass(eq=False)
class Look:
    """What there is to see of a file: ``tables`` with their first rows, or the ``error`` that says why there are none.

    ``opened`` and ``counted`` are set when that is known; ``rows`` counts those of each table, if they can be read,
    which somebody has to ask for (``Looks.count``) where the file must be read once more.
    """

    tables: "tuple[Table, ...]" = ()
    error: ImporterError | None = None
    rows: tuple[int, ...] = ()
    opened: threading.Event = field(default_factory=threading.Event)
    counted: threading.Event = field(default_factory=threading.Event)
    told: asyncio.Event = field(default_factory=asyncio.Event)
    to_count: Callable[[], None] | None = None

    async def until(self, known: threading.Event) -> None:
        """Wait until ``opened`` or ``counted`` is set."""
        while not known.is_set():
            self.told.clear()
            if not known.is_set():
                await self.told.wait()


class Looks:
    """Owns the looks of this process, the newest ``most``; one thread opens files, and counts when it has no other."""

    def __init__(self, most: int = MOST_LOOKS) -> None:
        self._most = most
        self._kept: OrderedDict[object, Look] = OrderedDict()
        self._tasks: PriorityQueue[_Task] = PriorityQueue()
        self._numbers = count()
        self._thread: threading.Thread | None = None

    def of(self, path: Path, options: "ReadOptions") -> Look:
        """The look at a file as it is now, which has begun; to be called in the event loop."""
        key = (path, _state(path), options)
        if key not in self._kept:
            self._kept[key] = look = Look()
            self._do(_SOON, partial(self._open, look, path, options, asyncio.get_running_loop()))
        self._kept.move_to_end(key)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return self._kept[key]

    def get_ready(self) -> None:
        """Load what reads files, behind the first page, so that the first file need not wait for that."""
        if self._thread is None:
            self._do(_LATER, _load)

    async def count(self, look: Look) -> tuple[int, ...]:
        """The rows of each table, none of a file that cannot be read."""
        await look.until(look.opened)
        if task := look.to_count:
            look.to_count = None
            self._do(_LATER, task)
        await look.until(look.counted)
        return look.rows

    def _do(self, urgency: int, task: Callable[[], None]) -> None:
        self._tasks.put((urgency, next(self._numbers), task))
        if self._thread is None:
            # A daemon: nothing is lost where it ends in the middle.
            self._thread = threading.Thread(target=self._work, name="looks", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        while True:
            *_, task = self._tasks.get()
            task()

    def _open(self, look: Look, path: Path, options: "ReadOptions", loop: asyncio.AbstractEventLoop) -> None:
        tell = partial(_tell, loop, look)
        tables: Sequence[Table] = ()
        try:
            tables = open_as_far(path, options)
            look.tables = tuple(map(_glance, tables))
        except ImporterError as error:
            look.error = error
        except Exception as error:  # noqa: BLE001 - told at the file; a thread has nobody else to tell
            why = Message("the program made a mistake: {error}", error=type(error).__name__)
            look.error = InputError(why, Message("leave this file out, and report it"))
        is_text = any(table.kind == "csv" for table in tables)
        look.to_count = partial(_count, look, tables, tell) if is_text else None
        look.opened.set()
        tell()
        if not is_text:  # a moment later: the page that waits for the first rows goes first
            with suppress(RuntimeError):  # the loop has ended
                task = partial(_count, look, tables, tell)
                loop.call_soon_threadsafe(loop.call_later, _PAUSE_S, self._do, _LATER, task)


def _load() -> None:
    import importer.loader.workbook
    import importer.web.prepare.files  # noqa: F401 - the modules are loaded, and used later


def _state(path: Path) -> tuple[int, int] | None:
    with suppress(OSError):
        found = path.stat()
        return found.st_size, found.st_mtime_ns
    return None


def _tell(loop: asyncio.AbstractEventLoop, look: Look) -> None:
    with suppress(RuntimeError):  # the loop has ended, and nobody waits any more
        loop.call_soon_threadsafe(look.told.set)


def _count(look: Look, tables: "Iterable[Table]", tell: Callable[[], None]) -> None:
    try:
        look.rows = tuple(sum(map(len, table.batches())) for table in tables)
    except Exception:  # noqa: BLE001 - the check tells what is wrong; the thread has other files to open
        look.rows = ()
    look.counted.set()
    tell()


def open_as_far(path: Path, options: "ReadOptions") -> "list[Table]":
    """Open the tables of a file, with those of the wanted sheets that it has; without any, its own choice.

    Raises ``InputError``, ``ConfigError`` as ``open_tables`` does.
    """
    from importer.loader.opening import open_tables

    try:
        return open_tables(path, options)
    except InputError:
        if not options.sheets:
            raise
    tables = open_tables(path, replace(options, sheets=()))
    names = {sheet.name for sheet in tables[0].listed}
    wanted = tuple(name for name in options.sheets if name in names)
    return open_tables(path, replace(options, sheets=wanted)) if wanted else tables


def _glance(table: "Table") -> "Table":
    """The table with the rows around its titles and the first of its data, as far as they have text."""
    from importer.normalizer.column_profile import SAMPLE_ROWS
    from importer.normalizer.text import has_text

    kept: list[NumberedRow] = []
    left = SAMPLE_ROWS
    with closing(table.rows()) as rows:
        for number, cells in rows:
            if not has_text(cells):
                continue
            kept.append((number, cells))
            left -= number > table.data_after
            if not left:
                break
    return replace(table, rows=partial(_again, kept))


def _again(rows: "Sequence[NumberedRow]") -> "Generator[NumberedRow, None, None]":
    yield from rows
