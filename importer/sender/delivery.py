"""Delivers one contact: creates it, does what it takes to be certain, and returns its ``Outcome``.

A row in doubt *stands aside*: a request whose answer was lost may still be stored behind a proxy that gave up. When
``--settle`` has passed since the request ended, the row is searched for again, and only then sent once more.
"""

import time
from collections.abc import Awaitable
from functools import partial
from typing import Final, NamedTuple

from importer.error_codes import CONTINUE, ERROR_CODES, LOOK_THERE
from importer.errors import InboxUnknown
from importer.ledger.records import Doubt, Due
from importer.livedesk.identity import echo_of
from importer.livedesk.payload import attributes_missing
from importer.livedesk.responses import Failure, Found, Reply, created, seems_old
from importer.livedesk.retry import (
    DONE,
    Action,
    Answer,
    Decision,
    is_refused_unseen,
    may_be_about_all,
    may_conflict,
    quotation,
    refusal_text,
    refused_fields,
    says_taken,
)
from importer.message import Message, Messages
from importer.models import Outcome, Status
from importer.remarks import OTHER_ID, kinds_of
from importer.sender.attributes import NOTHING_CARRIED, Carried
from importer.sender.doubts import Aside, Result, unsettled
from importer.sender.existing import Existing
from importer.sender.forbidden import FORBIDDEN
from importer.sender.lookup import UNANSWERED, UNSEARCHABLE, Looked, find, look_up
from importer.sender.lost_updates import never_learned
from importer.sender.policy import Policy
from importer.sender.request_policy import stopped
from importer.sender.session import Session
from importer.sender.updates import failed

_UNFOUND: Final = Message(
    "its identifier has a backslash, which LiveDesk's search never finds, and it has no other key"
)
_REFUSED: Final = frozenset({"rejected", "forbidden", "inbox_unknown"})
"""The codes of a row that the server has refused for good, whatever was in doubt before."""

_HIDDEN: Final = Message(
    "look for its {fields} in LiveDesk, for no search shows who has it. If that is this person, take the row out of "
    "the file; if it is somebody else, correct the row, and import it again"
)
_NOT_SHOWN: Final = Message("a search does not find it")
NOT_FOUND: Final = Outcome(
    Status.NOT_FOUND,
    error_code="not_found",
    error=(ERROR_CODES["not_found"].meaning,),
    hint=(ERROR_CODES["not_found"].hint,),
)


async def settle(row: Due, session: Session, policy: Policy) -> Result:
    """Deliver a row that is marked as sent. Never raises, whatever the server answers.

    Nearly every row is one create whose answer shows its keys and an id; ``_Case`` takes care of all others.
    """
    request_policy, evidence, turn = session.request_policy, session.evidence, row.turn
    carried = NOTHING_CARRIED
    if policy.stamp is not None:
        row = policy.stamp.on(row)
    try:
        is_new = row.doubt is None and row.contact_id is None and row.known_id is None
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
                return Outcome(Status.CREATED, contact_id, "", (), row.remarks, reply.status, 1)
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
    """Owns one row's way to its outcome: what is in doubt, how many creates left, and the last status."""

    def __init__(self, row: Due, session: Session, policy: Policy, first: _First | None = None) -> None:
        self._contact = row.contact
        self._session = session
        self._request_policy = session.request_policy
        self._policy = policy
        self._first = first
        self._row = row
        self._known_ids = first.known_ids if first else None
        self._carried = first.carried if first else NOTHING_CARRIED
        self._doubt = row.doubt or Doubt(since=first.began_at if first else time.time())
        self._refusals = 0
        self._gone_id: str | None = None  # of the contact that an earlier run gave its person
        self._may_be_stored = False  # what the service itself refused it may store all the same, and later
        self._attempts = self._doubt.attempts + (1 if first and first.answer else 0)
        self._http_status = self._doubt.http_status

    async def result(self) -> Result:
        """The outcome, with the remarks from staging, the last status and the number of attempts; or the row aside."""
        result = await self._before_a_create() or await self._create_until_settled()
        if isinstance(result, Aside):
            return result
        gone = _gone(self._gone_id) if result.status is Status.CREATED else ()
        hint = (*self._row.remarks, *gone, *result.hint)
        counts = result.status is not Status.NOT_SENT and (
            result.status is not Status.FAILED or result.error_code in _REFUSED
        )
        told = result._replace(hint=hint, http_status=self._http_status, attempts=self._attempts)
        return told if counts else told._replace(is_doubted=self._is_doubted)

    async def _before_a_create(self) -> Result | None:
        """Finish what an earlier request left to do; ``None`` if the server certainly does not have the contact."""
        if self._row.contact_id is not None:
            return await self._existing().finish(self._row.contact_id)
        if self._row.doubt is None:
            return await self._search_first()
        if (known := await self._look()) is not None:
            return known
        doubt = self._doubt
        if doubt.is_last_look:
            return await self._existing().created(doubt.claimed or "")
        if not doubt.has_waited:
            return self._aside()
        if doubt.was_resent and doubt.shown is not None and not echo_of(self._contact, doubt.shown).differs:
            return self._unknown(doubt.code, doubt.cause, _NOT_SHOWN)
        if self._policy.only_existing:
            return NOT_FOUND
        if self._attempts >= self._request_policy.max_attempts:
            if doubt.refusal:
                return self._unknown(doubt.code, doubt.cause, _NOT_SHOWN)
            return failed(doubt.code, doubt.cause, ERROR_CODES[doubt.code].hint)
        self._renew(doubt._replace(was_resent=True, until=None))
        return None

    async def _search_first(self) -> Result | None:
        """The outcome of a row that was never sent and whose person may be there from before; ``None`` if nobody is,
        and the row may be created.

        While a search may be late for what an earlier run wrote, the row stands aside, to be searched for again.
        """
        if self._row.known_id is None and not self._policy.searches(self._row):
            return None
        looked = await self._find() if self._contact.has_key else None
        if looked is not None and looked.shows(self._row.known_id, self._session.late_s()):
            return await self._existing().found(looked, maybe_ours=False)
        if (lost := self._row.lost) is not None and lost.changes and (looked is None or self._request_policy.stopping):
            return never_learned(lost)
        if self._request_policy.stopping:
            return self._request_policy.not_sent()
        if looked is None and self._contact.has_key:
            return failed("server_error", UNANSWERED, CONTINUE)
        if self._contact.has_key and (wait_s := self._session.late_s()):
            return Aside(self._row, wait_s)
        self._gone_id = None if OTHER_ID in kinds_of(self._row.remarks) else self._row.known_id
        return NOT_FOUND if self._policy.only_existing else None

    def _renew(self, doubt: Doubt) -> None:
        self._doubt = doubt._replace(attempts=self._attempts, http_status=self._http_status)
        self._row = self._row._replace(doubt=self._doubt)

    def _aside(self) -> Result:
        self._renew(self._doubt._replace(has_waited=True))
        if self._request_policy.stopping:
            return unsettled(self._row._replace(hint=""), self._request_policy.reason)
        return Aside(self._row, self._policy.settle_s)

    async def _create_until_settled(self) -> Result:
        answers = self._first.answers if self._first else None
        result = await self._request_policy.insist(self._row.turn, self._try_create, answers)
        return await self._gave_up(result.decision) if isinstance(result, Answer) else result

    async def _try_create(self) -> Answer | Result:
        """One create; returns an outcome, the row aside, or an answer that asks for another try."""
        if self._refusals and self._contact.has_key:
            if (known := await self._look()) is not None:
                return known
            self._doubt = self._doubt._replace(was_resent=self._doubt.was_resent or self._may_be_stored)
            await self._request_policy.breathe(self._refusals)
        if self._first is not None:
            answer, self._first = self._first.answer, None
        else:
            answer = await self._send()
        if answer is None:
            return self._stopped()
        self._http_status = answer.reply.status or None
        return await self._judged(answer)

    async def _send(self) -> Answer | None:
        is_documented = not self._carried.groups
        return await self._request_policy.send_new(self._row.turn, self._create, is_documented=is_documented)

    async def _create(self) -> Reply:
        self._attempts += 1
        return await _create(self._row, self._session, self._carried)

    async def _judged(self, answer: Answer) -> Answer | Result:
        reply, decision = answer
        if self._carried.may_be_to_blame(answer):
            return await self._without_attributes(answer)
        match decision.verdict:
            case Action.DONE:
                self._session.attributes.taken(with_attributes=bool(self._carried.groups))
                return await self._answered(reply)
            case Action.DOUBT:
                return await self._in_doubt(decision, refusal_text(reply) if reply.failure is Failure.STALE else "")
            case Action.REFUSED | Action.FORBIDDEN:
                return await self._refused(answer)
            case Action.NOT_FOUND:
                return self._inbox_unknown(decision)
            case Action.ELSEWHERE:
                return self._unknown(decision.code, decision.cause)
            case Action.BUSY if not self._contact.has_key and not is_refused_unseen(reply):
                return self._unknown(decision.code, decision.cause, self._unsearchable)
            case Action.BUSY | Action.RETRY:
                return self._later(answer)
            case _:
                return self._request_policy.not_sent()

    def _later(self, answer: Answer) -> Answer:
        """The server did not take it now; what it may store all the same is sent again as documented."""
        if answer.decision.verdict is Action.BUSY:
            self._refusals += 1
            if not is_refused_unseen(answer.reply):
                self._may_be_stored, self._carried = True, NOTHING_CARRIED
        return answer

    async def _answered(self, reply: Reply) -> Result:
        """Believe an answer that is about this row; anything else is a doubt."""
        evidence, shown = self._session.evidence, created(reply.body)
        if reply.contact_id is None:
            return await self._in_doubt(_bad_answer(Message("HTTP {status} without a contact id", status=reply.status)))
        self._doubt = self._doubt._replace(claimed=reply.contact_id, shown=shown.contact if shown else self._contact)
        echo = echo_of(self._contact, self._doubt.shown or self._contact)
        if not evidence.believes(echo):
            fields = [*echo.missing, *(difference.field for difference in echo.differs)]
            return await self._in_doubt(_bad_answer(Message("the answer does not show its {fields}", fields=fields)))
        if self._is_from_before(shown, reply.ahead_s):
            cause = Message("the answer shows contact {id}, which was there before", id=reply.contact_id)
            return await self._in_doubt(_bad_answer(cause))
        carried, found = self._carried, self._carried.believed(shown)
        # An update must not reach another person's contact.
        is_unproved = bool(attributes_missing(self._contact, found)) and not evidence.believes_ids
        if is_unproved or carried.is_asking:
            if not self._contact.has_key and evidence.is_refuted and not (shown and shown.contact.name):
                return self._unknown("bad_answer", Message("the answer does not show its {fields}", fields=["name"]))
            row, has_key = self._row._replace(doubt=self._doubt), self._contact.has_key
            looked = await look_up(row, self._session, fresh=carried.is_asking) if has_key else None
            carried.read_back(reply.contact_id, looked.everybody if looked else ())
            self._doubt = self._doubt._replace(code="bad_answer", cause=_NOT_SHOWN)
            if looked is not None and (known := await self._shown(looked)) is not None:
                return known
            evidence.look_in_vain()
        if not evidence.claim(reply.contact_id, self._row.key, self._row.fingerprint, after=self._known_ids):
            self._doubt = self._doubt._replace(claimed=None, shown=None)
            cause = Message("the answer names contact {id}, which is another's", id=reply.contact_id)
            return await self._in_doubt(_bad_answer(cause))
        return await self._completed(reply.contact_id, found)

    def _is_from_before(self, shown: Found | None, ahead_s: float | None) -> bool:
        """Whether an answer shows a contact that no request of the row has created: some servers answer a create with
        whoever has its keys."""
        if shown is None or shown.created_at is None or ahead_s is None:
            return False
        return seems_old(shown.created_at + ahead_s, self._doubt.since)

    async def _completed(self, contact_id: str, found: Found | None) -> Result:
        """Complete the contact that an answer named, and of which it shows what is ``found``; if that proves to be
        another's or nobody's, search for ours."""
        existing = self._existing()
        outcome = await existing.created(contact_id, found)
        if not existing.is_elsewhere:
            return outcome
        if not self._contact.has_key and outcome.contact_id:
            return outcome
        self._doubt = self._doubt._replace(claimed=None, shown=None, code="bad_answer", cause=outcome.error[0])
        return await self._look() or (outcome if outcome.contact_id else self._aside())

    async def _in_doubt(self, decision: Decision, refusal: str = "") -> Result:
        """The contact may have been stored: search for it, and else stand aside until it can be told. So it may after
        a ``refusal`` (its words) that another request may have got."""
        self._renew(self._doubt._replace(code=decision.code, cause=decision.cause, has_waited=False, refusal=refusal))
        return await self._look() or self._aside()

    async def _look(self) -> Result | None:
        """The outcome of a contact in doubt, or the row aside; ``None`` if the server does not have it now."""
        doubt = self._doubt
        if not self._contact.has_key:
            return self._unknown(doubt.code, doubt.cause, self._unsearchable)
        looked = await self._find()
        if looked is not None:
            return await self._shown(looked)
        if self._is_as_all:  # a search was told the same, on a connection of its own: so that was the row's answer
            self._row = self._row._replace(doubt=None)
            return self._request_policy.not_sent()
        cause = Message("{cause}, and the search for it was not answered", cause=doubt.cause)
        is_forbidden = self._http_status == 403 and self._row.turn in self._request_policy.forbidden.rows
        return self._unknown(FORBIDDEN if is_forbidden else doubt.code, cause)

    async def _shown(self, looked: Looked) -> Result | None:
        """What a search says of a contact in doubt, as in ``_look``.

        Whoever was there before explains nothing while the row's own request may still be stored: then the row stands
        aside, and the search that follows decides.
        """
        existing = self._existing()
        return self._aside() if self._is_open and existing.is_anothers(looked) else await existing.doubted(looked)

    @property
    def _is_open(self) -> bool:
        """Whether a request of the row may still be stored, or a search not show yet that it is."""
        has_ended = self._doubt.has_waited or self._refusals > 0
        return not self._doubt.is_last_look and (self._may_be_stored or not has_ended)

    @property
    def _is_doubted(self) -> bool:
        """Whether a request of the row was in doubt: of this run, or of one before."""
        return self._row.doubt is not None or self._refusals > 0

    @property
    def _unsearchable(self) -> Message:
        return _UNFOUND if self._contact.keys() else UNSEARCHABLE

    @property
    def _is_as_all(self) -> bool:
        """Whether the run stops for what the create of this row was told too."""
        return self._request_policy.refuses_all and may_be_about_all(self._http_status)

    async def _find(self) -> Looked | None:
        # An index does not tell of everybody who holds a phone number.
        is_whole = self._policy.updates or self._policy.match_by == "phone_number"
        suffices = None if is_whole else self._existing().needs_no_update
        return await find(self._row._replace(doubt=self._doubt), self._session, suffices, self._policy.match_by)

    async def _refused(self, answer: Answer) -> Answer | Result:
        """Search for contacts with the same values, since the server's words come in any language."""
        reply, code = answer.reply, answer.decision.code
        error = Message("the server refused it: {words} (HTTP {status})", words=quotation(reply), status=reply.status)
        hint = ERROR_CODES[code].hint
        if may_conflict(reply) and self._contact.has_key:
            looked = await self._find()
            # The refusal may be that of another row, and this one's contact be stored.
            if self._is_doubted or (reply.is_used and says_taken(reply) and not (looked and looked.holders)):
                if (known := await self._unexplained(reply, looked, error)) is not None:
                    return known
            elif looked is not None and looked.holders:
                is_stale = reply.is_used and self._session.client.met_stale
                return await self._existing().found(looked, maybe_ours=is_stale)
            elif looked is None:
                hint = Message("whether the contact exists could not be found out; {hint}", hint=CONTINUE)
            elif (wait_s := self._session.late_s()) and not self._request_policy.stopping:
                return Aside(self._row, wait_s)
            elif wait_s or self._row.known_id is not None:
                return self._refused_by_nobody(reply, error)
        return failed(code, error, hint, refused_fields(reply))

    async def _unexplained(self, reply: Reply, looked: Looked | None, error: Message) -> Result | None:
        """What becomes of a row that is refused although it may be stored; ``None`` if the refusal counts.

        Only a search that shows the row's own contact settles it at once. Else the row stands aside, and is sent once
        more; what a fresh connection then repeats is the answer to this row, unless it says that somebody has it.
        """
        if looked is None:
            return self._unknown("rejected", error)
        if (known := await self._shown(looked)) is not None:
            return known
        # An earlier run may have noted a doubt and no refusal: this is the first.
        is_first = not self._doubt.refusal and not says_taken(reply)
        if is_first or not self._doubt.has_waited or self._may_be_stored:
            self._renew(self._doubt._replace(code="rejected", cause=error, refusal=refusal_text(reply)))
            return self._aside()
        if self._doubt.refusal == refusal_text(reply) and not says_taken(reply):
            return None
        return self._refused_by_nobody(reply, error)

    def _refused_by_nobody(self, reply: Reply, error: Message) -> Outcome:
        """Of a row that may be stored, and that the server refuses although no search shows who would have its values.

        That a value is taken proves nothing: it may be by the row's own contact, or by one that searches never show.
        Only somebody who sees the desk can tell.
        """
        outcome = self._unknown("rejected", error)
        if not says_taken(reply):
            return outcome
        fields = refused_fields(reply) or tuple(self._contact.keys())
        return outcome._replace(hint=(_HIDDEN.with_values({"fields": fields}),))

    async def _without_attributes(self, refused: Answer) -> Answer | Result:
        """Perhaps what was refused are the attributes: the same create without them tells."""
        carried, self._carried = self._carried, NOTHING_CARRIED
        answer = await self._send()
        if answer is None:
            return self._stopped()
        self._http_status = answer.reply.status or None
        if answer.decision is DONE and answer.reply.shows_all:
            carried.refused(refused)
        return await self._judged(answer)

    def _existing(self) -> Existing:
        return Existing(self._row._replace(doubt=self._doubt), self._session, self._policy, self._told_status)

    def _told_status(self, status: int | None) -> None:
        self._http_status = status

    def _inbox_unknown(self, decision: Decision) -> Outcome:
        """The server does not know the inbox: the run's own stops the run, a row's own fails the row."""
        if self._contact.inbox_id != self._policy.inbox_id:
            inbox, cause = self._contact.inbox_id, decision.cause
            error = Message("the server does not know inbox {inbox} ({cause})", inbox=inbox, cause=cause)
            return failed(decision.code, error, Message("correct the row's inbox_id"), ("inbox_id",))
        self._request_policy.stop(stopped(InboxUnknown, decision))
        return self._request_policy.not_sent()

    async def _gave_up(self, decision: Decision) -> Result:
        """The outcome after the last attempt, when no doubt is left."""
        is_of_credentials = decision.verdict is Action.CREDENTIALS
        if (is_of_credentials or decision.verdict is Action.FORBIDDEN) and not self._may_be_stored:
            # A 403 with a Retry-After, again and again: nobody has looked for the row since the last one.
            if self._contact.has_key and (known := await self._look()) is not None:
                return known
            if is_of_credentials:
                return self._request_policy.not_sent()
        elif self._request_policy.stopping or self._refusals:
            return self._stopped(decision)
        return failed(decision.code, decision.cause, ERROR_CODES[decision.code].hint)

    def _stopped(self, decision: Decision | None = None) -> Outcome:
        """The outcome of a row whose create did not leave since the run stops: a refusal before may have been none."""
        if self._refusals and self._contact.has_key:
            cause = decision.cause if decision else ERROR_CODES["rate_limited"].meaning
            return self._unknown("rate_limited", cause)
        return self._request_policy.not_sent()

    def _unknown(self, code: str, *error: Message) -> Outcome:
        hint = LOOK_THERE if not self._contact.has_key else CONTINUE
        return Outcome(Status.UNKNOWN, error_code=code, error=error, hint=(hint,))


def _gone(contact_id: str | None) -> Messages:
    """Of a row that is created although an earlier run gave its person a contact."""
    if not contact_id:
        return ()
    told = Message("contact {id} of an earlier run is no longer there, or has other keys: created anew", id=contact_id)
    return (told,)


def _bad_answer(cause: Message) -> Decision:
    return Decision(Action.DOUBT, "bad_answer", cause)
