"""What a user has corrected in a file, cell by cell: an overlay on its rows, and no change of the file itself."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, Self

from importer.models import Json


class RowPlace(NamedTuple):
    """A data row of the input: the name of its file, its sheet (empty where the file has none), and its row number."""

    file: str
    sheet: str
    row: int


@dataclass(frozen=True, slots=True)
class SheetCorrections:
    """The corrections of one table: ``cells`` is ``{row number: {column from 0: text}}``, ``left_out`` are row numbers.

    A row that is left out keeps its corrected cells, for whoever takes it in again.
    """

    cells: Mapping[int, Mapping[int, str]] = field(default_factory=dict)
    left_out: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.cells or self.left_out)


@dataclass(frozen=True, slots=True)
class Corrections:
    """Texts for cells, ``{place of the row: {column from 0: text}}``, and rows that are left out.

    They are of the file as it was when they were made: a row is known by its number, and nothing else.
    """

    cells: Mapping[RowPlace, Mapping[int, str]] = field(default_factory=dict)
    left_out: frozenset[RowPlace] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.cells or self.left_out)

    def of(self, file: str, sheet: str) -> SheetCorrections:
        """Return the corrections of one table."""
        return SheetCorrections(
            {place.row: texts for place, texts in self.cells.items() if place[:2] == (file, sheet) and texts},
            frozenset(place.row for place in self.left_out if place[:2] == (file, sheet)),
        )

    def with_cell(self, place: RowPlace, column: int, text: str | None) -> Self:
        """Return the corrections with this text in a cell; ``None`` takes a correction back."""
        row = {**self.cells.get(place, {}), column: text}
        kept = {at: said for at, said in row.items() if said is not None}
        others = {known: texts for known, texts in self.cells.items() if known != place}
        return type(self)({**others, place: kept} if kept else others, self.left_out)

    def leaving_out(self, place: RowPlace, *, out: bool = True) -> Self:
        """Return the corrections with a row left out, or taken in again."""
        return type(self)(self.cells, self.left_out | {place} if out else self.left_out - {place})

    def as_json(self) -> list[Json]:
        """A list with an object for each row, ``{"file", "sheet", "row", "cells": {column: text}, "left_out"}``, in the
        order of the rows; the same corrections make the same list."""
        return [
            {
                **place._asdict(),
                "cells": {str(column): text for column, text in sorted(self.cells.get(place, {}).items())},
                "left_out": place in self.left_out,
            }
            for place in sorted({*self.cells, *self.left_out})
        ]

    @classmethod
    def from_json(cls, rows: Iterable[Any]) -> Self:
        """The corrections of such a list. Raises ``ValueError`` if it is something else."""
        try:
            read = [(_place(row), _texts(row.get("cells", {})), bool(row.get("left_out"))) for row in rows]
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ValueError("no list of corrections") from error
        cells = {place: texts for place, texts, _ in read if texts}
        return cls(cells, frozenset(place for place, _, is_out in read if is_out))

    @property
    def key(self) -> str:
        """What makes two corrections the same; empty where there are none."""
        return json.dumps(self.as_json(), ensure_ascii=False) if self else ""


def _place(row: Mapping[str, Any]) -> RowPlace:
    place = RowPlace(row["file"], row.get("sheet", ""), row["row"])
    if not (isinstance(place.file, str) and isinstance(place.sheet, str) and type(place.row) is int and place.row > 0):
        raise TypeError
    return place


def _texts(cells: Mapping[str, Any]) -> dict[int, str]:
    texts = {int(column): text for column, text in cells.items()}
    if not all(isinstance(text, str) and column >= 0 for column, text in texts.items()):
        raise TypeError
    return texts


NO_CORRECTIONS: Final = Corrections()
NONE_HERE: Final = SheetCorrections()
