"""Removes a contact that a run created, if it is still what the run made and nobody has used it.

No page of the API documents a removal (kin): the first of a session shows whether the server can do it.
"""

import asyncio
from functools import partial
from typing import Final, NamedTuple

from importer.ledger.group_commit import GroupCommit
from importer.ledger.records import Due, Window
from importer.livedesk.capabilities import REMOVES
from importer.livedesk.contact import STAMPS
from importer.livedesk.payload import same_value, shows_no_key, value_of
from importer.livedesk.responses import Found
from importer.livedesk.retry import Action, Answer, has_no_removal, may_be_stored
from importer.livedesk.usage import was_active
from importer.message import Message
from importer.models import UPDATABLE, Outcome, Status
from importer.sender.contact_usage import ContactUsage
from importer.sender.lookup import UNSEARCHABLE
from importer.sender.read_back import NOT_SHOWN, ReadBack, read_back
from importer.sender.restoring import gone, kept, unread, unsettled
from importer.sender.session import Session

WINDOW_SLACK_S: Final = 60.0
"""So far two clocks may be apart where a creation is held against the time of its run."""


class RemovalTerms(NamedTuple):
    """How to remove: when the run's creates were stored, whether contacts go of which the server does not tell whether
    they were used, how late a search may be, and whether to look alone."""

    window: Window
    remove_untold: bool
    settle_s: float
    only_looks: bool


class Remover:
    """Removes contacts. ``removes`` is what the server has shown in this session, ``None`` before the first removal."""

    def __init__(self, session: Session, group_commit: GroupCommit, terms: RemovalTerms) -> None:
        self._session = session
        self._group_commit = group_commit
        self._terms = terms
        self._usage = ContactUsage(session)
        self._proving = asyncio.Lock()
        self.removes: bool | None = None

    async def settle(self, row: Due, *, again: bool) -> Outcome | None:
        """The outcome of one row; ``None`` if its contact is not found, or may still be changed by an earlier run: a
        look ``again`` tells for certain."""
        if self.removes is False:
            return kept(row, "not_removable")
        read = await read_back(row, self._session, again=again)
        if not again and read.found is not None and self._session.earlier.wait_s([read.found]):
            return None
        if (settled := self._judged(row, read)) is not None or read.found is None:
            return settled or (self._gone(row, read) if again else None)
        if (used := await self._used(row, read.found)) is not None:
            return used
        if self._terms.only_looks:
            return Outcome(Status.UNDONE, row.contact_id)
        if self._is_unproved():
            async with self._proving:
                if self._is_unproved():
                    return await self._remove(row)
            return await self.settle(row, again=again)  # that took time: the contact may be another by now
        return await self._remove(row)

    def _is_unproved(self) -> bool:
        return self.removes is None

    def _judged(self, row: Due, read: ReadBack) -> Outcome | None:
        """Why a contact is not removed whatever it was used for; ``None`` if it is what the run made, or not there."""
        if not row.contact.has_key:
            return kept(row, "not_proved", UNSEARCHABLE)
        if not read.is_answered:
            return unread(row)
        if read.found is None:
            return None
        if others := changed_fields(row, read.found):
            if shows_no_key(read.found) and all(value_of(read.found.contact, name) is None for name in others):
                return None if self._terms.remove_untold else kept(row, "untold", NOT_SHOWN)
            return kept(row, "changed_since", Message("changed since: {fields}", fields=others))
        if read.found.hidden and not self._terms.remove_untold:
            return kept(row, "untold", NOT_SHOWN)
        window, created_at, ahead_s = self._terms.window, read.found.created_at, read.ahead_s
        if created_at is not None and ahead_s is not None:
            moment = created_at + ahead_s
            if not window.since - WINDOW_SLACK_S <= moment <= window.until + WINDOW_SLACK_S:
                return kept(row, "not_proved", Message("it was not created while the run worked"))
        return None

    def _gone(self, row: Due, read: ReadBack) -> Outcome:
        """Whom nobody finds any more an earlier undo may have removed."""
        return Outcome(Status.UNDONE, row.contact_id) if row.doubt is not None else gone(row, read)

    async def _used(self, row: Due, found: Found) -> Outcome | None:
        if found.is_blocked:
            return kept(row, "blocked")
        if was_active(found):
            return kept(row, "used")
        is_used = await self._usage.of(row, found.id)
        if is_used:
            return kept(row, "used")
        return kept(row, "untold") if is_used is None and not self._terms.remove_untold else None

    async def _remove(self, row: Due) -> Outcome:
        """Remove the contact; after a lost answer a search tells whether it is gone before anything is sent again."""
        policy, answers = self._session.request_policy, list[Answer]()
        if policy.stopping:
            return policy.not_sent()
        await self._group_commit.sent(row)

        async def attempt() -> Answer | Outcome:
            if answers and (settled := await self._meanwhile(row)) is not None:
                return settled
            request = partial(self._session.client.delete, row.contact_id or "")
            answers.append(await policy.ask(row.turn, request, "write"))
            return answers[-1]

        result = await policy.insist(row.turn, attempt)
        if not isinstance(result, Outcome):
            result = await self._answered(row, result, may_be_done=len(answers) > 1)
        return result._replace(is_doubted=any(map(may_be_stored, answers)))

    async def _meanwhile(self, row: Due) -> Outcome | None:
        """The outcome of a row whose removal may have happened; ``None`` if its contact is there, and as the run made
        it."""
        read = await read_back(row, self._session, again=True)
        if read.is_answered and read.found is None:
            return Outcome(Status.UNDONE, row.contact_id)
        return self._judged(row, read)

    async def _answered(self, row: Due, answer: Answer, *, may_be_done: bool) -> Outcome:
        """What an answer means; ``may_be_done`` says that one before it was lost."""
        reply, decision = answer
        if decision.action is Action.DONE and self.removes:
            return Outcome(Status.UNDONE, row.contact_id)
        if decision.action is Action.DONE or decision.action is Action.NOT_FOUND:
            return await self._proved(row, answer, may_be_done=may_be_done or decision.action is Action.DONE)
        if self.removes is None and has_no_removal(reply):
            self._learn(has=False)
            return kept(row, "not_removable", Message("the server removes no contacts ({cause})", cause=decision.cause))
        if self._session.request_policy.stopping and decision.action is not Action.DOUBT:
            return self._session.request_policy.not_sent()
        return unsettled(row, "not_removed", decision)

    async def _proved(self, row: Due, answer: Answer, *, may_be_done: bool) -> Outcome:
        """The outcome of a removal that only a search proves: the first of a session, or one that met nobody."""
        read = await read_back(row, self._session, again=True)
        if read.is_answered and read.found is not None and may_be_done:
            await self._session.stop.sleep(self._terms.settle_s)  # a search may be late
            read = await read_back(row, self._session, again=True)
        if not read.is_answered:
            return unread(row)
        if read.found is None:
            if answer.decision.action is Action.DONE:
                self._learn(has=True)
            return Outcome(Status.UNDONE, row.contact_id)
        if self.removes:
            return unsettled(row, "not_removed", answer.decision)
        self._learn(has=False)
        cause = answer.decision.cause
        if answer.decision.action is Action.DONE:
            cause = Message("it says that the contact is removed, and still shows it")
        return kept(row, "not_removable", Message("the server removes no contacts ({cause})", cause=cause))

    def _learn(self, *, has: bool) -> None:
        self.removes = has
        self._session.findings.learn(REMOVES, has=has)


def changed_fields(row: Due, found: Found) -> list[str]:
    """The fields in which a contact is not what the row's create made; stamps do not count."""
    sent, theirs = row.contact, found.contact
    names = (*UPDATABLE, *dict.fromkeys((*sent.attributes, *theirs.attributes)))
    return [
        name
        for name in names
        if name not in STAMPS
        and found.shows(name)
        and not same_value(name, value_of(sent, name), value_of(theirs, name))
    ]
