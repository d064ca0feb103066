"""What the cells, lines and records of a text are, as patterns. Pure.

All are possessive: each character is looked at once, whatever stands in the text.
"""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final

_LINE: Final = re.compile(r"[^\r\n]*+")
_BREAK: Final = re.compile(r"\r\n|\r|\n|")


@dataclass(frozen=True)
class Grammar:
    """How ``separator`` and ``quote`` make cells and records; with ``blanks``, some may stand before a mark.

    An *honest* cell in marks ends with one, before a separator or a line end; a *lenient* one, as pandas reads it, goes
    on up to there. Marks within a cell that begins with none are text.
    """

    separator: str
    quote: str
    blanks: bool = False

    def certain(self, width: int) -> re.Pattern[str]:
        """Lines that are records of honest cells, and records of so many over several lines; ``""`` matches too.

        One with a cell of several lines whose closing mark may be text is not among them.
        """
        line = self._cell(rf"[^{self.quote}\r\n]", self._closed)
        several = self._cell(f"[^{self.quote}]", self._closed, rf"(?<![\d{self._at}])")
        cell = f"(?:{line}|{several})"
        return re.compile(
            rf"(?:[^{self.quote}\r\n]*+[\r\n]|{line}(?:{self._at}{line})*+[\r\n]"
            rf"|{cell}(?:{self._at}{cell}){{{width - 1}}}+[\r\n])*+"
        )

    @cached_property
    def honest(self) -> re.Pattern[str]:
        """A record of honest cells, up to its line end."""
        return self._record(self.honest_cell.pattern)

    @cached_property
    def honest_cell(self) -> re.Pattern[str]:
        """An honest cell."""
        return re.compile(self._cell(f"[^{self.quote}]", self._closed))

    @cached_property
    def lenient(self) -> re.Pattern[str]:
        """A record of lenient cells, up to its line end."""
        return self._record(self._lenient_cell.pattern)

    @cached_property
    def _lenient_cell(self) -> re.Pattern[str]:
        return re.compile(self._cell(f"[^{self.quote}]", rf"[^{self._at}\r\n]*+"))

    @cached_property
    def tolerant(self) -> re.Pattern[str]:
        """A record of cells that are honest, or else all that stands before a separator; it matches anywhere."""
        return self._record(self._tolerant_cell.pattern)

    @cached_property
    def _tolerant_cell(self) -> re.Pattern[str]:
        return re.compile(rf"(?:{self.honest_cell.pattern}|[^{self._at}\r\n]*+)")

    @cached_property
    def may_be_text(self) -> re.Pattern[str]:
        """A mark at the end that may be an inch sign, or open a cell, as well as it may close one."""
        return re.compile(rf"[\d{self._at}] ?{self.quote}\Z")

    @cached_property
    def closing(self) -> re.Pattern[str]:
        """A cell with the closing mark of one that began in a line above: one too many, and no inch sign."""
        mark = self.quote
        return re.compile(rf"(?!\s*{mark})[^{mark}]*(?:{mark}[^{mark}]*{mark}[^{mark}]*)*(?<![\d{mark}]){mark}\s*")

    @cached_property
    def _line_cell(self) -> re.Pattern[str]:
        """An honest cell of one line, or else all that stands before a separator."""
        cell = self._cell(rf"[^{self.quote}\r\n]", self._closed)
        return re.compile(rf"{cell}|[^{self._at}\r\n]*+")

    @property
    def _at(self) -> str:
        return re.escape(self.separator)

    @property
    def _closed(self) -> str:
        blanks = "" if self.separator == " " else " *+"
        return rf"{blanks}(?={self._at}|[\r\n]|\Z)"

    @property
    def _before(self) -> str:
        return " *+" if self.blanks else ""

    def _cell(self, inside: str, behind: str, last: str = "") -> str:
        """A cell with these characters ``inside`` its marks, the ``last`` before the closing one, or one without."""
        mark = self.quote
        quoted = rf"{self._before}{mark}(?:{inside}++|{mark}{mark})*+{last}{mark}{behind}"
        return rf"(?:{quoted}|(?!{self._before}{mark})[^{self._at}\r\n]*+)"

    def _record(self, cell: str) -> re.Pattern[str]:
        return re.compile(rf"{cell}(?:{self._at}{cell})*+(?=[\r\n]|\Z)")

    def cells(self, text: str, begin: int, end: int) -> list[str]:
        """The honest cells of a record, as they are written."""
        return _cells(self.honest_cell, text, begin, end)

    def lenient_cells(self, text: str, begin: int, end: int) -> list[str]:
        """The lenient cells of a record."""
        return _cells(self._lenient_cell, text, begin, end)

    def tolerant_cells(self, text: str, begin: int, end: int) -> list[str]:
        """The cells of a tolerant record."""
        return _cells(self._tolerant_cell, text, begin, end)

    def line_cells(self, text: str, begin: int) -> list[str]:
        """The cells of a line where a mark that its line does not close is text."""
        return _cells(self._line_cell, text, begin, self.line_end(text, begin))

    def open_mark(self, text: str, begin: int, end: int, *, several: bool) -> int:
        """The place of the mark that opens the first cell which is not honest, or has ``several`` lines; -1 if none."""
        line_end = -1
        while begin <= end and (cell := self.honest_cell.match(text, begin, end)):
            line_end = self.line_end(text, begin) if begin > line_end else line_end
            if several and cell.end() > line_end:
                break
            begin = cell.end() + 1
        return text.find(self.quote, begin)

    def line_end(self, text: str, begin: int) -> int:
        """Where the line ends that this place is in."""
        return _LINE.match(text, begin).end()  # type: ignore[union-attr]  # it matches "" too

    def next_line(self, text: str, end: int) -> int:
        """Where the line behind a line end begins."""
        return _BREAK.match(text, end).end()  # type: ignore[union-attr]  # it matches "" too


def _cells(pattern: re.Pattern[str], text: str, begin: int, end: int) -> list[str]:
    """The cells from one place to another, with one sign between two."""
    found = []
    while begin <= end and (cell := pattern.match(text, begin, end)):
        found.append(cell[0])
        begin = cell.end() + 1
    return found
