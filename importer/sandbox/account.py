"""The sandbox's account: the rules of its contacts, and the answers of the API.

What EngageLab's API pages say is marked doc. What they leave open is as in the helpdesk whose API this is (kin):
uniqueness and format messages, the order of the checks, e-mails stored in lower case. Stricter than both on purpose:
what the pages do not document is refused with 400, so that the importer's own mistakes show. What only kin has
(attributes in a create, the filter, a delete) is there if ``Faults`` says so.
"""

import math
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from importer.livedesk.api import INBOX_NEEDS, UPDATE_FIELDS
from importer.models import Json
from importer.sandbox import attributes
from importer.sandbox.clearing import CLEARABLE, cleared
from importer.sandbox.documented import NOT_FOUND, Response, misuse
from importer.sandbox.faults import Faults
from importer.sandbox.index import Index
from importer.sandbox.listing import ARRIVAL, Listing, Order
from importer.sandbox.merging import filling
from importer.sandbox.store import STORED, Contact, Moment, Store
from importer.sandbox.usage import Usage, Use
from importer.sandbox.validity import invalid

__all__ = ["NOT_FOUND", "Account"]

PLAN_ENDED: Final = Response(402, {"error": "Account limit exceeded. Upgrade to a higher plan"})
FORBIDDEN: Final = Response(401, {"error": "You are not authorized to do this action"})
GONE: Final = Response(200, None)


class Account:
    """Owns the contacts and their rules; knows no HTTP but its statuses.

    ``clock`` (seconds) tells when late stores are due and searches find a contact, ``wall_clock`` (epoch seconds) gives
    ``created_at``.
    """

    def __init__(
        self, inboxes: Mapping[str, str], faults: Faults, clock: Callable[[], float], wall_clock: Callable[[], float]
    ) -> None:
        self._inboxes = inboxes
        self._faults = faults
        self._clock = clock
        self._wall_clock = wall_clock
        index = Index(faults, clock)
        self._store = Store(faults, index)
        self._listing = Listing(self._store, index, faults)
        self._usage = Usage(faults.usage)
        self._created_count = 0  # without those that were filled in
        self._late: deque[tuple[Moment, Mapping[str, Json]]] = deque()

    @property
    def contacts(self) -> list[Contact]:
        """Those that are stored by now, in order of arrival."""
        while self._late and self._late[0][0].clock_s <= self._clock():
            moment, body = self._late.popleft()
            self._take(body, moment)  # or not, if it breaks a rule by now
        return self._store.contacts

    def create(self, body: Mapping[str, Json]) -> Response:
        """Stores a contact: 200, or 400, 402, 404 or 422 and nothing stored (kin: values before the inbox)."""
        contacts = self.contacts
        refusal = self._take(body, Moment(self._clock(), self._wall_clock()))
        return refusal or self._created(contacts[-1], **attributes.shown(body, self._faults.create_attributes))

    def create_late(self, body: Mapping[str, Json]) -> Response:
        """Stores a contact ``late_ms`` from now, unless a rule forbids it then; nobody waits for the answer."""
        late_s = self._faults.late_ms / 1000
        self._late.append((Moment(self._clock() + late_s, self._wall_clock() + late_s), body))
        return Response(202, None)

    def create_answering_other(self, body: Mapping[str, Json]) -> Response:
        """Stores a contact, and answers with the one that was stored before it, where there is one."""
        answer = self.create(body)
        if answer.status != 200 or len(self._store.contacts) < 2:
            return answer
        return self._created(self._store.contacts[-2], **attributes.shown({}, self._faults.create_attributes))

    def create_repeating_id(self, contact_id: Json, body: Mapping[str, Json]) -> Response:
        """Stores a contact, and answers with this id, if there is one, in place of its own."""
        answer = self.create(body)
        if answer.status != 200 or contact_id is None:
            return answer
        instead = attributes.shown(body, self._faults.create_attributes) | {"id": contact_id}
        return self._created(self._store.contacts[-1], **instead)

    def fill(self, bodies: Iterable[Mapping[str, Json]], age_s: float = 0.0) -> list[int]:
        """Stores contacts that were created ``age_s`` ago, and returns their ids. Raises ``ValueError`` if a rule
        forbids one."""
        before = len(self.contacts)
        for body in bodies:
            if refusal := self._put(body, Moment(-math.inf, self._wall_clock() - age_s)):
                raise ValueError(refusal.body)
        return [contact["id"] for contact in self._store.contacts[before:]]

    def _created(self, contact: Contact, **instead: Json) -> Response:
        """The answer to a create with this contact, and with other values ``instead`` of its own."""
        terse = self._faults.answers != "full"
        inbox: Json = {"inbox": None, "source_id": None}
        shown: Json = {**self._listing.shown(contact, terse), **instead}
        return Response(200, {"payload": {"contact": shown, "contact_inbox": inbox}})

    def _take(self, body: Mapping[str, Json], moment: Moment) -> Response | None:
        """Stores a contact that a client sent, unless the account's plan has ended; returns the refusal."""
        if self._faults.pay_after and self._created_count >= self._faults.pay_after:
            return PLAN_ENDED
        refusal = self._put(body, moment)
        self._created_count += refusal is None
        return refusal

    def _put(self, body: Mapping[str, Json], moment: Moment) -> Response | None:
        """Stores a contact, or returns the refusal."""
        way = self._faults.create_attributes
        if refusal := misuse(body, attributes.fields_of_create(way)) or attributes.rejected(body, way):
            return refusal
        if refusal := self._invalid(body, None) or self._inbox_refusal(body):
            return refusal
        self._store.add(moment, {**attributes.stored(body, way), "inbox_id": str(body["inbox_id"])})
        return None

    def update(self, contact_id: str, body: Mapping[str, Json]) -> Response:
        """Changes the fields in ``body``, of which null clears one; ``Faults.additional`` may be wrong about one of the
        attribute groups, ``Faults.clears`` about null."""
        contact = self.stored(contact_id)
        if contact is None:
            return NOT_FOUND
        if refusal := misuse(body, UPDATE_FIELDS, CLEARABLE):
            return refusal
        left = cleared(contact, body, self._faults.clears)
        if refusal := left.refusal or self._invalid(left.body, contact["id"]):
            return refusal
        self._store.write(contact, left.body)
        return Response(200, {"payload": self._listing.shown(contact)})

    def delete(self, contact_id: str) -> Response:
        """Removes a contact (kin): 200 without a body, 422 while it is online; ``Faults.delete`` may forbid it, or
        pretend to."""
        if self._faults.delete == "forbidden":
            return FORBIDDEN
        contact = self.stored(contact_id)
        if contact is None:
            return NOT_FOUND
        if contact["availability_status"] == "online":
            return Response(422, {"message": f"{contact['name']} is Online, please try again later"})
        if self._faults.delete == "on":
            self.remove(contact["id"])
        return GONE

    def show(self, contact_id: str) -> Response:
        """One contact, or 404 (kin)."""
        contact = self.stored(contact_id)
        return Response(200, {"payload": self._listing.shown(contact)}) if contact else NOT_FOUND

    def search(self, query: str, page: str | None) -> Response:
        """See ``Listing.search``."""
        return self.search_in_order(query, page, ARRIVAL)

    def search_in_order(self, query: str, page: str | None, order: Order) -> Response:
        """A search whose contacts come in this order (doc)."""
        _ = self.contacts  # with those that are due by now
        return self._listing.search(query, page, order)

    def filter(self, body: Mapping[str, Json], page: str | None) -> Response:
        """See ``Listing.filter``."""
        _ = self.contacts
        return self._listing.filter(body, page)

    def usage(self, contact_id: str, what: str) -> Response | None:
        """What of ``USAGE_PATHS`` a contact has (kin); ``None`` if the API has no such list."""
        contact = self.stored(contact_id)
        return self._usage.answer(what, contact["id"] if contact else None)

    def stored(self, contact_id: object) -> Contact | None:
        """All that is stored of a contact by now, if it is there."""
        _ = self.contacts
        return self._store.find(contact_id)

    def use(self, contact_id: object, use: Use) -> None:
        """Somebody has used a contact so, just now. Raises ``LookupError`` if it is not there."""
        contact = self._found(contact_id)
        self._usage.set(contact["id"], use)
        contact["last_activity_at"] = int(self._wall_clock())

    def change(self, contact_id: object, values: Mapping[str, Json]) -> None:
        """Somebody changed any of the ``STORED`` fields of a contact, as an update does, or cleared it with ``None``.

        Raises ``LookupError`` if the contact is not there, ``ValueError`` if a rule forbids a value.
        """
        contact = self._found(contact_id)
        if refusal := misuse(values, STORED, STORED) or self._invalid(values, contact["id"]):
            raise ValueError(refusal.body)
        inbox_id = values.get("inbox_id")
        self._store.write(contact, values if inbox_id is None else {**values, "inbox_id": str(inbox_id)})

    def remove(self, contact_id: object) -> None:
        """Somebody removed a contact, online or not. Raises ``LookupError`` if it is not there."""
        self._store.remove(self._found(contact_id))

    def merge(self, contact_id: object, into: object) -> None:
        """Somebody merged a contact into another (kin): it is gone, and fills what the other lacks.

        Raises ``LookupError`` if one of them is not there, ``ValueError`` if they are one.
        """
        contact, other = self._found(contact_id), self._found(into)
        if contact is other:
            raise ValueError("a contact cannot be merged into itself")
        self._store.remove(contact)
        self._store.write(other, filling(contact, other))
        self._usage.move(contact["id"], other["id"])

    def _found(self, contact_id: object) -> Contact:
        contact = self.stored(contact_id)
        if contact is None:
            raise LookupError(contact_id)
        return contact

    def _invalid(self, body: Mapping[str, Json], own: int | None) -> Response | None:
        """422 if a value is malformed or another contact's; ``own`` is the id of the contact to be changed."""
        return invalid(body, self._faults.longest_text, lambda name, value: self._is_taken(name, value, own))

    def _is_taken(self, name: str, value: str, own: int | None) -> bool:
        """Whether another contact has the value and may have it alone (kin: the database lets phones be shared)."""
        if name == "phone_number" and self._faults.phones == "shared":
            return False
        holders = self._store.holders.of(name, value)
        return any(each != own and self._store[each][name] == value for each in holders)

    def _inbox_refusal(self, body: Mapping[str, Json]) -> Response | None:
        if "inbox_id" not in body:
            return _missing("inbox_id")
        try:
            kind = self._inboxes[str(body["inbox_id"])]
        except KeyError:
            return NOT_FOUND
        needed = INBOX_NEEDS[kind]
        return _missing(needed[1]) if needed and needed[0] not in body else None


def _missing(what: str) -> Response:
    return Response(422, {"error": f"param is missing or the value is empty: {what}"})
