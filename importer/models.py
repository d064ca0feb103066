"""The words of the program: rows, contacts, errors and outcomes, as frozen data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal, NamedTuple, TypeAlias

from importer.message import Message, Messages

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

Columns: TypeAlias = Sequence[Sequence[str]]
"""Rows of text, column by column."""

ValueType: TypeAlias = Literal["text", "number", "boolean"]
"""What an attribute's cells are read as."""

OnDuplicate: TypeAlias = Literal["skip", "update", "fill", "fail"]
MatchBy: TypeAlias = Literal["auto", "identifier", "email", "phone_number"]
FieldRule: TypeAlias = Literal["overwrite", "keep"]
Duplicates: TypeAlias = Literal["first", "merge"]
SharedValues: TypeAlias = Literal["refuse", "drop"]
InvalidValues: TypeAlias = Literal["refuse", "drop"]
Mode: TypeAlias = Literal["import", "dry run", "sandbox", "plan", "verify", "undo"]

REHEARSALS: Final[frozenset[Mode]] = frozenset({"dry run", "sandbox"})
"""Modes of runs whose ledger is thrown away, and of which nothing is in LiveDesk."""

LOOK_BACKS: Final[frozenset[Mode]] = frozenset({"verify", "undo"})
"""Modes of runs that look back at an import."""

ATTRIBUTE_PREFIXES: Final = ("additional_attributes.", "custom_attributes.")
"""Fields of the API page "update-contact": they reach a contact by a PATCH after its create."""

UPDATABLE: Final = ("name", "email", "phone_number", "identifier")
"""The fields, beside attributes, that an update can change and an answer shows (API page "update-contact")."""

NAME_PARTS: Final = ("first_name", "middle_name", "last_name", "second_last_name")
"""Fields of a column that are joined to ``name``; of two family names, as in Spanish, the last is the mother's."""

NAMES: Final = ("name", *NAME_PARTS)
"""The fields that say what somebody is called."""

REACH: Final = ("email", "phone_number")
"""The fields by which somebody is reached."""

WHO: Final = "who"
"""The field of an error about all fields that tell who somebody is, since all are empty."""


class Status(StrEnum):
    """What became of a row. The first two live in the ledger while a run works; the last groups are those of a plan, of
    a verification and of an undo. The reference in ``docs/`` takes the meaning of each from below it."""

    PENDING = "pending"
    SENT = "sent"
    CREATED = "created"
    """the server gave an id, or a search proved it after a lost answer"""
    UPDATED = "updated"
    """it existed and was changed (`--on-duplicate update` or `fill`); the hint says what, old and new"""
    EXISTS = "exists"
    """it existed and was left alone; `contact_id` is the existing one"""
    UNCHANGED = "unchanged"
    """an earlier run on this ledger imported the same data; nothing was sent"""
    DUPLICATE = "duplicate"
    """an earlier row of the file is the same person; `hint` says what this one would have added"""
    INVALID = "invalid"
    """refused before sending: correct the row"""
    FAILED = "failed"
    """refused by the server, or every attempt failed without a doubt"""
    UNKNOWN = "unknown"
    """sent, no answer, and it could not be found out whether it exists; never sent again blindly"""
    NOT_SENT = "not_sent"
    """the run stopped first"""
    NOT_FOUND = "not_found"
    """`--only-existing`, and nobody on the server is that person"""
    LEFT_OUT = "left_out"
    """the user left the row out, on the screen or with `corrections`; nothing was sent"""
    VALID = "valid"
    """dry run: it would be sent"""

    CREATE = "create"
    """a plan: an import would create the contact, with these values"""
    UPDATE = "update"
    """a plan: an import would change these fields of an existing contact"""
    SAME = "same"
    """a plan: nothing would be sent; a verification: the contact is as it was sent"""
    CONFLICT = "conflict"
    """a plan: an import would fail the row (`taken`, `ambiguous`, `exists`) or find nobody (`not_found`), or the search
    for it was not answered"""

    DIFFERENT = "different"
    """a verification: the contact holds other data than was sent"""
    MISSING = "missing"
    """a verification: the contact is not there any more"""

    UNDONE = "undone"
    """an undo: as it was before the run"""
    KEPT = "kept"
    """an undo: left as it is, with the reason"""


FINE: Final = {
    *(Status.CREATED, Status.UPDATED, Status.EXISTS, Status.UNCHANGED, Status.DUPLICATE, Status.VALID),
    *(Status.LEFT_OUT, Status.CREATE, Status.UPDATE, Status.SAME, Status.UNDONE),
}
"""The statuses that need nobody's attention: a run of these alone exits with 0."""

SETTLED_BY_SENDING: Final = (
    *(Status.CREATED, Status.UPDATED, Status.EXISTS, Status.FAILED, Status.UNKNOWN, Status.NOT_FOUND, Status.SENT),
)
"""The statuses of rows that were sent, or looked up."""

YET_TO_SEND: Final = frozenset({Status.PENDING, Status.SENT, Status.NOT_SENT})
"""The statuses of rows that an import which goes on has yet to settle."""

NOWHERE: Final = (Status.INVALID, Status.DUPLICATE, Status.LEFT_OUT, Status.NOT_SENT, Status.NOT_FOUND)
"""The statuses of rows that went to no inbox."""


@dataclass(frozen=True, slots=True)
class UpdateRule:
    """Which values of an existing contact an update may replace. An empty one it may always fill.

    ``fields`` maps a field, or all of a group (``custom_attributes.*``), to what is done with it; ``default`` is for
    the others. ``only`` are the fields that a plan lets an update write, where there is one.
    """

    default: FieldRule = "overwrite"
    fields: Mapping[str, FieldRule] = field(default_factory=dict)
    only: frozenset[str] | None = None

    def keeps(self, name: str) -> bool:
        """Whether a value that the contact has in this field stays."""
        group = f"{name.partition('.')[0]}.*"
        return self.fields.get(name, self.fields.get(group, self.default)) == "keep"

    def may_write(self, name: str) -> bool:
        """Whether an update may write this field at all."""
        return self.only is None or name in self.only


OVERWRITE: Final = UpdateRule()


class Row(NamedTuple):
    """One data row of the input; a tuple, for a frozen dataclass takes three times as long to make.

    ``number`` is the row number that a spreadsheet program shows (CSV: the record's number in the file, the
    first being 1). ``cells`` are text, in the order of the titles, at least as many as there are titles.
    """

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RowError:
    """One reason why a row cannot be sent: a stable ``code``, what is wrong where, and what to do.

    ``field`` and ``column`` (from 0) say where, as far as it is one place.
    """

    code: str
    message: Message
    hint: Message | None = None
    field: str = ""
    column: int | None = None


class CellError(NamedTuple):
    """A place of a row that an error is about, for whoever corrects it.

    ``column`` counts from 0; where it is ``None``, any column of ``field`` may be meant. ``hint`` is what to do there.
    """

    messages: Messages
    field: str = ""
    column: int | None = None
    hint: Messages = ()


class Holding(NamedTuple):
    """A contact that holds the value of one of its fields, which another row wants."""

    contact_id: str
    field: str


class Conflict(NamedTuple):
    """Why a row is not sent: other contacts' ``holdings``. ``person`` is the row's own contact, empty if it has none or
    nobody can tell."""

    person: str
    holdings: tuple[Holding, ...]


class WrongId(NamedTuple):
    """An earlier run gave the contact of ``fingerprint`` the id of somebody else: its own can have been stored from
    ``since`` to ``until``, in epoch seconds."""

    contact_id: str
    fingerprint: bytes
    since: float
    until: float


class Outcome(NamedTuple):
    """What became of a row. A tuple, for every row makes one, and a frozen dataclass takes five times as long to make.

    ``attempts`` counts the create requests sent; ``http_status`` is the last answer's. ``in_sync`` tells a contact
    that existed, or was updated, and holds all of the row's data from one that holds other data. ``flaws`` are
    the places that ``error`` is about. ``by_search`` says that a search named the contact, and no answer to the row.
    ``unwritten`` are the fields whose change was noted before it left, and certainly did not happen.
    ``conflict`` is set if other contacts hold the row's values (``taken``). ``is_doubted`` says of a row that failed or
    is not sent that a request of it was in doubt: the next run searches for it before it sends it; in an undo of any
    row. ``wrong_ids`` are
    those to whom an earlier run gave an id that a search for this row shows to be somebody else's. ``was`` has the
    fingerprints of what the row's contact was sent as by earlier runs that never learned its id.
    """

    status: Status
    contact_id: str | None = None
    error_code: str = ""
    error: Messages = ()
    hint: Messages = ()
    http_status: int | None = None
    attempts: int = 0
    in_sync: bool = False
    flaws: tuple[CellError, ...] = ()
    by_search: bool = False
    unwritten: tuple[str, ...] = ()
    conflict: Conflict | None = None
    is_doubted: bool = False
    wrong_ids: tuple[WrongId, ...] = ()
    was: tuple[bytes, ...] = ()


DUE: Final = Outcome(Status.PENDING)
"""The outcome of a row that is to be sent, and of which there is nothing to remark."""


def option_of(setting: str) -> str:
    """A setting as the command spells it: ``--dry-run``, and ``--inbox`` for ``inbox_id``."""
    return "--inbox" if setting == "inbox_id" else f"--{setting.replace('_', '-')}"
