"""What rows tell of people, to find them by, and how to erase it."""

import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from importer.error_codes import ERROR_CODES
from importer.ledger import rows as table
from importer.ledger.changes import of_row
from importer.ledger.file import decoded, scrub
from importer.ledger.known_contacts import KnownContacts
from importer.ledger.records import Change, LedgerRow, RowKey
from importer.ledger.rows import REMARKABLE
from importer.ledger.run import Run
from importer.ledger.store import Store
from importer.livedesk.contact import Contact
from importer.message import stored

_FILLED: Final = "(contact <> '{}' OR ifnull(cells, '[]') <> '[]')"
"""Whether a row has data of a person."""

_CHANGED: Final = (
    "SELECT json_group_array(json_array(contact_id, field, json(before), json(after))) FROM changes "
    "WHERE changes.run = rows.run AND changes.source = rows.source AND changes.number = rows.number"
)
_ANY_CHANGED: Final = "SELECT EXISTS (SELECT 1 FROM changes WHERE run = ?)"
_COUNT: Final = f"SELECT COUNT(*) FROM rows WHERE run = ? AND {_FILLED}"
_ROW: Final = f"SELECT {', '.join(table.ROW_COLUMNS)} FROM rows {table.THE_ROW}"
_PEOPLE: Final = (*table.KEY, "ifnull(contact_id, '')")

_REMARKS: Final = (*table.KEY, "''", "error || char(10) || hint || char(10) || ifnull(flaws, '')")
"""The columns that make a ``Told`` of what a row's error and hints say, which may quote anybody."""

# Cells that were kept stay a list, for whoever writes the rows as they were given.
_ERASED: Final = "contact = '{}', cells = iif(cells IS NULL, NULL, '[]')"


class Told(NamedTuple):
    """A row, and what it tells of people: lines of JSON. The changes of a contact are a list, each
    ``[contact_id, field, before, after]``."""

    source: int
    number: int
    contact_id: str
    text: str


class Traces(NamedTuple):
    """Where a run tells of a person: ``rows`` are the person's own, ``quoting`` those of others whose errors and hints
    quote the person. ``run`` is the record of the run without the person."""

    run: Run
    rows: Sequence[RowKey]
    quoting: Sequence[RowKey]


class Erased(NamedTuple):
    """How many rows lost their data, and how many in doubt keep the values that find them."""

    rows: int
    in_doubt: int


class People:
    """Owns the personal data of the rows: it finds people by them, and erases them."""

    def __init__(self, store: Store, contacts: KnownContacts) -> None:
        self._store = store
        self._contacts = contacts

    def told(self, seq: int, *, remarks: bool = False) -> Iterator[list[Told]]:
        """What each row of a run tells of its person, in the input's order, a page at a time; with ``remarks`` what
        the errors and hints of rows say instead, of those that have any."""
        condition, columns = (REMARKABLE, _REMARKS) if remarks else (_FILLED, self._columns(seq))
        return self._store.pages(seq, condition, columns, lambda page: list(map(Told._make, page)))

    def _columns(self, seq: int) -> Sequence[str]:
        """The columns that make a ``Told``: one line of JSON for the contact, one for what was changed.

        Most runs changed nobody; then no row asks, which takes 2 µs.
        """
        with decoded(self._store.path):
            (any_changed,) = self._store.reader.execute(_ANY_CHANGED, (seq,)).fetchone()
        return (*_PEOPLE, f"contact || char(10) || ({_CHANGED})" if any_changed else "contact || char(10) || '[]'")

    def row(self, seq: int, key: RowKey) -> tuple[LedgerRow, tuple[Change, ...]]:
        """A row of a run, and what its update changed."""
        with decoded(self._store.path):
            found = self._store.reader.execute(_ROW, (seq, *key)).fetchall()
            return table.rows_from(found)[0], of_row(self._store.reader, seq, key)

    def to_erase(self, seq: int, rows: Collection[RowKey] | None = None) -> Erased:
        """What ``erase`` would erase of a run; of these rows alone, which have data, what ``erase_person`` would."""
        with decoded(self._store.path):
            kept = [key for key in self._in_doubt(seq) if rows is None or key in rows]
            filled = self._store.db.execute(_COUNT, (seq,)).fetchone()[0] if rows is None else len(rows)
        return Erased(filled - len(kept), len(kept))

    def erase(self, seq: int, run: Run) -> Erased:
        """Erase personal data from the rows of a finished run, and replace its record with ``run``.

        Row numbers, statuses, contact ids, error codes and fingerprints stay. Errors and hints, which quote cells,
        become the generic text of their code; what updates changed is gone. A row in doubt keeps its unique values
        and its inbox: a later run searches for them, and could create the contact twice without. ``scrub`` then removes
        the values from the disk.
        """
        with self._store.transaction():
            kept = self._in_doubt(seq)
            erased = _erase_run(self._store.db, seq, kept)
            self._store.rewrite(seq, run)
        return Erased(erased - len(kept), len(kept))

    def erase_person(self, traces: Mapping[int, Traces]) -> dict[int, Erased]:
        """Erase what finished runs tell of a person, as ``erase`` does for a run: all of it or nothing."""
        erased = {}
        with self._store.transaction():
            for seq, found in traces.items():
                kept = {key: contact for key, contact in self._in_doubt(seq).items() if key in {*found.rows}}
                erased[seq] = Erased(_erase_rows(self._store.db, seq, found, kept) - len(kept), len(kept))
                self._store.rewrite(seq, found.run)
        return erased

    def _in_doubt(self, seq: int) -> dict[RowKey, Contact]:
        """What is kept of contacts in doubt: the unique values by which a later run searches for them, and the inbox,
        without which it could not tell where it was to be."""
        doubts = {key: contact for key, contact, _ in self._contacts.in_doubt(seq) if contact.keys()}
        return {key: _keys_and_inbox(contact) for key, contact in doubts.items()}

    def scrub(self) -> None:
        """Remove what was erased from the disk. If it raises ``LedgerError``, call it again."""
        scrub(self._store.db, self._store.path)


def _keys_and_inbox(contact: Contact) -> Contact:
    return Contact(**contact.keys(), inbox_id=contact.inbox_id, attributes={}, clears=())


def _erase_run(db: sqlite3.Connection, seq: int, kept: Mapping[RowKey, Contact]) -> int:
    """Erase the data of every row of a run but what is ``kept``; return how many had any."""
    found = db.execute(
        "UPDATE rows SET contact = '{}', cells = NULL, flaws = NULL, error = '', hint = '' "
        f"WHERE run = ? AND {_FILLED}",
        (seq,),
    )
    _keep(db, seq, kept)
    db.execute("DELETE FROM changes WHERE run = ?", (seq,))
    codes = db.execute("SELECT DISTINCT error_code FROM rows WHERE run = ?", (seq,)).fetchall()
    db.executemany(
        "UPDATE rows SET error = ?, hint = ? WHERE run = ? AND error_code = ?",
        [(*_own_words(code), seq, code) for (code,) in codes if code in ERROR_CODES],
    )
    return found.rowcount


def _erase_rows(db: sqlite3.Connection, seq: int, traces: Traces, kept: Mapping[RowKey, Contact]) -> int:
    """Erase the data of some rows of a run but what is ``kept``; return how many had any."""
    found = db.executemany(
        f"UPDATE rows SET {_ERASED} {table.THE_ROW} AND {_FILLED}", [(seq, *key) for key in traces.rows]
    ).rowcount
    _keep(db, seq, kept)
    db.executemany(f"DELETE FROM changes {table.THE_ROW}", [(seq, *key) for key in traces.rows])
    for key in (*traces.rows, *traces.quoting):
        ((code,),) = db.execute(f"SELECT error_code FROM rows {table.THE_ROW}", (seq, *key)).fetchall()
        error, hint = _own_words(code) if code in ERROR_CODES else ("", "")
        db.execute(f"UPDATE rows SET flaws = NULL, error = ?, hint = ? {table.THE_ROW}", (error, hint, seq, *key))
    return found


def _keep(db: sqlite3.Connection, seq: int, kept: Mapping[RowKey, Contact]) -> None:
    db.executemany(
        f"UPDATE rows SET contact = ? {table.THE_ROW}", [(contact.json, seq, *key) for key, contact in kept.items()]
    )


def _own_words(code: str) -> tuple[str, str]:
    """The generic error and hint of a code, as stored."""
    meaning, hint = ERROR_CODES[code]
    return stored([meaning]), stored([hint])
