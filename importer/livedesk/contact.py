"""A contact as LiveDesk stores it: its fields, its unique keys, and the bodies that carry it."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from json.encoder import encode_basestring
from operator import attrgetter
from typing import Any, Final, TypeAlias

from importer.models import Json
from importer.runtime import dumps, loads

Scalar: TypeAlias = str | int | float | bool
"""An attribute's value: text, unless ``--type`` says otherwise."""

Values: TypeAlias = Sequence[Scalar | None]
"""One field of many contacts: its value in each, ``None`` if it has none."""

CREATE_FIELDS: Final = ("inbox_id", "name", "email", "phone_number", "identifier", "avatar_url")
"""The body fields that the API page "create-contact" documents; attributes go into a create only where the server has
proved to store them."""

ADDITIONAL: Final = "additional_attributes"
CUSTOM: Final = "custom_attributes"
ATTRIBUTE_GROUPS: Final = (ADDITIONAL, CUSTOM)
"""The objects of a contact that hold its attributes; the API documents a merge key by key for the second alone."""

COMPANY: Final = f"{ADDITIONAL}.company_name"
CITY: Final = f"{ADDITIONAL}.city"
COUNTRY: Final = f"{ADDITIONAL}.country"
COUNTRY_CODE: Final = f"{ADDITIONAL}.country_code"
SOCIAL_PROFILES: Final = f"{ADDITIONAL}.social_profiles."
"""Attributes that LiveDesk itself shows, as dotted fields."""

STAMPS: Final = tuple(f"{CUSTOM}.{name}" for name in ("import_run", "import_file", "import_row", "imported_at"))
"""Attributes that say where a contact comes from (``--stamp``), as dotted fields."""

CLEARS: Final = "clears"
"""The member of a contact's JSON that lists the fields to empty."""

_values_of: Final[Callable[["Contact"], tuple[str | None, ...]]] = attrgetter(*CREATE_FIELDS)

KEY_FIELDS: Final = ("identifier", "email", "phone_number")
"""The fields whose values the server keeps unique, the strongest proof of identity first."""

UNFOUND: Final = "\\"
"""No search finds a key with this character; of valid keys, only an identifier can have it."""


def comparable(name: str, value: str) -> str:
    """A value of one of ``KEY_FIELDS`` in the form for comparisons: the API ignores the case of an email."""
    return value.lower() if name == "email" else value


def lookup(name: str, value: str) -> str:
    """The lookup key of a value of one of ``KEY_FIELDS``: ``email:a@b.c``."""
    return f"{name}:{comparable(name, value)}"


def as_text(value: Scalar) -> str:
    """An attribute's value as text: numbers and booleans as in JSON."""
    return value if isinstance(value, str) else json.dumps(value)


def value_text(value: Json) -> str:
    """A value before or after a change as text: nothing for none, a list or an object as JSON."""
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False)


def json_lines(fields: Mapping[str, Sequence[Scalar | tuple[str, ...] | None]], count: int) -> list[str]:
    """``Contact.json`` of ``count`` contacts, given column by column; one of the columns may be their ``CLEARS``."""
    form, columns = "", []
    for name, values in sorted(fields.items()):
        label, encoded = f", {encode_basestring(name)}: ", _encoded(values)
        if None in values:
            form += "%s"
            columns.append([label + text if text else "" for text in encoded])
        else:
            form += label.replace("%", "%%") + "%s"
            columns.append(encoded)
    rows = zip(*columns, strict=True) if columns else [()] * count
    return [f"{{{(form % row)[2:]}}}" for row in rows]


def _encoded(values: Sequence[Scalar | tuple[str, ...] | None]) -> list[str]:
    """Each value as JSON, ``""`` if there is none."""
    try:
        return list(map(encode_basestring, values))  # type: ignore[arg-type]
    except TypeError:  # not all of them are texts
        return ["" if value is None else json.dumps(value, ensure_ascii=False) for value in values]


def lookups(fields: Mapping[str, Values], count: int) -> list[list[str | None]]:
    """For each of ``KEY_FIELDS``, the lookup key in each of ``count`` contacts, ``None`` without a value."""
    return [
        [lookup(name, value) if isinstance(value, str) else None for value in fields.get(name, [None] * count)]
        for name in KEY_FIELDS
    ]


@dataclass(frozen=True)
class Contact:
    """A person as LiveDesk stores it; ``attributes`` maps dotted fields (``additional_attributes.city``) to values.

    ``clears`` are the fields, dotted ones too, that an update is to empty (``--clear``); no create has them.
    """

    name: str | None = None
    email: str | None = None
    phone_number: str | None = None
    identifier: str | None = None
    avatar_url: str | None = None
    inbox_id: str | None = None
    attributes: Mapping[str, Scalar] = field(default_factory=dict)
    clears: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """What people call somebody by: the name, else a key; empty if there is none."""
        return self.name or self.identifier or self.email or self.phone_number or ""

    def keys(self) -> dict[str, str]:
        """The unique fields that have a value, in the form for comparisons."""
        return self._keys

    @cached_property
    def _keys(self) -> dict[str, str]:
        values = {name: getattr(self, name) for name in KEY_FIELDS}
        return {name: comparable(name, value) for name, value in values.items() if value}

    def create_fields(self) -> dict[str, str]:
        """The documented fields that have a value, as text, in the order of ``CREATE_FIELDS``."""
        values = zip(CREATE_FIELDS, _values_of(self), strict=True)
        return {name: value for name, value in values if value is not None}

    def create_json(self, groups: Sequence[str] = ()) -> bytes:
        """The body of ``POST /contacts``: no empty fields, and an inbox id of digits as a number.

        It has the attributes of these ``groups`` (of ``ATTRIBUTE_GROUPS``), which the API does not document. Raises
        ``UnicodeEncodeError`` for a lone surrogate.
        """
        # Every row makes one: 1.6 µs. With a loop over ``CREATE_FIELDS`` it is 3.3, by a ``dict`` and its JSON 4.
        inbox, name, email, phone, identifier, avatar = _values_of(self)
        body = "" if inbox is None else f',"inbox_id":{int(inbox) if inbox.isdecimal() else encode_basestring(inbox)}'
        if name is not None:
            body += f',"name":{encode_basestring(name)}'
        if email is not None:
            body += f',"email":{encode_basestring(email)}'
        if phone is not None:
            body += f',"phone_number":{encode_basestring(phone)}'
        if identifier is not None:
            body += f',"identifier":{encode_basestring(identifier)}'
        if avatar is not None:
            body += f',"avatar_url":{encode_basestring(avatar)}'
        if groups:
            attributes = self.attributes_body().items()
            body += "".join(f',"{group}":{dumps(values).decode()}' for group, values in attributes if group in groups)
        return f"{{{body[1:]}}}".encode()

    def create_body(self) -> dict[str, Json]:
        """What ``create_json`` holds."""
        body: dict[str, Json] = loads(self.create_json())
        return body

    def attributes_body(self) -> dict[str, Json]:
        """The attributes as a body has them: ``{"additional_attributes": {...}, ...}``.

        ``social_profiles`` becomes an object within ``additional_attributes``; any further dot is part of a key.
        """
        body: dict[str, dict[str, Json]] = {}
        for dotted, value in self.attributes.items():
            group, _, key = dotted.partition(".")
            if dotted.startswith(SOCIAL_PROFILES):
                profiles = body.setdefault(group, {}).setdefault("social_profiles", {})
                if isinstance(profiles, dict):
                    profiles[dotted.removeprefix(SOCIAL_PROFILES)] = value
            else:
                body.setdefault(group, {})[key] = value
        return {**body}

    @cached_property
    def json(self) -> str:
        """One line of JSON, the same for equal contacts; ``from_json`` parses it."""
        members: dict[str, Any] = {**self.create_fields(), **self.attributes}
        if self.clears:
            members[CLEARS] = self.clears
        return json_lines({name: (value,) for name, value in members.items()}, 1)[0]

    @property
    def known_by(self) -> str:
        """What recognizes the contact in later runs, as JSON: all of it; without a key, only what a create carries.

        An option that adds an attribute must not send a contact without a key a second time.
        """
        return self.json if self.keys() else replace(self, attributes={}, clears=()).json

    def searchable(self) -> dict[str, str]:
        """The keys that a search finds: it takes a backslash in its text for an escape of the next character (kin)."""
        return {name: value for name, value in self._keys.items() if UNFOUND not in value}

    @property
    def has_key(self) -> bool:
        """Whether the contact can be searched for, as ``searchable`` says."""
        # By hand, since every row to be sent asks.
        if (email := self.email) and UNFOUND not in email:
            return True
        phone, identifier = self.phone_number, self.identifier
        return bool((phone and UNFOUND not in phone) or (identifier and UNFOUND not in identifier))

    @staticmethod
    def from_json(text: str) -> "Contact":
        """Parse ``json``. Raises ``ValueError`` or ``TypeError`` if it is not a contact."""
        (contact,) = contacts_from([text])
        return contact


def contacts_from(texts: Sequence[str]) -> list[Contact]:
    """Parse the ``json`` of contacts. Raises ``ValueError`` or ``TypeError`` if one is not a contact."""
    return list(map(_contact, members_from(texts), texts))


def members_from(texts: Sequence[str]) -> list[dict[str, Any]]:
    """The members of the ``json`` of contacts. Raises ``ValueError`` if a text does not hold exactly one.

    Parsed as one text, a contact takes 1.1 µs; one by one, 1.5 (without orjson 1.4 and 2.8).
    """
    found: list[dict[str, Any]] = loads(f"[{','.join(texts)}]".encode())
    if len(found) != len(texts):
        raise ValueError("another number of contacts than of texts")
    return found


def _contact(members: dict[str, Any], text: str) -> Contact:
    attributes = {name: members.pop(name) for name in [*members] if "." in name} if "_attributes." in text else {}
    if not members.keys() <= _MEMBERS:
        raise TypeError("not a contact")
    members["attributes"] = attributes
    if CLEARS in members:
        members[CLEARS] = tuple(members[CLEARS])
    # Every row to be sent is parsed once; this takes a fifth of the time of a frozen dataclass's own __init__. What is
    # not among its members a contact has from its class.
    contact = Contact.__new__(Contact)
    object.__setattr__(contact, "__dict__", members)
    return contact


_MEMBERS: Final = frozenset({*CREATE_FIELDS, CLEARS})
