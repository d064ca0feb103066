"""Make the ledger's rows from a checked batch: compare each row with the rest of the file and with earlier runs."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from functools import cache, partial
from operator import itemgetter
from types import MappingProxyType
from typing import NamedTuple

from importer.ledger.known_contacts import fingerprint
from importer.ledger.records import Earlier, LedgerRow, Source, StagedRow
from importer.livedesk.contact import KEY_FIELDS, Contact, lookup
from importer.message import Message, Messages, stored
from importer.models import DUE, MatchBy, Outcome, Row, RowError, Status
from importer.normalizer.column_profile import ColumnProfile
from importer.normalizer.text import showing_loss
from importer.runtime import dumps_texts
from importer.staging.checking import Checked
from importer.staging.choices import Choices
from importer.staging.memory import Memory, recognized
from importer.staging.outcomes import SHARED, duplicate, invalid, quoted, sent_without, shared
from importer.staging.person_index import Match, PersonIndex, Relation
from importer.staging.read_otherwise import as_before, is_as_before, is_edited, lacks
from importer.staging.recognition import named


class Given(NamedTuple):
    """Of one source: which it is, the fields of an invalid row as they were, the counts of its columns; the column, if
    there is one, in which a file of an earlier run names LiveDesk's own ids; those that are ``never_round``; and the
    hints, by error code, that stand in the place of the code's own."""

    source: Source
    as_it_was: Callable[[Row], Contact]
    profile: ColumnProfile
    id_column: int | None = None
    never_round: Sequence[int] = ()
    hints: Mapping[str, Message] = MappingProxyType({})


class Staged(NamedTuple):
    """A batch for the ledger: ``plain`` rows, new and without errors, and the rows ``apart`` from them.

    ``remarked`` has the remarks on plain rows, by their numbers.
    """

    plain: list[StagedRow]
    apart: list[LedgerRow]
    remarked: Mapping[int, Messages]

    def remarks(self) -> Iterator[tuple[int, Messages]]:
        """Each row's number and the remarks on it, in order."""
        apart = ((row.number, row.outcome.hint) for row in self.apart)
        yield from sorted((*self.remarked.items(), *apart), key=itemgetter(0))


class Stager:
    """Stages the batches of one source, in order; the sources of a run share ``people``, by the keys of their rows."""

    def __init__(self, given: Given, memory: Memory, people: PersonIndex, choices: Choices) -> None:
        self._source, self._as_it_was, self._profile, self._id_column, self._never_round, self._hints = given
        self._memory = memory
        self._people = people
        self._choices = choices
        self._doubtful = {lookup(*pair) for pair in memory.doubtful}
        self._merged: dict[int, tuple[Contact, Messages]] = {}
        self._had_no_key: Set[int] = frozenset()
        self._keyless: Callable[[], Set[str]] = frozenset

    def stage(self, batch: Sequence[Row], found: Checked) -> Staged:
        """The ledger's rows for a batch; ``found`` is its check."""
        numbers = [row.number for row in batch]
        self._profile.add(numbers, found.columns, found.errors, found.further)
        keys = [*map(self._source.key, numbers)] if self._source.names else numbers
        met = self._people.enter(keys, found.contacts, found.lookups)
        ids = self._ids(batch) if self._id_column is not None else {}
        self._keyless = cache(partial(_keyless_of, found))
        sent_keys = [key for key in found.fingerprints if key is not None]
        known = self._memory.earlier(sent_keys)
        self._had_no_key = self._without_key_before(numbers) if len(known) < len(sent_keys) else frozenset()
        apart = met | self._apart(found, known) | ids.keys() | self._had_no_key
        rows = [
            replace(
                self._staged(place, batch[place], found, place in met),
                source=self._source.place,
                cells=showing_loss(batch[place].cells, self._never_round),
            )
            for place in sorted(apart)
        ]
        if ids:
            rows = [*self._named(rows, {batch[place].number: contact_id for place, contact_id in ids.items()})]
        plain, remarked = self._plain(batch, numbers, found, apart)
        return Staged(plain, recognized(rows, self._memory, self._choices) if rows else [], remarked)

    def _plain(
        self, batch: Sequence[Row], numbers: Sequence[int], found: Checked, apart: Set[int]
    ) -> tuple[list[StagedRow], dict[int, Messages]]:
        """The rows that are not ``apart``, and the remarks on them by their numbers."""
        cells, hints = found.cells, [""] * len(batch)
        told = {place: remarks for place, remarks in found.warnings.items() if place not in apart}
        if told:
            cells = [*cells]
            for place, remarks in told.items():
                cells[place] = dumps_texts(showing_loss(batch[place].cells, self._never_round))
                hints[place] = stored(remarks)
        plain = list(zip(numbers, cells, found.contacts, found.fingerprints, hints, strict=True))
        if apart:
            plain = [row for place, row in enumerate(plain) if place not in apart]
        return plain, {numbers[place]: remarks for place, remarks in told.items()}

    def _apart(self, found: Checked, known: Mapping[bytes, Earlier]) -> set[int]:
        """The places of rows with errors, without a unique value, or ``known`` to earlier runs."""
        apart = {place for place, key in enumerate(found.fingerprints) if key is None or key in known}
        if self._doubtful:
            apart |= {at for column in found.lookups for at, value in enumerate(column) if value in self._doubtful}
        return apart.union(found.errors, self._known_by_key(found, apart))

    def _without_key_before(self, numbers: Sequence[int]) -> Set[int]:
        """The places of rows that an earlier run sent without a key."""
        before = self._memory.without_key(self._source.place)
        return {place for place, number in enumerate(numbers) if number in before} if before else set()

    def _known_by_key(self, found: Checked, apart: Set[int]) -> Iterator[int]:
        """The places of rows that only a key tells of: their other data is new."""
        if self._memory.people is None:
            return
        columns = _deciding(found.lookups, self._choices.match_by)
        keys = [key for column in columns for at, key in enumerate(column) if key is not None and at not in apart]
        if people := self._memory.people(keys):
            yield from (at for column in columns for at, key in enumerate(column) if key in people)

    def _ids(self, batch: Sequence[Row]) -> dict[int, str]:
        """The contact ids that rows name, by the rows' places."""
        at = self._id_column or 0
        ids = {place: row.cells[at].strip() for place, row in enumerate(batch) if at < len(row.cells)}
        return {place: contact_id for place, contact_id in ids.items() if contact_id}

    def _named(self, rows: Iterable[LedgerRow], ids: Mapping[int, str]) -> Iterator[LedgerRow]:
        """The rows; those that are due, and name a contact id by their numbers, with what that tells."""
        given = self._memory.given([*ids.values()])
        for row in rows:
            if (contact_id := ids.get(row.number)) is None or row.outcome.status is not Status.PENDING:
                yield row
                continue
            known_id, remark = named(contact_id, given.get(contact_id), row.contact)
            hint = (*row.outcome.hint, remark) if remark else row.outcome.hint
            yield replace(row, known_id=known_id, outcome=row.outcome._replace(hint=hint))

    def merged(self) -> list[LedgerRow]:
        """Earlier rows that duplicates have filled since the last call (``--duplicates merge``)."""
        if not self._merged:
            return []
        filled = []
        for key, (contact, note) in self._merged.items():
            source, number = self._source.row(key)
            outcome = Outcome(Status.PENDING, hint=note)
            filled.append(LedgerRow(number, (), contact, outcome, self._fingerprint(contact), source=source))
        self._merged.clear()
        return recognized(filled, self._memory, self._choices)

    def _staged(self, place: int, row: Row, found: Checked, met: bool) -> LedgerRow:
        """One row apart; ``met`` if it may share a value with an earlier row."""
        if place in found.errors:
            return self._refused(row, found.errors[place])
        contact, warnings = Contact.from_json(found.contacts[place]), found.warnings.get(place, ())
        match = self._people.meet(self._source.key(row.number), contact) if met else None
        key = found.fingerprints[place]
        if match is None and key is not None:
            if place in self._had_no_key and (sent := self._as_sent(row, contact, key, warnings)) is not None:
                return sent
            outcome = Outcome(Status.PENDING, hint=warnings) if warnings else DUE
            return LedgerRow(row.number, row.cells, contact, outcome, key)
        return self._placed(row, contact, match, warnings)

    def _placed(
        self,
        row: Row,
        contact: Contact,
        match: Match | None,
        warnings: Messages,
        dropped: Mapping[str, str] = MappingProxyType({}),
    ) -> LedgerRow:
        """A valid row, by whom it matches; ``dropped`` are the unique values that it goes without already."""
        if match is None:
            key = self._fingerprint(contact)
            if (sent := self._as_sent(row, contact, key, warnings)) is not None:
                return sent
            if self._choices.make_identifier and not contact.keys() and not self._memory.earlier([key]):
                contact, made = self._identified(contact, key)
                warnings, key = (*warnings, made), self._fingerprint(contact)
            return LedgerRow(row.number, row.cells, contact, Outcome(Status.PENDING, hint=warnings), key)
        if match.relation is Relation.SAME:
            is_merged = self._choices.duplicates == "merge" and match.kept not in self._people.left
            if is_merged and match.added:
                self._fill(match, row.number)
            outcome = duplicate(match, contact, self._source, is_merged=is_merged)
            return LedgerRow(row.number, row.cells, contact, outcome)
        value = contact.create_fields()[match.field]
        error = shared(value, match, self._source)
        self._profile.clashed(match.field)
        rest = _without(contact, match.field)
        if self._choices.shared_values == "drop" and rest is not None:
            self._profile.changed(match.field, SHARED, value, "")
            remarks = (*warnings, sent_without(error))
            without = {**dropped, match.field: contact.keys()[match.field]}
            return self._placed(
                row, rest, self._people.meet(self._source.key(row.number), rest, without), remarks, without
            )
        return self._refused(row, (error,))

    def _as_sent(self, row: Row, contact: Contact, key: bytes, warnings: Messages) -> LedgerRow | None:
        """The row with the fingerprint of what an earlier run sent from its place, if no search would tell that it did.
        With a key it can be sent ``--fresh``."""
        is_known = bool(self._memory.earlier([key]))
        if (is_known and not contact.attributes) or (contact.keys() and (is_known or self._choices.fresh)):
            return None
        before = self._memory.sent(self._source.place, row.number)
        if before is not None and self._choices.make_identifier and before.contact.identifier == _made_identifier(key):
            return None  # a search finds it
        if before is None or not (is_known or self._is_as_before(row, contact, before)):
            return None
        if is_known and (before.fingerprint != key or not lacks(before, contact)):
            return None
        self._people.left.add(self._source.key(row.number))
        self._people.left_as.add(before.fingerprint or b"")
        outcome = as_before(before, contact)
        outcome = outcome._replace(hint=(*warnings, *outcome.hint))
        return LedgerRow(row.number, row.cells, contact, outcome, before.fingerprint)

    def _is_as_before(self, row: Row, contact: Contact, before: LedgerRow) -> bool:
        """Whether nothing else stands in the row's place, nor the row itself in another: then it was moved."""
        if before.fingerprint in self._people.left_as:
            return False
        if is_as_before(showing_loss(row.cells, self._never_round), contact, before):
            return True
        return is_edited(contact, before) and before.contact.known_by not in self._keyless()

    def _identified(self, contact: Contact, key: bytes) -> tuple[Contact, Message]:
        """The contact with an identifier that every run makes alike, so that a search can find it; and a remark."""
        identifier = _made_identifier(key)
        self._profile.changed("identifier", Message("made from the row's data"), "", identifier)
        made = Message('identifier "{value}" was made', value=identifier, kind="made_identifier")
        return replace(contact, identifier=identifier), made

    def _fill(self, match: Match, number: int) -> None:
        """Note what row ``number`` adds to the kept row of its person."""
        for name, value in match.added.items():
            self._profile.changed(name, Message("filled from a duplicate"), "", value)
        _, noted = self._merged.get(match.kept, (None, ()))
        kept = self._source._replace(place=self._source.row(match.kept)[0])
        where = kept.told(self._source.key(number))
        note = Message("{fields} came from row {row}", fields=quoted(match.added), row=where, kind="filled")
        self._merged[match.kept] = match.whole, (*noted, note)

    def _refused(self, row: Row, errors: tuple[RowError, ...]) -> LedgerRow:
        if self._hints:
            errors = tuple(replace(error, hint=self._hints.get(error.code, error.hint)) for error in errors)
        return LedgerRow(row.number, row.cells, self._as_it_was(row), invalid(errors))

    def _fingerprint(self, contact: Contact) -> bytes:
        return fingerprint(self._choices.base_url, contact.known_by, self._people.occurrence(contact))


def _keyless_of(found: Checked) -> Set[str]:
    """What the rows of a batch that have no key are known by (``Contact.known_by``)."""
    places = (place for place, key in enumerate(found.fingerprints) if key is None and place not in found.errors)
    return {Contact.from_json(found.contacts[place]).known_by for place in places}


def _made_identifier(key: bytes) -> str:
    """The identifier of a row that has none, of its fingerprint without one."""
    return f"import-{key.hex()}"


def _without(contact: Contact, field: str) -> Contact | None:
    """The contact without one field; ``None`` if nothing of the person would be left."""
    fields = {name: value for name, value in contact.create_fields().items() if name != field}
    return (
        Contact(**fields, attributes=contact.attributes, clears=contact.clears)
        if fields.keys() - {"inbox_id"}
        else None
    )


def _deciding(columns: Sequence[Sequence[str | None]], match_by: MatchBy) -> Sequence[Sequence[str | None]]:
    """The columns of lookup keys without those that do not tell who a row's person is (``deciding_keys``)."""
    if match_by == "auto":
        return columns
    decides = columns[KEY_FIELDS.index(match_by)]
    return [
        column if column is decides else [None if own else key for own, key in zip(decides, column, strict=True)]
        for column in columns
    ]
