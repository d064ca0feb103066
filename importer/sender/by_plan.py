"""Settles rows exactly as a plan says: each is looked up once more, and what is no longer as planned is left alone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from importer.error_codes import ERROR_CODES, failed
from importer.ledger.plans import Planned
from importer.ledger.records import Change, Due, RowKey
from importer.livedesk.contact import Contact
from importer.livedesk.payload import changes_of
from importer.livedesk.responses import Found
from importer.message import Message
from importer.models import Outcome, Status, UpdateRule
from importer.remarks import DIFFERS, kinds_of
from importer.sender.delivery import settle
from importer.sender.differences import changes_to, shown
from importer.sender.doubts import Aside, Result
from importer.sender.edited_rows import recognize
from importer.sender.existing import Existing
from importer.sender.lookup import Looked, look_up
from importer.sender.lost_updates import lost_of, never_learned
from importer.sender.planning import UNTOLD
from importer.sender.policy import Policy
from importer.sender.resolution import Person
from importer.sender.session import Session

_CODE: Final = "conflict"
_SOMEBODY: Final = ("exists", "taken", "ambiguous")
"""The codes of a row that was to be created, and whose values somebody holds by now."""

_NOT_SENT: Final = frozenset({Status.FAILED, Status.NOT_SENT, Status.NOT_FOUND})


class ByPlan:
    """Settles the rows of one session by what ``planned`` has of each: the statuses are those of an import."""

    def __init__(self, planned: Callable[[RowKey], Planned | None], session: Session, policy: Policy) -> None:
        self._planned = planned
        self._session = session
        self._policy = policy

    async def settle(self, row: Due) -> Result:
        """The outcome of a row that is marked as sent, or the row aside."""
        planned = self._planned(row.key)
        if planned is not None and planned.contact != self._policy.data_of(row.contact).json:
            planned = None  # the contact of a row that comes back from aside is stamped
        try:
            if planned is not None and planned.outcome.status is Status.CREATE:
                return await self._create(row)
            result = await self._looked_at(row, planned)
            if isinstance(result, Outcome) and result.status in _NOT_SENT:  # what an earlier run sent may be stored
                return result._replace(is_doubted=row.doubt is not None)
            return result
        finally:
            self._session.rate_limiter.left(row.turn)

    async def _looked_at(self, row: Due, planned: Planned | None) -> Result:
        """What becomes of a row that is not to be created."""
        if planned is None:
            return _told(row, _conflict(Message("the plan has no such row")))
        match planned.outcome.status:
            case Status.UPDATE:
                return _told(row, await self._update(row, planned))
            case Status.SAME:
                return self._left_alone(row, planned.outcome)
            case Status.DUPLICATE:
                return planned.outcome
            case _:
                return _held(planned.outcome)

    async def _create(self, row: Due) -> Result:
        """Nobody was there, and nobody may be now; what the row itself has created in a run before this is its own."""
        if row.doubt is None and row.contact_id is None and row.contact.has_key:
            looked = await look_up(row, self._session, match_by=self._policy.match_by)
            if looked is None:
                return _told(row, self._untold())
            if looked.holders:
                return _told(row, _somebody(looked))
        policy = replace(self._policy, on_duplicate="fail", only_existing=False)
        result = await settle(row, self._session, policy)
        if isinstance(result, Outcome) and result.status is Status.FAILED and result.error_code in _SOMEBODY:
            return result._replace(error_code=_CODE, hint=(*row.remarks, ERROR_CODES[_CODE].hint))
        return result

    async def _update(self, row: Due, planned: Planned) -> Result:
        """The contact must be the planned one, and hold in each field what it held. The row stands aside while a search
        may not show it yet, or an earlier run may still change it."""
        contact_id, session = planned.outcome.contact_id, self._session
        looked = await look_up(row, session, match_by=self._policy.match_by)
        lost = lost_of(row, contact_id or "")
        if looked is None:
            return never_learned(lost) if lost else self._untold()
        if wait_s := session.earlier.wait_s(looked.everybody, row):
            return Aside(row, wait_s)
        person = recognize(row, looked, session, self._policy).resolved
        if not isinstance(person, Person) or person.found.id != contact_id:
            if wait_s := session.late_s():
                return Aside(row, wait_s)
            return _conflict(Message("contact {id} is not there any more, or no longer this person", id=contact_id))
        rule = UpdateRule(only=frozenset(change.field for change in planned.changes))
        if lost is None and (ended := _ended(row, planned, person.found, rule)) is not None:
            return ended
        policy = replace(self._policy, on_duplicate="update", rule=rule)
        statuses: list[int | None] = [None]
        result = await Existing(row, session, policy, statuses.append).found(looked, maybe_ours=False)
        return result._replace(http_status=statuses[-1]) if isinstance(result, Outcome) else result

    def _left_alone(self, row: Due, planned: Outcome) -> Outcome:
        """Nothing is sent; what differs is told as the plan told it."""
        if planned.contact_id is not None:
            self._session.evidence.met(planned.contact_id, row.key)
        differs = DIFFERS in kinds_of(planned.hint)
        return Outcome(Status.EXISTS, planned.contact_id, hint=planned.hint, in_sync=not differs)

    def _untold(self) -> Outcome:
        policy = self._session.request_policy
        return policy.not_sent() if policy.stopping else UNTOLD


def _ended(row: Due, planned: Planned, found: Found, rule: UpdateRule) -> Outcome | None:
    """The outcome of a row whose contact has all that was planned, or another value where something was; else
    ``None``."""
    left = changes_of(row.contact, found.contact, rule)
    if left == Contact():
        return Outcome(Status.EXISTS, found.id, in_sync=changes_of(row.contact, found.contact) == Contact())
    if moved := _moved(planned.changes, found, left):
        return _conflict(Message("contact {id} has changed since the plan: {fields}", id=found.id, fields=moved))
    return None


def _moved(planned: Sequence[Change], found: Found, left: Contact) -> list[str]:
    """The planned fields that hold another value by now, each with what it held and holds."""
    now: Mapping[str, Change] = {change.field: change for change in changes_to(found, left)}
    pairs = [(change, now.get(change.field)) for change in planned]
    return [
        shown(then.field, then.before, one.before if one else then.after)
        for then, one in pairs
        if one is None or one.before != then.before
    ]


def _somebody(looked: Looked) -> Outcome:
    ids = [found.id for found in looked.everybody]
    return _conflict(Message("the plan found nobody, and now its values are held by contact {ids}", ids=ids))


def _held(planned: Outcome) -> Outcome:
    """A row that the plan could not send ends as it said."""
    is_nobody = planned.error_code == "not_found"
    return planned._replace(status=Status.NOT_FOUND if is_nobody else Status.FAILED)


def _conflict(error: Message) -> Outcome:
    return failed(_CODE, error)


def _told(row: Due, result: Result) -> Result:
    """An outcome with the remarks from staging; a row aside gets them with its outcome."""
    return result._replace(hint=(*row.remarks, *result.hint)) if isinstance(result, Outcome) else result
