"""The plan of a draft: what an import would change in the live account, and whether the import is to follow it."""

import asyncio
from dataclasses import replace
from typing import Any, Final, NamedTuple, TypeGuard

from aiohttp import web

from importer.cancellation import Cancellation
from importer.config.settings import Config
from importer.errors import ConfigError, ImporterError
from importer.ledger.run import Run
from importer.library.checking import RowView, RunRows, Wanted, open_run
from importer.library.verbs import do_plan
from importer.message import Language, Message, Messages
from importer.models import Status
from importer.reporter.changes import change_cells
from importer.web.drafts import Draft
from importer.web.jobs import Purpose
from importer.web.observing import JobObserver
from importer.web.pages import answer
from importer.web.past import Stop, stop_of
from importer.web.plain_words import Words, sentence
from importer.web.review import checks
from importer.web.review.editing import overlay_of
from importer.web.review.table import asked, person_first, row_values
from importer.web.screen import Screen, draft_of, language_of, one_at_a_time, screen_of
from importer.web.session_pages import body_of, unexpected
from importer.web.settings import results_of, settings_of, terms_of
from importer.web.status_words import PAGE_STATUS_NAMES


class Planned(NamedTuple):
    """A plan that still holds: its run, and how many rows it would treat how. One that nothing stopped can be
    followed."""

    run: str
    counts: list[tuple[Status, str, int]]
    stop: Stop | None = None

    @property
    def is_whole(self) -> bool:
        return self.stop is None


def planned(screen: Screen, draft: Draft, settings: Config, language: Language) -> Planned | None:
    """The newest plan of a draft as it is now."""
    known = checks.kept(screen, draft, Purpose.PLAN)
    if known is None or known.is_failed or known.key != checks.key_of(screen, draft, settings):
        return None
    try:
        with open_run(results_of(screen, draft), known.run) as rows:
            counts, run = rows.counts(), rows.run
    except ImporterError:  # forgotten, or not there any more
        return None
    if run.forgotten_at is not None:
        return None
    told = [(status, _name(status, language), number) for status, number in counts.items() if number]
    return Planned(run.id, told, stop_of(run))


def _name(status: Status, language: Language) -> str:
    return sentence(language.tell(PAGE_STATUS_NAMES[status]))


def without_old_plan(screen: Screen, draft: Draft, settings: Config) -> tuple[Draft, bool]:
    """The draft, which follows no plan that was made of other rows or options; and whether it did."""
    known = checks.kept(screen, draft, Purpose.PLAN)
    is_same = known is not None and known.key == checks.key_of(screen, draft, settings)
    if "plan" not in draft.options or is_same:
        return draft, False
    options = {name: value for name, value in screen.drafts.get(draft.id).options.items() if name != "plan"}
    return screen.drafts.change(draft.id, options=options), True


async def begin(request: web.Request) -> web.Response:
    """Begin to look at the live account. Raises ``ConfigError`` without credentials."""
    screen, draft, language = screen_of(request), draft_of(request), language_of(request)
    settings = await asyncio.to_thread(settings_of, screen, draft, plan=None)
    settings.credentials(rehearsable=False)
    key = checks.key_of(screen, draft, settings)

    def work(observer: JobObserver, cancellation: Cancellation) -> None:
        terms = terms_of(screen, draft, observer, cancellation, lang=language.name, plan=None)
        summary = do_plan(terms, screen.drafts.paths(draft))
        checks.keep(screen, draft, checks.Kept(key, run=summary.run.id), Purpose.PLAN)

    job = screen.jobs.start(draft.id, Purpose.PLAN, work, language)
    return answer(request, 202, job=job.id)


@one_at_a_time
async def follow(request: web.Request) -> web.Response:
    """``{"follow": true}``: import exactly what the plan says, or not."""
    screen, draft, language = screen_of(request), draft_of(request), language_of(request)
    wanted = (await body_of(request)).get("follow")
    if not isinstance(wanted, bool):
        raise unexpected()
    found = await asyncio.to_thread(lambda: planned(screen, draft, settings_of(screen, draft), language))
    if wanted and (found is None or not found.is_whole):
        raise ConfigError(Message("there is no plan of the rows as they are now"), Message("make it anew"))
    options = {name: value for name, value in screen.drafts.get(draft.id).options.items() if name != "plan"}
    options |= {"plan": found.run} if wanted and found else {}
    screen.drafts.change(draft.id, options=options)
    return answer(request, follow=wanted)


async def rows(request: web.Request) -> web.Response:
    """A page of the plan's rows: ``status``, ``page``, ``size``."""
    screen, draft, language = screen_of(request), draft_of(request), language_of(request)
    return answer(request, **await asyncio.to_thread(_rows, screen, draft, dict(request.query), language))


def _rows(screen: Screen, draft: Draft, query: dict[str, str], language: Language) -> dict[str, Any]:
    found = planned(screen, draft, settings_of(screen, draft), language)
    if found is None:
        raise ConfigError(Message("there is no plan of the rows as they are now"), Message("make it anew"))
    want, words = asked(query), Words(language)
    with open_run(results_of(screen, draft), found.run) as run:
        wanted = want.wanted if want.wanted.statuses else Wanted(_TOLD, text=want.wanted.text)
        total = run.total(wanted)
        pages = max(1, -(-total // want.size))
        page = min(want.page, pages)
        shown = run.page((page - 1) * want.size, want.size, wanted).rows
        overlay = overlay_of(draft)
        rows = [
            row_values(replace(row, hints=_beside_changes(row) + _same_by(row, run.run)), overlay, words)
            | {"changes": _changes(run, row, words), "told": _name(row.status, language)}
            for row in shown
        ]
    return {"rows": rows, "all": total, "page": page, "pages": pages, "size": want.size}


def _beside_changes(row: RowView) -> Messages:
    """What there is to say of a row, but for the changes, which stand there field by field."""
    return tuple(hint for hint in row.hints if hint.text != _CHANGES)


def _same_by(row: RowView, run: Run) -> Messages:
    """What to choose for the row and the only contact that stands against it to be the same person."""
    if row.code != "taken" or run.options.get("match_by", "auto") != "auto":
        return ()
    held = [one for error in row.errors for one in (error.values.get("held"), error) if _is_held(one)]
    fields = {str(one.values["field"]) for one in held}
    choice = next((choice for field, choice in _ALONE.items() if field in fields), None)
    if choice is None or len({one.values["id"] for one in held}) > 1:
        return ()
    return (
        Message(
            "if that is the same person, choose “{choice}” in the step Options, where it says who is the same person",
            choice=choice,
        ),
    )


def _is_held(told: object) -> TypeGuard[Message]:
    return isinstance(told, Message) and {"field", "id"} <= told.values.keys()


_ALONE: Final = {
    "email": Message("The email alone"),
    "identifier": Message("The identifier alone"),
    "phone_number": Message("The phone number alone"),
}
"""The choices of what alone tells who somebody is, by field, the first that serves first."""

_CHANGES: Final = "would change {fields}"

_TOLD: Final = (Status.UPDATE, Status.CREATE, Status.CONFLICT)
"""What a plan is about: what would be done, and what could not."""


def _changes(run: RunRows, row: RowView, words: Words) -> list[tuple[str, str, str]]:
    """Field, before and after of what would be written."""
    if row.status is Status.UPDATE:
        return [(words.field(field), before, after) for field, before, after in change_cells(run.changes(row.place))]
    if row.status is Status.CREATE:
        return [(words.field(field), "", value) for field, value in person_first(row.values) if value]
    return []
