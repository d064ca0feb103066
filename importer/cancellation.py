"""How a run is asked to stop: by a signal, by a caller in another thread, by the screen."""

import threading
from collections.abc import Callable

from importer.exit_codes import ExitCode


class Cancellation:
    """Asks one run to stop. The requests in flight are settled first, and the other rows end as ``not_sent``.

    Any thread may ask, and may ask before the run begins. ``exit_code`` is that of the run from then on, ``None`` so
    far.
    """

    def __init__(self) -> None:
        self.exit_code: ExitCode | None = None
        self._wake: Callable[[], object] | None = None
        self._lock = threading.RLock()  # a signal may come while its own thread holds it

    def cancel(self, code: ExitCode = ExitCode.INTERRUPTED) -> None:
        """Ask. Once is enough; a further time changes nothing."""
        with self._lock:
            if self.exit_code is None:
                self.exit_code = code
                self._requested()
                if self._wake is not None:
                    self._wake()

    def wakes(self, wake: Callable[[], object]) -> None:
        """Call ``wake`` when somebody asks, or now if that has been; it must be safe to call from any thread and from
        a signal's handler."""
        with self._lock:
            self._wake = wake
            if self.exit_code is not None:
                wake()

    def _requested(self) -> None:
        """What else happens at the first request; ``exit_code`` is there already."""
