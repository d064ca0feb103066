"""The contacts of a batch, field by field: what ``Contact`` has of one of them, made of them all at once. Pure."""

import json
from collections.abc import Mapping, Sequence
from json.encoder import encode_basestring
from typing import TypeAlias

from importer.livedesk.contact import KEY_FIELDS, Scalar, lookup

Values: TypeAlias = Sequence[Scalar | None]
"""One field of a batch: its value in each row, ``None`` where it has none."""


def texts(fields: Mapping[str, Values]) -> list[str]:
    """``Contact.json`` of each row."""
    form, columns = "", []
    for name, values in sorted(fields.items()):
        label, encoded = f", {encode_basestring(name)}: ", _encoded(values)
        if None in values:
            form += "%s"
            columns.append([label + text if text else "" for text in encoded])
        else:
            form += label.replace("%", "%%") + "%s"
            columns.append(encoded)
    return [f"{{{(form % row)[2:]}}}" for row in zip(*columns, strict=True)]


def lookups(fields: Mapping[str, Values], rows: int) -> list[list[str | None]]:
    """For each of ``KEY_FIELDS`` what its value is looked up by in each row, ``None`` where there is none."""
    return [
        [lookup(name, value) if isinstance(value, str) else None for value in fields.get(name, [None] * rows)]
        for name in KEY_FIELDS
    ]


def _encoded(values: Values) -> list[str]:
    """Each value as JSON, ``""`` where there is none."""
    try:
        return list(map(encode_basestring, values))  # type: ignore[arg-type]
    except TypeError:  # not all of them are texts
        return ["" if value is None else json.dumps(value, ensure_ascii=False) for value in values]
