"""What a server says: an answer to a request or why there is none, its limit, the contacts that it holds."""

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
    """What an answer says of the server's limit: requests left, and seconds until it begins anew."""

    remaining: int
    reset_s: float


class Reply(NamedTuple):
    """One request's answer, or the ``failure`` that stands in its place (``status`` 0).

    A tuple, for every request makes one, and a frozen dataclass takes four times as long to make.

    ``body`` is the parsed JSON, ``None`` where the answer is not JSON. A refusal has the beginning of its body as
    ``text`` and ``retry_after_s`` in seconds from its arrival; the answer to a search has in ``ahead_s`` how far this
    machine's clock is ahead of the server's, by its ``Date``. ``contact_id`` is of the contact that a create made;
    where it was found without looking at the rest, there is no ``body``.
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
    """A contact that the server holds.

    ``created_at`` is in seconds of the epoch; ``additional`` is the group ``additional_attributes`` as it stands.
    """

    id: str
    contact: Contact
    created_at: float | None = None
    additional: Mapping[str, Json] = field(default_factory=dict)


def created_id(body: Json) -> str | None:
    """The id in a create's answer ``{"payload": {"contact": {"id": ...}}}``; a number or a string (doc)."""
    payload = body.get("payload") if isinstance(body, dict) else None
    contact = payload.get("contact") if isinstance(payload, dict) else None
    return _id(contact)


def id_at_once(text: bytes) -> str | None:
    """The same of an answer that begins as LiveDesk's do, without the rest: all its JSON is a tenth of a row's cost."""
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
    """Whether whoever answered a search or a list is not LiveDesk: it is content, and gives no contacts."""
    return 200 <= reply.status < 300 and found_contacts(reply) is None


def _found(member: dict[str, Json]) -> Found | None:
    """A server's contact; ``None`` if it has no id."""
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
    """In the program's words: fields that have a value as text (an identifier may be a number), attributes dotted."""
    texts = {
        name: str(value)
        for name in UPDATABLE
        if isinstance(value := member.get(name), str | int) and value != "" and not isinstance(value, bool)
    }
    groups = {name: member.get(name) for name in ATTRIBUTE_GROUPS}
    return Contact(**texts, attributes=_dotted(groups))


def _dotted(members: Mapping[str, Json]) -> dict[str, Scalar]:
    """Nested objects as dotted names with their values, a list as text, what is ``null`` left out."""
    dotted: dict[str, Scalar] = {}
    for name, value in members.items():
        if isinstance(value, dict):
            dotted |= {f"{name}.{inner}": text for inner, text in _dotted(value).items()}
        elif value is not None:
            dotted[name] = str(value) if isinstance(value, list) else value
    return dotted
