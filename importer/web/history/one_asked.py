"""What pages ask of one run, at an address of its draft or of its own: its files, its rows to correct, an undo."""

import asyncio
from collections.abc import Sequence
from typing import Final, NamedTuple
from urllib.parse import unquote

from aiohttp import web

from importer.history.runs import Listed
from importer.library.history import some_runs
from importer.message import Message
from importer.models import Status
from importer.web.drafts import Draft, NotThere
from importer.web.history.outcome import Wish, corrected, file_of, look_back, report_of
from importer.web.jobs import Purpose
from importer.web.pages import answer
from importer.web.past import runs_of
from importer.web.screen import Screen, address, draft_of, language_of, screen_of
from importer.web.settings import results_of, settings_to_look_back
from importer.web.undoing import removes_untold


class Asked(NamedTuple):
    """The run of an address, the draft that it was made from, if it is still there, and by what its jobs are found.

    That is the draft, which has a page of its own, else the run. An undo or a verification is of all the ``parts``: a
    draft's rows may have been tried before the others.
    """

    listed: Listed
    draft: Draft | None
    key: str
    parts: Sequence[Listed]


def asked(request: web.Request) -> Asked:
    """The newest import of the draft that an address names, or the run. Raises ``NotThere``, ``LedgerError``."""
    screen = screen_of(request)
    if "run" in request.match_info:
        listed = _run_of(screen, unquote(request.match_info["run"]))
        parts = _parts(_of_uploads(screen, listed), listed)
        return Asked(listed, _draft_of_run(screen, listed), listed.run.uploads or listed.run.id, parts)
    draft = draft_of(request)
    runs = runs_of(screen, draft)
    if not runs:
        raise NotThere(Message("This was not imported yet."))
    return Asked(runs[0], draft, draft.id, _parts(runs, runs[0]))


def _of_uploads(screen: Screen, listed: Listed) -> list[Listed]:
    """The imports of the same uploads, the newest first."""
    uploads = listed.run.uploads
    if not uploads:
        return [listed]
    return some_runs(screen.output_dir, lambda run: run.mode == "import" and run.uploads == uploads)


def _parts(runs: Sequence[Listed], listed: Listed) -> Sequence[Listed]:
    """All that the newest of these sent, with those before it; of an earlier one, itself alone."""
    is_newest = bool(runs) and runs[0].run.id == listed.run.id
    return [one for one in runs if is_newest and _has_sent(one)] or [listed]


def _run_of(screen: Screen, name: str) -> Listed:
    found = some_runs(screen.output_dir, lambda run: run.id == name, most=1)
    if not found:
        raise NotThere(Message("There is no such import in the history."))
    return found[0]


def _draft_of_run(screen: Screen, listed: Listed) -> Draft | None:
    try:
        return screen.drafts.get(listed.run.uploads)
    except NotThere:
        return None


def _has_sent(listed: Listed) -> bool:
    """Whether LiveDesk has something of a run, as far as its record tells."""
    is_undone = listed.undone is not None and listed.undone.is_whole
    return listed.run.forgotten_at is None and not is_undone and not {*listed.counts}.isdisjoint(_SENT)


_SENT: Final = frozenset({Status.CREATED, Status.UPDATED, Status.UNKNOWN})


async def report(request: web.Request) -> web.StreamResponse:
    """The run's own page."""
    found = await asyncio.to_thread(asked, request)
    return report_of(results_of(screen_of(request), found.draft), found.listed.run.id)


async def download(request: web.Request) -> web.StreamResponse:
    """A file of the run's folder."""
    found = await asyncio.to_thread(asked, request)
    return file_of(results_of(screen_of(request), found.draft), found.listed.run.id, request.match_info["kind"])


async def correct(request: web.Request) -> web.Response:
    """A new draft of the rows that need attention, with the same options; answers where it is."""
    found = await asyncio.to_thread(asked, request)
    language = language_of(request)
    made = await asyncio.to_thread(corrected, screen_of(request), found.listed, found.draft, language)
    return answer(request, 201, address=address(request, "drafts", made.id, "check"))


async def begin_look_back(request: web.Request) -> web.Response:
    """Begin to undo what was imported, the rows that were tried first with it, or to verify it."""
    screen, language = screen_of(request), language_of(request)
    found = await asyncio.to_thread(asked, request)
    base_url = found.listed.run.base_url
    settings = await asyncio.to_thread(settings_to_look_back, screen, found.draft, language, base_url)
    wish = Wish(Purpose(request.match_info["purpose"]), await removes_untold(request))
    job = look_back(screen.jobs, found.key, wish, found.parts, settings)
    return answer(request, 202, job=job.id)
