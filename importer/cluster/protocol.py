"""What travels between the driver and its workers: rows and outcomes, terms and counts, and never a credential.

Whoever holds a message may log it, and Dask does so when a call fails: no ``repr`` shows a person's data.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any

from importer.cluster.lease import LEASE_S
from importer.config import Config
from importer.errors import RunStopped
from importer.ledger.records import Due, RowKey
from importer.ledger.run import NOT_MEASURED, Measures
from importer.message import Message, Messages
from importer.models import OnDuplicate, Outcome


@dataclass(frozen=True, slots=True)
class Terms:
    """How a worker sends. ``rate`` (requests a second) and ``concurrency`` are its own share.

    Times are in seconds; ``lease_s`` is how long it may go on without hearing from the driver.
    """

    base_url: str
    timeout_s: float
    concurrency: int
    rate: float | None
    max_attempts: int
    max_wait_s: float
    on_duplicate: OnDuplicate
    inbox_id: str | None
    lease_s: float


def terms_of(config: Config, base_url: str) -> Terms:
    """The terms of a whole run. Processes that this one started end with it, and need no lease."""
    return Terms(
        base_url,
        config.timeout,
        config.concurrency,
        config.rate,
        config.max_attempts,
        config.max_wait,
        config.on_duplicate,
        config.inbox_id,
        lease_s=LEASE_S if config.scheduler else inf,
    )


@dataclass(frozen=True, slots=True)
class Greeting:
    """Who a worker is: its version, and what it lacks to send, in words."""

    version: str
    lacks: Message | None


@dataclass(frozen=True, slots=True)
class WorkerTotals:
    """What a worker has done so far."""

    requests: int = 0
    retries: int = 0
    measures: Measures = NOT_MEASURED


@dataclass(frozen=True, slots=True, repr=False)
class Batch:
    """Rows for one worker, already marked as sent."""

    rows: tuple[Due, ...]

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle plain tuples: pickling the objects took a tenth of what a row costs in all."""
        return _batch_from, (list(map(tuple, self.rows)),)

    def __repr__(self) -> str:
        return f"Batch of {len(self.rows)} rows"


@dataclass(frozen=True, slots=True, repr=False)
class Returned:
    """What became of a batch.

    A row whose key is in neither ``settled`` nor ``in_doubt`` certainly never left. ``reason`` is the server's reason
    for the worker to stop, if it gave one. ``ended`` says that the worker sends nothing more, because it heard nothing
    from its driver.
    """

    settled: Mapping[RowKey, Outcome]
    in_doubt: frozenset[RowKey]
    account: WorkerTotals
    reason: RunStopped | None
    ended: bool

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle plain tuples, as a batch does."""
        settled = [(key, *outcome) for key, outcome in self.settled.items()]
        return _returned_from, (settled, self.in_doubt, self.account, self.reason, self.ended)

    def __repr__(self) -> str:
        return f"Returned({len(self.settled)} settled, {len(self.in_doubt)} in doubt)"


@dataclass(frozen=True, slots=True)
class Word:
    """A sign of life.

    ``now_s`` is the time of the worker's clock, ``paused_s`` how long the server makes it wait from then on, and
    ``warnings`` are for the user, each given once.
    """

    now_s: float
    paused_s: float = 0.0
    warnings: Messages = field(default=())


def _batch_from(rows: Sequence[tuple[Any, ...]]) -> Batch:
    return Batch(tuple(map(Due._make, rows)))


def _returned_from(settled: Sequence[tuple[Any, ...]], *rest: Any) -> Returned:
    return Returned({key: Outcome(*outcome) for key, *outcome in settled}, *rest)
