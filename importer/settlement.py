"""What outcomes write into the ledger's rows: many with a statement, and of most rows three values.

One statement for many: for each the interpreter is let go of and waited for, which takes longer than the statement
where a thread writes beside an event loop.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain
from typing import Final, TypeAlias

from importer.ledger_records import SETTLED_COLUMNS, outcome_values
from importer.models import FINE, Due, Outcome, Status

Settled: TypeAlias = tuple[Due, Outcome]
Statement: TypeAlias = tuple[str, tuple[object, ...]]
"""SQL, and the values for its marks."""

_PLAIN: Final = ("contact_id", "http_status", "attempts")
_ANY: Final = ("cells", *SETTLED_COLUMNS)
_FILLING: Final = {
    # What stands for columns that must have a value, and were given none; of these only the status is written.
    "status": f"'{Status.CREATED}'",
    "error_code": "''",
    "error": "''",
    "hint": "''",
    "attempts": "0",
    "contact": "''",
    "in_doubt": "0",
}
_MOST_VALUES: Final = 999  # SQLite's bound before 3.32


def statements(seq: int, settled: Sequence[Settled]) -> Iterator[Statement]:
    """The statements that give rows of a run their outcomes; the cells of those that are fine are let go of."""
    plain: list[tuple[object, ...]] = []
    others: list[tuple[object, ...]] = []
    for row, outcome in settled:
        if is_plain(row, outcome):
            plain.append((row.number, outcome.contact_id, outcome.http_status, outcome.attempts))
        else:
            others.append((row.number, None if outcome.status in FINE else "", *outcome_values(outcome)))
    yield from _grouped(seq, _PLAIN, plain)
    yield from _grouped(seq, _ANY, others)


def is_plain(row: Due, outcome: Outcome) -> bool:
    """Whether a contact was created, and nothing is to be said that did not stand in its row before."""
    return (
        outcome.status is Status.CREATED
        and outcome.hint == row.hint
        and not (outcome.error_code or outcome.error or outcome.flaws)
    )


def _grouped(seq: int, columns: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> Iterator[Statement]:
    at_once = _MOST_VALUES // (1 + len(columns))
    for begin in range(0, len(rows), at_once):
        group = rows[begin : begin + at_once]
        yield _statement(columns, len(group)), (seq, *chain.from_iterable(group))


@cache
def _statement(columns: tuple[str, ...], rows: int) -> str:
    """It updates so many rows: they are all there, so nothing is inserted."""
    filling = {name: value for name, value in _FILLING.items() if name not in columns}
    values = ", ".join([f"(?1, ?, {', '.join('?' * len(columns))}, {', '.join(filling.values())})"] * rows)
    names = dict.fromkeys(("status", *columns))
    written = ", ".join(f"{name} = excluded.{name}" for name in names if name != "cells")
    return (
        f"INSERT INTO rows (run, number, {', '.join((*columns, *filling))}) VALUES {values} "
        f"ON CONFLICT (run, number) DO UPDATE SET {written}, cells = iif(excluded.cells IS NULL, NULL, cells)"
    )
