"""Find the list of contacts in a JSON document, by what is in its lists and not by their names. Pure.

A document may be the list itself, have it anywhere in its objects, be an object with a contact for each key, have a
list for each column as pandas writes it, or be a single contact.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain, islice, zip_longest
from typing import Any, Final, NamedTuple, TypeAlias

from importer.error_codes import row_error
from importer.loader.header import field_of, is_data, made_up
from importer.loader.merit import merit
from importer.loader.records.json_texts import elements, members, value_end
from importer.loader.records.json_values import breaks_off, broken, decoded, distinct, flat, no_object, text_of, titled
from importer.loader.records.record import MOST_TITLES, Fault, Record
from importer.message import Message

_DEEPEST: Final = 6
_MOST_MEMBERS: Final = 50
"""So many members of an object are looked into for further lists."""
_GLANCE: Final = 20
_JUDGED: Final = 200
_SURE: Final = 0.5
_NOTHING: Final = "…"
"""What stands in the place of records that are not there."""

KEY: Final = "key"
"""The title of the keys, where an object has a contact for each."""


class Found(NamedTuple):
    """A list in a document: its name there, "" for the document itself, where it begins, and its ``shape``."""

    name: str
    start: int
    shape: str


class Choice(NamedTuple):
    """The list that is taken, and those left that have contacts too, with the number of their records."""

    taken: Found
    left: Sequence[tuple[Found, int]]


_Values: TypeAlias = Iterator[tuple[int, str, Callable[[], Any]]]


def choose(text: str) -> Choice | None:
    """The list with the most people; ``None`` where there is no list of records."""
    start = len(text) - len(text.lstrip())
    found = [*_lists(text, start, "", _DEEPEST)]
    if text[start] == "[":
        return Choice(found[0], ()) if found else None
    worth = {one: _worth(text, one) for one in found}
    people = sorted((one for one in found if worth[one].people), key=lambda one: -worth[one].people)
    if not people:
        whole = Found("", start, "one")
        rest = sorted(found, key=lambda one: -worth[one].records)
        people = [whole] if _worth(text, whole).people else rest[:1]
    others = [one for one in people[1:] if worth[one].people >= _SURE]
    apart = [one for one in others if not _is_within(text, one, people[0]) and not _is_within(text, people[0], one)]
    return Choice(people[0], [(one, worth[one].records) for one in apart]) if people else None


def _is_within(text: str, inner: Found, outer: Found) -> bool:
    return outer.start <= inner.start < value_end(text, outer.start)


class _Worth(NamedTuple):
    people: float
    records: int


def _worth(text: str, found: Found) -> _Worth:
    """What a list is worth: its records that are people by their titles and values, and how many records it has."""
    records = records_at(text, found)
    first = [record.values for record in islice(records, _JUDGED) if not record.fault]
    titles = [*dict.fromkeys(chain.from_iterable(first))]
    count = len(first) + sum(1 for _ in records)
    if len(titles) > MOST_TITLES or not any(map(field_of, titles)):
        return _Worth(0, count)
    rows = [(1, titles), *((at, [one.get(title, "") for title in titles]) for at, one in enumerate(first, start=2))]
    return _Worth(merit(rows).people * count / max(len(first), 1), count)


def _lists(text: str, start: int, name: str, depth: int) -> Iterator[Found]:
    """The lists in the value at ``start``; those in records are the records' own."""
    if text[start] == "[":
        if shape := _shape_of_array(text, start, is_whole=not name):
            yield Found(name, start, shape)
        return
    inside: list[tuple[str, int]] = []
    with suppress(ValueError):  # what stands before the break may have the list
        inside.extend((_key(text, span), value[0]) for span, value in members(text, start))
    kinds = {text[at] for _, at in inside}
    if kinds == {"{"}:
        yield Found(name, start, "columns" if _are_columns(text, inside) else "keyed")
    elif kinds == {"["} and _are_columns(text, inside):
        yield Found(name, start, "columns")
    for key, at in inside[:_MOST_MEMBERS] if depth else ():
        if text[at] in "{[":
            yield from _lists(text, at, f"{name}.{key}" if name else key, depth - 1)


def _shape_of_array(text: str, start: int, *, is_whole: bool) -> str:
    """Of the ``is_whole`` document one object makes records, and whatever is none of them has its fault; a list within
    it may be of something else."""
    begins: list[str] = []
    with suppress(EOFError):
        begins.extend(text[begin] for begin, _ in islice(elements(text, start), _GLANCE))
    objects = begins.count("{")
    if objects * 2 >= len(begins) or (is_whole and objects and objects >= begins.count("[")):
        return "list"
    return "rows" if begins.count("[") * 2 > len(begins) else ""


def _are_columns(text: str, inside: Sequence[tuple[str, int]]) -> bool:
    """Whether the values are columns under their titles, and no records: titles that are known, and single cells."""
    if not any(field_of(key) for key, _ in inside[:_MOST_MEMBERS]):
        return False
    for _, start in inside:
        cells = (begin for begin, _ in elements(text, start)) if text[start] == "[" else _value_places(text, start)
        with suppress(EOFError, ValueError):
            if any(text[at] in "{[" for at in islice(cells, _GLANCE)):
                return False
    return True


def _value_places(text: str, start: int) -> Iterator[int]:
    return (value[0] for _, value in members(text, start))


def _key(text: str, span: tuple[int, int]) -> str:
    try:
        key = decoded(text[slice(*span)])
    except ValueError:
        return text[slice(*span)]
    return key if isinstance(key, str) else text[slice(*span)]


def records_at(text: str, found: Found) -> Iterator[Record]:
    """The records of a list; one that cannot be read has a fault.

    So has the last one of a list that is not closed, or one behind it: there may have been more.
    """
    last: Record | None = None
    try:
        for record in _SHAPES[found.shape](text, found.start):
            if last is not None:
                yield last
            last = record
    except (EOFError, ValueError):
        yield from _ended(last, text)
    else:
        yield from () if last is None else (last,)


def _list(text: str, start: int) -> Iterator[Record]:
    line = _Lines(text)
    for number, (begin, end) in enumerate(elements(text, start), start=1):
        yield record_of(number, text[begin:end], line.of(begin))


def _rows(text: str, start: int) -> Iterator[Record]:
    line = _Lines(text)
    spans = elements(text, start)
    yield from records_of_rows(
        (number, text[begin:end], line.of(begin)) for number, (begin, end) in enumerate(spans, start=1)
    )


def records_of_rows(rows: Iterator[tuple[int, str, int]]) -> Iterator[Record]:
    """Records of arrays with their numbers and lines; the first has the titles, unless it has values of a contact."""
    titles: Sequence[str] | None = None
    for number, text, line in rows:
        try:
            row = decoded(text)
        except (ValueError, RecursionError) as error:
            yield Record(number, {}, broken(text, line, error))
            continue
        if not isinstance(row, list):
            yield Record(number, {}, no_object(text, line))
            continue
        if titles is None:
            cells = [*map(text_of, row)]
            has_none = any(map(is_data, cells))
            titles = made_up(len(cells)) if has_none else distinct(cells)
            if not has_none:
                continue
        yield Record(number, flat(titled(titles, row)))


def _keyed(text: str, start: int) -> Iterator[Record]:
    line = _Lines(text)
    for number, (key, (begin, end)) in enumerate(members(text, start), start=1):
        record = record_of(number, text[begin:end], line.of(begin))
        if record.fault is None:
            record = record._replace(values={KEY: _key(text, key)} | {**record.values})
        yield record


def _columns(text: str, start: int) -> Iterator[Record]:
    """Of a list for each column the n-th values, of an object for each the values of a key."""
    try:
        columns = decoded(text[start : value_end(text, start)])
    except (ValueError, RecursionError) as error:
        yield Record(1, {}, broken(text[start:], 1, error))
        return
    if all(isinstance(column, dict) for column in columns.values()):
        keys = dict.fromkeys(chain.from_iterable(columns.values()))
        rows: Iterable[Sequence[Any]] = ([column.get(key) for column in columns.values()] for key in keys)
    else:
        rows = zip_longest(*columns.values())
    for number, row in enumerate(rows, start=1):
        yield Record(number, flat(dict(zip(columns, row, strict=True))))


def _one(text: str, start: int) -> Iterator[Record]:
    yield record_of(1, text[start:].strip(), 1)


_SHAPES: Final[Mapping[str, Callable[[str, int], Iterator[Record]]]] = {
    "list": _list,
    "rows": _rows,
    "keyed": _keyed,
    "columns": _columns,
    "one": _one,
}


def record_of(number: int, text: str, line: int) -> Record:
    """The record of an object's text, which begins in this line."""
    try:
        value = decoded(text)
        if isinstance(value, dict):
            return Record(number, flat(value))
    except (ValueError, RecursionError) as error:
        return Record(number, {}, broken(text, line, error))
    return Record(number, {}, no_object(text, line))


def _ended(last: Record | None, text: str) -> Iterator[Record]:
    """The end of a list that is not closed, whose last record may be cut in two: then it is one row all the same."""
    told = Message("{place}; there may have been more records", place=breaks_off(text, 1))
    number, rest = (last.number + 1 if last else 1), _NOTHING
    if last and last.fault and text.endswith(last.fault.text):
        number, rest = last.number, last.fault.text
    elif last:
        yield last
    yield Record(number, {}, Fault(row_error("broken_record", told), rest))


class _Lines:
    """Counts the lines of a text up to places that rise."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._place, self._line = 0, 1

    def of(self, place: int) -> int:
        self._line += self._text.count("\n", self._place, place)
        self._place = place
        return self._line
