"""A row of text to a contact, or to every reason why it cannot be sent. Pure: no file, clock or network."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from importer.cells import EMPTY, Reading, is_filler, quoted, read, tidy
from importer.error_codes import row_error
from importer.errors import ConfigError
from importer.mapping import PERSON_FIELDS, ColumnMapping, column_letter
from importer.models import ATTRIBUTE_PREFIXES, NAME_PARTS, Contact, Normalized, Row, RowError

_CJK: Final = re.compile(
    "[\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+"
)


@dataclass(frozen=True, slots=True)
class Rules:
    """What the options say about rows. ``inbox_id`` serves rows without their own; ``country`` is ISO 3166 alpha-2."""

    inbox_id: str | None = None
    country: str | None = None


class Normalizer:
    """Rows to contacts, by one mapping and one set of rules.

    Raises ``ConfigError`` for a constant that no row could be sent with.
    """

    def __init__(self, mapping: ColumnMapping, rules: Rules) -> None:
        fields = mapping.fields()
        self._rules = rules
        self._width = len(mapping.columns)
        self._last_title = mapping.columns[-1].title if mapping.columns else ""
        self._columns = tuple((field, index) for field, index in fields.items() if field not in mapping.constants)
        self._constants = {field: _constant(field, value, rules) for field, value in mapping.constants.items()}
        self._needs_inbox = "inbox_id" in fields and rules.inbox_id is None

    def __call__(self, row: Row) -> Normalized:
        """The contact and all errors of a row at once; beside errors the contact has the fields that are sound."""
        cells = row.cells
        read_cells = {field: read(field, cells[index], self._rules.country) for field, index in self._columns}
        readings = self._constants | read_cells
        errors = [reading.error for reading in readings.values() if reading.error]
        if all(read_cells.get(field, EMPTY) == EMPTY for field in PERSON_FIELDS):
            errors.append(row_error("empty_row", "the row has no name, email, phone number or identifier"))
        if len(cells) > self._width:
            errors.extend(self._extra_cells(cells))
        contact = self._contact({field: reading.value for field, reading in readings.items() if reading.value})
        if contact.inbox_id is None and self._needs_inbox and readings["inbox_id"].error is None:
            errors.append(row_error("no_inbox", "inbox_id: the cell is empty, and no --inbox stands in"))
        warnings = tuple(reading.warning for reading in readings.values() if reading.warning)
        return Normalized(contact, tuple(errors), warnings)

    def _contact(self, values: Mapping[str, str]) -> Contact:
        return Contact(
            name=values.get("name") or join_name(*(values.get(part) for part in NAME_PARTS)),
            email=values.get("email"),
            phone_number=values.get("phone_number"),
            identifier=values.get("identifier"),
            avatar_url=values.get("avatar_url"),
            inbox_id=values.get("inbox_id") or self._rules.inbox_id,
            attributes={field: value for field, value in values.items() if field.startswith(ATTRIBUTE_PREFIXES)},
        )

    def _extra_cells(self, cells: tuple[str, ...]) -> Iterator[RowError]:
        for index, cell in enumerate(cells[self._width :], self._width):
            if not is_filler(tidy(cell)):
                where = f"the last title {quoted(self._last_title)} ({column_letter(self._width - 1)})"
                yield row_error("extra_cells", f"cell {column_letter(index)}: {quoted(cell)} stands beyond {where}")
                return


def _constant(field: str, value: str, rules: Rules) -> Reading:
    reading = read(field, value, rules.country)
    if reading.error:
        raise ConfigError(f'--set "{field}={value}": {reading.error.message}', reading.error.hint)
    return reading


def as_it_was(row: Row, mapping: ColumnMapping) -> Contact:
    """The fields of a create as the row's cells have them, for the report of an invalid row."""
    cells = {field: row.cells[index] for field, index in mapping.fields().items()} | dict(mapping.constants)
    filled = {field: cell for field, cell in cells.items() if cell}
    return Contact(
        name=filled.get("name") or join_name(*(cells.get(part, "").strip() or None for part in NAME_PARTS)),
        email=filled.get("email"),
        phone_number=filled.get("phone_number"),
        identifier=filled.get("identifier"),
        avatar_url=filled.get("avatar_url"),
        inbox_id=filled.get("inbox_id"),
    )


def join_name(first: str | None, last: str | None) -> str | None:
    """First and last name with a space between; in Chinese, Japanese and Korean the family name first and none."""
    if first and last and _CJK.fullmatch(first) and _CJK.fullmatch(last):
        return last + first
    return " ".join(filter(None, (first, last))) or None
