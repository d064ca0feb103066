"""Rows as contacts, without normalization. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from importer.livedesk.contact import CREATE_FIELDS, Contact
from importer.models import NAME_PARTS, Row
from importer.normalizer.columns import ColumnMapping
from importer.normalizer.text import join_name, unbroken


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
    first, second = (full, parts) if mapping.second_names() == NAME_PARTS else (parts, full)
    names = [one or other for one, other in zip(first, second, strict=True)]
    found: dict[str, Sequence[str | None]] = {**filled, "name": names}
    return {field: [value or None for value in found[field]] for field in CREATE_FIELDS if field in found}
