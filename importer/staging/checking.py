"""Rows to contacts, a batch at a time: here, and of a large file in processes of their own too.

Checking a row depends on no other row. What does depend on others (who is whom, what earlier runs know) stays in the
process that owns the ledger.
"""

import os
import pickle
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import Final, Self, TypeVar

from importer.ledger.known_contacts import fingerprints
from importer.livedesk.contact import KEY_FIELDS, lookup
from importer.message import Messages
from importer.models import Pair, Row, RowError
from importer.normalizer.column_profile import ColumnProfile
from importer.normalizer.columns import ColumnMapping, Normalized
from importer.normalizer.contact_columns import lookups, texts
from importer.normalizer.rows import Normalizer
from importer.normalizer.rules import Rules
from importer.normalizer.straight import Plain, Straight
from importer.runtime import dumps_texts
from importer.signals import withheld

T = TypeVar("T")

LARGE_BYTES: Final = 1 << 20
"""A smaller file is done before another process would be ready."""

MOST_PROCESSES: Final = 2
"""More than these would wait for the one that owns the ledger."""

_AHEAD: Final = 4  # batches on their way for each process, so that it never waits


@dataclass(frozen=True, slots=True)
class Criteria:
    """What rows are checked by; ``base_url`` is the server that their fingerprints are of.

    ``keep_cells`` where a row may be given back to its user, as it was, after the check.
    """

    mapping: ColumnMapping
    rules: Rules
    base_url: str
    keep_cells: bool = True


@dataclass(frozen=True, slots=True)
class Checked:
    """A batch after the check, row by row as texts, for most rows are never more than that.

    ``cells``, where they are kept, and ``contacts`` are JSON as the ledger has it, ``lookups`` what each of
    ``KEY_FIELDS`` is looked up by; ``fingerprints`` are ``None`` where the rest of the file has a say in them. By a
    row's place: what forbids it, and what is remarked. ``profile`` has what became of the batch's cells.
    """

    cells: Sequence[str | None]
    contacts: list[str]
    lookups: list[list[str | None]]
    fingerprints: list[bytes | None]
    errors: dict[int, tuple[RowError, ...]]
    warnings: dict[int, Messages]
    profile: ColumnProfile


class Checker:
    """Checks batches: plain rows by ``straight``, the others by ``normalize``."""

    def __init__(
        self,
        straight: Callable[[Sequence[Pair]], Plain],
        normalize: Callable[[Row], Normalized],
        criteria: Criteria,
    ) -> None:
        self._straight = straight
        self._normalize = normalize
        self._criteria = criteria

    def check(self, batch: Sequence[Pair]) -> Checked:
        """The batch's contacts, with all made that needs no other row: their JSON, and what it is hashed to."""
        plain = self._straight(batch)
        profile = ColumnProfile(self._criteria.mapping.columns)
        profile.add_plain([batch[at][0] for at in plain.places], plain.columns)
        contacts = _spread(texts(plain.fields), plain.places, [""] * len(batch))
        keys = [
            _spread(values, plain.places, [None] * len(batch)) for values in lookups(plain.fields, len(plain.places))
        ]
        cells = [dumps_texts(row) for _, row in batch] if self._criteria.keep_cells else [None] * len(batch)
        found = Checked(cells, contacts, keys, [], {}, {}, profile)
        for place in {*range(len(batch))}.difference(plain.places):
            self._check_with_care(place, Row(*batch[place]), found)
        nothing = (None,) * len(keys)
        recognized = zip(fingerprints(self._criteria.base_url, contacts), zip(*keys, strict=True), strict=True)
        found.fingerprints.extend(None if values == nothing else key for key, values in recognized)
        return found

    def _check_with_care(self, place: int, row: Row, found: Checked) -> None:
        normalized = self._normalize(row)
        found.profile.add(row.number, normalized)
        found.contacts[place] = normalized.contact.json
        if normalized.errors:
            found.errors[place] = normalized.errors
        else:
            keys = normalized.contact.keys()
            for name, values in zip(KEY_FIELDS, found.lookups, strict=True):
                values[place] = lookup(name, keys[name]) if name in keys else None
        if normalized.warnings:
            found.warnings[place] = normalized.warnings


def _spread(values: Sequence[T], places: Sequence[int], among: list[T]) -> list[T]:
    """``among`` with these values at these places."""
    for place, value in zip(places, values, strict=True):
        among[place] = value
    return among


def checked(
    batches: Iterable[Sequence[Row]], criteria: Criteria, helpers: "Helpers"
) -> Iterator[tuple[Sequence[Row], Checked]]:
    """Every batch with what the check found, in order: by the helpers, and here where there are none, or none yet.

    Few batches are under way at once. Where a helper is killed (by a system that is out of memory), what is left is
    checked here.

    Raises ``ConfigError`` for a constant that no row could be sent with, and what ``batches`` raises.
    """
    checker, packed, rest = _checker_by(criteria), pickle.dumps(criteria), iter(batches)
    under_way: deque[tuple[Sequence[Row], Future[Checked]]] = deque()
    try:
        for batch in rest:
            under_way.append((batch, helpers.submit(packed, batch) or _done(checker.check(batch))))
            while under_way and (under_way[0][1].done() or len(under_way) > helpers.ahead):
                yield under_way[0][0], under_way[0][1].result()
                under_way.popleft()
        while under_way:
            yield under_way[0][0], under_way[0][1].result()
            under_way.popleft()
    except BrokenProcessPool:
        for batch in chain([batch for batch, _ in under_way], rest):
            yield batch, checker.check(batch)


def _checker_by(criteria: Criteria) -> Checker:
    mapping, rules = criteria.mapping, criteria.rules
    normalize = Normalizer(mapping, rules)
    return Checker(Straight(mapping, rules, normalize.constants), normalize, criteria)


def _done(found: Checked) -> "Future[Checked]":
    future: Future[Checked] = Future()
    future.set_result(found)
    return future


def processes_to_help(path: Path) -> int:
    """How many processes may help with a file on this machine: one core is the ledger's."""
    large = path.is_file() and path.stat().st_size >= LARGE_BYTES
    return min(MOST_PROCESSES, (os.cpu_count() or 1) - 1) if large else 0


class Helpers:
    """Owns the processes that check, which end with the block; there are none where the system allows none.

    They start while the file is opened, and nobody waits for them.
    """

    def __init__(self, processes: int) -> None:
        self.ahead = _AHEAD * processes
        self._processes = processes
        self._pool: ProcessPoolExecutor | None = None
        self._ready: Future[None] | None = None
        self._ending: threading.Thread | None = None

    def __enter__(self) -> Self:
        if self._processes:
            # No shared memory, no semaphores; or the process is gone before it has begun.
            with suppress(OSError, ImportError, NotImplementedError, BrokenProcessPool), withheld({signal.SIGINT}):
                # Spawned and not forked: numpy's threads do not survive a fork.
                self._pool = ProcessPoolExecutor(self._processes, get_context("spawn"), _begin)
                self._ready = self._pool.submit(_begun)
        return self

    def __exit__(self, *_: object) -> None:
        self.end()
        if self._ending is not None:
            self._ending.join()

    def end(self) -> None:
        """Nobody is needed any more; it takes a tenth of a second, for which only the block's end waits."""
        if self._pool is not None and self._ending is None:
            self._ending = threading.Thread(target=self._pool.shutdown, kwargs={"cancel_futures": True})
            self._ending.start()

    @property
    def ready(self) -> bool:
        """Whether one of them has started."""
        return self._ready is not None and self._ready.done()

    def submit(self, criteria: bytes, batch: Sequence[Row]) -> "Future[Checked] | None":
        """Give a batch to whoever is free; ``None`` where nobody is there yet or any more."""
        if self._pool is not None and self.ready:
            with withheld({signal.SIGINT}), suppress(BrokenProcessPool, OSError):
                return self._pool.submit(_check, criteria, [(number, cells) for number, cells in batch])
        return None


def _begin() -> None:
    """In a process that helps: Ctrl-C is for the one that owns the ledger, and its end is the end of this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A parent that is killed leaves its queue open for good, and a process that waits for it would stay."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _begun() -> None:
    """What is known when it is done: the process has loaded what it needs."""


def _check(criteria: bytes, pairs: Sequence[Pair]) -> Checked:
    return _checker_of(criteria).check(pairs)


@lru_cache(1)
def _checker_of(criteria: bytes) -> Checker:
    return _checker_by(pickle.loads(criteria))  # noqa: S301 - from the process that started this one
