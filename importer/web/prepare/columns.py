"""Columns: which field each column goes to, why, and what is unsure; each choice is kept at once."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from aiohttp import web

from importer.errors import ConfigError
from importer.library.preview import Preview
from importer.message import Language, Message
from importer.models import Json
from importer.normalizer.cells import read
from importer.normalizer.text import Reading
from importer.web.drafts import Draft
from importer.web.pages import answer, step_page
from importer.web.prepare.column_words import (
    TableView,
    attribute,
    constant_fields,
    constants,
    groups,
    table_views,
    why_not,
    words_of,
)
from importer.web.prepare.previews import looks, opened, seen, tables
from importer.web.prepare.remembered import Choices, choices, remember
from importer.web.screen import Screen, draft_of, language_of, one_at_a_time, screen_of
from importer.web.session_pages import body_of
from importer.web.settings import settings_of


class Columns(NamedTuple):
    """What the page shows: its tables, with the choices of this import and with those that were made before."""

    previews: Sequence[Preview]
    views: Sequence[TableView]
    before: Choices | None
    given: Mapping[str, str]

    @property
    def is_sound(self) -> bool:
        """Whether every table can be imported so."""
        return bool(self.views) and not any(view.problem for view in self.views)


async def show(request: web.Request) -> web.Response:
    """The page."""
    screen, draft, language = screen_of(request), draft_of(request), language_of(request)
    if not await opened(looks(screen, draft, settings_of(screen, draft))):
        return step_page(request, "columns", draft, reading=True, next="")
    found = await _columns(screen, draft, language)
    draft = _without_lost_titles(screen, draft, found.previews)
    values: dict[str, Any] = {} if found.views else {"next": ""}
    return step_page(
        request,
        "columns",
        draft,
        tables=found.views,
        groups=groups(language),
        before=found.before,
        before_words=_told(found.before, language),
        is_sound=found.is_sound,
        keeps_extra=settings_of(screen, draft).extra_columns == "custom",
        constants=constants(_set(draft), language),
        constant_fields=constant_fields(language),
        **values,
    )


async def _columns(screen: Screen, draft: Draft, language: Language, **options: Any) -> Columns:
    config = settings_of(screen, draft, **options)
    files = await seen(screen, draft, config)
    previews = tables(files)
    names = [
        preview.file if len(file.previews) == 1 else f"{preview.file} · {preview.sheet}"
        for file in files
        for preview in file.previews
    ]
    untouched = previews
    if config.map and any(preview.offers for preview in previews):
        untouched = tables(await seen(screen, draft, config.model_copy(update={"map": {}})))
    before = next((found for each in untouched if (found := choices(each, config.map))), None)
    return Columns(previews, table_views(previews, config.map, language, names), before, config.map)


def _without_lost_titles(screen: Screen, draft: Draft, previews: Sequence[Preview]) -> Draft:
    """The draft without choices for columns that no file has any more: a run would refuse them."""
    known = {column.key for preview in previews for column in preview.columns}
    given = _map(draft)
    left = {title: field for title, field in given.items() if title in known}
    return draft if left == given or not previews else _save(screen, draft, "map", left)


def _told(before: Choices | None, language: Language) -> list[tuple[str, str]]:
    """Each column of earlier choices with what it was."""
    return [(title, words_of(field, language)) for title, field in before.fields.items()] if before else []


def _map(draft: Draft) -> dict[str, str]:
    return _texts(draft.options.get("map"))


def _set(draft: Draft) -> dict[str, str]:
    return _texts(draft.options.get("set"))


def _texts(value: Json) -> dict[str, str]:
    return {str(key): str(text) for key, text in value.items()} if isinstance(value, dict) else {}


def _save(screen: Screen, draft: Draft, key: str, value: Any) -> Draft:
    others = {name: given for name, given in screen.drafts.get(draft.id).options.items() if name != key}
    return screen.drafts.change(draft.id, options=others | ({key: value} if value else {}))


@one_at_a_time
async def choose(request: web.Request) -> web.Response:
    """``{"key": column, "field": …}``: give a column a field, ``""`` for none, ``null`` for what is found.

    ``"attribute"`` names an attribute instead of a field. ``"takes": true`` takes the field from the column that the
    user gave it before. Answers the columns as they are then, or why it cannot be so.
    """
    screen, draft, language = screen_of(request), draft_of(request), language_of(request)
    wanted = await body_of(request)
    key, field = str(wanted.get("key")), _field(wanted)
    given = {title: other for title, other in _map(draft).items() if title != key}
    if field is not None:
        if wanted.get("takes") is True:
            given = {title: other for title, other in given.items() if other != field}
        given[key] = field
    before = await _columns(screen, draft, language)
    found = await _columns(screen, draft, language, map=given)
    if refusal := _refusal(before, found, key, field):
        return answer(request, 409, error=refusal)
    _save(screen, draft, "map", given)
    await asyncio.to_thread(_remember, screen, found)
    return _answered(request, found, language)


def _field(wanted: Mapping[str, object]) -> str | None:
    """The field that is wanted. Raises ``ConfigError`` for an attribute without a name."""
    if "attribute" in wanted:
        if field := attribute(str(wanted["attribute"])):
            return field
        raise ConfigError("an attribute needs a name", "write one, such as birthday")
    return None if wanted.get("field") is None else str(wanted["field"])


def _refusal(before: Columns, found: Columns, key: str, field: str | None) -> dict[str, Any] | None:
    """Why the library takes no such choice, where it took the ones before; with the column that has the field."""
    known = {(preview.path, preview.sheet) for preview in before.previews if preview.problem}
    for preview in found.previews:
        why = why_not(preview)
        if why is None or (preview.path, preview.sheet) in known or "option" not in why.values:
            continue
        same = [column for column in preview.columns if found.given.get(column.key) == field and column.key != key]
        if field and same:
            told = Message('Not saved: you gave this field to "{title}".', title=same[0].title or same[0].key)
            return {"code": "taken", "message": told, "hint": None}
        return {"code": "refused", "message": why, "hint": None}
    return None


def _remember(screen: Screen, found: Columns) -> None:
    for view in found.views:
        if not view.problem:
            remember(screen.output_dir, view.preview, found.given)


@one_at_a_time
async def choose_as_before(request: web.Request) -> web.Response:
    """``{"source": …}``: choose what an earlier import had for these titles."""
    screen, draft, language = screen_of(request), draft_of(request), language_of(request)
    found = await _columns(screen, draft, language)
    if found.before is None or found.before.source != (await body_of(request)).get("source"):
        raise ConfigError(Message("these choices are not there any more"), Message("reload the page"))
    given = {**_map(draft), **found.before.fields}
    found = await _columns(screen, draft, language, map=given)
    _save(screen, draft, "map", given)
    await asyncio.to_thread(_remember, screen, found)
    return _answered(request, found, language)


@one_at_a_time
async def keep_extra(request: web.Request) -> web.Response:
    """``{"keep": true}``: keep the columns without a field as custom attributes."""
    screen, draft, language = screen_of(request), draft_of(request), language_of(request)
    keeps = (await body_of(request)).get("keep") is True
    draft = _save(screen, draft, "extra_columns", "custom" if keeps else "ignore")
    return _answered(request, await _columns(screen, draft, language), language)


@one_at_a_time
async def set_constant(request: web.Request) -> web.Response:
    """``{"field": …, "value": …}``: the same value for all rows, ``null`` to take it away; or ``"attribute"``."""
    screen, draft, language = screen_of(request), draft_of(request), language_of(request)
    wanted = await body_of(request)
    field, value = _field(wanted) or "", wanted.get("value")
    given = {name: text for name, text in _set(draft).items() if name != field}
    if value is not None:
        given[field] = _checked(field, str(value))
    found = await _columns(screen, draft, language, set=given)
    for preview in found.previews:
        if (why := why_not(preview)) and "option" in why.values:
            raise ConfigError(why)
    _save(screen, draft, "set", given)
    return _answered(request, found, language)


def _checked(field: str, value: str) -> str:
    """A value for all rows, which the importer can read. Raises ``ConfigError``."""
    reading = read(field, value) if value.strip() else Reading()
    if reading.error:
        raise ConfigError(reading.error.message, reading.error.hint)
    if reading.value is None:
        raise ConfigError("there is no value", "write what all rows should have")
    return value


def _answered(request: web.Request, found: Columns, language: Language) -> web.Response:
    before = found.before and {"source": found.before.source, "fields": _told(found.before, language)}
    views = [view.as_json() for view in found.views]
    return answer(request, tables=views, sound=found.is_sound, before=before)
