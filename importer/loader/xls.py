"""Check an .xls before calamine opens it: a damaged one may make it ask for more memory than there is.

Then the whole process dies. Three kinds do: sectors that follow one another in a circle ([MS-CFB] 2.3),
counts and dimensions ([MS-XLS] 2.4.265 SST, 2.4.90 Dimensions), and cells beyond the last of 256 columns.
"""

import re
from collections.abc import Iterator
from struct import error, unpack_from
from typing import Final

from importer.errors import InputError
from importer.loader.ole2 import workbook_stream
from importer.loader.unwrap import Content, DamagedError
from importer.message import Message

_ROWS: Final = 1 << 16
_COLUMNS: Final = 1 << 8
# Records ([MS-XLS] 2.3.1).
_EOF: Final = 0x0A
_SHEET: Final = 0x85
_PASSWORD: Final = 0x2F
_STRINGS: Final = 0xFC
_LEAST_STRING_BYTES: Final = 3
_DIMENSIONS: Final = 0x200
_MANY_NUMBERS: Final = 0xBD
# Formula, LabelSst, Number, Label, BoolErr and RK begin with row and column.
_CELLS: Final = frozenset((0x06, 0xFD, 0x203, 0x204, 0x205, 0x27E))
# A row of usual records: texts, numbers, rows and formats, the cells in the first 256 columns. Most of a sheet is such.
_USUAL: Final = re.compile(
    rb"(?:(?:\xfd\0|\x7e\x02)\x0a\0...\0.{6}|\x03\x02\x0e\0...\0.{10}|\x08\x02\x10\0.{16}|\x01\x02\x06\0.{6})++",
    re.DOTALL,
)
_DIMENSION_FORMS: Final = {10: "<4H", 14: "<2I2H"}


def refuse_damaged_xls(content: Content) -> None:
    """Raise ``InputError`` for a file that calamine would not survive; calamine refuses other damage itself."""
    try:
        _check_records(workbook_stream(content))
    except DamagedError as reason:
        raise InputError(
            "{content} is damaged: {reason}", "save or download it again", content=content, reason=reason.args[0]
        ) from reason
    except (error, IndexError, OSError):
        # The file breaks off; calamine says where.
        return


def is_encrypted_xls(stream: bytes) -> bool:
    """Whether the stream of a workbook has a FilePass among its first records ([MS-XLS] 2.4.117)."""
    return any(kind == _PASSWORD for kind, *_ in _records(stream, 0))


def _check_records(stream: bytes) -> None:
    """Look at the records of the workbook, and at those of every sheet that it lists."""
    places = []
    for kind, at, _ in _records(stream, 0):
        if kind == _SHEET:
            places.append(unpack_from("<I", stream, at)[0])
        elif kind == _STRINGS and unpack_from("<I", stream, at + 4)[0] * _LEAST_STRING_BYTES > len(stream):
            raise DamagedError(Message("it counts more texts than it can have"))
    for place in places:
        _check_sheet(stream, place)


def _check_sheet(stream: bytes, place: int) -> None:
    last = 0
    for kind, at, size in _records(stream, place):
        if kind in _CELLS:
            last = max(last, unpack_from("<H", stream, at + 2)[0])
        elif kind == _MANY_NUMBERS:
            last = max(last, unpack_from("<H", stream, at + size - 2)[0])
        elif kind == _DIMENSIONS and size in _DIMENSION_FORMS:
            _check_dimensions(*unpack_from(_DIMENSION_FORMS[size], stream, at))
    if last >= _COLUMNS:
        raise DamagedError(
            Message("a cell stands in column {column}, and a sheet has {columns}", column=last + 1, columns=_COLUMNS)
        )


def _check_dimensions(top: int, below: int, left: int, right: int) -> None:
    """The first row and column, and those behind the last ones, which are 0 in an empty sheet."""
    if below and right and not (top < below <= _ROWS and left < right <= _COLUMNS):
        raise DamagedError(Message("a sheet has impossible dimensions"))


def _records(stream: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """The kind of every unusual record up to the end of its part, where its data begin, and their length in bytes."""
    while at + 4 <= len(stream):
        if usual := _USUAL.match(stream, at):
            at = usual.end()
            continue
        kind, size = unpack_from("<2H", stream, at)
        yield kind, at + 4, size
        if kind == _EOF:
            return
        at += 4 + size
