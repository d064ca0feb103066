"""Serve the screen on loopback until somebody ends it, by the page or a signal; what is at work is settled first."""

import asyncio
import errno
import logging
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from importer.cancellation import Cancellation
from importer.errors import ConfigError
from importer.message import Message
from importer.web import instance
from importer.web.app import application
from importer.web.connections import BACKLOG, Connection, sparing
from importer.web.doors import Door
from importer.web.screen import Screen

HOST: Final = "127.0.0.1"
_LOG: Final = logging.getLogger(__name__)
_SHUTDOWN_S: Final = 1.0
"""What requests in flight are given at the end: the answer to the one that ends the program among them."""


async def serve(
    screen_for: Callable[[Callable[[], None]], Screen],
    port: int,
    folder: Path,
    cancellation: Cancellation,
    ready: Callable[[Door], None],
) -> None:
    """Serve on ``port``, 0 being any free one, until ``cancellation`` or the screen's ``stop``.

    ``screen_for`` makes the screen with its ``stop``; ``ready`` is given the first door. Raises ``ConfigError`` if the
    port is in use, ``OutputError``.
    """
    ended, loop = asyncio.Event(), asyncio.get_running_loop()
    screen = screen_for(ended.set)
    cancellation.wakes(partial(loop.call_soon_threadsafe, ended.set))
    _LOG.addFilter(_is_of_ours)
    loop.set_exception_handler(sparing(screen.strangers))
    runner = web.AppRunner(application(screen), handler_cancellation=True, shutdown_timeout=_SHUTDOWN_S)
    await runner.setup()
    listener: asyncio.Server | None = None
    try:
        listener = await _listen(lambda: Connection(_server_of(runner), screen.strangers, _LOG), port)
        bound: int = listener.sockets[0].getsockname()[1]
        instance.tell(folder, bound)
        door = screen.doors.make(bound, screen.language)
        # A browser that starts may hold up who starts it, and is served meanwhile.
        threading.Thread(target=ready, args=[door], daemon=True).start()
        await ended.wait()
        await screen.jobs.settle()  # the pages are served meanwhile, and follow
    finally:
        cancellation.wakes(lambda: None)  # the loop ends
        screen.doors.close()
        if listener is not None:
            listener.close()
        screen.strangers.remove_all()
        await runner.cleanup()


def _is_of_ours(record: logging.LogRecord) -> bool:
    """Not what strangers send that is no HTTP: they could fill the terminal with it."""
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))


def _server_of(runner: web.AppRunner) -> web.Server:
    """Who answers, while it does."""
    if runner.server is None:
        raise ConnectionAbortedError
    return runner.server


async def _listen(connection: Callable[[], Connection], port: int) -> asyncio.Server:
    try:
        return await asyncio.get_running_loop().create_server(connection, HOST, port, backlog=BACKLOG)
    except (OSError, OverflowError) as error:
        in_use = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
        problem = Message("is in use") if in_use else Message("cannot be listened on ({error})", error=error)
        hint = Message("choose another with --port; 0 is any free one")
        raise ConfigError("port {port} of {host} {problem}", hint, port=port, host=HOST, problem=problem) from error
