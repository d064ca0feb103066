"""Restores what an update changed, field by field, as far as nobody has changed it since."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from importer.error_codes import ERROR_CODES
from importer.ledger.group_commit import GroupCommit
from importer.ledger.records import Change, Due
from importer.livedesk.contact import value_text
from importer.livedesk.payload import other_fields, same_value, value_before, valued
from importer.livedesk.responses import Found, updated
from importer.livedesk.retry import AGAIN, Action, Answer, Decision
from importer.message import Message
from importer.models import Json, Outcome, Status
from importer.sender.read_back import ReadBack, read_back
from importer.sender.session import Session
from importer.sender.updates import Updates


class Judged(NamedTuple):
    """The changes of an update: those to ``restore``, those that are as ``before`` already, and those that somebody
    has changed since, which are ``kept``."""

    restore: tuple[Change, ...]
    before: tuple[Change, ...]
    kept: tuple[Change, ...]


def judge(changes: Sequence[Change], found: Found) -> Judged:
    """Hold what an update wrote against the contact as it is now; whatever is neither is somebody else's."""
    judged: dict[str, list[Change]] = {"restore": [], "before": [], "kept": []}
    for change in changes:
        now = value_before(found, change.field)
        is_ours = same_value(change.field, now, change.after)
        is_before = same_value(change.field, now, change.before)
        judged["restore" if is_ours else "before" if is_before else "kept"].append(change)
    return Judged(*map(tuple, judged.values()))


class Restorer:
    """Restores contacts; notes each change in the ledger before its request leaves, unless it ``only_looks``."""

    def __init__(self, session: Session, group_commit: GroupCommit, settle_s: float, *, only_looks: bool) -> None:
        self._session = session
        self._group_commit = group_commit
        self._settle_s = settle_s
        self._only_looks = only_looks
        self._has_waited = False

    async def settle(self, row: Due, changes: Sequence[Change], *, again: bool) -> Outcome | None:
        """The outcome of one row; ``None`` if its contact is not found, which a look ``again`` may still find."""
        read = await read_back(row, self._session, again=again)  # the key that told who it is has not changed
        if not read.is_answered:
            return unread(row)
        if read.found is None:
            return gone(row, read) if again else None
        judged = judge(changes, read.found)
        if self._only_looks:
            return _outcome(row, judged, read.found)
        noted = [
            change._replace(before=value_before(read.found, change.field), after=change.before)
            for change in (*judged.restore, *judged.before)
        ]
        if judged.restore and self._session.request_policy.stopping:
            return self._session.request_policy.not_sent()
        if noted:
            await self._group_commit.changing(row, noted)
        if judged.restore and (failure := await self._send(row, read.found, judged.restore)) is not None:
            return failure
        return _outcome(row, judged, read.found)

    async def _send(self, row: Due, found: Found, changes: Sequence[Change]) -> Outcome | None:
        """Restore the values of these changes; the outcome if that failed."""
        values = {change.field: change.before for change in changes}
        refused = self._session.clearing.refused(name for name, value in values.items() if value is None)
        wanted = {name: value for name, value in values.items() if name not in refused}
        await self._group_commit.sent(row)
        lacking = refused
        if wanted:
            updates = Updates(row, self._session, lambda _: None)
            answer = await updates.send(found.id, valued(wanted), found)
            if answer.decision.verdict is not Action.DONE:
                undone = () if updates.may_be_stored else tuple(values)
                return self._refused(row, answer)._replace(unwritten=undone)
            if lost := updates.wiped:
                return _failed(row, "not_restored", Message("contact {id} has lost {fields}", id=found.id, fields=lost))
            lacking += await self._lacking(row, wanted, updated(answer.reply.body))
        if not lacking:
            return None
        error = Message("the server keeps another value in {fields}, whatever an update says", fields=lacking)
        return _failed(row, "not_restored", error)._replace(unwritten=lacking)

    def _refused(self, row: Due, answer: Answer) -> Outcome:
        decision, policy = answer.decision, self._session.request_policy
        if policy.stopping and decision.verdict is not Action.DOUBT:
            return policy.not_sent()
        if decision.verdict is Action.NOT_FOUND:
            return gone(row, ReadBack(is_answered=True))
        return unsettled(row, "not_restored", decision)

    async def _lacking(self, row: Due, values: Mapping[str, Json], seen: Found | None) -> tuple[str, ...]:
        """The fields that are not as restored: by the answer (``seen``), or by a search where it does not say.

        That a field is empty an answer may only pretend: the first of each in a session is read back.
        """
        clearing = self._session.clearing
        emptied = clearing.unproved(name for name, value in values.items() if value is None)
        lacking = other_fields(values, seen) if seen is not None else tuple(values)
        if not (lacking or emptied):
            return ()
        lacking = await self._read(row, values)
        if lacking and not self._has_waited:  # a search may be late
            self._has_waited = True
            await self._session.stop.sleep(self._settle_s)
            lacking = await self._read(row, values)
        clearing.learn((name for name in emptied if name not in lacking), is_empty=True)
        clearing.learn((name for name in emptied if name in lacking), is_empty=False)
        return lacking

    async def _read(self, row: Due, values: Mapping[str, Json]) -> tuple[str, ...]:
        found = (await read_back(row, self._session, again=True)).found
        return tuple(values) if found is None else other_fields(values, found)


def _outcome(row: Due, judged: Judged, found: Found) -> Outcome:
    """Undone, or kept where somebody has changed a field since; the others are restored all the same."""
    if not judged.kept:
        return Outcome(Status.UNDONE, row.contact_id)
    error = tuple(
        Message(
            '{field}: "{found}" is there, and the run wrote "{sent}"',
            field=change.field,
            found=value_text(value_before(found, change.field)),
            sent=value_text(change.after),
        )
        for change in judged.kept
    )
    return kept(row, "changed_since", *error)


def kept(row: Due, code: str, *error: Message) -> Outcome:
    """The outcome of a contact that is left as it is, with the advice of the code."""
    meaning, hint = ERROR_CODES[code]
    return Outcome(Status.KEPT, row.contact_id, code, error or (meaning,), (hint,))


def unread(row: Due) -> Outcome:
    """The outcome of a contact whose search was not answered."""
    return _failed(row, "unverified", ERROR_CODES["unverified"].meaning)


def unsettled(row: Due, code: str, decision: Decision) -> Outcome:
    """The outcome of a request that was refused (``code``), or whose answers were all lost (the code of the cause)."""
    return _failed(row, code if decision.verdict not in AGAIN else decision.code, decision.cause)


def _failed(row: Due, code: str, error: Message) -> Outcome:
    return Outcome(Status.FAILED, row.contact_id, code, (error,), (ERROR_CODES[code].hint,))


def gone(row: Due, read: ReadBack) -> Outcome:
    """The outcome of a contact that is not there any more."""
    if not read.holders:
        return kept(row, "gone")
    return kept(
        row, "gone", Message("contact {id} is gone; {others} holds its values", id=row.contact_id, others=read.holders)
    )
