"""What the ledger knows of servers: what they have proved that they can do, and whether a run reached them before."""

import time
from collections.abc import Callable, Sequence
from typing import Final

from importer.ledger.file import decoded
from importer.ledger.known_contacts import ATTRIBUTES_DUE, OURS
from importer.ledger.store import Store
from importer.livedesk.capabilities import Capabilities, Finding, known

_FINDINGS: Final = "SELECT name, answer, told_at FROM capabilities WHERE server = ?"
_LEARN: Final = "INSERT OR REPLACE INTO capabilities (server, name, answer, told_at) VALUES (?, ?, ?, ?)"
_HAS_ACCEPTED: Final = f"SELECT 1 FROM contacts WHERE server = ? AND status IN {OURS} LIMIT 1"

_LATE_UNTIL: Final = (
    "SELECT max(min(written_at, ?) + CAST(coalesce(json_extract(record, '$.options.settle'), 30.0) AS REAL)) FROM runs "
    "WHERE seq < ? AND json_extract(record, '$.base_url') = ? "
    "AND coalesce(json_extract(record, '$.mode'), 'import') IN ('import', 'undo')"
)
_IN_INBOX: Final = (
    # Of a contact of which nothing is said of its inbox another run knew it, or a server showed it, or it may be there.
    "SELECT 1 FROM contacts JOIN rows ON rows.run = contacts.run AND rows.source = contacts.source "
    "AND rows.number = contacts.number JOIN runs ON runs.seq = contacts.run "
    "WHERE contacts.contact_id = ? AND contacts.server = ? AND contacts.run < ? "
    "AND json_extract(rows.contact, '$.inbox_id') = ? "
    f"AND (rows.status = 'created' OR rows.error_code = '{ATTRIBUTES_DUE}' OR rows.status IN "
    "('exists', 'updated') AND instr(rows.hint, 'not added to inbox') = 0 "
    "AND json_extract(record, '$.ledger_version') >= 6 AND json_extract(record, '$.options.plan') IS NULL) LIMIT 1"
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

    def late_until(self, seq: int, now: float) -> float:
        """Until when (epoch seconds) a search may not show yet what runs before ``seq`` wrote to its server: their
        --settle after their last write; 0 if none wrote there. A write after ``now`` is by a clock that was wrong."""
        server = self._store.run(seq).base_url
        with decoded(self._store.path):
            found = self._store.reader.execute(_LATE_UNTIL, (now, seq, server)).fetchone()
        return float(found[0] or 0.0)

    def created_in(self, seq: int) -> Callable[[str, str], bool]:
        """A function that tells whether an earlier run, on the server of run ``seq``, created the contact of an id in
        an inbox, as far as its row is still known."""
        server, find = self._store.run(seq).base_url, self._store.reader.execute
        return lambda contact_id, inbox: find(_IN_INBOX, (contact_id, server, seq, inbox)).fetchone() is not None

    def learn(self, seq: int, findings: Sequence[Finding]) -> None:
        """Write what was found out about the server of run ``seq``. Raises ``LedgerError``."""
        server = self._store.run(seq).base_url
        with self._store.transaction():
            self._store.db.executemany(
                _LEARN, [(server, finding.name, finding.has, finding.found_at) for finding in findings]
            )
