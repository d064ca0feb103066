"""List the runs of a ledger, for people and for programs, and find one by what somebody calls it."""

import difflib
import shlex
from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Final, NamedTuple

from importer import workspace
from importer.errors import ConfigError
from importer.ledger.ledger import Ledger
from importer.ledger.run import Run
from importer.message import Message
from importer.models import Json, Status
from importer.reporter.summary import WORDS, Summary
from importer.text_table import aligned, fitted, printable

CRASHED: Final = Message("the process was killed, or crashed")
"""Why a run stopped that did not write down its end."""

PLACES: Final = {"latest": 0, "previous": 1}
"""What the newest runs are called beside their names, the newest being 0."""


class Listed(NamedTuple):
    """A run in the list: its record, how many rows have each status, and whether it works at this moment."""

    run: Run
    counts: dict[Status, int]
    working: bool = False


def list_runs(output_dir: Path) -> list[Listed]:
    """Return every run of the ledger, the newest first. Raises ``ConfigError``, ``LedgerError``."""
    path = workspace.existing_ledger(output_dir)
    with Ledger(path) as ledger:
        entered = ledger.runs()
        # Whoever holds the lock works on the newest run: what others left undone was done when it began. Nobody is
        # asked while every run has ended, for asking takes the lock for a moment.
        working = bool(entered) and entered[0][1].finished_at is None and workspace.is_locked(path)
        return [Listed(run, ledger.counts(seq), working and not place) for place, (seq, run) in enumerate(entered)]


def find(name: str | None, entered: Sequence[tuple[int, Run]], ledger: Path) -> tuple[int, Run]:
    """Return the run of this name, with its sequence number; ``None`` is the newest.

    A name is a run's whole name, one of ``PLACES``, or a beginning that no other run's name has. ``entered`` has the
    newest first. Raises ``ConfigError`` with the nearest names as advice.
    """
    if not entered:
        raise ConfigError("no runs in {ledger}", "import a file first", ledger=ledger)
    whole = {run.id: (seq, run) for seq, run in entered}
    if name is None or name in whole:
        return entered[0] if name is None else whole[name]
    if PLACES.get(name, len(entered)) < len(entered):
        return entered[PLACES[name]]
    begun = [run.id for _, run in entered if name and run.id.startswith(name)]
    if len(begun) == 1:
        return whole[begun[0]]
    shown = printable(name)
    if begun:
        many, advice = len(begun), _advice(begun)
        raise ConfigError(
            '"{name}" is the beginning of {number:,} runs in {ledger}', advice, name=shown, number=many, ledger=ledger
        )
    # Names end in date and time, which nobody types: what was typed is held against as much of each name, too.
    beginnings = {run.id[: len(name)]: run.id for _, run in reversed(entered)}
    near = difflib.get_close_matches(name, whole)
    near = near or [beginnings[beginning] for beginning in difflib.get_close_matches(name, beginnings)]
    raise ConfigError('no run "{name}" in {ledger}', _advice(near), name=shown, ledger=ledger)


def _advice(names: Sequence[str]) -> Message:
    shown = [f'"{printable(name)}"' for name in names[:3]]
    if not shown:
        return Message("import-contacts runs shows their names")
    near: object = shown.pop()
    for name in reversed(shown):
        near = Message("{name} or {others}", name=name, others=near)
    return Message("did you mean {near}? import-contacts runs shows their names", near=near)


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
    run, wrong = listed.run, Summary(listed.run, listed.counts, {}).wrong
    if run.finished_at is None and listed.working:
        words = "working"
    elif run.finished_at is None or (run.stopped and run.exit_code is None):
        words = "crashed"
    elif run.stopped:
        words = f"stopped: {printable(str(run.stopped))}"
    else:
        words = f"{wrong:,} need{'s' if wrong == 1 else ''} attention" if wrong else "fine"
    return words if run.forgotten_at is None else f"{words}, forgotten"


def runs_json(listed: Sequence[Listed]) -> list[Json]:
    """Return the runs of a ledger as summaries without files."""
    return [Summary(one.run, one.counts, {}).as_json() for one in listed]


def run_lines(listed: Sequence[Listed], now: datetime, width: int | None = None, zone: tzinfo | None = None) -> str:
    """Return the runs of a ledger as a table with the commands to paste next; times as in ``ago``.

    ``width`` is the terminal's, in columns, which long file names are shortened for; ``None`` leaves them whole.
    """
    if not listed:
        return "no runs yet"
    titles = ("RUN", "WHEN", "FILE", "INBOX", "ROWS", "RESULT", "STATE")
    rows: list[Sequence[str]] = [titles, *(_cells(one, now, zone) for one in listed)]
    lines = aligned(rows if width is None else fitted(rows, width, flexible=(2, 6)), right=frozenset({4}))
    return "\n".join([*lines, "", *_what_next(listed)])


def _cells(one: Listed, now: datetime, zone: tzinfo | None) -> tuple[str, ...]:
    run, counts = one.run, one.counts
    # In the order of the summary; behind it what is still to be sent while a run works.
    order = [*(status for status in WORDS if status in counts), *(status for status in counts if status not in WORDS)]
    became = ", ".join(f"{counts[status]:,} {status}" for status in order) or "nothing"
    when = ago(datetime.fromisoformat(run.started_at), now, zone)
    rows = f"{sum(counts.values()):,}"
    return printable(run.id), when, printable(run.file), run.inbox_id or "of its rows", rows, became, state(one)


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
