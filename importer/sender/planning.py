"""What an import would do with a row, found out by searches alone: nothing is written, and nothing tried by writing."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from importer.error_codes import CONTINUE, ERROR_CODES, LOOK_THERE, ended, failed
from importer.ledger.known_contacts import ATTRIBUTES_DUE
from importer.ledger.records import Change, Doubt, Due
from importer.livedesk.contact import Contact
from importer.livedesk.payload import changes_of, kept_of
from importer.livedesk.responses import Found
from importer.message import Message
from importer.models import OnDuplicate, Outcome, Status
from importer.sender.claims import same_contact
from importer.sender.delivery import NOT_FOUND
from importer.sender.differences import changes_to, left_for_lack_of, listed, other_data
from importer.sender.edited_rows import perhaps_there, recognize
from importer.sender.existing import doubled, there_already
from importer.sender.lookup import UNANSWERED, UNSEARCHABLE, Judge, Looked, look_together, look_up
from importer.sender.policy import Policy
from importer.sender.resolution import Held, Person, refusal
from importer.sender.session import Session
from importer.staging.account_index import AccountIndex

UNTOLD: Final = failed("server_error", UNANSWERED, CONTINUE)
"""Of a row whose search was not answered, or not with a list that names who is found."""


class Plan(NamedTuple):
    """What becomes of a row: its outcome, and the changes of an update."""

    outcome: Outcome
    changes: tuple[Change, ...] = ()


class Account(NamedTuple):
    """The account as its list shows it. Whom a list that ``is_whole`` does not show is not there."""

    contacts: AccountIndex
    is_whole: bool

    def looked(self, row: Due) -> Looked:
        """What a search for the row's keys would find."""
        holders = {name: self.contacts.holders(name, value) for name, value in row.contact.keys().items()}
        return Looked({name: found for name, found in holders.items() if found}, (), None, self.contacts.ahead_s)


async def plan_of(row: Due, session: Session, policy: Policy, account: Account | None = None) -> Plan | None:
    """What an import by this policy would do with a row; ``None`` if the run stops before that is known, or it is too
    early: a search may not show yet whom an import would search for first (``Session.late_s``), or an earlier run may
    still change or remove somebody (``Session.earlier``)."""
    contact = row.contact
    if contact.has_key:
        looked = await _looked(row, session, policy, account)
        if looked is not None and (
            _is_unseen(row, looked, session, policy, account) or session.earlier.wait_s(looked.everybody, row)
        ):
            return None
        if looked is None:
            plan = None if session.request_policy.stopping else _conflict(UNTOLD)
        else:
            plan = _by(row, looked, session, policy)
    else:
        plan = Plan(_unsearchable(row)) if row.doubt is not None else _nobody(policy)
    if plan is None:
        return None
    told = perhaps_there(contact, session) if plan.outcome.status is Status.CREATE else ()
    return plan._replace(outcome=plan.outcome._replace(hint=(*row.remarks, *told, *plan.outcome.hint)))


def _is_unseen(row: Due, looked: Looked, session: Session, policy: Policy, account: Account | None) -> bool:
    is_sought = row.known_id is not None or policy.only_existing
    if not is_sought or row.doubt is not None or (account is not None and account.is_whole):
        return False
    late_s = session.late_s()
    return late_s > 0 and not looked.shows(row.known_id, late_s)


async def _looked(row: Due, session: Session, policy: Policy, account: Account | None) -> Looked | None:
    """Who holds the row's keys: by the list, by the look-up of many where the server is known to have it, by searches.

    A row of which a list that is not whole does not show every key is searched for all the same; so is one that would
    be changed, where the look-up of many shows it: that may lag behind.
    """
    may_be_several = policy.match_by == "phone_number"
    if account is not None:
        looked = account.looked(row)
        if account.is_whole or (looked.holders.keys() >= row.contact.keys().keys() and not may_be_several):
            return looked
    elif not may_be_several:
        together = await look_together(row, session)
        if together is not None and not (policy.updates and _has_changes(row, together, policy)):
            return together
    return await look_up(row, session, match_by=policy.match_by)


def _has_changes(row: Due, looked: Looked, policy: Policy) -> bool:
    return any(changes_of(row.contact, found.contact, policy.rule) != Contact() for found in looked.everybody)


def _by(row: Due, looked: Looked, session: Session, policy: Policy) -> Plan:
    """What the import would do, where it is known who holds the row's keys."""
    ours = _ours(row, looked, session)
    if len(ours) > 1:
        return _conflict(doubled(sorted(ours)))
    if ours:
        (found,) = ours.values()
        return _changing(row, found, changes_of(Contact(attributes=row.contact.attributes), found.contact), policy)
    if row.contact_id is not None:
        error = Message("contact {id} is not there any more", id=row.contact_id)
        outcome = failed(ATTRIBUTES_DUE, error, ERROR_CODES["rejected"].hint)
        return _conflict(outcome._replace(contact_id=row.contact_id))
    resolved = recognize(row, looked, session, policy).resolved
    if resolved is None:
        return _nobody(policy)
    if isinstance(resolved, Held):
        return _conflict(refusal(row.contact, resolved, policy.match_by))
    if policy.updates and resolved.may_change and (kept := _kept_by_another(row, resolved.found, session)):
        return kept
    return _somebody(row, resolved, looked, policy)


def _ours(row: Due, looked: Looked, session: Session) -> Mapping[str, Found]:
    """The contacts that an earlier run created for this row, by their ids."""
    found = [one for one in looked.everybody if one.id == row.contact_id]
    if not found and row.doubt is not None:
        judge = Judge(row, session.evidence, looked)
        found = [one for one in judge.ours() if not judge.is_edited(one)]
    return {one.id: one for one in found}


def _somebody(row: Due, person: Person, looked: Looked, policy: Policy) -> Plan:
    """The row's person is there."""
    found = person.found
    if policy.on_duplicate == "fail":
        return _conflict(there_already(row.contact, looked, found, row.contact))
    if policy.updates and person.may_change:
        return _changing(row, found, changes_of(row.contact, found.contact, policy.rule), policy)
    differing = changes_of(row.contact, found.contact)
    if policy.updates:
        hint = tuple(left_for_lack_of(policy.match_by, differing, found))
        return Plan(Outcome(Status.SAME, found.id, hint=hint))
    return _same(found, differing, "skip")


def _kept_by_another(row: Due, found: Found, session: Session) -> Plan | None:
    """Another row of the file is the same contact, and keeps it."""
    if (other := session.claims.take(found.id, row.key)) is None:
        return None
    changes = tuple(changes_to(found, changes_of(row.contact, found.contact)))
    return Plan(same_contact(found.id, session.claims.told(row, other), changes))


def _changing(row: Due, found: Found, changes: Contact, policy: Policy) -> Plan:
    """The contact would get these changes, if there are any; what else differs is told."""
    kept = kept_of(row.contact, found.contact, policy.rule)
    if changes == Contact():
        return _same(found, kept, policy.on_duplicate)
    told = other_data(kept, found, policy.on_duplicate)
    hint = Message("would change {fields}", fields=[*listed(changes, found)]), *told
    return Plan(Outcome(Status.UPDATE, found.id, hint=hint), (*changes_to(found, changes),))


def _same(found: Found, differing: Contact, left_by: OnDuplicate) -> Plan:
    return Plan(Outcome(Status.SAME, found.id, hint=(*other_data(differing, found, left_by),)))


def _nobody(policy: Policy) -> Plan:
    """Nobody is the row's person."""
    if policy.only_existing:
        return _conflict(NOT_FOUND)
    return Plan(Outcome(Status.CREATE))


def _unsearchable(row: Due) -> Outcome:
    """Of a row that an earlier run left in doubt, and that no search finds."""
    doubt = row.doubt or Doubt(cause=ERROR_CODES["interrupted"].meaning)
    return ended(Status.CONFLICT, doubt.code, doubt.cause, UNSEARCHABLE, hint=LOOK_THERE)


def _conflict(outcome: Outcome) -> Plan:
    """The row would end without being sent."""
    return Plan(outcome._replace(status=Status.CONFLICT))
