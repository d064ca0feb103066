"""What travels between the driver and its workers: rows and outcomes, terms and counts, and never a credential.

Whoever holds a message may log it, and Dask does so when a call fails: no ``repr`` shows a person's data.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any

from importer.cluster.lease import LEASE_S
from importer.config.settings import Config
from importer.errors import RunStopped
from importer.ledger.records import Due, RowKey
from importer.ledger.run import NOT_MEASURED, Measures
from importer.livedesk.capabilities import NOTHING_KNOWN, Capabilities
from importer.livedesk.retry import Patience
from importer.message import Message, Messages
from importer.models import Outcome
from importer.sender.doubts import Aside
from importer.sender.earlier_requests import Unsures
from importer.sender.policy import Policy, Stamp, policy_of
from importer.sender.session import InDoubts, Known, WithoutKey


@dataclass(frozen=True, slots=True)
class Terms:
    """How a worker sends: ``rate`` (requests a second) and ``concurrency`` are its own share.

    ``lease_s`` is how long it may go on without hearing from the driver, in seconds.
    ``capabilities`` are what the server is known to do: the rest each worker finds out for itself. ``has_accepted``
    says that it accepted a write of an earlier run; ``late_s``, ``unsure``, ``in_doubt`` and ``without_key`` are as in
    ``Known``: a worker counts from its own start.
    """

    base_url: str
    timeout_s: float
    concurrency: int
    rate: float | None
    patience: Patience
    policy: Policy
    lease_s: float
    capabilities: Capabilities = NOTHING_KNOWN
    has_accepted: bool = False
    late_s: float = 0.0
    unsure: Unsures = field(default_factory=dict, repr=False)
    in_doubt: InDoubts = field(default_factory=dict, repr=False)
    without_key: WithoutKey = field(default_factory=dict, repr=False)


def terms_of(config: Config, base_url: str, known: Known | None = None, stamp: Stamp | None = None) -> Terms:
    """The terms of a whole run. Processes that this one started end with it, and need no lease."""
    known = known or Known()
    return Terms(
        base_url=base_url,
        timeout_s=config.timeout,
        concurrency=config.concurrency,
        rate=config.rate,
        patience=Patience(config.max_attempts, config.max_wait),
        policy=policy_of(config, stamp),
        lease_s=LEASE_S if config.scheduler else inf,
        capabilities=known.findings.capabilities,
        has_accepted=known.has_accepted,
        late_s=known.late_s,
        unsure=known.unsure,
        in_doubt=known.in_doubt,
        without_key=known.without_key,
    )


@dataclass(frozen=True, slots=True)
class Greeting:
    """Who a worker is: its version, and what it lacks to send, in words."""

    version: str
    lacks: Message | None


@dataclass(frozen=True, slots=True)
class WorkerTotals:
    """What a worker has done so far, and what it found out about the server."""

    requests: int = 0
    retries: int = 0
    measures: Measures = NOT_MEASURED
    capabilities: Capabilities = NOTHING_KNOWN


@dataclass(frozen=True, slots=True, repr=False)
class Batch:
    """Rows for one worker, already marked as sent."""

    rows: tuple[Due, ...]

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle plain tuples: pickling the objects took a tenth of what a row costs in all."""
        return _batch_from, (list(map(tuple, self.rows)),)


@dataclass(frozen=True, slots=True, repr=False)
class Returned:
    """What became of a batch: a row that is in none of ``settled``, ``aside`` and ``in_doubt`` certainly never left.

    ``disputed`` are rows of any batch whose id was given to another row too. ``reason`` is the server's reason for the
    worker to stop, if it gave one. ``ended`` says that the worker sends nothing more, because it heard nothing from its
    driver. ``still_open`` are the turns (``Due.turn``) of rows of which this worker does not know yet what their 403
    was about.
    """

    settled: Mapping[RowKey, Outcome]
    in_doubt: frozenset[RowKey]
    account: WorkerTotals
    reason: RunStopped | None
    ended: bool
    aside: tuple[Aside, ...] = ()
    disputed: frozenset[RowKey] = frozenset()
    still_open: frozenset[int] = frozenset()

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle plain tuples, as a batch does."""
        settled = [(key, *outcome) for key, outcome in self.settled.items()]
        rest = self.in_doubt, self.account, self.reason, self.ended, self.aside, self.disputed, self.still_open
        return _returned_from, (settled, *rest)


@dataclass(frozen=True, slots=True)
class Word:
    """A sign of life: the time of the worker's clock, how long the server makes it wait from then on, and warnings for
    the user, each given once."""

    now_s: float
    paused_s: float = 0.0
    warnings: Messages = ()


def _batch_from(rows: Sequence[tuple[Any, ...]]) -> Batch:
    return Batch(tuple(map(Due._make, rows)))


def _returned_from(settled: Sequence[tuple[Any, ...]], *rest: Any) -> Returned:
    return Returned({key: Outcome(*outcome) for key, *outcome in settled}, *rest)
