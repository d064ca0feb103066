"""Make ``images/report.png``: rehearse the messy sample and photograph its report.

    python docs/make_screenshot.py

Needs the extra ``test`` and Chromium on the PATH.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
SAMPLE = HERE.parent / "sample_data" / "messy.csv"
OPTIONS = ("--inbox", "407", "--country", "CN", "--sandbox", "--lang", "en", "--quiet")
SIZE = {"width": 1100, "height": 1180}


def main() -> None:
    """Write ``docs/images/report.png``."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(SAMPLE, folder)
        command = [sys.executable, "-m", "importer", SAMPLE.name, *OPTIONS]
        surroundings = os.environ | {"LOGNAME": "kim", "TZ": "UTC"}
        # It exits with 1: some rows of the sample are refused.
        subprocess.run(command, cwd=folder, check=False, stdout=subprocess.DEVNULL, env=surroundings)  # noqa: S603
        (report,) = Path(folder).glob("import-results/*/report.html")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            page = browser.new_page(viewport=SIZE)
            page.goto(report.as_uri())
            page.screenshot(path=HERE / "images" / "report.png")
            browser.close()


if __name__ == "__main__":
    main()
