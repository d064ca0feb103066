"""Try ten: the first rows that are due, sent as an import that stops after them.

They are sent with the rules of the whole file (``canary``), and the import itself then goes on behind them.
"""

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from aiohttp import web

from importer.cancellation import Cancellation
from importer.errors import ConfigError, ImporterError
from importer.history.runs import Listed
from importer.library.checking import RowView, Wanted, open_run
from importer.message import Counted, Language, Message
from importer.models import FINE, SETTLED_BY_SENDING, Status
from importer.pipeline.terms import Terms
from importer.remarks import kinds_of
from importer.web.drafts import Draft, NotThere
from importer.web.jobs import Purpose
from importer.web.observing import JobObserver
from importer.web.pages import answer, step_page
from importer.web.past import Way, is_settled, is_try, lacks_inbox, runs_of, stop_of
from importer.web.plain_words import Words, sentence
from importer.web.review.observers import StopsAfterTheFirst
from importer.web.review.table import person_first
from importer.web.screen import Screen, draft_of, language_of, screen_of
from importer.web.sending import imported, sendable, to_inbox
from importer.web.settings import settings_of, settings_to_look_back, terms_of
from importer.web.standing import is_changed
from importer.web.status_words import PAGE_STATUS_NAMES
from importer.web.undoing import left_untold, removes_untold
from importer.web.undoing import undo as undone

MOST: Final = 10
_OURS: Final = (Purpose.TRY, Purpose.UNDO_TRIED)


class Tried(NamedTuple):
    """A row that was sent: what of it, what became of it, and where to look at the contact.

    ``source`` tells its table from the others; empty where there is one only.
    """

    row: str
    source: str
    status: Status
    told: str
    is_wrong: bool
    contact_id: str
    link: str
    values: list[tuple[str, str]]
    error: str
    todo: str
    remark: str


class Trial(NamedTuple):
    """A try: its run, its rows, whether others are left, and which run has undone it.

    ``stopped`` says why, if something stopped it, ``advice`` what to do, and ``way`` where; ``unknown_inbox`` is that.
    ``is_outdated`` says that it was sent by other columns, options or corrections than the draft has now.
    """

    run: str
    rows: list[Tried]
    wrong: int
    left: int
    undone: str
    stopped: str
    unknown_inbox: str = ""
    advice: str = ""
    way: Way | None = None
    is_outdated: bool = False


class Shown(NamedTuple):
    """The page: the newest try, if there is one; ``problem`` says why there can be none. ``updates`` says whether the
    import changes contacts that are there already."""

    trial: Trial | None = None
    most: int = MOST
    where: Message | None = None
    problem: ImporterError | None = None
    lacks_credentials: bool = False
    updates: bool = False


async def show(request: web.Request) -> web.Response:
    """The page."""
    screen, draft, language = screen_of(request), draft_of(request), language_of(request)
    job = screen.jobs.of_draft(draft.id)
    working = job if job is not None and not job.is_over else None
    ended = job if job is not None and job.is_over and job.purpose in _OURS else None
    shown = Shown() if working else await asyncio.to_thread(_shown, screen, draft, language)
    is_ours = working is not None and working.purpose in _OURS
    is_undone = ended is not None and ended.error is None and ended.purpose is Purpose.UNDO_TRIED
    untold = left_untold(ended.result) if ended and is_undone else 0
    told = _taken_back(ended.result, Words(language)) if ended and is_undone else []
    values: dict[str, Any] = {"shown": shown, "job": working, "is_ours": is_ours, "ended": ended, "told": told}
    values |= {"untold": untold}
    return step_page(request, "try", draft, **values)


def _shown(screen: Screen, draft: Draft, language: Language) -> Shown:
    try:
        settings = settings_of(screen, draft)
    except ConfigError as error:
        return Shown(problem=error)
    runs = runs_of(screen, draft)
    listed = _newest_of(runs)
    if listed and is_settled(screen, settings.inbox_id, listed):
        listed = None
    trial = _trial(settings.output_dir, listed, settings.contact_link or "", language) if listed else None
    if trial and trial.rows and not trial.undone and listed is runs[0]:
        trial = trial._replace(is_outdated=is_changed(draft))
    lacks = not settings.has_credentials
    updates = settings.on_duplicate == "update"
    return Shown(trial, settings.canary or MOST, to_inbox(settings), lacks_credentials=lacks, updates=updates)


def newest(screen: Screen, draft: Draft) -> Listed | None:
    """The newest import of a draft that stops after its first rows."""
    return _newest_of(runs_of(screen, draft))


def _newest_of(runs: Iterable[Listed]) -> Listed | None:
    return next((one for one in runs if one.run.options.get("canary")), None)


def _trial(folder: Path, listed: Listed, link: str, language: Language) -> Trial:
    words = Words(language)
    with open_run(folder, listed.run.id) as run:
        rows = [_tried(row, link, words) for row in run.page(0, MOST * 10, Wanted(SETTLED_BY_SENDING)).rows]
        left = run.counts().get(Status.NOT_SENT, 0)
    undone = listed.undone.run if listed.undone else ""
    wrong, unknown = sum(row.is_wrong for row in rows), listed.run.inbox_id or "" if lacks_inbox(listed.run) else ""
    stop = None if is_try(listed.run) else stop_of(listed.run)
    if stop is None:
        return Trial(listed.run.id, rows, wrong, left, undone, "")
    stopped, advice = sentence(words.sentence([stop.why])), words.sentence(stop.advice)
    return Trial(listed.run.id, rows, wrong, left, undone, stopped, unknown, advice, stop.way)


def _tried(row: RowView, link: str, words: Words) -> Tried:
    is_wrong = row.status not in FINE
    return Tried(
        str(row.place.row),
        row.source,
        row.status,
        sentence(words.language.tell(PAGE_STATUS_NAMES[row.status])),
        is_wrong,
        row.contact_id,
        link.replace("{contact_id}", quote(row.contact_id, safe="")) if link and row.contact_id else "",
        [(words.field(field), value) for field, value in person_first(row.values) if value],
        words.sentence(row.errors),
        words.sentence(hint for hint in row.hints if not kinds_of([hint])),
        words.sentence(hint for hint in row.hints if kinds_of([hint])),
    )


async def begin(request: web.Request) -> web.Response:
    """Send the first rows that are due. Raises ``ConfigError`` without credentials or a file."""
    screen, draft, language = screen_of(request), draft_of(request), language_of(request)
    settings = await sendable(screen, draft)

    def work(observer: JobObserver, cancellation: Cancellation) -> str:
        values = {"lang": language.name, "canary": settings.canary or MOST}
        return imported(screen, terms_of(screen, draft, StopsAfterTheFirst(observer), cancellation, **values), draft)

    job = screen.jobs.start(draft.id, Purpose.TRY, work, language)
    return answer(request, 202, job=job.id)


async def undo(request: web.Request) -> web.Response:
    """Take back what the newest try sent; the job asks first."""
    screen, draft, language = screen_of(request), draft_of(request), language_of(request)
    listed = await asyncio.to_thread(newest, screen, draft)
    if listed is None:
        raise NotThere(Message("This was not imported yet."))
    run, remove_untold = listed.run, await removes_untold(request)
    settings = await asyncio.to_thread(settings_to_look_back, screen, draft, language, run.base_url)

    def work(observer: JobObserver, cancellation: Cancellation) -> object:
        return undone(Terms(settings, observer, cancellation, ("ui",)), run.id, remove_untold=remove_untold)

    job = screen.jobs.start(draft.id, Purpose.UNDO_TRIED, work, language)
    return answer(request, 202, job=job.id)


def _taken_back(result: Any, words: Words) -> list[str]:
    """What an undo did, and why it left contacts as they are."""
    if isinstance(result, Message):
        return [words.sentence([result])]
    undone, kept = result.counts.get(Status.UNDONE, 0), result.counts.get(Status.KEPT, 0)
    told = [Counted("{number:,} contact was taken back.", "{number:,} contacts were taken back.", undone)]
    if kept:
        told.append(Counted("{number:,} contact stays as it is:", "{number:,} contacts stay as they are:", kept))
    reasons = [f"{words.meaning(cause.code)}. {words.advice(cause.code)}" for cause in result.causes]
    return [*map(words.language.text, told), *reasons]
