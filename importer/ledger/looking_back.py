"""What verifications and undos ask of the runs that they look back on."""

import json
from collections.abc import Collection, Iterable
from typing import Final

from importer.ledger.file import decoded
from importer.ledger.records import RowKey, Undone
from importer.ledger.run import Corrected
from importer.ledger.store import Store
from importer.models import Holding, Status

_SENDERS: Final = (
    "SELECT DISTINCT contacts.run FROM rows JOIN contacts ON contacts.fingerprint = rows.fingerprint "
    f"WHERE rows.run = ?1 AND rows.status = '{Status.UNCHANGED}' AND contacts.run < ?1"
)
_COUNTED: Final = "SELECT DISTINCT status FROM rows WHERE run = ?"
_REPEATED: Final = (
    f"SELECT contact_id FROM rows WHERE run = ? AND status = '{Status.PENDING}' AND contact_id IS NOT NULL "
    "GROUP BY contact_id HAVING COUNT(*) > 1"
)
_UNDONE: Final = "SELECT source, number, status FROM rows WHERE run = ? AND status IN ('undone', 'unknown')"
_UNANSWERED: Final = (
    "SELECT DISTINCT contact_id FROM rows WHERE run = ? AND since IS NOT NULL AND contact_id IS NOT NULL "
    f"AND (in_doubt = 1 OR status NOT IN ('{Status.UNDONE}', '{Status.KEPT}'))"
)
_UNDONE_NOW: Final = (
    f"SELECT source, number, contact_id FROM rows WHERE run = ? AND status = '{Status.UNDONE}' "
    "AND contact_id IN (SELECT value FROM json_each(?))"
)
_CHANGED: Final = (
    "SELECT source, number, contact_id FROM rows WHERE run = ?1 AND status = 'updated' AND contact_id IS NOT NULL "
    "UNION SELECT source, number, contact_id FROM changes WHERE run = ?1"
)


class LookingBack:
    """What a verification or an undo asks of the ledger."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def repeated(self, seq: int) -> set[str]:
        """The contacts that several pending rows of a run are about."""
        with decoded(self._store.path):
            return {contact_id for (contact_id,) in self._store.reader.execute(_REPEATED, (seq,))}

    def given_up(self, seq: int, holdings: Collection[Holding]) -> dict[Holding, RowKey]:
        """Which of these contacts an undo has restored or removed by now, so that they hold no value of the undone run
        any more; and the row."""
        ids = json.dumps([contact_id for contact_id, _ in holdings])
        with decoded(self._store.path):
            found = self._store.reader.execute(_UNDONE_NOW, (seq, ids)).fetchall()
        rows = {contact_id: (source, number) for source, number, contact_id in found}
        return {holding: rows[holding.contact_id] for holding in holdings if holding.contact_id in rows}

    def undone(self, run_id: str) -> dict[RowKey, Status]:
        """The rows of a run that undos have undone, or that were on their way when one ended (``UNKNOWN``)."""
        return self._undone([seq for seq, run in self._store.runs() if run.mode == "undo" and run.of_run == run_id])

    def _undone(self, undos: Iterable[int]) -> dict[RowKey, Status]:
        found: dict[RowKey, Status] = {}
        for seq in undos:
            with decoded(self._store.path):
                for source, number, status in self._store.reader.execute(_UNDONE, (seq,)):
                    if status == Status.UNDONE or (source, number) not in found:
                        found[source, number] = Status(status)
        return found

    def unanswered(self, seq: int) -> list[str]:
        """The contacts that an undo may still restore or remove: a request for them has left, and was not answered for
        certain."""
        with decoded(self._store.path):
            return [contact_id for (contact_id,) in self._store.reader.execute(_UNANSWERED, (seq,))]

    def undos(self) -> dict[str, Undone]:
        """The runs of which an undo has undone anything, each with the newest such undo."""
        found: dict[str, Undone] = {}
        for seq, run in reversed(self._store.runs()):
            if run.mode != "undo" or run.of_run is None:
                continue
            with decoded(self._store.path):
                statuses = {status for (status,) in self._store.reader.execute(_COUNTED, (seq,))}
            if Status.UNDONE in statuses:
                found[run.of_run] = Undone(run.id, statuses == {Status.UNDONE})
        return found

    def settled(self) -> dict[str, dict[str, Corrected]]:
        """By the name of a run, what later runs have settled of it, by their names, the newest first. What an undo has
        taken back, even in part, is not settled."""
        undone, found = self.undos(), dict[str, dict[str, Corrected]]()
        for _, run in self._store.runs():
            for one in run.corrects if run.id not in undone else ():
                if one.rows:
                    found.setdefault(one.run, {})[run.id] = one
        return found

    def senders(self, seq: int) -> list[str]:
        """The runs that sent what a run left unchanged, the newest first."""
        with decoded(self._store.path):
            seqs = {sender for (sender,) in self._store.reader.execute(_SENDERS, (seq,))}
        return [run.id for one, run in self._store.runs() if one in seqs]

    def changed_later(self, seq: int) -> dict[str, str]:
        """The contacts that later imports to the same server changed, each with the newest of these runs; but not what
        an undo has undone."""
        server, found = self._store.run(seq).base_url, dict[str, str]()
        later = [(one, run) for one, run in reversed(self._store.runs()) if one > seq and run.base_url == server]
        for one, run in (pair for pair in later if pair[1].mode == "import"):
            undos = [undo for undo, about in later if about.mode == "undo" and about.of_run == run.id]
            undone = {key for key, status in self._undone(undos).items() if status is Status.UNDONE}
            with decoded(self._store.path):
                changed = self._store.reader.execute(_CHANGED, (one,)).fetchall()
            found |= {contact_id: run.id for *key, contact_id in changed if tuple(key) not in undone}
        return found
