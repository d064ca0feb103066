"""Columns that say of what kind the value beside them is: ``Phone 1 - Type`` of ``Phone 1 - Value``. Pure."""

from collections.abc import Sequence

from importer.mapping.title_fields import alias, is_never
from importer.mapping.title_reading import read_titles


def label_columns(titles: Sequence[str]) -> dict[int, int]:
    """``{column of a value: column of its label}``: ``Phone`` beside ``Phone Type``.

    A program puts the kind of a number (Mobile, Work, Fax) into a column of its own. Titles belong together if their
    words are the same but for the label's and for words that change nothing.
    """
    labels: dict[tuple[str, ...], list[int]] = {}
    values: dict[tuple[str, ...], list[int]] = {}
    for index, reading in enumerate(read_titles(titles)):
        if reading.things & {"phone", "email", "number"}:
            (labels if "label" in reading.tags else values).setdefault(reading.core, []).append(index)
    pairs = ((values[core], labels[core]) for core in values.keys() & labels.keys())
    return {value[0]: label[0] for value, label in pairs if len(value) == len(label) == 1}


def label_rank(label: str) -> int | None:
    """The rank of a value with this label: a mobile number goes first; a fax (``None``) does not count."""
    return None if is_never(label) else int(alias(label) != (0, "phone_number"))
