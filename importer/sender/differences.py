"""What differs between a row and a contact, field by field, and how people read it. Pure."""

from collections.abc import Iterable, Iterator
from typing import Literal

from importer.ledger.records import Change
from importer.livedesk.contact import STAMPS, Contact, value_text
from importer.livedesk.payload import value_before, written_values
from importer.livedesk.responses import Found
from importer.message import Message
from importer.models import Json, OnDuplicate
from importer.remarks import DIFFERS


def changes_to(found: Found, changes: Contact) -> Iterator[Change]:
    """What the changes do to each field, without those whose value stays."""
    for name, after in written_values(changes).items():
        if (before := value_before(found, name)) != after:
            yield Change(found.id, name, before, after)


def listed(changes: Contact, found: Found) -> Iterator[str]:
    """Each change of the row's own data, old and new."""
    for name, new in written_values(changes).items():
        yield shown(name, value_before(found, name), new)


def shown(name: str, before: Json, after: Json) -> str:
    """A change as people read it; no value is an empty text."""
    return f'{name} "{value_text(before)}" -> "{value_text(after)}"'


def told(changes: Iterable[Change]) -> tuple[str, ...]:
    """The changes of the row's own data, as people read them."""
    return tuple(shown(*change[1:]) for change in changes if change.field not in STAMPS)


def fields_of(changes: Iterable[Change]) -> tuple[str, ...]:
    """The fields of changes."""
    return tuple(change.field for change in changes)


def other_data(changes: Contact, found: Found, left_by: OnDuplicate | Literal["plan"]) -> Iterator[Message]:
    """That the contact has other data than the row, and why it stays so."""
    fields = [*listed(changes, found)]
    if not fields:
        return
    if left_by == "plan":
        yield Message("the contact has other data, which the plan leaves: {fields}", fields=fields, kind=DIFFERS)
    elif left_by == "fill":
        yield Message(
            "the contact has other data, which --on-duplicate fill leaves: {fields}", fields=fields, kind=DIFFERS
        )
    elif left_by == "update":
        yield Message(
            "the contact has other data, which --keep or the setting update leaves: {fields}",
            fields=fields,
            kind=DIFFERS,
        )
    else:
        yield Message(
            "the contact has other data, which --on-duplicate update would change: {fields}",
            fields=fields,
            kind=DIFFERS,
        )


def left_for_lack_of(field: str, changes: Contact, found: Found) -> Iterator[Message]:
    """What differs in a contact that may not be changed, since the row lacks the ``field`` by which people are
    matched."""
    if fields := [*listed(changes, found)]:
        yield Message(
            "not changed, since the row has no {field}: it follows --match-by auto and changes nobody; the contact has "
            "other data: {fields}",
            field=field,
            fields=fields,
            kind=DIFFERS,
        )
