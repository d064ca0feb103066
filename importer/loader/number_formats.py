"""Read what the numbers of an .xlsx show only through their format, for calamine gives no formats.

Leading zeros (``00000``), a text before them (``"+1 "0``), and the scientific notation in which a spreadsheet program
keeps what it read in it: 1.38E+10 is no phone number that ends in eight zeros. Where a workbook has no such format, its
sheets are not looked at.
"""

import re
import zipfile
from collections.abc import Callable, Generator, Mapping
from functools import cache, partial
from typing import Final, NamedTuple, TypeAlias

from importer.loader.sheet_xml import attribute, sheet_part
from importer.loader.unwrap import ZIP_MAGIC, Content
from importer.texts import column_index

_STYLES: Final = "xl/styles.xml"
_BLOCK_BYTES: Final = 1 << 20
# A tag is far shorter; a cell's tag is never cut in two between blocks.
_LONGEST_TAG: Final = 1 << 10
# From here on a number may be a phone number or an id; a smaller one is a quantity, whatever its notation.
_LONG: Final = 10_000_000
_SHOWS: Final = re.compile(r'((?:"[^"]*"|\\.|[+() -])*)(0+)(?:(?:\.(0+))?E\+0+)?', re.IGNORECASE)
_SCIENTIFIC: Final = re.compile(r"E\+0+$", re.IGNORECASE)
_QUOTED: Final = re.compile(r'"([^"]*)"|\\(.)')
_FORMAT: Final = re.compile(rb"<(?:\w+:)?numFmt\s[^>]*>")
_CELL_FORMATS: Final = re.compile(rb"<(?:\w+:)?cellXfs[\s>].*?</(?:\w+:)?cellXfs>", re.DOTALL)
_CELL_FORMAT: Final = re.compile(rb"<(?:\w+:)?xf[\s/>][^>]*>?")
_CELL: Final = rb'<(?:\w+:)?c(?=\s)(?=[^>]*?\ss="(%b)")(?=[^>]*?\sr="([A-Z]+)(\d+)")[^>]*>'


class Form(NamedTuple):
    """What a format makes of a number: ``prefix`` and at least ``width`` digits, or ``decimals`` and an exponent."""

    prefix: str = ""
    width: int = 1
    decimals: int | None = None


_BUILT_IN: Final = {"11": Form(decimals=2), "48": Form(decimals=1)}
"""Of the formats that need no declaration (ECMA-376, part 1, 18.8.30) the scientific ones."""


class FormedCell(NamedTuple):
    """A cell whose number shows something else than its digits. ``row`` counts from 1, ``column`` from 0."""

    row: int
    column: int
    form: Form


FormedCells: TypeAlias = Callable[[], Generator[FormedCell, None, None]]
"""Gives the cells of a sheet in its own order; each call starts from the top."""


def formed_cells(content: Content, place: int) -> FormedCells:
    """Return the cells with such a format of the sheet at ``place`` (from 0)."""
    part, forms = None, {}
    if content.head(len(ZIP_MAGIC)) == ZIP_MAGIC:
        with zipfile.ZipFile(content.path) as archive:
            forms = _forms(archive.read(_STYLES)) if _STYLES in archive.namelist() else {}
            part = sheet_part(archive, place) if forms else None
    return partial(_found, content, part, forms)


def formed_text(number: str, form: Form) -> str:
    """Return a number as its cell shows it, if it is a whole one from 0 on and has all its digits.

    In scientific notation only where the number has no more digits than that: else they are known, and kept.
    """
    if not number.isdecimal():
        return number
    if form.decimals is None:
        return form.prefix + number.zfill(form.width)
    shown = f"{int(number):.{form.decimals}E}"
    return shown if int(number) >= _LONG and int(float(shown)) == int(number) else number


def form_of(code: str) -> Form | None:
    """Return what a number format adds to the digits; ``None`` if that is nothing, or more than a ``Form`` says."""
    found = _SHOWS.fullmatch(code)
    if found is None:
        return None
    if _SCIENTIFIC.search(code):
        return None if found[1] else Form(decimals=len(found[3] or ""))
    prefix = _QUOTED.sub(lambda quoted: quoted[1] or quoted[2] or "", found[1])
    return Form(prefix, len(found[2])) if prefix or len(found[2]) > 1 else None


def _forms(styles: bytes) -> dict[bytes, Form]:
    """The places of such cell formats, as a cell names them, and what they show."""
    codes = ((attribute(tag, b"numFmtId"), attribute(tag, b"formatCode")) for tag in _FORMAT.findall(styles))
    known = _BUILT_IN | {number: form for number, code in codes if (form := form_of(code))}
    block = _CELL_FORMATS.search(styles)
    formats = [attribute(tag, b"numFmtId") for tag in _CELL_FORMAT.findall(block[0])] if block else []
    return {b"%d" % place: known[number] for place, number in enumerate(formats) if number in known}


def _found(content: Content, part: str | None, forms: Mapping[bytes, Form]) -> Generator[FormedCell, None, None]:
    """Read the sheet's part, if there is one to read, a block at a time."""
    if part is None:
        return
    index = cache(column_index)
    cell = re.compile(_CELL % b"|".join(forms))
    rest = b""
    with zipfile.ZipFile(content.path) as archive, archive.open(part) as file:
        for block in iter(partial(file.read, _BLOCK_BYTES), b""):
            text, end = rest + block, 0
            for match in cell.finditer(text):
                style, letters, digits = match.groups()
                yield FormedCell(int(digits), index(letters), forms[style])
                end = match.end()
            rest = text[max(end, len(text) - _LONGEST_TAG) :]
