"""An empty workbook to fill in: the right titles, and text where a number would lose its digits."""

from pathlib import Path
from typing import Final

from importer.errors import ConfigError
from importer.result_files import whole_file

TITLES: Final = ("Name", "Email", "Phone number", "Identifier", "Avatar URL")


def write_template(path: Path) -> None:
    """Write the template to ``path``; a file that is there is never overwritten. Raises ``ConfigError``."""
    from openpyxl import Workbook
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    if path.suffix.lower() != ".xlsx":
        raise ConfigError(f"{path}: a template is a workbook", "name a file that ends in .xlsx")
    if path.exists():
        raise ConfigError(f"{path} exists and is not overwritten", "name another file")
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "contacts"
    sheet.append(TITLES)
    sheet.freeze_panes = "A2"
    for index in range(1, len(TITLES) + 1):
        sheet.cell(1, index).font = Font(bold=True)
        column = sheet.column_dimensions[get_column_letter(index)]
        column.width = 28
        column.number_format = "@"
    with whole_file(path) as file:
        book.save(file)
