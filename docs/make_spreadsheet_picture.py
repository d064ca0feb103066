"""Make ``images/errors.png`` and ``images/errors.zh.png``: the errors file of the first import in LibreOffice.

    python docs/make_spreadsheet_picture.py

Needs LibreOffice (``soffice``) and ``pdftoppm`` on the PATH.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import openpyxl

HERE = Path(__file__).parent
PICTURES = {
    "first-import.md": ("errors", "en_US.UTF-8", "GB"),
    "first-import.zh.md": ("errors.zh", "zh_CN.UTF-8", "CN"),
}
OPTIONS = ("--inbox", "407", "--sandbox", "--quiet")
ONE_PAGE = 'pdf:calc_pdf_Export:{"SinglePageSheets":{"type":"boolean","value":"true"}}'
DOTS_PER_INCH = 110


def main() -> None:
    """Write both."""
    for page, (name, locale, country) in PICTURES.items():
        with tempfile.TemporaryDirectory() as folder:
            people = re.search(
                r"contacts xlsx -->\n```csv\n(.*?)```", (HERE / page).read_text(encoding="utf-8"), re.DOTALL
            )
            book = openpyxl.Workbook()
            for line in people[1].splitlines() if people else ():
                book.worksheets[0].append(line.split(","))
            book.save(Path(folder, "contacts.xlsx"))
            run = [sys.executable, "-m", "importer", "contacts.xlsx", *OPTIONS, "--country", country]
            # It exits with 1: some rows are refused.
            surroundings = os.environ | {"LC_ALL": locale, "PYTHONPATH": str(HERE.parent)}
            subprocess.run(run, cwd=folder, env=surroundings, check=False, stdout=subprocess.DEVNULL)  # noqa: S603
            (errors,) = Path(folder).glob("import-results/*/errors.xlsx")
            convert = ["soffice", "--headless", "--convert-to", ONE_PAGE, str(errors)]
            subprocess.run(convert, cwd=folder, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
            picture = [
                "pdftoppm",
                "-r",
                str(DOTS_PER_INCH),
                "-png",
                "-singlefile",
                "errors.pdf",
                str(HERE / "images" / name),
            ]
            subprocess.run(picture, cwd=folder, check=True)  # noqa: S603


if __name__ == "__main__":
    main()
