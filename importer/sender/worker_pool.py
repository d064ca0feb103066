"""A pool of workers that settle rows. It knows nothing of HTTP."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

from importer.sender.shutdown import Shutdown

T = TypeVar("T")


async def run_pool(
    take: Callable[[], Awaitable[T | None]], settle: Callable[[T], Awaitable[None]], concurrency: int, stop: Shutdown
) -> None:
    """Settle every row, at most ``concurrency`` at a time, until there are no more or ``stop`` is requested.

    ``take`` gives the next row, or ``None`` at the end. A stop lets the rows in flight finish. An exception of ``take``
    or ``settle`` (a ledger that cannot be written) cancels the other workers and is raised unchanged.
    """

    async def work() -> None:
        while not stop.requested and (row := await take()) is not None:
            await settle(row)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(concurrency):
                group.create_task(work())
    except BaseExceptionGroup as failures:
        raise first_of(failures) from failures


def given(rows: Iterator[T]) -> Callable[[], Awaitable[T | None]]:
    """A ``take`` for rows that are there already."""

    async def take() -> T | None:
        return next(rows, None)

    return take


def first_of(failures: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first single exception of a group: workers that meet the same full disk need only one report."""
    first = failures.exceptions[0]
    return first_of(first) if isinstance(first, BaseExceptionGroup) else first
