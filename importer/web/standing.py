"""How an import stands: one answer for every page, and what the start page does with one that stands so.

A page that asks a draft's last step or a run's record by itself would say something else than the next page.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from importer.message import Message
from importer.models import SETTLED_BY_SENDING
from importer.web.drafts import Draft
from importer.web.jobs import Job, Purpose

if TYPE_CHECKING:  # the ledger is loaded by the first page that asks it
    from importer.history.runs import Listed


class Standing(StrEnum):
    """How an import being prepared, or a run, stands."""

    EMPTY = "empty"
    UNREADABLE = "unreadable"
    PREPARED = "prepared"
    AT_WORK = "at work"
    TRIED = "tried"
    CUT_OFF = "cut off"
    CHANGED = "changed"
    DONE = "done"
    UNDONE = "undone"


ENDED: Final = frozenset({Standing.DONE, Standing.UNDONE, Standing.CHANGED})
"""How an import stands that came to its end: their page says when, before anybody imports once more."""


class Offer(NamedTuple):
    """What the start page says of an import, and the step to which it leads; the empty step is the one where it was.

    Without ``waits`` its list has no line of it: one that was cut off has a place of its own, and those that have ended
    are in the history.
    """

    waits: Message | None
    step: str = ""


OFFERS: Final[Mapping[Standing, Offer]] = {
    Standing.EMPTY: Offer(Message("waits for a file")),
    Standing.UNREADABLE: Offer(Message("its file cannot be read"), "file"),
    Standing.PREPARED: Offer(Message("ready to import")),
    Standing.AT_WORK: Offer(Message("is at work")),
    Standing.TRIED: Offer(Message("the first rows were tried; the others are left"), "try"),
    Standing.CUT_OFF: Offer(None, "import"),
    Standing.CHANGED: Offer(Message("changed since it was imported"), "check"),
    Standing.DONE: Offer(None, "result"),
    Standing.UNDONE: Offer(None, "result"),
}

WATCHED: Final[Mapping[Purpose, str]] = {
    Purpose.CHECK: "check",
    Purpose.PLAN: "check",
    Purpose.TRY: "try",
    Purpose.UNDO_TRIED: "try",
    Purpose.IMPORT: "import",
    Purpose.UNDO: "result",
    Purpose.VERIFY: "result",
}
"""The step at which work of a purpose is followed."""


def of_run(listed: "Listed") -> Standing:
    """How a run stands."""
    from importer.web.past import is_try

    if listed.undone is not None and listed.undone.is_whole:
        return Standing.UNDONE
    if is_try(listed.run):
        return Standing.TRIED
    return _OF_RUNS.get(listed.state, Standing.DONE)


_OF_RUNS: Final = {"working": Standing.AT_WORK, "crashed": Standing.CUT_OFF, "stopped": Standing.CUT_OFF}


def of_draft(draft: Draft, newest: "Listed | None" = None, job: Job | None = None) -> Standing:
    """How a draft stands; ``newest`` is its newest import, ``job`` its last work, if there is any."""
    from importer.web.past import is_try

    if job is not None and not job.is_over:
        return Standing.AT_WORK
    if newest is None:
        return Standing.EMPTY if not draft.files else Standing.UNREADABLE if draft.is_unreadable else Standing.PREPARED
    found = of_run(newest)
    if found is Standing.UNDONE and is_try(newest.run):
        return Standing.PREPARED
    return Standing.CHANGED if found in ENDED and is_changed(draft) else found


def is_changed(draft: Draft) -> bool:
    """Whether files, options or corrections are others than those of the draft's newest import."""
    return bool(draft.sent_as) and draft.sent_as != draft.key


def can_be_undone(parts: "Iterable[Listed]") -> bool:
    """Whether something of these runs is left to take back, as far as their record tells."""
    return any(of_run(one) is not Standing.UNDONE and one.run.forgotten_at is None for one in parts)


def sends_nothing(listed: "Listed") -> bool:
    """Whether a try found no row that was to be sent."""
    return (
        bool(listed.run.options.get("canary"))
        and not listed.run.stopped
        and set(SETTLED_BY_SENDING).isdisjoint(listed.counts)
    )
