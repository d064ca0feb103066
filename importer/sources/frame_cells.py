"""The columns of a DataFrame as texts. Pure."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from importer.sources.cell_values import MOST_BITS, bits_of, is_map, is_missing, text_of

if TYPE_CHECKING:
    import pandas as pd


Cell: TypeAlias = str | dict[str, Any] | list[Any]
"""A text; of a value with names in it, what JSON has: the loader makes columns of it, as of a record in a file."""


def cells_of(column: "pd.Series[Any]") -> list[Cell]:
    """The text of each cell of a column, ``""`` for a missing one (NaN, NaT, None, ``pandas.NA``)."""
    values, bits = column.astype(object).tolist(), bits_of(column.dtype)
    return [
        "" if gone else value if type(value) is str else cell_of(value, bits)
        for value, gone in zip(values, column.isna().tolist(), strict=True)
    ]


def cell_of(value: Any, bits: int = MOST_BITS) -> Cell:
    """One value: an object or a list of objects with its names, whatever else as its text."""
    if isinstance(value, Mapping):
        return {str(key): _inner(inner) for key, inner in value.items()}
    values = value.tolist() if getattr(value, "shape", ()) else value  # an array of numpy
    if isinstance(values, list | tuple):
        if is_map(values):
            return cell_of(dict(values))
        cells = [_inner(one) for one in values]
        if any(isinstance(cell, dict | list) for cell in cells):
            return cells
    return text_of(value, bits)


def _inner(value: Any) -> Cell | bool | None:
    """A value within another, with what JSON can say of it: whether an address is the primary one."""
    if isinstance(value, bool):
        return value
    return None if is_missing(value) else cell_of(value)


def is_nested(cell: Cell) -> bool:
    """Whether a cell has names in it."""
    return type(cell) is not str
