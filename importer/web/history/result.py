"""The result of a draft: what became of the rows, the report, the files, and what can be done from here."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from aiohttp import web

from importer.history.runs import Listed
from importer.message import Message
from importer.models import Status
from importer.web.drafts import Draft
from importer.web.history.outcome import Shown, looking_back_at, shown
from importer.web.history.paging import run_address
from importer.web.pages import step_page
from importer.web.past import runs_of
from importer.web.screen import address, draft_of, language_of, screen_of
from importer.web.settings import results_of
from importer.web.standing import WATCHED, Standing, of_run
from importer.web.status_words import PAGE_STATUS_NAMES
from importer.web.undoing import left_untold


async def show(request: web.Request) -> web.Response:
    """The page."""
    screen, draft = screen_of(request), draft_of(request)
    job = screen.jobs.of_draft(draft.id)
    working = job if job is not None and not job.is_over else None
    if working is not None and WATCHED[working.purpose] != "result":
        return step_page(request, "result", draft, shown=None, at_work=WATCHED[working.purpose])
    found = await asyncio.to_thread(_shown, request, draft)
    ended = looking_back_at(screen, draft.id) if working is None else None
    values = {
        "shown": found.shown if found else None,
        "before": found.before if found else (),
        "job": working,
        "ended": ended,
        "untold": left_untold(ended and ended.result),
    }
    return step_page(request, "result", draft, names=PAGE_STATUS_NAMES, **values)


class Before(NamedTuple):
    """Rows that an earlier part of the import sent: how many, which part, and the address of it, if there is one."""

    rows: int
    part: Message
    address: str = ""


_TRIED: Final = Message("(sent in the try)")
_CUT_OFF: Final = Message("(sent before the import was stopped)")
_EARLIER: Final = Message("(sent by an earlier import of this file)")


class Found(NamedTuple):
    """The newest import, how it went, and by what its unchanged rows were sent before it."""

    shown: Shown
    before: list[Before]


def _shown(request: web.Request, draft: Draft) -> Found | None:
    screen = screen_of(request)
    runs = runs_of(screen, draft)
    if not runs:
        return None
    found = shown(runs[0], results_of(screen, draft), language_of(request), runs)
    return Found(found, [*_before(request, draft, runs)])


def _before(request: web.Request, draft: Draft, runs: Sequence[Listed]) -> Iterator[Before]:
    """The parts that sent rows which the newest import found unchanged, the newest part first."""
    left = runs[0].counts.get(Status.UNCHANGED, 0)
    for one in runs[1:]:
        state = of_run(one)
        sent = sum(one.counts.get(status, 0) for status in _SENT)
        rows = 0 if state is Standing.UNDONE else min(sent, left)
        if rows:
            of_the_history = "" if draft.rehearses else run_address(request, one.run.id)
            is_try = state is Standing.TRIED
            part = _TRIED if is_try else _CUT_OFF if state is Standing.CUT_OFF else _EARLIER
            yield Before(rows, part, address(request, "drafts", draft.id, "try") if is_try else of_the_history)
        left -= rows


_SENT: Final = (Status.CREATED, Status.UPDATED, Status.EXISTS)
