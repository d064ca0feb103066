"""Find the people who stand in a list within the records: the members of each team, the contacts of each page. Pure.

A record that is nobody itself, and has a list of several people with names, is as many rows as that list is long.
What it says beside the list (the team) stands in each of them; a name, an address or a number there is nobody's of the
list. A person's own list (e-mails, phones, addresses) stays in that person's row.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any, Final, TypeAlias

from importer.loader.merit import Merit, merit
from importer.loader.records.json_values import MOST_OF_A_LIST, flat, no_object
from importer.loader.records.record import MOST_TITLES, Record
from importer.loader.title_rows import field_of, is_data
from importer.mapping.people_names import have_common_names, may_be_names
from importer.mapping.title_reading import read_title
from importer.mapping.vocabulary import NAME, PERSONAL
from importer.models import NAMES

JUDGED: Final = 200
"""So many records tell what all are."""

_DEEPEST: Final = 6
_GLANCE: Final = 20
_SURE: Final = 0.5
_WHO: Final = frozenset({*NAMES, "email", "phone_number", "identifier", "avatar_url"})

Path: TypeAlias = tuple[str, ...]
"""The keys that lead from a record to a list within it, through objects and lists."""

Values: TypeAlias = Mapping[str, Any]


def worth(records: Sequence[Mapping[str, str]]) -> Merit:
    """Judge records, each ``{title: text}``, by how many are people by their titles and values."""
    titles = [*dict.fromkeys(chain.from_iterable(records))]
    if len(titles) > MOST_TITLES or not any(map(field_of, titles)):
        return Merit()
    return merit([(1, titles), *((at, [one.get(title, "") for title in titles]) for at, one in enumerate(records, 2))])


def paths_to_people(values: Sequence[Values]) -> list[Path]:
    """The paths to lists of people within these records, the one with the most people first; none where the records
    are people themselves. Raises ``RecursionError``."""
    paths = dict.fromkeys(chain.from_iterable(_paths(value, _DEEPEST) for value in values))
    if not paths or worth([flat(_alone(value)) for value in values]).people >= _SURE * len(values):
        return []
    lists = {path: [within for value in values if (within := _within(value, path))] for path in paths}
    judged = {path: _people_in(some[:_GLANCE]) for path, some in lists.items()}
    found = sorted(filter(judged.get, judged), key=lambda path: (not _of_several(lists[path]), -judged[path]))
    return found if found and _of_several(lists[found[0]]) else []


def _within(value: Values, path: Path) -> list[Mapping[str, str]]:
    return [record.values for record in islice(rows_of(value, path), JUDGED) if not record.fault]


def _people_in(lists: Sequence[list[Mapping[str, str]]]) -> float:
    """How many people are in these lists of one name: nobody, unless those have names and are reached, or are more
    than one person has addresses."""
    found = worth([*chain.from_iterable(lists)])
    names = sorted(found.names)
    named = names and (may_be_names(names) or have_common_names(names))
    return found.people if named or found.people > MOST_OF_A_LIST * len(lists) else 0


def _of_several(lists: Sequence[list[Mapping[str, str]]]) -> bool:
    """Whether the lists are of several people each: a person's addresses all have that name, if they have one."""
    longer = [[*map(_name, records)] for records in lists if len(records) > 1]
    return sum(len({*names}) > 1 or not any(names) for names in longer) * 2 > len(longer)


def _name(record: Mapping[str, str]) -> tuple[str, ...]:
    """The texts of a record that its titles call names."""
    titles = [one for one in record if field_of(one) in NAMES or not read_title(one).things.isdisjoint(NAME)]
    return tuple(record[title] for title in titles if record[title])


def _paths(value: Values, depth: int) -> Iterator[Path]:
    for key, inner in value.items() if depth else ():
        if is_list_of_objects(inner):
            yield (key,)
            for one in _objects(inner)[:_GLANCE]:
                yield from ((key, *rest) for rest in _paths(one, depth - 1))
        elif isinstance(inner, dict):
            yield from ((key, *rest) for rest in _paths(inner, depth - 1))


def is_list_of_objects(value: Any) -> bool:
    """Whether a value is a list in which an object stands."""
    return isinstance(value, list) and bool(_objects(value))


def _objects(values: Iterable[Any]) -> list[Values]:
    return [one for one in values if isinstance(one, dict)]


def _alone(value: Values) -> Values:
    """A record without the lists of objects in it."""
    kept = {key: inner for key, inner in value.items() if not is_list_of_objects(inner)}
    return {key: _alone(inner) if isinstance(inner, dict) else inner for key, inner in kept.items()}


def rows_of(value: Values, path: Path, line: int = 1) -> Iterator[Record]:
    """The records that a value is, without numbers: itself, or those that stand where the path leads. It begins in this
    line.

    One that has nothing there is a record itself where it says who it is. Raises ``RecursionError``.
    """
    if not path:
        yield Record(0, flat(value))
        return
    inner = value.get(path[0])
    beside = flat(_alone({key: other for key, other in value.items() if key != path[0]}))
    if isinstance(inner, dict):
        inner = [inner]
    if not isinstance(inner, list):
        yield from [Record(0, beside)] if any(map(_says_who, beside.items())) else []
        return
    kept = {title: text for title, text in beside.items() if not _says_who((title, text))}
    for one in inner:
        if isinstance(one, dict):
            yield from (row._replace(values={**kept, **row.values}) for row in rows_of(one, path[1:], line))
        else:
            yield Record(0, {}, no_object(json.dumps(one, ensure_ascii=False), line))


def _says_who(pair: tuple[str, str]) -> bool:
    """Whether a title and its text name or reach somebody."""
    title, text = pair
    return bool(text) and (
        is_data(text) or field_of(title) in _WHO or not read_title(title).things.isdisjoint(PERSONAL)
    )
