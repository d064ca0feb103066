"""How often the threads of this process take turns."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_INTERVAL_S: Final = 1e-4


@contextmanager
def quick_turns() -> Iterator[None]:
    """For threads that have microseconds of work between two waits: the disk's, another process's.

    With Python's 5 ms each of them would wait so long for the interpreter every time: a fast sending would be two
    thirds of its time in the ledger's commits, and processes that help to check would stand idle for half of theirs.
    """
    before_s = sys.getswitchinterval()
    sys.setswitchinterval(_INTERVAL_S)
    try:
        yield
    finally:
        sys.setswitchinterval(before_s)
