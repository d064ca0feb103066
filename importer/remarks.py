"""Remarks on rows that a run takes all the same: each has a kind, by which they are counted and filtered.

A remark is a ``Message`` with a value ``kind``, one of ``REMARKS``; a hint without one is about its row alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from importer.message import Message, Messages

EXAMPLES: Final = 3
"""Rows that are named for each kind."""

APART: Final = "apart"
"""The kind of a row with nothing but a name, which stands apart from the others."""

UNSEARCHABLE: Final = "unsearchable"
"""The kind of a row whose only key no search finds."""

FOREIGN_ID: Final = "foreign_id"
"""The kind of a row with a ``contact_id`` that no run of the ledger gave."""

ELSEWHERE_ID: Final = "elsewhere_id"
"""The kind of a row with a ``contact_id`` that a run on another address gave."""

OTHER_ID: Final = "other_id"
"""The kind of a row with a ``contact_id`` of a contact that, as far as the ledger knows, has none of the row's keys."""

CORRECTED: Final = "corrected"
"""The kind of a row in which the user has corrected cells, one by one."""

DIFFERS: Final = "differs"
"""The kind of a row whose contact exists with other data."""

OTHER_INBOX: Final = "other_inbox"
"""The kind of a row whose contact was there before, and may be in another inbox than the row's."""

OTHER_NAME: Final = "other_name"
"""The kind of a duplicate whose name is hardly that of the person who is kept."""

SENT_BEFORE: Final = "sent_before"
"""The kind of a row that is created, and whose name an earlier row had without a key."""

NOT_AGAIN: Final = "not_sent_again"
"""The kind of a row that an earlier run sent with other data, where nothing but its place tells that it is the same."""

REMARKS: Final[Mapping[str, Message]] = {
    OTHER_ID: Message("a contact_id of a contact without the row's email, phone_number and identifier"),
    ELSEWHERE_ID: Message("a contact_id of another address"),
    FOREIGN_ID: Message("a contact_id that no import of this ledger gave"),
    APART: Message("nothing but a name, or words of a heading or a total: perhaps no person"),
    DIFFERS: Message("the contact exists with other data, and was left so"),
    OTHER_INBOX: Message("the contact was there before, and was not added to the inbox: only a create can do that"),
    NOT_AGAIN: Message("sent by an earlier run with other data, and not again, for no key tells who it is"),
    SENT_BEFORE: Message("the name of a row without a key that an earlier run sent: perhaps there twice now"),
    "bad_value": Message("sent without a bad value"),
    "shared_value": Message("sent without a value that another person has"),
    CORRECTED: Message("cells corrected by hand"),
    "company_for_a_name": Message("a company for want of a name"),
    "second_email": Message("a second email left out"),
    "second_phone_number": Message("a second phone number left out"),
    "second_value": Message("a second city, company or other attribute left out"),
    "extension": Message("the extension of a phone number left out"),
    "no_letter": Message("a name without a letter left out"),
    "masked": Message("a name of which the export hides a part left out"),
    "odd_name": Message("a date or a yes and no where a name or an id should be"),
    "improbable": Message("a phone number that looks improbable"),
    "mail_domain": Message("an email whose domain looks like a slip in a well-known one"),
    "other_encoding": Message("text that looks like another encoding"),
    "long_link": Message("a link to a picture of more than 255 characters"),
    UNSEARCHABLE: Message("an identifier that LiveDesk's search cannot find"),
    OTHER_NAME: Message("a duplicate with another name, who may be another person"),
    "made_identifier": Message("an identifier made from the row's data"),
    "filled": Message("filled from a duplicate"),
}
"""Every kind, and what it says of a row; the most important first."""


@dataclass(slots=True)
class Remark:
    """Rows with remarks of one kind: how many, and the first few of them."""

    kind: str
    count: int = 0
    rows: list[Message | int] = field(default_factory=list)

    @property
    def meaning(self) -> Message:
        """What the kind says; the kind itself if another version wrote it."""
        return REMARKS.get(self.kind, Message("{kind}", kind=self.kind))

    @property
    def where(self) -> Message:
        """The first rows, for people."""
        if self.count == 1:
            return Message("row {row}", row=self.rows[0])
        if more := self.count - len(self.rows):
            return Message("rows {rows} and {number:,} more", rows=self.rows, number=more)
        return Message("rows {rows}", rows=self.rows)


class RemarkCount:
    """Counts the rows that have remarks of each kind."""

    def __init__(self) -> None:
        self._found: dict[str, Remark] = {}

    def add(self, row: Message | int, messages: Messages) -> None:
        """Count one row, once for each kind among its messages; ``row`` is how people find it."""
        for kind in kinds_of(messages):
            self.count(row, kind)

    def count(self, row: Message | int, kind: str) -> None:
        """Count one row of a kind."""
        remark = self._found.setdefault(kind, Remark(kind))
        remark.count += 1
        if len(remark.rows) < EXAMPLES:
            remark.rows.append(row)

    def found(self) -> tuple[Remark, ...]:
        """The kinds that occurred, in the order of ``REMARKS``."""
        order = {kind: place for place, kind in enumerate(REMARKS)}
        return tuple(sorted(self._found.values(), key=lambda remark: order.get(remark.kind, len(order))))


def not_added(inbox: str) -> Message:
    """What is said of a contact that is there, and may not be in the inbox of its row."""
    return Message("not added to inbox {inbox}: only a create can do that", inbox=inbox, kind=OTHER_INBOX)


def kinds_of(messages: Iterable[Message]) -> dict[str, None]:
    """The kinds of these messages, each once, in their order."""
    return {kind: None for message in messages if isinstance(kind := message.values.get("kind"), str)}


def of_kind(kind: str, messages: Iterable[Message]) -> Messages:
    """The messages that have this kind."""
    return tuple(message for message in messages if message.values.get("kind") == kind)
