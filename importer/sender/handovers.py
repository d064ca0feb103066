"""Values that change hands within a file: a row wants what another row's contact still has, and is about to give up.

The server allows each value once, so the order of the updates decides. A row whose value another contact holds waits,
without an outcome, until the other rows are done, and is tried again if one of them has changed that very field of that
contact. On disk it is marked as sent: if the process is killed, the next run searches for it.
"""

from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, NamedTuple, TypeAlias

from importer.ledger.group_commit import RunLedger
from importer.ledger.records import Due, RowKey, Source, SourceName
from importer.message import Message
from importer.models import Holding, Outcome, Status
from importer.sender.shutdown import Shutdown

MOST_WAITING: Final = 10_000
"""So many rows wait at most; a further one ends at once."""

LOOK_AGAIN_S: Final = 2.0
"""A search that still shows a value may be that much late."""

Given: TypeAlias = Callable[[Sequence[Holding]], Mapping[Holding, RowKey]]
"""Which of these contacts rows of this run have changed in that field, or are about to; and the row."""


class _Waiting(NamedTuple):
    row: Due
    outcome: Outcome

    @property
    def holdings(self) -> tuple[Holding, ...]:
        """What stands against it."""
        return self.outcome.conflict.holdings if self.outcome.conflict else ()

    @property
    def person(self) -> str:
        """The contact that is the row's person, if it is known."""
        return self.outcome.conflict.person if self.outcome.conflict else ""


@dataclass(frozen=True, slots=True)
class Hands:
    """The run's own ways: who has ``given`` up what, who gets the outcomes (``settled``), and the names of its
    sources."""

    given: Given
    settled: Callable[[Due, Outcome], None]
    names: tuple[SourceName, ...] = ()


def hands_of(run_ledger: RunLedger) -> Hands:
    """The ways of a run, by its ledger."""
    given = partial(run_ledger.ledger.changes_to, run_ledger.seq)
    return Hands(given, run_ledger.group_commit.settled, run_ledger.run.names)


class Handovers:
    """Owns the rows that wait. Where no contact is ever changed (``updates``), none does."""

    def __init__(self, hands: Hands, *, updates: bool) -> None:
        self._hands = hands
        self._updates = updates
        self._waiting: dict[RowKey, _Waiting] = {}
        self._given: Mapping[Holding, RowKey] = {}
        self._tries = Counter[tuple[RowKey, Holding]]()

    def take(self, row: Due, outcome: Outcome) -> bool:
        """Whether the row waits."""
        if outcome.conflict is None or not self._updates or len(self._waiting) >= MOST_WAITING:
            return False
        self._waiting[row.key] = _Waiting(row, outcome)
        return True

    async def settle(self, stop: Shutdown, again: Callable[[Sequence[Due]], Awaitable[None]]) -> None:
        """Have rows tried ``again`` as long as others give up what they want, then settle those that are left.

        ``again`` returns when the outcomes are on disk. After its first try a row gets one more a little later, since
        a search may be late.
        """
        while self._waiting and not stop.requested:
            if rows := self._free(0):
                await again(rows)
            elif rows := self._free(1):
                await stop.sleep(LOOK_AGAIN_S)
                await again(rows)
            else:
                break
        self.release()

    def _free(self, tries: int) -> list[Due]:
        """Take out the rows that want a value which was given up, and have been tried so often since."""
        self._look()
        found = []
        for key, one in [*self._waiting.items()]:
            free = [(key, holding) for holding in one.holdings if holding in self._given]
            if any(self._tries[pair] == tries for pair in free):
                self._tries.update(free)
                del self._waiting[key]
                found.append(one.row._replace(known_id=one.person or one.row.known_id))
        return found

    def release(self) -> None:
        """Settle the rows that wait."""
        waiting, self._waiting = self._waiting, {}
        persons = {one.person: one for one in waiting.values() if one.person}
        for one in waiting.values():
            hint = next(self._told(one, persons), None)
            # The last is what to do about a value that is taken.
            hints = (*one.outcome.hint[:-1], hint) if hint else one.outcome.hint
            self._hands.settled(one.row, one.outcome._replace(hint=hints))

    def foresee(self) -> None:
        """Settle the rows of a plan: those are told that an import tries them again after another row.

        A row that is free gives up its own contact's value of the fields in which it waited.
        """
        self._look()
        given = dict(self._given)
        while more := self._freed(given):
            given |= more
        self._given = given
        self.release()

    def _freed(self, given: Mapping[Holding, RowKey]) -> dict[Holding, RowKey]:
        """What the rows give up that what is ``given`` frees."""
        free = [one for one in self._waiting.values() if one.person and all(each in given for each in one.holdings)]
        freed = {Holding(one.person, each.field): one.row.key for one in free for each in one.holdings}
        return {holding: key for holding, key in freed.items() if holding not in given}

    def _look(self) -> None:
        """Find out what was given up."""
        wanted = [holding for one in self._waiting.values() for holding in one.holdings]
        self._given = self._hands.given(wanted) if wanted else {}

    def _told(self, one: _Waiting, persons: Mapping[str, _Waiting]) -> Iterator[Message]:
        """What to do about the contacts that other rows of this file are about."""
        source = Source(one.row.source, self._hands.names)
        for holding in one.holdings:
            if holding in self._given:
                yield _given_up(holding, source, self._given[holding], one.outcome.status)
            elif (other := persons.get(holding.contact_id)) is not None:
                ring = [self._named(each, source) for each in _ring(one, persons)]
                if len(ring) > 1:
                    yield _ringed(holding, ring)
                else:
                    yield (_exchanged if ring else _waits)(holding, self._named(other, source))

    def _named(self, one: _Waiting, source: Source) -> Message | int:
        """How people find a row who look at another source."""
        return source.told(Source(one.row.source, self._hands.names).key(one.row.number))


def _ring(one: _Waiting, persons: Mapping[str, _Waiting]) -> list[_Waiting]:
    """The other rows over which a row waits for itself, by the shortest way; none if it does not."""
    ways, seen = deque([(one, list[_Waiting]())]), set[RowKey]()
    while ways:
        last, way = ways.popleft()
        for holding in last.holdings:
            after = persons.get(holding.contact_id)
            if after is one:
                return way
            if after is not None and after.row.key not in seen:
                seen.add(after.row.key)
                ways.append((after, [*way, after]))
    return []


def _given_up(holding: Holding, source: Source, key: RowKey, status: Status) -> Message:
    place, number = key
    row = source.told(source._replace(place=place).key(number))
    if status is Status.CONFLICT:
        return Message(
            "row {row} is to change the {field} of contact {id}: an import without --plan tries this row after it",
            row=row,
            field=holding.field,
            id=holding.contact_id,
        )
    return Message(
        "row {row} has changed the {field} of contact {id}: run the same command again",
        row=row,
        field=holding.field,
        id=holding.contact_id,
    )


def _exchanged(holding: Holding, row: Message | int) -> Message:
    return Message(
        "this row and row {row} exchange their {field}, and the server allows each value once: give contact {id} "
        "another one in LiveDesk for a moment, then run the same command again",
        row=row,
        field=holding.field,
        id=holding.contact_id,
    )


def _ringed(holding: Holding, rows: Sequence[Message | int]) -> Message:
    return Message(
        "this row and rows {rows} exchange their {field} in a ring, and the server allows each value once: give "
        "contact {id} another one in LiveDesk for a moment, then run the same command again",
        rows=rows,
        field=holding.field,
        id=holding.contact_id,
    )


def _waits(holding: Holding, row: Message | int) -> Message:
    return Message(
        "contact {id} is that of row {row}, which cannot go through itself and so gives up no {field}: correct that "
        "row, then run the same command again",
        id=holding.contact_id,
        row=row,
        field=holding.field,
    )
