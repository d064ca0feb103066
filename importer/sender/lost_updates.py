"""Updates of contacts that were there before whose answers proved nothing: what became of them a read tells, and it
tells so finally once ``--settle`` has passed since the request ended. Until then an older one could be stored after a
newer one."""

from collections.abc import Iterable, Sequence

from importer.error_codes import CONTINUE
from importer.ledger.records import Change, Due, LostUpdate
from importer.livedesk.payload import same_value, value_before
from importer.livedesk.responses import Found
from importer.message import Message
from importer.models import Json, Outcome, Status


def done(changes: Sequence[Change], found: Found) -> tuple[Change, ...]:
    """The changes that the contact shows, be it as the server writes such a value."""
    return tuple(
        change
        for change in changes
        if same_value(change.field, held := value_before(found, change.field), change.after) or _is_way(change, held)
    )


def as_held(changes: Sequence[Change], found: Found) -> tuple[Change, ...]:
    """The changes, with what the contact holds where the server has written a new value in a way of its own."""
    pairs = ((change, value_before(found, change.field)) for change in changes)
    return tuple(change._replace(after=held) if _is_way(change, held) else change for change, held in pairs)


def _is_way(change: Change, held: Json) -> bool:
    """Whether a contact holds the new value of an attribute with other case, spaces or signs, and did not before."""
    if "." not in change.field or not isinstance(held, str) or not isinstance(change.after, str):
        return False
    return held not in (change.before, change.after) and _bare(held) == _bare(change.after) != ""


def _bare(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def left_of(changes: Iterable[Change], stored: Iterable[Change]) -> tuple[str, ...]:
    """The fields of the changes, without those that are ``stored``."""
    written = {change.field for change in stored}
    return tuple(change.field for change in changes if change.field not in written)


def not_done(changes: Sequence[Change], found: Found) -> tuple[str, ...]:
    """The fields of those that show the value from before: once no request is left, they certainly did not happen."""
    left = (change for change in changes if change not in done(changes, found))
    return tuple(one.field for one in left if same_value(one.field, value_before(found, one.field), one.before))


def never_learned(lost: LostUpdate) -> Outcome:
    """The outcome of a row whose update may be stored or not, for it could not be read any more."""
    fields = tuple(change.field for change in lost.changes)
    error = Message("contact {id} may be changed or not: {fields}", id=lost.contact_id, fields=fields)
    return Outcome(Status.UNKNOWN, lost.contact_id, lost.code, (lost.cause, error), (CONTINUE,), lost.http_status)


def lost_of(row: Due, contact_id: str) -> LostUpdate | None:
    """The row's own update of this contact that is in doubt."""
    lost = row.lost
    return lost if lost is not None and lost.contact_id == contact_id else None


def is_somebody_elses(change: Change, found: Found) -> bool:
    """Whether somebody else has written the field of a change."""
    now = value_before(found, change.field)
    return not any(same_value(change.field, now, value) for value in (change.before, change.after))
