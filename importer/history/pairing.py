"""Pair the rows of two runs that are the same person, by their data and never by position.

The strongest proof goes first, and each row is paired once:

    the same data       the fingerprint; without one, all that the row says
    identifier
    email               without case, unless both rows have an identifier and they differ
    phone number        unless both have an identifier, or both an email, and they differ
    name                if it is unique in each run, and one of the two rows has none of the keys above

If several rows share a value, the first of one run goes with the first of the other, the second with the second.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from hashlib import sha256
from itertools import islice, product
from typing import Any, Final, NamedTuple, Self

from importer.ledger.file import open_private
from importer.ledger.records import LedgerRow, RowKey, Source, SourceName
from importer.ledger.run import Run
from importer.livedesk.contact import KEY_FIELDS, Contact
from importer.models import FINE, Json, Status
from importer.normalizer.cells import read
from importer.normalizer.columns import COUNTRY_FIELDS
from importer.normalizer.text import tidy

BEFORE: Final = 0
AFTER: Final = 1

_BATCH_ROWS: Final = 1000
_READ: Final = (*KEY_FIELDS, "name", "avatar_url")

# Bit n of ``held`` says that the row has the n-th of KEY_FIELDS.
_SCHEMA: Final = """
CREATE TABLE people (
    side INTEGER, number INTEGER, same BLOB, identifier TEXT, email TEXT, phone_number TEXT, name TEXT, held INTEGER,
    status TEXT, code TEXT, mate INTEGER, PRIMARY KEY (side, number)
) WITHOUT ROWID;
CREATE TABLE said (
    side INTEGER, number INTEGER, label TEXT, contact TEXT, partial INTEGER, PRIMARY KEY (side, number)
) WITHOUT ROWID;
CREATE TABLE found (mine INTEGER PRIMARY KEY, theirs INTEGER UNIQUE);
CREATE VIEW pairs AS
SELECT mine.number AS mine, mine.status AS was, mine.code AS code_was,
    theirs.number AS theirs, theirs.status AS became, theirs.code AS code_became
FROM people AS mine JOIN people AS theirs ON theirs.side = 1 AND theirs.number = mine.mate WHERE mine.side = 0;
"""
_ENTER: Final = "INSERT INTO people VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)"
_SAY: Final = "INSERT INTO said VALUES (?, ?, ?, ?, ?)"
_PAIR: Final = """
WITH free AS (
    SELECT side, number, {key} AS value, ROW_NUMBER() OVER (PARTITION BY side, {key} ORDER BY number) AS nth FROM people
    WHERE mate IS NULL AND {key} IS NOT NULL AND held & ?1 = CASE side WHEN 0 THEN ?2 ELSE ?3 END
)
INSERT INTO found SELECT mine.number, theirs.number FROM free AS mine JOIN free AS theirs
ON theirs.side = 1 AND theirs.value = mine.value AND theirs.nth = mine.nth WHERE mine.side = 0
"""
_PAIR_NAMES: Final = """
WITH alone AS (
    SELECT side, number, name, held, mate FROM people WHERE name IS NOT NULL GROUP BY side, name HAVING COUNT(*) = 1
)
INSERT INTO found SELECT mine.number, theirs.number FROM alone AS mine JOIN alone AS theirs
ON theirs.side = 1 AND theirs.name = mine.name WHERE mine.side = 0
AND mine.mate IS NULL AND theirs.mate IS NULL AND (mine.held = 0 OR theirs.held = 0)
"""
_NOTE_PAIRS: Final = (
    "UPDATE people SET mate = theirs FROM found WHERE side = 0 AND number = mine",
    "UPDATE people SET mate = mine FROM found WHERE side = 1 AND number = theirs",
    "DELETE FROM found",
)


class Understood(NamedTuple):
    """A row to compare: ``contact`` has a cell's reading, or the cell as it was if it cannot be read.

    ``keys`` are the unique values without an error. A refused row is ``partial``: its attributes and inbox are unknown.
    """

    contact: Contact
    keys: dict[str, str]
    partial: bool = False


def understood(row: LedgerRow, country: str | None = None) -> Understood:
    """Read a refused row's cells as far as possible; ``country`` is that of numbers without a country code."""
    if row.outcome.status is not Status.INVALID:
        return Understood(row.contact, row.contact.keys())
    flawed = {flaw.field for flaw in row.outcome.flaws}
    cells = {field: cell for field, cell in row.contact.create_fields().items() if field in _READ}
    readings = {field: read(field, cell, country) for field, cell in cells.items()}
    sound: dict[str, Any] = {field: reading.value for field, reading in readings.items() if not reading.error}
    contact = replace(row.contact, inbox_id=None, **sound)
    keys = {key: value for key, value in contact.keys().items() if key in sound and key not in flawed}
    return Understood(contact, keys, partial=True)


class Alone(NamedTuple):
    """Rows that have no mate: how many, and the first few."""

    number: int
    rows: tuple[RowKey, ...]


class Pairing:
    """Owns a private database of two runs' rows, which SQLite keeps in memory or in a temporary file."""

    def __init__(self) -> None:
        self._sources: dict[int, Source] = {}
        self._db = open_private(_SCHEMA)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def enter(self, side: int, run: Run, rows: Iterable[LedgerRow]) -> None:
        """Enter the rows of one run; ``side`` is ``BEFORE`` or ``AFTER``."""
        self._sources[side] = Source(names=run.names)
        country, rest = country_of(run), iter(rows)
        while batch := [(row, understood(row, country)) for row in islice(rest, _BATCH_ROWS)]:
            self._db.executemany(_ENTER, [(side, *_entry(run, row, seen)) for row, seen in batch])
            said = [(side, _number(row), seen.contact.label, seen.contact.json, seen.partial) for row, seen in batch]
            self._db.executemany(_SAY, said)

    def pair(self, decisive: Json = None) -> None:
        """Pair the entered rows, each at most once; swapping the sides gives the same pairs.

        ``decisive`` is the field of ``--match-by``, if any: who shares it is the same person, whatever else differs.
        """
        self._pair(_PAIR.format(key="same"), (0, 0, 0))
        if decisive in KEY_FIELDS:
            self._pair(_PAIR.format(key=decisive), (0, 0, 0))
        for place, key in enumerate(KEY_FIELDS):
            stronger = (1 << place) - 1
            # A stronger key that both rows have, and that did not pair them, differs: so pair only rows whose sets
            # of stronger keys have nothing in common.
            for mine, theirs in product(range(stronger + 1), repeat=2):
                if not mine & theirs:
                    self._pair(_PAIR.format(key=key), (stronger, mine, theirs))
        self._pair(_PAIR_NAMES)

    def _pair(self, statement: str, values: tuple[int, ...] = ()) -> None:
        if self._db.execute(statement, values).rowcount:
            for note in _NOTE_PAIRS:
                self._db.execute(note)

    def alone(self, side: int, most: int = 0) -> Alone:
        """The rows of one side without a mate."""
        ((count,),) = self.ask("SELECT COUNT(*) FROM people WHERE side = ? AND mate IS NULL", side)
        first = self.ask(
            "SELECT number FROM people WHERE side = ? AND mate IS NULL ORDER BY number LIMIT ?", *(side, most)
        )
        return Alone(count, tuple(self._sources[side].row(number) for (number,) in first))

    def row(self, side: int, number: int | None) -> int | None:
        """The row's number in the input, of one that ``people`` has; of several sources, that of its own."""
        return None if number is None else self._sources[side].row(number)[1]

    def source(self, side: int, number: int | None) -> SourceName:
        """What tells the source of the row from others of its run; empty where there is one."""
        own = self._sources[side]
        return SourceName() if number is None or not own.names else own.names[own.row(number)[0]]

    def ask(self, question: str, *values: object) -> Iterator[tuple[Any, ...]]:
        """Query ``people``, ``said`` and ``pairs``."""
        return self._db.execute(question, values)


def country_of(run: Run) -> str | None:
    """The run's --country; ``None`` if rows name their own, which the ledger does not keep."""
    country = run.options.get("country")
    return country if isinstance(country, str) and not {*COUNTRY_FIELDS} & {*run.mapping.values()} else None


def _number(row: LedgerRow) -> int:
    """A row's number, which is another for each row of a run with several sources."""
    return Source(row.source).key(row.number)


def _same(run: Run, row: LedgerRow) -> bytes:
    """A digest that rows with the same data share; unique for a forgotten row without a fingerprint."""
    if row.fingerprint is not None:
        return row.fingerprint
    said = row.contact.json if run.forgotten_at is None else json.dumps([run.id, _number(row)])
    return sha256(said.encode("utf-8", "surrogatepass")).digest()


def _entry(run: Run, row: LedgerRow, seen: Understood) -> tuple[object, ...]:
    """A row's values in ``people``, without its side."""
    keys = [seen.keys.get(key) for key in KEY_FIELDS]
    held = sum(1 << place for place, key in enumerate(keys) if key)
    name = tidy(seen.contact.name or "").casefold() or None
    code = "" if row.outcome.status in FINE else row.outcome.error_code
    return _number(row), _same(run, row), *keys, name, held, row.outcome.status, code
