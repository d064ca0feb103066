"""Delivers one contact: creates it, does what it takes to be certain, and returns its ``Outcome``.

A row in doubt *stands aside*: a request whose answer was lost may still be stored behind a proxy that gave up. When
``--settle`` has passed since the request ended, the row is searched for again, and only then sent once more.
"""

import time
from collections.abc import Awaitable, Sequence
from functools import partial
from typing import Final, NamedTuple

from importer.error_codes import CONTINUE, ERROR_CODES, ended, failed
from importer.errors import InboxUnknown
from importer.ledger.records import Due
from importer.livedesk.identity import echo_of
from importer.livedesk.payload import attributes_missing
from importer.livedesk.responses import Failure, Found, Reply, created, seems_old
from importer.livedesk.retry import DONE, Action, Answer, Decision, is_refused_unseen, refusal_text
from importer.message import Message, Messages
from importer.models import Outcome, Status
from importer.remarks import OTHER_ID, kinds_of
from importer.sender.attributes import NOTHING_CARRIED, Carried
from importer.sender.doubts import Aside, Result
from importer.sender.edited_rows import perhaps_there
from importer.sender.lookup import UNANSWERED, look_up
from importer.sender.lost_updates import never_learned
from importer.sender.policy import Policy
from importer.sender.refusals import refused
from importer.sender.request_policy import stopped
from importer.sender.row_in_doubt import NOT_SHOWN, RowInDoubt
from importer.sender.session import Session

_REFUSED: Final = frozenset({"rejected", "forbidden", "inbox_unknown"})
"""The codes of a row that the server has refused for good, whatever was in doubt before."""

NOT_FOUND: Final = ended(Status.NOT_FOUND, "not_found")


async def settle(row: Due, session: Session, policy: Policy) -> Result:
    """Deliver a row that is marked as sent. Never raises, whatever the server answers.

    Nearly every row is one create whose answer shows its keys and an id; ``_Case`` takes care of all others.
    """
    request_policy, evidence, turn = session.request_policy, session.evidence, row.turn
    carried = NOTHING_CARRIED
    if policy.stamp is not None:
        row = policy.stamp.on(row)
    try:
        is_new = row.doubt is None and row.contact_id is None and row.known_id is None and row.refused is None
        if not is_new or (policy.may_search and policy.searches(row)):
            return await _Case(row, session, policy).result()
        if row.contact.attributes:
            carried = session.attributes.begin(row, may_ask=request_policy.is_accepted)
        began_at, answers, known_ids = time.time(), request_policy.answers, evidence.rising.known
        create = partial(_create, row, session, carried)
        answer = await request_policy.send_new(turn, create, is_documented=not carried.groups)
        if answer is not None and answer.decision is DONE and carried is NOTHING_CARRIED:
            reply = answer.reply
            contact_id = reply.contact_id
            if reply.shows_all and contact_id and evidence.claim(contact_id, row.key, row.fingerprint, after=known_ids):
                told = perhaps_there(row.contact, session) if session.without_key else ()
                return Outcome(Status.CREATED, contact_id, "", (), (*row.remarks, *told), reply.status, 1)
        return await _Case(row, session, policy, _First(answer, began_at, answers, carried, known_ids)).result()
    finally:
        if carried is not NOTHING_CARRIED:
            carried.end()
        session.rate_limiter.left(turn)


def _create(row: Due, session: Session, carried: Carried) -> Awaitable[Reply]:
    """Create the contact, on a connection of its own where a stale answer could not be told from a refusal."""
    is_plain = row.doubt is None and row.contact.has_key and session.request_policy.is_accepted
    return session.client.create(row.contact, carried.groups, fresh=not is_plain or carried.is_asking)


class _First(NamedTuple):
    """The first create of a row; ``answer`` is ``None`` if the run stopped before it left.

    ``began_at`` (epoch seconds), ``answers`` (the request policy's count) and ``known_ids`` (of ``RisingIds``) are from
    before it left. ``carried`` is what it brings besides the documented fields.
    """

    answer: Answer | None
    began_at: float
    answers: int
    carried: Carried
    known_ids: int


class _Case:
    """Owns one row's way to its outcome: which request comes next, and what it carries."""

    def __init__(self, row: Due, session: Session, policy: Policy, first: _First | None = None) -> None:
        self._contact = row.contact
        self._session = session
        self._request_policy = session.request_policy
        self._policy = policy
        self._first = first
        self._known_ids = first.known_ids if first else None
        self._carried = first.carried if first else NOTHING_CARRIED
        self._gone_id: str | None = None  # of the contact that an earlier run gave its person
        self._state = RowInDoubt(row, session, policy, since=first.began_at if first else time.time())
        self._state.attempts += 1 if first and first.answer else 0

    async def result(self) -> Result:
        """The outcome, with the remarks from staging, the last status and the number of attempts; or the row aside."""
        result = await self._before_a_create() or await self._create_until_settled()
        if isinstance(result, Aside):
            return result
        is_new = result.status is Status.CREATED
        told = (*_gone(self._gone_id), *perhaps_there(self._contact, self._session)) if is_new else ()
        hint = (*self._state.row.remarks, *told, *result.hint)
        counts = result.status is not Status.NOT_SENT and (
            result.status is not Status.FAILED or result.error_code in _REFUSED
        )
        outcome = result._replace(hint=hint, http_status=self._state.http_status, attempts=self._state.attempts)
        return outcome if counts else outcome._replace(is_doubted=self._state.is_doubted)

    async def _before_a_create(self) -> Result | None:
        """Finish what an earlier request left to do; ``None`` if the server certainly does not have the contact."""
        if self._state.row.contact_id is not None:
            return await self._state.existing().finish(self._state.row.contact_id)
        if self._state.row.doubt is None:
            return await self._search_first()
        if (known := await self._state.look()) is not None:
            return known
        doubt = self._state.doubt
        if doubt.is_last_look:
            return await self._state.existing().created(doubt.claimed or "")
        if not doubt.has_waited:
            return self._state.aside()
        if doubt.was_resent and doubt.shown is not None and not echo_of(self._contact, doubt.shown).differs:
            return self._state.unknown(doubt.code, doubt.cause, NOT_SHOWN)
        if self._policy.only_existing:
            return NOT_FOUND
        if self._state.attempts >= self._request_policy.max_attempts:
            if doubt.refusal:
                return self._state.unknown(doubt.code, doubt.cause, NOT_SHOWN)
            return failed(doubt.code, doubt.cause)
        self._state.renew(doubt._replace(was_resent=True, until=None))
        return None

    async def _search_first(self) -> Result | None:
        """The outcome of a row in no doubt whose person may be there from before; ``None`` if nobody is, and the row
        may be created. What was refused before may be the row's own.

        While a search may be late for what an earlier run wrote, the row stands aside, to be searched for again; one
        that was refused does not.
        """
        was_refused, may_be_there = self._state.row.refused is not None, self._state.row.known_id is not None
        may_be_there |= self._policy.searches(self._state.row)
        if not (may_be_there or was_refused):
            return None
        looked = await self._state.find() if self._contact.has_key else None
        if looked is not None and looked.shows(self._state.row.known_id, self._session.late_s()):
            return await self._state.existing().found(looked, maybe_ours=was_refused)
        lost, is_stopping = self._state.row.lost, self._request_policy.stopping
        if lost is not None and (looked is None or is_stopping):
            return never_learned(lost)
        if is_stopping:
            return self._state.not_sent()
        if looked is None and self._contact.has_key:
            return failed("server_error", UNANSWERED, CONTINUE)
        if may_be_there and self._contact.has_key and (wait_s := self._session.late_s()):
            return Aside(self._state.row, wait_s)
        self._state.begin_anew()
        self._gone_id = None if OTHER_ID in kinds_of(self._state.row.remarks) else self._state.row.known_id
        return NOT_FOUND if self._policy.only_existing else None

    async def _create_until_settled(self) -> Result:
        answers = self._first.answers if self._first else None
        result = await self._request_policy.insist(self._state.row.turn, self._try_create, answers)
        return await self._gave_up(result.decision) if isinstance(result, Answer) else result

    async def _try_create(self) -> Answer | Result:
        """One create; returns an outcome, the row aside, or an answer that asks for another try."""
        if self._state.refusals and self._contact.has_key:
            if (known := await self._state.look()) is not None:
                return known
            self._state.note(was_resent=self._state.doubt.was_resent or self._state.may_be_stored)
            await self._request_policy.breathe(self._state.refusals)
        if self._first is not None:
            answer, self._first = self._first.answer, None
        else:
            answer = await self._send()
        if answer is None:
            return self._stopped()
        self._state.http_status = answer.reply.status or None
        return await self._judged(answer)

    async def _send(self) -> Answer | None:
        is_documented = not self._carried.groups
        return await self._request_policy.send_new(self._state.row.turn, self._create, is_documented=is_documented)

    async def _create(self) -> Reply:
        self._state.attempts += 1
        return await _create(self._state.row, self._session, self._carried)

    async def _judged(self, answer: Answer) -> Answer | Result:
        reply, decision = answer
        if self._carried.may_be_to_blame(answer):
            return await self._without_attributes(answer)
        match decision.action:
            case Action.DONE:
                self._session.attributes.taken(with_attributes=bool(self._carried.groups))
                return await self._answered(reply)
            case Action.DOUBT:
                refusal = refusal_text(reply) if reply.failure is Failure.STALE else ""
                return await self._state.in_doubt(decision, refusal)
            case Action.REFUSED | Action.FORBIDDEN:
                return await refused(self._state, answer)
            case Action.NOT_FOUND:
                return self._inbox_unknown(decision)
            case Action.ELSEWHERE:
                return self._state.unknown(decision.code, decision.cause)
            case Action.BUSY if not self._contact.has_key and not is_refused_unseen(reply):
                return self._state.unknown(decision.code, decision.cause, self._state.unsearchable)
            case Action.BUSY | Action.RETRY:
                return self._later(answer)
            case _:
                return self._state.not_sent()

    def _later(self, answer: Answer) -> Answer:
        """The server did not take it now; what it may store all the same is sent again as documented."""
        if answer.decision.action is Action.BUSY:
            self._state.refusals += 1
            if not is_refused_unseen(answer.reply):
                self._state.may_be_stored, self._carried = True, NOTHING_CARRIED
        return answer

    async def _answered(self, reply: Reply) -> Result:
        """Believe an answer that is about this row; anything else is a doubt."""
        evidence, shown = self._session.evidence, created(reply.body)
        if reply.contact_id is None:
            cause = Message("HTTP {status} without a contact id", status=reply.status)
            return await self._state.in_doubt(_bad_answer(cause))
        self._state.note(claimed=reply.contact_id, shown=shown.contact if shown else self._contact)
        echo = echo_of(self._contact, self._state.doubt.shown or self._contact)
        if not evidence.believes(echo):
            fields = [*echo.missing, *(difference.field for difference in echo.differs)]
            return await self._state.in_doubt(_bad_answer(_not_in_answer(fields)))
        if self._is_from_before(shown, reply.ahead_s):
            cause = Message("the answer shows contact {id}, which was there before", id=reply.contact_id)
            return await self._state.in_doubt(_bad_answer(cause))
        carried, found = self._carried, self._carried.believed(shown)
        # An update must not reach another person's contact.
        is_unproved = bool(attributes_missing(self._contact, found)) and not evidence.believes_ids
        if is_unproved or carried.is_asking:
            if not self._contact.has_key and evidence.is_refuted and not (shown and shown.contact.name):
                return self._state.unknown("bad_answer", _not_in_answer(["name"]))
            row, has_key = self._state.row._replace(doubt=self._state.doubt), self._contact.has_key
            looked = await look_up(row, self._session, fresh=carried.is_asking) if has_key else None
            carried.read_back(reply.contact_id, looked.everybody if looked else ())
            self._state.note(code="bad_answer", cause=NOT_SHOWN)
            if looked is not None and (known := await self._state.shown(looked)) is not None:
                return known
            evidence.look_in_vain()
        key, fingerprint = self._state.row.key, self._state.row.fingerprint
        if not evidence.claim(reply.contact_id, key, fingerprint, after=self._known_ids):
            self._state.note(claimed=None, shown=None)
            cause = Message("the answer names contact {id}, which is another's", id=reply.contact_id)
            return await self._state.in_doubt(_bad_answer(cause))
        return await self._completed(reply.contact_id, found)

    def _is_from_before(self, shown: Found | None, ahead_s: float | None) -> bool:
        """Whether an answer shows a contact that no request of the row has created: some servers answer a create with
        whoever has its keys."""
        if shown is None or shown.created_at is None or ahead_s is None:
            return False
        return seems_old(shown.created_at + ahead_s, self._state.doubt.since)

    async def _completed(self, contact_id: str, found: Found | None) -> Result:
        """Complete the contact that an answer named, and of which it shows what is ``found``; if that proves to be
        another's or nobody's, search for ours."""
        existing = self._state.existing()
        outcome = await existing.created(contact_id, found)
        if not existing.is_elsewhere:
            return outcome
        if existing.wrote_to_another:
            self._state.remark(
                Message("attributes of this row were sent to contact {id}, another's: look there", id=contact_id)
            )
        if not self._contact.has_key and outcome.contact_id:
            return outcome
        self._state.note(claimed=None, shown=None, code="bad_answer", cause=outcome.error[0])
        return await self._state.look() or (outcome if outcome.contact_id else self._state.aside())

    async def _without_attributes(self, refused: Answer) -> Answer | Result:
        """Perhaps what was refused are the attributes: the same create without them tells."""
        carried, self._carried = self._carried, NOTHING_CARRIED
        answer = await self._send()
        if answer is None:
            return self._stopped()
        self._state.http_status = answer.reply.status or None
        if answer.decision is DONE and answer.reply.shows_all:
            carried.refused(refused)
        return await self._judged(answer)

    def _inbox_unknown(self, decision: Decision) -> Outcome:
        """The server does not know the inbox: the run's own stops the run, a row's own fails the row."""
        if self._contact.inbox_id != self._policy.inbox_id:
            inbox, cause = self._contact.inbox_id, decision.cause
            error = Message("the server does not know inbox {inbox} ({cause})", inbox=inbox, cause=cause)
            return failed(decision.code, error, Message("correct the row's inbox_id"), ("inbox_id",))
        self._request_policy.stop(stopped(InboxUnknown, decision))
        return self._state.not_sent()

    async def _gave_up(self, decision: Decision) -> Result:
        """The outcome after the last attempt, when no doubt is left."""
        is_of_credentials = decision.action is Action.CREDENTIALS
        if (is_of_credentials or decision.action is Action.FORBIDDEN) and not self._state.may_be_stored:
            # A 403 with a Retry-After, again and again: nobody has looked for the row since the last one.
            if self._contact.has_key and (known := await self._state.look()) is not None:
                return known
            if is_of_credentials:
                return self._state.not_sent()
        elif self._request_policy.stopping or self._state.refusals:
            return self._stopped(decision)
        return failed(decision.code, decision.cause)

    def _stopped(self, decision: Decision | None = None) -> Outcome:
        """The outcome of a row whose create did not leave since the run stops: a refusal before may have been none."""
        if self._state.refusals and self._contact.has_key:
            cause = decision.cause if decision else ERROR_CODES["rate_limited"].meaning
            return self._state.unknown("rate_limited", cause)
        return self._state.not_sent()


def _gone(contact_id: str | None) -> Messages:
    """Of a row that is created although an earlier run gave its person a contact."""
    if not contact_id:
        return ()
    told = Message("contact {id} of an earlier run is no longer there, or has other keys: created anew", id=contact_id)
    return (told,)


def _bad_answer(cause: Message) -> Decision:
    return Decision(Action.DOUBT, "bad_answer", cause)


def _not_in_answer(fields: Sequence[str]) -> Message:
    return Message("the answer does not show its {fields}", fields=fields)
