"""Pages from their templates, and JSON for the scripts of pages, in the reader's language."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache, partial
from typing import Any, Final, NamedTuple

from aiohttp import web
from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from importer.files.sizes import size_words
from importer.message import LANGUAGES, Language, Message
from importer.web.drafts import Draft
from importer.web.screen import address, language_of, screen_of, sending_of, session_of
from importer.web.standing import WATCHED


class Step(NamedTuple):
    """A page of a draft: its word in addresses, and its title."""

    name: str
    title: Message


STEPS: Final = (
    Step("file", Message("File")),
    Step("columns", Message("Columns")),
    Step("options", Message("Options")),
    Step("check", Message("Check")),
    Step("try", Message("Try ten")),
    Step("import", Message("Import")),
    Step("result", Message("Result")),
)
"""In their order; ``/drafts/<id>/<name>`` is the address of each."""

_PREPARING: Final = frozenset({"file", "columns", "options"})
"""What is chosen there does not count for an import at work; the other steps show the work itself."""

LANGUAGE_NAMES: Final[Mapping[str, str]] = {"en": "English", "zh": "简体中文", "zh-Hant": "繁體中文"}
"""Each in its own words, for readers who understand no other."""


def page(request: web.Request, template: str, *, status: int = 200, **values: Any) -> web.Response:
    """A page of a session, from a template that extends ``layout.html.jinja``; ``values`` are those of the template.

    ``draft`` and ``step`` (a step's word) among them make the bar of steps.
    """
    screen, session, language = screen_of(request), session_of(request), language_of(request)
    common = {
        "language": language,
        "languages": [(Language(name).tag, name, LANGUAGE_NAMES.get(name, name)) for name in LANGUAGES],
        "root": screen.sessions.root,
        "token": session.token,
        "path": request.path,
        "most_bytes": screen.bounds.most_bytes,
        "working": screen.jobs.running(),
        "steps": (),
        "watched_at": WATCHED,
    }
    draft: Draft | None = values.get("draft")
    if draft is not None:
        common["steps"] = [(each, address(request, "drafts", draft.id, each.name)) for each in STEPS]
    text = environment(language).get_template(template).render(**common | values)
    return web.Response(text=text, status=status, content_type="text/html", charset="utf-8")


def step_page(request: web.Request, name: str, draft: Draft, **values: Any) -> web.Response:
    """The page of a step, from ``templates/<name>.html.jinja``, with Back and Next; the draft remembers where it is."""
    if draft.step != name:
        draft = screen_of(request).drafts.change(draft.id, step=name)
    names = [step.name for step in STEPS]
    place = names.index(name)
    around = {
        "back": address(request, "drafts", draft.id, names[place - 1]) if place else address(request),
        "next": address(request, "drafts", draft.id, names[place + 1]) if place + 1 < len(names) else "",
        "watched": "",
    }
    if name in _PREPARING and (job := sending_of(screen_of(request), draft.id)):
        around["watched"] = address(request, "drafts", draft.id, WATCHED[job.purpose])
    return page(request, f"{name}.html.jinja", draft=draft, step=name, title=STEPS[place].title, **around | values)


def told_json(language: Language, values: object, status: int = 200) -> web.Response:
    """JSON, in which a message is its sentence."""

    def told(value: object) -> object:
        if isinstance(value, Message):
            return plain_text(language, value)
        return [*value] if isinstance(value, Sequence | frozenset | set) else str(value)

    text = json.dumps(values, ensure_ascii=False, default=told)
    return web.Response(body=text.encode("utf-8", "replace"), status=status, content_type="application/json")


def answer(request: web.Request, status: int = 200, **values: object) -> web.Response:
    """JSON for the script that asked."""
    return told_json(language_of(request), values, status)


def script_json(value: object) -> Markup:
    """JSON to stand in a script element of type application/json."""
    text = json.dumps(value, ensure_ascii=False).replace("<", "\\u003c").replace("\u2028", "\\u2028")
    return Markup(text.replace("\u2029", "\\u2029"))  # noqa: S704 - nothing in it ends the element


def minute(moment: str) -> str:
    """``2026-01-17 08:15``, of ISO 8601, in the time of this machine; a text that is none stays as it is."""
    try:
        return f"{datetime.fromisoformat(moment).astimezone():%Y-%m-%d %H:%M}"
    except (ValueError, OverflowError):
        return moment


def _plainly(language: Language, messages: Sequence[Message]) -> str:
    """Messages about a row as a sentence, in the words of people who know no command."""
    from importer.web.plain_words import Words  # it brings the library of phone numbers

    return Words(language).sentence(messages)


def plain_text(language: Language, told: Message | str) -> str:
    """A message in the words of the screen, its fields too; a text as it is."""
    if not isinstance(told, Message):
        return told
    from importer.reporter.page.field_words import Plain
    from importer.web.plain_words import told as plainly_told  # it brings the library of phone numbers

    return Plain(language).tell(plainly_told(told))


def _field(language: Language, name: str) -> str:
    """A field in the words of people."""
    from importer.reporter.page.field_words import Plain

    return Plain(language).field(name)


@cache
def environment(language: Language) -> Environment:
    """Templates in a language: ``gettext("… {place} …", place=…)`` and ``ngettext`` as everywhere in the program."""
    found = Environment(loader=PackageLoader("importer.web", "templates"), autoescape=True)
    found.globals["gettext"] = language.gettext
    found.globals["ngettext"] = language.ngettext
    found.filters["told"] = language.text
    found.filters["sentence"] = language.sentence
    found.filters["plainly"] = partial(_plainly, language)
    found.filters["field"] = partial(_field, language)
    found.filters["sentence_of"] = lambda message: plain_text(language, message)
    found.filters["script_json"] = script_json
    found.filters["size"] = lambda size: language.tell(size_words(size))
    found.filters["minute"] = minute
    return found
