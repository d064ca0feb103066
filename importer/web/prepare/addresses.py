"""A file by its address: fetched as the command fetches it, then taken as an upload is."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

from aiohttp import web

from importer.cancellation import Cancellation
from importer.errors import ConfigError, ImporterError
from importer.message import Message
from importer.sources.source import BOUNDS, LocalCopy, Source, fetched
from importer.sources.web_file import web_file
from importer.web.prepare.files import taken
from importer.web.prepare.recent import pieces_of
from importer.web.screen import screen_of
from importer.web.session_pages import body_of

_EXAMPLE: Final = "https://example.com/contacts.csv"


async def take_address(request: web.Request) -> web.Response:
    """``{"url": …}``: take the file at an https address; it may be as large as an upload."""
    url = str((await body_of(request)).get("url", "")).strip()
    if not url:
        raise ConfigError(Message("expected an address such as {address}", address=_EXAMPLE))
    bounds = screen_of(request).bounds
    source = web_file(url, BOUNDS._replace(most_bytes=bounds.most_bytes))
    async with _fetched_aside(source, bounds.silence_s) as path:
        size = await asyncio.to_thread(lambda: path.stat().st_size)
        return await taken(request, pieces_of(path), path.name, size)


@asynccontextmanager
async def _fetched_aside(source: Source, silence_s: float) -> AsyncIterator[Path]:
    """Fetch in a thread; a request that is cancelled ends that, and leaves no file."""
    cancellation = Cancellation()
    files = fetched([source], silence_s, cancellation)
    entering = asyncio.ensure_future(asyncio.to_thread(files.__enter__))
    try:
        (found,) = await asyncio.shield(entering)
        yield found.path if isinstance(found, LocalCopy) else found
    finally:
        cancellation.cancel()
        with suppress(ImporterError):  # it is raised above, unless the request was cancelled
            await entering
            await asyncio.to_thread(files.__exit__, None, None, None)
