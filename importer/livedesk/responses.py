"""What the server says: its answer or why there is none, its limit, and the contacts that it holds."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple

from importer.livedesk.contact import ADDITIONAL, ATTRIBUTE_GROUPS, UPDATABLE, Contact, Scalar
from importer.models import Json


class Failure(StrEnum):
    """Why a request has no answer."""

    NOT_REACHED = "not_reached"
    LOST = "lost"
    TIMEOUT = "timeout"
    UNTRUSTED = "untrusted"


@dataclass(frozen=True, slots=True)
class Quota:
    """The server's limit, from an answer: requests left, and seconds until the window restarts."""

    remaining: int
    reset_s: float


class Reply(NamedTuple):
    """A request's answer, or the ``failure`` in its place (``status`` 0).

    ``body`` is the parsed JSON, ``None`` if the answer is not JSON. A refusal has the beginning of its body in
    ``text``, and ``retry_after_s`` in seconds from its arrival. A search has in ``ahead_s`` the seconds by which this
    machine's clock is ahead of the server's ``Date``. ``contact_id`` is that of a created contact; if the client found
    it without parsing the rest, ``body`` is ``None``. A tuple, since every request makes one, and a frozen dataclass
    takes four times as long.
    """

    status: int = 0
    body: Json = None
    text: str = ""
    retry_after_s: float | None = None
    quota: Quota | None = None
    ahead_s: float = 0.0
    failure: Failure | None = None
    contact_id: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A contact that the server holds; ``created_at`` in epoch seconds, ``additional``: ``additional_attributes``."""

    id: str
    contact: Contact
    created_at: float | None = None
    additional: Mapping[str, Json] = field(default_factory=dict)


def created_id(body: Json) -> str | None:
    """The id in a create's answer ``{"payload": {"contact": {"id": ...}}}``, documented as a number or a string."""
    payload = body.get("payload") if isinstance(body, dict) else None
    contact = payload.get("contact") if isinstance(payload, dict) else None
    return _id(contact)


def id_at_once(text: bytes) -> str | None:
    """The same by the answer's usual beginning alone: parsing all its JSON is a tenth of a row's cost."""
    found = _CREATED.match(text)
    return found[1].decode() if found and text.endswith(b"}") else None


_CREATED: Final = re.compile(rb'{"payload":{"contact":{"id":([1-9][0-9]*),')


def found_contacts(reply: Reply) -> list[Found] | None:
    """The contacts on a search page ``{"payload": [contact, ...]}``; ``None`` if it has another shape."""
    payload = reply.body.get("payload") if isinstance(reply.body, dict) else None
    if not isinstance(payload, list):
        return None
    return [found for member in payload if isinstance(member, dict) and (found := _found(member)) is not None]


def is_foreign(reply: Reply) -> bool:
    """Whether the answer to a search or a list is not LiveDesk's: a success without a list of contacts."""
    return 200 <= reply.status < 300 and found_contacts(reply) is None


def _found(member: dict[str, Json]) -> Found | None:
    contact_id = _id(member)
    if contact_id is None:
        return None
    created_at = member.get("created_at")
    additional = member.get(ADDITIONAL)
    return Found(
        contact_id,
        _contact(member),
        created_at if isinstance(created_at, int | float) else None,
        additional if isinstance(additional, dict) else {},
    )


def _id(contact: Json) -> str | None:
    value = contact.get("id") if isinstance(contact, dict) else None
    if isinstance(value, bool) or not isinstance(value, int | str) or value == "":
        return None
    return str(value)


def _contact(member: dict[str, Json]) -> Contact:
    """The server's contact in our form: field values as text (an identifier may be a number), attributes dotted."""
    texts = {
        name: str(value)
        for name in UPDATABLE
        if isinstance(value := member.get(name), str | int) and value != "" and not isinstance(value, bool)
    }
    return Contact(**texts, attributes=_dotted({name: member.get(name) for name in ATTRIBUTE_GROUPS}))


def _dotted(members: Mapping[str, Json]) -> dict[str, Scalar]:
    """Nested objects flattened to dotted names; lists as text, ``null`` left out."""
    dotted: dict[str, Scalar] = {}
    for name, value in members.items():
        if isinstance(value, dict):
            dotted |= {f"{name}.{inner}": text for inner, text in _dotted(value).items()}
        elif value is not None:
            dotted[name] = str(value) if isinstance(value, list) else value
    return dotted
