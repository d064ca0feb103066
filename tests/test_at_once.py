"""Bodies are written without a task of their own; all other tasks are what they were."""

import asyncio
import io
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from importer.at_once import write_bodies_at_once


@asynccontextmanager
async def served(handler: Any) -> AsyncIterator[str]:
    app = web.Application(client_max_size=1 << 30)
    app.router.add_post("/", handler)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()


class ClientRequest:
    """Named as aiohttp's: by that its writing is told from other work."""

    def __init__(self, *waits_for: "asyncio.Future[str]") -> None:
        self.waits_for = waits_for
        self.told: list[str] = []

    async def write_bytes(self) -> None:
        try:
            for future in self.waits_for:
                self.told.append(await future)
        except ConnectionError as error:
            self.told.append(str(error))
        except asyncio.CancelledError:
            self.told.append("cancelled")
            raise


async def other() -> str:
    return "other"


def with_it(scene: Coroutine[Any, Any, Any]) -> Any:
    async def main() -> Any:
        write_bodies_at_once(asyncio.get_running_loop())
        return await scene

    return asyncio.run(main())


def test_what_is_written_at_once_makes_no_task() -> None:
    """Whoever asks finds it done; anything else has its turn later, as ever."""

    async def scene() -> None:
        assert asyncio.create_task(ClientRequest().write_bytes()).done()
        task = asyncio.create_task(other(), name="mine")
        assert (task.done(), task.get_name(), await task) == (False, "mine", "other")

    with_it(scene())


def test_what_has_to_wait_goes_on_as_a_task() -> None:
    """It waits for one thing after the other, and what it waits for may fail."""

    async def scene() -> list[str]:
        loop = asyncio.get_running_loop()
        first, second, third = loop.create_future(), loop.create_future(), loop.create_future()
        request = ClientRequest(first, second, third)
        task = asyncio.create_task(request.write_bytes())
        first.set_result("first")
        await asyncio.sleep(0)
        second.set_result("second")
        await asyncio.sleep(0)
        third.set_exception(ConnectionError("reset"))
        await task
        return request.told

    assert with_it(scene()) == ["first", "second", "reset"]


def test_what_has_to_wait_can_be_cancelled() -> None:
    """As a request is that takes too long."""

    async def scene() -> list[str]:
        request = ClientRequest(asyncio.get_running_loop().create_future())
        task = asyncio.create_task(request.write_bytes())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return request.told

    assert with_it(scene()) == ["cancelled"]


@pytest.mark.parametrize("body", [b"", b"x" * 100, io.BytesIO(b"x" * 5_000_000)], ids=["empty", "small", "in parts"])
def test_every_body_arrives_whole(body: Any) -> None:
    """Over aiohttp's own request; one in parts lets others have their turn between them."""

    async def length(request: web.Request) -> web.StreamResponse:
        return web.json_response(len(await request.read()))

    async def scene() -> int:
        async with served(length) as url, aiohttp.ClientSession() as session, session.post(url, data=body) as response:
            return int(await response.text())

    assert with_it(scene()) == (len(body) if isinstance(body, bytes) else 5_000_000)


def test_aiohttps_writing_goes_by_the_name_that_it_is_told_by() -> None:
    """With another name in a new aiohttp, bodies would be written by tasks again, and nobody would notice."""
    assert aiohttp.ClientRequest.write_bytes.__qualname__ == "ClientRequest.write_bytes"
