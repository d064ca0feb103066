"""What the ledger knows of servers: what they have proved that they can do, and whether a run reached them before."""

import time
from collections.abc import Sequence
from typing import Final

from importer.ledger.file import decoded
from importer.ledger.store import Store
from importer.livedesk.capabilities import Capabilities, Finding, known

_FINDINGS: Final = "SELECT name, answer, told_at FROM capabilities WHERE server = ?"
_LEARN: Final = "INSERT OR REPLACE INTO capabilities (server, name, answer, told_at) VALUES (?, ?, ?, ?)"
_HAS_ACCEPTED: Final = (
    "SELECT 1 FROM contacts WHERE server = ? AND status IN ('created', 'updated', 'pending', 'different') LIMIT 1"
)


class Servers:
    """Owns the table ``capabilities``. A server is an address."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def capabilities(self, server: str) -> Capabilities:
        """What a server has proved lately."""
        with decoded(self._store.path):
            found = self._store.reader.execute(_FINDINGS, (server,)).fetchall()
            return known((Finding(name, bool(answer), told_at) for name, answer, told_at in found), time.time())

    def has_accepted(self, server: str) -> bool:
        """Whether an earlier run created or updated a contact there."""
        with decoded(self._store.path):
            return self._store.reader.execute(_HAS_ACCEPTED, (server,)).fetchone() is not None

    def learn(self, seq: int, findings: Sequence[Finding]) -> None:
        """Write what was found out about the server of run ``seq``. Raises ``LedgerError``."""
        server = self._store.run(seq).base_url
        with self._store.transaction():
            self._store.db.executemany(
                _LEARN, [(server, finding.name, finding.has, finding.found_at) for finding in findings]
            )
