"""What answers mean, and how long to wait."""

import asyncio
from datetime import UTC, datetime

import pytest

from importer.livedesk.rate_headers import retry_after_s
from importer.livedesk.responses import Failure, Reply
from importer.livedesk.retry import AGAIN, Action, Answer, Decision, Patience, decide, message, quotes, retrying
from importer.message import Language, Message
from importer.models import Json

OK: Json = {"payload": {}}


@pytest.mark.parametrize(
    ("reply", "action", "code"),
    [
        (Reply(200, OK), Action.DONE, ""),
        (Reply(201, OK), Action.DONE, ""),
        (Reply(200, None, "<html>"), Action.DOUBT, "bad_answer"),
        (Reply(204, None), Action.DONE, ""),
        (Reply(100), Action.DOUBT, "bad_answer"),
        (Reply(302), Action.ELSEWHERE, "redirected"),
        (Reply(400), Action.REFUSED, "rejected"),
        (Reply(401), Action.CREDENTIALS, "credentials_refused"),
        (Reply(402), Action.PLAN_ENDED, "plan_ended"),
        (Reply(403), Action.FORBIDDEN, "forbidden"),
        (Reply(403, retry_after_s=3), Action.BUSY, "rate_limited"),
        (Reply(404), Action.NOT_FOUND, "inbox_unknown"),
        (Reply(408), Action.DOUBT, "timeout"),
        (Reply(413), Action.REFUSED, "rejected"),
        (Reply(422), Action.REFUSED, "rejected"),
        (Reply(425), Action.BUSY, "rate_limited"),
        (Reply(429), Action.BUSY, "rate_limited"),
        (Reply(429, retry_after_s=3), Action.BUSY, "rate_limited"),
        (Reply(500), Action.DOUBT, "server_error"),
        (Reply(502), Action.DOUBT, "server_error"),
        (Reply(503), Action.DOUBT, "server_error"),
        (Reply(503, retry_after_s=3), Action.BUSY, "server_error"),
        (Reply(504), Action.DOUBT, "server_error"),
        (Reply(failure=Failure.NOT_REACHED), Action.RETRY, "unreachable"),
        (Reply(failure=Failure.LOST), Action.DOUBT, "connection_lost"),
        (Reply(failure=Failure.TIMEOUT), Action.DOUBT, "timeout"),
        (Reply(failure=Failure.UNTRUSTED), Action.UNTRUSTED, "untrusted"),
        (Reply(failure=Failure.OUT_OF_FILES), Action.OUT_OF_FILES, "too_many_files"),
    ],
    ids=lambda value: (
        f"{value.status or value.failure}{'+retry-after' if value.retry_after_s else ''}"
        if isinstance(value, Reply)
        else None
    ),
)
def test_every_answer_has_one_action(reply: Reply, action: Action, code: str) -> None:
    """Doubt where the contact may be stored, retry where it certainly is not, stop where all would meet the same."""
    decision = decide(reply)
    assert (decision.action, decision.code) == (action, code)


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(422, {"message": "Email has already been taken"}), 'HTTP 422: "Email has already been taken"'),
        (Reply(404, {"error": "Resource\ncould not be found"}), 'HTTP 404: "Resource could not be found"'),
        (Reply(422, {"message": ""}, "{}"), 'HTTP 422: "{}"'),
        (Reply(502, None, "<h1>Bad\n\nGateway</h1>"), 'HTTP 502: "Bad Gateway"'),
        (Reply(500), "HTTP 500: no explanation"),
        (Reply(failure=Failure.LOST, text="reset"), "the connection broke before the answer (reset)"),
    ],
    ids=["message", "error", "empty message", "html", "nothing", "failure"],
)
def test_the_cause_is_the_servers_own_words_in_one_line(reply: Reply, words: str) -> None:
    """What the server said is more than any paraphrase of it."""
    assert str(decide(reply).cause) == words


NOW = datetime(2026, 1, 17, 8, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("7", 7.0),
        (" 0 ", 0.0),
        ("Sat, 17 Jan 2026 08:16:00 GMT", 30.0),
        ("Sat, 17 Jan 2026 08:15:00 GMT", 0.0),
        ("Sat, 17 Jan 2026 08:16:00 -0000", 30.0),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("٧", None),
        ("", None),
        ("31536000", 31_536_000.0),
        ("99999999", 31_536_000.0),
        ("9" * 400, 31_536_000.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 31_536_000.0),
    ],
)
def test_retry_after_is_read_in_both_forms(header: str | None, seconds: float | None) -> None:
    """RFC 9110: delay-seconds or an HTTP date; a date that has passed is no wait, anything else no answer.

    More than a year counts as a year: a message can name it.
    """
    assert retry_after_s(header, now=NOW) == seconds


@pytest.mark.parametrize(
    ("date", "seconds"),
    [
        ("Mon, 01 Jun 2026 12:00:00 GMT", 30.0),
        ("Mon, 01 Jun 2026 11:59:00 GMT", 90.0),
        ("Mon, 01 Jun 2026 12:01:00 GMT", 0.0),
        ("today", 138 * 24 * 3600.0),
        (None, 138 * 24 * 3600.0),
    ],
    ids=["in half a minute", "later", "over", "no date", "without a Date"],
)
def test_a_date_in_retry_after_is_by_the_clock_of_the_answer(date: str | None, seconds: float) -> None:
    """The server's clock is months ahead: its own Date says how long to wait; this machine's clock only without one."""
    own = datetime(2026, 1, 14, 12, 0, 30, tzinfo=UTC)
    assert retry_after_s("Mon, 01 Jun 2026 12:00:30 GMT", date, own) == seconds


def test_seconds_in_retry_after_need_no_clock() -> None:
    """They count from the answer."""
    assert retry_after_s("7", "Mon, 01 Jun 2026 12:00:00 GMT", NOW) == 7.0


def answer(action: Action, after_s: float | None = None) -> Answer:
    return Answer(Reply(429, retry_after_s=after_s), Decision(action, "", Message("")))


class Tries:
    """A function that gives the answers one by one, and the sleeps between them."""

    def __init__(self, *answers: Answer | str, takes_s: float = 0) -> None:
        self.answers = list(answers)
        self.takes_s = takes_s
        self.slept: list[float] = []
        self.now = 0.0

    async def attempt(self) -> Answer | str:
        self.now += self.takes_s
        return self.answers.pop(0)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def run(self, max_attempts: int, random: float = 1.0, give_up: bool = False) -> Answer | str:
        patience = Patience(max_attempts, max_wait_s=3600, clock=lambda: self.now)
        policy = retrying(patience, self.sleep, lambda: random, lambda: give_up)
        result: Answer | str = asyncio.run(policy(self.attempt))
        return result


@pytest.mark.parametrize("action", sorted(AGAIN - {Action.BUSY}))
def test_transient_answers_are_tried_again_until_the_attempts_are_used_up(action: Action) -> None:
    """Three tries, two waits between them, and the last answer is the result."""
    last = answer(action)
    tries = Tries(answer(action), answer(action), last, "never asked")
    assert tries.run(3) is last
    assert len(tries.slept) == 2


@pytest.mark.parametrize("action", sorted(set(Action) - AGAIN))
def test_other_answers_end_it(action: Action) -> None:
    """One try, no wait."""
    final = answer(action)
    tries = Tries(final)
    assert tries.run(5) is final
    assert tries.slept == []


def test_backoff_doubles_to_a_ceiling_and_half_of_it_is_jitter() -> None:
    """1, 2, 4 … seconds and never more than a minute; the lower end is half of it."""
    highest, lowest = Tries(*[answer(Action.RETRY)] * 10), Tries(*[answer(Action.RETRY)] * 10)
    highest.run(10, random=1.0)
    lowest.run(10, random=0.0)
    assert highest.slept == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0]
    assert lowest.slept == [seconds / 2 for seconds in highest.slept]


def test_who_was_one_too_many_has_no_wait_of_its_own() -> None:
    """The limiter holds everybody's next request for as long as the server asks."""
    tries = Tries(answer(Action.BUSY, 17.0), "done")
    assert tries.run(5) == "done"
    assert tries.slept == [0.0]


def test_the_servers_words_are_bounded_and_printable() -> None:
    """Half a megabyte and an escape sequence in an error message are somebody else's idea."""
    words = str(message(Reply(422, {"message": "\x1b[31m" + "x" * 500_000})))
    assert words.startswith("[31mxxx")
    assert len(words) <= 300


def test_rate_limits_use_up_no_attempt() -> None:
    """Thirty refusals for being too many, then an answer, with one attempt allowed."""
    tries = Tries(*[answer(Action.BUSY, 1.0)] * 30, "done")
    assert tries.run(1) == "done"


def test_the_wait_for_a_rate_limit_is_bounded() -> None:
    """A server that never lets go ends the row after an hour of waiting, counted from the first refusal."""
    tries = Tries(*[answer(Action.BUSY)] * 10, takes_s=900)
    assert isinstance(tries.run(1), Answer)
    assert len(tries.answers) == 5


def test_nobody_waits_for_a_run_that_stops() -> None:
    """The answer in hand is the result."""
    tries = Tries(answer(Action.RETRY), "never asked")
    assert isinstance(tries.run(5, give_up=True), Answer)
    assert tries.slept == []


def test_the_servers_words_are_a_quotation_in_every_language() -> None:
    """A reader sees where the program's words end; what is none of the server's has no quotation marks."""
    cause = decide(Reply(404, {"error": "Resource could not be found"})).cause
    assert Language("zh").tell(cause) == "HTTP 404：“Resource could not be found”"
    assert quotes(Message("{what} ({cause})", what="so", cause=cause))
    assert not quotes(decide(Reply(500)).cause)
