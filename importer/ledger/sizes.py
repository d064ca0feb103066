"""How much a ledger holds, and takes on disk."""

import os
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, NamedTuple

from importer.ledger.file import as_of_today, check_version, decoded, read_only
from importer.ledger.run import Run, run_from

_DATA: Final = (
    "SELECT COUNT(*), ifnull(SUM(length(CAST(contact AS BLOB)) + ifnull(length(CAST(cells AS BLOB)), 0)), 0) FROM rows "
    "WHERE run = ? AND (contact <> '{}' OR ifnull(cells, '[]') <> '[]')"
)


class Data(NamedTuple):
    """Rows that have data of people, and how many bytes that is."""

    rows: int = 0
    size: int = 0


class Sizes(NamedTuple):
    """What a ledger holds. ``size`` and ``free`` are bytes: on disk, and of it what is used again before it grows."""

    version: int
    size: int
    free: int
    rows: int
    contacts: int
    runs: tuple[tuple[int, Run], ...]


@contextmanager
def measured(path: Path) -> Iterator[tuple[sqlite3.Connection, Sizes]]:
    """Yield a connection that reads a ledger of any version as one of today's, and what the ledger holds, its newest
    run first. An import may work meanwhile. Raises ``LedgerError``."""
    with read_only(path) as db, decoded(path):
        (version,), (free,), (page,) = (
            db.execute(f"PRAGMA {name}").fetchone() for name in ("user_version", "freelist_count", "page_size")
        )
        with as_of_today(db, check_version(db, path)) as today:
            runs = today.execute("SELECT seq, record FROM runs ORDER BY seq DESC").fetchall()
            (rows,), (contacts,) = (
                today.execute(f"SELECT COUNT(*) FROM {table}").fetchone() for table in ("rows", "contacts")
            )
            made = tuple((seq, run_from(record)) for seq, record in runs)
            yield today, Sizes(version, size_on_disk(path), free * page, rows, contacts, made)


def size_on_disk(path: Path) -> int:
    """The bytes of a ledger's file and of its write-ahead log."""
    total = 0
    for place in (path, path.with_name(f"{path.name}-wal")):
        with suppress(OSError):
            total += os.stat(place).st_size  # noqa: PTH116 - Path's may raise for a long name
    return total


def data_of(db: sqlite3.Connection, seqs: Collection[int]) -> Data:
    """The rows of these runs that have data of people. Raises ``sqlite3.Error``."""
    found = [Data._make(db.execute(_DATA, (seq,)).fetchone()) for seq in seqs]
    return Data(sum(one.rows for one in found), sum(one.size for one in found))
