"""Reads the account's whole list, 15 contacts a page, where that takes fewer requests than searches.

The API promises no count, no page size and no order. So a list counts as whole only if it shows as many different
contacts as it tells of: one that moves while it is read, or ends early, does not.
"""

import math
from collections.abc import Iterator
from typing import Final, NamedTuple

from importer.livedesk.responses import Found, found_contacts, told_count
from importer.livedesk.retry import Action
from importer.sender.session import Session
from importer.sender.worker_pool import given, run_pool
from importer.staging.account_index import AccountIndex

_MORE_PAGES: Final = 10
"""A list may grow while it is read: so many pages beyond twice its length are read at most."""


class Page(NamedTuple):
    """A page of the list: its contacts, and how many the server says that there are; ``None`` if it does not say.
    ``ahead_s`` is as in ``Reply``."""

    contacts: tuple[Found, ...]
    told: int | None
    ahead_s: float | None = None


class Length(NamedTuple):
    """How long the list is: its contacts and its pages."""

    contacts: int
    pages: int


async def length_of(session: Session) -> Length | None:
    """How long the account's list is, by one request or two; ``None`` if the server does not tell.

    A count that is no larger than the first page may be that of the page: then the second page must be empty.
    """
    first = await read_page(session, 1)
    if first is None or first.told is None:
        return None
    shown = len(first.contacts)
    if first.told > shown > 0:
        return Length(first.told, math.ceil(first.told / shown))
    if shown == 0:
        return Length(0, 0) if first.told == 0 else None
    second = await read_page(session, 2)
    return Length(shown, 1) if second is not None and not second.contacts else None


async def read_page(session: Session, number: int) -> Page | None:
    """One page of the list (from 1); ``None`` if it was not answered, or not with a list."""
    answer = await session.request_policy.repeat(number, lambda: session.client.listed(number), "search")
    session.rate_limiter.left(number)
    contacts = found_contacts(answer.reply) if answer.decision.action is Action.DONE else None
    return None if contacts is None else Page(tuple(contacts), told_count(answer.reply), answer.reply.ahead_s)


async def read_all(session: Session, length: Length, index: AccountIndex, concurrency: int) -> bool:
    """Enter every contact of the list into ``index``; whether the list is whole, as far as can be told.

    It stops at the first page that is not answered. Pages are read ``concurrency`` at a time, at the pace of searches.
    """
    reading = _Reading(session, index, length.contacts)
    await run_pool(given(iter(range(1, length.pages + 1))), reading.one, concurrency, session.stop)
    for number in _further(length.pages):
        before = len(index)
        if reading.is_broken or session.stop.requested or len(index) >= reading.told:
            break
        await reading.one(number)
        if len(index) == before:
            break
    return not (reading.is_broken or session.stop.requested) and len(index) >= reading.told


def _further(pages: int) -> Iterator[int]:
    """The pages beyond those that were expected."""
    return iter(range(pages + 1, 2 * pages + _MORE_PAGES + 1))


class _Reading:
    """Owns how far the reading of a list has come: what the server told last, and whether a page was not answered."""

    def __init__(self, session: Session, index: AccountIndex, told: int) -> None:
        self._session = session
        self._index = index
        self.told = told
        self.is_broken = False

    async def one(self, number: int) -> None:
        """Read one page."""
        if self.is_broken:
            return
        page = await read_page(self._session, number)
        if page is None:
            self.is_broken = True
            return
        self.told = page.told or self.told
        self._index.add(page.contacts, page.ahead_s)
