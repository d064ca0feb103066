"""Restores what an update changed, field by field, as far as nobody has changed it since."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from importer.error_codes import ended
from importer.ledger.group_commit import GroupCommit
from importer.ledger.records import Change, Due, RowKey
from importer.livedesk.contact import KEY_FIELDS, value_text
from importer.livedesk.payload import other_fields, same_value, shows_no_key, value_before, valued, with_value
from importer.livedesk.responses import Found, updated
from importer.livedesk.retry import AGAIN, Action, Answer, Decision
from importer.message import Message
from importer.models import Conflict, Holding, Json, Outcome, Status
from importer.sender.lookup import look_up
from importer.sender.read_back import NOT_SHOWN, ReadBack, read_back
from importer.sender.session import Session
from importer.sender.updates import Updates


class Judged(NamedTuple):
    """The changes of an update: those to ``restore``, those that are as ``before`` already, those that somebody has
    changed since, which are ``kept``, and those whose fields the server does not show (``hidden``)."""

    restore: tuple[Change, ...]
    before: tuple[Change, ...]
    kept: tuple[Change, ...]
    hidden: tuple[Change, ...] = ()


def judge(changes: Sequence[Change], found: Found) -> Judged:
    """Hold what an update wrote against the contact as it is now; whatever is neither is somebody else's."""
    judged: dict[str, list[Change]] = {"restore": [], "before": [], "kept": [], "hidden": []}
    for change in changes:
        if not found.shows(change.field):
            judged["hidden"].append(change)
            continue
        now = value_before(found, change.field)
        is_ours = same_value(change.field, now, change.after)
        is_before = same_value(change.field, now, change.before)
        judged["restore" if is_ours else "before" if is_before else "kept"].append(change)
    return Judged(*map(tuple, judged.values()))


class Failure(NamedTuple):
    """A field that did not come back, and why; ``may_be_written`` if its answers were lost, ``holders`` the other
    contacts that have its value now."""

    field: str
    code: str
    why: Message
    may_be_written: bool = False
    holders: tuple[str, ...] = ()


class Restorer:
    """Restores contacts; notes each change in the ledger before its request leaves, and sends none if it
    ``only_looks``. ``wait_s`` is as in ``Looks``: until then a value from before may be what a late search shows, or
    what the update has not reached yet."""

    def __init__(
        self,
        session: Session,
        group_commit: GroupCommit,
        settle_s: float,
        wait_s: Callable[[], float],
        *,
        only_looks: bool,
    ) -> None:
        self._session = session
        self._group_commit = group_commit
        self._settle_s = settle_s
        self._wait_s = wait_s
        self._only_looks = only_looks
        self._has_waited = False
        self._doubted = set[RowKey]()

    async def settle(self, row: Due, changes: Sequence[Change], *, again: bool) -> Outcome | None:
        """The outcome of one row; ``None`` if its contact is not found, seems to be as before, or may still be changed
        by an earlier run: a look ``again`` tells for certain."""
        read = await read_back(row, self._session, again=again)  # the key that told who it is has not changed
        if not read.is_answered:
            return unread(row)
        if read.found is None:
            return gone(row, read) if again else None
        if shows_no_key(read.found):
            return kept(row, "untold", NOT_SHOWN)
        judged = judge(changes, read.found)
        if not again and self._session.earlier.wait_s([read.found]):
            return None
        if judged.before and not again and self._wait_s() > 0:
            return None
        is_to_send = bool(judged.restore) and not self._only_looks
        if is_to_send and self._session.request_policy.stopping:
            return self._session.request_policy.not_sent()
        if noted := _noted(judged, read.found):
            await self._group_commit.changing(row, noted)
        failed = await self._send(row, read.found, judged.restore) if is_to_send else ()
        outcome = failed if isinstance(failed, Outcome) else _outcome(row, judged, read.found, failed)
        return outcome._replace(is_doubted=row.key in self._doubted)

    async def _send(self, row: Due, found: Found, changes: Sequence[Change]) -> Outcome | Sequence[Failure]:
        """Restore the values of these changes; the fields in which that failed, or the outcome of the whole row."""
        values = {change.field: change.before for change in changes}
        refused = self._session.clearing.refused(name for name, value in values.items() if value is None)
        wanted = {name: value for name, value in values.items() if name not in refused}
        await self._group_commit.sent(row)
        result = await self._update(row, found, wanted) if wanted else ()
        if isinstance(result, Outcome):
            return result._replace(unwritten=(*result.unwritten, *refused))
        return [*(_not_kept(name) for name in refused), *result]

    async def _update(
        self, row: Due, found: Found, values: Mapping[str, Json], *, is_repeated: bool = False
    ) -> Outcome | Sequence[Failure]:
        """Send these values in one request; where it is refused, each alone: only some may be at fault."""
        updates = Updates(row, self._session, lambda _: None)
        answer = await updates.send(found.id, valued(values), found)
        if updates.may_be_stored:
            self._doubted.add(row.key)
        if answer.decision.action is not Action.DONE:
            if answer.decision.action is Action.REFUSED and not updates.may_be_stored:
                if len(values) > 1:
                    return await self._one_by_one(row, found, values)
                others = await self._others(row, values)
                if others:
                    return [_held(values, others)]
                if others is not None and not is_repeated:  # another row of this undo has just given it up
                    return await self._update(row, found, values, is_repeated=True)
            return await self._unsettled(row, values, answer, may_be_written=updates.may_be_stored)
        if lost := updates.wiped:
            return _failed(row, "not_restored", Message("contact {id} has lost {fields}", id=found.id, fields=lost))
        return [_not_kept(name) for name in await self._lacking(row, values, updated(answer.reply.body))]

    async def _one_by_one(self, row: Due, found: Found, values: Mapping[str, Json]) -> Outcome | Sequence[Failure]:
        failures: list[Failure] = []
        left = dict(values)
        for name, value in values.items():
            if self._session.request_policy.stopping:
                return self._session.request_policy.not_sent()._replace(unwritten=tuple(left))
            result = await self._update(row, found, {name: value})
            del left[name]
            if isinstance(result, Outcome):
                return result._replace(unwritten=(*result.unwritten, *left, *_unwritten(failures)))
            failures += result
            if not result:
                found = with_value(found, name, value)  # it goes along with the next ones
        return failures

    async def _unsettled(
        self, row: Due, values: Mapping[str, Json], answer: Answer, *, may_be_written: bool
    ) -> Outcome | Sequence[Failure]:
        decision, policy = answer.decision, self._session.request_policy
        unwritten = () if may_be_written else tuple(values)
        if policy.stopping and decision.action is not Action.DOUBT:
            return policy.not_sent()._replace(unwritten=unwritten)
        if decision.action is Action.NOT_FOUND:
            return gone(row, ReadBack(is_answered=True))._replace(unwritten=unwritten)
        told = {"cause": decision.cause, "code": _code(decision)}
        return [
            Failure(name, _code(decision), Message("{field}: {cause}", field=name, **told), may_be_written)
            for name in values
        ]

    async def _others(self, row: Due, values: Mapping[str, Json]) -> tuple[str, ...] | None:
        """Who else has the one value that was refused; ``None`` if it is no key, or that could not be found out."""
        ((name, value),) = values.items()
        if name not in KEY_FIELDS or value is None:
            return None
        sought = row._replace(contact=valued(values), doubt=None)
        looked = await look_up(sought, self._session, fresh=True)
        if looked is None:
            return None
        return tuple(sorted({one.id for held in looked.holders.values() for one in held} - {row.contact_id}))

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


def _noted(judged: Judged, found: Found) -> list[Change]:
    """What an undo notes: each value as it is now, and as it is to be."""
    changes = (*judged.restore, *judged.before)
    return [change._replace(before=value_before(found, change.field), after=change.before) for change in changes]


def _not_kept(name: str) -> Failure:
    code = "not_restored"
    told = Message("{field}: the server keeps another value, whatever an update says", field=name, code=code)
    return Failure(name, code, told)


def _held(values: Mapping[str, Json], others: tuple[str, ...]) -> Failure:
    """The failure of the one value that others have by now."""
    ((name, value),) = values.items()
    told = Message(
        '{field}: contact {others} holds "{value}" now',
        field=name,
        others=others,
        value=value_text(value),
        code="not_restored",
    )
    return Failure(name, "not_restored", told, holders=others)


def _unwritten(failures: Sequence[Failure]) -> tuple[str, ...]:
    return tuple(failure.field for failure in failures if not failure.may_be_written)


def _outcome(row: Due, judged: Judged, found: Found, failures: Sequence[Failure]) -> Outcome:
    """Undone; failed or kept where a field did not come back. A message for each such field names its ``code`` too,
    and the others are restored all the same."""
    error = [failure.why for failure in failures]
    error += [_changed_since(change, value_before(found, change.field)) for change in judged.kept]
    error += [Message("{field}: {cause}", field=one.field, cause=NOT_SHOWN, code="untold") for one in judged.hidden]
    if not error:
        return Outcome(Status.UNDONE, row.contact_id)
    if not failures:
        return kept(row, "changed_since" if judged.kept else "untold", *error)
    outcome = _failed(row, failures[0].code, *error)
    holdings = tuple(Holding(contact_id, failure.field) for failure in failures for contact_id in failure.holders)
    conflict = Conflict(row.contact_id or "", holdings) if holdings else None
    return outcome._replace(unwritten=_unwritten(failures), conflict=conflict)


def _changed_since(change: Change, now: Json) -> Message:
    values = {
        "field": change.field,
        "found": value_text(now),
        "sent": value_text(change.after),
        "code": "changed_since",
    }
    if not values["found"]:
        return Message('{field}: it is empty now, and the run wrote "{sent}"', **values)
    return Message('{field}: "{found}" is there, and the run wrote "{sent}"', **values)


def kept(row: Due, code: str, *error: Message) -> Outcome:
    """The outcome of a contact that is left as it is, with the advice of the code."""
    return ended(Status.KEPT, code, *error, contact_id=row.contact_id)


def unread(row: Due) -> Outcome:
    """The outcome of a contact whose search was not answered."""
    return _failed(row, "unverified")


def _code(decision: Decision, refused: str = "not_restored") -> str:
    return decision.code if decision.action in AGAIN else refused


def unsettled(row: Due, code: str, decision: Decision) -> Outcome:
    """The outcome of a request that was refused (``code``), or whose answers were all lost (the code of the cause)."""
    return _failed(row, _code(decision, code), decision.cause)


def _failed(row: Due, code: str, *error: Message) -> Outcome:
    return ended(Status.FAILED, code, *error, contact_id=row.contact_id)


def gone(row: Due, read: ReadBack) -> Outcome:
    """The outcome of a contact that is not there any more."""
    if not read.holders:
        return kept(row, "gone")
    return kept(
        row, "gone", Message("contact {id} is gone; {others} holds its values", id=row.contact_id, others=read.holders)
    )
