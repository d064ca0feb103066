"""What becomes of a row whose contact the server has: ours, to be completed; an older one; or somebody else's."""

from collections.abc import Callable, Iterator, Sequence

from importer.error_codes import ended
from importer.errors import NotStored
from importer.ledger.known_contacts import UNCONFIRMED
from importer.ledger.records import Doubt, Due, InDoubt
from importer.livedesk.contact import Contact
from importer.livedesk.identity import echo_of, lacking
from importer.livedesk.payload import attributes_missing, changes_of
from importer.livedesk.responses import Found
from importer.message import Message
from importer.models import Outcome, Status, WrongId
from importer.remarks import not_added
from importer.sender.differences import other_data
from importer.sender.doubts import Aside, Result
from importer.sender.edited_rows import recognize, stored_before
from importer.sender.lookup import Judge, Looked, is_same
from importer.sender.older import OlderContact
from importer.sender.policy import Policy
from importer.sender.resolution import Held, Person, refusal
from importer.sender.session import Session
from importer.sender.updates import Updates
from importer.sender.wrong_ids import never_theirs, strangers, taken_over


class Existing:
    """Decides about the contacts that a search found, or that an answer named. ``told`` gets the status of a PATCH."""

    def __init__(self, row: Due, session: Session, policy: Policy, told: Callable[[int | None], None]) -> None:
        self._row = row
        self._contact = row.contact
        self._doubt = row.doubt or Doubt()
        self._session = session
        self._policy = policy
        self._updates = Updates(row, session, told)

    @property
    def is_elsewhere(self) -> bool:
        """Whether an update showed that the contact it went to is another's, or nobody's."""
        return self._updates.is_elsewhere

    @property
    def wrote_to_another(self) -> bool:
        """Whether that contact is another's, and may have the row's attributes now."""
        return self._updates.wrote_to_another

    async def doubted(self, looked: Looked) -> Result | None:
        """The outcome of a row in doubt; ``None`` if the server does not have it now."""
        if looked.holders or self._judge(looked).ours():
            return await self.found(looked, maybe_ours=True)
        if looked.claimed is None or self._doubt.shown is None:
            return None
        echo = echo_of(self._contact, looked.claimed.contact)
        if not echo.agrees and not echo.differs:
            self._session.evidence.give_up_on_terse()
        elif not echo.differs or not all(difference.way for difference in echo.differs):
            return None
        return await self._ours(looked.claimed)

    def is_anothers(self, looked: Looked) -> bool:
        """Whether a search shows somebody who has a key of the row, and neither the row's own contact nor that whose id
        an answer gave it."""
        is_claimed = any(found.id == self._doubt.claimed for found in looked.everybody)
        return bool(looked.holders) and not is_claimed and not self._judge(looked).ours()

    def needs_no_update(self, looked: Looked) -> bool:
        """Whether whoever was found is of this row and lacks nothing, or an older contact with the same data: what
        differs is told, and so it must have been read."""
        if ours := self._judge(looked).ours():
            return not any(attributes_missing(self._contact, found) for found in ours)
        data = self._policy.data_of(self._contact)
        return all(changes_of(data, found.contact) == Contact() for found in looked.everybody)

    def _judge(self, looked: Looked) -> Judge:
        return Judge(self._row, self._session.evidence, looked)

    async def found(self, looked: Looked, *, maybe_ours: bool) -> Result:
        """The outcome of a row whose keys somebody holds; ``maybe_ours`` if its own request may have stored them. While
        an earlier run may still change or remove one of them, the row stands aside."""
        if wait_s := self._session.earlier.wait_s(looked.everybody, self._row):
            row = self._row if maybe_ours else self._row._replace(doubt=None, known_id=self._row.known_id or "")
            return Aside(row, wait_s)
        judge = self._judge(looked)
        ours = judge.ours() if maybe_ours else []
        beside = self._known_beside(looked) if ours else ()
        ids = sorted({*(found.id for found in ours), *filter(None, [self._confirmed_id]), *beside})
        if len(ids) > 1:
            return doubled(ids)
        if self._confirmed_id:
            return await self.created(self._confirmed_id, next(iter(ours), None))
        if ours and not self._is_left(ours[0], looked):
            return await self._ours(ours[0])
        return await self._from_before(looked, judge, maybe_ours=maybe_ours)

    def _is_left(self, found: Found, looked: Looked) -> bool:
        """Whether a contact that the row's request may have created counts as one from before all the same."""
        is_edited = self._judge(looked).is_edited(found)
        return is_edited or self._is_kept(found) or self._is_of_another_inbox(found, looked)

    def _is_kept(self, found: Found) -> bool:
        """Whether another row has the contact, and rightly: one of this run, since a row in doubt may have been edited
        into two, or one of a run that created it meanwhile."""
        evidence = self._session.evidence
        if strangers(self._row, found, evidence):
            return False
        if any(given.is_created for given in evidence.earlier(found.id, self._row.fingerprint)):
            return True
        return self._session.claims.take(found.id, self._row.key) is not None

    def _is_of_another_inbox(self, found: Found, looked: Looked) -> bool:
        """Whether an earlier run has sent the contact to another inbox, where alone it is shown to be; or, where no
        inbox is shown, nothing went to the row's own."""
        inbox = self._contact.inbox_id
        if inbox is None or inbox in found.inboxes:
            return False
        if not found.inboxes:
            return not self._was_sent_here()
        was = (before for before, one in stored_before(self._row, looked, self._session) if one.id == found.id)
        given = self._session.evidence.earlier(found.id, self._row.fingerprint)
        sent_to = {before.contact.inbox_id for before in was} | {one.contact.inbox_id for one in given}
        return not sent_to <= {None, inbox}

    async def _from_before(self, looked: Looked, judge: Judge, *, maybe_ours: bool) -> Result:
        """The outcome of a row whose keys somebody holds whom this row has not created, as far as can be told."""
        for one in looked.everybody:
            self._session.evidence.met(one.id, self._row.key)
        resolved, was = recognize(self._row, looked, self._session, self._policy)
        if not isinstance(resolved, Person):
            if maybe_ours and len(looked.everybody) > 1 and judge.may_hide_ours():
                return perhaps_ours(looked)
            return refusal(self._contact, resolved or Held("taken", looked.holders), self._policy.match_by)
        first = resolved.found
        is_claimed = maybe_ours and first.id == self._doubt.claimed and not judge.is_older(first)
        if is_claimed and (lost := lacking(self._contact, first.contact)):
            return self._not_stored(first.id, lost)
        wrong = self._taken_over(await never_theirs(self._row, first, looked, self._session))
        outcome = await self._older(resolved, looked, maybe_ours=maybe_ours)
        if isinstance(outcome, Aside) or outcome.status not in (Status.EXISTS, Status.UPDATED):
            return outcome if isinstance(outcome, Aside) else outcome._replace(wrong_ids=wrong)
        limits = () if self._may_be_there(first, judge, was, maybe_ours=maybe_ours) else self._limits(first)
        told = tuple(before.fingerprint for before in was)
        return outcome._replace(wrong_ids=wrong, was=told, hint=(*outcome.hint, *limits))

    def _may_be_there(self, found: Found, judge: Judge, was: Sequence[InDoubt], *, maybe_ours: bool) -> bool:
        """Whether a request of the row, or of what it was before an edit, may have created the contact in the row's
        inbox."""
        if found.inboxes:
            return self._contact.inbox_id in found.inboxes
        if was:
            return any(before.contact.inbox_id == self._contact.inbox_id for before in was)
        return maybe_ours and not judge.is_older(found) and self._was_sent_here()

    def _was_sent_here(self) -> bool:
        """Whether a request of the row that is in doubt went to its inbox, as far as is known: what it may be from an
        earlier run can have gone to another, and of a forgotten one the inbox may be gone."""
        was = (self._session.in_doubt.get(pair, ()) for pair in self._contact.keys().items())
        inboxes = {before.contact.inbox_id for found in was for before in found}
        return not inboxes or not inboxes.isdisjoint({None, self._contact.inbox_id}) or self._doubt.was_resent

    def _taken_over(self, wrong: tuple[WrongId, ...]) -> tuple[WrongId, ...]:
        return taken_over(self._row, wrong, self._session.claims, self._session.evidence)

    def _known_beside(self, looked: Looked) -> Iterator[str]:
        """Whom an earlier run knows as the row's person: it was created since a search did not show that contact. Where
        the ledger has no id, whoever has the same keys."""
        known_id, ways = self._row.known_id, self._session.evidence.ways
        if known_id is None:
            return iter(())
        return (
            found.id
            for found in looked.everybody
            if found.id == known_id or (not known_id and is_same(self._row, found, ways))
        )

    def _limits(self, found: Found) -> Iterator[Message]:
        """What an import does not do for a contact that is there: add it to the row's inbox, which no update can. The
        server may show that it is there already, or the ledger know it."""
        inbox = self._contact.inbox_id
        if inbox is not None and inbox not in found.inboxes and not self._session.is_in_inbox(found.id, inbox):
            yield not_added(inbox)

    @property
    def _confirmed_id(self) -> str | None:
        """The id of a row that was sent again, at the last look for a second one."""
        return self._doubt.claimed if self._doubt.is_last_look else None

    async def _ours(self, found: Found) -> Outcome:
        """A search found what the row itself created."""
        evidence, doubt = self._session.evidence, self._doubt
        if doubt.shown is not None and found.id == doubt.claimed:
            evidence.confirm(echo_of(self._contact, doubt.shown))
        elif doubt.claimed is not None:
            evidence.refute()
        evidence.claim(found.id, self._row.key, self._row.fingerprint, found=True)
        wrong = self._taken_over(strangers(self._row, found, evidence))
        outcome = await self.created(found.id, found)
        return outcome._replace(by_search=found.id != doubt.claimed, wrong_ids=wrong)

    async def _older(self, person: Person, looked: Looked, *, maybe_ours: bool) -> Result:
        """The contact was there before, as far as can be told: only a policy that updates changes it."""
        found = person.found
        if self._policy.on_duplicate == "fail":
            return there_already(self._contact, looked, found, self._policy.data_of(self._contact))
        older = OlderContact(self._row, self._session, self._policy, self._updates)
        if self._policy.updates and person.may_change:
            return await older.update(found, maybe_ours=maybe_ours)
        return older.left_alone(found, maybe_ours=maybe_ours)

    def _not_stored(self, contact_id: str, lost: Sequence[str]) -> Outcome:
        """The server took the contact and did not keep all of it: no row may go on like that."""
        error = Message("contact {id} lacks what was sent: {fields}", id=contact_id, fields=lost)
        outcome = ended(Status.UNKNOWN, NotStored.code, error, contact_id=contact_id)
        self._session.request_policy.stop(NotStored(error, *outcome.hint))
        return outcome

    async def created(self, contact_id: str, found: Found | None = None) -> Outcome:
        """Complete a contact of ours: send the attributes that ``found``, its known state, does not show.

        A row that was sent twice first waits for the end of the run, and for a last look whether there are two of it.
        """
        if self._doubt.was_resent and not self._doubt.is_last_look:
            self._session.request_policy.may_be_twice()
            return Outcome(Status.SENT, contact_id, UNCONFIRMED)
        outcome = await self._updates.attributes(contact_id, found)
        if outcome.status is Status.CREATED and self._policy.updates:
            return await self._updates.prove_merge(contact_id) or outcome
        return outcome

    async def finish(self, contact_id: str) -> Outcome:
        """Complete a contact that an earlier run created without its attributes."""
        return await self._updates.finish(contact_id)


def there_already(contact: Contact, looked: Looked, found: Found, data: Contact) -> Outcome:
    """Of a row whose person exists, where that is an error (``--on-duplicate fail``): it tells what differs from the
    row's own ``data``."""
    outcome = refusal(contact, Held("exists", dict.fromkeys(looked.holders, (found,))))
    return outcome._replace(hint=(*outcome.hint, *other_data(changes_of(data, found.contact), found, "skip")))


def doubled(ids: Sequence[str]) -> Outcome:
    """Of a row that the server has as several contacts."""
    return ended(Status.UNKNOWN, "doubled", Message("the server stored it twice, as contacts {ids}", ids=ids))


def perhaps_ours(looked: Looked) -> Outcome:
    """Of a row in doubt whose values several contacts have, where no time tells whether one of them is its own."""
    ids = [found.id for found in looked.everybody]
    error = Message("contacts {ids} have its values, and one of them may be its own", ids=ids)
    return ended(Status.UNKNOWN, "ambiguous", error)
