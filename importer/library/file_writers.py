"""Whether another process has a file open for writing, where the system tells: Linux of its own disks, and Windows.

Linux gives a read lease on a file only while nobody has it open for writing (fcntl(2), F_SETLEASE), to its owner and to
root. Of what another machine does on a network disk it does not know. Windows opens a file that denies writing to
others only if nobody writes it.
"""

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

_SHARING_VIOLATION: Final = 32
_GENERIC_READ: Final = 0x80000000
_FILE_SHARE_READ: Final = 1
_OPEN_EXISTING: Final = 3


def is_open_for_writing(path: Path, platform: str = sys.platform) -> bool:
    """Return whether another process is known to have this file open for writing; ``False`` where nobody can tell."""
    ask = _ASK.get(platform)
    return ask is not None and ask(path)


def _on_linux(path: Path) -> bool:
    import fcntl
    import signal

    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        # Whoever opens it within these lines is told to wait by a signal, which SIGIO would end this process by.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except OSError:  # another's file, or a disk without leases
        return False
    finally:
        os.close(descriptor)
    return False


def _on_windows(path: Path) -> bool:
    import ctypes

    kernel: Any = getattr(ctypes, "WinDLL")("kernel32", use_last_error=True)  # noqa: B009 - mypy knows none elsewhere
    kernel.CreateFileW.restype = ctypes.c_void_p
    handle = kernel.CreateFileW(str(path), _GENERIC_READ, _FILE_SHARE_READ, None, _OPEN_EXISTING, 0, None)
    if handle == ctypes.c_void_p(-1).value:
        return bool(getattr(ctypes, "get_last_error")() == _SHARING_VIOLATION)  # noqa: B009 - as above
    kernel.CloseHandle(ctypes.c_void_p(handle))
    return False


_ASK: Final[Mapping[str, Callable[[Path], bool]]] = {"linux": _on_linux, "win32": _on_windows}
