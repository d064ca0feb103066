"""Scan a sheet of an .xlsx for what calamine does not give: number formats, error values, formulas without a result.

A row is looked at closely only where it has a sign of any of them.
"""

import re
import zipfile
from collections.abc import Iterator, Mapping
from functools import cache, partial
from typing import Final, NamedTuple

from importer.loader.corrections import Correction, ScannedRow, error_text
from importer.loader.number_formats import BUILT_IN, Form, form_of
from importer.loader.sheet_xml import attribute, sheet_part
from importer.loader.unwrap import Content
from importer.normalizer.text import NO_RESULT
from importer.texts import column_index

_STYLES: Final = "xl/styles.xml"
_BLOCK_BYTES: Final = 1 << 20
_FORMAT: Final = re.compile(rb"<(?:\w+:)?numFmt\s[^>]*>")
_CELL_FORMATS: Final = re.compile(rb"<(?:\w+:)?cellXfs[\s>].*?</(?:\w+:)?cellXfs>", re.DOTALL)
_CELL_FORMAT: Final = re.compile(rb"<(?:\w+:)?xf[\s/>][^>]*>?")
_ROW_END: Final = re.compile(rb"</(?:\w+:)?row\s*>")
_ROW: Final = re.compile(rb"<(?:\w+:)?row(?=[\s/>])([^>]*)>")
_CELL: Final = re.compile(rb"<(\w+:)?c(?=[\s/>])([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c\s*>)", re.DOTALL)
_LITERAL: Final = (b'="e"', b"='e'", b"<f", b":f", b"hidden")
_PLACE: Final = re.compile(r"([A-Z]+)\d+")
_HIDDEN: Final = re.compile(rb"""\shidden\s*=\s*["'](?:1|true)["']""")
_FILLED: Final = re.compile(rb"<(?:\w+:)?(?:v|is)[\s>]")
_FORMULA: Final = re.compile(rb"<(?:\w+:)?f[\s/>]")
_RESULT: Final = re.compile(rb"<(?:\w+:)?v\s*>([^<]*)<|<(?:\w+:)?(v)\s*/>|<(?:\w+:)?is[\s>]")


class _Signs(NamedTuple):
    """The formats of cells that show more than a number holds, and what a row has where it needs a closer look.

    ``literal`` is what a block has then: 40 MB of XML take 10 ms each, and 0.5 s by a regular expression.
    """

    forms: Mapping[str, Form]
    pattern: re.Pattern[bytes]
    literal: tuple[bytes, ...]


def scan_xlsx(content: Content, place: int) -> Iterator[ScannedRow]:
    """Scan the sheet at ``place`` (from 0)."""
    with zipfile.ZipFile(content.path) as archive:
        part = sheet_part(archive, place)
        if part is None:
            return
        forms = _forms(archive.read(_STYLES)) if _STYLES in archive.namelist() else {}
        styles = "|".join(forms).encode()
        pattern = rb"""=["']e["']|<(?:\w+:)?f[\s/>]""" + (rb"""|\ss=["'](?:%b)["']""" % styles if styles else b"")
        literal = (
            *_LITERAL,
            *(b's="%b"' % style.encode() for style in forms),
            *(b"s='%b'" % style.encode() for style in forms),
        )
        yield from _rows(_blocks(archive, part), _Signs(forms, re.compile(pattern), literal))


def _forms(styles: bytes) -> dict[str, Form]:
    """The places of such cell formats, as a cell names them, and what they show."""
    codes = ((attribute(tag, b"numFmtId"), attribute(tag, b"formatCode")) for tag in _FORMAT.findall(styles))
    known = BUILT_IN | {number: form for number, code in codes if (form := form_of(code))}
    block = _CELL_FORMATS.search(styles)
    formats = [attribute(tag, b"numFmtId") for tag in _CELL_FORMAT.findall(block[0])] if block else []
    return {str(place): known[number] for place, number in enumerate(formats) if number in known}


def _blocks(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """The text of the sheet, cut behind the end of a row."""
    rest = b""
    with archive.open(part) as file:
        for block in iter(partial(file.read, _BLOCK_BYTES), b""):
            text = rest + block
            cut = text.rfind(b"</", 0, text.rfind(b"row>")) if b"row>" in block else 0
            yield text[:cut]
            rest = text[cut:]
    yield rest


def _rows(blocks: Iterator[bytes], signs: _Signs) -> Iterator[ScannedRow]:
    number = 0
    for block in blocks:
        if any(sign in block for sign in signs.literal):
            for piece in _ROW_END.split(block):
                number, row = _row(piece, number, signs)
                if row:
                    yield row
        else:
            begin = block.rfind(b"<row ")
            said = attribute(block[begin : block.find(b">", begin)], b"r") if begin >= 0 else ""
            number = int(said) if said.isdecimal() else number + len(_ROW.findall(block))


def _row(piece: bytes, number: int, signs: _Signs) -> tuple[int, ScannedRow | None]:
    """The number of the row that a piece ends with, and the row if there is something to say of it."""
    begin = None
    for begin in _ROW.finditer(piece):  # rows without a cell end in themselves
        said = attribute(begin[0], b"r")
        number = int(said) if said.isdecimal() else number + 1
    if begin is None:
        return number, None
    at = begin.end()
    hidden = b"hidden" in begin[1] and bool(_HIDDEN.search(begin[1])) and bool(_FILLED.search(piece, at))
    found = [*_corrections(piece[at:], number, signs)] if signs.pattern.search(piece, at) else []
    return number, ScannedRow(number, hidden, found) if hidden or found else None


def _corrections(row: bytes, number: int, signs: _Signs) -> Iterator[Correction]:
    """The corrections of a row's cells, which count on where they do not say their place."""
    column = -1
    for cell in _CELL.finditer(row):
        tag, body = b"<c " + cell[2] + b">", cell[3] or b""
        place = _PLACE.fullmatch(attribute(tag, b"r"))
        column = _column(place[1].encode()) if place else column + 1
        shown = _shown(tag, body, signs.forms)
        if shown is not None:
            yield Correction(number, column, shown)


_column = cache(column_index)


def _shown(tag: bytes, body: bytes, forms: Mapping[str, Form]) -> Form | str | None:
    kind, result = attribute(tag, b"t"), _RESULT.search(body)
    text = (result[1] or b"").decode("utf-8", "replace").strip() if result else ""
    if kind == "e" and text:
        return error_text(text)
    if _FORMULA.search(body) and (result is None or (not text and kind != "str" and not result[0].endswith(b"is>"))):
        return NO_RESULT
    return forms.get(attribute(tag, b"s")) if kind in ("", "n") else None
