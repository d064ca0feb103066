"""What a merge of two contacts leaves (kin): the first goes, the second keeps what it has. Pure."""

from collections.abc import Mapping

from importer.livedesk.contact import ATTRIBUTE_GROUPS
from importer.models import UPDATABLE, Json


def filling(gone: Mapping[str, Json], kept: Mapping[str, Json]) -> dict[str, Json]:
    """The values of the contact that goes which the other lacks, and the attribute objects of both as one."""
    values: dict[str, Json] = {name: gone[name] for name in UPDATABLE if gone[name] and not kept[name]}
    return values | {group: _both(gone[group], kept[group]) for group in ATTRIBUTE_GROUPS}


def _both(gone: Json, kept: Json) -> Json:
    """Objects are merged at every depth (kin); of other values the one that is kept wins."""
    if not isinstance(gone, dict) or not isinstance(kept, dict):
        return kept
    return {**gone, **{name: _both(gone.get(name), value) for name, value in kept.items()}}
