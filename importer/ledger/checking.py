"""Check a ledger: what SQLite says of its file, whether it has its tables, and what in it contradicts itself.

Nothing is changed, and an import may work meanwhile: all is read of one moment. Findings quote nobody's data.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final, NamedTuple

from importer.errors import LedgerError
from importer.ledger.contradictions import Finding, contradictions
from importer.ledger.damage import RESTORE
from importer.ledger.file import as_of_today, check_version, read_only
from importer.ledger.run import Run
from importer.ledger.schema import migrate, tables
from importer.message import Message, and_more

DAMAGED: Final = "damaged"
"""The code of the finding that SQLite cannot read the file."""
SCHEMA: Final = "schema"
"""That of a table or an index that is missing, or is another."""

_MOST: Final = 3
"""What SQLite finds is quoted so many times."""


class Checked(NamedTuple):
    """What was checked, the runs that can be read among it, and what is wrong with it."""

    version: int
    runs: tuple[Run, ...]
    rows: int
    findings: tuple[Finding, ...]


def check(path: Path) -> Checked:
    """Check a ledger. Raises ``LedgerError`` for one of a newer version, and one that cannot be opened."""
    try:
        with read_only(path) as db:
            return _checked(db, check_version(db, path))
    except LedgerError as error:
        if error.hint != RESTORE:
            raise
        return Checked(0, (), 0, (Finding(DAMAGED, error.message, RESTORE),))


def _checked(db: sqlite3.Connection, version: int) -> Checked:
    db.execute("BEGIN")
    said = [text for (text,) in db.execute("PRAGMA integrity_check")]
    if said != ["ok"]:
        told = Message("SQLite finds the file damaged: {said}", said=and_more(said, _MOST))
        return Checked(version, (), 0, (Finding(DAMAGED, told, RESTORE),))
    with as_of_today(db, version) as today:
        return _in_order(today, version)


def quick_check(db: sqlite3.Connection) -> bool:
    """Whether SQLite finds a file whole, without a comparison of its indexes."""
    try:
        return bool(db.execute("PRAGMA quick_check").fetchall() == [("ok",)])
    except sqlite3.DatabaseError:
        return False


def _in_order(db: sqlite3.Connection, version: int) -> Checked:
    missing = tuple(_missing_tables(db))
    if missing:
        return Checked(version, (), 0, missing)
    runs, rows, findings = contradictions(db)
    return Checked(version, runs, rows, findings)


def _missing_tables(db: sqlite3.Connection) -> Iterator[Finding]:
    there = tables(db)
    for name, sql in _own_tables().items():
        if there.get(name) != sql:
            told = Message(
                'the table or index "{name}" is missing, or is not the one that this program makes', name=name
            )
            yield Finding(SCHEMA, told, RESTORE)


def _own_tables() -> dict[str, str]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        migrate(db, 0)
        return tables(db)
