"""The names of a ledger's runs, for a shell that completes them: at once, and without a trace."""

import sqlite3
from pathlib import Path
from typing import Final, NamedTuple

from importer.errors import LedgerError
from importer.ledger.file import read_only

_NAMES: Final = (
    "SELECT id, ifnull(json_extract(record, '$.mode'), 'import'), ifnull(json_extract(record, '$.file'), '') "
    "FROM runs ORDER BY seq DESC LIMIT ?"
)


PLACES: Final = {"latest": 0, "previous": 1}
"""Names for the newest imports: how many imports are newer."""


class RunName(NamedTuple):
    """A run's name, its mode and its file."""

    name: str
    mode: str
    file: str


def run_names(path: Path, most: int) -> list[RunName]:
    """The newest runs of a ledger of any version, the newest first; none where it cannot be read."""
    try:
        with read_only(path, briefly=True) as db:
            db.execute("PRAGMA busy_timeout = 100")  # milliseconds: somebody waits for it with a key pressed
            return [RunName(*map(str, line)) for line in db.execute(_NAMES, (most,))]
    except (LedgerError, sqlite3.Error, OSError):
        return []
