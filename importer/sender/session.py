"""A session with the service, and what all its requests share: pace, stop, counts."""

import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final, TypeAlias
from urllib.parse import urlsplit

from importer.errors import NotLiveDesk
from importer.ledger.records import Change, Due, EarlierIds, InDoubt, SentBefore
from importer.ledger.run import Measures
from importer.livedesk.access import Access
from importer.livedesk.client import Client, connect
from importer.livedesk.responses import is_foreign
from importer.livedesk.retry import Decision, Patience
from importer.message import Counted, Message
from importer.models import Outcome, Status
from importer.network.addresses import is_loopback
from importer.observer import Observer
from importer.remarks import OTHER_INBOX, kinds_of
from importer.sender.attributes import CreateAttributes
from importer.sender.claims import Claims
from importer.sender.clearing import Clearing
from importer.sender.earlier_requests import EarlierRequests, Unsures
from importer.sender.evidence import Evidence
from importer.sender.exact import ExactLookups
from importer.sender.findings import Findings
from importer.sender.merging import Merging
from importer.sender.metrics import Metrics
from importer.sender.rate_limiter import RateLimiter
from importer.sender.request_policy import RequestPolicy, stopped
from importer.sender.shutdown import Clock, Shutdown

SAID_PAUSE_S: Final = 5.0
"""A shorter pause is over before the user has read about it."""

_NO_ROW: Final = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of requests: ``rate`` in requests a second (``None``: no ceiling), and how long to try."""

    rate: float | None
    patience: Patience


@dataclass(frozen=True, slots=True)
class Notices:
    """Callbacks with news for the user: the seconds of a pause, and a warning."""

    pause: Callable[[float], None]
    warn: Callable[[Message], None]


def say_pause(observer: Observer, seconds: float) -> None:
    """Tell the user about a pause, unless it is short."""
    if seconds >= SAID_PAUSE_S:
        observer.say(Message("The server asks for a pause of {seconds:,} s.", seconds=seconds))


def say_doubts(observer: Observer, rows: int, unseen: int, seconds: float) -> None:
    """Tell the user why the run goes on although every row was sent or looked for."""
    if seconds < SAID_PAUSE_S:
        return
    if unseen:
        observer.say(
            Counted(
                "{number:,} row cannot be told yet: a run wrote here a moment ago, and a search may be late, or a "
                "request still be carried out. Looking again within {seconds:,} s.",
                "{number:,} rows cannot be told yet: a run wrote here a moment ago, and a search may be late, or a "
                "request still be carried out. Looking again within {seconds:,} s.",
                unseen,
                seconds=round(seconds),
            )
        )
    if rows:
        observer.say(
            Counted(
                "{number:,} row is in doubt: its request may still be stored. Looking again within {seconds:,} s.",
                "{number:,} rows are in doubt: their requests may still be stored. Looking again within {seconds:,} s.",
                rows,
                seconds=round(seconds),
            )
        )


InDoubts: TypeAlias = Mapping[tuple[str, str], tuple[InDoubt, ...]]
"""The contacts that earlier runs have left in doubt, by unique value (``Ledger.in_doubt``)."""

WithoutKey: TypeAlias = Mapping[str, SentBefore]
"""The contacts without a key that earlier runs have sent, by name (``Ledger.sent_without_key``)."""

IsInInbox: TypeAlias = Callable[[str, str], bool]
"""Whether an earlier run created the contact of this id in this inbox."""


def nobody_in_inbox(_contact_id: str, _inbox: str) -> bool:
    """For a session whose driver knows the ledger, and for one without a ledger."""
    return False


@dataclass(frozen=True, slots=True)
class Known:
    """What earlier runs know: the ids that they gave, what the server can do, and whether it accepted a
    write, so that the credentials are right; and for how many seconds from now on a search may not show yet what they
    wrote; in which inboxes they created whom; and what their requests may still do;
    the contacts that they have left in doubt; and those that they have sent without a key."""

    earlier_ids: EarlierIds | None = None
    findings: Findings = field(default_factory=Findings)
    has_accepted: bool = False
    late_s: float = 0.0
    is_in_inbox: IsInInbox = nobody_in_inbox
    unsure: Unsures = field(default_factory=dict, repr=False)
    in_doubt: InDoubts = field(default_factory=dict, repr=False)
    without_key: WithoutKey = field(default_factory=dict, repr=False)


LateS: TypeAlias = Callable[[], float]
"""For how many seconds from now on a search may not show yet what earlier runs wrote; 0 if it does."""


def late_for(seconds: float, clock: Clock = time.monotonic) -> LateS:
    """Searches are late for so many seconds from this call on, and then no more."""
    until = clock() + seconds
    return lambda: max(until - clock(), 0.0)


def never_late() -> float:
    """For a session without an earlier run."""
    return 0.0


def without_inbox(outcome: Outcome, inbox: str | None, is_in_inbox: IsInInbox) -> Outcome:
    """The outcome of a worker, which knows no ledger, without the word that its contact is not in the row's inbox."""
    if outcome.status not in (Status.EXISTS, Status.UPDATED) or not inbox or not outcome.contact_id:
        return outcome
    if OTHER_INBOX not in kinds_of(outcome.hint) or not is_in_inbox(outcome.contact_id, inbox):
        return outcome
    return outcome._replace(hint=tuple(told for told in outcome.hint if OTHER_INBOX not in kinds_of([told])))


Journal: TypeAlias = Callable[[Due, Sequence[Change]], Awaitable[bool]]
"""Notes what an update is about to change of a contact that was there before. True: it is on disk, and the update may
leave; false: the row is to step aside until it is."""


async def no_journal(_row: Due, _changes: Sequence[Change]) -> bool:
    """For a session without a ledger."""
    return True


@dataclass(frozen=True, slots=True)
class Session:
    """An open session with the service, and what its requests share."""

    client: Client
    request_policy: RequestPolicy
    rate_limiter: RateLimiter
    stop: Shutdown
    metrics: Metrics
    evidence: Evidence
    findings: Findings
    attributes: CreateAttributes
    merging: Merging
    exact: ExactLookups
    clearing: Clearing = field(default_factory=Clearing)
    journal: Journal = no_journal
    claims: Claims = field(default_factory=Claims)
    earlier: EarlierRequests = field(default_factory=EarlierRequests, repr=False)
    late_s: LateS = never_late
    is_in_inbox: IsInInbox = nobody_in_inbox
    in_doubt: InDoubts = field(default_factory=dict, repr=False)
    without_key: WithoutKey = field(default_factory=dict, repr=False)

    async def ask(self) -> Decision | None:
        """Check with one list request that the address is LiveDesk's and accepts the credentials; else request a stop.

        An answer that settles neither (an unknown path, an overload) decides nothing; the first create will. The
        decision on such an answer is returned.
        """
        answer = await self.request_policy.repeat(_NO_ROW, self.client.first_page, "search")
        if is_foreign(answer.reply):
            self.stop.request(stopped(NotLiveDesk, answer.decision))
        return None if 200 <= answer.reply.status < 300 else answer.decision

    def measures(self) -> Measures:
        """Everything measured until now."""
        return self.metrics.measures(self.rate_limiter.pauses)


def way_to(base_url: str, credentials: tuple[str, str], timeout_s: float, connections: int) -> Access:
    """How to reach the service: through the environment's proxy, unless it is on this machine."""
    proxies = not is_loopback(urlsplit(base_url).hostname or "")
    return Access(base_url, *credentials, timeout_s, connections, proxies)


@asynccontextmanager
async def open_session(
    access: Access, stop: Shutdown, limits: Limits, notices: Notices, known: Known | None = None
) -> AsyncIterator[Session]:
    """Open a session until the block ends."""
    known = known or Known()
    metrics = Metrics()
    async with connect(access, metrics.answered) as client:
        rate_limiter = RateLimiter(stop, limits.rate, announce=notices.pause)
        request_policy = RequestPolicy(rate_limiter, stop, limits.patience, random.random, notices.warn)
        request_policy.forbidden.are_right = known.has_accepted
        yield Session(
            client=client,
            request_policy=request_policy,
            rate_limiter=rate_limiter,
            stop=stop,
            metrics=metrics,
            evidence=Evidence(notices.warn, known.earlier_ids, access.connections),
            findings=known.findings,
            attributes=CreateAttributes(known.findings),
            merging=Merging(known.findings),
            exact=ExactLookups(client, request_policy, known.findings),
            earlier=EarlierRequests(known.unsure),
            late_s=late_for(known.late_s),
            is_in_inbox=known.is_in_inbox,
            in_doubt=known.in_doubt,
            without_key=known.without_key,
        )
