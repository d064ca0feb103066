"""Delivers one contact: creates it, does what it takes to be certain, and returns its ``Outcome``."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, NamedTuple

from importer.error_codes import CONTINUE, ERROR_CODES
from importer.errors import InboxUnknown
from importer.ledger.known_contacts import ATTRIBUTES_DUE
from importer.ledger.records import Due
from importer.livedesk.client import Client
from importer.livedesk.contact import Contact
from importer.livedesk.payload import changes_of
from importer.livedesk.responses import Found, Reply
from importer.livedesk.retry import DONE, Action, Answer, Decision, may_conflict, message, refused_fields, without_id
from importer.livedesk.search import search
from importer.message import Message
from importer.models import CellError, OnDuplicate, Outcome, Status
from importer.sender.request_policy import RequestPolicy, stopped
from importer.staging.person_index import Relation, relation

CLOCK_SLACK_S: Final = 300
"""How far the server's clock may be behind ours before a contact of ours looks older than it is."""

_INTERRUPTED: Final = Decision(
    Action.DOUBT, "interrupted", Message("it was sent before, and its answer was never learned")
)
_CORRECT_ATTRIBUTES: Final = Message("correct the attributes, and import the row with --on-duplicate update")


@dataclass(frozen=True, slots=True)
class Policy:
    """A run's choices: what to do with a contact that exists, and the run's own inbox."""

    on_duplicate: OnDuplicate = "skip"
    inbox_id: str | None = None


async def settle(row: Due, client: Client, request_policy: RequestPolicy, policy: Policy) -> Outcome:
    """Deliver a row that is marked as sent. Never raises, whatever the server answers.

    Nearly every row is one create whose answer has an id; ``_Case`` takes care of all others.
    """
    try:
        if row.in_doubt or row.contact_id is not None:
            return await _Case(row, client, request_policy, policy).outcome()
        contact, began_at, answers = row.contact, time.time(), request_policy.answers
        answer = await request_policy.send_new(row.number, partial(client.create, contact))
        if answer is not None and answer.decision is DONE:
            reply = answer.reply
            if reply.contact_id is not None and not contact.attributes:
                return Outcome(Status.CREATED, reply.contact_id, "", (), row.remarks, reply.status, 1)
        return await _Case(row, client, request_policy, policy, _First(contact, answer, began_at, answers)).outcome()
    finally:
        request_policy.left(row.number)


class _First(NamedTuple):
    """The first create of a row; ``answer`` is ``None`` if the run stopped before it left.

    ``began_at`` (epoch seconds) and ``answers`` (the request policy's count) are from before it left.
    """

    contact: Contact
    answer: Answer | None
    began_at: float
    answers: int


class _Case:
    """Owns one row's way to its outcome: how many creates left, the last status, and whether an answer was lost."""

    def __init__(
        self, row: Due, client: Client, request_policy: RequestPolicy, policy: Policy, first: _First | None = None
    ) -> None:
        self._row = row
        self._contact = first.contact if first else row.contact
        self._client = client
        self._request_policy = request_policy
        self._policy = policy
        self._first = first
        self._first_sent_at = None if row.in_doubt else first.began_at if first else time.time()
        self._lost = row.in_doubt
        self._ahead_s = 0.0
        self._attempts = 1 if first and first.answer else 0
        self._http_status: int | None = None

    async def outcome(self) -> Outcome:
        """The outcome, with the remarks from staging, the last status and the number of attempts."""
        outcome = await self._before_a_create() or await self._create_until_settled()
        hint = (*self._row.remarks, *outcome.hint)
        return outcome._replace(hint=hint, http_status=self._http_status, attempts=self._attempts)

    async def _before_a_create(self) -> Outcome | None:
        """Finish what an earlier run left to do; ``None`` if the server does not have the contact."""
        if self._row.contact_id is not None:
            return await self._send_attributes(self._row.contact_id)
        return await self._resolve(_INTERRUPTED) if self._row.in_doubt else None

    async def _create_until_settled(self) -> Outcome:
        answers = self._first.answers if self._first else None
        result = await self._request_policy.insist(self._row.number, self._try_create, answers)
        return result if isinstance(result, Outcome) else self._gave_up(result.decision)

    async def _try_create(self) -> Answer | Outcome:
        """One create; returns an outcome, or an answer that asks for another try."""
        if self._first is not None:
            answer, self._first = self._first.answer, None
        else:
            answer = await self._request_policy.send_new(self._row.number, self._create)
        if answer is None:
            return self._request_policy.not_sent()
        self._http_status = answer.reply.status or None
        decision = answer.decision
        match decision.verdict:
            case Action.DONE:
                if answer.reply.contact_id is not None:
                    return await self._created(answer.reply.contact_id)
                return await self._doubt(Answer(answer.reply, without_id(answer.reply)))
            case Action.DOUBT:
                return await self._doubt(answer)
            case Action.REFUSED:
                return await self._refused(answer)
            case Action.NOT_FOUND:
                return self._inbox_unknown(decision)
            case Action.BUSY | Action.RETRY:
                return answer
            case _:
                return self._request_policy.not_sent()

    async def _create(self) -> Reply:
        self._attempts += 1
        return await self._client.create(self._contact)

    async def _doubt(self, answer: Answer) -> Answer | Outcome:
        """The contact may have been stored: search for it, and ask for another try only if it was not."""
        self._lost = True
        again = Answer(answer.reply, replace(answer.decision, verdict=Action.RETRY))
        return await self._resolve(answer.decision) or again

    async def _resolve(self, cause: Decision) -> Outcome | None:
        """The outcome of a contact in doubt; ``None`` if the server certainly does not have it."""
        if not self._contact.keys():
            error = cause.cause, Message("without email, phone_number and identifier it cannot be searched for")
            hint = Message("look for it in LiveDesk; it is not sent again")
            return Outcome(Status.UNKNOWN, error_code=cause.code, error=error, hint=(hint,))
        holders = await self._holders()
        if holders is None:
            unsearched = Message("{cause}, and the search for it was not answered", cause=cause.cause)
            return Outcome(Status.UNKNOWN, error_code=cause.code, error=(unsearched,), hint=(CONTINUE,))
        return await self._existing(holders) if holders else None

    async def _refused(self, answer: Answer) -> Outcome:
        """Search for contacts with the same values, since the server's words come in any language."""
        reply = answer.reply
        error = Message("the server refused it: {words} (HTTP {status})", words=message(reply), status=reply.status)
        hint = ERROR_CODES[answer.decision.code].hint
        if may_conflict(reply) and self._contact.keys():
            holders = await self._holders()
            if holders:
                return await self._existing(holders)
            if holders is None:
                hint = Message("whether the contact exists could not be found out; {hint}", hint=CONTINUE)
        return _failed(answer.decision.code, error, hint, refused_fields(reply))

    def _inbox_unknown(self, decision: Decision) -> Outcome:
        """The server does not know the inbox: the run's own stops the run, a row's own fails the row."""
        if self._contact.inbox_id != self._policy.inbox_id:
            inbox, cause = self._contact.inbox_id, decision.cause
            error = Message("the server does not know inbox {inbox} ({cause})", inbox=inbox, cause=cause)
            return _failed(decision.code, error, Message("correct the row's inbox_id"), ("inbox_id",))
        self._request_policy.stop(stopped(InboxUnknown, decision))
        return self._request_policy.not_sent()

    async def _holders(self) -> dict[str, Found] | None:
        """Who holds the contact's unique values, ``{field: contact}``; ``None`` if a search was not answered.

        It searches for the longest value first: few others contain it, and its holder mostly holds the rest too.
        """
        holders: dict[str, Found] = {}
        unanswered = False
        for name, value in sorted(self._contact.keys().items(), key=lambda item: -len(item[1])):
            holder = next((found for found in holders.values() if found.contact.keys().get(name) == value), None)
            if holder is None:
                is_answered, holder, self._ahead_s = await search(self._search, name, value)
                unanswered |= not is_answered
            if holder is not None:
                holders[name] = holder
        return None if unanswered else holders

    async def _search(self, text: str, page: int) -> Answer:
        request = partial(self._client.search, text, page)
        return await self._request_policy.repeat(self._row.number, request, "search")

    async def _existing(self, holders: dict[str, Found]) -> Outcome:
        """The outcome of a contact whose unique values the server holds, in part or all."""
        several = len({found.id for found in holders.values()}) > 1
        if several or any(relation(self._contact, found.contact) is Relation.SHARED for found in holders.values()):
            return self._held("taken", Message("another contact has this value"), holders)
        found = next(iter(holders.values()))
        changes = changes_of(self._contact, found.contact)
        if self._lost and not changes.create_fields() and not self._is_older(found):
            return await self._created(found.id, found)
        if self._policy.on_duplicate == "update":
            return await self._update(found, changes)
        if self._policy.on_duplicate == "fail":
            return self._held("exists", Message("the contact exists"), holders)
        return Outcome(Status.EXISTS, found.id, in_sync=changes == Contact())

    def _is_older(self, found: Found) -> bool:
        """Whether the contact was there before this row was first sent, as far as the server says."""
        if found.created_at is None or self._first_sent_at is None:
            return False
        return found.created_at < self._first_sent_at - self._ahead_s - CLOCK_SLACK_S

    def _held(self, code: str, what: Message, holders: Mapping[str, Found]) -> Outcome:
        """A failure, because other contacts hold values of this one; each field gets its error."""
        held, flaws, values = [], [], self._contact.create_fields()
        for name, found in holders.items():
            place = Message('{field} "{value}" is held by contact {id}', field=name, value=values[name], id=found.id)
            held.append(place)
            flaws.append(CellError((Message("{what}: {held}", what=what, held=place),), name))
        error = *flaws[0].messages, *held[1:]
        hint = ERROR_CODES[code].hint
        return Outcome(Status.FAILED, error_code=code, error=error, hint=(hint,), flaws=tuple(flaws))

    async def _update(self, found: Found, changes: Contact) -> Outcome:
        """Send the fields that differ, if any, in one request."""
        if changes == Contact():
            return Outcome(Status.EXISTS, found.id, in_sync=True)
        answer = await self._send_update(found.id, changes, found)
        if answer.decision.verdict is Action.DONE:
            return Outcome(Status.UPDATED, found.id)
        code = "rejected" if answer.decision.verdict is Action.NOT_FOUND else answer.decision.code
        outcome = self._gave_up(replace(answer.decision, code=code))
        return outcome._replace(hint=(Message("contact {id} is as it was", id=found.id), *outcome.hint))

    async def _created(self, contact_id: str, found: Found | None = None) -> Outcome:
        """Complete a contact of ours that exists: send the attributes, which a create cannot carry."""
        settled = await self._send_attributes(contact_id, found)
        return settled or self._attributes_due(contact_id, Message("the contact is gone"))

    async def _send_attributes(self, contact_id: str, found: Found | None = None) -> Outcome | None:
        """Send the attributes, which is safe to repeat; ``None`` if the server no longer knows the contact."""
        if not self._contact.attributes:
            return Outcome(Status.CREATED, contact_id)
        answer = await self._send_update(contact_id, Contact(attributes=self._contact.attributes), found)
        if answer.decision.verdict is Action.DONE:
            return Outcome(Status.CREATED, contact_id)
        if answer.decision.verdict is Action.NOT_FOUND:
            return None
        due = self._attributes_due(contact_id, answer.decision.cause)
        return due._replace(hint=(_CORRECT_ATTRIBUTES,)) if answer.decision.verdict is Action.REFUSED else due

    def _attributes_due(self, contact_id: str, cause: Message) -> Outcome:
        error = Message("created, but its attributes were not stored: {cause}", cause=cause)
        return _failed(ATTRIBUTES_DUE, error, ERROR_CODES[ATTRIBUTES_DUE].hint)._replace(contact_id=contact_id)

    async def _send_update(self, contact_id: str, changes: Contact, found: Found | None) -> Answer:
        request = partial(self._client.update, contact_id, changes, found)
        answer = await self._request_policy.repeat(self._row.number, request)
        self._http_status = answer.reply.status or None
        return answer

    def _gave_up(self, decision: Decision) -> Outcome:
        """The outcome after the last attempt, when it is certain that the server stored nothing."""
        if self._request_policy.stopping:
            return self._request_policy.not_sent()
        return _failed(decision.code, decision.cause, ERROR_CODES[decision.code].hint)


def _failed(code: str, error: Message, hint: Message, fields: Sequence[str] = ()) -> Outcome:
    """A failure with one message, which also stands at the cells of ``fields``."""
    flaws = tuple(CellError((error,), name) for name in fields)
    return Outcome(Status.FAILED, error_code=code, error=(error,), hint=(hint,), flaws=flaws)
