"""Rows that an earlier run of the same file sent, where no search would find what was sent: rows that have no key, or
had none. Nothing but its place, its cells and its name tells that it is the same. Pure."""

from collections.abc import Sequence
from typing import Final

from importer.error_codes import LOOK_THERE, ended
from importer.ledger.records import LedgerRow
from importer.livedesk.contact import Contact, as_text
from importer.message import Message
from importer.models import Outcome, Status
from importer.remarks import NOT_AGAIN, not_added
from importer.staging.outcomes import quoted
from importer.texts import is_part

_STORED: Final = (Status.CREATED, Status.UPDATED, Status.UNCHANGED, Status.DUPLICATE)
_SENT_AS: Final = Message('an earlier run sent this row as "{name}"; without a key it is not sent again')
_OTHER_DATA: Final = Message(
    'an earlier run sent this row as "{name}"; without a key it is not sent again: enter in LiveDesk what the contact '
    "lacks, {fields}"
)
_HAD_NO_KEY: Final = Message(
    'an earlier run sent this row as "{name}" without email, phone_number and identifier, and no search finds that '
    "contact: the row is not sent again, or the person would be there twice; enter in LiveDesk what the contact lacks "
    "({fields}), or delete it there and import with --fresh"
)


def is_as_before(cells: Sequence[str], contact: Contact, before: LedgerRow) -> bool:
    """Whether a row with these ``cells`` is the one that an earlier run sent from its place, and a search might not
    tell: the cells are those that were sent, and only one of the two has a key, or neither."""
    return not (before.contact.keys() and contact.keys()) and bool(before.cells) and tuple(cells) == before.cells


def is_edited(contact: Contact, before: LedgerRow) -> bool:
    """Whether a row that has no key may be what has become of the one that an earlier run sent from its place, without
    a key as well: one name is part of the other."""
    return not (before.contact.keys() or contact.keys()) and is_part(contact.name or "", before.contact.name or "")


def lacks(before: LedgerRow, contact: Contact) -> dict[str, str]:
    """The attributes of a row that the contact which an earlier run sent for it has not, or has otherwise."""
    held = before.contact.attributes
    return {name: as_text(value) for name, value in contact.attributes.items() if held.get(name) != value}


def as_before(before: LedgerRow, contact: Contact) -> Outcome:
    """The outcome of a row that an earlier run sent, and that is only read otherwise now, as ``contact``, or is to go
    to another inbox: it is not sent a second time."""
    other = lacks(before, contact)
    is_whole, fields = not (contact.keys() or other), quoted({**contact.keys(), **other})
    text = _HAD_NO_KEY if contact.keys() else _OTHER_DATA if other else _SENT_AS
    values: dict[str, object] = {"fields": fields, "kind": NOT_AGAIN} if not is_whole else {}
    told = text.with_values({"name": before.contact.name or "", **values})
    status, contact_id = before.outcome.status, before.outcome.contact_id
    inbox = contact.inbox_id
    if status not in (*_STORED, Status.EXISTS):
        return ended(Status.UNKNOWN, "interrupted", told, contact_id=contact_id, hint=LOOK_THERE)
    if inbox not in (None, before.contact.inbox_id):
        return Outcome(Status.EXISTS, contact_id, hint=(told, not_added(inbox)))
    return Outcome(Status.UNCHANGED if status in _STORED and is_whole else Status.EXISTS, contact_id, hint=(told,))
