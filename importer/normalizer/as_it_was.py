"""The fields of a row as they stand in its cells, for the results of rows that are not sent. Pure."""

from collections.abc import Iterable, Sequence
from typing import Any

from importer.livedesk.contact import CREATE_FIELDS, Contact
from importer.models import NAME_PARTS, Row
from importer.normalizer.columns import ColumnMapping
from importer.normalizer.names import join_name
from importer.normalizer.text import unbroken


def as_it_was(row: Row, mapping: ColumnMapping) -> Contact:
    """A row as a contact, without normalization."""
    fields: dict[str, Any] = {field: value for field, (value,) in as_they_were([row], mapping).items()}
    return Contact(**fields)


def as_they_were(batch: Sequence[Row], mapping: ColumnMapping) -> dict[str, list[str | None]]:
    """``as_it_was`` for a batch: ``{field: the value of each row}``."""
    filled = {
        field: [_first_filled(row.cells[index] for index in indexes) for row in batch]
        for field, indexes in mapping.sources().items()
    }
    filled |= {field: [value] * len(batch) for field, value in mapping.constants.items()}
    nothing = [""] * len(batch)
    parts = [
        join_name(*map(str.strip, names)) or ""
        for names in zip(*(filled.get(part, nothing) for part in NAME_PARTS), strict=True)
    ]
    full = filled.get("name", nothing)
    first, second = (full, parts) if mapping.second_names() == NAME_PARTS else (parts, full)
    filled["name"] = [name or other for name, other in zip(first, second, strict=True)]
    return {field: [value or None for value in filled[field]] for field in CREATE_FIELDS if field in filled}


def _first_filled(cells: Iterable[str]) -> str:
    return unbroken(next((cell for cell in cells if cell.strip()), ""))
