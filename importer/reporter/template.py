"""Write an empty workbook to fill in, with the right titles, in text format so that numbers keep their digits."""

from pathlib import Path
from typing import Final, NamedTuple

from importer.errors import ConfigError
from importer.models import Row
from importer.reporter.result_files import whole_file
from importer.texts import column_letter


class _Column(NamedTuple):
    title: str
    example: str
    advice: str


_COLUMNS: Final = (
    _Column("Name", "Example Person", "The whole name, as the desk should show it."),
    _Column("Email", "example.person@example.com", "One address: name@example.com. Unique in the desk."),
    _Column("Phone number", "+49 30 23125 000", "With its country code: +86 138 0013 8000. Unique in the desk."),
    _Column("Identifier", "EXAMPLE-0001", "Your own id for the person. Unique in the desk."),
    _Column("Avatar URL", "https://example.com/picture.png", "A link to a picture, http or https. May stay empty."),
)
_EXAMPLE: Final = tuple(column.example for column in _COLUMNS)


def is_example(row: Row) -> bool:
    """Whether a row is the template's example, which people leave in."""
    return row.cells[: len(_EXAMPLE)] == _EXAMPLE


def write_template(path: Path) -> None:
    """Write the template to ``path``. Raises ``ConfigError`` if that exists or is no .xlsx, ``OutputError``."""
    from openpyxl import Workbook
    from openpyxl.styles import Font
    from openpyxl.worksheet.datavalidation import DataValidation

    if path.suffix.lower() != ".xlsx":
        raise ConfigError("{path}: a template is a workbook", "name a file that ends in .xlsx", path=path)
    if path.exists():
        raise ConfigError("{path} exists and is not overwritten", "name another file", path=path)
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "contacts"
    sheet.freeze_panes = "A2"
    for number, (title, example, advice) in enumerate(_COLUMNS, start=1):
        letter = column_letter(number - 1)
        sheet.column_dimensions[letter].width = 32
        sheet.column_dimensions[letter].number_format = "@"
        sheet.cell(1, number, title).font = Font(bold=True)
        cell = sheet.cell(2, number, example)
        cell.number_format = "@"
        cell.font = Font(italic=True, color="808080")
        hint = DataValidation(showInputMessage=True, promptTitle=title, prompt=advice)
        hint.add(f"{letter}1:{letter}1048576")
        sheet.add_data_validation(hint)
    with whole_file(path) as file:
        book.save(file)
