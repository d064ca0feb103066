"""What shows that somebody used a contact (kin): its conversations, its notes and its labels."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from importer.livedesk.api import CONVERSATIONS, LABELS, NOTES, USAGE_PATHS
from importer.models import Json
from importer.sandbox.documented import NOT_FOUND, Response

_ANSWERED: Final[Mapping[str, tuple[str, ...]]] = {"on": USAGE_PATHS, "partial": (CONVERSATIONS,), "empty": USAGE_PATHS}
"""``Faults.usage`` to the lists that the account answers with."""


class Use(NamedTuple):
    """How many conversations and notes a contact has, and which labels."""

    conversations: int = 0
    notes: int = 0
    labels: tuple[str, ...] = ()


_NONE: Final = Use()


def use_from(body: Mapping[str, Json]) -> Use:
    """``{"conversations": 2, "notes": 1, "labels": ["vip"]}``, of which any may be missing, as what it says.

    Raises ``ValueError`` if it says anything else.
    """
    match {"conversations": 0, "notes": 0, "labels": [], **body}:
        case {"conversations": int(talks), "notes": int(notes), "labels": [*labels], **rest} if not rest:
            return Use(talks, notes, tuple(map(str, labels)))
    raise ValueError("expected numbers of conversations and notes, and a list of labels")


class Usage:
    """Owns what each contact was used for, by its id; ``way`` is ``Faults.usage``."""

    def __init__(self, way: str) -> None:
        self._way = way
        self._uses: dict[int, Use] = {}

    def answer(self, what: str, contact_id: int | None) -> Response | None:
        """A contact's list: of notes it is bare, the others are a ``payload``; 404 without a contact, unless all
        lists are empty; ``None`` if there is no such list at all."""
        if what not in _ANSWERED.get(self._way, ()):
            return None
        if contact_id is None and self._way != "empty":
            return NOT_FOUND
        use = _NONE if contact_id is None or self._way == "empty" else self._uses.get(contact_id, _NONE)
        if what == NOTES:
            notes: list[Json] = [{"id": each, "content": f"Note {each}"} for each in range(1, use.notes + 1)]
            return Response(200, notes)
        if what == LABELS:
            return Response(200, {"payload": [*use.labels]})
        talks: list[Json] = [{"id": each, "status": "open"} for each in range(1, use.conversations + 1)]
        return Response(200, {"payload": talks})

    def set(self, contact_id: int, use: Use) -> None:
        """What this contact was used for so far."""
        self._uses[contact_id] = use

    def move(self, contact_id: int, into: int) -> None:
        """The conversations and notes are another contact's now; the labels go with the contact (kin)."""
        gone, kept = self._uses.pop(contact_id, _NONE), self._uses.get(into, _NONE)
        self._uses[into] = Use(kept.conversations + gone.conversations, kept.notes + gone.notes, kept.labels)
