"""What the rows of a sheet are worth as contacts, by the columns that the mapping would use. Pure."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final, NamedTuple

from importer.errors import InputError
from importer.loader.header import SAMPLE_ROWS, Header, NumberedRow, find_header
from importer.loader.title_rows import is_data
from importer.mapping.column_mapping import map_columns
from importer.mapping.people_names import are_names
from importer.models import NAMES, REACH, Row
from importer.normalizer.text import has_text
from importer.texts import ERROR_TITLE

MOST_ROWS: Final = 2000
"""Rows that are looked at: more say little more about which sheet has the contacts."""

_NAMED: Final = 0.5
_HALF: Final = 0.1
_PERHAPS: Final = 0.001
_UNTITLED_NUMBER: Final = 0.05


class Merit(NamedTuple):
    """What a sheet is worth: ``people`` counts its different contacts by what speaks for them, 0 where nothing does.

    ``is_ours`` says that an import wrote it as an errors file. ``worth`` counts one with a name and an address or a
    number 1, and ``complete`` counts these; one with either of them is worth little: orders, calls and lists of names
    are long. ``keys`` are the addresses and numbers. ``names`` are those beside them.
    """

    people: float = 0.0
    is_ours: bool = False
    worth: float = 0.0
    keys: frozenset[str] = frozenset()
    complete: int = 0
    names: frozenset[str] = frozenset()


def merit(rows: Iterable[NumberedRow]) -> Merit:
    """Judge a sheet by its first rows: how many are people, and what says so.

    A row with an email or a phone number counts 1, one with a name alone half as much if the column has names of
    people (a list of countries has names too), and next to nothing if it has not.
    """
    first = list(islice((row for row in rows if has_text(row[1])), MOST_ROWS))
    header = find_header(first[:SAMPLE_ROWS])
    if header is None:
        return Merit()
    body = [cells for number, cells in first if number > header.above]
    is_ours = ERROR_TITLE in header.cells
    fields = _fields(header, body)
    return _by_fields(fields, body, is_ours=is_ours) if fields else _by_cells(body, is_ours=is_ours)


def _fields(header: Header, body: Sequence[Sequence[str]]) -> dict[str, tuple[int, ...]]:
    """``{field: its columns}`` as the mapping has them; none of a table that it refuses."""
    width = len(header.cells)
    rows = ((*cells[:width], *[""] * (width - len(cells))) for cells in body[:SAMPLE_ROWS])
    sample = [Row(number, cells) for number, cells in enumerate(rows, 2)]
    try:
        return map_columns([cell.strip() for cell in header.cells], {}, {}, "ignore", sample).sources()
    except InputError:
        return {}


def _by_fields(fields: dict[str, tuple[int, ...]], body: Sequence[Sequence[str]], *, is_ours: bool) -> Merit:
    reached = [index for field in REACH for index in fields.get(field, ())]
    named = [fields[field] for field in NAMES if field in fields]
    people = {(_keys(cells, reached), _name(cells, named)) for cells in body}
    both = {keys for keys, name in people if any(keys) and name}
    alone = {keys for keys, name in people if any(keys)} - both
    names = sorted(name for keys, name in people if name and not any(keys))
    by_name = len(names) if are_names(names) else _PERHAPS * len(names)
    by_id = _PERHAPS * bool("identifier" in fields and body)
    worth = len(both) + _HALF * (len(alone) + by_name) + by_id
    told = frozenset(key for keys in both | alone for key in keys if key)
    counted = len(both) + len(alone) + _NAMED * by_name + by_id
    beside = frozenset(name for keys, name in people if any(keys) and name)
    return Merit(counted, is_ours, worth, told, len(both), beside)


def _keys(cells: Sequence[str], reached: Sequence[int]) -> tuple[str, ...]:
    """The addresses and numbers of a row."""
    texts = (_cell(cells, index).strip().casefold() for index in reached)
    return tuple(text if "@" in text or any(map(str.isdigit, text)) else "" for text in texts)


def _name(cells: Sequence[str], named: Sequence[Sequence[int]]) -> str:
    """The parts of a row's name; of the columns of one part the first that has something, as in the import."""
    filled = ([text for index in part if (text := _cell(cells, index).strip())] for part in named)
    return " ".join(texts[0] for texts in filled if texts)


def _by_cells(body: Sequence[Sequence[str]], *, is_ours: bool) -> Merit:
    """Next to nothing for each row with an address, of a table whose columns nothing tells."""
    data = [[cell for cell in cells if is_data(cell)] for cells in body]
    weights = [max((1.0 if "@" in cell else _UNTITLED_NUMBER for cell in cells), default=0.0) for cells in data]
    if sum(map(bool, weights)) * 2 <= len(body):
        return Merit(is_ours=is_ours)  # an address on a cover sheet is no list
    return Merit(_PERHAPS * sum(weights), is_ours, _PERHAPS * sum(weights))


def _cell(cells: Sequence[str], index: int) -> str:
    return cells[index] if index < len(cells) else ""
