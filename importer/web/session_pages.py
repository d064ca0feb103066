"""What every page has at its edges: the language, the end of the program, and whether it is still there."""

from aiohttp import web

from importer.errors import ConfigError
from importer.message import LANGUAGES, Message, named
from importer.web.pages import answer
from importer.web.screen import screen_of, session_of


async def set_language(request: web.Request) -> web.Response:
    """``{"language": "zh"}``: the session's language from now on."""
    given = (await body_of(request)).get("language")
    language = named(given) if isinstance(given, str) else None
    if language is None:
        raise ConfigError("expected one of {choices}", None, choices=LANGUAGES)
    session_of(request).language = language
    return answer(request, language=language.tag)


async def stop(request: web.Request) -> web.Response:
    """End the program, after what is at work was settled."""
    screen = screen_of(request)
    working = len(screen.jobs.running())
    screen.stop()
    return answer(request, working=working)


async def alive(request: web.Request) -> web.Response:
    """That the program is there, and how many jobs are at work."""
    return answer(request, working=len(screen_of(request).jobs.running()))


async def body_of(request: web.Request) -> dict[str, object]:
    """The JSON object that a script sent. Raises ``ConfigError``."""
    try:
        content = await request.json()
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise unexpected()
    return content


def unexpected() -> ConfigError:
    """What a page is told that sent something else than its script sends."""
    return ConfigError(Message("the page sent something else than it should"), Message("reload the page"))
