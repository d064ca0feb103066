"""What an update with null does. Pure.

kin: a field is empty then, and a member of an attribute object is there with null as its value.
"""

from collections.abc import Mapping
from typing import NamedTuple

from importer.models import UPDATABLE, Json
from importer.sandbox.documented import Response

CLEARABLE = UPDATABLE
"""The fields that may be null in an update; of the objects, their members may."""


class Cleared(NamedTuple):
    """What is left to be stored of an update, or the refusal of all of it."""

    body: Mapping[str, Json]
    refusal: Response | None = None


def cleared(contact: Mapping[str, Json], body: Mapping[str, Json], way: str) -> Cleared:
    """An update as this ``way`` (``Faults.clears``) leaves it."""
    names = [name for name, value in body.items() if _has_null(value)]
    if not names or way == "on":
        return Cleared(body)
    if way == "ignored":
        return Cleared(_kept(contact, body))
    message = ", ".join(f"{name.replace('_', ' ').capitalize()} can't be blank" for name in names)
    return Cleared(body, Response(422, {"message": message, "attributes": [*names]}))


def _has_null(value: Json) -> bool:
    return value is None or (isinstance(value, dict) and any(map(_has_null, value.values())))


def _kept(old: Mapping[str, Json], new: Mapping[str, Json]) -> dict[str, Json]:
    """``new`` with the ``old`` values in place of its nulls; what there was none of is left out."""
    kept: dict[str, Json] = {}
    for name, value in new.items():
        before = old.get(name)
        if isinstance(value, dict):
            kept[name] = _kept(before if isinstance(before, dict) else {}, value)
        elif value is not None or before is not None:
            kept[name] = before if value is None else value
    return kept
