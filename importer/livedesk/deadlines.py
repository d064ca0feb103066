"""The timeout of all requests by one timer: with one for each, a sixteenth of what a request costs would be its timer.

All have the same number of seconds, so the first to begin is the first to be too late, and the timer waits for it.
"""

import asyncio
import time
from types import TracebackType
from typing import Final, Self

_Task = asyncio.Task[object]


class Deadlines:
    """Owns the tasks whose request is under way: a block of this is one, and a ``TimeoutError`` after ``timeout_s``.

    As ``asyncio.timeout`` has it: a task that is too late is cancelled, and that becomes the ``TimeoutError``, unless
    somebody else has cancelled it too. A task has one block at a time.
    """

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s: Final = timeout_s
        self._due: dict[_Task, tuple[float, int]] = {}
        self._late: dict[_Task, int] = {}
        self._timer: asyncio.TimerHandle | None = None

    def __enter__(self) -> Self:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a request is made in a task
        self._due[task] = time.monotonic() + self._timeout_s, task.cancelling()
        if self._timer is None:
            self._wait(self._timeout_s)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - as above
        if self._due.pop(task, None) is None:
            cancelled_before = self._late.pop(task)
            if task.uncancel() <= cancelled_before and kind is asyncio.CancelledError:
                raise TimeoutError from error

    def close(self) -> None:
        """Let go of the timer, when no block is open any more."""
        if self._timer is not None:
            self._timer.cancel()

    def _wait(self, seconds: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(seconds, self._look)

    def _look(self) -> None:
        """Cancel the tasks that are too late, and wait for the next that may be."""
        self._timer = None
        now = time.monotonic()
        while self._due:
            task, (due, cancelled_before) = next(iter(self._due.items()))
            if due > now:
                self._wait(due - now)
                break
            del self._due[task]
            self._late[task] = cancelled_before
            task.cancel()
