"""Whether an id that an earlier run gave to somebody was ever theirs. ``Evidence`` holds the answers of one run against
each other; here a search of this run speaks against an answer of an earlier one.

That a search shows the contact of the id as another person proves nothing yet: somebody may have edited or merged it in
the desk. The answer was wrong if no request of the earlier row can have created the contact, by the time at which it
was created, or if the row's own contact is there under another id.
"""

from importer.ledger.records import Doubt, Due, EarlierId
from importer.livedesk.contact import Contact
from importer.livedesk.identity import echo_of
from importer.livedesk.responses import Found
from importer.models import WrongId
from importer.sender.claims import Claims
from importer.sender.evidence import Evidence
from importer.sender.lookup import Judge, Looked, look_up
from importer.sender.session import Session


def strangers(row: Due, found: Found, evidence: Evidence) -> tuple[WrongId, ...]:
    """To whom earlier runs wrongly gave the id of a contact that the row itself has created, as a search proves."""
    given = evidence.earlier(found.id, row.fingerprint)
    return tuple(_wrong(found, one) for one in given if _is_stranger(one, found.contact, evidence))


async def never_theirs(row: Due, found: Found, looked: Looked, session: Session) -> tuple[WrongId, ...]:
    """To whom earlier runs wrongly gave the id of a contact that was there before, and is the row's person."""
    given = session.evidence.earlier(found.id, row.fingerprint)
    return tuple([_wrong(found, one) for one in given if await _was_never(one, row, found, looked, session)])


def taken_over(row: Due, wrong: tuple[WrongId, ...], claims: Claims, evidence: Evidence) -> tuple[WrongId, ...]:
    """Have the row keep the contact whose id ``wrong`` tells, and return that; a row of this run which had the id from
    an earlier one is disputed."""
    if wrong and (other := claims.take_over(wrong[0].contact_id, row.key)) is not None:
        evidence.disputed.add(other)
    return wrong


async def _was_never(given: EarlierId, row: Due, found: Found, looked: Looked, session: Session) -> bool:
    evidence = session.evidence
    if not given.is_created or not _is_stranger(given, found.contact, evidence):
        return False
    somebody = row._replace(contact=given.contact, doubt=Doubt(*given.window), known_id=None)
    if Judge(somebody, evidence, looked).is_older(found):
        return True
    theirs = await look_up(somebody, session, fresh=True)
    return theirs is not None and any(one.id != found.id for one in Judge(somebody, evidence, theirs).ours())


def _is_stranger(given: EarlierId, shown: Contact, evidence: Evidence) -> bool:
    """Whether a contact shows nothing of somebody, and something else in its place."""
    echo = echo_of(given.contact, shown)
    differs = (one for one in echo.differs if one.way is None and one not in evidence.ways)
    return not echo.agrees and next(differs, None) is not None


def _wrong(found: Found, given: EarlierId) -> WrongId:
    return WrongId(found.id, given.fingerprint, *given.window)
