"""The list of imports, each with its parts: the newest first, a page at a time, by words of their names and files."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple

from aiohttp import web

from importer.errors import ImporterError
from importer.history.runs import Listed, ago, state
from importer.ledger.run import Run
from importer.library.history import ImportPage, some_imports
from importer.message import Message
from importer.models import Status
from importer.reporter.summary import State
from importer.reporter.verdict import files_of, inboxes_of, undone_words
from importer.web.history.paging import offset_of, pager, run_address
from importer.web.pages import page
from importer.web.past import is_try
from importer.web.screen import screen_of
from importer.web.standing import sends_nothing
from importer.web.status_words import PAGE_STATUS_NAMES

SIZE: Final = 25

TONES: Final[Mapping[State, str]] = {
    "fine": "good",
    "attention": "bad",
    "stopped": "stop",
    "crashed": "stop",
    "working": "",
}
"""The colour of a state; its words say the same."""

TRIED: Final = Message("only the first rows were tried")
NONE_TRIED: Final = Message("a try, and no row was to be sent")


def state_of(listed: Listed) -> tuple[Message, str]:
    """How a run ended, in a few words, and their colour."""
    if sends_nothing(listed):
        return NONE_TRIED, ""
    if is_try(listed.run) and listed.undone is None:
        return TRIED, ""
    if listed.undone is not None and listed.undone.is_whole and listed.run.forgotten_at is None:
        return undone_words(listed.undone), ""
    return state(listed), "" if listed.undone is not None else TONES[listed.state]


class Line(NamedTuple):
    """A run in the list."""

    run: Run
    address: str
    file: Message | str
    when: Message | str
    inbox: Message | str
    counts: Mapping[Status, int]
    state: Message
    tone: str


def line(request: web.Request, listed: Listed) -> Line:
    """A run as lists show it."""
    run = listed.run
    when = ago(datetime.fromisoformat(run.started_at), datetime.now(UTC))
    return Line(
        run,
        run_address(request, run.id),
        files_of(run),
        when,
        inboxes_of(listed.summary),
        listed.counts,
        *state_of(listed),
    )


class Import(NamedTuple):
    """An import in the list: the line that stands for it, and those of its other parts, the newest first."""

    line: Line
    parts: list[Line]


def main_part(parts: Sequence[Listed]) -> Listed:
    """The part that stands for an import: the newest of the whole file, and no correction of some rows."""
    imports = [one for one in parts if one.run.mode == "import"]
    return next((one for one in imports if not one.run.corrects), [*imports, *parts][0])


def _import(request: web.Request, parts: Sequence[Listed]) -> Import:
    main = main_part(parts)
    return Import(line(request, main), [line(request, one) for one in parts if one is not main])


async def show(request: web.Request) -> web.Response:
    """The page; where the ledger cannot be read it says why, and what to do."""
    text = request.query.get("q", "").strip()
    found, problem = ImportPage([], 0, 0), None
    try:
        found = await asyncio.to_thread(_found, request, text)
    except ImporterError as error:
        problem = error
    return page(
        request,
        "history.html.jinja",
        title=Message("History"),
        imports=[_import(request, parts) for parts in found.imports],
        pager=pager(request, len(found.imports), found.total, SIZE),
        text=text,
        problem=problem,
        names=PAGE_STATUS_NAMES,
    )


def _found(request: web.Request, text: str) -> ImportPage:
    sought = text.casefold()

    def fits(run: Run) -> bool:
        return any(sought in name.casefold() for name in (run.id, *run.files))

    return some_imports(screen_of(request).output_dir, fits if sought else None, offset_of(request), SIZE)
