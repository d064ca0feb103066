"""An "XML Spreadsheet 2003" to rows of text: what Excel 2003 and many web applications save, often as .xls.

The elements are those of Microsoft's "XML Spreadsheet Reference" (Office 2003). The file is read from its start at
each call, a block at a time, and nothing but the row in hand is kept. A document type is refused: with it come
entities that grow out of all proportion, or name other files (OWASP, "XML External Entity Prevention").
"""

import datetime as dt
import io
import re
from collections.abc import Callable, Generator, Iterator, Mapping
from functools import partial
from typing import Final, TypeAlias
from xml.parsers.expat import ExpatError, ParserCreate

from importer.errors import InputError
from importer.loader.encoding import open_text
from importer.loader.header import NumberedRow
from importer.loader.html_table import declared_encoding
from importer.loader.number_formats import Form, form_of, formed_text
from importer.loader.sheets import Book, HasPeople, RowSource, Sheet, SheetInfo, choose_sheet
from importer.loader.unwrap import Content
from importer.loader.workbook import cell_text
from importer.message import Message

_NAMESPACE: Final = "urn:schemas-microsoft-com:office:spreadsheet"
_DECLARED: Final = re.compile(rb"^[^<]{0,9}<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{2,40})")
_STARTS: Final = ("<?xml", "<workbook", "<ss:workbook", "<!--")
_SAVE_AS: Final = Message("open it in a spreadsheet program and save it as .xlsx or CSV UTF-8")

_HEAD_BYTES: Final = 1 << 12
_BLOCK_CHARS: Final = 1 << 16
# Characters of a tag or a text that has no end.
_MOST_WAITING: Final = 1 << 24
_LONGEST_CELL: Final = 1 << 20
# Excel's last column and row.
_MOST_COLUMNS: Final = 1 << 14
_MOST_ROWS: Final = 1 << 20
_BROKEN: Final = re.compile("[\udc80-\udcff]")
_DIGITS: Final = re.compile(r"[+-]?\d+", re.ASCII)
# Day 0 of Excel's calendar: a time without a date stands on it, or on the next one.
_NO_DATE: Final = (dt.date(1899, 12, 30), dt.date(1899, 12, 31))

_Start: TypeAlias = Callable[[Mapping[str, str]], None]


class _DamagedError(Exception):
    """What is wrong with the file, in words that follow its name and "is damaged:"."""


def is_spreadsheetml(head: bytes) -> bool:
    """Whether a file that begins so is an XML Spreadsheet 2003, and no other XML."""
    text = head.decode("utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig", "replace")
    return text.lstrip().lower().startswith(_STARTS) and _NAMESPACE in text


def open_spreadsheetml(content: Content, wanted: str | None, encoding: str | None, has_people: HasPeople) -> Sheet:
    """Open the worksheet named or numbered ``wanted``, else the one that ``choose_sheet`` takes.

    ``encoding`` overrules the one that the file declares. Raises ``InputError`` for a file that is damaged, has a
    document type or an unknown sheet, and where there is nothing in it, ``ConfigError`` for an unknown ``encoding``.
    """
    codec, notes = declared_encoding(content, _DECLARED.search(content.head(_HEAD_BYTES)), encoding)
    known = _listed(content, codec)
    sheet = choose_sheet(Book(content, known, partial(_opened, content, codec)), wanted, has_people)
    return Sheet(
        sheet.name, sheet.rows, (Message("an XML spreadsheet, {note}", note=notes[0]), *notes[1:], *sheet.notes)
    )


def _opened(content: Content, codec: str, place: int) -> RowSource:
    return partial(_rows, content, codec, place)


def _rows(content: Content, codec: str, place: int) -> Generator[NumberedRow, None, None]:
    """The rows with text of the worksheet at ``place``, counted from 0."""
    reader = _Reader(place)
    for _ in _fed(content, codec, reader.handlers()):
        yield from reader.taken()
        if reader.ended:
            return


def _listed(content: Content, codec: str) -> list[SheetInfo]:
    """The worksheets in the file's order. Whether one is hidden stands behind its cells."""
    lister = _Lister()
    for _ in _fed(content, codec, lister.handlers()):
        pass
    return [SheetInfo(name, visible) for name, visible in lister.sheets]


def _fed(content: Content, codec: str, handlers: Mapping[str, object]) -> Iterator[None]:
    """Parse the file, and stop after each block. Raises ``InputError`` for one that is no well-formed XML."""
    parser = ParserCreate("utf-8", namespace_separator=" ")
    parser.buffer_text = True
    for name, handler in {"StartDoctypeDeclHandler": _refuse_doctype, **handlers}.items():
        setattr(parser, name, handler)
    try:
        with open_text(content, codec) as file:
            for data in _blocks(file):
                parser.Parse(data, False)
                yield
        parser.Parse(b"", True)
        yield
    except (ExpatError, _DamagedError) as error:
        raise InputError(
            Message("{content} is a damaged XML spreadsheet: {reason}", content=content, reason=error.args[0]), _SAVE_AS
        ) from error
    except (UnicodeError, OSError) as error:
        raise InputError(
            Message("{content} cannot be read to its end: {error}", content=content, error=error),
            Message("check the disk and start again"),
        ) from error


def _blocks(file: io.TextIOWrapper) -> Iterator[bytes]:
    """The text in UTF-8, without blanks above the XML declaration, which expat does not allow.

    Raises ``_DamagedError`` for a tag so long that expat would have to keep it.
    """
    without_end, started = 0, False
    for block in iter(partial(file.read, _BLOCK_CHARS), ""):
        text = block if started else block.lstrip()
        started = started or bool(text)
        without_end = 0 if ">" in text or "<" in text else without_end + len(text)
        if without_end > _MOST_WAITING:
            raise _DamagedError(Message("it has a text or a tag without end"))
        yield _BROKEN.sub("\ufffd", text).encode("utf-8", "replace")


def _refuse_doctype(*_: object) -> None:
    raise _DamagedError(Message("it has a document type (DOCTYPE), and a spreadsheet has none"))


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def _number(attributes: Mapping[str, str], name: str, default: int, most: int) -> int:
    """An attribute that counts cells, with its namespace or, as some programs write it, without."""
    text = attributes.get(f"{_NAMESPACE} {name}", attributes.get(name))
    if text is None:
        return default
    if not text.isdecimal() or len(text) > len(str(most)) or int(text) > most:
        raise _DamagedError(
            Message('{name}="{text}" is not a number up to {most}', name=name, text=text[:20], most=most)
        )
    return int(text)


def _text(attributes: Mapping[str, str], name: str) -> str:
    return attributes.get(f"{_NAMESPACE} {name}", attributes.get(name, ""))


class _Lister:
    """Collects the names of worksheets, and whether they are visible."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, bool]] = []
        self._visible: list[str] | None = None

    def handlers(self) -> Mapping[str, object]:
        return {"StartElementHandler": self._start, "EndElementHandler": self._end, "CharacterDataHandler": self._chars}

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        element = _local(name)
        if element == "Worksheet":
            hidden = "Hidden" in _text(attributes, "Visible") or _text(attributes, "Hidden") in ("1", "true")
            self.sheets.append((_text(attributes, "Name") or f"Sheet{len(self.sheets) + 1}", not hidden))
        elif element == "Visible":
            self._visible = []

    def _chars(self, data: str) -> None:
        if self._visible is not None:
            self._visible.append(data)

    def _end(self, name: str) -> None:
        if self._visible is not None and _local(name) == "Visible":
            if self.sheets and "Hidden" in "".join(self._visible):
                self.sheets[-1] = (self.sheets[-1][0], False)
            self._visible = None


class _Reader:
    """Collects the rows with text of the worksheet at ``place`` that end in what is parsed."""

    def __init__(self, place: int) -> None:
        self.ended = False
        self._left = place + 1  # worksheets to begin until the one that is read
        self._done: list[NumberedRow] = []
        self._styles: dict[str, Form] = {}  # those whose format shows more than a number holds
        self._style = ""
        self._row = self._skipped = self._first = self._column = self._merged = 0
        self._cells: list[str] = []
        self._text = self._kind = ""
        self._data: list[str] | None = None
        self._length = 0  # characters of the data
        self._inside = 0  # elements open in the data, or in a comment
        self._starts: Mapping[str, _Start] = {
            "Style": self._begin_style,
            "NumberFormat": self._begin_format,
            "Worksheet": self._begin_sheet,
            "Table": self._begin_table,
            "Row": self._begin_row,
            "Cell": self._begin_cell,
            "Data": self._begin_data,
        }
        self._ends = {
            "Data": self._end_data,
            "Cell": self._end_cell,
            "Row": self._end_row,
            "Worksheet": self._end_sheet,
        }

    def handlers(self) -> Mapping[str, object]:
        return {"StartElementHandler": self._start, "EndElementHandler": self._end, "CharacterDataHandler": self._chars}

    def taken(self) -> list[NumberedRow]:
        """The rows that have ended since the last call."""
        done, self._done = self._done, []
        return done

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        element = _local(name)
        if self._inside or self._data is not None or element == "Comment":
            self._inside += 1
        elif element in self._starts:
            self._starts[element](attributes)

    def _chars(self, data: str) -> None:
        if self._data is not None:
            self._data.append(data)
            self._length += len(data)
            if self._length > _LONGEST_CELL:
                raise _DamagedError(
                    Message("a cell in row {row} has over {most} characters", row=self._row, most=_LONGEST_CELL)
                )

    def _end(self, name: str) -> None:
        if self._inside:
            self._inside -= 1
        elif (end := self._ends.get(_local(name))) is not None:
            end()

    def _begin_style(self, attributes: Mapping[str, str]) -> None:
        self._style = _text(attributes, "ID")

    def _begin_format(self, attributes: Mapping[str, str]) -> None:
        if form := form_of(_text(attributes, "Format")):
            self._styles[self._style] = form

    def _begin_sheet(self, _: Mapping[str, str]) -> None:
        self._left -= 1

    def _begin_table(self, attributes: Mapping[str, str]) -> None:
        self._row = _number(attributes, "TopCell", 1, _MOST_ROWS) - 1
        self._first = _number(attributes, "LeftCell", 1, _MOST_COLUMNS) - 1

    def _begin_row(self, attributes: Mapping[str, str]) -> None:
        self._row = _number(attributes, "Index", self._row + 1, _MOST_ROWS)
        self._skipped = _number(attributes, "Span", 0, _MOST_ROWS)
        self._cells, self._column = [], self._first

    def _begin_cell(self, attributes: Mapping[str, str]) -> None:
        self._column = _number(attributes, "Index", self._column + 1, _MOST_COLUMNS) - 1
        self._merged = _number(attributes, "MergeAcross", 0, _MOST_COLUMNS)
        self._style, self._text = _text(attributes, "StyleID"), ""

    def _begin_data(self, attributes: Mapping[str, str]) -> None:
        self._kind, self._data, self._length = _text(attributes, "Type"), [], 0

    def _end_data(self) -> None:
        if self._data is not None:
            self._text = _AS_TEXT.get(self._kind, str)("".join(self._data))
            if self._kind == "Number" and self._style in self._styles:
                self._text = formed_text(self._text, self._styles[self._style])
        self._data = None

    def _end_cell(self) -> None:
        if self._text:
            self._cells += [""] * (self._column - len(self._cells))
            self._cells[self._column : self._column + 1] = [self._text]
        self._column += 1 + self._merged

    def _end_row(self) -> None:
        if self._left == 0 and any(map(str.strip, self._cells)):
            self._done.append((self._row, self._cells))
        self._row += self._skipped

    def _end_sheet(self) -> None:
        self.ended = self._left == 0


def _number_text(text: str) -> str:
    """Digits as they are written, for no program but Excel has to round them; else as of any other workbook."""
    try:
        return text.strip() if _DIGITS.fullmatch(text.strip()) else cell_text(float(text))
    except ValueError:
        return text


def _datetime_text(text: str) -> str:
    try:
        moment = dt.datetime.fromisoformat(text.strip())
    except ValueError:
        return text
    return cell_text(moment.time() if moment.date() in _NO_DATE else moment)


# By the type of the data; an error value (#N/A) is nothing, as in other workbooks.
_AS_TEXT: Final[Mapping[str, Callable[[str], str]]] = {
    "Number": _number_text,
    "DateTime": _datetime_text,
    "Boolean": lambda text: "TRUE" if text.strip() == "1" else "FALSE",
    "Error": lambda _: "",
}
