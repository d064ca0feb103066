"""The files of rows: results and errors, as CSV and as workbooks, written whole or not at all."""

import csv
import io
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from itertools import zip_longest
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, TypeAlias

from importer.errors import OutputError
from importer.formulas import guard
from importer.models import CREATE_FIELDS, LedgerRow, joined

if TYPE_CHECKING:
    from openpyxl.cell import Cell

RESULT_COLUMNS: Final = (
    *("row", "status", "contact_id", "error_code", "error", "hint", "http_status", "attempts"),
    *CREATE_FIELDS,
)
ERROR_TITLE: Final = "import_error"
"""The last column of an errors file; it is skipped when the file is imported again."""

Write: TypeAlias = Callable[[Sequence[str]], None]
"""Takes the cells of the next row."""

_OWNERS_ALONE: Final = 0o600
MAX_SHEET_ROWS: Final = 1_048_576
_MAX_CELL_CHARACTERS: Final = 32_767
# A byte that did not decode: no file could hold it.
_BROKEN: Final = re.compile("[\ud800-\udfff]")
# XML 1.0 has no way to write these characters; a workbook that held one would not open.
_NOT_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def result_cells(row: LedgerRow) -> list[str]:
    """A row of results.csv, in the order of ``RESULT_COLUMNS``."""
    outcome = row.outcome
    told = (
        *(row.number, outcome.status, outcome.contact_id, outcome.error_code, outcome.error, outcome.hint),
        *(outcome.http_status, outcome.attempts),
    )
    values = row.contact.create_fields()
    return ["" if value is None else str(value) for value in (*told, *map(values.get, CREATE_FIELDS))]


def error_titles(titles: Sequence[str]) -> list[str]:
    """The titles of the errors file: the input's own, and ``import_error`` behind them, once."""
    return [*(title for title in titles if title != ERROR_TITLE), ERROR_TITLE]


def error_cells(row: LedgerRow, titles: Sequence[str]) -> list[str]:
    """A row of the errors file: the input's own cells, then what is wrong and what to do.

    Cells beyond the titles stand behind that, so that the row is refused again until they are dealt with.
    """
    width = len(titles)
    own = [cell for title, cell in zip_longest(titles, row.cells[:width], fillvalue="") if title != ERROR_TITLE]
    reason = joined(row.outcome.error, row.outcome.hint)
    return [_BROKEN.sub("\ufffd", cell) for cell in (*own, reason, *row.cells[width:])]


@contextmanager
def whole_file(path: Path, mode: int = _OWNERS_ALONE) -> Iterator[IO[bytes]]:
    """Write ``path`` whole: under a temporary name, to the disk, then renamed; or not at all.

    ``mode`` is the file's own, whatever the umask: what holds personal data is for its owner alone.

    Raises ``OutputError``.
    """
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        # What a killed process left goes; what somebody else puts there is never written into.
        temporary.unlink(missing_ok=True)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNERS_ALONE)
        try:
            with os.fdopen(descriptor, "wb") as file:
                if mode != _OWNERS_ALONE:
                    temporary.chmod(mode)
                yield file
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise OutputError(
            f"{path} cannot be written: {error.strerror or error}",
            "free space or name another place; the ledger has every row: import-contacts report",
        ) from error


def table_file(path: Path, titles: Sequence[str]) -> AbstractContextManager[Write]:
    """A file of rows below ``titles``: a workbook if the name ends in .xlsx, else CSV. Raises ``OutputError``."""
    return (_xlsx_file if path.suffix.lower() == ".xlsx" else _csv_file)(path, titles)


@contextmanager
def _csv_file(path: Path, titles: Sequence[str]) -> Iterator[Write]:
    """UTF-8 with BOM, for Excel; cells that would run as a formula are guarded."""
    with whole_file(path) as raw:
        text = io.TextIOWrapper(raw, "utf-8-sig", errors="replace", newline="", write_through=True)
        writer = csv.writer(text)

        def write(cells: Sequence[str]) -> None:
            writer.writerow([guard(cell) for cell in cells])

        write(titles)
        yield write
        text.detach()


@contextmanager
def _xlsx_file(path: Path, titles: Sequence[str]) -> Iterator[Write]:
    """One sheet of text cells: no number loses digits, and nothing runs as a formula."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet("contacts")
    sheet.freeze_panes = "A2"
    written = 0

    def cell(text: str) -> "Cell":
        made: Cell = WriteOnlyCell(sheet, _NOT_XML.sub("", text)[:_MAX_CELL_CHARACTERS])
        made.data_type = "s"
        made.number_format = "@"
        return made

    def write(cells: Sequence[str]) -> None:
        nonlocal written
        written += 1
        if written > MAX_SHEET_ROWS:
            raise OutputError(f"{path}: a sheet holds {MAX_SHEET_ROWS:,} rows and no more", "name a .csv file")
        sheet.append([cell(text) if text else None for text in cells])

    try:
        write(titles)
        yield write
    except BaseException:
        sheet.close()  # else openpyxl complains of it when the memory is cleared
        raise
    with whole_file(path) as raw:
        book.save(raw)
