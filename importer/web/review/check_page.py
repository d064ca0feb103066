"""The page of the check: how the rows stand, why, what can be done; and the rows themselves."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final, NamedTuple

from aiohttp import web

from importer.countries import named_countries
from importer.errors import ConfigError, ImporterError
from importer.library.checking import Checked
from importer.message import Language, Message
from importer.models import FINE, Status
from importer.reporter.causes import Cause as Failed
from importer.web.drafts import Draft
from importer.web.jobs import Job, Purpose
from importer.web.pages import answer, step_page
from importer.web.plain_words import Words, sentence
from importer.web.review import checks
from importer.web.review.before import uncorrected
from importer.web.review.editing import counted, overlay_of
from importer.web.review.planning import Planned, planned, without_old_plan
from importer.web.review.remedies import Remedy, remedies
from importer.web.review.table import ATTENTION, NAMELESS, OF_NAMELESS, asked, filter_of, page_of
from importer.web.screen import Screen, draft_of, language_of, screen_of
from importer.web.settings import settings_of
from importer.web.status_words import PAGE_STATUS_NAMES


@dataclass(frozen=True, slots=True)
class Cause:
    """Why rows need attention, with the first of them, what to do, and the buttons that do it, each with the number of
    rows that it is about, of whatever cause."""

    code: str
    meaning: str
    advice: str
    count: int
    examples: Sequence[tuple[str, str]]
    remedies: Sequence[tuple[Remedy, int]]


@dataclass(frozen=True, slots=True)
class Remarked:
    """Rows that are taken all the same, with what there is to say of them. ``filter`` names them in addresses."""

    filter: str
    meaning: str
    count: int
    where: str


class Repaired(NamedTuple):
    """What was repaired in a column: how, how often, and an example."""

    column: str
    repairs: Sequence[tuple[str, int, str, str]]


class Found(NamedTuple):
    """What a check found: how many rows have which status, and the rest for the page.

    ``uncorrected`` rows failed in an import before, look sound, and are as they were then.
    """

    total: int
    sendable: int
    attention: int
    counts: Sequence[tuple[Status, str, int]]
    causes: Sequence[Cause]
    remarks: Sequence[Remarked]
    repairs: Sequence[Repaired]
    is_whole: bool
    uncorrected: int = 0


class Shown(NamedTuple):
    """The page: what was ``found``, if there is a check; whether it has to be made, and why it could not be.

    ``is_due`` says that it begins by itself. ``busy`` is what works on the draft instead.
    """

    found: Found | None = None
    is_due: bool = False
    problem: tuple[str, str] | None = None
    warned: Sequence[str] = ()
    corrections: str = ""
    planned: Planned | None = None
    is_plan_old: bool = False
    is_followed: bool = False
    lacks_credentials: bool = False
    countries: Sequence[tuple[str, str]] = ()
    country: str = ""
    contact_link: str = ""


async def show(request: web.Request) -> web.Response:
    """The page."""
    screen, draft, language = screen_of(request), draft_of(request), language_of(request)
    job = screen.jobs.of_draft(draft.id)
    working = job if job is not None and not job.is_over else None
    if working is not None and working.purpose is Purpose.CHECK:
        return step_page(request, "check", draft, shown=Shown(), job=working, busy=None, names=PAGE_STATUS_NAMES)
    shown = await asyncio.to_thread(_shown, screen, draft, language, job)
    draft = screen.drafts.get(draft.id)
    return step_page(request, "check", draft, shown=shown, job=None, busy=working, names=PAGE_STATUS_NAMES)


def _shown(screen: Screen, draft: Draft, language: Language, job: Job | None) -> Shown:
    try:
        settings = settings_of(screen, draft)
    except ConfigError as error:
        return Shown(problem=_problem(error, language))
    if not draft.files:
        return Shown()
    draft, is_plan_old = without_old_plan(screen, draft, settings)
    known, key = checks.kept(screen, draft), checks.key_of(screen, draft, settings)
    if known is None or known.key != key:
        return Shown(is_due=job is None or job.is_over)
    if known.is_failed:
        failure = job.error if job is not None and job.purpose is Purpose.CHECK else None
        if not isinstance(failure, ImporterError):  # of a process that has ended
            return Shown(is_due=True)
        return Shown(problem=_problem(failure, language))
    try:
        with checks.opened(screen, draft) as checked:
            found = _found(checked, draft, Words(language))
    except ImporterError:  # somebody has removed it, or it cannot be read
        return Shown(is_due=True)
    needs_country = any(remedy.kind == "country" for cause in found.causes for remedy, _ in cause.remedies)
    return Shown(
        found,
        warned=[Words(language).sentence([message]) for message in known.warned],
        corrections=counted(draft.corrected, language),
        planned=planned(screen, draft, settings, language),
        is_plan_old=is_plan_old,
        is_followed="plan" in draft.options,
        lacks_credentials=not settings.has_credentials,
        countries=named_countries(language.name) if needs_country else (),
        contact_link=settings.contact_link or "",
        country=settings.country or _USUAL.get(language.name, ""),
    )


def _problem(error: ImporterError, language: Language) -> tuple[str, str]:
    """What is wrong with the settings or the file, and what to do."""
    words = Words(language)
    return words.sentence([error.message]), words.sentence([error.hint]) if error.hint else ""


_USUAL: Final[Mapping[str, str]] = {"zh": "CN"}
"""The country that is proposed to readers of a language; they say whether it is that."""


def _found(checked: Checked, draft: Draft, words: Words) -> Found:
    counts = checked.counts()
    told = [
        (status, sentence(words.language.tell(PAGE_STATUS_NAMES[status])), number)
        for status, number in counts.items()
        if number
    ]
    causes = checked.causes()
    return Found(
        total=sum(counts.values()),
        sendable=counts.get(Status.VALID, 0),
        attention=sum(number for status, number in counts.items() if status not in FINE),
        counts=told,
        causes=[_cause(cause, causes, draft, words) for cause in causes],
        remarks=[*_remarks(checked, words)],
        repairs=[*_repaired(checked, words)],
        is_whole=checked.is_whole,
        uncorrected=uncorrected(checked, draft.corrected),
    )


def _remarks(checked: Checked, words: Words) -> Iterator[Remarked]:
    """What there is to say of rows that are taken, those without a name first."""
    nameless = checked.remark_on(NAMELESS, OF_NAMELESS)
    said = [(nameless, _NAMELESS)] if nameless.count else []
    for remark, meaning in (*said, *((each, each.meaning) for each in checked.remarks())):
        where = words.language.tell(remark.where)
        yield Remarked(filter_of(remark.kind), words.sentence([meaning]), remark.count, where)


_NAMELESS: Final = Message("sent without a name")


def _cause(cause: Failed, causes: Iterable[Failed], draft: Draft, words: Words) -> Cause:
    examples = [(sentence(words.language.text(_row(one.row))), words.sentence(one.error)) for one in cause.examples]
    rows = Counter[Remedy]()
    for one in causes:
        rows.update({remedy: one.count for remedy in remedies(one.code, draft.options) if remedy.kind == "set"})
    buttons = [(remedy, rows[remedy] or cause.count) for remedy in remedies(cause.code, draft.options)]
    return Cause(cause.code, words.meaning(cause.code), words.advice(cause.code), cause.count, examples, buttons)


def _row(row: Message | int) -> Message:
    return Message("row {row}", row=row)


def _repaired(checked: Checked, words: Words) -> list[Repaired]:
    ordered = sorted(checked.repairs, key=lambda one: one.column)
    return [
        Repaired(
            column, [(sentence(words.language.text(one.kind)), one.count, one.before, one.after) for one in repairs]
        )
        for column, repairs in groupby(ordered, key=lambda one: one.column)
    ]


async def begin(request: web.Request) -> web.Response:
    """Begin to check."""
    screen, draft = screen_of(request), draft_of(request)
    job = screen.jobs.of_draft(draft.id)
    if job is None or job.is_over or job.purpose is not Purpose.CHECK:
        job = checks.start(screen, draft, language_of(request))
    return answer(request, 202, job=job.id)


async def rows(request: web.Request) -> web.Response:
    """The rows that an address asks for: ``status``, ``code``, ``q``, ``sort``, ``down``, ``page``, ``size``."""
    screen, draft, language = screen_of(request), draft_of(request), language_of(request)
    return answer(request, **await asyncio.to_thread(_rows, screen, draft, dict(request.query), language))


def _rows(screen: Screen, draft: Draft, query: dict[str, str], language: Language) -> dict[str, Any]:
    with checks.opened(screen, draft) as checked:
        if "status" not in query and not query.get("code") and not query.get("q"):
            query["status"] = ATTENTION if checked.counts().keys() - FINE else ""
        return page_of(checked, asked(query), overlay_of(draft), Words(language))
