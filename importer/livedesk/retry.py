"""What an answer means, and whether to try again: tables and a tenacity policy. Pure."""

import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, NamedTuple, TypeAlias

from tenacity import AsyncRetrying, RetryCallState, retry_if_result

from importer.livedesk.contact import CREATE_FIELDS, Contact
from importer.livedesk.responses import Failure, Reply
from importer.message import Message
from importer.texts import in_line

FIRST_BACKOFF_S: Final = 0.5
LONGEST_BACKOFF_S: Final = 60.0
_MOST_WORDS: Final = 300

Sleep: TypeAlias = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to go on trying: ``max_attempts`` failures of one request, and ``max_wait_s`` of "too many requests".

    ``clock`` gives seconds and never runs backwards.
    """

    max_attempts: int = 5
    max_wait_s: float = 3600.0
    clock: Callable[[], float] = time.monotonic


class Action(StrEnum):
    """What to do after an answer."""

    DONE = "done"
    BUSY = "busy"
    """The server refused one request too many and stored nothing: try later; this is not counted as an attempt."""
    RETRY = "retry"
    """The request did not reach the server: try again after a backoff."""
    DOUBT = "doubt"
    """The contact may have been stored: search before trying again."""
    REFUSED = "refused"
    """The server rejects this contact, perhaps because it has it."""
    CREDENTIALS = "credentials"
    NOT_FOUND = "not_found"
    ELSEWHERE = "elsewhere"
    """A redirect, never followed: the credentials are not for other hosts."""
    UNTRUSTED = "untrusted"
    FORBIDDEN = "forbidden"
    """The server refuses this row, or all of them: that depends on the answers before."""
    PLAN_ENDED = "plan_ended"
    OUT_OF_FILES = "out_of_files"


@dataclass(frozen=True, slots=True)
class Decision:
    """An action, the error_code of its cause, and the cause as a message."""

    action: Action
    code: str
    cause: Message


_NO_WORDS: Final = Message("no explanation")
_TITLE: Final = re.compile(r"<title[^>]*>([^<]+)", re.IGNORECASE)
_TAG: Final = re.compile(r"<[^>]*>?")

_STATUS: Final = {
    401: (Action.CREDENTIALS, "credentials_refused"),
    402: (Action.PLAN_ENDED, "plan_ended"),
    403: (Action.FORBIDDEN, "forbidden"),
    404: (Action.NOT_FOUND, "inbox_unknown"),
    408: (Action.DOUBT, "timeout"),
    425: (Action.BUSY, "rate_limited"),
    429: (Action.BUSY, "rate_limited"),
}
"""Statuses with a meaning of their own. A 408 may come from a proxy whose server did store the contact."""

_CLASS: Final = {
    3: (Action.ELSEWHERE, "redirected"),
    4: (Action.REFUSED, "rejected"),
    5: (Action.DOUBT, "server_error"),
}

_BUSY_UNTIL: Final = {403: "rate_limited", 503: "server_error"}
"""Statuses that with a Retry-After refuse one request too many."""

_NO_REMOVAL: Final = frozenset({401, 403, 404, 405, 501})

_ABOUT_ALL: Final = frozenset({401, 402, 403})

_STOPS_ALL: Final = _ABOUT_ALL | {404}

_MAY_CONFLICT: Final = frozenset({400, 409, 422})
"""The statuses that may mean "another contact has this value", in whatever language."""

_FAILURE: Final = {
    Failure.NOT_REACHED: (Action.RETRY, "unreachable", Message("the server could not be reached")),
    Failure.LOST: (Action.DOUBT, "connection_lost", Message("the connection broke before the answer")),
    Failure.TIMEOUT: (Action.DOUBT, "timeout", Message("no answer within the timeout")),
    Failure.STALE: (Action.DOUBT, "bad_answer", Message("the answer may be that of an earlier request")),
    Failure.OUT_OF_FILES: (*(Action.OUT_OF_FILES, "too_many_files"), Message("no connection could be opened")),
    Failure.UNTRUSTED: (Action.UNTRUSTED, "untrusted", Message("the server's certificate cannot be trusted")),
}


def decide(reply: Reply) -> Decision:
    """What one answer means.

    A 2xx that is not JSON is a doubt, since a proxy may have answered. A 503 with a Retry-After is a clean refusal
    (RFC 9110, section 15.6.4), and so is a 403 with one; any other 5xx may come after the contact was stored.
    """
    if reply.failure is not None:
        action, code, what = _FAILURE[reply.failure]
        words = Message("{what} ({cause})", what=what, cause=reply.text) if reply.text else what
        return Decision(action, code, reply.cause or words)
    if 200 <= reply.status < 300:
        if reply.contact_id or reply.body is not None or reply.status == 204:
            return DONE
        cause = Message("HTTP {status} with a body that is not JSON", status=reply.status)
        return Decision(Action.DOUBT, "bad_answer", cause)
    action, code = _STATUS.get(reply.status) or _CLASS.get(reply.status // 100, (Action.DOUBT, "bad_answer"))
    if reply.status in _BUSY_UNTIL and reply.retry_after_s is not None:
        action, code = Action.BUSY, _BUSY_UNTIL[reply.status]
    return Decision(action, code, Message("HTTP {status}: {words}", status=reply.status, words=quotation(reply)))


DONE: Final = Decision(Action.DONE, "", Message("done"))
"""The only decision with this action."""


def may_conflict(reply: Reply) -> bool:
    """Whether another contact may have one of the refused values; only a search can tell."""
    return reply.status in _MAY_CONFLICT


def is_refused_unseen(reply: Reply) -> bool:
    """Whether a limit or a firewall before the service refused a request, so that the service never saw it."""
    return reply.status in (403, 429)


def may_be_about_row(reply: Reply) -> bool:
    """Whether a refusal that asks to wait may be about this row alone: a firewall gives a 403 a Retry-After too."""
    return reply.status == 403


def is_about_contact(reply: Reply) -> bool:
    """Whether a refusal is about the contact, so that the credentials were right."""
    return reply.status == 422 and reply.failure is None


def has_no_removal(reply: Reply) -> bool:
    """Whether the answer to a removal says that there is none, or not for this key (kin: administrators alone)."""
    return reply.status in _NO_REMOVAL


def may_be_about_all(status: int | None) -> bool:
    """Whether an answer of this status may refuse every request, such as one for the credentials."""
    return status in _ABOUT_ALL


def may_stop_all(reply: Reply) -> bool:
    """Whether such a refusal would stop the run if it counted."""
    return reply.status in _STOPS_ALL


def is_of_no_row(reply: Reply) -> bool:
    """Whether a refusal is about the credentials, the plan or the inbox, whatever it names."""
    return reply.status in _STOPS_ALL - {403}


def without_a_wait(decision: Decision) -> Decision:
    """The decision on a 403 with a Retry-After once the row has no attempt left: as without one."""
    action, code = _STATUS[403]
    return Decision(action, code, decision.cause)


def about_credentials(decision: Decision) -> Decision:
    """The decision on a 403 that is about the credentials."""
    return Decision(Action.CREDENTIALS, "credentials_refused", decision.cause)


def message(reply: Reply) -> str | Message:
    """The server's own words, in one line: its ``message`` or ``error`` member, else the beginning of the body."""
    body = reply.body if isinstance(reply.body, dict) else {}
    members = (body.get(name) for name in ("message", "error"))
    words = next((text for text in members if isinstance(text, str) and text), reply.text)
    if words.lstrip().startswith("<"):  # a page of some proxy: its title, or the text between its tags
        title = _TITLE.search(words)
        words = title[1] if title else _TAG.sub(" ", words)
    return in_line(words[: 2 * _MOST_WORDS], _MOST_WORDS) or _NO_WORDS


def quotation(reply: Reply) -> Message:
    """The server's own words as such, or that it has none."""
    words = message(reply)
    return words if isinstance(words, Message) else Message('"{words}"', words=words)


def refusal_text(reply: Reply) -> str:
    """A refusal's status and the server's own words: two that differ in neither say the same."""
    return f"{reply.status} {message(reply)}"


_SAY_TAKEN: Final = (
    *(r"\btaken\b", r"\balready\b", r"\bexists\b", r"(?<!not )\bexist\b", "duplicat", r"\bin use\b"),
    *(r"\b(?:be|not) unique\b", "conflict", "bereits", "vergeben", "déjà", r"\bya (?:est|exist|se |ha )"),
    *(r"\bjá\b", r"\bgià\b", "уже", "sudah", r"\bđã\b", "이미", "既に", "すでに"),
    *("已(?:经|經|被|存在|有|占用|佔用|使用|注册|註冊)", "重复", "重複", "占用", "佔用"),
)
"""How servers say that somebody has a value; not how they say that one does not exist, or has expired (已过期)."""

_TAKEN: Final = re.compile("|".join(_SAY_TAKEN), re.IGNORECASE)


def says_taken(reply: Reply) -> bool:
    """Whether a refusal says that somebody has a value of the contact, as far as its language is known here: it may be
    the contact's own, which no search shows yet."""
    return may_conflict(reply) and (reply.status == 409 or _TAKEN.search(str(message(reply))) is not None)


def quotes(told: object) -> bool:
    """Whether a message, or one of its values, is a ``quotation``."""
    if not isinstance(told, Message):
        return False
    return told.text == _QUOTED or any(map(quotes, told.values.values()))


_QUOTED: Final = '"{words}"'


def is_about(reply: Reply, contact: Contact) -> bool:
    """Whether a refusal names a field or a value of the contact."""
    fields = contact.create_fields()
    if not fields.keys().isdisjoint(refused_fields(reply)):
        return True
    words = reply.text.casefold()
    names = (name.replace("_", "[ _]") for name in fields)
    values = (re.escape(value.casefold()) for value in fields.values() if len(value) > 1)
    return any(re.search(rf"(?<!\w){part}(?!\w)", words) for part in (*names, *values))


def is_about_fields(reply: Reply, contact: Contact) -> bool:
    """Whether a refusal of a create with attributes names what the API documents, and nothing of the attributes."""
    if refused_fields(reply):
        return True
    words = f"{reply.text} {message(reply)}"
    attributes = (re.escape(name.rpartition(".")[2]) for name in contact.attributes)
    names_them = any(re.search(rf"(?<!\w){name}(?!\w)", words, re.IGNORECASE) for name in attributes)
    return is_about(reply, contact) and not names_them and not _ATTRIBUTES.search(str(message(reply)))


_ATTRIBUTES: Final = re.compile("attribute|param", re.IGNORECASE)


def refused_fields(reply: Reply) -> tuple[str, ...]:
    """The create fields that a refusal names in ``attributes`` (from kin)."""
    named = reply.body.get("attributes") if isinstance(reply.body, dict) else None
    return tuple(name for name in CREATE_FIELDS if name in named) if isinstance(named, list) else ()


REFUSALS: Final = frozenset({Action.REFUSED, Action.FORBIDDEN, Action.CREDENTIALS, Action.PLAN_ENDED, Action.NOT_FOUND})
"""The actions after a 4xx that refuses a request for good."""

AGAIN: Final = frozenset({Action.BUSY, Action.RETRY, Action.DOUBT})
"""The actions after which an idempotent request may simply be repeated."""


class Answer(NamedTuple):
    """A reply, and the decision on it."""

    reply: Reply
    decision: Decision


def may_be_stored(answer: Answer) -> bool:
    """Whether the server may have carried out a request although this answer does not say so, or may do so yet."""
    reply, decision = answer
    is_busy = decision.action is Action.BUSY and not is_refused_unseen(reply)
    return is_busy or decision.action in (Action.DOUBT, Action.ELSEWHERE)


def retrying(
    patience: Patience, sleep: Sleep, random: Callable[[], float], give_up: Callable[[], bool]
) -> AsyncRetrying:
    """A policy that calls a function again while it returns an ``Answer`` of ``AGAIN``; the last result counts.

    A busy server adds no wait here, since the rate limiter holds all requests, and costs no attempt unless the refusal
    may be about the row. ``random`` gives numbers from 0 to 1;
    the policy calls ``give_up`` before each wait.
    """
    return AsyncRetrying(
        retry=retry_if_result(is_transient),
        stop=_Budget(patience, give_up),
        wait=_Backoff(random),
        sleep=sleep,
        retry_error_callback=_last_result,
    )


class _Budget:
    """Owns the count of one row's tries; tenacity calls it once after each failure."""

    def __init__(self, patience: Patience, give_up: Callable[[], bool]) -> None:
        self._patience = patience
        self._give_up = give_up
        self._tries = 0
        self._busy_since: float | None = None

    def __call__(self, state: RetryCallState) -> bool:
        answer = _answer(state)
        if answer.decision.action is not Action.BUSY or may_be_about_row(answer.reply):
            self._tries += 1
            return self._tries >= self._patience.max_attempts or self._give_up()
        now = self._patience.clock()
        if self._busy_since is None:
            self._busy_since = now
        return now - self._busy_since >= self._patience.max_wait_s or self._give_up()


class _Backoff:
    """Owns the count of one row's failures; exponential backoff, half of it jitter."""

    def __init__(self, random: Callable[[], float]) -> None:
        self._random = random
        self._failures = 0

    def __call__(self, state: RetryCallState) -> float:
        if _answer(state).decision.action is Action.BUSY:
            return 0.0
        self._failures += 1
        ceiling = min(LONGEST_BACKOFF_S, FIRST_BACKOFF_S * 2.0**self._failures)
        return float(ceiling * (0.5 + self._random() / 2))


def is_transient(result: object) -> bool:
    """Whether a result asks for another try."""
    return isinstance(result, Answer) and result.decision.action in AGAIN


def _last_result(state: RetryCallState) -> Any:
    return state.outcome.result() if state.outcome else None


def _answer(state: RetryCallState) -> Answer:
    result = _last_result(state)
    assert isinstance(result, Answer)  # noqa: S101 - tenacity passes no other result
    return result
