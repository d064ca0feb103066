"""The words of the program: rows, contacts, errors and outcomes, as frozen data."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from operator import attrgetter
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from importer.fast import dumps, loads

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

Scalar: TypeAlias = str | int | float | bool
"""An attribute's value: text, unless ``--type`` says otherwise."""

Columns: TypeAlias = Sequence[Sequence[str]]
"""Rows of text, column by column."""

Kind: TypeAlias = Literal["text", "number", "boolean"]
"""What an attribute's cells are read as."""

OnDuplicate: TypeAlias = Literal["skip", "update", "fail"]
Duplicates: TypeAlias = Literal["first", "merge"]
SharedValues: TypeAlias = Literal["refuse", "drop"]
Mode: TypeAlias = Literal["import", "dry run", "sandbox"]
Lang: TypeAlias = Literal["en", "zh"]
"""What the report is written in."""

CREATE_FIELDS: Final = ("inbox_id", "name", "email", "phone_number", "identifier", "avatar_url")
"""The body fields that the API page "create-contact" documents; nothing else goes into a create."""

_values_of: Final[Callable[["Contact"], tuple[str | None, ...]]] = attrgetter(*CREATE_FIELDS)

KEY_FIELDS: Final = ("identifier", "email", "phone_number")
"""The fields that the server allows each value of only once."""

NAME_PARTS: Final = ("first_name", "middle_name", "last_name")
"""Fields of a column that are joined to ``name``."""

NAMES: Final = ("name", *NAME_PARTS)
"""The fields that say what somebody is called."""

ATTRIBUTE_PREFIXES: Final = ("additional_attributes.", "custom_attributes.")
"""Fields of the API page "update-contact": they reach a contact by a PATCH after its create."""


def comparable(name: str, value: str) -> str:
    """A value of one of ``KEY_FIELDS`` as it is compared: the API ignores the case of an email."""
    return value.lower() if name == "email" else value


def lookup(name: str, value: str) -> str:
    """What a value of one of ``KEY_FIELDS`` is looked up by: ``email:a@b.c``."""
    return f"{name}:{comparable(name, value)}"


def as_text(value: Scalar) -> str:
    """An attribute's value in words: a text as it is, a number and a boolean as in JSON."""
    return value if isinstance(value, str) else json.dumps(value)


def joined(*remarks: str) -> str:
    """Remarks on one row as one text, empty ones left out."""
    return "; ".join(filter(None, remarks))


class Status(StrEnum):
    """What became of a row. The first two live in the ledger while a run works."""

    PENDING = "pending"
    SENT = "sent"
    CREATED = "created"
    UPDATED = "updated"
    EXISTS = "exists"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"
    INVALID = "invalid"
    FAILED = "failed"
    UNKNOWN = "unknown"
    NOT_SENT = "not_sent"
    VALID = "valid"


FINE: Final = frozenset(
    {Status.CREATED, Status.UPDATED, Status.EXISTS, Status.UNCHANGED, Status.DUPLICATE, Status.VALID}
)
"""The statuses that need nobody's attention: a run of these alone exits with 0."""


class Row(NamedTuple):
    """One data row of the input; a tuple, for a frozen dataclass takes three times as long to make.

    ``number`` is the row number that a spreadsheet program shows (CSV: the record's number in the file, the
    first being 1). ``cells`` are text, in the order of the titles, at least as many as there are titles.
    """

    number: int
    cells: tuple[str, ...]


Pair: TypeAlias = tuple[int, tuple[str, ...]]
"""What a ``Row`` is, also as it travels to another process: there a plain tuple takes a fraction of the time."""


@dataclass(frozen=True, slots=True)
class RowError:
    """One reason why a row cannot be sent: a stable ``code``, what is wrong where, and what to do.

    ``field`` and ``column`` (from 0) say where, as far as it is one place.
    """

    code: str
    message: str
    hint: str = ""
    field: str = ""
    column: int | None = None


class Flaw(NamedTuple):
    """A place of a row that an error is about, for whoever corrects it.

    ``column`` counts from 0; where it is ``None``, any column of ``field`` may be meant. ``hint`` is what to do there.
    """

    message: str
    field: str = ""
    column: int | None = None
    hint: str = ""


_JSON: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True)


@dataclass(frozen=True)
class Contact:
    """A person as LiveDesk will store them. ``None`` is a field without a value.

    ``attributes`` maps dotted fields (``additional_attributes.city``) to their values.
    """

    name: str | None = None
    email: str | None = None
    phone_number: str | None = None
    identifier: str | None = None
    avatar_url: str | None = None
    inbox_id: str | None = None
    attributes: Mapping[str, Scalar] = field(default_factory=dict)

    def keys(self) -> dict[str, str]:
        """The unique fields that have a value, comparable: the API ignores the case of an email."""
        return self._keys

    @cached_property
    def _keys(self) -> dict[str, str]:
        values = {name: getattr(self, name) for name in KEY_FIELDS}
        return {name: comparable(name, value) for name, value in values.items() if value}

    def create_values(self) -> tuple[str | None, ...]:
        """The values of ``CREATE_FIELDS``, in that order."""
        return _values_of(self)

    def create_fields(self) -> dict[str, str]:
        """The documented fields that have a value, as text, in the order of ``CREATE_FIELDS``."""
        return {
            name: value for name, value in zip(CREATE_FIELDS, self.create_values(), strict=True) if value is not None
        }

    def create_body(self) -> dict[str, Json]:
        """The body of ``POST /contacts``; empty fields are left out, an inbox id of digits is a number."""
        body: dict[str, Json] = {**self.create_fields()}
        if self.inbox_id is not None and self.inbox_id.isdecimal():
            body["inbox_id"] = int(self.inbox_id)
        return body

    def attributes_body(self) -> dict[str, Json]:
        """The body of the ``PATCH`` that follows the create: ``{"additional_attributes": {...}, ...}``.

        ``social_profiles`` is an object of its own in ``additional_attributes``; any other dot is part of a key.
        """
        body: dict[str, dict[str, Json]] = {}
        for dotted, value in self.attributes.items():
            group, _, key = dotted.partition(".")
            network = key.removeprefix("social_profiles.")
            if group == "additional_attributes" and network != key:
                profiles = body.setdefault(group, {}).setdefault("social_profiles", {})
                if isinstance(profiles, dict):
                    profiles[network] = value
            else:
                body.setdefault(group, {})[key] = value
        return {**body}

    @cached_property
    def json(self) -> str:
        """One line of JSON, the same for equal contacts; ``from_json`` reads it back."""
        return _JSON.encode({**self.create_fields(), **self.attributes})

    @classmethod
    def from_json(cls, text: str) -> "Contact":
        """The contact that ``json`` holds."""
        members: dict[str, Any] = loads(text.encode())
        attributes = {name: members.pop(name) for name in [*members] if "." in name} if _ATTRIBUTES in text else {}
        return cls(**members, attributes=attributes)


class CellRead(NamedTuple):
    """What became of one filled cell.

    ``column`` counts from 0; ``repair`` names what was changed, if anything was. ``after`` is ``None`` where the cell
    was read as empty, and where it is not ``sound``.
    """

    column: int
    before: str
    after: str | None
    repair: str = ""
    sound: bool = True


@dataclass(frozen=True, slots=True)
class Normalized:
    """A row after normalization: a contact to send, or the errors that forbid it, and remarks either way."""

    contact: Contact
    errors: tuple[RowError, ...] = ()
    warnings: tuple[str, ...] = ()
    cells: tuple[CellRead, ...] = ()


class Outcome(NamedTuple):
    """What became of a row. A tuple, for every row makes one, and a frozen dataclass takes five times as long to make.

    ``attempts`` counts the create requests sent; ``http_status`` is the last answer's. ``in_sync`` tells a contact
    that existed and holds all of the row's data from one that holds other data and was left alone. ``flaws`` are the
    places that ``error`` is about.
    """

    status: Status
    contact_id: str | None = None
    error_code: str = ""
    error: str = ""
    hint: str = ""
    http_status: int | None = None
    attempts: int = 0
    in_sync: bool = False
    flaws: tuple[Flaw, ...] = ()


DUE: Final = Outcome(Status.PENDING)
"""Of a row that is to be sent, and of which there is nothing to remark."""


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A row as the ledger keeps it, from staging to report.

    ``contact`` is what was or would be sent; for an invalid row, the cells as they were. ``cells`` are the
    input's own, empty once the row is fine. ``fingerprint`` recognizes the contact in later runs; an invalid row
    has none. ``in_doubt`` means that an earlier run sent this contact and never learned what became of it.
    """

    number: int
    cells: tuple[str, ...]
    contact: Contact
    outcome: Outcome
    fingerprint: bytes | None = None
    in_doubt: bool = False


StagedRow: TypeAlias = tuple[int, str | None, str, bytes]
"""A row that is to be sent and of which there is nothing to remark: number, cells and contact as JSON, fingerprint.

Without its cells in a rehearsal, where nothing can go wrong with it any more. A plain tuple, for a ``NamedTuple`` takes
four times as long to make, and most rows of most files are such.
"""


class Due(NamedTuple):
    """A row that is to be sent, with what sending needs; made for every row, and so a tuple whose contact is not read.

    ``stored`` is the contact's ``json``. ``contact_id`` is that of a contact which an earlier run created and could not
    give its attributes; ``hint`` is what was remarked when the row was staged. For the rest see ``LedgerRow``.
    """

    number: int
    stored: str
    fingerprint: bytes | None = None
    in_doubt: bool = False
    contact_id: str | None = None
    hint: str = ""

    @property
    def contact(self) -> Contact:
        """The contact, read anew each time."""
        return Contact.from_json(self.stored)

    @property
    def has_key(self) -> bool:
        """Whether the contact has a unique field, and so can be searched for."""
        return _KEY.search(self.stored) is not None

    @property
    def has_attributes(self) -> bool:
        """Whether there may be more to send than a create."""
        return _ATTRIBUTES in self.stored

    def create_body(self) -> bytes:
        """The contact's ``create_body`` as JSON: mostly what is stored, but for an inbox id of digits."""
        if _ATTRIBUTES in self.stored:
            return dumps(self.contact.create_body())
        before, name, rest = self.stored.partition('"inbox_id": "')
        inbox_id, _, after = rest.partition('"')
        if inbox_id.isdecimal():
            return f"{before}{name[:-1]}{int(inbox_id)}{after}".encode()
        return self.stored.encode()


Settled: TypeAlias = tuple[Due, Outcome]
"""A row that was due, and what became of it."""


_KEY: Final = re.compile(rf'"(?:{"|".join(KEY_FIELDS)})": "[^"]')  # within a text, quotes are escaped
_ATTRIBUTES: Final = "_attributes."


@dataclass(frozen=True, slots=True)
class Earlier:
    """What earlier runs on this ledger know of a contact; ``status`` is ``SENT`` while nobody knows."""

    status: Status
    contact_id: str | None = None


def option_of(setting: str) -> str:
    """A setting as the command spells it: ``--dry-run``, and ``--inbox`` for ``inbox_id``."""
    return "--inbox" if setting == "inbox_id" else f"--{setting.replace('_', '-')}"
