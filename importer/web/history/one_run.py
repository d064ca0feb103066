"""One run: how it went, its files, its rows a page at a time, and what can be done with it."""

import asyncio
from typing import Final, NamedTuple

from aiohttp import web

from importer.history.runs import Listed
from importer.ledger.browsing import Wanted
from importer.library.checking import Page, open_run
from importer.library.history import report, some_runs
from importer.message import Language, Message
from importer.models import LOOK_BACKS, Status
from importer.reporter.verdict import BANNERS
from importer.web.history.listing import state_of
from importer.web.history.one_asked import Asked, asked
from importer.web.history.outcome import Shown, looking_back_at, shown
from importer.web.history.paging import offset_of, pager, run_address
from importer.web.pages import answer, page
from importer.web.screen import Screen, address, language_of, screen_of
from importer.web.status_words import PAGE_STATUS_NAMES
from importer.web.undoing import left_untold

SIZE: Final = 25


class Sought(NamedTuple):
    """The rows that an address asks for."""

    text: str
    status: str
    offset: int


async def show(request: web.Request) -> web.Response:
    """The page."""
    screen, language = screen_of(request), language_of(request)
    sought = Sought(request.query.get("q", "").strip(), request.query.get("status", ""), offset_of(request))
    (listed, draft, key, _), found, rows = await asyncio.to_thread(_read, request, language, sought)
    is_newest = await asyncio.to_thread(_is_newest, screen_of(request), listed)
    job = screen.jobs.of_draft(key)
    working = job if job is not None and not job.is_over else None
    ended = None if working else looking_back_at(screen, key)
    run, (told, tone) = listed.run, state_of(listed)
    return page(
        request,
        "run.html.jinja",
        title=Message("Import of {file}", file=run.file) if run.mode == "import" else run.id,
        here=run_address(request, run.id),
        listed=listed,
        shown=found,
        told=told,
        tone=tone,
        banner=BANNERS.get(run.mode),
        draft_there=draft,
        is_newest=is_newest,
        live=address(request, "drafts", draft.id, "import") if draft else "",
        rows=rows,
        sought=sought,
        pager=pager(request, len(rows.rows), rows.total, SIZE),
        job=working,
        ended=ended,
        untold=left_untold(ended and ended.result),
        names=PAGE_STATUS_NAMES,
        is_look_back=run.mode in LOOK_BACKS,
    )


def _is_newest(screen: Screen, listed: Listed) -> bool:
    """Whether no later import has gone on with the draft of a run."""
    run = listed.run
    of_draft = some_runs(screen.output_dir, lambda one: one.mode == run.mode and one.uploads == run.uploads, most=1)
    return not run.uploads or of_draft[0].run.id == run.id


def _read(request: web.Request, language: Language, sought: Sought) -> tuple[Asked, Shown, Page]:
    named, folder = asked(request), screen_of(request).output_dir
    wanted = Wanted([Status(sought.status)] if sought.status in {*Status} else (), text=sought.text)
    with open_run(folder, named.listed.run.id) as rows:
        return named, shown(named.listed, folder, language), rows.page(sought.offset, SIZE, wanted)


async def write_again(request: web.Request) -> web.Response:
    """Write the files of the run again, in the language of the page. Raises ``LedgerBusy``, ``OutputError``."""
    listed = (await asyncio.to_thread(asked, request)).listed
    folder, language = screen_of(request).output_dir, language_of(request)
    await asyncio.to_thread(report, listed.run.id, folder, language.name)
    return answer(request, address=run_address(request, listed.run.id))
