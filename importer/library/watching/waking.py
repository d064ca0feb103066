"""Wait for the next look at a folder: a time, or less where the system tells of a change or somebody stops the watch.

watchfiles tells of changes, from a thread of its own. Without it, or where it cannot watch, the looks come more often.
Of what another machine does in a network folder no system tells: there the looks alone count.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Final

from importer.cancellation import Cancellation
from importer.files.identity import identity_of
from importer.waiting import LOOK_UP_S

LOOK_EVERY_S: Final = 10.0
"""Between two looks where the system tells of changes, most of the time."""

LOOK_OFTEN_S: Final = 1.0
"""Between two looks where nothing tells of changes."""

_STEP_MS: Final = 200


class Waking:
    """Owns the thread that listens, and what it and a signal wake the watch with."""

    def __init__(self, folder: Path, cancellation: Cancellation) -> None:
        self._folder = folder
        self._woken: SimpleQueue[None] = SimpleQueue()  # whose put is safe in a signal's handler
        self._end = threading.Event()
        self._cancellation = cancellation
        self._thread: threading.Thread | None = None
        self._heard: object = None

    def wait(self, seconds: float) -> None:
        """Wait so long at most. A run that came between has taken the cancellation's one call."""
        self._listen()
        self._cancellation.wakes(self._wake)
        until = time.monotonic() + min(seconds, LOOK_EVERY_S if self._listens else LOOK_OFTEN_S)
        while self._cancellation.exit_code is None and (left := until - time.monotonic()) > 0:
            try:
                self._woken.get(timeout=min(left, LOOK_UP_S))
            except Empty:
                continue
            break
        self._forget()

    def close(self) -> None:
        """End the thread."""
        self._cancellation.wakes(lambda: None)
        self._hear_no_more()

    @property
    def _listens(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def _listen(self) -> None:
        """Begin to listen; again where another folder has taken the place of this one, whose changes nobody tells."""
        found = identity_of(self._folder)
        if found != self._heard:
            self._hear_no_more()
            self._heard = found
            if found is not None and find_spec("watchfiles") is not None:
                self._end = threading.Event()
                self._thread = threading.Thread(
                    target=self._hear, args=(self._end,), daemon=True, name="import-contacts-watch"
                )
                self._thread.start()

    def _hear_no_more(self) -> None:
        self._end.set()
        if self._thread is not None:
            self._thread.join()

    def _hear(self, end: threading.Event) -> None:
        from watchfiles import watch

        try:
            for _ in watch(self._folder, watch_filter=None, step=_STEP_MS, stop_event=end, recursive=False):
                self._wake()
        except (OSError, RuntimeError, ValueError):  # no such folder, no more watches, a name that is no text
            return

    def _wake(self) -> None:
        self._woken.put(None)

    def _forget(self) -> None:
        """All changes until now are seen by the look that comes."""
        while not self._woken.empty():
            self._woken.get()


@contextmanager
def waking(folder: Path, cancellation: Cancellation) -> Iterator[Callable[[float], None]]:
    """Yield what waits."""
    own = Waking(folder, cancellation)
    try:
        yield own.wait
    finally:
        own.close()
