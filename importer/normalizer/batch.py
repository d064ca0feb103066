"""Turn a batch of rows into contacts, and into all errors of the rows that cannot be sent. Pure.

The normalizer reads a batch column by column. It takes care over an unusual cell, and over that cell alone.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from importer.error_codes import row_error
from importer.errors import ConfigError
from importer.livedesk.contact import COMPANY, CREATE_FIELDS, KEY_FIELDS, Values
from importer.message import Message, Messages
from importer.models import ATTRIBUTE_PREFIXES, NAME_PARTS, NAMES, WHO, Row, RowError
from importer.normalizer.cells import over_limit, read, too_long
from importer.normalizer.clears import Clears
from importer.normalizer.column_reader import ColumnReader, silent_rows
from importer.normalizer.columns import PERSON_FIELDS, ColumnMapping, NormalizedBatch, ReadColumn, Rules
from importer.normalizer.not_people import NotPeople
from importer.normalizer.other_kinds import companies_for_names, emails_beside, names_beside
from importer.normalizer.text import OPEN_QUOTE, Reading, UnreadText, is_filler, join_name, quoted, tidy
from importer.normalizer.typed_values import read_as, value_of
from importer.remarks import UNSEARCHABLE
from importer.texts import ERROR_TITLE, NOT_READ, column_letter

_EMPTY_ROW: Final = Message("the row has no name, email, phone number or identifier")
_OPEN_QUOTE: Final = Message("a quotation mark opens a cell of the row and is never closed")
_OPEN_LINES: Final = Message(
    "a quotation mark opens a cell of the row and is never closed, unless {number} further lines belong to the cell"
)
_NOT_READ: Final = Message('its cell "Not read" has what could not be read: {found}')
_UNREAD: Final = frozenset(
    {"open_quote", "broken_text", "broken_record", "not_a_person"}
)  # of a row that is not read nobody knows whose it is
_LINE_END: Final = re.compile(r"\r\n?|\n")
_COMPANY_FOR_A_NAME: Final = Message("name: the company's, for the row names nobody", kind="company_for_a_name")
_NO_INBOX: Final = Message("inbox_id: the cell is empty, and there is no --inbox")


class Normalizer:
    """Makes contacts of batches of rows. ``in_order`` is that of ``NotPeople``.

    Raises ``ConfigError`` for a constant (``--set``) that is not valid.
    """

    def __init__(self, mapping: ColumnMapping, rules: Rules, *, in_order: bool = False) -> None:
        constants = [(field, _constant(field, value, rules)) for field, value in mapping.constants.items()]
        self._constants = {field: reading.value for field, reading in constants if reading.value}
        self._remarks = [remark for _, reading in constants for remark in reading.warnings]
        self._rules = rules
        is_told = COMPANY in mapping.constants or "name" in rules.clears
        self._firms_stand_in = not (is_told or rules.replaces_names)
        self._titles = tuple(column.title for column in mapping.columns)
        self._not_read = self._titles.index(NOT_READ) if {NOT_READ, ERROR_TITLE} <= {*self._titles} else None
        self._needs_inbox = "inbox_id" in mapping.sources() and rules.inbox_id is None
        self._join_name = partial(join_name, order=mapping.name_order())
        self._reader = ColumnReader(mapping, rules, self._constants)
        self._not_people = NotPeople(mapping, in_order=in_order)
        self._clears = Clears(mapping, rules.clears) if rules.clears else None

    def __call__(self, batch: Sequence[Row]) -> NormalizedBatch:
        """The contacts of a non-empty batch, and all errors of each row."""
        columns = [*zip(*(cells for _, cells in batch), strict=False)]  # as many as the shortest row has
        read = self._reader(columns, len(batch))
        further = self._reader.further(columns, read)
        fields = self._fields(read, len(batch))
        if firms := companies_for_names(fields) if self._firms_stand_in else {}:
            fields["name"] = [firms.get(place, name) for place, name in enumerate(fields["name"])]
        fields, errors = _within_limit(fields, self._errors(batch, read))
        warnings = self._warnings(read, fields, len(batch))
        if self._rules.invalid_values == "drop":
            errors, warnings = _without_bad_values(errors, warnings, fields)
        for place in firms:
            warnings[place] = (*warnings.get(place, ()), _COMPANY_FOR_A_NAME)
        nobody, doubted = self._not_people(batch, fields)
        unread = {place for place, found in errors.items() if not _UNREAD.isdisjoint(error.code for error in found)}
        errors |= {place: (error,) for place, error in nobody.items() if place not in unread}
        warnings |= {
            place: (remark, *warnings.get(place, ())) for place, remark in doubted.items() if place not in unread
        }
        for place, remark in self._reader.left_out(columns, further, fields):
            if place not in errors:
                warnings[place] = (*warnings.get(place, ()), remark)
        clears = self._clears(columns, fields, len(batch)) if self._clears else ()
        return NormalizedBatch(fields, errors, warnings, read, further, clears)

    def _fields(self, read: Iterable[ReadColumn], count: int) -> dict[str, Values]:
        """``{field: the value of each contact}``, with the constants and ``--inbox``."""
        nothing: list[str | None] = [None] * count
        told = {field: [value] * count for field, value in self._constants.items()} | _told(read, count)
        if not told.keys().isdisjoint(NAME_PARTS):
            parts = map(self._join_name, *(told.get(part, nothing) for part in NAME_PARTS))
            told["name"] = _first(parts, told.get("name", nothing))
        if self._rules.inbox_id is not None:
            told["inbox_id"] = _first(told.get("inbox_id", nothing), [self._rules.inbox_id] * count)
        if "email" not in told and (addresses := emails_beside(read)):
            told["email"] = [addresses.get(place) for place in range(count)]
        if beside := names_beside(read):
            told["name"] = _first(told.get("name", nothing), map(beside.get, range(count)))
        return {
            field: self._typed(field, values)
            for field, values in told.items()
            if field in CREATE_FIELDS or field.startswith(ATTRIBUTE_PREFIXES)
        }

    def _typed(self, field: str, values: Sequence[str | None]) -> Values:
        """Texts of an attribute as the type that ``--type`` gives it."""
        kind = self._rules.types.get(field)
        return [None if value is None else value_of(kind, value) for value in values] if kind else values

    def _warnings(self, read: Iterable[ReadColumn], fields: Mapping[str, Values], count: int) -> dict[int, Messages]:
        """The remarks by row; that no search finds an identifier matters where the row has no other key."""
        found = {place: [*self._remarks] for place in range(count)} if self._remarks else {}
        others = [fields[name] for name in KEY_FIELDS if name in fields and name != "identifier"]
        for column in read:
            for at, warnings in column.readings.warnings.items():
                place = column.places[at]
                has_other = any(values[place] for values in others)
                kept = [one for one in warnings if not (has_other and one.values.get("kind") == UNSEARCHABLE)]
                if kept:
                    found.setdefault(place, []).extend(kept)
        return {place: tuple(warnings) for place, warnings in found.items()}

    def _errors(self, batch: Sequence[Row], read: Sequence[ReadColumn]) -> dict[int, tuple[RowError, ...]]:
        """The errors by row: first those of its cells, then those of the row as a whole."""
        found: dict[int, list[RowError]] = {}
        for column in read:
            for at, error in column.readings.errors.items():
                error = replace(error, field=column.field, column=column.column)
                found.setdefault(column.places[at], []).append(error)
        for place in silent_rows((column for column in read if column.field in PERSON_FIELDS), len(batch)):
            found.setdefault(place, []).append(replace(row_error("empty_row", _EMPTY_ROW), field=WHO))
        for place, (_, cells) in enumerate(batch):
            if len(cells) > len(self._titles):
                found.setdefault(place, []).extend(self._extra_cells(cells))
        found |= self._unread(batch)
        for place, (_, cells) in enumerate(batch):
            if OPEN_QUOTE in (text := "".join(cells)):
                found[place] = [_open_quote(text)]
        if self._needs_inbox:
            for place in silent_rows((column for column in read if column.field == "inbox_id"), len(batch)):
                found.setdefault(place, []).append(replace(row_error("no_inbox", _NO_INBOX), field="inbox_id"))
        return {place: tuple(errors) for place, errors in found.items() if errors}

    def _unread(self, batch: Sequence[Row]) -> dict[int, list[RowError]]:
        """The errors of records that could not be read: as their file tells, or an errors file of whichever run."""
        found = {at: [cells[-1].error] for at, (_, cells) in enumerate(batch) if type(cells[-1]) is UnreadText}
        if (place := self._not_read) is not None:
            for at, (_, cells) in enumerate(batch):
                if text := tidy(cells[place]):
                    found[at] = [row_error("broken_record", _NOT_READ.with_values({"found": quoted(text)}))]
        return found

    def _extra_cells(self, cells: tuple[str, ...]) -> Iterator[RowError]:
        width = len(self._titles)
        for index, cell in enumerate(cells[width:], width):
            if not is_filler(tidy(cell)):
                message = Message(
                    "cell {letter}: {value} stands beyond the last title {title} ({last})",
                    letter=column_letter(index),
                    value=quoted(cell),
                    title=quoted(self._titles[-1]),
                    last=column_letter(width - 1),
                )
                yield replace(row_error("extra_cells", message), column=index)
                return


def _open_quote(text: str) -> RowError:
    """The error of a row with a quotation mark that is never closed, as the loader marks it."""
    further = len(_LINE_END.findall(text.partition(OPEN_QUOTE)[2]))
    return row_error("open_quote", _OPEN_LINES.with_values({"number": further}) if further else _OPEN_QUOTE)


def _without_bad_values(
    errors: Mapping[int, tuple[RowError, ...]], warnings: dict[int, Messages], fields: Mapping[str, Values]
) -> tuple[dict[int, tuple[RowError, ...]], dict[int, Messages]]:
    """The errors that still forbid their rows, and the warnings with those that no longer do.

    A row goes without its bad values if it has none but such as may be left out, and a key that is sound.
    """
    keys = [values for field in KEY_FIELDS if (values := fields.get(field)) is not None]
    spared = {
        place: tuple(Message("left out: {error}", error=error.message, kind="bad_value") for error in found)
        for place, found in errors.items()
        if all(map(_may_be_left_out, found)) and any(values[place] is not None for values in keys)
    }
    told = {place: (*warnings.get(place, ()), *remarks) for place, remarks in spared.items()}
    return {place: found for place, found in errors.items() if place not in spared}, warnings | told


def _may_be_left_out(error: RowError) -> bool:
    """Whether a row is right without the cell of this error: an id that lost digits may be another's, an inbox where
    the contact does not belong."""
    return error.field in _SPARED or error.field.startswith(ATTRIBUTE_PREFIXES)


_SPARED: Final = frozenset({*NAMES, "email", "phone_number", "avatar_url"})


def _told(read: Iterable[ReadColumn], count: int) -> dict[str, list[str | None]]:
    """``{field: the value of each row}``, from all columns of the field."""
    told: dict[str, list[str | None]] = {}
    for column in read:
        if len(column.places) == count:  # the field's first column, and mostly its only one
            told[column.field] = [*column.readings.values]
            continue
        values = told.setdefault(column.field, [None] * count)
        for place, value in zip(column.places, column.readings.values, strict=True):
            if value is not None:
                values[place] = value
    return told


def _within_limit(
    fields: dict[str, Values], errors: dict[int, tuple[RowError, ...]]
) -> tuple[dict[str, Values], dict[int, tuple[RowError, ...]]]:
    """Fields and errors after a look at the names, whose parts may be too long only together."""
    names = fields.get("name", ())
    long = {place: too_long("name", str(names[place])) for place in over_limit("name", names)}
    if not long:
        return fields, errors
    kept = [None if place in long else name for place, name in enumerate(names)]
    return fields | {"name": kept}, errors | {place: (*errors.get(place, ()), error) for place, error in long.items()}


def _first(values: Iterable[str | None], others: Iterable[str | None]) -> list[str | None]:
    return [value or other for value, other in zip(values, others, strict=True)]


def _constant(field: str, value: str, rules: Rules) -> Reading:
    kind = rules.kind(field)
    reading = read(field, value, rules.country) if kind == "text" else read_as(kind, field, value)
    if error := reading.error:
        raise ConfigError('--set "{field}={value}": {error}', error.hint, field=field, value=value, error=error.message)
    return reading
