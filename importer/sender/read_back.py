"""Reads the contact of a row back. An id alone is never enough: a search for the row's keys must show it."""

from typing import Final, NamedTuple

from importer.ledger.records import Doubt, Due
from importer.livedesk.responses import Found
from importer.message import Message
from importer.sender.lookup import Looked, look_up
from importer.sender.session import Session

NOT_SHOWN: Final = Message("the server does not show its values")


class ReadBack(NamedTuple):
    """What a search shows of a row's contact; ``is_answered`` is false if that could not be found out.

    ``found`` is the contact with the row's id. ``holders`` are the ids of others who hold one of its keys. ``ahead_s``
    as in ``Reply``.
    """

    is_answered: bool
    found: Found | None = None
    holders: tuple[str, ...] = ()
    ahead_s: float | None = None


async def read_back(row: Due, session: Session, *, again: bool = False) -> ReadBack:
    """Search for the row's contact; ``again`` is thorough: every key, to the last page, on connections of its own."""
    if not row.contact.has_key:
        return ReadBack(is_answered=False)
    doubt = Doubt(claimed=row.contact_id, is_last_look=again)
    return read_from(row, await look_up(row._replace(doubt=doubt), session))


def read_from(row: Due, looked: Looked | None) -> ReadBack:
    """What a search that was ``looked`` shows of the row's contact."""
    if looked is None:
        return ReadBack(is_answered=False)
    seen = [*looked.everybody, *([looked.claimed] if looked.claimed else [])]
    found = next((one for one in seen if one.id == row.contact_id), None)
    holders = {one.id for founds in looked.holders.values() for one in founds} - {row.contact_id}
    return ReadBack(True, found, tuple(sorted(holders)), looked.ahead_s)
