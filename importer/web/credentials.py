"""Credentials: where they come from; asked for where they are missing, and tested before they count.

They are in the memory of this process, and in the system's keychain if the user wants that: in no page, log, address or
file of ours.
"""

import asyncio
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from aiohttp import web

from importer.cancellation import Cancellation
from importer.config import keychain
from importer.config.sources import CREDENTIALS
from importer.errors import ConfigError
from importer.message import Message
from importer.web.pages import answer, page
from importer.web.screen import Screen, screen_of
from importer.web.session_pages import body_of
from importer.web.settings import settings_of

if TYPE_CHECKING:  # with the first page that needs them
    from importer.config.settings import Config

_COPY_ANEW: Final = Message("copy both anew from LiveDesk's console")
_LONGEST_S: Final = 15.0
"""What somebody who looks at a page waits for a server."""


class Source(StrEnum):
    """Where the credentials come from."""

    ENTERED = "entered"
    GIVEN = "given"
    KEYCHAIN = "keychain"
    NONE = "none"


class Origin(NamedTuple):
    """The server, and where its credentials come from; ``problem`` is what is wrong with the settings."""

    source: Source
    server: str = ""
    problem: ConfigError | None = None


def origin_of(screen: Screen) -> Origin:
    """Where the credentials of a run would come from. It may ask the keychain, which takes a moment."""
    try:
        settings = settings_of(screen)
    except ConfigError as error:
        return Origin(Source.NONE, problem=error)
    if screen.entered.keys() >= {*CREDENTIALS}:
        return Origin(Source.ENTERED, settings.base_url)
    if not settings.has_credentials:
        return Origin(Source.NONE, settings.base_url)
    return Origin(Source.KEYCHAIN if _are_kept(settings) else Source.GIVEN, settings.base_url)


def _are_kept(settings: "Config") -> bool:
    """Whether they are those of the keychain: what the command line has goes before them."""
    kept = keychain.read(settings.base_url)
    return kept is not None and kept == settings.credentials(rehearsable=False)


async def show(request: web.Request) -> web.Response:
    """The page."""
    origin, has_keychain = await asyncio.to_thread(lambda: (origin_of(screen_of(request)), keychain.is_there()))
    values: dict[str, Any] = {"origin": origin, "has_keychain": has_keychain, "then": _local(request)}
    return page(request, "credentials.html.jinja", title=Message("Credentials"), **values)


def _local(request: web.Request) -> str:
    """Where to go on: a page below the root alone."""
    then = request.query.get("then", "")
    return then if then.startswith(f"{screen_of(request).sessions.root}/") else ""


async def enter(request: web.Request) -> web.Response:
    """``{"api_key", "api_secret", "keep"}``: test them with one request; if LiveDesk takes them, they count."""
    from importer.config.settings import hidden

    screen, given = screen_of(request), await body_of(request)
    typed = [str(given.get(name) or "").strip() for name in CREDENTIALS]
    if not all(typed):
        raise ConfigError(Message("the key or the secret is missing"), Message("enter both, as the console shows them"))
    if not all(text.isprintable() for text in typed):
        raise ConfigError(Message("the key or the secret has characters that are no text"), _COPY_ANEW)
    entered = dict(zip(CREDENTIALS, map(hidden, typed), strict=True))
    settings = await asyncio.to_thread(lambda: settings_of(screen, None, **entered))
    await asyncio.to_thread(_test, screen, settings)
    screen.entered.update(entered)
    if given.get("keep") is True:
        await asyncio.to_thread(keychain.keep, settings.base_url, keychain.Credentials(*typed))
    return answer(request, server=settings.base_url)


async def test(request: web.Request) -> web.Response:
    """Test those that a run would use, with one request."""
    screen = screen_of(request)
    settings = await asyncio.to_thread(settings_of, screen)
    await asyncio.to_thread(_test, screen, settings)
    return answer(request, server=settings.base_url)


async def remove(request: web.Request) -> web.Response:
    """Forget those that were entered, in the keychain too."""
    screen = screen_of(request)
    for name in CREDENTIALS:
        screen.entered.pop(name, None)
    await asyncio.to_thread(lambda: keychain.forget(settings_of(screen).base_url))
    return answer(request)


def _test(screen: Screen, settings: "Config") -> None:
    """Notes that LiveDesk takes the credentials, or raises ``ImporterError``."""
    from importer.ledger.run import now
    from importer.library.listening import Listeners
    from importer.library.verbs import try_credentials
    from importer.pipeline.terms import Terms

    once = settings.model_copy(update={"max_attempts": 1, "timeout": min(settings.timeout, _LONGEST_S)})
    try_credentials(Terms(once, Listeners(), Cancellation()))
    screen.taken[settings.base_url] = now()
