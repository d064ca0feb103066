"""Which fields of a row an update is to empty (``--clear``): those whose cells are blank. Pure.

Only a blank cell erases. One with a word for nothing ("n/a", a dash) says nothing and erases nothing, and neither does
a bad value that the row goes without: nobody could tell it from a slip.
"""

from collections.abc import Mapping, Sequence

from importer.livedesk.contact import KEY_FIELDS, Values
from importer.models import NAMES
from importer.normalizer.columns import Column, ColumnMapping
from importer.normalizer.text import tidy


def clearable(wanted: Sequence[str], columns: Sequence[Column]) -> tuple[str, ...]:
    """The fields that these columns give, of those ``wanted``; ``custom_attributes.*`` wants all of its group."""
    given = dict.fromkeys(field for column in columns for field in _served(column))
    return tuple(dict.fromkeys(field for want in wanted for field in given if _is_meant(field, want)))


def _is_meant(field: str, wanted: str) -> bool:
    return field == wanted or (wanted.endswith(".*") and field.startswith(wanted[:-1]))


def _served(column: Column) -> tuple[str, ...]:
    """The fields that a column can give a value; the parts of a name are the name."""
    fields = (column.field, column.spare)
    return tuple("name" if field in NAMES else field for field in fields if field)


class Clears:
    """Finds the blank fields of a batch, of those that ``fields`` names."""

    def __init__(self, mapping: ColumnMapping, fields: Sequence[str]) -> None:
        self._columns = {
            field: [column.index for column in mapping.columns if field in _served(column)] for field in fields
        }

    def __call__(
        self, columns: Sequence[Sequence[str]], values: Mapping[str, Values], count: int
    ) -> list[tuple[str, ...] | None]:
        """For each of ``count`` rows its fields to empty; ``None`` for none, and without a key to find somebody by."""
        found: list[list[str]] = [[] for _ in range(count)]
        nothing: Values = [None] * count
        with_key = {at for name in KEY_FIELDS for at, value in enumerate(values.get(name, nothing)) if value}
        for field, indexes in self._columns.items():
            told = values.get(field, nothing)
            for at in with_key:
                if told[at] is None and not any(tidy(columns[index][at]) for index in indexes):
                    found[at].append(field)
        return [tuple(fields) or None for fields in found]
