"""An update of a contact that was there before, and that the server did not accept: why, and what to do."""

from collections.abc import Sequence

from importer.error_codes import ERROR_CODES
from importer.ledger.known_contacts import GONE
from importer.ledger.records import Change, Due
from importer.livedesk.contact import KEY_FIELDS
from importer.livedesk.payload import valued
from importer.livedesk.responses import Found
from importer.livedesk.retry import Action, Answer, may_conflict
from importer.message import Message
from importer.models import Outcome
from importer.sender.lookup import look_up
from importer.sender.resolution import Held, refusal
from importer.sender.session import Session
from importer.sender.updates import failed


async def refused(row: Due, session: Session, found: Found, planned: Sequence[Change], answer: Answer) -> Outcome:
    """The failure of a row: another contact may have got one of its new keys since the row was looked for, which only a
    search can tell, as the server's words come in any language."""
    keys = {change.field: change.after for change in planned if change.field in KEY_FIELDS and change.after}
    if keys and answer.decision.verdict is Action.REFUSED and may_conflict(answer.reply):
        looked = await look_up(row._replace(contact=valued(keys), doubt=None), session, fresh=True)
        held = looked.holders.items() if looked is not None else ()
        others = {name: tuple(one for one in holders if one.id != found.id) for name, holders in held}
        if holders := {name: others[name] for name in others if others[name]}:
            return refusal(row.contact, Held("taken", holders))
    return failed(answer.decision.code, answer.decision.cause, ERROR_CODES[answer.decision.code].hint)


def vanished(contact_id: str, answer: Answer, *, by_plan: bool) -> Outcome:
    """The failure of a row whose contact was removed, or merged with another one, since it was read."""
    error = Message("contact {id} is not there any more ({cause})", id=contact_id, cause=answer.decision.cause)
    if by_plan:
        return failed("conflict", error, ERROR_CODES["conflict"].hint)
    hint = Message("it was removed or merged: run the same command again, which looks for the person anew")
    return failed(GONE, error, hint)._replace(contact_id=contact_id)


def as_it_was(contact_id: str) -> Message:
    """That nothing was written to a contact."""
    return Message("contact {id} is as it was", id=contact_id)


def with_state(state: Message, outcome: Outcome) -> Outcome:
    """An outcome whose hint begins with the contact's state."""
    return outcome._replace(hint=(state, *outcome.hint))
