"""Open a local page in the user's browser."""

import webbrowser
from collections.abc import Callable
from pathlib import Path


def open_page(page: Path, opener: Callable[[str], bool] = webbrowser.open) -> bool:
    """Show a file in the browser, and return whether one could be opened. ``opener`` takes its address.

    The system decides which browser, or the variable ``BROWSER``
    (https://docs.python.org/3/library/webbrowser.html).
    """
    try:
        return opener(page.resolve().as_uri())
    except (webbrowser.Error, OSError):
        return False
