"""A server of asyncio in a thread of its own."""

import asyncio
import threading
from typing import Self


class LoopThread:
    """Owns the thread of a server and its event loop; a server says in ``_serve`` when it listens, and waits for the
    end."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._end = asyncio.Event()
        self._thread = threading.Thread(target=self._run)

    async def _serve(self) -> None:
        """Listen, ``_wait``, and end."""
        raise NotImplementedError

    async def _wait(self) -> None:
        """It listens; return once it is to end."""
        self._ready.set()
        await self._end.wait()

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(120)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join()
