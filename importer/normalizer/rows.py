"""A row of text to a contact, or to every reason why it cannot be sent. Pure: no file, clock or network."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from importer.countries import calling_country, country_code
from importer.error_codes import row_error
from importer.errors import ConfigError
from importer.livedesk.contact import Contact
from importer.message import Message
from importer.models import ATTRIBUTE_PREFIXES, NAME_PARTS, NAMES, Row, RowError
from importer.normalizer.attributes import read_as, value_of
from importer.normalizer.cells import read
from importer.normalizer.columns import PERSON_FIELDS, PHONE_COUNTRY, CellRead, ColumnMapping, Normalized
from importer.normalizer.repairs import repair_of
from importer.normalizer.rules import COUNTRY_FIELDS, Rules
from importer.normalizer.text import EMPTY, Reading, is_filler, quoted, tidy, unbroken
from importer.titles import column_letter

_CJK: Final = re.compile(
    "[\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+"
)

_EMPTY_ROW: Final = Message("the row has no name, email, phone number or identifier")
_REPEATED_TITLES: Final = Message("the row repeats the titles")
_NO_INBOX: Final = Message("inbox_id: the cell is empty, and no --inbox stands in")


class Normalizer:
    """Rows to contacts, by one mapping and one set of rules; ``constants`` are the readings of the mapping's own.

    Raises ``ConfigError`` for a constant that no row could be sent with.
    """

    def __init__(self, mapping: ColumnMapping, rules: Rules) -> None:
        self._rules = rules
        self._width = len(mapping.columns)
        self._titles = tuple(column.title for column in mapping.columns)
        self._last_title = mapping.columns[-1].title if mapping.columns else ""
        self._second_names = mapping.second_names()
        sources = mapping.sources()
        self._sources = sorted(
            ((field, indexes) for field, indexes in sources.items() if field not in mapping.constants),
            key=lambda source: source[0] in self._second_names,
        )
        self._labels = mapping.labels
        self._label_rank = mapping.label_rank
        self._spares = [(column.spare, column.index) for column in mapping.columns if column.spare]
        self._countries: dict[str, tuple[int, ...]] = {
            field: sources.get(field, ()) for field in COUNTRY_FIELDS if field in {*sources, *mapping.constants}
        }
        self.constants = {field: _constant(field, value, rules) for field, value in mapping.constants.items()}
        self._needs_inbox = "inbox_id" in sources and rules.inbox_id is None
        self._has_parts = any(part in (*sources, *mapping.constants) for part in NAME_PARTS)
        fields = (*mapping.constants, *sources, *(field for field, _ in self._spares))
        self._attributes = [field for field in fields if field.startswith(ATTRIBUTE_PREFIXES)]

    def __call__(self, row: Row) -> Normalized:
        """The contact and all errors of a row at once; beside errors the contact has the fields that are sound."""
        cells = row.cells
        tried = self._read(cells)
        told = [(field, reading) for field, _, reading in tried if reading != EMPTY]
        errors = [replace(reading.error, field=field, column=at) for field, at, reading in tried if reading.error]
        if not any(field in PERSON_FIELDS for field, _ in told):
            errors.append(row_error("empty_row", _EMPTY_ROW))
        if cells[: self._width] == self._titles:
            errors = [row_error("repeated_titles", _REPEATED_TITLES)]
        if len(cells) > self._width:
            errors.extend(self._extra_cells(cells))
        if self._needs_inbox and not any(field == "inbox_id" for field, _ in told):
            error = row_error("no_inbox", _NO_INBOX)
            errors.append(replace(error, field="inbox_id"))
        told = [*self.constants.items(), *told]
        contact = self._contact({field: reading.value for field, reading in told if reading.value})
        warnings = tuple(remark for _, reading in told for remark in reading.warnings)
        return Normalized(contact, tuple(errors), warnings, tuple(self._seen(cells, tried)))

    def _read(self, cells: tuple[str, ...]) -> list[tuple[str, int, Reading]]:
        """Field, column and reading of every cell that counts: of a field's columns those up to the first filled."""
        tried: list[tuple[str, int, Reading]] = []
        named = False
        for field, indexes in self._sources:
            if named and field in self._second_names:
                continue
            for index in self._in_order(indexes, cells) if self._labels else indexes:
                cell = cells[index]
                reading = self._phone(cell, cells) if field == "phone_number" else self._plain(field, cell)
                tried.append((field, index, reading))
                if reading != EMPTY:
                    named = named or (field in NAMES and field not in self._second_names)
                    break
        used = {index for _, index, reading in tried if reading != EMPTY} if self._spares else ()
        return tried + [
            (field, index, self._plain(field, cells[index])) for field, index in self._spares if index not in used
        ]

    def _plain(self, field: str, cell: str) -> Reading:
        """What a cell says by itself."""
        return read_as(self._rules.types[field], field, cell) if field in self._rules.types else read(field, cell)

    def _in_order(self, indexes: tuple[int, ...], cells: tuple[str, ...]) -> list[int]:
        """A field's columns by what the labels beside them say in this row: mobile first, a fax not at all."""
        ranks = {
            index: self._label_rank(cells[self._labels[index]] if index in self._labels else "") for index in indexes
        }
        return sorted((index for index, rank in ranks.items() if rank is not None), key=lambda index: ranks[index] or 0)

    def _phone(self, cell: str, cells: tuple[str, ...]) -> Reading:
        """A number without a country code is of the row's own country, else of ``--country``."""
        if not self._countries:
            return read("phone_number", cell, self._rules.country)
        if cell.lstrip().startswith("+") and not (reading := read("phone_number", cell)).error:
            return reading
        named = [(field, text) for field in COUNTRY_FIELDS if (text := self._text(field, cells))]
        if code := next(filter(None, (_country(field, text) for field, text in named)), None):
            return read("phone_number", cell, code)
        reading = read("phone_number", cell, self._rules.country)
        return _of_nowhere(reading, cell, named[0][1], self._rules.country) if named else reading

    def _text(self, field: str, cells: tuple[str, ...]) -> str:
        """What a field's constant or cells say, ``""`` where they say nothing."""
        if field in self.constants:
            return self.constants[field].value or ""
        texts = (tidy(cells[index]) for index in self._countries.get(field, ()))
        return next((text for text in texts if not is_filler(text)), "")

    def _seen(self, cells: tuple[str, ...], tried: Iterable[tuple[str, int, Reading]]) -> Iterator[CellRead]:
        """What became of each cell with something in it."""
        for field, index, reading in tried:
            cell = cells[index]
            if reading.error:
                yield CellRead(index, cell, None, sound=False)
            elif cell.strip():
                yield CellRead(index, cell, reading.value, repair_of(self._rules.kind(field), cell, reading.value))

    def _contact(self, values: Mapping[str, str]) -> Contact:
        types = self._rules.types
        return Contact(
            name=(self._has_parts and join_name(*map(values.get, NAME_PARTS))) or values.get("name"),
            email=values.get("email"),
            phone_number=values.get("phone_number"),
            identifier=values.get("identifier"),
            avatar_url=values.get("avatar_url"),
            inbox_id=values.get("inbox_id") or self._rules.inbox_id,
            attributes={
                field: value_of(types[field], value) if field in types else value
                for field in self._attributes
                if (value := values.get(field))
            },
        )

    def _extra_cells(self, cells: tuple[str, ...]) -> Iterator[RowError]:
        for index, cell in enumerate(cells[self._width :], self._width):
            if not is_filler(tidy(cell)):
                message = Message(
                    "cell {letter}: {value} stands beyond the last title {title} ({last})",
                    letter=column_letter(index),
                    value=quoted(cell),
                    title=quoted(self._last_title),
                    last=column_letter(self._width - 1),
                )
                yield replace(row_error("extra_cells", message), column=index)
                return


def _country(field: str, text: str) -> str | None:
    """The country that a cell names; mere digits name one in a column of calling codes alone."""
    return (calling_country(text) if field == PHONE_COUNTRY else None) or country_code(text)


def _of_nowhere(reading: Reading, cell: str, country: str, instead: str | None) -> Reading:
    """The reading of a number whose row names a country that nobody knows, if the number needed one."""
    remark = Message("the country {country} is not understood", country=quoted(country))
    bare = read("phone_number", cell)
    if reading.error and bare.error and bare.error.code == "no_country":
        message = Message("{what} ({cause})", what=reading.error.message, cause=remark)
        return reading._replace(error=replace(reading.error, message=message))
    if reading.value and bare.value != reading.value:
        warning = Message("phone_number: {remark}; read for {country}", remark=remark, country=instead)
        return reading._replace(warnings=(*reading.warnings, warning))
    return reading


def _constant(field: str, value: str, rules: Rules) -> Reading:
    kind = rules.kind(field)
    reading = read(field, value, rules.country) if kind == "text" else read_as(kind, field, value)
    if reading.error:
        message = Message('--set "{field}={value}": {error}', field=field, value=value, error=reading.error.message)
        raise ConfigError(message, reading.error.hint)
    return reading


def as_it_was(row: Row, mapping: ColumnMapping) -> Contact:
    """The fields of a create as the row's cells have them, for the report of an invalid row."""
    filled = {
        field: unbroken(next((cell for index in indexes if (cell := row.cells[index]).strip()), ""))
        for field, indexes in mapping.sources().items()
    }
    filled |= mapping.constants
    parts = join_name(*(filled.get(part, "").strip() for part in NAME_PARTS))
    full = filled.get("name")
    return Contact(
        name=(full or parts if mapping.second_names() == NAME_PARTS else parts or full) or None,
        email=filled.get("email") or None,
        phone_number=filled.get("phone_number") or None,
        identifier=filled.get("identifier") or None,
        avatar_url=filled.get("avatar_url") or None,
        inbox_id=filled.get("inbox_id") or None,
    )


def join_name(first: str | None, middle: str | None, last: str | None) -> str | None:
    """The parts of a name with spaces between; in Chinese, Japanese and Korean the family name first and none."""
    parts = [part for part in (first, middle, last) if part]
    if last and len(parts) > 1 and all(map(_CJK.fullmatch, parts)):
        return "".join((last, *parts[:-1]))
    return " ".join(parts) or None
