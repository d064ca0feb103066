"""Columns that say of another what kind of value stands there: Mobile, Work, Fax."""

from collections.abc import Sequence
from typing import Final

from importer.mapping.title_fields import alias, is_never
from importer.titles import title_key

_MOBILE: Final = (0, "phone_number")

_VALUE: Final = "value"


_LABELS: Final = ("label", "type")
"""Google writes what kind of number it is (Mobile, Work, Fax) into a column beside that of the number."""


def label_columns(titles: Sequence[str]) -> dict[int, int]:
    """``{column of a value: column of its label}``: ``Phone 1 - Value`` beside ``Phone 1 - Type``."""
    columns = {title_key(title): index for index, title in enumerate(titles)}
    found = {}
    for key, index in columns.items():
        stem = key.removesuffix(_VALUE)
        label = next((columns[stem + word] for word in _LABELS if stem + word in columns), None)
        if stem != key and stem and label is not None:
            found[index] = label
    return found


def label_rank(label: str) -> int | None:
    """How early a column counts that is labelled so: a mobile number first, a fax (``None``) not at all."""
    return None if is_never(label) else int(alias(label) != _MOBILE)
