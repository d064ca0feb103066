"""Columns that say of what kind the value beside them is: ``Phone 1 - Type`` of ``Phone 1 - Value``. Pure."""

from collections.abc import Callable, Collection, Sequence
from typing import Final, TypeAlias

from importer.mapping.title_fields import alias, is_never
from importer.mapping.title_reading import Reading, read_titles
from importer.mapping.vocabulary import REACHED_BY

_Columns: TypeAlias = Sequence[tuple[int, Reading]]

_VALUES: Final = REACHED_BY | {"number"}
"""Things that come in kinds."""


def label_columns(titles: Sequence[str], kinds: Collection[int] = ()) -> dict[int, int]:
    """``{column of a value: column of its label}``: ``Phone`` beside ``Phone Type``.

    A program puts the kind of a number (Mobile, Work, Fax) into a column of its own. Titles belong together if their
    words are the same but for the label's and for words that change nothing; of equal titles each with its neighbour.
    ``kinds`` are columns whose cells are kinds of phone numbers: of those a title may say no more than *Type*.
    """
    readings = [*enumerate(read_titles(titles))]
    said = [(index, _of_a_phone(reading) if index in kinds else reading) for index, reading in readings]
    labels = [(index, reading) for index, reading in said if "label" in reading.tags and reading.things & _VALUES]
    values = [
        (index, reading) for index, reading in readings if "label" not in reading.tags and reading.things & _VALUES
    ]
    return _pairs(labels, values, _things) | _pairs(labels, values, _words)


def _of_a_phone(reading: Reading) -> Reading:
    """The reading of a label that names nothing, as that of a phone number."""
    return reading if reading.things or reading.unknown else reading._replace(things=frozenset({"phone"}))


def _pairs(labels: _Columns, values: _Columns, key: Callable[[Reading], object]) -> dict[int, int]:
    """The pairs of one value and one label that alone have the same key, or of as many that stand side by side."""
    found: dict[object, tuple[list[int], list[int]]] = {}
    for place, columns in enumerate((values, labels)):
        for index, reading in columns:
            found.setdefault(key(reading), ([], []))[place].append(index)
    return {value: label for pair in found.values() if _belong(*pair) for value, label in zip(*pair, strict=True)}


def _belong(values: Sequence[int], labels: Sequence[int]) -> bool:
    """Whether there is one of each, or each label stands right before its value, or each right behind it."""
    if len(values) != len(labels):
        return False
    apart = {label - value for value, label in zip(values, labels, strict=True)}
    return len(values) == 1 or apart in ({-1}, {1})


def _words(reading: Reading) -> object:
    return reading.core


def _things(reading: Reading) -> object:
    """Without the form of its words: телефона is телефон."""
    return reading.things & _VALUES, tuple(filter(str.isdecimal, reading.core))


def label_rank(label: str) -> int | None:
    """The rank of a value with this label: a mobile number goes first; a fax (``None``) does not count."""
    return None if is_never(label) else int(alias(label) != (0, "phone_number"))
