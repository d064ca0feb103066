"""Forget: whose data is to be erased, the plan of it with its figures, a question, and then it is done.

What is erased is what the page has shown: the plan is made again, and if it says something else, nothing is erased.
"""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final, NamedTuple

from aiohttp import web

from importer.errors import ConfigError, ImporterError, LedgerBusy
from importer.history.forget_person import Match, refuse_several
from importer.history.forgotten import Forgotten
from importer.library.history import forget, forget_one, plan_forgetting, plan_forgetting_one
from importer.message import Message
from importer.web.pages import answer, page
from importer.web.screen import Screen, language_of, screen_of
from importer.web.session_pages import body_of, unexpected

MOST_DAYS: Final = 36_500


class Choice(NamedTuple):
    """Whose data: of ``runs``, of runs of more than ``days`` ago, of one ``person``, or of all."""

    runs: tuple[str, ...] = ()
    days: int | None = None
    person: str = ""
    everything: bool = False

    @property
    def is_made(self) -> bool:
        return self != Choice()

    @property
    def selection(self) -> Mapping[str, Any]:
        """As the library takes it."""
        age = None if self.days is None else timedelta(days=self.days)
        return {"older_than": age, "everything": self.everything}


class Plan(NamedTuple):
    """What would be erased, and the question about it."""

    planned: Forgotten
    question: Message

    @property
    def figures(self) -> dict[str, Any]:
        """By what the same plan is known again."""
        told = self.planned.as_json()
        return {name: value for name, value in told.items() if name != "dry_run"}


async def show(request: web.Request) -> web.Response:
    """The page: the choice, or what it would erase."""
    screen, query, problem, plan = screen_of(request), request.query, None, None
    choice = _chosen(query.getall("run", []), query.get("days", ""), query.get("person", ""), query.get("all", ""))
    try:
        plan = await asyncio.to_thread(_plan, screen, choice) if choice.is_made else None
    except ImporterError as error:
        problem = error
    title = Message("Forget personal data")
    values: dict[str, Any] = {"choice": choice, "plan": plan, "problem": problem, "most_days": MOST_DAYS}
    return page(request, "forget.html.jinja", title=title, **values)


def _chosen(runs: Any, days: Any, person: Any, everything: Any) -> Choice:
    """One of the ways to choose, whatever was given: names go before an age, an age before a person."""
    if names := [name for name in runs if isinstance(name, str) and name]:
        return Choice(runs=tuple(dict.fromkeys(names)))
    if (text := str(days)).isascii() and text.isdecimal() and int(text[:9]) <= MOST_DAYS:
        return Choice(days=int(text))
    if isinstance(person, str) and person.strip():
        return Choice(person=person.strip())
    return Choice(everything=bool(everything))


def _plan(screen: Screen, choice: Choice) -> Plan:
    folder = screen.output_dir
    if choice.person:
        match, planned = plan_forgetting_one(choice.person, folder)
        refuse_several(choice.person, match)
        return Plan(planned, match.question)
    planned = plan_forgetting(*choice.runs, **choice.selection, output_dir=folder)
    return Plan(planned, planned.question)


async def erase(request: web.Request) -> web.Response:
    """``{"runs", "days", "person", "all", "figures"}``: erase what the page has shown; answers with what is erased.

    Raises ``LedgerBusy`` while something is at work, ``ConfigError`` if the plan is another one by now.
    """
    screen, given = screen_of(request), await body_of(request)
    runs = given.get("runs")
    choice = _chosen(runs if isinstance(runs, list) else [], given.get("days"), given.get("person"), given.get("all"))
    if not choice.is_made:
        raise unexpected()
    if screen.jobs.running():
        raise LedgerBusy("an import is at work", Message("wait until it has ended, or stop it"))
    done = await asyncio.to_thread(_erase, screen, choice, given.get("figures"))
    return answer(request, told=done.words(language_of(request)).splitlines())


def _erase(screen: Screen, choice: Choice, seen: object) -> Forgotten:
    folder = screen.output_dir
    if choice.person:
        if _plan(screen, choice).figures != seen:
            raise _changed()
        return forget_one(choice.person, _agreed, folder)

    def is_seen(planned: Forgotten) -> bool:
        if (Plan(planned, planned.question).figures) != seen:
            raise _changed()
        return True

    return forget(*choice.runs, confirm=is_seen, **choice.selection, output_dir=folder)


def _agreed(_: Match) -> bool:
    return True


def _changed() -> ConfigError:
    told = Message("nothing was erased: there is something else to erase by now than this page shows")
    return ConfigError(told, Message("reload the page, and look at it again"))
