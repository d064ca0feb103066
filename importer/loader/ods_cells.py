"""Scan a sheet of an .ods for what calamine does not give: numbers as they are shown, error values, hidden rows.

The file has what each cell shows as text beside its value (OpenDocument 1.3, part 3, 9.1.4).
"""

import html
import re
import zipfile
from collections.abc import Iterator
from functools import partial
from typing import Final

from importer.loader.corrections import Correction, ScannedRow, error_text
from importer.loader.number_formats import is_shown_form
from importer.loader.sheet_xml import attribute
from importer.loader.unwrap import Content
from importer.normalizer.text import NO_RESULT

_CONTENT: Final = "content.xml"
_BLOCK_BYTES: Final = 1 << 20
_TABLE: Final = re.compile(rb"<table:table[\s>]")
_ROW_END: Final = re.compile(rb"</table:table-row>|(?=</table:table>)")
_ROW: Final = re.compile(rb"<table:table-row(?=[\s/>])[^>]*>")
_CELL: Final = re.compile(
    rb"<table:(?:covered-)?table-cell(?=[\s/>])((?:[^>\"]|\"[^\"]*\")*?)(?:/>|>(.*?)</table:(?:covered-)?table-cell>)",
    re.DOTALL,
)
_TEXT: Final = re.compile(rb"<text:p[^>]*?>(.*?)</text:p>|<text:p[^>]*?/>", re.DOTALL)
_FILLED: Final = re.compile(rb"<text:p[^>]*>[^\s<]")
_TAG: Final = re.compile(rb"<[^>]*>")
# Signs that a row needs a closer look: an error, a formula, a number that begins with more than its first digit.
_WIDE: Final = re.compile(rb"number-columns-spanned=\"(?!1\")")
_HIGH: Final = re.compile(rb"number-rows-spanned=\"(?!1\")")
_SIGNS: Final = re.compile(rb"\"error\"|table:formula|<text:p>[0+(]|E\+\d")


def scan_ods(content: Content, place: int) -> Iterator[ScannedRow]:
    """Scan the table at ``place`` (from 0)."""
    with zipfile.ZipFile(content.path) as archive:
        if _CONTENT not in archive.namelist():
            return
        yield from _rows(_pieces(archive), place)


def _pieces(archive: zipfile.ZipFile) -> Iterator[bytes]:
    """The text up to the end of each row or table, and what is behind the last one."""
    rest = b""
    with archive.open(_CONTENT) as file:
        for block in iter(partial(file.read, _BLOCK_BYTES), b""):
            *rows, rest = _ROW_END.split(rest + block)
            yield from rows
    yield rest


def _rows(pieces: Iterator[bytes], place: int) -> Iterator[ScannedRow]:
    left, number = place + 1, 1  # tables to begin until the one that is read, and the number of the next row
    for piece in pieces:
        if begun := len(_TABLE.findall(piece)):
            left, number = left - begun, 1
        if left < 0:
            return
        for begin in _ROW.finditer(piece):
            repeated = attribute(begin[0], b"table:number-rows-repeated")
            count = int(repeated) if repeated.isdecimal() else 1
            end = piece.find(b"<table:table-row", begin.end())
            body = piece[begin.end() : end if end >= 0 else len(piece)]
            if left == 0:
                yield from _row(begin[0], body, range(number, number + count))
            number += count


def _row(tag: bytes, body: bytes, numbers: range) -> Iterator[ScannedRow]:
    """The row, as often as it is repeated, if there is something to say of it."""
    hidden = attribute(tag, b"table:visibility") in ("collapse", "filter") and bool(_FILLED.search(body))
    found = [*_corrections(body)] if _SIGNS.search(body) else []
    wide = tuple(column for column, tag, _ in _cells(body) if _WIDE.search(tag)) if _WIDE.search(body) else ()
    spans = tuple(_spans(body)) if _HIGH.search(body) else ()
    if hidden or found or wide or spans:
        for number in numbers:
            high = tuple((column, number + rows - 1) for column, rows in spans if column not in wide)
            yield ScannedRow(number, hidden, [Correction(number, column, shown) for column, shown in found], wide, high)


def _spans(row: bytes) -> Iterator[tuple[int, int]]:
    """The columns of cells that are merged with others below them, and the number of their rows."""
    for column, tag, _ in _cells(row):
        rows = attribute(tag, b"table:number-rows-spanned")
        if rows.isdecimal() and int(rows) > 1:
            yield column, int(rows)


def _corrections(row: bytes) -> Iterator[tuple[int, str]]:
    for column, tag, body in _cells(row):
        if (shown := _shown(tag, body)) is not None:
            yield column, shown


def _cells(row: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """The column, the tag and the content of each cell, as often as it is repeated."""
    column = 0
    for cell in _CELL.finditer(row):
        tag = b"<c " + cell[1] + b">"
        repeated = attribute(tag, b"table:number-columns-repeated")
        count = int(repeated) if repeated.isdecimal() else 1
        body = cell[2] or b""
        if body or b"table:formula" in tag or b'"error"' in tag:
            yield from ((column + further, tag, body) for further in range(count))
        column += count


def _shown(tag: bytes, body: bytes) -> str | None:
    text = html.unescape(_TAG.sub(b"", b"".join(_TEXT.findall(body)[:1])).decode("utf-8", "replace")).strip()
    kind = attribute(tag, rb"calcext:value-type") or attribute(tag, rb"office:value-type")
    if kind == "error":
        return error_text(text)
    if not kind and b"<text:p" not in body and attribute(tag, rb"table:formula"):
        return NO_RESULT
    return text if kind == "float" and is_shown_form(attribute(tag, rb"office:value"), text) else None
