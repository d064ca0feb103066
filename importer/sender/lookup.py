"""Who holds a contact's values on the server, and whether that is the contact that a row sent."""

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from functools import partial
from typing import Final, NamedTuple, TypeAlias

from importer.ledger.records import Doubt, Due
from importer.livedesk.contact import Contact
from importer.livedesk.identity import Difference, differs_by, echo_of, edited_attributes, holds, lacking, same_name
from importer.livedesk.responses import Found
from importer.livedesk.retry import Answer
from importer.livedesk.search import Sought, search, search_again
from importer.message import Message
from importer.models import MatchBy
from importer.sender.evidence import Evidence
from importer.sender.session import Session

CLOCK_SLACK_S: Final = 1.0
"""How far apart two moments may seem that are one: ``Date`` and ``created_at`` are in whole seconds."""

UNSEARCHABLE: Final = Message("without email, phone_number and identifier it cannot be searched for")
UNANSWERED: Final = Message("the search for it was not answered")

Holders: TypeAlias = Mapping[str, tuple[Found, ...]]
"""The contacts that hold a contact's keys: ``{field: contacts}``, without the fields that nobody holds."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What a search for a contact's keys found.

    ``alike`` hold a key in another way of writing. ``claimed`` is the contact with the doubt's id, wherever it came up;
    ``ahead_s`` as in ``Reply``, ``is_used`` as in ``Search``.
    """

    holders: Holders
    alike: tuple[Found, ...]
    claimed: Found | None
    ahead_s: float | None
    is_used: bool = False

    @property
    def everybody(self) -> list[Found]:
        """Each holder once; if there is none, each of those alike."""
        founds = [found for founds in self.holders.values() for found in founds] or self.alike
        return [*{found.id: found for found in founds}.values()]

    def shows(self, known_id: str | None, late_s: float) -> bool:
        """Whether somebody holds a key; while searches are late (``LateS``), the contact that the ledger knows does."""
        return bool(self.holders) and (not late_s or self.has(known_id))

    def has(self, known_id: str | None) -> bool:
        """Whether the contact that the ledger knows is among the holders; any holder is where its id is not known."""
        return bool(self.holders) and (not known_id or any(found.id == known_id for found in self.everybody))


async def find(
    row: Due,
    session: Session,
    suffices: Callable[[Looked], bool] | None,
    match_by: MatchBy = "auto",
    *,
    decides: bool = False,
) -> Looked | None:
    """Look for a row that may be there, together with others where the server can do that; else like ``look_up``.

    An index may answer for many, and lag: what it shows counts if it ``suffices``, and is never the state to change.
    ``None``: it would not suffice.
    """
    doubt, exact = row.doubt or Doubt(), session.exact
    if suffices is None:
        return await look_up(row, session, match_by=match_by, decides=decides)
    if not doubt.is_last_look:  # which searches for two of it
        looked = await look_together(row, session)
        if looked is not None and suffices(looked):
            return looked
    searched = await look_up(row, session, match_by=match_by, decides=decides)
    if searched is not None:
        await exact.looked_up(row.key, searched.holders)
    return searched


async def look_together(row: Due, session: Session) -> Looked | None:
    """Look for a row's person together with others; ``None`` where the server cannot do that, or shows nobody."""
    found, ahead_s = await session.exact.holder(row.contact)
    if found is None:
        return None
    claimed = found if row.doubt is not None and found.id == row.doubt.claimed else None
    return Looked(dict.fromkeys(row.contact.keys(), (found,)), (), claimed, ahead_s)


async def look_up(
    row: Due, session: Session, *, fresh: bool = False, match_by: MatchBy = "auto", decides: bool = False
) -> Looked | None:
    """Search for the contact's keys; ``None`` if a search was not answered.

    It begins with the longest value: few others contain it, and its holder mostly holds the rest too. A key that an
    answer showed in another way of writing is searched for in that way as well. A search on whose word the row is sent
    again, or called single, has a connection of its own, and so has one after a refusal that may be another's; with
    ``fresh`` any other has too.

    Such a search, and one that ``decides`` what a refusal means, asks for a key that shows nobody in another spelling
    too (``search_again``).

    So a row whose person holds the longest value costs one read, and each value that the person does not hold one more.
    Where the phone number alone tells who it is, one more still: several may hold it, so the search goes on to its end.

    That a contact which the ledger knows is not there counts only on a connection of its own: on a used one, an empty
    answer may be that to an earlier search. While searches are late, it does not count anyway.
    """
    look = _Look(fresh=fresh, decides=decides, match_by=match_by)
    looked = await _look_up(row, session, look)
    if looked is None or not looked.is_used or row.known_id is None or looked.has(row.known_id) or session.late_s():
        return looked
    return await _look_up(row, session, look._replace(fresh=True))


class _Look(NamedTuple):
    """How to look: ``fresh`` and ``decides`` as in ``look_up``."""

    fresh: bool
    decides: bool
    match_by: MatchBy


async def _look_up(row: Due, session: Session, look: _Look) -> Looked | None:
    doubt, ways = row.doubt or Doubt(), session.evidence.ways
    is_last = doubt.has_waited or doubt.is_last_look or bool(doubt.refusal) or row.refused is not None
    fresh, looks_for = look.fresh or is_last, search_again if look.decides or is_last else search

    async def ask(text: str, page: int) -> Answer:
        request = partial(session.client.search, text, page, fresh=fresh)
        return await session.request_policy.repeat(row.turn, request, "search")

    holders: dict[str, tuple[Found, ...]] = {}
    alike: list[Found] = []
    claimed, ahead_s, is_answered, is_used = None, None, True, False
    ends = _sought_to_the_end(row.contact, doubt, look.match_by)
    for name, value in _values(row.contact, doubt):
        known = holders.get(name) or tuple(
            found for founds in holders.values() for found in founds if holds(found.contact, name, value)
        )
        if not known or name in ends:
            found = await looks_for(ask, Sought(name, value, doubt.claimed, ways, name in ends))
            known, claimed, ahead_s = found.holders, found.claimed or claimed, found.ahead_s
            alike += found.alike
            is_answered &= found.is_answered
            is_used |= found.is_used
        if known:
            holders[name] = known
    return Looked(holders, tuple(alike), claimed, ahead_s, is_used) if is_answered else None


def _sought_to_the_end(contact: Contact, doubt: Doubt, match_by: MatchBy) -> Set[str]:
    """The keys of which every holder is sought: a row that may be there twice, and a phone number that decides."""
    keys = contact.searchable().keys()
    if doubt.is_last_look:
        return keys
    decides = match_by if match_by in contact.keys() else "auto"  # noqa: SIM118 - a contact is no mapping
    return {*keys} & {"phone_number"} if decides == "phone_number" or len(keys) == 1 else frozenset()


def _values(contact: Contact, doubt: Doubt) -> list[tuple[str, str]]:
    """What to search for: the keys, the longest first, and those that an answer showed in another way of writing."""
    keys = contact.searchable()
    shown = {name: getattr(doubt.shown, name) for name in keys} if doubt.shown else {}
    others = [(name, value) for name, value in shown.items() if value and differs_by(name, keys[name], value)]
    return [*sorted(keys.items(), key=lambda item: -len(item[1])), *others]


def is_same(row: Due, found: Found, ways: Set[Difference]) -> bool:
    """Whether a contact is the row's person by all its keys: one agrees, and none is another.

    If the row's own answer gave this id, what differs is how the server writes it.
    """
    echo = echo_of(row.contact, found.contact)
    is_claimed = row.doubt is not None and found.id == row.doubt.claimed
    return echo.is_same({*ways, *echo.differs} if is_claimed else ways)


class Judge:
    """Tells which contacts of a search are a row's own, by its contact, its doubt, and the server's ways of writing."""

    def __init__(self, row: Due, evidence: Evidence, looked: Looked) -> None:
        self._row = row
        self._contact = row.contact
        self._doubt = row.doubt or Doubt()
        self._ways = evidence.ways
        self._looked = looked

    def ours(self) -> list[Found]:
        """The contacts that the row itself created, as far as the server tells: mostly one, two if it is doubled."""
        return [found for found in self._looked.everybody if self._is_ours(found)]

    def is_edited(self, found: Found) -> bool:
        """Whether a contact that a request of an earlier run may have created has other attributes than the row: they
        are somebody's who edited it since, or those that the row had before it was edited."""
        return self._doubt.until is not None and bool(edited_attributes(self._contact, found.contact))

    def may_hide_ours(self) -> bool:
        """Whether no time tells which of the contacts the row itself has created, if it has created one of them."""
        return any(self._is_as_sent(found) and self._moment(found) is None for found in self._looked.everybody)

    def is_older(self, found: Found) -> bool:
        """Whether its time shows that no request of the row has created it."""
        return self._moment(found) is not None and not self._is_of_now(found)

    def _is_ours(self, found: Found) -> bool:
        """Whether it is the same person, stored between the row's first mark and the last moment at which its request
        can have been stored. Where times cannot be compared, an answer to the row must have named it."""
        return self._is_as_sent(found) and self._is_of_now(found)

    def _is_as_sent(self, found: Found) -> bool:
        mine, theirs = self._contact.name, found.contact.name
        is_named = not (mine and theirs) or same_name(mine, theirs)
        is_whole = is_named and not lacking(self._contact, found.contact)
        return is_whole and (is_same(self._row, found, self._ways) or self._is_alike(found))

    def _is_alike(self, found: Found) -> bool:
        """Whether every key is there, though in another way of writing; only with the right time that is a proof."""
        differs = echo_of(self._contact, found.contact).differs
        return found.created_at is not None and all(difference.way is not None for difference in differs)

    def _is_of_now(self, found: Found) -> bool:
        moment, until = self._moment(found), self._doubt.until
        if moment is None:
            return self._doubt.is_last_look or found.id == self._doubt.claimed
        return self._doubt.since - CLOCK_SLACK_S <= moment and (until is None or moment <= until + CLOCK_SLACK_S)

    def _moment(self, found: Found) -> float | None:
        """When it was created, in epoch seconds of this machine; ``None`` where there are no times to compare."""
        if found.created_at is None or self._looked.ahead_s is None:
            return None
        return found.created_at + self._looked.ahead_s
