"""Read an "XML Spreadsheet 2003": what Excel 2003 and many web applications save, often as .xls.

The elements are those of Microsoft's "XML Spreadsheet Reference" (Office 2003). The file is read from its start at
each call, a block at a time, and nothing but the row in hand is kept. A document type is refused: with it come
entities that grow out of all proportion, or name other files (OWASP, "XML External Entity Prevention").
"""

import datetime as dt
import io
import re
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any, Final, TypeAlias
from xml.etree.ElementTree import Element, ParseError, XMLPullParser
from xml.parsers.expat import ExpatError, ParserCreate

from importer.errors import InputError
from importer.loader.corrections import error_text, has_more, hidden_rows
from importer.loader.damage import damage_words
from importer.loader.encoding import open_text
from importer.loader.header import NumberedRow
from importer.loader.html_table import declared_encoding
from importer.loader.number_formats import BUILT_IN, Form, form_of, formed_text
from importer.loader.sheets import Book, Judge, Sheet, SheetInfo, choose_sheets
from importer.loader.signatures import SAVE_AS, SPREADSHEETML
from importer.loader.unwrap import Content, DamagedError
from importer.loader.workbook import cell_text
from importer.message import Message
from importer.normalizer.text import NO_RESULT, WideText, has_text, number_text, unbroken

_SS: Final = f"{{{SPREADSHEETML}}}"
_DECLARED: Final = re.compile(rb"^[^<]{0,9}<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{2,40})")

_HEAD_BYTES: Final = 1 << 12
_BLOCK_CHARS: Final = 1 << 16
# Blocks of a row, a tag or a text that has no end.
_MOST_WAITING: Final = 1 << 8
_LONGEST_CELL: Final = 1 << 20
# Excel's last column and row.
_MOST_COLUMNS: Final = 1 << 14
_MOST_ROWS: Final = 1 << 20
_NAMED_FORMATS: Final = {"Scientific": BUILT_IN["11"]}
_TRUE: Final = ("1", "true")
_DIGITS: Final = re.compile(r"[+-]?\d+", re.ASCII)
# Day 0 of Excel's calendar: a time without a date stands on it, or on the next one.
_NO_DATE: Final = (dt.date(1899, 12, 30), dt.date(1899, 12, 31))


def open_spreadsheetml(content: Content, wanted: Sequence[str], encoding: str | None, judge: Judge) -> list[Sheet]:
    """Open the worksheets that ``choose_sheets`` takes.

    ``encoding`` overrules the one that the file declares. Raises ``InputError`` for a file that is damaged, has a
    document type or an unknown sheet, and where there is nothing in it, ``ConfigError`` for an unknown ``encoding``.
    """
    codec, notes = declared_encoding(content, _DECLARED.search(content.head(_HEAD_BYTES)), encoding)
    known, hidden = _listed(content, codec)
    book = Book(content, known, lambda place: partial(_rows, content, codec, place))
    sheets = choose_sheets(book, wanted, judge)
    first, *others = (replace(sheet, notes=(*sheet.notes, *hidden_rows(hidden[sheet.place]))) for sheet in sheets)
    said = (Message("an XML spreadsheet, {note}", note=notes[0]), *notes[1:])
    return [replace(first, notes=(*said, *first.notes)), *others]


def _rows(content: Content, codec: str, place: int) -> Generator[NumberedRow, None, None]:
    """The rows with text of the worksheet at ``place``, counted from 0."""
    left = place + 1  # worksheets to begin until the one that is read
    styles: dict[str, Form] = {}  # those whose format shows more than a number holds
    style, number, first = "", 0, 0
    with _parsed(content, codec) as events:
        for event, name, element in events:
            match event, name:
                case "start", "Style":
                    style = _text(element, "ID")
                case "start", "NumberFormat":
                    code = _text(element, "Format")
                    if form := _NAMED_FORMATS.get(code) or form_of(code):
                        styles[style] = form
                case "start", "Worksheet":
                    left -= 1
                case "start", "Table":
                    number = _number(element, "TopCell", 1, _MOST_ROWS) - 1
                    first = _number(element, "LeftCell", 1, _MOST_COLUMNS) - 1
                case "end", "Row":
                    number = _number(element, "Index", number + 1, _MOST_ROWS)
                    cells = _cells(element, first, styles)
                    if left == 0 and has_more(cells) and has_text(cells):
                        yield number, cells
                    number += _number(element, "Span", 0, _MOST_ROWS)
                case "end", "Worksheet" if left == 0:
                    return


def _cells(row: Element, first: int, styles: Mapping[str, Form]) -> list[str]:
    """The cells of a row whose table begins in column ``first``, from 0."""
    cells: list[str] = []
    column = first
    for cell in (child for child in row if _local(child) == "Cell"):
        column = _number(cell, "Index", column + 1, _MOST_COLUMNS) - 1
        across = _number(cell, "MergeAcross", 0, _MOST_COLUMNS)
        if text := _shown(cell, styles):
            cells += [""] * (column - len(cells))
            cells[column : column + 1] = [WideText(text) if across and type(text) is str else text]
        column += 1 + across
    return cells


def _shown(cell: Element, styles: Mapping[str, Form]) -> str:
    """What a cell shows; its comment has data too, but deeper inside."""
    data = next((child for child in cell if _local(child) == "Data"), None)
    if data is None:
        return NO_RESULT if _text(cell, "Formula") else ""
    kind, held = _text(data, "Type"), "".join(data.itertext())
    if len(held) > _LONGEST_CELL:
        raise DamagedError(Message("a cell has over {most} characters", most=_LONGEST_CELL))
    text = _AS_TEXT.get(kind, str)(held)
    form = styles.get(_text(cell, "StyleID")) if kind == "Number" else None
    return formed_text(text, form) if form else text


def _listed(content: Content, codec: str) -> tuple[list[SheetInfo], list[list[int]]]:
    """The worksheets in the file's order, and the hidden rows of each that have text.

    The file says behind a sheet's cells whether it is hidden.
    """
    sheets: list[SheetInfo] = []
    hidden: list[list[int]] = []
    number = 0
    with _parsed(content, codec) as events:
        for event, name, element in events:
            if (event, name) == ("start", "Worksheet"):
                unseen = "Hidden" in _text(element, "Visible") or _text(element, "Hidden") in _TRUE
                sheets.append(SheetInfo(_text(element, "Name") or f"Sheet{len(sheets) + 1}", not unseen))
                hidden.append([])
            elif (event, name) == ("start", "Table"):
                number = _number(element, "TopCell", 1, _MOST_ROWS) - 1
            elif (event, name) == ("end", "Row") and hidden:
                number = _number(element, "Index", number + 1, _MOST_ROWS)
                if _text(element, "Hidden") in _TRUE and "".join(element.itertext()).strip():
                    hidden[-1].append(number)
                number += _number(element, "Span", 0, _MOST_ROWS)
            elif (event, name) == ("end", "Visible") and sheets and "Hidden" in (element.text or ""):
                sheets[-1] = replace(sheets[-1], visible=False)
    return sheets, hidden


_Event: TypeAlias = tuple[str, str, Element]
"""``start`` or ``end``, the local name, and the element: with its attributes, and at its end with its content."""


@contextmanager
def _parsed(content: Content, codec: str) -> Iterator[Iterator[_Event]]:
    """The file's ``_events``. Raises ``InputError`` for one that is no well-formed XML, or damaged otherwise."""
    try:
        with open_text(content, codec) as file:
            yield _events(file)
    except (ParseError, ExpatError, DamagedError) as error:
        reason = error.args[0] if isinstance(error, DamagedError) else damage_words(error)
        raise InputError(
            "{content} is a damaged XML spreadsheet: {reason}", SAVE_AS, content=content, reason=reason
        ) from error


def _events(file: io.TextIOWrapper) -> Iterator[_Event]:
    """The ends of rows, and the elements outside of them; behind its end an element is thrown away."""
    around: list[Element] = []
    rows = waiting = 0  # rows that are open, and blocks since none was
    for events in _fed(file):
        waiting += 1
        for event, element in events:
            name = _local(element)
            if name == "Row":
                rows += 1 if event == "start" else -1
            if rows:
                continue
            yield event, name, element
            waiting = 0
            if event == "start":
                around.append(element)
                continue
            if name != "Row":
                around.pop()
            if around:
                around[-1].clear()
        if waiting > _MOST_WAITING:
            raise DamagedError(Message("it has a row, a text or a tag without end"))


def _fed(file: io.TextIOWrapper) -> Iterator[Iterator[tuple[Any, ...]]]:
    """What the parser makes of each block of the text."""
    prolog = ParserCreate("utf-8")
    parser: XMLPullParser[Any] = XMLPullParser(("start", "end"))
    began: list[str] = []
    prolog.StartDoctypeDeclHandler = _refuse_doctype  # which has no say in the other parser
    prolog.StartElementHandler = lambda name, _: began.append(name)
    for text in _blocks(file):
        if not began:
            prolog.Parse(text, False)
        if text:
            parser.feed(text)
        else:
            parser.close()
        yield parser.read_events()


def _blocks(file: io.TextIOWrapper) -> Iterator[str]:
    """The text without blanks above the XML declaration, which expat does not allow; the end is ``""``."""
    started = False
    for block in iter(partial(file.read, _BLOCK_CHARS), ""):
        text = block if started else block.lstrip()
        started = started or bool(text)
        if text:
            yield unbroken(text)
    yield ""


def _refuse_doctype(*_: object) -> None:
    raise DamagedError(Message("it has a document type (DOCTYPE), and a spreadsheet has none"))


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _number(element: Element, name: str, default: int, most: int) -> int:
    """An attribute that counts cells, with its namespace or, as some programs write it, without."""
    text = element.get(_SS + name, element.get(name))
    if text is None:
        return default
    if not text.isdecimal() or len(text) > len(str(most)) or int(text) > most:
        raise DamagedError(
            Message('{name}="{text}" is not a number up to {most}', name=name, text=text[:20], most=most)
        )
    return int(text)


def _text(element: Element, name: str) -> str:
    return element.get(_SS + name, element.get(name, ""))


def _number_text(text: str) -> str:
    """Digits as they stand, for only Excel rounds them; any other number as in other workbooks."""
    try:
        digits = text.strip()
        return number_text(digits) if _DIGITS.fullmatch(digits) else cell_text(float(text))
    except ValueError:
        return text


def _datetime_text(text: str) -> str:
    try:
        moment = dt.datetime.fromisoformat(text.strip())
    except ValueError:
        return text
    return cell_text(moment.time() if moment.date() in _NO_DATE else moment)


# By the type of the data.
_AS_TEXT: Final[Mapping[str, Callable[[str], str]]] = {
    "Number": _number_text,
    "DateTime": _datetime_text,
    "Boolean": lambda text: "TRUE" if text.strip() == "1" else "FALSE",
    "Error": lambda text: error_text(text.strip()),
}
