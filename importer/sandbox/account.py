"""The sandbox's account: its contacts, their rules, and the answers of the API.

What EngageLab's API pages say is marked doc. What they leave open is as in the helpdesk whose API this is (kin):
uniqueness and format messages, the order of the checks, e-mails stored in lower case. Stricter than both on purpose:
what the pages do not document is refused with 400, so that the importer's own mistakes show. What only kin has
(attributes in a create, the filter) is there if ``Faults`` says so.
"""

import math
import re
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from importer.livedesk.api import INBOX_NEEDS, UPDATE_FIELDS
from importer.livedesk.contact import ATTRIBUTE_GROUPS
from importer.models import Json
from importer.sandbox import attributes
from importer.sandbox.documented import Response, misuse
from importer.sandbox.faults import Faults
from importer.sandbox.filtering import Condition, alternatives
from importer.sandbox.holders import Holders
from importer.sandbox.index import Index
from importer.sandbox.validity import TITLES, UNIQUE, invalid, stored_form

PAGE_SIZE: Final = 15
FIRST_ID: Final = 100_001
"""Far from row numbers, so that a mix-up of the two is seen."""

_SANDBOX_ONLY: Final = ("inbox_id", "avatar_url")
"""What a stored contact remembers of its create beyond what the API's answers show."""

NOT_FOUND: Final = Response(404, {"error": "Resource could not be found"})
PLAN_ENDED: Final = Response(402, {"error": "Account limit exceeded. Upgrade to a higher plan"})


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
        self._holders = Holders(UNIQUE)
        self._created_count = 0  # without those that were filled in
        self._index = Index(faults, clock)
        self._late: deque[tuple[_Moment, Mapping[str, Json]]] = deque()

    @property
    def contacts(self) -> list[dict[str, Any]]:
        """Those that are stored by now, in order of arrival."""
        while self._late and self._late[0][0].clock_s <= self._clock():
            moment, body = self._late.popleft()
            self._take(body, moment)  # or not, if it breaks a rule by now
        return self._contacts

    def create(self, body: Mapping[str, Json]) -> Response:
        """Stores a contact: 200, or 400, 402, 404 or 422 and nothing stored (kin: values before the inbox)."""
        before = len(self.contacts)
        refusal = self._take(body, _Moment(self._clock(), self._wall_clock()))
        return refusal or self._created(before, **attributes.shown(body, self._faults.create_attributes))

    def create_late(self, body: Mapping[str, Json]) -> Response:
        """Stores a contact ``late_ms`` from now, unless a rule forbids it then; nobody waits for the answer."""
        late_s = self._faults.late_ms / 1000
        self._late.append((_Moment(self._clock() + late_s, self._wall_clock() + late_s), body))
        return Response(202, None)

    def create_answering_other(self, body: Mapping[str, Json]) -> Response:
        """Stores a contact, and answers with the one that was stored before it, where there is one."""
        answer = self.create(body)
        before = len(self._contacts) - 2
        hidden = attributes.shown({}, self._faults.create_attributes)
        return self._created(before, **hidden) if answer.status == 200 and before >= 0 else answer

    def create_repeating_id(self, contact_id: Json, body: Mapping[str, Json]) -> Response:
        """Stores a contact, and answers with this id, if there is one, in place of its own."""
        answer = self.create(body)
        if answer.status != 200 or contact_id is None:
            return answer
        instead = attributes.shown(body, self._faults.create_attributes) | {"id": contact_id}
        return self._created(len(self._contacts) - 1, **instead)

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

    def _take(self, body: Mapping[str, Json], moment: _Moment) -> Response | None:
        """Stores a contact that a client sent, unless the account's plan has ended; returns the refusal."""
        if self._faults.pay_after and self._created_count >= self._faults.pay_after:
            return PLAN_ENDED
        refusal = self._store(body, moment)
        self._created_count += refusal is None
        return refusal

    def _store(self, body: Mapping[str, Json], moment: _Moment) -> Response | None:
        """Stores a contact, or returns the refusal."""
        way = self._faults.create_attributes
        if refusal := misuse(body, attributes.fields_of_create(way)) or attributes.rejected(body, way):
            return refusal
        if refusal := self._invalid(body, None) or self._inbox_refusal(body):
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
        self._write(contact, {**attributes.stored(body, way), "inbox_id": str(body["inbox_id"])})
        return None

    def update(self, contact_id: str, body: Mapping[str, Json]) -> Response:
        """Changes the fields in ``body``; ``Faults.additional`` may be wrong about one of the attribute groups."""
        place = (_number(contact_id) or 0) - FIRST_ID
        if not 0 <= place < len(self.contacts):
            return NOT_FOUND
        contact = self.contacts[place]
        if refusal := misuse(body, UPDATE_FIELDS) or self._invalid(body, place):
            return refusal
        self._write(contact, body)
        return Response(200, {"payload": self._shown(contact)})

    def search(self, query: str, page: str | None) -> Response:
        """Returns a page of the contacts with ``query`` in one of the four fields, in any case; all for ``""``.

        kin: a contact without email, phone number and identifier is left out; ``current_page`` is the number 1, or
        the request's own text; the newest upstream counts the page's contacts alone (``Faults.meta_count``).
        """
        _ = self.contacts  # with those that are due by now
        return self._page(self._index.find(query), page)

    def filter(self, body: Mapping[str, Json], page: str | None) -> Response:
        """Returns a page of the contacts that meet the conditions, or 422 (kin: at once, it reads the database).

        ``Faults.filter`` tells how wrong it is.
        """
        everybody = range(len(self.contacts))
        if self._faults.filter in ("everybody", "nobody"):
            return self._page(everybody if self._faults.filter == "everybody" else (), page)
        try:
            found = {place for together in alternatives(body) for place in self._meeting(together)}
        except ValueError as error:
            return Response(422, {"error": str(error)})
        places = sorted(found)
        return self._page(self._index.seen(places) if self._faults.filter == "lagging" else places, page)

    def _meeting(self, together: Sequence[Condition]) -> set[int]:
        """The places of the contacts that meet every condition (kin: texts are compared without case)."""
        plus = "+" if self._faults.filter == "prefixed" else ""
        each = [self._holders.of(name, plus + value if name == "phone_number" else value) for name, value in together]
        return set(each[0]).intersection(*each[1:])

    def _page(self, found: Sequence[int], page: str | None) -> Response:
        """15 of the contacts at these places, and how many there are."""
        number = _number(page or "") or 1
        terse = self._faults.answers == "terse_searches"
        places = found[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
        payload: list[Json] = [self._shown(self._contacts[place], terse) for place in places]
        count = len(payload) if self._faults.meta_count == "page" else len(found)
        return Response(200, {"meta": {"count": count, "current_page": page or 1}, "payload": payload})

    def _invalid(self, body: Mapping[str, Json], own: int | None) -> Response | None:
        """422 if a value is malformed or another contact's; ``own`` is the place of the contact to be changed."""
        return invalid(body, self._faults.longest_text, lambda name, value: self._is_taken(name, value, own))

    def _is_taken(self, name: str, value: str, own: int | None) -> bool:
        """Whether another contact has the value and may have it alone (kin: the database lets phones be shared)."""
        if name == "phone_number" and self._faults.phones == "shared":
            return False
        holders = self._holders.of(name, value)
        return any(place != own and self._contacts[place][name] == value for place in holders)

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
        place = contact["id"] - FIRST_ID
        for name, value in values.items():
            if name in UNIQUE:
                value = stored_form(name, str(value))
                self._holders.move(name, place, contact[name], value)
            if isinstance(value, dict):
                value = attributes.written(name, contact[name], value, self._faults.additional)
            contact[name] = value
        if any(contact[name] for name in UNIQUE):
            searched = (contact["name"], *(contact[name] or "" for name in UNIQUE))
            self._index.put(place, searched)

    def _shown(self, contact: Mapping[str, Any], terse: bool = False) -> dict[str, Json]:
        hidden = _SANDBOX_ONLY if self._faults.created_at == "shown" else (*_SANDBOX_ONLY, "created_at")
        shown = {name: value for name, value in contact.items() if name not in hidden}
        return {**shown, **dict.fromkeys(name for name in TITLES if shown[name])} if terse else shown


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch("[0-9]{1,18}", text) else None


def _missing(what: str) -> Response:
    return Response(422, {"error": f"param is missing or the value is empty: {what}"})
