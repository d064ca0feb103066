"""Which column serves which field: the result of the mapping, which the normalizer follows."""

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple

from importer.livedesk.contact import COUNTRY, COUNTRY_CODE, CREATE_FIELDS, Values
from importer.message import Message, Messages
from importer.models import ATTRIBUTE_PREFIXES, NAME_PARTS, NAMES, REACH, InvalidValues, RowError, ValueType
from importer.normalizer.text import FAMILY_FIRST, GIVEN_FIRST, MIDDLE_BETWEEN, NEVER_ROUND
from importer.texts import ID_TITLE, STATUS_TITLE, told_apart

if TYPE_CHECKING:  # spares the mapping the library of phone numbers
    from importer.normalizer.cells import Readings

PHONE_COUNTRY: Final = "phone_country"
"""A field that is never sent: the country of a row's phone numbers, as a calling code (``+49``, ``49``)."""

AREA_CODE: Final = "area_code"
"""A field that is never sent: the area code of a row's phone numbers (``11``, ``030``), which they lack."""

COUNTRY_FIELDS: Final = (PHONE_COUNTRY, COUNTRY, COUNTRY_CODE)
"""The fields in which a row names the country of its phone numbers, or its own; the first that does decides."""

_NAME_ORDERS: Final = {
    "họ": MIDDLE_BETWEEN,
    **dict.fromkeys(("vezetéknév", "vezetékneve", "vezeteknev", "családnév", "családi"), FAMILY_FIRST),
}
"""Words for a family name in languages that put it first, and have spaces between the parts, with their order."""

OWN_COLUMN: Final = "own column"
"""How a column is skipped that an earlier run wrote."""

PERSON_FIELDS: Final = (*NAMES, *REACH, "identifier")
"""A file needs a column for at least one of these."""


def is_field(field: str) -> bool:
    """Whether a column can have this field."""
    if field.startswith(ATTRIBUTE_PREFIXES):
        return field.partition(".")[2].strip() != ""
    return field in (*CREATE_FIELDS, *NAME_PARTS, PHONE_COUNTRY, AREA_CODE)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the file. ``index`` counts from 0; ``field`` is ``None`` if the column is not used.

    ``how`` is one of ``title``, ``option``, ``inferred``, ``extra``, ``dropped``, ``as before``, ``own column``,
    ``not used``; ``note`` says why the column is not used, or when it is. At ``place`` 0 a column serves its field;
    from 1 on it stands in if the cells before it are empty. With ``--extra-columns custom``, ``spare`` is the field
    of a stand-in's other cells. ``evidence`` is why it has its field, where that is not plain from its title.
    ``unsure`` says that the decision was close: the column may be ``alternative`` as well, or of no use where that is
    ``None``. What another ``person`` than 0 has, a part of a name or the company's address, counts in rows that name
    nobody before.
    """

    index: int
    title: str
    field: str | None
    how: str
    note: Message | None = None
    place: int = 0
    spare: str | None = None
    evidence: Messages = ()
    unsure: bool = False
    alternative: str | None = None
    person: int = 0


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """Every column in the file's order, the ``--set`` constants, and warnings for the user.

    ``product`` names the program that exported the file, or is empty. ``labels`` is ``{column of a value: column of its
    label}``; ``label_rank`` ranks a label: the value with the lowest rank goes first, one with ``None`` does not count.
    """

    columns: tuple[Column, ...]
    constants: Mapping[str, str]
    notes: Messages = ()
    product: str = ""
    labels: Mapping[int, int] = field(default_factory=dict)
    label_rank: Callable[[str], int | None] = lambda _: 0
    codes: frozenset[int] = frozenset()

    def fields(self) -> dict[str, int]:
        """``{field: index of the column that serves it}``, without stand-ins."""
        return {column.field: column.index for column in self.columns if column.field and not column.place}

    def sources(self) -> dict[str, tuple[int, ...]]:
        """``{field: indexes of its columns}``, in the order in which they count."""
        found: dict[str, list[Column]] = {}
        for column in self.columns:
            if column.field:
                found.setdefault(column.field, []).append(column)
        return {
            field: tuple(column.index for column in sorted(columns, key=lambda column: column.place))
            for field, columns in found.items()
        }

    def tiers(self) -> Iterator[tuple[int, str, tuple[int, ...]]]:
        """``(tier, field, indexes of its columns)``: a later tier counts in rows without a name in one before it."""
        persons = {column.index: column.person for column in self.columns}
        second = self.second_names()
        for field_name, indexes in self.sources().items():
            for person, some in groupby(indexes, persons.__getitem__):
                yield person + 1 if person else int(field_name in second), field_name, (*some,)

    def people(self) -> list[dict[str, tuple[int, ...]]]:
        """``{part of a name: indexes}`` of each person in a row; nothing where a row has no more than one."""
        persons = {column.index: column.person for column in self.columns if column.field in NAME_PARTS}
        parts = {field_name: at for field_name, at in self.sources().items() if field_name in NAME_PARTS}
        return [
            {name: of for name, at in parts.items() if (of := tuple(one for one in at if persons[one] == person))}
            for person in (sorted({*persons.values()}) if any(persons.values()) else ())
        ]

    def telling(self) -> dict[int, str]:
        """``{index of a column: field}`` of those that tell of a person."""
        return {column.index: column.field for column in self.columns if column.field in PERSON_FIELDS and column.field}

    def never_round(self) -> tuple[int, ...]:
        """The indexes of columns in which no number with zeros for its last digits is meant."""
        sources = self.sources()
        return tuple(index for field in NEVER_ROUND for index in sources.get(field, ()))

    def id_column(self) -> int | None:
        """The index of the column in which a file with ids, of an earlier run, names LiveDesk's own; an option may give
        it another use."""
        own = {column.title.strip(): column.index for column in self.columns if column.how == OWN_COLUMN}
        return own.get(ID_TITLE) if STATUS_TITLE in own else None

    def second_names(self) -> tuple[str, ...]:
        """The fields of a name that count only if the others are empty: its parts, or a nickname."""
        return NAME_PARTS if "name" in {*self.fields(), *self.constants} else ("name",)

    def name_order(self) -> Sequence[int]:
        """The order of a name's parts in the language of the titles, such as Hungarian."""
        titles = (column.title for column in self.columns if column.field == "last_name")
        words = unicodedata.normalize("NFC", " ".join(titles)).casefold().split()
        return next((_NAME_ORDERS[word] for word in words if word in _NAME_ORDERS), GIVEN_FIRST)

    def titles_to_fields(self) -> dict[str, str]:
        """``{title: field}`` of the columns in use; a repeated title gets ``#1``, ``#2``, …."""
        names = told_apart([column.title for column in self.columns])
        return {names[column.index]: column.field for column in self.columns if column.field is not None}


@dataclass(frozen=True, slots=True)
class Rules:
    """``inbox_id`` is for rows without their own; ``country`` is ISO 3166 alpha-2; ``types`` is by attribute.

    ``invalid_values`` says whether a row goes without a bad value, where it has another key; ``clears`` are the fields
    that a blank cell empties. With ``replaces_names`` the name of a contact that is there gives way to the row's: then
    no company stands in for one.
    """

    inbox_id: str | None = None
    country: str | None = None
    types: Mapping[str, ValueType] = field(default_factory=dict)
    invalid_values: InvalidValues = "refuse"
    clears: tuple[str, ...] = ()
    replaces_names: bool = False

    def kind(self, name: str) -> ValueType:
        """The type of a field's values."""
        return self.types.get(name, "text")


class ReadColumn(NamedTuple):
    """What cells of one column say for ``field``, read as ``kind``; ``places`` are their rows in the batch, from 0."""

    field: str
    column: int
    kind: ValueType
    places: Sequence[int]
    cells: Sequence[str]
    readings: "Readings"


class NormalizedBatch(NamedTuple):
    """A batch after normalization: its contacts, field by field, and errors and remarks by a row's place.

    The contact of a row with errors has its valid fields. ``columns`` holds every cell that was read; ``further`` those
    that were read for the counts alone, since another column had spoken. ``clears`` has each row's fields to empty, and
    nothing at all where the rules name none.
    """

    fields: Mapping[str, Values]
    errors: Mapping[int, tuple[RowError, ...]]
    warnings: Mapping[int, Messages]
    columns: list[ReadColumn]
    further: Sequence[ReadColumn] = ()
    clears: Sequence[tuple[str, ...] | None] = ()
