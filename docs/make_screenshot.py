"""Make the pictures in ``images``: rehearse the messy sample, and photograph its report as its readers see it.

    python docs/make_screenshot.py

Needs the extra ``test-all``, Chromium on the PATH, and a font with Chinese signs.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal, NamedTuple

from playwright.sync_api import Browser, Page, sync_playwright

IMAGES: Final = Path(__file__).parent / "images"
SAMPLE: Final = Path(__file__).parent.parent / "sample_data" / "messy.csv"
OPTIONS: Final = ("--inbox", "407", "--country", "CN", "--sandbox")
WIDTHS: Final = {360: 780, 768: 1000, 1280: 900}
"""Of a telephone, a tablet and a desk, each with its height, in pixels."""

PAPER: Final = (718, 1016)
"""A4 within the page's margins, at 96 pixels an inch."""


class Shot(NamedTuple):
    """A picture: its name, the report's language, the size of the window, and what is shown of which page."""

    name: str
    language: str
    size: tuple[int, int]
    scheme: Literal["light", "dark"] = "light"
    media: Literal["screen", "print"] = "screen"
    at: str = ""
    """The element that stands on top; the beginning of the page without one."""


def shots() -> Iterator[Shot]:
    """Every picture."""
    yield Shot("report", "en", (1100, 1180))
    yield Shot("report.zh", "zh", (1100, 1180))
    for width, height in WIDTHS.items():
        for scheme in ("light", "dark"):
            yield Shot(f"report-{width}-{scheme}", "en", (width, height), scheme)
            yield Shot(f"correct-{width}-{scheme}", "en", (width, height), scheme, at="#row-13")
    yield Shot("correct-1280.zh", "zh", (1280, 900), at="#row-13")
    yield Shot("print", "en", PAPER, media="print")
    yield Shot("print-rows", "en", PAPER, media="print", at="#rows")


def main() -> None:
    """Write ``images/*.png``."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        reports = {language: rehearsed(Path(folder) / language, language) for language in ("en", "zh")}
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for shot in shots():
            photograph(browser, reports[shot.language], shot)
        browser.close()


def rehearsed(folder: Path, language: str) -> Path:
    """The report of a rehearsal in a folder of its own."""
    folder.mkdir()
    shutil.copy(SAMPLE, folder)
    command = [sys.executable, "-m", "importer", SAMPLE.name, *OPTIONS, "--lang", language]
    surroundings = os.environ | {"LOGNAME": "kim", "TZ": "UTC", "PYTHONPATH": str(SAMPLE.parent.parent)}
    # It exits with 1: some rows of the sample are refused.
    subprocess.run(command, cwd=folder, check=False, capture_output=True, env=surroundings)  # noqa: S603
    (report,) = folder.glob("import-results/*/report.html")
    text = report.read_text(encoding="utf-8")
    report.write_text(text.replace(f"@{socket.gethostname()}", "@desk"), encoding="utf-8")
    return report


def photograph(browser: Browser, report: Path, shot: Shot) -> None:
    """Write one picture."""
    width, height = shot.size
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=shot.scheme)
    page.goto(report.as_uri())
    page.emulate_media(media=shot.media, color_scheme=shot.scheme)
    place_on_top(page, shot.at)
    page.screenshot(path=IMAGES / f"{shot.name}.png")
    page.close()


def place_on_top(page: Page, selector: str) -> None:
    """Scroll to an element."""
    if selector:
        page.evaluate("(selector) => document.querySelector(selector).scrollIntoView()", selector)


if __name__ == "__main__":
    main()
