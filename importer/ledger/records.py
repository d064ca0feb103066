"""A row on its way through the ledger, and what earlier runs know of a contact."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypeAlias

from importer.livedesk.contact import Contact
from importer.message import Message, Messages, messages_from
from importer.models import Json, Outcome, Status

RowKey: TypeAlias = tuple[int, int]
"""A row's source within its run (a file or a sheet, from 0), and its row number there."""


FILE_ROWS: Final = 1 << 40
"""No file has more rows."""


def _key(place: int, number: int) -> int:
    return place * FILE_ROWS + number


class SourceName(NamedTuple):
    """What tells a source of rows from the others of its run: its sheet, its file, or both; what does not is empty."""

    sheet: str = ""
    file: str = ""

    @property
    def label(self) -> str:
        """Both, for a heading."""
        return f"{self.file} {self.sheet}".strip()

    def of(self, number: int) -> Message:
        """How people find a row of this source."""
        told = {what: name for what, name in self._asdict().items() if name}
        return _ROWS[bool(self.sheet), bool(self.file)].with_values({"row": number, **told})


_ROWS: Final = {
    (True, False): Message('{row} of sheet "{sheet}"'),
    (False, True): Message("{row} of {file}"),
    (True, True): Message('{row} of sheet "{sheet}" of {file}'),
}


class Source(NamedTuple):
    """Where rows come from: ``names`` are those of the sources of a run that has several, ``place`` is this one's among
    them.

    A *key* is one number for a row among all sources; where there is one source, the row's own number. With ``begins``,
    the keys before the first row of each source up to this one, keys run on without gaps, and so stay small.
    """

    place: int = 0
    names: tuple[SourceName, ...] = ()
    begins: tuple[int, ...] = ()

    def key(self, number: int) -> int:
        """The key of a row of this source."""
        return self.begins[self.place] + number if self.begins else _key(self.place, number)

    def row(self, key: int) -> RowKey:
        """The row of a key, of any source."""
        if self.begins:
            place = bisect_left(self.begins, key) - 1
            return place, key - self.begins[place]
        place = (key - 1) // FILE_ROWS if self.names else 0
        return place, key - place * FILE_ROWS

    def told(self, key: int) -> "Message | int":
        """How people find the row of a key who look at this source."""
        place, number = self.row(key)
        return number if place == self.place else self.named(place, number)

    def among_all(self, number: int) -> "Message | int":
        """How people find a row of this source among those of all."""
        return self.named(self.place, number) if self.names else number

    def named(self, place: int, number: int) -> Message:
        """A row with its source."""
        return self.names[place].of(number)


class Window(NamedTuple):
    """When a row that earlier runs sent can have been stored, in epoch seconds of this machine: from its first mark to
    the last moment of the last run that sent it."""

    since: float
    until: float


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A row as the ledger keeps it, from staging to report.

    ``contact`` is what was or would be sent; for an invalid row, the cells as they were. ``cells`` are the input's own;
    a dry run keeps none of a row that is plainly fine. ``fingerprint`` recognizes the contact in later runs; an invalid
    row has none. ``window`` is set if the row is in doubt: an earlier run sent this contact and never learned its
    outcome. ``refused`` and ``known_id`` are those of ``Due``.
    """

    number: int
    cells: tuple[str, ...]
    contact: Contact
    outcome: Outcome
    fingerprint: bytes | None = None
    window: Window | None = None
    source: int = 0
    known_id: str | None = None
    refused: Window | None = None

    @property
    def key(self) -> RowKey:
        """What identifies the row within its run."""
        return self.source, self.number


StagedRow: TypeAlias = tuple[int, str | None, str, bytes | None, str]
"""A new row without errors: number, cells and contact as JSON, fingerprint, and the remarks on it (``stored``).

A dry run leaves out the cells of a row without remarks, since it can no longer fail. A plain tuple, because most rows
are of this kind and a ``NamedTuple`` takes four times as long to make.
"""


INTERRUPTED: Final = Message("it was sent before, and its answer was never learned")


class InDoubt(NamedTuple):
    """A contact with a key that an earlier run sent, and of which nobody knows whether it is stored; ``window`` says
    when it can have been. ``heirs`` are the rows that have a unique value of it, where none is as it was."""

    fingerprint: bytes
    contact: Contact
    window: Window
    heirs: tuple[RowKey, ...] = ()


class SentBefore(NamedTuple):
    """A contact without a key that an earlier run sent: ``run`` is the name of the newest run that had it, and
    ``contact_id`` is empty where nobody knows whether it is stored."""

    run: str
    contact_id: str


class Doubt(NamedTuple):
    """What is known of a row that may be stored although no answer proved it.

    It can only have been stored between ``since`` and ``until``, in epoch seconds of this machine (``until`` is
    ``None`` while the run that sent it works). ``code`` and ``cause`` say why it is in doubt. ``claimed`` is an id that
    an answer gave without proof, and ``shown`` the contact that it showed. ``has_waited`` says that ``--settle`` has
    passed since the last request ended, ``was_resent`` that the row was sent once more after such a doubt, and
    ``is_last_look`` that a search for two of it is all that is left. ``refusal`` has the words of a refusal that may be
    the answer to another request.
    """

    since: float = 0.0
    until: float | None = None
    code: str = "interrupted"
    cause: Message = INTERRUPTED
    attempts: int = 0
    http_status: int | None = None
    claimed: str | None = None
    shown: Contact | None = None
    has_waited: bool = False
    was_resent: bool = False
    is_last_look: bool = False
    refusal: str = ""


class Change(NamedTuple):
    """What an update does to one field of a contact that was there before: its value ``before`` and ``after``.

    ``field`` is dotted for an attribute; ``None`` stands for no value.
    """

    contact_id: str
    field: str
    before: Json
    after: Json


Changed: TypeAlias = tuple[RowKey, tuple[Change, ...]]
"""A row, and the changes that its update makes."""


class LostUpdate(NamedTuple):
    """An update of a contact that was there before, which may be stored although no answer proved it.

    ``changes`` are what it was to change, all of them on disk. ``code`` and ``cause`` say why it is in doubt,
    ``updates`` how many of the row have left. ``has_waited`` says that ``--settle`` has passed since the last of them
    ended, and ``is_of_another`` that the contact's own answer showed another person.
    """

    contact_id: str
    changes: tuple[Change, ...] = ()
    code: str = "interrupted"
    cause: Message = INTERRUPTED
    http_status: int | None = None
    updates: int = 0
    has_waited: bool = False
    is_of_another: bool = False


class Due(NamedTuple):
    """A row to be sent. Every row becomes one, hence a tuple.

    ``contact_id`` is set if an earlier run created the contact without its attributes. ``hint`` has the remarks from
    staging, as stored. ``doubt`` is set if the row may be on the server already. ``known_id`` is set if its person may
    be there from before, so that a search comes before the create: it is the contact's id as the ledger, or the file
    with ids, names it, or empty. ``intent`` are changes that are on disk, so that their update may leave, and ``lost``
    is set while one that has left is in doubt. ``refused`` is set if an earlier run sent the row and the server refused
    it, which may have stored it all the same then. For the rest see ``LedgerRow``.
    """

    number: int
    contact: Contact
    fingerprint: bytes | None = None
    doubt: Doubt | None = None
    contact_id: str | None = None
    hint: str = ""
    source: int = 0
    known_id: str | None = None
    intent: tuple[Change, ...] = ()
    lost: LostUpdate | None = None
    refused: Window | None = None

    def in_doubt_again(self, **changes: Any) -> "Due":
        """The row with these changes of its doubt."""
        return self._replace(doubt=(self.doubt or Doubt())._replace(**changes))

    @property
    def remarks(self) -> Messages:
        """The messages of ``hint``."""
        return messages_from(self.hint) if self.hint else ()

    @property
    def key(self) -> RowKey:
        """What identifies the row within its run."""
        return self.source, self.number

    @property
    def turn(self) -> int:
        """The row's key among all sources (``Source.key``), by which its requests are known."""
        return self.source * FILE_ROWS + self.number


Settled: TypeAlias = tuple[Due, Outcome]
"""A row that was due, and its outcome."""


class GivenRow(NamedTuple):
    """A row as it was given: its source and cells; and what became of it, in the words of results.csv."""

    source: int
    cells: Sequence[str]
    contact_id: str
    status: str


class Undone(NamedTuple):
    """The newest undo that has undone rows of a run, and whether it left none of them."""

    run: str
    is_whole: bool


class KnownPerson(NamedTuple):
    """Whom an earlier run knows by a key: the ``contact`` that its row had, and whether the run wrote that
    (``is_ours``) or left the contact of this id alone."""

    contact_id: str
    contact: Contact
    is_ours: bool


class GivenId(NamedTuple):
    """What the ledger knows of a contact id: the contacts of the rows that runs on one server gave it to, which are
    none if only runs on another address did (``elsewhere``)."""

    contacts: tuple[Contact, ...] = ()
    elsewhere: str = ""


class EarlierId(NamedTuple):
    """A contact to which an earlier run gave an id: its fingerprint, when it can have been stored, what its row had
    (nothing if the run is forgotten), and whether an answer to a create gave the id."""

    fingerprint: bytes
    window: Window
    contact: Contact
    is_created: bool


EarlierIds: TypeAlias = Callable[[str, bytes | None], Sequence[EarlierId]]
"""The contacts, but for that of a fingerprint, to which earlier runs gave an id."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """What earlier runs on this ledger know of a contact; ``status`` is ``SENT`` while its outcome is unknown,
    ``FAILED`` if the server refused it, and ``window`` then says when it can have been stored. ``not_added`` is the
    remark on a contact that is not in the row's inbox."""

    status: Status
    contact_id: str | None = None
    window: Window | None = None
    not_added: Messages = ()
