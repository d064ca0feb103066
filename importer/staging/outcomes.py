"""What a row of the file ends with before anything is sent: errors, and whom of the file it repeats. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from importer.error_codes import row_error
from importer.ledger.records import Source
from importer.livedesk.contact import Contact
from importer.message import Message
from importer.models import CellError, Outcome, RowError, Status
from importer.remarks import OTHER_NAME
from importer.staging.correcting import LEFT_OUT
from importer.staging.names import can_be_one
from importer.staging.person_index import Match


def invalid(errors: tuple[RowError, ...]) -> Outcome:
    """The outcome of a row with errors: the first one's code, every message, and every hint once; of a row that the
    user leaves out, that."""
    if errors == LEFT_OUT:
        return Outcome(Status.LEFT_OUT)
    return Outcome(
        Status.INVALID,
        error_code=errors[0].code,
        error=tuple(error.message for error in errors),
        hint=tuple(dict.fromkeys(error.hint for error in errors if error.hint)),
        flaws=tuple(
            CellError((error.message,), error.field, error.column, (error.hint,) if error.hint else ())
            for error in errors
            if error.field or error.column is not None
        ),
    )


def shared(value: str, match: Match, source: Source) -> RowError:
    """The error of a row with a unique value of another person in the file."""
    field, where = match.field, source.told(match.number)
    message = Message('{field}: "{value}" belongs to another person, in row {row}', field=field, value=value, row=where)
    return replace(row_error("shared_value", message), field=field)


def sent_without(error: RowError) -> Message:
    """The remark on a row that goes without the value that another person has."""
    return Message("{error}; sent without it", error=error.message, kind="shared_value")


SHARED: Final = Message("shared with another person and left out")
"""The repair of its column."""


def duplicate(match: Match, contact: Contact, source: Source, *, is_merged: bool) -> Outcome:
    """The outcome of a row whose person an earlier row has: ``error`` names that one, ``hint`` what this one adds to
    it, or would add."""
    row, kept = source.told(match.number), source.told(match.kept)
    same = Message("the same person as row {row} ({field})", row=row, field=match.field)
    if match.kept != match.number:
        same = Message("{same}, itself a duplicate of row {kept}", same=same, kept=kept)
    added = quoted(match.added)
    hint = Message("added {fields}", fields=added) if is_merged else Message("would have added {fields}", fields=added)
    hints = (*((hint,) if added else ()), *_left_out(match, contact, kept), *_named_otherwise(match, contact.name))
    return Outcome(Status.DUPLICATE, error_code="duplicate", error=(same,), hint=hints)


def _left_out(match: Match, contact: Contact, kept: Message | int) -> Iterator[Message]:
    """The keys of a duplicate that the person has otherwise: the field that decides is the same."""
    whole = match.whole.keys()
    if others := {name: value for name, value in contact.keys().items() if whole.get(name, value) != value}:
        yield Message("left out, for row {row} has another: {fields}", row=kept, fields=quoted(others))


def _named_otherwise(match: Match, name: str | None) -> Iterator[Message]:
    """A hint that a duplicate's name is hardly that of the person who is kept."""
    if name and match.known_as:
        yield from named_otherwise(name, match.known_as)


def named_otherwise(name: str, kept: str) -> Iterator[Message]:
    """The hint of a duplicate whose name and that of the person who is kept are hardly one person's."""
    if not can_be_one(name, kept):
        yield Message(
            'its name is "{name}", and not "{kept}": perhaps another person, who is not sent',
            name=name,
            kept=kept,
            kind=OTHER_NAME,
        )


def quoted(fields: Mapping[str, str]) -> list[str]:
    """``name "Kim"``, ``phone_number "+8613800138000"``."""
    return [f'{name} "{value}"' for name, value in fields.items()]
