"""The file of a workbook before it is opened: refused where it is damaged, encrypted or would fill the memory."""

import io
import mmap
import re
import zipfile
import zlib
from collections.abc import Mapping
from functools import partial, reduce
from typing import IO, Final

from importer.errors import InputError
from importer.reading.unwrap import Content

OLE2_MAGIC: Final = bytes.fromhex("D0CF11E0A1B11AE1")
SAVE_AGAIN: Final = "open it in a spreadsheet program and save it as .xlsx, without a password"

# The stream in which Office keeps an encrypted workbook ([MS-OFFCRYPTO] 2.3.4.4); OLE2 names are UTF-16.
_ENCRYPTED_STREAM: Final = "EncryptedPackage".encode("utf-16-le")
# Rows of nothing but formatting shrink to a 50th at best; DEFLATE allows 1,032.
_BOMB_RATIO: Final = 200
_BOMB_BYTES: Final = 1 << 28
_BLOCK_BYTES: Final = 1 << 20
# Bytes of a sheet behind its last value that are worth cutting off.
_MANY_GHOSTS: Final = 1 << 23
# 32,767 characters, each of them escaped.
_LONGEST_CELL: Final = 1 << 18
# What follows the rows of a sheet; one with more behind them (thousands of links) is read as it is.
_TAIL_BYTES: Final = 1 << 16
# What zipfile raises for damage: RuntimeError for a member with a password or packed in an unknown way, OSError
# for an offset outside the file, UnicodeDecodeError for a member's name.
_ZIP_ERRORS: Final = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError, UnicodeDecodeError)
# calamine keeps 32 bytes for every cell of the rectangle around the filled ones, and where it gets no memory
# the whole process dies.
_MOST_CELLS: Final = 50_000_000
_SHEET_PART: Final = re.compile(r"xl/worksheets/[^/]+\.xml")
_DIMENSION: Final = re.compile(rb'<dimension ref="[A-Z]+\d+:([A-Z]+)(\d+)"')
# A cell that ends in "/>" has only a format.
_FILLED_CELL: Final = re.compile(rb'<c r="([A-Z]+)(\d+)"(?:[^>/]|/(?!>))*>')


def checked_workbook(content: Content) -> bytes | None:
    """Refuse a file that cannot be opened safely; give a workbook without its ghost rows where it has very many.

    Ghosts are rows and cells of nothing but formatting below the last value: calamine takes 5 s for 20 columns of
    them down to row 1,048,576. Raises ``InputError``.
    """
    if content.head(len(OLE2_MAGIC)) == OLE2_MAGIC:
        _refuse_encrypted(content)
        return None
    try:
        with zipfile.ZipFile(content.path) as archive:
            _refuse_bomb(content, archive)
            ends = {name: end for name in archive.namelist() if (end := _read_through(archive, name))}
            slim = _without_ghosts(archive, ends) if ends else None
            if slim is None:
                _refuse_sparse(content, archive)
                return None
        with zipfile.ZipFile(io.BytesIO(slim)) as archive:
            _refuse_sparse(content, archive)
        return slim
    except _ZIP_ERRORS as error:
        raise InputError(f"{content} is damaged or incomplete: {error}", "save or download it again") from error


def encrypted(content: Content) -> InputError:
    """The error of a workbook with a password."""
    return InputError(f"{content} is protected by a password", SAVE_AGAIN)


def _refuse_encrypted(content: Content) -> None:
    """An encrypted xlsx is an OLE2 file; under another name than .xlsx calamine does not know what it is."""
    with content.open() as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        if mapped.find(_ENCRYPTED_STREAM) >= 0:
            raise encrypted(content)


def _refuse_bomb(content: Content, archive: zipfile.ZipFile) -> None:
    """Refuse what would fill the memory, by the sizes that the archive itself tells."""
    unpacked = sum(member.file_size for member in archive.infolist())
    if unpacked > max(_BOMB_BYTES, _BOMB_RATIO * content.path.stat().st_size):
        raise InputError(f"{content} unpacks to {unpacked >> 20} MiB: this is no table", SAVE_AGAIN)


def _read_through(archive: zipfile.ZipFile, name: str) -> int:
    """Read a member to its end, where zipfile compares its checksum: calamine does not, and may not survive damage.

    For a sheet with many bytes of ghosts this is where its last value ends, 0 for everything else.
    """
    is_sheet = _SHEET_PART.fullmatch(name) is not None
    last, done, rest = 0, 0, b""
    with archive.open(name) as part:
        for block in iter(partial(part.read, _BLOCK_BYTES), b""):
            text = rest + block
            if is_sheet and (found := max(text.rfind(b"</v>"), text.rfind(b"</is>"))) >= 0:
                last = done - len(rest) + found
            done, rest = done + len(block), text[-_TAIL_BYTES:]
    is_whole = b"</sheetData>" in rest and rest.rstrip().endswith(b"</worksheet>")
    return last if last and is_whole and done - last > _MANY_GHOSTS else 0


def _without_ghosts(archive: zipfile.ZipFile, ends: Mapping[str, int]) -> bytes | None:
    """The workbook with its sheets cut behind their last values; ``None`` where a sheet is written in another way."""
    slim = io.BytesIO()
    with zipfile.ZipFile(slim, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as copy:
        for name in archive.namelist():
            with archive.open(name) as part:
                data = part.read(ends[name] + _LONGEST_CELL if name in ends else -1)
            if name in ends:
                end = data.find(b"</c>", ends[name])
                if end < 0 or b"<sheetData>" not in data:
                    return None
                data = data[:end] + b"</c></row></sheetData></worksheet>"
            copy.writestr(name, data)
    return slim.getvalue()


def _refuse_sparse(content: Content, archive: zipfile.ZipFile) -> None:
    """Refuse a sheet with a filled cell so far out that the rectangle up to it cannot be kept in memory.

    The sheet's own ``dimension`` counts cells with a mere format, and some programs leave it out or write it wrong:
    only a large sheet with a modest one is believed, else the cells are read.
    """
    for member in filter(_SHEET_PART.fullmatch, archive.namelist()):
        with archive.open(member) as part:
            dimension = _DIMENSION.search(part.read(1 << 12))
        is_large = archive.getinfo(member).file_size > _BLOCK_BYTES
        if is_large and dimension is not None and _area(*dimension.groups()) <= _MOST_CELLS:
            continue
        with archive.open(member) as part:
            column, row = _farthest(part)
        if _area(column, row) > _MOST_CELLS:
            raise InputError(
                f"{content}: the filled cells reach to column {column.decode()} and row {row.decode()}, "
                "too far to read",
                "delete the stray cells below or beside the table",
            )


def _farthest(part: IO[bytes]) -> tuple[bytes, bytes]:
    """The last column (letters) and the last row (digits) in which a cell of this XML is filled."""
    column, row, rest = b"", b"", b""
    for block in iter(partial(part.read, 1 << 20), b""):
        found = _FILLED_CELL.findall(rest + block)
        column = max((column, *(letters for letters, _ in found)), key=_by_size)
        row = max((row, *(digits for _, digits in found)), key=_by_size)
        rest = block[-256:]
    return column, row


def _by_size(digits: bytes) -> tuple[int, bytes]:
    return len(digits), digits


def _area(column: bytes, row: bytes) -> int:
    """The cells of the rectangle from A1 to this column and row."""
    width = reduce(lambda number, letter: number * 26 + letter - ord("A") + 1, column, 0)
    return width * int(row or b"0")
