"""Attributes in a create, which the API does not document: which row tries them, what that proves, who relies on it.

One row at a time asks: its create brings attributes of a *group* (one of ``ATTRIBUTE_GROUPS``) of which nothing is
known yet, and a search reads back what was stored. Where they are proved to be stored, each create brings them, and
its answer must show them; what it does not show an update sends, as it does where nothing is proved. What an earlier
run proved is asked again once: the server may have changed, and its answers may show what it does not store.
"""

from collections.abc import Iterable
from typing import Final

from importer.ledger.records import Due
from importer.livedesk.capabilities import CREATES_WITH
from importer.livedesk.contact import ATTRIBUTE_GROUPS, Contact
from importer.livedesk.identity import echo_of
from importer.livedesk.payload import attributes_missing
from importer.livedesk.responses import Failure, Found
from importer.livedesk.retry import REFUSALS, Action, Answer, is_about_fields
from importer.sender.findings import Findings

MOST_UNDECIDED: Final = 3
"""After so many rows whose try proved neither yes nor no, a session asks no more."""


MOST_LOST: Final = 3
"""So often in a row a create with attributes may get lost where the next one without is taken: then a session brings
no more."""


class CreateAttributes:
    """Owns the question whether the server stores attributes that a create brings."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._is_asked = False
        self._undecided = 0
        self._lost = 0
        self._is_suspect = False

    def begin(self, row: Due, *, may_ask: bool) -> "Carried":
        """What the first create of a row with attributes brings; ``Carried.end`` must follow.

        A row ``may_ask`` once the server has taken a write: before that, a refusal may be about every row.
        """
        contact = row.contact
        if self._is_suspect or self._lost >= MOST_LOST:
            return Carried(self, contact, ())
        groups = [group for group in ATTRIBUTE_GROUPS if _of_group(contact, group)]
        unknown = [group for group in groups if self.has(group) is None]
        may_ask &= contact.has_key and not self._is_asked and self._undecided < MOST_UNDECIDED
        asks = may_ask and bool(unknown)
        self._is_asked |= asks
        brought = (group for group in groups if self.has(group) or (asks and group in unknown))
        return Carried(self, contact, tuple(brought), is_asking=asks)

    def has(self, group: str) -> bool | None:
        """Whether the server stores attributes of a group; ``None`` until this session knows."""
        return self._findings.proved(CREATES_WITH[group])

    def learn(self, group: str, *, has: bool) -> None:
        """A group is proved to be stored, or not."""
        self._findings.learn(CREATES_WITH[group], has=has)

    def answered(self, *, is_decided: bool) -> None:
        """The row that asks has its outcome."""
        self._is_asked = False
        self._undecided += not is_decided

    def lost(self) -> None:
        """A create with attributes had no answer, or one that says nothing of them."""
        self._is_suspect = True

    def taken(self, *, with_attributes: bool) -> None:
        """The server took a create: with attributes, they are not to blame; without, they may be."""
        self._lost = 0 if with_attributes else self._lost + self._is_suspect
        self._is_suspect = False


class Carried:
    """What one row's create brings besides the documented fields. ``is_asking`` says that it is to prove something."""

    def __init__(
        self, owner: CreateAttributes, contact: Contact, groups: tuple[str, ...], *, is_asking: bool = False
    ) -> None:
        self._owner = owner
        self._contact = contact
        self.groups = groups
        self.is_asking = is_asking
        self._is_excused = False

    def believed(self, shown: Found | None) -> Found | None:
        """What of an answer to the create counts as stored: the groups that it brought, where that is proved."""
        proved = tuple(group for group in self.groups if self._owner.has(group))
        if shown is None or not proved:
            return None
        attributes = {name: value for name, value in shown.contact.attributes.items() if name.startswith(proved)}
        return Found(shown.id, Contact(attributes=attributes), shown.created_at, shown.additional)

    def read_back(self, contact_id: str, contacts: Iterable[Found]) -> None:
        """Learn from the contact that a search shows under the id of the answer; one that it does not show is no proof.

        A group of which only a part came back, or another value, stays undecided.
        """
        found = next((found for found in contacts if found.id == contact_id), None)
        if found is None or not echo_of(self._contact, found.contact).is_whole:
            return
        missing = attributes_missing(self._contact, found)
        for group in self._asked():
            sent = _of_group(self._contact, group)
            if missing.keys().isdisjoint(sent):
                self._owner.learn(group, has=True)
            elif sent.isdisjoint(found.contact.attributes):
                self._owner.learn(group, has=False)

    def may_be_to_blame(self, answer: Answer) -> bool:
        """Whether the create may have been refused for what it brought; the answer is noted."""
        reply, decision = answer
        if not self.groups:
            return False
        if decision.action is Action.DOUBT and reply.failure is not Failure.STALE:
            self._owner.lost()
        if decision.action is Action.REFUSED and is_about_fields(reply, self._contact):
            self._is_excused = True
            return False
        return decision.action in REFUSALS

    def refused(self, answer: Answer) -> None:
        """The server refused the create like this, and took the same without attributes.

        A 403 proves nothing: a firewall may dislike this row's.
        """
        if answer.decision.action is Action.FORBIDDEN:
            self._owner.lost()
            return
        for group in self._asked() or self.groups:
            self._owner.learn(group, has=False)

    def end(self) -> None:
        """The row has its outcome, or steps aside."""
        if self.is_asking:
            self._owner.answered(is_decided=self._is_excused or not self._asked())

    def _asked(self) -> list[str]:
        return [group for group in self.groups if self._owner.has(group) is None]


def _of_group(contact: Contact, group: str) -> set[str]:
    return {name for name in contact.attributes if name.startswith(f"{group}.")}


NOTHING_CARRIED: Final = Carried(CreateAttributes(Findings()), Contact(), ())
"""What a create brings that has the documented fields alone."""
