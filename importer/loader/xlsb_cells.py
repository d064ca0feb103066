"""Scan a sheet of an .xlsb ([MS-XLSB]) for what calamine does not give: error values, formats and hidden rows."""

import posixpath
import zipfile
from collections.abc import Iterator, Mapping
from struct import unpack_from
from typing import Final

from importer.loader.corrections import Correction, ScannedRow, error_text
from importer.loader.number_formats import BUILT_IN, Form, form_of
from importer.loader.sheet_xml import RELATION, attribute, binary_records
from importer.loader.unwrap import Content
from importer.loader.xls_cells import ERRORS

_WORKBOOK: Final = "xl/workbook.bin"
_RELATIONS: Final = "xl/_rels/workbook.bin.rels"
_STYLES: Final = "xl/styles.bin"
# Records (2.3): BrtRowHdr, BrtCellError and BrtFmlaError, cells with a number, BrtFmt, BrtXF and its bounds, others.
_ROW: Final = 0
_ERRORS: Final = frozenset({3, 11})
_NUMBERS: Final = frozenset({2, 5, 9})
_CELLS: Final = frozenset(range(2, 12))
_END_OF_ROWS: Final = 146
_FORMAT: Final = 44
_CELL_FORMAT: Final = 47
_SHEET: Final = 156
_BEGIN_CELL_FORMATS: Final = 617
_END_CELL_FORMATS: Final = 618
_HIDDEN: Final = 0x10


def scan_xlsb(content: Content, place: int) -> Iterator[ScannedRow]:
    """Scan the sheet at ``place`` (from 0)."""
    with zipfile.ZipFile(content.path) as archive:
        names = set(archive.namelist())
        part = _part(archive, place) if {_WORKBOOK, _RELATIONS} <= names else ""
        if part in names:
            yield from _rows(archive, part, _forms(archive) if _STYLES in names else {})


def _part(archive: zipfile.ZipFile, place: int) -> str:
    with archive.open(_WORKBOOK) as file:
        sheets = [_text(data, 8) for kind, data in binary_records(file) if kind == _SHEET]
    wanted = sheets[place] if place < len(sheets) else None
    for tag in RELATION.findall(archive.read(_RELATIONS)):
        if attribute(tag, b"Id") == wanted:
            return posixpath.normpath(posixpath.join("/xl", attribute(tag, b"Target"))).lstrip("/")
    return ""


def _text(data: bytes, at: int) -> str:
    """A text with its number of characters before it (2.5.168 XLWideString)."""
    (size,) = unpack_from("<I", data, at)
    return data[at + 4 : at + 4 + 2 * size].decode("utf-16-le", "replace")


def _forms(archive: zipfile.ZipFile) -> dict[int, Form]:
    codes = {int(number): form for number, form in BUILT_IN.items()}
    formats: list[int] = []
    among = False
    with archive.open(_STYLES) as file:
        for kind, data in binary_records(file):
            among = kind == _BEGIN_CELL_FORMATS or (among and kind != _END_CELL_FORMATS)
            if kind == _FORMAT and (form := form_of(_text(data, 2))):
                codes[unpack_from("<H", data)[0]] = form
            elif kind == _CELL_FORMAT and among:
                formats.append(unpack_from("<H", data, 2)[0])
    return {place: codes[code] for place, code in enumerate(formats) if code in codes}


def _rows(archive: zipfile.ZipFile, part: str, forms: Mapping[int, Form]) -> Iterator[ScannedRow]:
    number, hidden, filled, found = 0, False, False, list[Correction]()
    with archive.open(part) as file:
        for kind, data in binary_records(file):
            if kind in (_ROW, _END_OF_ROWS):
                if found or (hidden and filled):
                    yield ScannedRow(number, hidden and filled, found)
                if kind == _END_OF_ROWS:
                    return
                number, hidden = unpack_from("<I", data)[0] + 1, bool(data[11] & _HIDDEN)
                filled, found = False, []
            elif kind in _CELLS:
                filled = True
                column, style = unpack_from("<2I", data)
                shown = error_text(ERRORS.get(data[8], "")) if kind in _ERRORS else forms.get(style & 0xFFFFFF)
                if shown is not None and (kind in _ERRORS or kind in _NUMBERS):
                    found.append(Correction(number, column, shown))
