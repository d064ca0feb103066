"""What becomes of a contact that was there before its row's first request: left alone, or changed as the policy says.

The values before a change are on disk before its update leaves (``Session.journal``). Between the search that read them
and the update nobody can lock the contact; the update brings only what differs, so that it overwrites little else.

An update whose answer proves nothing is a doubt, as a create is: it is not sent again before the contact has been read
when ``--settle`` has passed. What the contact has by then is done; what it lacks is decided anew. A refusal is no proof
either: before a row says what became of its contact, the contact is read.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from importer.error_codes import ended, failed
from importer.errors import NotStored
from importer.ledger.records import Change, Due, LostUpdate
from importer.livedesk.contact import Contact
from importer.livedesk.payload import changes_of, kept_of, valued, without
from importer.livedesk.responses import Found, updated
from importer.livedesk.retry import Action, Answer
from importer.message import Message
from importer.models import Outcome, Status
from importer.sender.claims import same_contact
from importer.sender.differences import changes_to, fields_of, left_for_lack_of, listed, other_data, told
from importer.sender.doubts import Aside, Result
from importer.sender.lost_updates import as_held, done, is_somebody_elses, left_of, lost_of, never_learned, not_done
from importer.sender.policy import Policy
from importer.sender.proof import NOT_CLEARED, not_kept, other_id, other_keys, prove, unfit
from importer.sender.refused_updates import (
    as_it_was,
    is_gone,
    refused,
    refused_to_find,
    state_after,
    state_of,
    vanished,
    with_state,
)
from importer.sender.session import Session
from importer.sender.updates import Updates


class _Overtaken(NamedTuple):
    """Somebody changed the contact between two tries of an update: its ``state`` now, what was ``planned``, and the
    ``answer`` to the last try."""

    state: Found
    planned: tuple[Change, ...]
    answer: Answer


class _Doubted(NamedTuple):
    """An update is in doubt, and this is the contact's ``state`` after it, as far as it could be read."""

    state: Found


class OlderContact:
    """Decides about one row's older contact."""

    def __init__(self, row: Due, session: Session, policy: Policy, updates: Updates) -> None:
        self._row = row
        self._data = policy.data_of(row.contact)
        self._session = session
        self._policy = policy
        self._updates = updates
        self._lost: LostUpdate | None = None
        self._written: tuple[str, ...] = ()

    def left_alone(self, found: Found, *, maybe_ours: bool) -> Outcome:
        """It exists, and stays as it is; the hint tells what differs, and why that stays so."""
        changes = changes_of(self._data, found.contact)
        unsent = [*changes.attributes] if maybe_ours else []
        hint = (Message("not sent, since it may be an older contact: {fields}", fields=unsent),) if unsent else ()
        differs = other_data(changes, found, "skip")
        if self._policy.updates:
            self._session.claims.leave_alone(found.id, self._row)
            differs = left_for_lack_of(self._policy.match_by, changes, found)
        told = (*hint, *differs)
        return Outcome(Status.EXISTS, found.id, hint=told, in_sync=changes == Contact())

    async def update(self, found: Found, *, maybe_ours: bool) -> Result:
        """Send what differs, and may be changed, in one request.

        A contact that lacks nothing is not written to, nor one that another row of the file keeps. On a worker of a
        cluster the row steps aside at first, until the driver has noted what is to change; where its own request cannot
        be what is there (``maybe_ours``), it is in no doubt when it comes back. If somebody changes the contact between
        two tries, what is there then decides.
        """
        if (other := self._session.claims.take(found.id, self._row.key)) is not None:
            changes = tuple(changes_to(found, changes_of(self._data, found.contact)))
            return same_contact(found.id, self._session.claims.told(self._row, other), changes)
        self._lost = lost_of(self._row, found.id)
        tries, noted, state = self._session.request_policy.max_attempts, tuple[str, ...](), found
        while not isinstance(result := await self._update(state, maybe_ours=maybe_ours), Outcome | Aside):
            state, tries = result.state, tries - 1
            if isinstance(result, _Doubted):
                continue
            noted = fields_of(result.planned)
            if self._policy.rule.only is not None:
                return self._conflict(state, left_of(result.planned, self._stored(state)))
            if not tries:
                return await self._refused(result.answer, state, result.planned)
        if isinstance(result, Outcome) and self._lost is not None:
            await self._note_ways(self._lost.changes, self._stored(state))
        if noted and isinstance(result, Outcome) and result.status in (Status.EXISTS, Status.UPDATED):
            rest = (name for name in noted if name not in self._written)
            return result._replace(unwritten=tuple(dict.fromkeys((*result.unwritten, *rest))))
        return result

    async def _update(self, found: Found, *, maybe_ours: bool) -> Result | _Overtaken | _Doubted:
        changes, clearing = self._changes(found), self._session.clearing
        if clearing.unproved(changes.clears):
            self._session.rate_limiter.left(self._row.turn)  # while it waits, it is nobody's probe
        async with clearing.turn(changes.clears) as has_waited:
            if has_waited:
                found = await self._updates.read(found.id) or found
                changes = self._changes(found)
            if (held := self._held_back(found, maybe_ours=maybe_ours)) is not None:
                return held
            if changes == Contact():
                return self._in_sync(found, maybe_ours=maybe_ours)
            if refused := clearing.refused(changes.clears):
                return not_kept(NOT_CLEARED, found.id, refused)
            return await self._send(found, changes, maybe_ours=maybe_ours)

    async def _send(self, found: Found, changes: Contact, *, maybe_ours: bool) -> Result | _Overtaken | _Doubted:
        planned = tuple(changes_to(found, self._stamped(changes)))
        if not await self._session.journal(self._row, planned):
            return self._aside(found.id, 0.0, maybe_ours=maybe_ours, intent=planned)
        answer = await self._updates.send(found.id, self._stamped(changes), found, is_guarded=True)
        if (state := self._updates.meanwhile) is not None:
            is_whole = self._shown(state, planned, answer)
            return self._in_sync(state, maybe_ours=False) if is_whole else _Overtaken(state, planned, answer)
        match answer.decision.action:
            case Action.DONE:
                return await self._accepted(found, changes, planned, answer)
            case Action.DOUBT if not self._updates.wiped:
                decision = answer.decision
                lost = LostUpdate(found.id, planned, decision.code, decision.cause, answer.reply.status or None)
                return await self._in_doubt(found, lost)
        return await self._refused(answer, found, planned)

    async def _accepted(
        self, found: Found, changes: Contact, planned: tuple[Change, ...], answer: Answer
    ) -> Outcome | _Doubted:
        """The outcome of an update that was accepted, if its answer is about this contact and proves to be true."""
        shown_now = updated(answer.reply.body)
        lost = LostUpdate(found.id, planned, "bad_answer", http_status=answer.reply.status)
        if (cause := other_id(found, shown_now) or unfit(answer)) is not None:
            return await self._in_doubt(found, lost._replace(cause=cause))
        if (cause := other_keys(found, changes, shown_now)) is not None:
            return await self._in_doubt(found, lost._replace(cause=cause, is_of_another=True))
        proof, before = (
            await prove(found, changes, shown_now, self._session, self._updates),
            self._stored(found, planned),
        )
        rest = (change for change in changes_to(found, changes) if change.field not in proof.kept)
        if (wrong := proof.outcome(found.id, told((*before, *rest)))) is not None:
            return wrong
        if (state := proof.state or shown_now) is not None:
            await self._note_ways(planned, as_held(planned, state))
        return self._updated(found, (*told(before), *listed(changes, found)), planned)

    async def _note_ways(self, noted: Sequence[Change], held: Sequence[Change]) -> None:
        """Note what the contact holds now where the server has written a value in a way of its own: an undo takes back
        what is there."""
        if ways := [change for change in held if change not in noted]:
            await self._session.journal(self._row, ways)

    # An update in doubt

    async def _in_doubt(self, found: Found, lost: LostUpdate) -> Outcome | _Doubted:
        """Read the contact at once: mostly the update is stored, and what it took away must come back."""
        self._lose(lost)
        state = await self._updates.read(found.id) or found
        sent = valued({change.field: change.after for change in lost.changes})
        restored = await self._updates.restored(sent, found, state)
        if restored is not None and self._updates.wiped:
            return await self._refused(restored, found, lost.changes)
        return _Doubted(state)

    def _lose(self, lost: LostUpdate) -> None:
        before = self._lost.changes if self._lost else ()
        again = fields_of(lost.changes)
        changes = (*(change for change in before if change.field not in again), *lost.changes)
        sent = self._updates.updates + (self._row.lost.updates if self._row.lost else 0)
        self._lost = lost._replace(changes=changes, updates=sent)

    def _shown(self, state: Found, planned: tuple[Change, ...], answer: Answer) -> bool:
        """Take what a read shows of an update that no answer confirmed for stored; whether that is all of it."""
        if stored := done(planned, state):
            status = answer.reply.status or None
            self._lose(LostUpdate(state.id, stored, answer.decision.code, answer.decision.cause, status))
        return len(stored) == len(planned)

    def _held_back(self, found: Found, *, maybe_ours: bool) -> Result | None:
        """A row that has to wait until its own update can no longer be stored, or that has had its last try. ``None``
        if it may be decided."""
        lost = self._lost
        if lost is None or len(self._stored(found)) == len(lost.changes):
            return None
        if lost.has_waited:
            return self._ended(found, lost)
        if self._session.request_policy.stopping:
            return never_learned(lost)
        lost = lost._replace(has_waited=True)
        return self._aside(found.id, self._policy.settle_s, maybe_ours=maybe_ours, lost=lost)

    def _ended(self, found: Found, lost: LostUpdate) -> Outcome | None:
        """The outcome of a row that is not sent once more, though its update can no longer be stored."""
        if lost.is_of_another:
            self._session.evidence.wrote_to_another(found.id, self._row.key)
            hint = Message("look at it in LiveDesk before you run the command again")
            return ended(Status.UNKNOWN, lost.code, lost.cause, contact_id=found.id, hint=hint)
        if self._policy.rule.only is not None and any(is_somebody_elses(change, found) for change in lost.changes):
            return self._conflict(found, not_done(lost.changes, found))
        if lost.updates < self._session.request_policy.max_attempts:
            return None
        if any(is_somebody_elses(change, found) for change in lost.changes):
            return never_learned(lost)  # it may have been stored before somebody else wrote there
        left = left_of(lost.changes, stored := self._stored(found))
        if stored:
            return not_kept(NotStored.code, found.id, left, told(stored))
        return with_state(as_it_was(found.id), failed(lost.code, lost.cause))._replace(unwritten=left)

    def _stored(self, found: Found, planned: Sequence[Change] = ()) -> tuple[Change, ...]:
        """What an update of this row whose answer was lost has changed, without what is ``planned`` anew."""
        again = fields_of(planned)
        stored = as_held(done(self._lost.changes, found), found) if self._lost else ()
        return tuple(change for change in stored if change.field not in again)

    def _aside(self, contact_id: str, wait_s: float, *, maybe_ours: bool, **changes: Any) -> Aside:
        doubt, known_id = self._row.doubt if maybe_ours else None, self._row.known_id or contact_id
        return Aside(self._row._replace(doubt=doubt, known_id=known_id, **changes), wait_s)

    def _conflict(self, state: Found, noted: tuple[str, ...]) -> Outcome:
        error = Message("contact {id} has changed while it was updated", id=state.id)
        conflict = failed("conflict", error)
        return conflict._replace(unwritten=() if self._updates.may_be_stored else noted)

    # What is to change, and what is told

    def _changes(self, found: Found) -> Contact:
        return without(changes_of(self._data, found.contact, self._policy.rule), fields_of(self._stored(found)))

    def _stamped(self, changes: Contact) -> Contact:
        """The changes, with the stamp that goes along."""
        if self._policy.stamp is None:
            return changes
        return replace(changes, attributes={**changes.attributes, **self._policy.stamp.attributes(self._row)})

    def _kept(self, found: Found) -> tuple[Message, ...]:
        """What of the row the contact does not have and an update leaves, and why."""
        kept = kept_of(self._data, found.contact, self._policy.rule)
        left_by = self._policy.on_duplicate if self._policy.rule.only is None else "plan"
        return tuple(other_data(kept, found, left_by))

    def _in_sync(self, found: Found, *, maybe_ours: bool) -> Outcome:
        """Nothing is to be changed.

        If an update whose answer was lost was to change it, it has: that of this row, or by a worker that was lost,
        which leaves the row in doubt. Else somebody else has.
        """
        if self._lost is None and maybe_ours and self._row.intent:
            self._lost = LostUpdate(found.id, self._row.intent)
        if stored := told(self._stored(found)):
            return self._updated(found, stored)
        kept, unwritten = self._kept(found), fields_of((*self._row.intent, *(self._lost.changes if self._lost else ())))
        return Outcome(Status.EXISTS, found.id, hint=kept, in_sync=not kept, unwritten=unwritten)

    def _updated(self, found: Found, fields: Sequence[str], planned: Sequence[Change] = ()) -> Outcome:
        """It was changed; what an update was to change that did not happen is unwritten."""
        kept, stored = self._kept(found), (*planned, *self._stored(found))
        emptied = (change.field for change in self._stored(found) if change.after is None)
        self._session.clearing.learn(emptied, is_empty=True)
        self._written = fields_of(stored)
        unwritten = left_of(self._lost.changes if self._lost else (), stored)
        hint = Message("changed: {fields}", fields=fields), *kept
        return Outcome(Status.UPDATED, found.id, hint=hint, in_sync=not kept, unwritten=unwritten)

    async def _refused(self, answer: Answer, found: Found, planned: tuple[Change, ...]) -> Outcome:
        """The outcome of an update that was not accepted: what a read shows of it counts, and what it does not show but
        may still be stored is in doubt."""
        decision, wiped, policy = answer.decision, self._updates.wiped, self._session.request_policy
        if wiped:
            state = Message("contact {id} has lost {fields}: enter that again in LiveDesk", id=found.id, fields=wiped)
            return with_state(state, failed(decision.code, decision.cause))
        now = await state_after(planned, answer, self._session, self._updates)
        if now is not None and self._shown(now, planned, answer):
            return self._in_sync(now, maybe_ours=False)
        if self._updates.may_be_stored or (now is None and self._updates.updates > 1 and not is_gone(answer)):
            status = answer.reply.status or None
            return never_learned(LostUpdate(found.id, planned, decision.code, decision.cause, status))
        stored = self._stored(now or found)
        left = left_of(planned, stored)
        if is_gone(answer) and not stored:
            by_plan = self._policy.rule.only is not None
            return vanished(found.id, answer, by_plan=by_plan)._replace(unwritten=left)
        answer = refused_to_find(answer)
        is_over = policy.stopping
        outcome = policy.not_sent() if is_over else await refused(self._row, self._session, found, planned, answer)
        contact_id = found.id if stored and not is_over else outcome.contact_id
        return with_state(state_of(found.id, told(stored)), outcome)._replace(contact_id=contact_id, unwritten=left)
