"""Work in a thread of its own, which can be asked to stop and is always waited for."""

import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Generic, TypeVar

from importer.cancellation import Cancellation

T = TypeVar("T")


class Job(Generic[T]):
    """Owns the thread of one call. The call makes an event loop of its own, and its connections to the ledger.

    Whoever waits for the result and is interrupted meanwhile (Ctrl-C, a cancelled task) cancels the job and waits until
    it has settled what was in flight; then the interruption goes on.
    """

    def __init__(self, work: Callable[[], T], cancellation: Cancellation) -> None:
        self.cancellation = cancellation
        self._work = work
        self._future: Future[T] = Future()
        context = contextvars.copy_context()
        self._thread = threading.Thread(target=context.run, args=(self._run,), name="import-contacts")

    def start(self) -> "Job[T]":
        """Begin. Returns the job itself."""
        self._thread.start()
        return self

    @property
    def done(self) -> bool:
        """Whether there is a result, or an error."""
        return self._future.done()

    def result(self) -> T:
        """Wait for what the work returns, or raise what it raised."""
        try:
            return self._future.result()
        except KeyboardInterrupt:
            self._cancel_and_wait()
            raise

    async def wait(self) -> T:
        """Wait in a running event loop for what the work returns, or raise what it raised."""
        import asyncio  # whoever waits so has it already, and the commands, which come by here, start 20 ms sooner

        waiting = asyncio.wrap_future(self._future)
        try:
            return await asyncio.shield(waiting)
        except asyncio.CancelledError:
            self.cancellation.cancel()
            while not self._future.done():
                with suppress(asyncio.CancelledError, Exception):  # a further cancellation changes nothing
                    await asyncio.shield(waiting)
            raise

    def _cancel_and_wait(self) -> None:
        """Until the end, whatever interrupts meanwhile: rows in flight would end in doubt."""
        self.cancellation.cancel()
        while not self._future.done():
            with suppress(KeyboardInterrupt):
                self._thread.join()

    def _run(self) -> None:
        try:
            self._future.set_result(self._work())
        except StopIteration as error:  # no future of an event loop takes it
            self._future.set_exception(RuntimeError(f"a callback raised {error!r}"))
        except BaseException as error:  # noqa: BLE001 - it is raised where the result is asked for
            self._future.set_exception(error)
