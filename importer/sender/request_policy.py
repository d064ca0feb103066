"""What all requests share: their turn, their retries, and the answers that end a run for every row."""

import logging
import math
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final, TypeAlias, TypeVar

from importer.error_codes import ERROR_CODES, not_sent
from importer.errors import (
    CredentialsRefused,
    PlanEnded,
    RateLimited,
    Redirected,
    RunStopped,
    ServiceUnreachable,
    TooManyFiles,
    Untrusted,
)
from importer.ledger.records import FILE_ROWS
from importer.livedesk.responses import Failure, Quota, Reply
from importer.livedesk.retry import (
    AGAIN,
    DONE,
    FIRST_BACKOFF_S,
    LONGEST_BACKOFF_S,
    REFUSALS,
    Action,
    Answer,
    Decision,
    Patience,
    about_credentials,
    decide,
    is_about_contact,
    is_refused_unseen,
    is_transient,
    may_be_about_row,
    may_stop_all,
    retrying,
    without_a_wait,
)
from importer.message import Message
from importer.models import Outcome
from importer.sender.circuit_breaker import FAILURES_IN_A_ROW
from importer.sender.forbidden import Forbidden
from importer.sender.rate_limiter import RateLimiter, RequestKind
from importer.sender.shutdown import Shutdown

T = TypeVar("T")
Request: TypeAlias = Callable[[], Awaitable[Reply]]
log = logging.getLogger(__name__)

GIVEN_UP_IN_A_ROW: Final = 3
"""So many requests given up in a row, with no answer in between, are an outage; fewer may be one bad row."""

_OFTEN: Final = 3

_AGAIN: Final = {Action.BUSY: Message("busy"), Action.RETRY: Message("retry"), Action.DOUBT: Message("doubt")}
"""Why a request is repeated, in a word; of every action in ``AGAIN``."""

_STOPS: Final[dict[Action, type[RunStopped]]] = {
    Action.CREDENTIALS: CredentialsRefused,
    Action.PLAN_ENDED: PlanEnded,
    Action.ELSEWHERE: Redirected,
    Action.OUT_OF_FILES: TooManyFiles,
    Action.UNTRUSTED: Untrusted,
}
"""The actions that end a run after any request, since every row would get the same answer."""


class RequestPolicy:
    """Owns what the requests of all rows share: pace, stop, and the count of requests given up.

    ``random`` gives numbers from 0 to 1; ``announce`` gets messages for the user. ``retries`` counts the tries after
    the first; ``answers`` counts the service's answers, whatever they say; ``is_accepted`` says that it took a write
    since a refusal last spoke against that which may have been another request's, and ``forbidden`` what a 403 is
    about. ``maybe_twice_at`` is when, by the clock of ``patience``, the last request ended beside which another one of
    its row may be stored.
    """

    def __init__(
        self,
        rate_limiter: RateLimiter,
        stop: Shutdown,
        patience: Patience,
        random: Callable[[], float],
        announce: Callable[[Message], None] = lambda _: None,
    ) -> None:
        self._rate_limiter = rate_limiter
        self._stop = stop
        self._patience = patience
        self._random = random
        self._announce = announce
        self.answers = self.retries = self._given_up = 0
        self.is_accepted = False
        self._questioned_at = -math.inf
        self.forbidden = Forbidden()
        self.maybe_twice_at = -math.inf

    @property
    def stopping(self) -> bool:
        """Whether nothing new may leave."""
        return self._stop.requested

    @property
    def reason(self) -> RunStopped | None:
        """Why the run stops; ``None`` if it does not, or somebody asked for that."""
        return self._stop.reason

    @property
    def refuses_all(self) -> bool:
        """Whether the run stops because the server refuses everything."""
        return isinstance(self._stop.reason, CredentialsRefused | PlanEnded)

    @property
    def max_attempts(self) -> int:
        """How many creates of one row may leave."""
        return self._patience.max_attempts

    def may_be_twice(self) -> None:
        """A request has ended beside which another one of its row may be stored."""
        self.maybe_twice_at = self._patience.clock()

    async def outwait(self, settle_s: float) -> None:
        """Wait until a search must show all that rows with several requests have stored, or for the stop."""
        await self._stop.sleep(max(0.0, self.maybe_twice_at + settle_s - self._patience.clock()))

    def stop(self, reason: RunStopped) -> None:
        """End the run for all rows."""
        self._stop.request(reason)

    def not_sent(self) -> Outcome:
        """The outcome of a row that is not sent because the run stops."""
        return not_sent(self._stop.reason)

    async def send_new(self, number: int, request: Request, *, is_documented: bool = True) -> Answer | None:
        """Send one request of row ``number`` in its turn; ``None`` if the run stops before it leaves.

        A refusal of one that the API does not document stops nothing.
        """
        left_at = self._rate_limiter.begin_at_once()
        if left_at is None:
            left_at = await self._rate_limiter.begin(number)
        try:
            if self._stop.requested:
                return None
            reply = await request()
        finally:
            self._rate_limiter.end()
        if not is_documented and (decision := decide(reply)).action in REFUSALS:
            self._answered("write", left_at, reply.quota)
            return Answer(reply, decision)
        if reply.status == 403 and not self.forbidden.are_right:  # a firewall answers sooner than the service
            await self._rate_limiter.others_answered(lambda: self.forbidden.are_right)
        return self._judged(number, "write", left_at, reply)

    async def send(self, number: int, request: Request, kind: RequestKind = "write") -> Answer:
        """Send one request of row ``number`` in its turn, or at once if the run stops: it settles what is in flight."""
        left_at = await self._rate_limiter.begin(number, kind)
        try:
            reply = await request()
        finally:
            self._rate_limiter.end(kind)
        return self._judged(number, kind, left_at, reply)

    async def ask(self, number: int, request: Request, kind: RequestKind) -> Answer:
        """Send one request that the API does not document, in its turn.

        An answer that refuses it stops nothing, and one that does not come says nothing about the service.
        """
        left_at = await self._rate_limiter.begin(number, kind)
        try:
            reply = await request()
        finally:
            self._rate_limiter.end(kind)
            self._rate_limiter.left(number)
        decision = decide(reply)
        if decision.action is Action.BUSY:
            self._learn(kind, left_at, reply, decision)
        elif decision is DONE:
            self._answered(kind, left_at, reply.quota)
        return Answer(reply, decision)

    async def repeat(self, number: int, request: Request, kind: RequestKind = "write") -> Answer:
        """Send an idempotent request until it is answered."""
        return await self.insist(number, partial(self.send, number, request, kind))

    async def insist(self, number: int, attempt: Callable[[], Awaitable[T]], answers: int | None = None) -> T:
        """Repeat ``attempt`` while its answer asks for that; stop the run if an outage outlasts the attempts.

        ``answers`` is the count from before the first attempt, if that has left already. A 403 with a Retry-After after
        the last attempt is one without: of this row, or of all.
        """
        answers = self.answers if answers is None else answers
        result = await attempt()
        if is_transient(result):
            result = await self._again(result, attempt)
        if isinstance(result, Answer) and result.decision.action in AGAIN:
            self._rate_limiter.left(number)
            if result.decision.action is Action.BUSY and may_be_about_row(result.reply) and not self.stopping:
                decision = self._forbidden(number, without_a_wait(result.decision))
                return result._replace(decision=decision)
            if self.answers == answers:
                self._give_up(result.decision)
        return result

    def _forbidden(self, number: int, decision: Decision) -> Decision:
        """The decision on a 403, which stops the run if it is about the credentials."""
        if self.forbidden.refuses_all(number, self._patience.clock()):
            decision = about_credentials(decision)
            self.stop(stopped(CredentialsRefused, decision))
        return decision

    async def _again(self, first: T, attempt: Callable[[], Awaitable[T]]) -> T:
        policy = retrying(self._patience, self._stop.sleep, self._random, lambda: self.stopping)
        known = [first]

        async def tries() -> T:
            if known:
                return known.pop()
            self.retries += 1
            return await attempt()

        result: T = await policy(tries)
        return result

    async def breathe(self, refusals: int) -> None:
        """Wait between a row's search and its create if it was refused again and again.

        Where the limit is one request a window, the search would always take the create's place.
        """
        if refusals >= _OFTEN:
            await self._stop.sleep(min(FIRST_BACKOFF_S * 2.0 ** (refusals - _OFTEN + 1), LONGEST_BACKOFF_S))

    def _judged(self, number: int, kind: RequestKind, left_at: float, reply: Reply) -> Answer:
        decision = DONE if reply.contact_id else decide(reply)
        if decision is DONE:
            if kind == "write" and (not self.is_accepted or self.forbidden.rows):
                self.is_accepted = self.is_accepted or left_at >= self._questioned_at
                self.forbidden.accepted(left_at)
            self._answered(kind, left_at, reply.quota)
            return Answer(reply, decision)
        if decision.action is Action.FORBIDDEN:
            decision = self._forbidden(number, decision)
        elif kind == "write" and is_about_contact(reply):
            self.forbidden.accepted(left_at)
        elif kind == "write" and reply.failure is Failure.STALE and may_stop_all(reply):
            self._question(number, reply)
        self._learn(kind, left_at, reply, decision)
        if decision.action in AGAIN:
            told: dict[str, object] = {"row": number % FILE_ROWS, "why": _AGAIN[decision.action]}
            log.info(Message("row {row}: {why}: {cause}", cause=_in_full(reply, decision), **told))
        if decision.action in _STOPS:
            self.stop(stopped(_STOPS[decision.action], decision))
        return Answer(reply, decision)

    def _question(self, number: int, reply: Reply) -> None:
        """A refusal that may be another request's would stop the run: what new connections are told now decides."""
        self.is_accepted, self._questioned_at = False, self._patience.clock()
        if reply.status == 403:
            self.forbidden.rows[number] = self._questioned_at

    def _learn(self, kind: RequestKind, left_at: float, reply: Reply, decision: Decision) -> None:
        """Learn from an answer whether the service is there, busy, or silent."""
        if decision.action is Action.BUSY:
            if (reply.retry_after_s or 0.0) > self._patience.max_wait_s:
                why = Message("the server asks to wait {seconds:,} s", seconds=reply.retry_after_s)
                self._stop_waiting(Message("{what} ({cause})", what=why, cause=decision.cause))
            if not is_refused_unseen(reply):
                self.may_be_twice()
            self._rate_limiter.refused(kind, left_at, reply.quota, reply.retry_after_s)
        elif decision.action not in AGAIN or reply.failure is Failure.STALE:
            self._answered(kind, left_at, reply.quota)
        elif self._rate_limiter.unanswered(kind):
            self._announce(
                Message(
                    "{number} requests in a row failed ({cause}); trying with single ones",
                    number=FAILURES_IN_A_ROW,
                    cause=decision.cause,
                )
            )

    def _answered(self, kind: RequestKind, left_at: float, quota: Quota | None) -> None:
        self.answers += 1
        self._given_up = 0
        self._rate_limiter.answered(kind, quota, left_at)
        if quota and not quota.remaining and quota.reset_s > self._patience.max_wait_s:
            self._stop_waiting(Message("the server's limit is used up for {seconds:,} s", seconds=quota.reset_s))

    def _give_up(self, decision: Decision) -> None:
        """Count a request given up while no row got an answer; one that never reached the server is an outage."""
        if decision.action is Action.BUSY:
            why = Message("refused for {seconds:,} s on end", seconds=self._patience.max_wait_s)
            self._stop_waiting(Message("{what} ({cause})", what=why, cause=decision.cause))
            return
        self._given_up += GIVEN_UP_IN_A_ROW if decision.code == ServiceUnreachable.code else 1
        if self._given_up >= GIVEN_UP_IN_A_ROW:
            self.stop(stopped(ServiceUnreachable, decision))

    def _stop_waiting(self, why: Message) -> None:
        self.stop(RateLimited(why, ERROR_CODES[RateLimited.code].hint))


def stopped(kind: type[RunStopped], decision: Decision) -> RunStopped:
    """The reason to stop for a decision, with the meaning and the hint of the error's code."""
    advice = ERROR_CODES[kind.code]
    if decision.code == Untrusted.code:  # its cause says all that its meaning does
        return kind(decision.cause, advice.hint)
    if decision.code == ServiceUnreachable.code:
        return kind(Message("{what}: {cause}", what=advice.meaning, cause=decision.cause), advice.hint)
    return kind(Message("{what} ({cause})", what=advice.meaning, cause=decision.cause), advice.hint)


def _in_full(reply: Reply, decision: Decision) -> Message:
    """The cause, with the library's words where it is told in our own."""
    if reply.cause is None or not reply.text:
        return decision.cause
    return Message("{what} ({cause})", what=decision.cause, cause=reply.text)
