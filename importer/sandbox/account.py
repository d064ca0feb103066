"""The sandbox's account: its contacts, their rules, and the answers of the API.

What EngageLab's API pages say is marked doc. What they leave open is as in the helpdesk whose API this is (kin):
uniqueness and format messages, the order of the checks, e-mails stored in lower case. Stricter than both on purpose:
what the pages do not document is refused with 400, so that the importer's own mistakes show.
"""

import math
import re
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

from importer.livedesk.api import INBOX_NEEDS, UPDATE_FIELDS
from importer.livedesk.contact import ATTRIBUTE_GROUPS, CREATE_FIELDS
from importer.models import Json
from importer.sandbox.documented import Response, misuse
from importer.sandbox.faults import Faults
from importer.sandbox.index import Index

PAGE_SIZE: Final = 15
FIRST_ID: Final = 100_001
"""Far from row numbers, so that a mix-up of the two is seen."""

_UNIQUE: Final[Mapping[str, tuple[str, re.Pattern[str], str]]] = {
    # kin, in the order of the checks: what messages call the field, its format, what is wrong with another one
    "email": ("Email", re.compile(r"[^@\s]+@[^@\s]+"), "Invalid email"),
    "identifier": ("Identifier", re.compile(r".+", re.DOTALL), ""),
    "phone_number": ("Phone number", re.compile(r"\+[1-9][0-9]{1,14}"), "should be in e164 format"),
}

_TITLES: Final = {"name": "Name", **{name: title for name, (title, *_) in _UNIQUE.items()}}
"""What messages call the texts that an answer shows."""

_SANDBOX_ONLY: Final = ("inbox_id", "avatar_url")
"""What a stored contact remembers of its create beyond what the API's answers show."""


NOT_FOUND: Final = Response(404, {"error": "Resource could not be found"})


class _Moment(NamedTuple):
    """When a contact is stored: seconds of the clock, and of the epoch."""

    clock_s: float
    epoch_s: float


class Account:
    """Owns the contacts and their rules; knows no HTTP but its statuses.

    ``clock`` (seconds) tells when late stores are due and searches find a contact, ``wall_clock`` (epoch seconds) gives
    ``created_at``.
    """

    def __init__(
        self, inboxes: Mapping[str, str], faults: Faults, clock: Callable[[], float], wall_clock: Callable[[], float]
    ) -> None:
        self._contacts: list[dict[str, Any]] = []
        self._inboxes = inboxes
        self._faults = faults
        self._clock = clock
        self._wall_clock = wall_clock
        self._holders: dict[str, dict[str, dict[str, Any]]] = {name: {} for name in _UNIQUE}
        self._index = Index(faults, clock)
        self._late: deque[tuple[_Moment, Mapping[str, Json]]] = deque()

    @property
    def contacts(self) -> list[dict[str, Any]]:
        """Those that are stored by now, in order of arrival."""
        while self._late and self._late[0][0].clock_s <= self._clock():
            moment, body = self._late.popleft()
            self._store(body, moment)  # or not, if it breaks a rule by now
        return self._contacts

    def create(self, body: Mapping[str, Json]) -> Response:
        """Stores a contact: 200, or 400, 404 or 422 and nothing stored (kin: values are checked before the inbox)."""
        before = len(self.contacts)
        refusal = self._store(body, _Moment(self._clock(), self._wall_clock()))
        return refusal or self._created(before)

    def create_late(self, body: Mapping[str, Json]) -> Response:
        """Stores a contact ``late_ms`` from now, unless a rule forbids it then; nobody waits for the answer."""
        late_s = self._faults.late_ms / 1000
        self._late.append((_Moment(self._clock() + late_s, self._wall_clock() + late_s), body))
        return Response(202, None)

    def create_answering_other(self, body: Mapping[str, Json]) -> Response:
        """Stores a contact, and answers with the one that was stored before it, where there is one."""
        answer = self.create(body)
        before = len(self._contacts) - 2
        return self._created(before) if answer.status == 200 and before >= 0 else answer

    def create_repeating_id(self, contact_id: Json, body: Mapping[str, Json]) -> Response:
        """Stores a contact, and answers with this id, if there is one, in place of its own."""
        answer = self.create(body)
        if answer.status != 200 or contact_id is None:
            return answer
        return self._created(len(self._contacts) - 1, id=contact_id)

    def fill(self, bodies: Iterable[Mapping[str, Json]], age_s: float = 0.0) -> list[int]:
        """Stores contacts that were created ``age_s`` ago, and returns their ids. Raises ``ValueError`` if a rule
        forbids one."""
        before = len(self.contacts)
        for body in bodies:
            if refusal := self._store(body, _Moment(-math.inf, self._wall_clock() - age_s)):
                raise ValueError(refusal.body)
        return [contact["id"] for contact in self._contacts[before:]]

    def _created(self, place: int, **instead: Json) -> Response:
        """The answer to the create of the contact at this place, with other values ``instead`` of its own."""
        terse = self._faults.answers != "full"
        inbox: Json = {"inbox": None, "source_id": None}
        contact: Json = {**self._shown(self._contacts[place], terse), **instead}
        return Response(200, {"payload": {"contact": contact, "contact_inbox": inbox}})

    def _store(self, body: Mapping[str, Json], moment: _Moment) -> Response | None:
        """Stores a contact, or returns the refusal."""
        if refusal := misuse(body, CREATE_FIELDS) or self._invalid(body, None) or self._inbox_refusal(body):
            return refusal
        contact: dict[str, Any] = {
            "id": FIRST_ID + len(self._contacts),
            "name": "",
            **dict.fromkeys(("email", "phone_number", "identifier")),
            "blocked": False,
            "availability_status": "offline",
            **{group: {} for group in ATTRIBUTE_GROUPS},
            "thumbnail": "",
            "created_at": int(moment.epoch_s),
            "contact_inboxes": [],
            **dict.fromkeys(_SANDBOX_ONLY),
        }
        self._contacts.append(contact)
        self._index.add(moment.clock_s)
        self._write(contact, {**body, "inbox_id": str(body["inbox_id"])})
        return None

    def update(self, contact_id: str, body: Mapping[str, Json]) -> Response:
        """Changes the fields in ``body``; the two attribute groups are merged key by key (doc)."""
        place = (_number(contact_id) or 0) - FIRST_ID
        if not 0 <= place < len(self.contacts):
            return NOT_FOUND
        contact = self.contacts[place]
        if refusal := misuse(body, UPDATE_FIELDS) or self._invalid(body, contact):
            return refusal
        self._write(contact, body)
        return Response(200, {"payload": self._shown(contact)})

    def search(self, query: str, page: str | None) -> Response:
        """Returns a page of the contacts with ``query`` in one of the four fields, in any case; all for ``""``.

        kin: a contact without email, phone number and identifier is left out; ``current_page`` is the number 1, or
        the request's own text; the newest upstream counts the page's contacts alone (``Faults.meta_count``).
        """
        contacts, found = self.contacts, self._index.find(query)
        number = _number(page or "") or 1
        terse = self._faults.answers == "terse_searches"
        places = found[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
        shown: list[Json] = [self._shown(contacts[place], terse) for place in places]
        count = len(shown) if self._faults.meta_count == "page" else len(found)
        return Response(200, {"meta": {"count": count, "current_page": page or 1}, "payload": shown})

    def _invalid(self, body: Mapping[str, Json], own: dict[str, Any] | None) -> Response | None:
        """422 if a value is malformed or another contact's (kin); ``own`` is the contact to be changed."""
        problems = self._too_long(body)
        for name, (title, shape, wrong) in _UNIQUE.items():
            if name in body:
                value = _key(name, str(body[name]))
                if self._holders[name].get(value, own) is not own and not self._shared(name):
                    problems.append((name, f"{title} has already been taken"))
                if not shape.fullmatch(value):
                    problems.append((name, f"{title} {wrong}"))
        if not problems:
            return None
        message = ", ".join(words for _, words in problems)
        return Response(422, {"message": message, "attributes": [name for name, _ in problems]})

    def _too_long(self, body: Mapping[str, Json]) -> list[tuple[str, str]]:
        longest = self._faults.longest_text
        if not longest:
            return []
        names = [name for name in _TITLES if len(str(body.get(name, ""))) > longest]
        return [(name, f"{_TITLES[name]} is too long (maximum is {longest} characters)") for name in names]

    def _shared(self, name: str) -> bool:
        """Whether several contacts may have one value of the field (kin: the database allows it for phones)."""
        return name == "phone_number" and self._faults.phones == "shared"

    def _inbox_refusal(self, body: Mapping[str, Json]) -> Response | None:
        if "inbox_id" not in body:
            return _missing("inbox_id")
        try:
            kind = self._inboxes[str(body["inbox_id"])]
        except KeyError:
            return NOT_FOUND
        needed = INBOX_NEEDS[kind]
        return _missing(needed[1]) if needed and needed[0] not in body else None

    def _write(self, contact: dict[str, Any], values: Mapping[str, Json]) -> None:
        for name, value in values.items():
            if name in _UNIQUE:
                value = _key(name, str(value))
                self._holders[name].pop(contact[name], None)
                self._holders[name][value] = contact
            contact[name] = {**contact[name], **value} if isinstance(value, dict) else value
        if any(contact[name] for name in _UNIQUE):
            searched = (contact["name"], *(contact[name] or "" for name in _UNIQUE))
            self._index.put(contact["id"] - FIRST_ID, searched)

    def _shown(self, contact: Mapping[str, Any], terse: bool = False) -> dict[str, Json]:
        hidden = _SANDBOX_ONLY if self._faults.created_at == "shown" else (*_SANDBOX_ONLY, "created_at")
        shown = {name: value for name, value in contact.items() if name not in hidden}
        return {**shown, **dict.fromkeys(name for name in _TITLES if shown[name])} if terse else shown


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch("[0-9]{1,18}", text) else None


def _key(name: str, value: str) -> str:
    """A unique value as it is stored and compared: e-mails in lower case (kin), the others as they are."""
    return value.lower() if name == "email" else value


def _missing(what: str) -> Response:
    return Response(422, {"error": f"param is missing or the value is empty: {what}"})
