"""The exit codes, in a module of their own: ``signals`` needs them before anything else is loaded."""

from enum import IntEnum


class ExitCode(IntEnum):
    OK = 0
    ROWS_FAILED = 1
    USAGE = 2
    INPUT = 3
    STOPPED = 4
    BUSY = 5
    INTERRUPTED = 130
    TERMINATED = 143
