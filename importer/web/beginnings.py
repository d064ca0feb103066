"""What the first page offers beside a place for files: imports that were cut off, the newest runs, a sample to rehearse
with, and the template to fill in."""

import asyncio
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from aiohttp import web

from importer.files import moves, workspace
from importer.files.samples import demo_for
from importer.history.runs import Listed, ago
from importer.ledger.run import Run
from importer.library.history import some_imports, some_runs
from importer.message import Counted, Language
from importer.reporter.template import write_template
from importer.reporter.verdict import files_of
from importer.web.drafts import Draft, UploadedFile
from importer.web.history.listing import main_part, state_of
from importer.web.history.paging import run_address
from importer.web.home import line
from importer.web.pages import answer, minute
from importer.web.past import left_and_settled, runs_of
from importer.web.screen import Screen, address, language_of, screen_of
from importer.web.standing import OFFERS, Standing, of_draft

_RECENT: Final = 5
"""Imports on the first page; History has all, and the plans and undos."""

_TEMPLATE: Final = "contacts.xlsx"


class _Found(NamedTuple):
    """The drafts that have an import, each with its newest one, and the newest imports of all."""

    drafts: list[tuple[Draft, Listed]]
    newest: list[Listed]


async def recent(request: web.Request) -> web.Response:
    """How the drafts stand that have an import, and the newest imports, in words: the page shows them when they are
    there, since the ledger takes a moment to load.

    ``known`` are the ids of these drafts: what the page said of them without the ledger counts no more.
    """
    screen = screen_of(request)
    found = await asyncio.to_thread(_looked_up, screen)
    stand = [(draft, one, of_draft(draft, one, screen.jobs.of_draft(draft.id))) for draft, one in found.drafts]
    waiting = [(draft, state) for draft, _, state in stand if state is not Standing.AT_WORK and OFFERS[state].waits]
    return answer(
        request,
        known=[draft.id for draft, _ in found.drafts],
        cut_off=[_offer(request, draft, one) for draft, one, state in stand if state is Standing.CUT_OFF],
        waiting=[_waiting(request, *each) for each in waiting],
        runs=[_line(request, one) for one in found.newest],
    )


def _looked_up(screen: Screen) -> _Found:
    drafts = screen.drafts.recent()
    ours = {draft.id: draft for draft in drafts if not draft.rehearses}
    found = [(ours[owner], one) for owner, one in _newest_of(screen, ours).items()]
    rehearsed = [(draft, runs_of(screen, draft)) for draft in drafts if draft.rehearses and draft.runs]
    found += [(draft, runs[0]) for draft, runs in rehearsed if runs]
    newest = some_imports(screen.output_dir, lambda run: run.mode == "import", most=_RECENT).imports
    return _Found(sorted(found, key=lambda each: each[0].created_at, reverse=True), [*map(main_part, newest)])


def _newest_of(screen: Screen, drafts: Mapping[str, Draft]) -> dict[str, Listed]:
    """The newest import of each of these drafts that has one, in one look at the ledger."""
    of_runs = {run: draft.id for draft in drafts.values() for run in draft.runs}
    left = {*drafts}

    def owner(run: Run) -> str:
        return run.uploads if run.uploads in drafts else of_runs.get(run.id, "")

    def is_newest(run: Run) -> bool:  # asked of the newest run first
        if run.mode != "import" or owner(run) not in left:
            return False
        left.remove(owner(run))
        return True

    return {owner(one.run): one for one in some_runs(screen.output_dir, is_newest)}


def _waiting(request: web.Request, draft: Draft, state: Standing) -> dict[str, Any]:
    found = line(request, draft, state)
    names = language_of(request).gettext(", ").join(file.name for file in draft.files)
    when = minute(draft.created_at)
    return {"draft": draft.id, "names": names, "told": found.waits, "when": when, "address": found.address}


def _offer(request: web.Request, draft: Draft, listed: Listed) -> dict[str, Any]:
    _, done = left_and_settled(listed)
    file = files_of(listed.run)
    words = {
        "crashed": Counted(
            "The import of {file} was cut off after {number:,} row.",
            "The import of {file} was cut off after {number:,} rows.",
            done,
            file=file,
        ),
        "stopped": Counted(
            "The import of {file} was stopped after {number:,} row.",
            "The import of {file} was stopped after {number:,} rows.",
            done,
            file=file,
        ),
    }
    return {"told": words[listed.state], "address": line(request, draft, Standing.CUT_OFF).address}


def _line(request: web.Request, listed: Listed) -> dict[str, Any]:
    run, (told, tone) = listed.run, state_of(listed)
    return {
        "run": run.id,
        "address": run_address(request, run.id),
        "file": files_of(run),
        "when": ago(datetime.fromisoformat(run.started_at), datetime.now(UTC)),
        "rows": Counted("{number:,} row", "{number:,} rows", sum(listed.counts.values())),
        "state": told,
        "tone": tone,
    }


async def template(request: web.Request) -> web.Response:
    """An empty workbook with the right titles, in the language of the page."""
    content = await asyncio.to_thread(_template, language_of(request))
    kept = {"Content-Disposition": f'attachment; filename="{_TEMPLATE}"'}
    return web.Response(body=content, content_type="application/octet-stream", headers=kept)


def _template(language: Language) -> bytes:
    with workspace.temporary_folder() as folder:
        write_template(folder / _TEMPLATE, language)
        return (folder / _TEMPLATE).read_bytes()


async def demo(request: web.Request) -> web.Response:
    """A draft with the sample, which goes to the sandbox alone; answers where it is."""
    draft = await asyncio.to_thread(_demo, screen_of(request), language_of(request))
    return answer(request, 201, id=draft.id, address=address(request, "drafts", draft.id, draft.step))


def _demo(screen: Screen, language: Language) -> Draft:
    sample, options = demo_for(language)
    draft = screen.drafts.begin(options)
    copy = _copied(sample, screen.drafts.made_uploads(draft))
    return screen.drafts.change(draft.id, files=(UploadedFile(copy.name, copy.stat().st_size),))


def _copied(sample: Path, folder: Path) -> Path:
    copy = folder / sample.name
    shutil.copyfile(sample, copy)
    copy.chmod(moves.OWNERS_ALONE)
    return copy
