"""The table ``rows``: its columns, the statements that write it, and what its pages are read into.

Outcomes are written with as few statements as possible: for each one the writing thread releases the interpreter and
waits to get it back from the event loop, which takes longer than the statement. The rows exist by then, so an insert of
outcomes always ends as an update.
"""

import json
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import chain, groupby, islice
from typing import Any, Final, TypeAlias

from importer.ledger.records import Doubt, Due, GivenRow, LedgerRow, Settled, StagedRow, Window
from importer.livedesk.contact import CREATE_FIELDS, Contact, contacts_from, members_from
from importer.message import ENGLISH_READER, Language, messages_from, stored
from importer.models import DUE, FINE, CellError, Columns, Outcome, Status
from importer.runtime import dumps_texts, loads

KEY: Final = ("source", "number")
"""What identifies a row within its run. An insert needs only ``run``, ``number`` and ``status``."""

THE_ROW: Final = "WHERE run = ? AND source = ? AND number = ?"

IS_FINE: Final = "status IN ({})".format(", ".join(f"'{status}'" for status in sorted(FINE)))
REMARKABLE: Final = f"(error <> '' OR hint <> '' OR NOT {IS_FINE})"
"""The condition of rows that need attention or have an error or a hint."""

SETTLED_COLUMNS: Final = (
    *("status", "contact_id", "error_code", "error", "hint", "http_status", "attempts", "flaws", "by_search"),
)
"""The columns that an outcome writes, in the order of ``_outcome_values``."""

ROW_COLUMNS: Final = (
    *(*KEY, "cells", "contact", "fingerprint", "in_doubt", "since", "until", "known_id"),
    *SETTLED_COLUMNS,
)
"""The columns of a row except its run, in the order of ``_row_values``."""

DUE_COLUMNS: Final = (
    *("number", "contact", "fingerprint", "in_doubt", "contact_id", "hint", "source", "known_id"),
    *("since", "until"),
)
"""The members of a ``Due``, and the window of its doubt."""

_IN_EARLIER: Final = (
    "FROM contacts JOIN rows AS earlier ON (earlier.run, earlier.source, earlier.number) = "
    "(contacts.run, contacts.source, contacts.number) "
    f"WHERE contacts.fingerprint = rows.fingerprint AND earlier.run < rows.run AND earlier.status = '{Status.UNKNOWN}'"
)
_EARLIER: Final = f"(SELECT json_array(error_code, error, http_status) {_IN_EARLIER})"
IN_DOUBT_COLUMNS: Final = (*DUE_COLUMNS, _EARLIER)
"""The columns of a due row that an earlier run left in doubt, and how it ended there."""

STILL_UNKNOWN: Final = (
    f"UPDATE rows SET status = '{Status.UNKNOWN}', (error_code, error, hint, http_status) = "
    f"(SELECT earlier.error_code, earlier.error, earlier.hint, earlier.http_status {_IN_EARLIER}) "
    f"WHERE run = ? AND status = '{Status.PENDING}' AND in_doubt = 1 AND EXISTS (SELECT 1 {_IN_EARLIER})"
)
"""Gives the rows of a run that an earlier one left in doubt, and this one did not reach, what that one said of them."""

SENT_COLUMNS: Final = (*DUE_COLUMNS, "attempts", "http_status")
"""The columns of a due row that has an answer already, and is in doubt again."""

TOLD_COLUMNS: Final = (
    *("number || ''", "status", "ifnull(contact_id, '')", "error_code", "error", "hint"),
    *("ifnull(http_status, '') || ''", "attempts || ''", "contact", *KEY),
)
"""A line of results as text, the row number first."""

GIVEN_COLUMNS: Final = (*KEY, "cells", "ifnull(contact_id, '')", "status")
"""The members of a ``GivenRow``, and its number."""

_IS_IN_DOUBT: Final = 1
_WAS_REFUSED: Final = 2
"""The values of ``in_doubt``, else 0."""

_INTERRUPTED: Final = Doubt().code

_SAID: Final = (TOLD_COLUMNS.index("error"), TOLD_COLUMNS.index("hint"))

_AT_ONCE: Final = 50  # before 3.32, SQLite took at most 999 parameters

Page: TypeAlias = list[tuple[Any, ...]]
"""Rows as SQLite gives them."""

Statement: TypeAlias = tuple[str, tuple[object, ...]]
"""SQL, and the values of its parameters."""


# Into the table


def entering(seq: int, rows: Iterable[LedgerRow]) -> Iterator[Statement]:
    """The statements that enter a run's staged rows."""
    return _inserting(("run", *ROW_COLUMNS), ((seq, *_row_values(row)) for row in rows))


def entering_plain(seq: int, source: int, outcome: Outcome, rows: Iterable[StagedRow]) -> Iterator[Statement]:
    """The statements that enter rows of one source without errors, which share one outcome but for their remarks."""
    common = dict(zip(SETTLED_COLUMNS, _outcome_values(outcome), strict=True))
    del common["hint"]
    return _inserting(("number", "cells", "contact", "fingerprint", "hint"), rows, "", run=seq, source=source, **common)


def settling(seq: int, settled: Sequence[Settled]) -> Iterator[Statement]:
    """The statements that give a run's rows their outcomes.

    Changes that were noted before their update left, and certainly did not happen, are deleted.
    """
    plain: defaultdict[tuple[int, int | None, int], dict[int, str | None]] = defaultdict(dict)
    others: list[tuple[object, ...]] = []
    for row, outcome in settled:
        if _is_plain(row, outcome):
            plain[row.source, outcome.http_status, outcome.attempts][row.number] = outcome.contact_id
        else:
            others.append((seq, row.source, row.number, *_outcome_values(outcome)))
            if outcome.unwritten:
                yield _UNNOTE, (seq, row.source, row.number, json.dumps(outcome.unwritten))
    for common, ids in plain.items():
        yield _PLAIN, (seq, *common, json.dumps(ids))
    yield from _inserting(("run", *KEY, *SETTLED_COLUMNS), others, _SETTLES)


def doubting(seq: int, rows: Iterable[Due]) -> Iterator[Statement]:
    """The statements that note of an undo's rows that a request of theirs was not answered, whatever came of them."""
    for row in rows:
        yield _DOUBT, (seq, row.source, row.number)


def marking(seq: int, status: Status, rows: Iterable[Due]) -> Iterator[Statement]:
    """The statements that change the status of a run's rows; one that is sent keeps the time of its first mark."""
    marked_at = time.time() if status is Status.SENT else None
    for source, first, last in _stretches(rows):
        yield _MARK, (status, marked_at, seq, source, first, last)


def _stretches(rows: Iterable[Due]) -> Iterator[tuple[int, int, int]]:
    """The source, first and last number of each stretch of consecutive rows; most come in the input's order."""
    placed = enumerate(rows)
    for (source, _), stretch in groupby(placed, lambda each: (each[1].source, each[1].number - each[0])):
        numbers = [row.number for _, row in stretch]
        yield source, numbers[0], numbers[-1]


def _is_plain(row: Due, outcome: Outcome) -> bool:
    """Whether the contact was created without errors or new remarks."""
    return (
        outcome.status is Status.CREATED
        and row.doubt is None  # one that had an outcome already, or was in doubt, may have been told something
        and outcome.hint == row.remarks
        and not (outcome.error_code or outcome.error or outcome.flaws or outcome.by_search)
        and outcome.contact_id is not None
        and outcome.contact_id.isprintable()  # SQLite reads no zero byte from JSON
    )


def _inserting(
    columns: Sequence[str], rows: Iterable[tuple[object, ...]], conflict: str = "", **common: object
) -> Iterator[Statement]:
    """Statements that insert ``_AT_ONCE`` rows each; one by one takes a third longer. All rows share ``common``."""
    left = iter(rows)
    marks = ", ".join((*(f"?{number}" for number, _ in enumerate(common, start=1)), *"?" * len(columns)))
    while group := list(islice(left, _AT_ONCE)):
        values = (*common.values(), *chain.from_iterable(group))
        yield _insert(", ".join((*common, *columns)), f"({marks})", len(group)) + conflict, values


@cache
def _insert(names: str, row: str, rows: int) -> str:
    return f"INSERT INTO rows ({names}) VALUES {', '.join([row] * rows)}"


def _given(*columns: str) -> str:
    """The end of an insert that updates these columns if the row exists."""
    written = ", ".join(f"{name} = excluded.{name}" for name in columns)
    return f" ON CONFLICT (run, {', '.join(KEY)}) DO UPDATE SET {written}"


_SETTLES: Final = (
    f"{_given(*SETTLED_COLUMNS[:-1])}, "
    "by_search = max(by_search, excluded.by_search)"  # a last look, after that search, does not say so again
)
_PLAIN: Final = (
    f"INSERT INTO rows (run, source, http_status, attempts, number, contact_id, status) SELECT ?, ?, ?, ?, "
    f"CAST(key AS INTEGER), value, '{Status.CREATED}' FROM json_each(?) WHERE TRUE"
    f"{_given('status', 'contact_id', 'http_status', 'attempts')}"
)
_MARK: Final = (
    # A row that has an outcome, and is sent again, has lost the contact that it named.
    "UPDATE rows SET status = ?, since = ifnull(since, ?), contact_id = iif(status IN ('pending', 'sent'), contact_id, "
    "NULL) WHERE run = ? AND source = ? AND number BETWEEN ? AND ?"
)
_DOUBT: Final = f"UPDATE rows SET in_doubt = {_IS_IN_DOUBT} {THE_ROW}"
_UNNOTE: Final = (
    "DELETE FROM changes WHERE run = ? AND source = ? AND number = ? AND field IN (SELECT value FROM json_each(?))"
)


def _row_values(row: LedgerRow) -> tuple[object, ...]:
    return (
        *(row.source, row.number, dumps_texts(row.cells), row.contact.json, row.fingerprint),
        *(*window_values(row), row.known_id),
        *_outcome_values(row.outcome),
    )


def window_values(row: LedgerRow) -> tuple[object, ...]:
    """The values of ``in_doubt``, ``since`` and ``until``."""
    if row.window is not None:
        return _IS_IN_DOUBT, *row.window
    return (_WAS_REFUSED, *row.refused) if row.refused is not None else (0, None, None)


def _outcome_values(outcome: Outcome) -> tuple[object, ...]:
    error = stored(outcome.error) if outcome.error else ""
    return (
        *(outcome.status, outcome.contact_id, outcome.error_code, error, stored(outcome.hint) if outcome.hint else ""),
        *(outcome.http_status, outcome.attempts, _stored_flaws(outcome.flaws) if outcome.flaws else None),
        int(outcome.by_search),
    )


# Out of the table


def rows_from(page: Page) -> list[LedgerRow]:
    """The rows of a page of ``ROW_COLUMNS``."""
    contacts = contacts_from([values[_CONTACT] for values in page])
    return list(map(_row, page, contacts))


_CONTACT: Final = ROW_COLUMNS.index("contact")


def _row(values: tuple[Any, ...], contact: Contact) -> LedgerRow:
    source, number, cells, _, fingerprint, in_doubt, since, until, known_id, *told, flaws, by_search = values
    outcome = DUE if told == _AS_DUE else _outcome(*told)
    if by_search:
        outcome = outcome._replace(by_search=True)
    return LedgerRow(
        number,
        tuple(loads(cells.encode())) if cells else (),
        contact,
        outcome._replace(flaws=tuple(_flaw(*flaw) for flaw in json.loads(flaws))) if flaws else outcome,
        fingerprint,
        Window(since, until) if in_doubt == _IS_IN_DOUBT else None,
        source,
        known_id,
        Window(since, until) if in_doubt == _WAS_REFUSED else None,
    )


def _outcome(status: str, contact_id: str | None, code: str, error: str, hint: str, *numbers: Any) -> Outcome:
    told = messages_from(error) if error else (), messages_from(hint) if hint else ()
    return Outcome(Status(status), contact_id, code, *told, *numbers)


def _stored_flaws(flaws: Iterable[CellError]) -> str:
    told = [(stored(flaw.messages), flaw.field, flaw.column, stored(flaw.hint)) for flaw in flaws]
    return json.dumps(told, ensure_ascii=False)


def _flaw(messages: str, field: str = "", column: int | None = None, hint: str = "") -> CellError:
    return CellError(messages_from(messages), field, column, messages_from(hint))


def due_from(page: Page) -> list[Due]:
    """The rows of a page of ``DUE_COLUMNS``."""
    numbers, texts, fingerprints, in_doubt, *others, since, until = zip(*page, strict=True)
    windows = [*zip(in_doubt, since, until, strict=True)]
    doubts = [Doubt(begins, ends) if there == _IS_IN_DOUBT else None for there, begins, ends in windows]
    found = list(map(Due, numbers, contacts_from(texts), fingerprints, doubts, *others))
    for place, (there, *window) in enumerate(windows):
        if there == _WAS_REFUSED:
            found[place] = found[place]._replace(refused=Window(*window))
    return found


def in_doubt_from(page: Page) -> list[Due]:
    """The rows of a page of ``IN_DOUBT_COLUMNS``; the doubt of one that no search finds stays, and keeps its cause."""
    found = zip(due_from([row[:-1] for row in page]), page, strict=True)
    return [due if due.contact.has_key or not earlier else _with_cause(due, earlier) for due, (*_, earlier) in found]


def _with_cause(due: Due, earlier: str) -> Due:
    code, error, http_status = json.loads(earlier)
    causes = messages_from(error) if error else ()
    if not causes or code == _INTERRUPTED:  # that run says no more than this
        return due
    return due.in_doubt_again(code=code, cause=causes[0], http_status=http_status)


def sent_from(page: Page) -> list[Due]:
    """The rows of a page of ``SENT_COLUMNS``: their doubt claims the id that an answer gave."""
    found = []
    for due, (*_, since, until, attempts, http_status) in zip(due_from([row[:-2] for row in page]), page, strict=True):
        doubt = Doubt(since, until, attempts=attempts, http_status=http_status, claimed=due.contact_id)
        found.append(due._replace(doubt=doubt, contact_id=None))
    return found


def results_from(page: Page, origins: Sequence[Sequence[str]] = ((),), language: Language = ENGLISH_READER) -> Columns:
    """A page of ``TOLD_COLUMNS`` as columns: those before the contact, then a contact's ``CREATE_FIELDS``.

    The last columns are the ``origins`` of the rows: some cells for each source. Messages are told in ``language``.
    Raises ``ValueError`` if a row does not hold exactly one contact.
    """
    *columns, contacts, sources, _ = zip(*page, strict=True)
    found = members_from(contacts)
    told = [_told(cells, language) if place in _SAID and any(cells) else cells for place, cells in enumerate(columns)]
    made = [*told, *([contact.get(field, "") for contact in found] for field in CREATE_FIELDS)]
    return [*made, *([cells[source] for source in sources] for cells in zip(*origins, strict=True))]


def _told(cells: Sequence[str], language: Language) -> Sequence[str]:
    return [cell and language.sentence(messages_from(cell)) for cell in cells]


def given_from(page: Page) -> list[GivenRow]:
    """The rows of a page of ``GIVEN_COLUMNS``, which all have their cells."""
    sources, _, texts, *told = zip(*page, strict=True)
    return list(map(GivenRow, sources, loads(f"[{','.join(texts)}]".encode()), *told))


_AS_DUE: Final = [*_outcome_values(DUE)[:-2]]
