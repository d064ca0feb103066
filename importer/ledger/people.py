"""What rows tell of people, to find them by, and how to erase it."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from importer.error_codes import ERROR_CODES
from importer.ledger import rows as table
from importer.ledger.records import Change, LedgerRow, RowKey
from importer.ledger.run import Run
from importer.livedesk.contact import Contact
from importer.message import stored

THE_ROW: Final = "WHERE run = ? AND source = ? AND number = ?"
FILLED: Final = "(contact <> '{}' OR ifnull(cells, '[]') <> '[]')"
"""Whether a row has data of a person."""

_CHANGED: Final = (
    "SELECT json_group_array(json_array(contact_id, field, json(before), json(after))) FROM changes "
    "WHERE changes.run = rows.run AND changes.source = rows.source AND changes.number = rows.number"
)
_PEOPLE: Final = (*table.KEY, "ifnull(contact_id, '')")

REMARK_COLUMNS: Final = (*table.KEY, "''", "error || char(10) || hint || char(10) || ifnull(flaws, '')")
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


def people_columns(db: sqlite3.Connection, seq: int) -> Sequence[str]:
    """The columns of a run's rows that make a ``Told``: one line of JSON for the contact, one for what was changed.

    Most runs changed nobody; then no row asks, which takes 2 µs.
    """
    (any_changed,) = db.execute("SELECT EXISTS (SELECT 1 FROM changes WHERE run = ?)", (seq,)).fetchone()
    return (*_PEOPLE, f"contact || char(10) || ({_CHANGED})" if any_changed else "contact || char(10) || '[]'")


def row_at(db: sqlite3.Connection, seq: int, key: RowKey) -> tuple[LedgerRow, tuple[Change, ...]]:
    """A row of a run, and what its update changed."""
    rows = db.execute(f"SELECT {', '.join(table.ROW_COLUMNS)} FROM rows {THE_ROW}", (seq, *key)).fetchall()
    changes = db.execute(f"SELECT {', '.join(table.CHANGE_COLUMNS)} FROM changes {THE_ROW}", (seq, *key)).fetchall()
    return table.rows_from(rows)[0], tuple(change for _, change in table.changes_from(changes))


def erase_run(db: sqlite3.Connection, seq: int, kept: Mapping[RowKey, Contact]) -> int:
    """Erase the data of every row of a run but what is ``kept``; return how many had any."""
    found = db.execute(
        "UPDATE rows SET contact = '{}', cells = NULL, flaws = NULL, error = '', hint = '' "
        f"WHERE run = ? AND {FILLED}",
        (seq,),
    )
    _keep(db, seq, kept)
    db.execute("DELETE FROM changes WHERE run = ?", (seq,))
    codes = db.execute("SELECT DISTINCT error_code FROM rows WHERE run = ?", (seq,)).fetchall()
    db.executemany(
        "UPDATE rows SET error = ?, hint = ? WHERE run = ? AND error_code = ?",
        [(*own_words(code), seq, code) for (code,) in codes if code in ERROR_CODES],
    )
    return found.rowcount


def erase_rows(db: sqlite3.Connection, seq: int, traces: Traces, kept: Mapping[RowKey, Contact]) -> int:
    """Erase the data of some rows of a run but what is ``kept``; return how many had any."""
    found = db.executemany(
        f"UPDATE rows SET {_ERASED} {THE_ROW} AND {FILLED}", [(seq, *key) for key in traces.rows]
    ).rowcount
    _keep(db, seq, kept)
    db.executemany(f"DELETE FROM changes {THE_ROW}", [(seq, *key) for key in traces.rows])
    for key in (*traces.rows, *traces.quoting):
        ((code,),) = db.execute(f"SELECT error_code FROM rows {THE_ROW}", (seq, *key)).fetchall()
        error, hint = own_words(code) if code in ERROR_CODES else ("", "")
        db.execute(f"UPDATE rows SET flaws = NULL, error = ?, hint = ? {THE_ROW}", (error, hint, seq, *key))
    return found


def _keep(db: sqlite3.Connection, seq: int, kept: Mapping[RowKey, Contact]) -> None:
    db.executemany(
        f"UPDATE rows SET contact = ? {THE_ROW}", [(contact.json, seq, *key) for key, contact in kept.items()]
    )


def searched_by(doubts: Iterable[tuple[RowKey, Contact]]) -> dict[RowKey, Contact]:
    """What is kept of contacts in doubt: the unique values by which a later run searches for them."""
    return {key: Contact(**contact.keys(), attributes={}, clears=()) for key, contact in doubts if contact.keys()}


def own_words(code: str) -> tuple[str, str]:
    """The generic error and hint of a code, as stored."""
    meaning, hint = ERROR_CODES[code]
    return stored([meaning]), stored([hint])
