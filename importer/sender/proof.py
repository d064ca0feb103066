"""Whether an update of a contact that was there before has done what its answer says.

What the answer shows counts. Of a field that it does not show, and of one that is emptied, the first in a session is
read back; so is any of which the answer shows what stood there before. Until a read has proved a field, each further
row that writes it is read back too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

from importer.error_codes import CONTINUE, ended, failed
from importer.errors import NotStored
from importer.livedesk.contact import Contact
from importer.livedesk.identity import echo_of
from importer.livedesk.payload import has_value, is_unchanged, unchanged_in, written_values
from importer.livedesk.responses import Found
from importer.livedesk.retry import Answer
from importer.message import Message
from importer.models import Outcome, Status
from importer.sender.refused_updates import LOOK_AGAIN_S, state_of, with_state
from importer.sender.session import Session
from importer.sender.updates import Updates

NOT_CLEARED: Final = "not_cleared"


def other_id(found: Found, shown_now: Found | None) -> Message | None:
    """Why an answer is not about the contact that was updated."""
    if shown_now is None or shown_now.id in ("", found.id):
        return None
    return Message("the answer names contact {id}, which is another's", id=shown_now.id)


def unfit(answer: Answer) -> Message | None:
    """Why an answer may be that to another request."""
    return Message("the answer may be that of an earlier request") if answer.reply.is_unfit else None


def other_keys(found: Found, changes: Contact, shown_now: Found | None) -> Message | None:
    """Why an answer shows by its keys that the update reached another contact. A search may have named the wrong one;
    then others may follow, and no answer counts unproved any more."""
    differs = echo_of(_after(found.contact, changes), shown_now.contact).differs if shown_now is not None else ()
    if all(difference.way is not None for difference in differs):
        return None
    fields = [difference.field for difference in differs]
    return Message("contact {id} may be another's: the answer shows another {fields}", id=found.id, fields=fields)


def _after(before: Contact, changes: Contact) -> Contact:
    """The contact's own fields after the changes."""
    emptied: dict[str, Any] = {name: None for name in changes.clears if "." not in name}
    return replace(before, **{**emptied, **changes.create_fields()})


class Proof(NamedTuple):
    """What is wrong with an update: fields that kept their values, those among them that were to be emptied, and those
    that could not be read back; and the contact's ``state``, if it was read back."""

    kept: tuple[str, ...] = ()
    standing: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    state: Found | None = None

    def outcome(self, contact_id: str, changed: Sequence[str]) -> Outcome | None:
        """The failure of such an update, with what has ``changed`` all the same; ``None`` if nothing is wrong."""
        if self.unread:
            return self._untold(contact_id)
        code = NotStored.code if set(self.kept) - set(self.standing) else NOT_CLEARED
        return not_kept(code, contact_id, self.kept, changed) if self.kept else None

    def _untold(self, contact_id: str) -> Outcome:
        told = {"id": contact_id, "fields": self.unread}
        error = Message("whether contact {id} has lost {fields} could not be read back", **told)
        if not self.standing:
            error = Message("whether contact {id} has the new {fields} could not be read back", **told)
        code = NOT_CLEARED if self.standing else NotStored.code
        return ended(Status.UNKNOWN, code, error, contact_id=contact_id, hint=CONTINUE)


async def prove(found: Found, changes: Contact, shown: Found | None, session: Session, updates: Updates) -> Proof:
    """Hold an update against its answer (``shown``), and against the contact where that does not tell."""
    written, shows = written_values(changes), shown.contact if shown is not None else Contact()
    told = unchanged_in(changes, found, shown) if shown is not None else ()
    silent = session.evidence.unproved_updates(
        name for name, value in written.items() if value is not None and not has_value(shows, name)
    )
    held = (name for name in changes.clears if has_value(shows, name))
    emptied = tuple(dict.fromkeys((*session.clearing.unproved(changes.clears), *held)))
    if not (told or silent or emptied):
        return Proof()
    read = await _read_back(found, changes, (*told, *silent, *emptied), session, updates)
    if read is None:
        return Proof(standing=emptied, unread=emptied or silent) if emptied or silent else Proof(kept=told)
    kept, state = read
    standing = tuple(name for name in emptied if name in kept)
    session.clearing.learn((name for name in emptied if name not in kept), is_empty=True)
    session.clearing.learn(standing, is_empty=False)
    session.evidence.confirm_updates(name for name in silent if name not in kept)
    return Proof(kept, standing, state=state)


async def _read_back(
    found: Found, changes: Contact, fields: Iterable[str], session: Session, updates: Updates
) -> tuple[tuple[str, ...], Found] | None:
    """The fields that a search shows as they were, now and a little later, and the contact as it shows it;
    ``None`` if it shows nobody."""
    written, sought, read = written_values(changes), tuple(fields), None
    for wait_s in (LOOK_AGAIN_S, None):
        if (state := await updates.read(found.id)) is not None:
            read = tuple(name for name in sought if is_unchanged(name, written[name], found, state)), state
        if read is not None and not read[0]:
            break
        if wait_s is not None:
            await session.stop.sleep(wait_s)
    return read


def not_kept(code: str, contact_id: str, fields: Sequence[str], changed: Sequence[str] = ()) -> Outcome:
    """The server keeps what an update should replace or empty: nothing says that it was done. A contact that has
    ``changed`` all the same is named."""
    error = Message("the server keeps {fields} of contact {id}, whatever an update says", fields=fields, id=contact_id)
    outcome = with_state(state_of(contact_id, changed), failed(code, error, fields=fields))
    return outcome._replace(contact_id=contact_id if changed else None, unwritten=(*fields,))
