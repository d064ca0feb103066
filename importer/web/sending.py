"""Import: what is about to happen, how far it is, Stop, and the rows as they end."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web

from importer.cancellation import Cancellation
from importer.errors import ConfigError, ImporterError
from importer.message import Counted, Language, Message, Messages
from importer.models import FINE, SETTLED_BY_SENDING, UPDATABLE, YET_TO_SEND, Status
from importer.web.drafts import Draft
from importer.web.jobs import Job, Purpose
from importer.web.observing import JobObserver
from importer.web.pages import answer, minute, step_page
from importer.web.past import Stop, is_settled, is_try, lacks_inbox, left_and_settled, runs_of, stop_of, takes_since
from importer.web.screen import Screen, address, draft_of, language_of, screen_of
from importer.web.settings import results_of, settings_of, terms_of
from importer.web.standing import ENDED, Standing, is_changed, of_draft, of_run

if TYPE_CHECKING:  # the ledger is loaded by the first page that asks it
    from importer.config.settings import Config
    from importer.history.runs import Listed
    from importer.pipeline.terms import Terms

_SHOWN_ROWS: Final = 20
"""The newest rows that the list shows while it fills."""


@dataclass(frozen=True)
class Before:
    """What is about to happen: ``facts`` in words, and how many rows the newest check would send, if there is one.

    ``state`` is that of the draft, ``ended`` says when it was imported and what is left of it, if it came to its end.
    ``is_stale`` says that something has changed since the check, so that its counts are none. ``cut_off`` says how an
    earlier import of the draft ended before its end, ``unknown_inbox`` is what stopped it and is still chosen, ``stop``
    all that is known of that. ``problem`` is what must be settled first. ``is_outdated`` says that rows were tried by
    other columns, options or corrections than the draft has now, and ``updates`` that the import changes what differs.
    """

    facts: Mapping[Message, Message | str] = field(default_factory=dict)
    sound: int | None = None
    attention: int = 0
    state: Standing = Standing.PREPARED
    ended: Messages = ()
    is_stale: bool = False
    cut_off: Message | None = None
    unknown_inbox: str = ""
    problem: ImporterError | None = None
    lacks_credentials: bool = False
    stop: Stop | None = None
    is_outdated: bool = False
    updates: bool = False


async def show(request: web.Request) -> web.Response:
    """The page: before the import, while it works, or what stopped it."""
    screen, draft = screen_of(request), draft_of(request)
    job = job_of(screen, draft)
    if job is not None and not job.is_over:
        return step_page(request, "import", draft, job=job, before=None, failed=None)
    before = await asyncio.to_thread(_before, screen, draft)
    failed = job.error if job is not None else None
    return step_page(request, "import", draft, job=None, before=before, failed=failed)


def job_of(screen: Screen, draft: Draft) -> Job | None:
    """The import of a draft that works, or was the last thing that did."""
    job = screen.jobs.of_draft(draft.id)
    return job if job is not None and job.purpose is Purpose.IMPORT else None


def _before(screen: Screen, draft: Draft) -> Before:
    try:
        settings = settings_of(screen, draft)
    except ConfigError as error:
        return Before(problem=error)
    newest = next(iter(runs_of(screen, draft)), None)
    state = of_draft(draft, newest)
    facts, lacks = _facts(screen, draft, settings), not settings.has_credentials
    if newest is not None and state in ENDED:
        return Before(facts, state=state, ended=_ended(newest, state), lacks_credentials=lacks)
    counts, is_stale = _checked(screen, draft, settings)
    found = replace(_counted(counts), facts=facts, is_stale=is_stale, lacks_credentials=lacks, state=state)
    if newest is None or is_settled(screen, settings.inbox_id, newest):
        return found
    left, _ = left_and_settled(newest)
    cut_off, sound = _cut_off(newest, left), found.sound
    if cut_off and sum(newest.counts.values()) >= sum(counts.values()):  # else it ended while it read the file
        sound = left + max(0, newest.counts.get(Status.INVALID, 0) - found.attention if counts else 0)
    unknown = newest.run.inbox_id or "" if cut_off and lacks_inbox(newest.run) else ""
    is_over = is_try(newest.run) or takes_since(screen, newest.run)
    stop = stop_of(newest.run) if cut_off and not is_over else None
    outdated, updates = state is Standing.TRIED and is_changed(draft), settings.on_duplicate == "update"
    found = replace(found, is_outdated=outdated, updates=updates)
    return replace(found, sound=sound, cut_off=cut_off, unknown_inbox=unknown, stop=stop)


def _checked(screen: Screen, draft: Draft, settings: "Config") -> tuple[Mapping[Status, int], bool]:
    """What the newest check counted, nothing if there is none, and whether something has changed since."""
    from importer.library.checking import open_check
    from importer.web.review.checks import holds

    checked = open_check(screen.drafts.check(draft))
    if checked is None:
        return {}, False
    with checked:
        return (checked.counts(), False) if holds(screen, draft, settings) else ({}, True)


def _counted(counts: Mapping[Status, int]) -> Before:
    attention = sum(number for status, number in counts.items() if status not in FINE)
    return Before(sound=counts.get(Status.VALID, 0) if counts else None, attention=attention)


def _ended(newest: "Listed", state: Standing) -> Messages:
    """When the newest import came to its end, and what is left of it."""
    moment = minute(newest.run.finished_at or newest.run.started_at)
    if state is Standing.UNDONE:
        return (Message("Imported at {moment}, and taken back since.", moment=moment),)
    if state is Standing.CHANGED:
        return (Message("Imported at {moment}; something has changed since then.", moment=moment),)
    left = newest.summary.left
    rest = Counted("{number:,} row needs attention.", "{number:,} rows need attention.", left)
    done = Message("Imported at {moment}; no row is left to send.", moment=moment)
    return (Message("Imported at {moment}.", moment=moment), rest) if left else (done,)


def _facts(screen: Screen, draft: Draft, settings: "Config") -> Mapping[Message, Message | str]:
    facts: dict[Message, Message | str] = {
        Message("From"): ", ".join(file.name for file in draft.files),
        Message("To"): _REHEARSED if draft.rehearses else to_inbox(settings),
        Message("Contacts that are there already"): _meaning("on_duplicate", settings.on_duplicate),
    }
    if "plan" in draft.options:
        facts[Message("Exactly this plan")] = _plan_of(screen, draft, settings)
    return facts


_REHEARSED: Final = Message("the account of this rehearsal, on this machine; nothing reaches LiveDesk")


def to_inbox(settings: "Config") -> Message:
    """Where the contacts go."""
    return Message("inbox {inbox} at {address}", inbox=settings.inbox_id or "?", address=settings.base_url)


def _plan_of(screen: Screen, draft: Draft, settings: "Config") -> Message:
    """What an import would do that follows the plan of the draft."""
    from importer.message import ENGLISH_READER
    from importer.web.review.planning import planned

    found = planned(screen, draft, settings, ENGLISH_READER)
    if found is None:
        return Message("it was made of other rows or options: look at the step Check again")
    numbers = {status: number for status, _, number in found.counts}
    return Message(
        "contacts to create: {create:,}, to update: {update:,}; nothing else is sent",
        create=numbers.get(Status.CREATE, 0),
        update=numbers.get(Status.UPDATE, 0),
    )


def _meaning(option: str, value: str) -> Message | str:
    """What a choice of an option does."""
    from importer.library.form import OPTIONS

    choices = (choice for one in OPTIONS if one.name == option for choice in one.choices)
    return next((choice.meaning for choice in choices if choice.value == value), value)


def _cut_off(newest: "Listed", left: int) -> Message | None:
    """How the newest import of a draft ended, if not at its end; ``left`` rows are left of it."""
    state = of_run(newest)
    if state is Standing.TRIED:
        return Counted(
            "The first rows were tried; {number:,} row is left, and nobody is sent twice.",
            "The first rows were tried; {number:,} rows are left, and nobody is sent twice.",
            left,
        )
    if state is not Standing.CUT_OFF:
        return None
    return Counted(
        "An import of this file ended before its end; {number:,} row is left. Import goes on with it, and sends nobody "
        "twice.",
        "An import of this file ended before its end; {number:,} rows are left. Import goes on with them, and sends "
        "nobody twice.",
        left,
    )


async def sendable(screen: Screen, draft: Draft) -> "Config":
    """The settings of an import of a draft. Raises ``ConfigError`` without a file or credentials."""
    if not draft.files:
        raise ConfigError(Message("there is no file to import"), Message("go back to the first step and choose one"))
    settings = await asyncio.to_thread(settings_of, screen, draft)
    settings.credentials(rehearsable=False)
    return settings


def imported(screen: Screen, terms: "Terms", draft: Draft, **then: str) -> str:
    """Import the files of a draft, which then names the run, and changes as ``then`` says; returns the run's name."""
    from importer.library.verbs import do_import

    summary = do_import(terms, screen.drafts.paths(draft))
    runs = (*screen.drafts.get(draft.id).runs, summary.run.id)
    screen.drafts.change(draft.id, runs=runs, sent_as=draft.key, **then)
    return summary.run.id


async def begin(request: web.Request) -> web.Response:
    """Begin the import. Raises ``ConfigError`` for settings with which it cannot."""
    screen, draft, language = screen_of(request), draft_of(request), language_of(request)

    def work(observer: JobObserver, cancellation: Cancellation) -> str:
        terms = terms_of(screen, draft, observer, cancellation, lang=language.name)
        return imported(screen, terms, draft, step="result")

    await sendable(screen, draft)
    screen.drafts.change(draft.id, step="import")  # whoever comes back comes here
    job = screen.jobs.start(draft.id, Purpose.IMPORT, work, language)
    return answer(request, 202, job=job.id, address=address(request, "drafts", draft.id, "import"))


async def rows(request: web.Request) -> web.Response:
    """How many rows have which status, and the newest of those that were sent."""
    screen, draft, language = screen_of(request), draft_of(request), language_of(request)
    return answer(request, **await asyncio.to_thread(_rows, screen, draft, language))


def _rows(screen: Screen, draft: Draft, language: Language) -> dict[str, Any]:
    from importer.files import workspace
    from importer.library.checking import Wanted, open_run
    from importer.web.plain_words import Words
    from importer.web.status_words import PAGE_STATUS_NAMES

    folder = results_of(screen, draft)
    listed = next(iter(runs_of(screen, draft)), None) if workspace.has_ledger(folder) else None
    job = job_of(screen, draft)
    is_of_before = listed is not None and job is not None and not job.is_over and listed.run.id in draft.runs
    if listed is None or is_of_before:  # while the file is checked the import has no run of its own
        return {"counts": [], "rows": [], "done": 0, "all": 0}
    with open_run(folder, listed.run.id) as found:
        counts = found.counts()
        ended = [status for status in SETTLED_BY_SENDING if status is not Status.SENT]
        newest = found.page(0, _SHOWN_ROWS, Wanted(ended), "row", down=True)
    words = Words(language)
    working = sum(counts.get(status, 0) for status in YET_TO_SEND)
    return {
        "done": sum(counts.values()) - working,
        "all": sum(counts.values()),
        "counts": [
            {"status": status, "name": PAGE_STATUS_NAMES[status], "rows": number}
            for status, number in counts.items()
            if status not in (Status.PENDING, Status.SENT)
        ],
        "rows": [
            {
                "row": row.place.row,
                "source": row.source,
                "status": row.status,
                "name": PAGE_STATUS_NAMES[row.status],
                "who": next(filter(None, (row.values.get(key) for key in UPDATABLE)), ""),
                "contact": row.contact_id,
                "said": words.sentence(row.errors),
            }
            for row in newest.rows
        ],
    }
