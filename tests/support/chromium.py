"""Chromium, for tests that look at pages as people do."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from tests.support.tools import tool

FLAGS: Final = (
    # Without these Chromium asks the network for things of its own; root has no sandbox.
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)

LONGEST_MS: Final = 120_000
"""Other tests have the machine too: what has not come by then will not come."""

expect.set_options(timeout=LONGEST_MS)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=tool("chromium"), args=list(FLAGS))
        yield started
        started.close()


def context_of(browser: Browser, **options: Any) -> BrowserContext:
    """A user of their own, with a window of 1280 px unless the options have another."""
    context = browser.new_context(**({"viewport": {"width": 1280, "height": 900}} | options))
    context.set_default_timeout(LONGEST_MS)
    return context
