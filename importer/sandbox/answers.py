"""The sandbox's answers as HTTP, the proper ones and the spoilt."""

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Final

from aiohttp import web

from importer.models import Json
from importer.sandbox.documented import Response
from importer.sandbox.faults import Faults

_PAGES: Final[Mapping[int, tuple[str, str]]] = {
    # kin: the application answers 500 and 503 itself, the proxy or firewall before it the others
    200: ("text/html", "<html><head><title>Welcome</title></head><body>Please sign in.</body></html>"),
    403: ("text/html", "<html><head><title>403 Forbidden</title></head><body>Request blocked.</body></html>"),
    500: ("application/json", '{"status": 500, "error": "Internal Server Error"}'),
    502: ("text/html", "<html><head><title>502 Bad Gateway</title></head></html>"),
    503: ("text/plain", "Service Unavailable"),
    504: ("text/html", "<html><head><title>504 Gateway Time-out</title></head></html>"),
}
"""The answers of the faults: status to content type and body."""

_REFUSALS: Final[Mapping[int, tuple[str, Mapping[str, str]]]] = {
    429: ("Retry later\n", {}),
    425: ("Too Early\n", {}),
    503: ("Service Unavailable", {"Retry-After": "1"}),
}
"""The answers that ask to come again: status to text and headers."""

MOVED_TO: Final = "/moved"


def json_answer(answer: Response) -> web.Response:
    """The account's answer; without a body there is none of JSON either."""
    if answer.body is None:
        return web.Response(status=answer.status)
    return web.json_response(answer.body, status=answer.status)


async def with_body(request: web.Request, answer: Callable[[Mapping[str, Json]], Response]) -> web.Response:
    """Answers a JSON object (doc: with its Content-Type, in UTF-8); 415 or 400 to anything else."""
    if request.content_type != "application/json":
        return json_answer(Response(415, {"error": "Content-Type: expected application/json"}))
    try:
        body: Json = json.loads((await request.read()).decode())
    except (ValueError, RecursionError):
        return json_answer(Response(400, {"error": "the body is not JSON in UTF-8"}))
    if not isinstance(body, dict):
        return json_answer(Response(400, {"error": "the body is not a JSON object"}))
    return json_answer(answer(body))


def page(status: int, headers: Mapping[str, str] | None = None) -> web.Response:
    """What stands in place of the application's answer."""
    content_type, text = _PAGES[status]
    return web.Response(status=status, text=text, content_type=content_type, headers=headers)


def absent() -> web.Response:
    """The answer of a path that nobody knows."""
    return web.Response(status=404, text="404: Not Found")


def refusal(status: int, headers: Mapping[str, str] | None = None) -> web.Response:
    """An answer that says that nothing was done yet; ``headers`` are instead of its own."""
    text, own = _REFUSALS[status]
    return web.Response(status=status, text=text, headers=own if headers is None else headers)


def redirect() -> web.Response:
    """An answer that sends the client elsewhere with the same request."""
    return web.Response(status=307, headers={"Location": MOVED_TO})


async def answer_twice(request: web.Request, response: web.StreamResponse, faults: Faults) -> web.StreamResponse:
    """Sends the response, and ``stale_ms`` later a copy of its bytes, or another answer with ``stale_status``."""
    await response.prepare(request)
    await response.write_eof()
    stale, transport = _stale(response, faults.stale_status), request.transport
    if transport is not None and faults.stale_ms:
        asyncio.get_running_loop().call_later(faults.stale_ms / 1000, _write, transport, stale)
    elif transport is not None:
        transport.write(stale)
    return response


def _write(transport: asyncio.Transport, data: bytes) -> None:
    if not transport.is_closing():
        transport.write(data)


def _stale(response: web.StreamResponse, status: int) -> bytes:
    if status:
        text = f'{{"error": "{HTTPStatus(status).phrase}"}}'
        return _bytes(status, [("Content-Type", "application/json"), ("Content-Length", str(len(text)))], text)
    copied = response.text if isinstance(response, web.Response) else None
    return _bytes(response.status, response.headers.items(), copied or "")


def _bytes(status: int, headers: Iterable[tuple[str, str]], text: str) -> bytes:
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", *(f"{name}: {value}" for name, value in headers), "", ""]
    return ("\r\n".join(lines) + text).encode()
