"""Wait in short steps: on some systems a signal's handler runs only between two waits."""

import time
from collections.abc import Callable, Sequence
from threading import Thread
from typing import Final

LOOK_UP_S: Final = 0.2
"""The longest that whoever waits does not look up. What is waited for ends the wait at once."""


def join_all(threads: Sequence[Thread], is_given_up: Callable[[], bool], longest_s: float) -> bool:
    """Wait until threads have ended, they are given up, or the time is over; return whether all have ended.

    What has not ended is left behind, so these should be daemons.
    """
    until = time.monotonic() + longest_s
    while left := [thread for thread in threads if thread.is_alive()]:
        if is_given_up() or time.monotonic() >= until:
            return False
        left[0].join(LOOK_UP_S)
    return True
