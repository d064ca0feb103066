"""A pool of workers over ``settle(row)``; it knows no HTTP."""

import asyncio
from collections.abc import Awaitable, Callable

from importer.ledger.records import Due
from importer.sender.shutdown import Shutdown


async def run_pool(
    take: Callable[[], Awaitable[Due | None]],
    settle: Callable[[Due], Awaitable[None]],
    concurrency: int,
    stop: Shutdown,
) -> None:
    """Settle every row, at most ``concurrency`` at a time, until there are no more or ``stop`` is requested.

    ``take`` gives the next row, and ``None`` if there are no more. Rows in flight at a stop are settled before this
    returns. An exception of either (a ledger that cannot be written) cancels the other workers and comes out unchanged.
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


def first_of(failures: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first single exception of a group: several workers that meet one full disk tell one story."""
    first = failures.exceptions[0]
    return first_of(first) if isinstance(first, BaseExceptionGroup) else first
