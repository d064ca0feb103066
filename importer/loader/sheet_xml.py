"""Read from a workbook's own parts what calamine does not give: where a sheet is, its widths, how far its cells reach.

calamine would keep all cells up to the last filled one in memory. A sheet's own ``dimension`` counts cells with a mere
format, and some programs leave it out or write it wrong: only a large sheet with a modest one is believed, else the
cells are read.
"""

import html
import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from functools import partial
from struct import unpack_from
from typing import IO, Final

from importer.errors import InputError
from importer.loader.unwrap import ZIP_MAGIC, Content
from importer.texts import column_index, column_letter

WORKBOOK: Final = "xl/workbook.xml"
RELATIONS: Final = "xl/_rels/workbook.xml.rels"
_SHEET: Final = re.compile(rb"<(?:\w+:)?sheet\s[^>]*>")
RELATION: Final = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")
# The columns stand before the rows; the 16,384 that there may be take less than this.
_MOST_BYTES: Final = 1 << 22
_COLUMN: Final = re.compile(rb"<(?:\w+:)?col\s[^>]*>")
_ROWS: Final = re.compile(rb"<(?:\w+:)?sheetData[\s/>]")
# Excel's last column, and its widest one in characters.
_MOST_COLUMNS: Final = 1 << 14
_WIDEST: Final = 255.0
# calamine keeps 32 bytes for every cell of the rectangle up to the last filled one, filled or not, and where it gets
# no memory the whole process dies.
_MOST_CELLS: Final = 50_000_000

_BLOCK_BYTES: Final = 1 << 20
_HEAD_BLOCK_BYTES: Final = 1 << 16
_HEAD_BYTES: Final = 1 << 12
XML_PART: Final = re.compile(r"xl/worksheets/[^/]+\.xml")
_BINARY_PART: Final = re.compile(r"xl/worksheets/[^/]+\.bin")
_DIMENSION_TAG: Final = re.compile(rb"""<(?:\w+:)?dimension ref=["'][A-Z]+\d+:([A-Z]+)(\d+)["']""")
# A cell that ends in "/>" has only a format. Its attributes stand in any order.
_FILLED_CELL: Final = re.compile(rb"""<(?:\w+:)?c\s(?:[^>]*?\s)?r\s*=\s*["']([A-Z]+)(\d+)["'](?:[^>/]|/(?!>))*>""")
# Records of an .xlsb ([MS-XLSB] 2.3): BrtRowHdr, BrtWsDim, BrtEndSheetData, the cells with a value, and BrtCellBlank.
_ROW: Final = 0
_DIMENSION: Final = 148
_END_OF_ROWS: Final = 146
_FILLED: Final = frozenset(range(2, 12))
_BLANKS: Final = re.compile(rb"(?:\x01\x08.{8})++", re.DOTALL)
# A row, or a cell with a text of 32,767 characters, takes fewer bytes; the rest of a longer record is skipped.
_LONGEST_RECORD: Final = 1 << 18


def sheet_part(archive: zipfile.ZipFile, place: int) -> str | None:
    """The part in which the sheet at ``place`` (from 0) is, by the workbook's list and its relations (ISO/IEC 29500-2).

    ``None`` where the archive is no .xlsx, or has no such part.
    """
    # Names are without case (ISO/IEC 29500-2, 6.2.2), and some programs write them with backslashes.
    names = {name.replace("\\", "/").lower(): name for name in archive.namelist()}
    if not {WORKBOOK, RELATIONS} <= names.keys():
        return None
    sheets = _SHEET.findall(archive.read(names[WORKBOOK]))
    if place >= len(sheets):
        return None
    wanted = attribute(sheets[place], rb"\w+:id")
    for tag in RELATION.findall(archive.read(names[RELATIONS])):
        if attribute(tag, b"Id") == wanted:
            part = posixpath.normpath(posixpath.join("/xl", attribute(tag, b"Target"))).lstrip("/")
            return names.get(part.lower())
    return None


def attribute(tag: bytes, name: bytes) -> str:
    """Return the attribute of a tag by its name (a regular expression), ``""`` if it has none."""
    found = re.search(rb"\s" + name + rb"""\s*=\s*(?:"([^"]*)"|'([^']*)')""", tag)
    return html.unescape((found[1] or found[2] or b"").decode("utf-8", "replace")) if found else ""


def column_widths(content: Content, place: int) -> tuple[float, ...]:
    """Return the widths in characters of the sheet at ``place`` (from 0), up to the last column that has one.

    0 where nothing is said of a column, or it is hidden by having no width; one that is hidden otherwise has its own.
    Empty for a workbook that is no .xlsx.
    """
    if content.head(len(ZIP_MAGIC)) != ZIP_MAGIC:
        return ()
    with zipfile.ZipFile(content.path) as archive:
        part = sheet_part(archive, place)
        head = _above_rows(archive, part) if part else b""
    widths: list[float] = []
    for first, last, width in _columns(head):
        widths += [0.0] * (last - len(widths))
        widths[first - 1 : last] = [width] * (last - first + 1)
    return tuple(widths)


def _above_rows(archive: zipfile.ZipFile, part: str) -> bytes:
    """What a sheet's XML says before its rows."""
    head = b""
    with archive.open(part) as file:
        while len(head) < _MOST_BYTES and (block := file.read(_HEAD_BLOCK_BYTES)):
            head += block
            if found := _ROWS.search(head, max(0, len(head) - len(block) - 100)):
                return head[: found.start()]
    return head


def _columns(head: bytes) -> Iterator[tuple[int, int, float]]:
    """The first and the last column (from 1) of each span, and its width; skips what makes no sense."""
    for tag in _COLUMN.findall(head):
        try:
            first, last = int(attribute(tag, b"min")), min(int(attribute(tag, b"max")), _MOST_COLUMNS)
            width = float(attribute(tag, b"width"))
        except ValueError:
            continue
        if 1 <= first <= last and 0 < width <= _WIDEST:
            yield first, last, width


def refuse_sparse(content: Content, archive: zipfile.ZipFile) -> None:
    """Raise ``InputError`` for a sheet with a filled cell so far out that memory cannot hold the rectangle up to it.

    Raises ``IndexError`` or ``struct.error`` for records that do not follow one another.
    """
    for name in archive.namelist():
        column, row = _reach(archive, name)
        if column * row > _MOST_CELLS:
            raise InputError(
                "{content}: the filled cells reach to column {column} and row {row}, too far to read",
                "delete the stray cells below or beside the table",
                content=content,
                column=column_letter(column - 1),
                row=row,
            )


def _reach(archive: zipfile.ZipFile, name: str) -> tuple[int, int]:
    """The last column and row of a sheet, by its dimension if that is credible; ``(0, 0)`` for other parts."""
    if XML_PART.fullmatch(name):
        said, read = _xml_dimension, _xml_cells
    elif _BINARY_PART.fullmatch(name):
        said, read = _binary_dimension, _binary_cells
    else:
        return 0, 0
    with archive.open(name) as part:
        columns, rows = said(part.read(_HEAD_BYTES))
    if archive.getinfo(name).file_size > _BLOCK_BYTES and 0 < columns * rows <= _MOST_CELLS:
        return columns, rows
    with archive.open(name) as part:
        return read(part)


def _xml_dimension(head: bytes) -> tuple[int, int]:
    found = _DIMENSION_TAG.search(head)
    return (column_index(found[1]) + 1, int(found[2])) if found else (0, 0)


def _xml_cells(part: IO[bytes]) -> tuple[int, int]:
    column, row, rest = b"", b"", b""
    for block in iter(partial(part.read, _BLOCK_BYTES), b""):
        found = _FILLED_CELL.findall(rest + block)
        column = max((column, *(letters for letters, _ in found)), key=_by_size)
        row = max((row, *(digits for _, digits in found)), key=_by_size)
        rest = block[-256:]
    return column_index(column) + 1, int(row or b"0")


def _by_size(digits: bytes) -> tuple[int, bytes]:
    return len(digits), digits


def _binary_dimension(head: bytes) -> tuple[int, int]:
    for kind, data in binary_records(io.BytesIO(head)):
        if kind == _DIMENSION:
            _, row, _, column = unpack_from("<4I", data)
            return column + 1, row + 1
        if kind == _ROW:
            break
    return 0, 0


def _binary_cells(part: IO[bytes]) -> tuple[int, int]:
    column, row, current = 0, 0, 0
    for kind, data in binary_records(part):
        if kind == _ROW:
            (current,) = unpack_from("<I", data)
        elif kind in _FILLED:
            column, row = max(column, unpack_from("<I", data)[0] + 1), max(row, current + 1)
        elif kind == _END_OF_ROWS:
            break
    return column, row


def binary_records(part: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """The kind and the data of every record ([MS-XLSB] 2.1.4) but cells that have only a format."""
    data, at = b"", 0
    while True:
        if len(data) - at < _LONGEST_RECORD:
            data, at = data[at:] + part.read(_BLOCK_BYTES), 0
        if at == len(data):
            return
        if blanks := _BLANKS.match(data, at):
            at = blanks.end()
            continue
        kind, at = data[at] & 0x7F | (data[at + 1] << 7 if data[at] & 0x80 else 0), at + 1 + (data[at] >> 7)
        size = shift = 0
        while True:
            size, shift, at = size | (data[at] & 0x7F) << shift, shift + 7, at + 1
            if not data[at - 1] & 0x80:
                break
        yield kind, data[at : at + size]
        at += size
        if at > len(data):
            part.read(at - len(data))
            data, at = b"", 0
