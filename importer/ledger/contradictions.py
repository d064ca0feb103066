"""What is always true of a ledger's runs, rows, changes and contacts, and what is told where it is not."""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain, groupby
from operator import itemgetter
from typing import Final, NamedTuple

from importer.ledger.damage import RESTORE
from importer.ledger.run import Run, run_from
from importer.livedesk.contact import contacts_from, lookup
from importer.message import Counted, Message, and_more
from importer.models import NOWHERE, Status
from importer.texts import printable

_OPEN: Final = (Status.PENDING, Status.SENT)
_MOST: Final = 3
"""So many ids are named."""

_COUNTS: Final = (
    # One way through the rows: it takes as long as the file takes to be read.
    "SELECT run, status, COUNT(*), SUM(NOT json_valid(contact) OR NOT json_valid(ifnull(cells, '[]'))) "
    "FROM rows GROUP BY run, status"
)
_LOST_ROWS: Final = (
    "FROM {table} WHERE number IS NOT NULL AND NOT EXISTS (SELECT 1 FROM rows WHERE rows.run = {table}.run "
    "AND rows.source = {table}.source AND rows.number = {table}.number)"
)
_OF_IMPORTS: Final = (
    "FROM rows JOIN runs ON seq = run WHERE contact_id IS NOT NULL AND fingerprint IS NOT NULL "
    "AND ifnull(json_extract(record, '$.mode'), 'import') = 'import' "
    # A later run has found out whose the id is: the row is searched for, or has been.
    "AND NOT EXISTS (SELECT 1 FROM contacts AS known WHERE known.fingerprint = rows.fingerprint "
    "AND known.contact_id IS NOT rows.contact_id AND (known.status = 'sent' OR known.run > rows.run))"
)
_CREATED_TWICE: Final = (
    f"SELECT contact_id, COUNT(DISTINCT fingerprint) AS people {_OF_IMPORTS} AND status = 'created' "
    "GROUP BY json_extract(record, '$.base_url'), contact_id HAVING people > 1 ORDER BY contact_id"
)
_CREATED_AND_MET: Final = (
    # Nearly every contact is created before it is met again, which leaves few to compare.
    "WITH met AS (SELECT json_extract(record, '$.base_url') AS server, contact_id, run, status = 'created' AS is_new, "
    f"contact {_OF_IMPORTS} AND status IN ('created', 'exists', 'updated')), both AS ("
    "SELECT server, contact_id, max(run) FILTER (WHERE is_new) AS last FROM met GROUP BY server, contact_id "
    "HAVING min(run) FILTER (WHERE NOT is_new) <= last) "
    "SELECT server, contact_id, is_new, contact FROM both JOIN met USING (server, contact_id) "
    "WHERE is_new OR run <= last ORDER BY server, contact_id"
)
_CHANGED_BY_OTHERS: Final = Message(
    "another program has changed the ledger, or the disk has lost what was written: restore it from a backup"
)


class Finding(NamedTuple):
    """Something that is wrong: a word for programs, what it is, and what to do."""

    code: str
    what: Message
    hint: Message


class _Counts(NamedTuple):
    """The rows of a run with one status, and how many of them cannot be read."""

    run: int
    status: str
    rows: int
    unreadable: int


class _Found(NamedTuple):
    """What the ledger holds: the runs that can be read, by their sequence numbers, every run's, and counts of rows."""

    runs: dict[int, Run]
    entered: frozenset[int]
    counts: tuple[_Counts, ...]

    def name(self, seq: int) -> str:
        return printable(self.runs[seq].id) if seq in self.runs else f"#{seq}"


def _no_record(seq: int) -> Finding:
    return Finding("record", Message("the record of run #{seq} cannot be read", seq=seq), RESTORE)


class _Rule(NamedTuple):
    """What is wrong with rows of a run of one status: how many of them, and how it is told."""

    code: str
    wrong: Callable[[_Counts, _Found], int]
    told: Callable[[int, Mapping[str, object]], Message]
    hint: Message


def _has_ended(one: _Counts, found: _Found) -> bool:
    return one.run in found.runs and found.runs[one.run].finished_at is not None


_RULES: Final = (
    _Rule(
        "lost_run",
        lambda one, found: one.rows if one.run not in found.entered else 0,
        lambda number, values: Counted(
            "{number:,} row of run {run}, which is missing",
            "{number:,} rows of run {run}, which is missing",
            number,
            **values,
        ),
        _CHANGED_BY_OTHERS,
    ),
    _Rule(
        "status",
        lambda one, _: one.rows if one.status not in {*Status} else 0,
        lambda number, values: Counted(
            '{run}: {number:,} row with the status "{status}", which nobody knows',
            '{run}: {number:,} rows with the status "{status}", which nobody knows',
            number,
            **values,
        ),
        _CHANGED_BY_OTHERS,
    ),
    _Rule(
        "open",
        lambda one, found: one.rows if one.status in _OPEN and _has_ended(one, found) else 0,
        lambda number, values: Counted(
            "{run} has ended, and {number:,} row is still {status}",
            "{run} has ended, and {number:,} rows are still {status}",
            number,
            **values,
        ),
        Message("import its file again: what was sent is searched for before anything is sent"),
    ),
    _Rule(
        "row",
        lambda one, _: one.unreadable,
        lambda number, values: Counted(
            "{run}: {number:,} row that is {status} cannot be read",
            "{run}: {number:,} rows that are {status} cannot be read",
            number,
            **values,
        ),
        RESTORE,
    ),
)


def _rows(_: sqlite3.Connection, found: _Found) -> Iterator[Finding]:
    """What is wrong with rows by themselves."""
    for one in found.counts:
        for code, wrong, told, hint in _RULES:
            if number := wrong(one, found):
                values = {"run": found.name(one.run), "status": one.status}
                yield Finding(code, told(number, values), hint)


def _fewer_rows(_: sqlite3.Connection, found: _Found) -> Iterator[Finding]:
    """Runs that sent more rows than are there."""
    there_by_run: Counter[int] = Counter()
    for one in found.counts:
        there_by_run[one.run] += one.rows if one.status not in NOWHERE else 0
    for seq, run in found.runs.items():
        sent = sum(run.inboxes.values()) if run.mode == "import" else 0
        if (there := there_by_run[seq]) < sent:
            told = Counted(
                "{run} had {number:,} row for its inboxes, and the ledger has {there:,}",
                "{run} had {number:,} rows for their inboxes, and the ledger has {there:,}",
                sent,
                run=run.id,
                there=there,
            )
            yield Finding("lost_rows", told, RESTORE)


def _without_rows(db: sqlite3.Connection, found: _Found) -> Iterator[Finding]:
    """Changes, and known contacts, whose row is not there."""
    for table, told in _OF_ROWS.items():
        query = f"SELECT run, COUNT(*) {_LOST_ROWS.format(table=table)} GROUP BY run"
        for seq, lines in db.execute(query):
            yield Finding(f"lost_rows_of_{table}", told(lines, found.name(seq)), _CHANGED_BY_OTHERS)


_OF_ROWS: Final[dict[str, Callable[[int, str], Message]]] = {
    "changes": lambda number, run: Counted(
        "{run}: {number:,} change of a row that is not there",
        "{run}: {number:,} changes of rows that are not there",
        number,
        run=run,
    ),
    "contacts": lambda number, run: Counted(
        "{run}: {number:,} known contact of a row that is not there",
        "{run}: {number:,} known contacts of rows that are not there",
        number,
        run=run,
    ),
}


def _repeated_ids(db: sqlite3.Connection, _: _Found) -> Iterator[Finding]:
    """Ids that a server gave to several people: those created, and others who had the id before or in that run."""
    twice = (contact_id for contact_id, _ in db.execute(_CREATED_TWICE))
    before = (contact_id for contact_id, rows in _by_id(db.execute(_CREATED_AND_MET)) if _are_strangers(rows))
    ids = [*dict.fromkeys(chain(twice, before))]
    if ids:
        told = Counted(
            "{number:,} contact id belongs to several people: {ids}",
            "{number:,} contact ids belong to several people each: {ids}",
            len(ids),
            ids=and_more(ids, _MOST),
        )
        yield Finding("repeated_id", told, _LOOK_AT_THEM)


def _by_id(rows: Iterable[tuple[str, str, bool, str]]) -> Iterator[tuple[str, Iterator[tuple[bool, str]]]]:
    for (_, contact_id), found in groupby(rows, key=itemgetter(0, 1)):
        yield contact_id, ((is_new, contact) for *_, is_new, contact in found)


def _are_strangers(rows: Iterator[tuple[bool, str]]) -> bool:
    """Whether somebody who had the id before has no key of those created, as far as both can be read and have any."""
    created, before = set[str](), list[set[str]]()
    for is_new, contact in rows:
        try:
            keys = {lookup(name, value) for name, value in contacts_from([contact])[0].keys().items()}
        except (ValueError, KeyError, TypeError, AttributeError):  # another rule tells of it
            continue
        if is_new:
            created |= keys
        elif keys:
            before.append(keys)
    return bool(created) and any(map(created.isdisjoint, before))


_LOOK_AT_THEM: Final = Message(
    "import-contacts find ID shows their rows: whoever LiveDesk has not under that id, import again with --fresh"
)

_LOOKS: Final = (_rows, _fewer_rows, _without_rows, _repeated_ids)


def contradictions(db: sqlite3.Connection) -> tuple[tuple[Run, ...], int, tuple[Finding, ...]]:
    """The runs of a ledger that can be read, how many rows there are, and what contradicts itself, of one moment."""
    unreadable, runs = [], dict[int, Run]()
    records = db.execute("SELECT seq, record FROM runs ORDER BY seq").fetchall()
    for seq, record in records:
        try:
            runs[seq] = run_from(record)
        except (ValueError, KeyError, TypeError, AttributeError):
            unreadable.append(_no_record(seq))
    counts = tuple(map(_Counts._make, db.execute(_COUNTS)))
    found = _Found(runs, frozenset(seq for seq, _ in records), counts)
    findings = (*unreadable, *(finding for look in _LOOKS for finding in look(db, found)))
    return tuple(runs.values()), sum(one.rows for one in counts), findings
