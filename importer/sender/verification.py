"""Verifies one row: whether the server still holds what a run sent."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from importer.error_codes import ended
from importer.ledger.records import Change, Doubt, Due, RowKey
from importer.livedesk.contact import STAMPS, value_text
from importer.livedesk.payload import changes_of, other_fields, value_before, written_values
from importer.livedesk.responses import Found
from importer.message import Message
from importer.models import OVERWRITE, Json, Outcome, Status, UpdateRule
from importer.sender.lookup import UNANSWERED, UNSEARCHABLE, Looked, find
from importer.sender.read_back import ReadBack, read_back, read_from
from importer.sender.session import Session

SAME = Outcome(Status.SAME)


class Verified(NamedTuple):
    """The outcome of a row, ``None`` if its contact is not found yet; and what differs: found ``before``, sent
    ``after``."""

    outcome: Outcome | None
    differences: tuple[Change, ...] = ()


class Listed(NamedTuple):
    """The account's list: ``get`` gives the contact of an id; one that is whole shows everybody."""

    get: Callable[[str], Found | None]
    is_whole: bool


class Verifier:
    """Reads rows back. ``rule`` is the run's for contacts that were there before, ``written`` tells what a row's update
    wrote: a value that the rule kept is not compared. Where the account's list is there, few rows are searched for."""

    def __init__(
        self,
        session: Session,
        rule: UpdateRule,
        written: Callable[[RowKey], Sequence[Change]],
        listed: Listed | None = None,
    ) -> None:
        self._session = session
        self._rule = rule
        self._written = written
        self._listed = listed

    async def look(self, row: Due, *, again: bool) -> Verified:
        """Verify one row; a search may not show yet who is new, so only the look ``again`` says that one is missing."""
        if not row.contact.has_key:
            return Verified(_ended(row, Status.UNKNOWN, "unverified", UNSEARCHABLE))
        read = await (read_back(row, self._session, again=True) if again else self._first(row))
        return self.judge(row, read, again=again)

    async def _first(self, row: Due) -> ReadBack:
        """A look at the list, or one that may be shared with others, where the server can do that."""
        if self._listed is not None:
            found = self._listed.get(row.contact_id or "")
            if found is not None or self._listed.is_whole:
                return ReadBack(is_answered=True, found=found)

        def suffices(looked: Looked) -> bool:
            found = read_from(row, looked).found
            return found is not None and not self.differences(row, found)

        doubted = row._replace(doubt=Doubt(claimed=row.contact_id))
        return read_from(row, await find(doubted, self._session, suffices))

    def judge(self, row: Due, read: ReadBack, *, again: bool) -> Verified:
        """What a search says of a row."""
        if not read.is_answered:
            return Verified(_ended(row, Status.UNKNOWN, "unverified", UNANSWERED))
        if read.found is None:
            return Verified(_missing(row, read) if again else None)
        differences = self.differences(row, read.found)
        if not differences:
            return Verified(SAME._replace(contact_id=row.contact_id))
        error = (
            Message('{field}: "{sent}" was sent, "{found}" is there', field=one.field, **_texts(one))
            for one in differences
        )
        return Verified(_ended(row, Status.DIFFERENT, "different", *error), differences)

    def differences(self, row: Due, found: Found) -> tuple[Change, ...]:
        """The fields of a row that the server holds with another value than was sent."""
        rule = OVERWRITE if row.known_id is None else self._rule
        changes = changes_of(row.contact, found.contact, rule)
        wanted: dict[str, Json] = {change.field: change.after for change in self._written(row.key)}
        wanted |= written_values(changes)
        return tuple(
            Change(found.id, name, value_before(found, name), wanted[name])
            for name in other_fields(wanted, found)
            if name not in STAMPS
        )


def _texts(change: Change) -> dict[str, str]:
    return {"sent": value_text(change.after), "found": value_text(change.before)}


def _ended(row: Due, status: Status, code: str, *error: Message) -> Outcome:
    return ended(status, code, *error, contact_id=row.contact_id)


def _missing(row: Due, read: ReadBack) -> Outcome:
    error = Message("contact {id} is not there", id=row.contact_id)
    if read.holders:
        error = Message("contact {id} is not there; {others} holds its values", id=row.contact_id, others=read.holders)
    return _ended(row, Status.MISSING, "missing", error)
