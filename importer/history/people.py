"""Find a person over all runs of a ledger, and all rows that are the same person."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

from importer.errors import ConfigError
from importer.files import workspace
from importer.history.pairing import country_of, understood
from importer.history.sought import Glance, Sought, Values, glance_for, values_of
from importer.ledger.ledger import Ledger
from importer.ledger.records import Change, LedgerRow, RowKey
from importer.ledger.run import Run
from importer.livedesk.contact import KEY_FIELDS, Contact
from importer.message import Message
from importer.models import FINE, Status
from importer.reporter.result_files import places_of
from importer.staging.person_index import Relation, relation
from importer.texts import words_of

Runs = Sequence[tuple[int, Run]]
"""Runs with their sequence numbers, the newest first."""

_OF_A_CONTACT: Final = {*FINE, Status.DIFFERENT, Status.MISSING, Status.KEPT}
"""The statuses of rows whose contact id is proved to be that of their person."""


@dataclass(frozen=True)
class Entry:
    """A row of some run, with its values and what its update changed."""

    seq: int
    run: Run
    values: Values
    row: LedgerRow
    changes: tuple[Change, ...] = ()

    @property
    def place(self) -> tuple[int, RowKey]:
        """What identifies the row within the ledger."""
        return self.seq, self.row.key

    @property
    def sheet(self) -> str | None:
        """The name of the row's sheet."""
        return self.run.parts[self.row.source].sheet or None

    @property
    def file(self) -> str:
        """The name of the row's file."""
        return self.run.parts[self.row.source].file

    @property
    def at(self) -> Message | str:
        """How people find the row in its run."""
        place = places_of(self.run)(self.row)
        return place if isinstance(place, Message) else str(place)

    @cached_property
    def proof(self) -> "Proof":
        """What tells whose row this is."""
        keys = understood(self.row, country_of(self.run)).keys
        outcome, decisive = self.row.outcome, self.run.options.get("match_by")
        held = outcome.contact_id if outcome.status in _OF_A_CONTACT else None
        return Proof(
            frozenset(keys.items()),
            (self.run.base_url, held) if held else None,
            decisive if decisive in KEY_FIELDS else None,
            "" if keys or held else self.row.contact.json,
        )

    @cached_property
    def earlier(self) -> "Proof | None":
        """What told whose the contact was before this row's update changed its keys."""
        was = {change.field: change.before for change in self.changes if change.field in KEY_FIELDS}
        if self.proof.contact is None or not was:
            return None
        keys = {**dict(self.proof.keys), **{name: value for name, value in was.items() if isinstance(value, str)}}
        kept = {name: value for name, value in keys.items() if was.get(name, value)}
        return self.proof._replace(keys=frozenset(_contact(kept).keys().items()))


class Proof(NamedTuple):
    """What tells whose row it is: its keys, the contact at its server, the field of ``--match-by``; of a row that has
    neither keys nor a contact, all that it says."""

    keys: frozenset[tuple[str, str]]
    contact: tuple[str, str] | None
    decisive: str | None
    alone: str

    def to(self, other: "Proof") -> Relation:
        """How the rows stand to each other: as the import of either told, and the same where the contact is."""
        if self.contact is not None and self.contact == other.contact:
            return Relation.SAME
        if self.alone and self.alone == other.alone:
            return Relation.SAME
        if {self.decisive, other.decisive} & {field for field, _ in self.keys & other.keys}:
            return Relation.SAME
        return relation(_keyed(self), _keyed(other))


def _keyed(proof: Proof) -> Contact:
    return _contact(dict(proof.keys))


def _contact(keys: Mapping[str, str]) -> Contact:
    return Contact(**{name: keys.get(name) for name in KEY_FIELDS}, attributes={}, clears=())


class Found(NamedTuple):
    """The rows of a person, the newest run's first; whether there are ``more``; how many runs were searched, and how
    many were not, since they are forgotten."""

    text: str
    entries: tuple[Entry, ...]
    more: bool
    searched: int
    forgotten: int


def find_person(output_dir: Path, text: str, limit: int) -> Found:
    """Find the first ``limit`` rows, over all runs, that a text names (``Sought.fields``).

    An import may work meanwhile. Takes about 3 s for a million rows. Raises ``ConfigError``, ``LedgerError``.
    """
    sought = sought_by(text)
    with Ledger(workspace.existing_ledger(output_dir)) as ledger:
        entered = ledger.runs()
        runs = remembered(entered)
        found = [*islice(scan(ledger, runs, sought.glance, sought.fields), limit + 1)]
    return Found(sought.text, tuple(found[:limit]), len(found) > limit, len(runs), len(entered) - len(runs))


def sought_by(text: str) -> Sought:
    """Whom a text names. Raises ``ConfigError`` if it is blank."""
    sought = Sought(text)
    if not sought.text:
        raise ConfigError("an empty text names nobody", "give a name, e-mail address, phone number, id or contact id")
    return sought


def remembered(entered: Runs) -> Runs:
    """The runs that are not forgotten."""
    return [(seq, run) for seq, run in entered if run.forgotten_at is None]


def scan(ledger: Ledger, runs: Runs, glance: Glance, fits: Callable[[Values], object] = bool) -> Iterator[Entry]:
    """The rows that are worth a closer look and whose values fit, in the order of the runs."""
    for seq, run in runs:
        for page in ledger.people.told(seq):
            for told in glance.rows(page):
                if fits(values := values_of(told)):
                    yield Entry(seq, run, values, *ledger.people.row(seq, (told.source, told.number)))


class Person:
    """Owns the rows of one person so far."""

    def __init__(self, first: Entry) -> None:
        self.entries: dict[tuple[int, RowKey], Entry] = {}
        self._proofs: dict[Proof, None] = {}
        self._add(first)

    def _add(self, entry: Entry) -> None:
        self.entries[entry.place] = entry
        self._proofs |= {proof: None for proof in (entry.proof, entry.earlier) if proof is not None}

    def join(self, entry: Entry) -> bool:
        """Add a row if it is this person's: it is the same person as one of these rows, and has no key that would make
        it a stranger to another of them, unless this person has had that key too. Return whether it is one more."""
        if entry.place in self.entries:
            return False
        relations = {*self._relations(entry)}
        is_sure = Relation.SHARED not in relations or self._has_contact_of(entry) or self._has_had(entry)
        if Relation.SAME not in relations or not is_sure:
            return False
        self._add(entry)
        return True

    def may_have(self, entry: Entry) -> bool:
        """Whether a row that is not this person's may yet be: nothing says that it has another contact, and it is the
        same person as one of these rows, or shares a key with one, and a word of the name."""
        servers = {proof.contact[0] for proof in self._proofs if proof.contact}
        is_anothers = entry.proof.contact is not None and entry.proof.contact[0] in servers
        if entry.place in self.entries or is_anothers:
            return False
        relations = {*self._relations(entry)}
        return Relation.SAME in relations or (Relation.SHARED in relations and self._shares_a_name(entry))

    def _relations(self, entry: Entry) -> Iterator[Relation]:
        return (entry.proof.to(proof) for proof in self._proofs)

    def _has_contact_of(self, entry: Entry) -> bool:
        return any(entry.proof.contact and entry.proof.contact == proof.contact for proof in self._proofs)

    def _has_had(self, entry: Entry) -> bool:
        """Whether every key of a row is one that this person has or had, by an update of the contact."""
        return entry.proof.keys <= {key for proof in self._proofs for key in proof.keys}

    def _shares_a_name(self, entry: Entry) -> bool:
        names = (name for values in self.values for name in values.get("name", ()))
        words = {word for name in names for word in words_of(name)}
        return any(not words.isdisjoint(words_of(name)) for name in entry.values.get("name", ()))

    @property
    def values(self) -> list[Values]:
        """The values of all rows."""
        return [entry.values for entry in self.entries.values()]

    def complete(self, ledger: Ledger, runs: Runs) -> list[Entry]:
        """Add the rows of all runs that are this person's, whatever they have in common with the first; return those
        that may be (``may_have``)."""
        sought, near = None, list[Entry]()
        while (glance := glance_for(self.values)) != sought:
            sought = glance
            near = [*scan(ledger, runs, glance)]
            while sum(self.join(entry) for entry in near):
                pass
        return [entry for entry in near if self.may_have(entry)]


def people_of(entries: Iterable[Entry]) -> list[Person]:
    """The people whose rows these are."""
    people: list[Person] = []
    for entry in entries:
        if not any(person.join(entry) for person in people):
            people.append(Person(entry))
    return people


def by_run(entries: Iterable[Entry]) -> Mapping[int, list[Entry]]:
    """Rows by the sequence number of their run."""
    found: dict[int, list[Entry]] = {}
    for entry in entries:
        found.setdefault(entry.seq, []).append(entry)
    return found
