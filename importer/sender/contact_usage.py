"""Asks whether somebody has used a contact, which only kin of LiveDesk tells."""

import asyncio
import secrets
from functools import partial

from importer.ledger.records import Due
from importer.livedesk.api import USAGE_PATHS
from importer.livedesk.retry import AGAIN, Answer
from importer.livedesk.usage import has_members, says_nobody
from importer.sender.session import Session


class ContactUsage:
    """Owns what this session knows of the lists that show use: ``tells`` says of each whether it can be believed."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._tells: dict[str, bool] = {}
        self._asking = asyncio.Lock()

    async def of(self, row: Due, contact_id: str) -> bool | None:
        """Whether a contact has conversations, notes or labels; ``None`` if the server does not tell all of that."""
        is_told = True
        for what in USAGE_PATHS:
            if not await self._can_tell(row, what):
                is_told = False
                continue
            answer = await self._ask(row, contact_id, what)
            members = has_members(answer.reply)
            if members:
                return True
            if members is None:
                is_told = False
                # Of a contact that is there, a server that has the list does not say 404.
                self._tells[what] = answer.decision.action in AGAIN
        return False if is_told else None

    async def _can_tell(self, row: Due, what: str) -> bool:
        """Whether to ask for a list: a server that has one for a contact that does not exist makes it up."""
        async with self._asking:
            if what not in self._tells:
                nobody = str(10**14 + secrets.randbelow(9 * 10**14))
                answer = await self._ask(row, nobody, what)
                if answer.decision.action in AGAIN:
                    return False
                self._tells[what] = says_nobody(answer.reply)
            return self._tells[what]

    async def _ask(self, row: Due, contact_id: str, what: str) -> Answer:
        policy = self._session.request_policy
        request = partial(self._session.client.usage, contact_id, what)
        return await policy.insist(row.turn, partial(policy.ask, row.turn, request, "search"))
