"""One timer for the timeouts of many: each is too late after its own seconds, and a cancellation stays one."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest

from importer.livedesk.deadlines import Deadlines

SOON_S = 0.02
NEVER_S = 60.0


async def forever() -> str:
    await asyncio.Event().wait()
    return "answered"


async def at_once() -> str:
    return "answered"


async def within(deadlines: Deadlines, work: Callable[[], Awaitable[str]]) -> str:
    try:
        with deadlines:
            return await work()
    except TimeoutError:
        return "late"


def test_a_block_that_is_too_late_is_a_timeout_and_its_task_goes_on() -> None:
    """The next one of the same task has seconds of its own, and nothing is left of the cancellation."""

    async def scene() -> list[str]:
        deadlines, task = Deadlines(SOON_S), asyncio.current_task()
        told = [await within(deadlines, work) for work in (forever, at_once, forever)]
        assert task is not None
        assert task.cancelling() == 0
        return told

    assert asyncio.run(scene()) == ["late", "answered", "late"]


def test_whoever_begins_later_is_too_late_later() -> None:
    """One timer goes from the first to the next; those that ended meanwhile are no matter to it."""

    async def scene() -> list[str]:
        deadlines, told = Deadlines(SOON_S), list[str]()

        async def one(name: str, begins_s: float, work: Callable[[], Awaitable[str]]) -> None:
            await asyncio.sleep(begins_s)
            told.append(f"{name} {await within(deadlines, work)}")

        async with asyncio.TaskGroup() as group:
            group.create_task(one("second", 2 * SOON_S, forever))
            group.create_task(one("quick", 0, at_once))
            group.create_task(one("first", 0, forever))
            group.create_task(one("third", 2.5 * SOON_S, forever))
        return told

    assert asyncio.run(scene()) == ["quick answered", "first late", "second late", "third late"]


def test_one_timer_serves_all() -> None:
    """However many blocks there are, at most one call waits in the loop."""

    async def scene() -> int:
        deadlines, timers = Deadlines(NEVER_S), 0
        loop = asyncio.get_running_loop()
        call_later = loop.call_later

        def counted(*arguments: object) -> asyncio.TimerHandle:
            nonlocal timers
            timers += 1
            return call_later(*arguments)  # type: ignore[arg-type]

        loop.call_later = counted  # type: ignore[method-assign, assignment]
        async with asyncio.TaskGroup() as group:
            for _ in range(50):
                group.create_task(within(deadlines, at_once))
        deadlines.close()
        return timers

    assert asyncio.run(scene()) == 1


@pytest.mark.parametrize("timeout_s", [NEVER_S, 0.0], ids=["in time", "too late at the same moment"])
def test_a_cancellation_passes(timeout_s: float) -> None:
    """Whoever cancels a task means the task, also when its request is too late."""

    async def scene() -> bool:
        deadlines = Deadlines(timeout_s)
        task = asyncio.create_task(within(deadlines, forever))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        deadlines.close()
        return task.cancelled()

    assert asyncio.run(scene())


def test_an_answer_that_comes_with_the_timeout_is_late() -> None:
    """The task was cancelled before it could go on: as ``asyncio.timeout`` has it."""

    async def scene() -> str:
        deadlines, loop = Deadlines(SOON_S), asyncio.get_running_loop()
        answer = loop.create_future()

        async def waits() -> str:
            return str(await answer)

        task = asyncio.create_task(within(deadlines, waits))
        await asyncio.sleep(0)
        loop.call_later(SOON_S / 2, answer.set_result, "answered")
        time.sleep(2 * SOON_S)  # noqa: ASYNC251 - the loop finds both in one turn
        return await task

    assert asyncio.run(scene()) == "late"


def test_another_error_is_that_error() -> None:
    """Also where it comes in the moment of the timeout."""

    async def scene() -> None:
        with Deadlines(SOON_S):
            try:
                await forever()
            except asyncio.CancelledError:
                raise ConnectionError from None

    with pytest.raises(ConnectionError):
        asyncio.run(scene())
