"""Find a person over all runs: the rows, what became of them, and what updates replaced."""

import asyncio
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from aiohttp import web

from importer.errors import ImporterError
from importer.history.people import Entry, Found
from importer.history.people_words import error_of
from importer.history.runs import ago
from importer.ledger.records import Change
from importer.library.history import ROWS, find
from importer.message import Message, Messages
from importer.models import UPDATABLE, Status
from importer.reporter.page.field_words import FIELD_WORDS
from importer.reporter.verdict import MODES
from importer.web.history.paging import run_address
from importer.web.pages import page
from importer.web.screen import screen_of
from importer.web.status_words import PAGE_STATUS_NAMES


class Row(NamedTuple):
    """A row of a run, as the page shows it: ``who`` are its values by their fields."""

    run: str
    address: str
    when: Message | str
    place: Message | str
    mode: Message | None
    status: Status
    contact: str
    who: list[tuple[Message | str, str]]
    error: Messages
    changes: tuple[Change, ...]


MOST: Final = ROWS


async def show(request: web.Request) -> web.Response:
    """The page: whom to find, and what was found."""
    text = request.query.get("q", "").strip()
    found: Found | None = None
    problem: ImporterError | None = None
    try:
        found = await asyncio.to_thread(find, text, screen_of(request).output_dir, MOST) if text else None
    except ImporterError as error:
        problem = error
    rows = [_row(request, entry) for entry in found.entries] if found else []
    values: dict[str, Any] = {"text": text, "found": found, "rows": rows, "problem": problem}
    return page(request, "people.html.jinja", title=Message("Find a person"), names=PAGE_STATUS_NAMES, **values)


def _row(request: web.Request, entry: Entry) -> Row:
    run, row = entry.run, entry.row
    return Row(
        run.id,
        run_address(request, run.id),
        ago(datetime.fromisoformat(run.started_at), datetime.now(UTC)),
        entry.at,
        None if run.mode == "import" else MODES[run.mode],
        row.outcome.status,
        row.outcome.contact_id or "",
        [(FIELD_WORDS[name], value) for name in UPDATABLE if (value := getattr(row.contact, name))],
        error_of(row.outcome),
        entry.changes,
    )
