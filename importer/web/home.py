"""The first page: a new import, those that wait for somebody, and the newest runs; a sample and a template to begin."""

import asyncio
from typing import Final, NamedTuple

from aiohttp import web

from importer.message import Message
from importer.web.drafts import Draft
from importer.web.jobs import Purpose
from importer.web.pages import STEPS, answer, page
from importer.web.screen import Screen, address, draft_of, screen_of
from importer.web.standing import OFFERS, WATCHED, Standing, of_draft


class Listed(NamedTuple):
    """A draft in the list: ``address`` is that of the step where it stands, ``waits`` says what for."""

    draft: Draft
    waits: Message
    address: str
    is_at_work: bool = False


_WAITS: Final = {
    "file": Message("look at what was found in the file"),
    "columns": Message("look at which field each column goes to"),
    "options": Message("say which inbox, and what happens to contacts that are there already"),
    "check": Message("look at the rows that need attention"),
    "try": Message("send the first ten, and look at them"),
    "import": Message("ready to import"),
}
"""What a draft waits for that is being prepared, by the step that was seen last."""

_WORKS: Final = {Purpose.IMPORT: Message("is being imported now"), Purpose.CHECK: Message("is being checked now")}
"""What is at work for a draft, by the job's purpose."""


async def home(request: web.Request) -> web.Response:
    """Drop a file, or go on. What the ledger knows of drafts the page is told later, by ``beginnings.recent``."""
    screen = screen_of(request)
    screen.looks.get_ready()
    drafts, is_new = await asyncio.to_thread(_drafts, screen)
    jobs = {draft.id: screen.jobs.of_draft(draft.id) for draft in drafts}
    states = {draft.id: of_draft(draft, job=jobs[draft.id]) for draft in drafts}
    listed = [
        line(request, draft, states[draft.id])
        for draft in drafts
        if not draft.runs or states[draft.id] is Standing.AT_WORK
    ]
    return page(
        request,
        "home.html.jinja",
        title=Message("Import contacts"),
        working=[one for one in listed if one.is_at_work],
        drafts=[one for one in listed if not one.is_at_work],
        is_new=is_new,
    )


def _drafts(screen: Screen) -> tuple[list[Draft], bool]:
    from importer.files import workspace

    drafts = screen.drafts.recent()
    return drafts, not drafts and not workspace.has_ledger(screen.output_dir)


def line(request: web.Request, draft: Draft, state: Standing) -> Listed:
    """A draft that stands so, as the start page lists it."""
    step, waits = _step(draft), OFFERS[state].waits or Message("")
    job = screen_of(request).jobs.of_draft(draft.id)
    if state is Standing.AT_WORK and job is not None:
        step, waits = WATCHED[job.purpose], _WORKS.get(job.purpose, waits)
    elif state is Standing.PREPARED:
        waits = _WAITS[step]
    step = OFFERS[state].step or step
    return Listed(draft, waits, address(request, "drafts", draft.id, step), state is Standing.AT_WORK)


def _step(draft: Draft) -> str:
    """The step that was seen last; before an import that of its result is none."""
    if draft.step in _WAITS:
        return draft.step
    return "import" if draft.files else STEPS[0].name


async def begin(request: web.Request) -> web.Response:
    """A new draft; answers where it is. It takes the place of those of which no file can be read."""
    screen = screen_of(request)
    await asyncio.to_thread(_remove_unreadable, screen)
    draft = screen.drafts.begin()
    return answer(request, 201, id=draft.id, address=address(request, "drafts", draft.id, draft.step))


def _remove_unreadable(screen: Screen) -> None:
    for draft in screen.drafts.recent():
        if of_draft(draft, job=screen.jobs.of_draft(draft.id)) is Standing.UNREADABLE and not draft.runs:
            screen.drafts.remove(draft.id)


async def remove(request: web.Request) -> web.Response:
    """Remove a draft and its files."""
    screen, draft = screen_of(request), draft_of(request)
    if (job := screen.jobs.of_draft(draft.id)) and not job.is_over:
        job.cancel()
        async for _ in job.events.follow():
            pass
    screen.drafts.remove(draft.id)
    return answer(request, address=address(request))


async def go_on(request: web.Request) -> web.Response:
    """The step where a draft stands."""
    from importer.web.past import runs_of

    screen, draft = screen_of(request), draft_of(request)
    newest = next(iter(await asyncio.to_thread(runs_of, screen, draft)), None)
    state = of_draft(draft, newest, screen.jobs.of_draft(draft.id))
    raise web.HTTPSeeOther(line(request, draft, state).address)
