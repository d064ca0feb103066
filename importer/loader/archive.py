"""Check the file of a workbook before calamine opens it: refuse what is damaged or too large, mend what is odd."""

import codecs
import re
import zipfile
from collections.abc import Mapping
from functools import partial
from typing import Final, NamedTuple

from importer.errors import InputError
from importer.loader.sheet_xml import RELATION, RELATIONS, WORKBOOK, XML_PART, attribute, refuse_sparse
from importer.loader.signatures import SAVE_AGAIN
from importer.loader.unwrap import DAMAGED, Content, bomb_bytes, damaged
from importer.loader.xls import refuse_damaged_xls

OLE2_MAGIC: Final = bytes.fromhex("D0CF11E0A1B11AE1")

# How an OpenDocument file has its parts encrypted: each, which its manifest tells, or all of them in one.
_MANIFEST: Final = "META-INF/manifest.xml"
_WHOLE: Final = "encrypted-package"
_ENCRYPTION: Final = b"encryption-data"
_BLOCK_BYTES: Final = 1 << 20
# Bytes of a sheet behind its last value that are worth cutting off.
_MANY_GHOSTS: Final = 1 << 23
# 32,767 characters, each of them escaped.
_LONGEST_CELL: Final = 1 << 18
# What follows the rows of a sheet; one with more behind them (thousands of links) is read as it is.
_TAIL_BYTES: Final = 1 << 16
_HEAD_BYTES: Final = 1 << 12
_ROOT: Final = re.compile(rb"<(\w+:)?worksheet[\s>]")
_ROOT_RELATIONS: Final = "_rels/.rels"
_WIDE: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_DECLARED: Final = re.compile(rb"^(.{0,60}?encoding\s*=\s*)[\"'][\w-]+[\"']")
# The extent that a sheet declares, and how one is written; calamine stops at any other.
_DIMENSION: Final = re.compile(
    rb"<(?:\w+:)?dimension\s[^>]*?ref\s*=\s*[\"']([^\"']*)[\"'][^>]*?(?:/>|>\s*</(?:\w+:)?dimension>)"
)
_EXTENT: Final = re.compile(rb"[A-Z]{1,3}[1-9]\d*(?::[A-Z]{1,3}[1-9]\d*)?")
# An error value that is younger than the seven of Excel 97: calamine refuses the whole workbook.
_STRANGE_ERROR: Final = re.compile(
    rb"(\st=[\"']e[\"'][^>]*>(?:<(?:\w+:)?f[\s>][^<]*</(?:\w+:)?f>|<(?:\w+:)?f[^>]*/>)?<(?:\w+:)?v>)"
    rb"(?!#(?:REF!|VALUE!|NAME\?|DIV/0!|NULL!|NUM!|N/A)<)[^<]*"
)
# How a value ends, and how an empty one ends: formulas filled down leave such texts.
_VALUES: Final = ((b"</%bv>", b"<%bv></%bv>"), (b"</%bis>", b"<%bis><%bt></%bt></%bis>"))
# What is open behind the last value of a sheet.
_OPEN_TAGS: Final = (b"c", b"row", b"sheetData", b"worksheet")


def checked_workbook(content: Content) -> Content:
    """Refuse a file that is not safe to open; return it, or a copy with the parts mended that calamine cannot read.

    Those are parts in UTF-16, a workbook under another name, sheets whose ``dimension`` is none, error values such as
    ``#SPILL!``, for which ``#VALUE!`` stands then, and very many ghosts: rows and cells of nothing but formatting below
    the last value, for which calamine takes 5 s if 20 columns have them down to row 1,048,576. Raises ``InputError``.
    """
    if content.head(len(OLE2_MAGIC)) == OLE2_MAGIC:
        refuse_damaged_xls(content)
        return content
    try:
        with zipfile.ZipFile(content.path) as archive:
            _refuse_bomb(content, archive)
            _refuse_encrypted(content, archive)
            faults = {name: fault for name in archive.namelist() if (fault := _read_through(archive, name))}
            names = _standard_names(archive)
            mended = _mended(content, archive, faults, names) if faults or names else content
        with zipfile.ZipFile(mended.path) as archive:
            refuse_sparse(content, archive)
        return mended
    except DAMAGED as error:
        raise damaged(content, error) from error


def _refuse_encrypted(content: Content, archive: zipfile.ZipFile) -> None:
    """Refuse an OpenDocument file with a password: each program, and each version of it, encrypts in a way of its
    own."""
    names = {*archive.namelist()}
    if _WHOLE in names or (_MANIFEST in names and _ENCRYPTION in archive.read(_MANIFEST)):
        raise InputError(
            "{content} is protected by a password, as an OpenDocument file, which only its own program opens",
            "open it in LibreOffice and save it as .xlsx; that may have a password",
            content=content,
        )


def _refuse_bomb(content: Content, archive: zipfile.ZipFile) -> None:
    """Refuse what would fill the memory, by the sizes that the archive itself tells."""
    unpacked = sum(member.file_size for member in archive.infolist())
    if unpacked > bomb_bytes(content):
        raise InputError(
            "{content} unpacks to {size:,} MiB: this is no table", SAVE_AGAIN, content=content, size=unpacked >> 20
        )


class _Fault(NamedTuple):
    """Why a part is to be mended. ``end`` is where the last value of a sheet with many ghosts ends, 0 for others."""

    wide: bool
    dimension: bool
    error: bool
    end: int


def _read_through(archive: zipfile.ZipFile, name: str) -> _Fault | None:
    """Read a member to its end, so that zipfile checks its checksum: calamine does not, and may not survive damage."""
    is_sheet = XML_PART.fullmatch(name) is not None
    last, done, rest, prefix, head, error = 0, 0, b"", b"", b"", False
    with archive.open(name) as part:
        for block in iter(partial(part.read, _BLOCK_BYTES), b""):
            text = rest + block
            prefix, head = (prefix, head) if done else (_prefix(block), block[:_HEAD_BYTES])
            error = error or (is_sheet and (b'="e"' in text or b"='e'" in text) and bool(_STRANGE_ERROR.search(text)))
            if is_sheet and (found := _last_value(text, prefix)) >= 0:
                last = done - len(rest) + found
            done, rest = done + len(block), text[-_TAIL_BYTES:]
    is_whole = b"</%bsheetData>" % prefix in rest and rest.rstrip().endswith(b"</%bworksheet>" % prefix)
    end = last if last and is_whole and done - last > _MANY_GHOSTS else 0
    wide = name.endswith((".xml", ".rels")) and head.startswith(_WIDE)
    said = _DIMENSION.search(head.decode("utf-16", "replace").encode() if wide else head) if is_sheet else None
    fault = _Fault(wide, said is not None and not _EXTENT.fullmatch(said[1]), error, end)
    return fault if any(fault) else None


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


def _standard_names(archive: zipfile.ZipFile) -> dict[str, str]:
    """``{name: its usual one}`` of the workbook's part and its relations, where a program named them otherwise."""
    names = set(archive.namelist())
    if WORKBOOK in names or _ROOT_RELATIONS not in names:
        return {}
    for tag in RELATION.findall(archive.read(_ROOT_RELATIONS)):
        folder, _, name = attribute(tag, b"Target").lstrip("/").rpartition("/")
        if attribute(tag, b"Type").endswith("/officeDocument") and folder == "xl" and name.endswith(".xml"):
            return {f"xl/{name}": WORKBOOK, f"xl/_rels/{name}.rels": RELATIONS}
    return {}


def _mended(
    content: Content, archive: zipfile.ZipFile, faults: Mapping[str, _Fault], names: Mapping[str, str]
) -> Content:
    """A copy of the workbook with its faults mended, as far as they can be; a temporary file."""
    mended = Content.temporary(str(content))
    with mended.path.open("wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as copy:
        for name in archive.namelist():
            fault = faults.get(name)
            with archive.open(name) as part:
                data = part.read(fault.end + _LONGEST_CELL if fault and fault.end else -1)
                if fault and fault.end and (cut := _cut(data, fault.end)) is not None:
                    data = cut
                else:
                    data += part.read()
            copy.writestr(names.get(name, name), _repaired(data, fault) if fault else data)
    return mended


def _repaired(data: bytes, fault: _Fault) -> bytes:
    if fault.wide:
        data = _DECLARED.sub(rb'\1"UTF-8"', data.decode("utf-16").encode(), count=1)
    if fault.error or fault.wide:
        data = _STRANGE_ERROR.sub(rb"\1#VALUE!", data)
    return _DIMENSION.sub(b"", data, count=1) if fault.dimension else data


def _cut(data: bytes, last: int) -> bytes | None:
    """A sheet up to its last value; ``None`` where it is written in another way."""
    prefix = _prefix(data)
    end = data.find(b"</%bc>" % prefix, last)
    if end < 0 or b"<%bsheetData>" % prefix not in data:
        return None
    return data[:end] + b"".join(b"</%b%b>" % (prefix, tag) for tag in _OPEN_TAGS)
