"""Write workbooks: the results with a summary, and the rows to correct and import again."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from itertools import chain, repeat
from pathlib import Path, PurePath
from typing import Final

from importer.ledger.records import LedgerRow, SourceName
from importer.ledger.run import Run
from importer.message import Language, Message, Messages
from importer.models import CellError, Columns, Status
from importer.reporter.errors_layout import ErrorsLayout
from importer.reporter.result_files import WriteRow, WriteRows, flawed_cells, result_columns
from importer.reporter.summary import WORDS, Summary
from importer.reporter.verdict import BANNERS, files_of, inboxes_of, verdict
from importer.reporter.worksheets import HEADER, NUMBER, PLAIN, Book, Cell, Look, Sheet, SheetColumn, workbook

STATUS_LOOKS: Final[Mapping[Status, Look]] = {
    # Green is done, blue and grey were there before, red and amber need attention. Contrast is at least 7 (WCAG: 4.5).
    Status.CREATED: Look("14532D", "DCF3E1"),
    Status.UPDATED: Look("0B4A4F", "D3F0EE"),
    Status.VALID: Look("33501A", "E6F2D2"),
    Status.EXISTS: Look("173F73", "DFEBFA"),
    Status.UNCHANGED: Look("39434E", "ECEFF2"),
    Status.DUPLICATE: Look("46307A", "EAE4F7"),
    Status.LEFT_OUT: Look("39434E", "E6E9EC"),
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

_REASON: Final = Look("7F1D1D", align="left", indent=1, wrap=True)
_LOOKS: Final = (PLAIN, _REASON)
"""Of the columns that an errors workbook begins with."""
_MAX_SHEET_NAME: Final = 31
_NOT_IN_SHEET_NAMES: Final = re.compile(r"[\[\]:*?/\\\x00-\x1f\ud800-\udfff\ufffe\uffff]|^'|'$")
_NUMBERS: Final = frozenset({"row", "http_status", "attempts"})
_REHEARSAL_COLOR: Final = "F2A33A"
_WORDS_WIDTH: Final = 24.0
_ROW_WIDTH: Final = 11.0
_REASON_WIDTH: Final = 56.0


@contextmanager
def results_workbook(path: Path, summary: Summary, language: Language) -> Iterator[WriteRows]:
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
        _summarize(book.sheet("summary", widths, frozen=None, tab=tab), summary, language)


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
def errors_workbook(path: Path, run: Run, language: Language) -> Iterator[WriteRow]:
    """Write rows to a workbook like the input, sheet by sheet; it marks cells to correct. Raises ``OutputError``."""
    parts, names = run.parts, run.names
    begun: list[tuple[int, Sheet]] = []
    with workbook(path) as book:

        def write(row: LedgerRow) -> None:
            # The rows of a sheet come together; those of a text may be more than a sheet holds.
            is_full = bool(begun) and begun[-1][1].is_full and parts[row.source].kind == "csv"
            if not begun or begun[-1][0] != row.source or is_full:
                for _, sheet in begun[-1:]:
                    sheet.end()
                name = _sheet_of(names[row.source]) if names else parts[0].sheet
                begun[:] = [(row.source, _errors_sheet(book, parts[row.source], name))]
            begun[-1][1].append(_error(row, parts[row.source], language))

        yield write
        for _, sheet in begun:
            sheet.end()


def _sheet_of(name: SourceName) -> str:
    """What the sheet of a source is called."""
    stem = PurePath(name.file).stem
    return sheet_name(f"{stem} {name.sheet}".strip(), sheet_name(name.sheet, stem[:_MAX_SHEET_NAME]))


def _errors_sheet(book: Book, run: Run, name: str | None) -> Sheet:
    """A sheet with the titles of the input, and room for what is wrong."""
    layout = ErrorsLayout(run.titles, ours_first=True)
    widths = [*run.widths, *[0.0] * len(run.titles)]
    columns = (_ROW_WIDTH, _REASON_WIDTH, *(float(widths[place]) for place in layout.own))
    sheet = book.sheet(sheet_name(name, "contacts"), [*map(SheetColumn, columns)], frozen=len(_LOOKS))
    sheet.append([Cell(title, HEADER) for title in layout.all_titles])
    return sheet


def _error(row: LedgerRow, run: Run, language: Language) -> list[Cell | None]:
    layout = ErrorsLayout(run.titles, ours_first=True)
    texts = layout.cells(row, language)
    looks = chain(_LOOKS, repeat(PLAIN))
    cells = [Cell(text, look) if text else None for text, look in zip(texts, looks, strict=False)]
    for column, flaw in flawed_cells(run, row).items():
        place = layout.place(column)
        if place is not None and place < len(cells):
            cells[place] = Cell(texts[place], FLAWED, _remark(flaw, row.outcome.hint, language))
    return cells


def _remark(flaw: CellError, otherwise: Messages, language: Language) -> str:
    """What is wrong with a cell and what to do; ``otherwise`` is the row's hint."""
    error, hint = language.sentence(flaw.messages), language.sentence(flaw.hint or otherwise)
    advice = Message("What to do: {hint}", hint=hint)  # on a line of its own: tools find no message within an f-string
    return f"{error}\n\n{language.tell(advice)}" if hint else error


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


def _summarize(sheet: Sheet, summary: Summary, language: Language) -> None:
    """Say how the run went, for readers who open only the workbook."""
    tell, good = language.tell, not (summary.wrong or summary.others or summary.run.stopped)
    sheet.append([Cell(language.sentence(verdict(summary)), _GOOD if good else _BAD)])
    if summary.run.mode != "import":
        sheet.append([Cell(tell(BANNERS[summary.run.mode]), _REHEARSAL), *[Cell("", _REHEARSAL)] * 3])
    sheet.append([])
    for label, cell in _facts(summary, language):
        sheet.append([Cell(tell(label), _LABEL), cell])
    _statuses(sheet, summary, language)
    if summary.causes:
        sheet.append([])
        sheet.append([Cell(tell(Message("Errors")), _HEADING)])
        sheet.append(_titles(language, Message("Code"), Message("Rows"), Message("Meaning"), Message("What to do")))
    for cause in summary.causes:
        advice = (Cell(language.sentence(words), _WRAPPED) for words in cause.advice)
        sheet.append([Cell(cause.code), Cell(cause.count, _COUNT), *advice])
    sheet.end()


def _statuses(sheet: Sheet, summary: Summary, language: Language) -> None:
    sheet.append([])
    sheet.append([Cell(language.tell(Message("Rows by status")), _HEADING)])
    sheet.append(_titles(language, Message("Status"), Message("Rows"), Message("Meaning")))
    for status, meaning in WORDS.items():
        if status in summary.counts:
            count = Cell(summary.counts[status], _COUNT)
            sheet.append([Cell(status, STATUS_LOOKS[status]), count, Cell(language.tell(meaning))])


def _titles(language: Language, first: Message, counted: Message, *others: Message) -> list[Cell]:
    """The titles of a table whose second column has numbers."""
    texts = [Cell(language.tell(title), HEADER) for title in (first, *others)]
    return [texts[0], Cell(language.tell(counted), _COUNT_TITLE), *texts[1:]]


def _facts(summary: Summary, language: Language) -> Iterator[tuple[Message, Cell]]:
    """Labels and facts of the run."""
    run, tell = summary.run, language.tell
    yield Message("File"), Cell(language.text(files_of(run)))
    if run.sheet:
        yield Message("Sheet"), Cell(run.sheet)
    yield Message("Inbox"), Cell(language.text(inboxes_of(summary) or Message("as each row says")))
    yield Message("Address"), Cell(run.base_url)
    if run.started_by:
        yield Message("Who"), Cell(run.started_by)
    yield Message("Run"), Cell(run.id)
    yield Message("Started"), Cell(_moment(run.started_at))
    yield Message("Finished"), Cell(_moment(run.finished_at) if run.finished_at else tell(Message("it did not")))
    yield Message("Duration"), Cell(tell(_duration(summary.seconds)))
    yield Message("Rows"), Cell(summary.rows, _FACT_COUNT)
    yield Message("Rows a second"), Cell(summary.rows_per_second, _FACT_PACE)
    if run.exit_code is not None:
        yield Message("Requests"), Cell(run.requests, _FACT_COUNT)


def _moment(iso: str) -> str:
    """``2026-01-17 08:15:30 UTC``."""
    return f"{datetime.fromisoformat(iso):%Y-%m-%d %H:%M:%S %Z}"


def _duration(seconds: float) -> Message:
    """``4.2 s``, or in whole seconds ``1 h 02 min 05 s``."""
    if seconds < 60:
        return Message("{n} s", n=f"{seconds:.1f}")
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if not hours:
        return Message("{minutes} min {seconds} s", minutes=minutes, seconds=f"{rest:02}")
    return Message("{hours} h {minutes} min {seconds} s", hours=hours, minutes=f"{minutes:02}", seconds=f"{rest:02}")
