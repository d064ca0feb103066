"""Looks many rows up with one request, where the server has proved that it can.

That somebody is there it may say; that nobody is, only a search says.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence, Set
from functools import partial
from typing import Final, NamedTuple, TypeAlias

from importer.ledger.group_commit import looked_at
from importer.ledger.records import RowKey
from importer.livedesk.capabilities import FILTERS_BY
from importer.livedesk.client import Client
from importer.livedesk.contact import Contact
from importer.livedesk.exact import MOST_VALUES, Sought, only_holder, those_sought
from importer.livedesk.responses import Found
from importer.livedesk.retry import AGAIN, Action, Answer
from importer.sender.findings import Findings
from importer.sender.request_policy import RequestPolicy

GATHER_S: Final = 0.01
"""So long a look-up waits for others to share its request: a fraction of what the request takes."""

WORTHWHILE: Final = 5
"""After so many rows that were looked up a session asks whether many can be at a time; few runs look any up."""

MOST_UNDECIDED: Final = 3
_NO_ROW: Final = 0

_NOBODY: Final[dict[str, Callable[[], str]]] = {
    "identifier": lambda: f"nobody-{secrets.token_hex(12)}",
    "email": lambda: f"nobody-{secrets.token_hex(12)}@example.invalid",
    "phone_number": lambda: f"+999{secrets.randbelow(10**11):011}",  # no country has this code
}
"""Makes a value that nobody has."""


class Page(NamedTuple):
    """The contacts that an answer shows; ``ahead_s`` as in ``Reply``."""

    contacts: Sequence[Found] = ()
    ahead_s: float | None = None


Waiting: TypeAlias = tuple[Sought, asyncio.Future[Page]]


class ExactLookups:
    """Owns the look-ups that wait for their request, and the question whether the server can answer such ones."""

    def __init__(
        self,
        client: Client,
        request_policy: RequestPolicy,
        findings: Findings,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._client = client
        self._request_policy = request_policy
        self._findings = findings
        self._sleep = sleep
        self._waiting: list[Waiting] = []
        self._sending: set[asyncio.Task[None]] = set()
        self._rows: set[RowKey] = set()
        self._undecided = 0
        self._is_asking = False

    async def holder(self, contact: Contact) -> tuple[Found | None, float | None]:
        """Who alone holds the keys of a contact, and all of them; and ``ahead_s`` as in ``Reply``. ``None`` decides
        nothing."""
        sought = next((Sought(*key) for key in contact.keys().items() if self._findings.has(FILTERS_BY[key[0]])), None)
        if sought is None or self._request_policy.stopping:
            return None, None
        waits: asyncio.Future[Page] = asyncio.get_running_loop().create_future()
        self._waiting.append((sought, waits))
        if len(self._waiting) == MOST_VALUES:
            self._begin(self._send(self._all_waiting()))
        elif len(self._waiting) == 1:
            self._begin(self._gather())
        page = await waits
        return only_holder(page.contacts, contact), page.ahead_s

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)
        task.add_done_callback(looked_at)

    def _all_waiting(self) -> list[Waiting]:
        waiting, self._waiting = self._waiting, []
        return waiting

    async def _gather(self) -> None:
        """Ask for all who wait, once others have had time to join them."""
        await self._sleep(GATHER_S)
        if self._waiting:
            await self._send(self._all_waiting())

    async def _send(self, waiting: Sequence[Waiting]) -> None:
        page = Page()
        try:
            page = await self._page([sought for sought, _ in waiting])
        finally:
            for _, waits in waiting:
                if not waits.done():
                    waits.set_result(page)

    async def _page(self, sought: Sequence[Sought]) -> Page:
        """The contacts that are sought; nobody from an answer that cannot be used, which refutes what was proved."""
        answer = await self._ask(sought)
        contacts = _contacts(answer, sought)
        if contacts is None:
            if answer.decision.action not in AGAIN:
                self._learn({name for name, _ in sought}, has=False)
            return Page()
        return Page(contacts, answer.reply.ahead_s)

    async def looked_up(self, row: RowKey, holders: Mapping[str, Sequence[Found]]) -> None:
        """Searches have found who holds a row's keys: after some rows, ask for one and for nobody, field by field.

        Nobody comes first: a server that reads the first condition alone would not show the one who is there.
        """
        if len(self._rows) < WORTHWHILE:
            self._rows.add(row)
        if len(self._rows) < WORTHWHILE or self._is_asking or self._request_policy.stopping:
            return
        self._is_asking = True
        try:
            for name, (known, *_) in holders.items():
                if self._findings.has(FILTERS_BY[name]) is None and self._undecided < MOST_UNDECIDED:
                    await self._prove(name, known)
        finally:
            self._is_asking = False

    async def _prove(self, name: str, known: Found) -> None:
        sought = Sought(name, _NOBODY[name]()), Sought(name, str(getattr(known.contact, name)))
        answer = await self._ask(sought)
        if answer.decision.action in AGAIN:
            self._undecided += 1
            return
        contacts = _contacts(answer, sought)
        self._learn({name}, has=any(one.id == known.id for one in contacts or ()))

    async def _ask(self, sought: Sequence[Sought]) -> Answer:
        return await self._request_policy.ask(_NO_ROW, partial(self._client.look_up, sought), "search")

    def _learn(self, names: Set[str], *, has: bool) -> None:
        for name in names:
            self._findings.learn(FILTERS_BY[name], has=has)


def _contacts(answer: Answer, sought: Sequence[Sought]) -> list[Found] | None:
    return those_sought(answer.reply, sought) if answer.decision.action is Action.DONE else None
