"""The sandbox's account: its contacts, their rules, and the answers of the API.

What EngageLab's API pages say is marked doc. What they leave open is as in the helpdesk whose API this is (kin):
uniqueness and format messages, the order of the checks, e-mails stored in lower case. Stricter than both on purpose:
what the pages do not document is refused with 400, so that the importer's own mistakes show.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from importer.livedesk.api import INBOX_NEEDS, UPDATE_FIELDS
from importer.livedesk.contact import ATTRIBUTE_GROUPS, CREATE_FIELDS
from importer.models import Json

PAGE_SIZE: Final = 15
FIRST_ID: Final = 100_001
"""Far from row numbers, so that a mix-up of the two is seen."""

_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "inbox_id": (int, str),
    "blocked": (bool,),
    **dict.fromkeys(ATTRIBUTE_GROUPS, (dict,)),
}
"""The JSON types of the fields that are not text (doc)."""

_UNIQUE: Final[Mapping[str, tuple[str, re.Pattern[str], str]]] = {
    # kin, in the order of the checks: what messages call the field, its format, what is wrong with another one
    "email": ("Email", re.compile(r"[^@\s]+@[^@\s]+"), "Invalid email"),
    "identifier": ("Identifier", re.compile(r".+", re.DOTALL), ""),
    "phone_number": ("Phone number", re.compile(r"\+[1-9][0-9]{1,14}"), "should be in e164 format"),
}

_SANDBOX_ONLY: Final = ("inbox_id", "avatar_url")
"""What a stored contact remembers of its create beyond what the API's answers show."""


class Response(NamedTuple):
    """An HTTP status and the JSON that goes with it."""

    status: int
    body: Json


_NOT_FOUND: Final = Response(404, {"error": "Resource could not be found"})


class Account:
    """Owns the contacts and their rules; knows no HTTP but its statuses."""

    def __init__(self, inboxes: Mapping[str, str], wall_clock: Callable[[], float], meta_count: str = "all") -> None:
        self.contacts: list[dict[str, Any]] = []
        self._inboxes = inboxes
        self._wall_clock = wall_clock
        self._meta_count = meta_count
        self._holders: dict[str, dict[str, dict[str, Any]]] = {name: {} for name in _UNIQUE}
        self._texts: list[str] = []  # of each contact, what a search looks through; "" hides it

    def create(self, body: Mapping[str, Json]) -> Response:
        """Stores a contact: 200, or 400, 404 or 422 and nothing stored (kin: values are checked before the inbox)."""
        if refusal := _misuse(body, CREATE_FIELDS) or self._invalid(body, None) or self._inbox_refusal(body):
            return refusal
        contact: dict[str, Any] = {
            "id": FIRST_ID + len(self.contacts),
            "name": "",
            **dict.fromkeys(("email", "phone_number", "identifier")),
            "blocked": False,
            "availability_status": "offline",
            **{group: {} for group in ATTRIBUTE_GROUPS},
            "thumbnail": "",
            "created_at": int(self._wall_clock()),
            "contact_inboxes": [],
            **dict.fromkeys(_SANDBOX_ONLY),
        }
        self.contacts.append(contact)
        self._texts.append("")
        self._write(contact, {**body, "inbox_id": str(body["inbox_id"])})
        inbox: Json = {"inbox": None, "source_id": None}
        return Response(200, {"payload": {"contact": _shown(contact), "contact_inbox": inbox}})

    def update(self, contact_id: str, body: Mapping[str, Json]) -> Response:
        """Changes the fields in ``body``; the two attribute groups are merged key by key (doc)."""
        place = (_number(contact_id) or 0) - FIRST_ID
        if not 0 <= place < len(self.contacts):
            return _NOT_FOUND
        contact = self.contacts[place]
        if refusal := _misuse(body, UPDATE_FIELDS) or self._invalid(body, contact):
            return refusal
        self._write(contact, body)
        return Response(200, {"payload": _shown(contact)})

    def search(self, query: str, page: str | None) -> Response:
        """Returns a page of the contacts with ``query`` in one of the four fields, in any case; all for ``""``.

        kin: a contact without email, phone number and identifier is left out; ``current_page`` is the number 1, or
        the request's own text; the newest upstream counts the page's contacts alone (``Faults.meta_count``).
        """
        wanted = query.strip().lower()
        pairs = zip(self.contacts, self._texts, strict=True)
        found = [] if "\0" in wanted else [contact for contact, text in pairs if text and wanted in text]
        number = _number(page or "") or 1
        shown: list[Json] = [_shown(c) for c in found[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]]
        count = len(shown) if self._meta_count == "page" else len(found)
        return Response(200, {"meta": {"count": count, "current_page": page or 1}, "payload": shown})

    def _invalid(self, body: Mapping[str, Json], own: dict[str, Any] | None) -> Response | None:
        """422 if a value is malformed or another contact's (kin); ``own`` is the contact to be changed."""
        problems: list[tuple[str, str]] = []
        for name, (title, shape, wrong) in _UNIQUE.items():
            if name in body:
                value = _key(name, str(body[name]))
                if self._holders[name].get(value, own) is not own:
                    problems.append((name, f"{title} has already been taken"))
                if not shape.fullmatch(value):
                    problems.append((name, f"{title} {wrong}"))
        if not problems:
            return None
        message = ", ".join(words for _, words in problems)
        return Response(422, {"message": message, "attributes": [name for name, _ in problems]})

    def _inbox_refusal(self, body: Mapping[str, Json]) -> Response | None:
        if "inbox_id" not in body:
            return _missing("inbox_id")
        try:
            kind = self._inboxes[str(body["inbox_id"])]
        except KeyError:
            return _NOT_FOUND
        needed = INBOX_NEEDS[kind]
        return _missing(needed[1]) if needed and needed[0] not in body else None

    def _write(self, contact: dict[str, Any], values: Mapping[str, Json]) -> None:
        for name, value in values.items():
            if name in _UNIQUE:
                value = _key(name, str(value))
                self._holders[name].pop(contact[name], None)
                self._holders[name][value] = contact
            contact[name] = {**contact[name], **value} if isinstance(value, dict) else value
        # No value holds a NUL and no query may, so that none matches across two fields.
        if any(contact[name] for name in _UNIQUE):
            searched = (contact["name"], *(contact[name] or "" for name in _UNIQUE))
            self._texts[contact["id"] - FIRST_ID] = "\0".join(searched).lower()


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch("[0-9]{1,18}", text) else None


def _key(name: str, value: str) -> str:
    """A unique value as it is stored and compared: e-mails in lower case (kin), the others as they are."""
    return value.lower() if name == "email" else value


def _shown(contact: Mapping[str, Any]) -> dict[str, Json]:
    return {name: value for name, value in contact.items() if name not in _SANDBOX_ONLY}


def _missing(what: str) -> Response:
    return Response(422, {"error": f"param is missing or the value is empty: {what}"})


def _misuse(body: Mapping[str, Json], documented: tuple[str, ...]) -> Response | None:
    """400 for what the API pages do not allow: other fields, other types, fields without a value."""
    for name, value in body.items():
        if name not in documented:
            return Response(400, {"error": f"{name}: not a documented field of this request"})
        if type(value) not in _TYPES.get(name, (str,)):
            return Response(400, {"error": f"{name}: not of the documented type"})
        if not _storable(value):
            return Response(400, {"error": f"{name}: a field without a value is left out, and text has no NUL"})
    return None


def _storable(value: Json) -> bool:
    if isinstance(value, dict):
        return all(_storable(member) for member in value.values())
    if isinstance(value, str):
        # A lone surrogate is no UTF-8, and PostgreSQL's text has no NUL (kin: 500).
        return bool(value.strip()) and not re.search("[\0\ud800-\udfff]", value)
    return value is not None
