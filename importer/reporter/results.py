"""Read a run's files of rows again, in the input's order: results.csv, or the lines of a plan and its like."""

import csv
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from importer.models import Status
from importer.normalizer.text import unguard

if TYPE_CHECKING:
    import pandas

NUMBERS: Final = ("row", "http_status", "attempts")
"""The columns with whole numbers."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one row; the members are the columns of results.csv, in their order.

    ``row`` is the number that a spreadsheet program shows. ``error`` and ``hint`` are in the language of the run. What
    is not there is ``""``, and ``None`` for ``http_status``. ``sheet`` and ``file`` are empty where there is only one.
    """

    row: int
    status: Status
    contact_id: str = ""
    error_code: str = ""
    error: str = ""
    hint: str = ""
    http_status: int | None = None
    attempts: int = 0
    inbox_id: str = ""
    name: str = ""
    email: str = ""
    phone_number: str = ""
    identifier: str = ""
    avatar_url: str = ""
    sheet: str = ""
    file: str = ""


def read_results(path: Path) -> Iterator[Result]:
    """Yield the rows of a results.csv, one by one. Raises ``OSError`` if the file is gone."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        for line in csv.DictReader(file):
            yield Result(**_typed(line))


def results_frame(path: Path) -> "pandas.DataFrame":
    """The rows of a results.csv, a column for each member of ``Result``. Raises as ``read_results``."""
    return _frame(map(asdict, read_results(path)), [member.name for member in fields(Result)])


def lines_frame(path: Path) -> "pandas.DataFrame":
    """The lines of a plan.csv, verify.csv or undo.csv, a column for each of theirs. Raises as ``read_results``."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = csv.DictReader(file)
        cells = ({name: unguard(cell) for name, cell in line.items()} for line in lines)
        numbered = ({**line, "row": int(line["row"]) if line["row"] else None} for line in cells)
        return _frame(numbered, [*(lines.fieldnames or ())])


def _frame(lines: Iterator[dict[str, Any]], names: list[str]) -> "pandas.DataFrame":
    """Numbers are ``Int64``, which has a value for none, and all else is ``string``."""
    import pandas

    frame = pandas.DataFrame(lines, columns=names, dtype=object)
    return frame.astype({name: "Int64" if name in NUMBERS else "string" for name in names})


def _typed(line: dict[str, str]) -> dict[str, Any]:
    cells = {name: unguard(cell) for name, cell in line.items()}
    numbers = {name: int(cells[name]) if cells[name] else None for name in NUMBERS}
    return {**cells, **numbers, "status": Status(cells["status"]), "attempts": numbers["attempts"] or 0}
