"""What becomes of a contact's attributes: in a create, for which the API's pages have none, and in an update. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from importer.livedesk.contact import ADDITIONAL, ATTRIBUTE_GROUPS, CREATE_FIELDS, CUSTOM
from importer.models import Json
from importer.sandbox.documented import Response

_STORED: Final[Mapping[str, tuple[str, ...]]] = {
    "stored": ATTRIBUTE_GROUPS,
    "silent": ATTRIBUTE_GROUPS,
    "custom": (CUSTOM,),
}
"""``Faults.create_attributes`` to the objects that a create stores; with every other one it stores none."""


def fields_of_create(way: str) -> tuple[str, ...]:
    """The fields that a create may have without being a misuse; ``way`` is ``Faults.create_attributes``."""
    return CREATE_FIELDS if way == "refused" else (*CREATE_FIELDS, *ATTRIBUTE_GROUPS)


def rejected(body: Mapping[str, Json], way: str) -> Response | None:
    """422 to a create with attributes, in the words of the framework whose application this is (kin)."""
    sent = [group for group in ATTRIBUTE_GROUPS if group in body]
    if way != "rejected" or not sent:
        return None
    return Response(422, {"message": f"found unpermitted parameters: {', '.join(f':{group}' for group in sent)}"})


def stored(body: Mapping[str, Json], way: str) -> dict[str, Json]:
    """What a create stores of its body."""
    kept = {**body}
    for group in ATTRIBUTE_GROUPS:
        if group in kept and group not in _STORED.get(way, ()):
            del kept[group]
    return kept


def shown(body: Mapping[str, Json], way: str) -> dict[str, Json]:
    """The objects that a create's answer shows in place of what is stored."""
    if way == "silent":
        return {group: {} for group in ATTRIBUTE_GROUPS}
    return {group: body.get(group, {}) for group in ATTRIBUTE_GROUPS} if way == "echoed" else {}


def written(name: str, old: Mapping[str, Any], new: Mapping[str, Json], way: str) -> dict[str, Any]:
    """An object after an update of it: merged one level deep (doc, kin); ``way`` is ``Faults.additional``."""
    return {**new} if name == ADDITIONAL and way == "replaced" else {**old, **new}
