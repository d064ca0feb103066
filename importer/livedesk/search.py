"""Who holds a value: the exact match among the pages of LiveDesk's search, which matches substrings."""

from collections.abc import Awaitable, Callable, Set
from typing import Final, NamedTuple, TypeAlias

from importer.livedesk.contact import KEY_FIELDS
from importer.livedesk.identity import Difference, differs_by, holds
from importer.livedesk.responses import Found, found_contacts
from importer.livedesk.retry import Action, Answer

MAX_PAGES: Final = 100
"""After so many pages without the exact match, the search gives up."""
_SPELLING_PAGES: Final = 10
"""After so many pages in another spelling, which more contacts contain, it gives up: then nobody holds the value, as
the search for it said."""


class Search(NamedTuple):
    """The contacts that hold a value, mostly one or none; ``is_answered`` is false if that could not be found out.

    ``alike`` hold a value that a way of writing tells from the one sought. ``claimed`` is the contact with the id that
    the caller asked about, if the search came across it. ``ahead_s`` is how many seconds this machine's clock is ahead
    of the server's, ``None`` if the server does not tell its time. ``is_used`` says that an answer came on a connection
    that an earlier request used: an empty one may be the answer to that.
    """

    is_answered: bool
    holders: tuple[Found, ...] = ()
    alike: tuple[Found, ...] = ()
    claimed: Found | None = None
    ahead_s: float | None = None
    is_used: bool = False

    @property
    def shows_nobody(self) -> bool:
        """Whether it was answered, and with nobody who may be sought."""
        return self.is_answered and not (self.holders or self.alike or self.claimed)


class Sought(NamedTuple):
    """What a search looks for: the contacts whose ``name``, one of ``KEY_FIELDS``, is ``value``.

    It ends with the page that has one, unless it is to go on ``to_the_end``. ``ways`` are the server's ways of writing.
    A ``spelling`` is asked for in the place of the value (``other_spelling``).
    """

    name: str
    value: str
    claimed_id: str | None = None
    ways: Set[Difference] = frozenset()
    to_the_end: bool = False
    spelling: str = ""

    @property
    def text(self) -> str:
        """What the server is asked for."""
        return self.spelling or self.value


def other_spelling(value: str) -> str:
    """What of a value a search finds that takes a plus for a blank, as one does that decodes its address twice: the
    longest part without one. Empty for a value without a plus."""
    return max(value.split("+"), key=len) if "+" in value else ""


Ask: TypeAlias = Callable[[str, int], Awaitable[Answer]]
"""Requests one page of a search."""


async def search(ask: Ask, sought: Sought) -> Search:
    """Look for the contacts that hold a value."""
    seen: dict[str, Found] = {}
    holders: dict[str, Found] = {}
    is_used = False
    for page in range(1, (_SPELLING_PAGES if sought.spelling else MAX_PAGES) + 1):
        answer = await ask(sought.text, page)
        ahead_s, is_used = answer.reply.ahead_s, is_used or answer.reply.is_used
        contacts = found_contacts(answer.reply) if answer.decision.action is Action.DONE else None
        if contacts is None:
            return Search(is_answered=False, ahead_s=ahead_s)
        exact = [found for found in contacts if _holds(found, sought)]
        if not all(found.id for found in exact):  # it is there, and cannot be named
            return Search(is_answered=False, ahead_s=ahead_s)
        holders |= {found.id: found for found in exact}
        # The API promises neither a count nor a page size, so the last page is the one that brings nobody new.
        new = {found.id: found for found in contacts if found.id not in seen}
        seen |= new
        if not new or (holders and not sought.to_the_end):
            alike = tuple(found for found in seen.values() if found.id and _is_alike(found, sought))
            claimed = seen.get(sought.claimed_id) if sought.claimed_id else None
            is_told = holders or claimed or not any(_may_hide(found, sought) for found in seen.values())
            return Search(bool(is_told), tuple(holders.values()), alike, claimed, ahead_s, is_used)
    return Search(is_answered=bool(sought.spelling), ahead_s=ahead_s, is_used=is_used)


async def search_again(ask: Ask, sought: Sought) -> Search:
    """Who holds a value; where nobody is shown, once more in another spelling: before a row is sent again."""
    found = await search(ask, sought)
    spelling = other_spelling(sought.value)
    if not spelling or not found.shows_nobody:
        return found
    again = await search(ask, sought._replace(spelling=spelling))
    return again._replace(is_used=found.is_used or again.is_used)


def _holds(found: Found, sought: Sought) -> bool:
    if holds(found.contact, sought.name, sought.value):
        return True
    theirs = getattr(found.contact, sought.name)
    return bool(theirs) and differs_by(sought.name, sought.value, theirs) in sought.ways


def _may_hide(found: Found, sought: Sought) -> bool:
    """Whether somebody who is found may be the one who is sought: neither a key nor the name shows why it is found."""
    name = (found.contact.name or "").casefold()
    return not any(getattr(found.contact, key) for key in KEY_FIELDS) and sought.text.casefold() not in name


def _is_alike(found: Found, sought: Sought) -> bool:
    theirs = getattr(found.contact, sought.name)
    return bool(theirs) and differs_by(sought.name, sought.value, theirs) is not None
