"""A console that Windows opened for this program alone, as after a double click: its window closes with the program.

Nobody would read the help in it. So the program says what it is, and Enter opens it in the browser.
"""

import os
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from importer.config import yaml_file
from importer.files import workspace
from importer.message import Message
from importer.terminal.console import Console

_OURS: Final = re.compile(r"(import-contacts|pythonw?[\d.]*|pyw?)\.exe", re.IGNORECASE)
"""The program, the Python that it is started by, and the small programs that start these."""

_QUERY: Final = 0x1000  # PROCESS_QUERY_LIMITED_INFORMATION
_MOST_PROCESSES: Final = 64
_LONGEST_PATH: Final = 1 << 15


def _of_windows() -> list[str]:
    """The paths of the programs whose processes share this console; none if the system does not tell them all."""
    import ctypes

    windows: Any = getattr(ctypes, "windll").kernel32  # noqa: B009 - mypy knows none elsewhere
    ids = (ctypes.c_uint32 * _MOST_PROCESSES)()
    count = windows.GetConsoleProcessList(ids, _MOST_PROCESSES)
    paths = []
    for process in ids[: count if count <= _MOST_PROCESSES else 0]:
        path, size = ctypes.create_unicode_buffer(_LONGEST_PATH), ctypes.c_uint32(_LONGEST_PATH)
        windows.OpenProcess.restype = ctypes.c_void_p
        handle = ctypes.c_void_p(windows.OpenProcess(_QUERY, False, process))
        known = handle and windows.QueryFullProcessImageNameW(handle, 0, path, ctypes.byref(size))
        if handle:
            windows.CloseHandle(handle)
        paths.append(path.value if known else "")
    return paths


def is_own(platform: str = sys.platform, programs: Callable[[], Sequence[str]] = _of_windows) -> bool:
    """Return whether no shell and no other program shares the console with this one.

    Their number does not tell: what starts Python differs between pip, pipx, uv and the Python of a virtual
    environment.
    """
    if platform != "win32":
        return False
    try:
        found = programs()
    except (OSError, AttributeError):
        return False
    return bool(found) and all(_OURS.fullmatch(re.split(r"[/\\]", path)[-1]) for path in found)


def open_screen(
    console: Console,
    run: Callable[[list[str]], object],
    wait: Callable[[], object] = lambda: sys.stdin.readline(),
    home: Path | None = None,
) -> None:
    """Say what the program is, wait for Enter, and ``run`` the screen; after an error wait once more.

    Results go to the folder where the program begins if it has some or a configuration, else to the user's own: after
    a double click the first is where the program lies. Raises ``SystemExit`` as the screen does.
    """
    folder = Path.cwd() / workspace.DEFAULT if _is_in_use() else (home or Path.home()) / workspace.DEFAULT
    console.warn(
        Message("import-contacts is used on a command line, and this window closes when it ends"),
        Message("press Enter to use it in the browser instead; its results will be in {folder}", folder=folder),
    )
    wait()
    try:
        run(["ui", "--output-dir", os.fspath(folder)])
    except SystemExit as ended:
        if ended.code:
            console.say(Message("Press Enter to close this window."))
            wait()
        raise


def _is_in_use() -> bool:
    """Whether somebody imports in the current folder."""
    return workspace.DEFAULT.is_dir() or yaml_file.DEFAULT.exists()
