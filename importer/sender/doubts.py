"""Rows that stand aside until a lost request can no longer be stored, while the others go on."""

import heapq
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Set
from itertools import count
from typing import Final, NamedTuple, TypeAlias

from importer.error_codes import CONTINUE, not_sent
from importer.errors import CredentialsRefused, InboxUnknown, PlanEnded, RunStopped
from importer.ledger.group_commit import RunLedger
from importer.ledger.records import Doubt, Due, RowKey
from importer.message import Message
from importer.models import Outcome, Status
from importer.sender.lost_updates import never_learned
from importer.sender.shutdown import Clock, Shutdown

MOST_ASIDE: Final = 1000
"""So many rows stand aside at most; beyond that no new row leaves."""

GIVEN_TWICE: Final = Message("the id of its answer was given to another row too")
"""Why a row is in doubt whose answer proved nothing."""

_REFUSING_ALL: Final[Mapping[type[RunStopped], Set[int]]] = {
    CredentialsRefused: {401, 403},
    InboxUnknown: {404},
    PlanEnded: {402},
}
"""The statuses that stop a run for each reason."""

_NOT_FOUND_YET: Final = Message("it was not found, and may still be stored")

Take: TypeAlias = Callable[[], Awaitable[Due | None]]
"""Gives the next new row, ``None`` at the end."""


class Aside(NamedTuple):
    """A row that stands aside: settle it again after ``wait_s`` seconds. One that is in no doubt was not sent: a search
    may show its person only then."""

    row: Due
    wait_s: float


Result: TypeAlias = Outcome | Aside
"""What comes of one try to settle a row."""


def unsettled(row: Due, reason: RunStopped | None = None) -> Outcome:
    """The outcome of a row that stands aside when the run stops: the same command settles it. What was never sent, or
    was to be changed by an update that never left, is not sent, for the ``reason`` of the stop. Of one that has left
    nobody knows whether it is stored; if it was refused as all are now, that was its answer, unless the next run finds
    it."""
    doubt = row.doubt
    if row.lost is not None:
        outcome = never_learned(row.lost)
        return outcome._replace(hint=(*row.remarks, *outcome.hint))
    if doubt is None:
        outcome, fields = not_sent(reason), tuple(change.field for change in row.intent)
        return outcome._replace(hint=(*row.remarks, *outcome.hint), unwritten=fields)
    if reason is not None and doubt.refusal and doubt.http_status in _REFUSING_ALL.get(type(reason), ()):
        outcome = not_sent(reason)._replace(http_status=doubt.http_status, attempts=doubt.attempts, is_doubted=True)
        return outcome._replace(hint=(*row.remarks, *outcome.hint))
    error = doubt.cause, _NOT_FOUND_YET
    return Outcome(Status.UNKNOWN, None, doubt.code, error, (*row.remarks, CONTINUE), doubt.http_status, doubt.attempts)


class Doubts:
    """Owns the rows that stand aside, each with the time from which it may be settled.

    ``announce`` gets the numbers of rows in doubt and of those in none, and the seconds until the last may be settled,
    once no new row is left.
    """

    def __init__(
        self,
        stop: Shutdown,
        concurrency: int,
        announce: Callable[[int, int, float], None] = lambda _rows, _unseen, _seconds: None,
        clock: Clock = time.monotonic,
    ) -> None:
        self._stop = stop
        self._most = max(MOST_ASIDE - concurrency, 1)  # the rows in flight may all end in doubt
        self._announce = announce
        self._clock = clock
        self._heap: list[tuple[float, int, Due]] = []
        self._order = count()

    def add(self, aside: Aside) -> None:
        """A row steps aside."""
        heapq.heappush(self._heap, (self._clock() + aside.wait_s, next(self._order), aside.row))

    @property
    def any(self) -> bool:
        """Whether a row stands aside."""
        return bool(self._heap)

    @property
    def is_full(self) -> bool:
        """Whether no new row may leave."""
        return len(self._heap) >= self._most

    def due(self) -> Due | None:
        """A row that has waited long enough, if there is one."""
        return heapq.heappop(self._heap)[2] if self._heap and self._heap[0][0] <= self._clock() else None

    async def wait(self) -> bool:
        """Wait until a row is due or the run stops; ``False`` at once if none stands aside."""
        if self._heap:
            await self._stop.sleep(max(self._heap[0][0] - self._clock(), 0.0))
        return bool(self._heap)

    def source(self, take: Take) -> Take:
        """Rows that are due, else new ones; at the end it waits for those that stand aside."""
        is_over = False

        async def next_row() -> Due | None:
            nonlocal is_over
            if not self._heap and not is_over and (row := await take()) is not None:
                return row  # nearly always
            while not self._stop.requested:
                if (row := self.due()) is not None:
                    return row
                if not is_over and not self.is_full:
                    if (row := await take()) is not None:
                        return row
                    if not is_over:
                        is_over = True
                        self._tell()
                elif not await self.wait():
                    return None
            return None

        return next_row

    def _tell(self) -> None:
        if self._heap:
            doubted = sum(not (row.doubt is None and row.lost is None) for _, _, row in self._heap)
            self._announce(doubted, len(self._heap) - doubted, max(self._heap)[0] - self._clock())

    def rest(self) -> Iterable[Due]:
        """Take out the rows that the run will not settle any more."""
        rows = [row for _, _, row in self._heap]
        self._heap.clear()
        return rows


class Disputes:
    """Owns the rows whose id was given to another row too: no outcome of theirs counts before a search proves it."""

    def __init__(self, run_ledger: RunLedger, doubts: Doubts) -> None:
        self._run_ledger = run_ledger
        self._doubts = doubts
        self.keys: set[RowKey] = set()
        """Those that have no outcome yet."""

    async def begin(self, keys: Set[RowKey]) -> None:
        """Put rows in doubt again, on disk first; those that have no outcome yet, once they have one."""
        self.keys |= keys  # an outcome that comes from now on does not count
        await self._run_ledger.group_commit.flush()
        for key in keys & self.keys:
            if (row := self._run_ledger.ledger.disputed(self._run_ledger.seq, key, GIVEN_TWICE)) is not None:
                self.keys.discard(key)
                await self._run_ledger.group_commit.sent(row)
                self._doubts.add(Aside(row, 0.0))

    def take(self, row: Due, since: float) -> bool:
        """Whether the outcome of a row sent at ``since`` (epoch seconds) does not count; then the row stands aside."""
        if row.key not in self.keys:
            return False
        self.keys.discard(row.key)
        self.put_aside(row, since)
        return True

    def put_aside(self, row: Due, since: float) -> None:
        """A row whose answer gave it the id of another stands aside, to be searched for at once."""
        doubt = (row.doubt or Doubt(since))._replace(code="bad_answer", cause=GIVEN_TWICE)
        self._doubts.add(Aside(row._replace(doubt=doubt), 0.0))
