"""Read a run's rows a page at a time while it works, and after: filtered, sorted, counted, by a connection that only
reads.

A table of 200,000 rows is never in memory. What a page shows is found by the ledger's own columns, and by values of the
contact in its JSON. The ledger of a check has indexes for that (``add_indexes``); in any other a filter reads every row
of the run.
"""

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Final, Literal, NamedTuple, Self, TypeAlias, get_args

from importer.ledger import changes
from importer.ledger import rows as table
from importer.ledger.file import check_version, decoded, open_to_look, open_to_write, translated
from importer.ledger.records import Change, LedgerRow, RowKey
from importer.ledger.run import Run, run_from
from importer.ledger.schema import VERSION
from importer.livedesk.contact import KEY_FIELDS, Contact, comparable
from importer.models import FINE, UPDATABLE, Status

Sort: TypeAlias = Literal["row", "attention", "status", "code", "name", "email", "phone_number", "identifier"]
"""What rows are ordered by: their place in the input, those that need attention first, or one of their values."""

_MATCHES: Final = "matches"  # the search for text that SQLite cannot do: LIKE knows the case of ASCII alone
_VALUES: Final = "json_extract(contact, {})".format(", ".join(f"'$.{name}'" for name in UPDATABLE))
_KEYS: Final = {
    name: f"lower(json_extract(contact, '$.{name}'))" if name == "email" else f"json_extract(contact, '$.{name}')"
    for name in KEY_FIELDS
}
_SOUND: Final = f"status NOT IN ('{Status.INVALID}', '{Status.LEFT_OUT}')"
_ORDERS: Final[dict[Sort, str]] = {
    "row": "",
    "attention": f"{table.IS_FINE}, ",
    "status": "status {down}, ",
    "code": "error_code = '', error_code {down}, ",
    **{name: f"json_extract(contact, '$.{name}') COLLATE NOCASE {{down}}, " for name in get_args(Sort)[4:]},
}
_AND_KEY: Final = "source {down}, number {down}"


class Wanted(NamedTuple):
    """Which rows: with one of these statuses, an error code, a kind of remark, and a text in their cells, values or
    contact id; a number is that of the row too. They have no value in the field ``lacks``, one of ``UPDATABLE``. What
    is empty selects nothing. ``is_kept`` leaves out those whose person was forgotten in a run that is kept."""

    statuses: Sequence[Status] = ()
    code: str = ""
    remark: str = ""
    text: str = ""
    lacks: str = ""
    is_kept: bool = False


ALL_ROWS: Final = Wanted()


class Browser:
    """Owns a connection that reads the rows of one run; its caller uses it from one thread at a time.

    It takes no lock that a run waits for: each question is a short read, and a run that works is read as it stands.
    """

    def __init__(self, path: Path, run: str | None = None) -> None:
        """Open the ledger for the run of this name, the newest if none is named. Raises ``LedgerError``, and
        ``LookupError`` if there is no such run."""
        self.path = path
        _migrate(path)
        with translated(path):
            self._db = open_to_look(path, is_shared=True)
        self._db.create_function(_MATCHES, 2, _has, deterministic=True)
        try:
            self.seq = self._seq(run)
            self._is_indexed = self._has_indexes()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._db.close()

    def run(self) -> Run:
        """The record of the run as it is now."""
        with decoded(self.path):
            (record,) = self._db.execute("SELECT record FROM runs WHERE seq = ?", (self.seq,)).fetchone()
            return run_from(record)

    def counts(self) -> dict[Status, int]:
        """How many rows have each status now."""
        counted = self._ask("SELECT status, COUNT(*) FROM rows WHERE run = ? GROUP BY status", ())
        return {Status(status): count for status, count in counted}

    def total(self, wanted: Wanted = ALL_ROWS) -> int:
        """How many rows are wanted."""
        condition, values = _condition(wanted)
        ((total,),) = self._ask(f"SELECT COUNT(*) FROM rows WHERE run = ?{condition}", values)
        return int(total)

    def numbers(self, wanted: Wanted = ALL_ROWS) -> set[int]:
        """The numbers of the wanted rows, in a run with one source."""
        condition, values = _condition(wanted)
        return {number for (number,) in self._ask(f"SELECT number FROM rows WHERE run = ?{condition}", values)}

    def page(
        self, offset: int, limit: int, wanted: Wanted = ALL_ROWS, sort: Sort = "row", *, down: bool = False
    ) -> list[LedgerRow]:
        """The wanted rows from ``offset`` on, ``limit`` at most; ``down`` turns the order round."""
        condition, values = _condition(wanted)
        order = (_ORDERS[sort] + _AND_KEY).format(down="DESC" if down else "ASC")
        page = self._ask(
            f"SELECT {', '.join(self._columns())} FROM rows WHERE run = ?{condition} ORDER BY {order} LIMIT ? OFFSET ?",
            (*values, limit, offset),
        )
        with decoded(self.path):
            return table.rows_from(page)

    def row(self, key: RowKey) -> LedgerRow | None:
        """One row; ``None`` if the run has none of this key."""
        page = self._ask(f"SELECT {', '.join(self._columns())} FROM rows {table.THE_ROW}", key)
        with decoded(self.path):
            return next(iter(table.rows_from(page)), None)

    def changes(self, key: RowKey) -> tuple[Change, ...]:
        """What the update of one row changed, or would change."""
        with decoded(self.path):
            return changes.of_row(self._db, self.seq, key)

    def causes(self, examples: int) -> list[tuple[str, int, list[LedgerRow]]]:
        """The error codes of rows that need attention, the most frequent first: how many, and the first rows."""
        counted = self._ask(
            f"SELECT error_code, COUNT(*) FROM rows WHERE run = ? AND NOT {table.IS_FINE} AND error_code <> '' "
            "GROUP BY error_code ORDER BY COUNT(*) DESC, error_code",
            (),
        )
        wrong = tuple(status for status in Status if status not in FINE)
        return [(code, count, self.page(0, examples, Wanted(wrong, code))) for code, count in counted]

    def remarks(self, kinds: Sequence[str]) -> dict[str, int]:
        """How many rows have a remark of each of these kinds."""
        sums = ", ".join(["ifnull(SUM(instr(hint, ?) > 0), 0)"] * len(kinds))
        with translated(self.path):
            query = f"SELECT {sums} FROM rows WHERE run = ? AND hint <> ''"
            (found,) = self._db.execute(query, (*map(_stored_kind, kinds), self.seq)).fetchall()
        return {kind: count for kind, count in zip(kinds, found, strict=True) if count}

    def holders(self, contact: Contact, most: int) -> list[LedgerRow]:
        """The first sound rows that have a key of this contact, ``most`` of them, in the input's order."""
        found: set[RowKey] = set()
        for name, value in contact.keys().items():  # one by one: each has its index
            indexed = f"INDEXED BY rows_by_{name}" if self._is_indexed else ""  # SQLite itself takes the primary key
            query = (
                f"SELECT source, number FROM rows {indexed} WHERE run = ? AND {_KEYS[name]} = ? AND {_SOUND} LIMIT ?"
            )
            found.update(self._ask(query, (comparable(name, value), most)))
        return [row for key in sorted(found)[:most] if (row := self.row(key)) is not None]

    def _columns(self) -> Sequence[str]:
        """The columns of a row; a forgotten run's rows in doubt still hold their keys, which nobody is to see."""
        forgotten = self.run().forgotten_at is not None
        return ["'{}'" if forgotten and name == "contact" else name for name in table.ROW_COLUMNS]

    def _ask(self, query: str, values: Sequence[object]) -> table.Page:
        with translated(self.path):
            return self._db.execute(query, (self.seq, *values)).fetchall()

    def _has_indexes(self) -> bool:
        with translated(self.path):
            found = self._db.execute("SELECT 1 FROM sqlite_master WHERE name = 'rows_by_email'").fetchone()
        return found is not None

    def _seq(self, run: str | None) -> int:
        with translated(self.path):
            query = "SELECT seq FROM runs WHERE ? IS NULL OR id = ? ORDER BY seq DESC LIMIT 1"
            found = self._db.execute(query, (run, run)).fetchone()
        if found is None:
            raise LookupError(run)
        return int(found[0])


def add_indexes(db: sqlite3.Connection) -> None:
    """Give the ledger of one finished check what makes its pages quick."""
    db.execute("CREATE INDEX rows_by_status ON rows (run, status, error_code, source, number)")
    for name, value in _KEYS.items():
        db.execute(f"CREATE INDEX rows_by_{name} ON rows (run, {value})")


def _migrate(path: Path) -> None:
    """Bring an older ledger to the version that this program reads, as every other command does."""
    with translated(path):
        with closing(open_to_look(path)) as db:
            version = check_version(db, path)
        if version != VERSION:
            open_to_write(path).close()


def _condition(wanted: Wanted) -> tuple[str, list[object]]:
    """SQL that selects the wanted rows, behind the run's own, and its values."""
    said, values = "", list[object]()
    if wanted.statuses:
        said += f" AND status IN ({', '.join('?' * len(wanted.statuses))})"
        values += wanted.statuses
    if wanted.code:
        said += " AND error_code = ?"
        values.append(wanted.code)
    if wanted.remark:
        said += " AND instr(hint, ?) > 0"
        values.append(_stored_kind(wanted.remark))
    if wanted.lacks:
        said += " AND json_extract(contact, ?) IS NULL"
        values.append(f"$.{wanted.lacks}")
    if wanted.is_kept:
        said += " AND ifnull(cells, '') <> '[]'"
    if text := wanted.text.strip():
        named, sought = _search(text)
        said += f" AND ({named.format(column='cells')} OR {named.format(column=_VALUES)} OR contact_id = ?"
        values += [sought, sought, text]
        if text.isascii() and text.isdecimal() and len(text) < 19:
            said += " OR number = ?"
            values.append(int(text))
        said += ")"
    return said, values


def _search(text: str) -> tuple[str, str]:
    """SQL that finds a text in the JSON of a column, and the value for it."""
    stored = json.dumps(text, ensure_ascii=False)[1:-1]
    if stored.isascii():
        escaped = stored.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        return r"{column} LIKE ? ESCAPE '\'", f"%{escaped}%"
    return f"{_MATCHES}({{column}}, ?)", stored.casefold()


def _has(text: str | None, sought: str) -> bool:
    return text is not None and sought in text.casefold()


def _stored_kind(kind: str) -> str:
    """What the JSON of a remark of this kind has in it."""
    return f'"kind":{json.dumps(kind)}'
