"""What is known of one row that may be stored although no answer proved it, and what searches tell of it."""

from typing import Any, Final

from importer.error_codes import CONTINUE, LOOK_THERE, ended
from importer.ledger.records import Doubt, Due
from importer.livedesk.retry import Decision, may_be_about_all
from importer.message import Message, stored
from importer.models import Outcome, Status
from importer.sender.doubts import Aside, Result, unsettled
from importer.sender.existing import Existing
from importer.sender.forbidden import FORBIDDEN
from importer.sender.lookup import UNSEARCHABLE, Looked, find
from importer.sender.policy import Policy
from importer.sender.session import Session

_UNFOUND: Final = Message(
    "its identifier has a backslash, which LiveDesk's search never finds, and it has no other key"
)
NOT_SHOWN: Final = Message("a search does not find it")


class RowInDoubt:
    """Owns one row on its way: what its doubt is, or would be, from ``since`` on (epoch seconds, before its first
    create), how many creates have left (``attempts``) and were ``refusals`` that asked to wait, and the last
    ``http_status``.

    The row is in doubt once ``row.doubt`` is set. ``may_be_stored`` says that the service itself refused a create, and
    may store it all the same, and later.
    """

    def __init__(self, row: Due, session: Session, policy: Policy, since: float) -> None:
        self._contact = row.contact
        self.session = session
        self._request_policy = session.request_policy
        self._policy = policy
        self.row = row
        self.doubt = row.doubt or (Doubt(*row.refused) if row.refused else Doubt(since=since))
        self.attempts = self.doubt.attempts
        self.http_status = self.doubt.http_status
        self.refusals = 0
        self.may_be_stored = False

    def renew(self, doubt: Doubt) -> None:
        """The row is in this doubt from now on."""
        self.doubt = doubt._replace(attempts=self.attempts, http_status=self.http_status)
        self.row = self.row._replace(doubt=self.doubt)

    def note(self, **changes: Any) -> None:
        """Note what a doubt of this row would be, whether it is one or not."""
        self.doubt = self.doubt._replace(**changes)

    def remark(self, told: Message) -> None:
        """Say this with whatever becomes of the row."""
        self.row = self.row._replace(hint=stored((*self.row.remarks, told)))

    def begin_anew(self) -> None:
        """A search has shown that what an earlier run sent, and the server refused, is not stored."""
        self.row = self.row._replace(refused=None)
        self.note(until=None)

    def aside(self) -> Result:
        """The row aside, until its request can no longer be stored; if the run stops, the outcome of a doubt."""
        self.renew(self.doubt._replace(has_waited=True))
        if self._request_policy.stopping:
            return unsettled(self.row._replace(hint=""), self._request_policy.reason)
        return Aside(self.row, self._policy.settle_s)

    async def in_doubt(self, decision: Decision, refusal: str = "") -> Result:
        """The contact may have been stored: search for it, and else stand aside until it can be told. So it may after
        a ``refusal`` (its words) that another request may have got."""
        self.renew(self.doubt._replace(code=decision.code, cause=decision.cause, has_waited=False, refusal=refusal))
        return await self.look() or self.aside()

    async def look(self) -> Result | None:
        """The outcome of a contact in doubt, or the row aside; ``None`` if the server does not have it now."""
        doubt = self.doubt
        if not self._contact.has_key:
            return self.unknown(doubt.code, doubt.cause, self.unsearchable)
        looked = await self.find()
        if looked is not None:
            return await self.shown(looked)
        if self._is_as_all:  # a search was told the same, on a connection of its own: so that was the row's answer
            self.row = self.row._replace(doubt=None)
            return self.not_sent()
        cause = Message("{cause}, and the search for it was not answered", cause=doubt.cause)
        is_forbidden = self.http_status == 403 and self.row.turn in self._request_policy.forbidden.rows
        return self.unknown(FORBIDDEN if is_forbidden else doubt.code, cause)

    async def shown(self, looked: Looked) -> Result | None:
        """What a search says of a contact in doubt, as in ``look``.

        Whoever was there before explains nothing while the row's own request may still be stored: then the row stands
        aside, and the search that follows decides.
        """
        existing = self.existing()
        return self.aside() if self._is_open and existing.is_anothers(looked) else await existing.doubted(looked)

    @property
    def _is_open(self) -> bool:
        """Whether a request of the row may still be stored, or a search not show yet that it is."""
        has_ended = self.doubt.has_waited or self.refusals > 0
        return not self.doubt.is_last_look and (self.may_be_stored or not has_ended)

    @property
    def is_doubted(self) -> bool:
        """Whether a request of the row was in doubt: of this run, or of one before."""
        return self.row.doubt is not None or self.refusals > 0

    @property
    def unsearchable(self) -> Message:
        """Why no search can find the row."""
        return _UNFOUND if self._contact.keys() else UNSEARCHABLE

    @property
    def _is_as_all(self) -> bool:
        """Whether the run stops for what the create of this row was told too."""
        return self._request_policy.refuses_all and may_be_about_all(self.http_status)

    async def find(self) -> Looked | None:
        """Who has the row's keys; ``None`` if a search was not answered."""
        # An index does not tell of everybody who holds a phone number.
        is_whole = self._policy.updates or self._policy.match_by == "phone_number"
        suffices = None if is_whole else self.existing().needs_no_update
        is_refused = self.row.doubt is None and self.attempts > 0
        row = self.row._replace(doubt=self.doubt)
        return await find(row, self.session, suffices, self._policy.match_by, decides=is_refused)

    def existing(self) -> Existing:
        """What decides about contacts that the server has."""
        return Existing(self.row._replace(doubt=self.doubt), self.session, self._policy, self._told_status)

    def _told_status(self, status: int | None) -> None:
        self.http_status = status

    def not_sent(self) -> Outcome:
        """The outcome of a row whose create the end of the run prevents: a doubt stays one, unless it is about a
        refusal that all get now, for that was its answer."""
        if self.row.doubt is None or self.doubt.refusal:
            return self._request_policy.not_sent()
        return self.unknown(self.doubt.code, self.doubt.cause)

    def unknown(self, code: str, *error: Message) -> Outcome:
        """The outcome of a row of which nobody knows whether it is stored."""
        hint = LOOK_THERE if not self._contact.has_key else CONTINUE
        return ended(Status.UNKNOWN, code, *error, hint=hint)
