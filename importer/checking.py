"""Rows to contacts, a batch at a time: here, and where most rows need care, in processes of their own too.

Checking a row depends on no other row. What does depend on others (who is whom, what earlier runs know) stays in the
process that owns the ledger.
"""

import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from multiprocessing import get_context, parent_process
from typing import Final, Self, TypeAlias, TypeVar

from importer.contact_columns import lookups, texts
from importer.fast import dumps_texts
from importer.interrupt import withheld
from importer.mapping import Column, ColumnMapping
from importer.models import KEY_FIELDS, Normalized, Row, RowError, lookup
from importer.normalizer import Normalizer
from importer.register import fingerprints
from importer.rules import Rules
from importer.straight import Plain, Straight
from importer.tally import Tally

T = TypeVar("T")

BATCHES_HERE: Final = 10
"""A file of so many batches is done before another process would be ready."""

WORTH_HELP_S: Final = 25e-6
"""Giving a row to another process and taking it back takes half as long; plain rows take less to check, and rows with
numbers for the library or with errors several times as much."""

MOST_PROCESSES: Final = 2
"""More than these would wait for the one that owns the ledger."""

_AHEAD: Final = 2  # batches on their way for each process, so that it never waits

Pair: TypeAlias = "tuple[int, tuple[str, ...]]"
"""A row as it travels: number and cells; plain tuples take a fraction of the time of objects."""


@dataclass(frozen=True, slots=True)
class Criteria:
    """What rows are checked by; ``base_url`` is the server that their fingerprints are of."""

    mapping: ColumnMapping
    rules: Rules
    base_url: str


@dataclass(frozen=True, slots=True)
class Checked:
    """A batch after the check, row by row as texts, for most rows are never more than that.

    ``cells`` and ``contacts`` are JSON as the ledger keeps it, ``lookups`` what each of ``KEY_FIELDS`` is looked up by;
    ``fingerprints`` are ``None`` where the rest of the file has a say in them. By a row's place: what forbids it, and
    what is remarked. ``tally`` has what became of the batch's cells.
    """

    cells: list[str]
    contacts: list[str]
    lookups: list[list[str | None]]
    fingerprints: list[bytes | None]
    errors: dict[int, tuple[RowError, ...]]
    warnings: dict[int, tuple[str, ...]]
    tally: Tally


class Checker:
    """Checks batches: plain rows by ``straight``, the others by ``normalize``."""

    def __init__(
        self,
        straight: Callable[[Sequence[Row]], Plain],
        normalize: Callable[[Row], Normalized],
        columns: Sequence[Column],
        base_url: str,
    ) -> None:
        self._straight = straight
        self._normalize = normalize
        self._columns = columns
        self._base_url = base_url

    def check(self, batch: Sequence[Row]) -> Checked:
        """The batch's contacts, with all made that needs no other row: their JSON, and what it is hashed to."""
        plain = self._straight(batch)
        tally = Tally(self._columns)
        tally.add_plain([batch[at].number for at in plain.places], plain.columns)
        contacts = _spread(texts(plain.fields), plain.places, [""] * len(batch))
        keys = [
            _spread(values, plain.places, [None] * len(batch)) for values in lookups(plain.fields, len(plain.places))
        ]
        found = Checked([dumps_texts(row.cells) for row in batch], contacts, keys, [], {}, {}, tally)
        for place in {*range(len(batch))}.difference(plain.places):
            self._check_with_care(place, batch[place], found)
        nothing = (None,) * len(keys)
        recognized = zip(fingerprints(self._base_url, contacts), zip(*keys, strict=True), strict=True)
        found.fingerprints.extend(None if values == nothing else key for key, values in recognized)
        return found

    def _check_with_care(self, place: int, row: Row, found: Checked) -> None:
        normalized = self._normalize(row)
        found.tally.add(row, normalized)
        found.contacts[place] = normalized.contact.json
        if normalized.errors:
            found.errors[place] = normalized.errors
        else:
            for name, values in zip(KEY_FIELDS, found.lookups, strict=True):
                value = getattr(normalized.contact, name)
                values[place] = lookup(name, value) if value else None
        if normalized.warnings:
            found.warnings[place] = normalized.warnings


def _spread(values: Sequence[T], places: Sequence[int], among: list[T]) -> list[T]:
    """``among`` with these values at these places."""
    for place, value in zip(places, values, strict=True):
        among[place] = value
    return among


def checked(
    batches: Iterator[Sequence[Row]], criteria: Criteria, processes: int
) -> Iterator[tuple[Sequence[Row], Checked]]:
    """Every batch with what the check found, in order; ``processes`` may help, none with 0, if rows take long.

    Raises ``ConfigError`` for a constant that no row could be sent with, and what ``batches`` raises.
    """
    checker = _checker_by(criteria)
    each_s = yield from _first(batches, checker)
    rest = next(batches, None)
    if rest is not None and processes and each_s > WORTH_HELP_S:
        with _Helpers(criteria, processes) as helpers:
            yield from _together(helpers, chain([rest], batches), checker)
    elif rest is not None:
        yield from ((batch, checker.check(batch)) for batch in chain([rest], batches))


def _first(batches: Iterator[Sequence[Row]], checker: Checker) -> Generator[tuple[Sequence[Row], Checked], None, float]:
    """The first batches, checked here; and in the end the seconds that a row of them took."""
    spent_s, rows = 0.0, 0
    for batch in islice(batches, BATCHES_HERE):
        began_s = time.perf_counter()
        found = checker.check(batch)
        spent_s += time.perf_counter() - began_s
        rows += len(batch)
        yield batch, found
    return spent_s / max(1, rows)


def _checker_by(criteria: Criteria) -> Checker:
    mapping, rules = criteria.mapping, criteria.rules
    normalize = Normalizer(mapping, rules)
    return Checker(Straight(mapping, rules, normalize.constants), normalize, mapping.columns, criteria.base_url)


def processes_to_help() -> int:
    """How many processes may help on this machine: one core is the ledger's."""
    return min(MOST_PROCESSES, (os.cpu_count() or 1) - 1)


def _together(
    helpers: "_Helpers", batches: Iterator[Sequence[Row]], checker: Checker
) -> Iterator[tuple[Sequence[Row], Checked]]:
    """Batches by way of the helpers, and here while those have enough to do; few are under way at once.

    Where a helper is killed (by a system that is out of memory) or cannot be started, what is left is checked here.
    """
    under_way: deque[tuple[Sequence[Row], Future[Checked]]] = deque()
    try:
        for batch in batches:
            waiting = sum(not result.done() for _, result in under_way)
            under_way.append((batch, helpers.submit(batch) if waiting < helpers.ahead else _done(checker.check(batch))))
            while under_way and (under_way[0][1].done() or len(under_way) > 2 * helpers.ahead):
                yield under_way[0][0], under_way[0][1].result()
                under_way.popleft()
        while under_way:
            yield under_way[0][0], under_way[0][1].result()
            under_way.popleft()
    except BrokenProcessPool:
        for batch in chain([batch for batch, _ in under_way], batches):
            yield batch, checker.check(batch)


def _done(found: Checked) -> "Future[Checked]":
    future: Future[Checked] = Future()
    future.set_result(found)
    return future


class _Helpers:
    """Owns the processes, which end with the block; there are none where the system allows none."""

    def __init__(self, criteria: Criteria, processes: int) -> None:
        self.ahead = _AHEAD * processes
        self._pool: ProcessPoolExecutor | None = None
        with suppress(OSError, ImportError, NotImplementedError):  # no shared memory, no semaphores
            # Spawned and not forked: numpy's threads do not survive a fork.
            self._pool = ProcessPoolExecutor(processes, get_context("spawn"), partial(_begin, criteria))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def submit(self, batch: Sequence[Row]) -> "Future[Checked]":
        """Give a batch to whoever is free; with ``BrokenProcessPool`` as its result where nobody is left."""
        if self._pool is not None:
            with withheld({signal.SIGINT}), suppress(BrokenProcessPool, OSError):
                return self._pool.submit(_check, [(row.number, row.cells) for row in batch])
        failed: Future[Checked] = Future()
        failed.set_exception(BrokenProcessPool())
        return failed


_checker: Checker | None = None
"""Of a process that helps."""


def _begin(criteria: Criteria) -> None:
    """In a process that helps: Ctrl-C is for the one that owns the ledger, and its end is the end of this one."""
    global _checker
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _checker = _checker_by(criteria)


def _end_with_parent() -> None:
    """A parent that is killed leaves its queue open for good, and a process that waits for it would stay."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _check(pairs: Sequence[Pair]) -> Checked:
    assert _checker is not None  # noqa: S101 - the pool has called _begin
    return _checker.check(list(map(Row._make, pairs)))
