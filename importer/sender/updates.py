"""Sends a contact what it lacks, makes sure that it is stored, and loses nothing that somebody else wrote there."""

from collections.abc import Callable, Set
from dataclasses import replace
from functools import partial
from typing import Final

from importer.error_codes import failed
from importer.ledger.known_contacts import ATTRIBUTES_DUE
from importer.ledger.records import Due
from importer.livedesk.capabilities import DOCUMENTED_MERGES, MERGES, MERGES_GROUP
from importer.livedesk.contact import Contact
from importer.livedesk.identity import echo_of
from importer.livedesk.payload import attributes_missing, goes_along, is_anothers, shows, wiped
from importer.livedesk.responses import Failure, Found, updated
from importer.livedesk.retry import Action, Answer, may_be_stored
from importer.message import Message
from importer.models import Outcome, Status
from importer.sender.lookup import look_up
from importer.sender.session import Session

_CORRECT_ATTRIBUTES: Final = Message("correct the attributes, and import the row with --on-duplicate update")
_NOT_SHOWN: Final = Message("the server says that they are, and does not show them")


class Updates:
    """Sends the updates of one row; ``told`` gets the status of each."""

    def __init__(self, row: Due, session: Session, told: Callable[[int | None], None]) -> None:
        self._row = row
        self._contact = row.contact
        self._session = session
        self._told = told
        self.is_elsewhere = False
        """Whether an update showed that the contact it went to is another's, or nobody's."""
        self.wrote_to_another = False
        """Whether that contact is another's, and may have the row's attributes now."""
        self.wiped: tuple[str, ...] = ()
        """The attributes of others that an update took away, and that could not be restored."""
        self.may_be_stored = False
        """Whether the server may have carried out an update, or may do so later, although no answer said so."""
        self.updates = 0
        """How many have left."""
        self.meanwhile: Found | None = None
        """The contact as it was read before an update was to be repeated: it was not, for somebody else had changed the
        contact, or the update was stored already."""

    async def send(self, contact_id: str, changes: Contact, found: Found | None, *, is_guarded: bool = False) -> Answer:
        """Send ``changes`` until they are answered; ``found`` is the contact's state, read just before.

        With ``is_guarded`` an answer in doubt counts as it is: what was perhaps stored is not sent again before a read
        has told. Where the server did not take an update, or the refusal may be that of another request, the contact is
        read again before each further try, which does not leave if ``meanwhile`` somebody else has written one of the
        fields, or all of them have their new values.

        If a part was sent, and the answer shows that the rest is gone, everything that stood there is sent at once.
        """
        answer = await self._send(contact_id, changes, found, is_guarded=is_guarded)
        shown = updated(answer.reply.body) if answer.decision.action is Action.DONE else None
        restored = await self.restored(changes, found, shown) if found is not None and shown is not None else None
        return restored or answer

    async def restored(self, changes: Contact, found: Found, shown: Found) -> Answer | None:
        """Send at once what stood in ``found`` and an update with ``changes`` took away, as what is ``shown`` after it
        says; ``None`` if it took nothing away."""
        if not (gone := wiped(changes, found, shown)):
            return None
        for group in {name.partition(".")[0] for name in gone}:
            self._session.findings.learn(MERGES_GROUP[group], has=False)
        whole = {**found.additional, **shown.additional}, {**found.custom, **shown.custom}
        before = replace(found, additional=whole[0], custom=whole[1])
        answer = await self._send(found.id, changes, before, is_kept=True)
        self.wiped = () if answer.decision.action is Action.DONE else gone
        return answer

    async def _send(
        self, contact_id: str, changes: Contact, found: Found | None, *, is_kept: bool = False, is_guarded: bool = False
    ) -> Answer:
        """Send ``changes`` with what goes along of ``found``; unless that ``is_kept``, each further try reads it anew:
        somebody may have changed it meanwhile."""
        policy, number, merges = self._session.request_policy, self._row.turn, self._merges
        state, answers = found, list[Answer]()
        is_read = is_guarded or goes_along(changes, merges=merges)

        async def attempt(*, fresh: bool = False) -> Answer | Found | None:
            nonlocal state
            if answers and not is_kept and found is not None and is_read:
                state = await self.read(contact_id) or state
                if is_guarded and state is not None and (is_anothers(changes, found, state) or shows(changes, state)):
                    return state
            update = partial(self._session.client.update, contact_id, changes, state)
            request = partial(update, merges=merges, once=is_guarded, fresh=fresh)
            answers.append(await policy.send(number, request))
            self.updates += 1
            if answers[-1].reply.failure is Failure.STALE:  # on a connection of its own a refusal is nobody else's
                return await attempt(fresh=True)
            self.may_be_stored |= may_be_stored(answers[-1])
            return None if is_guarded and answers[-1].decision.action is Action.DOUBT else answers[-1]

        result = await policy.insist(number, attempt)
        answer = result if isinstance(result, Answer) else answers[-1]
        self.meanwhile = result if isinstance(result, Found) else None
        self._told(answer.reply.status or None)
        return answer

    async def read(self, contact_id: str) -> Found | None:
        """The contact of this id as a search shows it now, ``None`` if it shows none."""
        looked = await look_up(self._row, self._session, fresh=True) if self._contact.has_key else None
        return next((found for found in looked.everybody if found.id == contact_id), None) if looked else None

    async def finish(self, contact_id: str) -> Outcome:
        """Send the attributes of a contact that an earlier run created: what it has got since must not be lost."""
        is_read = goes_along(self._contact, merges=self._merges)
        return await self.attributes(contact_id, await self.read(contact_id) if is_read else None)

    async def attributes(self, contact_id: str, found: Found | None) -> Outcome:
        """Send the attributes that ``found`` does not show, which is safe to repeat."""
        missing = attributes_missing(self._contact, found)
        if not missing:
            return Outcome(Status.CREATED, contact_id)
        return await self._sent_to(contact_id, await self.send(contact_id, Contact(attributes=missing), found))

    async def prove_merge(self, contact_id: str) -> Outcome | None:
        """Find out with a contact of this run whether an update of one attribute leaves the others; if they are gone,
        or that cannot be told, send them once more. Returns the outcome if that failed, else ``None``.

        The update changes nothing: it brings a value that is there.
        """
        probe = self._session.merging.probe(self._contact)
        before = await self.read(contact_id) if probe else None
        if probe is None or before is None or attributes_missing(self._contact, before):
            return None
        answer = await self.send(contact_id, probe, None)
        shown, after = updated(answer.reply.body), await self.read(contact_id)
        is_done = answer.decision.action is Action.DONE
        if is_done and not any(attributes_missing(before.contact, state) for state in (shown, after)):
            self._session.findings.learn(MERGES, has=True)
            return None
        if is_done and after is not None and attributes_missing(self._contact, after):
            self._session.findings.learn(MERGES, has=False)
        whole = Contact(attributes=self._contact.attributes)
        outcome = await self._sent_to(contact_id, await self.send(contact_id, whole, before))
        return None if outcome.status is Status.CREATED else outcome

    @property
    def _merges(self) -> Set[str]:
        """The groups of attributes of which an update may send a part: proved, or documented and not disproved."""
        told = {group: self._session.findings.proved(name) for group, name in MERGES_GROUP.items()}
        return {group for group, has in told.items() if (group in DOCUMENTED_MERGES if has is None else has)}

    async def _sent_to(self, contact_id: str, answer: Answer) -> Outcome:
        """The outcome of an update with attributes: its answer, or a search, must show that they are stored."""
        if answer.decision.action is not Action.DONE:
            self.is_elsewhere = answer.decision.action is Action.NOT_FOUND
            due = _due(contact_id, answer.decision.cause)
            is_refused = answer.decision.action is Action.REFUSED
            return due._replace(hint=(_CORRECT_ATTRIBUTES,)) if is_refused else due
        evidence, shown = self._session.evidence, updated(answer.reply.body)
        differs = echo_of(self._contact, shown.contact).differs if shown else ()
        if any(difference.way is None for difference in differs):
            self.is_elsewhere = self.wrote_to_another = True
            evidence.wrote_to_another(contact_id, self._row.key)
            error = Message("contact {id} is another's", id=contact_id)
            return Outcome(Status.UNKNOWN, error_code="bad_answer", error=(error,))
        if shown is not None and shown.contact.attributes:
            is_stored = self._shows_attributes(shown.contact)
        else:
            is_stored = evidence.believes_updates or await self._is_found(contact_id)
        return Outcome(Status.CREATED, contact_id) if is_stored else _due(contact_id, _NOT_SHOWN)

    async def _is_found(self, contact_id: str) -> bool:
        """Whether a search shows the attributes; where it shows no contact of this id, nothing is proved."""
        looked = await look_up(self._row, self._session) if self._contact.has_key else None
        found = next((found for found in looked.everybody if found.id == contact_id), None) if looked else None
        if found is None:
            return True
        if is_stored := self._shows_attributes(found.contact):
            self._session.evidence.confirm_update()
        return is_stored

    def _shows_attributes(self, shown: Contact) -> bool:
        """Whether all of them are there; the server may write their values in its own way."""
        return shown.attributes.keys() >= self._contact.attributes.keys()


def _due(contact_id: str, cause: Message) -> Outcome:
    error = Message("created, but its attributes were not stored: {cause}", cause=cause)
    return failed(ATTRIBUTES_DUE, error)._replace(contact_id=contact_id)
