"""Turn a batch of rows into contacts, and into all errors of the rows that cannot be sent. Pure.

The normalizer reads a batch column by column. It takes care over an unusual cell, and over that cell alone.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from importer.error_codes import row_error
from importer.errors import ConfigError
from importer.livedesk.contact import CREATE_FIELDS, KEY_FIELDS, Contact, Values
from importer.message import Message, Messages
from importer.models import ATTRIBUTE_PREFIXES, NAME_PARTS, NAMES, WHO, Row, RowError
from importer.normalizer.area_codes import with_areas
from importer.normalizer.cells import over_limit, read, read_all, read_as, read_codes, too_long, value_of, with_care
from importer.normalizer.clears import Clears
from importer.normalizer.columns import (
    AREA_CODE,
    COUNTRY_FIELDS,
    PERSON_FIELDS,
    ColumnMapping,
    NormalizedBatch,
    ReadColumn,
    Rules,
)
from importer.normalizer.not_people import NotPeople
from importer.normalizer.other_kinds import emails_beside, handed_over, names_beside
from importer.normalizer.own_country import OwnCountry
from importer.normalizer.text import OPEN_QUOTE, Reading, UnreadText, is_filler, join_name, quoted, tidy, unbroken
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
        self._titles = tuple(column.title for column in mapping.columns)
        self._not_read = self._titles.index(NOT_READ) if {NOT_READ, ERROR_TITLE} <= {*self._titles} else None
        self._needs_inbox = "inbox_id" in mapping.sources() and rules.inbox_id is None
        self._join_name = partial(join_name, order=mapping.name_order())
        self._reader = _Reader(mapping, rules, self._constants)
        self._not_people = NotPeople(mapping, in_order=in_order)
        self._clears = Clears(mapping, rules.clears) if rules.clears else None

    def __call__(self, batch: Sequence[Row]) -> NormalizedBatch:
        """The contacts of a non-empty batch, and all errors of each row."""
        columns = [*zip(*(cells for _, cells in batch), strict=False)]  # as many as the shortest row has
        read = self._reader(columns, len(batch))
        further = self._reader.further(columns, read)
        fields = self._fields(read, len(batch))
        fields, errors = _within_limit(fields, self._errors(batch, read))
        warnings = self._warnings(read, fields, len(batch))
        if self._rules.invalid_values == "drop":
            errors, warnings = _without_bad_values(errors, warnings, fields)
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
        kind = self._rules.kind(field)
        return values if kind == "text" else [None if value is None else value_of(kind, value) for value in values]

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
        for place in _silent((column for column in read if column.field in PERSON_FIELDS), len(batch)):
            found.setdefault(place, []).append(replace(row_error("empty_row", _EMPTY_ROW), field=WHO))
        for place, (_, cells) in enumerate(batch):
            if len(cells) > len(self._titles):
                found.setdefault(place, []).extend(self._extra_cells(cells))
        found |= self._unread(batch)
        for place, (_, cells) in enumerate(batch):
            if OPEN_QUOTE in (text := "".join(cells)):
                found[place] = [_open_quote(text)]
        if self._needs_inbox:
            for place in _silent((column for column in read if column.field == "inbox_id"), len(batch)):
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


class _Reader:
    """Reads every cell that counts: in a row, a field's columns up to the first that says something.

    ``constants`` are the mapping's, after normalization.
    """

    def __init__(self, mapping: ColumnMapping, rules: Rules, constants: Mapping[str, str]) -> None:
        self._mapping = mapping
        self._rules = rules
        sources = {field: indexes for field, indexes in mapping.sources().items() if field not in mapping.constants}
        self._tiers = sorted((one for one in mapping.tiers() if one[1] in sources), key=itemgetter(0))
        self._stand_ins = [
            (field, index)
            for tier, field, indexes in self._tiers
            if tier or len(sources[field]) > 1
            for index in indexes
        ]
        self._spares = [(column.spare, column.index) for column in mapping.columns if column.spare]
        own = any(field in sources or field in mapping.constants for field in COUNTRY_FIELDS)
        self._own_country = OwnCountry(sources, constants, rules.country) if own else None
        self._areas = sources.get(AREA_CODE, ())
        reached = sources.keys() & {*_REACH}
        alone = len(reached) == 1 and constants.keys().isdisjoint(_REACH)
        # Beside a column of its own an address among phone numbers is a slip, such as a row that is shifted.
        self._mixed = next((sources[field] for field in reached if alone), ())

    def __call__(self, columns: Sequence[Sequence[str]], count: int) -> list[ReadColumn]:
        """The readings of ``count`` rows, in the order in which a row's errors appear."""
        found: list[ReadColumn] = []
        unnamed: Sequence[int] = range(count)
        for _, sources in groupby(self._tiers, itemgetter(0)):
            silent = {*unnamed}
            for _, field, indexes in sources:
                rest = self._read(found, field, indexes, columns, unnamed)
                if field in NAMES:
                    silent.intersection_update(rest)
            unnamed = sorted(silent)
        if self._mixed:
            found = handed_over(found, partial(self._is_mixed, columns), self._rules.country)
        return found + [
            self._column(field, index, columns, _silent((one for one in found if one.column == index), count))
            for field, index in self._spares
        ]

    def _read(
        self,
        found: list[ReadColumn],
        field: str,
        indexes: tuple[int, ...],
        columns: Sequence[Sequence[str]],
        rows: Sequence[int],
    ) -> list[int]:
        """Add the readings of a field's columns in some rows; returns those rows in which all of them are silent."""
        silent: list[int] = []
        for order, places in self._orders(indexes, columns, rows):
            for index in order:
                if not places:
                    break
                found.append(self._column(field, index, columns, places))
                places = found[-1].silent()
            silent += places
        return silent

    def _is_mixed(self, columns: Sequence[Sequence[str]], index: int, place: int) -> bool:
        """Whether a cell may be an address or a number, and no other cell of its row is."""
        return index in self._mixed and not any(columns[at][place].strip() for at in self._mixed if at != index)

    def further(self, columns: Sequence[Sequence[str]], read: Iterable[ReadColumn]) -> list[ReadColumn]:
        """The readings of filled cells that their rows do not need: another column of the field has spoken."""
        found = []
        for field, index in self._stand_ins:
            taken = [one.places for one in read if one.column == index]
            rest = {place for place, cell in enumerate(columns[index]) if cell and not cell.isspace()}.difference(
                *taken
            )
            if rest:
                found.append(self._column(field, index, columns, sorted(rest)))
        return found

    def left_out(
        self, columns: Sequence[Sequence[str]], further: Iterable[ReadColumn], fields: Mapping[str, Values]
    ) -> Iterator[tuple[int, Message]]:
        """A row's place and a remark for each address and number that is not sent, another of the row being so; a fax
        is none."""
        labels, rank = self._mapping.labels, self._mapping.label_rank
        for column in further:
            if column.field not in _REACH:
                continue
            label, sent = labels.get(column.column), fields[column.field]
            for place, cell, value in zip(column.places, column.cells, column.readings.values, strict=True):
                other = value is not None and value.casefold() != str(sent[place] or "").casefold()
                if other and (label is None or rank(columns[label][place]) is not None):
                    yield place, _further(column, cell, _OF_TWO if sent[place] else _OF_A_BAD_ONE)

    def _orders(
        self, indexes: tuple[int, ...], columns: Sequence[Sequence[str]], places: Sequence[int]
    ) -> Iterator[tuple[Sequence[int], Sequence[int]]]:
        """Each order of a field's columns that labels ask for, with the places of its rows.

        A mobile number comes first; a fax does not count.
        """
        labels, rank = self._mapping.labels, self._mapping.label_rank
        if not labels:
            yield indexes, places
            return
        groups: dict[tuple[str, ...], list[int]] = {}
        for place in places:
            said = tuple(columns[labels[index]][place] if index in labels else "" for index in indexes)
            groups.setdefault(said, []).append(place)
        for said, some in groups.items():
            ranked = [
                (at, index) for index, label in zip(indexes, said, strict=True) if (at := rank(label)) is not None
            ]
            yield [index for _, index in sorted(ranked, key=itemgetter(0))], some

    def _column(self, field: str, index: int, columns: Sequence[Sequence[str]], places: Sequence[int]) -> ReadColumn:
        whole = columns[index]
        cells = [*whole] if len(places) == len(whole) else [whole[place] for place in places]
        kind = self._rules.kind(field)
        if field == "phone_number" and self._areas:
            cells = with_areas(cells, [columns[self._areas[0]][place] for place in places])
        if kind != "text":
            readings = with_care(cells, [None] * len(cells), partial(read_as, kind, field))
        elif field == "phone_number" and self._own_country:
            readings = self._own_country.read_all(cells, places, columns)
        elif index in self._mapping.codes:
            readings = read_codes(cells)
        else:
            readings = read_all(field, cells, self._rules.country)
        return ReadColumn(field, index, kind, places, cells, readings)


_REACH: Final = ("email", "phone_number")


_OF_TWO: Final = Message("{field}: {value} in column {letter} is left out, for the row has another")
_OF_A_BAD_ONE: Final = Message("{field}: {value} in column {letter} stands in once the bad one before it is empty")


def _further(column: ReadColumn, cell: str, why: Message) -> Message:
    said = {"field": column.field, "value": quoted(cell), "letter": column_letter(column.column)}
    return why.with_values({**said, "kind": f"second_{column.field}"})


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


def _silent(columns: Iterable[ReadColumn], count: int) -> list[int]:
    """The places of rows in which all of these columns are silent."""
    silent = {*range(count)}
    for column in columns:
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


def as_it_was(row: Row, mapping: ColumnMapping) -> Contact:
    """A row as a contact, without normalization."""
    fields: dict[str, Any] = {field: value for field, (value,) in as_they_were([row], mapping).items()}
    return Contact(**fields)


def _cells(row: Row, sources: Mapping[str, tuple[int, ...]]) -> Iterator[str]:
    """The filled cells of a row's columns."""
    return (row.cells[at] for indexes in sources.values() for at in indexes if row.cells[at].strip())


def as_they_were(batch: Sequence[Row], mapping: ColumnMapping) -> dict[str, list[str | None]]:
    """``as_it_was`` for a batch: ``{field: the value of each row}``."""
    sources, people = mapping.sources(), mapping.people()
    named = [next((one for one in people if any(_cells(row, one))), {}) if people else sources for row in batch]
    filled = {
        field: [
            unbroken(next(_cells(row, {field: (of if field in NAME_PARTS else sources).get(field, ())}), ""))
            for row, of in zip(batch, named, strict=True)
        ]
        for field in sources
    }
    filled |= {field: [value] * len(batch) for field, value in mapping.constants.items()}
    nothing = [""] * len(batch)
    parts = [
        join_name(*map(str.strip, names), order=mapping.name_order()) or ""
        for names in zip(*(filled.get(part, nothing) for part in NAME_PARTS), strict=True)
    ]
    full = filled.get("name", nothing)
    names = _first(full, parts) if mapping.second_names() == NAME_PARTS else _first(parts, full)
    found: dict[str, Sequence[str | None]] = {**filled, "name": names}
    return {field: [value or None for value in found[field]] for field in CREATE_FIELDS if field in found}
