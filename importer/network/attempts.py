"""A request that may be tried again: why it failed, in words that show nothing of its address. Pure.

``opener`` makes the requests, and loads HTTP and TLS for them, which a dry run does without.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from importer.message import Message

_PHRASES: Final = {status.value: status.phrase for status in HTTPStatus}


@dataclass(frozen=True, slots=True)
class Failed:
    """Why a try failed, in words that show nothing of the address; ``passing`` if another try may succeed."""

    cause: Message
    passing: bool


def tried(
    waits_s: Iterable[float], sleep: Callable[[float], object], attempt: Callable[[], Failed | None]
) -> Message | None:
    """Try, and again after each wait, in seconds, as long as that may help; return why the last try failed, if it
    did."""
    failed = attempt()
    for wait_s in waits_s:
        if failed is None or not failed.passing:
            break
        sleep(wait_s)
        failed = attempt()
    return failed.cause if failed else None


def status_words(status: int) -> str:
    """Return a status with its standard phrase: the server's own might repeat the address."""
    return f"HTTP {status} {_PHRASES.get(status, '')}".rstrip()


def refused(status: int) -> Failed:
    """Return a try that was answered by a status which is none of success."""
    answer = status_words(status)
    if 300 <= status < 400:
        return Failed(Message("{answer}, and redirects are not followed", answer=answer), passing=False)
    passing = status == HTTPStatus.TOO_MANY_REQUESTS or status >= 500
    return Failed(Message("{answer}", answer=answer), passing=passing)
