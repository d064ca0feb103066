"""What becomes of a contact that was there before its row's first request: left alone, or changed as the policy says.

The values before a change are on disk before its update leaves (``Session.journal``). Between the search that read them
and the update nobody can lock the contact; the update brings only what differs, so that it overwrites little else.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final, Literal, NamedTuple

from importer.error_codes import CONTINUE, ERROR_CODES
from importer.errors import NotStored
from importer.ledger.records import Change, Due
from importer.livedesk.contact import Contact, value_text
from importer.livedesk.identity import echo_of
from importer.livedesk.payload import changes_of, has_value, kept_of, unchanged_in, value_before, written_values
from importer.livedesk.responses import Found, updated
from importer.livedesk.retry import Action, Answer
from importer.message import Message
from importer.models import Json, OnDuplicate, Outcome, Status
from importer.remarks import DIFFERS
from importer.sender.doubts import Aside, Result
from importer.sender.policy import Policy
from importer.sender.session import Session
from importer.sender.updates import Updates, failed

NOT_CLEARED: Final = "not_cleared"
LOOK_AGAIN_S: Final = 2.0
"""A search that still shows a value may be that much late."""


class _Overtaken(NamedTuple):
    """Somebody changed the contact between two tries of an update: its ``state`` now, what was ``planned``, and the
    ``answer`` to the last try."""

    state: Found
    planned: tuple[Change, ...]
    answer: Answer


class OlderContact:
    """Decides about one row's older contact."""

    def __init__(self, row: Due, session: Session, policy: Policy, updates: Updates) -> None:
        self._row = row
        self._data = policy.data_of(row.contact)
        self._session = session
        self._policy = policy
        self._updates = updates

    def left_alone(self, found: Found, *, maybe_ours: bool) -> Outcome:
        """It exists, and stays as it is; the hint tells what differs."""
        changes = changes_of(self._data, found.contact)
        unsent = [*changes.attributes] if maybe_ours else []
        hint = (Message("not sent, since it may be an older contact: {fields}", fields=unsent),) if unsent else ()
        told = (*hint, *other_data(changes, found, "skip"))
        return Outcome(Status.EXISTS, found.id, hint=told, in_sync=changes == Contact())

    async def update(self, found: Found, *, maybe_ours: bool) -> Result:
        """Send what differs, and may be changed, in one request.

        A contact that lacks nothing is not written to. On a worker of a cluster the row steps aside at first, until the
        driver has noted what is to change; where its own request cannot be what is there (``maybe_ours``), it is in no
        doubt when it comes back. If somebody changes the contact between two tries, what is there then decides.
        """
        tries, noted = self._session.request_policy.max_attempts, tuple[str, ...]()
        result = await self._update(found, maybe_ours=maybe_ours)
        while isinstance(result, _Overtaken):
            noted, tries = tuple(change.field for change in result.planned), tries - 1
            if self._policy.rule.only is not None:
                return self._conflict(result.state, noted)
            if not tries:
                return self._refused(result.answer, result.state, result.planned)
            result = await self._update(result.state, maybe_ours=maybe_ours)
        if noted and isinstance(result, Outcome) and result.status is Status.EXISTS:
            return result._replace(unwritten=noted)
        return result

    async def _update(self, found: Found, *, maybe_ours: bool) -> "Result | _Overtaken":
        changes, clearing = self._changes(found), self._session.clearing
        if clearing.unproved(changes.clears):
            self._session.request_policy.left(self._row.turn)  # while it waits, it is nobody's probe
        async with clearing.turn(changes.clears) as has_waited:
            if has_waited:
                found = await self._updates.read(found.id) or found
                changes = self._changes(found)
            if changes == Contact():
                return self._in_sync(found, maybe_ours=maybe_ours)
            if refused := clearing.refused(changes.clears):
                return self._not_cleared(found, refused)
            planned = tuple(changes_to(found, self._stamped(changes)))
            if not await self._session.journal(self._row, planned):
                doubt = self._row.doubt if maybe_ours else None
                known_id = self._row.known_id or found.id
                return Aside(self._row._replace(intent=planned, doubt=doubt, known_id=known_id), 0.0)
            answer = await self._updates.send(found.id, self._stamped(changes), found, is_guarded=True)
            if (state := self._updates.meanwhile) is not None:
                return _Overtaken(state, planned, answer)
            if answer.decision.verdict is Action.DONE:
                return await self._accepted(found, changes, updated(answer.reply.body))
            return self._refused(answer, found, planned)

    def _conflict(self, state: Found, noted: tuple[str, ...]) -> Outcome:
        error = Message("contact {id} has changed while it was updated", id=state.id)
        conflict = failed("conflict", error, ERROR_CODES["conflict"].hint)
        return conflict._replace(unwritten=() if self._updates.may_be_stored else noted)

    def _changes(self, found: Found) -> Contact:
        return changes_of(self._data, found.contact, self._policy.rule)

    def _stamped(self, changes: Contact) -> Contact:
        """The changes, with the stamp that goes along."""
        if self._policy.stamp is None:
            return changes
        return replace(changes, attributes={**changes.attributes, **self._policy.stamp.attributes(self._row.number)})

    def _kept(self, found: Found) -> tuple[Message, ...]:
        """What of the row the contact does not have and an update leaves, and why."""
        kept = kept_of(self._data, found.contact, self._policy.rule)
        left_by = self._policy.on_duplicate if self._policy.rule.only is None else "plan"
        return tuple(other_data(kept, found, left_by))

    def _in_sync(self, found: Found, *, maybe_ours: bool) -> Outcome:
        """Nothing is to be changed.

        If the row was to change it before, it has: by a worker that was lost, which leaves the row in doubt. Else
        somebody else has.
        """
        kept, intent = self._kept(found), self._row.intent
        if intent and maybe_ours:
            return self._updated(found, [shown(*change[1:]) for change in intent], kept)
        unwritten = tuple(change.field for change in intent)
        return Outcome(Status.EXISTS, found.id, hint=kept, in_sync=not kept, unwritten=unwritten)

    def _updated(self, found: Found, fields: Sequence[str], kept: tuple[Message, ...]) -> Outcome:
        hint = Message("changed: {fields}", fields=fields), *kept
        return Outcome(Status.UPDATED, found.id, hint=hint, in_sync=not kept)

    async def _accepted(self, found: Found, changes: Contact, shown: Found | None) -> Outcome:
        """The outcome of an update that was accepted: its answer must not show another person's keys.

        A search may have named the wrong contact; then others may follow, and no answer counts unproved any more.
        """
        expected = _after(found.contact, changes)
        differs = echo_of(expected, shown.contact).differs if shown else ()
        if any(difference.way is None for difference in differs):
            self._session.evidence.wrote_to_another(found.id, self._row.key)
            fields = [difference.field for difference in differs]
            error = Message(
                "contact {id} may be another's: the answer shows another {fields}", id=found.id, fields=fields
            )
            hint = Message("look at it in LiveDesk before you run the command again")
            return Outcome(Status.UNKNOWN, None, "bad_answer", (error,), (hint,))
        if (
            wrong := await self._ignored(found, changes, shown) or await self._proved(found, changes, shown)
        ) is not None:
            return wrong
        return self._updated(found, [*listed(changes, found)], self._kept(found))

    async def _ignored(self, found: Found, changes: Contact, shown: Found | None) -> Outcome | None:
        """The failure of an update whose own answer shows what stood there before, if that is there still."""
        held = unchanged_in(changes, found, shown) if shown is not None else ()
        if not held:
            return None
        state = shown
        for wait_s in (LOOK_AGAIN_S, None):
            state = await self._updates.read(found.id) or state
            held = unchanged_in(changes, found, state) if state is not None else held
            if not held:
                return None
            if wait_s is not None:
                await self._session.stop.sleep(wait_s)
        error = Message("the server keeps {fields} of contact {id}, whatever an update says", fields=held, id=found.id)
        outcome = failed(NotStored.code, error, ERROR_CODES[NotStored.code].hint, held)
        return outcome._replace(unwritten=held)

    async def _proved(self, found: Found, changes: Contact, shown: Found | None) -> Outcome | None:
        """The outcome of an update that did not empty all that it should; ``None`` if it is proved that it did.

        The first of a field in a session is read back, and any whose answer still shows a value.
        """
        clearing = self._session.clearing
        held = [name for name in changes.clears if shown is not None and has_value(shown.contact, name)]
        sought = tuple(dict.fromkeys((*clearing.unproved(changes.clears), *held)))
        if not sought:
            return None
        standing = await self._still_there(found.id, sought)
        if standing is None:
            error = Message("whether contact {id} has lost {fields} could not be read back", id=found.id, fields=sought)
            return Outcome(Status.UNKNOWN, found.id, NOT_CLEARED, (error,), (CONTINUE,))
        clearing.learn([name for name in sought if name not in standing], is_empty=True)
        clearing.learn(standing, is_empty=False)
        rest = replace(changes, clears=tuple(name for name in changes.clears if name not in standing))
        return self._not_cleared(found, standing, [*listed(rest, found)]) if standing else None

    async def _still_there(self, contact_id: str, fields: Sequence[str]) -> tuple[str, ...] | None:
        """Those of the fields that a search shows with a value, now and a little later; ``None`` if it shows nobody."""
        for wait_s in (LOOK_AGAIN_S, None):
            state = await self._updates.read(contact_id)
            if state is None:
                return None
            standing = tuple(name for name in fields if has_value(state.contact, name))
            if standing and wait_s is not None:
                await self._session.stop.sleep(wait_s)
            else:
                break
        return standing

    def _not_cleared(self, found: Found, fields: Sequence[str], changed: Sequence[str] = ()) -> Outcome:
        """The server keeps what an update should empty: nothing says that it was erased."""
        error = Message(
            "the server keeps {fields} of contact {id}, whatever an update says", fields=fields, id=found.id
        )
        state = Message("contact {id} is as it was", id=found.id)
        if changed:
            state = Message("changed: {fields}", fields=changed)
        outcome = failed(NOT_CLEARED, error, ERROR_CODES[NOT_CLEARED].hint, fields)
        return outcome._replace(hint=(state, *outcome.hint), unwritten=(*fields,))

    def _refused(self, answer: Answer, found: Found, planned: Sequence[Change]) -> Outcome:
        """The outcome of an update that was not accepted; a change that may be stored all the same is in doubt."""
        decision, wiped = answer.decision, self._updates.wiped
        fields = tuple(change.field for change in planned)
        if wiped:
            state = Message("contact {id} has lost {fields}: enter that again in LiveDesk", id=found.id, fields=wiped)
            return _with_state(state, failed(decision.code, decision.cause, ERROR_CODES[decision.code].hint))
        if self._updates.may_be_stored:
            error = Message("contact {id} may be changed or not: {fields}", id=found.id, fields=fields)
            return Outcome(Status.UNKNOWN, found.id, decision.code, (decision.cause, error), (CONTINUE,))
        if self._session.request_policy.stopping:
            outcome = self._session.request_policy.not_sent()
        else:
            code = "rejected" if decision.verdict is Action.NOT_FOUND else decision.code
            outcome = failed(code, decision.cause, ERROR_CODES[code].hint)
        return _with_state(Message("contact {id} is as it was", id=found.id), outcome)._replace(unwritten=fields)


def _with_state(state: Message, outcome: Outcome) -> Outcome:
    return outcome._replace(hint=(state, *outcome.hint))


def changes_to(found: Found, changes: Contact) -> Iterator[Change]:
    """What the changes do to each field, without those whose value stays."""
    for name, after in written_values(changes).items():
        if (before := value_before(found, name)) != after:
            yield Change(found.id, name, before, after)


def _after(before: Contact, changes: Contact) -> Contact:
    """The contact's own fields after the changes."""
    emptied: dict[str, Any] = {name: None for name in changes.clears if "." not in name}
    return replace(before, **{**emptied, **changes.create_fields()})


def listed(changes: Contact, found: Found) -> Iterator[str]:
    """Each change of the row's own data, old and new."""
    for name, new in written_values(changes).items():
        yield shown(name, value_before(found, name), new)


def shown(name: str, before: Json, after: Json) -> str:
    """A change as people read it; no value is an empty text."""
    return f'{name} "{value_text(before)}" -> "{value_text(after)}"'


def other_data(changes: Contact, found: Found, left_by: OnDuplicate | Literal["plan"]) -> Iterator[Message]:
    """That the contact has other data than the row, and why it stays so."""
    fields = [*listed(changes, found)]
    if not fields:
        return
    if left_by == "plan":
        yield Message("the contact has other data, which the plan leaves: {fields}", fields=fields, kind=DIFFERS)
    elif left_by == "fill":
        yield Message(
            "the contact has other data, which --on-duplicate fill leaves: {fields}", fields=fields, kind=DIFFERS
        )
    elif left_by == "update":
        yield Message(
            "the contact has other data, which --keep or the setting update leaves: {fields}",
            fields=fields,
            kind=DIFFERS,
        )
    else:
        yield Message(
            "the contact has other data, which --on-duplicate update would change: {fields}",
            fields=fields,
            kind=DIFFERS,
        )
