"""The server's limits and clock, from the headers of an answer. Pure."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Final

from importer.livedesk.responses import Quota

_RESETS: Final = {
    # The header of the remaining requests to that of the reset: most APIs, the IETF's draft up to version 6, a few
    # others; and one header for both.
    **{f"{prefix}remaining": f"{prefix}reset" for prefix in ("x-ratelimit-", "ratelimit-", "x-rate-limit-")},
    "ratelimit": "ratelimit",
}

# One header for both: the IETF's draft, version 7 (remaining=4, reset=30), and from 8 on (r=4;t=30).
_REMAINING: Final = re.compile(r"(?:^|[\s,;])(?:remaining|r)=(\d+)")
_RESET: Final = re.compile(r"(?:^|[\s,;])(?:reset|t)=(\d+)")

_COUNT: Final = re.compile(r"[0-9]{1,17}")
_EPOCH_S: Final = 1e9  # from here on a reset is an epoch time in seconds, and from 1,000 times this in milliseconds
_LONGEST_WAIT_S: Final = 365 * 86_400.0  # nobody waits for longer, and a number of 400 digits is infinite
_LONGEST_S: Final = 3600.0  # a longer reset is in another unit, or a quota that refusals reveal soon enough


def quota(headers: Mapping[str, str], now: datetime | None = None) -> Quota | None:
    """What is left of the limit; ``None`` unless the answer gives both the remaining requests and the reset.

    A reset is in seconds from the answer, or an epoch time: then the server's ``Date`` counts as now, since clocks
    differ. ``headers`` must ignore case.
    """
    for name, of_reset in _RESETS.items():
        if name not in headers:
            continue
        remaining, reset = headers[name], headers.get(of_reset, "")
        if name == of_reset:
            remaining, reset = _first(_REMAINING, remaining), _first(_RESET, reset)
        seconds = _reset_s(reset.strip(), headers.get("date"), now)
        if _COUNT.fullmatch(remaining.strip()) and seconds is not None and seconds <= _LONGEST_S:
            return Quota(int(remaining), seconds)
    return None


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[1] if found else ""


def _reset_s(text: str, date: str | None, now: datetime | None) -> float | None:
    if not re.fullmatch(r"[0-9]{1,17}(?:\.[0-9]{1,9})?", text):
        return None
    reset = float(text)
    if reset < _EPOCH_S:
        return reset
    moment = reset / 1000 if reset >= 1000 * _EPOCH_S else reset
    return max(0.0, moment - _here(date, now).timestamp())


def retry_after_s(header: str | None, date: str | None = None, now: datetime | None = None) -> float | None:
    """Both forms of Retry-After (RFC 9110, section 10.2.3), in seconds from the answer; ``None`` if unreadable.

    A date is by the server's clock: it counts from the answer's own ``Date``, and from ``now`` only without one.
    A wait of more than a year counts as a year.
    """
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        seconds = float(text)
    elif (moment := _moment(text)) is not None:
        seconds = max(0.0, (moment - _here(date, now)).total_seconds())
    else:
        return None
    return min(seconds, _LONGEST_WAIT_S)


def _here(date: str | None, now: datetime | None) -> datetime:
    """The time of an answer by the clock of its server; without a readable ``Date``, by this machine's."""
    return _moment(date) or now or datetime.now(UTC)


def ahead_s(date: str | None, now: float) -> float | None:
    """Seconds by which ``now`` (epoch) is ahead of an answer's ``Date``; ``None`` without a readable one."""
    moment = _moment(date)
    return None if moment is None else now - moment.timestamp()


@lru_cache(maxsize=8)  # all answers of a second have the same Date
def _moment(text: str | None) -> datetime | None:
    """An HTTP date (RFC 9110, section 5.6.7); ``None`` if it is unreadable."""
    try:
        moment = parsedate_to_datetime(text or "")
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
