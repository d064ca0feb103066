"""Find the list of contacts in a JSON document, by what is in its lists and not by their names. Pure.

A document may be the list itself, have it anywhere in its objects, be an object with a contact for each key, have a
list for each column as pandas writes it, or be a single contact.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain, islice, zip_longest
from typing import Any, Final, NamedTuple, TypeAlias

from importer.error_codes import row_error
from importer.loader.header import made_up
from importer.loader.records.json_people import JUDGED, Path, Values, paths_to_people, rows_of, worth
from importer.loader.records.json_texts import elements, members, value_end
from importer.loader.records.json_values import breaks_off, broken, decoded, distinct, flat, no_object, text_of, titled
from importer.loader.records.record import Fault, Record
from importer.loader.title_rows import field_of, is_data
from importer.message import Message

_DEEPEST: Final = 6
_MOST_MEMBERS: Final = 50
"""So many members of an object are looked into for further lists."""
_GLANCE: Final = 20
_SURE: Final = 0.5
_SEVERAL: Final = 2
_NOTHING: Final = "…"
"""What stands in the place of records that are not there."""

KEY: Final = "key"
"""The title of the keys, where an object has a contact for each."""


class Found(NamedTuple):
    """A list in a document: its name there, "" for the document itself, where it begins, and its ``shape``. ``path``
    leads to a list of people within each of its records."""

    name: str
    start: int
    shape: str
    path: Path = ()


class Choice(NamedTuple):
    """The list that is taken, and those left that have contacts too, with the number of their records."""

    taken: Found
    left: Sequence[tuple[Found, int]]


_Values: TypeAlias = Iterator[tuple[int, str, Callable[[], Any]]]


def choose(text: str) -> Choice | None:
    """The list with the most people; ``None`` where there is no list of records."""
    start = len(text) - len(text.lstrip())
    lists = [*_lists(text, start, "", _DEEPEST)]
    is_list = text[start] == "["
    found = [*chain.from_iterable(_with_people(text, one) for one in (lists[:1] if is_list else lists))]
    if is_list and len(found) < _SEVERAL:
        return Choice(found[0], ()) if found else None
    worth = {one: _worth(text, one) for one in found}
    people = sorted((one for one in found if worth[one].people), key=lambda one: (-worth[one].people, len(one.path)))
    if not people:
        whole = Found("", start, "one")
        rest = sorted(found, key=lambda one: -worth[one].records)
        people = [whole] if _worth(text, whole).people else rest[:1]
    others = [one for one in people[1:] if worth[one].people >= _SURE]
    apart = [one for one in others if _are_apart(text, one, people[0])]
    return Choice(people[0], [(one, worth[one].records) for one in apart]) if people else None


def _are_apart(text: str, one: Found, other: Found) -> bool:
    """Whether neither list is within the other; two within the same records are apart."""
    return one.start == other.start or not (_is_within(text, one, other) or _is_within(text, other, one))


def _is_within(text: str, inner: Found, outer: Found) -> bool:
    return outer.start <= inner.start < value_end(text, outer.start)


def _with_people(text: str, found: Found) -> list[Found]:
    """The list, or in its place those within its records that have the people."""
    paths = () if found.shape in _OTHER_SHAPES else paths_to_people(objects_of(_elements(text, found)))
    return [found._replace(name=".".join(filter(None, (found.name, *path))), path=path) for path in paths] or [found]


class _Worth(NamedTuple):
    people: float
    records: int


def _worth(text: str, found: Found) -> _Worth:
    """What a list is worth: its records that are people by their titles and values, and how many records it has."""
    records = records_at(text, found)
    first = [record.values for record in islice(records, JUDGED) if not record.fault]
    count = len(first) + sum(1 for _ in records)
    return _Worth(worth(first).people * count / max(len(first), 1), count)


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
        other = _OTHER_SHAPES.get(found.shape)
        for record in other(text, found.start) if other else records_of(_elements(text, found), found.path):
            if last is not None:
                yield last
            last = record
    except (EOFError, ValueError):
        yield from _ended(last, text)
    else:
        yield from () if last is None else (last,)


class Element(NamedTuple):
    """The text of an object in a list, the line that it begins in, and its key where the list has keys."""

    text: str
    line: int
    key: str | None = None


def _elements(text: str, found: Found) -> Iterator[Element]:
    """The elements of a list of objects. Raises ``EOFError`` and ``ValueError`` as ``elements`` and ``members`` do."""
    line = _Lines(text)
    if found.shape == "one":
        yield Element(text[found.start :].strip(), 1)
    elif found.shape == "keyed":
        for key, (begin, end) in members(text, found.start):
            yield Element(text[begin:end], line.of(begin), _key(text, key))
    else:
        for begin, end in elements(text, found.start):
            yield Element(text[begin:end], line.of(begin))


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


_OTHER_SHAPES: Final[Mapping[str, Callable[[str, int], Iterator[Record]]]] = {"rows": _rows, "columns": _columns}


def records_of(found: Iterable[Element], path: Path = ()) -> Iterator[Record]:
    """The records of objects, or those within them where ``path`` leads."""
    records = chain.from_iterable(_records(element, path) for element in found)
    return (record._replace(number=number) for number, record in enumerate(records, start=1))


def _records(element: Element, path: Path) -> list[Record]:
    try:
        value = _value(element)
        return [Record(0, {}, value)] if isinstance(value, Fault) else [*rows_of(value, path, element.line)]
    except RecursionError as error:
        return [Record(0, {}, broken(element.text, element.line, error))]


def _value(element: Element) -> Values | Fault:
    """The object of an element, with its key; or why there is none. Raises ``RecursionError``."""
    text, line, key = element
    try:
        value = decoded(text)
    except ValueError as error:
        return broken(text, line, error)
    if not isinstance(value, dict):
        return no_object(text, line)
    return value if key is None else {KEY: key, **value}


def objects_of(found: Iterable[Element]) -> list[Values]:
    """The first objects that can be read, by which all are judged."""
    values: list[Values] = []
    with suppress(EOFError, ValueError, RecursionError):
        values.extend(value for one in islice(found, JUDGED) if not isinstance(value := _value(one), Fault))
    return values


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
