"""Options: inbox, country, who is the same person, what happens to existing contacts and bad cells; and the rest."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from aiohttp import web

from importer.config import loading
from importer.errors import ConfigError, ImporterError
from importer.library.form import OPTIONS, Option
from importer.library.history import runs
from importer.library.wording import key_of
from importer.message import Language, Message
from importer.web.drafts import Draft
from importer.web.pages import answer, minute, step_page
from importer.web.plain_words import sentence, told
from importer.web.prepare.option_words import (
    ELSEWHERE,
    countries,
    country_name,
    country_words,
    given_value,
    groups,
    option_view,
    value_of,
)
from importer.web.prepare.phone_examples import PhoneExamples, phone_examples
from importer.web.prepare.previews import SeenFile, looks, opened, seen
from importer.web.screen import Screen, draft_of, language_of, one_at_a_time, screen_of
from importer.web.session_pages import body_of, unexpected
from importer.web.settings import settings_of

_KNOWN: Final = {option.name: option for option in OPTIONS if option.name not in ELSEWHERE}
_REMEMBERED: Final = ("inbox", "country")
"""What an import takes from the one before, where nothing else says it."""


async def show(request: web.Request) -> web.Response:
    """The page."""
    screen, draft, language = screen_of(request), draft_of(request), language_of(request)
    if not await opened(looks(screen, draft, settings_of(screen, draft))):
        return step_page(request, "options", draft, reading=True, next="")
    draft, sources = await asyncio.to_thread(_with_sources, screen, draft, language)
    config = settings_of(screen, draft)
    first, others = groups(config, sources, language)
    files = await seen(screen, draft, config)
    phones = await _phones(screen, draft, files, language)
    fields = {field for file in files for each in file.previews for field in _used(each)}
    values: dict[str, Any] = {} if any(file.previews for file in files) else {"next": ""}
    return step_page(
        request,
        "options",
        draft,
        first=first,
        others=others,
        is_unusual=any(not option.is_usual for group in others for option in group.options),
        countries=countries(language),
        country_words=country_words(config.country, language),
        phones=phones,
        suggested=country_name(phones.suggested, language) if phones.suggested else "",
        needs_inbox="inbox_id" not in fields and "inbox_id" not in config.set,
        has_files=any(file.previews for file in files),
        **values,
    )


def _used(preview: Any) -> Sequence[str]:
    return [column.field for column in preview.columns if column.field]


def _with_sources(screen: Screen, draft: Draft, language: Language) -> tuple[Draft, dict[str, str]]:
    """The draft with what the import before it had, and where each option that this page did not set is from."""
    origins = loading.in_force(screen.config_path)
    sources = {
        name: language.gettext("From {origin}.", origin=origins[key_of(name)][1])
        for name in _KNOWN
        if key_of(name) not in draft.options and key_of(name) in origins
    }
    missing = [name for name in _REMEMBERED if name not in sources]
    if any(key_of(name) in draft.options for name in _REMEMBERED) or not missing:
        return draft, sources
    last = next((each.run for each in _runs(screen) if each.run.mode == "import" and not each.run.of_run), None)
    keys = [key_of(name) for name in missing if last and key_of(name) in last.options]
    if last is None or not keys:
        return draft, sources
    words = language.gettext("As in the last import, {moment}.", moment=minute(last.started_at))
    draft = screen.drafts.change(draft.id, options={**draft.options, **{key: last.options[key] for key in keys}})
    return draft, sources | {name: words for name in missing if key_of(name) in keys}


def _runs(screen: Screen) -> Sequence[Any]:
    try:
        return runs(screen.output_dir)
    except ImporterError:  # the import itself tells what is wrong with the ledger
        return ()


async def _phones(screen: Screen, draft: Draft, files: Sequence[SeenFile], language: Language) -> PhoneExamples:
    config = settings_of(screen, draft)
    pairs = [
        pair
        for look, file in zip(looks(screen, draft, config), files, strict=True)
        for pair in zip(look.tables, file.previews, strict=False)
    ]
    return await asyncio.to_thread(phone_examples, pairs, config, language)


@one_at_a_time
async def change(request: web.Request) -> web.Response:
    """``{option: value}``: keep what is valid, and answer what is wrong with the others, by option.

    Answers how a field shows each value, and what the country means for the numbers of the file.
    """
    screen, draft, language = screen_of(request), draft_of(request), language_of(request)
    errors: dict[str, str] = {}
    shown: dict[str, str] = {}
    for name, sent in (await body_of(request)).items():
        option = _KNOWN.get(name)
        if option is None:
            raise unexpected()
        try:
            # In a thread: the names of countries in all languages take a moment to load.
            draft = await asyncio.to_thread(_set, screen, draft, option, given_value(option, sent, language))
        except ConfigError as error:
            errors[name] = _reason(error, language)
        else:
            value = value_of(settings_of(screen, draft), name)
            shown[name] = option_view(option, value, "", language).value
    config = settings_of(screen, draft)
    values: dict[str, Any] = {"errors": errors, "shown": shown}
    if "country" in shown:
        phones = await _phones(screen, draft, await seen(screen, draft, config), language)
        values["country"] = country_words(config.country, language)
        suggested = country_name(phones.suggested, language) if phones.suggested else ""
        values["phones"] = {"shown": [each._asdict() for each in phones.shown], "words": phones.words}
        values["suggested"] = suggested
    return answer(request, **values)


def _set(screen: Screen, draft: Draft, option: Option, value: Any) -> Draft:
    """Keep a valid value; ``None`` stands for what holds without it. Raises ``ConfigError``."""
    key = key_of(option.name)
    options = {name: given for name, given in screen.drafts.get(draft.id).options.items() if name != key}
    if value is not None:
        options[key] = value_of(settings_of(screen, draft, **{key: value}), option.name)
    return screen.drafts.change(draft.id, options=options)


def _reason(error: ConfigError, language: Language) -> str:
    """What is wrong with a value, without the name of the setting, which stands above it."""
    reason = error.message.values.get("reason")
    message = reason if isinstance(reason, Message) else told(error.message)
    return sentence(language.tell(message))
