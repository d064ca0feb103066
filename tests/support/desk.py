"""One contact on its way to a sandbox whose faults are scripted and whose time is the test's."""

import asyncio
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from importer.ledger.records import Due
from importer.livedesk.access import Access
from importer.livedesk.capabilities import CREATES_WITH, NOTHING_KNOWN, Capabilities, Finding
from importer.livedesk.client import Client, connect
from importer.livedesk.contact import Contact
from importer.livedesk.retry import Patience
from importer.models import Outcome, Status
from importer.sandbox.faults import Fault
from importer.sandbox.server import Sandbox, SandboxSettings, serve
from importer.sender.attributes import CreateAttributes
from importer.sender.delivery import settle
from importer.sender.doubts import Aside
from importer.sender.evidence import Evidence
from importer.sender.exact import ExactLookups
from importer.sender.findings import Findings
from importer.sender.merging import Merging
from importer.sender.metrics import Metrics
from importer.sender.policy import Policy
from importer.sender.rate_limiter import RateLimiter
from importer.sender.request_policy import RequestPolicy
from importer.sender.session import LateS, Session, late_for, never_late
from importer.sender.shutdown import Shutdown

ANN = Contact(name="Ann", email="Ann@x.org", phone_number="+4915112345678", identifier="A-7", inbox_id="407")


DOCUMENTED = Capabilities({name: Finding(name, False, 0.0) for name in CREATES_WITH.values()})
"""Of a server that stores no attributes that a create brings, where that is known."""

KIM = Contact(name="Kim", inbox_id="407")
"""Without a unique field: no search can find it."""


class Sleeper(Shutdown):
    """Sleeps without waiting: its clock moves on instead, and it remembers for how long."""

    def __init__(self) -> None:
        super().__init__()
        self.slept: list[float] = []

    def clock(self) -> float:
        return sum(self.slept)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)

    async def or_news(self, news: asyncio.Event, seconds: float) -> None:
        if math.isinf(seconds):
            await super().or_news(news, seconds)
        elif not news.is_set():
            await self.sleep(seconds)


@dataclass(slots=True)
class Desk:
    """A sandbox being served, and a delivery to it."""

    sandbox: Sandbox
    client: Client
    request_policy: RequestPolicy
    policy: Policy
    stop: Sleeper
    capabilities: Capabilities = NOTHING_KNOWN
    proved: Capabilities = NOTHING_KNOWN
    late_s: LateS = never_late

    async def settle(self, contact: Contact, **row: Any) -> Outcome:
        """The outcome in the end: a row that stands aside is taken up again, in the sleeper's time."""
        return await to_the_end(Due(2, contact, b"f", **row), self.session, self.policy)

    @property
    def session(self) -> Session:
        """A session that has learned nothing yet, beyond what is ``proved``, and what an earlier run knows."""
        session = session_of(self.client, self.request_policy, self.stop, self.capabilities)
        session = replace(session, late_s=self.late_s)
        for finding in self.proved.findings.values():
            session.findings.learn(finding.name, has=finding.has)
        return session

    def store(self, contact: Contact) -> str:
        """A contact that is there before; its id."""
        answer = self.sandbox.account.create(contact.create_body())
        assert isinstance(answer.body, dict)
        return str(self.sandbox.contacts[-1]["id"])

    @property
    def emails(self) -> list[str]:
        return [contact["email"] for contact in self.sandbox.contacts]


def session_of(
    client: Client, request_policy: RequestPolicy, stop: Sleeper, capabilities: Capabilities = NOTHING_KNOWN
) -> Session:
    """A session with these parts; look-ups that wait for others give way to them."""

    async def sleep(_seconds: float) -> None:
        await asyncio.sleep(0)

    findings = Findings(capabilities)
    lookups = ExactLookups(client, request_policy, findings, sleep)
    asked = findings, CreateAttributes(findings), Merging(findings), lookups
    return Session(client, request_policy, RateLimiter(stop, clock=stop.clock), stop, Metrics(), Evidence(), *asked)


async def to_the_end(row: Due, session: Session, policy: Policy) -> Outcome:
    """What becomes of a row, stood aside or not, the last look for a second one included."""
    while True:
        result = await settle(row, session, policy)
        if isinstance(result, Aside):
            row = result.row
            await session.stop.sleep(result.wait_s)
        elif result.status is Status.SENT:
            told = {"claimed": result.contact_id, "attempts": result.attempts, "http_status": result.http_status}
            row = row.in_doubt_again(was_resent=True, is_last_look=True, **told)
        else:
            return result


def script(sandbox: Sandbox, faults: Sequence[Fault | None], methods: Sequence[str] = ("POST",)) -> None:
    """The n-th of these requests meets the n-th fault; later ones meet none."""
    left = list(faults)
    sandbox.dice.fault = lambda method: left.pop(0) if method in methods and left else None  # type: ignore[method-assign]


def requests_of(stop: Sleeper, max_attempts: int = 5) -> RequestPolicy:
    """A request policy in the time of its sleeper."""
    return RequestPolicy(
        RateLimiter(stop, clock=stop.clock), stop, Patience(max_attempts, clock=stop.clock), lambda: 0.5
    )


@asynccontextmanager
async def desk(
    policy: Policy | None = None,
    *,
    settings: SandboxSettings | None = None,
    secret: str = "sandbox",
    known: Capabilities = NOTHING_KNOWN,
    proved: Capabilities = NOTHING_KNOWN,
    accepted: bool = False,
    timeout_s: float = 5,
    max_attempts: int = 5,
    late_s: float = 0.0,
) -> AsyncIterator[Desk]:
    stop = Sleeper()
    sandbox = Sandbox(settings or SandboxSettings(), clock=stop.clock)
    async with serve(sandbox) as url, connect(Access(url, "sandbox", secret, timeout_s)) as client:
        policy = policy or Policy(inbox_id="407")
        request_policy = requests_of(stop, max_attempts)
        request_policy.is_accepted = accepted
        yield Desk(sandbox, client, request_policy, policy, stop, known, proved, late_for(late_s, stop.clock))


def play(
    scene: Callable[[Desk], Awaitable[Outcome]], policy: Policy | None = None, **options: Any
) -> tuple[Outcome, Desk]:
    async def run() -> tuple[Outcome, Desk]:
        async with desk(policy, **options) as opened:
            return await scene(opened), opened

    return asyncio.run(run())
