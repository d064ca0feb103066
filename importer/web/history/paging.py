"""A page of a long list: its place in the list, and the addresses of the pages before and after it."""

from typing import NamedTuple
from urllib.parse import quote, urlencode

from aiohttp import web

from importer.web.screen import address


class Pager(NamedTuple):
    """``first`` to ``last`` of ``total``, from 1; the addresses are empty where there is no such page."""

    first: int
    last: int
    total: int
    before: str = ""
    after: str = ""


def offset_of(request: web.Request) -> int:
    """Where the page that an address asks for begins, from 0."""
    given = request.query.get("from", "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else 0


def pager(request: web.Request, shown: int, total: int, size: int) -> Pager:
    """Around the ``shown`` members of the page that a request asks for; ``size`` is that of a whole page."""
    offset = offset_of(request)
    before = _at(request, max(0, offset - size)) if offset else ""
    after = _at(request, offset + size) if offset + size < total else ""
    return Pager(min(offset + 1, total), offset + shown, total, before, after)


def _at(request: web.Request, offset: int) -> str:
    query = [(name, value) for name, value in request.query.items() if name != "from"]
    return f"{request.path}?{urlencode([*query, ('from', str(offset))])}"


def run_address(request: web.Request, run: str, *parts: str) -> str:
    """The address of a run's page, or of something below it; a name may hold any signs."""
    return address(request, "history", "runs", quote(run, safe="", errors="replace"), *parts)
