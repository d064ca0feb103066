"""Open a local page in the user's browser."""

import webbrowser
from collections.abc import Callable
from pathlib import Path


def open_page(page: Path, opener: Callable[[str], bool] = webbrowser.open) -> bool:
    """Open a file in the browser of the system or of ``BROWSER``; return whether that worked.

    ``opener`` takes the file's address (https://docs.python.org/3/library/webbrowser.html).
    """
    try:
        return opener(page.resolve().as_uri())
    except (webbrowser.Error, OSError):
        return False
