"""Find out who is who in two runs: pair the rows of one person, in a private database, never by position.

From what proves most to what proves least, each row once:

    the same data       the fingerprint; without one, all that the row says
    identifier
    email               without case, unless both rows have an identifier and they differ
    phone number        unless both have an identifier, or both an email, and they differ
    name                if nobody else in either run has it, and one of the two rows has none of the keys above

Of several rows that share a value the first of one run goes with the first of the other, the second with the second.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import replace
from hashlib import sha256
from itertools import islice, product
from typing import Any, Final, NamedTuple, Self

from importer.ledger.records import LedgerRow
from importer.ledger.run import Run
from importer.livedesk.contact import KEY_FIELDS, Contact
from importer.models import FINE, Status
from importer.normalizer.cells import read
from importer.normalizer.rules import COUNTRY_FIELDS
from importer.normalizer.text import tidy

BEFORE: Final = 0
AFTER: Final = 1

_BATCH_ROWS: Final = 1000
_READ: Final = (*KEY_FIELDS, "name", "avatar_url")

# ``held`` has the bit 2 ** n for the n-th of KEY_FIELDS.
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
    """A row as it is held against another: ``contact`` as far as its cells can be read, else the cells as they were.

    ``keys`` are its unique values that no error is about. ``partial`` is a row that was refused: nothing is known of
    its attributes and its inbox.
    """

    contact: Contact
    keys: dict[str, str]
    partial: bool = False


def understood(row: LedgerRow, country: str | None = None) -> Understood:
    """Read what can be read of a refused row's cells; ``country`` is that of numbers without a country code."""
    if row.outcome.status is not Status.INVALID:
        return Understood(row.contact, row.contact.keys())
    flawed = {flaw.field for flaw in row.outcome.flaws}
    cells = {field: cell for field, cell in row.contact.create_fields().items() if field in _READ}
    readings = {field: read(field, cell, country) for field, cell in cells.items()}
    sound: dict[str, Any] = {field: reading.value for field, reading in readings.items() if not reading.error}
    contact = replace(row.contact, inbox_id=None, **sound)
    keys = {key: value for key, value in contact.keys().items() if key in sound and key not in flawed}
    return Understood(contact, keys, partial=True)


class Pairing:
    """Owns the private database, which SQLite keeps in memory or in a file of its own, with the rows of two runs."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.executescript(_SCHEMA)
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute("BEGIN")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def enter(self, side: int, run: Run, rows: Iterable[LedgerRow]) -> None:
        """Enter the rows of one run; ``side`` is ``BEFORE`` or ``AFTER``."""
        country, rest = _country(run), iter(rows)
        while batch := [(row, understood(row, country)) for row in islice(rest, _BATCH_ROWS)]:
            self._db.executemany(_ENTER, [(side, *_entry(run, row, seen)) for row, seen in batch])
            said = [(side, row.number, _label(seen.contact), seen.contact.json, seen.partial) for row, seen in batch]
            self._db.executemany(_SAY, said)

    def pair(self) -> None:
        """Pair the rows that were entered, each at most once; the other way round the pairs are the same."""
        self._pair(_PAIR.format(key="same"), (0, 0, 0))
        for place, key in enumerate(KEY_FIELDS):
            stronger = (1 << place) - 1
            # One step for each two sets of stronger keys with none in common: what both have, and was not paired by
            # it, differs.
            for mine, theirs in product(range(stronger + 1), repeat=2):
                if not mine & theirs:
                    self._pair(_PAIR.format(key=key), (stronger, mine, theirs))
        self._pair(_PAIR_NAMES)

    def _pair(self, statement: str, values: tuple[int, ...] = ()) -> None:
        if self._db.execute(statement, values).rowcount:
            for note in _NOTE_PAIRS:
                self._db.execute(note)

    def ask(self, question: str, *values: object) -> Iterator[tuple[Any, ...]]:
        """Answer a query on ``people``, ``said`` and ``pairs``, row by row."""
        return self._db.execute(question, values)


def _country(run: Run) -> str | None:
    """The country of numbers without one; what a row says of its own is not in the ledger, so nothing is guessed."""
    told = run.options.get("country")
    return told if isinstance(told, str) and not {*COUNTRY_FIELDS} & {*run.mapping.values()} else None


def _same(run: Run, row: LedgerRow) -> bytes:
    """What rows with the same data have in common; a row of a forgotten run without a fingerprint has it alone."""
    if row.fingerprint is not None:
        return row.fingerprint
    said = row.contact.json if run.forgotten_at is None else json.dumps([run.id, row.number])
    return sha256(said.encode("utf-8", "surrogatepass")).digest()


def _entry(run: Run, row: LedgerRow, seen: Understood) -> tuple[object, ...]:
    """A row's values in ``people``, but for its side."""
    keys = [seen.keys.get(key) for key in KEY_FIELDS]
    held = sum(1 << place for place, key in enumerate(keys) if key)
    name = tidy(seen.contact.name or "").casefold() or None
    outcome = row.outcome
    code = "" if outcome.status in FINE else outcome.error_code
    return row.number, _same(run, row), *keys, name, held, outcome.status, code


def _label(contact: Contact) -> str:
    """What a person is called in an example."""
    return contact.name or contact.identifier or contact.email or contact.phone_number or ""
