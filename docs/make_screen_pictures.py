"""Make pictures of the screen: walk from a messy file to the undo and the history, and photograph every step, wide and
narrow, light and dark.

    python docs/make_screen_pictures.py FOLDER

All pictures go to FOLDER, and the two of the README to ``images``. Needs the extra ``test-all``, Chromium on the
PATH, and a font with Chinese signs.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal, NamedTuple

from playwright.sync_api import Browser, Page, sync_playwright

ROOT: Final = Path(__file__).parent.parent
IMAGES: Final = ROOT / "docs" / "images"
SAMPLES: Final = {"en": "messy-en.csv", "zh": "messy.csv"}
WIDTHS: Final = {360: 780, 1280: 900}
"""Of a telephone and a desk, each with its height, in pixels."""

SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
FOR_README: Final = {
    "check-en-1280-light": ("screen-check.png", "#rows"),
    "check-zh-360-dark": ("screen-check.zh.png", "#page"),
}
"""The pictures of the README: the name of each among all, its name in ``images``, and what stands on top."""

CORRECT: Final = {"en": "bob.brown@example.com", "zh": "13800001105"}
"""What is right in the first cell that is wrong."""

PERSON: Final = {"en": "smith", "zh": "张伟明"}
LONGEST_MS: Final = 60_000


class Walk(NamedTuple):
    """One way through the screen: the page, the address of its first page, the language, and where pictures go."""

    page: Page
    root: str
    language: str
    folder: Path

    def photograph(self, name: str) -> None:
        """Write the page as it is now, at each width and in each scheme."""
        for width, height in WIDTHS.items():
            self.page.set_viewport_size({"width": width, "height": height})
            for scheme in SCHEMES:
                self.page.emulate_media(color_scheme=scheme)
                place = self.folder / f"{name}-{self.language}-{width}-{scheme}.png"
                self.page.screenshot(path=place, full_page=True)
                if shown := FOR_README.get(place.stem):
                    self.page.evaluate("(top) => document.querySelector(top).scrollIntoView()", shown[1])
                    self.page.screenshot(path=IMAGES / shown[0])
                    self.page.evaluate("scrollTo(0, 0)")

    def on(self, step: str, button: str = "#next") -> None:
        """Go on to a step."""
        self.page.click(button)
        self.page.wait_for_url(f"**/{step}*")
        self.page.wait_for_load_state("networkidle")

    def yes(self) -> None:
        """Agree to the question that stands there."""
        self.page.click("#ask[open] button.main")


def main() -> None:
    """Write the pictures."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for language in SAMPLES:
            with served(language) as door:
                walk(browser, door, language, folder)
        browser.close()


@contextmanager
def served(language: str) -> Iterator[Path]:
    """Serve a screen whose LiveDesk is a sandbox; yields the file that opens it."""
    with (
        tempfile.TemporaryDirectory() as folder,
        started("sandbox", "--port", "0", "--delete", "on", "--usage", "on") as said,
    ):
        address = found(r"http://\S+", said)
        surroundings = {"LIVEDESK_BASE_URL": address, "LIVEDESK_API_KEY": "sandbox", "LIVEDESK_API_SECRET": "sandbox"}
        ui = "ui", "--no-open", "--lang", language, "--output-dir", str(Path(folder) / "results")
        with started(*ui, **surroundings) as told:
            yield Path(found(r"/\S+\.html", told))


@contextmanager
def started(*arguments: str, **surroundings: str) -> Iterator[Iterator[str]]:
    """A command of the program while the block lasts; yields what it prints, line by line."""
    command = [sys.executable, "-u", "-m", "importer", *arguments]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TZ": "UTC"} | surroundings
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT) as process:  # noqa: S603
        yield iter(process.stdout or ())
        process.terminate()


def found(pattern: str, lines: Iterator[str]) -> str:
    """The first text like this that is printed."""
    return next(match[0] for line in lines if (match := re.search(pattern, line)))


def walk(browser: Browser, door: Path, language: str, folder: Path) -> None:
    """From the first page to what is forgotten."""
    page = browser.new_page(viewport={"width": 1280, "height": 900}, device_scale_factor=1)
    page.set_default_timeout(LONGEST_MS)
    page.goto(door.as_uri())
    page.wait_for_selector("#drop")
    page.wait_for_load_state("networkidle")
    way = Walk(page, page.url, language, folder)
    way.photograph("home-new")
    prepare(way)
    send(way)
    look_back(way)
    page.close()


def prepare(way: Walk) -> None:
    """The file, its columns, the options, and the check with a correction."""
    page = way.page
    page.set_input_files("#choose", ROOT / "sample_data" / SAMPLES[way.language])
    page.wait_for_url("**/file")
    page.wait_for_selector("#next:not([hidden])")
    page.wait_for_load_state("networkidle")
    way.photograph("file")
    way.on("columns")
    way.photograph("columns")
    way.on("options")
    page.fill("#option-inbox", "407")
    page.fill("#option-country", {"en": "United Kingdom", "zh": "中国"}[way.language])
    page.press("#option-country", "Tab")
    page.wait_for_load_state("networkidle")
    way.photograph("options")
    way.on("check")
    page.wait_for_selector("#table tbody tr")
    page.locator("#table input[aria-invalid=true]").first.fill(CORRECT[way.language])
    page.wait_for_selector(".verdict-line[data-state=good]")
    way.photograph("check")


def send(way: Walk) -> None:
    """Ten to try, then the rest."""
    page = way.page
    way.on("try")
    way.photograph("try-before")
    page.click("#try")
    page.wait_for_selector("#tried")
    way.photograph("try")
    page.click("#next")
    page.wait_for_load_state("networkidle")
    way.photograph("import")
    if page.locator("#import").count():
        page.click("#import")
        page.wait_for_url("**/result")
    page.wait_for_load_state("networkidle")
    way.photograph("result")


def look_back(way: Walk) -> None:
    """The history, and all that it leads to; the last is what would be forgotten."""
    page, root = way.page, way.root
    pages = {
        "home": "",
        "history": "history",
        "people": f"history/people?q={PERSON[way.language]}",
        "compare": "history/compare",
        "forget": "history/forget?all=1",
        "credentials": "credentials",
    }
    for name, path in pages.items():
        page.goto(root + path)
        page.wait_for_load_state("networkidle")
        way.photograph(name)
    page.goto(f"{root}history")
    page.click(".runs a")
    page.wait_for_load_state("networkidle")
    way.photograph("run")
    page.click("#undo")
    page.wait_for_selector("#ask[open]")
    way.photograph("undo")
    way.yes()
    page.wait_for_selector("#again [role=status].marked")
    way.photograph("undone")


if __name__ == "__main__":
    main()
