"""The rows of a plan: what each says, and how a plan goes on where an earlier one was cut off.

A plan is a run like any other: its rows have an outcome, and ``changes`` has what an update would change.
"""

from typing import Final, NamedTuple

from importer.ledger import rows as table
from importer.ledger.changes import of_row
from importer.ledger.file import decoded
from importer.ledger.records import Change, RowKey
from importer.ledger.store import Store
from importer.models import Outcome, Status

PLANNED: Final = (Status.CREATE, Status.UPDATE, Status.SAME, Status.CONFLICT)
"""What a plan says of a row that it has looked at."""

_IN_A_PLAN: Final = {Status.UNCHANGED: Status.SAME, Status.EXISTS: Status.SAME, Status.UNKNOWN: Status.CONFLICT}
"""How a plan calls what staging says of a row already: nothing would be sent, or it could not be."""

_LOOKED_AT: Final = "status IN ({})".format(", ".join(f"'{status}'" for status in PLANNED))
_IS_TOLD: Final = "older.error_code <> 'server_error'"  # whose search was not answered is looked up anew
_SETTLED: Final = ", ".join(table.SETTLED_COLUMNS)
_LOOKED_AT_TIME: Final = "ifnull(older.since, (SELECT written_at FROM runs WHERE seq = ?2))"
"""The latest time at which an older row can have been looked at: one that was taken over keeps its own."""

_OLDER: Final = (
    f"older.run = ?2 AND older.source = rows.source AND older.number = rows.number AND older.{_LOOKED_AT} "
    f"AND {_IS_TOLD} AND older.contact = rows.contact AND older.known_id IS rows.known_id "
    f"AND {_LOOKED_AT_TIME} >= ?3"
)
_TAKE_OVER: Final = (
    f"UPDATE rows SET ({_SETTLED}, since) = (SELECT {_SETTLED}, {_LOOKED_AT_TIME} FROM rows AS older WHERE {_OLDER}) "
    f"WHERE run = ?1 AND status = '{Status.PENDING}' AND EXISTS (SELECT 1 FROM rows AS older WHERE {_OLDER})"
)
_TAKE_CHANGES: Final = (
    "INSERT OR IGNORE INTO changes SELECT ?1, changes.source, changes.number, field, changes.contact_id, before, after "
    "FROM changes JOIN rows ON rows.run = ?1 AND rows.source = changes.source AND rows.number = changes.number "
    f"WHERE changes.run = ?2 AND rows.status = '{Status.UPDATE}'"
)
_PLANNED: Final = f"SELECT {', '.join(table.ROW_COLUMNS)} FROM rows {table.THE_ROW}"


class Planned(NamedTuple):
    """What a plan says of a row: its ``outcome``, the contact (as JSON) that it was made for, and the ``changes`` that
    an update makes."""

    outcome: Outcome
    contact: str
    changes: tuple[Change, ...]


class Plans:
    """What the ledger knows of plans."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def planned(self, seq: int, key: RowKey) -> Planned | None:
        """What plan ``seq`` says of a row; ``None`` if it has none of this key."""
        with decoded(self._store.path):
            page = self._store.reader.execute(_PLANNED, (seq, *key)).fetchall()
            if not page:
                return None
            (row,) = table.rows_from(page)
            return Planned(row.outcome, row.contact.json, of_row(self._store.reader, seq, key))

    def take_over(self, seq: int, earlier: int, oldest: float) -> int:
        """Let the due rows of plan ``seq`` end as an unfinished ``earlier`` plan found them; how many they are.

        A row that is another by now, or was looked at before ``oldest`` (epoch seconds), is looked at anew.
        """
        with self._store.transaction():
            taken = self._store.db.execute(_TAKE_OVER, (seq, earlier, oldest)).rowcount
            self._store.db.execute(_TAKE_CHANGES, (seq, earlier))
            return taken

    def close(self, seq: int) -> None:
        """Say in a plan's words what became of rows that need no look."""
        with self._store.transaction():
            for status, said in _IN_A_PLAN.items():
                self._store.db.execute("UPDATE rows SET status = ? WHERE run = ? AND status = ?", (said, seq, status))
