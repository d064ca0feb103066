"""A row on its way through the ledger, and what earlier runs know of a contact."""

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from importer.livedesk.contact import Contact
from importer.message import Messages, messages_from
from importer.models import Outcome, Status

RowKey: TypeAlias = tuple[int, int]
"""The source of a row among those of its run (a file, a sheet; from 0), and its number there."""


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A row as the ledger keeps it, from staging to report.

    ``contact`` is what was or would be sent; for an invalid row, the cells as they were. ``cells`` are the
    input's own, empty once the row is fine. ``fingerprint`` recognizes the contact in later runs; an invalid row
    has none. ``in_doubt`` means that an earlier run sent this contact and never learned what became of it.
    ``source`` and ``number`` are the row's key.
    """

    number: int
    cells: tuple[str, ...]
    contact: Contact
    outcome: Outcome
    fingerprint: bytes | None = None
    in_doubt: bool = False
    source: int = 0


StagedRow: TypeAlias = tuple[int, str | None, str, bytes | None]
"""A row of which there is nothing to say but what many have in common: number, cells and contact as JSON, fingerprint.

Without its cells in a rehearsal, where nothing can go wrong with it any more. A plain tuple, for a ``NamedTuple`` takes
four times as long to make, and most rows of most files are such. Its source is 0.
"""


class Due(NamedTuple):
    """A row that is to be sent, with what sending needs; made for every row, and so a tuple whose contact is not read.

    ``stored`` is the contact's ``json``; with ``has_key`` it can be searched for. ``contact_id`` is that of a contact
    which an earlier run created and could not give its attributes; ``hint`` is what was remarked when the row was
    staged, as it is stored. For the rest see ``LedgerRow``.
    """

    number: int
    stored: str
    fingerprint: bytes | None = None
    in_doubt: bool = False
    contact_id: str | None = None
    hint: str = ""
    has_key: bool = True
    source: int = 0

    @property
    def contact(self) -> Contact:
        """The contact, read anew each time."""
        return Contact.from_json(self.stored)

    @property
    def remarks(self) -> Messages:
        """The messages of ``hint``."""
        return messages_from(self.hint)

    @property
    def key(self) -> RowKey:
        """What tells the row from the others of its run."""
        return self.source, self.number


Settled: TypeAlias = tuple[Due, Outcome]
"""A row that was due, and what became of it."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """What earlier runs on this ledger know of a contact; ``status`` is ``SENT`` while nobody knows."""

    status: Status
    contact_id: str | None = None
