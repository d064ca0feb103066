"""The options of an import as a form shows them: what each is about, its choices in a sentence each, its default.

Kinds, choices, defaults and bounds come from the settings themselves (``Config``); only the words stand here, for
people who never saw a command line.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Any, Final, Literal, NamedTuple, TypeAlias, Union, get_args, get_origin

from importer.config.settings import Config
from importer.countries import INTERNATIONAL
from importer.library.wording import key_of
from importer.message import Message
from importer.models import UPDATABLE, Json
from importer.reporter.page.field_words import FIELD_WORDS

Kind: TypeAlias = Literal["choice", "flag", "text", "number", "list", "country"]
"""What a form asks with; of a ``list`` any number of the choices. For a ``country`` there are those of
``importer.countries.named_countries`` too."""


class Choice(NamedTuple):
    """A value that an option may have, and what it does."""

    value: str
    meaning: Message


@dataclass(frozen=True, slots=True)
class Option:
    """An option by its ``name``, the keyword of ``import_contacts``.

    ``group`` and ``label`` name it, ``about`` says more. ``default`` is what holds where nothing is given; a number is
    from ``least`` to ``most``, as far as there are bounds.
    """

    name: str
    kind: Kind
    group: Message
    label: Message
    about: Message
    choices: tuple[Choice, ...] = ()
    default: Json = None
    least: float | None = None
    most: float | None = None


class _Words(NamedTuple):
    label: Message
    about: Message
    choices: Mapping[str, Message] = {}


_KEPT: Final[Mapping[str, Message]] = {name: FIELD_WORDS[name] for name in UPDATABLE}

_WORDS: Final[Mapping[Message, Mapping[str, _Words]]] = {
    Message("Where the contacts go"): {
        "inbox": _Words(
            Message("Inbox"), Message("The number of the inbox, in LiveDesk's channel settings: Channel ID.")
        ),
        "country": _Words(
            Message("Country of the phone numbers"),
            Message("Numbers without a country code are read as numbers of this country."),
            {INTERNATIONAL: Message("Digits without + begin with their country code.")},
        ),
    },
    Message("Who is the same person"): {
        "match_by": _Words(
            Message("What tells that two are the same person"),
            Message("It decides for two rows of the file, and for a row and a contact in LiveDesk."),
            {
                "auto": Message("Email, phone number or identifier: one of them is equal, and none differs."),
                "identifier": Message("The identifier alone, whatever else differs."),
                "email": Message("The email alone, whatever else differs."),
                "phone_number": Message("The phone number alone, whatever else differs."),
            },
        ),
        "duplicates": _Words(
            Message("Two rows for one person"),
            Message("One contact comes of them."),
            {
                "first": Message("The first row counts; the others are left aside, and listed."),
                "merge": Message("The first row counts, and what it lacks is taken from the others."),
            },
        ),
        "shared_values": _Words(
            Message("A value that belongs to two people"),
            Message("LiveDesk gives an email, a phone number or an identifier to one contact only."),
            {
                "refuse": Message("The second row is not sent, and is listed for you to correct."),
                "drop": Message("The second row is sent without this value."),
            },
        ),
    },
    Message("Contacts that are there already"): {
        "on_duplicate": _Words(
            Message("What happens to them"),
            Message("Whatever you choose, the import tells what differs."),
            {
                "skip": Message("They stay exactly as they are."),
                "update": Message("What differs is changed to what the file says."),
                "fill": Message("What they lack is filled in from the file; nothing they have is changed."),
                "fail": Message("Their rows are listed as failed."),
            },
        ),
        "keep": _Words(
            Message("Never change these"),
            Message("With updates: a value that the contact has in one of these fields stays."),
            _KEPT,
        ),
        "clear": _Words(
            Message("Empty cells erase these"),
            Message("With updates: where the file's cell is empty, the contact's value is erased."),
            _KEPT,
        ),
        "only_existing": _Words(
            Message("Create nobody"), Message("Rows of people who are not in LiveDesk yet are listed, and not sent.")
        ),
    },
    Message("Cells with mistakes"): {
        "invalid_values": _Words(
            Message("A cell that cannot be right"),
            Message("Such as an address without @, or a phone number that is too short."),
            {
                "refuse": Message("The row is not sent, and is listed for you to correct."),
                "drop": Message("The row is sent without this cell, if it has another email, phone number or id."),
            },
        ),
        "strict": _Words(
            Message("All or nothing"), Message("Nothing is sent as long as a single row needs attention.")
        ),
        "make_identifier": _Words(
            Message("Give an identifier to rows with a name alone"),
            Message("It is made from their data, so that the next import knows them again."),
        ),
    },
    Message("More"): {
        "extra_columns": _Words(
            Message("Columns without a field"),
            Message("Those that are none of LiveDesk's own fields."),
            {
                "ignore": Message("They are not sent."),
                "custom": Message("They are kept as custom attributes, named after their titles."),
            },
        ),
        "stamp": _Words(
            Message("Mark each contact with this import"),
            Message("Four custom attributes say the file, the row, the run and the time."),
        ),
        "canary": _Words(
            Message("Try so many rows first"), Message("The import stops after them and asks before it sends the rest.")
        ),
        "verify": _Words(Message("Read back at the end"), Message("Each contact is compared with what was sent.")),
        "limit": _Words(Message("Only the first rows"), Message("So many rows from the top; empty means all.")),
        "fresh": _Words(
            Message("Look at everybody again"), Message("Rows that an earlier import sent are not skipped.")
        ),
        "concurrency": _Words(
            Message("Requests at the same time"), Message("At most so many; fewer are gentler to the server.")
        ),
        "rate": _Words(
            Message("Requests a second"), Message("At most so many; empty means as many as the server lets through.")
        ),
    },
}


def _options() -> Iterator[Option]:
    for group, members in _WORDS.items():
        for name, words in members.items():
            field = Config.model_fields[key_of(name)]
            kind, values = _kind(name, field.annotation)
            bounds = {side: _bound(field, side) for side in ("ge", "gt", "le")}
            least = bounds["ge"] if bounds["ge"] is not None else bounds["gt"]
            choices = tuple(Choice(value, words.choices[value]) for value in values or words.choices)
            default = [*field.default] if kind == "list" else field.default
            yield Option(name, kind, group, words.label, words.about, choices, default, least, bounds["le"])


def _kind(name: str, annotation: Any) -> tuple[Kind, tuple[str, ...]]:
    """How a form asks for a setting of this type, and its values where they are given."""
    if get_origin(annotation) in (Union, UnionType):
        (annotation,) = (one for one in get_args(annotation) if one is not NoneType)
    if get_origin(annotation) is Literal:
        return "choice", get_args(annotation)
    if get_origin(annotation) is tuple:
        return "list", ()
    kinds: dict[Any, Kind] = {bool: "flag", int: "number", float: "number"}
    return "country" if name == "country" else kinds.get(annotation, "text"), ()


def _bound(field: Any, side: str) -> float | None:
    return next((bound for rule in field.metadata if (bound := getattr(rule, side, None)) is not None), None)


OPTIONS: Final[tuple[Option, ...]] = tuple(_options())
"""What a form asks, in its order; every other option has a default that is right, or a step of its own."""
