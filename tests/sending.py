"""What tests of the send stage share: rows as they are due, what the ledger writes of them, turns as blocks."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from importer.ledger import Ledger
from importer.models import Due, LedgerRow, Outcome
from importer.pacing import Kind, Pacer


def due(row: LedgerRow) -> Due:
    """A staged row as it is due."""
    return Due(row.number, row.contact.json, row.fingerprint, row.in_doubt, row.outcome.contact_id, row.outcome.hint)


def record(ledger: Ledger, seq: int, sent: Sequence[LedgerRow], settled: Sequence[tuple[LedgerRow, Outcome]]) -> None:
    """Marks and outcomes of staged rows, in one commit."""
    ledger.record(seq, [*map(due, sent)], [(due(row), outcome) for row, outcome in settled])


@asynccontextmanager
async def turn(pacer: Pacer, number: int, kind: Kind = "write") -> AsyncIterator[float]:
    """The time of a request, which begins with its turn."""
    left_at = await pacer.begin(number, kind)
    try:
        yield left_at
    finally:
        pacer.end(kind)
