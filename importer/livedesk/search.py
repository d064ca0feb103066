"""Who holds a value: the exact match among the pages of LiveDesk's search, which matches substrings."""

from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple

from importer.livedesk.responses import Found, found_contacts
from importer.livedesk.retry import Action, Answer

MAX_PAGES: Final = 100
"""After so many pages without the exact match, the search gives up."""


class Search(NamedTuple):
    """The contact that holds a value, if any; ``is_answered`` is false if that could not be found out.

    ``ahead_s`` is how many seconds this machine's clock is ahead of the server's.
    """

    is_answered: bool
    holder: Found | None = None
    ahead_s: float = 0.0


async def search(ask: Callable[[str, int], Awaitable[Answer]], name: str, value: str) -> Search:
    """Look for the contact whose ``name``, one of ``KEY_FIELDS``, is ``value``; ``ask`` requests one page."""
    seen: set[str] = set()
    for page in range(1, MAX_PAGES + 1):
        answer = await ask(value, page)
        ahead_s = answer.reply.ahead_s
        contacts = found_contacts(answer.reply) if answer.decision.verdict is Action.DONE else None
        if contacts is None:
            return Search(is_answered=False, ahead_s=ahead_s)
        exact = next((found for found in contacts if found.contact.keys().get(name) == value), None)
        # The API promises neither a count nor a page size, so the last page is the one that brings nobody new.
        new = {found.id for found in contacts} - seen
        if exact or not new:
            return Search(is_answered=True, holder=exact, ahead_s=ahead_s)
        seen |= new
    return Search(is_answered=False, ahead_s=ahead_s)
