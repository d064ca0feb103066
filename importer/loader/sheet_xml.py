"""Read from the XML of an .xlsx what calamine does not give: where a sheet is, and how wide its columns are."""

import html
import posixpath
import re
import zipfile
from collections.abc import Iterator
from typing import Final

from importer.loader.unwrap import ZIP_MAGIC, Content

_WORKBOOK: Final = "xl/workbook.xml"
_RELATIONS: Final = "xl/_rels/workbook.xml.rels"
_SHEET: Final = re.compile(rb"<(?:\w+:)?sheet\s[^>]*>")
_RELATION: Final = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")
_BLOCK_BYTES: Final = 1 << 16
# The columns stand before the rows; the 16,384 that there may be take less than this.
_MOST_BYTES: Final = 1 << 22
_COLUMN: Final = re.compile(rb"<(?:\w+:)?col\s[^>]*>")
_ROWS: Final = re.compile(rb"<(?:\w+:)?sheetData[\s/>]")
# Excel's last column, and its widest one in characters.
_MOST_COLUMNS: Final = 1 << 14
_WIDEST: Final = 255.0


def sheet_part(archive: zipfile.ZipFile, place: int) -> str | None:
    """The part in which the sheet at ``place`` (from 0) is, by the workbook's list and its relations (ISO/IEC 29500-2).

    ``None`` where the archive is no .xlsx, or has no such part.
    """
    names = set(archive.namelist())
    if not {_WORKBOOK, _RELATIONS} <= names:
        return None
    sheets = _SHEET.findall(archive.read(_WORKBOOK))
    if place >= len(sheets):
        return None
    wanted = attribute(sheets[place], rb"\w+:id")
    for tag in _RELATION.findall(archive.read(_RELATIONS)):
        if attribute(tag, b"Id") == wanted:
            part = posixpath.normpath(posixpath.join("/xl", attribute(tag, b"Target"))).lstrip("/")
            return part if part in names else None
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
        while len(head) < _MOST_BYTES and (block := file.read(_BLOCK_BYTES)):
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
