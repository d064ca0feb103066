"""Which row of a run is which contact that was there before: rows that the file cannot know to be one person may turn
out to be one contact on the server, one by its identifier and one by its email.

The first row that finds the contact keeps it, as the first of two rows for one person does within the file. A later one
is a duplicate: it sends nothing, and so changes nothing that the first has written. What a row was to change when its
run was killed, or its answer was lost, it keeps in the next run: it may have changed it.

A row that may change nobody keeps no contact; but what it says of one is true only until another row changes that. Then
it is looked at again, when the others are done.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Final, TypeAlias

from importer.ledger.group_commit import RunLedger
from importer.ledger.records import Change, Due, RowKey, Source, SourceName
from importer.message import Message
from importer.models import Outcome, Status
from importer.sender.differences import told
from importer.sender.id_table import IdTable, key_of
from importer.staging.outcomes import named_otherwise

_Held: TypeAlias = Callable[[], Iterable[tuple[RowKey, str]]]


MOST_READERS: Final = 10_000
"""Of so many rows that may change nobody it is known whose contact another row keeps."""

_KEEPING: Final = (Status.UNCHANGED, Status.SAME, Status.UPDATE)


class Claims:
    """Owns the ids of the contacts that rows of this run keep.

    ``settled`` gives those of rows that an earlier run has settled, with the rows' keys, and ``in_doubt`` those of rows
    that it has left in doubt: they are asked once, by the first row that finds a contact. ``names`` are those of the
    run's sources, where it has several.
    """

    def __init__(
        self, settled: _Held = lambda: (), in_doubt: _Held = lambda: (), names: Sequence[SourceName] = ()
    ) -> None:
        self._held: tuple[_Held, _Held] | None = (in_doubt, settled)
        self._ids = IdTable()
        self._names = tuple(names)
        self._readers: dict[str, Due] = {}
        self._overtaken: dict[RowKey, Due | None] = {}

    def take(self, contact_id: str, row: RowKey) -> RowKey | None:
        """Claim a contact for a row; the other row that has it, if there is one."""
        self._read()
        if (other := self._keep(contact_id, row)) is not None:
            return other[0]
        if self._readers and (reader := self._readers.pop(contact_id, None)) is not None and reader.key != row:
            self._overtaken.setdefault(reader.key, reader)
        return None

    def leave_alone(self, contact_id: str, row: Due) -> None:
        """A row finds a contact that it may not change, and says how that is."""
        self._read()
        if self._ids.holder(contact_id) is not None or contact_id in self._readers:
            self._overtaken.setdefault(row.key, row)
        elif len(self._readers) < MOST_READERS:
            self._readers[contact_id] = row

    def take_overtaken(self) -> list[Due]:
        """The rows that have found a contact which another row keeps, each once: what it holds may be changed since."""
        overtaken = [row for row in self._overtaken.values() if row is not None]
        self._overtaken = dict.fromkeys(self._overtaken)
        return overtaken

    def take_over(self, contact_id: str, row: RowKey) -> RowKey | None:
        """Claim a contact for a row although an earlier run has settled another with its id, for that was wrong. The
        other row, if this run has it."""
        self._read()
        other = self._keep(contact_id, row)
        if other is None or other[1]:
            return None
        self._ids.put(key_of(contact_id), row, proved=True)
        return other[0]

    def _keep(self, contact_id: str, row: RowKey) -> tuple[RowKey, bool] | None:
        """Enter a row; returns the one that has the contact already, and whether more than an outcome of an earlier run
        says so."""
        key = key_of(contact_id)
        if (other := self._ids.put(key, row, proved=False)) is None:
            self._ids.put(key, row, proved=True)
        return other

    def _read(self) -> None:
        if self._held is None:
            return
        (in_doubt, settled), self._held = self._held, None
        for key, contact_id in in_doubt():
            self._keep(contact_id, key)
        for key, contact_id in settled():
            self._ids.put(key_of(contact_id), key, proved=False)

    def told(self, row: Due, other: RowKey) -> Message | int:
        """How people find the other row."""
        return Source(row.source, self._names).named(*other) if self._names else other[1]


class NoClaims(Claims):
    """For a worker of a cluster: its driver knows all rows, and decides."""

    def take(self, contact_id: str, row: RowKey) -> RowKey | None:  # noqa: ARG002 - as in Claims
        """Nobody else has it, as far as a worker knows."""
        return None

    def leave_alone(self, contact_id: str, row: Due) -> None:
        """The driver decides."""

    def take_over(self, contact_id: str, row: RowKey) -> RowKey | None:  # noqa: ARG002 - as in Claims
        """A worker does not know to whom earlier runs gave it."""
        return None


def claims_of(run_ledger: RunLedger) -> Claims:
    """The claims of a run. Rows that earlier runs have settled keep their contacts, and those in doubt what they were
    to change; in a plan those too that a plan before it has looked at."""
    ledger, seq = run_ledger.ledger, run_ledger.seq
    settled, in_doubt = partial(ledger.contact_ids, seq, _KEEPING), partial(ledger.claimed_in_doubt, seq)
    return Claims(settled, in_doubt, run_ledger.run.names)


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
