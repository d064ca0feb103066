"""Compare two runs: what is new, what changed, what is gone."""

import asyncio
from functools import partial
from typing import Any, Final, NamedTuple

from aiohttp import web

from importer.errors import ImporterError
from importer.history.comparison_words import people_words, setting_words, value_words, who_words
from importer.history.runs import Listed
from importer.library.form import OPTIONS
from importer.library.history import Comparison, compare, some_runs
from importer.library.wording import key_of
from importer.message import Message
from importer.models import Json
from importer.web.history.listing import Line, line
from importer.web.history.paging import run_address
from importer.web.pages import page
from importer.web.screen import screen_of
from importer.web.status_words import PAGE_STATUS_NAMES

CHOICES: Final = 100
"""The newest imports that can be chosen; an address may name any."""

EXAMPLES: Final = 10


class Choice(NamedTuple):
    """The runs to choose from, and those that are compared; ``found`` once there are two."""

    lines: list[Line]
    before: str = ""
    after: str = ""
    found: Comparison | None = None


async def show(request: web.Request) -> web.Response:
    """The page: which two, and what changed from the earlier one to the later."""
    problem, choice = None, Choice([])
    try:
        choice = await asyncio.to_thread(_choice, request)
    except ImporterError as error:
        problem = error
    told: dict[str, Any] = {
        "people": people_words,
        "label": _label,
        "setting": _setting,
        "value": value_words,
        "who": who_words,
    }
    told["address"] = partial(run_address, request)
    return page(
        request,
        "compare.html.jinja",
        title=Message("Compare two imports"),
        choice=choice,
        problem=problem,
        names=PAGE_STATUS_NAMES,
        say=told,
    )


_OPTIONS: Final = {key_of(option.name): option for option in OPTIONS}

_OTHERS: Final = {
    "plan": Message("Plan"),
    "lang": Message("Language of the files"),
    "sheet": Message("Sheets"),
    "encoding": Message("Encoding"),
    "delimiter": Message("Separator"),
    "no_header": Message("There is no row of titles: the first row is a person already"),
    "set": Message("The same value for all rows"),
    "mapping": Message("Saved columns"),
}


def _label(name: str) -> Message | str:
    """What a form calls a setting; one that no form has is called by its name."""
    return _OPTIONS[name].label if name in _OPTIONS else _OTHERS.get(name, name.replace("_", " "))


def _setting(name: str, value: Json) -> Message | str:
    """What a form says of a choice, else the value."""
    option = _OPTIONS.get(name)
    chosen = value if value is not None or option is None else option.default
    found = (choice.meaning for choice in (option.choices if option else ()) if choice.value == chosen)
    if isinstance(value, list):
        return Message("{values}", values=[str(one) for one in value])
    return next(found, None) or setting_words(name, value)


def _choice(request: web.Request) -> Choice:
    folder = screen_of(request).output_dir
    newest = some_runs(folder, lambda run: run.mode == "import", most=CHOICES)
    wanted = [*dict.fromkeys(filter(None, request.query.getall("run", [])))][:2]
    first, second = _in_time(wanted, newest) if len(wanted) == 2 else ("", "")
    found = compare(first, second, folder, EXAMPLES) if first else None
    if not first and len(newest) > 1:
        first, second = newest[1].run.id, newest[0].run.id
    return Choice([line(request, one) for one in newest], first, second, found)


def _in_time(names: list[str], newest: list[Listed]) -> tuple[str, str]:
    """The earlier of two runs first."""
    places = {one.run.id: place for place, one in enumerate(newest)}
    first, second = sorted(names, key=lambda name: -places.get(name, len(places)))
    return first, second
