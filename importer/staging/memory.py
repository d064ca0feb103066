"""What earlier runs know of the rows of a file, and what becomes of a row by that."""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Final

from importer.ledger.known_people import KnownPeople
from importer.ledger.records import Earlier, GivenId, LedgerRow, Window
from importer.livedesk.contact import lookup
from importer.message import Message
from importer.models import Status
from importer.remarks import DIFFERS, OTHER_ID, kinds_of
from importer.staging.choices import Choices
from importer.staging.recognition import deciding_keys, known_id


@dataclass(frozen=True, slots=True)
class Memory:
    """What earlier runs know of fingerprints, and the unique values ``(field, value)`` that they left in doubt, each
    with when its contact can have been stored. ``sent`` is a row of the same file, given by its source and number, as
    they sent it, and ``without_key`` the numbers of those rows of a source that had no key. ``people`` finds whom they
    know by lookup keys (``contact.lookup``), and ``given`` what they know of contact ids that they gave."""

    earlier: Callable[[Sequence[bytes]], Mapping[bytes, Earlier]]
    doubtful: Mapping[tuple[str, str], Window] = field(default_factory=dict)
    sent: Callable[[int, int], LedgerRow | None] = lambda _source, _number: None
    without_key: Callable[[int], Set[int]] = lambda _source: frozenset()
    people: KnownPeople | None = None
    given: Callable[[Sequence[str]], Mapping[str, GivenId]] = lambda _ids: {}


_LEFT_ALONE: Final = Message(
    "an earlier run found the contact with other data, which --on-duplicate update would change", kind=DIFFERS
)
_KNOWN_BY_NAME: Final = Message("known by its name alone; attributes are sent once, with the contact")


def recognized(rows: list[LedgerRow], memory: Memory, choices: Choices) -> list[LedgerRow]:
    """The rows; those that are due with what earlier runs know of their contacts."""
    known = memory.earlier([row.fingerprint for row in rows if row.fingerprint])
    if known or memory.doubtful:
        rows = [
            _remembered(row, known.get(row.fingerprint), memory, choices)
            if row.fingerprint and row.outcome.status is Status.PENDING
            else row
            for row in rows
        ]
    return _known(rows, memory, choices)


def _known(rows: list[LedgerRow], memory: Memory, choices: Choices) -> list[LedgerRow]:
    """The rows; those whose person earlier runs know by a key, and that are still to be sent, with the id."""
    if memory.people is None:
        return rows
    due = [row for row in rows if row.fingerprint and row.outcome.status is Status.PENDING]
    keys = [lookup(*pair) for row in due for pair in deciding_keys(row.contact, choices.match_by).items()]
    if not (people := memory.people(keys)):
        return rows
    ids = {id(row): known_id(row.contact, people, choices.match_by) for row in due}
    return [_knowing(row, found) if (found := ids.get(id(row))) is not None else row for row in rows]


def _knowing(row: LedgerRow, found: str) -> LedgerRow:
    """The row with the id that its data tell (empty: somebody may be there). A number that the file has beside it goes
    before, unless it is another contact's."""
    is_anothers = OTHER_ID in kinds_of(row.outcome.hint)
    return replace(row, known_id=found) if not row.known_id or (found and is_anothers) else row


def _remembered(row: LedgerRow, earlier: Earlier | None, memory: Memory, choices: Choices) -> LedgerRow:
    """The row after an earlier run that had the same contact, or left one in doubt that shares a value."""
    if earlier is None:
        doubtful = memory.doubtful
        windows = [doubtful[pair] for pair in row.contact.keys().items() if pair in doubtful]
        return replace(row, window=_joined(windows)) if windows else row
    if earlier.status in (Status.SENT, Status.PENDING) and earlier.contact_id:
        return replace(row, outcome=row.outcome._replace(contact_id=earlier.contact_id))
    if earlier.status is Status.SENT:
        return replace(row, window=earlier.window)
    if earlier.status is Status.FAILED:
        return replace(row, refused=earlier.window)
    if earlier.status is Status.KEPT:
        return _knowing(row, earlier.contact_id or "")
    if earlier.status is Status.DUPLICATE:  # which row of the file keeps the contact now the sender finds out
        return _knowing(row, "")
    can_be_sought = bool(row.contact.keys())
    left_alone = earlier.status in (Status.EXISTS, Status.DIFFERENT)
    if can_be_sought and (choices.fresh or (left_alone and choices.on_duplicate != "skip")):
        is_ours = earlier.status in (Status.CREATED, Status.UPDATED, Status.DIFFERENT)
        return _knowing(row, (earlier.contact_id or "") if is_ours else "")
    if left_alone:  # the server does not have this data, and the same command would not send it either
        why = _LEFT_ALONE if can_be_sought else _KNOWN_BY_NAME
        hint = (*row.outcome.hint, why, *earlier.not_added)
        return replace(
            row, outcome=row.outcome._replace(status=Status.EXISTS, contact_id=earlier.contact_id, hint=hint)
        )
    by_name = (_KNOWN_BY_NAME,) if not can_be_sought and (row.contact.attributes or choices.fresh) else ()
    hint = (*row.outcome.hint, *by_name, *earlier.not_added)
    unchanged = row.outcome._replace(status=Status.UNCHANGED, contact_id=earlier.contact_id, hint=hint)
    return replace(row, outcome=unchanged)


def _joined(windows: Sequence[Window]) -> Window:
    return Window(min(window.since for window in windows), max(window.until for window in windows))
