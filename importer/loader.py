"""A file to batches of rows of text, with the row numbers that a spreadsheet program shows."""

import re
import stat
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Final

from importer.csv_text import TextFormat, open_text, refuse_binary, text_format
from importer.errors import InputError
from importer.formulas import unguard
from importer.models import Row
from importer.workbook import OLE2_MAGIC, ZIP_MAGIC, NumberedRow, open_sheet

_Rows = Callable[[], Generator[NumberedRow, None, None]]

_HEAD_BYTES: Final = 1 << 12
# Cells that a CSV record may have beyond the longest one at the file's beginning.
_SPARE_CELLS: Final = 64
_CHUNK_CELLS: Final = 200_000
_CHUNK_ROWS: Final = 2000

_UNREADABLE: Final[Mapping[type[OSError], tuple[str, str]]] = {
    FileNotFoundError: ("does not exist", "check the path and the spelling"),
    PermissionError: ("may not be read", "allow this account to read it, or close the program that holds it"),
}

_SAVE_AS: Final = "open it in a spreadsheet program and save it as .xlsx or CSV UTF-8"
_UNPACK: Final = "unpack it first"
# What a file begins with that is neither a workbook nor a table of text, in lower case.
_FOREIGN: Final[tuple[tuple[bytes, str, str], ...]] = (
    (b"%pdf", "a PDF document", "export the table itself as .xlsx or CSV"),
    (b"\x89png", "an image", "export the table itself as .xlsx or CSV"),
    (b"\xff\xd8\xff", "an image", "export the table itself as .xlsx or CSV"),
    (b"gif8", "an image", "export the table itself as .xlsx or CSV"),
    (b"\x1f\x8b", "a gzip archive", _UNPACK),
    (b"bzh91ay&sy", "a bzip2 archive", _UNPACK),
    (b"\xfd7zxz", "an xz archive", _UNPACK),
    (b"\x28\xb5\x2f\xfd", "a zstd archive", _UNPACK),
    (b"7z\xbc\xaf", "a 7z archive", _UNPACK),
    (b"rar!\x1a", "a RAR archive", _UNPACK),
    (b"{\\rtf", "a rich text document", _SAVE_AS),
    (b"<!doctype", "a web page (HTML)", _SAVE_AS),
    (b"<html", "a web page (HTML)", _SAVE_AS),
    (b"<head", "a web page (HTML)", _SAVE_AS),
    (b"<meta", "a web page (HTML)", _SAVE_AS),
    (b"<table", "a web page (HTML)", _SAVE_AS),
    (b"<?xml", "an XML document", _SAVE_AS),
    (b'{"', "JSON", "convert it to CSV"),
    (b"[{", "JSON", "convert it to CSV"),
)

# UTF-16 and UTF-32 are full of NULs.
_WIDE_MARKS: Final = (b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")
_CONTROLS: Final = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1a\x1b"))

_TOO_WIDE: Final = re.compile(r"Expected \d+ fields in line (\d+), saw (\d+)")
_UNCLOSED: Final = re.compile(r"EOF inside string starting at row (\d+)")


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the user says about the file; ``None`` means: find out.

    ``sheet`` is a name or a number from 1 on; ``delimiter`` a character or a word such as ``tab``.
    """

    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None


@dataclass(frozen=True, slots=True)
class _Source:
    """An opened file before its header is found. ``rows`` starts from row 1 at each call."""

    kind: str
    rows: _Rows
    notes: tuple[str, ...]
    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """An opened file whose header is found. Let go of it after reading: a workbook's cells are in its memory.

    ``kind`` is the shape that an errors file should take, "csv" or "xlsx"; ``sheet`` is a workbook's alone,
    ``encoding`` and ``delimiter`` are a text's. ``titles`` are stripped, "" where a column has none;
    ``header_row`` is the row number they stand in. ``notes`` are remarks to print.
    """

    path: Path
    kind: str
    sheet: str | None
    encoding: str | None
    delimiter: str | None
    titles: tuple[str, ...]
    header_row: int
    notes: tuple[str, ...]
    _rows: _Rows = field(repr=False, compare=False)

    def batches(self, size: int = 1000) -> Iterator[list[Row]]:
        """The data rows in the file's order, ``size`` at a time and the last ones fewer; from the top each time.

        Rows without text are passed over. A row's cells are at least as many as the titles, and more only where
        the last one is not empty. Raises ``InputError`` where the file turns out to be damaged.
        """
        with closing(self._rows()) as rows:
            below = (pair for pair in rows if pair[0] > self.header_row and _has_text(pair[1]))
            data = (_row(number, cells, len(self.titles)) for number, cells in below)
            while batch := list(islice(data, size)):
                yield batch


def open_table(path: Path, options: ReadOptions) -> Table:
    """Find out what the file is, how to read it, and where its header stands.

    Raises ``InputError`` for a file that is missing, unreadable, empty, damaged, encrypted or no table.
    """
    source = _source(path, _head(path), options)
    with closing(source.rows()) as rows:
        header = find_header(rows)
        if header is None:
            raise InputError(f"{path} has no text in it", "give a file with a header and a row for every contact")
        if not any(_has_text(cells) for _, cells in rows):
            raise InputError(
                f"{path}: row {header[0]} has the titles, and no row with text follows it",
                "add a row for every contact below the titles",
            )
    number, cells = header
    titles = tuple(_title(cell) for cell in cells[: _count_columns(cells, source.rows)])
    return Table(
        path, source.kind, source.sheet, source.encoding, source.delimiter, titles, number, source.notes, source.rows
    )


def find_header(rows: Iterable[NumberedRow]) -> NumberedRow | None:
    """The row that holds the titles: the first one with text. Takes no more rows than it needs."""
    return next((row for row in rows if _has_text(row[1])), None)


def _count_columns(header: Sequence[str], rows: _Rows) -> int:
    """The number of columns: untitled ones at the end count as far as there is anything in them.

    A CSV record longer than the header does not make a column: there a delimiter stands where it should not.
    """
    titled = _used(header)
    if titled == len(header):
        return titled
    with closing(rows()) as all_rows:
        return max(_used(cells[: len(header)]) for _, cells in all_rows)


def _title(cell: str) -> str:
    # A file joined from two has a second byte order mark, and str.strip() knows none.
    return unguard(cell).strip().strip("\ufeff").strip()


def _row(number: int, cells: Sequence[str], width: int) -> Row:
    """A row of at least ``width`` cells, without the empty ones beyond."""
    kept = max(width, _used(cells)) if any(cells[width:]) else width
    padding = ("",) * (width - len(cells))
    return Row(number, (*map(unguard, cells[:kept]), *padding))


def _has_text(cells: Sequence[str]) -> bool:
    return any(map(str.strip, cells))


def _used(cells: Sequence[str]) -> int:
    """The number of cells up to the last one with text."""
    return next((count for count in range(len(cells), 0, -1) if cells[count - 1].strip()), 0)


def _head(path: Path) -> bytes:
    """The file's first bytes. Raises ``InputError`` if there are none, or it cannot be opened."""
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            what = "a folder" if stat.S_ISDIR(mode) else "not a regular file"
            raise InputError(f"{path} is {what}", "name a file, or - to read CSV from standard input")
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError as error:
        what, hint = _UNREADABLE.get(type(error), (f"cannot be read: {error.strerror}", "check the path and the disk"))
        raise InputError(f"{path} {what}", hint) from error
    if not head:
        raise InputError(f"{path} is empty (0 bytes)", "export it again")
    return head


def _source(path: Path, head: bytes, options: ReadOptions) -> _Source:
    """Open as what the content is, whatever the name says."""
    if head.startswith((ZIP_MAGIC, OLE2_MAGIC)):
        sheet = open_sheet(path, options.sheet)
        return _Source("xlsx", sheet.rows, sheet.notes, sheet=sheet.name)
    _refuse_foreign(path, head, options.encoding)
    form = text_format(path, options.encoding, options.delimiter)
    notes = form.notes if options.sheet is None else (*form.notes, "--sheet is not used: a text file has no sheets")
    rows = partial(_csv_rows, path, form)
    return _Source("csv", rows, notes, encoding=form.encoding, delimiter=form.delimiter)


def _refuse_foreign(path: Path, head: bytes, encoding: str | None) -> None:
    """Refuse what is neither a workbook nor a text. Raises ``InputError`` that says what it is."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for magic, what, hint in _FOREIGN:
        if start.startswith(magic):
            raise InputError(f"{path} is {what}, and not a table", hint)
    if encoding is None and not head.startswith(_WIDE_MARKS):
        refuse_binary(path, len(head) - len(head.translate(None, _CONTROLS)), len(head))


def _csv_rows(path: Path, form: TextFormat) -> Generator[NumberedRow, None, None]:
    """The records of a text file from the first on, padded with "" to one width.

    Raises ``InputError`` for a record that is far too long, a quotation mark that is never closed, a read error.
    """
    import pandas as pd

    width = max(form.lengths, default=0) + _SPARE_CELLS
    try:
        with (
            open_text(path, form.encoding) as file,
            pd.read_csv(
                file,
                sep=form.delimiter,
                engine="c",
                header=None,
                names=range(width),
                index_col=False,
                dtype=object,  # like str nothing is taken for a number, and in half the time
                keep_default_na=False,
                na_filter=False,
                skip_blank_lines=False,
                chunksize=max(1, min(_CHUNK_ROWS, _CHUNK_CELLS // width)),
            ) as chunks,
        ):
            for chunk in chunks:
                yield from _numbered(chunk.itertuples(name=None), form)
    except pd.errors.ParserError as error:
        raise _malformed(path, str(error)) from error
    except (UnicodeError, OSError) as error:
        raise InputError(f"{path} cannot be read to its end: {error}", "check the disk and start again") from error


def _numbered(records: Iterable[tuple[Any, ...]], form: TextFormat) -> Iterator[NumberedRow]:
    """pandas' tuples (index from 0 on, cells) as rows; those of the sample are cut to their true length."""
    for record in records:
        number, cells = record[0] + 1, record[1:]
        if number <= len(form.lengths):
            cells = cells[: max(form.lengths[number - 1], _used(cells))]
        if number > 1 or not form.sep_line:
            yield number, cells


def _malformed(path: Path, reason: str) -> InputError:
    """What pandas' tokenizer says, in the user's words; it counts records from 1 here and from 0 there."""
    if found := _TOO_WIDE.search(reason):
        return InputError(
            f"{path}: record {found[1]} has {found[2]} cells, far more than the records before it",
            "put quotation marks around cells that contain the delimiter, or name the right one with --delimiter",
        )
    if found := _UNCLOSED.search(reason):
        return InputError(
            f"{path}: in record {int(found[1]) + 1} a quotation mark opens a cell and is never closed",
            'close it, or write "" for a quotation mark inside a quoted cell',
        )
    return InputError(f"{path} cannot be split into records: {reason}", _SAVE_AS)
