"""An update of a contact that was there before, and that the server did not accept: why, and what to do."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from importer.error_codes import failed
from importer.ledger.known_contacts import GONE
from importer.ledger.records import Change, Due
from importer.livedesk.contact import KEY_FIELDS
from importer.livedesk.payload import valued
from importer.livedesk.responses import Found
from importer.livedesk.retry import Action, Answer, may_conflict
from importer.message import Message
from importer.models import Outcome
from importer.sender.lookup import look_up
from importer.sender.lost_updates import done
from importer.sender.resolution import Held, refusal
from importer.sender.session import Session
from importer.sender.updates import Updates

LOOK_AGAIN_S: Final = 2.0
"""A search that still shows a value may be that much late."""


async def state_after(planned: Sequence[Change], answer: Answer, session: Session, updates: Updates) -> Found | None:
    """The contact as it is after an update was refused, ``None`` if no search shows it.

    Where the update was sent more than once, or there should be no such contact, a search that shows nothing new is
    asked again: it may be late.
    """
    if not 400 <= answer.reply.status < 500 or session.request_policy.refuses_all:
        return None
    now = await updates.read(planned[0].contact_id)
    if now is not None and not done(planned, now) and (updates.updates > 1 or is_gone(answer)):
        await session.stop.sleep(LOOK_AGAIN_S)
        now = await updates.read(now.id) or now
    return now


def is_gone(answer: Answer) -> bool:
    """Whether there is no such contact, as an answer says."""
    return answer.decision.action is Action.NOT_FOUND


async def refused(row: Due, session: Session, found: Found, planned: Sequence[Change], answer: Answer) -> Outcome:
    """The failure of a row: another contact may have got one of its new keys since the row was looked for, which only a
    search can tell, as the server's words come in any language."""
    keys = {change.field: change.after for change in planned if change.field in KEY_FIELDS and change.after}
    if keys and answer.decision.action is Action.REFUSED and may_conflict(answer.reply):
        looked = await look_up(row._replace(contact=valued(keys), doubt=None), session, fresh=True)
        held = looked.holders.items() if looked is not None else ()
        others = {name: tuple(one for one in holders if one.id != found.id) for name, holders in held}
        if holders := {name: others[name] for name in others if others[name]}:
            return refusal(row.contact, Held("taken", holders))
    return failed(answer.decision.code, answer.decision.cause)


def vanished(contact_id: str, answer: Answer, *, by_plan: bool) -> Outcome:
    """The failure of a row whose contact was removed, or merged with another one, since it was read."""
    error = Message("contact {id} is not there any more ({cause})", id=contact_id, cause=answer.decision.cause)
    if by_plan:
        return failed("conflict", error)
    hint = Message("it was removed or merged: run the same command again, which looks for the person anew")
    return failed(GONE, error, hint)._replace(contact_id=contact_id)


def as_it_was(contact_id: str) -> Message:
    """That nothing was written to a contact."""
    return Message("contact {id} is as it was", id=contact_id)


def state_of(contact_id: str, changed: Sequence[str]) -> Message:
    """What has ``changed`` in a contact, as people read it, or that nothing has."""
    return Message("changed: {fields}", fields=changed) if changed else as_it_was(contact_id)


def refused_to_find(answer: Answer) -> Answer:
    """The answer that there is no such contact, of one that a search shows with a part of the update: a refusal."""
    if not is_gone(answer):
        return answer
    return answer._replace(decision=replace(answer.decision, action=Action.REFUSED, code="rejected"))


def with_state(state: Message, outcome: Outcome) -> Outcome:
    """An outcome whose hint begins with the contact's state."""
    return outcome._replace(hint=(state, *outcome.hint))
