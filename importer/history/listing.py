"""The list of a ledger's runs, for people and for programs."""

import shlex
from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Final

from importer.history.runs import Listed
from importer.message import Message
from importer.models import Json
from importer.reporter.summary import WORDS, Summary
from importer.text_table import aligned, fitted, printable

CRASHED: Final = Message("the process was killed, or crashed")
"""Why a run stopped that did not write down its end."""

_TITLES: Final = ("RUN", "WHEN", "FILE", "INBOX", "ROWS", "RESULT", "STATE")
_FLEXIBLE: Final = (2, 6)
_NUMBERS: Final = frozenset({4})


def ago(then: datetime, now: datetime, zone: tzinfo | None = None) -> str:
    """Say how long ago it was: minutes and hours on the same day, days within a week, then the date.

    Both times have an offset. ``zone`` is where the reader lives (``None``: where this machine stands). A time in the
    future, as after a clock went back, stays a date.
    """
    passed = now - then
    then, now = then.astimezone(zone), now.astimezone(zone)
    days = (now.date() - then.date()).days
    if passed <= -timedelta(minutes=1):
        return f"{then:%Y-%m-%d %H:%M}"
    if passed < timedelta(minutes=1):
        return "just now"
    if passed < timedelta(hours=1):
        return _ago(passed // timedelta(minutes=1), "minute")
    if days == 0:
        return _ago(passed // timedelta(hours=1), "hour")
    if days == 1:
        return f"yesterday {then:%H:%M}"
    return _ago(days, "day") if days < 7 else f"{then:%Y-%m-%d}"


def _ago(count: int, unit: str) -> str:
    return f"{count} {unit}{'' if count == 1 else 's'} ago"


def state(listed: Listed) -> str:
    """Say in a few words how a run ended, and whether it is forgotten."""
    words = _state(listed)
    return words if listed.run.forgotten_at is None else f"{words}, forgotten"


def _state(listed: Listed) -> str:
    run = listed.run
    if run.finished_at is None:
        return "working" if listed.working else "crashed"
    if run.stopped:
        return "crashed" if run.exit_code is None else f"stopped: {printable(str(run.stopped))}"
    wrong = Summary(run, listed.counts, {}).wrong
    return f"{wrong:,} need{'s' if wrong == 1 else ''} attention" if wrong else "fine"


def runs_json(listed: Sequence[Listed]) -> list[Json]:
    """Return the runs of a ledger as summaries without files."""
    return [Summary(one.run, one.counts, {}).as_json() for one in listed]


def run_lines(listed: Sequence[Listed], now: datetime, width: int | None = None, zone: tzinfo | None = None) -> str:
    """Return the runs of a ledger as a table with the commands to paste next; times as in ``ago``.

    ``width`` is the terminal's, in columns, which long file names are shortened for; ``None`` leaves them whole.
    """
    if not listed:
        return "no runs yet"
    rows: list[Sequence[str]] = [_TITLES, *(_cells(one, now, zone) for one in listed)]
    lines = aligned(rows if width is None else fitted(rows, width, _FLEXIBLE), _NUMBERS)
    return "\n".join([*lines, "", *_what_next(listed)])


def _cells(one: Listed, now: datetime, zone: tzinfo | None) -> tuple[str, ...]:
    run, counts = one.run, one.counts
    became = ", ".join(f"{count:,} {status}" for status, count in _in_order(one)) or "nothing"
    when = ago(datetime.fromisoformat(run.started_at), now, zone)
    rows = f"{sum(counts.values()):,}"
    return printable(run.id), when, printable(run.file), run.inbox_id or "of its rows", rows, became, state(one)


def _in_order(one: Listed) -> list[tuple[str, int]]:
    """The counts in the order of the summary; behind them what is still to be sent while a run works."""
    order = [*WORDS, *(status for status in one.counts if status not in WORDS)]
    return [(status, one.counts[status]) for status in order if status in one.counts]


def _what_next(listed: Sequence[Listed]) -> list[str]:
    newest = listed[0]
    if newest.working:  # it holds the lock that a report needs
        return ["To look again:", "  import-contacts runs"]
    # A name that a terminal cannot show cannot be pasted, one with a dash in front is no name; the newest needs none.
    named = newest.run.id.isprintable() and not newest.run.id.startswith("-")
    name = f" {shlex.quote(newest.run.id)}" if named else ""
    lines = ["To look at the newest in a browser:", f"  import-contacts report{name} --open"]
    if len(listed) > 1:
        lines += ["What changed since the one before:", "  import-contacts report --diff previous latest"]
    return lines
