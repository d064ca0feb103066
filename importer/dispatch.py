"""Requests in their turn: the shared pause, the retries, and the answers that end a run for every row."""

import logging
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from importer.error_codes import CONTINUE, ERROR_CODES
from importer.errors import CredentialsRefused, RateLimited, Redirected, RunStopped, ServiceUnreachable, Untrusted
from importer.models import Outcome, Reply, Status
from importer.pacing import Pacer, Stop
from importer.retry import AGAIN, FIRST_BACKOFF_S, LONGEST_WAIT_S, Answer, Decision, Verdict, decide, retrying

T = TypeVar("T")
log = logging.getLogger(__name__)

GIVEN_UP_IN_A_ROW: Final = 3
"""So many requests given up with no answer to anybody in between are an outage, and fewer may be one bad row."""

_STOPS: Final[dict[Verdict, type[RunStopped]]] = {
    Verdict.CREDENTIALS: CredentialsRefused,
    Verdict.ELSEWHERE: Redirected,
    Verdict.UNTRUSTED: Untrusted,
}
"""The verdicts that end a run, whatever was asked: the same answer would meet every row."""


class Dispatch:
    """Owns what the requests of all rows share: pace, stop, and the count of those that were given up.

    ``random`` gives numbers from 0 to 1. ``retries`` counts the answers that asked for another try.
    """

    def __init__(self, pacer: Pacer, stop: Stop, max_attempts: int, random: Callable[[], float]) -> None:
        self._pacer = pacer
        self._stop = stop
        self._max_attempts = max_attempts
        self._random = random
        self._answers = 0
        self._given_up = 0
        self.retries = 0

    @property
    def stopping(self) -> bool:
        """Whether nothing new may leave."""
        return self._stop.requested

    def stop(self, reason: RunStopped) -> None:
        """End the run for all rows."""
        self._stop.request(reason)

    def not_sent(self) -> Outcome:
        """The outcome of a row that the stop keeps from being sent."""
        return not_sent(self._stop.reason)

    async def turn(self) -> bool:
        """Wait for a turn to send; ``False`` if the run stops and nothing new may leave."""
        await self._pacer.turn()
        return not self.stopping

    async def send(self, number: int, request: Callable[[], Awaitable[Reply]]) -> Answer:
        """One request for row ``number`` now, and what its answer means for everybody."""
        reply = await request()
        decision = decide(reply)
        if 0 < reply.status < 500:
            self._answers += 1
            self._given_up = 0
        if decision.verdict is Verdict.BUSY:
            self._pause(reply.retry_after_s, decision)
        if decision.verdict in AGAIN:
            self.retries += 1
            log.info("row %d: %s: %s", number, decision.verdict, decision.cause)
        if decision.verdict in _STOPS:
            self.stop(stopped(_STOPS[decision.verdict], decision))
        return Answer(reply, decision)

    async def repeat(self, number: int, request: Callable[[], Awaitable[Reply]]) -> Answer:
        """Send a request that changes nothing, or changes it to the same, until it is answered.

        A run that stops still sends it once: it settles what is in flight.
        """

        async def attempt() -> Answer:
            await self.turn()
            return await self.send(number, request)

        return await self.insist(attempt)

    async def insist(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """Repeat ``attempt`` while its answer asks for that; an outage that outlasts the attempts stops the run."""
        policy = retrying(self._max_attempts, self._stop.sleep, self._random, lambda: self.stopping)
        answers = self._answers
        result: T = await policy(attempt)
        if isinstance(result, Answer) and result.decision.verdict in AGAIN and self._answers == answers:
            self._give_up(result.decision)
        return result

    def _pause(self, asked_s: float | None, decision: Decision) -> None:
        """Hold everybody for as long as the server asks, and for a moment where it does not say."""
        if asked_s is not None and asked_s > LONGEST_WAIT_S:
            hint = ERROR_CODES[RateLimited.code].hint
            self.stop(RateLimited(f"the server asks to wait {asked_s:,.0f} s ({decision.cause})", hint))
        else:
            self._pacer.pause(max(asked_s or 0.0, FIRST_BACKOFF_S))

    def _give_up(self, decision: Decision) -> None:
        """Nobody got an answer during all the attempts: at once an outage if the server was not even reached."""
        self._given_up += GIVEN_UP_IN_A_ROW if decision.code == ServiceUnreachable.code else 1
        if self._given_up >= GIVEN_UP_IN_A_ROW:
            self.stop(stopped(ServiceUnreachable, decision))


def stopped(kind: type[RunStopped], decision: Decision) -> RunStopped:
    """The reason to stop that a decision gives, with the words and the hint of its error_code."""
    advice = ERROR_CODES[kind.code]
    return kind(f"{advice.meaning} ({decision.cause})", advice.hint)


def not_sent(reason: RunStopped | None) -> Outcome:
    """The outcome of a row that the run did not come to; ``reason`` is ``None`` after a signal."""
    if reason is None:
        return Outcome(Status.NOT_SENT, error_code="interrupted", error="the run was interrupted", hint=CONTINUE)
    return Outcome(Status.NOT_SENT, error_code=reason.code, error=str(reason), hint=reason.hint)
