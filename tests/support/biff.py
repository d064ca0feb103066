"""Workbooks of Excel 5.0, 95 and 97 to 2003, written record by record ([MS-XLS], [MS-CFB])."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from struct import pack

ERRORS = {"#NULL!": 0, "#DIV/0!": 7, "#VALUE!": 15, "#REF!": 23, "#NAME?": 29, "#NUM!": 36, "#N/A": 42}
"""Error values, which a cell has as a ``Failed``."""
_SECTOR = 512


@dataclass(frozen=True)
class Failed:
    """An error value, of a ``formula`` or entered."""

    text: str
    formula: bool = True


def record(kind: int, data: bytes = b"") -> bytes:
    return pack("<2H", kind, len(data)) + data


def old_excel(path: Path, rows: Sequence[Sequence[object]], page: int | None, codec: str, name: str = "Sheet1") -> Path:
    """Write an Excel 5.0 or 95 workbook with texts in ``codec`` and a record that names the code ``page``."""
    pages = record(0x42, pack("<H", page)) if page is not None else b""
    title = name.encode(codec)
    cells = b"".join(
        record(0x204, pack("<4H", row, column, 0, len(text.encode(codec))) + text.encode(codec))
        for row, values in enumerate(rows)
        for column, text in enumerate(map(str, values))
        if text
    )
    begin = record(0x809, pack("<4H", 0x500, 5, 0, 0)) + pages
    sheet = record(0x809, pack("<4H", 0x500, 0x10, 0, 0)) + cells + record(0x0A)
    return _written(path, "Book", begin, bytes([len(title)]) + title, sheet)


def excel(path: Path, rows: Sequence[Sequence[object]], form: str = "General", hidden: Iterable[int] = ()) -> Path:
    """Write an Excel 97 workbook whose whole numbers have the format ``form``; ``hidden`` rows count from 1."""
    code = form.encode("latin-1")
    begin = (
        record(0x809, pack("<4HII", 0x600, 5, 0, 0, 0, 6))
        + record(0x42, pack("<H", 1200))
        + record(0x41E, pack("<HHB", 200, len(code), 0) + code)
        + record(0xE0, pack("<2H", 0, 0) + bytes(16))
        + record(0xE0, pack("<2H", 0, 200) + bytes(16))
    )
    sheet = record(0x809, pack("<4HII", 0x600, 0x10, 0, 0, 0, 6))
    for row, values in enumerate(rows):
        flags = 0x20 if row + 1 in hidden else 0
        sheet += record(0x208, pack("<6HI", row, 0, len(values), 255, 0, 0, flags | 0x100))
        sheet += b"".join(_cell(row, column, value) for column, value in enumerate(values))
    return _written(path, "Workbook", begin, b"\x01\x00S", sheet + record(0x0A))


def _cell(row: int, column: int, value: object) -> bytes:
    match value:
        case Failed(text, formula):
            place = pack("<3H", row, column, 0)
            if formula:
                return record(0x06, place + pack("<6B2s", 2, 0, ERRORS[text], 0, 0, 0, b"\xff\xff") + bytes(8))
            return record(0x205, place + bytes([ERRORS[text], 1]))
        case int():
            return record(0x203, pack("<3Hd", row, column, 1, value))
        case _:
            chars = str(value).encode("utf-16-le")
            return record(0x204, pack("<4HB", row, column, 0, len(chars) // 2, 1) + chars) if chars else b""


def _written(path: Path, stream: str, begin: bytes, name: bytes, sheet: bytes) -> Path:
    listed = 4 + 6 + len(name)
    at = len(begin) + listed + 4
    book = begin + record(0x85, pack("<IH", at, 0) + name) + record(0x0A) + sheet
    book += bytes(-len(book) % _SECTOR) if len(book) >= 4096 else bytes(4096 - len(book))
    path.write_bytes(_ole2(stream, book))
    return path


def _ole2(stream: str, data: bytes) -> bytes:
    """A file with one stream: the table of sectors is sector 0, the directory sector 1, the stream the others."""
    count = len(data) // _SECTOR
    fat = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, count + 2), 0xFFFFFFFE]
    assert len(fat) <= 128
    header = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(16)
    header += pack("<HHHHH6xIIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, 0)
    header += pack("<I", 0xFFFFFFFF) * 108
    directory = _entry("Root Entry", 5, 0xFFFFFFFE, 0, child=1) + _entry(stream, 2, 2, len(data))
    directory += bytes(_SECTOR - len(directory))
    return header + b"".join(pack("<I", place) for place in [*fat, *[0xFFFFFFFF] * (128 - len(fat))]) + directory + data


def _entry(name: str, kind: int, start: int, size: int, child: int = 0xFFFFFFFF) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    entry = text.ljust(64, b"\0") + pack("<HBB3I", len(text), kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
    return entry + bytes(36) + pack("<IQ", start, size)
