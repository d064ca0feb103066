"""Numbers that show leading zeros through their format alone (``00000``), in an .xlsx: calamine gives no formats.

Only formats of nothing but zeros count. Where a workbook has none, its sheets are not looked at.
"""

import html
import posixpath
import re
import zipfile
from collections.abc import Callable, Generator, Mapping
from functools import cache, partial, reduce
from typing import Final, NamedTuple, TypeAlias

from importer.reading.unwrap import ZIP_MAGIC, Content

_BLOCK_BYTES: Final = 1 << 20
# A tag is far shorter; a cell's tag is never cut in two between blocks.
_LONGEST_TAG: Final = 1 << 10
_ZEROS: Final = re.compile("0{2,}")
_FORMAT: Final = re.compile(rb"<(?:\w+:)?numFmt\s[^>]*>")
_CELL_FORMATS: Final = re.compile(rb"<(?:\w+:)?cellXfs[\s>].*?</(?:\w+:)?cellXfs>", re.DOTALL)
_CELL_FORMAT: Final = re.compile(rb"<(?:\w+:)?xf[\s/>][^>]*>?")
_SHEET: Final = re.compile(rb"<(?:\w+:)?sheet\s[^>]*>")
_RELATION: Final = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")
_CELL: Final = rb'<(?:\w+:)?c(?=\s)(?=[^>]*?\ss="(%b)")(?=[^>]*?\sr="([A-Z]+)(\d+)")[^>]*>'


class PaddedCell(NamedTuple):
    """Where a number shows at least ``width`` digits. ``row`` counts from 1, ``column`` from 0."""

    row: int
    column: int
    width: int


PaddedCells: TypeAlias = Callable[[], Generator[PaddedCell, None, None]]
"""Gives the cells of a sheet in its own order; each call starts from the top."""


def padded_cells(content: Content, place: int) -> PaddedCells | None:
    """The cells of the sheet at ``place`` (from 0) with a format of zeros; ``None`` where the workbook has no such."""
    if content.head(len(ZIP_MAGIC)) != ZIP_MAGIC:
        return None
    with zipfile.ZipFile(content.path) as archive:
        names = set(archive.namelist())
        if not {"xl/styles.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
            return None
        widths = _widths(archive.read("xl/styles.xml"))
        member = _member(archive, place) if widths else None
    return partial(_found, content, member, widths) if member in names and member is not None else None


def padded_text(number: str, width: int) -> str:
    """A number's text with its leading zeros, where it is a whole one from 0 on and has all its digits."""
    return number.zfill(width) if number.isdecimal() else number


def zeros(code: str) -> int:
    """How many digits a number format shows that is made of zeros alone, two or more; else 0."""
    return len(code) if _ZEROS.fullmatch(code) else 0


def _widths(styles: bytes) -> dict[bytes, int]:
    """The places of the cell formats made of zeros alone, as a cell names them, and their number of zeros."""
    codes = ((_attribute(tag, b"numFmtId"), _attribute(tag, b"formatCode")) for tag in _FORMAT.findall(styles))
    padded = {number: width for number, code in codes if (width := zeros(code))}
    block = _CELL_FORMATS.search(styles)
    if not padded or block is None:
        return {}
    formats = (_attribute(tag, b"numFmtId") for tag in _CELL_FORMAT.findall(block[0]))
    return {b"%d" % place: padded[number] for place, number in enumerate(formats) if number in padded}


def _member(archive: zipfile.ZipFile, place: int) -> str | None:
    """The part of the archive in which the sheet is, by the workbook's list and its relations (ISO/IEC 29500-2)."""
    sheets = _SHEET.findall(archive.read("xl/workbook.xml"))
    if place >= len(sheets):
        return None
    wanted = _attribute(sheets[place], rb"\w+:id")
    for tag in _RELATION.findall(archive.read("xl/_rels/workbook.xml.rels")):
        if _attribute(tag, b"Id") == wanted:
            return posixpath.normpath(posixpath.join("/xl", _attribute(tag, b"Target"))).lstrip("/")
    return None


def _attribute(tag: bytes, name: bytes) -> str:
    found = re.search(rb"\s" + name + rb"""\s*=\s*(?:"([^"]*)"|'([^']*)')""", tag)
    return html.unescape((found[1] or found[2] or b"").decode("utf-8", "replace")) if found else ""


def _found(content: Content, member: str, widths: Mapping[bytes, int]) -> Generator[PaddedCell, None, None]:
    """Read the sheet's part a block at a time."""
    cell = re.compile(_CELL % b"|".join(widths))
    rest = b""
    with zipfile.ZipFile(content.path) as archive, archive.open(member) as part:
        for block in iter(partial(part.read, _BLOCK_BYTES), b""):
            text, end = rest + block, 0
            for match in cell.finditer(text):
                style, letters, digits = match.groups()
                yield PaddedCell(int(digits), _column(letters), widths[style])
                end = match.end()
            rest = text[max(end, len(text) - _LONGEST_TAG) :]


@cache
def _column(letters: bytes) -> int:
    """The column that counts from 0, ``B`` being 1."""
    return reduce(lambda number, letter: number * 26 + letter - ord("A") + 1, letters, 0) - 1
