"""The table ``rows``: its columns, the statements that write them, and what is made of a page of them.

What outcomes write takes as few statements as can be. For each statement the interpreter is let go of and waited for,
which takes longer than the statement where a thread writes beside an event loop. The rows are all there, so what is
written as an insert is always an update.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import chain, islice
from typing import Any, Final, TypeAlias

from importer.ledger.records import Due, LedgerRow, Settled, StagedRow
from importer.livedesk.contact import CREATE_FIELDS, KEY_FIELDS, Contact
from importer.message import messages_from, sentence, stored
from importer.models import DUE, FINE, CellError, Columns, Outcome, Status
from importer.runtime import dumps_texts, loads

KEY: Final = ("source", "number")
"""What tells the rows of a run apart. An insert may leave out all columns but ``run``, ``number`` and ``status``."""

SETTLED_COLUMNS: Final = ("status", "contact_id", "error_code", "error", "hint", "http_status", "attempts", "flaws")
"""The columns that an outcome writes, in the order of ``outcome_values``."""

ROW_COLUMNS: Final = (*KEY, "cells", "contact", "fingerprint", "in_doubt", *SETTLED_COLUMNS)
"""The columns of a row beside its run, in the order of ``row_values``."""

_GIVEN_KEY: Final = ", ".join(f"nullif(json_extract(contact, '$.{name}'), '')" for name in KEY_FIELDS)

DUE_COLUMNS: Final = (
    *("number", "contact", "fingerprint", "in_doubt", "contact_id", "hint"),
    *(f"coalesce({_GIVEN_KEY}) IS NOT NULL", "source"),
)
"""What a ``Due`` is made of."""

TOLD_COLUMNS: Final = (
    *("number || ''", "status", "ifnull(contact_id, '')", "error_code", "error", "hint"),
    *("ifnull(http_status, '') || ''", "attempts || ''", "contact", *KEY),
)
"""What a line of results is made of, as text; its row number comes first."""

_SAID: Final = (TOLD_COLUMNS.index("error"), TOLD_COLUMNS.index("hint"))

_AT_ONCE: Final = 50  # SQLite had a bound of 999 parameters before 3.32

Page: TypeAlias = list[tuple[Any, ...]]
"""Rows as SQLite gives them."""

Statement: TypeAlias = tuple[str, tuple[object, ...]]
"""SQL, and the values for its marks."""


# Into the table


def entering(seq: int, rows: Iterable[LedgerRow]) -> Iterator[Statement]:
    """The statements that enter staged rows of a run."""
    return _inserting(("run", *ROW_COLUMNS), ((seq, *row_values(row)) for row in rows))


def entering_plain(seq: int, outcome: Outcome, rows: Iterable[StagedRow]) -> Iterator[Statement]:
    """The same for rows of which there is nothing more to say, and which have their outcome in common."""
    common = dict(zip(SETTLED_COLUMNS, outcome_values(outcome), strict=True))
    return _inserting(("number", "cells", "contact", "fingerprint"), rows, "", run=seq, **common)


def settling(seq: int, settled: Sequence[Settled]) -> Iterator[Statement]:
    """The statements that give rows of a run their outcomes; the cells of those that are fine are let go of."""
    plain: defaultdict[tuple[int, int | None, int], dict[int, str | None]] = defaultdict(dict)
    others: list[tuple[object, ...]] = []
    for row, outcome in settled:
        if _is_plain(row, outcome):
            plain[row.source, outcome.http_status, outcome.attempts][row.number] = outcome.contact_id
        else:
            cells = None if outcome.status in FINE else ""
            others.append((seq, row.source, row.number, cells, *outcome_values(outcome)))
    for common, ids in plain.items():
        yield _PLAIN, (seq, *common, json.dumps(ids))
    yield from _inserting(("run", *KEY, "cells", *SETTLED_COLUMNS), others, _SETTLES)


def marking(seq: int, status: Status, rows: Iterable[Due]) -> Iterator[Statement]:
    """The statements that give rows of a run another status, and nothing else."""
    by_source: defaultdict[int, list[int]] = defaultdict(list)
    for row in rows:
        by_source[row.source].append(row.number)
    for source, numbers in by_source.items():
        yield _MARK, (status, seq, source, json.dumps(numbers))


def _is_plain(row: Due, outcome: Outcome) -> bool:
    """Whether a contact was created, and nothing is to be said that did not stand in its row before."""
    return (
        outcome.status is Status.CREATED
        and outcome.hint == row.remarks
        and not (outcome.error_code or outcome.error or outcome.flaws)
        and outcome.contact_id is not None
        and outcome.contact_id.isprintable()  # a zero byte is more than JSON can carry to SQLite
    )


def _inserting(
    columns: Sequence[str], rows: Iterable[tuple[object, ...]], conflict: str = "", **common: object
) -> Iterator[Statement]:
    """Statements that insert many rows each: one by one, rows take a third longer. ``common`` is the same in all."""
    left = iter(rows)
    marks = ", ".join((*(f"?{number}" for number, _ in enumerate(common, start=1)), *"?" * len(columns)))
    while group := list(islice(left, _AT_ONCE)):
        values = (*common.values(), *chain.from_iterable(group))
        yield _insert(", ".join((*common, *columns)), f"({marks})", len(group)) + conflict, values


@cache
def _insert(names: str, row: str, rows: int) -> str:
    return f"INSERT INTO rows ({names}) VALUES {', '.join([row] * rows)}"


def _given(*columns: str) -> str:
    """The end of an insert that updates the row of its key with these columns of what was to be inserted."""
    written = ", ".join(f"{name} = excluded.{name}" for name in columns)
    return f" ON CONFLICT (run, {', '.join(KEY)}) DO UPDATE SET {written}"


_SETTLES: Final = f"{_given(*SETTLED_COLUMNS)}, cells = iif(excluded.cells IS NULL, NULL, cells)"
_PLAIN: Final = (
    f"INSERT INTO rows (run, source, http_status, attempts, number, contact_id, status) SELECT ?, ?, ?, ?, "
    f"CAST(key AS INTEGER), value, '{Status.CREATED}' FROM json_each(?) WHERE TRUE"
    f"{_given('status', 'contact_id', 'http_status', 'attempts')}, cells = NULL"
)
_MARK: Final = "UPDATE rows SET status = ? WHERE run = ? AND source = ? AND number IN (SELECT value FROM json_each(?))"


def row_values(row: LedgerRow) -> tuple[object, ...]:
    """A row as the values of ``ROW_COLUMNS``."""
    return (
        *(row.source, row.number, dumps_texts(row.cells), row.contact.json, row.fingerprint, int(row.in_doubt)),
        *outcome_values(row.outcome),
    )


def outcome_values(outcome: Outcome) -> tuple[object, ...]:
    """An outcome as the values of ``SETTLED_COLUMNS``."""
    return (
        *(outcome.status, outcome.contact_id, outcome.error_code, stored(outcome.error), stored(outcome.hint)),
        *(outcome.http_status, outcome.attempts, _stored_flaws(outcome.flaws) if outcome.flaws else None),
    )


# Out of the table


def row_from(values: tuple[Any, ...]) -> LedgerRow:
    """The row that the values of ``ROW_COLUMNS`` hold."""
    source, number, cells, contact, fingerprint, in_doubt, *told, flaws = values
    outcome = DUE if told == _AS_DUE else _outcome(*told)
    return LedgerRow(
        number,
        tuple(loads(cells.encode())) if cells else (),
        Contact.from_json(contact),
        outcome._replace(flaws=tuple(_flaw(*flaw) for flaw in json.loads(flaws))) if flaws else outcome,
        fingerprint,
        bool(in_doubt),
        source,
    )


def _outcome(status: str, contact_id: str | None, code: str, error: str, hint: str, *numbers: Any) -> Outcome:
    return Outcome(Status(status), contact_id, code, messages_from(error), messages_from(hint), *numbers)


def _stored_flaws(flaws: Iterable[CellError]) -> str:
    told = [(stored(flaw.messages), flaw.field, flaw.column, stored(flaw.hint)) for flaw in flaws]
    return json.dumps(told, ensure_ascii=False)


def _flaw(messages: str, field: str = "", column: int | None = None, hint: str = "") -> CellError:
    return CellError(messages_from(messages), field, column, messages_from(hint))


def rows_from(page: Page) -> list[LedgerRow]:
    """The rows of a page of ``ROW_COLUMNS``."""
    return [row_from(values) for values in page]


def due_from(page: Page) -> list[Due]:
    """The rows of a page of ``DUE_COLUMNS``."""
    return list(map(Due._make, page))


def results_from(page: Page) -> Columns:
    """A page of ``TOLD_COLUMNS`` as columns: those before the contact, then a contact's ``CREATE_FIELDS``.

    What there is to say is in English.

    Raises ``ValueError`` for what is not a contact a row.
    """
    *columns, contacts, _, _ = zip(*page, strict=True)
    # All contacts of a page as one text: 1.1 µs for each, which by itself takes 1.5 to read (without orjson 1.4, 2.8).
    found = loads(f"[{','.join(contacts)}]".encode())
    if len(found) != len(page):
        raise ValueError("another number of contacts than of rows")
    told = [_told(cells) if place in _SAID and any(cells) else cells for place, cells in enumerate(columns)]
    return [*told, *([contact.get(field, "") for contact in found] for field in CREATE_FIELDS)]


def _told(cells: Sequence[str]) -> Sequence[str]:
    return [cell and sentence(messages_from(cell)) for cell in cells]


_AS_DUE: Final = [*outcome_values(DUE)[:-1]]
