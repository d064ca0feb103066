"""The address of every page and answer, below the session's path, with the function that makes it.

Its module is loaded by the first request: what reads files takes a moment to load.
"""

import asyncio
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Final, TypeAlias

from aiohttp import web

from importer.web.screen import Handler

Route: TypeAlias = tuple[str, str, str]
"""The method, the address, and the function's name."""

_RUN: Final = "/history/runs/{run}"
_DRAFT: Final = "/drafts/{draft}"

ROUTES: Final[Mapping[str, Sequence[Route]]] = {
    "assets": (("GET", "/static/{path:.+}", "asset"),),
    "home": (
        ("GET", "/", "home"),
        ("POST", "/drafts", "begin"),
        ("GET", _DRAFT, "go_on"),
        ("DELETE", _DRAFT, "remove"),
    ),
    "beginnings": (("GET", "/recent", "recent"), ("GET", "/template", "template"), ("POST", "/demo", "demo")),
    "live": (
        ("GET", "/jobs/{job}", "state"),
        ("GET", "/jobs/{job}/events", "events"),
        ("POST", "/jobs/{job}/cancel", "cancel"),
        ("POST", "/jobs/{job}/answer", "reply"),
    ),
    "session_pages": (("PUT", "/language", "set_language"), ("POST", "/stop", "stop"), ("GET", "/alive", "alive")),
    "credentials": (
        ("GET", "/credentials", "show"),
        ("POST", "/credentials", "enter"),
        ("POST", "/credentials/test", "test"),
        ("DELETE", "/credentials", "remove"),
    ),
    # The steps of an import, in their order.
    "prepare.files": (
        ("GET", _DRAFT + "/file", "show"),
        ("GET", _DRAFT + "/looks", "wait"),
        ("GET", _DRAFT + "/rows", "count_rows"),
        ("POST", _DRAFT + "/files", "upload"),
        ("POST", _DRAFT + "/recent", "take_recent"),
        ("PUT", _DRAFT + "/reading", "read_otherwise"),
        ("POST", _DRAFT + "/password", "unlock"),
        ("DELETE", _DRAFT + "/files/{name}", "remove"),
    ),
    "prepare.addresses": (("POST", _DRAFT + "/address", "take_address"),),
    "prepare.columns": (
        ("GET", _DRAFT + "/columns", "show"),
        ("PUT", _DRAFT + "/columns", "choose"),
        ("PUT", _DRAFT + "/columns/before", "choose_as_before"),
        ("PUT", _DRAFT + "/columns/extra", "keep_extra"),
        ("PUT", _DRAFT + "/constants", "set_constant"),
    ),
    "prepare.options": (("GET", _DRAFT + "/options", "show"), ("PUT", _DRAFT + "/options", "change")),
    "review.check_page": (
        ("GET", _DRAFT + "/check", "show"),
        ("POST", _DRAFT + "/check", "begin"),
        ("GET", _DRAFT + "/check/rows", "rows"),
    ),
    "review.editing": (
        ("PUT", _DRAFT + "/check/row", "edit"),
        ("POST", _DRAFT + "/check/leave-out", "leave_out"),
        ("POST", _DRAFT + "/check/remedy", "remedy"),
        ("DELETE", _DRAFT + "/check/corrections", "discard"),
    ),
    "review.planning": (
        ("POST", _DRAFT + "/plan", "begin"),
        ("PUT", _DRAFT + "/plan", "follow"),
        ("GET", _DRAFT + "/plan/rows", "rows"),
    ),
    "review.trial": (
        ("GET", _DRAFT + "/try", "show"),
        ("POST", _DRAFT + "/try", "begin"),
        ("POST", _DRAFT + "/try/undo", "undo"),
    ),
    "sending": (
        ("GET", _DRAFT + "/import", "show"),
        ("POST", _DRAFT + "/import", "begin"),
        ("GET", _DRAFT + "/import/rows", "rows"),
    ),
    "history.result": (("GET", _DRAFT + "/result", "show"),),
    # Earlier runs, whichever command or page began them.
    "history.listing": (("GET", "/history", "show"),),
    "history.people": (("GET", "/history/people", "show"),),
    "history.comparing": (("GET", "/history/compare", "show"),),
    "history.forgetting": (("GET", "/history/forget", "show"), ("POST", "/history/forget", "erase")),
    "history.one_run": (("GET", _RUN, "show"), ("POST", _RUN + "/files", "write_again")),
    "history.one_asked": tuple(
        (method, run + path, name)
        for run in (_DRAFT + "/result", _RUN)
        for method, path, name in (
            ("GET", "/report", "report"),
            ("GET", "/files/{kind}", "download"),
            ("POST", "/correct", "correct"),
            ("POST", "/{purpose:undo|verify}", "begin_look_back"),
        )
    ),
}
"""By the module in this room."""


def routes(root: str) -> list[web.RouteDef]:
    """All of them, below a path."""
    return [
        web.route(method, root + path, _later(f"{__package__}.{module}", name))
        for module, those in ROUTES.items()
        for method, path, name in those
    ]


def _later(module: str, name: str) -> Handler:
    found: Handler | None = None

    async def handler(request: web.Request) -> web.StreamResponse:
        nonlocal found
        if found is None:
            found = getattr(await asyncio.to_thread(import_module, module), name)
        return await found(request)

    return handler
