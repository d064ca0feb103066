"""Which column of the file serves which field: what the mapping decides, and the normalizer goes by."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from importer.livedesk.contact import Values
from importer.message import Message, Messages
from importer.models import NAME_PARTS, NAMES, RowError, ValueType
from importer.titles import told_apart

if TYPE_CHECKING:  # the mapping reads this module, and needs no library of phone numbers
    from importer.normalizer.cells import Readings

PHONE_COUNTRY: Final = "phone_country"
"""A field that is never sent: whose country's the row's phone numbers are, as a calling code (``+49``, ``49``)."""

PERSON_FIELDS: Final = (*NAMES, "email", "phone_number", "identifier")
"""A file without a column for one of these tells nothing of a person."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the file. ``index`` counts from 0; ``field`` is ``None`` where the column is not used.

    ``how`` is one of ``title``, ``option``, ``inferred``, ``extra``, ``dropped``, ``own column``, ``not used``;
    ``note`` says why a column was passed over, or when it is used. ``place`` 0 serves its field, and the columns with
    1 and on stand in, in this order, in a row where those before are empty; ``spare`` is the field of their cells in
    the other rows, with ``--extra-columns custom``.
    """

    index: int
    title: str
    field: str | None
    how: str
    note: Message | None = None
    place: int = 0
    spare: str | None = None


def _no_rank(_: str) -> int | None:
    return 0


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """Every column of the file in its order, the ``--set`` constants, and warnings for the user.

    ``product`` names the program whose export this is, or is empty. ``labels`` are ``{column of a value: column of its
    label}``; ``label_rank`` says of a label how early its value counts (0 first), ``None`` for not at all.
    """

    columns: tuple[Column, ...]
    constants: Mapping[str, str]
    notes: Messages = ()
    product: str = ""
    labels: Mapping[int, int] = field(default_factory=dict)
    label_rank: Callable[[str], int | None] = _no_rank

    def fields(self) -> dict[str, int]:
        """``{field: index of the column that serves it}``, without those that stand in."""
        return {column.field: column.index for column in self.columns if column.field and not column.place}

    def sources(self) -> dict[str, tuple[int, ...]]:
        """``{field: indexes of its columns}``, in the order in which a row is searched for a value."""
        found: dict[str, list[Column]] = {}
        for column in self.columns:
            if column.field:
                found.setdefault(column.field, []).append(column)
        return {
            field: tuple(column.index for column in sorted(columns, key=lambda column: column.place))
            for field, columns in found.items()
        }

    def second_names(self) -> tuple[str, ...]:
        """The fields of a name that count only where the others say nothing: its parts, or a nickname."""
        fields = self.fields()
        if "name" in fields or "name" in self.constants:
            return NAME_PARTS
        return ("name",)

    def titles_to_fields(self) -> dict[str, str]:
        """``{title: field}`` of the columns that are used; a title that the file repeats is told apart by ``#2``."""
        names = told_apart([column.title for column in self.columns])
        return {names[column.index]: column.field for column in self.columns if column.field is not None}


class ReadColumn(NamedTuple):
    """What cells of one column say for ``field``, read as ``kind``; ``places`` are those of their rows in the batch."""

    field: str
    column: int
    kind: ValueType
    places: Sequence[int]
    cells: Sequence[str]
    readings: "Readings"

    def silent(self) -> list[int]:
        """The places of cells that say nothing, not even something wrong."""
        values, errors = self.readings.values, self.readings.errors
        if None not in values:
            return []
        cells = zip(self.places, values, strict=True)
        return [place for at, (place, value) in enumerate(cells) if value is None and at not in errors]


class NormalizedBatch(NamedTuple):
    """A batch after normalization: its contacts, field by field, and all that there is to say of them.

    By a row's place: what forbids it, and what is remarked. Beside errors a contact has the fields that are sound.
    ``columns`` are every cell that was read.
    """

    fields: Mapping[str, Values]
    errors: Mapping[int, tuple[RowError, ...]]
    warnings: Mapping[int, Messages]
    columns: list[ReadColumn]
