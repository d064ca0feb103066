"""The language that a user chose for the screen, on the systems that keep it where no variable shows it."""

import re
import sys
from collections.abc import Callable
from functools import cache
from typing import Any, Final

_APPLE_LANGUAGES: Final = ("/usr/bin/defaults", "read", "-g", "AppleLanguages")
_LONGEST_S: Final = 2.0


def _id_of_windows() -> int:
    import ctypes

    windows: Any = getattr(ctypes, "windll", None)
    return int(windows.kernel32.GetUserDefaultUILanguage())


def _list_of_macos() -> str:
    import subprocess  # takes 5 ms, and few need it

    try:
        done = subprocess.run(_APPLE_LANGUAGES, capture_output=True, timeout=_LONGEST_S, check=False)  # noqa: S603 - fixed
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode(errors="replace")


@cache
def system_locale(
    platform: str = sys.platform,
    id_of_windows: Callable[[], int] = _id_of_windows,
    list_of_macos: Callable[[], str] = _list_of_macos,
) -> str:
    """Return the locale (``zh_CN``) or the tag (``zh-Hans-CN``) of the language; ``""`` if the system tells none. It is
    asked once: it may take two seconds.

    Windows gives a number (a LANGID), macOS a list of tags as ``defaults`` prints it, the preferred language first.
    """
    if platform == "win32":
        from locale import windows_locale

        return windows_locale.get(id_of_windows(), "")
    found = re.search(r"[A-Za-z][\w-]*", list_of_macos()) if platform == "darwin" else None
    return found[0] if found else ""
