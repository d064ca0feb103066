"""What tests of the send stage share: rows as they are due, what the ledger writes of them, turns as blocks."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from importer.ledger.ledger import Ledger
from importer.ledger.records import Doubt, Due, LedgerRow
from importer.message import stored
from importer.models import Outcome
from importer.sender.rate_limiter import RateLimiter, RequestKind


def due(row: LedgerRow) -> Due:
    """A staged row as it is due."""
    outcome = row.outcome
    kept = row.contact, row.fingerprint, Doubt(*row.window) if row.window else None
    return Due(row.number, *kept, outcome.contact_id, stored(outcome.hint), row.source, refused=row.refused)


def record(ledger: Ledger, seq: int, sent: Sequence[LedgerRow], settled: Sequence[tuple[LedgerRow, Outcome]]) -> None:
    """Marks and outcomes of staged rows, in one commit."""
    ledger.record(seq, [*map(due, sent)], [(due(row), outcome) for row, outcome in settled])


@asynccontextmanager
async def turn(limiter: RateLimiter, number: int, kind: RequestKind = "write") -> AsyncIterator[float]:
    """The time of a request, which begins with its turn."""
    left_at = await limiter.begin(number, kind)
    try:
        yield left_at
    finally:
        limiter.end(kind)
