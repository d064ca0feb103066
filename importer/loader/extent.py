"""Find out from a sheet's own bytes how far its filled cells reach: calamine would keep all of that in memory.

A sheet's own ``dimension`` counts cells with a mere format, and some programs leave it out or write it wrong: only a
large sheet with a modest one is believed, else the cells are read.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from functools import partial
from struct import unpack_from
from typing import IO, Final

from importer.errors import InputError
from importer.loader.unwrap import Content
from importer.texts import column_index, column_letter

# calamine keeps 32 bytes for every cell of the rectangle up to the last filled one, filled or not, and where it gets
# no memory the whole process dies.
_MOST_CELLS: Final = 50_000_000

_BLOCK_BYTES: Final = 1 << 20
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
    for kind, data in _records(io.BytesIO(head)):
        if kind == _DIMENSION:
            _, row, _, column = unpack_from("<4I", data)
            return column + 1, row + 1
        if kind == _ROW:
            break
    return 0, 0


def _binary_cells(part: IO[bytes]) -> tuple[int, int]:
    column, row, current = 0, 0, 0
    for kind, data in _records(part):
        if kind == _ROW:
            (current,) = unpack_from("<I", data)
        elif kind in _FILLED:
            column, row = max(column, unpack_from("<I", data)[0] + 1), max(row, current + 1)
        elif kind == _END_OF_ROWS:
            break
    return column, row


def _records(part: IO[bytes]) -> Iterator[tuple[int, bytes]]:
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
