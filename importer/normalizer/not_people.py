"""Tell people from rows that are nobody: totals, remarks, footers, headings, numbers of columns, repeated titles. Pure.

The rule. Only a row without a valid email and phone number is looked at: whoever has one is a person, whatever the
name. What the words of its first cell (or of its name) say, its form and its place are evidence, each with a weight
(``EVIDENCE``). From ``REFUSED`` on the row is nobody. One that shows less, or has a plain name and nothing else where
most rows have more, is sent and remarked upon: it may be a heading, or a grandmother without a phone.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from statistics import median_high
from typing import Final, NamedTuple

from importer.error_codes import row_error
from importer.livedesk.contact import KEY_FIELDS, Values
from importer.message import Message
from importer.models import NAMES, REACH, Row, RowError
from importer.normalizer.codes import is_code
from importer.normalizer.columns import ColumnMapping
from importer.normalizer.row_words import is_label, is_letter, is_odd, of_makers, said_of
from importer.normalizer.text import WideText, quoted
from importer.remarks import APART
from importer.texts import column_letter, letters

EVIDENCE: Final[Mapping[str, int]] = {
    "total": 3,
    "total or a name": 1,
    "count": 3,
    "remark": 3,
    "statement": 3,
    "without a name": 3,
    "form": 3,
    "numbers": 4,
    "letter": 3,
    "for programs": 4,
    "file": 7,
    "labels": 3,
    "label": 2,
    "aside": 2,
    "words for an id": 1,
    "alone": 1,
    "figures": 2,
    "only figures": 1,
    "gap": 1,
    "wide": 2,
    "wide and alone": 3,
    "beside": -1,
    "identified": -3,
}
"""What a row may show, and how much it weighs."""

REFUSED: Final = 3
DOUBTED: Final = 2
_RARE: Final = 0.25  # where more rows than this are nothing but a name, that is how the list is
_FEW_ROWS: Final = 20
_NOT_DIGITS: Final = re.compile(r"\W+")
_FIGURE: Final = re.compile(r"[^\w@]{0,3}\d[\d.,'’\s]*[^\w@]{0,3}")
_FEW: Final = re.compile(r"[^\w@]{0,2}(?:\d[.,'’\s]?){1,6}\s?%?")  # with more digits it may be a number to call
_LEAST_NUMBERED: Final = 3
_COLON: Final = re.compile("[:：]")


class NotPeople:
    """Judges the rows of one file.

    ``in_order`` says that batches come as they stand in the file: then the first shows what rows usually look like, and
    a row's place counts too.
    """

    def __init__(self, mapping: ColumnMapping, *, in_order: bool) -> None:
        sources = mapping.sources()
        self._names = [index for field in NAMES for index in sources.get(field, ())]
        self._name = next(iter(self._names), None)
        self._ids = sources.get("identifier", ())
        self._codes = mapping.codes
        self._keys = frozenset(index for field in KEY_FIELDS for index in sources.get(field, ()))
        self._reached = [index for field in REACH for index in sources.get(field, ())]
        titles = {place: letters(column.title) for place, column in enumerate(mapping.columns) if column.title}
        self._titles = {key for key in titles.values() if key}
        self._plain_titles = {column.title.strip().casefold() for column in mapping.columns} - {""}
        self._left = min(titles, default=0)
        self._last = 0
        self._alone_counts: bool | None = None if in_order else False
        self._gaps_count = self._width_counts = False

    def __call__(
        self, batch: Sequence[Row], fields: Mapping[str, Values]
    ) -> tuple[dict[int, RowError], dict[int, Message]]:
        """Why rows are nobody, and remarks on rows that may be nobody, by their place; ``fields`` are what is read."""
        if self._alone_counts is None:
            self._look(batch)
        refused: dict[int, RowError] = {}
        doubted: dict[int, Message] = {}
        last, titles = self._last, self._plain_titles
        for place in unreached(fields, len(batch)):
            number, cells = batch[place]
            last = batch[place - 1].number if place else last
            gap = self._gaps_count and 0 < last < number - 1
            alone = bool(self._alone_counts) and self._is_bare(cells)
            name = cells[self._name] if self._name is not None else ""
            first = cells[0] or next(filter(None, cells), "")
            wide = self._width_counts and WideText in map(type, cells)
            if gap or alone or wide or is_odd(first, titles) or (name is not first and is_odd(name, titles)):
                found = self._evidence(_Given(cells, _filled(cells), alone, gap, wide), fields, place)
                if found.repeats:
                    refused[place] = row_error("repeated_titles", REPEATED_TITLES)
                elif found.weight >= REFUSED:
                    refused[place] = row_error("not_a_person", Message("no person: {reasons}", reasons=found.reasons))
                elif found.weight >= (1 if alone else DOUBTED):
                    doubted[place] = Message("perhaps no person: {reasons}", reasons=found.reasons, kind=APART)
        self._last = batch[-1].number
        return refused | self._makers(batch), doubted

    def _makers(self, batch: Sequence[Row]) -> dict[int, RowError]:
        """Why rows with an address are nobody all the same: they say who made the list, and how to reach them."""
        if self._name is None or not _COLON.search("\n".join([cells[self._name] for _, cells in batch])):
            return {}
        said = ((place, of_makers(cells, self._name)) for place, (_, cells) in enumerate(batch))
        told = {place: _reasons(quoted(batch[place].cells[self._name]), "")[kind] for place, kind in said if kind}
        return {
            place: row_error("not_a_person", Message("no person: {reasons}", reasons=[reason]))
            for place, reason in told.items()
        }

    def _look(self, batch: Sequence[Row]) -> None:
        """Whether rows of one cell but for figures, and rows below a blank one, are rare enough to say something."""
        bare = [self._is_bare(row.cells) for row in batch]
        reached = [
            is_bare
            for row, is_bare in zip(batch, bare, strict=True)
            if any(row.cells[index].strip() for index in self._reached)
        ]
        rare = sum(bare) <= _RARE * len(batch) or len(batch) < _FEW_ROWS
        self._alone_counts = rare and not median_high(reached or bare)
        gaps = sum(later.number > row.number + 1 for row, later in pairwise(batch))
        self._gaps_count = gaps * 3 <= len(batch)
        wide = sum(WideText in {*map(type, row.cells)} for row in batch)
        self._width_counts = wide <= _RARE * len(batch) or (len(batch) < _FEW_ROWS and wide * 2 <= len(batch))

    def _is_bare(self, cells: Sequence[str]) -> bool:
        """Whether a row has one cell, figures apart: amounts, counts, percents that are no key of a person."""
        filled = len(cells) - cells.count("")
        if filled == 1:
            return True
        if not filled or any(cells[index] for index in self._keys):
            return False
        telling = 0
        for cell in cells:
            if cell and not _FIGURE.fullmatch(cell):
                telling += 1
                if telling > 1:
                    return False
        return telling == 1

    def _has_figures(self, given: "_Given", at: int) -> bool:
        """Whether beside a cell stand figures and nothing else, where other rows have more."""
        others = [index for index in given.filled if index != at and index not in self._ids]
        return bool(self._alone_counts and others) and self._are_figures(given.cells, others)

    def _are_figures(self, cells: Sequence[str], places: Iterable[int]) -> bool:
        """Whether these cells are figures, and no numbers to call."""
        return all((_FEW if at in self._keys else _FIGURE).fullmatch(cells[at]) for at in places)

    def _evidence(self, given: "_Given", fields: Mapping[str, Values], place: int) -> "_Found":
        """What a row shows against a person."""
        cells, filled = given.cells, given.filled
        if not filled:
            return _Found(0, [])
        if self._repeats_titles(cells, filled):
            return _Found(0, [], repeats=True)
        named = next((index for index in self._names if cells[index].strip()), filled[0])
        kinds = {index: kind for index in (filled[0], named) if (kind := said_of(cells, index, filled))}
        at = next(iter(kinds), filled[0])
        shown = [kinds[at]] if kinds else []
        shown += self._form(given, at, fields, place)
        figures = self._has_figures(given, at if kinds else named)
        shown += ["figures" if kinds else "only figures"] * figures
        shown += ["alone"] * (given.alone and not figures) + ["gap"] * given.gap
        if given.wide and type(cells[at]) is WideText:
            shown.append("wide and alone" if self._is_bare(cells) else "wide")
        said = _reasons(quoted(cells[at]), column_letter(at))
        reasons = [said[kind] for kind in _as_one(shown, quoting=min(len(kinds), 1)) if kind in said]
        return _Found(sum(map(EVIDENCE.__getitem__, shown)), reasons)

    def _form(self, given: "_Given", at: int, fields: Mapping[str, Values], place: int) -> Iterator[str]:
        """What stands where in the row, beside the cell ``at``."""
        cells, filled = given.cells, given.filled
        others = [index for index in filled if index != at]
        named = bool("name" in fields and fields["name"][place])
        by_id = [index for index in self._ids if cells[index].strip() and not is_label(cells[index])]
        if _numbers(cells, filled):
            yield "numbers"
        elif self._is_heading(cells, at, others):
            yield "letter"
        if by_id and (by_id[0] != at or (at in self._codes and is_code(cells[at]))):
            yield "identified"
        elif by_id and not named and not any(map(str.isdigit, cells[at])):
            yield "words for an id"
        elif not by_id and not named and any(map(str.isalpha, cells[at])):
            yield "aside"
        words = [cells[index] for index in others if any(map(str.isalpha, cells[index]))]
        if sum(not is_label(cell) for cell in words) > 1:
            yield "beside"

    def _is_heading(self, cells: Sequence[str], at: int, others: Sequence[int]) -> bool:
        """Whether a single letter stands where names do, beside nothing but figures: no initial of somebody whose
        number is too short."""
        if not is_letter(cells[at]) or not (at <= self._left or at in self._names):
            return False
        return self._keys.isdisjoint((at, *others)) and self._are_figures(cells, others)

    def _repeats_titles(self, cells: Sequence[str], filled: Sequence[int]) -> bool:
        """Whether the filled cells are titles, whatever their case and spaces: two of them, or all there are."""
        return len(filled) >= min(2, len(self._titles)) and all(letters(cells[at]) in self._titles for at in filled)


REPEATED_TITLES: Final = Message("the row repeats the titles")


class _Given(NamedTuple):
    """A row's cells, which are filled, whether it is one alone, a blank row stands above, and a cell is merged."""

    cells: Sequence[str]
    filled: list[int]
    alone: bool
    gap: bool
    wide: bool


class _Found(NamedTuple):
    """How much speaks against a person, and why; or that the row repeats the titles."""

    weight: int
    reasons: list[Message]
    repeats: bool = False


def _as_one(shown: Sequence[str], quoting: int) -> Sequence[str]:
    """The evidence to tell. Where the only text stands and that nothing else does are one reason; where the first
    ``quoting`` reasons quote that text already, the second says enough."""
    where, rest = shown[quoting : quoting + 1], shown[quoting + 1 :]
    if not {"aside", "words for an id"}.intersection(where) or not {*_NOTHING_ELSE}.intersection(rest[:1]):
        return shown
    return [*shown[:quoting], *rest] if quoting else [_NOTHING_ELSE[rest[0]], *rest[1:]]


_NOTHING_ELSE: Final = {
    "alone": "only text",
    "figures": "only text and figures",
    "only figures": "only text and figures",
}


def _reasons(value: str, letter: str) -> dict[str, Message]:
    """What the evidence against a person is, for people; ``value`` is the text that tells, in column ``letter``."""
    figures = Message("it has nothing else but figures")
    wide = Message("its cell is merged across columns")
    return {
        "total": Message("{value} is a total", value=value),
        "total or a name": Message("{value} is a word for a figure", value=value),
        "count": Message("{value} is a count", value=value),
        "remark": Message("{value} is a remark", value=value),
        "statement": Message("{value} is what programs and offices add to a list", value=value),
        "without a name": Message("{value} stands for somebody without a name", value=value),
        "form": Message("{value} is a label, and its value stands beside it", value=value),
        "numbers": Message("it numbers the columns"),
        "for programs": Message("{value} is written for programs", value=value),
        "file": Message("{value} is the name of a file", value=value),
        "letter": Message("{value} is a single letter", value=value),
        "labels": Message("{value} is one of several labels", value=value),
        "label": Message("{value} has a colon", value=value),
        "aside": Message("it has no name, and its text stands in column {letter}", letter=letter),
        "words for an id": Message("it has words for an id, and no name"),
        "alone": Message("it has nothing else"),
        "only text": Message("nothing but {value} in column {letter}", value=value, letter=letter),
        "only text and figures": Message(
            "nothing but {value} in column {letter}, and figures", value=value, letter=letter
        ),
        "figures": figures,
        "only figures": figures,
        "gap": Message("a blank row stands above it"),
        "wide": wide,
        "wide and alone": wide,
    }


def _filled(cells: Sequence[str]) -> list[int]:
    return [at for at, cell in enumerate(cells) if cell and not cell.isspace()]


def unreached(fields: Mapping[str, Values], count: int) -> Iterable[int]:
    """The places of rows without a valid email and phone number."""
    columns = [values for field in REACH if (values := fields.get(field)) is not None]
    if not columns:
        return range(count)
    return [place for place, values in enumerate(zip(*columns, strict=True)) if not any(values)]


def _numbers(cells: Sequence[str], filled: Sequence[int]) -> bool:
    """Whether the cells number the columns: 1, 2, 3 or A, B, C, in brackets or not."""
    if len(filled) < _LEAST_NUMBERED:
        return False
    marks = [_NOT_DIGITS.sub("", cells[at]).upper() for at in filled]
    start = 1 if marks[0] != "0" else 0
    counted = [str(number) for number in range(start, start + len(marks))]
    return marks in (counted, [column_letter(at) for at in range(len(marks))])
