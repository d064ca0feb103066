"""Turn a batch of rows into contacts, and into all errors of the rows that cannot be sent. Pure.

The normalizer reads a batch column by column. It takes care over an unusual cell, and over that cell alone.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from importer.error_codes import row_error
from importer.errors import ConfigError
from importer.livedesk.contact import CREATE_FIELDS, Values
from importer.message import Message, Messages
from importer.models import ATTRIBUTE_PREFIXES, NAME_PARTS, Row, RowError
from importer.normalizer.attributes import read_as, value_of
from importer.normalizer.cells import read
from importer.normalizer.columns import PERSON_FIELDS, ColumnMapping, NormalizedBatch, ReadColumn
from importer.normalizer.names import join_name
from importer.normalizer.reader import Reader
from importer.normalizer.rules import Rules
from importer.normalizer.text import Reading, is_filler, quoted, tidy
from importer.texts import column_letter

_EMPTY_ROW: Final = Message("the row has no name, email, phone number or identifier")
_REPEATED_TITLES: Final = Message("the row repeats the titles")
_NO_INBOX: Final = Message("inbox_id: the cell is empty, and there is no --inbox")


class Normalizer:
    """Makes contacts of batches of rows. Raises ``ConfigError`` for a constant (``--set``) that is not valid."""

    def __init__(self, mapping: ColumnMapping, rules: Rules) -> None:
        constants = [(field, _constant(field, value, rules)) for field, value in mapping.constants.items()]
        self._constants = {field: reading.value for field, reading in constants if reading.value}
        self._remarks = [remark for _, reading in constants for remark in reading.warnings]
        self._rules = rules
        self._titles = tuple(column.title for column in mapping.columns)
        self._needs_inbox = "inbox_id" in mapping.sources() and rules.inbox_id is None
        self._reader = Reader(mapping, rules, self._constants)

    def __call__(self, batch: Sequence[Row]) -> NormalizedBatch:
        """The contacts of a non-empty batch, and all errors of each row."""
        columns = [*zip(*(cells for _, cells in batch), strict=False)]  # as many as the shortest row has
        read = self._reader.read(columns, len(batch))
        return NormalizedBatch(
            self._fields(read, len(batch)), self._errors(batch, read), self._warnings(read, len(batch)), read
        )

    def _fields(self, read: Iterable[ReadColumn], count: int) -> dict[str, Values]:
        """``{field: the value of each contact}``, with the constants and ``--inbox``."""
        nothing: list[str | None] = [None] * count
        told = {field: [value] * count for field, value in self._constants.items()} | _told(read, count)
        if not told.keys().isdisjoint(NAME_PARTS):
            parts = map(join_name, *(told.get(part, nothing) for part in NAME_PARTS))
            told["name"] = _first(parts, told.get("name", nothing))
        if self._rules.inbox_id is not None:
            told["inbox_id"] = _first(told.get("inbox_id", nothing), [self._rules.inbox_id] * count)
        return {
            field: self._typed(field, values)
            for field, values in told.items()
            if field in CREATE_FIELDS or field.startswith(ATTRIBUTE_PREFIXES)
        }

    def _typed(self, field: str, values: Sequence[str | None]) -> Values:
        """Texts of an attribute as the type that ``--type`` gives it."""
        kind = self._rules.kind(field)
        return values if kind == "text" else [None if value is None else value_of(kind, value) for value in values]

    def _warnings(self, read: Iterable[ReadColumn], count: int) -> dict[int, Messages]:
        found = {place: [*self._remarks] for place in range(count)} if self._remarks else {}
        for column in read:
            for at, warnings in column.readings.warnings.items():
                found.setdefault(column.places[at], []).extend(warnings)
        return {place: tuple(warnings) for place, warnings in found.items()}

    def _errors(self, batch: Sequence[Row], read: Sequence[ReadColumn]) -> dict[int, tuple[RowError, ...]]:
        """The errors by row: first those of its cells, then those of the row as a whole."""
        found: dict[int, list[RowError]] = {}
        for column in read:
            for at, error in column.readings.errors.items():
                error = replace(error, field=column.field, column=column.column)
                found.setdefault(column.places[at], []).append(error)
        for place in _silent(read, PERSON_FIELDS, len(batch)):
            found.setdefault(place, []).append(row_error("empty_row", _EMPTY_ROW))
        for place, (_, cells) in enumerate(batch):
            if cells[0] == self._titles[0] and cells[: len(self._titles)] == self._titles:
                found[place] = [row_error("repeated_titles", _REPEATED_TITLES)]
            if len(cells) > len(self._titles):
                found.setdefault(place, []).extend(self._extra_cells(cells))
        if self._needs_inbox:
            for place in _silent(read, ("inbox_id",), len(batch)):
                found.setdefault(place, []).append(replace(row_error("no_inbox", _NO_INBOX), field="inbox_id"))
        return {place: tuple(errors) for place, errors in found.items() if errors}

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


def _silent(read: Iterable[ReadColumn], fields: Collection[str], count: int) -> list[int]:
    """The places of rows in which all columns of these fields are silent."""
    silent = {*range(count)}
    for column in read:
        if silent and column.field in fields:
            silent.difference_update({*column.places}.difference(column.silent()))
    return sorted(silent)


def _first(values: Iterable[str | None], others: Iterable[str | None]) -> list[str | None]:
    return [value or other for value, other in zip(values, others, strict=True)]


def _constant(field: str, value: str, rules: Rules) -> Reading:
    kind = rules.kind(field)
    reading = read(field, value, rules.country) if kind == "text" else read_as(kind, field, value)
    if error := reading.error:
        raise ConfigError('--set "{field}={value}": {error}', error.hint, field=field, value=value, error=error.message)
    return reading
