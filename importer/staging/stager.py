"""Make the ledger's rows from a checked batch: compare each row with the rest of the file and with earlier runs."""

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final, NamedTuple

from importer.error_codes import LOOK_THERE, row_error
from importer.ledger.known_contacts import fingerprint
from importer.ledger.known_people import KnownPeople
from importer.ledger.records import Earlier, Keyless, LedgerRow, Source, StagedRow, Window
from importer.livedesk.contact import KEY_FIELDS, Contact, lookup
from importer.message import Message, Messages
from importer.models import (
    DUE,
    CellError,
    Duplicates,
    MatchBy,
    OnDuplicate,
    Outcome,
    Row,
    RowError,
    SharedValues,
    Status,
)
from importer.normalizer.column_profile import ColumnProfile
from importer.remarks import DIFFERS, FOREIGN_ID, RemarkCount
from importer.staging.checking import Checked
from importer.staging.person_index import Match, PersonIndex, Relation
from importer.staging.recognition import known_id
from importer.texts import is_part, share_a_word


@dataclass(frozen=True, slots=True)
class Choices:
    """The options of a run that decide about rows, under their own names."""

    base_url: str
    match_by: MatchBy = "auto"
    on_duplicate: OnDuplicate = "skip"
    duplicates: Duplicates = "first"
    shared_values: SharedValues = "refuse"
    fresh: bool = False
    make_identifier: bool = False


@dataclass(frozen=True, slots=True)
class Memory:
    """What earlier runs know of fingerprints, and the unique values ``(field, value)`` that they left in doubt, each
    with when its contact can have been stored; and what they sent for a row of the same file, given by its source and
    number, if that had no key. ``people`` finds whom they know by lookup keys (``contact.lookup``), and ``given`` those
    of some contact ids that they gave."""

    earlier: Callable[[Sequence[bytes]], Mapping[bytes, Earlier]]
    doubtful: Mapping[tuple[str, str], Window] = field(default_factory=dict)
    keyless: Callable[[int, int], Keyless | None] = lambda _source, _number: None
    people: KnownPeople | None = None
    given: Callable[[Sequence[str]], Set[str]] = lambda _ids: frozenset()


class Given(NamedTuple):
    """Of one source: which it is, the fields of an invalid row as they were, the counts of its columns and of its rows'
    remarks; and the column, if there is one, in which a file of an earlier run names LiveDesk's own ids."""

    source: Source
    as_it_was: Callable[[Row], Contact]
    profile: ColumnProfile
    remarks: RemarkCount
    id_column: int | None = None


class Staged(NamedTuple):
    """A batch for the ledger: ``plain`` rows, new and without errors or remarks, and the rows ``apart`` from them."""

    plain: list[StagedRow]
    apart: list[LedgerRow]


class Stager:
    """Stages the batches of one source, in order; the sources of a run share ``people``, by the keys of their rows."""

    def __init__(self, given: Given, memory: Memory, people: PersonIndex, choices: Choices) -> None:
        self._source, self._as_it_was, self._profile, self._remarks, self._id_column = given
        self._memory = memory
        self._people = people
        self._choices = choices
        self._doubtful = {lookup(*pair) for pair in memory.doubtful}
        self._merged: dict[int, tuple[Contact, Messages]] = {}

    def stage(self, batch: Sequence[Row], found: Checked) -> Staged:
        """The ledger's rows for a batch; ``found`` is its check."""
        numbers = [row.number for row in batch]
        self._profile.add(numbers, found.columns, found.errors)
        keys = [*map(self._source.key, numbers)] if self._source.names else numbers
        met = self._people.enter(keys, found.contacts, found.lookups)
        named = self._named(batch) if self._id_column is not None else {}
        apart = met | self._apart(found) | named.keys()
        rows = [
            replace(
                self._staged(place, batch[place], found, place in met),
                source=self._source.place,
                known_id=named.get(place),
            )
            for place in sorted(apart)
        ]
        plain = list(zip(numbers, found.cells, found.contacts, found.fingerprints, strict=True))
        if apart:
            plain = [row for place, row in enumerate(plain) if place not in apart]
        return Staged(plain, self._recognized(rows))

    def _apart(self, found: Checked) -> set[int]:
        """The places of rows with errors or remarks, without a unique value, or known to earlier runs."""
        known = self._memory.earlier([key for key in found.fingerprints if key is not None])
        apart = {place for place, key in enumerate(found.fingerprints) if key is None or key in known}
        if self._doubtful:
            apart |= {at for column in found.lookups for at, value in enumerate(column) if value in self._doubtful}
        return apart.union(found.errors, found.warnings, self._known_by_key(found, apart))

    def _known_by_key(self, found: Checked, apart: Set[int]) -> Iterator[int]:
        """The places of rows that only a key tells of: their other data is new."""
        if self._memory.people is None:
            return
        columns = found.lookups
        if self._choices.match_by != "auto":
            columns = [columns[KEY_FIELDS.index(self._choices.match_by)]]
        keys = [key for column in columns for at, key in enumerate(column) if key is not None and at not in apart]
        if people := self._memory.people(keys):
            yield from (at for column in columns for at, key in enumerate(column) if key in people)

    def _named(self, batch: Sequence[Row]) -> dict[int, str]:
        """The contact ids that rows name and earlier runs gave on this server, by the rows' places."""
        at = self._id_column or 0
        ids = {place: row.cells[at].strip() for place, row in enumerate(batch) if at < len(row.cells)}
        ids = {place: contact_id for place, contact_id in ids.items() if contact_id}
        given = self._memory.given([*ids.values()]) if ids else frozenset()
        for place, contact_id in ids.items():
            if contact_id not in given:
                self._remarks.count(self._source.among_all(batch[place].number), FOREIGN_ID)
        return {place: contact_id for place, contact_id in ids.items() if contact_id in given}

    def merged(self) -> list[LedgerRow]:
        """Earlier rows that duplicates have filled since the last call (``--duplicates merge``)."""
        filled = []
        for key, (contact, note) in self._merged.items():
            source, number = self._source.row(key)
            outcome = Outcome(Status.PENDING, hint=note)
            filled.append(LedgerRow(number, (), contact, outcome, self._fingerprint(contact), source=source))
        self._merged.clear()
        return self._recognized(filled)

    def _staged(self, place: int, row: Row, found: Checked, met: bool) -> LedgerRow:
        """One row apart; ``met`` if it may share a value with an earlier row."""
        if place in found.errors:
            return self._refused(row, found.errors[place])
        contact, warnings = Contact.from_json(found.contacts[place]), found.warnings.get(place, ())
        verdict = self._people.meet(self._source.key(row.number), contact) if met else None
        key = found.fingerprints[place]
        if verdict is None and key is not None:
            outcome = Outcome(Status.PENDING, hint=warnings) if warnings else DUE
            return LedgerRow(row.number, row.cells, contact, outcome, key)
        return self._placed(row, contact, verdict, warnings)

    def _placed(
        self,
        row: Row,
        contact: Contact,
        verdict: Match | None,
        warnings: Messages,
        dropped: Mapping[str, str] = MappingProxyType({}),
    ) -> LedgerRow:
        """A valid row, by whom it matches; ``dropped`` are the unique values that it goes without already."""
        if verdict is None:
            key = self._fingerprint(contact)
            if (outcome := self._read_otherwise(row, contact, key)) is not None:
                return LedgerRow(row.number, row.cells, contact, outcome._replace(hint=(*warnings, *outcome.hint)), key)
            if self._choices.make_identifier and not contact.keys() and not self._memory.earlier([key]):
                contact, made = self._identified(contact, key)
                warnings, key = (*warnings, made), self._fingerprint(contact)
            return LedgerRow(row.number, row.cells, contact, Outcome(Status.PENDING, hint=warnings), key)
        if verdict.relation is Relation.SAME:
            if self._choices.duplicates == "merge" and verdict.added:
                self._fill(verdict, row.number)
            return LedgerRow(row.number, row.cells, contact, self._duplicate(verdict, contact))
        value = contact.create_fields()[verdict.field]
        error = self._shared(value, verdict)
        self._profile.clashed(verdict.field)
        rest = _without(contact, verdict.field)
        if self._choices.shared_values == "drop" and rest is not None:
            self._profile.changed(verdict.field, Message("shared with another person and left out"), value, "")
            remarks = (*warnings, Message("{error}; sent without it", error=error.message, kind="shared_value"))
            without = {**dropped, verdict.field: contact.keys()[verdict.field]}
            return self._placed(
                row, rest, self._people.meet(self._source.key(row.number), rest, without), remarks, without
            )
        return self._refused(row, (error,))

    def _read_otherwise(self, row: Row, contact: Contact, key: bytes) -> Outcome | None:
        """The outcome of a row without a key that an earlier run sent, and that is only read otherwise now.

        Nothing but its place and its name tells that it is the same, and nothing would tell of a second contact.
        """
        if contact.keys() or self._choices.fresh or self._memory.earlier([key]):
            return None
        before = self._memory.keyless(self._source.place, row.number)
        if before is None or not is_part(contact.name or "", before.contact.name or ""):
            return None
        told = Message(
            'an earlier run sent this row as "{name}"; without a key it is not sent again', name=before.contact.name
        )
        if before.status in (Status.CREATED, Status.UNCHANGED):
            return Outcome(Status.UNCHANGED, before.contact_id, hint=(told,))
        return Outcome(Status.UNKNOWN, before.contact_id, "interrupted", (told,), (LOOK_THERE,))

    def _identified(self, contact: Contact, key: bytes) -> tuple[Contact, Message]:
        """The contact with an identifier that every run makes alike, so that a search can find it; and a remark."""
        identifier = f"import-{key.hex()}"
        self._profile.changed("identifier", Message("made from the row's data"), "", identifier)
        made = Message('identifier "{value}" was made', value=identifier, kind="made_identifier")
        return replace(contact, identifier=identifier), made

    def _fill(self, verdict: Match, number: int) -> None:
        """Note what row ``number`` adds to the kept row of its person."""
        for name, value in verdict.added.items():
            self._profile.changed(name, Message("filled from a duplicate"), "", value)
        _, noted = self._merged.get(verdict.kept, (None, ()))
        kept = self._source._replace(place=self._source.row(verdict.kept)[0])
        where = kept.told(self._source.key(number))
        note = Message("{fields} came from row {row}", fields=_named(verdict.added), row=where, kind="filled")
        self._merged[verdict.kept] = verdict.whole, (*noted, note)

    def _shared(self, value: str, verdict: Match) -> RowError:
        field, where = verdict.field, self._source.told(verdict.number)
        message = Message(
            '{field}: "{value}" belongs to another person, in row {row}', field=field, value=value, row=where
        )
        return replace(row_error("shared_value", message), field=field)

    def _duplicate(self, verdict: Match, contact: Contact) -> Outcome:
        """``error`` names the earlier row, ``hint`` what this one adds to it, or would add."""
        row, kept = self._source.told(verdict.number), self._source.told(verdict.kept)
        same = Message("the same person as row {row} ({field})", row=row, field=verdict.field)
        if verdict.kept != verdict.number:
            same = Message("{same}, itself a duplicate of row {kept}", same=same, kept=kept)
        added = _named(verdict.added)
        merged = self._choices.duplicates == "merge"
        hint = Message("added {fields}", fields=added) if merged else Message("would have added {fields}", fields=added)
        hints = (
            *((hint,) if added else ()),
            *_left_out(verdict, contact, kept),
            *_named_otherwise(verdict, contact.name),
        )
        return Outcome(Status.DUPLICATE, error_code="duplicate", error=(same,), hint=hints)

    def _refused(self, row: Row, errors: tuple[RowError, ...]) -> LedgerRow:
        return LedgerRow(row.number, row.cells, self._as_it_was(row), _invalid(errors))

    def _fingerprint(self, contact: Contact) -> bytes:
        return fingerprint(self._choices.base_url, contact.known_by, self._people.occurrence(contact))

    def _recognized(self, rows: list[LedgerRow]) -> list[LedgerRow]:
        """The rows; those that are due with what earlier runs know of their contacts."""
        known = self._memory.earlier([row.fingerprint for row in rows if row.fingerprint])
        if known or self._memory.doubtful:
            rows = [self._remembered(row, known.get(row.fingerprint)) if row.fingerprint else row for row in rows]
        return self._known(rows)

    def _known(self, rows: list[LedgerRow]) -> list[LedgerRow]:
        """The rows; those whose person earlier runs know by a key, and that are still to be sent, with the id."""
        if self._memory.people is None:
            return rows
        due = [row for row in rows if row.fingerprint and row.outcome.status is Status.PENDING and not row.known_id]
        keys = [lookup(*pair) for row in due for pair in row.contact.keys().items()]
        if not (people := self._memory.people(keys)):
            return rows
        ids = {id(row): known_id(row.contact, people, self._choices.match_by) for row in due}
        return [replace(row, known_id=found) if (found := ids.get(id(row))) is not None else row for row in rows]

    def _remembered(self, row: LedgerRow, earlier: Earlier | None) -> LedgerRow:
        """The row after an earlier run that had the same contact, or left one in doubt that shares a value."""
        if earlier is None:
            doubtful = self._memory.doubtful
            windows = [doubtful[pair] for pair in row.contact.keys().items() if pair in doubtful]
            return replace(row, window=_joined(windows)) if windows else row
        if earlier.status in (Status.SENT, Status.PENDING) and earlier.contact_id:
            return replace(row, outcome=row.outcome._replace(contact_id=earlier.contact_id))
        if earlier.status is Status.SENT:
            return replace(row, window=earlier.window)
        left_alone = earlier.status in (Status.EXISTS, Status.DIFFERENT)
        if self._choices.fresh or (left_alone and self._choices.on_duplicate != "skip"):
            is_ours = earlier.status in (Status.CREATED, Status.UPDATED, Status.DIFFERENT)
            return replace(row, known_id=row.known_id or (earlier.contact_id if is_ours else ""))
        if left_alone:  # the server does not have this data, and the same command would not send it either
            hint = (*row.outcome.hint, _LEFT_ALONE)
            return replace(
                row, outcome=row.outcome._replace(status=Status.EXISTS, contact_id=earlier.contact_id, hint=hint)
            )
        by_name = (_KNOWN_BY_NAME,) if row.contact.attributes and not row.contact.keys() else ()
        hint = (*row.outcome.hint, *by_name)
        unchanged = row.outcome._replace(status=Status.UNCHANGED, contact_id=earlier.contact_id, hint=hint)
        return replace(row, outcome=unchanged)


def _joined(windows: Sequence[Window]) -> Window:
    return Window(min(window.since for window in windows), max(window.until for window in windows))


_LEFT_ALONE: Final = Message(
    "an earlier run found the contact with other data, which --on-duplicate update would change", kind=DIFFERS
)
_KNOWN_BY_NAME: Final = Message("known by its name alone; attributes are sent once, with the contact")


def _invalid(errors: tuple[RowError, ...]) -> Outcome:
    """The outcome of a row with errors: the first one's code, every message, and every hint once."""
    return Outcome(
        Status.INVALID,
        error_code=errors[0].code,
        error=tuple(error.message for error in errors),
        hint=tuple(dict.fromkeys(error.hint for error in errors if error.hint)),
        flaws=tuple(
            CellError((error.message,), error.field, error.column, (error.hint,) if error.hint else ())
            for error in errors
            if error.field or error.column is not None
        ),
    )


def _left_out(verdict: Match, contact: Contact, kept: Message | int) -> Iterator[Message]:
    """The keys of a duplicate that the person has otherwise: the field that decides is the same."""
    whole = verdict.whole.keys()
    if others := {name: value for name, value in contact.keys().items() if whole.get(name, value) != value}:
        yield Message("left out, for row {row} has another: {fields}", row=kept, fields=_named(others))


def _named_otherwise(verdict: Match, name: str | None) -> Iterator[Message]:
    """A hint that a duplicate's name shares no word with that of the person who is kept."""
    kept = None if "name" in verdict.added else verdict.whole.name
    if name and kept and not share_a_word(name, kept):
        yield Message(
            'its name "{name}" shares no word with "{kept}": perhaps another person, who is not sent',
            name=name,
            kept=kept,
            kind="other_name",
        )


def _named(fields: Mapping[str, str]) -> list[str]:
    """``name "Kim"``, ``phone_number "+8613800138000"``."""
    return [f'{name} "{value}"' for name, value in fields.items()]


def _without(contact: Contact, field: str) -> Contact | None:
    """The contact without one field; ``None`` if nothing of the person would be left."""
    fields = {name: value for name, value in contact.create_fields().items() if name != field}
    return (
        Contact(**fields, attributes=contact.attributes, clears=contact.clears)
        if fields.keys() - {"inbox_id"}
        else None
    )
