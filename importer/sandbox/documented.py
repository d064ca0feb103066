"""What the API's pages allow in a body (doc); what they do not document is refused."""

import re
from collections.abc import Container, Mapping
from typing import Final, NamedTuple

from importer.livedesk.contact import ATTRIBUTE_GROUPS
from importer.models import Json

_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "inbox_id": (int, str),
    "blocked": (bool,),
    **dict.fromkeys(ATTRIBUTE_GROUPS, (dict,)),
    **dict.fromkeys(("created_at", "last_activity_at"), (int,)),
}
"""The JSON types of the fields that are not text (doc)."""


class Response(NamedTuple):
    """An HTTP status and the JSON that goes with it; ``None``: nothing does."""

    status: int
    body: Json


NOT_FOUND: Final = Response(404, {"error": "Resource could not be found"})


def misuse(body: Mapping[str, Json], documented: tuple[str, ...], clearable: Container[str] = ()) -> Response | None:
    """400 for what the API pages do not allow: other fields, other types, fields without a value.

    A ``clearable`` field may be null; where any is, so may members of objects.
    """
    for name, value in body.items():
        if name not in documented:
            return Response(400, {"error": f"{name}: not a documented field of this request"})
        if value is None and name in clearable:
            continue
        if type(value) not in _TYPES.get(name, (str,)):
            return Response(400, {"error": f"{name}: not of the documented type"})
        if not _storable(value, null=clearable != ()):
            return Response(400, {"error": f"{name}: a field without a value is left out, and text has no NUL"})
    return None


def _storable(value: Json, *, null: bool) -> bool:
    if isinstance(value, dict):
        return all(_storable(member, null=null) for member in value.values())
    if isinstance(value, str):
        # A lone surrogate is no UTF-8, and PostgreSQL's text has no NUL (kin: 500).
        return bool(value.strip()) and not re.search("[\0\ud800-\udfff]", value)
    return null or value is not None
