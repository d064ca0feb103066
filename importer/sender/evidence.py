"""What a session learns about answers: how the server writes contacts, and which id it gave to which row."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence, Set
from typing import Final

from importer.ledger.records import EarlierId, EarlierIds, RowKey
from importer.livedesk.contact import CUSTOM
from importer.livedesk.identity import Difference, Echo
from importer.message import Message
from importer.sender.id_table import IdTable, key_of
from importer.sender.rising_ids import RisingIds

CONFIRMED: Final = 3
"""After so many searches that confirmed answers of one kind, the session believes the next ones without a search."""

_TERSE: Final = "terse"
_ID: Final = "id"
_UPDATE: Final = "update"
_MOST_VAIN_LOOKS: Final = 10


class Evidence:
    """Owns what searches have proved about answers, and the ids of this run.

    ``announce`` gets one remark about each way of writing. There is no ``earlier`` where no earlier run gave ids, and
    for a session whose driver knows the ledger. ``disputed`` collects rows whose id another row got too.
    """

    def __init__(
        self,
        announce: Callable[[Message], None] = lambda _: None,
        earlier: EarlierIds | None = None,
        in_flight: int = 0,
    ) -> None:
        self._announce = announce
        self._earlier = earlier
        self._confirmed: Counter[str | Difference] = Counter()
        self.is_refuted = False
        self._vain_looks = 0
        self._stored = set[str]()
        self._ids = IdTable()
        self.disputed: set[RowKey] = set()
        self.rising = RisingIds(in_flight, lambda row: self.disputed.add(row))

    @property
    def ways(self) -> Set[Difference]:
        """The differences that are the server's way of writing."""
        return {kind for kind, times in self._confirmed.items() if isinstance(kind, Difference) and times >= CONFIRMED}

    @property
    def believes_ids(self) -> bool:
        """Whether the ids of answers have proved right, so that a PATCH may go to one.

        A search index that lags proves nothing; after so many vain looks nothing has spoken against them.
        """
        return not self.is_refuted and (self._confirmed[_ID] >= CONFIRMED or self._vain_looks >= _MOST_VAIN_LOOKS)

    def look_in_vain(self) -> None:
        """A search for the contact of an answer found nobody yet."""
        self._vain_looks += 1

    def believes(self, echo: Echo) -> bool:
        """Whether an answer that shows this of a contact counts without a search."""
        return all(self._confirmed[kind] >= CONFIRMED for kind in _kinds(echo))

    def confirm(self, echo: Echo) -> None:
        """A search found the contact under the id of an answer that showed this."""
        for kind in (_ID, *_kinds(echo)):
            if self.is_refuted or (isinstance(kind, Difference) and kind.way is None):
                continue
            self._confirmed[kind] += 1
            if isinstance(kind, Difference) and self._confirmed[kind] == 1:
                self._announce(
                    Message("the server writes {field} in its own way: {way}", field=kind.field, way=kind.way)
                )

    @property
    def believes_updates(self) -> bool:
        """Whether updates whose answers show nothing have proved to be stored."""
        return self._confirmed[_UPDATE] >= CONFIRMED

    def confirm_update(self) -> None:
        """A search found what an update wrote, though its answer did not show it."""
        self._confirmed[_UPDATE] += 1

    def unproved_updates(self, fields: Iterable[str]) -> tuple[str, ...]:
        """The fields of which no search has shown yet that an update of a contact from before stores them. Custom
        attributes are of one kind."""
        return tuple(name for name in fields if _kind_of(name) not in self._stored)

    def confirm_updates(self, fields: Iterable[str]) -> None:
        """A search has shown the values that an update gave these fields."""
        self._stored.update(map(_kind_of, fields))

    def refute(self) -> None:
        """An answer gave an id that is another contact's: no answer counts any more that does not prove itself."""
        self.is_refuted = True
        self._confirmed.clear()
        self._stored.clear()

    def wrote_to_another(self, contact_id: str, row: RowKey) -> None:
        """The attributes of a row reached another contact, whose own row is to send its attributes once more."""
        self.refute()
        self._announce(
            Message(
                "row {row}: the server's answer named contact {id}, which is another's: attributes were written to it",
                row=row[1],
                id=contact_id,
            )
        )
        holder = self._ids.holder(contact_id)
        if holder is not None and holder != row:
            self.disputed.add(holder)

    def give_up_on_terse(self) -> None:
        """Searches are as terse as answers and prove nothing: warn once, and believe them."""
        if self._confirmed[_TERSE] < CONFIRMED:
            self._confirmed[_TERSE] = CONFIRMED
            self._announce(
                Message(
                    "neither answers nor searches show the values of a contact: whether all were stored is unproved"
                )
            )

    def claim(
        self, contact_id: str, row: RowKey, fingerprint: bytes | None, *, found: bool = False, after: int | None = None
    ) -> bool:
        """Note that a row got an id; ``False`` if that is another's: of this run, of an earlier one, or from before.

        ``found`` says that a search proved it; then a row that got the id from an answer alone is disputed. ``after``
        is how many ids were known (``rising.known``) when the request left, as far as that was noted.
        """
        key = key_of(contact_id)
        if key < self.rising.lowest and self._is_too_low(contact_id, row, after, is_proved=found):
            return False
        holder = self._ids.put(key, row, proved=found)
        if holder is not None and not holder[1]:
            self.disputed.add(holder[0])
        return found or (holder is None and not (self._earlier and self._earlier(contact_id, fingerprint)))

    def earlier(self, contact_id: str, fingerprint: bytes | None) -> Sequence[EarlierId]:
        """To whom earlier runs gave an id, but for the contact of the fingerprint."""
        return self._earlier(contact_id, fingerprint) if self._earlier else ()

    def met(self, contact_id: str, row: RowKey) -> None:
        """A search for a row showed a contact that the row did not create: no answer gives its id to a new one. A row
        that got it from an answer alone is disputed."""
        key = key_of(contact_id)
        holder = self._ids.put(key, row, proved=False)
        if holder is not None and holder[1]:
            return
        if holder is not None:
            self.disputed.add(holder[0])
        self._ids.put(key, row, proved=True)

    def _is_too_low(self, contact_id: str, row: RowKey, after: int | None, *, is_proved: bool) -> bool:
        """Whether an id below all others is that of a contact from before."""
        if not contact_id.isdecimal():
            self.rising.give_up()
        elif is_proved:
            self.rising.proved(int(contact_id))
        else:
            return self.rising.is_too_low(int(contact_id), row, self._ids.used, after)
        return False

    def take_disputed(self) -> set[RowKey]:
        """The disputed rows, each once."""
        disputed, self.disputed = self.disputed, set()
        return disputed


def _kind_of(name: str) -> str:
    return CUSTOM if name.startswith(f"{CUSTOM}.") else name


def _kinds(echo: Echo) -> list[str | Difference]:
    """What about an answer needs proof; a difference that no way of writing explains always does."""
    return [*([_TERSE] if echo.missing else []), *echo.differs]
