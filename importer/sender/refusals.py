"""What becomes of a row that the server refuses: its words come in any language, so a search tells what they mean."""

from typing import Final

from importer.error_codes import CONTINUE, failed
from importer.livedesk.responses import Reply
from importer.livedesk.retry import Answer, may_conflict, quotation, refusal_text, refused_fields, says_taken
from importer.message import Message
from importer.models import Outcome
from importer.sender.doubts import Aside, Result
from importer.sender.lookup import Looked
from importer.sender.row_in_doubt import RowInDoubt

_HIDDEN: Final = Message(
    "look for its {fields} in LiveDesk, for no search shows who has it. If that is this person, take the row out of "
    "the file; if it is somebody else, correct the row, and import it again"
)


async def refused(state: RowInDoubt, answer: Answer) -> Result:
    """The outcome of a row whose create is refused, or the row aside: a search for contacts with the same values."""
    reply, code = answer.reply, answer.decision.code
    error = Message("the server refused it: {words} (HTTP {status})", words=quotation(reply), status=reply.status)
    hint = None
    if may_conflict(reply) and state.row.contact.has_key:
        looked = await state.find()
        # The refusal may be that of another row, and this one's contact be stored.
        if state.is_doubted or (reply.is_used and says_taken(reply) and not (looked and looked.holders)):
            if (known := await _unexplained(state, reply, looked, error)) is not None:
                return known
        elif looked is not None and looked.holders:
            is_stale = reply.is_used and state.session.client.met_stale
            return await state.existing().found(looked, maybe_ours=is_stale)
        elif looked is None:
            hint = Message("whether the contact exists could not be found out; {hint}", hint=CONTINUE)
        elif (wait_s := state.session.late_s()) and not state.session.request_policy.stopping:
            return Aside(state.row, wait_s)
        elif wait_s or state.row.known_id is not None:
            return _by_nobody(state, reply, error)
    return failed(code, error, hint, refused_fields(reply))


async def _unexplained(state: RowInDoubt, reply: Reply, looked: Looked | None, error: Message) -> Result | None:
    """What becomes of a row that is refused although it may be stored; ``None`` if the refusal counts.

    Only a search that shows the row's own contact settles it at once. Else the row stands aside, and is sent once
    more; what a fresh connection then repeats is the answer to this row, unless it says that somebody has it.
    """
    if looked is None:
        return state.unknown("rejected", error)
    if (known := await state.shown(looked)) is not None:
        return known
    # An earlier run may have noted a doubt and no refusal: this is the first.
    is_first = not state.doubt.refusal and not says_taken(reply)
    if is_first or not state.doubt.has_waited or state.may_be_stored:
        state.renew(state.doubt._replace(code="rejected", cause=error, refusal=refusal_text(reply)))
        return state.aside()
    if state.doubt.refusal == refusal_text(reply) and not says_taken(reply):
        return None
    return _by_nobody(state, reply, error)


def _by_nobody(state: RowInDoubt, reply: Reply, error: Message) -> Outcome:
    """Of a row that may be stored, and that the server refuses although no search shows who would have its values.

    That a value is taken proves nothing: it may be by the row's own contact, or by one that searches never show.
    Only somebody who sees the desk can tell.
    """
    outcome = state.unknown("rejected", error)
    if not says_taken(reply):
        return outcome
    fields = refused_fields(reply) or tuple(state.row.contact.keys())
    return outcome._replace(hint=(_HIDDEN.with_values({"fields": fields}),))
