"""One contact to one ``Outcome``: create it, and whatever it takes to be certain of what became of it."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, TypeVar

from importer.client import Client, created_id, found_contacts
from importer.duplicates import Relation, relation
from importer.error_codes import CONTINUE, ERROR_CODES
from importer.errors import (
    CredentialsRefused,
    InboxUnknown,
    RateLimited,
    Redirected,
    RunStopped,
    ServiceUnreachable,
    Untrusted,
)
from importer.ledger import ATTRIBUTES_DUE
from importer.models import Contact, Found, Json, LedgerRow, Outcome, Reply, Status
from importer.pacing import Breaker, Pacer, Stop
from importer.retry import AGAIN, LONGEST_WAIT_S, Answer, Decision, Verdict, decide, message, retrying

T = TypeVar("T")
log = logging.getLogger(__name__)
MAX_PAGES: Final = 100
"""A value that more search pages contain than this cannot be told from its likes."""

_UPDATABLE: Final = ("name", "email", "phone_number", "identifier")
"""The create fields that a PATCH can change too (API page "update-contact")."""

_STOPS: Final[dict[Verdict, type[RunStopped]]] = {
    Verdict.CREDENTIALS: CredentialsRefused,
    Verdict.ELSEWHERE: Redirected,
    Verdict.UNTRUSTED: Untrusted,
}
"""The verdicts that end a run, whatever was asked: the same answer would meet every row."""

_MAY_CONFLICT: Final = frozenset({400, 409, 422})
"""The statuses that may say "somebody has this value already", in whatever language."""

_LATER: Final = ERROR_CODES["rate_limited"].hint
_INTERRUPTED: Final = Decision(Verdict.DOUBT, "interrupted", "an earlier run sent it and did not learn the answer")


@dataclass(frozen=True, slots=True)
class Policy:
    """The choices of a run. ``on_duplicate`` is ``skip``, ``update`` or ``fail``; ``inbox_id`` the run's own."""

    on_duplicate: str = "skip"
    max_attempts: int = 5
    inbox_id: str | None = None


class Delivery:
    """Settles rows, any number at a time. ``stop`` is asked for when an answer makes it pointless to go on."""

    def __init__(self, client: Client, pacer: Pacer, stop: Stop, policy: Policy, random: Callable[[], float]) -> None:
        self._client = client
        self._pacer = pacer
        self._stop = stop
        self._policy = policy
        self._random = random
        self._breaker = Breaker()
        self.retries = 0

    async def settle(self, row: LedgerRow) -> Outcome:
        """Find out what becomes of a row that is marked as sent. Never raises for what a server may answer."""
        outcome = await _Case(self, self._client, self._policy, row).settle()
        return replace(outcome, hint="; ".join(filter(None, [row.outcome.hint, outcome.hint])))

    @property
    def stopping(self) -> bool:
        """Whether nothing new may leave."""
        return self._stop.requested

    async def turn(self) -> bool:
        """Wait for a turn to send; ``False`` if the run stops and nothing new may leave."""
        await self._pacer.turn()
        return not self._stop.requested

    async def send(self, number: int, request: Callable[[], Awaitable[Reply]]) -> Answer:
        """One request for row ``number`` now, and what its answer means for everybody."""
        reply = await request()
        decision = decide(reply)
        if decision.verdict is Verdict.BUSY and reply.retry_after_s is not None:
            self._pause(reply.retry_after_s, decision)
        if 0 < reply.status < 500:
            self._breaker.answered()
        if decision.verdict in AGAIN:
            self.retries += 1
            log.info("row %d: %s: %s", number, decision.verdict, decision.cause)
        if decision.verdict in _STOPS:
            self._stop.request(_stopped(_STOPS[decision.verdict], decision))
        return Answer(reply, decision)

    def _pause(self, seconds: float, decision: Decision) -> None:
        if seconds <= LONGEST_WAIT_S:
            self._pacer.pause(seconds)
        else:
            self._stop.request(RateLimited(f"the server asks to wait {seconds:,.0f} s ({decision.cause})", _LATER))

    async def insist(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """Repeat ``attempt`` while its answer asks for that; an outage that outlasts the attempts stops the run."""
        answers = self._breaker.answers
        policy = retrying(self._policy.max_attempts, self._stop.sleep, self._random, lambda: self._stop.requested)
        result: T = await policy(attempt)
        if isinstance(result, Answer) and result.decision.verdict in AGAIN and self._breaker.open_since(answers):
            self._stop.request(_stopped(ServiceUnreachable, result.decision))
        return result

    async def repeat(self, number: int, request: Callable[[], Awaitable[Reply]]) -> Answer:
        """Send a request that changes nothing, or changes it to the same, until it is answered.

        A run that stops still sends it once: it settles what is in flight.
        """

        async def attempt() -> Answer:
            await self.turn()
            return await self.send(number, request)

        return await self.insist(attempt)

    def not_sent(self) -> Outcome:
        """The outcome of a row that the stop keeps from being sent."""
        return not_sent(self._stop.reason)

    def refuse_inbox(self, inbox_id: str | None, decision: Decision) -> Outcome:
        """A create met 404: the run's own inbox stops the run, a row's own fails the row."""
        if inbox_id != self._policy.inbox_id:
            error = f"the server does not know inbox {inbox_id} ({decision.cause})"
            return Outcome(Status.FAILED, error_code=decision.code, error=error, hint="correct the row's inbox_id")
        self._stop.request(_stopped(InboxUnknown, decision))
        return self.not_sent()


def _stopped(kind: type[RunStopped], decision: Decision) -> RunStopped:
    advice = ERROR_CODES[kind.code]
    return kind(f"{advice.meaning} ({decision.cause})", advice.hint)


def not_sent(reason: RunStopped | None) -> Outcome:
    """The outcome of a row that the run did not come to; ``reason`` is ``None`` after a signal."""
    if reason is None:
        return Outcome(Status.NOT_SENT, error_code="interrupted", error="the run was interrupted", hint=CONTINUE)
    return Outcome(Status.NOT_SENT, error_code=reason.code, error=str(reason), hint=reason.hint)


class _Case:
    """Owns one row's way to its outcome: the creates that left, the last status, and whether an answer was lost."""

    def __init__(self, delivery: Delivery, client: Client, policy: Policy, row: LedgerRow) -> None:
        self._delivery = delivery
        self._client = client
        self._policy = policy
        self._contact = row.contact
        self._row = row
        self._lost = row.in_doubt
        self._attempts = 0
        self._http_status: int | None = None

    async def settle(self) -> Outcome:
        outcome = await self._outcome()
        return replace(outcome, attempts=self._attempts, http_status=self._http_status)

    async def _outcome(self) -> Outcome:
        if self._row.outcome.contact_id is not None:
            return await self._send_attributes(self._row.outcome.contact_id)
        if self._row.in_doubt and (settled := await self._resolve(_INTERRUPTED)) is not None:
            return settled
        result = await self._delivery.insist(self._try_create)
        return result if isinstance(result, Outcome) else self._gave_up(result.decision)

    async def _try_create(self) -> Answer | Outcome:
        """One create: an outcome, or an answer that asks for another try."""
        if not await self._delivery.turn():
            return self._delivery.not_sent()
        self._attempts += 1
        answer = await self._send(lambda: self._client.create(self._contact.create_body()))
        decision = answer.decision
        match decision.verdict:
            case Verdict.DONE:
                return await self._done(answer)
            case Verdict.DOUBT:
                return await self._doubt(answer)
            case Verdict.REFUSED:
                return await self._refused(answer)
            case Verdict.NOT_FOUND:
                return self._delivery.refuse_inbox(self._contact.inbox_id, decision)
            case Verdict.BUSY | Verdict.RETRY:
                return answer
            case _:
                return self._delivery.not_sent()

    async def _send(self, request: Callable[[], Awaitable[Reply]]) -> Answer:
        answer = await self._delivery.send(self._row.number, request)
        self._http_status = answer.reply.status or None
        return answer

    async def _done(self, answer: Answer) -> Answer | Outcome:
        contact_id = created_id(answer.reply)
        if contact_id is not None:
            return await self._send_attributes(contact_id)
        cause = f"HTTP {answer.reply.status} without a contact id"
        return await self._doubt(Answer(answer.reply, Decision(Verdict.DOUBT, "bad_answer", cause)))

    async def _doubt(self, answer: Answer) -> Answer | Outcome:
        """Nobody knows whether it was stored: search, and let it be sent again only if it was not."""
        self._lost = True
        settled = await self._resolve(answer.decision)
        if settled is not None:
            return settled
        return Answer(answer.reply, replace(answer.decision, verdict=Verdict.RETRY))

    async def _resolve(self, cause: Decision) -> Outcome | None:
        """The outcome of a contact in doubt, or ``None`` where the server certainly does not have it."""
        if not self._contact.keys():
            return Outcome(
                Status.UNKNOWN,
                error_code=cause.code,
                error=f"{cause.cause}; without email, phone_number and identifier it cannot be searched for",
                hint="look for it in LiveDesk; it is not sent again",
            )
        holders = await self._holders()
        if holders is None:
            return Outcome(
                Status.UNKNOWN,
                error_code=cause.code,
                error=f"{cause.cause}, and the search for it was not answered",
                hint=CONTINUE,
            )
        return await self._existing(holders) if holders else None

    async def _refused(self, answer: Answer) -> Outcome:
        """A 4xx: whether somebody has a value already, only a search can tell (messages come in any language)."""
        may_conflict = answer.reply.status in _MAY_CONFLICT and self._contact.keys()
        if may_conflict and (holders := await self._holders()):
            return await self._existing(holders)
        return Outcome(
            Status.FAILED,
            error_code=answer.decision.code,
            error=f"the server refused it: {message(answer.reply)} (HTTP {answer.reply.status})",
            hint=ERROR_CODES[answer.decision.code].hint,
        )

    async def _holders(self) -> dict[str, Found] | None:
        """Who holds the contact's unique values, ``{field: contact}``; ``None`` if a search was not answered."""
        holders: dict[str, Found] = {}
        for name, value in self._contact.keys().items():
            exact = await self._exact(name, value)
            if exact is None:
                return None
            if exact:
                holders[name] = exact[0]
        return holders

    async def _exact(self, name: str, value: str) -> list[Found] | None:
        """The contacts whose ``name`` is ``value``, picked from the pages of a substring search."""
        seen: set[str] = set()
        for page in range(1, MAX_PAGES + 1):
            answer = await self._delivery.repeat(self._row.number, partial(self._client.search, value, page))
            contacts = found_contacts(answer.reply) if answer.decision.verdict is Verdict.DONE else None
            if contacts is None:
                return None
            exact = [found for found in contacts if found.contact.keys().get(name) == value]
            # Neither a count nor a page size is promised, so the last page is the one that brings nobody new.
            new = {found.id for found in contacts} - seen
            if exact or not new:
                return exact
            seen |= new
        return None

    async def _existing(self, holders: dict[str, Found]) -> Outcome:
        """The outcome of a contact of which the server holds one or more unique values."""
        several = len({found.id for found in holders.values()}) > 1
        if several or any(relation(self._contact, found.contact) is Relation.SHARED for found in holders.values()):
            return self._taken(holders)
        found = next(iter(holders.values()))
        changes = _changes(self._contact, found.contact)
        if self._lost and not changes.create_fields():
            return await self._send_attributes(found.id)
        if self._policy.on_duplicate == "update":
            return await self._update(found, changes)
        if self._policy.on_duplicate == "fail":
            return Outcome(
                Status.FAILED,
                error_code="exists",
                error=f"the contact exists: {_held(self._contact, holders)}",
                hint=ERROR_CODES["exists"].hint,
            )
        return Outcome(Status.EXISTS, found.id, in_sync=changes == Contact())

    def _taken(self, holders: dict[str, Found]) -> Outcome:
        return Outcome(
            Status.FAILED,
            error_code="taken",
            error=f"another contact has this value: {_held(self._contact, holders)}",
            hint=ERROR_CODES["taken"].hint,
        )

    async def _update(self, found: Found, changes: Contact) -> Outcome:
        """One PATCH of the fields that differ, and none where nothing does."""
        body = {name: value for name, value in changes.create_body().items() if name in _UPDATABLE}
        body |= changes.attributes_body()
        if not body:
            return Outcome(Status.EXISTS, found.id, in_sync=True)
        answer = await self._patch(found.id, body)
        if answer.decision.verdict is Verdict.DONE:
            return Outcome(Status.UPDATED, found.id)
        code = "rejected" if answer.decision.verdict is Verdict.NOT_FOUND else answer.decision.code
        outcome = self._gave_up(replace(answer.decision, code=code))
        return replace(outcome, hint=f"contact {found.id} is as it was; {outcome.hint}")

    async def _send_attributes(self, contact_id: str) -> Outcome:
        """The contact exists; what a create cannot carry follows in one PATCH, which may be repeated safely."""
        created = Outcome(Status.CREATED, contact_id)
        if not self._contact.attributes:
            return created
        answer = await self._patch(contact_id, self._contact.attributes_body())
        if answer.decision.verdict is Verdict.DONE:
            return created
        return Outcome(
            Status.FAILED,
            contact_id,
            error_code=ATTRIBUTES_DUE,
            error=f"created, but its attributes were not stored: {answer.decision.cause}",
            hint=ERROR_CODES[ATTRIBUTES_DUE].hint,
        )

    async def _patch(self, contact_id: str, body: dict[str, Json]) -> Answer:
        answer = await self._delivery.repeat(self._row.number, lambda: self._client.update(contact_id, body))
        self._http_status = answer.reply.status or None
        return answer

    def _gave_up(self, decision: Decision) -> Outcome:
        """Every attempt failed, and it is certain that nothing was stored."""
        if self._delivery.stopping:
            return self._delivery.not_sent()
        hint = ERROR_CODES[decision.code].hint
        return Outcome(Status.FAILED, error_code=decision.code, error=decision.cause, hint=hint)


def _changes(contact: Contact, found: Contact) -> Contact:
    """What of ``contact`` the server does not hold: the fields it can tell about that differ, as a contact."""
    theirs = found.create_fields() | found.keys()
    mine = contact.create_fields() | contact.keys()
    differing = {name: getattr(contact, name) for name in _UPDATABLE if name in mine and mine[name] != theirs.get(name)}
    attributes = {name: value for name, value in contact.attributes.items() if found.attributes.get(name) != value}
    return Contact(**differing, attributes=attributes)


def _held(contact: Contact, holders: dict[str, Found]) -> str:
    """``email "a@b.c" is held by contact 7; phone_number ...``."""
    values = contact.create_fields()
    return "; ".join(f'{name} "{values[name]}" is held by contact {found.id}' for name, found in holders.items())
