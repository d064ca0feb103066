"""Which row of a run is which contact that was there before: rows that the file cannot know to be one person may turn
out to be one contact on the server, one by its identifier and one by its email.

The first row that finds the contact keeps it, as the first of two rows for one person does within the file. A later one
is a duplicate: it sends nothing, and so changes nothing that the first has written. What a row was to change when its
run was killed, or its answer was lost, it keeps in the next run: it may have changed it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Final

from importer.ledger.group_commit import RunLedger
from importer.ledger.records import Change, Due, RowKey, Source, SourceName
from importer.message import Message
from importer.models import Outcome, Status
from importer.sender.differences import told
from importer.sender.id_table import IdTable, key_of
from importer.staging.outcomes import named_otherwise

_Held = Callable[[], Iterable[tuple[RowKey, str]]]


_KEEPING: Final = (Status.UNCHANGED, Status.SAME, Status.UPDATE)


class Claims:
    """Owns the ids of the contacts that rows of this run keep.

    ``held`` gives those of rows that an earlier run has settled, or left in doubt, with the rows' keys: it is asked
    once, by the first row that finds a contact. ``names`` are those of the run's sources, where it has several.
    """

    def __init__(self, held: _Held = lambda: (), names: Sequence[SourceName] = ()) -> None:
        self._held: _Held | None = held
        self._ids = IdTable()
        self._names = tuple(names)

    def take(self, contact_id: str, row: RowKey) -> RowKey | None:
        """Claim a contact for a row; the other row that has it, if there is one."""
        if self._held is not None:
            held, self._held = self._held(), None
            for key, settled_id in held:
                self._ids.put(key_of(settled_id), key, proved=False)
        other = self._ids.put(key_of(contact_id), row, proved=False)
        return other[0] if other is not None else None

    def told(self, row: Due, other: RowKey) -> Message | int:
        """How people find the other row."""
        return Source(row.source, self._names).named(*other) if self._names else other[1]


class NoClaims(Claims):
    """For a worker of a cluster: its driver knows all rows, and decides."""

    def take(self, contact_id: str, row: RowKey) -> RowKey | None:  # noqa: ARG002 - as in Claims
        """Nobody else has it, as far as a worker knows."""
        return None


def claims_of(run_ledger: RunLedger) -> Claims:
    """Those of a run. Rows that earlier runs have settled keep their contacts, and those in doubt what they were to
    change; in a plan those too that a plan before it has looked at."""
    ledger, seq = run_ledger.ledger, run_ledger.seq

    def held() -> Iterable[tuple[RowKey, str]]:
        return chain(ledger.claimed_in_doubt(seq), ledger.contact_ids(seq, _KEEPING))

    return Claims(held, run_ledger.run.names)


def same_contact(contact_id: str, row: Message | int, changes: Sequence[Change]) -> Outcome:
    """The outcome of a row whose contact another ``row`` of the file keeps; its hint tells what is not sent."""
    error = Message("the same contact on the server as row {row}: {id}", row=row, id=contact_id)
    hint = tuple(_unsent(changes))
    return Outcome(Status.DUPLICATE, contact_id, "duplicate", (error,), hint)


def _unsent(changes: Sequence[Change]) -> Iterator[Message]:
    if fields := told(changes):
        yield Message("not sent: {fields}", fields=fields)
    for _, field, before, after in changes:
        if field == "name" and before and after:
            yield from named_otherwise(str(after), str(before))
