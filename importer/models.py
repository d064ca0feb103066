"""The words of the program: rows, contacts, errors and outcomes, as frozen data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypeAlias

Json: TypeAlias = "None | bool | int | float | str | list[Json] | dict[str, Json]"

CREATE_FIELDS: Final = ("inbox_id", "name", "email", "phone_number", "identifier", "avatar_url")
"""The body fields that the API page "create-contact" documents; nothing else goes into a create."""

NAME_PARTS: Final = ("first_name", "last_name")
"""Fields of a column that are joined to ``name``."""

ATTRIBUTE_PREFIXES: Final = ("additional_attributes.", "custom_attributes.")
"""Fields of the API page "update-contact": they reach a contact by a PATCH after its create."""

KEY_FIELDS: Final = ("identifier", "email", "phone_number")
"""The fields that are unique in an account, in the order in which they are searched for."""


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


@dataclass(frozen=True, slots=True)
class Row:
    """One data row of the input.

    ``number`` is the row number that a spreadsheet program shows (CSV: the record's number in the file, the
    first being 1). ``cells`` are text, in the order of the titles, at least as many as there are titles.
    """

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RowError:
    """One reason why a row cannot be sent: a stable ``code``, what is wrong where, and what to do."""

    code: str
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """A person as LiveDesk will store them. ``None`` is a field without a value.

    ``attributes`` maps dotted fields (``additional_attributes.city``) to text.
    """

    name: str | None = None
    email: str | None = None
    phone_number: str | None = None
    identifier: str | None = None
    avatar_url: str | None = None
    inbox_id: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)

    def value(self, field_name: str) -> str | None:
        """The value of one of ``CREATE_FIELDS``."""
        return dict(zip(CREATE_FIELDS, self._values(), strict=True))[field_name]

    def keys(self) -> dict[str, str]:
        """The unique fields that have a value, comparable: an email is folded, for the API ignores its case."""
        found = {name: self.value(name) for name in KEY_FIELDS}
        return {
            name: value.casefold() if name == "email" else value
            for name, value in found.items()
            if value is not None
        }

    def create_body(self) -> dict[str, Json]:
        """The body of ``POST /contacts``; empty fields are left out, an inbox id of digits is a number."""
        pairs = zip(CREATE_FIELDS, self._values(), strict=True)
        body: dict[str, Json] = {name: value for name, value in pairs if value is not None}
        if self.inbox_id is not None and self.inbox_id.isdecimal():
            body["inbox_id"] = int(self.inbox_id)
        return body

    def attributes_body(self) -> dict[str, Json]:
        """The body of the ``PATCH`` that follows the create: ``{"additional_attributes": {...}, ...}``."""
        body: dict[str, Json] = {}
        for dotted, value in self.attributes.items():
            group, _, key = dotted.partition(".")
            members = body.setdefault(group, {})
            if isinstance(members, dict):
                members[key] = value
        return body

    def _values(self) -> tuple[str | None, ...]:
        return (self.inbox_id, self.name, self.email, self.phone_number, self.identifier, self.avatar_url)


@dataclass(frozen=True, slots=True)
class Normalized:
    """A row after normalization: a contact to send, or the errors that forbid it, and remarks either way."""

    contact: Contact
    errors: tuple[RowError, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a row. ``attempts`` counts the create requests sent; ``http_status`` is the last answer's."""

    status: Status
    contact_id: str | None = None
    error_code: str = ""
    error: str = ""
    hint: str = ""
    http_status: int | None = None
    attempts: int = 0
