"""Rows and runs as they stand in the ledger's tables."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields
from itertools import chain, islice
from typing import Any, Final, TypeAlias

from importer.ledger.records import Due, LedgerRow
from importer.ledger.run import Measures, Run
from importer.livedesk.contact import CREATE_FIELDS, Contact
from importer.message import Message, Messages, as_parts, message_from, messages_from, sentence, stored
from importer.models import DUE, CellError, Columns, Outcome, Status
from importer.normalizer.repairs import Repairs
from importer.runtime import dumps_texts, loads

ROW_COLUMNS: Final = (
    "number",
    "cells",
    "contact",
    "fingerprint",
    "in_doubt",
    "status",
    "contact_id",
    "error_code",
    "error",
    "hint",
    "http_status",
    "attempts",
    "flaws",
)
"""The columns of a row beside its run, in the order of the functions below."""

DUE_COLUMNS: Final = ("number", "contact", "fingerprint", "in_doubt", "contact_id", "hint")
"""Those of them that are the members of ``Due``."""

SETTLED_COLUMNS: Final = ("status", "contact_id", "error_code", "error", "hint", "http_status", "attempts", "flaws")
"""Those of them that an outcome writes."""

TOLD_COLUMNS: Final = (
    *("number || ''", "status", "ifnull(contact_id, '')", "error_code", "error", "hint"),
    *("ifnull(http_status, '') || ''", "attempts || ''", "contact"),
)
"""What a line of results is made of, as text; its row number comes first."""

_SAID: Final = (TOLD_COLUMNS.index("error"), TOLD_COLUMNS.index("hint"))

_AT_ONCE: Final = 50  # SQLite had a bound of 999 parameters before 3.32

Page: TypeAlias = list[tuple[Any, ...]]
"""Rows as SQLite gives them."""


def in_groups(rows: Iterable[tuple[object, ...]]) -> Iterator[tuple[int, tuple[object, ...]]]:
    """Rows for statements that write many: of each how many rows, and their values one after the other.

    One by one, rows take a third longer.
    """
    left = iter(rows)
    while group := list(islice(left, _AT_ONCE)):
        yield len(group), tuple(chain.from_iterable(group))


def row_values(row: LedgerRow) -> tuple[object, ...]:
    """A row as the values of ``ROW_COLUMNS``."""
    return (
        row.number,
        dumps_texts(row.cells),
        row.contact.json,
        row.fingerprint,
        int(row.in_doubt),
        *outcome_values(row.outcome),
    )


def outcome_values(outcome: Outcome) -> tuple[object, ...]:
    """An outcome as the values of ``SETTLED_COLUMNS``."""
    return (
        outcome.status,
        outcome.contact_id,
        outcome.error_code,
        stored(outcome.error),
        stored(outcome.hint),
        outcome.http_status,
        outcome.attempts,
        json.dumps(outcome.flaws, ensure_ascii=False, default=as_parts) if outcome.flaws else None,
    )


def row_from(values: tuple[Any, ...]) -> LedgerRow:
    """The row that the values of ``ROW_COLUMNS`` hold."""
    number, cells, contact, fingerprint, in_doubt, *told, flaws = values
    outcome = DUE if told == _AS_DUE else _outcome(*told)
    return LedgerRow(
        number,
        tuple(loads(cells.encode())) if cells else (),
        Contact.from_json(contact),
        outcome._replace(flaws=tuple(_flaw(*flaw) for flaw in json.loads(flaws))) if flaws else outcome,
        fingerprint,
        bool(in_doubt),
    )


def _outcome(status: str, contact_id: str | None, code: str, error: str, hint: str, *numbers: Any) -> Outcome:
    return Outcome(Status(status), contact_id, code, messages_from(error), messages_from(hint), *numbers)


def _flaw(told: Any, field: str = "", column: int | None = None, hint: Any = ()) -> CellError:
    return CellError(_messages(told), field, column, _messages(hint))


def _messages(parts: Any) -> Messages:
    """Messages of JSON; those of an older ledger are a text."""
    if isinstance(parts, str):
        return messages_from(parts)
    return tuple(filter(None, map(message_from, parts)))


def rows_from(page: Page) -> list[LedgerRow]:
    """The rows of a page of ``ROW_COLUMNS``."""
    return [row_from(values) for values in page]


def due_from(page: Page) -> list[Due]:
    """The rows of a page of ``DUE_COLUMNS``."""
    return list(map(Due._make, page))


def results_from(page: Page) -> Columns:
    """A page of ``TOLD_COLUMNS`` as columns: those before the contact, then a contact's ``CREATE_FIELDS``.

    What there is to say is in English.

    Raises ``ValueError`` for what is not a contact a row.
    """
    *columns, contacts = zip(*page, strict=True)
    # All contacts of a page as one text: 1.1 µs for each, which by itself takes 1.5 to read (without orjson 1.4, 2.8).
    found = loads(f"[{','.join(contacts)}]".encode())
    if len(found) != len(page):
        raise ValueError("another number of contacts than of rows")
    told = [_told(cells) if place in _SAID and any(cells) else cells for place, cells in enumerate(columns)]
    return [*told, *([contact.get(field, "") for contact in found] for field in CREATE_FIELDS)]


def _told(cells: Sequence[str]) -> Sequence[str]:
    return [cell and sentence(messages_from(cell)) for cell in cells]


_AS_DUE: Final = [*outcome_values(DUE)[:-1]]


def run_record(run: Run) -> str:
    """A run as one line of JSON."""
    return json.dumps(_members(run), ensure_ascii=False, default=_members)


def _members(part: Any) -> object:
    """What JSON has of a record or a part of it."""
    if isinstance(part, Message):
        return part.parts()
    return {each.name: getattr(part, each.name) for each in fields(part)}


def run_from(record: str) -> Run:
    """The run that ``record`` holds; members that it lacks have their defaults, and those of later versions go."""
    known = {member.name for member in fields(Run)}
    members = {name: value for name, value in json.loads(record).items() if name in known}
    made = {name: make(members[name]) for name, make in _MEMBERS.items() if name in members}
    return Run(**{**members, **made})


def _measures(members: dict[str, Any]) -> Measures:
    pairs = {name: tuple(map(tuple, members[name])) for name in ("pauses", "latencies")}
    return Measures(members["lasted_s"], members["span_s"], tuple(members["settled"]), **pairs)


def _message(parts: Any) -> Message | None:
    """A message of a record; of an older one it is a text, which may be empty."""
    return (Message(parts) if parts else None) if isinstance(parts, str) else message_from(parts)


_MEMBERS: Final[dict[str, Callable[[Any], object]]] = {
    # What JSON has as lists and objects.
    "titles": tuple,
    "arguments": tuple,
    "widths": tuple,
    "repairs": lambda repairs: tuple(Repairs(**{**repair, "kind": _message(repair["kind"])}) for repair in repairs),
    "stopped": _message,
    "measures": _measures,
}
