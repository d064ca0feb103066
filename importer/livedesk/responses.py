"""What the server says: its answer or why there is none, its limit, and the contacts that it holds."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple

from importer.livedesk.contact import ADDITIONAL, ATTRIBUTE_GROUPS, CUSTOM, Contact, Scalar
from importer.livedesk.moments import moment
from importer.message import Message
from importer.models import UPDATABLE, Json


class Failure(StrEnum):
    """Why a request has no answer."""

    NOT_REACHED = "not_reached"
    LOST = "lost"
    TIMEOUT = "timeout"
    UNTRUSTED = "untrusted"
    OUT_OF_FILES = "out_of_files"
    """No connection, since the process may open no more files."""
    STALE = "stale"
    """A refusal that may be the answer to an earlier request on the same connection."""


@dataclass(frozen=True, slots=True)
class Quota:
    """The server's limit, from an answer: requests left, and seconds until the window restarts."""

    remaining: int
    reset_s: float


class Reply(NamedTuple):
    """A request's answer, or the ``failure`` in its place (``status`` 0).

    ``body`` is the parsed JSON, ``None`` if the answer is not JSON. A refusal has the beginning of its body in
    ``text``, and ``retry_after_s`` in seconds from its arrival. A search has in ``ahead_s`` the seconds by which this
    machine's clock is ahead of the server's ``Date``, ``None`` without one; so has a create whose contact seems to be
    older than it (``seems_old``). ``contact_id`` is that of a created contact; ``shows_all`` says that the answer shows
    every key that was sent with it, and no such time. If the client saw both without parsing the rest, ``body`` is
    ``None``. ``is_used`` says that an earlier request used the connection, and
    ``is_unfit`` that the answer may therefore be that to another one. ``cause`` tells a failure of a usual kind,
    whose ``text`` has the library's words. A tuple, since every request makes one, and a frozen dataclass takes four
    times as long.
    """

    status: int = 0
    body: Json = None
    text: str = ""
    retry_after_s: float | None = None
    quota: Quota | None = None
    ahead_s: float | None = None
    failure: Failure | None = None
    contact_id: str | None = None
    shows_all: bool = False
    is_used: bool = False
    is_unfit: bool = False
    cause: Message | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A contact that the server holds; ``created_at`` in epoch seconds (``moment``), ``additional`` and ``custom``: its
    attributes, ``inboxes``: the ids of those that it is shown to be in.

    ``id`` is empty if the server gives one that is neither a positive number nor a plain token. ``active_at`` is
    ``last_activity_at`` in epoch seconds (kin), ``is_blocked`` that somebody has blocked it. ``hidden`` are the fields,
    and the groups of attributes, that the answer leaves out: they are not empty, but unknown.
    """

    id: str
    contact: Contact
    created_at: float | None = None
    additional: Mapping[str, Json] = field(default_factory=dict)
    custom: Mapping[str, Json] = field(default_factory=dict)
    inboxes: frozenset[str] = frozenset()
    active_at: float | None = None
    is_blocked: bool = False
    hidden: frozenset[str] = frozenset()

    def shows(self, name: str) -> bool:
        """Whether the answer tells the value of a field, dotted for an attribute."""
        return name.partition(".")[0] not in self.hidden


def created(body: Json) -> Found | None:
    """The contact in a create's answer ``{"payload": {"contact": {...}}}``; ``None`` in an answer of another shape."""
    payload = body.get("payload") if isinstance(body, dict) else None
    contact = payload.get("contact") if isinstance(payload, dict) else None
    return _found(contact) if isinstance(contact, dict) else None


def updated(body: Json) -> Found | None:
    """The contact in an update's answer, ``{"payload": {...}}`` or as in a create's; ``None`` in another shape."""
    payload = body.get("payload") if isinstance(body, dict) else None
    return created(body) or (_found(payload) if isinstance(payload, dict) else None)


NEW_S: Final = 60.0
"""A contact that was created longer ago, by this machine's clock, may be no new one: its time is looked at closely."""


def seems_old(created_at: float | None, now: float) -> bool:
    """Whether a contact may have been there before the create whose answer shows it."""
    return created_at is not None and created_at < now - NEW_S


def id_at_once(text: bytes, contact: Contact, now: float) -> str | None:
    """The id in a create's answer of the usual form that shows every key of ``contact``, and no old time nor one in
    another form; else ``None``.

    Parsing all its JSON is a tenth of a row's cost. A quoted name before a quoted value is a member: within a text, the
    quotes would be escaped.
    """
    shown = text.decode("utf-8", "replace")
    begins = _CREATED.match(shown)
    # Not by ``contact.keys()``, which would take as long again.
    email, phone, identifier = contact.email, contact.phone_number, contact.identifier
    if begins is None or shown[-1] != "}" or not (email or phone or identifier):
        return None
    shows_all = (
        (email is None or f'"email":"{email.lower()}"' in shown)
        and (phone is None or f'"phone_number":"{phone}"' in shown)
        and (identifier is None or (f'"identifier":"{identifier}"' in shown and '"' not in identifier))
    )
    at = shown.find(_CREATED_AT)  # a third of what a search by a pattern takes
    is_new = at < 0 or ((made := _SECONDS.match(shown, at + len(_CREATED_AT))) and int(made[1]) >= now - NEW_S)
    return begins[1] if shows_all and is_new else None


_CREATED: Final = re.compile(r'{"payload":{"contact":{"id":([1-9][0-9]{0,18}),')
_CREATED_AT: Final = '"created_at":'
_SECONDS: Final = re.compile(r"([0-9]{1,11})[,}]")
"""In seconds; a time in another form is left to ``moment``."""
_NO_IDS: Final = r"0+|null|nil|none|undefined|nan|inf|infinity|true|false|[0-9]+e[0-9]{1,3}"
"""What programs write in the place of an id: nothing, no number, a truth value, a number that was cut short."""
_ID: Final = re.compile(rf"(?!(?i:{_NO_IDS})$)[A-Za-z0-9][A-Za-z0-9_-]{{0,63}}")
"""A positive number, or a token that is safe in a path, a terminal and a file."""


def found_contacts(reply: Reply) -> list[Found] | None:
    """The contacts on a search page ``{"payload": [contact, ...]}``; ``None`` if it has another shape."""
    payload = reply.body.get("payload") if isinstance(reply.body, dict) else None
    if not isinstance(payload, list):
        return None
    return [_found(member) for member in payload if isinstance(member, dict)]


def told_count(reply: Reply) -> int | None:
    """How many contacts a list says that there are, in ``meta.count``; some versions count the page alone (kin)."""
    meta = reply.body.get("meta") if isinstance(reply.body, dict) else None
    count = meta.get("count") if isinstance(meta, dict) else None
    is_number = isinstance(count, int | str) and not isinstance(count, bool) and str(count).isdecimal()
    return int(str(count)) if is_number else None


def may_answer(reply: Reply, query: str) -> bool:
    """Whether a search's answer can be about ``query``: a list of contacts, empty or with one that holds it.

    The phone numbers of a server may lack the plus.
    """
    contacts = found_contacts(reply)
    wanted = query.casefold().lstrip("+")
    return contacts is not None and (
        not contacts
        or any(wanted in text.casefold() for one in contacts for text in one.contact.create_fields().values())
    )


def is_foreign(reply: Reply) -> bool:
    """Whether the answer to a search or a list is not LiveDesk's: a success without a list of contacts."""
    return 200 <= reply.status < 300 and found_contacts(reply) is None


def _found(member: dict[str, Json]) -> Found:
    value = member.get("id")
    is_plain = isinstance(value, int | str) and not isinstance(value, bool) and _ID.fullmatch(str(value))
    return Found(
        str(value) if is_plain else "",
        _contact(member),
        moment(member.get("created_at")),
        _group(member.get(ADDITIONAL)),
        _group(member.get(CUSTOM)),
        _inboxes(member.get("contact_inboxes")),
        moment(member.get("last_activity_at")),
        member.get("blocked") is True,
        frozenset(
            [name for name in UPDATABLE if name not in member]
            + [name for name in ATTRIBUTE_GROUPS if not isinstance(member.get(name), dict)]
        ),
    )


def _group(attributes: Json) -> Mapping[str, Json]:
    return attributes if isinstance(attributes, dict) else {}


def _inboxes(places: Json) -> frozenset[str]:
    """The ids in ``[{"inbox": {"id": 407}}, ...]`` (kin)."""
    inboxes = [place.get("inbox") for place in places if isinstance(place, dict)] if isinstance(places, list) else []
    return frozenset(str(inbox["id"]) for inbox in inboxes if isinstance(inbox, dict) and "id" in inbox)


def _contact(member: dict[str, Json]) -> Contact:
    """The server's contact in our form: field values as text (an identifier may be a number), attributes dotted."""
    texts = {
        name: str(value)
        for name in UPDATABLE
        if isinstance(value := member.get(name), str | int) and value != "" and not isinstance(value, bool)
    }
    return Contact(**texts, attributes=_dotted({name: member.get(name) for name in ATTRIBUTE_GROUPS}), clears=())


def _dotted(members: Mapping[str, Json]) -> dict[str, Scalar]:
    """Nested objects flattened to dotted names; lists as text, ``null`` left out."""
    dotted: dict[str, Scalar] = {}
    for name, value in members.items():
        if isinstance(value, dict):
            dotted |= {f"{name}.{inner}": text for inner, text in _dotted(value).items()}
        elif value is not None:
            dotted[name] = str(value) if isinstance(value, list) else value
    return dotted
