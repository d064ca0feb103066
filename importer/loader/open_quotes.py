"""End a cell whose quotation mark is never closed with its own record, so that it swallows no other. Pure.

A record is *honest* if each mark that opens a cell of it is closed before a delimiter or a line end, and it has as many
cells as the others: it stays what it is, over however many lines. In any other one the open cell ends where a line
behind it begins a record of its own: with all cells, and with an e-mail address or a number in the columns that have
them elsewhere. An honest record is in doubt where each of its lines is such a record, and the mark that closes the
cell may be an inch sign (``19"``) or open another. Cells that are open or in doubt begin with ``OPENED``.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from importer.loader.csv_grammar import Grammar

OPENED: Final = "\ufdd0"
"""Stands behind a quotation mark that nothing closes. Unicode leaves it to programs, and no text has it."""

_LOOK_AHEAD: Final = 1 << 18
"""What becomes of a record is decided from so many characters, wherever the blocks end."""

_MOST_RECORDS: Final = 1000
_FURTHER_LINES: Final = 100
_HALF: Final = 0.5
_KINDS: Final = (
    # What shows whose column it is: an e-mail address, a number to call.
    re.compile(r"[^\s@\"';,|]+@[^\s@\"';,|]+"),
    re.compile(r"(?:[^\w@]*\d){7,}[^\w@]*"),
)


@dataclass(frozen=True, slots=True)
class Columns:
    """What a record looks like: how many cells it has, and what stands in some columns, by their place."""

    width: int
    kinds: tuple[tuple[int, re.Pattern[str]], ...]

    def score(self, cells: Sequence[str]) -> int:
        """How many cells are what their columns have, less those that are something else."""
        found = [(cells[place].strip(" \"'"), kind) for place, kind in self.kinds]
        return sum(1 if kind.fullmatch(cell) else -1 for cell, kind in found if cell)


def columns_of(grammar: Grammar, sample: str) -> Columns:
    """The columns of most records of a sample that have nothing odd; it has as many as most above the first odd one,
    for what follows that may be the lines of its cell."""
    place, records, sure = 0, list[list[str]](), 0
    while place < len(sample) and len(records) < _MOST_RECORDS:
        found = grammar.honest.match(sample, place)
        end = found.end() if found else grammar.line_end(sample, place)
        if found and end > place:
            records.append(grammar.cells(sample, place, end))
        elif not found:
            sure = sure or len(records)
        place = grammar.next_line(sample, end)
    widths = Counter(map(len, records[:sure] or records))
    width = max(widths, key=lambda one: (widths[one], one), default=1)
    columns = zip(*(cells for cells in records if len(cells) == width), strict=True)
    kinds = ((place, kind) for place, cells in enumerate(columns) for kind in _KINDS if _is_usual(kind, cells))
    return Columns(width, tuple(kinds))


def _is_usual(kind: re.Pattern[str], cells: Sequence[str]) -> bool:
    filled = [text for cell in cells if (text := cell.strip(" \"'"))]
    return sum(kind.fullmatch(text) is not None for text in filled) > _HALF * len(filled)


@dataclass(frozen=True, slots=True)
class Settler:
    """Settles where the records of a text end."""

    grammar: Grammar
    columns: Columns

    def needs(self, blocks: Iterable[str]) -> bool:
        """Whether there is anything to settle in a text."""
        certain, text = self.grammar.certain(self.columns.width), ""
        for block in chain(blocks, ["\n"]):
            text += block
            if self.grammar.quote in text:
                text = text[certain.match(text).end() :]  # type: ignore[union-attr]  # it matches "" too
            else:
                text = text[max(text.rfind("\n"), text.rfind("\r")) + 1 :][-_LOOK_AHEAD:]
            if len(text) > _LOOK_AHEAD and self.grammar.quote in text:
                return True
        return bool(text)

    def __call__(self, blocks: Iterable[str]) -> Iterator[str]:
        """The text, a block at a time, with a closing mark for each open cell.

        From a cell on that is too long to be looked through, the text stays as it is.
        """
        certain, text, rest = self.grammar.certain(self.columns.width), "", iter(blocks)
        for block, is_last in chain(((block, False) for block in rest), [("", True)]):
            text += block
            done, place = [], 0
            while place < len(text):
                end = certain.match(text, place).end()  # type: ignore[union-attr]  # it matches "" too
                done.append(text[place:end])
                place = end
                if place == len(text) or (not is_last and len(text) - place <= _LOOK_AHEAD):
                    break
                settled, place = self._settled(text, place)
                done.append(settled)
                if not settled:
                    yield from chain(done, [text[place:]], rest)
                    return
            text = text[place:]
            yield "".join(done)

    def _settled(self, text: str, begin: int) -> tuple[str, int]:
        """The record that begins here and where it ends, ``""`` for one that goes beyond what can be looked at."""
        bound = min(begin + _LOOK_AHEAD, len(text))
        if self.grammar.quote not in text[begin:bound]:  # a part of a line that is very long
            return text[begin:bound], bound
        honest = self.grammar.honest.match(text, begin, bound)
        if honest and (honest.end() < bound or bound == len(text)):
            end = honest.end()
            if end <= self.grammar.line_end(text, begin):
                return honest[0], end
            if len(self.grammar.cells(text, begin, end)) == self.columns.width:
                return self._in_doubt(honest[0]) or honest[0], end
        record, length = self._ended(text[begin:bound], is_all=bound == len(text))
        return record, begin + length

    def _ended(self, text: str, *, is_all: bool) -> tuple[str, int]:
        """The odd record that a text begins with, and its length; ``""`` if it may go on where the text is not all."""
        grammar, width = self.grammar, self.columns.width
        lenient = grammar.lenient.match(text)
        if lenient and lenient.end() == len(text) and not is_all:
            lenient = None
        end = lenient.end() if lenient else len(text)
        cells = grammar.lenient_cells(text, 0, end) if lenient else []
        own = self._own_end(text, cells)
        is_line, fits = end <= grammar.line_end(text, 0), len(cells) == width and not own
        if is_line and (fits or (len(cells) > width and not own)):
            return text[:end], end
        mark = grammar.open_mark(text, 0, end, several=not own)
        if mark < 0:
            return "", 0
        begin = grammar.next_line(text, own) if own else self._complete(text, mark)
        after = own if own == end else self._next_record(text, begin, end)
        if after == len(text) and not is_all:
            after = 0
        if not after and not lenient and not is_all:
            return "", 0
        is_honest = fits or grammar.honest.match(text, 0, end)
        if is_honest and not 0 < after < end:
            return text[:end], end
        after = after or max(end, own)
        return self._opened(text[:after], mark), after

    def _own_end(self, text: str, lenient: Sequence[str]) -> int:
        """Where the record ends if its open mark is a mark of the text, 0 if its cells fit no better then."""
        end = self.grammar.tolerant.match(text).end()  # type: ignore[union-attr]  # it matches "" too
        cells = self.grammar.tolerant_cells(text, 0, end)
        least = self.columns.score(lenient) + 1 if len(lenient) == self.columns.width else 0
        return end if len(cells) == self.columns.width and self.columns.score(cells) >= least else 0

    def _complete(self, text: str, mark: int) -> int:
        """The line behind the one by which a record has all cells, those in its open one counted."""
        grammar = self.grammar
        has = len(grammar.cells(text, 0, mark)) + len(grammar.line_cells(text, mark)) - 1
        place = grammar.next_line(text, grammar.line_end(text, mark))
        while has < self.columns.width and place < len(text):
            has += len(grammar.line_cells(text, place)) - 1
            place = grammar.next_line(text, grammar.line_end(text, place))
        return place

    def _in_doubt(self, record: str) -> str:
        """An honest record with the mark of the cell that is in doubt as an open one, ``""`` if none is."""
        grammar = self.grammar
        mark = grammar.open_mark(record, 0, len(record), several=True)
        cell = grammar.honest_cell.match(record, mark)
        closing = record.rindex(grammar.quote, mark, cell.end() if cell else None)
        if not self.columns.kinds or not grammar.may_be_text.search(record, mark, closing + 1):
            return ""
        place = 0
        while place < len(record):
            if not self._shows(grammar.line_cells(record, place)):
                return ""
            place = grammar.next_line(record, grammar.line_end(record, place))
        return record[: mark + 1] + OPENED + record[mark + 1 :]

    def _shows(self, cells: Sequence[str]) -> bool:
        """Whether these are the cells of a record for certain, none of them with the closing mark of another."""
        is_one = len(cells) == self.columns.width and (not self.columns.kinds or self.columns.score(cells) > 0)
        return is_one and not any(map(self.grammar.closing.fullmatch, cells))

    def _next_record(self, text: str, place: int, end: int) -> int:
        """Where from a line on the next record begins, or the text ends; 0 if not before ``end`` nor soon behind it.

        Lines of the right number of cells just before that record are records too, without an address or a number.
        """
        grammar, columns = self.grammar, self.columns
        first, worst, further = 0, 0, 0
        while place < len(text) and further < _FURTHER_LINES:
            after, cells = self._record_at(text, place)
            if self._shows(cells):
                return first or place
            if len(cells) == columns.width:
                first, worst = first or place, min(worst, columns.score(cells))
            elif cells != [""]:
                first, worst = 0, 0
            place = grammar.next_line(text, after)
            further += place > end
        if first and worst >= 0:
            return first
        return len(text) if place >= len(text) else 0

    def _record_at(self, text: str, place: int) -> tuple[int, list[str]]:
        """Where what begins here ends, and its cells: an honest record of the right width, or else a line."""
        grammar = self.grammar
        if record := grammar.honest.match(text, place):
            cells = grammar.cells(text, place, record.end())
            if len(cells) == self.columns.width:
                return record.end(), cells
        return grammar.line_end(text, place), grammar.line_cells(text, place)

    def _opened(self, record: str, mark: int) -> str:
        """A record whose last cell is all that stands behind an open mark."""
        quote = self.grammar.quote
        cell = record[mark + 1 :].rstrip()
        inside = cell.replace(quote * 2, quote).replace(quote, quote * 2)
        return record[: mark + 1] + OPENED + inside + quote + record[mark + 1 + len(cell) :]
