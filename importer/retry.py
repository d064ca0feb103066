"""What an answer means and whether to try again: tables and a tenacity policy, pure."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any, Final, TypeAlias

from tenacity import AsyncRetrying, RetryCallState, retry_if_result

from importer.models import Failure, Reply

FIRST_BACKOFF_S: Final = 0.5
LONGEST_BACKOFF_S: Final = 60.0
LONGEST_WAIT_S: Final = 3600.0
"""The wait for rate limits alone, in seconds for one row, after which it fails like any other."""

_MOST_WORDS: Final = 300

Sleep: TypeAlias = Callable[[float], Awaitable[None]]


class Verdict(StrEnum):
    """What an answer to a request means for what comes next."""

    DONE = "done"
    BUSY = "busy"
    """Refused before anything was stored, for being too many: again later; it is no attempt."""
    RETRY = "retry"
    """It did not reach the server: again, after a backoff."""
    DOUBT = "doubt"
    """It may have been stored: search, and only then again."""
    REFUSED = "refused"
    """The server does not want this contact; it may be because it has it."""
    CREDENTIALS = "credentials"
    NOT_FOUND = "not_found"
    ELSEWHERE = "elsewhere"
    """A redirect: never followed, the credentials are not for other hosts."""
    UNTRUSTED = "untrusted"


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict, the error_code that names its cause, and the cause in words."""

    verdict: Verdict
    code: str
    cause: str


_STATUS: Final = {
    401: (Verdict.CREDENTIALS, "credentials_refused"),
    403: (Verdict.CREDENTIALS, "credentials_refused"),
    404: (Verdict.NOT_FOUND, "inbox_unknown"),
    408: (Verdict.DOUBT, "timeout"),
    425: (Verdict.BUSY, "rate_limited"),
    429: (Verdict.BUSY, "rate_limited"),
}
"""Statuses that mean something of their own. A 408 may come from a proxy whose server did store the contact."""

_CLASS: Final = {
    2: (Verdict.DONE, ""),
    3: (Verdict.ELSEWHERE, "redirected"),
    4: (Verdict.REFUSED, "rejected"),
    5: (Verdict.DOUBT, "server_error"),
}

_FAILURE: Final = {
    Failure.NOT_REACHED: Decision(Verdict.RETRY, "unreachable", "the server could not be reached"),
    Failure.LOST: Decision(Verdict.DOUBT, "connection_lost", "the connection broke before the answer"),
    Failure.TIMEOUT: Decision(Verdict.DOUBT, "timeout", "no answer within the timeout"),
    Failure.UNTRUSTED: Decision(Verdict.UNTRUSTED, "untrusted", "the server's certificate cannot be trusted"),
}


def decide(reply: Reply) -> Decision:
    """The verdict on one answer.

    A 2xx that is not JSON is a doubt, for a proxy may have answered in the server's place. A 503 with a
    Retry-After is a clean refusal (RFC 9110, section 15.6.4), other 5xx may come after the contact was stored.
    """
    if reply.failure is not None:
        cause = _FAILURE[reply.failure]
        return Decision(cause.verdict, cause.code, f"{cause.cause} ({reply.text})" if reply.text else cause.cause)
    verdict, code = _STATUS.get(reply.status) or _CLASS.get(reply.status // 100, (Verdict.DOUBT, "bad_answer"))
    if verdict is Verdict.DONE and reply.body is None:
        return Decision(Verdict.DOUBT, "bad_answer", f"HTTP {reply.status} with a body that is not JSON")
    if reply.status == 503 and reply.retry_after_s is not None:
        verdict = Verdict.BUSY
    return Decision(verdict, code, f"HTTP {reply.status}: {message(reply)}")


def message(reply: Reply) -> str:
    """The server's own words, in one line: its ``message`` or ``error`` member, else the beginning of the body."""
    told = reply.body if isinstance(reply.body, dict) else {}
    words = next(
        (text for name in ("message", "error") if isinstance(text := told.get(name), str) and text), reply.text
    )
    shown = "".join(char if char.isprintable() else " " for char in words[: 2 * _MOST_WORDS])
    return " ".join(shown.split())[:_MOST_WORDS] or "no explanation"


def retry_after_s(header: str | None, now: datetime | None = None) -> float | None:
    """Both forms of Retry-After (RFC 9110, section 10.2.3), in seconds from ``now``; ``None`` if unreadable."""
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - (now or datetime.now(UTC))).total_seconds())


AGAIN: Final = frozenset({Verdict.BUSY, Verdict.RETRY, Verdict.DOUBT})
"""The verdicts after which a request that changes nothing, or changes it to the same, may simply be repeated."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply with the verdict on it."""

    reply: Reply
    decision: Decision


def retrying(
    max_attempts: int, sleep: Sleep, random: Callable[[], float], give_up: Callable[[], bool]
) -> AsyncRetrying:
    """The policy: a function whose ``Answer`` is a verdict of ``AGAIN`` is called again; its last result counts.

    Any other result ends it. Tries that were refused for being too many do not use up ``max_attempts``;
    ``LONGEST_WAIT_S`` bounds them. ``random`` gives numbers from 0 to 1; ``give_up`` is asked before each wait.
    """
    return AsyncRetrying(
        retry=retry_if_result(_is_transient),
        stop=_Budget(max_attempts, give_up),
        wait=lambda state: _wait_s(state, random),
        sleep=sleep,
        retry_error_callback=_last_result,
    )


class _Budget:
    """Owns the count of one row's tries; tenacity asks it once after each that failed."""

    def __init__(self, max_attempts: int, give_up: Callable[[], bool]) -> None:
        self._left = max_attempts
        self._give_up = give_up

    def __call__(self, state: RetryCallState) -> bool:
        if _answer(state).decision.verdict is not Verdict.BUSY:
            self._left -= 1
        return self._left <= 0 or state.idle_for >= LONGEST_WAIT_S or self._give_up()


def _is_transient(result: object) -> bool:
    return isinstance(result, Answer) and result.decision.verdict in AGAIN


def _last_result(state: RetryCallState) -> Any:
    return state.outcome.result() if state.outcome else None


def _answer(state: RetryCallState) -> Answer:
    result = _last_result(state)
    assert isinstance(result, Answer)  # noqa: S101 - tenacity asks about no other result
    return result


def _wait_s(state: RetryCallState, random: Callable[[], float]) -> float:
    """The server's wait where it names one, else exponential backoff of which half is jitter."""
    asked = _answer(state).reply.retry_after_s
    if asked is not None:
        return max(asked, FIRST_BACKOFF_S * (0.5 + random() / 2))  # a wait of 0 s must not become a hot loop
    ceiling = min(LONGEST_BACKOFF_S, FIRST_BACKOFF_S * 2.0**state.attempt_number)
    return float(ceiling * (0.5 + random() / 2))
