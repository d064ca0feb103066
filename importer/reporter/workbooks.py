"""Write workbooks: the results with a summary, the rows to correct and import again, and the template to fill in."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from itertools import zip_longest
from pathlib import Path
from typing import Final

from importer.errors import ConfigError
from importer.ledger.records import LedgerRow
from importer.ledger.run import Run
from importer.message import Messages, sentence
from importer.models import CellError, Columns, Row, Status
from importer.reporter.result_files import (
    WriteRow,
    WriteRows,
    error_cells,
    error_place,
    error_titles,
    flawed_cells,
    result_columns,
    whole_file,
)
from importer.reporter.summary import WORDS, Summary
from importer.reporter.verdict import BANNERS, inboxes_of, verdict
from importer.reporter.worksheets import HEADER, NUMBER, PLAIN, Book, Cell, Look, Sheet, SheetColumn, workbook
from importer.texts import ERROR_TITLE, column_letter

STATUS_LOOKS: Final[Mapping[Status, Look]] = {
    # Green is done, blue and grey were there before, red and amber need attention. Contrast is at least 7 (WCAG: 4.5).
    Status.CREATED: Look("14532D", "DCF3E1"),
    Status.UPDATED: Look("0B4A4F", "D3F0EE"),
    Status.VALID: Look("33501A", "E6F2D2"),
    Status.EXISTS: Look("173F73", "DFEBFA"),
    Status.UNCHANGED: Look("39434E", "ECEFF2"),
    Status.DUPLICATE: Look("46307A", "EAE4F7"),
    Status.INVALID: Look("7F1D1D", "FBDCD8"),
    Status.FAILED: Look("FFFFFF", "9B1C1C"),
    Status.UNKNOWN: Look("5F3A00", "FDE2B5"),
    Status.NOT_FOUND: Look("5B2A00", "FBE3D0"),
    Status.NOT_SENT: Look("554600", "FFF3C4"),
    Status.CREATE: Look("14532D", "E4F6E9"),
    Status.UPDATE: Look("0B4A4F", "DDF4F2"),
    Status.SAME: Look("39434E", "F2F4F6"),
    Status.CONFLICT: Look("7F1D1D", "F9D3CE"),
    Status.DIFFERENT: Look("5F3A00", "FBDCA6"),
    Status.MISSING: Look("FFFFFF", "8A1A1A"),
    Status.UNDONE: Look("33501A", "EBF4DB"),
    Status.KEPT: Look("554600", "FFEFAF"),
}
"""The look of each status's cell."""

FLAWED: Final = Look("7F1D1D", "FBDCD8")
"""The look of a cell that an error is about."""

_REASON: Final = Look("7F1D1D")
_MAX_SHEET_NAME: Final = 31
_NOT_IN_SHEET_NAMES: Final = re.compile(r"[\[\]:*?/\\\x00-\x1f\ud800-\udfff\ufffe\uffff]|^'|'$")
_NUMBERS: Final = frozenset({"row", "http_status", "attempts"})
_REHEARSAL_COLOR: Final = "F2A33A"
_WORDS_WIDTH: Final = 24.0
_REASON_WIDTH: Final = 70.0


@contextmanager
def results_workbook(path: Path, summary: Summary) -> Iterator[WriteRows]:
    """Write the rows to a workbook, and how the run went to its second sheet: an import reads the first.

    Raises ``OutputError``.
    """
    rehearsal = summary.run.mode != "import"  # or a plan, a verification, an undo: no import either way
    tab = _REHEARSAL_COLOR if rehearsal else ""
    titles = result_columns(summary.run)
    columns = [SheetColumn(form=NUMBER.form if title in _NUMBERS else PLAIN.form) for title in titles]
    with workbook(path) as book:
        results = book.sheet(f"results ({summary.run.mode})" if rehearsal else "results", columns, tab=tab)
        results.append([Cell(title, HEADER) for title in titles])
        yield lambda columns: _append_results(results, titles, columns)
        results.end()
        widths = [SheetColumn(_WORDS_WIDTH), SheetColumn(12), SheetColumn(56), SheetColumn(64)]
        _summarize(book.sheet("summary", widths, titled=False, tab=tab), summary)


def _append_results(results: Sheet, titles: Sequence[str], columns: Columns) -> None:
    for texts in zip(*columns, strict=True):
        results.append([_result_cell(title, text) for title, text in zip(titles, texts, strict=True)])


def _result_cell(title: str, text: str) -> Cell | None:
    if not text:
        return None
    if title == "status":
        return Cell(text, STATUS_LOOKS.get(Status(text), PLAIN))
    return Cell(int(text), NUMBER) if title in _NUMBERS else Cell(text)


def sheet_name(wanted: str | None, otherwise: str) -> str:
    """Return ``wanted`` if a workbook can have a sheet of that name, else ``otherwise``."""
    units = len((wanted or "").encode("utf-16-le", "surrogatepass")) // 2  # as workbooks count
    if not wanted or units > _MAX_SHEET_NAME or _NOT_IN_SHEET_NAMES.search(wanted):
        return otherwise
    return otherwise if wanted.casefold() == "history" else wanted  # Excel reserves that name


@contextmanager
def errors_workbook(path: Path, run: Run) -> Iterator[WriteRow]:
    """Write rows to a workbook like the input, sheet by sheet; it marks cells to correct. Raises ``OutputError``."""
    parts, sheets = run.parts, dict[int, Sheet]()
    with workbook(path) as book:

        def write(row: LedgerRow) -> None:
            if row.source not in sheets:  # the rows of a sheet come together
                for sheet in [*sheets.values()][-1:]:
                    sheet.end()
                sheets[row.source] = _errors_sheet(book, parts[row.source])
            sheets[row.source].append(_error(row, parts[row.source]))

        yield write
        for sheet in [*sheets.values()][-1:]:
            sheet.end()


def _errors_sheet(book: Book, run: Run) -> Sheet:
    """A sheet with the titles of the input, and room for what is wrong."""
    titles = error_titles(run.titles)
    pairs = zip_longest(run.titles, run.widths[: len(run.titles)], fillvalue=0.0)
    columns = [SheetColumn(float(width)) for title, width in pairs if title != ERROR_TITLE]
    sheet = book.sheet(sheet_name(run.sheet, "contacts"), [*columns, SheetColumn(_REASON_WIDTH)])
    sheet.append([Cell(title, HEADER) for title in titles])
    return sheet


def _error(row: LedgerRow, run: Run) -> list[Cell | None]:
    texts = error_cells(row, run.titles)
    reason = len(error_titles(run.titles)) - 1
    cells = [Cell(text, _REASON if place == reason else PLAIN) if text else None for place, text in enumerate(texts)]
    for column, flaw in flawed_cells(run, row).items():
        place = error_place(column, run.titles)
        if place is not None and place < len(cells):
            cells[place] = Cell(texts[place], FLAWED, _remark(flaw, row.outcome.hint))
    return cells


def _remark(flaw: CellError, otherwise: Messages) -> str:
    """What is wrong with a cell and what to do; ``otherwise`` is the row's hint."""
    error, hint = sentence(flaw.messages), sentence(flaw.hint or otherwise)
    return f"{error}\n\nWhat to do: {hint}" if hint else error


_GOOD: Final = Look("14532D", bold=True, size=16)
_BAD: Final = Look("9B1C1C", bold=True, size=16)
_REHEARSAL: Final = Look("3D2600", "FBD38D", bold=True, size=12)
_HEADING: Final = Look(bold=True, size=12)
_LABEL: Final = Look("52606D")
_FACT_COUNT: Final = Look(form="#,##0", align="left")
_FACT_PACE: Final = Look(form="#,##0.0", align="left")
_COUNT: Final = Look(form="#,##0", align="right")
_COUNT_TITLE: Final = replace(HEADER, align="right")
_WRAPPED: Final = Look(wrap=True)


def _summarize(sheet: Sheet, summary: Summary) -> None:
    """Say how the run went, for readers who open only the workbook."""
    good = not summary.wrong and not summary.run.stopped
    sheet.append([Cell(sentence(verdict(summary)), _GOOD if good else _BAD)])
    if summary.run.mode != "import":
        words = str(BANNERS[summary.run.mode])
        sheet.append([Cell(words, _REHEARSAL), *[Cell("", _REHEARSAL)] * 3])
    sheet.append([])
    for label, cell in _facts(summary):
        sheet.append([Cell(label, _LABEL), cell])
    sheet.append([])
    sheet.append([Cell("Rows by status", _HEADING)])
    sheet.append([Cell("Status", HEADER), Cell("Rows", _COUNT_TITLE), Cell("Meaning", HEADER)])
    for status, meaning in WORDS.items():
        if status in summary.counts:
            sheet.append([Cell(status, STATUS_LOOKS[status]), Cell(summary.counts[status], _COUNT), Cell(str(meaning))])
    if summary.causes:
        sheet.append([])
        sheet.append([Cell("Errors", _HEADING)])
        advice_titles = (Cell("Meaning", HEADER), Cell("What to do", HEADER))
        sheet.append([Cell("Code", HEADER), Cell("Rows", _COUNT_TITLE), *advice_titles])
    for cause in summary.causes:
        advice = (Cell(sentence(words), _WRAPPED) for words in cause.advice)
        sheet.append([Cell(cause.code), Cell(cause.count, _COUNT), *advice])
    sheet.end()


def _facts(summary: Summary) -> Iterator[tuple[str, Cell]]:
    """Labels and facts of the run."""
    run = summary.run
    yield "File", Cell(run.file)
    if run.sheet:
        yield "Sheet", Cell(run.sheet)
    yield "Inbox", Cell(str(inboxes_of(summary)) or "as each row says")
    yield "Address", Cell(run.base_url)
    if run.started_by:
        yield "Who", Cell(run.started_by)
    yield "Run", Cell(run.id)
    yield "Started", Cell(_moment(run.started_at))
    yield "Finished", Cell(_moment(run.finished_at) if run.finished_at else "it did not")
    yield "Duration", Cell(_duration(summary.seconds))
    yield "Rows", Cell(summary.rows, _FACT_COUNT)
    yield "Rows a second", Cell(summary.rows_per_second, _FACT_PACE)
    if run.exit_code is not None:
        yield "Requests", Cell(run.requests, _FACT_COUNT)


def _moment(iso: str) -> str:
    """``2026-01-17 08:15:30 UTC``."""
    return f"{datetime.fromisoformat(iso):%Y-%m-%d %H:%M:%S %Z}"


def _duration(seconds: float) -> str:
    """``4.2 s``, or in whole seconds ``1 h 02 min 05 s``."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min {rest:02} s" if hours else f"{minutes} min {rest:02} s"


_COLUMNS: Final = (
    # Of the template: a column's title, an example, and advice.
    ("Name", "Example Person", "The whole name, as the desk should show it."),
    ("Email", "example.person@example.com", "One address: name@example.com. Unique in the desk."),
    ("Phone number", "+49 30 23125 000", "With its country code: +86 138 0013 8000. Unique in the desk."),
    ("Identifier", "EXAMPLE-0001", "Your own id for the person. Unique in the desk."),
    ("Avatar URL", "https://example.com/picture.png", "A link to a picture, http or https. May stay empty."),
)
_EXAMPLE: Final = tuple(example for _, example, _ in _COLUMNS)


def is_example(row: Row) -> bool:
    """Whether a row is the template's example, which people leave in."""
    return row.cells[: len(_EXAMPLE)] == _EXAMPLE


def write_template(path: Path) -> None:
    """Write an empty workbook with the right titles, in text format so that numbers keep their digits.

    Raises ``ConfigError`` if ``path`` exists or is no .xlsx, ``OutputError``.
    """
    from openpyxl import Workbook
    from openpyxl.styles import Font
    from openpyxl.worksheet.datavalidation import DataValidation

    if path.suffix.lower() != ".xlsx":
        raise ConfigError("{path}: a template is a workbook", "name a file that ends in .xlsx", path=path)
    if path.exists():
        raise ConfigError("{path} exists and is not overwritten", "name another file", path=path)
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "contacts"
    sheet.freeze_panes = "A2"
    for number, (title, example, advice) in enumerate(_COLUMNS, start=1):
        letter = column_letter(number - 1)
        sheet.column_dimensions[letter].width = 32
        sheet.column_dimensions[letter].number_format = "@"
        sheet.cell(1, number, title).font = Font(bold=True)
        cell = sheet.cell(2, number, example)
        cell.number_format = "@"
        cell.font = Font(italic=True, color="808080")
        hint = DataValidation(showInputMessage=True, promptTitle=title, prompt=advice)
        hint.add(f"{letter}1:{letter}1048576")
        sheet.add_data_validation(hint)
    with whole_file(path) as file:
        book.save(file)
