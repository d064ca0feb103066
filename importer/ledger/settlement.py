"""What outcomes write into the ledger's rows: with as few statements as can be.

For each statement the interpreter is let go of and waited for, which takes longer than the statement where a thread
writes beside an event loop. The rows are all there, so what is written as an insert is always an update.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final, TypeAlias

from importer.ledger.records import Due, Settled
from importer.ledger.rows import SETTLED_COLUMNS, in_groups, outcome_values
from importer.models import FINE, Outcome, Status

Statement: TypeAlias = tuple[str, tuple[object, ...]]
"""SQL, and the values for its marks."""

_PLAIN: Final = (
    "INSERT INTO rows (run, number, status, contact_id, http_status, attempts, contact, in_doubt, error_code, error, "
    f"hint) SELECT ?, CAST(key AS INTEGER), '{Status.CREATED}', value, ?, ?, '', 0, '', '', '' FROM json_each(?) "
    "WHERE TRUE ON CONFLICT (run, number) DO UPDATE SET status = excluded.status, contact_id = excluded.contact_id, "
    "http_status = excluded.http_status, attempts = excluded.attempts, cells = NULL"
)


def statements(seq: int, settled: Sequence[Settled]) -> Iterator[Statement]:
    """The statements that give rows of a run their outcomes; the cells of those that are fine are let go of."""
    plain: defaultdict[tuple[int | None, int], dict[int, str | None]] = defaultdict(dict)
    others: list[tuple[object, ...]] = []
    for row, outcome in settled:
        if _is_plain(row, outcome):
            plain[outcome.http_status, outcome.attempts][row.number] = outcome.contact_id
        else:
            others.append((seq, row.number, None if outcome.status in FINE else "", *outcome_values(outcome)))
    for (http_status, attempts), ids in plain.items():
        yield _PLAIN, (seq, http_status, attempts, json.dumps(ids))
    for rows, values in in_groups(others):
        yield _others(rows), values


def _is_plain(row: Due, outcome: Outcome) -> bool:
    """Whether a contact was created, and nothing is to be said that did not stand in its row before."""
    return (
        outcome.status is Status.CREATED
        and outcome.hint == row.remarks
        and not (outcome.error_code or outcome.error or outcome.flaws)
        and outcome.contact_id is not None
        and outcome.contact_id.isprintable()  # a zero byte is more than JSON can carry to SQLite
    )


@cache
def _others(rows: int) -> str:
    values = ", ".join([f"({', '.join('?' * (3 + len(SETTLED_COLUMNS)))}, '', 0)"] * rows)
    written = ", ".join(f"{name} = excluded.{name}" for name in SETTLED_COLUMNS)
    return (
        f"INSERT INTO rows (run, number, cells, {', '.join(SETTLED_COLUMNS)}, contact, in_doubt) VALUES {values} "
        f"ON CONFLICT (run, number) DO UPDATE SET {written}, cells = iif(excluded.cells IS NULL, NULL, cells)"
    )
