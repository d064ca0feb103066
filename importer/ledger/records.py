"""A row on its way through the ledger, and what earlier runs know of a contact."""

import re
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

from importer.livedesk.contact import KEY_FIELDS, Contact
from importer.message import Messages, messages_from
from importer.models import Outcome, Status
from importer.runtime import dumps


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A row as the ledger keeps it, from staging to report.

    ``contact`` is what was or would be sent; for an invalid row, the cells as they were. ``cells`` are the
    input's own, empty once the row is fine. ``fingerprint`` recognizes the contact in later runs; an invalid row
    has none. ``in_doubt`` means that an earlier run sent this contact and never learned what became of it.
    """

    number: int
    cells: tuple[str, ...]
    contact: Contact
    outcome: Outcome
    fingerprint: bytes | None = None
    in_doubt: bool = False


StagedRow: TypeAlias = tuple[int, str | None, str, bytes]
"""A row that is to be sent and of which there is nothing to remark: number, cells and contact as JSON, fingerprint.

Without its cells in a rehearsal, where nothing can go wrong with it any more. A plain tuple, for a ``NamedTuple`` takes
four times as long to make, and most rows of most files are such.
"""


class Due(NamedTuple):
    """A row that is to be sent, with what sending needs; made for every row, and so a tuple whose contact is not read.

    ``stored`` is the contact's ``json``. ``contact_id`` is that of a contact which an earlier run created and could not
    give its attributes; ``hint`` is what was remarked when the row was staged, as it is stored. For the
    rest see ``LedgerRow``.
    """

    number: int
    stored: str
    fingerprint: bytes | None = None
    in_doubt: bool = False
    contact_id: str | None = None
    hint: str = ""

    @property
    def contact(self) -> Contact:
        """The contact, read anew each time."""
        return Contact.from_json(self.stored)

    @property
    def remarks(self) -> Messages:
        """The messages of ``hint``."""
        return messages_from(self.hint)

    @property
    def has_key(self) -> bool:
        """Whether the contact has a unique field, and so can be searched for."""
        return _KEY.search(self.stored) is not None

    @property
    def has_attributes(self) -> bool:
        """Whether there may be more to send than a create."""
        return _ATTRIBUTES in self.stored

    def create_body(self) -> bytes:
        """The contact's ``create_body`` as JSON: mostly what is stored, but for an inbox id of digits."""
        if _ATTRIBUTES in self.stored:
            return dumps(self.contact.create_body())
        before, name, rest = self.stored.partition('"inbox_id": "')
        inbox_id, _, after = rest.partition('"')
        if inbox_id.isdecimal():
            return f"{before}{name[:-1]}{int(inbox_id)}{after}".encode()
        return self.stored.encode()


Settled: TypeAlias = tuple[Due, Outcome]
"""A row that was due, and what became of it."""


_KEY: Final = re.compile(rf'"(?:{"|".join(KEY_FIELDS)})": "[^"]')  # within a text, quotes are escaped


_ATTRIBUTES: Final = "_attributes."


@dataclass(frozen=True, slots=True)
class Earlier:
    """What earlier runs on this ledger know of a contact; ``status`` is ``SENT`` while nobody knows."""

    status: Status
    contact_id: str | None = None
