"""Check the file of a workbook before calamine opens it: refuse what is damaged, encrypted or too large."""

import io
import mmap
import re
import struct
import zipfile
from collections.abc import Mapping
from functools import partial
from typing import Final

from importer.errors import InputError
from importer.loader.sheet_xml import XML_PART, refuse_sparse
from importer.loader.unwrap import DAMAGED, Content, bomb_bytes, damaged
from importer.loader.xls import refuse_damaged_xls
from importer.message import Message

OLE2_MAGIC: Final = bytes.fromhex("D0CF11E0A1B11AE1")
SAVE_AGAIN: Final = Message("open it in a spreadsheet program and save it as .xlsx, without a password")

# The stream in which Office keeps an encrypted workbook ([MS-OFFCRYPTO] 2.3.4.4); OLE2 names are UTF-16.
_ENCRYPTED_STREAM: Final = "EncryptedPackage".encode("utf-16-le")
_BLOCK_BYTES: Final = 1 << 20
# Bytes of a sheet behind its last value that are worth cutting off.
_MANY_GHOSTS: Final = 1 << 23
# 32,767 characters, each of them escaped.
_LONGEST_CELL: Final = 1 << 18
# What follows the rows of a sheet; one with more behind them (thousands of links) is read as it is.
_TAIL_BYTES: Final = 1 << 16
# Records that break off raise the last two.
_DAMAGED: Final = (*DAMAGED, IndexError, struct.error)
_HEAD_BYTES: Final = 1 << 12
_ROOT: Final = re.compile(rb"<(\w+:)?worksheet[\s>]")
# How a value ends, and how an empty one ends: formulas filled down leave such texts.
_VALUES: Final = ((b"</%bv>", b"<%bv></%bv>"), (b"</%bis>", b"<%bis><%bt></%bt></%bis>"))
# What is open behind the last value of a sheet.
_OPEN_TAGS: Final = (b"c", b"row", b"sheetData", b"worksheet")


def checked_workbook(content: Content) -> bytes | None:
    """Refuse a file that is not safe to open; cut very many ghost rows off, and return what is left of the workbook.

    Ghosts are rows and cells of nothing but formatting below the last value: calamine takes 5 s for 20 columns of
    them down to row 1,048,576. Raises ``InputError``.
    """
    if content.head(len(OLE2_MAGIC)) == OLE2_MAGIC:
        _refuse_encrypted(content)
        refuse_damaged_xls(content)
        return None
    try:
        with zipfile.ZipFile(content.path) as archive:
            _refuse_bomb(content, archive)
            ends = {name: end for name in archive.namelist() if (end := _read_through(archive, name))}
            slim = _without_ghosts(archive, ends) if ends else None
            if slim is None:
                refuse_sparse(content, archive)
                return None
        with zipfile.ZipFile(io.BytesIO(slim)) as archive:
            refuse_sparse(content, archive)
        return slim
    except _DAMAGED as error:
        raise damaged(content, error) from error


def encrypted(content: Content) -> InputError:
    """The error of a workbook with a password."""
    return InputError("{content} is protected by a password", SAVE_AGAIN, content=content)


def _refuse_encrypted(content: Content) -> None:
    """An encrypted xlsx is an OLE2 file; under another name than .xlsx calamine does not know what it is."""
    with content.open() as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        if mapped.find(_ENCRYPTED_STREAM) >= 0:
            raise encrypted(content)


def _refuse_bomb(content: Content, archive: zipfile.ZipFile) -> None:
    """Refuse what would fill the memory, by the sizes that the archive itself tells."""
    unpacked = sum(member.file_size for member in archive.infolist())
    if unpacked > bomb_bytes(content):
        raise InputError(
            "{content} unpacks to {size:,} MiB: this is no table", SAVE_AGAIN, content=content, size=unpacked >> 20
        )


def _read_through(archive: zipfile.ZipFile, name: str) -> int:
    """Read a member to its end, so that zipfile checks its checksum: calamine does not, and may not survive damage.

    For a sheet with many bytes of ghosts this is where its last value ends, 0 for everything else.
    """
    is_sheet = XML_PART.fullmatch(name) is not None
    last, done, rest, prefix = 0, 0, b"", b""
    with archive.open(name) as part:
        for block in iter(partial(part.read, _BLOCK_BYTES), b""):
            text = rest + block
            prefix = prefix if done else _prefix(block)
            if is_sheet and (found := _last_value(text, prefix)) >= 0:
                last = done - len(rest) + found
            done, rest = done + len(block), text[-_TAIL_BYTES:]
    is_whole = b"</%bsheetData>" % prefix in rest and rest.rstrip().endswith(b"</%bworksheet>" % prefix)
    return last if last and is_whole and done - last > _MANY_GHOSTS else 0


def _prefix(head: bytes) -> bytes:
    """What stands before the names of elements, ``x:`` in the sheets of some programs."""
    found = _ROOT.search(head[:_HEAD_BYTES])
    return found[1] or b"" if found else b""


def _last_value(text: bytes, prefix: bytes) -> int:
    """Where the end tag of the last value that is not empty begins; -1 if there is none."""
    return max(_last_filled(text, *(form % ((prefix,) * form.count(b"%b")) for form in forms)) for forms in _VALUES)


def _last_filled(text: bytes, end: bytes, empty: bytes) -> int:
    """Where ``end`` last stands and is not that of ``empty``, which may be there very often; -1 for nowhere."""
    found = text.rfind(end)
    if not text.endswith(empty, 0, found + len(end)):
        return found
    first = text.find(empty)
    if text.count(end, first) == text.count(empty):
        found = text.rfind(end, 0, first)
    while found >= 0 and text.endswith(empty, 0, found + len(end)):
        found = text.rfind(end, 0, found)
    # A match that begins before this text was found in the text before it.
    return found if found >= len(empty) else -1


def _without_ghosts(archive: zipfile.ZipFile, ends: Mapping[str, int]) -> bytes | None:
    """The workbook with its sheets cut behind their last values; ``None`` where a sheet is written in another way."""
    slim = io.BytesIO()
    with zipfile.ZipFile(slim, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as copy:
        for name in archive.namelist():
            with archive.open(name) as part:
                data = part.read(ends[name] + _LONGEST_CELL if name in ends else -1)
            if name in ends:
                prefix = _prefix(data)
                end = data.find(b"</%bc>" % prefix, ends[name])
                if end < 0 or b"<%bsheetData>" % prefix not in data:
                    return None
                data = data[:end] + b"".join(b"</%b%b>" % (prefix, tag) for tag in _OPEN_TAGS)
            copy.writestr(name, data)
    return slim.getvalue()
