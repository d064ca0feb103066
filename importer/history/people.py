"""Find a person over all runs of a ledger, and all rows that are the same person."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

from importer import workspace
from importer.errors import ConfigError
from importer.history.pairing import country_of, understood
from importer.history.sought import Glance, Sought, Values, glance_for, values_of
from importer.ledger.ledger import Ledger
from importer.ledger.records import Change, LedgerRow, RowKey
from importer.ledger.run import Run
from importer.livedesk.contact import KEY_FIELDS, Contact
from importer.models import FINE, Status
from importer.staging.person_index import Relation, relation

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
        return self.seq, (self.row.source, self.row.number)

    @property
    def sheet(self) -> str | None:
        """The name of the row's sheet."""
        return self.run.parts[self.row.source].sheet

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
    keys = dict(proof.keys)
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
        self._proofs[entry.proof] = None

    def join(self, entry: Entry) -> bool:
        """Add a row if it is this person's: it is the same person as one of these rows, and shares no value with
        another of them that a stranger would share. Return whether it is one more."""
        if entry.place in self.entries:
            return False
        relations = {proof: entry.proof.to(proof) for proof in self._proofs}
        is_known = any(entry.proof.contact and entry.proof.contact == proof.contact for proof in relations)
        if Relation.SAME not in relations.values() or (Relation.SHARED in relations.values() and not is_known):
            return False
        self._add(entry)
        return True

    @property
    def values(self) -> list[Values]:
        """The values of all rows."""
        return [entry.values for entry in self.entries.values()]

    def complete(self, ledger: Ledger, runs: Runs) -> None:
        """Add the rows of all runs that are this person's, whatever they have in common with the first."""
        sought: Glance | None = None
        while (glance := glance_for(self.values)) != sought:
            sought = glance
            near = [*scan(ledger, runs, glance)]
            while sum(self.join(entry) for entry in near):
                pass


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
