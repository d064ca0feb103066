"""The application: every route below the session's path, behind one door."""

from typing import Final
from urllib.parse import parse_qs

from aiohttp import web

from importer.web.access import HEADERS, TOKEN_HEADER, Facts, may_open
from importer.web.doors import OPEN
from importer.web.failures import failures
from importer.web.pages import environment
from importer.web.routes import routes
from importer.web.screen import SCREEN, Handler, Screen, screen_of

_MOST_BYTES: Final = 1 << 20
"""Of a body that is no upload; uploads are taken piece by piece and have a bound of their own."""

_MOST_OF_A_SECRET: Final = 1000
"""Bytes of the form that shows one."""

_NOTHING: Final = "There is nothing here. Start the program again, which opens its page."
"""The one answer to whoever may not come in."""


def application(screen: Screen) -> web.Application:
    """The screen as an aiohttp application, which is told its port by ``server.py``."""
    app = web.Application(middlewares=[_gate, failures], client_max_size=_MOST_BYTES)
    app[SCREEN] = screen
    app.on_response_prepare.append(_with_headers)
    app.add_routes([web.post(OPEN, _opened_by_form), web.get(OPEN + "/{secret}", _opened_by_address)])
    app.add_routes(routes(screen.sessions.root))
    return app


@web.middleware
async def _gate(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let in who shows a session, or a door's secret; tell all others the same, whatever they asked for."""
    screen = screen_of(request)
    if not request.raw_path.startswith("/"):  # http://elsewhere/: for a proxy
        return nothing()
    if not request.path.startswith(f"{screen.sessions.root}/"):
        return await handler(request) if request.match_info.handler in _DOORS else nothing()
    cookie = request.cookies.get(screen.sessions.cookie)
    if screen.sessions.admitted(facts_of(request), cookie, port_of(request)) is None:
        return nothing()
    screen.strangers.leave(request.protocol)
    return await handler(request)


def facts_of(request: web.Request) -> Facts:
    """What a request shows of where it comes from."""
    return Facts(
        request.method,
        request.headers.getall("Host", ()),
        request.headers.getall("Origin", ()),
        request.headers.get("Sec-Fetch-Site"),
        request.headers.get("Sec-Fetch-Dest"),
        request.headers.get(TOKEN_HEADER),
        "Service-Worker" in request.headers,
    )


def port_of(request: web.Request) -> int:
    """The port that a request came to; 0 if its connection is lost already."""
    name = request.transport.get_extra_info("sockname") if request.transport else None
    return int(name[1]) if name else 0


def nothing() -> web.Response:
    """What whoever may not come in is told."""
    return web.Response(status=404, text=_NOTHING)


async def _opened_by_form(request: web.Request) -> web.StreamResponse:
    """From the file that the browser was given."""
    if not 0 < (request.content_length or 0) < _MOST_OF_A_SECRET:
        return nothing()
    fields = parse_qs((await request.read()).decode("ascii", "replace"))
    return _opened(request, fields.get("secret", [""])[0])


async def _opened_by_address(request: web.Request) -> web.StreamResponse:
    """From the address in the terminal; a browser that only looks ahead does not use it up."""
    if request.method != "GET" or "Sec-Purpose" in request.headers or "Purpose" in request.headers:
        return nothing()
    return _opened(request, request.match_info["secret"])


_DOORS: Final = (_opened_by_form, _opened_by_address)


def _opened(request: web.Request, secret: str) -> web.Response:
    """Begin a session. Its page goes on by itself: in a redirect from elsewhere, a cookie that is Strict is missing."""
    screen = screen_of(request)
    may = may_open(facts_of(request), port_of(request))
    if not screen.doors.take(secret) or not may:  # whoever else shows a secret has learnt it: it opens no more
        return nothing()
    session, cookie = screen.sessions.begin(screen.language)
    root = f"{screen.sessions.root}/"
    template = environment(session.language).get_template("welcome.html.jinja")
    text = template.render(language=session.language, root=root)
    response = web.Response(text=text, content_type="text/html", charset="utf-8")
    response.set_cookie(screen.sessions.cookie, cookie, path=root, httponly=True, samesite="Strict")
    return response


async def _with_headers(_: web.Request, response: web.StreamResponse) -> None:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.pop("Server", None)
