"""The template: an empty workbook with the right titles, for people to fill in."""

from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from importer.errors import ConfigError
from importer.mapping.title_fields import TEMPLATE_TITLES
from importer.message import LANGUAGES, Language, Message
from importer.models import Row
from importer.reporter.worksheets import MAX_SHEET_ROWS


class _Column(NamedTuple):
    field: str
    example: Message | str
    advice: Message

    @property
    def title(self) -> Message:
        return TEMPLATE_TITLES[self.field]


EXAMPLE_EMAIL: Final = "example.person@example.com"
"""The address of the example, in every language: a row without it is none."""

_PHONE: Final = Message("+49 30 23125 000")
"""A translation has a number of its readers' country."""

_COLUMNS: Final = (
    _Column("name", Message("Example Person"), Message("The whole name, as the desk should show it.")),
    _Column("email", EXAMPLE_EMAIL, Message("One address: name@example.com. Unique in the desk.")),
    _Column("phone_number", _PHONE, Message("With its country code: +86 138 0013 8000. Unique in the desk.")),
    _Column("identifier", "EXAMPLE-0001", Message("Your own id for the person. Unique in the desk.")),
    _Column(
        "avatar_url", "https://example.com/picture.png", Message("A link to a picture, http or https. May stay empty.")
    ),
)


@cache
def _examples() -> frozenset[tuple[str, ...]]:
    """The example in every language, and as it was in each before its number was of the readers' country."""
    return frozenset(
        tuple(
            language.text(str(column.example) if of_old and column.example is _PHONE else column.example)
            for column in _COLUMNS
        )
        for language in map(Language, LANGUAGES)
        for of_old in (False, True)
    )


def is_example(row: Row) -> bool:
    """Whether a row is the template's example, which people leave in."""
    return EXAMPLE_EMAIL in row.cells and row.cells[: len(_COLUMNS)] in _examples()


def write_template(path: Path, language: Language) -> None:
    """Write an empty workbook with titles in ``language``, in text format so that numbers keep their digits.

    Raises ``ConfigError`` if ``path`` exists or is no .xlsx, ``OutputError``.
    """
    from importer.reporter.xlsx import add_sheet, xlsx

    if path.suffix.lower() != ".xlsx":
        raise ConfigError("{path}: a template is a workbook", "name a file that ends in .xlsx", path=path)
    if path.exists():
        raise ConfigError("{path} exists and is not overwritten", "name another file", path=path)
    with xlsx(path) as book:
        title = book.add_format({"bold": True})
        example = book.add_format({"num_format": "@", "italic": True, "font_color": "#808080"})
        sheet = add_sheet(book, "contacts")
        sheet.freeze_panes(1, 0)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        for place, column in enumerate(_COLUMNS):
            sheet.put_text(0, place, language.tell(column.title), title)
            sheet.put_column(place, 32, "@")
            hint = {"input_title": language.tell(column.title), "input_message": language.tell(column.advice)}
            sheet.data_validation(0, place, MAX_SHEET_ROWS - 1, place, {"validate": "any", **hint})
        for place, column in enumerate(_COLUMNS):
            sheet.put_text(1, place, language.text(column.example), example)
