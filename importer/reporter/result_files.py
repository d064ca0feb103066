"""Write results.csv and errors.csv, whole or not at all, and find the cells that a row's errors are about."""

import codecs
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO, Final, TypeAlias

from importer.files import moves
from importer.files.moves import OWNERS_ALONE
from importer.ledger.records import LedgerRow, Source
from importer.ledger.run import Run
from importer.livedesk.contact import CREATE_FIELDS, comparable
from importer.message import Language, Message
from importer.models import NAMES, WHO, CellError, Columns
from importer.normalizer.cells import read
from importer.normalizer.columns import PERSON_FIELDS
from importer.normalizer.text import guard, perhaps_any
from importer.reporter.errors_layout import ErrorsLayout
from importer.texts import told_apart

LAST_FILE: Final = "summary.json"
"""Written last: its presence says that a run's files are complete."""

AUTHOR: Final = "import-contacts"
"""Who wrote a workbook, as its properties say."""

RESULT_COLUMNS: Final = (
    *("row", "status", "contact_id", "error_code", "error", "hint", "http_status", "attempts"),
    *CREATE_FIELDS,
)
Write: TypeAlias = Callable[[Sequence[str]], None]
"""Takes the cells of the next row."""

WriteRow: TypeAlias = Callable[[LedgerRow], None]
WriteRows: TypeAlias = Callable[[Columns], None]
"""Takes the next rows, in the columns ``result_columns``."""


def result_columns(run: Run) -> Sequence[str]:
    """Return the columns of a run's results."""
    return with_source(RESULT_COLUMNS, run)


def with_source(columns: Sequence[str], run: Run) -> Sequence[str]:
    """Return the columns of a file of rows: the row's sheet and its file are the last, each where the run has
    several."""
    return (*columns, *run.source_columns)


def places_of(run: Run) -> Callable[[LedgerRow], Message | int]:
    """Return what tells how people find a row of the input: by its number, and its source where there are several."""
    names = run.names
    return lambda row: Source(row.source, names).among_all(row.number)


def whole_file(path: Path, mode: int = OWNERS_ALONE) -> AbstractContextManager[IO[bytes]]:
    """Write a file of a run whole or not at all (``moves.whole_file``). Raises ``OutputError``."""
    return moves.whole_file(path, mode, REPORT_AGAIN)


REPORT_AGAIN: Final = Message("free space or name another place; the ledger has every row: import-contacts report")
"""The hint if a run's file cannot be written."""


def write_text(path: Path, pieces: Iterable[str]) -> None:
    """Write a file of text. Raises ``OutputError``."""
    with whole_file(path) as file:
        for piece in pieces:
            file.write(piece.encode("utf-8", "replace"))


@contextmanager
def results_csv(path: Path, titles: Sequence[str]) -> Iterator[WriteRows]:
    """Write a file of results with these ``titles``, a line for each row. Raises ``OutputError``."""
    with lines_file(path, titles) as write:
        yield lambda columns: write(lines_of(columns))


def lines_of(columns: Columns, delimiter: str = ",") -> str:
    """The lines of CSV that these columns make; ``delimiter`` may be of several signs."""
    ready = (_ready(cells, delimiter) for cells in columns)
    return "\r\n".join([*map(delimiter.join, zip(*ready, strict=True)), ""])


def _ready(cells: Sequence[str], delimiter: str) -> Sequence[str]:
    """The cells of a column, guarded and quoted for CSV (RFC 4180).

    One look at the whole column, since most need neither: 0.8 µs a row, where ``csv`` takes 2.6.
    """
    text = "\n".join(("", *cells, ""))
    if text.count("\n") == len(cells) + 1 and not (_needs_quotes(text, delimiter) or perhaps_any(text)):
        return cells
    return [_quoted(guard(cell), delimiter) if cell else "" for cell in cells]


def _needs_quotes(text: str, delimiter: str) -> bool:
    """Whether a text has a mark, or any sign of the delimiter: one at a cell's end would be taken for its begin."""
    return '"' in text or "\r" in text or any(map(text.__contains__, delimiter))


def _quoted(cell: str, delimiter: str) -> str:
    doubled = cell.replace('"', '""')
    return f'"{doubled}"' if _needs_quotes(cell, delimiter) or "\n" in cell else cell


def _line(cells: Sequence[str], delimiter: str) -> str:
    return delimiter.join(_quoted(guard(cell), delimiter) for cell in cells) + "\r\n"


@contextmanager
def errors_csv(path: Path, run: Run, language: Language) -> Iterator[WriteRow]:
    """Write rows of a run as a file like its input. Raises ``OutputError``."""
    layout = ErrorsLayout(run.titles, ours_first=False)
    with csv_file(path, layout.all_titles, run.delimiter) as write:
        yield lambda row: write(layout.cells(row, language))


@contextmanager
def csv_file(path: Path, titles: Sequence[str], delimiter: str = ",") -> Iterator[Write]:
    """Write rows below ``titles``, in UTF-8 with BOM for Excel, guarded against formulas. Raises ``OutputError``."""
    with lines_file(path, titles, delimiter) as write:
        yield lambda cells: write(_line(cells, delimiter))


@contextmanager
def lines_file(path: Path, titles: Sequence[str], delimiter: str = ",") -> Iterator[Callable[[str], None]]:
    """Write lines of CSV below ``titles``, as ``csv_file`` does with rows. Raises ``OutputError``."""
    with whole_file(path) as raw:

        def write(lines: str) -> None:
            raw.write(lines.encode("utf-8", "replace"))

        raw.write(codecs.BOM_UTF8)
        write(_line(titles, delimiter))
        yield write


def flawed_cells(run: Run, row: LedgerRow) -> dict[int, CellError]:
    """Return ``{column: flaw}`` for the cells that the row's errors are about, in the order of the columns.

    ``column`` is an index into the row's cells and, as far as they go, ``run.titles``. Several errors of a cell become
    one flaw. A flaw without a column belongs to its field's: for a name all columns that it is joined from, for a row
    that is nobody all that could tell who it is, else the one that holds the value of the error, else those that this
    row fills, else the first. Other errors of the whole row, or of a value from an option, mark no cell.
    """
    found: dict[int, list[CellError]] = {}
    for flaw in row.outcome.flaws:
        for column in _columns(run, row, flaw):
            found.setdefault(column, []).append(flaw)
    return {column: _one(found[column], column) for column in sorted(found)}


_OF_SEVERAL: Final[Mapping[str, Sequence[str]]] = {"name": NAMES, WHO: PERSON_FIELDS}
"""The fields whose columns are all meant."""


def _one(flaws: list[CellError], column: int) -> CellError:
    """Merge the errors of one cell, without repeated messages."""
    messages = dict.fromkeys(message for flaw in flaws for message in flaw.messages)
    hints = dict.fromkeys(hint for flaw in flaws for hint in flaw.hint)
    return CellError(tuple(messages), flaws[0].field, column, tuple(hints))


def _columns(run: Run, row: LedgerRow, flaw: CellError) -> list[int]:
    if flaw.column is not None:
        return [flaw.column]
    fields = _OF_SEVERAL.get(flaw.field, (flaw.field,))
    columns = [column for column, title in enumerate(told_apart(run.titles)) if run.mapping.get(title) in fields]
    if flaw.field in _OF_SEVERAL:
        return columns
    filled = [column for column in columns if column < len(row.cells) and row.cells[column].strip()]
    if len(filled) > 1:
        filled = [column for column in filled if _says(run, flaw, row.cells[column])] or filled
    return filled or columns[:1]


def _says(run: Run, flaw: CellError, cell: str) -> bool:
    """Whether a cell is where the value of an error comes from."""
    country = run.options.get("country")
    value = read(flaw.field, cell, country if isinstance(country, str) else None).value
    keys = {comparable(flaw.field, text) for text in (value, cell.strip()) if text}
    return any(comparable(flaw.field, text.strip('"')) in keys for text in _values(flaw.messages))


def _values(messages: Iterable[Message]) -> Iterator[str]:
    """The values that messages are about, also those within others."""
    for message in messages:
        if isinstance(value := message.values.get("value"), str):
            yield value
        yield from _values(part for part in message.values.values() if isinstance(part, Message))
