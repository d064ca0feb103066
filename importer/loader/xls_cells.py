"""Scan a sheet of an .xls for what calamine does not give: formats, error values, hidden rows, texts of Excel 95.

Excel 5.0 and 95 have texts in the code page of the system that wrote them ([MS-XLS] 2.4.52 CodePage), of which
calamine garbles the East Asian ones. Newer ones have Unicode.
"""

import codecs
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from struct import error, unpack_from
from typing import Final, TypeAlias

from importer.loader.broken_bytes import KEEP_BROKEN
from importer.loader.corrections import Correction, ScannedRow, error_text
from importer.loader.number_formats import BUILT_IN, Form, form_of
from importer.loader.ole2 import workbook_stream
from importer.loader.unwrap import Content

# Records ([MS-XLS] 2.3.1, and for Excel 5.0 the OpenOffice.org documentation of the format).
_FORMULA: Final = 0x06
_EOF: Final = 0x0A
_CODE_PAGE: Final = 0x42
_SHEET: Final = 0x85
_MANY_NUMBERS: Final = 0xBD
_RICH_TEXT: Final = 0xD6
_CELL_FORMAT: Final = 0xE0
_TEXT_NUMBER: Final = 0xFD
_NUMBER: Final = 0x203
_TEXT: Final = 0x204
_ERROR: Final = 0x205
_RESULT_TEXT: Final = 0x207
_ROW: Final = 0x208
_NUMBER_SHORT: Final = 0x27E
_FORMAT: Final = 0x41E
_BEGIN: Final = 0x809
_VERSION_5: Final = 0x0500
_HIDDEN: Final = 0x20
_IS_ERROR: Final = 2
_NUMBERS: Final = frozenset({_FORMULA, _NUMBER, _NUMBER_SHORT})
_TEXTS: Final = frozenset({_TEXT, _RICH_TEXT})
_CELLS: Final = frozenset({*_NUMBERS, *_TEXTS, _TEXT_NUMBER, _ERROR})

_Cell: TypeAlias = tuple[int, int, Form | str | None]
"""Row and column from 0, and what is to be corrected, if anything."""

ERRORS: Final[Mapping[int, str]] = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}
"""The error values of Excel's binary formats ([MS-XLS] 2.5.10 BErr)."""

# Numbers of code pages that Python knows under another name.
_CODE_PAGES: Final = {367: "ascii", 936: "gb18030", 1361: "johab", 10000: "mac-roman", 32768: "mac-roman"}


@dataclass(slots=True)
class _Workbook:
    """What the first part of the stream says: ``codec`` is that of an Excel 5.0 or 95, ``None`` for a newer one."""

    codec: str | None = None
    sheets: list[tuple[int, str]] = field(default_factory=list)
    forms: dict[int, Form] = field(default_factory=dict)


def old_sheet_names(content: Content) -> list[str]:
    """The names of the sheets of an Excel 5.0 or 95 workbook in its code page; none of a newer one."""
    try:
        book = _workbook(workbook_stream(content))
    except (error, IndexError):
        return []
    return [name for _, name in book.sheets] if book.codec else []


def scan_xls(content: Content, place: int) -> Iterator[ScannedRow]:
    """Scan the sheet at ``place`` (from 0). Where the file breaks off the scan ends: calamine says so."""
    try:
        stream = workbook_stream(content)
        book = _workbook(stream)
        if place < len(book.sheets):
            yield from _rows(stream, book.sheets[place][0], book)
    except (error, IndexError):
        return


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """The kind and the data of every record up to the end of its part."""
    while at + 4 <= len(stream):
        kind, size = unpack_from("<2H", stream, at)
        yield kind, stream[at + 4 : at + 4 + size]
        if kind == _EOF:
            return
        at += 4 + size


def _workbook(stream: bytes) -> _Workbook:
    book = _Workbook()
    codes: dict[int, Form] = {int(number): form for number, form in BUILT_IN.items()}
    page, formats, places = 1252, list[int](), list[tuple[int, bytes]]()
    for kind, data in _records(stream, 0):
        if kind == _BEGIN and unpack_from("<H", data)[0] == _VERSION_5:
            book.codec = "cp1252"
        elif kind == _CODE_PAGE:
            (page,) = unpack_from("<H", data)
        elif kind == _SHEET:
            places.append((unpack_from("<I", data)[0], data[6:]))
        elif kind == _FORMAT and (form := form_of(_format(data[2:], book.codec))):
            codes[unpack_from("<H", data)[0]] = form
        elif kind == _CELL_FORMAT:
            formats.append(unpack_from("<H", data, 2)[0])
    if book.codec:
        book.codec = _codec(page)
        book.sheets = [(at, name[1 : 1 + name[0]].decode(book.codec, KEEP_BROKEN)) for at, name in places]
    else:
        book.sheets = [(at, "") for at, _ in places]
    book.forms = {number: codes[code] for number, code in enumerate(formats) if code in codes}
    return book


def _codec(page: int) -> str:
    name = _CODE_PAGES.get(page, f"cp{page}")
    try:
        return codecs.lookup(name).name
    except LookupError:
        return "cp1252"


def _format(data: bytes, codec: str | None) -> str:
    """The code of a number format; its signs are ASCII."""
    if codec:
        return data[1 : 1 + data[0]].decode("latin-1")
    size, wide = unpack_from("<HB", data)
    return data[3 : 3 + 2 * size].decode("utf-16-le", "replace") if wide & 1 else data[3 : 3 + size].decode("latin-1")


def _rows(stream: bytes, at: int, book: _Workbook) -> Iterator[ScannedRow]:
    """The rows in their order. A row is declared before its cells; a hidden one counts if it has any."""
    hidden = set[int]()
    for row, cells in groupby(_cells(stream, at, book, hidden), itemgetter(0)):
        found = [Correction(row + 1, column, shown) for _, column, shown in cells if shown is not None]
        if found or row in hidden:
            yield ScannedRow(row + 1, row in hidden, found)


def _cells(stream: bytes, at: int, book: _Workbook, hidden: set[int]) -> Iterator[_Cell]:
    """Every cell with content; adds to ``hidden`` the rows that are."""
    row = column = 0
    for kind, data in _records(stream, at):
        if kind == _ROW and unpack_from("<H", data, 12)[0] & _HIDDEN:
            hidden.add(unpack_from("<H", data)[0])
        elif kind == _MANY_NUMBERS:
            row, column = unpack_from("<2H", data)
            styles = range(4, len(data) - 2, 6)
            yield from (
                (row, column + number, book.forms.get(unpack_from("<H", data, style)[0]))
                for number, style in enumerate(styles)
            )
        elif kind == _RESULT_TEXT:  # of the formula before it
            yield row, column, _text(data, book.codec)
        elif kind in _CELLS:
            row, column, style = unpack_from("<3H", data)
            yield row, column, _shown(kind, data, book, style)


def _shown(kind: int, data: bytes, book: _Workbook, style: int) -> Form | str | None:
    if kind == _ERROR:
        return error_text(ERRORS.get(data[6], "")) if data[7] else None
    if kind == _FORMULA and data[12:14] == b"\xff\xff":  # the result is no number
        return error_text(ERRORS.get(data[8], "")) if data[6] == _IS_ERROR else None
    if kind in _NUMBERS:
        return book.forms.get(style)
    return _text(data[6:], book.codec) if kind in _TEXTS else None


def _text(data: bytes, codec: str | None) -> str | None:
    if codec is None:
        return None
    (size,) = unpack_from("<H", data)
    return data[2 : 2 + size].decode(codec, KEEP_BROKEN)
