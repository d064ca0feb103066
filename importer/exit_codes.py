"""The exit codes, in a module of their own: ``signals`` needs them before anything else is loaded.

The reference in ``docs/`` takes the meaning of each from below it.
"""

from enum import IntEnum
from typing import Final


class ExitCode(IntEnum):
    OK = 0
    """every row ended in created, updated, exists, unchanged or duplicate (dry run: valid or duplicate; plan: create,
    update, same or duplicate; verify: same; undo: undone)"""

    ROWS_FAILED = 1
    """finished, and some rows are invalid, failed, unknown or not_found (plan: invalid or conflict; verify: not all is
    the same; undo: something kept or failed)"""

    USAGE = 2
    """wrong usage or configuration; a question declined; a file that cannot be written"""

    INPUT = 3
    """the input cannot be read"""

    STOPPED = 4
    """stopped: credentials refused, inbox unknown, or the service unreachable; the rest is not_sent"""

    BUSY = 5
    """another import works on this ledger"""

    INTERRUPTED = 130
    """interrupted (Ctrl-C), after the requests in flight were settled; the rest is not_sent"""

    TERMINATED = 143
    """terminated, after the requests in flight were settled; the rest is not_sent"""


FINISHED: Final = (ExitCode.OK, ExitCode.ROWS_FAILED)
"""The exit codes of a run that came to its end."""
