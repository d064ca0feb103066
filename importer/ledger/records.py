"""A row on its way through the ledger, and what earlier runs know of a contact."""

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from importer.livedesk.contact import Contact
from importer.message import Messages, messages_from
from importer.models import Outcome, Status

RowKey: TypeAlias = tuple[int, int]
"""A row's source within its run (a file or a sheet, from 0), and its row number there."""


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A row as the ledger keeps it, from staging to report.

    ``contact`` is what was or would be sent; for an invalid row, the cells as they were. ``cells`` are the input's own,
    empty once the row is fine. ``fingerprint`` recognizes the contact in later runs; an invalid row has none.
    ``in_doubt`` means that an earlier run sent this contact and never learned its outcome.
    """

    number: int
    cells: tuple[str, ...]
    contact: Contact
    outcome: Outcome
    fingerprint: bytes | None = None
    in_doubt: bool = False
    source: int = 0


StagedRow: TypeAlias = tuple[int, str | None, str, bytes | None]
"""A row of source 0 without errors or remarks: number, cells and contact as JSON, fingerprint.

A dry run leaves out the cells, since such a row can no longer fail. A plain tuple, because most rows are of this kind
and a ``NamedTuple`` takes four times as long to make.
"""


class Due(NamedTuple):
    """A row to be sent. Every row becomes one, hence a tuple.

    ``contact_id`` is set if an earlier run created the contact without its attributes. ``hint`` has the remarks from
    staging, as stored. For the rest see ``LedgerRow``.
    """

    number: int
    contact: Contact
    fingerprint: bytes | None = None
    in_doubt: bool = False
    contact_id: str | None = None
    hint: str = ""
    source: int = 0

    @property
    def remarks(self) -> Messages:
        """The messages of ``hint``."""
        return messages_from(self.hint)

    @property
    def key(self) -> RowKey:
        """What identifies the row within its run."""
        return self.source, self.number


Settled: TypeAlias = tuple[Due, Outcome]
"""A row that was due, and its outcome."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """What earlier runs on this ledger know of a contact; ``status`` is ``SENT`` while its outcome is unknown."""

    status: Status
    contact_id: str | None = None
