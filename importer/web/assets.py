"""Styles and scripts: those of the screen, and what it shares with report.html, so that both look like one house."""

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final, NamedTuple

from aiohttp import web

from importer.message import Message
from importer.web.drafts import NotThere

_TYPES: Final = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
_REPORT: Final = "importer.reporter.page"
_EXPORTED: Final = ("$", "say", "grouped", "folded", "shortened", "element", "given", "copy")
"""The functions of the report's elements.js, which is no module there."""


class Asset(NamedTuple):
    content: bytes
    type: str


@cache
def assets() -> dict[str, Asset]:
    """Every file that pages ask for, by its path below ``static/``; no other path leads anywhere."""
    found = dict(_in_folder(files("importer.web") / "static", ""))
    report = files(_REPORT)
    house = (report / "page.css").read_bytes()
    elements = f"{(report / 'elements.js').read_text(encoding='utf-8')}\nexport {{ {', '.join(_EXPORTED)} }};\n"
    return found | {"house.css": _asset("house.css", house), "elements.js": _asset("elements.js", elements.encode())}


def _in_folder(folder: Traversable, path: str) -> list[tuple[str, Asset]]:
    found: list[tuple[str, Asset]] = []
    for each in folder.iterdir():
        if each.is_dir():
            found += _in_folder(each, f"{path}{each.name}/")
        elif each.name.rpartition(".")[2] in _TYPES:
            found.append((path + each.name, _asset(each.name, each.read_bytes())))
    return found


def _asset(name: str, content: bytes) -> Asset:
    return Asset(content, _TYPES[name.rpartition(".")[2]])


async def asset(request: web.Request) -> web.Response:
    """One of them."""
    found = assets().get(request.match_info["path"])
    if found is None:
        raise NotThere(Message("There is no such page."))
    return web.Response(body=found.content, content_type=found.type, charset="utf-8")
